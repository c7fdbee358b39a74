"""What programmes are made of beyond their phases: who funds them, and where offices work."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from beneficiaries.models.cases import Phase, RuleSet
from beneficiaries.models.places import Department, District, Municipality


class Funding(models.Model):
    """That a donor funds a phase; with rules of its own, if it has any."""

    version = models.PositiveIntegerField(default=1, editable=False)
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="fundings")
    donor = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="fundings", verbose_name=_("donor")
    )
    rule_set = models.ForeignKey(
        RuleSet,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="fundings",
        verbose_name=_("rules of its own"),
    )

    class Meta:
        verbose_name = _("funding")
        verbose_name_plural = _("fundings")
        constraints = [
            models.UniqueConstraint(name="funding_once_per_phase", fields=["phase", "donor"])
        ]

    def __str__(self):
        return f"{self.phase} · {self.donor}"


class OrganizationPlace(models.Model):
    """Where an organization stands, and for an office the territory that it covers."""

    version = models.PositiveIntegerField(default=1, editable=False)
    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, related_name="place"
    )
    district = models.ForeignKey(
        District, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("district")
    )
    departments = models.ManyToManyField(Department, related_name="+")
    municipalities = models.ManyToManyField(Municipality, related_name="+")

    class Meta:
        verbose_name = _("place and territory")
        verbose_name_plural = _("places and territories")

    def __str__(self):
        return str(self.organization)
