"""What is done with many people at once."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BulkKind(TextChoices):
    """One thing that is done with everybody who was chosen in the list."""

    ASSIGN = "assign", _("Assign to a caseworker")
    MESSAGE = "message", _("Prepare a message")


class BulkOutcome(TextChoices):
    """What came of one of them."""

    WAITING = "waiting", _("To be done")
    DONE = "done", _("It was done")
    REFUSED = "refused", _("Not done")
