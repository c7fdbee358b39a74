"""Reports that somebody asked for: figures of a period, as a file made in the background."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from genesis.lib.background import Work
from genesis.lib.storage import private


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A report is for whoever asked for it."""
        return self.filter(requested_by=user)


class Report(Work):
    """The indicators of a period, as they were known at one moment; the file is kept for days."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    known_at = models.DateTimeField(default=timezone.now)
    whole_programme = models.BooleanField(default=False)
    offices = models.ManyToManyField(Organization)  # whose people are counted, unless all are
    requested_at = models.DateTimeField(default=timezone.now)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(storage=private, upload_to="reports", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    erased_at = models.DateTimeField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                name="report_ends_after_it_begins", condition=Q(until__gte=F("since"))
            )
        ]
        indexes = [models.Index(name="report_newest", fields=["requested_at", "id"])]

    def __str__(self):
        return f"{self.since:%d/%m/%Y} – {self.until:%d/%m/%Y}"

    def get_absolute_url(self):
        return reverse("reporting:report_detail", args=[self.public_id])
