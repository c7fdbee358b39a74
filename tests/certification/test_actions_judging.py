"""The judgement: computed from the answers, signed once, and the worked examples of the rules."""

import uuid

import pytest
from django.utils import timezone

from beneficiaries.models import Person, ServiceRecord
from certification.actions import judging, refusals, sessions
from certification.choices import AssessmentState, Recommendation
from certification.models import Assessment
from tests.certification.steps import start, traced
from tests.certification.unchanged import refusal
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    StandardVersionFactory,
    best_answers,
    real_standard,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

S = AssessmentState


def test_the_judgement_is_computed_and_signed():
    assessment = AssessmentFactory(evidence_closed=True)
    by = assessment.evaluator

    judgement = judging.sign_judgement(assessment, version=1, recommendations="", by=by)

    assessment.refresh_from_db()
    assert assessment.state == S.JUDGED
    judgement.refresh_from_db()
    assert (judgement.outcome, judgement.number, judgement.signed_by) == ("competent", 1, by)
    assert judgement.result["total"] == {"got": 10_000, "base": 10_000, "shown": 10_000}
    assert judgement.result["gap_report"] == {"gaps": [], "recommendation": None}
    assert (judgement.department, judgement.status, judgement.sector) == (
        assessment.person.district.department,
        assessment.person.status,
        assessment.standard.sector,
    )
    assert judging.judgement_of(assessment) == judgement
    traced("assessment.judged", assessment, by)


def test_the_judgement_gives_the_service_on_its_day():
    assessment = AssessmentFactory(evidence_closed=True)

    judgement = judging.sign_judgement(
        assessment, version=1, recommendations="", by=assessment.evaluator
    )

    service = ServiceRecord.objects.get()
    assert (service.person, service.service, service.source) == (
        assessment.person,
        "1c",
        f"assessment:{assessment.pk}",
    )
    assert service.on == timezone.localdate(judgement.signed_at)
    assert service.organization == assessment.centre.organization


def test_somebody_without_a_district_can_be_judged():
    assessment = AssessmentFactory(evidence_closed=True)
    Person.objects.filter(pk=assessment.person_id).update(district=None)

    judgement = judging.sign_judgement(
        assessment, version=1, recommendations="", by=assessment.evaluator
    )

    assert judgement.department is None


@pytest.mark.rule("CERT-6")
def test_who_is_not_yet_competent_is_told_what_to_work_on():
    assessment = AssessmentFactory(evidence_closed=True, competent=False)
    by = assessment.evaluator

    with refusal(judging.FeedbackMissing):
        judging.sign_judgement(assessment, version=1, recommendations=" ", by=by)
    judgement = judging.sign_judgement(assessment, version=1, recommendations="El corte", by=by)

    judgement.refresh_from_db()
    assert (judgement.outcome, judgement.recommendations) == ("not_yet_competent", "El corte")
    assert judgement.result["reasons"][-1] == {"code": "CRITICO_INCUMPLIDO", "where": ["GO-01"]}
    assert judgement.result["gap_report"] == {
        "gaps": [{"element": "E1", "items": ["GO-01"]}],
        "recommendation": Recommendation.UPSKILLING,
    }


@pytest.mark.rule("CERT-5", "SEC-13")
def test_only_who_watched_signs():
    assessment = AssessmentFactory(evidence_closed=True)

    with refusal(refusals.NotYours):
        judging.sign_judgement(
            assessment, version=1, recommendations="", by=UserFactory(evaluator=True)
        )


@pytest.mark.rule("CERT-6")
def test_the_seal_follows_from_the_answers_alone():
    version = StandardVersionFactory()

    def seal(**values):
        assessment = AssessmentFactory(standard_version=version, evidence_closed=True, **values)
        by = assessment.evaluator
        return judging.sign_judgement(
            assessment, version=1, recommendations="x", by=by
        ).inputs_sha256

    first, same, other = seal(), seal(), seal(answers={"GO-03": "2.9"})

    assert len(first) == 64
    assert same == first
    assert other != first


