"""What somebody needs, what endangers her, and the protocol that follows from it (CASE-18)."""

import logging
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.casework import screen_case
from beneficiaries.actions.consents import check_consent
from beneficiaries.actions.going_along import who_assesses
from beneficiaries.actions.moves import lock_case, what_is_open
from beneficiaries.actions.sheltering import shelter
from beneficiaries.choices import (
    ENDED_STATES,
    CaseState,
    ConsentPurpose,
    FlagAudience,
    ProtocolState,
    RiskLevel,
    TaskKind,
)
from beneficiaries.models import (
    Case,
    LookupValue,
    Need,
    Person,
    Risk,
    RiskAssessment,
    SafetyProtocol,
    Screening,
    Task,
    VulnerabilityFlag,
)
from beneficiaries.registry import SCREENING
from beneficiaries.rules.care import DANGEROUS_NOW, calls_for_protocol
from genesis.lib.states import change, lock, move

logger = logging.getLogger(__name__)


class CaseEnded(ValidationError):
    """Nothing is recorded in a case that has ended; another can be opened."""

    def __init__(self) -> None:
        super().__init__(_("The case has ended: open a new one first."))


class NotAssessed(ValidationError):
    """A protocol goes on, and its task is done, only after a risk assessment."""

    def __init__(self) -> None:
        super().__init__(_("Record the risk assessment first."))


def check_open(case: Case) -> None:
    """Raise CaseEnded for a case that is closed or merged."""
    if case.state in ENDED_STATES:
        raise CaseEnded


def check_day(case: Case, on: date, name: str = "on") -> None:
    """Raise ValidationError at the field `name` for a day before the case or to come."""
    if not case.opened_on <= on <= timezone.localdate():
        text = _("From {day}, when the case was opened, until today.")
        raise ValidationError({name: text.format(day=f"{case.opened_on:%d/%m/%Y}")})


@transaction.atomic
def record_screening(
    case: Case,
    *,
    key: UUID,
    on: date,
    needs: Mapping[str, int],
    flags: Collection[str] | None,
    source: str,
    audience: str,
    level: str,
    current_danger: str,
    immediate_action: str,
    by: User,
) -> Screening:
    """Keep what somebody needs and what endangers her; the screening of a new case is then done.

    `needs` maps codes to priorities. A flag that was known before keeps its
    source, its day and who confirmed it. A new one needs the consent to sensitive
    data (CASE-3); how great the danger is and what was done at once do not. Without
    `flags` they were not asked: what was known stays as it is. Where the answers
    call for it, a safety protocol begins; they are kept whatever comes of that
    (CASE-18). Raises OtherContent, CaseEnded, and ValidationError at the field that
    lacks something.
    """
    asked = flags is not None
    content = [case.pk, on, dict(needs), flags and sorted(flags), source, audience, level]
    sent = claim(key, by=by, content=[*content, current_danger, immediate_action])
    if sent.result:
        return Screening.objects.get(pk=sent.result)
    case = lock_case(case)
    person = case.person
    check_open(case)
    check_day(case, on)
    before = latest_screening(case)
    known = _known_flags(before)
    if person.restricted_at:  # as they are is how they are kept, whatever an old page sends
        flags = None
    flags = known.keys() if flags is None else flags
    if set(flags) - known.keys():
        check_consent(person, ConsentPurpose.SENSITIVE)
    _check_answers(needs, flags, level, current_danger, immediate_action, asked=asked)
    kept = Screening.objects.create(case=case, on=on, recorded_by=by)
    _keep_needs(kept, needs)
    _keep_flags(kept, known, flags, source, audience)
    risk = Risk.objects.create(
        screening=kept,
        level=level,
        current_danger=current_danger,
        immediate_action=immediate_action,
        calls_for_protocol=calls_for_protocol(level, current_danger, flags, asked=asked),
    )
    settle(sent, kept)
    _go_on(case, risk, by=by)
    return kept


