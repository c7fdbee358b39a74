"""What all actions of certification raise when something that they ask for is lacking."""

from typing import Any

from django.utils.translation import gettext as _


class NotPossible(Exception):
    """Something is lacking; the message says what, to whoever pressed the button."""

    sentence: Any = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _(self.sentence))
