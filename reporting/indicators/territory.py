"""Who was registered in a year, by the territory as it is today: the map and its table."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from beneficiaries.models import Department, District, Municipality, Person


@dataclass(frozen=True)
class Place:
    """A department or municipality, and how many people who live there were registered."""

    name: str
    count: int
    department: str = ""
    code: str = ""


@dataclass(frozen=True)
class Territory:
    """Who was registered in a year, by the territory as it is today."""

    departments: list[Place]
    municipalities: list[Place]
    unknown: int

    @property
    def total(self) -> int:
        return self.unknown + sum(each.count for each in self.departments)


def registered_by_place(year: int, *, offices: Collection[int] | None) -> Territory:
    """People registered in a year by where they live: 14 departments, and the 44 municipalities.

    Whoever was registered when Soyapango was a municipality is counted where
    it is a district today. `offices` are those whose people count; None for all.
    """
    people = Person.objects.standing().filter(registered_on__year=year)
    if offices is not None:
        people = people.filter(office__in=offices)
    counted = dict(people.order_by().values_list("district").annotate(Count("pk")))
    unknown = counted.pop(None, 0)
    by_municipality, by_department = Counter[int](), Counter[int]()
    of_districts = District.objects.filter(pk__in=counted)
    for pk, municipality, department in of_districts.values_list(
        "pk", "municipality", "department"
    ):
        by_municipality[municipality] += counted[pk]
        by_department[department] += counted[pk]
    departments = Department.objects.order_by("code")
    municipalities = Municipality.objects.on(timezone.localdate()).exclude(valid_from=None)
    return Territory(
        departments=[
            Place(each.name, by_department[each.pk], code=each.code) for each in departments
        ],
        municipalities=[
            Place(each.name, by_municipality[each.pk], each.department.name)
            for each in municipalities.select_related("department").order_by(
                "department__code", "code"
            )
        ],
        unknown=unknown,
    )


@cache
def outlines() -> dict[str, Any]:
    """The outline of each department as a path of SVG, by its code, and the size of them all."""
    text = (settings.BASE_DIR / "data/maps/sv_departments.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
