"""Competency standards. Once published, a version and all that belongs to it never changes.

The database refuses it too (CERT-2), so each part names its version itself.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
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


class StandardVersionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(state=VersionState.PUBLISHED)

    def usable_on(self, day):
        """Published, and in force on `day`."""
        return self.published().filter(valid_from__lte=day, review_on__gte=day)


class StandardVersion(models.Model):
    """One edition of a standard, with its instruments and how they are judged."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    title = models.CharField(max_length=150)
    purpose = models.TextField()
    level = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    review_on = models.DateField()
    certificate_months = models.PositiveSmallIntegerField(null=True)  # None: permanent
    min_age = models.PositiveSmallIntegerField()
    min_months = models.PositiveSmallIntegerField()
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
        ]

    def __str__(self):
        return f"{self.standard.code} v{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("certification:standard_detail", args=[self.public_id])


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
