"""When a session may begin, and when its result is explained: what a plan says besides its hour."""

from datetime import date, time
from typing import Any, NamedTuple

from certification.choices import BEGINS_WITHIN


class Window(NamedTuple):
    """The days, and the hours of each, between which a session may begin."""

    since: date
    until: date
    opens: time | None = None
    closes: time | None = None

    def holds(self, day: date, at: time) -> bool:
        """Whether a session may begin then."""
        return self.since <= day <= self.until and self.is_open(at)

    def is_open(self, at: time) -> bool:
        """Whether it may begin at that hour."""
        if self.opens is None or self.closes is None:
            return True
        return self.opens <= at <= self.closes


def window_around(
    day: date, *, since: date | None, until: date | None, opens: time | None, closes: time | None
) -> Window:
    """The window of a session: some days before and after its own, where the plan says none."""
    return Window(since or day - BEGINS_WITHIN, until or day + BEGINS_WITHIN, opens, closes)


def window_of(plan: Any) -> Window:
    """Between which days and hours the session of a plan may begin."""
    return window_around(
        plan.scheduled_for,
        since=plan.begins_since,
        until=plan.begins_until,
        opens=plan.opens_at,
        closes=plan.closes_at,
    )


class Meeting(NamedTuple):
    """When and where the person hears the result."""

    on: date
    place: str
    at: time | None = None
