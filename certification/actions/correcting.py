"""What the evaluator puts right once a verifier has sent a portfolio back (CERT-7)."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from certification.actions.parts import check_part, given_reason
from certification.actions.refusals import AssessmentClosed
from certification.actions.sessions import NoteMissing, check_observation, next_seq, replayed
from certification.choices import EvidenceKind, ItemAnswer, Photo
from certification.models import Assessment, Item, ItemResolution, Observation
from genesis.lib.states import change, lock


class NotSentBack(AssessmentClosed):
    """What was judged is put right only where a verifier says that it does not hold (CERT-7)."""

    sentence = gettext_noop(
        "Only an item that the verifier sent back as not holding can be answered anew."
    )


@transaction.atomic
def correct_answer(
    assessment: Assessment,
    *,
    key: UUID,
    device: UUID,
    item: Item,
    value: str,
    note: str,
    reason: str,
    by: User,
) -> Observation:
    """Answer anew an item that a verifier sent back: this answer counts, all others stay.

    The judgement is then computed anew, and the verifier looks at the item again.
    The same key with the same content is a replay; with other content it raises
    OtherContent. Raises NotSentBack unless the last return names the item, and
    after a stop for safety; NotYours, InvalidAnswer, NoteMissing and ReasonMissing.
    """
    assessment = lock(assessment)
    content: dict[str, Any] = {
        "session": assessment.last_session(),
        "device": device,
        "item": item,
        "value": value.strip(),
        "note": note.strip(),
        "by": by,
    }
    if known := replayed(key, content):
        return known
    check_correctable(assessment, item)
    check_part(assessment.evaluator, by)
    check_observation(assessment, item, content["value"], content["note"])
    _check_photo(assessment, item, value=content["value"], note=content["note"])
    reason = given_reason(reason)
    observation = Observation.objects.create(
        client_id=key, seq=next_seq(assessment, device), **content
    )
    now = timezone.now()
    assessment.resolutions.filter(item=item, annulled_at=None).update(annulled_at=now)
    ItemResolution.objects.create(
        assessment=assessment, item=item, observation=observation, reason=reason, decided_by=by
    )
    change(assessment, version=assessment.version)  # a judgement shown before is not the one signed
    record_activity("assessment.answer_corrected", assessment, by=by, item=item.code)
    return observation


def _check_photo(assessment: Assessment, item: Item, *, value: str, note: str) -> None:
    """An item whose photo is obligatory is not met without one: then a note says what was seen."""
    if item.photo != Photo.REQUIRED or value == ItemAnswer.NA or note:
        return
    photos = assessment.evidence.counting().filter(item=item, kind=EvidenceKind.PHOTO)
    if not photos.exists():
        raise NoteMissing


def check_correctable(assessment: Assessment, item: Item) -> None:
    """Raise NotSentBack unless the verifier who sent it back last named this item."""
    returned = assessment.last_return()
    if returned is None or item.code not in returned.items:
        raise NotSentBack
    if assessment.stopped_at:
        raise NotSentBack(_("The session was stopped for safety: it takes no more answers."))
