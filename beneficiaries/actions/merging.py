"""Two files become one: what points to a person is found by introspection and moved (CASE-1)."""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import CheckConstraint, F, Max, Model, Q
from django.utils.crypto import salted_hmac

from accounts.actions.history import record_activity
from accounts.models import User
from beneficiaries.actions.moves import StillToBeDone
from beneficiaries.actions.people import refresh_figures
from beneficiaries.actions.sheltering import is_under_protection, shelter
from beneficiaries.models import MergedRow, MergeRecord, Person
from beneficiaries.registry import FOLDING, MERGE_CHECKS, Blocker, Fold, Folding
from beneficiaries.rules.merging import EMPTY, KEPT, VALUES
from genesis.lib.plain import PlainEncoder
from genesis.lib.search import name_columns
from genesis.lib.states import StaleRecord, lock


class NotHandled(ImproperlyConfigured):
    """A constraint keeps rows of one person apart, and nobody said how two files are folded."""


def relations(model: type[Model] = Person) -> Iterator[Any]:
    """Every column of any table that points to a person, hidden or not."""
    for each in model._meta.get_fields(include_hidden=True):
        if each.auto_created and not each.concrete and not each.many_to_many:
            yield each.field  # type: ignore[union-attr]


def key_of(column: Any) -> str:
    return f"{column.model._meta.label}.{column.name}"


def folding_of(column: Any) -> Folding:
    """How a relation is folded. Raises NotHandled for one with a constraint that nobody named."""
    found = FOLDING.get(key_of(column))
    if found is None and is_constrained(column):
        raise NotHandled(key_of(column))
    return found or Folding()


def is_constrained(column: Any) -> bool:
    """Whether the database may refuse that two people's rows become one's."""
    if column.unique:
        return True
    return any(
        column.name in str(each.deconstruct())
        for each in column.model._meta.constraints
        if not isinstance(each, CheckConstraint)
    )


class Merging:
    """A merge while it is done: the two files, and what was changed so far, in order."""

    def __init__(
        self, record: MergeRecord, *, take: Collection[str], goes_on: str, by: User
    ) -> None:
        self.record, self.kept, self.merged, self.by = record, record.kept, record.merged, by
        self.take = take  # the values of the merged file that were chosen
        self.goes_on = goes_on  # whose case, where both have one open
        self.rows: list[MergedRow] = []

    @contextmanager
    def watching(self, row: Any) -> Iterator[Any]:
        """Keep what is changed of a row within: before and after, column by column."""
        before = columns_of(lock(row))  # what others do with it right now is no part of it
        yield row
        row.refresh_from_db()
        after = columns_of(row)
        changed = [name for name in after if before[name] != after[name]]
        if changed:
            self._keep(
                row,
                {name: before[name] for name in changed},
                {name: after[name] for name in changed},
            )

    def set(self, row: Any, **values: Any) -> None:
        """Change some columns of a row, and keep how they were."""
        values = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not values:
            return
        if hasattr(row, "version"):  # who has a page of it open is told
            values["version"] = F("version") + 1
        with self.watching(row):
            type(row)._base_manager.filter(pk=row.pk).update(**values)

    def move(self, column: Any, stays: Q) -> None:
        """Let the rows that point to the merged file point to the other."""
        rows = column.model._base_manager.filter(**{column.name: self.merged}).exclude(stays)
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        column.model._base_manager.filter(pk__in=keys).update(**{column.name: self.kept})
        before, after = {column.attname: self.merged.pk}, {column.attname: self.kept.pk}
        self.rows += [self._row(column.model, key, before, after, moved=True) for key in keys]

    def _keep(self, row: Model, before: dict[str, Any], after: dict[str, Any]) -> None:
        self.rows.append(self._row(type(row), row.pk, before, after, moved=False))

    def _row(
        self, model: type[Model], key: Any, before: Any, after: Any, *, moved: bool
    ) -> MergedRow:
        return MergedRow(
            merge=self.record,
            model=model._meta.label,
            record_id=key,
            moved=moved,
            before=before,
            after=after,
        )


def columns_of(row: Model) -> dict[str, Any]:
    """Every column of a row as plain JSON keeps it; not its version, which only goes up."""
    values = {
        each.attname: _exact(each.get_prep_value(getattr(row, each.attname)))
        for each in row._meta.concrete_fields
        if each.name != "version"
    }
    return json.loads(json.dumps(values, cls=PlainEncoder))


def _exact(value: Any) -> Any:
    """JSON would cut the microseconds."""
    return value.isoformat() if isinstance(value, datetime | time) else value


def seal_of(row: Model) -> str:
    """How a whole row reads, without saying it: two that differ have different seals."""
    text = json.dumps(columns_of(row), sort_keys=True)
    return salted_hmac("beneficiaries.merging", text, algorithm="sha256").hexdigest()


def what_hinders(kept: Person, merged: Person) -> list[Blocker]:
    """What has to be done before the two files can become one, in words for a list."""
    return [blocker for check in MERGE_CHECKS for blocker in check(kept, merged)]


