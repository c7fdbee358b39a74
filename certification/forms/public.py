"""What the public check of a certificate asks."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from genesis.lib.codes import looks_like_folio
from genesis.lib.forms import SafeFormMixin


class CodeForm(SafeFormMixin, forms.Form):
    """Write the code that stands under the QR."""

    code = forms.CharField(
        label=_("Code of the certificate"),
        help_text=_("It stands below the square code, for example 5HHY-K2MZ-AZ."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self):
        """A folio stands on the same paper: whether there is such a one is not said."""
        code = self.cleaned_data["code"]
        if looks_like_folio(code):
            raise ValidationError(
                _("That looks like a folio. Write the code that stands below the square code.")
            )
        return code


class HolderForm(SafeFormMixin, forms.Form):
    """Say whose certificate it should be, to learn whether it is."""

    surname = forms.CharField(label=_("First surname of the person"), max_length=60)
    document = forms.CharField(
        label=_("Last three characters of the identity document"),
        help_text=_("Of the DUI 01234567-8 they are 678."),
        max_length=20,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
