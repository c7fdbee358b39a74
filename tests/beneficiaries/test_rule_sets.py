"""The rules of eligibility as data: versions that never change, and trying them on somebody."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Activity, ReadLog
from beneficiaries.actions.cases import decide_eligibility
from beneficiaries.actions.rule_sets import renew_rule_set
from beneficiaries.choices import Outcome, Population, Sector
from beneficiaries.models import EligibilityDecision, Phase, RuleSet
from beneficiaries.rules.eligibility import Inputs, RuleParameters, Work, decide, look_at
from beneficiaries.rules.explaining import Answer, explain
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    ContactFactory,
    JobFactory,
    LookupFactory,
    PersonFactory,
    PhaseFactory,
)

pytestmark = pytest.mark.django_db

TRY = reverse("programme:eligibility_try")
NAMES = {"US": "Estados Unidos", "MX": "México"}


@pytest.fixture
def coordinator(client):
    user = UserFactory(programme_coordinator=True)
    client.force_login(user)
    return user


@pytest.fixture
def rules():
    LookupFactory()
    return PhaseFactory().rule_set


def page(name, *args):
    return reverse(f"programme:{name}", args=args)


def answers(**changes):
    return {
        "key": str(uuid4()),
        "name": "Reglas desde 2027",
        "min_age": "18",
        "max_age": "55",
        "min_months": "12",
        "countries": ["US", "MX"],
        "country": "",
        "sectors": ["construction"],
        "reason": "Lo acordó el comité.",
    } | changes


# Versions


@pytest.mark.rule("CASE-10")
def test_a_new_version_stands_beside_the_old_one(client, coordinator, rules):
    sent = answers(country=LookupFactory(code="CA", es="Canadá").pk)
    LookupFactory(code="MX", es="México")

    client.post(page("rule_set_renew", rules.public_id), sent)
    client.post(page("rule_set_renew", rules.public_id), sent)  # sent twice, made once

    made = RuleSet.objects.exclude(pk=rules.pk).get()
    assert (made.code, made.number, made.recorded_by) == (rules.code, 2, coordinator)
    assert RuleParameters.from_dict(made.parameters) == RuleParameters(
        max_age=55,
        min_months=12,
        countries=frozenset({"US", "MX", "CA"}),
        sectors=frozenset({"construction"}),
    )
    shown = client.get(made.get_absolute_url()).content.decode()
    assert "18 a 55 años" in shown
    assert "Lo acordó el comité." in shown
    rules.refresh_from_db()
    assert rules.parameters == RuleParameters().to_dict()


@pytest.mark.rule("CASE-10")
def test_a_set_of_its_own_gets_a_name_of_its_own(client, coordinator, rules):
    LookupFactory(code="MX", es="México")
    address = page("rule_set_renew", rules.public_id)

    client.post(address, answers(apart="on", name="Reglas COSUDE"))
    again = client.post(address, answers(apart="on", name="Reglas COSUDE"))

    assert RuleSet.objects.get(code="reglas-cosude").number == 1
    assert list(again.context["form"].errors) == ["name"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"max_age": "17"}, "max_age"),
        ({"min_age": "-1"}, "min_age"),
        ({"min_months": "muchos"}, "min_months"),
        ({"countries": []}, "countries"),
        ({"countries": ["XX"]}, "countries"),
        ({"sectors": []}, "sectors"),
        ({"reason": ""}, "reason"),
    ],
)
def test_rules_that_make_no_sense_are_refused_at_the_field(
    client, coordinator, rules, wrong, field
):
    LookupFactory(code="MX", es="México")

    response = client.post(page("rule_set_renew", rules.public_id), answers() | wrong)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert RuleSet.objects.count() == 1


@pytest.mark.rule("CASE-10")
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_lets_no_version_change(rules, act):
    row = RuleSet.objects.filter(pk=rules.pk)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        row.update(parameters={}) if act == "update" else row._raw_delete("default")


@pytest.mark.rule("CASE-10")
def test_the_database_lets_no_decision_change(coordinator, rules):
    case = PersonFactory(with_case=True).cases.get()
    decide_eligibility(case, version=1, by=coordinator)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        EligibilityDecision.objects.update(outcome=Outcome.ELIGIBLE)


@pytest.mark.rule("CASE-10")
def test_a_decision_keeps_its_rules_and_the_file_asks_to_evaluate_again(client, rules):
    worker = UserFactory(caseworker=True)
    person = PersonFactory(
        with_case=True, caseworker=worker, office=worker.role_assignments.get().organization
    )
    ContactFactory(person=person)
    JobFactory(person=person)
    decision = decide_eligibility(person.cases.get(), version=1, by=worker)
    client.force_login(worker)
    before = client.get(person.get_absolute_url()).content.decode()
    newer = renew_rule_set(
        rules,
        key=uuid4(),
        name=rules.name,
        parameters=RuleParameters(max_age=30),
        reason="x",
        apart=False,
        by=worker,
    )
    Phase.objects.update(rule_set=newer)

    after = client.get(person.get_absolute_url()).content.decode()

    assert "Las reglas de la fase cambiaron" not in before
    assert "Las reglas de la fase cambiaron" in after
    decision.refresh_from_db()
    assert (decision.rule_set, decision.outcome) == (rules, Outcome.ELIGIBLE)
    again = decide_eligibility(person.cases.get(), version=2, by=worker)
    assert (again.rule_set, again.reasons) == (newer, ["age_above_max"])


@pytest.mark.rule("CASE-10")
def test_the_persons_page_explains_the_decision_by_its_frozen_inputs(client, rules):
    worker = UserFactory(caseworker=True)
    person = PersonFactory(
        with_case=True, caseworker=worker, office=worker.role_assignments.get().organization
    )
    ContactFactory(person=person)
    JobFactory(person=person)
    decide_eligibility(person.cases.get(), version=1, by=worker)
    person.birth_date = date(1950, 1, 1)
    person.save()
    client.force_login(worker)

    shown = client.get(person.get_absolute_url()).content.decode()

    assert "Se conoce: 35 años." in shown
    assert "48 meses" in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_few_queries(client, coordinator, rules, django_assert_num_queries, rows):
    for number in range(2, rows + 1):
        RuleSet.objects.create(code=rules.code, number=number, parameters=rules.parameters)

    with django_assert_num_queries(6):
        client.get(page("rule_set_list"))
    with django_assert_num_queries(8):
        client.get(rules.get_absolute_url())


# Why


inputs = st.builds(
    Inputs,
    registered_on=st.just(date(2026, 11, 21)),
    population=st.sampled_from(Population),
    birth_date=st.none() | st.dates(date(1940, 1, 1), date(2012, 1, 1)),
    birth_precision=st.sampled_from(["day", "month", "year", "estimated"]),
    work=st.lists(
        st.builds(
            Work,
            country=st.sampled_from(["", "US", "MX", "GT"]),
            sector=st.sampled_from(["", *Sector.values]),
            start=st.none() | st.dates(date(2010, 1, 1), date(2020, 1, 1)),
            start_precision=st.sampled_from(["day", "month", "year"]),
            end=st.none() | st.dates(date(2015, 1, 1), date(2026, 1, 1)),
            end_precision=st.sampled_from(["day", "month", "year"]),
            ongoing=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    return_date=st.none() | st.dates(date(2019, 1, 1), date(2026, 1, 1)),
)


@pytest.mark.rule("CASE-6", "CASE-7")
@given(told=inputs)
def test_the_explanation_says_what_the_decision_says(told):
    parameters = RuleParameters()
    decision, criteria = decide(told, parameters), explain(told, parameters, NAMES)
    answers = {each.answer for each in criteria}

    assert len(criteria) == len(look_at(told, parameters)) == 5
    match decision.certification_track:
        case "eligible":
            assert answers == {Answer.MET}
        case "pending":
            assert Answer.UNKNOWN in answers
            assert Answer.NOT_MET not in answers
        case _:
            assert Answer.NOT_MET in answers


# Trying


def facts(rule_set, **changes):
    return {
        "rules": str(rule_set.public_id),
        "registered_on": "2026-11-21",
        "population": "returnee",
        "born_day": "10",
        "born_month": "5",
        "born_year": "1990",
        "job-TOTAL_FORMS": "3",
        "job-INITIAL_FORMS": "0",
        "job-0-country": LookupFactory().pk,
        "job-0-sector": "construction",
        "job-0-started_month": "1",
        "job-0-started_year": "2019",
        "job-0-ended_month": "12",
        "job-0-ended_year": "2020",
    } | changes


@pytest.mark.rule("CASE-6")
def test_facts_give_both_answers_and_why_and_nothing_is_stored(client, coordinator, rules):
    response = client.post(TRY, facts(rules))
    short = client.post(TRY, facts(rules, **{"job-0-ended_month": "11"}))
    unknown = client.post(TRY, facts(rules, born_year="", born_month="", born_day=""))

    assert response.context["answer"].outcome == "eligible"
    assert response.status_code == 200
    assert "24 meses" in response.content.decode()
    assert short.context["answer"].reasons == ("experience_below_24_months",)
    assert unknown.context["criteria"][0].answer == Answer.UNKNOWN
    assert unknown.context["answer"].outcome == "pending"
    assert not EligibilityDecision.objects.exists()
    assert not Activity.objects.filter(actor=coordinator).exists()


@pytest.mark.rule("SEC-6")
def test_a_file_gives_the_facts_and_reading_it_is_kept(client, coordinator, rules):
    person = PersonFactory(with_case=True)
    JobFactory(person=person)

    response = client.post(
        TRY, {"rules": str(rules.public_id), "file_number": person.file_number.lower()}
    )

    assert response.context["answer"].outcome == "eligible"
    assert ReadLog.objects.get(actor=coordinator).persons == [person.pk]
    assert not EligibilityDecision.objects.exists()
    assert person.cases.get().outcome == ""


@pytest.mark.parametrize("number", ["GS-2019-99999", "GS-1", "", "\x00", "'; --"])
def test_a_file_that_is_not_there_is_said_at_the_field(client, coordinator, rules, number):
    response = client.post(TRY, {"rules": str(rules.public_id), "file_number": number})

    assert response.status_code == 422
    assert list(response.context["file_form"].errors) == ["file_number"]
    assert not ReadLog.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"registered_on": "ayer"},
        {"population": "king"},
        {"born_year": "90"},
        {"job-0-started_year": "2021"},
        {"job-0-country": "999999"},
        {"job-TOTAL_FORMS": "x"},
        {"rules": "x"},
    ],
)
def test_facts_that_make_no_sense_are_said_and_kept(client, coordinator, rules, wrong):
    response = client.post(TRY, facts(rules, **wrong))

    assert response.status_code == 422
    assert "answer" not in response.context
    assert 'value="2020"' in response.content.decode() or "TOTAL_FORMS" in str(wrong)