def lock_both(one: Person, other: Person) -> tuple[Person, Person]:
    """Both people, locked in the order of their keys; nothing new may point to them meanwhile."""
    rows = Person.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk, other.pk])
    found = {each.pk: each for each in rows.order_by("pk")}
    return found[one.pk], found[other.pk]


@transaction.atomic
def merge_people(
    kept: Person,
    merged: Person,
    *,
    versions: tuple[int, int],
    take: Collection[str] = (),
    goes_on: str = KEPT,
    reason: str,
    by: User,
) -> MergeRecord:
    """Put the file `merged` into `kept`: everything that points to her goes with it (CASE-1).

    `take` names the values of `merged` that replace those of `kept`; `goes_on`
    says whose case goes on where both have one open. The merged file stays
    where it is, empty, and leads to the other. Raises StaleRecord when one of
    the two was changed since the page was shown, StillToBeDone, and
    ValidationError where what was chosen does not go together.
    """
    kept, merged = lock_both(kept, merged)
    for person, version in zip((kept, merged), versions, strict=True):
        if person.version != version or person.merged_into_id or kept.pk == merged.pk:
            raise StaleRecord(person)
    if blockers := what_hinders(kept, merged):
        raise StillToBeDone(blockers)
    record = MergeRecord.objects.create(
        kept=kept, merged=merged, reason=reason, merged_by=by, known=_last_keys()
    )
    merging = Merging(record, take=take, goes_on=goes_on, by=by)
    _fold_everything(merging)
    merging.set(merged, merged_into_id=kept.pk)
    _seal(merging.rows)
    MergedRow.objects.bulk_create(merging.rows, batch_size=500)
    record_activity("person.merged", kept, by=by, other=merged.pk, merge=record.pk)
    record_activity("person.merged_away", merged, by=by, other=kept.pk, merge=record.pk)
    return record


def _fold_everything(merging: Merging) -> None:
    columns = sorted(relations(), key=key_of)
    endangered = is_under_protection(merging.kept) != is_under_protection(merging.merged)
    for column in columns:
        if settle := folding_of(column).settle:
            settle(merging)
    _take_values(merging, "person", merging.kept, merging.merged)
    for column in columns:
        folding = folding_of(column)
        if folding.how == Fold.ONE:
            _fold_one(merging, column, folding)
        elif folding.how == Fold.MOVE:
            stays = folding.stays(merging.kept, merging.merged) if folding.stays else Q(pk=None)
            merging.move(column, stays)
    with merging.watching(merging.kept):
        refresh_figures(merging.kept)
    if endangered:
        shelter(merging.kept)
    merging.set(merging.kept, **name_columns(merging.kept.given_names, merging.kept.surnames))


def _fold_one(merging: Merging, column: Any, folding: Folding) -> None:
    """The one record that both files have: value by value; or the only one that there is."""
    rows = column.model._base_manager
    here = rows.filter(**{column.name: merging.kept}).first()
    there = rows.filter(**{column.name: merging.merged}).first()
    if there is None:
        return
    if here is None:
        merging.move(column, Q(pk=None))
        return
    name = column.remote_field.related_name
    strict = {each: holds(here, there, merging.take) for each, holds in folding.strict.items()}
    if any(each.record == name for each in VALUES):
        _take_values(merging, name, here, there)
    else:
        merging.set(here, **_filled(here, there, column))
    merging.set(here, **strict)
    here.validate_constraints()


def _take_values(merging: Merging, record: str, here: Any, there: Any) -> None:
    chosen = [each for each in VALUES if each.record == record and each.code in merging.take]
    merging.set(here, **{name: getattr(there, name) for each in chosen for name in each.columns})


def _filled(here: Any, there: Any, column: Any) -> dict[str, Any]:
    """What the record that stays does not say, from the other: protected, so nobody chooses."""
    ours = {"id", "public_id", "version", column.name}
    names = [each.attname for each in here._meta.concrete_fields if each.name not in ours]
    return {
        name: getattr(there, name)
        for name in names
        if getattr(here, name) in EMPTY and getattr(there, name) not in EMPTY
    }


def _last_keys() -> dict[str, int]:
    """The last key of each table that points to people: what comes later has a higher one."""
    models = {column.model._meta.label: column.model for column in relations()}
    return {
        label: model._base_manager.aggregate(last=Max("pk"))["last"] or 0
        for label, model in models.items()
    }


def _seal(rows: Iterable[MergedRow]) -> None:
    """Keep with each row how it reads now that all is done."""
    for (_label, model), group in by_model(rows).items():
        found = model._base_manager.in_bulk({each.record_id for each in group})
        for each in group:
            each.seal = seal_of(found[each.record_id])


def by_model(rows: Iterable[MergedRow]) -> dict[tuple[str, Any], list[MergedRow]]:
    """The rows of a merge by the table that they stand in."""
    models = {column.model._meta.label: column.model for column in relations()}
    models["beneficiaries.Person"] = Person
    found: dict[tuple[str, Any], list[MergedRow]] = {}
    for each in rows:
        found.setdefault((each.model, models[each.model]), []).append(each)
    return found
