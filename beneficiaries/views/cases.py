"""Eligibility, whose case it is, consents, and the tasks that rules leave to coordination."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import OtherContent, record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import cases
from beneficiaries.actions.consents import grant_consent, withdraw_consent
from beneficiaries.actions.duplicates import close_task
from beneficiaries.forms.cases import ConsentForm, HandOverForm, TaskForm, WithdrawForm
from beneficiaries.models import Task
from beneficiaries.views.people import get_person
from genesis.lib.forms import add_errors, shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.PERSON_CHANGE)
@require_POST
def eligibility_decide(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_change(request.user, person))
    case = get_object_or_404(person.cases, closed_on=None)
    try:
        decision = cases.decide_eligibility(case, version=shown_version(request), by=request.user)
    except StaleRecord as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Eligibility: {answer}").format(answer=decision))
    return redirect(person)


@allow(Permission.CASE_ASSIGN)
@ASK
def case_hand_over(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_assign(request.user, person))
    form, status = HandOverForm(request.POST or None, instance=person), 422
    if form.is_valid():
        try:
            cases.hand_over(person, **form.cleaned_data, by=request.user)
        except StaleRecord as error:
            add_errors(form, error)
            status = 409
        else:
            messages.success(request, _("Case assigned."))
            return redirect(person)
    record_reading(request, people=[person.pk])
    return render_form(
        request,
        "beneficiaries/record_form.html",
        form,
        status=status,
        person=person,
        title=_("Assign the case"),
    )


@allow(Permission.PERSON_CHANGE)
@ASK
def consent_create(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_change(request.user, person))
    form = ConsentForm(request.POST or None, person=person)
    if form.is_valid():
        try:
            grant_consent(person, **form.cleaned_data, by=request.user)
        except (ValidationError, OtherContent) as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Consent recorded."))
            return redirect(person)
    record_reading(request, people=[person.pk])
    return render_form(
        request,
        "beneficiaries/record_form.html",
        form,
        person=person,
        title=_("Record a consent"),
    )


@allow(Permission.PERSON_CHANGE)
@ASK
def consent_withdraw(request, public_id, consent_id):
    person = get_person(request, public_id)
    require(permissions.can_change(request.user, person))
    consent = get_object_or_404(person.consents.in_force(), public_id=consent_id)
    require(consent.can_be_withdrawn)
    form, status = WithdrawForm(request.POST or None, instance=consent), 422
    if form.is_valid():
        try:
            withdraw_consent(consent, **form.cleaned_data, by=request.user)
        except StaleRecord as error:
            add_errors(form, error)
            status = 409
        else:
            messages.success(request, _("Consent withdrawn: it counts no more from now on."))
            return redirect(person)
    record_reading(request, people=[person.pk])
    return render_form(
        request,
        "beneficiaries/record_form.html",
        form,
        status=status,
        person=person,
        title=_("Withdraw: {purpose}").format(purpose=consent.get_purpose_display()),
        lead=_("From now on nothing is done for this purpose; what was done stays on record."),
    )


@allow(Permission.DUPLICATE_RESOLVE)
@require_safe
def task_list(request):
    tasks = Task.objects.visible_to(request.user).open()
    tasks = tasks.select_related("person", "office", "raised_for", "raised_by")
    page = paginate(request, tasks, orders=["due_on"])
    record_reading(request, people=[each.person_id for each in page.rows])
    return render_page(
        request, "beneficiaries/task_list.html", {"page": page}, partials=["results"]
    )


@allow(Permission.DUPLICATE_RESOLVE)
@ASK
def task_close(request, public_id):
    tasks = Task.objects.visible_to(request.user).open().select_related("person")
    task = get_object_or_404(tasks, public_id=public_id)
    form, status = TaskForm(request.POST or None, instance=task), 422
    if form.is_valid():
        try:
            close_task(task, **form.cleaned_data, by=request.user)
        except StaleRecord as error:
            add_errors(form, error)
            status = 409
        else:
            messages.success(request, _("Task done."))
            return redirect("beneficiaries:task_list")
    record_reading(request, people=[task.person_id])
    return render_form(
        request,
        "beneficiaries/record_form.html",
        form,
        status=status,
        person=task.person,
        title=_("What was done?"),
    )
