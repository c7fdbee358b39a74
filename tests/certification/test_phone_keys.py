"""The key that the server keeps for a forgotten PIN, and telephones that are withdrawn."""

import json
import time

import pytest
from cryptography.exceptions import InvalidTag
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from certification import jobs
from certification.actions.phones import register_phone
from certification.models import KeyReturn, Phone
from certification.rules.phones import open_key, seal_key
from tests.certification.telephone import DATA_KEY, FIELD, Telephone, downloaded, told
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory, PackageFactory, PhoneFactory

pytestmark = pytest.mark.django_db
OVERVIEW = "/certificacion/telefonos/"


@pytest.fixture
def prepared():
    """A telephone of an evaluator who is signed in for a while already."""
    phone = Telephone(signed_in(UserFactory(evaluator=True)))
    assert phone.register().status_code == 201
    return phone


def sign_in_anew(client, minutes_ago=0):
    session = client.session
    session["signed_in_at"] = int(time.time()) - minutes_ago * 60
    session.save()


def ask(phone):
    return phone.post("phone_key", {"phone": phone.id})


@pytest.mark.rule("SEC-16")
def test_the_key_lies_sealed_and_opens_for_its_owner_and_device_alone(prepared, settings):
    kept = Phone.objects.get()
    whose = f"{kept.user.public_id}/{kept.public_id}"
    under = settings.INSTALLATION_KEY.encode()

    assert DATA_KEY not in kept.sealed_key
    assert open_key(kept.sealed_key, whose=whose, installation_key=under) == DATA_KEY
    for other, key in ((f"x/{kept.public_id}", under), (whose, b"another")):
        with pytest.raises(InvalidTag):
            open_key(kept.sealed_key, whose=other, installation_key=key)


@pytest.mark.rule("SEC-11")
def test_the_key_is_given_back_once_right_after_signing_in(prepared):
    before = ask(prepared)
    sign_in_anew(prepared.client, minutes_ago=16)
    late = ask(prepared)
    sign_in_anew(prepared.client)
    first = ask(prepared)
    again = ask(prepared)
    time.sleep(1)  # a sign-in is kept to the second
    sign_in_anew(prepared.client)
    anew = ask(prepared)

    assert [each.status_code for each in (before, late, again)] == [403, 403, 403]
    assert "Inicie sesión de nuevo" in late.json()["reason"]
    assert first.json() == anew.json() == {"key": DATA_KEY}
    returned = Activity.objects.filter(verb="phone.key_returned")
    assert {each.actor_id for each in returned} == {Phone.objects.get().user_id}


def test_its_owner_is_told_by_mail_once(prepared, monkeypatch):
    asked = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, **ids: asked.append((name, ids)))
    sign_in_anew(prepared.client)
    ask(prepared)
    made = KeyReturn.objects.get()

    jobs.mail_waiting_returns()
    for _each in range(2):
        jobs.mail_key_return(return_id=made.pk)
    jobs.mail_waiting_returns()

    assert asked == [("certification.jobs.mail_key_return", {"return_id": made.pk})]
    [sent] = mail.outbox
    assert sent.to == [made.phone.user.email]
    assert reverse("evaluation:phone_list") in sent.body


@pytest.mark.rule("SEC-12")
def test_nobody_else_gets_the_key_and_nobody_of_a_withdrawn_telephone(prepared):
    other = Telephone(signed_in(UserFactory(evaluator=True)))
    sign_in_anew(other.client)
    other.id = prepared.id
    assert ask(other).status_code == 403

    prepared.client.post(reverse("evaluation:phone_withdraw", args=[prepared.id]))
    sign_in_anew(prepared.client)
    answer = ask(prepared)

    assert (answer.status_code, answer.json()["withdrawn"]) == (403, True)
    assert Phone.objects.get().sealed_key == ""
    assert not KeyReturn.objects.exists()


def test_a_telephone_without_a_key_here_is_told_so(prepared):
    Phone.objects.update(sealed_key="")
    sign_in_anew(prepared.client)

    assert ask(prepared).status_code == 404


def test_a_key_that_was_sealed_by_another_installation_costs_no_return(prepared, settings):
    before = settings.INSTALLATION_KEY
    settings.INSTALLATION_KEY = before[::-1]
    sign_in_anew(prepared.client)

    assert ask(prepared).status_code == 404
    settings.INSTALLATION_KEY = before
    assert ask(prepared).json() == {"key": DATA_KEY}
    assert KeyReturn.objects.count() == 1


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("key", ["", "abc", "A" * 44, {"a": 1}])
def test_what_is_no_data_key_is_refused(key):
    phone = Telephone(signed_in(UserFactory(evaluator=True)))

    assert phone.register(key=key).status_code == 422
    assert not Phone.objects.exists()


# Withdrawn by coordination


