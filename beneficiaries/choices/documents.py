"""What the papers are that people bring."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from genesis.lib.sensitivity import D2, D3, D4


class AttachmentKind(TextChoices):
    """What a paper or photo in somebody's file is of: it says who may open it."""

    IDENTITY = "identity", _("Identity paper")
    PHOTO = "photo", _("Photo of the person")
    CONSENT = "consent", _("Consent on paper")
    RETURN_PROOF = "return_proof", _("Proof of return")
    WORK_PROOF = "work_proof", _("Proof of work")
    STUDY_PROOF = "study_proof", _("Proof of studies or training")
    PLAN = "plan", _("Signed plan")
    MEDICAL = "medical", _("Medical paper")
    LEGAL = "legal", _("Report to the police or court paper")
    OTHER = "other", _("Other paper")


# Papers that tell of health or of a crime: kept of who agreed to sensitive data (CASE-3).
SENSITIVE_PAPERS = [AttachmentKind.MEDICAL, AttachmentKind.LEGAL]
# What is in another paper nobody knows beforehand: it is as well kept as the worst of it.
ATTACHMENT_CLASSES = {
    **dict.fromkeys(AttachmentKind, D2),
    AttachmentKind.WORK_PROOF: D3,
    AttachmentKind.STUDY_PROOF: D3,
    AttachmentKind.MEDICAL: D4,
    AttachmentKind.LEGAL: D4,
    AttachmentKind.OTHER: D4,
}
