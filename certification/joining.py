"""What certification adds to the places that all apps share: pages, records, background work."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import registry as organizations
from beneficiaries import registry
from certification import contributions, sensitivity
from certification.actions.bundles import erase_bundles_of
from certification.actions.sharing import shut_links
from certification.actions.sheltering import show_least
from certification.actions.training import end_with_case
from certification.contributions import (
    arranging,
    bundles,
    centre_agenda,
    expiring,
    outliers,
    search,
    today,
)
from certification.indicators import people, register
from certification.models import (
    Archive,
    Certificate,
    CertificateBundle,
    Duplicate,
    KeyReturn,
    PaperForm,
    StatusList,
)
from genesis.lib.background import register_work
from genesis.lib.sensitivity import register_columns

# The record of a job, what the list of background work calls it, its task and the task's argument.
WORK: list[tuple[type[Any], Any, str, str]] = [
    (Certificate, _("Certificates"), "tasks.render_certificate", "certificate_id"),
    (
        CertificateBundle,
        CertificateBundle._meta.verbose_name_plural,
        "jobs.make_bundle",
        "bundle_id",
    ),
    (PaperForm, PaperForm._meta.verbose_name_plural, "jobs.make_paper_form", "form_id"),
    (KeyReturn, _("Mails about a new PIN"), "jobs.mail_key_return", "return_id"),
    (StatusList, _("Lists of revoked certificates"), "tasks.sign_status_list", "list_id"),
    (Duplicate, Duplicate._meta.verbose_name_plural, "tasks.print_duplicate", "duplicate_id"),
    (Archive, Archive._meta.verbose_name_plural, "tasks.make_archive", "archive_id"),
]


def join_pages() -> None:
    """What stands on «Hoy», in the search, on an organization's page and on a person's page."""
    organizations.PANELS.append(contributions.panels)
    organizations.USES.append(contributions.uses)
    organizations.TODAY.extend([today.blocks, today.revocations])
    organizations.TODAY.extend([expiring.blocks, centre_agenda.blocks, arranging.blocks])
    organizations.LOOKED_AFTER.extend([bundles.blocks, today.notices, outliers.blocks])
    organizations.SEARCHES.extend(search.SEARCHES)
    registry.STEPS.append(contributions.steps)
    registry.VERBS.update(contributions.VERBS)
    registry.AGENDA.append(contributions.agenda)


def join_rules() -> None:
    """What holds a case up, what a consent opens and shuts, and what becomes of whose records."""
    register_columns("certification", sensitivity.COLUMNS)
    registry.BLOCKERS.append(contributions.blockers)
    registry.SHARED.append(contributions.shared)
    registry.DOORS.extend(contributions.DOORS)
    registry.CLOSERS.append(shut_links)
    registry.LEAVERS.append(end_with_case)
    registry.SHELTERS.append(show_least)
    registry.FOLDING.update(contributions.FOLDING)
    registry.MERGE_CHECKS.append(contributions.assessed_twice)
    registry.ERASING_IDENTITY.update(contributions.ERASING_IDENTITY)
    registry.ERASERS.append(erase_bundles_of)
    registry.register_indicators(
        people.ASSESSED,
        people.ATTEMPTS,
        people.CERTIFIED,
        people.CERTIFICATES,
        people.FIRST_ATTEMPTS,
        people.TRAINED,
        register.STANDARDS,
        register.CENTRES,
        register.EVALUATORS,
    )


def join_work() -> None:
    """Which jobs run in the background."""
    for model, title, task, argument in WORK:
        register_work(model, title=title, task=f"certification.{task}", argument=argument)
