"""Offices, partners, centres, donors: their list, and what each is to the areas."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import organizations as actions
from accounts.actions.history import OtherContent
from accounts.filters import OrganizationFilter
from accounts.forms import OrganizationForm
from accounts.models import Organization
from accounts.registry import PANELS, uses_of
from accounts.roles import Permission
from genesis.lib.forms import add_errors, shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow
from genesis.lib.states import StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.ORGANIZATION_MANAGE)
@require_safe
def organization_list(request):
    filterset = OrganizationFilter(request.GET, queryset=Organization.objects.all())
    page = paginate(request, filterset.qs, orders=["sort_name", "-sort_name"])
    context = {"filter": filterset, "page": page}
    return render_page(request, "accounts/organization_list.html", context, partials=["results"])


@allow(Permission.ORGANIZATION_MANAGE)
@require_safe
def organization_detail(request, public_id):
    organizations = Organization.objects.select_related("ended_by")
    organization = get_object_or_404(organizations, public_id=public_id)
    panels = [panel for each in PANELS for panel in each(organization, request.user)]
    context = {"organization": organization, "panels": panels}
    return render(request, "accounts/organization_detail.html", context)


@allow(Permission.ORGANIZATION_MANAGE)
@ASK
def organization_create(request):
    form = OrganizationForm(request.POST or None)
    if form.is_valid():
        try:
            organization = actions.create_organization(**form.cleaned_data, by=request.user)
        except (ValidationError, OtherContent) as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Organization added."))
            return redirect(organization)
    return render_form(request, "accounts/organization_create.html", form)


@allow(Permission.ORGANIZATION_MANAGE)
@ASK
def organization_change(request, public_id):
    organization = get_object_or_404(Organization, public_id=public_id)
    name = organization.name  # the form writes into `organization` what was typed
    form, status = OrganizationForm(request.POST or None, instance=organization), 422
    if form.is_valid():
        try:
            actions.change_organization(organization, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            add_errors(form, error)
        except StaleRecord as error:
            add_errors(form, error)
            status = 409
        else:
            messages.success(request, _("Changes saved."))
            return redirect(organization)
    context = {"organization": organization, "name": name}
    return render_form(request, "accounts/organization_change.html", form, status=status, **context)


@allow(Permission.ORGANIZATION_MANAGE)
@ASK
def organization_set_ended(request, public_id):
    """End an organization, or take it back; the version says from which of the two states."""
    organization = get_object_or_404(Organization, public_id=public_id)
    if request.method != "POST":
        return _ask_whether(request, organization)
    act = actions.reopen_organization if organization.ended_at else actions.end_organization
    try:
        act(organization, version=shown_version(request), by=request.user)
    except (actions.StillNeeded, StaleRecord) as error:
        for text in getattr(error, "messages", [str(error)]):
            messages.error(request, text)
    else:
        messages.success(request, _("Changes saved."))
    return redirect(organization)


def _ask_whether(request, organization):
    name = {"name": organization}
    context = {"version": organization.version, "cancel_url": organization.get_absolute_url()}
    if organization.ended_at:
        words = {
            "question": _("Take %(name)s back?") % name,
            "consequence": _("It can be chosen again from now on."),
            "answer": _("Take it back"),
        }
    else:
        still = [use.text for use in uses_of(organization) if use.hinders_end]
        words = {
            "question": _("End %(name)s?") % name,
            "consequence": _(
                "It cannot be chosen any more from now on. What it did stays as it is."
            )
            + "".join(f" {text}" for text in still),
            "answer": _("End it"),
            "danger": True,
        }
    return render(request, "components/confirm.html", {**context, **words})
