"""The keys of a telephone: the one with which it signs, and the one that is kept for it."""

import base64
import binascii
from os import urandom

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.utils.translation import gettext as _

HALF = 32  # bytes of each of the two numbers of a signature
NONCE = 12  # bytes
PURPOSE = b"genesis telephone key"


class InvalidKey(ValueError):
    """It is not the public part of a key on the curve P-256."""


def read_key(text: str) -> EllipticCurvePublicKey:
    """The public part of a telephone's key, as browsers export it. Raises InvalidKey."""
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        raise InvalidKey(_("The key of the telephone cannot be read.")) from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise InvalidKey(_("The key of the telephone cannot be read."))
    return key


def is_signed(public_key: str, body: str, signature: str) -> bool:
    """Whether whoever holds the key signed exactly this text."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    if len(raw) != 2 * HALF:
        return False
    both = int.from_bytes(raw[:HALF]), int.from_bytes(raw[HALF:])
    try:
        read_key(public_key).verify(encode_dss_signature(*both), body.encode(), ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def seal_key(key: str, *, whose: str, installation_key: bytes) -> str:
    """The key of a telephone as it is kept here; `whose` binds it to its owner and device."""
    nonce = urandom(NONCE)
    sealed = AESGCM(_under(installation_key)).encrypt(nonce, key.encode(), whose.encode())
    return base64.b64encode(nonce + sealed).decode()


def open_key(sealed: str, *, whose: str, installation_key: bytes) -> str:
    """The same key again. Raises InvalidTag for another owner, device or installation."""
    raw = base64.b64decode(sealed)
    opened = AESGCM(_under(installation_key)).decrypt(raw[:NONCE], raw[NONCE:], whose.encode())
    return opened.decode()


def _under(installation_key: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(installation_key)
