"""Who may be certified, and who may be supported."""

import csv
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries.choices import EligReason, Outcome, Population, Track
from beneficiaries.rules.eligibility import (
    ORDER,
    Decision,
    Inputs,
    RuleParameters,
    Work,
    decide,
    months_of_work,
)
from genesis.lib.days import add_months

RULES = RuleParameters()
TODAY = date(2026, 11, 21)
RETURNED = date(2026, 10, 1)
ROOFING = Work("US", "construction", date(2020, 1, 1), end=date(2022, 6, 30))
SOMEBODY = Inputs(
    registered_on=TODAY,
    population=Population.RETURNEE,
    birth_date=date(1990, 5, 10),
    work=(ROOFING,),
    return_date=RETURNED,
)
VECTORS = list(
    csv.DictReader(
        (Path(__file__).parents[1] / "data/eligibility_cert_track.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
)


def track(**changes):
    """The track and the reasons of somebody who is eligible but for `changes`."""
    decision = decide(replace(SOMEBODY, **changes), RULES)
    return decision.certification_track.value, [reason.value for reason in decision.reasons]


def job(country="US", sector="construction", start="2020-01-01", end="2022-06-30", **more):
    days = {
        "start": date.fromisoformat(start) if start else None,
        "end": date.fromisoformat(end) if end else None,
    }
    return Work(country, sector, **days, **more)


def as_work(vector):
    """The jobs of a vector: its months shared out over its countries, one after the other."""
    countries = vector["countries"].split("+")
    if not vector["months_experience"]:
        return tuple(Work(country, vector["sector"], None) for country in countries)
    share, rest = divmod(int(vector["months_experience"]), len(countries))
    jobs, start = [], date(2015, 1, 1)
    for number, country in enumerate(countries):
        following = add_months(start, share + (rest if number == 0 else 0))
        jobs.append(Work(country, vector["sector"], start, end=following - timedelta(1)))
        start = add_months(following, 3)
    return tuple(jobs)


@pytest.mark.rule("CASE-6", "CASE-7")
@pytest.mark.parametrize(
    "vector", VECTORS, ids=lambda vector: f"{vector['reason']}-{vector['note']}"
)
def test_track_of_the_vectors(vector):
    try:
        born = date.fromisoformat(vector["birth_date"])
    except ValueError:
        born = None
    inputs = Inputs(
        registered_on=date.fromisoformat(vector["as_of"]),
        population=Population.RETURNEE,
        birth_date=born,
        work=as_work(vector),
    )

    decision = decide(inputs, RULES)

    assert decision.certification_track == vector["expected_track"]
    assert list(decision.reasons) == [vector["reason"]] * bool(vector["reason"])


@pytest.mark.rule("CASE-6")
@pytest.mark.parametrize(
    ("intervals", "months"),
    [
        ([("2020-05-09", "2022-05-08")], 24),
        ([("2020-05-09", "2022-05-07")], 23),
        # overlapping jobs count once
        ([("2019-01-01", "2020-02-29"), ("2019-06-01", "2019-12-31")], 14),
        # and apart from them another
        (
            [
                ("2019-01-01", "2020-02-29"),
                ("2019-06-01", "2019-12-31"),
                ("2021-03-01", "2022-02-28"),
            ],
            26,
        ),
        (
            [
                ("2019-01-01", "2020-02-29"),
                ("2019-06-01", "2019-12-31"),
                ("2021-03-01", "2021-11-30"),
            ],
            23,
        ),
        # those that touch are one: 15 + 15 days make a month
        ([("2020-01-01", "2020-01-15"), ("2020-01-16", "2020-01-31")], 1),
        # with a day between them they are two
        ([("2020-01-01", "2020-01-15"), ("2020-01-17", "2020-01-31")], 0),
        ([("2021-03-01", "2022-02-28"), ("2019-01-01", "2020-02-29")], 26),
        (
            [
                ("2020-01-01", "2021-12-31"),
                ("2020-03-01", "2020-04-30"),
                ("2021-06-01", "2022-01-31"),
            ],
            25,
        ),
        ([("2020-05-09", "2020-05-08")], 0),
        ([("2020-05-09", "2019-05-08")], 0),
        ([("2022-01-31", "2022-02-28")], 1),
        ([("2022-01-31", "2022-02-27")], 0),
        ([("2020-02-29", "2022-02-28")], 24),
        ([("2020-02-29", "2022-02-27")], 23),
        ([], 0),
    ],
)
def test_months_of_work_are_merged_and_counted_from_day_to_day(intervals, months):
    days = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in intervals]

    assert months_of_work(days) == months


a_day = st.dates(date(2000, 1, 1), date(2026, 1, 1))
an_interval = st.tuples(a_day, st.integers(0, 2000)).map(
    lambda pair: (pair[0], pair[0] + timedelta(pair[1]))
)


@pytest.mark.rule("CASE-6")
@given(st.lists(an_interval, max_size=6), st.randoms())
def test_the_order_of_jobs_does_not_matter_and_repeating_one_adds_nothing(intervals, random):
    shuffled = [*intervals, *intervals[:2]]
    random.shuffle(shuffled)

    assert months_of_work(shuffled) == months_of_work(intervals)


@pytest.mark.rule("CASE-6", "CASE-7")
@given(st.lists(an_interval, min_size=1, max_size=6), st.integers(0, 400), st.integers(0, 400))
def test_a_longer_job_never_has_fewer_months(intervals, before, after):
    first, last = intervals[0]
    longer = [(first - timedelta(before), last + timedelta(after)), *intervals[1:]]

    assert months_of_work(longer) >= months_of_work(intervals)


@pytest.mark.rule("CASE-6")
@pytest.mark.parametrize(
    ("born", "expected"),
    [
        # Exactly fifty, and exactly eighteen
        (date(1975, 11, 22), ("eligible", [])),
        (date(1975, 11, 21), ("not_certification_track", ["age_above_max"])),
        (date(2008, 11, 21), ("eligible", [])),
        (date(2008, 11, 22), ("not_certification_track", ["age_below_min"])),
    ],
)
def test_age_is_completed_on_the_day_of_registration(born, expected):
    assert track(birth_date=born) == expected


@pytest.mark.rule("CASE-6")
def test_two_countries_and_overlapping_jobs_are_summed_once():
    here = [
        job(start="2019-01-01", end="2020-02-29"),
        job(start="2019-06-01", end="2019-12-31"),
    ]

    assert track(work=(*here, job("MX", "tourism", "2021-03-01", "2022-02-28"))) == ("eligible", [])
    assert track(work=(*here, job("MX", "tourism", "2021-03-01", "2021-11-30"))) == (
        "not_certification_track",
        ["experience_below_24_months"],
    )


@pytest.mark.rule("CASE-6")
@pytest.mark.parametrize(
    ("work", "reasons"),
    [
        # 24 months in any sector, if one job is in ours
        ((job(sector="other"), job("MX", "tourism", "2023-01-01", "2023-01-31")), []),
        ((job(sector="other"),), ["sector_not_target"]),
        # a job in our sector counts only in those countries
        ((job(sector="other"), job("GT", "tourism")), ["sector_not_target"]),
        ((job("GT"),), ["country_not_us_mx"]),
        ((job("GT", "other"),), ["country_not_us_mx", "sector_not_target"]),
        ((job("GT", "other"), job("HN", "tourism")), ["country_not_us_mx"]),
        # elsewhere adds no months
        ((job(end="2021-06-30"), job("GT")), ["experience_below_24_months"]),
        (
            (job(sector="other", end="2021-06-30"),),
            ["experience_below_24_months", "sector_not_target"],
        ),
        # the country alone decides, even without dates
        ((job("GT", start=None, end=None),), ["country_not_us_mx"]),
    ],
)
def test_reasons_of_work(work, reasons):
    expected = "not_certification_track" if reasons else "eligible"

    assert track(work=work) == (expected, reasons)


@pytest.mark.rule("CASE-6", "CASE-10")
def test_all_reasons_that_fail_are_stored_in_the_order_in_which_they_are_shown():
    work = (job(sector="other", end="2020-06-30"),)

    assert track(birth_date=date(1960, 1, 1), population=Population.IDP, work=work) == (
        "not_certification_track",
        ["age_above_max", "not_returnee", "experience_below_24_months", "sector_not_target"],
    )


@pytest.mark.rule("CASE-6")
@pytest.mark.parametrize(
    ("returned", "precision", "expected"),
    [
        ("2022-01-01", "day", ("eligible", [])),
        ("2021-12-30", "day", ("not_certification_track", ["experience_below_24_months"])),
        # the last day of the month of return
        ("2021-12-10", "month", ("eligible", [])),
        ("2021-06-15", "year", ("pending", ["missing_experience"])),
        ("2022-06-15", "year", ("eligible", [])),
        ("2020-06-15", "year", ("not_certification_track", ["experience_below_24_months"])),
    ],
)
def test_a_job_that_went_on_ends_with_the_return(returned, precision, expected):
    work = (job(start="2020-01-01", end=None, ongoing=True),)

    assert (
        track(work=work, return_date=date.fromisoformat(returned), return_precision=precision)
        == expected
    )


@pytest.mark.rule("CASE-7")
def test_a_job_that_went_on_until_an_unknown_return_is_pending_if_it_can_have_been_long_enough():
    long = (job(start="2020-01-01", end=None, ongoing=True),)
    short = (job(start="2025-06-01", end=None, ongoing=True),)

    assert track(work=long, return_date=None) == ("pending", ["missing_experience"])
    assert track(work=short, return_date=None) == (
        "not_certification_track",
        ["experience_below_24_months"],
    )


@pytest.mark.rule("CASE-6")
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # 1 March 2020 to 28 February 2022, whatever the days written
        ("2020-03-20", "2022-02-03", ("eligible", [])),
        ("2020-03-01", "2022-01-31", ("not_certification_track", ["experience_below_24_months"])),
    ],
)
def test_an_unknown_day_is_the_first_of_the_start_and_the_last_of_the_end(start, end, expected):
    work = (job(start=start, end=end, start_precision="month", end_precision="month"),)

    assert track(work=work) == expected


