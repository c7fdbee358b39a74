"""The way of a list of attendance from a file into a group."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SheetState(TextChoices):
    """Where a list of attendance stands."""

    CHECKED = "checked", _("Checked: to be confirmed")
    WRITTEN = "written", pgettext_lazy("attendance", "Written down")
    DISCARDED = "discarded", _("Discarded")


SHEET_MOVES = {
    SheetState.CHECKED: {SheetState.WRITTEN, SheetState.DISCARDED},
    SheetState.WRITTEN: set(),
    SheetState.DISCARDED: set(),
}


class SheetOutcome(TextChoices):
    """What comes of one row of a list of attendance."""

    NEW = "new", _("Is written down")
    CORRECTED = "corrected", _("Corrects what was written")
    SAME = "same", _("Is written down already")
    ERROR = "error", _("To be corrected")
