"""The list of people as a file: who asked for it, for what, whom it holds, and until when."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from beneficiaries.choices import MADE_DECISIONS, ExportDecision, ExportFormat
from genesis.lib.background import Work, WorkState
from genesis.lib.storage import private


class ListExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An export is for whoever asked for it."""
        return self.filter(asked_by=user)

    def to_decide(self, user):
        """Those with names that wait for a second person: never one's own."""
        waiting = self.filter(decision=ExportDecision.WAITING)
        return (
            waiting.exclude(asked_by=user) if user.may(Permission.EXPORT_APPROVE) else self.none()
        )

    def agreed(self):
        """Those that may be made: without names, or a second person agreed to them."""
        return self.filter(decision__in=MADE_DECISIONS)


class ListExport(Work):
    """Exactly the people that a list held when it was confirmed, in the columns that it showed.

    The file of a workbook is kept for some days; a CSV is written anew for each
    time that it is fetched, in the same days.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    purpose = models.CharField(_("purpose"), max_length=300)
    filters = ArrayField(models.CharField(max_length=300), default=list)  # as the list said them
    columns = ArrayField(models.CharField(max_length=40))
    file_format = models.CharField(_("format"), max_length=4, choices=ExportFormat)
    named = models.BooleanField(_("with names"), default=False)
    ids = ArrayField(models.BigIntegerField())  # in the order of the list
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    decision = models.CharField(
        max_length=10, choices=ExportDecision, default=ExportDecision.NOT_NEEDED
    )
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)
    file = models.FileField(storage=private, upload_to="lists", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    ready_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    objects = ListExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a list of people")
        verbose_name_plural = _("files of lists of people")
        constraints = [
            models.CheckConstraint(
                name="list_export_has_a_purpose_and_people",
                condition=~Q(purpose="") & Q(total__gt=0),
            ),
            models.CheckConstraint(
                name="list_export_with_names_asks_a_second_person",
                condition=Q(named=False, decision="not_needed")
                | Q(named=True, decision__in=["waiting", "granted", "refused"]),
            ),
            models.CheckConstraint(
                name="list_export_decided_by_somebody_else",
                condition=Q(
                    decision__in=["not_needed", "waiting"], decided_by=None, decided_at=None
                )
                | Q(
                    ~Q(decided_by=F("asked_by")),
                    decision__in=["granted", "refused"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="list_export_made_when_it_is_agreed",
                condition=Q(file="", ready_at=None) | Q(decision__in=["not_needed", "granted"]),
            ),
            models.CheckConstraint(
                name="list_export_erased_is_no_more", condition=Q(erased_at=None) | Q(file="")
            ),
        ]
        indexes = [
            models.Index(name="list_export_newest", fields=["asked_at", "id"]),
            models.Index(
                name="list_export_to_decide",
                fields=["asked_at", "id"],
                condition=Q(decision="waiting"),
            ),
        ]

    def __str__(self):
        return f"{timezone.localtime(self.asked_at):%d/%m/%Y %H:%M}"

    def get_absolute_url(self):
        return reverse("beneficiaries:export_detail", args=[self.public_id])

    @property
    def kept_until(self):
        """When its days end; none while it is not ready."""
        return self.ready_at and self.ready_at + settings.LIST_EXPORT_KEPT

    @property
    def is_gone(self):
        """Whether it was erased, or its days are over and the next sweep erases it."""
        over = self.kept_until is not None and self.kept_until <= timezone.now()
        return self.erased_at is not None or over

    @property
    def is_ready(self):
        """Whether there is something to fetch."""
        return self.is_done and not self.is_gone

    @property
    def went_with_somebody(self):
        """Whether it was erased before its days, as the data of somebody in it were."""
        early = self.kept_until is None or (self.erased_at and self.erased_at < self.kept_until)
        return self.erased_at is not None and early

    @property
    def is_refused(self):
        return self.decision == ExportDecision.REFUSED

    @property
    def waits_for_somebody(self):
        return self.decision == ExportDecision.WAITING

    @property
    def is_being_made(self):
        working = self.work_state in {WorkState.WAITING, WorkState.RUNNING}
        return working and self.decision in MADE_DECISIONS

    @property
    def file_name(self):
        """It says nothing of the people in it, and leads back to who asked for it."""
        return f"lista-{str(self.public_id)[:8]}.{self.file_format}"
