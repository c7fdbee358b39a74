"""Reading a competency standard from its file, and refusing one that is not whole (CERT-1).

A file has one standard in Spanish, as technical committees write it. All that
is wrong with it is said at once, each with its place.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

import yaml
from django.utils.translation import gettext as _

from certification.choices import CriterionKind, InstrumentKind, Photo, Recommendation, Scale
from certification.rules.scoring import WHOLE, Scheme, ScoredItem

LONGEST_FILE = 1024 * 1024
SECTORS = {"construccion": "construction", "turismo": "tourism"}
STANDARD_CODE = re.compile(r"[A-Z]{3}-[0-9]{3}")
KEYS = {
    "instrumento": {"codigo", "tipo", "titulo", "minimo_pct", "aplicacion", "items"},
    "item": {
        *("codigo", "criterio", "conocimiento", "peso", "critico", "seguridad", "escala"),
        *("texto", "unidad", "minimo", "maximo", "evidencia_foto", "na_motivo"),
        *("opciones", "clave"),
    },
    "criterio": {"codigo", "tipo", "texto"},
    "calificacion": {
        *("peso_total", "minimo_total_pct", "cobertura_criterios", "criticos"),
        *("na_maximo_pct_peso", "suspension_inmediata_por_seguridad"),
    },
}
ONLY_WITH = {
    "unidad": Scale.MEASUREMENT,
    "minimo": Scale.MEASUREMENT,
    "maximo": Scale.MEASUREMENT,
    "na_motivo": Scale.YES_NO_NA,
    "opciones": Scale.CHOICE,
    "clave": Scale.CHOICE,
}


class InvalidStandard(ValueError):
    """The file is not a standard that could be published; `errors` says all that is wrong."""

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(self.errors))


@dataclass(frozen=True, slots=True)
class Criterion:
    code: str
    kind: CriterionKind
    text: str


@dataclass(frozen=True, slots=True)
class Element:
    code: str
    title: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    title: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    code: str
    text: str
    level: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to observe, to measure or to ask. The weight is in hundredths."""

    code: str
    text: str
    weight: int
    scale: Scale
    criterion: str | None
    knowledge: str | None
    critical: bool
    safety: bool
    unit: str
    minimum: Decimal | None
    maximum: Decimal | None
    na_reason: str
    photo: Photo
    options: tuple[tuple[str, str], ...]
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Instrument:
    code: str
    kind: InstrumentKind
    title: str
    minimum: int  # hundredths of a per cent
    mode: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Equipment:
    name: str
    quantity: int
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Band:
    first: int
    last: int
    recommendation: Recommendation
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    title: str
    points: tuple[tuple[str, int], ...]  # answer → points
    questions: tuple[Question, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Standard:
    """One version of a standard, whole and consistent."""

    code: str
    number: int
    title: str
    sector: str
    area: str
    level: int
    isco: str
    purpose: str
    valid_from: date
    review_on: date
    certificate_months: int | None  # None: permanent
    min_age: int
    min_months: int
    license_note: str
    duration_minutes: int
    task: str
    equipment: tuple[Equipment, ...]
    units: tuple[Unit, ...]
    knowledge: tuple[Knowledge, ...]
    instruments: tuple[Instrument, ...]
    total_minimum: int
    na_maximum: int
    diagnostic: Diagnostic

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(
            criterion
            for unit in self.units
            for element in unit.elements
            for criterion in element.criteria
        )

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for instrument in self.instruments for item in instrument.items)


def read_standard(text: str | bytes) -> Standard:
    """Return the standard that a file holds; raises InvalidStandard with all that is wrong."""
    if len(text) > LONGEST_FILE:
        raise InvalidStandard([_("The file is too large.")])
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise InvalidStandard([_("The file cannot be read: %s") % problem]) from problem
    reading = _Reading()
    standard = reading.standard(content)
    if reading.errors:
        raise InvalidStandard(reading.errors)
    return standard


