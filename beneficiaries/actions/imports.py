"""Bringing a workbook of people in: read it, check each row, write the good ones.

What may be known of each row is computed afresh whenever a file is checked;
what was written or decided is keyed by the file's SHA-256 and the row, so that
the same file never writes twice.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.actions.duplicates import report_elsewhere
from beneficiaries.actions.import_rows import (
    MetElsewhere,
    broken_constraint,
    check_rows,
    count_heads,
    register_row,
    tell_of_check,
    write_chunk,
)
from beneficiaries.actions.import_undo import finish_undo, undo_chunk
from beneficiaries.choices import ImportStage, Likeness, TaskKind
from beneficiaries.models import ColumnMapping, ImportRow, PeopleImport, Person, Phase
from beneficiaries.rules.cells import storable
from beneficiaries.rules.columns import FIELDS, NEEDED, propose_mapping
from beneficiaries.rules.sheets import read_table
from beneficiaries.rules.spreadsheet import UnreadableWorkbook
from genesis.lib.background import FRESH, WorkState, enqueue
from genesis.lib.plain import sha256_of
from genesis.lib.states import change, lock, move


class AlreadyImported(Exception):
    """This very file was imported before: checking it is fine, writing it again is not."""

    def __init__(self) -> None:
        super().__init__(_("This file was already imported: nothing more can be written from it."))


@transaction.atomic
def upload_workbook(
    *, key: UUID, by: User, file: File, office: Organization, phase: Phase | None
) -> PeopleImport:
    """Take a workbook in, and propose what its columns mean.

    Raises OtherContent when `key` came before with another file or office, and
    UnreadableWorkbook.
    """
    form = claim(key, by=by, content={"file": file, "office": office, "phase": phase})
    if form.result:
        return PeopleImport.objects.get(pk=form.result)
    batch = read_in(file, office=office, phase=phase, by=by, name=f"{key}.xlsx")
    settle(form, batch)
    return batch


def read_in(
    file: File, *, office: Organization, phase: Phase | None, by: User | None, name: str
) -> PeopleImport:
    """Keep a workbook with the columns and the number of rows that it has.

    Raises UnreadableWorkbook; call it in a transaction.
    """
    table = read_table(file)
    if len(table.rows) > settings.IMPORT_MAX_ROWS:
        raise UnreadableWorkbook(
            _(
                "The workbook has {rows} rows, and at most {most} are taken at once: "
                "send it in parts."
            ).format(rows=f"{len(table.rows):,}", most=f"{settings.IMPORT_MAX_ROWS:,}")
        )
    digest = sha256_of(file)
    shown, file.name = storable(file.name or "")[-150:], name
    known = remembered_mapping(office, table.columns)
    batch = PeopleImport.objects.create(
        work_state=WorkState.DONE,  # nothing to do before the columns are confirmed
        file=file,
        file_name=shown,
        sha256=digest,
        office=office,
        phase=phase,
        columns=table.columns,
        mapping=known.mapping if known else propose_mapping(table.columns),
        total=len(table.rows),
        uploaded_by=by,
    )
    record_activity("import.uploaded", batch, by=by, sha256=digest, rows=batch.total)
    return batch


@transaction.atomic
def confirm_mapping(
    batch: PeopleImport, *, version: int, mapping: Mapping[str, str], by: User | None
) -> PeopleImport:
    """Say which column holds what; the check of each row follows in the background.

    Raises MoveNotAllowed, StaleRecord, and ValidationError when a column that
    is needed has no place, or one column has two.
    """
    kept = {name: column for name, column in mapping.items() if column}
    _check_places(kept)
    batch = lock(batch)
    move(batch, ImportStage.CHECKING, version=version, mapping=kept, done=0, **FRESH)
    if by:  # somebody looked at it: the command goes by what is proposed
        _remember(batch, by=by)
    record_activity("import.mapped", batch, by=by)
    enqueue("beneficiaries.jobs.run_import", import_id=batch.pk)
    return batch


def _check_places(mapping: Mapping[str, str]) -> None:
    missing = [FIELDS[name] for name in NEEDED if name not in mapping]
    if missing:
        names = ", ".join(map(str, missing))
        raise ValidationError(_("Say which column holds: {names}.").format(names=names))
    for name, column in mapping.items():
        first = next(each for each in mapping if mapping[each] == column)
        if first != name:
            text = _("This column holds already: {name}.").format(name=FIELDS[first])
            raise ValidationError({name: text})


def remembered_mapping(office: Organization, columns: Iterable[str]) -> ColumnMapping | None:
    """What these columns held the last time that the office sent a workbook with them."""
    return (
        ColumnMapping.objects.select_related("used_by")
        .filter(office=office, headings=_headings(columns))
        .first()
    )


def _remember(batch: PeopleImport, *, by: User) -> None:
    ColumnMapping.objects.update_or_create(
        office=batch.office,
        headings=_headings(batch.columns),
        defaults={"mapping": batch.mapping, "used_at": timezone.now(), "used_by": by},
    )


def _headings(columns: Iterable[str]) -> str:
    """The same for the same names of columns, in whatever order they stand."""
    return sha256("\n".join(sorted(columns)).encode()).hexdigest()


@transaction.atomic
def confirm_import(batch: PeopleImport, *, version: int, by: User | None) -> PeopleImport:
    """Let the good rows be written, in the background.

    Raises MoveNotAllowed, StaleRecord, and AlreadyImported.
    """
    if was_imported(batch):
        raise AlreadyImported
    batch = lock(batch)
    try:
        with transaction.atomic():
            move(batch, ImportStage.IMPORTING, version=version, done=0, **FRESH)
    except IntegrityError as error:  # the same file as another batch, faster by a moment
        if broken_constraint(error) != "import_once_per_file":
            raise
        raise AlreadyImported from None
    record_activity("import.confirmed", batch, by=by)
    enqueue("beneficiaries.jobs.run_import", import_id=batch.pk)
    return batch


@transaction.atomic
def discard_import(batch: PeopleImport, *, version: int, by: User) -> PeopleImport:
    """Give a workbook up before it was imported: its file and what its rows said are erased."""
    batch = lock(batch)
    erase_file(batch)
    move(batch, ImportStage.DISCARDED, version=version, work_state=WorkState.DONE)
    batch.rows.update(values={}, like=[])
    record_activity("import.discarded", batch, by=by)
    return batch


def erase_file(batch: PeopleImport) -> None:
    """Delete the workbook itself: it may hold people who did not agree to be registered."""
    name, storage = batch.file.name, batch.file.storage
    PeopleImport.objects.filter(pk=batch.pk).update(file="")
    batch.file = ""
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def was_imported(batch: PeopleImport) -> bool:
    """Whether the same file was imported before, as another batch."""
    stages = [ImportStage.IMPORTING, ImportStage.IMPORTED, ImportStage.UNDOING]
    same = PeopleImport.objects.filter(sha256=batch.sha256, state__in=stages)
    return same.exclude(pk=batch.pk).exists()


@transaction.atomic
def store_check(batch: PeopleImport, rows: list[ImportRow], met: set[tuple[int, TaskKind]]) -> None:
    """Keep what the check of a workbook found, in place of an earlier check.

    Before anybody is shown it, coordination is told of the files elsewhere that it `met`.
    """
    if met:
        tell_of_check(batch, met)
    batch.rows.all().delete()
    ImportRow.objects.bulk_create(rows, batch_size=1000)
    batch = lock(batch)
    move(batch, ImportStage.CHECKED, version=batch.version, done=len(rows))


def advance_import(batch: PeopleImport) -> None:
    """Do the next part of what is left of a workbook: check it, or write some of its rows.

    Call it in a transaction. Sets `more_to_do` on the batch while rows are left.
    """
    if batch.state == ImportStage.CHECKING:
        store_check(batch, *check_rows(batch))
    elif batch.state == ImportStage.IMPORTING:
        batch.more_to_do = write_chunk(batch)
        done = batch.rows.filter(written=True).count()
        PeopleImport.objects.filter(pk=batch.pk).update(done=done)
        if not batch.more_to_do:
            count_heads(batch)
            erase_file(batch)
            batch = lock(batch)
            move(batch, ImportStage.IMPORTED, version=batch.version)
            record_activity("import.finished", batch, by=batch.uploaded_by)
    elif batch.state == ImportStage.UNDOING:
        batch.more_to_do = undo_chunk(batch)
        if not batch.more_to_do:
            finish_undo(batch)


class RowDecided(Exception):
    """Somebody has already said what this row is."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has already decided about this row."))


