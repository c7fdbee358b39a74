"""Another attempt after «not yet competent» (transition 18), and what is not repeated (CERT-11)."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, settle
from accounts.models import User
from certification.actions.enrolling import (
    StandardNotInForce,
    begin,
    check_candidate,
    in_force,
)
from certification.actions.judging import judgement_of
from certification.actions.parts import check_state
from certification.actions.refusals import NotPossible
from certification.actions.sessions import answers_of
from certification.actions.standards import scheme_of
from certification.choices import AssessmentState, JudgementReason, Route, TrainingOutcome
from certification.models import (
    Assessment,
    CarriedInstrument,
    Instrument,
    Judgement,
    StandardVersion,
)
from certification.rules.scoring import passed_instruments
from genesis.lib.states import lock


class TooEarly(NotPossible):
    """Another attempt follows a training, or some days in which she practises."""

    def __init__(self, assessment: Assessment) -> None:
        day = date_format(first_day(assessment), "DATE_FORMAT")
        super().__init__(
            _("Another attempt may begin once a training is closed, or from %(day)s on.")
            % {"day": day}
        )


class TrainingFirst(NotPossible):
    """Who was stopped for safety learns to work safely first (CERT-10)."""

    sentence = gettext_noop(
        "The assessment was stopped for safety: it is repeated only after a training."
    )


def first_day(assessment: Assessment) -> date:
    """The day from which another attempt may begin without a training."""
    assert assessment.decided_at is not None  # the database refuses a result without a day
    return timezone.localdate(assessment.decided_at) + timedelta(days=settings.REASSESSMENT_DAYS)


def check_ready(assessment: Assessment) -> None:
    """Raise TrainingFirst or TooEarly unless another attempt may follow today."""
    closed = assessment.trainings.filter(
        closed_at__isnull=False, referred_at__gte=assessment.decided_at
    )
    if assessment.stopped_at:
        if not closed.filter(outcome=TrainingOutcome.COMPLETED).exists():
            raise TrainingFirst
    elif not closed.exists() and timezone.localdate() < first_day(assessment):
        raise TooEarly(assessment)


def what_carries_over(
    assessment: Assessment, version: StandardVersion
) -> list[tuple[Instrument, Judgement]]:
    """The instruments that need not be repeated, each with the judgement in which it was met.

    Of the same version, met not too long ago, and without a critical or safety
    item failed; one of whose criteria was not covered is asked again. After a stop
    for safety, and where nothing would be left to ask, none.
    """
    judgement = judgement_of(assessment)
    if judgement is None or assessment.standard_version_id != version.pk or assessment.stopped_at:
        return []
    scheme = scheme_of(version)
    passed = passed_instruments(scheme, answers_of(assessment))
    since = timezone.now() - timedelta(days=settings.CARRIED_OVER_DAYS)
    earlier = {
        each.instrument_id: each.judgement
        for each in assessment.carried.select_related("judgement")
    }
    reasons = {each["code"]: each["where"] for each in judgement.result["reasons"]}
    uncovered = reasons.get(JudgementReason.COVERAGE, [])
    instruments = version.instruments.filter(code__in=passed).exclude(
        items__criterion__code__in=uncovered
    )
    met = [(each, earlier.get(each.pk, judgement)) for each in instruments.order_by("position")]
    carried = [(each, found) for each, found in met if found.signed_at >= since]
    return carried if len(carried) < len(scheme.minima) else []


@transaction.atomic
def reassess(
    assessment: Assessment,
    *,
    key: UUID,
    standard_version: StandardVersion,
    carried: Collection[Instrument] = (),
    by: User,
) -> Assessment:
    """Begin the next attempt of somebody who is not yet competent.

    `carried` are the instruments that she need not repeat: others than those that
    carry over are asked again. Raises OutOfStep without such a result, TooEarly,
    TrainingFirst, what `enrol` raises, and ValidationError when one is open.
    """
    carried = list(carried)
    sent = claim(key, by=by, content=[assessment, standard_version, carried])
    if sent.result:
        return Assessment.objects.get(pk=sent.result)
    person = lock(assessment.person)
    assessment = lock(assessment)
    check_state(assessment, AssessmentState.CLOSED_NOT_YET)
    check_candidate(person)
    check_ready(assessment)
    version = in_force(standard_version)
    if version.standard_id != assessment.standard_id:
        raise StandardNotInForce
    attempt = Assessment(
        person=person,
        standard=assessment.standard,
        standard_version=version,
        attempt=assessment.attempt + 1,
        previous=assessment,
        route=Route.REASSESSMENT,
        enrolled_by=by,
    )
    begin(attempt, by=by)
    CarriedInstrument.objects.bulk_create(
        CarriedInstrument(assessment=attempt, instrument=each, judgement=judgement)
        for each, judgement in what_carries_over(assessment, version)
        if each in carried
    )
    settle(sent, attempt)
    return attempt
