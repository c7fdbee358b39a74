"""Episodes of accompaniment, who accompanies, and the two answers of eligibility."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from beneficiaries.choices import AssignmentKind, EligReason, Outcome, Track
from beneficiaries.models.people import Person
from genesis.lib.plain import PlainEncoder


class Programme(models.Model):
    """What the donors fund, in phases."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(_("programme"), max_length=120)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self):
        return self.name


class RuleSet(models.Model):
    """The parameters of eligibility, as they stood: a change is a new version (CASE-10).

    No row ever changes: a trigger refuses it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(max_length=30)
    number = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(_("name"), max_length=120)
    parameters = models.JSONField(encoder=PlainEncoder)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        constraints = [
            models.UniqueConstraint(name="rule_set_one_per_number", fields=["code", "number"])
        ]

    def __str__(self):
        return f"{self.name} (v{self.number})"

    def get_absolute_url(self):
        return reverse("programme:rule_set_detail", args=[self.public_id])


class PhaseQuerySet(models.QuerySet):
    def on(self, day):
        """The phase that runs on `day`."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Phase(models.Model):
    """A stretch of a programme, with its own rules of eligibility (DECISIONS 2)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="phases")
    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(_("phase"), max_length=120)
    starts_on = models.DateField(_("begins"))
    ends_on = models.DateField(_("ends"))
    rule_set = models.ForeignKey(
        RuleSet,
        on_delete=models.PROTECT,
        related_name="phases",
        verbose_name=_("rules of eligibility"),
    )

    objects = PhaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = [
            models.CheckConstraint(
                name="phase_ends_after_it_begins", condition=Q(ends_on__gte=F("starts_on"))
            ),
            ExclusionConstraint(
                name="phase_one_at_a_time_in_a_programme",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_on"),
                            F("ends_on"),
                            RangeBoundary(inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("programme:phase_detail", args=[self.public_id])


class Case(models.Model):
    """One episode of accompaniment of a person: it opens, it closes, another may follow."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    episode = models.PositiveSmallIntegerField(default=1)
    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="cases")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="cases")
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    certification_track = models.CharField(max_length=30, choices=Track, blank=True)
    outcome = models.CharField(_("eligibility"), max_length=20, choices=Outcome, blank=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                name="case_one_open_per_person", fields=["person"], condition=Q(closed_on=None)
            ),
            models.UniqueConstraint(name="case_one_per_episode", fields=["person", "episode"]),
            models.CheckConstraint(
                name="case_closes_after_it_opens",
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
            ),
            models.CheckConstraint(
                name="case_has_both_answers_or_none",
                condition=Q(certification_track="", outcome="")
                | Q(certification_track__in=Track.values, outcome__in=Outcome.values),
            ),
        ]
        indexes = [models.Index(name="case_by_outcome", fields=["outcome", "person"])]

    def __str__(self):
        return f"{self.person.file_number}/{self.episode}"


class EligibilityDecision(models.Model):
    """Both answers of eligibility with the rule version and the inputs: never changed (CASE-10)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")
    inputs = models.JSONField(encoder=PlainEncoder)
    certification_track = models.CharField(max_length=30, choices=Track)
    outcome = models.CharField(max_length=20, choices=Outcome)
    reasons = ArrayField(models.CharField(max_length=30, choices=EligReason), default=list)
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decision_codes_are_known",
                condition=Q(
                    certification_track__in=Track.values,
                    outcome__in=Outcome.values,
                    reasons__contained_by=EligReason.values,
                ),
            )
        ]
        indexes = [models.Index(name="decision_latest", fields=["case", "-decided_at", "-id"])]

    def __str__(self):
        return self.get_outcome_display()

    @property
    def person_id(self):
        return self.case.person_id

    def get_reasons_display(self):
        return [EligReason(each).label for each in self.reasons]


class AssignmentQuerySet(models.QuerySet):
    def on(self, day):
        """Those that count on `day`: one that was taken away counts no more."""
        within = Q(valid_until=None) | Q(valid_until__gte=day)
        return self.filter(within, valid_from__lte=day, ended_at=None)

    def caseworkers(self):
        return self.filter(kind=AssignmentKind.CASEWORKER)


class Assignment(models.Model):
    """That somebody has to do with a person, from one day until another (DECISIONS 4)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    kind = models.CharField(max_length=15, choices=AssignmentKind)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="assignment_kind_is_known", condition=Q(kind__in=AssignmentKind.values)
            ),
            models.CheckConstraint(
                name="assignment_ends_after_it_begins",
                condition=Q(valid_until=None, ended_at=None) | Q(valid_until__gte=F("valid_from")),
            ),
            models.UniqueConstraint(
                name="assignment_one_caseworker_at_a_time",
                fields=["person"],
                condition=Q(kind="caseworker", valid_until=None),
            ),
            models.UniqueConstraint(
                name="assignment_once_per_kind_and_user",
                fields=["person", "user", "kind"],
                condition=Q(valid_until=None),
            ),
        ]
        indexes = [
            models.Index(name="assignment_of_a_user", fields=["user", "valid_until", "person"])
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.user}"
