"""The seal in the PDF of a certificate: another program vouches for it, or nothing is printed."""

import subprocess
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.utils import timezone

from certification.actions.duplicates import print_duplicate as print_duplicate_of
from certification.documents import printed
from certification.jobs import render_missing_certificates
from certification.models import Certificate, CertificateEvent, Duplicate
from certification.tasks import print_duplicate, render_certificate
from tests.factories.accounts import UserFactory
from tests.factories.certification import CertificateFactory, signing_key

pytestmark = pytest.mark.django_db
PASSWORD = "una clave del sello"


@pytest.fixture
def seal(settings, tmp_path):
    """A certificate that an organization made for itself, as the file of this installation."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Instituto de Prueba")])
    now = timezone.now()
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        **dict.fromkeys(
            [
                *("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign"),
                *("crl_sign", "encipher_only", "decipher_only"),
            ],
            False,
        ),
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path / "seal.p12"
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"sello", key, made, None, BestAvailableEncryption(PASSWORD.encode())
        )
    )
    file.chmod(0o600)
    settings.CERTIFICATE_SEAL, settings.CERTIFICATE_SEAL_PASSWORD = file, PASSWORD
    return file


def told(content, tmp_path):
    """What poppler says of the signatures in a PDF."""
    file = tmp_path / "sealed.pdf"
    file.write_bytes(content)
    found = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False)
    return found.stdout


def test_what_is_printed_is_sealed_and_another_program_vouches_for_it(seal, tmp_path):
    signing_key()
    certificate = CertificateFactory(listed=True)

    render_certificate(certificate_id=certificate.pk)

    certificate.refresh_from_db()
    with certificate.pdf.open() as file:
        content = file.read()
    assert content.startswith(printed.certificate_pdf(certificate))
    assert certificate.pdf_sha256 == sha256(content).hexdigest()
    said = told(content, tmp_path)
    assert "Signature is Valid" in said
    assert "ETSI.CAdES.detached" in said
    assert "Total document signed" in said
    with pikepdf.open(BytesIO(content)) as pdf:
        held = pdf.attachments[printed.CREDENTIAL].get_file().read_bytes()
    assert held == certificate.credential.encode()


@pytest.mark.rule("SEC-19")
def test_a_duplicate_is_sealed_too_by_the_worker_that_signs(seal, tmp_path):
    certificate = CertificateFactory()
    render_certificate(certificate_id=certificate.pk)
    by = UserFactory(officer=True)
    print_duplicate_of(Certificate.objects.get(), version=1, reason="Perdió el suyo.", by=by)
    duplicate = Duplicate.objects.get()

    render_missing_certificates()
    print_duplicate(duplicate_id=duplicate.pk)
    print_duplicate(duplicate_id=duplicate.pk)

    made = Duplicate.objects.get()
    with made.pdf.open() as file:
        content = file.read()
    assert (made.attempts, made.pdf_sha256) == (1, sha256(content).hexdigest())
    assert "Signature is Valid" in told(content, tmp_path)
    seal.unlink()
    other = Duplicate.objects.create(
        event=CertificateEvent.objects.create(
            certificate=certificate, kind="duplicate", note="Otra vez.", by=by
        )
    )
    print_duplicate(duplicate_id=other.pk)
    other.refresh_from_db()
    assert (other.pdf.name, other.last_error) == ("", "SealNotUsable")


def test_one_byte_changed_breaks_the_seal(seal, tmp_path):
    certificate = CertificateFactory()
    render_certificate(certificate_id=certificate.pk)
    certificate.refresh_from_db()
    with certificate.pdf.open() as file:
        content = bytearray(file.read())

    place = content.index(b"/Producer") if b"/Producer" in content else 2000
    content[place + 12] ^= 1

    assert "Signature is Valid" not in told(bytes(content), tmp_path)


@pytest.mark.parametrize("wrong", ["away", "open to others", "another password", "another file"])
def test_with_a_seal_that_cannot_be_used_nothing_is_printed(seal, settings, wrong):
    match wrong:
        case "away":
            seal.unlink()
        case "open to others":
            seal.chmod(0o644)
        case "another password":
            settings.CERTIFICATE_SEAL_PASSWORD = "otra"
        case "another file":
            seal.write_bytes(b"no es un sello")
    certificate = CertificateFactory()

    render_certificate(certificate_id=certificate.pk)

    row = Certificate.objects.get()
    assert (row.work_state, row.pdf.name, row.last_error) == ("waiting", "", "SealNotUsable")
