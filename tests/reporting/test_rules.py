"""Cutting the rows of a figure: what is counted is what is listed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries.registry import SLICES
from reporting.rules import (
    UNKNOWN,
    Number,
    Period,
    Row,
    age_at,
    by_category,
    cell,
    new_in,
    until_end_of,
)

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
rows = st.builds(
    Row,
    subject=st.integers(1, 9),
    person=st.integers(1, 9),
    on=days,
    sex=st.sampled_from("FMX"),
    age=st.sampled_from(["<18", "18-24", UNKNOWN]),
    department=st.sampled_from(["1", "2", UNKNOWN]),
    sector=st.sampled_from(["construction", UNKNOWN]),
    status=st.sampled_from(["idp", "both"]),
    outcome=st.sampled_from(["eligible", UNKNOWN]),
    met=st.booleans(),
)


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_both_days_of_a_period_count(day, inside):
    assert (day in YEAR) is inside


@pytest.mark.rule("NUM-6")
@given(st.lists(rows))
def test_each_cut_adds_up_and_each_count_is_the_length_of_its_list(some):
    for cut in SLICES:
        found = by_category(some, cut)
        assert sum(len(each) for each in found.values()) == len(some)
        for category, rows_of_it in found.items():
            assert cell(some, cut, category) == rows_of_it
            met = [row for row in rows_of_it if row.met]
            assert cell(some, cut, category, part=True) == met
    assert cell(some) == some


@pytest.mark.rule("NUM-4")
@given(st.lists(rows))
def test_what_is_new_is_part_of_all_until_then(some):
    new, total = new_in(some, YEAR), until_end_of(some, YEAR)

    assert [row for row in total if row.on >= YEAR.since] == new
    assert all(row.on <= YEAR.until for row in total)


@pytest.mark.parametrize(
    ("born", "day", "band"),
    [
        (None, date(2026, 1, 1), UNKNOWN),
        (date(2008, 1, 2), date(2026, 1, 1), "<18"),
        (date(2008, 1, 1), date(2026, 1, 1), "18-24"),
        (date(1966, 1, 1), date(2026, 1, 1), "60+"),
        (date(2026, 1, 2), date(2026, 1, 1), UNKNOWN),
    ],
)
def test_the_age_is_that_of_the_day(born, day, band):
    assert age_at(born, day) == band


@pytest.mark.parametrize(
    ("count", "met", "percent"),
    [(3, 2, 66.6), (3, 3, 100.0), (7, 0, 0.0), (1000, 999, 99.9), (0, 0, None), (3, None, None)],
)
def test_a_share_is_cut_off_and_never_rounded_up(count, met, percent):
    assert Number(count, met).percent == percent
