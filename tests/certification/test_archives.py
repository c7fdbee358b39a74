"""The yearly archive: signed, whole, believed for the DID document alone, and naming nobody."""

import io
import json
from datetime import timedelta
from hashlib import sha256
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from certification.actions.archives import ask_for_archive
from certification.actions.signing_keys import give_up_key
from certification.documents import archive as archives
from certification.jobs import see_to_archives
from certification.models import Archive, Certificate, SigningKey, StatusList
from certification.tasks import make_archive, sign_status_list
from genesis.lib.background import MAX_ATTEMPTS
from genesis.lib.proofs import NotToBeReleased
from tests.certification.strangers import HOST, found_at, issued
from tests.factories.certification import signing_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(settings):
    return issued(settings)


def made(year=None):
    archive = ask_for_archive(year or timezone.localdate().year)
    make_archive(archive_id=archive.pk)
    archive.refresh_from_db()
    return archive


def did():
    return json.loads(found_at(f"{HOST}/.well-known/did.json"))


def changed(content, name, data):
    """The same archive with another file in it."""
    result = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(result, "w") as new:
        for each in old.namelist():
            new.writestr(each, data if each == name else old.read(each))
        if name not in old.namelist():
            new.writestr(name, data)
    return result.getvalue()


@pytest.mark.rule("CERT-18", "CERT-19")
def test_anybody_downloads_it_and_believes_it_for_the_did_document_alone(certificate, client):
    year = timezone.localdate().year
    assert client.get(reverse("archive_file", args=[year])).status_code == 404

    archive = made()

    answer = client.get(reverse("archive_file", args=[year]))
    assert sha256(answer.content).hexdigest() == archive.sha256
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    files = archives.check(answer.content, did=did())
    assert set(files) == {"did.json", "estado-1.json", "registro.txt"}
    assert json.loads(files["did.json"]) == did()
    assert files["estado-1.json"].decode() == StatusList.objects.get().text
    digest = sha256(certificate.credential.encode()).hexdigest()
    assert files["registro.txt"].decode() == f"{digest}\n"
    everything = b"".join(files.values()).decode()
    for secret in (
        certificate.holder_name,
        certificate.holder_initials,
        certificate.folio,
        certificate.code,
        certificate.centre_code,
        str(certificate.credential_id),
        str(certificate.public_id),
    ):
        assert secret not in everything
    assert f"/archivo/{year}.zip" in client.get(reverse("employers")).content.decode()


@pytest.mark.parametrize("name", ["registro.txt", "did.json", "estado-1.json", "otro.txt"])
def test_another_file_in_it_is_not_believed(certificate, name):
    with made().file.open("rb") as file:
        content = file.read()

    with pytest.raises(archives.NoSuchArchive):
        archives.check(changed(content, name, b"{}"), did=did())


def test_another_statement_or_key_is_not_believed(certificate, tmp_path):
    with made().file.open("rb") as file:
        content = file.read()
    with ZipFile(io.BytesIO(content)) as held:
        statement = json.loads(held.read("archivo.json"))
    statement["validFrom"] = "2020-01-01T00:00:00Z"
    forged = changed(content, "archivo.json", json.dumps(statement).encode())
    kept, known = tmp_path / "archivo.zip", tmp_path / "did.json"
    known.write_text(json.dumps(did()))

    with pytest.raises(NotToBeReleased):
        archives.check(forged, did=did())
    with pytest.raises(archives.NoSuchArchive):
        archives.check(content, did={"verificationMethod": [], "assertionMethod": []})
    kept.write_bytes(content)
    call_command("check_archive", kept, known)
    for wrong in (forged, b"no es un archivo", changed(content, "archivo.json", b"[]")):
        kept.write_bytes(wrong)
        with pytest.raises(CommandError):
            call_command("check_archive", kept, known)


@pytest.mark.rule("SEC-19")
def test_that_of_a_year_which_is_over_is_made_once(certificate, monkeypatch, capsys):
    this_year = timezone.localdate().year
    first = made()
    again = made()  # before the year is over, as of now each time
    assert (again.pk, again.signed_at > first.signed_at) == (first.pk, True)
    see_to_archives()
    assert Archive.objects.count() == 1  # of the year before nothing was issued

    later = timezone.now() + timedelta(days=366)
    monkeypatch.setattr(timezone, "now", lambda: later)
    see_to_archives()
    assert Archive.objects.get().work_state == "waiting"
    make_archive(archive_id=first.pk)
    final = Archive.objects.get()
    assert final.is_final
    see_to_archives()
    make_archive(archive_id=first.pk)
    call_command("make_archive", year=this_year)
    assert Archive.objects.get().signed_at == final.signed_at
    assert "is there" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("make_archive", year=this_year + 2)


def test_it_waits_for_lists_and_is_made_again_where_its_key_is_given_up(certificate):
    StatusList.objects.update(work_state="waiting")
    waits = made()
    assert (waits.work_state, waits.file.name, waits.last_error) == (
        "waiting",
        "",
        "ListsNotSigned",
    )
    sign_status_list(list_id=StatusList.objects.get().pk)
    first = made()

    signing_key()
    give_up_key(first.key)
    sign_status_list(list_id=StatusList.objects.get().pk)
    make_archive(archive_id=first.pk)

    second = Archive.objects.get()
    assert second.key != first.key
    with second.file.open("rb") as file:
        archives.check(file.read(), did=did())
    assert Certificate.objects.get().key == first.key


def test_no_archive_says_that_a_key_is_trusted_which_was_given_away(certificate, client):
    status = StatusList.objects.get()
    first = SigningKey.objects.get()
    second = signing_key()
    sign_status_list(list_id=status.pk)
    archive = made()
    address = reverse("archive_file", args=[archive.year])
    assert archive.key == second

    give_up_key(first)

    assert client.get(address).status_code == 404  # it names the first as one that is trusted
    assert address not in client.get(reverse("employers")).content.decode()
    sign_status_list(list_id=status.pk)
    make_archive(archive_id=archive.pk)
    files = archives.check(client.get(address).content, did=did())
    assert first.public not in files["did.json"].decode()
    assert second.public in files["did.json"].decode()


def test_what_no_key_could_sign_again_is_signed_by_the_next(certificate, client):
    archive = made()
    address = reverse("archive_file", args=[archive.year])
    give_up_key(archive.key)
    sign_status_list(list_id=StatusList.objects.get().pk)
    for _ in range(MAX_ATTEMPTS):
        make_archive(archive_id=archive.pk)
    assert Archive.objects.get().is_dead
    Archive.objects.update(work_state="done")  # as if no other had been made of it
    assert client.get(address).status_code == 404
    Archive.objects.update(work_state="dead")

    signing_key()
    sign_status_list(list_id=StatusList.objects.get().pk)
    make_archive(archive_id=archive.pk)

    archives.check(client.get(address).content, did=did())
