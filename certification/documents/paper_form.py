"""The form on paper, and the code on each of its pages: of which assessment and form it is."""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from certification.choices import SafetyPoint
from certification.documents.printed import qr
from certification.models import PaperForm
from genesis.lib.codes import is_paper_check, paper_check
from genesis.lib.pdf import write_pdf


def paper_pdf(form: PaperForm, facts: Mapping[str, Any]) -> bytes:
    """Print a form; `facts` are what stands on it, and no more than a telephone takes along."""
    with translation.override("es"):
        code = qr(address_of(form), title=_("Square code of this form"))
        context = {**facts, "form": form, "code": code_of(form), "qr": code}
        context["safety"] = SafetyPoint.labels
        return write_pdf(render_to_string("print/paper_form.html", context))


def code_of(form: PaperForm) -> str:
    """What stands below the QR, to be typed where no camera reads it."""
    check = paper_check(form.assessment.public_id, form.public_id, key=_key())
    return f"{form}-{check}"


def address_of(form: PaperForm) -> str:
    """What the QR says: where the form is typed. It names nobody."""
    return settings.SITE_URL + reverse("certification:paper_open", args=[code_of(form)])


def fits(form: PaperForm, check: str) -> bool:
    """Whether those are the characters of this form, in a time that tells nothing."""
    return is_paper_check(check, form.assessment.public_id, form.public_id, key=_key())


def _key() -> bytes:
    key = HKDF(SHA256(), 32, salt=None, info=b"genesis paper form")
    return key.derive(settings.INSTALLATION_KEY.encode())
