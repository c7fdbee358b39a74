"""Cutting the rows of a figure: pure functions, so that a count and its list cannot differ."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from beneficiaries.registry import Indicator
from genesis.lib.days import age_band, age_on

UNKNOWN = "unknown"
SLICES = ("sex", "age", "department", "sector", "status", "outcome")


@dataclass(frozen=True, slots=True)
class Row:
    """One counted thing: a person on the day of her first event, or a record on its own day."""

    subject: int
    person: int
    on: date
    sex: str
    age: str
    department: str
    sector: str
    status: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both counted."""

    since: date
    until: date

    def __contains__(self, day: date) -> bool:
        return self.since <= day <= self.until


@dataclass(frozen=True)
class Line:
    """One category of a cut, with both faces of the figure."""

    category: str
    label: str
    new: int
    total: int


@dataclass(frozen=True)
class Cut:
    name: str
    label: str
    lines: list[Line]


@dataclass(frozen=True)
class Figure:
    """An indicator over a period: new in it, and in all until its end, by every cut."""

    indicator: Indicator
    new: int
    total: int
    cuts: list[Cut]


def age_at(born: date | None, day: date) -> str:
    """The age band on the day of an event."""
    return age_band(age_on(born, day) if born else None)


def new_in(rows: Iterable[Row], period: Period) -> list[Row]:
    """Those whose first event falls in the period (NUM-4)."""
    return [row for row in rows if row.on in period]


def until_end_of(rows: Iterable[Row], period: Period) -> list[Row]:
    """All up to the last day of the period."""
    return [row for row in rows if row.on <= period.until]


def cell(rows: Iterable[Row], cut: str = "", category: str = "") -> list[Row]:
    """The rows of one cell: the count of a cell is their number, and nothing else."""
    return [row for row in rows if not cut or getattr(row, cut) == category]


def counts(rows: Sequence[Row], cut: str) -> Counter[str]:
    """How many rows each category has; with «unknown» they add up to all (NUM-6)."""
    return Counter(getattr(row, cut) for row in rows)


STEPS = 4  # of colour on the map, besides «nobody»


def shades(counts: Iterable[int]) -> list[int]:
    """The last number of each step of colour on a map, the lightest first: equal steps."""
    most = max(counts, default=0)
    ends = [-(-most * step // STEPS) for step in range(1, STEPS + 1)]  # rounded up
    return sorted({each for each in ends if each})


def shade_of(count: int, ends: Sequence[int]) -> int:
    """Which colour a number has: 0 for nobody, then the step in which it falls."""
    return 1 + sum(count > end for end in ends) if count else 0
