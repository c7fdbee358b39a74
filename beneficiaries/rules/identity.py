"""Which number an identity document may carry (CASE-2)."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import DUI_TYPES, DocStatus, DocType
from genesis.lib.textclean import UnreadableText, clean_text

DUI = re.compile(r"([0-9]{8})-?([0-9])")
HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
NEED_A_NUMBER = {DocStatus.VALID, DocStatus.EXPIRED}
LONGEST_NUMBER = 30


class WrongNumber(ValueError):
    """The text is not the number of a DUI; the message is for who typed it."""


def dui_check_digit(first_eight: str) -> str:
    """The ninth digit of a DUI, from its first eight."""
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(first_eight))
    return str(-total % 10)


def normalise_dui(text: str) -> str:
    """Return the number of a DUI as 90000001-7, typed with or without hyphen and spaces.

    Raises WrongNumber when it does not have nine digits, when the last one does
    not agree with the others, and for the number of noughts alone.
    """
    found = DUI.fullmatch(re.sub(r"\s", "", text).translate(HYPHENS))
    if not found:
        raise WrongNumber(_("A DUI has nine digits, as in 01234567-8."))
    number, digit = found.groups()
    if not number.strip("0") or dui_check_digit(number) != digit:
        raise WrongNumber(_("The last digit of the DUI does not agree with the others."))
    return f"{number}-{digit}"


def check_document(doc_type: str, status: str, number: str, reason: str = "") -> str:
    """Return the number of a document as it is stored, or "" where it may be missing.

    A number is needed only while the document is valid or expired: one that was
    lost, never issued or is being issued may have none. A DUI whose check digit
    is wrong is refused; on an expired card (type «Expired DUI») it is kept as
    written, if `reason` says why. Raises ValidationError on the field concerned.
    """
    number = _cleaned(number)
    if doc_type == DocType.NONE:
        if number:
            raise _wrong("number", _("Who has no document has no number."), "none")
        return ""
    if not number:
        if status in NEED_A_NUMBER:
            raise _wrong("number", _("A valid or expired document needs its number."), "required")
        return ""
    if doc_type not in DUI_TYPES:
        return number.upper()
    try:
        return normalise_dui(number)
    except WrongNumber as problem:
        if doc_type == DocType.DUI:
            raise _wrong("number", str(problem), "check_digit") from problem
        if not reason.strip():
            message = _("Say why the number of this card differs.")
            raise _wrong("check_reason", message, "required") from problem
        return number


def _cleaned(number: str) -> str:
    try:
        return clean_text(number, max_length=LONGEST_NUMBER)
    except UnreadableText as problem:
        raise _wrong("number", str(problem), "unreadable") from problem


def _wrong(field, message, code):
    return ValidationError({field: ValidationError(message, code)})
