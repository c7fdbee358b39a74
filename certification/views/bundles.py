"""The certificates of a list as one file: asking for it, how far it is, and the file itself."""

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import OtherContent, record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from certification.actions import bundles
from certification.filters import CertificateFilter
from certification.forms.certificates import BundleForm
from certification.models import Certificate, CertificateBundle
from genesis.lib.forms import add_errors
from genesis.lib.pages import render_form, render_page
from genesis.lib.policy import allow


def _chosen(request):
    """Of the list as it was filtered, those that are printed and that this user may read."""
    readable = Certificate.objects.readable_by(request.user).exclude(pdf="")
    found = CertificateFilter(request.GET, queryset=readable).qs
    return found.select_related("assessment").order_by("-issued_on", "-pk")


@allow(Permission.CERTIFICATE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def bundle_create(request):
    """Say how many they are, and ask what for."""
    chosen, status = _chosen(request), 422
    form = BundleForm(request.POST or None)
    if form.is_valid():
        try:
            made = bundles.request_bundle(
                list(chosen[: bundles.MOST + 1]), **form.cleaned_data, by=request.user
            )
        except (ValidationError, OtherContent) as error:
            add_errors(form, error)
            status = 409
        else:
            return redirect(made)
    context = {"total": chosen.count(), "most": bundles.MOST, "first": chosen[:5]}
    record_reading(request, people=[each.person_id for each in context["first"]])
    return render_form(request, "certification/bundle_create.html", form, status=status, **context)


@allow(Permission.CERTIFICATE_VIEW)
@require_safe
def bundle_detail(request, public_id):
    bundle = get_object_or_404(
        CertificateBundle.objects.visible_to(request.user), public_id=public_id
    )
    context = {"bundle": bundle, "may_fetch": bundle.is_done and bundles.may_fetch(bundle)}
    return render_page(request, "certification/bundle_detail.html", context, partials=["progress"])


@allow(Permission.CERTIFICATE_VIEW)
@require_safe
def bundle_file(request, public_id):
    """The file, as long as all that is in it is for its reader: each paper is asked for again."""
    made = CertificateBundle.objects.visible_to(request.user).exclude(file="")
    bundle = get_object_or_404(made, public_id=public_id)
    if not bundles.may_fetch(bundle):
        raise Http404
    held = Certificate.objects.filter(pk__in=bundle.ids)
    people = held.values_list("assessment__person", flat=True)
    record_reading(request, people=sorted(set(people)), kind=ReadKind.EXPORT)
    return FileResponse(
        bundle.file.open(),
        as_attachment=True,
        filename=f"certificados-{bundle}.zip".replace("/", "-"),
        content_type="application/zip",
    )
