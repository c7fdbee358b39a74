"""Consent first, whom a case goes to, and what was done about a task."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission, Role
from beneficiaries.choices import ConsentChannel, ConsentPurpose
from beneficiaries.forms.proofs import PROOFS, ProofFields
from beneficiaries.forms.records import DistrictField
from beneficiaries.models import HeadCount, Person, Task
from genesis.lib.days import AGE_BANDS
from genesis.lib.forms import DateInput, SafeFormMixin, ask_only_with, lay_out

# What is asked at registration; the others belong to the services that need them.
ASKED_FIRST = [
    ConsentPurpose.SENSITIVE,
    ConsentPurpose.ASSESSMENT,
    ConsentPurpose.PUBLIC_REGISTER,
    ConsentPurpose.FOLLOWUP,
    ConsentPurpose.SHARE_EMPLOYER,
    ConsentPurpose.SHARE_PARTNER,
    ConsentPurpose.IMAGE,
]


class OfficeMixin:
    """Asks for which office, unless there is only one."""

    def offer_offices(self, offices):
        self.fields["office"] = forms.ModelChoiceField(offices.order_by("name"), label=_("Office"))
        if offices.count() == 1:
            self.fields["office"].initial = offices.get()
            self.fields["office"].widget = forms.HiddenInput()


class RegistrationConsentForm(OfficeMixin, SafeFormMixin, ProofFields):
    """The first page of a registration: nothing personal is asked before it (CASE-3)."""

    creates = True

    agrees = forms.ChoiceField(
        label=_("Does the person agree to be registered and accompanied?"),
        choices=[("yes", _("Yes, she or he agrees")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    purposes = forms.MultipleChoiceField(
        label=_("She or he also agrees to"),
        choices=[(each.value, each.label) for each in ASKED_FIRST],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Ask one by one. What is not marked counts as a no."),
    )
    channel = forms.ChoiceField(
        label=_("How does she or he agree?"),
        choices=ConsentChannel,
        widget=forms.RadioSelect,
        required=False,
        help_text=_(
            "Whoever agrees says how. What is on paper is scanned into the file afterwards."
        ),
    )

    def __init__(self, *args, offices, texts, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_offices(offices)
        self.fields["purposes"].choices = [(each, _read_aloud(each, texts)) for each in ASKED_FIRST]
        ask_only_with(self, "purposes", "agrees:yes")
        ask_only_with(self, "channel", "agrees:yes", needed=True)
        lay_out(self, "office", "agrees", "purposes", "channel", *PROOFS, submit=_("Continue"))
        self.helper.attrs["data-no-draft"] = ""  # nothing is kept before the consent

    def clean(self):
        answers = super().clean()
        if answers.get("agrees") == "yes":
            if answers.get("channel") == "":
                self.add_error("channel", _("Say how the person agrees."))
            self.ask_for_proof()
        return answers

    def consents(self):
        """The answers as `register_person` takes them."""
        chosen = set(self.cleaned_data["purposes"])
        return {
            "granted": [ConsentPurpose.REGISTRATION.value, *sorted(chosen)],
            "refused": [each.value for each in ASKED_FIRST if each not in chosen],
            "channel": self.cleaned_data["channel"],
            "witness": self.cleaned_data["witness"],
            "recording": self.cleaned_data["recording"],
        }


def _read_aloud(purpose, texts):
    """A purpose by its name, with what is read of it."""
    text = texts.get(purpose.value)
    if not text:
        return purpose.label
    return format_html('{} <small class="d-block">{}</small>', purpose.label, text)


class HeadCountForm(OfficeMixin, SafeFormMixin, forms.ModelForm):
    """That somebody came and did not agree: nothing that names her."""

    age_band = forms.ChoiceField(
        label=_("Age"),
        choices=[
            ("", _("Choose one")),
            *((each, _("unknown") if each == "unknown" else each) for each in AGE_BANDS),
        ],
    )
    district = DistrictField(label=_("District"), required=False)

    class Meta:
        model = HeadCount
        fields = ["on", "sex", "age_band", "district"]
        widgets = {"on": DateInput()}

    def __init__(self, *args, offices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate
        self.offer_offices(offices)
        lay_out(self, "office", "on", "sex", "age_band", "district", submit=_("Count"))

    def clean_on(self):
        if self.cleaned_data["on"] > timezone.localdate():
            raise ValidationError(_("This day is in the future."))
        return self.cleaned_data["on"]


class HandOverForm(SafeFormMixin, forms.ModelForm):
    """Choose who accompanies a person from now on."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("Caseworker"))

    class Meta:
        model = Person
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        caseworkers = User.objects.with_role(Role.CASEWORKER, at=self.instance.office)
        self.fields["to"].queryset = caseworkers.order_by("sort_name", "pk")
        lay_out(self, "to", submit=_("Assign"))


class TaskForm(SafeFormMixin, forms.ModelForm):
    """Say what was done."""

    class Meta:
        model = Task
        fields = ["outcome"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].required = True
        lay_out(self, "outcome", submit=_("Done"))


def offices_for(user):
    """The offices for which somebody registers people."""
    return user.organizations_where(Permission.PERSON_REGISTER)
