"""Appointments: made, confirmed, moved, and closed by what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.choices import (
    KEPT_APPOINTMENTS,
    LONGEST_APPOINTMENT,
    AppointmentState,
)
from beneficiaries.models import Appointment, LookupValue, Person
from genesis.lib.states import Changes, MoveNotAllowed, lock, move

EARLIEST, LATEST = timedelta(days=60), timedelta(days=365)


class NotYet(ValidationError):
    """What is still to come did not take place, and nobody missed it."""

    def __init__(self, appointment: Appointment) -> None:
        begins = timezone.localtime(appointment.starts_at)
        super().__init__(
            _("It begins on {day} at {hour}: say then what became of it.").format(
                day=f"{begins:%d/%m/%Y}", hour=f"{begins:%H:%M}"
            )
        )


@transaction.atomic
def make_appointments(
    people: Sequence[Person],
    *,
    key: UUID,
    kind: LookupValue,
    place: str,
    starts_at: datetime,
    minutes: int,
    responsible: User,
    by: User,
) -> list[Appointment]:
    """Plan that these people come at the same hour, each with an appointment of her own.

    Raises OtherContent, and ValidationError for an hour that cannot be meant.
    """
    people = list(people)
    sent = claim(key, by=by, content=[people, kind, place, starts_at, minutes, responsible])
    if sent.result:
        first = Appointment.objects.get(pk=sent.result)
        return list(
            Appointment.objects.filter(
                person__in=people, made_by=by, made_at=first.made_at, starts_at=starts_at
            )
        )
    ends_at = _end(starts_at, minutes)
    now = timezone.now()
    made = [
        Appointment.objects.create(
            person=each,
            kind=kind,
            place=place,
            starts_at=starts_at,
            ends_at=ends_at,
            responsible=responsible,
            made_at=now,
            made_by=by,
        )
        for each in people
    ]
    for each in made:
        record_activity("appointment.made", each, by=by, starts_at=starts_at)
    settle(sent, made[0])
    return made


def _end(starts_at: datetime, minutes: int) -> datetime:
    now = timezone.now()
    if not now - EARLIEST <= starts_at <= now + LATEST:
        raise ValidationError(
            {"day": _("Look at the date: it is more than two months ago, or a year ahead.")}
        )
    if not 0 < minutes <= LONGEST_APPOINTMENT:
        raise ValidationError({"minutes": _("An appointment takes at most eight hours.")})
    return starts_at + timedelta(minutes=minutes)


@transaction.atomic
def confirm_appointment(appointment: Appointment, *, version: int, by: User) -> Appointment:
    """Keep that the person said she comes."""
    appointment = lock(appointment)
    changes = move(appointment, AppointmentState.CONFIRMED, version=version)
    record_activity("appointment.confirmed", appointment, by=by, changes=changes)
    return appointment


@transaction.atomic
def close_appointment(
    appointment: Appointment,
    state: AppointmentState,
    *,
    version: int,
    minutes: int | None,
    by: User,
) -> Appointment:
    """Say what became of it: it took place for so many minutes, she did not come, or excused.

    Raises NotYet for what is to come, MoveNotAllowed and StaleRecord.
    """
    appointment = lock(appointment)
    if state in KEPT_APPOINTMENTS and not appointment.has_begun:
        raise NotYet(appointment)
    done = state == AppointmentState.DONE
    if done and not minutes:
        raise ValidationError({"minutes": _("Say how many minutes it took.")})
    changes = move(
        appointment, state, version=version, minutes=minutes if done else None, **_ended(by)
    )
    record_activity(f"appointment.{state}", appointment, by=by, changes=_told(changes))
    return appointment


@transaction.atomic
def cancel_appointment(
    appointment: Appointment, *, version: int, reason: str, by: User
) -> Appointment:
    """Take an appointment back, and say why; nobody is expected any more."""
    appointment = lock(appointment)
    if not reason:
        raise ValidationError({"reason": _("Say why.")})
    changes = move(
        appointment, AppointmentState.CANCELLED, version=version, reason=reason, **_ended(by)
    )
    record_activity("appointment.cancelled", appointment, by=by, changes=_told(changes))
    return appointment


@transaction.atomic
def move_appointment(
    appointment: Appointment,
    *,
    version: int,
    starts_at: datetime,
    minutes: int,
    place: str,
    reason: str,
    by: User,
) -> Appointment:
    """Put an appointment off, or forward: the new one is returned, and the old one leads to it.

    Raises MoveNotAllowed, StaleRecord, and ValidationError for an hour that cannot be meant.
    """
    lock(appointment.person)
    appointment = lock(appointment)
    if AppointmentState.MOVED not in appointment.MOVES[AppointmentState(appointment.state)]:
        raise MoveNotAllowed(appointment, AppointmentState.MOVED)
    if (starts_at, place) == (appointment.starts_at, appointment.place):
        raise ValidationError({"day": _("This is the same hour and place as before.")})
    new = Appointment.objects.create(
        person=appointment.person,
        kind=appointment.kind,
        place=place,
        starts_at=starts_at,
        ends_at=_end(starts_at, minutes),
        responsible=appointment.responsible,
        made_by=by,
    )
    changes = move(
        appointment,
        AppointmentState.MOVED,
        version=version,
        moved_to=new,
        reason=reason,
        **_ended(by),
    )
    changes["moved_to"] = (None, new.pk)
    record_activity("appointment.moved", appointment, by=by, changes=_told(changes))
    return new


def _ended(by: User) -> dict[str, object]:
    return {"ended_at": timezone.now(), "ended_by": by}


def _told(changes: Changes) -> Changes:
    """What the history keeps of a step: who and when it knows by itself."""
    return {name: both for name, both in changes.items() if name not in {"ended_at", "ended_by"}}
