"""Standards, assessments as far as a trait says, and certificates.

`AssessmentFactory(in_verification=True)` has all that an assessment of that
state has behind it: diagnosis, signatures, plan, session, answers, judgement,
and the assignments of who acts. `competent=False` fails its critical item.
"""

from datetime import date, time, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import factory
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.choices import OrganizationKind
from beneficiaries.choices import (
    PROTECTED,
    AssignmentKind,
    ConsentPurpose,
    Outcome,
    Sector,
    Service,
    Track,
)
from beneficiaries.models import Assignment
from certification.actions.committee import approve_draft, send_to_committee
from certification.actions.drafts import copy_version
from certification.actions.evidence import Piece
from certification.actions.paper_forms import attach_scan
from certification.actions.signing_keys import take_key
from certification.actions.standards import keep_version, lock_standard, scheme_of
from certification.actions.transcribing import type_form
from certification.choices import (
    CHECKLIST,
    DECIDED_STATES,
    TO_BEGIN_STATES,
    WITH_A_REASON,
    AccreditationState,
    AppealChannel,
    AssessmentState,
    Condition,
    CriterionKind,
    DecisionOutcome,
    EvaluatorState,
    EvidenceSource,
    InstrumentKind,
    JudgementOutcome,
    LeaveReason,
    PublicLookup,
    ReceiptOutcome,
    Recommendation,
    RecordKind,
    SafetyPoint,
    Scale,
    SignatureKind,
    VerificationOutcome,
    VersionState,
    VisitKind,
    VisitOutcome,
)
from certification.documents.paper_form import code_of
from certification.models import (
    AccreditationVisit,
    AnnouncedFile,
    Appeal,
    AppealSeat,
    Assessment,
    AssessmentSession,
    Centre,
    CentreAccreditation,
    CentreEquipment,
    Certificate,
    CertifyingBody,
    Conflict,
    Criterion,
    Decision,
    Diagnosis,
    DiagnosticBand,
    DiagnosticQuestion,
    Element,
    Equipment,
    Evaluator,
    EvaluatorAccreditation,
    EvaluatorCentre,
    Evidence,
    FolioCounter,
    Instrument,
    Item,
    Judgement,
    Observation,
    Package,
    PaperForm,
    Phone,
    Plan,
    Receipt,
    Signature,
    Standard,
    StandardVersion,
    StatusList,
    Training,
    Unit,
    Verification,
)
from certification.models.signatures import FOLDER as SIGNATURES
from certification.rules.scoring import score
from certification.rules.standard_document import digest_of, parse
from certification.rules.standards import standard_of
from genesis.lib.codes import folio, short_code
from genesis.lib.signing_keys import make_key
from genesis.lib.storage import private
from genesis.lib.uploads import as_drawing, check_picture
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    ConsentFactory,
    DistrictFactory,
    DocumentFactory,
    PersonFactory,
)
from tests.factories.papers import photo

STANDARDS = Path(settings.BASE_DIR) / "data" / "standards"
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
DIAGNOSIS = {"D1": "solo", "D2": "solo"}  # the best answers to the small standard's questions


def real_standard(name="CON-002"):
    """One of the standards that come with Genesis, published."""
    return published_standard((STANDARDS / f"{name}.yaml").read_bytes())


def published_standard(text):
    """The standard of a file, as if its committee had approved it; the same file again the same."""
    document = parse(text)
    document["norma"].pop("estado", None)
    content, digest = standard_of(document), digest_of(document)
    if known := StandardVersion.objects.filter(
        source_sha256=digest, state=VersionState.PUBLISHED
    ).first():
        return known
    with transaction.atomic():
        standard = lock_standard(content)
        return keep_version(standard, content, digest, state=VersionState.PUBLISHED, by=None)


class StandardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Standard

    code = factory.Sequence(lambda n: f"PRU-{n % 1000:03}")
    title = "Colocación de piezas de prueba"
    sector = Sector.CONSTRUCTION
    isco = "7122"


