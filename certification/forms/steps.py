"""What each step of an assessment asks, and the public check; saving is for the actions."""

from crispy_forms.layout import Column, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from certification.choices import (
    MOST_EXTRA_MINUTES,
    TO_BEGIN_STATES,
    Accommodation,
    AccreditationState,
    ChecklistPoint,
    ItemAnswer,
    LeaveReason,
    Scale,
)
from certification.models import (
    Assessment,
    Centre,
    CentreAccreditation,
    EvaluatorAccreditation,
    Observation,
    StandardVersion,
)
from certification.rules.accommodations import Accommodations
from genesis.lib.codes import looks_like_folio
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out

# Before a code: no code of a standard takes the place of another field of the form.
QUESTION, INSTRUMENT = "question_", "instrument_"
HELP = ["kinds", "extra_minutes", "note"]  # of a plan


class EnrolForm(SafeFormMixin, forms.Form):
    """Choose in which standard a person is assessed."""

    creates = True

    standard_version = forms.ModelChoiceField(StandardVersion.objects.none(), label=_("Standard"))
    entry_reason = forms.CharField(
        label=_("Why is she or he enrolled without what the standard asks for?"),
        help_text=_("Only of who is too young for it, or has too little experience."),
        max_length=300,
        required=False,
    )

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        decided = Assessment.objects.filter(person=person).barring().values("standard")
        usable = StandardVersion.objects.usable_on(timezone.localdate())
        offered = usable.exclude(standard__in=decided)
        self.fields["standard_version"].queryset = offered.select_related("standard").order_by(
            "standard__code", "number"
        )
        if decided.exists():
            self.fields["standard_version"].help_text = _(
                "Standards in which the person already has a result are not offered."
            )
        lay_out(self, "standard_version", "entry_reason", submit=_("Enrol"))


