"""The page on which the evaluator answers anew what a verifier sent back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.history import record_reading
from accounts.roles import Permission
from certification import permissions
from certification.actions import correcting, sessions
from certification.actions.refusals import AssessmentClosed
from certification.forms.sessions import CorrectionForm
from certification.views.evaluation import device_of, remember_device
from certification.views.taking_steps import REFUSALS, get_assessment, show_refusal
from genesis.lib.pages import render_form
from genesis.lib.policy import allow, require


@allow(Permission.ASSESSMENT_CONDUCT)
@require_http_methods(["GET", "HEAD", "POST"])
def answer_correct(request, public_id, code):
    """One item that does not hold: its answer as it counts, and the one that takes its place."""
    assessment = get_assessment(request, public_id)
    require(permissions.can_conduct(request.user, assessment))
    item = get_object_or_404(assessment.standard_version.items, code=code)
    device, form = device_of(request), CorrectionForm(request.POST or None, item=item)
    if request.method != "POST" and not _may_correct(assessment, item):
        return redirect("evaluation:session_open", public_id)
    if form.is_valid():
        try:
            correcting.correct_answer(
                assessment, item=item, device=device, by=request.user, **form.cleaned_data
            )
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Saved. The judgement is computed anew."))
            return redirect("evaluation:session_open", public_id)
    record_reading(request, people=[assessment.person_id])
    given = sessions.observed_in(assessment).get(code)
    response = render_form(
        request,
        "certification/step_form.html",
        form,
        person=assessment.person,
        assessment=assessment,
        title=_("Answer {item} anew").format(item=code),
        lead=item.text,
        facts=[(_("The answer that counts until now"), item.in_words(given) if given else "–")],
        cancel_url=assessment.get_absolute_url(),
    )
    return remember_device(response, device)


def _may_correct(assessment, item):
    try:
        correcting.check_correctable(assessment, item)
    except AssessmentClosed:
        return False
    return True
