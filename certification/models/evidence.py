"""What is kept of a session besides its answers: photos, papers and signatures."""

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certification.choices import (
    EvidenceKind,
    EvidencePoint,
    EvidenceSource,
    RecordKind,
    Signer,
)
from certification.models.assessments import Assessment
from certification.models.paper_forms import PaperForm
from certification.models.phones import Receipt
from certification.models.sessions import AssessmentSession
from certification.models.standards import Item
from genesis.lib.storage import private
from genesis.lib.uploads import JPEG, PDF

FOLDER = "evidence"
SUM = "^[0-9a-f]{64}$"


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(assessment__in=Assessment.objects.visible_to(user))

    def counting(self):
        """Without what came too late and coordination has not taken, and annulled sessions'."""
        held = {"session__annulled_at": None, "paper__session__annulled_at": None}
        return self.filter(counts=True, **held)


class Evidence(models.Model):
    """One photo, paper or signature of a session: written once, and then only read (CERT-7).

    A signature is a drawing, a typed name or both.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client_id = models.UUIDField(unique=True)  # the record of a telephone, or the key of a form
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="evidence")
    session = models.ForeignKey(
        AssessmentSession, null=True, on_delete=models.PROTECT, related_name="evidence"
    )
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=EvidenceKind)
    signs = models.CharField(_("who signs"), max_length=20, choices=Signer, blank=True)
    name = models.CharField(_("name of who signs"), max_length=240, blank=True)
    file = models.FileField(_("file"), storage=private, max_length=100, blank=True)
    preview = models.FileField(_("small picture"), storage=private, max_length=100, blank=True)
    media_type = models.CharField(max_length=20, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of what was sent
    kept_sha256 = models.CharField(max_length=64, blank=True)  # of what is kept
    source = models.CharField(max_length=10, choices=EvidenceSource)
    device = models.UUIDField()
    paper = models.ForeignKey(
        PaperForm, null=True, on_delete=models.PROTECT, related_name="scans"
    )  # of which it is a photo or a scan
    counts = models.BooleanField(default=True)  # false while what came too late is not settled
    taken_at = models.DateTimeField(default=timezone.now)  # a phone sends its own clock's
    received_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                name="evidence_codes_are_known",
                condition=Q(
                    kind__in=EvidenceKind.values,
                    source__in=EvidenceSource.values,
                    media_type__in=["", JPEG, PDF],
                ),
            ),
            models.CheckConstraint(
                name="evidence_has_a_file_or_the_name_of_who_signs",
                condition=Q(sha256__regex=SUM, kept_sha256__regex=SUM) & ~Q(file="")
                | Q(kind="signature", file="", sha256="", kept_sha256="") & ~Q(name=""),
            ),
            models.CheckConstraint(
                name="evidence_is_signed_by_somebody_or_is_no_signature",
                condition=Q(kind="signature", signs__in=Signer.values)
                | ~Q(kind="signature") & Q(signs="", name=""),
            ),
            models.CheckConstraint(
                name="evidence_is_of_its_kind",
                condition=Q(kind="photo", media_type=JPEG)
                | Q(kind="document", media_type=PDF)
                | Q(kind="document", media_type=JPEG, source="paper")
                | Q(kind="signature", media_type__in=["", JPEG], item=None),
            ),
            models.CheckConstraint(
                name="evidence_of_a_paper_says_of_which",
                condition=Q(source="paper", paper__isnull=False, kind="document")
                | ~Q(source="paper") & Q(paper=None),
            ),
            models.UniqueConstraint(
                name="evidence_same_file_once_per_assessment",
                fields=["assessment", "sha256"],
                condition=~Q(sha256=""),
            ),
        ]

    def __str__(self):
        return str(self.get_kind_display())

    @property
    def person_id(self):
        return self.assessment.person_id


class EvidenceReview(models.Model):
    """What the evaluator or the verifier finds of one photo or paper: four points, each by itself.

    Written once; the last of each person counts.
    """

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="reviews")
    valid = models.BooleanField(_("valid"))
    authentic = models.BooleanField(_("authentic"))
    current = models.BooleanField(_("current"))
    sufficient = models.BooleanField(_("sufficient"))
    note = models.CharField(_("what is lacking"), max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="evidence_review_says_what_is_lacking",
                condition=Q(valid=True, authentic=True, current=True, sufficient=True)
                | ~Q(note=""),
            )
        ]

    def __str__(self):
        return f"{self.evidence_id}: {self.at}"

    @property
    def person_id(self):
        return self.evidence.assessment.person_id

    @property
    def holds(self):
        """Whether each of the four points does."""
        return all(getattr(self, each) for each in EvidencePoint.values)

    @property
    def lacks(self):
        """In words, the points that do not hold."""
        return [
            str(EvidencePoint(each).label).split(":")[0]
            for each in EvidencePoint.values
            if not getattr(self, each)
        ]


class AnnouncedFileQuerySet(models.QuerySet):
    def missing(self):
        """Those that have not arrived, and that nobody has given up."""
        arrived = Evidence.objects.filter(
            assessment=OuterRef("assessment"), sha256=OuterRef("sha256")
        )
        return self.filter(~Exists(arrived), given_up_at=None)

    def without_photos(self):
        """Photos are announced by the answer that they prove."""
        return self.exclude(receipt__kind=RecordKind.ANSWER)


class AnnouncedFile(models.Model):
    """That a telephone has a photo or a signature which it will send: nothing ends before it."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="announced")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="announced")
    sha256 = models.CharField(max_length=64)
    given_up_at = models.DateTimeField(null=True)
    given_up_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = AnnouncedFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="announced_once_per_assessment", fields=["assessment", "sha256"]
            ),
            models.CheckConstraint(
                name="announced_file_given_up_by_somebody_with_a_reason",
                condition=Q(given_up_at=None, given_up_by=None, reason="")
                | Q(given_up_at__isnull=False, given_up_by__isnull=False) & ~Q(reason=""),
            ),
        ]

    def __str__(self):
        return self.sha256

    @property
    def person_id(self):
        return self.assessment.person_id
