"""Another attempt after «not yet competent»: when it may begin, and what is not asked again."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from beneficiaries.choices import Service
from beneficiaries.registry import INDICATORS
from certification.actions import enrolling, judging, leaving, sessions
from certification.actions.reassessing import (
    TooEarly,
    TrainingFirst,
    reassess,
    what_carries_over,
)
from certification.actions.refusals import AssessmentClosed, OutOfStep
from certification.choices import (
    AssessmentState,
    JudgementOutcome,
    LeaveReason,
    Route,
    TrainingOutcome,
)
from certification.models import (
    Assessment,
    CarriedInstrument,
    Judgement,
    Observation,
    Training,
)
from reporting.indicators.figures import counted_rows
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    ConflictFactory,
    StandardVersionFactory,
    TrainingFactory,
    agreed_on,
    best_answers,
    let_assess,
    next_version,
    real_standard,
)

pytestmark = pytest.mark.django_db

S = AssessmentState


def again(assessment, **answers):
    kept = {
        "key": uuid4(),
        "standard_version": assessment.standard_version,
        "by": assessment.enrolled_by,
    }
    return reassess(assessment, **kept | answers)


def decided(days_ago=15, **values):
    """Somebody who was told «not yet competent» so many days ago."""
    assessment = AssessmentFactory(closed_not_yet=True, **values)
    moment = timezone.now() - timedelta(days=days_ago)
    Assessment.objects.filter(pk=assessment.pk).update(decided_at=moment)
    assessment.refresh_from_db()
    return assessment


def trained(assessment, outcome=TrainingOutcome.COMPLETED):
    done = {"closed_at": timezone.now(), "closed_by": assessment.enrolled_by, "outcome": outcome}
    if outcome == TrainingOutcome.COMPLETED:
        done["completed_on"] = timezone.localdate()
    return TrainingFactory(assessment=assessment, **done)


def test_another_attempt_follows_the_first_with_a_reference_of_its_own():
    first = decided()

    second = again(first)

    assert (second.attempt, second.previous, second.route) == (2, first, Route.REASSESSMENT)
    assert (second.state, second.reference != first.reference) == (S.ENROLLED, True)
    assert (second.person, second.standard) == (first.person, first.standard)


def test_the_same_form_sent_twice_begins_one():
    first, key = decided(), uuid4()

    assert again(first, key=key) == again(first, key=key)
    assert first.following.count() == 1


def test_it_begins_after_fifteen_days_or_a_training(settings):
    early = decided(days_ago=settings.REASSESSMENT_DAYS - 1)

    with pytest.raises(TooEarly), transaction.atomic():
        again(early)
    trained(early, TrainingOutcome.NOT_COMPLETED)

    assert again(early).attempt == 2


@pytest.mark.rule("CERT-10")
def test_who_was_stopped_for_safety_is_trained_first():
    stopped = decided(days_ago=60)
    stop = {"stopped_at": timezone.now(), "stop_reason": "Sin arnés."}
    Assessment.objects.filter(pk=stopped.pk).update(**stop)
    stopped.refresh_from_db()

    for _each in range(2):
        with pytest.raises(TrainingFirst), transaction.atomic():
            again(stopped)
        trained(stopped, TrainingOutcome.NOT_COMPLETED)
    trained(stopped)

    assert again(stopped).carried.count() == 0


@pytest.mark.parametrize("state", sorted(set(S) - {S.CLOSED_NOT_YET}))
def test_it_follows_that_result_and_no_other(state):
    assessment = AssessmentFactory(state=state)

    with pytest.raises(OutOfStep):
        again(assessment)


@pytest.mark.rule("CERT-10")
def test_a_training_from_before_the_result_opens_no_other_attempt():
    first = decided(days_ago=3)
    earlier = trained(first)
    before = first.decided_at - timedelta(days=30)
    Training.objects.filter(pk=earlier.pk).update(referred_at=before)

    with pytest.raises(TooEarly):
        again(first)
    Assessment.objects.filter(pk=first.pk).update(stopped_at=before, stop_reason="Resbaló")
    with pytest.raises(TrainingFirst):
        again(first)


def test_one_attempt_follows_unless_it_was_left():
    first = decided()
    second = again(first)

    with pytest.raises(ValidationError), transaction.atomic():
        again(first)
    with pytest.raises(IntegrityError, match="followed_by_one"), transaction.atomic():
        AssessmentFactory(
            person=first.person,
            standard_version=StandardVersionFactory(),
            attempt=2,
            previous=first,
        )
    leaving.withdraw(second, version=1, reason=LeaveReason.WORK, by=first.enrolled_by)

    assert again(first).attempt == 2


@pytest.mark.rule("CERT-20")
def test_a_person_counts_once_and_her_attempts_each():
    first = decided()
    second = again(first)
    AssessmentFactory(judged=True)
    Judgement.objects.create(
        assessment=second,
        inputs_sha256="0" * 64,
        result={},
        outcome=JudgementOutcome.COMPETENT,
        signed_by=UserFactory(),
        status=first.judgements.get().status,
        sector=first.judgements.get().sector,
    )

    found = {
        code: counted_rows(INDICATORS[code], known_at=timezone.now())
        for code in ("GS-1.1", "GS-1.1a")
    }

    assert [row.person for row in found["GS-1.1"]].count(first.person_id) == 1
    assert [row.person for row in found["GS-1.1a"]].count(first.person_id) == 2
    assert (len(found["GS-1.1"]), len(found["GS-1.1a"])) == (2, 3)


def test_only_a_version_of_the_same_standard_follows():
    with pytest.raises(enrolling.StandardNotInForce):
        again(decided(), standard_version=StandardVersionFactory())


# What is not asked again


def real(answers, **values):
    """An assessment against CON-002 that was judged with these answers."""
    assessment = AssessmentFactory(
        evidence_closed=True, standard_version=real_standard(), answers=answers
    )
    judging.sign_judgement(
        assessment, version=1, recommendations="Practique.", by=assessment.evaluator
    )
    moment = timezone.now() - timedelta(days=20)
    officer, verifier = (AssessmentFactory(verified=True) for _each in range(2))
    Assessment.objects.filter(pk=assessment.pk).update(
        state=S.CLOSED_NOT_YET,
        decided_at=moment,
        officer=officer.officer,
        verifier=verifier.verifier,
        **values,
    )
    assessment.refresh_from_db()
    return assessment


def carried(assessment):
    return [each.code for each, _ in what_carries_over(assessment, assessment.standard_version)]


@pytest.mark.rule("CERT-11")
@pytest.mark.parametrize(
    ("answers", "codes"),
    [
        (
            {"GO-12": "no"},
            ["LC", "CU"],
        ),  # above its minimum, with a critical item failed
        ({"LC-05": "79.9"}, ["GO", "CU"]),
        ({"GO-06": "no", "LC-09": "no"}, ["CU"]),  # the criterion of both is not covered
    ],
)
def test_what_was_met_is_carried_over_without_critical_or_safety_failures(answers, codes):
    assert carried(real(answers)) == codes


@pytest.mark.rule("CERT-11")
def test_it_carries_over_for_a_hundred_and_eighty_days_and_in_the_same_version(settings):
    assessment = real({"GO-12": "no"})
    other = next_version(assessment.standard_version)

    assert what_carries_over(assessment, other) == []
    with time_machine.travel(timezone.now() + timedelta(days=settings.CARRIED_OVER_DAYS - 1)):
        assert carried(assessment) == ["LC", "CU"]
    with time_machine.travel(timezone.now() + timedelta(days=settings.CARRIED_OVER_DAYS + 1)):
        assert carried(assessment) == []


def in_session(first, **answers):
    """The next attempt of somebody, begun on the day of its plan."""
    instruments = [each for each, _ in what_carries_over(first, first.standard_version)]
    second = again(first, carried=instruments)
    ready = {
        "state": S.PLANNED,
        "evaluator": first.evaluator,
        "centre": first.centre,
        "scheduled_for": timezone.localdate(),
        "scheduled_at": time(9),
    }
    Assessment.objects.filter(pk=second.pk).update(**ready | answers)
    second.refresh_from_db()
    let_assess(second.standard, centre=second.centre, evaluator=second.evaluator)
    return agreed_on(second)


@pytest.mark.rule("CERT-11")
def test_what_is_carried_over_is_not_asked_and_counts_in_the_judgement():
    second = in_session(real({"GO-12": "no"}))
    by = second.evaluator
    session = sessions.start_session(second, version=1, identity_checked="DUI", by=by)
    best = best_answers(second.standard_version)
    asked = list(second.items_to_answer().order_by("position"))
    for item in asked:
        told = {"key": uuid4(), "device": uuid4(), "value": best[item.code], "note": ""}
        sessions.record_observation(session, item=item, by=by, **told)
    other = second.standard_version.items.get(code="CU-01")
    with pytest.raises(AssessmentClosed), transaction.atomic():
        sessions.record_observation(
            session, key=uuid4(), device=uuid4(), item=other, value="a", note="", by=by
        )

    closed = sessions.close_evidence(second, version=2, by=by)
    judgement = judging.sign_judgement(closed, version=3, recommendations="", by=by)

    assert {each.instrument.code for each in asked} == {"GO"}
    assert (judgement.outcome, judgement.result["total"]["shown"]) == ("competent", 10_000)
    assert judgement.result["not_asked"] == []


@pytest.mark.rule("CERT-11")
def test_what_is_too_old_on_the_day_of_the_session_is_asked_again(settings):
    later = timezone.now() + timedelta(days=settings.CARRIED_OVER_DAYS + 1)
    day = timezone.localdate(later)
    second = in_session(real({"GO-12": "no"}), scheduled_for=day)

    with time_machine.travel(later):
        sessions.start_session(second, version=1, identity_checked="DUI", by=second.evaluator)

    assert second.items_to_answer().count() == second.standard_version.items.count()
    activity = Activity.objects.get(verb="assessment.to_be_repeated")
    assert sorted(activity.changes["instruments"]) == ["CU", "LC"]


@pytest.mark.rule("CERT-11")
def test_a_session_that_is_told_of_later_is_weighed_by_its_own_day(settings):
    began = timezone.now() + timedelta(days=settings.CARRIED_OVER_DAYS - 1)
    day = timezone.localdate(began)
    second = in_session(real({"GO-12": "no"}), scheduled_for=day)

    with time_machine.travel(began + timedelta(days=3)):
        sessions.start_session(
            second, version=1, identity_checked="DUI", by=second.evaluator, at=began
        )

    assert second.carried.exists()


def test_a_third_attempt_counts_the_days_from_where_it_was_met():
    first = real({"GO-12": "no"})
    second = in_session(first)
    met = {each.instrument_id: each.judgement for each in second.carried.all()}

    assert set(met.values()) == {judging.judgement_of(first)}


# The page


def test_the_page_offers_what_was_met_and_begins(client):
    first = real({"GO-12": "no"})
    client.force_login(first.enrolled_by)
    page = reverse("certification:assessment_repeat", args=[first.public_id])

    shown = client.get(page)
    form = shown.context["form"]
    begun = client.post(
        page,
        {
            "key": str(uuid4()),
            "standard_version": first.standard_version_id,
            "carried": [each.pk for each in form.fields["carried"].queryset],
        },
        follow=True,
    )

    [second] = first.following.all()
    assert [each.instrument.code for each in second.carried.order_by("pk")] == ["LC", "CU"]
    assert begun.redirect_chain[-1][0] == second.get_absolute_url()
    assert first.reference in begun.content.decode()


def test_the_page_says_from_which_day_on(client):
    early = decided(days_ago=1)
    client.force_login(early.enrolled_by)
    page = reverse("certification:assessment_repeat", args=[early.public_id])

    refused = client.post(
        page, {"key": str(uuid4()), "standard_version": early.standard_version_id}
    )

    assert refused.status_code == 422
    assert "puede comenzar" in refused.content.decode()


def test_the_result_leads_to_another_attempt_until_there_is_one(client):
    first = decided(days_ago=40)
    client.force_login(first.enrolled_by)

    before = client.get(first.get_absolute_url()).context["buttons"]
    again(first)
    after = client.get(first.get_absolute_url()).context["buttons"]

    assert [each.primary for each in before] == [True, False]
    assert after == []


# Training


def test_whoever_is_trained_elsewhere_has_received_the_service_once_it_is_closed(client):
    assessment = AssessmentFactory(diagnosed=True)
    provider = AssessmentFactory(in_training=True).trainings.get().provider
    client.force_login(assessment.enrolled_by)
    page = reverse("certification:training_refer", args=[assessment.public_id])
    answers = {"version": 1, "service": Service.RESKILLING, "provider": provider.pk}

    half = client.post(page, answers)
    whole = client.post(page, answers | {"ends_on": timezone.localdate().isoformat()})
    closed = client.post(
        reverse("certification:training_close", args=[assessment.public_id]),
        {"version": 2, "outcome": "completed", "completed_on": timezone.localdate().isoformat()},
    )

    assert (half.status_code, list(half.context["form"].errors)) == (422, ["ends_on"])
    assert (whole.status_code, closed.status_code) == (302, 302)
    assessment.refresh_from_db()
    assert assessment.state == S.DIAGNOSED
    record = assessment.person.services.get()
    assert (record.service, record.organization) == (Service.RESKILLING, provider)
    assert Observation.objects.count() == 0


@pytest.mark.parametrize("conflicts", [0, 2])
def test_the_page_of_a_second_result_asks_few_questions(
    client, django_assert_max_num_queries, conflicts
):
    first = decided()
    second = AssessmentFactory(
        closed_not_yet=True,
        person=first.person,
        standard_version=first.standard_version,
        attempt=2,
        previous=first,
        route=Route.AFTER_TRAINING,
    )
    CarriedInstrument.objects.create(
        assessment=second,
        instrument=first.standard_version.instruments.first(),
        judgement=first.judgements.get(),
    )
    TrainingFactory(assessment=second)
    ConflictFactory.create_batch(conflicts, assessment=second)
    client.force_login(UserFactory(coordinator=True, at=first.person.office))
    page = second.get_absolute_url()
    client.get(page)

    with django_assert_max_num_queries(15):
        assert client.get(page).status_code == 200
