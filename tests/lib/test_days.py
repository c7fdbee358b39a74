"""Ages, months and partly known dates."""

from datetime import date, timedelta

import pytest
from django.utils.formats import date_format
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from genesis.lib.days import (
    AGE_BANDS,
    ESTIMATE_YEARS,
    add_months,
    age_band,
    age_on,
    births_of,
    completed_months,
    earliest_day,
    latest_day,
    near_day,
)
from genesis.templatetags.days import known_to, short

days = st.dates(date(1920, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1975, 11, 22), date(2026, 11, 21), 50),
        (date(1975, 11, 21), date(2026, 11, 21), 51),
        (date(2008, 11, 21), date(2026, 11, 21), 18),
        (date(2008, 11, 22), date(2026, 11, 21), 17),
        (date(2004, 2, 29), date(2022, 2, 28), 17),
        (date(2004, 2, 29), date(2022, 3, 1), 18),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
        (date(2026, 11, 21), date(2026, 11, 21), 0),
        (date(2026, 11, 22), date(2026, 11, 21), -1),
    ],
)
def test_age_is_completed_years(born, day, age):
    assert age_on(born, day) == age


@pytest.mark.parametrize(
    ("age", "band"),
    [
        *((age, "<18") for age in (0, 17)),
        *((age, "18-24") for age in (18, 24)),
        *((age, "25-29") for age in (25, 29)),
        *((age, "30-35") for age in (30, 35)),
        *((age, "36-50") for age in (36, 50)),
        *((age, "51-59") for age in (51, 59)),
        *((age, "60+") for age in (60, 104)),
        (None, "unknown"),
        (-1, "unknown"),
    ],
)
def test_age_bands_are_those_of_the_reports(age, band):
    assert age_band(age) == band
    assert band in AGE_BANDS


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (1, date(2026, 2, 28)),
        (3, date(2026, 4, 30)),
        (6, date(2026, 7, 31)),
        (12, date(2027, 1, 31)),
        (25, date(2028, 2, 29)),
        (0, date(2026, 1, 31)),
        (-2, date(2025, 11, 30)),
    ],
)
def test_months_are_added_up_to_the_end_of_the_month(months, expected):
    assert add_months(date(2026, 1, 31), months) == expected


@pytest.mark.parametrize(
    ("start", "until", "months"),
    [
        (date(2020, 5, 9), date(2022, 5, 9), 24),
        (date(2020, 5, 9), date(2022, 5, 8), 23),
        (date(2020, 5, 9), date(2020, 5, 9), 0),
        (date(2021, 1, 31), date(2021, 2, 28), 0),
        (date(2021, 1, 31), date(2021, 3, 1), 1),
        (date(2020, 2, 29), date(2022, 2, 28), 23),
        (date(2020, 2, 29), date(2022, 3, 1), 24),
        (date(2020, 12, 15), date(2021, 1, 15), 1),
    ],
)
def test_months_are_completed_from_day_to_day(start, until, months):
    assert completed_months(start, until) == months


@given(days, days, st.integers(1, 400))
def test_a_longer_time_never_has_fewer_months(start, until, more):
    assert completed_months(start, until) <= completed_months(start, until + timedelta(more))
    assert completed_months(start, until) <= completed_months(start - timedelta(more), until)


@given(days, st.integers(0, 600))
def test_added_months_are_completed_at_the_latest_on_the_next_first(day, months):
    later = add_months(day, months)

    assert completed_months(day, later) in {months, months - 1}
    assert completed_months(day, later + timedelta(1)) >= months


@pytest.mark.parametrize(
    ("precision", "first", "last"),
    [
        ("day", date(2024, 2, 10), date(2024, 2, 10)),
        ("", date(2024, 2, 10), date(2024, 2, 10)),
        ("month", date(2024, 2, 1), date(2024, 2, 29)),
        ("year", date(2024, 1, 1), date(2024, 12, 31)),
        ("estimated", date(2024 - ESTIMATE_YEARS, 1, 1), date(2024 + ESTIMATE_YEARS, 12, 31)),
    ],
)
def test_a_date_known_in_part_lies_between_two_days(precision, first, last):
    day = date(2024, 2, 10)

    assert (earliest_day(day, precision), latest_day(day, precision)) == (first, last)


@pytest.mark.parametrize("reading", [earliest_day, latest_day])
def test_an_unknown_precision_is_an_error(reading):
    with pytest.raises(ValueError, match="century"):
        reading(date(2024, 2, 10), "century")


@pytest.mark.parametrize(
    ("precision", "written"),
    [
        ("day", "7 de mayo de 1990"),
        ("", "7 de mayo de 1990"),
        ("estimated", "7 de mayo de 1990"),
        ("month", "mayo de 1990"),
        ("year", "1990"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(precision, written):
    assert known_to(date(1990, 5, 7), precision) == written
    assert known_to(None, precision) == ""


def test_a_day_of_a_table_is_in_the_language_of_the_page():
    day = date(2026, 4, 9)

    assert short(day) == "09/04/2026"
    with override("en"):
        assert short(day) == date_format(day, "SHORT_DATE_FORMAT")
    assert short(None) == ""


@given(days, days, st.sampled_from(AGE_BANDS[:-1]))
def test_a_band_holds_exactly_the_births_between_its_ends(born, day, band):
    first, last = births_of(band, day)

    within = (first is None or first <= born) and born <= last
    assert within is (age_band(age_on(born, day)) == band)


@pytest.mark.parametrize("text", ["", "mañana", "2026-13-01", "1900-01-01", "9999-12-31"])
def test_an_address_that_names_no_day_near_means_today(text):
    today = date(2026, 11, 23)

    assert near_day(text, today) == today
    assert near_day("2026-11-30", today) == date(2026, 11, 30)