class StandardVersionFactory(factory.django.DjangoModelFactory):
    """A small standard: GO-01 is critical, GO-02 is ticked, GO-03 measures up to 3 mm."""

    class Meta:
        model = StandardVersion

    class Params:
        draft = factory.Trait(state=VersionState.DRAFT)

    standard = factory.SubFactory(StandardFactory)
    number = 1
    state = VersionState.PUBLISHED
    title = factory.SelfAttribute("standard.title")
    purpose = "Probar."
    level = 2
    valid_from = date(2020, 1, 1)
    review_on = date(2035, 1, 1)
    certificate_months = 36
    min_age = 18
    min_months = 24
    duration_minutes = 60
    task = "Colocar tres piezas."
    total_minimum = 7000
    na_maximum = 1000
    diagnostic_title = "Autodiagnóstico"
    diagnostic_points = factory.LazyFunction(
        lambda: [["nunca_lo_hice", 0], ["con_ayuda", 1], ["solo", 2]]
    )
    source_sha256 = factory.Sequence("{:064x}".format)

    @classmethod
    def _create(cls, model_class, *args, state, **kwargs):
        version = model_class.objects.create(**kwargs)
        _create_parts(version)
        version.state = state
        version.save(update_fields=["state"])
        return version


def _create_parts(version):
    part = {"standard_version": version, "position": 0}
    unit = Unit.objects.create(**part, code="U1", title="Colocar piezas")
    instrument = Instrument.objects.create(
        **part, code="GO", kind=InstrumentKind.OBSERVATION, title="Guía", minimum=7000
    )
    element = Element.objects.create(**part, unit=unit, code="E1", title="Preparar y colocar")
    first, second = Criterion.objects.bulk_create(
        Criterion(
            standard_version=version,
            position=position,
            code=code,
            element=element,
            kind=CriterionKind.PERFORMANCE,
            text="Trabaja bien.",
        )
        for position, code in enumerate(["C1.1", "C1.2"])
    )
    Item.objects.bulk_create(
        Item(
            standard_version=version,
            instrument=instrument,
            position=position,
            code=f"GO-{position + 1:02}",
            text="Lo hace bien.",
            **values,
        )
        for position, values in enumerate(
            [
                {"criterion": first, "weight": 4000, "scale": Scale.YES_NO, "critical": True},
                {"criterion": first, "weight": 3000, "scale": Scale.YES_NO},
                {
                    "criterion": second,
                    "weight": 3000,
                    "scale": Scale.MEASUREMENT,
                    "unit": "mm",
                    "maximum": 3,
                },
            ]
        )
    )
    DiagnosticQuestion.objects.bulk_create(
        DiagnosticQuestion(
            standard_version=version, position=position, code=code, text="Puedo colocar piezas."
        )
        for position, code in enumerate(DIAGNOSIS)
    )
    DiagnosticBand.objects.bulk_create(
        DiagnosticBand(
            standard_version=version, first=first, last=last, recommendation=advice, message="Siga."
        )
        for first, last, advice in [
            (0, 1, Recommendation.RESKILLING),
            (2, 2, Recommendation.UPSKILLING),
            (3, 4, Recommendation.ASSESSMENT),
        ]
    )


class CentreFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Centre

    organization = factory.SubFactory(
        OrganizationFactory,
        code=factory.Sequence("centro-{}".format),
        name=factory.Sequence("Centro {}".format),
        kinds=[OrganizationKind.EVALUATION_CENTRE.value],
    )
    code = factory.Sequence("CE-{:04}".format)
    district = factory.SubFactory(DistrictFactory)


class CertifyingBodyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CertifyingBody
        django_get_or_create = ("folio_prefix",)

    folio_prefix = "GS"
    printed_name = "Instituto de Certificación de Prueba"
    valid_from = date(2020, 1, 1)
    organization = factory.SubFactory(
        OrganizationFactory,
        code=factory.Sequence("certificador-{}".format),
        kinds=[OrganizationKind.CERTIFYING_BODY.value],
    )


# Accreditation

ALWAYS = {"valid_from": date(2020, 1, 1), "valid_until": date(2099, 12, 31)}


