"""Reading a workbook of people as field offices send it: lines, columns, and what a row says.

A line describes a person when it stands below the header and is neither blank
nor a title, a repeated header or a total. Each row says of itself whether it
lacks consent or cannot be read; whether the person is already known is a
question for the database, and for the caller.

Decided here, as no rule says it:

* Consent is «Sí» alone, in any case, with or without accent and spaces.
* A registration date that is missing is unreadable: the decision on
  eligibility is taken as of that day, and service 1a is dated by it.
* On or after the registration no birth is possible, and after it no return and
  no work abroad; neither is a return before birth, nor work that ends before it
  starts. A missing date of birth, return or work is no error.
* Two-digit years, bare numbers and unknown ways to write a date are not guessed.
* «Voluntario» may mean three of our codes, so that it stays text.
* A country or sector that is not recognised is not known, which is not the same
  as another one: eligibility stays pending.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.choices import Population, RowOutcome, Sector, Sex
from beneficiaries.rules.eligibility import Inputs, Work
from beneficiaries.rules.identity import WrongNumber, normalise_dui
from beneficiaries.rules.spreadsheet import Table, UnreadableWorkbook, read_sheets
from genesis.lib.search import name_key, plain
from genesis.lib.tables import as_typed
from genesis.lib.textclean import UnreadableText, clean_text

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
    "return_type": gettext_lazy("Kind of return"),
    "work_start": gettext_lazy("Start of the work abroad"),
    "work_end": gettext_lazy("End of the work abroad"),
    "occupation": gettext_lazy("Occupation"),
    "sector": gettext_lazy("Sector"),
    "consent": gettext_lazy("Consent"),
    "registration_date": gettext_lazy("Date of registration"),
    "notes": gettext_lazy("Remarks"),
}
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
    "registration_date": ["fecha registro", "fecha inscripcion", "fecha atencion"],
    "notes": ["observaciones", "observacion", "notas", "comentarios"],
}
FILLERS = {"de", "del", "la", "las", "el", "los", "en", "n", "no", "num", "al", "y"}
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
SEXES = {
    **dict.fromkeys(["m", "h", "masculino", "hombre"], Sex.M),
    **dict.fromkeys(["f", "femenino", "mujer"], Sex.F),
}
SECTORS = {
    **dict.fromkeys(["construccion"], Sector.CONSTRUCTION),
    **dict.fromkeys(["turismo", "hoteleria", "gastronomia"], Sector.TOURISM),
    **dict.fromkeys(["otro", "otros", "otra", "agricultura", "comercio"], Sector.OTHER),
}
DEPORTED = {"deportado", "deportada"}
DAY_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})( [0-9:.]+)?")
FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST_NAME, LONGEST_TEXT, LONGEST_NOTE = 120, 120, 5000
LONGEST_HEADING = 190
NOT_FOR_STORAGE = re.compile("[\\x00\\ud800-\\udfff]")  # which a sheet may hold, and a database not
HEADER_LINES = 50  # in which the line with the names of the columns must stand
LEAST_COLUMNS = 3  # that a header line names


class Unreadable(ValueError):
    """A cell says something that no reading is sure of; the message is for the office."""


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
        codes = {(_place(of), _place(name)): code for code, name, of in districts}
        for (of, name), now in FORMER_NAMES.items():
            if (_place(of), _place(now)) in codes:
                codes.setdefault((_place(of), _place(name)), codes[_place(of), _place(now)])
        departments_of: dict[str, set[str]] = {}
        for of, name in codes:
            departments_of.setdefault(name, set()).add(of)
        named = {_squeezed(name): code for code, *names in countries for name in (code, *names)}
        return cls(
            codes=codes,
            departments_of=departments_of,
            departments={of for of, _name in codes},
            countries={**named, **COUNTRY_NAMES},
            occupations={key: code for code, alias in occupations for key in _trades(alias)},
        )


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """What a row says, as far as it can be read; what it lacks is empty."""

    given_names: str = ""
    surnames: str = ""
    sex: Sex = Sex.X
    birth_date: date | None = None
    dui: str = ""
    phone: str = ""
    municipality: str = ""  # code of the former municipality, which is that of the district
    return_country: str = ""  # ISO code; empty when it is not recognised
    return_country_text: str = ""
    return_date: date | None = None
    return_type: str = ""  # «deported», or empty
    return_type_text: str = ""
    work_start: date | None = None
    work_end: date | None = None
    occupation: str = ""
    isco: str = ""
    sector: str = ""  # empty when it is not recognised
    sector_text: str = ""
    consent: bool = False
    registration_date: date | None = None
    notes: str = ""
    errors: tuple[str, ...] = field(default=())

    @property
    def error(self) -> str:
        """Why the row cannot be taken, in one short sentence; empty when it can."""
        return self.errors[0] if self.errors else ""

    @property
    def tells_of_work(self) -> bool:
        """Whether the row says anything of a job abroad, if only in which country."""
        return any(
            [self.return_country, self.sector, self.occupation, self.work_start, self.work_end]
        )

    @property
    def outcome(self) -> RowOutcome | None:
        """What the row alone decides; None when the people already stored do."""
        if not self.consent:
            return RowOutcome.NO_CONSENT
        return RowOutcome.ERROR if self.errors else None


def read_table(file: Any) -> Table:
    """Return the lines of a workbook that describe people, from the one sheet that has some.

    Only one sheet is read, so a workbook with people on others too is refused:
    none of its rows may be lost. A sheet has people when it names our columns
    and a line below says who somebody is, or when it goes on without a header
    under the columns of the sheet that is read. Covers, sums, lists of
    departments to choose from and forms that nobody filled in do no harm.
    `file` is a path or an open file. Raises UnreadableWorkbook.
    """
    tables, others = [], {}
    for name, lines in read_sheets(file):
        named = [len(propose_mapping(map(as_text, line))) for line in lines[:HEADER_LINES]]
        if max(named, default=0) >= LEAST_COLUMNS:
            number = named.index(max(named)) + 1
            table = _table(name, number, lines)
            tables.append((_has_people(table), max(named), table, lines[number - 1]))
        else:
            others[name] = lines
    if not tables:
        raise UnreadableWorkbook(_("No line of the workbook names the columns of a registration."))
    _people, _most, read, header = max(tables, key=itemgetter(0, 1))
    lost = [table.sheet for people, _n, table, _header in tables if people and table is not read]
    lost += [name for name, lines in others.items() if _goes_on(header, lines)]
    if lost:
        raise UnreadableWorkbook(
            _(
                "Only one sheet is read, “{sheet}”, and there are people on others too: {others}. "
                "Put all of them on one sheet, or send each sheet as a file of its own."
            ).format(sheet=heading(read.sheet), others=", ".join(map(heading, lost)))
        )
    return read


def propose_mapping(columns: Iterable[str]) -> dict[str, str]:
    """Return which column seems to hold which of our fields, by the words of its heading."""
    matches = [
        (_likeness(heading.split(), words), -place, field_name, column)
        for place, column in enumerate(columns)
        if (words := [word for word in _words(column) if word not in FILLERS])
        for field_name, headings in HEADINGS.items()
        for heading in headings
    ]
    mapping: dict[str, str] = {}
    for likeness, _place_of, field_name, column in sorted(matches, reverse=True):
        if likeness and field_name not in mapping and column not in mapping.values():
            mapping[field_name] = column
    return {name: mapping[name] for name in FIELDS if name in mapping}


def parse_row(
    values: Mapping[str, Any],
    mapping: Mapping[str, str],
    reference: Reference,
    *,
    today: date | None = None,
) -> ParsedRow:
    """Return what one row says. `today`, when given, bounds the registration date."""
    cells = {name: values.get(column) for name, column in mapping.items()}
    read: dict[str, Any] = {}
    errors: list[str] = []

    def take(name: str, reader: Callable[[Any], Any]) -> None:
        try:
            read[name] = reader(cells.get(name))
        except (Unreadable, UnreadableText, WrongNumber) as problem:
            errors.append(f"{FIELDS[name]}: {problem}")

    for name, reader in READERS.items():
        take(name, reader)
    take("municipality", lambda cell: _municipality(cells.get("department"), cell, reference))
    if read.keys() >= WHO and not name_key(*(read[name] for name in WHO)):
        errors.append(_("The name is missing."))
    errors += _impossible(read, today)
    country, trade = read.get("return_country", ""), read.get("occupation", "")
    sector, kind = read.get("sector", ""), read.get("return_type", "")
    return ParsedRow(
        **{
            **{each.name: read[each.name] for each in fields(ParsedRow) if each.name in read},
            "return_country": reference.countries.get(_squeezed(country), ""),
            "return_country_text": country,
            "return_type": "deported" if plain(kind) in DEPORTED else "",
            "return_type_text": kind,
            "isco": reference.occupations.get(_trade(trade), ""),
            "sector": SECTORS.get(plain(sector), ""),
            "sector_text": sector,
            "errors": tuple(errors),
        }
    )


def inputs_of(row: ParsedRow) -> Inputs:
    """The inputs of eligibility: a returnee, with one job in the country of return.

    A row that tells nothing of it has none, as no job is stored for it then.
    Work of which either day is missing has no known length.
    """
    work = Work(
        country=row.return_country,
        sector=row.sector,
        start=row.work_start,
        end=row.work_end,
    )
    if row.registration_date is None:
        raise ValueError("a row without registration date has no eligibility")
    return Inputs(
        registered_on=row.registration_date,
        population=Population.RETURNEE,
        birth_date=row.birth_date,
        work=(work,) if row.tells_of_work else (),
        return_date=row.return_date,
    )


def match_key(row: ParsedRow) -> tuple[str, date | None]:
    """By what a row is compared with people who have no common DUI: name key and birth date."""
    return name_key(row.given_names, row.surnames), row.birth_date


def _has_people(table):
    """Whether any line of a sheet says what only a person has, as a list of places does not."""
    mapping = propose_mapping(table.columns)
    own = [mapping[name] for name in ONLY_OF_PEOPLE if name in mapping]
    return any(as_text(values[column]) for _number, values in table.rows for column in own)


def _goes_on(header, lines):
    """Whether a sheet without header has names and registrations where `header` has them."""
    if not lines:
        return False
    table = _table("", 1, [header[: len(lines[0])], *lines])
    mapping = propose_mapping(table.columns)
    if not mapping.keys() >= {"given_names", "registration_date"}:
        return False
    who, when = mapping["given_names"], mapping["registration_date"]
    return any(as_text(values[who]) and _is_date(values[when]) for _number, values in table.rows)


def _table(sheet, number, lines):
    header = [heading(cell) for cell in lines[number - 1]]
    used = [
        place
        for place in range(len(header))
        if header[place] or any(as_text(line[place]) for line in lines[number:])
    ]
    names: dict[int, str] = {}
    for place in used:
        names[place] = _unused(header[place] or _letters(place), names.values())
    mapping = propose_mapping(names.values())
    who = {mapping.get("given_names"), mapping.get("surnames")}
    rows = []
    for line_number, line in enumerate(lines[number:], start=number + 1):
        values = {name: line[place] for place, name in names.items()}
        if _describes_a_person(values, header, who):
            rows.append((line_number, values))
    return Table(sheet, number, tuple(names.values()), tuple(rows))


def _describes_a_person(values, header, who):
    filled = {name: as_text(value) for name, value in values.items() if plain(as_text(value))}
    if not filled or re.match(r"(sub|gran )?\s*total(es)?\b", plain(next(iter(filled.values())))):
        return False
    if all(" ".join(text.split()) in header for text in filled.values()):
        return False
    return len(filled) > 1 or bool(who & filled.keys())


def _impossible(read, today):
    """What the dates of a row cannot mean together."""
    born, registered = read.get("birth_date"), read.get("registration_date")
    returned = read.get("return_date")
    start, end = read.get("work_start"), read.get("work_end")
    return [
        message
        for wrong, message in [
            (today and registered and registered > today, _("The registration is in the future.")),
            (born and registered and born >= registered, _("The birth is after the registration.")),
            (
                returned and registered and returned > registered,
                _("The return is after the registration."),
            ),
            (born and returned and returned < born, _("The return is before the birth.")),
            (start and end and end < start, _("The work abroad ends before it starts.")),
            (
                registered and any(day and day > registered for day in (start, end)),
                _("The work abroad is after the registration."),
            ),
        ]
        if wrong
    ]


def _read_name(value):
    return clean_text(as_text(value), need_letter=True, max_length=LONGEST_NAME)


def _read_line(value):
    return clean_text(as_text(value), max_length=LONGEST_TEXT)


def _read_note(value):
    return clean_text(as_text(value), multiline=True, max_length=LONGEST_NOTE)


def _read_sex(value):
    return SEXES.get(plain(as_text(value)), Sex.X)


def _read_consent(value):
    return plain(as_text(value)) == "si"


def _read_dui(value):
    text = as_kept("dui", value)
    return normalise_dui(text) if text else ""


def _read_date(value):
    """A date cell, 31/12/1990, 31-12-1990 or 1990-12-31; None when the cell is blank."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        found = value.year, value.month, value.day
    else:
        text = as_text(value)
        if not text:
            return None
        found = _numbers_of_a_date(text)
    if found and FIRST_YEAR <= found[0] <= LAST_YEAR:
        try:
            return date(*found)
        except ValueError:
            pass
    raise Unreadable(_("“%(text)s” is not a date.") % {"text": as_text(value)[:30]})


