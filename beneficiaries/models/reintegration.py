"""The reintegration index: its versions, what people answered, and what that came to."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from beneficiaries.choices import INDEX_DAYS_BETWEEN, WeightSource
from beneficiaries.models.people import Person
from genesis.lib.plain import PlainEncoder

SCORES = ("economic", "social", "psychosocial", "composite")


class IndexVersion(models.Model):
    """The questions, weights and bands as they stood: a change is a new version."""

    code = models.SlugField(max_length=10)
    number = models.PositiveSmallIntegerField()
    weight_source = models.CharField(max_length=10, choices=WeightSource)
    content = models.JSONField(encoder=PlainEncoder)
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="index_version_one_per_number", fields=["code", "number"]),
            models.CheckConstraint(
                name="index_version_weight_source_is_known",
                condition=Q(weight_source__in=WeightSource.values),
            ),
        ]

    def __str__(self):
        return f"v{self.number}"


class IndexAnswersQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(voided_at=None)


class IndexAnswers(models.Model):
    """What a person answered on a day: never changed; void, with a reason, when it was wrong."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="index_answers")
    asked_in = models.ForeignKey(IndexVersion, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("day"))
    answers = models.JSONField(_("answers"))  # item → code of the answer
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True, editable=False)
    voided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    voided_reason = models.CharField(
        _("reason why it was voided"), max_length=300, blank=True, editable=False
    )

    objects = IndexAnswersQuerySet.as_manager()

    class Meta:
        verbose_name = _("reintegration index")
        verbose_name_plural = _("reintegration indices")
        constraints = [
            ExclusionConstraint(
                name="index_not_more_than_one_in_sixty_days",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (
                        Func(
                            F("on"),
                            template="daterange(%(expressions)s, %(expressions)s"
                            f" + {INDEX_DAYS_BETWEEN})",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(voided_at=None),
            ),
            models.CheckConstraint(
                name="index_void_by_somebody_for_a_reason",
                condition=Q(voided_at=None, voided_by=None, voided_reason="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(voided_reason="")),
            ),
        ]

    def __str__(self):
        return f"{self._meta.verbose_name} {self.on}"


class IndexScore(models.Model):
    """What a set of answers came to by one version: a later version adds a row, «rescored»."""

    answers = models.ForeignKey(IndexAnswers, on_delete=models.PROTECT, related_name="scores")
    scored_by = models.ForeignKey(IndexVersion, on_delete=models.PROTECT, related_name="+")
    economic = models.DecimalField(
        _("economic dimension"), max_digits=5, decimal_places=4, null=True
    )
    social = models.DecimalField(_("social dimension"), max_digits=5, decimal_places=4, null=True)
    psychosocial = models.DecimalField(
        _("psychosocial dimension"), max_digits=5, decimal_places=4, null=True
    )
    composite = models.DecimalField(_("whole index"), max_digits=5, decimal_places=4, null=True)
    rescored = models.BooleanField(default=False)
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="index_score_once_per_version", fields=["answers", "scored_by"]
            ),
            models.CheckConstraint(
                name="index_scores_lie_between_nought_and_one",
                condition=Q(
                    *(Q(**{name: None}) | Q(**{f"{name}__range": (0, 1)}) for name in SCORES)
                ),
            ),
            models.CheckConstraint(
                name="index_composite_needs_all_three",
                condition=Q(composite=None)
                | Q(economic__isnull=False, social__isnull=False, psychosocial__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.composite or '–'}"
