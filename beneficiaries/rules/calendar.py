"""An agenda as calendars read it: iCalendar, with hours and without names (RFC 5545)."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from beneficiaries.registry import Entry


def ics_of(entries: Iterable[Entry], *, name: str, host: str, zone: str, now: datetime) -> bytes:
    """The file: each entry with its public title, in the hours of `zone`, and nothing else."""
    calendar = Calendar()
    calendar.add("prodid", "-//Gene-Sis//Agenda//ES")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone)
    for entry in entries:
        calendar.add_component(_event(entry, host, ZoneInfo(zone), now))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(entry: Entry, host: str, zone: ZoneInfo, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid}@{host}")
    event.add("dtstamp", now)
    event.add("summary", entry.public_title)
    event.add("class", "PRIVATE")
    if entry.starts_at is None:
        event.add("dtstart", entry.on)
        return event
    event.add("dtstart", entry.starts_at.astimezone(zone))
    if entry.ends_at is not None:
        event.add("dtend", entry.ends_at.astimezone(zone))
    return event
