"""What a telephone noted and could not be taken: coordination decides what counts (CERT-7).

It came too late, or coordination handed it in: of a telephone that was withdrawn, or of
who was the evaluator before.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Min, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from certification.actions.closing import close_from_phone
from certification.actions.evidence import take_back
from certification.actions.parts import check_other_parts, given_reason
from certification.actions.pausing import pause_session, resume_session
from certification.actions.planning import check_watcher
from certification.actions.records import in_session, moment_of, points_of
from certification.actions.refusals import AlreadySettled, NotPossible
from certification.actions.sessions import check_observation, start_session
from certification.choices import WITH_A_FILE, AssessmentState, RecordKind, Settlement
from certification.choices.field import PAUSES
from certification.models import (
    Assessment,
    Conflict,
    Item,
    ItemResolution,
    Observation,
    Package,
    Receipt,
)
from certification.rules.scoring import InvalidAnswer
from genesis.lib.states import MoveNotAllowed, change, lock

# In which of them what was noted can still count.
TAKING = [AssessmentState.IN_ASSESSMENT.value, AssessmentState.EVIDENCE_CLOSED.value]
LEFT_OPEN = (NotPossible, MoveNotAllowed, InvalidAnswer)


class CannotBeTaken(NotPossible):
    """After the judgement nothing that it stands on changes (CERT-7)."""

    sentence = gettext_noop(
        "What the telephone noted can no longer count: it would change what was judged or decided."
    )


@transaction.atomic
def settle_conflict(conflict: Conflict, *, settlement: str, reason: str, by: User) -> Conflict:
    """Decide what counts of a record that could not be taken: what it says, or what there is.

    It can be taken until the judgement is signed, never after a stop for safety; of who
    was the evaluator before only where she or he could have been it then, and has no
    other part (CERT-4, CERT-5). Raises AlreadySettled, CannotBeTaken, InvalidAnswer,
    NoteMissing, ReasonMissing, SamePerson, what `check_watcher` raises, and of a start
    or an end what these raise.
    """
    assessment = lock(conflict.assessment)
    conflict = lock(conflict)
    if conflict.settled_at:
        raise AlreadySettled
    reason = given_reason(reason)
    if settlement == Settlement.TAKEN:
        _take_late(assessment, conflict, reason, by)
    conflict.settled_at, conflict.settled_by = timezone.now(), by
    conflict.settlement, conflict.reason = settlement, reason
    conflict.save(update_fields=["settled_at", "settled_by", "settlement", "reason"])
    record_activity("assessment.conflict_settled", assessment, by=by, settlement=settlement)
    return conflict


@transaction.atomic
def settle_phone(
    assessment: Assessment,
    *,
    conflicts: Iterable[Conflict],
    settlement: str,
    reason: str,
    by: User,
) -> int:
    """Decide the same of what one telephone noted of it; return how much of that stays open.

    `conflicts` are those that were looked at. What the telephone corrected itself is set
    aside. What cannot be taken stays open, each for itself. Raises AlreadySettled,
    ReasonMissing, and CannotBeTaken where nothing could be settled.
    """
    assessment = lock(assessment)
    reason = given_reason(reason)
    open_ones = assessment.conflicts.open().filter(pk__in=[each.pk for each in conflicts])
    found = sorted(open_ones.select_related("receipt", "item"), key=_in_order)
    if not found:
        raise AlreadySettled
    left = 0
    for each in found:
        each.assessment = assessment
        decided = Settlement.DISMISSED if _corrects_itself(each) else settlement
        try:
            settle_conflict(each, settlement=decided, reason=reason, by=by)
        except LEFT_OPEN:
            left += 1
    if left == len(found):
        raise CannotBeTaken
    return left


def _corrects_itself(conflict: Conflict) -> bool:
    item = conflict.item if conflict.receipt.kind == RecordKind.ANSWER else None
    return item is not None and _was_corrected(conflict.receipt, item)


def _in_order(conflict: Conflict) -> tuple[int, int]:
    """First the start and last the end, as a telephone sends them."""
    place = {RecordKind.START.value: 0, RecordKind.CLOSE.value: 2}
    return place.get(conflict.receipt.kind, 1), conflict.receipt.seq


def can_be_taken(conflict: Conflict) -> bool:
    """Whether what was noted may still count: never of a session that was repeated."""
    assessment, receipt = conflict.assessment, conflict.receipt
    is_theirs = receipt.by_id == assessment.evaluator_id
    if receipt.kind == RecordKind.START:
        return is_theirs and assessment.state == AssessmentState.PLAN_AGREED
    if receipt.kind == RecordKind.CLOSE:
        return is_theirs and assessment.state == AssessmentState.IN_ASSESSMENT
    if assessment.state not in TAKING or assessment.stopped_at or _was_annulled(conflict):
        return False
    if receipt.kind in PAUSES:
        return is_theirs and assessment.state == AssessmentState.IN_ASSESSMENT
    if receipt.kind in {RecordKind.STOP, *WITH_A_FILE}:
        return True
    item = conflict.item
    if item is None or assessment.carried.filter(instrument=item.instrument_id).exists():
        return False
    if assessment.resolutions.filter(item=item, annulled_at=None).exists():
        return False
    return not _was_corrected(receipt, item)


def _packages_of(receipt: Receipt) -> QuerySet[Package]:
    taken = Package.objects.filter(phone=receipt.phone_id, assessment=receipt.assessment_id)
    return taken.filter(built_at__lte=receipt.received_at)


def _was_annulled(conflict: Conflict) -> bool:
    """Whether it was noted before an appeal had the session repeated."""
    last = conflict.assessment.sessions.aggregate(Max("annulled_at"))["annulled_at__max"]
    since = _packages_of(conflict.receipt).filter(built_at__gt=last) if last else None
    return since is not None and not since.exists()


def _was_corrected(receipt: Receipt, item: Item) -> bool:
    """Whether the same telephone said something of the item later: that is its last word.

    A receipt is there of all that came, also of what said nothing new.
    """
    later = Receipt.objects.filter(
        phone=receipt.phone_id,
        assessment=receipt.assessment_id,
        kind=RecordKind.ANSWER,
        seq__gt=receipt.seq,
    )
    bodies = later.values_list("body", flat=True)
    return any(str(json.loads(each).get("item", "")).strip() == item.code for each in bodies)


def _take_late(assessment: Assessment, conflict: Conflict, reason: str, by: User) -> None:
    conflict.assessment = assessment
    if not can_be_taken(conflict):
        raise CannotBeTaken
    receipt = conflict.receipt
    if receipt.by_id != assessment.evaluator_id:
        check_other_parts(assessment, receipt.by, part="evaluator")
        check_watcher(assessment, receipt.by, at=_noted_at(receipt))
    if receipt.kind in WITH_A_FILE:
        session = Coalesce("session", Value(getattr(assessment.last_session(), "pk", None)))
        kept = assessment.evidence.filter(client_id=receipt.record_id)
        kept.update(counts=True, session=session)
    elif receipt.kind == RecordKind.ANSWER:
        assert conflict.item is not None  # `can_be_taken` has looked
        _count_late(assessment, conflict, conflict.item, reason, by)
    else:
        _take_step(assessment, conflict, reason, by)


def _noted_at(receipt: Receipt) -> datetime:
    """When it was noted: not before it was first taken along."""
    since = _packages_of(receipt).aggregate(Min("built_at"))["built_at__min"]
    return moment_of(receipt, since=since or receipt.received_at)


def _take_step(assessment: Assessment, conflict: Conflict, reason: str, by: User) -> None:
    """A start, a pause, a stop or an end: it is made as of when the telephone told of it."""
    receipt, version = conflict.receipt, assessment.version
    if receipt.kind == RecordKind.START:
        start_session(
            assessment,
            version=version,
            identity_checked=conflict.value,
            safety=points_of(conflict.note),
            by=receipt.by,
            at=_noted_at(receipt),
            told_by=by,
            outside_because=reason,
        )
    elif receipt.kind in PAUSES:
        act = pause_session if receipt.kind == RecordKind.PAUSE else resume_session
        act(assessment, by=receipt.by, at=in_session(assessment, receipt))
    elif receipt.kind == RecordKind.STOP:
        change(
            assessment,
            version=version,
            stopped_at=in_session(assessment, receipt),
            stop_reason=given_reason(conflict.note.strip() or reason),
        )
    else:
        take_back(assessment, json.loads(receipt.body).get("without", []), by=receipt.by)
        close_from_phone(assessment, by=receipt.by, at=in_session(assessment, receipt))


def _count_late(
    assessment: Assessment, conflict: Conflict, item: Item, reason: str, by: User
) -> None:
    """Let a late answer be the one that counts: the others stay beside it."""
    receipt = conflict.receipt
    check_observation(assessment, item, conflict.value.strip(), conflict.note)
    observation = Observation.objects.create(
        client_id=receipt.record_id,
        session=assessment.last_session(),
        device=receipt.phone.public_id,
        seq=receipt.seq,
        item=item,
        value=conflict.value.strip(),
        note=conflict.note,
        observed_at=receipt.noted_at or receipt.received_at,
        read_aloud=str(json.loads(receipt.body).get("read_aloud")) == "1",
        by=receipt.by,
    )
    ItemResolution.objects.create(
        assessment=assessment, item=item, observation=observation, reason=reason, decided_by=by
    )
