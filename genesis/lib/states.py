"""Locked, versioned changes of a record, and moves from one state to the next."""

from typing import Any

from django.db.models import Model, TextChoices
from django.utils.translation import gettext as _

type Changes = dict[str, tuple[Any, Any]]


class MoveNotAllowed(Exception):
    """The record is not in a state from which this move may be made."""

    def __init__(self, record: Any, to: TextChoices) -> None:
        super().__init__(
            _("“{record}” cannot go from {state} to {to}. Possible now: {following}.").format(
                record=record,
                state=record.get_state_display(),
                to=to.label,
                following=", ".join(what_follows(record)),
            )
        )


def what_follows(record: Any) -> list[str]:
    """The words of the states to which a record may go from its own."""
    following = [str(each.label) for each in sorted(record.MOVES[record.state])]
    return following or [_("nothing more")]


class StaleRecord(Exception):
    """Somebody has changed the record since the page was shown."""

    def __init__(self, record: Any) -> None:
        super().__init__(
            _("“{record}” was changed meanwhile. Look at it again.").format(
                record=str(record) or record._meta.verbose_name
            )
        )


class OtherContent(Exception):
    """The same key came before with other content."""


def lock[M: Model](record: M) -> M:
    """Return `record` as it now is in the database, locked until the transaction ends.

    The lock covers this one row, and lets other rows that point at it be saved.
    """
    rows = type(record)._base_manager.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=record.pk)


def change(record: Any, *, version: int, **values: Any) -> Changes:
    """Save `values` to `record` if it is still at `version`; return them, old and new.

    Raises StaleRecord, and saves nothing, when somebody was faster.
    """
    rows = type(record)._base_manager.filter(pk=record.pk, version=version)
    if not rows.update(**values, version=version + 1):
        raise StaleRecord(record)
    changes = {
        name: (getattr(record, name), value)
        for name, value in values.items()
        if getattr(record, name) != value
    }
    for name, value in {**values, "version": version + 1}.items():
        setattr(record, name, value)
    return changes


def check_move(record: Any, to: TextChoices) -> None:
    """Raise MoveNotAllowed where `to` does not follow: for what is done before the move itself."""
    if to not in record.MOVES[record.state]:
        raise MoveNotAllowed(record, to)


def move(record: Any, to: TextChoices, *, version: int, **values: Any) -> Changes:
    """Put `record` in state `to`, with `values` in its other fields, and save it.

    The model's MOVES maps each state to those that may follow it. Call this on
    a record that `lock` returned, so that two moves cannot start from one state.
    Raises MoveNotAllowed or StaleRecord, and then saves nothing.
    """
    check_move(record, to)
    return change(record, version=version, state=to, **values)
