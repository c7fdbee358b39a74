"""What the evaluator signed, what the verifier found, what the officer decided."""

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.choices import Sector, Status
from beneficiaries.models import Department
from certification.choices import (
    DecisionOutcome,
    JudgementOutcome,
    SignatureKind,
    VerificationOutcome,
)
from certification.models.assessments import Assessment


class JudgementQuerySet(models.QuerySet):
    def with_answer(self):
        """With whether the person disagrees (`is_disputed`), or did not sign (`is_unsigned`)."""
        signatures = self.model._meta.get_field("signatures").related_model.objects
        said = signatures.filter(
            assessment=OuterRef("assessment"), kind=SignatureKind.RESULT, cleared_at=None
        )
        return self.annotate(
            is_disputed=Exists(said.filter(agrees=False, unsigned_because="")),
            is_unsigned=Exists(said.exclude(unsigned_because="")),
        )


class Judgement(models.Model):
    """The judgement that the server computed and the evaluator signed (CERT-6, CERT-7).

    One that was returned is archived, never changed; another follows. The day on
    which it was signed is that of the completed assessment (GS-1.1): department,
    status and sector are kept as they were on it.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="judgements")
    number = models.PositiveSmallIntegerField(default=1)
    inputs_sha256 = models.CharField(max_length=64)
    result = models.JSONField(_("result item by item"))
    outcome = models.CharField(_("outcome"), max_length=20, choices=JudgementOutcome)
    strengths = models.TextField(_("what the person does well"), blank=True)
    gaps = models.TextField(_("what is still missing"), blank=True)
    recommendations = models.TextField(_("what is recommended"), blank=True)
    feedback_at = models.DateTimeField(_("when it was explained to the person"), null=True)
    signed_at = models.DateTimeField(default=timezone.now)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(
        Department,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("department"),
    )
    status = models.CharField(_("situation"), max_length=20, choices=Status)
    sector = models.CharField(_("sector"), max_length=15, choices=Sector)
    archived_at = models.DateTimeField(null=True)

    is_disputed: bool  # of one that is read `with_answer`
    is_unsigned: bool

    objects = JudgementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="judgement_one_in_force",
                fields=["assessment"],
                condition=Q(archived_at=None),
            ),
            models.UniqueConstraint(
                name="judgement_one_per_number", fields=["assessment", "number"]
            ),
            models.CheckConstraint(
                name="judgement_not_yet_has_recommendations",
                condition=~Q(outcome="not_yet_competent") | ~Q(recommendations=""),
            ),
            models.CheckConstraint(
                name="judgement_outcome_is_known",
                condition=Q(outcome__in=JudgementOutcome.values),
            ),
            models.CheckConstraint(
                name="judgement_status_and_sector_are_known",
                condition=Q(status__in=Status.values, sector__in=Sector.values),
            ),
        ]
        indexes = [models.Index(name="judgement_by_day", fields=["signed_at", "id"])]

    def __str__(self):
        return self.get_outcome_display()

    @property
    def person_id(self):
        return self.assessment.person_id


class Verification(models.Model):
    """What a second person found in the portfolio."""

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="verifications"
    )
    verifier = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=10, choices=VerificationOutcome)
    checklist = models.JSONField(
        _("what was checked"), default=list
    )  # the points that were looked at
    items = models.JSONField(
        _("items"), default=list
    )  # their codes: those that were looked at or, of a returned one, those that do not hold
    reason = models.TextField(_("reason"), blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="verification_returned_for_a_reason",
                condition=~Q(outcome="returned") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="verification_outcome_is_known",
                condition=Q(outcome__in=VerificationOutcome.values),
            ),
        ]

    def __str__(self):
        return self.get_outcome_display()

    @property
    def person_id(self):
        return self.assessment.person_id


class DecisionBatch(models.Model):
    """A sitting in which an officer decided on several portfolios, with its minutes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    held_on = models.DateField(_("day of the sitting"))
    minutes = models.TextField(_("minutes"))
    present = models.CharField(_("who was present"), max_length=500)
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        constraints = [
            models.CheckConstraint(
                name="decision_batch_has_its_minutes",
                condition=~Q(minutes="") & ~Q(present=""),
            )
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("certification:batch_detail", args=[self.public_id])

    @property
    def number(self):
        """How people read it to each other."""
        return f"S-{self.pk:06}"


class DecisionQuerySet(models.QuerySet):
    def that_end(self):
        """Those that end an assessment: a return does not."""
        return self.exclude(outcome=DecisionOutcome.RETURNED)

    def granted_by(self, user):
        """Those by which somebody granted a certificate, whatever became of it since."""
        return self.filter(officer=user, outcome=DecisionOutcome.GRANTED)


class Decision(models.Model):
    """What a third person decided in the name of the certifying body."""

    batch = models.ForeignKey(
        DecisionBatch, null=True, on_delete=models.PROTECT, related_name="decisions"
    )  # of the sitting, if it was decided in one
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="decisions")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=10, choices=DecisionOutcome)
    reason = models.TextField(_("reason"), blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decision_returned_for_a_reason",
                condition=~Q(outcome="returned") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="decision_outcome_is_known", condition=Q(outcome__in=DecisionOutcome.values)
            ),
        ]

    def __str__(self):
        return self.get_outcome_display()

    @property
    def number(self):
        """The number of the act, as the credential names it: its year, and its place."""
        return f"{timezone.localdate(self.at).year}-{self.pk:06}"

    @property
    def person_id(self):
        return self.assessment.person_id
