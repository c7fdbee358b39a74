"""Who is under protection, and that others are shown less of her from then on (CERT-19)."""

from beneficiaries.choices import PROTECTED, RiskLevel
from beneficiaries.models import Person, Risk, SafetyProtocol
from beneficiaries.registry import SHELTERS


def is_under_protection(person: Person) -> bool:
    """Whether somebody was displaced, has a safety protocol that goes on, or is at high risk."""
    if person.status in PROTECTED:
        return True
    if SafetyProtocol.objects.open().filter(person=person).exists():
        return True
    risks = Risk.objects.filter(screening__case__person=person)
    newest = risks.order_by("-screening__on", "-screening__pk").first()
    return newest is not None and newest.level == RiskLevel.HIGH


def shelter(person: Person) -> None:
    """Have all areas show less of somebody who comes under protection; call it in that transaction.

    That it ends later gives nothing back: she says herself what is shown.
    """
    for show_less in SHELTERS:
        show_less(person)
