"""The list of what was revoked, as programs read it; and who signs, as they find it."""

import gzip
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from certification.documents.credential import method_of, status_url, written
from certification.models import SigningKey, StatusList
from genesis.lib import proofs


def signed_list(
    status_list: StatusList, ended: Iterable[int], *, key: Ed25519PrivateKey, at: datetime
) -> tuple[str, str]:
    """The signed list in which the bits `ended` are set, looked at before; the same as a JWT.

    Raises NotToBeReleased.
    """
    public, url = key.public_key(), status_url(status_list)
    method = method_of(proofs.multikey(public))
    plain = {
        "@context": [proofs.CREDENTIALS],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": settings.CREDENTIAL_ISSUER,
        "validFrom": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(ended),
        },
    }
    document = proofs.sign(plain, key=key, method=method, created=at)
    proofs.check_signed(document, by=public)
    return written(document), proofs.token(plain, key=key, method=method, at=at)


def encoded(ended: Iterable[int]) -> str:
    """The bits, the first on the left, packed and written as multibase."""
    bits = bytearray(StatusList.SIZE // 8)
    for index in ended:
        bits[index // 8] |= 0x80 >> index % 8
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + urlsafe_b64encode(packed).decode().rstrip("=")


def did_document(keys: Iterable[SigningKey]) -> dict[str, Any]:
    """Whose signatures hold, where programs look for it: /.well-known/did.json."""
    issuer = settings.CREDENTIAL_ISSUER
    methods = [
        {
            "id": method_of(each.public),
            "type": "Multikey",
            "controller": issuer,
            "publicKeyMultibase": each.public,
        }
        for each in keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", proofs.MULTIKEY],
        "id": issuer,
        "verificationMethod": methods,
        "assertionMethod": [each["id"] for each in methods],
    }
