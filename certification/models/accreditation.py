"""What lets a centre assess in a standard: requests, visits, what is to be put right, equipment.

What was found at a visit is written once; nothing here is ever deleted. The
database refuses both (CERT-16).
"""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Activity, User
from certification.choices import (
    ACCREDITATION_MOVES,
    DECIDING_VISITS,
    GRANTED,
    HELD,
    UNDER_WAY,
    WITH_A_REASON,
    AccreditationState,
    Condition,
    VisitKind,
    VisitOutcome,
)
from certification.models.centres import Centre
from certification.models.standards import Equipment, Standard
from genesis.lib.storage import private

CHECKED = ("equipment", "space", "safety", "records", "confidentiality")


def days_of(first, last):
    """The days from one column to another, both included, as the database compares them."""
    return Func(
        F(first),
        F(last),
        RangeBoundary(inclusive_upper=True),
        function="daterange",
        output_field=DateRangeField(),
    )


class Lasting:
    """Something that was granted from one day to another: whether it ends soon, or has ended."""

    def is_active_on(self, day):
        """Whether assessments can take place with it on `day`: as `active_on` asks of all."""
        accredited = self.state == AccreditationState.ACCREDITED
        return accredited and self.valid_from <= day <= self.valid_until

    def is_expired(self):
        return bool(self.valid_until) and self.valid_until < timezone.localdate()

    def days_left(self):
        return (self.valid_until - timezone.localdate()).days

    def ends_soon(self):
        """Whether it is time to renew it, or past it."""
        held = self.state in HELD and self.valid_until is not None
        return held and self.days_left() <= settings.ACCREDITATION_NOTICE_DAYS

    def shown_state(self):
        """Its state in words; that it has expired follows from its dates."""
        if self.state == AccreditationState.ACCREDITED and self.is_expired():
            return pgettext_lazy("accreditation", "Expired")
        return self.get_state_display()

    def tone(self):
        """The colour of its state: what stops assessments stands out."""
        if self.state == AccreditationState.ACCREDITED:
            return "mal" if self.is_expired() else "alerta" if self.ends_soon() else "ok"
        return TONES.get(self.state, "curso")


TONES = {"suspended": "mal", "rejected": "plain", "revoked": "plain", "with_observations": "alerta"}


class LastingQuerySet(models.QuerySet):
    """What a `holder` was granted in a standard, from one day to another."""

    holder: str

    def held(self):
        """Those that were granted and stand, or are only suspended; their days may be over."""
        return self.filter(state__in=HELD)

    def active_on(self, day, *, at=None):
        """Those with which assessments can take place on `day`.

        `at` is the moment of a session that is told of later: what was suspended since
        held then, and what was suspended then did not, though it was lifted since (CERT-4).
        """
        lasting = self.filter(valid_from__lte=day, valid_until__gte=day)
        if at is None:
            return lasting.filter(state=AccreditationState.ACCREDITED)
        moved = Activity.objects.filter(
            model=self.model._meta.label,
            record_id=models.OuterRef("pk"),
            changes__has_key="state",
            at__lte=at,
        )
        to = KeyTextTransform("1", KeyTransform("state", "changes"))
        last = moved.order_by("-at", "-pk").annotate(to=to).values("to")[:1]
        then = models.Subquery(last, output_field=models.CharField())
        held = Q(state=AccreditationState.ACCREDITED) | Q(state__in=GRANTED, state_since__gt=at)
        return lasting.annotate(then=then).filter(
            Q(then=AccreditationState.ACCREDITED) | Q(then__isnull=True) & held
        )

    def ending_until(self, day):
        """Those held, and not followed by another, whose last day is `day` or came before it."""
        same = {name: models.OuterRef(name) for name in (self.holder, "standard")}
        later = self.model.objects.filter(
            **same, state__in=HELD, valid_until__gt=models.OuterRef("valid_until")
        )
        held = self.filter(state__in=HELD, valid_until__lte=day)
        return held.filter(~models.Exists(later))


class AccreditationQuerySet(LastingQuerySet):
    holder = "centre"

    def visible_to(self, user):
        return self.filter(centre__in=Centre.objects.visible_to(user))

    def under_way(self):
        return self.filter(state__in=UNDER_WAY)