class StepForm(SafeFormMixin, forms.ModelForm):
    """One step of an assessment: carries the version that the page showed."""

    submit = _("Save")

    class Meta:
        model = Assessment
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ask()
        lay_out(self, *self.rows(), submit=self.submit)

    def _post_clean(self):
        """Fill in nothing of the assessment: the answers go to an action, which checks them."""

    def ask(self):
        """Fill in what depends on the assessment at hand."""

    def rows(self):
        return [name for name in self.fields if name != "version"]

    def answers(self):
        """What was filled in, for the action."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class DiagnosisForm(StepForm):
    """One question after another, as the standard has them."""

    submit = _("Save the diagnosis")

    def ask(self):
        version = self.instance.standard_version
        words = {
            "nunca_lo_hice": _("I never did it"),
            "con_ayuda": _("With help"),
            "solo": _("On my own"),
        }
        answers = [(each, words.get(each, each)) for each, _points in version.diagnostic_points]
        for question in version.diagnosticquestions.order_by("position"):
            self.fields[f"{QUESTION}{question.code}"] = forms.ChoiceField(
                label=question.text, choices=answers, widget=forms.RadioSelect
            )

    def answers(self):
        return {name.removeprefix(QUESTION): self.cleaned_data[name] for name in self.rows()}


class SignatureForm(StepForm):
    """An acknowledgement: ticked, with the name."""

    candidate_name = forms.CharField(label=_("Name of the person"), max_length=240)
    acknowledged = forms.BooleanField(label=_("She or he has heard this and agrees"))

    def ask(self):
        self.fields["candidate_name"].initial = self.instance.person.display_name


class AdmitForm(SignatureForm):
    """The person knows her rights and decides to be assessed."""

    submit = _("Admit")

    def ask(self):
        super().ask()
        self.fields["acknowledged"].label = _(
            "She or he decides to be assessed, and knows the rights: to ask, to stop at any time, "
            "to disagree with the result, and to appeal"
        )


class AgreeForm(SignatureForm):
    """Candidate and evaluator agree on the plan: each with a tick of their own."""

    submit = _("Agree on the plan")

    evaluator_agrees = forms.BooleanField(
        label=_("I agree on this plan as the evaluator, and will be there")
    )

    def ask(self):
        super().ask()
        self.fields["acknowledged"].label = _(
            "She or he has heard the plan and agrees on centre, day, hour and help"
        )


class PlanForm(StepForm):
    """Where, when and by whom."""

    submit = _("Propose the plan")

    centre = forms.ModelChoiceField(
        Centre.objects.active().select_related("organization").order_by("code"),
        label=_("Centre"),
    )
    evaluator = forms.ModelChoiceField(User.objects.none(), label=_("Evaluator"))
    scheduled_for = forms.DateField(label=_("Day"), widget=DateInput())
    scheduled_at = forms.TimeField(label=_("Hour"), widget=forms.TimeInput({"type": "time"}))
    kinds = forms.MultipleChoiceField(
        label=_("Help that is needed"),
        choices=Accommodation,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    extra_minutes = forms.IntegerField(
        label=_("Minutes more"), min_value=1, max_value=MOST_EXTRA_MINUTES, required=False
    )
    note = forms.CharField(
        label=_("What is to be minded"),
        max_length=300,
        required=False,
        help_text=_("What the evaluator needs to know, and nothing of the reasons."),
    )
    reason = forms.CharField(label=_("Why is the plan changed?"), max_length=300)

    @property
    def replaces(self):
        """Whether there is another plan, agreed on or only proposed."""
        return self.instance.state in TO_BEGIN_STATES

    def ask(self):
        """Offer who and what is accredited for the standard; on which day, the action asks."""
        if self.replaces:
            self._show(self.instance.plans.newest())
        else:
            del self.fields["reason"]
        standard, today = self.instance.standard, timezone.localdate()
        held = {"state": AccreditationState.ACCREDITED, "valid_until__gte": today}
        places = CentreAccreditation.objects.filter(standard=standard, **held)
        people = EvaluatorAccreditation.objects.filter(standard=standard, **held)
        centres = self.fields["centre"].queryset.filter(pk__in=places.values("centre"))
        evaluators = User.objects.with_role(Role.EVALUATOR).filter(
            evaluator__in=people.values("evaluator")
        )
        self._offer("centre", centres, _("No centre is accredited for this standard."))
        self._offer(
            "evaluator",
            evaluators.order_by("sort_name", "pk"),
            _("No evaluator is accredited for this standard."),
        )

    def _show(self, plan):
        """Begin from the plan as it is, but for its day."""
        for name in ("centre", "evaluator", "scheduled_at"):
            self.fields[name].initial = getattr(plan, name)
        self._show_help(getattr(plan, "help", None))

    def _show_help(self, known):
        for name in HELP if known else []:
            self.fields[name].initial = getattr(known, name)

    def answers(self):
        """What is planned, the help that somebody needs as one."""
        given = super().answers()
        needed = {name: given.pop(name) for name in HELP}
        return given | {"accommodations": Accommodations(**needed) if needed["kinds"] else None}

    def clean(self):
        """Minutes and a note are of some help: whoever wrote them has chosen it."""
        given = super().clean()
        kinds = [*given.get("kinds", [])]
        if given.get("extra_minutes") and Accommodation.EXTRA_TIME not in kinds:
            kinds.append(Accommodation.EXTRA_TIME.value)
        if given.get("note") and not kinds:
            kinds.append(Accommodation.OTHER.value)
        return given | {"kinds": kinds}

    def _offer(self, name, found, nobody):
        """Those to choose from; where there are none, say it, and who can help."""
        self.fields[name].queryset = found
        if not found.exists():
            self.fields[name].help_text = nobody + " " + _("Ask the programme’s coordination.")

    def rows(self):
        return [
            Row(Column("centre"), Column("evaluator")),
            Row(Column("scheduled_for"), Column("scheduled_at")),
            "kinds",
            Row(Column("extra_minutes"), Column("note")),
            *(["reason"] if self.replaces else []),
        ]

    def clean_scheduled_for(self):
        day = self.cleaned_data["scheduled_for"]
        if day < timezone.localdate():
            raise ValidationError(_("Choose today or a later day."))
        return day


class StartForm(StepForm):
    """The person is who she says, and everything is safe: the session begins."""

    submit = _("Begin")

    identity_checked = forms.CharField(
        label=_("Which document did you see?"),
        max_length=120,
        help_text=_("Kind of document and its last three characters."),
    )
    safe = forms.BooleanField(label=_("Protective equipment and the area were checked"))


class StopForm(StepForm):
    """Stopping for safety ends the assessment at once."""

    submit = _("Stop for safety")

    reason = forms.CharField(
        label=_("What happened?"), widget=forms.Textarea({"rows": 3}), max_length=1000
    )


class JudgementForm(StepForm):
    """The server has computed the result; the evaluator explains it and signs."""

    submit = _("Sign the judgement")

    feedback = forms.CharField(
        label=_("What the person does well, and what to work on"),
        widget=forms.Textarea({"rows": 4}),
        max_length=4000,
        required=False,
    )
    signed = forms.BooleanField(label=_("I watched this assessment myself and sign the result"))


class SendForm(StepForm):
    """The person has heard the result; somebody else verifies."""

    submit = _("Send to verification")

    candidate_name = forms.CharField(label=_("Name of the person"), max_length=240)
    agrees = forms.TypedChoiceField(
        label=_("Does the person agree with the result?"),
        choices=[("1", _("Yes, agrees")), ("0", _("No, disagrees"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    verifier = forms.ModelChoiceField(User.objects.none(), label=_("Verifier"))

    def ask(self):
        self.fields["candidate_name"].initial = self.instance.person.display_name
        acted = {
            self.instance.evaluator_id,
            *self.instance.taken_back_from(),
            *self.instance.transcribers(),
        }
        others = User.objects.with_role(Role.VERIFIER).exclude(pk__in=acted)
        self.fields["verifier"].queryset = others.order_by("sort_name", "pk")
        self.fields["verifier"].initial = self.instance.verifier_id


class ReasonForm(StepForm):
    """Sending something back says why."""

    submit = _("Send back")

    reason = forms.CharField(label=_("Why?"), widget=forms.Textarea({"rows": 3}), max_length=2000)


class SettlePartsForm(StepForm):
    """What coordination found and did about somebody with two parts."""

    submit = _("Settle it")

    reason = forms.CharField(
        label=_("What was found, and what was done?"),
        widget=forms.Textarea({"rows": 3}),
        max_length=300,
    )


class VerifyForm(StepForm):
    """Every point of the portfolio was looked at; a third person decides."""

    submit = _("It conforms")

    checklist = forms.MultipleChoiceField(
        label=_("I looked at the portfolio and it holds"),
        choices=ChecklistPoint,
        widget=forms.CheckboxSelectMultiple,
    )
    officer = forms.ModelChoiceField(User.objects.none(), label=_("Certifying officer"))

    def __init__(self, *args, answers=(), **kwargs):
        self.answers = answers
        super().__init__(*args, **kwargs)

    def ask(self):
        self.instruments = ask_items(self, self.answers, required=True)
        acted = {self.instance.evaluator_id, self.instance.verifier_id}
        acted |= self.instance.taken_back_from() | self.instance.transcribers()
        officers = User.objects.with_role(Role.CERTIFYING_OFFICER).exclude(pk__in=acted)
        self.fields["officer"].queryset = officers.order_by("sort_name", "pk")

    def rows(self):
        return [*self.instruments, "checklist", "officer"]


class ReturnForm(ReasonForm):
    """Send a portfolio back, and say which items do not hold."""

    def __init__(self, *args, answers=(), **kwargs):
        self.answers = answers
        super().__init__(*args, **kwargs)

    def ask(self):
        self.instruments = ask_items(self, self.answers, required=False)

    def rows(self):
        return [*self.instruments, "reason"]


def ask_items(form, answers, *, required):
    """Ask of each item of a portfolio, by instrument; return the names of the fields."""
    choices = {}
    for each in answers:
        item = each["item"]
        words = f"{item.code} {item.text} · {each['answer']}"
        choices.setdefault(item.instrument, []).append((item.code, words))
    for instrument, items in choices.items():
        form.fields[f"{INSTRUMENT}{instrument.code}"] = forms.MultipleChoiceField(
            label=instrument.title,
            choices=items,
            required=required,
            widget=forms.CheckboxSelectMultiple,
        )
    return [f"{INSTRUMENT}{each.code}" for each in choices]


def ticked_items(form):
    """The codes of the items that were ticked, of all instruments."""
    return [code for name in form.instruments for code in form.cleaned_data[name]]


class ConfirmForm(StepForm):
    """Nothing to fill in but the button."""

    submit = _("Confirm")


class LeaveForm(StepForm):
    """Why an assessment ends before its judgement."""

    submit = _("End the assessment")

    reason = forms.ChoiceField(label=_("Why?"), choices=LeaveReason, widget=forms.RadioSelect)


class ResolveForm(StepForm):
    """Two devices differ on an item: which answer counts."""

    submit = _("Decide")

    observation = forms.ModelChoiceField(
        Observation.objects.none(),
        label=_("Which answer counts?"),
        empty_label=None,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Why?"), max_length=300)

    def __init__(self, *args, item, observations, **kwargs):
        self.item = item
        self.observations = observations
        super().__init__(*args, **kwargs)

    def ask(self):
        self.fields["observation"].queryset = self.observations
        self.fields["observation"].label_from_instance = lambda each: (
            f"{self.item.in_words(each.value)} · {each.by}"
            f" · {timezone.localtime(each.observed_at):%d/%m/%Y %H:%M}"
        )


TICKS = {
    Scale.YES_NO: [ItemAnswer.YES, ItemAnswer.NO],
    Scale.YES_NO_NA: [ItemAnswer.YES, ItemAnswer.NO, ItemAnswer.NA],
}


class ObservationForm(SafeFormMixin, forms.Form):
    """The answer to one item, on the scale that the standard gives it, and a note."""

    creates = True

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, **kwargs)
        self.item = item
        key = self.fields.pop("key")
        self.fields["value"] = self._value_field()
        self.fields["note"] = forms.CharField(
            label=_("Note"),
            widget=forms.Textarea({"rows": 2}),
            max_length=1000,
            required=False,
            help_text=_("Needed for a «no», or a measurement that is out of bounds."),
        )
        self.fields["key"] = key
        lay_out(self, "value", "note", submit=_("Save and go on"))

    def _value_field(self):
        item = self.item
        if item.scale == Scale.MEASUREMENT:
            return forms.CharField(
                label=_("Measurement ({unit})").format(unit=item.unit),
                max_length=12,
                widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
            )
        if item.scale == Scale.CHOICE:
            choices = [(letter, f"{letter}) {text}") for letter, text in item.options]
        else:
            choices = [(each.value, each.label) for each in TICKS[Scale(item.scale)]]
        return forms.ChoiceField(label=_("Answer"), choices=choices, widget=forms.RadioSelect)

    def clean_value(self):
        return self.cleaned_data["value"].strip().replace(",", ".")


class CorrectionForm(ObservationForm):
    """Another answer to an item that a verifier sent back, and why it takes the place of it."""

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, item=item, **kwargs)
        self.fields["reason"] = forms.CharField(
            label=_("Why is this the right answer?"), max_length=300
        )
        lay_out(self, "value", "note", "reason", submit=_("Save the answer"))


class CodeForm(SafeFormMixin, forms.Form):
    """Write the code that stands under the QR."""

    code = forms.CharField(
        label=_("Code of the certificate"),
        help_text=_("It stands below the square code, for example 5HHY-K2MZ-AZ."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self):
        """A folio stands on the same paper: whether there is such a one is not said."""
        code = self.cleaned_data["code"]
        if looks_like_folio(code):
            raise ValidationError(
                _("That looks like a folio. Write the code that stands below the square code.")
            )
        return code


class HolderForm(SafeFormMixin, forms.Form):
    """Say whose certificate it should be, to learn whether it is."""

    surname = forms.CharField(label=_("First surname of the person"), max_length=60)
    document = forms.CharField(
        label=_("Last three characters of the identity document"),
        help_text=_("Of the DUI 01234567-8 they are 678."),
        max_length=20,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
