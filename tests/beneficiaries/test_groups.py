"""Groups: sessions, who takes part, who came, and what that comes to (CASE-30, machine 5.5)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries.actions import enrolments, groups
from beneficiaries.choices import ENROLMENT_MOVES, EnrolmentState, Mark, Service
from beneficiaries.models import Attendance, Enrolment, Group, GroupSession, ServiceRecord
from beneficiaries.rules.attendance import tally
from genesis.lib.states import MoveNotAllowed
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AppointmentFactory,
    EnrolmentFactory,
    GroupFactory,
    GroupSessionFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(office):
    return GroupFactory(office=office, facilitator=UserFactory(role=Role.COACH, at=office))


def url(name, record=None):
    return reverse(f"groups:{name}", args=[record.public_id] if record else [])


def enrol(group, count=1, **values):
    return [
        EnrolmentFactory(group=group, person=PersonFactory(office=group.office), **values)
        for _each in range(count)
    ]


def hold(group, marks, *, days_ago):
    """A session of a group whose attendance is as `marks` say, from enrolment to mark."""
    session = GroupSessionFactory(group=group, days_ago=days_ago)
    known = {each.pk: mark for each, mark in marks.items()}
    by = group.facilitator
    return enrolments.take_attendance(session, known, version=1, minutes=120, by=by)


def attend(group, enrolment, letters):
    """One session for each letter: P came, A did not, J justified it; the last one yesterday."""
    marks = {"P": Mark.PRESENT, "A": Mark.ABSENT, "J": Mark.JUSTIFIED}
    for place, letter in enumerate(letters):
        hold(group, {enrolment: marks[letter]}, days_ago=len(letters) - place)
    enrolment.refresh_from_db()


def in_state(state):
    made = EnrolmentFactory()
    reason = "Trabaja." if state == EnrolmentState.DROPPED else ""
    Enrolment.objects.filter(pk=made.pk).update(state=state, reason=reason)
    made.refresh_from_db()
    return made


# The rule


@pytest.mark.rule("CASE-30")
@pytest.mark.parametrize(
    ("letters", "told"),
    [
        ("", (0, 0, 0, 0, 0)),
        ("PPPP", (4, 0, 0, 100, 0)),
        ("PPPPA", (4, 0, 1, 80, 1)),
        ("PPPAA", (3, 0, 2, 60, 2)),
        ("PPPPJ", (4, 1, 0, 80, 1)),
        ("AJA", (0, 1, 2, 0, 3)),
        ("PPPPPPPPPPPPAAA", (12, 0, 3, 80, 3)),
        ("PPPPPPPPPPPPPPPPPPPPPPPAAAAAA", (23, 0, 6, 79, 6)),  # 79.3 % is not 80 %
    ],
)
def test_attendance_is_counted_in_sessions(letters, told):
    marks = {"P": Mark.PRESENT, "A": Mark.ABSENT, "J": Mark.JUSTIFIED}

    known = tally(marks[each] for each in letters)

    assert (
        known.present,
        known.justified,
        known.absent,
        known.percent,
        known.missed_in_a_row,
    ) == told


@pytest.mark.rule("CASE-30")
def test_sessions_before_somebody_joined_count_as_not_attended_but_not_as_missed():
    known = tally(["", "", "", Mark.PRESENT, Mark.ABSENT])

    assert (known.before, known.percent, known.missed_in_a_row) == (3, 20, 1)
    assert not tally(["", "", ""]).never_came


@pytest.mark.parametrize("to", EnrolmentState)
@pytest.mark.parametrize("state", EnrolmentState)
def test_an_enrolment_goes_where_the_table_says_and_nowhere_else(state, to):
    made = in_state(state)
    reason = {"reason": "Trabaja."} if to == EnrolmentState.DROPPED else {}

    def step():
        return enrolments._step(made, to, version=1, by=made.state_by, **reason)

    if to in ENROLMENT_MOVES[state]:
        assert step().state == to
    else:
        with pytest.raises(MoveNotAllowed):
            step()
        made.refresh_from_db()
        assert made.state == state


# Sessions


@pytest.mark.rule("CASE-30")
def test_a_session_is_there_before_attendance(group):
    enrol(group)
    session = GroupSessionFactory(group=group, days_ago=-1)

    with pytest.raises(ValidationError, match="no ha comenzado"):
        enrolments.take_attendance(session, {}, version=1, minutes=60, by=group.facilitator)
    assert not Attendance._meta.get_field("session").null
    with pytest.raises(IntegrityError, match="once_it_began"), transaction.atomic():
        GroupSession.objects.update(taken_at=timezone.now(), taken_by=group.facilitator, minutes=60)


def test_a_group_is_in_one_session_at_a_time(client, caseworker, group):
    day = timezone.localdate().isoformat()
    answers = {"day": day, "since": "09:00", "until": "11:00", "topic": "Ahorro"}
    first = client.post(url("session_create", group), answers | {"key": str(uuid4())})
    second = {"since": "10:59", "until": "12:00", "key": str(uuid4())}

    clash = client.post(url("session_create", group), answers | second)

    assert first.url == group.get_absolute_url()
    assert (clash.status_code, set(clash.context["form"].errors)) == (422, {"day"})
    made = GroupSession.objects.get()
    with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
        GroupSessionFactory(group=group, starts_at=made.starts_at, ends_at=made.ends_at)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"until": "08:00"}, "until"),
        ({"since": "05:00", "until": "23:00"}, "until"),
        ({"day": "2019-01-01"}, "day"),
        ({"topic": ""}, "topic"),
        ({"since": "x"}, "since"),
    ],
)
def test_a_session_that_cannot_be_is_refused_at_its_field(
    client, caseworker, group, changes, field
):
    answers = {
        "key": str(uuid4()),
        "day": timezone.localdate().isoformat(),
        "since": "09:00",
        "until": "11:00",
        "topic": "Ahorro",
    }

    response = client.post(url("session_create", group), answers | changes)

    assert (response.status_code, set(response.context["form"].errors)) == (422, {field})


def test_hours_stand_once_it_is_known_who_came(group):
    (one,) = enrol(group)
    session = hold(group, {one: Mark.PRESENT}, days_ago=2)
    answers = {"ends_at": session.ends_at, "topic": "Deudas", "by": group.facilitator}

    with pytest.raises(groups.SessionHeld):
        groups.change_session(
            session, version=2, starts_at=session.starts_at + timedelta(hours=1), **answers
        )
    with pytest.raises(groups.SessionHeld):
        groups.cancel_session(session, version=2, reason="No.", by=group.facilitator)
    changed = groups.change_session(session, version=2, starts_at=session.starts_at, **answers)

    assert changed.topic == "Deudas"


def test_a_cancelled_session_counts_for_nobody(client, caseworker, group):
    (one,) = enrol(group)
    attend(group, one, "P")
    extra = GroupSessionFactory(group=group, days_ago=0.2)

    client.post(url("session_cancel", extra), {"version": 1, "reason": "Sin luz."})

    extra.refresh_from_db()
    assert extra.cancelled_reason == "Sin luz."
    assert enrolments.tallies([one])[one.pk].held == 1


# Who takes part


def test_who_is_accompanied_is_enrolled_once(client, caseworker, group):
    mine = [PersonFactory(office=group.office, caseworker=caseworker) for _each in range(2)]
    others = PersonFactory(office=group.office)
    elsewhere = PersonFactory(caseworker=caseworker)
    page = client.get(url("enrolment_create", group))
    offered = set(page.context["form"].fields["people"].queryset)
    answers = {"people": [each.pk for each in mine], "invited": "no", "key": str(uuid4())}

    responses = [client.post(url("enrolment_create", group), answers) for _each in range(2)]
    refused = client.post(
        url("enrolment_create", group), answers | {"people": [others.pk], "key": str(uuid4())}
    )

    assert offered == set(mine)
    assert elsewhere not in offered
    assert responses[0].url == group.get_absolute_url()
    assert set(group.enrolments.values_list("person", flat=True)) == {each.pk for each in mine}
    assert refused.status_code == 422
    assert Activity.objects.filter(verb="enrolment.enrolled").count() == 2


def test_who_was_invited_takes_part_once_she_says_so(client, caseworker, group):
    (one,) = enrol(group, state=EnrolmentState.INVITED)
    session = GroupSessionFactory(group=group)
    before = enrolments.to_be_marked(session)

    client.post(url("enrolment_accept", one), {"version": 1})

    one.refresh_from_db()
    assert (before, one.state) == ([], "enrolled")
    assert enrolments.to_be_marked(session) == [one]


def test_who_leaves_says_why_and_begins_again_in_another_group(client, caseworker, group):
    (one,) = enrol(group)
    missing = client.post(url("enrolment_drop", one), {"version": 1, "reason": ""})
    client.post(url("enrolment_drop", one), {"version": 1, "reason": "Encontró trabajo."})

    one.refresh_from_db()
    other = GroupFactory(office=group.office)
    enrolments.enrol_people(other, [one.person], key=uuid4(), by=caseworker)

    assert set(missing.context["form"].errors) == {"reason"}
    assert (one.state, one.reason) == ("dropped", "Encontró trabajo.")
    assert one.person.enrolments.get(group=other).state == "enrolled"
    with pytest.raises(IntegrityError), transaction.atomic():
        EnrolmentFactory(group=group, person=one.person)


@pytest.mark.rule("CASE-30")
def test_never_came_is_said_after_three_sessions_and_not_before(group):
    (one,) = enrol(group)
    attend(group, one, "AA")
    with pytest.raises(ValidationError):
        enrolments.mark_never_came(one, version=one.version, by=group.facilitator)
    hold(group, {one: Mark.JUSTIFIED}, days_ago=0.5)

    enrolments.mark_never_came(one, version=one.version, by=group.facilitator)

    one.refresh_from_db()
    assert one.state == "no_show"


# Attendance


def posted(session, changes=(), **more):
    marks = {
        f"asistencia-{each.public_id}": Mark.PRESENT.value
        for each in enrolments.to_be_marked(session)
    }
    marks |= {f"asistencia-{each.public_id}": mark for each, mark in dict(changes).items()}
    return {"version": session.version, "minutes": 120, **marks, **more}


@pytest.mark.rule("CASE-30")
def test_attendance_of_twelve_goes_in_one_save_and_present_is_where_it_begins(client, group):
    twelve = enrol(group, 12)
    session = GroupSessionFactory(group=group)
    client.force_login(group.facilitator)
    form = client.get(session.get_absolute_url()).context["form"]
    initial = {each.name: each.initial for each in form if each.name.startswith("asis")}
    shown = {each.name: each.value() for each in form}

    client.post(
        session.get_absolute_url(),
        shown | {f"asistencia-{twelve[3].public_id}": "absent"},
    )

    session.refresh_from_db()
    assert set(initial.values()) == {Mark.PRESENT}
    assert len(initial) == 12
    assert dict(session.attendance.values_list("enrolment", "mark")) == {
        each.pk: "absent" if each == twelve[3] else "present" for each in twelve
    }
    assert (session.taken_by, session.minutes) == (group.facilitator, 120)
    states = dict(group.enrolments.values_list("pk", "state"))
    assert states == {
        each.pk: "enrolled" if each == twelve[3] else "in_progress" for each in twelve
    }


def test_a_second_save_corrects_the_first_and_says_so(client, caseworker, group):
    one, two = enrol(group, 2)
    session = hold(group, {one: Mark.PRESENT, two: Mark.ABSENT}, days_ago=1)

    client.post(session.get_absolute_url(), posted(session, {two: "justified"}))

    session.refresh_from_db()
    assert dict(session.attendance.values_list("enrolment", "mark")) == {
        one.pk: "present",
        two.pk: "justified",
    }
    change = Activity.objects.get(verb="attendance.corrected")
    assert (change.person_id, change.actor) == (two.person_id, caseworker)
    assert change.changes["mark"] == ["absent", "justified"]
    assert session.taken_by == group.facilitator


@pytest.mark.rule("SEC-15")
def test_the_second_of_two_who_take_attendance_is_told_and_loses_nothing(client, caseworker, group):
    one, _two = enrol(group, 2)
    session = GroupSessionFactory(group=group)
    answers = posted(session, {one: "absent"})
    enrolments.take_attendance(session, {}, version=1, minutes=90, by=group.facilitator)

    response = client.post(session.get_absolute_url(), answers)

    form = response.context["form"]
    assert response.status_code == 409
    assert form[f"asistencia-{one.public_id}"].value() == "absent"
    assert session.attendance.get(enrolment=one).mark == "present"


@pytest.mark.parametrize("value", ["maybe", "", "PRESENT", "\x00"])
def test_an_unknown_mark_is_refused(client, caseworker, group, value):
    (one,) = enrol(group)
    session = GroupSessionFactory(group=group)

    response = client.post(session.get_absolute_url(), posted(session, {one: value}))

    assert response.status_code == 422
    assert not Attendance.objects.exists()


@pytest.mark.rule("CASE-30")
def test_who_is_expected_in_two_sessions_at_once_is_pointed_out(client, caseworker, group):
    person = PersonFactory(office=group.office, surnames="Portillo")
    EnrolmentFactory(group=group, person=person)
    session = GroupSessionFactory(group=group)
    other = GroupFactory(office=group.office, name="Habilidades")
    EnrolmentFactory(group=other, person=person)
    starts_at = session.starts_at + timedelta(hours=1)
    GroupSessionFactory(group=other, starts_at=starts_at)
    AppointmentFactory(person=person, starts_at=starts_at)
    enrol(group)

    form = client.get(session.get_absolute_url()).context["form"]

    remarks = [each.help_text for each in form if each.name.startswith("asis")]
    hour = f"{timezone.localtime(starts_at):%H:%M}"
    assert sorted(remarks) == ["", f"A esta hora también: Habilidades, Entrevista {hour}"]
    answers = posted(session)
    assert client.post(session.get_absolute_url(), answers).url == group.get_absolute_url()


# The end


@pytest.mark.rule("CASE-30")
@pytest.mark.parametrize(
    ("letters", "state"),
    [("PPPPA", "completed"), ("PPPAA", "failed"), ("PPPPJ", "completed"), ("AAAAA", "no_show")],
)
def test_who_came_to_eighty_per_cent_completes_the_group_and_has_its_service(
    client, caseworker, group, letters, state
):
    (one,) = enrol(group)
    attend(group, one, letters)
    group.refresh_from_db()
    shown = client.get(url("group_finish", group)).context["ends"]

    response = client.post(url("group_finish", group), {"version": group.version})

    one.refresh_from_db()
    assert [end.state for end, _tone in shown] == [state]
    assert (response.url, one.state) == (group.get_absolute_url(), state)
    received = ServiceRecord.objects.filter(person=one.person)
    if state == "completed":
        kept = received.get()
        assert (kept.service, kept.organization) == (Service.FINANCIAL_EDUCATION, group.office)
        assert kept.on == timezone.localdate() - timedelta(days=1)
        assert kept.source == f"enrolment:{one.pk}"
    else:
        assert not received.exists()


@pytest.mark.rule("CASE-30")
@pytest.mark.parametrize(("least", "state"), [(60, "completed"), (61, "failed")])
def test_the_programme_sets_how_much_it_takes(settings, group, least, state):
    settings.GROUP_COMPLETION_PERCENT = least
    (one,) = enrol(group)
    attend(group, one, "PPPAA")

    (end,) = enrolments.finish_group(group, version=1, by=group.facilitator)

    assert end.state == state


@pytest.mark.rule("CASE-30")
def test_nobody_completes_with_less_by_any_way(group):
    (one,) = enrol(group)
    attend(group, one, "PPPAA")

    with pytest.raises(enrolments.NotEnough, match="60 %"):
        enrolments.complete_enrolment(one, version=one.version, by=group.facilitator)

    one.refresh_from_db()
    assert one.state == "in_progress"
    assert not ServiceRecord.objects.exists()


def test_a_group_ends_only_when_all_sessions_are_known(client, caseworker, group):
    (one,) = enrol(group)
    nothing = client.post(url("group_finish", group), {"version": 1})
    attend(group, one, "P")
    GroupSessionFactory(group=group, days_ago=-3)

    open_one = client.post(url("group_finish", group), {"version": 1})

    one.refresh_from_db()
    assert (nothing.status_code, open_one.status_code) == (422, 422)
    assert "ninguna sesión" in nothing.context["refusal"]
    assert "Sesiones sin asistencia: 1" in open_one.context["refusal"]
    assert one.state == "in_progress"


# Pages, and who may


@pytest.mark.rule("SEC-16")
def test_a_group_is_made_once(client, caseworker, office):
    answers = {
        "key": str(uuid4()),
        "service": "2c",
        "name": "Finanzas",
        "office": office.pk,
        "facilitator": caseworker.pk,
        "place": "",
        "starts_on": "2026-11-02",
        "ends_on": "2026-12-18",
        "hours": "20",
    }

    responses = [client.post(url("group_create"), answers) for _each in range(2)]

    made = Group.objects.get()
    assert {each.url for each in responses} == {made.get_absolute_url()}
    assert (made.service, made.facilitator) == ("2c", caseworker)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": "2d"}, "service"),
        ({"service": "1a"}, "service"),
        ({"office": "0"}, "office"),
        ({"facilitator": "0"}, "facilitator"),
        ({"ends_on": "2026-10-01"}, "__all__"),
        ({"hours": "0"}, "hours"),
        ({"hours": "99999"}, "hours"),
        ({"name": "a" * 5000}, "name"),
    ],
)
def test_a_group_that_cannot_be_is_refused_at_its_field(client, caseworker, office, changes, field):
    answers = {
        "key": str(uuid4()),
        "service": "2c",
        "name": "Finanzas",
        "office": office.pk,
        "facilitator": caseworker.pk,
        "starts_on": "2026-11-02",
        "ends_on": "2026-12-18",
        "hours": "20",
    }

    response = client.post(url("group_create"), answers | changes)

    assert (response.status_code, set(response.context["form"].errors)) == (422, {field})
    assert not Group.objects.exists()


def test_what_a_group_is_can_be_corrected_until_somebody_completed_it(client, caseworker, group):
    form = client.get(url("group_change", group)).context["form"]
    shown = {each.name: each.value() or "" for each in form}

    client.post(url("group_change", group), shown | {"name": "Finanzas 2", "service": "2b"})
    enrol(group, state=EnrolmentState.COMPLETED)
    refused = client.post(url("group_change", group), shown | {"version": 2, "service": "2c"})

    group.refresh_from_db()
    assert (group.name, group.service) == ("Finanzas 2", "2b")
    assert set(refused.context["form"].errors) == {"service"}


@pytest.mark.rule("SEC-3")
def test_a_coach_sees_the_groups_that_she_leads_and_no_file(client, group):
    (one,) = enrol(group)
    client.force_login(group.facilitator)
    others = GroupFactory(office=group.office)

    page = client.get(group.get_absolute_url())

    html = page.content.decode()
    assert one.person.display_name in html
    assert one.person.get_absolute_url() not in html
    assert ReadLog.objects.latest("pk").persons == [one.person_id]
    assert client.get(others.get_absolute_url()).status_code == 404
    assert client.get(url("enrolment_create", group)).status_code == 403


@pytest.mark.rule("SEC-3")
def test_groups_of_other_offices_are_not_there(client, caseworker):
    there = GroupFactory(office=OrganizationFactory())
    session = GroupSessionFactory(group=there)
    (one,) = enrol(there)

    pages = [
        there.get_absolute_url(),
        session.get_absolute_url(),
        url("group_change", there),
        url("enrolment_drop", one),
        url("session_cancel", session),
    ]

    assert [client.get(each).status_code for each in pages] == [404] * len(pages)
    assert list(client.get(url("group_list")).context["page"].rows) == []


def test_coordination_of_the_programme_looks_and_takes_no_attendance(client, group):
    enrol(group)
    session = GroupSessionFactory(group=group)
    client.force_login(UserFactory(programme_coordinator=True))

    assert client.get(session.get_absolute_url()).status_code == 200
    assert client.post(session.get_absolute_url(), posted(session)).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_pages_of_groups_ask_as_much_for_one_as_for_three(
    client, caseworker, group, count, django_assert_num_queries
):
    marked = enrol(group, count)
    for place in range(count):
        hold(group, dict.fromkeys(marked, Mark.PRESENT), days_ago=place + 1)
    session = group.sessions.latest("starts_at")
    for _each in range(count - 1):
        GroupFactory(office=group.office)

    with django_assert_num_queries(5):
        client.get(url("group_list"))
    with django_assert_num_queries(10):
        client.get(group.get_absolute_url())
    with django_assert_num_queries(11):
        client.get(session.get_absolute_url())


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"servicio": "2c"}, 1), ({"grupos": "mios"}, 0), ({"estado": "antes"}, 0), ({}, 1)],
)
def test_the_list_is_narrowed(client, caseworker, group, asked, found):
    assert len(client.get(url("group_list"), asked).context["page"].rows) == found
