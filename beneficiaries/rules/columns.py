"""What a workbook of people may tell, and by which headings its columns are known."""

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy

from genesis.lib.search import plain

FIELDS = {
    "given_names": gettext_lazy("Given names"),
    "surnames": gettext_lazy("Surnames"),
    "sex": gettext_lazy("Sex"),
    "birth_date": gettext_lazy("Date of birth"),
    "dui": gettext_lazy("DUI"),
    "phone": gettext_lazy("Telephone"),
    "department": gettext_lazy("Department"),
    "municipality": gettext_lazy("Municipality"),
    "return_country": gettext_lazy("Country of return"),
    "return_date": gettext_lazy("Date of return"),
    "return_type": gettext_lazy("Kind of return (kept of who agreed to sensitive data)"),
    "work_start": gettext_lazy("Start of the work abroad"),
    "work_end": gettext_lazy("End of the work abroad"),
    "occupation": gettext_lazy("Occupation"),
    "sector": gettext_lazy("Sector"),
    "consent": gettext_lazy("Consent"),
    "sensitive": gettext_lazy("Consent to sensitive data"),
    "registration_date": gettext_lazy("Date of registration"),
    "notes": gettext_lazy("Remarks (kept of who agreed to sensitive data)"),
}
SENSITIVE = {"return_type", "notes"}  # kept only of who agreed to sensitive data (CASE-3)
WHO = {"given_names", "surnames"}
ONLY_OF_PEOPLE = ("given_names", "surnames", "birth_date", "dui")
NEEDED = ("given_names", "surnames", "consent", "registration_date")
HEADINGS = {
    "given_names": ["nombres", "nombre", "primer nombre"],
    "surnames": ["apellidos", "apellido", "primer apellido"],
    "sex": ["sexo", "genero"],
    "birth_date": ["fecha nac", "fecha nacimiento", "nacimiento", "f nac"],
    "dui": ["dui", "numero documento"],
    "phone": ["telefono", "telefonos", "tel", "celular", "movil", "whatsapp"],
    "department": ["departamento", "depto", "dpto"],
    "municipality": ["municipio", "distrito"],
    "return_country": ["pais retorno", "pais procedencia", "retorno desde", "pais"],
    "return_date": ["fecha retorno", "fecha deportacion"],
    "return_type": ["tipo retorno", "forma retorno", "modalidad retorno"],
    "work_start": ["inicio trabajo", "inicio trabajo exterior", "inicio empleo", "trabajo desde"],
    "work_end": ["fin trabajo", "fin trabajo exterior", "fin empleo", "trabajo hasta"],
    "occupation": ["ocupacion", "oficio", "puesto"],
    "sector": ["sector", "rubro"],
    "consent": ["consentimiento", "consentimiento informado", "autoriza"],
    "sensitive": ["datos sensibles", "consentimiento datos sensibles", "acepta datos sensibles"],
    "registration_date": ["fecha registro", "fecha inscripcion", "fecha atencion"],
    "notes": ["observaciones", "observacion", "notas", "comentarios"],
}
FILLERS = {"de", "del", "la", "las", "el", "los", "en", "n", "no", "num", "al", "y"}


def propose_mapping(
    columns: Iterable[str], headings: Mapping[str, list[str]] = HEADINGS
) -> dict[str, str]:
    """Return which column seems to hold which of our fields, by the words of its heading."""
    wanted = [(name, heading.split()) for name, known in headings.items() for heading in known]
    matches = [
        (likeness, -place, field_name, column)
        for place, column in enumerate(columns)
        if (words := [word for word in words_of(column) if word not in FILLERS])
        for field_name, heading in wanted
        if (likeness := _likeness(heading, words))
    ]
    mapping: dict[str, str] = {}
    for _likeness_of, _place_of, field_name, column in sorted(matches, reverse=True):
        if field_name not in mapping and column not in mapping.values():
            mapping[field_name] = column
    return {name: mapping[name] for name in headings if name in mapping}


def words_of(text):
    return re.findall(r"[a-z0-9]+", plain(text))


def _likeness(wanted, words):
    """How well a column's words fit a heading: all of it, or with other words around it."""
    if words == wanted:
        return 100
    return 10 * len(wanted) - len(words) if set(wanted) <= set(words) else 0
