"""What is asked of a training, and of another attempt."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import OrganizationKind
from accounts.models import Organization, RoleAssignment, User
from accounts.roles import Role
from beneficiaries.choices import Service
from beneficiaries.models import Group
from certification.choices import Recommendation, TrainingOutcome
from certification.forms.steps import StepForm
from certification.models import Instrument, StandardVersion
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out

TRAININGS = [Service.UPSKILLING, Service.RESKILLING]
ACTING = [Role.EVALUATOR, Role.VERIFIER, Role.CERTIFYING_OFFICER]
ADVISED = {
    Recommendation.RESKILLING: Service.RESKILLING,
    Recommendation.UPSKILLING: Service.UPSKILLING,
}


class ReferForm(StepForm):
    """To which training, and with whom."""

    submit = _("Refer to the training")

    service = forms.ChoiceField(
        label=_("Which training?"),
        choices=[(each.value, each.label) for each in TRAININGS],
        widget=forms.RadioSelect,
    )
    group = forms.ModelChoiceField(
        Group.objects.none(),
        label=_("Group of the programme"),
        required=False,
        help_text=_("She or he is enrolled in it."),
    )
    provider = forms.ModelChoiceField(
        Organization.objects.none(), label=_("Or who trains her or him elsewhere"), required=False
    )
    ends_on = forms.DateField(
        label=_("Last day of the training elsewhere"), widget=DateInput(), required=False
    )

    def __init__(self, *args, advice, **kwargs):
        self.advice = advice
        super().__init__(*args, **kwargs)

    def ask(self):
        self.fields["service"].initial = ADVISED.get(self.advice)
        groups = Group.objects.filter(
            service__in=TRAININGS,
            office=self.instance.person.office,
            ends_on__gte=timezone.localdate(),
        )
        self.fields["group"].queryset = groups.order_by("starts_on", "pk")
        self.fields["group"].label_from_instance = lambda each: (
            f"{each.get_service_display()}: {each.name}"
        )
        bodies = Organization.objects.active().of_kind(OrganizationKind.TRAINING_BODY)
        self.fields["provider"].queryset = bodies.order_by("name", "pk")


class CloseTrainingForm(StepForm):
    """What came of a training that an organization gave."""

    submit = _("Close the training")

    outcome = forms.ChoiceField(
        label=_("What came of it?"), choices=TrainingOutcome, widget=forms.RadioSelect
    )
    completed_on = forms.DateField(
        label=_("Day on which it was completed"), widget=DateInput(), required=False
    )
    trainers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Who of our people trained her or him there?"),
        help_text=_("Whoever trained somebody does not assess her or him. Nobody, if none did."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def ask(self):
        self.fields["trainers"].queryset = who_ever_acted()


class TrainersForm(StepForm):
    """Who trained somebody elsewhere, however the training ended."""

    trainers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Who of our people trained her or him there?"),
        help_text=_("Whoever trained somebody does not assess her or him."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, training, **kwargs):
        self.training = training
        super().__init__(*args, **kwargs)

    def ask(self):
        named = self.training.trainers.values("user")
        self.fields["trainers"].queryset = who_ever_acted().exclude(pk__in=named)


def who_ever_acted():
    """Who assesses, verifies or decides, or did once: they may do so again (CERT-3)."""
    held = RoleAssignment.objects.filter(role__in=ACTING)
    return User.objects.filter(pk__in=held.values("user")).order_by("sort_name", "pk")


class ReassessForm(SafeFormMixin, forms.Form):
    """Begin another attempt: against which version, and what is not repeated."""

    creates = True

    standard_version = forms.ModelChoiceField(
        StandardVersion.objects.none(), label=_("Standard"), empty_label=None
    )
    carried = forms.ModelMultipleChoiceField(
        Instrument.objects.none(),
        label=_("What she or he met and need not repeat"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, assessment, met, **kwargs):
        super().__init__(*args, **kwargs)
        usable = StandardVersion.objects.usable_on(timezone.localdate())
        versions = usable.filter(standard=assessment.standard_id).select_related("standard")
        self.fields["standard_version"].queryset = versions.order_by("-number")
        if met:
            instruments = Instrument.objects.filter(pk__in=[each.pk for each in met])
            self.fields["carried"].queryset = instruments.order_by("position")
            self.fields["carried"].label_from_instance = lambda each: each.title
            self.fields["carried"].initial = met
            self.fields["carried"].help_text = _(
                "Only with the same version of the standard; it is not asked again."
            )
        else:
            del self.fields["carried"]
        lay_out(self, *[each for each in self.fields if each != "key"], submit=_("Begin"))
