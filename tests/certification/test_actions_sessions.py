"""The session: who begins it, which answers it keeps, and how it ends."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from beneficiaries.actions.consents import withdraw_consent
from beneficiaries.choices import ConsentPurpose
from certification.actions import enrolling, judging, refusals, sessions
from certification.choices import AssessmentState
from certification.models import AssessmentSession, ItemResolution, Observation
from certification.rules.scoring import InvalidAnswer
from genesis.lib.states import OtherContent
from tests.certification.steps import item_of, start, traced
from tests.certification.unchanged import refusal
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    SessionFactory,
    StandardVersionFactory,
    best_answers,
    real_standard,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

S = AssessmentState


def test_a_session_begins_with_the_document_that_was_seen():
    assessment = AssessmentFactory(plan_agreed=True)

    session = start(assessment, identity_checked=" Pasaporte ")

    assert list(AssessmentSession.objects.all()) == [session]
    assert (session.identity_checked, session.started_by) == ("Pasaporte", assessment.evaluator)
    assert session.ended_at is None
    assessment.refresh_from_db()
    assert assessment.state == S.IN_ASSESSMENT
    traced("assessment.started", assessment, assessment.evaluator)


@pytest.mark.rule("CERT-5")
def test_only_the_appointed_evaluator_begins():
    assessment = AssessmentFactory(plan_agreed=True)

    for other in (UserFactory(evaluator=True), assessment.enrolled_by):
        with refusal(refusals.NotYours, match=str(assessment.evaluator)):
            start(assessment, by=other)


def test_a_session_does_not_begin_without_document_or_consent():
    assessment = AssessmentFactory(plan_agreed=True)
    with refusal(sessions.IdentityNotChecked):
        start(assessment, identity_checked=" ")

    consent = assessment.person.consents.get(purpose=ConsentPurpose.ASSESSMENT)
    withdraw_consent(consent, version=1, reason="", by=assessment.enrolled_by)
    with refusal(enrolling.NoAssessmentConsent):
        start(assessment)


@pytest.mark.parametrize(("days", "begins"), [(-8, False), (-7, True), (7, True), (8, False)])
def test_a_session_begins_within_a_week_of_its_day(days, begins):
    assessment = AssessmentFactory(
        plan_agreed=True, scheduled_for=timezone.localdate() + timedelta(days=days)
    )

    if begins:
        assert start(assessment)
    else:
        with refusal(refusals.DayNotPossible):
            start(assessment)


@pytest.fixture
def sent():
    """One observation as the evaluator's page sends it."""
    session = SessionFactory()
    return {
        "session": session,
        "key": uuid.uuid4(),
        "device": uuid.uuid4(),
        "item": item_of(session.assessment, "GO-02"),
        "value": "si",
        "note": "",
        "by": session.assessment.evaluator,
    }


def test_an_observation_is_kept_raw(sent):
    values = {"item": item_of(sent["session"].assessment, "GO-03"), "value": " 2.50 "}

    observation = sessions.record_observation(**sent | values | {"note": " Dos veces "})

    observation.refresh_from_db()
    assert (observation.value, observation.note, observation.seq) == ("2.50", "Dos veces", 1)
    assert (observation.client_id, observation.device) == (sent["key"], sent["device"])


@pytest.mark.rule("SEC-16")
def test_an_observation_sent_twice_is_kept_once(sent):
    first, again = (sessions.record_observation(**sent) for _each in range(2))

    assert again == first
    assert list(Observation.objects.all()) == [first]


@pytest.mark.rule("SEC-16")
@pytest.mark.parametrize(
    "other", [{"value": "no"}, {"note": "Otra"}, {"device": uuid.uuid4()}, {"item": "GO-01"}]
)
def test_the_same_key_with_other_content_is_refused(sent, other):
    sessions.record_observation(**sent)
    if "item" in other:
        other = {"item": item_of(sent["session"].assessment, other["item"])}

    with refusal(OtherContent):
        sessions.record_observation(**sent | other)


