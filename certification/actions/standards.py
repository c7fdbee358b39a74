"""Loading competency standards from their files, and reading them back to judge by."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

import yaml
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.actions.history import record_activity
from accounts.models import User
from certification.choices import VersionState
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
from certification.rules import standards as rules
from certification.rules.scoring import Scheme, ScoredItem
from certification.rules.standards import InvalidStandard
from genesis.lib.states import lock

STATES = {
    "publicada": VersionState.PUBLISHED,
    "borrador": VersionState.DRAFT,
    None: VersionState.DRAFT,
}
# The parts of a draft in an order in which they can be taken away again.
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


class AlreadyPublished(Exception):
    """This version was published with another content, and never changes (CERT-2)."""

    def __init__(self, version: StandardVersion) -> None:
        super().__init__(
            _("“{version}” is published and cannot change: give the file a new version.").format(
                version=version
            )
        )


@transaction.atomic
def load_standard(text: bytes, *, by: User | None = None) -> StandardVersion:
    """Take in the standard that a file holds, and publish it when the file says so.

    The same file again changes nothing, and another one takes the place of a
    draft of that number. Raises InvalidStandard with all that is wrong (CERT-1),
    and AlreadyPublished.
    """
    content = rules.read_standard(text)
    state = _state(text)
    digest = sha256(text).hexdigest()
    standard, _new = Standard.objects.get_or_create(code=content.code, defaults=_described(content))
    standard = lock(standard)
    earlier = standard.versions.filter(number=content.number).first()
    if earlier and earlier.source_sha256 == digest:
        return earlier
    if earlier and earlier.state != VersionState.DRAFT:
        raise AlreadyPublished(earlier)
    if earlier:
        _discard(earlier)
    version = _create_version(standard, content, digest)
    version.state = state
    version.save(update_fields=["state"])  # once published, neither it nor its parts change
    _describe(version, content)
    record_activity("standard.loaded", version, by=by, sha256=digest, state=version.state)
    return version


def scheme_of(version: StandardVersion) -> Scheme:
    """What the judgement needs to know of a version, keys included: never for a device."""
    items = version.items.select_related("instrument", "criterion__element", "answer_key").order_by(
        "position"
    )
    instruments = version.instruments.order_by("position")
    return Scheme(
        items=tuple(_scored(each) for each in items),
        minima={each.code: each.minimum for each in instruments},
        total_minimum=version.total_minimum,
        na_maximum=version.na_maximum,
    )


def _scored(item: Item) -> ScoredItem:
    return ScoredItem(
        code=item.code,
        instrument=item.instrument.code,
        weight=item.weight,
        scale=item.scale,
        criterion=item.criterion.code if item.criterion else None,
        element=item.criterion.element.code if item.criterion else None,
        critical=item.critical,
        safety=item.safety,
        minimum=item.minimum,
        maximum=item.maximum,
        options=tuple(letter for letter, _text in item.options),
        key=item.answer_key.key if hasattr(item, "answer_key") else "",
    )


def _state(text: bytes) -> VersionState:
    """Whether the file says that it is published; `read_standard` has found it readable."""
    stated = yaml.safe_load(text)["norma"].get("estado")
    if not isinstance(stated, str | None) or stated not in STATES:
        known = ", ".join(filter(None, STATES))
        message = _("“%(key)s” must be one of: %(known)s.") % {"key": "estado", "known": known}
        raise InvalidStandard([f"norma: {message}"])
    return STATES[stated]


def _described(content: rules.Standard) -> dict[str, str]:
    return {
        "title": content.title,
        "sector": content.sector,
        "isco": content.isco,
        "license_note": content.license_note,
    }


def _discard(draft: StandardVersion) -> None:
    for part in PARTS:
        part._base_manager.filter(standard_version=draft).delete()
    draft.delete()


def _describe(version: StandardVersion, content: rules.Standard) -> None:
    """The newest published version gives the standard its title; before there is one, a draft."""
    published = version.standard.versions.published().exclude(pk=version.pk)
    newer = published.filter(number__gt=version.number)
    if newer.exists() if version.state == VersionState.PUBLISHED else published.exists():
        return
    Standard.objects.filter(pk=version.standard_id).update(**_described(content))
    version.standard.refresh_from_db()


def _create_version(standard: Standard, content: rules.Standard, digest: str) -> StandardVersion:
    version = StandardVersion(
        standard=standard,
        number=content.number,
        title=content.title,
        purpose=content.purpose,
        level=content.level,
        valid_from=content.valid_from,
        review_on=content.review_on,
        certificate_months=content.certificate_months,
        min_age=content.min_age,
        min_months=content.min_months,
        duration_minutes=content.duration_minutes,
        task=content.task,
        total_minimum=content.total_minimum,
        na_maximum=content.na_maximum,
        diagnostic_title=content.diagnostic.title,
        diagnostic_points=[list(each) for each in content.diagnostic.points],
        source_sha256=digest,
        warnings=rules.lint(content),
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


def _create_criteria(version: StandardVersion, units: Sequence[rules.Unit]) -> dict[str, Criterion]:
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
    instruments: Sequence[rules.Instrument],
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


def _create_diagnostic(version: StandardVersion, diagnostic: rules.Diagnostic) -> None:
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
