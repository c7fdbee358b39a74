"""Reading a text file of rows (CSV), however a spreadsheet of whatever country wrote it."""

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.utils.translation import gettext as _

from beneficiaries.rules.spreadsheet import UnreadableWorkbook

MOST_BYTES = 2 * 1024 * 1024
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SEPARATORS = ";,\t"


def read_csv(data: bytes, *, holds: Callable[[list[list[str]]], Any]) -> list[list[str]]:
    """The lines of a CSV file from the first on; raises UnreadableWorkbook.

    Excel writes what the country's settings say: semicolons or commas, UTF-8
    or the old Windows letters. The separator is the one with which the lines
    hold what is looked for, whatever stands above it; without any, no line is returned.
    """
    text = _text_of(data).replace("\r\n", "\n").replace("\r", "\n")
    separators = SEPARATORS
    first, _line, rest = text.partition("\n")
    if first.strip().lower() in {f"sep={each}" for each in SEPARATORS}:  # Excel's own first line
        separators, text = first.strip()[-1], f"\n{rest}"
    problem = None
    for separator in separators:
        try:
            lines = list(csv.reader(StringIO(text), delimiter=separator, strict=True))
        except csv.Error as error:
            problem = error
            continue
        if holds(lines):
            return lines
    if problem:
        raise UnreadableWorkbook(
            _("The file cannot be read: a quotation mark is opened and not closed.")
        ) from problem
    return []


def _text_of(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise UnreadableWorkbook(_("The file is too large: at most 2 MB."))
    encoding = MARKS.get(data[:2])
    for each in [encoding] if encoding else ["utf-8-sig", "cp1252"]:
        try:
            text = data.decode(each)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableWorkbook(
        _("The file cannot be read: save it as an Excel workbook (.xlsx) or as CSV.")
    )
