"""The way of a person from enrolment to certificate: each function is one step of it.

What is lacking is a `NotPossible`; a step that does not follow from the state of
the assessment is `MoveNotAllowed`, and one from an old page `StaleRecord`. Any
of them leaves everything as it was.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.actions.history import claim, record_activity, settle
from accounts.models import RoleAssignment, User
from accounts.roles import Role
from beneficiaries.actions.cases import assign, current_case, end_assignments
from beneficiaries.actions.consents import has_consent
from beneficiaries.actions.services import record_service
from beneficiaries.choices import AssignmentKind, ConsentPurpose, Service
from beneficiaries.models import Person
from certification.actions.certificates import issue_certificate
from certification.actions.refusals import NotPossible
from certification.actions.standards import scheme_of
from certification.choices import (
    CANDIDATES,
    CHECKLIST,
    AssessmentState,
    DecisionOutcome,
    JudgementOutcome,
    LeaveReason,
    Scale,
    SignatureKind,
    VerificationOutcome,
)
from certification.models import (
    Assessment,
    AssessmentSession,
    Centre,
    Certificate,
    Decision,
    Diagnosis,
    Item,
    ItemResolution,
    Judgement,
    Observation,
    Plan,
    ReferenceCounter,
    Signature,
    StandardVersion,
    Verification,
)
from certification.rules.scoring import (
    InvalidAnswer,
    ScoredItem,
    check_answer,
    gap_report,
    is_met,
    score,
)
from genesis.lib.states import Changes, OtherContent, change, lock, move

WINDOW = timedelta(days=7)  # how far from the day of the plan a session may begin [P]
# For which part in an assessment somebody is assigned to the person (DECISIONS 4).
PARTS = {
    "evaluator": AssignmentKind.EVALUATION,
    "verifier": AssignmentKind.VERIFICATION,
    "officer": AssignmentKind.DECISION,
}


class NotYours(NotPossible):
    """It is for somebody else to do: three different people act (CERT-5)."""

    def __init__(self, whose: User | None) -> None:
        super().__init__(_("Only %(person)s can do this.") % {"person": whose})


class SamePerson(NotPossible):
    """Whoever has one part in an assessment takes no other (CERT-5)."""

    def __init__(self, user: User) -> None:
        super().__init__(
            _("%(person)s already has another part in this assessment.") % {"person": user}
        )


class NotInThatRole(NotPossible):
    """Somebody does not hold the role that their part needs, on the day it is needed."""

    def __init__(self, user: User, role: Role, on: date) -> None:
        super().__init__(
            _("%(person)s does not hold the role “%(role)s” on %(day)s.")
            % {"person": user, "role": role.label, "day": date_format(on, "DATE_FORMAT")}
        )


class OutOfStep(NotPossible):
    """Two steps lead to one state: each is made from a state of its own."""

    sentence = gettext_noop("This step does not follow from where the assessment stands.")


class SignatureMissing(NotPossible):
    """Nothing is acknowledged without a name."""

    sentence = gettext_noop("Write the name of the person who acknowledges it.")


class ReasonMissing(NotPossible):
    """What is sent back, stopped or decided needs a reason."""

    sentence = gettext_noop("Write the reason.")


class DayNotPossible(NotPossible):
    """The day is over, or too far from the plan."""

    sentence = gettext_noop("Choose today or a later day.")


class AssessmentClosed(NotPossible):
    """Answers come in during the session alone (CERT-7)."""

    sentence = gettext_noop("This assessment takes no more answers.")


# Before the session


class OutsideTheTrack(NotPossible):
    """Only who is eligible is certified, or for whom an exception was made."""

    sentence = gettext_noop(
        "The person’s case is not open, or she is not eligible for certification."
    )


class NoAssessmentConsent(NotPossible):
    """Nobody is assessed who does not agree to it, then and there."""

    sentence = gettext_noop("The person has not agreed to be assessed: record the consent first.")


class StandardNotInForce(NotPossible):
    """Only a published version is begun with, within its dates."""

    sentence = gettext_noop("This version of the standard is not in force today.")


class AlreadyDecided(NotPossible):
    """A result stays: only a re-evaluation or an appeal goes on from it, and neither exists yet."""

    def __init__(self, assessment: Assessment) -> None:
        words = (
            _("This person already holds the certificate of this standard (%(reference)s).")
            if assessment.state == AssessmentState.CERTIFIED
            else _(
                "This person already has the result “not yet competent” in this standard"
                " (%(reference)s), and a new assessment in it cannot be begun."
            )
        )
        super().__init__(words % {"reference": assessment.reference})


@transaction.atomic
def enrol(person: Person, *, key: UUID, standard_version: StandardVersion, by: User) -> Assessment:
    """Begin the certification of a person in a standard; the same form sent twice begins one.

    Raises OutsideTheTrack unless she is eligible or an exception was made,
    NoAssessmentConsent, StandardNotInForce, AlreadyDecided when she has a result
    in this standard, OtherContent when `key` came before with other answers, and
    ValidationError when one is open in this standard.
    """
    sent = claim(key, by=by, content=[person, standard_version])
    if sent.result:
        return Assessment.objects.get(pk=sent.result)
    person = lock(person)  # two open ones in one standard must see each other
    case = current_case(person)
    if case is None or case.closed_on or case.outcome not in CANDIDATES:
        raise OutsideTheTrack
    if not has_consent(person, ConsentPurpose.ASSESSMENT):
        raise NoAssessmentConsent
    today = timezone.localdate()
    usable = StandardVersion.objects.usable_on(today).select_related("standard")
    version = usable.filter(pk=standard_version.pk).first()
    if version is None:
        raise StandardNotInForce
    decided = Assessment.objects.decided().filter(person=person, standard=version.standard)
    if earlier := decided.first():
        raise AlreadyDecided(earlier)
    assessment = Assessment(
        person=person, standard=version.standard, standard_version=version, enrolled_by=by
    )
    assessment.validate_constraints()
    assessment.reference = _take_reference(today.year)
    assessment.save()
    settle(sent, assessment)
    record_activity("assessment.enrolled", assessment, by=by, standard=version.standard.code)
    return assessment


def _take_reference(year: int) -> str:
    ReferenceCounter.objects.get_or_create(year=year)
    counter = ReferenceCounter.objects.select_for_update().get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"PC-{year}-{counter.last:06}"


class IncompleteDiagnosis(NotPossible):
    """A diagnosis has one answer to each question."""

    sentence = gettext_noop("Answer every question of the diagnosis.")


@transaction.atomic
def record_diagnosis(
    assessment: Assessment, *, version: int, answers: Mapping[str, str], by: User
) -> Diagnosis:
    """Keep what the person says that she can do, and what is advised to her.

    `answers` maps the code of each question to an answer of the standard's own
    scale. Raises IncompleteDiagnosis unless it answers all of them, and no other.
    """
    assessment = lock(assessment)
    changes = move(assessment, AssessmentState.DIAGNOSED, version=version)
    standard = assessment.standard_version
    points = dict(standard.diagnostic_points)
    questions = set(standard.diagnosticquestions.values_list("code", flat=True))
    if answers.keys() != questions or not set(answers.values()) <= points.keys():
        raise IncompleteDiagnosis
    total = sum(points[answer] for answer in answers.values())
    band = standard.diagnostic_bands.get(first__lte=total, last__gte=total)
    diagnosis = Diagnosis.objects.create(
        assessment=assessment,
        answers=dict(answers),
        points=total,
        recommendation=band.recommendation,
        recorded_by=by,
    )
    record_activity("assessment.diagnosed", assessment, by=by, changes=changes)
    return diagnosis


@transaction.atomic
def admit(assessment: Assessment, *, version: int, candidate_name: str, by: User) -> Assessment:
    """Let somebody be assessed who knows her rights and wants it, whatever the diagnosis advises.

    `candidate_name` is her acknowledgement. Raises SignatureMissing without it.
    """
    assessment = lock(assessment)
    changes = move(assessment, AssessmentState.ADMITTED, version=version)
    _sign(assessment, SignatureKind.RIGHTS, candidate_name, by=by)
    record_activity("assessment.admitted", assessment, by=by, changes=changes)
    return assessment


@transaction.atomic
def propose_plan(
    assessment: Assessment,
    *,
    version: int,
    centre: Centre,
    evaluator: User,
    scheduled_for: date,
    scheduled_at: time,
    accommodations: str,
    by: User,
) -> Plan:
    """Say where, when and by whom somebody is assessed; the evaluator sees her from now on.

    Raises DayNotPossible for a day that is over, and NotInThatRole unless the
    evaluator is one on that day.
    """
    assessment = lock(assessment)
    place = {
        "centre": centre,
        "evaluator": evaluator,
        "scheduled_for": scheduled_for,
        "scheduled_at": scheduled_at,
    }
    changes = move(assessment, AssessmentState.PLANNED, version=version, **place)
    if scheduled_for < timezone.localdate():
        raise DayNotPossible
    _check_role(evaluator, Role.EVALUATOR, on=scheduled_for)
    plan = Plan.objects.create(
        assessment=assessment,
        number=assessment.plans.count() + 1,
        accommodations=accommodations,
        proposed_by=by,
        **place,
    )
    _keep_assigned(assessment.person, by=by)
    record_activity("assessment.planned", assessment, by=by, changes=changes)
    return plan


@transaction.atomic
def agree_plan(
    assessment: Assessment, *, version: int, candidate_name: str, by: User
) -> Assessment:
    """Keep that candidate and evaluator agreed on the plan: two acknowledgements.

    The evaluator's is nobody else's to give. Raises NotYours and SignatureMissing.
    """
    assessment = lock(assessment)
    changes = move(assessment, AssessmentState.PLAN_AGREED, version=version)
    _check_part(assessment.evaluator, by)
    _sign(assessment, SignatureKind.PLAN_CANDIDATE, candidate_name, by=by)
    _sign(assessment, SignatureKind.PLAN_EVALUATOR, str(by), by=by)
    record_activity("assessment.plan_agreed", assessment, by=by, changes=changes)
    return assessment


# The session


class IdentityNotChecked(NotPossible):
    """A session begins with the document of the person who comes."""

    sentence = gettext_noop("Say which document was seen.")


def day_is_missed(assessment: Assessment) -> bool:
    """Whether the day of the plan is so long over that the session can begin no more."""
    waits = assessment.state in {AssessmentState.PLANNED, AssessmentState.PLAN_AGREED}
    day = assessment.scheduled_for
    return waits and day is not None and timezone.localdate() - day > WINDOW


@transaction.atomic
def start_session(
    assessment: Assessment, *, version: int, identity_checked: str, by: User
) -> AssessmentSession:
    """Begin to watch somebody work; `identity_checked` says which document was seen.

    Raises NotYours for anybody but the evaluator who was appointed,
    DayNotPossible too far from the day of the plan, NoAssessmentConsent when it
    was taken back, and IdentityNotChecked when no document is named.
    """
    assessment = lock(assessment)
    changes = move(assessment, AssessmentState.IN_ASSESSMENT, version=version)
    _check_part(assessment.evaluator, by)
    if not identity_checked.strip():
        raise IdentityNotChecked
    if not has_consent(assessment.person, ConsentPurpose.ASSESSMENT):
        raise NoAssessmentConsent
    assert assessment.scheduled_for is not None  # the database refuses a plan without a day
    if abs(timezone.localdate() - assessment.scheduled_for) > WINDOW:
        raise DayNotPossible(
            _("The session must begin within %(days)s days of the day of the plan.")
            % {"days": WINDOW.days}
        )
    session = AssessmentSession.objects.create(
        assessment=assessment, identity_checked=identity_checked.strip(), started_by=by
    )
    record_activity("assessment.started", assessment, by=by, changes=changes)
    return session


class NoteMissing(NotPossible):
    """What was not met is explained (CERT-9)."""

    sentence = gettext_noop("Note what you saw.")


@transaction.atomic
def record_observation(
    session: AssessmentSession,
    *,
    key: UUID,
    device: UUID,
    item: Item,
    value: str,
    note: str,
    by: User,
) -> Observation:
    """Keep what the evaluator noted about one item: raw, as ticked, measured or chosen (CERT-6).

    Nothing is overwritten: a correction is another observation, the next of
    this device, counted under the lock. The same key with the same content is a
    replay, whatever has happened since; with other content it raises
    OtherContent. A new one raises AssessmentClosed unless in assessment, after a
    stop for safety, or once coordination has decided the item; NotYours,
    InvalidAnswer when the item does not take it, and NoteMissing. The
    observation is its own trace.
    """
    assessment = lock(session.assessment)
    value, note = value.strip(), note.strip()
    content: dict[str, Any] = {
        "session": session,
        "device": device,
        "item": item,
        "value": value,
        "note": note,
        "by": by,
    }
    known = Observation.objects.filter(client_id=key).first()
    if known:
        if any(getattr(known, name) != sent for name, sent in content.items()):
            raise OtherContent(_("This observation was already received with other content."))
        return known
    if assessment.state != AssessmentState.IN_ASSESSMENT:
        raise AssessmentClosed
    if assessment.stopped_at:
        raise AssessmentClosed(
            _("The session was stopped for safety and takes no more answers: close the evidence.")
        )
    if assessment.resolutions.filter(item=item).exists():
        raise AssessmentClosed(_("Coordination has decided which answer to this item counts."))
    _check_part(assessment.evaluator, by)
    _check_observation(assessment, item, value, note)
    earlier = Observation.objects.filter(session__assessment=assessment, device=device)
    last = earlier.aggregate(Max("seq"))["seq__max"] or 0
    return Observation.objects.create(client_id=key, seq=last + 1, **content)


def _check_observation(assessment: Assessment, item: Item, value: str, note: str) -> None:
    """The item takes the answer, and what was seen or measured to be wrong is explained (CERT-9).

    A wrong choice in a questionnaire needs no note: to ask for one would tell the key.
    """
    if item.standard_version_id != assessment.standard_version_id:
        raise InvalidAnswer(_("There is no item %(item)s.") % {"item": item.code})
    scored = ScoredItem(
        code=item.code,
        instrument="",
        weight=item.weight,
        scale=item.scale,
        minimum=item.minimum,
        maximum=item.maximum,
        options=tuple(letter for letter, _text in item.options),
    )
    check_answer(scored, value)
    if item.scale != Scale.CHOICE and is_met(scored, value) is False and not note:
        raise NoteMissing(_("%(item)s: note what you saw.") % {"item": item.code})


class NothingToResolve(NotPossible):
    """Coordination decides between answers that differ, and no others."""

    sentence = gettext_noop("This item has no differing answers, or this is not one of them.")


@transaction.atomic
def resolve_item(
    assessment: Assessment, *, item: Item, observation: Observation, reason: str, by: User
) -> ItemResolution:
    """Decide which of the differing answers of two devices counts: all stay on record.

    Raises AssessmentClosed unless in assessment, NothingToResolve unless the
    item has two answers and `observation` is one of them, and ReasonMissing.
    """
    assessment = lock(assessment)
    if assessment.state != AssessmentState.IN_ASSESSMENT:
        raise AssessmentClosed
    answers = Observation.objects.filter(session__assessment=assessment, item=item).current()
    differing = assessment.items_to_resolve().filter(pk=item.pk).exists()
    if not differing or observation not in answers:
        raise NothingToResolve
    resolution = ItemResolution.objects.create(
        assessment=assessment,
        item=item,
        observation=observation,
        reason=_reason(reason),
        decided_by=by,
    )
    record_activity("assessment.item_resolved", assessment, by=by, item=item.code)
    return resolution


@transaction.atomic
def stop_for_safety(assessment: Assessment, *, version: int, reason: str, by: User) -> Assessment:
    """Stop a session that became dangerous: whatever follows, it is not yet competent (CERT-10).

    No answer comes in any more, and the evidence is closed next. Raises
    AssessmentClosed unless in assessment and not yet stopped, NotYours, ReasonMissing.
    """
    assessment = lock(assessment)
    if assessment.state != AssessmentState.IN_ASSESSMENT or assessment.stopped_at:
        raise AssessmentClosed(_("Only a session that goes on can be stopped."))
    _check_part(assessment.evaluator, by)
    changes = change(
        assessment, version=version, stopped_at=timezone.now(), stop_reason=_reason(reason)
    )
    record_activity("assessment.stopped", assessment, by=by, changes=changes)
    return assessment


class IncompleteAssessment(NotPossible):
    """Some item has no answer yet, or two that differ (CERT-8)."""

    sentence = gettext_noop("Some item has no answer.")


@transaction.atomic
def close_evidence(assessment: Assessment, *, version: int, by: User) -> Assessment:
    """End the session: from now on no answer comes in (CERT-7, CERT-8).

    Raises IncompleteAssessment while an item has no answer, unless the session
    was stopped for safety, or two answers that differ; and NotYours.
    """
    assessment = lock(assessment)
    _check_state(assessment, AssessmentState.IN_ASSESSMENT)
    changes = move(assessment, AssessmentState.EVIDENCE_CLOSED, version=version)
    _check_part(assessment.evaluator, by)
    missing = 0 if assessment.stopped_at else assessment.items_without_answer().count()
    if missing:
        raise IncompleteAssessment(
            ngettext("%d item has no answer.", "%d items have no answer.", missing) % missing
        )
    if assessment.items_to_resolve().exists():
        raise IncompleteAssessment(_("Two devices differ on an item: coordination must decide."))
    _end_sessions(assessment)
    record_activity("assessment.evidence_closed", assessment, by=by, changes=changes)
    return assessment


def answers_of(assessment: Assessment) -> dict[str, str]:
    """The raw answer to each item, by its code: that of coordination where devices differed."""
    current = Observation.objects.filter(session__assessment=assessment).current()
    resolved = assessment.resolutions.values_list("item__code", "observation__value")
    return dict(current.values_list("item__code", "value")) | dict(resolved)


# Judgement, verification, decision


class FeedbackMissing(NotPossible):
    """Who is not yet competent is told what to work on."""

    sentence = gettext_noop("Write what the person should work on.")


@transaction.atomic
def sign_judgement(assessment: Assessment, *, version: int, feedback: str, by: User) -> Judgement:
    """Sign the judgement that follows from the answers; nobody else computes it (CERT-6).

    The service 1c was received on the day of the first judgement. Raises
    FeedbackMissing when it is «not yet competent» and the person is told
    nothing, and NotYours.
    """
    assessment = lock(assessment)
    changes = move(assessment, AssessmentState.JUDGED, version=version)
    _check_part(assessment.evaluator, by)
    answers, stopped = answers_of(assessment), assessment.stopped_at is not None
    scheme = scheme_of(assessment.standard_version)
    result = score(scheme, answers, stopped=stopped)
    if result.outcome is None:
        raise IncompleteAssessment(
            _("These items have no answer: %(items)s.") % {"items": ", ".join(result.missing)}
        )
    if result.outcome == JudgementOutcome.NOT_YET and not feedback.strip():
        raise FeedbackMissing
    assert assessment.centre is not None  # the database refuses a plan without one
    gaps = gap_report(scheme, answers, stopped=stopped)
    person = Person.objects.select_related("district").get(pk=assessment.person_id)
    judgement = Judgement.objects.create(
        assessment=assessment,
        number=assessment.judgements.count() + 1,
        inputs_sha256=_digest(assessment, answers, stopped),
        result=result.to_dict()
        | {"gap_report": asdict(gaps), "not_asked": not_asked(assessment, answers)},
        outcome=result.outcome,
        feedback=feedback.strip(),
        signed_by=by,
        department_id=person.district.department_id if person.district else None,
        status=person.status,
        sector=assessment.standard.sector,
    )
    record_service(
        person,
        Service.ASSESSMENT,
        on=timezone.localdate(judgement.signed_at),
        organization=assessment.centre.organization,
        source=f"assessment:{assessment.pk}",
        by=by,
    )
    record_activity("assessment.judged", assessment, by=by, changes=changes)
    return judgement


def _digest(assessment: Assessment, answers: Mapping[str, str], stopped: bool) -> str:
    """Seals what was judged: the standard's file, each answer, and whether it was stopped."""
    inputs = {
        "standard": assessment.standard_version.source_sha256,
        "answers": dict(answers),
        "stopped": stopped,
    }
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def not_asked(assessment: Assessment, answers: Mapping[str, str]) -> list[str]:
    """The codes of the items that a stop for safety left without an answer."""
    items = assessment.standard_version.items.exclude(code__in=answers)
    return list(items.order_by("instrument__position", "position").values_list("code", flat=True))


