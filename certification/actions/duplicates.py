"""The same paper printed again: the certificate stays the same, and that it was is on record."""

from django.db import transaction
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from certification.actions.certificate_life import keep_event, lock_with_holder
from certification.actions.parts import given_reason
from certification.actions.refusals import NotPossible
from certification.choices import CertificateEventKind, CertificateState
from certification.models import Certificate, Duplicate
from genesis.lib.background import enqueue
from genesis.lib.states import change


class NotToBePrinted(NotPossible):
    """What holds no more is not printed again, nor what was never printed."""

    sentence = gettext_noop("Only a certificate that holds and was printed has a duplicate.")


@transaction.atomic
def print_duplicate(
    certificate: Certificate, *, version: int, reason: str, by: User
) -> Certificate:
    """Print the same paper again, marked as a duplicate: no new folio, and it is on record.

    The worker that signs prints it, which alone has the seal of the certificates.
    Only of one that holds and was printed. Raises ReasonMissing, NotToBePrinted and StaleRecord.
    """
    certificate, note = lock_with_holder(certificate), given_reason(reason)
    if certificate.state != CertificateState.VALID or not certificate.pdf:
        raise NotToBePrinted
    change(certificate, version=version)
    event = keep_event(certificate, CertificateEventKind.DUPLICATE, by=by, note=note)
    duplicate = Duplicate.objects.create(event=event)
    record_activity("certificate.duplicated", certificate, by=by)
    enqueue("certification.tasks.print_duplicate", duplicate_id=duplicate.pk)
    return certificate
