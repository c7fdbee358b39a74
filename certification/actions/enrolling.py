"""Before the session: enrolment, diagnosis, admission, and a plan that both agree on."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.cases import current_case
from beneficiaries.actions.consents import has_consent
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Person
from certification.actions.helping import check_help, keep_help
from certification.actions.parts import (
    check_not_appealed,
    check_part,
    check_state,
    given_reason,
    keep_assigned,
)
from certification.actions.planning import check_day, check_times
from certification.actions.refusals import (
    DayNotPossible,
    NotPossible,
    SamePerson,
)
from certification.actions.signatures import sign, signed_by_hand
from certification.choices import CANDIDATES, TO_BEGIN_STATES, AssessmentState, Route, SignatureKind
from certification.models import (
    Assessment,
    Centre,
    Diagnosis,
    Plan,
    ReferenceCounter,
    StandardVersion,
)
from certification.rules.accommodations import Accommodations
from certification.rules.plans import Meeting, Window
from genesis.lib.days import age_on, completed_months
from genesis.lib.states import change, check_move, lock, move

# What both agreed on with a plan that is replaced.
PLAN_SIGNATURES = [SignatureKind.PLAN_CANDIDATE, SignatureKind.PLAN_EVALUATOR]


class OutsideTheTrack(NotPossible):
    """Only who is eligible is certified, or for whom an exception was made."""

    sentence = gettext_noop(
        "The person’s case is not open, or she is not eligible for certification."
    )


class NoAssessmentConsent(NotPossible):
    """Nobody is assessed who does not agree to it, then and there."""

    sentence = gettext_noop("The person has not agreed to be assessed: record the consent first.")


class StandardNotInForce(NotPossible):
    """Only a published version is begun with, within its dates."""

    sentence = gettext_noop("This version of the standard is not in force today.")


class AlreadyDecided(NotPossible):
    """A result stays: what follows from it is another attempt, or an appeal."""

    def __init__(self, assessment: Assessment) -> None:
        words = (
            _(
                "This person already has a certificate of this standard that nobody revoked"
                " (%(reference)s): when it ends, renew it from there."
            )
            if assessment.state == AssessmentState.CERTIFIED
            else _(
                "This person already has the result “not yet competent” in this standard"
                " (%(reference)s): begin another attempt from there."
            )
        )
        super().__init__(words % {"reference": assessment.reference})


class EntryNotMet(NotPossible):
    """Who lacks what the standard asks for is enrolled for a reason, which is recorded."""

    def __init__(self, lacking: list[str]) -> None:
        super().__init__(
            " ".join(lacking) + " " + _("Write why she or he is enrolled nevertheless.")
        )


@transaction.atomic
def enrol(
    person: Person,
    *,
    key: UUID,
    standard_version: StandardVersion,
    entry_reason: str = "",
    by: User,
) -> Assessment:
    """Begin the certification of a person in a standard; the same form sent twice begins one.

    Raises OutsideTheTrack unless she is eligible or an exception was made,
    NoAssessmentConsent, StandardNotInForce, AlreadyDecided when she has a result
    in this standard, EntryNotMet without an `entry_reason` for who is too young or
    has too little experience, OtherContent when `key` came before with other answers, and
    ValidationError when one is open in this standard. Whose last certificate was
    revoked begins another attempt.
    """
    sent = claim(key, by=by, content=[person, standard_version, entry_reason])
    if sent.result:
        return Assessment.objects.get(pk=sent.result)
    person = lock(person)  # two open ones in one standard must see each other
    check_candidate(person)
    version = in_force(standard_version)
    earlier = Assessment.objects.filter(person=person, standard=version.standard)
    if result := earlier.barring().first():
        raise AlreadyDecided(result)
    lacking = what_lacks(person, version, on=timezone.localdate())
    if lacking and not entry_reason.strip():
        raise EntryNotMet(lacking)
    assessment = Assessment(
        person=person,
        standard=version.standard,
        standard_version=version,
        enrolled_by=by,
        entry_reason=entry_reason.strip() if lacking else "",
    )
    if revoked := earlier.decided().order_by("attempt").last():
        assessment.previous, assessment.attempt = revoked, revoked.attempt + 1
        assessment.route = Route.REASSESSMENT
    begin(assessment, by=by)
    settle(sent, assessment)
    return assessment


def what_lacks(person: Person, version: StandardVersion, *, on: date) -> list[str]:
    """What the standard asks of whoever begins and the file says is lacking, in words.

    What nobody wrote down lacks nothing: a birth date, jobs, or the days of one of them.
    """
    lacking = []
    age = age_on(person.birth_date, on) if person.birth_date else None
    if age is not None and age < version.min_age:
        lacking.append(
            _("The standard asks for %(least)d years of age: she or he is %(age)d.")
            % {"least": version.min_age, "age": age}
        )
    months = _months_of_work(person, on)
    if months is not None and months < version.min_months:
        lacking.append(
            _("The standard asks for %(least)d months of experience: the file has %(months)d.")
            % {"least": version.min_months, "months": months}
        )
    return lacking


def _months_of_work(person: Person, on: date) -> int | None:
    """The months of all jobs in the file at most; None while there is none, or one without days."""
    jobs = list(person.jobs.values_list("start_date", "end_date", "ongoing"))
    months = 0
    for began, ended, ongoing in jobs:
        until = ended or (on if ongoing else None)
        if began is None or until is None:
            return None
        months += completed_months(began, until)
    return months if jobs else None


def check_candidate(person: Person) -> None:
    """Raise OutsideTheTrack or NoAssessmentConsent unless somebody may be assessed today."""
    case = current_case(person)
    if case is None or case.closed_on or case.outcome not in CANDIDATES:
        raise OutsideTheTrack
    if not has_consent(person, ConsentPurpose.ASSESSMENT):
        raise NoAssessmentConsent


def in_force(version: StandardVersion) -> StandardVersion:
    """A version of a standard, if it may be begun with today; locked, so that nobody retires it.

    Raises StandardNotInForce.
    """
    lock(version)
    usable = StandardVersion.objects.usable_on(timezone.localdate()).select_related("standard")
    found = usable.filter(pk=version.pk).first()
    if found is None:
        raise StandardNotInForce
    return found


def begin(assessment: Assessment, *, by: User) -> None:
    """Give a new assessment its reference and keep it; call it with the person locked."""
    assessment.validate_constraints()
    assessment.reference = _take_reference(timezone.localdate().year)
    assessment.save()
    record_activity("assessment.enrolled", assessment, by=by, standard=assessment.standard.code)


def _take_reference(year: int) -> str:
    ReferenceCounter.objects.get_or_create(year=year)
    counter = ReferenceCounter.objects.select_for_update().get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"PC-{year}-{counter.last:06}"


class IncompleteDiagnosis(NotPossible):
    """A diagnosis has one answer to each question."""

    sentence = gettext_noop("Answer every question of the diagnosis.")


@transaction.atomic
def record_diagnosis(
    assessment: Assessment, *, version: int, answers: Mapping[str, str], by: User
) -> Diagnosis:
    """Keep what the person says that she can do, and what is advised to her.

    `answers` maps the code of each question to an answer of the standard's own
    scale. Raises IncompleteDiagnosis unless it answers all of them, and no other.
    """
    assessment = lock(assessment)
    check_state(assessment, AssessmentState.ENROLLED)
    changes = move(assessment, AssessmentState.DIAGNOSED, version=version)
    standard = assessment.standard_version
    points = dict(standard.diagnostic_points)
    questions = set(standard.diagnosticquestions.values_list("code", flat=True))
    if answers.keys() != questions or not set(answers.values()) <= points.keys():
        raise IncompleteDiagnosis
    total = sum(points[answer] for answer in answers.values())
    band = standard.diagnostic_bands.get(first__lte=total, last__gte=total)
    diagnosis = Diagnosis.objects.create(
        assessment=assessment,
        answers=dict(answers),
        points=total,
        recommendation=band.recommendation,
        recorded_by=by,
    )
    record_activity("assessment.diagnosed", assessment, by=by, changes=changes)
    return diagnosis


@transaction.atomic
def admit(assessment: Assessment, *, version: int, candidate_name: str, by: User) -> Assessment:
    """Let somebody be assessed who knows her rights and wants it, whatever the diagnosis advises.

    `candidate_name` is her acknowledgement. Raises SignatureMissing without it.
    """
    assessment = lock(assessment)
    changes = move(assessment, AssessmentState.ADMITTED, version=version)
    sign(assessment, SignatureKind.RIGHTS, candidate_name, by=by)
    record_activity("assessment.admitted", assessment, by=by, changes=changes)
    return assessment


@transaction.atomic
def propose_plan(
    assessment: Assessment,
    *,
    version: int,
    centre: Centre,
    evaluator: User,
    scheduled_for: date,
    scheduled_at: time,
    accommodations: Accommodations | None = None,
    window: Window | None = None,
    meeting: Meeting | None = None,
    reason: str = "",
    by: User,
) -> Plan:
    """Say where, when and by whom somebody is assessed; the evaluator sees her from now on.

    A plan is replaced for a `reason`, and one that both had agreed on is agreed on anew
    (transition 8). In its `window` the session may begin: around the day, if it says none; at
    the `meeting` the result is explained. Raises DayNotPossible for a day that is over,
    ReasonMissing, SamePerson for whoever acted in it before an appeal had it repeated (CERT-5),
    and what `make_plan` raises unless all of it holds on that day (CERT-3, CERT-4, CERT-16).
    """
    lock(assessment.person)
    assessment = lock(assessment)
    replaces = assessment.state in TO_BEGIN_STATES
    place = {
        "centre": centre,
        "evaluator": evaluator,
        "scheduled_for": scheduled_for,
        "scheduled_at": scheduled_at,
    }
    check_not_appealed(assessment)
    following = assessment.MOVES[AssessmentState(assessment.state)]
    may_be_planned = replaces or AssessmentState.PLANNED in following
    if may_be_planned and any(evaluator.pk in who for who in assessment.acted().values()):
        raise SamePerson(evaluator)
    changes = (
        change(assessment, version=version, **place)  # nobody has agreed on it yet
        if assessment.state == AssessmentState.PLANNED
        else move(assessment, AssessmentState.PLANNED, version=version, **place)
    )
    if scheduled_for < timezone.localdate():
        raise DayNotPossible
    plan = make_plan(
        assessment,
        place,
        accommodations,
        window=window,
        meeting=meeting,
        reason=given_reason(reason) if replaces else "",
        by=by,
    )
    if replaces:
        agreed = assessment.signatures.filter(kind__in=PLAN_SIGNATURES, cleared_at=None)
        agreed.update(cleared_at=timezone.now())
    keep_assigned(assessment.person, by=by)
    verb = "assessment.replanned" if replaces else "assessment.planned"
    record_activity(verb, assessment, by=by, changes=changes)
    return plan


def make_plan(
    assessment: Assessment,
    place: dict[str, Any],
    accommodations: Accommodations | None,
    *,
    window: Window | None = None,
    meeting: Meeting | None = None,
    reason: str,
    by: User,
) -> Plan:
    """Keep where, when, by whom and with what help; call it with the assessment locked.

    Raises what `check_help`, `check_times` and `check_day` raise.
    """
    check_times(place["scheduled_for"], place["scheduled_at"], window, meeting)
    if accommodations:
        check_help(assessment.person, accommodations)
    check_day(
        assessment,
        centre=place["centre"],
        evaluator=place["evaluator"],
        on=place["scheduled_for"],
        at=place["scheduled_at"],
        extra_minutes=(accommodations.extra_minutes or 0) if accommodations else 0,
    )
    number = assessment.plans.count() + 1
    plan = Plan.objects.create(
        assessment=assessment,
        number=number,
        reason=reason,
        proposed_by=by,
        begins_since=window.since if window else None,
        begins_until=window.until if window else None,
        opens_at=window.opens if window else None,
        closes_at=window.closes if window else None,
        results_on=meeting.on if meeting else None,
        results_at=meeting.at if meeting else None,
        results_place=meeting.place.strip() if meeting else "",
        **place,
    )
    if accommodations:
        keep_help(plan, accommodations)
    return plan


@transaction.atomic
def agree_plan(
    assessment: Assessment,
    *,
    version: int,
    candidate_name: str,
    signature: File | None,
    by: User,
) -> Assessment:
    """Keep that candidate and evaluator agreed on the plan: two signatures of that very plan.

    `signature` is the candidate's own; the evaluator's is that she does this in her account,
    and nobody else's to give. Raises NotYours, SignatureMissing and HandMissing.
    """
    assessment = lock(assessment)
    check_move(assessment, AssessmentState.PLAN_AGREED)
    check_part(assessment.evaluator, by)
    plan = assessment.plans.newest()
    kind = SignatureKind.PLAN_CANDIDATE
    with signed_by_hand(assessment, kind, candidate_name, drawn=signature, by=by, plan=plan):
        sign(assessment, SignatureKind.PLAN_EVALUATOR, str(by), by=by, plan=plan)
        changes = move(assessment, AssessmentState.PLAN_AGREED, version=version)
    record_activity("assessment.plan_agreed", assessment, by=by, changes=changes)
    return assessment
