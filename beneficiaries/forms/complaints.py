"""A complaint as it comes in, with a name or without; whom it is about; the answer."""

from django import forms
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import OrganizationKind
from accounts.models import Organization, RoleAssignment, User
from beneficiaries.choices import ComplaintKind, ComplaintTopic, RequestWay
from beneficiaries.forms.consents import FileNumberForm
from beneficiaries.forms.short_codes import ShortCodeForm
from beneficiaries.models import Complaint
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out


class StaffField(forms.ModelMultipleChoiceField):
    """Whom it is about, each with what they do and where: many share a name."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self):
        super().__init__(
            User.objects.none(),
            required=False,
            label=_("Staff whom it is about"),
            help_text=_("They will see nothing of it."),
        )

    def offer_all(self):
        roles = RoleAssignment.objects.on(timezone.localdate()).select_related("organization")
        active = User.objects.filter(is_active=True).order_by("sort_name", "pk")
        self.queryset = active.prefetch_related(Prefetch("role_assignments", roles, to_attr="held"))

    def label_from_instance(self, user):
        held = [f"{each.get_role_display()}, {each.organization}" for each in user.held]
        return " · ".join([str(user), *held])


class ComplaintForm(SafeFormMixin, FileNumberForm, forms.ModelForm):
    """What happened, where and when; nobody has to say who they are."""

    staff = StaffField()

    class Meta:
        model = Complaint
        fields = [
            "kind",
            "topic",
            "way",
            "office",
            "received_on",
            "text",
            "name",
            "contact_back",
        ]
        widgets = {
            "kind": forms.RadioSelect,
            "topic": forms.RadioSelect,
            "way": forms.RadioSelect,
            "received_on": DateInput,
            "text": forms.Textarea(attrs={"rows": 6}),
        }
        labels = {
            "name": _("Name of somebody who has no file"),
            "contact_back": _("How to answer her or him"),
        }
        help_texts = {
            "text": _("In the words of whoever tells it."),
            "name": _("Empty when she or he does not want to say it."),
            "contact_back": _("Empty when there is nobody to answer: the code is enough to ask."),
        }

    def __init__(self, *args, offices=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = ComplaintKind.choices
        self.fields["topic"].choices = ComplaintTopic.choices
        self.fields["way"].choices = RequestWay.choices
        self.fields["staff"].offer_all()
        known = Organization.objects.filter(kinds__contains=[OrganizationKind.OFFICE])
        self.fields["office"].queryset = known.filter(ended_at=None).order_by("sort_name", "pk")
        self.fields["expediente"].required = False
        self.fields["expediente"].help_text = _(
            "Only when a person of the programme complains and wants to be named."
        )
        lay_out(
            self,
            "kind",
            "topic",
            "office",
            "received_on",
            "way",
            "text",
            "staff",
            "expediente",
            "name",
            "contact_back",
            submit=_("Take it down"),
        )

    def clean_expediente(self):
        return super().clean_expediente() if self.cleaned_data["expediente"] else None

    def clean(self):
        answers = super().clean()
        if answers.get("expediente") and answers.get("name"):
            self.add_error("name", _("Choose one: the file of a person, or a name."))
        return answers

    def answers(self):
        """The answers as the action takes them."""
        answers = {**self.cleaned_data}
        return answers | {"person": answers.pop("expediente"), "staff": list(answers["staff"])}


class ComplaintCodeForm(ShortCodeForm):
    """The code that somebody was given when she or he complained."""

    wrong = _("That is not a code of a complaint: look at it again.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["codigo"].label = _("Code of the complaint")


class ComplaintStepForm(SafeFormMixin, forms.ModelForm):
    class Meta:
        model = Complaint
        fields = []


class TriageForm(ComplaintStepForm):
    """Whether only few may read it, and whom it is about."""

    restricted = forms.BooleanField(
        label=_("Only the programme's coordination and data protection may read it"),
        required=False,
    )
    staff = StaffField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["staff"].offer_all()
        self.fields["restricted"].initial = self.instance.restricted
        lay_out(self, "restricted", "staff", submit=_("Save"))

    def answers(self):
        return {**self.cleaned_data, "staff": list(self.cleaned_data["staff"])}


class ComplaintAnswerForm(ComplaintStepForm):
    answer = forms.CharField(
        label=_("Answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "answer", submit=_("Send the answer"))

    def answers(self):
        return self.cleaned_data


class AppealForm(ComplaintStepForm):
    appeal = forms.CharField(
        label=_("Why she or he does not agree"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "appeal", submit=_("Look into it again"))

    def answers(self):
        return self.cleaned_data
