"""What is asked of whoever evaluates; saving is for the actions."""

from crispy_forms.layout import Column, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from accounts.roles import Role
from beneficiaries.models import Department, Person
from certification.choices import OF_ORGANIZATIONS, InterestKind
from certification.forms.accreditation import day_field, days_fields
from certification.forms.centres import LeftToTheAction
from certification.forms.record import RecordForm
from certification.models import (
    Centre,
    DeclaredInterest,
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


class EvaluatorStepForm(RecordForm):
    """One step of an evaluator's accreditation."""

    class Meta:
        model = EvaluatorAccreditation
        fields = []


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


class InterestForm(SafeFormMixin, forms.Form):
    """What somebody who evaluates is to a person or an organization, and in which days."""

    creates = True

    kind = forms.ChoiceField(
        label=_("What they are to each other"), choices=InterestKind, widget=forms.RadioSelect
    )
    file_number = forms.CharField(
        label=_("File number of the person"),
        max_length=20,
        required=False,
        help_text=_("GS-2026-00001. Leave it empty where it is about an organization."),
    )
    organization = forms.ModelChoiceField(
        Organization.objects.filter(ended_at=None).order_by("name", "pk"),
        label=_("Organization"),
        required=False,
        help_text=_("Of an employer or partner: whom it trained, she or he does not assess."),
    )
    valid_from = day_field(_("From"))
    valid_until = day_field(
        _("Until"), required=False, help_text=_("Leave it empty when it has no last day.")
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["valid_from"].initial = timezone.localdate
        days = Row(Column("valid_from"), Column("valid_until"))
        rows = ["kind", "file_number", "organization", days, "note"]
        lay_out(self, *rows, submit=_("Save"))

    def clean_file_number(self):
        """The person whose file it is, if there is one that they see."""
        number = self.cleaned_data["file_number"]
        if not number:
            return None
        seen = Person.objects.visible_to(self.user).filter(file_number__iexact=number)
        if person := seen.first():
            return person
        raise forms.ValidationError(_("There is no file with this number that you see."))

    def clean(self):
        answers = super().clean()
        person, organization = answers.get("file_number"), answers.get("organization")
        if "file_number" in answers and bool(person) == bool(organization):
            self.add_error("file_number", _("Write a file number, or choose an organization."))
        elif organization and answers.get("kind") not in {*OF_ORGANIZATIONS, None}:
            self.add_error("organization", _("Only of an employer or a partner."))
        first, last = answers.get("valid_from"), answers.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day cannot come before the first."))
        answers["person"] = answers.pop("file_number", None)
        return answers


class EndInterestForm(RecordForm):
    """The last day of a conflict of interest."""

    valid_until = day_field(_("Last day"))

    class Meta:
        model = DeclaredInterest
        fields = []

    def ask(self):
        self.fields["valid_until"].initial = timezone.localdate


class OutlierReviewForm(SafeFormMixin, forms.Form):
    """What was found of assessments that stand out, up to the newest of which the page told."""

    creates = True

    up_to = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("What did you look at, and what did you find?"),
        widget=forms.Textarea({"rows": 3}),
        max_length=500,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "note", submit=_("Save"))


class LeaveCentreForm(RecordForm):
    """The last day of somebody at a centre."""

    valid_until = day_field(_("Last day"))

    class Meta:
        model = EvaluatorCentre
        fields = []

    def ask(self):
        self.fields["valid_until"].initial = timezone.localdate
