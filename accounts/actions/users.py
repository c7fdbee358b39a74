"""What administrators do with users, their roles and their way in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, RoleAssignment, User
from accounts.roles import Role
from genesis.lib.states import StaleRecord, change, lock


class OwnRights(Exception):
    """Nobody changes what they themselves may do (SEC-13)."""

    def __init__(self) -> None:
        super().__init__(_("Nobody changes their own roles or access: ask another administrator."))


@transaction.atomic
def create_admin(*, email: str, password: str, first_name: str, last_name: str) -> User:
    """Make the first administrator of an installation, at an organization made for it.

    Raises ValidationError when there is an administrator already who can sign
    in, or the address is taken.
    """
    if User.objects.with_role(Role.ADMINISTRATOR).exists():
        raise ValidationError(_("There is an administrator already: ask them."))
    home, _new = Organization.objects.get_or_create(
        code="central", defaults={"name": "Oficina central", "kinds": ["office"]}
    )
    user = User(email=email.lower(), first_name=first_name, last_name=last_name)
    user.set_password(password)
    user.full_clean()
    user.save()
    RoleAssignment.objects.create(
        user=user, role=Role.ADMINISTRATOR, organization=home, valid_from=timezone.localdate()
    )
    record_activity("user.created", user, by=None)
    return user


@transaction.atomic
def create_user(*, key: UUID, email: str, first_name: str, last_name: str, by: User) -> User:
    """Make a user, who has no role and no password yet: both are given next.

    Raises OtherContent when `key` came before with other answers, and
    ValidationError when the address is taken.
    """
    answers = {"email": email.lower(), "first_name": first_name, "last_name": last_name}
    form = claim(key, by=by, content=answers)
    if form.result:
        return User.objects.get(pk=form.result)
    user = User(**answers)
    user.set_unusable_password()
    user.full_clean(validate_unique=False, validate_constraints=False)
    with _words_for_a_taken_address():
        user.save()
    settle(form, user)
    record_activity("user.created", user, by=by)
    return user


@transaction.atomic
def change_user(user: User, *, version: int, by: User, **answers: Any) -> User:
    """Correct a user's name or address. Raises StaleRecord, and ValidationError if it is taken."""
    user = lock(user)
    if "email" in answers:
        answers["email"] = answers["email"].lower()
    with _words_for_a_taken_address():
        changes = change(user, version=version, **answers)
        user.save(update_fields=["search", "sort_name"])
    if "email" in changes:
        # allauth keeps addresses of its own: the old one would still open the account.
        EmailAddress.objects.filter(user=user).delete()
    record_activity("user.changed", user, by=by, changes=changes)
    return user


@contextmanager
def _words_for_a_taken_address() -> Iterator[None]:
    """Raise ValidationError where the database says that another user has the address."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise ValidationError({"email": _("Somebody else has this address.")}) from None


@transaction.atomic
def set_active(user: User, *, active: bool, version: int, by: User) -> User:
    """Let a user in, or keep them out from their next click on (SEC-12).

    Raises OwnRights for oneself, and StaleRecord.
    """
    if user.pk == by.pk:
        raise OwnRights
    user = lock(user)
    changes = change(user, version=version, is_active=active)
    record_activity(
        "user.reactivated" if active else "user.deactivated", user, by=by, changes=changes
    )
    return user


@transaction.atomic
def give_role(
    user: User,
    *,
    key: UUID,
    role: Role,
    organization: Organization,
    valid_from: date,
    valid_until: date | None,
    by: User,
) -> RoleAssignment:
    """Let a user be `role` for an organization, from one day until another or for good.

    Raises OwnRights for oneself, OtherContent, and ValidationError when they
    hold it already in those days.
    """
    if user.pk == by.pk:
        raise OwnRights
    answers = {
        "user": user,
        "role": role,
        "organization": organization,
        "valid_from": valid_from,
        "valid_until": valid_until,
    }
    form = claim(key, by=by, content=answers)
    if form.result:
        return RoleAssignment.objects.get(pk=form.result)
    lock(user)  # of two who give the same role at once, the second is told
    given = RoleAssignment(**answers, given_by=by)
    given.full_clean()
    given.save()
    settle(form, given)
    record_activity("role.given", given, by=by, role=role, user=user.pk)
    return given


@transaction.atomic
def end_role(given: RoleAssignment, *, version: int, by: User) -> RoleAssignment:
    """Take a role away: it grants nothing from the next click on (SEC-12).

    Raises OwnRights for oneself, and StaleRecord: also when it was ended already.
    """
    if given.user_id == by.pk:
        raise OwnRights
    given = lock(given)
    if given.ended_at:
        raise StaleRecord(given)
    changes = change(given, version=version, ended_at=timezone.now(), ended_by=by)
    record_activity("role.ended", given, by=by, changes=changes, user=given.user_id)
    return given


@transaction.atomic
def make_access_link(user: User, *, by: User) -> str:
    """The address, handed over in person, at which a user sets a new password once.

    It is that of a reset by e-mail: good for a day, and until the password is
    changed or the user signs in. Raises OwnRights for oneself.
    """
    if user.pk == by.pk:
        raise OwnRights
    record_activity("access_link.made", user, by=by)
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])


@transaction.atomic
def forget_second_factor(user: User, *, version: int, by: User) -> None:
    """Let a user who lost the second factor set up a new one. Raises OwnRights, StaleRecord."""
    if user.pk == by.pk:
        raise OwnRights
    user = lock(user)
    change(user, version=version)
    Authenticator.objects.filter(user=user).delete()
    record_activity("second_factor.forgotten", user, by=by)
