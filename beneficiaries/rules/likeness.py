"""How much two files are alike, and in what, in words (CASE-1): no question to the database."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from beneficiaries.choices import DUI_TYPES
from genesis.lib.days import add_months


@dataclass(frozen=True)
class Alike:
    """How strong the likeness of two files is, and what they have in common."""

    words: str
    tone: str
    reasons: tuple[str, ...]


def alike(one: Any, other: Any) -> Alike:
    """What two people, read with their documents and contacts, have in common."""
    same_dui = bool(_duis(one) & _duis(other))
    same_name = one.name_key == other.name_key
    same_phone = bool(_phones(one) & _phones(other))
    same_birth = one.birth_date is not None and one.birth_date == other.birth_date
    found = [
        (same_dui, _("the same DUI")),
        (same_name, _("the same names, in whatever order")),
        (same_birth, _("the same date of birth")),
        (_nearly(one.birth_date, other.birth_date), _("born within a year of one another")),
        (
            same_name and None in {one.birth_date, other.birth_date},
            _("the date of birth is missing"),
        ),
        (same_phone, _("the same telephone")),
    ]
    reasons = tuple(words for holds, words in found if holds)
    if same_dui or (same_name and (same_birth or same_phone)):
        return Alike(_("Very much alike"), "mal", reasons)
    if same_name:
        return Alike(_("Alike"), "alerta", reasons)
    return Alike(_("A little alike"), "plain", reasons or (_("somebody said so"),))


def _duis(person: Any) -> set[str]:
    return {
        each.number for each in person.documents.all() if each.doc_type in DUI_TYPES and each.number
    }


def _phones(person: Any) -> set[str]:
    contact = getattr(person, "contact", None)
    return {str(number) for number, _owner in contact.numbers()} if contact else set()


def _nearly(one: Any, other: Any) -> bool:
    if one is None or other is None or one == other:
        return False
    return add_months(one, -12) <= other <= add_months(one, 12)
