"""Episodes of accompaniment, who accompanies, and the two answers of eligibility."""

import uuid
from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from beneficiaries.choices import (
    ACCOMPANIED_STATES,
    ANSWERED_STATES,
    CASE_MOVES,
    ENDED_STATES,
    AssignmentKind,
    CaseState,
    CloseReason,
    EligReason,
    OpenReason,
    Outcome,
    Track,
)
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
    """A stretch of a programme, with its own rules of eligibility."""

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


LONGEST_HOLD = timedelta(days=60)


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(person__in=Person.objects.visible_to(user))

    def open(self):
        return self.filter(closed_on=None)

    def newest(self):
        """Of each person the last episode, open or closed."""
        later = Case.objects.filter(
            person=models.OuterRef("person"), episode__gt=models.OuterRef("episode")
        )
        return self.filter(~models.Exists(later))


class Case(models.Model):
    """One episode of accompaniment of a person: it opens, it closes, another may follow."""

    MOVES = CASE_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    episode = models.PositiveSmallIntegerField(_("episode"), default=1)
    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="cases")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="cases")
    opened_on = models.DateField(_("opened on"))
    opened_because = models.CharField(
        _("why it was opened"), max_length=20, choices=OpenReason, blank=True
    )
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=CaseState,
        default=CaseState.REGISTERED,
        editable=False,
    )
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    state_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    plan_agreed_on = models.DateField(_("the person agreed on"), null=True, blank=True)
    held_on = models.DateField(_("on hold since"), null=True, editable=False)
    review_on = models.DateField(_("to be reviewed on"), null=True, blank=True)
    close_reason = models.CharField(
        _("reason for closing"), max_length=20, choices=CloseReason, blank=True
    )
    close_asked_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    certification_track = models.CharField(
        _("certification track"), max_length=30, choices=Track, blank=True
    )
    outcome = models.CharField(_("eligibility"), max_length=20, choices=Outcome, blank=True)

    objects = CaseQuerySet.as_manager()

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
            models.CheckConstraint(
                name="case_codes_are_known",
                condition=Q(
                    state__in=CaseState.values,
                    opened_because__in=["", *OpenReason.values],
                    close_reason__in=["", *CloseReason.values],
                ),
            ),
            models.CheckConstraint(
                name="case_state_agrees_with_its_answer",
                condition=Q(state__in=["registered", "screened"], outcome="")
                | Q(state__in=[each.value for each in ANSWERED_STATES], state=F("outcome"))
                | Q(state__in=[each.value for each in ACCOMPANIED_STATES]) & ~Q(outcome="")
                | Q(state__in=[each.value for each in ENDED_STATES]),
            ),
            models.CheckConstraint(
                name="case_accompanied_by_a_plan_that_was_agreed_on",
                condition=~Q(state__in=[each.value for each in ACCOMPANIED_STATES])
                | Q(plan_agreed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="case_on_hold_is_reviewed_within_sixty_days",
                condition=Q(
                    state="on_hold",
                    held_on__isnull=False,
                    review_on__isnull=False,
                    review_on__gt=F("held_on"),
                    review_on__lte=F("held_on") + LONGEST_HOLD,
                )
                | ~Q(state="on_hold") & Q(held_on=None, review_on=None),
            ),
            models.CheckConstraint(
                name="case_closing_was_asked_for_with_a_reason",
                condition=Q(state="closing", close_asked_by__isnull=False) & ~Q(close_reason="")
                | Q(state="closed") & ~Q(close_reason="")
                | ~Q(state__in=["closing", "closed"]) & Q(close_asked_by=None, close_reason=""),
            ),
            models.CheckConstraint(
                name="case_closed_by_somebody_on_some_day",
                condition=Q(state="closed", closed_on__isnull=False, closed_by__isnull=False)
                | Q(state__in=["merged", "undone"], closed_on__isnull=False, closed_by=None)
                | ~Q(state__in=[each.value for each in ENDED_STATES])
                & Q(closed_on=None, closed_by=None),
            ),
            models.CheckConstraint(
                name="case_closed_by_another_than_who_asked_for_it",
                condition=Q(close_asked_by=None) | ~Q(closed_by=F("close_asked_by")),
            ),
        ]
        indexes = [
            models.Index(name="case_by_outcome", fields=["outcome", "person"]),
            models.Index(name="case_by_state", fields=["state", "person"]),
        ]

    def __str__(self):
        return f"{self.person.file_number}/{self.episode}"


class EligibilityDecision(models.Model):
    """Both answers of eligibility with the rule version and the inputs: never changed (CASE-10)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")
    inputs = models.JSONField(_("on what it was decided"), encoder=PlainEncoder)
    certification_track = models.CharField(_("certification track"), max_length=30, choices=Track)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    reasons = ArrayField(
        models.CharField(max_length=30, choices=EligReason), default=list, verbose_name=_("reasons")
    )
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    exception_reason = models.TextField(_("reason for the exception"), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decision_of_an_exception_says_who_and_why",
                condition=Q(outcome="exception", decided_by__isnull=False) & ~Q(exception_reason="")
                | ~Q(outcome="exception") & Q(exception_reason=""),
            ),
            models.CheckConstraint(
                name="decision_codes_are_known",
                condition=Q(
                    certification_track__in=Track.values,
                    outcome__in=Outcome.values,
                    reasons__contained_by=EligReason.values,
                ),
            ),
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
    """That somebody has to do with a person, from one day until another."""

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
