"""Lists of people as files, and one thing done with many of them."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from accounts.models import User
from accounts.roles import Role
from beneficiaries.actions import bulk, list_exports
from beneficiaries.choices import ExportFormat
from beneficiaries.columns import USUAL
from beneficiaries.models import ListExport, MessageTemplate, Person
from beneficiaries.permissions import exportable
from demo.cast import Cast, address

SOME = 12
VALUES = {
    "actividad": "la reunión de familias",
    "dia": "viernes",
    "hora": "9:00",
    "lugar": "la sede",
}


def take_lists_out(cast: Cast) -> None:
    """Who coordinates has a file without names, and waits for a second person for another."""
    for role in (Role.TERRITORIAL_COORDINATOR, Role.PROGRAMME_COORDINATOR):
        by = User.objects.get(email=address(role))
        people = list(exportable(by).order_by("sort_name", "pk"))
        list_exports.make_small(_ask(people, "Reunión de equipo de la semana", by=by))
        _ask(people[:SOME], "Lista de asistencia del acto de entrega", by=by, named=True)
    _write_to_many(cast.caseworkers["ss"][0])


def _ask(people: Sequence[Person], purpose: str, *, by: User, **changes: Any) -> ListExport:
    asked = {"file_format": ExportFormat.XLSX, "named": False, "filters": [], "columns": USUAL}
    return list_exports.ask_for_export(
        [each.pk for each in people], key=uuid4(), purpose=purpose, by=by, **asked | changes
    )


def _write_to_many(by: User) -> None:
    """One text for some of those whom a caseworker accompanies; not everybody can be reached."""
    theirs = Person.objects.visible_to(by).accompanied_by(by).order_by("sort_name", "pk")
    rows = list(theirs.exclude(contact=None).values_list("pk", "version")[:SOME])
    template = MessageTemplate.objects.get(code="recordatorio")
    run = bulk.prepare_messages(
        rows, key=uuid4(), template=template, values=VALUES, filters=["Casos: Míos"], by=by
    )
    bulk.do_few(run)
