"""The questions of the reintegration index, and voiding one that was wrong."""

from crispy_forms.bootstrap import InlineRadios
from crispy_forms.layout import Fieldset
from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import IndexAnswers
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out

DIMENSIONS = {
    "economic": _("Economic dimension"),
    "social": _("Social dimension"),
    "psychosocial": _("Psychosocial dimension"),
    "composite": _("Index"),
}


class IndexForm(SafeFormMixin, forms.Form):
    """Thirty questions in three dimensions; nobody has to answer one."""

    creates = True

    on = forms.DateField(label=_("Day of the conversation"), widget=DateInput)

    def __init__(self, *args, questionnaire, **kwargs):
        super().__init__(*args, **kwargs)
        self.questionnaire = questionnaire
        self.fields["on"].initial = timezone.localdate
        for item in questionnaire.items:
            self.fields[item.code] = forms.ChoiceField(
                label=said(item.texts),
                choices=[(each.code, said(each.texts)) for each in item.options],
                widget=forms.RadioSelect,
                required=False,
            )
        lay_out(self, "on", *self._dimensions(), submit=_("Save and see the result"))

    def _dimensions(self):
        for name in self.questionnaire.dimensions:
            codes = [each.code for each in self.questionnaire.of_dimension(name)]
            yield Fieldset(DIMENSIONS[name], *map(InlineRadios, codes))

    def answers(self):
        """Item → code of the answer, of what was answered."""
        codes = self.questionnaire.by_code
        return {code: self.cleaned_data[code] for code in codes if self.cleaned_data[code]}


def said(texts):
    """A text of the questionnaire in the language of the page."""
    return texts.get(get_language(), texts["es"])


class IndexVoidForm(SafeFormMixin, forms.ModelForm):
    """Why an index counts no more."""

    reason = forms.CharField(label=_("What was wrong"), max_length=300)

    class Meta:
        model = IndexAnswers
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Void"))
