"""Which portfolios are verified item by item, and the draws that settle it (CERT-12)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from certification.choices import SamplingReason
from certification.models.assessments import Assessment


class Draw(models.Model):
    """So many portfolios of one evaluator in a row, one of which the seed picks."""

    evaluator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    size = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=32)
    begun_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="draw_one_per_evaluator_and_number", fields=["evaluator", "number"]
            ),
            models.CheckConstraint(name="draw_picks_one_of_some", condition=Q(size__gt=0)),
        ]

    def __str__(self):
        return f"{self.number}"


class Sampling(models.Model):
    """Why a portfolio was picked to be verified item by item, or was not: settled once.

    Of an assessment that an appeal had repeated, once for each evaluator. `place` is its
    place among the portfolios of its draw, from 0 on.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="samplings")
    evaluator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=10, choices=SamplingReason)
    draw = models.ForeignKey(Draw, null=True, on_delete=models.PROTECT, related_name="samplings")
    place = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="sampling_one_per_assessment_and_evaluator",
                fields=["assessment", "evaluator"],
            ),
            models.UniqueConstraint(name="sampling_one_per_place", fields=["draw", "place"]),
            models.CheckConstraint(
                name="sampling_reason_is_known", condition=Q(why__in=SamplingReason.values)
            ),
            models.CheckConstraint(
                name="sampling_has_a_place_when_it_was_drawn",
                condition=Q(why__in=["first", "paper"], draw=None, place=None)
                | (~Q(why__in=["first", "paper"]) & Q(draw__isnull=False, place__isnull=False)),
            ),
        ]

    def __str__(self):
        return self.get_why_display()

    @property
    def person_id(self):
        return self.assessment.person_id
