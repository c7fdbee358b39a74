"""A pause of a session: kept with its beginning and end, and never counted as work."""

from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.actions.history import record_activity
from accounts.models import User
from certification.actions.parts import check_part
from certification.actions.refusals import AssessmentClosed
from certification.choices import AssessmentState
from certification.models import Assessment, AssessmentSession, SessionPause
from genesis.lib.states import lock


@transaction.atomic
def pause_session(assessment: Assessment, *, by: User, at: datetime | None = None) -> SessionPause:
    """Stop the clock; one that stands already stays as it is.

    `at` is when, where a telephone without signal tells of it later. Raises AssessmentClosed
    unless in assessment and not stopped for safety, and NotYours.
    """
    session = _running(assessment, by)
    if standing := session.pauses.filter(ended_at=None).first():
        return standing
    made = SessionPause.objects.create(session=session, started_at=at or timezone.now(), by=by)
    record_activity("assessment.paused", session.assessment, by=by)
    return made


@transaction.atomic
def resume_session(assessment: Assessment, *, by: User, at: datetime | None = None) -> None:
    """Let the clock go on; without a pause nothing happens. Raises as above."""
    session = _running(assessment, by)
    if end_pause(session, at=at or timezone.now()):
        record_activity("assessment.resumed", session.assessment, by=by)


def go_on(session: AssessmentSession, *, at: datetime) -> None:
    """End the pause that stands with the work that follows it, which may be told of before."""
    session.pauses.filter(ended_at=None, started_at__lte=at).update(ended_at=at)


def end_pause(session: AssessmentSession, *, at: datetime) -> int:
    """End the pause that stands, never before it began; say how many there were."""
    standing = session.pauses.filter(ended_at=None)
    return standing.update(ended_at=Greatest("started_at", Value(at)))


def _running(assessment: Assessment, by: User) -> AssessmentSession:
    assessment = lock(assessment)
    session = assessment.last_session()
    goes_on = assessment.state == AssessmentState.IN_ASSESSMENT and not assessment.stopped_at
    if session is None or not goes_on:
        raise AssessmentClosed
    check_part(assessment.evaluator, by)
    session.assessment = assessment
    return session
