"""The logos that certificates are printed with: of who certifies, and of who funds it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import OrganizationKind
from accounts.models import Organization, User
from genesis.lib.storage import private

FOLDER = "logos"
WITH_LOGOS = {OrganizationKind.CERTIFYING_BODY, OrganizationKind.DONOR}


class LogoQuerySet(models.QuerySet):
    def in_use(self):
        """Those that the next certificate is printed with."""
        return self.filter(ended_at=None)


class Logo(models.Model):
    """The picture of an organization. Another one takes its place, but none is ever lost.

    A certificate is printed with that of its day for as long as it lasts (CERT-15): the
    database refuses any change but its end.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="logos")
    file = models.FileField(storage=private)  # a JPEG
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = LogoQuerySet.as_manager()

    class Meta:
        verbose_name = _("logo")
        verbose_name_plural = _("logos")
        constraints = [
            models.UniqueConstraint(
                name="logo_one_in_use_per_organization",
                fields=["organization"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="logo_ended_by_somebody_at_some_time",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.organization_id}: {self.sha256[:8]}"
