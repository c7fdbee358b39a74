"""The rows of a version of a standard, made of what was read of its file or its draft."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import models

from certification.models import (
    AnswerKey,
    Criterion,
    DiagnosticBand,
    DiagnosticQuestion,
    Element,
    Equipment,
    Instrument,
    Item,
    Knowledge,
    Standard,
    StandardVersion,
    Unit,
)
from certification.rules import standard_parts as parts
from certification.rules.standard_parts import InvalidStandard
from certification.rules.standards import lint

# The parts of a version in an order in which they can be taken away again.
PARTS: tuple[type[models.Model], ...] = (
    AnswerKey,
    Item,
    Instrument,
    Knowledge,
    Criterion,
    Element,
    Unit,
    DiagnosticQuestion,
    DiagnosticBand,
    Equipment,
)


def discard(draft: StandardVersion) -> None:
    """Take away a version that was loaded and never published."""
    for part in PARTS:
        part._base_manager.filter(standard_version=draft).delete()
    draft.delete()


def create_version(standard: Standard, content: parts.Standard, digest: str) -> StandardVersion:
    """Keep a version with all its parts, not published yet; raises InvalidStandard."""
    version = StandardVersion(
        standard=standard,
        number=content.number,
        title=content.title,
        sector=content.sector,
        area=content.area,
        isco=content.isco,
        purpose=content.purpose,
        level=content.level,
        valid_from=content.valid_from,
        review_on=content.review_on,
        certificate_months=content.certificate_months,
        min_age=content.min_age,
        min_months=content.min_months,
        entry_documents=list(content.entry_documents),
        license_note=content.license_note,
        modality=content.modality,
        break_minutes=content.break_minutes,
        duration_minutes=content.duration_minutes,
        task=content.task,
        total_minimum=content.total_minimum,
        na_maximum=content.na_maximum,
        diagnostic_title=content.diagnostic.title,
        diagnostic_points=[list(each) for each in content.diagnostic.points],
        source_sha256=digest,
        warnings=lint(content),
    )
    _check([standard, version])
    version.save()
    criteria = _create_criteria(version, content.units)
    knowledge = _create(
        Knowledge(
            standard_version=version,
            code=each.code,
            position=position,
            text=each.text,
            level=each.level,
        )
        for position, each in enumerate(content.knowledge)
    )
    _create_items(version, content.instruments, criteria, {each.code: each for each in knowledge})
    _create_diagnostic(version, content.diagnostic)
    _create(
        Equipment(
            standard_version=version,
            name=each.name,
            quantity=each.quantity,
            mandatory=each.mandatory,
        )
        for each in content.equipment
    )
    return version


def _create_criteria(version: StandardVersion, units: Sequence[parts.Unit]) -> dict[str, Criterion]:
    """Keep units, elements and criteria; return the criteria by their code."""
    kept_units = _create(
        Unit(standard_version=version, code=each.code, position=position, title=each.title)
        for position, each in enumerate(units)
    )
    elements = [
        (kept, element)
        for kept, unit in zip(kept_units, units, strict=True)
        for element in unit.elements
    ]
    kept_elements = _create(
        Element(
            standard_version=version,
            unit=unit,
            code=element.code,
            position=position,
            title=element.title,
        )
        for position, (unit, element) in enumerate(elements)
    )
    criteria = [
        (kept, criterion)
        for kept, (_unit, element) in zip(kept_elements, elements, strict=True)
        for criterion in element.criteria
    ]
    kept_criteria = _create(
        Criterion(
            standard_version=version,
            element=element,
            code=criterion.code,
            position=position,
            kind=criterion.kind,
            text=criterion.text,
        )
        for position, (element, criterion) in enumerate(criteria)
    )
    return {each.code: each for each in kept_criteria}


def _create_items(
    version: StandardVersion,
    instruments: Sequence[parts.Instrument],
    criteria: dict[str, Criterion],
    knowledge: dict[str, Knowledge],
) -> None:
    kept_instruments = _create(
        Instrument(
            standard_version=version,
            code=each.code,
            position=position,
            kind=each.kind,
            title=each.title,
            minimum=each.minimum,
            mode=each.mode,
        )
        for position, each in enumerate(instruments)
    )
    items = [
        (kept, item)
        for kept, instrument in zip(kept_instruments, instruments, strict=True)
        for item in instrument.items
    ]
    kept_items = _create(
        Item(
            standard_version=version,
            instrument=instrument,
            criterion=criteria[item.criterion] if item.criterion else None,
            knowledge=knowledge[item.knowledge] if item.knowledge else None,
            code=item.code,
            position=position,
            text=item.text,
            weight=item.weight,
            scale=item.scale,
            critical=item.critical,
            safety=item.safety,
            unit=item.unit,
            minimum=item.minimum,
            maximum=item.maximum,
            na_reason=item.na_reason,
            photo=item.photo,
            options=[list(each) for each in item.options],
        )
        for position, (instrument, item) in enumerate(items)
    )
    _create(
        AnswerKey(standard_version=version, item=kept, key=item.key)
        for kept, (_instrument, item) in zip(kept_items, items, strict=True)
        if item.key
    )


def _create_diagnostic(version: StandardVersion, diagnostic: parts.Diagnostic) -> None:
    _create(
        DiagnosticQuestion(
            standard_version=version, code=each.code, position=position, text=each.text
        )
        for position, each in enumerate(diagnostic.questions)
    )
    _create(
        DiagnosticBand(
            standard_version=version,
            first=each.first,
            last=each.last,
            recommendation=each.recommendation,
            message=each.message,
        )
        for each in diagnostic.bands
    )


def _create[M: models.Model](records: Iterable[M]) -> list[M]:
    """Keep parts of one kind, in one query."""
    checked = list(records)
    _check(checked)
    return type(checked[0])._base_manager.bulk_create(checked) if checked else []


def _check(records: Sequence[models.Model]) -> None:
    """Say which texts and numbers do not fit their columns; raises InvalidStandard."""
    errors = []
    for each in records:
        values = {field.name: field.value_from_object(each) for field in each._meta.fields}
        empty = {name for name, value in values.items() if value in (None, "", [])}
        links = {field.name for field in each._meta.fields if field.is_relation}
        try:
            each.clean_fields(exclude=empty | links)
        except ValidationError as error:
            errors += [
                f"{each} ({name}): {message}"
                for name, messages in error.message_dict.items()
                for message in messages
            ]
    if errors:
        raise InvalidStandard(errors)
