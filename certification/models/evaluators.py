"""Who may evaluate in which standard, where, and from when until when. Nothing is ever deleted."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from beneficiaries.choices import Sex
from beneficiaries.models import Department
from certification.choices import (
    EVALUATOR_HELD,
    EVALUATOR_MOVES,
    PANEL_SEATS,
    CertificateState,
    EvaluatorState,
)
from certification.models.accreditation import Lasting, LastingQuerySet, days_of
from certification.models.centres import Centre, only_manages
from certification.models.certificates import Certificate
from certification.models.standards import Standard


class EvaluatorQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All; for the manager of a centre, those who belong to it today."""
        if not only_manages(user, Permission.EVALUATOR_VIEW):
            return self.all()
        centres = Centre.objects.filter(user.where(Permission.EVALUATOR_VIEW, "organization"))
        today = EvaluatorCentre.objects.on(timezone.localdate()).filter(centre__in=centres)
        return self.filter(pk__in=today.values("evaluator"))

    def for_list(self):
        """Ready to be shown as rows, each with its accreditations."""
        held = EvaluatorAccreditation.objects.select_related("standard").order_by(
            "standard__code", "-valid_until", "pk"
        )
        shown = held.exclude(state=EvaluatorState.REVOKED)
        return self.select_related("user", "department").prefetch_related(
            models.Prefetch("accreditations", shown, to_attr="shown_accreditations")
        )


