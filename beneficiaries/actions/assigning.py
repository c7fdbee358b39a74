"""Giving one of many people to a caseworker: each row succeeds or says why it did not."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission, Role
from beneficiaries.actions.cases import caseworker_of, hand_over
from beneficiaries.models import Person
from genesis.lib.states import StaleRecord


def assign_row(person: Person, version: int, *, to: User, by: User) -> str:
    """Give a person, as the list showed her, to a caseworker; return why not, or nothing.

    Only where `by` gives cases at the office that holds the file, and `to` is a
    caseworker there; nothing of a row that is refused changes.
    """
    if not by.may(Permission.CASE_ASSIGN, at=person.office):
        return _("Her or his file is not for you to assign.")
    if not _is_caseworker_at(to, person):
        words = _("{name} is no caseworker at {office}.")
        return words.format(name=to, office=person.office)
    with transaction.atomic():
        if caseworker_of(person) == to:
            return _("{name} accompanies her or him already.").format(name=to)
        try:
            hand_over(person, version=version, to=to, by=by)
        except StaleRecord:
            return _("The file changed meanwhile: look at it again.")
    return ""


def _is_caseworker_at(user: User, person: Person) -> bool:
    return any(
        each.role == Role.CASEWORKER and each.organization_id == person.office_id
        for each in user.current_roles
    )
