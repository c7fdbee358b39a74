"""The end of a session: the candidate signs it at a desk, on a telephone or on paper."""

from datetime import datetime

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from certification.actions.parts import check_part, check_state
from certification.actions.refusals import SignatureMissing
from certification.actions.sessions import close_evidence
from certification.actions.signatures import signed_or_not
from certification.choices import AssessmentState, EvidenceKind, SignatureKind, Signer
from certification.models import Assessment
from genesis.lib.states import lock


def is_signed_already(assessment: Assessment) -> bool:
    """Whether she signed the end on a telephone, or the paper that was kept tells who signed."""
    signed = {"kind": EvidenceKind.SIGNATURE, "signs": Signer.CANDIDATE_END}
    on_telephone = assessment.evidence.counting().filter(**signed)
    return on_telephone.exists() or assessment.paper_forms.counting().exists()


@transaction.atomic
def close_at_desk(
    assessment: Assessment,
    *,
    version: int,
    candidate_name: str = "",
    signature: File | None = None,
    unsigned_because: str = "",
    by: User,
) -> Assessment:
    """End the session, with the candidate's signature or why there is none; see `close_evidence`.

    Nothing is asked of who signed elsewhere. Raises what that raises, and SignatureMissing,
    HandMissing and SignedAndNot.
    """
    assessment = lock(assessment)
    check_state(assessment, AssessmentState.IN_ASSESSMENT)
    check_part(assessment.evaluator, by)
    if is_signed_already(assessment):
        return close_evidence(assessment, version=version, by=by)
    with signed_or_not(
        assessment,
        SignatureKind.EVIDENCE,
        candidate_name,
        drawn=signature,
        unsigned_because=unsigned_because,
        by=by,
    ):
        return close_evidence(assessment, version=version, by=by)


@transaction.atomic
def close_from_phone(assessment: Assessment, *, by: User, at: datetime) -> Assessment:
    """End the session that a telephone tells of, which sent the candidate's signature before.

    None is asked where it was stopped for safety. Raises what `close_evidence` raises, and
    SignatureMissing.
    """
    closed = close_evidence(assessment, version=assessment.version, by=by, at=at)
    if not closed.stopped_at and not is_signed_already(closed):
        raise SignatureMissing(_("The candidate's signature at the end of the session is lacking."))
    return closed
