"""The figures of the registry itself: whom the programme reached (GS-0.1)."""

from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Outcome
from beneficiaries.models import EligibilityDecision, MergedRow, MergeRecord, ServiceRecord
from beneficiaries.registry import Indicator

COUNTED = [Outcome.ELIGIBLE, Outcome.EXCEPTION, Outcome.ELIGIBLE_PARTIAL]


def outcome_known_at(moment: datetime, person: str = "person") -> Subquery:
    """What had been decided last of a person at `moment`, as frozen with its inputs (CASE-10)."""
    decisions = EligibilityDecision.objects.filter(
        case__person=OuterRef(person), decided_at__lte=moment
    )
    return Subquery(decisions.order_by("-decided_at", "-pk").values("outcome")[:1])


def person_known_at(
    moment: datetime, label: str, *, record: str = "pk", person: str = "person"
) -> Coalesce:
    """Whose a record was at `moment`, as far as merges were known then (NUM-3).

    A merge later than `moment` changes no figure of it: the record still counts
    for the file from which it went over. `label` names the model that points
    to the person, `record` and `person` the columns that lead to both.
    """
    went = MergedRow.objects.filter(model=label, record_id=OuterRef(record), moved=True)
    since_undone = went.filter(merge__merged_at__lte=moment, merge__undone_at__gt=moment)
    later = went.filter(merge__merged_at__gt=moment)
    apart = MergeRecord.objects.filter(merged=OuterRef(person), merged_at__gt=moment)
    return Coalesce(
        Subquery(since_undone.order_by("-merge__merged_at").values("merge__kept")[:1]),
        Subquery(later.order_by("merge__merged_at").values("merge__merged")[:1]),
        Subquery(apart.filter(undone_at=None).values("merged")[:1]),
        F(f"{person}__merged_into"),
        F(person),
        output_field=BigIntegerField(),
    )


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
        subject=person_known_at(known_at, "beneficiaries.ServiceRecord"),
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
