"""Taking the list of people out as a file: asked for, agreed to, made, handed out, erased."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from accounts.roles import Permission
from beneficiaries.choices import ExportDecision, ExportFormat
from beneficiaries.columns import columns_for
from beneficiaries.exports import cells_of_people, export_columns, write_list
from beneficiaries.models import ListExport, Person
from beneficiaries.permissions import exportable
from genesis.lib.background import WorkState, attempt, enqueue, told_progress
from genesis.lib.plain import sha256_of
from genesis.lib.states import change, lock

AT_ONCE = 2000  # rows of a workbook that somebody waits for
STEP = 250  # rows between two words about how far it is


class NotForExport(ValidationError):
    """Somebody in the list is not for this user to take out."""

    def __init__(self) -> None:
        super().__init__(_("There are people in this list whom you may not take out as a file."))


class NotToDecide(ValidationError):
    """Nobody agrees to their own file, and nobody twice."""

    def __init__(self) -> None:
        super().__init__(_("Nobody waits for this answer, or it is for somebody else to give."))


@transaction.atomic
def ask_for_export(
    ids: Sequence[int],
    *,
    key: UUID,
    columns: Sequence[str],
    filters: Sequence[str],
    file_format: str,
    named: bool,
    purpose: str,
    by: User,
) -> ListExport:
    """Ask for exactly these people, in this order, in the columns that the list showed.

    With names, a second person agrees first. Raises NotForExport and OtherContent.
    """
    # Not the people: the same form sent again finds its file though the list changed since.
    content = [list(columns), file_format, named, purpose]
    sent = claim(key, by=by, content=content)
    if sent.result:
        return ListExport.objects.get(pk=sent.result)
    if not ids or exportable(by).filter(pk__in=ids).count() != len(ids):
        raise NotForExport
    export = ListExport.objects.create(
        asked_by=by,
        purpose=purpose,
        filters=[each[:300] for each in filters],
        columns=[each.key for each in columns_for(by, columns)],
        file_format=file_format,
        named=named,
        ids=list(ids),
        total=len(ids),
        decision=ExportDecision.WAITING if named else ExportDecision.NOT_NEEDED,
    )
    settle(sent, export)
    record_activity(
        "export.requested", export, by=by, total=len(ids), named=named, columns=export.columns
    )
    if not named:
        _begin(export)
    return export


def _begin(export: ListExport) -> None:
    """A CSV is there at once, as it is written while it is fetched; a workbook is made."""
    if export.file_format == ExportFormat.CSV:
        ListExport.objects.filter(pk=export.pk).update(
            work_state=WorkState.DONE, ready_at=timezone.now(), done=export.total
        )
    elif export.total > AT_ONCE:
        enqueue("beneficiaries.jobs.make_export", export_id=export.pk)


def make_small(export: ListExport) -> None:
    """Make a workbook that is soon made while somebody waits; a longer one has its job."""
    if export.file_format == ExportFormat.XLSX and export.total <= AT_ONCE:
        make_export(export.pk)


def make_export(export_id: int) -> None:
    """Make the workbook of an export that may be made, once, however often this is called."""
    if not ListExport.objects.agreed().filter(pk=export_id).exists():
        return
    with attempt(ListExport, export_id) as export:
        if export:
            _write_workbook(export)


def _write_workbook(export: ListExport) -> None:
    """Only of those whom the asker may still take out: who is not among them is left out."""
    by = export.asked_by
    people = exportable(by)
    still = set(people.filter(pk__in=export.ids).values_list("pk", flat=True))
    export.ids = [each for each in export.ids if each in still]
    columns = export_columns(by, export.columns, named=export.named)
    content = BytesIO()
    with told_progress(export) as tell:
        rows = cells_of_people(export, columns, people, user=by)
        export.done = write_list(content, export, columns, _counted(rows, tell))
    if lock(export).erased_at:  # the data of somebody in it were erased meanwhile
        return
    file = ContentFile(content.getvalue())
    export.sha256 = sha256_of(file)
    export.ready_at = timezone.now()
    export.file.save(f"{export.public_id}.xlsx", file, save=False)
    export.save(update_fields=["file", "sha256", "ready_at", "ids", "done"])


def _counted(rows: Any, tell: Callable[[int], Any]) -> Any:
    for number, row in enumerate(rows, start=1):
        if number % STEP == 0:
            tell(number)
        yield row


@transaction.atomic
def decide_export(
    export: ListExport, *, version: int, granted: bool, answer: str, by: User
) -> ListExport:
    """Agree, as the second person, that names go out, or not. Raises NotToDecide, StaleRecord."""
    export = lock(export)
    if export.decision != ExportDecision.WAITING or export.asked_by_id == by.pk:
        raise NotToDecide
    changes = change(
        export,
        version=version,
        decision=ExportDecision.GRANTED if granted else ExportDecision.REFUSED,
        decided_by=by,
        decided_at=timezone.now(),
        answer=answer,
    )
    record_activity("export.decided", export, by=by, changes=changes)
    if granted:
        _begin(export)
    return export


def may_fetch(export: ListExport, user: User) -> bool:
    """Whether what is in the file is still for who asked for it: looked at anew each time.

    A role that ended, another office, a person who went to another: then the file stays here.
    """
    if export.asked_by_id != user.pk or not user.may(Permission.PERSON_EXPORT):
        return False
    if [each.key for each in columns_for(user, export.columns)] != export.columns:
        return False
    return people_in(export, user).count() == len(export.ids)


def people_in(export: ListExport, user: User) -> QuerySet[Person]:
    return exportable(user).filter(pk__in=export.ids)


@transaction.atomic
def erase_old_exports() -> int:
    """Erase the files some days after they were ready; return how many."""
    old = ListExport.objects.filter(
        ready_at__lt=timezone.now() - settings.LIST_EXPORT_KEPT, erased_at=None
    )
    return _erase(old)


def erase_exports_of(people: Collection[int]) -> int:
    """Erase the files that hold somebody whose data are erased, also while they are made.

    One that waits for a second person is not made yet: what it will say is what is left of her.
    """
    return _erase(ListExport.objects.agreed().filter(ids__overlap=list(people), erased_at=None))


def _erase(exports: QuerySet[ListExport]) -> int:
    rows = list(exports.defer("ids").select_for_update())
    for export in rows:
        name, storage = str(export.file.name or ""), export.file.storage
        ListExport.objects.filter(pk=export.pk).update(file="", erased_at=timezone.now())
        if name:
            transaction.on_commit(partial(storage.delete, name))
    return len(rows)
