"""The help that somebody needs to be assessed, as it is asked for."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Accommodations:
    """The kinds of help, the minutes that more time means, and what is to be minded."""

    kinds: Collection[str]
    extra_minutes: int | None = None
    note: str = ""
