"""Erasing what is kept of a person: her identity becomes a pseudonym, counts stay (CASE-38)."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models import Activity, Draft, ReadReason
from beneficiaries.actions.everything import Rows, classes_of, rows_of_person
from beneficiaries.choices import ErasureKind, Precision
from beneficiaries.models import Person
from beneficiaries.registry import (
    ERASERS,
    ERASING_IDENTITY,
    ERASING_SENSITIVE,
    INDICATORS,
    Erase,
    Erasing,
)
from genesis.lib.days import age_on
from genesis.lib.search import name_columns
from genesis.lib.sensitivity import D4, D5, D6

GONE = "–"  # instead of a text: that something was said is kept, not what
NAME = "Datos eliminados"
PROTECTED = {D4, D5, D6}


class NotHandled(ImproperlyConfigured):
    """Nobody said what becomes of a table that holds personal data."""


def erasing_of(model: type[models.Model], kind: str) -> Erasing:
    """What becomes of a table. Raises NotHandled for one that nobody named and that says more."""
    named = ERASING_SENSITIVE if kind == ErasureKind.SENSITIVE else ERASING_IDENTITY
    if found := named.get(model._meta.label):
        return found
    known = classes_of(model) - {"D1"}
    if kind == ErasureKind.SENSITIVE:
        if not known & PROTECTED:
            return Erasing(Erase.KEEP)
        if known <= PROTECTED:
            return Erasing(Erase.DELETE)
    elif not known - PROTECTED:
        return Erasing(Erase.KEEP)  # what it protects is erased with the protected data
    raise NotHandled(f"{model._meta.label}: {kind}")


@transaction.atomic
def erase_person(person: Person, kind: str) -> dict[str, int]:
    """Erase what is protected of a person, or all by which she is known; say how much went.

    Nobody can take it back. The file number stays, and what figures count.
    """
    rows = rows_of_person(person)
    counts = _erase(rows, ErasureKind.SENSITIVE)
    if kind == ErasureKind.IDENTITY:
        for label, count in _erase(rows, ErasureKind.IDENTITY).items():
            counts[label] = max(count, counts.get(label, 0))
        for each in Person.objects.filter(pk__in=rows[Person]):
            _make_a_pseudonym(each)
        _clear_the_trace(rows[Person])
        for erase in ERASERS:
            erase(rows[Person])
    _drop_drafts(rows)
    return {label: count for label, count in sorted(counts.items()) if count}


def _erase(rows: Rows, kind: str) -> dict[str, int]:
    counts = {}
    for model, keys in rows.items():
        erasing = erasing_of(model, kind)
        found = model._base_manager.filter(pk__in=keys)
        if erasing.how != Erase.KEEP:
            _drop_files(model, found, erasing)
            counts[model._meta.label] = found.count()
        if erasing.how == Erase.BLANK:
            _empty(model, found, erasing.columns)
        elif erasing.how == Erase.DELETE:
            # Past PROTECT, which is there so that no page deletes: what still points to a row
            # that goes is refused by the database when the transaction ends.
            found._raw_delete(found.db)
    return counts


def _empty(model: type[models.Model], found: Any, columns: Iterable[str]) -> None:
    """All columns of a row at once: some are allowed to be empty only together."""
    fields = [model._meta.get_field(name) for name in columns]
    found.update(**{each.name: _what_is_left(each) for each in fields})


def _what_is_left(field: Any) -> Any:
    if not _is_text(field):
        return _empty_value(field)
    said = Value(GONE[: field.max_length])
    return Case(When(**{field.name: ""}, then=Value("")), default=said)


def _is_text(field: Any) -> bool:
    if isinstance(field, PhoneNumberField | models.EmailField | models.FileField) or field.choices:
        return False
    return isinstance(field, models.CharField | models.TextField)


def _empty_value(field: Any) -> Any:
    if field.null:
        return None
    if isinstance(field, models.JSONField | ArrayField):
        return field.get_default() or ([] if isinstance(field, ArrayField) else {})
    return False if isinstance(field, models.BooleanField) else ""


def _drop_files(model: type[models.Model], found: Any, erasing: Erasing) -> None:
    """The files that the rows name go when the transaction is through."""
    for field in model._meta.concrete_fields:
        named = isinstance(field, models.FileField) and (
            erasing.how == Erase.DELETE or field.name in erasing.columns
        )
        for row in found.exclude(**{field.name: ""}) if named else []:
            file = getattr(row, field.name)
            transaction.on_commit(partial(file.storage.delete, str(file.name)))


def _make_a_pseudonym(person: Person) -> None:
    """Her names go; sex, profile and district stay for the figures, and an age as old as hers."""
    born = _another_birthday(person) if person.birth_date else None
    Person.objects.filter(pk=person.pk).update(
        given_names=NAME,
        surnames="",
        **name_columns(NAME, "") | {"name_key": f"{GONE} {person.pk}"},
        birth_date=born,
        birth_precision=Precision.YEAR if born else "",
        version=models.F("version") + 1,
    )


def _another_birthday(person: Person) -> date:
    """The first day of that year with which she counts in every figure at the age she had."""
    born = person.birth_date
    assert born is not None
    days = _days_that_count(person)
    ages = [age_on(born, day) for day in days]
    first = date(born.year, 1, 1)
    candidates = (first + timedelta(days=place) for place in range(366))
    return next(each for each in candidates if [age_on(each, day) for day in days] == ages)


def _days_that_count(person: Person) -> list[date]:
    """The days of the events by which she stands in the figures."""
    now, days = timezone.now(), set()
    for each in INDICATORS.values():
        if each.whose:
            hers = each.events(now).values().filter(**{each.whose: person.pk})
            days |= set(hers.values_list("on", flat=True))
    return sorted(days)


def _clear_the_trace(people: set[int]) -> None:
    """Who did and read what stays on record, without the values of her columns and the reasons."""
    for each in Activity.objects.filter(person_id__in=people).exclude(changes={}):
        Activity.objects.filter(pk=each.pk).update(changes=dict.fromkeys(each.changes))
    ReadReason.objects.filter(person_id__in=people).update(reason=GONE)


def _drop_drafts(rows: Rows) -> None:
    """What somebody typed about her and never sent."""
    about = Q(pk=None)
    for model, keys in rows.items():
        if any(each.name == "public_id" for each in model._meta.concrete_fields):
            ids = model._base_manager.filter(pk__in=keys).values_list("public_id", flat=True)
            for public_id in ids:
                about |= Q(target__contains=str(public_id))
    Draft.objects.filter(about).delete()
