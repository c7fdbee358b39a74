"""The pages of a registration: what each asks, and what is kept of it while it is a draft."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.choices import DUI_TYPES, RETURNED, ConsentPurpose, Population
from beneficiaries.forms.household import EducationForm, HouseholdForm
from beneficiaries.forms.journeys import JobForm, TripForm
from beneficiaries.forms.people import (
    IDENTITY_ROWS,
    ContactForm,
    DocumentForm,
    IdentityFields,
)
from beneficiaries.forms.protection import (
    CIRCUMSTANCES_ROWS,
    CircumstancesFields,
    DisplacementForm,
)
from beneficiaries.forms.records import RecordForm
from beneficiaries.models import (
    Displacement,
    Education,
    HouseholdMember,
    IdentityDocument,
    Person,
    Registration,
    WorkExperience,
)
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out
from genesis.templatetags.days import known_to

DISPLACED = {Population.IDP, Population.RETURNEE_IDP}


class FirstIdentityForm(RecordForm, IdentityFields):
    """Who somebody is, and when she is registered."""

    registered_on = forms.DateField(
        label=gettext_lazy("Day of registration"), initial=timezone.localdate, widget=DateInput()
    )

    def rows(self):
        return [*IDENTITY_ROWS, "registered_on"]

    def registration_day(self):
        return self.cleaned_data.get("registered_on")

    def clean_registered_on(self):
        day = self.cleaned_data["registered_on"]
        if day > timezone.localdate():
            raise ValidationError(_("The day of registration is in the future."))
        return day


class FirstTripForm(TripForm, CircumstancesFields):
    """A journey with its circumstances, which the file keeps apart."""

    def rows(self):
        return [*super().rows(), Fieldset(_("Protected"), *CIRCUMSTANCES_ROWS)]

    def record(self):
        apart = CircumstancesFields.base_fields
        return {name: value for name, value in super().record().items() if name not in apart}


class DiscardForm(SafeFormMixin, forms.ModelForm):
    """Why a registration becomes no file."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it discarded?"),
        max_length=300,
        help_text=gettext_lazy("Without names. For example: she or he did not come back."),
    )

    class Meta:
        model = Registration
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Discard"))


@dataclass(frozen=True)
class Known:
    """What the pages before say of who is being registered."""

    birth_date: date | None = None
    population: str = ""
    sensitive: bool = False  # she agreed that it is written down


@dataclass(frozen=True)
class Page:
    """One page of the task list: what it asks, how often, and of whom."""

    code: str
    title: Any
    hint: Any
    form: Any
    many: bool = False
    needed: bool = False
    looks_for_duplicates: bool = False
    profiles: Collection[str] = ()  # of all, when none is named
    protected: bool = False
    add: Any = ""

    def applies(self, known: Known) -> bool:
        return not self.why_not(known)

    def why_not(self, known: Known) -> str:
        """Why this page is not asked, or not yet."""
        if self.profiles and not known.population:
            return _("First the identity")
        if self.profiles and known.population not in self.profiles:
            return _("Not applicable")
        if self.protected and not known.sensitive:
            return _("She or he did not agree to sensitive data")
        return ""


PAGES = [
    Page(
        "identidad",
        gettext_lazy("Identity"),
        gettext_lazy("Names, birth, profile and where she or he lives"),
        FirstIdentityForm,
        needed=True,
        looks_for_duplicates=True,
    ),
    Page(
        "documentos",
        gettext_lazy("Documents"),
        gettext_lazy("Or that she or he has none"),
        DocumentForm,
        many=True,
        needed=True,
        looks_for_duplicates=True,
        add=gettext_lazy("Add another document"),
    ),
    Page(
        "contacto",
        gettext_lazy("Contact and place"),
        gettext_lazy("How, when and under which name to reach her or him"),
        ContactForm,
        needed=True,
        looks_for_duplicates=True,
    ),
    Page(
        "retorno",
        gettext_lazy("Return"),
        gettext_lazy("Each journey abroad and back"),
        FirstTripForm,
        many=True,
        profiles=RETURNED,
        add=gettext_lazy("Add another journey"),
    ),
    Page(
        "desplazamiento",
        gettext_lazy("Displacement"),
        gettext_lazy("Since when and why she or he had to leave"),
        DisplacementForm,
        profiles=DISPLACED,
        protected=True,
    ),
    Page(
        "hogar",
        gettext_lazy("Household"),
        gettext_lazy("Who lives with her or him"),
        HouseholdForm,
        many=True,
        add=gettext_lazy("Add another member"),
    ),
    Page(
        "educacion",
        gettext_lazy("Education and skills"),
        gettext_lazy("School, languages, tools"),
        EducationForm,
    ),
    Page(
        "trabajo",
        gettext_lazy("Work experience"),
        gettext_lazy("Each job, here and abroad"),
        JobForm,
        many=True,
        add=gettext_lazy("Add another job"),
    ),
]
BY_CODE = {each.code: each for each in PAGES}


