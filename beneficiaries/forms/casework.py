"""The steps of a case: from when, until when, and why."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import CloseReason, OpenReason
from beneficiaries.models import Case
from beneficiaries.models.cases import LONGEST_HOLD
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out

# Those that a caseworker chooses; the others follow from what is done.
OFFERED = [
    each for each in CloseReason if each not in {CloseReason.INELIGIBLE, CloseReason.DUPLICATE}
]
NO_DANGERS = _("Short and without details of danger, health or family: the whole office reads it.")


def reason_field(label, *, required=True):
    return forms.CharField(
        label=label,
        max_length=500,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=NO_DANGERS,
    )


class CaseForm(SafeFormMixin, forms.ModelForm):
    """A step of the case that the page showed."""

    class Meta:
        model = Case
        fields = []


class ScreenForm(CaseForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, submit=_("The screening is done"))


class ActivateForm(CaseForm):
    """On which day the person agreed to her plan."""

    plan_agreed_on = forms.DateField(label=_("The person agreed on"), widget=DateInput())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["plan_agreed_on"].initial = timezone.localdate
        lay_out(self, "plan_agreed_on", submit=_("Begin"))


class HoldForm(CaseForm):
    """Why a case rests, and until when."""

    reason = reason_field(_("Why does the case rest?"))
    review_on = forms.DateField(
        label=_("Look at it again on"),
        widget=DateInput(),
        help_text=_("Within sixty days."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["review_on"].initial = lambda: timezone.localdate() + LONGEST_HOLD / 2
        lay_out(self, "reason", "review_on", submit=_("Put on hold"))


class ResumeForm(CaseForm):
    reason = reason_field(_("What has changed?"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Go on with the case"))


class ClosingForm(CaseForm):
    """Why a case is to be closed."""

    close_reason = forms.ChoiceField(
        label=_("Why is the case to be closed?"),
        choices=[(each.value, each.label) for each in OFFERED],
        widget=forms.RadioSelect,
    )
    note = reason_field(_("What coordination should know"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "close_reason", "note", submit=_("Ask for the closing"))


class ApprovalForm(CaseForm):
    """Coordination closes a case, or gives it back."""

    answer = forms.ChoiceField(
        label=_("Is the case closed?"),
        choices=[("close", _("Yes, close it")), ("return", _("No, give it back"))],
        widget=forms.RadioSelect,
    )
    note = reason_field(_("What the caseworker should know"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "answer", "note", submit=_("Send the answer"))

    def clean(self):
        answers = super().clean()
        if answers.get("answer") == "return" and answers.get("note") == "":
            self.add_error("note", _("Say what is missing, so that it can be mended."))
        return answers


class InformForm(CaseForm):
    """What somebody who is not eligible was told, and where to."""

    note = reason_field(_("What information was given, and where was she or he referred?"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "note", submit=_("Close the case"))


class ReopenForm(SafeFormMixin, forms.Form):
    """Why another episode begins."""

    creates = True

    because = forms.ChoiceField(
        label=_("Why does another case open?"),
        choices=[(each.value, each.label) for each in OpenReason if each != OpenReason.TRANSFERRED],
        widget=forms.RadioSelect,
    )
    note = reason_field(_("What the person tells"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "because", "note", submit=_("Open a new case"))


class ExceptionAskForm(SafeFormMixin, forms.Form):
    """Why somebody should take part who by the rules could not."""

    creates = True

    reason = reason_field(_("Why should an exception be made?"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Ask for an exception"))


class ExceptionDecideForm(CaseForm):
    """The programme's coordination grants an exception or does not."""

    answer = forms.ChoiceField(
        label=_("Is an exception made?"),
        choices=[("grant", _("Yes")), ("refuse", _("No"))],
        widget=forms.RadioSelect,
    )
    reason = reason_field(_("Reason"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "answer", "reason", submit=_("Decide"))
