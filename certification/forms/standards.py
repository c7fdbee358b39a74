"""What is asked of the next version of a standard as a whole, and of a committee."""

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Sector
from certification.forms.accreditation import day_field
from certification.forms.record import RecordForm
from certification.forms.standard_rows import (
    PartForm,
    in_words,
    per_cent_field,
    text_field,
)
from certification.models import StandardDraft
from certification.rules.standard_document import LONGEST_FILE
from certification.rules.standard_reading import SECTORS, STANDARD_CODE
from certification.rules.standard_values import LARGEST, SENTENCE, TITLE
from genesis.lib.forms import DateInput, SafeFormMixin, UploadField, lay_out

SECTOR_CHOICES = [(word, Sector(code).label) for word, code in SECTORS.items()]


def whole_field(label, *, least=0, **options):
    return forms.IntegerField(label=label, min_value=least, max_value=LARGEST, **options)


class BeginForm(SafeFormMixin, forms.Form):
    """A standard that nobody has written yet."""

    creates = True

    code = forms.CharField(
        label=_("Code"),
        max_length=7,
        help_text=_("Three letters and three digits: CON-004"),
        validators=[
            RegexValidator(STANDARD_CODE.pattern + r"\Z", _("Write it like this: CON-004"))
        ],
    )
    title = forms.CharField(label=_("Title"), max_length=TITLE)
    sector = forms.ChoiceField(label=_("Sector"), choices=SECTOR_CHOICES)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "code", "title", "sector", submit=_("Begin"))


