"""The agenda of a centre: what takes place there, the places left, and what is not in force."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import ReadLog, User
from beneficiaries.choices import Service
from beneficiaries.models import Conflict as Closeness
from certification.actions.planning import NoRoom, check_day
from certification.choices import VersionState
from certification.contributions import centre_agenda
from certification.models import Equipment
from tests.certification.visits import signed_in
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import GroupFactory, GroupSessionFactory
from tests.factories.certification import (
    AccreditationFactory,
    AssessmentFactory,
    CentreFactory,
    StandardVersionFactory,
    let_assess,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def manager_of(centre):
    return UserFactory(centre_manager=True, at=centre.organization)


def page_of(user, centre, **asked):
    return signed_in(user).get(
        reverse("certification:centre_agenda", args=[centre.organization.public_id]),
        {"dia": TODAY().isoformat(), "vista": "dia"} | asked,
    )


def test_a_day_shows_its_assessments_and_the_places_that_are_left():
    sitting = AssessmentFactory(plan_agreed=True)
    centre = sitting.centre
    AssessmentFactory(withdrawn=True, centre=centre, standard_version=sitting.standard_version)

    page = page_of(manager_of(centre), centre)
    text = page.content.decode()
    [day] = page.context["agenda"].days

    [places] = day.places
    assert (places.taken, places.most, places.free) == (1, 8, 7)
    assert [each.reference for each in day.sittings] == [sitting.reference]
    assert "1 de 8 lugares ocupados" in text
    assert str(sitting.evaluator) in text
    assert page.context["agenda"].warnings == []


@pytest.mark.rule("SEC-3")
def test_who_sees_the_person_reads_the_name_and_who_does_not_a_code():
    sitting = AssessmentFactory(plan_agreed=True)
    name = sitting.person.given_names
    coordinator = UserFactory(programme_coordinator=True)

    told = page_of(coordinator, sitting.centre).content.decode()
    assert name in told
    assert sitting.get_absolute_url() in told
    assert ReadLog.objects.latest("pk").persons == [sitting.person_id]

    told = page_of(manager_of(sitting.centre), sitting.centre).content.decode()
    assert name not in told
    assert sitting.get_state_display() not in told
    assert sitting.get_absolute_url() not in told
    assert sitting.reference in told
    assert ReadLog.objects.latest("pk").persons == []


@pytest.mark.rule("SEC-3")
def test_whoever_is_barred_from_a_person_finds_no_line_of_hers():
    sitting = AssessmentFactory(plan_agreed=True)
    coordinator = UserFactory(programme_coordinator=True)
    Closeness.objects.create(
        person=sitting.person, user=coordinator, kind="relative", noted_by=UserFactory()
    )

    assert sitting.reference not in page_of(coordinator, sitting.centre).content.decode()


def test_the_agenda_is_of_the_own_centre_alone():
    other = manager_of(CentreFactory())

    assert page_of(other, CentreFactory()).status_code == 404
    assert page_of(UserFactory(caseworker=True), CentreFactory()).status_code == 403


@pytest.mark.rule("CERT-16")
def test_a_session_takes_the_place_of_the_day_on_which_it_was_held():
    planned = TODAY() - timedelta(days=2)
    held = AssessmentFactory(in_assessment=True, scheduled_for=planned)
    room = {"max_per_day": 1, "workstations": 1}
    AccreditationFactory(centre=held.centre, standard=held.standard, accredited=True, **room)
    let_assess(held.standard, centre=held.centre, evaluator=held.evaluator)
    another = AssessmentFactory(admitted=True, standard_version=held.standard_version)
    place = {"centre": held.centre, "evaluator": held.evaluator, "at": time(9, 0)}

    with pytest.raises(NoRoom):
        check_day(another, on=TODAY(), **place)
    check_day(another, on=planned, **place)  # whose place it does not take any more

    manager = manager_of(held.centre)
    assert page_of(manager, held.centre).context["agenda"].days[0].places[0].free == 0
    earlier = page_of(manager, held.centre, dia=planned.isoformat())
    assert earlier.context["agenda"].days[0].places[0].free == 1


def test_what_is_not_in_force_is_warned_of():
    version = StandardVersionFactory(draft=True)
    Equipment.objects.create(
        standard_version=version, name="Nivel láser", quantity=1, mandatory=True
    )
    version.state = VersionState.PUBLISHED
    version.save()
    sitting = AssessmentFactory(plan_agreed=True, standard_version=version)
    centre = sitting.centre
    centre.equipment.update(calibration_due=TODAY())
    suspended = AccreditationFactory(centre=centre, suspended=True)
    ended = AccreditationFactory(
        centre=centre, accredited=True, valid_until=TODAY() - timedelta(days=1)
    )
    manager = manager_of(centre)

    today = page_of(manager, centre)
    told = [each.text for each in today.context["agenda"].warnings]
    assert len(told) == 2
    assert any(suspended.standard.code in each and "suspendida" in each for each in told)
    assert any(ended.standard.code in each and "venció" in each for each in told)
    tomorrow = page_of(manager, centre, dia=(TODAY() + timedelta(days=1)).isoformat())
    assert "Nivel láser" in tomorrow.content.decode()

    sitting.evaluator.evaluator.accreditations.update(state="suspended", reason="Una queja")
    centre.accreditations.filter(standard=sitting.standard).update(
        state="suspended", reason="Una queja"
    )
    text = page_of(manager, centre).content.decode()
    assert "La persona evaluadora no está habilitada ese día" in text
    assert "el centro no está acreditado ese día" in text


def test_trainings_of_the_centre_stand_there_without_names():
    training = AssessmentFactory(in_training=True).trainings.get()
    centre, person = CentreFactory(organization=training.provider), training.assessment.person
    group = GroupFactory(service=Service.UPSKILLING, office=centre.organization)
    AssessmentFactory(in_training=True).trainings.update(group=group, provider=None)
    starts = timezone.localtime().replace(hour=10, minute=0)
    GroupSessionFactory(group=group, starts_at=starts, ends_at=starts + timedelta(hours=1))

    page = page_of(manager_of(centre), centre)

    text = page.content.decode()
    [given] = page.context["agenda"].trainings
    assert (given["code"], given["people"]) == (training.assessment.standard.code, 1)
    [lesson] = page.context["agenda"].days[0].lessons
    assert lesson.group == group
    assert person.given_names not in text


@pytest.mark.parametrize("rows", [1, 3])
def test_it_asks_the_same_for_one_row_and_for_three(django_assert_max_num_queries, rows):
    first = AssessmentFactory(plan_agreed=True)
    theirs = {"centre": first.centre, "standard_version": first.standard_version}
    for _each in range(rows - 1):
        AssessmentFactory(plan_agreed=True, evaluator=first.evaluator, **theirs)
    for _each in range(rows):
        made = AssessmentFactory(in_training=True)
        made.trainings.update(provider=first.centre.organization)
    client = signed_in(UserFactory(programme_coordinator=True))
    address = reverse("certification:centre_agenda", args=[first.centre.organization.public_id])

    with django_assert_max_num_queries(15):
        page = client.get(address)

    assert page.context["agenda"].count == rows


def test_today_tells_who_manages_a_centre_what_comes():
    sitting = AssessmentFactory(plan_agreed=True)
    manager = manager_of(sitting.centre)
    second = CentreFactory()
    RoleAssignmentFactory(user=manager, role="centre_manager", organization=second.organization)

    [block] = centre_agenda.blocks(User.objects.get(pk=manager.pk))

    assert sorted(str(line.detail) for line in block.lines) == [
        "0 hoy, 0 evaluaciones en siete días",
        "1 hoy, 1 evaluación en siete días",
    ]
    assert list(centre_agenda.blocks(sitting.evaluator)) == []
