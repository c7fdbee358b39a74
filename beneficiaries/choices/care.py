"""What is feared for somebody, and what is done at once."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RiskLevel(TextChoices):
    NONE = "none", pgettext_lazy("risk", "None")
    LOW = "low", pgettext_lazy("risk", "Low")
    MEDIUM = "medium", pgettext_lazy("risk", "Medium")
    HIGH = "high", pgettext_lazy("risk", "High")


class FlagSource(TextChoices):
    """From whom it is known that somebody is vulnerable."""

    TOLD = "told", _("The person said so")
    SEEN = "seen", _("Seen by whoever attends to her or him")
    FAMILY = "family", _("The family said so")
    DOCUMENT = "document", _("A document")
    INSTITUTION = "institution", _("Another institution")


class FlagAudience(TextChoices):
    """Who reads that somebody is vulnerable."""

    CASEWORKER = "caseworker", _("Only the caseworker")
    TEAM = "team", _("Whoever attends to her or him")
    COORDINATION = "coordination", _("Also coordination, without details")


class ProtocolState(TextChoices):
    """How closely somebody in danger is looked after (CASE-18)."""

    ACTIVE = "active", pgettext_lazy("protocol", "Active")
    MONITORED = "monitored", _("Monitored")
    OFF = "off", pgettext_lazy("protocol", "Ended")


# A new alarm while it is monitored makes it active again; by hand it goes only forward.
PROTOCOL_MOVES = {
    ProtocolState.ACTIVE: {ProtocolState.MONITORED},
    ProtocolState.MONITORED: {ProtocolState.OFF, ProtocolState.ACTIVE},
    ProtocolState.OFF: set(),
}
