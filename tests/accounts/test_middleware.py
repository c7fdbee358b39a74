"""Between the request and the view: the second factor, the end of a session, and the traces."""

import time
from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import users as actions
from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries.models import Assignment
from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import AssignmentFactory, ContactFactory
from tests.project.test_access import all_routes

pytestmark = pytest.mark.django_db

PASSWORD = "cuatro palabras sin prisa"


@pytest.fixture
def user():
    return UserFactory(administrator=True, email="ana@prueba.test", password=PASSWORD)


@pytest.fixture
def clock():
    with time_machine.travel(time.time(), tick=False) as clock:
        yield clock


def sign_in(client):
    client.post(reverse("account_login"), {"login": "ana@prueba.test", "password": PASSWORD})


def is_in(client):
    return client.get(reverse("accounts:user_list")).status_code == 200


# The second factor


SET_UP = {"mfa_activate_totp", "account_reauthenticate", "account_logout", "set_language"}
NO_WALL = {"health", "ready", "security_contact", "account_login", "account_signup"}


@pytest.mark.rule("SEC-11")
def test_staff_without_a_second_factor_reach_only_its_set_up(client, user, settings):
    settings.MFA_REQUIRED = True
    wall = reverse("mfa_activate_totp")
    client.force_login(user)
    reached = set()

    for route in all_routes():
        for method in ("get", "post"):
            if (route.name, method) == ("account_logout", "post"):
                continue
            response = getattr(client, method)(route.address())
            if response.headers.get("Location") != wall:
                reached.add(route.name)

    assert reached - SET_UP - NO_WALL == set()
    assert reached >= {"account_reauthenticate", "account_logout"}


@pytest.mark.rule("SEC-11")
def test_a_piece_of_a_page_leads_to_the_set_up_too(client, user, settings):
    settings.MFA_REQUIRED = True
    client.force_login(user)

    response = client.get(reverse("accounts:user_list"), headers={"HX-Request": "true"})

    assert response.headers["HX-Redirect"] == reverse("mfa_activate_totp")
    assert response.content == b""


@pytest.mark.rule("SEC-11")
def test_with_a_second_factor_the_pages_open(client, user, settings):
    settings.MFA_REQUIRED = True
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client.force_login(user)

    assert is_in(client)


@pytest.mark.rule("SEC-11", "SEC-12")
def test_a_forgotten_second_factor_is_set_up_again_at_the_next_click(client, user, settings):
    settings.MFA_REQUIRED = True
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client.force_login(user)
    assert is_in(client)

    actions.forget_second_factor(user, version=1, by=UserFactory(administrator=True))

    response = client.get(reverse("accounts:user_list"))
    assert response.headers["Location"] == reverse("mfa_activate_totp")


# What is lost counts at the next click


@pytest.mark.rule("SEC-12")
def test_a_role_taken_away_opens_nothing_at_the_next_click(client):
    registrar = UserFactory(registrar=True)
    client.force_login(registrar)
    assert client.get(reverse("beneficiaries:person_list")).status_code == 200

    given = registrar.role_assignments.get()
    actions.end_role(given, version=1, by=UserFactory(administrator=True))

    assert client.get(reverse("beneficiaries:person_list")).status_code == 403


@pytest.mark.rule("SEC-12")
def test_a_role_whose_last_day_is_over_opens_nothing(client):
    user = UserFactory()
    RoleAssignmentFactory(user=user, role=Role.REGISTRAR, valid_until=date(2026, 11, 20))

    def status_on(moment):
        with time_machine.travel(moment, tick=False):
            client.force_login(user)
            return client.get(reverse("beneficiaries:person_list")).status_code

    assert status_on("2026-11-21 05:59:00Z") == 200  # 23:59 of the day before in El Salvador
    assert status_on("2026-11-21 06:00:00Z") == 403


@pytest.mark.rule("SEC-12")
def test_who_is_kept_out_is_out_at_the_next_click(client, user):
    other = UserFactory(administrator=True)
    client.force_login(other)
    assert is_in(client)

    actions.set_active(other, active=False, version=1, by=user)

    response = client.get(reverse("accounts:user_list"))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.rule("SEC-12")
def test_an_assignment_that_ended_shows_nobody_at_the_next_click(client):
    person = ContactFactory().person
    caseworker = UserFactory(caseworker=True, at=OrganizationFactory())
    given = AssignmentFactory(person=person, user=caseworker)
    client.force_login(caseworker)
    assert client.get(person.get_absolute_url()).status_code == 200

    yesterday = timezone.localdate() - timedelta(days=1)
    Assignment.objects.filter(pk=given.pk).update(valid_until=yesterday)

    assert client.get(person.get_absolute_url()).status_code == 404


@pytest.mark.rule("SEC-3", "SEC-12")
def test_a_role_at_another_office_shows_nobody_of_this_one(client):
    here, there = OrganizationFactory.create_batch(2)
    person = ContactFactory(person__office=here).person
    user = UserFactory(registrar=True, at=here)
    client.force_login(user)
    assert client.get(person.get_absolute_url()).status_code == 200

    user.role_assignments.update(organization=there)

    assert client.get(person.get_absolute_url()).status_code == 404


# How long a session lasts


def test_a_session_that_is_used_goes_on(client, user, clock):
    sign_in(client)

    for _time in range(10):
        clock.shift(29 * 60)
        assert is_in(client)


def test_a_session_that_nobody_used_ends_and_says_so(client, user, clock):
    sign_in(client)
    assert is_in(client)
    key = client.session.session_key

    clock.shift(30 * 60 + 1)
    response = client.get(reverse("accounts:user_list"), follow=True)

    assert response.redirect_chain[0][0] == "/cuenta/entrar/?next=/usuarios/"
    assert "Su sesión terminó" in response.content.decode()
    assert not Session.objects.filter(pk=key).exists()


