"""Groups and their sessions: set up, corrected, cancelled. A session is there before attendance."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.choices import LONGEST_SESSION
from beneficiaries.models import Group, GroupSession
from genesis.lib.states import change, lock


class SessionHeld(ValidationError):
    """It is known who came to the session: its hours stand, and it took place."""

    def __init__(self) -> None:
        super().__init__(_("Attendance was taken: the session took place as it stands."))


@transaction.atomic
def make_group(*, key: UUID, by: User, **answers: Any) -> Group:
    """Set up a group that receives a service together. Raises OtherContent."""
    sent = claim(key, by=by, content=answers)
    if sent.result:
        return Group.objects.get(pk=sent.result)
    group = Group(**answers)
    group.full_clean()
    group.save()
    settle(sent, group)
    record_activity("group.made", group, by=by)
    return group


@transaction.atomic
def change_group(group: Group, *, version: int, by: User, **answers: Any) -> Group:
    """Correct what a group is. Its service stands once somebody completed it."""
    group = lock(group)
    service = answers.get("service", group.service)
    if service != group.service and group.enrolments.filter(state="completed").exists():
        raise ValidationError({"service": _("Somebody has completed this service in the group.")})
    changes = change(group, version=version, **answers)
    for name in ("office", "facilitator"):  # the history keeps keys, not records
        if name in changes:
            before, after = changes[name]
            changes[name] = before.pk, after.pk
    record_activity("group.changed", group, by=by, changes=changes)
    return group


@transaction.atomic
def plan_session(
    group: Group, *, key: UUID, starts_at: datetime, ends_at: datetime, topic: str, by: User
) -> GroupSession:
    """Say when a group meets next. Raises OtherContent, and ValidationError for its hours."""
    sent = claim(key, by=by, content=[group, starts_at, ends_at, topic])
    if sent.result:
        return GroupSession.objects.get(pk=sent.result)
    group = lock(group)  # of two sessions at one hour, the second is told
    session = GroupSession(group=group, starts_at=starts_at, ends_at=ends_at, topic=topic)
    _check(session)
    session.save()
    settle(sent, session)
    record_activity("session.planned", session, by=by, group=group.pk)
    return session


def _check(session: GroupSession) -> None:
    if session.ends_at <= session.starts_at:
        raise ValidationError({"until": _("The end comes before the beginning.")})
    if (session.ends_at - session.starts_at).total_seconds() > LONGEST_SESSION * 60:
        raise ValidationError({"until": _("A session takes at most twelve hours.")})
    day, group = timezone.localdate(session.starts_at), session.group
    if not group.starts_on <= day <= group.ends_on:
        raise ValidationError(
            {
                "day": _("The group meets from {first} to {last}.").format(
                    first=f"{group.starts_on:%d/%m/%Y}", last=f"{group.ends_on:%d/%m/%Y}"
                )
            }
        )
    others = group.sessions.standing().between(session.starts_at, session.ends_at)
    if others.exclude(pk=session.pk).exists():
        raise ValidationError({"day": _("This group has another session at that hour.")})


@transaction.atomic
def change_session(
    session: GroupSession,
    *,
    version: int,
    starts_at: datetime,
    ends_at: datetime,
    topic: str,
    by: User,
) -> GroupSession:
    """Correct a session's topic; and its hours, as long as it is not known who came."""
    group = lock(session.group)
    session = lock(session)
    hours = {"starts_at": starts_at, "ends_at": ends_at}
    moved = (starts_at, ends_at) != (session.starts_at, session.ends_at)
    if session.cancelled_at or (session.taken_at and moved):
        raise SessionHeld
    _check(GroupSession(pk=session.pk, group=group, **hours))
    changes = change(session, version=version, topic=topic, **hours)
    record_activity("session.changed", session, by=by, changes=changes)
    return session


@transaction.atomic
def cancel_session(session: GroupSession, *, version: int, reason: str, by: User) -> GroupSession:
    """Say that a session does not take place, and why: it counts in nobody's attendance."""
    session = lock(session)
    if session.taken_at or session.cancelled_at:
        raise SessionHeld
    if not reason:
        raise ValidationError({"reason": _("Say why.")})
    changes = change(
        session,
        version=version,
        cancelled_at=timezone.now(),
        cancelled_by=by,
        cancelled_reason=reason,
    )
    kept = {name: both for name, both in changes.items() if name == "cancelled_reason"}
    record_activity("session.cancelled", session, by=by, changes=kept)
    return session
