"""What somebody needs and what endangers her (F4), and what a supervisor finds of a danger."""

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import FlagAudience, FlagSource, ProtocolState, RiskLevel, YesNo
from beneficiaries.models import LookupValue, RiskAssessment, SafetyProtocol, VulnerabilityFlag
from beneficiaries.rules.care import DANGEROUS_NOW
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out

PRIORITIES = [("", "–"), ("1", _("1: presses most")), ("2", "2"), ("3", "3")]

# What stands where vulnerabilities are not asked, as she did not agree to it (CASE-3).
UNASKED = {"flags": None, "source": FlagSource.TOLD, "audience": FlagAudience.COORDINATION}


class ScreeningForm(SafeFormMixin, forms.Form):
    """Each need with its priority, each vulnerability with a tick, and how great the danger is."""

    creates = True

    on = forms.DateField(label=_("Day of the conversation"), widget=DateInput)
    flags = forms.MultipleChoiceField(
        label=_("Which of these?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what is known. None is an answer too."),
    )
    source = forms.ChoiceField(label=_("From whom it is known"), choices=FlagSource)
    audience = forms.ChoiceField(label=_("Who reads it"), choices=FlagAudience)
    current_danger = forms.ChoiceField(
        label=_("Is she or he in danger now?"),
        choices=YesNo,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Always ask whoever survived violence."),
    )
    level = forms.ChoiceField(label=_("Level of risk"), choices=RiskLevel, widget=forms.RadioSelect)
    immediate_action = forms.CharField(
        label=_("What was done at once"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when the risk is high."),
    )

    def __init__(self, *args, before=None, sensitive=True, **kwargs):
        super().__init__(*args, **kwargs)
        lists = LookupValue.objects.filter(list__in=["need", "vulnerability"], retired=False)
        values = list(lists.order_by("position", "pk"))
        self.needs = {f"need_{each.code}": each.code for each in values if each.list == "need"}
        self._ask_needs([each for each in values if each.list == "need"])
        flags = [(each.code, str(each)) for each in values if each.list == "vulnerability"]
        self.fields["flags"].choices = flags
        self.fields["on"].initial = timezone.localdate
        self.fields["audience"].initial = FlagAudience.COORDINATION
        if before:
            self.initial |= _answers_of(before)
        if not sensitive:
            for name in UNASKED:
                del self.fields[name]
            self.fields["current_danger"].required = True
        self._lay_out()

    def _ask_needs(self, values):
        for each in values:
            self.fields[f"need_{each.code}"] = forms.ChoiceField(
                label=str(each), choices=PRIORITIES, required=False
            )

    def _lay_out(self):
        names = list(self.needs)
        pairs = [names[place : place + 2] for place in range(0, len(names), 2)]
        flags = Fieldset(_("Vulnerabilities"), "flags", Row(Column("source"), Column("audience")))
        lay_out(
            self,
            "on",
            Fieldset(_("Needs, with their priority"), *[Row(*map(Column, each)) for each in pairs]),
            Fieldset(_("Risk"), "current_danger", "level", "immediate_action"),
            *([flags] if "flags" in self.fields else []),
            submit=_("Save"),
        )

    def clean(self):
        answers = super().clean()
        if not self.chosen_needs():
            self.add_error(None, _("Give a priority to at least one need."))
        if DANGEROUS_NOW in answers.get("flags", []) and not answers.get("current_danger"):
            self.add_error("current_danger", _("Ask this of whoever survived violence."))
        if answers.get("level") == RiskLevel.HIGH and answers.get("immediate_action") == "":
            self.add_error("immediate_action", _("Say what was done at once."))
        return answers

    def chosen_needs(self):
        """Code → priority, of the needs that have one."""
        given = ((code, self.cleaned_data.get(name)) for name, code in self.needs.items())
        return {code: int(priority) for code, priority in given if priority}

    def answers(self):
        names = ("key", *ScreeningForm.base_fields)
        answers = {name: self.cleaned_data.get(name, UNASKED.get(name)) for name in names}
        return answers | {"needs": self.chosen_needs()}


def _answers_of(screening):
    """What was answered the last time; the danger of today is asked anew."""
    needs = {f"need_{each.need.code}": each.priority for each in screening.needs.all()}
    return needs | {"flags": [each.flag.code for each in screening.flags.all()]}


class FlagForm(SafeFormMixin, forms.ModelForm):
    """From whom a vulnerability is known, who reads it, and whether it is confirmed."""

    confirmed = forms.BooleanField(label=_("I confirm it"), required=False)

    class Meta:
        model = VulnerabilityFlag
        fields = ["source", "audience"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["confirmed"].initial = self.instance.confirmed_by_id is not None
        lay_out(self, Row(Column("source"), Column("audience")), "confirmed", submit=_("Save"))


class ProtocolOpenForm(SafeFormMixin, forms.Form):
    creates = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, submit=_("Begin the protocol"))
        self.helper.attrs["data-no-draft"] = ""


class RiskAssessmentForm(SafeFormMixin, forms.ModelForm):
    """Every question has an answer, if only that it is not known."""

    class Meta:
        model = RiskAssessment
        fields = ["level", "means", "plan", "timing", "protective_factors", "measures"]
        widgets = {
            "level": forms.RadioSelect,
            **{
                name: forms.Textarea(attrs={"rows": 2})
                for name in ("means", "plan", "timing", "protective_factors", "measures")
            },
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = RiskLevel.choices
        lay_out(self, *self.Meta.fields, submit=_("Save"))

    def answers(self):
        return {name: self.cleaned_data[name] for name in ("key", *self.Meta.fields)}


class ProtocolMoveForm(SafeFormMixin, forms.ModelForm):
    """Where the protocol goes by hand: forward, and never back."""

    to = forms.ChoiceField(label=_("From now on"), widget=forms.RadioSelect)

    class Meta:
        model = SafetyProtocol
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        forward = {
            ProtocolState.ACTIVE: ProtocolState.MONITORED,
            ProtocolState.MONITORED: ProtocolState.OFF,
        }
        to = forward.get(self.instance.state)
        self.fields["to"].choices = [(to.value, to.label)] if to else []
        self.fields["to"].initial = to
        lay_out(self, "to", submit=_("Save"))
