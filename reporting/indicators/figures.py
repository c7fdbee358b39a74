"""The figures of all areas, from the events that each area registered.

One function, `counted_rows`, says what a figure counts; the pages, the lists behind
the numbers and the files all read it, so that they cannot differ.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from beneficiaries.choices import Outcome, Sector, Sex, Status
from beneficiaries.indicators import outcome_known_at
from beneficiaries.models import Department, Person
from beneficiaries.registry import INDICATORS, Indicator
from genesis.lib.days import AGE_BANDS
from reporting.rules import (
    FACES,
    UNKNOWN,
    Cut,
    Figure,
    Line,
    Number,
    Period,
    Row,
    age_at,
    by_category,
    cell,
    face_of,
    number,
)

type Names = dict[str, dict[str, str]]  # cut → category → how people call it


def counted_rows(
    indicator: Indicator,
    *,
    known_at: datetime,
    day: date | None = None,
    offices: Collection[int] | None = None,
) -> list[Row]:
    """What an indicator counts, as it was known at `known_at`: each person or record once.

    A person stands on the day of her first event, with the department, status
    and sector of that day; sex and birth are those known now. `day` is that of a
    stock and of a part: that of `known_at` unless told. `offices` narrows to the
    people whose file they hold; things are the whole programme's. Two queries.
    """
    day = day or timezone.localdate(known_at)
    [rows] = _count([indicator], known_at=known_at, day=day, offices=offices)
    return rows


def _count(
    indicators: list[Indicator], *, known_at: datetime, day: date, offices: Collection[int] | None
) -> list[list[Row]]:
    """The rows of each indicator: a query for all their events, and one for the people."""
    counted = _first_events(indicators, known_at, day)
    ids = {event["of"] for events in counted for event in events if event["of"]}
    people = _people(ids, known_at)
    return [
        [
            _row(event, people.get(event["of"]))
            for event in events
            if offices is None or not event["of"] or people[event["of"]]["office"] in offices
        ]
        for events in counted
    ]


def _first_events(
    indicators: list[Indicator], known_at: datetime, day: date
) -> list[list[dict[str, Any]]]:
    """Of each person, record or thing that each indicator counts, the first event."""
    first, *others = [_events(each, known_at, day) for each in indicators]
    events = sorted(
        first.union(*others, all=True),
        key=lambda each: (each["subject"], each["counted_on"], each["pk"]),
    )
    found: dict[str, dict[int, dict[str, Any]]] = {each.code: {} for each in indicators}
    for event in events:
        found[event["figure"]].setdefault(event["subject"], event)
    return [list(found[each.code].values()) for each in indicators]


def _events(indicator: Indicator, known_at: datetime, day: date) -> QuerySet[Any, Any]:
    """The events of an indicator with the same columns as those of every other."""
    events = indicator.events(known_at)
    if indicator.holds:
        events = events.filter(indicator.holds(day))
    given = {*events.query.annotation_select, *events.query.values_select}
    nobody = Cast(Value(None), BigIntegerField())
    columns = {
        "figure": Value(indicator.code),
        "counted_on": F("on"),
        "of": F(indicator.whose) if indicator.whose else nobody,
        "called": F("name") if "name" in given else Value(""),
        "own_sex": F("sex") if "sex" in given else Value(""),
        "own_status": F("status") if "status" in given else Value(""),
        "is_met": indicator.met(day) if indicator.met else Value(False),
    }
    return events.annotate(**columns).values("pk", "subject", "department", "sector", *columns)


def _people(ids: set[int], known_at: datetime) -> dict[int, dict[str, Any]]:
    people = Person.objects.filter(pk__in=ids).annotate(decided=outcome_known_at(known_at, "pk"))
    columns = ("pk", "sex", "birth_date", "office", "decided")
    return {each["pk"]: each for each in people.values(*columns)}


def _row(event: dict[str, Any], person: dict[str, Any] | None) -> Row:
    person = person or {"pk": None, "sex": event["own_sex"], "birth_date": None, "decided": ""}
    department = event["department"]
    return Row(
        subject=event["subject"],
        person=person["pk"],
        on=event["counted_on"],
        sex=person["sex"] or UNKNOWN,
        age=age_at(person["birth_date"], event["counted_on"]),
        department=str(department) if department else UNKNOWN,
        sector=event["sector"] or UNKNOWN,
        status=event["own_status"] or UNKNOWN,
        outcome=person["decided"] or UNKNOWN,
        name=event["called"],
        met=event["is_met"],
    )


def figure(
    indicator: Indicator, rows: list[Row], period: Period, *, names: Names | None = None
) -> Figure:
    """Count the rows of an indicator, in all and by every cut; `names` are `labels()`, if known."""
    new, total = (face_of(indicator, rows, period, face) for face in FACES)
    names = names or labels()
    cuts = []
    for name in indicator.cuts:
        fresh, ever = by_category(new, name), by_category(total, name)
        lines = [
            Line(category, label, _new(indicator, fresh[category]), number(indicator, some))
            for category, label in names[name].items()
            if (some := ever[category]) or category != UNKNOWN
        ]
        cuts.append(Cut(name, cut_labels()[name], lines))
    return Figure(indicator, _new(indicator, new), number(indicator, total), cuts)


def _new(indicator: Indicator, rows: list[Row]) -> Number | None:
    return None if indicator.is_stock else number(indicator, rows)


def cell_rows(
    indicator: Indicator,
    period: Period,
    *,
    face: str,
    cut: str,
    category: str,
    part: bool = False,
    known_at: datetime,
    offices: Collection[int] | None,
) -> list[Row]:
    """What stands behind one number of a figure: the number is how many these are."""
    rows = counted_rows(indicator, known_at=known_at, day=period.until, offices=offices)
    return cell(face_of(indicator, rows, period, face), cut, category, part=part)


def figures(period: Period, *, known_at: datetime, offices: Collection[int] | None) -> list[Figure]:
    """All indicators over a period, in the order of their codes."""
    names = labels()
    indicators = [each for _code, each in sorted(INDICATORS.items())]
    counted = _count(indicators, known_at=known_at, day=period.until, offices=offices)
    return [
        figure(each, rows, period, names=names)
        for each, rows in zip(indicators, counted, strict=True)
    ]


def cut_labels() -> dict[str, str]:
    return {
        "sex": _("Sex"),
        "age": _("Age on the day"),
        "department": _("Department"),
        "sector": _("Sector"),
        "status": _("Status"),
        "outcome": _("Eligibility"),
    }


def labels() -> Names:
    """The categories of each cut, with their names, the unknown last."""
    unknown = {UNKNOWN: _("unknown")}
    departments = Department.objects.order_by("code").values_list("pk", "name")
    return {
        "sex": {each.value: str(each.label) for each in Sex} | unknown,
        "age": {each: each for each in AGE_BANDS if each != UNKNOWN} | unknown,
        "department": {str(pk): name for pk, name in departments} | unknown,
        "sector": {each.value: str(each.label) for each in Sector} | unknown,
        "status": {each.value: str(each.label) for each in Status} | unknown,
        "outcome": {each.value: str(each.label) for each in Outcome} | unknown,
    }
