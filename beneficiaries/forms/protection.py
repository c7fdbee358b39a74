"""What may put somebody in danger: asked on pages of its own, behind the gate (D4)."""

from crispy_forms.layout import Column, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from beneficiaries.choices import YesNo
from beneficiaries.forms.records import DistrictField, RecordForm, ask, look, yes_or_no
from beneficiaries.models import (
    Displacement,
    DoNotContact,
    HouseholdMember,
    MemberHealth,
    SafeContact,
    SensitiveProfile,
    TripCircumstances,
)
from genesis.lib.forms import PartialDateField, SafeFormMixin, lay_out


class ReasonForm(SafeFormMixin, forms.Form):
    """Why somebody opens a protected part of a file, once per person and day (CASE-12)."""

    creates = True

    reason = forms.CharField(
        label=_("Why do you open it?"),
        max_length=200,
        help_text=_("For example: to prepare today's visit. It is kept with your name."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Open"))
        self.helper.attrs["data-no-draft"] = ""


class SensitiveProfileForm(RecordForm):
    """Nobody has to answer any of this."""

    model = SensitiveProfile

    gender_identity = look(SensitiveProfile, "gender_identity", "gender_identity")
    indigenous = ask(SensitiveProfile, "indigenous")
    wg_seeing = ask(SensitiveProfile, "wg_seeing", help_text=_("Even with glasses."))
    wg_hearing = ask(SensitiveProfile, "wg_hearing", help_text=_("Even with a hearing aid."))
    wg_walking = ask(SensitiveProfile, "wg_walking")
    wg_remembering = ask(SensitiveProfile, "wg_remembering")
    wg_self_care = ask(SensitiveProfile, "wg_self_care")
    wg_communicating = ask(SensitiveProfile, "wg_communicating")

    def rows(self):
        return [
            Row(Column("gender_identity"), Column("indigenous")),
            Row(Column("wg_seeing"), Column("wg_hearing")),
            Row(Column("wg_walking"), Column("wg_remembering")),
            Row(Column("wg_self_care"), Column("wg_communicating")),
        ]


class SafeContactForm(RecordForm):
    """How somebody knows that it is us, and whether anybody threatens her."""

    model = SafeContact

    code_word = ask(
        SafeContact, "code_word", help_text=_("Whoever calls says it, so that she or he is sure.")
    )
    threatened = ask(
        SafeContact,
        "threatened",
        help_text=_("Then how to reach her or him is asked again every 90 days."),
    )


class DoNotContactForm(RecordForm):
    """Somebody who must not learn of a person."""

    model = DoNotContact

    kind = ask(DoNotContact, "kind")
    name = ask(DoNotContact, "name")
    organization = forms.ModelChoiceField(
        Organization.objects.order_by("name"),
        label=_("Organization on record"),
        required=False,
        help_text=_("Then no referral to it is possible."),
    )
    reason = ask(DoNotContact, "reason")

    def rows(self):
        return [Row(Column("kind"), Column("name")), "organization", "reason"]


class CircumstancesFields(forms.Form):
    """Why and how somebody left and came back."""

    return_type = look(TripCircumstances, "return_type", "return_type", required=True)
    channel = ask(TripCircumstances, "channel")
    reasons_leaving = look(TripCircumstances, "reasons_leaving", "reason_leaving")
    detained = ask(TripCircumstances, "detained")
    detention_months = ask(TripCircumstances, "detention_months", localize=False)
    times_deported = ask(TripCircumstances, "times_deported", localize=False)
    left_property_or_wages = yes_or_no(TripCircumstances, "left_property_or_wages")
    minor_children_abroad = ask(TripCircumstances, "minor_children_abroad", localize=False)
    intention = ask(TripCircumstances, "intention")

    def clean(self):
        answers = super().clean()
        if answers.get("detention_months") is not None and answers.get("detained") != YesNo.YES:
            self.add_error("detention_months", _("Only who was detained has months of detention."))
        return answers

    def circumstances(self):
        return {name: self.cleaned_data[name] for name in CircumstancesFields.base_fields}


CIRCUMSTANCES_ROWS = [
    Row(Column("return_type"), Column("channel")),
    "reasons_leaving",
    Row(Column("detained"), Column("detention_months")),
    Row(Column("times_deported"), Column("minor_children_abroad")),
    Row(Column("left_property_or_wages"), Column("intention")),
]


class CircumstancesForm(RecordForm, CircumstancesFields):
    model = TripCircumstances

    def rows(self):
        return CIRCUMSTANCES_ROWS

    def record(self):
        return self.circumstances()


class DisplacementForm(RecordForm):
    """Since when and why somebody had to leave her home."""

    model = Displacement

    since = PartialDateField(
        label=_("Displaced since"), help_text=_("Leave empty the day, or the day and the month.")
    )
    origin_district = DistrictField(label=_("District that she or he had to leave"), required=False)
    causes = look(Displacement, "causes", "idp_cause", required=True)
    dav_registered = ask(
        Displacement,
        "dav_registered",
        help_text=_("DAV: the directorate that attends to victims."),
    )
    can_return_home = ask(Displacement, "can_return_home")
    solution = look(Displacement, "solution", "solution")

    def answers_of(self, displacement):
        return super().answers_of(displacement) | {
            "since": (displacement.since, displacement.since_precision)
        }

    def clean_since(self):
        day, precision = self.cleaned_data["since"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day is in the future."))
        return day, precision

    def rows(self):
        return [
            "since",
            "causes",
            "origin_district",
            Row(Column("dav_registered"), Column("can_return_home")),
            "solution",
        ]

    def record(self):
        answers = super().record()
        answers["since"], answers["since_precision"] = answers["since"]
        return answers


class MemberHealthForm(RecordForm):
    """What is known of the health of a member of the household."""

    model = MemberHealth

    member = forms.ModelChoiceField(
        HouseholdMember.objects.none(), label=_("Member of the household")
    )
    disability = yes_or_no(MemberHealth, "disability")
    chronic_illness = yes_or_no(MemberHealth, "chronic_illness")

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = person.household.order_by("pk")
