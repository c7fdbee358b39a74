"""What an assessment has away from a desk: telephones, their records, the form on paper."""

from datetime import timedelta
from uuid import uuid4

import factory
from django.utils import timezone

from certification.actions.evidence import Piece
from certification.actions.paper_forms import attach_scan
from certification.actions.transcribing import type_form
from certification.choices import EvidenceSource, ReceiptOutcome, RecordKind, SafetyPoint
from certification.documents.paper_form import code_of
from certification.models import (
    AnnouncedFile,
    Conflict,
    Evidence,
    Package,
    PaperForm,
    Phone,
    Receipt,
)
from tests.factories.accounts import UserFactory
from tests.factories.certification.assessments import AssessmentFactory, best_answers
from tests.factories.papers import photo


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
        **{each: ["si", ""] for each in SafetyPoint.values},
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
