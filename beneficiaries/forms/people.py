"""Who somebody is, her papers, how to reach her, her journeys and her work."""

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import ContactChannel, DocStatus, DocType, Precision
from beneficiaries.forms.records import DistrictField, LookupField, RecordForm, ask, look, yes_or_no
from beneficiaries.models import Contact, IdentityDocument, LookupValue, Person
from beneficiaries.rules.identity import check_document
from genesis.lib.forms import DateInput, PartialDateField, ask_only_with
from genesis.lib.search import name_columns


class IdentityFields(forms.Form):
    """Names, birth, sex, profile and home."""

    birth = PartialDateField(
        label=_("Date of birth"),
        required=False,
        help_text=_("Day, month and year. Leave empty what is not known."),
    )
    birth_estimated = forms.BooleanField(label=_("It is an estimate"), required=False)
    district = DistrictField(label=_("District where she or he lives"))
    given_names = ask(Person, "given_names")
    surnames = ask(Person, "surnames")
    known_as = ask(Person, "known_as", help_text=_("As people call her or him."))
    name_abroad = ask(Person, "name_abroad", help_text=_("If papers of another country say so."))
    nationality = LookupField("countries", label=_("Nationality"), required=False)
    other_nationality = LookupField("countries", label=_("Another nationality"), required=False)
    birth_country = look(Person, "birth_country", "countries")
    birth_district = DistrictField(
        label=_("District of birth"),
        required=False,
        help_text=_("Only of who was born in El Salvador."),
        widget=forms.Select({"data-only-in": "birth_country:El Salvador"}),
    )
    marital_status = look(Person, "marital_status", "marital")
    household_head = yes_or_no(Person, "household_head")
    sex = ask(Person, "sex")
    population = ask(Person, "population")
    area = ask(Person, "area")

    def clean_birth(self):
        birth_date, precision = self.cleaned_data["birth"] or (None, "")
        if birth_date and birth_date > timezone.localdate():
            raise ValidationError(_("The date of birth is in the future."))
        return birth_date, precision

    def clean(self):
        answers = super().clean()
        given, surnames = answers.get("given_names", ""), answers.get("surnames", "")
        letters = any(each.isalpha() for each in given + surnames)
        if given and not (letters and all(name_columns(given, surnames).values())):
            self.add_error("given_names", _("Write the name with letters."))
        birth_date, _precision = answers.get("birth") or (None, "")
        registered_on = self.registration_day()
        if birth_date and registered_on and birth_date >= registered_on:
            self.add_error("birth", _("The birth is after the registration."))
        country, district = answers.get("birth_country"), answers.get("birth_district")
        if district and country and country.code != "SV":
            self.add_error("birth_district", _("This district is in El Salvador."))
        return answers

    def registration_day(self):
        """On which day she was registered, as far as it is known yet: born before it."""
        raise NotImplementedError

    def identity(self):
        """The answers as the columns of a person."""
        names = [
            "given_names",
            "surnames",
            "known_as",
            "name_abroad",
            "sex",
            "population",
            "area",
            "district",
            "birth_country",
            "birth_district",
            "marital_status",
            "household_head",
        ]
        countries = [self.cleaned_data["nationality"], self.cleaned_data["other_nationality"]]
        birth_date, precision = self.cleaned_data["birth"]
        if birth_date and self.cleaned_data["birth_estimated"]:
            precision = Precision.ESTIMATED
        return {
            **{name: self.cleaned_data[name] for name in names},
            "nationality": list(dict.fromkeys(each.code for each in countries if each)),
            "birth_date": birth_date,
            "birth_precision": precision,
        }


class DocumentFields(forms.Form):
    """A paper that says who somebody is, or that she has none (CASE-2)."""

    doc_type = ask(IdentityDocument, "doc_type")
    status = ask(IdentityDocument, "status", label=_("State of the document"))
    number = ask(
        IdentityDocument, "number", help_text=_("A DUI has 9 digits, for example 01234567-8.")
    )
    check_reason = ask(
        IdentityDocument,
        "check_reason",
        help_text=_("Only for an expired DUI whose last digit does not fit."),
    )

    issued_on = ask(IdentityDocument, "issued_on", widget=DateInput())
    expires_on = ask(IdentityDocument, "expires_on", widget=DateInput())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("status", "number", "issued_on", "expires_on"):
            ask_only_with(self, name, f"doc_type:!{DocType.NONE}")
        ask_only_with(self, "check_reason", f"doc_type:{DocType.DUI_EXPIRED}")
        if self.data.get("doc_type") == DocType.NONE:
            self.fields["status"].required = False

    def clean_status(self):
        """Of no document there is no state to choose: where nobody says one, none was issued."""
        return self.cleaned_data["status"] or DocStatus.NEVER

    def clean(self):
        answers = super().clean()
        issued, expires = answers.get("issued_on"), answers.get("expires_on")
        if issued and issued > timezone.localdate():
            self.add_error("issued_on", _("This day is in the future."))
        if issued and expires and expires <= issued:
            self.add_error("expires_on", _("It expires before it was issued."))
        if "doc_type" in answers and "status" in answers and "number" in answers:
            try:
                answers["number"] = check_document(
                    answers["doc_type"],
                    answers["status"],
                    answers["number"],
                    answers.get("check_reason", ""),
                )
            except ValidationError as error:
                self.add_error(None, error)
        return answers

    def document(self):
        return {
            name: self.cleaned_data[name]
            for name in (
                "doc_type",
                "status",
                "number",
                "check_reason",
                "issued_on",
                "expires_on",
            )
        }