class UploadForm(SafeFormMixin, forms.Form):
    """A standard's file; what is wrong with it can be mended in the text itself."""

    creates = True

    file = forms.FileField(
        label=_("File (YAML)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
        help_text=_("Of at most %(most)s KB.") % {"most": LONGEST_FILE // 1024},
    )
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        strip=False,
        max_length=LONGEST_FILE,
        widget=forms.Textarea({"rows": 12, "class": "codigo", "spellcheck": "false"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "file", "text", submit=_("Take it in as a draft"))

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > LONGEST_FILE:
            raise ValidationError(_("The file is too large."))
        return file

    def clean(self):
        """What was sent is the text of the file where one was chosen, or else what was written."""
        answers = super().clean()
        if self.errors:
            return answers
        try:
            file = answers["file"]
            self.sent = file.read().decode("utf-8-sig") if file else answers["text"]
        except UnicodeDecodeError:
            self.add_error("file", _("The file is not text: save it as UTF-8."))
        else:
            if not self.sent.strip():
                self.add_error("file", _("Choose a file, or write its text."))
        return answers

    def keep_text(self):
        """Show the text that came, so that it can be mended where it is wrong."""
        self.data = {**self.data.dict(), "text": self.sent}


class CopyForm(SafeFormMixin, forms.Form):
    """Nothing to fill in but the button."""

    creates = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, submit=_("Begin"))


class DataForm(PartForm):
    """What is said of the version as a whole, and how it is judged."""

    titulo = forms.CharField(label=_("Title"), max_length=TITLE)
    sector = forms.ChoiceField(label=_("Sector"), choices=SECTOR_CHOICES)
    area_ocupacional = forms.CharField(label=_("Occupational area"), max_length=60, required=False)
    nivel = whole_field(_("Level"), least=1)
    ciuo08 = forms.CharField(label=_("Occupation (CIUO-08)"), max_length=4)
    proposito = text_field(_("Purpose"))
    desde = forms.DateField(label=_("In force from"), widget=DateInput())
    revision = forms.DateField(label=_("To be reviewed on"), widget=DateInput())
    vigencia_certificado_meses = whole_field(
        _("Months that the certificate holds"),
        least=1,
        required=False,
        help_text=_("Empty: it does not expire."),
    )
    edad_minima = whole_field(_("Least age"))
    experiencia_minima_meses = whole_field(_("Least months of experience"))
    documentos = forms.CharField(
        label=_("Papers to bring"),
        required=False,
        max_length=SENTENCE,
        help_text=_("Separated by commas."),
    )
    prerrequisito_licencia = text_field(
        _("Note on licences"),
        most=SENTENCE,
        required=False,
        help_text=_("What the certificate does not give: it stands on its back."),
    )
    modalidad = forms.CharField(label=_("How it is held"), max_length=60, required=False)
    duracion_min = whole_field(_("Minutes that it takes"), least=1)
    descanso_min = whole_field(_("Minutes of rest"), required=False)
    tarea = text_field(_("Task"))
    minimo_total_pct = per_cent_field(_("Least of the total (%)"))
    na_maximo_pct_peso = per_cent_field(_("Most that may not apply (%)"))

    def rows(self):
        return [
            Fieldset(
                _("The standard"),
                "titulo",
                Row(Column("sector"), Column("area_ocupacional")),
                Row(Column("nivel"), Column("ciuo08")),
                "proposito",
                Row(Column("desde"), Column("revision")),
            ),
            Fieldset(
                _("Who may be assessed"),
                Row(Column("edad_minima"), Column("experiencia_minima_meses")),
                "documentos",
            ),
            Fieldset(
                _("The assessment"),
                "tarea",
                Row(Column("duracion_min"), Column("descanso_min")),
                "modalidad",
            ),
            Fieldset(
                _("How it is judged"),
                Row(Column("minimo_total_pct"), Column("na_maximo_pct_peso")),
            ),
            Fieldset(_("The certificate"), "vigencia_certificado_meses", "prerrequisito_licencia"),
        ]

    @staticmethod
    def initial_of(document):
        norm, conditions = document["norma"], document["norma"].get("condiciones_evaluacion", {})
        entry = norm.get("requisitos_ingreso", {})
        papers = ", ".join(entry.get("documentos", []))
        said = {name: value for name, value in norm.items() if name != "version"}
        return {
            **said,  # the form's own version is that of the draft
            **norm.get("vigencia_norma", {}),
            **conditions,
            **entry,
            **document["calificacion"],
            "documentos": papers,
        }

    def values(self):
        said = self.cleaned_data
        papers = [each.strip() for each in said["documentos"].split(",") if each.strip()]
        return {
            "norma": {
                **_some(said, "titulo sector area_ocupacional nivel ciuo08 proposito"),
                **_some(said, "vigencia_certificado_meses prerrequisito_licencia"),
                "vigencia_norma": {name: said[name].isoformat() for name in ("desde", "revision")},
                "requisitos_ingreso": {
                    **_some(said, "edad_minima experiencia_minima_meses"),
                    "documentos": papers,
                },
                "condiciones_evaluacion": _some(said, "modalidad duracion_min descanso_min tarea"),
            },
            "calificacion": {
                name: in_words(said[name], 2) for name in ("minimo_total_pct", "na_maximo_pct_peso")
            },
        }


def _some(values, names):
    return {name: values[name] for name in names.split()}


class DiagnosisForm(PartForm):
    """With which answers somebody says what she can do, and how much each counts."""

    titulo = forms.CharField(label=_("Title"), max_length=TITLE)
    respuestas = text_field(
        _("Answers and their points"),
        rows=4,
        help_text=_("One on each line, with its points. For example: con_ayuda: 1"),
    )

    @staticmethod
    def initial_of(document):
        diagnosis = document["diagnostico"]
        lines = [f"{each}: {diagnosis['puntos'].get(each, 0)}" for each in diagnosis["escala"]]
        return {"titulo": diagnosis.get("titulo", ""), "respuestas": "\n".join(lines)}

    def clean_respuestas(self):
        points = {}
        for line in filter(None, map(str.strip, self.cleaned_data["respuestas"].splitlines())):
            answer, _colon, number = (each.strip() for each in line.rpartition(":"))
            right = number.isascii() and number.isdigit() and len(number) < 4
            if not answer or answer in points or not right:
                raise ValidationError(
                    _("Write “%(line)s” with an answer of its own, a colon and its points."),
                    params={"line": line[:70]},
                )
            points[answer] = int(number)
        if len(points) < 2:
            raise ValidationError(_("Write at least two answers."))
        return points

    def values(self):
        points = self.cleaned_data["respuestas"]
        title = self.cleaned_data["titulo"]
        return {"diagnostico": {"titulo": title, "escala": list(points), "puntos": points}}


class RetireForm(SafeFormMixin, forms.Form):
    """Why nobody begins with a published version any more."""

    creates = True

    reason = text_field(
        _("Why?"),
        most=500,
        rows=3,
        help_text=_("Whoever reads the standard, or is to be assessed in it, sees it."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Retire it"))


# The committee


class StepForm(RecordForm):
    """A step of a draft: nothing to fill in but the button, unless one says so."""

    submit = _("Send to the committee")

    class Meta:
        model = StandardDraft
        fields = []


class ApproveForm(StepForm):
    submit = _("I approve it")


class WhyForm(StepForm):
    """What is sent back or given up says why."""

    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea({"rows": 3}), max_length=500)


class ReturnForm(WhyForm):
    submit = _("Send it back")


class DropForm(WhyForm):
    submit = _("Give it up")


class PublishForm(StepForm):
    """The minutes of the meeting that approved it."""

    submit = _("Publish")

    met_on = day_field(_("Day of the meeting"), initial=timezone.localdate)
    present = text_field(
        _("Who was there"), most=1000, rows=2, help_text=_("Names, separated by commas.")
    )
    minutes = text_field(_("What was decided, and why"), rows=5, required=False)
    file = UploadField(label=_("Minutes as a file"), required=False)
