"""A version of a standard as its file would have it: what pages, copies and downloads are made of.

What comes out is read by the same function as a file (`rules.standards`).
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import yaml

from certification.choices import Photo, Scale, VersionState
from certification.models import Item, StandardVersion
from certification.rules.standard_document import in_order
from certification.rules.standard_parts import in_hundredths
from certification.rules.standard_reading import SECTORS

SECTOR_WORDS = {code: word for word, code in SECTORS.items()}


def document_of(version: StandardVersion) -> dict[str, Any]:
    """The document of a version, made of its rows, with the keys: nobody else gets them from it."""
    return {
        "norma": _norm(version),
        "instrumentos": list(_instruments(version)),
        "calificacion": {
            "peso_total": "100.00",
            "minimo_total_pct": in_hundredths(version.total_minimum),
            "cobertura_criterios": "al_menos_uno",
            "criticos": "todos",
            "na_maximo_pct_peso": in_hundredths(version.na_maximum),
            "suspension_inmediata_por_seguridad": True,
        },
        "diagnostico": _diagnostic(version),
    }


def as_yaml(document: dict[str, Any], *, state: str) -> bytes:
    """A document as the text of a file, which may be sent in again."""
    ordered = in_order({**document, "norma": {**document["norma"], "estado": state}})
    _set_days(ordered["norma"].get("vigencia_norma", {}))
    text = yaml.safe_dump(ordered, allow_unicode=True, sort_keys=False, width=100)
    return text.encode()


def stated(version: StandardVersion) -> str:
    """What the file says of its state: only what is published is published elsewhere."""
    return "publicada" if version.state == VersionState.PUBLISHED else "borrador"


def _set_days(validity: dict[str, Any]) -> None:
    for name, value in validity.items():
        if isinstance(value, str):
            validity[name] = date.fromisoformat(value)


def _norm(version: StandardVersion) -> dict[str, Any]:
    conditions = {
        "modalidad": version.modality,
        "duracion_min": version.duration_minutes,
        "descanso_min": version.break_minutes,
        "tarea": version.task,
        "equipo_por_puesto": [
            {"nombre": each.name, "cantidad": each.quantity, "obligatorio": each.mandatory}
            for each in version.equipment.order_by("pk")
        ],
    }
    return {
        "codigo": version.standard.code,
        "version": version.number,
        "titulo": version.title,
        "sector": SECTOR_WORDS.get(version.own_sector, ""),
        **_told(area_ocupacional=version.area),
        "nivel": version.level,
        "ciuo08": version.own_isco,
        "proposito": version.purpose,
        "vigencia_norma": {
            "desde": version.valid_from.isoformat(),
            "revision": version.review_on.isoformat(),
        },
        "vigencia_certificado_meses": version.certificate_months,
        "requisitos_ingreso": {
            "edad_minima": version.min_age,
            "experiencia_minima_meses": version.min_months,
            **_told(documentos=list(version.entry_documents)),
        },
        "prerrequisito_licencia": version.license_note or None,
        "condiciones_evaluacion": _told(**conditions),
        "unidades": list(_units(version)),
        "conocimientos": [
            _told(codigo=each.code, texto=each.text, nivel=each.level)
            for each in version.knowledges.order_by("position", "pk")
        ],
    }


def _told(**values: Any) -> dict[str, Any]:
    """What there is something to say of."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _units(version: StandardVersion) -> Iterator[dict[str, Any]]:
    criteria = version.criterions.select_related("element__unit").order_by(
        "element__unit__position", "element__position", "position", "pk"
    )
    for unit, in_unit in groupby(criteria, key=lambda each: each.element.unit):
        yield {
            "codigo": unit.code,
            "titulo": unit.title,
            "elementos": [
                {
                    "codigo": element.code,
                    "titulo": element.title,
                    "criterios": [
                        {"codigo": each.code, "tipo": each.kind, "texto": each.text}
                        for each in of_it
                    ],
                }
                for element, of_it in groupby(in_unit, key=lambda each: each.element)
            ],
        }


def _instruments(version: StandardVersion) -> Iterator[dict[str, Any]]:
    items = version.items.select_related("instrument", "criterion", "knowledge", "answer_key")
    items = items.order_by("instrument__position", "position", "pk")
    for instrument, of_it in groupby(items, key=lambda each: each.instrument):
        yield {
            "codigo": instrument.code,
            "tipo": instrument.kind,
            "titulo": instrument.title,
            "minimo_pct": in_hundredths(instrument.minimum),
            **_told(aplicacion=instrument.mode),
            "items": [_item(each) for each in of_it],
        }


def _item(item: Item) -> dict[str, Any]:
    told = {
        "codigo": item.code,
        **({"criterio": item.criterion.code} if item.criterion else {}),
        **({"conocimiento": item.knowledge.code} if item.knowledge else {}),
        "peso": in_hundredths(item.weight),
        **({"critico": True} if item.critical else {}),
        **({"seguridad": True} if item.safety else {}),
        "escala": item.scale,
        "texto": item.text,
        **_told(unidad=item.unit, na_motivo=item.na_reason),
        **_told(minimo=_plain(item.minimum), maximo=_plain(item.maximum)),
    }
    if item.photo != Photo.NONE:
        told["evidencia_foto"] = item.photo
    if item.scale == Scale.CHOICE:
        told["opciones"] = dict(item.options)
        if hasattr(item, "answer_key"):
            told["clave"] = item.answer_key.key
    return told


def _plain(number: Decimal | None) -> str | None:
    """A limit as people write it: 3.0000 is 3."""
    return None if number is None else f"{number.normalize():f}"


def _diagnostic(version: StandardVersion) -> dict[str, Any]:
    return {
        "titulo": version.diagnostic_title,
        "escala": [answer for answer, _points in version.diagnostic_points],
        "puntos": dict(version.diagnostic_points),
        "preguntas": [
            {"codigo": each.code, "texto": each.text}
            for each in version.diagnosticquestions.order_by("position", "pk")
        ],
        "interpretacion": [
            {
                "desde": each.first,
                "hasta": each.last,
                "recomendacion": each.recommendation,
                "mensaje": each.message,
            }
            for each in version.diagnostic_bands.order_by("first", "pk")
        ],
    }
