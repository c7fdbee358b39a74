"""Assessments as far as a trait says, with all that is behind them.

`AssessmentFactory(in_verification=True)` has all that an assessment of that
state has behind it: diagnosis, signatures, plan, session, answers, judgement,
and the assignments of who acts. `competent=False` fails its critical item.
"""

from datetime import date, time, timedelta
from functools import cache
from hashlib import sha256
from uuid import uuid4

import factory
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.choices import OrganizationKind
from beneficiaries.choices import AssignmentKind, ConsentPurpose, Outcome, Service, Track
from beneficiaries.models import Assignment
from certification.actions.standards import scheme_of
from certification.choices import (
    CHECKLIST,
    DECIDED_STATES,
    TO_BEGIN_STATES,
    AppealChannel,
    AssessmentState,
    DecisionOutcome,
    JudgementOutcome,
    LeaveReason,
    Recommendation,
    SafetyPoint,
    Scale,
    SignatureKind,
    VerificationOutcome,
)
from certification.models import (
    Appeal,
    AppealSeat,
    Assessment,
    AssessmentSession,
    Decision,
    Diagnosis,
    Judgement,
    Observation,
    Plan,
    Signature,
    Training,
    Verification,
)
from certification.models.signatures import FOLDER as SIGNATURES
from certification.rules.scoring import score
from genesis.lib.storage import private
from genesis.lib.uploads import as_drawing, check_picture
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import ConsentFactory, DocumentFactory, PersonFactory
from tests.factories.certification.accreditation import CentreFactory, let_assess
from tests.factories.certification.standards import DIAGNOSIS, StandardVersionFactory
from tests.factories.papers import photo

WAY = [
    AssessmentState.ENROLLED,
    AssessmentState.DIAGNOSED,
    AssessmentState.ADMITTED,
    AssessmentState.PLANNED,
    AssessmentState.PLAN_AGREED,
    AssessmentState.IN_ASSESSMENT,
    AssessmentState.EVIDENCE_CLOSED,
    AssessmentState.JUDGED,
    AssessmentState.IN_VERIFICATION,
    AssessmentState.VERIFIED,
    AssessmentState.CERTIFIED,
]

# How far an assessment in a state off the straight way has come on it.
OFF_THE_WAY = {
    AssessmentState.IN_TRAINING: AssessmentState.DIAGNOSED,
    AssessmentState.CLOSED_NOT_YET: AssessmentState.CERTIFIED,
    AssessmentState.IN_APPEAL: AssessmentState.CERTIFIED,
}

LEFT = {AssessmentState.WITHDRAWN, AssessmentState.CANCELLED}

ENDED = {*LEFT, *DECIDED_STATES, AssessmentState.IN_APPEAL}


def from_state(state, make):
    """A field that has a value from `state` on."""
    return factory.LazyAttribute(lambda o: make(o) if _has_reached(o.state, state) else None)


def _has_reached(state, wanted):
    if state in LEFT:
        return False
    state = OFF_THE_WAY.get(state, state)
    return WAY.index(state) >= WAY.index(wanted)


