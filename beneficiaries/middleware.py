"""Both numbers find the file: the old address leads to the one that stayed (CASE-1)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from beneficiaries.models import Person

NOT_TYPED = {"csrfmiddlewaretoken", "key", "version", "save"}


class MergedFileMiddleware:
    """Answer for a page that is not there since its person's file was merged into another."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, Http404) or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        named = {name: value for name, value in match.kwargs.items() if isinstance(value, UUID)}
        merged = Person.objects.filter(public_id__in=named.values()).exclude(merged_into=None)
        stays = Person.objects.visible_to(request.user)
        for old in merged.filter(merged_into__in=stays).select_related("merged_into"):
            return _lead(request, match, old)
        return None


def _lead(request, match, old):
    """To the same page of the file that stayed; what was typed comes back to be written there."""
    new = old.merged_into
    kwargs = {
        name: new.public_id if value == old.public_id else value
        for name, value in match.kwargs.items()
    }
    url = reverse(match.view_name, kwargs=kwargs)
    if request.method not in {"GET", "HEAD"}:
        typed = [
            value
            for name, values in request.POST.lists()
            for value in values
            if name not in NOT_TYPED and value.strip()
        ]
        context = {"old": old, "person": new, "url": url, "typed": typed}
        return render(request, "beneficiaries/person_merged.html", context, status=409)
    messages.info(
        request,
        _("{old} was merged into this file, {new}.").format(
            old=old.file_number, new=new.file_number
        ),
    )
    return redirect(url)
