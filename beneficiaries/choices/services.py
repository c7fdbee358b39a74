"""What the programme gives, and for which trades."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Sector(TextChoices):
    CONSTRUCTION = "construction", _("Construction")
    TOURISM = "tourism", _("Tourism, hotels and food")
    OTHER = "other", _("Other")


class Service(TextChoices):
    """The fifteen services that a person receives, of the programme's twenty."""

    EARLY_ATTENTION = "1a", _("1a Early attention, profiling and registration")
    ASSESSMENT = "1c", _("1c Assessment and certification")
    RESKILLING = "1d", _("1d Reskilling")
    UPSKILLING = "1e", _("1e Upskilling")
    COACHING = "2a", _("2a Job coaching")
    SOFT_SKILLS = "2b", _("2b Soft skills")
    FINANCIAL_EDUCATION = "2c", _("2c Financial education")
    PSYCHOSOCIAL = "2d", _("2d Psychosocial care")
    INTERMEDIATION = "2e", _("2e Labour intermediation")
    INCUBATION = "3a", _("3a Incubation")
    ACCELERATION = "3b", _("3b Acceleration")
    FINANCING = "3c", _("3c Financing alternatives")
    EMPOWERMENT = "5b", _("5b Empowerment")
    RIGHTS_TRAINING = "5c", _("5c Human-rights training")
    LEGAL_ASSISTANCE = "5d", _("5d Legal assistance")