def judgement_of(assessment: Assessment) -> Judgement | None:
    """The judgement in force: not one that was returned."""
    return assessment.judgements.filter(archived_at=None).first()


@transaction.atomic
def send_to_verification(
    assessment: Assessment,
    *,
    version: int,
    verifier: User,
    candidate_name: str,
    agrees: bool,
    by: User,
) -> Assessment:
    """Hand the portfolio to a second person, once the result was explained to the candidate.

    `candidate_name` is her acknowledgement of the result, with which she
    `agrees` or not. Raises SamePerson unless nobody has two parts (CERT-5),
    NotInThatRole and SignatureMissing.
    """
    assessment = lock(assessment)
    _check_state(assessment, AssessmentState.JUDGED)
    officers = {assessment.officer_id, *assessment.decisions.values_list("officer", flat=True)}
    if verifier.pk in {assessment.evaluator_id, *officers}:
        raise SamePerson(verifier)
    changes = move(assessment, AssessmentState.IN_VERIFICATION, version=version, verifier=verifier)
    _check_role(verifier, Role.VERIFIER, on=timezone.localdate())
    _sign(assessment, SignatureKind.RESULT, candidate_name, agrees=agrees, by=by)
    _keep_assigned(assessment.person, by=by)
    record_activity("assessment.sent_to_verification", assessment, by=by, changes=changes)
    return assessment


