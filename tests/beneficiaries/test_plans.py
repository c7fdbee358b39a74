"""The plan of a case (5.4): goals and what is done for them, the agreement, reviews, the paper."""

import io
from datetime import timedelta
from uuid import uuid4

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Activity, ReadLog
from beneficiaries import registry
from beneficiaries.actions import casework, plans
from beneficiaries.actions.care import CaseEnded
from beneficiaries.actions.moves import StillToBeDone
from beneficiaries.choices import (
    GOAL_ENDS,
    GOAL_MOVES,
    CaseState,
    GoalState,
    TaskState,
)
from beneficiaries.documents import plan_html
from beneficiaries.models import Case, Goal, Plan, PlanTask
from beneficiaries.rules.care import plan_due_on, review_due_on
from genesis.lib.states import MoveNotAllowed, StaleRecord
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AttentionFactory,
    CaseFactory,
    ContactFactory,
    GoalFactory,
    LookupFactory,
    PersonFactory,
    PlanFactory,
)

pytestmark = pytest.mark.django_db
G = GoalState


@pytest.fixture
def case(office, caseworker):
    return case_in(CaseState.ELIGIBLE, office, caseworker)


def case_in(state, office, caseworker, **more):
    person = PersonFactory(office=office, caseworker=caseworker)
    ContactFactory(person=person)
    return CaseFactory(person=person, state=state, **more)


def goal_of(case, caseworker, *services, **changes):
    """A proposed goal, with what is to be done for it."""
    answers = {
        "need": LookupFactory(list="need", code="employment", es="Empleo", en="Employment"),
        "text": "Tener un empleo estable",
        "indicator": "Contrato firmado",
        "target_on": timezone.localdate() + timedelta(days=90),
        "responsible": caseworker,
        "organization": None,
    } | changes
    goal = plans.add_goal(case, key=uuid4(), by=caseworker, **answers)
    for service in services:
        task = {"service": service, "referral_to": "", "required": True}
        plans.add_task(goal, key=uuid4(), by=caseworker, **task)
    return goal


def agreed(case, caseworker, *services):
    goal = goal_of(case, caseworker, *services or ["2a"])
    plan = plans.agree_plan(
        goal.plan, version=goal.plan.version, on=timezone.localdate(), by=caseworker
    )
    goal.refresh_from_db()
    return plan, goal


def move_on(goal, to, by, reason=""):
    return plans.move_goal(goal, version=goal.version, to=to, reason=reason, by=by)


def page_of(case, name="plan_detail", *more):
    return reverse(f"beneficiaries:{name}", args=[case.person.public_id, *more])


# Goals


@pytest.mark.parametrize("to", GoalState)
@pytest.mark.parametrize("state", GoalState)
def test_every_move_of_a_goal(case, caseworker, state, to):
    goal = goal_of(case, caseworker)
    Goal.objects.update(state=state, reason="Antes")

    if to in GOAL_MOVES[state] and to != G.AGREED:
        assert move_on(goal, to, caseworker, reason="Ahora").state == to
    else:
        with pytest.raises(MoveNotAllowed):
            move_on(goal, to, caseworker, reason="Ahora")


def test_the_ends_of_a_goal_are_ends():
    assert {each for each in GoalState if not GOAL_MOVES[each]} == set(GOAL_ENDS)


def test_a_goal_is_achieved_only_with_all_that_it_needs_done_or_waived(case, caseworker):
    _plan, goal = agreed(case, caseworker, "2a", "2e", "2c")
    coaching, placing, _extra = goal.tasks.order_by("pk")
    PlanTask.objects.filter(service="2c").update(required=False)
    goal = move_on(goal, G.IN_PROGRESS, caseworker)

    with pytest.raises(plans.NotReached, match="2a Coaching laboral; 2e"):
        move_on(goal, G.ACHIEVED, caseworker)
    done = {"on": timezone.localdate(), "by": caseworker}
    plans.end_task(coaching, version=1, state=TaskState.DONE, reason="", **done)
    with pytest.raises(plans.NotReached, match="2e"):
        move_on(goal, G.ACHIEVED, caseworker)
    with pytest.raises(ValidationError, match="por qué"):
        plans.end_task(placing, version=1, state=TaskState.WAIVED, reason="", **done)
    plans.end_task(placing, version=1, state=TaskState.WAIVED, reason="Ya tiene empleo", **done)

    assert move_on(goal, G.ACHIEVED, caseworker).state == G.ACHIEVED