@pytest.mark.rule("SEC-16", "CERT-7")
def test_an_observation_sent_again_is_answered_after_the_end_and_a_new_one_is_not(sent):
    assessment = sent["session"].assessment
    first = sessions.record_observation(**sent)
    for code, value in {"GO-01": "si", "GO-03": "3"}.items():
        new = {"key": uuid.uuid4(), "item": item_of(assessment, code), "value": value}
        sessions.record_observation(**sent | new)
    sessions.close_evidence(assessment, version=1, by=sent["by"])

    assert sessions.record_observation(**sent) == first
    with refusal(OtherContent):
        sessions.record_observation(**sent | {"value": "no", "note": "Tarde"})
    with refusal(refusals.AssessmentClosed):
        sessions.record_observation(**sent | {"key": uuid.uuid4()})


def test_a_correction_is_the_next_observation_of_its_device(sent):
    sessions.record_observation(**sent)
    sessions.record_observation(**sent | {"key": uuid.uuid4(), "value": "no", "note": "Se movió"})
    other = {"key": uuid.uuid4(), "device": uuid.uuid4(), "value": "no", "note": "Se movió"}
    sessions.record_observation(**sent | other)

    found = Observation.objects.order_by("pk").values_list("value", "seq")
    assert list(found) == [("si", 1), ("no", 2), ("no", 1)]
    assert sessions.answers_of(sent["session"].assessment) == {"GO-02": "no"}
    assert not sent["session"].assessment.items_to_resolve().exists()


@pytest.mark.rule("CERT-6", "CERT-8")
@pytest.mark.parametrize(
    ("code", "value"), [("GO-02", "na"), ("GO-02", ""), ("GO-03", "tres"), ("GO-01", "1")]
)
def test_an_answer_out_of_its_scale_is_not_kept(sent, code, value):
    item = item_of(sent["session"].assessment, code)

    with refusal(InvalidAnswer, match=code):
        sessions.record_observation(**sent | {"item": item, "value": value, "note": "Algo"})


@pytest.mark.rule("CERT-2")
def test_an_item_of_another_version_takes_no_answer(sent):
    item = StandardVersionFactory().items.get(code="GO-02")

    with refusal(InvalidAnswer):
        sessions.record_observation(**sent | {"item": item})


@pytest.mark.rule("CERT-9")
@pytest.mark.parametrize(
    ("code", "value"), [("GO-01", "no"), ("GO-02", "no"), ("GO-03", "3.0001"), ("GO-03", "9")]
)
def test_what_was_not_met_needs_a_note(sent, code, value):
    wrong = {"item": item_of(sent["session"].assessment, code), "value": value}

    with refusal(sessions.NoteMissing, match=code):
        sessions.record_observation(**sent | wrong | {"note": "  "})

    assert sessions.record_observation(**sent | wrong | {"note": "Lo vi"}).note == "Lo vi"


@pytest.mark.rule("CERT-9")
def test_a_measurement_on_its_limit_needs_no_note(sent):
    item = item_of(sent["session"].assessment, "GO-03")

    assert sessions.record_observation(**sent | {"item": item, "value": "3"})


@pytest.mark.rule("CERT-9")
def test_a_wrong_choice_needs_no_note_for_that_would_tell_the_key():
    session = SessionFactory(assessment__standard_version=real_standard())
    item = item_of(session.assessment, "CU-01")
    wrong = next(letter for letter, _text in item.options if letter != item.answer_key.key)

    kept = sessions.record_observation(
        session,
        key=uuid.uuid4(),
        device=uuid.uuid4(),
        item=item,
        value=wrong,
        note="",
        by=session.assessment.evaluator,
    )

    assert kept.value == wrong


@pytest.mark.rule("CERT-5")
def test_nobody_else_answers(sent):
    with refusal(refusals.NotYours):
        sessions.record_observation(**sent | {"by": UserFactory(evaluator=True)})