class AssessmentFactory(factory.django.DjangoModelFactory):
    """An eligible person's assessment, enrolled unless a trait says how far it is.

    `answers` replaces the answers to some items, `documented` and `consenting`
    say whether the person has a DUI and agrees to be assessed.
    """

    class Meta:
        model = Assessment

    class Params:
        diagnosed = factory.Trait(state=AssessmentState.DIAGNOSED)
        in_training = factory.Trait(state=AssessmentState.IN_TRAINING)
        admitted = factory.Trait(state=AssessmentState.ADMITTED)
        planned = factory.Trait(state=AssessmentState.PLANNED)
        plan_agreed = factory.Trait(state=AssessmentState.PLAN_AGREED)
        in_assessment = factory.Trait(state=AssessmentState.IN_ASSESSMENT)
        evidence_closed = factory.Trait(state=AssessmentState.EVIDENCE_CLOSED)
        judged = factory.Trait(state=AssessmentState.JUDGED)
        in_verification = factory.Trait(state=AssessmentState.IN_VERIFICATION)
        verified = factory.Trait(state=AssessmentState.VERIFIED)
        certified = factory.Trait(state=AssessmentState.CERTIFIED)
        closed_not_yet = factory.Trait(state=AssessmentState.CLOSED_NOT_YET, competent=False)
        in_appeal = factory.Trait(state=AssessmentState.IN_APPEAL)
        withdrawn = factory.Trait(state=AssessmentState.WITHDRAWN)
        cancelled = factory.Trait(state=AssessmentState.CANCELLED)

    competent = True
    documented = True
    consenting = True
    answers = None

    state = AssessmentState.ENROLLED
    reference = factory.Sequence("PC-2020-{:06}".format)
    person = factory.SubFactory(
        PersonFactory,
        with_case=True,
        with_case__certification_track=Track.ELIGIBLE,
        with_case__outcome=Outcome.ELIGIBLE,
    )
    standard_version = factory.SubFactory(StandardVersionFactory)
    standard = factory.SelfAttribute("standard_version.standard")
    enrolled_by = factory.LazyAttribute(lambda o: UserFactory(caseworker=True, at=o.person.office))
    centre = from_state(AssessmentState.PLANNED, lambda o: CentreFactory())
    scheduled_for = from_state(AssessmentState.PLANNED, lambda o: timezone.localdate())
    scheduled_at = from_state(AssessmentState.PLANNED, lambda o: time(9, 0))
    evaluator = from_state(AssessmentState.PLANNED, lambda o: UserFactory(evaluator=True))
    verifier = from_state(AssessmentState.IN_VERIFICATION, lambda o: UserFactory(verifier=True))
    officer = from_state(AssessmentState.VERIFIED, lambda o: UserFactory(officer=True))
    decided_at = from_state(AssessmentState.CERTIFIED, lambda o: timezone.now())
    left_at = factory.LazyAttribute(lambda o: timezone.now() if o.state in LEFT else None)
    left_by = factory.LazyAttribute(lambda o: o.enrolled_by if o.state in LEFT else None)
    leave_reason = factory.LazyAttribute(lambda o: LeaveReason.WORK if o.state in LEFT else "")

    @classmethod
    def _create(cls, model_class, *args, competent, documented, consenting, answers, **kwargs):
        assessment = model_class.objects.create(**kwargs)
        consents = assessment.person.consents.in_force()
        if consenting and not consents.for_purpose(ConsentPurpose.ASSESSMENT).exists():
            ConsentFactory(person=assessment.person, purpose=ConsentPurpose.ASSESSMENT)
        if documented and not assessment.person.documents.exists():
            DocumentFactory(person=assessment.person, number=f"{assessment.person_id:08}-0")
        _assign(assessment)
        if assessment.state in TO_BEGIN_STATES:
            let_assess(
                assessment.standard, centre=assessment.centre, evaluator=assessment.evaluator
            )
        _create_portfolio(assessment, _answers(assessment, competent) | (answers or {}))
        return assessment


def best_answers(version):
    """A raw answer that meets each item of a standard, by its code."""
    best = {}
    for item in version.items.select_related("answer_key").order_by("position"):
        match item.scale:
            case Scale.MEASUREMENT:
                limit = item.minimum if item.minimum is not None else item.maximum
                best[item.code] = f"{limit.normalize():f}"
            case Scale.CHOICE:
                best[item.code] = item.answer_key.key
            case _:
                best[item.code] = "si"
    return best


def _answers(assessment, competent):
    if not _has_reached(assessment.state, AssessmentState.EVIDENCE_CLOSED):
        return {}
    answers = best_answers(assessment.standard_version)
    if not competent:
        critical = assessment.standard_version.items.filter(critical=True).order_by("position")
        answers[critical.first().code] = "no"
    return answers


