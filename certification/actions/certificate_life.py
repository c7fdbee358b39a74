"""What happens to a certificate after it was issued: held back, taken back, corrected."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.models import Person
from certification import permissions
from certification.actions.certificates import issue_certificate, issue_in_place_of
from certification.actions.notices import WORDS, tell_holder
from certification.actions.parts import given_reason
from certification.actions.refusals import NotPossible, OwnSuspension
from certification.actions.signing_keys import sign_again
from certification.choices import (
    ENDED_CERTIFICATES,
    STANDING_STATES,
    CertificateEventKind,
    CertificateState,
    DecisionOutcome,
    ProposalState,
    PublicLookup,
    RevocationReason,
)
from certification.models import (
    Assessment,
    Certificate,
    CertificateEvent,
    Revocation,
)
from genesis.lib.states import MoveNotAllowed, change, lock, move


class OwnProposal(NotPossible):
    """Nobody approves what they proposed themselves (SEC-13)."""

    sentence = gettext_noop("Somebody else decides on a proposal of yours.")


class AlreadyProposed(NotPossible):
    """One proposal waits at a time."""

    sentence = gettext_noop("A proposal to revoke it is waiting already.")


class OwnDecision(NotPossible):
    """Nobody judges what they granted themselves (SEC-13)."""

    sentence = gettext_noop("You granted this certificate: another officer decides.")


class OwnPart(NotPossible):
    """Whoever evaluated, verified or resolved an appeal issues nothing of it (CERT-5)."""

    sentence = gettext_noop(
        "You evaluated, verified or resolved an appeal in it: another officer issues it."
    )


class HasExpired(NotPossible):
    """What holds no longer is not issued anew: it would hold no longer either."""

    sentence = gettext_noop("It has expired: she or he is assessed again.")


class TakenBack(NotPossible):
    """What an appeal suspended holds again when it is granted again, and not before."""

    sentence = gettext_noop(
        "An appeal took its decision back: it holds again once it is granted again."
    )


class OnePart(NotPossible):
    """Coordination and a certifying officer let it hold again, together."""

    sentence = gettext_noop(
        "Coordination and a certifying officer agree on it: what one suspended, the other lifts."
    )


class GrantedAgain(NotPossible):
    """The appeal for which it was to be revoked has led to the same decision."""

    sentence = gettext_noop("It was granted again after the appeal: let it stand.")


class AlreadyDecided(NotPossible):
    """Somebody was faster."""

    sentence = gettext_noop("This proposal was decided already.")


def lock_with_holder(certificate: Certificate) -> Certificate:
    """The certificate and, before it, the person whose it is."""
    lock(Person(pk=certificate.assessment.person_id))
    return lock(certificate)


def keep_event(
    certificate: Certificate,
    kind: CertificateEventKind,
    *,
    by: User,
    reason: str = "",
    note: str,
    tells: bool = True,
) -> CertificateEvent:
    """Write down what was done with it, and let the holder learn of what concerns her."""
    event = CertificateEvent.objects.create(
        certificate=certificate, kind=kind, reason=reason, note=note, by=by
    )
    if tells and kind in WORDS:
        tell_holder(event, by=by)
    return event


@transaction.atomic
def suspend_certificate(
    certificate: Certificate, *, version: int, reason: str, by: User, appealed: bool = False
) -> Certificate:
    """Say for now that it does not hold; the credential itself cannot say it, the page does.

    `appealed` marks what an appeal suspends, and `grant_again` lifts. Raises
    ReasonMissing, MoveNotAllowed and StaleRecord.
    """
    certificate, note = lock_with_holder(certificate), given_reason(reason)
    changes = move(certificate, CertificateState.SUSPENDED, version=version)
    code = RevocationReason.APPEAL if appealed else ""
    keep_event(certificate, CertificateEventKind.SUSPENDED, by=by, reason=code, note=note)
    record_activity("certificate.suspended", certificate, by=by, changes=changes)
    return certificate


@transaction.atomic
def lift_suspension(
    certificate: Certificate, *, version: int, reason: str, by: User
) -> Certificate:
    """Let it hold again: of who suspends it and who lifts that, one coordinates, one is an officer.

    Raises OwnSuspension, OnePart, TakenBack, ReasonMissing, MoveNotAllowed and StaleRecord.
    """
    certificate, note = lock_with_holder(certificate), given_reason(reason)
    changes = move(certificate, CertificateState.VALID, version=version)
    if is_taken_back(certificate):
        raise TakenBack
    if _last_held_back(certificate).by == by:
        raise OwnSuspension
    if not may_lift(certificate, by=by):
        raise OnePart
    keep_event(certificate, CertificateEventKind.LIFTED, by=by, note=note)
    record_activity("certificate.lifted", certificate, by=by, changes=changes)
    return certificate


def may_lift(certificate: Certificate, *, by: User) -> bool:
    """Whether `by` and who suspended it are coordination and a certifying officer."""
    suspended_by = _last_held_back(certificate).by
    assert suspended_by is not None  # the database lets nobody but somebody suspend
    return permissions.are_two_parts(by, suspended_by, certificate)


def is_taken_back(certificate: Certificate) -> bool:
    """Whether an appeal took back the decision that granted it, and none has granted it again.

    What was decided after it may be «not yet competent», and that be appealed in its turn.
    """
    assessment = certificate.assessment
    if assessment.state in STANDING_STATES and assessment.decision.outcome == (
        DecisionOutcome.GRANTED
    ):
        return False
    return assessment.appeals.taken_back().exists()


@transaction.atomic
def propose_revocation(
    certificate: Certificate, *, key: UUID, reason: str, note: str, by: User
) -> Revocation:
    """Ask that it be taken back for good; another person decides.

    Raises AlreadyProposed, ReasonMissing, MoveNotAllowed and OtherContent.
    """
    sent = claim(key, by=by, content=[certificate, reason, note])
    if sent.result:
        return Revocation.objects.get(pk=sent.result)
    certificate, note = lock_with_holder(certificate), given_reason(note)
    if CertificateState.REVOKED not in certificate.MOVES[CertificateState(certificate.state)]:
        raise MoveNotAllowed(certificate, CertificateState.REVOKED)
    if certificate.revocations.waiting().exists():
        raise AlreadyProposed
    proposal = Revocation.objects.create(
        certificate=certificate, reason=RevocationReason(reason), note=note, proposed_by=by
    )
    keep_event(certificate, CertificateEventKind.PROPOSED, by=by, reason=reason, note=note)
    settle(sent, proposal)
    record_activity("certificate.revocation_proposed", proposal, by=by, reason=reason)
    return proposal


@transaction.atomic
def approve_revocation(proposal: Revocation, *, version: int, answer: str, by: User) -> Certificate:
    """Take a certificate back: its bit is set, and the list is signed again.

    Raises OwnProposal, OwnDecision, AlreadyDecided, GrantedAgain, MoveNotAllowed and
    StaleRecord.
    """
    certificate = lock_with_holder(proposal.certificate)
    _decide(proposal, ProposalState.APPROVED, version=version, answer=answer, by=by)
    granted_since = certificate.assessment.decisions.filter(
        outcome=DecisionOutcome.GRANTED, at__gt=proposal.proposed_at
    )
    if proposal.reason == RevocationReason.APPEAL and granted_since.exists():
        raise GrantedAgain
    changes = move(
        certificate,
        CertificateState.REVOKED,
        version=certificate.version,
        revoked_at=timezone.now(),
    )
    keep_event(
        certificate,
        CertificateEventKind.REVOKED,
        by=by,
        reason=proposal.reason,
        note=answer.strip(),
    )
    _set_bit(certificate)
    record_activity("certificate.revoked", certificate, by=by, changes=changes)
    return certificate


@transaction.atomic
def reject_revocation(proposal: Revocation, *, version: int, answer: str, by: User) -> Revocation:
    """Let a certificate stand, and say why.

    Raises ReasonMissing, OwnProposal, OwnDecision, AlreadyDecided and StaleRecord.
    """
    certificate, answer = lock_with_holder(proposal.certificate), given_reason(answer)
    proposal = _decide(proposal, ProposalState.REJECTED, version=version, answer=answer, by=by)
    keep_event(certificate, CertificateEventKind.REJECTED, by=by, note=answer)
    record_activity("certificate.revocation_rejected", proposal, by=by)
    return proposal


def _decide(
    proposal: Revocation, state: ProposalState, *, version: int, answer: str, by: User
) -> Revocation:
    proposal = lock(proposal)
    if proposal.state != ProposalState.WAITING:
        raise AlreadyDecided
    if proposal.proposed_by_id == by.pk:
        raise OwnProposal
    if proposal.certificate.assessment.decisions.granted_by(by).exists():
        raise OwnDecision
    change(
        proposal,
        version=version,
        state=state,
        decided_by=by,
        decided_at=timezone.now(),
        answer=answer.strip(),
    )
    return proposal


@transaction.atomic
def reissue_certificate(
    certificate: Certificate, *, version: int, reason: str, note: str, by: User
) -> Certificate:
    """Issue another in its place: with a new folio, code and secret, and what is so today.

    The old one is replaced, and nothing that anybody can see leads from it to the
    new one. A proposal to revoke it is decided before. Raises OwnPart, HasExpired,
    AlreadyProposed, ReasonMissing, MoveNotAllowed, StaleRecord, IdentityNotVerified
    and NoCertifyingBody.
    """
    certificate, note = lock_with_holder(certificate), given_reason(note)
    if certificate.assessment.took_part(by):
        raise OwnPart
    if certificate.has_expired:
        raise HasExpired
    if certificate.revocations.waiting().exists():
        raise AlreadyProposed
    changes = move(certificate, CertificateState.REPLACED, version=version)
    made = issue_in_place_of(certificate, by=by)
    keep_event(certificate, CertificateEventKind.REPLACED, by=by, reason=reason, note=note)
    _set_bit(certificate)
    record_activity("certificate.replaced", certificate, by=by, changes=changes, folio=made.folio)
    return made


def grant_again(assessment: Assessment, *, by: User) -> Certificate | None:
    """The certificate of an assessment that was granted before an appeal; in its transaction.

    One process has one certificate that holds (CERT-14). The one that the appeal
    suspended holds again, under its folio, where the same session was judged; where the
    assessment was repeated another takes its place, for it prints the day and the centre.
    One that was suspended for something else stays so: what takes its place is suspended as
    well, but while a proposal to revoke it waits nothing does. None where there is none, or it
    was revoked meanwhile: then another is issued.
    """
    found = assessment.certificates.exclude(state__in=ENDED_CERTIFICATES).first()
    if found is None:
        return None
    certificate, note = lock(found), _("Granted again after an appeal.")
    session = assessment.last_session()
    assert session is not None  # nothing is decided without one
    repeated = session.started_at >= certificate.recorded_at
    suspended = certificate.state == CertificateState.SUSPENDED
    last = _last_held_back(certificate) if suspended else None
    held_back = last if last and last.reason != RevocationReason.APPEAL else None
    if held_back and (not repeated or certificate.revocations.waiting().exists()):
        return certificate
    if suspended:
        changes = move(certificate, CertificateState.VALID, version=certificate.version)
        keep_event(certificate, CertificateEventKind.LIFTED, by=by, note=note, tells=not repeated)
        record_activity("certificate.lifted", certificate, by=by, changes=changes)
    if not repeated:
        return certificate
    changes = move(certificate, CertificateState.REPLACED, version=certificate.version)
    made = issue_certificate(assessment, replaces=certificate, by=by)
    keep_event(certificate, CertificateEventKind.REPLACED, by=by, note=note)
    _set_bit(certificate)
    record_activity("certificate.replaced", certificate, by=by, changes=changes, folio=made.folio)
    if held_back:
        changes = move(made, CertificateState.SUSPENDED, version=made.version)
        keep_event(made, CertificateEventKind.SUSPENDED, by=by, note=held_back.note)
        record_activity("certificate.suspended", made, by=by, changes=changes)
    return made


def _last_held_back(certificate: Certificate) -> CertificateEvent:
    suspended = certificate.events.filter(kind=CertificateEventKind.SUSPENDED)
    return suspended.select_related("by").latest("pk")


@transaction.atomic
def change_lookup(certificate: Certificate, *, version: int, lookup: str, by: User) -> Certificate:
    """Show of it in public what its holder wants (CERT-19). Raises StaleRecord."""
    certificate = lock_with_holder(certificate)
    changes = change(certificate, version=version, public_lookup=PublicLookup(lookup))
    keep_event(certificate, CertificateEventKind.LOOKUP, by=by, reason=lookup, note="")
    record_activity("certificate.lookup_changed", certificate, by=by, changes=changes)
    return certificate


def _set_bit(certificate: Certificate) -> None:
    """Have the list signed again: the bit follows from the certificate's state."""
    if certificate.status_list:
        sign_again(certificate.status_list)
