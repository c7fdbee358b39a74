"""What anybody may read of certification: who signs, what was revoked, what a standard asks.

And what a holder shows: the page behind an address that she had made.
"""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from certification.actions import sharing
from certification.actions.checks import count_check, may_check, result_of
from certification.choices import VersionState
from certification.documents.status import did_document
from certification.forms.public import CodeForm
from certification.models import Archive, SigningKey, StandardVersion, StatusList
from certification.views.certificates import credential_response
from certification.views.public import TONES, facts_of_front
from genesis.lib.origin import origin
from genesis.lib.policy import public
from genesis.lib.unlisted import unlisted

FOR_EVERYBODY = {
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",  # programs in a browser check credentials too
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@public
@require_safe
def issuer_keys(request):
    """/.well-known/did.json: the keys whose signatures hold."""
    keys = SigningKey.objects.trusted().order_by("-pk")
    return JsonResponse(did_document(keys), headers=FOR_EVERYBODY)


@public
@require_safe
def status_list(request, number):
    """The signed list of what was revoked, to the letter."""
    found = get_object_or_404(StatusList.objects.exclude(text=""), number=number)
    return HttpResponse(found.text.encode(), content_type="application/vc", headers=FOR_EVERYBODY)


@public
@require_safe
def status_token(request, number):
    """The same list as a JWT, for programs that believe no other signature of a list."""
    found = get_object_or_404(StatusList.objects.exclude(token=""), number=number)
    return HttpResponse(found.token, content_type="application/jwt", headers=FOR_EVERYBODY)


@public
@require_safe
def archive_file(request, year):
    """What a year leaves behind, signed, to be kept outside: for when the site is gone."""
    found = get_object_or_404(Archive.objects.to_be_had(), year=year)
    with found.file.open("rb") as file:
        content = file.read()
    name = content_disposition_header(True, f"archivo-{year}.zip")
    headers = {**FOR_EVERYBODY, "Content-Disposition": name}
    return HttpResponse(content, content_type="application/zip", headers=headers)


@public
@require_safe
def standard_public(request, code, number):
    """What somebody with a certificate in this standard can do; drafts are nobody's business."""
    versions = StandardVersion.objects.exclude(state=VersionState.DRAFT)
    version = get_object_or_404(
        versions.select_related("standard").prefetch_related("units__elements__criteria"),
        standard__code=code,
        number=number,
    )
    return render(request, "certification/standard_public.html", {"version": version})


@public
@require_safe
def employers(request):
    """How to check a certificate, for who has somebody before them that shows one."""
    archives = Archive.objects.to_be_had().order_by("-year")
    context = {"form": CodeForm(), "archives": archives}
    return render(request, "certification/employers.html", context)


@public
@unlisted
@require_safe
def certificate_shared(request, secret):
    """What a holder shows for some days; shut, used up and unknown addresses are answered alike."""
    if not may_check(origin.get().ip):
        return render(request, "429.html", status=429)
    link = sharing.open_link(secret)
    if link is None:
        return _not_open(request)
    result = result_of(link.certificate, timezone.localdate())
    count_check(result)
    context = {
        "certificate": link.certificate,
        "result": result,
        "tone": TONES.get(result, ""),
        "facts": facts_of_front(link.certificate),
        "secret": secret,
    }
    return render(request, "certification/certificate_shared.html", context)


@public
@unlisted
@require_safe
def credential_shared(request, secret):
    """The credential itself, for a program of whoever was shown the certificate.

    It says all that the page does: to fetch it is one of the times, too.
    """
    if not may_check(origin.get().ip):
        return render(request, "429.html", status=429)
    link = sharing.open_link(secret, with_credential=True)
    return _not_open(request) if link is None else credential_response(link.certificate)


def _not_open(request):
    return render(request, "certification/certificate_shared.html", {}, status=404)
