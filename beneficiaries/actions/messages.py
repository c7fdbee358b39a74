"""Texts for people: prepared here, sent and ticked by a person, never by the machine (CASE-14)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.consents import RESTRICTED, has_consent, why_not
from beneficiaries.choices import ConsentPurpose, ContactChannel, MessageState
from beneficiaries.models import Contact, Message, MessageTemplate, Person
from beneficiaries.models.messages import BY_TELEPHONE
from beneficiaries.rules.messages import PLACES as KNOWN
from beneficiaries.rules.messages import Hours, fill, gives_away, next_window, places_in
from genesis.lib.states import change, lock, move


class NotPossible(ValidationError):
    """Somebody may not be reached in this way: it is impossible, not merely warned of."""


def channels_of(person: Person) -> list[ContactChannel]:
    """The ways in which a text may reach a person by telephone: those that she allowed."""
    contact = person.contact
    if not contact.phone_1:
        return []
    return [each for each in BY_TELEPHONE if each in contact.allowed_channels]


@transaction.atomic
def prepare_message(
    person: Person,
    *,
    key: UUID,
    template: MessageTemplate,
    channel: str,
    values: Mapping[str, str],
    by: User,
) -> Message:
    """Freeze a text for a person, to be sent now or in the hours that she allowed.

    Where the programme may not be named, it is the neutral text. Raises
    NotPossible without the consent for it or the channel, and OtherContent.
    """
    sent = claim(key, by=by, content=[person, template, channel, dict(values)])
    if sent.result:
        return Message.objects.get(pk=sent.result)
    message = _prepare(person, template=template, channel=channel, values=values, by=by)
    settle(sent, message)
    return message


def _prepare(
    person: Person,
    *,
    template: MessageTemplate,
    channel: str,
    values: Mapping[str, str],
    by: User,
    said_by: User | None = None,
) -> Message:
    person = lock(person)  # a withdrawal at this moment waits, and then cancels the text
    _check(person, template, channel)
    window = next_window(_hours_of(person), timezone.localtime())
    neutral = not person.contact.safe_to_identify_project
    words = template.neutral_text if neutral else template.text
    who = said_by or by
    known = {**values, "nombre": person.given_names.split()[0], "quien": who.first_name}
    missing = sorted(each for each in places_in(words) if not known.get(each))
    if missing:
        raise NotPossible(_("Fill in: {missing}.").format(missing=", ".join(missing)))
    message = Message.objects.create(
        person=person,
        template=template,
        neutral=neutral,
        channel=channel,
        number=str(person.contact.phone_1.as_e164),
        text=fill(words, known),
        not_before=window.starts,
        not_after=window.ends,
        prepared_by=by,
    )
    record_activity(
        "message.prepared", message, by=by, template=template.code, neutral=neutral, by_way=channel
    )
    return message


def templates_for(person: Person) -> tuple[QuerySet[MessageTemplate], QuerySet[MessageTemplate]]:
    """The texts that may be prepared for a person, and those that wait for a consent."""
    active = MessageTemplate.objects.filter(active=True)
    agreed = set(person.consents.in_force().values_list("purpose", flat=True))
    if ConsentPurpose.REGISTRATION not in agreed:
        agreed = set()
    return active.filter(purpose__in=agreed), active.exclude(purpose__in=agreed)


def _check(person: Person, template: MessageTemplate, channel: str) -> None:
    if channel not in channels_of(person):
        raise NotPossible(_("She or he does not allow this way of contact: nothing is prepared."))
    for purpose in {ConsentPurpose.REGISTRATION, template.purpose}:
        if not has_consent(person, purpose):
            raise NotPossible(why_not(person, purpose))


def _hours_of(person: Person) -> list[Hours]:
    rows = person.safe_hours.filter(active=True)
    return [Hours(each.days, each.starts, each.ends) for each in rows]


def prepare_row(
    person: Person, *, template: MessageTemplate, values: Mapping[str, str], by: User
) -> str:
    """Prepare a text for one of many, by the first way that she allows; return why not, or ""."""
    channels = channels_of(person)
    if not channels:
        return _("No way of contact is allowed: do not contact")
    try:
        with transaction.atomic():
            _prepare(person, template=template, channel=channels[0], values=values, by=by)
    except NotPossible as error:
        return " ".join(error.messages)
    return ""


def prepare_notice(
    person: Person, *, code: str, values: Mapping[str, str], said_by: User, by: User
) -> Message | None:
    """Prepare the text `code` by the first way that she allows; None where none may be sent.

    It is said by whoever she knows, `said_by`. Call it in a transaction.
    """
    template = MessageTemplate.objects.filter(code=code, active=True).first()
    if template is None or not Contact.objects.filter(person=person).exists():
        return None
    channels = channels_of(person)
    if not channels:
        return None
    try:
        with transaction.atomic():
            return _prepare(
                person,
                template=template,
                channel=channels[0],
                values=values,
                by=by,
                said_by=said_by,
            )
    except NotPossible:  # without a consent: somebody tells her in another way
        return None


@transaction.atomic
def tick_message(message: Message, *, version: int, by: User) -> Message:
    """Keep that a person sent it. Raises NotPossible out of its hours or its channel."""
    person = lock(message.person)
    message = lock(message)
    _check_still(person, message)
    now = timezone.now()
    changes = move(message, MessageState.SENT, version=version, ended_at=now, ended_by=by)
    record_activity(
        "message.sent",
        message,
        by=by,
        changes={"state": changes["state"]},
        template=message.template.code,
        neutral=message.neutral,
    )
    return message


def why_not_now(message: Message) -> str:
    """Why a text may not be sent at this moment; empty when it may."""
    try:
        _check_still(message.person, message)
    except NotPossible as error:
        return " ".join(error.messages)
    return ""


def _check_still(person: Person, message: Message) -> None:
    """Look again: what she allows may have changed since the text was prepared."""
    if person.restricted_at:
        raise NotPossible(RESTRICTED)
    contact = person.contact
    if message.channel not in channels_of(person) or contact.phone_1.as_e164 != message.number:
        raise NotPossible(_("How to reach her or him has changed: cancel it, and prepare another."))
    if not message.neutral and not contact.safe_to_identify_project:
        raise NotPossible(_("The programme may not be named any more: prepare another."))
    now = timezone.localtime()
    if next_window(_hours_of(person), now).starts > now or not message.may_be_sent_now:
        raise NotPossible(_("Not at this hour: wait for the hours that she or he allowed."))


@transaction.atomic
def cancel_message(message: Message, *, version: int, by: User) -> Message:
    """Put a text aside that nobody is to send."""
    message = lock(message)
    now = timezone.now()
    move(message, MessageState.CANCELLED, version=version, ended_at=now, ended_by=by)
    record_activity("message.cancelled", message, by=by)
    return message


def cancel_messages(person: Person, purpose: str, by: User) -> int:
    """Put aside what was prepared for a purpose that a person takes back; how many."""
    waiting = Message.objects.waiting().filter(person=person)
    if purpose != ConsentPurpose.REGISTRATION:  # without that one nothing goes out at all
        waiting = waiting.filter(template__purpose=purpose)
    rows = list(waiting)
    for each in rows:
        cancel_message(each, version=each.version, by=by)
    return len(rows)


def check_texts(text: str, neutral_text: str) -> None:
    """Raise ValidationError for a text that asks for the unknown, or a neutral one that tells."""
    unknown = places_in(text) - KNOWN
    if unknown:
        raise ValidationError(
            {
                "text": _("This can be filled in: {known}. Not: {unknown}.").format(
                    known=", ".join(f"{{{each}}}" for each in sorted(KNOWN)),
                    unknown=", ".join(sorted(unknown)),
                )
            }
        )
    if gives_away(neutral_text):
        raise ValidationError(
            {
                "neutral_text": _(
                    "The neutral text names neither the programme nor what she or he does there,"
                    " and has no address. Only {nombre} and {quien} are filled in."
                )
            }
        )


@transaction.atomic
def write_template(
    *, key: UUID, code: str, title: str, purpose: str, text: str, neutral_text: str, by: User
) -> MessageTemplate:
    """Add a text for messages. Raises OtherContent and ValidationError."""
    sent = claim(key, by=by, content=[code, title, purpose, text, neutral_text])
    if sent.result:
        return MessageTemplate.objects.get(pk=sent.result)
    check_texts(text, neutral_text)
    written = MessageTemplate(
        code=code, title=title, purpose=purpose, text=text, neutral_text=neutral_text
    )
    written.full_clean()
    written.save()
    settle(sent, written)
    record_activity("template.written", written, by=by)
    return written


@transaction.atomic
def change_template(
    template: MessageTemplate, *, version: int, by: User, **answers: Any
) -> MessageTemplate:
    """Change a text for messages: those that were prepared stay as they were."""
    template = lock(template)
    check_texts(answers["text"], answers["neutral_text"])
    changes = change(template, version=version, **answers)
    record_activity("template.changed", template, by=by, changes=changes)
    return template
