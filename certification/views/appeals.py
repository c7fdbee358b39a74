"""An appeal against what was decided, and the renewal of a certificate: what follows a result."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actions.history import record_reading
from accounts.roles import Permission
from certification import permissions
from certification.actions import appealing
from certification.actions.renewing import renew
from certification.forms import appeals as forms
from certification.views.certificates import get_certificate
from certification.views.taking_steps import ASK, REFUSALS, get_assessment, show_refusal, take_step
from genesis.lib.pages import render_form
from genesis.lib.policy import allow, require


@allow(Permission.APPEAL_LODGE)
@ASK
def appeal_lodge(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_lodge(request.user, assessment))
    form = forms.LodgeForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: appealing.lodge_appeal(
            assessment,
            **{name: form.cleaned_data[name] for name in ("channel", "grounds", "lodged_on")},
            **safe,
        ),
        title=_("Record an appeal"),
        lead=_("The decision stands until people who had no part in it have resolved the appeal."),
        done=lambda appeal: _("Appeal recorded: it is to be resolved by {day}.").format(
            day=date_format(appeal.due_on, "DATE_FORMAT")
        ),
    )


def _get_appealed(request, public_id):
    """An assessment in appeal, or 404: these pages are for nothing else."""
    assessment = get_assessment(request, public_id)
    if assessment.appeal is None:
        raise Http404
    return assessment


def _shown(assessment):
    """An appeal as it is read before it is resolved: rows of label and value."""
    appeal = assessment.appeal
    return [
        (_("What was decided"), appeal.decision.get_outcome_display()),
        (_("Lodged on"), f"{date_format(appeal.lodged_on)} · {appeal.get_channel_display()}"),
        (_("Grounds"), appeal.grounds),
        (_("To be resolved by"), date_format(appeal.due_on)),
    ]


@allow(Permission.APPEAL_NAME)
@ASK
def panel_name(request, public_id):
    assessment = _get_appealed(request, public_id)
    require(permissions.can_name_panel(request.user, assessment))
    form = forms.PanelForm(request.POST or None, instance=assessment, by=request.user)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: appealing.name_panel(assessment, panel=form.cleaned_data["panel"], **safe),
        title=_("Who resolves the appeal"),
        lead=_("They see the assessment from now on, until the appeal is resolved."),
        facts=_shown(assessment),
        done=_("Named: they find the appeal on their first page."),
    )


def _resolve(request, public_id, form_class, act, *, title, lead, done):
    """One of the panel resolves an appeal; then the assessment is no longer theirs to see."""
    assessment = _get_appealed(request, public_id)
    require(permissions.can_resolve_appeal(request.user, assessment))
    form = form_class(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: act(assessment, **form.answers(), **safe),
        title=title,
        lead=lead,
        facts=_shown(assessment),
        portfolio_url=reverse("certification:portfolio_detail", args=[assessment.public_id]),
        done=done,
        then=reverse("certification:assessment_list"),
    )


@allow(Permission.APPEAL_RESOLVE)
@ASK
def decision_confirm(request, public_id):
    return _resolve(
        request,
        public_id,
        forms.ResolveAppealForm,
        appealing.confirm_decision,
        title=_("Let the decision stand"),
        lead=_("Nothing else changes."),
        done=_("Resolved: the decision stands."),
    )


@allow(Permission.APPEAL_RESOLVE)
@ASK
def decision_revoke(request, public_id):
    return _resolve(
        request,
        public_id,
        forms.RevokeDecisionForm,
        appealing.revoke_decision,
        title=_("Take the decision back"),
        lead=_(
            "Somebody else verifies the portfolio anew, and it is decided again. A certificate is"
            " suspended at once."
        ),
        done=_("Resolved: the portfolio is verified anew."),
    )


@allow(Permission.APPEAL_RESOLVE)
@ASK
def assessment_redo(request, public_id):
    return _resolve(
        request,
        public_id,
        forms.RepeatForm,
        appealing.repeat_assessment,
        title=_("Have the assessment repeated"),
        lead=_(
            "Another evaluator holds another session. What was seen and judged counts no more. A"
            " certificate is suspended at once."
        ),
        done=_("Resolved: the assessment is repeated."),
    )


@allow(Permission.ASSESSMENT_ENROL)
@ASK
def certificate_renew(request, public_id):
    certificate = get_certificate(request, public_id)
    person = certificate.assessment.person
    require(permissions.can_enrol(request.user, person))
    form = forms.RenewForm(request.POST or None, certificate=certificate)
    if form.is_valid():
        answers = {name: form.cleaned_data[name] for name in ("standard_version", "key")}
        name = form.cleaned_data["candidate_name"]
        try:
            assessment = renew(certificate, candidate_name=name, **answers, by=request.user)
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("The renewal has begun: plan its day."))
            return redirect(assessment)
    record_reading(request, people=[person.pk])
    return render_form(
        request,
        "certification/certificate_step.html",
        form,
        certificate=certificate,
        title=_("Renew the certificate"),
        lead=_("Without a diagnosis, with one session. The certificate holds until its last day."),
        cancel_url=certificate.get_absolute_url(),
    )
