"""Several doings at once, each in a thread and a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

from django.db import connection


def in_threads(*works):
    """Begin them all at the same moment; return what each returned, or how it was refused."""
    start = Barrier(len(works))

    def run(work):
        try:
            start.wait()
            return work()
        except Exception as refusal:  # whoever asked says which of them may be
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def meet_at_first_locks(monkeypatch, *places):
    """Let two doings wait, with the rows locked that they lock first, for each other.

    `places` are modules and the names of what locks there. Each waits until the
    other has its first rows, or cannot have them.
    """
    both = Barrier(2, timeout=1)

    def and_wait(locking):
        def locked(*rows):
            found = locking(*rows)
            with suppress(BrokenBarrierError):
                both.wait()
            return found

        return locked

    for module, name in places:
        monkeypatch.setattr(module, name, and_wait(getattr(module, name)))