@pytest.mark.rule("CASE-7")
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2018-07-01", "2023-07-01", "eligible"),  # 2018-12-01 to 2023-01-31 at least
        ("2020-01-01", "2022-01-01", "pending"),  # from 14 to 36 months
        ("2021-01-01", "2021-12-31", "not_certification_track"),  # 12 at most
    ],
)
def test_years_alone_are_pending_only_if_they_can_change_the_answer(start, end, expected):
    work = (job(start=start, end=end, start_precision="year", end_precision="year"),)

    assert track(work=work)[0] == expected


@pytest.mark.rule("CASE-7")
@pytest.mark.parametrize(
    ("end", "expected"), [("2021-11-30", "eligible"), ("2021-11-29", "pending")]
)
def test_an_unknown_month_of_the_start_is_december_at_the_latest(end, expected):
    assert track(work=(job(start="2019-05-05", start_precision="year", end=end),))[0] == expected


def test_the_last_day_of_the_calendar_is_no_accident():
    assert months_of_work([(date(9999, 12, 1), date.max)]) == 0
    assert track(work=(job(end="9999-12-31", end_precision="estimated"),)) == ("eligible", [])


@pytest.mark.rule("CASE-7")
@pytest.mark.parametrize(
    ("born", "precision", "expected"),
    [
        (None, "", ("pending", ["missing_birth_date"])),
        ("1990-01-01", "estimated", ("eligible", [])),
        ("1978-01-01", "estimated", ("pending", ["missing_birth_date"])),
        ("2006-01-01", "estimated", ("pending", ["missing_birth_date"])),
        ("1960-01-01", "estimated", ("not_certification_track", ["age_above_max"])),
        ("2020-01-01", "estimated", ("not_certification_track", ["age_below_min"])),
        ("2008-06-01", "year", ("pending", ["missing_birth_date"])),
        ("2007-06-01", "year", ("eligible", [])),
        ("2009-06-01", "year", ("not_certification_track", ["age_below_min"])),
        ("1975-11-01", "month", ("pending", ["missing_birth_date"])),
        ("1975-12-01", "month", ("eligible", [])),
    ],
)
def test_an_age_that_is_not_sure_is_pending_only_if_it_can_change_the_answer(
    born, precision, expected
):
    born = date.fromisoformat(born) if born else None

    assert track(birth_date=born, birth_precision=precision) == expected


