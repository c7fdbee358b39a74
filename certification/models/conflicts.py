"""Whom somebody may not assess, from one day to another: as it was declared (CERT-3).

Who trained whom follows from trainings and attendance; a relative or a neighbour who may not
open a file at all stands with the file.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from beneficiaries.models import Person
from certification.choices import OF_ORGANIZATIONS, InterestKind
from certification.models.evaluators import Evaluator


class DeclaredInterestQuerySet(models.QuerySet):
    def on(self, day):
        within = Q(valid_until=None) | Q(valid_until__gte=day)
        return self.filter(within, valid_from__lte=day)


class DeclaredInterest(models.Model):
    """That somebody who evaluates has to do with a person, or with a body that trains people."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    evaluator = models.ForeignKey(Evaluator, on_delete=models.PROTECT, related_name="interests")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("what they are to each other"), max_length=10, choices=InterestKind)
    note = models.CharField(_("note on the conflict"), max_length=300, blank=True)
    valid_from = models.DateField(_("conflict from"))
    valid_until = models.DateField(_("conflict until"), null=True, blank=True)
    noted_at = models.DateTimeField(default=timezone.now)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = DeclaredInterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict of interest of an evaluator")
        verbose_name_plural = _("conflicts of interest of evaluators")
        constraints = [
            models.CheckConstraint(
                name="interest_kind_is_known", condition=Q(kind__in=InterestKind.values)
            ),
            models.CheckConstraint(
                name="interest_in_a_person_or_an_organization",
                condition=Q(person__isnull=False, organization=None)
                | Q(person=None, organization__isnull=False, kind__in=OF_ORGANIZATIONS),
                violation_error_message=_(
                    "Say whom it is about: a person, or the organization of an employer or partner."
                ),
            ),
            models.CheckConstraint(
                name="interest_ends_after_it_begins",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The last day cannot come before the first."),
            ),
        ]
        indexes = [
            models.Index(name="interest_of_an_evaluator", fields=["evaluator", "valid_from"])
        ]

    def __str__(self):
        return self.get_kind_display()
