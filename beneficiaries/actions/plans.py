"""The plan of a case: goals and their parts, the agreement with the person, and the reviews."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.care import check_day, check_open
from beneficiaries.actions.casework import activate_case
from beneficiaries.actions.moves import what_is_open
from beneficiaries.choices import (
    GOAL_ENDS,
    CaseState,
    GoalState,
    TaskState,
)
from beneficiaries.models import Case, Goal, Plan, PlanReview, PlanTask
from beneficiaries.registry import ACTIVATION
from genesis.lib.states import MoveNotAllowed, StaleRecord, change, lock, move

# A goal is written anew only until the person has agreed to it.
WRITTEN_IN = {GoalState.PROPOSED}
WITH_A_REASON = {GoalState.BLOCKED, GoalState.NOT_ACHIEVED, GoalState.CANCELLED}


class NotReached(ValidationError):
    """A goal is achieved only with all that it needs done, or not needed any more."""

    def __init__(self, tasks: list[PlanTask]) -> None:
        named = "; ".join(str(each) for each in tasks)
        super().__init__(_("Still to be done for this goal: {things}.").format(things=named))


@transaction.atomic
def add_goal(case: Case, *, key: UUID, by: User, **answers: Any) -> Goal:
    """Propose a goal; the first one begins the plan. Raises OtherContent, CaseEnded."""
    sent = claim(key, by=by, content=[case.pk, answers])
    if sent.result:
        return Goal.objects.get(pk=sent.result)
    case = lock(case)
    check_open(case)
    plan, _new = Plan.objects.get_or_create(case=case)
    goal = Goal(plan=plan, state_by=by, **answers)
    goal.full_clean()
    goal.save()
    settle(sent, goal)
    record_activity("goal.proposed", goal, by=by)
    return goal


@transaction.atomic
def change_goal(goal: Goal, *, version: int, by: User, **answers: Any) -> Goal:
    """Write a goal anew that the person has not agreed to yet. Raises StaleRecord."""
    check_open(goal.plan.case)
    goal = lock(goal)
    if goal.version != version:
        raise StaleRecord(goal)
    if goal.state not in WRITTEN_IN:
        raise ValidationError(_("The person agreed to it: propose another goal instead."))
    for name, value in answers.items():
        setattr(goal, name, value)
    goal.full_clean()
    goal = lock(goal)
    changes = change(goal, version=version, **answers)
    if changes:
        record_activity("goal.changed", goal, by=by, changes=changes)
    return goal


@transaction.atomic
def add_task(goal: Goal, *, key: UUID, by: User, **answers: Any) -> PlanTask:
    """Say what is to be done for a goal that is still open. Raises OtherContent."""
    sent = claim(key, by=by, content=[goal.pk, answers])
    if sent.result:
        return PlanTask.objects.get(pk=sent.result)
    check_open(goal.plan.case)
    goal = lock(goal)
    _check_goes_on(goal)
    task = PlanTask(goal=goal, **answers)
    task.full_clean()
    task.save()
    settle(sent, task)
    record_activity("plantask.added", task, by=by, service=task.service)
    return task


@transaction.atomic
def end_task(
    task: PlanTask, *, version: int, state: TaskState, on: date, reason: str, by: User
) -> PlanTask:
    """Say that a part of the plan was done on a day, or is not needed any more, and why.

    With the first part that is done, a goal that was agreed on is in progress.
    """
    goal = lock(task.goal)  # so that nobody ends the goal meanwhile
    check_open(goal.plan.case)
    _check_goes_on(goal)
    task = lock(task)
    if task.state != TaskState.TO_DO:
        raise ValidationError(_("It was ended before."))
    if state == TaskState.WAIVED and not reason:
        raise ValidationError({"reason": _("Say why it is not needed any more.")})
    check_day(goal.plan.case, on)
    changes = change(task, version=version, state=state, ended_on=on, ended_by=by, reason=reason)
    record_activity("plantask.ended", task, by=by, changes=changes)
    if goal.state == GoalState.AGREED and state == TaskState.DONE:
        _move(goal, GoalState.IN_PROGRESS, version=goal.version, reason="", by=by)
    return task


def _check_goes_on(goal: Goal) -> None:
    if goal.state in GOAL_ENDS:
        raise ValidationError(_("The goal has ended."))


@transaction.atomic
def move_goal(goal: Goal, *, version: int, to: GoalState, reason: str, by: User) -> Goal:
    """Take a goal a step on. Raises MoveNotAllowed, StaleRecord, and NotReached.

    A goal is agreed on only with the plan (`agree_plan`).
    """
    check_open(goal.plan.case)
    goal = lock(goal)
    if to == GoalState.AGREED:
        raise MoveNotAllowed(goal, to)
    if to in WITH_A_REASON and not reason:
        raise ValidationError({"reason": _("Say why.")})
    if to == GoalState.ACHIEVED:
        open_tasks = list(goal.tasks.filter(required=True, state=TaskState.TO_DO))
        if open_tasks:
            raise NotReached(open_tasks)
    return _move(goal, to, version=version, reason=reason, by=by)


def _move(goal: Goal, to: GoalState, *, version: int, reason: str, by: User) -> Goal:
    said = {"state_since": timezone.now(), "state_by": by, "reason": reason}
    changes = move(goal, to, version=version, **said)
    record_activity("goal.moved", goal, by=by, changes=changes)
    return goal


@transaction.atomic
def agree_plan(plan: Plan, *, version: int, on: date, by: User) -> Plan:
    """Keep that the person agreed to the plan on a day: its goals, and the case with it, go on.

    A case that is eligible becomes active (5.1); later goals are agreed on in
    the same way. Raises StaleRecord, and ValidationError for a goal without parts.
    """
    case = lock(plan.case)
    check_open(case)
    check_day(case, on)
    plan = lock(plan)
    proposed = list(plan.goals.filter(state=GoalState.PROPOSED).prefetch_related("tasks"))
    if not proposed:
        raise ValidationError(_("There is no proposed goal to agree on."))
    empty = [str(each) for each in proposed if not each.tasks.all()]
    if empty:
        text = _("Say first what is to be done for: {goals}.")
        raise ValidationError(text.format(goals="; ".join(empty)))
    agreed = {"agreed_by_person_on": plan.agreed_by_person_on or on}
    changes = change(plan, version=version, **agreed)
    for goal in proposed:
        moved = {"state_since": timezone.now(), "state_by": by}
        move(lock(goal), GoalState.AGREED, version=goal.version, **moved)
    record_activity("plan.agreed", plan, by=by, changes=changes)
    _begin(case, on, by)
    return plan


def _begin(case: Case, on: date, by: User) -> None:
    """Let the case be active, where it may be and nothing else is open before that."""
    if case.state in {CaseState.ON_HOLD, CaseState.CLOSING}:
        return
    if CaseState.ACTIVE in case.MOVES[CaseState(case.state)] and not what_is_open(case, ACTIVATION):
        activate_case(case, version=case.version, plan_agreed_on=on, by=by)


@transaction.atomic
def review_plan(plan: Plan, *, version: int, on: date, note: str, by: User) -> PlanReview:
    """Keep that the plan was looked at with the person. Raises StaleRecord."""
    check_open(plan.case)
    plan = lock(plan)
    if plan.agreed_by_person_on is None:
        raise ValidationError(_("The person has not agreed to the plan yet."))
    if not plan.agreed_by_person_on <= on <= timezone.localdate():
        raise ValidationError({"on": _("From the day of the agreement until today.")})
    latest = max(on, plan.reviewed_on or on)
    change(plan, version=version, reviewed_on=latest)
    review = PlanReview.objects.create(plan=plan, on=on, note=note, recorded_by=by)
    record_activity("plan.reviewed", review, by=by)
    return review
