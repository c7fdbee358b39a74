"""Keeping papers and photos of a person: added, replaced, voided; nothing is overwritten."""

from datetime import date
from hashlib import sha256
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.correcting import is_to_be_corrected
from beneficiaries.choices import SENSITIVE_PAPERS, AttachmentKind, ConsentPurpose
from beneficiaries.models import Attachment, AttachmentText, Person
from beneficiaries.models.attachments import ABOUT, FOLDER
from genesis.lib.plain import sha256_of
from genesis.lib.states import change, lock
from genesis.lib.storage import erase_unnamed, stored
from genesis.lib.textclean import UnreadableText, clean_text
from genesis.lib.uploads import Checked, RefusedFile, check_upload

LONGEST_NAME = 150


@transaction.atomic
def add_attachment(
    person: Person,
    *,
    key: UUID,
    by: User,
    file: File,
    kind: str,
    on: date | None = None,
    title: str = "",
    about: Any = None,
) -> Attachment:
    """Keep a file about a person, made anew; a new photo takes the place of the one before.

    `about` is what it proves or belongs to, of the same person. Raises
    OtherContent when `key` came before with other answers, and ValidationError.
    """
    label = about._meta.label if about else ""
    sent = claim(key, by=by, content=[person, file, kind, on, title, label, about])
    if sent.result:
        return Attachment.objects.get(pk=sent.result)
    checked = _look_into(file)
    person = lock(person)
    _check_kind(person, kind, about)
    before = None
    if kind == AttachmentKind.PHOTO:
        before = person.attachments.current().filter(kind=kind).first()
    attachment = Attachment(person=person, kind=kind, on=on, uploaded_by=by, replaces=before)
    if about:
        setattr(attachment, _column_of(about), about)
    _keep(attachment, file, checked, title)
    settle(sent, attachment)
    return attachment


@transaction.atomic
def replace_attachment(
    attachment: Attachment,
    *,
    key: UUID,
    by: User,
    file: File,
    on: date | None = None,
    title: str = "",
) -> Attachment:
    """Put a newer file in the place of one, which stays as it was. Raises as add_attachment.

    Where a correction was granted, a protected paper that is wrong is replaced without the
    consent that a new one needs.
    """
    sent = claim(key, by=by, content=[attachment, file, on, title])
    if sent.result:
        return Attachment.objects.get(pk=sent.result)
    checked = _look_into(file)
    person = lock(attachment.person)
    before = lock(attachment)
    if before.voided_at or before.replaced_at:
        raise ValidationError(_("This file was replaced or voided meanwhile: look at the list."))
    _check_kind(person, before.kind, before.about, corrects=is_to_be_corrected(person))
    links = {name: getattr(before, name) for name in ABOUT}
    newer = Attachment(
        person=person, kind=before.kind, on=on, uploaded_by=by, replaces=before, **links
    )
    _keep(newer, file, checked, title)
    settle(sent, newer)
    return newer


@transaction.atomic
def void_attachment(attachment: Attachment, *, version: int, reason: str, by: User) -> Attachment:
    """Say that a file is wrong: nobody opens it any more; it is erased when its time is over.

    Raises StaleRecord, and ValidationError without a reason.
    """
    attachment = lock(attachment)
    if attachment.voided_at:
        raise ValidationError(_("It was voided before."))
    if not reason:
        raise ValidationError({"reason": _("Say why.")})
    now = timezone.now()
    change(attachment, version=version, voided_at=now, voided_by=by, voided_reason=reason)
    record_activity("attachment.voided", attachment, by=by)
    return attachment


def shut_photos(person: Person, purpose: str, by: User) -> int:
    """Void the photos of whoever takes back that she is shown; say how many (CASE-11)."""
    if purpose != ConsentPurpose.IMAGE:
        return 0
    photos = list(person.attachments.standing().filter(kind=AttachmentKind.PHOTO))
    for each in photos:
        reason = _("The consent to be photographed was taken back.")
        void_attachment(each, version=each.version, reason=reason, by=by)
    return len(photos)


