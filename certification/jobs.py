"""What the clock starts in certification."""

from celery import shared_task

from certification.models import Certificate, StatusList
from genesis.lib.background import due, enqueue


@shared_task
def render_missing_certificates() -> None:
    """Ask again for every certificate that still has no PDF."""
    for certificate_id in due(Certificate):
        enqueue("certification.tasks.render_certificate", certificate_id=certificate_id)


@shared_task
def sign_changed_lists() -> None:
    """Ask again for every list whose bits have changed since it was signed."""
    for list_id in due(StatusList):
        enqueue("certification.tasks.sign_status_list", list_id=list_id)
