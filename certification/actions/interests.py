"""Conflicts of interest of who evaluates, as they are declared: noted, and ended (CERT-3)."""

from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.models import Person
from certification.actions.evaluators import check_not_own
from certification.models import DeclaredInterest, Evaluator
from genesis.lib.states import change, lock


@transaction.atomic
def note_interest(
    evaluator: Evaluator,
    *,
    key: UUID,
    kind: str,
    person: Person | None,
    organization: Organization | None,
    valid_from: date,
    valid_until: date | None,
    note: str,
    by: User,
) -> DeclaredInterest:
    """Bar somebody from assessing a person, or whom an organization trained, while it runs.

    What is planned already is stopped when it begins. Raises OwnAccreditation,
    ValidationError, and OtherContent.
    """
    check_not_own(evaluator, by)
    content = [evaluator, kind, person, organization, valid_from, valid_until, note]
    sent = claim(key, by=by, content=content)
    if sent.result:
        return DeclaredInterest.objects.get(pk=sent.result)
    if person:
        person = lock(person)
    made = DeclaredInterest(
        evaluator=lock(evaluator),
        kind=kind,
        person=person,
        organization=organization,
        valid_from=valid_from,
        valid_until=valid_until,
        note=note,
        noted_by=by,
    )
    made.validate_constraints()
    made.save()
    settle(sent, made)
    record_activity("evaluator.conflict_noted", made, by=by, kind=kind)
    return made


@transaction.atomic
def end_interest(
    interest: DeclaredInterest, *, version: int, valid_until: date, by: User
) -> DeclaredInterest:
    """Say which day was, or is, its last, once: what was barred by it stays so.

    Raises OwnAccreditation, ValidationError and StaleRecord.
    """
    check_not_own(interest.evaluator, by)
    if interest.person:
        lock(interest.person)
    interest = lock(interest)
    if interest.valid_until:
        raise ValidationError({"valid_until": _("Its last day was said already.")})
    if valid_until < interest.valid_from:
        raise ValidationError({"valid_until": _("The last day cannot come before the first.")})
    changes = change(interest, version=version, valid_until=valid_until)
    record_activity("evaluator.conflict_ended", interest, by=by, changes=changes)
    return interest
