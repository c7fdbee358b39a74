"""What a plan of an assessment asks, and agreeing on it."""

from crispy_forms.layout import Column, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
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
)
from certification.rules.accommodations import Accommodations
from genesis.lib.forms import DateInput

HELP = ["kinds", "extra_minutes", "note"]  # of a plan


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

    centre = forms.ModelChoiceField(
        Centre.objects.active().select_related("organization").order_by("code"),
        label=_("Centre"),
    )
    evaluator = forms.ModelChoiceField(User.objects.none(), label=_("Evaluator"))
    scheduled_for = forms.DateField(label=_("Day"), widget=DateInput())
    scheduled_at = forms.TimeField(label=_("Hour"), widget=forms.TimeInput({"type": "time"}))
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
        standard, today = self.instance.standard, timezone.localdate()
        held = {"state": AccreditationState.ACCREDITED, "valid_until__gte": today}
        places = CentreAccreditation.objects.filter(standard=standard, **held)
        people = EvaluatorAccreditation.objects.filter(standard=standard, **held)
        centres = self.fields["centre"].queryset.filter(pk__in=places.values("centre"))
        evaluators = User.objects.with_role(Role.EVALUATOR).filter(
            evaluator__in=people.values("evaluator")
        )
        self._offer("centre", centres, _("No centre is accredited for this standard."))
        self._offer(
            "evaluator",
            evaluators.order_by("sort_name", "pk"),
            _("No evaluator is accredited for this standard."),
        )

    def _show(self, plan):
        """Begin from the plan as it is, but for its day."""
        for name in ("centre", "evaluator", "scheduled_at"):
            self.fields[name].initial = getattr(plan, name)
        self._show_help(getattr(plan, "help", None))

    def _show_help(self, known):
        for name in HELP if known else []:
            self.fields[name].initial = getattr(known, name)

    def answers(self):
        """What is planned, the help that somebody needs as one."""
        given = super().answers()
        needed = {name: given.pop(name) for name in HELP}
        return given | {"accommodations": Accommodations(**needed) if needed["kinds"] else None}

    def clean(self):
        """Minutes and a note are of some help: whoever wrote them has chosen it."""
        given = super().clean()
        kinds = [*given.get("kinds", [])]
        if given.get("extra_minutes") and Accommodation.EXTRA_TIME not in kinds:
            kinds.append(Accommodation.EXTRA_TIME.value)
        if given.get("note") and not kinds:
            kinds.append(Accommodation.OTHER.value)
        return given | {"kinds": kinds}

    def _offer(self, name, found, nobody):
        """Those to choose from; where there are none, say it, and who can help."""
        self.fields[name].queryset = found
        if not found.exists():
            self.fields[name].help_text = nobody + " " + _("Ask the programme’s coordination.")

    def rows(self):
        return [
            Row(Column("centre"), Column("evaluator")),
            Row(Column("scheduled_for"), Column("scheduled_at")),
            "kinds",
            Row(Column("extra_minutes"), Column("note")),
            *(["reason"] if self.replaces else []),
        ]

    def clean_scheduled_for(self):
        day = self.cleaned_data["scheduled_for"]
        if day < timezone.localdate():
            raise ValidationError(_("Choose today or a later day."))
        return day