def _is_date(value):
    try:
        return _read_date(value) is not None
    except Unreadable:
        return False


def _numbers_of_a_date(text):
    if match := DAY_FIRST.fullmatch(text):
        return int(match[4]), int(match[3]), int(match[1])
    if match := YEAR_FIRST.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    return None


def _read_registration(value):
    day = _read_date(value)
    if day is None:
        raise Unreadable(_("the date is missing."))
    return day


READERS: dict[str, Callable[[Any], Any]] = {
    "given_names": _read_name,
    "surnames": _read_name,
    "birth_date": _read_date,
    "dui": _read_dui,
    "sex": _read_sex,
    "phone": _read_line,
    "return_country": _read_line,
    "return_date": _read_date,
    "return_type": _read_line,
    "work_start": _read_date,
    "work_end": _read_date,
    "occupation": _read_line,
    "sector": _read_line,
    "consent": _read_consent,
    "registration_date": _read_registration,
    "notes": _read_note,
}


def _municipality(department, municipality, reference):
    """The code of the former municipality, within its department when that is given."""
    of, name = _read_line(department), _read_line(municipality)
    shown = {"name": name, "department": of}
    if not name:
        return ""
    if of:
        if _place(of) not in reference.departments:
            raise Unreadable(_("there is no department “%(department)s”.") % shown)
        if code := reference.codes.get((_place(of), _place(name))):
            return code
        raise Unreadable(_("“%(name)s” is not in the department of %(department)s.") % shown)
    departments = reference.departments_of.get(_place(name), set())
    if not departments:
        raise Unreadable(_("there is no municipality “%(name)s”.") % shown)
    if len(departments) > 1:
        raise Unreadable(_("several are called “%(name)s”: write the department.") % shown)
    return reference.codes[next(iter(departments)), _place(name)]


