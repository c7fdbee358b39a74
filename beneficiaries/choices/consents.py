"""What people agree to, and how they say so."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ConsentPurpose(TextChoices):
    REGISTRATION = "registration", _("Registration and accompaniment")
    SENSITIVE = "sensitive", _("Sensitive data")
    PSYCHOSOCIAL = "psychosocial", _("Psychosocial file")
    LEGAL = "legal", _("Legal file")
    SHARE_EMPLOYER = "share_employer", _("Show the profile to employers")
    SHARE_PARTNER = "share_partner", _("Share with institutions for a referral")
    SHARE_DONOR_MICRO = "share_donor_micro", _("Data without a name for donors")
    FOLLOWUP = "followup", _("Follow-up contact for up to 14 months")
    IMAGE = "image", _("Photo and testimony")
    RESEARCH = "research", _("Studies and evaluation")
    GUARDIAN_MINOR = "guardian_minor", _("Data of children in their care")
    ASSESSMENT = "assessment", _("Assessment of competencies")
    PUBLIC_REGISTER = "public_register", _("Public check of the certificate")


class ConsentState(TextChoices):
    """Where the answer to one purpose stands; without any answer it counts as a no."""

    NOT_ASKED = "not_asked", _("Not asked yet")
    GRANTED = "granted", pgettext_lazy("consent", "Yes")
    REFUSED = "refused", pgettext_lazy("consent", "No")
    TO_RENEW = "to_renew", _("To be asked again")
    WITHDRAWN = "withdrawn", _("Taken back")
    EXPIRED = "expired", _("Expired")


CONSENT_MOVES = {
    ConsentState.NOT_ASKED: {ConsentState.GRANTED, ConsentState.REFUSED},
    ConsentState.GRANTED: {ConsentState.WITHDRAWN, ConsentState.EXPIRED, ConsentState.TO_RENEW},
    ConsentState.TO_RENEW: {ConsentState.GRANTED, ConsentState.WITHDRAWN},
    ConsentState.REFUSED: {ConsentState.GRANTED},
    ConsentState.WITHDRAWN: {ConsentState.GRANTED},
    ConsentState.EXPIRED: {ConsentState.GRANTED},
}


CONSENT_TONES = {
    ConsentState.NOT_ASKED: "plain",
    ConsentState.GRANTED: "ok",
    ConsentState.REFUSED: "plain",
    ConsentState.TO_RENEW: "alerta",
    ConsentState.WITHDRAWN: "alerta",
    ConsentState.EXPIRED: "alerta",
}


class ConsentChannel(TextChoices):
    PAPER_SIGNED = "paper_signed", _("Signed paper")
    DIGITAL_SIGNATURE = "digital_signature", _("Signature on the screen")
    THUMBPRINT = "thumbprint", _("Thumbprint with a witness")
    VERBAL_RECORDED = "verbal_recorded", _("Recorded by voice")


# What proves an answer, by the way in which it was given: what the form asks for, and what it
# says where that is missing. The paper itself is scanned afterwards.
CONSENT_PROOFS: dict[str, tuple[str, Any]] = {
    ConsentChannel.DIGITAL_SIGNATURE: (
        "signature",
        _("A signature on the screen has to be drawn, or attached as an image."),
    ),
    ConsentChannel.THUMBPRINT: ("witness", _("A thumbprint needs a witness.")),
    ConsentChannel.VERBAL_RECORDED: ("recording", _("Say where the recording is kept.")),
}
