"""The demo's people: invented, over all departments, some with gaps as in life.

The same seed gives the same people and the same gaps; keys, codes and ids differ.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from beneficiaries.choices import (
    ConsentChannel,
    ConsentPurpose,
    DocStatus,
    DocType,
    PhoneOwner,
    Population,
    Precision,
    Sector,
)
from beneficiaries.models import District, LookupValue
from beneficiaries.rules.identity import dui_check_digit
from demo.cast import OFFICES

NAMES = json.loads((Path(__file__).parent / "data" / "names.json").read_text(encoding="utf-8"))
TRADES = {
    Sector.CONSTRUCTION: ["Albañilería", "Instalación de piso cerámico", "Tabla yeso", "Techos"],
    Sector.TOURISM: ["Cocina", "Servicio de mesa", "Recepción de hotel", "Coctelería"],
    Sector.OTHER: ["Jardinería", "Empaque", "Limpieza de casas"],
}


@dataclass
class Someone:
    """What is asked of one person, as the pages' forms would hand it to the actions."""

    office: str
    registered_on: date
    identity: dict[str, Any]
    document: dict[str, Any]
    contact: dict[str, Any]
    consents: dict[str, Any]
    trip: dict[str, Any] | None
    jobs: list[dict[str, Any]] = field(default_factory=list)
    decides: bool = True


class Crowd:
    """People one after another, from a seed."""

    def __init__(self, *, seed: int, until: date) -> None:
        self.random = Random(seed)  # noqa: S311  (people of a demo, not secrets)
        self.until = until
        self.districts = self._districts()
        lists = LookupValue.objects
        self.countries = {each.code: each for each in lists.filter(list="countries")}
        self.returns = list(lists.filter(list="return_type"))
        self.ports = list(lists.filter(list="return_port"))
        self.number = 0

    def _districts(self) -> dict[str, list[District]]:
        """The districts of each office, department after department."""
        all_districts = list(District.objects.select_related("department").order_by("code"))
        return {
            office: [each for each in all_districts if each.department.code in departments]
            for office, _name, departments in OFFICES
        }

    def people(self, count: int) -> Iterator[Someone]:
        offices = [office for office, _name, _departments in OFFICES]
        for place in range(count):
            office = self.random.choices(offices, weights=[5, 3, 3, 1])[0]
            yield self._someone(place, office)

    def _someone(self, place: int, office: str) -> Someone:
        chance = self.random.random
        day = self.until - timedelta(days=int(660 * chance()) + 1)
        population = self.random.choices(
            [*Population],
            weights=[78, 8, 7, 4, 3],
        )[0]
        sex = "F" if chance() < 0.4 else "M"
        born = day - timedelta(days=int(365.25 * self.random.triangular(17, 60, 33)))
        precision = self.random.choices(
            [Precision.DAY, Precision.YEAR, Precision.ESTIMATED, ""], weights=[92, 3, 3, 2]
        )[0]
        districts = self.districts[office]
        given = NAMES["female" if sex == "F" else "male"]
        identity = {
            "given_names": " ".join(self.random.sample(given, 2)),
            "surnames": " ".join(self.random.sample(NAMES["surnames"], 2)),
            "known_as": "",
            "sex": sex,
            "population": population,
            "area": self.random.choice(["urban", "rural"]),
            "district": districts[place % len(districts)],
            "birth_date": born if precision else None,
            "birth_precision": precision,
        }
        returned = population in {Population.RETURNEE, Population.RETURNEE_IDP}
        trip, jobs = self._abroad(day) if returned and chance() < 0.93 else (None, [])
        return Someone(
            office=office,
            registered_on=day,
            identity=identity,
            document=self._document(),
            contact=self._contact(),
            consents=self._consents(),
            trip=trip,
            jobs=jobs,
            decides=chance() < 0.94,
        )

    def _document(self) -> dict[str, Any]:
        self.number += 1
        first_eight = f"9{3_100_000 + self.number * 7:07}"
        dui = f"{first_eight}-{dui_check_digit(first_eight)}"
        doc_type, status, number = self.random.choices(
            [
                (DocType.DUI, DocStatus.VALID, dui),
                (DocType.DUI, DocStatus.LOST, ""),
                (DocType.DUI_EXPIRED, DocStatus.EXPIRED, dui),
                (DocType.NONE, DocStatus.NEVER, ""),
            ],
            weights=[86, 6, 5, 3],
        )[0]
        return {"doc_type": doc_type, "status": status, "number": number, "check_reason": ""}

    def _contact(self) -> dict[str, Any]:
        has_phone = self.random.random() < 0.92
        phone = f"+5037{1_000_000 + self.number * 13:07}" if has_phone else ""
        channels = self.random.choice([["call"], ["call", "whatsapp"], ["whatsapp"]])
        return {
            "phone_1": phone,
            "phone_1_owner": PhoneOwner.OWN if has_phone else "",
            "phone_1_whatsapp": "whatsapp" in channels and has_phone,
            "phone_2": "",
            "email": "",
            "address_line": "",
            "allowed_channels": channels if has_phone else [],
            "safe_times": self.random.choice(["", "", "después de las 17:00"]),
            "safe_to_identify_project": self.random.random() < 0.7,
        }

    def _consents(self) -> dict[str, Any]:
        asked = [
            ConsentPurpose.ASSESSMENT,
            ConsentPurpose.PUBLIC_REGISTER,
            ConsentPurpose.FOLLOWUP,
            ConsentPurpose.SHARE_EMPLOYER,
        ]
        granted = [each for each in asked if self.random.random() < 0.88]
        return {
            "granted": [ConsentPurpose.REGISTRATION, ConsentPurpose.SENSITIVE, *granted],
            "refused": [each for each in asked if each not in granted],
            "channel": ConsentChannel.PAPER_SIGNED,
            "witness": "",
        }

    def _abroad(self, day: date) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """A return, and the work abroad before it."""
        country = self.countries[self.random.choices(["US", "MX", "GT"], weights=[75, 20, 5])[0]]
        returned = day - timedelta(days=self.random.randint(5, 500))
        trip = {
            "return_country": country,
            "return_date": returned,
            "return_precision": Precision.DAY,
            "return_type": self.random.choice(self.returns),
            "return_port": self.random.choice(self.ports),
            "destination_country": country,
            "departure_date": None,
            "departure_precision": "",
        }
        if self.random.random() < 0.05:
            return trip, []
        sector = self.random.choices(
            [Sector.CONSTRUCTION, Sector.TOURISM, Sector.OTHER], weights=[65, 28, 7]
        )[0]
        months = self.random.choice([10, 20, 26, 30, 40, 60, 90])
        job = {
            "country": country,
            "sector": sector,
            "position": self.random.choice(TRADES[sector]),
            "employer": "",
            "ongoing": False,
            "duties": "",
            "start_date": returned - timedelta(days=int(months * 30.5)),
            "start_precision": Precision.DAY,
            "end_date": returned - timedelta(days=10),
            "end_precision": Precision.DAY,
        }
        return trip, [job]
