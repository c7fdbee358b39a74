"""Asking for a file of another office, answering, and giving many people to a caseworker."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission, Role
from beneficiaries.forms.cases import OfficeMixin
from beneficiaries.forms.casework import reason_field
from beneficiaries.models import Transfer
from beneficiaries.rules.identity import WrongNumber, normalise_dui
from genesis.lib.forms import SafeFormMixin, lay_out

FILE_NUMBER = re.compile(r"(?i)gs-?(\d{4})-?(\d{1,6})")


class FindFileForm(SafeFormMixin, forms.Form):
    """The number of a file, or a DUI: exactly as the person shows it."""

    number = forms.CharField(
        label=_("File number or DUI"),
        max_length=20,
        help_text=_("Exactly, for example GS-2026-00012 or 01234567-8."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "number", submit=_("Look for the file"))

    def clean_number(self):
        """As `find_file` takes it."""
        typed = self.cleaned_data["number"].strip()
        found = FILE_NUMBER.fullmatch(typed)
        if found:
            return {"file_number": f"GS-{found[1]}-{int(found[2]):05}"}
        try:
            return {"dui": normalise_dui(typed)}
        except WrongNumber:
            raise ValidationError(
                _("This is neither a file number nor a DUI: look at each digit.")
            ) from None


class TransferForm(OfficeMixin, SafeFormMixin, forms.Form):
    """Why the file should come here."""

    creates = True

    number = forms.CharField(widget=forms.HiddenInput)
    reason = reason_field(_("Why should the file come to your office?"))

    def __init__(self, *args, offices, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_offices(offices)
        self.fields["office"].label = _("To which office?")
        lay_out(self, "number", "office", "reason", submit=_("Ask for the transfer"))


class TransferAnswerForm(SafeFormMixin, forms.ModelForm):
    """The office that holds a file hands it on, or keeps it."""

    answer = forms.ChoiceField(
        label=_("Does the file go?"),
        choices=[("accept", _("Yes, hand it on")), ("refuse", _("No, it stays"))],
        widget=forms.RadioSelect,
    )
    note = reason_field(_("What the other office should know"), required=False)

    class Meta:
        model = Transfer
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "answer", "note", submit=_("Send the answer"))

    def clean(self):
        answers = super().clean()
        if answers.get("answer") == "refuse" and answers.get("note") == "":
            self.add_error("note", _("Say why the file stays."))
        return answers


class AssignManyForm(SafeFormMixin, forms.Form):
    """One caseworker for everybody who was chosen."""

    creates = True

    to = forms.ModelChoiceField(User.objects.none(), label=_("Caseworker"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = caseworkers_for(user)


def caseworkers_for(user):
    """Those to whom somebody may give cases: the caseworkers of the offices where they do."""
    offices = user.organizations_where(Permission.CASE_ASSIGN)
    caseworkers = User.objects.with_role(Role.CASEWORKER, at_any=offices)
    return caseworkers.order_by("sort_name", "pk")
