"""Referring people to institutions: what goes out, the clock, and what came of it (5.3)."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.actions.consents import may_share, why_not
from beneficiaries.actions.moves import lock_case
from beneficiaries.actions.plans import end_task
from beneficiaries.choices import (
    CANCELLATIONS,
    ENDED_STATES,
    GOAL_ENDS,
    RECEIVED,
    REJECTIONS,
    ConsentPurpose,
    ReferralOutcome,
    ReferralState,
    TaskKind,
    TaskState,
)
from beneficiaries.models import (
    Case,
    Consent,
    DirectoryEntry,
    Person,
    Referral,
    ReferralLink,
    ReferralReason,
    Task,
)
from beneficiaries.permissions import is_avoided
from beneficiaries.rules.referrals import due_at
from genesis.lib.states import Changes, MoveNotAllowed, StaleRecord, change, lock, move

# Without these nobody is referred.
OF_REFERRING = {ConsentPurpose.SHARE_PARTNER, ConsentPurpose.REGISTRATION}


class NotToBeShared(ValidationError):
    """Nothing of this person goes out now, or not to this institution."""


@transaction.atomic
def draft_referral(
    case: Case, *, key: UUID, needs: list[str], reason: str, by: User, **answers: Any
) -> Referral:
    """Begin a referral: nothing goes out before it is ready and sent.

    Raises OtherContent, and ValidationError for an institution that is not for this person.
    """
    sent = claim(key, by=by, content=[case, needs, reason, answers])
    if sent.result:
        return Referral.objects.get(pk=sent.result)
    case = lock(case)
    if case.state in ENDED_STATES:
        raise ValidationError(_("The case is closed: nobody is referred from it."))
    _check_institution(case, answers["organization"])
    referral = Referral(case=case, made_by=by, **answers)
    referral.full_clean()
    referral.save()
    ReferralReason.objects.create(referral=referral, needs=needs, reason=reason)
    settle(sent, referral)
    record_activity("referral.drafted", referral, by=by, priority=referral.priority)
    return referral


def _check_institution(case: Case, organization: Organization) -> None:
    """Raise ValidationError where nobody is referred, or not she; the words are the same."""
    known = DirectoryEntry.objects.in_use().filter(organization=organization).exists()
    if not known or is_avoided(case.person, organization):
        raise NotToBeShared(
            {"organization": _("This institution cannot be chosen: take another of the list.")}
        )


@transaction.atomic
def change_referral(
    referral: Referral, *, version: int, needs: list[str], reason: str, by: User, **answers: Any
) -> Referral:
    """Write a referral anew that has not gone out; one that was ready is to be checked again."""
    referral = lock(referral)
    if referral.version != version:
        raise StaleRecord(referral)
    if referral.state not in {ReferralState.DRAFT, ReferralState.READY}:
        raise ValidationError(_("It has gone out already: cancel it, and make another."))
    _check_institution(referral.case, answers["organization"])
    for name, value in answers.items():
        setattr(referral, name, value)
    referral.full_clean()
    referral = lock(referral)
    back = {"state": ReferralState.DRAFT, "consent": None}
    changes = change(referral, version=version, **answers, **back)
    why = lock(referral.why)
    why.needs, why.reason = needs, reason
    why.save(update_fields=["needs", "reason"])
    record_activity("referral.changed", referral, by=by, changes=_kept(changes))
    return referral


@transaction.atomic
def ready_referral(referral: Referral, *, version: int, by: User) -> Referral:
    """Say that a draft may go out: she agreed to it, and what is told is ticked (5.3)."""
    lock(referral.case.person)  # a withdrawal at this moment waits, and then cancels it
    referral = lock(referral)
    if not referral.data_shared:
        raise ValidationError({"data_shared": _("Tick what the institution is told.")})
    consent = _consent_to_share(referral)
    _move(referral, ReferralState.READY, version=version, by=by, consent=consent)
    return referral


def _consent_to_share(referral: Referral) -> Consent:
    """Her agreement to share with institutions; raises NotToBeShared without one in force."""
    person = referral.case.person
    _check_institution(referral.case, referral.organization)
    if not may_share(person, ConsentPurpose.SHARE_PARTNER):
        raise NotToBeShared(why_not(person, ConsentPurpose.SHARE_PARTNER))
    return person.consents.for_new_sharing().get(purpose=ConsentPurpose.SHARE_PARTNER)


@transaction.atomic
def send_referral(referral: Referral, *, version: int, via: str, by: User) -> Referral:
    """Keep that it went out, and start its clock; after no answer, start it again (CASE-28)."""
    lock(referral.case.person)
    referral = lock(referral)
    consent = _consent_to_share(referral)
    now = timezone.now()
    told, referral.task = referral.task, None
    _move(
        referral,
        ReferralState.SENT,
        version=version,
        by=by,
        via=via,
        sent_at=now,
        due_at=due_at(referral.priority, now),
        consent=consent,
        task=None,
    )
    _finish_task(told, _("It was sent again."), by)
    return referral


@transaction.atomic
def acknowledge_referral(referral: Referral, *, version: int, by: User | None) -> Referral:
    """Keep that the institution has it. `by` is nobody where it says so on its own page."""
    referral = lock(referral)
    now = timezone.now()
    _move(referral, ReferralState.ACKNOWLEDGED, version=version, by=by, acknowledged_at=now)
    _finish_task(referral.task, _("The institution answered."), by)
    return referral


@transaction.atomic
def accept_referral(referral: Referral, *, version: int, by: User | None) -> Referral:
    """Keep that the institution takes her; who accepts has received it too."""
    return _answer(referral, ReferralState.ACCEPTED, version=version, by=by)


@transaction.atomic
def decline_referral(
    referral: Referral, *, version: int, feedback: str, by: User | None
) -> Referral:
    """Keep that the institution does not take her, and why."""
    if not feedback:
        raise ValidationError({"feedback": _("Say why.")})
    return _answer(referral, ReferralState.DECLINED, version=version, by=by, feedback=feedback)


def _answer(
    referral: Referral, to: ReferralState, *, version: int, by: User | None, **said: Any
) -> Referral:
    referral = lock(referral)
    now = timezone.now()
    received = referral.acknowledged_at or now
    _move(
        referral,
        to,
        version=version,
        by=by,
        answered_at=now,
        acknowledged_at=received,
        **said,
    )
    _finish_task(referral.task, _("The institution answered."), by)
    return referral


@transaction.atomic
def begin_service(referral: Referral, *, version: int, on: date, by: User | None) -> Referral:
    """Keep the day of the first attention: until then nobody has received anything (CASE-29)."""
    referral = lock(referral)
    _check_day(referral, on)
    _move(referral, ReferralState.IN_SERVICE, version=version, by=by, first_attention_on=on)
    return referral


def _check_day(referral: Referral, on: date) -> None:
    if referral.sent_at is None:
        raise MoveNotAllowed(referral, ReferralState.IN_SERVICE)
    if not timezone.localtime(referral.sent_at).date() <= on <= timezone.localdate():
        raise ValidationError({"on": _("From the day on which it was sent until today.")})


@transaction.atomic
def finish_referral(
    referral: Referral,
    *,
    version: int,
    outcome: str,
    feedback: str,
    by: User | None,
    on: date | None = None,
) -> Referral:
    """Close a referral with what came of it, and with what the institution says (CASE-29).

    One that was not accepted is closed, any other is finished. Raises
    MoveNotAllowed, StaleRecord, and ValidationError for an outcome that cannot be.
    """
    referral = lock(referral)
    declined = referral.state == ReferralState.DECLINED
    if not outcome:
        raise ValidationError({"outcome": _("A referral is closed only with what came of it.")})
    if declined != (outcome in REJECTIONS):
        raise ValidationError({"outcome": _("This cannot have come of it: choose another.")})
    if on is not None:
        _check_day(referral, on)
    said = {
        "outcome": outcome,
        "feedback": feedback or referral.feedback,
        "first_attention_on": referral.first_attention_on or on,
        "ended_at": timezone.now(),
    }
    to = ReferralState.CLOSED if declined else ReferralState.COMPLETED
    _move(referral, to, version=version, by=by, **said)
    if outcome in RECEIVED:
        _end_part_of_plan(referral)
    return referral


def _end_part_of_plan(referral: Referral) -> None:
    """What she received by a referral is done in her plan, in the name of who referred her.

    A part that was ended meanwhile, or whose goal was, stays as it is.
    """
    task = referral.plan_task
    if task is None or task.state != TaskState.TO_DO or task.goal.state in GOAL_ENDS:
        return
    end_task(
        task,
        version=task.version,
        state=TaskState.DONE,
        on=timezone.localdate(),
        reason=_("Referral to {institution}: {outcome}").format(
            institution=referral.organization, outcome=referral.get_outcome_display()
        ),
        by=referral.made_by,
    )


@transaction.atomic
def cancel_referral(referral: Referral, *, version: int, outcome: str, by: User) -> Referral:
    """Give a referral up that is still open: one that went out, with what came of it."""
    referral = lock(referral)
    if referral.sent_at is None:
        outcome = ""
    elif outcome not in CANCELLATIONS:
        raise ValidationError({"outcome": _("A referral is closed only with what came of it.")})
    told = referral.task
    _move(
        referral,
        ReferralState.CANCELLED,
        version=version,
        by=by,
        outcome=outcome,
        ended_at=timezone.now(),
    )
    _finish_task(told, _("It was cancelled."), by)
    revoke_links(referral)
    return referral


def cancel_referrals(person: Any, purpose: str, by: User) -> int:
    """Give up what is open when a person takes back that she may be referred; how many."""
    if purpose not in OF_REFERRING:
        return 0
    rows = list(ended_with(person, purpose))
    for each in rows:
        cancel_referral(each, version=each.version, outcome=ReferralOutcome.DECLINED, by=by)
    for each in Referral.objects.filter(case__person=person):
        revoke_links(each)
    return len(rows)


def ended_with(person: Person, purpose: str) -> QuerySet[Referral]:
    """The referrals that end when she takes back a consent: the institutions are to be told."""
    if purpose not in OF_REFERRING:
        return Referral.objects.none()
    theirs = Referral.objects.open().filter(case__person=person)
    return theirs.exclude(state=ReferralState.DECLINED)


def revoke_links(referral: Referral) -> None:
    """Shut the page of the institution, at once."""
    ReferralLink.objects.filter(referral=referral, revoked_at=None).update(
        revoked_at=timezone.now()
    )


# The clock


@transaction.atomic
def leave_to_supervisor(referral: Referral, *, at: datetime) -> Task | None:
    """Leave a referral that no institution has acknowledged in its time to coordination (CASE-28).

    Nothing is left twice, nor where somebody was faster: then the answer is None.
    """
    person = lock_case(referral.case).person  # whose file may be moving to another office
    referral = lock(referral)
    if referral.state != ReferralState.SENT or referral.due_at is None or referral.due_at >= at:
        return None
    office = person.office  # the case may have ended elsewhere: its file is answered for here
    task = Task.objects.create(
        kind=TaskKind.REFERRAL_OVERDUE,
        person=person,
        office=office,
        raised_for=office,
        due_on=timezone.localdate(),
    )
    _move(referral, ReferralState.NO_RESPONSE, version=referral.version, by=None, task=task)
    return task


def late_referrals(moment: datetime) -> Collection[Referral]:
    late = Referral.objects.past_due(moment).of_open_person()
    return late.select_related("case__person", "case__office").order_by("due_at")


def _finish_task(task: Task | None, outcome: str, by: User | None) -> None:
    """End what was left to coordination; where an institution answers by itself, they look."""
    if task is None or by is None:
        return
    task = lock(task)
    if task.done_at is None:
        now = timezone.now()
        changes = change(task, version=task.version, outcome=outcome, done_at=now, done_by=by)
        record_activity("task.done", task, by=by, changes=changes)


def _move(
    referral: Referral, to: ReferralState, *, version: int, by: User | None, **values: Any
) -> None:
    changes = move(referral, to, version=version, **values)
    record_activity(f"referral.{to.value}", referral, by=by, changes=_kept(changes))


def _kept(changes: Changes) -> dict[str, Any]:
    """The changes with records as their keys, as the history keeps them."""
    return {
        name: tuple(getattr(value, "pk", value) for value in values)
        for name, values in changes.items()
    }
