"""The desk's pages of an assessment: what they show, and to whom."""

from datetime import time, timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certification.actions.process import WINDOW, judgement_of
from certification.choices import AssessmentState
from certification.models import Observation
from certification.views.answers import portfolio_of, shown_result
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory, CentreFactory

pytestmark = pytest.mark.django_db


def address(name, assessment):
    return reverse(f"certification:{name}", args=[assessment.public_id])


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def observe(session, item, value, *, seq, device):
    by = session.assessment.evaluator
    told = {"session": session, "item": item, "value": value, "seq": seq, "device": device}
    Observation.objects.create(client_id=uuid4(), by=by, **told)


def test_portfolio_is_for_those_who_act_and_for_coordination():
    assessment = AssessmentFactory(verified=True)
    coordinator = UserFactory(coordinator=True, at=assessment.person.office)
    answers = {
        assessment.evaluator: 200,
        assessment.verifier: 200,
        assessment.officer: 200,
        coordinator: 200,
        assessment.enrolled_by: 403,
    }

    page = address("portfolio_detail", assessment)
    assert {user: signed_in(user).get(page).status_code for user in answers} == answers


def test_portfolio_shows_no_result_before_the_judgement(client):
    assessment = AssessmentFactory(in_assessment=True)
    client.force_login(assessment.evaluator)

    assert client.get(address("portfolio_detail", assessment)).status_code == 404


@pytest.mark.rule("CERT-9")
def test_portfolio_has_every_answer_with_its_note():
    assessment = AssessmentFactory(in_verification=True, competent=False)

    shown = [
        (each["item"].code, each["answer"], each["note"], each["met"])
        for each in portfolio_of(assessment)
    ]

    assert shown == [
        ("GO-01", "No", "No lo hizo.", False),
        ("GO-02", "Sí", "", True),
        ("GO-03", "3 mm", "", True),
    ]


def test_portfolio_shows_the_last_answer_of_the_device():
    assessment = AssessmentFactory(in_assessment=True)
    session, item = assessment.sessions.get(), assessment.standard_version.items.get(code="GO-03")
    for seq, value in enumerate(["9", "2.5"], start=1):
        observe(session, item, value, seq=seq, device=UUID(int=1))

    assert [each["answer"] for each in portfolio_of(assessment)] == ["2.5 mm"]


def test_result_names_the_instruments_in_the_order_of_the_standard():
    assessment = AssessmentFactory(judged=True)
    stored = judgement_of(assessment).result
    version = assessment.standard_version

    assert shown_result(stored, version)["instruments"] == [("Guía", "100.00")]


def test_choice_is_shown_with_its_text():
    item = AssessmentFactory().standard_version.items.first()
    item.scale, item.options = "opcion_multiple", [["a", "Yeso"], ["b", "Cemento"]]

    assert item.in_words("b") == "b) Cemento"


@pytest.mark.parametrize("state", ["planned", "plan_agreed"])
def test_a_day_that_is_long_over_says_so_and_offers_no_beginning(client, state):
    over = timezone.localdate() - WINDOW - timedelta(days=1)
    assessment = AssessmentFactory(**{state: True}, scheduled_for=over)
    client.force_login(assessment.evaluator)

    page = client.get(assessment.get_absolute_url())

    assert page.context["buttons"] == []
    assert "El día del plan ya pasó" in page.content.decode()


def test_a_day_that_has_just_passed_can_still_begin(client):
    assessment = AssessmentFactory(plan_agreed=True, scheduled_for=timezone.localdate() - WINDOW)
    client.force_login(assessment.evaluator)

    page = client.get(assessment.get_absolute_url())

    assert [each.primary for each in page.context["buttons"]] == [True]


def test_plan_is_proposed_on_its_page(client):
    assessment = AssessmentFactory(admitted=True)
    evaluator, centre = UserFactory(evaluator=True), CentreFactory()
    client.force_login(assessment.enrolled_by)

    answer = client.post(
        address("plan_propose", assessment),
        {
            "centre": centre.pk,
            "evaluator": evaluator.pk,
            "scheduled_for": timezone.localdate().isoformat(),
            "scheduled_at": "09:30",
            "version": assessment.version,
        },
    )

    assert answer.status_code == 302
    assessment.refresh_from_db()
    assert (assessment.state, assessment.scheduled_at) == (AssessmentState.PLANNED, time(9, 30))
    assert (assessment.centre, assessment.evaluator) == (centre, evaluator)


def test_agenda_lists_only_what_is_left_to_do(client):
    evaluator = UserFactory(evaluator=True)
    mine = AssessmentFactory(plan_agreed=True, evaluator=evaluator)
    AssessmentFactory(in_verification=True, evaluator=evaluator)
    AssessmentFactory(plan_agreed=True)
    client.force_login(evaluator)

    page = client.get(reverse("evaluation:agenda"))

    assert page.context["page"].rows == [mine]


def test_who_cannot_decide_between_two_answers_gets_no_link():
    assessment = AssessmentFactory(in_assessment=True)
    session, item = assessment.sessions.get(), assessment.standard_version.items.get(code="GO-01")
    for number, value in enumerate(["si", "no"], start=1):
        observe(session, item, value, seq=1, device=UUID(int=number))
    link = reverse("certification:item_resolve", args=[assessment.public_id, "GO-01"])

    page = assessment.get_absolute_url()
    hers = signed_in(assessment.evaluator).get(page).content.decode()
    coordinator = UserFactory(coordinator=True, at=assessment.person.office)
    theirs = signed_in(coordinator).get(page).content.decode()

    assert "GO-01" in hers
    assert (link in hers, link in theirs) == (False, True)


def test_page_of_an_assessment_asks_few_questions(client, django_assert_max_num_queries):
    assessment = AssessmentFactory(in_verification=True)
    client.force_login(assessment.verifier)
    client.get(assessment.get_absolute_url())

    with django_assert_max_num_queries(15):
        client.get(assessment.get_absolute_url())
    with django_assert_max_num_queries(15):
        client.get(address("portfolio_detail", assessment))
