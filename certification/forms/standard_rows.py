"""What is asked of each row of a standard: the fields have the names of the standard's file.

Whether a row is right in itself says the function that reads files; here it is
only asked for.
"""

from decimal import Decimal

from crispy_forms.layout import Column, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from certification.choices import CriterionKind, InstrumentKind, Photo, Recommendation, Scale
from certification.rules.standard_document import PATHS, rows_of
from certification.rules.standard_values import (
    CODE,
    LARGEST,
    LARGEST_LIMIT,
    NAME,
    SENTENCE,
    TEXT,
)
from genesis.lib.forms import SafeFormMixin, ask_only_with, lay_out

SHORTENED = 70
# Where a fault is shown whose value the form asks under another name.
ASKED_AS = {"criterio": "de", "conocimiento": "de", "puntos": "respuestas", "escala": "respuestas"}


def text_field(label, *, most=TEXT, rows=3, **options):
    widget = forms.Textarea({"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=widget, **options)


def code_field():
    return forms.CharField(label=_("Code"), max_length=CODE)


def per_cent_field(label, **options):
    return forms.DecimalField(
        label=label,
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        decimal_places=2,
        **options,
    )


def in_words(number, places=None):
    """A number as a standard's file has it: 3.00, or 3 where its places are not fixed."""
    if number is None:
        return None
    return f"{number:.{places}f}" if places else f"{number.normalize():f}"


def show_faults(form, faults):
    """Say at its field what is wrong with a value, and all else above them."""
    for each in faults:
        name = "opciones" if each.place.endswith(".opciones") else each.key
        name = name if name in form.fields else ASKED_AS.get(name)
        if name in form.fields:
            form.add_error(name, each.message[:1].upper() + each.message[1:])
        else:
            form.add_error(None, str(each))


class PartForm(SafeFormMixin, forms.Form):
    """Some values of a draft, which carries the version that the page showed."""

    submit = _("Save")

    def __init__(self, *args, draft, initial, **kwargs):
        self.instance = draft
        super().__init__(*args, initial=initial, **kwargs)
        self.ask()
        lay_out(self, *self.rows(), submit=self.submit)

    def ask(self):
        """Fill in what depends on the draft at hand."""

    def rows(self):
        return [name for name in self.fields if name != "version"]

    def values(self):
        """What was answered, as a standard's file has it."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "version"}


class RowForm(PartForm):
    """One row; what is empty or «no» is left out of it."""

    def row(self):
        empty = (None, "", {})
        told = {name: value for name, value in self.values().items() if value not in empty}
        return {name: value for name, value in told.items() if value is not False}


class UnitForm(RowForm):
    codigo = code_field()
    titulo = forms.CharField(label=_("Title"), max_length=NAME)


class ElementForm(UnitForm):
    """As a unit."""


class CriterionForm(RowForm):
    codigo = code_field()
    tipo = forms.ChoiceField(label=_("What it looks at"), choices=CriterionKind)
    texto = text_field(_("What whoever is competent does"))


class KnowledgeForm(RowForm):
    codigo = code_field()
    texto = text_field(_("What whoever is competent knows"))
    nivel = forms.CharField(label=_("Level"), max_length=30, required=False)


class EquipmentForm(RowForm):
    nombre = forms.CharField(label=_("What"), max_length=NAME)
    cantidad = forms.IntegerField(
        label=_("How many for each workstation"), min_value=1, max_value=LARGEST
    )
    obligatorio = forms.BooleanField(
        label=_("Obligatory: without it nothing is assessed there"), required=False
    )

    def row(self):
        return self.values()  # «not obligatory» is said, too


class InstrumentForm(RowForm):
    codigo = code_field()
    tipo = forms.ChoiceField(label=_("Kind"), choices=InstrumentKind)
    titulo = forms.CharField(label=_("Title"), max_length=NAME)
    minimo_pct = per_cent_field(_("Least of it that has to be met (%)"))
    aplicacion = forms.CharField(
        label=_("How it is applied"),
        max_length=30,
        required=False,
        help_text=_("For example: oral_o_escrita"),
    )

    def values(self):
        values = super().values()
        return {**values, "minimo_pct": in_words(values["minimo_pct"], 2)}


class QuestionForm(RowForm):
    codigo = code_field()
    texto = text_field(_("Question"))


class BandForm(RowForm):
    desde = forms.IntegerField(label=_("From how many points"), min_value=0, max_value=LARGEST)
    hasta = forms.IntegerField(label=_("To how many"), min_value=0, max_value=LARGEST)
    recomendacion = forms.ChoiceField(label=_("Advice"), choices=Recommendation)
    mensaje = text_field(_("What the person is told"), most=SENTENCE)

    def rows(self):
        return [Row(Column("desde"), Column("hasta")), "recomendacion", "mensaje"]


class ItemForm(RowForm):
    """One thing to observe, to measure or to ask; the key only for who may read keys."""

    codigo = code_field()
    de = forms.ChoiceField(label=_("What it tests"))
    texto = text_field(_("What is looked at, or asked"))
    peso = per_cent_field(
        _("Weight"), help_text=_("Of 100.00, which all items together have to weigh.")
    )
    escala = forms.ChoiceField(label=_("Scale"), choices=Scale)
    critico = forms.BooleanField(
        label=_("Critical: who misses it is not competent"), required=False
    )
    seguridad = forms.BooleanField(label=_("It is about safety"), required=False)
    evidencia_foto = forms.ChoiceField(label=_("Photo"), choices=Photo)
    unidad = forms.CharField(label=_("Unit"), max_length=20, required=False)
    minimo = forms.DecimalField(
        label=_("At least"),
        required=False,
        min_value=0,
        max_value=LARGEST_LIMIT,
        decimal_places=4,
    )
    maximo = forms.DecimalField(
        label=_("At most"),
        required=False,
        min_value=0,
        max_value=LARGEST_LIMIT,
        decimal_places=4,
    )
    na_motivo = forms.CharField(label=_("When it does not apply"), max_length=NAME, required=False)
    opciones = text_field(
        _("Options"),
        rows=5,
        required=False,
        help_text=_("One on each line, with its letter. For example: a: Yeso"),
    )
    clave = forms.CharField(label=_("Letter of the right one"), max_length=5, required=False)

    def __init__(self, *args, draft, initial, document, may_read_keys, **kwargs):
        self.document, self.may_read_keys = document, may_read_keys
        self.kept_key = initial.get("clave")
        shown = {**initial, "evidencia_foto": initial.get("evidencia_foto", Photo.NONE.value)}
        for kind in ("criterio", "conocimiento"):
            if initial.get(kind):
                shown["de"] = f"{kind} {initial[kind]}"
        options = initial.get("opciones", {})
        letters = sorted(options, key=lambda letter: (len(letter), letter))
        shown["opciones"] = "\n".join(f"{letter}: {options[letter]}" for letter in letters)
        super().__init__(*args, draft=draft, initial=shown, **kwargs)

    def ask(self):
        if not self.may_read_keys:
            del self.fields["clave"]
        criteria = [
            each
            for unit, _row in enumerate(rows_of(self.document, "unidad"))
            for element, _row in enumerate(rows_of(self.document, "elemento", (unit,)))
            for each in rows_of(self.document, "criterio", (unit, element))
        ]
        knowledge = rows_of(self.document, "conocimiento")
        self.fields["de"].choices = [
            ("", "---------"),
            (_("Criteria"), [_option("criterio", each) for each in criteria]),
            (_("Knowledge"), [_option("conocimiento", each) for each in knowledge]),
        ]
        for name, scale in (
            ("unidad", Scale.MEASUREMENT),
            ("minimo", Scale.MEASUREMENT),
            ("maximo", Scale.MEASUREMENT),
            ("na_motivo", Scale.YES_NO_NA),
            ("opciones", Scale.CHOICE),
            ("clave", Scale.CHOICE),
        ):
            if name in self.fields:
                ask_only_with(self, name, f"escala:{scale.value}")

    def rows(self):
        return [
            Row(Column("codigo"), Column("peso")),
            "de",
            "texto",
            "escala",
            Row(Column("unidad"), Column("minimo"), Column("maximo")),
            "na_motivo",
            "opciones",
            *(["clave"] if self.may_read_keys else []),
            "critico",
            "seguridad",
            "evidencia_foto",
        ]

    def clean_opciones(self):
        options = {}
        for line in filter(None, map(str.strip, self.cleaned_data["opciones"].splitlines())):
            letter, colon, text = (each.strip() for each in line.partition(":"))
            if not colon or not letter or not text or letter in options:
                raise ValidationError(
                    _("Write “%(line)s” with a letter of its own, a colon and its text."),
                    params={"line": line[:SHORTENED]},
                )
            options[letter] = text
        return options

    def values(self):
        values = super().values()
        kind, _space, code = values.pop("de").partition(" ")
        if not self.may_read_keys:
            values["clave"] = self.kept_key
        if values["evidencia_foto"] == Photo.NONE:
            del values["evidencia_foto"]
        values["peso"] = in_words(values["peso"], 2)
        for name in ("minimo", "maximo"):
            values[name] = in_words(values[name])
        return {kind: code, **_of_scale(values)}


def _of_scale(values):
    """Without what another scale asks for: it may have been filled in before."""
    asked = {
        Scale.MEASUREMENT: {"unidad", "minimo", "maximo"},
        Scale.YES_NO_NA: {"na_motivo"},
        Scale.CHOICE: {"opciones", "clave"},
    }
    mine = asked.get(Scale(values["escala"]), set())
    others = set().union(*asked.values()) - mine
    return {name: value for name, value in values.items() if name not in others}


def _option(kind, row):
    text = row["texto"]
    shown = text if len(text) <= SHORTENED else f"{text[:SHORTENED]}…"
    return f"{kind} {row['codigo']}", f"{row['codigo']} {shown}"


FORMS = {
    "unidad": UnitForm,
    "elemento": ElementForm,
    "criterio": CriterionForm,
    "conocimiento": KnowledgeForm,
    "equipo": EquipmentForm,
    "instrumento": InstrumentForm,
    "item": ItemForm,
    "pregunta": QuestionForm,
    "tramo": BandForm,
}
assert FORMS.keys() == PATHS.keys()
