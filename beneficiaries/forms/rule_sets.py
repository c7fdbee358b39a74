"""The rules of eligibility as fields, and the facts of somebody to try them on."""

from crispy_forms.layout import Column, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Population, Sector
from beneficiaries.forms.people import LookupField
from beneficiaries.models import LookupValue, RuleSet
from beneficiaries.rules.eligibility import Inputs, RuleParameters, Work
from genesis.lib.forms import DateInput, PartialDateField, SafeFormMixin, lay_out

USUAL = 10  # position in the list of countries below which they are always offered


class RuleSetForm(SafeFormMixin, forms.Form):
    """What somebody must be for certification: the next version of a rule set."""

    creates = True

    name = forms.CharField(label=_("Name"), max_length=120)
    min_age = forms.IntegerField(label=_("Lowest age"), min_value=14, max_value=120)
    max_age = forms.IntegerField(label=_("Highest age"), min_value=14, max_value=120)
    min_months = forms.IntegerField(label=_("Months of work, at least"), min_value=0, max_value=600)
    countries = forms.MultipleChoiceField(
        label=_("Countries in which work counts"), widget=forms.CheckboxSelectMultiple
    )
    country = LookupField(
        "countries", label=_("One more country"), required=False, empty_label=_("None")
    )
    sectors = forms.MultipleChoiceField(
        label=_("Sectors, at least one of them"),
        choices=Sector,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=_("Why do the rules change?"),
        max_length=300,
        help_text=_("It stays with this version, for whoever asks later."),
    )
    apart = forms.BooleanField(
        label=_("Make it a rule set of its own, for instance of a donor"),
        required=False,
        help_text=_("Unmarked, it is the next version of this one."),
    )

    def __init__(self, *args, old, **kwargs):
        parameters = RuleParameters.from_dict(old.parameters)
        initial = {**parameters.to_dict(), "name": old.name}
        super().__init__(*args, initial=initial, **kwargs)
        offered = LookupValue.objects.filter(list="countries").order_by("position", "pk")
        self.fields["countries"].choices = [
            (each.code, str(each))
            for each in offered
            if each.code in parameters.countries or (0 < each.position < USUAL)
        ]
        lay_out(
            self,
            "name",
            Row(Column("min_age"), Column("max_age"), Column("min_months")),
            "countries",
            "country",
            "sectors",
            "reason",
            "apart",
            submit=_("Save as a new version"),
        )

    def answers(self):
        """What was filled in, as `renew_rule_set` takes it."""
        given = self.cleaned_data
        more = {given["country"].code} if given["country"] else set()
        parameters = RuleParameters(
            min_age=given["min_age"],
            max_age=given["max_age"],
            min_months=given["min_months"],
            countries=frozenset({*given["countries"], *more}),
            sectors=frozenset(given["sectors"]),
        )
        kept = {name: given[name] for name in ("key", "name", "reason", "apart")}
        return {**kept, "parameters": parameters}


class RuleChoice(forms.Form):
    """By which rules somebody is looked at."""

    rules = forms.ModelChoiceField(
        RuleSet.objects.order_by("name", "-number"),
        to_field_name="public_id",
        label=_("Rules"),
        empty_label=None,
    )


class FileForm(RuleChoice):
    """Whose file the facts are taken from."""

    file_number = forms.RegexField(
        r"(?i)^\s*GS-\d{4}-\d{5}\s*$",
        label=_("File number"),
        help_text=_("For example GS-2026-00012. That you read the file is recorded."),
        error_messages={"invalid": _("A file number looks like GS-2026-00012.")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def clean_file_number(self):
        return self.cleaned_data["file_number"].strip().upper()


class FactsForm(RuleChoice):
    """What is known of somebody who may not exist."""

    registered_on = forms.DateField(
        label=_("Day of registration"), widget=DateInput(), initial=timezone.localdate
    )
    population = forms.ChoiceField(label=_("Profile"), choices=Population)
    born = PartialDateField(label=_("Date of birth"), required=False)
    returned = PartialDateField(label=_("Day of the return"), required=False)

    def inputs(self, jobs):
        """The facts as the rules read them."""
        given = self.cleaned_data
        born, born_precision = given["born"] or (None, "")
        returned, returned_precision = given["returned"] or (None, "")
        return Inputs(
            registered_on=given["registered_on"],
            population=given["population"],
            birth_date=born,
            birth_precision=born_precision,
            return_date=returned,
            return_precision=returned_precision,
            work=tuple(jobs),
        )


class TriedJobForm(forms.Form):
    """One job; whatever is left empty is not known."""

    use_required_attribute = False

    country = LookupField("countries", label=_("Country"), required=False, empty_label="–")
    sector = forms.ChoiceField(
        label=_("Sector"), choices=[("", "–"), *Sector.choices], required=False
    )
    started = PartialDateField(label=_("From"), required=False)
    ended = PartialDateField(label=_("Until"), required=False)
    ongoing = forms.BooleanField(label=_("Until the return"), required=False)

    def clean(self):
        answers = super().clean()
        start, end = (answers.get(name) or (None, "") for name in ("started", "ended"))
        if start[0] and end[0] and end[0] < start[0]:
            raise ValidationError({"ended": _("The end cannot come before the beginning.")})
        return answers

    def job(self):
        given = self.cleaned_data
        start, start_precision = given["started"] or (None, "")
        end, end_precision = given["ended"] or (None, "")
        return Work(
            country=given["country"].code if given["country"] else "",
            sector=given["sector"],
            start=start,
            start_precision=start_precision,
            end=end,
            end_precision=end_precision,
            ongoing=given["ongoing"],
        )


TriedJobs = forms.formset_factory(TriedJobForm, extra=3, max_num=3, absolute_max=3)
