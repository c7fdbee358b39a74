"""Groups that receive a service together: their sessions, who takes part, and who came."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from accounts.roles import Permission
from beneficiaries.choices import (
    ENROLMENT_MOVES,
    GROUP_SERVICES,
    TAKING_PART,
    EnrolmentState,
    Mark,
    Service,
)
from beneficiaries.models.people import Person
from genesis.lib.addresses import address_of


class GroupQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the offices whose people they see, and those that they lead themselves."""
        held = user.where(Permission.GROUP_VIEW, "office")
        people = user.where(Permission.PERSON_VIEW, "office")
        return self.filter(Q(held & people) | Q(facilitator=user))


class Group(models.Model):
    """People who receive a service together, from one day to another (CASE-30)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    service = models.CharField(_("service"), max_length=2, choices=Service)
    name = models.CharField(_("name of the group"), max_length=120)
    office = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("office")
    )
    facilitator = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="groups_led", verbose_name=_("facilitator")
    )
    place = models.CharField(_("place"), max_length=120, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    hours = models.PositiveSmallIntegerField(_("hours in all"))

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.CheckConstraint(
                name="group_receives_a_service_of_groups",
                condition=Q(service__in=[each.value for each in GROUP_SERVICES]),
            ),
            models.CheckConstraint(
                name="group_ends_after_it_begins",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day cannot come before the first."),
            ),
            models.CheckConstraint(name="group_has_some_hours", condition=Q(hours__gt=0)),
        ]
        indexes = [models.Index(name="group_newest", fields=["starts_on", "id"])]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address_of("groups:group_detail", self.public_id)


class GroupSessionQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(cancelled_at=None)

    def held(self):
        """Those of which it is known who came."""
        return self.filter(taken_at__isnull=False, cancelled_at=None)

    def between(self, starts_at, ends_at):
        """Those that take place, in part at least, within these moments."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


class GroupSession(models.Model):
    """One meeting of a group: it is there before anybody is said to have come (CASE-30)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    topic = models.CharField(_("topic"), max_length=120)
    minutes = models.PositiveSmallIntegerField(_("minutes taught"), null=True, blank=True)
    taken_at = models.DateTimeField(null=True, editable=False)  # since when it is known who came
    taken_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancelled_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    cancelled_reason = models.CharField(max_length=200, blank=True, editable=False)

    objects = GroupSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.CheckConstraint(
                name="group_session_ends_after_it_begins",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The end comes before the beginning."),
            ),
            models.CheckConstraint(
                name="group_session_attendance_taken_by_somebody_once_it_began",
                condition=Q(taken_at=None, taken_by=None, minutes=None)
                | Q(taken_at__gte=F("starts_at"), taken_by__isnull=False, minutes__gt=0),
            ),
            models.CheckConstraint(
                name="group_session_cancelled_for_a_reason_or_held",
                condition=Q(cancelled_at=None, cancelled_by=None, cancelled_reason="")
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False, taken_at=None)
                & ~Q(cancelled_reason=""),
            ),
            ExclusionConstraint(
                name="group_session_one_at_a_time_per_group",
                condition=Q(cancelled_at=None),
                expressions=[
                    ("group", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("This group has another session at that hour."),
            ),
        ]
        indexes = [models.Index(name="group_session_by_day", fields=["starts_at", "id"])]

    def __str__(self):
        return f"{self.topic}, {timezone.localtime(self.starts_at):%d/%m/%Y}"

    def get_absolute_url(self):
        return address_of("groups:attendance_record", self.public_id)

    @property
    def has_begun(self):
        return self.starts_at <= timezone.now()

    @property
    def planned_minutes(self):
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class EnrolmentQuerySet(models.QuerySet):
    def taking_part(self):
        return self.filter(state__in=TAKING_PART)


class Enrolment(models.Model):
    """That a person takes part in a group, from the invitation to how it ended (machine 5.5)."""

    MOVES = ENROLMENT_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrolments")
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=EnrolmentState,
        default=EnrolmentState.ENROLLED,
        editable=False,
    )
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    state_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.CheckConstraint(
                name="enrolment_state_is_known", condition=Q(state__in=EnrolmentState.values)
            ),
            models.CheckConstraint(
                name="enrolment_dropped_for_a_reason",
                condition=Q(state="dropped") & ~Q(reason="") | ~Q(state="dropped") & Q(reason=""),
            ),
            models.UniqueConstraint(
                name="enrolment_once_per_group_and_person",
                fields=["group", "person"],
                violation_error_message=_("This person is in the group already."),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.group}"


class Attendance(models.Model):
    """Whether somebody came to a session of her group."""

    session = models.ForeignKey(GroupSession, on_delete=models.PROTECT, related_name="attendance")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attendance")
    mark = models.CharField(_("attendance"), max_length=10, choices=Mark)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [
            models.CheckConstraint(
                name="attendance_mark_is_known", condition=Q(mark__in=Mark.values)
            ),
            models.UniqueConstraint(
                name="attendance_once_per_session_and_enrolment",
                fields=["session", "enrolment"],
            ),
        ]

    def __str__(self):
        return self.get_mark_display()

    @property
    def person_id(self):
        return self.enrolment.person_id
