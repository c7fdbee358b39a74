"""Jobs that apply a rule through actions: workbooks on their way in, alarms still to be raised."""

from celery import shared_task
from django.utils import timezone

from beneficiaries.actions import care
from beneficiaries.actions.attachments import erase_orphans
from beneficiaries.actions.imports import advance_import
from beneficiaries.actions.referrals import late_referrals, leave_to_supervisor
from beneficiaries.models import AccessNotice, PeopleImport
from genesis.lib.background import attempt, due, enqueue


@shared_task(acks_late=True)
def run_import(*, import_id: int) -> None:
    """Check a workbook, or write some of its rows and ask for the next, each row once."""
    with attempt(PeopleImport, import_id) as batch:
        if batch:
            advance_import(batch)
    if batch and batch.more_to_do:
        enqueue("beneficiaries.jobs.run_import", import_id=import_id)


@shared_task
def run_waiting_imports() -> None:
    """Ask again for every workbook that is waiting to be checked or written."""
    for import_id in due(PeopleImport):
        enqueue("beneficiaries.jobs.run_import", import_id=import_id)


@shared_task
def raise_missing_alarms() -> None:
    """Begin the safety protocols that answers called for and that could not be begun (CASE-18)."""
    care.raise_missing_alarms()


@shared_task
def mail_waiting_notices() -> None:
    """Ask again for every mail about an emergency access that did not go out."""
    for notice_id in due(AccessNotice):
        enqueue("beneficiaries.tasks.mail_access_notice", notice_id=notice_id)


@shared_task
def leave_late_referrals() -> None:
    """Leave what no institution has acknowledged in its time to coordination (CASE-28)."""
    now = timezone.now()
    for each in late_referrals(now):
        leave_to_supervisor(each, at=now)


@shared_task
def sweep_files() -> None:
    """Erase what was written for a paper or photo whose row never came to be."""
    erase_orphans()
