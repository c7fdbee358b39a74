"""Making the files of reports, and asking again for those that are missing."""

from celery import shared_task

from genesis.lib.background import attempt, due, enqueue
from reporting.actions import erase_old_reports, write_file
from reporting.models import Report


@shared_task(acks_late=True)
def write_report(*, report_id: int) -> None:
    """Make the workbook of a report, once, however often or late this runs."""
    with attempt(Report, report_id) as report:
        if report:
            write_file(report)


@shared_task
def write_missing_reports() -> None:
    """Ask again for every report without its file, and erase the files that are old."""
    for report_id in due(Report):
        enqueue("reporting.jobs.write_report", report_id=report_id)
    erase_old_reports()