class AccreditationFactory(factory.django.DjangoModelFactory):
    """A centre's accreditation: asked for, unless a trait or a state says how far it is.

    One that was granted has a favourable visit behind it, as the database asks.
    """

    class Meta:
        model = CentreAccreditation

    class Params:
        visited = factory.Trait(state=AccreditationState.VISITED)
        accredited = factory.Trait(state=AccreditationState.ACCREDITED)
        suspended = factory.Trait(state=AccreditationState.SUSPENDED)

    centre = factory.SubFactory(CentreFactory)
    standard = factory.SubFactory(StandardFactory)
    state = AccreditationState.REQUESTED
    workstations = 4
    max_per_day = 8
    requested_by = factory.LazyAttribute(
        lambda o: UserFactory(centre_manager=True, at=o.centre.organization)
    )
    state_by = factory.SelfAttribute("requested_by")

    @classmethod
    def _create(cls, model_class, *args, state, reason="", **values):
        days = {name: values.pop(name, day) for name, day in ALWAYS.items()}
        if state in WITH_A_REASON:
            reason = reason or "Una razón"
        if state == AccreditationState.VISIT_PLANNED:
            values.setdefault("visit_on", timezone.localdate())
        if state == AccreditationState.RENEWAL_REQUESTED and "renews" not in values:
            same = {name: values[name] for name in ("centre", "standard", "requested_by")}
            values["renews"] = cls(accredited=True, **same)
        granted = state in {"accredited", "suspended", "revoked"}
        if not granted:
            return model_class.objects.create(state=state, reason=reason, **values)
        made = model_class.objects.create(state=AccreditationState.VISITED, **values)
        VisitFactory(accreditation=made, recorded_by=made.requested_by)
        by = UserFactory(programme_coordinator=True)
        facts = {"granted_by": by, "granted_at": timezone.now(), "resolution_number": "R-1"}
        for name, value in {**days, **facts, "state": AccreditationState.ACCREDITED}.items():
            setattr(made, name, value)
        made.save()
        if state != AccreditationState.ACCREDITED:
            made.state, made.reason = state, reason
            made.save()
        return made


class VisitFactory(factory.django.DjangoModelFactory):
    """A favourable first visit."""

    class Meta:
        model = AccreditationVisit

    accreditation = factory.SubFactory(AccreditationFactory, visited=True)
    kind = VisitKind.INITIAL
    on = date(2020, 1, 1)
    team = "Marta Ruiz"
    equipment = space = safety = records = confidentiality = True
    outcome = VisitOutcome.FAVOURABLE
    recorded_by = factory.SelfAttribute("accreditation.requested_by")


class EvaluatorFactory(factory.django.DjangoModelFactory):
    """Somebody in the register of evaluators."""

    class Meta:
        model = Evaluator

    user = factory.SubFactory(UserFactory, evaluator=True)
    department = factory.LazyFunction(lambda: DistrictFactory().department)
    certificate_number = factory.Sequence("PE-{:04}".format)
    certificate_issued_on = date(2019, 6, 1)
    registered_by = factory.LazyFunction(lambda: UserFactory(programme_coordinator=True))


class EvaluatorAccreditationFactory(factory.django.DjangoModelFactory):
    """Somebody accredited as an expert of the founding panel, unless told otherwise."""

    class Meta:
        model = EvaluatorAccreditation

    class Params:
        proposed = factory.Trait(state=EvaluatorState.PROPOSED, valid_from=None, valid_until=None)
        suspended = factory.Trait(state=EvaluatorState.SUSPENDED, reason="Una queja")

    evaluator = factory.SubFactory(EvaluatorFactory)
    standard = factory.SubFactory(StandardFactory)
    state = EvaluatorState.ACCREDITED
    state_by = factory.SelfAttribute("evaluator.registered_by")
    panel_seat = factory.LazyAttribute(lambda o: None if o.own_certificate else 1)
    own_certificate = None
    external_evidence = factory.LazyAttribute(
        lambda o: "" if o.own_certificate else "Veinte años de obra"
    )
    sponsor = factory.LazyAttribute(lambda o: "" if o.own_certificate else "Cámara de la obra")
    valid_from = date(2020, 1, 1)
    valid_until = date(2099, 12, 31)


