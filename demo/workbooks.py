"""Workbooks of a field office, at every stage of their way in."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

from django.core.files.base import ContentFile

from accounts.models import User
from beneficiaries.actions import imports
from beneficiaries.actions.import_undo import undo_import
from beneficiaries.models import PeopleImport
from beneficiaries.rules.identity import dui_check_digit
from demo.cast import Cast
from genesis.lib.tables import write_sheet

HEADER = [
    "Nombres",
    "Apellidos",
    "Sexo",
    "Fecha nac.",
    "DUI",
    "Teléfono",
    "Departamento",
    "Municipio",
    "País de retorno",
    "Fecha de retorno",
    "Tipo de retorno",
    "Inicio trabajo exterior",
    "Fin trabajo exterior",
    "Ocupación",
    "Sector",
    "Consentimiento",
    "Fecha de registro",
    "Observaciones",
]


def import_workbooks(cast: Cast, *, today: date) -> None:
    """One workbook imported, one undone, one checked, one whose columns wait, one discarded."""
    by = cast.coordinators["sm"]
    _import(_upload(cast, by, "registro_la_union.xlsx", 0, today), by)
    by_mistake = _upload(cast, by, "registro_de_otra_oficina.xlsx", 80, today)
    _import(by_mistake, by)
    reason = "Era el archivo de otra oficina."
    undo_import(_now(by_mistake), version=_now(by_mistake).version, reason=reason, by=by)
    imports.advance_import(_now(by_mistake))
    checked = _upload(cast, by, "registro_morazan.xlsx", 20, today)
    _check(checked, by)
    _upload(cast, by, "registro_usulutan.xlsx", 40, today)
    given_up = _upload(cast, by, "registro_borrador.xlsx", 60, today)
    imports.discard_import(given_up, version=given_up.version, by=by)


def _upload(cast: Cast, by: User, name: str, offset: int, today: date) -> PeopleImport:
    content = BytesIO()
    write_sheet(content, HEADER, _rows(offset, today), name="Registro")
    file = ContentFile(content.getvalue(), name=name)
    office = cast.offices["sm"]
    return imports.upload_workbook(key=uuid4(), by=by, file=file, office=office, phase=None)


def _import(batch: PeopleImport, by: User) -> None:
    _check(batch, by)
    imports.confirm_import(_now(batch), version=_now(batch).version, by=by)
    imports.advance_import(_now(batch))


def _check(batch: PeopleImport, by: User) -> None:
    imports.confirm_mapping(batch, version=batch.version, mapping=batch.mapping, by=by)
    imports.advance_import(_now(batch))


def _now(batch: PeopleImport) -> PeopleImport:
    return PeopleImport.objects.get(pk=batch.pk)


def _rows(offset: int, today: date) -> list[list[str]]:
    """Eight good rows, and one of each kind that an office must look at."""
    day = (today - timedelta(days=20)).strftime("%d/%m/%Y")
    rows = [_row(offset + place, day) for place in range(8)]
    change: list[Callable[[list[str]], None]] = [
        lambda row: row.__setitem__(15, "No"),
        lambda row: row.__setitem__(3, "no sabe"),
        lambda row: row.__setitem__(7, "El Carmen Viejo"),
        lambda row: row.__setitem__(4, rows[0][4]),
    ]
    for place, alter in enumerate(change, start=8):
        row = _row(offset + place, day)
        alter(row)
        rows.append(row)
    twin = [*rows[1]]
    twin[1], twin[4] = " ".join(reversed(twin[1].split())), ""  # the surnames the other way round
    return [*rows, twin]


def _row(number: int, day: str) -> list[str]:
    first_eight = f"9{7_400_000 + number * 11:07}"
    given = ["Wilber Noé", "Dinora Iris", "Melvin Saúl", "Yanira Ruth"][number % 4]
    first = ["Amaya", "Zelaya", "Umaña", "Villatoro", "Ventura"][number % 5]
    second = ["Cruz", "Reyes", "Benítez", "Guevara", "Rauda", "Lemus", "Rubio"][number % 7]
    return [
        given,
        f"{first} {second}",
        "F" if number % 2 else "M",
        f"{number % 27 + 1:02}/{number % 12 + 1:02}/{1972 + number % 30}",
        f"{first_eight}-{dui_check_digit(first_eight)}",
        f"7{2_500_000 + number:07}",
        "La Unión",
        "Conchagua",
        "EE.UU.",
        "15/03/2025",
        "Deportado",
        "01/02/2019",
        "28/02/2025",
        "Albañil",
        "Construcción",
        "Sí",
        day,
        "",
    ]
