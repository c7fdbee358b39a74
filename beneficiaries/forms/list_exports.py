"""What somebody says who takes a list out as a file, and who agrees to it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import ExportFormat
from beneficiaries.models import ListExport
from genesis.lib.forms import SafeFormMixin


class ExportForm(SafeFormMixin, forms.Form):
    """As what, with or without names, and for what."""

    creates = True

    purpose = forms.CharField(
        label=_("What is the file for?"),
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("It is kept with the file: who asked for it, when, for what and with whom."),
    )
    named = forms.TypedChoiceField(
        label=_("Who stands in it?"),
        choices=[
            ("no", _("A reference in place of the name; age, place and days only roughly")),
            ("si", _("Names and numbers: a second person has to agree first")),
        ],
        coerce=lambda answer: answer == "si",
        widget=forms.RadioSelect,
        initial="no",
    )
    file_format = forms.ChoiceField(
        label=_("As what?"),
        choices=[(each.value, each.label) for each in ExportFormat],
        widget=forms.RadioSelect,
        initial=ExportFormat.XLSX,
    )


class ExportDecideForm(SafeFormMixin, forms.ModelForm):
    """The second person agrees, or says why not."""

    decision = forms.ChoiceField(
        label=_("Do the names go out?"),
        choices=[("grant", _("Yes")), ("refuse", _("No"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Reason"), max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )

    class Meta:
        model = ListExport
        fields = []

    def clean(self):
        answers = super().clean()
        if answers.get("decision") == "refuse" and answers.get("note") == "":
            self.add_error("note", _("Say why not, so that it can be asked for otherwise."))
        return answers
