"""What the actions of certification send away: signing and printing, which take no rule.

Here, and nowhere else, private keys are read: these tasks have a queue of their
own, and in an installation a worker of their own.
"""

from hashlib import sha256

from celery import shared_task
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.base import ContentFile
from django.utils import timezone

from certification.choices import ENDED_CERTIFICATES
from certification.documents import archive as archives
from certification.documents import credential, printed, status
from certification.models import (
    Archive,
    Certificate,
    Duplicate,
    SigningKey,
    StatusList,
)
from genesis.lib import seals
from genesis.lib.background import WorkState, attempt
from genesis.lib.signing_keys import private_key
from genesis.lib.states import lock


class ListsNotSigned(Exception):
    """A list of what was revoked waits for its signature: the archive waits for it."""


class NoSigningKey(Exception):
    """Nothing can be signed: `make_signing_key` makes a key."""


@shared_task(acks_late=True)
def render_certificate(*, certificate_id: int) -> None:
    """Sign the credential of a certificate and print it, once, however often or late this runs.

    The row itself says whether it is done, or in other hands. What a lost
    message or a failure leaves behind, `certification.jobs` asks for again. The
    file is whole before the row names it, under a name fixed by the row: a
    second attempt writes it in the same place.
    """
    with attempt(Certificate, certificate_id) as certificate:
        if certificate:
            _sign(certificate)
            pdf = _sealed(printed.certificate_pdf(certificate))
            if not _is_still_ours(certificate):
                return
            certificate.pdf.save(f"{certificate.public_id}.pdf", ContentFile(pdf), save=False)
            certificate.pdf_sha256 = sha256(pdf).hexdigest()
            certificate.rendered_at = timezone.now()
            certificate.save(
                update_fields=[
                    *("pdf", "pdf_sha256", "rendered_at"),
                    *("credential", "credential_sha256", "key"),
                ]
            )


def _sign(certificate: Certificate) -> None:
    """Put the signed credential into the row; one of before there were lists has none."""
    if certificate.status_list_id is None:
        return
    certificate.key, private = _active_key()
    certificate.credential = credential.signed_credential(certificate, key=private)
    certificate.credential_sha256 = sha256(certificate.credential.encode()).hexdigest()


@shared_task(acks_late=True)
def print_duplicate(*, duplicate_id: int) -> None:
    """Print the same paper again, marked, and with the seal as the first one, once."""
    with attempt(Duplicate, duplicate_id) as duplicate:
        if duplicate:
            event = duplicate.event
            pdf = _sealed(printed.certificate_pdf(event.certificate, duplicate=event))
            if not _is_still_ours(duplicate):
                return
            name = f"{event.certificate.public_id}-{event.pk}.pdf"
            duplicate.pdf.save(name, ContentFile(pdf), save=False)
            duplicate.pdf_sha256 = sha256(pdf).hexdigest()
            duplicate.made_at = timezone.now()
            duplicate.save(update_fields=["pdf", "pdf_sha256", "made_at"])


def _sealed(pdf: bytes) -> bytes:
    """With the seal of the installation, if it has one."""
    return seals.sealed(pdf) if seals.is_set() else pdf


def _is_still_ours(row: Certificate | Duplicate) -> bool:
    """Whether nobody has printed it since: held until the end, so that no late file replaces one.

    A worker that was given up as lost may still be at it.
    """
    rows = type(row)._base_manager.select_for_update().filter(attempts=row.attempts)
    return rows.filter(pk=row.pk).first() is not None


@shared_task(acks_late=True)
def sign_status_list(*, list_id: int) -> None:
    """Sign the list with the bits of what is revoked or replaced by now.

    The current key signs, whichever signed the certificates: what was signed
    with a retired one can still be revoked. Whoever revokes meanwhile waits, so
    that no list leaves out what was committed before it.
    """
    with attempt(StatusList, list_id) as found:
        if found:
            row, now = lock(found), timezone.now()
            row.key, private = _active_key()
            ended = row.certificates.filter(state__in=ENDED_CERTIFICATES)
            places = ended.values_list("status_index", flat=True)
            bits = [place for place in places if place is not None]
            row.text, row.token = status.signed_list(row, bits, key=private, at=now)
            row.signed_at = now
            row.save(update_fields=["text", "token", "key", "signed_at"])


@shared_task(acks_late=True)
def make_archive(*, archive_id: int) -> None:
    """Sign what is left of a year, under a name fixed by the year.

    Waits for lists that are to be signed again: none of them is archived without what was
    revoked before. Whoever gives up a key meanwhile waits, and has this archive made again.
    """
    with attempt(Archive, archive_id) as archive:
        if archive:
            trusted = SigningKey.objects.trusted().order_by("-pk")
            keys = list(trusted.select_for_update(no_key=True))
            row, now = lock(archive), timezone.now()
            if StatusList.objects.exclude(work_state=WorkState.DONE).exists():
                raise ListsNotSigned
            row.key, private = _active_key()
            files = archives.files_of(
                keys,
                StatusList.objects.order_by("number"),
                Certificate.objects.exclude(credential="").values_list(
                    "credential_sha256", flat=True
                ),
            )
            made = archives.archived(row.year, files, key=private, at=now)
            row.file.save(f"{row.year}.zip", ContentFile(made), save=False)
            row.sha256, row.signed_at = sha256(made).hexdigest(), now
            row.save(update_fields=["file", "sha256", "key", "signed_at"])


def _active_key() -> tuple[SigningKey, Ed25519PrivateKey]:
    key = SigningKey.objects.active().first()
    if key is None:
        raise NoSigningKey
    return key, private_key(key.public)
