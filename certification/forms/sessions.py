"""What is asked while somebody is watched at work."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certification.choices import ItemAnswer, SafetyPoint, Scale
from certification.forms.signatures import SIGNS, UNSIGNED, SignedOrNotFields
from certification.forms.steps import StepForm
from certification.models import (
    Observation,
)
from genesis.lib.forms import SafeFormMixin, lay_out


class StartForm(StepForm):
    """The person is who she says, and everything is safe: the session begins."""

    submit = _("Begin")

    identity_checked = forms.CharField(
        label=_("Which document did you see?"),
        max_length=120,
        help_text=_("Kind of document and its last three characters."),
    )
    safety = forms.MultipleChoiceField(
        label=_("What did you look at for safety?"),
        help_text=_("The session begins once all of it holds."),
        choices=SafetyPoint,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_safety(self):
        """Nothing begins that is not safe."""
        if set(self.cleaned_data["safety"]) != set(SafetyPoint.values):
            raise ValidationError(_("Look at each point of safety, and tick it, before you begin."))
        return self.cleaned_data["safety"]


class StopForm(StepForm):
    """Stopping for safety ends the assessment at once."""

    submit = _("Stop for safety")

    reason = forms.CharField(
        label=_("What happened?"), widget=forms.Textarea({"rows": 3}), max_length=1000
    )


class CloseForm(SignedOrNotFields, StepForm):
    """The session ends: the person signs that this is what was done, or it is said why not."""

    submit = _("Confirm")

    candidate_name = forms.CharField(label=_("Name of the person"), max_length=240)
    signs = forms.ChoiceField(
        label=_("Does the person sign?"),
        choices=[
            (SIGNS, _("Yes, she or he signs")),
            (UNSIGNED, _("She or he does not sign, or is not there")),
        ],
        initial=SIGNS,
        widget=forms.RadioSelect,
    )

    def ask(self):
        self.fields["candidate_name"].initial = self.instance.person.display_name
        self.ask_to_sign()

    def rows(self):
        return ["candidate_name", "signs", "signature", "unsigned_because"]


class ResolveForm(StepForm):
    """Two devices differ on an item: which answer counts."""

    submit = _("Decide")

    observation = forms.ModelChoiceField(
        Observation.objects.none(),
        label=_("Which answer counts?"),
        empty_label=None,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Why?"), max_length=300)

    def __init__(self, *args, item, observations, **kwargs):
        self.item = item
        self.observations = observations
        super().__init__(*args, **kwargs)

    def ask(self):
        self.fields["observation"].queryset = self.observations
        self.fields["observation"].label_from_instance = lambda each: (
            f"{self.item.in_words(each.value)} · {each.by}"
            f" · {timezone.localtime(each.observed_at):%d/%m/%Y %H:%M}"
        )


TICKS = {
    Scale.YES_NO: [ItemAnswer.YES, ItemAnswer.NO],
    Scale.YES_NO_NA: [ItemAnswer.YES, ItemAnswer.NO, ItemAnswer.NA],
}


class ObservationForm(SafeFormMixin, forms.Form):
    """The answer to one item, on the scale that the standard gives it, and a note."""

    creates = True

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, **kwargs)
        self.item = item
        key = self.fields.pop("key")
        self.fields["value"] = self._value_field()
        self.fields["note"] = forms.CharField(
            label=_("Note"),
            widget=forms.Textarea({"rows": 2}),
            max_length=1000,
            required=False,
            help_text=_(
                "Needed for a «no», for «not applicable», and for a measurement out of bounds."
            ),
        )
        asked = ["value", "note"]
        if item.scale == Scale.CHOICE:
            self.fields["read_aloud"] = forms.BooleanField(
                label=_("The question was read aloud to the person"), required=False
            )
            asked.insert(1, "read_aloud")
        self.fields["key"] = key
        lay_out(self, *asked, submit=_("Save and go on"))

    def _value_field(self):
        item = self.item
        if item.scale == Scale.MEASUREMENT:
            return forms.CharField(
                label=_("Measurement ({unit})").format(unit=item.unit),
                max_length=12,
                widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
            )
        if item.scale == Scale.CHOICE:
            choices = [(letter, f"{letter}) {text}") for letter, text in item.options]
        else:
            choices = [(each.value, each.label) for each in TICKS[Scale(item.scale)]]
        return forms.ChoiceField(label=_("Answer"), choices=choices, widget=forms.RadioSelect)

    def clean_value(self):
        return self.cleaned_data["value"].strip().replace(",", ".")


class CorrectionForm(ObservationForm):
    """Another answer to an item that a verifier sent back, and why it takes the place of it."""

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, item=item, **kwargs)
        self.fields.pop("read_aloud", None)  # of the session, which is over
        self.fields["reason"] = forms.CharField(
            label=_("Why is this the right answer?"), max_length=300
        )
        lay_out(self, "value", "note", "reason", submit=_("Save the answer"))
