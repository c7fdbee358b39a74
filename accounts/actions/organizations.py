"""What administrators do with organizations: they come, change and end, and are never deleted."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.choices import OrganizationKind
from accounts.models import Organization, User
from accounts.registry import uses_of
from genesis.lib.states import change, lock


class StillNeeded(ValidationError):
    """An organization ends only when nobody and nothing depends on it any more."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__([_("It cannot end yet: {why}").format(why=each) for each in reasons])


@transaction.atomic
def create_organization(*, key: UUID, by: User, **answers: Any) -> Organization:
    """Add an organization. The same form sent twice adds one.

    Raises OtherContent when `key` came before with other answers, and
    ValidationError when the code is taken.
    """
    sent = claim(key, by=by, content=_plain(answers))
    if sent.result:
        return Organization.objects.get(pk=sent.result)
    try:
        with transaction.atomic():
            organization = Organization.objects.create(**answers)
    except IntegrityError:
        raise ValidationError({"code": _("Another organization has this code.")}) from None
    settle(sent, organization)
    record_activity("organization.created", organization, by=by)
    return organization


@transaction.atomic
def change_organization(
    organization: Organization, *, version: int, by: User, **answers: Any
) -> Organization:
    """Correct what is known of an organization.

    Raises StaleRecord, and ValidationError when it would lose a kind as which it
    is still needed.
    """
    organization = lock(organization)
    lost = set(organization.kinds) - set(answers["kinds"])
    if needed := [use for use in uses_of(organization) if use.kind in lost]:
        raise ValidationError({"kinds": [_said(use.kind, use.text) for use in needed]})
    changes = change(organization, version=version, **answers)
    organization.save(update_fields=["search", "sort_name"])
    record_activity("organization.changed", organization, by=by, changes=_plain(changes))
    return organization


@transaction.atomic
def end_organization(organization: Organization, *, version: int, by: User) -> Organization:
    """Offer an organization no more; what it did stays. Raises StillNeeded and StaleRecord."""
    organization = lock(organization)
    reasons = [use.text for use in uses_of(organization) if use.hinders_end]
    if reasons:
        raise StillNeeded(reasons)
    changes = change(organization, version=version, ended_at=timezone.now(), ended_by=by)
    record_activity("organization.ended", organization, by=by, changes=changes)
    return organization


@transaction.atomic
def reopen_organization(organization: Organization, *, version: int, by: User) -> Organization:
    """Offer an organization again. Raises StaleRecord."""
    organization = lock(organization)
    changes = change(organization, version=version, ended_at=None, ended_by=None)
    record_activity("organization.reopened", organization, by=by, changes=changes)
    return organization


def _plain(answers: dict[str, Any]) -> dict[str, Any]:
    """The same answers with the telephone as text, which the history can keep."""
    return {name: _as_text(value) for name, value in answers.items()}


def _as_text(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_as_text, value))
    return value if isinstance(value, list) else str(value)


def _said(kind: str, text: str) -> str:
    return f"{OrganizationKind(kind).label}: {text}"
