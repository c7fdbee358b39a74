"""Signing: as the published vector has it, and nothing that is altered passes."""

import copy
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from genesis.lib import proofs

# The vector of the W3C's recommendation «Data Integrity EdDSA Cryptosuites v1.0», B.1.
SEED = proofs._from_multibase("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")[2:]
PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
ALUMNA = {
    "@context": [proofs.CREDENTIALS, EXAMPLES],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
DIGESTS = (
    "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0"  # of the proof's options
    "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"  # of the document
)
PROOF_VALUE = (
    "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme"
)

ISSUER = "did:web:certificados.ejemplo.org"
KEY = Ed25519PrivateKey.generate()
CREATED = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def badge(**more):
    """A small badge that says what ours say."""
    return {
        "@context": [proofs.CREDENTIALS, proofs.BADGES, proofs.EXTENSIONS],
        "id": "urn:uuid:0b2c9b1e-7a0b-4f0f-9d5e-2f2b8a2c1d11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Albañilería",
        "issuer": {"id": ISSUER, "type": ["Profile"], "name": "Instituto"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:6c7d9b1e-7a0b-4f0f-9d5e-2f2b8a2c1d22",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://certificados.ejemplo.org/estandar/CON-002/1/",
                "type": ["Achievement"],
                "name": "Pisos cerámicos",
                "description": "Instalar pisos.",
                "criteria": {"narrative": "Evaluación práctica."},
            },
        },
        **more,
    }


def signed(document):
    method = f"{ISSUER}#{proofs.multikey(KEY.public_key())}"
    return proofs.sign(document, key=KEY, method=method, created=CREATED)


def altered(document, change):
    other = copy.deepcopy(document)
    change(other)
    return other


@pytest.fixture
def examples(monkeypatch):
    """The context of the vector, which stands for nothing that Genesis signs."""
    known, context = (
        proofs._context,
        {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}},
    )
    monkeypatch.setattr(
        proofs, "_context", lambda address: context if address == EXAMPLES else known(address)
    )


@pytest.mark.usefixtures("examples")
def test_the_published_vector_comes_out_to_the_last_letter(monkeypatch):
    key, digests = Ed25519PrivateKey.from_private_bytes(SEED), []
    digest_of = proofs._digest
    monkeypatch.setattr(
        proofs, "_digest", lambda *given: digests.append(digest_of(*given)) or digests[-1]
    )

    document = proofs.sign(
        ALUMNA,
        key=key,
        method=f"did:key:{PUBLIC}#{PUBLIC}",
        created=datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC),
    )

    assert proofs.multikey(key.public_key()) == PUBLIC
    assert digests[0].hex() == DIGESTS
    assert document["proof"]["proofValue"] == PROOF_VALUE
    assert proofs.is_signed(document, by=proofs.public_key(PUBLIC))


def test_what_was_signed_is_accepted_by_us_and_by_another_program():
    document = signed(badge())

    assert proofs.is_signed(document, by=KEY.public_key())
    proofs.check_badge(document, issuer=ISSUER, by=KEY.public_key())


@pytest.mark.parametrize(
    "change",
    [
        lambda each: each.update(name="Albanilería"),
        lambda each: each["issuer"].update(name="Institut0"),
        lambda each: each["credentialSubject"]["achievement"].update(name="Pisos"),
        lambda each: each.update(validUntil="2036-01-01T00:00:00Z"),
        lambda each: each.pop("name"),
        lambda each: each["proof"].update(created="2026-11-23T10:00:01Z"),
        lambda each: each["proof"].update(verificationMethod=f"{ISSUER}#other"),
    ],
)
def test_whatever_is_altered_is_refused(change):
    document = altered(signed(badge()), change)

    assert not proofs.is_signed(document, by=KEY.public_key())
    with pytest.raises(proofs.NotToBeReleased):
        proofs.check_badge(document, issuer=ISSUER, by=KEY.public_key())


def test_another_key_is_refused():
    other, document = Ed25519PrivateKey.generate().public_key(), signed(badge())

    assert not proofs.is_signed(document, by=other)
    with pytest.raises(proofs.NotToBeReleased):
        proofs.check_badge(document, issuer=ISSUER, by=other)


def test_another_issuer_is_refused():
    with pytest.raises(proofs.NotToBeReleased):
        proofs.check_badge(signed(badge()), issuer="did:web:otro.ejemplo.org", by=KEY.public_key())


def test_a_term_that_no_context_knows_is_never_released():
    """Signing leaves it out, so it could be altered afterwards: this is what the gate is for."""
    document = signed(badge(cumplimiento="Sobresaliente"))
    document["cumplimiento"] = "Otra cosa"

    assert proofs.is_signed(document, by=KEY.public_key())
    with pytest.raises(proofs.NotToBeReleased):
        proofs.check_badge(document, issuer=ISSUER, by=KEY.public_key())


def test_the_same_input_gives_the_same_bytes():
    assert json.dumps(signed(badge())) == json.dumps(signed(badge()))


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/context.json",
        "http://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/v2/",
        "file:///etc/passwd",
    ],
)
def test_no_other_context_is_ever_fetched(address):
    with pytest.raises(proofs.UnknownContext):
        proofs.load_context(address)


def test_a_context_that_was_changed_is_not_used(monkeypatch):
    name, _digest = proofs.CONTEXTS[proofs.BADGES]
    monkeypatch.setitem(proofs.CONTEXTS, proofs.BADGES, (name, "0" * 64))
    proofs._context.cache_clear()

    with pytest.raises(proofs.UnknownContext):
        proofs.load_context(proofs.BADGES)


@pytest.mark.parametrize("content", [b"", b"\0", b"\0\0\x01", b"\xff" * 34])
def test_multibase_is_read_as_it_was_written(content):
    assert proofs._from_multibase(proofs._multibase(content)) == content


@pytest.mark.parametrize(
    "text", ["", "abc", "z0OIl", "zñ", "u123", "z" + proofs._multibase(b"x" * 34)]
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match="not"):
        proofs.public_key(text)
