"""What somebody asks of her data, how she proved who she is, and what she is answered."""

from django import forms
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import RequestWay, Right, RightsOutcome
from beneficiaries.forms.consents import FileNumberForm
from beneficiaries.models import RightsRequest
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out


class RequestForm(SafeFormMixin, FileNumberForm, forms.ModelForm):
    """A request as it comes in (F15): whose, what, and in her own words."""

    class Meta:
        model = RightsRequest
        fields = ["right", "way", "received_on", "asked", "representative"]
        widgets = {
            "right": forms.RadioSelect,
            "way": forms.RadioSelect,
            "received_on": DateInput,
            "asked": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "representative": _("Only when somebody else asks: name, and by what paper."),
            "received_on": _("From here the twenty working days are counted."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["right"].choices = Right.choices
        self.fields["way"].choices = RequestWay.choices
        lay_out(
            self,
            "expediente",
            "right",
            "way",
            "received_on",
            "asked",
            "representative",
            submit=_("Take down the request"),
        )

    def answers(self):
        """The answers as the action takes them, without the file that they are about."""
        left = {"expediente"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left}


class RightsStepForm(SafeFormMixin, forms.ModelForm):
    """One step of a request: it changes it, so it carries its version."""

    class Meta:
        model = RightsRequest
        fields = []


class IdentityCheckForm(RightsStepForm):
    """How whoever asks proved to be the person, or to act for her."""

    proved = forms.ChoiceField(
        label=_("Did she or he prove who she or he is?"),
        choices=[("yes", _("Yes")), ("no", _("No: the request ends here"))],
        widget=forms.RadioSelect,
    )
    proof = forms.CharField(
        label=_("By what"),
        max_length=200,
        help_text=_("For example: DUI shown at the office, with the photo of the file."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "proved", "proof", submit=_("Save"))

    def answers(self):
        return {
            "version": self.cleaned_data["version"],
            "proved": self.cleaned_data["proved"] == "yes",
            "proof": self.cleaned_data["proof"],
        }


class ExtensionForm(RightsStepForm):
    """Why twenty working days are not enough: the person is told."""

    reason = forms.CharField(
        label=_("Why more time is needed"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Extend by twenty days"))

    def answers(self):
        return self.cleaned_data


class AnswerForm(RightsStepForm):
    """The answer, and the ground of what is not granted."""

    outcome = forms.ChoiceField(
        label=_("Answer"), choices=RightsOutcome.choices, widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=_("What is answered"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("It is printed in the letter, in these words."),
    )
    ground = forms.CharField(
        label=_("Ground of what is not granted"),
        max_length=500,
        required=False,
        help_text=_("The law or the reason; not needed when all is granted."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "outcome", "answer", "ground", submit=_("Send the answer"))

    def answers(self):
        return self.cleaned_data


class LiftForm(RightsStepForm):
    """Why somebody's data may be used again: kept with the request."""

    reason = forms.CharField(
        label=_("Why the restriction ends"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: she or he asked for it to end, in person and with the DUI."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Lift the restriction"))

    def answers(self):
        return self.cleaned_data
