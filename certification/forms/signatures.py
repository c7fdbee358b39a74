"""The signature of the person who is assessed, on the page of whoever takes it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from genesis.lib.signatures import SignatureField


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


def ask_once_more(form):
    """Say that a picture came with a form that has to be sent again: a browser sends it once."""
    sent = form.files.get("signature") if "signature" in form.fields else None
    if sent and form.errors and "signature" not in form.errors:
        form.add_error("signature", _("The signature is needed once more: the rest is kept."))
