"""Writing down that the holder of a certificate was told what became of it."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.roles import Permission
from certification import permissions
from certification.actions.notices import record_told
from certification.forms.certificates import ToldForm
from certification.models import HolderNotice
from certification.views.certificates import ASK, take_step
from genesis.lib.policy import allow, require


@allow(Permission.CERTIFICATE_VIEW)
@ASK
def notice_record(request, public_id):
    notices = HolderNotice.objects.visible_to(request.user).select_related(
        "message", "event__certificate__assessment__person__office"
    )
    notice = get_object_or_404(notices, public_id=public_id)
    certificate = notice.event.certificate
    require(permissions.can_tell(request.user, certificate))
    form = ToldForm(request.POST or None, instance=notice)
    return take_step(
        request,
        certificate,
        form,
        lambda: record_told(notice, **form.cleaned_data, by=request.user),
        title=_("The holder was told: {what}").format(what=notice.event.get_kind_display()),
        lead=_("In person or on a way that is safe for her or him. She or he may appeal."),
        done=_("Saved."),
    )
