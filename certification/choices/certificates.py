"""How a certificate stands, what happens to it, and what the public sees of it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CertificateState(TextChoices):
    """What became of a certificate; that it has expired follows from its dates."""

    VALID = "valid", _("Valid")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    REPLACED = "replaced", _("Replaced")


_STANDS = {CertificateState.SUSPENDED, CertificateState.REVOKED}
CERTIFICATE_MOVES = {
    CertificateState.VALID: {*_STANDS, CertificateState.REPLACED},
    CertificateState.SUSPENDED: {CertificateState.VALID, CertificateState.REVOKED},
    CertificateState.REVOKED: set(),
    CertificateState.REPLACED: set(),
}
# In which of them a certificate counts no more, which its bit in the status list says.
ENDED_CERTIFICATES = [CertificateState.REVOKED.value, CertificateState.REPLACED.value]


class CertificateEventKind(TextChoices):
    """What somebody did with a certificate after it was issued."""

    SUSPENDED = "suspended", _("Suspended")
    LIFTED = "lifted", _("Suspension lifted")
    PROPOSED = "proposed", _("Revocation proposed")
    REJECTED = "rejected", _("Revocation not approved")
    REVOKED = "revoked", _("Revoked")
    REPLACED = "replaced", _("Replaced by another")
    DUPLICATE = "duplicate", _("Duplicate printed")
    LOOKUP = "lookup", _("What the public check shows was changed")


class RevocationReason(TextChoices):
    """Why a certificate is taken back for good."""

    ERROR = "error_material", _("Material error")
    FRAUD = "fraude", _("Fraud")
    APPEAL = "apelacion", _("Decision of an appeal")
    HOLDER = "solicitud_titular", _("The holder asks for it")


class ReissueReason(TextChoices):
    """Why another certificate takes the place of one."""

    CORRECTION = "correccion", _("Something on it is wrong")
    NAME = "cambio_nombre", _("The holder's name changed")
    SECRET = "secreto_perdido", _("Its square code came into wrong hands")
    KEY = "clave_perdida", _("The key that signed it came into wrong hands")


class ProposalState(TextChoices):
    """Where a proposal to revoke a certificate stands."""

    WAITING = "waiting", _("Waits for a second person")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Not approved")


class PublicLookup(TextChoices):
    """What the public check shows of a certificate, while its holder agrees at all (CERT-18)."""

    FULL = "full", _("With the holder's initials")
    MINIMAL = "minimal", _("Without initials and place")
    NONE = "none", _("Nothing: as if there were no such certificate")


KEY_DAYS = 365  # after which a signing key is replaced


class KeyState(TextChoices):
    """What a signing key is good for."""

    ACTIVE = "active", _("In use")
    RETIRED = "retired", _("Retired: what it signed holds")
    COMPROMISED = "compromised", _("Given away: what it signed is issued anew")
