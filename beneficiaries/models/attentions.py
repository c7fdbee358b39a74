"""What a caseworker does with somebody from day to day: attentions, and attempts to reach her."""

import uuid

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.choices import (
    AttentionMode,
    AttentionState,
    ContactChannel,
    ContactOutcome,
    Service,
)
from beneficiaries.models.cases import Case

LONGEST = 24 * 60  # minutes of one attention


class StandingQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(voided_at=None)


def voided_with_a_reason():
    return Q(voided_at=None, voided_by=None, voided_reason="") | (
        Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(voided_reason="")
    )


class Attention(models.Model):
    """That somebody received a service on a day, or did not come: never changed, but voided."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attentions")
    service = models.CharField(_("type of attention"), max_length=2, choices=Service)
    state = models.CharField(_("what happened"), max_length=10, choices=AttentionState)
    on = models.DateField(_("day"))
    mode = models.CharField(_("how"), max_length=10, choices=AttentionMode)
    place = models.CharField(_("place"), max_length=120, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, validators=[MaxValueValidator(LONGEST)]
    )
    notes = models.TextField(_("notes"), max_length=2000, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("day of the next step"), null=True, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True, editable=False)
    voided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    voided_reason = models.CharField(
        _("reason why it was voided"), max_length=300, blank=True, editable=False
    )

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("attention")
        verbose_name_plural = _("attentions")
        constraints = [
            models.CheckConstraint(
                name="attention_codes_are_known",
                condition=Q(
                    service__in=Service.values,
                    state__in=AttentionState.values,
                    mode__in=AttentionMode.values,
                ),
            ),
            models.CheckConstraint(
                name="attention_received_has_its_minutes",
                condition=Q(state="given", minutes__isnull=False, minutes__range=(1, LONGEST))
                | ~Q(state="given") & Q(minutes=None),
            ),
            models.CheckConstraint(
                name="attention_next_step_has_its_day",
                condition=Q(next_step="", next_step_on=None)
                | ~Q(next_step="")
                & Q(next_step_on__isnull=False, next_step_on__gte=models.F("on")),
            ),
            models.CheckConstraint(
                name="attention_voided_with_a_reason", condition=voided_with_a_reason()
            ),
        ]
        indexes = [models.Index(name="attention_latest", fields=["case", "-on", "-id"])]

    def __str__(self):
        return str(self.get_service_display())

    @property
    def person_id(self):
        return self.case.person_id


class ContactAttempt(models.Model):
    """That somebody tried to reach a person, how, and what came of it (CASE-31)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contact_attempts")
    on = models.DateField(_("day"))
    channel = models.CharField(_("how"), max_length=15, choices=ContactChannel)
    outcome = models.CharField(_("what came of it"), max_length=15, choices=ContactOutcome)
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True, editable=False)
    voided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    voided_reason = models.CharField(
        _("reason why it was voided"), max_length=300, blank=True, editable=False
    )

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt to make contact")
        verbose_name_plural = _("attempts to make contact")
        constraints = [
            models.CheckConstraint(
                name="contact_attempt_codes_are_known",
                condition=Q(channel__in=ContactChannel.values, outcome__in=ContactOutcome.values),
            ),
            models.CheckConstraint(
                name="contact_attempt_voided_with_a_reason", condition=voided_with_a_reason()
            ),
        ]
        indexes = [models.Index(name="contact_attempt_latest", fields=["case", "-on", "-id"])]

    def __str__(self):
        return str(self._meta.verbose_name)

    @property
    def person_id(self):
        return self.case.person_id
