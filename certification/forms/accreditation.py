"""What is asked of a centre that is to be accredited; saving is for the actions."""

from datetime import date, timedelta

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from certification.choices import HELD, LATER_VISITS, Condition, VisitOutcome
from certification.forms.record import RecordForm
from certification.models import (
    AccreditationVisit,
    Centre,
    CentreAccreditation,
    CorrectiveAction,
    Standard,
)
from certification.models.accreditation import CHECKED
from genesis.lib.days import add_months
from genesis.lib.forms import DateInput, SafeFormMixin, UploadField, lay_out

MOST_WORKSTATIONS, MOST_PER_DAY = 100, 500
LONG_AGO = date(1990, 1, 1)


def day_field(label, **options):
    """A day that somebody types; who writes the year with two digits means another one."""
    checks = [
        MinValueValidator(LONG_AGO, _("Write the year, with four digits.")),
        MaxValueValidator(_far_ahead, _("Choose a day of the next ten years.")),
    ]
    return forms.DateField(label=label, widget=DateInput(), validators=checks, **options)


def _far_ahead():
    return add_months(timezone.localdate(), 120)


def room_fields():
    """How many work at once, and how many come in a day."""
    return {
        "workstations": forms.IntegerField(
            label=_("Workstations"),
            min_value=1,
            max_value=MOST_WORKSTATIONS,
            help_text=_("How many people can be assessed at the same time."),
        ),
        "max_per_day": forms.IntegerField(
            label=_("Assessments in a day"), min_value=1, max_value=MOST_PER_DAY
        ),
    }


class RequestForm(SafeFormMixin, forms.Form):
    """In which standard a centre wants to assess, and for how many people."""

    creates = True

    standard = forms.ModelChoiceField(Standard.objects.none(), label=_("Standard"))

    def __init__(self, *args, centre, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= room_fields()
        taken = centre.accreditations.under_way() | centre.accreditations.filter(
            state__in=HELD, valid_until__gte=timezone.localdate()
        )
        offered = Standard.objects.exclude(pk__in=taken.values("standard"))
        in_force = offered.filter(versions__state="published").distinct()
        self.fields["standard"].queryset = in_force.order_by("code")
        self.fields["standard"].help_text = _(
            "Those that the centre holds, or has asked for, are not offered."
        )
        lay_out(
            self,
            "standard",
            Row(Column("workstations"), Column("max_per_day")),
            submit=_("Ask for accreditation"),
        )


class RenewForm(SafeFormMixin, forms.Form):
    """The next accreditation: what changes is for how many people."""

    creates = True

    def __init__(self, *args, accreditation, **kwargs):
        room = {name: getattr(accreditation, name) for name in room_fields()}
        super().__init__(*args, initial=room, **kwargs)
        self.fields |= room_fields()
        rows = Row(Column("workstations"), Column("max_per_day"))
        lay_out(self, rows, submit=_("Ask for renewal"))


class AccreditationForm(RecordForm):
    """One step of an accreditation."""

    class Meta:
        model = CentreAccreditation
        fields = []


class DocumentsForm(AccreditationForm):
    """Nothing to fill in but the button."""

    submit = _("Documents in order")


class VisitDayForm(AccreditationForm):
    """When the centre is visited."""

    submit = _("Plan the visit")

    on = day_field(_("Day of the visit"))


class VisitForm(AccreditationForm):
    """What was found, point by point."""

    submit = _("Record the visit")

    kind = forms.ChoiceField(
        label=_("Kind of visit"), choices=[(each.value, each.label) for each in LATER_VISITS]
    )
    on = day_field(_("Day"))
    team = forms.CharField(
        label=_("Who visited"), max_length=300, help_text=_("Names, separated by commas.")
    )
    remarks = forms.CharField(
        label=_("What was seen"),
        widget=forms.Textarea({"rows": 4}),
        max_length=4000,
        required=False,
        help_text=_("Needed unless the outcome is favourable."),
    )
    outcome = forms.ChoiceField(label=_("Outcome"), choices=VisitOutcome, widget=forms.RadioSelect)

    def ask(self):
        self.fields["on"].initial = timezone.localdate()
        if self.instance.state not in HELD:
            del self.fields["kind"]
            self.fields["on"].initial = self.instance.visit_on
        for name in CHECKED:
            label = AccreditationVisit._meta.get_field(name).verbose_name
            self.fields[name] = forms.BooleanField(label=label, required=False)

    def rows(self):
        first = [name for name in ("kind", "on", "team") if name in self.fields]
        points = Fieldset(_("What holds"), *CHECKED)
        return [*first, points, "remarks", "outcome"]


def days_fields():
    return {
        "valid_from": day_field(_("Valid from")),
        "valid_until": day_field(pgettext_lazy("accreditation", "Valid until")),
    }


class GrantForm(AccreditationForm):
    """From when until when, by which resolution."""

    submit = _("Accredit")

    resolution_number = forms.CharField(label=_("Number of the resolution"), max_length=40)
    file = UploadField(label=_("Resolution"), required=False)

    def ask(self):
        self.fields |= days_fields()
        before = self.instance.renews
        today = timezone.localdate()
        following = before.valid_until + timedelta(days=1) if before else today
        self.fields["valid_from"].initial = max(today, following)

    def rows(self):
        return [Row(Column("valid_from"), Column("valid_until")), "resolution_number", "file"]


class WhyForm(AccreditationForm):
    """What stops a centre says why."""

    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea({"rows": 3}), max_length=500)


