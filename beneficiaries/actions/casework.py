"""The life of a case: screened, active, on hold, closing, closed, and open again."""

from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.cases import assign, caseworker_of, current_case, open_case
from beneficiaries.actions.consents import withdraw_everything
from beneficiaries.actions.moves import check_done, check_move, lock_case, move_case
from beneficiaries.choices import (
    CLOSED_WHATEVER_IS_OPEN,
    REOPENED_FROM,
    AssignmentKind,
    CaseState,
    CloseReason,
    OpenReason,
)
from beneficiaries.models import Case, Person
from beneficiaries.models.cases import LONGEST_HOLD
from beneficiaries.registry import ACTIVATION, BLOCKERS, LEAVERS, SCREENING
from genesis.lib.states import MoveNotAllowed, lock, what_follows


class NotClosed(ValidationError):
    """Another episode opens only when the one before has ended (CASE-33)."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _(
                "“{case}” is not closed, but: {state}. Another opens only after it. "
                "Possible now: {following}."
            ).format(
                case=case, state=case.get_state_display(), following=", ".join(what_follows(case))
            )
        )


class NoCase(ValidationError):
    """Who was under 18 when she was registered has no case of her own (CASE-4)."""

    def __init__(self) -> None:
        super().__init__(_("This person has no case of her or his own."))


class DayNotPossible(ValidationError):
    """A day that cannot be: said at its field."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__({name: words})


@transaction.atomic
def screen_case(case: Case, *, version: int, by: User) -> Case:
    """Say that the needs and the risk of a person are known. Raises StillToBeDone."""
    case = lock(case)
    if case.state != CaseState.REGISTERED:  # an answer is given anew by an evaluation alone
        raise MoveNotAllowed(case, CaseState.SCREENED)
    check_done(case, SCREENING)
    changes = move_case(case, CaseState.SCREENED, version=version, by=by)
    record_activity("case.screened", case, by=by, changes=changes)
    return case


@transaction.atomic
def activate_case(case: Case, *, version: int, plan_agreed_on: date, by: User) -> Case:
    """Begin to accompany somebody by the plan that she agreed to on a day.

    Raises StillToBeDone, and DayNotPossible for a day before the case or to come.
    """
    case = lock(case)
    if case.state in {CaseState.ON_HOLD, CaseState.CLOSING}:  # they have a plan, and go back to it
        raise MoveNotAllowed(case, CaseState.ACTIVE)
    check_move(case, CaseState.ACTIVE)
    check_done(case, ACTIVATION)
    if not case.opened_on <= plan_agreed_on <= timezone.localdate():
        raise DayNotPossible(
            "plan_agreed_on",
            _("From {day}, when the case was opened, until today.").format(
                day=case.opened_on.strftime("%d/%m/%Y")
            ),
        )
    changes = move_case(
        case, CaseState.ACTIVE, version=version, by=by, plan_agreed_on=plan_agreed_on
    )
    record_activity("case.activated", case, by=by, changes=changes)
    return case


@transaction.atomic
def hold_case(case: Case, *, version: int, reason: str, review_on: date, by: User) -> Case:
    """Let a case rest, with a reason and a day within sixty on which to look at it again."""
    case = lock(case)
    check_move(case, CaseState.ON_HOLD)
    today = timezone.localdate()
    if not today < review_on <= today + LONGEST_HOLD:
        raise DayNotPossible(
            "review_on",
            _("From tomorrow until {day}: at most sixty days.").format(
                day=(today + LONGEST_HOLD).strftime("%d/%m/%Y")
            ),
        )
    changes = move_case(
        case,
        CaseState.ON_HOLD,
        version=version,
        by=by,
        reason=reason,
        held_on=today,
        review_on=review_on,
    )
    record_activity("case.held", case, by=by, changes=changes)
    return case


@transaction.atomic
def resume_case(case: Case, *, version: int, reason: str, by: User) -> Case:
    """Go on with a case that rested."""
    case = lock(case)
    if case.state != CaseState.ON_HOLD:  # other states become active in another way
        raise MoveNotAllowed(case, CaseState.ACTIVE)
    changes = move_case(
        case,
        CaseState.ACTIVE,
        version=version,
        by=by,
        reason=reason,
        held_on=None,
        review_on=None,
    )
    record_activity("case.resumed", case, by=by, changes=changes)
    return case


