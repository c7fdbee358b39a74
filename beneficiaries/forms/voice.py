"""«Satisfacción»: what somebody says of what she received."""

from crispy_forms.bootstrap import InlineRadios
from crispy_forms.layout import Column, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Service
from beneficiaries.forms.attentions import VoidForm
from beneficiaries.models import Opinion
from beneficiaries.models.voice import ASPECTS
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out

WHOLE = _("The whole accompaniment")


class OpinionForm(SafeFormMixin, forms.ModelForm):
    """Six questions on five points: only the first has to be answered."""

    class Meta:
        model = Opinion
        fields = ["service", "on", "way", *ASPECTS, "comment"]
        widgets = {"on": DateInput, "comment": forms.Textarea(attrs={"rows": 3})} | dict.fromkeys(
            ASPECTS, forms.RadioSelect
        )

    def __init__(self, *args, received, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate
        services = [(each.value, each.label) for each in Service if each.value in received]
        self.fields["service"].choices = [("", WHOLE), *services]
        for aspect in ASPECTS:
            choices = self.fields[aspect].choices
            self.fields[aspect].choices = [each for each in choices if each[0] != ""]
        lay_out(
            self,
            "service",
            Row(Column("on"), Column("way")),
            *[InlineRadios(each) for each in ASPECTS],
            "comment",
            submit=_("Keep the answers"),
        )

    def answers(self):
        return {name: self.cleaned_data[name] for name in ("key", *self.Meta.fields)}


class OpinionVoidForm(VoidForm):
    class Meta:
        model = Opinion
        fields = []
