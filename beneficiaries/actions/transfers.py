"""Files that go from one office to another: one asks, the one that holds it answers."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.actions.cases import current_case, end_assignments, open_case
from beneficiaries.actions.going_along import take_along
from beneficiaries.choices import (
    DUI_TYPES,
    ENDED_STATES,
    AssignmentKind,
    OpenReason,
    TransferState,
)
from beneficiaries.models import IdentityDocument, Person, Transfer
from genesis.lib.states import change, lock, move


def find_file(*, file_number: str = "", dui: str = "") -> Person | None:
    """The file with exactly this number or DUI, at whatever office; of a merged one the other."""
    files = Person.objects.filter(undone_at=None).select_related("merged_into", "office")
    if file_number:
        found = files.filter(file_number=file_number).first()
    else:
        papers = IdentityDocument.objects.filter(doc_type__in=DUI_TYPES, number=dui, active=True)
        found = files.filter(pk__in=papers.values("person")).first()
    return (found.merged_into or found) if found else None


@transaction.atomic
def request_transfer(
    person: Person, *, key: UUID, to_office: Organization, reason: str, by: User
) -> Transfer:
    """Ask for the file of somebody who is here now; each office asks once at a time."""
    sent = claim(key, by=by, content=[person, to_office, reason])
    if sent.result:
        return Transfer.objects.get(pk=sent.result)
    person = lock(person)  # two who ask at once leave one request
    if person.office_id == to_office.pk:
        raise ValidationError(_("This file is at your office already."))
    if person.transfers.waiting().filter(to_office=to_office).exists():
        raise ValidationError(_("Your office has already asked for this file: it waits."))
    asked = Transfer.objects.create(person=person, to_office=to_office, reason=reason, asked_by=by)
    settle(sent, asked)
    record_activity("transfer.asked", asked, by=by, to_office=to_office.pk)
    return asked


@transaction.atomic
def accept_transfer(transfer: Transfer, *, version: int, answer: str, by: User) -> Transfer:
    """Hand a file on: the office and the open case go, and nobody accompanies her yet there.

    So does what a rule left to the office: a risk to be assessed, a referral that nobody
    answered, a granted request about her data.

    A closed case stays where it was; the office that receives the file opens
    the next episode (CASE-33). Raises MoveNotAllowed, StaleRecord and NoPhase.
    """
    person = lock(transfer.person)  # first the file, as whoever asks or assigns does
    transfer = lock(transfer)
    held, to = person.office, transfer.to_office
    _answer(transfer, TransferState.ACCEPTED, version=version, held=held, answer=answer, by=by)
    _move_case(person, to, by=by)
    end_assignments(person, kinds=[AssignmentKind.CASEWORKER], by=by)
    change(person, version=person.version, office=to)
    take_along(person, by=by)
    record_activity("transfer.accepted", transfer, by=by, from_office=held.pk, to_office=to.pk)
    return transfer


def _move_case(person: Person, to: Organization, *, by: User) -> None:
    case = current_case(person)
    if case is None:  # under 18: a file without a case
        return
    if case.state in ENDED_STATES:
        open_case(
            person,
            office=to,
            opened_on=timezone.localdate(),
            because=OpenReason.TRANSFERRED,
            by=by,
        )
        return
    case = lock(case)
    change(case, version=case.version, office=to)


@transaction.atomic
def refuse_transfer(transfer: Transfer, *, version: int, answer: str, by: User) -> Transfer:
    """Keep a file that another office asked for, and say why."""
    person = lock(transfer.person)
    transfer = lock(transfer)
    held = person.office
    _answer(transfer, TransferState.REFUSED, version=version, held=held, answer=answer, by=by)
    record_activity("transfer.refused", transfer, by=by)
    return transfer


def _answer(
    transfer: Transfer,
    state: TransferState,
    *,
    version: int,
    held: Organization,
    answer: str,
    by: User,
) -> None:
    if transfer.asked_by_id == by.pk:
        raise ValidationError(_("Nobody answers what they asked for themselves."))
    move(
        transfer,
        state,
        version=version,
        from_office=held,
        answered_at=timezone.now(),
        answered_by=by,
        answer=answer,
    )
