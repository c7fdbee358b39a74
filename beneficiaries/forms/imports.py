"""Choosing a workbook, saying what its columns hold, and deciding on possible duplicates."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Likeness
from beneficiaries.forms.cases import OfficeMixin
from beneficiaries.forms.casework import NO_DANGERS
from beneficiaries.models import ImportRow, PeopleImport, Person, Phase
from beneficiaries.rules.columns import FIELDS, NEEDED
from genesis.lib.forms import SafeFormMixin, lay_out


class ImportForm(OfficeMixin, SafeFormMixin, forms.Form):
    """Choose a workbook of people, and the office whose people they are."""

    creates = True

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_("An Excel file (.xlsx) of at most 10 MB, with the names of its columns."),
    )
    phase = forms.ModelChoiceField(
        Phase.objects.order_by("-starts_on"),
        label=_("Phase"),
        required=False,
        empty_label=_("By the day of each registration"),
    )

    def __init__(self, *args, offices, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_offices(offices)
        lay_out(self, "file", "office", "phase", submit=_("Upload"))

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            raise ValidationError(_("The file is larger than 10 MB."))
        if not file.name.lower().endswith(".xlsx"):
            raise ValidationError(_("Save it as an Excel workbook (.xlsx), and choose it again."))
        return file


class MappingForm(SafeFormMixin, forms.ModelForm):
    """Say which column of the workbook holds each thing that we ask."""

    class Meta:
        model = PeopleImport
        fields = []

    def __init__(self, *args, proposed, **kwargs):
        """`proposed` says which column seems to hold what; it may be changed."""
        super().__init__(*args, **kwargs)
        columns = [(each, each) for each in self.instance.columns]
        for name, label in FIELDS.items():
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=[("", _("– not in the file –")), *columns],
                initial=proposed.get(name, ""),
                required=name in NEEDED,
            )
        lay_out(self, *FIELDS, submit=_("Check the rows"))

    def mapping(self):
        return {name: self.cleaned_data[name] for name in FIELDS}


class UndoForm(SafeFormMixin, forms.ModelForm):
    """Why a whole import is taken back."""

    reason = forms.CharField(label=_("Why is it undone?"), max_length=300, help_text=NO_DANGERS)

    class Meta:
        model = PeopleImport
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Undo the import"))


class RowForm(SafeFormMixin, forms.ModelForm):
    """Is the person of a row one of those who are already registered?"""

    likeness = forms.ChoiceField(
        label=_("Is it the same person?"),
        choices=[
            (
                Likeness.SAME,
                _("Yes: keep the row with a link to that file; nothing is overwritten"),
            ),
            (Likeness.DIFFERENT, _("No, somebody else: register her or him")),
            (Likeness.UNSURE, _("Not sure: leave it in the queue")),
        ],
        widget=forms.RadioSelect,
    )
    of = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("Which of the files?"),
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = ImportRow
        fields = []

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["of"].queryset = people
        lay_out(self, "likeness", "of", submit=_("Decide"))