@transaction.atomic
def return_to_evaluator(
    assessment: Assessment, *, version: int, reason: str, by: User
) -> Assessment:
    """Send a portfolio back: its judgement is archived, and the result is to be explained anew.

    The answers stay as they are (CERT-7). Raises NotYours and ReasonMissing.
    """
    assessment = lock(assessment)
    _check_state(assessment, AssessmentState.IN_VERIFICATION)
    changes = move(assessment, AssessmentState.EVIDENCE_CLOSED, version=version)
    _check_part(assessment.verifier, by)
    now = timezone.now()
    assessment.judgements.filter(archived_at=None).update(archived_at=now)
    result = assessment.signatures.filter(kind=SignatureKind.RESULT, cleared_at=None)
    result.update(cleared_at=now)
    Verification.objects.create(
        assessment=assessment,
        verifier=by,
        outcome=VerificationOutcome.RETURNED,
        reason=_reason(reason),
    )
    record_activity("assessment.returned_to_evaluator", assessment, by=by, changes=changes)
    return assessment


class IncompleteChecklist(NotPossible):
    """A portfolio conforms in every point, or goes back."""

    sentence = gettext_noop("Tick every point of the list, or send the portfolio back.")


@transaction.atomic
def approve_portfolio(
    assessment: Assessment, *, version: int, checklist: Collection[str], officer: User, by: User
) -> Assessment:
    """Find that a portfolio conforms, and hand it to the certifying officer.

    `checklist` are the points of CHECKLIST that were looked at. Raises NotYours,
    IncompleteChecklist, SamePerson and NotInThatRole.
    """
    assessment = lock(assessment)
    verifiers = {
        assessment.verifier_id,
        *assessment.verifications.values_list("verifier", flat=True),
    }
    if officer.pk in {assessment.evaluator_id, *verifiers}:
        raise SamePerson(officer)
    changes = move(assessment, AssessmentState.VERIFIED, version=version, officer=officer)
    _check_part(assessment.verifier, by)
    _check_role(officer, Role.CERTIFYING_OFFICER, on=timezone.localdate())
    if set(checklist) != set(CHECKLIST):
        raise IncompleteChecklist
    Verification.objects.create(
        assessment=assessment,
        verifier=by,
        outcome=VerificationOutcome.CONFORMS,
        checklist=list(CHECKLIST),
    )
    _keep_assigned(assessment.person, by=by)
    record_activity("assessment.verified", assessment, by=by, changes=changes)
    return assessment