class Evaluator(models.Model):
    """A user who was trained to evaluate, with the certificate of that training."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    user = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="evaluator", verbose_name=_("user")
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, default=Sex.X)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="+", verbose_name=_("department")
    )
    certificate_number = models.CharField(_("number of the training certificate"), max_length=40)
    certificate_issued_on = models.DateField(_("issued on"))
    certificate_expires_on = models.DateField(_("expires on"), null=True, blank=True)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)
    registered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = EvaluatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluator")
        verbose_name_plural = _("evaluators")
        constraints = [
            models.CheckConstraint(name="evaluator_sex_is_known", condition=Q(sex__in=Sex.values)),
            models.CheckConstraint(
                name="evaluator_certificate_expires_after_it_was_issued",
                condition=Q(certificate_expires_on=None)
                | Q(certificate_expires_on__gte=F("certificate_issued_on")),
                violation_error_message=_("It cannot expire before it was issued."),
            ),
        ]

    def __str__(self):
        return str(self.user)

    def get_absolute_url(self):
        return reverse("certification:evaluator_detail", args=[self.public_id])

    def is_trained_on(self, day):
        """Whether the certificate of the training as an evaluator is in force on `day`."""
        last = self.certificate_expires_on
        return self.certificate_issued_on <= day and (last is None or day <= last)


class EvaluatorAccreditationQuerySet(LastingQuerySet):
    holder = "evaluator"

    def visible_to(self, user):
        return self.filter(evaluator__in=Evaluator.objects.visible_to(user))


class EvaluatorAccreditation(Lasting, models.Model):
    """That somebody may evaluate in a standard: as its holder, or of its founding panel (CERT-4).

    Whoever evaluates holds the certificate of the standard; until the first are
    issued, two experts with evidence from elsewhere make up its founding panel.
    """

    MOVES = EVALUATOR_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    evaluator = models.ForeignKey(
        Evaluator, on_delete=models.PROTECT, related_name="accreditations"
    )
    standard = models.ForeignKey(
        Standard, on_delete=models.PROTECT, related_name="+", verbose_name=_("standard")
    )
    own_certificate = models.ForeignKey(
        Certificate, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    panel_seat = models.PositiveSmallIntegerField(null=True, editable=False)
    external_evidence = models.CharField(_("evidence from elsewhere"), max_length=300, blank=True)
    sponsor = models.CharField(_("who vouches"), max_length=160, blank=True)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=EvaluatorState,
        default=EvaluatorState.PROPOSED,
        editable=False,
    )
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    state_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, editable=False)
    valid_until = models.DateField(_("valid until"), null=True, editable=False)

    objects = EvaluatorAccreditationQuerySet.as_manager()

    class Meta:
        verbose_name = _("accreditation of an evaluator")
        verbose_name_plural = _("accreditations of evaluators")
        constraints = [
            models.CheckConstraint(
                name="evaluator_accreditation_state_is_known",
                condition=Q(state__in=EvaluatorState.values),
            ),
            models.CheckConstraint(
                name="evaluator_holds_the_certificate_or_is_of_the_founding_panel",
                condition=Q(
                    own_certificate__isnull=False,
                    panel_seat=None,
                    external_evidence="",
                    sponsor="",
                )
                | Q(own_certificate=None, panel_seat__gte=1, panel_seat__lte=PANEL_SEATS)
                & ~Q(external_evidence="")
                & ~Q(sponsor=""),
            ),
            models.CheckConstraint(
                name="evaluator_accredited_from_one_day_to_another",
                condition=Q(state__in=EVALUATOR_HELD, valid_until__gte=F("valid_from"))
                & Q(valid_from__isnull=False)
                | Q(state="proposed", valid_from=None, valid_until=None)
                | Q(state="revoked"),
            ),
            models.CheckConstraint(
                name="evaluator_suspended_or_revoked_for_a_reason",
                condition=Q(state__in=["suspended", "revoked"]) & ~Q(reason="")
                | ~Q(state__in=["suspended", "revoked"]) & Q(reason=""),
            ),
            ExclusionConstraint(
                name="evaluator_seat_of_the_founding_panel_is_of_one_expert",
                condition=~Q(state="revoked") & Q(panel_seat__isnull=False),
                expressions=[
                    ("standard", RangeOperators.EQUAL),
                    ("panel_seat", RangeOperators.EQUAL),
                    ("evaluator", RangeOperators.NOT_EQUAL),
                ],
            ),
            models.UniqueConstraint(
                name="evaluator_proposed_once_per_standard",
                fields=["evaluator", "standard"],
                condition=Q(state="proposed"),
            ),
            ExclusionConstraint(
                name="evaluator_accredited_once_at_a_time_per_standard",
                condition=Q(state__in=EVALUATOR_HELD),
                expressions=[
                    ("evaluator", RangeOperators.EQUAL),
                    ("standard", RangeOperators.EQUAL),
                    (days_of("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.evaluator} · {self.standard}"

    def get_absolute_url(self):
        return self.evaluator.get_absolute_url()

    def proof_holds_on(self, day, *, at=None):
        """Whether the own certificate is in force on `day`; a founding expert needs none.

        One that was corrected holds from its own day, in the one that took its place.
        `at` is the moment of a session that is told of later: what became of the
        certificate since does not undo it (CERT-4).
        """
        own = self.own_certificate
        if own is None:
            return True
        began, state = own.issued_on, own.state_at(at)
        if state == CertificateState.REPLACED:
            own = own.assessment.certificate
            state = own.state_at(at)
        lasts = own.valid_until is None or day <= own.valid_until
        return state == CertificateState.VALID and began <= day and lasts


class EvaluatorCentreQuerySet(models.QuerySet):
    def on(self, day):
        within = Q(valid_until=None) | Q(valid_until__gte=day)
        return self.filter(within, valid_from__lte=day)


class EvaluatorCentre(models.Model):
    """At which centre somebody evaluates, from one day until another."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    evaluator = models.ForeignKey(Evaluator, on_delete=models.PROTECT, related_name="centres")
    centre = models.ForeignKey(
        Centre, on_delete=models.PROTECT, related_name="evaluators", verbose_name=_("centre")
    )
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"), null=True, blank=True)
    given_at = models.DateTimeField(default=timezone.now, editable=False)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = EvaluatorCentreQuerySet.as_manager()

    class Meta:
        verbose_name = _("centre of an evaluator")
        verbose_name_plural = _("centres of an evaluator")
        constraints = [
            models.CheckConstraint(
                name="evaluator_centre_ends_after_it_begins",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The last day cannot come before the first."),
            ),
            ExclusionConstraint(
                name="evaluator_centre_once_at_a_time",
                expressions=[
                    ("evaluator", RangeOperators.EQUAL),
                    ("centre", RangeOperators.EQUAL),
                    (days_of("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.evaluator} · {self.centre}"
