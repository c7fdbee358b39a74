"""Reading a list of attendance: who, which session, and whether she came.

Nothing is guessed: a single «A» may be «asistió» or «ausente», and is an error
of its row; so is a date without a session, or one with two.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from beneficiaries.choices import Mark
from beneficiaries.rules.cells import Unreadable, as_kept, as_text, heading, read_date
from beneficiaries.rules.columns import propose_mapping
from beneficiaries.rules.delimited import read_csv
from beneficiaries.rules.identity import WrongNumber, normalise_dui
from beneficiaries.rules.sheets import read_few_sheets, used_columns
from beneficiaries.rules.spreadsheet import Row, UnreadableWorkbook
from genesis.lib.search import plain

HEADINGS = {
    "number": ["expediente", "numero expediente"],
    "dui": ["dui", "numero documento"],
    "person": ["persona", "participante", "expediente o dui"],
    "session": ["sesion", "numero sesion"],
    "day": ["fecha", "fecha sesion", "dia"],
    "mark": ["asistencia", "asistio"],
}
WHO, WHEN = ("number", "dui", "person"), ("session", "day")
WORDS = {
    **dict.fromkeys(["presente", "p", "si", "asistio", "vino", "1", "true"], Mark.PRESENT),
    **dict.fromkeys(["ausente", "no", "no asistio", "falta", "falto", "0", "false"], Mark.ABSENT),
    **dict.fromkeys(["justificado", "justificada", "j", "permiso", "con permiso"], Mark.JUSTIFIED),
    **dict.fromkeys(["falta justificada", "ausencia justificada"], Mark.JUSTIFIED),
    **dict.fromkeys(["ausente justificado", "ausente justificada"], Mark.JUSTIFIED),
}
FILE_NUMBER = re.compile(r"GS-[0-9]{4}-[0-9]{5,}")
HEADER_LINES = 20  # in which the line with the names of the columns must stand
MOST_ROWS = 2000
LONGEST = 100  # letters of a cell that are kept
MOST_SESSIONS = 400  # a whole number below it is the number of a session


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row as it was written: the number of its line, and its three cells as text."""

    number: int
    who: str
    which: str
    said: str


def read_sheet(file: Any) -> list[SheetLine]:
    """The rows of a list of attendance; raises UnreadableWorkbook.

    What a file is, its first bytes say: a workbook, or text.
    """
    file.seek(0)
    data = file.read()
    if data.startswith(b"PK"):
        found = [lines for _name, lines in read_few_sheets(file) if _header_of(lines)]
        if len(found) > 1:
            raise UnreadableWorkbook(
                _("There are lists on several sheets: send each as a file of its own.")
            )
        lines = found[0] if found else []
    else:
        lines = read_csv(data, holds=_header_of)
    rows = _rows_of(lines)
    if len(rows) > MOST_ROWS:
        raise UnreadableWorkbook(
            _("The file has {rows} rows, and at most {most} are taken at once.").format(
                rows=f"{len(rows):,}", most=f"{MOST_ROWS:,}"
            )
        )
    return rows


def _rows_of(lines: list[Row]) -> list[SheetLine]:
    header = _header_of(lines)
    if header is None:
        raise UnreadableWorkbook(
            _(
                "No line names the columns: they are “Expediente” or “DUI”, “Sesión” or “Fecha”,"
                " and “Asistencia”."
            )
        )
    place, columns = header
    rows = [
        SheetLine(
            number,
            _first(line, columns, WHO, "dui"),
            _first(line, columns, WHEN, ""),
            _first(line, columns, ("mark",), ""),
        )
        for number, line in enumerate(lines[place + 1 :], start=place + 2)
    ]
    rows = [each for each in rows if each.who or each.which or each.said]
    if not rows:
        raise UnreadableWorkbook(_("Below the names of the columns there is no row."))
    return rows


def _header_of(lines: list[Row]) -> tuple[int, dict[str, int]] | None:
    """Where the names of the columns stand, and which column holds what; None without all three."""
    used = used_columns(lines)
    for place, line in enumerate(lines[:HEADER_LINES]):
        names = [heading(line[column]) if column < len(line) else "" for column in used]
        found = propose_mapping(names, HEADINGS)
        if "mark" in found and found.keys() & set(WHO) and found.keys() & set(WHEN):
            for column in found.values():
                if names.count(column) > 1:
                    raise UnreadableWorkbook(
                        _("Two columns are called “{name}”.").format(name=column)
                    )
            return place, {name: used[names.index(column)] for name, column in found.items()}
    return None


def _first(line: Row, columns: dict[str, int], names: tuple[str, ...], kind: str) -> str:
    """The first of some columns in which something is written, as text that reads the same."""
    for name in names:
        place = columns.get(name)
        if place is not None and place < len(line) and as_text(line[place]):
            return _kept(line[place], kind)[:LONGEST]
    return ""


def _kept(value: Any, kind: str) -> str:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return " ".join(as_kept(kind, value).split())


def person_of(text: str) -> tuple[str, str]:
    """What a cell says of who it is: a file number or a DUI, the other empty.

    Raises Unreadable for what is neither.
    """
    number = text.upper()
    if FILE_NUMBER.fullmatch(number):
        return number, ""
    if not text:
        raise Unreadable(_("The person is missing."))
    try:
        return "", normalise_dui(text)
    except WrongNumber:
        raise Unreadable(_("This is no file number and no DUI.")) from None


def session_of(text: str) -> int | date:
    """The number of a session, or its day; raises Unreadable for what is neither."""
    if not text:
        raise Unreadable(_("The session is missing: write its date or its number."))
    if text.isascii() and text.isdigit() and len(text) < 4 and 0 < int(text) < MOST_SESSIONS:
        return int(text)
    day: date = read_date(text)
    return day


def mark_of(text: str) -> Mark:
    """Whether somebody came; raises Unreadable for what may mean several things."""
    try:
        return WORDS[plain(text)]
    except KeyError:
        raise Unreadable(_("Write Presente, Ausente or Justificado.")) from None
