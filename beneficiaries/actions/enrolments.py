"""Who takes part in a group, who came to each session, and how it ended (CASE-30, machine 5.5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activities, record_activity, settle
from accounts.models import User
from beneficiaries.actions.moves import lock_people
from beneficiaries.actions.services import record_service
from beneficiaries.choices import TAKING_PART, EnrolmentState, Mark, Service
from beneficiaries.models import Attendance, Enrolment, Group, GroupSession, Person
from beneficiaries.rules.attendance import FIRST_SESSIONS, Tally, tally
from genesis.lib.states import change, lock, move


class NotEnough(ValidationError):
    """The person came to fewer sessions than it takes to complete the group."""

    def __init__(self, known: Tally) -> None:
        super().__init__(
            _("She or he came to {percent} % of the sessions: {least} % are needed.").format(
                percent=known.percent, least=settings.GROUP_COMPLETION_PERCENT
            )
        )


class SessionsMissing(ValidationError):
    """The group is not over: of some session it is not known who came."""

    def __init__(self, count: int) -> None:
        super().__init__(
            _("Attendance is missing for {count} sessions: take it, or cancel them.").format(
                count=count
            )
        )


class NothingHeld(ValidationError):
    """A session exists before attendance, and attendance before the end (CASE-30)."""

    def __init__(self) -> None:
        super().__init__(_("No session of this group was held yet."))


@transaction.atomic
def enrol_people(
    group: Group, people: Sequence[Person], *, key: UUID, invited: bool = False, by: User
) -> list[Enrolment]:
    """Let people take part in a group, or invite them; who is in it already stays as she is."""
    people = list(people)
    sent = claim(key, by=by, content=[group, people, invited])
    if sent.result:
        return list(group.enrolments.filter(person__in=people))
    lock_people([each.pk for each in people])
    group = lock(group)  # two who enrol the same people at once make each one once
    here = set(group.enrolments.filter(person__in=people).values_list("person", flat=True))
    state = EnrolmentState.INVITED if invited else EnrolmentState.ENROLLED
    made = [
        Enrolment.objects.create(group=group, person=each, state=state, state_by=by)
        for each in people
        if each.pk not in here
    ]
    record_activities(f"enrolment.{state}", made, by=by)
    settle(sent, group)
    return made


@transaction.atomic
def accept_invitation(enrolment: Enrolment, *, version: int, by: User) -> Enrolment:
    """Keep that somebody who was invited comes."""
    return _step(enrolment, EnrolmentState.ENROLLED, version=version, by=by)


@transaction.atomic
def drop_enrolment(enrolment: Enrolment, *, version: int, reason: str, by: User) -> Enrolment:
    """Keep that somebody leaves the group, and why. She may begin again in another one."""
    if not reason:
        raise ValidationError({"reason": _("Say why.")})
    return _step(enrolment, EnrolmentState.DROPPED, version=version, by=by, reason=reason)


def _step(
    enrolment: Enrolment, to: EnrolmentState, *, version: int, by: User, **values: str
) -> Enrolment:
    enrolment = lock(enrolment)
    changes = move(
        enrolment, to, version=version, state_since=timezone.now(), state_by=by, **values
    )
    kept = {name: both for name, both in changes.items() if name in {"state", "reason"}}
    record_activity(f"enrolment.{to}", enrolment, by=by, changes=kept)
    return enrolment


# Attendance


def lock_members(group: Group) -> None:
    """Lock everybody who is or was in the group, before anything of it."""
    lock_people(group.enrolments.values_list("person", flat=True))


def to_be_marked(session: GroupSession) -> list[Enrolment]:
    """Those of whom it is asked whether they came: who takes part, and who was marked before."""
    known = session.attendance.values("enrolment")
    there = session.group.enrolments.filter(Q(state__in=TAKING_PART) | Q(pk__in=known))
    return list(there.select_related("person").order_by("person__sort_name", "pk"))


@transaction.atomic
def take_attendance(
    session: GroupSession,
    marks: Mapping[int, str],
    *,
    version: int,
    minutes: int,
    unnamed: Mark | None = Mark.PRESENT,
    by: User,
) -> GroupSession:
    """Keep who came to a session, all in one go; again, it corrects what was kept before.

    `marks` says it for each enrolment that `to_be_marked` returns; who is not
    named came, or is `unnamed`: None leaves her as she is, marked or not.
    Whoever comes for the first time takes part from then on.
    Raises StaleRecord, and ValidationError for a session that has not begun.
    """
    lock_members(session.group)
    session = lock(session)
    if session.cancelled_at:
        raise ValidationError(_("This session was cancelled."))
    if not session.has_begun:
        raise ValidationError(_("The session has not begun: attendance is taken when it has."))
    if minutes < 1:
        raise ValidationError({"minutes": _("Say how many minutes it took.")})
    first = session.taken_at is None
    taken = {"taken_at": timezone.now(), "taken_by": by} if first else {}
    change(session, version=version, minutes=minutes, **taken)
    _mark(session, marks, unnamed, by=by)
    record_activity("attendance.taken", session, by=by, minutes=minutes, first=first)
    return session


def _mark(
    session: GroupSession, marks: Mapping[int, str], unnamed: Mark | None, *, by: User
) -> None:
    known = {each.enrolment_id: each for each in session.attendance.select_related("enrolment")}
    new = []
    for enrolment in to_be_marked(session):
        said = marks.get(enrolment.pk, unnamed)
        if said is None:
            continue
        mark = Mark(said)
        kept = known.get(enrolment.pk)
        if kept is None:
            new.append(Attendance(session=session, enrolment=enrolment, mark=mark))
        elif kept.mark != mark:
            both, kept.mark = (kept.mark, mark), mark
            kept.save(update_fields=["mark"])
            record_activity("attendance.corrected", kept, by=by, changes={"mark": both})
        if mark == Mark.PRESENT and enrolment.state == EnrolmentState.ENROLLED:
            _step(enrolment, EnrolmentState.IN_PROGRESS, version=enrolment.version, by=by)
    made = Attendance.objects.bulk_create(new)
    record_activities("attendance.marked", made, by=by)


def tallies(enrolments: Iterable[Enrolment]) -> dict[int, Tally]:
    """How often each came to the sessions of her group that were held; in two queries."""
    enrolments = list(enrolments)
    held: dict[int, list[int]] = {}
    sessions = GroupSession.objects.held().filter(group__in={each.group_id for each in enrolments})
    for pk, group in sessions.order_by("starts_at").values_list("pk", "group"):
        held.setdefault(group, []).append(pk)
    marks = {
        (enrolment, session): mark
        for enrolment, session, mark in Attendance.objects.filter(
            enrolment__in=enrolments
        ).values_list("enrolment", "session", "mark")
    }
    return {
        each.pk: tally(marks.get((each.pk, session), "") for session in held.get(each.group_id, []))
        for each in enrolments
    }


# The end


@dataclass(frozen=True)
class End:
    """What the attendance of somebody comes to, when her group is over."""

    enrolment: Enrolment
    tally: Tally
    state: EnrolmentState


def ends_of(group: Group) -> list[End]:
    """How the group ends for each who takes part in it (CASE-30)."""
    theirs = group.enrolments.taking_part().select_related("person", "group")
    theirs = list(theirs.order_by("person__sort_name", "pk"))
    known = tallies(theirs)
    return [End(each, known[each.pk], end_for(each, known[each.pk])) for each in theirs]


def end_for(enrolment: Enrolment, known: Tally) -> EnrolmentState:
    """Completed from so many per cent on; never came; or not completed."""
    if enrolment.state == EnrolmentState.ENROLLED:  # from the first time on she takes part
        return EnrolmentState.NO_SHOW
    enough = known.percent >= settings.GROUP_COMPLETION_PERCENT
    return EnrolmentState.COMPLETED if enough else EnrolmentState.FAILED


def check_over(group: Group) -> None:
    """Raise NothingHeld or SessionsMissing unless it is known of every session who came."""
    if not group.sessions.held().exists():
        raise NothingHeld
    if missing := group.sessions.standing().filter(taken_at=None).count():
        raise SessionsMissing(missing)


@transaction.atomic
def finish_group(group: Group, *, version: int, by: User) -> list[End]:
    """End a group for everybody who takes part: completed, not completed, or never came.

    Whoever completes it received the group's service, on the day of the last
    session. Raises NothingHeld, SessionsMissing and StaleRecord.
    """
    lock_members(group)
    group = lock(group)
    check_over(group)
    change(group, version=version)
    ends = ends_of(group)
    for each in ends:
        _end(each, by=by)
    record_activity("group.finished", group, by=by, people=len(ends))
    return ends


def _end(end: End, *, by: User) -> None:
    match end.state:
        case EnrolmentState.COMPLETED:
            complete_enrolment(end.enrolment, version=end.enrolment.version, by=by)
        case _:
            _step(end.enrolment, end.state, version=end.enrolment.version, by=by)


@transaction.atomic
def complete_enrolment(enrolment: Enrolment, *, version: int, by: User) -> Enrolment:
    """Keep that somebody completed the group, and so received its service.

    Raises NotEnough below the share of sessions that it takes, SessionsMissing and NothingHeld.
    """
    lock(enrolment.person)
    group = lock(enrolment.group)
    check_over(group)
    known = tallies([enrolment])[enrolment.pk]
    if known.percent < settings.GROUP_COMPLETION_PERCENT:
        raise NotEnough(known)
    enrolment = _step(enrolment, EnrolmentState.COMPLETED, version=version, by=by)
    last = group.sessions.held().latest("starts_at")
    record_service(
        enrolment.person,
        Service(group.service),
        on=timezone.localdate(last.starts_at),
        organization=group.office,
        source=f"enrolment:{enrolment.pk}",
        by=by,
    )
    return enrolment


@transaction.atomic
def mark_never_came(enrolment: Enrolment, *, version: int, by: User) -> Enrolment:
    """Keep that somebody who was enrolled came to none of the first sessions (machine 5.5)."""
    known = tallies([enrolment])[enrolment.pk]
    if not known.never_came:
        raise ValidationError(
            _("That is only known once {count} sessions were held without her or him.").format(
                count=FIRST_SESSIONS
            )
        )
    return _step(enrolment, EnrolmentState.NO_SHOW, version=version, by=by)
