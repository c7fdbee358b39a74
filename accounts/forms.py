"""Asking about users, their roles and the organizations that they work for."""

from crispy_forms.layout import Column, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import OrganizationKind
from accounts.models import Organization, RoleAssignment, User
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out


class UserForm(SafeFormMixin, forms.ModelForm):
    """Who somebody is, and at which address they sign in."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, Row(Column("first_name"), Column("last_name")), "email", submit=_("Save"))

    def clean_first_name(self):
        return self._with_a_letter("first_name")

    def clean_last_name(self):
        return self._with_a_letter("last_name")

    def _with_a_letter(self, name):
        if not any(map(str.isalpha, self.cleaned_data[name])):
            raise ValidationError(_("Write at least one letter."))
        return self.cleaned_data[name]

    # Whether the address is free, the action asks: the same form may have made this very user.

    def validate_unique(self):
        pass

    def validate_constraints(self):
        pass


class RoleForm(SafeFormMixin, forms.ModelForm):
    """Which role, for which organization, from when until when."""

    class Meta:
        model = RoleAssignment
        fields = ["role", "organization", "valid_from", "valid_until"]
        widgets = {"valid_from": DateInput(), "valid_until": DateInput()}
        help_texts = {"valid_until": _("Leave it empty when it has no last day.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = Organization.objects.active().order_by("sort_name")
        self.fields["valid_from"].initial = timezone.localdate
        lay_out(
            self,
            Row(Column("role"), Column("organization")),
            Row(Column("valid_from"), Column("valid_until")),
            submit=_("Give this role"),
        )


class OrganizationForm(SafeFormMixin, forms.ModelForm):
    """What an organization is called, what it is to the programme, and where it is reached."""

    kinds = forms.MultipleChoiceField(
        label=_("What it is to the programme"),
        choices=OrganizationKind,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Mark all that apply."),
    )

    class Meta:
        model = Organization
        fields = ["name", "code", "kinds", "address", "phone"]
        help_texts = {
            "code": _("Short and without spaces, for example sonsonate. It stays as it is."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]  # others may have written it down
        first = ["name"] if self.instance.pk else ["name", "code"]
        lay_out(
            self,
            Row(*[Column(each) for each in first]),
            "kinds",
            Row(Column("address"), Column("phone")),
            submit=_("Save"),
        )

    def clean_name(self):
        if not any(map(str.isalnum, self.cleaned_data["name"])):
            raise ValidationError(_("Write at least one letter."))
        return self.cleaned_data["name"]

    # Whether the code is free, the action asks: the same form may have made this organization.

    def validate_unique(self):
        pass

    def validate_constraints(self):
        pass