def known_of(registration: Registration) -> Known:
    """What the consent and the pages that were filled in say, as far as it can be read."""
    facts = facts_of(registration.answers)
    born = facts.get("birth_date")
    return Known(
        date.fromisoformat(born) if born else None,
        facts.get("population", ""),
        ConsentPurpose.SENSITIVE in registration.consents.get("granted", ()),
    )


def facts_of(answers: dict[str, Any], *, but: str = "") -> dict[str, str]:
    """What a look for duplicates and later pages need, of all parts; not of the page `but`."""
    facts: dict[str, str] = {}
    for page in PAGES:
        for part in answers.get(page.code, []) if page.code != but else []:
            facts = part["facts"] | facts
    return facts


def page_form(page: Page, registration: Registration, user: Any, data: Any = None) -> Any:
    """The form of a page, filled with `data` if there is some.

    Of who did not agree to sensitive data, a journey is asked without its circumstances (CASE-3).
    """
    known: dict[str, Any] = {}
    form_of = page.form
    if issubclass(form_of, TripForm | JobForm | HouseholdForm):
        known["person"] = known_of(registration)
    if form_of is FirstTripForm and not known["person"].sensitive:
        form_of = TripForm
    if issubclass(form_of, HouseholdForm):
        known["visible"] = Person.objects.visible_to(user)
    form = form_of(data, **known)
    form.helper.form_tag = False  # the page has several buttons, and the files that look alike
    form.helper.layout.pop()
    return form


def kept(part: dict[str, Any]) -> MultiValueDict[str, Any]:
    """What was typed into a part, as a form takes it."""
    return MultiValueDict(part["typed"])


def part_of(form: Any, *, key: str | None = None) -> dict[str, Any]:
    """What is kept of a form that was filled in, however far: it need not be valid."""
    complete = form.is_valid()
    names = {
        f"{name}{suffix}"
        for name, field in form.fields.items()
        for suffix in ["", *getattr(field.widget, "widgets_names", [])]
    }
    typed = {
        name: [_storable(each) for each in form.data.getlist(name)]
        for name in names
        if name in form.data
    }
    key = key or _key_of(form)
    return {
        "key": key,
        "typed": typed | {"key": [key]},
        "complete": complete,
        "shown": [[str(label), text] for label, text in _shown(form)] if complete else [],
        "facts": _facts(form),
    }


def _key_of(form: Any) -> str:
    return str(form.cleaned_data.get("key") or uuid4())


def _storable(text: str) -> str:
    """`text` without what no database keeps; the page that came back still shows it."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def _shown(form: Any) -> Iterable[tuple[Any, str]]:
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if name in {"key", "birth_estimated"} or value in (None, "", [], (None, "")):
            continue
        yield field.label, _text(field, value)


def _text(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, tuple):
        return str(known_to(*value))
    if isinstance(value, list):
        labels = {str(code): str(label) for code, label in field.choices}
        return ", ".join(labels[each] for each in value)
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(field, forms.ModelChoiceField) or not isinstance(field, forms.ChoiceField):
        return str(value)
    offered: Any = field.choices  # without groups
    return str(dict(offered).get(value, value))


def _facts(form: Any) -> dict[str, str]:
    """Names, birth, profile, DUI and telephone, as far as this form knows them."""
    answers = form.cleaned_data
    birth = answers.get("birth")
    phone = answers.get("phone_1")
    facts = {
        "given_names": answers.get("given_names"),
        "surnames": answers.get("surnames"),
        "birth_date": birth[0].isoformat() if birth and birth[0] else "",
        "population": answers.get("population"),
        "phone": phone.as_e164 if phone else "",
        "dui": answers.get("number") if answers.get("doc_type") in DUI_TYPES else "",
    }
    return {name: str(value) for name, value in facts.items() if value}


def answers_of(forms_of: dict[str, list[Any]]) -> dict[str, Any]:
    """The valid forms of all pages, as `register_person` takes them."""
    (identity,), (contact,) = forms_of["identidad"], forms_of["contacto"]
    document, *documents = forms_of["documentos"]
    models = [
        (IdentityDocument, documents),
        (Displacement, forms_of["desplazamiento"]),
        (HouseholdMember, forms_of["hogar"]),
        (Education, forms_of["educacion"]),
        (WorkExperience, forms_of["trabajo"]),
    ]
    return {
        "registered_on": identity.cleaned_data["registered_on"],
        "identity": identity.identity(),
        "document": document.record(),
        "contact": contact.contact(),
        "journeys": [(each.record(), _circumstances_of(each)) for each in forms_of["retorno"]],
        "records": [(model, each.record()) for model, found in models for each in found],
    }


def _circumstances_of(form: TripForm) -> dict[str, Any]:
    return form.circumstances() if isinstance(form, FirstTripForm) else {}
