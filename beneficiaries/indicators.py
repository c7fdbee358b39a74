"""The figures of the registry itself: whom the programme reached (GS-0.1)."""

from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Outcome
from beneficiaries.models import EligibilityDecision, ServiceRecord
from beneficiaries.registry import Indicator

COUNTED = [Outcome.ELIGIBLE, Outcome.EXCEPTION, Outcome.ELIGIBLE_PARTIAL]


def outcome_known_at(moment: datetime, person: str = "person") -> Subquery:
    """What had been decided last of a person at `moment`, as frozen with its inputs (CASE-10)."""
    decisions = EligibilityDecision.objects.filter(
        case__person=OuterRef(person), decided_at__lte=moment
    )
    return Subquery(decisions.order_by("-decided_at", "-pk").values("outcome")[:1])


def reached(known_at: datetime) -> QuerySet[Any, Any]:
    """Each service of somebody who is eligible, by exception, or for support services."""
    services = ServiceRecord.objects.known_at(known_at)
    decided = services.annotate(decided=outcome_known_at(known_at)).filter(decided__in=COUNTED)
    return decided.values(
        "pk",
        "on",
        "department",
        "status",
        "sector",
        subject=Coalesce(F("person__merged_into"), F("person")),
    )


REACHED = Indicator(
    code="GS-0.1",
    title=_("Unique people reached"),
    definition=_(
        "People with at least one service received whose case is eligible, eligible by "
        "exception, or eligible for support services; each once, on the day of the first service."
    ),
    unit=_("people"),
    counts="people",
    events=reached,
)