def test_a_goal_is_reached_in_part_with_something_left_to_do(case, caseworker):
    _plan, goal = agreed(case, caseworker)
    goal = move_on(goal, G.IN_PROGRESS, caseworker)

    assert move_on(goal, G.PARTLY, caseworker).state == G.PARTLY


@pytest.mark.parametrize("to", [G.BLOCKED, G.NOT_ACHIEVED, G.CANCELLED])
def test_blocked_or_given_up_needs_a_reason(case, caseworker, to):
    _plan, goal = agreed(case, caseworker)
    goal = move_on(goal, G.IN_PROGRESS, caseworker)

    with pytest.raises(ValidationError, match="por qué"):
        move_on(goal, to, caseworker)
    with pytest.raises(IntegrityError), transaction.atomic():
        Goal.objects.update(state=to)
    assert move_on(goal, to, caseworker, reason="Viaja").reason == "Viaja"


def test_the_first_thing_done_begins_the_goal_and_one_waived_does_not(case, caseworker):
    _plan, goal = agreed(case, caseworker, "2a", "2e")
    first, second = goal.tasks.order_by("pk")
    ended = {"on": timezone.localdate(), "by": caseworker}

    plans.end_task(first, version=1, state=TaskState.WAIVED, reason="No quiere", **ended)
    goal.refresh_from_db()
    assert goal.state == G.AGREED
    plans.end_task(second, version=1, state=TaskState.DONE, reason="", **ended)

    goal.refresh_from_db()
    assert goal.state == G.IN_PROGRESS
    with pytest.raises(ValidationError, match="Ya se había terminado"):
        plans.end_task(second, version=2, state=TaskState.DONE, reason="", **ended)


@pytest.mark.parametrize("days", [-1, 1])
def test_nothing_was_done_before_the_case_nor_is_it_tomorrow(case, caseworker, days):
    _plan, goal = agreed(case, caseworker)
    on = case.opened_on - timedelta(1) if days < 0 else timezone.localdate() + timedelta(1)

    with pytest.raises(ValidationError, match="hasta hoy"):
        plans.end_task(
            goal.tasks.get(), version=1, state=TaskState.DONE, on=on, reason="", by=caseworker
        )


def test_a_goal_that_ended_takes_no_more(case, caseworker):
    _plan, goal = agreed(case, caseworker)
    goal = move_on(move_on(goal, G.IN_PROGRESS, caseworker), G.PARTLY, caseworker)
    task = {"service": "2b", "referral_to": "", "required": True}
    ended = {"state": TaskState.DONE, "on": timezone.localdate(), "reason": ""}

    with pytest.raises(ValidationError, match="ha terminado"):
        plans.add_task(goal, key=uuid4(), by=caseworker, **task)
    with pytest.raises(ValidationError, match="ha terminado"):
        plans.end_task(goal.tasks.get(), version=1, by=caseworker, **ended)


def test_a_goal_is_written_anew_only_until_it_is_agreed_on(case, caseworker):
    goal = goal_of(case, caseworker, "2a")
    answers = {"text": "Un empleo cerca de casa"}
    goal = plans.change_goal(goal, version=1, by=caseworker, **answers)
    with pytest.raises(StaleRecord):
        plans.change_goal(goal, version=1, by=caseworker, **answers)
    plans.agree_plan(goal.plan, version=1, on=timezone.localdate(), by=caseworker)

    with pytest.raises(ValidationError, match="otra meta"):
        plans.change_goal(goal, version=3, by=caseworker, **answers)


@pytest.mark.rule("SEC-16")
def test_the_same_form_twice_is_one_goal_and_one_task(case, caseworker):
    key, need = uuid4(), LookupFactory(list="need", code="food", es="Alimentos", en="Food")
    answers = {"need": need, "text": "Comer", "indicator": "Come", "responsible": caseworker}
    answers |= {"target_on": timezone.localdate(), "organization": None, "key": key}

    first, again = (plans.add_goal(case, by=caseworker, **answers) for _each in range(2))
    task = {"key": uuid4(), "service": "", "referral_to": "FUNDASAL", "required": True}
    one, same = (plans.add_task(first, by=caseworker, **task) for _each in range(2))

    assert (first, one) == (again, same)
    assert str(one) == "FUNDASAL"


