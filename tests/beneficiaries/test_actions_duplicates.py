"""Whom a registration meets, what may be said of it, and what is left to coordination (CASE-1)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from accounts.models import Activity
from accounts.roles import Role
from beneficiaries.actions.duplicates import (
    close_task,
    look_up,
    report_elsewhere,
    suspect,
)
from beneficiaries.choices import DocType, Likeness, TaskKind
from beneficiaries.models import Suspicion, Task
from genesis.lib.states import StaleRecord
from tests.beneficiaries.answers import dui
from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import ContactFactory, DocumentFactory, PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CASE-1")]
JOSE = {"given_names": "José Carlos", "surnames": "Portillo Hernández"}
BORN = date(1988, 3, 2)


@pytest.fixture
def registrar(office):
    return UserFactory(registrar=True, at=office)


def met(registrar, **typed):
    nothing = {"given_names": "", "surnames": "", "birth_date": None, "dui": "", "phone": ""}
    return look_up(**nothing | typed, for_user=registrar)


@pytest.mark.parametrize(
    "typed",
    [
        {"given_names": "Jose Carlos", "surnames": "Hernandez Portillo"},
        {"given_names": "JOSÉ CARLOS", "surnames": "PORTILLO HERNÁNDEZ"},
        {"given_names": "Carlos José", "surnames": "Hernández-Portillo"},
        {"given_names": "Jose\u0301 Carlos", "surnames": "Portillo\u200b Hernandez"},
        {"given_names": "Portillo Hernández", "surnames": "José Carlos"},
        {"given_names": "José Carlos Portillo Hernández", "surnames": ""},
    ],
    ids=["order", "capitals", "hyphen", "composed", "in the other box", "in one box"],
)
@pytest.mark.rule("S02")
def test_a_name_looks_alike_however_it_is_written(registrar, office, typed):
    known = PersonFactory(**JOSE, birth_date=BORN, office=office)

    assert met(registrar, **typed, birth_date=BORN).likely == [known]


@pytest.mark.parametrize(
    ("born", "alike"),
    [
        (date(1988, 3, 2), True),
        (date(1989, 3, 2), True),
        (date(1987, 3, 2), True),
        (date(1989, 3, 3), False),
        (date(1987, 3, 1), False),
        (None, True),
    ],
)
def test_births_up_to_a_year_apart_look_alike(registrar, office, born, alike):
    PersonFactory(**JOSE, birth_date=BORN, office=office)

    assert bool(met(registrar, **JOSE, birth_date=born).likely) is alike


def test_a_file_without_birth_date_looks_alike(registrar, office):
    PersonFactory(**JOSE, birth_date=None, birth_precision="", office=office)

    assert met(registrar, **JOSE, birth_date=BORN).likely


def test_another_name_does_not_look_alike(registrar, office):
    PersonFactory(**JOSE, birth_date=BORN, office=office)

    assert not met(registrar, given_names="José", surnames="Portillo", birth_date=BORN)


def test_somebody_with_a_single_name_is_found(registrar, office):
    known = PersonFactory(given_names="Guadalupe", surnames="", birth_date=BORN, office=office)

    found = met(registrar, given_names="Guadalupe", birth_date=BORN)

    assert found.likely == [known]


def test_nothing_typed_meets_nobody(registrar, office):
    PersonFactory(birth_date=None, birth_precision="", office=office)
    ContactFactory(person__office=office, phone_1="", allowed_channels=[])

    assert not met(registrar)


@pytest.mark.parametrize("column", ["phone_1", "phone_2"])
def test_the_same_telephone_warns(registrar, office, column):
    known = ContactFactory(**{column: "+50377771234"}, person__office=office).person

    found = met(registrar, phone="+50377771234")

    assert (found.likely, found.same_dui) == ([known], [])


@pytest.mark.parametrize("doc_type", [DocType.DUI, DocType.DUI_EXPIRED])
def test_the_same_dui_is_the_same_person(registrar, office, doc_type):
    person = PersonFactory(office=office)
    DocumentFactory(person=person, doc_type=doc_type, number=dui(7))

    found = met(registrar, dui=dui(7))

    assert (found.same_dui, found.same_dui_elsewhere) == ([person], [])


@pytest.mark.rule("CASE-1")
def test_another_dui_does_not_silence_the_question(registrar, office):
    person = PersonFactory(**JOSE, birth_date=BORN, office=office)
    DocumentFactory(number=dui(7), person=person)

    assert met(registrar, **JOSE, birth_date=BORN, dui=dui(8)).likely == [person]


def test_files_of_other_offices_stand_apart(registrar, office):
    ours = PersonFactory(**JOSE, birth_date=BORN, office=office)
    theirs = PersonFactory(**JOSE, birth_date=BORN)
    foreign = DocumentFactory(number=dui(7)).person

    found = met(registrar, **JOSE, birth_date=BORN, dui=dui(7))

    assert found.likely == [ours]
    assert found.elsewhere == [theirs]
    assert found.same_dui == found.same_dui_elsewhere == [foreign]


def test_a_merged_file_is_met_no_more(registrar, office):
    stays = PersonFactory(office=office, given_names="Otra")
    PersonFactory(**JOSE, birth_date=BORN, office=office, merged_into=stays)

    assert not met(registrar, **JOSE, birth_date=BORN)


@pytest.mark.parametrize("count", [1, 3])
def test_looking_asks_the_same_queries_however_many_are_met(
    registrar, office, count, django_assert_num_queries
):
    for place in range(count):
        PersonFactory(**JOSE, birth_date=BORN, office=office)
        PersonFactory(**JOSE, birth_date=BORN)
        DocumentFactory(number=dui(place + 1))
    registrar.current_roles  # noqa: B018  # asked once for each request

    with django_assert_num_queries(4):  # the DUI, which are visible, those alike, which of them
        found = met(registrar, **JOSE, birth_date=BORN, dui=dui(1))

    assert (len(found.likely), len(found.elsewhere)) == (count, count)


# What coordination learns


@pytest.fixture
def meeting(registrar, office):
    """Somebody at `office` has met the file of a person at another."""
    known = PersonFactory()
    kind = TaskKind.SAME_DUI_ELSEWHERE
    return report_elsewhere(known, kind=kind, office=office, by=registrar)


def test_a_meeting_leaves_a_task_and_a_trace_without_what_was_typed(meeting, registrar, office):
    assert (meeting.office, meeting.raised_for) == (meeting.person.office, office)
    assert (meeting.raised_by, meeting.done_at, meeting.outcome) == (registrar, None, "")
    kept = Activity.objects.get(verb="duplicate.met_elsewhere")
    assert (kept.actor, kept.person_id) == (registrar, meeting.person_id)
    assert kept.changes == {"kind": "same_dui_elsewhere"}


def test_a_second_attempt_adds_only_its_trace(meeting, office):
    other = UserFactory(registrar=True, at=office)

    again = report_elsewhere(meeting.person, kind=meeting.kind, office=office, by=other)

    assert again == meeting == Task.objects.get()
    assert Activity.objects.filter(verb="duplicate.met_elsewhere").count() == 2


def test_once_the_task_is_done_another_attempt_opens_another(meeting, registrar, office):
    close_task(meeting, version=1, outcome="Visto.", by=UserFactory())

    again = report_elsewhere(meeting.person, kind=meeting.kind, office=office, by=registrar)

    assert again != meeting


@pytest.mark.django_db(transaction=True)
def test_two_attempts_at_once_leave_one_task():
    known, office, registrar = PersonFactory(), OrganizationFactory(), UserFactory()

    def attempt(_):
        try:
            kind = TaskKind.LIKELY_ELSEWHERE
            return report_elsewhere(known, kind=kind, office=office, by=registrar)
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        tasks = set(pool.map(attempt, range(6)))

    assert tasks == {Task.objects.get()}


def test_only_who_decides_for_both_offices_sees_the_task(meeting, registrar, office):
    of_both = UserFactory(coordinator=True, at=office)
    RoleAssignmentFactory(
        user=of_both, role=Role.TERRITORIAL_COORDINATOR, organization=meeting.office
    )
    seers = {
        "both": of_both,
        "programme": UserFactory(programme_coordinator=True),
        "ours": UserFactory(coordinator=True, at=office),
        "theirs": UserFactory(coordinator=True, at=meeting.office),
        "registrar": registrar,
    }

    seen = {name for name, user in seers.items() if Task.objects.visible_to(user).exists()}

    assert seen == {"both", "programme"}


def test_a_task_done_by_another_is_stale(meeting):
    first, second = UserFactory(), UserFactory()
    close_task(meeting, version=1, outcome="Son dos personas.", by=first)

    with pytest.raises(StaleRecord):
        close_task(meeting, version=1, outcome="Es la misma.", by=second)

    meeting.refresh_from_db()
    assert (meeting.outcome, meeting.done_by) == ("Son dos personas.", first)
    assert Activity.objects.filter(verb="task.done").count() == 1


def test_what_is_said_of_a_file_of_the_same_office_leaves_no_task(office):
    person, other = PersonFactory.create_batch(2, office=office)

    suspect(person, other, Likeness.UNSURE, "", by=UserFactory())

    assert Suspicion.objects.get().likeness == Likeness.UNSURE
    assert not Task.objects.exists()


def test_what_is_met_at_another_office_becomes_a_task_of_that_office(office):
    person, other, by = PersonFactory(office=office), PersonFactory(), UserFactory()

    suspect(person, other, Likeness.OPEN, "", by=by)

    task = Task.objects.get()
    assert (task.kind, task.person, task.office) == (
        TaskKind.LIKELY_ELSEWHERE,
        other,
        other.office,
    )
    assert (task.raised_for, task.raised_by) == (office, by)
