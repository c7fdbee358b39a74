"""Editing the code lists: a code comes, gets better words, is retired; it is never deleted."""

import json
from functools import cache
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.reference import DATA
from beneficiaries.models import LookupValue
from genesis.lib.states import change, lock

OTHER_LISTS = {
    "countries": gettext_lazy("Countries"),
    "isco08": gettext_lazy("Occupations (ISCO-08)"),
    "isic4": gettext_lazy("Branches of activity (ISIC 4)"),
    "subdivisions": gettext_lazy("States and departments of other countries"),
}


@cache
def _titles() -> dict[str, tuple[str, str]]:
    """What each list is called, in Spanish and in English, as its file says it."""
    return {
        name: tuple(each["title"].rsplit(" / ", 1))
        for file in ("codelists.json", "file_lists.json")
        for name, each in json.loads((DATA / "codes" / file).read_text("utf-8")).items()
    }


def title_of(name: str) -> str:
    """What a list is called, in the language of the page."""
    if name in OTHER_LISTS:
        return str(OTHER_LISTS[name])
    if name not in _titles():
        return name
    spanish, *english = _titles()[name]
    return english[0] if english and get_language() == "en" else spanish


class NoSuchList(ValidationError):
    """Codes are added to the lists that there are: rules and forms read them by name."""

    def __init__(self) -> None:
        super().__init__(_("There is no such list."))


@transaction.atomic
def add_code(
    name: str, *, key: UUID, code: str, es: str, en: str, position: int, alias: str, by: User
) -> LookupValue:
    """Add a code to a list, in both languages.

    Raises OtherContent, NoSuchList, and ValidationError when the list has the code.
    """
    sent = claim(key, by=by, content=[name, code, es, en, position, alias])
    if sent.result:
        return LookupValue.objects.get(pk=sent.result)
    if not LookupValue.objects.filter(list=name).exists():
        raise NoSuchList
    try:
        with transaction.atomic():
            added = LookupValue.objects.create(
                list=name, code=code, es=es, en=en, position=position, alias=alias
            )
    except IntegrityError:
        raise ValidationError({"code": _("The list has this code already.")}) from None
    settle(sent, added)
    record_activity("code.added", added, by=by, list=name, code=code)
    return added


@transaction.atomic
def change_code(
    value: LookupValue, *, version: int, es: str, en: str, position: int, alias: str, by: User
) -> LookupValue:
    """Write a code's texts better: old records say it in the new words too. Raises StaleRecord."""
    value = lock(value)
    changes = change(value, version=version, es=es, en=en, position=position, alias=alias)
    record_activity("code.changed", value, by=by, changes=changes)
    return value


@transaction.atomic
def retire_code(value: LookupValue, *, version: int, by: User) -> LookupValue:
    """Offer a code no more; what was recorded with it stays readable. Raises StaleRecord.

    The last code of a list stays: its forms would have nothing to choose.
    """
    value = lock(value)
    others = LookupValue.objects.of(value.list).exclude(pk=value.pk)
    if not others.exists():
        raise ValidationError(_("It is the last code of its list: add another one first."))
    changes = change(value, version=version, retired=True)
    record_activity("code.retired", value, by=by, changes=changes)
    return value


@transaction.atomic
def take_back_code(value: LookupValue, *, version: int, by: User) -> LookupValue:
    """Offer a retired code again. Raises StaleRecord."""
    value = lock(value)
    changes = change(value, version=version, retired=False)
    record_activity("code.taken_back", value, by=by, changes=changes)
    return value
