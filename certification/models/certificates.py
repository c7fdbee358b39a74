"""Certificates: what was printed and signed stays as it was, whatever changes later."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from beneficiaries.choices import Sector, Status
from beneficiaries.models import Department, Person
from certification.choices import (
    CERTIFICATE_MOVES,
    ENDED_CERTIFICATES,
    LEFT_STATES,
    STANDING_STATES,
    CertificateEventKind,
    CertificateState,
    DecisionOutcome,
    PublicLookup,
)
from certification.models.appeals import Appeal
from certification.models.assessments import Assessment
from certification.models.centres import CertifyingBody
from certification.models.judgements import Decision
from certification.models.logos import Logo
from certification.models.signing import SigningKey, StatusList
from certification.models.standards import Standard
from genesis.lib.background import Work
from genesis.lib.codes import show_short_code
from genesis.lib.storage import private

# Who acts on an assessment, and the permission without which nobody does.
ACTING = {
    "evaluator": Permission.ASSESSMENT_CONDUCT,
    "verifier": Permission.ASSESSMENT_VERIFY,
    "officer": Permission.ASSESSMENT_DECIDE,
}


# The events that change the state of a certificate.
TURNS = [
    CertificateEventKind.SUSPENDED,
    CertificateEventKind.LIFTED,
    CertificateEventKind.REVOKED,
    CertificateEventKind.REPLACED,
]


class FolioCounter(models.Model):
    """The last folio of a standard in a year: locked while the next is taken (CERT-14)."""

    year = models.PositiveSmallIntegerField()
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="+")
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="folio_counter_one_per_year_and_standard", fields=["year", "standard"]
            )
        ]

    def __str__(self):
        return f"{self.year} {self.standard_id}: {self.last}"


class CertificateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the people whom they accompany or coordinate; all for who keeps the register.

        Who verified what one rests upon sees that one, to propose that it be revoked. Never
        those of a relative or a neighbour.
        """
        known = Person.objects.not_barred_to(user)
        if user.may(Permission.CERTIFICATE_KEEP):
            return self.filter(assessment__person__in=known)
        accompanied = Q(pk__in=Person.objects.accompanied_by(user).values("pk"))
        coordinated = user.where(Permission.ASSESSMENT_CANCEL, "office")
        people = Person.objects.visible_to(user).filter(accompanied | coordinated)
        theirs = Q(assessment__person__in=people)
        if user.may(Permission.ASSESSMENT_VERIFY):
            theirs |= Q(assessment__verifier=user, assessment__person__in=known)
        return self.filter(theirs)

    def readable_by(self, user):
        """Of those visible, whose paper somebody reads: `permissions.can_read_result` of many.

        That is who acted on it, coordination, and whoever accompanies the person; nobody
        while her data are restricted.
        """
        acted = Q(pk__in=[])
        for part, permission in ACTING.items():
            if user.may(permission):
                acted |= Q(**{f"assessment__{part}": user})
        people = Person.objects.to_be_used()
        office = user.where(Permission.ASSESSMENT_CANCEL, "assessment__person__office")
        accompanied = Q(assessment__person__in=Person.objects.accompanied_by(user))
        return self.visible_to(user).filter(
            acted | office | accompanied, assessment__person__in=people
        )

    def known_at(self, moment):
        """Those issued, and not yet revoked, at `moment`: each act once, however often corrected.

        Who revokes a corrected certificate takes the act back; another act may follow it.
        """
        revoked = Certificate.objects.filter(
            assessment=OuterRef("assessment"), revoked_at__lte=moment, pk__gte=OuterRef("pk")
        )
        return self.filter(~Exists(revoked), recorded_at__lte=moment, replaces=None)

    def to_take_back(self):
        """Those that an appeal suspended, and that nobody has proposed to revoke yet."""
        taken = Appeal.objects.taken_back().values("assessment")
        proposed = self.model._meta.get_field("revocations").related_model.objects.waiting()
        decided = Decision.objects.filter(assessment=OuterRef("assessment")).that_end()
        return self.alias(decided=Subquery(decided.order_by("-pk").values("outcome")[:1])).filter(
            ~Q(assessment__state__in=STANDING_STATES) | ~Q(decided=DecisionOutcome.GRANTED),
            ~Q(pk__in=proposed.values("certificate")),
            state=CertificateState.SUSPENDED,
            assessment__in=taken,
        )

    def to_renew(self):
        """Those that end within the days of notice or ended lately, and that nobody renews yet."""
        followed = Assessment.objects.exclude(state__in=LEFT_STATES).exclude(previous=None)
        today, notice = timezone.localdate(), timedelta(days=settings.RENEWAL_NOTICE_DAYS)
        return self.filter(
            ~Q(assessment__in=followed.values("previous")),
            state=CertificateState.VALID,
            valid_until__range=(today - notice, today + notice),
        )

    def expired_on(self, day):
        return self.filter(state=CertificateState.VALID, valid_until__lt=day)


