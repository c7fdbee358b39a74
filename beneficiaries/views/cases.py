"""Eligibility, whose case it is, and the tasks that rules leave to coordination."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import cases
from beneficiaries.actions.duplicates import close_task
from beneficiaries.contributions.today import waiting_for
from beneficiaries.forms.cases import HandOverForm, TaskForm
from beneficiaries.models import Task
from beneficiaries.views.people import get_person, take_answers
from genesis.lib.forms import shown_version
from genesis.lib.pages import paginate, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.PERSON_CHANGE)
@require_POST
def eligibility_decide(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_change(request.user, person))
    case = cases.current_case(person)
    if case is None:
        raise Http404
    try:
        decision = cases.decide_eligibility(case, version=shown_version(request), by=request.user)
    except (StaleRecord, MoveNotAllowed) as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Eligibility: {answer}").format(answer=decision))
    return redirect(person)


@allow(Permission.CASE_ASSIGN)
@ASK
def case_hand_over(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_assign(request.user, person))
    form = HandOverForm(request.POST or None, instance=person)
    return take_answers(
        request,
        form,
        person,
        lambda: cases.hand_over(person, **form.cleaned_data, by=request.user),
        title=_("Assign the case"),
        done=_("Case assigned."),
    )


@allow(Permission.DUPLICATE_RESOLVE)
@require_safe
def task_list(request):
    tasks = Task.objects.visible_to(request.user).open()
    tasks = tasks.select_related("person", "office", "raised_for", "raised_by", "request")
    page = paginate(request, tasks, orders=["due_on"])
    waiting = waiting_for(request.user)
    seen = [each["person"].pk for each in waiting] + [each.person_id for each in page.rows]
    record_reading(request, people=seen)
    context = {"page": page, "waiting": waiting, "today": timezone.localdate()}
    return render_page(request, "beneficiaries/task_list.html", context, partials=["results"])


@allow(Permission.DUPLICATE_RESOLVE)
@ASK
def task_close(request, public_id):
    tasks = Task.objects.visible_to(request.user).open().select_related("person")
    task = get_object_or_404(tasks, public_id=public_id)
    form = TaskForm(request.POST or None, instance=task)
    return take_answers(
        request,
        form,
        task.person,
        lambda: close_task(task, **form.cleaned_data, by=request.user),
        title=_("What was done?"),
        done=_("Task done."),
        then="beneficiaries:task_list",
    )
