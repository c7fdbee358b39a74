"""The views of the list that the demo's offices and caseworkers keep."""

from uuid import uuid4

from beneficiaries.actions.saved_views import Asked, save_view
from demo.cast import Cast

# name, filters, order, columns
OF_AN_OFFICE = [
    (
        "Sin contacto en 60 días",
        {"contacto": "60"},
        "",
        ["responsable", "contacto", "cita", "telefono"],
    ),
    ("Por asignar", {"caso": "sin"}, "-registered_on", ["distrito", "perfil", "registro"]),
    (
        "Mujeres jóvenes de construcción",
        {"sexo": "F", "edad": "18-24", "sector": "construction"},
        "",
        ["edad", "distrito", "responsable", "estado"],
    ),
]
OF_ONES_OWN = [
    ("Mis planes atrasados", {"caso": "mias", "plan": "plan"}, "", ["estado", "plan", "cita"]),
    ("Mis citas de la semana", {"caso": "mias", "cita": "semana"}, "", ["cita", "telefono"]),
]


def keep_views(cast: Cast) -> None:
    """Coordination keeps some for the office, its first caseworker some for herself."""
    for code, by in cast.coordinators.items():
        for name, *asked in OF_AN_OFFICE:
            office = cast.offices[code]
            save_view(key=uuid4(), name=name, office=office, asked=Asked(*asked), by=by)
        for name, *asked in OF_ONES_OWN:
            who = cast.caseworkers[code][0]
            save_view(key=uuid4(), name=name, office=None, asked=Asked(*asked), by=who)
