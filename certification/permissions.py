"""What somebody may do with the assessment at hand; whether they may open the page, the view says.

Three different people act on an assessment (CERT-5): each has the part that the
assessment names them for, and nobody else does it in their place.
"""

from accounts.models import User
from accounts.roles import Permission
from beneficiaries.models import Person
from certification.choices import (
    AT_CENTRE_STATES,
    AccreditationState,
    AssessmentState,
    DraftState,
    VersionState,
)
from certification.models import (
    Assessment,
    Centre,
    CentreAccreditation,
    Certificate,
    Conflict,
    Evaluator,
    EvaluatorAccreditation,
    PaperForm,
    PartsAlert,
    Revocation,
    StandardDraft,
    StandardVersion,
    to_arrange,
)


def _accompanies(user: User, person: Person) -> bool:
    return user.pk in person.accompanied_today


def _coordinates(user: User, person: Person) -> bool:
    return user.may(Permission.ASSESSMENT_CANCEL, at=person.office)


def can_enrol(user: User, person: Person) -> bool:
    """Whoever accompanies the person enrols her."""
    return user.may(Permission.ASSESSMENT_ENROL) and _accompanies(user, person)


def can_repeat(user: User, assessment: Assessment) -> bool:
    """Whoever accompanies the person begins another attempt."""
    return can_enrol(user, assessment.person)


def can_prepare(user: User, assessment: Assessment) -> bool:
    """Whoever accompanies the person records the diagnosis, admits her and plans the day."""
    return user.may(Permission.ASSESSMENT_PLAN) and _accompanies(user, assessment.person)


def can_plan(user: User, assessment: Assessment) -> bool:
    """Whoever accompanies the person plans the day, and so does its centre (transitions 6 and 8).

    Of the centre it is who manages it, or an evaluator who belongs to it: see `to_arrange`.
    """
    if can_prepare(user, assessment):
        return True
    if assessment.state not in AT_CENTRE_STATES or not user.may(Permission.ASSESSMENT_ARRANGE):
        return False
    return to_arrange(user).filter(pk=assessment.pk).exists()


def can_agree(user: User, assessment: Assessment) -> bool:
    """The evaluator gives one of the two signatures, and takes the candidate's (transition 7)."""
    return can_conduct(user, assessment)


def can_conduct(user: User, assessment: Assessment) -> bool:
    """Only the evaluator who was appointed records the session and closes it."""
    return user.may(Permission.ASSESSMENT_CONDUCT) and assessment.evaluator_id == user.pk


def can_sign(user: User, assessment: Assessment) -> bool:
    """Whoever watched signs the judgement, explains it and sends it to verification."""
    return can_conduct(user, assessment)


def can_send(user: User, assessment: Assessment) -> bool:
    """The evaluator sends it to verification, or who manages the centre, once it is explained."""
    if can_conduct(user, assessment):
        return True
    if assessment.state != AssessmentState.JUDGED or not user.may(Permission.ASSESSMENT_ARRANGE):
        return False
    return to_arrange(user).filter(pk=assessment.pk).exists()


def can_verify(user: User, assessment: Assessment) -> bool:
    """The verifier who was appointed, who is never the evaluator."""
    return (
        user.may(Permission.ASSESSMENT_VERIFY)
        and assessment.verifier_id == user.pk
        and assessment.evaluator_id != user.pk
    )


def can_decide(user: User, assessment: Assessment) -> bool:
    """The officer who was appointed: nobody decides on what they evaluated or verified."""
    return (
        user.may(Permission.ASSESSMENT_DECIDE)
        and assessment.officer_id == user.pk
        and user.pk not in {assessment.evaluator_id, assessment.verifier_id}
    )


def can_read_portfolio(user: User, assessment: Assessment) -> bool:
    """Those who act on it, one after the other, and the coordination of the person's office."""
    acts = can_conduct, can_verify, can_decide, can_cancel, can_resolve_appeal
    return any(may(user, assessment) for may in acts)


def can_read_result(user: User, assessment: Assessment) -> bool:
    """Those who may read the portfolio, and whoever accompanies the person."""
    return can_read_portfolio(user, assessment) or _accompanies(user, assessment.person)


