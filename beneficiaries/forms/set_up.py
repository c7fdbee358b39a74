"""Setting up: programmes and phases, territory, code lists."""

from crispy_forms.layout import Column, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import OrganizationKind
from accounts.models import Organization
from beneficiaries.forms.people import DistrictField
from beneficiaries.models import (
    Department,
    Funding,
    LookupValue,
    Municipality,
    OrganizationPlace,
    Phase,
    Programme,
    RuleSet,
)
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out


class LeftToTheAction(SafeFormMixin, forms.ModelForm):
    """Whether a name is free or days overlap, the action asks, and says it at the field."""

    def validate_unique(self):
        pass

    def validate_constraints(self):
        pass


class ProgrammeForm(LeftToTheAction):
    """What a programme is called."""

    class Meta:
        model = Programme
        fields = ["name"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "name", submit=_("Save"))


class PhaseForm(LeftToTheAction):
    """When a phase runs, by which rules people are eligible in it, and who funds it."""

    donors = forms.ModelMultipleChoiceField(
        Organization.objects.none(),
        label=_("Donors"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Organizations that are marked as donors."),
    )

    class Meta:
        model = Phase
        fields = ["name", "starts_on", "ends_on", "rule_set"]
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}
        help_texts = {
            "starts_on": _("A day has one phase of a programme: phases do not overlap."),
            "rule_set": _("Decisions that were taken keep the rules that they were taken by."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rule_set"].queryset = RuleSet.objects.order_by("name", "-number")
        funding = Organization.objects.filter(pk__in=self._funding())
        offered = Organization.objects.of_kind(OrganizationKind.DONOR).active() | funding
        self.fields["donors"].queryset = offered.order_by("sort_name")
        self.fields["donors"].initial = self._funding()
        days = Row(Column("starts_on"), Column("ends_on"))
        lay_out(self, "name", days, "rule_set", "donors", submit=_("Save"))

    def _funding(self):
        if not self.instance.pk:
            return []
        return list(self.instance.fundings.values_list("donor", flat=True))


class FundingForm(LeftToTheAction):
    """Which rules of its own a donor has for a phase."""

    class Meta:
        model = Funding
        fields = ["rule_set"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rule_set"].queryset = RuleSet.objects.order_by("name", "-number")
        self.fields["rule_set"].empty_label = _("None: those of the phase")
        lay_out(self, "rule_set", submit=_("Save"))


class PlaceForm(SafeFormMixin, forms.ModelForm):
    """Where an organization stands, and what an office covers."""

    district = DistrictField(label=_("District where it stands"), required=False)
    departments = forms.ModelMultipleChoiceField(
        Department.objects.order_by("code"),
        label=_("Whole departments that it covers"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    municipalities = forms.ModelMultipleChoiceField(
        Municipality.objects.none(),
        label=_("Single municipalities, where it does not cover the whole department"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = OrganizationPlace
        fields = []

    def __init__(self, *args, organization, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop("key", None)
        shown = self.instance.version if self.instance.pk else 0
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=shown)
        rows = ["district"]
        if OrganizationKind.OFFICE in organization.kinds:
            rows += ["departments", "municipalities"]
            self._offer_territory()
        else:
            del self.fields["departments"], self.fields["municipalities"]
        if self.instance.pk:
            self.fields["district"].initial = self.instance.district_id
        lay_out(self, *rows, submit=_("Save"))

    def _post_clean(self):
        """Fill in nothing of the place: the answers go to an action."""

    def _offer_territory(self):
        today = Municipality.objects.filter(valid_until=None).select_related("department")
        field = self.fields["municipalities"]
        field.queryset = today.order_by("department__code", "name")
        field.label_from_instance = lambda each: f"{each.name} ({each.department})"
        if self.instance.pk:
            field.initial = list(self.instance.municipalities.values_list("pk", flat=True))
            departments = self.instance.departments.values_list("pk", flat=True)
            self.fields["departments"].initial = list(departments)


class CodeForm(LeftToTheAction):
    """One code of a list, in both languages."""

    code = forms.RegexField(
        r"^[A-Za-z0-9_]{1,30}$",
        label=_("Code"),
        help_text=_("Letters without accents, digits and _. It stays as it is."),
        error_messages={"invalid": _("Write letters without accents, digits and _ alone.")},
    )

    class Meta:
        model = LookupValue
        fields = ["code", "es", "en", "position", "alias"]
        help_texts = {
            "position": _("Lower numbers come first."),
            "alias": _("Other words by which it is found, if there are any."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        texts = Row(Column("es"), Column("en"))
        more = Row(Column("position"), Column("alias"))
        if self.instance.pk:
            del self.fields["code"]
            lay_out(self, texts, more, submit=_("Save"))
        else:
            lay_out(self, "code", texts, more, submit=_("Add"))