def as_text(value: Any) -> str:
    """A cell as text: numbers without the .0 that spreadsheets give them."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return as_typed(str(value).strip())


def as_kept(name: str, value: Any) -> str:
    """A cell of the field `name` as text that can be stored, and reads the same again."""
    text = as_text(value)
    if name == "dui" and isinstance(value, int | float) and text.isdecimal():
        text = text.zfill(9)  # a number cell drops the noughts in front
    return storable(text)


def storable(text: str) -> str:
    """`text` with a mark in place of what no database keeps."""
    return NOT_FOR_STORAGE.sub("\ufffd", text)


def heading(cell: Any) -> str:
    """What stands over a column, on one line that is not too long."""
    return " ".join(storable(as_text(cell)).split())[:LONGEST_HEADING]


def _words(text):
    return re.findall(r"[a-z0-9]+", plain(text))


def _squeezed(text):
    return "".join(_words(text))


def _place(text):
    """A place without accents, abbreviations and articles, as people write it."""
    return " ".join(ABBREVIATIONS.get(word, word) for word in _words(text) if word not in FILLERS)


def _trade(text):
    """An occupation without the ending that says whether a woman or a man has it."""
    return " ".join(re.sub("a$", "o", word) for word in _words(text))


def _trades(alias):
    """The names in an alias such as «Repellador / instalador de tablayeso (drywall)»."""
    return filter(None, map(_trade, re.split(r"[/()]", alias)))


def _likeness(wanted, words):
    """How well a column's words fit a heading: all of it, or with other words around it."""
    if words == wanted:
        return 100
    return 10 * len(wanted) - len(words) if set(wanted) <= set(words) else 0


def _letters(place):
    """The letters over a column of the sheet: A, B … Z, AA."""
    letters = ""
    while place >= 0:
        place, rest = divmod(place, 26)
        letters, place = chr(ord("A") + rest) + letters, place - 1
    return letters


def _unused(name, taken):
    """`name`, or with a number behind it when another column is already called so."""
    candidate, count = name, 1
    while candidate in taken:
        count += 1
        candidate = f"{name} ({count})"
    return candidate
