"""What people ask of their data (ARCO-POL), by when it is answered, and the copy they get."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from accounts.roles import Permission
from beneficiaries.choices import (
    RIGHTS_MOVES,
    RIGHTS_TO_A_COPY,
    RIGHTS_WAITING,
    RequestWay,
    Right,
    RightsOutcome,
    RightsState,
)
from beneficiaries.models.duplicates import Task
from beneficiaries.models.people import Person
from genesis.lib.background import Work
from genesis.lib.storage import private

VERIFIED = ["identity_verified", "in_review", "extended", "answered", "closed"]
ANSWERED = ["answered", "closed"]
GRANTING = ["granted", "partly"]


class RightsRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All for data protection; for others what they took down, or are to carry out.

        That are the coordination of the office, and whoever accompanies the person.
        """
        if user.may(Permission.RIGHTS_MANAGE):
            return self
        theirs = Q(task__in=Task.objects.visible_to(user)) | Q(
            person__in=Person.objects.accompanied_by(user)
        )
        left = theirs & Q(task__done_at=None, task__isnull=False)
        return self.filter(
            Q(received_by=user) | left & Q(person__in=Person.objects.visible_to(user))
        )

    def unfinished(self):
        """Those that wait for an answer, or whose answer has not reached who asked."""
        return self.filter(state__in=[*RIGHTS_WAITING, RightsState.ANSWERED])

    def waiting(self):
        return self.filter(state__in=RIGHTS_WAITING)

    def to_be_corrected(self):
        """Those by which an office still has to correct what a file says."""
        return self.filter(right=Right.RECTIFICATION, task__isnull=False, task__done_at=None)

    def restricting(self):
        """Those by which somebody's data are kept and not used."""
        return self.filter(right=Right.LIMITATION, outcome__in=GRANTING, lifted_at=None)


