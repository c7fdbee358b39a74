"""What «Hoy» says, in its second part, of files and of what is done with many at once."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from beneficiaries.choices import ExportDecision
from beneficiaries.models import BulkRun, ListExport
from genesis.lib.background import WorkState

TOLD = timedelta(days=3)  # how long what was done with many is news
BOTH = {Permission.CASE_ASSIGN, Permission.MESSAGE_PREPARE}


def blocks(user: User) -> Iterator[Block]:
    """Files that are ready, those to agree to, and what is done with many at once."""
    if user.may(Permission.PERSON_EXPORT):
        yield _files(user)
    if user.may(Permission.EXPORT_APPROVE):
        yield _to_decide(user)
    if any(user.may(each) for each in BOTH):
        yield _runs(user)


def _files(user: User) -> Block:
    kept = timezone.now() - settings.LIST_EXPORT_KEPT
    ready = Q(work_state=WorkState.DONE, erased_at=None, ready_at__gt=kept)
    lately = Q(decision=ExportDecision.REFUSED, decided_at__gt=timezone.now() - TOLD)
    theirs = ListExport.objects.visible_to(user).filter(
        ready | lately | Q(work_state=WorkState.DEAD)
    )
    lines = [
        Line(
            _("List of people of {day}").format(day=each),
            each.get_absolute_url(),
            each.purpose,
            state=_state_of(each),
            tone="ok" if each.is_ready else "mal",
        )
        for each in theirs.defer("ids").order_by("-asked_at", "-pk")[: SHOWN + 1]
    ]
    return Block(_("My files"), Urgency.NEWS, lines, reverse("beneficiaries:export_list"))


def _state_of(export: ListExport) -> str:
    if export.is_refused:
        return _("Refused")
    return _("Ready") if export.is_done else _("Failed")


def _to_decide(user: User) -> Block:
    waiting = ListExport.objects.to_decide(user).defer("ids").select_related("asked_by")
    lines = [
        Line(
            _("{who} asks for a file with names").format(who=each.asked_by),
            reverse("beneficiaries:export_decide", args=[each.public_id]),
            each.purpose,
        )
        for each in waiting.order_by("asked_at", "pk")[: SHOWN + 1]
    ]
    url = reverse("beneficiaries:export_queue")
    return Block(_("Files with names to agree to"), Urgency.ANSWER, lines, url)


def _runs(user: User) -> Block:
    lately = BulkRun.objects.visible_to(user).filter(asked_at__gt=timezone.now() - TOLD)
    lines = [
        Line(
            each.get_kind_display(),
            each.get_absolute_url(),
            _("{done} of {total} people").format(done=each.done, total=each.total),
            state=_("Done") if each.is_done else _("Failed") if each.is_dead else _("Being done"),
            tone="ok" if each.is_done else "mal" if each.is_dead else "curso",
        )
        for each in lately.order_by("-asked_at", "-pk")[: SHOWN + 1]
    ]
    return Block(_("Done with many at once"), Urgency.NEWS, lines)
