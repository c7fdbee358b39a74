"""«Plan y servicios»: the goals of a case, what was done for them, and the plan on paper."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import plans
from beneficiaries.actions.cases import caseworker_of, current_case
from beneficiaries.choices import ENDED_STATES, GOAL_ENDS, GoalState, TaskState
from beneficiaries.documents import plan_pdf
from beneficiaries.forms import plans as forms
from beneficiaries.models import Attention, ContactAttempt, Goal, PlanTask
from beneficiaries.models.accompaniment import with_care_of
from beneficiaries.registry import sections_of
from beneficiaries.rules.care import is_silent, plan_due_on, review_due_on
from beneficiaries.views.people import get_person, take_answers
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed

ASK = require_http_methods(["GET", "HEAD", "POST"])
LATEST = 20  # attentions and attempts that the page shows
TONES = {
    GoalState.PROPOSED: "plain",
    GoalState.AGREED: "curso",
    GoalState.IN_PROGRESS: "curso",
    GoalState.BLOCKED: "alerta",
    GoalState.ACHIEVED: "ok",
    GoalState.PARTLY: "ok",
    GoalState.NOT_ACHIEVED: "plain",
    GoalState.CANCELLED: "plain",
}


@allow(Permission.PERSON_VIEW)
@require_safe
def plan_detail(request, public_id):
    person = get_person(request, public_id)
    case = current_case(person)
    context = {
        "person": person,
        "case": case,
        "subnav": sections_of(person, request.user, here="beneficiaries:plan_detail"),
    }
    if case:
        context |= _accompaniment(case) | {"can_work": _may_work(request.user, case)}
        told = context["can_work"] or permissions.can_follow_protocol(request.user, person)
        context["in_protocol"] &= told
    record_reading(request, people=[person.pk])
    return render(request, "beneficiaries/plan_detail.html", context)


def _may_work(user, case):
    return case.state not in ENDED_STATES and permissions.can_accompany(user, case)


def _accompaniment(case):
    """The plan with its goals, what was given, how she was sought, and what is due."""
    known, today = with_care_of(case), timezone.localdate()
    plan = getattr(known, "plan", None)
    goals = list(_goals(plan)) if plan else []
    due = _due(known, plan)
    return {
        "plan": plan,
        "goals": [_goal(each, today) for each in goals],
        "to_agree": any(each.state == GoalState.PROPOSED for each in goals),
        "reviews": list(plan.reviews.select_related("recorded_by").order_by("-on", "-pk")[:5])
        if plan
        else [],
        "due_on": due,
        "overdue": due is not None and due < today,
        "silent": case.state not in ENDED_STATES and is_silent(known.last_contact_on, today),
        "last_contact_on": known.last_contact_on,
        "in_protocol": known.in_protocol,
        "attentions": list(_latest(Attention, case)),
        "attempts": list(_latest(ContactAttempt, case)),
    }


def _latest(model, case):
    rows = model.objects.filter(case=case).select_related("recorded_by")
    return rows.order_by("-on", "-pk")[:LATEST]


def _goals(plan):
    goals = plan.goals.select_related("need", "responsible", "organization")
    return goals.prefetch_related("tasks").order_by("target_on", "pk")


def _goal(goal, today):
    return {
        "goal": goal,
        "tone": TONES[GoalState(goal.state)],
        "tasks": sorted(goal.tasks.all(), key=lambda each: each.pk),
        "ended": goal.state in GOAL_ENDS,
        "late": goal.state not in GOAL_ENDS and goal.target_on < today,
    }


def _due(case, plan):
    """By when the plan is proposed, or looked at again (CASE-31)."""
    if case.state in ENDED_STATES:
        return None
    if plan is None:
        return plan_due_on(case.opened_on)
    if plan.agreed_by_person_on is None or not case.has_open_goals:
        return None
    return review_due_on(plan.agreed_by_person_on, plan.reviewed_on, plan.review_every_days)


@allow(Permission.PERSON_VIEW)
@require_safe
def plan_file(request, public_id):
    """The plan on paper, to be signed."""
    person = get_person(request, public_id)
    case = current_case(person)
    plan = getattr(with_care_of(case), "plan", None) if case else None
    if plan is None:
        raise Http404
    record_reading(request, people=[person.pk])
    content = plan_pdf(plan, list(_goals(plan)), person, caseworker_of(person))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="plan-{person.file_number}.pdf"'
    return response


def _take(request, case, form, act, *, title, lead="", done=None):
    """Take the answers of a form about a plan, and go back to it."""

    def act_with_words():
        try:
            act()
        except MoveNotAllowed as error:
            raise ValidationError(str(error)) from None

    return take_answers(
        request,
        form,
        case.person,
        act_with_words,
        title=title,
        lead=lead,
        done=done,
        then=reverse("beneficiaries:plan_detail", args=[case.person.public_id]),
    )


def get_case(request, public_id):
    """Return the newest case of a person whom they accompany; 404 where there is none."""
    case = current_case(get_person(request, public_id))
    if case is None:
        raise Http404
    require(permissions.can_accompany(request.user, case))
    return case


def _plan_of(case):
    plan = getattr(with_care_of(case), "plan", None)
    if plan is None:
        raise Http404
    return plan


@allow(Permission.CASE_WORK)
@ASK
def goal_create(request, public_id):
    case = get_case(request, public_id)
    form = forms.GoalForm(
        request.POST or None, person=case.person, initial={"responsible": request.user}
    )
    return _take(
        request,
        case,
        form,
        lambda: plans.add_goal(
            case, key=form.cleaned_data["key"], by=request.user, **form.answers()
        ),
        title=_("Propose a goal"),
        lead=_("In the words of the person: what she or he wants to reach."),
        done=_("Goal proposed. Say now what is to be done for it."),
    )


@allow(Permission.CASE_WORK)
@ASK
def goal_change(request, public_id, record_id):
    case = get_case(request, public_id)
    goal = get_object_or_404(Goal.objects.filter(plan__case=case), public_id=record_id)
    form = forms.GoalForm(request.POST or None, instance=goal, person=case.person)
    return _take(
        request,
        case,
        form,
        lambda: plans.change_goal(
            goal, version=form.cleaned_data["version"], by=request.user, **form.answers()
        ),
        title=_("Goal"),
    )


@allow(Permission.CASE_WORK)
@ASK
def goal_move(request, public_id, record_id):
    case = get_case(request, public_id)
    goal = get_object_or_404(Goal.objects.filter(plan__case=case), public_id=record_id)
    form = forms.GoalMoveForm(request.POST or None, instance=goal)
    return _take(
        request,
        case,
        form,
        lambda: plans.move_goal(
            goal,
            version=form.cleaned_data["version"],
            to=GoalState(form.cleaned_data["to"]),
            reason=form.cleaned_data["reason"],
            by=request.user,
        ),
        title=_("How the goal stands"),
        lead=goal.text,
    )


@allow(Permission.CASE_WORK)
@ASK
def plan_task_create(request, public_id, record_id):
    case = get_case(request, public_id)
    goal = get_object_or_404(Goal.objects.filter(plan__case=case), public_id=record_id)
    form = forms.PlanTaskForm(request.POST or None)
    return _take(
        request,
        case,
        form,
        lambda: plans.add_task(
            goal, key=form.cleaned_data["key"], by=request.user, **form.answers()
        ),
        title=_("What is to be done for the goal"),
        lead=goal.text,
    )


@allow(Permission.CASE_WORK)
@ASK
def plan_task_end(request, public_id, record_id):
    case = get_case(request, public_id)
    tasks = PlanTask.objects.filter(goal__plan__case=case)
    task = get_object_or_404(tasks.select_related("goal__plan__case"), public_id=record_id)
    form = forms.PlanTaskEndForm(request.POST or None, instance=task)

    def act():
        answers = form.cleaned_data | {"state": TaskState(form.cleaned_data["state"])}
        plans.end_task(task, **answers, by=request.user)

    return _take(request, case, form, act, title=_("What became of it?"), lead=str(task))


@allow(Permission.CASE_WORK)
@ASK
def plan_agree(request, public_id):
    case = get_case(request, public_id)
    plan = _plan_of(case)
    form = forms.PlanAgreeForm(request.POST or None, instance=plan)
    return _take(
        request,
        case,
        form,
        lambda: plans.agree_plan(plan, **form.cleaned_data, by=request.user),
        title=_("Agree on the plan"),
        lead=_("Read the goals aloud and print the plan to be signed; then the case is active."),
        done=_("The person agreed to the plan."),
    )


@allow(Permission.CASE_WORK)
@ASK
def plan_review(request, public_id):
    case = get_case(request, public_id)
    plan = _plan_of(case)
    form = forms.PlanReviewForm(request.POST or None, instance=plan)
    return _take(
        request,
        case,
        form,
        lambda: plans.review_plan(plan, **form.cleaned_data, by=request.user),
        title=_("Review the plan"),
        done=_("Review saved."),
    )
