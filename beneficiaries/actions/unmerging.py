"""Undoing a merge: what has not changed since goes back, row by row."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import record_activity
from accounts.models import User
from beneficiaries.actions.going_along import take_along
from beneficiaries.actions.merging import (
    by_model,
    columns_of,
    folding_of,
    key_of,
    lock_both,
    relations,
    seal_of,
)
from beneficiaries.choices import CaseState
from beneficiaries.models import Case, CaseMove, MergedRow, MergeRecord, Person
from beneficiaries.registry import Fold
from genesis.lib.states import change, lock

type Place = tuple[str, int]  # a table and a key in it


class CannotBeUndone(ValidationError):
    """A merge stands for good: it is too old, was undone, or another was built on it."""


@transaction.atomic
def undo_merge(merge: MergeRecord, *, version: int, reason: str, by: User) -> MergeRecord:
    """Take two files apart again: everything goes back that has not changed since.

    What was added after the merge, and what was changed, stays with the file
    that stayed and is named in `stayed`. Raises StaleRecord, and CannotBeUndone.
    """
    kept, merged = lock_both(merge.kept, merge.merged)
    merge = lock(merge)
    _check(merge, kept)
    rows = list(merge.rows.order_by("-pk"))
    live = _live(rows)
    stays = _what_stays(rows, live, merge)
    _give_back(rows, live, stays)
    for each in (kept, merged):  # what came since stands at the office where it came
        take_along(each, by=by)
    added = _added_since(merge, kept)
    changes = change(
        merge,
        version=version,
        undone_at=timezone.now(),
        undone_by=by,
        undone_reason=reason,
        stayed=_listed([*added, *sorted(stays)]),
    )
    _tell_of_cases(rows, stays, by)
    _raise_versions(kept, merged)
    changes.pop("stayed", None)
    record_activity("person.unmerged", kept, by=by, changes=changes, other=merged.pk)
    record_activity("person.unmerged", merged, by=by, other=kept.pk)
    return merge


def _check(merge: MergeRecord, kept: Person) -> None:
    if merge.undone_at:
        raise CannotBeUndone(_("This merge was undone already."))
    if not merge.can_be_undone:
        day = merge.undo_until.strftime("%d/%m/%Y")
        raise CannotBeUndone(
            _("A merge can be undone until {day}: that day is over, and it stands.").format(day=day)
        )
    if kept.merged_into_id:
        raise CannotBeUndone(_("The file that stayed was itself merged since: undo that first."))


def _live(rows: list[MergedRow]) -> dict[Place, Any]:
    """The rows as they stand now, locked; one that is gone is not there."""
    return {
        (label, pk): row
        for (label, model), group in by_model(rows).items()
        for pk, row in model._base_manager.select_for_update(of=("self",))
        .in_bulk({each.record_id for each in group})
        .items()
    }


def _place(row: MergedRow) -> Place:
    return row.model, row.record_id


def _what_stays(rows: list[MergedRow], live: dict[Place, Any], merge: MergeRecord) -> set[Place]:
    """The rows that went over and changed since, with all that hangs together with them."""
    moved = {_place(each): each for each in rows if each.moved}
    changed = {
        place
        for place, each in moved.items()
        if place not in live or seal_of(live[place]) != each.seal
    }
    changed |= _built_upon(moved, merge)
    ties = _ties(moved, live)
    waiting = list(changed)
    while waiting:
        for place in ties.get(waiting.pop(), set()) - changed:
            changed.add(place)
            waiting.append(place)
    return changed


def _built_upon(moved: dict[Place, MergedRow], merge: MergeRecord) -> set[Place]:
    """What something points to that came to the other file after the merge."""
    found = set()
    for column in relations():
        label = column.model._meta.label
        newer = column.model._base_manager.filter(
            **{column.name: merge.kept_id, "pk__gt": merge.known.get(label, 0)}
        )
        for each in _ways_between(column.model, {key for key, _pk in moved}):
            there = each.related_model._meta.label
            found |= {(there, pk) for pk in newer.values_list(each.attname, flat=True) if pk}
    return found & moved.keys()


def _ties(moved: dict[Place, MergedRow], live: dict[Place, Any]) -> dict[Place, set[Place]]:
    """Which of the moved rows point to one another: they go, or stay, together."""
    labels = {label for label, _pk in moved}
    ties: dict[Place, set[Place]] = {}
    for place in moved.keys() & live.keys():
        row = live[place]
        for each in _ways_between(type(row), labels):
            other = (each.related_model._meta.label, getattr(row, each.attname))
            if other in moved and other != place:
                ties.setdefault(place, set()).add(other)
                ties.setdefault(other, set()).add(place)
    return ties


def _ways_between(model: Any, labels: set[str]) -> list[Any]:
    """The columns of a table that point to another table of those."""
    return [
        each
        for each in model._meta.concrete_fields
        if each.is_relation
        and each.related_model is not Person
        and each.related_model._meta.label in labels
    ]


def _give_back(rows: list[MergedRow], live: dict[Place, Any], stays: set[Place]) -> None:
    """Undo each change, the last first. What the database refuses stays, and is named."""
    refused: set[Place] = set()
    for each in rows:
        place = _place(each)
        if place in stays or place not in live:
            continue
        if not _restored(each, live[place]):
            refused.add(place)
    stays |= refused


def _restored(change_made: MergedRow, row: Any) -> bool:
    """Put back the columns that still read as the merge left them; say whether all did."""
    model = type(row)
    now = columns_of(model._base_manager.get(pk=row.pk))
    same = [name for name, value in change_made.after.items() if now.get(name) == value]
    fields = {each.attname: each for each in model._meta.concrete_fields}
    values = {name: fields[name].to_python(change_made.before[name]) for name in same}
    if hasattr(row, "version"):
        values["version"] = F("version") + 1
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=row.pk).update(**values)
    except IntegrityError:
        return False
    return len(same) == len(change_made.after)


def _added_since(merge: MergeRecord, kept: Person) -> list[Place]:
    """What points to the file that stayed and came after the merge."""
    return [
        (column.model._meta.label, pk)
        for column in sorted(relations(), key=key_of)
        if folding_of(column).how != Fold.STAY
        for pk in column.model._base_manager.filter(
            **{column.name: kept, "pk__gt": merge.known.get(column.model._meta.label, 0)}
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    ]


def _listed(places: Iterable[Place]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for label, pk in dict.fromkeys(places):
        found.setdefault(label, []).append(pk)
    return found


def _tell_of_cases(rows: list[MergedRow], stays: set[Place], by: User) -> None:
    """A case that had ended as merged goes on: its way says so."""
    for each in rows:
        ended = each.model == Case._meta.label and each.after.get("state") == CaseState.MERGED
        if ended and _place(each) not in stays:
            case = Case.objects.get(pk=each.record_id)
            if case.state != CaseState.MERGED:
                CaseMove.objects.create(
                    case=case,
                    from_state=CaseState.MERGED,
                    to_state=case.state,
                    by=by,
                    reason=_("The merge of two files was undone."),
                )


def _raise_versions(*people: Person) -> None:
    for each in people:  # whoever has a page of one of the two open is told
        Person.objects.filter(pk=each.pk).update(version=F("version") + 1)
