"""Recording what somebody received and how she was sought; a wrong entry is voided, never gone."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.care import check_day, check_open
from beneficiaries.actions.moves import lock_case
from beneficiaries.actions.services import record_service, void_service
from beneficiaries.choices import RECORDED_BY_HAND, AttentionState, Service
from beneficiaries.models import Attention, Case, ContactAttempt, ServiceRecord
from genesis.lib.states import change, lock


@transaction.atomic
def record_attention(case: Case, *, key: UUID, by: User, **answers: Any) -> Attention:
    """Keep what somebody received on a day, or that she did not come; what she received counts.

    Raises OtherContent, CaseEnded, and ValidationError at the field that cannot be.
    """
    sent = claim(key, by=by, content=[case.pk, answers])
    if sent.result:
        return Attention.objects.get(pk=sent.result)
    case = lock_case(case)
    check_open(case)
    check_day(case, answers["on"])
    if answers["service"] not in RECORDED_BY_HAND:
        raise ValidationError({"service": _("This service is recorded by what it consists of.")})
    attention = Attention(case=case, recorded_by=by, **answers)
    attention.full_clean()
    attention.save()
    if attention.state == AttentionState.GIVEN:
        record_service(
            case.person,
            Service(attention.service),
            on=attention.on,
            organization=case.office,
            source=source_of(attention),
            by=by,
        )
    settle(sent, attention)
    record_activity("attention.recorded", attention, by=by, service=attention.service)
    return attention


def source_of(attention: Attention) -> str:
    """What the record of the service says of where it comes from."""
    return f"attention:{attention.pk}"


@transaction.atomic
def void_attention(attention: Attention, *, version: int, reason: str, by: User) -> Attention:
    """Say that an attention was recorded in error; what it counted for counts no more."""
    attention = void_entry(attention, version=version, reason=reason, by=by)
    for kept in ServiceRecord.objects.standing().filter(source=source_of(attention)):
        void_service(kept, reason=reason, by=by)
    record_activity("attention.voided", attention, by=by)
    return attention


@transaction.atomic
def record_attempt(case: Case, *, key: UUID, by: User, **answers: Any) -> ContactAttempt:
    """Keep that somebody tried to reach a person, and what came of it (CASE-31)."""
    sent = claim(key, by=by, content=[case.pk, answers])
    if sent.result:
        return ContactAttempt.objects.get(pk=sent.result)
    case = lock(case)
    check_open(case)
    check_day(case, answers["on"])
    attempt = ContactAttempt(case=case, recorded_by=by, **answers)
    attempt.full_clean()
    attempt.save()
    settle(sent, attempt)
    record_activity("contact.attempted", attempt, by=by, outcome=attempt.outcome)
    return attempt


@transaction.atomic
def void_attempt(attempt: ContactAttempt, *, version: int, reason: str, by: User) -> ContactAttempt:
    """Say that an attempt was recorded in error. Raises StaleRecord."""
    attempt = void_entry(attempt, version=version, reason=reason, by=by)
    record_activity("contact.attempt_voided", attempt, by=by)
    return attempt


def void_entry(record: Any, *, version: int, reason: str, by: User) -> Any:
    """Say of what was recorded by hand that it was wrong; it stays, and counts no more."""
    record = lock(record)
    if record.voided_at:
        raise ValidationError(_("It was voided before."))
    if not reason:
        raise ValidationError({"reason": _("Say why.")})
    change(record, version=version, voided_at=timezone.now(), voided_by=by, voided_reason=reason)
    return record
