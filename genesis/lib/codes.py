"""Numbers and codes that people copy by hand, and secrets that can be made again.

Folios, the short code of a certificate with its check character, the secret in
its QR, and the reference under which a person stands in a list without names.
Only numbers of keys are stored, never a secret: each is an HMAC.
"""

import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple

from django.utils.translation import gettext as _

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SHORT_CODE_LENGTH = 9  # 45 bits, and one character that checks them
SEPARATORS = re.compile(r"[\s\-‐‑‒–—−]+")
MISREAD = str.maketrans("OIL", "011")
FOLIO = re.compile(r"([A-Z][A-Z0-9]*)-(\d{4})-([A-Z]+\d+)-(\d{6,})-(\d)", re.ASCII)


class UnknownCode(ValueError):
    """What was typed is no folio, or no code, that this system can have given."""


class Folio(NamedTuple):
    """The parts of a certificate's number; `standard` is written without its hyphen."""

    prefix: str
    year: int
    standard: str
    sequence: int

    @property
    def digit(self) -> str:
        """The Luhn digit over the digits of year, standard and sequence."""
        standard = re.sub(r"\D", "", self.standard)
        return luhn_digit(f"{self.year}{standard}{self.sequence:06}")

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.standard}-{self.sequence:06}-{self.digit}"


def looks_like_folio(text: str) -> bool:
    """Whether somebody typed what is written like a folio, with its hyphens or without."""
    plain = SEPARATORS.sub("", text).upper()
    return re.fullmatch(r"[A-Z][A-Z0-9]{0,5}\d{4}[A-Z]+\d{3}\d{6,}\d", plain, re.ASCII) is not None


def luhn_digit(number: str) -> str:
    """The decimal digit that Luhn's rule puts behind `number`."""
    return _luhn(number, "0123456789")


def folio(prefix: str, year: int, standard: str, sequence: int) -> str:
    """The folio of a certificate: GS, 2026, CON-002 and 123 give GS-2026-CON002-000123-2."""
    text = str(Folio(prefix, year, standard.replace("-", ""), sequence))
    if not FOLIO.fullmatch(text):
        raise ValueError(f"no folio can be made of {prefix!r}, {year!r}, {standard!r}, {sequence}")
    return text


def short_code(choose: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """A new code of nine random characters and the one that checks them, without hyphens."""
    code = "".join(choose(CROCKFORD) for _each in range(SHORT_CODE_LENGTH))
    return code + check_character(code)


def check_character(code: str) -> str:
    """The character that Luhn's rule, counted to 32, puts behind `code`."""
    return _luhn(code, CROCKFORD)


def read_short_code(text: str) -> str:
    """Return a short code as it is stored, from what somebody typed; raises UnknownCode.

    Small letters, hyphens and spaces do not matter; O is read as 0, I and L as 1.
    """
    typed = SEPARATORS.sub("", text)
    code = typed.upper().translate(MISREAD) if typed.isascii() else ""
    known = len(code) == SHORT_CODE_LENGTH + 1 and set(code) <= set(CROCKFORD)
    if known and check_character(code[:-1]) == code[-1]:
        return code
    raise UnknownCode(_("That is not a code of a certificate: look at it again."))


def show_short_code(code: str) -> str:
    """A stored code in groups, as it is printed: 5HHY-K2MZ-AZ."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def person_ref(person_id: object, *, key: bytes) -> str:
    """How a person is called in a list without names; under another key, another name."""
    return _sealed(f"person:{person_id}", key=key, size=10)


def certificate_secret(public_id: object, *, key: bytes) -> str:
    """The 128 bits that the QR of a certificate carries beside its code."""
    return _sealed(f"certificate:{public_id}", key=key, size=16)


def referral_secret(public_id: object, *, key: bytes) -> str:
    """The 128 bits in the address by which an institution answers one referral."""
    return _sealed(f"referral:{public_id}", key=key, size=16)


def share_secret(public_id: object, *, key: bytes) -> str:
    """The 128 bits in the address under which a holder shows a certificate."""
    return _sealed(f"share:{public_id}", key=key, size=16)


def paper_check(assessment_id: object, form_id: object, *, key: bytes) -> str:
    """The characters on a form of paper that show to which assessment it belongs."""
    return _sealed(f"paper:{assessment_id}:{form_id}", key=key, size=5)


def is_paper_check(text: str, assessment_id: object, form_id: object, *, key: bytes) -> bool:
    """Whether somebody copied them from that form; O and 0, and I, L and 1 are one letter."""
    known = paper_check(assessment_id, form_id, key=key)
    return hmac.compare_digest(text.translate(MISREAD).encode(), known.translate(MISREAD).encode())


def is_certificate_secret(text: str, public_id: object, *, key: bytes) -> bool:
    """Whether `text` is the secret of that certificate, in a time that tells nothing."""
    return hmac.compare_digest(
        text.upper().encode(), certificate_secret(public_id, key=key).encode()
    )


def _sealed(message: str, *, key: bytes, size: int) -> str:
    """Capital letters and figures only: a QR keeps them in fewer modules."""
    if not key:
        raise ValueError("a secret needs a key")
    digest = hmac.digest(key, message.encode(), sha256)
    return b32encode(digest[:size]).decode().rstrip("=")


def _luhn(code: str, alphabet: str) -> str:
    size, total = len(alphabet), 0
    for position, each in enumerate(reversed(code)):
        value = alphabet.index(each) * (1 if position % 2 else 2)
        total += value // size + value % size
    return alphabet[-total % size]
