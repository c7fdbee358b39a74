"""The certification of one person in one standard, from enrolment to the last answer."""

import uuid

from django.db import models
from django.db.models import Count, F, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.models import Person
from certification.choices import (
    ASSESSMENT_MOVES,
    BEGINS_WITHIN,
    DECIDED_STATES,
    LEFT_STATES,
    OPEN_STATES,
    TO_BEGIN_STATES,
    AssessmentState,
    DecisionOutcome,
    LeaveReason,
    Route,
    SignatureKind,
    VerificationOutcome,
)
from certification.models.assessment_lists import ACTS, TRANSCRIBER, AssessmentQuerySet
from certification.models.centres import Centre
from certification.models.sessions import Observation
from certification.models.standards import Standard, StandardVersion


class ReferenceCounter(models.Model):
    """The last reference of a year; locked while the next is taken."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.year}: {self.last}"


class Assessment(models.Model):
    """The evaluation of one person against one version of a standard: one attempt.

    Evaluator, verifier and certifying officer stand on it, so that the database
    itself keeps them apart (CERT-5).
    """

    MOVES = ASSESSMENT_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    reference = models.CharField(_("reference"), max_length=14, unique=True)  # PC-2026-000123
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="assessments"
    )
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="+")
    standard_version = models.ForeignKey(
        StandardVersion,
        verbose_name=_("standard"),
        on_delete=models.PROTECT,
        related_name="assessments",
    )
    state = models.CharField(
        _("state"), max_length=20, choices=AssessmentState, default=AssessmentState.ENROLLED
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    route = models.CharField(_("way"), max_length=15, choices=Route, default=Route.DIRECT)
    previous = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="following",
        verbose_name=_("attempt before"),
    )
    enrolled_at = models.DateTimeField(default=timezone.now)
    enrolled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entry_reason = models.CharField(
        _("why she or he is enrolled without what the standard asks for"),
        max_length=300,
        blank=True,
    )
    centre = models.ForeignKey(
        Centre, verbose_name=_("centre"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    scheduled_for = models.DateField(_("day"), null=True)
    scheduled_at = models.TimeField(_("hour"), null=True)
    evaluator = models.ForeignKey(
        User,
        verbose_name=_("evaluator"),
        null=True,
        on_delete=models.PROTECT,
        related_name="assessments",
    )
    verifier = models.ForeignKey(
        User,
        verbose_name=_("verifier"),
        null=True,
        on_delete=models.PROTECT,
        related_name="assessments_verified",
    )
    officer = models.ForeignKey(
        User,
        verbose_name=_("certifying officer"),
        null=True,
        on_delete=models.PROTECT,
        related_name="assessments_decided",
    )
    stopped_at = models.DateTimeField(_("stopped at"), null=True)  # for safety
    stop_reason = models.TextField(_("why it was stopped"), blank=True)
    decided_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    left_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    leave_reason = models.CharField(
        _("why she or he left"), max_length=15, choices=LeaveReason, blank=True
    )

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            models.CheckConstraint(
                name="assessment_state_is_known",
                condition=Q(state__in=AssessmentState.values),
            ),
            models.CheckConstraint(
                name="assessment_three_different_people_act",
                condition=(Q(verifier=None) | ~Q(verifier=F("evaluator")))
                & (Q(officer=None) | (~Q(officer=F("evaluator")) & ~Q(officer=F("verifier")))),
            ),
            models.CheckConstraint(
                name="assessment_decided_by_an_officer_at_some_time",
                condition=Q(
                    state__in=[*DECIDED_STATES, "in_appeal"],
                    decided_at__isnull=False,
                    officer__isnull=False,
                    verifier__isnull=False,
                    evaluator__isnull=False,
                )
                | (~Q(state__in=[*DECIDED_STATES, "in_appeal"]) & Q(decided_at=None)),
            ),
            models.CheckConstraint(
                name="assessment_left_by_somebody_with_a_reason",
                condition=(
                    Q(state__in=["withdrawn", "cancelled"], left_at__isnull=False)
                    & Q(left_by__isnull=False)
                    & ~Q(leave_reason="")
                )
                | (
                    ~Q(state__in=["withdrawn", "cancelled"])
                    & Q(left_at=None, left_by=None, leave_reason="")
                ),
            ),
            models.CheckConstraint(
                name="assessment_planned_has_evaluator_centre_and_day",
                condition=Q(
                    state__in=[
                        *("enrolled", "diagnosed", "in_training", "admitted"),
                        *("withdrawn", "cancelled"),
                    ]
                )
                | Q(evaluator__isnull=False, centre__isnull=False, scheduled_for__isnull=False),
            ),
            models.CheckConstraint(
                name="assessment_stopped_for_a_reason",
                condition=Q(stopped_at=None, stop_reason="")
                | (Q(stopped_at__isnull=False) & ~Q(stop_reason="")),
            ),
            models.UniqueConstraint(
                name="assessment_each_attempt_once_per_person_and_standard",
                fields=["person", "standard", "attempt"],
                condition=Q(state__in=[*OPEN_STATES, *DECIDED_STATES]),
            ),
            models.CheckConstraint(
                name="assessment_follows_another_from_the_second_attempt_on",
                condition=Q(attempt=1, previous=None) | Q(attempt__gt=1, previous__isnull=False),
            ),
            models.UniqueConstraint(
                name="assessment_followed_by_one_attempt",
                fields=["previous"],
                condition=~Q(state__in=["withdrawn", "cancelled"]),
            ),
            models.CheckConstraint(
                name="assessment_route_is_known", condition=Q(route__in=Route.values)
            ),
            models.UniqueConstraint(
                name="assessment_one_open_per_person_and_standard",
                fields=["person", "standard"],
                condition=Q(state__in=OPEN_STATES),
                violation_error_message=_(
                    "This person already has an open assessment in this standard."
                ),
            ),
        ]
        indexes = [
            models.Index(name="assessment_newest", fields=["enrolled_at", "id"]),
            models.Index(name="assessment_agenda", fields=["evaluator", "scheduled_for", "id"]),
        ]

    def __str__(self):
        return f"{self.reference} · {self.standard_version}"

    def get_absolute_url(self):
        return reverse("certification:assessment_detail", args=[self.public_id])

    @property
    def certificate(self):
        """The certificate that came of it, the last of them if it was corrected; None before."""
        return max(self.certificates.all(), key=lambda each: each.pk, default=None)

    @property
    def appeal(self):
        """The appeal that is to be resolved; None unless it is in appeal."""
        if self.state != AssessmentState.IN_APPEAL:
            return None
        return next((each for each in self.appeals.all() if each.resolved_at is None), None)

    @property
    def day_is_missed(self):
        """Whether the last day on which the session could begin is over."""
        return self.state in TO_BEGIN_STATES and timezone.localdate() > self.last_day

    @property
    def last_day(self):
        """On which the session may begin: what the newest plan says, or some days after its own.

        Read by `with_plan_until` where there are many.
        """
        if hasattr(self, "plan_until"):
            until = self.plan_until
        else:
            until = self.plans.order_by("-number").values_list("begins_until", flat=True).first()
        return until or self.scheduled_for + BEGINS_WITHIN

    @property
    def is_of_a_retired_standard(self):
        """Whether its version turned out to be faulty and was retired: it keeps it (CERT-2)."""
        return hasattr(self.standard_version, "retirement")

    @property
    def next_attempt(self):
        """The attempt that followed it and that the person did not leave; None without one."""
        stayed = (each for each in self.following.all() if each.state not in LEFT_STATES)
        return next(stayed, None)

    @property
    def decision(self):
        """What was decided last, a return apart; it counts until an appeal takes it back."""
        made = [each for each in self.decisions.all() if each.outcome != DecisionOutcome.RETURNED]
        return max(made, key=lambda each: each.pk, default=None)

    def acted(self):
        """Part → the ids of those who did it, whoever has it today (CERT-5)."""
        return {part: who for part, who in self._all_acts().items() if part != TRANSCRIBER}

    def _all_acts(self):
        here = type(self).objects.filter(pk=self.pk)
        rows = [
            here.filter(**{f"{path}__isnull": False}, **which).values_list(Value(part), path)
            for part, path, which in ACTS
        ]
        acted = {part: set() for part in ("evaluator", "verifier", "officer", "panel", TRANSCRIBER)}
        for part, user in rows[0].union(*rows[1:]):
            acted[part].add(user)
        return acted

    def parts_so_far(self):
        """The same, with those who have a part today, and those who typed its paper.

        The evaluator may be one of these; nobody else with a part is.
        """
        today = {
            "evaluator": self.evaluator_id,
            "verifier": self.verifier_id,
            "officer": self.officer_id,
        }
        return {
            part: who | ({today[part]} if today.get(part) else set())
            for part, who in self._all_acts().items()
        }

    def transcribers(self):
        """The ids of those who typed what stood on its paper, or settled it."""
        return self._all_acts()[TRANSCRIBER]

    def last_session(self):
        """The session that counts: the last that no appeal has annulled; None before the first."""
        return self.sessions.filter(annulled_at=None).order_by("-started_at").first()

    def returns(self, *, session=None):
        """How verifiers sent back what was seen in the session that counts, in their order.

        `session` is that session, where it is known already.
        """
        session = session or self.last_session()
        if session is None:
            return []
        since = {"at__gte": session.started_at, "outcome": VerificationOutcome.RETURNED}
        return list(self.verifications.filter(**since).order_by("at", "pk"))

    def is_explained(self):
        """Whether the candidate has heard the result in force, or it is said why not."""
        said = self.signatures.filter(kind=SignatureKind.RESULT, cleared_at=None)
        return said.exists()

    def last_return(self, *, session=None):
        """What the evaluator has to put right now; None unless a verifier sent it back."""
        if self.state != AssessmentState.EVIDENCE_CLOSED or self.verifier_id is None:
            return None
        return next(reversed(self.returns(session=session)), None)

    def took_part(self, user):
        """Whether somebody ever evaluated, verified or resolved an appeal, whoever has it today."""
        parts = self.parts_so_far()
        before = ("evaluator", "verifier", "panel", TRANSCRIBER)
        return any(user.pk in parts[part] for part in before)

    def taken_back_from(self):
        """The ids of those who verified or decided before the last appeal that took it back."""
        moments = self.appeals.taken_back().values_list("resolved_at", flat=True)
        until = max(moments, default=None)
        if until is None:
            return set()
        verified = self.verifications.filter(at__lte=until).values_list("verifier", flat=True)
        return set(
            verified.union(self.decisions.filter(at__lte=until).values_list("officer", flat=True))
        )

    def items_to_answer(self):
        """All items of the standard but those of the instruments that were carried over."""
        return self.standard_version.items.exclude(instrument__in=self.carried.values("instrument"))

    def items_without_answer(self):
        answered = Observation.objects.counting().filter(session__assessment=self)
        return self.items_to_answer().exclude(pk__in=answered.values("item"))

    def items_to_resolve(self):
        """Those on which two devices differ: a coordinator decides them at a desk."""
        answers = Observation.objects.counting().filter(session__assessment=self).current()
        differing = (
            Observation.objects.filter(pk__in=answers.values("pk"))
            .values("item")
            .annotate(answers=Count("value", distinct=True))
            .filter(answers__gt=1)
        )
        settled = self.resolutions.filter(annulled_at=None).values("item")
        return self.standard_version.items.filter(pk__in=differing.values("item")).exclude(
            pk__in=settled
        )
