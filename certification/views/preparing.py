"""Before the session: enrolment, diagnosis, admission, agreeing on the plan; and leaving."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries.models import Person
from certification import permissions
from certification.actions import (
    enrolling,
    leaving,
)
from certification.choices import (
    Recommendation,
)
from certification.forms.plans import AgreeForm
from certification.forms.steps import (
    AdmitForm,
    DiagnosisForm,
    EnrolForm,
    LeaveForm,
)
from certification.views.answers import (
    shown_diagnosis,
    shown_plan,
)
from certification.views.taking_steps import ASK, REFUSALS, get_assessment, show_refusal, take_step
from genesis.lib.pages import render_form
from genesis.lib.policy import allow, require


@allow(Permission.ASSESSMENT_ENROL)
@ASK
def assessment_enrol(request, public_id):
    person = get_object_or_404(Person.objects.visible_to(request.user), public_id=public_id)
    require(permissions.can_enrol(request.user, person))
    form = EnrolForm(request.POST or None, person=person)
    if form.is_valid():
        try:
            assessment = enrolling.enrol(person, **form.cleaned_data, by=request.user)
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Enrolled."))
            return redirect(assessment)
    record_reading(request, people=[person.pk])
    return render_form(
        request,
        "certification/step_form.html",
        form,
        person=person,
        title=_("Enrol for assessment"),
        cancel_url=person.get_absolute_url(),
    )


@allow(Permission.ASSESSMENT_PLAN)
@ASK
def diagnosis_record(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_prepare(request.user, assessment))
    form = DiagnosisForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: enrolling.record_diagnosis(assessment, answers=form.answers(), **safe),
        title=assessment.standard_version.diagnostic_title,
        lead=_("Ask one by one. A low result warns, and never forbids."),
        done=lambda diagnosis: " ".join(
            [
                _("Diagnosis saved."),
                *(f"{label}: {text}." for label, text in shown_diagnosis(diagnosis.assessment)),
            ]
        ),
    )


@allow(Permission.ASSESSMENT_PLAN)
@ASK
def assessment_admit(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_prepare(request.user, assessment))
    form = AdmitForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: enrolling.admit(
            assessment, candidate_name=form.cleaned_data["candidate_name"], **safe
        ),
        title=_("Admit to the assessment"),
        lead=_warning(assessment),
        facts=shown_diagnosis(assessment),
        done=_("Admitted."),
    )


def _warning(assessment):
    """That the diagnosis advises a training first; empty where it does not."""
    diagnosis = getattr(assessment, "diagnosis", None)
    if diagnosis is None or diagnosis.recommendation == Recommendation.ASSESSMENT:
        return ""
    return _("The diagnosis recommends a training first. It warns, and never forbids.")


@allow(Permission.ASSESSMENT_CONDUCT)
@ASK
def plan_agree(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_agree(request.user, assessment))
    plan = assessment.plans.newest()
    form = AgreeForm(request.POST or None, request.FILES or None, instance=assessment)
    names = ("candidate_name", "signature")
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: enrolling.agree_plan(
            assessment, **{name: form.cleaned_data[name] for name in names}, **safe
        ),
        title=_("Agree on the plan"),
        lead=_("Read it to the person: this is what both agree on."),
        facts=shown_plan(plan) if plan else [],
        done=_("Plan agreed."),
    )


@allow(Permission.ASSESSMENT_ENROL)
@ASK
def assessment_withdraw(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_withdraw(request.user, assessment))
    return _leave(request, assessment, leaving.withdraw, title=_("Withdraw the person"))


@allow(Permission.ASSESSMENT_CANCEL)
@ASK
def assessment_cancel(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_cancel(request.user, assessment))
    return _leave(request, assessment, leaving.cancel, title=_("Cancel the assessment"))


def _leave(request, assessment, act, *, title):
    form = LeaveForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: act(assessment, reason=form.cleaned_data["reason"], **safe),
        title=title,
        lead=_("It cannot be taken up again: a new one may be begun."),
        done=_("The assessment has ended."),
    )
