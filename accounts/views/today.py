"""«Hoy»: the first page of every role."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actions.history import record_reading
from accounts.navigation import has_pages
from accounts.registry import LOOKED_AFTER, TODAY, blocks_of
from accounts.roles import DESCRIPTIONS, Role
from genesis.lib.pages import render_page
from genesis.lib.policy import signed_in

LATER = "equipo"  # the second part of the page, which is loaded after the first


@signed_in
@require_safe
def home(request):
    """What waits for whoever is signed in; to a role without pages, what it will find here."""
    if not has_pages(request.user):
        return render(request, "accounts/home.html", {"roles": _roles_of(request.user)})
    looked_after = request.GET.get("parte") == LATER
    blocks = blocks_of(request.user, LOOKED_AFTER if looked_after else TODAY)
    people = {line.person for block in blocks for line in block.shown if line.person}
    if people:
        record_reading(request, people=people)
    context = {"blocks": blocks, "looked_after": looked_after, "today": timezone.localdate()}
    return render_page(request, "accounts/today.html", context, partials=["blocks"])


def _roles_of(user):
    held = user.role_assignments.on(timezone.localdate()).select_related("organization")
    return [{"held": each, "description": DESCRIPTIONS[Role(each.role)]} for each in held]
