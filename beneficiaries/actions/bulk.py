"""One thing done with many people: what was confirmed is frozen, and each row answers for itself.

Few are done while somebody waits, many in the background, some rows at a time.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.assigning import assign_row
from beneficiaries.actions.consents import RESTRICTED
from beneficiaries.actions.messages import prepare_row
from beneficiaries.choices import BulkKind, BulkOutcome
from beneficiaries.models import BulkRow, BulkRun, MessageTemplate, Person
from beneficiaries.permissions import can_message
from genesis.lib.background import attempt, enqueue

AT_ONCE = 200  # rows for which somebody waits, and of one step in the background
MOST = 2000  # rows of one action

type Rows = Sequence[tuple[int, int]]  # a person's key, and the version of her file as it was shown


def assign_many(rows: Rows, *, key: UUID, to: User, filters: Sequence[str], by: User) -> BulkRun:
    """Give each of these people to one caseworker. Raises OtherContent."""
    return _start(rows, BulkKind.ASSIGN, key=key, filters=filters, by=by, to=to)


def prepare_messages(
    rows: Rows,
    *,
    key: UUID,
    template: MessageTemplate,
    values: Mapping[str, str],
    filters: Sequence[str],
    by: User,
) -> BulkRun:
    """Prepare one text for each of these people, by the first way that she allows.

    Raises OtherContent.
    """
    about = {"template": template, "values": dict(values)}
    return _start(rows, BulkKind.MESSAGE, key=key, filters=filters, by=by, **about)


@transaction.atomic
def _start(
    rows: Rows, kind: BulkKind, *, key: UUID, filters: Sequence[str], by: User, **about: Any
) -> BulkRun:
    """The same form sent again finds what it began, and begins nothing."""
    sent = claim(key, by=by, content=[kind, [list(each) for each in rows], *about.values()])
    if sent.result:
        return BulkRun.objects.get(pk=sent.result)
    kept = [each[:300] for each in filters]
    run = BulkRun.objects.create(kind=kind, asked_by=by, total=len(rows), filters=kept, **about)
    BulkRow.objects.bulk_create(
        (
            BulkRow(run=run, person_id=person, file_version=version, place=place)
            for place, (person, version) in enumerate(rows, start=1)
        ),
        batch_size=1000,
    )
    settle(sent, run)
    record_activity("bulk.started", run, by=by, kind=kind, total=len(rows))
    # Of few as well: when the attempt of whoever waits fails, the job does them.
    enqueue("beneficiaries.jobs.run_bulk", run_id=run.pk)
    return run


def do_few(run: BulkRun) -> None:
    """Do what is soon done while somebody waits; more has its job."""
    if run.total <= AT_ONCE:
        go_on(run.pk)


def go_on(run_id: int) -> bool:
    """Do the next rows of an action, each once; return whether there are more."""
    with attempt(BulkRun, run_id) as run:
        if run:
            _do_some(run)
    return bool(run and run.more_to_do)


def _do_some(run: BulkRun) -> None:
    waiting = run.rows.filter(outcome=BulkOutcome.WAITING)
    rows = list(waiting.select_related("person__office").order_by("place")[:AT_ONCE])
    # Each person stays locked until the step ends: two lists of the same people, in orders
    # of their own, must come to them in one order.
    rows.sort(key=lambda row: row.person_id)
    theirs = Person.objects.visible_to(run.asked_by)
    seen = set(theirs.filter(pk__in=[each.person_id for each in rows]).values_list("pk", flat=True))
    for row in rows:
        row.why = _do_row(run, row) if row.person_id in seen else _not_yours()
        row.outcome = BulkOutcome.REFUSED if row.why else BulkOutcome.DONE
    BulkRow.objects.bulk_update(rows, ["outcome", "why"])
    done = run.total - waiting.count()
    BulkRun.objects.filter(pk=run.pk).update(done=done)
    run.more_to_do = done < run.total
    if not run.more_to_do:
        record_activity("bulk.finished", run, by=run.asked_by, total=run.total)


def _do_row(run: BulkRun, row: BulkRow) -> str:
    """Do what was asked with one of them; return why not, or nothing.

    Whether who asked may do it with her is looked at row by row.
    """
    by = run.asked_by
    if row.person.restricted_at:
        return str(RESTRICTED)
    if run.to is not None:
        return assign_row(row.person, row.file_version, to=run.to, by=by)[:300]
    assert run.template is not None  # a constraint says so
    if not can_message(by, row.person):
        return _("You do not accompany her or him.")
    return prepare_row(row.person, template=run.template, values=run.values, by=by)[:300]


def _not_yours() -> str:
    return _("Her or his file is not among those that you see any more.")
