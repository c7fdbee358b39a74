"""What a plan of an assessment asks, and agreeing on it."""

from crispy_forms.layout import Column, Row
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission, Role
from certification.choices import (
    MOST_EXTRA_MINUTES,
    TO_BEGIN_STATES,
    Accommodation,
    AccreditationState,
)
from certification.forms.signatures import HandSignedFields
from certification.forms.steps import SignatureForm, StepForm
from certification.models import (
    Centre,
    CentreAccreditation,
    EvaluatorAccreditation,
    EvaluatorCentre,
)
from certification.rules.accommodations import Accommodations
from certification.rules.plans import Meeting, window_around
from genesis.lib.forms import DateInput, TimeInput

HELP = ["kinds", "extra_minutes", "note"]  # of a plan
WINDOW = ["begins_since", "begins_until", "opens_at", "closes_at"]
MEETING = ["results_on", "results_at", "results_place"]


# Accredited today or later: on which day, the action asks.


def _accredited(records, standard):
    held = {"state": AccreditationState.ACCREDITED, "valid_until__gte": timezone.localdate()}
    return records.filter(standard=standard, **held)


def accredited_centres(standard):
    places = _accredited(CentreAccreditation.objects, standard)
    centres = Centre.objects.active().filter(pk__in=places.values("centre"))
    return centres.select_related("organization").order_by("code")


def accredited_evaluators(standard):
    people = _accredited(EvaluatorAccreditation.objects, standard)
    return User.objects.with_role(Role.EVALUATOR).filter(evaluator__in=people.values("evaluator"))


class AskCentreForm(StepForm):
    """Which centre shall propose the plan; none of them, to take back what was asked."""

    centre = forms.ModelChoiceField(
        Centre.objects.none(),
        label=_("Centre"),
        required=False,
        empty_label=_("None: whoever accompanies the person plans"),
    )

    def ask(self):
        self.fields["centre"].queryset = accredited_centres(self.instance.standard)
        self.fields["centre"].initial = self.instance.centre


class AgreeForm(HandSignedFields, SignatureForm):
    """Candidate and evaluator agree on the plan: she signs it, and the evaluator in her account."""

    submit = _("Agree on the plan")

    evaluator_agrees = forms.BooleanField(
        label=_("I agree on this plan as the evaluator, and will be there")
    )

    def ask(self):
        super().ask()
        self.fields["acknowledged"].label = _(
            "She or he has heard the plan and agrees on centre, day, hour and help"
        )

    def rows(self):
        return ["candidate_name", "acknowledged", "signature", "evaluator_agrees"]


