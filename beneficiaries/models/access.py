"""Who may open a file beyond the everyday rules, who may not, and who is told (CASE-13)."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from beneficiaries.choices import ConflictKind
from beneficiaries.models.people import Person
from genesis.lib.background import Work
from genesis.lib.sensitivity import D5, D6

EMERGENCY = timedelta(hours=4)  # the longest that break-glass lasts (SEC-14)


class EmergencyAccessQuerySet(models.QuerySet):
    def open(self):
        return self.filter(ends_at__gt=timezone.now())

    def visible_to(self, user):
        """Those of people whose office `user` answers for, but their own; all for who protects."""
        held = user.where(Permission.ACCESS_REVIEW, "person__office")
        return self.filter(held).exclude(user=user)


class EmergencyAccess(models.Model):
    """Break-glass: that somebody opened a file that is not theirs, why, and until when."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="emergency_accesses")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    ends_at = models.DateTimeField(editable=False)
    coordination_at = models.DateTimeField(null=True, editable=False)
    coordination_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    officer_at = models.DateTimeField(null=True, editable=False)
    officer_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("emergency access")
        verbose_name_plural = _("emergency accesses")
        constraints = [
            models.CheckConstraint(name="emergency_access_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="emergency_access_ends_within_four_hours",
                condition=Q(ends_at__gt=F("opened_at"))
                & Q(ends_at__lte=F("opened_at") + EMERGENCY),
            ),
            models.CheckConstraint(
                name="emergency_access_reviewed_by_another_at_some_time",
                condition=(
                    Q(coordination_at=None, coordination_by=None)
                    | Q(coordination_at__isnull=False, coordination_by__isnull=False)
                    & ~Q(coordination_by=F("user"))
                )
                & (
                    Q(officer_at=None, officer_by=None)
                    | Q(officer_at__isnull=False, officer_by__isnull=False)
                    & ~Q(officer_by=F("user"))
                ),
            ),
        ]
        indexes = [models.Index(name="emergency_access_newest", fields=["opened_at", "id"])]

    def __str__(self):
        return str(self._meta.verbose_name)

    @property
    def is_open(self):
        return self.ends_at > timezone.now()


class AccessNotice(Work):
    """That somebody was told of an emergency access: in the list, and by a mail without names."""

    access = models.ForeignKey(EmergencyAccess, on_delete=models.PROTECT, related_name="notices")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="access_notice_once_each", fields=["access", "to"])
        ]

    def __str__(self):
        return str(self.access)


class Release(models.Model):
    """That two people opened a psychosocial or legal file to a third for a time (CASE-13)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="releases")
    level = models.CharField(max_length=2)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(null=True, editable=False)
    granted_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    ends_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="release_is_of_a_sealed_level_and_has_a_reason",
                condition=Q(level__in=[D5, D6]) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="release_takes_two_people_besides_who_reads",
                condition=~Q(asked_by=F("user"))
                & (
                    Q(granted_at=None, granted_by=None, ends_at=None)
                    | Q(granted_at__isnull=False, granted_by__isnull=False)
                    & Q(ends_at__gt=F("granted_at"))
                    & Q(ends_at__lte=F("granted_at") + EMERGENCY)
                    & ~Q(granted_by=F("asked_by"))
                    & ~Q(granted_by=F("user"))
                ),
            ),
        ]

    def __str__(self):
        return self.level


class Conflict(models.Model):
    """Somebody of the staff who may not open a person's file: a relative, a neighbour …"""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="conflicts")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="conflicts", verbose_name=_("staff member")
    )
    kind = models.CharField(_("what they are to each other"), max_length=10, choices=ConflictKind)
    noted_at = models.DateTimeField(default=timezone.now)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [
            models.UniqueConstraint(
                name="conflict_once_per_person_and_user",
                fields=["person", "user"],
                violation_error_message=_("This is already noted."),
            ),
            models.CheckConstraint(
                name="conflict_kind_is_known", condition=Q(kind__in=ConflictKind.values)
            ),
            models.CheckConstraint(
                name="conflict_not_noted_by_whom_it_bars", condition=~Q(noted_by=F("user"))
            ),
        ]

    def __str__(self):
        return self.get_kind_display()
