"""People, for the search: by what somebody says of themselves."""

import re

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import Found, Line, found
from beneficiaries.models import Person
from beneficiaries.rules.identity import WrongNumber, normalise_dui
from genesis.lib.pages import ROWS


def people(user: User, text: str) -> Found:
    """Those whom the user sees, by file number, DUI, telephone, or name."""
    rows = _search(Person.objects.visible_to(user).for_list(), text)
    return found(
        _("People"),
        rows,
        _line,
        most=ROWS,
        hint=_("There are more: write another name or surname."),
    )


def _line(person: Person) -> Line:
    place = person.place or _("District missing")
    return Line(
        person.display_name,
        person.get_absolute_url(),
        detail=f"{person.file_number} · {place}",
        person=person.pk,
    )


def _search(visible, text: str) -> QuerySet[Person]:
    """A file number, a DUI or a telephone exactly; anything else among the names."""
    file_number = re.fullmatch(r"(?i)gs-?(\d{4})-?(\d{1,6})", text)
    if file_number:
        year, number = file_number.groups()
        return visible.with_number(f"GS-{year}-{int(number):05}")
    digits = re.sub(r"[\s()+-]", "", text)
    if digits.isascii() and digits.isdigit() and len(digits) >= 8:
        return visible.filter(pk__in=_by_number(digits)).order_by("sort_name", "pk")
    return visible.called(text).order_by("sort_name", "pk")


def _by_number(digits: str) -> QuerySet:
    try:
        number = normalise_dui(digits)
    except WrongNumber:
        phone = f"+{digits}" if len(digits) > 8 else f"+503{digits}"
        known = Q(contact__phone_1=phone) | Q(contact__phone_2=phone)
        return Person.objects.filter(known).values("pk")
    return Person.objects.with_dui(number).values("pk")
