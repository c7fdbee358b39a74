"""What ends with an assessment that is left, and with a person who leaves the programme."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from accounts.roles import Role
from beneficiaries import registry
from certification.actions import leaving
from certification.actions.planning import ConflictOfInterest, check_conflict
from certification.models import Trainer, Training
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
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


@pytest.mark.rule("CERT-3")
def test_who_trained_her_is_named_also_once_the_assessment_ended(client):
    assessment = AssessmentFactory(in_training=True)
    by, today = assessment.enrolled_by, timezone.localdate()
    teacher = UserFactory(last_name="Zelaya")
    RoleAssignmentFactory(
        user=teacher,
        role=Role.EVALUATOR,
        valid_from=today - timedelta(days=400),
        valid_until=today - timedelta(days=30),
    )
    leaving.withdraw(assessment, version=1, reason="moved", by=by)
    assessment.refresh_from_db()
    training = assessment.trainings.get()
    page = reverse("certification:trainers_name", args=[assessment.public_id, training.public_id])
    client.force_login(by)
    assert page in client.get(assessment.get_absolute_url()).content.decode()
    check_conflict(assessment.person, teacher, on=today)

    shown = client.get(page).content.decode()
    empty = client.post(page, {"version": assessment.version})
    done = client.post(page, {"version": assessment.version, "trainers": [teacher.pk]})

    assert "Zelaya" in shown
    assert (empty.status_code, done.status_code) == (422, 302)
    assert Trainer.objects.get().user == teacher
    with pytest.raises(ConflictOfInterest):
        check_conflict(assessment.person, teacher, on=today)
    assert client.post(page, {"version": 1, "trainers": [teacher.pk]}).status_code in {409, 422}