class ObserveForm(WhyForm):
    submit = _("Send the observations")


class RejectForm(WhyForm):
    submit = _("Refuse the request")


class SuspendForm(WhyForm):
    submit = _("Suspend")


class RevokeForm(WhyForm):
    submit = _("Revoke for good")


class LiftForm(AccreditationForm):
    """Nothing to fill in but the button."""

    submit = _("Lift the suspension")


class CorrectionForm(SafeFormMixin, forms.Form):
    """What a centre has to put right, and by when."""

    creates = True

    text = forms.CharField(label=_("What is to be put right"), max_length=300)
    due_on = day_field(_("By the day"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "text", "due_on", submit=_("Ask for it"))


class CloseForm(RecordForm):
    """How something was put right."""

    submit = _("It is put right")

    proof = forms.CharField(
        label=_("How was it put right?"),
        max_length=300,
        help_text=_("What you saw: a visit, a photo, an invoice."),
    )

    class Meta:
        model = CorrectiveAction
        fields = []


class EquipmentForm(SafeFormMixin, forms.ModelForm):
    """Of each thing that a standard asks: how many work, in what condition, calibrated until when.

    Without a quantity nothing is kept of it.
    """

    class Meta:
        model = Centre
        fields = []

    def __init__(self, *args, asked, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = list(asked)
        there = {each.requirement_id: each for each in self.instance.equipment.all()}
        for each in self.asked:
            self._ask_for(each, there.get(each.pk))
        lay_out(self, *[self._row(each) for each in self.asked], submit=_("Save"))

    def _ask_for(self, requirement, known):
        needed = _("%(quantity)s for each workstation") % {"quantity": requirement.quantity}
        self.fields[f"quantity_{requirement.pk}"] = forms.IntegerField(
            label=_("How many work"),
            min_value=0,
            max_value=9999,
            required=False,
            initial=known.quantity if known else None,
            help_text=needed if requirement.mandatory else _("Not obligatory"),
        )
        self.fields[f"condition_{requirement.pk}"] = forms.ChoiceField(
            label=_("Condition"),
            choices=Condition,
            initial=known.condition if known else Condition.GOOD,
        )
        self.fields[f"calibration_{requirement.pk}"] = day_field(
            _("Calibrated until"),
            required=False,
            initial=known.calibration_due if known else None,
        )

    def _row(self, requirement):
        names = [f"{part}_{requirement.pk}" for part in ("quantity", "condition", "calibration")]
        legend = escape(requirement.name).replace("{", "&#123;")  # crispy reads it as a template
        return Fieldset(legend, Row(*[Column(name) for name in names]))

    def found(self):
        """What the action takes: of each thing of which a quantity was given."""
        answers = self.cleaned_data
        return {
            each: {
                "quantity": answers[f"quantity_{each.pk}"],
                "condition": answers[f"condition_{each.pk}"],
                "calibration_due": answers[f"calibration_{each.pk}"],
            }
            for each in self.asked
            if answers[f"quantity_{each.pk}"] is not None
        }
