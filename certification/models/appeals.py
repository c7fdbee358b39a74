"""Appeals against what was decided on an assessment, who resolves them, and how."""

import uuid
from functools import reduce

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certification.choices import (
    APPEAL_DUE_SOON,
    TAKES_BACK,
    AppealChannel,
    AppealResolution,
    AssessmentState,
    DecisionOutcome,
)
from certification.models.assessments import Assessment
from certification.models.judgements import Decision, Judgement, Verification
from certification.models.paper_forms import PaperSettlement, PaperTyping


class AppealQuerySet(models.QuerySet):
    def open(self):
        return self.filter(resolved_at=None)

    def with_panel(self):
        """With the ids of who resolves each, and of who did anything in it before (CERT-5)."""
        here = {"assessment": OuterRef("assessment")}
        seats = AppealSeat.objects.filter(appeal__assessment=OuterRef("assessment"))
        named = AppealSeat.objects.filter(appeal=OuterRef("pk"))
        before = [
            Judgement.objects.filter(**here).values("signed_by"),
            Verification.objects.filter(**here).values("verifier"),
            Decision.objects.filter(**here).values("officer"),
            seats.exclude(appeal=OuterRef("pk")).values("user"),
            PaperTyping.objects.filter(form__assessment=OuterRef("assessment")).values("by"),
            PaperSettlement.objects.filter(form__assessment=OuterRef("assessment")).values("by"),
        ]
        ids = ArrayField(models.BigIntegerField())
        acted = reduce(
            lambda one, other: Func(one, other, function="array_cat", output_field=ids),
            map(ArraySubquery, before),
        )
        return self.annotate(panel_ids=ArraySubquery(named.values("user")), acted_ids=acted)

    def taken_back(self):
        """Those after which the decision counts no more."""
        return self.filter(resolution__in=TAKES_BACK)

    def for_coordination(self, day):
        """Those for which nobody is named yet, or whose answer is due soon."""
        seats = AppealSeat.objects.values("appeal")
        return self.open().filter(~Q(pk__in=seats) | Q(due_on__lte=day + APPEAL_DUE_SOON))


class Appeal(models.Model):
    """That somebody does not agree with a decision, and what a panel resolved.

    The decision says what is appealed; one decision is appealed once. The panel has
    at least one person, none of whom acted in the assessment (CERT-5).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="appeals")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="appeal")
    channel = models.CharField(_("how it was said"), max_length=10, choices=AppealChannel)
    grounds = models.TextField(_("grounds"))
    lodged_on = models.DateField(_("lodged on"))  # the day on which she or he said it
    lodged_at = models.DateTimeField(default=timezone.now)
    lodged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("to be resolved by"))
    panel = models.ManyToManyField(
        User, through="AppealSeat", through_fields=("appeal", "user"), related_name="+"
    )
    resolution = models.CharField(
        _("resolution"), max_length=10, choices=AppealResolution, blank=True
    )
    reasons = models.TextField(_("reasons"), blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            models.UniqueConstraint(
                name="appeal_one_open_per_assessment",
                fields=["assessment"],
                condition=Q(resolved_at=None),
            ),
            models.CheckConstraint(
                name="appeal_says_why_and_how",
                condition=~Q(grounds="") & Q(channel__in=AppealChannel.values),
            ),
            models.CheckConstraint(
                name="appeal_resolved_by_somebody_with_reasons",
                condition=Q(resolved_at=None, resolved_by=None, resolution="", reasons="")
                | Q(
                    ~Q(reasons=""),
                    resolved_at__isnull=False,
                    resolved_by__isnull=False,
                    resolution__in=AppealResolution.values,
                ),
            ),
        ]

    def __str__(self):
        return str(self.lodged_on)

    @property
    def person_id(self):
        return self.assessment.person_id

    @cached_property
    def panel_ids(self):
        """The ids of who resolves it; `with_panel` brings them along."""
        return list(self.seats.values_list("user", flat=True))

    @cached_property
    def acted_ids(self):
        """The ids of who did anything in it before; `with_panel` brings them along."""
        with_them = type(self).objects.with_panel()
        return with_them.values_list("acted_ids", flat=True).get(pk=self.pk)

    @property
    def target(self):
        """What was decided, and is appealed: the state before."""
        if self.decision.outcome == DecisionOutcome.GRANTED:
            return AssessmentState.CERTIFIED
        return AssessmentState.CLOSED_NOT_YET


class AppealSeat(models.Model):
    """That somebody is one of those who resolve an appeal."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="appeal_seat_one_per_person", fields=["appeal", "user"])
        ]

    def __str__(self):
        return str(self.user)

    @property
    def person_id(self):
        return self.appeal.person_id


class PartsAlertQuerySet(models.QuerySet):
    def standing(self):
        """Those that are so still, settled or not."""
        return self.filter(ended_at=None)

    def open(self):
        """Those into which coordination has to look."""
        return self.standing().filter(settled_at=None)


class PartsAlert(models.Model):
    """That the clock found somebody with two parts in one assessment, and until when (CERT-5).

    Coordination settles it with a reason; further parts of the same person are another.
    """

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="parts_alerts"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    parts = models.CharField(max_length=60)  # their codes, with a comma between
    found_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("what came of it"), max_length=300, blank=True)

    objects = PartsAlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="parts_alert_one_open_per_person_and_assessment",
                fields=["assessment", "user"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="parts_alert_settled_by_somebody_else_with_a_reason",
                condition=Q(settled_at=None, settled_by=None, reason="")
                | Q(settled_at__isnull=False, settled_by__isnull=False)
                & ~Q(settled_by=F("user"))
                & ~Q(reason=""),
            ),
        ]

    def __str__(self):
        return f"{self.user}: {self.parts}"

    @property
    def person_id(self):
        return self.assessment.person_id