def _go_on(case: Case, risk: Risk, *, by: User) -> None:
    """What follows from the answers: the next state of the case, and the alarm."""
    record_activity("needs.recorded", risk.screening, by=by)
    if case.state == CaseState.REGISTERED and not what_is_open(case, SCREENING):
        screen_case(case, version=case.version, by=by)
    if risk.calls_for_protocol:
        raise_alarm(risk)


def _keep_needs(kept: Screening, needs: Mapping[str, int]) -> None:
    named = _needs_named(needs)
    Need.objects.bulk_create(
        Need(screening=kept, need=named[code], priority=priority)
        for code, priority in needs.items()
    )


def _check_answers(
    needs: Mapping[str, int],
    flags: Collection[str],
    level: str,
    current_danger: str,
    immediate_action: str,
    *,
    asked: bool,
) -> None:
    if not needs:
        raise ValidationError(_("Give a priority to at least one need."))
    if not asked and not current_danger:
        raise ValidationError({"current_danger": _("Ask this of everybody.")})
    if DANGEROUS_NOW in flags and not current_danger:
        raise ValidationError({"current_danger": _("Ask this of whoever survived violence.")})
    if level == RiskLevel.HIGH and not immediate_action:
        raise ValidationError({"immediate_action": _("Say what was done at once.")})


def _needs_named(needs: Mapping[str, int]) -> dict[str, LookupValue]:
    named = {each.code: each for each in LookupValue.objects.filter(list="need", code__in=needs)}
    if set(needs) - set(named):
        raise ValidationError(_("There is no such need."))
    return named


def _known_flags(before: Screening | None) -> dict[str, VulnerabilityFlag]:
    if before is None:
        return {}
    return {each.flag.code: each for each in before.flags.select_related("flag")}


def _keep_flags(
    kept: Screening,
    known: Mapping[str, VulnerabilityFlag],
    flags: Collection[str],
    source: str,
    audience: str,
) -> None:
    named = LookupValue.objects.filter(list="vulnerability", code__in=flags)
    if len(named) != len(set(flags)):
        raise ValidationError({"flags": _("There is no such vulnerability.")})
    for value in named:
        flag = known.get(value.code)
        VulnerabilityFlag.objects.create(
            screening=kept,
            flag=value,
            source=flag.source if flag else source,
            on=flag.on if flag else kept.on,
            audience=flag.audience if flag else audience,
            confirmed_by=flag.confirmed_by if flag else None,
            confirmed_at=flag.confirmed_at if flag else None,
        )


def latest_screening(case: Case) -> Screening | None:
    """The newest answers on needs and risk."""
    return case.screenings.select_related("risk", "recorded_by").order_by("-on", "-pk").first()


@transaction.atomic
def change_flag(
    flag: VulnerabilityFlag,
    *,
    version: int,
    source: str,
    audience: str,
    confirmed: bool,
    by: User,
) -> VulnerabilityFlag:
    """Correct from whom a vulnerability is known and who reads it, or confirm it.

    That more people read it, or that it is confirmed, needs the consent to sensitive
    data; that fewer do never does (CASE-3). Raises StaleRecord and ValidationError.
    """
    person = lock(flag.screening.case.person)
    flag = lock(flag)
    readers = FlagAudience.values  # from the fewest to the most
    wider = readers.index(audience) > readers.index(flag.audience)
    if wider or (confirmed and flag.confirmed_by_id is None):
        check_consent(person, ConsentPurpose.SENSITIVE)
    answers: dict[str, Any] = {"source": source, "audience": audience}
    if confirmed and flag.confirmed_by_id is None:
        answers |= {"confirmed_by": by, "confirmed_at": timezone.now()}
    elif not confirmed:
        answers |= {"confirmed_by": None, "confirmed_at": None}
    changes = change(flag, version=version, **answers)
    if changes:
        record_activity("vulnerability.changed", flag, by=by, changes=changes)
    return flag


# The safety protocol


