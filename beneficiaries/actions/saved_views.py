"""Views of the list of people: kept under a name, changed, deleted, and the one to start with."""

from copy import copy
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.actions.lists import keep_list_choice
from accounts.models import Organization, User
from beneficiaries.models import SavedView
from genesis.lib.states import change, lock

LIST = "people"
MOST = 40  # of one person, or of one office: more than anybody looks through


@dataclass(frozen=True)
class Asked:
    """What a list was asked: its filters, by their names in the address, order and columns."""

    filters: dict[str, str]
    order: str
    columns: list[str]


@transaction.atomic
def save_view(
    *, key: UUID, name: str, office: Organization | None, asked: Asked, by: User
) -> SavedView:
    """Keep a view, for oneself or for an office. Raises OtherContent and ValidationError."""
    content = [name, office.pk if office else None, asdict(asked)]
    sent = claim(key, by=by, content=content)
    made = SavedView.objects.filter(pk=sent.result).first() if sent.result else None
    if made:
        return made
    _lock_holder(office, by)  # of two views by one name the second is refused
    theirs = {"office": office} if office else {"office": None, "owner": by}
    if SavedView.objects.filter(**theirs).count() >= MOST:
        raise ValidationError(_("There are too many views here. Delete one first."))
    view = SavedView(owner=by, office=office, name=name, **asdict(asked))
    view.full_clean()
    view.save()
    settle(sent, view)
    record_activity("saved_view.created", view, by=by)
    return view


@transaction.atomic
def change_view(
    view: SavedView, *, version: int, name: str, by: User, asked: Asked | None = None
) -> SavedView:
    """Rename a view; with `asked`, it is of this list from now on.

    Raises StaleRecord and ValidationError.
    """
    _lock_holder(view.office, view.owner)
    view = lock(view)
    renamed = copy(view)
    renamed.name = name
    renamed.full_clean()
    content: dict[str, Any] = asdict(asked) if asked else {}
    changes = change(view, version=version, name=name, **content)
    record_activity("saved_view.changed", view, by=by, changes=changes)
    return view


@transaction.atomic
def delete_view(view: SavedView, *, version: int, by: User) -> None:
    """Delete a view: no list starts with it any more.

    Raises StaleRecord, and SavedView.DoesNotExist when somebody was faster.
    """
    _lock_holder(view.office, view.owner)
    view = lock(view)
    change(view, version=version)
    starting = User.objects.filter(**{f"list_choices__{LIST}__view": str(view.public_id)})
    for user in starting.order_by("pk"):
        keep_list_choice(user, LIST, by=by, view=None)
    record_activity("saved_view.deleted", view, by=by)
    view.delete()


def _lock_holder(office: Organization | None, owner: User) -> None:
    """Lock whose view it is: always first, then the view, then those whose list starts with it."""
    lock(office or User(pk=owner.pk))  # by its key: the user of a request is no row yet


def start_with(view: SavedView | None, *, by: User) -> None:
    """Let the list of `by` start with a view, or as it is when nothing is asked."""
    keep_list_choice(by, LIST, by=by, view=str(view.public_id) if view else None)


def choose_columns(keys: list[str], *, by: User) -> None:
    """Let the list of `by` show these columns; none of them: the usual ones."""
    keep_list_choice(by, LIST, by=by, columns=keys or None)
