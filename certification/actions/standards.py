"""Competency standards: loaded from files as drafts, published by a committee, read to judge by.

Of one standard one version is in force on a day: who publishes another ends the
one before it, and whoever is being assessed keeps the version that she began with.
"""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import record_activities, record_activity
from accounts.models import User
from certification.actions.refusals import NotPossible
from certification.actions.standard_rows import create_version, discard
from certification.choices import VersionState
from certification.models import CentreEquipment, Item, Standard, StandardVersion
from certification.rules import standard_parts as parts
from certification.rules.scoring import Scheme, ScoredItem
from certification.rules.standard_document import digest_of, parse
from certification.rules.standard_parts import Fault, InvalidStandard
from certification.rules.standards import standard_of
from genesis.lib.states import lock

STATES = ["publicada", "borrador"]  # what a file may say of itself


class AlreadyPublished(NotPossible):
    """This version was published with another content, and never changes (CERT-2)."""

    def __init__(self, version: StandardVersion) -> None:
        super().__init__(
            _("“{version}” is published and cannot change: give the file a new version.").format(
                version=version
            )
        )


@transaction.atomic
def load_standard(text: bytes, *, by: User | None = None) -> StandardVersion:
    """Take in the standard that a file holds, as a draft: only a committee publishes it.

    What the file says of its state counts for nothing here. The same content again
    changes nothing, published meanwhile or not; another one takes the place of a draft
    of that number. Raises InvalidStandard with all that is wrong (CERT-1), and
    AlreadyPublished.
    """
    document = parse(text)
    content = standard_of(document)
    _check_state(document)
    document["norma"].pop("estado", None)  # as a draft is kept, so that both have one digest
    digest = digest_of(document)
    standard = lock_standard(content)
    earlier = standard.versions.filter(number=content.number).first()
    if earlier and earlier.source_sha256 in {digest, sha256(text).hexdigest()}:
        return earlier
    version = keep_version(standard, content, digest, state=VersionState.DRAFT, by=by)
    record_activity("standard.loaded", version, by=by, sha256=digest, state=version.state)
    return version


def lock_standard(content: parts.Standard) -> Standard:
    """The standard that a document is of, locked: made when it is the first of it."""
    standard, _new = Standard.objects.get_or_create(code=content.code, defaults=_described(content))
    return lock(standard)


def keep_version(
    standard: Standard,
    content: parts.Standard,
    digest: str,
    *,
    state: VersionState,
    by: User | None,
) -> StandardVersion:
    """Make a version of what was read; a published one ends those that it follows.

    Its standard is locked. One of that number that was loaded as a draft gives
    way. Raises AlreadyPublished and InvalidStandard.
    """
    earlier = standard.versions.filter(number=content.number).first()
    if earlier and earlier.state != VersionState.DRAFT:
        raise AlreadyPublished(earlier)
    if earlier:
        discard(earlier)
    version = create_version(standard, content, digest)
    if state == VersionState.PUBLISHED:
        _end_earlier(version)
        _follow(version)
        _carry_equipment(version, by=by)
    else:
        version.state = state
        version.save(update_fields=["state"])
    _describe(version, content)
    return version


def _end_earlier(version: StandardVersion) -> None:
    """End the published versions of a lower number on the day before this one begins.

    One that would have begun no earlier is never in force again.
    """
    earlier = version.standard.versions.published().filter(number__lt=version.number)
    earlier.filter(valid_from__gte=version.valid_from).update(state=VersionState.RETIRED)
    for each in earlier.filter(valid_from__lt=version.valid_from):
        if each.last_day >= version.valid_from:
            each.ends_on = version.valid_from - timedelta(days=1)
            each.save(update_fields=["ends_on"])


def _follow(version: StandardVersion) -> None:
    """Publish a version, until one of a higher number begins that was published before it."""
    later = version.standard.versions.published().filter(number__gt=version.number)
    first = min((each.valid_from for each in later), default=None)
    version.state = VersionState.PUBLISHED
    if first is not None and first <= version.valid_from:
        version.state = VersionState.RETIRED
    elif first is not None and first <= version.review_on:
        version.ends_on = first - timedelta(days=1)
    version.save(update_fields=["state", "ends_on"])  # from now on nothing else changes


def _carry_equipment(version: StandardVersion, *, by: User | None) -> None:
    """What a centre has of what the version before asked, it has of the same thing asked again.

    Otherwise no centre could assess in a version on its first day.
    """
    asked = {each.name: each for each in version.equipment.all()}
    before = version.standard.versions.filter(number__lt=version.number)
    newest = before.exclude(state=VersionState.DRAFT).order_by("-number").first()
    there = CentreEquipment.objects.filter(
        requirement__standard_version=newest, requirement__name__in=asked
    ).select_related("requirement")
    carried = {
        (each.centre_id, each.requirement.name): CentreEquipment(
            centre_id=each.centre_id,
            requirement=asked[each.requirement.name],
            quantity=each.quantity,
            condition=each.condition,
            calibration_due=each.calibration_due,
        )
        for each in there
    }
    made = CentreEquipment.objects.bulk_create(carried.values())
    record_activities("centre.equipment_carried_over", made, by=by)


def begins_on(content: parts.Standard) -> date:
    """From when on a version is in force that is published today: never in days gone by."""
    return max(content.valid_from, timezone.localdate())


def scheme_of(version: StandardVersion) -> Scheme:
    """What the judgement needs to know of a version, keys included: never for a device."""
    instruments = version.instruments.order_by("position")
    return Scheme(
        items=scored_items(version),
        minima={each.code: each.minimum for each in instruments},
        total_minimum=version.total_minimum,
        na_maximum=version.na_maximum,
    )


def scored_items(version: StandardVersion) -> tuple[ScoredItem, ...]:
    """What says of each answer to a version whether it meets its item: never for a device."""
    related = ["instrument", "criterion__element", "answer_key"]
    items = version.items.select_related(*related).order_by("position")
    return tuple(_scored(each) for each in items)


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


def _check_state(document: dict[str, Any]) -> None:
    """Raise InvalidStandard for a state that no file has."""
    stated = document["norma"].get("estado")
    if not isinstance(stated, str | None) or stated not in {*STATES, None}:
        known = ", ".join(STATES)
        message = _("“%(key)s” must be one of: %(known)s.") % {"key": "estado", "known": known}
        raise InvalidStandard([Fault("norma", message, "estado")])


def _described(content: parts.Standard) -> dict[str, str]:
    return {
        "title": content.title,
        "sector": content.sector,
        "isco": content.isco,
        "license_note": content.license_note,
    }


def _describe(version: StandardVersion, content: parts.Standard) -> None:
    """The newest published version gives the standard its title; before there is one, a draft."""
    published = version.standard.versions.published().exclude(pk=version.pk)
    newer = published.filter(number__gt=version.number)
    if newer.exists() if version.state != VersionState.DRAFT else published.exists():
        return
    Standard.objects.filter(pk=version.standard_id).update(**_described(content))
    version.standard.refresh_from_db()
