"""Asking for a report; its file follows in the background."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from genesis.lib.background import enqueue
from genesis.lib.plain import sha256_of
from reporting.exports import write_indicators
from reporting.indicators.figures import figures
from reporting.models import Report
from reporting.rules import Period

KEPT = timedelta(hours=72)  # how long the file of a report can be fetched


@transaction.atomic
def request_report(
    *, key: UUID, by: User, since: date, until: date, offices: Collection[Organization] | None
) -> Report:
    """Ask for the indicators of a period; the workbook is made in the background.

    `offices` narrows to the people whose file they hold; None is the whole
    programme. Raises OtherContent.
    """
    scope = [each.pk for each in offices] if offices is not None else None
    sent = claim(key, by=by, content=[since, until, scope])
    if sent.result:
        return Report.objects.get(pk=sent.result)
    report = Report.objects.create(
        since=since, until=until, requested_by=by, whole_programme=offices is None
    )
    report.offices.set(offices or [])
    settle(sent, report)
    record_activity("report.requested", report, by=by, since=since, until=until)
    enqueue("reporting.jobs.write_report", report_id=report.pk)
    return report


def write_file(report: Report) -> None:
    """Make the workbook of a report, as its figures were known when it was asked for."""
    offices = list(report.offices.order_by("name"))
    content = workbook_of(
        Period(report.since, report.until),
        known_at=report.known_at,
        offices=None if report.whole_programme else {each.pk for each in offices},
        scope=_("The whole programme") if report.whole_programme else ", ".join(map(str, offices)),
    )
    file = ContentFile(content)
    report.sha256 = sha256_of(file)
    report.file.save(f"{report.public_id}.xlsx", file, save=False)
    report.save(update_fields=["file", "sha256"])


def workbook_of(
    period: Period, *, known_at: datetime, offices: Collection[int] | None, scope: str
) -> bytes:
    """The workbook of a period, as bytes: that of the page and of the command."""
    file = BytesIO()
    found = figures(period, known_at=known_at, offices=offices)
    write_indicators(file, found, period, scope=scope)
    return file.getvalue()


@transaction.atomic
def erase_old_reports() -> int:
    """Delete the files of reports after some days; return how many."""
    old = Report.objects.filter(requested_at__lt=timezone.now() - KEPT, erased_at=None)
    reports = list(old.exclude(file=""))
    for report in reports:
        name, storage = str(report.file.name), report.file.storage
        Report.objects.filter(pk=report.pk).update(file="", erased_at=timezone.now())
        transaction.on_commit(partial(storage.delete, name))
    return len(reports)
