"""What the areas contribute to the pages and figures of all.

An area fills these lists from its `AppConfig.ready()`; the apps below read
them and import no area. A kind of contribution appears with its first user.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.db.models import Exists, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from accounts.roles import GRANTS, READS, Permission, Reach, Role
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Case, Person


@dataclass(frozen=True)
class Step:
    """One line of a person's itinerary: what an area does with her, and how far it is."""

    title: str
    detail: str
    state: str  # the words on the pill
    tone: str  # ok, curso, alerta, mal, res or plain
    url: str | None = None
    next_step: str = ""  # what somebody should do now, if this is where it waits


type Steps = Callable[[Person, User], list[Step]]

STEPS: list[Steps] = []  # for the itinerary of a person's page
VERBS: dict[str, Any] = {}  # what the timeline of a person's page says of an activity


@dataclass(frozen=True)
class Blocker:
    """Something that is to be done with a case before it goes on, and where."""

    title: Any
    url: str = ""
    detail: Any = ""
    permission: Permission | None = None  # what it takes to open the page at `url`


# What is still open of a case. It is asked with the case as it stands: a case in «closing»
# has its reason in `close_reason`, so that a check may be one of that reason alone.
type Check = Callable[[Case], list[Blocker]]

SCREENING: list[Check] = []  # before it is screened: needs and risk
ACTIVATION: list[Check] = []  # before it is active: a plan that the person agreed to
BLOCKERS: list[Check] = []  # before it is closed (CASE-32)


@dataclass(frozen=True)
class Section:
    """One of the pages around a person."""

    title: Any
    name: str  # of the address, which takes the person's public id
    permission: Permission


SECTIONS: list[Section] = []  # in the order in which the pages of a person show them


def sections_of(person: Person, user: User, *, here: str) -> list[dict[str, Any]]:
    """The pages around a person that `user` may open, for the navigation among them."""
    return [
        {
            "title": each.title,
            "url": reverse(each.name, args=[person.public_id]),
            "current": each.name == here,
        }
        for each in SECTIONS
        if user.may(each.permission)
    ]


class Fold(Enum):
    """What becomes of the rows that point to a file when it is merged into another."""

    MOVE = "move"  # they go with it
    ONE = "one"  # a file has one: what is empty or was chosen goes, row for row it stays
    STAY = "stay"  # they are about the file itself, not about the person


@dataclass(frozen=True)
class Folding:
    """How one relation to a person is put together when two files become one (CASE-1).

    A relation without constraints moves, and need not be named; one that a
    constraint keeps apart needs its own. `stays` narrows the rows that remain
    with the merged file, since the other has their like; `settle` changes what
    would clash, before anything moves; `strict` says for a column which of two
    values holds, whoever chooses.
    """

    how: Fold = Fold.MOVE
    stays: Callable[[Person, Person], Q] | None = None
    settle: Callable[[Any], None] | None = None
    strict: dict[str, Callable[[Any, Any, Any], Any]] = field(default_factory=dict)


FOLDING: dict[str, Folding] = {}  # «app.Model.column» → how

# What has to be done before two files can become one; asked with the file that stays and the other.
MERGE_CHECKS: list[Callable[[Person, Person], list[Blocker]]] = []


class Erase(Enum):
    """What becomes of a table when what is kept of somebody is erased (CASE-38)."""

    DELETE = "delete"  # its rows go
    BLANK = "blank"  # its rows stay, for the counts, without what the columns said
    KEEP = "keep"  # it says nothing by which somebody is known, or has to be kept


@dataclass(frozen=True)
class Erasing:
    """How the rows of a table are erased: `columns` are those that are emptied."""

    how: Erase
    columns: tuple[str, ...] = ()


# «app.Model» → how. A table of D4 to D6 alone is emptied without being named, and one that
# holds nothing beyond D1 is kept; any other has to be named, or nothing is erased and a test fails.
ERASING_SENSITIVE: dict[str, Erasing] = {}
ERASING_IDENTITY: dict[str, Erasing] = {}

# What holds people without pointing to them, such as files of lists: each is told the keys of the
# files whose identity is erased, in that transaction, and erases what it holds.
ERASERS: list[Callable[[set[int]], Any]] = []

# «app.Model.column» that points to a person whose the row is not: it is another's.
OF_ANOTHER: set[str] = set()
# «app.Model» → the columns that name somebody else: a copy of the person's data leaves them out.
NAMES_OTHERS: dict[str, tuple[str, ...]] = {}


# What ends in an area when somebody leaves the programme: called in the transaction in which her
# case is closed, with the person and who closes it.
LEAVERS: list[Callable[[Person, User], None]] = []


# What shows less of somebody from the moment she comes under protection: called in that
# transaction, her file locked. Who did it is not told, for it would say why (CERT-19).
SHELTERS: list[Callable[[Person], None]] = []


