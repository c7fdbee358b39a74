"""What a telephone sends without signal: once, in its order, and as of when it was noted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actions.users import set_active
from accounts.models import Activity
from accounts.roles import Role
from certification.actions import leaving, sessions
from certification.actions.accreditation import lift_suspension, suspend_accreditation
from certification.actions.certificate_life import suspend_certificate
from certification.actions.evaluators import lift_evaluator_suspension, suspend_evaluator
from certification.actions.parts import check_role
from certification.actions.refusals import NotInThatRole
from certification.choices import AssessmentState, LeaveReason
from certification.models import (
    AssessmentSession,
    Conflict,
    CorrectiveAction,
    EvaluatorAccreditation,
    Observation,
    Package,
    Receipt,
)
from tests.certification.steps import now
from tests.certification.telephone import ANSWERS, Telephone, downloaded, told
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory, CertificateFactory, ConflictFactory

pytestmark = pytest.mark.django_db


@pytest.mark.rule("CERT-6")
def test_a_whole_assessment_without_signal_arrives_as_it_was(agreed):
    phone = downloaded(agreed)
    noted = [
        phone.note(agreed, "start", value="DUI 017"),
        *[phone.note(agreed, item=code, value=value) for code, value in ANSWERS.items()],
        *phone.end(agreed),
    ]

    answer = phone.send(*noted)

    assert answer.status_code == 207
    assert told(answer) == [(201, "stored")] * 6
    assert now(agreed).state == AssessmentState.EVIDENCE_CLOSED
    assert AssessmentSession.objects.get().identity_checked == "DUI 017"
    assert sessions.answers_of(agreed) == ANSWERS
    assert [str(each) for each in Observation.objects.values_list("device", flat=True)] == [
        phone.id
    ] * 3
    numbers = [each["number"] for each in answer.json()["answers"]]
    assert numbers == [each.number for each in Receipt.objects.order_by("seq")]


def test_one_record_is_answered_with_its_own_status(running):
    phone = downloaded(running)
    record = phone.note(running, item="GO-01", value="si")

    statuses = [phone.send(record).status_code, phone.send(record).status_code]

    assert statuses == [201, 200]


@pytest.mark.rule("SEC-16")
def test_the_same_batch_twice_is_kept_once(running):
    phone = downloaded(running)
    batch = [phone.note(running, item=code, value=value) for code, value in ANSWERS.items()]

    first, again = phone.send(*batch), phone.send(*batch)

    assert told(first) == [(201, "stored")] * 3
    assert told(again) == [(200, "duplicate")] * 3
    assert [each["number"] for each in first.json()["answers"]] == [
        each["number"] for each in again.json()["answers"]
    ]
    assert Observation.objects.count() == Receipt.objects.count() == 3


@pytest.mark.rule("SEC-16")
@pytest.mark.django_db(transaction=True)
def test_the_same_record_from_two_threads_is_kept_once():
    running = AssessmentFactory(in_assessment=True)
    phone = downloaded(running)
    record = phone.note(running, item="GO-01", value="si")

    def send(_turn):
        try:
            other = Telephone(signed_in(running.evaluator))
            other.id, other.key = phone.id, phone.key
            return other.send(record).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(send, range(4)))

    assert statuses == [200, 200, 200, 201]
    assert Observation.objects.count() == Receipt.objects.count() == 1


@pytest.mark.rule("SEC-16")
def test_an_answer_that_was_lost_after_the_commit_is_given_again_after_the_end(running):
    phone = downloaded(running)
    record = phone.note(running, item="GO-01", value="si")
    number = phone.send(record).json()["answers"][0]["number"]
    leaving.withdraw(now(running), version=1, reason=LeaveReason.HEALTH, by=running.enrolled_by)

    [again] = phone.send(record).json()["answers"]

    assert (again["status"], again["number"]) == (200, number)
    assert not Conflict.objects.exists()


@pytest.mark.rule("SEC-16")
def test_the_same_id_with_other_content_is_refused(running):
    phone = downloaded(running)
    record = phone.note(running, item="GO-01", value="si")
    phone.send(record)

    answer = phone.send(record | {"value": "no", "note": "Otra cosa"})

    assert told(answer) == [(422, "refused")]
    assert "ya se recibió con otro contenido" in answer.json()["answers"][0]["reason"]
    assert Observation.objects.get().value == "si"


def test_the_same_number_with_another_id_is_refused(running):
    phone = downloaded(running)
    phone.send(phone.note(running, item="GO-01", value="si", seq=7))

    answer = phone.send(phone.note(running, item="GO-02", value="si", seq=7))

    assert told(answer) == [(422, "refused")]
    assert Observation.objects.count() == 1


def test_the_id_of_a_record_of_another_telephone_tells_nothing_and_is_refused(running):
    phone, other = downloaded(running), downloaded(running)
    record = phone.note(running, item="GO-01", value="si")
    phone.send(record)

    assert told(other.send(record)) == [(422, "refused")]
    assert Receipt.objects.count() == 1


def test_order_is_by_number_however_it_arrives(running):
    phone = downloaded(running)
    first = phone.note(running, item="GO-02", value="si", at="2031-01-01T00:00:00Z")
    second = phone.note(
        running, item="GO-02", value="no", note="Lo corrigió", at="2001-01-01T00:00:00Z"
    )

    phone.send(second)
    phone.send(first)

    assert sessions.answers_of(running)["GO-02"] == "no"


def test_in_one_batch_the_start_comes_before_its_answers(agreed):
    phone = downloaded(agreed)
    start = phone.note(agreed, "start", value="DUI 017")
    answer = phone.note(agreed, item="GO-01", value="si")

    assert told(phone.send(answer, start)) == [(201, "stored")] * 2


def test_an_answer_before_its_start_waits_on_the_telephone(agreed):
    phone = downloaded(agreed)
    phone.seq = 1
    answer = phone.note(agreed, item="GO-01", value="si")

    assert told(phone.send(answer)) == [(424, "refused")]
    phone.seq = 0
    phone.send(phone.note(agreed, "start", value="DUI 017"))
    assert told(phone.send(answer)) == [(201, "stored")]


@pytest.mark.rule("CERT-4")
def test_a_session_begins_when_the_telephone_says_and_never_before_the_download(agreed):
    phone = downloaded(agreed)
    built_at = timezone.now() - timedelta(days=2)
    Package.objects.update(built_at=built_at)
    noted = timezone.now() - timedelta(days=1)
    early = timezone.now() - timedelta(days=9)
    second = AssessmentFactory(plan_agreed=True, evaluator=agreed.evaluator)
    phone.download()
    Package.objects.filter(assessment=second).update(built_at=built_at)

    phone.send(phone.note(agreed, "start", value="DUI 017", at=noted.isoformat()))
    phone.send(phone.note(second, "start", value="DUI 018", at=early.isoformat()))

    assert abs(agreed.sessions.get().started_at - noted) < timedelta(seconds=5)
    assert second.sessions.get().started_at == built_at


@pytest.mark.rule("CERT-10")
@pytest.mark.parametrize("hours_off", [0, 6])
def test_a_session_that_is_told_of_later_stopped_and_ended_when_it_was(agreed, hours_off):
    phone = downloaded(agreed)
    Package.objects.update(built_at=timezone.now() - timedelta(days=2))
    began = timezone.now() - timedelta(days=1)
    off = timedelta(hours=hours_off)  # what the clock of the telephone lacks
    told_at = [(began + timedelta(minutes=each) - off).isoformat() for each in (0, 40, 45)]

    answer = phone.send(
        phone.note(agreed, "start", value="DUI 017", at=told_at[0]),
        phone.note(agreed, "stop", note="Retiró la guarda", at=told_at[1]),
        phone.note(agreed, "close", at=told_at[2]),
        sent_at=(timezone.now() - off).isoformat(),
    )

    assert told(answer) == [(201, "stored")] * 3
    session = agreed.sessions.get()
    moments = [session.started_at, now(agreed).stopped_at, session.ended_at]
    minutes = [round((each - began).total_seconds() / 60) for each in moments]
    assert minutes == [0, 40, 45]


@pytest.mark.parametrize("at", ["2001-01-01T00:00:00Z", "2091-01-01T00:00:00Z"])
def test_a_session_does_not_end_before_it_began_nor_later_than_now(running, at):
    phone = downloaded(running)

    phone.send(
        phone.note(running, "stop", note="Retiró la guarda", at=at),
        phone.note(running, "close", at=at),
    )

    session = running.sessions.get()
    assert session.started_at <= now(running).stopped_at <= session.ended_at <= timezone.now()


def test_two_clocks_that_are_nonsense_cost_no_start(agreed):
    phone = downloaded(agreed)
    start = phone.note(agreed, "start", value="DUI 017", at="0001-01-01T00:00:00Z")

    assert told(phone.send(start, sent_at="9999-12-31T23:59:59Z")) == [(201, "stored")]
    assert timezone.now() - agreed.sessions.get().started_at < timedelta(minutes=1)


@pytest.fixture
def suspended(agreed):
    """Centre and evaluator were suspended after the telephone had left; both by their actions."""
    phone, by = downloaded(agreed), UserFactory(programme_coordinator=True)
    Package.objects.update(built_at=timezone.now() - timedelta(days=3))
    held = {"standard": agreed.standard, "state": "accredited"}
    place = agreed.centre.accreditations.get(**held)
    person = agreed.evaluator.evaluator.accreditations.get(**held)
    suspend_accreditation(place, version=place.version, reason="Extintor", by=by)
    suspend_evaluator(person, version=person.version, reason="Una queja", by=by)
    return phone, place, person, by


@pytest.mark.rule("CERT-4")
@pytest.mark.parametrize(("days_ago", "statuses"), [(0, [422]), (2, [201])])
def test_a_suspension_after_the_session_does_not_undo_it(agreed, suspended, days_ago, statuses):
    phone, *_rest = suspended
    began = timezone.now() - timedelta(days=days_ago)

    answer = phone.send(phone.note(agreed, "start", value="DUI 017", at=began.isoformat()))

    assert [status for status, _outcome in told(answer)] == statuses


@pytest.mark.rule("CERT-4")
@pytest.mark.parametrize("which", [1, 2], ids=["centre", "evaluator"])
def test_a_suspension_that_was_lifted_since_the_session_still_held_then(agreed, suspended, which):
    phone, place, person, _by = suspended
    earlier = timezone.now() - timedelta(days=3)
    of = {1: "accreditation.suspended", 2: "evaluator.suspended"}[which]
    Activity.objects.filter(verb=of).update(at=earlier)
    for each, lift in ((place, lift_suspension), (person, lift_evaluator_suspension)):
        each.refresh_from_db()
        lift(each, version=each.version, by=UserFactory(programme_coordinator=True))
    began = (timezone.now() - timedelta(days=2)).isoformat()

    answer = phone.send(phone.note(agreed, "start", value="DUI 017", at=began))

    assert [status for status, _outcome in told(answer)] == [422]


@pytest.mark.rule("CERT-4")
def test_who_was_kept_out_or_lost_the_role_since_held_it_then():
    user, by = UserFactory(evaluator=True), UserFactory(administrator=True)
    before = timezone.now()
    role = user.role_assignments.get()
    role.ended_at, role.ended_by = timezone.now(), by
    role.save()
    user = set_active(user, active=False, version=user.version, by=by)
    today = timezone.localdate()

    check_role(user, Role.EVALUATOR, on=today, at=before)
    for at in (None, timezone.now()):
        with pytest.raises(NotInThatRole):
            check_role(user, Role.EVALUATOR, on=today, at=at)


@pytest.mark.rule("CERT-4")
def test_a_certificate_that_was_suspended_since_held_then():
    certificate, by = CertificateFactory(), UserFactory(officer=True)
    own = EvaluatorAccreditation(own_certificate=certificate)
    before, today = timezone.now(), timezone.localdate()
    suspend_certificate(certificate, version=certificate.version, reason="x", by=by)
    certificate.refresh_from_db()

    assert own.proof_holds_on(today, at=before)
    assert not own.proof_holds_on(today, at=timezone.now())
    assert not own.proof_holds_on(today)


@pytest.mark.rule("CERT-16")
@pytest.mark.parametrize(("days_ago", "statuses"), [(0, [422]), (1, [201])])
def test_what_became_overdue_after_the_session_does_not_undo_it(agreed, days_ago, statuses):
    CorrectiveAction.objects.create(
        accreditation=agreed.centre.accreditations.get(standard=agreed.standard),
        text="Extintor",
        due_on=timezone.localdate() - timedelta(days=1),
        raised_by=agreed.enrolled_by,
    )
    phone = downloaded(agreed)
    Package.objects.update(built_at=timezone.now() - timedelta(days=2))
    began = timezone.now() - timedelta(days=days_ago)

    answer = phone.send(phone.note(agreed, "start", value="DUI 017", at=began.isoformat()))

    assert [status for status, _outcome in told(answer)] == statuses


def test_a_clock_that_goes_wrong_costs_no_record(running):
    phone = downloaded(running)
    times = ["0001-01-01T00:00:00Z", "99999", "", "2026-13-45T00:00:00Z", None, 7]
    wrong = [phone.note(running, item="GO-01", value="si", at=each) for each in times]

    answer = phone.send(*wrong, sent_at="9999-12-31T23:59:59Z")

    assert told(answer) == [(201, "stored")] * len(times)


def test_how_far_the_clock_is_off_is_kept(running):
    phone = downloaded(running)
    early = timezone.now() - timedelta(hours=6)

    phone.send(phone.note(running, item="GO-01", value="si"), sent_at=early.isoformat())

    assert abs(Receipt.objects.get().clock_off - timedelta(hours=6)) < timedelta(seconds=5)


@pytest.mark.rule("CERT-9")
def test_what_lacks_its_note_is_refused_with_the_reason_and_can_be_sent_right(running):
    phone = downloaded(running)
    record = phone.note(running, item="GO-02", value="no")

    answer = phone.send(record)

    assert told(answer) == [(422, "refused")]
    assert answer.json()["answers"][0]["reason"] == "GO-02: anote lo que vio."
    assert not Receipt.objects.exists()
    assert told(phone.send(record | {"note": "Sin escuadra"})) == [(201, "stored")]


@pytest.mark.rule("CERT-6", "CERT-8")
@pytest.mark.parametrize(
    ("item", "value"),
    [("GO-01", "na"), ("GO-01", "cumple"), ("GO-03", "si"), ("GO-03", "1e3"), ("GO-99", "si")],
)
def test_an_answer_out_of_its_scale_is_refused(running, item, value):
    phone = downloaded(running)

    assert told(phone.send(phone.note(running, item=item, value=value))) == [(422, "refused")]
    assert not Observation.objects.exists()


@pytest.mark.rule("CERT-10")
def test_a_stop_for_safety_arrives(running):
    phone = downloaded(running)

    answer = phone.send(
        phone.note(running, "stop", note="Retiró la guarda"), phone.note(running, "close")
    )

    assert told(answer) == [(201, "stored")] * 2
    stopped = now(running)
    assert (stopped.stop_reason, stopped.state) == (
        "Retiró la guarda",
        AssessmentState.EVIDENCE_CLOSED,
    )


@pytest.mark.rule("CERT-8")
def test_an_end_with_an_item_left_blank_is_refused_and_can_be_sent_again(running):
    phone = downloaded(running)
    signed, end = phone.end(running)
    assert told(phone.send(signed, end)) == [(201, "stored"), (422, "refused")]

    phone.send(*[phone.note(running, item=code, value=each) for code, each in ANSWERS.items()])

    assert told(phone.send(end)) == [(201, "stored")]


@pytest.mark.rule("CERT-7")
def test_an_end_that_nobody_signed_is_refused_and_can_be_sent_again():
    answered = AssessmentFactory(in_assessment=True, answers=ANSWERS)
    phone = downloaded(answered)
    signed, end = phone.end(answered)

    refused = phone.send(end)

    assert told(refused) == [(422, "refused")]
    assert "Falta la firma" in refused.json()["answers"][0]["reason"]
    assert now(answered).state == AssessmentState.IN_ASSESSMENT
    assert told(phone.send(signed, end)) == [(201, "stored")] * 2
    assert now(answered).state == AssessmentState.EVIDENCE_CLOSED


def test_an_end_after_the_end_is_no_conflict():
    closed = AssessmentFactory(in_assessment=True, answers=ANSWERS)
    phone = downloaded(closed)
    sessions.close_evidence(now(closed), version=1, by=closed.evaluator)

    assert told(phone.send(phone.note(closed, "close"))) == [(201, "stored")]
    assert not Conflict.objects.exists()


def test_a_start_after_a_start_with_signal_keeps_the_session(running):
    phone = downloaded(running)

    assert told(phone.send(phone.note(running, "start", value="DUI 017"))) == [(201, "stored")]
    assert AssessmentSession.objects.count() == 1


def test_two_telephones_that_differ_are_both_kept_for_coordination(running):
    one, other = downloaded(running), downloaded(running)
    one.send(one.note(running, item="GO-02", value="si"))
    other.send(other.note(running, item="GO-02", value="no", note="No lo hizo"))

    assert Observation.objects.count() == 2
    assert [each.code for each in now(running).items_to_resolve()] == ["GO-02"]


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_receipt_is_written_once(change):
    receipt = ConflictFactory().receipt
    rows = Receipt.objects.filter(pk=receipt.pk)

    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        rows.update(body="otro") if change == "update" else rows._raw_delete(rows.db)
