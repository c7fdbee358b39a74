"""Opening what is not theirs in an emergency, and who looks at it afterwards (CASE-13, SEC-14)."""

from datetime import datetime, time
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from accounts.roles import Role
from beneficiaries.actions.cases import end_assignments
from beneficiaries.choices import AssignmentKind
from beneficiaries.models import AccessNotice, Conflict, EmergencyAccess, Person, Release
from beneficiaries.models.access import EMERGENCY
from beneficiaries.permissions import can_break_glass
from genesis.lib.background import enqueue
from genesis.lib.sensitivity import D5, D6
from genesis.lib.states import change, lock


class TooMany(ValidationError):
    """An emergency is not the way of every day."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "You have opened {count} files in an emergency today: that is the most."
                " Ask coordination."
            ).format(count=settings.BREAK_GLASS_PER_DAY)
        )


@transaction.atomic
def break_glass(person: Person, *, key: UUID, reason: str, by: User) -> EmergencyAccess:
    """Open the protected part of a file for four hours, and tell who must know at once.

    Raises TooMany, OtherContent, and ValidationError for who may not or already can.
    """
    sent = claim(key, by=by, content=[person, reason])
    if sent.result:
        return EmergencyAccess.objects.get(pk=sent.result)
    lock(User.objects.get(pk=by.pk))  # of two at once, the second counts the first
    if not can_break_glass(by, person):
        raise ValidationError(_("This file is not for you to open, or you can read it already."))
    if opened_today(by) >= settings.BREAK_GLASS_PER_DAY:
        raise TooMany
    now = timezone.now()
    access = EmergencyAccess(
        person=person, user=by, reason=reason, opened_at=now, ends_at=now + EMERGENCY
    )
    access.full_clean()
    access.save()
    told = _who_is_told(person, by)
    notices = AccessNotice.objects.bulk_create(
        AccessNotice(access=access, to=each) for each in told
    )
    settle(sent, access)
    record_activity("access.broken", access, by=by, told=len(told))
    for each in notices:
        enqueue("beneficiaries.tasks.mail_access_notice", notice_id=each.pk)
    return access


def opened_today(user: User) -> int:
    """How many files somebody opened in an emergency since midnight."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    return EmergencyAccess.objects.filter(user=user, opened_at__gte=midnight).count()


def _who_is_told(person: Person, by: User) -> list[User]:
    """The coordination of the office, and the data-protection; the programme's where there is none.

    Whoever opened the file is not told of it.
    """
    others = User.objects.exclude(pk=by.pk)
    coordination = list(
        others.filter(pk__in=User.objects.with_role(Role.TERRITORIAL_COORDINATOR, at=person.office))
    ) or list(others.filter(pk__in=User.objects.with_role(Role.PROGRAMME_COORDINATOR)))
    officers = others.filter(pk__in=User.objects.with_role(Role.DATA_PROTECTION_OFFICER))
    return list({each.pk: each for each in [*coordination, *officers]}.values())


@transaction.atomic
def review_access(access: EmergencyAccess, *, version: int, by: User) -> EmergencyAccess:
    """Say that one has looked at an emergency access: coordination, and the data-protection.

    Nobody reviews their own. Raises StaleRecord and ValidationError.
    """
    access = lock(access)
    if access.user_id == by.pk:
        raise ValidationError(_("Nobody reviews what they opened themselves."))
    side = "officer" if is_officer(by) else "coordination"
    if getattr(access, f"{side}_at"):
        raise ValidationError(_("It was reviewed already."))
    reviewed = {f"{side}_at": timezone.now(), f"{side}_by": by}
    change(access, version=version, **reviewed)
    record_activity("access.reviewed", access, by=by, side=side)
    return access


def is_officer(user: User) -> bool:
    """Whether somebody looks after data protection."""
    return any(each.role == Role.DATA_PROTECTION_OFFICER for each in user.current_roles)


def _is_coordinator_of(user: User, person: Person) -> bool:
    coordination = User.objects.with_role(Role.TERRITORIAL_COORDINATOR, at=person.office)
    whole = User.objects.with_role(Role.PROGRAMME_COORDINATOR)
    return (coordination | whole).filter(pk=user.pk).exists()


@transaction.atomic
def ask_release(
    person: Person, *, key: UUID, level: str, to: User, reason: str, by: User
) -> Release:
    """Coordination asks that a sealed file be opened to somebody: the first of two people."""
    sent = claim(key, by=by, content=[person, level, to, reason])
    if sent.result:
        return Release.objects.get(pk=sent.result)
    if level not in {D5, D6}:
        raise ValidationError(_("Only a psychosocial or a legal file is released by two people."))
    if not _is_coordinator_of(by, person) or by.pk == to.pk:
        raise ValidationError(_("The coordination of the office asks, and for somebody else."))
    release = Release(person=person, level=level, user=to, reason=reason, asked_by=by)
    release.full_clean()
    release.save()
    settle(sent, release)
    record_activity("release.asked", release, by=by, level=level, to=to.pk)
    return release


@transaction.atomic
def grant_release(release: Release, *, version: int, by: User) -> Release:
    """The data-protection officer agrees, as the second: the file is open for four hours."""
    release = lock(release)
    if release.granted_at:
        raise ValidationError(_("It was granted already."))
    if not is_officer(by) or by.pk in {release.asked_by_id, release.user_id}:
        raise ValidationError(_("The data-protection officer agrees, and nobody to their own."))
    now = timezone.now()
    changes = change(
        release, version=version, granted_at=now, granted_by=by, ends_at=now + EMERGENCY
    )
    record_activity("release.granted", release, by=by, changes=changes)
    return release


@transaction.atomic
def note_conflict(person: Person, *, key: UUID, user: User, kind: str, by: User) -> Conflict:
    """Bar somebody of the staff from the file of a relative or neighbour, at once.

    What they had to do with her ends. Raises OtherContent and ValidationError.
    """
    sent = claim(key, by=by, content=[person, user, kind])
    if sent.result:
        return Conflict.objects.get(pk=sent.result)
    if user.pk == by.pk:
        raise ValidationError(_("Somebody else of coordination notes what concerns you."))
    conflict = Conflict(person=person, user=user, kind=kind, noted_by=by)
    conflict.full_clean()
    conflict.save()
    end_assignments(person, kinds=list(AssignmentKind), by=by, user=user)
    person.emergency_accesses.open().filter(user=user).update(ends_at=timezone.now())
    settle(sent, conflict)
    record_activity("conflict.noted", conflict, by=by, user=user.pk)
    return conflict
