"""When the results of an evaluator stand out from those of others (CERT-13). No clock.

A sign is looked at by people, and decides nothing: there may be good reasons.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import sqrt
from statistics import median

MOST_DEVIATION = 2.0  # standard errors between two shares of competent people [P]
SHORT_SHARE = 0.6  # of the median of the others (CERT-13)
FEWEST_RESULTS = 10  # of each side, before shares are compared [P]
FEWEST_TIMES = 3  # of hers or his, before times are compared [P]
SAME_ANSWERS = 3  # portfolios with the very same answers [P]


class Sign(StrEnum):
    """What stands out."""

    PASSES_MORE = "passes_more"
    PASSES_LESS = "passes_less"
    SHORT = "short"
    SAME = "same"


@dataclass(frozen=True)
class Result:
    """One judgement: who signed it, in which standard, and how it came about.

    `took` is the time from the beginning to the end of its sessions without their pauses, if
    both are known; `answers` stands for all answers, and is empty where the same answers of
    several people say nothing.
    """

    evaluator: int
    standard: str
    competent: bool
    took: timedelta | None
    answers: str


@dataclass(frozen=True)
class Outlier:
    """A sign, in which standard, and both figures: of the evaluator, and of the others."""

    sign: Sign
    standard: str
    own: float
    others: float


def outliers_of(evaluator: int, results: Iterable[Result]) -> list[Outlier]:
    """What stands out in the results of one evaluator, standard by standard.

    Shares are of 1, times in minutes, and of the same answers the count of portfolios.
    """
    by_standard: dict[str, list[Result]] = {}
    for each in results:
        by_standard.setdefault(each.standard, []).append(each)
    found = []
    for standard, all_of_it in sorted(by_standard.items()):
        own = [each for each in all_of_it if each.evaluator == evaluator]
        others = [each for each in all_of_it if each.evaluator != evaluator]
        found += [*_share(standard, own, others), *_time(standard, own, others)]
        found += _pattern(standard, own)
    return found


def _share(standard: str, own: list[Result], others: list[Result]) -> list[Outlier]:
    """The difference of two shares against its standard error, both taken as one group."""
    if min(len(own), len(others)) < FEWEST_RESULTS:
        return []
    hers, theirs = (sum(each.competent for each in group) for group in (own, others))
    together = (hers + theirs) / (len(own) + len(others))
    error = sqrt(together * (1 - together) * (1 / len(own) + 1 / len(others)))
    difference = hers / len(own) - theirs / len(others)
    if not error or abs(difference) / error < MOST_DEVIATION:
        return []
    sign = Sign.PASSES_MORE if difference > 0 else Sign.PASSES_LESS
    return [Outlier(sign, standard, hers / len(own), theirs / len(others))]


def _time(standard: str, own: list[Result], others: list[Result]) -> list[Outlier]:
    hers, theirs = _minutes(own), _minutes(others)
    if min(len(hers), len(theirs)) < FEWEST_TIMES:
        return []
    if median(hers) >= SHORT_SHARE * median(theirs):
        return []
    return [Outlier(Sign.SHORT, standard, median(hers), median(theirs))]


def _minutes(results: list[Result]) -> list[float]:
    return [each.took / timedelta(minutes=1) for each in results if each.took is not None]


def _pattern(standard: str, own: list[Result]) -> list[Outlier]:
    counted = Counter(each.answers for each in own if each.answers)
    most = max(counted.values(), default=0)
    return [Outlier(Sign.SAME, standard, most, 1)] if most >= SAME_ANSWERS else []
