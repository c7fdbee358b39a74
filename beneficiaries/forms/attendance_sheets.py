"""Sending a list of attendance as a file."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Mark
from beneficiaries.rules.delimited import MOST_BYTES
from genesis.lib.forms import SafeFormMixin, lay_out

KINDS = (".xlsx", ".csv", ".txt")


class SheetForm(SafeFormMixin, forms.Form):
    """Which file, and what is written of who is expected and not in it."""

    creates = True

    file = forms.FileField(
        label=_("File with the attendance"),
        help_text=_("An Excel file (.xlsx) or a CSV file, of at most 2 MB."),
    )
    others = forms.ChoiceField(
        label=_("Who is expected at a session and is not in the file"),
        choices=[(Mark.ABSENT, _("Was absent")), (Mark.PRESENT, _("Was present"))],
        widget=forms.RadioSelect,
        help_text=_("What was written down before stays as it is."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "file", "others", submit=_("Check the rows"))

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is too large: at most 2 MB."))
        if not file.name.lower().endswith(KINDS):
            raise ValidationError(_("Choose an Excel workbook (.xlsx) or a CSV file."))
        return file
