"""Whom a file is kept from, and what is told to a person without naming anything."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class AvoidedKind(TextChoices):
    """Whom nobody may tell of a person, nor send her to."""

    PERSON = "person", _("A person")
    EMPLOYER = "employer", _("An employer")
    INSTITUTION = "institution", _("An institution")


class MessageState(TextChoices):
    """What became of a text that was prepared for somebody: a person sends it (CASE-14)."""

    PREPARED = "prepared", _("To be sent")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")


MESSAGE_MOVES = {
    MessageState.PREPARED: {MessageState.SENT, MessageState.CANCELLED},
    MessageState.SENT: set(),
    MessageState.CANCELLED: set(),
}


class Weekday(IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class ConflictKind(TextChoices):
    """Why somebody of the staff may not open a person's file."""

    RELATIVE = "relative", _("A relative")
    NEIGHBOUR = "neighbour", _("A neighbour or somebody close")
    OTHER = "other", _("Another reason")
