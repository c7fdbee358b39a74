"""Referring somebody, what came of it, the directory, and people whom others send."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import (
    CANCELLATIONS,
    GOAL_ENDS,
    NAMING,
    REJECTIONS,
    ReferralOutcome,
    ReferralPriority,
    ReferralState,
    ReferralVia,
    SharedField,
    TaskState,
)
from beneficiaries.forms.cases import OfficeMixin
from beneficiaries.forms.consents import FileNumberForm
from beneficiaries.forms.records import CodesField, RecordForm, ask, look
from beneficiaries.models import (
    Department,
    DirectoryEntry,
    IncomingReferral,
    Person,
    PlanTask,
    Referral,
)
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out


class InstitutionField(forms.ModelChoiceField):
    """An institution of the directory, by its name."""

    def label_from_instance(self, entry):
        return str(entry.organization)


class ReferralForm(RecordForm):
    """To which institution, why, and what it is told."""

    model = Referral
    submit = _("Save the draft")

    organization = InstitutionField(DirectoryEntry.objects.none(), label=_("Institution"))
    focal_point = ask(
        Referral,
        "focal_point",
        help_text=_("Left empty, whoever the directory names."),
    )
    priority = forms.ChoiceField(
        label=_("Priority"), choices=ReferralPriority, widget=forms.RadioSelect
    )
    plan_task = forms.ModelChoiceField(
        PlanTask.objects.none(),
        label=_("For this part of the plan"),
        required=False,
        help_text=_("When the person received it, this part of the plan is done."),
    )
    needs = CodesField("need", label=_("What is asked for"))
    reason = forms.CharField(
        label=_("Reason"), max_length=1500, widget=forms.Textarea(attrs={"rows": 4})
    )
    data_shared = forms.MultipleChoiceField(
        label=_("What the institution is told"),
        choices=SharedField,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick with the person only what the institution needs. Nothing else goes out."),
    )
    confidential = forms.BooleanField(
        label=_("File number instead of the name"),
        required=False,
        help_text=_("For whoever is in danger: neither name nor document go out."),
    )

    def __init__(self, *args, person, case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["plan_task"].queryset = open_tasks(case)
        self.fields["data_shared"].initial = [SharedField.NEEDS]  # or nobody knows what to do
        offered = DirectoryEntry.objects.for_person(person).select_related("organization")
        self.fields["organization"].queryset = offered.order_by("sort_name")

    def answers_of(self, instance):
        entry = DirectoryEntry.objects.filter(organization=instance.organization_id).first()
        answers = super().answers_of(instance)
        why = {"needs": instance.why.needs, "reason": instance.why.reason}
        return answers | why | {"organization": entry and entry.pk}

    def clean(self):
        answers = super().clean()
        if answers.get("confidential") and set(NAMING) & set(answers.get("data_shared", [])):
            self.add_error(
                "data_shared",
                _("With the file number instead of the name, neither name nor document go out."),
            )
        return answers

    def record(self):
        answers = super().record()
        entry = answers["organization"]
        answers["focal_point"] = answers["focal_point"] or entry.focal_point
        return answers | {"organization": entry.organization}


def open_tasks(case):
    """The parts of the plan that are still to be done."""
    return PlanTask.objects.filter(goal__plan__case=case, state=TaskState.TO_DO).exclude(
        goal__state__in=GOAL_ENDS
    )


class StepForm(SafeFormMixin, forms.ModelForm):
    """One step of a referral."""

    submit = _("Save")

    class Meta:
        model = Referral
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, *[name for name in self.fields if name != "version"], submit=self.submit)


class SendForm(StepForm):
    """How a referral goes out: with that its clock begins."""

    submit = _("Record that it went out")

    via = forms.ChoiceField(label=_("How?"), choices=ReferralVia, widget=forms.RadioSelect)


class AnswerForm(StepForm):
    """What an institution answers."""

    accepts = forms.ChoiceField(
        label=_("Does the institution accept?"),
        choices=[("yes", _("Yes, it accepts")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    feedback = forms.CharField(
        label=_("If not, why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self):
        answers = super().clean()
        if answers.get("accepts") == "no" and not answers.get("feedback"):
            self.add_error("feedback", _("Say why."))
        return answers


class AttentionForm(StepForm):
    """The day on which the institution attended to somebody for the first time."""

    on = forms.DateField(label=_("First attention on"), widget=DateInput())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate


class FinishForm(StepForm):
    """What came of a referral: without it none is closed (CASE-29)."""

    outcome = forms.ChoiceField(label=_("What came of it?"), widget=forms.RadioSelect)
    feedback = forms.CharField(
        label=_("What the institution says"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        declined = self.instance.state == ReferralState.DECLINED
        self.fields["outcome"].choices = [
            (each.value, each.label) for each in ReferralOutcome if (each in REJECTIONS) == declined
        ]


class CancelForm(StepForm):
    """Why a referral is given up; one that never went out needs no reason."""

    submit = _("Cancel the referral")

    outcome = forms.ChoiceField(
        label=_("Why?"),
        choices=[(each.value, each.label) for each in CANCELLATIONS],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.sent_at is None:
            del self.fields["outcome"]
            lay_out(self, submit=self.submit)

    def answer(self):
        return self.cleaned_data.get("outcome", "")


class DirectoryForm(RecordForm):
    """What an institution does for people who are referred to it."""

    model = DirectoryEntry

    services = look(DirectoryEntry, "services", "need")
    focal_point = ask(DirectoryEntry, "focal_point")
    phone = ask(DirectoryEntry, "phone")
    email = ask(DirectoryEntry, "email")
    departments = forms.ModelMultipleChoiceField(
        Department.objects.order_by("code"),
        label=_("Departments"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None ticked: the whole country."),
    )
    note = ask(DirectoryEntry, "note")
    active = ask(DirectoryEntry, "active", initial=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["services"].required = True
        self.fields.pop("key", None)
        shown = self.instance.version if self.instance else 0
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=shown)
        lay_out(self, *self.base_fields, submit=self.submit)

    def answers_of(self, instance):
        answers = super().answers_of(instance)
        return answers | {"departments": list(instance.departments.all())}


class IncomingForm(OfficeMixin, RecordForm):
    """Somebody whom an institution sends: only what it takes to reach her."""

    model = IncomingReferral
    submit = _("Keep it")

    source = look(IncomingReferral, "source", "referral_source")
    sender = ask(IncomingReferral, "sender")
    reference = ask(IncomingReferral, "reference")
    name = ask(IncomingReferral, "name", required=True)
    phone = ask(IncomingReferral, "phone")
    received_on = ask(IncomingReferral, "received_on", widget=DateInput())

    def __init__(self, *args, offices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["received_on"].initial = timezone.localdate
        self.offer_offices(offices)
        lay_out(self, *self.base_fields, "office", submit=self.submit)

    def clean_received_on(self):
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise ValidationError(_("That day has not come yet."))
        return day


class RegisteredForm(SafeFormMixin, FileNumberForm):
    """Which file was made of somebody who was sent."""

    creates = False

    def __init__(self, *args, instance, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["version"] = forms.IntegerField(
            widget=forms.HiddenInput, initial=instance.version
        )
        lay_out(self, "expediente", submit=_("She or he is registered"))

    def clean_expediente(self):
        person = super().clean_expediente()
        if not Person.objects.visible_to(self.user).filter(pk=person.pk).exists():
            raise ValidationError(_("There is no file with this number."))
        return person


class InstitutionAnswerForm(SafeFormMixin, forms.Form):
    """What an institution says on its own page, with the version that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    feedback = forms.CharField(
        label=_("What we should know"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        required=False,
        choices=[
            ("", "---------"),
            *[(each.value, each.label) for each in ReferralOutcome if each not in REJECTIONS],
        ],
    )