def test_a_telephone_that_arrives_says_what_it_holds_and_hears_what_it_could_take():
    assessment = AssessmentFactory(plan_agreed=True)
    phone = downloaded(assessment)

    answer = phone.post("phone_arrive", {"phone": phone.id, "unsent": 3}).json()

    assert Phone.objects.get().unsent == 3
    assert (answer["withdrawn"], answer["key"]) == (False, True)
    assert [each["reference"] for each in answer["ready"]] == [assessment.reference]
    assert assessment.person.given_names not in json.dumps(answer)


def test_what_is_sent_says_how_much_is_left():
    running = AssessmentFactory(in_assessment=True)
    phone = downloaded(running)

    phone.send(phone.note(running, item="GO-01", value="si"), unsent=7)

    assert Phone.objects.get().unsent == 7


@pytest.fixture
def coordinated():
    assessment = AssessmentFactory(in_assessment=True)
    phone = downloaded(assessment)
    phone.assessment = assessment
    phone.coordinator = UserFactory(coordinator=True, at=assessment.person.office)
    return phone


@pytest.mark.rule("SEC-12")
def test_coordination_withdraws_a_telephone_with_a_reason_and_it_is_told(coordinated):
    client, page = signed_in(coordinated.coordinator), f"{OVERVIEW}{coordinated.id}/retirar/"
    record = coordinated.note(coordinated.assessment, item="GO-01", value="si")

    empty = client.post(page, {"reason": " "})
    done = client.post(page, {"reason": "Se lo robaron"})

    assert (empty.status_code, done.status_code) == (422, 302)
    kept = Phone.objects.get()
    assert (kept.withdrawn_by, kept.withdrawn_reason) == (coordinated.coordinator, "Se lo robaron")
    assert client.get(page).status_code == 404
    assert "Se lo robaron" in client.get(OVERVIEW).content.decode()
    arrived = coordinated.post("phone_arrive", {"phone": coordinated.id, "unsent": 4}).json()
    assert arrived == {"withdrawn": True, "key": False, "ready": []}
    assert Phone.objects.get().unsent == 4
    refused = coordinated.send(record)
    assert told(refused) == [(403, "refused")]
    assert refused.json()["answers"][0]["withdrawn"] is True
    assert coordinated.download().json()["withdrawn"] is True


@pytest.mark.rule("SEC-12")
def test_another_office_neither_sees_nor_withdraws_it(coordinated):
    client = signed_in(UserFactory(coordinator=True))

    assert Phone.objects.get().name not in client.get(OVERVIEW).content.decode()
    assert client.post(f"{OVERVIEW}{coordinated.id}/retirar/", {"reason": "x"}).status_code == 404
    assert signed_in(coordinated.assessment.evaluator).get(OVERVIEW).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_overview_asks_no_more_for_more_telephones(count):
    assessment = AssessmentFactory(in_assessment=True)
    for _number in range(count):
        PackageFactory(assessment=assessment)
    client = signed_in(UserFactory(coordinator=True, at=assessment.person.office))

    with CaptureQueriesContext(connection) as asked:
        page = client.get(OVERVIEW).content.decode()

    assert len(asked) <= 6
    assert page.count("No lo ha dicho") == count


def test_the_database_wants_a_reason_for_the_telephone_of_another_and_erases_its_key():
    phone = PhoneFactory(sealed_key="x")
    by = UserFactory(coordinator=True)
    withdrawn = {"withdrawn_at": timezone.now(), "withdrawn_by": by}

    for wrong in ({"sealed_key": ""}, {"withdrawn_reason": "Robo"}):
        with pytest.raises(IntegrityError, match="phone_withdrawn"), transaction.atomic():
            Phone.objects.filter(pk=phone.pk).update(**withdrawn, **wrong)


def test_signing_out_on_the_telephone_ends_the_session(prepared):
    assert prepared.post("field_leave", {}).status_code == 200
    assert prepared.client.get(FIELD["field_state"]).status_code in {302, 401}


def test_the_same_telephone_registers_twice_with_the_same_key(prepared):
    kept = Phone.objects.get()

    again = register_phone(
        public_id=kept.public_id,
        name="Otro",
        public_key=kept.public_key,
        data_key=DATA_KEY,
        by=kept.user,
    )

    assert again == kept
    assert again.sealed_key == kept.sealed_key


OF_ANOTHER_INSTALLATION = seal_key(DATA_KEY, whose="x", installation_key=b"x")


@pytest.mark.parametrize("sealed", ["", OF_ANOTHER_INSTALLATION], ids=["none", "another"])
def test_a_telephone_hears_that_its_key_is_not_kept_and_gives_it_again(prepared, sealed):
    Phone.objects.update(sealed_key=sealed)

    heard = [prepared.post("phone_arrive", {"phone": prepared.id}).json()["key"]]
    assert prepared.register(public_key=Telephone(None).public_key).status_code == 403
    assert Phone.objects.get().sealed_key == sealed
    assert prepared.register().status_code == 201
    heard.append(prepared.post("phone_arrive", {"phone": prepared.id}).json()["key"])

    assert heard == [False, True]
    sign_in_anew(prepared.client)
    assert ask(prepared).json() == {"key": DATA_KEY}