def let_assess(standard, *, centre=None, evaluator=None):
    """Let a centre and an evaluator assess in a standard on any day; say who and where.

    What is there already stays as it is. The founding panel has two seats: the
    third evaluator of a standard needs a certificate.
    """
    centre = centre or CentreFactory()
    user = evaluator or UserFactory(evaluator=True)
    if not centre.accreditations.filter(standard=standard).exists():
        AccreditationFactory(centre=centre, standard=standard, accredited=True)
    known = Evaluator.objects.filter(user=user).first() or EvaluatorFactory(user=user)
    if not known.accreditations.filter(standard=standard).exists():
        seats = EvaluatorAccreditation.objects.filter(standard=standard).count() + 1
        EvaluatorAccreditationFactory(evaluator=known, standard=standard, panel_seat=seats)
    if not known.centres.filter(centre=centre).exists():
        EvaluatorCentre.objects.create(
            evaluator=known, centre=centre, valid_from=date(2020, 1, 1), given_by=user
        )
    there = centre.equipment.values_list("requirement", flat=True)
    CentreEquipment.objects.bulk_create(
        CentreEquipment(centre=centre, requirement=each, quantity=999, condition=Condition.GOOD)
        for each in Equipment.objects.filter(standard_version__standard=standard)
        if each.pk not in set(there)
    )
    return centre, user


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


# Telephones


class PhoneFactory(factory.django.DjangoModelFactory):
    """A telephone that is registered; what it signs, `tests.certification.telephone` does."""

    class Meta:
        model = Phone

    public_id = factory.LazyFunction(uuid4)
    user = factory.SubFactory(UserFactory, evaluator=True)
    name = factory.Sequence("Teléfono {}".format)
    public_key = "-"


class PackageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Package

    assessment = factory.SubFactory(AssessmentFactory, in_assessment=True)
    phone = factory.LazyAttribute(lambda o: PhoneFactory(user=o.assessment.evaluator))
    format = 1
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=72))


class ConflictFactory(factory.django.DjangoModelFactory):
    """An answer of a telephone that came when the evidence was closed."""

    class Meta:
        model = Conflict

    class Params:
        code = "GO-02"

    assessment = factory.SubFactory(AssessmentFactory, evidence_closed=True)
    item = factory.LazyAttribute(
        lambda o: o.assessment.standard_version.items.get(code=o.code) if o.code else None
    )
    value = "no"
    note = "Lo vi tarde."
    kept_value = "si"
    why = "Esta evaluación ya no recibe respuestas."

    @classmethod
    def _create(cls, model_class, *args, assessment, kind=RecordKind.ANSWER, **kwargs):
        by = assessment.evaluator or UserFactory(evaluator=True)
        phone = PhoneFactory(user=by)
        receipt = Receipt.objects.create(
            record_id=uuid4(),
            phone=phone,
            assessment=assessment,
            seq=1,
            kind=kind,
            body="{}",
            signature="-",
            outcome=ReceiptOutcome.CONFLICT,
            by=by,
        )
        return model_class.objects.create(assessment=assessment, receipt=receipt, **kwargs)


def signing_key():
    """A key that signs, with its private part in the folder of this run."""
    return take_key(make_key())


class CertificateFactory(factory.django.DjangoModelFactory):
    """One of before there were credentials, unless `listed`: then it is signed when printed.

    The next folio of its standard and year follows it.
    """

    class Meta:
        model = Certificate

    class Params:
        listed = factory.Trait(
            status_list=factory.LazyFunction(lambda: StatusList.objects.get_or_create(number=1)[0]),
            status_index=factory.Sequence(lambda n: 1 + n * 7 % (StatusList.SIZE - 1)),
        )

    assessment = factory.SubFactory(AssessmentFactory, certified=True)
    issued_on = factory.LazyFunction(timezone.localdate)
    valid_until = None
    year = factory.SelfAttribute("issued_on.year")
    standard = factory.SelfAttribute("assessment.standard")
    sequence = factory.Sequence(lambda n: n + 1)
    folio = factory.LazyAttribute(
        lambda o: folio(o.body.folio_prefix, o.year, o.standard_code, o.sequence)
    )
    code = factory.LazyFunction(short_code)
    body = factory.SubFactory(CertifyingBodyFactory)
    body_name = factory.SelfAttribute("body.printed_name")
    holder_name = factory.SelfAttribute("assessment.person.display_name")
    holder_initials = factory.SelfAttribute("assessment.person.initials")
    holder_document = "017"
    standard_code = factory.SelfAttribute("standard.code")
    standard_title = factory.SelfAttribute("assessment.standard_version.title")
    standard_version = factory.SelfAttribute("assessment.standard_version.number")
    level = factory.SelfAttribute("assessment.standard_version.level")
    units = factory.LazyFunction(
        lambda: [{"code": "U1", "title": "Colocar piezas", "elements": ["Preparar y colocar"]}]
    )
    centre_code = factory.SelfAttribute("assessment.centre.code")
    place = "Soyapango, San Salvador"
    assessed_on = factory.SelfAttribute("issued_on")
    officer_name = factory.LazyAttribute(lambda o: str(o.assessment.officer))
    department = factory.SelfAttribute("assessment.person.district.department")
    status = factory.SelfAttribute("assessment.person.status")
    sector = factory.SelfAttribute("standard.sector")
    public_lookup = factory.LazyAttribute(
        lambda o: PublicLookup.MINIMAL if o.status in PROTECTED else PublicLookup.FULL
    )

    @classmethod
    def _create(cls, model_class, *args, **values):
        of_the_year = {"year": values["year"], "standard": values["standard"]}
        counter, _new = FolioCounter.objects.get_or_create(**of_the_year)
        counter.last = max(counter.last, values["sequence"])
        counter.save()
        return model_class.objects.create(**values)


