"""The private keys that sign credentials: each a file that only the signing worker can read.

Nothing that answers a browser imports this module (a contract and a test hold it).
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from genesis.lib.proofs import multikey


class KeyNotUsable(Exception):
    """The private part of a key is not there, is another's, or others could read it."""


def make_key() -> str:
    """Make a key, keep its private part in the folder of keys, and return its public part."""
    key = Ed25519PrivateKey.generate()
    public = multikey(key.public_key())
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    settings.SIGNING_KEYS.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(_file_of(public), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    return public


def private_key(public: str) -> Ed25519PrivateKey:
    """The private part of the key whose public part is `public`. Raises KeyNotUsable."""
    file = _file_of(public)
    if not file.exists():
        raise KeyNotUsable(f"{file.name} is not in the folder of keys")
    if file.stat().st_mode & 0o077:
        raise KeyNotUsable(f"{file.name} can be read by others: chmod 600")
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey) or multikey(key.public_key()) != public:
        raise KeyNotUsable(f"{file.name} holds another key")
    return key


def forget_key(public: str) -> None:
    """Delete the private part: nothing is signed with it any more."""
    _file_of(public).unlink(missing_ok=True)


def _file_of(public: str) -> Path:
    folder: Path = settings.SIGNING_KEYS
    return folder / f"{public}.pem"
