"""What each step of an assessment asks; saving is for the actions."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certification.choices import (
    LeaveReason,
)
from certification.forms.record import RecordForm
from certification.models import (
    Assessment,
    StandardVersion,
)
from genesis.lib.forms import SafeFormMixin, lay_out

# Before a code: no code of a standard takes the place of another field of the form.
QUESTION = "question_"


class EnrolForm(SafeFormMixin, forms.Form):
    """Choose in which standard a person is assessed."""

    creates = True

    standard_version = forms.ModelChoiceField(StandardVersion.objects.none(), label=_("Standard"))
    entry_reason = forms.CharField(
        label=_("Why is she or he enrolled without what the standard asks for?"),
        help_text=_("Only of who is too young for it, or has too little experience."),
        max_length=300,
        required=False,
    )

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        decided = Assessment.objects.filter(person=person).barring().values("standard")
        usable = StandardVersion.objects.usable_on(timezone.localdate())
        offered = usable.exclude(standard__in=decided)
        self.fields["standard_version"].queryset = offered.select_related("standard").order_by(
            "standard__code", "number"
        )
        if decided.exists():
            self.fields["standard_version"].help_text = _(
                "Standards in which the person already has a result are not offered."
            )
        lay_out(self, "standard_version", "entry_reason", submit=_("Enrol"))


class StepForm(RecordForm):
    """One step of an assessment."""

    class Meta:
        model = Assessment
        fields = []


class DiagnosisForm(StepForm):
    """One question after another, as the standard has them."""

    submit = _("Save the diagnosis")

    def ask(self):
        version = self.instance.standard_version
        words = {
            "nunca_lo_hice": _("I never did it"),
            "con_ayuda": _("With help"),
            "solo": _("On my own"),
        }
        answers = [(each, words.get(each, each)) for each, _points in version.diagnostic_points]
        for question in version.diagnosticquestions.order_by("position"):
            self.fields[f"{QUESTION}{question.code}"] = forms.ChoiceField(
                label=question.text, choices=answers, widget=forms.RadioSelect
            )

    def answers(self):
        return {name.removeprefix(QUESTION): self.cleaned_data[name] for name in self.rows()}


class SignatureForm(StepForm):
    """An acknowledgement: ticked, with the name."""

    candidate_name = forms.CharField(label=_("Name of the person"), max_length=240)
    acknowledged = forms.BooleanField(label=_("She or he has heard this and agrees"))

    def ask(self):
        self.fields["candidate_name"].initial = self.instance.person.display_name


class AdmitForm(SignatureForm):
    """The person knows her rights and decides to be assessed."""

    submit = _("Admit")

    def ask(self):
        super().ask()
        self.fields["acknowledged"].label = _(
            "She or he decides to be assessed, and knows the rights: to ask, to stop at any time, "
            "to disagree with the result, and to appeal"
        )


class ReasonForm(StepForm):
    """Sending something back says why."""

    submit = _("Send back")

    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea({"rows": 3}), max_length=2000)


class SettlePartsForm(StepForm):
    """What coordination found and did about somebody with two parts."""

    submit = _("Settle it")

    reason = forms.CharField(
        label=_("What was found, and what was done?"),
        widget=forms.Textarea({"rows": 3}),
        max_length=300,
    )


class ConfirmForm(StepForm):
    """Nothing to fill in but the button."""

    submit = _("Confirm")


class LeaveForm(StepForm):
    """Why an assessment ends before its judgement."""

    submit = _("End the assessment")

    reason = forms.ChoiceField(label=_("Why?"), choices=LeaveReason, widget=forms.RadioSelect)
