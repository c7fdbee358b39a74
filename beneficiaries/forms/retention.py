"""Why somebody's data are kept although the time is over."""

from django import forms
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Erasure
from genesis.lib.forms import SafeFormMixin, lay_out


class KeepForm(SafeFormMixin, forms.ModelForm):
    """The reason for which somebody is taken off a list of what is to be erased."""

    reason = forms.CharField(
        label=_("Why her or his data are kept"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: a lawsuit goes on. Without anything of what it is about."),
    )

    class Meta:
        model = Erasure
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Take off the list"))
