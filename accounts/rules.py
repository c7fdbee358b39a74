"""What a password must be, beyond Django's own rules (DECISIONS 45)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

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
