"""The reintegration index: how answers become scores (built like IOM's, with weights of its own).

The wording and the weights of the official scale are not at hand, so a score
of ours is never called by its name. Everything here is exact; rounding is for
what is kept (four decimals) and shown (two).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from genesis.lib.days import add_months

BASELINE_DAYS = 30  # the first within so many days of the registration
FOLLOW_UP_MONTHS = (6, 12)
EARLY = timedelta(30)  # one taken so long before its moment serves it
KEPT = Decimal("0.0001")


@dataclass(frozen=True)
class Option:
    """One answer that a question offers; without a value it is left out of the score."""

    code: str
    texts: Mapping[str, str]
    value: Fraction | None


@dataclass(frozen=True)
class Item:
    """One question, of one dimension, with its weight."""

    code: str
    dimension: str
    weight: Fraction
    texts: Mapping[str, str]
    options: tuple[Option, ...]
    only_if: tuple[str, str] | None  # counts when that item has that answer

    def option(self, code: str) -> Option | None:
        return next((each for each in self.options if each.code == code), None)


@dataclass(frozen=True)
class Questionnaire:
    """A version of the index: its questions, weights and bands."""

    items: tuple[Item, ...]
    dimensions: tuple[str, ...]
    least_share: Fraction  # of a dimension's weight that must be answered
    medium_from: Fraction
    high_from: Fraction

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> "Questionnaire":
        """Read a version as its file or its row has it."""
        return cls(
            items=tuple(_item(each) for each in content["items"]),
            dimensions=tuple(content["dimensions"]),
            least_share=Fraction(content["min_answered_share"]),
            medium_from=Fraction(content["bands"]["medium"]),
            high_from=Fraction(content["bands"]["high"]),
        )

    @cached_property
    def by_code(self) -> dict[str, Item]:
        return {each.code: each for each in self.items}

    def of_dimension(self, name: str) -> list[Item]:
        return [each for each in self.items if each.dimension == name]

    def band(self, score: Fraction) -> str:
        """Low, medium or high: by the score as it is, not as it is shown."""
        if score < self.medium_from:
            return "low"
        return "medium" if score < self.high_from else "high"


def _item(content: Mapping[str, Any]) -> Item:
    condition = content.get("only_if")
    return Item(
        code=content["code"],
        dimension=content["dimension"],
        weight=Fraction(str(content["weight"])),
        texts={"es": content["es"], "en": content["en"]},
        options=tuple(_option(each) for each in content["options"]),
        only_if=(condition["item"], condition["option"]) if condition else None,
    )


def _option(content: Mapping[str, Any]) -> Option:
    value = content["value"]
    return Option(
        code=content["code"],
        texts={"es": content["es"], "en": content["en"]},
        value=None if value is None else Fraction(str(value)),
    )


@dataclass(frozen=True)
class Score:
    """A dimension, or all three together; None where too little was answered."""

    value: Fraction | None
    answered: int = 0
    band: str = ""

    @property
    def kept(self) -> Decimal | None:
        """With four decimals, a half upwards."""
        if self.value is None:
            return None
        exact = Decimal(self.value.numerator) / Decimal(self.value.denominator)
        return exact.quantize(KEPT, ROUND_HALF_UP)


def counted(questionnaire: Questionnaire, answers: Mapping[str, str]) -> dict[str, Fraction]:
    """The value of each answer that counts: no «does not know», none whose condition fails."""
    values = {}
    for item in questionnaire.items:
        option = item.option(answers.get(item.code, ""))
        unmet = item.only_if and answers.get(item.only_if[0]) != item.only_if[1]
        if option and option.value is not None and not unmet:
            values[item.code] = option.value
    return values


def score(questionnaire: Questionnaire, answers: Mapping[str, str]) -> dict[str, Score]:
    """Score each dimension and «composite», their mean, from item → code of the answer.

    A dimension is the weighted mean of its answered items, when they hold at
    least `least_share` of its weight; the composite needs all dimensions.
    """
    values = counted(questionnaire, answers)
    scores = {
        name: _of_dimension(questionnaire, questionnaire.of_dimension(name), values)
        for name in questionnaire.dimensions
    }
    known = [each.value for each in scores.values() if each.value is not None]
    whole = sum(known, Fraction(0)) / len(known) if len(known) == len(scores) else None
    band = "" if whole is None else questionnaire.band(whole)
    return scores | {"composite": Score(whole, len(values), band)}


def _of_dimension(
    questionnaire: Questionnaire, items: list[Item], values: Mapping[str, Fraction]
) -> Score:
    answered = [each for each in items if each.code in values]
    weight = sum((each.weight for each in answered), Fraction(0))
    share = weight / sum((each.weight for each in items), Fraction(0))
    if not answered or share < questionnaire.least_share:
        return Score(None, len(answered))
    value = sum((each.weight * values[each.code] for each in answered), Fraction(0)) / weight
    return Score(value, len(answered), questionnaire.band(value))


def next_due(registered_on: date, taken: Iterable[date]) -> date | None:
    """The day by which the next one should be taken: the baseline, six months, twelve months.

    Each day in `taken` serves the latest moment that it reaches; None when none is left.
    """
    moments = [registered_on + timedelta(BASELINE_DAYS)]
    moments += [add_months(registered_on, each) for each in FOLLOW_UP_MONTHS]
    done = 0
    for day in taken:
        reached = [n for n, moment in enumerate(moments, 1) if day >= moment - EARLY]
        done = max(done, 1, *reached)
    return moments[done] if done < len(moments) else None