# Appeals


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


def next_version(version):
    """The version that follows one, in force in its place from today on."""
    StandardVersion.objects.filter(pk=version.pk).update(state=VersionState.RETIRED)
    return StandardVersionFactory(standard=version.standard, number=version.number + 1)


def draft_of(version=None, *, author=None, sent=False, approved_by=()):
    """The next version of a standard, being written, or before its committee."""
    author = author or UserFactory(officer=True)
    draft = copy_version(version or real_standard(), key=uuid4(), by=author)
    if sent:
        draft = send_to_committee(draft, version=draft.version, by=author)
    for each in approved_by:
        approve_draft(draft, version=draft.version, by=each)
    return draft


class AnnouncedFileFactory(factory.django.DjangoModelFactory):
    """A photo that a telephone has and has not sent."""

    class Meta:
        model = AnnouncedFile

    assessment = factory.SubFactory(AssessmentFactory, in_assessment=True)
    sha256 = factory.Sequence("{:064x}".format)

    @classmethod
    def _create(cls, model_class, *args, assessment, **kwargs):
        receipt = Receipt.objects.create(
            record_id=uuid4(),
            phone=PhoneFactory(user=assessment.evaluator),
            assessment=assessment,
            seq=1,
            kind=RecordKind.SIGNATURE,
            body="{}",
            signature="-",
            outcome=ReceiptOutcome.STORED,
            by=assessment.evaluator,
        )
        return model_class.objects.create(assessment=assessment, receipt=receipt, **kwargs)


# The form on paper


class PaperFormFactory(factory.django.DjangoModelFactory):
    """A form that was printed for the evaluator of an assessment that is to begin."""

    class Meta:
        model = PaperForm

    assessment = factory.SubFactory(AssessmentFactory, plan_agreed=True)
    number = factory.LazyAttribute(lambda o: o.assessment.paper_forms.count() + 1)
    evaluator = factory.SelfAttribute("assessment.evaluator")
    asked_by = factory.SelfAttribute("assessment.evaluator")
    asked_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=2))


def paper_entries(form, replaced=()):
    """What stands on the paper of a form, all answered as best but for what is `replaced`."""
    day = timezone.localdate(timezone.now() - timedelta(days=1))
    head = {
        "identity": ["DUI 123", ""],
        "day": [day.isoformat(), ""],
        "began": ["09:00", ""],
        "ended": ["11:30", ""],
        "signed": ["both", ""],
        "stopped": ["", ""],
    }
    answers = best_answers(form.assessment.standard_version)
    items = {code: [value, ""] for code, value in answers.items()}
    return head | items | dict(replaced)


def scan_of(form, *, by=None, data=None):
    """A photo of the paper, attached."""
    data = data or photo(seed=Evidence.objects.count() + 50)
    piece = Piece(key=uuid4(), device=uuid4(), source=EvidenceSource.PAPER, data=data, paper=form)
    return attach_scan(form, piece=piece, by=by or form.evaluator)


def typed_paper(form, *people, differently=()):
    """A form that these people typed; the second one differs in what `differently` says."""
    if not form.scans.exists():
        scan_of(form)
    for place, user in enumerate(people):
        entries = paper_entries(form, differently if place else ())
        type_form(form, code=code_of(form), entries=entries, key=uuid4(), by=user)
    return PaperForm.objects.get(pk=form.pk)


# What the candidate signs


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
