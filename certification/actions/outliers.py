"""What somebody found who looked at the assessments that stood out (CERT-13)."""

from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from certification.actions.evaluators import check_not_own
from certification.actions.parts import given_reason
from certification.models import Evaluator, Judgement, OutlierReview
from genesis.lib.states import lock


def newest_judgement(evaluator: Evaluator) -> int:
    """The number of the evaluator's newest judgement; 0 if there is none."""
    signed = Judgement.objects.filter(signed_by=evaluator.user_id)
    return signed.aggregate(last=Max("pk"))["last"] or 0


@transaction.atomic
def review_outliers(
    evaluator: Evaluator, *, key: UUID, up_to: int, note: str, by: User
) -> OutlierReview:
    """Keep that somebody looked, and what was found: «Hoy» tells of it again once there is more.

    `up_to` is the newest judgement of which the page told: at what was signed since, nobody
    has looked. It decides nothing. Raises OwnAccreditation, ReasonMissing and OtherContent.
    """
    check_not_own(evaluator, by)
    sent = claim(key, by=by, content=["outliers", evaluator.pk, up_to, note])
    if sent.result:
        return OutlierReview.objects.get(pk=sent.result)
    evaluator = lock(evaluator)
    made = OutlierReview.objects.create(
        evaluator=evaluator,
        up_to=min(up_to, newest_judgement(evaluator)),
        note=given_reason(note),
        by=by,
    )
    settle(sent, made)
    record_activity("evaluator.outliers_reviewed", made, by=by)
    return made
