"""Work in the background: the row is the truth, a message only a nudge."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from traceback import format_tb
from typing import Any

from celery import current_app
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
PAUSE = timedelta(minutes=5)  # between two attempts; longer than CELERY_TASK_TIME_LIMIT


class WorkState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    DEAD = "dead", _("failed")


class Work(models.Model):
    """What is left to do for a row in the background, and how it went so far."""

    work_state = models.CharField(max_length=10, choices=WorkState, default=WorkState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=100, blank=True)

    more_to_do = False  # set by a worker that did a part of the work: the row goes on waiting

    class Meta:
        abstract = True

    @property
    def is_done(self) -> bool:
        return self.work_state == WorkState.DONE

    @property
    def is_dead(self) -> bool:
        return self.work_state == WorkState.DEAD


FRESH: dict[str, Any] = {
    "work_state": WorkState.WAITING,
    "attempts": 0,
    "attempted_at": None,
    "last_error": "",
}


def idle() -> Q:
    """Rows that nobody is at; one that began long ago has lost its worker."""
    lost = Q(work_state=WorkState.RUNNING, attempted_at__lt=timezone.now() - PAUSE)
    return Q(work_state=WorkState.WAITING) | lost


@contextmanager
def attempt[W: Work](model: type[W], pk: int) -> Iterator[W | None]:
    """Yield the row to work on; None when it is done, dead, or another worker's.

    One UPDATE takes the row and counts the attempt, and is committed before the
    work, so that one which kills its worker counts too. The effect and DONE are
    one transaction. What fails is logged here and stays in the row.
    """
    rows = model._base_manager.filter(pk=pk)
    taken = rows.filter(idle(), attempts__lt=MAX_ATTEMPTS).update(
        work_state=WorkState.RUNNING, attempts=F("attempts") + 1, attempted_at=timezone.now()
    )
    if not taken:
        yield None
        return
    row = rows.get()
    rows = rows.filter(attempts=row.attempts)  # the outcome of a later attempt is not ours
    try:
        with transaction.atomic():
            yield row
            if row.more_to_do:
                rows.update(**FRESH)
            else:
                rows.update(work_state=WorkState.DONE, last_error="")
    except Exception as error:
        log.error("%s %s, attempt %s\n%s", model._meta.label, pk, row.attempts, frames(error))
        state = WorkState.DEAD if row.attempts >= MAX_ATTEMPTS else WorkState.WAITING
        rows.update(work_state=state, last_error=type(error).__name__)


@contextmanager
def told_progress(row: Work) -> Iterator[Callable[[int], Any]]:
    """Yield what says how many rows are done, seen by who waits before the work is committed.

    By a thread with a connection of its own: tell nothing once the work has written to its row.
    """
    rows = type(row)._base_manager.filter(pk=row.pk, attempts=row.attempts)
    with ThreadPoolExecutor(1) as beside:
        try:
            yield lambda done: beside.submit(partial(rows.update, done=done)).result()
        finally:
            beside.submit(_close_own_connection).result()


def _close_own_connection() -> None:
    connection.close()  # that of the thread which calls this


def frames(error: BaseException | None) -> str:
    """Where an error and its causes come from, without their words: they may quote a person."""
    lines = []
    while error:
        lines += [type(error).__qualname__, *format_tb(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return "\n".join(lines)


def due[W: Work](model: type[W]) -> list[int]:
    """The rows to ask again for: idle, and not tried lately. Those tried too often are dead."""
    quiet = model._base_manager.filter(idle()).exclude(attempted_at__gt=timezone.now() - PAUSE)
    quiet.filter(attempts__gte=MAX_ATTEMPTS).update(work_state=WorkState.DEAD)
    return list(quiet.values_list("pk", flat=True))


def revive(row: Work) -> None:
    """Let work that failed too often be tried again, from the first attempt."""
    type(row)._base_manager.filter(pk=row.pk, work_state=WorkState.DEAD).update(**FRESH)


def enqueue(name: str, **ids: Any) -> None:
    """Ask for the task `name` after the commit; if the queue is down, only log it.

    By name, so that an action may nudge a job that stands above it. What a
    person did is kept and answered, Redis or no Redis: so the row must say
    what is still to do, and a job of the clock must look for such rows.
    """
    transaction.on_commit(partial(current_app.send_task, name, kwargs=ids), robust=True)


# What a page of failed work lists: model → how people call it, and the task that does it.
KINDS_OF_WORK: dict[type[Work], tuple[Any, str, str]] = {}


def register_work(model: type[Work], *, title: Any, task: str, argument: str) -> None:
    """Name a kind of work and the task that does it; called from `AppConfig.ready()`."""
    KINDS_OF_WORK[model] = (title, task, argument)
