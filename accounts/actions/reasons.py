"""Why somebody opened a protected part of a file: asked once per person and day (CASE-12)."""

from django.db import transaction
from django.utils import timezone

from accounts.models import ReadReason, User


def has_reason(user: User, person_id: int, level: str) -> bool:
    """Whether somebody has said today why they open this part of the person's file."""
    said = ReadReason.objects.filter(user=user, person_id=person_id, level=level)
    return said.filter(day=timezone.localdate()).exists()


@transaction.atomic
def give_reason(person_id: int, *, level: str, reason: str, by: User) -> ReadReason:
    """Keep why somebody opens it; the first reason of the day stays, it is never changed."""
    said, _new = ReadReason.objects.get_or_create(
        user=by,
        person_id=person_id,
        level=level,
        day=timezone.localdate(),
        defaults={"reason": reason},
    )
    return said