@pytest.mark.parametrize(
    "values", [{"service": "", "referral_to": ""}, {"service": "2a", "referral_to": "FUNDASAL"}]
)
def test_what_is_to_be_done_is_a_service_or_a_referral(case, caseworker, values):
    goal = goal_of(case, caseworker)

    with pytest.raises(ValidationError, match="Elija uno"):
        plans.add_task(goal, key=uuid4(), by=caseworker, required=True, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanTask.objects.create(goal=goal, **values)


def test_somebody_or_an_organization_sees_to_a_goal(case, caseworker):
    with pytest.raises(ValidationError, match="Elija una"):
        goal_of(case, caseworker, organization=OrganizationFactory())
    with pytest.raises(ValidationError, match="Elija una"):
        goal_of(case, caseworker, responsible=None)
    assert goal_of(case, caseworker, responsible=None, organization=case.office)


# The agreement


def test_a_plan_agreed_on_makes_the_case_active(case, caseworker):
    with pytest.raises(StillToBeDone, match="plan acordado"):
        casework.activate_case(case, version=1, plan_agreed_on=timezone.localdate(), by=caseworker)

    plan, goal = agreed(case, caseworker)

    case.refresh_from_db()
    assert (case.state, case.plan_agreed_on) == (CaseState.ACTIVE, timezone.localdate())
    assert (goal.state, plan.agreed_by_person_on) == (G.AGREED, timezone.localdate())
    verbs = set(Activity.objects.values_list("verb", flat=True))
    assert {"goal.proposed", "plan.agreed", "case.activated"} <= verbs
    assert "plan.agreed" in registry.VERBS


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (CaseState.REGISTERED, CaseState.REGISTERED),
        (CaseState.PENDING, CaseState.PENDING),
        (CaseState.EXCEPTION, CaseState.ACTIVE),
        (CaseState.ELIGIBLE_PARTIAL, CaseState.ACTIVE),
        (CaseState.ACTIVE, CaseState.ACTIVE),
        (CaseState.ON_HOLD, CaseState.ON_HOLD),
        (CaseState.CLOSING, CaseState.CLOSING),
    ],
)
def test_the_agreement_moves_only_a_case_that_waits_for_it(office, caseworker, state, then):
    case = case_in(state, office, caseworker)

    agreed(case, caseworker)

    assert Case.objects.get().state == then


def test_a_later_goal_is_agreed_on_too_and_the_first_day_stays(case, caseworker):
    plan, _goal = agreed(case, caseworker)
    Plan.objects.update(agreed_by_person_on=case.opened_on)
    plan.refresh_from_db()

    again, second = agreed(case, caseworker, "2b")

    assert (again.agreed_by_person_on, second.state) == (case.opened_on, G.AGREED)


def test_a_plan_is_not_agreed_on_without_goals_nor_with_an_empty_one(case, caseworker):
    PlanFactory(case=case, agreed_by_person_on=None)
    today = timezone.localdate()
    with pytest.raises(ValidationError, match="ninguna meta"):
        plans.agree_plan(Plan.objects.get(), version=1, on=today, by=caseworker)
    goal = goal_of(case, caseworker)

    with pytest.raises(ValidationError, match="Tener un empleo estable"):
        plans.agree_plan(Plan.objects.get(), version=1, on=today, by=caseworker)
    move_on(goal, G.CANCELLED, caseworker, reason="No quiere")
    with pytest.raises(ValidationError, match="ninguna meta"):
        plans.agree_plan(Plan.objects.get(), version=1, on=today, by=caseworker)


@pytest.mark.rule("SEC-15")
def test_an_old_page_agrees_on_nothing(case, caseworker):
    goal = goal_of(case, caseworker, "2a")
    Plan.objects.update(version=4)

    with pytest.raises(StaleRecord):
        plans.agree_plan(goal.plan, version=1, on=timezone.localdate(), by=caseworker)

    assert Goal.objects.get().state == G.PROPOSED


