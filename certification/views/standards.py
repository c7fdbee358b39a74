"""The competency standards, as everybody in certification may read them: without answer keys."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from certification.models import Element, Instrument, Item, StandardVersion
from genesis.lib.pages import render_page
from genesis.lib.policy import allow


@allow(Permission.STANDARD_VIEW)
@require_safe
def standard_list(request):
    versions = StandardVersion.objects.select_related("standard")
    context = {"versions": versions.order_by("standard__code", "-number")}
    return render_page(request, "certification/standard_list.html", context)


@allow(Permission.STANDARD_VIEW)
@require_safe
def standard_detail(request, public_id):
    elements = Element.objects.order_by("position").prefetch_related("criteria")
    items = Item.objects.order_by("position").select_related("criterion", "knowledge")
    versions = StandardVersion.objects.select_related("standard").prefetch_related(
        "units",
        Prefetch("units__elements", elements),
        "knowledges",
        Prefetch("instruments", Instrument.objects.order_by("position")),
        Prefetch("instruments__items", items),
        "diagnostic_bands",
        "equipment",
    )
    version = get_object_or_404(versions, public_id=public_id)
    return render_page(request, "certification/standard_detail.html", {"version": version})
