"""What becomes of a certificate after it was issued: who did what with it, and why."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certification.choices import CertificateEventKind, ProposalState, RevocationReason
from certification.models.certificates import Certificate
from certification.models.judgements import Decision
from genesis.lib.background import Work
from genesis.lib.storage import private


class CertificateEvent(models.Model):
    """One thing that was done with a certificate; it stays as it was written."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=CertificateEventKind)
    reason = models.CharField(_("reason"), max_length=20, blank=True)  # its code
    note = models.CharField(_("note"), max_length=500, blank=True)  # for staff alone
    at = models.DateTimeField(default=timezone.now)
    # Of nobody where it followed from what stands in the holder's file, which it would tell of.
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="certificate_event_kind_is_known",
                condition=Q(kind__in=CertificateEventKind.values),
            ),
            models.CheckConstraint(
                name="certificate_event_by_somebody_or_to_show_less",
                condition=Q(by__isnull=False) | Q(kind="lookup", reason="minimal"),
            ),
        ]
        indexes = [models.Index(name="certificate_event_in_order", fields=["certificate", "id"])]

    def __str__(self):
        return self.get_kind_display()

    @property
    def person_id(self):
        return self.certificate.person_id


class Duplicate(Work):
    """The same paper printed again, for what the event says: with the seal, where there is one."""

    event = models.OneToOneField(
        CertificateEvent, on_delete=models.PROTECT, related_name="duplicate"
    )
    pdf = models.FileField(
        _("duplicate as PDF"), storage=private, upload_to="duplicates", blank=True
    )
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("duplicate of a certificate")
        verbose_name_plural = _("duplicates of certificates")
        constraints = [
            models.CheckConstraint(
                name="duplicate_pdf_has_its_digest",
                condition=Q(pdf="", pdf_sha256="", made_at=None)
                | (~Q(pdf="") & ~Q(pdf_sha256="") & Q(made_at__isnull=False)),
            ),
        ]

    def __str__(self):
        return f"{self.event_id}"

    @property
    def person_id(self):
        return self.event.person_id


class RevocationQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=ProposalState.WAITING)

    def to_decide(self, user):
        """Those that wait for somebody else than who proposed them or granted the certificate."""
        granted = Decision.objects.granted_by(user).values("assessment")
        others = self.waiting().exclude(proposed_by=user)
        return others.exclude(certificate__assessment__in=granted)


class Revocation(models.Model):
    """That somebody proposed to revoke a certificate, and what another person decided."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="revocations"
    )
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.WAITING)
    reason = models.CharField(_("reason"), max_length=20, choices=RevocationReason)
    note = models.CharField(_("what happened"), max_length=500)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    objects = RevocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal to revoke a certificate")
        verbose_name_plural = _("proposals to revoke certificates")
        constraints = [
            models.CheckConstraint(
                name="revocation_decided_by_somebody_else",
                condition=Q(state="waiting", decided_by=None, decided_at=None)
                | Q(
                    ~Q(decided_by=F("proposed_by")),
                    state__in=["approved", "rejected"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="revocation_has_a_known_reason_and_says_what_happened",
                condition=Q(reason__in=RevocationReason.values) & ~Q(note=""),
            ),
            models.UniqueConstraint(
                name="revocation_one_waits_per_certificate",
                fields=["certificate"],
                condition=Q(state="waiting"),
            ),
        ]

    def __str__(self):
        return f"{self.certificate}: {self.get_reason_display()}"

    def get_absolute_url(self):
        return reverse("certification:revocation_decide", args=[self.public_id])

    @property
    def person_id(self):
        return self.certificate.person_id


class ShareLinkQuerySet(models.QuerySet):
    def open_at(self, moment):
        """Those that still open something: neither expired, nor shut, nor used up."""
        return self.filter(expires_at__gt=moment, revoked_at=None, views__lt=F("max_views"))


class ShareLink(models.Model):
    """An address under which the holder shows a certificate to whom she likes, for some days.

    Its secret is made again from the key of the installation: a digest is kept.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    in_presence = models.BooleanField(default=False)  # she was there and asked for it
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("until"))
    max_views = models.PositiveSmallIntegerField(_("how many times"))
    views = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("address to show a certificate")
        verbose_name_plural = _("addresses to show certificates")
        constraints = [
            models.CheckConstraint(
                name="share_link_shows_it_no_more_often_than_agreed",
                condition=Q(views__lte=F("max_views"), max_views__gt=0),
            ),
            models.CheckConstraint(
                name="share_link_shut_by_somebody",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.certificate}"

    @property
    def person_id(self):
        return self.certificate.person_id

    @property
    def is_open(self):
        in_time = self.expires_at > timezone.now() and self.views < self.max_views
        return in_time and self.revoked_at is None
