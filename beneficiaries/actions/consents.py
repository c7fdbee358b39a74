"""What people agree to, and taking it back (CASE-3, CASE-11)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.actions.attachments import add_attachment
from beneficiaries.choices import (
    CONSENT_MOVES,
    CONSENT_PROOFS,
    AttachmentKind,
    ConsentPurpose,
    ConsentState,
)
from beneficiaries.models import (
    Consent,
    ConsentReceipt,
    District,
    HeadCount,
    Notice,
    Person,
    PurposeText,
)
from beneficiaries.registry import CLOSERS
from genesis.lib.codes import short_code
from genesis.lib.days import add_months
from genesis.lib.states import change, lock

RESTRICTED = gettext_lazy("Her or his data are restricted: they are kept, and not used.")


class ConsentMissing(Exception):
    """Nothing of somebody is kept unless she agreed to be registered (CASE-3)."""

    def __init__(self) -> None:
        super().__init__(_("Nothing is kept of a person who did not agree to be registered."))


def current_notice(on: date | None = None) -> Notice:
    """The privacy notice that is read out today, or was on another day."""
    return Notice.objects.filter(valid_from__lte=on or timezone.localdate()).latest("number")


def record_consents(
    person: Person,
    *,
    granted: Collection[str],
    channel: str,
    by: User | None,
    witness: str = "",
    recording: str = "",
    signature: File | None = None,
    refused: Collection[str] = (),
    given_at: datetime | None = None,
) -> list[Consent]:
    """Keep each answer of a person, purpose by purpose; call it in a transaction.

    What she gave at one time has one proof, which belongs to her registration.
    Raises ConsentMissing without `registration`, and ValidationError.
    """
    if ConsentPurpose.REGISTRATION not in granted:
        raise ConsentMissing
    check_proof(channel, witness=witness, recording=recording, signature=signature)
    given_at = given_at or timezone.now()
    notice = current_notice(timezone.localdate(given_at))
    answers = [(each, True) for each in granted] + [(each, False) for each in refused]
    consents = [
        Consent(
            person=person,
            purpose=purpose,
            granted=agreed,
            given_at=given_at,
            channel=channel,
            witness=witness,
            recording=recording,
            notice=notice,
            recorded_by=by,
        )
        for purpose, agreed in answers
    ]
    for each in consents:
        each.full_clean()
    consents = Consent.objects.bulk_create(consents)
    if signature and by:
        signed = next(each for each in consents if each.purpose == ConsentPurpose.REGISTRATION)
        _keep_signature(signed, signature, key=signed.public_id, by=by)
    return consents


def check_proof(channel: str, **proofs: Any) -> None:
    """Raise ValidationError for an answer that nothing proves."""
    name, missing = CONSENT_PROOFS.get(channel, ("", ""))
    if name and not proofs[name]:
        raise ValidationError({name: missing})


def _keep_signature(consent: Consent, signature: File, *, key: UUID, by: User) -> None:
    """Keep the drawing as the paper of an answer is kept, with the answer or not at all."""
    try:
        add_attachment(
            consent.person,
            key=uuid5(key, "signature"),
            by=by,
            file=signature,
            kind=AttachmentKind.CONSENT,
            on=timezone.localdate(consent.given_at),
            about=consent,
        )
    except ValidationError as error:
        raise ValidationError({"signature": error.messages}) from error


@transaction.atomic
def grant_consent(
    person: Person, *, key: UUID, purpose: str, channel: str, by: User, **proofs: Any
) -> Consent:
    """Keep that a person now agrees to one more purpose, or again to one that ended.

    `proofs` are `witness`, `recording` and `signature`, as far as there are. Raises
    OtherContent, and ValidationError where the answer stands already, or nothing proves it.
    """
    return _answer(person, True, key=key, purpose=purpose, channel=channel, by=by, **proofs)


@transaction.atomic
def refuse_consent(
    person: Person, *, key: UUID, purpose: str, channel: str, by: User, **proofs: Any
) -> Consent:
    """Keep that a person was asked and said no, so that nobody asks her again by mistake."""
    return _answer(person, False, key=key, purpose=purpose, channel=channel, by=by, **proofs)


def _answer(
    person: Person,
    agrees: bool,
    *,
    key: UUID,
    purpose: str,
    channel: str,
    by: User,
    witness: str = "",
    recording: str = "",
    signature: File | None = None,
) -> Consent:
    proofs = {"witness": witness, "recording": recording, "signature": signature}
    sent = claim(key, by=by, content=[person, purpose, agrees, channel, proofs])
    if sent.result:
        return Consent.objects.get(pk=sent.result)
    check_proof(channel, **proofs)
    lock(person)  # of two who record the same purpose at once, the second is told
    _check_answer(person, purpose, agrees)
    consent = Consent(
        person=person,
        purpose=purpose,
        granted=agrees,
        channel=channel,
        witness=witness,
        recording=recording,
        notice=current_notice(),
        recorded_by=by,
    )
    person.consents.standing().for_purpose(purpose).update(replaced_at=consent.given_at)
    consent.full_clean()
    consent.save()
    if signature:
        _keep_signature(consent, signature, key=key, by=by)
    settle(sent, consent)
    verb = "consent.granted" if agrees else "consent.refused"
    record_activity(verb, consent, by=by, purpose=purpose)
    return consent


def _check_answer(person: Person, purpose: str, agrees: bool) -> None:
    """Raise ValidationError for an answer that cannot follow the one before (5.2)."""
    state = state_of(person, purpose)
    if (ConsentState.GRANTED if agrees else ConsentState.REFUSED) in CONSENT_MOVES[state]:
        return
    if state == ConsentState.GRANTED and agrees:
        raise ValidationError({"purpose": _("She or he has already agreed to this.")})
    if state in {ConsentState.GRANTED, ConsentState.TO_RENEW}:
        raise ValidationError({"agrees": _("This was agreed to: to end it, take it back.")})
    raise ValidationError({"agrees": _("It counts as a no already: nothing is to be recorded.")})


def answers_of(person: Person) -> dict[str, Consent]:
    """The last answer of a person to each purpose that she was asked about."""
    rows = person.consents.with_renewal().select_related("notice", "recorded_by", "withdrawn_by")
    return {each.purpose: each for each in rows.order_by("given_at", "pk")}


def state_of(person: Person, purpose: str) -> ConsentState:
    """Where the answer of a person to one purpose stands today (5.2)."""
    last = person.consents.with_renewal().for_purpose(purpose).order_by("given_at", "pk").last()
    return last.state if last else ConsentState.NOT_ASKED


@transaction.atomic
def withdraw_consent(consent: Consent, *, version: int, reason: str, by: User) -> Consent:
    """Take a consent back, at once: its doors shut, and that it was given stays on record.

    Raises StaleRecord, and ValidationError for one that does not count any more.
    """
    person = lock(consent.person)
    consent = lock(consent)
    if not consent.granted or consent.replaced_at:
        raise ValidationError(_("This answer does not count any more."))
    changes = change(
        consent,
        version=version,
        withdrawn_at=timezone.now(),
        withdrawn_by=by,
        withdrawn_reason=reason,
    )
    shut = sum(close(person, consent.purpose, by) for close in CLOSERS)
    record_activity("consent.withdrawn", consent, by=by, changes=changes, shut=shut)
    return consent


def withdraw_everything(person: Person, *, reason: str, by: User) -> None:
    """Take back all that a person agreed to, registration too; call it in a transaction.

    Coordination does, when it closes the case of who takes back the registration.
    """
    for each in person.consents.standing().order_by("pk"):
        withdraw_consent(each, version=each.version, reason=reason, by=by)


def has_consent(person: Person, purpose: str) -> bool:
    """Whether a person agrees to `purpose` today: what is going on may go on."""
    return person.consents.in_force().for_purpose(purpose).exists()


def may_share(person: Person, purpose: str) -> bool:
    """Whether something new may go out: not while the text is to be read again (5.2)."""
    return person.consents.for_new_sharing().for_purpose(purpose).exists()


def check_consent(person: Person, purpose: str) -> None:
    """Raise ValidationError where nothing may be written down for `purpose`."""
    if not has_consent(person, purpose):
        raise ValidationError(why_not(person, purpose))


def why_not(person: Person, purpose: str) -> str:
    """What is said where nothing may be done for `purpose`."""
    if person.restricted_at:
        return str(RESTRICTED)
    return _("She or he has not agreed to: {purpose}.").format(
        purpose=ConsentPurpose(purpose).label
    )


FOLLOWUP_MONTHS = 14  # the last follow-up is at twelve, and may come late


def run_followup(person: Person, *, since: date, by: User | None) -> None:
    """Let the consent to be followed up run fourteen months from an act or a start of work.

    The later of two days counts. Call it in the transaction of the act.
    """
    until = add_months(since, FOLLOWUP_MONTHS)
    for given in person.consents.standing().for_purpose(ConsentPurpose.FOLLOWUP):
        if given.expires_on is None or given.expires_on < until:
            changes = change(given, version=given.version, expires_on=until)
            record_activity("consent.runs_until", given, by=by, changes=changes)


@transaction.atomic
def make_receipt(person: Person, *, key: UUID, by: User) -> ConsentReceipt:
    """Freeze the answers of a person for the paper that she takes home, under a new code."""
    sent = claim(key, by=by, content=[person])
    if sent.result:
        return ConsentReceipt.objects.get(pk=sent.result)
    texts = texts_today()
    answers = [
        {
            "purpose": purpose,
            "state": str(each.state),
            "on": each.given_at.date().isoformat(),
            "text": texts.get(purpose, ""),
        }
        for purpose, each in answers_of(person).items()
    ]
    receipt = ConsentReceipt.objects.create(
        person=person, code=short_code(), notice=current_notice(), answers=answers, made_by=by
    )
    settle(sent, receipt)
    record_activity("consent.receipt", receipt, by=by)
    return receipt


def text_today() -> str:
    """What is read aloud today before anything else; empty until a first notice is published."""
    notice = Notice.objects.filter(valid_from__lte=timezone.localdate()).order_by("number").last()
    return notice.text if notice else ""


def texts_today() -> dict[str, str]:
    """What is read aloud today about each purpose: the newest text that is in force."""
    rows = PurposeText.objects.filter(notice__valid_from__lte=timezone.localdate())
    return dict(rows.order_by("notice__number").values_list("purpose", "text"))


@transaction.atomic
def publish_notice(
    *, key: UUID, text: str, texts: Mapping[str, str], valid_from: date, by: User
) -> Notice:
    """Write a new version of the notice; only purposes whose text changed are asked again.

    Raises OtherContent, and ValidationError for a day before today or before another version.
    """
    sent = claim(key, by=by, content=[text, dict(texts), valid_from])
    if sent.result:
        return Notice.objects.get(pk=sent.result)
    last = Notice.objects.select_for_update().order_by("number").last()
    earliest = max(timezone.localdate(), last.valid_from if last else timezone.localdate())
    if valid_from < earliest:
        raise ValidationError({"valid_from": _("Not before today, nor before the last version.")})
    rows = PurposeText.objects.order_by("notice__number").values_list("purpose", "text")
    written = dict(rows)
    notice = Notice.objects.create(
        number=last.number + 1 if last else 1, text=text, valid_from=valid_from
    )
    changed = {name: words for name, words in texts.items() if words != written.get(name)}
    PurposeText.objects.bulk_create(
        PurposeText(notice=notice, purpose=name, text=words) for name, words in changed.items()
    )
    settle(sent, notice)
    record_activity("notice.published", notice, by=by, purposes=sorted(changed))
    return notice


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
