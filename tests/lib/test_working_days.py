"""The clock of requests about data: the worked examples of CASE-37, and Easter."""

from datetime import date

import pytest

from genesis.lib.working_days import easter, is_working_day, working_days_after


@pytest.mark.rule("CASE-37")
@pytest.mark.parametrize(
    ("received", "department", "due", "extended"),
    [
        (date(2026, 3, 23), "", date(2026, 4, 22), date(2026, 5, 21)),
        (date(2026, 11, 20), "", date(2026, 12, 18), date(2027, 1, 19)),
        (date(2026, 7, 20), "SS", date(2026, 8, 20), date(2026, 9, 18)),
        (date(2026, 7, 20), "", date(2026, 8, 18), date(2026, 9, 16)),
    ],
)
def test_twenty_working_days_and_twenty_more(received, department, due, extended):
    first = working_days_after(received, 20, department=department)

    assert first == due
    assert working_days_after(first, 20, department=department) == extended


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2000, date(2000, 4, 23)),
        (2008, date(2008, 3, 23)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_is_where_the_calendar_has_it(year, day):
    assert easter(year) == day


def test_the_august_feasts_are_of_san_salvador_alone():
    assert is_working_day(date(2026, 8, 5), department="SA")
    assert not is_working_day(date(2026, 8, 5), department="SS")
    assert not is_working_day(date(2026, 8, 6), department="SA")
