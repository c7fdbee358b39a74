"""The evaluators' telephones: whose they are, and what they take to the field.

A telephone is known by the number that it gave itself and by the public part of its
key. What it takes along is the least that an assessment needs: no address, no whole
document, no answer key (CERT-6).
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from beneficiaries.actions.consents import has_consent
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Person
from certification.actions.certificates import IdentityNotVerified, document_of, last_three
from certification.actions.evidence import may_photograph, not_applicable
from certification.actions.parts import given_reason
from certification.actions.refusals import NotPossible
from certification.actions.sessions import (
    consents_in_words,
    consents_of,
    noted_in,
    window_in_words,
)
from certification.choices import FIELD_STATES, PACKAGE_FORMAT, EvidenceKind
from certification.models import Assessment, Item, KeyReturn, Package, Phone, Plan
from certification.rules.phones import open_key, read_key, seal_key
from certification.rules.plans import window_of
from genesis.lib.background import enqueue
from genesis.lib.states import lock

JUST_SIGNED_IN = timedelta(minutes=15)


class PhoneOfAnother(NotPossible):
    """A telephone stays with who registered it, and with its key."""

    sentence = gettext_noop("This telephone is registered for somebody else.")


class SignInAgain(NotPossible):
    """A key is given back to who has just signed in, once for each time."""

    sentence = gettext_noop("Sign in again first: the PIN is changed right after signing in, once.")


class NoKeyKept(NotPossible):
    """There is none, or none that this installation can open."""

    sentence = gettext_noop("The key of this telephone is not kept here.")


class PhoneWithdrawn(NotPossible):
    """What was lost or handed on takes nothing along and hands nothing in."""

    sentence = gettext_noop("This telephone was withdrawn: register it anew.")


@transaction.atomic
def register_phone(
    *, public_id: UUID, name: str, public_key: str, data_key: str, by: User
) -> Phone:
    """Let an evaluator work on a telephone; the same one again changes nothing.

    Its `data_key` is kept sealed, for who forgets the PIN; again where none is kept. Raises
    InvalidKey, PhoneOfAnother where it is known with another user or key, and PhoneWithdrawn.
    """
    read_key(public_key)
    phone = Phone(public_id=public_id, name=name, public_key=public_key, user=by)
    phone.sealed_key = seal_key(data_key, **_sealing(phone))
    try:
        with transaction.atomic():
            phone.save(force_insert=True)
    except IntegrityError:  # it is known, or somebody was faster
        return _same_phone(public_id, public_key, data_key, by)
    record_activity("phone.registered", phone, by=by)
    return phone


def _sealing(phone: Phone) -> dict[str, Any]:
    whose = f"{phone.user.public_id}/{phone.public_id}"
    return {"whose": whose, "installation_key": settings.INSTALLATION_KEY.encode()}


@transaction.atomic
def give_key_back(phone: Phone, *, signed_in_at: datetime | None, by: User) -> str:
    """The key of a telephone whose PIN was forgotten, to who has just signed in.

    Once for each signing in, which asks for the second factor. Its owner is told. Raises
    as check_phone, SignInAgain and NoKeyKept.
    """
    phone = lock(phone)
    check_phone(phone, by)
    now = timezone.now()
    if signed_in_at is None or now - signed_in_at > JUST_SIGNED_IN:
        raise SignInAgain
    if phone.key_returns.filter(at__gte=signed_in_at).exists():
        raise SignInAgain
    key = _opened(phone)
    made = KeyReturn.objects.create(phone=phone, at=now)
    record_activity("phone.key_returned", phone, by=by)
    enqueue("certification.jobs.mail_key_return", return_id=made.pk)
    return key


def _opened(phone: Phone) -> str:
    """The key as it was sealed. Raises NoKeyKept, also once INSTALLATION_KEY is another."""
    if not phone.sealed_key:
        raise NoKeyKept
    try:
        return open_key(phone.sealed_key, **_sealing(phone))
    except InvalidTag:
        raise NoKeyKept from None


def keeps_key(phone: Phone) -> bool:
    """Whether its key could be given back: otherwise the telephone sends it again."""
    try:
        return bool(_opened(phone))
    except NoKeyKept:
        return False


def keep_seen(phone: Phone, *, unsent: int | None, by: User) -> None:
    """Keep that a telephone was there, and how much it had not sent yet."""
    said = {} if unsent is None else {"unsent": unsent}
    Phone.objects.filter(pk=phone.pk, user=by).update(seen_at=timezone.now(), **said)


def arrive(phone: Phone, *, unsent: int | None, by: User) -> list[Assessment]:
    """Keep that a telephone was there; return what it could download: nothing once withdrawn."""
    keep_seen(phone, unsent=unsent, by=by)
    if phone.withdrawn_at:
        return []
    found = _for_the_field(by, settings.FIELD_PACKAGE_KEPT)
    return [each for each in found if has_consent(each.person, ConsentPurpose.ASSESSMENT)]


def _same_phone(public_id: UUID, public_key: str, data_key: str, by: User) -> Phone:
    phone = lock(Phone.objects.get(public_id=public_id))
    if phone.public_key != public_key:
        raise PhoneOfAnother
    check_phone(phone, by)
    if not keeps_key(phone):
        phone.sealed_key = seal_key(data_key, **_sealing(phone))
        phone.save(update_fields=["sealed_key"])
    return phone


def check_phone(phone: Phone, by: User) -> None:
    """Raise PhoneOfAnother or PhoneWithdrawn, unless they may work on it."""
    if phone.user_id != by.pk:
        raise PhoneOfAnother
    if phone.withdrawn_at:
        raise PhoneWithdrawn


@transaction.atomic
def withdraw_phone(phone: Phone, *, by: User, reason: str = "") -> Phone:
    """Take nothing more from a telephone, and give nothing to it; a second time changes nothing.

    Its key is erased here, and the telephone forgets what it took along when it is next
    there. Whoever withdraws that of another says why. Raises ReasonMissing.
    """
    phone = lock(phone)
    if by.pk != phone.user_id:
        reason = given_reason(reason)
    if phone.withdrawn_at is None:
        phone.withdrawn_at, phone.withdrawn_by = timezone.now(), by
        phone.withdrawn_reason, phone.sealed_key = reason, ""
        phone.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "sealed_key"])
        record_activity("phone.withdrawn", phone, by=by)
    return phone


@transaction.atomic
def build_packages(phone: Phone, *, by: User) -> list[Package]:
    """Let a telephone take to the field the assessments of its user in the days to come.

    Those whose plan is agreed and whose day comes while the package lasts, and
    those that go on; none without a consent in force. Raises as check_phone.
    """
    phone = lock(phone)
    check_phone(phone, by)
    built_at = timezone.now()
    kept = settings.FIELD_PACKAGE_KEPT
    made = []
    for assessment in _for_the_field(by, kept):
        if not has_consent(assessment.person, ConsentPurpose.ASSESSMENT):
            continue
        package = Package.objects.create(
            phone=phone,
            assessment=assessment,
            format=PACKAGE_FORMAT,
            built_at=built_at,
            expires_at=built_at + kept,
        )
        record_activity("assessment.downloaded", assessment, by=by, phone=phone.pk)
        made.append(package)
    return made


def _for_the_field(user: User, kept: timedelta) -> list[Assessment]:
    today = timezone.localdate()
    days = (today - kept, today + kept)
    found = Assessment.objects.visible_to(user).to_conduct(user)
    found = found.filter(state__in=FIELD_STATES, stopped_at=None, scheduled_for__range=days)
    return list(found.for_list().order_by("scheduled_for", "scheduled_at", "pk"))


def contents_of(package: Package) -> dict[str, Any]:
    """What stands in a package, as a telephone reads it: the least that an assessment needs."""
    assessment = package.assessment
    plan = assessment.plans.newest()
    items = assessment.items_to_answer().select_related("instrument")
    answered = assessment.items_to_answer().exclude(
        pk__in=assessment.items_without_answer().values("pk")
    )
    return {
        "assessment": str(assessment.public_id),
        "reference": assessment.reference,
        "person": assessment.person.masked_name,
        "document": end_of_document(assessment.person),
        "standard": str(assessment.standard_version),
        "task": assessment.standard_version.task,
        "centre": str(assessment.centre),
        "day": assessment.scheduled_for.isoformat() if assessment.scheduled_for else "",
        "hour": f"{assessment.scheduled_at:%H:%M}" if assessment.scheduled_at else "",
        "window": _window_of(plan) if plan else None,
        "help": _help_of(plan),
        "consents": consents_in_words(consents_of(assessment.person)),
        "photos": may_photograph(assessment),
        "photographed": list(
            assessment.evidence.counting()
            .filter(kind=EvidenceKind.PHOTO)
            .values_list("item__code", flat=True)
        ),
        "not_applicable": not_applicable(assessment),
        "begun": assessment.sessions.filter(annulled_at=None).exists(),
        "answered": list(answered.values_list("code", flat=True)),
        "answers": noted_in(assessment),
        "items": [_item(each) for each in items.order_by("instrument__position", "position")],
        "format": package.format,
        "expires_at": package.expires_at.isoformat(),
    }


def _window_of(plan: Plan) -> dict[str, str]:
    """When the session begins by its plan: the telephone warns outside of it, and forbids nothing.

    What began then counts once coordination lets it, with a reason.
    """
    window = window_of(plan)
    return {
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "opens": f"{window.opens:%H:%M}" if window.opens else "",
        "closes": f"{window.closes:%H:%M}" if window.closes else "",
        "words": window_in_words(window),
    }


def _help_of(plan: Plan | None) -> list[str]:
    """The help that both agreed on, for the evaluator to give it; what was noted stays here."""
    known = getattr(plan, "help", None)
    return known.kinds_in_words() if known else []


def end_of_document(person: Person) -> str:
    """The last characters of the document that is looked at before a session begins."""
    try:
        return last_three(document_of(person).number)
    except IdentityNotVerified:
        return ""


def _item(item: Item) -> dict[str, Any]:
    """An item as it is asked. Its limits tell when a note is needed (CERT-9); no key is there."""
    return {
        "code": item.code,
        "instrument": item.instrument.title,
        "text": item.text,
        "scale": item.scale,
        "critical": item.critical,
        "unit": item.unit,
        "minimum": None if item.minimum is None else str(item.minimum),
        "maximum": None if item.maximum is None else str(item.maximum),
        "na_reason": item.na_reason,
        "options": item.options,
        "photo": item.photo,
    }


def tell_owner(given: KeyReturn) -> None:
    """Mail to the owner of a telephone that its key was given back; one that was told is not."""
    if given.mailed_at:
        return
    with translation.override("es"):
        where = settings.SITE_URL + reverse("evaluation:phone_list")
        send_mail(
            _("Somebody chose a new PIN on your telephone"),
            _("If it was not you, withdraw the telephone at once: {where}").format(where=where),
            None,
            [given.phone.user.email],
        )
    given.mailed_at = timezone.now()
    given.save(update_fields=["mailed_at"])
