"""What two versions of a standard differ in, by code: what came, what went, what was changed."""

from dataclasses import replace
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.choices import Sector
from certification.rules.standard_parts import Standard, in_hundredths


class Kind(TextChoices):
    """What became of a part."""

    ADDED = "added", gettext_lazy("Added")
    REMOVED = "removed", gettext_lazy("Removed")
    CHANGED = "changed", gettext_lazy("Changed")


class Fact(NamedTuple):
    label: str
    before: str
    after: str


class Difference(NamedTuple):
    kind: Kind
    code: str
    text: str
    facts: tuple[Fact, ...] = ()


class Section(NamedTuple):
    title: str
    differences: list[Difference]


class Weight(NamedTuple):
    """What an instrument weighs in either version; empty where it has none."""

    code: str
    title: str
    before: str
    after: str


def compare(before: Standard, after: Standard, *, with_keys: bool) -> list[Section]:
    """What differs, part by part; a part in which nothing does is left out."""
    whole = Difference(Kind.CHANGED, "", "", _facts(_data(before), _data(after)))
    sections = [
        Section(_("Data of the version"), [whole] if whole.facts else []),
        *(
            Section(title, _differences(told(before), told(after)))
            for title, told in (
                (_("Units"), _units),
                (_("Elements"), _elements),
                (_("Criteria"), _criteria),
                (_("Knowledge"), _knowledge),
                (_("Instruments"), _instruments),
                (_("Items"), lambda standard: _items(standard, with_keys=with_keys)),
                (_("Equipment of a workstation"), _equipment),
                (_("Questions of the diagnosis"), _questions),
                (_("Bands of the diagnosis"), _bands),
            )
        ),
    ]
    return [each for each in sections if each.differences]


def weights(before: Standard, after: Standard) -> list[Weight]:
    """What each instrument weighs in either version, and all of them together."""
    old, new = ({each.code: each for each in one.instruments} for one in (before, after))
    rows = [
        Weight(
            code,
            (new.get(code) or old[code]).title,
            old[code].shown_weight if code in old else "",
            new[code].shown_weight if code in new else "",
        )
        for code in dict.fromkeys([*old, *new])
    ]
    return [*rows, Weight("", _("Total"), before.shown_weight, after.shown_weight)]


def _differences(old, new):
    """`old` and `new` map codes to what each part says; its text stands first."""
    found = []
    for code in dict.fromkeys([*old, *new]):
        if code not in new:
            found.append(Difference(Kind.REMOVED, code, _first(old[code])))
        elif code not in old:
            found.append(Difference(Kind.ADDED, code, _first(new[code])))
        elif facts := _facts(old[code], new[code]):
            found.append(Difference(Kind.CHANGED, code, _first(new[code]), facts))
    return found


def _first(told):
    return next(iter(told.values()))


def _facts(old, new):
    return tuple(
        Fact(label, old[label] or "–", new[label] or "–")
        for label in old
        if old[label] != new[label]
    )


def _data(standard):
    months = standard.certificate_months
    return {
        _("Title"): standard.title,
        _("Sector"): Sector(standard.sector).label if standard.sector else "",
        _("Occupational area"): standard.area,
        _("Level"): str(standard.level or ""),
        _("Occupation (CIUO-08)"): standard.isco,
        _("Purpose"): standard.purpose,
        _("In force from"): date_format(standard.valid_from, "SHORT_DATE_FORMAT"),
        _("To be reviewed on"): date_format(standard.review_on, "SHORT_DATE_FORMAT"),
        _("Months that the certificate holds"): str(months) if months else _("without expiry"),
        _("Least age"): str(standard.min_age or 0),
        _("Least months of experience"): str(standard.min_months or 0),
        _("Papers to bring"): ", ".join(standard.entry_documents),
        _("Note on licences"): standard.license_note,
        _("How it is held"): standard.modality,
        _("Minutes that it takes"): str(standard.duration_minutes or ""),
        _("Minutes of rest"): str(standard.break_minutes or ""),
        _("Task"): standard.task,
        _("Least of the total (%)"): standard.shown_total_minimum,
        _("Most that may not apply (%)"): standard.shown_na_maximum,
        _("Title of the diagnosis"): standard.diagnostic.title,
        _("Points of the diagnosis"): ", ".join(
            f"{answer}: {points}" for answer, points in standard.diagnostic.points
        ),
    }


def _units(standard):
    return {each.code: {_("Title"): each.title} for each in standard.units}


def _elements(standard):
    return {
        element.code: {_("Title"): element.title, _("Unit"): unit.code}
        for unit in standard.units
        for element in unit.elements
    }


def _criteria(standard):
    return {
        each.code: {
            _("Text"): each.text,
            _("Element"): element.code,
            _("Kind"): each.kind.label,
        }
        for unit in standard.units
        for element in unit.elements
        for each in element.criteria
    }


def _knowledge(standard):
    return {
        each.code: {_("Text"): each.text, _("Level"): each.level} for each in standard.knowledge
    }


def _instruments(standard):
    return {
        each.code: {
            _("Title"): each.title,
            _("Kind"): each.kind.label,
            _("Least per cent"): in_hundredths(each.minimum),
            _("How it is applied"): each.mode,
            _("Weight"): each.shown_weight,
        }
        for each in standard.instruments
    }


def _items(standard, *, with_keys):
    told = {}
    for instrument in standard.instruments:
        for each in instrument.items:
            shown = each if with_keys else replace(each, key="")
            told[each.code] = _item(shown, instrument.code)
    return told


def _item(item, instrument):
    return {
        _("What is looked at"): item.text,
        _("Instrument"): instrument,
        _("Of"): item.link,
        _("Weight"): item.shown_weight,
        _("Scale"): item.scale.label,
        _("Limits"): item.shown_limits,
        _("Critical"): _yes_or_no(item.critical),
        _("Safety"): _yes_or_no(item.safety),
        _("When it does not apply"): item.na_reason,
        _("Photo"): item.photo.label,
        _("Options"): " · ".join(f"{letter}) {text}" for letter, text in item.options),
        _("Key"): item.key,
    }


def _yes_or_no(value):
    return _("Yes") if value else _("No")


def _equipment(standard):
    return {
        each.name: {
            _("Name"): each.name,
            _("Quantity"): str(each.quantity),
            _("Obligatory"): _yes_or_no(each.mandatory),
        }
        for each in standard.equipment
    }


def _questions(standard):
    return {each.code: {_("Text"): each.text} for each in standard.diagnostic.questions}


def _bands(standard):
    return {
        each.recommendation.label: {
            _("Message"): each.message,
            _("Points"): f"{each.first}–{each.last}",
        }
        for each in standard.diagnostic.bands
    }
