"""Who may be certified, and who may be supported (CASE-6 to CASE-8, CASE-10).

Two answers from one set of inputs. What is known only in part is looked at in
its narrowest and in its widest meaning: where both lead to the same answer it
is given, otherwise it stays pending, with what is missing (CASE-7).

How CASE-6 is read where it leaves room:

* Work counts in the countries of the rule set alone. Who has worked only
  elsewhere fails for the country; the months in the United States and Mexico
  are then none, and are not named as a second reason.
* The sector is looked for among the jobs in those countries. Where there is
  none, it is looked for among all jobs, so that a worker in neither country
  nor sector learns both.
* No job at all is missing information, not a lack of experience.
* An unknown day is the first of the month at the start of a job and the last of
  the month at its end; a month or year that is not known, and an estimate, can
  change the answer and are treated so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from beneficiaries.choices import RETURNED, EligReason, Outcome, Population, Sector, Track
from genesis.lib.days import age_on, completed_months, earliest_day, latest_day

ONE_DAY = timedelta(days=1)
SUPPORTED = {
    Population.RETURNEE,
    Population.IDP,
    Population.RETURNEE_IDP,
    Population.FAMILY,
}
LONG_AGO = date(1900, 1, 1)
UNSURE = {"year", "estimated"}
ORDER = [
    EligReason.AGE_BELOW_MIN,
    EligReason.AGE_ABOVE_MAX,
    EligReason.NOT_RETURNEE,
    EligReason.COUNTRY_NOT_US_MX,
    EligReason.EXPERIENCE_BELOW_24_MONTHS,
    EligReason.SECTOR_NOT_TARGET,
    EligReason.NOT_RETURNEE_OR_IDP,
    EligReason.MISSING_BIRTH_DATE,
    EligReason.MISSING_EXPERIENCE,
]


@dataclass(frozen=True, slots=True)
class RuleParameters:
    """What a rule set says: ages and months are inclusive."""

    min_age: int = 18
    max_age: int = 50
    min_months: int = 24
    countries: frozenset[str] = frozenset({"US", "MX"})
    sectors: frozenset[str] = frozenset({Sector.CONSTRUCTION.value, Sector.TOURISM.value})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        lists = {name: frozenset(values[name]) for name in ("countries", "sectors")}
        return cls(**{**values, **lists})

    def to_dict(self) -> dict[str, Any]:
        return {
            "min_age": self.min_age,
            "max_age": self.max_age,
            "min_months": self.min_months,
            "countries": sorted(self.countries),
            "sectors": sorted(self.sectors),
        }


@dataclass(frozen=True, slots=True)
class Work:
    """One job. An empty country or sector, and a date that is None, are not known.

    A job that is `ongoing` was held until the return.
    """

    country: str
    sector: str
    start: date | None
    start_precision: str = "day"
    end: date | None = None
    end_precision: str = "day"
    ongoing: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            "country": str(self.country),
            "sector": str(self.sector),
            "start": _iso(self.start),
            "start_precision": _precision(self.start, self.start_precision),
            "end": _iso(self.end),
            "end_precision": _precision(self.end, self.end_precision),
            "ongoing": self.ongoing,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        days = {name: _day(values[name]) for name in ("start", "end")}
        return cls(**{**values, **days})


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that the decision looks at; frozen with it by `to_dict` (CASE-10)."""

    registered_on: date
    population: str
    birth_date: date | None = None
    birth_precision: str = "day"
    work: tuple[Work, ...] = ()
    return_date: date | None = None
    return_precision: str = "day"

    def to_dict(self) -> dict[str, Any]:
        return {
            "registered_on": _iso(self.registered_on),
            "population": str(self.population),
            "birth_date": _iso(self.birth_date),
            "birth_precision": _precision(self.birth_date, self.birth_precision),
            "work": sorted((each.to_dict() for each in self.work), key=str),
            "return_date": _iso(self.return_date),
            "return_precision": _precision(self.return_date, self.return_precision),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        days = {name: _day(values[name]) for name in ("registered_on", "birth_date", "return_date")}
        work = tuple(map(Work.from_dict, values["work"]))
        return cls(**{**values, **days, "work": work})


@dataclass(frozen=True, slots=True)
class Decision:
    """Both answers, and why: every reason, the one to show first."""

    certification_track: Track
    outcome: Outcome
    reasons: tuple[EligReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found on one condition: the reason that fails for sure, or what is missing."""

    fails: EligReason | None = None
    missing: EligReason | None = None


def decide(inputs: Inputs, parameters: RuleParameters) -> Decision:
    """Answer whether somebody may be certified, and what the programme may do for her.

    A condition that fails for sure decides, whatever else is missing. A minor
    has no case of her own (CASE-4): that is for the caller.
    """
    findings = look_at(inputs, parameters).values()
    fails = {each.fails for each in findings if each.fails}
    missing = {each.missing for each in findings if each.missing}
    if fails:
        outcome = Outcome.ELIGIBLE_PARTIAL
        if inputs.population not in SUPPORTED:
            outcome = Outcome.NOT_ELIGIBLE
            fails.add(EligReason.NOT_RETURNEE_OR_IDP)
        return Decision(Track.NOT_CERTIFICATION_TRACK, outcome, _in_order(fails))
    if missing:
        return Decision(Track.PENDING, Outcome.PENDING, _in_order(missing))
    return Decision(Track.ELIGIBLE, Outcome.ELIGIBLE)


def look_at(inputs: Inputs, parameters: RuleParameters) -> dict[str, Finding]:
    """What was found on each of the five conditions: age, return, country, months, sector."""
    return {
        "age": _age(inputs, parameters),
        "return": _return(inputs),
        **_experience(inputs, parameters),
    }


def ages(inputs: Inputs) -> tuple[int, int] | None:
    """The completed ages that somebody can have had when she was registered, least and most."""
    if inputs.birth_date is None:
        return None
    born = inputs.birth_date, inputs.birth_precision
    youngest = age_on(latest_day(*born), inputs.registered_on)
    return youngest, age_on(earliest_day(*born), inputs.registered_on)


def months(inputs: Inputs, parameters: RuleParameters) -> tuple[int, int]:
    """The months of work in the countries of the rules, at least for sure and at most."""
    counts, may_count = _jobs(inputs, parameters)
    least = months_of_work(filter(None, (_narrowest(each, inputs) for each in counts)))
    return least, months_of_work(_widest(each, inputs) for each in [*counts, *may_count])


def months_of_work(intervals: Iterable[tuple[date, date]]) -> int:
    """Completed months in intervals from first to last day of work.

    Those that overlap or touch are one; each counts from day to day, from its
    start to the day after its end: 2020-05-09 to 2022-05-08 is 24 months. An
    interval that ends before it starts counts nothing.
    """
    merged: list[tuple[date, date]] = []
    for first, last in sorted(each for each in intervals if each[0] <= each[1]):
        after = min(last, date.max - ONE_DAY) + ONE_DAY
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], after)
        else:
            merged.append((first, after))
    return sum(completed_months(*each) for each in merged)


def _age(inputs: Inputs, parameters: RuleParameters) -> Finding:
    known = ages(inputs)
    if known is None:
        return Finding(missing=EligReason.MISSING_BIRTH_DATE)
    youngest, oldest = known
    if oldest < parameters.min_age:
        return Finding(fails=EligReason.AGE_BELOW_MIN)
    if youngest > parameters.max_age:
        return Finding(fails=EligReason.AGE_ABOVE_MAX)
    if youngest < parameters.min_age or oldest > parameters.max_age:
        return Finding(missing=EligReason.MISSING_BIRTH_DATE)
    return Finding()


def _return(inputs: Inputs) -> Finding:
    if inputs.population in RETURNED:
        return Finding()
    return Finding(fails=EligReason.NOT_RETURNEE)


def _jobs(inputs: Inputs, parameters: RuleParameters) -> tuple[list[Work], list[Work]]:
    """The jobs in the countries of the rules, and those of which the country is not known."""
    counts = [each for each in inputs.work if each.country in parameters.countries]
    return counts, [each for each in inputs.work if not each.country]


def _experience(inputs: Inputs, parameters: RuleParameters) -> dict[str, Finding]:
    """Country, months and sector of the work."""
    counts, may_count = _jobs(inputs, parameters)
    missing = Finding(missing=EligReason.MISSING_EXPERIENCE)
    if not inputs.work:
        return {"country": missing, "months": missing, "sector": missing}
    if not counts and not may_count:
        return {
            "country": Finding(fails=EligReason.COUNTRY_NOT_US_MX),
            "months": Finding(),
            "sector": _sector(inputs.work, [], parameters),
        }
    return {
        "country": Finding() if counts else missing,
        "months": _months(inputs, parameters),
        "sector": _sector(counts, may_count, parameters),
    }


def _months(inputs: Inputs, parameters: RuleParameters) -> Finding:
    least, most = months(inputs, parameters)
    if most < parameters.min_months:
        return Finding(fails=EligReason.EXPERIENCE_BELOW_24_MONTHS)
    if least < parameters.min_months:
        return Finding(missing=EligReason.MISSING_EXPERIENCE)
    return Finding()


def _sector(
    counts: Iterable[Work], may_count: Iterable[Work], parameters: RuleParameters
) -> Finding:
    if any(each.sector in parameters.sectors for each in counts):
        return Finding()
    if any(not each.sector for each in [*counts, *may_count]) or any(
        each.sector in parameters.sectors for each in may_count
    ):
        return Finding(missing=EligReason.MISSING_EXPERIENCE)
    return Finding(fails=EligReason.SECTOR_NOT_TARGET)


def _widest(work: Work, inputs: Inputs) -> tuple[date, date]:
    """The first and last day that the job can have had."""
    end, precision = _end(work, inputs)
    if end is None:
        end, precision = _return_day(inputs)
    first = earliest_day(work.start, work.start_precision) if work.start else LONG_AGO
    return first, latest_day(end or inputs.registered_on, precision)


def _narrowest(work: Work, inputs: Inputs) -> tuple[date, date] | None:
    """The first and last day that the job has had for sure; None when that is not known.

    A day that is not known is no doubt: it is the first of the month, or the last.
    """
    end, precision = _end(work, inputs)
    if work.start is None or end is None:
        return None
    first, last = earliest_day(work.start, work.start_precision), latest_day(end, precision)
    if work.start_precision in UNSURE:
        first = latest_day(work.start, work.start_precision).replace(day=1)
    if precision in UNSURE:
        last = latest_day(earliest_day(end, precision), "month")
    return first, last


def _end(work: Work, inputs: Inputs) -> tuple[date | None, str]:
    return _return_day(inputs) if work.ongoing else (work.end, work.end_precision)


def _return_day(inputs: Inputs) -> tuple[date | None, str]:
    """The day of the return; without one, a precision that lets registration stand for it."""
    return inputs.return_date, inputs.return_precision if inputs.return_date else "day"


def _in_order(reasons: Iterable[EligReason]) -> tuple[EligReason, ...]:
    return tuple(sorted(reasons, key=ORDER.index))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _precision(day: date | None, precision: str) -> str:
    """One way to say it, so that the same facts are frozen alike wherever they come from."""
    return str(precision or "day") if day else ""


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
