"""The values of a standard's file one by one: what may stand there, and how much of it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation, Overflow

from django.utils.translation import gettext as _

from certification.choices import Scale
from certification.rules.scoring import WHOLE
from certification.rules.standard_parts import Fault

# What each part may say. A slip of the pen in a key would lose a critical item, or a limit.
# They stand in the order in which a file is written.
KEYS = {
    "archivo": ("norma", "instrumentos", "calificacion", "diagnostico"),
    "norma": (
        *("codigo", "version", "estado", "titulo", "sector", "area_ocupacional", "nivel"),
        *("ciuo08", "proposito", "vigencia_norma", "vigencia_certificado_meses"),
        *("requisitos_ingreso", "prerrequisito_licencia", "condiciones_evaluacion"),
        *("unidades", "conocimientos"),
    ),
    "vigencia_norma": ("desde", "revision"),
    "requisitos_ingreso": ("edad_minima", "experiencia_minima_meses", "documentos"),
    "condiciones_evaluacion": (
        *("modalidad", "duracion_min", "descanso_min", "tarea", "equipo_por_puesto"),
    ),
    "equipo": ("nombre", "cantidad", "obligatorio"),
    "unidad": ("codigo", "titulo", "elementos"),
    "elemento": ("codigo", "titulo", "criterios"),
    "criterio": ("codigo", "tipo", "texto"),
    "conocimiento": ("codigo", "texto", "nivel"),
    "instrumento": ("codigo", "tipo", "titulo", "minimo_pct", "aplicacion", "items"),
    "item": (
        *("codigo", "criterio", "conocimiento", "peso", "critico", "seguridad", "escala"),
        *("unidad", "minimo", "maximo", "evidencia_foto", "na_motivo", "texto"),
        *("opciones", "clave"),
    ),
    "calificacion": (
        *("peso_total", "minimo_total_pct", "cobertura_criterios", "criticos"),
        *("na_maximo_pct_peso", "suspension_inmediata_por_seguridad"),
    ),
    "diagnostico": ("titulo", "escala", "puntos", "preguntas", "interpretacion"),
    "pregunta": ("codigo", "texto"),
    "tramo": ("desde", "hasta", "recomendacion", "mensaje"),
}
ONLY_WITH = {
    "unidad": Scale.MEASUREMENT,
    "minimo": Scale.MEASUREMENT,
    "maximo": Scale.MEASUREMENT,
    "na_motivo": Scale.YES_NO_NA,
    "opciones": Scale.CHOICE,
    "clave": Scale.CHOICE,
}
# How much fits: characters of a code, of a title, of a text, and the largest number.
CODE, TITLE, NAME, SENTENCE, TEXT, PAPER = 20, 150, 200, 300, 4000, 60
LARGEST = 32_767
MOST_DIGITS = 10  # of any number before its point: beyond that it is not even reckoned with
LARGEST_LIMIT = Decimal(1_000_000)  # of a measurement, with four decimals


class Values:
    """Reads on after an error, to say them all; what could not be read has a stand-in."""

    def __init__(self):
        self.faults = []

    def wrong(self, place, message, **shown):
        text = message % shown if shown else message
        self.faults.append(Fault(place, text, str(shown.get("key", ""))))

    def mapping(self, value, place, kind=""):
        if not isinstance(value, Mapping):
            self.wrong(place, _("this part is missing, or has no keys."))
            return {}
        for key in value:
            if kind and key not in KEYS[kind]:
                self.wrong(place, _("unknown key “%(key)s”."), key=key)
        return value

    def several(self, value, place, *, least=1):
        if not isinstance(value, list) or len(value) < least:
            self.wrong(place, _("a list is missing here."))
            return []
        return value

    def text(self, values, key, place, *, needed=True, most=TEXT):
        value = values.get(key)
        if isinstance(value, str) and value.strip():
            if len(value.strip()) > most:
                message = _("“%(key)s” has more than %(most)s characters.")
                self.wrong(place, message, key=key, most=most)
            return value.strip()
        if needed or value is not None:
            self.wrong(place, _("“%(key)s” must be text."), key=key)
        return ""

    def code(self, values, place):
        return self.text(values, "codigo", place, most=CODE)

    def texts(self, values, key, place, *, most):
        value = values.get(key, [])
        if not isinstance(value, list) or not all(
            isinstance(each, str) and each.strip() for each in value
        ):
            self.wrong(place, _("“%(key)s” must be a list of texts."), key=key)
            return ()
        texts = tuple(each.strip() for each in value)
        if any(len(each) > most for each in texts):
            message = _("each text of “%(key)s” has at most %(most)s characters.")
            self.wrong(place, message, key=key, most=most)
        return texts

    def whole(self, values, key, place, *, least=0, needed=True):
        value = values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= LARGEST:
            return value
        if needed or value is not None:
            message = _("“%(key)s” must be a whole number of %(least)s or more.")
            if isinstance(value, int) and value > LARGEST:
                message = _("“%(key)s” is too large a number.")
            self.wrong(place, message, key=key, least=least)
        return None

    def flag(self, values, key, place):
        value = values.get(key, False)
        if not isinstance(value, bool):
            self.wrong(place, _("“%(key)s” must be true or false."), key=key)
        return value is True

    def day(self, values, key, place):
        value = values.get(key)
        if isinstance(value, str):  # as a draft keeps it
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
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
        except (InvalidOperation, Overflow, ValueError):
            number = Decimal("NaN")
        if not number.is_finite() or number < 0:
            self.wrong(place, _("“%(key)s” must be a number of 0 or more."), key=key)
            return None
        if number.adjusted() > MOST_DIGITS:
            self.wrong(place, _("“%(key)s” is too large a number."), key=key)
            return None
        return number

    def limit(self, values, key, place):
        """A limit of a measurement; None where there is none."""
        number = self.decimal(values, key, place, needed=False)
        if number is not None and (number >= LARGEST_LIMIT or number != round(number, 4)):
            message = _("“%(key)s” must be below a million, with at most four decimals.")
            self.wrong(place, message, key=key)
            return None
        return number

    def hundredths(self, values, key, place, *, most=WHOLE):
        number = self.decimal(values, key, place)
        if number is None:
            return 0
        if not 0 < number * 100 <= most or number * 100 != int(number * 100):
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
