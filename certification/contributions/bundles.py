"""What certification puts on «Hoy»: the files of certificates, for whoever asked for them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from certification.models import CertificateBundle
from genesis.lib.background import WorkState


def blocks(user: User) -> Iterator[Block]:
    """Those that are done and not erased yet, and those that failed."""
    if not user.may(Permission.CERTIFICATE_VIEW):
        return
    asked = CertificateBundle.objects.visible_to(user).filter(erased_at=None)
    ended = asked.filter(work_state__in=[WorkState.DONE, WorkState.DEAD])
    lines = [
        Line(
            _("Certificates of {day}").format(day=each),
            each.get_absolute_url(),
            each.purpose,
            state=_("Ready") if each.work_state == WorkState.DONE else _("Failed"),
            tone="ok" if each.work_state == WorkState.DONE else "mal",
        )
        for each in ended.order_by("-asked_at", "-pk")[: SHOWN + 1]
    ]
    yield Block(_("Certificates in one file"), Urgency.NEWS, lines)
