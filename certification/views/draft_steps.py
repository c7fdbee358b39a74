"""What may be done with a draft, by whom: the page's reading of where it stands."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from certification import permissions
from certification.choices import APPROVALS
from certification.choices import DraftState as State
from certification.views.steps import Button

AS_READ = {"draft_approve", "draft_publish"}


def steps_for(user, draft, *, whole):
    """The buttons of a draft for one user, the next thing to do first."""
    return [
        Button(title, _address(name, draft), primary)
        for title, name, primary in _steps(user, draft, whole=whole)
    ]


def _address(name, draft):
    """Where a step is asked; what is approved and published is the version that was read here."""
    query = {"version": draft.version} if name in AS_READ else None
    return reverse(f"certification:{name}", args=[draft.public_id], query=query)


def _steps(user, draft, *, whole):
    if permissions.can_write(user, draft):
        if whole:
            yield _("Send to the committee"), "draft_send", True
        yield _("Change its data"), "draft_data", not whole
        yield _("Give it up"), "draft_drop", False
    if draft.state == State.IN_REVIEW:
        yield from _before_the_committee(user, draft)


def _before_the_committee(user, draft):
    voices = {each.by_id for each in draft.votes()}
    if permissions.can_approve(user, draft):
        if user.pk not in voices:
            yield _("Approve"), "draft_approve", True
        elif len(voices) >= APPROVALS:
            yield _("Publish"), "draft_publish", True
    if user.may(Permission.STANDARD_APPROVE) or user.may(Permission.STANDARD_AUTHOR):
        yield _("Send it back"), "draft_return", False
