"""Trying again what failed in the background."""

from django.db import transaction

from accounts.actions.history import record_activity
from accounts.models import User
from genesis.lib.background import KINDS_OF_WORK, Work, enqueue, revive


@transaction.atomic
def retry_work(row: Work, *, by: User) -> None:
    """Let work that failed five times be tried again, from the first attempt."""
    _title, task, argument = KINDS_OF_WORK[type(row)]
    revive(row)
    record_activity("work.retried", row, by=by)
    enqueue(task, **{argument: row.pk})
