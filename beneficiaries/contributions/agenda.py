"""What the registry puts into agendas: appointments, and the sessions of groups."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from beneficiaries.choices import OPEN_APPOINTMENTS, AppointmentState
from beneficiaries.models import Appointment, GroupSession
from beneficiaries.registry import Entry

TONES = {
    AppointmentState.PLANNED: "curso",
    AppointmentState.CONFIRMED: "ok",
    AppointmentState.DONE: "plain",
    AppointmentState.NO_SHOW: "alerta",
    AppointmentState.EXCUSED: "plain",
    AppointmentState.CANCELLED: "plain",
    AppointmentState.MOVED: "plain",
}
GONE = [AppointmentState.CANCELLED, AppointmentState.MOVED]


def hours_of(since: date, until: date) -> tuple[datetime, datetime]:
    """From the first moment of one day until the last of another, as clocks here have them."""
    zone = timezone.get_current_timezone()
    ends = datetime.combine(until + timedelta(days=1), time(), tzinfo=zone)
    return datetime.combine(since, time(), tzinfo=zone), ends


def appointments_in(user: User, since: date, until: date) -> list[Entry]:
    """Those with `user`, and where they coordinate those with others; who was moved is gone."""
    mine = Q(responsible=user) | user.where(Permission.CASE_ASSIGN, "person__office")
    found = Appointment.objects.between(*hours_of(since, until)).filter(mine).visible_to(user)
    found = found.exclude(state__in=GONE).select_related("person", "kind", "responsible")
    return [_appointment(each) for each in found]


def _appointment(appointment: Appointment) -> Entry:
    person, begins = appointment.person, timezone.localtime(appointment.starts_at)
    state, tone = appointment.get_state_display(), TONES[AppointmentState(appointment.state)]
    if appointment.is_open and appointment.ends_at < timezone.now():
        state, tone = _("To be closed"), "alerta"
    return Entry(
        on=begins.date(),
        starts_at=begins,
        ends_at=timezone.localtime(appointment.ends_at),
        title=person.display_name,
        public_title=_("Appointment {number}").format(number=person.file_number),
        uid=f"appointment-{appointment.public_id}",
        responsible=appointment.responsible,
        office_id=person.office_id,
        url=appointment.get_absolute_url(),
        detail=f"{appointment.kind} · {appointment.place}",
        state=state,
        tone=tone,
        people=(person.pk,),
    )


def sessions_in(user: User, since: date, until: date) -> list[Entry]:
    """Those of groups that `user` leads, and where they coordinate those of others."""
    mine = Q(group__facilitator=user) | user.where(Permission.CASE_ASSIGN, "group__office")
    found = GroupSession.objects.standing().between(*hours_of(since, until)).filter(mine)
    return [_session(each) for each in found.select_related("group__facilitator")]


def _session(session: GroupSession) -> Entry:
    group, begins = session.group, timezone.localtime(session.starts_at)
    state, tone = "", "plain"
    if session.taken_at:
        state = _("Attendance taken")
    elif session.ends_at < timezone.now():
        state, tone = _("Attendance missing"), "alerta"
    return Entry(
        on=begins.date(),
        starts_at=begins,
        ends_at=timezone.localtime(session.ends_at),
        title=group.name,
        public_title=_("Group session {service}").format(service=group.service),
        uid=f"session-{session.public_id}",
        responsible=group.facilitator,
        office_id=group.office_id,
        url=session.get_absolute_url(),
        detail=f"{_('Group')} · {session.topic}",
        state=state,
        tone=tone,
    )


# «Hoy»

LEFT_OPEN = timedelta(days=60)  # for how long it is asked for what nobody has closed


def blocks(user: User) -> Iterator[Block]:
    """What `user` has today, and what of earlier days nobody has closed."""
    today = timezone.localdate()
    entries = sorted(_own(user, today), key=lambda each: f"{each.starts_at}")
    now = [_line(each, with_day=False) for each in entries if each.on == today]
    late = [_line(each, with_day=True) for each in entries if each.on < today]
    url = reverse("agenda:agenda")
    yield Block(_("Your agenda today"), Urgency.NOW, now, f"{url}?vista=dia")
    yield Block(_("Earlier days: say what became of it"), Urgency.LATE, late[: SHOWN + 1], url)


def _own(user: User, today: date) -> Iterator[Entry]:
    """What they are responsible for: all of today, and of earlier days what was left open."""
    since, ends = hours_of(today - LEFT_OPEN, today)
    begins, _ends = hours_of(today, today)
    if user.may(Permission.APPOINTMENT_MANAGE):
        theirs = Appointment.objects.between(since, ends).filter(responsible=user)
        theirs = theirs.filter(Q(ends_at__gt=begins) | Q(state__in=OPEN_APPOINTMENTS))
        theirs = theirs.exclude(state__in=GONE).visible_to(user)
        for each in theirs.select_related("person", "kind", "responsible"):
            yield _appointment(each)
    if user.may(Permission.GROUP_MANAGE):
        led = GroupSession.objects.standing().between(since, ends)
        led = led.filter(Q(ends_at__gt=begins) | Q(taken_at=None), group__facilitator=user)
        for session in led.select_related("group__facilitator"):
            yield _session(session)


def _line(entry: Entry, *, with_day: bool) -> Line:
    return Line(
        f"{entry.starts_at:%d/%m %H:%M} {entry.title}"
        if with_day
        else f"{entry.starts_at:%H:%M} {entry.title}",
        entry.url,
        entry.detail,
        state=entry.state,
        tone=entry.tone,
        person=next(iter(entry.people), None),
    )
