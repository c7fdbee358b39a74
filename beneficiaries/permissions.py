"""What somebody may do with the person at hand; whether they may open the page, the view says."""

from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission
from beneficiaries.models import Case, Person, Transfer


def _is_assigned(user: User, person: Person) -> bool:
    """Whether somebody accompanies the person today: D2 is written by who is assigned."""
    today = person.assignments.on(timezone.localdate()).caseworkers()
    return today.filter(user=user).exists()


def can_change(user: User, person: Person) -> bool:
    """Whoever accompanies the person writes in her file (DECISIONS 4)."""
    return user.may(Permission.PERSON_CHANGE, at=person.office) and _is_assigned(user, person)


def can_read_sensitive(user: User, person: Person) -> bool:
    """Whoever accompanies or attends to the person today reads what is protected (D4)."""
    if not user.may(Permission.PERSON_SENSITIVE, at=person.office):
        return False
    return person.assignments.on(timezone.localdate()).filter(user=user).exists()


def can_protect(user: User, person: Person) -> bool:
    """Whoever accompanies the person writes what is protected (D4)."""
    return user.may(Permission.PERSON_PROTECT, at=person.office) and _is_assigned(user, person)


def can_assign(user: User, person: Person) -> bool:
    """The coordination of the office that holds the file gives it to a caseworker."""
    return user.may(Permission.CASE_ASSIGN, at=person.office)


def can_accompany(user: User, case: Case) -> bool:
    """Whoever accompanies the person takes her case from step to step."""
    return user.may(Permission.CASE_WORK, at=case.office) and _is_assigned(user, case.person)


def can_approve_closing(user: User, case: Case) -> bool:
    """Coordination approves, and nobody what they asked for themselves."""
    may = user.may(Permission.CASE_APPROVE, at=case.office)
    return may and case.close_asked_by_id != user.pk


def can_decide_exception(user: User, case: Case) -> bool:
    """The programme's coordination; never who accompanies the person (CASE-9)."""
    may = user.may(Permission.EXCEPTION_GRANT, at=case.office)
    return may and not _is_assigned(user, case.person)


def can_reopen(user: User, person: Person) -> bool:
    """Whoever registers people at the office that holds the file."""
    return user.may(Permission.PERSON_REGISTER, at=person.office)


def can_answer(user: User, transfer: Transfer) -> bool:
    """Who gives the cases of the office that holds the file, and did not ask for it."""
    may = user.may(Permission.CASE_ASSIGN, at=transfer.person.office)
    return may and transfer.asked_by_id != user.pk


def can_read_index(user: User, person: Person) -> bool:
    """Whoever accompanies the person, and the coordination of her office, read its scores."""
    return can_protect(user, person) or can_assign(user, person)