def lint(standard: Standard) -> list[str]:
    """Warnings about a valid standard: criteria that hang on a single item."""
    items: dict[str, list[str]] = {}
    for item in standard.items:
        if item.criterion:
            items.setdefault(item.criterion, []).append(item.code)
    return [
        _("%(criterion)s has a single item, %(item)s: who misses it cannot be found competent.")
        % {"criterion": criterion, "item": codes[0]}
        for criterion, codes in items.items()
        if len(codes) == 1
    ]


def scheme_of(standard: Standard) -> Scheme:
    """What the judgement needs to know of a standard."""
    elements = {
        criterion.code: element.code
        for unit in standard.units
        for element in unit.elements
        for criterion in element.criteria
    }
    return Scheme(
        items=tuple(
            ScoredItem(
                code=item.code,
                instrument=instrument.code,
                weight=item.weight,
                scale=item.scale,
                criterion=item.criterion,
                element=elements.get(item.criterion or ""),
                critical=item.critical,
                safety=item.safety,
                minimum=item.minimum,
                maximum=item.maximum,
                options=tuple(letter for letter, _text in item.options),
                key=item.key,
            )
            for instrument in standard.instruments
            for item in instrument.items
        ),
        minima={each.code: each.minimum for each in standard.instruments},
        total_minimum=standard.total_minimum,
        na_maximum=standard.na_maximum,
    )


