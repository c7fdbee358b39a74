"""What happened to a case on its way, exceptions asked for, and files that offices hand on."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from accounts.roles import Permission
from beneficiaries.choices import (
    EXCEPTION_MOVES,
    TRANSFER_MOVES,
    CaseState,
    ExceptionState,
    TransferState,
)
from beneficiaries.models.cases import Case
from beneficiaries.models.people import Person

LATELY = timedelta(days=30)  # how long it is shown what was answered


class CaseMove(models.Model):
    """One step of a case: who took it, when and why. Written with the step, never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="moves")
    from_state = models.CharField(
        _("state before"), max_length=20, choices=CaseState, blank=True
    )  # "": it opened
    to_state = models.CharField(_("state after"), max_length=20, choices=CaseState)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="case_move_states_are_known",
                condition=Q(from_state__in=["", *CaseState.values], to_state__in=CaseState.values),
            )
        ]
        indexes = [models.Index(name="case_move_latest", fields=["case", "-id"])]

    def __str__(self):
        return self.get_to_state_display()

    @property
    def person_id(self):
        return self.case.person_id


class ExceptionRequest(models.Model):
    """That a caseworker asks for an exception, and what was answered (CASE-9)."""

    MOVES = EXCEPTION_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="exception_requests")
    state = models.CharField(
        max_length=10, choices=ExceptionState, default=ExceptionState.ASKED, editable=False
    )
    reason = models.TextField(_("reason"))
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="exception_request_state_is_known",
                condition=Q(state__in=ExceptionState.values),
            ),
            models.CheckConstraint(
                name="exception_request_answered_by_somebody_at_some_time",
                condition=Q(state="asked", answered_at=None, answered_by=None)
                | ~Q(state="asked") & Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="exception_request_answered_by_another",
                condition=Q(answered_by=None) | ~Q(answered_by=F("asked_by")),
            ),
            models.UniqueConstraint(
                name="exception_request_one_waiting_per_case",
                fields=["case"],
                condition=Q(state="asked"),
            ),
        ]

    def __str__(self):
        return self.get_state_display()

    @property
    def person_id(self):
        return self.case.person_id


class TransferQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=TransferState.ASKED)

    def asked_for(self, user):
        """Those that the offices of `user` asked for: of the file nothing but its initials."""
        return self.filter(user.where(Permission.TRANSFER_REQUEST, "to_office"))

    def asked_of(self, user):
        """What others ask of the offices where `user` gives cases, and what these said lately."""
        waiting = Q(pk__in=self.model.objects.to_answer(user).values("pk"))
        lately = Q(answered_at__gte=timezone.now() - LATELY)
        return self.filter(waiting | user.where(Permission.CASE_ASSIGN, "from_office") & lately)

    def to_answer(self, user):
        """Those of files that an office holds where `user` gives cases."""
        return self.waiting().filter(
            user.where(Permission.CASE_ASSIGN, "person__office"), person__merged_into=None
        )


class Transfer(models.Model):
    """That an office asks for a file which another holds, and what that one answered.

     Whose file it is the asking office learns when it holds it; until then it
     sees what was typed and the person's initials, and not which office answers
    . Who holds a file at the moment of the answer is `from_office`.
    """

    MOVES = TRANSFER_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="transfers")
    to_office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    from_office = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        max_length=10, choices=TransferState, default=TransferState.ASKED, editable=False
    )
    reason = models.TextField(_("reason"))
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(_("answer"), blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(
                name="transfer_state_is_known", condition=Q(state__in=TransferState.values)
            ),
            models.CheckConstraint(
                name="transfer_answered_by_somebody_at_some_time",
                condition=Q(state="asked", answered_at=None, answered_by=None, from_office=None)
                | ~Q(state="asked")
                & Q(
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    from_office__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="transfer_answered_by_another",
                condition=Q(answered_by=None) | ~Q(answered_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="transfer_goes_to_another_office",
                condition=Q(from_office=None) | ~Q(from_office=F("to_office")),
            ),
            models.CheckConstraint(
                name="transfer_refused_with_a_reason",
                condition=~Q(state="refused") | ~Q(answer=""),
            ),
            models.UniqueConstraint(
                name="transfer_one_waiting_per_person_and_office",
                fields=["person", "to_office"],
                condition=Q(state="asked"),
            ),
        ]
        indexes = [models.Index(name="transfer_newest", fields=["asked_at", "id"])]

    def __str__(self):
        return self.get_state_display()
