"""Training on the way to a certificate, and another attempt after «not yet competent»."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries.choices import Service
from certification import permissions
from certification.actions import training
from certification.actions.judging import judgement_of
from certification.actions.reassessing import reassess, what_carries_over
from certification.choices import AssessmentState
from certification.forms import steps
from certification.forms import training as forms
from certification.views.answers import shown_training
from certification.views.taking_steps import (
    ASK,
    REFUSALS,
    answer_refusal,
    get_assessment,
    take_step,
)
from genesis.lib.pages import render_form
from genesis.lib.policy import allow, require


@allow(Permission.ASSESSMENT_PLAN)
@ASK
def training_refer(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_prepare(request.user, assessment))
    form = forms.ReferForm(request.POST or None, instance=assessment, advice=_advice(assessment))
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: _refer(
            assessment,
            service=Service(form.cleaned_data["service"]),
            **{name: form.cleaned_data[name] for name in ("group", "provider", "ends_on")},
            **safe,
        ),
        title=_("Refer to a training"),
        lead=_("Choose a group of the programme, or who trains her or him elsewhere."),
        done=_("Referred to the training."),
    )


def _refer(assessment, **course):
    decided = assessment.state == AssessmentState.CLOSED_NOT_YET
    act = training.refer_after_result if decided else training.refer_to_training
    return act(assessment, **course)


def _advice(assessment):
    """What the report of the gaps recommends or, before an assessment, the diagnosis."""
    judgement = judgement_of(assessment)
    if judgement:
        return judgement.result["gap_report"]["recommendation"]
    return assessment.diagnosis.recommendation if hasattr(assessment, "diagnosis") else None


@allow(Permission.ASSESSMENT_PLAN)
@ASK
def training_close(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_prepare(request.user, assessment))
    trainings = assessment.trainings.under_way().select_related("group", "provider")
    under_way = get_object_or_404(trainings)
    asked = steps.ConfirmForm if under_way.group else forms.CloseTrainingForm
    form = asked(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: training.close_training(
            under_way,
            outcome=form.cleaned_data.get("outcome", ""),
            completed_on=form.cleaned_data.get("completed_on"),
            trainers=form.cleaned_data.get("trainers", ()),
            **safe,
        ),
        title=_("Close the training"),
        lead=_("What came of it follows from the attendance of the group.")
        if under_way.group
        else "",
        facts=shown_training(under_way),
        done=_("Training closed."),
    )


@allow(Permission.ASSESSMENT_PLAN)
@ASK
def trainers_name(request, public_id, training_id):
    """Who trained somebody at another body, also once it is over, whatever ended it."""
    assessment = get_assessment(request, public_id)
    require(permissions.can_prepare(request.user, assessment))
    trainings = assessment.trainings.exclude(provider=None).select_related("provider")
    taught = get_object_or_404(trainings, public_id=training_id)
    form = forms.TrainersForm(request.POST or None, instance=assessment, training=taught)
    named = taught.trainers.select_related("user").order_by("pk")
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: training.name_trainers(
            taught, trainers=form.cleaned_data["trainers"], **safe
        ),
        title=_("Who trained her or him"),
        lead=_("They do not assess her or him for twenty-four months."),
        facts=[*shown_training(taught), *[(_("Named already"), each.user) for each in named]],
        done=_("Saved."),
    )


@allow(Permission.ASSESSMENT_ENROL)
@ASK
def assessment_repeat(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_enrol(request.user, assessment.person))
    carries = what_carries_over(assessment, assessment.standard_version)
    met = [instrument for instrument, _judgement in carries]
    form = forms.ReassessForm(request.POST or None, assessment=assessment, met=met)
    status = 422
    if form.is_valid():
        try:
            attempt = reassess(assessment, **form.cleaned_data, by=request.user)
        except REFUSALS as error:
            status = answer_refusal(request, assessment, form, error)
        else:
            messages.success(request, _("Attempt %d begun.") % attempt.attempt)
            return redirect(attempt)
    record_reading(request, people=[assessment.person_id])
    return render_form(
        request,
        "certification/step_form.html",
        form,
        status=status,
        person=assessment.person,
        assessment=assessment,
        title=_("Another attempt"),
        cancel_url=assessment.get_absolute_url(),
    )
