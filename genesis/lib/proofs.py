"""Statements that programs elsewhere check: JSON signed with Ed25519 (Data Integrity).

The proof is `eddsa-rdfc-2022`: what is signed is not the text but the statements
that it makes, after the terms of its contexts. Contexts come from the package
openbadgeslib, byte for byte as they were looked at, and never from the network.
This module alone knows pyld and openbadgeslib.
"""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.ldp import OB3LdpVerifier, verify_data_integrity_proof
from pyld import jsonld

type Document = dict[str, Any]

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
MULTIKEY = "https://w3id.org/security/multikey/v1"

# Address → the file of openbadgeslib, and its SHA-256: another text would sign something else.
CONTEXTS = {
    CREDENTIALS: (
        "credentials-v2.json",
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    ),
    BADGES: (
        "ob-v3p0-context-3.0.3.json",
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
    ),
    EXTENSIONS: (
        "ob-v3p0-extensions.json",
        "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93",
    ),
}
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519 = b"\xed\x01"  # what stands before the key in a multikey


class UnknownContext(Exception):
    """A context that was never looked at: none is fetched."""


class NotToBeReleased(Exception):
    """What was signed does not say what it seems to say, or not under this key."""


def sign(document: Document, *, key: Ed25519PrivateKey, method: str, created: datetime) -> Document:
    """Return the document with its proof; the same input gives the same proof.

    `method` is the address of the key in the issuer's DID document. A term that
    the contexts do not know is left out of what is signed: `check_badge` finds it.
    """
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    signature = key.sign(_digest(document, proof))
    return document | {"proof": proof | {"proofValue": _multibase(signature)}}


def token(document: Document, *, key: Ed25519PrivateKey, method: str, at: datetime) -> str:
    """The same document as a JWT, for programs that read no Data Integrity (EdDSA)."""
    head = {"alg": "EdDSA", "typ": "JWT", "kid": method}
    claims = {"iss": document["issuer"], "jti": document["id"], "nbf": int(at.timestamp())}
    signed = f"{_base64url(_compact(head))}.{_base64url(_compact(document | claims))}"
    return f"{signed}.{_base64url(key.sign(signed.encode()))}"


def _compact(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def is_signed(document: Document, *, by: Ed25519PublicKey) -> bool:
    """Whether the proof of a document is of that key, over what the document says now."""
    proof = dict(document["proof"])
    signature = _from_multibase(proof.pop("proofValue"))
    plain = {name: value for name, value in document.items() if name != "proof"}
    try:
        by.verify(signature, _digest(plain, proof))
    except InvalidSignature:
        return False
    return True


def check_badge(document: Document, *, issuer: str, by: Ed25519PublicKey) -> None:
    """Let another program look at a signed badge before it is released.

    It refuses a term that no context knows, which would stand in the badge unsigned.
    Raises NotToBeReleased.
    """
    try:
        OB3LdpVerifier(_pem(by), issuer_did=issuer).verify(json.dumps(document))
    except LibOpenBadgesException as error:
        raise NotToBeReleased(str(error)) from error


def check_signed(document: Document, *, by: Ed25519PublicKey) -> None:
    """The same for what is no badge, such as a status list. Raises NotToBeReleased."""
    try:
        verify_data_integrity_proof(document, _pem(by))
    except LibOpenBadgesException as error:
        raise NotToBeReleased(str(error)) from error


def multikey(public: Ed25519PublicKey) -> str:
    """A public key as DID documents write it: z6Mk…"""
    return _multibase(ED25519 + public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def public_key(text: str) -> Ed25519PublicKey:
    """The public key behind a multikey."""
    content = _from_multibase(text)
    if not content.startswith(ED25519):
        raise ValueError("not a key of Ed25519")
    return Ed25519PublicKey.from_public_bytes(content.removeprefix(ED25519))


def load_context(address: str, options: Any = None) -> dict[str, Any]:
    """Hand a context to the JSON-LD processor, which keeps what it made of it."""
    return {
        "contextUrl": None,
        "documentUrl": address,
        "document": _context(address),
        "tag": "static",
    }


@cache
def _context(address: str) -> Document:
    if address not in CONTEXTS:
        raise UnknownContext(address)
    name, digest = CONTEXTS[address]
    content = files("openbadgeslib.ob3.contexts").joinpath(name).read_bytes()
    if sha256(content).hexdigest() != digest:
        raise UnknownContext(f"{address} is not what was looked at")
    document: Document = json.loads(content)
    return document


def _digest(document: Document, proof: Document) -> bytes:
    """What is signed: the digest of the proof's options, and that of the document."""
    options = {"@context": document["@context"], **proof}
    return _canonical_digest(options) + _canonical_digest(document)


def _canonical_digest(document: Document) -> bytes:
    options = {
        "algorithm": "URDNA2015",  # under its later name, RDFC-1.0
        "format": "application/n-quads",
        "documentLoader": load_context,
    }
    return sha256(jsonld.normalize(document, options).encode()).digest()


def _pem(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _multibase(content: bytes) -> str:
    """Bytes as multibase in base58btc, which begins with «z»."""
    number, text = int.from_bytes(content), ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    zeros = len(content) - len(content.lstrip(b"\0"))
    return "z" + BASE58[0] * zeros + text


def _from_multibase(text: str) -> bytes:
    if not text.startswith("z") or not set(text[1:]) <= set(BASE58):
        raise ValueError("not multibase in base58btc")
    number = 0
    for each in text[1:]:
        number = number * 58 + BASE58.index(each)
    zeros = len(text[1:]) - len(text[1:].lstrip(BASE58[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