class Certificate(Work):
    """That a person is competent in a standard, as the certifying body says (CERT-14, CERT-15).

    Holder, standard, centre and body are snapshots: printed and signed as they
    were on the day of the act, never computed anew. The database refuses a
    change of them, and a second PDF.
    """

    MOVES = CERTIFICATE_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="certificates"
    )
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    state = models.CharField(
        max_length=10, choices=CertificateState, default=CertificateState.VALID
    )
    folio = models.CharField(_("folio"), max_length=30, unique=True)
    year = models.PositiveSmallIntegerField()
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField()
    code = models.CharField(max_length=10, unique=True)
    secret_key_number = models.PositiveSmallIntegerField(default=1)
    body = models.ForeignKey(CertifyingBody, on_delete=models.PROTECT, related_name="+")
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(_("valid until"), null=True)
    holder_name = models.CharField(_("name on the certificate"), max_length=240)
    holder_initials = models.CharField(_("initials"), max_length=10)
    holder_document = models.CharField(
        _("document on the certificate"), max_length=30, blank=True
    )  # its last three characters
    body_name = models.CharField(max_length=150)
    body_logo = models.ForeignKey(Logo, null=True, on_delete=models.PROTECT, related_name="+")
    # [{"name", "logo": the public id of a Logo, or empty}, …]
    donors = models.JSONField(default=list, db_default=[])
    standard_code = models.CharField(max_length=7)
    standard_title = models.CharField(max_length=150)
    standard_version = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    units = models.JSONField()  # [{"code", "title", "elements": [title, …]}, …]
    license_note = models.CharField(max_length=300, blank=True)
    centre_code = models.CharField(max_length=12)
    place = models.CharField(_("place"), max_length=120)
    assessed_on = models.DateField(_("assessed on"))
    officer_name = models.CharField(max_length=160)
    department = models.ForeignKey(
        Department,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("department"),
    )
    status = models.CharField(_("situation"), max_length=20, choices=Status)
    sector = models.CharField(_("sector"), max_length=15, choices=Sector)
    recorded_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)
    pdf = models.FileField(
        _("certificate as PDF"), storage=private, upload_to="certificates", blank=True
    )
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    rendered_at = models.DateTimeField(null=True)
    template_version = models.PositiveSmallIntegerField(default=1)
    public_lookup = models.CharField(
        _("public check"), max_length=10, choices=PublicLookup, default=PublicLookup.FULL
    )
    credential_id = models.UUIDField(
        default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False
    )
    subject_id = models.UUIDField(
        default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False
    )
    status_list = models.ForeignKey(
        StatusList, null=True, on_delete=models.PROTECT, related_name="certificates"
    )
    status_index = models.PositiveIntegerField(null=True)
    key = models.ForeignKey(
        SigningKey, null=True, on_delete=models.PROTECT, related_name="certificates"
    )
    credential = models.TextField(_("digital credential"), blank=True)  # to the letter as signed
    credential_sha256 = models.CharField(max_length=64, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                name="certificate_sequence_once_per_year_and_standard",
                fields=["year", "standard", "sequence"],
            ),
            models.CheckConstraint(
                name="certificate_state_is_known",
                condition=Q(state__in=CertificateState.values),
            ),
            models.CheckConstraint(
                name="certificate_status_and_sector_are_known",
                condition=Q(status__in=Status.values, sector__in=Sector.values),
            ),
            models.CheckConstraint(
                name="certificate_revoked_at_some_time",
                condition=Q(state="revoked", revoked_at__isnull=False)
                | (~Q(state="revoked") & Q(revoked_at=None)),
            ),
            models.CheckConstraint(
                name="certificate_pdf_has_its_digest",
                condition=Q(pdf="", pdf_sha256="", rendered_at=None)
                | (~Q(pdf="") & ~Q(pdf_sha256="") & Q(rendered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="certificate_credential_has_its_digest_key_and_place_in_a_list",
                condition=Q(credential="", credential_sha256="", key=None)
                | (
                    ~Q(credential="")
                    & ~Q(credential_sha256="")
                    & Q(key__isnull=False, status_list__isnull=False, status_index__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="certificate_public_lookup_is_known",
                condition=Q(public_lookup__in=PublicLookup.values),
            ),
            models.CheckConstraint(
                name="certificate_status_index_is_in_its_list",
                condition=Q(status_list=None, status_index=None)
                | Q(status_list__isnull=False, status_index__lt=StatusList.SIZE),
            ),
            models.CheckConstraint(
                name="certificate_replaces_another",
                condition=Q(replaces=None) | ~Q(replaces=F("id")),
            ),
            models.UniqueConstraint(
                name="certificate_one_bit_each", fields=["status_list", "status_index"]
            ),
            models.UniqueConstraint(
                name="certificate_one_per_assessment_that_has_not_ended",
                fields=["assessment"],
                condition=~Q(state__in=ENDED_CERTIFICATES),
            ),
        ]
        indexes = [models.Index(name="certificate_by_day", fields=["issued_on", "id"])]

    def __str__(self):
        return self.folio

    @property
    def person_id(self):
        return self.assessment.person_id

    @property
    def act(self):
        """The decision that granted it; None of one from before decisions were kept."""
        granted = self.assessment.decisions.filter(outcome=DecisionOutcome.GRANTED)
        return granted.filter(at__lte=self.recorded_at).order_by("-pk").first()

    @property
    def shown_code(self):
        return show_short_code(self.code)

    @property
    def has_expired(self):
        """On its last day it still holds (CERT-17)."""
        return self.valid_until is not None and self.valid_until < timezone.localdate()

    @property
    def renewable_from(self):
        """The day from which it can be renewed; None for one that does not end (CERT-17)."""
        if self.valid_until is None:
            return None
        return self.valid_until - timedelta(days=settings.RENEWAL_NOTICE_DAYS)

    def state_at(self, moment):
        """Its state at a moment gone by, as its events tell; today's without one."""
        turns = self.events.filter(kind__in=TURNS).order_by("pk")
        if moment is None or not turns.filter(at__gt=moment).exists():
            return self.state
        last = turns.filter(at__lte=moment).last()
        suspended = last is not None and last.kind == CertificateEventKind.SUSPENDED
        return CertificateState.SUSPENDED if suspended else CertificateState.VALID

    @property
    def shown_state(self):
        """How it stands today, in words."""
        if self.state == CertificateState.VALID and self.has_expired:
            return _("Expired")
        return self.get_state_display()

    @property
    def shows_little(self):
        """Whether initials, place and donors stay out of what others are shown (CERT-19)."""
        return self.public_lookup != PublicLookup.FULL

    @property
    def file_url(self):
        return reverse("certification:certificate_file", args=[self.public_id])

    def get_absolute_url(self):
        return reverse("certification:certificate_detail", args=[self.public_id])


class VerificationCount(models.Model):
    """How often one certificate was checked on a day: not by whom, and from nowhere."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="checks")
    day = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="verification_count_one_per_certificate_and_day",
                fields=["certificate", "day"],
            )
        ]

    def __str__(self):
        return f"{self.day}: {self.times}"


class CheckCount(models.Model):
    """How often certificates were checked on a day, and with what result: no address is kept."""

    day = models.DateField()
    result = models.CharField(max_length=20)
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="check_count_one_per_day_and_result", fields=["day", "result"]
            )
        ]

    def __str__(self):
        return f"{self.day} {self.result}: {self.times}"