def test_nothing_of_a_plan_changes_in_a_case_that_has_ended(office, caseworker):
    case = case_in(CaseState.ACTIVE, office, caseworker)
    plan, goal = agreed(case, caseworker)
    ended = case_in(CaseState.CLOSED, office, None)
    Plan.objects.update(case=ended)
    plan.refresh_from_db()
    goal = Goal.objects.get()
    today = timezone.localdate()

    for act in [
        lambda: goal_of(ended, caseworker),
        lambda: plans.change_goal(goal, version=2, by=caseworker, text="x"),
        lambda: move_on(goal, G.IN_PROGRESS, caseworker),
        lambda: plans.add_task(goal, key=uuid4(), by=caseworker, service="2b"),
        lambda: plans.end_task(
            goal.tasks.get(),
            version=1,
            state=TaskState.DONE,
            on=today,
            reason="",
            by=caseworker,
        ),
        lambda: plans.agree_plan(plan, version=plan.version, on=today, by=caseworker),
        lambda: plans.review_plan(
            plan, version=plan.version, on=today, note="Va bien", by=caseworker
        ),
    ]:
        with pytest.raises(CaseEnded):
            act()


# Reviews, and what is due


@pytest.mark.rule("CASE-31")
def test_a_plan_is_due_thirty_days_after_registration_and_reviewed_every_thirty(case):
    day = case.opened_on

    assert plan_due_on(day) == day + timedelta(days=30)
    assert review_due_on(day, None, 30) == day + timedelta(days=30)
    assert review_due_on(day, day + timedelta(days=9), 30) == day + timedelta(days=39)
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(case=case, review_every_days=31)


@pytest.mark.rule("CASE-31")
def test_a_review_puts_off_the_next(case, caseworker):
    plan, _goal = agreed(case, caseworker)
    Plan.objects.update(agreed_by_person_on=timezone.localdate() - timedelta(days=40))
    plan.refresh_from_db()
    today = timezone.localdate()

    plans.review_plan(plan, version=plan.version, on=today, note="Va bien", by=caseworker)

    plan.refresh_from_db()
    assert plan.reviewed_on == today
    plans.review_plan(
        plan, version=plan.version, on=today - timedelta(9), note="Antes", by=caseworker
    )
    plan.refresh_from_db()
    assert plan.reviewed_on == today
    for day in (today - timedelta(days=41), today + timedelta(days=1)):
        with pytest.raises(ValidationError):
            plans.review_plan(plan, version=plan.version, on=day, note="x", by=caseworker)


def test_a_plan_that_nobody_agreed_to_is_not_reviewed(case, caseworker):
    goal = goal_of(case, caseworker, "2a")

    with pytest.raises(ValidationError, match="no ha acordado"):
        plans.review_plan(goal.plan, version=1, on=timezone.localdate(), note="x", by=caseworker)


def step_of(case, caseworker, client):
    shown = client.get(page_of(case, "person_detail")).context
    return next(each for each in shown["steps"] if each.title == "Plan")


@pytest.mark.rule("CASE-31")
def test_the_itinerary_says_what_the_plan_waits_for(client, office, caseworker):
    today = timezone.localdate()
    case = case_in(CaseState.ELIGIBLE, office, caseworker, opened_on=today - timedelta(days=10))
    assert step_of(case, caseworker, client).next_step == "Proponga un plan."
    Case.objects.update(opened_on=today - timedelta(days=31))
    assert step_of(case, caseworker, client).state == "Atrasado"

    plan, _goal = agreed(case, caseworker)
    assert step_of(case, caseworker, client).state == "Acordado"
    Plan.objects.update(agreed_by_person_on=today - timedelta(days=31))
    overdue = step_of(case, caseworker, client)
    assert (overdue.state, overdue.next_step) == ("Atrasado", "Revise el plan con la persona.")

    plan.refresh_from_db()
    plans.review_plan(plan, version=plan.version, on=today, note="Va bien", by=caseworker)
    tomorrow = today + timedelta(days=1)
    AttentionFactory(case=case, on=today, next_step="Llevar su hoja de vida", next_step_on=tomorrow)
    assert step_of(case, caseworker, client).next_step.startswith("Llevar su hoja de vida · ")
    goal_of(case, caseworker, "2b")
    assert step_of(case, caseworker, client).state == "Por acordar"


