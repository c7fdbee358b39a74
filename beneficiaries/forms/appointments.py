"""Making, moving and closing appointments."""

import re
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import GRANTS, Permission, Role
from beneficiaries.choices import LONGEST_APPOINTMENT, AppointmentState
from beneficiaries.forms.casework import NO_DANGERS
from beneficiaries.forms.records import LookupField
from beneficiaries.models import Appointment
from genesis.lib.forms import DateInput, SafeFormMixin, TimeInput, lay_out

FILE_NUMBER = re.compile(r"(?i)gs-?(\d{4})-?(\d{1,6})")
MOST_TOGETHER = 12


def staff_with(permission, offices):
    """Those who hold a role that grants something at one of these offices."""
    roles = [role for role in Role if permission in GRANTS[role]]
    found = User.objects.none()
    for role in roles:
        found |= User.objects.with_role(role, at_any=offices)
    return found.order_by("sort_name", "pk")


class WhenAndWhere(forms.Form):
    """Which day, at what hour, for how long, and where."""

    day = forms.DateField(label=_("Day"), widget=DateInput())
    hour = forms.TimeField(label=_("Hour"), widget=TimeInput())
    minutes = forms.IntegerField(
        label=_("Minutes that it takes"), min_value=1, max_value=LONGEST_APPOINTMENT, initial=60
    )
    place = forms.CharField(
        label=_("Place"),
        max_length=120,
        help_text=_("The office, or a place to meet; not what is told there."),
    )

    def starts_at(self):
        day, hour = self.cleaned_data["day"], self.cleaned_data["hour"]
        return datetime.combine(day, hour, tzinfo=timezone.get_current_timezone())


class AppointmentForm(SafeFormMixin, WhenAndWhere):
    """An appointment with a person, and with others who come along."""

    creates = True

    kind = LookupField("appointment_kind", label=_("What for?"), empty_label=_("Choose one"))
    responsible = forms.ModelChoiceField(User.objects.none(), label=_("With whom?"))
    others = forms.CharField(
        label=_("Who comes along"),
        required=False,
        max_length=300,
        help_text=_("File numbers, with a comma between them: each has the same appointment."),
    )

    def __init__(self, *args, person, visible, **kwargs):
        self.person, self.visible = person, visible
        super().__init__(*args, **kwargs)
        staff = staff_with(Permission.APPOINTMENT_MANAGE, [person.office])
        self.fields["responsible"].queryset = staff
        rows = ["kind", "day", "hour", "minutes", "place", "responsible", "others"]
        lay_out(self, *rows, submit=_("Make the appointment"))

    def clean_others(self):
        """The other people, as the file numbers say."""
        numbers = [each.strip() for each in self.cleaned_data["others"].split(",") if each.strip()]
        if len(numbers) > MOST_TOGETHER:
            raise ValidationError(_("Not more than twelve: for more there are groups."))
        found = [self._file_of(each) for each in dict.fromkeys(numbers)]
        return [each for each in found if each.pk != self.person.pk]

    def _file_of(self, number):
        match = FILE_NUMBER.fullmatch(number)
        known = f"GS-{match[1]}-{int(match[2]):05}" if match else ""
        file = self.visible.filter(file_number=known).select_related("office").first()
        if file is None:
            raise ValidationError(
                _("You see no file with the number “%(number)s”.") % {"number": number}
            )
        return file

    def answers(self):
        """What the action takes, besides the people."""
        names = ("key", "kind", "place", "minutes", "responsible")
        return {name: self.cleaned_data[name] for name in names} | {"starts_at": self.starts_at()}


class AppointmentMoveForm(SafeFormMixin, WhenAndWhere, forms.ModelForm):
    """Another hour for an appointment, and another place if it has one."""

    reason = forms.CharField(
        label=_("Why is it moved?"), required=False, max_length=200, help_text=NO_DANGERS
    )

    class Meta:
        model = Appointment
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        begins = timezone.localtime(self.instance.starts_at)
        self.initial |= {
            "day": begins.date(),
            "hour": begins.time(),
            "minutes": self.instance.planned_minutes,
            "place": self.instance.place,
        }
        rows = ["day", "hour", "minutes", "place", "reason"]
        lay_out(self, *rows, submit=_("Move the appointment"))

    def answers(self):
        names = ("version", "minutes", "place", "reason")
        return {name: self.cleaned_data[name] for name in names} | {"starts_at": self.starts_at()}


class AppointmentCloseForm(SafeFormMixin, forms.ModelForm):
    """What became of an appointment."""

    state = forms.ChoiceField(
        label=_("What became of it?"),
        choices=[
            (each.value, each.label)
            for each in (
                AppointmentState.DONE,
                AppointmentState.NO_SHOW,
                AppointmentState.EXCUSED,
            )
        ],
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label=_("Minutes it took"),
        required=False,
        min_value=1,
        max_value=LONGEST_APPOINTMENT,
        help_text=_("Only when it took place."),
    )

    class Meta:
        model = Appointment
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["minutes"] = self.instance.planned_minutes
        lay_out(self, "state", "minutes", submit=_("Close the appointment"))

    def clean(self):
        answers = super().clean()
        done = answers.get("state") == AppointmentState.DONE
        if done and not answers.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", _("Say how many minutes it took."))
        return answers


class AppointmentCancelForm(SafeFormMixin, forms.ModelForm):
    """Why an appointment does not take place."""

    reason = forms.CharField(label=_("Why?"), max_length=200, help_text=NO_DANGERS)

    class Meta:
        model = Appointment
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Cancel the appointment"))
