"""Which lines of a workbook describe people: below the header, and neither blank nor a total.

Only one sheet is read. A line that is a title, a repeated header or a sum is no person.
"""

import re
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from beneficiaries.rules.cells import as_text, heading, is_date
from beneficiaries.rules.columns import ONLY_OF_PEOPLE, propose_mapping
from beneficiaries.rules.spreadsheet import Table, UnreadableWorkbook, read_sheets
from genesis.lib.search import plain

HEADER_LINES = 50  # in which the line with the names of the columns must stand
LEAST_COLUMNS = 3  # that a header line names


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
    for name, lines in read_sheets(file):
        named = [len(propose_mapping(map(as_text, line))) for line in lines[:HEADER_LINES]]
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
    header = [heading(cell) for cell in lines[number - 1]]
    used = [
        place
        for place in range(len(header))
        if header[place] or any(as_text(line[place]) for line in lines[number:])
    ]
    names: dict[int, str] = {}
    for place in used:
        names[place] = _unused(header[place] or _letters(place), names.values())
    mapping = propose_mapping(names.values())
    who = {mapping.get("given_names"), mapping.get("surnames")}
    rows = []
    for line_number, line in enumerate(lines[number:], start=number + 1):
        values = {name: line[place] for place, name in names.items()}
        if _describes_a_person(values, header, who):
            rows.append((line_number, values))
    return Table(sheet, number, tuple(names.values()), tuple(rows))


def _describes_a_person(values, header, who):
    filled = {name: as_text(value) for name, value in values.items() if plain(as_text(value))}
    if not filled or re.match(r"(sub|gran )?\s*total(es)?\b", plain(next(iter(filled.values())))):
        return False
    if all(" ".join(text.split()) in header for text in filled.values()):
        return False
    return len(filled) > 1 or bool(who & filled.keys())


def _letters(place):
    """The letters over a column of the sheet: A, B … Z, AA."""
    letters = ""
    while place >= 0:
        place, rest = divmod(place, 26)
        letters, place = chr(ord("A") + rest) + letters, place - 1
    return letters


def _unused(name, taken):
    """`name`, or with a number behind it when another column is already called so."""
    candidate, count = name, 1
    while candidate in taken:
        count += 1
        candidate = f"{name} ({count})"
    return candidate