class ContactFields(forms.Form):
    """How, when and under which name somebody may be reached."""

    phone_1 = ask(
        Contact, "phone_1", help_text=_("8 digits; of another country with + and its code.")
    )
    phone_1_owner = ask(Contact, "phone_1_owner")
    phone_1_whatsapp = ask(Contact, "phone_1_whatsapp")
    phone_2 = ask(Contact, "phone_2")
    phone_2_owner = ask(Contact, "phone_2_owner")
    email = ask(Contact, "email")
    address_line = ask(Contact, "address_line")
    allowed_channels = forms.MultipleChoiceField(
        label=_("Allowed ways of contact"),
        choices=ContactChannel,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Mark none if nobody may contact this person."),
    )
    safe_times = ask(
        Contact, "safe_times", help_text=_("For example: after 18:00, not at weekends.")
    )
    safe_to_identify_project = ask(
        Contact,
        "safe_to_identify_project",
        help_text=_("Without it, messages name neither the programme nor the reason."),
    )

    previous_country = look(Contact, "previous_country", "countries")
    previous_state = look(Contact, "previous_state", "subdivisions", within="previous_country")
    previous_city = ask(Contact, "previous_city")
    emergency_name = ask(Contact, "emergency_name")
    emergency_relationship = look(Contact, "emergency_relationship", "relationship")
    emergency_phone = ask(Contact, "emergency_phone")

    def clean(self):
        answers = super().clean()
        self._of_one_country(answers)
        channels = set(answers.get("allowed_channels") or [])
        reachable = {
            "phone_1": {"call", "sms", "whatsapp"},
            "email": {"email"},
        }
        for name, needs in reachable.items():
            if channels & needs and name in answers and not answers[name]:
                self.add_error(name, _("Write it, or do not mark a way of contact that needs it."))
        for name in ("phone_1", "phone_2"):
            if answers.get(name) and f"{name}_owner" in answers and not answers[f"{name}_owner"]:
                self.add_error(f"{name}_owner", _("Say whose telephone it is."))
        if answers.get("emergency_phone") and not answers.get("emergency_name"):
            self.add_error("emergency_name", _("Say whose telephone it is."))
        return answers

    def _of_one_country(self, answers):
        country, state = answers.get("previous_country"), answers.get("previous_state")
        if state and not (country and state.code.startswith(f"{country.code}-")):
            self.add_error("previous_state", _("This state is in another country."))

    def contact(self):
        return {name: self.cleaned_data[name] for name in ContactFields.base_fields}


IDENTITY_ROWS = [
    Row(Column("given_names"), Column("surnames")),
    Row(Column("known_as"), Column("name_abroad")),
    "birth",
    "birth_estimated",
    Row(Column("sex"), Column("population")),
    Row(Column("district"), Column("area")),
    Row(Column("nationality"), Column("other_nationality")),
    Row(Column("birth_country"), Column("birth_district")),
    Row(Column("marital_status"), Column("household_head")),
]
DOCUMENT_ROWS = [
    Row(Column("doc_type"), Column("status")),
    Row(Column("number"), Column("check_reason")),
    Row(Column("issued_on"), Column("expires_on")),
]
CONTACT_ROWS = [
    Row(Column("phone_1"), Column("phone_1_owner")),
    "phone_1_whatsapp",
    Row(Column("phone_2"), Column("phone_2_owner")),
    "email",
    "address_line",
    "allowed_channels",
    "safe_times",
    "safe_to_identify_project",
    Fieldset(
        _("In an emergency"),
        Row(Column("emergency_name"), Column("emergency_relationship")),
        "emergency_phone",
    ),
    Fieldset(
        _("Last address abroad"),
        Row(Column("previous_country"), Column("previous_state")),
        "previous_city",
    ),
]


class IdentityForm(RecordForm, IdentityFields):
    """Correct who somebody is."""

    def registration_day(self):
        return self.instance.registered_on

    def answers_of(self, person):
        precise = person.birth_precision
        precision = Precision.DAY if precise == Precision.ESTIMATED else precise
        return super().answers_of(person) | {
            "birth": (person.birth_date, precision) if person.birth_date else None,
            "birth_estimated": precise == Precision.ESTIMATED,
            **_nationalities(person),
        }

    def rows(self):
        return IDENTITY_ROWS


def _nationalities(person):
    """The first two of somebody's nationalities, each for a field of its own."""
    found = {
        each.code: each
        for each in LookupValue.objects.filter(list="countries", code__in=person.nationality)
    }
    kept = [found.get(code) for code in person.nationality][:2]
    return dict(zip(["nationality", "other_nationality"], kept, strict=False))


class ContactForm(RecordForm, ContactFields):
    """Correct how somebody may be reached."""

    def rows(self):
        return CONTACT_ROWS


class DocumentForm(RecordForm, DocumentFields):
    """Add or correct a document."""

    model = IdentityDocument

    def rows(self):
        return DOCUMENT_ROWS

    def record(self):
        return self.document()
