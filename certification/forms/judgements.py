"""What is asked of the result: to sign it, to explain it, and to verify it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from certification.choices import (
    ChecklistPoint,
)
from certification.forms.signatures import SIGNS, UNSIGNED, SignedOrNotFields
from certification.forms.steps import ReasonForm, StepForm
from certification.models import is_managed

# Before a code: no code of a standard takes the place of another field of the form.
INSTRUMENT = "instrument_"


DISAGREES, HEARD = "0", "heard"


TOLD: dict[str, Any] = {
    "widget": forms.Textarea({"rows": 3}),
    "max_length": 4000,
    "required": False,
}


class JudgementForm(StepForm):
    """The server has computed the result; the evaluator explains it and signs."""

    submit = _("Sign the judgement")

    strengths = forms.CharField(label=_("What the person does well"), **TOLD)
    gaps = forms.CharField(label=_("What is still missing"), **TOLD)
    recommendations = forms.CharField(label=_("What is recommended"), **TOLD)
    signed = forms.BooleanField(label=_("I watched this assessment myself and sign the result"))


class SendForm(SignedOrNotFields, StepForm):
    """The person has heard the result and signs it; somebody else verifies."""

    submit = _("Send to verification")
    asked, unsigned = "agrees", (HEARD, UNSIGNED)

    candidate_name = forms.CharField(label=_("Name of the person"), max_length=240)
    agrees = forms.ChoiceField(
        label=_("Does the person agree with the result?"),
        choices=[
            (SIGNS, _("Yes, agrees")),
            (DISAGREES, _("No, disagrees")),
            (HEARD, _("She or he heard it, and does not sign")),
            (UNSIGNED, _("She or he is not there")),
        ],
        widget=forms.RadioSelect,
    )
    verifier = forms.ModelChoiceField(User.objects.none(), label=_("Verifier"))

    def ask(self):
        self.fields["candidate_name"].initial = self.instance.person.display_name
        self.ask_to_sign()
        self.fields["unsigned_because"].help_text = _(
            "Of who is not there, also how she or he will be told the result."
            " The portfolio is then verified item by item."
        )
        ask_verifier(self)
        if is_managed(self.instance):
            self.fields["verifier"].required = False
            self.fields["verifier"].empty_label = _("Who manages the centre chooses")

    def rows(self):
        return ["candidate_name", "agrees", "signature", "unsigned_because", "verifier"]

    def answers(self):
        """What was filled in, for the action: who does not sign has not agreed."""
        said = self.cleaned_data["agrees"]
        return super().answers() | {"agrees": said == SIGNS, "heard": said != UNSIGNED}


class SendOnForm(StepForm):
    """Who verifies it, once the person has heard the result."""

    submit = _("Send to verification")

    verifier = forms.ModelChoiceField(User.objects.none(), label=_("Verifier"))

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def ask(self):
        ask_verifier(self, besides={self.user.pk})


def ask_verifier(form, *, besides=frozenset()):
    """Offer those who have done nothing in an assessment yet; the one before, if it came back."""
    assessment = form.instance
    acted = {
        assessment.evaluator_id,
        *assessment.taken_back_from(),
        *assessment.transcribers(),
        *besides,
    }
    others = User.objects.with_role(Role.VERIFIER).exclude(pk__in=acted)
    form.fields["verifier"].queryset = others.order_by("sort_name", "pk")
    form.fields["verifier"].initial = assessment.verifier_id


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
