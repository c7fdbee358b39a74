"""What the machines around the site are told, when all is well and when a part is away."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

ASK = """
import django
django.setup()
from django.test import Client
for path in ("/salud/", "/listo/"):
    response = Client().get(path, headers={"host": "localhost"})
    print(response.status_code, response.content.decode())
"""


def ask_without(tmp_path, **away):
    """Ask both pages in a process of their own, whose environment lacks a part."""
    for name in ("files", "broker/messages", "broker/control", "static"):
        (tmp_path / "var" / name).mkdir(parents=True)
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "genesis.settings",
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "GENESIS_VAR": str(tmp_path / "var"),
    }
    return subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=settings.BASE_DIR,
        env=environment | away,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def test_both_are_well_when_everything_is_there(tmp_path):
    answers = ask_without(tmp_path).stdout.splitlines()
    assert answers == ["200 ok", '200 {"missing": []}']


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize(
    ("part", "away"),
    [
        ("database", {"DATABASE_URL": "postgresql://ana:secreta@localhost:1/casos"}),
        ("broker", {"REDIS_URL": "redis://:secreta@localhost:1/0"}),
        ("storage", {"GENESIS_VAR": "/proc/secreta"}),
    ],
)
def test_what_is_away_is_named_and_nothing_else_said(tmp_path, part, away):
    ended = ask_without(tmp_path, **away)

    alive, told = ended.stdout.splitlines()
    status, body = told.split(" ", 1)
    assert alive == "200 ok"
    assert status == "503"
    assert part in json.loads(body)["missing"]
    assert f"{part} does not answer" in ended.stderr
    assert "secreta" not in ended.stdout
    assert part == "storage" or "secreta" not in ended.stderr


def test_alive_asks_no_database(client):
    response = client.get("/salud/")  # this test may not use the database

    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response.headers["Cache-Control"]
    assert client.post("/salud/").status_code == 405


@pytest.mark.django_db
def test_nothing_is_left_in_the_storage(client, media_root):
    assert client.get("/listo/").json() == {"missing": []}
    assert list(media_root.iterdir()) == []


@pytest.mark.django_db
@pytest.mark.rule("SEC-24")
def test_a_form_that_is_not_ours_gets_a_page_that_says_nothing_of_the_inside():
    client = Client(enforce_csrf_checks=True)

    response = client.post(reverse("account_login"), {"login": "a@b.org", "password": "x"})

    assert response.status_code == 403
    assert "403_csrf.html" in [each.name for each in response.templates]
    assert "CSRF" not in response.content.decode()


# Whom to tell of a weakness


def test_whoever_finds_a_weakness_reads_whom_to_tell(client, settings, time_machine):
    time_machine.move_to("2026-11-23T06:00:00Z", tick=False)
    settings.SECURITY_CONTACT = "mailto:seguridad@example.org"
    settings.SITE_URL = "https://genesis.example.org"

    answer = client.get("/.well-known/security.txt")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines() == [
        "Contact: mailto:seguridad@example.org",
        "Expires: 2027-11-23T06:00:00Z",
        "Preferred-Languages: es, en",
        "Canonical: https://genesis.example.org/.well-known/security.txt",
    ]


def test_until_somebody_is_named_there_is_nobody_to_tell(client, settings):
    settings.SECURITY_CONTACT = ""

    assert client.get("/.well-known/security.txt").status_code == 404
