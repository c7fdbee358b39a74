"""The file in which a telephone hands over what it could not send: sealed for this server alone.

A first line says, in JSON, from which telephone it is and with which key it was sealed; the
rest is AES-GCM under what that key and ours agree on (ECDH on P-256, HKDF). Within stands a
line of JSON, the records as they were signed, and after it their files, one behind the other.
"""

import base64
import binascii
import json
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certification.rules.phones import InvalidKey, read_key

FORMAT = 1
MOST_RECORDS = 1000  # in one file
UNREADABLE = (
    *(InvalidKey, InvalidTag, binascii.Error),
    *(KeyError, RecursionError, TypeError, ValueError),
)
CURVE = ec.SECP256R1()
ORDER = int("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
PURPOSE = b"genesis telephone backup"


class NotABackup(ValueError):
    """It is no such file, or it was sealed for another installation."""


class Opened(NamedTuple):
    """What stands in the file: each record as it was signed, and the file that belongs to it."""

    phone: UUID
    records: list[tuple[dict[str, Any], bytes]]


def backup_key(installation_key: bytes) -> ec.EllipticCurvePrivateKey:
    """The key for which telephones seal: always the same of one installation."""
    derived = HKDF(algorithm=SHA256(), length=48, salt=None, info=PURPOSE).derive(installation_key)
    return ec.derive_private_key(int.from_bytes(derived) % (ORDER - 1) + 1, CURVE)


def public_part(key: ec.EllipticCurvePrivateKey) -> str:
    """As a telephone reads it."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def open_backup(data: bytes, key: ec.EllipticCurvePrivateKey) -> Opened:
    """What a telephone put into its file. Raises NotABackup."""
    try:
        head, sealed = _parts(data)
        if head["format"] != FORMAT:
            raise NotABackup
        agreed = key.exchange(ec.ECDH(), read_key(head["key"]))
        secret = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(agreed)
        plain = AESGCM(secret).decrypt(base64.b64decode(head["iv"]), sealed, None)
        said, files = _parts(plain)
        return Opened(UUID(str(head["phone"])), _with_files(said["records"], files))
    except UNREADABLE:
        raise NotABackup from None


def _parts(data: bytes) -> tuple[dict[str, Any], bytes]:
    head, _line, rest = data.partition(b"\n")
    found = json.loads(head)
    if not isinstance(found, dict):
        raise NotABackup
    return found, rest


def _with_files(said: list[dict[str, Any]], files: bytes) -> list[tuple[dict[str, Any], bytes]]:
    found, place = [], 0
    if len(said) > MOST_RECORDS:
        raise NotABackup
    for each in said:
        size = each["size"]
        if type(size) is not int or size < 0:
            raise NotABackup
        end = place + size
        found.append((each, files[place:end]))
        place = end
    return found
