"""Which period, and asking for its file."""

from datetime import date

from django import forms
from django.core.validators import MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from genesis.lib.forms import DateInput, SafeFormMixin, lay_out
from reporting.rules import Period

FIRST_YEAR = 2018  # of the programme
AFTER_THE_BEGIN = MinValueValidator(date(FIRST_YEAR, 1, 1))


class PeriodForm(forms.Form):
    """From one day to another; this year when nothing is chosen."""

    desde = forms.DateField(label=_("From"), widget=DateInput())
    hasta = forms.DateField(label=_("Until"), widget=DateInput(), validators=[AFTER_THE_BEGIN])

    def __init__(self, chosen):
        today = timezone.localdate()
        this_year = {"desde": today.replace(month=1, day=1), "hasta": today}
        chosen = {name: chosen.get(name) or day for name, day in this_year.items()}
        super().__init__(chosen)
        self.this_year = this_year

    def clean(self):
        answers = super().clean()
        if "desde" in answers and "hasta" in answers and answers["hasta"] < answers["desde"]:
            self.add_error("hasta", _("The last day cannot come before the first."))
        return answers

    def period(self):
        """The chosen period; this year while what was typed is none."""
        days = self.cleaned_data if self.is_valid() else self.this_year
        return Period(days["desde"], days["hasta"])


class ReportForm(SafeFormMixin, forms.Form):
    """Ask for the workbook of a period."""

    creates = True

    since = forms.DateField(widget=forms.HiddenInput)
    until = forms.DateField(widget=forms.HiddenInput, validators=[AFTER_THE_BEGIN])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "since", "until", submit=_("Make the Excel file"))

    def clean(self):
        answers = super().clean()
        since, until = answers.get("since"), answers.get("until")
        if since and until and until < since:
            self.add_error(None, _("The last day cannot come before the first."))
        return answers


class YearForm(forms.Form):
    """Which year; this one when nothing is chosen."""

    anio = forms.TypedChoiceField(label=_("Year"), coerce=int)

    def __init__(self, chosen):
        self.this_year = timezone.localdate().year
        super().__init__({"anio": chosen.get("anio") or self.this_year})
        years = range(self.this_year, FIRST_YEAR - 1, -1)
        self.fields["anio"].choices = [(each, str(each)) for each in years]

    def year(self):
        """The chosen year; this one while what was typed is none."""
        return self.cleaned_data["anio"] if self.is_valid() else self.this_year
