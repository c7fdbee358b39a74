"""A code on paper that somebody brings back."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from genesis.lib.codes import UnknownCode, read_short_code


class ShortCodeForm(forms.Form):
    """Ten characters, copied by hand; `wrong` says that they cannot be one."""

    wrong = ""

    codigo = forms.CharField(max_length=20, help_text=_("For example: 5HHY-K2MZ-AZ."))

    def clean_codigo(self):
        try:
            return read_short_code(self.cleaned_data["codigo"])
        except UnknownCode:
            raise ValidationError(self.wrong) from None