class ImportUndone(ValidationError):
    """The import of this row was taken back, or is about to be."""

    def __init__(self) -> None:
        super().__init__(_("This import was undone: nothing is decided about its rows any more."))


def decide_row(
    row: ImportRow, *, version: int, likeness: Likeness, of: Person | None, by: User
) -> ImportRow:
    """Say of a possible duplicate whether it is the same person.

    The same: the row is kept with a link to her file, and nothing is
    overwritten. Different: she is registered. Unsure: it stays in the queue.
    Raises RowDecided, ImportUndone, StaleRecord, and ValidationError when her DUI was
    registered meanwhile, or when nobody was named for «the same». Who may not
    see one of the files that look alike cannot say that she is different:
    nothing is written then but that coordination is told.
    """
    try:
        return _decide(row, version=version, likeness=likeness, of=of, by=by)
    except MetElsewhere as met:
        for person in met.people:
            report_elsewhere(person, kind=met.kind, office=row.batch.office, by=by)
        raise


@transaction.atomic
def _decide(
    row: ImportRow, *, version: int, likeness: Likeness, of: Person | None, by: User
) -> ImportRow:
    if lock(row.batch).state not in {ImportStage.IMPORTING, ImportStage.IMPORTED}:
        raise ImportUndone
    row = lock(row)
    if row.likeness not in {Likeness.OPEN, Likeness.UNSURE}:
        raise RowDecided
    person = of if likeness == Likeness.SAME else None
    if likeness == Likeness.SAME and person is None:
        raise ValidationError(_("Say which of the files is the same person."))
    if likeness == Likeness.DIFFERENT:
        person = register_row(row, by=by)
    changes = change(
        row,
        version=version,
        likeness=likeness,
        person=person,
        decided_at=timezone.now(),
        decided_by=by,
    )
    record_activity("import_row.decided", row, by=by, changes=changes)
    return row