def can_withdraw(user: User, assessment: Assessment) -> bool:
    """Whoever accompanies the person records that she does not go on."""
    return user.may(Permission.ASSESSMENT_ENROL) and _accompanies(user, assessment.person)


def can_cancel(user: User, assessment: Assessment) -> bool:
    """The coordination of the office that holds the person's file."""
    return _coordinates(user, assessment.person)


def can_resolve(user: User, assessment: Assessment) -> bool:
    """The same coordination decides between answers that differ, never the evaluator herself."""
    return _coordinates(user, assessment.person) and assessment.evaluator_id != user.pk


def can_settle(user: User, conflict: Conflict) -> bool:
    """The same coordination decides what counts of a telephone, never its own (SEC-13)."""
    return can_resolve(user, conflict.assessment) and conflict.receipt.by_id != user.pk


def can_settle_parts(user: User, alert: PartsAlert) -> bool:
    """The same coordination settles that somebody has two parts, and never its own (SEC-13)."""
    return _coordinates(user, alert.assessment.person) and alert.user_id != user.pk


def can_print_paper(user: User, assessment: Assessment) -> bool:
    """Whoever prepares the assessment, and the evaluator who was appointed."""
    return can_prepare(user, assessment) or can_conduct(user, assessment)


def can_transcribe(user: User, assessment: Assessment) -> bool:
    """Who prepares or conducts it, and the coordination of the office: never who verifies it."""
    if user.pk in {assessment.verifier_id, assessment.officer_id}:
        return False
    return can_print_paper(user, assessment) or _coordinates(user, assessment.person)


def can_settle_paper(user: User, form: PaperForm) -> bool:
    """The two who typed it, and coordination, never the evaluator whose answers they are."""
    if not can_transcribe(user, form.assessment):
        return False
    typed = any(each.by_id == user.pk for each in form.typings.all())
    return typed or can_resolve(user, form.assessment)


def can_lodge(user: User, assessment: Assessment) -> bool:
    """Whoever accompanies the person writes down that she does not agree."""
    return user.may(Permission.APPEAL_LODGE) and _accompanies(user, assessment.person)


def can_name_panel(user: User, assessment: Assessment) -> bool:
    """The coordination of the person's office, unless it acted itself (CERT-5)."""
    appeal = assessment.appeal
    if appeal is None or not user.may(Permission.APPEAL_NAME, at=assessment.person.office):
        return False
    today = {assessment.evaluator_id, assessment.verifier_id, assessment.officer_id}
    return user.pk not in today | set(appeal.acted_ids)


def can_resolve_appeal(user: User, assessment: Assessment) -> bool:
    """One of the panel that was named, none of whom acted in the assessment (CERT-5)."""
    appeal = assessment.appeal
    return (
        appeal is not None and user.may(Permission.APPEAL_RESOLVE) and user.pk in appeal.panel_ids
    )


# Accreditation


def can_apply(user: User, centre: Centre) -> bool:
    """The manager of a centre asks for its accreditation, and keeps its equipment."""
    return user.may(Permission.CENTRE_APPLY, at=centre.organization)


def can_keep_equipment(user: User, centre: Centre) -> bool:
    """Who manages the centre, and who accredits it."""
    return can_apply(user, centre) or user.may(Permission.ACCREDIT)


def can_renew(user: User, accreditation: CentreAccreditation) -> bool:
    """The manager of the centre, while it is accredited."""
    accredited = accreditation.state == AccreditationState.ACCREDITED
    return accredited and can_apply(user, accreditation.centre)


def can_accredit_centre(user: User, accreditation: CentreAccreditation) -> bool:
    """Who accredits, and never who manages the centre (SEC-13)."""
    return user.may(Permission.ACCREDIT) and not can_apply(user, accreditation.centre)


def can_grant(user: User, accreditation: CentreAccreditation) -> bool:
    """Who accredits, and did not ask for it (SEC-13)."""
    return can_accredit_centre(user, accreditation) and accreditation.requested_by_id != user.pk


