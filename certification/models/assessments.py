"""The certification of one person in one standard, from enrolment to the last answer."""

import uuid

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate, TruncTime
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from beneficiaries.models import Person
from certification.choices import (
    ASSESSMENT_MOVES,
    BEGINS_WITHIN,
    CONDUCT_STATES,
    DECIDED_STATES,
    LEFT_STATES,
    OPEN_STATES,
    PREPARE_STATES,
    TO_BEGIN_STATES,
    AssessmentState,
    CertificateState,
    DecisionOutcome,
    LeaveReason,
    Recommendation,
    Route,
    SignatureKind,
    VerificationOutcome,
)
from certification.models.centres import Centre
from certification.models.standards import Instrument, Item, Standard, StandardVersion

TRANSCRIBER = "transcriber"  # the part of whoever typed what stood on paper


class ReferenceCounter(models.Model):
    """The last reference of a year; locked while the next is taken."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.year}: {self.last}"


def _differing():
    """Of an assessment, the items on which two devices differ and nobody has decided."""
    of_item = Q(session__assessment=OuterRef("session__assessment"), item=OuterRef("item"))
    counting = Observation.objects.counting()
    later = counting.filter(of_item, device=OuterRef("device"), seq__gt=OuterRef("seq"))
    decided = ItemResolution.objects.filter(
        assessment=OuterRef("session__assessment"), item=OuterRef("item"), annulled_at=None
    )
    return (
        counting.filter(~Exists(later), ~Exists(decided))
        .filter(session__assessment=OuterRef("pk"))
        .values("item")
        .annotate(answers=Count("value", distinct=True))
        .filter(answers__gt=1)
    )


def _one_of(records):
    """The assessments of some records of another kind."""
    return Q(pk__in=records.values("assessment"))


class AssessmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the people whom they see, or with whom they have to do today in any part."""
        people = Person.objects
        return self.filter(
            Q(person__in=people.visible_to(user)) | Q(person__in=people.assigned_to(user))
        )

    def open_or_decided(self):
        """Of which a person has one in each standard."""
        return self.filter(state__in=[*OPEN_STATES, *DECIDED_STATES])

    def open(self):
        return self.filter(state__in=OPEN_STATES)

    def decided(self):
        """Those with a result: another in the same standard only follows one of them."""
        return self.filter(state__in=DECIDED_STATES)

    def barring(self):
        """The last result of each person in each standard, unless its certificate is revoked.

        Where there is one, nobody enrols anew: what follows begins from there.
        """
        same = {name: OuterRef(name) for name in ("person", "standard")}
        later = self.model.objects.decided().filter(**same, attempt__gt=OuterRef("attempt"))
        issued = self._others("certificates").filter(assessment=OuterRef("pk")).order_by("-pk")
        last = Coalesce(Subquery(issued.values("state")[:1]), Value(""))
        return (
            self.decided()
            .alias(last=last)
            .filter(~Exists(later))
            .exclude(state=AssessmentState.CERTIFIED, last=CertificateState.REVOKED)
        )

    def taking_place(self, since, until):
        """Those that take a place at their centre from one day to another, with `day` and `hour`.

        They are of the session, once it was held, and of the plan before: who came on
        another day takes the place of that one. Who left takes none.
        """
        near = (since - BEGINS_WITHIN, until + BEGINS_WITHIN)
        held = self._others("sessions").filter(assessment=OuterRef("pk"), annulled_at=None)
        as_planned = Q(began=None) | Q(day=F("scheduled_for"))
        return (
            self.exclude(state__in=LEFT_STATES)
            .filter(scheduled_for__range=near)
            .annotate(began=Subquery(held.order_by("-started_at").values("started_at")[:1]))
            .annotate(day=Coalesce(TruncDate("began"), F("scheduled_for")))
            .annotate(
                hour=Case(When(as_planned, then=F("scheduled_at")), default=TruncTime("began"))
            )
            .filter(day__range=(since, until))
        )

    def to_conduct(self, user):
        """Those in which somebody, as their evaluator, has still something to do."""
        return self.filter(evaluator=user, state__in=CONDUCT_STATES)

    def turn_of(self, user):
        """Those that wait for somebody: to prepare, to conduct, to verify or to decide.

        And those that stand still: `differs` where answers do, and `unsettled` where a telephone
        sent something too late, which coordination decides; and those whose day has passed, for
        it and for whoever accompanies the person. An appeal, of which `appeal_due` is the day,
        is for those who resolve it (`judges`) and, before there are any (`has_panel`) or when
        its day is near, for coordination; so are a certificate that an appeal suspended
        (`to_revoke`) and a person with two parts (`doubled`). A certificate that `ends_on` some
        day soon, or has ended, is for whoever accompanies its holder. A paper form that was
        typed (`paper` is its state) waits for the next who types, settles or keeps it: all these.
        """
        accompanied = Q(person__in=Person.objects.accompanied_by(user))
        coordinated = user.where(Permission.ASSESSMENT_CANCEL, "person__office") & Q(
            person__in=Person.objects.visible_to(user)
        )
        over = {"trainings__closed_at": None, "trainings__ends_on__lt": timezone.localdate()}
        trained = Q(pk__in=self.model.objects.filter(**over).values("pk"))
        passed = Q(state__in=TO_BEGIN_STATES, scheduled_for__lt=timezone.localdate())
        open_conflict = Q(conflicts__isnull=False, conflicts__settled_at=None)
        late = self.model.objects.filter(open_conflict, pk=OuterRef("pk"))
        appeals = self._others("appeals").open()
        judged = appeals.filter(panel=user)
        certificates = self._others("certificates")
        to_revoke, ending = certificates.to_take_back(), certificates.to_renew()
        alerts = self._others("parts_alerts").open()
        here = {"assessment": OuterRef("pk")}
        papers = self._others("paper_forms").to_see_to(user)
        return self.annotate(
            differs=Exists(_differing()),
            unsettled=Exists(late),
            appeal_due=Subquery(appeals.filter(**here).values("due_on")[:1]),
            judges=Exists(judged.filter(**here)),
            has_panel=Exists(appeals.filter(**here, seats__isnull=False)),
            to_revoke=Exists(to_revoke.filter(**here)),
            doubled=Exists(alerts.filter(**here)),
            paper=Subquery(papers.filter(**here).order_by("-pk").values("state")[:1]),
            ends_on=Subquery(ending.filter(**here).values("valid_until")[:1]),
        ).filter(
            accompanied & Q(state__in=PREPARE_STATES)
            | accompanied & Q(state=AssessmentState.IN_TRAINING) & trained
            | Q(evaluator=user, state__in=CONDUCT_STATES)
            | Q(verifier=user, state=AssessmentState.IN_VERIFICATION)
            | Q(officer=user, state=AssessmentState.VERIFIED)
            | (accompanied | coordinated) & passed
            | coordinated & Q(state=AssessmentState.IN_ASSESSMENT, differs=True)
            | coordinated & Q(unsettled=True)
            | Q(pk__in=judged.values("assessment"))
            | coordinated & _one_of(appeals.for_coordination(timezone.localdate()))
            | coordinated & (_one_of(to_revoke) | _one_of(alerts))
            | (accompanied | coordinated | Q(evaluator=user)) & _one_of(papers)
            | accompanied & Q(state=AssessmentState.CERTIFIED) & _one_of(ending)
        )

    def _others(self, name):
        """The records of another kind that point to assessments."""
        return self.model._meta.get_field(name).related_model.objects

    def with_outcome(self):
        """With the `outcome` of the judgement in force."""
        judged = self._others("judgements").filter(assessment=OuterRef("pk"), archived_at=None)
        return self.annotate(outcome=Subquery(judged.values("outcome")[:1]))

    def for_list(self):
        """Ready to be shown as rows: with all that a row prints. The page sorts and counts."""
        return self.select_related(
            "person", "standard_version__standard", "evaluator", "centre__organization"
        )


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
        """Whether the day of the plan is so long over that the session can begin no more."""
        waits = self.state in TO_BEGIN_STATES
        return waits and timezone.localdate() - self.scheduled_for > BEGINS_WITHIN

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
        seats = self.appeals.filter(seats__isnull=False)
        typed = self.paper_forms.filter(typings__isnull=False)
        settled = self.paper_forms.filter(settlements__isnull=False)
        rows = self.judgements.values_list(Value("evaluator"), "signed_by").union(
            self.verifications.values_list(Value("verifier"), "verifier"),
            self.decisions.values_list(Value("officer"), "officer"),
            seats.values_list(Value("panel"), "seats__user"),
            typed.values_list(Value(TRANSCRIBER), "typings__by"),
            settled.values_list(Value(TRANSCRIBER), "settlements__by"),
        )
        acted = {part: set() for part in ("evaluator", "verifier", "officer", "panel", TRANSCRIBER)}
        for part, user in rows:
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


