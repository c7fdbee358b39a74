"""A certificate as a stranger finds it at our public addresses, and what may be altered in it."""

import json
from uuid import uuid4

from django.test import Client

from certification.actions import certificate_life as life
from certification.tasks import render_certificate, sign_status_list
from tests.factories.accounts import UserFactory
from tests.factories.certification import CertificateFactory, signing_key

HOST = "https://certificados.ejemplo.org"
ISSUER = "did:web:certificados.ejemplo.org"
ALTERATIONS = [
    lambda each: each["credentialSubject"]["identifier"][0].update(identityHash="Ana Portilla"),
    lambda each: each["credentialSubject"].update(licenseNumber="GS-2026-PRU001-000001-1"),
    lambda each: each["credentialStatus"].update(statusListIndex="77"),
    lambda each: each["proof"].update(created="2020-01-01T00:00:00Z"),
]


def issued(settings):
    """A certificate that is signed and printed, of an installation with an address of its own."""
    settings.SITE_URL, settings.CREDENTIAL_ISSUER = HOST, ISSUER
    signing_key()
    made = CertificateFactory(listed=True, holder_name="Ana María Portillo Núñez")
    render_certificate(certificate_id=made.pk)
    sign_status_list(list_id=made.status_list_id)
    made.refresh_from_db()
    return made


def credential_of(certificate):
    return json.loads(certificate.credential)


def found_at(address):
    """What our public pages answer today, as bytes."""
    response = Client().get(address.removeprefix(HOST))
    assert response.status_code == 200, address
    return response.content


def revoke(certificate):
    """Take it back as two people do."""
    proposal = life.propose_revocation(
        certificate,
        key=uuid4(),
        reason="fraude",
        note="No era ella.",
        by=UserFactory(officer=True),
    )
    other = UserFactory(officer=True)
    life.approve_revocation(proposal, version=proposal.version, answer="", by=other)
    sign_status_list(list_id=certificate.status_list_id)
