"""What proves an answer to a consent, by the way in which it was given."""

from django import forms
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import CONSENT_PROOFS
from genesis.lib.forms import ask_only_with
from genesis.lib.signatures import SignatureField

PROOFS = ["signature", "witness", "recording"]


class ProofFields(forms.Form):
    """One thing for each way but paper; the page shows the one that is asked for."""

    signature = SignatureField(label=_("Signature"), required=False)
    witness = forms.CharField(
        label=_("Witness"),
        max_length=120,
        required=False,
        help_text=_("Only for a thumbprint: name of whoever witnesses it."),
    )
    recording = forms.CharField(
        label=_("Where the recording is kept"),
        max_length=200,
        required=False,
        help_text=_("Only for a recorded voice: in which telephone or folder, and its name."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for channel, (name, _missing) in CONSENT_PROOFS.items():
            ask_only_with(self, name, f"channel:{channel}", needed=True)

    def ask_for_proof(self):
        """Say at its field what is missing; a browser sends a picture only once."""
        answers = self.cleaned_data
        name, missing = CONSENT_PROOFS.get(answers.get("channel"), ("", ""))
        if name and name not in self.errors and not answers.get(name):
            self.add_error(name, missing)
        if answers.get("signature") and self.errors:
            self.add_error("signature", _("The signature is needed once more: the rest is kept."))

    def proofs(self):
        """The answers as the actions take them."""
        return {name: self.cleaned_data[name] for name in PROOFS}
