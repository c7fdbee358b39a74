"""Opening a workbook that somebody sends us, without letting it exhaust the machine.

A workbook is a zip of XML. Before the reader sees it, its parts are counted and
unpacked in small pieces, entities are refused, and the sheets are measured: one
cell in the last corner makes a reader reserve room for all those before it.
This module is a program of its own, which needs no Django: it starts at once,
knows nothing of the installation, and its refusals are translated by who asked.
"""

import pickle
import re
import resource
import sys
import traceback
import zipfile
import zlib
from collections.abc import Iterator
from gettext import gettext as _
from io import BytesIO
from pathlib import PurePath
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

MOST_BYTES = 10 * 1024 * 1024  # as sent
MOST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 500
MOST_CELLS = 2_000_000  # of all sheets, each from its first corner to its last used cell
MOST_ROOM = 128 * 1024 * 1024  # bytes of memory that all rows take of who asked
MEMORY = 1024**3  # bytes that reading may take
SECONDS = 20  # of the processor
CHUNK = 256 * 1024
BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"  # marks of the encoding, and space

TOO_LARGE = _("The workbook is too large once unpacked.")

type Row = list[Any]


class UnreadableWorkbook(ValueError):
    """The file is no workbook that we can read; the message is for who sent it."""


def _read_here() -> None:
    """The child: read a workbook from the standard input, within its limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        answer = pickle.dumps(list(_sheets_of(BytesIO(sys.stdin.buffer.read()))))
    except UnreadableWorkbook as refusal:
        answer = pickle.dumps(str(refusal))
    except MemoryError:
        answer = pickle.dumps(TOO_LARGE)
    except Exception as problem:  # whoever asked logs it
        answer = pickle.dumps({"fault": _where(problem)})
    sys.stdout.buffer.write(answer)


def _where(problem: Exception) -> str:
    """What went wrong and where, without its message: that may repeat what the file says."""
    frames = traceback.extract_tb(problem.__traceback__)
    places = [f"{PurePath(each.filename).name}:{each.lineno}" for each in frames]
    return " ".join([type(problem).__name__, *places])


def _sheets_of(file: BytesIO) -> Iterator[tuple[str, list[Row]]]:
    check_workbook(file)
    file.seek(0)
    room = cells = 0
    try:
        with CalamineWorkbook.from_filelike(file) as workbook:
            for each in workbook.sheets_metadata:
                if each.typ == SheetTypeEnum.WorkSheet:
                    sheet = workbook.get_sheet_by_name(each.name)
                    cells += sheet.total_height * sheet.total_width
                    if cells > MOST_CELLS:
                        raise UnreadableWorkbook(TOO_LARGE)
                    rows = sheet.to_python(skip_empty_area=False)
                    room += sum(map(_room_of, rows))
                    if room > MOST_ROOM:
                        raise UnreadableWorkbook(TOO_LARGE)
                    yield each.name, rows
    except CalamineError as problem:
        raise _unreadable() from problem


def _room_of(row: Row) -> int:
    """The bytes of a row in memory: one rare letter makes a text four times as large."""
    return sys.getsizeof(row) + sum(sys.getsizeof(cell) for cell in row if cell != "")


def check_workbook(file: Any) -> None:
    """Refuse what is no .xlsx, or would need too much room; raises UnreadableWorkbook."""
    file.seek(0, 2)
    if file.tell() > MOST_BYTES:
        raise UnreadableWorkbook(_("The workbook is too large: at most 10 MB."))
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_parts(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,  # a way of packing that Python does not know
        RuntimeError,  # a password
        EOFError,
        ParseError,
        DefusedXmlException,
    ) as problem:
        raise _unreadable() from problem


def _check_parts(archive):
    parts = archive.infolist()
    if "xl/workbook.xml" not in archive.namelist():
        raise _unreadable()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise UnreadableWorkbook(TOO_LARGE)
    for part in parts:
        with archive.open(part) as content:
            _check_part(content, is_drawing=part.filename.endswith(".vml"))


def _check_part(content, *, is_drawing):
    """Unpack a part to its end, and follow its XML; old drawings need not be well formed."""
    parser = DefusedXMLParser(target=_Measure(), forbid_dtd=True)
    chunk = content.read(CHUNK)
    is_xml = chunk.lstrip(BEFORE_XML).startswith(b"<") and not is_drawing
    while chunk:
        if is_xml:
            parser.feed(chunk)
        chunk = content.read(CHUNK)
    if is_xml:
        parser.close()


class _Measure:
    """Follows the rows and cells of a sheet, and stops where it becomes too large."""

    def __init__(self):
        self.row = self.column = self.last_row = self.last_column = 0

    def start(self, name, attrs):
        kind = name.rpartition("}")[2]  # without its namespace
        if kind == "row":
            self.row, self.column = _number(attrs.get("r"), self.row + 1), 0
        elif kind == "c":
            self.column += 1
            if place := re.fullmatch(r"([A-Za-z]+)([0-9]+)", attrs.get("r", "")):
                self.column, self.row = _column(place[1]), _number(place[2], self.row)
        else:
            return
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        if self.last_row * self.last_column > MOST_CELLS:
            raise UnreadableWorkbook(_("A sheet of the workbook is too large."))


def _number(text, otherwise):
    return int(text) if text and text.isdecimal() and len(text) < 10 else otherwise


def _column(letters):
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _unreadable():
    return UnreadableWorkbook(
        _("The file cannot be read: save it as an Excel workbook (.xlsx) without a password.")
    )


if __name__ == "__main__":
    _read_here()
