"""Places, countries and trades as people write them, and the codes that we keep of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from beneficiaries.rules.cells import Unreadable, read_line
from beneficiaries.rules.columns import FILLERS, words_of

ABBREVIATIONS = {"sn": "san", "sto": "santo", "sta": "santa", "cd": "ciudad", "cdad": "ciudad"}
FORMER_NAMES = {
    ("La Libertad", "Nueva San Salvador"): "Santa Tecla",
    ("La Libertad", "Opico"): "San Juan Opico",
    ("San Salvador", "Delgado"): "Ciudad Delgado",
    ("Ahuachapán", "Ataco"): "Concepción de Ataco",
    ("Morazán", "Gotera"): "San Francisco Gotera",
    ("Chalatenango", "Cancasque"): "San José Cancasque",
    ("Chalatenango", "Las Flores"): "San José Las Flores",
    ("La Paz", "La Herradura"): "San Luis La Herradura",
    ("La Unión", "La Fuente"): "San José La Fuente",
}
COUNTRY_NAMES = {
    "eeuu": "US",
    "eua": "US",
    "us": "US",
    "usa": "US",
    "estadosunidosdeamerica": "US",
    "mejico": "MX",
    "mx": "MX",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """The territory and the lists that a row is read against."""

    codes: dict[tuple[str, str], str]  # department and name → code of the former municipality
    departments_of: dict[str, set[str]]
    departments: set[str]
    countries: dict[str, str]
    occupations: dict[str, str]

    @classmethod
    def of(
        cls,
        *,
        districts: Iterable[tuple[str, str, str]],
        countries: Iterable[tuple[str, str, str]],
        occupations: Iterable[tuple[str, str]] = (),
    ) -> Self:
        """From rows: (code, name, department), (ISO code, two names), (ISCO code, alias)."""
        codes = {(plain_place(of), plain_place(name)): code for code, name, of in districts}
        for (of, name), now in FORMER_NAMES.items():
            if (plain_place(of), plain_place(now)) in codes:
                codes.setdefault(
                    (plain_place(of), plain_place(name)),
                    codes[plain_place(of), plain_place(now)],
                )
        departments_of: dict[str, set[str]] = {}
        for of, name in codes:
            departments_of.setdefault(name, set()).add(of)
        named = {squeezed(name): code for code, *names in countries for name in (code, *names)}
        return cls(
            codes=codes,
            departments_of=departments_of,
            departments={of for of, _name in codes},
            countries={**named, **COUNTRY_NAMES},
            occupations={key: code for code, alias in occupations for key in _trades(alias)},
        )


def municipality_of(department, municipality, reference):
    """The code of the former municipality, within its department when that is given."""
    of, name = read_line(department), read_line(municipality)
    shown = {"name": name, "department": of}
    if not name:
        return ""
    if of:
        if plain_place(of) not in reference.departments:
            raise Unreadable(_("there is no department “%(department)s”.") % shown)
        if code := reference.codes.get((plain_place(of), plain_place(name))):
            return code
        raise Unreadable(_("“%(name)s” is not in the department of %(department)s.") % shown)
    departments = reference.departments_of.get(plain_place(name), set())
    if not departments:
        raise Unreadable(_("there is no municipality “%(name)s”.") % shown)
    if len(departments) > 1:
        raise Unreadable(_("several are called “%(name)s”: write the department.") % shown)
    return reference.codes[next(iter(departments)), plain_place(name)]


def squeezed(text):
    return "".join(words_of(text))


def plain_place(text):
    """A place without accents, abbreviations and articles, as people write it."""
    return " ".join(ABBREVIATIONS.get(word, word) for word in words_of(text) if word not in FILLERS)


def plain_trade(text):
    """An occupation without the ending that says whether a woman or a man has it."""
    return " ".join(re.sub("a$", "o", word) for word in words_of(text))


def _trades(alias):
    """The names in an alias such as «Repellador / instalador de tablayeso (drywall)»."""
    return filter(None, map(plain_trade, re.split(r"[/()]", alias)))
