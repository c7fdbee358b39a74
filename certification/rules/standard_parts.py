"""A competency standard in memory: what its file, its rows and its draft are read into."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from certification.choices import CriterionKind, InstrumentKind, Photo, Recommendation, Scale
from certification.models.standards import SYMBOLS
from certification.rules.scoring import WHOLE


class Fault(NamedTuple):
    """Something that is wrong with a standard, and where."""

    place: str
    message: str
    key: str = ""  # which of the values there

    def __str__(self):
        return f"{self.place}: {self.message}" if self.place else self.message


class InvalidStandard(ValueError):
    """The file is not a standard that could be published; `errors` says all that is wrong."""

    def __init__(self, faults: Iterable[Fault | str]) -> None:
        self.faults = tuple(Fault("", each) if isinstance(each, str) else each for each in faults)
        self.errors = tuple(map(str, self.faults))
        super().__init__("\n".join(self.errors))


def in_hundredths(number: int) -> str:
    """Hundredths as people write them: 350 is 3.50."""
    return f"{number // 100}.{number % 100:02}"


@dataclass(frozen=True, slots=True)
class Criterion:
    code: str
    kind: CriterionKind
    text: str


@dataclass(frozen=True, slots=True)
class Element:
    code: str
    title: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    title: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    code: str
    text: str
    level: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to observe, to measure or to ask. The weight is in hundredths."""

    code: str
    text: str
    weight: int
    scale: Scale
    criterion: str | None
    knowledge: str | None
    critical: bool
    safety: bool
    unit: str
    minimum: Decimal | None
    maximum: Decimal | None
    na_reason: str
    photo: Photo
    options: tuple[tuple[str, str], ...]
    key: str = field(repr=False)

    @property
    def link(self) -> str:
        """The code of the criterion or of the knowledge that it tests."""
        return self.criterion or self.knowledge or ""

    @property
    def shown_weight(self) -> str:
        return in_hundredths(self.weight)

    @property
    def shown_limits(self) -> str:
        """Between what a measurement has to be, with its unit; empty for other scales."""
        least, most = (_shown(each) for each in (self.minimum, self.maximum))
        if not least and not most:
            return ""
        sign = f"≥ {least}" if not most else f"≤ {most}" if not least else f"{least} – {most}"
        return f"{sign} {SYMBOLS.get(self.unit, self.unit)}"


def _shown(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


@dataclass(frozen=True, slots=True)
class Instrument:
    code: str
    kind: InstrumentKind
    title: str
    minimum: int  # hundredths of a per cent
    mode: str
    items: tuple[Item, ...]

    @property
    def weight(self) -> int:
        return sum(item.weight for item in self.items)

    @property
    def shown_weight(self) -> str:
        return in_hundredths(self.weight)

    @property
    def shown_minimum(self) -> str:
        return in_hundredths(self.minimum)


@dataclass(frozen=True, slots=True)
class Equipment:
    name: str
    quantity: int
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Band:
    first: int
    last: int
    recommendation: Recommendation
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    title: str
    points: tuple[tuple[str, int], ...]  # answer → points
    questions: tuple[Question, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Standard:
    """One version of a standard, whole and consistent."""

    code: str
    number: int
    title: str
    sector: str  # as the programme codes it
    area: str
    level: int
    isco: str
    purpose: str
    valid_from: date
    review_on: date
    certificate_months: int | None  # None: permanent
    min_age: int
    min_months: int
    entry_documents: tuple[str, ...]
    license_note: str
    modality: str
    duration_minutes: int
    break_minutes: int | None
    task: str
    equipment: tuple[Equipment, ...]
    units: tuple[Unit, ...]
    knowledge: tuple[Knowledge, ...]
    instruments: tuple[Instrument, ...]
    total_minimum: int
    na_maximum: int
    diagnostic: Diagnostic

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(
            criterion
            for unit in self.units
            for element in unit.elements
            for criterion in element.criteria
        )

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for instrument in self.instruments for item in instrument.items)

    @property
    def shown_weight(self) -> str:
        return in_hundredths(sum(item.weight for item in self.items))

    @property
    def is_weighed(self) -> bool:
        """Whether the weights add up."""
        return sum(item.weight for item in self.items) == WHOLE

    @property
    def shown_total_minimum(self) -> str:
        return in_hundredths(self.total_minimum)

    @property
    def shown_na_maximum(self) -> str:
        return in_hundredths(self.na_maximum)
