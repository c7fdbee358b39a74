"""«Registrar atención»: a short form; and an attempt to reach somebody."""

from crispy_forms.layout import Column, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import RECORDED_BY_HAND, AttentionState
from beneficiaries.models import Attention, ContactAttempt
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out


class AttentionForm(SafeFormMixin, forms.ModelForm):
    """What somebody received, when and how long, and what comes next."""

    service = forms.ChoiceField(
        label=_("Type of attention"),
        choices=[("", "–"), *[(each.value, each.label) for each in RECORDED_BY_HAND]],
    )

    class Meta:
        model = Attention
        fields = [
            "service",
            "on",
            "state",
            "mode",
            "place",
            "minutes",
            "notes",
            "next_step",
            "next_step_on",
        ]
        widgets = {
            "on": DateInput,
            "next_step_on": DateInput,
            "notes": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate
        self.fields["state"].initial = AttentionState.GIVEN
        self.fields["minutes"].localize = False
        self.fields["notes"].help_text = _(
            "Short and without details of danger, health or family: the whole office reads it."
        )
        lay_out(
            self,
            "service",
            Row(Column("on"), Column("state")),
            Row(Column("mode"), Column("place"), Column("minutes")),
            "notes",
            Row(Column("next_step"), Column("next_step_on")),
            submit=_("Record the attention"),
        )

    def clean(self):
        answers = super().clean()
        given = answers.get("state") == AttentionState.GIVEN
        if given and not answers.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", _("Say how many minutes it took."))
        if answers.get("state") and not given:
            answers["minutes"] = None  # nobody came
        step, on = answers.get("next_step"), answers.get("next_step_on")
        if step and not on and "next_step_on" not in self.errors:
            self.add_error("next_step_on", _("Say for which day."))
        if on and not step:
            self.add_error("next_step", _("Say what is to be done on that day."))
        if on and answers.get("on") and on < answers["on"]:
            self.add_error("next_step_on", _("The next step comes after the attention."))
        return answers

    def _get_validation_exclusions(self):
        """What belongs together is asked above, with words at the field."""
        return super()._get_validation_exclusions() | {"minutes", "next_step", "next_step_on"}

    def answers(self):
        return {name: self.cleaned_data[name] for name in ("key", *self.Meta.fields)}


class AttemptForm(SafeFormMixin, forms.ModelForm):
    """How somebody was sought, and what came of it."""

    class Meta:
        model = ContactAttempt
        fields = ["on", "channel", "outcome", "note"]
        widgets = {"on": DateInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate
        lay_out(
            self,
            "on",
            Row(Column("channel"), Column("outcome")),
            "note",
            submit=_("Record the attempt"),
        )

    def answers(self):
        return {name: self.cleaned_data[name] for name in ("key", *self.Meta.fields)}


class VoidForm(SafeFormMixin, forms.ModelForm):
    """Why an entry counts no more."""

    reason = forms.CharField(label=_("What was wrong"), max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Void"))


class AttentionVoidForm(VoidForm):
    class Meta:
        model = Attention
        fields = []


class AttemptVoidForm(VoidForm):
    class Meta:
        model = ContactAttempt
        fields = []
