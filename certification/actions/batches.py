"""Several portfolios decided in one sitting, with minutes: each for itself, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import SentForm, User
from certification.actions.deciding import certify, confirm_not_yet
from certification.actions.judging import judgement_of
from certification.actions.parts import OUT_OF_STEP, given_reason, keep_refused
from certification.actions.refusals import NotPossible
from certification.choices import AssessmentState, JudgementOutcome
from certification.models import Assessment, DecisionBatch
from genesis.lib.states import MoveNotAllowed, StaleRecord

REFUSED = (NotPossible, MoveNotAllowed, StaleRecord)


@dataclass
class Sitting:
    """What came of a sitting: the batch, and of which assessments nothing was decided, and why."""

    batch: DecisionBatch
    refused: list[tuple[Assessment, str]] = field(default_factory=list)


def decide_batch(
    assessments: Sequence[Assessment],
    *,
    key: UUID,
    held_on: date,
    minutes: str,
    present: str,
    by: User,
) -> Sitting:
    """Decide on several verified portfolios as each was judged, and keep the minutes.

    Each is decided by the action that decides one alone, in a transaction and under
    locks of its own, in the version that the page showed: one that fails leaves the
    others as they are, and is told. The same form sent again decides nothing more: what
    it did not come to waits for another sitting. Raises ReasonMissing without minutes,
    ValidationError for a day that has not come, and OtherContent.
    """
    batch, is_new = _open_batch(
        [each.pk for each in assessments],
        key=key,
        held_on=held_on,
        minutes=minutes,
        present=present,
        by=by,
    )
    sitting = Sitting(batch)
    for assessment in assessments if is_new else ():
        try:
            _decide(assessment, batch, by=by)
        except REFUSED as error:
            sitting.refused.append((assessment, str(error)))
            if isinstance(error, OUT_OF_STEP):
                keep_refused(assessment, step="certification:batch_create", by=by)
    return sitting


def waiting_for(officer: User) -> QuerySet[Assessment]:
    """The verified portfolios on which somebody decides: what no sitting has come to yet."""
    waiting = Assessment.objects.visible_to(officer)
    return waiting.filter(state=AssessmentState.VERIFIED, officer=officer)


def batch_of(key: str, *, by: User) -> DecisionBatch | None:
    """The sitting that a form with this key has already made; None before."""
    try:
        sent = SentForm.objects.filter(actor=by, key=UUID(key)).values("result")
    except ValueError:
        return None
    return DecisionBatch.objects.filter(officer=by, pk__in=sent).first()


@transaction.atomic
def _open_batch(
    chosen: list[int], *, key: UUID, held_on: date, minutes: str, present: str, by: User
) -> tuple[DecisionBatch, bool]:
    """The sitting of a form, and whether it is new."""
    sent = claim(key, by=by, content=[chosen, held_on, minutes, present])
    if sent.result:
        return DecisionBatch.objects.get(pk=sent.result), False
    if held_on > timezone.localdate():
        raise ValidationError({"held_on": _("Choose a day that has already come.")})
    batch = DecisionBatch.objects.create(
        held_on=held_on, minutes=given_reason(minutes), present=present.strip(), officer=by
    )
    settle(sent, batch)
    record_activity("decision_batch.opened", batch, by=by)
    return batch, True


def _decide(assessment: Assessment, batch: DecisionBatch, *, by: User) -> None:
    judgement = judgement_of(assessment)
    competent = judgement is not None and judgement.outcome == JudgementOutcome.COMPETENT
    decide = certify if competent else confirm_not_yet
    decide(assessment, version=assessment.version, batch=batch, by=by)
