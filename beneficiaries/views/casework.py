"""The page of a case, and one page for each step that somebody takes with it."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import casework, exceptions
from beneficiaries.actions.cases import caseworker_of, criteria_of, current_case, latest_decision
from beneficiaries.actions.moves import check_move, what_is_open
from beneficiaries.choices import ENDED_STATES, CaseState
from beneficiaries.contributions.person import CASE_TONES, inputs_shown, steps_of_case
from beneficiaries.forms import casework as forms
from beneficiaries.models import Case
from beneficiaries.registry import BLOCKERS, sections_of
from beneficiaries.views.people import REFUSALS, get_person
from genesis.lib.forms import add_errors
from genesis.lib.pages import render_form
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
LATEST = 30  # steps that the page shows


def get_case(request, public_id):
    """Return the newest case of a person, or 404 where there is none for this user to see."""
    case = current_case(get_person(request, public_id))
    if case is None:
        raise Http404
    return case


def url_of(case):
    return reverse("beneficiaries:case_detail", args=[case.person.public_id])


@allow(Permission.PERSON_VIEW)
@require_safe
def case_detail(request, public_id):
    person = get_person(request, public_id)
    case = current_case(person)
    record_reading(request, people=[person.pk])
    around = {
        "person": person,
        "subnav": sections_of(person, request.user, here="beneficiaries:case_detail"),
    }
    if case is None:
        return render(request, "beneficiaries/case_detail.html", around)
    closing = case.state == CaseState.CLOSING
    decisions = case.decisions.select_related("rule_set", "decided_by")
    context = {
        "case": case,
        "tone": CASE_TONES[CaseState(case.state)],
        "caseworker": caseworker_of(person),
        "steps": steps_of_case(case, request.user),
        "todo": [] if case.state in ENDED_STATES else _to_do(case, request.user),
        "closing": closing,
        "asked": exceptions.waiting_request(case) if case.state == CaseState.NOT_ELIGIBLE else None,
        "moves": _moves(case),
        "earlier": _earlier(case),
        "decisions": [
            {"decision": each, "inputs": inputs_shown(each.inputs)}
            for each in decisions.order_by("-decided_at", "-pk")[:5]
        ],
    }
    return render(request, "beneficiaries/case_detail.html", around | context)


def _earlier(case):
    """The episodes before this one; the first has none, and nothing is asked for it."""
    cases = Case.objects.filter(person=case.person_id, episode__lt=case.episode)
    return cases.order_by("-episode") if case.episode > 1 else []


def _to_do(case, user):
    """What hinders the closing, with a way only to pages that this user may open."""
    return [
        each if each.permission is None or user.may(each.permission) else replace(each, url="")
        for each in what_is_open(case, BLOCKERS)
    ]


def _moves(case):
    latest = case.moves.select_related("by").order_by("-pk")[:LATEST]
    return [
        {"title": each.get_to_state_display(), "by": each.by, "at": each.at, "text": each.reason}
        for each in latest
    ]


def _ask(request, form, case, to, act, *, done, title, lead="", **context):
    """Show the form of a step towards `to`; when it is filled in, act and go back to the case.

    A step that the state does not allow is refused at once, with what is possible.
    """
    status = 422
    try:
        check_move(case, to)
        if form.is_valid():
            act()
            messages.success(request, done() if callable(done) else done)
            return redirect(url_of(case))
    except MoveNotAllowed as error:
        messages.error(request, str(error))
        return redirect(url_of(case))
    except REFUSALS as error:
        add_errors(form, error)
        status = 409 if isinstance(error, StaleRecord) else 422
    record_reading(request, people=[case.person_id])
    context |= {"person": case.person, "case": case, "title": title, "lead": lead}
    context["cancel_url"] = url_of(case)
    return render_form(request, "beneficiaries/case_step.html", form, status=status, **context)


@allow(Permission.PERSON_CHANGE)
@ASK
def case_screen(request, public_id):
    case = get_case(request, public_id)
    require(permissions.can_change(request.user, case.person))
    form = forms.ScreenForm(request.POST or None, instance=case)
    return _ask(
        request,
        form,
        case,
        CaseState.SCREENED,
        lambda: casework.screen_case(case, **form.cleaned_data, by=request.user),
        title=_("Screening"),
        lead=_("Needs and risk are known: the eligibility can be evaluated."),
        done=_("Screening done."),
    )


@allow(Permission.CASE_WORK)
@ASK
def case_activate(request, public_id):
    case = get_case(request, public_id)
    require(permissions.can_accompany(request.user, case))
    form = forms.ActivateForm(request.POST or None, instance=case)
    return _ask(
        request,
        form,
        case,
        CaseState.ACTIVE,
        lambda: casework.activate_case(case, **form.cleaned_data, by=request.user),
        title=_("Begin to accompany"),
        lead=_("From the day on which the person agreed to her or his plan, the case is active."),
        done=_("The case is active."),
    )


@allow(Permission.CASE_WORK)
@ASK
def case_hold(request, public_id):
    case = get_case(request, public_id)
    require(permissions.can_accompany(request.user, case))
    form = forms.HoldForm(request.POST or None, instance=case)
    return _ask(
        request,
        form,
        case,
        CaseState.ON_HOLD,
        lambda: casework.hold_case(case, **form.cleaned_data, by=request.user),
        title=_("Put the case on hold"),
        done=_("The case is on hold."),
    )


@allow(Permission.CASE_WORK)
@ASK
def case_resume(request, public_id):
    case = get_case(request, public_id)
    require(permissions.can_accompany(request.user, case))
    form = forms.ResumeForm(request.POST or None, instance=case)
    return _ask(
        request,
        form,
        case,
        CaseState.ACTIVE,
        lambda: casework.resume_case(case, **form.cleaned_data, by=request.user),
        title=_("Go on with the case"),
        done=_("The case is active again."),
    )


@allow(Permission.CASE_WORK)
@ASK
def case_request_closing(request, public_id):
    case = get_case(request, public_id)
    require(permissions.can_accompany(request.user, case))
    form = forms.ClosingForm(request.POST or None, instance=case)
    return _ask(
        request,
        form,
        case,
        CaseState.CLOSING,
        lambda: casework.request_closing(case, **form.cleaned_data, by=request.user),
        title=_("Ask for the closing"),
        lead=_("Coordination approves it. You can ask now and finish what is open meanwhile."),
        done=_("Coordination was asked to close the case."),
        todo=_to_do(case, request.user),
    )


@allow(Permission.CASE_APPROVE)
@ASK
def case_approve(request, public_id):
    case = get_case(request, public_id)
    require(permissions.can_approve_closing(request.user, case))
    form = forms.ApprovalForm(request.POST or None, instance=case)

    def act():
        answers = {name: form.cleaned_data[name] for name in ("version", "note")}
        close = form.cleaned_data["answer"] == "close"
        (casework.approve_closing if close else casework.return_closing)(
            case, **answers, by=request.user
        )

    return _ask(
        request,
        form,
        case,
        CaseState.CLOSED,
        act,
        title=_("Approve the closing"),
        lead=_("Reason: {reason}").format(reason=case.get_close_reason_display()),
        done=lambda: (
            _("Case closed.")
            if form.cleaned_data["answer"] == "close"
            else _("Given back to the caseworker.")
        ),
        todo=_to_do(case, request.user),
        last_move=case.moves.select_related("by").order_by("-pk").first(),
    )


@allow(Permission.CASE_WORK)
@ASK
def case_inform(request, public_id):
    case = get_case(request, public_id)
    require(permissions.can_accompany(request.user, case))
    form = forms.InformForm(request.POST or None, instance=case)
    return _ask(
        request,
        form,
        case,
        CaseState.CLOSED,
        lambda: casework.inform_and_close(case, **form.cleaned_data, by=request.user),
        title=_("Inform and close"),
        lead=_("The person is not eligible. She or he leaves with information and a way on."),
        done=_("Case closed."),
    )


@allow(Permission.PERSON_REGISTER)
@ASK
def case_reopen(request, public_id):
    case = get_case(request, public_id)
    require(permissions.can_reopen(request.user, case.person))
    form, status = forms.ReopenForm(request.POST or None), 422
    ended = case.state in ENDED_STATES
    if form.is_valid():
        try:
            casework.reopen_case(case.person, **form.cleaned_data, by=request.user)
        except REFUSALS as error:
            add_errors(form, error)
        else:
            messages.success(request, _("A new case is open, under the same file number."))
            return redirect(url_of(case))
    elif not ended and not form.is_bound:
        messages.error(request, casework.NotClosed(case).message)
        return redirect(url_of(case))
    record_reading(request, people=[case.person_id])
    context = {"person": case.person, "case": case, "cancel_url": url_of(case)}
    context["title"] = _("Open a new case")
    context["lead"] = _("The file and its number stay; a new episode begins today.")
    return render_form(request, "beneficiaries/case_step.html", form, status=status, **context)


@allow(Permission.CASE_WORK)
@ASK
def exception_request(request, public_id):
    case = get_case(request, public_id)
    require(permissions.can_accompany(request.user, case))
    form = forms.ExceptionAskForm(request.POST or None)
    return _ask(
        request,
        form,
        case,
        CaseState.EXCEPTION,
        lambda: exceptions.request_exception(case, **form.cleaned_data, by=request.user),
        title=_("Ask for an exception"),
        lead=_("The programme’s coordination decides; whoever accompanies the person cannot."),
        done=_("The programme’s coordination was asked."),
    )


@allow(Permission.EXCEPTION_GRANT)
@ASK
def exception_decide(request, public_id):
    case = get_case(request, public_id)
    require(permissions.can_decide_exception(request.user, case))
    form = forms.ExceptionDecideForm(request.POST or None, instance=case)
    decision = latest_decision(case)

    def act():
        answers = {name: form.cleaned_data[name] for name in ("version", "reason")}
        grant = form.cleaned_data["answer"] == "grant"
        (exceptions.grant_exception if grant else exceptions.refuse_exception)(
            case, **answers, by=request.user
        )

    return _ask(
        request,
        form,
        case,
        CaseState.EXCEPTION,
        act,
        title=_("Decide on an exception"),
        lead=_("It counts apart from the others in the figures."),
        done=_("Decided."),
        asked=exceptions.waiting_request(case),
        criteria=criteria_of(decision) if decision else [],
    )
