"""Diagnosis, admission and plan: each works, leaves its trace, or leaves nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.choices import AssignmentKind
from certification.actions import enrolling, refusals
from certification.choices import AssessmentState, Recommendation, SignatureKind
from certification.models import Assessment
from tests.certification.steps import a_plan, assigned, traced
from tests.certification.unchanged import refusal
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.certification import AssessmentFactory, hand

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

S = AssessmentState


@pytest.mark.parametrize(
    ("answers", "points", "advice"),
    [
        ({"D1": "nunca_lo_hice", "D2": "con_ayuda"}, 1, Recommendation.RESKILLING),
        ({"D1": "nunca_lo_hice", "D2": "solo"}, 2, Recommendation.UPSKILLING),
        ({"D1": "con_ayuda", "D2": "solo"}, 3, Recommendation.ASSESSMENT),
    ],
)
def test_a_diagnosis_adds_up_and_advises(answers, points, advice):
    assessment = AssessmentFactory()
    by = assessment.enrolled_by

    diagnosis = enrolling.record_diagnosis(assessment, version=1, answers=answers, by=by)

    assert (diagnosis.answers, diagnosis.points) == (answers, points)
    assert (diagnosis.recommendation, diagnosis.recorded_by) == (advice, by)
    assessment.refresh_from_db()
    assert (assessment.state, assessment.version) == (S.DIAGNOSED, 2)
    activity = traced("assessment.diagnosed", assessment, by)
    assert activity.changes == {"state": ["enrolled", "diagnosed"]}


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"D1": "solo"},
        {"D1": "solo", "D2": "solo", "D3": "solo"},
        {"D1": "solo", "D2": "siempre"},
        {"D1": "solo", "D2": ""},
    ],
)
def test_a_diagnosis_answers_all_questions_and_no_other(answers):
    assessment = AssessmentFactory()

    with refusal(enrolling.IncompleteDiagnosis):
        enrolling.record_diagnosis(
            assessment, version=1, answers=answers, by=assessment.enrolled_by
        )


def test_admit_keeps_that_rights_were_acknowledged():
    assessment = AssessmentFactory(diagnosed=True)
    by = assessment.enrolled_by

    admitted = enrolling.admit(assessment, version=1, candidate_name=" Rosa Alas ", by=by)

    assert (admitted.state, admitted.version) == (S.ADMITTED, 2)
    signature = admitted.signatures.get()
    assert (signature.kind, signature.name, signature.recorded_by) == (
        SignatureKind.RIGHTS,
        "Rosa Alas",
        by,
    )
    traced("assessment.admitted", admitted, by)


def test_a_low_diagnosis_does_not_keep_anybody_out():
    assessment = AssessmentFactory(diagnosed=True)
    type(assessment.diagnosis).objects.update(points=0, recommendation=Recommendation.RESKILLING)

    admitted = enrolling.admit(assessment, version=1, candidate_name="Rosa", by=UserFactory())

    assert admitted.state == S.ADMITTED


def test_nobody_is_admitted_without_a_name():
    assessment = AssessmentFactory(diagnosed=True)

    with refusal(refusals.SignatureMissing):
        enrolling.admit(assessment, version=1, candidate_name="  ", by=assessment.enrolled_by)


def test_a_plan_says_where_when_and_who_and_lets_the_evaluator_see():
    assessment = AssessmentFactory(admitted=True)
    plan, by = a_plan(assessment), assessment.enrolled_by
    assert not Assessment.objects.visible_to(plan["evaluator"]).exists()

    kept = enrolling.propose_plan(assessment, version=1, **plan, by=by)

    assessment.refresh_from_db()
    assert assessment.state == S.PLANNED
    for name, value in plan.items():
        assert getattr(kept, name) == getattr(assessment, name) == value
    assert (kept.number, kept.proposed_by) == (1, by)
    assert assigned(assessment.person, AssignmentKind.EVALUATION) == {plan["evaluator"].pk}
    plan["evaluator"] = type(by).objects.get(pk=plan["evaluator"].pk)
    assert list(Assessment.objects.visible_to(plan["evaluator"])) == [assessment]
    activity = traced("assessment.planned", assessment, by)
    assert activity.changes["state"] == ["admitted", "planned"]
    assert activity.changes["evaluator"] == [None, plan["evaluator"].pk]


def test_a_plan_for_today_is_early_enough_and_for_yesterday_too_late():
    assessment, today = AssessmentFactory(admitted=True), timezone.localdate()
    plan = a_plan(assessment, scheduled_for=today)
    late = plan | {"scheduled_for": today - timedelta(days=1)}

    with refusal(refusals.DayNotPossible):
        enrolling.propose_plan(assessment, version=1, **late, by=assessment.enrolled_by)

    enrolling.propose_plan(assessment, version=1, **plan, by=assessment.enrolled_by)


@pytest.mark.rule("CERT-4")
def test_the_evaluator_is_one_on_the_day_of_the_plan():
    assessment = AssessmentFactory(admitted=True)
    day = timezone.localdate() + timedelta(days=10)
    until_the_day, until_the_eve = UserFactory(), UserFactory()
    for user, last in [(until_the_day, day), (until_the_eve, day - timedelta(days=1))]:
        RoleAssignmentFactory(user=user, role=Role.EVALUATOR, valid_until=last)
    left = UserFactory(evaluator=True, is_active=False)
    plans = [
        a_plan(scheduled_for=day, evaluator=user)
        for user in (until_the_eve, UserFactory(verifier=True), left)
    ]

    for plan in plans:
        with refusal(refusals.NotInThatRole):
            enrolling.propose_plan(assessment, version=1, **plan, by=assessment.enrolled_by)

    plan = a_plan(assessment, scheduled_for=day, evaluator=until_the_day)
    enrolling.propose_plan(assessment, version=1, **plan, by=assessment.enrolled_by)


def test_two_agree_on_a_plan():
    assessment = AssessmentFactory(planned=True)

    agreed = enrolling.agree_plan(
        assessment, version=1, candidate_name="Rosa", signature=hand(), by=assessment.evaluator
    )

    assert agreed.state == S.PLAN_AGREED
    signed = agreed.signatures.exclude(kind=SignatureKind.RIGHTS)
    assert dict(signed.values_list("kind", "name")) == {
        "plan_candidate": "Rosa",
        "plan_evaluator": str(assessment.evaluator),
    }
    traced("assessment.plan_agreed", agreed, assessment.evaluator)


def test_only_the_evaluator_of_the_plan_agrees_to_it():
    assessment = AssessmentFactory(planned=True)

    for other in (assessment.enrolled_by, UserFactory(evaluator=True)):
        with refusal(refusals.NotYours, match=str(assessment.evaluator)):
            enrolling.agree_plan(
                assessment, version=1, candidate_name="Rosa", signature=hand(), by=other
            )


def test_a_plan_is_not_agreed_without_the_candidate():
    assessment = AssessmentFactory(planned=True)

    with refusal(refusals.SignatureMissing):
        enrolling.agree_plan(
            assessment, version=1, candidate_name="", signature=hand(), by=assessment.evaluator
        )


def test_an_agreed_plan_is_replaced_for_a_reason_and_agreed_on_anew():
    assessment = AssessmentFactory(plan_agreed=True)
    first, by = assessment.evaluator, assessment.enrolled_by
    plan = a_plan(assessment)

    with refusal(refusals.ReasonMissing):
        enrolling.propose_plan(assessment, version=1, **plan, reason=" ", by=by)
    kept = enrolling.propose_plan(assessment, version=1, **plan, reason="Llueve mucho.", by=by)

    assessment.refresh_from_db()
    assert (assessment.state, assessment.evaluator) == (S.PLANNED, plan["evaluator"])
    assert (kept.number, kept.reason) == (2, "Llueve mucho.")
    signed = assessment.signatures.filter(kind__startswith="plan_")
    assert [each.cleared_at is None for each in signed] == [False, False]
    assert assigned(assessment.person, AssignmentKind.EVALUATION) == {plan["evaluator"].pk}
    assert first != plan["evaluator"]
    traced("assessment.replanned", assessment, by)
    enrolling.agree_plan(
        assessment, version=2, candidate_name="Rosa", signature=hand(), by=plan["evaluator"]
    )
    standing = assessment.signatures.filter(cleared_at=None, kind__startswith="plan_")
    assert standing.count() == 2