def can_accredit(user: User, evaluator: Evaluator) -> bool:
    """Who accredits, and never herself or himself (SEC-13)."""
    return user.may(Permission.ACCREDIT) and evaluator.user_id != user.pk


# Certificates


def can_hold_back(user: User, certificate: Certificate) -> bool:
    """Who coordinates the holder's office, and who keeps the register: never alone for good."""
    if user.may(Permission.CERTIFICATE_KEEP):
        return True
    return _coordinates(user, certificate.assessment.person)


def can_propose(user: User, certificate: Certificate) -> bool:
    """The same, and who verified what it rests upon."""
    verified = certificate.assessment.verifier_id == user.pk
    verifies = verified and user.may(Permission.CERTIFICATE_PROPOSE)
    return verifies or can_hold_back(user, certificate)


def are_two_parts(one: User, other: User, certificate: Certificate) -> bool:
    """Whether one of them coordinates the holder's office and the other keeps the register.

    Of an `other` who has neither part any more, `one` keeps the register.
    """
    holder = certificate.assessment.person
    here = [_coordinates(user, holder) for user in (one, other)]
    keeping = [user.may(Permission.CERTIFICATE_KEEP) for user in (one, other)]
    has_left = not (here[1] or keeping[1])
    return one != other and any(keeping) and (any(here) or has_left)


def can_lift(user: User, accreditation: CentreAccreditation | EvaluatorAccreditation) -> bool:
    """Another person than who suspended it (SEC-13)."""
    return accreditation.state_by_id != user.pk


def can_revoke(user: User, proposal: Revocation) -> bool:
    """Another officer than who proposed it, and than who granted the certificate (SEC-13)."""
    if not user.may(Permission.CERTIFICATE_KEEP) or user.pk == proposal.proposed_by_id:
        return False
    return not proposal.certificate.assessment.decisions.granted_by(user).exists()


def can_reissue(user: User, certificate: Certificate) -> bool:
    """Who keeps the register, and never evaluated, verified or resolved an appeal (CERT-5)."""
    return user.may(Permission.CERTIFICATE_KEEP) and not certificate.assessment.took_part(user)


def can_duplicate(user: User, certificate: Certificate) -> bool:
    """Who keeps the register, and whoever accompanies the holder, print the same paper again."""
    return user.may(Permission.CERTIFICATE_KEEP) or can_share(user, certificate)


def can_share(user: User, certificate: Certificate) -> bool:
    """Whoever accompanies the holder, who asks for it."""
    person = certificate.assessment.person
    return user.may(Permission.CERTIFICATE_SHARE) and _accompanies(user, person)


def can_tell(user: User, certificate: Certificate) -> bool:
    """Whoever accompanies the holder, and the coordination of her office, tell her what it is."""
    person = certificate.assessment.person
    return _accompanies(user, person) or _coordinates(user, person)


def can_shut(user: User, certificate: Certificate) -> bool:
    """Who makes the addresses that show it, and who may hold the certificate itself back."""
    return can_hold_back(user, certificate) or can_share(user, certificate)


# Standards


def can_write(user: User, draft: StandardDraft) -> bool:
    """Who writes standards, while a draft is written."""
    return user.may(Permission.STANDARD_AUTHOR) and draft.state == DraftState.DRAFT


def can_approve(user: User, draft: StandardDraft) -> bool:
    """Who is of the committee, and wrote nothing in it (SEC-13)."""
    if not user.may(Permission.STANDARD_APPROVE):
        return False
    return not any(each.user_id == user.pk for each in draft.authors.all())


def can_read_minutes(user: User) -> bool:
    """Who writes standards or approves them: what they say there may give an answer away."""
    return user.may(Permission.STANDARD_APPROVE) or user.may(Permission.STANDARD_AUTHOR)


def can_return(user: User, draft: StandardDraft) -> bool:
    """The committee sends it back, and who writes standards may take it back."""
    return user.may(Permission.STANDARD_APPROVE) or user.may(Permission.STANDARD_AUTHOR)


def can_retire(user: User, version: StandardVersion) -> bool:
    """Coordination retires a version that is published, and turns out to be faulty."""
    return user.may(Permission.STANDARD_RETIRE) and version.state == VersionState.PUBLISHED
