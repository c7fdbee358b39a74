"""The data that an installation starts with: territory, code lists, phases, privacy notice.

Loading it again adds what is missing and corrects names; nothing is deleted,
and what coordination has changed since (phases, codes) is left alone.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.choices import OrganizationKind
from accounts.models import Organization
from beneficiaries.actions.reintegration import load_version
from beneficiaries.models import (
    Department,
    District,
    LookupValue,
    MessageTemplate,
    Municipality,
    Notice,
    Phase,
    Programme,
    PurposeText,
    RuleSet,
)
from beneficiaries.rules.eligibility import RuleParameters

HEAD_OFFICE = "central"
DATA: Path = settings.BASE_DIR / "data"
REFORM = date(2024, 5, 1)  # since when there are 44 municipalities with 262 districts
LISTS_OF_RULES = {
    "sex",
    "population",
    "doc_type",
    "doc_status",
    "service",
    "consent_purpose",
    "certification_track",
    "eligibility",
    "case_close",
    "elig_reason",
    "project_sector",
    "contact_channel",
    "wgss",
    "consent_channel",
    "referral_priority",
    "referral_outcome",
}
PHASES = [
    ("fase-2018-2020", "Fase 2018–2020", date(2018, 1, 1), date(2020, 12, 31), "piloto"),
    ("fase-2021-2024", "Fase 2021–2024", date(2021, 1, 1), date(2024, 12, 31), "fase-ue"),
    ("fase-2025-2028", "Fase 2025–2028", date(2025, 1, 1), date(2028, 12, 31), "fase-ue"),
]
RULE_SETS = {
    # The pilot asked for five years in the United States, as the press of the time reports.
    "piloto": ("Reglas del piloto", RuleParameters(min_months=60, countries=frozenset({"US"}))),
    "fase-ue": ("Reglas desde 2021", RuleParameters()),
}
NOTICE = """\
Gene-Sis de Nuevas Oportunidades guarda sus datos para acompañarle: quién es usted, cómo \
comunicarnos, su retorno o desplazamiento y su experiencia de trabajo. Solo los ve el personal \
que le atiende, y queda escrito quién los ha leído. No los entregamos a nadie sin su permiso. \
Usted puede decir que no a cualquier finalidad y seguir recibiendo los demás servicios, cambiar \
de opinión cuando quiera, pedir ver, corregir o borrar sus datos, y saber quién los leyó."""


@transaction.atomic
def load_reference() -> None:
    """Load all reference data; safe to run again."""
    _load_territory()
    _load_lists()
    _load_phases()
    Organization.objects.get_or_create(
        code=HEAD_OFFICE,
        defaults={"name": "Oficina central", "kinds": [OrganizationKind.OFFICE.value]},
    )
    Notice.objects.get_or_create(
        number=1, defaults={"text": NOTICE, "valid_from": date(2018, 1, 1)}
    )
    _load_texts()
    index = (DATA / "instruments/reintegration_index.json").read_text(encoding="utf-8")
    load_version(json.loads(index))


def _load_texts() -> None:
    """What is read about each purpose, and the first texts of messages, where none is written."""
    texts = json.loads((DATA / "texts.json").read_text(encoding="utf-8"))
    if not PurposeText.objects.exists():
        first = Notice.objects.earliest("number")
        PurposeText.objects.bulk_create(
            PurposeText(notice=first, purpose=purpose, text=text)
            for purpose, text in texts["purposes"].items()
        )
    for template in texts["messages"]:
        MessageTemplate.objects.get_or_create(code=template["code"], defaults=template)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _load_territory() -> None:
    departments = _by_code(
        Department(
            code=row["code_mh"],
            iso=row["iso_3166_2"],
            pcode=row["pcode_cod_ab"],
            name=row["name"],
        )
        for row in _rows("territory/sv_departments.csv")
    )
    pcodes = {each.pcode: each for each in departments.values()}
    districts = list(_rows("territory/sv_districts_2024.csv"))
    municipalities = _by_code(
        [
            *(
                Municipality(
                    code=row["pcode_cod_ab_adm2"],
                    name=row["name"],
                    department=pcodes[row["pcode_cod_ab_adm2"][:4]],
                    valid_from=REFORM,
                )
                for row in _rows("territory/sv_municipalities_2024.csv")
            ),
            *(
                Municipality(
                    code=row["former_municipality_code4"],
                    name=row["name"],
                    department=departments[row["department_code_mh"]],
                    valid_until=REFORM - timedelta(days=1),
                )
                for row in districts
            ),
        ]
    )
    _by_code(
        District(
            code=row["former_municipality_code4"],
            name=row["name"],
            department=departments[row["department_code_mh"]],
            municipality=municipalities[row["municipality_pcode"]],
            former_municipality=municipalities[row["former_municipality_code4"]],
        )
        for row in districts
    )


def _by_code[P: Department | Municipality | District](places: Iterable[P]) -> dict[str, P]:
    """Keep the places, those that are there already as they are called now; code → place."""
    found = list(places)
    model: Any = type(found[0])
    columns = [each.name for each in model._meta.concrete_fields if each.name not in {"id", "code"}]
    model.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["code"], update_fields=columns
    )
    return {each.code: each for each in found}


def _load_lists() -> None:
    lists = {
        name: content
        for file in ("codelists.json", "file_lists.json")
        for name, content in json.loads((DATA / "codes" / file).read_text("utf-8")).items()
    }
    values = [
        LookupValue(list=name, code=item["code"], es=item["es"], en=item["en"], position=place)
        for name, content in lists.items()
        if name not in LISTS_OF_RULES
        for place, item in enumerate(content["items"])
    ]
    first = {"SV": 0, "US": 1, "MX": 2, "GT": 3, "HN": 4}
    values += [
        LookupValue(
            list="countries",
            code=row["alpha2"],
            es=row["name_es"],
            en=row["name_en"],
            position=first.get(row["alpha2"], 10),
        )
        for row in _rows("codes/countries_iso3166_1.csv")
    ]
    values += [
        LookupValue(list="subdivisions", code=row["code"], es=row["name_es"], en=row["name_en"])
        for row in _rows("codes/subdivisions_us_mx_sv_gt_hn.csv")
    ]
    values += [
        LookupValue(list="isic4", code=row["code"], es=row["label_es"], en=row["label_en"])
        for row in _rows("codes/isic4_sections.csv")
        if row["level"] == "section"
    ]
    values += [
        LookupValue(
            list="isco08",
            code=row["code"],
            es=row["label_es"] or row["label_en"],
            en=row["label_en"],
            alias=row["alias_sv"][:200],
        )
        for row in _rows("codes/isco08.csv")
    ]
    edited = set(LookupValue.objects.filter(version__gt=1).values_list("list", "code"))
    LookupValue.objects.bulk_create(
        [each for each in values if (each.list, each.code) not in edited],
        update_conflicts=True,
        unique_fields=["list", "code"],
        update_fields=["es", "en", "position", "alias"],
    )


def _load_phases() -> None:
    programme, _new = Programme.objects.get_or_create(
        code="gene-sis", defaults={"name": "Gene-Sis de Nuevas Oportunidades"}
    )
    rule_sets = {
        code: RuleSet.objects.get_or_create(
            code=code,
            number=1,
            defaults={"name": name, "parameters": parameters.to_dict()},
        )[0]
        for code, (name, parameters) in RULE_SETS.items()
    }
    for code, name, starts_on, ends_on, rule_set in PHASES:
        Phase.objects.get_or_create(
            code=code,
            defaults={
                "programme": programme,
                "name": name,
                "starts_on": starts_on,
                "ends_on": ends_on,
                "rule_set": rule_sets[rule_set],
            },
        )
