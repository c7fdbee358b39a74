"""Attendance from a file: every row is checked first, and then written as the page would do it.

What a row comes to is worked out twice, when the list is sent and when it is
written. Should the two differ, because somebody took attendance in between,
nothing is written and the rows are shown again.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.enrolments import lock_members, take_attendance
from beneficiaries.choices import DUI_TYPES, TAKING_PART, Mark, SheetOutcome, SheetState
from beneficiaries.models import (
    Attendance,
    AttendanceSheet,
    Enrolment,
    Group,
    GroupSession,
    IdentityDocument,
    Person,
    SheetRow,
)
from beneficiaries.rules.attendance_sheets import (
    mark_of,
    person_of,
    read_sheet,
    session_of,
)
from beneficiaries.rules.cells import Unreadable, storable
from genesis.lib.plain import sha256_of
from genesis.lib.states import change, lock, move

FOUND = ("enrolment_id", "session_id", "mark", "before", "outcome", "reason")


@dataclass
class Roster:
    """A group as far as a list can name it: its people, its sessions, what is written already."""

    people: dict[str, Enrolment] = field(default_factory=dict)  # by file number and by DUI
    by_number: dict[int, GroupSession] = field(default_factory=dict)
    by_day: dict[date, list[GroupSession]] = field(default_factory=lambda: defaultdict(list))
    marks: dict[tuple[int, int], Mark] = field(default_factory=dict)  # enrolment, session

    @classmethod
    def of(cls, group: Group) -> "Roster":
        """Five queries, however many people and sessions there are."""
        roster = cls()
        theirs = {each.person_id: each for each in group.enrolments.select_related("person")}
        earlier = Person.objects.filter(merged_into__in=theirs)
        for number, pk in earlier.values_list("file_number", "merged_into__pk"):
            roster.people[number] = theirs[pk]
        papers = IdentityDocument.objects.filter(doc_type__in=DUI_TYPES, active=True)
        for number, pk in papers.filter(person__in=theirs).values_list("number", "person"):
            roster.people[number] = theirs[pk]
        roster.people |= {each.person.file_number: each for each in theirs.values()}
        sessions = list(group.sessions.standing().order_by("starts_at", "pk"))
        for place, session in enumerate(sessions, 1):
            roster.by_number[place] = session
            roster.by_day[timezone.localdate(session.starts_at)].append(session)
        known = Attendance.objects.filter(session__in=sessions)
        for enrolment, session, mark in known.values_list("enrolment", "session", "mark"):
            roster.marks[enrolment, session] = Mark(mark)
        return roster

    def enrolment_of(self, text: str) -> Enrolment:
        """Whoever is not in the group is not found, be she registered or not."""
        number, dui = person_of(text)
        enrolment = self.people.get(number or dui)
        if enrolment is None:
            raise Unreadable(_("Nobody in this group has this number."))
        return enrolment

    def session_called(self, text: str) -> GroupSession:
        """The session with this number or on this day; raises Unreadable unless there is one."""
        named = session_of(text)
        if isinstance(named, int):
            session = self.by_number.get(named)
        else:
            on_that_day = self.by_day.get(named, [])
            if len(on_that_day) > 1:
                raise Unreadable(_("The group has two sessions on that day: write the number."))
            session = on_that_day[0] if on_that_day else None
        if session is None:
            raise Unreadable(_("The group has no such session."))
        return session


@transaction.atomic
def upload_sheet(group: Group, *, key: UUID, file: File, others: str, by: User) -> AttendanceSheet:
    """Check a list of attendance row by row; nothing is written down yet.

    `others` is what will be written of who is expected at a session and not in
    the list. Raises OtherContent, and UnreadableWorkbook.
    """
    sent = claim(key, by=by, content={"group": group, "file": file, "others": others})
    if sent.result:
        return AttendanceSheet.objects.get(pk=sent.result)
    lines = read_sheet(file)
    sheet = AttendanceSheet.objects.create(
        group=group,
        file_name=storable(file.name or "")[-150:],
        sha256=sha256_of(file),
        others=others,
        uploaded_by=by,
    )
    rows = [
        SheetRow(
            sheet=sheet,
            sheet_row=each.number,
            who=storable(each.who),
            which=storable(each.which),
            said=storable(each.said),
        )
        for each in lines
    ]
    check_rows(rows, Roster.of(group))
    SheetRow.objects.bulk_create(rows, batch_size=500)
    settle(sent, sheet)
    record_activity("sheet.uploaded", sheet, by=by, group=group.pk, rows=len(rows))
    return sheet


def check_rows(rows: Iterable[SheetRow], roster: Roster) -> None:
    """Say of each row what comes of it, as the group stands now."""
    said: dict[tuple[int, int], list[SheetRow]] = defaultdict(list)
    for row in rows:
        _check(row, roster)
        if row.outcome != SheetOutcome.ERROR:
            assert row.enrolment_id is not None
            assert row.session_id is not None
            said[row.enrolment_id, row.session_id].append(row)
    for same in said.values():
        if len({each.mark for each in same}) > 1:
            for each in same:
                _refuse(each, _("Several rows say different things of this person and session."))
        else:
            for each in same[1:]:
                each.outcome = SheetOutcome.SAME


def _check(row: SheetRow, roster: Roster) -> None:
    row.enrolment = row.session = None
    row.mark = row.before = row.reason = ""
    try:
        row.enrolment = roster.enrolment_of(row.who)
        row.session = roster.session_called(row.which)
        if not row.session.has_begun:
            raise Unreadable(_("The session has not begun: attendance is taken when it has."))
        mark = mark_of(row.said)
        before = roster.marks.get((row.enrolment.pk, row.session.pk))
        if before is None and row.enrolment.state not in TAKING_PART:
            raise Unreadable(_("She or he does not take part in the group any more."))
    except Unreadable as problem:
        _refuse(row, str(problem))
        return
    row.mark, row.before = mark, before or ""
    row.outcome = SheetOutcome.SAME if before == mark else SheetOutcome.CORRECTED
    if before is None:
        row.outcome = SheetOutcome.NEW


def _refuse(row: SheetRow, reason: str) -> None:
    """Whom and which session it is about stays, where it was found: she is in the file."""
    row.mark = row.before = ""
    row.outcome, row.reason = SheetOutcome.ERROR, storable(reason)[:200]


@transaction.atomic
def write_sheet(sheet: AttendanceSheet, *, version: int, by: User) -> AttendanceSheet:
    """Write the good rows of a list down, session by session, as whoever takes attendance does.

    When a row would come to something else than what was shown, nothing is
    written: the list stays «checked», with its rows as they are now. One that is
    written already stays as it is. Raises MoveNotAllowed and StaleRecord.
    """
    lock_members(sheet.group)
    sheet = lock(sheet)
    if sheet.state == SheetState.WRITTEN:
        return sheet
    group = lock(sheet.group)
    sessions = GroupSession.objects.select_for_update(of=("self",), no_key=True)
    held = {each.pk: each for each in sessions.filter(group=group).order_by("pk")}
    rows = list(sheet.rows.order_by("sheet_row"))
    shown = [_found(row) for row in rows]
    if sheet.state == SheetState.CHECKED:
        check_rows(rows, Roster.of(group))
    if [_found(row) for row in rows] != shown:
        change(sheet, version=version)
        SheetRow.objects.bulk_update(rows, FOUND, batch_size=500)
        return sheet
    now = timezone.now()
    move(sheet, SheetState.WRITTEN, version=version, ended_at=now, ended_by=by)
    good = [row for row in rows if row.outcome in {SheetOutcome.NEW, SheetOutcome.CORRECTED}]
    for each in planned_marks(sheet):
        _take(held[each.session_id], each.marks(sheet.others), by=by)
    sheet.rows.exclude(outcome=SheetOutcome.ERROR).update(who="", which="", said="")
    record_activity("sheet.written", sheet, by=by, group=group.pk, rows=len(good))
    return sheet


def _found(row: SheetRow) -> tuple[Any, ...]:
    """What was shown of a row; its reason may be said in another language the next time."""
    return tuple(getattr(row, name) for name in FOUND if name != "reason")


def _take(session: GroupSession, marks: dict[int, str], *, by: User) -> None:
    take_attendance(
        session,
        marks,
        version=session.version,
        minutes=session.minutes or session.planned_minutes,
        unnamed=None,
        by=by,
    )


@transaction.atomic
def discard_sheet(sheet: AttendanceSheet, *, version: int, by: User | None) -> AttendanceSheet:
    """Give a list up before it was written down: what its rows said is erased.

    `by` is None when the clock does it.
    """
    sheet = lock(sheet)
    now = timezone.now()
    move(sheet, SheetState.DISCARDED, version=version, ended_at=now, ended_by=by)
    sheet.rows.all().delete()
    record_activity("sheet.discarded", sheet, by=by)
    return sheet


@transaction.atomic
def clear_old_sheets() -> None:
    """Discard the lists that nobody confirmed, and erase what rows to correct said, after days."""
    now = timezone.now()
    old = now - settings.ATTENDANCE_SHEET_KEPT
    free = AttendanceSheet.objects.select_for_update(of=("self",), no_key=True)
    for sheet in free.filter(state=SheetState.CHECKED, uploaded_at__lt=old).order_by("pk"):
        discard_sheet(sheet, version=sheet.version, by=None)
    written = AttendanceSheet.objects.filter(
        state=SheetState.WRITTEN, ended_at__lt=old, erased_at=None
    )
    rows = SheetRow.objects.filter(sheet__in=written, outcome=SheetOutcome.ERROR)
    # The reason may repeat what stood in a cell.
    reason = _("The list is old: what this row said was erased.")
    rows.update(who="", which="", said="", reason=reason)
    written.update(erased_at=now)


@dataclass
class Planned:
    """What a list would write of one session: what rows say, and who is expected and in none."""

    session_id: int
    said: dict[int, str] = field(default_factory=dict)  # by enrolment
    unnamed: list[int] = field(default_factory=list)

    def marks(self, others: str) -> dict[int, str]:
        return dict.fromkeys(self.unnamed, others) | self.said


def planned_marks(sheet: AttendanceSheet) -> list[Planned]:
    """What would be written of each session of which a row says something new; three queries.

    Who was marked before stays so, and so does whoever has a row to be corrected:
    what it says is not known, and not of which session either when that cannot be read.
    """
    plans: dict[int, Planned] = {}
    unclear = set()
    rows = sheet.rows.exclude(enrolment=None).order_by("session", "sheet_row")
    for outcome, session, enrolment, mark in rows.values_list(
        "outcome", "session", "enrolment", "mark"
    ):
        if outcome == SheetOutcome.ERROR:
            unclear.add((enrolment, session))
        elif outcome in {SheetOutcome.NEW, SheetOutcome.CORRECTED}:
            plans.setdefault(session, Planned(session)).said[enrolment] = mark
    marked = Attendance.objects.filter(session__in=plans)
    left_alone = unclear | set(marked.values_list("enrolment", "session"))
    expected = list(sheet.group.enrolments.taking_part().values_list("pk", flat=True))
    for plan in plans.values():
        plan.unnamed = [
            each
            for each in expected
            if each not in plan.said and not {(each, plan.session_id), (each, None)} & left_alone
        ]
    return list(plans.values())


@dataclass(frozen=True)
class Unnamed:
    """A session of a list, and how many are expected at it of whom the list says nothing."""

    session: GroupSession
    count: int


def unnamed_in(sheet: AttendanceSheet) -> list[Unnamed]:
    """Where a list leaves somebody out who is expected and not marked; four queries."""
    counts = {each.session_id: len(each.unnamed) for each in planned_marks(sheet)}
    sessions = sheet.group.sessions.filter(pk__in=counts).order_by("starts_at")
    return [Unnamed(each, counts[each.pk]) for each in sessions if counts[each.pk]]