@pytest.fixture
def differing(sent):
    """Two devices that differ on one item; everything else is answered."""
    assessment = sent["session"].assessment
    for code, value in best_answers(assessment.standard_version).items():
        item = item_of(assessment, code)
        sessions.record_observation(**sent | {"key": uuid.uuid4(), "item": item, "value": value})
    other = {"key": uuid.uuid4(), "device": uuid.uuid4(), "value": "no", "note": "Otro teléfono"}
    sessions.record_observation(**sent | other)
    return assessment


def test_two_devices_that_differ_are_both_kept_and_stop_the_end(differing):
    assert [each.code for each in differing.items_to_resolve()] == ["GO-02"]

    with refusal(sessions.IncompleteAssessment, match="differ"):
        sessions.close_evidence(differing, version=1, by=differing.evaluator)


@pytest.mark.parametrize("value", ["si", "no"])
def test_coordination_decides_which_answer_counts(differing, value):
    by, item = UserFactory(coordinator=True), item_of(differing, "GO-02")
    chosen = Observation.objects.get(item=item, value=value)

    resolution = sessions.resolve_item(
        differing, item=item, observation=chosen, reason=" Vi la foto ", by=by
    )

    assert list(ItemResolution.objects.all()) == [resolution]
    assert (resolution.reason, resolution.decided_by) == ("Vi la foto", by)
    assert Observation.objects.filter(item=item).count() == 2
    assert sessions.answers_of(differing)["GO-02"] == value
    assert not differing.items_to_resolve().exists()
    activity = traced("assessment.item_resolved", differing, by)
    assert activity.changes == {"item": "GO-02"}
    sessions.close_evidence(differing, version=1, by=differing.evaluator)


def test_coordination_decides_only_between_answers_that_differ(differing):
    by, item = UserFactory(coordinator=True), item_of(differing, "GO-02")
    agreed = Observation.objects.get(item__code="GO-01")
    chosen = Observation.objects.filter(item=item).first()
    foreign = AssessmentFactory(evidence_closed=True)

    with refusal(sessions.NothingToResolve):
        sessions.resolve_item(differing, item=agreed.item, observation=agreed, reason="x", by=by)
    with refusal(sessions.NothingToResolve):
        sessions.resolve_item(differing, item=item, observation=agreed, reason="x", by=by)
    with refusal(sessions.NothingToResolve):
        other = Observation.objects.filter(session__assessment=foreign).first()
        sessions.resolve_item(differing, item=item, observation=other, reason="x", by=by)
    with refusal(refusals.ReasonMissing):
        sessions.resolve_item(differing, item=item, observation=chosen, reason=" ", by=by)

    sessions.resolve_item(differing, item=item, observation=chosen, reason="x", by=by)
    with refusal(sessions.NothingToResolve):
        sessions.resolve_item(differing, item=item, observation=chosen, reason="x", by=by)


def test_an_answer_that_was_corrected_can_no_longer_be_chosen(differing, sent):
    item = item_of(differing, "GO-02")
    old = Observation.objects.get(item=item, device=sent["device"])
    new = {"key": uuid.uuid4(), "item": item, "value": "si", "note": "De nuevo"}
    sessions.record_observation(**sent | new)

    with refusal(sessions.NothingToResolve):
        sessions.resolve_item(
            differing, item=item, observation=old, reason="x", by=UserFactory(coordinator=True)
        )


def test_a_decided_item_takes_no_more_answers(differing, sent):
    item = item_of(differing, "GO-02")
    chosen = Observation.objects.filter(item=item).first()
    by = UserFactory(coordinator=True)
    sessions.resolve_item(differing, item=item, observation=chosen, reason="x", by=by)

    with refusal(refusals.AssessmentClosed, match="Coordination"):
        sessions.record_observation(**sent | {"key": uuid.uuid4(), "item": item})


