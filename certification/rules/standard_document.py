"""The document of a standard, as its file has it: read from text, and changed row by row.

A document is kept as JSON. The keys to the questions are kept apart from it.
"""

from copy import deepcopy
from datetime import date
from hashlib import sha256
from json import dumps

import yaml
from django.utils.translation import gettext as _

from certification.choices import Scale
from certification.rules.standard_parts import Fault, InvalidStandard
from certification.rules.standard_values import KEYS, MOST_DIGITS
from genesis.lib.textclean import UnreadableText, clean_text

LONGEST_FILE = 256 * 1024  # sixteen times a standard of 37 items
ORDER = {key: place for place, key in enumerate(dict.fromkeys(sum(KEYS.values(), ())))}
# Where the rows of each kind stand; None is the number of the row above.
PATHS = {
    "unidad": ("norma", "unidades"),
    "elemento": ("norma", "unidades", None, "elementos"),
    "criterio": ("norma", "unidades", None, "elementos", None, "criterios"),
    "conocimiento": ("norma", "conocimientos"),
    "equipo": ("norma", "condiciones_evaluacion", "equipo_por_puesto"),
    "instrumento": ("instrumentos",),
    "item": ("instrumentos", None, "items"),
    "pregunta": ("diagnostico", "preguntas"),
    "tramo": ("diagnostico", "interpretacion"),
}
BELOW = {"unidad": "elementos", "elemento": "criterios", "instrumento": "items"}


class NoSuchRow(LookupError):
    """The document has no row there."""


# Reading a file


class Loader(yaml.SafeLoader):
    """Plain values alone: no references, which make a small file huge, and no key twice."""

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem_mark=self.peek_event().start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _value in node.value:
            if key.value in seen if isinstance(key.value, str) else False:
                raise yaml.MarkedYAMLError(problem_mark=key.start_mark)
            if isinstance(key.value, str):
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse(text: str | bytes):
    """What a file holds, as JSON keeps it; raises InvalidStandard when it cannot be read."""
    if len(text) > LONGEST_FILE:
        raise InvalidStandard([_("The file is too large.")])
    try:
        return _plain(_load(text), _("file"))
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        message = _("The file cannot be read from line %(line)s on.")
        raise InvalidStandard([message % {"line": mark.line + 1 if mark else 1}]) from problem
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        if isinstance(problem, InvalidStandard):
            raise
        raise InvalidStandard([_("The file cannot be read: it is not YAML.")]) from problem


def _load(text):
    loader = Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _plain(value, place):
    """A value as JSON keeps it, its text cleaned; raises InvalidStandard for what it does not."""
    if isinstance(value, dict):
        kept = [(_key(key, place), each) for key, each in value.items()]
        if len(dict(kept)) < len(kept):
            raise InvalidStandard([Fault(place, _("two keys are the same here."))])
        return {key: _plain(each, f"{place}.{key}") for key, each in kept}
    if isinstance(value, list):
        return [_plain(each, f"{place}[{number}]") for number, each in enumerate(value)]
    if type(value) is date:
        return value.isoformat()
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:  # booleans never are
        raise InvalidStandard([Fault(place, _("this number is too large."))])
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and value - value == 0:  # neither infinite nor none at all
        return value
    if isinstance(value, str):
        return _text(value, place)
    raise InvalidStandard([Fault(place, _("a value like this is not kept."))])


def _key(key, place):
    return _text(key, place) if isinstance(key, str) else _plain(key, place)


def _text(value, place):
    try:
        return clean_text(value, multiline=True)
    except UnreadableText as problem:
        raise InvalidStandard([Fault(place, str(problem))]) from problem


def in_order(value):
    """The same document with its keys in the order in which a file is written."""
    if isinstance(value, list):
        return [in_order(each) for each in value]
    if not isinstance(value, dict):
        return value
    names = sorted(value, key=lambda name: (ORDER.get(name, len(ORDER)), len(name), name))
    return {name: in_order(value[name]) for name in names}


def digest_of(document) -> str:
    """What a document comes to, keys included: two that differ in anything differ in it."""
    return sha256(dumps(document, sort_keys=True).encode()).hexdigest()


