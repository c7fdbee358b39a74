"""The form on paper for whoever has no telephone that works, and what two people typed from it.

Each types what stands on the paper without seeing what the other typed. Nothing of it counts
before both agree, word by word or after the differing items were settled.
"""

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certification.choices import FIELD_STATES, WAITING_PAPERS, PaperState
from certification.models.assessments import Assessment
from certification.models.sessions import AssessmentSession
from genesis.lib.background import Work
from genesis.lib.storage import private


class PaperFormQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(assessment__in=Assessment.objects.visible_to(user))

    def waiting(self):
        """Those that somebody typed, and that others have to type, to settle or to keep."""
        return self.undecided().filter(assessment__state__in=FIELD_STATES)

    def to_see_to(self, user):
        """Those of them with which somebody can go on: nobody types one a second time.

        After a stop for safety nothing is typed: coordination sets it aside.
        """
        typed = PaperTyping.objects.filter(form=OuterRef("pk"), by=user)
        going_on = self.waiting().filter(assessment__stopped_at=None)
        return going_on.exclude(Exists(typed), state=PaperState.TYPED_ONCE)

    def undecided(self):
        """The same, wherever the assessment stands."""
        return self.filter(state__in=WAITING_PAPERS)

    def counting(self):
        """Those that were kept, but for sessions that an appeal has annulled."""
        return self.filter(state=PaperState.KEPT, session__annulled_at=None)


class PaperForm(Work):
    """One printed form of one assessment; `public_id` is the device of what is typed from it.

    It is the evaluator's for whom it was printed. The PDF is made in the background and
    erased after some days; what was typed stays.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="paper_forms")
    number = models.PositiveSmallIntegerField()
    evaluator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        _("state of the paper form"),
        max_length=10,
        choices=PaperState,
        default=PaperState.PRINTED,
    )
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(_("paper form"), storage=private, upload_to="paper_forms", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    erased_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # when the session ended, as the paper says
    session = models.ForeignKey(
        AssessmentSession, null=True, on_delete=models.PROTECT, related_name="paper_forms"
    )
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    drop_reason = models.CharField(_("why it was set aside"), max_length=300, blank=True)

    objects = PaperFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper form")
        verbose_name_plural = _("paper forms")
        constraints = [
            models.UniqueConstraint(
                name="paper_form_one_per_number", fields=["assessment", "number"]
            ),
            models.CheckConstraint(
                name="paper_form_state_is_known", condition=Q(state__in=PaperState.values)
            ),
            models.CheckConstraint(
                name="paper_form_kept_at_some_time_in_a_session",
                condition=Q(
                    state="kept",
                    kept_at__isnull=False,
                    ended_at__isnull=False,
                    session__isnull=False,
                )
                | ~Q(state="kept") & Q(kept_at=None, ended_at=None, session=None),
            ),
            models.CheckConstraint(
                name="paper_form_dropped_by_somebody_with_a_reason",
                condition=Q(state="dropped", dropped_at__isnull=False, dropped_by__isnull=False)
                & ~Q(drop_reason="")
                | ~Q(state="dropped") & Q(dropped_at=None, dropped_by=None, drop_reason=""),
            ),
            models.CheckConstraint(
                name="paper_form_erased_has_no_file",
                condition=Q(erased_at=None) | Q(file=""),
            ),
        ]

    def __str__(self):
        return f"{self.assessment.reference}-{self.number:02}"

    def get_absolute_url(self):
        return reverse("certification:paper_detail", args=[self.public_id])

    @property
    def person_id(self):
        return self.assessment.person_id


class PaperTyping(models.Model):
    """What one person typed from the paper, the first or the second: written once."""

    form = models.ForeignKey(PaperForm, on_delete=models.PROTECT, related_name="typings")
    number = models.PositiveSmallIntegerField()
    entries = models.JSONField(_("what was typed"))  # name → [answer, note]
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="paper_typing_by_two_people", fields=["form", "by"]),
            models.UniqueConstraint(name="paper_typing_once_each", fields=["form", "number"]),
            models.CheckConstraint(
                name="paper_typing_is_the_first_or_the_second", condition=Q(number__in=[1, 2])
            ),
        ]

    def __str__(self):
        return f"{self.form}: {self.number}"

    @property
    def person_id(self):
        return self.form.person_id


class PaperSettlement(models.Model):
    """What somebody says stands on the paper where the two differ, with a reason: written once."""

    form = models.ForeignKey(PaperForm, on_delete=models.PROTECT, related_name="settlements")
    name = models.CharField(max_length=20)  # the code of an item, or a line of the head
    value = models.CharField(_("what stands on the paper"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="paper_settlement_has_a_reason", condition=~Q(reason="") & ~Q(name="")
            )
        ]

    def __str__(self):
        return f"{self.form}: {self.name}"

    @property
    def person_id(self):
        return self.form.person_id
