"""Whether a photo or a paper is valid, authentic, current and sufficient: two people say it."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from certification.actions.parts import given_reason
from certification.actions.refusals import NotPossible
from certification.choices import AssessmentState, EvidenceKind, EvidencePoint
from certification.models import Assessment, Evidence, EvidenceReview
from genesis.lib.states import lock

# Until when whose part it is to look at it.
WHILE = {
    "evaluator": {
        AssessmentState.IN_ASSESSMENT,
        AssessmentState.EVIDENCE_CLOSED,
    },
    "verifier": {AssessmentState.IN_VERIFICATION},
}


class NotToReview(NotPossible):
    """The evaluator looks at it before the judgement, the verifier while it is verified."""

    sentence = gettext_noop(
        "Evidence is looked at by the evaluator before the judgement, and by the verifier while"
        " the portfolio is verified."
    )


def reviews_now(assessment: Assessment, user: User) -> bool:
    """Whether it is this person's turn to look at the evidence of an assessment."""
    return any(
        getattr(assessment, part) == user and assessment.state in states
        for part, states in WHILE.items()
    )


def to_look_at(assessment: Assessment, user: User) -> QuerySet[Evidence]:
    """The photos and papers that count of which somebody has not said what holds."""
    found = assessment.evidence.counting().exclude(kind=EvidenceKind.SIGNATURE)
    looked_at = EvidenceReview.objects.filter(by=user, evidence__assessment=assessment)
    return found.exclude(pk__in=looked_at.values("evidence"))


@transaction.atomic
def review_evidence(
    evidence: Evidence, *, points: Collection[str], note: str = "", key: UUID, by: User
) -> EvidenceReview:
    """Keep which of the four points hold of a photo or a paper; without one of them, a note.

    Raises NotToReview, ReasonMissing and OtherContent.
    """
    assessment = lock(evidence.assessment)
    content = ["evidence review", evidence.pk, sorted(points), note]
    sent = claim(key, by=by, content=content)
    if sent.result:
        return EvidenceReview.objects.get(pk=sent.result)
    if not reviews_now(assessment, by) or evidence.kind == EvidenceKind.SIGNATURE:
        raise NotToReview
    holds = {each: each in points for each in EvidencePoint.values}
    made = EvidenceReview.objects.create(
        evidence=evidence,
        by=by,
        note=note.strip() if all(holds.values()) else given_reason(note),
        **holds,
    )
    settle(sent, made)
    record_activity("assessment.evidence_reviewed", assessment, by=by, evidence=evidence.pk)
    return made
