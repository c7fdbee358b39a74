"""What stands in the demo's agendas: appointments of these weeks, and two groups."""

from datetime import date, datetime, time, timedelta
from itertools import cycle
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from beneficiaries.actions import appointments, cases, enrolments, groups
from beneficiaries.actions.attendance_sheets import upload_sheet
from beneficiaries.choices import AppointmentState, Mark, Service
from beneficiaries.models import Appointment, Group, LookupValue, Person
from demo.cast import address
from demo.clock import at

DAYS = [-6, -3, -1, 0, 0, 1, 2, 4, 8]
HOURS = [8, 9, 10, 14, 11, 15]
TOPICS = ["Presupuesto familiar", "Ahorro", "Deudas y crédito", "Remesas", "Seguros"]
# How often each comes: a mark for each session that was held.
WAYS = ["PPPP", "PPAP", "PPPJ", "PAAA", "PPPP", "PPPP", "AAAA"]
MARKS = {"P": Mark.PRESENT, "A": Mark.ABSENT, "J": Mark.JUSTIFIED}


def fill_agendas(registered: list[Person], story) -> None:
    """The appointments of each office's first caseworker, and a group that she or a coach leads."""
    for office, caseworkers in story.cast.caseworkers.items():
        by = caseworkers[0]
        with at(story.today):
            mine = [each for each in registered if cases.caseworker_of(each) == by]
        make_appointments(mine, story.cast.offices[office], by, story)
    coach = User.objects.get(email=address(Role.COACH))
    by = story.cast.caseworkers["ss"][0]
    with at(story.today):
        mine = [each for each in registered if cases.caseworker_of(each) == by]
    lead_group(mine[:12], "Finanzas del hogar, tarde", coach, by, story, over=False)
    lead_group(mine[4:11], "Finanzas del hogar, mañana", by, by, story, over=True)


def make_appointments(mine: list[Person], office, by: User, story) -> None:
    kinds = cycle(LookupValue.objects.of("appointment_kind")[:4])
    for place, person in enumerate(mine[: len(DAYS)]):
        day = story.today + timedelta(days=DAYS[place])
        with at(min(day, story.today) - timedelta(days=5), 8):
            made = appointments.make_appointments(
                [person],
                key=uuid4(),
                kind=next(kinds),
                place=office.name,
                starts_at=moment(day, HOURS[place % len(HOURS)]),
                minutes=45,
                responsible=by,
                by=by,
            )[0]
        if day < story.today:
            _end(made, place, day, by)
        elif place == len(DAYS) - 1:
            _move(made, story.today, by)


def _end(made: Appointment, place: int, day: date, by: User) -> None:
    """Some came, one did not; of the last nobody has said it yet."""
    ends = [AppointmentState.DONE, AppointmentState.NO_SHOW]
    if place < len(ends):
        with at(day, 17):
            appointments.close_appointment(made, ends[place], version=1, minutes=40, by=by)


def _move(made: Appointment, today: date, by: User) -> None:
    with at(today - timedelta(days=1), 15):
        appointments.move_appointment(
            made,
            version=1,
            starts_at=moment(today + timedelta(days=3), 9),
            minutes=45,
            place=made.place,
            reason="Trabaja ese día.",
            by=by,
        )


def lead_group(
    people: list[Person], name: str, leads: User, by: User, story, *, over: bool
) -> Group:
    """A group with sessions week by week: four were held; it is over, or goes on."""
    first = story.today - timedelta(days=40 if over else 24)
    office = story.cast.offices["ss"]
    with at(first - timedelta(days=5)):
        group = groups.make_group(
            key=uuid4(),
            service=Service.FINANCIAL_EDUCATION,
            name=name,
            office=office,
            facilitator=leads,
            place="Salón comunal de Soyapango",
            starts_on=first,
            ends_on=story.today + timedelta(days=30),
            hours=10,
            by=by,
        )
        enrolments.enrol_people(group, people, key=uuid4(), by=by)
    for place, topic in enumerate(TOPICS[: 4 if over else 5]):
        _hold(group, first + timedelta(days=7 * place), topic, place, story.today)
    if over:
        with at(story.today - timedelta(days=10), 16):
            enrolments.finish_group(group, version=1, by=leads)
    else:
        send_list(group, people)
    return group


def send_list(group: Group, people: list[Person]) -> None:
    """A list of attendance as somebody typed it at home: it waits to be written down."""
    rows = [
        "Expediente;Sesión;Asistencia",
        *[f"{each.file_number};4;Presente" for each in people[:3]],
        "GS-2020-00000;4;Presente",
    ]
    file = ContentFile("\n".join(rows).encode(), name="asistencia_sesion_4.csv")
    by = group.facilitator
    upload_sheet(group, key=uuid4(), file=file, others=Mark.ABSENT, by=by)


def _hold(group: Group, day: date, topic: str, place: int, today: date) -> None:
    by = group.facilitator
    with at(group.starts_on - timedelta(days=2)):
        session = groups.plan_session(
            group,
            key=uuid4(),
            starts_at=moment(day, 14),
            ends_at=moment(day, 16),
            topic=topic,
            by=by,
        )
    if day >= today:
        return
    ways = cycle(WAYS)
    with at(day, 17):
        marked = enrolments.to_be_marked(session)
        marks = {each.pk: MARKS[next(ways)[place]] for each in marked}
        enrolments.take_attendance(session, marks, version=1, minutes=120, by=by)


def moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=timezone.get_current_timezone())
