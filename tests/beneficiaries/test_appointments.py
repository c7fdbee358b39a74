"""Appointments: made, moved and closed, with reminders that obey what the person allows."""

import re
from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries.actions import appointments, reminders
from beneficiaries.choices import APPOINTMENT_MOVES, OPEN_APPOINTMENTS, AppointmentState
from beneficiaries.models import Appointment, Message, SafeHours
from genesis.lib.states import MoveNotAllowed, StaleRecord
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AppointmentFactory,
    ConsentFactory,
    ContactFactory,
    EnrolmentFactory,
    GroupFactory,
    GroupSessionFactory,
    LookupFactory,
    MessageTemplateFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db
CREATE, LIST = "beneficiaries:appointment_create", "beneficiaries:appointment_list"


@pytest.fixture
def kind():
    return LookupFactory(list="appointment_kind", code="interview", es="Entrevista", en="Interview")


@pytest.fixture
def person(office, caseworker):
    person = PersonFactory(office=office, caseworker=caseworker, surnames="Portillo Paz")
    ContactFactory(person=person)
    return person


def page_of(name, record):
    return reverse(name if ":" in name else f"agenda:appointment_{name}", args=[record.public_id])


def typed(kind, user, /, **changes):
    day = timezone.localdate() + timedelta(days=3)
    answers = {
        "key": str(uuid4()),
        "kind": kind.pk,
        "day": day.isoformat(),
        "hour": "10:30",
        "minutes": 45,
        "place": "Oficina",
        "responsible": user.pk,
        "others": "",
    }
    return answers | changes


def in_state(state, **values):
    """An appointment of three hours ago in each state, with what the state asks for."""
    made = AppointmentFactory(ago=timedelta(hours=3), **values)
    ended = {"ended_at": timezone.now(), "ended_by": made.responsible}
    columns = {"state": state} | ({} if state in OPEN_APPOINTMENTS else ended)
    if state == AppointmentState.DONE:
        columns["minutes"] = 50
    if state == AppointmentState.CANCELLED:
        columns["reason"] = "Lluvia."
    if state == AppointmentState.MOVED:
        columns["moved_to"] = AppointmentFactory(person=made.person)
    Appointment.objects.filter(pk=made.pk).update(**columns)
    made.refresh_from_db()
    return made


# Making


@pytest.mark.rule("SEC-16")
def test_an_appointment_is_made_once_and_leaves_a_trace(client, caseworker, person, kind):
    answers = typed(kind, caseworker)

    responses = [client.post(page_of(CREATE, person), answers) for _each in range(2)]

    assert {each.url for each in responses} == {page_of(LIST, person)}
    made = Appointment.objects.get()
    begins = timezone.localtime(made.starts_at)
    assert (f"{begins:%H:%M}", made.planned_minutes) == ("10:30", 45)
    assert (made.person, made.responsible, made.state) == (person, caseworker, "planned")
    trace = Activity.objects.get(verb="appointment.made")
    assert (trace.person_id, trace.actor) == (person.pk, caseworker)


def test_who_comes_along_has_an_appointment_of_her_own(client, caseworker, office, person, kind):
    along = PersonFactory(office=office, caseworker=caseworker)

    client.post(page_of(CREATE, person), typed(kind, caseworker, others=along.file_number))

    made = Appointment.objects.order_by("pk")
    assert [each.person for each in made] == [person, along]
    assert len({each.starts_at for each in made}) == 1