class PlanForm(StepForm):
    """Where, when and by whom."""

    submit = _("Propose the plan")

    centre = forms.ModelChoiceField(Centre.objects.none(), label=_("Centre"))
    evaluator = forms.ModelChoiceField(User.objects.none(), label=_("Evaluator"))
    scheduled_for = forms.DateField(label=_("Day"), widget=DateInput())
    scheduled_at = forms.TimeField(label=_("Hour"), widget=forms.TimeInput({"type": "time"}))
    begins_since = forms.DateField(
        label=_("It may begin from (day)"),
        required=False,
        widget=DateInput(),
        help_text=_("Left empty: some days before and after its day."),
    )
    begins_until = forms.DateField(
        label=_("It may begin until (day)"), required=False, widget=DateInput()
    )
    opens_at = forms.TimeField(label=_("From (hour)"), required=False, widget=TimeInput())
    closes_at = forms.TimeField(label=_("Until (hour)"), required=False, widget=TimeInput())
    results_on = forms.DateField(
        label=_("Day on which the result is explained"), required=False, widget=DateInput()
    )
    results_at = forms.TimeField(label=_("At (hour)"), required=False, widget=TimeInput())
    results_place = forms.CharField(
        label=_("Where the result is explained"), max_length=200, required=False
    )
    kinds = forms.MultipleChoiceField(
        label=_("Help that is needed"),
        choices=Accommodation,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    extra_minutes = forms.IntegerField(
        label=_("Minutes more"), min_value=1, max_value=MOST_EXTRA_MINUTES, required=False
    )
    note = forms.CharField(
        label=_("What is to be minded"),
        max_length=300,
        required=False,
        help_text=_("What the evaluator needs to know, and nothing of the reasons."),
    )
    reason = forms.CharField(label=_("Why is the plan changed?"), max_length=300)

    @property
    def replaces(self):
        """Whether there is another plan, agreed on or only proposed."""
        return self.instance.state in TO_BEGIN_STATES

    def ask(self):
        """Offer who and what is accredited for the standard; on which day, the action asks."""
        if self.replaces:
            self._show(self.instance.plans.newest())
        else:
            del self.fields["reason"]
        self._offer(
            "centre",
            accredited_centres(self.instance.standard),
            _("No centre is accredited for this standard."),
        )
        self._offer(
            "evaluator",
            accredited_evaluators(self.instance.standard).order_by("sort_name", "pk"),
            _("No evaluator is accredited for this standard."),
        )

    def _show(self, plan):
        """Begin from the plan as it is, but for its day."""
        for name in ("centre", "evaluator", "scheduled_at", "opens_at", "closes_at"):
            self.fields[name].initial = getattr(plan, name)
        self._show_help(getattr(plan, "help", None))

    def _show_help(self, known):
        for name in HELP if known else []:
            self.fields[name].initial = getattr(known, name)

    def answers(self):
        """What is planned, the help that somebody needs as one."""
        given = super().answers()
        needed = {name: given.pop(name, None) for name in HELP}
        names = ("since", "until", "opens", "closes")
        times = {name: given.pop(field) for name, field in zip(names, WINDOW, strict=True)}
        on, at, place = (given.pop(name) for name in MEETING)
        day = given["scheduled_for"]
        return given | {
            "accommodations": Accommodations(**needed) if needed["kinds"] else None,
            "window": window_around(day, **times) if any(times.values()) else None,
            "meeting": Meeting(on, place, at) if on else None,
        }

    def clean(self):
        """Minutes and a note are of some help: whoever wrote them now has chosen it.

        Those that only stayed from the plan before go with the help that was taken out.
        """
        given = super().clean()
        self._clean_meeting(given)
        kinds = [*given.get("kinds", [])]
        if given.get("extra_minutes") and Accommodation.EXTRA_TIME not in kinds:
            if "extra_minutes" in self.changed_data:
                kinds.append(Accommodation.EXTRA_TIME.value)
            else:
                given["extra_minutes"] = None
        if given.get("note") and not kinds:
            if "note" in self.changed_data:
                kinds.append(Accommodation.OTHER.value)
            else:
                given["note"] = ""
        if Accommodation.OTHER in kinds and not given.get("note") and "note" not in self.errors:
            self.add_error("note", _("Say what else is needed."))
        return given | {"kinds": kinds}

    def _clean_meeting(self, given):
        """A place or an hour is of some day."""
        if not given.get("results_on") and (given.get("results_place") or given.get("results_at")):
            if "results_on" not in self.errors:
                self.add_error("results_on", _("Say on which day."))
        elif given.get("results_on") and not given.get("results_place"):
            if "results_place" not in self.errors:
                self.add_error("results_place", _("Say where."))

    def _offer(self, name, found, nobody):
        """Those to choose from; where there are none, say it, and who can help."""
        self.fields[name].queryset = found
        if not found.exists():
            self.fields[name].help_text = nobody + " " + _("Ask the programme’s coordination.")

    def rows(self):
        return [
            Row(Column("centre"), Column("evaluator")),
            Row(Column("scheduled_for"), Column("scheduled_at")),
            Row(*(Column(name) for name in WINDOW)),
            Row(*(Column(name) for name in MEETING)),
            *self.help_rows(),
            *(["reason"] if self.replaces else []),
        ]

    def help_rows(self):
        return ["kinds", Row(Column("extra_minutes"), Column("note"))]

    def clean_scheduled_for(self):
        return self._to_come("scheduled_for")

    def clean_begins_since(self):
        return self._to_come("begins_since")

    def clean_begins_until(self):
        return self._to_come("begins_until")

    def clean_results_on(self):
        return self._to_come("results_on")

    def _to_come(self, name):
        day = self.cleaned_data[name]
        if day and day < timezone.localdate():
            raise ValidationError(_("Choose today or a later day."))
        return day


class CentrePlanForm(PlanForm):
    """The same at a centre: its own places and evaluators.

    It shows nothing of the help that the person needs, which stays as it was planned.
    """

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def ask(self):
        super().ask()
        for name in HELP:
            del self.fields[name]
        belonging = EvaluatorCentre.objects.on(timezone.localdate())
        there = belonging.filter(evaluator__user=self.user)
        managed = self.user.where(Permission.CENTRE_APPLY, "organization")
        centres = self.fields["centre"].queryset.filter(managed | Q(pk__in=there.values("centre")))
        people = belonging.filter(centre__in=centres).values("evaluator")
        evaluators = self.fields["evaluator"].queryset.filter(evaluator__in=people)
        self._offer("centre", centres, _("Your centre is not accredited for this standard."))
        self._offer("evaluator", evaluators, _("No evaluator of your centre is accredited for it."))
        self.fields["centre"].initial = self.instance.centre

    def help_rows(self):
        return []

    def answers(self):
        """What is planned, with the help of the plan before."""
        known = self.instance.plans.newest_help()
        kept = {name: getattr(known, name) for name in HELP} if known else None
        return super().answers() | {"accommodations": Accommodations(**kept) if kept else None}
