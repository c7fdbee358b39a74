"""Photos, papers and signatures of a session: kept made anew, and awaited before it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.actions.history import record_activity
from accounts.models import User
from beneficiaries.actions.consents import has_consent
from beneficiaries.choices import ConsentPurpose
from certification.actions.parts import check_part, given_reason
from certification.actions.refusals import AssessmentClosed, NotPossible
from certification.choices import (
    AssessmentState,
    EvidenceKind,
    EvidenceSource,
    ItemAnswer,
    Photo,
    Signer,
)
from certification.models import (
    AnnouncedFile,
    Assessment,
    AssessmentSession,
    Evidence,
    Item,
    Observation,
    PaperForm,
    Receipt,
)
from certification.models.evidence import FOLDER
from genesis.lib.states import OtherContent, change, lock
from genesis.lib.storage import erase_unnamed, stored
from genesis.lib.uploads import JPEG, Checked, RefusedFile, as_drawing, check_upload

LONGEST_NAME = 240  # of who signs


class FileRefused(NotPossible):
    """It is no picture, it is too large, or it did not arrive whole."""

    sentence = gettext_noop("The file did not arrive whole: send it again.")


class NoPhotoConsent(NotPossible):
    """Nobody is photographed who did not agree to it (CASE-3)."""

    sentence = gettext_noop(
        "The person does not agree to photos: write down what you saw in a note."
    )


class SameFile(NotPossible):
    """One photo proves one thing."""

    sentence = gettext_noop("This very file is already there.")


class PhotoMissing(NotPossible):
    """What the standard wants proven has its photo; without consent to it, a note."""

    sentence = gettext_noop("Some item needs its photo.")


class UploadsPending(NotPossible):
    """Nothing ends before what a telephone announced has arrived (CERT-10)."""

    sentence = gettext_noop("A telephone has photos or signatures that have not arrived yet.")


class NothingAwaited(NotPossible):
    """There is nothing to give up."""

    sentence = gettext_noop("Everything that was announced has arrived.")


@dataclass(frozen=True)
class Piece:
    """One photo, paper or signature as it was sent; `sha256` is what its sender says of it."""

    key: UUID
    device: UUID
    source: EvidenceSource
    data: bytes = b""
    sha256: str = ""
    item: Item | None = None
    signs: str = ""
    name: str = ""
    taken_at: datetime | None = None
    paper: PaperForm | None = None  # of which it is a photo or a scan

    @property
    def is_signature(self) -> bool:
        return bool(self.signs)


@transaction.atomic
def record_evidence(assessment: Assessment, *, piece: Piece, by: User) -> Evidence:
    """Keep a photo, a paper or a signature of a session that goes on.

    The same key with the same file is a replay; with another it raises
    OtherContent. Raises AssessmentClosed unless in assessment, NotYours,
    NoPhotoConsent for a photo of somebody who did not agree to it, FileRefused
    and SameFile.
    """
    assessment = lock(assessment)
    if known := kept_before(assessment, piece):
        return known
    session = assessment.last_session()
    if assessment.state != AssessmentState.IN_ASSESSMENT or session is None:
        raise AssessmentClosed
    check_part(assessment.evaluator, by)
    made = _keep(assessment, session, piece, by)
    record_activity("assessment.evidence_added", assessment, by=by, kind=made.kind)
    return made


def kept_before(assessment: Assessment, piece: Piece) -> Evidence | None:
    """What came before with this key. Raises OtherContent for another file, or elsewhere."""
    known = Evidence.objects.filter(client_id=piece.key).first()
    if known is None:
        return None
    there = (known.assessment_id, known.paper_id, known.sha256)
    if there != (assessment.pk, piece.paper and piece.paper.pk, sha256_of(piece.data)):
        raise OtherContent(_("This file was already received with other content."))
    return known


def keep_late(assessment: Assessment, *, piece: Piece, by: User) -> Evidence:
    """Keep what came too late: it counts once coordination has taken it. Raises as above."""
    session = assessment.last_session()
    return _keep(assessment, session, piece, by, counts=False)


def _keep(
    assessment: Assessment,
    session: AssessmentSession | None,
    piece: Piece,
    by: User,
    *,
    counts: bool = True,
) -> Evidence:
    evidence = Evidence(
        client_id=piece.key,
        assessment=assessment,
        session=session,
        item=piece.item,
        kind=EvidenceKind.SIGNATURE if piece.is_signature else EvidenceKind.PHOTO,
        signs=_signer(piece),
        name=piece.name.strip(),
        source=piece.source,
        paper=piece.paper,
        device=piece.device,
        counts=counts,
        taken_at=piece.taken_at or timezone.now(),
        by=by,
    )
    contents = _name_files(evidence, piece)
    _check_consent(evidence)
    with stored(contents):
        evidence.save()
    return evidence


def _signer(piece: Piece) -> str:
    if piece.is_signature and piece.signs not in Signer.values:
        raise FileRefused(_("It does not say who signs."))
    if len(piece.name) > LONGEST_NAME or not piece.name.isprintable():
        raise FileRefused(_("The name of who signs is too long."))
    return piece.signs


def _name_files(evidence: Evidence, piece: Piece) -> dict[str, bytes]:
    """Fill in what is known of the file; return what is to be written, by its name."""
    if not piece.data:
        if not evidence.name or piece.sha256:
            raise FileRefused
        return {}
    evidence.sha256 = sha256_of(piece.data)
    if piece.sha256 and piece.sha256 != evidence.sha256:
        raise FileRefused
    if evidence.assessment.evidence.filter(sha256=evidence.sha256).exists():
        raise SameFile
    checked = look_into(piece.data)
    if piece.paper:
        evidence.kind = EvidenceKind.DOCUMENT
    if checked.media_type != JPEG:
        if piece.is_signature or piece.source == EvidenceSource.PHONE:
            raise FileRefused(_("Send a photo or an image here, not a PDF."))
        evidence.kind = EvidenceKind.DOCUMENT
    if piece.is_signature:
        checked = as_drawing(checked)
    evidence.media_type = checked.media_type
    evidence.kept_sha256 = sha256_of(checked.content)
    name = f"{FOLDER}/{uuid4()}"
    evidence.file.name = f"{name}.{checked.extension}"
    contents = {evidence.file.name: checked.content}
    if checked.preview:
        evidence.preview.name = f"{name}-preview.jpg"
        contents[evidence.preview.name] = checked.preview
    return contents


def _check_consent(evidence: Evidence) -> None:
    if evidence.kind == EvidenceKind.PHOTO and not may_photograph(evidence.assessment):
        raise NoPhotoConsent


def may_photograph(assessment: Assessment) -> bool:
    """Whether the person agrees to photos today."""
    return has_consent(assessment.person, ConsentPurpose.IMAGE)


def sha256_of(data: bytes) -> str:
    return sha256(data).hexdigest() if data else ""


def look_into(data: bytes) -> Checked:
    """What is kept of a file that was sent, made anew. Raises FileRefused."""
    try:
        return check_upload(data)
    except RefusedFile as error:
        raise FileRefused(str(error)) from error


def erase_orphans() -> int:
    """Erase the files that no row names; return how many they were."""
    rows = Evidence.objects.values_list("file", "preview")
    return erase_unnamed(FOLDER, (each for row in rows for each in row))


# What a telephone has announced


def announce(receipt: Receipt, sums: Iterable[str]) -> None:
    """Keep that a telephone has these files, which are awaited from now on."""
    for each in sums:
        AnnouncedFile.objects.get_or_create(
            assessment=receipt.assessment, sha256=each, defaults={"receipt": receipt}
        )


def take_back(assessment: Assessment, sums: Iterable[str], *, by: User) -> None:
    """The evaluator took these files out on the telephone: they never arrive."""
    _give_up(
        assessment.announced.missing().filter(sha256__in=list(sums)),
        reason=_("Taken out on the telephone."),
        by=by,
    )


@transaction.atomic
def give_up_files(assessment: Assessment, *, version: int, reason: str, by: User) -> Assessment:
    """Go on without the files of a telephone that was lost or broken, for a reason.

    Raises NotYours, NothingAwaited, ReasonMissing and StaleRecord.
    """
    assessment = lock(assessment)
    check_part(assessment.evaluator, by)
    missing = awaited(assessment)
    if not missing.exists():
        raise NothingAwaited
    change(assessment, version=version)
    count = _give_up(missing, reason=given_reason(reason), by=by)
    record_activity("assessment.files_given_up", assessment, by=by, count=count)
    return assessment


def forget_awaited(assessment: Assessment, *, reason: str, by: User) -> None:
    """Await no more what was announced of a session that is repeated."""
    _give_up(assessment.announced.missing(), reason=reason, by=by)


def _give_up(missing: Any, *, reason: str, by: User) -> int:
    keys = list(missing.values_list("pk", flat=True))
    return AnnouncedFile.objects.filter(pk__in=keys).update(
        given_up_at=timezone.now(), given_up_by=by, reason=reason
    )


def awaited(assessment: Assessment) -> Any:
    """What was announced and has to arrive: of somebody who agrees to none, no photo any more."""
    missing = assessment.announced.missing()
    return missing if may_photograph(assessment) else missing.without_photos()


# What has to be there in the end


def check_evidence(assessment: Assessment) -> None:
    """Raise UploadsPending while something is awaited, PhotoMissing where a proof is lacking."""
    waiting = awaited(assessment).count()
    if waiting:
        raise UploadsPending(
            ngettext(
                "%d photo or signature of a telephone has not arrived yet.",
                "%d photos or signatures of a telephone have not arrived yet.",
                waiting,
            )
            % waiting
        )
    if assessment.stopped_at:
        return
    codes = items_without_photo(assessment)
    if not codes:
        return
    words = _("These items need their photo: %(items)s.")
    if not may_photograph(assessment):
        words = _("Without consent to photos these items need a note: %(items)s.")
    raise PhotoMissing(words % {"items": ", ".join(codes)})


def not_applicable(assessment: Assessment) -> list[str]:
    """The codes of the items that are not applicable by what counts: they need no photo."""
    answers = Observation.objects.counting().filter(session__assessment=assessment)
    resolved = assessment.resolutions.filter(annulled_at=None)
    chosen = dict(resolved.values_list("item__code", "observation__value"))
    said: dict[str, set[str]] = {}
    for code, value in answers.current().values_list("item__code", "value"):
        said.setdefault(code, set()).add(chosen.get(code, value))
    return sorted(code for code, values in said.items() if values == {ItemAnswer.NA})


def items_without_photo(assessment: Assessment) -> list[str]:
    """The items that want a photo and have none; without consent to it, those without a note."""
    items = assessment.items_to_answer().filter(photo=Photo.REQUIRED)
    codes = dict(items.order_by("instrument__position", "position").values_list("pk", "code"))
    if not codes:
        return []
    given = Observation.objects.counting()
    answers = given.filter(session__assessment=assessment, item__in=codes)
    beside = not_applicable(assessment)
    done = {pk for pk, code in codes.items() if code in beside}
    if may_photograph(assessment):
        photos = assessment.evidence.counting().filter(kind=EvidenceKind.PHOTO)
        done |= set(photos.values_list("item", flat=True))
    else:
        done |= set(answers.exclude(note="").values_list("item", flat=True))
    return [code for pk, code in codes.items() if pk not in done]
