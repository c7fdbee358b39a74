"""Files of the list of people: their format, and who has to agree to one with names."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ExportFormat(TextChoices):
    """As what a list goes out."""

    XLSX = "xlsx", _("Excel workbook")
    CSV = "csv", _("CSV, for other programs")


class ExportDecision(TextChoices):
    """Whether a second person agreed that names go out."""

    NOT_NEEDED = "not_needed", _("Without names: nobody has to agree")
    WAITING = "waiting", _("Waits for a second person")
    GRANTED = "granted", _("Agreed to")
    REFUSED = "refused", _("Refused")


MADE_DECISIONS = {ExportDecision.NOT_NEEDED, ExportDecision.GRANTED}
