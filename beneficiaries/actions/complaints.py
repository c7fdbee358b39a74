"""Complaints and suggestions, from the day they come in to the answer (machine 5.20)."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.rights import department_of
from beneficiaries.choices import SENSITIVE_TOPICS, ComplaintState
from beneficiaries.models import Complaint, ComplaintStaff
from genesis.lib.codes import short_code
from genesis.lib.states import lock, move
from genesis.lib.working_days import working_days_after


@transaction.atomic
def receive_complaint(
    *, key: UUID, staff: Collection[User] = (), by: User, **answers: Any
) -> Complaint:
    """Take down a complaint, a suggestion or thanks, with a name or without.

    What is about misconduct, abuse or data is restricted at once. `staff` are
    those whom it is about. Raises OtherContent and ValidationError.
    """
    sent = claim(key, by=by, content=[answers, sorted(each.pk for each in staff)])
    if sent.result:
        return Complaint.objects.get(pk=sent.result)
    received_on = answers["received_on"]
    if received_on > timezone.localdate():
        raise ValidationError({"received_on": _("Choose today or an earlier day.")})
    restricted = answers["topic"] in SENSITIVE_TOPICS
    department = department_of(answers["office"])
    triage, answer = settings.COMPLAINT_DAYS
    complaint = Complaint(
        code=short_code(),
        restricted=restricted,
        triage_by=working_days_after(
            received_on, 1 if restricted else triage, department=department
        ),
        due_on=working_days_after(received_on, answer, department=department),
        received_by=by,
        **answers,
    )
    complaint.full_clean()
    complaint.save()
    _name_staff(complaint, staff)
    settle(sent, complaint)
    record_activity("complaint.received", complaint, by=by, restricted=restricted)
    return complaint


def _name_staff(complaint: Complaint, staff: Collection[User]) -> None:
    ComplaintStaff.objects.bulk_create(
        (ComplaintStaff(complaint=complaint, user=each) for each in staff), ignore_conflicts=True
    )


@transaction.atomic
def triage_complaint(
    complaint: Complaint, *, version: int, restricted: bool, staff: Collection[User], by: User
) -> Complaint:
    """Say whether only few may read it, and whom it is about. Raises MoveNotAllowed, StaleRecord.

    What is restricted by its topic stays so.
    """
    complaint = lock(complaint)
    _must_not_be_about(complaint, by)
    restricted = restricted or complaint.restricted
    _name_staff(complaint, staff)
    return _move(complaint, ComplaintState.TRIAGED, version=version, by=by, restricted=restricted)


@transaction.atomic
def begin_looking_into(complaint: Complaint, *, version: int, by: User) -> Complaint:
    """Raises MoveNotAllowed and StaleRecord."""
    complaint = lock(complaint)
    _must_not_be_about(complaint, by)
    if complaint.state == ComplaintState.ANSWERED:
        raise ValidationError(_("Say why she or he does not agree: it is an appeal."))
    return _move(complaint, ComplaintState.INVESTIGATING, version=version, by=by)


@transaction.atomic
def answer_complaint(complaint: Complaint, *, version: int, answer: str, by: User) -> Complaint:
    """Give the answer; that of an appeal somebody else than the first time.

    Raises MoveNotAllowed, StaleRecord and ValidationError.
    """
    complaint = lock(complaint)
    _must_not_be_about(complaint, by)
    if complaint.first_answered_by_id == by.pk:
        raise ValidationError(_("Somebody else answers an appeal."))
    return _move(
        complaint,
        ComplaintState.ANSWERED,
        version=version,
        by=by,
        answer=answer,
        answered_at=timezone.now(),
        answered_by=by,
    )


@transaction.atomic
def appeal_complaint(complaint: Complaint, *, version: int, appeal: str, by: User) -> Complaint:
    """She does not agree with the answer: it is looked into again, once.

    Raises MoveNotAllowed, StaleRecord and ValidationError.
    """
    complaint = lock(complaint)
    _must_not_be_about(complaint, by)
    if complaint.appealed_at:
        raise ValidationError(_("There was an appeal already."))
    today = timezone.localdate()
    _triage, days = settings.COMPLAINT_DAYS
    return _move(
        complaint,
        ComplaintState.INVESTIGATING,
        version=version,
        by=by,
        appeal=appeal,
        appealed_at=timezone.now(),
        first_answered_by=complaint.answered_by,
        first_answer=complaint.answer,
        answered_by=None,
        answered_at=None,
        answer="",
        due_on=working_days_after(today, days, department=department_of(complaint.office)),
    )


@transaction.atomic
def close_complaint(complaint: Complaint, *, version: int, by: User) -> Complaint:
    """The answer reached whoever complained, or there is nobody to tell."""
    complaint = lock(complaint)
    _must_not_be_about(complaint, by)
    return _move(complaint, ComplaintState.CLOSED, version=version, by=by)


def _must_not_be_about(complaint: Complaint, by: User) -> None:
    if complaint.staff.filter(user=by).exists():
        raise ValidationError(_("Nobody decides on what is about themselves."))


def _move(
    complaint: Complaint, to: ComplaintState, *, version: int, by: User, **values: Any
) -> Complaint:
    changes = move(complaint, to, version=version, **values)
    record_activity(f"complaint.{to}", complaint, by=by, changes=changes)
    return complaint
