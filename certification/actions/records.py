"""What telephones noted without signal, taken in once and in their order (ux 5.3, DECISIONS 29).

A record is known by its id: sent again it is answered as before, whatever has
happened since. What comes too late is kept, as a conflict, for coordination to
settle. What is refused is not kept, and stays on the telephone with its reason;
but what coordination hands in of a telephone that may send no more is kept as well.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from certification.actions.closing import close_from_phone
from certification.actions.evidence import (
    FileRefused,
    Piece,
    announce,
    keep_late,
    record_evidence,
    take_back,
)
from certification.actions.parts import check_part
from certification.actions.pausing import pause_session, resume_session
from certification.actions.phones import PhoneWithdrawn, check_phone
from certification.actions.refusals import AssessmentClosed, NotPossible, NotYours
from certification.actions.sessions import (
    observed_in,
    record_observation,
    start_session,
    stop_for_safety,
)
from certification.choices import (
    TO_BEGIN_STATES,
    WITH_A_FILE,
    AssessmentState,
    EvidenceSource,
    ReceiptOutcome,
    RecordKind,
    SafetyPoint,
)
from certification.models import (
    Assessment,
    Conflict,
    Item,
    Observation,
    Package,
    Phone,
    Receipt,
)
from certification.rules.phones import is_signed
from certification.rules.scoring import InvalidAnswer
from genesis.lib.states import MoveNotAllowed, OtherContent, StaleRecord, lock

LONGEST_REASON = 300  # why something was not taken
REFUSED = (NotPossible, MoveNotAllowed, StaleRecord, OtherContent, InvalidAnswer)


class NotDownloaded(NotPossible):
    """A telephone hands in what it took to the field, and nothing else."""

    sentence = gettext_noop("This telephone did not download this assessment.")


class NotBegun(NotPossible):
    """First comes the record with which the session began."""

    sentence = gettext_noop("The assessment has not begun: send its start first.")


class NotSigned(NotPossible):
    """Somebody else wrote it, or it was changed on its way."""

    sentence = gettext_noop("The signature of this record does not fit.")


KEPT = (NotYours, PhoneWithdrawn, NotBegun)  # of what coordination hands in, beside a start


@dataclass(frozen=True)
class Record:
    """One thing that a telephone noted: `body` and `signature` as they came, the rest as read.

    `noted_at` is by the telephone's clock, and `clock_off` what that lacks to ours.
    `sha256` is of the `file` that came with it; `files` are those that will come, and
    `without` those that were taken out since they were announced.
    """

    id: UUID
    assessment: UUID
    kind: RecordKind
    seq: int
    body: str
    signature: str
    item: str = ""
    value: str = ""
    note: str = ""
    noted_at: datetime | None = None
    clock_off: timedelta | None = None
    read_aloud: bool = False
    sha256: str = ""
    file: bytes = b""
    files: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a telephone is told of one record: its receipt, or why it was refused."""

    record_id: UUID
    receipt: Receipt | None = None
    is_new: bool = True
    refusal: Exception | None = None


def take_records(phone: Phone, *, records: Iterable[Record], by: User) -> list[Answer]:
    """Take in what a telephone sends, in its order: each record for itself, whole or not at all."""
    answers = []
    for each in sorted(records, key=lambda record: record.seq):
        try:
            receipt, is_new = take_record(phone, record=each, by=by)
        except REFUSED as error:
            answers.append(Answer(each.id, refusal=error))
        else:
            answers.append(Answer(each.id, receipt, is_new))
    return answers


