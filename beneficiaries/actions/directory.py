"""The directory of institutions to which people are referred."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.actions.history import record_activity
from accounts.models import Organization, User
from beneficiaries.models import Department, DirectoryEntry
from genesis.lib.states import StaleRecord, change, lock


@transaction.atomic
def set_directory_entry(
    organization: Organization,
    *,
    version: int,
    departments: Iterable[Department],
    by: User,
    **answers: Any,
) -> DirectoryEntry:
    """Say what an institution does for the people referred to it, and where.

    `version` is 0 for one that is not in the directory yet. Raises StaleRecord.
    """
    organization = lock(organization)
    entry = DirectoryEntry.objects.filter(organization=organization).first()
    if (entry.version if entry else 0) != version:
        raise StaleRecord(entry or organization)
    answers["sort_name"] = organization.sort_name
    if entry is None:
        entry = DirectoryEntry(organization=organization, **answers)
        entry.full_clean()
        entry.save()
        changes = {}
    else:
        changes = change(entry, version=version, **answers)
    entry.departments.set(departments)
    record_activity("directory.set", entry, by=by, changes=changes)
    return entry
