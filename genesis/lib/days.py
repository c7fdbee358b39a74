"""Ages, months and dates that are only partly known. No clock: every day is an argument."""

from calendar import monthrange
from datetime import date, timedelta

NEAR = timedelta(days=365 * 5)  # no agenda has days before or after
ESTIMATE_YEARS = 5  # an estimated date may be this far off, either way
AGE_BANDS = ("<18", "18-24", "25-29", "30-35", "36-50", "51-59", "60+", "unknown")
_FIRST_AGES = ((60, "60+"), (51, "51-59"), (36, "36-50"), (30, "30-35"), (25, "25-29"))


def age_on(born: date, day: date) -> int:
    """Completed years on `day`; who was born on 29 February is older on 1 March.

    Before birth the age is negative.
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_band(age: int | None) -> str:
    """The band of the reports for a completed age, or «unknown»."""
    if age is None or age < 0:
        return "unknown"
    if age < 18:
        return "<18"
    return next((band for first, band in _FIRST_AGES if age >= first), "18-24")


def births_of(band: str, day: date) -> tuple[date | None, date | None]:
    """The first and the last day of birth of those who are in a band of the reports on `day`.

    None where there is no such end. Not for «unknown».
    """
    if band == "60+":
        return None, add_months(day, -12 * 60)
    first, last = (0, 17) if band == "<18" else map(int, band.split("-"))
    return add_months(day, -12 * (last + 1)) + timedelta(days=1), add_months(day, -12 * first)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, at most the last of its month: 31 January, 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def completed_months(start: date, until: date) -> int:
    """Whole months from `start` to `until`, counted from day to day: 9 May to 8 June is none.

    A month that lacks the day of `start` is completed on the first of the next one.
    """
    months = (until.year - start.year) * 12 + until.month - start.month
    return months - (until.day < start.day)


def earliest_day(day: date, precision: str) -> date:
    """The first day that a date known to `precision` (day, month, year, estimated) can mean.

    Nothing said about the precision is an exact day.
    """
    match precision:
        case "day" | "":
            return day
        case "month":
            return day.replace(day=1)
        case "year":
            return date(day.year, 1, 1)
        case "estimated":
            return date(max(day.year - ESTIMATE_YEARS, date.min.year), 1, 1)
    raise ValueError(f"unknown precision: {precision}")


def latest_day(day: date, precision: str) -> date:
    """The last day that a date known to `precision` can mean."""
    match precision:
        case "day" | "":
            return day
        case "month":
            return day.replace(day=monthrange(day.year, day.month)[1])
        case "year":
            return date(day.year, 12, 31)
        case "estimated":
            return date(min(day.year + ESTIMATE_YEARS, date.max.year), 12, 31)
    raise ValueError(f"unknown precision: {precision}")


def near_day(text: str, today: date) -> date:
    """The day that an address names, or `today` where it names none, or one far off."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) <= NEAR else today
