"""Rows for the files that the registry hands out."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any, BinaryIO

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from beneficiaries.columns import COLUMNS, Column, Kind, columns_for, with_columns
from beneficiaries.models import (
    Enrolment,
    GroupSession,
    ImportRow,
    ListExport,
    PeopleImport,
    Person,
    SheetRow,
)
from beneficiaries.rules.columns import SENSITIVE
from genesis.lib.codes import person_ref
from genesis.lib.days import age_band
from genesis.lib.sensitivity import D1
from genesis.lib.tables import csv_blocks, write_sheet


def write_rows_to_correct(file: BinaryIO, batch: PeopleImport, rows: QuerySet[ImportRow]) -> int:
    """Write the rows of a workbook that could not be taken, and why.

    They stand as they stood in it, but for the columns of which nothing was kept:
    nobody has agreed to what may stand there (CASE-3), and they are left out whole.
    """
    fields = {column: name for name, column in batch.mapping.items()}
    kept = {
        name for values in rows.values_list("values", flat=True) for name in _columns_of(values)
    }
    known = kept | (batch.mapping.keys() - SENSITIVE)
    columns = [each for each in batch.columns if fields.get(each, each) in known]
    header = [*columns, _("What to correct"), _("Row")]
    lines = (
        [*(_cell(row, column, fields) for column in columns), row.reason, row.sheet_row]
        for row in rows
    )
    return write_sheet(file, header, lines, name=_("To correct"))


def _columns_of(values: dict[str, Any]) -> set[str]:
    """Of what a row keeps: the fields, and the columns without a place."""
    return {*values, *values.get("unmapped", {})}


def _cell(row: ImportRow, column: str, fields: dict[str, str]) -> str:
    """What a row says under one column of its workbook."""
    kept = row.values if column in fields else row.values.get("unmapped", {})
    return kept.get(fields.get(column, column), "")


# The list of people. With names, or as coordination's own list under references: the sums that
# an office makes for itself. It is no donor's microdata: what goes to a donor holds only who
# agreed to `share_donor_micro`, and nothing here makes such a file.

PART = 500  # people of one question
# Of class D2, and true of so many that nobody is known by it; all else above D1 needs names.
KEPT_COARSE = {"departamento", "sexo", "edad"}


def _band(person: Any) -> str:
    return "" if person.age is None else age_band(person.age)


# Told to nobody without names, whatever their class: a caseworker has few people.
LEADS_TO_HER = {"responsable"}


def _month(column: Column) -> Column:
    """The month of a day, as 2026-03: on one day few people came."""

    def value(person: Any) -> str:
        day = column.value(person)
        return f"{day:%Y-%m}" if day else ""

    heading = format_lazy(gettext_lazy("{heading} (month)"), heading=column.heading)
    return replace(column, heading=heading, value=value, kind=Kind.TEXT)


REFERENCE = Column("referencia", gettext_lazy("Reference"), lambda person: person.reference)
COARSE = {
    "distrito": COLUMNS["departamento"],
    "edad": replace(COLUMNS["edad"], value=_band, kind=Kind.TEXT),
} | {key: _month(each) for key, each in COLUMNS.items() if each.kind == Kind.DATE}


def export_columns(user: User, keys: Iterable[str], *, named: bool) -> list[Column]:
    """The columns of a file: those that the list showed and that `user` may still read.

    Without names a reference stands for who it is; the place is the department, the age a
    band and a day its month. What else tells who somebody is stays away.
    """
    shown = columns_for(user, keys)
    if named:
        return shown
    coarse = {each.key: each for each in (COARSE.get(one.key, one) for one in shown)}
    told = [
        each
        for each in coarse.values()
        if not each.fixed
        and each.key not in LEADS_TO_HER
        and (each.level == D1 or each.key in KEPT_COARSE)
    ]
    return [REFERENCE, *told]


def cells_of_people(
    export: ListExport, columns: Sequence[Column], people: QuerySet[Person], *, user: User
) -> Iterator[list[object]]:
    """The cells of each person of an export; of `people` and of nobody else.

    In the order of the list, or without names in that of the references: the order of
    names would tell them.
    """
    key = reference_key(export)
    references = {each: person_ref(each, key=key) for each in export.ids}
    order = export.ids if export.named else sorted(references, key=references.__getitem__)
    wanted = with_columns(people, columns, user)
    for part in batched(order, PART, strict=False):
        found: dict[int, Any] = wanted.in_bulk(part)
        for person in (found[each] for each in part if each in found):
            person.reference = references[person.pk]
            yield [_cell_of(each, person) for each in columns]


def _cell_of(column: Column, person: Any) -> object:
    value = column.value(person)
    return value.removeprefix("+") if column.key == "telefono" else value


def reference_key(export: ListExport) -> bytes:
    """Of each file its own, so that no two of them can be put together."""
    return person_ref(export.public_id, key=settings.INSTALLATION_KEY.encode()).encode()


def write_list(
    file: BinaryIO, export: ListExport, columns: Sequence[Column], rows: Iterable[list[object]]
) -> int:
    """Write the workbook of a list: the people, and on a second sheet what the file is."""
    header = [each.heading for each in columns]
    beside = (_("About this file"), _about(export))
    return write_sheet(file, header, rows, name=_("People"), about=beside)


def _about(export: ListExport) -> list[tuple[object, object]]:
    return [
        (_("File"), export.public_id),
        (_("Asked for by"), export.asked_by),
        (_("Asked for on"), export.asked_at),
        (_("What it is for"), export.purpose),
        (_("Filters"), "; ".join(export.filters) or _("None: everybody in the list")),
        (_("People"), len(export.ids)),
    ]


def write_list_as_csv(
    columns: Sequence[Column], rows: Iterable[list[object]]
) -> Generator[str, None, None]:
    """The same as CSV, piece by piece."""
    return csv_blocks([each.heading for each in columns], rows)


def write_attendance_to_correct(file: BinaryIO, rows: QuerySet[SheetRow]) -> int:
    """Write the rows of a list of attendance that could not be taken, and why.

    The columns are called as they are read, so that the file can be sent again.
    """
    header = ["Expediente o DUI", "Sesión", "Asistencia", _("What to correct"), _("Row")]
    lines = ([row.who, row.which, row.said, row.reason, row.sheet_row] for row in rows)
    return write_sheet(file, header, lines, name=_("To correct"))


def write_attendance_template(
    file: BinaryIO, sessions: Iterable[tuple[int, GroupSession]], people: Iterable[Enrolment]
) -> int:
    """Write a list to be filled in: each session of which attendance is missing, each person."""
    header = ["Expediente", "Nombre", "Sesión", "Fecha", "Asistencia"]
    people = list(people)
    lines = (
        [
            each.person.file_number,
            each.person.display_name,
            number,
            timezone.localdate(session.starts_at),
            "",
        ]
        for number, session in sessions
        for each in people
    )
    return write_sheet(file, header, lines, name="Asistencia")
