"""The way in: password, second factor, limits, links that reset, and how long a session lasts."""

import re
import runpy
import time
from email import message_from_string
from email.policy import default

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.actions.users import change_user, make_access_link
from accounts.adapters import SecondFactorAdapter
from accounts.models import Activity, User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "cuatro palabras sin prisa"
OTHER = "otras cinco palabras muy distintas"
LOGIN = "/cuenta/entrar/"


@pytest.fixture
def user():
    return UserFactory(registrar=True, email="ana@prueba.test", password=PASSWORD)


def sign_in(client, email="ana@prueba.test", password=PASSWORD, ip="203.0.113.7", **more):
    answers = {"login": email, "password": password, **more}
    return client.post(LOGIN, answers, REMOTE_ADDR=ip)


def is_in(client):
    """Whether the next click finds them signed in."""
    return "/cuenta/" not in client.get("/").headers.get("Location", "")


# The password


def test_sign_in_leads_to_the_first_page(client, user):
    response = sign_in(client)

    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert is_in(client)


@pytest.mark.parametrize("email", ["ANA@prueba.test", " Ana@Prueba.Test "])
def test_sign_in_does_not_mind_capitals(client, user, email):
    sign_in(client, email)

    assert is_in(client)


@pytest.mark.rule("SEC-24")
def test_a_wrong_password_and_an_unknown_address_are_told_the_same(client, user):
    known, unknown = sign_in(client, password=OTHER), sign_in(client, "nadie@prueba.test", OTHER)

    def told(response):
        return re.findall(r"<li>\s*(.*?)\s*</li>", response.content.decode(), re.DOTALL)

    assert told(known) == told(unknown) != []
    assert not is_in(client)


@pytest.mark.rule("SEC-12")
def test_an_inactive_user_does_not_get_in(client, user):
    User.objects.update(is_active=False)

    sign_in(client)

    assert not is_in(client)


def test_sign_in_with_a_megabyte_is_refused(client, user):
    response = sign_in(client, password="x" * 1_000_000)

    assert response.status_code < 500
    assert not is_in(client)


def test_passwords_are_kept_with_argon2(settings):
    written = runpy.run_path(str(settings.BASE_DIR / "genesis" / "settings.py"))
    settings.PASSWORD_HASHERS = written["PASSWORD_HASHERS"]  # the tests use a quick one

    assert make_password(PASSWORD).startswith("argon2$argon2id$")


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("x" * 11, False),
        ("tres palabra", True),
        (("abcdefgh " * 15)[:128], True),
        (("abcdefgh " * 15)[:129], False),
        ("x" * 1_000_000, False),
        ("qwertyuiop123", False),
        ("PASSWORD1234", False),
        ("Gene-Sis 2026 El Salvador", False),
        ("123456789012", False),
        ("ana@prueba.test", False),
        ("ñandú en la montaña 🦤", True),
        ("' OR 1=1; DROP TABLE--", True),
    ],
    ids=[
        "11",
        "12",
        "128",
        "129",
        "megabyte",
        "common",
        "capitals",
        "programme",
        "row",
        "address",
        "letters",
        "sql",
    ],
)
def test_password_is_long_but_not_too_long_and_not_common(client, user, password, accepted):
    sign_in(client)

    response = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )

    user.refresh_from_db()
    assert (response.status_code == 302) is accepted
    assert user.check_password(password) is accepted
    assert user.check_password(PASSWORD) is not accepted


def test_change_of_the_password_leaves_a_trace_without_it(client, user):
    sign_in(client)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER},
    )

    trace = Activity.objects.get(verb="user.password_changed")
    assert (trace.actor, trace.changes, trace.ip) == (user, {}, "127.0.0.1")
    assert is_in(client)


@pytest.mark.rule("SEC-12")
def test_change_of_the_password_ends_the_sessions_elsewhere(client, user):
    elsewhere = Client()
    sign_in(client)
    sign_in(elsewhere)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER},
    )

    assert is_in(client)
    assert not is_in(elsewhere)


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "///x.y"],
)
def test_sign_in_leads_nowhere_else(client, user, target):
    response = sign_in(client, next=target)

    assert response.headers["Location"] == "/"


