"""The evaluator's pages under /evaluar/: on a phone, item by item, each answer sent at once.

Plain forms that redirect. The device is a random id in a cookie.
"""

from dataclasses import asdict
from datetime import time
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from certification import permissions
from certification.actions import closing, deciding, evidence, judging, pausing, sessions
from certification.actions.refusals import AssessmentClosed
from certification.actions.standards import scheme_of
from certification.choices import AssessmentState, VerificationOutcome
from certification.forms.judgements import JudgementForm, SendForm
from certification.forms.sessions import CloseForm, ObservationForm, StartForm, StopForm
from certification.forms.steps import ConfirmForm
from certification.models import Assessment, AssessmentSession, Verification
from certification.rules.scoring import gap_report, score
from certification.views.answers import (
    shown_conflicts,
    shown_consents,
    shown_feedback,
    shown_plan,
    shown_result,
    shown_return,
)
from certification.views.steps import main_step
from certification.views.taking_steps import (
    REFUSALS,
    get_assessment,
    show_refusal,
    take_step,
)
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require

ASK = require_http_methods(["GET", "HEAD", "POST"])
YEAR = 365 * 24 * 3600
TOLD = ("strengths", "gaps", "recommendations")
MOST_LEFT = 50  # of earlier days; all are in the list of assessments


@allow(Permission.ASSESSMENT_CONDUCT)
@require_safe
def agenda(request):
    """What the evaluator has to do: today, on the next days, and what earlier days have left."""
    today = timezone.localdate()
    assessments = Assessment.objects.visible_to(request.user).to_conduct(request.user).for_list()
    page = paginate(request, assessments.filter(scheduled_for__gte=today), orders=["scheduled_for"])
    earlier = assessments.filter(scheduled_for__lt=today).order_by("-scheduled_for", "-pk")
    left = [] if page.after else list(earlier[:MOST_LEFT])
    coming = sorted(page.rows, key=lambda each: (each.scheduled_for, each.scheduled_at or time.min))
    groups = [
        (_("Today"), [each for each in coming if each.scheduled_for == today]),
        (_("Next days"), [each for each in coming if each.scheduled_for > today]),
        (_("Earlier days"), left),
    ]
    reasons = _return_reasons([*coming, *left])
    context = {
        "page": page,
        "groups": [
            (title, [_entry(each, reasons) for each in rows]) for title, rows in groups if rows
        ],
    }
    record_reading(request, people=[each.person_id for each in [*coming, *left]])
    return render_page(request, "certification/agenda.html", context, partials=["results"])


def _return_reasons(assessments):
    """Why a verifier sent some of them back, if the judgement was not signed anew since."""
    returned = Verification.objects.filter(
        assessment__in=[
            each for each in assessments if each.state == AssessmentState.EVIDENCE_CLOSED
        ],
        outcome=VerificationOutcome.RETURNED,
    )
    return dict(returned.order_by("at", "pk").values_list("assessment", "reason"))


def _entry(assessment, reasons):
    begun = assessment.state not in {AssessmentState.PLANNED, AssessmentState.PLAN_AGREED}
    return {
        "assessment": assessment,
        # Another day is chosen by the caseworker.
        "step": None if assessment.day_is_missed else main_step(assessment),
        "is_over": not begun and assessment.scheduled_for < timezone.localdate(),
        "returned": reasons.get(assessment.pk, ""),
    }


@allow(Permission.ASSESSMENT_CONDUCT)
@ASK
def session_start(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_conduct(request.user, assessment))
    form = StartForm(request.POST or None, instance=assessment)
    plan = assessment.plans.newest()
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: sessions.start_session(assessment, **form.answers(), **safe),
        title=_("Identity and start"),
        lead=assessment.standard_version.task,
        facts=[
            *(shown_plan(plan) if plan else []),
            *shown_consents(sessions.consents_of(assessment.person)),
        ],
        done=_("The assessment has begun."),
        then=reverse("evaluation:session_open", args=[assessment.public_id]),
    )


def _get_session(request, public_id):
    """The running session of an assessment, for its evaluator alone."""
    assessment = get_assessment(request, public_id)
    require(permissions.can_conduct(request.user, assessment))
    sessions = AssessmentSession.objects.select_related("assessment")
    held = sessions.filter(assessment=assessment, annulled_at=None).with_standing_pause()
    session = held.order_by("-started_at").first()
    return assessment, session


