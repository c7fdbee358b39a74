"""What was asked to be done with many people at once, and what came of each of them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.choices import BulkKind, BulkOutcome
from beneficiaries.models.messages import MessageTemplate
from beneficiaries.models.people import Person
from genesis.lib.background import Work


class BulkRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For whoever asked for it."""
        return self.filter(asked_by=user)


class BulkRun(Work):
    """One thing done with many: few at once, many in the background, each row for itself."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=BulkKind)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    filters = ArrayField(models.CharField(max_length=300), default=list)  # as the list said them
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)  # rows that were answered for, either way
    to = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    template = models.ForeignKey(
        MessageTemplate, null=True, on_delete=models.PROTECT, related_name="+"
    )
    values = models.JSONField(default=dict)  # what is filled into the text, for everybody alike

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("action on many people")
        verbose_name_plural = _("actions on many people")
        constraints = [
            models.CheckConstraint(
                name="bulk_run_says_what_it_needs",
                condition=Q(kind="assign", to__isnull=False, template=None)
                | Q(kind="message", to=None, template__isnull=False),
            ),
            models.CheckConstraint(
                name="bulk_run_does_no_more_than_was_asked",
                condition=Q(done__lte=models.F("total")),
            ),
        ]
        indexes = [models.Index(name="bulk_run_newest", fields=["asked_by", "-asked_at"])]

    def __str__(self):
        return self.get_kind_display()

    def get_absolute_url(self):
        return reverse("beneficiaries:bulk_detail", args=[self.public_id])

    def outcome_counts(self):
        """How many rows came to each outcome, in the order of the list."""
        found = dict(self.rows.order_by().values_list("outcome").annotate(Count("pk")))
        return [(BulkOutcome(each), found.get(each, 0)) for each in BulkOutcome.values]


class BulkRow(models.Model):
    """One of the people, as the list showed her when it was confirmed, and what came of her."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()  # in the order of the list
    file_version = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=BulkOutcome, default=BulkOutcome.WAITING)
    why = models.CharField(_("what came of it"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="bulk_row_once_per_person", fields=["run", "person"]),
            models.CheckConstraint(
                name="bulk_row_says_why_it_was_not_done",
                condition=~Q(outcome="refused") | ~Q(why=""),
            ),
            models.CheckConstraint(
                name="bulk_row_outcome_is_known", condition=Q(outcome__in=BulkOutcome.values)
            ),
        ]
        indexes = [models.Index(name="bulk_row_in_order", fields=["run", "place", "id"])]

    def __str__(self):
        return f"{self.run_id}: {self.place}"
