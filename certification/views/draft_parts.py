"""How the parts of a draft are shown to who writes them: which tables, which rows, which links."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from certification.choices import CriterionKind, InstrumentKind, Recommendation, Scale
from certification.rules.standard_document import PATHS, rows_of

SECTIONS = {
    "criterios": _("Units, elements and criteria"),
    "conocimientos": _("Knowledge"),
    "instrumentos": _("Instruments and items"),
    "diagnostico": _("Diagnosis"),
    "equipo": _("Equipment of a workstation"),
}


@dataclass(frozen=True)
class Kind:
    """How one kind of row is called, and on which page it stands."""

    section: str
    title: Any  # of their table
    adding: Any
    changing: Any
    below: Any = ""  # what goes with it when it is taken out


KINDS = {
    "unidad": Kind(
        "criterios",
        _("Units"),
        _("Add a unit"),
        _("Change a unit"),
        _("Its elements and their criteria go with it."),
    ),
    "elemento": Kind(
        "criterios",
        _("Elements"),
        _("Add an element"),
        _("Change an element"),
        _("Its criteria go with it."),
    ),
    "criterio": Kind("criterios", _("Criteria"), _("Add a criterion"), _("Change a criterion")),
    "conocimiento": Kind(
        "conocimientos", _("Knowledge"), _("Add knowledge"), _("Change knowledge")
    ),
    "instrumento": Kind(
        "instrumentos",
        _("Instruments"),
        _("Add an instrument"),
        _("Change an instrument"),
        _("Its items go with it."),
    ),
    "item": Kind("instrumentos", _("Items"), _("Add an item"), _("Change an item")),
    "pregunta": Kind("diagnostico", _("Questions"), _("Add a question"), _("Change a question")),
    "tramo": Kind("diagnostico", _("Bands"), _("Add a band"), _("Change a band")),
    "equipo": Kind(
        "equipo", _("Equipment of a workstation"), _("Add equipment"), _("Change equipment")
    ),
}
# Where what is wrong in a place is mended.
MENDED_AT = {
    "norma.unidades": "criterios",
    "norma.conocimientos": "conocimientos",
    "norma.condiciones_evaluacion.equipo_por_puesto": "equipo",
    "instrumentos": "instrumentos",
    "diagnostico": "diagnostico",
}


@dataclass(frozen=True)
class Row:
    """One row as its table shows it."""

    text: str
    detail: str
    change_url: str
    move_url: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Table:
    """The rows of one kind below one other, and where one more is added."""

    title: str
    adding: Any
    add_url: str
    rows: list[Row]
    level: int  # how deep it stands


def section_of_place(place):
    """The part in which a fault is mended; «datos» for what is said of the whole."""
    for start, section in MENDED_AT.items():
        if place.startswith(start):
            return section
    whole = place.startswith(("norma", "calificacion"))
    return "datos" if whole else "instrumentos"  # the codes of items and of what they test


def row_of(kind, row):
    """A row in one line."""
    said = row.get("titulo") or row.get("texto") or row.get("nombre") or row.get("mensaje", "")
    code = row.get("codigo") or (f"{row['desde']}–{row['hasta']}" if kind == "tramo" else "")
    return f"{code} {said}".strip()


def tables_of(draft, document, section):
    """The tables of one part, each followed by those below its rows."""
    top = [kind for kind, each in KINDS.items() if each.section == section and _is_top(kind)]
    return [table for kind in top for table in _tables(draft, document, kind, (), "")]


def _is_top(kind):
    return None not in PATHS[kind]


BELOW = {"unidad": "elemento", "elemento": "criterio", "instrumento": "item"}


def _tables(draft, document, kind, above, of):
    rows = rows_of(document, kind, above)
    title = f"{of}: {str(KINDS[kind].title).lower()}" if of else str(KINDS[kind].title)
    yield Table(
        title,
        KINDS[kind].adding,
        _url("row_add", draft, kind, above or (0,)),
        [_row(draft, kind, (*above, n), row, len(rows)) for n, row in enumerate(rows)],
        len(above),
    )
    if kind in BELOW:
        for number, row in enumerate(rows):
            yield from _tables(draft, document, BELOW[kind], (*above, number), row["codigo"])


def _row(draft, kind, numbers, row, count):
    return Row(
        row_of(kind, row),
        " · ".join(str(each) for each in _details(kind, row) if each),
        _url("row_change", draft, kind, numbers),
        _url("row_move", draft, kind, numbers),
        numbers[-1] == 0,
        numbers[-1] == count - 1,
    )


def _url(name, draft, kind, numbers):
    where = "-".join(map(str, numbers))
    return reverse(f"certification:{name}", args=[draft.public_id, kind, where])


def _details(kind, row):
    if kind == "criterio":
        yield CriterionKind(row["tipo"]).label
    if kind == "conocimiento":
        yield row.get("nivel")
    if kind == "instrumento":
        yield InstrumentKind(row["tipo"]).label
        yield f"{row['minimo_pct']} %"
    if kind == "equipo":
        yield f"× {row['cantidad']}"
        yield "" if row.get("obligatorio") else _("Not obligatory")
    if kind == "tramo":
        yield Recommendation(row["recomendacion"]).label
    if kind == "item":
        yield row.get("criterio") or row.get("conocimiento")
        yield row["peso"]
        yield Scale(row["escala"]).label
        yield _("Critical") if row.get("critico") else ""
        yield _("Safety") if row.get("seguridad") else ""