def files_of(person: Person) -> QuerySet[Attachment]:
    """Every file of a person, also replaced and voided: for merging, retention and her requests."""
    return person.attachments.select_related("text").order_by("uploaded_at", "pk")


def erase_orphans() -> int:
    """Erase the files that no row names; return how many they were."""
    rows = Attachment.objects.values_list("file", "preview")
    return erase_unnamed(FOLDER, (each for row in rows for each in row))


def _look_into(file: File) -> Checked:
    """Make a file anew; what is wrong with it is said at its field."""
    if (file.size or 0) > settings.UPLOAD_LIMIT:
        data = b" " * (settings.UPLOAD_LIMIT + 1)  # it is refused for its size, and not read
    else:
        file.seek(0)
        data = file.read()
    try:
        return check_upload(data)
    except RefusedFile as error:
        raise ValidationError({"file": str(error)}) from error


def _column_of(about: Any) -> str:
    return next(name for name, model in ABOUT.items() if isinstance(about, model))


def _check_kind(person: Person, kind: str, about: Any, *, corrects: bool = False) -> None:
    """Raise ValidationError for what may not be kept of this person. She is locked."""
    agreed = person.consents.in_force()
    if kind == AttachmentKind.PHOTO and not agreed.for_purpose(ConsentPurpose.IMAGE).exists():
        raise ValidationError(
            {"kind": _("Her or his photo is kept only with the consent to take it: ask first.")}
        )
    told = corrects or agreed.for_purpose(ConsentPurpose.SENSITIVE).exists()
    if kind in SENSITIVE_PAPERS and not told:
        raise ValidationError(
            {"kind": _("This paper is kept only with the consent to sensitive data: ask first.")}
        )
    if about and about.person_id != person.pk:
        raise ValidationError({"about": _("This is of another person.")})
    if about and _column_of(about) == "consent" and kind != AttachmentKind.CONSENT:
        raise ValidationError({"kind": _("What belongs to a consent is its signed paper.")})
    if person.attachments.current().count() >= settings.FILES_PER_PERSON:
        raise ValidationError(
            {
                "file": _(
                    "There are {most} files of this person: void one that is not needed."
                ).format(most=settings.FILES_PER_PERSON)
            }
        )


def _refuse_twice(person: Person, digest: str) -> None:
    same = person.attachments.standing().filter(sha256=digest).first()
    if same:
        day = date_format(timezone.localdate(same.uploaded_at), "SHORT_DATE_FORMAT")
        raise ValidationError(
            {"file": _("This very file is already there, since {day}.").format(day=day)}
        )


def _keep(attachment: Attachment, file: File, checked: Checked, title: str) -> None:
    """Write the file, then the row that names it; when either fails, neither is there."""
    attachment.sha256 = sha256_of(file)
    _refuse_twice(attachment.person, attachment.sha256)
    attachment.size, attachment.media_type = len(checked.content), checked.media_type
    attachment.kept_sha256 = sha256(checked.content).hexdigest()
    name = f"{FOLDER}/{attachment.public_id}"
    attachment.file.name = f"{name}.{checked.extension}"
    contents = {attachment.file.name: checked.content}
    if checked.preview:
        attachment.preview.name = f"{name}-preview.jpg"
        contents[attachment.preview.name] = checked.preview
    with stored(contents):
        if attachment.replaces:
            _retire(attachment.replaces)
        attachment.full_clean(exclude=["file", "preview"])
        attachment.save()
        AttachmentText.objects.create(
            attachment=attachment, title=title, original_name=_shown_name(file.name or "")
        )
        verb = "attachment.replaced" if attachment.replaces else "attachment.added"
        record_activity(verb, attachment, by=attachment.uploaded_by)


def _retire(before: Attachment) -> None:
    change(before, version=before.version, replaced_at=timezone.now())


def _shown_name(name: str) -> str:
    """The name that the file had, if it can be shown; it names nothing of ours."""
    try:
        return clean_text(PurePath(name.replace("\\", "/")).name)[:LONGEST_NAME]
    except UnreadableText:
        return ""
