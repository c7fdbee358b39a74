"""Drafts: what is typed is kept for its owner alone, without secrets, until the form is taken."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import drafts
from accounts.models import Draft
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PLACE = ["accounts:user_create", "nuevo"]
URL = reverse("draft_keep", args=PLACE)


@pytest.fixture
def user(client):
    user = UserFactory(administrator=True)
    client.force_login(user)
    return user


def keep(client, answers, url=URL):
    return client.post(url, json.dumps(answers), content_type="application/json")


def test_what_was_typed_comes_back_with_the_day(client, user):
    answer = keep(client, {"first_name": ["Rosa"], "roles": ["a", "b"], "none": []})

    assert answer.status_code == 200
    assert ":" in answer.json()["saved"]
    back = client.get(URL).json()
    assert back["answers"] == {"first_name": ["Rosa"], "roles": ["a", "b"], "none": []}
    assert " de " in back["day"]


def test_the_last_draft_counts(client, user):
    keep(client, {"a": ["1"]})
    keep(client, {"a": ["2"]})

    assert Draft.objects.get().answers == {"a": ["2"]}


@pytest.mark.rule("SEC-3")
def test_a_draft_is_of_one_user_one_form_and_one_target(client, user):
    keep(client, {"a": ["1"]})
    other = Client()
    other.force_login(UserFactory())

    assert other.get(URL).status_code == 204
    for place in (["accounts:user_create", "x"], ["accounts:user_change", "nuevo"]):
        assert client.get(reverse("draft_keep", args=place)).status_code == 204


def test_a_draft_that_is_discarded_is_gone(client, user):
    keep(client, {"a": ["1"]})

    assert client.delete(URL).status_code == 204

    assert not Draft.objects.exists()
    assert client.get(URL).status_code == 204


def test_no_password_key_or_code_is_ever_kept(client, user):
    secret = ["password", "new_password1", "password_2", "otp", "code", "key", "version"]

    keep(client, {name: ["s3cret"] for name in [*secret, "clave"]} | {"a": []})

    assert Draft.objects.get().answers == {"a": []}


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize(
    "body",
    ["", "x", "[]", "1", "null", '{"a": 1}', '{"a": "x"}', '{"a": [1]}', '{"a": [[]]}'],
)
def test_what_is_no_draft_is_refused(client, user, body):
    assert client.post(URL, body, content_type="application/json").status_code == 400
    assert not Draft.objects.exists()


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize(
    "body", ["[" * 20_000, '{"a":' * 20_000, "\ud800".encode("utf-8", "surrogatepass")]
)
def test_what_no_parser_takes_is_refused(client, user, body):
    assert client.post(URL, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "🙂", "\u202e", "<script>"])
def test_any_text_can_be_kept(client, user, text):
    assert keep(client, {"a": [text], text: ["x"]}).status_code == 200


@pytest.mark.parametrize(
    "answers",
    [{"a": ["x" * 60_001]}, {str(each): [""] for each in range(201)}],
    ids=["long", "many"],
)
def test_a_draft_has_its_limits(client, user, answers):
    assert keep(client, answers).status_code == 422
    assert not Draft.objects.exists()


def test_an_old_draft_is_not_offered(client, user):
    keep(client, {"a": ["1"]})
    Draft.objects.update(saved_at=timezone.now() - timedelta(days=31))

    assert client.get(URL).status_code == 204


def test_nobody_keeps_more_than_a_hundred(user, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 3)

    for place in range(5):
        drafts.save_draft(form="f", target=str(place), answers={}, by=user)

    assert set(Draft.objects.values_list("target", flat=True)) == {"2", "3", "4"}


def test_the_draft_is_gone_once_the_form_is_taken(client, user):
    keep(client, {"first_name": ["Rosa"]})
    answers = {
        "key": str(uuid4()),
        "email": "rosa@prueba.test",
        "first_name": "Rosa",
        "last_name": "",
        "borrador": "/".join(PLACE),
    }

    refused = client.post(reverse("accounts:user_create"), answers)
    assert (refused.status_code, Draft.objects.count()) == (422, 1)
    taken = client.post(reverse("accounts:user_create"), answers | {"last_name": "Alas"})

    assert (taken.status_code, Draft.objects.count()) == (302, 0)


@pytest.mark.parametrize("mark", ["", "x", "a/b/c", "\x00/\x00", "/", "a" * 5000])
def test_a_mark_that_names_no_draft_changes_nothing(client, user, mark):
    keep(client, {"a": ["1"]})

    client.post(reverse("accounts:user_create"), {"borrador": mark})
    client.post(reverse("set_language"), {"language": "es", "borrador": mark})

    assert Draft.objects.count() == 1


@pytest.mark.rule("SEC-12")
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_who_was_signed_out_is_told_so_and_led_nowhere(client, method):
    headers = {"Accept": "application/json"}

    assert getattr(client, method)(URL, headers=headers).status_code == 401
    assert client.get(reverse("session_keep"), headers=headers).status_code == 401


def test_whoever_stays_goes_on_with_the_session(client, user):
    assert client.get(reverse("session_keep")).status_code == 204
    assert client.cookies["last_seen"].value


def test_the_page_says_where_its_draft_is_kept(client, user):
    page = client.get(reverse("accounts:user_change", args=[user.public_id])).content.decode()

    assert f'data-draft-url="/borradores/accounts:user_change/{user.public_id}/"' in page
    minutes = int(settings.SESSION_IDLE.total_seconds() // 60)
    assert f'data-idle="{minutes}"' in page
    assert 'id="login-dialog"' in page
