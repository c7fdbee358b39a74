"""Keys, what is signed with them, and the list that says what was revoked."""

import gzip
import io
import json
import ssl
import stat
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from hashlib import sha256
from threading import Barrier

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from certification.actions.signing_keys import give_up_key, retire_key, sign_again, take_key
from certification.choices import KeyState
from certification.documents import credential, printed
from certification.documents.status import did_document, encoded
from certification.jobs import sign_changed_lists
from certification.models import Certificate, SigningKey, StatusList
from certification.tasks import render_certificate, sign_status_list
from genesis.lib import proofs
from genesis.lib.background import WorkState
from genesis.lib.signing_keys import KeyNotUsable, forget_key, make_key, private_key
from tests.factories.certification import (
    AssessmentFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    StandardVersionFactory,
    signing_key,
)

pytestmark = pytest.mark.django_db


def signed(**values):
    """A certificate with its credential, as a worker left it."""
    certificate = CertificateFactory(listed=True, **values)
    render_certificate(certificate_id=certificate.pk)
    certificate.refresh_from_db()
    return certificate


def credential_of(certificate):
    return json.loads(certificate.credential)


def bits_of(status_list):
    """The places at which a signed list has a bit set."""
    text = json.loads(status_list.text)["credentialSubject"]["encodedList"]
    assert text.startswith("u")
    packed = text[1:] + "=" * (-len(text[1:]) % 4)
    content = gzip.decompress(urlsafe_b64decode(packed))
    assert len(content) == StatusList.SIZE // 8
    return {place for place in range(StatusList.SIZE) if content[place // 8] & (0x80 >> place % 8)}


def work_on(status_list):
    sign_status_list(list_id=status_list.pk)
    status_list.refresh_from_db()
    return status_list


# Keys


def test_a_private_key_is_read_by_its_owner_alone(signing_keys):
    public = make_key()

    [file] = signing_keys.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(signing_keys.stat().st_mode) == 0o700
    assert proofs.multikey(private_key(public).public_key()) == public


def test_a_key_that_is_not_there_is_said_to_be_missing():
    with pytest.raises(KeyNotUsable, match="is not in the folder"):
        private_key("z6MkNobody")


def test_a_key_that_others_can_read_signs_nothing(signing_keys):
    public = make_key()
    (signing_keys / f"{public}.pem").chmod(0o640)

    with pytest.raises(KeyNotUsable, match="can be read by others"):
        private_key(public)


def test_a_file_with_another_key_in_it_signs_nothing(signing_keys):
    public, other = make_key(), make_key()
    (signing_keys / f"{other}.pem").rename(signing_keys / f"{public}.pem")

    with pytest.raises(KeyNotUsable, match="holds another key"):
        private_key(public)


def test_a_new_key_takes_the_place_of_the_one_before():
    first, second = signing_key(), signing_key()

    first.refresh_from_db()
    assert (first.state, second.state) == (KeyState.RETIRED, KeyState.ACTIVE)
    assert first.ended_at is not None
    assert set(SigningKey.objects.trusted()) == {first, second}


def test_the_database_knows_one_key_in_use():
    signing_key()

    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.create(public="z6MkOther")


@pytest.mark.django_db(transaction=True)
def test_of_two_keys_made_at_once_one_is_in_use():
    signing_key()
    start = Barrier(2)

    def make(_):
        start.wait(timeout=10)
        try:
            take_key(make_key())
        except IntegrityError:
            return "refused"
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor() as pool:
        answers = set(pool.map(make, range(2)))

    assert "taken" in answers
    assert SigningKey.objects.active().count() == 1


def test_a_key_that_was_given_away_vouches_for_nothing():
    key = signing_key()
    certificate = signed()

    affected = give_up_key(key)

    assert affected == [certificate]
    assert did_document(SigningKey.objects.trusted())["verificationMethod"] == []


def test_what_has_expired_is_not_to_be_issued_anew():
    key = signing_key()
    today = timezone.localdate()
    last_day, _expired = [
        CertificateFactory(
            listed=True, key=key, credential="{}", credential_sha256="0" * 64, valid_until=until
        )
        for until in (today, today - timedelta(days=1))
    ]

    assert give_up_key(key) == [last_day]


def test_a_key_that_was_given_away_stays_so():
    key = signing_key()
    give_up_key(key)
    ended_at = SigningKey.objects.get().ended_at

    retire_key(key)

    found = SigningKey.objects.get()
    assert (found.state, found.ended_at) == (KeyState.COMPROMISED, ended_at)
    theirs = SigningKey.objects.filter(pk=key.pk)
    for change in (
        lambda: theirs.update(state=KeyState.RETIRED),
        lambda: theirs.update(state=KeyState.ACTIVE, ended_at=None),
        theirs.delete,
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_database_lets_no_key_become_another():
    key = signing_key()

    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.filter(pk=key.pk).update(public="z6MkOther")


def test_what_a_retired_key_signed_holds():
    key = signing_key()
    certificate = signed()

    retire_key(key)

    [method] = did_document(SigningKey.objects.trusted())["verificationMethod"]
    assert credential_of(certificate)["proof"]["verificationMethod"] == method["id"]


def test_a_new_key_signs_every_list_again():
    signing_key()
    certificate = signed()
    before = work_on(certificate.status_list)
    assert before.work_state == WorkState.DONE

    key = signing_key()

    assert StatusList.objects.get().work_state == WorkState.WAITING
    assert work_on(before).key == key


def test_commands_make_and_end_keys(capsys, signing_keys):
    call_command("make_signing_key")
    call_command("make_signing_key", "--if-missing")
    key = SigningKey.objects.get()
    certificate = signed()

    call_command("give_up_signing_key", key.public, "--compromised")

    told = capsys.readouterr().out
    assert "A key is in use already." in told
    assert f"To be issued anew: {certificate.folio}" in told
    assert "No key is in use" in told
    assert list(signing_keys.iterdir()) == []
    key.refresh_from_db()
    assert key.state == KeyState.COMPROMISED
    with pytest.raises(CommandError):
        call_command("give_up_signing_key", "z6MkNobody")


def test_a_retired_key_signs_nothing_more(capsys, signing_keys):
    key = signing_key()

    call_command("give_up_signing_key", key.public)

    key.refresh_from_db()
    assert key.state == KeyState.RETIRED
    assert list(signing_keys.iterdir()) == []
    assert "To be issued anew" not in capsys.readouterr().out


# The credential


def test_a_credential_says_what_the_paper_says(settings):
    settings.SITE_URL = "https://certificados.ejemplo.org"
    settings.CREDENTIAL_ISSUER = "did:web:certificados.ejemplo.org"
    signing_key()
    certificate = signed(
        issued_on=date(2026, 11, 20),
        valid_until=date(2029, 11, 20),
        holder_name="Ana María Portillo",
        body__website="https://incaf.ejemplo.org",
    )

    found = credential_of(certificate)

    subject, achievement = found["credentialSubject"], found["credentialSubject"]["achievement"]
    assert found["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert found["id"] == certificate.credential_id.urn
    assert found["issuer"]["id"] == "did:web:certificados.ejemplo.org"
    assert found["issuer"]["name"] == certificate.body_name
    assert found["issuer"]["url"] == "https://incaf.ejemplo.org"
    # A day begins in El Salvador six hours after it does in Greenwich; the last one counts whole.
    assert found["validFrom"] == found["awardedDate"] == "2026-11-20T06:00:00Z"
    assert found["validUntil"] == "2029-11-21T05:59:59Z"
    assert subject["identifier"][0] == {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": "Ana María Portillo",
        "identityType": "name",
    }
    assert subject["licenseNumber"] == certificate.folio
    assert (subject["result"][0]["status"], subject["result"][0]["value"]) == (
        "Completed",
        "Competente",
    )
    version = f"{certificate.standard_code}/{certificate.standard_version}"
    assert achievement["id"] == f"https://certificados.ejemplo.org/estandar/{version}/"
    assert achievement["achievementType"] == "Certification"
    assert achievement["humanCode"] == certificate.standard_code
    assert achievement["alignment"][0]["targetCode"] == certificate.standard.isco
    assert certificate.centre_code in found["evidence"][0]["narrative"]
    assert found["credentialStatus"] == {
        "id": f"https://certificados.ejemplo.org/estado/1#{certificate.status_index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(certificate.status_index),
        "statusListCredential": "https://certificados.ejemplo.org/estado/1",
    }
    assert found["proof"]["verificationMethod"] == (
        f"did:web:certificados.ejemplo.org#{certificate.key.public}"
    )


def test_a_credential_names_the_occupation_of_its_version():
    version = StandardVersionFactory(isco="5120")
    assessment = AssessmentFactory(certified=True, standard_version=version)
    certificate = CertificateFactory(assessment=assessment, listed=True)

    achievement = credential._achievement(certificate)

    assert version.standard.isco != "5120"
    assert achievement["alignment"][0]["targetCode"] == "5120"


def test_a_credential_holds_nothing_that_the_paper_does_not():
    signing_key()
    certificate = signed()
    person = certificate.assessment.person
    number = person.documents.get().number

    for kept in [
        number,
        number.replace("-", ""),
        sha256(number.encode()).hexdigest(),
        person.file_number,
        certificate.assessment.reference,
        certificate.code,
        printed.secret_of(certificate),
        str(certificate.assessment.evaluator),
    ]:
        assert kept not in certificate.credential


@pytest.mark.rule("CERT-19")
@pytest.mark.parametrize(("lookup", "shown"), [("full", True), ("minimal", False), ("none", False)])
def test_a_credential_tells_where_she_was_if_the_public_check_does(lookup, shown):
    signing_key()
    certificate = signed(public_lookup=lookup)

    [evidence] = credential_of(certificate)["evidence"]

    assert "Evaluación práctica" in evidence["narrative"]
    assert (certificate.centre_code in certificate.credential) is shown
    assert certificate.place not in certificate.credential


def test_a_permanent_certificate_has_no_last_moment():
    signing_key()

    assert "validUntil" not in credential_of(signed(valid_until=None))


def test_each_certificate_names_the_body_of_its_day():
    signing_key()
    before = CertifyingBodyFactory(
        folio_prefix="IS", printed_name="INSAFORP", valid_until=date(2023, 12, 8)
    )
    after = CertifyingBodyFactory(
        folio_prefix="IC", printed_name="INCAF", valid_from=date(2023, 12, 9)
    )

    names = [credential_of(signed(body=each))["issuer"]["name"] for each in (before, after)]

    assert names == ["INSAFORP", "INCAF"]


def test_the_credential_is_signed_kept_with_its_digest_and_the_key():
    key = signing_key()
    certificate = signed()

    assert certificate.key == key
    assert certificate.credential_sha256 == sha256(certificate.credential.encode()).hexdigest()
    assert proofs.is_signed(credential_of(certificate), by=proofs.public_key(key.public))


@pytest.mark.parametrize(
    "alter",
    [
        lambda each: each["credentialSubject"]["identifier"][0].update(identityHash="Otra"),
        lambda each: each["credentialSubject"].update(licenseNumber="GS-2026-CON002-000999-1"),
        lambda each: each["credentialStatus"].update(statusListIndex=str(StatusList.SIZE)),
        lambda each: each.update(validUntil="2099-01-01T00:00:00Z"),
        lambda each: each["issuer"].update(name="Otro"),
    ],
)
def test_whatever_is_altered_is_not_signed(alter):
    key = signing_key()
    found = credential_of(signed())

    alter(found)

    assert not proofs.is_signed(found, by=proofs.public_key(key.public))


def test_the_pdf_holds_the_credential_to_the_letter():
    signing_key()
    certificate = signed()

    with certificate.pdf.open() as file, pikepdf.open(io.BytesIO(file.read())) as pdf:
        [name] = pdf.attachments
        attached = pdf.attachments[name]
        assert name == "credencial.json"
        assert attached.obj["/AFRelationship"] == "/Data"
        assert attached.get_file().read_bytes() == certificate.credential.encode()


@pytest.mark.rule("SEC-19")
def test_the_same_row_gives_the_same_bytes():
    signing_key()
    certificate = signed()
    with certificate.pdf.open() as file:
        first = file.read()

    assert printed.certificate_pdf(Certificate.objects.get()) == first
    render_certificate(certificate_id=certificate.pk)
    assert Certificate.objects.get().credential == certificate.credential


def test_printing_makes_nothing_ready_to_reach_another_machine(monkeypatch):
    signing_key()
    certificate = signed()

    def reach(*_arguments, **_options):
        raise AssertionError("each document reads the machine's certificates anew")

    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", reach)

    assert printed.certificate_pdf(certificate).startswith(b"%PDF-1.7")


def test_without_a_key_nothing_is_released():
    certificate = signed()

    assert (certificate.credential, certificate.pdf.name) == ("", "")
    assert (certificate.work_state, certificate.last_error) == (WorkState.WAITING, "NoSigningKey")


def test_a_key_whose_private_part_is_lost_releases_nothing():
    forget_key(signing_key().public)

    assert signed().last_error == "KeyNotUsable"


def test_what_another_program_refuses_is_not_released(monkeypatch):
    """A term that no context knows would stand in it unsigned."""
    signing_key()
    made = credential.credential_of
    monkeypatch.setattr(credential, "credential_of", lambda row: made(row) | {"nota": "x"})

    certificate = signed()

    assert (certificate.credential, certificate.last_error) == ("", "NotToBeReleased")


def test_certificates_of_before_stay_as_they_were_printed():
    signing_key()
    certificate = CertificateFactory()

    render_certificate(certificate_id=certificate.pk)

    certificate.refresh_from_db()
    assert (certificate.credential, certificate.work_state) == ("", WorkState.DONE)
    with certificate.pdf.open() as file, pikepdf.open(io.BytesIO(file.read())) as pdf:
        assert list(pdf.attachments) == []


# The list


def test_the_first_bit_stands_on_the_left():
    content = gzip.decompress(urlsafe_b64decode(encoded([0, 9]).removeprefix("u") + "==="))

    assert content[:3] == bytes([0b1000_0000, 0b0100_0000, 0])


def test_the_list_says_what_was_revoked_and_what_was_replaced():
    key = signing_key()
    stands, revoked, replaced, suspended = [
        CertificateFactory(listed=True, state=state, revoked_at=when)
        for state, when in [
            ("valid", None),
            ("revoked", "2026-11-20T12:00Z"),
            ("replaced", None),
            ("suspended", None),
        ]
    ]

    CertificateFactory(status_list=stands.status_list, status_index=0, state="replaced")

    row = work_on(stands.status_list)

    assert bits_of(row) == {0, revoked.status_index, replaced.status_index}
    assert stands.status_index not in bits_of(row)
    assert suspended.status_index not in bits_of(row)
    document = json.loads(row.text)
    assert document["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert document["credentialSubject"]["statusPurpose"] == "revocation"
    assert proofs.is_signed(document, by=proofs.public_key(key.public))
    assert row.key == key


@pytest.mark.rule("SEC-19")
def test_a_list_that_changed_meanwhile_is_signed_once_more():
    signing_key()
    row = work_on(CertificateFactory(listed=True).status_list)
    text = row.text
    sign_status_list(list_id=row.pk)
    row.refresh_from_db()
    assert row.text == text  # nothing was to do

    sign_again(row)
    CertificateFactory(listed=True, state="replaced")

    assert len(bits_of(work_on(row))) == 1


def test_the_clock_asks_for_lists_whose_message_was_lost(django_capture_on_commit_callbacks):
    row = CertificateFactory(listed=True).status_list

    with django_capture_on_commit_callbacks() as callbacks:
        sign_changed_lists()

    asked = [(each.args, each.keywords) for each in callbacks if hasattr(each, "args")]
    assert asked == [(("certification.tasks.sign_status_list",), {"kwargs": {"list_id": row.pk}})]


def test_the_database_gives_each_certificate_a_bit_of_its_own():
    first = CertificateFactory(listed=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateFactory(status_list=first.status_list, status_index=first.status_index)
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateFactory(status_list=first.status_list, status_index=StatusList.SIZE)
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateFactory(status_list=None, status_index=7)
