"""What the apps above contribute to «Hoy», to the search and to an organization's page.

They fill these lists from their `AppConfig.ready()`; accounts reads them and
imports nobody.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from django.db.models import QuerySet

from accounts.models import Organization, User
from accounts.roles import Permission


@dataclass(frozen=True)
class Panel:
    """What an organization is to one area: some facts, and where they are changed."""

    title: Any
    rows: list[dict[str, Any]] = field(default_factory=list)  # label, value
    text: Any = ""  # instead of facts that are not there yet
    url: str = ""
    action: Any = ""


@dataclass(frozen=True)
class Use:
    """Something for which an organization is needed as what it is."""

    text: str
    kind: str = ""  # the kind that it cannot lose while this stands; none: it may lose any
    hinders_end: bool = True


PANELS: list[Callable[[Organization, User], Iterator[Panel]]] = []
USES: list[Callable[[Organization], Iterator[Use]]] = []


def uses_of(organization: Organization) -> list[Use]:
    return [use for each in USES for use in each(organization)]


# «Hoy»: what waits for somebody, derived from dates and states when it is read

SHOWN = 8  # of each kind: the page is for beginning the day, the lists are for the rest


class Urgency(IntEnum):
    """What stands first on «Hoy»."""

    NOW = 1  # today, at its hour
    LATE = 2
    ANSWER = 3  # somebody else waits for it
    SOON = 4
    UNFINISHED = 5
    NEWS = 6
    TEAM = 7  # how those whom one looks after get on


@dataclass(frozen=True)
class Line:
    """One thing that waits: what it is, and where it is done."""

    title: Any
    url: str
    detail: Any = ""
    state: Any = ""  # the words on the pill
    tone: str = ""
    person: int | None = None  # whose name it shows: that it was read is logged


@dataclass(frozen=True)
class Block:
    """What waits of one kind, the most urgent first; at most SHOWN lines are printed."""

    title: Any
    urgency: Urgency
    lines: list[Line] = field(default_factory=list)
    url: str = ""  # the list with all of them
    template: str = "components/today_lines.html"
    context: dict[str, Any] = field(default_factory=dict)  # what another template prints

    @property
    def shown(self) -> list[Line]:
        return self.lines[:SHOWN]

    @property
    def more(self) -> bool:
        return len(self.lines) > SHOWN


type Blocks = Callable[[User], Iterator[Block]]

TODAY: list[Blocks] = []  # what is to be done
LOOKED_AFTER: list[Blocks] = []  # how the team, the files and the system get on: asked for after it


def blocks_of(user: User, contributed: list[Blocks]) -> list[Block]:
    """What waits for `user` at this moment, the most urgent first; nothing of it is stored."""
    blocks = [block for each in contributed for block in each(user)]
    return sorted(
        (each for each in blocks if each.lines or each.context), key=lambda each: each.urgency
    )


# The search: one field, each area finds what it knows


@dataclass(frozen=True)
class Found:
    """What one area has found for a text, ready to be shown."""

    title: Any
    lines: list[Line]
    more: bool = False  # whether others fit too
    hint: Any = ""  # what brings fewer


@dataclass(frozen=True)
class Search:
    """How one area finds something for a text, and who may look for it."""

    permission: Permission
    find: Callable[[User, str], Found]


SEARCHES: list[Search] = []


def found[Row](
    title: Any,
    rows: QuerySet[Any] | list[Row],
    line: Callable[[Row], Line],
    *,
    most: int = SHOWN,
    hint: Any = "",
) -> Found:
    """The first `most` of what was found, each as its line."""
    first = list(rows[: most + 1])
    return Found(title, [line(each) for each in first[:most]], len(first) > most, hint)


def may_search(user: User) -> bool:
    return any(user.may(each.permission) for each in SEARCHES)


def found_by(user: User, text: str) -> list[Found]:
    """What somebody finds in the areas that are open to them, without those that find nothing."""
    asked: Iterable[Search] = (each for each in SEARCHES if user.may(each.permission))
    return [each for each in (search.find(user, text) for search in asked) if each.lines]
