"""The yearly archive: files, and a statement signed over each of them.

It is checked without the site: the statement by a key of the DID document (which lies in it,
and of which every holder of a certificate knows the address), each file by its digest.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.urls import reverse

from certification.documents.credential import method_of, written
from certification.documents.status import did_document
from certification.models import SigningKey, StatusList
from genesis.lib import proofs

STATEMENT = "archivo.json"
KEYS = "did.json"
REGISTER = "registro.txt"
TYPES = {"json": "application/json", "txt": "text/plain"}
NO_DAY = (1980, 1, 1, 0, 0, 0)  # what a ZIP says of a file without one


class NoSuchArchive(Exception):
    """This is no archive, or it does not hold what was signed."""


def address_of(year: int) -> str:
    return settings.SITE_URL + reverse("archive_file", args=[year])


def files_of(
    keys: Iterable[SigningKey], lists: Iterable[StatusList], digests: Iterable[str]
) -> dict[str, bytes]:
    """What is archived, by name: who signs, what was revoked, and the digests in their order."""
    found = {KEYS: written(did_document(keys)).encode()}
    found |= {f"estado-{each.number}.json": each.text.encode() for each in lists}
    found[REGISTER] = "".join(f"{each}\n" for each in sorted(digests)).encode()
    return found


def archived(
    year: int, files: Mapping[str, bytes], *, key: Ed25519PrivateKey, at: datetime
) -> bytes:
    """The files as a ZIP with their signed statement, looked at before. NotToBeReleased."""
    public, url = key.public_key(), address_of(year)
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    statement = proofs.sign(
        {
            "@context": [proofs.CREDENTIALS],
            "id": url,
            "type": ["VerifiableCredential"],
            "name": f"Archivo {year}",
            "issuer": settings.CREDENTIAL_ISSUER,
            "validFrom": moment,
            "credentialSubject": {"id": f"{url}#archivo"},
            "relatedResource": [
                {
                    "id": f"{url}#{name}",
                    "mediaType": TYPES[name.rpartition(".")[2]],
                    "digestSRI": _digest(content),
                }
                for name, content in files.items()
            ],
        },
        key=key,
        method=method_of(proofs.multikey(public)),
        created=at,
    )
    made = _zipped({STATEMENT: written(statement).encode(), **files})
    check(made, did=json.loads(files[KEYS]))
    return made


def check(content: bytes, *, did: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of an archive that keys of this DID document vouch for, whole and no others.

    Raises NoSuchArchive and NotToBeReleased.
    """
    try:
        files = _unzipped(content)
        statement = json.loads(files.pop(STATEMENT))
        method = statement["proof"]["verificationMethod"]
        stated = {
            each["id"].rpartition("#")[2]: each["digestSRI"]
            for each in statement["relatedResource"]
        }
    except (BadZipFile, KeyError, TypeError, ValueError) as error:
        raise NoSuchArchive("it is no archive") from error
    known = {
        each["id"]: each["publicKeyMultibase"]
        for each in did["verificationMethod"]
        if each["id"] in did["assertionMethod"]
    }
    if method not in known:
        raise NoSuchArchive("signed by a key that is not in the DID document")
    proofs.check_signed(statement, by=proofs.public_key(known[method]))
    if stated != {name: _digest(held) for name, held in files.items()}:
        raise NoSuchArchive("it does not hold the files that were signed")
    return files


def _digest(content: bytes) -> str:
    return f"sha256-{b64encode(sha256(content).digest()).decode()}"


def _zipped(files: Mapping[str, bytes]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name, NO_DAY), content, ZIP_DEFLATED)
    return made.getvalue()


def _unzipped(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
