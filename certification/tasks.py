"""What the actions of certification send away: printing, which takes no rule."""

from hashlib import sha256

from celery import shared_task
from django.core.files.base import ContentFile
from django.utils import timezone

from certification import documents
from certification.models import Certificate
from genesis.lib.background import attempt


@shared_task(acks_late=True)
def render_certificate(*, certificate_id: int) -> None:
    """Print a certificate, once, however often or late this runs.

    The row itself says whether it is done, or in other hands. What a lost
    message or a failure leaves behind, `certification.jobs` asks for again. The
    file is whole before the row names it, under a name fixed by the row: a
    second attempt writes it in the same place.
    """
    with attempt(Certificate, certificate_id) as certificate:
        if certificate:
            pdf = documents.certificate_pdf(certificate)
            if not _is_still_ours(certificate):
                return
            certificate.pdf.save(f"{certificate.public_id}.pdf", ContentFile(pdf), save=False)
            certificate.pdf_sha256 = sha256(pdf).hexdigest()
            certificate.rendered_at = timezone.now()
            certificate.save(update_fields=["pdf", "pdf_sha256", "rendered_at"])


def _is_still_ours(certificate: Certificate) -> bool:
    """Whether nobody has printed it since: held until the end, so that no late file replaces one.

    A worker that was given up as lost may still be at it.
    """
    rows = Certificate.objects.select_for_update().filter(attempts=certificate.attempts)
    return rows.filter(pk=certificate.pk).first() is not None
