"""What is kept no longer: lists that the clock proposes, two people agree to, and what went."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.choices import ERASURE_MOVES, ErasureItemState, ErasureKind, ErasureState
from beneficiaries.models.people import Person
from genesis.lib.background import Work


class ErasureBatch(Work):
    """A list of people of whom something is to be erased: proposed, agreed to by two, done."""

    MOVES = ERASURE_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    kind = models.CharField(max_length=10, choices=ErasureKind)
    state = models.CharField(max_length=10, choices=ErasureState, default=ErasureState.PROPOSED)
    proposed_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("list of what is to be erased")
        verbose_name_plural = _("lists of what is to be erased")
        constraints = [
            models.CheckConstraint(
                name="erasure_batch_codes_are_known",
                condition=Q(kind__in=ErasureKind.values, state__in=ErasureState.values),
            ),
            models.CheckConstraint(
                name="erasure_batch_agreed_to_by_two_people",
                condition=Q(
                    state__in=["proposed", "cancelled"],
                    confirmed_at=None,
                    confirmed_by=None,
                    approved_at=None,
                    approved_by=None,
                )
                | Q(
                    state="confirmed",
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=False,
                    approved_at=None,
                    approved_by=None,
                )
                | Q(
                    state="approved",
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=False,
                    approved_at__isnull=False,
                    approved_by__isnull=False,
                )
                & ~Q(confirmed_by=F("approved_by")),
            ),
            models.UniqueConstraint(
                name="erasure_batch_one_proposed_of_a_kind",
                fields=["kind"],
                condition=Q(state="proposed"),
            ),
        ]
        indexes = [models.Index(name="erasure_batch_newest", fields=["proposed_at", "id"])]

    def __str__(self):
        return self.get_kind_display()

    def get_absolute_url(self):
        return reverse("beneficiaries:erasure_detail", args=[self.public_id])


class Erasure(models.Model):
    """One person of such a list: why she is on it, and what was erased, without the data."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    batch = models.ForeignKey(ErasureBatch, on_delete=models.PROTECT, related_name="items")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="erasures")
    kind = models.CharField(max_length=10, choices=ErasureKind)
    state = models.CharField(
        max_length=10, choices=ErasureItemState, default=ErasureItemState.PROPOSED
    )
    closed_on = models.DateField(
        _("closed on"), null=True
    )  # of the last case: from here the period runs
    asked_for = models.BooleanField(default=False)  # she exercised her right: no period
    kept_reason = models.CharField(_("why it is kept"), max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    counts = models.JSONField(default=dict)  # «app.Model» → rows that were emptied or deleted

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.CheckConstraint(
                name="erasure_codes_are_known",
                condition=Q(kind__in=ErasureKind.values, state__in=ErasureItemState.values),
            ),
            models.CheckConstraint(
                name="erasure_kept_for_a_reason",
                condition=~Q(state="kept") & Q(kept_reason="")
                | Q(state="kept") & ~Q(kept_reason=""),
            ),
            models.CheckConstraint(
                name="erasure_ended_at_some_time",
                condition=Q(state="proposed", ended_at=None)
                | ~Q(state="proposed") & Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="erasure_has_a_day_or_was_asked_for",
                condition=Q(asked_for=True) | Q(closed_on__isnull=False),
            ),
            models.UniqueConstraint(name="erasure_once_per_batch", fields=["batch", "person"]),
            models.UniqueConstraint(
                name="erasure_once_of_a_kind",
                fields=["person", "kind"],
                condition=Q(state="proposed"),
            ),
        ]
        indexes = [models.Index(name="erasure_of_a_batch", fields=["batch", "closed_on", "id"])]

    def __str__(self):
        return self.person.file_number
