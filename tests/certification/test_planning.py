"""Who trained somebody, or is close to her, does not assess her: at the plan, then, and after."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.models import Conflict
from certification.actions import deciding, enrolling, judging, sessions
from certification.actions.planning import ConflictOfInterest, check_conflict
from certification.choices import CHECKLIST
from genesis.lib.days import add_months
from tests.certification.steps import train
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.certification import AssessmentFactory, hand, let_assess

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CERT-3")]


def note(assessment, user):
    by = assessment.enrolled_by
    Conflict.objects.create(person=assessment.person, user=user, kind="relative", noted_by=by)


def test_a_relative_is_not_planned_for():
    assessment = AssessmentFactory(admitted=True)
    centre, relative = let_assess(assessment.standard)
    note(assessment, relative)

    with pytest.raises(ConflictOfInterest):
        enrolling.propose_plan(
            assessment,
            version=1,
            centre=centre,
            evaluator=relative,
            scheduled_for=timezone.localdate(),
            scheduled_at=time(9, 0),
            by=assessment.enrolled_by,
        )


def test_what_came_to_light_after_the_plan_stops_the_session_and_the_judgement():
    planned = AssessmentFactory(plan_agreed=True)
    watched = AssessmentFactory(evidence_closed=True)
    for each in (planned, watched):
        note(each, each.evaluator)

    with pytest.raises(ConflictOfInterest):
        sessions.start_session(planned, version=1, identity_checked="DUI", by=planned.evaluator)
    with pytest.raises(ConflictOfInterest):
        judging.sign_judgement(watched, version=1, recommendations="x", by=watched.evaluator)


def test_whoever_trained_somebody_waits_24_months():
    person, trainer = AssessmentFactory().person, UserFactory(evaluator=True)
    day = timezone.localdate() - timedelta(days=3)
    train(person, on=day, facilitator=trainer)

    with pytest.raises(ConflictOfInterest):
        check_conflict(person, trainer, on=add_months(day, 24))
    check_conflict(person, trainer, on=add_months(day, 24) + timedelta(days=1))
    check_conflict(person, UserFactory(evaluator=True), on=timezone.localdate())


def test_who_did_not_come_was_not_trained():
    person, trainer = AssessmentFactory().person, UserFactory(evaluator=True)
    train(person, on=timezone.localdate() - timedelta(days=3), mark="absent", facilitator=trainer)

    check_conflict(person, trainer, on=timezone.localdate())


def test_whoever_managed_where_somebody_was_trained_is_barred_too():
    person, manager = AssessmentFactory().person, UserFactory(evaluator=True)
    lesson = train(person, on=timezone.localdate() - timedelta(days=3))
    office = lesson.session.group.office
    check_conflict(person, manager, on=timezone.localdate())
    RoleAssignmentFactory(user=manager, role=Role.TERRITORIAL_COORDINATOR, organization=office)

    with pytest.raises(ConflictOfInterest):
        check_conflict(person, manager, on=timezone.localdate())


def test_whoever_managed_the_body_that_trained_her_does_not_assess_her():
    training = AssessmentFactory(in_training=True).trainings.get()
    person, manager = training.assessment.person, UserFactory(evaluator=True)
    check_conflict(person, manager, on=timezone.localdate())
    RoleAssignmentFactory(user=manager, role=Role.CENTRE_MANAGER, organization=training.provider)

    with pytest.raises(ConflictOfInterest):
        check_conflict(person, manager, on=timezone.localdate())
    long_after = add_months(training.ends_on, 24) + timedelta(days=1)
    check_conflict(person, manager, on=long_after)


def test_whoever_is_close_to_her_neither_verifies_nor_decides():
    judged, verified = AssessmentFactory(judged=True), AssessmentFactory(in_verification=True)
    verifier, officer = UserFactory(verifier=True), UserFactory(officer=True)
    note(judged, verifier)
    note(verified, officer)

    with pytest.raises(ConflictOfInterest):
        deciding.send_to_verification(
            judged,
            version=1,
            verifier=verifier,
            candidate_name="Rosa",
            agrees=True,
            signature=hand(),
            by=judged.evaluator,
        )
    with pytest.raises(ConflictOfInterest):
        deciding.approve_portfolio(
            verified, version=1, checklist=CHECKLIST, officer=officer, by=verified.verifier
        )


def test_a_trainer_does_not_verify():
    assessment, trainer = AssessmentFactory(judged=True), UserFactory(verifier=True)
    train(assessment.person, on=timezone.localdate(), facilitator=trainer)

    with pytest.raises(ConflictOfInterest):
        deciding.send_to_verification(
            assessment,
            version=1,
            verifier=trainer,
            candidate_name="Rosa",
            agrees=True,
            signature=hand(),
            by=assessment.evaluator,
        )
