"""Verification and decision by others than the evaluator, and leaving on the way."""

import pytest

from accounts.roles import Role
from beneficiaries.choices import AssignmentKind
from beneficiaries.models import ServiceRecord
from certification.actions import deciding, judging, leaving, refusals
from certification.choices import CHECKLIST, AssessmentState, LeaveReason, SignatureKind
from certification.models import Assessment, Decision, Verification
from tests.certification.steps import approve, assigned, send, traced
from tests.certification.unchanged import refusal
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.certification import AssessmentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

S = AssessmentState


@pytest.mark.parametrize("agrees", [True, False])
def test_a_portfolio_goes_to_a_second_person(agrees):
    assessment, verifier = AssessmentFactory(judged=True), UserFactory(verifier=True)

    handed = send(assessment, verifier=verifier, agrees=agrees)

    assert (handed.state, handed.verifier) == (S.IN_VERIFICATION, verifier)
    signature = handed.signatures.get(kind=SignatureKind.RESULT)
    assert (signature.name, signature.agrees) == ("Rosa", agrees)
    assert assigned(handed.person, AssignmentKind.VERIFICATION) == {verifier.pk}
    activity = traced("assessment.sent_to_verification", handed, assessment.evaluator)
    assert activity.changes["verifier"] == [None, verifier.pk]


@pytest.mark.rule("CERT-5", "SEC-13")
def test_nobody_verifies_what_they_evaluated():
    assessment = AssessmentFactory(judged=True)
    RoleAssignmentFactory(user=assessment.evaluator, role=Role.VERIFIER)

    with refusal(refusals.SamePerson, match=str(assessment.evaluator)):
        send(assessment, verifier=assessment.evaluator)


def test_a_verifier_holds_the_role_and_the_candidate_acknowledges():
    assessment = AssessmentFactory(judged=True)
    other, verifier = UserFactory(evaluator=True), UserFactory(verifier=True)

    with refusal(refusals.NotInThatRole):
        send(assessment, verifier=other)
    with refusal(refusals.SignatureMissing):
        send(assessment, verifier=verifier, candidate_name="")


@pytest.mark.rule("CERT-7")
def test_what_is_returned_is_judged_again_and_the_first_judgement_is_kept():
    assessment = AssessmentFactory(evidence_closed=True, competent=False)
    by, verifier = assessment.evaluator, UserFactory(verifier=True)
    first = judging.sign_judgement(assessment, version=1, recommendations="x", by=by)
    assessment.refresh_from_db()
    send(assessment, verifier=verifier)

    back = deciding.return_to_evaluator(assessment, version=3, reason=" Falta decir ", by=verifier)

    assert (back.state, back.verifier) == (S.EVIDENCE_CLOSED, verifier)
    first.refresh_from_db()
    assert first.archived_at is not None
    assert judging.judgement_of(back) is None
    assert not back.signatures.filter(kind=SignatureKind.RESULT, cleared_at=None).exists()
    found = Verification.objects.get()
    assert (found.outcome, found.reason, found.verifier) == ("returned", "Falta decir", verifier)
    traced("assessment.returned_to_evaluator", back, verifier)

    second = judging.sign_judgement(back, version=4, recommendations="Más claro", by=by)
    assert (first.number, second.number) == (1, 2)
    assert second.inputs_sha256 == first.inputs_sha256  # no item was named: no answer changed
    back.refresh_from_db()
    assert send(back, verifier=verifier).state == S.IN_VERIFICATION


def test_a_service_is_received_once_however_often_it_is_judged():
    assessment = AssessmentFactory(evidence_closed=True)
    by = assessment.evaluator
    judging.sign_judgement(assessment, version=1, recommendations="", by=by)
    assessment.refresh_from_db()
    handed = send(assessment)
    back = deciding.return_to_evaluator(handed, version=3, reason="x", by=handed.verifier)

    judging.sign_judgement(back, version=4, recommendations="", by=by)

    assert ServiceRecord.objects.count() == 1


def test_a_return_has_a_reason_and_comes_from_its_verifier():
    assessment = AssessmentFactory(in_verification=True)

    with refusal(refusals.ReasonMissing):
        deciding.return_to_evaluator(assessment, version=1, reason="", by=assessment.verifier)
    with refusal(refusals.NotYours):
        deciding.return_to_evaluator(
            assessment, version=1, reason="x", by=UserFactory(verifier=True)
        )


def test_a_portfolio_that_conforms_goes_to_a_third_person():
    assessment, officer = AssessmentFactory(in_verification=True), UserFactory(officer=True)

    verified = approve(assessment, officer=officer)

    assert (verified.state, verified.officer) == (S.VERIFIED, officer)
    found = Verification.objects.get()
    assert (found.outcome, found.checklist) == ("conforms", CHECKLIST)
    assert found.verifier == assessment.verifier
    assert assigned(verified.person, AssignmentKind.DECISION) == {officer.pk}
    traced("assessment.verified", verified, assessment.verifier)


@pytest.mark.parametrize("checklist", [[], CHECKLIST[:-1], [*CHECKLIST, "otra"]])
def test_a_portfolio_conforms_in_every_point(checklist):
    assessment, officer = AssessmentFactory(in_verification=True), UserFactory(officer=True)

    with refusal(deciding.IncompleteChecklist):
        approve(assessment, checklist=checklist, officer=officer)


