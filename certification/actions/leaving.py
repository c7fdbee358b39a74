"""Assessments that end before their judgement, and why."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from certification.actions.parts import end_sessions, keep_assigned
from certification.actions.refusals import NotPossible, ReasonMissing
from certification.actions.training import end_trainings
from certification.choices import TO_BEGIN_STATES, AssessmentState, LeaveReason, TrainingEnd
from certification.models import Assessment
from genesis.lib.states import lock, move


class LeaveNotPossible(NotPossible):
    """A result stays: what is verified anew, or was repeated and begun, ends with another."""

    sentence = gettext_noop(
        "It was decided already and goes on after an appeal: it ends with another decision."
    )


def can_be_left(assessment: Assessment) -> bool:
    """Whether it ends without a result: not once there was one (CERT-20).

    But what an appeal annulled and had repeated is left where the person does not come: nothing
    of it counts any more.
    """
    if assessment.decision is None:
        return True
    return assessment.state in TO_BEGIN_STATES and assessment.last_session() is None


@transaction.atomic
def withdraw(assessment: Assessment, *, version: int, reason: LeaveReason, by: User) -> Assessment:
    """Keep that the candidate does not go on, and why.

    Raises ReasonMissing, and LeaveNotPossible once it was decided.
    """
    return _leave(assessment, AssessmentState.WITHDRAWN, version=version, reason=reason, by=by)


@transaction.atomic
def cancel(assessment: Assessment, *, version: int, reason: LeaveReason, by: User) -> Assessment:
    """Call an assessment off for the programme, and say why. Raises the same."""
    return _leave(assessment, AssessmentState.CANCELLED, version=version, reason=reason, by=by)


def _leave(
    assessment: Assessment, to: AssessmentState, *, version: int, reason: LeaveReason, by: User
) -> Assessment:
    lock(assessment.person)
    assessment = lock(assessment)
    if reason not in LeaveReason.values:
        raise ReasonMissing
    if to in assessment.MOVES[AssessmentState(assessment.state)] and not can_be_left(assessment):
        raise LeaveNotPossible
    changes = move(
        assessment, to, version=version, left_at=timezone.now(), left_by=by, leave_reason=reason
    )
    end_sessions(assessment)
    end_trainings(assessment, because=TrainingEnd.ASSESSMENT_LEFT, by=by)
    keep_assigned(assessment.person, by=by)
    record_activity(f"assessment.{to}", assessment, by=by, changes=changes)
    return assessment
