"""What the clock starts in certification."""

from celery import shared_task

from certification.actions import evidence, logos, signatures, two_parts
from certification.actions.archives import ask_for_last_year
from certification.actions.bundles import erase_old_bundles, write_bundle
from certification.actions.paper_forms import erase_old_forms, write_form
from certification.actions.phones import tell_owner
from certification.models import (
    Archive,
    Certificate,
    CertificateBundle,
    Duplicate,
    KeyReturn,
    PaperForm,
    StatusList,
)
from genesis.lib.background import attempt, due, enqueue


@shared_task
def render_missing_certificates() -> None:
    """Ask again for every certificate, and every duplicate of one, that still has no PDF."""
    for certificate_id in due(Certificate):
        enqueue("certification.tasks.render_certificate", certificate_id=certificate_id)
    for duplicate_id in due(Duplicate):
        enqueue("certification.tasks.print_duplicate", duplicate_id=duplicate_id)


@shared_task
def sign_changed_lists() -> None:
    """Ask again for every list whose bits have changed since it was signed."""
    for list_id in due(StatusList):
        enqueue("certification.tasks.sign_status_list", list_id=list_id)


@shared_task
def see_to_archives() -> None:
    """Ask for the archive of the year that is over, and again for every one that is missing."""
    ask_for_last_year()
    for archive_id in due(Archive):
        enqueue("certification.tasks.make_archive", archive_id=archive_id)


@shared_task(acks_late=True)
def make_bundle(*, bundle_id: int) -> None:
    """Put certificates into one file, once, however often or late this runs."""
    with attempt(CertificateBundle, bundle_id) as bundle:
        if bundle:
            write_bundle(bundle)


@shared_task
def see_to_bundles() -> None:
    """Ask again for every file of certificates that is missing, and erase those that are old."""
    for bundle_id in due(CertificateBundle):
        enqueue("certification.jobs.make_bundle", bundle_id=bundle_id)
    erase_old_bundles()


@shared_task(acks_late=True)
def make_paper_form(*, form_id: int) -> None:
    """Print a form on paper, once, however often or late this runs."""
    with attempt(PaperForm, form_id) as form:
        if form:
            write_form(form)


@shared_task
def see_to_paper_forms() -> None:
    """Ask again for every paper form that is not printed, and erase those that are old."""
    for form_id in due(PaperForm):
        enqueue("certification.jobs.make_paper_form", form_id=form_id)
    erase_old_forms()


@shared_task
def look_for_two_parts() -> None:
    """Tell coordination who has two parts in one assessment (CERT-5)."""
    two_parts.keep_alerts()


@shared_task
def sweep_evidence() -> None:
    """Erase what was written for a photo, signature or logo whose row never came to be."""
    evidence.erase_orphans()
    signatures.erase_orphans()
    logos.erase_orphans()


@shared_task(acks_late=True)
def mail_key_return(*, return_id: int) -> None:
    """Tell the owner of a telephone that its PIN was changed, once, however often this runs."""
    with attempt(KeyReturn, return_id) as given:
        if given:
            tell_owner(given)


@shared_task
def mail_waiting_returns() -> None:
    """Ask again for every mail about a new PIN that was not sent."""
    for return_id in due(KeyReturn):
        enqueue("certification.jobs.mail_key_return", return_id=return_id)