@pytest.mark.rule("CERT-8")
def test_without_all_answers_there_is_no_judgement():
    assessment = AssessmentFactory(in_assessment=True, answers={"GO-01": "si", "GO-03": "1"})
    Assessment.objects.filter(pk=assessment.pk).update(state=S.EVIDENCE_CLOSED)

    with refusal(sessions.IncompleteAssessment, match="GO-02"):
        judging.sign_judgement(assessment, version=1, recommendations="x", by=assessment.evaluator)


def observe(session, answers):
    device = uuid.uuid4()
    items = {each.code: each for each in session.assessment.standard_version.items.all()}
    for code, value in answers.items():
        sessions.record_observation(
            session,
            key=uuid.uuid4(),
            device=device,
            item=items[code],
            value=value,
            note="Como lo vi",
            by=session.assessment.evaluator,
        )


def judged(changes, *, stop=False, without=()):
    """The judgement on CON-002 of one to whom everything was met but `changes`."""
    assessment = AssessmentFactory(plan_agreed=True, standard_version=real_standard())
    by = assessment.evaluator
    session = start(assessment)
    answers = best_answers(assessment.standard_version) | changes
    observe(session, {code: each for code, each in answers.items() if code not in without})
    assessment.refresh_from_db()
    if stop:
        assessment = sessions.stop_for_safety(
            assessment, version=assessment.version, reason="Sin guarda", by=by
        )
    closed = sessions.close_evidence(assessment, version=assessment.version, by=by)
    return judging.sign_judgement(closed, version=closed.version, recommendations="Siga", by=by)


def wrong(version, *codes):
    """A wrong option of each of these questions."""
    keys = {each.item.code: each.key for each in version.answer_keys.select_related("item")}
    return {code: next(each for each in "abcd" if each != keys[code]) for code in codes}


@pytest.mark.rule("CERT-6", "CERT-8")
@pytest.mark.parametrize(
    ("changes", "shown", "reasons"),
    [
        pytest.param({}, [10000, 10000, 10000, 10000], [], id="A"),
        pytest.param({"GO-05": "no", "LC-08": "no"}, [9333, 9428, 7000, 8900], [], id="B"),
        pytest.param({"GO-09": "na", "GO-05": "no"}, [9302, 10000, 10000, 9693], [], id="E"),
        pytest.param(
            {"LC-05": "79.9"},
            [10000, 8285, 10000, 9400],
            [{"code": "CRITICO_INCUMPLIDO", "where": ["LC-05"]}],
            id="H",
        ),
    ],
)
def test_worked_examples_through_the_evaluators_page(changes, shown, reasons):
    if shown[2] == 7000:
        changes = changes | wrong(real_standard(), "CU-01", "CU-02", "CU-03")

    judgement = judged(changes)

    judgement.refresh_from_db()
    result = judgement.result
    scores = [*(result["instruments"][code] for code in ("GO", "LC", "CU")), result["total"]]
    assert [each["shown"] for each in scores] == shown
    assert result["reasons"] == reasons
    assert judgement.outcome == ("not_yet_competent" if reasons else "competent")


@pytest.mark.rule("CERT-6", "CERT-8", "CERT-10")
def test_worked_example_j_after_a_stop():
    judgement = judged({"GO-12": "no"}, stop=True)

    judgement.refresh_from_db()
    assert judgement.outcome == "not_yet_competent"
    assert [each["code"] for each in judgement.result["reasons"]] == [
        "CRITICO_INCUMPLIDO",
        "DETENIDA_POR_SEGURIDAD",
    ]
    assert judgement.result["total"]["shown"] == 9600
    assert {each["shown"] for each in judgement.result["instruments"].values()} == {None}


@pytest.mark.rule("CERT-8")
def test_worked_example_k_has_no_judgement():
    with pytest.raises(sessions.IncompleteAssessment, match="1 item has no answer"):
        judged({}, without=["GO-18"])
