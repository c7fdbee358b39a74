"""Others' programs look at a certificate: `make test-interop`, which needs node and npm.

They stand in interop/ with their exact versions, and know nothing of Genesis:
what they are handed is what a stranger finds at its public addresses.
"""

import json
import subprocess

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse

from certification.tasks import sign_status_list
from genesis.lib import proofs
from tests.certification.strangers import ALTERATIONS, HOST, credential_of, issued, revoke
from tests.factories.certification import signing_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(settings):
    return issued(settings)


def look_at(credential):
    """What the program says of a credential, with what our public pages answer today."""
    client, status = Client(), reverse("status_list", args=[1])
    asked = {
        "credential": credential,
        "did": client.get(reverse("issuer_keys")).json(),
        "documents": {HOST + status: json.loads(client.get(status).content)}
        | {address: proofs.load_context(address)["document"] for address in proofs.CONTEXTS},
    }
    answer = subprocess.run(
        ["node", "check.mjs"],
        cwd=project.BASE_DIR / "interop",
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(answer.stdout)


def test_the_certificate_is_accepted(certificate):
    assert look_at(credential_of(certificate)) == {"verified": True, "revoked": False, "error": ""}


@pytest.mark.parametrize("alter", ALTERATIONS)
def test_one_letter_changed_is_refused(certificate, alter):
    found = credential_of(certificate)

    alter(found)

    said = look_at(found)
    assert said["verified"] is False
    assert "Invalid signature" in said["error"]


def test_a_word_that_nobody_knows_is_refused(certificate):
    said = look_at(credential_of(certificate) | {"nota": "sobresaliente"})

    assert said["verified"] is False


def test_revoked_by_two_people_is_reported(certificate):
    revoke(certificate)

    assert look_at(credential_of(certificate))["revoked"] is True


def test_a_key_that_was_given_away_vouches_for_nothing(certificate):
    type(certificate.key).objects.update(state="compromised", ended_at=certificate.recorded_at)
    signing_key()
    sign_status_list(list_id=certificate.status_list_id)

    said = look_at(credential_of(certificate))
    assert said["verified"] is False
    assert "nothing is found at did:web:certificados.ejemplo.org#" in said["error"]
