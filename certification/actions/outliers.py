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


@transaction.atomic
def review_outliers(evaluator: Evaluator, *, key: UUID, note: str, by: User) -> OutlierReview:
    """Keep that somebody looked, and what was found: «Hoy» tells of it again once there is more.

    It decides nothing. Raises OwnAccreditation, ReasonMissing and OtherContent.
    """
    check_not_own(evaluator, by)
    sent = claim(key, by=by, content=["outliers", evaluator.pk, note])
    if sent.result:
        return OutlierReview.objects.get(pk=sent.result)
    evaluator = lock(evaluator)
    newest = Judgement.objects.filter(signed_by=evaluator.user_id).aggregate(last=Max("pk"))
    made = OutlierReview.objects.create(
        evaluator=evaluator, up_to=newest["last"] or 0, note=given_reason(note), by=by
    )
    settle(sent, made)
    record_activity("evaluator.outliers_reviewed", made, by=by)
    return made
