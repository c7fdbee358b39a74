"""What the registry adds to the places that all apps share: pages, records, background work."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import registry as organizations
from accounts.roles import Permission
from beneficiaries import indicators, registry, sensitivity
from beneficiaries.actions import folding, merge_checks
from beneficiaries.actions.attachments import shut_photos
from beneficiaries.actions.list_exports import erase_exports_of
from beneficiaries.actions.messages import cancel_messages
from beneficiaries.actions.referrals import cancel_referrals
from beneficiaries.contributions import (
    agenda,
    care,
    files,
    person,
    referrals,
    rights,
    search,
    team,
    today,
    waiting,
)
from beneficiaries.models import (
    AccessNotice,
    BulkRun,
    ErasureBatch,
    ListExport,
    PeopleImport,
    RightsFile,
)
from beneficiaries.rules import erasing
from beneficiaries.rules.doors import DOORS
from genesis.lib.background import register_work
from genesis.lib.sensitivity import register_columns

# The record of a job, what the list of background work calls it, its task and the task's argument.
WORK: list[tuple[type[Any], Any, str, str]] = [
    (AccessNotice, _("Mails about emergency accesses"), "tasks.mail_access_notice", "notice_id"),
    (PeopleImport, PeopleImport._meta.verbose_name_plural, "jobs.run_import", "import_id"),
    (RightsFile, RightsFile._meta.verbose_name_plural, "jobs.write_rights_file", "file_id"),
    (ErasureBatch, ErasureBatch._meta.verbose_name_plural, "jobs.run_erasure", "batch_id"),
    (BulkRun, BulkRun._meta.verbose_name_plural, "jobs.run_bulk", "run_id"),
    (ListExport, ListExport._meta.verbose_name_plural, "jobs.make_export", "export_id"),
]


def join_pages() -> None:
    """What stands on «Hoy», on an organization's page and on a person's page."""
    organizations.PANELS.extend([person.place_panel, referrals.directory_panel])
    organizations.USES.append(person.uses)
    organizations.SEARCHES.append(organizations.Search(Permission.PERSON_VIEW, search.people))
    organizations.TODAY.extend([agenda.blocks, today.blocks, care.blocks, referrals.blocks])
    organizations.TODAY.extend([rights.blocks, waiting.blocks])
    organizations.LOOKED_AFTER.extend([team.blocks, today.imports, files.blocks])
    registry.STEPS.append(person.steps)
    registry.VERBS.update(person.VERBS | referrals.VERBS | rights.VERBS)
    registry.SECTIONS.extend([*person.SECTIONS, referrals.SECTION])
    registry.AGENDA.extend([agenda.appointments_in, agenda.sessions_in])


def join_rules() -> None:
    """What holds a case up, what a consent opens and shuts, and what becomes of whose records."""
    register_columns("beneficiaries", sensitivity.COLUMNS)
    registry.SCREENING.append(care.screening_open)
    registry.ACTIVATION.append(care.plan_open)
    registry.BLOCKERS.extend([care.care_open, referrals.referrals_open])
    registry.SHARED.append(referrals.shared)
    registry.DOORS.extend(DOORS)
    registry.CLOSERS.extend([cancel_messages, cancel_referrals, shut_photos])
    registry.FOLDING.update(folding.FOLDING)
    registry.MERGE_CHECKS.extend(merge_checks.CHECKS)
    registry.ERASING_SENSITIVE.update(erasing.SENSITIVE)
    registry.ERASING_IDENTITY.update(erasing.IDENTITY)
    registry.ERASERS.append(erase_exports_of)
    registry.OF_ANOTHER.update(erasing.OF_ANOTHER)
    registry.NAMES_OTHERS.update(erasing.NAMES_OTHERS)
    registry.register_indicators(indicators.REACHED)


def join_work() -> None:
    """Which jobs run in the background."""
    for model, title, task, argument in WORK:
        register_work(model, title=title, task=f"beneficiaries.{task}", argument=argument)