@dataclass(frozen=True)
class Entry:
    """One line of an agenda: what somebody who works here has at an hour of a day."""

    on: date
    starts_at: datetime | None  # none: some time on that day
    ends_at: datetime | None
    title: Any  # as its page says it, with the name of a person
    public_title: str  # as a calendar outside says it: without names
    uid: str  # the same as long as it is the same thing
    responsible: User
    office_id: int
    url: str = ""
    detail: Any = ""
    state: Any = ""  # the words on the pill
    tone: str = "plain"
    people: tuple[int, ...] = ()  # whose names the title says


# What somebody has in the agenda from one day to another: what they are responsible for, and
# where they coordinate also what others of the office are.
type Agenda = Callable[[User, date, date], list[Entry]]

AGENDA: list[Agenda] = []


def agenda_of(user: User, since: date, until: date) -> list[Entry]:
    """What all areas put into the agenda of `user`, in the order of the hours."""
    entries = [entry for each in AGENDA for entry in each(user, since, until)]
    return sorted(
        entries,
        key=lambda each: (each.on, each.starts_at is not None, each.starts_at or each.on, each.uid),
    )


@dataclass(frozen=True)
class Door:
    """What one consent opens, who comes in by it, and what is shut when it is taken back."""

    purpose: ConsentPurpose
    opens: Any  # what is done with her agreement
    levels: tuple[str, ...] = ()  # the classes of data that it brings: who reads them sees it
    permissions: tuple[Permission, ...] = ()  # whose holders see it besides
    outside: Any = ""  # who sees it who is not of the programme
    stays: Any = ""  # what is kept all the same, and why


DOORS: list[Door] = []

# What shuts all that is open for a purpose, when a person takes it back: prepared messages,
# open shares. It is called in the transaction of the withdrawal, and says how many it shut.
CLOSERS: list[Callable[[Person, str, User], int]] = []


@dataclass(frozen=True)
class Share:
    """Something of a person that went out of the programme."""

    purpose: ConsentPurpose
    what: Any
    whom: Any
    on: date


SHARED: list[Callable[[Person], list[Share]]] = []


def doors_of(purpose: str) -> list[Door]:
    return [each for each in DOORS if each.purpose == purpose]


def who_sees(purpose: str) -> list[Any]:
    """The roles that see what a consent opens, as the tables of roles say, then who is outside."""
    doors = doors_of(purpose)
    inside = [
        role.label
        for role in Role
        if any(
            GRANTS[role] & set(door.permissions)
            or any(
                READS[role].get(level) in {Reach.OFFICE, Reach.ASSIGNED} for level in door.levels
            )
            for door in doors
        )
    ]
    return [*inside, *[each.outside for each in doors if each.outside]]


def shared_of(person: Person, purpose: str | None = None) -> list[Share]:
    """What already went out of a person's file, the newest first; of one purpose, or of all."""
    shares = [share for each in SHARED for share in each(person)]
    wanted = [each for each in shares if purpose in {None, each.purpose}]
    return sorted(wanted, key=lambda each: each.on, reverse=True)


SLICES = ("sex", "age", "department", "sector", "status", "outcome")  # by which figures are cut


@dataclass(frozen=True)
class Indicator:
    """A figure: what it says, and the one function that returns what it counts.

    `events(known_at)` gives every counted event that was known at a moment, with
    the columns `subject` (a person, or a record where `counts` is «records»),
    `person`, `on`, `department`, `status` and `sector` (those of its day). Things,
    which are nobody's, have a `name` and, where it is a cut, a `sex` instead.
    A stock says by `holds(day)` which of them there are on a day: it counts those
    of the last day of a period, and none is new in it. `met(day)` says which of the
    counted are also what `part` is called, as seen on that day.
    """

    code: str
    title: Any
    definition: Any
    unit: Any
    counts: str  # «people»: each once, on the day of the first event; «records»; «things»
    events: Callable[[datetime], QuerySet[Any, Any]]
    cuts: tuple[str, ...] = SLICES
    holds: Callable[[date], Q] | None = None
    met: Callable[[date], Q | Exists] | None = None
    part: Any = ""
    is_rate: bool = False  # whether the part is told in per cent, too

    @property
    def is_stock(self) -> bool:
        return self.holds is not None

    @property
    def whose(self) -> str:
        """The column of an event that leads to a person; none of things."""
        return {"people": "subject", "records": "person"}.get(self.counts, "")


INDICATORS: dict[str, Indicator] = {}


def register_indicators(*indicators: Indicator) -> None:
    """Add an area's indicators; a code stands for one definition."""
    for each in indicators:
        if each.code in INDICATORS:
            raise ValueError(f"{each.code} is defined twice")
        INDICATORS[each.code] = each
