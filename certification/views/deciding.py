"""After the judgement: a second person verifies, and a third decides."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.roles import Permission
from certification import permissions
from certification.actions import (
    deciding,
    judging,
)
from certification.actions.reviewing import to_look_at
from certification.actions.sampling import items_to_look_at, why_closely
from certification.forms.judgements import ReturnForm, VerifyForm, ticked_items
from certification.forms.steps import ConfirmForm, ReasonForm
from certification.views.answers import (
    portfolio_of,
    shown_facts,
)
from certification.views.taking_steps import ASK, get_assessment, take_step
from genesis.lib.policy import allow, require


@allow(Permission.ASSESSMENT_VERIFY)
@ASK
def portfolio_approve(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_verify(request.user, assessment))
    closely = why_closely(assessment, judging.judgement_of(assessment))
    portfolio = portfolio_of(assessment)
    given = [each["item"].code for each in portfolio]
    needed = items_to_look_at(assessment, closely=closely, given=given)
    answers = [each for each in portfolio if each["item"].code in needed]
    unseen = to_look_at(assessment, request.user).count() if closely else 0
    if needed and not closely:
        closely = _("They were sent back to the evaluator.")
    form = VerifyForm(request.POST or None, instance=assessment, answers=answers)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: deciding.approve_portfolio(
            assessment,
            checklist=form.cleaned_data["checklist"],
            officer=form.cleaned_data["officer"],
            items=ticked_items(form),
            **safe,
        ),
        title=_("Verify the portfolio"),
        lead=_("Look at each item and tick it. {reason}").format(reason=closely) if closely else "",
        portfolio_url=reverse("certification:portfolio_detail", args=[assessment.public_id]),
        noted=[each for each in portfolio if each["met"] and each["note"]],
        unseen=unseen,
        unseen_url=reverse("certification:evidence_list", args=[assessment.public_id]),
        done=_("Verified."),
        then=reverse("certification:assessment_list"),
    )


@allow(Permission.ASSESSMENT_VERIFY)
@ASK
def portfolio_return(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_verify(request.user, assessment))
    answers = portfolio_of(assessment)
    form = ReturnForm(request.POST or None, instance=assessment, answers=answers)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: deciding.return_to_evaluator(
            assessment,
            reason=form.cleaned_data["reason"],
            items=ticked_items(form),
            **safe,
        ),
        title=_("Return to the evaluator"),
        lead=_(
            "Tick the items that do not hold, if any: the evaluator can answer these anew, and no"
            " others. The judgement is archived; the evaluator signs another."
        ),
        done=_("Returned to the evaluator."),
    )


@allow(Permission.ASSESSMENT_DECIDE)
@ASK
def certification_grant(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_decide(request.user, assessment))
    form = ConfirmForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: deciding.certify(assessment, **safe),
        title=_("Grant the certificate"),
        lead=_("The folio is taken now and the certificate is printed in the background."),
        facts=shown_facts(assessment),
        done=lambda certificate: _(
            "Certificate granted: folio {folio}, {standard}. Your part in it is over."
        ).format(folio=certificate.folio, standard=assessment.standard_version),
        then=reverse("certification:assessment_list"),
    )


@allow(Permission.ASSESSMENT_DECIDE)
@ASK
def not_yet_confirm(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_decide(request.user, assessment))
    form = ConfirmForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: deciding.confirm_not_yet(assessment, **safe),
        title=_("Confirm: not yet competent"),
        lead=_(
            "The assessment ends with this result. Another attempt may follow after a training or"
            " some days of practice."
        ),
        facts=shown_facts(assessment),
        done=_("Closed as not yet competent: {assessment}. Your part in it is over.").format(
            assessment=assessment
        ),
        then=reverse("certification:assessment_list"),
    )


@allow(Permission.ASSESSMENT_DECIDE)
@ASK
def verification_return(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_decide(request.user, assessment))
    form = ReasonForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: deciding.return_to_verification(
            assessment, reason=form.cleaned_data["reason"], **safe
        ),
        title=_("Return to verification"),
        done=_("Returned to verification."),
    )
