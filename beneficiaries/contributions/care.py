"""What care adds to other pages: the itinerary, what a case waits for, and «Hoy»."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from beneficiaries.choices import ENDED_STATES, CloseReason, ContactOutcome
from beneficiaries.models import Case, Person, Plan, SafetyProtocol
from beneficiaries.models.accompaniment import with_care, with_care_of
from beneficiaries.registry import Blocker, Step
from beneficiaries.rules.care import is_lost, is_silent, plan_due_on, review_due_on


def _open_case(person: Person) -> Any:
    """The newest case with its care (`with_care`), unless it has ended."""
    case = max(person.cases.all(), key=lambda each: each.episode, default=None)
    return case if case and case.state not in ENDED_STATES else None


def needs(person: Person) -> list[Step]:
    case = _open_case(person)
    if case is None:
        return []
    url = reverse("beneficiaries:needs_detail", args=[person.public_id])
    if case.screened_on:
        on = date_format(case.screened_on, "DATE_FORMAT")
        return [Step(_("Needs and risk"), on, _("Complete"), "ok", url)]
    detail = _("What she or he needs first, and whether there is danger")
    todo = _("Ask about needs and risk.")
    return [Step(_("Needs and risk"), detail, _("Missing"), "alerta", url, todo)]


def plan(person: Person) -> list[Step]:
    """What the plan waits for; a contact that is overdue comes before it (CASE-31)."""
    case = _open_case(person)
    if case is None:
        return []
    url = reverse("beneficiaries:plan_detail", args=[person.public_id])
    detail, state, tone, todo = _plan_in_words(case, timezone.localdate())
    return [Step(_("Plan"), detail, state, tone, url, todo)]


def _plan_in_words(case: Any, today: date) -> tuple[str, str, str, str]:
    if is_silent(case.last_contact_on, today):
        since = date_format(case.last_contact_on, "DATE_FORMAT")
        detail = _("No contact since {day}").format(day=since)
        return detail, _("No contact"), "alerta", _("Make contact and record the attempt.")
    agreed = getattr(case, "plan", None)
    if agreed is None:
        due = plan_due_on(case.opened_on)
        late = due < today
        detail = _("To be proposed by {day}").format(day=date_format(due, "DATE_FORMAT"))
        state = _("Overdue") if late else _("Not started")
        return detail, state, "alerta" if late else "plain", _("Propose a plan.")
    if agreed.agreed_by_person_on is None or case.waits_for_agreement:
        return _("Proposed"), _("To be agreed on"), "curso", _("Agree on the plan with the person.")
    due = review_due_on(agreed.agreed_by_person_on, agreed.reviewed_on, agreed.review_every_days)
    day = date_format(due, "DATE_FORMAT")
    if due < today and case.has_open_goals:
        detail = _("The review was due by {day}").format(day=day)
        return detail, _("Overdue"), "alerta", _("Review the plan with the person.")
    if case.next_step:
        detail = f"{case.next_step} · {date_format(case.next_step_on, 'DATE_FORMAT')}"
        late = case.next_step_on < today
        return detail, _("Overdue") if late else _("Agreed on"), "alerta" if late else "ok", detail
    return _("To be reviewed by {day}").format(day=day), _("Agreed on"), "ok", ""


# What a case waits for


def screening_open(case: Case) -> list[Blocker]:
    """Needs and risk are asked before a case is screened."""
    if case.screenings.exists():
        return []
    return [Blocker(_("Needs and risk"), _page_of(case, "needs_detail"))]


def plan_open(case: Case) -> list[Blocker]:
    """A case is active by a plan that the person agreed to."""
    if Plan.objects.filter(case=case, agreed_by_person_on__isnull=False).exists():
        return []
    return [Blocker(_("A plan that the person agreed to"), _page_of(case, "plan_detail"))]


def care_open(case: Case) -> list[Blocker]:
    """A safety protocol that goes on, and attempts that lack before contact is lost (CASE-32)."""
    if case.close_reason != CloseReason.LOST_CONTACT:
        case_in_danger = SafetyProtocol.objects.open().filter(person=case.person_id).exists()
        return [_protocol_goes_on(case)] if case_in_danger else []
    known = with_care_of(case)
    attempts = case.contact_attempts.standing().exclude(outcome=ContactOutcome.REACHED)
    days = list(attempts.filter(on__gt=known.last_contact_on).values_list("on", flat=True))
    blockers = [_protocol_goes_on(case)] if known.in_protocol else []
    if not is_lost(days):
        detail = _("Three attempts over thirty days; so far {count}.").format(count=len(days))
        page = _page_of(case, "plan_detail")
        blockers.append(Blocker(_("Attempts to make contact"), page, detail))
    return blockers


def _protocol_goes_on(case: Case) -> Blocker:
    return Blocker(_("The safety protocol is active"), _page_of(case, "needs_detail"))


def _page_of(case: Case, name: str) -> str:
    return reverse(f"beneficiaries:{name}", args=[case.person.public_id])


# «Hoy»


def blocks(user: User) -> Iterator[Block]:
    """Who is in danger and not assessed; whose next step is today, and with whom it is late."""
    if user.may(Permission.PROTOCOL_MANAGE):
        yield _to_assess(user)
    if user.may(Permission.CASE_WORK):
        yield from _with_their_people(user)


def _to_assess(user: User) -> Block:
    """Safety protocols without a risk assessment: it is due the same day (CASE-18)."""
    waiting = SafetyProtocol.objects.visible_to(user).open().filter(assessment=None)
    lines = [
        _about(each.person, _("Assess the risk"), each.get_absolute_url(), tone="mal")
        for each in waiting.select_related("person").order_by("raised_at", "pk")[: SHOWN + 1]
    ]
    url = reverse("beneficiaries:protocol_list")
    return Block(_("Safety protocols"), Urgency.NOW, lines, url)


def _with_their_people(user: User) -> Iterator[Block]:
    theirs = Case.objects.filter(person__in=Person.objects.accompanied_by(user), closed_on=None)
    cases = with_care(theirs).select_related("person").order_by("last_contact_on", "pk")
    today_is = timezone.localdate()
    now, late = [], []
    for case in cases:
        detail, state, tone, _todo = _plan_in_words(case, today_is)
        url = _page_of(case, "plan_detail")
        if case.next_step and case.next_step_on == today_is:
            now.append(_about(case.person, case.next_step, url))
        elif tone == "alerta":
            late.append(_about(case.person, detail, url, state=state, tone=tone))
    yield Block(_("Next steps for today"), Urgency.NOW, now[: SHOWN + 1])
    yield Block(_("Plans and contact that are late"), Urgency.LATE, late[: SHOWN + 1])


def _about(person: Person, title: Any, url: str, **more: Any) -> Line:
    """A line that names somebody, whose reading is logged."""
    return Line(f"{person.display_name}: {title}", url, person=person.pk, **more)
