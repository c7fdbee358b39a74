"""What the process warns of, whom it bars, and what it answers to a step out of its order."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from beneficiaries.choices import ConsentPurpose
from certification.actions import enrolling, judging
from certification.actions.batches import decide_batch
from certification.actions.planning import ConflictOfInterest, check_conflict
from certification.choices import Recommendation
from certification.models import Assessment, Diagnosis, Observation, Trainer
from genesis.lib.days import add_months
from tests.certification.steps import send
from tests.certification.unchanged import refusal
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory, PersonFactory
from tests.factories.certification import (
    AssessmentFactory,
    StandardVersionFactory,
)

pytestmark = pytest.mark.django_db


def address(name, assessment):
    return reverse(f"certification:{name}", args=[assessment.public_id])


# A step that does not follow


@pytest.mark.parametrize(
    ("state", "who", "page"),
    [
        ("planned", "enrolled_by", "certification:assessment_admit"),  # MoveNotAllowed
        ("in_verification", "evaluator", "evaluation:evidence_close"),  # OutOfStep
    ],
)
def test_a_step_that_does_not_follow_is_409_and_on_record(state, who, page):
    assessment = AssessmentFactory(state=state)
    by, sent = getattr(assessment, who), {"version": 1, "candidate_name": "R", "acknowledged": "on"}

    answer = signed_in(by).post(reverse(page, args=[assessment.public_id]), sent)

    assert answer.status_code == 409
    kept = Activity.objects.get(verb="assessment.step_refused")
    assert (kept.actor, kept.record_id, kept.person_id) == (
        by,
        assessment.pk,
        assessment.person_id,
    )
    assert kept.changes == {"step": page, "state": state}
    assert Assessment.objects.get().state == state


@pytest.mark.parametrize(("state", "reason"), [("admitted", "work"), ("enrolled", "porque sí")])
def test_what_is_lacking_or_old_is_not_recorded_as_a_step_out_of_order(state, reason):
    assessment = AssessmentFactory(state=state, version=2)
    client = signed_in(assessment.enrolled_by)

    answer = client.post(
        address("assessment_withdraw", assessment), {"version": 1, "reason": reason}
    )

    assert answer.status_code == (409 if reason == "work" else 422)
    assert not Activity.objects.filter(verb="assessment.step_refused").exists()


def test_another_attempt_out_of_its_order_is_409_and_on_record():
    assessment = AssessmentFactory(certified=True)
    sent = {"key": uuid4(), "standard_version": assessment.standard_version_id}

    answer = signed_in(assessment.enrolled_by).post(address("assessment_repeat", assessment), sent)

    assert answer.status_code == 409
    kept = Activity.objects.get(verb="assessment.step_refused")
    assert kept.changes == {"step": "certification:assessment_repeat", "state": "certified"}


def test_what_a_sitting_cannot_decide_any_more_is_on_record():
    assessment = AssessmentFactory(closed_not_yet=True)
    minutes = {"held_on": timezone.localdate(), "minutes": "Acta", "present": "Marta Ruiz"}

    sitting = decide_batch([assessment], key=uuid4(), by=assessment.officer, **minutes)

    assert [each for each, _why in sitting.refused] == [assessment]
    kept = Activity.objects.get(verb="assessment.step_refused")
    assert kept.changes == {"step": "certification:batch_create", "state": "closed_not_yet"}


# Who trained somebody at another body


@pytest.mark.rule("CERT-3")
def test_whoever_trained_somebody_elsewhere_does_not_assess_her(django_assert_max_num_queries):
    assessment, evaluator = AssessmentFactory(in_training=True), UserFactory(evaluator=True)
    course = assessment.trainings.get()
    sent = {"version": 1, "outcome": "completed", "completed_on": timezone.localdate()}
    client, page = signed_in(assessment.enrolled_by), address("training_close", assessment)
    client.get(page)
    with django_assert_max_num_queries(15):
        assert str(evaluator) in client.get(page).content.decode()

    answer = client.post(page, sent | {"trainers": [evaluator.pk]})

    assert answer.status_code == 302
    assert Trainer.objects.get().user == evaluator
    person, today = assessment.person, timezone.localdate()
    with refusal(ConflictOfInterest):
        check_conflict(person, evaluator, on=today)
    check_conflict(person, UserFactory(evaluator=True), on=today)
    check_conflict(PersonFactory(), evaluator, on=today)
    course.refresh_from_db()
    last = max(course.ends_on, course.completed_on)
    with refusal(ConflictOfInterest):
        check_conflict(person, evaluator, on=add_months(last, 24))
    check_conflict(person, evaluator, on=add_months(last, 24) + timedelta(days=1))


# What the verifier reads


@pytest.mark.rule("CERT-9")
def test_what_was_met_with_a_note_is_listed_for_the_verifier():
    assessment = AssessmentFactory(evidence_closed=True, answers={"GO-02": "no"})
    session, by = assessment.sessions.get(), assessment.evaluator
    Observation.objects.create(
        client_id=uuid4(),
        session=session,
        device=session.observations.first().device,
        seq=90,
        item=assessment.standard_version.items.get(code="GO-03"),
        value="2",
        note="Medido dos veces",
        by=by,
    )
    judging.sign_judgement(assessment, version=1, recommendations="x", by=by)
    assessment.refresh_from_db()
    assessment = send(assessment)

    page = signed_in(assessment.verifier).get(address("portfolio_approve", assessment))

    [listed] = page.context["noted"]
    assert (listed["item"].code, listed["note"]) == ("GO-03", "Medido dos veces")
    assert "Cumplido, con una nota" in page.content.decode()


# What the diagnosis and the file warn of


@pytest.mark.parametrize("low", [True, False])
def test_a_low_band_warns_and_never_forbids(low, django_assert_max_num_queries):
    assessment = AssessmentFactory(enrolled_by=UserFactory(caseworker=True))
    client = signed_in(assessment.enrolled_by)
    answers = dict.fromkeys(["D1", "D2"], "nunca_lo_hice" if low else "solo")
    sent = {"version": 1} | {f"question_{code}": each for code, each in answers.items()}

    saved = client.post(address("diagnosis_record", assessment), sent, follow=True)
    with django_assert_max_num_queries(15):
        page = client.get(address("assessment_admit", assessment)).content.decode()

    advice = Recommendation.RESKILLING if low else Recommendation.ASSESSMENT
    assert Diagnosis.objects.get().recommendation == advice
    for told in (saved.content.decode(), page):
        assert str(advice.label) in told
        assert "Siga" in told
    assert ("recomienda antes una formación" in page) is low
    admitted = client.post(
        address("assessment_admit", assessment),
        {"version": 2, "candidate_name": "Rosa", "acknowledged": "on"},
    )
    assert admitted.status_code == 302


@pytest.mark.parametrize("lacking", ["age", "months", ""])
def test_who_lacks_what_the_standard_asks_for_is_enrolled_for_a_reason(lacking):
    today = timezone.localdate()
    person = PersonFactory(
        with_case=True,
        with_case__certification_track="eligible",
        with_case__outcome="eligible",
        birth_date=add_months(today, -12 * (17 if lacking == "age" else 18)),
        birth_precision="day",
    )
    months = 23 if lacking == "months" else 24
    person.jobs.create(
        start_date=add_months(today, -months),
        start_precision="day",
        end_date=today,
        end_precision="day",
    )
    ConsentFactory(person=person, purpose=ConsentPurpose.ASSESSMENT)
    version, by = StandardVersionFactory(), UserFactory(caseworker=True, at=person.office)
    given = {"key": uuid4(), "standard_version": version, "by": by}

    if not lacking:
        made = enrolling.enrol(person, entry_reason="De más", **given)
        assert made.entry_reason == ""
        return
    with refusal(enrolling.EntryNotMet):
        enrolling.enrol(person, **given)
    made = enrolling.enrol(person, entry_reason=" Muestra su obra ", **given)
    assert made.entry_reason == "Muestra su obra"


def test_what_the_file_does_not_say_lacks_nothing():
    person = PersonFactory(birth_date=None, birth_precision="")
    version, today = StandardVersionFactory(), timezone.localdate()

    assert enrolling.what_lacks(person, version, on=today) == []
    person.jobs.create(start_date=add_months(today, -1), start_precision="day")
    assert enrolling.what_lacks(person, version, on=today) == []
