"""Competency standards: whether one is whole (CERT-1), what is to be looked at, how it is judged.

A file, the rows of a version and a draft are read by the same function. A file
has one standard in Spanish, as technical committees write it. All that is wrong
with it is said at once, each with its place.
"""

from typing import NamedTuple

from django.utils.translation import gettext as _

from certification.choices import Scale
from certification.rules.scoring import Scheme, ScoredItem
from certification.rules.standard_document import parse
from certification.rules.standard_parts import Fault, InvalidStandard, Standard, in_hundredths
from certification.rules.standard_reading import Reading


class Examined(NamedTuple):
    """A document as it was read: with stand-ins for what is wrong, if anything is."""

    standard: Standard
    faults: tuple[Fault, ...]


def examine(document) -> Examined:
    """Read a document, whole or not; says all that is wrong with it."""
    reading = Reading()
    standard = reading.standard(document)
    return Examined(standard, tuple(reading.faults))


def standard_of(document) -> Standard:
    """Return the standard that a document holds; raises InvalidStandard with all that is wrong."""
    standard, faults = examine(document)
    if faults:
        raise InvalidStandard(faults)
    return standard


def read_standard(text: str | bytes) -> Standard:
    """Return the standard that a file holds; raises InvalidStandard with all that is wrong."""
    return standard_of(parse(text))


def lint(standard: Standard) -> list[str]:
    """What a committee should look at in a valid standard: above all what hangs on one item."""
    return [*_single_items(standard), *_scales(standard)]


def _single_items(standard):
    items: dict[str, list[str]] = {}
    for item in standard.items:
        if item.criterion:
            items.setdefault(item.criterion, []).append(item.code)
    for criterion, codes in items.items():
        if len(codes) == 1:
            yield _(
                "%(criterion)s has a single item, %(item)s:"
                " who misses it cannot be found competent."
            ) % {"criterion": criterion, "item": codes[0]}


def _scales(standard):
    if not any(item.critical for item in standard.items):
        yield _("No item is critical.")
    spared = sum(item.weight for item in standard.items if item.scale == Scale.YES_NO_NA)
    if spared > standard.na_maximum:
        yield _(
            "Items that may not apply weigh %(weight)s, and at most %(most)s may: who has them"
            " all like that cannot be found competent."
        ) % {"weight": in_hundredths(spared), "most": in_hundredths(standard.na_maximum)}
    for instrument in standard.instruments:
        heaviest = max(instrument.items, key=lambda item: item.weight, default=None)
        if heaviest and instrument.weight - heaviest.weight < needed_of(instrument):
            if not heaviest.critical and len(instrument.items) > 1:
                yield _(
                    "%(instrument)s: who misses %(item)s stays below its minimum, as if it"
                    " were critical."
                ) % {"instrument": instrument.code, "item": heaviest.code}


def needed_of(instrument) -> int:
    """How much of the weight of an instrument has to be met, in hundredths, rounded up."""
    return -(-instrument.weight * instrument.minimum // 10_000)


def scheme_of(standard: Standard) -> Scheme:
    """What the judgement needs to know of a standard."""
    elements = {
        criterion.code: element.code
        for unit in standard.units
        for element in unit.elements
        for criterion in element.criteria
    }
    return Scheme(
        items=tuple(
            ScoredItem(
                code=item.code,
                instrument=instrument.code,
                weight=item.weight,
                scale=item.scale,
                criterion=item.criterion,
                element=elements.get(item.criterion or ""),
                critical=item.critical,
                safety=item.safety,
                minimum=item.minimum,
                maximum=item.maximum,
                options=tuple(letter for letter, _text in item.options),
                key=item.key,
            )
            for instrument in standard.instruments
            for item in instrument.items
        ),
        minima={each.code: each.minimum for each in standard.instruments},
        total_minimum=standard.total_minimum,
        na_maximum=standard.na_maximum,
    )