@transaction.atomic
def request_closing(
    case: Case, *, version: int, close_reason: CloseReason, note: str, by: User
) -> Case:
    """Ask coordination to close a case; what is still open is a list to work through (CASE-32)."""
    case = lock(case)
    changes = move_case(
        case,
        CaseState.CLOSING,
        version=version,
        by=by,
        reason=note,
        close_reason=close_reason,
        close_asked_by=by,
        held_on=None,
        review_on=None,
    )
    record_activity("case.closing", case, by=by, changes=changes)
    return case


@transaction.atomic
def approve_closing(case: Case, *, version: int, note: str, by: User) -> Case:
    """Close a case that somebody else asked to close.

    Raises StillToBeDone while an area names something open (CASE-32), unless
    nothing can be finished with the person any more.
    """
    case = lock_case(case)
    if case.state != CaseState.CLOSING:  # who is not eligible is informed, and not approved of
        raise MoveNotAllowed(case, CaseState.CLOSED)
    if case.close_asked_by_id == by.pk:
        raise ValidationError(_("Nobody approves what they asked for themselves."))
    if case.close_reason not in CLOSED_WHATEVER_IS_OPEN:
        check_done(case, BLOCKERS)
    changes = move_case(
        case,
        CaseState.CLOSED,
        version=version,
        by=by,
        reason=note,
        closed_on=timezone.localdate(),
        closed_by=by,
    )
    if case.close_reason == CloseReason.CONSENT_WITHDRAWN:
        withdraw_everything(case.person, reason=note, by=by)
    for leave in LEAVERS:
        leave(case.person, by)
    record_activity("case.closed", case, by=by, changes=changes)
    return case


@transaction.atomic
def return_closing(case: Case, *, version: int, note: str, by: User) -> Case:
    """Give a case back to its caseworker instead of closing it, and say why."""
    case = lock(case)
    if case.state != CaseState.CLOSING:
        raise MoveNotAllowed(case, CaseState.ACTIVE)
    changes = move_case(
        case,
        CaseState.ACTIVE,
        version=version,
        by=by,
        reason=note,
        close_reason="",
        close_asked_by=None,
    )
    record_activity("case.closing_returned", case, by=by, changes=changes)
    return case


@transaction.atomic
def inform_and_close(case: Case, *, version: int, note: str, by: User) -> Case:
    """Close the case of somebody who is not eligible, with what she was told (CASE-8)."""
    case = lock(case)
    if case.state == CaseState.CLOSING:  # that one is for coordination to close
        raise MoveNotAllowed(case, CaseState.CLOSED)
    changes = move_case(
        case,
        CaseState.CLOSED,
        version=version,
        by=by,
        reason=note,
        close_reason=CloseReason.INELIGIBLE,
        closed_on=timezone.localdate(),
        closed_by=by,
    )
    for leave in LEAVERS:
        leave(case.person, by)
    record_activity("case.closed", case, by=by, changes=changes)
    return case


@transaction.atomic
def reopen_case(person: Person, *, key: UUID, because: OpenReason, note: str, by: User) -> Case:
    """Open the next episode of somebody whose case has ended, under the same number (CASE-33).

    The office that holds the file opens it; whoever accompanied her still does,
    and otherwise whoever opens it. Raises NotClosed, NoCase and NoPhase.
    """
    sent = claim(key, by=by, content=[person, because, note])
    if sent.result:
        return Case.objects.get(pk=sent.result)
    person = lock(person)
    last = current_case(person)
    if last is None:
        raise NoCase
    if last.state not in REOPENED_FROM:
        raise NotClosed(last)
    case = open_case(
        person,
        office=person.office,
        opened_on=timezone.localdate(),
        because=because,
        note=note,
        by=by,
    )
    if caseworker_of(person) is None:
        assign(person, to=by, kind=AssignmentKind.CASEWORKER, by=by)
    settle(sent, case)
    return case


def merge_case(case: Case, *, by: User | None) -> Case:
    """End an open case whose person turned out to be another (CASE-1).

    Call it in a transaction, from the merge of the two files.
    """
    case = lock(case)
    changes = move_case(
        case,
        CaseState.MERGED,
        version=case.version,
        by=by,
        closed_on=timezone.localdate(),
        held_on=None,
        review_on=None,
        close_reason="",
        close_asked_by=None,
    )
    record_activity("case.merged", case, by=by, changes=changes)
    return case
