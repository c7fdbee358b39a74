"""One page with all components, for whoever builds pages: only in development and the demo.

What it shows is made up, and in Spanish as it would come from the database.
"""

from datetime import UTC, datetime
from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from genesis.lib.forms import DateInput, PartialDateField
from genesis.lib.policy import signed_in

PERSON = SimpleNamespace(
    display_name="Ana Ejemplo Prueba", file_number="GS-2026-00000", initials="AE"
)


class SampleForm(forms.Form):
    """One field of each kind, so that none is forgotten when the look changes."""

    given_names = forms.CharField(
        label="Nombres", help_text="Como están en el documento de identidad."
    )
    dui = forms.CharField(
        label="DUI",
        required=False,
        help_text="9 cifras, por ejemplo 01234567-8. Si no tiene, déjelo en blanco.",
    )
    birth_date = PartialDateField(
        label="Fecha de nacimiento", help_text="Si no recuerda el día o el mes, déjelos vacíos."
    )
    appointment = forms.DateField(label="Fecha de la cita", widget=DateInput, required=False)
    department = forms.ChoiceField(
        label="Departamento",
        choices=[("", "Elija uno"), ("SS", "San Salvador"), ("US", "Usulután")],
    )
    profile = forms.ChoiceField(
        label="Perfil",
        widget=forms.RadioSelect,
        choices=[
            ("returnee", "Persona migrante retornada"),
            ("idp", "Persona desplazada interna"),
            ("family", "Familiar"),
        ],
    )
    sectors = forms.MultipleChoiceField(
        label="Sectores de interés",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("construction", "Construcción"), ("tourism", "Turismo")],
    )
    whatsapp = forms.BooleanField(label="Este número usa WhatsApp", required=False)
    scan = forms.FileField(label="Copia del documento", required=False)
    note = forms.CharField(
        label="Nota", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )

    def clean(self):
        if self.is_bound and not self.cleaned_data.get("dui"):
            self.add_error(None, "Hace falta una forma de reconocer a la persona.")


class SampleFilter(forms.Form):
    name = forms.CharField(label="Nombre, expediente, DUI o teléfono", required=False)
    sector = forms.ChoiceField(
        label="Sector", required=False, choices=[("", "Todos"), ("construction", "Construcción")]
    )
    department = forms.ChoiceField(
        label="Departamento", required=False, choices=[("", "Todos"), ("SS", "San Salvador")]
    )


@signed_in
@require_safe
def components(request):
    messages.success(request, "Atención registrada.")
    messages.error(request, "No se pudo entregar: faltan dos respuestas.")
    context = {
        "person": PERSON,
        "form": SampleForm({"given_names": "Ana", "birth_date_2": "19"}),
        "empty_form": SampleForm(prefix="empty"),
        "filter": SimpleNamespace(
            fields_html=render_to_string(
                "components/filter_fields.html", {"form": SampleFilter(request.GET)}
            )
        ),
        "page": SimpleNamespace(
            rows=ROWS, before="a", after="z", total=len(ROWS), order="sort_name"
        ),
        **SAMPLES,
    }
    return render(request, "components_gallery.html", context)


ROWS = [
    {"name": "Ana Ejemplo Prueba", "place": "Jiquilisco", "stage": "En evaluación", "days": 3},
    {"name": "José Muestra Ensayo", "place": "Ilopango", "stage": "Certificado", "days": 12},
    {"name": "Karla Modelo Caso", "place": "Santa Ana", "stage": "Sin contacto", "days": 41},
]
for row, tone in zip(ROWS, ["curso", "ok", "alerta"], strict=True):
    row["tone"] = tone

SAMPLES = {
    "pills": [
        {"text": "Migrante retornada", "tone": "curso"},
        {"text": "Construcción", "tone": "plain"},
        {"text": "Consentimiento vigente", "tone": "ok"},
        {"text": "Falta información", "tone": "alerta"},
        {"text": "Vencido", "tone": "mal"},
        {"text": "Restringido", "tone": "res"},
    ],
    "facts": ["GS-2026-00000", "34 años", "Usulután, Jiquilisco", "7000-0000"],
    "actions": [
        {"title": "Agendar cita", "url": "#menu"},
        {"title": "Asignar a otra persona", "url": "#menu"},
        {"title": "Imprimir ficha", "url": "#menu"},
    ],
    "tabs": [
        {"title": "Resumen", "url": "#subnav", "current": True, "count": None},
        {"title": "Itinerario", "url": "#subnav", "current": False, "count": None},
        {"title": "Certificación", "url": "#subnav", "current": False, "count": 2},
        {"title": "Documentos", "url": "#subnav", "current": False, "count": None},
        {"title": "Historial", "url": "#subnav", "current": False, "count": None},
    ],
    "tasks": [
        {
            "title": "Perfil y registro",
            "url": "#tasks",
            "hint": "Completo el 3 de agosto de 2026",
            "status": "Completo",
            "tone": "ok",
        },
        {
            "title": "Evaluación práctica: instalación de cerámica",
            "url": "#tasks",
            "hint": "Cita el 25 de noviembre, 8:30",
            "status": "En curso",
            "tone": "curso",
        },
        {
            "title": "Plan de inserción laboral",
            "url": "#tasks",
            "hint": "Revisado, falta la constancia de experiencia",
            "status": "Falta información",
            "tone": "alerta",
        },
        {
            "title": "Intermediación laboral",
            "url": None,
            "hint": "Se abre al obtener el certificado",
            "status": "Aún no disponible",
            "tone": "plain",
        },
    ],
    "entries": [
        {
            "title": "Sesión de coaching laboral",
            "at": datetime(2026, 11, 18, 15, 0, tzinfo=UTC),
            "by": "Persona de prueba",
            "text": "Preparó su hoja de vida y practicó la entrevista.\nTraerá su constancia.",
            "url": None,
            "void_url": "#timeline",
            "voided": False,
        },
        {
            "title": "Llamada de seguimiento",
            "at": datetime(2026, 11, 11, 20, 0, tzinfo=UTC),
            "by": "Persona de prueba",
            "text": "Anotada en el expediente equivocado.",
            "url": None,
            "void_url": None,
            "voided": True,
        },
        {
            "title": "Referencia aceptada",
            "at": datetime(2026, 11, 2, 16, 0, tzinfo=UTC),
            "by": "Organización de prueba",
            "text": "",
            "url": "#timeline",
            "void_url": None,
            "voided": False,
        },
    ],
    "rows": [
        {"label": "Retorno", "value": "12 de mayo de 2026, Estados Unidos", "url": "#summary"},
        {"label": "Experiencia", "value": "6 años, cerámica y tabla yeso", "url": "#summary"},
        {"label": "Correo", "value": "", "url": "#summary"},
        {"label": "Responsable", "value": "Persona de prueba", "url": None},
    ],
    "chips": [
        {"label": "Construcción", "url": "?department=SS"},
        {"label": "San Salvador", "url": "?sector=construction"},
    ],
}
