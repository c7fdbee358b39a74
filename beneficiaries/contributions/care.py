"""What care adds to other pages: the itinerary, what a case waits for, and «Hoy»."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from beneficiaries.choices import (
    ACCOMPANIED_STATES,
    ENDED_STATES,
    CaseState,
    CloseReason,
    ConsentPurpose,
    ContactOutcome,
)
from beneficiaries.contributions.lines import about
from beneficiaries.models import (
    Appointment,
    Case,
    Consent,
    IndexAnswers,
    Person,
    Plan,
    SafetyProtocol,
)
from beneficiaries.models.accompaniment import with_care, with_care_of
from beneficiaries.registry import Blocker, Step
from beneficiaries.rules.care import is_lost, is_silent, plan_due_on, review_due_on
from beneficiaries.rules.reintegration import next_due


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
    """Whose next step is today, with whom it is late, and with whom nothing is planned."""
    if user.may(Permission.CASE_WORK):
        yield from _with_their_people(user)


# What may wait in a case, in the order of the page.
KINDS = {
    "now": (gettext_lazy("Next steps for today"), Urgency.NOW),
    "late": (gettext_lazy("Plans and contact that are late"), Urgency.LATE),
    "step": (gettext_lazy("Cases that wait for your step"), Urgency.SOON),
    "index": (gettext_lazy("Reintegration index to be asked"), Urgency.SOON),
    "unplanned": (gettext_lazy("People with nothing planned"), Urgency.SOON),
}
STEPS_OF_CASE = {
    CaseState.REGISTERED: gettext_lazy("Ask about needs and risk, and finish the screening."),
    CaseState.SCREENED: gettext_lazy("Decide on eligibility."),
    CaseState.PENDING: gettext_lazy("Complete what is missing and decide again."),
    CaseState.NOT_ELIGIBLE: gettext_lazy("Inform and close, or ask for an exception."),
}
SOON = timedelta(days=14)


def _with_their_people(user: User) -> Iterator[Block]:
    """What waits in the cases that `user` accompanies: all of it from one question."""
    found = defaultdict(list)
    for case in _cases_of(user):
        for kind, line in _waiting_in(case, timezone.localdate()):
            found[kind].append(line)
    for kind, (title, urgency) in KINDS.items():
        yield Block(title, urgency, found[kind][: SHOWN + 1])


def _cases_of(user: User) -> Any:
    theirs = Case.objects.filter(person__in=Person.objects.accompanied_by(user), closed_on=None)
    coming = Appointment.objects.open().filter(
        person=OuterRef("person"), starts_at__gt=timezone.now()
    )
    asked = IndexAnswers.objects.in_force().filter(person=OuterRef("person"))
    agreed = Consent.objects.in_force().for_purpose(ConsentPurpose.SENSITIVE)
    with_dates = with_care(theirs).annotate(
        has_appointment=Exists(coming),
        index_days=ArraySubquery(asked.values("on")),
        may_ask_index=Exists(agreed.filter(person=OuterRef("person"))),
    )
    return with_dates.select_related("person", "plan").order_by("last_contact_on", "pk")


def _waiting_in(case: Any, today: date) -> Iterator[tuple[str, Line]]:
    detail, state, tone, _todo = _plan_in_words(case, today)
    url = _page_of(case, "plan_detail")
    if case.next_step and case.next_step_on == today:
        yield "now", about(case.person, case.next_step, url)
    elif tone == "alerta":
        yield "late", about(case.person, detail, url, state=state, tone=tone)
    elif case.state in STEPS_OF_CASE:
        step = STEPS_OF_CASE[CaseState(case.state)]
        page = _page_of(case, "case_detail")
        yield "step", about(case.person, step, page, state=case.get_state_display())
    elif case.state == CaseState.ACTIVE and not (case.next_step or case.has_appointment):
        yield "unplanned", about(case.person, _("Agree on the next step."), url)
    if case.state in ACCOMPANIED_STATES and case.may_ask_index:
        yield from _index_due(case, today)


def _index_due(case: Any, today: date) -> Iterator[tuple[str, Line]]:
    due = next_due(case.person.registered_on, case.index_days)
    if due and due <= today + SOON:
        words = _("due on {day}").format(day=date_format(due, "DATE_FORMAT"))
        late = {"state": _("Overdue"), "tone": "alerta"} if due < today else {}
        yield "index", about(case.person, words, _page_of(case, "index_detail"), **late)
