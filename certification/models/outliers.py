"""That somebody looked at assessments that stood out: who, when, and what was found (CERT-13)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certification.models.evaluators import Evaluator


class OutlierReview(models.Model):
    """What was found of the assessments of an evaluator that stood out; written once.

    It is about those up to the judgement `up_to`, by its number: newer ones are asked for anew.
    """

    evaluator = models.ForeignKey(
        Evaluator, on_delete=models.PROTECT, related_name="outlier_reviews"
    )
    up_to = models.PositiveBigIntegerField()
    note = models.CharField(_("what was found"), max_length=500)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("look at assessments that stand out")
        verbose_name_plural = _("looks at assessments that stand out")
        constraints = [
            models.CheckConstraint(name="outlier_review_says_something", condition=~Q(note=""))
        ]

    def __str__(self):
        return f"{self.evaluator_id}: {self.at}"
