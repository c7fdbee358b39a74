"""The next version of a standard while it is written, and the committee that approves it.

A draft is a document as a standard's file has it, whole or not yet; the rows of a
version are made of it when it is published. What a committee looks at does not
change while it does, and what it approved is known by a digest: the database
refuses the rest.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import Permission
from certification.choices import APPROVALS, DRAFT_MOVES, OPEN_DRAFTS, DraftState
from certification.models.standards import StandardVersion
from genesis.lib.storage import private


class StandardDraftQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of whoever writes standards or approves them; what becomes of them is for all."""
        if user.may(Permission.STANDARD_AUTHOR) or user.may(Permission.STANDARD_APPROVE):
            return self
        return self.none()

    def open(self):
        return self.filter(state__in=OPEN_DRAFTS)

    def waiting_for(self, user):
        """Those before the committee in which it is the turn of `user`, who wrote nothing in them.

        To vote while too few have; after that, of who has voted, to publish it.
        """
        this_time = DraftApproval.objects.filter(
            draft=models.OuterRef("pk"), round=models.OuterRef("round")
        )
        voices = this_time.order_by().values("draft").annotate(voices=models.Count("pk"))
        waiting = self.filter(state=DraftState.IN_REVIEW).exclude(authors__user=user)
        waiting = waiting.annotate(
            has_voted=models.Exists(this_time.filter(by=user)),
            is_approved=GreaterThanOrEqual(
                Coalesce(models.Subquery(voices.values("voices")), 0), APPROVALS
            ),
        )
        return waiting.filter(has_voted=models.F("is_approved"))


class StandardDraft(models.Model):
    """A version of a standard that is being written, reviewed or was published from here."""

    MOVES = DRAFT_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    code = models.CharField(max_length=7)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=150)
    document = models.JSONField()  # without the keys to its questions
    based_on = models.ForeignKey(
        StandardVersion, null=True, on_delete=models.PROTECT, related_name="drafts_from_it"
    )
    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.DRAFT)
    state_since = models.DateTimeField(default=timezone.now)
    state_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)  # why it came back
    round = models.PositiveSmallIntegerField(default=0)  # how often it went to the committee
    begun_at = models.DateTimeField(default=timezone.now)
    published_as = models.OneToOneField(
        StandardVersion, null=True, on_delete=models.PROTECT, related_name="draft"
    )
    met_on = models.DateField(_("day of the meeting"), null=True)
    present = models.TextField(_("who was there"), blank=True)
    minutes = models.TextField(pgettext_lazy("meeting", "minutes"), blank=True)
    minutes_file = models.FileField(storage=private, upload_to="minutes", blank=True)
    minutes_sha256 = models.CharField(max_length=64, blank=True)

    objects = StandardDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of a standard")
        verbose_name_plural = _("drafts of standards")
        constraints = [
            models.CheckConstraint(
                name="draft_state_is_known", condition=Q(state__in=DraftState.values)
            ),
            models.CheckConstraint(
                name="draft_published_as_a_version_with_minutes",
                condition=Q(state="published", published_as__isnull=False, met_on__isnull=False)
                & ~Q(present="")
                & ~Q(minutes="", minutes_file="")
                | ~Q(state="published")
                & Q(published_as=None, met_on=None, present="", minutes="", minutes_file=""),
            ),
            models.CheckConstraint(
                name="draft_minutes_have_their_digest",
                condition=Q(minutes_file="", minutes_sha256="")
                | ~Q(minutes_file="") & ~Q(minutes_sha256=""),
            ),
            models.CheckConstraint(
                name="draft_given_up_for_a_reason",
                condition=~Q(state="dropped") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="draft_before_the_committee_was_sent_there",
                condition=~Q(state__in=["in_review", "published"]) | Q(round__gt=0),
            ),
            models.UniqueConstraint(
                name="draft_one_open_per_standard_and_number",
                fields=["code", "number"],
                condition=Q(state__in=OPEN_DRAFTS),
            ),
        ]

    def __str__(self):
        return f"{self.code} v{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("certification:draft_detail", args=[self.public_id])

    def votes(self):
        """The approvals of this time: of an earlier one they count no more."""
        return self.approvals.filter(round=self.round)


class DraftKeys(models.Model):
    """The right options of a draft's questions: in a table of their own, as those of a version."""

    draft = models.OneToOneField(StandardDraft, on_delete=models.PROTECT, related_name="keys")
    keys = models.JSONField(default=dict)  # code of the item → letter

    def __str__(self):
        return str(self.draft_id)


class DraftAuthor(models.Model):
    """That somebody wrote in a draft: whoever did approves nothing of it."""

    draft = models.ForeignKey(StandardDraft, on_delete=models.PROTECT, related_name="authors")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(name="draft_author_once", fields=["draft", "user"])]

    def __str__(self):
        return str(self.user)


class DraftApproval(models.Model):
    """That one of the committee approved a draft as it then was; it stays as it was given."""

    draft = models.ForeignKey(StandardDraft, on_delete=models.PROTECT, related_name="approvals")
    round = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)  # of what was approved, keys included
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="draft_approval_once_each_time", fields=["draft", "round", "by"]
            ),
            models.CheckConstraint(
                name="draft_approval_of_a_time", condition=Q(round__gt=0) & ~Q(digest="")
            ),
        ]

    def __str__(self):
        return f"{self.by}, {self.at:%d/%m/%Y}"
