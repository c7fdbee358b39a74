"""The plan that somebody agreed to: goals, what is to be done for each, and its reviews (5.4)."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from beneficiaries.choices import GOAL_MOVES, GoalState, Service, TaskState
from beneficiaries.models.cases import Case
from beneficiaries.models.codes import LookupValue

REVIEW_EVERY = 30  # days between two reviews (CASE-31)


class Plan(models.Model):
    """The plan of a case: proposed, agreed on with the person, reviewed every so many days."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="plan")
    proposed_on = models.DateField(_("proposed on"), default=timezone.localdate)
    agreed_by_person_on = models.DateField(_("the person agreed on"), null=True, blank=True)
    review_every_days = models.PositiveSmallIntegerField(
        _("reviewed every so many days"),
        default=REVIEW_EVERY,
        validators=[MinValueValidator(1), MaxValueValidator(REVIEW_EVERY)],
    )
    reviewed_on = models.DateField(_("last reviewed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.CheckConstraint(
                name="plan_reviewed_every_thirty_days_at_least",
                condition=Q(review_every_days__range=(1, REVIEW_EVERY)),
            ),
            models.CheckConstraint(
                name="plan_reviewed_after_it_was_agreed_on",
                condition=Q(reviewed_on=None)
                | Q(
                    agreed_by_person_on__isnull=False,
                    reviewed_on__gte=models.F("agreed_by_person_on"),
                ),
            ),
        ]

    def __str__(self):
        return str(self._meta.verbose_name)

    @property
    def person_id(self):
        return self.case.person_id


class PlanReview(models.Model):
    """That a plan was looked at with the person on a day, and what came of it."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="reviews")
    on = models.DateField(_("day"))
    note = models.TextField(_("what came of it"))
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("review of the plan")
        verbose_name_plural = _("reviews of the plan")
        indexes = [models.Index(name="plan_review_latest", fields=["plan", "-on", "-id"])]

    def __str__(self):
        return str(self._meta.verbose_name)

    @property
    def person_id(self):
        return self.plan.person_id


class Goal(models.Model):
    """Something that somebody wants to reach, until when, and who sees to it."""

    MOVES = GOAL_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="goals")
    need = models.ForeignKey(
        LookupValue, on_delete=models.PROTECT, related_name="+", verbose_name=_("need")
    )
    text = models.CharField(_("goal"), max_length=300)
    indicator = models.CharField(_("how we will know that it is reached"), max_length=200)
    target_on = models.DateField(_("until when"))
    responsible = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who sees to it"),
    )
    organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("or which organization"),
    )
    state = models.CharField(
        _("state"), max_length=15, choices=GoalState, default=GoalState.PROPOSED, editable=False
    )
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    state_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        constraints = [
            models.CheckConstraint(
                name="goal_state_is_known", condition=Q(state__in=GoalState.values)
            ),
            models.CheckConstraint(
                name="goal_is_seen_to_by_somebody_or_an_organization",
                condition=Q(responsible=None, organization__isnull=False)
                | Q(responsible__isnull=False, organization=None),
                violation_error_message=_("Choose one: a person of the team or an organization."),
            ),
            models.CheckConstraint(
                name="goal_blocked_or_given_up_with_a_reason",
                condition=~Q(state__in=["blocked", "not_achieved", "cancelled"]) | ~Q(reason=""),
            ),
        ]
        indexes = [models.Index(name="goal_of_a_plan", fields=["plan", "target_on", "id"])]

    def __str__(self):
        return self.text

    @property
    def person_id(self):
        return self.plan.person_id

    @property
    def seen_to_by(self):
        return self.responsible or self.organization


class PlanTask(models.Model):
    """One thing to be done for a goal: a service of the programme, or a referral elsewhere."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="tasks")
    service = models.CharField(_("service"), max_length=2, choices=Service, blank=True)
    referral_to = models.CharField(_("or a referral to"), max_length=120, blank=True)
    required = models.BooleanField(_("needed for the goal"), default=True)
    state = models.CharField(
        max_length=10, choices=TaskState, default=TaskState.TO_DO, editable=False
    )
    ended_on = models.DateField(_("done on"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("part of the plan")
        verbose_name_plural = _("parts of the plan")
        constraints = [
            models.CheckConstraint(
                name="plan_task_is_a_service_or_a_referral",
                condition=Q(service="") & ~Q(referral_to="")
                | Q(service__in=Service.values, referral_to=""),
                violation_error_message=_("Choose one: a service, or where she or he is referred."),
            ),
            models.CheckConstraint(
                name="plan_task_ended_on_some_day_and_waived_with_a_reason",
                condition=Q(state="to_do", ended_on=None, ended_by=None)
                | Q(state="done", ended_on__isnull=False, ended_by__isnull=False)
                | Q(state="waived", ended_on__isnull=False, ended_by__isnull=False) & ~Q(reason=""),
            ),
        ]

    def __str__(self):
        return str(self.get_service_display()) if self.service else self.referral_to

    @property
    def person_id(self):
        return self.goal.person_id
