"""Groups, their sessions, who takes part in them, and who came."""

from datetime import datetime

from crispy_forms.bootstrap import InlineRadios
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from beneficiaries.choices import GROUP_SERVICES, LONGEST_SESSION, Mark
from beneficiaries.forms.appointments import staff_with
from beneficiaries.forms.casework import NO_DANGERS
from beneficiaries.models import Enrolment, Group, GroupSession, Person
from genesis.lib.forms import DateInput, SafeFormMixin, TimeInput, lay_out

MOST_HOURS = 400


class GroupForm(SafeFormMixin, forms.ModelForm):
    """What a group is, who leads it, and from when to when it meets."""

    class Meta:
        model = Group
        fields = (
            "service",
            "name",
            "office",
            "facilitator",
            "place",
            "starts_on",
            "ends_on",
            "hours",
        )
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        offices = user.organizations_where(Permission.GROUP_MANAGE).active()
        self.fields["service"].choices = [
            ("", _("Choose one")),
            *[(each.value, each.label) for each in GROUP_SERVICES],
        ]
        self.fields["office"].queryset = offices.order_by("sort_name", "pk")
        self.fields["facilitator"].queryset = staff_with(Permission.GROUP_MANAGE, offices)
        if not self.instance.pk:
            self.initial |= {"office": offices.first(), "facilitator": user.pk}
        self.fields["hours"].max_value = MOST_HOURS
        lay_out(self, *self._meta.fields, submit=_("Save"))

    def clean_hours(self):
        hours = self.cleaned_data["hours"]
        if not 0 < hours <= MOST_HOURS:
            raise ValidationError(_("Between 1 and 400 hours."))
        return hours

    def answers(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class SessionForm(SafeFormMixin, forms.ModelForm):
    """On which day a group meets, from when to when, and what about."""

    day = forms.DateField(label=_("Day"), widget=DateInput())
    since = forms.TimeField(label=_("From"), widget=TimeInput())
    until = forms.TimeField(label=_("To"), widget=TimeInput())

    class Meta:
        model = GroupSession
        fields = ("topic",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            begins = timezone.localtime(self.instance.starts_at)
            ends = timezone.localtime(self.instance.ends_at)
            self.initial |= {"day": begins.date(), "since": begins.time(), "until": ends.time()}
        lay_out(self, "day", "since", "until", "topic", submit=_("Save"))

    def answers(self):
        day, zone = self.cleaned_data["day"], timezone.get_current_timezone()
        return {
            "starts_at": datetime.combine(day, self.cleaned_data["since"], tzinfo=zone),
            "ends_at": datetime.combine(day, self.cleaned_data["until"], tzinfo=zone),
            "topic": self.cleaned_data["topic"],
        }


class ReasonForm(SafeFormMixin, forms.ModelForm):
    """Why a session does not take place, or somebody leaves."""

    reason = forms.CharField(label=_("Why?"), max_length=200, help_text=NO_DANGERS)

    class Meta:
        fields = ()

    def __init__(self, *args, submit, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=submit)


class SessionCancelForm(ReasonForm):
    class Meta(ReasonForm.Meta):
        model = GroupSession


class EnrolmentDropForm(ReasonForm):
    class Meta(ReasonForm.Meta):
        model = Enrolment


class PeopleField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, person):
        return f"{person.display_name} · {person.file_number}"


class EnrolForm(SafeFormMixin, forms.Form):
    """Who takes part in a group, or is invited to."""

    creates = True

    people = PeopleField(Person.objects.none(), label=_("People whom you accompany"))
    invited = forms.ChoiceField(
        label=_("Do they come for sure?"),
        choices=[("no", _("Yes, enrol them")), ("yes", _("Not yet, only invite them"))],
        initial="no",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, candidates, coordinates=False, **kwargs):
        super().__init__(*args, **kwargs)
        if coordinates:
            self.fields["people"].label = _("People of the office")
        self.fields["people"].queryset = candidates
        lay_out(self, "people", "invited", submit=_("Enrol"))


class AttendanceForm(SafeFormMixin, forms.ModelForm):
    """Who came to a session: everybody did, unless it is said otherwise."""

    minutes = forms.IntegerField(label=_("Minutes taught"), min_value=1, max_value=LONGEST_SESSION)

    class Meta:
        model = GroupSession
        fields = ()

    def __init__(self, *args, enrolments, marks, remarks, **kwargs):
        """`marks` are those kept before, `remarks` what stands below a name."""
        self.enrolments = enrolments
        super().__init__(*args, **kwargs)
        self.initial["minutes"] = self.instance.minutes or self.instance.planned_minutes
        for each in enrolments:
            self.fields[self._name(each)] = forms.ChoiceField(
                label=each.person.display_name,
                choices=Mark,
                initial=marks.get(each.pk, Mark.PRESENT),
                widget=forms.RadioSelect,
                help_text=remarks.get(each.pk, ""),
            )
        rows = [InlineRadios(self._name(each)) for each in enrolments]
        lay_out(self, *rows, "minutes", submit=_("Save the attendance"))

    def _name(self, enrolment):
        return f"asistencia-{enrolment.public_id}"

    def marks(self):
        """What was said of each enrolment."""
        return {each.pk: self.cleaned_data[self._name(each)] for each in self.enrolments}
