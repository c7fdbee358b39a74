"""What a password must be, beyond Django's own rules."""

from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from genesis.lib.search import plain

OF_THE_PROGRAMME = [
    "genesis",
    "gene-sis",
    "nuevas",
    "oportunidades",
    "salvador",
    "reintegracion",
    "contrasena",
]
UNPREDICTABLE = 6  # characters, at least, besides words of the programme, rows and repetitions
MAXIMUM = 128  # hashing a megabyte takes seconds, and anybody may ask for it


class MaximumLengthValidator:
    """Refuse passwords that are only long to keep the server busy."""

    def validate(self, password, user=None):
        if len(password) > MAXIMUM:
            raise ValidationError(
                _("This password is too long: at most %d characters.") % MAXIMUM,
                code="password_too_long",
            )

    def get_help_text(self):
        return _("Your password must have at most %d characters.") % MAXIMUM


class PredictablePasswordValidator:
    """Refuse what somebody who knows the programme would try first: Genesis-2026, 123456789012."""

    def validate(self, password, user=None):
        text = plain(password).replace(" ", "")
        for word in OF_THE_PROGRAMME:
            text = text.replace(word, "")
        new = sum(abs(ord(after) - ord(before)) > 1 for before, after in pairwise(text))
        if new < UNPREDICTABLE:
            raise ValidationError(
                _("This password is too easy to guess."), code="password_predictable"
            )

    def get_help_text(self):
        return _("Your password can’t be the name of the programme, or characters in a row.")
