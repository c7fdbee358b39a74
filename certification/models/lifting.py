"""Who may lift a suspension: never who suspended it, or whom it is about (SEC-13)."""

from django.db.models import Q
from django.utils import timezone

from accounts.models import RoleAssignment, User
from accounts.roles import Permission, roles_with


def who_may_lift(accreditation):
    """Those who accredit today but for who suspended it, and who manages the centre or is it."""
    today = RoleAssignment.objects.on(timezone.localdate())
    accredit = today.filter(role__in=roles_with(Permission.ACCREDIT))
    found = User.objects.filter(is_active=True, pk__in=accredit.values("user"))
    return found.exclude(_has_part_in(accreditation, today) | Q(pk=accreditation.state_by_id))


def _has_part_in(accreditation, today):
    if hasattr(accreditation, "evaluator_id"):
        return Q(pk=accreditation.evaluator.user_id)
    manages = today.filter(
        role__in=roles_with(Permission.CENTRE_APPLY),
        organization=accreditation.centre.organization_id,
    )
    return Q(pk__in=manages.values("user"))
