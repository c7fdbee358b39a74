"""What a telephone sent too late: coordination decides whether it still counts (CERT-7)."""

import json

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from certification.actions.parts import given_reason
from certification.actions.records import in_session
from certification.actions.refusals import AlreadySettled, NotPossible
from certification.actions.sessions import check_observation
from certification.choices import WITH_A_FILE, AssessmentState, RecordKind, Settlement
from certification.models import Assessment, Conflict, Item, ItemResolution, Observation, Receipt
from genesis.lib.states import change, lock


class CannotBeTaken(NotPossible):
    """After the judgement nothing that it stands on changes (CERT-7)."""

    sentence = gettext_noop(
        "What the telephone noted can no longer count: it would change what was judged or decided."
    )


@transaction.atomic
def settle_conflict(conflict: Conflict, *, settlement: str, reason: str, by: User) -> Conflict:
    """Decide what counts of a record that came too late: what it says, or what there is.

    It can be taken until the judgement is signed, never after a stop for safety.
    Raises AlreadySettled, CannotBeTaken, InvalidAnswer, NoteMissing and ReasonMissing.
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


def can_be_taken(conflict: Conflict) -> bool:
    """Whether what came too late may still count: never of a session that was repeated."""
    assessment = conflict.assessment
    if conflict.receipt.by_id != assessment.evaluator_id:
        return False
    if assessment.state != AssessmentState.EVIDENCE_CLOSED or assessment.stopped_at:
        return False
    if conflict.receipt.kind in {RecordKind.STOP, *WITH_A_FILE}:
        return True
    item = conflict.item
    if item is None or assessment.carried.filter(instrument=item.instrument_id).exists():
        return False
    if assessment.resolutions.filter(item=item, annulled_at=None).exists():
        return False
    return not _was_corrected(conflict.receipt, item)


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
    if receipt.kind == RecordKind.STOP:
        change(
            assessment,
            version=assessment.version,
            stopped_at=in_session(assessment, receipt),
            stop_reason=given_reason(conflict.note.strip() or reason),
        )
        return
    if receipt.kind in WITH_A_FILE:
        assessment.evidence.filter(client_id=receipt.record_id).update(counts=True)
        return
    assert conflict.item is not None  # `can_be_taken` has looked
    _count_late(assessment, conflict, conflict.item, reason, by)


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
