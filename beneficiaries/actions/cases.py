"""Opening a case, deciding on eligibility, and saying who accompanies whom."""

from datetime import date
from typing import Any

from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.actions.history import record_activity
from accounts.models import Organization, User
from beneficiaries.actions.moves import check_done, lock_case, move_case
from beneficiaries.actions.rule_sets import country_names
from beneficiaries.actions.services import record_service, void_service
from beneficiaries.choices import (
    ACCOMPANIED_STATES,
    ENDED_STATES,
    AssignmentKind,
    CaseState,
    Outcome,
    Service,
)
from beneficiaries.models import Assignment, Case, CaseMove, EligibilityDecision, Person, Phase
from beneficiaries.registry import SCREENING
from beneficiaries.rules.eligibility import Inputs, RuleParameters, Work, decide
from beneficiaries.rules.explaining import Criterion, explain
from genesis.lib.states import MoveNotAllowed, StaleRecord, change, lock, what_follows

MINUTE = 60  # for which the names of countries are kept


class NoPhase(ValidationError):
    """No phase of the programme runs on that day."""

    def __init__(self, day: date) -> None:
        super().__init__(
            _("No phase of the programme runs on {day}: ask coordination.").format(
                day=day.strftime("%d/%m/%Y")
            )
        )


class ExceptionStands(ValidationError):
    """What the programme's coordination granted is not taken away by an evaluation (CASE-9)."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _(
                "An exception was granted: it stands, and is not evaluated again. "
                "Possible now: {following}."
            ).format(following=", ".join(what_follows(case)))
        )


def phase_on(day: date) -> Phase:
    """The phase in which a case that opens on `day` counts. Raises NoPhase."""
    phase = Phase.objects.on(day).select_related("rule_set").order_by("-starts_on").first()
    if phase is None:
        raise NoPhase(day)
    return phase


def open_case(
    person: Person,
    *,
    office: Organization,
    opened_on: date,
    by: User | None,
    because: str = "",
    note: str = "",
) -> Case:
    """Begin an episode of accompaniment; call it in a transaction. Raises NoPhase.

    `because` says why an episode follows another (CASE-33); the first needs no reason.
    """
    last = person.cases.aggregate(Max("episode"))["episode__max"] or 0
    case = Case.objects.create(
        person=person,
        episode=last + 1,
        office=office,
        phase=phase_on(opened_on),
        opened_on=opened_on,
        opened_because=because,
        state_by=by,
    )
    CaseMove.objects.create(case=case, to_state=case.state, by=by, reason=note)
    record_activity("case.opened" if last == 0 else "case.reopened", case, by=by, because=because)
    return case


def current_case(person: Person) -> Case | None:
    """The newest episode of a person, open or closed."""
    whole = person.cases.select_related("phase__rule_set", "office", "state_by")
    return whole.order_by("-episode").first()


def case_on(person: Person, day: date) -> Case | None:
    """The episode that was open on a day: of two that met on it, the later one."""
    until = Q(closed_on=None) | Q(closed_on__gte=day)
    found = person.cases.filter(until, opened_on__lte=day).select_related("phase")
    return found.order_by("-episode").first()


def inputs_of(person: Person) -> Inputs:
    """What eligibility is decided on, as the file says it now (CASE-6)."""
    returns = [trip for trip in person.trips.all() if trip.return_date]
    latest = max(returns, key=lambda trip: (trip.return_date, trip.pk), default=None)
    return Inputs(
        registered_on=person.registered_on,
        birth_date=person.birth_date,
        birth_precision=person.birth_precision,
        population=person.population,
        return_date=latest.return_date if latest else None,
        return_precision=latest.return_precision if latest else "",
        work=tuple(
            Work(
                country=job.country.code if job.country else "",
                sector=job.sector,
                start=job.start_date,
                start_precision=job.start_precision,
                end=job.end_date,
                end_precision=job.end_precision,
                ongoing=job.ongoing,
            )
            for job in sorted(person.jobs.all(), key=lambda job: job.pk)
        ),
    )


@transaction.atomic
def decide_eligibility(case: Case, *, version: int, by: User | None) -> EligibilityDecision:
    """Answer both questions of eligibility by the rules of the case's phase, and freeze them.

    The first decision also records the early attention (1a) that the person
    received on the day she was registered; while the answer is pending the file
    lacks something, so the next decision records it again with what is known
    then of that day. A case that a plan accompanies stays where it is: only the
    answer is new. Raises StaleRecord, StillToBeDone before the screening is
    done, ExceptionStands, and MoveNotAllowed once the case has ended.
    """
    case = lock_case(case)
    if case.state in ENDED_STATES:
        raise MoveNotAllowed(case, CaseState.SCREENED)
    if case.outcome == Outcome.EXCEPTION:
        raise ExceptionStands(case)
    if case.state == CaseState.REGISTERED:
        check_done(case, SCREENING)
    rule_set = case.phase.rule_set
    inputs = inputs_of(case.person)
    decision = decide(inputs, RuleParameters.from_dict(rule_set.parameters))
    before = case.outcome
    kept = EligibilityDecision.objects.create(
        case=case,
        rule_set=rule_set,
        inputs=inputs.to_dict(),
        certification_track=decision.certification_track,
        outcome=decision.outcome,
        reasons=list(decision.reasons),
        decided_by=by,
    )
    answers = {
        "certification_track": decision.certification_track,
        "outcome": decision.outcome,
    }
    if case.state in ACCOMPANIED_STATES:
        changes = change(case, version=version, **answers)
    else:
        steps = _way_to(CaseState(decision.outcome), case)
        changes = move_case(case, *steps, version=version, by=by, **answers)
    record_activity("eligibility.decided", kept, by=by, changes=changes)
    if before in {"", Outcome.PENDING}:
        _record_early_attention(case, by=by)
    return kept


def _way_to(answer: CaseState, case: Case) -> list[CaseState]:
    """Every answer is reached from «screened», also that of an evaluation anew."""
    return [answer] if case.state == CaseState.SCREENED else [CaseState.SCREENED, answer]


def _record_early_attention(case: Case, *, by: User | None) -> None:
    """Once in each episode; what an earlier one recorded stays as it was."""
    source = f"person:{case.person_id}"
    if case.episode > 1:
        source = f"case:{case.pk}"
    for known in case.person.services.standing().filter(source=source):
        void_service(known, reason=_("Recorded before the file was complete."), by=by)
    record_service(
        case.person,
        Service.EARLY_ATTENTION,
        on=case.opened_on,
        organization=case.office,
        source=source,
        by=by,
    )


def latest_decision(case: Case) -> EligibilityDecision | None:
    return (
        case.decisions.select_related("rule_set", "decided_by")
        .order_by("-decided_at", "-pk")
        .first()
    )


def inputs_changed_since(decision: EligibilityDecision, person: Person) -> bool:
    """Whether the file now says something else than what was decided on (CASE-10)."""
    return inputs_of(person).to_dict() != decision.inputs


def criteria_of(decision: EligibilityDecision) -> list[Criterion]:
    """Why a decision is what it is: each condition, from the inputs that were frozen with it."""
    parameters = RuleParameters.from_dict(decision.rule_set.parameters)
    key = f"countries:{get_language()}"
    names = caches["memory"].get_or_set(key, country_names, MINUTE) or {}
    return explain(Inputs.from_dict(decision.inputs), parameters, names)


def assign(person: Person, *, to: User, kind: AssignmentKind, by: User | None) -> Assignment:
    """Let somebody have to do with a person from today on; call it in a transaction."""
    given, new = Assignment.objects.get_or_create(
        person=person,
        user=to,
        kind=kind,
        valid_until=None,
        defaults={"valid_from": timezone.localdate(), "given_by": by},
    )
    if new:
        verb = "case.assigned" if kind == AssignmentKind.CASEWORKER else "part.given"
        record_activity(verb, given, by=by, user=to.pk, kind=kind)
    return given


def end_assignments(
    person: Person, *, kinds: list[AssignmentKind], by: User | None, user: User | None = None
) -> None:
    """End what somebody, or `user` alone, had to do with a person; call it in a transaction."""
    given_on = person.assignments.filter(kind__in=kinds, valid_until=None)
    for given in given_on.filter(user=user) if user else given_on:
        given.valid_until, given.ended_at = timezone.localdate(), timezone.now()
        given.save(update_fields=["valid_until", "ended_at"])
        record_activity("assignment.ended", given, by=by, user=given.user_id, kind=given.kind)


@transaction.atomic
def hand_over(person: Person, *, version: int, to: User, by: User) -> Assignment:
    """Give a person's case to another caseworker, or to a first one. Raises StaleRecord."""
    person = lock(person)
    if person.version != version:
        raise StaleRecord(person)
    end_assignments(person, kinds=[AssignmentKind.CASEWORKER], by=by)
    change(person, version=version)
    return assign(person, to=to, kind=AssignmentKind.CASEWORKER, by=by)


def caseworker_of(person: Person) -> Any:
    """Who accompanies a person today, or nobody."""
    given = person.assignments.on(timezone.localdate()).caseworkers().select_related("user")
    found = given.first()
    return found.user if found else None
