"""What is known of somebody before the session: the diagnosis, and what is carried over."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certification.choices import (
    Recommendation,
)
from certification.models.assessments import Assessment
from certification.models.standards import Instrument


class Diagnosis(models.Model):
    """What the person says of herself before the assessment, and what is advised (D3)."""

    assessment = models.OneToOneField(
        Assessment, on_delete=models.PROTECT, related_name="diagnosis"
    )
    answers = models.JSONField(_("answers"))  # question code → answer
    points = models.PositiveSmallIntegerField(_("points"))
    recommendation = models.CharField(_("recommendation"), max_length=30, choices=Recommendation)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self):
        return self.get_recommendation_display()

    @property
    def person_id(self):
        return self.assessment.person_id


class CarriedInstrument(models.Model):
    """An instrument that somebody met in an earlier attempt and need not repeat (CERT-11).

    `judgement` is the one in which it was met, whose answers count.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="carried")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    judgement = models.ForeignKey(
        "certification.Judgement", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="carried_once_per_assessment", fields=["assessment", "instrument"]
            )
        ]

    def __str__(self):
        return str(self.instrument_id)

    @property
    def person_id(self):
        return self.assessment.person_id
