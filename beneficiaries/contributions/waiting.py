"""«Hoy»: safety protocols, possible duplicates and rows of a workbook that wait for a decision."""

from collections.abc import Iterator
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    DateField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Concat, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from beneficiaries.choices import ImportStage, ProtocolState, RowOutcome, TaskKind
from beneficiaries.models import ImportRow, PeopleImport, SafetyProtocol, Suspicion, Task

PROTOCOL, PAIR, ROWS = "protocol", "pair", "rows"


def blocks(user: User) -> Iterator[Block]:
    """What waits for whoever may decide on it: «Hoy» asks for the three kinds at once."""
    asked = [
        rows(user)
        for permission, rows in (
            (Permission.PROTOCOL_MANAGE, _protocols),
            (Permission.DUPLICATE_RESOLVE, _pairs),
            (Permission.PEOPLE_IMPORT, _imports),
        )
        if user.may(permission)
    ]
    if not asked:
        return
    first, *others = asked
    rows = list(first.union(*others, all=True) if others else first)
    for kind, title, urgency, line, page in (
        (PROTOCOL, _("Safety protocols"), Urgency.LATE, _protocol, "protocol_list"),
        (PAIR, _("Possible duplicates"), Urgency.ANSWER, _pair, "duplicate_list"),
        (ROWS, _("Rows of an import to decide"), Urgency.ANSWER, _import, "import_list"),
    ):
        lines = [line(each) for each in rows if each["kind"] == kind]
        yield Block(title, urgency, lines, reverse(f"beneficiaries:{page}"))


def _name_of(side: str) -> Concat:
    return Concat(f"{side}__given_names", Value(" "), f"{side}__surnames")


def _protocols(user: User) -> QuerySet[Any, Any]:
    """Those that are open, the one whose risk assessment is due first before the others."""
    tasks = Task.objects.open().filter(kind=TaskKind.SAFETY_PROTOCOL, person=OuterRef("person"))
    due = Subquery(tasks.order_by("due_on").values("due_on")[:1])
    found = SafetyProtocol.objects.visible_to(user).open().annotate(due_on=due)
    return found.order_by(F("due_on").asc(nulls_last=True), "raised_at", "pk").values(
        "public_id",
        kind=Value(PROTOCOL),
        named=_name_of("person"),
        says=Cast("state", TextField()),
        day=F("due_on"),
        count=Value(0),
        hers=F("person_id"),
    )[: SHOWN + 1]


def _pairs(user: User) -> QuerySet[Any, Any]:
    found = Suspicion.objects.waiting().visible_to(user).order_by("raised_at", "pk")
    return found.values(
        "public_id",
        kind=Value(PAIR),
        named=_name_of("person"),
        says=Cast("other__file_number", TextField()),
        day=TruncDate("raised_at"),
        count=Value(0),
        hers=F("person_id"),
    )[: SHOWN + 1]


def _imports(user: User) -> QuerySet[Any, Any]:
    """Workbooks that are in, some of whose rows may be people on record."""
    undecided = Q(
        rows__in=ImportRow.objects.to_decide().filter(written=True), state=ImportStage.IMPORTED
    )
    found = PeopleImport.objects.visible_to(user).filter(undecided).order_by("uploaded_at", "pk")
    return found.values(
        "public_id",
        kind=Value(ROWS),
        named=Cast("file_name", TextField()),
        says=Value("", output_field=TextField()),
        day=Value(None, output_field=DateField()),
        count=Count("rows"),
        hers=Value(None, output_field=BigIntegerField()),
    )[: SHOWN + 1]


def _protocol(row: dict[str, Any]) -> Line:
    day = row["day"]
    late = day is not None and day < timezone.localdate()
    words = _("Risk assessment due on {day}").format(day=date_format(day)) if day else ""
    state = ProtocolState(row["says"])
    return Line(
        row["named"].strip(),
        reverse("beneficiaries:protocol_detail", args=[row["public_id"]]),
        words,
        state=_("Overdue") if late else state.label,
        tone="mal" if late or state == ProtocolState.ACTIVE else "alerta",
        person=row["hers"],
    )


def _pair(row: dict[str, Any]) -> Line:
    return Line(
        _("{name}: perhaps the same person as file {number}").format(
            name=row["named"].strip(), number=row["says"]
        ),
        reverse("beneficiaries:duplicate_merge", args=[row["public_id"]]),
        _("Since {day}").format(day=date_format(row["day"])),
        person=row["hers"],
    )


def _import(row: dict[str, Any]) -> Line:
    words = ngettext("%d row to decide", "%d rows to decide", row["count"]) % row["count"]
    page = reverse("beneficiaries:import_detail", args=[row["public_id"]])
    return Line(row["named"], f"{page}?resultado={RowOutcome.POSSIBLE_DUPLICATE}", words)