def test_a_session_ends_after_its_working_day_however_much_it_was_used(client, user, clock):
    sign_in(client)
    for _time in range(24):
        clock.shift(29 * 60)
        assert is_in(client)

    clock.shift(25 * 60)

    assert not is_in(client)


def test_a_session_ends_twelve_hours_after_sign_in_even_in_the_database(client, user, clock):
    sign_in(client)
    session = client.session
    session["something"] = "new"  # saving it makes the cookie's own age begin anew
    clock.shift(11 * 3600)
    session.save()

    clock.shift(3600 + 1)
    client.cookies["last_seen"] = seen_now(client)

    assert not is_in(client)


def seen_now(client):
    return signing.dumps(client.session.session_key, salt="last_seen")


@pytest.mark.parametrize("forged", ["", "x", "{}:1:x"], ids=["none", "rubbish", "like one"])
def test_without_its_mark_a_session_lasts_half_an_hour(client, user, clock, forged):
    sign_in(client)
    clock.shift(29 * 60)
    client.cookies["last_seen"] = forged
    assert is_in(client)

    clock.shift(2 * 60)
    client.cookies["last_seen"] = forged

    assert not is_in(client)


def test_the_mark_of_another_session_ends_this_one(user, clock):
    mine, stolen = Client(), Client()
    sign_in(mine)
    sign_in(stolen)

    stolen.cookies["last_seen"] = mine.cookies["last_seen"].value

    assert not is_in(stolen)


def test_reading_a_page_writes_no_session(client, user):
    sign_in(client)
    is_in(client)
    before = Session.objects.values_list("session_data", "expire_date").get()

    is_in(client)

    assert Session.objects.values_list("session_data", "expire_date").get() == before


def test_a_piece_of_a_page_is_told_that_the_session_is_over(client, user, clock):
    sign_in(client)

    clock.shift(31 * 60)
    response = client.get(reverse("accounts:user_list"), headers={"HX-Request": "true"})

    assert response.status_code == 401
    assert response.content == b""


def test_how_long_a_session_lasts():
    assert timedelta(minutes=30) == settings.SESSION_IDLE
    assert settings.SESSION_COOKIE_AGE == 12 * 3600


# What is kept


def test_what_a_request_changes_says_where_it_came_from(client, user):
    client.force_login(user)
    for email in ("uno@prueba.test", "dos@prueba.test"):
        client.post(
            reverse("accounts:user_create"),
            {
                "key": "3f2504e0-4f89-41d3-9a0c-0305e82c33" + ("01" if "uno" in email else "02"),
                "first_name": "Ana",
                "last_name": "Paz",
                "email": email,
            },
            REMOTE_ADDR="203.0.113.7",
        )

    one, two = Activity.objects.filter(verb="user.created").order_by("pk")
    assert one.ip == two.ip == "203.0.113.7"
    assert isinstance(one.request_id, UUID)
    assert one.request_id != two.request_id


def test_what_no_request_changes_says_nothing_of_one():
    actions.make_access_link(UserFactory(), by=UserFactory(administrator=True))

    trace = Activity.objects.get()
    assert (trace.ip, trace.request_id) == (None, None)


@pytest.mark.rule("SEC-6")
def test_a_refusal_is_kept_once_with_its_page(client):
    user = UserFactory(evaluator=True)
    client.force_login(user)

    client.get(reverse("accounts:user_list"), REMOTE_ADDR="203.0.113.7")

    kept = ReadLog.objects.get()
    assert (kept.actor, kept.kind, kept.view) == (user, ReadKind.DENIED, "accounts:user_list")
    assert (kept.ip, kept.persons) == ("203.0.113.7", [])
    assert kept.request_id


@pytest.mark.parametrize(
    ("came_from", "leads_back_to"),
    [
        ("http://testserver/personas/1/?q=x", "/personas/1/"),
        ("https://evil.example/personas/1/", "/"),
        ("//evil.example", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_a_button_pressed_too_late_leads_back_to_its_page(client, came_from, leads_back_to):
    target = reverse("accounts:work_retry", args=["certificate", 1])

    response = client.post(target, headers={"Referer": came_from})

    assert response.url == f"{reverse('account_login')}?next={leads_back_to}"
    assert "no se guardó nada" in client.get(response.url).content.decode()


def test_what_anybody_is_refused_without_signing_in_is_not_kept(client):
    client.get(reverse("accounts:user_list"))

    assert not ReadLog.objects.exists()


def test_a_page_without_people_leaves_no_trace(client, user):
    client.force_login(user)

    assert is_in(client)

    assert not ReadLog.objects.exists()
    assert not Activity.objects.exists()


def test_a_language_is_chosen_and_stays(client, user):
    client.force_login(user)
    assert "Usuarios" in client.get(reverse("accounts:user_list")).content.decode()

    response = client.post(reverse("set_language"), {"language": "en", "next": "/usuarios/"})

    assert response.headers["Location"] == "/usuarios/"
    page = client.get(reverse("accounts:user_list")).content.decode()
    assert "Users" in page
    assert '<html lang="en-SV">' in page


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_choosing_a_language_leads_nowhere_else(client, target):
    response = client.post(reverse("set_language"), {"language": "en", "next": target})

    assert response.headers["Location"] == "/"


def test_a_language_that_there_is_not_changes_nothing(client):
    client.post(reverse("set_language"), {"language": "../../etc", "next": "/cuenta/entrar/"})

    assert '<html lang="es-SV">' in client.get(reverse("account_login")).content.decode()
