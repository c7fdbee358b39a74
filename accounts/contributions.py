"""What accounts itself knows of why an organization is still needed."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import Organization, RoleAssignment
from accounts.registry import Use


def roles_held(organization: Organization) -> Iterator[Use]:
    """Nobody works for an organization that has ended."""
    held = RoleAssignment.objects.on(timezone.localdate()).filter(organization=organization)
    if count := held.count():
        words = ngettext("%d role is held for it.", "%d roles are held for it.", count)
        yield Use(words % count)