@allow(Permission.ASSESSMENT_CONDUCT)
@require_safe
def session_open(request, public_id):
    """All items with their answers, and what is still missing."""
    assessment, session = _get_session(request, public_id)
    if session is None:
        return redirect("evaluation:session_start", public_id)
    answers = sessions.answers_of(assessment)
    items = list(_items_of(assessment))
    goes_on = assessment.state == AssessmentState.IN_ASSESSMENT
    context = {
        "assessment": assessment,
        "items": [{"item": item, "answer": _said(item, answers)} for item in items],
        "answered": sum(item.code in answers for item in items),
        "total": len(items),
        "carried": assessment.carried.select_related("instrument").order_by("instrument__position"),
        "next": next((item for item in items if item.code not in answers), None),
        "to_resolve": assessment.items_to_resolve().order_by("position") if goes_on else [],
        "conflicts": shown_conflicts(assessment),
        "awaited": evidence.awaited(assessment).count() if goes_on else 0,
        "returned": shown_return(assessment, session),
        "is_open": _takes_answers(assessment),
        "may_close": goes_on,
        "paused_since": session.paused_since if goes_on else None,
    }
    record_reading(request, people=[assessment.person_id])
    return render_page(request, "certification/session_open.html", context)


def _takes_answers(assessment):
    return assessment.state == AssessmentState.IN_ASSESSMENT and not assessment.stopped_at


def _said(item, answers):
    """The answer to an item in words; empty while there is none."""
    return item.in_words(answers[item.code]) if item.code in answers else ""


def _items_of(assessment):
    items = assessment.items_to_answer().select_related("instrument")
    return items.order_by("instrument__position", "position")


@allow(Permission.ASSESSMENT_CONDUCT)
@ASK
def observation_record(request, public_id, code):
    """One item: tick, measure or choose, and go on to the next without an answer."""
    assessment, session = _get_session(request, public_id)
    if session is None:
        return redirect("evaluation:session_start", public_id)
    if request.method != "POST" and not _takes_answers(assessment):
        return redirect("evaluation:session_open", public_id)
    item = get_object_or_404(assessment.items_to_answer(), code=code)
    device, form = device_of(request), ObservationForm(request.POST or None, item=item)
    if form.is_valid():
        try:
            sessions.record_observation(
                session, item=item, device=device, by=request.user, **form.cleaned_data
            )
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            return redirect(_after(assessment, item))
    record_reading(request, people=[assessment.person_id])
    response = render_form(
        request,
        "certification/observation_record.html",
        form,
        assessment=assessment,
        item=item,
        answer=_said(item, sessions.answers_of(assessment)),
        is_open=_takes_answers(assessment),
        **_place(assessment, item),
    )
    return remember_device(response, device)


def _place(assessment, item):
    """Where an item stands among all, and its neighbours."""
    codes = [each.code for each in _items_of(assessment)]
    place = codes.index(item.code)
    return {
        "number": place + 1,
        "total": len(codes),
        "previous": codes[place - 1] if place else None,
        "following": codes[place + 1] if place + 1 < len(codes) else None,
    }


def _after(assessment, item):
    """The next item without an answer, from here on and then from the start; or the summary."""
    codes = [each.code for each in _items_of(assessment)]
    answered = sessions.answers_of(assessment)
    place = codes.index(item.code)
    for code in [*codes[place + 1 :], *codes[:place]]:
        if code not in answered:
            return reverse("evaluation:observation_record", args=[assessment.public_id, code])
    return reverse("evaluation:session_open", args=[assessment.public_id])


def device_of(request):
    """Return the random id of this browser: that of its cookie, or a new one."""
    try:
        return UUID(request.COOKIES["device"])
    except (KeyError, ValueError):
        return uuid4()


def remember_device(response, device):
    """Let this browser be the same device the next time."""
    response.set_cookie(
        "device",
        str(device),
        max_age=YEAR,
        httponly=True,
        samesite="Strict",
        secure=settings.HTTPS,
    )
    return response


