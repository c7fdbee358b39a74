"""What two people typed from one paper: where it differs, and what settles it (CERT-12)."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from certification.choices import SafetyPoint
from genesis.lib.search import plain

type Entry = Sequence[str]  # the answer, and the note beside it
type Entries = Mapping[str, Entry]

# The lines of the head; all other names are codes of items, which are capitals.
IDENTITY, DAY, BEGAN, ENDED = "identity", "day", "began", "ended"
SIGNED, STOPPED = "signed", "stopped"
SAFETY = tuple(SafetyPoint.values)  # a box for each point, ticked or not
TICKED = "si"
HEAD = (IDENTITY, DAY, BEGAN, ENDED, *SAFETY, SIGNED, STOPPED)
CODE = re.compile(r"PC([0-9]{4})([0-9]{6})([0-9]{2})([0-9A-Z]{8})", re.ASCII)
SPARE = re.compile(r"[\s\-‐‑‒–—−·.]+")
MISREAD = str.maketrans("OIL", "011")


class NotACode(ValueError):
    """It is not written like the code of a form."""


class PaperCode(NamedTuple):
    """What the code of a form says: the assessment, the form, and what shows that they fit."""

    reference: str
    number: int
    check: str


def read_code(text: str) -> PaperCode:
    """What somebody typed or a camera read. Raises NotACode.

    Small letters, hyphens and spaces do not matter; O is read as 0, I and L as 1.
    """
    typed = SPARE.sub("", text)
    found = CODE.fullmatch(typed.upper().translate(MISREAD)) if typed.isascii() else None
    if found is None:
        raise NotACode(_("That is not the code of a paper form: look at it again."))
    year, sequence, number, check = found.groups()
    return PaperCode(f"PC-{year}-{sequence}", int(number), check)


def differing(first: Entries, second: Entries) -> list[str]:
    """The names of what two people typed differently: of the head, and then of the items."""
    names = [*HEAD, *sorted({*first, *second} - {*HEAD})]
    return [each for each in names if not _is_same(each, first.get(each), second.get(each))]


def _is_same(name: str, first: Entry | None, second: Entry | None) -> bool:
    """Answers to the letter; of words in a note capitals, accents and stops do not matter."""
    if first is None or second is None:
        return first is second
    (answer, note), (other, other_note) = first, second
    same = _words(answer) == _words(other) if name == IDENTITY else answer == other
    return same and _words(note) == _words(other_note)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", plain(text))


def settled(
    said: Iterable[tuple[str, int, Entry]], *, typists: Collection[int]
) -> dict[str, Entry]:
    """What is settled, by its name: (name, who, entry) is what was said of each, in its order.

    Coordination decides alone. Of the two who typed, neither does: what they last said has to be
    the same.
    """
    last: dict[str, dict[int, Entry]] = {}
    decided: dict[str, Entry] = {}
    for name, who, entry in said:
        if who in typists:
            last.setdefault(name, {})[who] = entry
        else:
            decided[name] = entry
    for name, entries in last.items():
        spoken = list(entries.values())
        if name not in decided and len(spoken) == len(typists) and _is_same(name, *spoken):
            decided[name] = spoken[0]
    return decided