@pytest.mark.rule("CASE-7")
@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ((), ("pending", ["missing_experience"])),
        ((job(start=None, end=None),), ("pending", ["missing_experience"])),
        ((job(start=None),), ("pending", ["missing_experience"])),
        ((job(end=None),), ("pending", ["missing_experience"])),
        # one known job is enough; the other cannot change the answer
        ((job(), job(start=None, end=None)), ("eligible", [])),
        ((job(sector=""),), ("pending", ["missing_experience"])),
        ((job(country=""),), ("pending", ["missing_experience"])),
        # in an unknown country, but in no sector of ours
        ((job(country="", sector="other"),), ("not_certification_track", ["sector_not_target"])),
        (
            (job(country="", end="2020-12-31"),),
            ("not_certification_track", ["experience_below_24_months"]),
        ),
        # what fails already decides
        (
            (job(sector="other", start=None, end=None),),
            ("not_certification_track", ["sector_not_target"]),
        ),
        ((job(sector="other"), job("", "tourism")), ("pending", ["missing_experience"])),
    ],
)
def test_missing_experience_is_pending_only_if_it_can_change_the_answer(work, expected):
    assert track(work=work) == expected


@pytest.mark.rule("CASE-7")
def test_pending_says_all_that_is_missing_and_a_failure_hides_it():
    assert track(birth_date=None, work=()) == (
        "pending",
        ["missing_birth_date", "missing_experience"],
    )
    assert track(birth_date=None, work=(), population=Population.IDP) == (
        "not_certification_track",
        ["not_returnee"],
    )


