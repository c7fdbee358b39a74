"""Taking an import back as a batch.

Whoever was registered by it goes, as long as nothing else hangs on her file;
otherwise she stays, and the row says why. A file number is given for life, so
that the file itself is not deleted: its identity is erased, its service and
its case are taken back with who and when, and nobody finds it any more.
Figures of an earlier day stay as they were.
"""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import CharField, F, Model, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import record_activity
from accounts.models import Activity, User
from beneficiaries.actions.erasing import erase_person
from beneficiaries.actions.merging import relations
from beneficiaries.actions.moves import move_case
from beneficiaries.actions.services import void_service
from beneficiaries.choices import CaseState, ErasureKind, ImportStage, Likeness, RowUndo
from beneficiaries.models import (
    Assignment,
    Case,
    CaseMove,
    Consent,
    Contact,
    EligibilityDecision,
    HeadCount,
    IdentityDocument,
    ImportRow,
    IntakeNote,
    MergeRecord,
    PeopleImport,
    Person,
    ServiceRecord,
    Suspicion,
    Trip,
    TripCircumstances,
    WorkExperience,
)
from genesis.lib.background import FRESH, enqueue
from genesis.lib.states import lock, move

CHUNK = 50  # people who are taken back in one transaction

# What an import writes of a person, and the way from there to her. All else came later.
WRITTEN: dict[type[Model], str] = {
    Person: "",
    Case: "person",
    CaseMove: "case__person",
    Consent: "person",
    Contact: "person",
    EligibilityDecision: "case__person",
    IdentityDocument: "person",
    ImportRow: "person",
    IntakeNote: "person",
    ServiceRecord: "person",
    Trip: "person",
    TripCircumstances: "person",
    WorkExperience: "person",
}
# What the history says of an import itself; the other verbs are what somebody did afterwards.
OF_THE_IMPORT = ["person.registered", "import_row.decided", "suspicion.raised"]
WHY = {Assignment: RowUndo.ACCOMPANIED, MergeRecord: RowUndo.MERGED, Person: RowUndo.MERGED}
ORDER = [RowUndo.MERGED, RowUndo.ACCOMPANIED, RowUndo.RECORDED, RowUndo.CHANGED]


@transaction.atomic
def undo_import(batch: PeopleImport, *, version: int, reason: str, by: User) -> PeopleImport:
    """Have an import taken back, in the background, row by row.

    Raises MoveNotAllowed for one that is not over, or was undone, and StaleRecord.
    """
    batch = lock(batch)
    move(
        batch,
        ImportStage.UNDOING,
        version=version,
        done=0,
        undone_at=timezone.now(),
        undone_by=by,
        undone_reason=reason,
        **FRESH,
    )
    record_activity("import.undo_asked", batch, by=by)
    enqueue("beneficiaries.jobs.run_import", import_id=batch.pk)
    return batch


def undo_chunk(batch: PeopleImport) -> bool:
    """Take the next people of an import back, or say why they stay; return whether more are left.

    Nobody can add to a file while it is looked at. In one transaction with the caller's.
    """
    left = batch.rows.registered().filter(undo="").order_by("sheet_row")
    rows = list(left[: CHUNK + 1])
    more, rows = len(rows) > CHUNK, rows[:CHUNK]
    keys = [row.person_id for row in rows]
    files = Person.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    people = {each.pk: each for each in files}
    held = what_hangs(batch, Q(pk__in=keys))
    for row in rows:
        assert row.person_id is not None  # it registered somebody
        row.undo = held.get(row.person_id, RowUndo.UNDONE)
        if row.undo == RowUndo.UNDONE:
            _take_back(people[row.person_id], batch)
    ImportRow.objects.bulk_update(rows, ["undo"])
    done = batch.rows.exclude(undo="").count()
    PeopleImport.objects.filter(pk=batch.pk).update(done=done)
    return more