class Diagnosis(models.Model):
    """What the person says of herself before the assessment, and what is advised (D3)."""

    assessment = models.OneToOneField(
        Assessment, on_delete=models.PROTECT, related_name="diagnosis"
    )
    answers = models.JSONField(_("answers"))  # question code → answer
    points = models.PositiveSmallIntegerField(_("points"))
    recommendation = models.CharField(_("recommendation"), max_length=30, choices=Recommendation)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self):
        return self.get_recommendation_display()

    @property
    def person_id(self):
        return self.assessment.person_id


class CarriedInstrument(models.Model):
    """An instrument that somebody met in an earlier attempt and need not repeat (CERT-11).

    `judgement` is the one in which it was met, whose answers count.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="carried")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    judgement = models.ForeignKey(
        "certification.Judgement", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="carried_once_per_assessment", fields=["assessment", "instrument"]
            )
        ]

    def __str__(self):
        return str(self.instrument_id)

    @property
    def person_id(self):
        return self.assessment.person_id


class Signature(models.Model):
    """That somebody acknowledged something: ticked, with the name and the time."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="signatures")
    kind = models.CharField(max_length=15, choices=SignatureKind)
    name = models.CharField(_("name of who signs"), max_length=240)
    agrees = models.BooleanField(_("agrees"), default=True)  # with the result one may disagree
    signed_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField(null=True)  # what it acknowledged was replaced

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="signature_one_of_each_kind",
                fields=["assessment", "kind"],
                condition=Q(cleared_at=None),
            ),
            models.CheckConstraint(
                name="signature_kind_is_known", condition=Q(kind__in=SignatureKind.values)
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.name}"

    @property
    def person_id(self):
        return self.assessment.person_id


class AssessmentSessionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(assessment__in=Assessment.objects.visible_to(user))


class AssessmentSession(models.Model):
    """The hours in which an evaluator watches somebody work."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="sessions")
    identity_checked = models.CharField(
        _("how identity was checked"), max_length=120
    )  # which document was seen
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    annulled_at = models.DateTimeField(null=True)  # an appeal had the assessment repeated

    objects = AssessmentSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="session_one_at_a_time",
                fields=["assessment"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="session_annulled_once_it_has_ended",
                condition=Q(annulled_at=None) | Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self):
        return str(self.public_id)

    @property
    def person_id(self):
        return self.assessment.person_id


class ObservationQuerySet(models.QuerySet):
    def counting(self):
        """Those of sessions that no appeal has annulled."""
        return self.filter(session__annulled_at=None)

    def current(self):
        """The last word of each device on each item: its highest sequence number."""
        one = ("session__assessment", "item", "device")
        return self.order_by(*one, "-seq").distinct(*one)


class Observation(models.Model):
    """What one device noted about one item: written once, never changed."""

    client_id = models.UUIDField(unique=True)
    session = models.ForeignKey(
        AssessmentSession, on_delete=models.PROTECT, related_name="observations"
    )
    device = models.UUIDField()
    seq = models.PositiveIntegerField()  # the order; never a clock
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="observations")
    value = models.CharField(_("what was observed"), max_length=20)
    note = models.TextField(_("note"), blank=True)
    read_aloud = models.BooleanField(_("read aloud to the person"), default=False)
    observed_at = models.DateTimeField(default=timezone.now)  # a phone sends its own clock's
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="observations")
    received_at = models.DateTimeField(default=timezone.now)
    paper = models.ForeignKey(
        "certification.PaperForm", null=True, on_delete=models.PROTECT, related_name="observations"
    )  # from which two people typed it

    objects = ObservationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="observation_one_per_device_and_sequence", fields=["session", "device", "seq"]
            )
        ]

    def __str__(self):
        return f"{self.item_id}: {self.value}"


class ItemResolution(models.Model):
    """Which of an item's answers counts, with a reason.

    Coordination decides between those of two devices; the evaluator puts right what a
    verifier sent back.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="resolutions")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    annulled_at = models.DateTimeField(null=True)  # with its session, or once it was put right

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="resolution_one_per_item",
                fields=["assessment", "item"],
                condition=Q(annulled_at=None),
            ),
            models.CheckConstraint(name="resolution_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self):
        return f"{self.item_id}"

    @property
    def person_id(self):
        return self.assessment.person_id