def _assign(assessment):
    parts = {AssignmentKind.CASEWORKER: assessment.enrolled_by}
    if assessment.state not in ENDED:
        parts |= {
            AssignmentKind.EVALUATION: assessment.evaluator,
            AssignmentKind.VERIFICATION: assessment.verifier,
            AssignmentKind.DECISION: assessment.officer,
        }
    given = assessment.person.assignments.filter(valid_until=None)
    if given.caseworkers().exists():
        del parts[AssignmentKind.CASEWORKER]
    for kind, user in parts.items():
        if user:
            Assignment.objects.get_or_create(
                person=assessment.person,
                user=user,
                kind=kind,
                valid_until=None,
                defaults={"valid_from": date(2020, 1, 1)},
            )


def _create_portfolio(assessment, answers):
    """Keep what lies behind an assessment of this state."""
    steps = {
        AssessmentState.DIAGNOSED: _diagnose,
        AssessmentState.ADMITTED: lambda a: _sign(a, SignatureKind.RIGHTS),
        AssessmentState.PLANNED: _plan,
        AssessmentState.PLAN_AGREED: _agree,
        AssessmentState.IN_ASSESSMENT: lambda a: _hold_session(a, answers),
        AssessmentState.JUDGED: lambda a: _judge(a, answers),
        AssessmentState.IN_VERIFICATION: acknowledge,
        AssessmentState.VERIFIED: _verify,
        AssessmentState.CERTIFIED: _decide,
    }
    for state, step in steps.items():
        if _has_reached(assessment.state, state):
            step(assessment)
    if assessment.state == AssessmentState.IN_TRAINING:
        TrainingFactory(assessment=assessment)
    if assessment.state == AssessmentState.IN_APPEAL:
        AppealFactory(assessment=assessment)


def _diagnose(assessment):
    Diagnosis.objects.create(
        assessment=assessment,
        answers=DIAGNOSIS,
        points=4,
        recommendation=Recommendation.ASSESSMENT,
        recorded_by=assessment.enrolled_by,
    )


def _sign(assessment, kind, *, name=None, by=None, **of):
    Signature.objects.create(
        assessment=assessment,
        kind=kind,
        name=name or assessment.person.display_name,
        recorded_by=by or assessment.enrolled_by,
        **of,
    )


def _agree(assessment):
    by, plan = assessment.evaluator, assessment.plans.newest()
    _sign(assessment, SignatureKind.PLAN_CANDIDATE, by=by, plan=plan, **_drawn())
    _sign(assessment, SignatureKind.PLAN_EVALUATOR, name=str(by), by=by, plan=plan)


def acknowledge(assessment):
    judgement = assessment.judgements.get(archived_at=None)
    by = assessment.evaluator
    _sign(assessment, SignatureKind.RESULT, by=by, judgement=judgement, **_drawn())


def _plan(assessment):
    Plan.objects.create(
        assessment=assessment,
        centre=assessment.centre,
        evaluator=assessment.evaluator,
        scheduled_for=assessment.scheduled_for,
        scheduled_at=assessment.scheduled_at,
        proposed_by=assessment.enrolled_by,
    )


def _hold_session(assessment, answers):
    now = timezone.now()
    session = AssessmentSession.objects.create(
        assessment=assessment,
        identity_checked="DUI",
        safety=SafetyPoint.values,
        started_at=now,
        started_by=assessment.evaluator,
        ended_at=None if assessment.state == AssessmentState.IN_ASSESSMENT else now,
    )
    if not answers:
        return
    items = {each.code: each for each in assessment.standard_version.items.all()}
    device = uuid4()
    Observation.objects.bulk_create(
        Observation(
            client_id=uuid4(),
            session=session,
            device=device,
            seq=seq,
            item=items[code],
            value=value,
            note="" if value != "no" else "No lo hizo.",
            by=assessment.evaluator,
        )
        for seq, (code, value) in enumerate(answers.items(), start=1)
    )


