"""Two files that were one person's: what was put together, so that it can be taken apart again."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from beneficiaries.models.people import Person
from genesis.lib.plain import PlainEncoder


class MergeRecordQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of whose both offices they decide on duplicates."""
        both = [
            user.where(Permission.DUPLICATE_RESOLVE, f"{side}__office")
            for side in ("kept", "merged")
        ]
        seen = Person.objects.visible_to(user)
        return self.filter(*both, Q(kept__in=seen) | Q(kept__merged_into__in=seen))

    def standing(self):
        """Those that nobody undid."""
        return self.filter(undone_at=None)


class MergeRecord(models.Model):
    """That a file was merged into another: by whom, when and why (CASE-1).

    `known` holds the last key of each table on that day: what has a higher one
    came later, and stays with the file that stayed.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges_away")
    reason = models.CharField(_("reason"), max_length=300)
    merged_at = models.DateTimeField(default=timezone.now)
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    known = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, editable=False)
    undone_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    undone_reason = models.CharField(_("why it is undone"), max_length=300, blank=True)
    stayed = models.JSONField(default=dict)  # label → keys of what an undoing left where it was

    objects = MergeRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of two files")
        verbose_name_plural = _("merges of files")
        constraints = [
            models.CheckConstraint(
                name="merge_is_of_two_files_and_says_why",
                condition=~Q(kept=F("merged")) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="merge_undone_by_somebody_for_a_reason",
                condition=Q(undone_at=None, undone_by=None, undone_reason="")
                | Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_reason=""),
            ),
            models.UniqueConstraint(
                name="merge_one_standing_per_file", fields=["merged"], condition=Q(undone_at=None)
            ),
        ]
        indexes = [models.Index(name="merge_newest", fields=["merged_at", "id"])]

    def __str__(self):
        return f"{self.merged.file_number} → {self.kept.file_number}"

    def get_absolute_url(self):
        return reverse("beneficiaries:merge_detail", args=[self.public_id])

    @property
    def person_id(self):
        return self.kept_id

    @property
    def undo_until(self):
        """The last day on which it can be undone."""
        return timezone.localdate(self.merged_at) + timedelta(days=settings.MERGE_UNDO_DAYS)

    @property
    def can_be_undone(self):
        return self.undone_at is None and timezone.localdate() <= self.undo_until


class MergedRow(models.Model):
    """One row that a merge changed: its columns before and after, in the order of the changes.

    It may hold protected text (D4), and stands in a table of its own. `seal`
    says how the whole row read when the merge was done: whether it has changed
    since is seen by it.
    """

    merge = models.ForeignKey(MergeRecord, on_delete=models.PROTECT, related_name="rows")
    model = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    moved = models.BooleanField()  # whether it went from one file to the other
    before = models.JSONField(encoder=PlainEncoder)
    after = models.JSONField(encoder=PlainEncoder)
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(name="merged_row_of_a_record", fields=["model", "record_id"])]

    def __str__(self):
        return f"{self.model} {self.record_id}"
