"""Cases, both answers of eligibility, and who accompanies whom."""

import copy
from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Activity
from beneficiaries.actions import cases
from beneficiaries.actions.people import change_person, change_record, refresh_figures
from beneficiaries.choices import AssignmentKind, EligReason, Outcome, Service, Track
from beneficiaries.models import Assignment, Case, EligibilityDecision, Person, RuleSet
from beneficiaries.rules.eligibility import RuleParameters
from genesis.lib.states import StaleRecord
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    CaseFactory,
    JobFactory,
    LookupFactory,
    PersonFactory,
    PhaseFactory,
    TripFactory,
    closed_columns,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def registered(*, jobs=(), **changes):
    """A returnee with a case, registered on the day of the stories; `jobs` are country … end."""
    person = PersonFactory(registered_on=TODAY, with_case=True, **changes)
    TripFactory(person=person)
    for country, sector, start, end in jobs:
        JobFactory(
            person=person,
            country=LookupFactory(code=country),
            sector=sector,
            start_date=start,
            end_date=end,
        )
    return person


def decide(person, **changes):
    case = cases.current_case(person)
    return cases.decide_eligibility(case, **{"version": case.version, "by": None} | changes)


def answers(decision):
    return decision.certification_track, decision.outcome, decision.reasons


ROOFING = ("US", "construction", date(2023, 1, 1), date(2025, 6, 30))  # 30 months
FAILS = Track.NOT_CERTIFICATION_TRACK, Outcome.ELIGIBLE_PARTIAL
ELIGIBLE = Track.ELIGIBLE, Outcome.ELIGIBLE, []


@pytest.mark.rule("CASE-6", "CASE-8", "S03")
@pytest.mark.parametrize(
    ("born", "job", "expected"),
    [
        (date(1975, 11, 22), ROOFING, ELIGIBLE),
        (date(1975, 11, 21), ROOFING, (*FAILS, ["age_above_max"])),
        (
            date(2008, 11, 21),
            ("MX", "tourism", date(2024, 9, 1), date(2026, 8, 31)),
            ELIGIBLE,
        ),
        (date(2008, 11, 22), ROOFING, (*FAILS, ["age_below_min"])),
    ],
    ids=["Mario is fifty", "Ana is fifty-one", "Kevin is eighteen", "a day too young"],
)
def test_exactly_fifty(born, job, expected):
    person = registered(birth_date=born, jobs=[job])

    assert answers(decide(person)) == expected


@pytest.mark.rule("CASE-6", "S04")
@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (date(2022, 2, 28), ELIGIBLE),
        (date(2021, 11, 30), (*FAILS, ["experience_below_24_months"])),
    ],
)
def test_two_countries_and_overlapping_jobs(end, expected):
    person = registered(
        jobs=[
            ("US", "construction", date(2019, 1, 1), date(2020, 2, 29)),
            ("US", "other", date(2019, 6, 1), date(2019, 12, 31)),
            ("MX", "tourism", date(2021, 3, 1), end),
        ]
    )

    assert answers(decide(person)) == expected


@pytest.mark.rule("CASE-7")
def test_what_is_missing_leaves_both_answers_pending():
    person = registered(birth_date=None, birth_precision="", jobs=[ROOFING])

    decision = decide(person)

    assert answers(decision) == (Track.PENDING, Outcome.PENDING, [EligReason.MISSING_BIRTH_DATE])


@pytest.mark.rule("CASE-7")
def test_what_is_missing_does_not_hide_what_fails():
    person = registered(birth_date=date(1960, 1, 1))

    assert answers(decide(person)) == (*FAILS, ["age_above_max"])


@pytest.mark.rule("CASE-8")
@pytest.mark.parametrize(
    ("population", "outcome"),
    [
        ("idp", Outcome.ELIGIBLE_PARTIAL),
        ("family", Outcome.ELIGIBLE_PARTIAL),
        ("community", Outcome.NOT_ELIGIBLE),
    ],
)
def test_who_did_not_return_may_still_be_supported(population, outcome):
    person = registered(population=population, jobs=[ROOFING])

    decision = decide(person)

    assert decision.certification_track == Track.NOT_CERTIFICATION_TRACK
    assert decision.outcome == outcome
    assert "not_returnee" in decision.reasons