def _judge(assessment, answers):
    result = score(scheme_of(assessment.standard_version), answers)
    person = assessment.person
    Judgement.objects.create(
        assessment=assessment,
        inputs_sha256="0" * 64,
        result=result.to_dict(),
        outcome=result.outcome,
        recommendations=""
        if result.outcome == JudgementOutcome.COMPETENT
        else "Practicar el corte.",
        signed_by=assessment.evaluator,
        department=person.district.department,
        status=person.status,
        sector=assessment.standard.sector,
    )


def _verify(assessment):
    Verification.objects.create(
        assessment=assessment,
        verifier=assessment.verifier,
        outcome=VerificationOutcome.CONFORMS,
        checklist=list(CHECKLIST),
    )


def _decide(assessment):
    granted = assessment.state == AssessmentState.CERTIFIED
    if assessment.state == AssessmentState.IN_APPEAL:
        granted = assessment.judgements.get().outcome == JudgementOutcome.COMPETENT
    Decision.objects.create(
        assessment=assessment,
        officer=assessment.officer,
        outcome=DecisionOutcome.GRANTED if granted else DecisionOutcome.NOT_YET,
    )


class TrainingFactory(factory.django.DjangoModelFactory):
    """A course with an organization that trains, still under way."""

    class Meta:
        model = Training

    assessment = factory.SubFactory(AssessmentFactory, in_training=True)
    service = Service.UPSKILLING
    provider = factory.SubFactory(
        OrganizationFactory,
        code=factory.Sequence("formadora-{}".format),
        kinds=[OrganizationKind.TRAINING_BODY.value],
    )
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    referred_by = factory.LazyAttribute(lambda o: o.assessment.enrolled_by)


class SessionFactory(factory.django.DjangoModelFactory):
    """The session of an assessment that goes on."""

    class Meta:
        model = AssessmentSession

    assessment = factory.SubFactory(AssessmentFactory, in_assessment=True)

    @classmethod
    def _create(cls, model_class, *args, assessment, **kwargs):
        session = assessment.sessions.get()
        for name, value in kwargs.items():
            setattr(session, name, value)
        session.save()
        return session


class AppealFactory(factory.django.DjangoModelFactory):
    """An appeal of today, for which nobody is named yet; `panel` are those who are."""

    class Meta:
        model = Appeal

    assessment = factory.SubFactory(AssessmentFactory, in_appeal=True)
    decision = factory.LazyAttribute(lambda o: o.assessment.decisions.latest("pk"))
    channel = AppealChannel.IN_PERSON
    grounds = "No me dejaron terminar la última pieza."
    lodged_on = factory.LazyFunction(timezone.localdate)
    lodged_by = factory.SelfAttribute("assessment.enrolled_by")
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=28))


def name_panel(assessment, *users):
    """Let these resolve the appeal of an assessment, and see it."""
    appeal = assessment.appeal
    by = UserFactory(coordinator=True, at=assessment.person.office)
    for user in users:
        AppealSeat.objects.create(appeal=appeal, user=user, named_by=by)
        Assignment.objects.create(
            person=assessment.person,
            user=user,
            kind=AssignmentKind.DECISION,
            valid_from=timezone.localdate(),
        )
    return appeal


def hand(seed=0):
    """A signature as it is drawn on a page, or the photo of one."""
    return SimpleUploadedFile("firma.png", photo(seed=seed + 1), "image/png")


@cache
def _hand_kept():
    return as_drawing(check_picture(photo(seed=1))).content


def _drawn():
    """The columns of a signature whose picture is kept."""
    name, content = f"{SIGNATURES}/{uuid4()}.jpg", _hand_kept()
    private().save(name, ContentFile(content))
    kept = sha256(content).hexdigest()
    return {"file": name, "sha256": kept, "kept_sha256": kept}


def agreed_on(assessment):
    """An assessment that is planned for some day, with its plan and both signatures."""
    _plan(assessment)
    _agree(assessment)
    Assessment.objects.filter(pk=assessment.pk).update(state=AssessmentState.PLAN_AGREED)
    assessment.refresh_from_db()
    return assessment