class CentreAccreditation(Lasting, models.Model):
    """That a centre may assess in a standard, from its request to its last day.

    A renewal is another one, which begins when the one before ends: so it is known
    at any time what a centre held on which day.
    """

    MOVES = ACCREDITATION_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    centre = models.ForeignKey(
        Centre, on_delete=models.PROTECT, related_name="accreditations", verbose_name=_("centre")
    )
    standard = models.ForeignKey(
        Standard, on_delete=models.PROTECT, related_name="+", verbose_name=_("standard")
    )
    renews = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="renewals", editable=False
    )
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=AccreditationState,
        default=AccreditationState.REQUESTED,
        editable=False,
    )
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    state_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    requested_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    workstations = models.PositiveSmallIntegerField(_("workstations"))
    max_per_day = models.PositiveSmallIntegerField(_("assessments in a day"))
    visit_on = models.DateField(_("day of the visit"), null=True, editable=False)
    valid_from = models.DateField(_("valid from"), null=True, editable=False)
    valid_until = models.DateField(_("valid until"), null=True, editable=False)
    resolution_number = models.CharField(_("number of the resolution"), max_length=40, blank=True)
    resolution = models.FileField(
        _("resolution"), storage=private, upload_to="resolutions", blank=True, editable=False
    )
    resolution_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    granted_at = models.DateTimeField(null=True, editable=False)
    granted_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = AccreditationQuerySet.as_manager()

    class Meta:
        verbose_name = _("accreditation")
        verbose_name_plural = _("accreditations")
        constraints = [
            models.CheckConstraint(
                name="accreditation_state_is_known",
                condition=Q(state__in=AccreditationState.values),
            ),
            models.CheckConstraint(
                name="accreditation_granted_by_somebody_with_days_and_resolution",
                condition=Q(
                    state__in=GRANTED,
                    granted_at__isnull=False,
                    granted_by__isnull=False,
                    valid_from__isnull=False,
                    valid_until__gte=F("valid_from"),
                )
                & ~Q(resolution_number="")
                | ~Q(state__in=GRANTED)
                & Q(
                    granted_at=None,
                    granted_by=None,
                    valid_from=None,
                    valid_until=None,
                    resolution_number="",
                    resolution="",
                ),
            ),
            models.CheckConstraint(
                name="accreditation_resolution_has_its_digest",
                condition=Q(resolution="", resolution_sha256="")
                | ~Q(resolution="") & ~Q(resolution_sha256=""),
            ),
            models.CheckConstraint(
                name="accreditation_not_granted_by_who_asked_for_it",
                condition=Q(granted_by=None) | ~Q(granted_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="accreditation_refused_or_suspended_for_a_reason",
                condition=Q(state__in=WITH_A_REASON) & ~Q(reason="")
                | ~Q(state__in=WITH_A_REASON) & Q(reason=""),
            ),
            models.CheckConstraint(
                name="accreditation_visit_planned_for_a_day",
                condition=~Q(state="visit_planned") | Q(visit_on__isnull=False),
            ),
            models.CheckConstraint(
                name="accreditation_has_room_for_somebody",
                condition=Q(workstations__gt=0, max_per_day__gte=F("workstations")),
            ),
            models.CheckConstraint(
                name="accreditation_renewal_renews_another",
                condition=~Q(state="renewal_requested") | Q(renews__isnull=False),
            ),
            models.UniqueConstraint(
                name="accreditation_one_under_way_per_centre_and_standard",
                fields=["centre", "standard"],
                condition=Q(state__in=UNDER_WAY),
                violation_error_message=_("A request of this standard is under way already."),
            ),
            ExclusionConstraint(
                name="accreditation_one_at_a_time_per_centre_and_standard",
                condition=Q(state__in=HELD),
                expressions=[
                    ("centre", RangeOperators.EQUAL),
                    ("standard", RangeOperators.EQUAL),
                    (days_of("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The centre is accredited in this standard those days."),
            ),
        ]
        indexes = [models.Index(name="accreditation_by_last_day", fields=["valid_until", "id"])]

    def __str__(self):
        return f"{self.standard} · {self.centre}"

    def get_absolute_url(self):
        return reverse("certification:accreditation_detail", args=[self.public_id])

    def deciding_visit(self):
        """The last visit that its request is decided upon."""
        visits = self.visits.filter(kind__in=DECIDING_VISITS)
        return visits.order_by("-on", "-pk").first()

    def overdue_corrections(self, day):
        """What is to be put right in this standard at the centre, whichever accreditation asked."""
        return CorrectiveAction.objects.open().filter(
            accreditation__centre=self.centre_id,
            accreditation__standard=self.standard_id,
            due_on__lt=day,
        )


class AccreditationVisit(models.Model):
    """What was found at a centre on a day: written once, never changed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    accreditation = models.ForeignKey(
        CentreAccreditation, on_delete=models.PROTECT, related_name="visits"
    )
    kind = models.CharField(_("kind of visit"), max_length=15, choices=VisitKind)
    on = models.DateField(_("day"))
    team = models.CharField(_("who visited"), max_length=300)
    equipment = models.BooleanField(_("The equipment is complete and in order"))
    space = models.BooleanField(_("There is room for each workstation"))
    safety = models.BooleanField(_("Safety: exits, extinguisher, first aid, protection"))
    records = models.BooleanField(_("Papers are kept in order"))
    confidentiality = models.BooleanField(_("What is recorded of people stays closed"))
    remarks = models.TextField(_("what was seen"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=VisitOutcome)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.CheckConstraint(
                name="visit_kind_and_outcome_are_known",
                condition=Q(kind__in=VisitKind.values, outcome__in=VisitOutcome.values),
            ),
            models.CheckConstraint(
                name="visit_favourable_meets_every_point",
                condition=~Q(outcome="favourable") | Q(**dict.fromkeys(CHECKED, True)),
            ),
            models.CheckConstraint(
                name="visit_not_favourable_says_what_was_seen",
                condition=Q(outcome="favourable") | ~Q(remarks=""),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.on:%d/%m/%Y}"

    def missed(self):
        """The points that were not met, in words."""
        return [
            self._meta.get_field(name).verbose_name for name in CHECKED if not getattr(self, name)
        ]


class CorrectionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_on=None)


class CorrectiveAction(models.Model):
    """What a centre has to put right, by when, and how it was."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    accreditation = models.ForeignKey(
        CentreAccreditation, on_delete=models.PROTECT, related_name="corrections"
    )
    text = models.CharField(_("what is to be put right"), max_length=300)
    due_on = models.DateField(_("by the day"))
    raised_at = models.DateTimeField(default=timezone.now, editable=False)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    closed_on = models.DateField(_("closed on"), null=True, editable=False)
    closed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    proof = models.CharField(_("how it was put right"), max_length=300, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("corrective action")
        verbose_name_plural = _("corrective actions")
        constraints = [
            models.CheckConstraint(
                name="correction_closed_by_somebody_who_saw_how",
                condition=Q(closed_on=None, closed_by=None, proof="")
                | Q(closed_on__isnull=False, closed_by__isnull=False) & ~Q(proof=""),
            )
        ]
        indexes = [
            models.Index(
                name="correction_open_by_day", fields=["due_on", "id"], condition=Q(closed_on=None)
            )
        ]

    def __str__(self):
        return self.text

    def is_overdue(self):
        return self.closed_on is None and self.due_on < timezone.localdate()


class CentreEquipmentQuerySet(models.QuerySet):
    def usable_on(self, day):
        """What works, and needs no calibration on `day`."""
        calibrated = Q(calibration_due=None) | Q(calibration_due__gte=day)
        return self.filter(calibrated).exclude(condition=Condition.BROKEN)


class CentreEquipment(models.Model):
    """How many of what a standard asks a centre has, and in what condition."""

    version = models.PositiveIntegerField(default=1, editable=False)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="equipment")
    requirement = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(_("how many"))
    condition = models.CharField(_("condition"), max_length=10, choices=Condition)
    calibration_due = models.DateField(_("calibration until"), null=True, blank=True)

    objects = CentreEquipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("equipment of a centre")
        verbose_name_plural = _("equipment of a centre")
        constraints = [
            models.UniqueConstraint(
                name="centre_equipment_one_row_per_requirement", fields=["centre", "requirement"]
            ),
            models.CheckConstraint(
                name="centre_equipment_condition_is_known",
                condition=Q(condition__in=Condition.values),
            ),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.requirement}"

    def works_on(self, day):
        """Whether it can be used, and needs no calibration on `day`."""
        calibrated = self.calibration_due is None or day <= self.calibration_due
        return calibrated and self.condition != Condition.BROKEN
