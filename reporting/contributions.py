"""What reporting puts on «Hoy»: the files that are ready for whoever asked for them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from genesis.lib.background import WorkState
from reporting.models import Report


def blocks(user: User) -> Iterator[Block]:
    """Reports that are done and not erased yet, and those that failed."""
    if not user.may(Permission.INDICATOR_EXPORT):
        return
    asked = Report.objects.visible_to(user).filter(erased_at=None)
    ended = asked.filter(work_state__in=[WorkState.DONE, WorkState.DEAD])
    lines = [
        Line(
            _("Report of {period}").format(period=each),
            each.get_absolute_url(),
            state=_("Ready") if each.work_state == WorkState.DONE else _("Failed"),
            tone="ok" if each.work_state == WorkState.DONE else "mal",
        )
        for each in ended.order_by("-requested_at", "-pk")[: SHOWN + 1]
    ]
    yield Block(_("Reports"), Urgency.NEWS, lines)
