"""Lists of who came to the sessions of a group, sent as a file, and what comes of each row."""

import uuid

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.choices import SHEET_MOVES, Mark, SheetOutcome, SheetState
from beneficiaries.models.groups import Enrolment, Group, GroupSession
from genesis.lib.addresses import address_of


class AttendanceSheet(models.Model):
    """A list of attendance of one group: checked row by row, then written in one go.

    The file is not kept, only what its rows say; and of those that were written
    down nothing but to whom and to which session they belong. What the others
    said is erased some days later, and a list that nobody confirmed is discarded.
    """

    MOVES = SHEET_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=SheetState, default=SheetState.CHECKED, editable=False
    )
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="sheets")
    file_name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    others = models.CharField(  # what is written of who is expected and not in the file
        _("who is not in the file"), max_length=10, choices=Mark
    )
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    erased_at = models.DateTimeField(null=True, editable=False)  # what the rows to correct said

    class Meta:
        verbose_name = _("list of attendance")
        verbose_name_plural = _("lists of attendance")
        constraints = [
            models.CheckConstraint(
                name="attendance_sheet_codes_are_known",
                condition=Q(state__in=SheetState.values, others__in=["present", "absent"]),
            ),
            models.CheckConstraint(
                name="attendance_sheet_ended_by_somebody_or_discarded_by_the_clock",
                condition=Q(state="checked", ended_at=None, ended_by=None)
                | Q(state="written", ended_at__isnull=False, ended_by__isnull=False)
                | Q(state="discarded", ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="attendance_sheet_erased_once_written",
                condition=Q(erased_at=None) | Q(state="written"),
            ),
        ]

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        return address_of("groups:sheet_detail", self.public_id)

    def outcome_counts(self):
        """How many rows came to each outcome, in the order of the list."""
        found = dict(self.rows.order_by().values_list("outcome").annotate(Count("pk")))
        return [(SheetOutcome(each), found.get(each, 0)) for each in SheetOutcome.values]


class SheetRowQuerySet(models.QuerySet):
    def to_write(self):
        return self.filter(outcome__in=[SheetOutcome.NEW, SheetOutcome.CORRECTED])


class SheetRow(models.Model):
    """One row of a list of attendance: who, which session, whether she came."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sheet = models.ForeignKey(AttendanceSheet, on_delete=models.PROTECT, related_name="rows")
    sheet_row = models.PositiveIntegerField()
    who = models.CharField(
        _("who, as the list said"), max_length=100, blank=True
    )  # a file number or DUI, as it was written
    which = models.CharField(
        _("session, as the list said"), max_length=100, blank=True
    )  # a date or number of a session
    said = models.CharField(_("attendance, as the list said"), max_length=100, blank=True)
    enrolment = models.ForeignKey(
        Enrolment, null=True, on_delete=models.PROTECT, related_name="sheet_rows"
    )
    session = models.ForeignKey(
        GroupSession, null=True, on_delete=models.PROTECT, related_name="sheet_rows"
    )
    mark = models.CharField(_("attendance"), max_length=10, choices=Mark, blank=True)
    before = models.CharField(
        _("attendance before"), max_length=10, choices=Mark, blank=True
    )  # what was written so far
    outcome = models.CharField(max_length=10, choices=SheetOutcome)
    reason = models.CharField(max_length=200, blank=True)

    objects = SheetRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a list of attendance")
        verbose_name_plural = _("rows of lists of attendance")
        constraints = [
            models.UniqueConstraint(
                name="attendance_sheet_row_once", fields=["sheet", "sheet_row"]
            ),
            models.CheckConstraint(
                name="attendance_sheet_row_is_wrong_or_says_all",
                condition=Q(outcome="error", mark__in=["", *Mark.values]) & ~Q(reason="")
                | Q(
                    outcome__in=["new", "corrected", "same"],
                    enrolment__isnull=False,
                    session__isnull=False,
                    mark__in=Mark.values,
                ),
            ),
        ]

    def __str__(self):
        return f"{self.sheet}: {self.sheet_row}"

    @property
    def person_id(self):
        return self.enrolment.person_id if self.enrolment else None
