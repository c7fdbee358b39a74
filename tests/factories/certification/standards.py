"""Standards: a small one of three items, those that come with Genesis, and drafts."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import factory
from django.conf import settings
from django.db import transaction

from beneficiaries.choices import Sector
from certification.actions.committee import approve_draft, send_to_committee
from certification.actions.drafts import copy_version
from certification.actions.standards import keep_version, lock_standard
from certification.choices import CriterionKind, InstrumentKind, Recommendation, Scale, VersionState
from certification.models import (
    Criterion,
    DiagnosticBand,
    DiagnosticQuestion,
    Element,
    Instrument,
    Item,
    Standard,
    StandardVersion,
    Unit,
)
from certification.rules.standard_document import digest_of, parse
from certification.rules.standards import standard_of
from tests.factories.accounts import UserFactory

STANDARDS = Path(settings.BASE_DIR) / "data" / "standards"

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
