"""How many assessments go on at once at a centre."""

from collections.abc import Iterable
from datetime import time

DAY = 24 * 60


def most_at_once(taken: Iterable[time | None], start: time, minutes: int) -> int:
    """Of those that begin at the hours `taken`, how many go on together while one more does.

    Each lasts `minutes`; one whose hour is not known takes the whole day.
    """
    spans = [_span(each, minutes) for each in taken]
    first, last = _span(start, minutes)
    moments = [first, *[begins for begins, _end in spans if first < begins < last]]
    return max(sum(begins <= moment < end for begins, end in spans) for moment in moments)


def _span(start: time | None, minutes: int) -> tuple[int, int]:
    if start is None:
        return 0, DAY
    begins = start.hour * 60 + start.minute
    return begins, begins + max(minutes, 1)
