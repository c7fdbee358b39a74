"""Reading a text file of rows (CSV), however a spreadsheet of whatever country wrote it."""

import csv
from io import StringIO

from django.utils.translation import gettext as _

from beneficiaries.rules.spreadsheet import UnreadableWorkbook

MOST_BYTES = 2 * 1024 * 1024
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SEPARATORS = ";,\t"


def read_csv(data: bytes) -> list[list[str]]:
    """The lines of a CSV file from the first on; raises UnreadableWorkbook.

    Excel writes what the country's settings say: semicolons or commas, UTF-8
    or the old Windows letters. The first line that has any tells the separator.
    """
    text = _text_of(data).replace("\r\n", "\n").replace("\r", "\n")
    separator = _separator_of(text)
    first, _line, rest = text.partition("\n")
    if first.strip().lower() in {f"sep={each}" for each in SEPARATORS}:  # Excel's own first line
        separator, text = first.strip()[-1], f"\n{rest}"
    try:
        return list(csv.reader(StringIO(text), delimiter=separator, strict=True))
    except csv.Error as problem:
        raise UnreadableWorkbook(
            _("The file cannot be read: a quotation mark is opened and not closed.")
        ) from problem


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


def _separator_of(text: str) -> str:
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max(SEPARATORS, key=first.count)
