"""The certificate as a document: its front, its back, and the address in its QR.

Everything comes from the certificate's own row, so the same row gives the same
bytes whenever it is printed (CERT-15).
"""

from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import segno
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from weasyprint import Attachment

from certification.models import Certificate, CertificateEvent, Logo
from genesis.lib.codes import certificate_secret
from genesis.lib.pdf import closed_fetcher, write_pdf

NAME_SIZES = ((32, 24), (48, 20))  # up to so many letters, so many points
SMALLEST_NAME = 16
LONG_BODY = 90  # letters of a body's name from which it is printed smaller, beside its logo
LONG_DONORS = 300  # letters of all donors' names together, the same
LINES_ON_THE_BACK = 24  # of units and elements in the usual size


CREDENTIAL = "credencial.json"  # how the credential is called inside the PDF


def certificate_pdf(
    certificate: Certificate, *, duplicate: CertificateEvent | None = None
) -> bytes:
    """Print both sides of a certificate as PDF/A-3a; a `duplicate` says that it is one.

    Its credential goes along in the file, to the letter as it was signed.
    """
    return write_pdf(
        certificate_html(certificate, duplicate=duplicate),
        pdf_variant="pdf/a-3a",
        pdf_identifier=certificate.public_id.bytes,
        attachments=_attachments(certificate, certificate.recorded_at),
    )


class LogoNotAsItWas(Exception):
    """The file of a logo is not the one that certificates are printed with (CERT-15)."""


def certificate_html(certificate: Certificate, *, duplicate: CertificateEvent | None = None) -> str:
    """Both sides of a certificate as a page, in Spanish whoever asks."""
    with translation.override("es"):
        return render_to_string(
            "print/certificate.html",
            {
                "certificate": certificate,
                "duplicate": duplicate,
                **_marks(certificate),
                "paper": settings.CERTIFICATE_PAPER,
                "help_phone": settings.PHONE_OF_HELP,
                "long": _lines(certificate) > LINES_ON_THE_BACK,
                "made_at": certificate.recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "name_size": name_size(certificate.holder_name),
                "qr": qr(address(certificate), title=_("Square code to check the certificate")),
                "site": f"{settings.SITE_URL}/v/".removeprefix("https://"),
            },
        )


def _marks(certificate: Certificate) -> dict[str, Any]:
    """Who certifies and who funds it, with their logos as pictures within the page."""
    body, names = certificate.body_logo, [each["name"] for each in certificate.donors]
    asked = [each["logo"] for each in certificate.donors if each["logo"]]
    found = {str(each.public_id): each for each in Logo.objects.filter(public_id__in=asked)}
    letters = sum(map(len, names))
    return {
        "body_logo": picture_of(body) if body else "",
        "long_body": len(certificate.body_name) > LONG_BODY,
        "donor_names": enumerated(names),
        "donor_logos": [
            {"name": each["name"], "picture": picture_of(found[each["logo"]])}
            for each in certificate.donors
            if each["logo"]
        ],
        "long_donors": letters > LONG_DONORS,
    }


def picture_of(logo: Logo) -> str:
    """A logo as an address that holds it. Raises LogoNotAsItWas."""
    with logo.file.open("rb") as file:
        content = file.read()
    if sha256(content).hexdigest() != logo.sha256:
        raise LogoNotAsItWas
    return f"data:image/jpeg;base64,{b64encode(content).decode()}"


def enumerated(names: list[str]) -> str:
    """«A», «A y B», «A, B y C», in the language of the day."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _attachments(certificate: Certificate, made_at: datetime) -> list[Attachment]:
    if not certificate.credential:
        return []  # those of before there were credentials
    return [
        Attachment(
            string=certificate.credential,
            url_fetcher=closed_fetcher(),
            name=CREDENTIAL,
            description="Open Badges 3.0",
            relationship="Data",
            created=made_at,
            modified=made_at,
        )
    ]


def address(certificate: Certificate) -> str:
    """What the QR says: in capitals and figures only, which a QR keeps in fewer modules."""
    return f"{settings.SITE_URL}/V/{certificate.code}/{secret_of(certificate)}".upper()


def secret_of(certificate: Certificate) -> str:
    """The secret in the QR, made again whenever it is needed, and stored nowhere."""
    return certificate_secret(certificate.public_id, key=secret_key(certificate.secret_key_number))


def secret_key(number: int) -> bytes:
    """The key of the installation with that number, under which secrets are made."""
    key = HKDF(SHA256(), 32, salt=None, info=f"genesis certificate {number}".encode())
    return key.derive(settings.INSTALLATION_KEY.encode())


def name_size(name: str) -> int:
    """How large a name is printed, in points, so that a long one stays on the page."""
    return next((points for letters, points in NAME_SIZES if len(name) <= letters), SMALLEST_NAME)


def qr(text: str, *, title: str) -> str:
    """`text` as a QR code of one path, to be put into a page."""
    code = segno.make_qr(text, error="m")
    return mark_safe(code.svg_inline(title=title, svgclass="qr", lineclass=None, omitsize=True))


def _lines(certificate: Certificate) -> int:
    return sum(1 + len(unit["elements"]) for unit in certificate.units)
