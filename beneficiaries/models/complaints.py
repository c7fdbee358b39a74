"""Complaints, suggestions and thanks: with a name or without one, and who may read them."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from accounts.roles import Permission
from beneficiaries.choices import (
    COMPLAINT_MOVES,
    COMPLAINTS_WAITING,
    ComplaintKind,
    ComplaintState,
    ComplaintTopic,
    RequestWay,
)
from beneficiaries.models.people import Person
from genesis.lib.codes import show_short_code


class ComplaintQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the offices that `user` answers for; never one about themselves.

        The restricted ones are for the programme's coordination and data
        protection alone; nor does anybody see what they took down again.
        """
        offices = user.where(Permission.COMPLAINT_MANAGE, "office")
        seen = self.filter(offices)
        if not user.may(Permission.COMPLAINT_SEALED):
            seen = seen.filter(restricted=False)
        about = ComplaintStaff.objects.filter(user=user)
        return seen.exclude(pk__in=about.values("complaint"))

    def to_tell(self, user):
        """Those of which `user` may tell the answer to whoever brings the code."""
        offices = user.where(Permission.COMPLAINT_RECEIVE, "office")
        about = ComplaintStaff.objects.filter(user=user)
        return self.filter(offices).exclude(pk__in=about.values("complaint"))

    def waiting(self):
        return self.filter(state__in=COMPLAINTS_WAITING)


class Complaint(models.Model):
    """What somebody complains of, proposes or thanks for; nobody has to say who they are."""

    MOVES = COMPLAINT_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    code = models.CharField(max_length=10, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=ComplaintKind)
    topic = models.CharField(_("what it is about"), max_length=12, choices=ComplaintTopic)
    way = models.CharField(_("how it came"), max_length=10, choices=RequestWay)
    office = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("office")
    )
    text = models.TextField(_("what happened"), max_length=4000)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="complaints"
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    contact_back = models.CharField(_("how to answer"), max_length=200, blank=True)
    received_on = models.DateField(_("received on"), default=timezone.localdate)
    received_at = models.DateTimeField(default=timezone.now)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    restricted = models.BooleanField(default=False)
    triage_by = models.DateField()
    due_on = models.DateField()
    state = models.CharField(
        max_length=15, choices=ComplaintState, default=ComplaintState.RECEIVED, editable=False
    )
    answered_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    appealed_at = models.DateTimeField(null=True, editable=False)
    first_answered_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    first_answer = models.TextField(_("first answer"), blank=True, editable=False)
    appeal = models.TextField(_("why she or he does not agree"), max_length=2000, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint or suggestion")
        verbose_name_plural = _("complaints and suggestions")
        constraints = [
            models.CheckConstraint(
                name="complaint_codes_are_known",
                condition=Q(
                    kind__in=ComplaintKind.values,
                    topic__in=ComplaintTopic.values,
                    way__in=RequestWay.values,
                    state__in=ComplaintState.values,
                ),
            ),
            models.CheckConstraint(
                name="complaint_about_misconduct_abuse_or_data_is_restricted",
                condition=~Q(topic__in=["data", "misconduct", "abuse"]) | Q(restricted=True),
            ),
            models.CheckConstraint(
                name="complaint_answered_by_somebody_at_some_time",
                condition=Q(answered_at=None, answered_by=None, answer="")
                & ~Q(state__in=["answered", "closed"])
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
            ),
            models.CheckConstraint(
                name="complaint_appeal_answered_by_another",
                condition=Q(first_answered_by=None)
                | Q(answered_by=None)
                | ~Q(first_answered_by=F("answered_by")),
            ),
            models.CheckConstraint(
                name="complaint_of_somebody_has_one_name",
                condition=Q(person=None) | Q(name=""),
            ),
        ]
        indexes = [models.Index(name="complaint_by_day", fields=["due_on", "id"])]

    def __str__(self):
        return f"{self.get_kind_display()} {self.shown_code}"

    def get_absolute_url(self):
        return reverse("beneficiaries:complaint_detail", args=[self.public_id])

    @property
    def shown_code(self):
        return show_short_code(self.code)

    @property
    def is_waiting(self):
        return self.state in COMPLAINTS_WAITING

    @property
    def is_late(self):
        return self.is_waiting and self.next_due_on < timezone.localdate()

    @property
    def next_due_on(self):
        """The day by which it is triaged, and after that the day by which it is answered."""
        return self.triage_by if self.state == ComplaintState.RECEIVED else self.due_on


class ComplaintStaff(models.Model):
    """Somebody of the staff whom a complaint is about: they see nothing of it."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="staff")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="complaint_staff_once", fields=["complaint", "user"])
        ]

    def __str__(self):
        return str(self.user)
