"""The evaluator's pages under /evaluar/: what they show, and when."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from certification.actions import deciding, judging, sessions
from certification.choices import AssessmentState
from certification.models import Assessment, Observation
from certification.views.answers import portfolio_of
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    SessionFactory,
    best_answers,
    real_standard,
)

pytestmark = pytest.mark.django_db

STATES = list(AssessmentState)


def address(name, assessment, *more):
    return reverse(f"evaluation:{name}", args=[assessment.public_id, *more])


@pytest.fixture
def stopped(client):
    """An assessment that its evaluator has stopped, with one answer; she is signed in."""
    assessment = AssessmentFactory(in_assessment=True, answers={"GO-01": "si"})
    client.force_login(assessment.evaluator)
    return sessions.stop_for_safety(
        assessment, version=1, reason="Retiró la guarda", by=assessment.evaluator
    )


# After a stop for safety


@pytest.mark.rule("CERT-10")
def test_session_says_that_it_was_stopped_and_offers_only_to_close(client, stopped):
    page = client.get(address("session_open", stopped)).content.decode()

    assert "Detenida por seguridad: " in page
    assert date_format(timezone.localtime(stopped.stopped_at), "SHORT_DATETIME_FORMAT") in page
    assert "Retiró la guarda" in page
    assert f'href="{address("evidence_close", stopped)}"' in page
    assert address("safety_stop", stopped) not in page
    assert address("observation_record", stopped, "GO-02") not in page


@pytest.mark.rule("CERT-10")
def test_page_of_the_assessment_says_that_it_was_stopped_and_what_comes_next(client, stopped):
    page = client.get(stopped.get_absolute_url())

    assert "Retiró la guarda" in page.content.decode()
    assert page.context["next_step"] == "La persona evaluadora cierra la evidencia."
    assert [(str(each.title), each.url) for each in page.context["buttons"]] == [
        ("Cerrar la evidencia", address("evidence_close", stopped))
    ]


@pytest.mark.rule("CERT-10")
def test_page_of_an_item_leads_back_and_takes_no_answer(client, stopped):
    page = address("observation_record", stopped, "GO-02")

    shown = client.get(page)
    sent = client.post(page, {"value": "si", "note": "", "key": str(uuid4())})

    assert (shown.status_code, shown["Location"]) == (302, address("session_open", stopped))
    assert sent.status_code == 422
    text = sent.content.decode()
    assert "La sesión se detuvo por seguridad y ya no acepta respuestas" in text
    assert f'href="{address("session_open", stopped)}"' in text
    assert address("safety_stop", stopped) not in text
    assert Observation.objects.count() == 1


# A question that is read aloud


def test_desk_asks_of_a_question_whether_it_was_read_aloud_and_the_portfolio_shows_it(client):
    assessment = AssessmentFactory(in_assessment=True, standard_version=real_standard())
    client.force_login(assessment.evaluator)
    question, item = (
        address("observation_record", assessment, code) for code in ("CU-01", "GO-01")
    )
    said = {"value": "b", "note": "", "read_aloud": "on"}

    assert "read_aloud" not in client.get(item).context["form"].fields
    assert "Se leyó la pregunta" in client.get(question).content.decode()
    assert client.post(question, {**said, "key": str(uuid4())}).status_code == 302

    assert Observation.objects.get().read_aloud is True
    [shown] = portfolio_of(assessment)
    assert shown["read_aloud"] is True


# No result before its time


@pytest.mark.rule("CERT-6")
@pytest.mark.parametrize("state", [each for each in STATES if each != "evidence_closed"])
def test_result_is_shown_only_when_it_can_be_signed(client, state):
    session = {"answers": {"GO-01": "si", "GO-02": "si", "GO-03": "1"}}
    assessment = AssessmentFactory(state=state, **session if state == "in_assessment" else {})
    evaluator = assessment.evaluator or UserFactory(evaluator=True)
    Assessment.objects.filter(pk=assessment.pk).update(evaluator=evaluator)
    client.force_login(evaluator)
    page = address("judgement_sign", assessment)

    shown = client.get(page)
    sent = client.post(page, {"version": 1, "recommendations": "", "signed": "on"})

    assert shown.status_code in {302, 404}
    assert sent.status_code in {404, 409}
    assert "100.00" not in sent.content.decode()


def test_result_is_shown_to_whoever_signs_it_and_when_it_is_explained(client):
    assessment = AssessmentFactory(evidence_closed=True, competent=False)
    client.force_login(assessment.evaluator)

    before = client.get(address("judgement_sign", assessment))
    judging.sign_judgement(
        assessment, version=1, recommendations="Practicar el corte.", by=assessment.evaluator
    )
    after = client.get(address("verification_request", assessment))

    assert before.context["result"]["total"] == "60.00"
    assert after.context["result"] == before.context["result"]
    text = after.content.decode()
    assert "60.00 %" in text
    assert "Practicar el corte." in text


def test_explaining_waits_for_the_judgement(client):
    assessment = AssessmentFactory(evidence_closed=True)
    client.force_login(assessment.evaluator)

    answer = client.get(address("verification_request", assessment))

    assert (answer.status_code, answer["Location"]) == (302, assessment.get_absolute_url())


# An error stands at its field


@pytest.mark.rule("CERT-9")
@pytest.mark.parametrize(
    ("code", "value", "field"),
    [("GO-02", "no", "note"), ("GO-03", "9", "note"), ("GO-03", "tres", "value")],
)
def test_what_an_answer_lacks_is_said_at_its_field(client, code, value, field):
    session = SessionFactory()
    client.force_login(session.assessment.evaluator)

    answer = client.post(
        address("observation_record", session.assessment, code),
        {"value": value, "note": "", "key": str(uuid4())},
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_feedback_that_is_missing_is_said_at_its_field(client):
    assessment = AssessmentFactory(evidence_closed=True, competent=False)
    client.force_login(assessment.evaluator)

    answer = client.post(
        address("judgement_sign", assessment), {"version": 1, "recommendations": "", "signed": "on"}
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["recommendations"]


# The agenda


def agenda_of(client, evaluator):
    client.force_login(evaluator)
    page = client.get(reverse("evaluation:agenda"))
    return page, {
        str(title): [each["assessment"] for each in entries]
        for title, entries in page.context["groups"]
    }


def test_agenda_begins_with_today_and_ends_with_what_earlier_days_left(client):
    evaluator, today = UserFactory(evaluator=True), timezone.localdate()
    late, tomorrow, afternoon, morning, longer_ago = (
        AssessmentFactory(
            plan_agreed=True,
            evaluator=evaluator,
            scheduled_for=today + timedelta(days=days),
            scheduled_at=time(hour, 0),
        )
        for days, hour in [(-1, 9), (1, 8), (0, 14), (0, 8), (-9, 9)]
    )

    page, groups = agenda_of(client, evaluator)

    assert groups == {
        "Hoy": [morning, afternoon],
        "Próximos días": [tomorrow],
        "Días anteriores": [late, longer_ago],
    }
    assert page.content.decode().count("El día pasó") == 2


def test_agenda_leads_a_proposed_plan_to_agreeing(client):
    assessment = AssessmentFactory(planned=True)

    page, _groups = agenda_of(client, assessment.evaluator)

    link = reverse("certification:plan_agree", args=[assessment.public_id])
    assert f'href="{link}"' in page.content.decode()


def test_agenda_says_why_a_portfolio_came_back_until_it_is_signed_anew(client):
    assessment = AssessmentFactory(in_verification=True)
    back = deciding.return_to_evaluator(
        assessment, version=1, reason="Falta la escuadra", by=assessment.verifier
    )

    page, _groups = agenda_of(client, assessment.evaluator)
    judging.sign_judgement(back, version=2, recommendations="", by=assessment.evaluator)
    later, _groups = agenda_of(client, assessment.evaluator)

    assert "Devuelta" in page.content.decode()
    assert "Falta la escuadra" in page.content.decode()
    assert "Falta la escuadra" not in later.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_agenda_asks_the_same_questions_whatever_its_length(
    client, count, django_assert_num_queries
):
    evaluator = UserFactory(evaluator=True)
    for days in range(count):
        day = timezone.localdate() - timedelta(days=days)
        AssessmentFactory(evidence_closed=True, evaluator=evaluator, scheduled_for=day)
    client.force_login(evaluator)
    client.get(reverse("evaluation:agenda"))

    with django_assert_num_queries(8):
        client.get(reverse("evaluation:agenda"))


def test_best_answers_close_without_a_word(client):
    """The way of the pages, without a note where none is needed."""
    session = SessionFactory()
    assessment = session.assessment
    client.force_login(assessment.evaluator)

    for code, value in best_answers(assessment.standard_version).items():
        sent = {"value": value, "note": "", "key": str(uuid4())}
        answer = client.post(address("observation_record", assessment, code), sent)
        assert answer.status_code == 302

    assert answer["Location"] == address("session_open", assessment)
