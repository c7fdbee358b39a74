"""What a cell of a sheet says: text as it can be stored, names, dates and answers.

Nothing is guessed: two-digit years, bare numbers and unknown ways to write a
date are errors of their row.
"""

import re
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from beneficiaries.choices import Sex
from beneficiaries.rules.identity import normalise_dui
from genesis.lib.search import plain
from genesis.lib.tables import as_typed
from genesis.lib.textclean import clean_text

FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST_NAME, LONGEST_TEXT, LONGEST_NOTE = 120, 120, 5000
LONGEST_HEADING = 190
NOT_FOR_STORAGE = re.compile("[\\x00\\ud800-\\udfff]")  # which a sheet may hold, and a database not
DAY_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})( [0-9:.]+)?")
SEXES = {
    **dict.fromkeys(["m", "h", "masculino", "hombre"], Sex.M),
    **dict.fromkeys(["f", "femenino", "mujer"], Sex.F),
}


class Unreadable(ValueError):
    """A cell says something that no reading is sure of; the message is for the office."""


def as_text(value: Any) -> str:
    """A cell as text: numbers without the .0 that spreadsheets give them."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return as_typed(str(value).strip())


def as_kept(name: str, value: Any) -> str:
    """A cell of the field `name` as text that can be stored, and reads the same again."""
    text = as_text(value)
    if name == "dui" and isinstance(value, int | float) and text.isdecimal():
        text = text.zfill(9)  # a number cell drops the noughts in front
    return storable(text)


def storable(text: str) -> str:
    """`text` with a mark in place of what no database keeps."""
    return NOT_FOR_STORAGE.sub("\ufffd", text)


def heading(cell: Any) -> str:
    """What stands over a column, on one line that is not too long."""
    return " ".join(storable(as_text(cell)).split())[:LONGEST_HEADING]


def read_name(value):
    return clean_text(as_text(value), need_letter=True, max_length=LONGEST_NAME)


def read_line(value):
    return clean_text(as_text(value), max_length=LONGEST_TEXT)


def read_note(value):
    return clean_text(as_text(value), multiline=True, max_length=LONGEST_NOTE)


def read_sex(value):
    return SEXES.get(plain(as_text(value)), Sex.X)


def read_consent(value):
    return plain(as_text(value)) == "si"


def read_dui(value):
    text = as_kept("dui", value)
    return normalise_dui(text) if text else ""


def read_date(value):
    """A date cell, 31/12/1990, 31-12-1990 or 1990-12-31; None when the cell is blank."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        found = value.year, value.month, value.day
    else:
        text = as_text(value)
        if not text:
            return None
        found = _numbers_of_a_date(text)
    if found and FIRST_YEAR <= found[0] <= LAST_YEAR:
        try:
            return date(*found)
        except ValueError:
            pass
    raise Unreadable(_("“%(text)s” is not a date.") % {"text": as_text(value)[:30]})


def is_date(value):
    try:
        return read_date(value) is not None
    except Unreadable:
        return False


def _numbers_of_a_date(text):
    if match := DAY_FIRST.fullmatch(text):
        return int(match[4]), int(match[3]), int(match[1])
    if match := YEAR_FIRST.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    return None


def read_registration(value):
    day = read_date(value)
    if day is None:
        raise Unreadable(_("the date is missing."))
    return day
