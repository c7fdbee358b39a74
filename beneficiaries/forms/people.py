"""Who somebody is, her papers, how to reach her, her journeys and her work."""

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import ContactChannel, Precision
from beneficiaries.models import (
    Contact,
    District,
    IdentityDocument,
    LookupValue,
    Person,
    Trip,
    WorkExperience,
)
from beneficiaries.rules.identity import check_document
from genesis.lib.days import earliest_day, latest_day
from genesis.lib.forms import DateInput, PartialDateField, SafeFormMixin, lay_out
from genesis.lib.search import name_columns


class DistrictField(forms.ModelChoiceField):
    """One of the 262 districts, in a list grouped by department and municipality."""

    def __init__(self, **kwargs):
        districts = District.objects.select_related("department", "municipality")
        super().__init__(
            districts.order_by("department__code", "municipality__name", "name"), **kwargs
        )
        self.choices = self._grouped

    def _grouped(self):
        yield "", _("Choose one")
        groups = {}
        for each in self.queryset.all():
            title = f"{each.department} · {each.municipality}"
            groups.setdefault(title, []).append((each.pk, each.name))
        yield from groups.items()


class LookupField(forms.ModelChoiceField):
    """One of the codes of a list that is still in use."""

    def __init__(self, name, *, but="", **kwargs):
        super().__init__(LookupValue.objects.of(name).exclude(code=but), **kwargs)

    def keep(self, value):
        """Offer also what the record says already: it may have been retired since."""
        self.queryset = self.queryset | LookupValue.objects.filter(pk=getattr(value, "pk", value))


class RecordForm(SafeFormMixin, forms.Form):
    """Asks for one record of a file: with an `instance` it corrects, without one it adds."""

    submit = _("Save")

    def __init__(self, *args, instance=None, **kwargs):
        self.instance = instance
        self.creates = instance is None
        if instance:
            kwargs["initial"] = self.answers_of(instance) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, LookupField) and self.initial.get(name):
                field.keep(self.initial[name])
        lay_out(self, *self.rows(), submit=self.submit)

    def answers_of(self, instance):
        """What the fields show of a record that is there already."""
        return {name: getattr(instance, name, None) for name in self.base_fields}

    def rows(self):
        return list(self.fields)


def ask(model, name, **changes):
    """The field of a form that asks for one column of `model`."""
    return model._meta.get_field(name).formfield(**changes)


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
    known_as = ask(Person, "known_as")
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
        return answers

    def registration_day(self):
        """On which day she was registered, as far as it is known yet: born before it."""
        raise NotImplementedError

    def identity(self):
        """The answers as the columns of a person."""
        names = ["given_names", "surnames", "known_as", "sex", "population", "area", "district"]
        birth_date, precision = self.cleaned_data["birth"]
        if birth_date and self.cleaned_data["birth_estimated"]:
            precision = Precision.ESTIMATED
        return {
            **{name: self.cleaned_data[name] for name in names},
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

    def clean(self):
        answers = super().clean()
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
            for name in ("doc_type", "status", "number", "check_reason")
        }


class ContactFields(forms.Form):
    """How, when and under which name somebody may be reached."""

    phone_1 = ask(
        Contact, "phone_1", help_text=_("8 digits; of another country with + and its code.")
    )
    phone_1_owner = ask(Contact, "phone_1_owner")
    phone_1_whatsapp = ask(Contact, "phone_1_whatsapp")
    phone_2 = ask(Contact, "phone_2")
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

    def clean(self):
        answers = super().clean()
        channels = set(answers.get("allowed_channels") or [])
        reachable = {
            "phone_1": {"call", "sms", "whatsapp"},
            "email": {"email"},
        }
        for name, needs in reachable.items():
            if channels & needs and name in answers and not answers[name]:
                self.add_error(name, _("Write it, or do not mark a way of contact that needs it."))
        if answers.get("phone_1") and not answers.get("phone_1_owner"):
            self.add_error("phone_1_owner", _("Say whose telephone it is."))
        return answers

    def contact(self):
        return {name: self.cleaned_data[name] for name in ContactFields.base_fields}


IDENTITY_ROWS = [
    Row(Column("given_names"), Column("surnames")),
    "known_as",
    "birth",
    "birth_estimated",
    Row(Column("sex"), Column("population")),
    Row(Column("district"), Column("area")),
]
DOCUMENT_ROWS = [
    Row(Column("doc_type"), Column("status")),
    Row(Column("number"), Column("check_reason")),
]
CONTACT_ROWS = [
    Row(Column("phone_1"), Column("phone_1_owner")),
    "phone_1_whatsapp",
    Row(Column("phone_2"), Column("email")),
    "address_line",
    "allowed_channels",
    "safe_times",
    "safe_to_identify_project",
]


