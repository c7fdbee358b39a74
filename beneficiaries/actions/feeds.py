"""The address by which a calendar outside reads an agenda: made, and taken back."""

from hashlib import sha256
from secrets import token_urlsafe

from django.db import transaction
from django.utils import timezone

from accounts.actions.history import record_activity
from accounts.models import User
from accounts.roles import Permission
from beneficiaries.models import CalendarFeed
from genesis.lib.states import lock


def feed_in_force(user: User) -> CalendarFeed | None:
    return user.calendar_feeds.filter(revoked_at=None).first()


@transaction.atomic
def make_feed(user: User) -> str:
    """Make a secret for the calendar of `user`, the only time that it is known.

    The one before stops working.
    """
    revoke_feed(user)
    token = token_urlsafe(24)
    made = CalendarFeed.objects.create(user=user, digest=_digest(token))
    record_activity("feed.made", made, by=user)
    return token


@transaction.atomic
def revoke_feed(user: User) -> None:
    """Take the address back: calendars that have it read nothing more."""
    lock(User(pk=user.pk))  # of two addresses that are made at once, the second stays
    feed = feed_in_force(user)
    if feed is not None:
        feed.revoked_at = timezone.now()
        feed.save(update_fields=["revoked_at"])
        record_activity("feed.revoked", feed, by=user)


def reader_of(token: str) -> User | None:
    """Whose agenda the address reads; nobody's once it was taken back, or they left."""
    feed = CalendarFeed.objects.filter(digest=_digest(token), revoked_at=None)
    found = feed.select_related("user").first()
    if found is None or not found.user.may(Permission.AGENDA_VIEW):
        return None
    return found.user


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
