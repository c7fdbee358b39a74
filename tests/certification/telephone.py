"""A telephone as the server meets it: it signs with a key of its own what it notes."""

import base64
import json
from hashlib import sha256
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from certification.actions.backups import key_for_phones
from certification.choices import SafetyPoint
from certification.rules.backups import PURPOSE, public_part
from tests.certification.visits import signed_in

ANSWERS = {"GO-01": "si", "GO-02": "si", "GO-03": "2.5"}  # to the small standard, all good
SAFETY = " ".join(SafetyPoint.values)
DATA_KEY = base64.b64encode(b"de 32 bytes, y nadie mas la sabe").decode()
FIELD = {
    name: reverse(f"evaluation:{name}")
    for name in (
        *("field_state", "phone_register", "package_build", "record_take"),
        *("evidence_take", "phone_arrive", "phone_key", "field_leave"),
    )
}


class Telephone:
    """Signs, numbers and sends; `client` is whoever is signed in on it."""

    def __init__(self, client):
        self.client, self.id, self.seq = client, str(uuid4()), 0
        self.key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self):
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def post(self, name, sent):
        return self.client.post(
            FIELD[name],
            sent if isinstance(sent, str | bytes) else json.dumps(sent),
            content_type="application/json",
            headers={"Accept": "application/json"},
        )

    def register(self, **changes):
        sent = {"phone": self.id, "name": "Samsung de campo", "public_key": self.public_key}
        sent["key"] = DATA_KEY
        return self.post("phone_register", sent | changes)

    def download(self):
        return self.post("package_build", {"phone": self.id})

    def note(self, assessment, kind="answer", /, **values):
        """One record, with the next number of this telephone."""
        self.seq += 1
        record = {
            "id": str(uuid4()),
            "assessment": str(assessment.public_id),
            "kind": kind,
            "seq": self.seq,
            "at": timezone.now().isoformat(),
        }
        if kind == "start":
            record["note"] = SAFETY
        return record | values

    def end(self, assessment, **values):
        """The end of a session, and before it the candidate's signature."""
        signed = self.note(assessment, "signature", value="candidate_end", note="Ana")
        return [signed, self.note(assessment, "close", **values)]

    def sign(self, record):
        body = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)
        der = self.key.sign(body.encode("utf-8", "surrogatepass"), ec.ECDSA(SHA256()))
        raw = b"".join(each.to_bytes(32) for each in decode_dss_signature(der))
        return {"body": body, "signature": base64.b64encode(raw).decode()}

    def send(self, *records, **sent):
        signed = [self.sign(each) for each in records]
        sent = {"phone": self.id, "sent_at": timezone.now().isoformat(), "records": signed} | sent
        return self.post("record_take", sent)

    def file(self, assessment, data, kind="photo", /, **values):
        """The record that announces itself by the sum of a file."""
        return self.note(assessment, kind, sha256=sha256(data).hexdigest(), **values)

    def send_file(self, record, data, **changes):
        sent = {"phone": self.id, "sent_at": timezone.now().isoformat(), **self.sign(record)}
        file = SimpleUploadedFile("archivo", data)
        return self.client.post(
            FIELD["evidence_take"],
            sent | {"file": file} | changes,
            headers={"Accept": "application/json"},
        )

    def backup(self, *records, **changes):
        """As it writes what it could not send into a file: [(record, its file)]."""
        said = [self.sign(record) | {"size": len(data)} | changes for record, data in records]
        plain = json.dumps({"records": said}).encode() + b"\n" + b"".join(d for _r, d in records)
        ours = ec.generate_private_key(ec.SECP256R1())
        theirs = load_der_public_key(base64.b64decode(key_for_phones()))
        secret = HKDF(SHA256(), 32, None, PURPOSE).derive(ours.exchange(ec.ECDH(), theirs))
        head = {"format": 1, "phone": self.id, "key": public_part(ours)}
        head["iv"] = base64.b64encode(bytes(12)).decode()
        return json.dumps(head).encode() + b"\n" + AESGCM(secret).encrypt(bytes(12), plain, None)


def told(response):
    """What a telephone is told of each record: (status, outcome)."""
    return [(each["status"], each["outcome"]) for each in response.json()["answers"]]


def downloaded(assessment):
    """The telephone of the evaluator, with the assessment on it."""
    phone = Telephone(signed_in(assessment.evaluator))
    assert phone.register().status_code == 201
    assert str(assessment.public_id) in phone.download().content.decode()
    return phone
