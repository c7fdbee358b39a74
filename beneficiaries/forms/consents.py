"""One purpose at a time, taking it back, and the texts that are read aloud."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import ConsentChannel, ConsentPurpose
from beneficiaries.forms.proofs import PROOFS, ProofFields
from beneficiaries.forms.short_codes import ShortCodeForm
from beneficiaries.models import Consent, Person
from genesis.lib.forms import DateInput, SafeFormMixin, lay_out


class ConsentForm(SafeFormMixin, ProofFields):
    """The answer of a person to one purpose: yes or no, and how she gave it."""

    creates = True

    agrees = forms.ChoiceField(
        label=_("What does she or he answer?"),
        choices=[("yes", _("Yes, she or he agrees")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    channel = forms.ChoiceField(
        label=_("How does she or he answer?"), choices=ConsentChannel, widget=forms.RadioSelect
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "agrees", "channel", *PROOFS, submit=_("Record"))

    def clean(self):
        super().clean()
        self.ask_for_proof()

    def answer(self):
        """The answers as the actions take them."""
        return {name: self.cleaned_data[name] for name in ("key", "channel")} | self.proofs()


class WithdrawForm(SafeFormMixin, forms.ModelForm):
    """A person takes back what she had agreed to."""

    reason = forms.CharField(
        label=_("What she or he says"),
        max_length=300,
        required=False,
        help_text=_("Nobody has to give a reason."),
    )

    class Meta:
        model = Consent
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Withdraw"))


class ReceiptForm(ShortCodeForm):
    """The code of a paper that somebody brings."""

    wrong = _("That is not a code of a receipt: look at it again.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["codigo"].label = _("Code of the receipt")


class NoticeForm(SafeFormMixin, forms.Form):
    """A new version of what is read aloud: the notice, and a text for each purpose."""

    creates = True

    valid_from = forms.DateField(
        label=_("Counts from"),
        widget=DateInput(),
        help_text=_(
            "Only whoever agreed to a text that changes is asked again, within thirty days."
        ),
    )
    text = forms.CharField(
        label=_("What is read before anything else"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args, text, texts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = timezone.localdate
        self.fields["text"].initial = text
        for purpose in ConsentPurpose:
            self.fields[purpose.value] = forms.CharField(
                label=purpose.label,
                max_length=1500,
                initial=texts.get(purpose.value, ""),
                widget=forms.Textarea(attrs={"rows": 4}),
            )
        names = [each.value for each in ConsentPurpose]
        lay_out(self, "valid_from", "text", *names, submit=_("Publish this version"))

    def texts(self):
        return {each.value: self.cleaned_data[each.value] for each in ConsentPurpose}


class FileNumberForm(forms.Form):
    """Which file, by its number alone."""

    expediente = forms.CharField(
        label=_("File number"), max_length=14, help_text=_("For example: GS-2026-00012.")
    )

    def clean_expediente(self):
        number = self.cleaned_data["expediente"].strip().upper()
        person = Person.objects.standing().filter(file_number=number).first()
        if person is None:
            raise ValidationError(_("There is no file with this number."))
        return person
