"""Working days of El Salvador: what the law gives to answer is counted in them. No clock."""

from datetime import date, timedelta

# (month, day): those of the whole country, and of one department by its ISO code.
EVERY_YEAR = {(1, 1), (5, 1), (5, 10), (6, 17), (8, 6), (9, 15), (11, 2), (12, 25)}
OF_A_DEPARTMENT = {"SS": {(8, 3), (8, 5)}}
BEFORE_EASTER = (3, 2, 1)  # Thursday, Friday and Saturday of Holy Week


def working_days_after(day: date, count: int, *, department: str = "") -> date:
    """The working day that is the `count`th after `day`, which itself does not count.

    `department` is its ISO code without the country («SS»): some have holidays of their own.
    """
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day, department=department)
    return day


def is_working_day(day: date, *, department: str = "") -> bool:
    fixed = EVERY_YEAR | OF_A_DEPARTMENT.get(department, set())
    holy = {easter(day.year) - timedelta(days=days) for days in BEFORE_EASTER}
    return day.weekday() < 5 and (day.month, day.day) not in fixed and day not in holy


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, after Gauss, Meeus, Jones and Butcher."""
    golden, century, rest = year % 19, year // 100, year % 100
    skipped = century - century // 4 - (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + skipped + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    correction = (golden + 11 * epact + 22 * to_sunday) // 451
    months, days = divmod(epact + to_sunday - 7 * correction + 114, 31)
    return date(year, months, days + 1)