@transaction.atomic
def return_to_verification(
    assessment: Assessment, *, version: int, reason: str, by: User
) -> Assessment:
    """Ask the verifier to look again. Raises NotYours and ReasonMissing."""
    assessment = lock(assessment)
    _check_state(assessment, AssessmentState.VERIFIED)
    changes = move(assessment, AssessmentState.IN_VERIFICATION, version=version)
    _check_part(assessment.officer, by)
    Decision.objects.create(
        assessment=assessment,
        officer=by,
        outcome=DecisionOutcome.RETURNED,
        reason=_reason(reason),
    )
    record_activity("assessment.returned_to_verification", assessment, by=by, changes=changes)
    return assessment


class OtherOutcome(NotPossible):
    """The decision follows the judgement: the other one is another button."""

    sentence = gettext_noop("The judgement says otherwise.")


@transaction.atomic
def certify(assessment: Assessment, *, version: int, by: User) -> Certificate:
    """Grant the certificate to somebody who was found competent; its PDF follows (CERT-14).

    Raises NotYours, OtherOutcome, IdentityNotVerified and NoCertifyingBody.
    """
    assessment, changes = _decide(
        assessment, JudgementOutcome.COMPETENT, DecisionOutcome.GRANTED, version=version, by=by
    )
    certificate = issue_certificate(assessment, by=by)
    _keep_assigned(assessment.person, by=by)
    record_activity(
        "assessment.certified", assessment, by=by, changes=changes, folio=certificate.folio
    )
    return certificate


