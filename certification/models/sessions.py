"""The hours in which somebody is watched at work, and each answer that was noted."""

import uuid

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certification.choices import SafetyPoint
from certification.models.standards import Item


class AssessmentSessionQuerySet(models.QuerySet):
    def visible_to(self, user):
        assessments = self.model._meta.get_field("assessment").related_model.objects
        return self.filter(assessment__in=assessments.visible_to(user))

    def with_pauses(self):
        """With when each pause began (`paused_from`) and ended (`paused_until`), in their order."""
        there = {
            "filter": Q(pauses__isnull=False),
            "order_by": "pauses__pk",
            "default": Value([]),
        }
        return self.annotate(
            paused_from=ArrayAgg("pauses__started_at", **there),
            paused_until=ArrayAgg("pauses__ended_at", **there),
        )

    def with_standing_pause(self):
        """With `paused_since`: when the clock was stopped, if it stands."""
        pauses = self.model._meta.get_field("pauses").related_model.objects
        standing = pauses.filter(session=OuterRef("pk"), ended_at=None)
        return self.annotate(paused_since=Subquery(standing.values("started_at")))


class AssessmentSession(models.Model):
    """The hours in which an evaluator watches somebody work."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assessment = models.ForeignKey(
        "certification.Assessment", on_delete=models.PROTECT, related_name="sessions"
    )
    identity_checked = models.CharField(
        _("how identity was checked"), max_length=120
    )  # which document was seen
    consents = models.JSONField(
        _("consents in force at the start"), default=list
    )  # purpose, version of the text, day: as they were shown
    safety = ArrayField(
        models.CharField(max_length=12, choices=SafetyPoint),
        verbose_name=_("what was looked at for safety"),
        default=list,
    )  # empty of a session that a paper tells of
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
            models.CheckConstraint(
                name="session_ends_after_it_began",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
            ),
            models.CheckConstraint(
                name="session_safety_points_are_known",
                condition=Q(safety__contained_by=SafetyPoint.values),
            ),
        ]

    def __str__(self):
        return str(self.public_id)

    @property
    def person_id(self):
        return self.assessment.person_id


class SessionPause(models.Model):
    """A while in which nobody was watched: it ends with the next work, or with the session."""

    session = models.ForeignKey(AssessmentSession, on_delete=models.PROTECT, related_name="pauses")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="pause_one_at_a_time", fields=["session"], condition=Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="pause_ends_after_it_began",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
            ),
        ]

    def __str__(self):
        return f"{self.started_at}"

    @property
    def person_id(self):
        return self.session.assessment.person_id


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

    assessment = models.ForeignKey(
        "certification.Assessment", on_delete=models.PROTECT, related_name="resolutions"
    )
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