def finish_undo(batch: PeopleImport) -> None:
    """Nothing is left of an import but who stays: head-counts and what its rows said go too."""
    now = timezone.now()
    HeadCount.objects.filter(import_sha256=batch.sha256, voided_at=None).update(voided_at=now)
    open_rows = batch.rows.filter(likeness__in=[Likeness.OPEN, Likeness.UNSURE])
    open_rows.update(likeness="")
    batch.rows.filter(likeness=Likeness.SAME).update(person=None, undo=RowUndo.UNDONE)
    staying = batch.rows.staying()
    batch.rows.exclude(pk__in=staying.values("pk")).update(values={}, like=[])
    batch = lock(batch)
    move(batch, ImportStage.UNDONE, version=batch.version)
    gone = batch.rows.registered().filter(undo=RowUndo.UNDONE)
    record_activity(
        "import.undone", batch, by=batch.undone_by, people=gone.count(), staying=staying.count()
    )


def what_hangs(batch: PeopleImport, people: Q | None = None) -> dict[int, RowUndo]:
    """Whose file holds more than the import wrote, and what; of all its people, or of some.

    Found by introspection: a table that comes later cannot be forgotten. One query.
    """
    theirs = Person.objects.filter(people or Q(), import_rows__in=batch.rows.registered())
    first, *others = _traces(batch, theirs.order_by().values("pk"))
    found: dict[int, RowUndo] = {}
    for owner, why in first.union(*others):
        known = found.get(owner)
        if known is None or ORDER.index(RowUndo(why)) < ORDER.index(known):
            found[owner] = RowUndo(why)
    return found


def _traces(batch: PeopleImport, people: QuerySet[Any, Any]) -> Iterator[QuerySet[Any, Any]]:
    """Every row that says that somebody did more with a file than to import it."""
    done = Activity.objects.filter(person_id__in=people).exclude(verb__in=OF_THE_IMPORT)
    yield _owners(done, "person_id", RowUndo.CHANGED)
    merged = Person.objects.filter(pk__in=people).exclude(merged_into=None)
    yield _owners(merged, "pk", RowUndo.MERGED)
    for column, owner in _ways():
        rows = column.model._base_manager.filter(**{f"{owner}__in": people})
        if column.model is Suspicion:  # that they are two people holds nobody
            rows = rows.exclude(likeness=Likeness.DIFFERENT)
        yield _owners(rows, owner, WHY.get(column.model, RowUndo.RECORDED))
    again = ImportRow.objects.filter(person__in=people).exclude(batch=batch)
    yield _owners(again, "person", RowUndo.RECORDED)


def _ways() -> Iterator[tuple[Any, str]]:
    """Each column that leads from a table of later work to a person, and the way to her."""
    for model, way in WRITTEN.items():
        for column in relations(model):
            if column.model not in WRITTEN or column.model is Person:
                yield column, "__".join(filter(None, [column.name, way]))


def _owners(rows: QuerySet[Any, Any], owner: str, why: RowUndo) -> QuerySet[Any, Any]:
    said = Value(str(why.value), output_field=CharField())
    named = rows.order_by().annotate(whose_file=F(owner), why_it_stays=said)
    return named.values_list("whose_file", "why_it_stays")


def _take_back(person: Person, batch: PeopleImport) -> None:
    """End what the import began with a person, and erase who she is."""
    by, reason = batch.undone_by, _("The import that registered her or him was undone.")
    for service in person.services.standing():
        void_service(service, reason=reason, by=by)
    for case in person.cases.open():
        changes = move_case(
            case,
            CaseState.UNDONE,
            version=case.version,
            by=by,
            closed_on=max(timezone.localdate(), case.opened_on),
        )
        record_activity("case.undone", case, by=by, changes=changes)
    erase_person(person, ErasureKind.IDENTITY)
    Person.objects.filter(pk=person.pk).update(undone_at=timezone.now())
    record_activity("person.undone", person, by=by, batch=batch.pk)
