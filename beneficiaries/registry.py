"""What the areas contribute to the pages and figures of all (DECISIONS 21).

An area fills these lists from its `AppConfig.ready()`; the apps below read
them and import no area. A kind of contribution appears with its first user.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

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

STEPS: list[Steps] = []  # for the itinerary of a person's page
VERBS: dict[str, Any] = {}  # what the timeline of a person's page says of an activity


@dataclass(frozen=True)
class Indicator:
    """A figure: what it says, and the one function that returns what it counts.

    `events(known_at)` gives every counted event that was known at a moment, with
    the columns `subject` (a person, or a record where `counts` is «records»),
    `person`, `on`, `department`, `status` and `sector` (those of its day).
    """

    code: str
    title: Any
    definition: Any
    unit: Any
    counts: str  # «people»: each once, on the day of the first event; «records»: each event
    events: Callable[[datetime], QuerySet[Any, Any]]


INDICATORS: dict[str, Indicator] = {}


def register_indicators(*indicators: Indicator) -> None:
    """Add an area's indicators; a code stands for one definition."""
    for each in indicators:
        if each.code in INDICATORS:
            raise ValueError(f"{each.code} is defined twice")
        INDICATORS[each.code] = each
