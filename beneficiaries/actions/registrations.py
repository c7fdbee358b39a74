"""A registration on its way: begun with a consent, saved page by page, finished or discarded."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.actions.consents import ConsentMissing, check_proof
from beneficiaries.actions.people import register_person
from beneficiaries.choices import ConsentPurpose, RegistrationState
from beneficiaries.models import Person, Registration
from genesis.lib.states import change, lock, move
from genesis.lib.uploads import RefusedFile, check_picture

MOST_PARTS = 30  # journeys, jobs or relatives: more than anybody tells of
LONGEST = 200_000  # characters of all answers together
DECISIONS = "decisions"


class TooMuch(Exception):
    """The answers are longer than any registration is."""

    def __init__(self) -> None:
        super().__init__(_("This is more than a registration can hold: shorten it."))


class RegistrationOver(Exception):
    """The registration has ended: nothing is kept in it any more."""

    def __init__(self) -> None:
        super().__init__(_("This registration has ended already."))


@transaction.atomic
def begin_registration(
    *,
    key: UUID,
    office: Organization,
    consents: Mapping[str, Any],
    by: User,
    signature: File | None = None,
) -> Registration:
    """Begin a registration with what the person agreed to; before that nothing is kept (CASE-3).

    A signature on the screen waits with the draft, made anew, until there is a file
    to put it in. Raises ConsentMissing without `registration`, OtherContent, and
    ValidationError where nothing proves what she answered.
    """
    if ConsentPurpose.REGISTRATION not in consents["granted"]:
        raise ConsentMissing
    sent = claim(key, by=by, content=[office, dict(consents), signature])
    if sent.result:
        return Registration.objects.get(pk=sent.result)
    proofs = {name: consents.get(name, "") for name in ("witness", "recording")}
    check_proof(consents["channel"], signature=signature, **proofs)
    registration = Registration.objects.create(
        office=office,
        consents=dict(consents),
        signature=_picture_of(signature) if signature else None,
        begun_by=by,
    )
    settle(sent, registration)
    record_activity("registration.begun", registration, by=by)
    return registration


def _picture_of(signature: File) -> bytes:
    try:
        return check_picture(signature.read()).content
    except RefusedFile as error:
        raise ValidationError({"signature": str(error)}) from error


@transaction.atomic
def save_part(
    registration: Registration,
    *,
    page: str,
    part: Mapping[str, Any],
    decisions: Mapping[UUID, tuple[str, str]],
) -> Registration:
    """Keep one part of a page as far as it is filled in; one with the same key is replaced.

    Only who began a registration writes in it, so the last answer counts.
    Raises RegistrationOver, and TooMuch.
    """
    registration = _draft(registration)
    parts = list(registration.answers.get(page, []))
    places = [place for place, each in enumerate(parts) if each["key"] == part["key"]]
    if places:
        parts[places[0]] = dict(part)
    else:
        parts.append(dict(part))
    said = dict(registration.answers.get(DECISIONS, {}))
    said |= {str(each): list(answer) for each, answer in decisions.items()}
    answers = registration.answers | {page: parts, DECISIONS: said}
    if len(parts) > MOST_PARTS or len(json.dumps(answers)) > LONGEST:
        raise TooMuch
    change(registration, version=registration.version, answers=answers, saved_at=timezone.now())
    return registration


@transaction.atomic
def remove_part(registration: Registration, *, page: str, key: UUID) -> Registration:
    """Take out of a registration what was added to it by mistake. Raises RegistrationOver."""
    registration = _draft(registration)
    parts = [each for each in registration.answers.get(page, []) if each["key"] != str(key)]
    answers = registration.answers | {page: parts}
    change(registration, version=registration.version, answers=answers, saved_at=timezone.now())
    return registration


@transaction.atomic
def discard_registration(
    registration: Registration, *, version: int, reason: str, by: User
) -> Registration:
    """End a registration that becomes no file: what was answered is gone.

    Raises MoveNotAllowed, and StaleRecord.
    """
    registration = lock(registration)
    changes = move(
        registration,
        RegistrationState.DISCARDED,
        version=version,
        ended_at=timezone.now(),
        discarded_reason=reason,
        answers={},
        signature=None,
    )
    record_activity("registration.discarded", registration, by=by, changes=changes)
    return registration


@transaction.atomic
def finish_registration(registration: Registration, *, by: User, **answers: Any) -> Person:
    """Make the file of a registration: person, records, consents, case, assignment, all at once.

    `answers` are those of `register_person`. A registration that is finished
    already leads to its person. Raises RegistrationOver, and what that raises.
    """
    registration = lock(registration)
    if registration.person:
        return registration.person
    if registration.state != RegistrationState.DRAFT:
        raise RegistrationOver
    person = register_person(
        key=registration.public_id,
        by=by,
        office=registration.office,
        consents=_consents_of(registration),
        **answers,
    )
    move(
        registration,
        RegistrationState.REGISTERED,
        version=registration.version,
        ended_at=timezone.now(),
        person=person,
        answers={},
        signature=None,
    )
    return person


def _consents_of(registration: Registration) -> dict[str, Any]:
    """What she agreed to, with the day on which she did and her signature."""
    kept = registration.signature
    signature = ContentFile(bytes(kept), name="firma.jpg") if kept else None
    given = {"given_at": registration.begun_at, "signature": signature}
    return registration.consents | given


def _draft(registration: Registration) -> Registration:
    registration = lock(registration)
    if registration.state != RegistrationState.DRAFT:
        raise RegistrationOver
    return registration
