"""The figures of all areas, from the events that each area registered.

One function, `counted_rows`, says what a figure counts; the pages, the lists behind
the numbers and the files all read it, so that they cannot differ.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from beneficiaries.choices import Outcome, Sector, Sex, Status
from beneficiaries.indicators import outcome_known_at
from beneficiaries.models import Department, Person
from beneficiaries.registry import INDICATORS, Indicator
from genesis.lib.days import AGE_BANDS
from reporting.rules import (
    SLICES,
    UNKNOWN,
    Cut,
    Figure,
    Line,
    Period,
    Row,
    age_at,
    cell,
    counts,
    new_in,
    until_end_of,
)

type Names = dict[str, dict[str, str]]  # cut → category → how people call it


def counted_rows(
    indicator: Indicator, *, known_at: datetime, offices: Collection[int] | None = None
) -> list[Row]:
    """What an indicator counts, as it was known at `known_at`: each person or record once.

    A person stands on the day of her first event, with the department, status
    and sector of that day; sex and birth are those known now.
    `offices` narrows to the people whose file they hold. Two queries.
    """
    [rows] = _count([indicator], known_at=known_at, offices=offices)
    return rows


def _count(
    indicators: list[Indicator], *, known_at: datetime, offices: Collection[int] | None
) -> list[list[Row]]:
    """The rows of each indicator: a query for each, and one for the people of all."""
    counted = [_first_events(each, known_at) for each in indicators]
    people = _people({_person_of(event) for events in counted for event in events}, known_at)
    return [
        [
            _row(event, people[_person_of(event)])
            for event in events
            if offices is None or people[_person_of(event)]["office"] in offices
        ]
        for events in counted
    ]


def _first_events(indicator: Indicator, known_at: datetime) -> list[dict[str, Any]]:
    """Of each person or record that an indicator counts, the first event."""
    events = indicator.events(known_at).order_by("subject", "on", "pk")
    first: dict[int, dict[str, Any]] = {}
    for event in events.iterator(chunk_size=2000):
        first.setdefault(event["subject"], event)
    return list(first.values())


def _person_of(event: dict[str, Any]) -> int:
    return event.get("person", event["subject"])


def _people(ids: set[int], known_at: datetime) -> dict[int, dict[str, Any]]:
    people = Person.objects.filter(pk__in=ids).annotate(decided=outcome_known_at(known_at, "pk"))
    columns = ("pk", "sex", "birth_date", "office", "decided")
    return {each["pk"]: each for each in people.values(*columns)}


def _row(event: dict[str, Any], person: dict[str, Any]) -> Row:
    department = event["department"]
    return Row(
        subject=event["subject"],
        person=person["pk"],
        on=event["on"],
        sex=person["sex"],
        age=age_at(person["birth_date"], event["on"]),
        department=str(department) if department else UNKNOWN,
        sector=event["sector"] or UNKNOWN,
        status=event["status"] or UNKNOWN,
        outcome=person["decided"] or UNKNOWN,
    )


def figure(
    indicator: Indicator, rows: list[Row], period: Period, *, names: Names | None = None
) -> Figure:
    """Count the rows of an indicator, in all and by every cut; `names` are `labels()`, if known."""
    new, total = new_in(rows, period), until_end_of(rows, period)
    names = names or labels()
    cuts = []
    for name in SLICES:
        fresh, ever = counts(new, name), counts(total, name)
        lines = [
            Line(category, label, fresh[category], ever[category])
            for category, label in names[name].items()
            if ever[category] or category != UNKNOWN
        ]
        cuts.append(Cut(name, cut_labels()[name], lines))
    return Figure(indicator, len(new), len(total), cuts)


def cell_rows(
    indicator: Indicator,
    period: Period,
    *,
    face: str,
    cut: str,
    category: str,
    known_at: datetime,
    offices: Collection[int] | None,
) -> list[Row]:
    """What stands behind one number of a figure: the number is how many these are."""
    rows = counted_rows(indicator, known_at=known_at, offices=offices)
    rows = new_in(rows, period) if face == "nuevas" else until_end_of(rows, period)
    return cell(rows, cut, category)


def figures(period: Period, *, known_at: datetime, offices: Collection[int] | None) -> list[Figure]:
    """All indicators over a period, in the order of their codes."""
    names = labels()
    indicators = [each for _code, each in sorted(INDICATORS.items())]
    counted = _count(indicators, known_at=known_at, offices=offices)
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
        "sex": {each.value: str(each.label) for each in Sex},
        "age": {each: each for each in AGE_BANDS if each != UNKNOWN} | unknown,
        "department": {str(pk): name for pk, name in departments} | unknown,
        "sector": {each.value: str(each.label) for each in Sector} | unknown,
        "status": {each.value: str(each.label) for each in Status} | unknown,
        "outcome": {each.value: str(each.label) for each in Outcome} | unknown,
    }
