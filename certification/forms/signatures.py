"""The signature of the person who is assessed, on the page of whoever takes it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from genesis.lib.forms import ask_only_with
from genesis.lib.signatures import SignatureField

SIGNS, UNSIGNED = "1", "unsigned"


class HandSignedFields(forms.Form):
    """What the person draws, or a photo of the paper that was signed."""

    signature = SignatureField(
        label=_("Signature of the person"),
        help_text=_("Drawn by her or him on this screen, or a photo of the paper that was signed."),
    )

    def clean(self):
        given = super().clean()
        ask_once_more(self)
        return given


class SignedOrNotFields(HandSignedFields):
    """The same, or why it is not signed; the field `asked` says which."""

    asked, unsigned = "signs", (UNSIGNED,)  # which field, and which answers are not signed

    unsigned_because = forms.CharField(
        label=_("Why is it not signed?"), max_length=300, required=False
    )

    def ask_to_sign(self):
        """Ask for one or the other, as the person says."""
        self.fields["signature"].required = False
        answers = ",".join(self.unsigned)
        ask_only_with(self, "signature", f"{self.asked}:!{answers}", needed=True)
        ask_only_with(self, "unsigned_because", f"{self.asked}:{answers}", needed=True)

    def answers(self):
        """What was filled in, for the action: a signature, or why there is none."""
        given = super().answers()
        left_out = "signature" if given.pop(self.asked) in self.unsigned else "unsigned_because"
        return given | {left_out: None if left_out == "signature" else ""}

    def clean(self):
        given = super().clean()
        if self.asked not in given:
            return given
        if given[self.asked] not in self.unsigned:
            self._need("signature", self.fields["signature"].error_messages["required"])
        else:
            self._need("unsigned_because", _("Write why it is not signed."))
        ask_once_more(self)
        return given

    def _need(self, name, words):
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, words)


def ask_once_more(form):
    """Say that a picture came with a form that has to be sent again: a browser sends it once."""
    sent = form.files.get("signature") if "signature" in form.fields else None
    if sent and form.errors and "signature" not in form.errors:
        form.add_error("signature", _("The signature is needed once more: the rest is kept."))
