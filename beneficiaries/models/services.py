"""The spine of reporting: one row for each service that a person received on a day."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from beneficiaries.choices import Sector, Service, Status
from beneficiaries.models.people import Person
from beneficiaries.models.places import Department


class ServiceRecordQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(voided_at=None)

    def known_at(self, moment):
        """Those that were recorded, and not yet voided, at `moment` (NUM-1)."""
        return self.filter(Q(voided_at=None) | Q(voided_at__gt=moment), recorded_at__lte=moment)


class ServiceRecord(models.Model):
    """That a person received a service on a day; its department, status and sector are that day's.

    Written by the areas' actions, never changed; a wrong one is voided with a reason.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="services")
    service = models.CharField(_("service"), max_length=2, choices=Service)
    on = models.DateField(_("day"))
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=60)  # the record that it comes from: «assessment:17»
    department = models.ForeignKey(
        Department,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("department"),
    )
    status = models.CharField(_("situation"), max_length=20, choices=Status)
    sector = models.CharField(_("sector"), max_length=15, choices=Sector, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    voided_reason = models.CharField(_("reason why it was voided"), max_length=300, blank=True)

    objects = ServiceRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("service received")
        verbose_name_plural = _("services received")
        constraints = [
            models.CheckConstraint(
                name="service_record_codes_are_known",
                condition=Q(
                    service__in=Service.values,
                    status__in=Status.values,
                    sector__in=["", *Sector.values],
                ),
            ),
            models.UniqueConstraint(
                name="service_record_once_per_source",
                fields=["service", "source"],
                condition=Q(voided_at=None),
            ),
            models.CheckConstraint(
                name="service_record_voided_with_a_reason",
                condition=Q(voided_at=None, voided_by=None, voided_reason="")
                | (Q(voided_at__isnull=False) & ~Q(voided_reason="")),
            ),
        ]
        indexes = [
            models.Index(name="service_record_by_day", fields=["on", "service", "person"]),
            models.Index(
                name="service_record_by_service",
                fields=["service", "person"],
                condition=Q(voided_at=None),
            ),
        ]

    def __str__(self):
        return self.get_service_display()
