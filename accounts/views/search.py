"""One field for everything that somebody looks for, each area asked for what it knows."""

from django.views.decorators.http import require_safe

from accounts.actions.history import record_reading
from accounts.choices import ReadKind
from accounts.registry import found_by
from genesis.lib.pages import render_page
from genesis.lib.policy import signed_in
from genesis.lib.search import plain

LONGEST = 100


@signed_in
@require_safe
def search(request):
    """What is found; that names were shown is logged, and never what was looked for."""
    text = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST]
    found = found_by(request.user, text) if plain(text) else []
    named = [line.person for each in found for line in each.lines if line.person]
    record_reading(request, people=sorted(set(named)), kind=ReadKind.SEARCH)
    context = {"text": text, "found": found, "count": sum(len(each.lines) for each in found)}
    return render_page(request, "accounts/search.html", context, partials=["results"])
