"""What people think of the services that they received."""

import uuid
from functools import reduce
from operator import and_
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.choices import RequestWay, Satisfaction, Service
from beneficiaries.models.attentions import StandingQuerySet, voided_with_a_reason
from beneficiaries.models.cases import Case

# The aspects of which one number is asked; «overall» is the one that nobody leaves out.
ASPECTS = ["overall", "expectations", "counselling", "economic", "social", "community"]


def rating(label: Any) -> models.PositiveSmallIntegerField:
    """One aspect, from 1 to 5; nobody has to answer it."""
    return models.PositiveSmallIntegerField(label, choices=Satisfaction, null=True, blank=True)


def from_one_to_five(aspects: list[str]) -> Q:
    """What the database holds of the aspects: an answer that is on the scale, or none."""
    return reduce(and_, [Q(**{each: None}) | Q(**{f"{each}__range": (1, 5)}) for each in aspects])


class Opinion(models.Model):
    """How satisfied somebody is with a service, or with the whole: never changed, but voided."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinions")
    service = models.CharField(_("about"), max_length=2, choices=Service, blank=True)
    on = models.DateField(_("day"))
    way = models.CharField(_("how it was asked"), max_length=10, choices=RequestWay)
    overall = models.PositiveSmallIntegerField(_("all in all"), choices=Satisfaction)
    expectations = rating(_("compared with what she or he expected"))
    counselling = rating(_("advice and how people treat her or him"))
    economic = rating(_("help to work or to start a business"))
    social = rating(_("help for the family and for every day"))
    community = rating(_("help to live in the community"))
    comment = models.TextField(_("in her or his words"), max_length=1000, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True, editable=False)
    voided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    voided_reason = models.CharField(
        _("reason why it was voided"), max_length=300, blank=True, editable=False
    )

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        constraints = [
            models.CheckConstraint(
                name="opinion_codes_are_known",
                condition=Q(service__in=["", *Service.values], way__in=RequestWay.values),
            ),
            models.CheckConstraint(
                name="opinion_from_one_to_five",
                condition=from_one_to_five(ASPECTS),
            ),
            models.CheckConstraint(
                name="opinion_voided_with_a_reason", condition=voided_with_a_reason()
            ),
        ]
        indexes = [models.Index(name="opinion_latest", fields=["case", "-on", "-id"])]

    def __str__(self):
        return str(self.get_service_display() or _("The whole accompaniment"))

    @property
    def person_id(self):
        return self.case.person_id
