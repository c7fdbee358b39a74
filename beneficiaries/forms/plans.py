"""The goals of a plan, what is to be done for them, the agreement and the reviews."""

from crispy_forms.layout import Column, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, RoleAssignment, User
from beneficiaries.choices import GOAL_MOVES, GoalState, Service, TaskState
from beneficiaries.forms.records import LookupField
from beneficiaries.models import Goal, Plan, PlanTask
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out


class GoalForm(SafeFormMixin, forms.ModelForm):
    """One goal in the person's own words."""

    need = LookupField("need", label=_("Need"))

    class Meta:
        model = Goal
        fields = ["need", "text", "indicator", "target_on", "responsible", "organization"]
        widgets = {"target_on": DateInput}

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["responsible"].queryset = _team_of(person)
        self.fields["organization"].queryset = Organization.objects.active().order_by("name")
        lay_out(
            self,
            "need",
            "text",
            Row(Column("indicator"), Column("target_on")),
            Row(Column("responsible"), Column("organization")),
            submit=_("Save"),
        )

    def clean(self):
        answers = super().clean()
        if bool(answers.get("responsible")) == bool(answers.get("organization")):
            text = _("Choose one: a person of the team or an organization.")
            self.add_error("responsible", text)
        return answers

    def _get_validation_exclusions(self):
        """That somebody sees to it is asked above, with words at the field."""
        return super()._get_validation_exclusions() | {"responsible", "organization"}

    def answers(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def _team_of(person):
    """Whoever works at the office of the person."""
    here = RoleAssignment.objects.on(timezone.localdate()).filter(organization=person.office)
    people = User.objects.filter(is_active=True, pk__in=here.values("user"))
    return people.order_by("sort_name", "pk")


class GoalMoveForm(SafeFormMixin, forms.ModelForm):
    """Where a goal goes from here."""

    to = forms.ChoiceField(label=_("The goal is now"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        help_text=_("Needed when it is blocked, not achieved or cancelled."),
    )

    class Meta:
        model = Goal
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        following = GOAL_MOVES[GoalState(self.instance.state)] - {GoalState.AGREED}
        self.fields["to"].choices = [
            (each.value, each.label) for each in GoalState if each in following
        ]
        if len(following) == 1:
            self.fields["to"].initial = following.pop().value
        lay_out(self, "to", "reason", submit=_("Save"))


class PlanTaskForm(SafeFormMixin, forms.ModelForm):
    """A service of the programme, or where somebody is referred."""

    service = forms.ChoiceField(
        label=_("Service"), choices=[("", "–"), *Service.choices], required=False
    )

    class Meta:
        model = PlanTask
        fields = ["service", "referral_to", "required"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "service", "referral_to", "required", submit=_("Add"))

    def clean(self):
        answers = super().clean()
        if bool(answers.get("service")) == bool(answers.get("referral_to")):
            text = _("Choose one: a service, or where she or he is referred.")
            self.add_error("service", text)
        return answers

    def _get_validation_exclusions(self):
        """That it is one of both is asked above, with words at the field."""
        return super()._get_validation_exclusions() | {"service", "referral_to"}

    def answers(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class PlanTaskEndForm(SafeFormMixin, forms.ModelForm):
    """That a part of the plan was done, or is not needed any more."""

    state = forms.ChoiceField(
        label=_("What became of it?"),
        choices=[(each.value, each.label) for each in (TaskState.DONE, TaskState.WAIVED)],
        widget=forms.RadioSelect,
    )
    on = forms.DateField(label=_("Day"), widget=DateInput)
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        help_text=_("Only when it is not needed any more."),
    )

    class Meta:
        model = PlanTask
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate
        lay_out(self, "state", "on", "reason", submit=_("Save"))


class PlanAgreeForm(SafeFormMixin, forms.ModelForm):
    on = forms.DateField(label=_("The person agreed on"), widget=DateInput)

    class Meta:
        model = Plan
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate
        lay_out(self, "on", submit=_("The person agrees"))


class PlanReviewForm(SafeFormMixin, forms.ModelForm):
    on = forms.DateField(label=_("Day"), widget=DateInput)
    note = forms.CharField(
        label=_("What came of it"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Short and without details of danger, health or family."),
    )

    class Meta:
        model = Plan
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate
        lay_out(self, "on", "note", submit=_("Save"))
