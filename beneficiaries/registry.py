"""What the areas contribute to the pages and figures of all (DECISIONS 21).

An area fills these lists from its `AppConfig.ready()`; the apps below read
them and import no area. A kind of contribution appears with its first user.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from beneficiaries.models import Person


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
type People = Callable[..., Any]

STEPS: list[Steps] = []  # for the itinerary of a person's page
VERBS: dict[str, Any] = {}  # what the timeline of a person's page says of an activity


@dataclass(frozen=True)
class Indicator:
    """A figure's definition, and the one function that returns its events.

    `events(as_of, known_at)` gives one row per counted event, with the columns
    person_id, on, department_id, status, sector, outcome; the count is the
    number of distinct people, or of events where `counts` says «records».
    """

    code: str
    title: Any
    definition: Any
    unit: Any
    counts: str  # «people» or «records»
    events: People
    slices: tuple[str, ...]


INDICATORS: dict[str, Indicator] = {}


def register_indicators(*indicators: Indicator) -> None:
    """Add an area's indicators; a code stands for one definition."""
    for each in indicators:
        if each.code in INDICATORS:
            raise ValueError(f"{each.code} is defined twice")
        INDICATORS[each.code] = each
