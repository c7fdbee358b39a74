"""Preparing texts, the hours in which they may go, and the texts themselves."""

from django import forms
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Weekday
from beneficiaries.forms.records import RecordForm, ask
from beneficiaries.models import MessageTemplate, SafeHours
from genesis.lib.forms import SafeFormMixin, lay_out


class SafeHoursForm(RecordForm):
    """Hours on some days of the week: a message waits for them."""

    model = SafeHours

    days = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=Weekday, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    starts = ask(SafeHours, "starts", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    ends = ask(SafeHours, "ends", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    active = ask(SafeHours, "active", initial=True)

    def clean(self):
        answers = super().clean()
        starts, ends = answers.get("starts"), answers.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The last hour must come after the first."))
        return answers


class WhatToSay(SafeFormMixin, forms.Form):
    """Which text, and what is filled into it."""

    creates = True

    template = forms.ModelChoiceField(MessageTemplate.objects.none(), label=_("Text"))
    actividad = forms.CharField(label=_("Activity"), max_length=80, required=False)
    dia = forms.CharField(label=_("Day"), max_length=40, required=False)
    hora = forms.CharField(label=_("Hour"), max_length=20, required=False)
    lugar = forms.CharField(label=_("Place"), max_length=80, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = MessageTemplate.objects.filter(active=True)

    def values(self):
        return {name: self.cleaned_data[name] for name in ("actividad", "dia", "hora", "lugar")}


class MessageForm(WhatToSay):
    """One of the texts that a person agreed to, by a way that she allows: no other is offered."""

    channel = forms.ChoiceField(label=_("By"), widget=forms.RadioSelect)

    def __init__(self, *args, channels, templates, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = templates
        self.fields["channel"].choices = [(each.value, each.label) for each in channels]
        rows = ["channel", "template", "actividad", "dia", "hora", "lugar"]
        lay_out(self, *rows, submit=_("Prepare"))


class MessagesForm(WhatToSay):
    """One text for many people."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = ["template", "actividad", "dia", "hora", "lugar"]
        lay_out(self, *rows, submit=_("Prepare for all of them"))


class TemplateForm(SafeFormMixin, forms.ModelForm):
    """A text, and the neutral one that is said instead where the programme may not be named."""

    class Meta:
        model = MessageTemplate
        fields = ["code", "title", "purpose", "text", "neutral_text", "active"]
        widgets = {
            "text": forms.Textarea({"rows": 4}),
            "neutral_text": forms.Textarea({"rows": 3}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = _(
            "{nombre}, {actividad}, {dia}, {hora}, {lugar} and {quien} are filled in."
        )
        self.fields["neutral_text"].help_text = _(
            "It names neither the programme nor an activity: whoever else reads it learns nothing."
        )
        if self.instance.pk:
            del self.fields["code"]
        else:
            del self.fields["active"]
        lay_out(self, *self._meta_rows(), submit=_("Save"))

    def _meta_rows(self):
        return [each for each in self.Meta.fields if each in self.fields]
