"""The public check of a certificate: what anybody learns who has its code or its paper.

With the code: how it stands, its standard, its dates and the holder's initials.
With the secret of its QR, or with the holder's surname and document: what the
front of the paper says. A code that is unknown, mistyped, or of somebody who
does not want to be found gets the same answer after the same work.
"""

from hmac import compare_digest
from uuid import UUID

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Consent
from certification.actions.certificates import last_three
from certification.actions.checks import (
    CheckResult,
    count_check,
    may_check,
    may_try_holder,
    result_of,
)
from certification.choices import PublicLookup
from certification.documents.printed import enumerated, secret_key
from certification.forms.public import CodeForm, HolderForm
from certification.models import Certificate
from genesis.lib.codes import UnknownCode, is_certificate_secret, read_short_code
from genesis.lib.origin import origin
from genesis.lib.policy import public
from genesis.lib.search import plain
from genesis.lib.unlisted import unlisted

NOBODY = UUID(int=0)  # whose secret is compared when there is no certificate
TONES = {CheckResult.VALID: "calma", CheckResult.UNKNOWN: "mal", CheckResult.REVOKED: "mal"}


@public
@unlisted
@require_safe
def certificate_check(request):
    """Ask for a code, and answer for the one that was written."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return _answer(request, form.cleaned_data["code"])
    status = 422 if form.is_bound else 200
    return render(request, "certification/certificate_check.html", {"form": form}, status=status)


@public
@csrf_exempt  # no-referrer makes browsers send «Origin: null»; nothing here is done for a session
@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_verify(request, code):
    return _answer(request, code)


@public
@unlisted
@require_safe
def certificate_verify_full(request, code, secret):
    if not may_check(origin.get().ip):
        return _too_many(request)
    certificate = _find(code)
    public_id, number = (
        (certificate.public_id, certificate.secret_key_number) if certificate else (NOBODY, 1)
    )
    if not is_certificate_secret(secret, public_id, key=secret_key(number)):
        certificate = None
    result = result_of(certificate, timezone.localdate())
    if result == CheckResult.REPLACED:  # what it said may be why there is another
        return _show(request, certificate, result, form=HolderForm())
    return _show(request, certificate, result, full=True)


def _answer(request, code):
    """How the certificate with that code stands; to whoever knows the holder, what it says."""
    if not may_check(origin.get().ip):
        return _too_many(request)
    certificate = _find(code)
    result = result_of(certificate, timezone.localdate())
    form = HolderForm(request.POST if request.method == "POST" else None)
    if certificate is None or not form.is_valid():
        return _show(request, certificate, result, form=form)
    if not may_try_holder(certificate):
        return _too_many(request)
    if _is_holder(certificate, **form.cleaned_data):
        return _show(request, certificate, result, full=True, counted=CheckResult.HOLDER_MATCHES)
    form.add_error(None, _("They do not match this certificate. Compare them with the paper."))
    return _show(request, certificate, result, form=form, counted=CheckResult.HOLDER_DIFFERS)


def _find(typed):
    """The certificate with that code, if its holder lets it be found: one query, whatever is typed.

    No certificate has an empty code, which stands for one that cannot be read.
    """
    try:
        code = read_short_code(typed)
    except UnknownCode:
        code = ""
    willing = Consent.objects.in_force().for_purpose(ConsentPurpose.PUBLIC_REGISTER)
    found = Certificate.objects.filter(code=code, assessment__person__in=willing.values("person"))
    return found.exclude(public_lookup=PublicLookup.NONE).first()


def _is_holder(certificate, *, surname, document):
    """Whether name and document are those that were printed, whatever they are today (CERT-15).

    The printed name is one text, so a surname is any words of it but the first.
    """
    name = f" {plain(certificate.holder_name).partition(' ')[2]} "
    known = certificate.holder_document
    same = compare_digest(last_three(document).encode(), known.encode())
    return same and known != "" and f" {plain(surname)} " in name


def _show(request, certificate, result, *, form=None, full=False, counted=None):
    """The page of an answer; it counts as `result` unless something else was `counted`."""
    count_check(counted or result, certificate)
    context = {"result": result, "tone": TONES.get(result, "")}
    if certificate is None:
        status = 404
    else:
        status = 422 if form is not None and form.is_bound else 200
        context |= {
            "certificate": certificate,
            "facts": facts_of_front(certificate) if full else _facts(certificate),
            "form": form,
            "full": full,
            "matched": counted == CheckResult.HOLDER_MATCHES,
            "verify_url": reverse("certificate_verify", args=[certificate.code]),
        }
    return render(request, "certification/certificate_verify.html", context, status=status)


def _facts(certificate):
    """What a code alone shows: rows of label and value."""
    return _rows(
        {
            _("Standard"): f"{certificate.standard_code} {certificate.standard_title}",
            _("Certifying body"): certificate.body_name,
            _("Issued on"): _day(certificate.issued_on),
            _("Valid until"): _end(certificate),
            _("Initials of the holder"): _initials(certificate),
        }
    )


def facts_of_front(certificate):
    """What the front of the paper says; of people under protection, not where or with whose help.

    Who supported them tells in which programme, and so often where, they were (CERT-19).
    """
    supported = enumerated([each["name"] for each in certificate.donors])
    return _rows(
        {
            _("Holder"): certificate.holder_name,
            _("Identity document ends in"): certificate.holder_document,
            _("Standard"): certificate.standard_title,
            _("Code and version"): _("%(code)s, version %(version)s, level %(level)s")
            % {
                "code": certificate.standard_code,
                "version": certificate.standard_version,
                "level": certificate.level,
            },
            _("Assessed at"): "" if certificate.shows_little else certificate.place,
            _("Centre"): "" if certificate.shows_little else certificate.centre_code,
            _("Assessed on"): _day(certificate.assessed_on),
            _("Issued on"): _day(certificate.issued_on),
            _("Valid until"): _end(certificate),
            _("Folio"): certificate.folio,
            _("Code of the certificate"): certificate.shown_code,
            _("Certifying body"): certificate.body_name,
            _("Certifying officer"): certificate.officer_name,
            _("With the support of"): "" if certificate.shows_little else supported,
        }
    )


def _rows(facts):
    return [{"label": label, "value": value} for label, value in facts.items() if value]


def _day(day):
    return date_format(day, "DATE_FORMAT")


def _end(certificate):
    last = certificate.valid_until
    return _("No expiry date") if last is None else _day(last)


def _initials(certificate):
    return "" if certificate.shows_little else certificate.holder_initials


def _too_many(request):
    return render(request, "429.html", status=429)
