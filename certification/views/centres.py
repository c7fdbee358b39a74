"""What some organizations are to certification: set up from the organization's own page."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Organization
from accounts.roles import Permission
from certification.actions import centres as actions
from certification.actions.logos import change_logo
from certification.forms.centres import BodyForm, CentreForm, LogoForm
from certification.models import Centre, CertifyingBody, Logo
from genesis.lib.forms import add_errors
from genesis.lib.pages import hand_out, render_form
from genesis.lib.policy import allow
from genesis.lib.states import OtherContent, StaleRecord
from genesis.lib.uploads import JPEG

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.ORGANIZATION_MANAGE)
@ASK
def centre_set_up(request, public_id):
    """Make an organization a centre; once it is one, correct its code and place."""
    organization = get_object_or_404(Organization, public_id=public_id)
    centre = Centre.objects.filter(organization=organization).first()
    form = CentreForm(request.POST or None, instance=centre)
    return _take(
        request,
        form,
        organization,
        lambda: (
            actions.change_centre(centre, **form.cleaned_data, by=request.user)
            if centre
            else actions.set_up_centre(organization, **form.cleaned_data, by=request.user)
        ),
        title=_("Evaluation centre"),
    )


@allow(Permission.ORGANIZATION_MANAGE)
@ASK
def body_create(request, public_id):
    organization = get_object_or_404(Organization, public_id=public_id)
    form = BodyForm(request.POST or None, initial={"printed_name": organization.name})
    return _take(
        request,
        form,
        organization,
        lambda: actions.create_body(organization, **form.cleaned_data, by=request.user),
        title=_("New certifying body"),
    )


@allow(Permission.ORGANIZATION_MANAGE)
@ASK
def body_change(request, public_id):
    body = get_object_or_404(
        CertifyingBody.objects.select_related("organization"), public_id=public_id
    )
    form = BodyForm(request.POST or None, instance=body)
    return _take(
        request,
        form,
        body.organization,
        lambda: actions.change_body(body, **form.cleaned_data, by=request.user),
        title=_("Certifying body"),
    )


@allow(Permission.ORGANIZATION_MANAGE)
@ASK
def logo_change(request, public_id):
    """The logo that certificates are printed with, of who certifies or funds."""
    organization = get_object_or_404(Organization, public_id=public_id)
    used = Logo.objects.in_use().filter(organization=organization).first()
    form = LogoForm(request.POST or None, request.FILES or None, used=used)
    return _take(
        request,
        form,
        organization,
        lambda: change_logo(organization, **form.cleaned_data, by=request.user),
        title=_("Logo on the certificates"),
        template="certification/logo_form.html",
        logo=used,
    )


@allow(Permission.ORGANIZATION_MANAGE)
@require_safe
def logo_file(request, public_id):
    """A logo as it is printed."""
    logo = get_object_or_404(Logo, public_id=public_id)
    return hand_out(logo.file, name=f"logo-{logo.pk}.jpg", media_type=JPEG, inline=True)


def _take(
    request, form, organization, act, *, title, template="accounts/organization_form.html", **shown
):
    """Show a form about an organization; when it is filled in, act and go back to its page."""
    status = 422
    if form.is_valid():
        try:
            act()
        except (ValidationError, OtherContent) as error:
            add_errors(form, error)
        except StaleRecord as error:
            add_errors(form, error)
            status = 409
        else:
            messages.success(request, _("Changes saved."))
            return redirect(organization)
    context = {"organization": organization, "title": title, **shown}
    return render_form(request, template, form, status=status, **context)
