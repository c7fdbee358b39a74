"""When and how somebody may be reached, and with which words (CASE-14): no queries, no clock."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import quote

from beneficiaries.choices import ContactChannel

PLACES = {"nombre", "actividad", "dia", "hora", "lugar", "quien"}  # what a text may name
NEUTRAL_PLACES = {"nombre", "quien"}  # what tells nobody where she goes
GIVEN_AWAY = re.compile(r"gene-?sis|https?://|www\.|\.\w{2,4}/", re.IGNORECASE)
PLACE = re.compile(r"\{([^{}]*)\}")


class Hours(NamedTuple):
    """A range of hours on some days of the week, Monday being 0."""

    days: Collection[int]
    starts: time
    ends: time


class Window(NamedTuple):
    """From when until when a message may be sent; without an end at any time from then on."""

    starts: datetime
    ends: datetime | None


def next_window(hours: Collection[Hours], now: datetime) -> Window:
    """The hours in which somebody may be reached: those that run now, or the next to come.

    `now` is local time. Who named no hours may be reached at any.
    """
    if not hours:
        return Window(now, None)
    coming = (
        (_at(day, each.starts), _at(day, each.ends))
        for day in (now + timedelta(days=ahead) for ahead in range(8))
        for each in hours
        if day.weekday() in each.days
    )
    starts, ends = min((starts, ends) for starts, ends in coming if ends > now)
    return Window(max(starts, now), ends)


def _at(day: datetime, hour: time) -> datetime:
    return day.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)


def places_in(text: str) -> set[str]:
    """What a text asks to be filled in."""
    return set(PLACE.findall(text))


def gives_away(text: str) -> bool:
    """Whether a neutral text names the programme, an activity or an address."""
    return bool(GIVEN_AWAY.search(text)) or bool(places_in(text) - NEUTRAL_PLACES)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled in; what is not known stays empty."""
    return PLACE.sub(lambda found: values.get(found[1], ""), text)


def link_of(channel: str, number: str, text: str) -> str:
    """What opens the telephone's own program with the text: nothing is sent by it alone."""
    digits = re.sub(r"\D", "", number)
    match channel:
        case ContactChannel.WHATSAPP:
            return f"https://wa.me/{digits}?text={quote(text)}"
        case ContactChannel.SMS:
            return f"sms:+{digits}?body={quote(text)}"
    return f"tel:+{digits}"