@transaction.atomic
def take_record(
    phone: Phone, *, record: Record, by: User, handed_in: bool = False
) -> tuple[Receipt, bool]:
    """Take in one record; return its receipt, and whether it is a new one.

    The same id with the same content is a replay; with other content, or the
    number of another record, it raises OtherContent. Raises PhoneOfAnother,
    PhoneWithdrawn, NotSigned, NotDownloaded, NotBegun, and what the step itself
    raises; but where the assessment takes no more answers, the record is kept
    as a conflict. So it is where it was `handed_in` by coordination and its telephone was
    withdrawn, the evaluator is another one by now, or the session cannot begin as it says:
    with the start all that follows it.
    """
    package = Package.objects.filter(phone=phone, assessment__public_id=record.assessment)
    taken = package.select_related("assessment").order_by("built_at", "pk").first()
    if taken is None:
        raise NotDownloaded
    assessment = lock(taken.assessment)
    phone = lock(phone)
    known = Receipt.objects.filter(record_id=record.id).first()
    if known and known.phone_id == phone.pk and known.by_id == by.pk:
        if known.body != record.body:
            raise OtherContent(_("This record was already received with other content."))
        return known, False
    if known or phone.receipts.filter(seq=record.seq).exists():
        raise OtherContent(_("Another record already came with this number."))
    if not is_signed(phone.public_key, record.body, record.signature):
        raise NotSigned
    late = _take(assessment, phone, taken, record, by, handed_in=handed_in)
    receipt = _give_receipt(assessment, phone, record, by, late=late is not None)
    if late is not None:
        _keep_conflict(receipt, record, late, by)
    else:
        announce(receipt, record.files)
    return receipt, True


def _take(
    assessment: Assessment,
    phone: Phone,
    package: Package,
    record: Record,
    by: User,
    *,
    handed_in: bool,
) -> Exception | None:
    """Do what the record says; return why not, where it is kept for coordination."""
    try:
        with transaction.atomic():
            check_phone(phone, by)
            check_part(assessment.evaluator, by)
            STEPS[record.kind](assessment, phone, package, record, by)
    except AssessmentClosed as late:
        return late
    except REFUSED as refusal:
        begins = record.kind == RecordKind.START
        if handed_in and (begins or isinstance(refusal, KEPT)):
            return refusal
        raise
    return None


def _give_receipt(
    assessment: Assessment, phone: Phone, record: Record, by: User, *, late: bool
) -> Receipt:
    receipt = Receipt(
        record_id=record.id,
        phone=phone,
        assessment=assessment,
        seq=record.seq,
        kind=record.kind,
        body=record.body,
        signature=record.signature,
        outcome=ReceiptOutcome.CONFLICT if late else ReceiptOutcome.STORED,
        noted_at=record.noted_at,
        clock_off=record.clock_off,
        by=by,
    )
    try:
        with transaction.atomic():
            receipt.save()
    except IntegrityError:  # of another telephone at this very moment
        raise OtherContent(_("Another record already came with this number.")) from None
    return receipt


def _begin(
    assessment: Assessment, phone: Phone, package: Package, record: Record, by: User
) -> None:
    """The session began when the telephone says, after the download and before now."""
    if assessment.state == AssessmentState.IN_ASSESSMENT:
        return  # with signal, meanwhile: the session goes on, and the receipt keeps what was seen
    if assessment.state not in TO_BEGIN_STATES:
        raise AssessmentClosed
    at = moment_of(record, since=package.built_at)
    start_session(
        assessment,
        version=assessment.version,
        identity_checked=record.value,
        safety=points_of(record.note),
        by=by,
        at=at,
    )


def points_of(note: str) -> list[str]:
    """The points of safety that were ticked, as the note of a start has them one after another."""
    return [each for each in note.split() if each in SafetyPoint.values]


def _pause(
    assessment: Assessment, phone: Phone, package: Package, record: Record, by: User
) -> None:
    """The clock stands, or goes on again; of what has ended meanwhile nothing changes."""
    _check_begun(assessment)
    if assessment.state != AssessmentState.IN_ASSESSMENT or assessment.stopped_at:
        return
    act = pause_session if record.kind == RecordKind.PAUSE else resume_session
    act(assessment, by=by, at=in_session(assessment, record))


def moment_of(record: Record | Receipt, *, since: datetime) -> datetime:
    """When it was noted, by our clock: not before `since`, and not after now."""
    now = timezone.now()
    try:
        noted = (record.noted_at or now) + (record.clock_off or timedelta())
    except OverflowError:  # two clocks that are nonsense
        noted = now
    return min(max(noted, since), now)


def in_session(assessment: Assessment, record: Record | Receipt) -> datetime:
    """When it was noted, and not before the session began or was stopped."""
    session = assessment.last_session()
    if session is None:  # then it is refused or too late, whenever it was
        return timezone.now()
    return moment_of(record, since=assessment.stopped_at or session.started_at)


