"""What telephones take along and what they send: once, in order, and never lost."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actions.users import set_active
from accounts.models import Activity, ReadLog, User
from accounts.roles import Role
from beneficiaries.models import Consent
from certification.actions import deciding, judging, leaving, records, sessions, settling
from certification.actions.accreditation import lift_suspension, suspend_accreditation
from certification.actions.certificate_life import suspend_certificate
from certification.actions.certificates import last_three
from certification.actions.evaluators import lift_evaluator_suspension, suspend_evaluator
from certification.actions.parts import check_role
from certification.actions.refusals import NotInThatRole
from certification.choices import (
    CHECKLIST,
    PACKAGE_FORMAT,
    AssessmentState,
    LeaveReason,
    Settlement,
)
from certification.contributions import today
from certification.models import (
    Assessment,
    AssessmentSession,
    Conflict,
    CorrectiveAction,
    EvaluatorAccreditation,
    ItemResolution,
    Observation,
    Package,
    Phone,
    Receipt,
)
from tests.certification.telephone import FIELD, Telephone, told
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    ConflictFactory,
    PhoneFactory,
    real_standard,
)

pytestmark = pytest.mark.django_db

ANSWERS = {"GO-01": "si", "GO-02": "si", "GO-03": "2.5"}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def downloaded(assessment):
    """The telephone of the evaluator, with the assessment on it."""
    phone = Telephone(signed_in(assessment.evaluator))
    assert phone.register().status_code == 201
    assert str(assessment.public_id) in phone.download().content.decode()
    return phone


@pytest.fixture
def agreed():
    return AssessmentFactory(plan_agreed=True)


@pytest.fixture
def running():
    return AssessmentFactory(in_assessment=True)


def now(assessment):
    return Assessment.objects.get(pk=assessment.pk)


# Whose telephone it is


def test_a_telephone_is_registered_once(running):
    phone = Telephone(signed_in(running.evaluator))

    first, again = phone.register(), phone.register()

    assert (first.status_code, again.status_code) == (201, 201)
    assert Phone.objects.get().user == running.evaluator
    assert Activity.objects.filter(verb="phone.registered").count() == 1


def test_a_telephone_does_not_become_another_s(running):
    phone = Telephone(signed_in(running.evaluator))
    phone.register()
    phone.client = signed_in(UserFactory(evaluator=True))

    answers = [phone.register(), phone.download(), phone.send(phone.note(running))]

    assert [each.status_code for each in answers] == [403, 403, 403]
    assert "no está registrado a su nombre" in answers[0].json()["reason"]
    assert Phone.objects.get().user == running.evaluator


def test_a_telephone_with_another_key_is_another(running):
    phone = Telephone(signed_in(running.evaluator))
    phone.register()

    answer = phone.register(public_key=Telephone(None).public_key)

    assert answer.status_code == 403
    assert Phone.objects.get().public_key == phone.public_key


@pytest.mark.parametrize("key", ["", "no es una clave", "QUJD", "A" * 201])
def test_what_is_no_key_is_refused(running, key):
    phone = Telephone(signed_in(running.evaluator))

    assert phone.register(public_key=key).status_code == 422
    assert not Phone.objects.exists()


def test_a_withdrawn_telephone_takes_nothing_along_and_hands_nothing_in(running):
    phone = downloaded(running)
    record = phone.note(running, item="GO-01", value="si")
    sent = phone.note(running, item="GO-02", value="si")
    phone.send(sent)
    page = reverse("evaluation:phone_withdraw", args=[phone.id])

    left = [phone.client.post(page).status_code for _each in range(2)]

    assert left == [302, 302]
    assert told(phone.send(record)) == [(403, "refused")]
    assert told(phone.send(sent)) == [(200, "duplicate")]
    assert [phone.download().status_code, phone.register().status_code] == [403, 403]
    assert Activity.objects.filter(verb="phone.withdrawn").count() == 1


def test_nobody_withdraws_the_telephone_of_another(running):
    phone = downloaded(running)
    other = signed_in(UserFactory(evaluator=True))

    assert other.post(reverse("evaluation:phone_withdraw", args=[phone.id])).status_code == 404
    assert Phone.objects.get().withdrawn_at is None


def test_the_database_keeps_who_withdrew_a_telephone():
    phone = PhoneFactory()

    with pytest.raises(IntegrityError, match="phone_withdrawn_by"), transaction.atomic():
        Phone.objects.filter(pk=phone.pk).update(withdrawn_at=timezone.now())


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_telephones_asks_no_more_for_more_of_them(count):
    user = UserFactory(evaluator=True)
    PhoneFactory.create_batch(count, user=user)
    theirs = PhoneFactory()
    client = signed_in(user)

    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("evaluation:phone_list")).content.decode()

    assert len(asked) == 4
    assert page.count("Retirar") >= count
    assert theirs.name not in page


# What it takes along


@pytest.mark.rule("CERT-6")
def test_no_answer_key_goes_to_the_field():
    version = real_standard()
    assessment = AssessmentFactory(plan_agreed=True, standard_version=version)
    phone = Telephone(signed_in(assessment.evaluator))
    phone.register()

    with CaptureQueriesContext(connection) as asked:
        package = phone.download().json()["packages"][0]

    assert version.answer_keys.exists()
    assert not any("answerkey" in each["sql"] for each in asked)
    assert {name for item in package["items"] for name in item} == {
        *("code", "instrument", "text", "scale", "critical", "unit"),
        *("minimum", "maximum", "na_reason", "options", "photo"),
    }
    assert len(package["items"]) == version.items.count()


def test_a_telephone_takes_along_the_least(agreed):
    person = agreed.person
    person.given_names, person.surnames = "Rosa Elena", "Quijivix Paz"
    person.save()
    phone = downloaded(agreed)

    text = phone.download().content.decode()

    [package] = json.loads(text)["packages"]
    number = person.documents.get().number
    assert (package["person"], package["document"]) == ("Rosa Q.", last_three(number))
    assert [
        each for each in ("Quijivix", "Elena", number, person.file_number) if each in text
    ] == []
    assert ReadLog.objects.filter(view="evaluation:package_build").last().persons == [person.pk]


def test_a_package_lives_72_hours(agreed):
    downloaded(agreed)

    package = Package.objects.get()

    assert package.expires_at - package.built_at == timedelta(hours=72)


@pytest.mark.parametrize(
    ("days", "goes"), [(-4, False), (-3, True), (0, True), (3, True), (4, False)]
)
def test_a_telephone_takes_the_assessments_of_these_days(days, goes):
    on = timezone.localdate() + timedelta(days=days)
    assessment = AssessmentFactory(plan_agreed=True, scheduled_for=on)
    phone = Telephone(signed_in(assessment.evaluator))
    phone.register()

    assert len(phone.download().json()["packages"]) == goes


@pytest.mark.parametrize("state", ["planned", "evidence_closed", "judged", "certified"])
def test_only_what_is_to_be_held_goes_to_the_field(state):
    assessment = AssessmentFactory(state=state)
    phone = Telephone(signed_in(assessment.evaluator))
    phone.register()

    assert phone.download().json()["packages"] == []


def test_without_consent_nothing_of_a_person_leaves(agreed):
    phone = Telephone(signed_in(agreed.evaluator))
    phone.register()
    Consent.objects.filter(person=agreed.person).update(
        withdrawn_at=timezone.now(), withdrawn_by=agreed.enrolled_by
    )

    assert phone.download().json()["packages"] == []


def test_the_assessments_of_others_stay_where_they_are(agreed, running):
    phone = downloaded(agreed)

    assert str(running.public_id) not in phone.download().content.decode()


# What it sends


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


# Who sends, and what


@pytest.mark.rule("SEC-12")
def test_an_ended_session_is_401_and_loses_nothing(running):
    phone = downloaded(running)
    record = phone.note(running, item="GO-01", value="si")
    phone.client.logout()

    assert phone.send(record).status_code == 401
    phone.client.force_login(running.evaluator)
    assert told(phone.send(record)) == [(201, "stored")]


@pytest.mark.rule("CERT-5", "SEC-12")
def test_whoever_is_no_longer_the_evaluator_is_refused(running):
    phone = downloaded(running)
    Assessment.objects.filter(pk=running.pk).update(evaluator=UserFactory(evaluator=True))

    assert told(phone.send(phone.note(running, item="GO-01", value="si"))) == [(403, "refused")]
    assert not Receipt.objects.exists()


@pytest.mark.rule("CERT-5")
def test_whoever_is_no_longer_the_evaluator_leaves_no_conflict(late):
    others = UserFactory(evaluator=True)
    Assessment.objects.filter(pk=late.assessment.pk).update(evaluator=others)

    assert told(late.send(late.record)) == [(403, "refused")]
    assert not Conflict.objects.exists()


def test_what_was_not_downloaded_is_not_found(running):
    phone = downloaded(running)
    other = AssessmentFactory(in_assessment=True)

    answers = told(phone.send(phone.note(other, item="GO-01", value="si")))
    missing = phone.note(other, item="GO-01", value="si", assessment=str(uuid4()))

    assert answers == told(phone.send(missing)) == [(404, "refused")]


def test_what_the_telephone_did_not_sign_is_refused(running):
    phone = downloaded(running)
    record = phone.note(running, item="GO-01", value="si")
    real, forged = phone.sign(record), Telephone(None).sign(record)
    changed = real | {"body": real["body"].replace('"si"', '"no"')}

    for each in (forged, changed, real | {"signature": ""}, real | {"signature": "QUJD"}):
        answer = phone.post("record_take", {"phone": phone.id, "records": [each]})
        assert told(answer) == [(422, "refused")]
    assert not Receipt.objects.exists()


HOSTILE = [
    b" ",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"\xff\xfe",
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b'{"phone": NaN}',
    b'{"phone": "x"}',
    b'{"phone": {"a": 1}, "records": 7}',
    b"1" * 5_000,
]


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("name", ["phone_register", "package_build", "record_take"])
def test_what_no_telephone_sends_is_refused(running, name, body):
    answer = downloaded(running).post(name, body)

    assert answer.status_code == 422
    assert answer.json()["reason"]


BAD_RECORDS = [
    "x",
    "{}",
    "[]",
    "[" * 3_000,
    '{"id": NaN}',
    {"id": "x"},
    {"kind": "verdict"},
    {"kind": ["answer"]},
    {"seq": 0},
    {"seq": "9" * 40},
    {"seq": True},
    {"note": "a\x00b"},
    {"note": "\u202egnp.exe"},
    {"note": "a" * 1001},
    {"note": "\ud800"},
    {"value": {"a": 1}},
    {"value": "s" * 121},
    {"note": "a" * 11_000},
    {"item": "G" * 21},
]


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("bad", BAD_RECORDS, ids=range(len(BAD_RECORDS)))
def test_a_record_that_cannot_be_read_is_refused_and_those_beside_it_are_taken(running, bad):
    phone = downloaded(running)
    good = phone.note(running, item="GO-01", value="si")
    wrong = phone.note(running, item="GO-02", value="si")
    wrong = json.dumps(wrong | bad) if isinstance(bad, dict) else bad

    answer = phone.send(good, wrong)

    assert sorted(told(answer)) == [(201, "stored"), (422, "refused")]
    assert all(each["reason"] for each in answer.json()["answers"] if each["status"] == 422)
    assert Receipt.objects.count() == 1


@pytest.mark.rule("SEC-24")
def test_too_much_at_once_is_413(running, settings):
    phone = downloaded(running)
    record = phone.sign(phone.note(running, item="GO-01", value="si"))
    base = {"phone": phone.id}

    many = phone.post("record_take", base | {"records": [record] * 51})
    large = phone.post("record_take", base | {"records": [], "x": "a" * 300_000})
    huge = phone.post("record_take", b"a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))

    assert [each.status_code for each in (many, large, huge)] == [413, 413, 413]
    assert not Receipt.objects.exists()


@pytest.mark.rule("SEC-24")
def test_a_form_is_not_what_a_telephone_sends(running):
    phone = downloaded(running)

    assert phone.client.post(FIELD["record_take"], {"phone": phone.id}).status_code == 422


def test_without_the_token_nothing_is_taken(running):
    phone = downloaded(running)
    phone.client = Client(enforce_csrf_checks=True)
    phone.client.force_login(running.evaluator)

    assert phone.send(phone.note(running, item="GO-01", value="si")).status_code == 403
    token = phone.client.get(FIELD["field_state"]).json()["csrf"]
    phone.client.defaults["HTTP_X_CSRFTOKEN"] = token
    assert phone.send(phone.note(running, item="GO-01", value="si")).status_code == 201


# What came too late


@pytest.fixture
def late():
    """The evidence was closed with signal; the telephone still has another answer."""
    assessment = AssessmentFactory(in_assessment=True, answers=ANSWERS)
    phone = downloaded(assessment)
    phone.record = phone.note(assessment, item="GO-02", value="no", note="Lo vi después")
    sessions.close_evidence(now(assessment), version=1, by=assessment.evaluator)
    phone.assessment = assessment
    return phone


@pytest.mark.rule("CERT-7")
def test_an_answer_after_the_end_is_kept_as_a_conflict_with_both_values(late):
    first, again = late.send(late.record), late.send(late.record)

    assert (first.status_code, again.status_code) == (409, 409)
    [told_first], [told_again] = first.json()["answers"], again.json()["answers"]
    assert told_first == told_again
    assert told_first["reason"] == "Esta evaluación ya no recibe respuestas."
    conflict = Conflict.objects.get()
    assert (conflict.value, conflict.note, conflict.kept_value) == ("no", "Lo vi después", "si")
    assert sessions.answers_of(late.assessment) == ANSWERS
    assert Activity.objects.filter(verb="assessment.conflict_kept").count() == 1


def test_an_answer_after_the_end_that_says_the_same_is_no_conflict(late):
    record = late.record | {"value": "si", "note": ""}

    assert told(late.send(record)) == [(201, "stored")]
    assert not Conflict.objects.exists()


@pytest.mark.parametrize(
    ("note", "expected"), [("Medido dos veces", (409, "conflict")), ("Ya visto", (201, "stored"))]
)
def test_a_note_that_is_not_there_yet_is_kept_though_the_value_is(running, note, expected):
    phone = downloaded(running)
    phone.send(phone.note(running, item="GO-01", value="si", note="Ya visto"))
    Assessment.objects.filter(pk=running.pk).update(state=AssessmentState.EVIDENCE_CLOSED)

    assert told(phone.send(phone.note(running, item="GO-01", value="si", note=note))) == [expected]
    assert [each.note for each in Conflict.objects.all()] == ([note] if expected[0] == 409 else [])


@pytest.mark.parametrize("kind", ["start", "stop"])
def test_a_start_or_a_stop_after_the_end_is_kept_too(late, kind):
    record = late.note(late.assessment, kind, value="DUI 017", note="Retiró la guarda")

    assert told(late.send(record)) == [(409, "conflict")]
    assert now(late.assessment).stopped_at is None


def test_an_answer_to_an_assessment_that_was_left_is_kept(running):
    phone = downloaded(running)
    leaving.withdraw(now(running), version=1, reason=LeaveReason.WORK, by=running.enrolled_by)

    assert told(phone.send(phone.note(running, item="GO-01", value="si"))) == [(409, "conflict")]
    assert Conflict.objects.get().kept_value == ""


@pytest.mark.rule("CERT-7")
def test_nothing_is_judged_before_a_conflict_is_settled(late):
    late.send(late.record)
    assessment = now(late.assessment)

    with pytest.raises(judging.UnsettledConflict), transaction.atomic():
        judging.sign_judgement(
            assessment, version=assessment.version, recommendations="Bien", by=assessment.evaluator
        )
    settle(Conflict.objects.get(), Settlement.DISMISSED)

    assert judging.sign_judgement(
        assessment, version=assessment.version, recommendations="Bien", by=assessment.evaluator
    )


@pytest.mark.rule("CERT-7")
def test_nothing_is_approved_before_a_conflict_is_settled():
    assessment = AssessmentFactory(in_verification=True)
    conflict = ConflictFactory(assessment=assessment)

    def approve():
        with transaction.atomic():
            return deciding.approve_portfolio(
                assessment,
                version=now(assessment).version,
                checklist=CHECKLIST,
                items=sessions.observed_in(assessment),
                officer=UserFactory(officer=True),
                by=assessment.verifier,
            )

    with pytest.raises(judging.UnsettledConflict):
        approve()
    settle(conflict, Settlement.DISMISSED)

    assert approve().state == AssessmentState.VERIFIED


@pytest.mark.rule("CERT-7")
@pytest.mark.parametrize("competent", [True, False])
def test_nothing_is_decided_before_a_conflict_is_settled(competent):
    CertifyingBodyFactory()
    assessment = AssessmentFactory(verified=True, competent=competent)
    conflict = ConflictFactory(assessment=assessment)
    step = deciding.certify if competent else deciding.confirm_not_yet

    def decide():
        with transaction.atomic():
            return step(assessment, version=now(assessment).version, by=assessment.officer)

    with pytest.raises(judging.UnsettledConflict):
        decide()
    settle(conflict, Settlement.DISMISSED)

    assert decide()


def settle(conflict, settlement, **values):
    by = UserFactory(coordinator=True, at=conflict.assessment.person.office)
    return settling.settle_conflict(
        conflict, **{"settlement": settlement, "reason": "Visto con la persona", "by": by} | values
    )


def test_what_the_telephone_noted_can_be_made_to_count(late):
    late.send(late.record)

    settle(Conflict.objects.get(), Settlement.TAKEN)

    assert sessions.answers_of(late.assessment) == ANSWERS | {"GO-02": "no"}
    assert ItemResolution.objects.get().reason == "Visto con la persona"
    assert Observation.objects.get(client_id=late.record["id"]).note == "Lo vi después"
    assert not Conflict.objects.open().exists()


def test_what_there_is_can_stay(late):
    late.send(late.record)

    settle(Conflict.objects.get(), Settlement.DISMISSED)

    assert sessions.answers_of(late.assessment) == ANSWERS
    assert Conflict.objects.get().settlement == Settlement.DISMISSED
    assert Activity.objects.filter(verb="assessment.conflict_settled").count() == 1


@pytest.mark.rule("CERT-10")
def test_a_stop_that_came_too_late_can_be_made_to_count(late):
    late.send(late.note(late.assessment, "stop", note="Retiró la guarda"))

    settle(Conflict.objects.get(), Settlement.TAKEN)

    assert now(late.assessment).stop_reason == "Retiró la guarda"


@pytest.mark.rule("CERT-10")
def test_a_stop_that_came_too_late_and_said_nothing_has_the_reason_of_coordination(late):
    late.send(late.note(late.assessment, "stop", note=" "))

    settle(Conflict.objects.get(), Settlement.TAKEN)

    stopped = now(late.assessment)
    assert stopped.stop_reason == "Visto con la persona"
    assert stopped.sessions.get().started_at <= stopped.stopped_at <= timezone.now()


@pytest.mark.rule("CERT-7")
@pytest.mark.parametrize(
    "values", [{"value": "si"}, {"value": "no", "note": "Mejor visto"}], ids=["same", "other"]
)
def test_what_the_telephone_corrected_itself_cannot_be_taken(late, values):
    late.send(late.record)
    conflict = Conflict.objects.get()
    late.send(late.note(late.assessment, item="GO-01", value="si"))  # of another item
    assert settling.can_be_taken(conflict)

    late.send(late.note(late.assessment, item="GO-02", **values))

    with pytest.raises(settling.CannotBeTaken), transaction.atomic():
        settle(conflict, Settlement.TAKEN)
    assert all(map(settling.can_be_taken, Conflict.objects.exclude(pk=conflict.pk)))


@pytest.mark.rule("CERT-7")
@pytest.mark.parametrize("state", ["judged", "certified", "withdrawn"])
def test_after_the_judgement_nothing_late_counts(state):
    conflict = ConflictFactory(assessment=AssessmentFactory(state=state))

    with pytest.raises(settling.CannotBeTaken), transaction.atomic():
        settle(conflict, Settlement.TAKEN)
    assert Conflict.objects.open().exists()


@pytest.mark.parametrize("code", [None, "GO-02"])
def test_what_has_no_item_or_was_decided_cannot_be_taken(code):
    conflict = ConflictFactory(code=code)
    if code:
        ItemResolution.objects.create(
            assessment=conflict.assessment,
            item=conflict.item,
            observation=Observation.objects.get(item=conflict.item),
            reason="Antes",
            decided_by=conflict.assessment.enrolled_by,
        )

    with pytest.raises(settling.CannotBeTaken), transaction.atomic():
        settle(conflict, Settlement.TAKEN)


def test_a_conflict_is_settled_once_and_with_a_reason():
    conflict = ConflictFactory()
    with pytest.raises(records.NotPossible, match="Escriba el motivo"), transaction.atomic():
        settle(conflict, Settlement.DISMISSED, reason=" ")
    settle(conflict, Settlement.DISMISSED)

    with pytest.raises(settling.AlreadySettled), transaction.atomic():
        settle(conflict, Settlement.DISMISSED)


def test_the_database_wants_a_reason_for_a_settlement():
    conflict = ConflictFactory()

    with pytest.raises(IntegrityError, match="conflict_settled_by"), transaction.atomic():
        Conflict.objects.filter(pk=conflict.pk).update(settled_at=timezone.now())


# The page of a conflict


def page_of(conflict):
    return reverse(
        "certification:conflict_settle", args=[conflict.assessment.public_id, conflict.public_id]
    )


def test_coordination_sees_both_values_and_decides():
    conflict = ConflictFactory()
    client = signed_in(UserFactory(coordinator=True, at=conflict.assessment.person.office))

    shown = client.get(page_of(conflict))
    text = shown.content.decode()
    wrong = client.post(page_of(conflict), {"version": 1, "settlement": "taken", "reason": ""})
    done = client.post(
        page_of(conflict), {"version": 1, "settlement": "taken", "reason": "Lo confirmó"}
    )

    assert tuple(
        dict(shown.context["facts"])[name] for name in ("El teléfono anotó", "En el sistema")
    ) == ("No", "Sí")
    assert "Lo vi tarde." in text
    assert wrong.status_code == 422
    assert wrong.context["form"].errors["reason"]
    assert done.status_code == 302
    assert client.get(page_of(conflict)).status_code == 404
    assert sessions.answers_of(conflict.assessment)["GO-02"] == "no"


def test_only_coordination_of_the_office_decides():
    conflict = ConflictFactory()
    people = {
        conflict.assessment.evaluator: 403,
        conflict.assessment.enrolled_by: 403,
        UserFactory(coordinator=True): 404,
    }

    for user, status in people.items():
        assert signed_in(user).get(page_of(conflict)).status_code == status


def test_the_evaluator_sees_both_values_and_no_button():
    conflict = ConflictFactory()
    client = signed_in(conflict.assessment.evaluator)
    pages = [
        conflict.assessment.get_absolute_url(),
        reverse("evaluation:session_open", args=[conflict.assessment.public_id]),
    ]

    for page in pages:
        text = client.get(page).content.decode()
        assert "Lo vi tarde." in text
        assert page_of(conflict) not in text


def test_a_caseworker_reads_no_answers_in_a_conflict():
    conflict = ConflictFactory()
    client = signed_in(conflict.assessment.enrolled_by)

    assert "Lo vi tarde." not in client.get(conflict.assessment.get_absolute_url()).content.decode()


@pytest.mark.parametrize("state", ["evidence_closed", "in_verification"])
def test_coordination_finds_it_on_its_first_page(state):
    conflict = ConflictFactory(assessment=AssessmentFactory(state=state))
    user = UserFactory(coordinator=True, at=conflict.assessment.person.office)

    [block] = today.blocks(User.objects.get(pk=user.pk))

    assert [line.detail for line in block.lines] == [
        f"{conflict.assessment.reference} · Le toca resolver lo que un teléfono envió tarde."
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_an_assessment_asks_no_more_for_more_conflicts(count):
    assessment = AssessmentFactory(evidence_closed=True)
    for number in range(count):
        ConflictFactory(assessment=assessment, code=f"GO-0{number + 1}")
    client = signed_in(UserFactory(coordinator=True, at=assessment.person.office))

    with CaptureQueriesContext(connection) as asked:
        client.get(assessment.get_absolute_url())

    assert len(asked) <= 15


def test_the_state_says_who_is_signed_in(running):
    state = signed_in(running.evaluator).get(FIELD["field_state"]).json()

    assert state["user"] == str(running.evaluator.public_id)


def test_whoever_may_not_assess_is_told_so(running):
    answer = signed_in(running.enrolled_by).get(FIELD["field_state"])

    assert answer.status_code == 403


def test_the_telephone_understands_the_packages_of_this_server():
    text = Path(finders.find("js/phone/main.js")).read_text()

    assert f"const FORMAT = {PACKAGE_FORMAT};" in text


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_receipt_is_written_once(change):
    receipt = ConflictFactory().receipt
    rows = Receipt.objects.filter(pk=receipt.pk)

    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        rows.update(body="otro") if change == "update" else rows._raw_delete(rows.db)


@pytest.mark.parametrize("values", [{"value": "si"}, {"kept_value": "no"}])
def test_what_a_conflict_says_never_changes(values):
    conflict = ConflictFactory()

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Conflict.objects.filter(pk=conflict.pk).update(**values)
