"""What is asked of whoever evaluates; saving is for the actions."""

from crispy_forms.layout import Column, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from beneficiaries.models import Department
from certification.forms.accreditation import day_field, days_fields
from certification.forms.centres import LeftToTheAction
from certification.models import (
    Centre,
    Evaluator,
    EvaluatorAccreditation,
    EvaluatorCentre,
    Standard,
)
from genesis.lib.forms import SafeFormMixin, lay_out

TRAINING = ["certificate_number", "certificate_issued_on", "certificate_expires_on"]


class EvaluatorForm(LeftToTheAction, SafeFormMixin, forms.ModelForm):
    """Whom the register takes in, and the certificate of the training as an evaluator."""

    certificate_issued_on = day_field(_("Issued on"))
    certificate_expires_on = day_field(
        _("Expires on"), required=False, help_text=_("Leave it empty when it has no last day.")
    )

    class Meta:
        model = Evaluator
        fields = ["user", "sex", "department", *TRAINING]
        help_texts = {"certificate_number": _("Of the training as an evaluator.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.order_by("code")
        rows = [
            Row(Column("sex"), Column("department")),
            "certificate_number",
            Row(Column("certificate_issued_on"), Column("certificate_expires_on")),
        ]
        if self.instance.pk:
            del self.fields["user"]
        else:
            rows.insert(0, "user")
            others = User.objects.with_role(Role.EVALUATOR).filter(evaluator=None)
            self.fields["user"].queryset = others.order_by("sort_name", "pk")
            self.fields["user"].help_text = _(
                "Those with the role of evaluator who are not registered yet."
            )
        lay_out(self, *rows, submit=_("Save"))


class ProposeForm(SafeFormMixin, forms.Form):
    """For which standard somebody is proposed, and on what it rests."""

    creates = True

    standard = forms.ModelChoiceField(Standard.objects.order_by("code"), label=_("Standard"))
    folio = forms.CharField(
        label=_("Folio of the own certificate"),
        max_length=30,
        required=False,
        help_text=_("Of the certificate that she or he holds in this standard."),
    )
    external_evidence = forms.CharField(
        label=_("Founding panel: evidence from elsewhere"),
        max_length=300,
        required=False,
        help_text=_(
            "Only while there is no certificate of this standard: two experts, with what proves it."
        ),
    )
    sponsor = forms.CharField(
        label=_("Founding panel: who vouches"), max_length=160, required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "standard", "folio", "external_evidence", "sponsor", submit=_("Propose"))


class EvaluatorStepForm(SafeFormMixin, forms.ModelForm):
    """One step of an evaluator's accreditation: carries the version that the page showed."""

    submit = _("Save")

    class Meta:
        model = EvaluatorAccreditation
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ask()
        rows = [name for name in self.fields if name != "version"]
        lay_out(self, *rows, submit=self.submit)

    def _post_clean(self):
        """Fill in nothing of the record: the answers go to an action, which checks them."""

    def ask(self):
        """Fill in what depends on the accreditation at hand."""


class EvaluatorAccreditForm(EvaluatorStepForm):
    submit = _("Accredit")

    def ask(self):
        self.fields |= days_fields()
        self.fields["valid_from"].initial = timezone.localdate


class EvaluatorWhyForm(EvaluatorStepForm):
    """What stops somebody says why."""

    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea({"rows": 3}), max_length=500)


class EvaluatorSuspendForm(EvaluatorWhyForm):
    submit = _("Suspend")


class EvaluatorRevokeForm(EvaluatorWhyForm):
    submit = _("Revoke for good")


class EvaluatorLiftForm(EvaluatorStepForm):
    submit = _("Lift the suspension")


class JoinForm(SafeFormMixin, forms.Form):
    """At which centre somebody evaluates."""

    creates = True

    centre = forms.ModelChoiceField(
        Centre.objects.active().select_related("organization").order_by("code"),
        label=_("Centre"),
    )
    valid_from = day_field(_("From"))
    valid_until = day_field(
        _("Until"), required=False, help_text=_("Leave it empty when it has no last day.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = timezone.localdate
        lay_out(self, "centre", Row(Column("valid_from"), Column("valid_until")), submit=_("Save"))


class LeaveCentreForm(SafeFormMixin, forms.ModelForm):
    """The last day of somebody at a centre."""

    valid_until = day_field(_("Last day"))

    class Meta:
        model = EvaluatorCentre
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].initial = timezone.localdate
        lay_out(self, "valid_until", submit=_("Save"))
