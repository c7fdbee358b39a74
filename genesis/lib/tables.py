"""Rows of a file that opens in a spreadsheet: CSV in blocks, XLSX in constant memory."""

import csv
import math
from collections.abc import Generator, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any, BinaryIO
from unicodedata import category

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

type Cell = str | int | float | Decimal
type Looks = dict[str, Format]

BLOCK = 64 * 1024
BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
LONGEST_TEXT = 32_767  # of one cell in a workbook
MOST_ROWS = 1_048_576
MOST_DIGITS = 10**15  # beyond it a spreadsheet rounds
FIRST_DAY = date(1900, 3, 1)  # before it a workbook counts its days wrongly


class TooManyRows(Exception):
    """A sheet holds 1,048,576 lines, and no more."""


def as_cell(value: object) -> Cell:
    """Return `value` for a spreadsheet: numbers as they are, text that runs as no formula.

    −12.50 stays a number. A telephone number is text, and written without its
    plus sign, so that it needs no guard.
    """
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float | Decimal) and _fits(value):
        return value
    if isinstance(value, PhoneNumber):
        return value.as_international.removeprefix("+")
    text = "" if value is None else str(value)
    return f"'{text}" if _may_run(text) else text


def as_typed(text: str) -> str:
    """A text that was read from a spreadsheet, without the guard that `as_cell` puts before it."""
    return text[1:] if text.startswith("'") and _may_run(text[1:]) else text


def write_sheet(
    file: Path | str | BinaryIO,
    columns: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    name: str = "",
    about: tuple[str, Sequence[Sequence[object]]] | None = None,
) -> int:
    """Write a workbook of one sheet, and return how many rows it has below its header.

    Numbers are written as numbers, days as days, and everything else as text.
    `about` is a second sheet: its name and its lines. Raises TooManyRows rather
    than leaving some out.
    """
    target = str(file) if isinstance(file, Path) else file
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as workbook:
        looks = looks_of(workbook)
        sheet = workbook.add_worksheet(name[:31] or None)
        sheet.freeze_panes(1, 0)
        for column, each in enumerate(columns):
            title = str(as_cell(each))
            sheet.set_column(column, column, min(max(len(title) + 2, 12), 40))
            sheet.write_string(0, column, title, looks["header"])
        line = 0
        for line, row in enumerate(rows, start=1):
            if line >= MOST_ROWS:
                raise TooManyRows
            write_line(sheet, line, row, looks)
        if about:
            title, lines = about
            beside = workbook.add_worksheet(title[:31])
            beside.set_column(0, 1, 40)
            for place, each in enumerate(lines):
                write_line(beside, place, each, looks)
    return line


def csv_blocks(
    columns: Sequence[object], rows: Iterable[Sequence[object]]
) -> Generator[str, None, None]:
    """Write a CSV piece by piece, for an answer that streams; Excel reads its UTF-8 by the mark.

    Days are written as 2026-11-22, which every program takes for a day.
    """
    block = StringIO()
    lines = csv.writer(block)
    block.write(BOM)
    lines.writerow([as_cell(each) for each in columns])
    for row in rows:
        lines.writerow([_as_written(each) for each in row])
        if block.tell() > BLOCK:
            yield block.getvalue()
            block.seek(0)
            block.truncate()
    yield block.getvalue()


def _as_written(value: object) -> Cell:
    if isinstance(value, datetime):
        return _as_read_here(value).isoformat(sep=" ", timespec="minutes")
    return value.isoformat() if isinstance(value, date) else as_cell(value)


def looks_of(workbook: xlsxwriter.Workbook) -> Looks:
    """How header, days and moments look in a workbook."""
    return {
        "header": workbook.add_format({"bold": True, "bottom": 1}),
        "day": workbook.add_format({"num_format": "dd/mm/yyyy"}),
        "moment": workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
    }


def write_line(sheet: Worksheet, line: int, values: Iterable[object], looks: Looks) -> None:
    """Write one line of cells, each by its type; what is None stays empty."""
    for column, each in enumerate(values):
        if each is None:
            continue
        _write(sheet, line, column, each, looks)


def write_header(sheet: Worksheet, line: int, titles: Iterable[object], looks: Looks) -> None:
    """Write one line of titles."""
    for column, each in enumerate(titles):
        sheet.write_string(line, column, str(as_cell(each)), looks["header"])


def _write(sheet: Worksheet, line: int, column: int, value: object, looks: Looks) -> None:
    day = value.date() if isinstance(value, datetime) else value
    if isinstance(day, date) and day >= FIRST_DAY:
        look = looks["moment" if isinstance(value, datetime) else "day"]
        sheet.write_datetime(line, column, _as_read_here(value), look)
        return
    cell = as_cell(value)
    if isinstance(cell, str):
        sheet.write_string(line, column, _shortened(cell))
    else:
        sheet.write_number(line, column, cell)


def _as_read_here(value: Any) -> Any:
    """A workbook knows no time zones: a moment is written as the clock here shows it."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.make_naive(value)
    return value


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _fits(number: float | Decimal) -> bool:
    return math.isfinite(number) and -MOST_DIGITS < number < MOST_DIGITS


def _may_run(text: str) -> bool:
    """Whether a spreadsheet may take `text` for a formula, or the part behind a separator.

    What shows nothing at the start is looked through.
    """
    shown = "".join(each for each in text[:64] if category(each) != "Cf")
    return text.startswith(("\t", "\r", "\n")) or shown.lstrip(" \t\r\n\xa0;,").startswith(
        FORMULA_STARTS
    )
