"""What people agree to, and taking it back (CASE-3, CASE-11)."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Consent, District, HeadCount, Notice, Person
from genesis.lib.states import change, lock


class ConsentMissing(Exception):
    """Nothing of somebody is kept unless she agreed to be registered (CASE-3)."""

    def __init__(self) -> None:
        super().__init__(_("Nothing is kept of a person who did not agree to be registered."))


def current_notice() -> Notice:
    """The privacy notice that is read out today."""
    return Notice.objects.filter(valid_from__lte=timezone.localdate()).latest("number")


def record_consents(
    person: Person,
    *,
    granted: Collection[str],
    channel: str,
    by: User | None,
    witness: str = "",
    refused: Collection[str] = (),
) -> list[Consent]:
    """Keep each answer of a person, purpose by purpose; call it in a transaction.

    Raises ConsentMissing without `registration`, and ValidationError.
    """
    if ConsentPurpose.REGISTRATION not in granted:
        raise ConsentMissing
    notice = current_notice()
    answers = [(each, True) for each in granted] + [(each, False) for each in refused]
    consents = [
        Consent(
            person=person,
            purpose=purpose,
            granted=agreed,
            channel=channel,
            witness=witness,
            notice=notice,
            recorded_by=by,
        )
        for purpose, agreed in answers
    ]
    for each in consents:
        each.full_clean()
    return Consent.objects.bulk_create(consents)


@transaction.atomic
def grant_consent(
    person: Person, *, key: UUID, purpose: str, channel: str, witness: str, by: User
) -> Consent:
    """Keep that a person now agrees to one more purpose. Raises OtherContent, ValidationError."""
    sent = claim(key, by=by, content=[person, purpose, channel, witness])
    if sent.result:
        return Consent.objects.get(pk=sent.result)
    lock(person)  # of two who record the same purpose at once, the second is told
    if has_consent(person, purpose):
        raise ValidationError({"purpose": _("She or he has already agreed to this.")})
    consent = Consent(
        person=person,
        purpose=purpose,
        granted=True,
        channel=channel,
        witness=witness,
        notice=current_notice(),
        recorded_by=by,
    )
    consent.full_clean()
    consent.save()
    settle(sent, consent)
    record_activity("consent.granted", consent, by=by, purpose=purpose)
    return consent


@transaction.atomic
def withdraw_consent(consent: Consent, *, version: int, reason: str, by: User) -> Consent:
    """Take a consent back, at once; that it was given stays on record. Raises StaleRecord."""
    consent = lock(consent)
    changes = change(
        consent,
        version=version,
        withdrawn_at=timezone.now(),
        withdrawn_by=by,
        withdrawn_reason=reason,
    )
    record_activity("consent.withdrawn", consent, by=by, changes=changes)
    return consent


def has_consent(person: Person, purpose: str) -> bool:
    """Whether a person agrees to `purpose` today."""
    return person.consents.in_force().for_purpose(purpose).exists()


@transaction.atomic
def count_head(
    *,
    key: UUID,
    by: User,
    office: Organization,
    on: date,
    sex: str,
    age_band: str,
    district: District | None,
) -> HeadCount:
    """Keep that somebody came and did not agree: nothing that names her (CASE-3)."""
    answers: dict[str, Any] = {
        "office": office,
        "on": on,
        "sex": sex,
        "age_band": age_band,
        "district": district,
    }
    sent = claim(key, by=by, content=answers)
    if sent.result:
        return HeadCount.objects.get(pk=sent.result)
    counted = HeadCount.objects.create(**answers, recorded_by=by)
    settle(sent, counted)
    record_activity("head.counted", counted, by=by)
    return counted
