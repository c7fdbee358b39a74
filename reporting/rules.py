"""Cutting the rows of a figure: pure functions, so that a count and its list cannot differ."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from beneficiaries.registry import Indicator
from genesis.lib.days import age_band, age_on

UNKNOWN = "unknown"
FACES = ("nuevas", "acumulado")  # new in a period; in all until its end, or there on that day


@dataclass(frozen=True, slots=True)
class Row:
    """What is counted: a person on the day of her first event, a record on its own, or a thing."""

    subject: int
    person: int | None  # None of a thing, which has a name
    on: date
    sex: str
    age: str
    department: str
    sector: str
    status: str
    outcome: str
    name: str = ""
    met: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both counted."""

    since: date
    until: date

    @property
    def query(self) -> str:
        """The period as it stands in an address."""
        return f"?desde={self.since}&hasta={self.until}"

    def __contains__(self, day: date) -> bool:
        return self.since <= day <= self.until


@dataclass(frozen=True)
class Number:
    """How many there are, and how many of them belong to the part that a figure tells."""

    count: int
    met: int | None = None  # of a figure that tells of no part

    @property
    def percent(self) -> float | None:
        """The part in per cent, cut off after one decimal and never rounded up; None of nobody."""
        return self.met * 1000 // self.count / 10 if self.met is not None and self.count else None


@dataclass(frozen=True)
class Line:
    """One category of a cut, with both faces of the figure; a stock has no new ones."""

    category: str
    label: str
    new: Number | None
    total: Number


@dataclass(frozen=True)
class Cut:
    name: str
    label: str
    lines: list[Line]


@dataclass(frozen=True)
class Figure:
    """An indicator over a period: new in it, and in all until its end, by every cut."""

    indicator: Indicator
    new: Number | None
    total: Number
    cuts: list[Cut]


def age_at(born: date | None, day: date) -> str:
    """The age band on the day of an event."""
    return age_band(age_on(born, day) if born else None)


def number(indicator: Indicator, rows: Collection[Row]) -> Number:
    """Count rows, and those of them in the part that the indicator tells."""
    return Number(len(rows), sum(row.met for row in rows) if indicator.met else None)


def face_of(indicator: Indicator, rows: Iterable[Row], period: Period, face: str) -> list[Row]:
    """What one face of a figure counts: a stock has only the one of the last day."""
    if indicator.is_stock:
        return list(rows) if face == "acumulado" else []
    return new_in(rows, period) if face == "nuevas" else until_end_of(rows, period)


def new_in(rows: Iterable[Row], period: Period) -> list[Row]:
    """Those whose first event falls in the period (NUM-4)."""
    return [row for row in rows if row.on in period]


def until_end_of(rows: Iterable[Row], period: Period) -> list[Row]:
    """All up to the last day of the period."""
    return [row for row in rows if row.on <= period.until]


def cell(
    rows: Iterable[Row], cut: str = "", category: str = "", *, part: bool = False
) -> list[Row]:
    """The rows of one cell, or those in the part that is told: a count is their number."""
    asked = [row for row in rows if row.met or not part]
    return [row for row in asked if not cut or getattr(row, cut) == category]


def by_category(rows: Iterable[Row], cut: str) -> defaultdict[str, list[Row]]:
    """The rows of each category; with «unknown» they are all (NUM-6)."""
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, cut)].append(row)
    return found


STEPS = 4  # of colour on the map, besides «nobody»


def shades(counts: Iterable[int]) -> list[int]:
    """The last number of each step of colour on a map, the lightest first: equal steps."""
    most = max(counts, default=0)
    ends = [-(-most * step // STEPS) for step in range(1, STEPS + 1)]  # rounded up
    return sorted({each for each in ends if each})


def shade_of(count: int, ends: Sequence[int]) -> int:
    """Which colour a number has: 0 for nobody, then the step in which it falls."""
    return 1 + sum(count > end for end in ends) if count else 0
