"""What somebody chose for a list of theirs: kept with the user, whom every page reads anyway."""

from typing import Any

from django.db import transaction

from accounts.actions.history import record_activity
from accounts.models import User
from genesis.lib.states import lock


@transaction.atomic
def keep_list_choice(user: User, name: str, *, by: User, **choices: Any) -> None:
    """Keep for the list `name` what is given, and forget what is None; all else stays."""
    kept = lock(User(pk=user.pk)).list_choices
    chosen = {key: value for key, value in (kept.get(name, {}) | choices).items() if value}
    rows = User.objects.filter(pk=user.pk)
    rows.update(list_choices=kept | {name: chosen})
    user.list_choices = kept | {name: chosen}
    record_activity("user.list_chosen", user, by=by)
