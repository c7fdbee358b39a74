"""Certificates of many people in one file, for whoever prints or hands them over."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from genesis.lib.background import Work
from genesis.lib.storage import private


class BundleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A bundle is for whoever asked for it."""
        return self.filter(asked_by=user)


class CertificateBundle(Work):
    """The PDFs of a list of certificates as one ZIP; the file is kept for some days."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    purpose = models.CharField(_("purpose"), max_length=300)
    ids = ArrayField(models.BigIntegerField())  # of those asked for; then of those in the file
    file = models.FileField(storage=private, upload_to="bundles", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    erased_at = models.DateTimeField(null=True)

    objects = BundleQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificates in one file")
        verbose_name_plural = _("certificates in one file")
        constraints = [
            models.CheckConstraint(
                name="certificate_bundle_has_a_purpose_and_papers",
                condition=~Q(purpose="") & (~Q(ids=[]) | ~Q(sha256="")),
            ),
            models.CheckConstraint(
                name="certificate_bundle_erased_has_no_file",
                condition=Q(erased_at=None) | Q(file=""),
            ),
            models.CheckConstraint(
                name="certificate_bundle_file_has_its_digest",
                condition=Q(file="") | ~Q(sha256=""),
            ),
        ]
        indexes = [models.Index(name="certificate_bundle_newest", fields=["asked_at", "id"])]

    def __str__(self):
        return f"{self.asked_at:%d/%m/%Y}"

    def get_absolute_url(self):
        return reverse("certification:bundle_detail", args=[self.public_id])
