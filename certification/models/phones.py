"""The evaluators' telephones, what they took to the field, and what came back from them.

Everything that a telephone notes is a record: signed by it, numbered in its order and
sent until the server has answered with a receipt.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from certification.choices import ReceiptOutcome, RecordKind, Settlement
from certification.models.assessments import Assessment
from certification.models.standards import Item
from genesis.lib.background import Work


class PhoneQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody sees their own telephones, and nobody else's."""
        return self.filter(user=user)

    def coordinated_by(self, user):
        """Those of who evaluates people of their offices, or took such people to the field."""
        where = user.where(Permission.ASSESSMENT_CANCEL, "person__office")
        theirs = Assessment.objects.filter(where)
        evaluators = theirs.exclude(evaluator=None).values("evaluator")
        taken = Package.objects.filter(assessment__in=theirs).values("phone")
        return self.filter(Q(user__in=evaluators) | Q(pk__in=taken))


class Phone(models.Model):
    """A telephone on which one evaluator works without signal; it never becomes another's.

    `public_id` is the device of its answers. `public_key` is the public part of the key
    with which it signs what it notes, and `sealed_key` the one under which it keeps it, sealed
    by the server for who forgets the PIN. `unsent` is what it said it had not sent yet.
    """

    public_id = models.UUIDField(unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="phones")
    name = models.CharField(_("name of the telephone"), max_length=80)
    public_key = models.TextField(editable=False)
    sealed_key = models.TextField(blank=True, editable=False)
    unsent = models.PositiveIntegerField(_("not sent yet"), null=True, editable=False)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    withdrawn_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = PhoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("telephone")
        verbose_name_plural = _("telephones")
        constraints = [
            models.CheckConstraint(
                name="phone_withdrawn_by_somebody_at_some_time",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
            models.CheckConstraint(
                name="phone_withdrawn_by_another_with_a_reason_and_without_its_key",
                condition=Q(withdrawn_at=None, withdrawn_reason="")
                | Q(withdrawn_at__isnull=False, sealed_key="")
                & (Q(withdrawn_by=models.F("user")) | ~Q(withdrawn_reason="")),
            ),
        ]

    def __str__(self):
        return self.name


class KeyReturn(Work):
    """That a telephone got its key back, for another PIN: its owner is told by mail."""

    phone = models.ForeignKey(Phone, on_delete=models.PROTECT, related_name="key_returns")
    at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)

    def __str__(self):
        return str(self.phone)


class Package(models.Model):
    """That a telephone took an assessment to the field, and until when it may show it."""

    phone = models.ForeignKey(Phone, on_delete=models.PROTECT, related_name="packages")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="packages")
    format = models.PositiveSmallIntegerField()
    built_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="package_expires_after_it_was_built",
                condition=Q(expires_at__gt=models.F("built_at")),
            )
        ]

    def __str__(self):
        return f"{self.assessment_id}: {self.expires_at}"

    @property
    def person_id(self):
        return self.assessment.person_id


class Receipt(models.Model):
    """That a record arrived, once: what was answered then is answered again.

    `body` is what the telephone signed, as it signed it. Written once.
    """

    record_id = models.UUIDField(unique=True)
    phone = models.ForeignKey(Phone, on_delete=models.PROTECT, related_name="receipts")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="receipts")
    seq = models.PositiveIntegerField()  # the order of the telephone; never a clock
    kind = models.CharField(max_length=10, choices=RecordKind)
    body = models.TextField(_("as it was sent"))
    signature = models.CharField(max_length=120)
    outcome = models.CharField(max_length=10, choices=ReceiptOutcome)
    noted_at = models.DateTimeField(null=True)  # by the telephone's own clock
    clock_off = models.DurationField(null=True)  # ours, less that of the telephone
    received_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="receipt_one_per_phone_and_sequence", fields=["phone", "seq"]
            ),
            models.CheckConstraint(
                name="receipt_kind_and_outcome_are_known",
                condition=Q(kind__in=RecordKind.values, outcome__in=ReceiptOutcome.values),
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def number(self):
        """How people read it to each other."""
        return f"R-{self.pk:06}"

    @property
    def person_id(self):
        return self.assessment.person_id


class ConflictQuerySet(models.QuerySet):
    def open(self):
        return self.filter(settled_at=None)


class Conflict(models.Model):
    """What a telephone noted and could no longer be taken: kept beside what counts (CERT-7).

    Coordination settles it, with a reason.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="conflict")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="conflicts")
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(_("what the telephone noted"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    kept_value = models.CharField(_("what counts"), max_length=20, blank=True)
    why = models.CharField(_("why it was not taken"), max_length=300)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settlement = models.CharField(max_length=10, choices=Settlement, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        constraints = [
            models.CheckConstraint(
                name="conflict_settled_by_somebody_with_a_reason",
                condition=Q(settled_at=None, settled_by=None, settlement="", reason="")
                | Q(
                    settled_at__isnull=False,
                    settled_by__isnull=False,
                    settlement__in=Settlement.values,
                )
                & ~Q(reason=""),
            )
        ]

    def __str__(self):
        return self.value

    @property
    def person_id(self):
        return self.assessment.person_id
