"""Reading the parts of a standard one after the other, to say all that is wrong at once."""

import re
from collections import Counter
from collections.abc import Mapping

from django.utils.translation import gettext as _

from certification.choices import CriterionKind, InstrumentKind, Photo, Recommendation, Scale
from certification.rules.scoring import WHOLE
from certification.rules.standard_parts import (
    Band,
    Criterion,
    Diagnostic,
    Element,
    Equipment,
    Instrument,
    Item,
    Knowledge,
    Question,
    Standard,
    Unit,
    in_hundredths,
)
from certification.rules.standard_values import (
    CODE,
    NAME,
    ONLY_WITH,
    PAPER,
    SENTENCE,
    TITLE,
    Values,
)

SECTORS = {"construccion": "construction", "turismo": "tourism"}
STANDARD_CODE = re.compile(r"[A-Z]{3}-[0-9]{3}")
LETTER = re.compile(r"[A-Za-z0-9]{1,5}")  # of an option: what an answer is kept as


class Reading(Values):
    """Reads on after a fault, to say them all; what could not be read has a stand-in."""

    def standard(self, content):
        root = self.mapping(content, _("file"), "archivo")
        norm = self.mapping(root.get("norma"), "norma", "norma")
        parts = {
            "units": self.units(norm),
            "knowledge": self.knowledge(norm),
            "instruments": self.instruments(root),
        }
        scoring = self.scoring(root)
        self.codes(**parts)
        self.links(**parts)
        self.weights(parts["instruments"])
        return Standard(
            **self.named(norm),
            **self.in_force(norm),
            **self.entry(norm),
            **self.conditions(norm),
            **parts,
            **scoring,
            diagnostic=self.diagnostic(root),
        )

    def named(self, norm):
        """Which standard it is, in which trade, and what its certificate says."""
        code = self.text(norm, "codigo", "norma")
        if code and not STANDARD_CODE.fullmatch(code):
            self.wrong("norma", _("“%(key)s” must look like CON-002."), key="codigo")
        isco = self.text(norm, "ciuo08", "norma")
        if isco and not re.fullmatch(r"[0-9]{4}", isco):
            self.wrong("norma", _("“%(key)s” must have four digits."), key="ciuo08")
        months = "vigencia_certificado_meses"
        note = "prerrequisito_licencia"
        return {
            "code": code,
            "isco": isco,
            "sector": self.sector(norm),
            "number": self.whole(norm, "version", "norma", least=1),
            "title": self.text(norm, "titulo", "norma", most=TITLE),
            "area": self.text(norm, "area_ocupacional", "norma", needed=False, most=60),
            "level": self.whole(norm, "nivel", "norma", least=1),
            "purpose": self.text(norm, "proposito", "norma"),
            "certificate_months": self.whole(norm, months, "norma", least=1, needed=False),
            "license_note": self.text(norm, note, "norma", needed=False, most=SENTENCE),
        }

    def sector(self, norm):
        sector = self.text(norm, "sector", "norma")
        if sector and sector not in SECTORS:
            known = ", ".join(SECTORS)
            message = _("“%(key)s” must be one of: %(known)s.")
            self.wrong("norma", message, key="sector", known=known)
        return SECTORS.get(sector, "")

    def in_force(self, norm):
        place = "norma.vigencia_norma"
        days = self.mapping(norm.get("vigencia_norma"), place, "vigencia_norma")
        valid_from = self.day(days, "desde", place)
        review_on = self.day(days, "revision", place)
        if valid_from > review_on:
            self.wrong(place, _("the review comes before the beginning."), key="revision")
        return {"valid_from": valid_from, "review_on": review_on}

    def entry(self, norm):
        place = "norma.requisitos_ingreso"
        entry = self.mapping(norm.get("requisitos_ingreso"), place, "requisitos_ingreso")
        return {
            "min_age": self.whole(entry, "edad_minima", place),
            "min_months": self.whole(entry, "experiencia_minima_meses", place),
            "entry_documents": self.texts(entry, "documentos", place, most=PAPER),
        }

    def conditions(self, norm):
        place = "norma.condiciones_evaluacion"
        asked = self.mapping(norm.get("condiciones_evaluacion"), place, "condiciones_evaluacion")
        return {
            "modality": self.text(asked, "modalidad", place, needed=False, most=60),
            "duration_minutes": self.whole(asked, "duracion_min", place, least=1),
            "break_minutes": self.whole(asked, "descanso_min", place, needed=False),
            "task": self.text(asked, "tarea", place),
            "equipment": self.equipment(asked),
        }

    def equipment(self, conditions):
        place = "norma.condiciones_evaluacion.equipo_por_puesto"
        return tuple(
            Equipment(
                name=self.text(
                    need := self.mapping(each, where, "equipo"), "nombre", where, most=NAME
                ),
                quantity=self.whole(need, "cantidad", where, least=1),
                mandatory=self.flag(need, "obligatorio", where),
            )
            for where, each in self.placed(conditions.get("equipo_por_puesto"), place)
        )

    def units(self, norm):
        return tuple(
            Unit(
                code=self.code(unit := self.mapping(each, place, "unidad"), place),
                title=self.text(unit, "titulo", place, most=NAME),
                elements=self.elements(unit, place),
            )
            for place, each in self.placed(norm.get("unidades"), "norma.unidades")
        )

    def elements(self, unit, above):
        return tuple(
            Element(
                code=self.code(element := self.mapping(each, place, "elemento"), place),
                title=self.text(element, "titulo", place, most=NAME),
                criteria=self.criteria(element, place),
            )
            for place, each in self.placed(unit.get("elementos"), f"{above}.elementos")
        )

    def criteria(self, element, above):
        return tuple(
            Criterion(
                code=self.code(criterion := self.mapping(each, place, "criterio"), place),
                kind=self.choice(criterion, "tipo", place, CriterionKind),
                text=self.text(criterion, "texto", place),
            )
            for place, each in self.placed(element.get("criterios"), f"{above}.criterios")
        )

    def knowledge(self, norm):
        return tuple(
            Knowledge(
                code=self.code(known := self.mapping(each, place, "conocimiento"), place),
                text=self.text(known, "texto", place),
                level=self.text(known, "nivel", place, needed=False, most=30),
            )
            for place, each in self.placed(norm.get("conocimientos"), "norma.conocimientos")
        )

    def placed(self, value, place):
        return [(f"{place}[{n}]", each) for n, each in enumerate(self.several(value, place))]

    def instruments(self, root):
        return tuple(
            Instrument(
                code=self.code(found := self.mapping(each, place, "instrumento"), place),
                kind=self.choice(found, "tipo", place, InstrumentKind),
                title=self.text(found, "titulo", place, most=NAME),
                minimum=self.hundredths(found, "minimo_pct", place),
                mode=self.text(found, "aplicacion", place, needed=False, most=30),
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
        values = self.mapping(value, place, "item")
        scale = self.choice(values, "escala", place, Scale)
        for key, only in ONLY_WITH.items():
            if key in values and scale != only:
                message = _("“%(key)s” does not go with the scale %(scale)s.")
                self.wrong(place, message, key=key, scale=scale.value)
        item = Item(
            code=self.code(values, place),
            text=self.text(values, "texto", place),
            weight=self.hundredths(values, "peso", place),
            scale=scale,
            criterion=self.text(values, "criterio", place, needed=False) or None,
            knowledge=self.text(values, "conocimiento", place, needed=False) or None,
            critical=self.flag(values, "critico", place),
            safety=self.flag(values, "seguridad", place),
            unit=self.text(values, "unidad", place, needed=scale == Scale.MEASUREMENT, most=20),
            minimum=self.limit(values, "minimo", place),
            maximum=self.limit(values, "maximo", place),
            na_reason=self.text(
                values, "na_motivo", place, needed=scale == Scale.YES_NO_NA, most=NAME
            ),
            photo=self.choice(values, "evidencia_foto", place, Photo, default=Photo.NONE.value),
            options=self.options(values, place) if scale == Scale.CHOICE else (),
            key=self.text(values, "clave", place, needed=scale == Scale.CHOICE, most=5),
        )
        self.consistent(item, place)
        return item

    def options(self, values, place):
        options = self.mapping(values.get("opciones"), f"{place}.opciones")
        letters = {key: text for key, text in options.items() if isinstance(key, str)}
        if len(letters) < 2 or len(letters) < len(options):
            message = _("“%(key)s” needs two or more, each with its letter.")
            self.wrong(place, message, key="opciones")
        for letter in letters:
            if not LETTER.fullmatch(letter):
                message = _("“%(letter)s” is not one to five letters or digits without accents.")
                self.wrong(f"{place}.opciones", message, letter=letter[:CODE])
        in_order = sorted(letters, key=lambda letter: (len(letter), letter))
        return tuple((key, self.text(letters, key, f"{place}.opciones")) for key in in_order)

    def consistent(self, item, place):
        if bool(item.criterion) == bool(item.knowledge):
            self.wrong(
                place,
                _("an item belongs to a criterion or to knowledge, and to one alone."),
                key="criterio",
            )
        if item.critical and item.scale == Scale.YES_NO_NA:
            self.wrong(place, _("a critical item cannot be not applicable."), key="critico")
        if item.scale == Scale.MEASUREMENT:
            if item.minimum is None and item.maximum is None:
                message = _("a measurement needs a minimum or a maximum.")
                self.wrong(place, message, key="minimo")
            elif None not in {item.minimum, item.maximum} and item.minimum > item.maximum:
                self.wrong(place, _("the minimum is above the maximum."), key="minimo")
        if item.scale == Scale.CHOICE and item.key not in dict(item.options):
            message = _("the key “%(letter)s” is not among the options.")
            self.wrong(place, message, letter=item.key, key="clave")

    def scoring(self, root):
        place = "calificacion"
        values = self.mapping(root.get(place), place, "calificacion")
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
        values = self.mapping(root.get(place), place, "diagnostico")
        points = self.mapping(values.get("puntos"), f"{place}.puntos")
        answers = self.several(values.get("escala"), f"{place}.escala", least=2)
        if not all(isinstance(each, str) for each in (*answers, *points)):
            self.wrong(f"{place}.escala", _("each answer is a text, in quotes."), key="escala")
            answers = []
        elif set(answers) != set(points) or len(answers) != len(points):
            message = _("“escala” and “puntos” name different answers.")
            self.wrong(place, message, key="escala")
            answers = list(points)
        scores = [self.whole(points, each, f"{place}.puntos") or 0 for each in answers]
        questions = tuple(
            Question(
                code=self.code(asked := self.mapping(each, where, "pregunta"), where),
                text=self.text(asked, "texto", where),
            )
            for where, each in self.placed(values.get("preguntas"), f"{place}.preguntas")
        )
        self.once(each.code for each in questions)
        bands = tuple(
            Band(
                first=self.whole(band := self.mapping(each, where, "tramo"), "desde", where) or 0,
                last=self.whole(band, "hasta", where) or 0,
                recommendation=self.choice(band, "recomendacion", where, Recommendation),
                message=self.text(band, "mensaje", where, most=SENTENCE),
            )
            for where, each in self.placed(values.get("interpretacion"), f"{place}.interpretacion")
        )
        self.contiguous(bands, len(questions) * max(scores, default=0))
        return Diagnostic(
            title=self.text(values, "titulo", place, most=TITLE),
            points=tuple(zip(answers, scores, strict=True)),
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
        self.once(codes)

    def once(self, codes):
        for code, times in Counter(filter(None, codes)).items():
            if times > 1:
                message = _("this code is used %(times)s times.")
                self.wrong(code, message, times=times, key="codigo")

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
            message = _("the weights add up to %(total)s, not to 100.00.")
            self.wrong("instrumentos", message, total=in_hundredths(total))