@transaction.atomic
def confirm_not_yet(assessment: Assessment, *, version: int, by: User) -> Assessment:
    """Confirm that somebody is not yet competent; the report of the gaps is with the judgement.

    Raises NotYours and OtherOutcome.
    """
    assessment, changes = _decide(
        assessment, JudgementOutcome.NOT_YET, DecisionOutcome.NOT_YET, version=version, by=by
    )
    _keep_assigned(assessment.person, by=by)
    record_activity("assessment.closed_not_yet", assessment, by=by, changes=changes)
    return assessment


def _decide(
    assessment: Assessment,
    judged: JudgementOutcome,
    outcome: DecisionOutcome,
    *,
    version: int,
    by: User,
) -> tuple[Assessment, Changes]:
    """End an assessment as it was judged, in the name of the certifying body."""
    assessment, now = lock(assessment), timezone.now()
    state = (
        AssessmentState.CERTIFIED
        if outcome == DecisionOutcome.GRANTED
        else AssessmentState.CLOSED_NOT_YET
    )
    changes = move(assessment, state, version=version, decided_at=now)
    _check_part(assessment.officer, by)
    judgement = judgement_of(assessment)
    if judgement is None or judgement.outcome != judged:
        raise OtherOutcome
    Decision.objects.create(assessment=assessment, officer=by, outcome=outcome, at=now)
    return assessment, changes


