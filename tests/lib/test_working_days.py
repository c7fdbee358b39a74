"""The clock of requests about data: the worked examples of CASE-37, and the feasts."""

from datetime import date

import pytest

from genesis.lib.working_days import is_working_day, working_days_after


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


@pytest.mark.parametrize("department", ["", "SA"])
def test_holy_week_and_the_weekend_are_no_working_days(department):
    assert not is_working_day(date(2026, 4, 2), department=department)
    assert not is_working_day(date(2026, 4, 5), department=department)
    assert is_working_day(date(2026, 4, 6), department=department)


def test_a_department_that_the_calendar_does_not_know_has_the_days_of_the_country():
    assert working_days_after(date(2026, 7, 31), 4, department="XX") == date(2026, 8, 7)


def test_the_august_feasts_are_of_san_salvador_alone():
    assert is_working_day(date(2026, 8, 5), department="SA")
    assert not is_working_day(date(2026, 8, 5), department="SS")
    assert not is_working_day(date(2026, 8, 6), department="SA")