def test_sign_in_leads_back_to_where_it_was_asked_for(client, user):
    asked = client.get("/personas/?sector=tourism")

    response = sign_in(client, next="/personas/?sector=tourism")

    assert asked.headers["Location"] == "/cuenta/entrar/?next=/personas/%3Fsector%3Dtourism"
    assert response.headers["Location"] == "/personas/?sector=tourism"


def test_nobody_signs_up(client):
    answers = {"email": "yo@prueba.test", "password1": PASSWORD, "password2": PASSWORD}

    response = client.post(reverse("account_signup"), answers)

    assert "account/signup_closed.html" in [each.name for each in response.templates]
    assert not User.objects.exists()


def test_sign_out_is_a_button_and_ends_the_session(client, user):
    sign_in(client)

    assert client.get(reverse("account_logout")).status_code == 200
    assert is_in(client)
    out = client.post(reverse("account_logout"))
    assert not is_in(client)
    # What waits in the browser's storage to be sent stays.
    assert out.headers["Clear-Site-Data"] == '"cache"'


def test_only_the_end_of_a_session_empties_the_browsers_cache(client, user):
    before = client.get(reverse("account_login"))
    sign_in(client)
    inside = client.get(reverse("home"))
    client.post(reverse("account_logout"))
    after = client.get(reverse("account_login"))

    assert not any("Clear-Site-Data" in each.headers for each in (before, inside, after))


# How often it may be tried


def fail(client, times, **more):
    for _time in range(times):
        sign_in(client, password=OTHER, **more)


def test_after_five_failures_the_right_password_is_refused_too(client, user):
    fail(client, 5)

    response = sign_in(client)

    assert not is_in(client)
    assert "Demasiados" in response.content.decode()


def test_four_failures_do_no_harm(client, user):
    fail(client, 4)
    sign_in(client)

    assert is_in(client)


def test_failures_elsewhere_keep_nobody_out(client, user):
    fail(Client(), 5, ip="198.51.100.1")

    sign_in(client, ip="203.0.113.7")

    assert is_in(client)


def test_failures_with_one_address_leave_the_others_alone(client, user):
    fail(client, 5, email="eva@prueba.test")

    sign_in(client)

    assert is_in(client)


def test_after_five_minutes_it_may_be_tried_again(client, user):
    with time_machine.travel(time.time(), tick=False) as clock:
        fail(client, 5)
        clock.shift(301)
        sign_in(client)

        assert is_in(client)


def test_guessing_at_many_accounts_from_one_place_is_refused(client, user):
    for number in range(10):
        sign_in(client, f"persona{number}@prueba.test", OTHER)

    sign_in(client)

    assert not is_in(client)


def test_a_forged_forwarding_address_does_not_make_another_place(client, user):
    for number in range(5):
        client.post(
            LOGIN,
            {"login": user.email, "password": OTHER},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )

    client.post(LOGIN, {"login": user.email, "password": PASSWORD})

    assert not is_in(client)


def test_the_limits_are_counted_in_the_database(client, user, django_assert_num_queries):
    fail(client, 1)

    assert settings.CACHES["default"]["BACKEND"].endswith("db.DatabaseCache")
    with django_assert_num_queries(1):
        cache.get("anything")


# Links that reset


@pytest.fixture
def mail_folder(settings, tmp_path):
    """Mail goes to files, as in the demo."""
    folder = tmp_path / "mail"
    backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": str(folder)}}}
    return folder


def mails(folder):
    return [path.read_text() for path in sorted(folder.glob("*.log"))] if folder.exists() else []


def link_in(mail):
    text = message_from_string(mail, policy=default).get_body().get_content()
    return re.search(r"https?://\S+?(/cuenta/clave/enlace/\S+)", text)[1]


def choose_password(client, link, password=OTHER):
    """Follow a link and choose a password; return the last answer."""
    page = client.get(link, follow=True)
    if not page.redirect_chain:
        return page
    answers = {"password1": password, "password2": password}
    return client.post(page.redirect_chain[-1][0], answers)


