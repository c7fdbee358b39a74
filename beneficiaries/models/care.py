"""What somebody needs and what endangers her: asked together, and kept apart by class.

Needs are D2. Flags, the level of risk and what was done at once are D4, and the
assessment of a risk D5: each in a table of its own.
"""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from beneficiaries.choices import (
    PROTOCOL_MOVES,
    FlagAudience,
    FlagSource,
    ProtocolState,
    RiskLevel,
    YesNo,
)
from beneficiaries.models.cases import Case
from beneficiaries.models.codes import LookupValue
from beneficiaries.models.people import Person


class Screening(models.Model):
    """The conversation in which somebody told what she needs (F4): never changed, asked anew."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="screenings")
    on = models.DateField(_("day"))
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("needs and risk")
        verbose_name_plural = _("needs and risks")
        indexes = [models.Index(name="screening_latest", fields=["case", "-on", "-id"])]

    def __str__(self):
        return str(self._meta.verbose_name)

    @property
    def person_id(self):
        return self.case.person_id


class Need(models.Model):
    """One thing that somebody needs, and how much it presses: 1 before 2 before 3."""

    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="needs")
    need = models.ForeignKey(
        LookupValue, on_delete=models.PROTECT, related_name="+", verbose_name=_("need")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), validators=[MinValueValidator(1), MaxValueValidator(3)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="need_once_per_screening", fields=["screening", "need"]),
            models.CheckConstraint(
                name="need_priority_from_one_to_three", condition=Q(priority__range=(1, 3))
            ),
        ]

    def __str__(self):
        return str(self.need)


class ProtocolQuerySet(models.QuerySet):
    def open(self):
        return self.exclude(state=ProtocolState.OFF)

    def visible_to(self, user):
        """Those of the offices where they follow safety protocols, but not of relatives."""
        held = user.where(Permission.PROTOCOL_MANAGE, "person__office")
        known = Person.objects.not_barred_to(user).standing()
        return self.filter(held, person__in=known)


class SafetyProtocol(models.Model):
    """That somebody is in danger and is looked after until a supervisor ends it (CASE-18)."""

    MOVES = PROTOCOL_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="safety_protocols")
    state = models.CharField(
        max_length=10, choices=ProtocolState, default=ProtocolState.ACTIVE, editable=False
    )
    raised_at = models.DateTimeField(default=timezone.now)
    raised_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(  # the one on which it went on from «active»
        "RiskAssessment", null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        verbose_name = _("safety protocol")
        verbose_name_plural = _("safety protocols")
        constraints = [
            models.CheckConstraint(
                name="safety_protocol_state_is_known",
                condition=Q(state__in=ProtocolState.values),
            ),
            models.UniqueConstraint(
                name="safety_protocol_one_open_per_person",
                fields=["person"],
                condition=~Q(state="off"),
            ),
            models.CheckConstraint(
                name="safety_protocol_goes_on_after_a_risk_assessment",
                condition=Q(state="active") | Q(assessment__isnull=False),
            ),
            models.CheckConstraint(
                name="safety_protocol_ended_by_somebody_at_some_time",
                condition=Q(state="off", ended_at__isnull=False, ended_by__isnull=False)
                | ~Q(state="off") & Q(ended_at=None, ended_by=None),
            ),
        ]
        indexes = [models.Index(name="safety_protocol_newest", fields=["raised_at", "id"])]

    def __str__(self):
        return self.get_state_display()

    def get_absolute_url(self):
        return reverse("beneficiaries:protocol_detail", args=[self.public_id])


class RiskAssessment(models.Model):
    """What a supervisor found of the danger that somebody is in: structured, and never changed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    protocol = models.ForeignKey(
        SafetyProtocol, on_delete=models.PROTECT, related_name="assessments"
    )
    level = models.CharField(_("level of risk now"), max_length=10, choices=RiskLevel)
    means = models.TextField(_("means at hand"), max_length=2000)
    plan = models.TextField(_("is there a plan"), max_length=2000)
    timing = models.TextField(_("when could it happen"), max_length=2000)
    protective_factors = models.TextField(_("what protects her or him"), max_length=2000)
    measures = models.TextField(_("what was agreed on"), max_length=2000)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("risk assessment")
        verbose_name_plural = _("risk assessments")
        constraints = [
            models.CheckConstraint(
                name="risk_assessment_level_is_known", condition=Q(level__in=RiskLevel.values)
            ),
            models.CheckConstraint(
                name="risk_assessment_answers_every_question",
                condition=~Q(means="") & ~Q(plan="") & ~Q(timing="") & ~Q(protective_factors=""),
            ),
        ]

    def __str__(self):
        return str(self._meta.verbose_name)

    @property
    def person_id(self):
        return self.protocol.person_id


class Risk(models.Model):
    """How much danger somebody was in on the day of a screening, and what was done at once."""

    screening = models.OneToOneField(Screening, on_delete=models.PROTECT, related_name="risk")
    level = models.CharField(_("level of risk"), max_length=10, choices=RiskLevel)
    current_danger = models.CharField(_("in danger now"), max_length=10, choices=YesNo, blank=True)
    immediate_action = models.TextField(_("what was done at once"), blank=True)
    # What it raised; empty where nothing calls for it, or while it is still to be raised.
    protocol = models.ForeignKey(
        SafetyProtocol, null=True, on_delete=models.PROTECT, related_name="+"
    )
    calls_for_protocol = models.BooleanField(_("calls for a safety protocol"), default=False)

    class Meta:
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        constraints = [
            models.CheckConstraint(
                name="risk_codes_are_known",
                condition=Q(level__in=RiskLevel.values, current_danger__in=["", *YesNo.values]),
            ),
            models.CheckConstraint(
                name="risk_high_says_what_was_done_at_once",
                condition=~Q(level="high") | ~Q(immediate_action=""),
            ),
        ]

    def __str__(self):
        return self.get_level_display()


class VulnerabilityFlag(models.Model):
    """One thing that makes somebody vulnerable: from whom it is known, and who may read it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="flags")
    flag = models.ForeignKey(
        LookupValue, on_delete=models.PROTECT, related_name="+", verbose_name=_("vulnerability")
    )
    source = models.CharField(_("from whom it is known"), max_length=15, choices=FlagSource)
    on = models.DateField(_("known since"))
    audience = models.CharField(_("who reads it"), max_length=15, choices=FlagAudience)
    confirmed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    confirmed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("vulnerability")
        verbose_name_plural = _("vulnerabilities")
        constraints = [
            models.UniqueConstraint(
                name="vulnerability_once_per_screening", fields=["screening", "flag"]
            ),
            models.CheckConstraint(
                name="vulnerability_codes_are_known",
                condition=Q(source__in=FlagSource.values, audience__in=FlagAudience.values),
            ),
            models.CheckConstraint(
                name="vulnerability_confirmed_by_somebody_at_some_time",
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
        ]

    def __str__(self):
        return str(self.flag)

    @property
    def person_id(self):
        return self.screening.person_id
