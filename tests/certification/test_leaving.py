"""What ends with an assessment that is left, and with a person who leaves the programme."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Activity
from beneficiaries import registry
from certification.actions import leaving
from certification.models import Training
from tests.factories.certification import AssessmentFactory, TrainingFactory

pytestmark = pytest.mark.django_db


def test_a_training_is_closed_with_the_assessment_that_waits_for_it(client):
    assessment = AssessmentFactory(in_training=True)
    by = assessment.enrolled_by

    leaving.withdraw(assessment, version=1, reason="moved", by=by)

    training = Training.objects.get()
    assert (training.outcome, training.completed_on) == ("not_completed", None)
    assert (training.ended_because, training.closed_by) == ("assessment_left", by)
    told = Activity.objects.get(verb="assessment.training_closed")
    assert told.changes == {"because": "assessment_left"}
    client.force_login(by)
    assert "La evaluación terminó" in client.get(assessment.get_absolute_url()).content.decode()


def test_a_training_after_a_result_is_closed_with_the_case():
    training = TrainingFactory(assessment=AssessmentFactory(closed_not_yet=True))
    other = AssessmentFactory(in_training=True).trainings.get()
    person, by = training.assessment.person, training.referred_by

    for leave in registry.LEAVERS:
        leave(person, by)

    training.refresh_from_db()
    other.refresh_from_db()
    assert (training.ended_because, training.closed_by) == ("case_closed", by)
    assert training.assessment.state == "closed_not_yet"
    assert other.closed_at is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Training.objects.filter(pk=other.pk).update(ended_because="case_closed")