@pytest.mark.rule("CERT-8")
@pytest.mark.parametrize(
    ("answered", "message"),
    [(["GO-01", "GO-02"], "1 item has"), (["GO-03"], "2 items have"), ([], "3 items have")],
)
def test_no_item_is_left_blank(sent, answered, message):
    assessment = sent["session"].assessment
    best = best_answers(assessment.standard_version)
    for code in answered:
        new = {"key": uuid.uuid4(), "item": item_of(assessment, code), "value": best[code]}
        sessions.record_observation(**sent | new)

    with refusal(sessions.IncompleteAssessment, match=message):
        sessions.close_evidence(assessment, version=1, by=sent["by"])


def test_closing_the_evidence_ends_the_session(sent):
    assessment = AssessmentFactory(
        in_assessment=True, answers={"GO-01": "si", "GO-02": "si", "GO-03": "1"}
    )

    with refusal(refusals.NotYours):
        sessions.close_evidence(assessment, version=1, by=UserFactory(evaluator=True))
    closed = sessions.close_evidence(assessment, version=1, by=assessment.evaluator)

    assert (closed.state, closed.version) == (S.EVIDENCE_CLOSED, 2)
    assert closed.sessions.get().ended_at is not None
    traced("assessment.evidence_closed", closed, assessment.evaluator)


@pytest.mark.rule("CERT-10")
def test_a_stop_for_safety_needs_no_more_answers_and_is_never_competent(sent):
    assessment, by = sent["session"].assessment, sent["by"]
    for code in ("GO-01", "GO-02"):
        new = {"key": uuid.uuid4(), "item": item_of(assessment, code)}
        sessions.record_observation(**sent | new)

    stopped = sessions.stop_for_safety(assessment, version=1, reason=" Sin guarda ", by=by)
    assert (stopped.state, stopped.stop_reason) == (S.IN_ASSESSMENT, "Sin guarda")
    assert stopped.stopped_at is not None
    traced("assessment.stopped", stopped, by)
    sessions.close_evidence(assessment, version=2, by=by)
    judgement = judging.sign_judgement(
        assessment, version=3, recommendations="Usar la guarda", by=by
    )

    assert judgement.outcome == "not_yet_competent"
    assert [each["code"] for each in judgement.result["reasons"]][-1] == "DETENIDA_POR_SEGURIDAD"


@pytest.mark.rule("CERT-10")
def test_after_a_stop_no_answer_comes_in_any_more(sent):
    assessment, by = sent["session"].assessment, sent["by"]
    first = sessions.record_observation(**sent)
    sessions.stop_for_safety(assessment, version=1, reason="Sin guarda", by=by)
    new = {"key": uuid.uuid4(), "item": item_of(assessment, "GO-03"), "value": "1"}

    with refusal(refusals.AssessmentClosed, match="stopped for safety"):
        sessions.record_observation(**sent | new)

    assert sessions.record_observation(**sent) == first  # sent before, and answered again
    judgement = judging.sign_judgement(
        sessions.close_evidence(assessment, version=2, by=by), version=3, recommendations="x", by=by
    )
    assert judgement.result["not_asked"] == ["GO-01", "GO-03"]


@pytest.mark.rule("CERT-10")
def test_a_stop_needs_a_reason_and_the_evaluator_and_comes_once(sent):
    assessment, by = sent["session"].assessment, sent["by"]

    with refusal(refusals.ReasonMissing):
        sessions.stop_for_safety(assessment, version=1, reason=" ", by=by)
    with refusal(refusals.NotYours):
        sessions.stop_for_safety(assessment, version=1, reason="x", by=UserFactory(evaluator=True))

    sessions.stop_for_safety(assessment, version=1, reason="x", by=by)
    with refusal(refusals.AssessmentClosed):
        sessions.stop_for_safety(assessment, version=2, reason="y", by=by)


def test_an_observation_costs_few_queries(sent, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        sessions.record_observation(**sent)
