"""Whose people somebody's figures count, and whom of them they may see by name."""

from accounts.models import User
from accounts.roles import EVERYWHERE, GRANTS, Permission, Role


def counted_offices(user: User) -> set[int] | None:
    """The offices whose people the figures of `user` count; None for the whole programme."""
    granting = [
        each for each in user.current_roles if Permission.INDICATOR_VIEW in GRANTS[Role(each.role)]
    ]
    if any(each.role in EVERYWHERE for each in granting):
        return None
    return {each.organization_id for each in granting}


def may_see_names(user: User) -> bool:
    """Only who may read D2 sees the people behind a figure by name."""
    return user.may(Permission.PERSON_VIEW)
