"""What somebody may do with the person at hand; whether they may open the page, the view says."""

from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission
from beneficiaries.models import Person


def _is_assigned(user: User, person: Person) -> bool:
    """Whether somebody accompanies the person today: D2 is written by who is assigned."""
    today = person.assignments.on(timezone.localdate()).caseworkers()
    return today.filter(user=user).exists()


def can_change(user: User, person: Person) -> bool:
    """Whoever accompanies the person writes in her file (DECISIONS 4)."""
    return user.may(Permission.PERSON_CHANGE, at=person.office) and _is_assigned(user, person)


def can_assign(user: User, person: Person) -> bool:
    """The coordination of the office that holds the file gives it to a caseworker."""
    return user.may(Permission.CASE_ASSIGN, at=person.office)
