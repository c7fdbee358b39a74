"""A telephone in the field: whose it is, what it takes along, and who sends from it."""

import json
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

from accounts.models import Activity, ReadLog
from beneficiaries.models import Consent
from certification.actions.certificates import last_three
from certification.choices import PACKAGE_FORMAT
from certification.models import Assessment, Package, Phone, Receipt
from tests.certification.telephone import FIELD, Telephone, downloaded, told
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory, PhoneFactory, real_standard

pytestmark = pytest.mark.django_db


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


def test_the_state_says_who_is_signed_in(running):
    state = signed_in(running.evaluator).get(FIELD["field_state"]).json()

    assert state["user"] == str(running.evaluator.public_id)


def test_whoever_may_not_assess_is_told_so(running):
    answer = signed_in(running.enrolled_by).get(FIELD["field_state"])

    assert answer.status_code == 403


def test_the_telephone_understands_the_packages_of_this_server():
    text = Path(finders.find("js/phone/main.js")).read_text()

    assert f"const FORMAT = {PACKAGE_FORMAT};" in text
