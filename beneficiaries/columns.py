"""The columns of the list of people: what each shows, to whom, and what the question needs for it.

Nothing above D3 is a column: who reads what is protected says why, person by person. A class
that a role reads only of the people assigned is empty for all others.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Case, QuerySet, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from beneficiaries import permissions
from beneficiaries.choices import CaseState, Outcome, Service, Sex
from beneficiaries.models import Person, listing
from beneficiaries.rules.care import PLAN_WITHIN
from genesis.lib.sensitivity import D1, D2, D3

EMPTY = "–"


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """One column: `value` reads it from a person of a list made `with_columns`.

    A text is empty and a number or a date None where nothing is known. `fields` are columns
    of the person that the question loads, `needs` what is added to each row under a name.
    """

    key: str  # in addresses and saved views
    heading: Any
    value: Callable[[Any], Any]
    level: str = D1
    kind: Kind = Kind.TEXT
    fields: tuple[str, ...] = ()
    needs: dict[str, Callable[[], Any]] = field(default_factory=dict)
    order: str = ""  # by which the list may be sorted
    missing: Any = EMPTY  # what the page says where there is nothing
    fixed: bool = False  # always shown, in the first cell of a row
    on_one_line: bool = False

    def shown(self, person: Any) -> str:
        """The value as a page writes it."""
        value = self.value(person)
        if value is None or value == "":
            return str(self.missing)
        return date_format(value, "SHORT_DATE_FORMAT") if isinstance(value, date) else str(value)


def _label(choices: Any, name: str) -> Callable[[Any], str]:
    """Read a code that was added to the row as its label."""
    labels = dict(choices.choices)
    return lambda person: str(labels.get(getattr(person, name), ""))


def _day(moment: Any) -> date | None:
    return timezone.localdate(moment) if moment else None


def _added(name: str) -> Callable[[Any], Any]:
    return lambda person: getattr(person, name) or ""


_ALL = [
    Column(
        "nombre",
        _("Person"),
        lambda person: person.display_name,
        level=D2,
        fields=("given_names", "surnames"),
        order="sort_name",
        fixed=True,
    ),
    Column(
        "numero",
        _("File number"),
        lambda person: person.file_number,
        fields=("file_number",),
        fixed=True,
    ),
    Column(
        "distrito",
        _("District"),
        lambda person: person.place,
        level=D2,
        fields=("district_id",),
        missing=_("District missing"),
    ),
    Column(
        "departamento",
        _("Department"),
        lambda person: person.place.rpartition(", ")[2],
        level=D2,
        fields=("district_id",),
    ),
    Column("sector", _("Sector"), lambda person: str(person.sector_label), fields=("sector",)),
    Column("perfil", _("Profile"), lambda person: str(person.status_label), fields=("status",)),
    Column(
        "sexo",
        _("Sex"),
        lambda person: str(Sex(person.sex).label),
        level=D2,
        fields=("sex",),
    ),
    Column(
        "edad",
        _("Age"),
        lambda person: person.age,
        level=D2,
        kind=Kind.NUMBER,
        fields=("birth_date",),
    ),
    Column(
        "telefono",
        _("Telephone"),
        lambda person: str(person.phone_to_use or ""),
        level=D2,
        needs={"phone_to_use": listing.phone_to_use},
        on_one_line=True,
    ),
    Column(
        "oficina",
        _("Office"),
        _added("office_name"),
        needs={"office_name": listing.office_name},
    ),
    Column(
        "responsable",
        _("Caseworker"),
        lambda person: (person.caseworker_name or "").strip(),
        needs={"caseworker_name": listing.caseworker_name},
        missing=_("To be assigned"),
    ),
    Column(
        "estado",
        _("Case state"),
        _label(CaseState, "case_state"),
        needs={"case_state": listing.case_state},
    ),
    Column(
        "elegibilidad",
        _("Eligibility"),
        _label(Outcome, "case_outcome"),
        needs={"case_outcome": listing.case_outcome},
    ),
    Column(
        "contacto",
        _("Last contact"),
        lambda person: person.last_contact_on,
        kind=Kind.DATE,
        needs={"last_contact_on": listing.last_contact_on},
    ),
    Column(
        "cita",
        _("Next appointment"),
        lambda person: _day(person.next_appointment_at),
        kind=Kind.DATE,
        needs={"next_appointment_at": listing.next_appointment_at},
    ),
    Column(
        "plan",
        _("Plan due on"),
        lambda person: person.plan_due_on,
        kind=Kind.DATE,
        needs={"plan_due_on": lambda: listing.plan_due_on(PLAN_WITHIN)},
    ),
    Column(
        "servicio",
        _("Last service"),
        _label(Service, "last_service"),
        needs={"last_service": lambda: listing.last_service(without=permissions.SEALED_SERVICES)},
    ),
    Column(
        "ocupacion",
        _("Occupation"),
        _added("occupation"),
        level=D3,
        needs={"occupation": listing.occupation},
    ),
    Column(
        "registro",
        pgettext_lazy("person", "Registered on"),
        lambda person: person.registered_on,
        kind=Kind.DATE,
        fields=("registered_on",),
        order="registered_on",
    ),
]
COLUMNS: dict[str, Column] = {each.key: each for each in _ALL}
FIXED = [each for each in _ALL if each.fixed]
USUAL = ("distrito", "sector", "perfil", "registro")  # until somebody chooses others


def columns_for(user: User, keys: Iterable[str] | None = None) -> list[Column]:
    """The columns that `keys` name in their order, after those that are always shown.

    Left out is what no role of `user` reads, what is unknown and what came before; without
    `keys`, the usual ones.
    """
    wanted = dict.fromkeys(USUAL if keys is None else keys)
    named = [COLUMNS[key] for key in wanted if key in COLUMNS and not COLUMNS[key].fixed]
    return [*FIXED, *(each for each in named if permissions.reads_class(user, each.level))]


def columns_to_choose(user: User) -> list[Column]:
    """Those among which `user` chooses."""
    return [each for each in columns_for(user, COLUMNS) if not each.fixed]


def with_columns(
    people: QuerySet[Person], columns: Iterable[Column], user: User
) -> QuerySet[Person]:
    """Load for each row what `columns` show, and nothing that they do not.

    `people` are those that `user` sees. Of a class that a role reads only of some, the
    values of the others stay in the database.
    """
    columns = list(columns)
    fields = dict.fromkeys(name for each in columns for name in each.fields)
    added = {
        name: _walled(make(), each.level, user)
        for each in columns
        for name, make in each.needs.items()
    }
    return people.only("public_id", *fields).annotate(**added)


def _walled(value: Any, level: str, user: User) -> Any:
    if level in {D1, D2}:
        return value  # of everybody whom they see
    return Case(When(permissions.whose(user, level), then=value), default=None)