@pytest.mark.rule("CERT-5", "SEC-13")
def test_nobody_decides_on_what_they_evaluated_or_verified():
    assessment = AssessmentFactory(in_verification=True)

    for user in (assessment.evaluator, assessment.verifier):
        RoleAssignmentFactory(user=user, role=Role.CERTIFYING_OFFICER)
        with refusal(refusals.SamePerson, match=str(user)):
            approve(assessment, officer=user)


def test_an_officer_holds_the_role_and_another_verifier_approves_nothing():
    assessment, officer = AssessmentFactory(in_verification=True), UserFactory(officer=True)
    no_officer, other = UserFactory(verifier=True), UserFactory(verifier=True)

    with refusal(refusals.NotInThatRole):
        approve(assessment, officer=no_officer)
    with refusal(refusals.NotYours):
        approve(assessment, officer=officer, by=other)


def test_the_officer_asks_the_verifier_to_look_again():
    assessment = AssessmentFactory(verified=True)

    with refusal(refusals.ReasonMissing):
        deciding.return_to_verification(assessment, version=1, reason=" ", by=assessment.officer)
    with refusal(refusals.NotYours):
        deciding.return_to_verification(
            assessment, version=1, reason="x", by=UserFactory(officer=True)
        )
    back = deciding.return_to_verification(
        assessment, version=1, reason="El acta", by=assessment.officer
    )

    assert back.state == S.IN_VERIFICATION
    found = Decision.objects.get()
    assert (found.outcome, found.reason, found.officer) == (
        "returned",
        "El acta",
        assessment.officer,
    )
    traced("assessment.returned_to_verification", back, assessment.officer)
    assert judging.judgement_of(back) is not None
    assert approve(back, officer=assessment.officer).state == S.VERIFIED


@pytest.mark.rule("CERT-5", "SEC-13")
def test_whoever_once_had_a_part_takes_no_other_later():
    assessment = AssessmentFactory(verified=True)
    first_verifier, first_officer = assessment.verifier, assessment.officer
    back = deciding.return_to_verification(assessment, version=1, reason="x", by=first_officer)
    back = deciding.return_to_evaluator(back, version=2, reason="x", by=first_verifier)
    judging.sign_judgement(back, version=3, recommendations="", by=back.evaluator)
    back.refresh_from_db()
    RoleAssignmentFactory(user=first_officer, role=Role.VERIFIER)
    RoleAssignmentFactory(user=first_verifier, role=Role.CERTIFYING_OFFICER)

    with refusal(refusals.SamePerson, match=str(first_officer)):
        send(back, verifier=first_officer)

    second = UserFactory(verifier=True)
    handed = send(back, verifier=second)
    with refusal(refusals.SamePerson, match=str(first_verifier)):
        approve(handed, officer=first_verifier)
    assert assigned(handed.person, AssignmentKind.VERIFICATION) == {second.pk}


def test_not_yet_competent_is_confirmed_and_the_parts_end():
    assessment = AssessmentFactory(verified=True, competent=False)
    officer = assessment.officer
    version = AssessmentFactory(verified=True)

    with refusal(refusals.NotYours):
        deciding.confirm_not_yet(assessment, version=1, by=UserFactory(officer=True))
    with refusal(deciding.OtherOutcome):
        deciding.confirm_not_yet(version, version=1, by=version.officer)
    closed = deciding.confirm_not_yet(assessment, version=1, by=officer)

    assert closed.state == S.CLOSED_NOT_YET
    decision = Decision.objects.get()
    assert (decision.outcome, decision.officer, decision.at) == (
        "not_yet",
        officer,
        closed.decided_at,
    )
    traced("assessment.closed_not_yet", closed, officer)
    kinds = [AssignmentKind.EVALUATION, AssignmentKind.VERIFICATION, AssignmentKind.DECISION]
    assert [assigned(closed.person, kind) for kind in kinds] == [set(), set(), set()]
    fresh = type(officer).objects.get(pk=officer.pk)
    assert not Assessment.objects.visible_to(fresh).exists()


def test_the_parts_in_another_assessment_of_the_person_go_on():
    one = AssessmentFactory(verified=True, competent=False)
    other = AssessmentFactory(person=one.person, planned=True, evaluator=one.evaluator)

    deciding.confirm_not_yet(one, version=1, by=one.officer)

    assert assigned(one.person, AssignmentKind.EVALUATION) == {other.evaluator.pk}
    assert assigned(one.person, AssignmentKind.DECISION) == set()


LEAVES = [(leaving.withdraw, S.WITHDRAWN), (leaving.cancel, S.CANCELLED)]


@pytest.mark.parametrize(("leave", "state"), LEAVES)
def test_an_assessment_is_left_with_a_reason(leave, state):
    assessment = AssessmentFactory(in_assessment=True)
    by = assessment.enrolled_by

    left = leave(assessment, version=1, reason=LeaveReason.HEALTH, by=by)

    assert (left.state, left.leave_reason, left.left_by) == (state, "health", by)
    assert left.left_at is not None
    assert left.sessions.get().ended_at is not None
    assert assigned(left.person, AssignmentKind.EVALUATION) == set()
    assert assigned(left.person, AssignmentKind.CASEWORKER) == {by.pk}
    traced(f"assessment.{state}", left, by)


@pytest.mark.parametrize(("leave", "state"), LEAVES)
@pytest.mark.parametrize("reason", ["", "porque sí"])
def test_an_assessment_is_not_left_without_a_known_reason(leave, state, reason):
    assessment = AssessmentFactory()

    with refusal(refusals.ReasonMissing):
        leave(assessment, version=1, reason=reason, by=assessment.enrolled_by)
