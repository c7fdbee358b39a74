"""What all steps of a record have in common; saving is for the actions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from genesis.lib.forms import SafeFormMixin, lay_out


class RecordForm(SafeFormMixin, forms.ModelForm):
    """One step of a record: carries the version that the page showed."""

    submit = _("Save")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ask()
        lay_out(self, *self.rows(), submit=self.submit)

    def _post_clean(self):
        """Fill in nothing of the record: the answers go to an action, which checks them."""

    def ask(self):
        """Fill in what depends on the record at hand."""

    def rows(self):
        return [name for name in self.fields if name != "version"]

    def answers(self):
        """What was filled in, for the action."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
