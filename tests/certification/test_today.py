"""«Hoy» says what an assessment waits for, and of those that stand still to whom it matters."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from certification.actions import sessions
from certification.choices import BEGINS_WITHIN
from certification.contributions import today
from certification.models import Assessment, Plan
from tests.certification.visits import coordination_of, lines_of
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory, SessionFactory

pytestmark = pytest.mark.django_db


def answered_twice(session, *values):
    item = session.assessment.standard_version.items.get(code="GO-01")
    for value in values:
        sessions.record_observation(
            session,
            key=uuid4(),
            device=uuid4(),
            item=item,
            value=value,
            note="Visto.",
            by=session.assessment.evaluator,
        )
    return session.assessment


@pytest.mark.parametrize(
    ("state", "who", "words"),
    [
        ("enrolled", "enrolled_by", "Le toca registrar el diagnóstico."),
        ("planned", "evaluator", "Le toca acordar el plan con la persona."),
        ("plan_agreed", "evaluator", "Le toca empezarla el "),
        ("judged", "evaluator", "Le toca explicar el resultado"),
        ("in_verification", "verifier", "Le toca revisar el portafolio."),
        ("verified", "officer", "Le toca decidir."),
    ],
)
def test_whose_turn_it_is_is_told_so(state, who, words):
    assessment = AssessmentFactory(state=state)

    [line] = lines_of(getattr(assessment, who))

    assert words in str(line.detail)
    assert line.person == assessment.person_id
    assert lines_of(coordination_of(assessment)) == []


def test_answers_that_differ_wait_for_coordination():
    assessment = answered_twice(SessionFactory(), "si", "no")
    answered_twice(SessionFactory(), "si", "si")

    [line] = lines_of(coordination_of(assessment))
    [told] = lines_of(assessment.evaluator)

    assert line.url == assessment.get_absolute_url()
    assert str(line.state) == "Dos teléfonos difieren"
    assert "Le toca decidir cuál respuesta vale." in str(line.detail)
    assert "Coordinación decide cuál respuesta vale." in str(told.detail)
    assert lines_of(UserFactory(coordinator=True)) == []  # of another office


def test_what_was_decided_and_what_was_corrected_waits_no_more():
    decided = answered_twice(SessionFactory(), "si", "no")
    coordinator = coordination_of(decided)
    sessions.resolve_item(
        decided,
        item=decided.items_to_resolve().get(),
        observation=decided.sessions.get().observations.filter(value="si").last(),
        reason="Así se vio.",
        by=coordinator,
    )

    assert lines_of(coordinator) == []


def test_a_day_that_passed_is_told_to_everybody_who_can_do_something():
    day = timezone.localdate() - timedelta(2)
    assessment = AssessmentFactory(plan_agreed=True, scheduled_for=day)
    last = date_format(day + BEGINS_WITHIN)

    [hers] = lines_of(assessment.evaluator)
    others = [lines_of(each) for each in (assessment.enrolled_by, coordination_of(assessment))]

    assert f"Le toca empezarla: puede empezar hasta el {last}." in str(hers.detail)
    for [line] in others:
        assert f"La persona evaluadora puede empezarla hasta el {last}." in str(line.detail)
        assert str(line.state) == "El día pasó"


def test_a_day_that_is_missed_says_what_is_left_to_do():
    day = timezone.localdate() - BEGINS_WITHIN - timedelta(1)
    agreed = AssessmentFactory(plan_agreed=True, scheduled_for=day)
    proposed = AssessmentFactory(planned=True, scheduled_for=day)

    for assessment in (agreed, proposed):
        for user in (assessment.evaluator, assessment.enrolled_by, coordination_of(assessment)):
            [line] = lines_of(user)
            assert "elige otro" in str(line.detail)


def test_the_last_day_is_that_of_the_plan(client):
    day = timezone.localdate() - timedelta(2)
    assessment = AssessmentFactory(plan_agreed=True, scheduled_for=day)
    before = assessment.plans.get()
    for number, until in ((2, timezone.localdate()), (3, day)):
        Plan.objects.create(
            assessment=assessment,
            number=number,
            centre=before.centre,
            evaluator=before.evaluator,
            scheduled_for=day,
            scheduled_at=before.scheduled_at,
            begins_since=day,
            begins_until=until,
            reason="x",
            proposed_by=before.proposed_by,
        )
        [line] = lines_of(assessment.evaluator)
        words = f"hasta el {date_format(until)}" if until > day else "elige otro"
        assert words in str(line.detail)
    client.force_login(assessment.evaluator)
    [(_title, [entry])] = client.get(reverse("evaluation:agenda")).context["groups"]

    assert entry["step"] is None
    assert client.get(assessment.get_absolute_url()).context["buttons"] == []


def test_the_day_of_one_that_has_begun_is_not_late():
    day = timezone.localdate() - timedelta(3)
    assessment = AssessmentFactory(judged=True, scheduled_for=day)

    [line] = lines_of(assessment.evaluator)

    assert line.state == assessment.get_state_display()


@pytest.mark.rule("SEC-3")
def test_who_is_barred_from_the_file_learns_nothing_of_it():
    day = timezone.localdate() - timedelta(2)
    assessment = AssessmentFactory(plan_agreed=True, scheduled_for=day)
    coordinator = coordination_of(assessment)
    assessment.person.conflicts.create(
        user=coordinator, kind="relative", noted_by=assessment.enrolled_by
    )

    assert lines_of(coordinator) == []


def test_it_is_one_question(django_assert_num_queries):
    assessment = answered_twice(SessionFactory(), "si", "no")
    user = User.objects.get(pk=coordination_of(assessment).pk)
    assert user.current_roles

    with django_assert_num_queries(1):
        list(today.blocks(user))


def test_what_differs_is_the_same_on_the_page_and_in_the_list():
    assessment = answered_twice(SessionFactory(), "si", "no")

    [found] = Assessment.objects.turn_of(coordination_of(assessment))

    assert found.differs is found.items_to_resolve().exists() is True
