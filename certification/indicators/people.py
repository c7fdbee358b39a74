"""The figures of the people whom certification reached (GS-1.1 to GS-1.5).

People count once, however often they tried; their attempts stand beside them (CERT-20).
"""

from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Service
from beneficiaries.indicators import person_known_at
from beneficiaries.models import ServiceRecord
from beneficiaries.registry import Indicator
from certification.choices import JudgementOutcome
from certification.models import Certificate, Judgement


def _person(known_at: datetime) -> Coalesce:
    """Whose an assessment was at a moment: a later merge changes nothing of it (NUM-3)."""
    return person_known_at(
        known_at, "certification.Assessment", record="assessment", person="assessment__person"
    )


def _signed(known_at: datetime) -> QuerySet[Judgement]:
    """The judgements that evaluators signed, without those that were returned by then."""
    return Judgement.objects.filter(
        Q(archived_at=None) | Q(archived_at__gt=known_at), signed_at__lte=known_at
    )


def assessed(known_at: datetime) -> QuerySet[Any, Any]:
    """Each judgement that an evaluator signed, on the day it was signed."""
    return _signed(known_at).values(
        "pk",
        "department",
        "status",
        "sector",
        on=TruncDate("signed_at"),
        subject=_person(known_at),
    )


def attempts(known_at: datetime) -> QuerySet[Any, Any]:
    """The same, counted as attempts: one for each assessment."""
    return _signed(known_at).values(
        "pk",
        "department",
        "status",
        "sector",
        on=TruncDate("signed_at"),
        subject=F("assessment"),
        person=_person(known_at),
    )


def certified(known_at: datetime) -> QuerySet[Any, Any]:
    """Each certificate in force, on the day of the certifying body's act."""
    return Certificate.objects.known_at(known_at).values(
        "pk",
        "department",
        "status",
        "sector",
        on=F("issued_on"),
        subject=_person(known_at),
    )


def certificates(known_at: datetime) -> QuerySet[Any, Any]:
    """The same, counted as records."""
    return Certificate.objects.known_at(known_at).values(
        "pk",
        "department",
        "status",
        "sector",
        on=F("issued_on"),
        subject=F("pk"),
        person=_person(known_at),
    )


def first_attempts(known_at: datetime) -> QuerySet[Any, Any]:
    """Of each person in each standard the first assessment with a judgement, on its day."""
    return attempts(known_at).filter(assessment__attempt=1)


def are_competent(_day: date) -> Q:
    """Which judgements say so."""
    return Q(outcome=JudgementOutcome.COMPETENT)


def trained(known_at: datetime) -> QuerySet[Any, Any]:
    """Each reskilling or upskilling that somebody completed: only then is the service recorded."""
    courses = [Service.RESKILLING, Service.UPSKILLING]
    return (
        ServiceRecord.objects.known_at(known_at)
        .filter(service__in=courses)
        .values(
            "pk",
            "on",
            "department",
            "status",
            "sector",
            subject=person_known_at(known_at, "beneficiaries.ServiceRecord"),
        )
    )


ASSESSED = Indicator(
    code="GS-1.1",
    title=_("People who completed a practical assessment"),
    definition=_(
        "People with a judgement signed by the evaluator, competent or not yet; each once, on "
        "the day of the first. A judgement that was returned counts no more."
    ),
    unit=_("people"),
    counts="people",
    events=assessed,
)
ATTEMPTS = Indicator(
    code="GS-1.1a",
    title=_("Practical assessments completed, attempt by attempt"),
    definition=_(
        "Assessments with a judgement signed by the evaluator, on the day of the first; whoever "
        "tried again counts as often as she or he was assessed. A judgement that was returned "
        "counts no more."
    ),
    unit=_("assessments"),
    counts="records",
    events=attempts,
)
CERTIFIED = Indicator(
    code="GS-1.2",
    title=_("People with at least one certified competency"),
    definition=_(
        "People with a certificate that is not revoked; each once, on the day of the certifying "
        "body's first act. When the certificate was printed does not matter."
    ),
    unit=_("people"),
    counts="people",
    events=certified,
)
CERTIFICATES = Indicator(
    code="GS-1.3",
    title=_("Certificates issued"),
    definition=_(
        "Certificates that are not revoked, on the day of the act; one person may hold several."
    ),
    unit=_("certificates"),
    counts="records",
    events=certificates,
)
FIRST_ATTEMPTS = Indicator(
    code="GS-1.4",
    title=_("First-attempt pass rate"),
    definition=_(
        "Of each person's first completed assessment in each standard, how many were judged "
        "competent; in force is the last judgement of that assessment. Later attempts do not count."
    ),
    unit=_("first assessments"),
    counts="records",
    events=first_attempts,
    met=are_competent,
    part=_("competent"),
    is_rate=True,
)
TRAINED = Indicator(
    code="GS-1.5",
    title=_("People completing reskilling or upskilling"),
    definition=_(
        "People who completed a course of reskilling or upskilling, in a group of the programme "
        "or with an organization that trains; each once, on the last day of the first course."
    ),
    unit=_("people"),
    counts="people",
    events=trained,
)
