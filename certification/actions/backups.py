"""What a telephone could not send itself, handed in by coordination in its owner's name."""

from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from certification import permissions
from certification.actions.records import REFUSED, Answer, Record, take_record
from certification.actions.refusals import NotPossible
from certification.models import Assessment, Phone
from certification.rules.backups import (
    NotABackup,
    Opened,
    backup_key,
    open_backup,
    public_part,
)


class BackupUnreadable(NotPossible):
    """It is no backup of a telephone of this installation."""

    sentence = gettext_noop("This is no backup of a telephone, or it is of another installation.")


class NotOfYourOffice(NotPossible):
    """Coordination hands in what is of people of its office."""

    sentence = gettext_noop("This is of an assessment that is not of your office.")


def key_for_phones() -> str:
    """For what telephones seal their backups."""
    return public_part(_key())


def open_file(data: bytes) -> tuple[Phone, Opened]:
    """The telephone from which a backup is, and what stands in it. Raises BackupUnreadable."""
    try:
        opened = open_backup(data, _key())
    except NotABackup:
        raise BackupUnreadable from None
    phone = Phone.objects.filter(public_id=opened.phone).select_related("user").first()
    if phone is None:
        raise BackupUnreadable
    return phone, opened


def _key() -> EllipticCurvePrivateKey:
    return backup_key(settings.INSTALLATION_KEY.encode())


def take_backup(phone: Phone, *, records: Iterable[Record], by: User) -> list[Answer]:
    """Take in each record as if its owner had sent it: the same checks and the same receipt.

    Each stands for itself, and the history says who handed it in. What its owner may not
    send any more is kept for coordination to settle. What is of people of another office
    is refused.
    """
    return [_take(phone, each, by) for each in sorted(records, key=lambda record: record.seq)]


def _take(phone: Phone, record: Record, by: User) -> Answer:
    assessment = Assessment.objects.visible_to(by).filter(public_id=record.assessment).first()
    if assessment is None or not permissions.can_resolve(by, assessment):
        return Answer(record.id, refusal=NotOfYourOffice())
    try:
        with transaction.atomic():
            receipt, is_new = take_record(phone, record=record, by=phone.user, handed_in=True)
            if is_new:
                record_activity("assessment.backup_taken", assessment, by=by, receipt=receipt.pk)
    except REFUSED as error:
        return Answer(record.id, refusal=error)
    return Answer(record.id, receipt, is_new)