@pytest.mark.rule("CASE-31")
def test_the_page_of_the_plan_says_what_is_due(client, office, caseworker):
    today = timezone.localdate()
    case = case_in(CaseState.ELIGIBLE, office, caseworker, opened_on=today - timedelta(days=31))
    late = client.get(page_of(case)).context
    assert (late["due_on"], late["overdue"]) == (today - timedelta(days=1), True)

    _plan, goal = agreed(case, caseworker)
    shown = client.get(page_of(case)).context
    assert (shown["due_on"], shown["overdue"]) == (today + timedelta(days=30), False)
    move_on(move_on(goal, G.IN_PROGRESS, caseworker), G.PARTLY, caseworker)
    assert client.get(page_of(case)).context["due_on"] is None


# Pages


def test_a_plan_is_made_agreed_on_and_finished_on_pages(client, case, caseworker, office):
    need = LookupFactory(list="need", code="employment", es="Empleo", en="Employment")
    assert client.get(page_of(case)).status_code == 200
    assert client.get(page_of(case, "goal_create")).status_code == 200
    typed = {
        "need": need.pk,
        "text": "Poner un taller",
        "indicator": "Taller abierto",
        "target_on": "2027-03-01",
        "responsible": caseworker.pk,
        "organization": "",
    }
    client.post(page_of(case, "goal_create"), typed | {"key": str(uuid4())})
    goal = Goal.objects.get()
    changing = page_of(case, "goal_change", goal.public_id)
    assert client.get(changing).status_code == 200
    client.post(changing, typed | {"version": 1, "text": "Poner su taller"})
    adding = page_of(case, "plan_task_create", goal.public_id)
    assert client.get(adding).status_code == 200
    task = {"service": "3a", "referral_to": "", "required": "on"}
    client.post(adding, task | {"key": str(uuid4())})
    assert client.get(page_of(case, "plan_agree")).status_code == 200
    client.post(page_of(case, "plan_agree"), {"version": 1, "on": timezone.localdate().isoformat()})
    ending = page_of(case, "plan_task_end", goal.tasks.get().public_id)
    assert client.get(ending).status_code == 200
    client.post(
        ending,
        {"version": 1, "state": "done", "on": timezone.localdate().isoformat(), "reason": ""},
    )
    goal.refresh_from_db()
    moving = page_of(case, "goal_move", goal.public_id)
    assert client.get(moving).status_code == 200
    client.post(moving, {"version": goal.version, "to": "achieved", "reason": ""})
    review = page_of(case, "plan_review")
    assert client.get(review).status_code == 200
    plan = Plan.objects.get()
    client.post(
        review,
        {"version": plan.version, "on": timezone.localdate().isoformat(), "note": "Lo logró."},
    )

    goal.refresh_from_db()
    case.refresh_from_db()
    assert (goal.text, goal.state, case.state) == ("Poner su taller", G.ACHIEVED, "active")
    page = client.get(page_of(case)).content.decode()
    assert "Poner su taller" in page
    assert "Lo logró." in page


@pytest.mark.parametrize(
    ("name", "typed", "fields"),
    [
        ("goal_create", {"text": "", "target_on": "pronto"}, {"text", "target_on", "indicator"}),
        ("plan_task_create", {"service": "2a", "referral_to": "Cruz Roja"}, {"service"}),
        ("plan_task_create", {"service": "9z", "referral_to": ""}, {"service"}),
        ("goal_move", {"to": "achieved", "reason": ""}, {"to"}),
        ("plan_task_end", {"state": "waived", "on": "2026-11-20", "reason": ""}, {"reason"}),
        ("plan_agree", {"on": "2031-01-01"}, {"on"}),
        ("plan_agree", {"on": "2001-01-01"}, {"on"}),
        ("plan_review", {"on": "2026-11-20", "note": ""}, {"note"}),
    ],
)
def test_each_fault_is_told_at_its_field(client, case, name, typed, fields):
    goal = goal_of(case, case.person.assignments.get().user, "2a")
    ids = {
        "goal_move": goal.public_id,
        "plan_task_create": goal.public_id,
        "plan_task_end": goal.tasks.get().public_id,
    }

    page = page_of(case, name, *[ids[name]] if name in ids else [])
    response = client.post(page, {"version": 1, "key": str(uuid4())} | typed)

    assert response.status_code == 422
    assert fields <= set(response.context["form"].errors)


