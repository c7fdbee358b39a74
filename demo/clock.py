"""The clock of the demo: what happened on a day is recorded on that day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

import time_machine
from django.utils import timezone


@contextmanager
def at(day: date, hour: int = 9) -> Iterator[None]:
    """Let the clock stand at an hour of a day in El Salvador."""
    moment = datetime.combine(day, time(hour), tzinfo=timezone.get_current_timezone())
    with time_machine.travel(moment, tick=False):
        yield
