"""What telephones send, read as forms; and how coordination settles what came too late."""

from datetime import UTC, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from certification.choices import RecordKind, Settlement
from certification.forms.steps import StepForm
from certification.models import Conflict
from certification.models.evidence import SUM
from genesis.lib.forms import SafeFormMixin, UploadField, lay_out

LAST_NUMBER = 2_000_000_000
CLOCKS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class MomentField(forms.DateTimeField):
    """A time by the telephone's clock; one that cannot be is as if it were not known.

    The order of records is their number: a wrong clock costs none of them.
    """

    def clean(self, value):
        try:
            moment = super().clean(value)
        except ValidationError:
            return None
        return moment if moment and CLOCKS[0] < moment < CLOCKS[1] else None


class PhoneForm(SafeFormMixin, forms.Form):
    """A telephone says how it is called, its public key and the one to be kept for it."""

    phone = forms.UUIDField()
    name = forms.CharField(max_length=80)
    public_key = forms.CharField(max_length=200)
    key = forms.RegexField("^[A-Za-z0-9+/]{43}=$")


class FromPhoneForm(SafeFormMixin, forms.Form):
    """Which telephone sends, what time it has, and how much is still to come."""

    phone = forms.UUIDField()
    sent_at = MomentField(required=False)
    unsent = forms.IntegerField(min_value=0, max_value=LAST_NUMBER, required=False)


class RecordForm(SafeFormMixin, forms.Form):
    """One record as the telephone signed it."""

    id = forms.UUIDField()
    assessment = forms.UUIDField()
    kind = forms.ChoiceField(choices=RecordKind)
    seq = forms.IntegerField(min_value=1, max_value=LAST_NUMBER)
    item = forms.CharField(max_length=20, required=False)
    value = forms.CharField(max_length=120, required=False)
    note = forms.CharField(max_length=1000, required=False, widget=forms.Textarea)
    at = MomentField(required=False)
    read_aloud = forms.ChoiceField(choices=[("0", "0"), ("1", "1")], required=False)
    sha256 = forms.RegexField(SUM, required=False)

    def clean(self):
        answers = super().clean()
        if answers.get("kind") == RecordKind.ANSWER and "value" in answers:
            answers["value"] = answers["value"].replace(",", ".")
        return answers


class BackupForm(SafeFormMixin, forms.Form):
    """The file that a telephone wrote; sent twice it changes nothing."""

    file = UploadField(
        accept=".genesis",
        label=_("File of the telephone"),
        help_text=_("It ends in .genesis: the evaluator makes it in the outbox of the telephone."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "file", submit=_("Hand in"))


class WithdrawForm(SafeFormMixin, forms.Form):
    """Why coordination withdraws a telephone; a second time changes nothing."""

    reason = forms.CharField(label=_("Why?"), max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Withdraw the telephone"))


class SettleForm(StepForm):
    """What counts of a record that came too late."""

    submit = _("Decide")

    settlement = forms.ChoiceField(
        label=_("What counts?"), choices=Settlement, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Why?"), max_length=300)

    def __init__(self, *args, may_take, **kwargs):
        self.may_take = may_take
        super().__init__(*args, **kwargs)

    def ask(self):
        if not self.may_take:
            self.fields["settlement"].choices = [
                (Settlement.DISMISSED.value, Settlement.DISMISSED.label)
            ]
            self.fields["settlement"].help_text = _(
                "What the telephone noted can no longer count:"
                " it would change what was judged or decided."
            )


class SettlePhoneForm(SettleForm):
    """The same of all that the page showed: what came since is decided by itself."""

    shown = forms.ModelMultipleChoiceField(
        Conflict.objects.none(), widget=forms.MultipleHiddenInput, to_field_name="public_id"
    )

    def __init__(self, *args, found, **kwargs):
        self.found = found
        super().__init__(*args, may_take=True, **kwargs)

    def ask(self):
        super().ask()
        self.fields["shown"].queryset = self.found
        self.initial["shown"] = [each.public_id for each in self.found if not each.settled_at]

    def rows(self):
        return ["settlement", "reason"]
