"""The judgement of an assessment: the worked examples, and what holds for all."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from hypothesis import given
from hypothesis import strategies as st

from certification.choices import JudgementOutcome, JudgementReason, Recommendation, Scale
from certification.rules.scoring import (
    GapReport,
    InvalidAnswer,
    Reason,
    Result,
    Scheme,
    ScoredItem,
    check_answer,
    gap_report,
    is_met,
    score,
    show_percentage,
)
from certification.rules.standards import read_standard, scheme_of

FILE = Path(__file__).parents[2] / "data" / "standards" / "CON-002.yaml"
SCHEME = scheme_of(read_standard(FILE.read_text(encoding="utf-8")))
ITEMS = {item.code: item for item in SCHEME.items}
COMPETENT, NOT_YET = JudgementOutcome
INSTRUMENT, TOTAL, COVERAGE, CRITICAL, NA, SAFETY = JudgementReason


def best(item):
    """A raw answer that meets the item."""
    match item.scale:
        case Scale.MEASUREMENT:
            return str(item.minimum if item.minimum is not None else item.maximum)
        case Scale.CHOICE:
            return item.key
    return "si"


def worst(item):
    """A raw answer that does not meet the item."""
    match item.scale:
        case Scale.MEASUREMENT:
            return "0" if item.minimum is not None else str(item.maximum + 1)
        case Scale.CHOICE:
            return next(option for option in item.options if option != item.key)
    return "no"


ALL_MET = {item.code: best(item) for item in SCHEME.items}


def answers(*missed, **changes):
    return (
        ALL_MET
        | {code: worst(ITEMS[code]) for code in missed}
        | {code.replace("_", "-"): value for code, value in changes.items()}
    )


def without(*codes):
    return {code: value for code, value in ALL_MET.items() if code not in codes}


def shown(result):
    return [
        *(show_percentage(each.shown) for each in result.instruments.values()),
        show_percentage(result.total.shown),
    ]


QUESTIONS = [f"CU-{number:02}" for number in range(1, 11)]


@pytest.mark.rule("CERT-6", "CERT-8")
@pytest.mark.parametrize(
    ("given_answers", "stopped", "percentages", "reasons"),
    [
        pytest.param(ALL_MET, False, ["100.00", "100.00", "100.00", "100.00"], [], id="A"),
        pytest.param(
            answers("GO-05", "LC-08", *QUESTIONS[:3]),
            False,
            ["93.33", "94.28", "70.00", "89.00"],
            [],
            id="B",
        ),
        pytest.param(
            answers("GO-12"),
            False,
            ["91.11", "100.00", "100.00", "96.00"],
            [Reason(CRITICAL, ("GO-12",))],
            id="C",
        ),
        pytest.param(
            answers(*QUESTIONS[:4]),
            False,
            ["100.00", "100.00", "60.00", "92.00"],
            [Reason(INSTRUMENT, ("CU",))],
            id="D",
        ),
        pytest.param(
            answers("GO-05", GO_09="na"),
            False,
            ["93.02", "100.00", "100.00", "96.93"],
            [],
            id="E",
        ),
        pytest.param(
            answers("GO-06", "LC-09"),
            False,
            ["95.55", "94.28", "100.00", "96.00"],
            [Reason(COVERAGE, ("C1.4",))],
            id="F",
        ),
        pytest.param(
            answers(LC_05="80", LC_01="3.0"),
            False,
            ["100.00", "100.00", "100.00", "100.00"],
            [],
            id="G",
        ),
        pytest.param(
            answers(LC_05="79.9"),
            False,
            ["100.00", "82.85", "100.00", "94.00"],
            [Reason(CRITICAL, ("LC-05",))],
            id="H",
        ),
        pytest.param(
            answers("LC-06", LC_01="4"),
            False,
            ["100.00", "74.28", "100.00", "91.00"],
            [Reason(INSTRUMENT, ("LC",))],
            id="I",
        ),
        pytest.param(
            answers("GO-12"),
            True,
            ["–", "–", "–", "96.00"],
            [Reason(CRITICAL, ("GO-12",)), Reason(SAFETY)],
            id="J",
        ),
    ],
)
def test_worked_examples(given_answers, stopped, percentages, reasons):
    result = score(SCHEME, given_answers, stopped=stopped)

    assert shown(result) == percentages
    assert list(result.reasons) == reasons
    assert result.outcome == (NOT_YET if reasons else COMPETENT)
    assert result.missing == ()


@pytest.mark.rule("CERT-8")
def test_worked_example_k_has_no_judgement_while_an_item_is_unanswered():
    assert score(SCHEME, without("GO-18")) == Result(None, missing=("GO-18",))


@pytest.mark.rule("CERT-8")
def test_all_unanswered_items_are_named_in_their_order():
    assert score(SCHEME, {}).missing == tuple(ITEMS)


@pytest.mark.rule("CERT-6")
def test_after_a_stop_unanswered_items_count_as_not_met():
    result = score(SCHEME, without("GO-03", "GO-12"), stopped=True)

    assert result.outcome == NOT_YET
    assert result.missing == ()
    assert result.total.got == 9200
    assert list(result.reasons) == [
        Reason(INSTRUMENT, ("GO",)),
        Reason(COVERAGE, ("C1.2",)),
        Reason(CRITICAL, ("GO-12",)),
        Reason(SAFETY),
    ]


@pytest.mark.rule("CERT-6")
def test_after_a_stop_nothing_makes_competent():
    assert score(SCHEME, ALL_MET, stopped=True).reasons == (Reason(SAFETY),)


@pytest.mark.rule("CERT-6")
def test_all_rules_that_fail_are_stored_in_their_order():
    result = score(SCHEME, {item.code: worst(item) for item in SCHEME.items})

    assert [reason.code for reason in result.reasons] == [INSTRUMENT, TOTAL, COVERAGE, CRITICAL]
    assert result.reasons[0].where == ("GO", "LC", "CU")
    assert result.reasons[3].where == ("GO-01", "GO-12", "LC-05")
    assert result.total.shown == 0


def a_scheme(*items, minimum=8500, na_maximum=1000):
    """A scheme of one instrument, of items given as (weight, scale, criterion)."""
    return Scheme(
        items=tuple(
            ScoredItem(f"I-{number}", "I", weight, scale, criterion)
            for number, (weight, scale, criterion) in enumerate(items, start=1)
        ),
        minima={"I": minimum},
        total_minimum=minimum,
        na_maximum=na_maximum,
    )


@pytest.mark.rule("CERT-6")
def test_nothing_is_rounded_up_to_a_pass():
    scheme = a_scheme((8329, "si_no", "C1"), (1471, "si_no", "C1"), (200, "si_no_na", "C2"))

    result = score(scheme, {"I-1": "si", "I-2": "no", "I-3": "na"})

    assert (result.total.got, result.total.base) == (8329, 9800)
    assert show_percentage(result.total.shown) == "84.98"
    assert [reason.code for reason in result.reasons] == [INSTRUMENT, TOTAL]


@pytest.mark.rule("CERT-6")
def test_the_border_counts_as_passed_to_the_hundredth():
    at, under = (
        a_scheme((weight, "si_no", "C1"), (10_000 - weight, "si_no", "C1"))
        for weight in (8500, 8499)
    )

    assert score(at, {"I-1": "si", "I-2": "no"}).outcome == COMPETENT
    assert score(under, {"I-1": "si", "I-2": "no"}).outcome == NOT_YET


@pytest.mark.rule("CERT-8")
def test_too_much_not_applicable_fails_and_exactly_the_limit_does_not():
    at = a_scheme((9000, "si_no", "C1"), (1000, "si_no_na", "C2"))
    over = a_scheme((8999, "si_no", "C1"), (1001, "si_no_na", "C2"))
    given_answers = {"I-1": "si", "I-2": "na"}

    assert score(at, given_answers).outcome == COMPETENT
    assert score(over, given_answers).reasons == (Reason(NA, ("I-2",)),)


@pytest.mark.rule("CERT-8")
def test_a_criterion_that_was_all_not_applicable_is_not_tested():
    scheme = a_scheme((9500, "si_no", "C1"), (500, "si_no_na", "C2"))

    assert score(scheme, {"I-1": "si", "I-2": "na"}).outcome == COMPETENT
    assert score(scheme, {"I-1": "si", "I-2": "no"}).reasons == (Reason(COVERAGE, ("C2",)),)


def test_knowledge_needs_no_coverage():
    scheme = a_scheme((9500, "si_no", "C1"), (500, "si_no", None))

    assert score(scheme, {"I-1": "si", "I-2": "no"}).outcome == COMPETENT


def test_an_instrument_that_was_all_not_applicable_has_no_percentage():
    scheme = a_scheme((500, "si_no_na", "C1"), na_maximum=10_000)

    result = score(scheme, {"I-1": "na"})

    assert (result.outcome, result.total.shown) == (COMPETENT, None)


@pytest.mark.rule("CERT-6", "CERT-8")
@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("GO-01", "na"),  # critical
        ("GO-02", "na"),  # no reason for it in the standard
        ("GO-02", "sí"),
        ("GO-02", "SI"),
        ("GO-02", "1"),
        ("GO-02", ""),
        ("GO-02", "true"),
        ("LC-01", "tres"),
        ("LC-01", "na"),
        ("LC-01", "-1"),
        ("LC-01", "3,0"),
        ("LC-01", "1e1"),
        ("LC-01", "NaN"),
        ("LC-01", "Infinity"),
        ("LC-01", "٣"),
        ("LC-01", "1_0"),
        ("LC-01", "3" * 5000),
        ("LC-01", ""),
        ("CU-01", "e"),
        ("CU-01", "B"),
        ("CU-01", "si"),
        ("CU-01", ""),
    ],
)
def test_an_answer_out_of_its_scale_is_refused(code, value):
    with pytest.raises(InvalidAnswer):
        check_answer(ITEMS[code], value)
    with pytest.raises(InvalidAnswer):
        score(SCHEME, ALL_MET | {code: value})


@pytest.mark.rule("CERT-6")
def test_an_answer_to_no_item_is_refused():
    with pytest.raises(InvalidAnswer):
        score(SCHEME, ALL_MET | {"GO-99": "si"})


@pytest.mark.parametrize(
    ("code", "value"),
    [("GO-02", "si"), ("GO-09", "na"), ("LC-01", "3.0"), ("LC-01", " 3 "), ("CU-01", "b")],
)
def test_an_answer_in_its_scale_is_kept_raw(code, value):
    assert check_answer(ITEMS[code], value) == value.strip()


@pytest.mark.parametrize(
    ("value", "met"), [("2", False), ("2.5", True), ("3", True), ("4.00", True), ("4.0001", False)]
)
def test_a_measurement_is_met_within_its_limits_and_on_them(value, met):
    item = ScoredItem("M", "I", 1, Scale.MEASUREMENT, minimum=Decimal("2.5"), maximum=Decimal(4))

    assert is_met(item, value) is met


def test_a_result_can_be_stored_as_json():
    stored = json.loads(
        json.dumps(score(SCHEME, answers("GO-12")).to_dict(), cls=DjangoJSONEncoder)
    )

    assert stored["outcome"] == "not_yet_competent"
    assert stored["reasons"] == [{"code": "CRITICO_INCUMPLIDO", "where": ["GO-12"]}]
    assert stored["instruments"]["GO"] == {"got": 4100, "base": 4500, "shown": 9111}
    assert stored["engine"] == "1"


# Gaps


@pytest.mark.parametrize(
    ("given_answers", "stopped", "gaps", "recommendation"),
    [
        (ALL_MET, False, [], None),
        (
            answers("GO-05", "GO-06", "GO-07"),
            False,
            [("E1", ("GO-05", "GO-06")), ("E2", ("GO-07",))],
            Recommendation.UPSKILLING,
        ),
        (
            answers("GO-05", "GO-07", "GO-13"),
            False,
            [("E1", ("GO-05",)), ("E2", ("GO-07",)), ("E3", ("GO-13",))],
            Recommendation.RESKILLING,
        ),
        # knowledge is no element
        (
            answers("GO-05", "GO-07", "CU-01", "CU-02"),
            False,
            [("E1", ("GO-05",)), ("E2", ("GO-07",)), (None, ("CU-01", "CU-02"))],
            Recommendation.UPSKILLING,
        ),
        (answers("CU-01"), False, [(None, ("CU-01",))], Recommendation.UPSKILLING),
        # safety
        (answers("GO-12"), False, [("E2", ("GO-12",))], Recommendation.RESKILLING),
        (ALL_MET, True, [], Recommendation.RESKILLING),
        (without("GO-18"), True, [("E3", ("GO-18",))], Recommendation.RESKILLING),
        (answers(GO_09="na"), False, [], None),
    ],
)
def test_gaps_are_grouped_by_element_with_a_recommendation(
    given_answers, stopped, gaps, recommendation
):
    report = gap_report(SCHEME, given_answers, stopped=stopped)

    assert isinstance(report, GapReport)
    assert [(gap.element, gap.items) for gap in report.gaps] == gaps
    assert report.recommendation == recommendation


# What holds for all answers


def any_answer(item):
    match item.scale:
        case Scale.MEASUREMENT:
            return st.decimals(0, 200, places=1).map(str)
        case Scale.CHOICE:
            return st.sampled_from(item.options)
        case Scale.YES_NO_NA:
            return st.sampled_from(["si", "no", "na"])
    return st.sampled_from(["si", "no"])


any_answers = st.fixed_dictionaries({item.code: any_answer(item) for item in SCHEME.items})


@pytest.mark.rule("CERT-6")
@given(any_answers, st.sampled_from(sorted(ITEMS)), st.booleans())
def test_meeting_one_more_item_is_never_worse(given_answers, code, stopped):
    before = score(SCHEME, given_answers, stopped=stopped)
    after = score(SCHEME, given_answers | {code: best(ITEMS[code])}, stopped=stopped)

    if given_answers[code] != "na":
        assert after.total.got * before.total.base >= before.total.got * after.total.base
        assert {reason.code for reason in after.reasons} <= {
            reason.code for reason in before.reasons
        }


@pytest.mark.rule("CERT-6")
@given(any_answers, st.randoms(), st.booleans())
def test_the_order_of_items_and_answers_does_not_matter(given_answers, random, stopped):
    items, pairs = list(SCHEME.items), list(given_answers.items())
    random.shuffle(items)
    random.shuffle(pairs)

    shuffled = score(replace(SCHEME, items=tuple(items)), dict(pairs), stopped=stopped)
    result = score(SCHEME, given_answers, stopped=stopped)

    assert (shuffled.outcome, shuffled.total) == (result.outcome, result.total)
    assert dict(shuffled.instruments) == dict(result.instruments)
    assert [(each.code, sorted(each.where)) for each in shuffled.reasons] == [
        (each.code, sorted(each.where)) for each in result.reasons
    ]


@pytest.mark.rule("CERT-6")
@given(st.integers(1, 9999), st.integers(0, 1000), st.integers(1, 10_000))
def test_what_is_shown_reaches_the_minimum_exactly_when_it_is_passed(weight, na, minimum):
    scheme = a_scheme(
        (weight, "si_no", "C1"),
        (10_000 - weight, "si_no", "C1"),
        (na or 1, "si_no_na", "C2"),
        minimum=minimum,
        na_maximum=10_000,
    )

    result = score(scheme, {"I-1": "si", "I-2": "no", "I-3": "na" if na else "si"})

    assert (result.total.shown >= minimum) == (result.outcome == COMPETENT)


@pytest.mark.rule("CERT-6", "CERT-8")
@given(any_answers)
def test_competent_means_that_no_rule_failed(given_answers):
    result = score(SCHEME, given_answers)

    assert (result.outcome == COMPETENT) == (result.reasons == ())
    assert all(reason.where for reason in result.reasons if reason.code not in {TOTAL, SAFETY})
