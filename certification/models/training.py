"""Training on the way to a certificate: reskilling and upskilling (1d, 1e)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from beneficiaries.choices import Service
from beneficiaries.models import Group
from certification.choices import TrainingEnd, TrainingOutcome
from certification.models.assessments import Assessment


class TrainingQuerySet(models.QuerySet):
    def under_way(self):
        return self.filter(closed_at=None)


class Training(models.Model):
    """A course to which somebody was referred from an assessment, and what came of it.

    It is given in a group of the programme, or by an organization that trains.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="trainings")
    service = models.CharField(_("service"), max_length=2, choices=Service)
    group = models.ForeignKey(
        Group, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("group")
    )
    provider = models.ForeignKey(
        Organization,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("training body"),
    )
    ends_on = models.DateField(_("last day"))
    referred_at = models.DateTimeField(default=timezone.now)
    referred_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(
        _("what came of it"), max_length=15, choices=TrainingOutcome, blank=True
    )
    ended_because = models.CharField(
        _("why it was closed"), max_length=15, choices=TrainingEnd, blank=True
    )
    completed_on = models.DateField(_("completed on"), null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = TrainingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="training_one_at_a_time_per_assessment",
                fields=["assessment"],
                condition=Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="training_is_reskilling_or_upskilling", condition=Q(service__in=["1d", "1e"])
            ),
            models.CheckConstraint(
                name="training_is_in_a_group_or_of_a_provider",
                condition=Q(group__isnull=False, provider=None)
                | Q(group=None, provider__isnull=False),
            ),
            models.CheckConstraint(
                name="training_closed_by_somebody_with_an_outcome",
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | (
                    Q(closed_at__isnull=False, closed_by__isnull=False)
                    & Q(outcome__in=TrainingOutcome.values)
                ),
            ),
            models.CheckConstraint(
                name="training_closed_by_something_else_once_it_is_closed",
                condition=Q(ended_because="")
                | Q(closed_at__isnull=False, ended_because__in=TrainingEnd.values),
            ),
            models.CheckConstraint(
                name="training_completed_on_some_day",
                condition=Q(outcome="completed", completed_on__isnull=False)
                | (~Q(outcome="completed") & Q(completed_on=None)),
            ),
        ]

    def __str__(self):
        return self.get_service_display()

    @property
    def person_id(self):
        return self.assessment.person_id

    @property
    def trainer(self):
        """Who gives it: the group, or the organization."""
        return self.group or self.provider


class Trainer(models.Model):
    """That somebody who evaluates trained a person at another body, which keeps no lists here."""

    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="trainers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="trainer_once_per_training", fields=["training", "user"])
        ]

    def __str__(self):
        return str(self.user)

    @property
    def person_id(self):
        return self.training.person_id
