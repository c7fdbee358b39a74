"""Many certificates as one file: asked for, made in the background, and erased again."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import partial
from tempfile import SpooledTemporaryFile
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from certification.models import Certificate, CertificateBundle
from genesis.lib.background import enqueue
from genesis.lib.plain import sha256_of
from genesis.lib.states import lock

KEPT = timedelta(hours=72)  # how long the file can be fetched
MOST = 200  # certificates in one file
IN_MEMORY = 8 * 1024 * 1024  # bytes of a file before it goes to the disk


@transaction.atomic
def request_bundle(
    certificates: Sequence[Certificate], *, key: UUID, purpose: str, by: User
) -> CertificateBundle:
    """Ask for the PDFs of certificates in one file; it is made in the background.

    Raises ValidationError for none, for too many, and for one that is not for
    this user to read; OtherContent.
    """
    ids = [each.pk for each in certificates]
    sent = claim(key, by=by, content=[ids, purpose])
    if sent.result:
        return CertificateBundle.objects.get(pk=sent.result)
    if not 0 < len(certificates) <= MOST:
        raise ValidationError(
            _("A file holds up to %(most)s certificates: narrow the list.") % {"most": MOST}
        )
    if Certificate.objects.readable_by(by).filter(pk__in=ids).count() != len(ids):
        raise ValidationError(_("Not all of these certificates are yours to read any more."))
    bundle = CertificateBundle.objects.create(asked_by=by, purpose=purpose, ids=ids)
    settle(sent, bundle)
    record_activity("certificates.bundled", bundle, by=by, total=len(ids))
    enqueue("certification.jobs.make_bundle", bundle_id=bundle.pk)
    return bundle


def write_bundle(bundle: CertificateBundle) -> None:
    """Make the file, of those that the asker may still read and that are printed.

    From then on the bundle names those alone. One that was erased meanwhile stays so.
    """
    bundle = lock(bundle)
    if bundle.erased_at:
        return
    readable = Certificate.objects.readable_by(bundle.asked_by).filter(pk__in=bundle.ids)
    papers = list(readable.exclude(pdf="").order_by("folio"))
    with SpooledTemporaryFile(IN_MEMORY) as file:
        with ZipFile(file, "w", ZIP_STORED) as archive:  # a PDF is packed already
            for each in papers:
                with each.pdf.open() as paper:
                    archive.writestr(f"{each.folio}.pdf", paper.read())
        content = File(file)
        bundle.sha256 = sha256_of(content)
        bundle.file.save(f"{bundle.public_id}.zip", content, save=False)
    bundle.ids = [each.pk for each in papers]
    bundle.save(update_fields=["file", "sha256", "ids"])


def may_fetch(bundle: CertificateBundle) -> bool:
    """Whether all that the file holds is still for its asker to read."""
    readable = Certificate.objects.readable_by(bundle.asked_by).filter(pk__in=bundle.ids)
    return readable.count() == len(bundle.ids)


@transaction.atomic
def erase_old_bundles() -> int:
    """Delete the files after some days; return how many."""
    return _erase(CertificateBundle.objects.filter(asked_at__lt=timezone.now() - KEPT))


@transaction.atomic
def erase_bundles_of(people: Collection[int]) -> int:
    """Erase the files that hold somebody whose data are erased, also while they are made."""
    theirs = Certificate.objects.filter(assessment__person__in=people)
    ids = list(theirs.values_list("pk", flat=True))
    return _erase(CertificateBundle.objects.filter(ids__overlap=ids))


def _erase(bundles: QuerySet[CertificateBundle]) -> int:
    rows = list(bundles.filter(erased_at=None).select_for_update())
    for each in rows:
        name, storage = str(each.file.name or ""), each.file.storage
        CertificateBundle.objects.filter(pk=each.pk).update(file="", erased_at=timezone.now())
        if name:
            transaction.on_commit(partial(storage.delete, name))
    return len(rows)
