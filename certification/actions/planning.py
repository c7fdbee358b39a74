"""Who may assess whom: asked when it is planned, when it begins and when it is judged."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import RoleAssignment, User
from accounts.roles import Role
from beneficiaries.choices import Mark
from beneficiaries.models import Attendance, Person
from certification.actions.refusals import NotPossible
from certification.choices import CONFLICT_MONTHS
from genesis.lib.days import add_months

# Who answers for a training body, and so for what it taught (CERT-3).
MANAGES = [Role.TERRITORIAL_COORDINATOR, Role.CENTRE_MANAGER]


class ConflictOfInterest(NotPossible):
    """Who trained somebody, or is close to her, does not assess her (CERT-3)."""

    sentence = gettext_noop(
        "There is a conflict of interest between them: choose another evaluator."
    )


def check_conflict(person: Person, evaluator: User, *, on: date) -> None:
    """Raise ConflictOfInterest where one is noted, or follows from who trained whom (CERT-3).

    Nobody overrides it: somebody else evaluates. A relative or a neighbour is
    said to be no more than a conflict.
    """
    if person.conflicts.filter(user=evaluator).exists():
        raise ConflictOfInterest
    since = add_months(on, -CONFLICT_MONTHS)
    came = Attendance.objects.filter(
        enrolment__person=person,
        mark=Mark.PRESENT,
        session__cancelled_at=None,
        session__starts_at__gte=_midnight(since),
        session__starts_at__lt=_midnight(on + timedelta(days=1)),
    )
    taught = Q(session__group__facilitator=evaluator) | Q(session__taken_by=evaluator)
    managed = Q(session__group__office__in=_managed_by(evaluator, since=since, until=on))
    lessons = came.filter(taught | managed).select_related("session__group")
    if lesson := lessons.order_by("-session__starts_at").first():
        raise ConflictOfInterest(
            _(
                "The evaluator trained this person, or managed where she or he was trained"
                " (%(group)s, %(day)s), in the last %(months)s months: choose another."
            )
            % {
                "group": lesson.session.group,
                "day": date_format(timezone.localdate(lesson.session.starts_at), "DATE_FORMAT"),
                "months": CONFLICT_MONTHS,
            }
        )


def _managed_by(user: User, *, since: date, until: date) -> list[int]:
    """The organizations that somebody managed in those days."""
    held = RoleAssignment.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=since),
        Q(ended_at=None) | Q(ended_at__gte=_midnight(since)),
        user=user,
        role__in=MANAGES,
        valid_from__lte=until,
    )
    return list(held.values_list("organization", flat=True))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
