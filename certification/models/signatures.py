"""What somebody acknowledged of an assessment."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certification.choices import (
    SignatureKind,
)
from certification.models.assessments import Assessment


class Signature(models.Model):
    """That somebody acknowledged something: ticked, with the name and the time."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="signatures")
    kind = models.CharField(max_length=15, choices=SignatureKind)
    name = models.CharField(_("name of who signs"), max_length=240)
    agrees = models.BooleanField(_("agrees"), default=True)  # with the result one may disagree
    signed_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField(null=True)  # what it acknowledged was replaced

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="signature_one_of_each_kind",
                fields=["assessment", "kind"],
                condition=Q(cleared_at=None),
            ),
            models.CheckConstraint(
                name="signature_kind_is_known", condition=Q(kind__in=SignatureKind.values)
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.name}"

    @property
    def person_id(self):
        return self.assessment.person_id
