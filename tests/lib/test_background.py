"""Work in the background: the row is the truth, and a message only a nudge (SEC-19)."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from genesis.lib.background import (
    FRESH,
    KINDS_OF_WORK,
    MAX_ATTEMPTS,
    PAUSE,
    Work,
    WorkState,
    attempt,
    due,
    enqueue,
    frames,
    revive,
)
from reporting.models import Report
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("SEC-19")]


def work(**values):
    return Report.objects.create(
        since=date(2026, 1, 1), until=date(2026, 2, 1), requested_by=UserFactory(), **values
    )


def test_an_attempt_takes_the_row_and_leaves_it_done():
    row = work()

    with attempt(Report, row.pk) as taken:
        assert taken == row
        assert taken.work_state == WorkState.RUNNING

    row.refresh_from_db()
    assert (row.is_done, row.attempts, row.last_error) == (True, 1, "")
    with attempt(Report, row.pk) as again:
        assert again is None


def test_what_fails_leaves_nothing_but_the_name_of_the_error(caplog):
    row, name = work(), "asoR"[::-1]

    with caplog.at_level(logging.ERROR), attempt(Report, row.pk) as taken:
        Report.objects.filter(pk=taken.pk).update(sha256="half")
        raise ValueError(name)

    row.refresh_from_db()
    assert (row.work_state, row.attempts) == (WorkState.WAITING, 1)
    assert (row.last_error, row.sha256) == ("ValueError", "")
    assert "Rosa" not in caplog.text
    assert "ValueError" in caplog.text
    assert "test_background.py" in caplog.text


def test_part_of_the_work_leaves_the_row_waiting_as_if_it_were_new():
    row = work(attempts=3)

    with attempt(Report, row.pk) as taken:
        taken.more_to_do = True

    row.refresh_from_db()
    assert (row.work_state, row.attempts, row.attempted_at) == (WorkState.WAITING, 0, None)


def test_after_some_attempts_it_is_dead_and_can_be_revived():
    row = work()
    for _each in range(MAX_ATTEMPTS):
        with attempt(Report, row.pk):
            raise RuntimeError
    row.refresh_from_db()
    assert (row.is_dead, row.attempts) == (True, MAX_ATTEMPTS)
    with attempt(Report, row.pk) as taken:
        assert taken is None

    revive(row)

    row.refresh_from_db()
    assert {name: getattr(row, name) for name in FRESH} == FRESH


def test_only_what_is_dead_is_revived():
    row = work(work_state=WorkState.RUNNING, attempts=2, attempted_at=timezone.now())

    revive(row)

    row.refresh_from_db()
    assert (row.work_state, row.attempts) == (WorkState.RUNNING, 2)


LONG_AGO = PAUSE + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "attempts", "ago", "asked"),
    [
        (WorkState.WAITING, 0, None, True),
        (WorkState.WAITING, 1, timedelta(0), False),
        (WorkState.WAITING, 1, LONG_AGO, True),
        (WorkState.RUNNING, 1, timedelta(0), False),
        (WorkState.RUNNING, 1, LONG_AGO, True),
        (WorkState.DONE, 1, LONG_AGO, False),
        (WorkState.DEAD, MAX_ATTEMPTS, LONG_AGO, False),
    ],
)
def test_the_clock_asks_for_what_is_left_and_not_lately_tried(state, attempts, ago, asked):
    at = None if ago is None else timezone.now() - ago
    row = work(work_state=state, attempts=attempts, attempted_at=at)

    assert due(Report) == ([row.pk] if asked else [])


def test_what_killed_every_worker_that_tried_is_dead():
    row = work(
        work_state=WorkState.RUNNING,
        attempts=MAX_ATTEMPTS,
        attempted_at=timezone.now() - LONG_AGO,
    )

    assert due(Report) == []

    row.refresh_from_db()
    assert row.is_dead


def test_the_outcome_of_an_attempt_that_was_given_up_is_not_kept():
    """A worker that was slow comes back after another has taken the row."""
    row = work()
    with attempt(Report, row.pk):
        Report.objects.update(attempts=2)

    row.refresh_from_db()
    assert (row.work_state, row.attempts) == (WorkState.RUNNING, 2)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_takes_the_row():
    row = work()

    def try_it(_):
        try:
            with attempt(Report, row.pk) as taken:
                return taken is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(try_it, range(8)))

    assert sum(taken) == 1


@pytest.mark.django_db(transaction=True)
def test_an_attempt_counts_before_the_work_begins():
    """So that work which kills its worker is not tried for ever."""
    row = work()

    def look():
        try:
            return Report.objects.values_list("work_state", "attempts").get()
        finally:
            connection.close()

    with attempt(Report, row.pk), ThreadPoolExecutor() as pool:
        assert pool.submit(look).result() == (WorkState.RUNNING, 1)


def test_a_nudge_goes_out_with_the_commit_alone(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        enqueue("reporting.jobs.write_report", report_id=1)

    assert len(callbacks) == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_done_is_kept_although_it_cannot_be_sent():
    with transaction.atomic():
        row = work()
        enqueue("reporting.jobs.write_report", report_id=object())  # which no message can hold

    assert Report.objects.get() == row


def test_frames_say_where_and_not_what():
    name, number = "asoR"[::-1], "10000009"[::-1]
    try:
        try:
            raise KeyError(name)
        except KeyError as error:
            raise ValueError(number) from error
    except ValueError as error:
        told = frames(error)

    assert "ValueError" in told
    assert "KeyError" in told
    assert name not in told
    assert number not in told


def test_every_kind_of_work_names_a_task_that_there_is():
    for related in ("jobs", "tasks"):
        current_app.autodiscover_tasks(related_name=related, force=True)

    assert Report in KINDS_OF_WORK
    for model, (title, task, argument) in KINDS_OF_WORK.items():
        assert issubclass(model, Work)
        assert str(title)
        assert task in current_app.tasks
        assert argument.endswith("_id")