# Leaving before the judgement


@transaction.atomic
def withdraw(assessment: Assessment, *, version: int, reason: LeaveReason, by: User) -> Assessment:
    """Keep that the candidate does not go on, and why."""
    return _leave(assessment, AssessmentState.WITHDRAWN, version=version, reason=reason, by=by)


@transaction.atomic
def cancel(assessment: Assessment, *, version: int, reason: LeaveReason, by: User) -> Assessment:
    """Call an assessment off for the programme, and say why."""
    return _leave(assessment, AssessmentState.CANCELLED, version=version, reason=reason, by=by)


def _leave(
    assessment: Assessment, to: AssessmentState, *, version: int, reason: LeaveReason, by: User
) -> Assessment:
    assessment = lock(assessment)
    if reason not in LeaveReason.values:
        raise ReasonMissing
    changes = move(
        assessment, to, version=version, left_at=timezone.now(), left_by=by, leave_reason=reason
    )
    _end_sessions(assessment)
    _keep_assigned(assessment.person, by=by)
    record_activity(f"assessment.{to}", assessment, by=by, changes=changes)
    return assessment


# What several steps do


def _sign(
    assessment: Assessment, kind: SignatureKind, name: str, *, by: User, agrees: bool = True
) -> None:
    if not name.strip():
        raise SignatureMissing
    Signature.objects.create(
        assessment=assessment, kind=kind, name=name.strip(), agrees=agrees, recorded_by=by
    )


