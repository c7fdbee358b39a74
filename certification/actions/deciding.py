"""After the judgement: a second person verifies the portfolio, and a third decides."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from accounts.roles import Role
from beneficiaries.actions.consents import run_followup
from certification.actions.certificate_life import grant_again
from certification.actions.certificates import issue_certificate
from certification.actions.judging import check_conflicts, judgement_of
from certification.actions.parts import (
    check_not_appealed,
    check_not_taken_back,
    check_other_parts,
    check_part,
    check_role,
    check_state,
    given_reason,
    keep_assigned,
)
from certification.actions.planning import check_close, check_conflict
from certification.actions.refusals import NotPossible, NotYours, OutOfStep, SamePerson
from certification.actions.reviewing import to_look_at
from certification.actions.sampling import draw_portfolio, items_to_look_at, why_closely
from certification.actions.sessions import observed_in
from certification.actions.signatures import signed_or_not
from certification.choices import (
    CHECKLIST,
    AssessmentState,
    DecisionOutcome,
    JudgementOutcome,
    SignatureKind,
    VerificationOutcome,
)
from certification.models import (
    Assessment,
    Certificate,
    Decision,
    DecisionBatch,
    Verification,
)
from certification.permissions import can_send
from genesis.lib.states import Changes, change, lock, move


class NotExplained(NotPossible):
    """Nobody is verified before the candidate has heard the result."""

    sentence = gettext_noop("The evaluator explains the result to the person first.")


@transaction.atomic
def send_to_verification(
    assessment: Assessment,
    *,
    version: int,
    verifier: User,
    candidate_name: str,
    agrees: bool,
    heard: bool = True,
    signature: File | None = None,
    unsigned_because: str = "",
    by: User,
) -> Assessment:
    """Hand the portfolio to a second person, once the result was explained to the candidate.

    With her `signature` she acknowledges the result, with which she `agrees` or not; where she
    does not sign `unsigned_because` says why, and of who was not there to have `heard` it how
    she will. Raises NotYours, SamePerson
    unless nobody has two parts (CERT-5), NotInThatRole, ConflictOfInterest, SignatureMissing,
    HandMissing where there is neither, and SignedAndNot where there are both.
    """
    lock(assessment.person)
    assessment = lock(assessment)
    _check_to_explain(assessment)
    _check_verifier(assessment, verifier)
    check_part(assessment.evaluator, by)
    said: dict[str, Any] = {
        "drawn": signature,
        "unsigned_because": unsigned_because,
        "agrees": agrees,
    }
    with _explained(assessment, candidate_name, heard=heard, by=by, **said):
        changes = move(
            assessment, AssessmentState.IN_VERIFICATION, version=version, verifier=verifier
        )
    _hand_over(assessment, changes, by=by)
    return assessment


@transaction.atomic
def explain_result(
    assessment: Assessment,
    *,
    version: int,
    candidate_name: str,
    agrees: bool,
    heard: bool = True,
    signature: File | None = None,
    unsigned_because: str = "",
    by: User,
) -> Assessment:
    """Keep what `send_to_verification` keeps of the candidate, and leave the sending to the centre.

    Raises NotYours, SignatureMissing, HandMissing and SignedAndNot.
    """
    assessment = lock(assessment)
    _check_to_explain(assessment)
    check_part(assessment.evaluator, by)
    said: dict[str, Any] = {
        "drawn": signature,
        "unsigned_because": unsigned_because,
        "agrees": agrees,
    }
    with _explained(assessment, candidate_name, heard=heard, by=by, **said):
        change(assessment, version=version)
    record_activity("assessment.result_explained", assessment, by=by)
    return assessment


@transaction.atomic
def send_explained(assessment: Assessment, *, version: int, verifier: User, by: User) -> Assessment:
    """Hand over a portfolio of which the candidate has heard the result (transition 12).

    The evaluator does, or who manages the centre and has no part in it, and never verifies it
    herself. Raises NotYours, NotExplained, SamePerson, NotInThatRole and ConflictOfInterest.
    """
    lock(assessment.person)
    assessment = lock(assessment)
    check_state(assessment, AssessmentState.JUDGED)
    if not assessment.is_explained():
        raise NotExplained
    if not can_send(by, assessment):
        raise NotYours(assessment.evaluator)
    if verifier == by:
        raise SamePerson(verifier)
    _check_verifier(assessment, verifier)
    changes = move(assessment, AssessmentState.IN_VERIFICATION, version=version, verifier=verifier)
    _hand_over(assessment, changes, by=by)
    return assessment


def _check_to_explain(assessment: Assessment) -> None:
    check_state(assessment, AssessmentState.JUDGED)
    if assessment.is_explained():
        raise OutOfStep


def _check_verifier(assessment: Assessment, verifier: User) -> None:
    check_other_parts(assessment, verifier, part="verifier")
    check_not_taken_back(assessment, verifier)
    check_role(verifier, Role.VERIFIER, on=timezone.localdate())
    check_conflict(assessment.person, verifier, on=timezone.localdate())


@contextmanager
def _explained(
    assessment: Assessment, candidate_name: str, *, heard: bool, by: User, **said: Any
) -> Iterator[None]:
    """Keep what the candidate said of her result, for what is done in the block."""
    with signed_or_not(
        assessment,
        SignatureKind.RESULT,
        candidate_name,
        by=by,
        judgement=judgement_of(assessment),
        **said,
    ):
        if heard:
            current = assessment.judgements.filter(archived_at=None)
            current.update(feedback_at=timezone.now())
        yield


def _hand_over(assessment: Assessment, changes: Changes, *, by: User) -> None:
    draw_portfolio(assessment)
    keep_assigned(assessment.person, by=by)
    record_activity("assessment.sent_to_verification", assessment, by=by, changes=changes)


@transaction.atomic
def return_to_evaluator(
    assessment: Assessment, *, version: int, reason: str, items: Collection[str] = (), by: User
) -> Assessment:
    """Send a portfolio back: its judgement is archived, and the result is to be explained anew.

    `items` are the codes of those that do not hold: the evaluator may answer these
    anew, and no others (CERT-7). Raises NotYours and ReasonMissing.
    """
    assessment = lock(assessment)
    check_state(assessment, AssessmentState.IN_VERIFICATION)
    changes = move(assessment, AssessmentState.EVIDENCE_CLOSED, version=version)
    check_part(assessment.verifier, by)
    now = timezone.now()
    assessment.judgements.filter(archived_at=None).update(archived_at=now)
    result = assessment.signatures.filter(kind=SignatureKind.RESULT, cleared_at=None)
    result.update(cleared_at=now)
    Verification.objects.create(
        assessment=assessment,
        verifier=by,
        outcome=VerificationOutcome.RETURNED,
        items=sorted(items),
        reason=given_reason(reason),
    )
    record_activity("assessment.returned_to_evaluator", assessment, by=by, changes=changes)
    return assessment


class IncompleteChecklist(NotPossible):
    """A portfolio conforms in every point, or goes back."""

    sentence = gettext_noop("Tick every point of the list, or send the portfolio back.")


class ItemsNotLookedAt(NotPossible):
    """What was drawn is looked at item by item, and so is what was sent back (CERT-12, CERT-7)."""

    sentence = gettext_noop("Look at each item and tick it, or send the portfolio back.")


class EvidenceNotLookedAt(NotPossible):
    """Of a portfolio that is verified item by item, so is each photo and paper (CERT-12)."""

    sentence = gettext_noop(
        "Look at each photo and paper point by point, or send the portfolio back."
    )


@transaction.atomic
def approve_portfolio(
    assessment: Assessment,
    *,
    version: int,
    checklist: Collection[str],
    officer: User,
    items: Collection[str] = (),
    by: User,
) -> Assessment:
    """Find that a portfolio conforms, and hand it to the certifying officer.

    `checklist` are the points of CHECKLIST that were looked at, `items` the codes
    of the items: all that have an answer, where each is looked at (CERT-12), and
    those that were sent back before (CERT-7). Where each item is looked at, this verifier
    has looked at each photo and paper that counts, too.
    Raises NotYours, IncompleteChecklist, ItemsNotLookedAt, EvidenceNotLookedAt, SamePerson,
    NotInThatRole,
    ConflictOfInterest and UnsettledConflict.
    """
    lock(assessment.person)
    assessment = lock(assessment)
    check_other_parts(assessment, officer, part="officer")
    check_not_taken_back(assessment, officer)
    changes = move(assessment, AssessmentState.VERIFIED, version=version, officer=officer)
    check_part(assessment.verifier, by)
    check_role(officer, Role.CERTIFYING_OFFICER, on=timezone.localdate())
    check_close(assessment.person, officer)
    check_conflicts(assessment)
    if set(checklist) != set(CHECKLIST):
        raise IncompleteChecklist
    given = observed_in(assessment).keys()
    closely = why_closely(assessment, judgement_of(assessment))
    needed = items_to_look_at(assessment, closely=closely, given=given)
    if not needed <= set(items) <= given:
        raise ItemsNotLookedAt
    if closely and to_look_at(assessment, by).exists():
        raise EvidenceNotLookedAt
    Verification.objects.create(
        assessment=assessment,
        verifier=by,
        outcome=VerificationOutcome.CONFORMS,
        checklist=list(CHECKLIST),
        items=sorted(items),
    )
    keep_assigned(assessment.person, by=by)
    record_activity("assessment.verified", assessment, by=by, changes=changes)
    return assessment


@transaction.atomic
def return_to_verification(
    assessment: Assessment, *, version: int, reason: str, by: User
) -> Assessment:
    """Ask the verifier to look again. Raises NotYours and ReasonMissing."""
    assessment = lock(assessment)
    check_state(assessment, AssessmentState.VERIFIED)
    changes = move(assessment, AssessmentState.IN_VERIFICATION, version=version)
    check_part(assessment.officer, by)
    Decision.objects.create(
        assessment=assessment,
        officer=by,
        outcome=DecisionOutcome.RETURNED,
        reason=given_reason(reason),
    )
    record_activity("assessment.returned_to_verification", assessment, by=by, changes=changes)
    return assessment


class OtherOutcome(NotPossible):
    """The decision follows the judgement: the other one is another button."""

    sentence = gettext_noop("The judgement says otherwise.")


@transaction.atomic
def certify(
    assessment: Assessment, *, version: int, batch: DecisionBatch | None = None, by: User
) -> Certificate:
    """Grant the certificate to somebody who was found competent; its PDF follows (CERT-14).

    What becomes of one that was granted before an appeal, `grant_again` says. Raises
    NotYours, UnsettledConflict, OtherOutcome, IdentityNotVerified and NoCertifyingBody.
    """
    assessment, changes = _decide(
        assessment,
        JudgementOutcome.COMPETENT,
        DecisionOutcome.GRANTED,
        batch,
        version=version,
        by=by,
    )
    certificate = grant_again(assessment, by=by) or issue_certificate(assessment, by=by)
    run_followup(assessment.person, since=timezone.localdate(), by=by)
    keep_assigned(assessment.person, by=by)
    record_activity(
        "assessment.certified", assessment, by=by, changes=changes, folio=certificate.folio
    )
    return certificate


@transaction.atomic
def confirm_not_yet(
    assessment: Assessment, *, version: int, batch: DecisionBatch | None = None, by: User
) -> Assessment:
    """Confirm that somebody is not yet competent; the report of the gaps is with the judgement.

    Raises NotYours, UnsettledConflict and OtherOutcome.
    """
    assessment, changes = _decide(
        assessment, JudgementOutcome.NOT_YET, DecisionOutcome.NOT_YET, batch, version=version, by=by
    )
    keep_assigned(assessment.person, by=by)
    record_activity("assessment.closed_not_yet", assessment, by=by, changes=changes)
    return assessment


def _decide(
    assessment: Assessment,
    judged: JudgementOutcome,
    outcome: DecisionOutcome,
    batch: DecisionBatch | None,
    *,
    version: int,
    by: User,
) -> tuple[Assessment, Changes]:
    """End an assessment as it was judged, in the name of the certifying body."""
    lock(assessment.person)
    assessment, now = lock(assessment), timezone.now()
    state = (
        AssessmentState.CERTIFIED
        if outcome == DecisionOutcome.GRANTED
        else AssessmentState.CLOSED_NOT_YET
    )
    check_not_appealed(assessment)
    changes = move(assessment, state, version=version, decided_at=now)
    check_part(assessment.officer, by)
    check_conflicts(assessment)
    judgement = judgement_of(assessment)
    if judgement is None or judgement.outcome != judged:
        raise OtherOutcome
    Decision.objects.create(assessment=assessment, officer=by, outcome=outcome, batch=batch, at=now)
    return assessment, changes
