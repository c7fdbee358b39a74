"""How many assessments go on at once at a centre, and what they lack there."""

from collections.abc import Iterable, Mapping
from datetime import time

DAY = 24 * 60


def most_at_once(taken: Iterable[tuple[time | None, int]], start: time, minutes: int) -> int:
    """Of those that are `taken`, how many go on together while one more does.

    Each has its hour and lasts so many minutes, as the one more does; one whose hour is not
    known takes the whole day.
    """
    spans = [_span(hour, each) for hour, each in taken]
    first, last = _span(start, minutes)
    moments = [first, *[begins for begins, _end in spans if first < begins < last]]
    return max(sum(begins <= moment < end for begins, end in spans) for moment in moments)


def _span(start: time | None, minutes: int) -> tuple[int, int]:
    if start is None:
        return 0, DAY
    begins = start.hour * 60 + start.minute
    return begins, begins + max(minutes, 1)


def lacking[Asked](
    asked: Iterable[tuple[Asked, int]], there: Mapping[Asked, int], workstations: int
) -> list[Asked]:
    """Of what each workstation needs so many of, what is not there for all of them."""
    return [each for each, number in asked if there.get(each, 0) < number * workstations]
