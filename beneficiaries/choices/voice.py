"""What somebody thinks of what the programme gave."""

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _


class Satisfaction(IntegerChoices):
    """Five points, from the best to the worst (domain, section 9)."""

    VERY_SATISFIED = 5, _("Very satisfied")
    SATISFIED = 4, _("Satisfied")
    NEITHER = 3, _("Neither satisfied nor dissatisfied")
    DISSATISFIED = 2, _("Dissatisfied")
    VERY_DISSATISFIED = 1, _("Very dissatisfied")
