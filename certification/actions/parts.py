"""What several steps of an assessment do: who has which part in it, and what is acknowledged.

A step leads from one state to another. What is lacking is a `NotPossible`; a
step that does not follow from the state of the assessment is `MoveNotAllowed`,
and one from an old page `StaleRecord`. Any of them leaves everything as it was.
"""

from datetime import date, datetime

from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.actions.history import record_activity
from accounts.models import Activity, RoleAssignment, User
from accounts.roles import Role
from beneficiaries.actions.cases import assign, end_assignments
from beneficiaries.choices import AssignmentKind
from beneficiaries.models import Person
from certification.actions.refusals import (
    NotInThatRole,
    NotYours,
    OutOfStep,
    ReasonMissing,
    SamePerson,
)
from certification.choices import AssessmentState
from certification.models import AppealSeat, Assessment, SessionPause
from genesis.lib.states import MoveNotAllowed, lock

# What is raised of a step that does not follow from the state of an assessment.
OUT_OF_STEP = (MoveNotAllowed, OutOfStep)
# For which part in an assessment somebody is assigned to the person.
PARTS = {
    "evaluator": AssignmentKind.EVALUATION,
    "verifier": AssignmentKind.VERIFICATION,
    "officer": AssignmentKind.DECISION,
}


def given_reason(text: str) -> str:
    """The reason that was written. Raises ReasonMissing."""
    if not text.strip():
        raise ReasonMissing
    return text.strip()


def check_state(assessment: Assessment, needed: AssessmentState) -> None:
    """Raise OutOfStep from any other state: for steps that share the one they lead to."""
    if assessment.state != needed:
        raise OutOfStep


def check_not_appealed(assessment: Assessment) -> None:
    """Raise OutOfStep in appeal: what leads on from there is for its panel (transition 20)."""
    if assessment.state == AssessmentState.IN_APPEAL:
        raise OutOfStep


def keep_refused(assessment: Assessment, *, step: str, by: User) -> None:
    """Keep that somebody asked for a step that does not follow from where it stands.

    Call it once what was refused is undone; `step` is the page that asked.
    """
    state = Assessment.objects.values_list("state", flat=True).get(pk=assessment.pk)
    record_activity("assessment.step_refused", assessment, by=by, step=step, state=state)


def check_part(whose: User | None, by: User) -> None:
    """Raise NotYours for anybody but the one who has that part (CERT-5)."""
    if whose != by:
        raise NotYours(whose)


def check_other_parts(assessment: Assessment, user: User, *, part: str) -> None:
    """Raise SamePerson for whoever has or had another part in an assessment (CERT-5)."""
    parts = assessment.parts_so_far()
    if any(user.pk in who for name, who in parts.items() if name != part):
        raise SamePerson(user)


def check_not_taken_back(assessment: Assessment, user: User) -> None:
    """Raise SamePerson for whoever verified or decided what an appeal took back (CERT-5)."""
    if user.pk in assessment.taken_back_from():
        raise SamePerson(user)


def check_role(user: User, role: Role, *, on: date, at: datetime | None = None) -> None:
    """Raise NotInThatRole unless somebody holds the role on that day (CERT-4).

    `at` is the moment of a session that is told of later: who was kept out since was in.
    """
    held = RoleAssignment.objects.on(on, at=at).filter(user=user, role=role)
    if not _was_in(user, at) or not held.exists():
        raise NotInThatRole(user, role, on)


def _was_in(user: User, at: datetime | None) -> bool:
    if user.is_active or at is None:
        return user.is_active
    left = Activity.objects.filter(
        verb="user.deactivated", model=User._meta.label, record_id=user.pk
    )
    last = left.order_by("-at", "-pk").first()
    return last is not None and last.at > at


def end_sessions(assessment: Assessment, *, at: datetime | None = None) -> None:
    """End the session that goes on, and the pause in which it stands."""
    at = at or timezone.now()
    pauses = SessionPause.objects.filter(session__assessment=assessment, ended_at=None)
    pauses.update(ended_at=Greatest("started_at", Value(at)))
    assessment.sessions.filter(ended_at=None).update(ended_at=Greatest("started_at", Value(at)))


def keep_assigned(person: Person, *, by: User) -> None:
    """Whoever has a part in an open assessment of the person sees her, and nobody any longer.

    While an appeal is resolved these are its panel, and nobody of what it is about.
    """
    person = lock(person)
    under_way = Assessment.objects.filter(person=person).open()
    parts = list(under_way.exclude(state=AssessmentState.IN_APPEAL).values(*PARTS))
    seats = AppealSeat.objects.filter(appeal__assessment__person=person, appeal__resolved_at=None)
    panels = set(seats.values_list("user", flat=True))
    for part, kind in PARTS.items():
        needed = {each[part] for each in parts} - {None}
        if kind == AssignmentKind.DECISION:
            needed |= panels
        given = person.assignments.filter(kind=kind, valid_until=None)
        if set(given.values_list("user", flat=True)) - needed:
            end_assignments(person, kinds=[kind], by=by)
        for user in User.objects.filter(pk__in=needed).order_by("pk"):
            assign(person, to=user, kind=kind, by=by)