def _answer(
    assessment: Assessment, phone: Phone, package: Package, record: Record, by: User
) -> None:
    """One answer; one that says what counts already says nothing new after the end."""
    _check_begun(assessment)
    item = _item_of(assessment, record)
    session = assessment.last_session()
    try:
        if session is None:
            raise AssessmentClosed
        record_observation(
            session,
            key=record.id,
            device=phone.public_id,
            item=item,
            value=record.value,
            note=record.note,
            by=by,
            seq=record.seq,
            at=record.noted_at,
            read_aloud=record.read_aloud,
            going_on_at=in_session(assessment, record),
        )
    except AssessmentClosed:
        if not _says_nothing_new(assessment, item, record):
            raise


def _item_of(assessment: Assessment, record: Record) -> Item:
    item = assessment.standard_version.items.filter(code=record.item).first()
    if item is None:
        raise InvalidAnswer(_("There is no item %(item)s.") % {"item": record.item})
    return item


def _evidence(
    assessment: Assessment, phone: Phone, package: Package, record: Record, by: User
) -> None:
    """A photo of an item, or a signature."""
    _check_begun(assessment)
    record_evidence(assessment, piece=_piece(assessment, phone, record), by=by)


def _piece(assessment: Assessment, phone: Phone, record: Record) -> Piece:
    """What came with a record; a photo says of which item it is, a signature who signs."""
    signs = record.kind == RecordKind.SIGNATURE
    if signs and not record.value:
        raise FileRefused
    return Piece(
        key=record.id,
        device=phone.public_id,
        source=EvidenceSource.PHONE,
        data=record.file,
        sha256=record.sha256,
        item=None if signs else _item_of(assessment, record),
        signs=record.value if signs else "",
        name=record.note if signs else "",
        taken_at=record.noted_at,
    )


def _says_nothing_new(assessment: Assessment, item: Item, record: Record) -> bool:
    value, note = record.value.strip(), record.note.strip()
    if observed_in(assessment).get(item.code) != value:
        return False
    given = Observation.objects.counting().filter(session__assessment=assessment, item=item)
    same = given.filter(value=value)
    return not note or same.filter(note=note).exists()


def _stop(assessment: Assessment, phone: Phone, package: Package, record: Record, by: User) -> None:
    _check_begun(assessment)
    stop_for_safety(
        assessment,
        version=assessment.version,
        reason=record.note,
        by=by,
        at=in_session(assessment, record),
    )


def _close(
    assessment: Assessment, phone: Phone, package: Package, record: Record, by: User
) -> None:
    """The evidence is closed; once it is, or once the assessment has ended, nothing is left."""
    _check_begun(assessment)
    take_back(assessment, record.without, by=by)
    if assessment.state == AssessmentState.IN_ASSESSMENT:
        close_from_phone(assessment, by=by, at=in_session(assessment, record))


def _check_begun(assessment: Assessment) -> None:
    if assessment.state in TO_BEGIN_STATES:
        raise NotBegun


STEPS: dict[str, Callable[[Assessment, Phone, Package, Record, User], None]] = {
    RecordKind.START: _begin,
    RecordKind.ANSWER: _answer,
    RecordKind.PAUSE: _pause,
    RecordKind.RESUME: _pause,
    RecordKind.STOP: _stop,
    RecordKind.PHOTO: _evidence,
    RecordKind.SIGNATURE: _evidence,
    RecordKind.CLOSE: _close,
}


def _keep_conflict(receipt: Receipt, record: Record, late: Exception, by: User) -> None:
    """Keep what could not be taken beside what counts, for coordination (CERT-7)."""
    assessment = receipt.assessment
    if record.kind in WITH_A_FILE:
        keep_late(assessment, piece=_piece(assessment, receipt.phone, record), by=by)
    item = assessment.standard_version.items.filter(code=record.item).first()
    kept = observed_in(assessment).get(item.code, "") if item else ""
    Conflict.objects.create(
        receipt=receipt,
        assessment=assessment,
        item=item,
        value=record.value,
        note=record.note,
        kept_value=kept,
        why=str(late)[:LONGEST_REASON],
    )
    record_activity("assessment.conflict_kept", assessment, by=by, kind=record.kind)