@pytest.mark.rule("CASE-8")
@pytest.mark.parametrize(
    ("population", "changes", "expected"),
    [
        (Population.RETURNEE, {}, Outcome.ELIGIBLE),
        (Population.RETURNEE_IDP, {}, Outcome.ELIGIBLE),
        (Population.IDP, {}, Outcome.ELIGIBLE_PARTIAL),
        (Population.FAMILY, {}, Outcome.ELIGIBLE_PARTIAL),
        (Population.COMMUNITY, {}, Outcome.NOT_ELIGIBLE),
        (Population.RETURNEE, {"work": ()}, Outcome.PENDING),
        (Population.RETURNEE, {"birth_date": date(1960, 1, 1)}, Outcome.ELIGIBLE_PARTIAL),
        (Population.RETURNEE_IDP, {"birth_date": date(1960, 1, 1)}, Outcome.ELIGIBLE_PARTIAL),
        (Population.COMMUNITY, {"work": ()}, Outcome.NOT_ELIGIBLE),
    ],
)
def test_outcome_follows_the_track_and_then_the_profile(population, changes, expected):
    assert decide(replace(SOMEBODY, population=population, **changes), RULES).outcome == expected


@pytest.mark.rule("CASE-8")
def test_who_is_neither_returned_nor_displaced_is_told_so():
    assert decide(replace(SOMEBODY, population=Population.COMMUNITY), RULES) == Decision(
        Track.NOT_CERTIFICATION_TRACK,
        Outcome.NOT_ELIGIBLE,
        (EligReason.NOT_RETURNEE, EligReason.NOT_RETURNEE_OR_IDP),
    )


@pytest.mark.rule("CASE-10")
def test_inputs_are_frozen_as_plain_json_and_read_back():
    inputs = replace(SOMEBODY, work=(job("MX", "tourism"), ROOFING, job(end=None, ongoing=True)))

    frozen = json.loads(json.dumps(inputs.to_dict()))
    read = Inputs.from_dict(frozen)

    assert read.to_dict() == inputs.to_dict()
    assert decide(read, RULES) == decide(inputs, RULES)


