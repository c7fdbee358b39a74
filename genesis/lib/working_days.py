"""Working days of El Salvador: what the law gives to answer is counted in them. No clock."""

from datetime import date

from holidays import HolidayBase, country_holidays

COUNTRY = "SV"
DEPARTMENTS = country_holidays(COUNTRY).subdivisions


def working_days_after(day: date, count: int, *, department: str = "") -> date:
    """The working day that is the `count`th after `day`, which itself does not count.

    `department` is its ISO code without the country («SS»): some have holidays of their own.
    """
    return _calendar(department).get_nth_working_day(day, count)


def is_working_day(day: date, *, department: str = "") -> bool:
    """Whether offices of a department work on a day."""
    return _calendar(department).is_working_day(day)


def _calendar(department: str) -> HolidayBase:
    return country_holidays(COUNTRY, subdiv=department if department in DEPARTMENTS else None)
