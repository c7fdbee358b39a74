"""The resolution behind an accreditation: kept whole or not at all, and handed out sealed."""

import errno
import os
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from certification.choices import AccreditationState
from certification.models import CentreAccreditation
from genesis.lib.storage import private
from tests.factories import papers
from tests.factories.accounts import UserFactory
from tests.factories.certification import AccreditationFactory, CentreFactory, VisitFactory

pytestmark = pytest.mark.django_db
BAD = {
    "nothing": (b"", "vacío"),
    "a page with a program": (b"<html><script>alert(1)</script></html>", "Solo se guardan"),
    "word": (b"PK\x03\x04" + b"\x00" * 40, "Solo se guardan"),
    "script": (papers.paper(papers.with_script), "un programa"),
    "broken": (b"%PDF-1.7 " + b"\x00" * 40, "dañado"),
    "a byte too many": (b"\xff\xd8\xff" + b"\x00" * (10 * 1024 * 1024 - 2), "10 MB"),
}


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def waiting(client):
    """One that was visited, and the coordination that may grant it."""
    made = AccreditationFactory(visited=True)
    VisitFactory(accreditation=made)
    client.force_login(UserFactory(programme_coordinator=True))
    return made


def page(accreditation, name="accreditation_grant"):
    return reverse(f"certification:{name}", args=[accreditation.public_id])


def posted(data, name="resolucion.pdf", **changes):
    today = timezone.localdate()
    return {
        "version": 1,
        "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=365)).isoformat(),
        "resolution_number": "R-2026-07",
        "file": papers.upload(data, name, "application/pdf"),
    } | changes


def stored():
    return sorted(each.name for each in Path(settings.MEDIA_ROOT).rglob("*") if each.is_file())


@pytest.mark.rule("SEC-23")
def test_a_resolution_is_made_anew_and_known_by_its_digest(client, waiting):
    client.post(page(waiting), posted(papers.paper(papers.with_photo)))

    kept = CentreAccreditation.objects.get()
    assert kept.state == AccreditationState.ACCREDITED
    assert stored() == [f"{kept.public_id}.pdf"]
    with kept.resolution.open() as file:
        content = file.read()
    assert sha256(content).hexdigest() == kept.resolution_sha256
    assert b"Telefonica Mala" not in content


def test_a_photo_of_it_will_do_whatever_it_calls_itself(client, waiting):
    client.post(page(waiting), posted(papers.photo(), "resolucion.exe"))

    answer = client.get(page(waiting, "resolution_file"))

    assert answer.headers["Content-Type"] == "image/jpeg"
    assert Image.open(BytesIO(answer.content)).format == "JPEG"


@pytest.mark.rule("SEC-23")
@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_kept_is_refused_at_its_field(client, waiting, name):
    data, said = BAD[name]

    answer = client.post(page(waiting), posted(data))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["file"]
    assert said in " ".join(answer.context["form"].errors["file"])
    assert "R-2026-07" in answer.content.decode()
    assert CentreAccreditation.objects.get().state == AccreditationState.VISITED
    assert stored() == []


@pytest.mark.rule("SEC-20")
def test_a_full_disk_grants_nothing_and_leaves_no_file(client, waiting, monkeypatch):
    def full(self, name, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(type(private()), "_save", full)

    answer = client.post(page(waiting), posted(papers.paper()))

    assert answer.status_code == 422
    assert "no se pudo guardar" in answer.content.decode().lower()
    assert CentreAccreditation.objects.get().state == AccreditationState.VISITED
    assert stored() == []


@pytest.mark.rule("SEC-15", "SEC-20")
def test_an_old_page_grants_nothing_and_leaves_no_file(client, waiting):
    answer = client.post(page(waiting), posted(papers.paper(), version=7))

    assert answer.status_code == 409
    assert CentreAccreditation.objects.get().state == AccreditationState.VISITED
    assert stored() == []


@pytest.mark.rule("SEC-23")
def test_it_is_handed_out_sealed_under_a_name_of_ours(client, waiting):
    client.post(page(waiting), posted(papers.paper(), '"><script>.pdf'))

    answer = client.get(page(waiting, "resolution_file"))

    name = f"resolucion-{waiting.centre.code}-{waiting.standard.code}.pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with pikepdf.open(BytesIO(answer.content)) as made:
        assert len(made.pages) == 1


@pytest.mark.rule("SEC-2", "SEC-3", "SEC-4")
def test_only_who_sees_the_centre_opens_it(client, waiting):
    client.post(page(waiting), posted(papers.paper()))
    place = waiting.centre.organization
    answers = {
        "its manager": (UserFactory(centre_manager=True, at=place), 200),
        "verifier": (UserFactory(verifier=True), 200),
        "officer": (UserFactory(officer=True), 200),
        "manager of another": (
            UserFactory(centre_manager=True, at=CentreFactory().organization),
            404,
        ),
        "caseworker": (UserFactory(caseworker=True, at=place), 403),
        "evaluator": (UserFactory(evaluator=True, at=place), 403),
        "administrator": (UserFactory(administrator=True), 403),
    }

    found = {}
    for name, (user, _status) in answers.items():
        visitor = Client()
        visitor.force_login(user)
        found[name] = visitor.get(page(waiting, "resolution_file")).status_code

    assert found == {name: status for name, (_user, status) in answers.items()}
    assert Client().get(page(waiting, "resolution_file")).status_code == 302


def test_there_is_none_where_none_was_sent_or_the_storage_lost_it(client, waiting):
    without = AccreditationFactory(accredited=True)
    client.post(page(waiting), posted(papers.paper()))
    private().delete(CentreAccreditation.objects.get(pk=waiting.pk).resolution.name)

    for each in (without, waiting):
        assert client.get(page(each, "resolution_file")).status_code == 404
        assert client.get(each.get_absolute_url()).status_code == 200
