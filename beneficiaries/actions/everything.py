"""All that is kept of a person, found by introspection: a new table cannot be forgotten."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, FileField, ForeignKey, Model
from django.db.models.functions import TruncDate
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import ReadLog, RoleAssignment
from beneficiaries.actions.merging import key_of, relations
from beneficiaries.models import Person
from beneficiaries.registry import NAMES_OTHERS, OF_ANOTHER
from genesis.lib.search import name_columns
from genesis.lib.sensitivity import D1, D2, D3, D4, D5, D6, NONE, class_of

type Rows = dict[type[Model], set[Any]]

IN_A_COPY = {D1, D2, D3, D4}
BY_THE_TEAM_ALONE = {D5, D6}


def rows_of_person(person: Person) -> Rows:
    """The keys of every row that is hers, table by table, however far down it hangs."""
    found: Rows = {Person: {person.pk}}
    waiting: list[tuple[type[Model], set[Any]]] = [(Person, {person.pk})]
    while waiting:
        model, keys = waiting.pop(0)
        for column in relations(model):
            if key_of(column) in OF_ANOTHER:
                continue
            rows = column.model._base_manager.filter(**{f"{column.name}__in": keys})
            known = found.setdefault(column.model, set())
            new = set(rows.values_list("pk", flat=True)) - known
            if new:
                known |= new
                waiting.append((column.model, new))
    return {model: keys for model, keys in found.items() if keys}


def tables() -> Iterator[type[Model]]:
    """Every table in which something of a person may stand."""
    seen: set[type[Model]] = set()
    waiting: list[type[Model]] = [Person]
    while waiting:
        model = waiting.pop(0)
        if model not in seen:
            seen.add(model)
            yield model
            waiting += [each.model for each in relations(model) if key_of(each) not in OF_ANOTHER]


def copy_of(person: Person) -> list[dict[str, Any]]:
    """What is kept of her, table by table, in words: for her to read and to take elsewhere.

    It ends with who read it, by day, role and office. What psychosocial and legal
    care wrote (D5, D6) comes from these teams alone, and what names other people
    is left out: of both the copy says that it is so.
    """
    with translation.override("es"):
        kept = [_table(model, keys) for model, keys in rows_of_person(person).items()]
        return [*kept, _readings(person)]


def columns_of_copy(model: type[Model]) -> list[Any]:
    """The columns of a table that she gets to read."""
    label = model._meta.label
    # What is made out of a name, to find it and to sort by it, tells nothing more.
    left_out = {*NAMES_OTHERS.get(label, ()), *name_columns("", "")}
    return [
        each
        for each in model._meta.concrete_fields
        if class_of(label, each.name) in IN_A_COPY and each.name not in left_out
    ]


def _table(model: type[Model], keys: set[Any]) -> dict[str, Any]:
    label = model._meta.label
    others = NAMES_OTHERS.get(label, ())
    columns = columns_of_copy(model)
    rows = model._base_manager.filter(pk__in=keys).order_by("pk")
    related = [each.name for each in columns if isinstance(each, ForeignKey)]
    left_out = [
        each
        for each in model._meta.concrete_fields
        if each.name in others or class_of(label, each.name) in BY_THE_TEAM_ALONE
    ]
    return {
        "table": label,
        "title": str(model._meta.verbose_name_plural),
        "count": len(keys),
        "rows": [
            {str(each.verbose_name): _value(row, each) for each in columns}
            for row in (rows.select_related(*related) if related else rows)
        ]
        if columns
        else [],
        "left_out": [str(each.verbose_name) for each in left_out],
    }


def _value(row: Any, column: Any) -> Any:
    """A value as people read it: the words of a code, the name of what it points to."""
    value = getattr(row, column.name)
    if isinstance(column, FileField):
        return _("a file") if value else ""
    if isinstance(column, ForeignKey):
        return str(value) if value is not None else None
    if isinstance(value, list) and getattr(column, "base_field", None):
        words = dict(column.base_field.flatchoices)
        return ", ".join(str(words.get(each, each)) for each in value)
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")())
    return value


def _readings(person: Person) -> dict[str, Any]:
    """Who read her file, by day: what they are here and where, for their names are not hers."""
    read = ReadLog.objects.filter(persons__overlap=[person.pk, *person.earlier_files()])
    counted = read.annotate(day=TruncDate("at")).values("day", "actor").annotate(Count("pk"))
    lines = list(counted.order_by("-day", "actor"))
    held = defaultdict(list)
    of_them = RoleAssignment.objects.filter(user__in={each["actor"] for each in lines})
    for each in of_them.select_related("organization").order_by("pk"):
        held[each.user_id].append(f"{each.get_role_display()}, {each.organization}")
    return {
        "table": ReadLog._meta.label,
        "title": _("Who read the file"),
        "count": len(lines),
        "rows": [
            {
                _("Day"): each["day"],
                _("Role and office"): "; ".join(held[each["actor"]]),
                _("Times"): each["pk__count"],
            }
            for each in lines
        ],
        "left_out": [],
    }


def is_classified(model: type[Model]) -> bool:
    """Whether the register of personal data knows every column of a table."""
    label = model._meta.label
    return all(class_of(label, each.name) is not None for each in model._meta.concrete_fields)


def classes_of(model: type[Model]) -> set[str]:
    """The classes of data that a table holds."""
    label = model._meta.label
    found = {class_of(label, each.name) for each in model._meta.concrete_fields}
    return {each for each in found if each not in {None, NONE}}