class RightsRequest(models.Model):
    """That somebody asks for, corrects or wants gone what is kept of her (CASE-37).

    The days to answer are computed when it comes in, by the holidays of the
    office that holds the file; they are extended once, with a reason.
    """

    MOVES = RIGHTS_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rights_requests")
    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    right = models.CharField(_("what is asked"), max_length=15, choices=Right)
    way = models.CharField(_("how it came"), max_length=10, choices=RequestWay)
    asked = models.TextField(_("in the words of whoever asks"), max_length=2000)
    representative = models.CharField(_("who asks in her or his name"), max_length=200, blank=True)
    received_on = models.DateField(_("received on"), default=timezone.localdate)
    received_at = models.DateTimeField(default=timezone.now)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("to be answered by"))
    state = models.CharField(
        max_length=20, choices=RightsState, default=RightsState.RECEIVED, editable=False
    )
    identity_at = models.DateTimeField(null=True, editable=False)
    identity_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    identity_proof = models.CharField(_("how identity was proved"), max_length=200, blank=True)
    extended_at = models.DateTimeField(null=True, editable=False)
    extended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    extension_reason = models.CharField(_("why more time is needed"), max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    outcome = models.CharField(_("answer"), max_length=10, choices=RightsOutcome, blank=True)
    ground = models.CharField(_("ground of what is not granted"), max_length=500, blank=True)
    answer = models.TextField(_("what is answered"), max_length=4000, blank=True)
    # What the answer leaves to the coordination of the office.
    task = models.OneToOneField(
        Task, null=True, on_delete=models.PROTECT, related_name="request", editable=False
    )
    lifted_at = models.DateTimeField(null=True, editable=False)
    lifted_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    lift_reason = models.CharField(
        _("why the restriction was lifted"), max_length=500, blank=True, editable=False
    )

    objects = RightsRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about data")
        verbose_name_plural = _("requests about data")
        constraints = [
            models.CheckConstraint(
                name="rights_request_codes_are_known",
                condition=Q(
                    state__in=RightsState.values,
                    right__in=Right.values,
                    way__in=RequestWay.values,
                    outcome__in=["", *RightsOutcome.values],
                ),
            ),
            models.CheckConstraint(
                name="rights_request_due_after_it_came", condition=Q(due_on__gt=F("received_on"))
            ),
            models.CheckConstraint(
                name="rights_request_goes_on_only_with_an_identity",
                condition=~Q(state__in=VERIFIED)
                | Q(identity_at__isnull=False, identity_by__isnull=False) & ~Q(identity_proof=""),
            ),
            models.CheckConstraint(
                name="rights_request_extended_by_somebody_for_a_reason",
                condition=Q(extended_at=None, extended_by=None, extension_reason="")
                & ~Q(state="extended")
                | Q(extended_at__isnull=False, extended_by__isnull=False) & ~Q(extension_reason=""),
            ),
            models.CheckConstraint(
                name="rights_request_answered_by_somebody_with_a_ground_for_a_no",
                condition=Q(answered_at=None, answered_by=None, outcome="") & ~Q(state__in=ANSWERED)
                | Q(answered_at__isnull=False, answered_by__isnull=False)
                & ~Q(outcome="")
                & ~Q(answer="")
                & (Q(outcome="granted") | ~Q(ground="")),
            ),
            models.CheckConstraint(
                name="rights_request_leaves_to_the_office_what_was_granted",
                condition=Q(task=None)
                | Q(right__in=["rectification", "objection"], outcome__in=GRANTING),
            ),
            models.CheckConstraint(
                name="rights_request_lifted_is_a_restriction_ended_for_a_reason",
                condition=Q(lifted_at=None, lifted_by=None, lift_reason="")
                | Q(
                    right="limitation",
                    outcome__in=GRANTING,
                    lifted_at__isnull=False,
                    lifted_by__isnull=False,
                )
                & ~Q(lift_reason=""),
            ),
        ]
        indexes = [models.Index(name="rights_request_by_day", fields=["due_on", "id"])]

    def __str__(self):
        return f"{self.get_right_display()} {self.person.file_number}"

    def get_absolute_url(self):
        return reverse("beneficiaries:rights_detail", args=[self.public_id])

    @property
    def is_waiting(self):
        return self.state in RIGHTS_WAITING

    @property
    def is_late(self):
        today = timezone.localdate()
        if self.is_carried_out:
            return self.is_waiting and self.due_on < today
        return self.task.due_on < today

    @property
    def asks_for_a_copy(self):
        return self.right in RIGHTS_TO_A_COPY

    @property
    def restricts(self):
        """Whether by this request her data are kept and not used."""
        granted = self.right == Right.LIMITATION and self.outcome in GRANTING
        return granted and self.lifted_at is None

    @property
    def is_carried_out(self):
        """Whether nothing of what was granted is left to the office."""
        return self.task is None or self.task.done_at is not None

    @property
    def file_or_none(self):
        return getattr(self, "file", None)


class RightsFile(Work):
    """The copy of all that is kept of a person: made once, handed out once, then erased."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    request = models.OneToOneField(RightsRequest, on_delete=models.PROTECT, related_name="file")
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(_("file"), storage=private, upload_to="rights", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True)
    handed_out_at = models.DateTimeField(null=True)
    handed_out_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("copy of a person's data")
        verbose_name_plural = _("copies of people's data")
        constraints = [
            models.CheckConstraint(
                name="rights_file_handed_out_by_somebody",
                condition=Q(handed_out_at=None, handed_out_by=None)
                | Q(handed_out_at__isnull=False, handed_out_by__isnull=False),
            ),
            models.CheckConstraint(
                name="rights_file_erased_is_no_more", condition=Q(erased_at=None) | Q(file="")
            ),
        ]

    def __str__(self):
        return str(self.request)

    @property
    def person_id(self):
        return self.request.person_id

    @property
    def can_be_handed_out(self):
        return bool(self.file) and self.handed_out_at is None