@allow(Permission.ASSESSMENT_CONDUCT)
@require_POST
def session_pause(request, public_id):
    """Let the clock stand, or go on again, as the button said: sent twice it is done once."""
    assessment, session = _get_session(request, public_id)
    if session is None:
        return redirect("evaluation:session_start", public_id)
    try:
        if request.POST.get("act") == "resume":
            pausing.resume_session(assessment, by=request.user)
        else:
            pausing.pause_session(assessment, by=request.user)
    except AssessmentClosed as error:
        messages.error(request, str(error))
    return redirect("evaluation:session_open", public_id)


@allow(Permission.ASSESSMENT_CONDUCT)
@ASK
def safety_stop(request, public_id):
    assessment, _session = _get_session(request, public_id)
    form = StopForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: sessions.stop_for_safety(
            assessment, reason=form.cleaned_data["reason"], **safe
        ),
        title=_("Stop for safety"),
        lead=_("The assessment stops at once, and the result is «not yet competent»."),
        done=_("Stopped. Close the evidence next."),
        then=reverse("evaluation:evidence_close", args=[assessment.public_id]),
    )


@allow(Permission.ASSESSMENT_CONDUCT)
@ASK
def evidence_close(request, public_id):
    assessment, _session = _get_session(request, public_id)
    goes_on = assessment.state == AssessmentState.IN_ASSESSMENT
    asks = goes_on and not closing.is_signed_already(assessment)
    asked = CloseForm if asks else ConfirmForm
    form = asked(request.POST or None, request.FILES or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: closing.close_at_desk(assessment, **form.answers(), **safe),
        title=_("Close the evidence"),
        lead=_("After this, no answer can be added or corrected."),
        done=_("Evidence closed. Sign the judgement next."),
        then=reverse("evaluation:judgement_sign", args=[assessment.public_id]),
    )


@allow(Permission.ASSESSMENT_CONDUCT)
@ASK
def judgement_sign(request, public_id):
    assessment, session = _get_session(request, public_id)
    is_turn = assessment.state == AssessmentState.EVIDENCE_CLOSED
    if request.method != "POST" and not is_turn:
        return redirect(assessment)
    form = JudgementForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: judging.sign_judgement(
            assessment, **{name: form.cleaned_data[name] for name in TOLD}, **safe
        ),
        title=_("Judgement"),
        lead=_("Computed from the answers: you explain it and sign it."),
        result=_computed(assessment) if is_turn else None,
        returned=shown_return(assessment, session),
        done=_("Judgement signed. Explain it to the person and send it to verification."),
        then=reverse("evaluation:verification_request", args=[assessment.public_id]),
    )


def _computed(assessment):
    """The result that is about to be signed; none is shown before the evidence is closed."""
    version, answers = assessment.standard_version, sessions.answers_of(assessment)
    scheme, stopped = scheme_of(version), assessment.stopped_at is not None
    result = score(scheme, answers, stopped=stopped)
    if result.outcome is None:
        return None
    more = {
        "not_asked": judging.not_asked(assessment, answers),
        "gap_report": asdict(gap_report(scheme, answers, stopped=stopped)),
    }
    return shown_result(result.to_dict() | more, version)


@allow(Permission.ASSESSMENT_CONDUCT)
@ASK
def verification_request(request, public_id):
    assessment, _session = _get_session(request, public_id)
    judgement = judging.judgement_of(assessment)
    if request.method != "POST" and assessment.state != AssessmentState.JUDGED:
        return redirect(assessment)
    if request.method != "POST" and assessment.is_explained():
        return redirect("certification:verification_send", assessment.public_id)
    form = SendForm(request.POST or None, request.FILES or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: _tell_and_send(assessment, form.answers() | safe),
        title=_("Explain the result and send it on"),
        lead=_(
            "Tell the person the result and the feedback, and ask whether she or he agrees: she or"
            " he signs it in either case."
        ),
        result=shown_result(judgement.result, assessment.standard_version) if judgement else None,
        feedback=shown_feedback(judgement) if judgement else [],
        done=lambda told: (
            _("Sent to verification.")
            if told.state == AssessmentState.IN_VERIFICATION
            else _("Explained. Who manages the centre sends it to verification.")
        ),
        then=reverse("evaluation:agenda"),
    )


def _tell_and_send(assessment, answers):
    """Where the evaluator names no verifier, who manages the centre does."""
    if answers["verifier"]:
        return deciding.send_to_verification(assessment, **answers)
    return deciding.explain_result(
        assessment, **{name: each for name, each in answers.items() if name != "verifier"}
    )
