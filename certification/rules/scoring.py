"""The judgement of an assessment, computed from raw answers (CERT-6, CERT-8).

Weights and percentages are whole hundredths and are compared by multiplication
across, so that nothing is rounded up to a pass: 83.29 of 98 is 84.98 %, and is
shown so. Only raw values come in: what was ticked, measured or chosen. Whether
an item is met is decided here alone.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from certification.choices import (
    ItemAnswer,
    JudgementOutcome,
    JudgementReason,
    Recommendation,
    Scale,
)

ENGINE = "1"  # changes when the same answers could be judged otherwise
WHOLE = 10_000  # a hundred per cent, in hundredths
MEASUREMENT = re.compile(r"[0-9]{1,6}(\.[0-9]{1,4})?")
TICKED = {
    Scale.YES_NO: {ItemAnswer.YES, ItemAnswer.NO},
    Scale.YES_NO_NA: {ItemAnswer.YES, ItemAnswer.NO, ItemAnswer.NA},
}
MOST_ELEMENTS_OF_UPSKILLING = 2


class InvalidAnswer(ValueError):
    """No answer that the scale of the item takes; the message is for who gave it."""


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """What the judgement needs to know of an item: either a criterion or knowledge."""

    code: str
    instrument: str
    weight: int  # hundredths
    scale: str
    criterion: str | None = None
    element: str | None = None  # that of its criterion
    critical: bool = False
    safety: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    options: tuple[str, ...] = ()
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Scheme:
    """The items of one version of a standard, and the minima they are judged by."""

    items: tuple[ScoredItem, ...]
    minima: Mapping[str, int]  # instrument → hundredths of a per cent
    total_minimum: int
    na_maximum: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that was failed, and the items, instruments or criteria that failed it."""

    code: JudgementReason
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Weight met, and weight that could be met, both in hundredths and without what was N/A.

    `shown` is the percentage in hundredths, cut and not rounded; None where
    there is nothing to show.
    """

    got: int
    base: int
    shown: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """The judgement; without an outcome while `missing` names unanswered items."""

    outcome: JudgementOutcome | None
    reasons: tuple[Reason, ...] = ()
    instruments: Mapping[str, Score] = field(default_factory=dict)
    total: Score | None = None
    missing: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As it is stored with the judgement."""
        return {"engine": ENGINE, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Gap:
    """The items of one element that were not met; knowledge has no element."""

    element: str | None
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapReport:
    gaps: tuple[Gap, ...]
    recommendation: Recommendation | None


def check_answer(item: ScoredItem, value: str) -> str:
    """Return a raw answer as it is stored: ticked, measured or chosen.

    Not applicable is taken only where the scale has it; the reason is then the
    one that the standard gives for the item. Raises InvalidAnswer.
    """
    value = value.strip()
    match item.scale:
        case Scale.YES_NO | Scale.YES_NO_NA:
            if value in TICKED[Scale(item.scale)]:
                return value
        case Scale.MEASUREMENT:
            if MEASUREMENT.fullmatch(value):
                return value
            raise InvalidAnswer(
                _("%(item)s: write a number with a point, as in 2.5.") % {"item": item.code}
            )
        case Scale.CHOICE:
            if value in item.options:
                return value
    raise InvalidAnswer(_("%(item)s: this answer is not on its list.") % {"item": item.code})


def is_met(item: ScoredItem, value: str) -> bool | None:
    """Whether a raw answer meets the item, limits included; None when it was not applicable."""
    value = check_answer(item, value)
    if item.scale == Scale.MEASUREMENT:
        measured = Decimal(value)
        return (item.minimum is None or measured >= item.minimum) and (
            item.maximum is None or measured <= item.maximum
        )
    if item.scale == Scale.CHOICE:
        return value == item.key
    return None if value == ItemAnswer.NA else value == ItemAnswer.YES


def score(scheme: Scheme, answers: Mapping[str, str], *, stopped: bool = False) -> Result:
    """Judge an assessment from the raw answer to each item, by its code.

    While an item has no answer there is no judgement, and the result names it.
    After a safety stop unanswered items count as not met, and no percentage per
    instrument is shown. Every rule that fails is among the reasons. Raises
    InvalidAnswer for an answer to no item of the scheme, or out of its scale.
    """
    met = _met(scheme, answers)
    missing = tuple(each.code for each in scheme.items if each.code not in met)
    if missing and not stopped:
        return Result(None, missing=missing)
    met |= dict.fromkeys(missing, False)
    instruments = {
        code: _score([each for each in scheme.items if each.instrument == code], met)
        for code in scheme.minima
    }
    total = _score(scheme.items, met)
    reasons = tuple(
        Reason(code, tuple(where))
        for code, failed, where in [
            _failed(JudgementReason.INSTRUMENT, _below_minimum(instruments, scheme)),
            (JudgementReason.TOTAL, _below(total, scheme.total_minimum), ()),
            _failed(JudgementReason.COVERAGE, _uncovered(scheme, met)),
            _failed(JudgementReason.CRITICAL, _critical(scheme, met)),
            _failed(JudgementReason.NA, _too_much_na(scheme, met)),
            (JudgementReason.SAFETY, stopped, ()),
        ]
        if failed
    )
    return Result(
        outcome=JudgementOutcome.NOT_YET if reasons else JudgementOutcome.COMPETENT,
        reasons=reasons,
        instruments={
            code: Score(each.got, each.base, None) if stopped else each
            for code, each in instruments.items()
        },
        total=total,
    )


def passed_instruments(scheme: Scheme, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The instruments that were met, with no critical and no safety item failed (CERT-11)."""
    met = _met(scheme, answers)
    passed = []
    for code, minimum in scheme.minima.items():
        items = [each for each in scheme.items if each.instrument == code]
        failed = [each for each in items if met.get(each.code) is False]
        whole = all(each.code in met for each in items)
        if whole and not any(each.critical or each.safety for each in failed):
            if not _below(_score(items, met), minimum):
                passed.append(code)
    return tuple(passed)


def gap_report(scheme: Scheme, answers: Mapping[str, str], *, stopped: bool = False) -> GapReport:
    """The items that were not met, by element, and what training would close the gaps.

    Upskilling, when at most two elements are concerned and nothing of safety;
    otherwise reskilling. Without a gap there is no recommendation. Items that
    were not answered are gaps after a safety stop alone.
    """
    met = _met(scheme, answers)
    if stopped:
        met = dict.fromkeys((each.code for each in scheme.items), False) | met
    failed = [each for each in scheme.items if met.get(each.code) is False]
    gaps: dict[str | None, list[str]] = {}
    for each in failed:
        gaps.setdefault(each.element, []).append(each.code)
    recommendation = None
    if failed or stopped:
        unsafe = stopped or any(each.safety for each in failed)
        few = len(gaps.keys() - {None}) <= MOST_ELEMENTS_OF_UPSKILLING
        recommendation = (
            Recommendation.UPSKILLING if few and not unsafe else Recommendation.RESKILLING
        )
    return GapReport(
        tuple(Gap(element, tuple(items)) for element, items in gaps.items()), recommendation
    )


def show_percentage(hundredths: int | None) -> str:
    """A percentage with its two decimals, as it was cut: 84.98."""
    return "–" if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02}"


def _met(scheme, answers):
    items = {each.code: each for each in scheme.items}
    if unknown := answers.keys() - items.keys():
        raise InvalidAnswer(_("There is no item %(item)s.") % {"item": min(unknown)})
    return {code: is_met(items[code], value) for code, value in answers.items()}


def _score(items: Iterable[ScoredItem], met: Mapping[str, bool | None]) -> Score:
    counted = [each for each in items if met[each.code] is not None]
    got = sum(each.weight for each in counted if met[each.code])
    base = sum(each.weight for each in counted)
    return Score(got, base, got * WHOLE // base if base else None)


def _failed(code, where):
    return code, bool(where), where


def _below_minimum(instruments, scheme):
    return [code for code, each in instruments.items() if _below(each, scheme.minima[code])]


def _critical(scheme, met):
    return [each.code for each in scheme.items if each.critical and met[each.code] is False]


def _below(each, minimum):
    return each.got * WHOLE < minimum * each.base


def _uncovered(scheme, met):
    """The criteria that were tested without one item met; what was all N/A was not tested."""
    results: dict[str, list[bool]] = {}
    for each in scheme.items:
        if each.criterion is not None and met[each.code] is not None:
            results.setdefault(each.criterion, []).append(met[each.code])
    return [criterion for criterion, found in results.items() if not any(found)]


def _too_much_na(scheme, met):
    """The items that were not applicable, when together they weigh more than allowed."""
    left_out = [each for each in scheme.items if met[each.code] is None]
    whole = sum(each.weight for each in scheme.items)
    weight = sum(each.weight for each in left_out)
    return [each.code for each in left_out] if weight * WHOLE > scheme.na_maximum * whole else []
