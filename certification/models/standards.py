"""Competency standards. Once published, a version and all that belongs to it never changes.

The database refuses it too (CERT-2), so each part names its version itself.
"""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Sector
from certification.choices import (
    CriterionKind,
    InstrumentKind,
    ItemAnswer,
    Photo,
    Recommendation,
    Scale,
    VersionState,
)

SYMBOLS = {"porcentaje": "%"}  # how a unit of the standards' files is written
# The days on which a version is in force, as the database compares them.
IN_FORCE = Func(
    F("valid_from"),
    Coalesce(F("ends_on"), F("review_on")),
    RangeBoundary(inclusive_upper=True),
    function="daterange",
    output_field=DateRangeField(),
)


class Standard(models.Model):
    """What somebody must be able to do in an occupation; its text is in its versions."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=7, unique=True)  # CON-002
    title = models.CharField(_("title"), max_length=150)
    sector = models.CharField(_("sector"), max_length=15, choices=Sector)
    isco = models.CharField(max_length=4)
    license_note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("standard")
        verbose_name_plural = _("standards")

    def __str__(self):
        return f"{self.code} {self.title}"


def in_force_on(day):
    """Published, and in force on `day`: another one may follow before it is to be reviewed."""
    not_ended = Q(ends_on=None) | Q(ends_on__gte=day)
    published = Q(state=VersionState.PUBLISHED, valid_from__lte=day, review_on__gte=day)
    return published & not_ended


class StandardVersionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(state=VersionState.PUBLISHED)

    def usable_on(self, day):
        return self.filter(in_force_on(day))


class StandardVersion(models.Model):
    """One edition of a standard, with its instruments and how they are judged."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    title = models.CharField(max_length=150)
    sector = models.CharField(max_length=15, choices=Sector, blank=True)
    area = models.CharField(max_length=60, blank=True)
    isco = models.CharField(max_length=4, blank=True)
    purpose = models.TextField()
    level = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    review_on = models.DateField()
    ends_on = models.DateField(null=True)  # its last day, where another version follows it
    certificate_months = models.PositiveSmallIntegerField(null=True)  # None: permanent
    min_age = models.PositiveSmallIntegerField()
    min_months = models.PositiveSmallIntegerField()
    entry_documents = ArrayField(models.CharField(max_length=60), default=list)
    license_note = models.CharField(max_length=300, blank=True)
    modality = models.CharField(max_length=60, blank=True)
    break_minutes = models.PositiveSmallIntegerField(null=True)
    duration_minutes = models.PositiveSmallIntegerField()
    task = models.TextField()
    total_minimum = models.PositiveIntegerField()  # hundredths of a per cent
    na_maximum = models.PositiveIntegerField()
    diagnostic_title = models.CharField(max_length=150)
    diagnostic_points = models.JSONField()  # [[answer, points], …] in order
    source_sha256 = models.CharField(max_length=64)
    warnings = ArrayField(models.CharField(max_length=300), default=list)

    objects = StandardVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("standard")
        verbose_name_plural = _("standards")
        constraints = [
            models.UniqueConstraint(
                name="standard_version_one_per_number", fields=["standard", "number"]
            ),
            models.CheckConstraint(
                name="standard_version_state_is_known",
                condition=Q(state__in=VersionState.values),
            ),
            models.CheckConstraint(
                name="standard_version_minima_are_percentages",
                condition=Q(total_minimum__lte=10_000, na_maximum__lte=10_000),
            ),
            models.CheckConstraint(
                name="standard_version_ends_after_it_begins",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="standard_version_reviewed_after_it_begins",
                condition=Q(review_on__gte=F("valid_from")),
            ),
            ExclusionConstraint(
                name="standard_version_one_in_force_at_a_time",
                condition=Q(state="published"),
                expressions=[
                    ("standard", RangeOperators.EQUAL),
                    (IN_FORCE, RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.standard.code} v{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("certification:standard_detail", args=[self.public_id])

    @property
    def own_sector(self):
        """Its sector; of one from before versions had their own, the standard's."""
        return self.sector or self.standard.sector

    @property
    def own_isco(self):
        """Its occupation in CIUO-08, in the same way."""
        return self.isco or self.standard.isco

    @property
    def is_draft(self):
        """Whether it was loaded, and not published: its rows may still be taken away."""
        return self.state == VersionState.DRAFT

    @property
    def last_day(self):
        """The last day on which somebody may be enrolled in it."""
        return min(self.review_on, self.ends_on) if self.ends_on else self.review_on

    def shown_state(self):
        """Its state in words; that another one followed it, follows from its dates."""
        if self.state == VersionState.PUBLISHED and self.last_day < timezone.localdate():
            return VersionState.RETIRED.label
        return self.get_state_display()


class Part(models.Model):
    """Something that belongs to one version of a standard, in its place."""

    standard_version = models.ForeignKey(
        StandardVersion, on_delete=models.PROTECT, related_name="%(class)ss"
    )
    code = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                name="%(class)s_code_once_per_version", fields=["standard_version", "code"]
            )
        ]

    def __str__(self):
        return self.code


class Unit(Part):
    title = models.CharField(max_length=200)


class Element(Part):
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="elements")
    title = models.CharField(max_length=200)


class Criterion(Part):
    element = models.ForeignKey(Element, on_delete=models.PROTECT, related_name="criteria")
    kind = models.CharField(max_length=12, choices=CriterionKind)
    text = models.TextField()


class Knowledge(Part):
    text = models.TextField()
    level = models.CharField(max_length=30)


class Instrument(Part):
    kind = models.CharField(max_length=20, choices=InstrumentKind)
    title = models.CharField(max_length=200)
    minimum = models.PositiveIntegerField()  # hundredths of a per cent
    mode = models.CharField(max_length=30, blank=True)


class Item(Part):
    """One thing to observe, to measure or to ask. The weight is in hundredths."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="items")
    criterion = models.ForeignKey(
        Criterion, null=True, on_delete=models.PROTECT, related_name="items"
    )
    knowledge = models.ForeignKey(
        Knowledge, null=True, on_delete=models.PROTECT, related_name="items"
    )
    text = models.TextField()
    weight = models.PositiveIntegerField()
    scale = models.CharField(max_length=20, choices=Scale)
    critical = models.BooleanField(default=False)
    safety = models.BooleanField(default=False)
    unit = models.CharField(max_length=20, blank=True)
    minimum = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    maximum = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    na_reason = models.CharField(max_length=200, blank=True)
    photo = models.CharField(max_length=12, choices=Photo, default=Photo.NONE)
    options = models.JSONField(default=list)  # [[letter, text], …] in order

    class Meta(Part.Meta):
        constraints = [
            *Part.Meta.constraints,
            models.CheckConstraint(
                name="item_belongs_to_a_criterion_or_to_knowledge",
                condition=Q(criterion=None, knowledge__isnull=False)
                | Q(criterion__isnull=False, knowledge=None),
            ),
            models.CheckConstraint(
                name="item_weighs_something", condition=Q(weight__gt=0, weight__lte=10_000)
            ),
            models.CheckConstraint(
                name="item_critical_is_never_not_applicable",
                condition=Q(critical=False) | ~Q(scale=Scale.YES_NO_NA.value),
            ),
            models.CheckConstraint(
                name="item_measurement_has_a_limit",
                condition=~Q(scale=Scale.MEASUREMENT.value)
                | Q(minimum__isnull=False)
                | Q(maximum__isnull=False),
            ),
        ]

    def in_words(self, value):
        """An answer as people read it: with its unit, its option in full, or yes and no."""
        if self.scale == Scale.MEASUREMENT:
            return f"{value} {SYMBOLS.get(self.unit, self.unit)}"
        if self.scale == Scale.CHOICE:
            return f"{value}) {dict(self.options)[value]}"
        return ItemAnswer(value).label


class AnswerKey(models.Model):
    """The right option of a question: in a table of its own, never sent to a device."""

    standard_version = models.ForeignKey(
        StandardVersion, on_delete=models.PROTECT, related_name="answer_keys"
    )
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="answer_key")
    key = models.CharField(max_length=5)

    def __str__(self):
        return str(self.item_id)


class DiagnosticQuestion(Part):
    text = models.TextField()


class DiagnosticBand(models.Model):
    """Which points of a diagnosis lead to which advice."""

    standard_version = models.ForeignKey(
        StandardVersion, on_delete=models.PROTECT, related_name="diagnostic_bands"
    )
    first = models.PositiveSmallIntegerField()
    last = models.PositiveSmallIntegerField()
    recommendation = models.CharField(max_length=30, choices=Recommendation)
    message = models.CharField(max_length=300)

    def __str__(self):
        return f"{self.first}–{self.last}"


class Equipment(models.Model):
    """What a workstation needs for the practical assessment."""

    standard_version = models.ForeignKey(
        StandardVersion, on_delete=models.PROTECT, related_name="equipment"
    )
    name = models.CharField(max_length=200)
    quantity = models.PositiveSmallIntegerField()
    mandatory = models.BooleanField(default=True)

    def __str__(self):
        return self.name