class _Reading:
    """Reads on after an error, to say them all; what could not be read has a stand-in."""

    def __init__(self):
        self.errors = []

    def wrong(self, place, message, **shown):
        self.errors.append(f"{place}: {message % shown if shown else message}")

    # Values

    def mapping(self, value, place, keys=None):
        if not isinstance(value, Mapping):
            self.wrong(place, _("this part is missing, or has no keys."))
            return {}
        for key in value:
            if keys is not None and key not in keys:
                self.wrong(place, _("unknown key “%(key)s”."), key=key)
        return value

    def several(self, value, place, *, least=1):
        if not isinstance(value, list) or len(value) < least:
            self.wrong(place, _("a list is missing here."))
            return []
        return value

    def text(self, values, key, place, *, needed=True):
        value = values.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if needed or value is not None:
            self.wrong(place, _("“%(key)s” must be text."), key=key)
        return ""

    def whole(self, values, key, place, *, least=0, needed=True):
        value = values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        if needed or value is not None:
            message = _("“%(key)s” must be a whole number of %(least)s or more.")
            self.wrong(place, message, key=key, least=least)
        return None

    def flag(self, values, key, place):
        value = values.get(key, False)
        if not isinstance(value, bool):
            self.wrong(place, _("“%(key)s” must be true or false."), key=key)
        return value is True

    def day(self, values, key, place):
        value = values.get(key)
        if type(value) is not date:
            self.wrong(place, _("“%(key)s” must be a date, as in 2026-01-01."), key=key)
            return date.min
        return value

    def decimal(self, values, key, place, *, needed=True):
        value = values.get(key)
        if value is None and not needed:
            return None
        try:
            number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number < 0:
            self.wrong(place, _("“%(key)s” must be a number of 0 or more."), key=key)
            return None
        return number

    def hundredths(self, values, key, place, *, most=WHOLE):
        number = self.decimal(values, key, place)
        if number is None:
            return 0
        if number * 100 != int(number * 100) or not 0 < number * 100 <= most:
            message = _("“%(key)s” must be above 0 and have at most two decimals.")
            self.wrong(place, message, key=key)
            return 0
        return int(number * 100)

    def choice(self, values, key, place, choices, default=None):
        value = values.get(key, default)
        if value in choices.values:
            return choices(value)
        known = ", ".join(choices.values)
        self.wrong(place, _("“%(key)s” must be one of: %(known)s."), key=key, known=known)
        return choices(choices.values[0])

    # Parts

    def standard(self, content):
        root = self.mapping(content, _("file"))
        norm = self.mapping(root.get("norma"), "norma")
        units = self.units(norm)
        knowledge = self.knowledge(norm)
        instruments = self.instruments(root)
        scoring = self.scoring(root)
        self.codes(units, knowledge, instruments)
        self.links(units, knowledge, instruments)
        self.weights(instruments)
        code = self.text(norm, "codigo", "norma")
        if code and not STANDARD_CODE.fullmatch(code):
            self.wrong("norma", _("“%(key)s” must look like CON-002."), key="codigo")
        isco = self.text(norm, "ciuo08", "norma")
        if isco and not re.fullmatch(r"[0-9]{4}", isco):
            self.wrong("norma", _("“%(key)s” must have four digits."), key="ciuo08")
        sector = self.text(norm, "sector", "norma")
        if sector and sector not in SECTORS:
            known = ", ".join(SECTORS)
            self.wrong(
                "norma", _("“%(key)s” must be one of: %(known)s."), key="sector", known=known
            )
        validity = self.mapping(norm.get("vigencia_norma"), "norma.vigencia_norma")
        valid_from = self.day(validity, "desde", "norma.vigencia_norma")
        review_on = self.day(validity, "revision", "norma.vigencia_norma")
        if valid_from > review_on:
            self.wrong("norma.vigencia_norma", _("the review comes before the beginning."))
        entry = self.mapping(norm.get("requisitos_ingreso"), "norma.requisitos_ingreso")
        conditions = self.mapping(
            norm.get("condiciones_evaluacion"), "norma.condiciones_evaluacion"
        )
        return Standard(
            code=code,
            number=self.whole(norm, "version", "norma", least=1),
            title=self.text(norm, "titulo", "norma"),
            sector=SECTORS.get(sector, ""),
            area=self.text(norm, "area_ocupacional", "norma", needed=False),
            level=self.whole(norm, "nivel", "norma", least=1),
            isco=isco,
            purpose=self.text(norm, "proposito", "norma"),
            valid_from=valid_from,
            review_on=review_on,
            certificate_months=self.whole(
                norm, "vigencia_certificado_meses", "norma", least=1, needed=False
            ),
            min_age=self.whole(entry, "edad_minima", "norma.requisitos_ingreso"),
            min_months=self.whole(entry, "experiencia_minima_meses", "norma.requisitos_ingreso"),
            license_note=self.text(norm, "prerrequisito_licencia", "norma", needed=False),
            duration_minutes=self.whole(
                conditions, "duracion_min", "norma.condiciones_evaluacion", least=1
            ),
            task=self.text(conditions, "tarea", "norma.condiciones_evaluacion"),
            equipment=self.equipment(conditions),
            units=units,
            knowledge=knowledge,
            instruments=instruments,
            total_minimum=scoring["total_minimum"],
            na_maximum=scoring["na_maximum"],
            diagnostic=self.diagnostic(root),
        )

    def equipment(self, conditions):
        place = "norma.condiciones_evaluacion.equipo_por_puesto"
        return tuple(
            Equipment(
                name=self.text(need := self.mapping(each, where), "nombre", where),
                quantity=self.whole(need, "cantidad", where, least=1),
                mandatory=self.flag(need, "obligatorio", where),
            )
            for where, each in self.placed(conditions.get("equipo_por_puesto"), place)
        )

    def units(self, norm):
        return tuple(
            Unit(
                code=self.text(unit := self.mapping(each, place), "codigo", place),
                title=self.text(unit, "titulo", place),
                elements=self.elements(unit, place),
            )
            for place, each in self.placed(norm.get("unidades"), "norma.unidades")
        )

    def elements(self, unit, above):
        return tuple(
            Element(
                code=self.text(element := self.mapping(each, place), "codigo", place),
                title=self.text(element, "titulo", place),
                criteria=self.criteria(element, place),
            )
            for place, each in self.placed(unit.get("elementos"), f"{above}.elementos")
        )

    def criteria(self, element, above):
        return tuple(
            Criterion(
                code=self.text(
                    criterion := self.mapping(each, place, KEYS["criterio"]), "codigo", place
                ),
                kind=self.choice(criterion, "tipo", place, CriterionKind),
                text=self.text(criterion, "texto", place),
            )
            for place, each in self.placed(element.get("criterios"), f"{above}.criterios")
        )

    def knowledge(self, norm):
        return tuple(
            Knowledge(
                code=self.text(known := self.mapping(each, place), "codigo", place),
                text=self.text(known, "texto", place),
                level=self.text(known, "nivel", place, needed=False),
            )
            for place, each in self.placed(norm.get("conocimientos"), "norma.conocimientos")
        )

    def placed(self, value, place):
        return [(f"{place}[{n}]", each) for n, each in enumerate(self.several(value, place))]

    def instruments(self, root):
        return tuple(
            Instrument(
                code=self.text(
                    found := self.mapping(each, place, KEYS["instrumento"]), "codigo", place
                ),
                kind=self.choice(found, "tipo", place, InstrumentKind),
                title=self.text(found, "titulo", place),
                minimum=self.hundredths(found, "minimo_pct", place),
                mode=self.text(found, "aplicacion", place, needed=False),
                items=tuple(
                    self.item(*placed)
                    for placed in self.placed(found.get("items"), f"{place}.items")
                ),
            )
            for place, each in self.placed(root.get("instrumentos"), "instrumentos")
        )

    def item(self, place, value):
        if isinstance(value, Mapping) and isinstance(value.get("codigo"), str):
            place = f"{place} ({value['codigo']})"
        values = self.mapping(value, place, KEYS["item"])
        scale = self.choice(values, "escala", place, Scale)
        for key, only in ONLY_WITH.items():
            if key in values and scale != only:
                message = _("“%(key)s” does not go with the scale %(scale)s.")
                self.wrong(place, message, key=key, scale=scale.value)
        item = Item(
            code=self.text(values, "codigo", place),
            text=self.text(values, "texto", place),
            weight=self.hundredths(values, "peso", place),
            scale=scale,
            criterion=self.text(values, "criterio", place, needed=False) or None,
            knowledge=self.text(values, "conocimiento", place, needed=False) or None,
            critical=self.flag(values, "critico", place),
            safety=self.flag(values, "seguridad", place),
            unit=self.text(values, "unidad", place, needed=scale == Scale.MEASUREMENT),
            minimum=self.decimal(values, "minimo", place, needed=False),
            maximum=self.decimal(values, "maximo", place, needed=False),
            na_reason=self.text(values, "na_motivo", place, needed=scale == Scale.YES_NO_NA),
            photo=self.choice(values, "evidencia_foto", place, Photo, default=Photo.NONE.value),
            options=self.options(values, place) if scale == Scale.CHOICE else (),
            key=self.text(values, "clave", place, needed=scale == Scale.CHOICE),
        )
        self.consistent(item, place)
        return item

    def options(self, values, place):
        options = self.mapping(values.get("opciones"), f"{place}.opciones")
        letters = {key: text for key, text in options.items() if isinstance(key, str)}
        if len(letters) < 2 or len(letters) < len(options):
            self.wrong(place, _("“opciones” needs two or more, each with its letter."))
        return tuple((key, self.text(letters, key, f"{place}.opciones")) for key in letters)

    def consistent(self, item, place):
        if bool(item.criterion) == bool(item.knowledge):
            self.wrong(
                place, _("an item belongs to a criterion or to knowledge, and to one alone.")
            )
        if item.critical and item.scale == Scale.YES_NO_NA:
            self.wrong(place, _("a critical item cannot be not applicable."))
        if item.scale == Scale.MEASUREMENT:
            if item.minimum is None and item.maximum is None:
                self.wrong(place, _("a measurement needs a minimum or a maximum."))
            elif None not in {item.minimum, item.maximum} and item.minimum > item.maximum:
                self.wrong(place, _("the minimum is above the maximum."))
        if item.scale == Scale.CHOICE and item.key not in dict(item.options):
            self.wrong(place, _("the key “%(key)s” is not among the options."), key=item.key)

    def scoring(self, root):
        place = "calificacion"
        values = self.mapping(root.get(place), place, KEYS["calificacion"])
        if self.decimal(values, "peso_total", place) != 100:
            self.wrong(place, _("“%(key)s” must be %(value)s."), key="peso_total", value="100.00")
        for key, only in [
            ("cobertura_criterios", "al_menos_uno"),
            ("criticos", "todos"),
            ("suspension_inmediata_por_seguridad", True),
        ]:
            if values.get(key) != only:
                shown = str(only).lower()
                self.wrong(place, _("“%(key)s” must be %(value)s."), key=key, value=shown)
        return {
            "total_minimum": self.hundredths(values, "minimo_total_pct", place),
            "na_maximum": self.hundredths(values, "na_maximo_pct_peso", place),
        }

    def diagnostic(self, root):
        place = "diagnostico"
        values = self.mapping(root.get(place), place)
        points = self.mapping(values.get("puntos"), f"{place}.puntos")
        answers = self.several(values.get("escala"), f"{place}.escala", least=2)
        if set(map(str, answers)) != set(map(str, points)):
            self.wrong(place, _("“escala” and “puntos” name different answers."))
        scores = [self.whole(points, key, f"{place}.puntos") or 0 for key in points]
        questions = tuple(
            Question(
                code=self.text(asked := self.mapping(each, where), "codigo", where),
                text=self.text(asked, "texto", where),
            )
            for where, each in self.placed(values.get("preguntas"), f"{place}.preguntas")
        )
        bands = tuple(
            Band(
                first=self.whole(band := self.mapping(each, where), "desde", where) or 0,
                last=self.whole(band, "hasta", where) or 0,
                recommendation=self.choice(band, "recomendacion", where, Recommendation),
                message=self.text(band, "mensaje", where),
            )
            for where, each in self.placed(values.get("interpretacion"), f"{place}.interpretacion")
        )
        self.contiguous(bands, len(questions) * max(scores, default=0))
        return Diagnostic(
            title=self.text(values, "titulo", place),
            points=tuple(zip(map(str, points), scores, strict=True)),
            questions=questions,
            bands=bands,
        )

    # What holds between the parts

    def contiguous(self, bands, most):
        """Every number of points from none to all has exactly one band."""
        starts = [0, *(band.last + 1 for band in bands)]
        if [*(band.first for band in bands), most + 1] != starts or any(
            band.last < band.first for band in bands
        ):
            message = _("the bands must follow each other from 0 to %(most)s points.")
            self.wrong("diagnostico.interpretacion", message, most=most)

    def codes(self, units, knowledge, instruments):
        codes = [each.code for each in (*units, *knowledge, *instruments)]
        for unit in units:
            codes += [each.code for each in unit.elements]
            codes += [each.code for element in unit.elements for each in element.criteria]
        codes += [item.code for each in instruments for item in each.items]
        for code, times in Counter(filter(None, codes)).items():
            if times > 1:
                self.wrong(code, _("this code is used %(times)s times."), times=times)

    def links(self, units, knowledge, instruments):
        criteria = {
            each.code for unit in units for element in unit.elements for each in element.criteria
        }
        topics = {each.code for each in knowledge}
        items = [item for each in instruments for item in each.items]
        for item in items:
            for target, known in [(item.criterion, criteria), (item.knowledge, topics)]:
                if target and target not in known:
                    self.wrong(item.code, _("there is no “%(target)s”."), target=target)
        linked = {item.criterion or item.knowledge for item in items}
        for code in sorted((criteria | topics) - linked - {""}):
            self.wrong(code, _("no item tests it."))

    def weights(self, instruments):
        total = sum(item.weight for each in instruments for item in each.items)
        if total != WHOLE:
            shown = f"{total // 100}.{total % 100:02}"
            message = _("the weights add up to %(total)s, not to 100.00.")
            self.wrong("instrumentos", message, total=shown)
