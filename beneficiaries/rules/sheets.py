"""Which lines of a workbook describe people: below the header, and neither blank nor a total.

Only one sheet is read. A line that is a title, a repeated header or a sum is no person.
"""

import re
from collections import Counter
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from beneficiaries.rules.cells import as_text, heading, is_date
from beneficiaries.rules.columns import ONLY_OF_PEOPLE, propose_mapping
from beneficiaries.rules.spreadsheet import Row, Table, UnreadableWorkbook, read_sheets
from genesis.lib.search import plain

HEADER_LINES = 50  # in which the line with the names of the columns must stand
LEAST_COLUMNS = 3  # that a header line names
MOST_COLUMNS = 200  # [P] of one sheet in which something is written: each heading is compared
MOST_SHEETS = 50  # [P] of one workbook: in each a header is looked for
TOTAL = re.compile(r"(sub|gran )?\s*total(es)?\b")


def read_table(file: Any) -> Table:
    """Return the lines of a workbook that describe people, from the one sheet that has some.

    Only one sheet is read, so a workbook with people on others too is refused:
    none of its rows may be lost. A sheet has people when it names our columns
    and a line below says who somebody is, or when it goes on without a header
    under the columns of the sheet that is read. Covers, sums, lists of
    departments to choose from and forms that nobody filled in do no harm.
    `file` is a path or an open file. Raises UnreadableWorkbook.
    """
    tables, others = [], {}
    for name, lines in read_few_sheets(file):
        used = used_columns(lines)
        named = [
            len(propose_mapping(heading(line[place]) for place in used))
            for line in lines[:HEADER_LINES]
        ]
        if max(named, default=0) >= LEAST_COLUMNS:
            number = named.index(max(named)) + 1
            table = _table(name, number, lines)
            tables.append((_has_people(table), max(named), table, lines[number - 1]))
        else:
            others[name] = lines
    if not tables:
        raise UnreadableWorkbook(_("No line of the workbook names the columns of a registration."))
    _people, _most, read, header = max(tables, key=itemgetter(0, 1))
    lost = [table.sheet for people, _n, table, _header in tables if people and table is not read]
    lost += [name for name, lines in others.items() if _goes_on(header, lines)]
    if lost:
        raise UnreadableWorkbook(
            _(
                "Only one sheet is read, “{sheet}”, and there are people on others too: {others}. "
                "Put all of them on one sheet, or send each sheet as a file of its own."
            ).format(sheet=heading(read.sheet), others=", ".join(map(heading, lost)))
        )
    return read


def read_few_sheets(file: Any) -> list[tuple[str, list[Row]]]:
    """The sheets of a workbook that has not too many to look at; raises UnreadableWorkbook."""
    sheets = read_sheets(file)
    if len(sheets) > MOST_SHEETS:
        raise UnreadableWorkbook(
            _("The workbook has {sheets} sheets, and at most {most} are looked at.").format(
                sheets=len(sheets), most=MOST_SHEETS
            )
        )
    return sheets


def used_columns(lines: list[Row]) -> list[int]:
    """The places of the columns in which something is written; raises UnreadableWorkbook.

    Ask it before any heading is read: a small file may have a million columns.
    """
    used: set[int] = set()
    for line in lines:
        used.update(place for place, cell in enumerate(line) if not _is_blank(cell))
        if len(used) > MOST_COLUMNS:
            raise UnreadableWorkbook(
                _(
                    "A sheet has more than {most} columns in use: "
                    "delete those that are not needed, and send it again."
                ).format(most=MOST_COLUMNS)
            )
    return sorted(used)


def _is_blank(cell):
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _has_people(table):
    """Whether any line of a sheet says what only a person has, as a list of places does not."""
    mapping = propose_mapping(table.columns)
    own = [mapping[name] for name in ONLY_OF_PEOPLE if name in mapping]
    return any(as_text(values[column]) for _number, values in table.rows for column in own)


def _goes_on(header, lines):
    """Whether a sheet without header has names and registrations where `header` has them."""
    if not lines:
        return False
    table = _table("", 1, [header[: len(lines[0])], *lines])
    mapping = propose_mapping(table.columns)
    if not mapping.keys() >= {"given_names", "registration_date"}:
        return False
    who, when = mapping["given_names"], mapping["registration_date"]
    return any(as_text(values[who]) and is_date(values[when]) for _number, values in table.rows)


def _table(sheet, number, lines):
    width = len(lines[number - 1])
    used = [place for place in used_columns(lines[number - 1 :]) if place < width]
    header = {place: heading(lines[number - 1][place]) for place in used}
    names = _names_of(header)
    mapping = propose_mapping(names.values())
    who = {mapping.get("given_names"), mapping.get("surnames")}
    headings = set(header.values())
    rows = []
    for line_number, line in enumerate(lines[number:], start=number + 1):
        values = {name: line[place] for place, name in names.items()}
        if _describes_a_person(values, headings, who):
            rows.append((line_number, values))
    return Table(sheet, number, tuple(names.values()), tuple(rows))


def _describes_a_person(values, headings, who):
    """Whether a line is more than a total, the header once more, or one cell by itself.

    Of most lines two cells tell.
    """
    filled, is_header = set(), True
    for name, value in values.items():
        if _is_blank(value) or not (said := plain(as_text(value))):
            continue
        if not filled and TOTAL.match(said):
            return False
        filled.add(name)
        is_header = is_header and " ".join(as_text(value).split()) in headings
        if not is_header and (len(filled) > 1 or who & filled):
            return True
    return False


def _letters(place):
    """The letters over a column of the sheet: A, B … Z, AA."""
    letters = ""
    while place >= 0:
        place, rest = divmod(place, 26)
        letters, place = chr(ord("A") + rest) + letters, place - 1
    return letters


def _names_of(header):
    """What each column is called: one name for one, with a number behind it where two share it."""
    names, taken, again = {}, set(), Counter()
    for place, text in header.items():
        name = candidate = text or _letters(place)
        while candidate in taken:
            again[name] += 1
            candidate = f"{name} ({again[name] + 1})"
        taken.add(candidate)
        names[place] = candidate
    return names