@pytest.mark.rule("CASE-10")
def test_the_same_facts_are_frozen_alike_wherever_they_come_from():
    one = replace(SOMEBODY, birth_precision="", work=(ROOFING, job("MX")), return_date=None)
    other = replace(
        SOMEBODY, work=(job("MX", end_precision=""), ROOFING), return_date=None, return_precision=""
    )

    assert one.to_dict() == other.to_dict()
    assert one.to_dict() != replace(one, birth_precision="year").to_dict()


def test_parameters_of_another_rule_set_decide_otherwise():
    pilot = RuleParameters.from_dict(
        {
            "min_age": 18,
            "max_age": 50,
            "min_months": 60,
            "countries": ["US"],
            "sectors": ["construction", "tourism"],
        }
    )

    assert decide(SOMEBODY, pilot).reasons == (EligReason.EXPERIENCE_BELOW_24_MONTHS,)
    assert RuleParameters.from_dict(pilot.to_dict()) == pilot


maybe_day = st.none() | st.dates(date(1995, 1, 1), date(2026, 9, 1))
precisions = st.sampled_from(["day", "month", "year", "estimated"])
jobs = st.builds(
    Work,
    country=st.sampled_from(["US", "MX", "GT", ""]),
    sector=st.sampled_from(["construction", "other", ""]),
    start=maybe_day,
    start_precision=precisions,
    end=maybe_day,
    end_precision=precisions,
    ongoing=st.booleans(),
)
anybody = st.builds(
    Inputs,
    registered_on=st.just(TODAY),
    population=st.sampled_from(Population),
    birth_date=st.none() | st.dates(date(1950, 1, 1), date(2015, 1, 1)),
    birth_precision=precisions,
    work=st.lists(jobs, max_size=4).map(tuple),
    return_date=maybe_day,
    return_precision=precisions,
)


@pytest.mark.rule("CASE-6", "CASE-8")
@given(anybody)
def test_both_answers_always_agree_and_reasons_are_in_order(inputs):
    decision = decide(inputs, RULES)

    assert (decision.certification_track == Track.ELIGIBLE) == (not decision.reasons)
    assert list(decision.reasons) == sorted(decision.reasons, key=ORDER.index)
    if decision.certification_track != Track.NOT_CERTIFICATION_TRACK:
        assert decision.outcome == decision.certification_track.value
    else:
        assert decision.outcome in {Outcome.ELIGIBLE_PARTIAL, Outcome.NOT_ELIGIBLE}


@pytest.mark.rule("CASE-7")
@given(anybody, st.dates(date(1950, 1, 1), date(2015, 1, 1)))
def test_an_answer_given_without_the_birth_date_holds_whatever_it_turns_out_to_be(inputs, born):
    before = decide(replace(inputs, birth_date=None), RULES)
    after = decide(replace(inputs, birth_date=born, birth_precision="day"), RULES)

    if before.certification_track != Track.PENDING:
        assert after.certification_track == before.certification_track


@pytest.mark.rule("CASE-7")
@given(anybody, st.integers(0, 3), a_day, st.integers(0, 3000))
def test_an_answer_given_without_the_days_of_a_job_holds_whatever_they_turn_out_to_be(
    inputs, place, start, days
):
    if place >= len(inputs.work):
        return
    unknown = replace(inputs.work[place], start=None, end=None, ongoing=False)
    known = replace(
        unknown,
        start=start,
        end=min(start + timedelta(days), inputs.return_date or TODAY),
        start_precision="day",
        end_precision="day",
    )
    rest = inputs.work[:place], inputs.work[place + 1 :]
    before = decide(replace(inputs, work=(*rest[0], unknown, *rest[1])), RULES)
    after = decide(replace(inputs, work=(*rest[0], known, *rest[1])), RULES)

    if before.certification_track != Track.PENDING:
        assert after.certification_track == before.certification_track