@pytest.mark.rule("CASE-10")
def test_a_decision_keeps_rules_inputs_answers_and_who():
    person, by = registered(jobs=[ROOFING]), UserFactory(caseworker=True)

    decision = decide(person, by=by)

    case = cases.current_case(person)
    assert (decision.rule_set, decision.decided_by) == (case.phase.rule_set, by)
    assert decision.decided_at <= timezone.now()
    assert (case.certification_track, case.outcome, case.version) == ("eligible", "eligible", 2)
    decision.refresh_from_db()
    assert decision.inputs["registered_on"] == "2026-11-21"
    assert decision.inputs["birth_date"] == "1990-05-10"
    assert decision.inputs["work"] == [
        {
            "country": "US",
            "sector": "construction",
            "start": "2023-01-01",
            "start_precision": "day",
            "end": "2025-06-30",
            "end_precision": "day",
            "ongoing": False,
        }
    ]
    kept = Activity.objects.get(verb="eligibility.decided")
    assert (kept.actor, kept.person_id) == (by, person.pk)
    assert kept.changes["outcome"] == ["", "eligible"]


def frozen(decision):
    return copy.deepcopy(
        {
            name: value
            for name, value in vars(EligibilityDecision.objects.get(pk=decision.pk)).items()
            if name != "_state"
        }
    )


@pytest.mark.rule("CASE-10")
def test_later_edits_change_no_decision_and_ask_to_evaluate_again():
    person, by = registered(jobs=[ROOFING]), UserFactory()
    decision = decide(person)
    before = frozen(decision)
    assert not cases.inputs_changed_since(decision, person)

    change_record(person.jobs.get(), version=1, by=by, end_date=date(2023, 3, 1))
    person = Person.objects.get(pk=person.pk)

    assert cases.inputs_changed_since(decision, person)
    assert frozen(decision) == before
    second = decide(person)
    assert frozen(decision) == before
    assert answers(second) == (*FAILS, ["experience_below_24_months"])
    assert cases.latest_decision(cases.current_case(person)) == second
    assert not cases.inputs_changed_since(second, person)


@pytest.mark.rule("CASE-10")
@pytest.mark.parametrize(
    ("changes", "asks"),
    [
        ({"birth_date": date(1975, 1, 1)}, True),
        ({"birth_precision": "year"}, True),
        ({"population": "idp"}, True),
        ({"known_as": "Chepe"}, False),
        ({"sex": "M"}, False),
    ],
    ids=str,
)
def test_only_what_was_decided_on_asks_to_evaluate_again(changes, asks):
    person = registered(jobs=[ROOFING])
    decision = decide(person)

    person = change_person(person, version=1, by=UserFactory(), **changes)

    assert cases.inputs_changed_since(decision, person) is asks


@pytest.mark.rule("CASE-10")
def test_a_changed_rule_set_changes_no_decision():
    person = registered(jobs=[ROOFING])
    decision = decide(person)
    before = frozen(decision)
    case = cases.current_case(person)
    stricter = RuleSet.objects.create(
        code="fase-ue", number=2, name="v2", parameters=RuleParameters(min_months=60).to_dict()
    )
    case.phase.rule_set = stricter
    case.phase.save()

    assert answers(decide(person)) == (*FAILS, ["experience_below_24_months"])
    assert frozen(decision) == before


def test_the_first_decision_records_the_early_attention_once():
    person = registered(jobs=[ROOFING])

    decide(person)
    decide(person)

    kept = person.services.get()
    assert (kept.service, kept.on) == (Service.EARLY_ATTENTION, TODAY)
    assert kept.organization == person.office


def test_what_a_pending_file_lacked_counts_once_it_is_known():
    person = PersonFactory(registered_on=TODAY, with_case=True, sector="", status="idp")
    by = UserFactory()
    assert decide(person).outcome == Outcome.PENDING

    TripFactory(person=person, return_country=LookupFactory(code="MX"))
    JobFactory(person=person, country=LookupFactory(code="US"), start_date=date(2019, 1, 1))
    refresh_figures(person)
    decide(person, by=by)
    decide(person, by=by)

    wrong, right = person.services.order_by("pk")
    assert (wrong.status, wrong.sector, wrong.voided_by) == ("idp", "", by)
    assert (right.status, right.sector, right.on) == ("returned_mx", "construction", TODAY)
    assert right.voided_at is None


