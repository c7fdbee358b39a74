"""The closed lists of accounts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganizationKind(TextChoices):
    OFFICE = "office", _("Office with a territory")
    PARTNER = "partner", _("Partner")
    EMPLOYER = "employer", _("Employer")
    EVALUATION_CENTRE = "evaluation_centre", _("Evaluation centre")
    TRAINING_BODY = "training_body", _("Training body")
    CERTIFYING_BODY = "certifying_body", _("Certifying body")
    DONOR = "donor", _("Donor")


class ReadKind(TextChoices):
    PAGE = "page", _("page")
    SEARCH = "search", _("search")
    FILE = "file", _("file")
    EXPORT = "export", _("export")
    PROTECTION = "protection", _("protected data")
    PSYCHOSOCIAL = "psychosocial", _("psychosocial file")
    LEGAL = "legal", _("legal file")
    DENIED = "denied", _("refused")
