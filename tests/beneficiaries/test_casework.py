"""The life of a case: every step from every state by every role, and what each step needs."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.models import Activity
from accounts.roles import GRANTS, Role
from beneficiaries import registry
from beneficiaries.actions import cases, casework, exceptions
from beneficiaries.actions.moves import StillToBeDone
from beneficiaries.choices import (
    CASE_MOVES,
    ENDED_STATES,
    CaseState,
    CloseReason,
    OpenReason,
    Outcome,
)
from beneficiaries.models import (
    Case,
    CaseMove,
    EligibilityDecision,
    ExceptionRequest,
    ServiceRecord,
)
from beneficiaries.registry import Blocker
from genesis.lib.states import MoveNotAllowed, StaleRecord, what_follows
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    CaseFactory,
    ContactFactory,
    JobFactory,
    PersonFactory,
    PlanFactory,
    ScreeningFactory,
    TripFactory,
    closed_columns,
)
from tests.unchanged import sums_of

pytestmark = pytest.mark.django_db
S = CaseState
SOON = date(2030, 1, 1)
PROGRAMME, TERRITORIAL = Role.PROGRAMME_COORDINATOR, Role.TERRITORIAL_COORDINATOR
REGISTERING = {Role.CASEWORKER, Role.REGISTRAR}

# What can be done with a case: by whom, from which state to which; all else is refused.
STEPS = {
    "case_screen": (REGISTERING, {S.REGISTERED: S.SCREENED}),
    "eligibility_decide": (
        REGISTERING,
        {
            S.REGISTERED: S.ELIGIBLE,
            S.SCREENED: S.ELIGIBLE,
            S.ELIGIBLE: S.ELIGIBLE,
            S.ELIGIBLE_PARTIAL: S.ELIGIBLE,
            S.PENDING: S.ELIGIBLE,
            S.NOT_ELIGIBLE: S.ELIGIBLE,
            S.ACTIVE: S.ACTIVE,
            S.ON_HOLD: S.ON_HOLD,
            S.CLOSING: S.CLOSING,
        },
    ),
    "case_activate": (
        {Role.CASEWORKER},
        dict.fromkeys([S.ELIGIBLE, S.ELIGIBLE_PARTIAL, S.EXCEPTION], S.ACTIVE),
    ),
    "case_hold": ({Role.CASEWORKER}, {S.ACTIVE: S.ON_HOLD}),
    "case_resume": ({Role.CASEWORKER}, {S.ON_HOLD: S.ACTIVE}),
    "case_request_closing": (
        {Role.CASEWORKER},
        {S.ACTIVE: S.CLOSING, S.ON_HOLD: S.CLOSING},
    ),
    "case_approve close": ({PROGRAMME, TERRITORIAL}, {S.CLOSING: S.CLOSED}),
    "case_approve return": ({PROGRAMME, TERRITORIAL}, {S.CLOSING: S.ACTIVE}),
    "case_inform": ({Role.CASEWORKER}, {S.NOT_ELIGIBLE: S.CLOSED}),
    "exception_request": ({Role.CASEWORKER}, {S.NOT_ELIGIBLE: S.NOT_ELIGIBLE}),
    "exception_decide grant": ({PROGRAMME}, {S.NOT_ELIGIBLE: S.EXCEPTION}),
    "exception_decide refuse": ({PROGRAMME}, {S.NOT_ELIGIBLE: S.NOT_ELIGIBLE}),
    "case_reopen": (REGISTERING, {S.CLOSED: S.REGISTERED, S.MERGED: S.REGISTERED}),
}


def answers_to(step, case):
    today = timezone.localdate()
    asked = {
        "case_activate": {"plan_agreed_on": today},
        "case_hold": {"reason": "Viaja.", "review_on": today + timedelta(days=20)},
        "case_request_closing": {"close_reason": "goals_met", "note": ""},
        "case_inform": {"note": "Se le refirió a la alcaldía."},
        "exception_request": {"reason": "Sostiene a su familia.", "key": uuid4()},
        "exception_decide grant": {"answer": "grant", "reason": "Es justo."},
        "exception_decide refuse": {"answer": "refuse", "reason": "No procede."},
        "case_approve close": {"answer": "close", "note": ""},
        "case_approve return": {"answer": "return", "note": "Falta la ficha."},
        "case_reopen": {"because": "returned", "note": "", "key": uuid4()},
    }
    return {"version": case.version, **asked.get(step, {})}


def all_there_is():
    """Everything that a step could change."""
    tables = (Case, CaseMove, EligibilityDecision, ExceptionRequest, Activity, ServiceRecord)
    return sums_of(tables)


def words_of(response):
    told = [str(each) for each in get_messages(response.wsgi_request)]
    form = response.context["form"] if response.context and "form" in response.context else None
    return " ".join([*told, str(form.errors) if form else ""])


def file_in(state, office, caseworker=None):
    """Somebody who is eligible by her file, with her case in `state`."""
    person = PersonFactory(office=office, caseworker=caseworker)
    ContactFactory(person=person)
    TripFactory(person=person)
    JobFactory(person=person)
    case = CaseFactory(person=person, state=state)
    PlanFactory(case=case)
    return case


def may_open_a_step(role):
    """Whether the role opens the page of any step: all others are refused whatever the state."""
    nobody = uuid4()
    pages = {reverse(f"beneficiaries:{step.split()[0]}", args=[nobody]) for step in STEPS}
    return any(resolve(page).func.policy in GRANTS[role] for page in pages)


def test_roles_that_take_a_step_are_those_that_may_open_its_page():
    allowed = set().union(*(roles for roles, _ways in STEPS.values()))

    assert {role for role in Role if may_open_a_step(role)} == allowed


@pytest.mark.rule("CASE-9", "CASE-32", "CASE-33")
@pytest.mark.parametrize("role", [*filter(may_open_a_step, Role), Role.EVALUATOR])
def test_every_step_from_every_state_by_this_role(client, office, role):
    user = UserFactory(role=role, at=office)
    client.force_login(user)
    faults = []

    for state in CaseState:
        case = file_in(state, office, user if role in REGISTERING else None)
        for step, (roles, ways) in STEPS.items():
            with transaction.atomic():
                fault = try_step(client, case, step, ways.get(state) if role in roles else None)
                faults += [f"{state} {step}: {fault}"] if fault else []
                transaction.set_rollback(True)

    assert faults == []


def try_step(client, case, step, to):
    """Take a step; say what is wrong with the answer, and None when nothing is."""
    if step == "exception_decide refuse" and case.state == S.NOT_ELIGIBLE:
        ExceptionRequest.objects.create(case=case, reason="Sí.", asked_by=UserFactory())
    before = all_there_is()
    url = reverse(f"beneficiaries:{step.split()[0]}", args=[case.person.public_id])
    response = client.post(url, answers_to(step, case))
    newest = Case.objects.filter(person=case.person).latest("episode")
    if to:
        right = response.status_code == 302 and newest.state == to and all_there_is() != before
        return None if right else f"{response.status_code} {newest.state} {words_of(response)}"
    if all_there_is() != before:
        return "something changed"
    if response.status_code == 403:
        return None
    possible = ", ".join(what_follows(case))
    return None if possible in words_of(response) else f"does not say {possible}"


def test_who_may_take_a_step_is_refused_by_its_state_with_words_and_not_with_403(client, office):
    caseworker = UserFactory(caseworker=True, at=office)
    client.force_login(caseworker)
    case = file_in(S.REGISTERED, office, caseworker)

    for step in ("case_activate", "case_hold", "case_resume", "case_request_closing"):
        url = reverse(f"beneficiaries:{step}", args=[case.person.public_id])
        for response in (client.get(url), client.post(url, answers_to(step, case))):
            assert response.status_code == 302
            assert "Ahora es posible: Fusionado con otro expediente, Con tamizaje" in words_of(
                response
            )


def test_every_state_has_its_moves_and_the_ends_have_none():
    assert set(CASE_MOVES) == set(CaseState)
    assert {each for each in CaseState if not CASE_MOVES[each]} == {S.CLOSED, S.MERGED, S.UNDONE}
    assert all(S.MERGED in CASE_MOVES[each] for each in CaseState if CASE_MOVES[each])


@pytest.mark.parametrize("state", CaseState)
def test_a_case_is_merged_from_every_open_state(office, state):
    case = file_in(state, office)

    if state in ENDED_STATES:
        with pytest.raises(MoveNotAllowed), transaction.atomic():
            casework.merge_case(case, by=None)
    else:
        casework.merge_case(case, by=None)
        case.refresh_from_db()
        assert (case.state, case.closed_on) == (S.MERGED, timezone.localdate())


# The history


def test_each_step_is_kept_with_who_when_and_why(office):
    by, coordinator = UserFactory(), UserFactory(coordinator=True, at=office)
    case = file_in(S.ACTIVE, office)

    case = casework.hold_case(
        case, version=1, reason="Viaja.", review_on=timezone.localdate() + timedelta(9), by=by
    )
    case = casework.request_closing(
        case, version=2, close_reason=CloseReason.REMIGRATED, note="Avisó.", by=by
    )
    casework.return_closing(case, version=3, note="Falta la ficha.", by=coordinator)

    kept = case.moves.order_by("pk").values_list("from_state", "to_state", "by", "reason")
    assert list(kept) == [
        ("active", "on_hold", by.pk, "Viaja."),
        ("on_hold", "closing", by.pk, "Avisó."),
        ("closing", "active", coordinator.pk, "Falta la ficha."),
    ]
    verbs = Activity.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["case.held", "case.closing", "case.closing_returned"]
    assert set(verbs) <= set(registry.VERBS)
    case.refresh_from_db()
    assert (case.close_reason, case.close_asked_by, case.review_on) == ("", None, None)
    assert (case.state, case.state_by) == (S.ACTIVE, coordinator)


def test_an_evaluation_passes_the_screening_and_both_steps_are_kept(office):
    case = file_in(S.REGISTERED, office)

    cases.decide_eligibility(case, version=1, by=None)

    moves = case.moves.order_by("pk").values_list("from_state", "to_state")
    assert list(moves) == [("registered", "screened"), ("screened", "eligible")]
    case.refresh_from_db()
    assert (case.state, case.outcome, case.version) == ("eligible", "eligible", 2)


@pytest.mark.rule("SEC-15")
def test_a_step_from_an_old_page_changes_nothing(office):
    case = file_in(S.ACTIVE, office)
    Case.objects.update(version=5)

    with pytest.raises(StaleRecord):
        casework.request_closing(
            case, version=4, close_reason=CloseReason.WITHDREW, note="", by=UserFactory()
        )

    assert not CaseMove.objects.exists()


# What a step needs


CHECKS = [registry.SCREENING, registry.ACTIVATION, registry.BLOCKERS]


def name_open(case):
    return [Blocker("Algo pendiente", reverse("beneficiaries:person_list"), "Sin respuesta")]


@pytest.fixture
def something_open():
    """An area that names something open before any step."""
    for each in CHECKS:
        each.append(name_open)
    yield
    for each in CHECKS:
        each.remove(name_open)


@pytest.mark.usefixtures("something_open")
def test_screening_and_activation_wait_for_what_the_areas_name(office):
    by, today = UserFactory(), timezone.localdate()
    registered, eligible = file_in(S.REGISTERED, office), file_in(S.ELIGIBLE, office)

    for step in (
        lambda: casework.screen_case(registered, version=1, by=by),
        lambda: cases.decide_eligibility(registered, version=1, by=by),
        lambda: casework.activate_case(eligible, version=1, plan_agreed_on=today, by=by),
    ):
        with pytest.raises(StillToBeDone, match="Algo pendiente"), transaction.atomic():
            step()
    assert not EligibilityDecision.objects.exists()


@pytest.mark.rule("CASE-32")
@pytest.mark.usefixtures("something_open")
@pytest.mark.parametrize("reason", [CloseReason.GOALS_MET, CloseReason.LOST_CONTACT])
def test_what_is_open_does_not_stop_the_request_and_stops_the_closing(office, reason):
    case = file_in(S.ACTIVE, office)

    case = casework.request_closing(case, version=1, close_reason=reason, note="", by=UserFactory())

    with pytest.raises(StillToBeDone, match="Algo pendiente"):
        casework.approve_closing(case, version=2, note="", by=UserFactory())
    case.refresh_from_db()
    assert case.state == S.CLOSING


@pytest.mark.rule("CASE-32")
@pytest.mark.usefixtures("something_open")
def test_who_died_needs_nothing_more_to_be_finished(office, monkeypatch):
    left = []
    monkeypatch.setattr(casework, "LEAVERS", [lambda person, by: left.append(person)])
    case = file_in(S.ACTIVE, office)
    case = casework.request_closing(
        case, version=1, close_reason=CloseReason.DECEASED, note="", by=UserFactory()
    )

    case = casework.approve_closing(case, version=2, note="", by=UserFactory())

    assert case.state == S.CLOSED
    assert left == [case.person]  # what goes on in the areas ends with it


@pytest.mark.rule("CASE-32")
@pytest.mark.usefixtures("something_open")
def test_the_page_lists_what_is_open_and_links_to_it(client, office):
    caseworker = UserFactory(caseworker=True, at=office)
    client.force_login(caseworker)
    case = file_in(S.ACTIVE, office, caseworker)

    for name in ("case_detail", "case_request_closing"):
        url = reverse(f"beneficiaries:{name}", args=[case.person.public_id])
        html = client.get(url).content.decode()
        assert '<a href="/personas/">Algo pendiente</a>' in html
        assert "Sin respuesta" in html


def test_nobody_approves_what_they_asked_for(office):
    by = UserFactory()
    case = file_in(S.ACTIVE, office)
    case = casework.request_closing(
        case, version=1, close_reason=CloseReason.GOALS_MET, note="", by=by
    )

    with pytest.raises(ValidationError), transaction.atomic():
        casework.approve_closing(case, version=2, note="", by=by)
    with pytest.raises(IntegrityError, match="another_than_who_asked"), transaction.atomic():
        Case.objects.update(**closed_columns() | {"closed_by": by})


@pytest.mark.parametrize(("days", "right"), [(0, False), (1, True), (60, True), (61, False)])
def test_a_case_rests_sixty_days_at_most(office, days, right):
    case, day = file_in(S.ACTIVE, office), timezone.localdate() + timedelta(days=days)

    if right:
        casework.hold_case(case, version=1, reason="x", review_on=day, by=UserFactory())
    else:
        with pytest.raises(ValidationError) as refused:
            casework.hold_case(case, version=1, reason="x", review_on=day, by=UserFactory())
        assert set(refused.value.message_dict) == {"review_on"}


@pytest.mark.parametrize("on", [date(2026, 3, 1), SOON])
def test_a_plan_is_agreed_on_between_the_opening_and_today(office, on):
    case = file_in(S.ELIGIBLE, office)

    with pytest.raises(ValidationError) as refused:
        casework.activate_case(case, version=1, plan_agreed_on=on, by=UserFactory())

    assert set(refused.value.message_dict) == {"plan_agreed_on"}


REFUSED = [
    ("case_codes_are_known", S.ACTIVE, {"state": "lost"}),
    ("case_codes_are_known", S.CLOSING, {"close_reason": "boredom"}),
    ("case_state_agrees_with_its_answer", S.ELIGIBLE, {"outcome": "pending"}),
    ("case_state_agrees_with_its_answer", S.REGISTERED, {"state": "eligible"}),
    ("case_accompanied_by_a_plan", S.ACTIVE, {"plan_agreed_on": None}),
    ("case_on_hold_is_reviewed", S.ON_HOLD, {"review_on": None}),
    ("case_on_hold_is_reviewed", S.ON_HOLD, {"review_on": SOON}),
    ("case_on_hold_is_reviewed", S.ACTIVE, {"review_on": SOON}),
    ("case_closing_was_asked_for", S.CLOSING, {"close_asked_by": None}),
    ("case_closing_was_asked_for", S.CLOSED, {"close_reason": ""}),
    ("case_closing_was_asked_for", S.ACTIVE, {"close_reason": "withdrew"}),
    ("case_closed_by_somebody", S.CLOSED, {"closed_on": None}),
    ("case_closed_by_somebody", S.CLOSED, {"closed_by": None}),
    ("case_closed_by_somebody", S.ACTIVE, {"closed_on": date(2026, 11, 1)}),
]


@pytest.mark.parametrize(
    ("name", "state", "values"),
    [pytest.param(*each, id=f"{each[0]}-{place}") for place, each in enumerate(REFUSED)],
)
def test_the_database_refuses_a_state_without_what_belongs_to_it(office, name, state, values):
    case = file_in(state, office)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**values)


# Exceptions


@pytest.mark.rule("CASE-9")
def test_an_exception_is_decided_by_another_with_a_reason_and_counts_apart(office):
    caseworker = UserFactory(caseworker=True, at=office)
    coordinator = UserFactory(programme_coordinator=True)
    case = file_in(S.NOT_ELIGIBLE, office, caseworker)
    asked = exceptions.request_exception(
        case, key=uuid4(), reason="Sostiene a su familia.", by=caseworker
    )

    for by in (caseworker, asked.asked_by):
        with pytest.raises(exceptions.OwnException), transaction.atomic():
            exceptions.grant_exception(case, version=1, reason="Sí.", by=by)
    decision = exceptions.grant_exception(case, version=1, reason="Es justo.", by=coordinator)

    asked.refresh_from_db()
    case.refresh_from_db()
    assert (decision.outcome, decision.exception_reason) == (Outcome.EXCEPTION, "Es justo.")
    assert decision.inputs == cases.inputs_of(case.person).to_dict()
    assert (asked.state, asked.answered_by) == ("granted", coordinator)
    assert (case.state, case.outcome) == (S.EXCEPTION, Outcome.EXCEPTION)
    with pytest.raises(IntegrityError, match="says_who_and_why"), transaction.atomic():
        EligibilityDecision.objects.update(exception_reason="")


@pytest.mark.rule("CASE-9")
def test_an_exception_is_not_taken_away_by_an_evaluation(office):
    case = file_in(S.EXCEPTION, office)

    with pytest.raises(cases.ExceptionStands):
        cases.decide_eligibility(case, version=1, by=UserFactory())


@pytest.mark.rule("SEC-16")
def test_an_exception_is_asked_for_once(office):
    by, case = UserFactory(), file_in(S.NOT_ELIGIBLE, office)
    sent = {"key": uuid4(), "reason": "Sí."}

    first, again = (exceptions.request_exception(case, **sent, by=by) for _each in range(2))

    assert first == again
    with pytest.raises(ValidationError):
        exceptions.request_exception(case, key=uuid4(), reason="Otra vez.", by=by)


@pytest.mark.rule("CASE-9")
def test_the_caseworker_of_the_file_cannot_decide_even_as_coordinator(client, office):
    coordinator = UserFactory(programme_coordinator=True)
    case = file_in(S.NOT_ELIGIBLE, office, coordinator)
    client.force_login(coordinator)
    url = reverse("beneficiaries:exception_decide", args=[case.person.public_id])

    assert client.get(url).status_code == 403
    assert client.post(url, answers_to("exception_decide grant", case)).status_code == 403


@pytest.mark.rule("CASE-9")
def test_whoever_decides_sees_what_was_asked_and_why_she_is_not_eligible(client, office):
    case = file_in(S.NOT_ELIGIBLE, office, UserFactory(caseworker=True, at=office))
    before = Case.objects.filter(pk=case.pk).values("state", "outcome", "certification_track").get()
    decided = cases.decide_eligibility(case, version=case.version, by=UserFactory())
    Case.objects.filter(pk=case.pk).update(**before)
    client.force_login(UserFactory(programme_coordinator=True))

    page = client.get(reverse("beneficiaries:exception_decide", args=[case.person.public_id]))

    assert page.context["criteria"] == cases.criteria_of(decided) != []
    assert "Por qué no es elegible" in page.content.decode()


# Open again


@pytest.mark.rule("CASE-33")
def test_a_return_opens_the_next_episode_in_the_same_file(office):
    by = UserFactory(registrar=True, at=office)
    closed = file_in(S.CLOSED, office)
    person, number = closed.person, closed.person.file_number

    case = casework.reopen_case(
        person, key=uuid4(), because=OpenReason.REMIGRATED, note="Regresó en octubre.", by=by
    )

    person.refresh_from_db()
    closed.refresh_from_db()
    assert (case.episode, case.state, case.office) == (2, S.REGISTERED, person.office)
    assert (closed.state, person.file_number) == (S.CLOSED, number)
    assert case.moves.get().reason == "Regresó en octubre."
    assert cases.caseworker_of(person) == by


@pytest.mark.rule("CASE-33")
def test_migrating_again_is_told_in_neutral_words():
    words = {
        str(CloseReason.REMIGRATED.label).lower(),
        str(OpenReason.REMIGRATED.label).lower(),
    }

    assert words == {"volvió a migrar", "regresó de otra migración"}


@pytest.mark.rule("CASE-33", "SEC-16")
def test_the_early_attention_of_the_first_episode_stays_when_another_is_decided(office):
    case = file_in(S.REGISTERED, office)
    cases.decide_eligibility(case, version=1, by=None)
    first = ServiceRecord.objects.get()
    Case.objects.update(**closed_columns())
    sent = {"key": uuid4(), "because": OpenReason.RETURNED, "note": ""}
    by = UserFactory(caseworker=True, at=office)

    again, twice = (casework.reopen_case(case.person, **sent, by=by) for _each in range(2))
    with pytest.raises(StillToBeDone, match="Necesidades y riesgo"):  # they are asked anew
        cases.decide_eligibility(again, version=1, by=by)
    ScreeningFactory(case=again)
    cases.decide_eligibility(again, version=1, by=by)

    assert again == twice
    first.refresh_from_db()
    assert first.voided_at is None
    assert ServiceRecord.objects.count() == 2


def test_who_has_no_case_is_not_reopened(client, office):
    with pytest.raises(casework.NoCase):
        casework.reopen_case(
            PersonFactory(office=office),
            key=uuid4(),
            because=OpenReason.RETURNED,
            note="",
            by=UserFactory(),
        )


# Pages


def test_the_coordinator_finds_what_waits_for_an_answer(client, office):
    coordinator = UserFactory(programme_coordinator=True)
    client.force_login(coordinator)
    closing, asking = file_in(S.CLOSING, office), file_in(S.NOT_ELIGIBLE, office)
    exceptions.request_exception(asking, key=uuid4(), reason="Sí.", by=UserFactory())

    waiting = client.get(reverse("beneficiaries:task_list")).context["waiting"]

    assert {each["person"] for each in waiting} == {closing.person, asking.person}


@pytest.mark.rule("SEC-3")
def test_a_coordinator_finds_nothing_of_another_office(client, office):
    client.force_login(UserFactory(coordinator=True, at=office))
    file_in(S.CLOSING, PersonFactory().office)

    assert client.get(reverse("beneficiaries:task_list")).context["waiting"] == []


@pytest.mark.parametrize("state", CaseState)
def test_the_page_of_a_case_says_where_it_stands(
    client, office, state, django_assert_max_num_queries
):
    caseworker = UserFactory(caseworker=True, at=office)
    client.force_login(caseworker)
    case = file_in(state, office, caseworker)
    url = reverse("beneficiaries:case_detail", args=[case.person.public_id])

    with django_assert_max_num_queries(15):
        response = client.get(url)

    assert str(CaseState(state).label) in response.content.decode()


def test_who_has_no_case_has_a_page_that_says_so(client, office):
    client.force_login(UserFactory(caseworker=True, at=office))
    person = PersonFactory(office=office)

    html = client.get(reverse("beneficiaries:case_detail", args=[person.public_id]))

    assert "Sin caso propio" in html.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_case_asks_the_same_queries(client, office, count, django_assert_num_queries):
    caseworker = UserFactory(caseworker=True, at=office)
    client.force_login(caseworker)
    case = file_in(S.REGISTERED, office, caseworker)
    for version in range(1, count + 1):
        cases.decide_eligibility(case, version=version, by=caseworker)

    with django_assert_num_queries(13):
        client.get(reverse("beneficiaries:case_detail", args=[case.person.public_id]))


@pytest.mark.rule("SEC-3", "SEC-4")
@pytest.mark.parametrize("step", ["case_detail", *sorted({each.split()[0] for each in STEPS})])
def test_the_case_of_another_office_is_as_none(client, office, step):
    client.force_login(UserFactory(caseworker=True, at=office))
    case = file_in(S.ACTIVE, PersonFactory().office)
    url = reverse(f"beneficiaries:{step}", args=[case.person.public_id])

    for response in (client.get(url), client.post(url, {"version": 1})):
        assert response.status_code in {403, 404, 405}


def test_each_form_says_at_its_field_what_is_wrong(client, office):
    caseworker = UserFactory(caseworker=True, at=office)
    client.force_login(caseworker)
    wrong = {
        "case_activate": (S.ELIGIBLE, {"plan_agreed_on": "ayer"}, "plan_agreed_on"),
        "case_hold": (S.ACTIVE, {"reason": "x", "review_on": "2031-01-01"}, "review_on"),
        "case_request_closing": (S.ACTIVE, {"close_reason": "duplicate"}, "close_reason"),
        "case_inform": (S.NOT_ELIGIBLE, {"note": ""}, "note"),
        "exception_request": (S.NOT_ELIGIBLE, {"reason": "", "key": uuid4()}, "reason"),
        "case_reopen": (S.CLOSED, {"because": "", "key": uuid4()}, "because"),
    }

    for step, (state, typed, field) in wrong.items():
        case = file_in(state, office, caseworker)
        url = reverse(f"beneficiaries:{step}", args=[case.person.public_id])
        response = client.post(url, {"version": 1, **typed})
        assert response.status_code == 422, step
        assert set(response.context["form"].errors) == {field}, step
