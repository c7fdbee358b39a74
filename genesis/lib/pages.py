"""How pages are answered: lists by keyset, forms with their status, pieces for htmx, files."""

import logging
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

log = logging.getLogger(__name__)

ROWS, COUNTED = 25, 1000
SEALED = "default-src 'none'; sandbox"  # whatever a file turns out to be, it runs nothing


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


class Page(NamedTuple):
    """Some rows of a list, the ids that go on from them, and how many there are in all."""

    rows: list[Any]
    before: UUID | None
    after: UUID | None
    total: int  # COUNTED + 1 says «more than COUNTED»
    order: str


def paginate(request: HttpRequest, found: QuerySet[Any], *, orders: Sequence[str]) -> Page:
    """Return the rows next to the one that the address names: `despues` of it, or `antes`.

    `orders` are the columns that the list may be sorted by, the first unasked:
    never null, each with an index that ends in the key. An unknown order or row
    gives the first page. The address holds an id, since a column may be a name.
    """
    order = request.GET.get("orden", "")
    order = order if order in orders else orders[0]
    column, back = order.removeprefix("-"), "antes" in request.GET
    named = request.GET.get("antes" if back else "despues")
    start = _place(found, column, named) if named else None
    back = back and start is not None
    down = order.startswith("-") != back
    rows = found.order_by(*[f"-{each}" if down else each for each in (column, "pk")])
    if start:
        value, pk = start
        side = "lt" if down else "gt"
        beyond = Q(**{f"{column}__{side}": value}) | Q(**{column: value, f"pk__{side}": pk})
        rows = rows.filter(beyond, **{f"{column}__{side}e": value})
    shown = list(rows[: ROWS + 1])
    more, shown = len(shown) > ROWS, shown[:ROWS][:: -1 if back else 1]
    earlier, later = (more, True) if back else (start is not None, more)
    return Page(
        shown,
        shown[0].public_id if shown and earlier else None,
        shown[-1].public_id if shown and later else None,
        found.order_by().values("pk")[: COUNTED + 1].count(),
        order,
    )


def _place(found: QuerySet[Any], column: str, public_id: str) -> tuple[Any, int] | None:
    """Return where a row stands in the order; None when it is none of those that were found."""
    try:
        return found.order_by().values_list(column, "pk").get(public_id=public_id)
    except (ObjectDoesNotExist, ValidationError):
        return None


def is_ours(address: str) -> bool:
    """Whether a page that an address names to go on to is one of ours."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, None)


def render_form(
    request: HttpRequest, template: str, form: BaseForm, *, status: int = 422, **context: Any
) -> HttpResponse:
    """Show `form`: 200 when empty, `status` when it comes back, with its errors and its key."""
    status = status if form.is_bound else 200
    return render(request, template, {"form": form, **context}, status=status)


def render_page(
    request: HtmxHttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    partials: Collection[str] = (),
) -> HttpResponse:
    """Render `template`, or only the partial that htmx asked for by its element's id.

    A partial and the element it fills have the same name. Only those listed in
    `partials` are served, since the name comes from a request header.
    """
    if request.htmx.target in partials:
        template = f"{template}#{request.htmx.target}"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Target"])
    return response


def hand_out(file: FieldFile, *, name: str, media_type: str, inline: bool = False) -> HttpResponse:
    """Answer with a private file under a name of ours: to be saved, unless it is shown `inline`.

    It runs nothing, whatever it is. One that the storage has lost is not found.
    """
    try:
        with file.open("rb") as kept:
            content = kept.read()
    except FileNotFoundError:
        log.error("%s is not in the storage.", file.name)
        raise Http404 from None
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": content_disposition_header(not inline, name),
            "Content-Security-Policy": SEALED,
            "X-Content-Type-Options": "nosniff",
        },
    )