@pytest.mark.rule("SEC-15")
def test_a_decision_from_an_old_page_is_not_taken():
    person = registered(jobs=[ROOFING])
    decide(person, version=1)

    with pytest.raises(StaleRecord):
        decide(person, version=1)

    assert EligibilityDecision.objects.count() == 1
    assert cases.current_case(person).version == 2


def test_the_phase_is_that_of_the_day():
    old = PhaseFactory(code="vieja", starts_on=date(2018, 1, 1), ends_on=date(2019, 12, 31))
    new = PhaseFactory()

    assert cases.phase_on(date(2019, 12, 31)) == old
    assert cases.phase_on(date(2020, 1, 1)) == new
    with pytest.raises(cases.NoPhase, match="31/12/2017"):
        cases.phase_on(date(2017, 12, 31))


def test_a_person_has_one_open_case_at_a_time():
    person = PersonFactory(with_case=True)

    with pytest.raises(IntegrityError, match="case_one_open_per_person"), transaction.atomic():
        CaseFactory(person=person, episode=2)


def test_a_return_opens_the_next_episode():
    person = PersonFactory(with_case=True)
    Case.objects.update(**closed_columns(date(2026, 6, 1)))

    case = cases.open_case(person, office=person.office, opened_on=TODAY, by=None)

    assert (case.episode, cases.current_case(person)) == (2, case)


# Who accompanies whom


def test_who_hands_a_case_over_has_it_no_more_and_history_keeps_the_days():
    first, second, by = UserFactory(), UserFactory(), UserFactory()
    person = PersonFactory(caseworker=first)
    since = Assignment.objects.get().valid_from

    cases.hand_over(person, version=1, to=second, by=by)

    assert cases.caseworker_of(person) == second
    old, new = Assignment.objects.order_by("pk")
    today = timezone.localdate()
    assert (old.user, old.valid_from, old.valid_until) == (first, since, today)
    assert old.ended_at is not None
    assert (new.user, new.valid_from, new.valid_until) == (second, today, None)
    verbs = Activity.objects.filter(person_id=person.pk).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["assignment.ended", "case.assigned"]


@pytest.mark.rule("SEC-15")
def test_a_case_is_handed_over_once_from_each_page():
    first, second, by = UserFactory(), UserFactory(), UserFactory()
    person = PersonFactory()
    cases.hand_over(person, version=1, to=first, by=by)

    with pytest.raises(StaleRecord):
        cases.hand_over(person, version=1, to=second, by=by)

    assert cases.caseworker_of(person) == first
    assert Assignment.objects.count() == 1


def test_a_case_may_go_back_on_the_same_day():
    first, second, by = UserFactory(), UserFactory(), UserFactory()
    person = PersonFactory()
    for version, user in enumerate([first, second, first], start=1):
        cases.hand_over(person, version=version, to=user, by=by)

    assert cases.caseworker_of(person) == first
    assert Assignment.objects.on(timezone.localdate()).get().user == first


@pytest.mark.rule("SEC-12")
def test_who_hands_a_case_on_sees_the_person_no_more():
    first, second = UserFactory(caseworker=True), UserFactory(caseworker=True)
    person = PersonFactory(caseworker=first)
    assert list(Person.objects.visible_to(first)) == [person]

    cases.hand_over(person, version=1, to=second, by=UserFactory())

    assert not Person.objects.visible_to(first).exists()
    assert list(Person.objects.visible_to(second)) == [person]


def test_only_what_is_named_ends():
    person = PersonFactory()
    evaluator = AssignmentFactory(person=person, kind=AssignmentKind.EVALUATION)
    AssignmentFactory(person=person)

    cases.end_assignments(person, kinds=[AssignmentKind.CASEWORKER], by=None)

    assert list(Assignment.objects.on(timezone.localdate())) == [evaluator]


def test_an_assignment_that_is_there_already_is_not_given_again():
    person, user = PersonFactory(), UserFactory()

    first, again = (
        cases.assign(person, to=user, kind=AssignmentKind.EVALUATION, by=None) for _ in range(2)
    )

    assert first == again
    assert Activity.objects.get().verb == "part.given"


def test_today_is_the_day_of_el_salvador():
    person, user = PersonFactory(), UserFactory()
    with time_machine.travel("2026-11-22T04:30:00+00:00", tick=False):  # 22:30 of the 21st there
        given = cases.assign(person, to=user, kind=AssignmentKind.CASEWORKER, by=None)

    assert given.valid_from == date(2026, 11, 21)
