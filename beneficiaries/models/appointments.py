"""When somebody comes, or is visited; and the address by which a calendar reads an agenda."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.choices import (
    APPOINTMENT_MOVES,
    KEPT_APPOINTMENTS,
    OPEN_APPOINTMENTS,
    AppointmentState,
)
from beneficiaries.models.codes import LookupValue
from beneficiaries.models.people import Person
from genesis.lib.addresses import address_of


class AppointmentQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state__in=OPEN_APPOINTMENTS)

    def between(self, starts_at, ends_at):
        """Those that take place, in part at least, within these moments."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def visible_to(self, user):
        """Those with people whom they see."""
        return self.filter(person__in=Person.objects.visible_to(user))


class Appointment(models.Model):
    """That a person and somebody of the programme meet; one that is moved leads to a new one.

    Who comes with others has an appointment of her own, so that each has her own end.
    """

    MOVES = APPOINTMENT_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    kind = models.ForeignKey(
        LookupValue, on_delete=models.PROTECT, related_name="+", verbose_name=_("what for")
    )
    place = models.CharField(_("place"), max_length=120)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    responsible = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("with")
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=AppointmentState,
        default=AppointmentState.PLANNED,
        editable=False,
    )
    minutes = models.PositiveSmallIntegerField(_("minutes it took"), null=True, blank=True)
    reason = models.CharField(_("why it was moved or cancelled"), max_length=200, blank=True)
    moved_to = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="moved_from",
        editable=False,
        verbose_name=_("moved to"),
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.CheckConstraint(
                name="appointment_state_is_known",
                condition=Q(state__in=AppointmentState.values),
            ),
            models.CheckConstraint(
                name="appointment_ends_after_it_begins",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The end comes before the beginning."),
            ),
            models.CheckConstraint(
                name="appointment_ended_by_somebody_at_some_time",
                condition=Q(state__in=OPEN_APPOINTMENTS, ended_at=None, ended_by=None)
                | ~Q(state__in=OPEN_APPOINTMENTS)
                & Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_to_come_is_neither_done_nor_missed",
                condition=~Q(state__in=KEPT_APPOINTMENTS) | Q(ended_at__gte=F("starts_at")),
            ),
            models.CheckConstraint(
                name="appointment_took_minutes_when_it_is_done",
                condition=Q(state="done", minutes__gt=0) | ~Q(state="done") & Q(minutes=None),
            ),
            models.CheckConstraint(
                name="appointment_moved_leads_to_another",
                condition=Q(state="moved", moved_to__isnull=False)
                | ~Q(state="moved") & Q(moved_to=None),
            ),
            models.CheckConstraint(
                name="appointment_cancelled_for_a_reason",
                condition=~Q(state="cancelled") | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(name="appointment_of_a_person", fields=["person", "starts_at", "id"]),
            models.Index(name="appointment_of_somebody", fields=["responsible", "starts_at"]),
            models.Index(name="appointment_by_day", fields=["starts_at", "id"]),
        ]

    def __str__(self):
        return f"{self.kind}, {timezone.localtime(self.starts_at):%d/%m/%Y %H:%M}"

    def get_absolute_url(self):
        return address_of("agenda:appointment_detail", self.public_id)

    @property
    def is_open(self):
        return self.state in OPEN_APPOINTMENTS

    @property
    def has_begun(self):
        return self.starts_at <= timezone.now()

    @property
    def planned_minutes(self):
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class CalendarFeed(models.Model):
    """That somebody reads their agenda in a calendar of their own, by a secret address.

    Only a digest of the secret is kept: who loses the address makes another, and the one
    before stops working.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.UniqueConstraint(
                name="calendar_feed_one_in_force_per_user",
                fields=["user"],
                condition=Q(revoked_at=None),
            )
        ]

    def __str__(self):
        return f"{self.user}"
