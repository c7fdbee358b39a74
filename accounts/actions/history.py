"""The trace: who did what to which record, who read whom, and which form came in before."""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog, SentForm, User
from genesis.lib.origin import origin
from genesis.lib.plain import PlainEncoder
from genesis.lib.sensitivity import shows_values
from genesis.lib.states import Changes, OtherContent


def record_activity(
    verb: str, record: Any, *, by: User | None, changes: Changes | None = None, **facts: Any
) -> Activity:
    """Keep that somebody did `verb` to `record`; call it in the transaction of the change.

    `changes` maps columns to their old and new value; of those of class D4 to
    D6 only the name is kept. `facts` are codes and numbers, never what people
    wrote. A record of a person says so: it has a `person_id`.
    """
    label = record._meta.label
    kept = {
        name: values if shows_values(label, name) else None
        for name, values in (changes or {}).items()
    }
    return Activity.objects.create(
        actor=by,
        verb=verb,
        model=label,
        record_id=record.pk,
        person_id=getattr(record, "person_id", None),
        changes=kept | facts,
        **origin.get()._asdict(),
    )


def record_activities(verb: str, records: Sequence[Any], *, by: User | None) -> None:
    """The same for many records at once, that nobody has had before."""
    whence = origin.get()._asdict()
    Activity.objects.bulk_create(
        (
            Activity(
                actor=by,
                verb=verb,
                model=each._meta.label,
                record_id=each.pk,
                person_id=getattr(each, "person_id", None),
                **whence,
            )
            for each in records
        ),
        batch_size=1000,
    )


def record_reading(
    request: HttpRequest, *, people: Iterable[int], kind: ReadKind = ReadKind.PAGE
) -> None:
    """Keep which people's data this answer shows: one row, also for a whole list (SEC-6).

    If it cannot be kept, the page fails: nobody reads without a trace.
    """
    assert request.resolver_match is not None
    assert request.user.is_authenticated
    ReadLog.objects.create(
        actor=request.user,
        kind=kind,
        view=request.resolver_match.view_name,
        persons=sorted(set(people)),
        **origin.get()._asdict(),
    )


def record_refusal(request: HttpRequest) -> None:
    """Keep that somebody asked for what is not theirs to do."""
    assert request.user.is_authenticated
    view = request.resolver_match.view_name if request.resolver_match else ""
    ReadLog.objects.create(
        actor=request.user, kind=ReadKind.DENIED, view=view, **origin.get()._asdict()
    )


def claim(key: UUID, *, by: User, content: Any) -> SentForm:
    """Take the key of a form that creates something, once; call it in a transaction.

    Returns the SentForm: new, or with the `result` of the first time. Whoever
    comes second waits for the first. Raises OtherContent when the answers differ.
    """
    text = json.dumps(content, cls=PlainEncoder, sort_keys=True)
    fingerprint = sha256(text.encode()).hexdigest()
    sent, _new = SentForm.objects.get_or_create(
        actor=by, key=key, defaults={"fingerprint": fingerprint}
    )
    if sent.fingerprint != fingerprint:
        raise OtherContent(_("This form was already sent with other answers."))
    return sent


def settle(sent: SentForm, result: Any) -> None:
    """Keep what a claimed form came to, so that the same form sent again answers with it."""
    sent.result = result.pk
    sent.save(update_fields=["result"])
