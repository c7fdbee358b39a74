"""How answers become the scores of the reintegration index."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries.rules.reintegration import Questionnaire, next_due, score

CONTENT = json.loads(
    (settings.BASE_DIR / "data/instruments/reintegration_index.json").read_text(encoding="utf-8")
)
QUESTIONS = Questionnaire.read(CONTENT)
VECTORS = json.loads(
    (Path(__file__).parents[1] / "data/reintegration_index.json").read_text(encoding="utf-8")
)


def answers_worth(values):
    """Answers that are worth `values` (item → share); one without a value where it is None."""
    chosen = {}
    for code, value in values.items():
        worth = None if value is None else Fraction(str(value))
        options = QUESTIONS.by_code[code].options
        chosen[code] = next(each.code for each in options if each.value == worth)
    return chosen


@pytest.mark.parametrize("name", VECTORS["inputs"])
def test_worked_examples_come_out(name):
    scores = score(QUESTIONS, answers_worth(VECTORS["inputs"][name]))

    for dimension in ("economic", "social", "psychosocial"):
        expected = VECTORS["expected"][name][dimension]
        assert scores[dimension].kept == (None if expected is None else Decimal(str(expected)))
        assert scores[dimension].answered == VECTORS["expected"][name][f"{dimension}_answered"]
    composite = VECTORS["expected"][name]["composite"]
    assert scores["composite"].kept == (None if composite is None else Decimal(str(composite)))


def test_bands_of_the_examples():
    bands = {
        name: score(QUESTIONS, answers_worth(values))["composite"].band
        for name, values in VECTORS["inputs"].items()
    }

    assert bands == {
        "baseline_low": "low",
        "followup_high": "high",
        "psychosocial_insufficient": "",
    }


def test_bands_go_by_the_score_as_it_is():
    assert QUESTIONS.band(Fraction(32999, 100000)) == "low"  # shown as 0.33
    assert QUESTIONS.band(Fraction(33, 100)) == "medium"
    assert QUESTIONS.band(Fraction(66999, 100000)) == "medium"
    assert QUESTIONS.band(Fraction(67, 100)) == "high"


def extreme(best):
    pick = max if best else min
    chosen = {}
    for item in QUESTIONS.items:
        options = [each for each in item.options if each.value is not None]
        chosen[item.code] = pick(options, key=lambda each: each.value).code
    return chosen


def test_all_best_answers_are_one_and_all_worst_nought():
    best, worst = score(QUESTIONS, extreme(True)), score(QUESTIONS, extreme(False))

    assert {each.value for each in best.values()} == {1}
    assert {each.value for each in worst.values()} == {0}


ANSWERS = st.fixed_dictionaries(
    {
        each.code: st.sampled_from([option.code for option in each.options])
        for each in QUESTIONS.items
    }
)


@given(ANSWERS)
def test_scores_lie_between_nought_and_one(answers):
    for each in score(QUESTIONS, answers).values():
        assert each.value is None or 0 <= each.value <= 1


@given(ANSWERS, st.sampled_from(QUESTIONS.items))
def test_preferring_not_to_answer_never_makes_a_nought(answers, item):
    before = score(QUESTIONS, answers)[item.dimension].value
    silent = answers | {item.code: "prefer_not_to_answer"}

    after = score(QUESTIONS, silent)[item.dimension].value

    assert after != 0 or before == 0 or before is None or _all_others_are_nought(silent, item)


def _all_others_are_nought(answers, item):
    values = [
        QUESTIONS.by_code[each.code].option(answers[each.code]).value
        for each in QUESTIONS.of_dimension(item.dimension)
    ]
    return not any(values)


@given(ANSWERS, st.randoms())
def test_order_of_the_questions_does_not_matter(answers, chance):
    items = list(CONTENT["items"])
    chance.shuffle(items)

    assert score(Questionnaire.read(CONTENT | {"items": items}), answers) == score(
        QUESTIONS, answers
    )


def test_why_somebody_seeks_work_counts_only_when_she_seeks_it():
    seeks = extreme(True) | {"E9": "yes", "E10": "without_work"}
    assert QUESTIONS.by_code["E10"].only_if == ("E9", "yes")

    options = [each.code for each in QUESTIONS.by_code["E10"].options if each.value == 0]
    seeks["E10"] = options[0]
    does_not = seeks | {"E9": "no"}

    assert score(QUESTIONS, seeks)["economic"].answered == 10
    assert score(QUESTIONS, does_not)["economic"].answered == 9
    assert score(QUESTIONS, does_not)["economic"].value == 1


def test_a_dimension_needs_seven_tenths_of_its_weight():
    answers = extreme(True)
    for code in ("S1", "S2", "S3"):
        answers[code] = "dont_know"
    enough = score(QUESTIONS, answers)
    answers["S4"] = "not_applicable"
    too_few = score(QUESTIONS, answers)

    assert enough["social"].value == 1
    assert (too_few["social"].value, too_few["composite"].value) == (None, None)
    assert too_few["economic"].value == 1


@pytest.mark.parametrize(
    ("taken", "due"),
    [
        ([], date(2026, 4, 1)),
        ([date(2026, 3, 10)], date(2026, 9, 2)),
        ([date(2026, 3, 10), date(2026, 8, 20)], date(2027, 3, 2)),
        ([date(2026, 8, 20)], date(2027, 3, 2)),
        ([date(2026, 3, 10), date(2027, 3, 5)], None),
    ],
)
def test_next_is_due_after_a_month_half_a_year_and_a_year(taken, due):
    assert next_due(date(2026, 3, 2), taken) == due
