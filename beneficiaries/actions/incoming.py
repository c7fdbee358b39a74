"""People whom institutions send to us, and the answer that we owe to whoever sent them (5.3)."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.actions.rights import department_of
from beneficiaries.choices import OPEN_INCOMING, IncomingState
from beneficiaries.models import IncomingReferral, Person
from beneficiaries.rules.referrals import ANSWER_IN
from genesis.lib.states import change, lock, move
from genesis.lib.working_days import working_days_after

ERASED = {"name": "", "phone": ""}


@transaction.atomic
def receive_referral(
    *, key: UUID, office: Organization, received_on: date, by: User, **answers: Any
) -> IncomingReferral:
    """Keep that an institution sent somebody, until when it is answered, and how to reach her.

    Raises OtherContent, and ValidationError for a day that has not come.
    """
    sent = claim(key, by=by, content=[office, received_on, answers])
    if sent.result:
        return IncomingReferral.objects.get(pk=sent.result)
    if received_on > timezone.localdate():
        raise ValidationError({"received_on": _("That day has not come yet.")})
    incoming = IncomingReferral(
        office=office,
        received_on=received_on,
        answer_due_on=answer_due_on(received_on, office),
        recorded_by=by,
        **answers,
    )
    incoming.full_clean()
    incoming.save()
    settle(sent, incoming)
    record_activity("incoming.received", incoming, by=by)
    return incoming


def answer_due_on(day: date, office: Organization) -> date:
    """The last day on which whoever sent somebody is answered, by the holidays of the office."""
    return working_days_after(day, ANSWER_IN, department=department_of(office))


@transaction.atomic
def move_incoming(
    incoming: IncomingReferral,
    *,
    version: int,
    to: IncomingState,
    by: User,
    person: Person | None = None,
) -> IncomingReferral:
    """Say what became of somebody; once it ended, her name and telephone are erased here.

    Raises MoveNotAllowed, StaleRecord, and ValidationError without the file that was made.
    """
    incoming = lock(incoming)
    if (person is not None) != (to == IncomingState.REGISTERED):
        raise ValidationError({"file_number": _("Write the number of the file that was made.")})
    erased = {} if to in OPEN_INCOMING else ERASED
    changes = move(incoming, to, version=version, person=person, **erased)
    kept = {"state": changes["state"]}
    record_activity("incoming.moved", incoming, by=by, changes=kept)
    return incoming


@transaction.atomic
def answer_sender(incoming: IncomingReferral, *, version: int, by: User) -> IncomingReferral:
    """Keep that whoever sent somebody was told what became of her. Raises StaleRecord."""
    incoming = lock(incoming)
    if incoming.answered_on:
        raise ValidationError(_("It was answered before."))
    changes = change(incoming, version=version, answered_on=timezone.localdate(), answered_by=by)
    record_activity("incoming.answered", incoming, by=by, changes=_days(changes))
    return incoming


def _days(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: values for name, values in changes.items() if name == "answered_on"}
