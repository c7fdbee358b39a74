"""Plans of an assessment, and the help with which somebody is assessed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certification.choices import MOST_EXTRA_MINUTES, Accommodation
from certification.models.assessments import Assessment
from certification.models.centres import Centre


class PlanQuerySet(models.QuerySet):
    def newest(self):
        """The last of one assessment, with the help that goes with it; None before the first."""
        found = self.select_related("centre__organization", "evaluator", "help")
        return found.order_by("-number").first()

    def newest_help(self):
        """The help that goes with that plan; None where none is needed, or nothing is planned."""
        return getattr(self.newest(), "help", None)


class Plan(models.Model):
    """Where, when and by whom somebody is assessed; a new one replaces the last."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField(default=1)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    evaluator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    scheduled_for = models.DateField(_("scheduled for"))
    scheduled_at = models.TimeField(_("hour"))
    begins_since = models.DateField(_("first day on which it may begin"), null=True)
    begins_until = models.DateField(_("last day on which it may begin"), null=True)
    opens_at = models.TimeField(_("earliest hour"), null=True)
    closes_at = models.TimeField(_("latest hour"), null=True)
    results_on = models.DateField(_("day on which the result is explained"), null=True)
    results_at = models.TimeField(_("hour at which the result is explained"), null=True)
    results_place = models.CharField(
        _("place where the result is explained"), max_length=200, blank=True
    )
    reason = models.CharField(
        _("why the plan was changed"), max_length=300, blank=True
    )  # of one that replaces another
    proposed_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="plan_one_per_number", fields=["assessment", "number"]),
            models.CheckConstraint(
                name="plan_replaced_for_a_reason", condition=Q(number=1) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="plan_day_lies_in_its_window",
                condition=Q(begins_since=None, begins_until=None)
                | Q(
                    begins_since__isnull=False,
                    begins_since__lte=F("scheduled_for"),
                    begins_until__isnull=False,
                    begins_until__gte=F("scheduled_for"),
                ),
            ),
            models.CheckConstraint(
                name="plan_hour_lies_in_its_window",
                condition=Q(opens_at=None, closes_at=None)
                | Q(
                    opens_at__isnull=False,
                    opens_at__lte=F("scheduled_at"),
                    closes_at__isnull=False,
                    closes_at__gte=F("scheduled_at"),
                ),
            ),
            models.CheckConstraint(
                name="plan_results_are_explained_somewhere_after_the_day",
                condition=Q(results_on=None, results_at=None, results_place="")
                | Q(results_on__isnull=False, results_on__gte=F("scheduled_for"))
                & ~Q(results_place=""),
            ),
        ]

    def __str__(self):
        return f"{self.scheduled_for}"

    @property
    def person_id(self):
        return self.assessment.person_id


class PlanHelp(models.Model):
    """What somebody needs to be assessed as others are: both agree on it with the plan (D4)."""

    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="help")
    kinds = ArrayField(
        models.CharField(max_length=12, choices=Accommodation),
        verbose_name=_("help that is needed"),
    )
    extra_minutes = models.PositiveSmallIntegerField(_("extra minutes"), null=True)
    note = models.CharField(_("what is to be minded"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="plan_help_is_of_known_kinds",
                condition=Q(kinds__contained_by=Accommodation.values, kinds__len__gt=0),
            ),
            models.CheckConstraint(
                name="plan_help_more_time_says_how_much",
                condition=Q(
                    kinds__contains=["extra_time"],
                    extra_minutes__isnull=False,
                    extra_minutes__range=(1, MOST_EXTRA_MINUTES),
                )
                | ~Q(kinds__contains=["extra_time"]) & Q(extra_minutes=None),
            ),
            models.CheckConstraint(
                name="plan_help_of_another_kind_is_described",
                condition=~Q(kinds__contains=["other"]) | ~Q(note=""),
            ),
        ]

    def __str__(self):
        return "; ".join(self.in_words())

    @property
    def person_id(self):
        return self.plan.person_id

    def in_words(self):
        """Each kind of help in words, and what is to be minded, which says what the other is."""
        words = self.kinds_in_words(leave_out={Accommodation.OTHER})
        return [*words, self.note] if self.note else words

    def kinds_in_words(self, *, leave_out=frozenset()):
        """Each kind of help in words, more time with its minutes; nothing that somebody wrote."""
        return [
            f"{Accommodation(each).label} ({self.extra_minutes} min)"
            if each == Accommodation.EXTRA_TIME
            else str(Accommodation(each).label)
            for each in self.kinds
            if each not in leave_out
        ]
