"""Programmes, their phases and donors, and what offices cover."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Organization
from accounts.roles import Permission
from beneficiaries.actions import programmes as actions
from beneficiaries.forms.set_up import FundingForm, PhaseForm, PlaceForm, ProgrammeForm
from beneficiaries.models import Funding, OrganizationPlace, Phase, Programme
from genesis.lib.forms import add_errors
from genesis.lib.pages import render_form
from genesis.lib.policy import allow
from genesis.lib.states import OtherContent, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.PROGRAMME_MANAGE)
@require_safe
def programme_list(request):
    """Few and long-lived: all of them with all their phases."""
    phases = Phase.objects.select_related("rule_set").order_by("-starts_on")
    phases = phases.prefetch_related("fundings__donor")
    programmes = Programme.objects.prefetch_related(Prefetch("phases", phases)).order_by("pk")
    return render(request, "beneficiaries/programme_list.html", {"programmes": programmes})


@allow(Permission.PROGRAMME_MANAGE)
@ASK
def programme_create(request):
    form = ProgrammeForm(request.POST or None)
    return take_set_up(
        request,
        form,
        lambda: actions.create_programme(**form.cleaned_data, by=request.user),
        title=_("New programme"),
        then="programme:programme_list",
    )


@allow(Permission.PROGRAMME_MANAGE)
@ASK
def programme_change(request, public_id):
    programme = get_object_or_404(Programme, public_id=public_id)
    form = ProgrammeForm(request.POST or None, instance=programme)
    return take_set_up(
        request,
        form,
        lambda: actions.change_programme(programme, **form.cleaned_data, by=request.user),
        title=_("Correct a programme"),
        then="programme:programme_list",
    )


@allow(Permission.PROGRAMME_MANAGE)
@ASK
def phase_create(request, public_id):
    programme = get_object_or_404(Programme, public_id=public_id)
    form = PhaseForm(request.POST or None)
    return take_set_up(
        request,
        form,
        lambda: actions.create_phase(programme, **form.cleaned_data, by=request.user),
        title=_("New phase"),
        lead=programme.name,
    )


@allow(Permission.PROGRAMME_MANAGE)
@require_safe
def phase_detail(request, public_id):
    phases = Phase.objects.select_related("programme", "rule_set")
    phase = get_object_or_404(phases, public_id=public_id)
    fundings = phase.fundings.select_related("donor", "rule_set").order_by("donor__sort_name")
    context = {
        "phase": phase,
        "fundings": fundings,
        "cases": phase.cases.count(),
        "may_see_rules": request.user.may(Permission.RULE_SET_MANAGE),
    }
    return render(request, "beneficiaries/phase_detail.html", context)


@allow(Permission.PROGRAMME_MANAGE)
@ASK
def phase_change(request, public_id):
    phase = get_object_or_404(Phase, public_id=public_id)
    form = PhaseForm(request.POST or None, instance=phase)
    return take_set_up(
        request,
        form,
        lambda: actions.change_phase(phase, **form.cleaned_data, by=request.user),
        title=_("Correct a phase"),
        lead=Phase.objects.get(pk=phase.pk).name,
    )


@allow(Permission.PROGRAMME_MANAGE)
@ASK
def funding_change(request, public_id, donor_id):
    fundings = Funding.objects.select_related("phase", "donor")
    funding = get_object_or_404(fundings, phase__public_id=public_id, donor__public_id=donor_id)
    form = FundingForm(request.POST or None, instance=funding)
    return take_set_up(
        request,
        form,
        lambda: actions.change_funding(funding, **form.cleaned_data, by=request.user),
        title=_("Rules of a donor"),
        lead=str(funding),
        then=funding.phase,
    )


@allow(Permission.ORGANIZATION_MANAGE)
@ASK
def place_change(request, public_id):
    organization = get_object_or_404(Organization, public_id=public_id)
    place = OrganizationPlace.objects.filter(organization=organization).first()
    form = PlaceForm(request.POST or None, instance=place, organization=organization)
    return take_set_up(
        request,
        form,
        lambda: actions.set_place(organization, **form.cleaned_data, by=request.user),
        title=_("Place and territory"),
        lead=organization.name,
        then=organization,
    )


def take_set_up(request, form, act, *, title, lead="", then=None, done=None):
    """Show a form of the set-up; when it is filled in, act, and go on to what came of it."""
    status = 422
    if form.is_valid():
        try:
            made = act()
        except (ValidationError, OtherContent) as error:
            add_errors(form, error)
        except StaleRecord as error:
            add_errors(form, error)
            status = 409
        else:
            messages.success(request, done or _("Changes saved."))
            return redirect(then or made)
    context = {"title": title, "lead": lead}
    return render_form(request, "beneficiaries/set_up_form.html", form, status=status, **context)