def test_reset_by_mail_sends_a_link_that_sets_a_password(client, user, mail_folder):
    client.post(reverse("account_reset_password"), {"email": "Ana@prueba.test"})

    (mail,) = mails(mail_folder)
    assert "To: ana@prueba.test" in mail
    subject = message_from_string(mail, policy=default)["Subject"]
    assert subject == "Gene-Sis: Elija otra contraseña"
    choose_password(client, link_in(mail))
    user.refresh_from_db()
    assert user.check_password(OTHER)
    assert Activity.objects.get(verb="user.password_changed").actor == user
    sign_in(client, password=OTHER)
    assert is_in(client)


def test_reset_tells_nobody_who_has_an_account(client, user, mail_folder):
    known = client.post(reverse("account_reset_password"), {"email": user.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nadie@prueba.test"})

    assert known.status_code == unknown.status_code == 302
    assert known.headers["Location"] == unknown.headers["Location"]


@pytest.mark.parametrize("email", ["ana@prueba.test\nBcc: eva@prueba.test", "a@b", "", "x" * 300])
def test_reset_of_no_address_sends_nothing(client, user, mail_folder, email):
    response = client.post(reverse("account_reset_password"), {"email": email})

    assert response.status_code == 200
    assert mails(mail_folder) == []


def test_reset_for_an_inactive_user_opens_nothing(client, user, mail_folder):
    User.objects.update(is_active=False)

    client.post(reverse("account_reset_password"), {"email": user.email})

    assert [mail for mail in mails(mail_folder) if "/cuenta/clave/enlace/" in mail] == []


def test_reset_may_be_asked_for_five_times_an_hour(client, user, mail_folder):
    answers = [
        client.post(reverse("account_reset_password"), {"email": user.email}).status_code
        for _time in range(6)
    ]

    assert answers == [302] * 5 + [429]


@pytest.fixture
def link(user):
    return make_access_link(user, by=UserFactory(administrator=True))


def test_access_link_sets_a_password_once(client, user, link):
    choose_password(client, link)
    again = choose_password(Client(), link, "una tercera clave que no vale")

    user.refresh_from_db()
    assert user.check_password(OTHER)
    assert "ya no sirve" in again.content.decode() or again.context["token_fail"]


@pytest.mark.parametrize(("hours", "works"), [(23, True), (25, False)])
def test_access_link_is_good_for_a_day(client, user, link, hours, works):
    with time_machine.travel(time.time() + hours * 3600, tick=False):
        choose_password(client, link)

    user.refresh_from_db()
    assert user.check_password(OTHER) is works


def test_access_link_ends_when_the_user_signs_in(client, user, link):
    sign_in(Client())

    choose_password(client, link)

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_access_link_ends_when_the_address_is_corrected(client, user, link):
    change_user(user, version=1, email="nueva@prueba.test", by=UserFactory(administrator=True))

    choose_password(client, link)

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_access_link_of_one_user_does_not_open_another(client, user, link):
    other = UserFactory(password=PASSWORD)
    key = link.rstrip("/").rpartition("-")[2]
    timestamp = link.rstrip("/").split("-")[-2].rpartition("/")[2]

    choose_password(client, f"/cuenta/clave/enlace/{other.pk}-{timestamp}-{key}/")

    other.refresh_from_db()
    assert other.check_password(PASSWORD)


def test_access_link_applies_the_rules_of_passwords(client, user, link):
    response = choose_password(client, link, "corta")

    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert "12" in response.content.decode()


@pytest.mark.rule("SEC-12")
def test_access_link_does_not_let_an_inactive_user_in(client, user, link):
    User.objects.update(is_active=False)
    choose_password(client, link)

    sign_in(client, password=OTHER)

    assert not is_in(client)


def test_old_address_opens_nothing_after_it_was_corrected(client, user, link, mail_folder):
    admin = UserFactory(administrator=True)
    client.get(link)
    change_user(user, version=1, email="nueva@prueba.test", by=admin)

    sign_in(client, "ana@prueba.test")
    assert not is_in(client)
    client.post(reverse("account_reset_password"), {"email": "ana@prueba.test"})
    assert [mail for mail in mails(mail_folder) if "/cuenta/clave/enlace/" in mail] == []
    sign_in(client, "nueva@prueba.test")
    assert is_in(client)
    assert not EmailAddress.objects.filter(email="ana@prueba.test").exists()


# The second factor


def code_of(secret, at=None):
    return format_hotp_value(hotp_value(secret, int(at or time.time()) // 30))


@pytest.fixture
def mfa_required(settings):
    settings.MFA_REQUIRED = True


def activate(client):
    """Set a second factor up as a person does; return its seed."""
    sign_in(client)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = re.search(r'<code class="codigo">([A-Z2-7]+)</code>', page.content.decode())[1]
    # A code that is made at the end of its half minute would be asked for in the next.
    with time_machine.travel(time.time(), tick=False):
        response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert response.status_code == 302, response.context["form"].errors
    return secret


@pytest.mark.rule("SEC-11")
def test_second_factor_is_set_up_and_then_asked_for(client, user, mfa_required):
    secret = activate(client)
    assert client.get("/personas/").status_code == 200
    client.post(reverse("account_logout"))

    response = sign_in(client)
    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    with time_machine.travel(time.time() + 60, tick=False):
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

        assert is_in(client)
        assert client.session["signed_in_at"] == pytest.approx(time.time(), abs=5)


@pytest.mark.rule("SEC-11")
def test_a_wrong_code_lets_nobody_in(client, user, mfa_required):
    secret = activate(client)
    client.post(reverse("account_logout"))
    sign_in(client)

    for wrong in ("000000", "", "abc", code_of(secret, time.time() - 3600), "1" * 5000):
        client.post(reverse("mfa_authenticate"), {"code": wrong})

    assert not is_in(client)


@pytest.mark.rule("SEC-11")
def test_a_code_is_good_once(user, mfa_required):
    first, second = Client(), Client()
    with time_machine.travel(time.time(), tick=False) as clock:
        secret = activate(first)
        first.post(reverse("account_logout"))
        clock.shift(120)
        for client in (first, second):
            sign_in(client)
            client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

        assert is_in(first)
        assert not is_in(second)


@pytest.mark.rule("SEC-11")
def test_guessing_codes_is_refused_after_five(client, user, mfa_required):
    secret = activate(client)
    client.post(reverse("account_logout"))
    sign_in(client)
    for _time in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    with time_machine.travel(time.time() + 60, tick=False):
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

        assert not is_in(client)


@pytest.mark.rule("SEC-11")
def test_a_recovery_code_opens_once(user, mfa_required):
    client, again = Client(), Client()
    activate(client)
    codes = user.authenticator_set.get(type=Authenticator.Type.RECOVERY_CODES).wrap()
    code = codes.get_unused_codes()[0]
    client.post(reverse("account_logout"))

    for each in (client, again):
        sign_in(each)
        each.post(reverse("mfa_authenticate"), {"code": code})

    assert is_in(client)
    assert not is_in(again)


def test_seed_is_encrypted_at_rest(client, user):
    secret = activate(client)

    kept = user.authenticator_set.get(type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)
    assert SecondFactorAdapter().decrypt(kept.data["secret"]) == secret


def test_recovery_codes_are_encrypted_at_rest(client, user):
    activate(client)

    kept = user.authenticator_set.get(type=Authenticator.Type.RECOVERY_CODES)
    assert all(code not in str(kept.data) for code in kept.wrap().get_unused_codes())


def test_seed_does_not_open_with_the_key_of_another_installation(settings):
    user = UserFactory()
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    kept = user.authenticator_set.get().data["secret"]
    settings.INSTALLATION_KEY = "the key of another installation, also long enough"

    with pytest.raises(InvalidToken):
        SecondFactorAdapter().decrypt(kept)


def test_seed_is_not_left_in_the_session(client, user):
    secret = activate(client)

    assert secret not in str(dict(client.session))
