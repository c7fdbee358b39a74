"""Who is expected elsewhere at the same hour: said as a warning, never a refusal (CASE-30)."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from beneficiaries.choices import TAKING_PART
from beneficiaries.models import Appointment, Enrolment, GroupSession

type Clashes = dict[int, list[str]]  # person → what else she is expected at


def clashes_of(
    people: Collection[int],
    starts_at: datetime,
    ends_at: datetime,
    *,
    but_session: GroupSession | None = None,
    but_appointments: Collection[int] = (),
) -> Clashes:
    """What each of these people is expected at in part of these hours, besides what is named."""
    found: Clashes = {}
    sessions = GroupSession.objects.standing().between(starts_at, ends_at)
    if but_session:
        sessions = sessions.exclude(pk=but_session.pk)
    theirs = Enrolment.objects.filter(
        person__in=people, state__in=TAKING_PART, group__sessions__in=sessions
    )
    for enrolment in theirs.select_related("group").distinct():
        found.setdefault(enrolment.person_id, []).append(enrolment.group.name)
    appointments = Appointment.objects.open().between(starts_at, ends_at)
    appointments = appointments.filter(person__in=people).exclude(pk__in=but_appointments)
    for each in appointments.select_related("kind"):
        found.setdefault(each.person_id, []).append(_appointment(each))
    return found


def appointments_of_somebody(
    user: User, starts_at: datetime, ends_at: datetime, *, but_appointments: Collection[int] = ()
) -> list[str]:
    """What somebody who works here has planned in part of these hours: no names, only hours."""
    theirs = Appointment.objects.open().between(starts_at, ends_at).filter(responsible=user)
    theirs = theirs.exclude(pk__in=but_appointments).select_related("kind").order_by("starts_at")
    led = GroupSession.objects.standing().between(starts_at, ends_at)
    led = led.filter(group__facilitator=user).select_related("group")
    return [*map(_appointment, theirs), *(each.group.name for each in led)]


def _appointment(appointment: Appointment) -> str:
    return f"{appointment.kind} {timezone.localtime(appointment.starts_at):%H:%M}"
