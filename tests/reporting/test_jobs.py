"""The files of reports: made once, whole or not at all, and erased after three days."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.db import connection
from django.utils import timezone

from accounts.models import Activity
from genesis.lib.background import MAX_ATTEMPTS, PAUSE, WorkState, due
from genesis.lib.plain import sha256_of
from genesis.lib.states import OtherContent
from reporting.actions import KEPT, erase_old_reports, request_report
from reporting.jobs import write_missing_reports, write_report
from reporting.models import Report
from tests.factories.accounts import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db
DAYS = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}


def ask(**changes):
    answers = {"key": uuid4(), "by": UserFactory(), "offices": None, **DAYS}
    return request_report(**answers | changes)


def files():
    return [path for path in Path(project.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_report_waits_until_it_is_made():
    report = ask()

    assert (report.work_state, report.file.name) == (WorkState.WAITING, "")
    assert due(Report) == [report.pk]

    write_report(report_id=report.pk)

    report.refresh_from_db()
    assert report.is_done
    assert report.file.name == f"reports/{report.public_id}.xlsx"
    assert report.sha256 == sha256_of(report.file)
    report.file.close()
    assert due(Report) == []


@pytest.mark.rule("SEC-16")
def test_the_same_request_twice_is_one_report():
    answers = {"key": uuid4(), "by": UserFactory()}

    first, again = (ask(**answers) for _each in range(2))

    assert first == again == Report.objects.get()
    assert Activity.objects.filter(verb="report.requested").count() == 1
    with pytest.raises(OtherContent):
        ask(**answers, offices=[OrganizationFactory()])


@pytest.mark.rule("SEC-19")
def test_a_job_that_runs_again_leaves_the_file_alone():
    report = ask()
    write_report(report_id=report.pk)
    (path,) = files()
    before = path.stat().st_mtime_ns, path.read_bytes()

    for _each in range(3):
        write_report(report_id=report.pk)

    assert files() == [path]
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before
    assert Report.objects.get().attempts == 1


@pytest.mark.rule("SEC-19")
@pytest.mark.django_db(transaction=True)
def test_the_same_job_in_many_hands_makes_one_file():
    report = ask()

    def work(_):
        try:
            write_report(report_id=report.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))

    report.refresh_from_db()
    assert (report.is_done, report.attempts) == (True, 1)
    assert len(files()) == 1


@pytest.mark.rule("SEC-20")
def test_a_file_that_cannot_be_written_leaves_nothing_and_is_tried_again(media_root):
    report = ask()
    folder = Path(project.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reports").write_text("a file where a folder should be")

    write_report(report_id=report.pk)

    report.refresh_from_db()
    assert (report.work_state, report.attempts, report.file.name) == ("waiting", 1, "")
    assert report.last_error in {"FileExistsError", "NotADirectoryError"}
    assert len(files()) == 1

    (folder / "reports").unlink()
    write_report(report_id=report.pk)

    report.refresh_from_db()
    assert report.is_done
    assert len(files()) == 1


def test_after_some_attempts_a_report_is_visibly_dead():
    report = ask()
    folder = Path(project.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reports").write_text("a file where a folder should be")

    for _each in range(MAX_ATTEMPTS + 1):
        write_report(report_id=report.pk)

    report.refresh_from_db()
    assert (report.is_dead, report.attempts) == (True, MAX_ATTEMPTS)
    assert due(Report) == []


def test_what_a_killed_worker_leaves_is_asked_for_again_after_a_while():
    report = ask()
    left = {"work_state": WorkState.RUNNING, "attempts": 1, "attempted_at": timezone.now()}
    Report.objects.update(**left)
    assert due(Report) == []

    Report.objects.update(attempted_at=timezone.now() - PAUSE - timedelta(seconds=1))

    assert due(Report) == [report.pk]
    write_missing_reports()
    write_report(report_id=report.pk)
    report.refresh_from_db()
    assert (report.is_done, report.attempts) == (True, 2)


def test_a_file_is_kept_for_three_days(django_capture_on_commit_callbacks):
    old, new = ask(), ask()
    for report in (old, new):
        write_report(report_id=report.pk)
    Report.objects.filter(pk=old.pk).update(requested_at=timezone.now() - KEPT - timedelta(hours=1))
    assert timedelta(hours=72) == KEPT

    with django_capture_on_commit_callbacks(execute=True):
        assert erase_old_reports() == 1
        assert erase_old_reports() == 0

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.file.name, old.erased_at is not None) == ("", True)
    assert (bool(new.file), new.erased_at) == (True, None)
    assert [path.stem for path in files()] == [str(new.public_id)]
    assert due(Report) == []


def test_the_clock_erases_too(django_capture_on_commit_callbacks):
    report = ask()
    write_report(report_id=report.pk)
    Report.objects.update(requested_at=timezone.now() - KEPT - timedelta(hours=1))

    with django_capture_on_commit_callbacks(execute=True):
        write_missing_reports()

    assert files() == []


def test_a_report_that_is_not_there_is_no_error():
    write_report(report_id=424242)

    assert files() == []
