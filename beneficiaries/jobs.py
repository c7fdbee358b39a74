"""Jobs that apply a rule through actions: workbooks on their way in, alarms still to be raised."""

from celery import shared_task
from django.utils import timezone

from beneficiaries.actions import attendance_sheets, bulk, care, list_exports, retention, rights
from beneficiaries.actions.attachments import erase_orphans
from beneficiaries.actions.imports import advance_import
from beneficiaries.actions.referrals import late_referrals, leave_to_supervisor
from beneficiaries.actions.rights_files import write_copy
from beneficiaries.choices import ErasureState
from beneficiaries.models import (
    AccessNotice,
    BulkRun,
    ErasureBatch,
    ListExport,
    PeopleImport,
    RightsFile,
)
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


@shared_task(acks_late=True)
def write_rights_file(*, file_id: int) -> None:
    """Make the copy of a person's data that she asked for, once."""
    with attempt(RightsFile, file_id) as copy:
        if copy:
            write_copy(copy)


@shared_task
def see_to_rights_files() -> None:
    """Ask again for every copy that is missing, and erase those that are old."""
    for file_id in due(RightsFile):
        enqueue("beneficiaries.jobs.write_rights_file", file_id=file_id)
    rights.erase_old_copies()


@shared_task
def propose_erasures() -> None:
    """Put who is kept too long on the lists that two people decide on (CASE-38)."""
    retention.propose_erasures(timezone.localdate())


@shared_task(acks_late=True)
def run_erasure(*, batch_id: int) -> None:
    """Erase some of a list that two people approved, and ask for the next."""
    with attempt(ErasureBatch, batch_id) as batch:
        if batch:
            retention.run_erasure(batch)
    if batch and batch.more_to_do:
        enqueue("beneficiaries.jobs.run_erasure", batch_id=batch_id)


@shared_task
def run_approved_erasures() -> None:
    """Ask again for every list that was approved and is not done."""
    approved = set(
        ErasureBatch.objects.filter(state=ErasureState.APPROVED).values_list("pk", flat=True)
    )
    for batch_id in approved & set(due(ErasureBatch)):
        enqueue("beneficiaries.jobs.run_erasure", batch_id=batch_id)


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


@shared_task(acks_late=True)
def run_bulk(*, run_id: int) -> None:
    """Do some rows of what was asked for many people, each once, and ask for the next."""
    if bulk.go_on(run_id):
        enqueue("beneficiaries.jobs.run_bulk", run_id=run_id)


@shared_task
def run_waiting_actions() -> None:
    """Ask again for every action on many people that is not done."""
    for run_id in due(BulkRun):
        enqueue("beneficiaries.jobs.run_bulk", run_id=run_id)


@shared_task(acks_late=True)
def make_export(*, export_id: int) -> None:
    """Make the workbook of a list, once."""
    list_exports.make_export(export_id)


@shared_task
def see_to_exports() -> None:
    """Ask again for every file of a list that is missing, and erase those that are old."""
    missing = ListExport.objects.agreed().filter(pk__in=due(ListExport))
    for export_id in missing.values_list("pk", flat=True):
        enqueue("beneficiaries.jobs.make_export", export_id=export_id)
    list_exports.erase_old_exports()


@shared_task
def clear_old_sheets() -> None:
    """Discard lists of attendance that nobody confirmed, and erase what old ones said."""
    attendance_sheets.clear_old_sheets()
