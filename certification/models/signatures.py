"""What somebody acknowledged of an assessment, and signed with her or his own hand."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certification.choices import UNSIGNED_KINDS, SignatureKind
from certification.models.assessments import Assessment
from certification.models.judgements import Judgement
from certification.models.plans import Plan
from genesis.lib.storage import private

FOLDER = "signatures"
SUM = "^[0-9a-f]{64}$"


class SignatureQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(assessment__in=Assessment.objects.visible_to(user))


class Signature(models.Model):
    """That somebody acknowledged something: with the name and the time, and of what.

    The candidate signs a plan and a result with her own hand: `file` is the drawing, or a photo
    of the paper that she signed. The evaluator signs a plan in the account that is hers alone.
    Of a session or a result that she does not sign, `unsigned_because` says why. Written once:
    the database lets it be cleared, and no more (CERT-7).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="signatures")
    kind = models.CharField(max_length=15, choices=SignatureKind)
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="signatures")
    judgement = models.ForeignKey(
        Judgement, null=True, on_delete=models.PROTECT, related_name="signatures"
    )
    name = models.CharField(_("name of who signs"), max_length=240)
    file = models.FileField(_("signature"), storage=private, max_length=100, blank=True)  # a JPEG
    sha256 = models.CharField(max_length=64, blank=True)  # of what was sent
    kept_sha256 = models.CharField(max_length=64, blank=True)  # of what is kept
    agrees = models.BooleanField(_("agrees"), default=True)  # with the result one may disagree
    unsigned_because = models.CharField(_("why it is not signed"), max_length=300, blank=True)
    signed_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField(null=True)  # what it acknowledged was replaced

    objects = SignatureQuerySet.as_manager()

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
            models.CheckConstraint(
                name="signature_by_hand_has_its_sums",
                condition=Q(file="", sha256="", kept_sha256="")
                | Q(sha256__regex=SUM, kept_sha256__regex=SUM),
            ),
            models.CheckConstraint(
                name="signature_lacks_only_where_nobody_agrees",
                condition=Q(unsigned_because="")
                | Q(kind__in=UNSIGNED_KINDS, sha256="", agrees=False),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.name}"

    @property
    def person_id(self):
        return self.assessment.person_id
