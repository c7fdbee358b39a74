"""Telling the holder of a certificate what became of it: that it did, and never why.

The text goes on the way that she allowed and, where the programme may not be named, says
nothing of it; a person sends it (CASE-14). Where there is no such way somebody tells her.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from beneficiaries.actions.cases import caseworker_of
from beneficiaries.actions.messages import cancel_message, prepare_notice
from beneficiaries.choices import MessageState
from beneficiaries.models import Message, Person
from certification.actions.parts import given_reason
from certification.actions.refusals import NotPossible
from certification.choices import CertificateEventKind
from certification.models import CertificateEvent, HolderNotice
from genesis.lib.states import change, lock

TEXT = "certificado"  # the code of the text, which an installation may reword
# What the holder is told of: what else was done with it is for staff alone.
WORDS = {
    CertificateEventKind.SUSPENDED: gettext_noop("your certificate does not hold for now"),
    CertificateEventKind.LIFTED: gettext_noop("your certificate holds again"),
    CertificateEventKind.REVOKED: gettext_noop("your certificate does not hold any more"),
    CertificateEventKind.REPLACED: gettext_noop(
        "another certificate takes the place of the one that you have"
    ),
}


class AlreadyTold(NotPossible):
    """Nobody is told the same twice."""

    sentence = gettext_noop("The holder was told already.")


def tell_holder(event: CertificateEvent, *, by: User) -> HolderNotice:
    """Prepare a text for the holder, or leave it to whoever accompanies her.

    Call it in the transaction of what became of the certificate, the person locked.
    """
    person = event.certificate.assessment.person
    _put_aside_earlier(event, by)
    message, caseworker = None, caseworker_of(person)
    if caseworker:  # whom she knows, and who finds the text among those to send
        message = prepare_notice(
            person,
            code=TEXT,
            values={"actividad": _in_spanish(WORDS[CertificateEventKind(event.kind)])},
            said_by=caseworker,
            by=by,
        )
    return HolderNotice.objects.create(event=event, message=message)


def _in_spanish(words: str) -> str:
    """In the language of the text, whatever whoever acts reads."""
    with translation.override("es"):
        return _(words)


def _put_aside_earlier(event: CertificateEvent, by: User) -> None:
    """No text goes out that is true no more."""
    earlier = HolderNotice.objects.filter(event__certificate=event.certificate_id)
    for each in Message.objects.waiting().filter(pk__in=earlier.values("message")):
        cancel_message(each, version=each.version, by=by)


@transaction.atomic
def record_told(
    notice: HolderNotice, *, version: int, told_on: date, told_how: str, by: User
) -> HolderNotice:
    """Keep that somebody told the holder, on which day and how; a text that waits is put aside.

    Raises AlreadyTold, ReasonMissing, ValidationError for a day before it became so or to
    come, and StaleRecord.
    """
    lock(Person(pk=notice.person_id))
    notice = lock(notice)
    message = notice.message
    said = message and message.state == MessageState.SENT and not message.neutral
    if notice.told_at or said:
        raise AlreadyTold
    if not timezone.localdate(notice.event.at) <= told_on <= timezone.localdate():
        raise ValidationError(
            {"told_on": _("Choose a day since it became so that has already come.")}
        )
    change(
        notice,
        version=version,
        told_on=told_on,
        told_how=given_reason(told_how),
        told_at=timezone.now(),
        told_by=by,
    )
    if message and message.state == MessageState.PREPARED:
        cancel_message(message, version=message.version, by=by)
    record_activity("certificate.holder_told", notice, by=by)
    return notice