def raise_alarm(risk: Risk) -> None:
    """Begin what the answers call for; when the database refuses it, they stay all the same.

    What could not be begun is begun by the clock: see `raise_missing_alarms`.
    """
    screening = risk.screening
    try:
        with transaction.atomic():
            risk.protocol = open_protocol(screening.case.person, by=screening.recorded_by)
            risk.save(update_fields=["protocol"])
    except DatabaseError:
        logger.exception("no safety protocol for screening %s", screening.pk)


def raise_missing_alarms() -> int:
    """Begin the protocols that answers called for and that could not be begun; say how many."""
    missing = Risk.objects.filter(calls_for_protocol=True, protocol=None)
    waiting = list(missing.select_related("screening__case__person", "screening__recorded_by"))
    for risk in waiting:
        raise_alarm(risk)
    return sum(risk.protocol_id is not None for risk in waiting)


@transaction.atomic
def open_protocol(person: Person, *, by: User | None) -> SafetyProtocol:
    """Protect somebody from today on, and ask for a risk assessment the same day.

    The task goes to the clinical supervisor of the office, or to its territorial
    coordinator where there is none. A new alarm in a protocol that is monitored
    makes it active again.
    """
    person = lock(person)  # whose file may be moving to another office
    standing = SafetyProtocol.objects.open()  # one at most, which the database sees to
    protocol, new = standing.get_or_create(person=person, defaults={"raised_by": by})
    protocol = lock(protocol)
    if new:
        record_activity("protocol.opened", protocol, by=by)
        shelter(person)
    elif protocol.state == ProtocolState.MONITORED:
        version = protocol.version
        move(protocol, ProtocolState.ACTIVE, version=version, assessment=None)
        record_activity("protocol.alarmed", protocol, by=by)
        shelter(person)
    _leave_task(person, by)
    return protocol


def _leave_task(person: Person, by: User | None) -> Task:
    task, _new = Task.objects.get_or_create(
        kind=TaskKind.SAFETY_PROTOCOL,
        person=person,
        done_at=None,
        defaults={
            "role": who_assesses(person.office),
            "office": person.office,
            "raised_for": person.office,
            "raised_by": by,
            "due_on": timezone.localdate(),
        },
    )
    return task


@transaction.atomic
def assess_risk(protocol: SafetyProtocol, *, key: UUID, by: User, **answers: str) -> RiskAssessment:
    """Keep what a supervisor found; with it the task of the day is done. Raises OtherContent."""
    sent = claim(key, by=by, content=[protocol.pk, answers])
    if sent.result:
        return RiskAssessment.objects.get(pk=sent.result)
    lock(protocol.person)
    protocol = lock(protocol)
    if protocol.state == ProtocolState.OFF:
        raise ValidationError(_("The protocol has ended."))
    assessment = RiskAssessment(protocol=protocol, by=by, **answers)
    assessment.full_clean()
    assessment.save()
    change(protocol, version=protocol.version, assessment=assessment)
    for task in _open_tasks(protocol):
        change(task, version=task.version, done_at=timezone.now(), done_by=by)
        record_activity("task.done", task, by=by)
    settle(sent, assessment)
    record_activity("protocol.assessed", assessment, by=by)
    return assessment


def _open_tasks(protocol: SafetyProtocol) -> Any:
    tasks = Task.objects.open().filter(kind=TaskKind.SAFETY_PROTOCOL, person=protocol.person_id)
    return tasks.select_for_update(of=("self",))


@transaction.atomic
def move_protocol(
    protocol: SafetyProtocol, *, version: int, to: ProtocolState, by: User
) -> SafetyProtocol:
    """Go on from active to monitored, or end it. Raises NotAssessed without a risk assessment."""
    protocol = lock(protocol)
    if protocol.assessment_id is None:
        raise NotAssessed
    ended = {"ended_at": timezone.now(), "ended_by": by} if to == ProtocolState.OFF else {}
    changes = move(protocol, to, version=version, **ended)
    record_activity("protocol.moved", protocol, by=by, changes=changes)
    return protocol
