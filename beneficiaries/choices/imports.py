"""The way of a workbook into the registry."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RowOutcome(TextChoices):
    """What came of one row of an imported workbook."""

    NEW = "new", _("New")
    DUPLICATE = "duplicate", _("Already registered")
    POSSIBLE_DUPLICATE = "possible_duplicate", _("Possible duplicate")
    ERROR = "error", _("To be corrected")
    NO_CONSENT = "no_consent", _("No consent")


class ImportStage(TextChoices):
    """Where a workbook stands on its way in."""

    MAPPING = "mapping", _("Columns to be confirmed")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked: to be confirmed")
    IMPORTING = "importing", _("Being imported")
    IMPORTED = "imported", _("Imported")
    DISCARDED = "discarded", _("Discarded")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class RowUndo(TextChoices):
    """What came of a row when its import was undone: taken back, or why its person stays."""

    UNDONE = "undone", _("Taken out again")
    MERGED = "merged", _("Stays: merged with another file")
    ACCOMPANIED = "accompanied", _("Stays: somebody accompanies her or him")
    RECORDED = "recorded", _("Stays: something else was recorded since")
    CHANGED = "changed", _("Stays: the file was changed since")


IMPORT_MOVES = {
    ImportStage.MAPPING: {ImportStage.CHECKING, ImportStage.DISCARDED},
    ImportStage.CHECKING: {ImportStage.CHECKED, ImportStage.DISCARDED},
    ImportStage.CHECKED: {ImportStage.IMPORTING, ImportStage.CHECKING, ImportStage.DISCARDED},
    ImportStage.IMPORTING: {ImportStage.IMPORTED},
    ImportStage.IMPORTED: {ImportStage.UNDOING},
    ImportStage.UNDOING: {ImportStage.UNDONE},
    ImportStage.UNDONE: set(),
    ImportStage.DISCARDED: set(),
}
