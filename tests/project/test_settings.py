"""The settings read the environment, and stop with a sentence where it is wrong."""

import re
import runpy
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

SETTINGS = settings.BASE_DIR / "genesis" / "settings.py"


@pytest.fixture
def load(monkeypatch, tmp_path):
    """Load the settings anew, with these values in the environment; None takes one out."""
    base = {
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": "postgresql://ana:secreta@db.example.org:5433/casos?connect_timeout=5",
        "GENESIS_VAR": str(tmp_path / "var"),
        "GENESIS_DEMO": None,
        "MFA_REQUIRED": None,
    }

    def load(**values):
        for name, value in (base | values).items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return load


def test_database_url_becomes_the_connection(load):
    database = load()["DATABASES"]["default"]

    names = ("NAME", "HOST", "PORT", "USER", "PASSWORD")
    assert [database[name] for name in names] == [
        "casos",
        "db.example.org",
        "5433",
        "ana",
        "secreta",
    ]
    assert database["OPTIONS"]["connect_timeout"] == "5"
    assert "statement_timeout=20s" in database["OPTIONS"]["options"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"DATABASE_URL": None}, "DATABASE_URL is missing"),
        ({"SECRET_KEY": None}, "SECRET_KEY is missing"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL cannot be read"),
        ({"MFA_REQUIRED": "perhaps"}, "MFA_REQUIRED is 'perhaps'"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES is '-1'"),
        ({"SESSION_IDLE_MINUTES": "٣٠"}, "SESSION_IDLE_MINUTES"),
        ({"GENESIS_URL": "genesis.example.org"}, "GENESIS_URL is"),
        ({"SECURITY_CONTACT": "seguridad@example.org"}, "SECURITY_CONTACT is"),
    ],
)
def test_a_wrong_value_is_named(load, values, told):
    with pytest.raises(ImproperlyConfigured, match=told):
        load(**values)


def test_loading_makes_no_folder(load, tmp_path):
    load()
    assert list(tmp_path.iterdir()) == []


def test_a_value_may_come_from_a_file(load, tmp_path):
    file = tmp_path / "key"
    file.write_text("from the file\n")
    assert load(SECRET_KEY=None, SECRET_KEY_FILE=str(file))["SECRET_KEY"] == "from the file"


@pytest.mark.rule("SEC-11")
def test_a_second_factor_is_asked_for_unless_turned_off(load):
    assert load()["MFA_REQUIRED"] is True
    assert load(MFA_REQUIRED="0")["MFA_REQUIRED"] is False


def test_cookies_are_secure_over_https(load):
    over_https = load(GENESIS_URL="https://genesis.example.org")
    plain = load(GENESIS_URL="http://localhost:8000")

    assert over_https["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert over_https["SESSION_COOKIE_SECURE"] is over_https["CSRF_COOKIE_SECURE"] is True
    assert over_https["SECURE_HSTS_SECONDS"] > 0
    assert "SESSION_COOKIE_SECURE" not in plain


def test_health_checks_are_answered_without_https(load):
    exempt = load(GENESIS_URL="https://genesis.example.org")["SECURE_REDIRECT_EXEMPT"]

    asked = ["salud/", "listo/", "personas/salud/"]
    assert [any(re.search(each, path) for each in exempt) for path in asked] == [True, True, False]


def test_mail_of_a_demo_stays_in_a_folder(load):
    given = {"EMAIL_HOST": "mail.example.org"}

    sent = load(**given)["MAILERS"]["default"]["BACKEND"]
    kept = load(**given, GENESIS_DEMO="1")["MAILERS"]["default"]["BACKEND"]

    assert sent == "django.core.mail.backends.smtp.EmailBackend"
    assert kept == "django.core.mail.backends.filebased.EmailBackend"


@pytest.mark.parametrize("program", ["genesis.wsgi", "genesis.asgi"])
def test_web_without_a_database_refuses_to_start(program):
    environment = {"SECRET_KEY": "x" * 50, "PATH": ""}
    ended = subprocess.run(
        [sys.executable, "-c", f"import {program}"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.strip().endswith(
        "DATABASE_URL is missing: set it, or DATABASE_URL_FILE, in the environment."
    )


def test_limits_and_cursors_of_the_database_can_be_turned_off(load):
    database = load(DATABASE_LIMITS="0", DATABASE_CURSORS="0")["DATABASES"]["default"]

    assert "options" not in database["OPTIONS"]
    assert database["DISABLE_SERVER_SIDE_CURSORS"]


@pytest.mark.rule("SEC-11")
@pytest.mark.parametrize(("required", "found"), [(True, []), (False, ["genesis.W001"])])
def test_check_complains_where_no_second_factor_is_required(settings, required, found):
    settings.MFA_REQUIRED = required

    messages = run_checks(tags=["security"], include_deployment_checks=True)

    assert [each.id for each in messages if each.id.startswith("genesis")] == found
