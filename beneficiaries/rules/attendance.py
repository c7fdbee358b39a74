"""How often somebody came to the sessions of a group (CASE-30), as pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from beneficiaries.choices import Mark

FIRST_SESSIONS = 3  # who comes to none of them never came (machine 5.5)


@dataclass(frozen=True)
class Tally:
    """What the sessions that were held come to for one person."""

    present: int
    justified: int
    absent: int
    before: int  # sessions held before she was in the group: they count as not attended
    missed_in_a_row: int  # the latest sessions, without one that she came to

    @property
    def held(self) -> int:
        return self.present + self.justified + self.absent + self.before

    @property
    def percent(self) -> int:
        """Of the sessions held, rounded down: 79.9 % is not 80 %."""
        return self.present * 100 // self.held if self.held else 0

    @property
    def never_came(self) -> bool:
        """Whether she was expected at the first sessions, and came to none since."""
        return self.justified + self.absent >= FIRST_SESSIONS and self.present == 0


def tally(marks: Iterable[str]) -> Tally:
    """Count the marks of the sessions held, the earliest first; «» is a session without one.

    A justified absence is no fault, and no attendance either.
    """
    known = list(marks)
    missed = takewhile(lambda mark: mark in {Mark.ABSENT, Mark.JUSTIFIED}, reversed(known))
    return Tally(
        present=known.count(Mark.PRESENT),
        justified=known.count(Mark.JUSTIFIED),
        absent=known.count(Mark.ABSENT),
        before=known.count(""),
        missed_in_a_row=len(list(missed)),
    )
