"""Writing the next version of a standard: begun empty, from a file or from another version.

Whoever writes in a draft approves nothing of it. It may be unfinished; what is
wrong with it is said by the function that reads files, and a row that is wrong
in itself is not kept.
"""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from certification.actions.refusals import NotPossible
from certification.choices import DraftState, VersionState
from certification.documents.standards import document_of
from certification.models import DraftAuthor, DraftKeys, Standard, StandardDraft, StandardVersion
from certification.rules import standard_document as documents
from certification.rules.standard_parts import InvalidStandard
from certification.rules.standards import examine, standard_of
from genesis.lib.states import change, lock

type Document = dict[str, Any]
type Numbers = tuple[int, ...]


class NotADraft(NotPossible):
    """What a committee looks at, published or given up does not change any more."""

    sentence = gettext_noop("It is not being written any more: nothing of it changes.")


class AlreadyWritten(NotPossible):
    """Two versions of one number would take each other's place."""

    def __init__(self, code: str, number: int) -> None:
        super().__init__(
            _("There is a version %(number)s of %(code)s already, or somebody is writing it.")
            % {"number": number, "code": code}
        )


def whole_document(draft: StandardDraft) -> Document:
    """The document of a draft with the keys to its questions: for who may read them."""
    return documents.with_keys(draft.document, draft.keys.keys)


@transaction.atomic
def begin_draft(*, key: UUID, code: str, title: str, sector: str, by: User) -> StandardDraft:
    """Begin a standard that there has not been. Raises AlreadyWritten and OtherContent."""
    sent = claim(key, by=by, content=[code, title, sector])
    if sent.result:
        return StandardDraft.objects.get(pk=sent.result)
    if Standard.objects.filter(code=code).exists():
        raise AlreadyWritten(code, 1)
    made = _begin(documents.empty_document(code=code, title=title, sector=sector), by=by)
    settle(sent, made)
    record_activity("draft.begun", made, by=by)
    return made


@transaction.atomic
def take_draft(*, key: UUID, text: str, by: User) -> StandardDraft:
    """Begin with what a file holds: raises InvalidStandard with all that is wrong with it.

    Raises AlreadyWritten where that version was published, or is being written.
    """
    sent = claim(key, by=by, content=[text])
    if sent.result:
        return StandardDraft.objects.get(pk=sent.result)
    document = documents.parse(text)
    content = standard_of(document)
    others = StandardVersion.objects.filter(standard__code=content.code)
    newest = others.exclude(state=VersionState.DRAFT).order_by("-number").first()
    made = _begin(document, by=by, based_on=newest)
    settle(sent, made)
    record_activity("draft.taken_from_file", made, by=by)
    return made


@transaction.atomic
def copy_version(version: StandardVersion, *, key: UUID, by: User) -> StandardDraft:
    """Begin the next version of a standard with what one says; one loaded as a draft keeps its own.

    Raises AlreadyWritten and OtherContent.
    """
    sent = claim(key, by=by, content=[version])
    if sent.result:
        return StandardDraft.objects.get(pk=sent.result)
    standard = lock(version.standard)
    document = document_of(version)
    if not version.is_draft:
        highest = standard.versions.aggregate(highest=Max("number"))["highest"]
        document["norma"]["version"] = highest + 1
    # One that was loaded and not published gives way to what is published in its place.
    made = _begin(document, by=by, based_on=None if version.is_draft else version)
    settle(sent, made)
    record_activity("draft.copied", made, by=by, number=version.number)
    return made


