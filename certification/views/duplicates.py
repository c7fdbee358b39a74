"""The paper of a certificate printed again: asked for with a reason, and downloaded."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actions.history import record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from certification import permissions
from certification.actions.duplicates import print_duplicate
from certification.choices import CertificateState
from certification.forms.certificates import DuplicateForm
from certification.models import Duplicate
from certification.views.certificates import ASK, get_certificate, take_step
from genesis.lib.policy import allow, require


@allow(Permission.CERTIFICATE_VIEW)
@ASK
def certificate_duplicate(request, public_id):
    """The same paper again, for whoever lost hers: marked, and on record."""
    certificate = get_certificate(request, public_id)
    require(permissions.can_duplicate(request.user, certificate))
    form = DuplicateForm(request.POST or None, instance=certificate)
    return take_step(
        request,
        certificate,
        form,
        lambda: print_duplicate(certificate, **form.cleaned_data, by=request.user),
        title=_("Print a duplicate"),
        lead=_("The same certificate with its folio and code, marked as a duplicate."),
        done=_("On record. It is being printed: in a moment it can be downloaded beside it."),
    )


@allow(Permission.CERTIFICATE_VIEW)
@require_safe
def duplicate_file(request, public_id, number):
    """A duplicate that is on record, once it is printed."""
    certificate = get_certificate(request, public_id)
    require(permissions.can_duplicate(request.user, certificate))
    if certificate.state != CertificateState.VALID:
        raise Http404  # what was asked for while it held is not printed any more
    printed = Duplicate.objects.filter(event__certificate=certificate).exclude(pdf="")
    made = get_object_or_404(printed, event=number)
    record_reading(request, people=[certificate.person_id], kind=ReadKind.FILE)
    return FileResponse(
        made.pdf.open(),
        as_attachment=True,
        filename=f"{certificate.folio}-duplicado.pdf",
        content_type="application/pdf",
    )
