"""Exceptions of eligibility: a caseworker asks, the programme's coordination decides (CASE-9)."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.cases import caseworker_of, inputs_of, latest_decision
from beneficiaries.actions.moves import check_move, lock_case, move_case
from beneficiaries.choices import CaseState, ExceptionState, Outcome
from beneficiaries.models import Case, EligibilityDecision, ExceptionRequest
from genesis.lib.states import lock, move


class OwnException(ValidationError):
    """Whoever accompanies the person, or asked for the exception, does not decide on it."""

    def __init__(self) -> None:
        super().__init__(
            _("Whoever accompanies the person or asked for the exception does not decide on it.")
        )


@transaction.atomic
def request_exception(case: Case, *, key: UUID, reason: str, by: User) -> ExceptionRequest:
    """Ask the programme's coordination for an exception; one request at a time waits."""
    sent = claim(key, by=by, content=[case, reason])
    if sent.result:
        return ExceptionRequest.objects.get(pk=sent.result)
    case = lock(case)
    check_move(case, CaseState.EXCEPTION)
    if waiting_request(case):
        raise ValidationError(_("An exception was already asked for: it waits for an answer."))
    asked = ExceptionRequest.objects.create(case=case, reason=reason, asked_by=by)
    settle(sent, asked)
    record_activity("exception.asked", asked, by=by)
    return asked


@transaction.atomic
def grant_exception(case: Case, *, version: int, reason: str, by: User) -> EligibilityDecision:
    """Let somebody take part who by the rules could not, with the reason in writing.

    The decision keeps the inputs as they are and the reasons that the rules
    gave; it counts as an exception wherever decisions are counted. A request
    that waits is answered with it. Raises MoveNotAllowed unless the case is not
    eligible, OwnException and StaleRecord.
    """
    case = lock_case(case)
    check_move(case, CaseState.EXCEPTION)
    _check_another(case, by)
    before = latest_decision(case)
    kept = EligibilityDecision.objects.create(
        case=case,
        rule_set=case.phase.rule_set,
        inputs=inputs_of(case.person).to_dict(),
        certification_track=case.certification_track,
        outcome=Outcome.EXCEPTION,
        reasons=before.reasons if before else [],
        decided_by=by,
        exception_reason=reason,
    )
    changes = move_case(
        case, CaseState.EXCEPTION, version=version, by=by, reason=reason, outcome=Outcome.EXCEPTION
    )
    record_activity("exception.granted", kept, by=by, changes=changes)
    _answer(case, ExceptionState.GRANTED, reason, by)
    return kept


@transaction.atomic
def refuse_exception(case: Case, *, version: int, reason: str, by: User) -> ExceptionRequest:
    """Answer no to the exception that was asked for, and say why; the case stays as it is."""
    case = lock(case)
    check_move(case, CaseState.EXCEPTION)
    _check_another(case, by)
    refused = _answer(case, ExceptionState.REFUSED, reason, by)
    if refused is None:
        raise ValidationError(_("Nobody asked for an exception."))
    record_activity("exception.refused", refused, by=by)
    return refused


def waiting_request(case: Case) -> ExceptionRequest | None:
    """The exception that was asked for and not answered yet."""
    waiting = case.exception_requests.filter(state=ExceptionState.ASKED)
    return waiting.select_related("asked_by").first()


def _check_another(case: Case, by: User) -> None:
    asked = waiting_request(case)
    if caseworker_of(case.person) == by or (asked and asked.asked_by_id == by.pk):
        raise OwnException


def _answer(case: Case, state: ExceptionState, answer: str, by: User) -> ExceptionRequest | None:
    asked = waiting_request(case)
    if asked:
        move(
            lock(asked),
            state,
            version=asked.version,
            answered_at=timezone.now(),
            answered_by=by,
            answer=answer,
        )
    return asked
