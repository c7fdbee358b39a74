"""What is kept of a session besides its answers: consents shown, safety looked at, pauses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from certification.actions import pausing, sessions
from certification.actions.refusals import AssessmentClosed, NotYours
from certification.models import AssessmentSession, SessionPause
from tests.certification.telephone import Telephone, told
from tests.certification.unchanged import refusal
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import AssessmentFactory

pytestmark = pytest.mark.django_db


def address(name, assessment):
    return reverse(f"evaluation:{name}", args=[assessment.public_id])


@pytest.mark.rule("CASE-3", "CERT-10")
def test_consents_are_shown_at_the_start_and_kept_with_what_was_looked_at():
    assessment = AssessmentFactory(plan_agreed=True)
    given = assessment.person.consents.get(purpose="assessment")
    client, page = signed_in(assessment.evaluator), address("session_start", assessment)
    seen = {"identity_checked": "DUI", "version": 1}

    shown = client.get(page).content.decode()
    half = client.post(page, seen | {"safety": ["area"]})

    assert given.get_purpose_display() in shown
    assert f"(texto v{given.notice.number}, " in shown
    assert (half.status_code, list(half.context["form"].errors)) == (422, ["safety"])
    with refusal(sessions.SafetyNotChecked):
        sessions.start_session(
            assessment,
            version=1,
            identity_checked="DUI",
            safety=["area"],
            by=assessment.evaluator,
        )
    assert client.post(page, seen | {"safety": ["area", "protection"]}).status_code == 302
    session = AssessmentSession.objects.get()
    day = timezone.localdate(given.given_at).isoformat()
    kept = {"purpose": "assessment", "notice": given.notice.number, "on": day}
    assert kept in session.consents
    assert (session.safety, session.started_by) == (["area", "protection"], assessment.evaluator)
    for change in ({"safety": []}, {"consents": []}):
        with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
            AssessmentSession.objects.update(**change)
    early = session.started_at - timedelta(minutes=1)
    with pytest.raises(IntegrityError, match="after_it_began"), transaction.atomic():
        AssessmentSession.objects.update(ended_at=early)


def test_a_pause_is_kept_with_its_beginning_and_end_and_stands_in_the_portfolio(
    django_assert_max_num_queries,
):
    assessment = AssessmentFactory(in_assessment=True, answers={"GO-01": "no", "GO-02": "si"})
    client, page = signed_in(assessment.evaluator), address("session_pause", assessment)
    with refusal(NotYours):
        pausing.pause_session(assessment, by=UserFactory(evaluator=True))

    assert client.get(page).status_code == 405
    assert "Pausa" in client.get(address("session_open", assessment)).content.decode()
    for _sent in range(2):
        client.post(page, {"act": "pause"})
    with django_assert_max_num_queries(15):
        stands = client.get(address("session_open", assessment)).content.decode()
    for _sent in range(2):
        client.post(page, {"act": "resume"})
    client.post(page, {"act": "pause"})  # another, which ends with the session
    first, second = SessionPause.objects.order_by("pk")

    assert "El reloj está detenido desde las" in stands
    assert (first.by, first.ended_at >= first.started_at) == (assessment.evaluator, True)
    assert second.ended_at is None
    with pytest.raises(IntegrityError, match="pause_one_at_a_time"), transaction.atomic():
        SessionPause.objects.create(session=first.session, by=assessment.evaluator)
    for change in ({"started_at": timezone.now()}, {"ended_at": None}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            SessionPause.objects.filter(pk=first.pk).update(**change)
    sessions.stop_for_safety(assessment, version=1, reason="x", by=assessment.evaluator)
    with refusal(AssessmentClosed):
        pausing.resume_session(assessment, by=assessment.evaluator)
    sessions.close_evidence(assessment, version=2, by=assessment.evaluator)
    second.refresh_from_db()
    assert second.ended_at is not None
    client.post(
        address("judgement_sign", assessment), {"version": 3, "recommendations": "x", "signed": 1}
    )
    portfolio = client.get(
        reverse("certification:portfolio_detail", args=[assessment.public_id])
    ).content.decode()
    assert f"{timezone.localtime(first.started_at):%H:%M}–" in portfolio


def test_a_pause_ends_with_the_next_work_and_not_with_what_was_noted_before_it():
    assessment = AssessmentFactory(plan_agreed=True)
    client = signed_in(assessment.evaluator)
    phone, other = Telephone(client), Telephone(client)
    for each in (phone, other):
        each.register()
        each.download()
    earlier = other.note(assessment, item="GO-01", value="si")
    phone.send(phone.note(assessment, "start", value="DUI", note="protection area"))
    paused = phone.note(assessment, "pause")
    in_a_while = (timezone.now() + timedelta(hours=1)).isoformat()  # read as now
    later = phone.note(assessment, item="GO-02", value="si", at=in_a_while)
    phone.send(paused)

    assert told(other.send(earlier)) == [(201, "stored")]
    assert SessionPause.objects.get().ended_at is None
    assert told(phone.send(later)) == [(201, "stored")]
    first = SessionPause.objects.get()
    assert first.started_at < first.ended_at
    client.post(address("session_pause", assessment))
    page = reverse("evaluation:observation_record", args=[assessment.public_id, "GO-03"])
    key = client.get(page).context["form"]["key"].value()
    assert client.post(page, {"value": "2.5", "key": key}).status_code == 302
    assert SessionPause.objects.filter(ended_at=None).count() == 0


def test_a_telephone_tells_what_was_looked_at_and_its_pauses():
    assessment = AssessmentFactory(plan_agreed=True)
    phone = Telephone(signed_in(assessment.evaluator))
    phone.register()
    package = phone.download().json()["packages"][0]

    sent = phone.send(
        phone.note(assessment, "start", value="DUI", note="protection area"),
        phone.note(assessment, "pause"),
        phone.note(assessment, "pause"),
        phone.note(assessment, "resume"),
        phone.note(assessment, "resume"),
    )

    assert told(sent) == [(201, "stored")] * 5
    given = assessment.person.consents.get(purpose="assessment")
    day = f"{timezone.localdate(given.given_at):%d/%m/%Y}"
    assert (
        f"Evaluación de competencias (texto v{given.notice.number}, {day})" in package["consents"]
    )
    session = assessment.sessions.get()
    assert session.safety == ["area", "protection"]
    pause = session.pauses.get()
    assert session.started_at <= pause.started_at <= pause.ended_at
    # One point alone is no start, and none at all neither.
    other = AssessmentFactory(plan_agreed=True, evaluator=assessment.evaluator)
    phone.download()
    for seen in ("area", "", " "):
        half = phone.send(phone.note(other, "start", value="DUI", note=seen))
        assert told(half) == [(422, "refused")]
    assert not other.sessions.exists()


def test_what_is_told_of_later_was_begun_with_the_consents_of_its_own_hour():
    person = AssessmentFactory(plan_agreed=True).person
    now = timezone.now()
    began = now - timedelta(hours=20)
    person.consents.update(given_at=now - timedelta(days=3))
    ConsentFactory(person=person, purpose="image", given_at=now - timedelta(days=2))
    ended = {"withdrawn_at": now - timedelta(hours=1), "withdrawn_by": UserFactory()}
    person.consents.filter(purpose="image").update(**ended)
    ConsentFactory(person=person, purpose="research", given_at=now)

    then = {each["purpose"] for each in sessions.consents_of(person, began)}
    today = {each["purpose"] for each in sessions.consents_of(person)}

    assert then == {"assessment", "image"}
    assert today == {"assessment", "research"}
