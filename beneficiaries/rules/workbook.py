"""Reading one row of a workbook of people as field offices send it.

Each row says of itself whether it lacks consent or cannot be read; whether the
person is already known is a question for the database, and for the caller.

Decided here, as no rule says it:

* Consent is «Sí» alone, in any case, with or without accent and spaces; the consent to
  sensitive data is a column of its own, and a no where the sheet lacks it.
* A registration date that is missing is unreadable: the decision on
  eligibility is taken as of that day, and service 1a is dated by it.
* On or after the registration no birth is possible, and after it no return and
  no work abroad; neither is a return before birth, nor work that ends before it
  starts. A missing date of birth, return or work is no error.
* «Voluntario» may mean three of our codes, so that it stays text.
* A country or sector that is not recognised is not known, which is not the same
  as another one: eligibility stays pending.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from beneficiaries.choices import Population, RowOutcome, Sector, Sex
from beneficiaries.rules.cells import (
    Unreadable,
    read_consent,
    read_date,
    read_dui,
    read_line,
    read_name,
    read_note,
    read_registration,
    read_sex,
)
from beneficiaries.rules.columns import FIELDS, WHO
from beneficiaries.rules.eligibility import Inputs, Work
from beneficiaries.rules.gazetteer import Reference, municipality_of, plain_trade, squeezed
from beneficiaries.rules.identity import WrongNumber
from genesis.lib.search import name_key, plain
from genesis.lib.textclean import UnreadableText

SECTORS = {
    **dict.fromkeys(["construccion"], Sector.CONSTRUCTION),
    **dict.fromkeys(["turismo", "hoteleria", "gastronomia"], Sector.TOURISM),
    **dict.fromkeys(["otro", "otros", "otra", "agricultura", "comercio"], Sector.OTHER),
}
DEPORTED = {"deportado", "deportada"}


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
    sensitive: bool = False
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
    take("municipality", lambda cell: municipality_of(cells.get("department"), cell, reference))
    if read.keys() >= WHO and not name_key(*(read[name] for name in WHO)):
        errors.append(_("The name is missing."))
    errors += _impossible(read, today)
    country, trade = read.get("return_country", ""), read.get("occupation", "")
    sector, kind = read.get("sector", ""), read.get("return_type", "")
    return ParsedRow(
        **{
            **{each.name: read[each.name] for each in fields(ParsedRow) if each.name in read},
            "return_country": reference.countries.get(squeezed(country), ""),
            "return_country_text": country,
            "return_type": "deported" if plain(kind) in DEPORTED else "",
            "return_type_text": kind,
            "isco": reference.occupations.get(plain_trade(trade), ""),
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


READERS: dict[str, Callable[[Any], Any]] = {
    "given_names": read_name,
    "surnames": read_name,
    "birth_date": read_date,
    "dui": read_dui,
    "sex": read_sex,
    "phone": read_line,
    "return_country": read_line,
    "return_date": read_date,
    "return_type": read_line,
    "work_start": read_date,
    "work_end": read_date,
    "occupation": read_line,
    "sector": read_line,
    "consent": read_consent,
    "sensitive": read_consent,
    "registration_date": read_registration,
    "notes": read_note,
}
