"""Every step from every state: by its person, from its states, and by nobody else."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone

from beneficiaries.choices import Service
from certification.actions import (
    appealing,
    arranging,
    deciding,
    enrolling,
    judging,
    leaving,
    refusals,
    sessions,
    training,
)
from certification.choices import (
    ASSESSMENT_MOVES,
    CHECKLIST,
    AssessmentState,
    LeaveReason,
    TrainingOutcome,
)
from certification.models import Assessment, AssessmentSession, EvaluatorAccreditation
from genesis.lib.states import MoveNotAllowed, StaleRecord
from tests.certification.steps import a_plan, item_of
from tests.certification.unchanged import refusal, rows
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.certification import (
    DIAGNOSIS,
    AssessmentFactory,
    CertifyingBodyFactory,
    TrainingFactory,
    hand,
    let_assess,
    name_panel,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

S = AssessmentState


def steps_of(assessment):
    """Each step with all that it asks for: only the state may refuse it."""
    a, by = assessment, assessment.enrolled_by
    evaluator = a.evaluator or UserFactory(evaluator=True)
    verifier = a.verifier or UserFactory(verifier=True)
    officer = a.officer or UserFactory(officer=True)
    member = UserFactory(verifier=True)
    if a.appeal:
        name_panel(a, member)
    calls = {
        "record_diagnosis": {"answers": DIAGNOSIS, "by": by},
        "refer_to_training": {
            "service": Service.UPSKILLING,
            "provider": OrganizationFactory(kinds=["training_body"]),
            "ends_on": timezone.localdate(),
            "by": by,
        },
        "close_training": {"outcome": TrainingOutcome.NOT_COMPLETED, "by": by},
        "admit": {"candidate_name": "Rosa", "by": by},
        "propose_plan": a_plan(a, evaluator=evaluator) | {"reason": "Llueve", "by": by},
        "agree_plan": {"candidate_name": "Rosa", "signature": hand(), "by": evaluator},
        "start_session": {"identity_checked": "DUI", "by": evaluator},
        "close_evidence": {"by": evaluator},
        "sign_judgement": {"recommendations": "x", "by": evaluator},
        "send_to_verification": {
            "verifier": verifier,
            "candidate_name": "Rosa",
            "agrees": True,
            "signature": hand(),
            "by": evaluator,
        },
        "return_to_evaluator": {"reason": "x", "by": verifier},
        "approve_portfolio": {"checklist": CHECKLIST, "officer": officer, "by": verifier},
        "return_to_verification": {"reason": "x", "by": officer},
        "certify": {"by": officer},
        "confirm_not_yet": {"by": officer},
        "withdraw": {"reason": LeaveReason.WORK, "by": by},
        "cancel": {"reason": LeaveReason.WORK, "by": by},
        "lodge_appeal": {
            "channel": "phone",
            "grounds": "x",
            "lodged_on": timezone.localdate(),
            "by": by,
        },
        "let_certified_stand": {"reasons": "x", "by": member},
        "let_not_yet_stand": {"reasons": "x", "by": member},
        "revoke_decision": {
            "reasons": "x",
            "verifier": UserFactory(verifier=True),
            "by": member,
        },
        "repeat_assessment": a_plan(a) | {"reasons": "x", "by": member},
    }
    known = {}
    for module in (enrolling, sessions, judging, deciding, leaving, training, appealing):
        known |= vars(module)
    known["close_training"] = close_training
    known["let_certified_stand"] = let_stand(S.CERTIFIED)
    known["let_not_yet_stand"] = let_stand(S.CLOSED_NOT_YET)
    return {name: (known[name], answers) for name, answers in calls.items()}


def let_stand(target):
    """Let a decision stand, if it was this one that was appealed."""

    def step(assessment, **answers):
        if assessment.appeal and assessment.appeal.target != target:
            raise refusals.OutOfStep
        return appealing.confirm_decision(assessment, **answers)

    return step


def close_training(assessment, **answers):
    """Close the training of an assessment, which is under way whatever its state."""
    under_way = assessment.trainings.first()
    if under_way is None:
        under_way = TrainingFactory(assessment=assessment)
    if assessment.state == S.CLOSED_NOT_YET:
        raise refusals.OutOfStep  # after a result it is no step: see test_reassessing
    return training.close_training(under_way, **answers)


# Where each step starts and ends; the states of leaving are those that the table gives.
STEPS = {
    "record_diagnosis": ({S.ENROLLED}, S.DIAGNOSED),
    "refer_to_training": ({S.DIAGNOSED}, S.IN_TRAINING),
    "close_training": ({S.IN_TRAINING}, S.DIAGNOSED),
    "admit": ({S.DIAGNOSED}, S.ADMITTED),
    "propose_plan": ({S.ADMITTED, S.PLAN_AGREED}, S.PLANNED),
    "agree_plan": ({S.PLANNED}, S.PLAN_AGREED),
    "start_session": ({S.PLAN_AGREED}, S.IN_ASSESSMENT),
    "close_evidence": ({S.IN_ASSESSMENT}, S.EVIDENCE_CLOSED),
    "sign_judgement": ({S.EVIDENCE_CLOSED}, S.JUDGED),
    "send_to_verification": ({S.JUDGED}, S.IN_VERIFICATION),
    "return_to_evaluator": ({S.IN_VERIFICATION}, S.EVIDENCE_CLOSED),
    "approve_portfolio": ({S.IN_VERIFICATION}, S.VERIFIED),
    "return_to_verification": ({S.VERIFIED}, S.IN_VERIFICATION),
    "certify": ({S.VERIFIED}, S.CERTIFIED),
    "confirm_not_yet": ({S.VERIFIED}, S.CLOSED_NOT_YET),
    "withdraw": ({each for each in S if S.WITHDRAWN in ASSESSMENT_MOVES[each]}, S.WITHDRAWN),
    "cancel": ({each for each in S if S.CANCELLED in ASSESSMENT_MOVES[each]}, S.CANCELLED),
    "lodge_appeal": ({S.CERTIFIED, S.CLOSED_NOT_YET}, S.IN_APPEAL),
    "let_certified_stand": ({S.IN_APPEAL}, S.CERTIFIED),
    "let_not_yet_stand": ({S.IN_APPEAL}, S.CLOSED_NOT_YET),
    "revoke_decision": ({S.IN_APPEAL}, S.IN_VERIFICATION),
    "repeat_assessment": ({S.IN_APPEAL}, S.PLANNED),
}


# Of which judgement each is: the other one takes another step.
OF_COMPETENT = {"certify", "let_certified_stand"}


OF_NOT_YET = {"confirm_not_yet", "let_not_yet_stand"}

ALL_ANSWERED = {"GO-01": "si", "GO-02": "si", "GO-03": "1"}


def test_the_steps_are_all_moves_of_the_table_and_no_other():
    steps = {(start, end) for starts, end in STEPS.values() for start in starts}

    assert steps == {(start, end) for start, ends in ASSESSMENT_MOVES.items() for end in ends}
    assert sum(len(starts) for starts, _end in STEPS.values()) == len(steps)  # each has one step


def allowed(assessment, steps):
    """The steps that an assessment takes from its state, and where each leads; all are undone."""
    before, found = rows(), {}
    for name, (step, answers) in steps.items():
        try:
            with transaction.atomic():
                step(assessment, version=1, **answers)
                found[name] = Assessment.objects.get(pk=assessment.pk).state
                transaction.set_rollback(True)
        except (MoveNotAllowed, refusals.OutOfStep, deciding.OtherOutcome):
            assert rows() == before
    return found


# Whose each step is, and its page.
PAGES = {
    "record_diagnosis": ("enrolled_by", "certification:diagnosis_record"),
    "refer_to_training": ("enrolled_by", "certification:training_refer"),
    "close_training": ("enrolled_by", "certification:training_close"),
    "admit": ("enrolled_by", "certification:assessment_admit"),
    "propose_plan": ("enrolled_by", "certification:plan_propose"),
    "agree_plan": ("evaluator", "certification:plan_agree"),
    "start_session": ("evaluator", "evaluation:session_start"),
    "close_evidence": ("evaluator", "evaluation:evidence_close"),
    "sign_judgement": ("evaluator", "evaluation:judgement_sign"),
    "send_to_verification": ("evaluator", "evaluation:verification_request"),
    "return_to_evaluator": ("verifier", "certification:portfolio_return"),
    "approve_portfolio": ("verifier", "certification:portfolio_approve"),
    "return_to_verification": ("officer", "certification:verification_return"),
    "certify": ("officer", "certification:certification_grant"),
    "confirm_not_yet": ("officer", "certification:not_yet_confirm"),
    "withdraw": ("enrolled_by", "certification:assessment_withdraw"),
    "cancel": ("coordinator", "certification:assessment_cancel"),
    "lodge_appeal": ("enrolled_by", "certification:appeal_lodge"),
    "let_certified_stand": ("panel", "certification:decision_confirm"),
    "let_not_yet_stand": ("panel", "certification:decision_confirm"),
    "revoke_decision": ("panel", "certification:decision_revoke"),
    "repeat_assessment": ("panel", "certification:assessment_redo"),
}


# Who has the page of a step, too, in which state: the others of transitions 6 and 8.
AT_THE_CENTRE = {
    ("propose_plan", S.ADMITTED): {"manager", "evaluator there"},
    ("propose_plan", S.PLANNED): {"manager", "evaluator"},
    ("propose_plan", S.PLAN_AGREED): {"manager"},
}
CHECKED_IN_THE_ACTION = {"evaluator", "verifier", "officer", "panel"}

CASES = [(state, True) for state in S] + [
    (state, False) for state in (S.VERIFIED, S.CLOSED_NOT_YET, S.IN_APPEAL)
]


def strangers(office):
    """One of each role without a part in the assessment; coordination of another office."""
    return {
        "enrolled_by": UserFactory(caseworker=True, at=office),
        "evaluator": UserFactory(evaluator=True),
        "verifier": UserFactory(verifier=True),
        "officer": UserFactory(officer=True),
        "coordinator": UserFactory(coordinator=True),
        "administrator": UserFactory(administrator=True),
        "monitoring": UserFactory(monitoring=True),
        "manager": UserFactory(centre_manager=True),
        "nobody": UserFactory(),
    }


def of_the_centre(assessment):
    """Who manages the centre of an assessment, and an evaluator who belongs to it."""
    centre, standard, by = assessment.centre, assessment.standard, assessment.enrolled_by
    held = EvaluatorAccreditation.objects.filter(standard=standard)
    held = held.exclude(evaluator__user=assessment.evaluator_id or 0)
    centre, evaluator = let_assess(standard, centre=centre, evaluator=held[0].evaluator.user)
    if assessment.state == S.ADMITTED:
        arranging.ask_centre(assessment, version=1, centre=centre, by=by)
        Assessment.objects.update(version=1)
    return {
        "manager": UserFactory(centre_manager=True, at=centre.organization),
        "evaluator there": evaluator,
    }


def is_refused(user, name, assessment):
    """Whether the page of a step lets somebody in neither by role nor by part: 403 or 404."""
    _whose, page = PAGES[name]
    view = resolve(reverse(page, args=[assessment.public_id])).func
    if not user.may(view.policy):
        return True
    request = RequestFactory().get("/")
    request.user = user
    try:
        view(request, public_id=assessment.public_id)
    except (PermissionDenied, Http404):
        return True
    return False


@pytest.mark.rule("CERT-5", "CERT-7", "SEC-13")
@pytest.mark.parametrize(("state", "competent"), CASES)
def test_every_step_is_taken_from_its_states_by_its_person_and_by_nobody_else(state, competent):
    CertifyingBodyFactory()
    values = {"answers": ALL_ANSWERED} if state == S.IN_ASSESSMENT else {}
    assessment = AssessmentFactory(state=state, competent=competent, **values)
    steps, others = steps_of(assessment), strangers(assessment.person.office)
    entitled = {part: getattr(assessment, part) for part in ("evaluator", "verifier", "officer")}
    entitled["enrolled_by"] = assessment.enrolled_by
    entitled["coordinator"] = UserFactory(coordinator=True, at=assessment.person.office)
    entitled |= of_the_centre(assessment)
    assessment = Assessment.objects.get(pk=assessment.pk)
    of_other_judgement = OF_NOT_YET if competent else OF_COMPETENT

    # The person whose step it is: it moves where the table says so, and is refused elsewhere (409).
    expected = {name: end for name, (starts, end) in STEPS.items() if state in starts}
    expected = {name: end for name, end in expected.items() if name not in of_other_judgement}
    if state == S.PLANNED:  # planned again before anybody has agreed: it stays where it is
        expected["propose_plan"] = S.PLANNED
    found = allowed(assessment, steps)
    assert found == expected

    # A stranger with the same role, in the action itself.
    for name in found:
        whose, _page = PAGES[name]
        if whose in CHECKED_IN_THE_ACTION:
            step, answers = steps[name]
            stranger = others["verifier" if whose == "panel" else whose]
            with refusal((refusals.NotYours, appealing.NotOnThePanel)):
                step(assessment, version=1, **answers | {"by": stranger})

    # Everybody else, on its page: those with another part, and one of each role with none.
    theirs = {
        (name, who) for (name, at), all_ in AT_THE_CENTRE.items() if at == state for who in all_
    }
    let_in = [
        (name, role)
        for name, (whose, _page) in PAGES.items()
        for role, user in [*entitled.items(), *((f"other {r}", u) for r, u in others.items())]
        if user and role != whose and (name, role) not in theirs
        if not is_refused(user, name, assessment)
    ]
    assert let_in == []
    for name, who in theirs:
        client = Client()
        client.force_login(entitled[who])
        page = reverse(PAGES[name][1], args=[assessment.public_id])
        assert (who, client.get(page).status_code) == (who, 200)


@pytest.mark.parametrize("state", list(S))
def test_answers_come_in_during_the_session_alone(state):
    assessment = AssessmentFactory(state=state)
    session = assessment.sessions.first() or AssessmentSession.objects.create(
        assessment=assessment, identity_checked="DUI", started_by=assessment.enrolled_by
    )
    sent = {
        "key": uuid.uuid4(),
        "device": uuid.uuid4(),
        "item": item_of(assessment, "GO-02"),
        "value": "si",
        "note": "",
        "by": assessment.evaluator or assessment.enrolled_by,
    }

    if state == S.IN_ASSESSMENT:
        assert sessions.record_observation(session, **sent).seq == 1
        stopped = sessions.stop_for_safety(assessment, version=1, reason="x", by=sent["by"])
        assert stopped.stopped_at is not None
        return
    with refusal(refusals.AssessmentClosed):
        sessions.record_observation(session, **sent)
    with refusal(refusals.AssessmentClosed):
        sessions.stop_for_safety(assessment, version=1, reason="x", by=sent["by"])
    with refusal(refusals.AssessmentClosed):
        sessions.resolve_item(
            assessment, item=sent["item"], observation=None, reason="x", by=sent["by"]
        )


@pytest.mark.rule("SEC-15")
@pytest.mark.parametrize("name", list(STEPS))
def test_a_step_from_an_old_page_changes_nothing(name):
    CertifyingBodyFactory()
    starts, _end = STEPS[name]
    state = next(each for each in S if each in starts)
    values = {"answers": ALL_ANSWERED} if state == S.IN_ASSESSMENT else {}
    assessment = AssessmentFactory(state=state, competent=name not in OF_NOT_YET, **values)
    step, answers = steps_of(assessment)[name]
    Assessment.objects.filter(pk=assessment.pk).update(version=2)

    with refusal(StaleRecord):
        step(assessment, version=1, **answers)

    step(assessment, version=2, **answers)
