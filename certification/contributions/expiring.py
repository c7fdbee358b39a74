"""What accreditation and standards put on «Hoy»: what ends, what waits, what is overdue."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from certification.choices import AccreditationState
from certification.contributions import ending
from certification.models import (
    CentreAccreditation,
    CorrectiveAction,
    EvaluatorAccreditation,
    StandardDraft,
)

CENTRE, EVALUATOR, CORRECTION, REQUEST = "centre", "evaluator", "correction", "request"
STANDARD, APPROVED = "standard", "approved"
# Of all others it is the page of the accreditation.
PAGES = {EVALUATOR: "evaluator_detail", STANDARD: "draft_detail"}
# Whose turn it is then: who accredits.
WAITING = [
    AccreditationState.REQUESTED,
    AccreditationState.RENEWAL_REQUESTED,
    AccreditationState.DOCUMENTS_OK,
    AccreditationState.VISIT_PLANNED,
    AccreditationState.VISITED,
]


_by_day = itemgetter("day")


def blocks(user: User) -> Iterator[Block]:
    """The accreditations that end or wait, for who accredits and who manages a centre.

    With them what they rest upon: certificates of evaluators, calibrations.

    And the standards that wait for somebody of their committee. «Hoy» asks for all
    kinds at once.
    """
    kinds = [kind(user) for kind in _kinds(user)]
    if not kinds:
        return
    first, *others = kinds
    rows = list(first.union(*others, all=True) if others else first)
    for title, kinds_of_it, line in (
        (_("Accreditations that end"), {CENTRE, EVALUATOR}, _ending),
        (_("Certificates of evaluators and calibrations that end"), ending.RESTS, ending.line),
    ):
        found = sorted((each for each in rows if each["kind"] in kinds_of_it), key=_by_day)
        lines = [line(each) for each in found[: SHOWN + 1]]
        urgent = any(each.tone == "mal" for each in lines)
        yield Block(title, Urgency.LATE if urgent else Urgency.SOON, lines)
    for kind, title, urgency, line in (
        (CORRECTION, _("To be put right at the centres"), Urgency.SOON, _correction),
        (REQUEST, _("Accreditations that wait for you"), Urgency.ANSWER, _request),
        (STANDARD, _("Standards to approve"), Urgency.ANSWER, _standard),
        (ending.KEY, _("Signing key"), Urgency.SOON, ending.key_line),
    ):
        yield Block(title, urgency, [line(each) for each in rows if each["kind"] == kind])


def _kinds(user: User) -> list[Callable[[User], QuerySet[Any, Any]]]:
    """What is looked for, by what somebody may do."""
    accredits = user.may(Permission.ACCREDIT)
    kinds: list[Callable[[User], QuerySet[Any, Any]]] = []
    if accredits or user.may(Permission.CENTRE_APPLY):
        kinds += [_ending_centres, _ending_evaluators, _corrections, *ending.RESTS.values()]
    if accredits:
        kinds.append(_requests)
    if user.may(Permission.STANDARD_APPROVE):
        kinds.append(_standards)
    if user.may(Permission.WORK_RETRY):
        kinds.append(ending.keys)
    return kinds


def _last_day_told() -> date:
    return timezone.localdate() + timedelta(days=settings.ACCREDITATION_NOTICE_DAYS)


def _first_day_told() -> date:
    """What ended longer ago hides nothing that still comes."""
    return timezone.localdate() - timedelta(days=settings.ACCREDITATION_NOTICE_DAYS)


def _ending_centres(user: User) -> QuerySet[Any, Any]:
    """Those that end within the days of notice or ended lately, and nothing follows them."""
    found = CentreAccreditation.objects.visible_to(user).ending_until(_last_day_told())
    found = found.filter(valid_until__gte=_first_day_told(), centre__organization__ended_at=None)
    return found.order_by("valid_until", "pk").values(
        kind=Value(CENTRE),
        page=F("public_id"),
        named=F("centre__organization__name"),
        says=F("standard__code"),
        day=F("valid_until"),
    )[: SHOWN + 1]


def _ending_evaluators(user: User) -> QuerySet[Any, Any]:
    found = EvaluatorAccreditation.objects.visible_to(user).ending_until(_last_day_told())
    found = found.filter(valid_until__gte=_first_day_told(), evaluator__user__is_active=True)
    return found.order_by("valid_until", "pk").values(
        kind=Value(EVALUATOR),
        page=F("evaluator__public_id"),
        named=Concat("evaluator__user__first_name", Value(" "), "evaluator__user__last_name"),
        says=F("standard__code"),
        day=F("valid_until"),
    )[: SHOWN + 1]


def _corrections(user: User) -> QuerySet[Any, Any]:
    seen = CentreAccreditation.objects.visible_to(user)
    found = CorrectiveAction.objects.open().filter(accreditation__in=seen)
    return found.order_by("due_on", "pk").values(
        kind=Value(CORRECTION),
        page=F("accreditation__public_id"),
        named=F("text"),
        says=F("accreditation__centre__organization__name"),
        day=F("due_on"),
    )[: SHOWN + 1]


def _requests(user: User) -> QuerySet[Any, Any]:
    found = CentreAccreditation.objects.visible_to(user).filter(state__in=WAITING)
    return found.order_by("requested_at", "pk").values(
        kind=Value(REQUEST),
        page=F("public_id"),
        named=Concat("centre__organization__name", Value(": "), "standard__code"),
        says=Cast("state", TextField()),
        day=TruncDate("requested_at"),
    )[: SHOWN + 1]


def _standards(user: User) -> QuerySet[Any, Any]:
    found: Any = StandardDraft.objects.waiting_for(user)
    return found.order_by("state_since", "pk").values(
        kind=Value(STANDARD),
        page=F("public_id"),
        named=Concat(
            *("code", Value(" v"), Cast("number", TextField()), Value(" "), "title"),
            output_field=TextField(),
        ),
        says=Case(When(is_approved=True, then=Value(APPROVED)), default=Value("")),
        day=TruncDate("state_since"),
    )[: SHOWN + 1]


def _page(row: dict[str, Any]) -> str:
    name = PAGES.get(row["kind"], "accreditation_detail")
    return reverse(f"certification:{name}", args=[row["page"]])


def _ending(row: dict[str, Any]) -> Line:
    left = (row["day"] - timezone.localdate()).days
    return Line(
        f"{row['named']}: {row['says']}",
        _page(row),
        _("Until %(day)s") % {"day": date_format(row["day"])},
        state=pgettext("accreditation", "Expired") if left < 0 else _("Ends soon"),
        tone="mal" if left <= settings.ACCREDITATION_URGENT_DAYS else "alerta",
    )


def _correction(row: dict[str, Any]) -> Line:
    overdue = row["day"] < timezone.localdate()
    late, still = pgettext("accreditation", "Overdue"), pgettext("accreditation", "Open")
    return Line(
        row["named"],
        _page(row),
        _("%(centre)s · by the day %(day)s")
        % {"centre": row["says"], "day": date_format(row["day"])},
        state=late if overdue else still,
        tone="mal" if overdue else "curso",
    )


def _request(row: dict[str, Any]) -> Line:
    return Line(
        row["named"],
        _page(row),
        _("Asked for on %(day)s") % {"day": date_format(row["day"])},
        state=AccreditationState(row["says"]).label,
        tone="curso",
    )


def _standard(row: dict[str, Any]) -> Line:
    return Line(
        row["named"],
        _page(row),
        _("Before the committee since %(day)s") % {"day": date_format(row["day"])},
        state=_("To be published") if row["says"] == APPROVED else _("Waits for your vote"),
        tone="alerta",
    )
