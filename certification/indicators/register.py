"""The figures of the register: standards, centres and evaluators (GS-1.6 to GS-1.8)."""

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from beneficiaries.registry import Indicator
from certification.choices import AccreditationState
from certification.models import CentreAccreditation, Evaluator, Judgement, StandardVersion
from certification.models.standards import in_force_on
from genesis.lib.days import add_months

OPERATING_MONTHS = 12  # within which who is active has assessed somebody


def standards(_known_at: datetime) -> QuerySet[Any, Any]:
    """The published versions of all standards, each since its first day."""
    return StandardVersion.objects.values(
        "pk",
        "sector",
        subject=F("standard"),
        on=F("valid_from"),
        name=Concat("standard__code", Value(" "), "title"),
        department=Cast(Value(None), IntegerField()),
    )


def centres(known_at: datetime) -> QuerySet[Any, Any]:
    """The accreditations that centres were granted, each since its first day."""
    return CentreAccreditation.objects.filter(granted_at__lte=known_at).values(
        "pk",
        subject=F("centre"),
        on=F("valid_from"),
        name=Concat("centre__code", Value(" "), "centre__organization__name"),
        department=F("centre__district__department"),
        sector=F("standard__sector"),
    )


def are_accredited(day: date) -> Q:
    """Those that held on `day`, as their last state says: suspended or revoked, until then."""
    still = Q(state=AccreditationState.ACCREDITED) | Q(state_since__date__gt=day)
    return still & Q(valid_from__lte=day, valid_until__gte=day)


def centres_operate(day: date) -> Exists:
    """Whether somebody was assessed at the centre in the twelve months before."""
    return Exists(_judged_before(day).filter(assessment__centre=OuterRef("centre")))


def evaluators(known_at: datetime) -> QuerySet[Any, Any]:
    """Everybody whom the register took in, on the day of the certificate of their training.

    Who left stays counted.
    """
    return Evaluator.objects.filter(registered_at__lte=known_at).values(
        "pk",
        "department",
        "sex",
        subject=F("pk"),
        on=F("certificate_issued_on"),
        sector=Value(""),
    )


def evaluators_are_active(day: date) -> Exists:
    """Whether they assessed somebody in the twelve months before."""
    return Exists(_judged_before(day).filter(signed_by=OuterRef("user")))


def _judged_before(day: date) -> QuerySet[Judgement]:
    return Judgement.objects.filter(
        archived_at=None,
        signed_at__date__gt=add_months(day, -OPERATING_MONTHS),
        signed_at__date__lte=day,
    )


STANDARDS = Indicator(
    code="GS-1.6",
    title=_("Technical standards with evaluation instruments in force"),
    definition=_("Standards with a published version that is in force on the day; each once."),
    unit=_("standards"),
    counts="things",
    events=standards,
    cuts=("sector",),
    holds=in_force_on,
)
CENTRES = Indicator(
    code="GS-1.7",
    title=_("Competency evaluation centres accredited and operating"),
    definition=_(
        "Centres with an accreditation that holds on the day, in any standard; each once. Those "
        "operate where somebody's assessment was judged in the twelve months before. Days gone by "
        "are told from the state of today: a suspension that was lifted leaves no trace in them."
    ),
    unit=_("centres"),
    counts="things",
    events=centres,
    cuts=("department",),
    holds=are_accredited,
    met=centres_operate,
    part=_("operating"),
)
EVALUATORS = Indicator(
    code="GS-1.8",
    title=_("Evaluators trained"),
    definition=_(
        "Evaluators with the certificate of their training, on the day on which it was issued; "
        "who left stays counted. Those are active who judged somebody's assessment in the twelve "
        "months before the last day."
    ),
    unit=_("evaluators"),
    counts="things",
    events=evaluators,
    cuts=("sex", "department"),
    met=evaluators_are_active,
    part=_("active"),
)