def _begin(
    document: Document, *, by: User, based_on: StandardVersion | None = None
) -> StandardDraft:
    bare, keys = documents.without_keys(document)
    bare["norma"].pop("estado", None)  # a file says it of itself
    code, number = bare["norma"]["codigo"], bare["norma"]["version"]
    published = StandardVersion.objects.filter(standard__code=code, number=number)
    writing = StandardDraft.objects.open().filter(code=code, number=number)
    if any(not each.is_draft for each in published) or writing.exists():
        raise AlreadyWritten(code, number)
    made = StandardDraft(
        code=code,
        number=number,
        title=bare["norma"]["titulo"],
        document=bare,
        based_on=based_on,
        state_by=by,
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:  # somebody began it at this very moment
        raise AlreadyWritten(code, number) from None
    DraftKeys.objects.create(draft=made, keys=keys)
    DraftAuthor.objects.create(draft=made, user=by)
    return made


# Changing it


@transaction.atomic
def add_row(
    draft: StandardDraft,
    *,
    version: int,
    kind: str,
    above: Numbers,
    row: Document,
    by: User,
) -> StandardDraft:
    """Add a unit, an item, a question …; raises InvalidStandard when it is wrong in itself.

    Raises NoSuchRow, NotADraft and StaleRecord.
    """
    draft, document = _opened(draft)
    document = documents.added(document, kind, above, row)
    own = (*above, len(documents.rows_of(document, kind, above)) - 1)
    _check_row(document, kind, own)
    return _keep(draft, document, version=version, by=by, verb="row_added", part=_name(row))


@transaction.atomic
def change_row(
    draft: StandardDraft,
    *,
    version: int,
    kind: str,
    numbers: Numbers,
    row: Document,
    by: User,
) -> StandardDraft:
    """Change a row; what tests a criterion follows it to another code.

    Raises InvalidStandard when it is wrong in itself, NoSuchRow, NotADraft and StaleRecord.
    """
    draft, document = _opened(draft)
    document = documents.changed(document, kind, numbers, row)
    _check_row(document, kind, numbers)
    return _keep(draft, document, version=version, by=by, verb="row_changed", part=_name(row))


@transaction.atomic
def remove_row(
    draft: StandardDraft, *, version: int, kind: str, numbers: Numbers, by: User
) -> StandardDraft:
    """Take out a row and what stands below it. Raises NoSuchRow, NotADraft and StaleRecord."""
    draft, document = _opened(draft)
    row = documents.row_at(document, kind, numbers)
    document = documents.removed(document, kind, numbers)
    return _keep(draft, document, version=version, by=by, verb="row_removed", part=_name(row))


@transaction.atomic
def move_row(
    draft: StandardDraft, *, version: int, kind: str, numbers: Numbers, places: int, by: User
) -> StandardDraft:
    """Put a row further up or down. Raises NoSuchRow, NotADraft and StaleRecord."""
    draft, document = _opened(draft)
    row = documents.row_at(document, kind, numbers)
    document = documents.moved(document, kind, numbers, places)
    return _keep(draft, document, version=version, by=by, verb="row_moved", part=_name(row))


@transaction.atomic
def change_data(draft: StandardDraft, *, version: int, values: Document, by: User) -> StandardDraft:
    """Change what is said of the version as a whole, or of its diagnosis.

    `values` are parts of a document, put over what there is. Raises
    InvalidStandard for what is wrong in them, NotADraft and StaleRecord.
    """
    draft, before = _opened(draft)
    document = documents.merged(before, values)
    places = documents.places_of(values)
    wrong = [each for each in examine(document).faults if each.place in places and each.key]
    if wrong:
        raise InvalidStandard(wrong)
    return _keep(draft, document, version=version, by=by, verb="data_changed")


def _opened(draft: StandardDraft) -> tuple[StandardDraft, Document]:
    """The draft, locked, and its document with the keys; raises NotADraft once it is sent."""
    draft = lock(draft)
    if draft.state != DraftState.DRAFT:
        raise NotADraft
    return draft, whole_document(draft)


def _check_row(document: Document, kind: str, numbers: Numbers) -> None:
    row = documents.row_at(document, kind, numbers)
    wrong = documents.faults_of_row(examine(document).faults, kind, numbers, row)
    if wrong:
        raise InvalidStandard(wrong)


def _keep(
    draft: StandardDraft,
    document: Document,
    *,
    version: int,
    by: User,
    verb: str,
    part: str = "",
) -> StandardDraft:
    bare, keys = documents.without_keys(document)
    change(draft, version=version, document=bare, title=bare["norma"]["titulo"])
    DraftKeys.objects.filter(draft=draft).update(keys=keys)
    DraftAuthor.objects.get_or_create(draft=draft, user=by)
    facts: dict[str, Any] = {"part": part} if part else {}
    record_activity(f"draft.{verb}", draft, by=by, **facts)
    return draft


def _name(row: Document) -> str:
    """How the history names a row: by its code, where it has one."""
    return row.get("codigo", "")
