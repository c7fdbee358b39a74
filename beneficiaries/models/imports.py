"""Workbooks of people on their way in, and what came of each row."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from accounts.roles import Permission
from beneficiaries.choices import (
    IMPORT_MOVES,
    EligReason,
    ImportStage,
    Likeness,
    RowOutcome,
    RowUndo,
    Track,
)
from beneficiaries.models.cases import Phase
from beneficiaries.models.people import Person
from genesis.lib.background import Work
from genesis.lib.plain import PlainEncoder
from genesis.lib.search import name_key
from genesis.lib.storage import private


class PeopleImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the offices for which they may import."""
        return self.filter(user.where(Permission.PEOPLE_IMPORT, "office"))


class PeopleImport(Work):
    """A workbook of people: uploaded, its columns confirmed, checked, imported.

    The file itself is erased once its rows are in, or when it is discarded:
    it may hold people who did not agree to be registered.
    """

    MOVES = IMPORT_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    state = models.CharField(max_length=10, choices=ImportStage, default=ImportStage.MAPPING)
    file = models.FileField(storage=private, upload_to="imports", blank=True)
    file_name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    office = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("office")
    )
    phase = models.ForeignKey(
        Phase,
        null=True,  # none: each row's own, by its day of registration
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("phase"),
    )
    columns = ArrayField(models.CharField(max_length=200), default=list)
    mapping = models.JSONField(default=dict)  # our field → column of the workbook
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, editable=False)
    undone_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    undone_reason = models.CharField(_("why it is undone"), max_length=300, blank=True)

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of people")
        verbose_name_plural = _("imports of people")
        constraints = [
            models.CheckConstraint(
                name="import_stage_is_known", condition=Q(state__in=ImportStage.values)
            ),
            models.CheckConstraint(
                name="import_keeps_no_file_when_it_is_over",
                condition=Q(file="") | ~Q(state__in=["imported", "discarded", "undoing", "undone"]),
            ),
            models.UniqueConstraint(
                name="import_once_per_file",
                fields=["sha256"],
                condition=Q(state__in=["importing", "imported", "undoing"]),
            ),
            models.CheckConstraint(
                name="import_undone_by_somebody_for_a_reason",
                condition=Q(
                    state__in=["undoing", "undone"],
                    undone_at__isnull=False,
                    undone_by__isnull=False,
                )
                & ~Q(undone_reason="")
                | ~Q(state__in=["undoing", "undone"])
                & Q(undone_at=None, undone_by=None, undone_reason=""),
            ),
        ]
        indexes = [models.Index(name="import_newest", fields=["uploaded_at", "id"])]

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        return reverse("beneficiaries:import_detail", args=[self.public_id])

    def outcome_counts(self):
        """How many rows came to each outcome, in the order of the list."""
        found = dict(self.rows.order_by().values_list("outcome").annotate(Count("pk")))
        return [(RowOutcome(each), found.get(each, 0)) for each in RowOutcome.values]

    def undo_counts(self):
        """Of an import that was undone, how many people went and how many stay, and why."""
        found = dict(
            self.rows.order_by().exclude(undo="").values_list("undo").annotate(Count("pk"))
        )
        return [(RowUndo(each), found.get(each, 0)) for each in RowUndo.values]


class ColumnMapping(models.Model):
    """What the columns of a kind of workbook held, the last time that an office sent one."""

    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    headings = models.CharField(max_length=64)  # SHA-256 of their names, in whatever order
    mapping = models.JSONField(default=dict)
    used_at = models.DateTimeField(default=timezone.now)
    used_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="column_mapping_one_per_office_and_headings", fields=["office", "headings"]
            )
        ]

    def __str__(self):
        return f"{self.office}: {len(self.mapping)}"


class ImportRowQuerySet(models.QuerySet):
    def to_decide(self):
        """Possible duplicates of which nobody has said yet whether they are the same person."""
        return self.filter(
            outcome=RowOutcome.POSSIBLE_DUPLICATE,
            likeness__in=[Likeness.OPEN, Likeness.UNSURE],
        )

    def registered(self):
        """Those by which somebody was registered, at once or when it was decided who she is."""
        return self.filter(person__isnull=False).exclude(likeness=Likeness.SAME)

    def staying(self):
        """Those whose person stays although their import was undone."""
        return self.exclude(undo__in=["", RowUndo.UNDONE])


class ImportRow(models.Model):
    """One line of a workbook that describes a person, and what came of it.

    Of somebody without consent nothing is kept but that the line was there.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    batch = models.ForeignKey(PeopleImport, on_delete=models.PROTECT, related_name="rows")
    sheet_row = models.PositiveIntegerField()
    outcome = models.CharField(max_length=20, choices=RowOutcome)
    reason = models.CharField(max_length=200, blank=True)
    eligibility = models.CharField(max_length=30, choices=Track, blank=True)
    values = models.JSONField(_("what the row said"), default=dict, encoder=PlainEncoder)
    like = ArrayField(models.BigIntegerField(), default=list)  # persons that it may be
    written = models.BooleanField(default=False)  # its effect is in the registry
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="import_rows"
    )
    likeness = models.CharField(max_length=10, choices=Likeness, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undo = models.CharField(max_length=15, choices=RowUndo, blank=True)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="import_row_once_per_batch", fields=["batch", "sheet_row"]
            ),
            models.CheckConstraint(
                name="import_row_codes_are_known",
                condition=Q(
                    outcome__in=RowOutcome.values,
                    likeness__in=["", *Likeness.values],
                    undo__in=["", *RowUndo.values],
                ),
            ),
            models.CheckConstraint(
                name="import_row_without_consent_keeps_nothing",
                condition=~Q(outcome="no_consent") | Q(values={}, person=None),
            ),
        ]

    def __str__(self):
        return f"{self.batch}: {self.sheet_row}"

    @property
    def reason_text(self):
        """The reason in words: some are codes of the list of reasons."""
        return EligReason(self.reason).label if self.reason in EligReason.values else self.reason

    def people_alike(self):
        """The people that this row may be: known before, or registered from the same file since."""
        key = name_key(self.values.get("given_names", ""), self.values.get("surnames", ""))
        return Person.objects.filter(Q(pk__in=self.like) | Q(name_key=key), merged_into=None)
