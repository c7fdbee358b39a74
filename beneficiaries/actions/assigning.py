"""Giving many people to a caseworker at once: each row succeeds or says why it did not."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission, Role
from beneficiaries.actions.cases import caseworker_of, hand_over
from beneficiaries.models import Person
from genesis.lib.states import StaleRecord


@dataclass(frozen=True)
class RowResult:
    """What came of one row: done, or why not."""

    person: Person
    done: bool
    why: str = ""


def assign_many(rows: Iterable[tuple[Person, int]], *, to: User, by: User) -> list[RowResult]:
    """Give each person, as the page showed her, to one caseworker; every row for itself.

    A row is done only where `by` gives cases at the office that holds the file,
    and `to` is a caseworker there; nothing of a row that is skipped changes.
    """
    return [_assign_row(person, version, to=to, by=by) for person, version in rows]


def _assign_row(person: Person, version: int, *, to: User, by: User) -> RowResult:
    if not by.may(Permission.CASE_ASSIGN, at=person.office):
        return RowResult(person, False, _("Her or his file is not for you to assign."))
    if not _is_caseworker_at(to, person):
        words = _("{name} is no caseworker at {office}.")
        return RowResult(person, False, words.format(name=to, office=person.office))
    with transaction.atomic():
        if caseworker_of(person) == to:
            return RowResult(
                person, False, _("{name} accompanies her or him already.").format(name=to)
            )
        try:
            hand_over(person, version=version, to=to, by=by)
        except StaleRecord:
            return RowResult(person, False, _("The file changed meanwhile: look at it again."))
    return RowResult(person, True)


def _is_caseworker_at(user: User, person: Person) -> bool:
    return any(
        each.role == Role.CASEWORKER and each.organization_id == person.office_id
        for each in user.current_roles
    )
