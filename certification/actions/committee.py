"""What a committee does with the next version of a standard: it approves it, or sends it back.

Two of it approve what is published, none of whom wrote in it. They approve what
they read: it does not change meanwhile, and once it was sent back they are asked
anew.
"""

from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from certification.actions.drafts import whole_document
from certification.actions.parts import given_reason
from certification.actions.refusals import NotPossible
from certification.actions.standards import begins_on, keep_version, lock_standard
from certification.choices import APPROVALS, DraftState, VersionState
from certification.models import DraftApproval, StandardDraft, StandardVersion
from certification.rules.standard_document import digest_of
from certification.rules.standards import standard_of
from genesis.lib.states import MoveNotAllowed, StaleRecord, lock, move
from genesis.lib.storage import stored
from genesis.lib.uploads import RefusedFile, check_upload


class OwnStandard(NotPossible):
    """Nobody approves what they wrote themselves (SEC-13)."""

    sentence = gettext_noop("You wrote in it: others approve it.")


class AlreadyApproved(NotPossible):
    """Each has one voice."""

    sentence = gettext_noop("You have approved it already.")


class NotApproved(NotPossible):
    """Too few have approved it, or who publishes it is none of them."""

    sentence = gettext_noop(
        "Two of the committee approve it first, and one of them publishes it: none who wrote in it."
    )


@transaction.atomic
def send_to_committee(draft: StandardDraft, *, version: int, by: User) -> StandardDraft:
    """Have a committee look at a draft that is whole; until it answers nothing changes.

    Raises InvalidStandard with all that is wrong, MoveNotAllowed and StaleRecord.
    """
    draft = lock(draft)
    if draft.state == DraftState.DRAFT:
        standard_of(whole_document(draft))
    _go(draft, DraftState.IN_REVIEW, version=version, by=by, round=draft.round + 1, reason="")
    return draft


@transaction.atomic
def approve_draft(draft: StandardDraft, *, version: int, by: User) -> DraftApproval:
    """Give one voice for what stands there. Raises OwnStandard, AlreadyApproved, MoveNotAllowed."""
    draft = _before_the_committee(draft, version=version)
    _check_wrote_nothing(draft, by)
    if draft.votes().filter(by=by).exists():
        raise AlreadyApproved
    approval = DraftApproval.objects.create(
        draft=draft, round=draft.round, digest=digest_of(whole_document(draft)), by=by
    )
    record_activity("draft.approved", draft, by=by, round=draft.round)
    return approval


@transaction.atomic
def return_draft(draft: StandardDraft, *, version: int, reason: str, by: User) -> StandardDraft:
    """Send a draft back to be written on: whoever had approved it is asked anew.

    Its authors may take it back as well. Raises ReasonMissing, MoveNotAllowed, StaleRecord.
    """
    draft = _before_the_committee(draft, version=version)
    _go(draft, DraftState.DRAFT, version=version, by=by, reason=given_reason(reason))
    return draft


@transaction.atomic
def drop_draft(draft: StandardDraft, *, version: int, reason: str, by: User) -> StandardDraft:
    """Give a draft up; it stays to be read. Raises ReasonMissing, MoveNotAllowed, StaleRecord."""
    draft = lock(draft)
    _go(draft, DraftState.DROPPED, version=version, by=by, reason=given_reason(reason))
    return draft


@transaction.atomic
def publish_draft(
    draft: StandardDraft,
    *,
    version: int,
    met_on: date,
    present: str,
    minutes: str,
    file: File | None,
    by: User,
) -> StandardVersion:
    """Publish what the committee approved, with the minutes; it never changes again (CERT-2).

    It is in force from its day on, not before today, and ends the version before
    it. Raises NotApproved, OwnStandard, MoveNotAllowed, StaleRecord,
    AlreadyPublished and ValidationError.
    """
    content_of_file = _look_into(file) if file else None
    if met_on > timezone.localdate():
        raise ValidationError({"met_on": _("This day has not come yet.")})
    if not minutes and not content_of_file:
        raise ValidationError({"minutes": _("Write the minutes, or add them as a file.")})
    draft = _before_the_committee(draft, version=version)
    document = whole_document(draft)
    digest = digest_of(document)
    _check_approved(draft, digest, by)
    read = standard_of(document)
    if read.review_on < begins_on(read):
        raise NotPossible(_("The day of its review is over: send it back to choose another."))
    content = replace(read, valid_from=begins_on(read))
    standard = lock_standard(content)
    made = keep_version(standard, content, digest, state=VersionState.PUBLISHED, by=by)
    columns: dict[str, Any] = {}
    contents: dict[str, bytes] = {}
    if content_of_file:
        name = f"minutes/{draft.public_id}.{content_of_file.extension}"
        contents = {name: content_of_file.content}
        digest_of_file = sha256(content_of_file.content).hexdigest()
        columns = {"minutes_file": name, "minutes_sha256": digest_of_file}
    with stored(contents):
        _go(
            draft,
            DraftState.PUBLISHED,
            version=version,
            by=by,
            published_as=made,
            met_on=met_on,
            present=present,
            minutes=minutes,
            **columns,
        )
    return made


def _look_into(file: File) -> Any:
    try:
        return check_upload(file.read())
    except RefusedFile as error:
        raise ValidationError({"file": str(error)}) from error


def _before_the_committee(draft: StandardDraft, *, version: int) -> StandardDraft:
    """The draft, locked; raises MoveNotAllowed unless a committee has it, and StaleRecord."""
    draft = lock(draft)
    if draft.state != DraftState.IN_REVIEW:
        raise MoveNotAllowed(draft, DraftState.PUBLISHED)
    if draft.version != version:
        raise StaleRecord(draft)
    return draft


def _check_wrote_nothing(draft: StandardDraft, by: User) -> None:
    if draft.authors.filter(user=by).exists():
        raise OwnStandard


def _check_approved(draft: StandardDraft, digest: str, by: User) -> None:
    _check_wrote_nothing(draft, by)
    voices = set(draft.votes().filter(digest=digest).values_list("by", flat=True))
    if len(voices) < APPROVALS or by.pk not in voices:
        raise NotApproved


def _go(draft: StandardDraft, to: DraftState, *, version: int, by: User, **values: Any) -> None:
    """Move what is locked, with who and when; and keep that it happened."""
    changes = move(draft, to, version=version, state_since=timezone.now(), state_by=by, **values)
    told = {name: values for name, values in changes.items() if name in TOLD}
    record_activity(f"draft.{VERBS[to]}", draft, by=by, changes=told)


TOLD = {"state", "reason", "round"}  # of a move, beside who and when
VERBS = {
    DraftState.IN_REVIEW: "sent_to_committee",
    DraftState.DRAFT: "returned",
    DraftState.DROPPED: "dropped",
    DraftState.PUBLISHED: "published",
}
