"""The agenda by day and week, and the address by which a calendar reads it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from accounts.models import ReadLog
from accounts.roles import Role
from beneficiaries.actions import feeds
from beneficiaries.choices import AppointmentState
from beneficiaries.models import CalendarFeed
from certification.choices import AssessmentState
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    AppointmentFactory,
    AssignmentFactory,
    ContactFactory,
    GroupFactory,
    GroupSessionFactory,
    PersonFactory,
)
from tests.factories.certification import AssessmentFactory

pytestmark = pytest.mark.django_db
AGENDA = reverse("agenda:agenda")


@pytest.fixture
def person(office, caseworker):
    person = PersonFactory(office=office, caseworker=caseworker, surnames="Portillo Paz")
    ContactFactory(person=person)
    return person


def noon(days=0):
    now = timezone.localtime()
    return now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=days)


def entries_of(response):
    return [entry.title for day in response.context["days"] for entry in day["entries"]]


def test_a_week_goes_from_monday_to_sunday_and_a_day_is_a_day(client, caseworker, person):
    monday = noon() - timedelta(days=noon().weekday())
    for days in (-1, 0, 6, 7):
        AppointmentFactory(
            person=person, responsible=caseworker, starts_at=monday + timedelta(days=days)
        )

    week = client.get(AGENDA)
    sunday = (monday + timedelta(days=6)).date().isoformat()
    day = client.get(AGENDA, {"vista": "dia", "dia": sunday})
    after = client.get(AGENDA + week.context["after_url"])
    before = client.get(AGENDA + week.context["before_url"])

    assert [len(entries_of(each)) for each in (week, day, after, before)] == [2, 1, 1, 1]
    assert [each["day"].weekday() for each in week.context["days"]] == list(range(7))


@pytest.mark.parametrize("day", ["", "x", "2026-02-30", "0001-01-01", "9999-12-31", "\x00"])
def test_a_day_that_cannot_be_is_today(client, caseworker, day):
    response = client.get(AGENDA, {"dia": day, "vista": "dia"})

    assert response.context["since"] == timezone.localdate()


def test_appointments_sessions_and_assessments_stand_in_the_order_of_their_hours(
    client, office, caseworker, person
):
    coach = GroupFactory(office=office, facilitator=caseworker, name="Finanzas")
    GroupSessionFactory(group=coach, starts_at=noon() - timedelta(hours=2))
    AppointmentFactory(person=person, responsible=caseworker, starts_at=noon())

    response = client.get(AGENDA, {"vista": "dia"})

    assert entries_of(response) == ["Finanzas", "Ana María Portillo Paz"]
    assert ReadLog.objects.get().persons == [person.pk]


def test_an_evaluator_finds_the_planned_assessments(client):
    planned = AssessmentFactory(planned=True, person__surnames="Portillo Paz")
    client.force_login(planned.evaluator)
    day = planned.scheduled_for.isoformat()

    response = client.get(AGENDA, {"dia": day, "vista": "dia"})

    assert planned.state == AssessmentState.PLANNED
    assert entries_of(response) == [planned.person.display_name]


@pytest.mark.parametrize("state", [AppointmentState.CANCELLED, AppointmentState.MOVED])
def test_what_was_cancelled_or_moved_is_gone(client, caseworker, person, state):
    other = AppointmentFactory(person=person, responsible=caseworker, starts_at=noon(40))
    moved = other if state == AppointmentState.MOVED else None
    AppointmentFactory(
        person=person,
        responsible=caseworker,
        starts_at=noon(),
        state=state,
        reason="Lluvia.",
        moved_to=moved,
        ended_at=timezone.now(),
        ended_by=caseworker,
    )

    assert entries_of(client.get(AGENDA, {"vista": "dia"})) == []


@pytest.mark.rule("SEC-3")
def test_coordination_sees_the_agenda_of_its_office_and_a_caseworker_her_own(
    client, office, caseworker, person
):
    colleague = UserFactory(caseworker=True, at=office)
    AppointmentFactory(person=person, responsible=colleague, starts_at=noon())
    elsewhere = AppointmentFactory(starts_at=noon())
    asked = {"vista": "dia", "oficina": office.public_id}

    own = client.get(AGENDA, asked)
    client.logout()
    client.force_login(UserFactory(coordinator=True, at=office))
    of_the_office = client.get(AGENDA, asked)
    of_another = client.get(AGENDA, asked | {"oficina": elsewhere.person.office.public_id})

    assert entries_of(own) == []
    assert entries_of(of_the_office) == ["Ana María Portillo Paz"]
    assert entries_of(of_another) == []


def test_who_was_handed_on_to_another_office_is_not_named_any_more(client, caseworker, person):
    AppointmentFactory(person=person, responsible=caseworker, starts_at=noon())
    person.assignments.update(valid_until=timezone.localdate() - timedelta(days=1))
    person.office = UserFactory(caseworker=True).role_assignments.get().organization
    person.save()

    assert entries_of(client.get(AGENDA)) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_agenda_asks_as_much_for_one_as_for_three(
    client, office, caseworker, count, django_assert_num_queries
):
    for _each in range(count):
        person = PersonFactory(office=office)
        AppointmentFactory(person=person, responsible=caseworker, starts_at=noon())
        session = GroupSessionFactory(
            group=GroupFactory(office=office, facilitator=caseworker), starts_at=noon()
        )
        assert session.group.facilitator == caseworker

    with django_assert_num_queries(7):
        response = client.get(AGENDA)

    assert response.context["count"] == count * 2


# The calendar outside


def made_by(client):
    return client.post(reverse("agenda:feed_make")).context["address"]


def path_of(address):
    return "/" + address.split("/", 3)[3]


def test_a_calendar_reads_hours_and_file_numbers_and_nobodys_name(client, caseworker, person):
    made = AppointmentFactory(
        person=person, responsible=caseworker, place="Casa de Ana", starts_at=noon(1)
    )
    group = GroupFactory(office=person.office, facilitator=caseworker, name="Mujeres")
    GroupSessionFactory(group=group, starts_at=noon(2))
    address = made_by(client)
    client.logout()

    response = client.get(path_of(address))

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    text = response.content.decode()
    for hidden in ("Portillo", "Ana", "Casa", "7000", "Mujeres", "Presupuesto"):
        assert hidden not in text
    calendar = Calendar.from_ical(text)
    titles = {str(each["summary"]) for each in calendar.walk("VEVENT")}
    assert titles == {f"Cita {person.file_number}", "Sesión de grupo 2c"}
    assert [str(each["tzid"]) for each in calendar.walk("VTIMEZONE")] == ["America/El_Salvador"]
    (event,) = [each for each in calendar.walk("VEVENT") if "Cita" in each["summary"]]
    assert event.start == made.starts_at
    assert event.start.tzinfo.key == ZoneInfo("America/El_Salvador").key
    assert "no-store" in response["Cache-Control"]


def test_nothing_of_colleagues_is_in_the_calendar_of_coordination(client, office, person):
    AppointmentFactory(person=person, starts_at=noon(1))
    client.force_login(UserFactory(coordinator=True, at=office))

    calendar = Calendar.from_ical(client.get(path_of(made_by(client))).content)

    assert calendar.walk("VEVENT") == []


def test_only_a_digest_of_the_secret_is_kept(client, caseworker):
    token = path_of(made_by(client)).split("/")[-1].removesuffix(".ics")

    feed = CalendarFeed.objects.get()
    assert token not in f"{feed.__dict__}"
    assert len(token) >= 32
    assert feeds.reader_of(token) == caseworker
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeed.objects.create(user=caseworker, digest="x")


@pytest.mark.parametrize("how", ["revoked", "made again", "left", "lost the role", "guessed"])
def test_an_address_that_does_not_count_finds_nothing(client, caseworker, how):
    address = made_by(client)
    assert client.get(path_of(address)).status_code == 200
    match how:
        case "revoked":
            client.post(reverse("agenda:feed_revoke"))
        case "made again":
            made_by(client)
        case "left":
            caseworker.is_active = False
            caseworker.save()
        case "lost the role":
            caseworker.role_assignments.update(role=Role.DONOR_VIEWER)
        case "guessed":
            address = address.replace(".ics", "x.ics")

    assert client.get(path_of(address)).status_code == 404


def test_the_page_of_the_calendar_never_shows_the_address_again(client, caseworker):
    token = path_of(made_by(client)).split("/")[-1].removesuffix(".ics")

    html = client.get(reverse("agenda:feed_detail")).content.decode()

    assert token not in html
    assert "Crear otra dirección" in html


def test_an_assignment_of_another_part_opens_no_appointment(client, office):
    evaluator = UserFactory(evaluator=True, at=office)
    person = PersonFactory(office=office)
    AssignmentFactory(person=person, user=evaluator, kind="evaluation")
    made = AppointmentFactory(person=person, starts_at=noon())
    client.force_login(evaluator)

    assert client.get(made.get_absolute_url()).status_code == 404


# «Hoy»


def lines_of(client, title):
    blocks = client.get("/").context["blocks"]
    return [line.title for block in blocks if block.title == title for line in block.lines]


def test_the_day_begins_with_what_is_in_the_agenda_and_what_was_left_open(
    client, office, caseworker, person
):
    AppointmentFactory(person=person, responsible=caseworker, starts_at=noon())
    AppointmentFactory(person=person, responsible=caseworker, starts_at=noon(-1))
    AppointmentFactory(person=person, responsible=caseworker, starts_at=noon(-61))
    AppointmentFactory(person=person, responsible=caseworker, starts_at=noon(1))
    AppointmentFactory(person=person, starts_at=noon())
    group = GroupFactory(office=office, facilitator=caseworker, name="Finanzas")
    GroupSessionFactory(group=group, starts_at=noon(-2))

    yesterday, before = noon(-1), noon(-2)
    assert lines_of(client, "Su agenda de hoy") == ["12:00 Ana María Portillo Paz"]
    assert lines_of(client, "Días anteriores: diga qué pasó") == [
        f"{before:%d/%m} 12:00 Finanzas",
        f"{yesterday:%d/%m} 12:00 Ana María Portillo Paz",
    ]