def test_what_lacks_is_told_above_the_form(client, case, caseworker):
    goal = goal_of(case, caseworker)
    Goal.objects.update(state=G.IN_PROGRESS)
    task = {"service": "2a", "referral_to": "", "required": True}
    plans.add_task(goal, key=uuid4(), by=caseworker, **task)

    response = client.post(
        page_of(case, "goal_move", goal.public_id),
        {"version": 1, "to": "achieved", "reason": ""},
    )

    assert response.status_code == 422
    assert "Para esta meta todavía falta: 2a" in response.content.decode()


@pytest.mark.rule("SEC-3", "SEC-4")
def test_colleagues_read_a_plan_and_do_not_write_it_and_others_find_nothing(client, case, office):
    goal = goal_of(case, case.person.assignments.get().user, "2a")
    writing = {
        "goal_create": [],
        "plan_agree": [],
        "plan_review": [],
        "goal_change": [goal.public_id],
        "goal_move": [goal.public_id],
        "plan_task_create": [goal.public_id],
        "plan_task_end": [goal.tasks.get().public_id],
    }
    for at, reading, refused in [(office, 200, 403), (OrganizationFactory(), 404, 404)]:
        client.cookies.clear()
        client.force_login(UserFactory(caseworker=True, at=at))
        assert client.get(page_of(case)).status_code == reading
        for name, more in writing.items():
            assert client.get(page_of(case, name, *more)).status_code == refused, name


def test_goals_of_somebody_else_are_not_reached_through_an_own_case(client, case, caseworker):
    other = case_in(CaseState.ELIGIBLE, case.office, UserFactory(caseworker=True, at=case.office))
    goal = goal_of(other, caseworker, "2a")

    for name in ("goal_change", "goal_move", "plan_task_create"):
        assert client.get(page_of(case, name, goal.public_id)).status_code == 404
    task = goal.tasks.get().public_id
    assert client.get(page_of(case, "plan_task_end", task)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_queries(client, case, caseworker, count, django_assert_num_queries):
    for _each in range(count):
        agreed(case, caseworker, "2a", "2b")
        AttentionFactory(case=case)

    with django_assert_num_queries(13):
        client.get(page_of(case))


def test_who_has_no_case_has_no_plan(client, office, caseworker):
    person = PersonFactory(office=office, caseworker=caseworker)
    pages = [
        reverse(f"beneficiaries:{name}", args=[person.public_id])
        for name in ("plan_detail", "goal_create", "plan_agree", "plan_file")
    ]

    assert [client.get(each).status_code for each in pages] == [200, 404, 404, 404]


# On paper


def test_the_plan_is_printed_to_be_signed(client, case, caseworker):
    goal_of(case, caseworker, "2a", text="Terminar noveno grado")

    response = client.get(page_of(case, "plan_file"))

    assert response["Content-Type"] == "application/pdf"
    name = f"plan-{case.person.file_number}.pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        assert len(pdf.pages) == 1
        assert pdf.docinfo["/Title"] == f"Mi plan {case.person.file_number}"
    assert ReadLog.objects.get().persons == [case.person_id]


def test_the_paper_says_what_was_agreed_and_where_to_sign(case, caseworker):
    goal = goal_of(case, caseworker, "2a", text="Terminar noveno grado")
    GoalFactory(plan=goal.plan, state=G.CANCELLED, reason="No", text="Vender pupusas")

    page = plan_html(goal.plan, list(goal.plan.goals.all()), case.person, caseworker)

    said = [case.person.display_name, case.person.file_number, str(caseworker)]
    said += ["Terminar noveno grado", "2a Coaching laboral", "Contrato firmado", "Firma o huella"]
    assert [each for each in said if each not in page] == []
    assert f"Para el {date_format(goal.target_on, 'DATE_FORMAT')}" in page
    assert "Vender pupusas" not in page
