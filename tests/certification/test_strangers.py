"""openbadgeslib looks at a certificate as a stranger does: with our public pages and no key."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.urls import reverse
from django.utils import timezone
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.did import resolve_verification_method
from openbadgeslib.ob3.ldp import OB3LdpVerifier, verify_data_integrity_proof

from certification.documents.status import encoded
from certification.models import StatusList
from certification.tasks import sign_status_list
from genesis.lib import proofs
from tests.certification.strangers import (
    ALTERATIONS,
    HOST,
    ISSUER,
    credential_of,
    found_at,
    issued,
    revoke,
)
from tests.factories.certification import signing_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(settings):
    return issued(settings)


def look_at(credential):
    """Let the program judge; it believes the list of what was revoked for its own signature."""
    status = found_at(HOST + reverse("status_list", args=[1]))
    told = json.loads(status)
    method = told["proof"]["verificationMethod"]
    assert method.startswith(f"{ISSUER}#")
    key = resolve_verification_method(method, download=found_at)
    verify_data_integrity_proof(told, key)
    # It knows signed lists of another kind alone: this one was looked at before.
    return OB3LdpVerifier.for_issuer_did(ISSUER).verify(
        json.dumps(credential), check_status=True, download=found_at, verify_status_list=False
    )


def test_the_certificate_is_accepted(certificate):
    badge = look_at(credential_of(certificate))

    assert badge.issuer.id == ISSUER


@pytest.mark.parametrize("alter", ALTERATIONS)
def test_one_letter_changed_is_refused(certificate, alter):
    found = credential_of(certificate)
    alter(found)

    with pytest.raises(LibOpenBadgesException):
        look_at(found)


def test_revoked_by_two_people_is_reported(certificate):
    revoke(certificate)

    with pytest.raises(LibOpenBadgesException, match="'revocation' is set"):
        look_at(credential_of(certificate))


def look_at_all(credential):
    """Let the program judge the credential, the list and its signature, by itself."""
    lists = {HOST + reverse("status_list", args=[1]): HOST + reverse("status_token", args=[1])}
    return OB3LdpVerifier.for_issuer_did(ISSUER).verify(
        json.dumps(credential),
        check_status=True,
        download=lambda address: found_at(lists.get(address, address)),
        verify_status_list=True,
    )


def test_its_own_check_of_a_signed_list_reads_ours_as_a_jwt(certificate):
    signing_key()  # the list is signed by the key in use, whichever signed the certificate
    sign_status_list(list_id=certificate.status_list_id)

    assert look_at_all(credential_of(certificate)).issuer.id == ISSUER

    revoke(certificate)

    with pytest.raises(LibOpenBadgesException, match="'revocation' is set"):
        look_at_all(credential_of(certificate))


def test_a_jwt_of_another_key_or_content_is_not_believed(certificate):
    found = credential_of(certificate)
    status = StatusList.objects.get()
    head, claims, signature = status.token.split(".")
    other = proofs.token(
        json.loads(status.text) | {"id": "x"},
        key=Ed25519PrivateKey.generate(),
        method=found["proof"]["verificationMethod"],
        at=timezone.now(),
    )
    for wrong in (other, f"{head}.{other.split('.')[1]}.{signature}", f"{head}.{claims}."):
        StatusList.objects.update(token=wrong)
        with pytest.raises(LibOpenBadgesException, match="proof is invalid"):
            look_at_all(found)


def test_a_list_that_somebody_altered_is_not_believed(certificate):
    revoke(certificate)
    method = credential_of(certificate)["proof"]["verificationMethod"]
    told = json.loads(found_at(HOST + reverse("status_list", args=[1])))
    told["credentialSubject"]["encodedList"] = encoded([])  # nothing is revoked, it says

    with pytest.raises(LibOpenBadgesException):
        verify_data_integrity_proof(told, resolve_verification_method(method, download=found_at))
