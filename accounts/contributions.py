"""What accounts itself knows: why an organization is still needed, and what is not sent yet."""

from collections.abc import Iterator

from django.db.models import Count, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Draft, Organization, RoleAssignment, User
from accounts.registry import SHOWN, Block, Line, Urgency, Use
from accounts.roles import Permission
from genesis.lib.background import KINDS_OF_WORK, WorkState


def roles_held(organization: Organization) -> Iterator[Use]:
    """Nobody works for an organization that has ended."""
    held = RoleAssignment.objects.on(timezone.localdate()).filter(organization=organization)
    if count := held.count():
        words = ngettext("%d role is held for it.", "%d roles are held for it.", count)
        yield Use(words % count)


def blocks(user: User) -> Iterator[Block]:
    """Forms that somebody has not sent yet."""
    yield _drafts(user)


def failed(user: User) -> Iterator[Block]:
    """To who looks after the system, what failed."""
    if user.may(Permission.WORK_RETRY):
        yield _dead_work()


def _drafts(user: User) -> Block:
    kept = Draft.objects.of(user).exclude(address="").order_by("-saved_at", "-pk")
    lines = [
        Line(
            each.title or _("A form that was not sent"),
            each.address,
            _("Last saved on {day}").format(
                day=date_format(timezone.localtime(each.saved_at), "DATETIME_FORMAT")
            ),
        )
        for each in kept[: SHOWN + 1]
    ]
    return Block(_("Forms that you have not sent"), Urgency.UNFINISHED, lines)


def _dead_work() -> Block:
    """What failed of each kind, all kinds in one question."""
    titles = {model._meta.label: title for model, (title, *_rest) in KINDS_OF_WORK.items()}
    counted = [
        model._base_manager.filter(work_state=WorkState.DEAD)
        .values(work=Value(model._meta.label))
        .annotate(dead=Count("pk"))
        for model in KINDS_OF_WORK
    ]
    rows = sorted(counted[0].union(*counted[1:], all=True), key=lambda row: row["work"])
    lines = [
        Line(
            titles[row["work"]],
            reverse("accounts:work_list"),
            ngettext("%d piece of work failed.", "%d pieces of work failed.", row["dead"])
            % row["dead"],
        )
        for row in rows
        if row["dead"]
    ]
    return Block(_("Background work that failed"), Urgency.LATE, lines)
