"""One step of a case, or several at once: checked, saved, and kept with who, when and why."""

from collections.abc import Iterable
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from beneficiaries.choices import CaseState
from beneficiaries.models import Case, CaseMove, Person
from beneficiaries.registry import Blocker, Check
from genesis.lib.states import Changes, MoveNotAllowed, StaleRecord, change, lock


class StillToBeDone(ValidationError):
    """Something has to be done before this step; each is named."""

    def __init__(self, blockers: Iterable[Blocker]) -> None:
        named = "; ".join(str(each.title) for each in blockers)
        super().__init__(_("Before this: {things}.").format(things=named))


def lock_case(case: Case) -> Case:
    """Lock a case after its person: the order of every action that needs both.

    A record that points to a person needs her as well, when it is made. Raises
    StaleRecord when the case has gone over to another file meanwhile.
    """
    person = lock(Person(pk=Case.objects.values_list("person", flat=True).get(pk=case.pk)))
    case = lock(case)
    if case.person_id != person.pk:
        raise StaleRecord(case)
    case.person = person
    return case


def lock_people(keys: Iterable[int]) -> None:
    """Lock people in the order of their keys, before any record of theirs, as a merge does."""
    rows = Person.objects.select_for_update(of=("self",), no_key=True)
    list(rows.filter(pk__in=keys).order_by("pk").values_list("pk"))


def check_move(case: Case, to: CaseState) -> None:
    """Raise MoveNotAllowed unless the case may go to `to` from where it stands."""
    if to not in case.MOVES[CaseState(case.state)]:
        raise MoveNotAllowed(case, to)


def what_is_open(case: Case, checks: Iterable[Check]) -> list[Blocker]:
    """What the areas say is still to be done with a case before a step."""
    return [blocker for check in checks for blocker in check(case)]


def check_done(case: Case, checks: Iterable[Check]) -> None:
    """Raise StillToBeDone, naming what is still open before a step."""
    blockers = what_is_open(case, checks)
    if blockers:
        raise StillToBeDone(blockers)


def move_case(
    case: Case,
    *steps: CaseState,
    version: int,
    by: User | None,
    reason: str = "",
    **values: object,
) -> Changes:
    """Take a locked case through `steps`, one after the other, and save it once.

    Raises MoveNotAllowed and StaleRecord, and then saves nothing.
    """
    path = [CaseState(case.state), *steps]
    for here, there in pairwise(path):
        if there not in case.MOVES[here]:
            raise MoveNotAllowed(case, there)
    now = timezone.now()
    changes = change(case, version=version, state=steps[-1], state_since=now, state_by=by, **values)
    CaseMove.objects.bulk_create(
        CaseMove(case=case, from_state=here, to_state=there, at=now, by=by, reason=reason)
        for here, there in pairwise(path)
    )
    return {name: both for name, both in changes.items() if name not in {"state_since", "state_by"}}
