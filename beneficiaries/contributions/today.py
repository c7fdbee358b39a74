"""What waits for those who register, accompany or coordinate: the registry's part of «Hoy»."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Activity, User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from beneficiaries.choices import CaseState, ExceptionState, ImportStage, TaskKind
from beneficiaries.contributions.lines import about
from beneficiaries.models import (
    Assignment,
    Case,
    EmergencyAccess,
    ExceptionRequest,
    Message,
    PeopleImport,
    Person,
    Registration,
    Task,
    Transfer,
)
from beneficiaries.registry import VERBS

NEW = timedelta(days=3)  # how long something is news
WAITING = 50  # of each kind, the oldest first: more than anybody answers in a day


def blocks(user: User) -> Iterator[Block]:
    """What waits for `user` in the registry and the casework, by what their roles let them do."""
    if user.may(Permission.PERSON_REGISTER):
        yield _registrations(user)
    if user.may(Permission.MESSAGE_PREPARE):
        yield _messages(user)
    if user.may(Permission.CASE_WORK):
        yield _new_with(user)
        yield _changed_by_others(user)
    if user.may(Permission.CASE_ASSIGN):
        yield from _cases(user)
    if user.may(Permission.DUPLICATE_RESOLVE):
        yield _tasks(user)
    if user.may(Permission.ACCESS_REVIEW):
        yield _emergencies(user)


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def _registrations(user: User) -> Block:
    begun = Registration.objects.begun_by(user).drafts().order_by("-saved_at", "-pk")
    lines = [
        Line(
            each.title,
            reverse("beneficiaries:registration_detail", args=[each.public_id]),
            _("Last saved on {day}").format(day=_day(each.saved_at)),
        )
        for each in begun[: SHOWN + 1]
    ]
    url = reverse("beneficiaries:registration_list")
    return Block(_("Registrations to finish"), Urgency.UNFINISHED, lines, url)


def _messages(user: User) -> Block:
    """Those that may be sent at this hour."""
    now = timezone.now()
    theirs = Message.objects.waiting().filter(person__in=Person.objects.accompanied_by(user))
    ready = theirs.may_be_sent_at(now).select_related("person", "template").order_by("not_before")
    url = reverse("beneficiaries:message_list")
    lines = [
        about(each.person, each.template, url, detail=each.get_channel_display())
        for each in ready[: SHOWN + 1]
    ]
    return Block(_("Messages to send now"), Urgency.NOW, lines, url)


def _new_with(user: User) -> Block:
    """The people that somebody else gave them in the last days."""
    given = Assignment.objects.on(timezone.localdate()).caseworkers().filter(user=user)
    recent = given.filter(given_at__gte=timezone.now() - NEW).exclude(given_by=user)
    lines = [
        about(
            each.person,
            _("assigned to you"),
            each.person.get_absolute_url(),
            detail=_("by {who} on {day}").format(
                who=each.given_by or _("an import"), day=_day(each.given_at)
            ),
        )
        for each in recent.select_related("person", "given_by").order_by("-given_at")[: SHOWN + 1]
    ]
    return Block(_("New with you"), Urgency.NEWS, lines)


def _changed_by_others(user: User) -> Block:
    """What others did in the files of the people they accompany."""
    theirs = {each.pk: each for each in Person.objects.accompanied_by(user)}
    done = Activity.objects.filter(
        person_id__in=theirs, verb__in=VERBS, at__gte=timezone.now() - NEW
    ).exclude(actor=user)
    lines = [
        about(
            theirs[each.person_id],
            VERBS[each.verb],
            theirs[each.person_id].get_absolute_url(),
            detail=_("by {who} on {day}").format(who=each.actor or _("Genesis"), day=_day(each.at)),
        )
        for each in done.select_related("actor").order_by("-at", "-pk")[: SHOWN + 1]
    ]
    return Block(_("What others did"), Urgency.NEWS, lines)


def _tasks(user: User) -> Block:
    """What a rule left to coordination; those of a safety protocol stand with the protocols."""
    tasks = Task.objects.visible_to(user).open().exclude(kind=TaskKind.SAFETY_PROTOCOL)
    today = timezone.localdate()
    url = reverse("beneficiaries:task_list")
    lines = [
        about(
            each.person,
            each.get_kind_display(),
            url,
            detail=_("Due on {day}").format(day=date_format(each.due_on, "DATE_FORMAT")),
            state=_("Overdue") if each.due_on < today else "",
            tone="alerta",
        )
        for each in tasks.select_related("person").order_by("due_on", "pk")[: SHOWN + 1]
    ]
    return Block(_("To do"), Urgency.LATE, lines, url)


def _cases(user: User) -> Iterator[Block]:
    """What others asked of coordination, and the cases that nobody accompanies: in one question."""
    alone = user.where(Permission.CASE_ASSIGN, "office") & Q(
        closed_on=None, person__in=Person.objects.without_caseworker()
    )
    to_approve = ExpressionWrapper(_to_approve(user), output_field=BooleanField())
    found = Case.objects.filter(_to_approve(user) | alone, person__merged_into=None)
    found = found.annotate(to_approve=to_approve, alone_since=_alone_since())
    found = found.select_related("person", "close_asked_by")
    cases = list(found.order_by("-to_approve", "alone_since", "pk")[:WAITING])
    closings = [_closing(each) for each in cases if each.to_approve]
    yield _answers(_in_order([*closings, *_exceptions_and_transfers(user)]))
    yield _unassigned([each for each in cases if not each.to_approve])


def _alone_since() -> Greatest:
    """Of a case, the day since which nobody accompanies the person: at the earliest its opening."""
    ended = Assignment.objects.caseworkers().filter(person=OuterRef("person"))
    ended = ended.filter(valid_until__isnull=False).order_by("-valid_until")
    return Greatest("opened_on", Subquery(ended.values("valid_until")[:1]))


def _unassigned(cases: list[Any]) -> Block:
    """«Por asignar»: open cases that nobody accompanies, whoever is alone longest first."""
    lines = [
        about(
            each.person,
            _("nobody accompanies her or him"),
            reverse("beneficiaries:case_hand_over", args=[each.person.public_id]),
            detail=_("Since {day}").format(day=date_format(each.alone_since, "DATE_FORMAT")),
        )
        for each in cases[: SHOWN + 1]
    ]
    url = f"{reverse('beneficiaries:person_list')}?caso=sin"
    return Block(_("To be assigned"), Urgency.ANSWER, lines, url)


def _emergencies(user: User) -> Block:
    """Emergency accesses at which nobody of their side has looked (SEC-14)."""
    side = "coordination_at" if user.may(Permission.CASE_ASSIGN) else "officer_at"
    open_to_them = EmergencyAccess.objects.visible_to(user).filter(**{side: None})
    url = reverse("beneficiaries:access_list")
    lines = [
        Line(
            _("{who} opened a file in an emergency").format(who=each.user),
            url,
            _day(each.opened_at),
        )
        for each in open_to_them.select_related("user").order_by("opened_at")[: SHOWN + 1]
    ]
    return Block(_("Emergencies to review"), Urgency.ANSWER, lines, url)


def imports(user: User) -> Iterator[Block]:
    """Workbooks that wait for whoever sent them in."""
    if not user.may(Permission.PEOPLE_IMPORT):
        return
    theirs = PeopleImport.objects.visible_to(user).filter(uploaded_by=user)
    waiting = theirs.filter(state__in=[ImportStage.MAPPING, ImportStage.CHECKED])
    lines = [
        Line(each.file_name, each.get_absolute_url(), each.get_state_display())
        for each in waiting.order_by("-uploaded_at")[: SHOWN + 1]
    ]
    url = reverse("beneficiaries:import_list")
    yield Block(_("Imports to finish"), Urgency.UNFINISHED, lines, url)


# What others asked


def _answers(rows: list[dict[str, Any]]) -> Block:
    lines = [
        about(
            each["person"],
            each["title"],
            each["url"],
            detail=_("asked by {who} on {day}").format(who=each["by"], day=_day(each["since"])),
        )
        for each in rows
    ]
    url = reverse("beneficiaries:task_list")
    return Block(_("Waiting for your answer"), Urgency.ANSWER, lines, url)


def waiting_for(user: User) -> list[dict[str, Any]]:
    """Closings, exceptions and transfers that somebody asked `user` for; derived, never stored."""
    closings = Case.objects.filter(_to_approve(user), person__merged_into=None)
    closings = closings.select_related("person", "close_asked_by").order_by("state_since")
    return _in_order([*map(_closing, closings[:WAITING]), *_exceptions_and_transfers(user)])


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["since"])


def _to_approve(user: User) -> Q:
    """The closings that somebody else asked `user` for."""
    held = user.where(Permission.CASE_APPROVE, "office")
    return held & Q(state=CaseState.CLOSING) & ~Q(close_asked_by=user)


def _closing(case: Case) -> dict[str, Any]:
    url = reverse("beneficiaries:case_approve", args=[case.person.public_id])
    waits = _waits(_("Approve the closing"), case.person, case.close_asked_by, case.state_since)
    return waits | {"url": url}


def _exceptions_and_transfers(user: User) -> list[dict[str, Any]]:
    asked = ExceptionRequest.objects.filter(
        user.where(Permission.EXCEPTION_GRANT, "case__office"),
        state=ExceptionState.ASKED,
        case__state=CaseState.NOT_ELIGIBLE,
        case__person__merged_into=None,
    ).exclude(asked_by=user)
    transfers = Transfer.objects.to_answer(user).exclude(asked_by=user)
    rows = [
        _waits(_("Decide on an exception"), each.case.person, each.asked_by, each.asked_at)
        | {"url": reverse("beneficiaries:exception_decide", args=[each.case.person.public_id])}
        for each in asked.select_related("case__person", "asked_by").order_by("asked_at")[:WAITING]
    ]
    return rows + [
        _waits(_("A file is asked for"), each.person, each.asked_by, each.asked_at)
        | {"url": reverse("beneficiaries:transfer_answer", args=[each.public_id])}
        for each in transfers.select_related("person", "asked_by").order_by("asked_at")[:WAITING]
    ]


def _waits(title: str, person: Person, by: User | None, since: datetime) -> dict[str, Any]:
    return {"title": title, "person": person, "by": by, "since": since}