def empty_document(*, code, title, sector):
    """What a standard begins with that nobody has written yet."""
    return {
        "norma": {
            "codigo": code,
            "version": 1,
            "titulo": title,
            "sector": sector,
            "condiciones_evaluacion": {"equipo_por_puesto": []},
            "unidades": [],
            "conocimientos": [],
        },
        "instrumentos": [],
        "calificacion": {
            "peso_total": "100.00",
            "minimo_total_pct": "85.00",
            "cobertura_criterios": "al_menos_uno",
            "criticos": "todos",
            "na_maximo_pct_peso": "10.00",
            "suspension_inmediata_por_seguridad": True,
        },
        "diagnostico": {
            "escala": ["nunca_lo_hice", "con_ayuda", "solo"],
            "puntos": {"nunca_lo_hice": 0, "con_ayuda": 1, "solo": 2},
            "preguntas": [],
            "interpretacion": [],
        },
    }


# The keys to the questions, apart


def without_keys(document):
    """The document without the keys to its questions, and the keys by the code of their item."""
    bare, keys = deepcopy(document), {}
    for item in items_of(bare):
        if "clave" in item:
            keys[item["codigo"]] = item.pop("clave")
    return bare, keys


def with_keys(document, keys):
    whole = deepcopy(document)
    for item in items_of(whole):
        if item["codigo"] in keys and item["escala"] == Scale.CHOICE:
            item["clave"] = keys[item["codigo"]]
    return whole


def items_of(document):
    return [item for instrument in document["instrumentos"] for item in instrument["items"]]


# Rows


def rows_of(document, kind, above=()):
    """The list of the rows of a kind, below the rows with these numbers. Raises NoSuchRow."""
    numbers, part = iter(above), document
    try:
        for step in PATHS[kind]:
            part = part[next(numbers) if step is None else step]
    except (KeyError, IndexError, StopIteration) as missing:
        raise NoSuchRow from missing
    if next(numbers, None) is not None:
        raise NoSuchRow
    return part


def row_at(document, kind, numbers):
    """One row, by the numbers of those above it and its own. Raises NoSuchRow."""
    *above, own = numbers or [None]
    rows = rows_of(document, kind, above)
    if own is None or not 0 <= own < len(rows):
        raise NoSuchRow
    return rows[own]


def place_of(kind, numbers):
    """Where a row stands, as faults name it: norma.unidades[0]."""
    left, place = list(numbers), ""
    for step in PATHS[kind]:
        place += f"[{left.pop(0)}]" if step is None else f".{step}"
    return f"{place}[{left.pop(0)}]".removeprefix(".")


def faults_of_row(faults, kind, numbers, row):
    """Those of the row itself: neither of what stands below it, nor of the whole."""
    place = place_of(kind, numbers)
    return [
        each
        for each in faults
        if each.place.partition(" (")[0].removesuffix(".opciones") == place
        or (each.key == "codigo" and each.place == row.get("codigo"))
    ]


def added(document, kind, above, row):
    """The document with one more row, the last below those with these numbers."""
    document = deepcopy(document)
    rows = rows_of(document, kind, above)
    rows.append({**row, BELOW[kind]: []} if kind in BELOW else dict(row))
    return document


def changed(document, kind, numbers, row):
    """The document with other values in a row; what tests it follows it to another code."""
    document = deepcopy(document)
    before = row_at(document, kind, numbers)
    kept = {BELOW[kind]: before[BELOW[kind]]} if kind in BELOW else {}
    if kind in {"criterio", "conocimiento"}:
        for item in items_of(document):
            if item.get(kind) == before["codigo"]:
                item[kind] = row["codigo"]
    rows_of(document, kind, numbers[:-1])[numbers[-1]] = {**row, **kept}
    return document


def removed(document, kind, numbers):
    """The document without a row, and without all that stands below it."""
    document = deepcopy(document)
    row_at(document, kind, numbers)
    del rows_of(document, kind, numbers[:-1])[numbers[-1]]
    return document


def moved(document, kind, numbers, by):
    """The document with a row `by` places further down, or up; at the end it stays."""
    document = deepcopy(document)
    row_at(document, kind, numbers)
    rows, own = rows_of(document, kind, numbers[:-1]), numbers[-1]
    if 0 <= own + by < len(rows):
        rows.insert(own + by, rows.pop(own))
    return document


# What is said of the whole


def merged(document, values):
    """The document with other values; those that are None or empty are taken out."""
    document = deepcopy(document)
    _merge(document, values)
    return document


def _merge(part, values):
    for name, value in values.items():
        if isinstance(value, dict) and name != "puntos":
            _merge(part.setdefault(name, {}), value)
        elif value in (None, "", []):
            part.pop(name, None)
        else:
            part[name] = value


def places_of(values, above=""):
    """The places that values speak of, as faults name them."""
    places = {above} if above else set()
    for name, value in values.items():
        if isinstance(value, dict):
            places |= places_of(value, f"{above}.{name}".removeprefix("."))
    return places