class RegistrationForm(RecordForm, IdentityFields, DocumentFields, ContactFields):
    """All that opens a person's file, on one page."""

    submit = _("Register")
    registered_on = forms.DateField(
        label=_("Day of registration"), initial=timezone.localdate, widget=DateInput()
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper.form_tag = False  # the page puts the files that look alike into the form

    def rows(self):
        return [
            Fieldset(_("Who she or he is"), *IDENTITY_ROWS),
            Fieldset(_("Document"), *DOCUMENT_ROWS),
            Fieldset(_("Contact"), *CONTACT_ROWS),
            Fieldset(_("Registration"), "registered_on"),
        ]

    def registration_day(self):
        return self.cleaned_data.get("registered_on")

    def clean_registered_on(self):
        day = self.cleaned_data["registered_on"]
        if day > timezone.localdate():
            raise ValidationError(_("The day of registration is in the future."))
        return day


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
        }

    def rows(self):
        return IDENTITY_ROWS


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


def after(start, end, precision):
    """An end as it is kept: one known only in part stands for its last day where its first is
    before the start (from May 2020 until some day of 2020)."""
    if start and end and end < start:
        end = latest_day(end, precision)
    return end, precision


class TripForm(RecordForm):
    """Add or correct a journey abroad and back."""

    model = Trip

    return_country = LookupField("countries", but="SV", label=_("Returned from"))
    returned = PartialDateField(
        label=_("Date of return"), help_text=_("Leave empty the day, or the day and the month.")
    )
    return_type = LookupField("return_type", label=_("Kind of return"))
    return_port = LookupField("return_port", label=_("Port of return"), required=False)
    destination_country = LookupField(
        "countries", label=_("Country where she or he lived"), required=False
    )
    departed = PartialDateField(label=_("Date of departure"), required=False)

    def __init__(self, *args, person, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)

    def answers_of(self, trip):
        return super().answers_of(trip) | {
            "returned": (trip.return_date, trip.return_precision) if trip.return_date else None,
            "departed": (
                (trip.departure_date, trip.departure_precision) if trip.departure_date else None
            ),
        }

    def clean(self):
        answers = super().clean()
        returned, departed = answers.get("returned"), answers.get("departed")
        born = self.person.birth_date
        if returned and returned[0]:
            first = earliest_day(*returned)
            if first > timezone.localdate():
                self.add_error("returned", _("The return is in the future."))
            if born and first.year < born.year:
                self.add_error("returned", _("The return is before the birth."))
            if departed and departed[0] and departed[0].year > first.year:
                self.add_error("departed", _("The departure is after the return."))
        return answers

    def record(self):
        answers = dict(self.cleaned_data)
        departed = answers.pop("departed") or (None, "")
        answers["departure_date"], answers["departure_precision"] = departed
        returned = after(departed[0], *answers.pop("returned"))
        answers["return_date"], answers["return_precision"] = returned
        return {name: value for name, value in answers.items() if name not in {"key", "version"}}


class JobForm(RecordForm):
    """Add or correct a job, here or abroad."""

    model = WorkExperience

    country = LookupField("countries", label=_("Country"))
    started = PartialDateField(
        label=_("Began"), required=False, help_text=_("Leave empty what is not known.")
    )
    ended = PartialDateField(label=_("Ended"), required=False)
    sector = ask(WorkExperience, "sector")
    position = ask(WorkExperience, "position")
    employer = ask(WorkExperience, "employer")
    ongoing = ask(WorkExperience, "ongoing", label=_("She or he worked there until the return"))
    duties = ask(WorkExperience, "duties", widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args, person, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)

    def answers_of(self, job):
        return super().answers_of(job) | {
            "started": (job.start_date, job.start_precision) if job.start_date else None,
            "ended": (job.end_date, job.end_precision) if job.end_date else None,
        }

    def rows(self):
        return [
            Row(Column("position"), Column("sector")),
            Row(Column("country"), Column("employer")),
            "started",
            "ended",
            "ongoing",
            "duties",
        ]

    def clean(self):
        answers = super().clean()
        started, ended = answers.get("started"), answers.get("ended")
        today, born = timezone.localdate(), self.person.birth_date
        for name, value in (("started", started), ("ended", ended)):
            if value and value[0] and value[0] > today:
                self.add_error(name, _("This day is in the future."))
        if born and started and started[0] and started[0].year < born.year:
            self.add_error("started", _("The work began before the birth."))
        if ended and ended[0] and answers.get("ongoing"):
            self.add_error("ended", _("Leave it empty, or do not mark «until the return»."))
        elif started and ended and started[0] and ended[0] and ended[0].year < started[0].year:
            self.add_error("ended", _("The end cannot come before the beginning."))
        return answers

    def record(self):
        answers = dict(self.cleaned_data)
        started = answers.pop("started") or (None, "")
        ended = after(started[0], *(answers.pop("ended") or (None, "")))
        answers["start_date"], answers["start_precision"] = started
        answers["end_date"], answers["end_precision"] = ended
        return {name: value for name, value in answers.items() if name not in {"key", "version"}}
