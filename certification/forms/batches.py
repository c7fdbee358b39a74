"""What is asked to decide on several portfolios in one sitting."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certification.choices import JudgementOutcome
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out


class BatchForm(SafeFormMixin, forms.Form):
    """Which of those that wait, and the minutes; each choice carries the version that was shown."""

    creates = True

    assessments = forms.MultipleChoiceField(
        label=_("Which portfolios?"), widget=forms.CheckboxSelectMultiple
    )
    held_on = forms.DateField(label=_("Day of the sitting"), widget=DateInput())
    present = forms.CharField(
        label=_("Who was present"), max_length=500, widget=forms.Textarea({"rows": 2})
    )
    minutes = forms.CharField(
        label=_("Minutes"),
        max_length=8000,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("What was looked at and why it was decided so. Names of people stay out."),
    )

    def __init__(self, *args, waiting, **kwargs):
        super().__init__(*args, **kwargs)
        self.waiting = {f"{each.pk}.{each.version}": each for each in waiting}
        self.fields["assessments"].choices = [
            (value, _in_words(each)) for value, each in self.waiting.items()
        ]
        self.fields["held_on"].initial = timezone.localdate()
        lay_out(self, "assessments", "held_on", "present", "minutes", submit=_("Decide"))

    def chosen(self):
        return [self.waiting[each] for each in self.cleaned_data["assessments"]]


def _in_words(assessment):
    judged = JudgementOutcome(assessment.outcome).label if assessment.outcome else "–"
    return " · ".join(
        [
            assessment.reference,
            assessment.person.display_name,
            str(assessment.standard_version),
            str(judged),
        ]
    )
