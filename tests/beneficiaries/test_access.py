"""Opening a file in an emergency, who looks at it, who read it, and who may not (CASE-13)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.choices import ReadKind
from accounts.models import ReadLog
from accounts.roles import Role
from beneficiaries.actions.access import (
    TooMany,
    ask_release,
    break_glass,
    grant_release,
    note_conflict,
    review_access,
)
from beneficiaries.models import AccessNotice, Conflict, EmergencyAccess, Person, SafeContact
from beneficiaries.permissions import can_break_glass, can_read, is_avoided
from beneficiaries.tasks import mail_access_notice
from genesis.lib.sensitivity import D2, D3, D4, D5, D6
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import AssignmentFactory, ContactFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(office):
    person = PersonFactory(office=office, given_names="Xiomara", surnames="Quijivix")
    ContactFactory(person=person)
    SafeContact.objects.create(person=person, code_word="Colibrí")
    return person


@pytest.fixture
def colleague(office):
    return UserFactory(caseworker=True, at=office)


@pytest.fixture
def coordinator(office):
    return UserFactory(coordinator=True, at=office)


@pytest.fixture
def officer():
    return UserFactory(role=Role.DATA_PROTECTION_OFFICER)


def sign_in(client, user):
    """As somebody else, in a browser that knows nobody yet."""
    client.cookies.clear()
    client.force_login(user)


def url(name, person, *args):
    return reverse(f"beneficiaries:{name}", args=[person.public_id, *args])


def opened(person, by, **changes):
    return break_glass(person, key=uuid4(), reason="Llamó llorando.", by=by, **changes)


@pytest.mark.rule("CASE-13", "SEC-14")
def test_break_glass_opens_for_four_hours_and_tells_who_must_know(
    person, colleague, coordinator, officer, time_machine
):
    time_machine.move_to("2026-11-23T10:00:00-06:00", tick=False)
    assert not can_read(colleague, person, D4)

    access = opened(person, colleague)

    assert access.ends_at - access.opened_at == timedelta(hours=4)
    assert {each.to for each in access.notices.all()} == {coordinator, officer}
    assert can_read(colleague, person, D4)
    assert not any(can_read(colleague, person, level) for level in (D5, D6))
    time_machine.shift(timedelta(hours=4))
    assert not can_read(colleague, person, D4)


@pytest.mark.rule("SEC-14")
def test_the_database_keeps_no_access_without_reason_or_end(person, colleague):
    now = timezone.now()
    for values in (
        {"reason": "", "ends_at": now + timedelta(1 / 24)},
        {"reason": "x", "ends_at": now + timedelta(hours=4, seconds=1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            EmergencyAccess.objects.create(person=person, user=colleague, opened_at=now, **values)


@pytest.mark.rule("CASE-13", "SEC-14")
def test_three_a_day_are_the_most(office, colleague, settings, time_machine):
    time_machine.move_to("2026-11-23T10:00:00-06:00", tick=False)
    settings.BREAK_GLASS_PER_DAY = 3
    for _each in range(3):
        opened(PersonFactory(office=office), colleague)

    with pytest.raises(TooMany, match="3"):
        opened(PersonFactory(office=office), colleague)

    time_machine.move_to("2026-11-24T00:00:00-06:00", tick=False)
    opened(PersonFactory(office=office), colleague)


@pytest.mark.rule("CASE-13")
@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.EVALUATOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_other_roles_break_no_glass(person, office, role):
    user = UserFactory(role=role, at=office)

    with pytest.raises(ValidationError):
        opened(person, user)


@pytest.mark.rule("CASE-13")
def test_nobody_of_another_office_breaks_the_glass(person):
    stranger = UserFactory(caseworker=True)

    assert not can_break_glass(stranger, person)
    with pytest.raises(ValidationError):
        opened(person, stranger)


@pytest.mark.rule("SEC-16")
def test_the_same_form_opens_once(person, colleague, coordinator):
    key = uuid4()

    for _each in range(2):
        break_glass(person, key=key, reason="Urge.", by=colleague)

    assert EmergencyAccess.objects.count() == AccessNotice.objects.count() == 1


@pytest.mark.rule("SEC-14")
def test_the_mail_names_nobody_and_goes_once(person, colleague, coordinator):
    access = opened(person, colleague)
    notice = access.notices.get()

    for _each in range(2):
        mail_access_notice(notice_id=notice.pk)

    (sent,) = mail.outbox
    assert sent.to == [coordinator.email]
    said = f"{sent.subject} {sent.body}"
    assert not any(
        each in said for each in ("Xiomara", "Quijivix", person.file_number, str(person.public_id))
    )
    notice.refresh_from_db()
    assert notice.mailed_at
    assert notice.is_done


@pytest.mark.rule("CASE-13")
def test_coordination_and_data_protection_both_review_and_nobody_their_own(
    person, coordinator, officer, colleague
):
    access = opened(person, colleague)

    access = review_access(access, version=1, by=coordinator)
    access = review_access(access, version=2, by=officer)

    assert (access.coordination_by, access.officer_by) == (coordinator, officer)
    with pytest.raises(ValidationError, match="Ya estaba"):
        review_access(access, version=3, by=officer)
    hers = opened(person, coordinator)
    with pytest.raises(ValidationError, match="Nadie"):
        review_access(hers, version=1, by=coordinator)


@pytest.mark.rule("CASE-13")
@pytest.mark.parametrize("level", [D5, D6])
def test_a_sealed_file_is_released_by_two_people(
    person, coordinator, colleague, level, time_machine
):
    officer = UserFactory(role=Role.DATA_PROTECTION_OFFICER)
    time_machine.move_to("2026-11-23T10:00:00-06:00", tick=False)
    release = ask_release(
        person, key=uuid4(), level=level, to=colleague, reason="Riesgo.", by=coordinator
    )
    assert not can_read(colleague, person, level)
    for one in (coordinator, colleague):
        with pytest.raises(ValidationError):
            grant_release(release, version=1, by=one)

    grant_release(release, version=1, by=officer)

    assert can_read(colleague, person, level)
    assert not can_read(colleague, person, {D5: D6, D6: D5}[level])
    time_machine.shift(timedelta(hours=4))
    assert not can_read(colleague, person, level)


@pytest.mark.rule("CASE-13")
def test_a_release_is_asked_for_by_coordination_and_for_another(person, coordinator, colleague):
    for level, to, by in (
        (D4, colleague, coordinator),
        (D5, coordinator, coordinator),
        (D5, coordinator, colleague),
    ):
        with pytest.raises(ValidationError):
            ask_release(person, key=uuid4(), level=level, to=to, reason="x", by=by)


@pytest.mark.rule("CASE-15")
def test_whom_nobody_may_tell_is_a_hard_exclusion(client, person, colleague):
    shop, other = OrganizationFactory(), OrganizationFactory()
    person.do_not_contact.create(
        kind="employer", name="Taller", organization=shop, reason="Amenaza"
    )
    sign_in(client, colleague)

    page = client.get(person.get_absolute_url()).content.decode()

    assert is_avoided(person, shop)
    assert not is_avoided(person, other)
    assert "no contactar" in page
    assert "Taller" not in page
    assert "Amenaza" not in page


# Relatives and neighbours


@pytest.mark.rule("CASE-12")
@pytest.mark.parametrize("assigned", [True, False])
def test_a_relative_sees_the_file_nowhere(client, person, coordinator, colleague, assigned):
    if assigned:
        AssignmentFactory(person=person, user=colleague)
    sign_in(client, colleague)
    assert client.get(person.get_absolute_url()).status_code == 200

    note_conflict(person, key=uuid4(), user=colleague, kind="relative", by=coordinator)

    assert client.get(person.get_absolute_url()).status_code == 404
    assert client.get(url("access_create", person)).status_code == 404
    assert not Person.objects.visible_to(colleague).exists()
    assert not Person.objects.assigned_to(colleague).exists()
    assert not any(can_read(colleague, person, level) for level in (D2, D3, D4, D5, D6))
    assert not can_break_glass(colleague, person)
    assert not person.assignments.filter(valid_until=None).exists()


def test_nobody_bars_themselves_and_coordination_does(client, person, coordinator, colleague):
    sign_in(client, coordinator)
    answers = {"user": colleague.pk, "kind": "neighbour", "key": str(uuid4())}

    response = client.post(url("conflict_create", person), answers)
    page = client.get(response.url).content.decode()
    again = client.post(url("conflict_create", person), answers | {"key": str(uuid4())})

    assert Conflict.objects.get().user == colleague
    assert str(colleague) in page
    assert again.status_code == 422
    with pytest.raises(ValidationError):
        note_conflict(person, key=uuid4(), user=coordinator, kind="other", by=coordinator)


# The pages


@pytest.mark.rule("CASE-13")
def test_who_does_not_accompany_her_is_led_to_break_glass(client, person, colleague, coordinator):
    sign_in(client, colleague)

    led = client.get(url("person_protection", person))
    refused = client.post(url("access_create", person), {"key": str(uuid4()), "reason": ""})
    done = client.post(url("access_create", person), {"key": str(uuid4()), "reason": "Urge."})

    assert led.url == url("access_create", person)
    assert set(refused.context["form"].errors) == {"reason"}
    assert done.url == url("person_protection", person)
    asked = client.get(done.url)
    assert asked.url.startswith(url("reason_give", person, "d4"))
    client.post(asked.url, {"reason": "Urge.", "key": str(uuid4())})
    page = client.get(done.url).content.decode()
    assert "Colibrí" in page
    assert client.get(url("safe_contact_change", person)).status_code == 403  # to read alone


@pytest.mark.rule("CASE-13")
def test_accesses_are_listed_and_ticked_off(client, person, colleague, coordinator, officer):
    access = opened(person, colleague)
    there = reverse("beneficiaries:access_list")
    sign_in(client, officer)
    assert "Quijivix" not in client.get(there).content.decode()
    sign_in(client, coordinator)
    assert "Llamó llorando." in client.get(there).content.decode()

    client.post(reverse("beneficiaries:access_review", args=[access.public_id]), {"version": "1"})

    access.refresh_from_db()
    assert access.coordination_by == coordinator
    sign_in(client, UserFactory(coordinator=True))
    assert client.get(there).context["page"].rows == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_accesses_asks_few_queries(
    client, office, coordinator, count, django_assert_num_queries
):
    colleague = UserFactory(caseworker=True, at=office)
    for _each in range(count):
        opened(PersonFactory(office=office), colleague)
    sign_in(client, coordinator)
    client.get(reverse("beneficiaries:access_list"))

    with django_assert_num_queries(6):
        client.get(reverse("beneficiaries:access_list"))


@pytest.mark.rule("CASE-12")
def test_it_is_explained_why_somebody_sees_a_file(client, person, colleague, coordinator):
    AssignmentFactory(person=person, user=colleague)
    sign_in(client, colleague)

    page = client.get(url("access_explain", person))

    assert [each["state"] for each in page.context["levels"]] == [
        "Usted lo lee",
        "Usted lo lee",
        "Usted lo lee",
        "Usted solo sabe si hay algo",
        "Usted solo sabe si hay algo",
    ]
    assert str(coordinator) in page.content.decode()
    sign_in(client, coordinator)
    page = client.get(url("access_explain", person))
    assert page.context["levels"][2]["state"] == "Usted solo sabe si hay algo"


@pytest.mark.rule("CASE-12")
def test_who_read_the_file_is_listed_by_day_role_and_page(client, person, colleague, officer):
    for _each in range(2):
        ReadLog.objects.create(
            actor=colleague,
            kind=ReadKind.PAGE,
            view="beneficiaries:person_detail",
            persons=[person.pk, 424242],
        )
    ReadLog.objects.create(actor=officer, kind=ReadKind.PAGE, view="x", persons=[person.pk + 1])
    sign_in(client, officer)
    there = reverse("beneficiaries:reading_find")

    unknown = client.get(there, {"expediente": "GS-1999-00001"})
    led = client.get(there, {"expediente": person.file_number.lower()})
    page = client.get(led.url)

    assert unknown.context["form"].errors
    (row,) = page.context["rows"]
    assert (row["by"], row["what"], row["times"]) == (colleague, "Resumen", 2)
    assert row["roles"] == [Role.CASEWORKER.label]
    assert "Quijivix" not in page.content.decode()


@pytest.mark.rule("CASE-12")
def test_pages_of_one_kind_are_one_line_and_an_emergency_says_so(
    client, person, colleague, coordinator
):
    emergency = opened(person, colleague)
    before, during = emergency.opened_at - timedelta(minutes=1), emergency.opened_at
    for view, at in [
        ("beneficiaries:plan_detail", before),
        ("beneficiaries:goal_change", before),
        ("beneficiaries:plan_detail", during),
        ("beneficiaries:unheard_of", during),
    ]:
        ReadLog.objects.create(
            actor=colleague, kind=ReadKind.PAGE, view=view, persons=[person.pk], at=at
        )
    sign_in(client, coordinator)

    page = client.get(url("reading_list", person))

    assert [(str(row["what"]), row["times"], row["emergency"]) for row in page.context["rows"]] == [
        ("Plan", 2, False),
        ("Plan", 1, True),
        ("página", 1, True),
    ]
    assert page.content.decode().count("en una emergencia") == 2


@pytest.mark.rule("CASE-12")
def test_the_readings_are_for_who_answers_for_the_file(client, person, colleague, coordinator):
    sign_in(client, colleague)
    assert client.get(url("reading_list", person)).status_code == 403
    AssignmentFactory(person=person, user=colleague)
    assert client.get(url("reading_list", person)).status_code == 200
    sign_in(client, coordinator)
    assert client.get(url("reading_list", person)).status_code == 200
    sign_in(client, UserFactory(coordinator=True))
    assert client.get(url("reading_list", person)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_why_somebody_sees_a_file_asks_few_queries(
    client, person, coordinator, count, django_assert_num_queries
):
    for _each in range(count):
        note_conflict(person, key=uuid4(), user=UserFactory(), kind="relative", by=coordinator)
    sign_in(client, coordinator)

    with django_assert_num_queries(14):
        response = client.get(url("access_explain", person))

    assert response.status_code == 200
