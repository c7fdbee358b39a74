"""What is asked to lodge an appeal, to name who resolves it, and to resolve it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleAssignment, User
from accounts.roles import Permission, Role, roles_with
from certification.choices import AppealChannel
from certification.forms.plans import PlanForm
from certification.forms.steps import StepForm
from certification.models import StandardVersion
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out


class LodgeForm(StepForm):
    """In her or his own words, as they were said to who writes them down."""

    submit = _("Record the appeal")

    lodged_on = forms.DateField(label=_("Day on which she or he said it"), widget=DateInput())
    channel = forms.ChoiceField(
        label=_("How was it said?"), choices=AppealChannel, widget=forms.RadioSelect
    )
    grounds = forms.CharField(
        label=_("Why does she or he not agree?"),
        widget=forms.Textarea({"rows": 5}),
        max_length=4000,
        help_text=_("In her or his own words."),
    )

    def ask(self):
        self.fields["lodged_on"].initial = timezone.localdate()


def _free(assessment, users):
    """Of some users, those who have no part in an assessment (CERT-5)."""
    parts = [assessment.enrolled_by_id, assessment.evaluator_id]
    parts += [assessment.verifier_id, assessment.officer_id]
    for acted in (
        assessment.judgements.values("signed_by"),
        assessment.verifications.values("verifier"),
        assessment.decisions.values("officer"),
        assessment.appeals.filter(seats__isnull=False).values("seats__user"),
        assessment.paper_forms.filter(typings__isnull=False).values("typings__by"),
        assessment.paper_forms.filter(settlements__isnull=False).values("settlements__by"),
    ):
        users = users.exclude(pk__in=acted)
    return users.exclude(pk__in=filter(None, parts)).order_by("sort_name", "pk")


class PanelForm(StepForm):
    """Who resolves an appeal."""

    submit = _("Name them")

    panel = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Who resolves the appeal"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("One person or several. Whoever acted in the assessment is not offered."),
    )

    def __init__(self, *args, by, **kwargs):
        self.by = by
        super().__init__(*args, **kwargs)

    def ask(self):
        roles = roles_with(Permission.APPEAL_RESOLVE)
        held = RoleAssignment.objects.on(timezone.localdate()).filter(role__in=roles)
        users = User.objects.filter(is_active=True, pk__in=held.values("user"))
        named = self.instance.appeal.panel.values_list("pk", flat=True)
        offered = _free(self.instance, users.exclude(pk=self.by.pk)) | users.filter(pk__in=named)
        self.fields["panel"].queryset = offered.order_by("sort_name", "pk")
        self.fields["panel"].initial = list(named)


REASONS: dict[str, Any] = {
    "label": _("Why?"),
    "widget": forms.Textarea({"rows": 5}),
    "max_length": 4000,
    "help_text": _("The person is told this."),
}


class ResolveAppealForm(StepForm):
    """The decision stands, and why."""

    submit = _("Let the decision stand")

    reasons = forms.CharField(**REASONS)


class RevokeDecisionForm(StepForm):
    """The decision is taken back; who verifies the portfolio anew."""

    submit = _("Take the decision back")

    reasons = forms.CharField(**REASONS)
    verifier = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Verifier"),
        help_text=_("Whoever acted in the assessment is not offered."),
    )

    def ask(self):
        verifiers = User.objects.with_role(Role.VERIFIER)
        self.fields["verifier"].queryset = _free(self.instance, verifiers)


class RepeatForm(PlanForm):
    """The assessment is repeated: where, when and by whom else."""

    submit = _("Have it repeated")

    reasons = forms.CharField(**REASONS)

    def ask(self):
        super().ask()
        others = _free(self.instance, self.fields["evaluator"].queryset)
        self._offer("evaluator", others, _("No other evaluator is accredited for this standard."))
        self.fields["centre"].initial = self.instance.centre
        self._show_help(self.instance.plans.newest_help())

    def rows(self):
        return ["reasons", *super().rows()]


class RenewForm(SafeFormMixin, forms.Form):
    """Begin the renewal of a certificate, by the version that is published now."""

    creates = True

    standard_version = forms.ModelChoiceField(
        StandardVersion.objects.none(), label=_("Standard"), empty_label=None
    )
    candidate_name = forms.CharField(label=_("Name of the person"), max_length=240)
    acknowledged = forms.BooleanField(
        label=_(
            "She or he decides to be assessed, and knows the rights: to ask, to stop at any time, "
            "to disagree with the result, and to appeal"
        )
    )

    def __init__(self, *args, certificate, **kwargs):
        super().__init__(*args, **kwargs)
        usable = StandardVersion.objects.usable_on(timezone.localdate())
        versions = usable.filter(standard=certificate.standard_id).select_related("standard")
        self.fields["standard_version"].queryset = versions.order_by("-number")
        self.fields["candidate_name"].initial = certificate.assessment.person.display_name
        lay_out(self, "standard_version", "candidate_name", "acknowledged", submit=_("Begin"))