def _reason(text: str) -> str:
    if not text.strip():
        raise ReasonMissing
    return text.strip()


def _check_state(assessment: Assessment, needed: AssessmentState) -> None:
    if assessment.state != needed:
        raise OutOfStep


def _check_part(whose: User | None, by: User) -> None:
    if whose != by:
        raise NotYours(whose)


def _check_role(user: User, role: Role, *, on: date) -> None:
    held = RoleAssignment.objects.on(on).filter(user=user, role=role)
    if not user.is_active or not held.exists():
        raise NotInThatRole(user, role, on)


def _end_sessions(assessment: Assessment) -> None:
    assessment.sessions.filter(ended_at=None).update(ended_at=timezone.now())


def _keep_assigned(person: Person, *, by: User) -> None:
    """Whoever has a part in an open assessment of the person sees her, and nobody any longer."""
    person = lock(person)
    parts = list(Assessment.objects.filter(person=person).open().values(*PARTS))
    for part, kind in PARTS.items():
        needed = {each[part] for each in parts} - {None}
        given = person.assignments.filter(kind=kind, valid_until=None)
        if set(given.values_list("user", flat=True)) - needed:
            end_assignments(person, kinds=[kind], by=by)
        for user in User.objects.filter(pk__in=needed).order_by("pk"):
            assign(person, to=user, kind=kind, by=by)
