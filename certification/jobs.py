"""What the clock starts in certification."""

from celery import shared_task

from certification.models import Certificate
from genesis.lib.background import due, enqueue


@shared_task
def render_missing_certificates() -> None:
    """Ask again for every certificate that still has no PDF."""
    for certificate_id in due(Certificate):
        enqueue("certification.tasks.render_certificate", certificate_id=certificate_id)
