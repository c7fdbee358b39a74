"""What the public check shows of people who come under protection (CERT-19)."""

from accounts.actions.history import record_activity
from beneficiaries.actions.sheltering import is_under_protection
from beneficiaries.choices import PROTECTED
from beneficiaries.models import Person
from certification.choices import CertificateEventKind, PublicLookup
from certification.models import Certificate, CertificateEvent
from genesis.lib.states import change


def show_least(person: Person) -> None:
    """Show of her certificates neither initials nor centre, until she asks for more (CERT-19).

    What she has shut stays shut. Nobody is named as who did it: it would say who
    protects her, and from when on.
    """
    shown = Certificate.objects.filter(assessment__person=person, public_lookup=PublicLookup.FULL)
    for each in shown.select_for_update(of=("self",)).order_by("pk"):
        changes = change(each, version=each.version, public_lookup=PublicLookup.MINIMAL)
        CertificateEvent.objects.create(
            certificate=each, kind=CertificateEventKind.LOOKUP, reason=PublicLookup.MINIMAL, by=None
        )
        record_activity("certificate.lookup_changed", each, by=None, changes=changes)


def lookup_of(person: Person, replaces: Certificate | None) -> str:
    """What the public check shows of a new certificate: least of people under protection.

    Of one that takes another's place, what the holder said of that one; of whom
    nobody has asked since she came under protection, the least.
    """
    protected = is_under_protection(person)
    if replaces is None:
        return PublicLookup.MINIMAL if protected else PublicLookup.FULL
    said = replaces.public_lookup
    if protected and said == PublicLookup.FULL and not _was_asked_for(replaces):
        return PublicLookup.MINIMAL
    return said


def _was_asked_for(certificate: Certificate) -> bool:
    """Whether it shows all because its holder wanted it: it was issued showing less, or changed."""
    if certificate.status in PROTECTED:
        return True
    asked = {"kind": CertificateEventKind.LOOKUP, "reason": PublicLookup.FULL}
    return certificate.events.filter(**asked).exists()
