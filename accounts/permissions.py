"""What somebody may do with the user at hand."""

from accounts.models import User
from accounts.roles import Permission


def can_change_rights(by: User, user: User) -> bool:
    """Administrators give others their rights; nobody changes their own (SEC-13)."""
    return by.may(Permission.USER_MANAGE) and by.pk != user.pk