@pytest.mark.parametrize(
    "answer",
    [
        ("day", ""),
        ("day", "2019-01-01"),
        ("day", "9999-12-31"),
        ("hour", "25:00"),
        ("minutes", "0"),
        ("minutes", "100000"),
        ("place", ""),
        ("place", "a" * 5000),
        ("kind", "0"),
        ("responsible", "0"),
        ("others", "GS-1999-00001"),
        ("others", "'; DROP TABLE"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(
    client, caseworker, person, kind, answer
):
    name, value = answer
    answers = typed(kind, caseworker, **{name: value})

    response = client.post(page_of(CREATE, person), answers)

    form = response.context["form"]
    assert (response.status_code, set(form.errors)) == (422, {name})
    assert form["place"].value() == answers["place"]
    assert str(form["key"].value()) == answers["key"]
    assert not Appointment.objects.exists()


@pytest.mark.rule("SEC-3")
def test_nobody_of_another_office_comes_along(client, caseworker, person, kind):
    other = PersonFactory()

    response = client.post(
        page_of(CREATE, person), typed(kind, caseworker, others=other.file_number)
    )

    assert set(response.context["form"].errors) == {"others"}
    assert other.display_name not in response.content.decode()


def test_only_who_accompanies_the_person_makes_one(client, caseworker, office, kind):
    colleagues = PersonFactory(office=office)
    elsewhere = PersonFactory()

    assert client.get(page_of(CREATE, colleagues)).status_code == 403
    assert client.get(page_of(CREATE, elsewhere)).status_code == 404


def test_coordination_makes_one_for_whoever_accompanies(client, office, person, caseworker, kind):
    client.force_login(UserFactory(coordinator=True, at=office))

    response = client.post(page_of(CREATE, person), typed(kind, caseworker))

    assert response.url == page_of(LIST, person)


@pytest.mark.rule("CASE-30")
def test_who_is_expected_elsewhere_at_that_hour_is_told_of_and_not_refused(
    client, caseworker, office, person, kind
):
    first = typed(kind, caseworker)
    client.post(page_of(CREATE, person), first, follow=True)
    second = typed(kind, caseworker, hour="10:45", place="Alcaldía")

    response = client.post(page_of(CREATE, person), second, follow=True)

    said = [str(each) for each in response.context["messages"]]
    assert Appointment.objects.count() == 2
    assert said == [
        "Cita agendada.",
        "Ana María Portillo Paz tiene otra cosa a esa hora: Entrevista 10:30.",
        f"{caseworker} tiene otra cosa a esa hora: Entrevista 10:30.",
    ]


# Closing


@pytest.mark.parametrize("to", AppointmentState)
@pytest.mark.parametrize("state", AppointmentState)
def test_an_appointment_goes_where_the_table_says_and_nowhere_else(state, to):
    made = in_state(state)
    user = made.responsible
    step = {
        AppointmentState.CONFIRMED: lambda: appointments.confirm_appointment(
            made, version=1, by=user
        ),
        AppointmentState.CANCELLED: lambda: appointments.cancel_appointment(
            made, version=1, reason="Sí.", by=user
        ),
        AppointmentState.MOVED: lambda: appointments.move_appointment(
            made,
            version=1,
            starts_at=timezone.now() + timedelta(days=1),
            minutes=30,
            place="Otra",
            reason="",
            by=user,
        ),
        AppointmentState.PLANNED: None,
    }.get(
        to,
        lambda: appointments.close_appointment(made, to, version=1, minutes=40, by=user),
    )
    if step is None:
        assert all(AppointmentState.PLANNED not in each for each in APPOINTMENT_MOVES.values())
        return

    if to in APPOINTMENT_MOVES[state]:
        step()
        made.refresh_from_db()
        assert made.state == to
    else:
        with pytest.raises(MoveNotAllowed):
            step()
        made.refresh_from_db()
        assert (made.state, made.version) == (state, 1)


@pytest.mark.parametrize("state", ["done", "no_show"])
def test_what_is_to_come_neither_took_place_nor_was_missed(client, caseworker, person, state):
    made = AppointmentFactory(person=person, responsible=caseworker)

    response = client.post(page_of("close", made), {"version": 1, "state": state, "minutes": 30})

    made.refresh_from_db()
    assert (response.status_code, made.state) == (422, "planned")
    assert "Comienza el" in response.context["form"].non_field_errors()[0]


@pytest.mark.parametrize("state", ["done", "no_show"])
def test_the_database_refuses_the_end_of_what_is_to_come(state):
    made = AppointmentFactory()
    columns = {"state": state, "ended_at": timezone.now(), "ended_by": made.responsible}
    columns["minutes"] = 30 if state == "done" else None

    with pytest.raises(IntegrityError, match="to_come"), transaction.atomic():
        Appointment.objects.filter(pk=made.pk).update(**columns)


def test_who_excuses_herself_does_so_before_the_hour_too(client, caseworker, person):
    made = AppointmentFactory(person=person, responsible=caseworker)

    client.post(page_of("close", made), {"version": 1, "state": "excused", "minutes": 30})

    made.refresh_from_db()
    assert (made.state, made.minutes) == ("excused", None)


def test_what_took_place_says_how_long(client, caseworker, person):
    made = AppointmentFactory(person=person, responsible=caseworker, ago=timedelta(hours=2))

    missing = client.post(page_of("close", made), {"version": 1, "state": "done", "minutes": ""})
    client.post(page_of("close", made), {"version": 1, "state": "done", "minutes": "50"})

    made.refresh_from_db()
    assert set(missing.context["form"].errors) == {"minutes"}
    assert (made.state, made.minutes, made.ended_by) == ("done", 50, caseworker)


def test_an_appointment_is_cancelled_with_a_reason(client, caseworker, person):
    made = AppointmentFactory(person=person, responsible=caseworker)

    missing = client.post(page_of("cancel", made), {"version": 1, "reason": " "})
    client.post(page_of("cancel", made), {"version": 1, "reason": "Hay paro de buses."})

    made.refresh_from_db()
    assert set(missing.context["form"].errors) == {"reason"}
    assert (made.state, made.reason) == ("cancelled", "Hay paro de buses.")


@pytest.mark.rule("SEC-15")
def test_the_second_of_two_editors_is_told(client, caseworker, person):
    made = AppointmentFactory(person=person, responsible=caseworker)
    appointments.confirm_appointment(made, version=1, by=caseworker)

    response = client.post(page_of("cancel", made), {"version": 1, "reason": "Enferma."})

    made.refresh_from_db()
    assert (response.status_code, made.state) == (409, "confirmed")
    assert response.context["form"]["reason"].value() == "Enferma."
    with pytest.raises(StaleRecord):
        appointments.cancel_appointment(made, version=1, reason="No.", by=caseworker)


# Moving


def test_a_moved_appointment_leads_to_the_new_one(client, caseworker, person):
    made = AppointmentFactory(person=person, responsible=caseworker)
    day = timezone.localdate() + timedelta(days=9)
    answers = {"version": 1, "day": day.isoformat(), "hour": "14:00", "minutes": "30"}

    response = client.post(
        page_of("move", made), answers | {"place": "Alcaldía", "reason": "Trabaja ese día."}
    )

    made.refresh_from_db()
    new = made.moved_to
    assert response.url == new.get_absolute_url()
    assert (made.state, made.reason) == ("moved", "Trabaja ese día.")
    assert (new.state, new.place, new.planned_minutes) == ("planned", "Alcaldía", 30)
    assert timezone.localdate(new.starts_at) == day
    assert client.get(new.get_absolute_url()).context["moved_from"] == made


def test_it_is_not_moved_to_where_it_is(client, caseworker, person):
    made = AppointmentFactory(person=person, responsible=caseworker)
    shown = client.get(page_of("move", made)).context["form"]
    answers = {each.name: each.value() or "" for each in shown}
    begins = timezone.localtime(made.starts_at).replace(second=0, microsecond=0)
    Appointment.objects.update(starts_at=begins)

    response = client.post(
        page_of("move", made),
        answers | {"day": begins.date().isoformat(), "hour": f"{begins:%H:%M}"},
    )

    assert set(response.context["form"].errors) == {"day"}
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("name", ["close", "move", "cancel"])
def test_steps_are_for_who_keeps_the_appointment(client, caseworker, office, name):
    others = AppointmentFactory(person=PersonFactory(office=office))
    elsewhere = AppointmentFactory()
    with_me = AppointmentFactory(person=PersonFactory(office=office), responsible=caseworker)

    assert client.get(page_of(name, others)).status_code == 403
    assert client.get(page_of(name, elsewhere)).status_code == 404
    assert client.get(page_of(name, with_me)).status_code == 200


def test_confirming_is_one_button(client, caseworker, person):
    made = AppointmentFactory(person=person, responsible=caseworker)

    client.post(page_of("confirm", made), {"version": 1})

    made.refresh_from_db()
    assert made.state == "confirmed"
    assert client.post(page_of("confirm", made), {}).status_code == 400


# Reminders


@pytest.fixture
def text():
    """The text for reminders, and what a person has to agree to."""
    return MessageTemplateFactory(
        code=reminders.REMINDER,
        text="Hola, {nombre}: {actividad}, {dia}, {hora}, {lugar}. {quien}, Gene-Sis.",
        neutral_text="Hola, {nombre}. Le saluda {quien}.",
    )


def reminded(client, made, channel, **more):
    answers = {"canal": channel, "key": str(uuid4())} | more
    return client.post(page_of("remind", made), answers, follow=True)


@pytest.mark.rule("CASE-14")
@pytest.mark.parametrize(
    "ways",
    [
        (["call", "whatsapp", "sms"], ["whatsapp", "sms", "call"]),
        (["whatsapp"], ["whatsapp"]),
        (["email", "home_visit"], []),
        ([], []),
    ],
)
def test_a_reminder_goes_only_by_the_ways_that_are_allowed(client, caseworker, office, text, ways):
    allowed, offered = ways
    person = PersonFactory(office=office, caseworker=caseworker)
    ContactFactory(person=person, allowed_channels=allowed)
    ConsentFactory(person=person)
    made = AppointmentFactory(person=person, responsible=caseworker)

    html = client.get(made.get_absolute_url()).content.decode()
    for channel in ("whatsapp", "sms", "call", "email", ""):
        reminded(client, made, channel)

    assert re.findall(r'name="canal" value="(\w+)"', html) == offered
    assert ("no se le puede enviar nada" in html) is not offered
    prepared = Message.objects.filter(person=person).values_list("channel", flat=True)
    assert set(prepared) == set(offered)


@pytest.mark.rule("CASE-14")
@pytest.mark.parametrize("named", [True, False])
def test_a_reminder_names_the_programme_only_where_it_may(client, caseworker, person, text, named):
    person.contact.safe_to_identify_project = named
    person.contact.save()
    ConsentFactory(person=person)
    made = AppointmentFactory(person=person, responsible=caseworker, place="Casa comunal")

    response = reminded(client, made, "whatsapp")

    message = Message.objects.get()
    assert response.redirect_chain[-1][0] == reverse("beneficiaries:message_list")
    assert message.neutral is not named
    begins = timezone.localtime(made.starts_at)
    for told in ("Gene-Sis", "Casa comunal", f"{begins:%H:%M}"):
        assert (told in message.text) is named
    assert "Ana" in message.text


@pytest.mark.rule("CASE-14")
def test_a_reminder_waits_for_the_safe_hours_and_needs_her_agreement(
    client, caseworker, person, text
):
    made = AppointmentFactory(person=person, responsible=caseworker)
    SafeHours.objects.create(person=person, days=[0], starts=time(8), ends=time(9))
    refused = reminded(client, made, "whatsapp")
    ConsentFactory(person=person)

    reminded(client, made, "whatsapp")

    assert "no dio su consentimiento" in refused.content.decode()
    message = Message.objects.get()
    begins = timezone.localtime(message.not_before)
    assert (begins.weekday(), message.not_after is not None) == (0, True)
    assert 8 <= begins.hour <= 9


@pytest.mark.rule("SEC-16")
def test_a_reminder_sent_twice_is_prepared_once(client, caseworker, person, text):
    ConsentFactory(person=person)
    made = AppointmentFactory(person=person, responsible=caseworker)
    key = str(uuid4())

    for _each in range(2):
        reminded(client, made, "whatsapp", key=key)

    assert Message.objects.count() == 1


def test_nobody_is_reminded_of_what_has_begun(client, caseworker, person, text):
    ConsentFactory(person=person)
    made = AppointmentFactory(person=person, responsible=caseworker, ago=timedelta(hours=1))

    reminded(client, made, "whatsapp")

    assert not Message.objects.exists()


def test_nothing_is_offered_for_what_is_over(client, caseworker, person):
    made = in_state(AppointmentState.DONE, person=person, responsible=caseworker)

    html = client.get(made.get_absolute_url()).content.decode()

    assert page_of("remind", made) not in html
    assert page_of("move", made) not in html


# Pages


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_person_asks_as_much_for_one_as_for_three(
    client, caseworker, person, count, django_assert_num_queries
):
    for _each in range(count):
        AppointmentFactory(person=person)
        session = GroupSessionFactory(group=GroupFactory(office=person.office))
        EnrolmentFactory(group=session.group, person=person)

    with django_assert_num_queries(11):
        response = client.get(page_of(LIST, person))

    assert (len(response.context["rows"]), len(response.context["groups"])) == (count, count)
    assert ReadLog.objects.get().persons == [person.pk]


def test_the_page_of_an_appointment_is_for_who_sees_the_person(client, caseworker, person):
    there = AppointmentFactory(person=person)
    assert client.get(there.get_absolute_url()).status_code == 200
    client.logout()
    client.force_login(UserFactory(role=Role.CASEWORKER, at=OrganizationFactory()))
    assert client.get(there.get_absolute_url()).status_code == 404


def test_an_hour_out_of_reach_is_refused_by_the_action(caseworker, person, kind):
    with pytest.raises(ValidationError):
        appointments.make_appointments(
            [person],
            key=uuid4(),
            kind=kind,
            place="Oficina",
            starts_at=timezone.now() + timedelta(days=800),
            minutes=30,
            responsible=caseworker,
            by=caseworker,
        )
