"""Who may assess whom, where and on which day: asked when it is planned, begun and judged.

Accreditations are looked at as of the day of the session (CERT-4): whoever is
accredited today may not be on that day.
"""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import RoleAssignment, User
from accounts.roles import Role
from beneficiaries.choices import Mark
from beneficiaries.models import Attendance, Person
from certification.actions.parts import check_role
from certification.actions.refusals import NotPossible
from certification.choices import BEGINS_WITHIN, CONFLICT_MONTHS
from certification.models import (
    Assessment,
    Centre,
    CentreAccreditation,
    DeclaredInterest,
    Equipment,
    Evaluator,
    EvaluatorAccreditation,
    Plan,
    Training,
)
from certification.rules.capacity import lacking, most_at_once
from certification.rules.plans import Meeting, Window
from genesis.lib.days import add_months

# Who answers for a training body, and so for what it taught (CERT-3).
MANAGES = [Role.TERRITORIAL_COORDINATOR, Role.CENTRE_MANAGER]


class EvaluatorNotReady(NotPossible):
    """The evaluator is not accredited for it on that day (CERT-4)."""


class CentreNotReady(NotPossible):
    """The centre cannot hold an assessment in this standard on that day (CERT-16)."""


class NoRoom(NotPossible):
    """On that day, or at that hour, every place is taken."""


class ConflictOfInterest(NotPossible):
    """Who trained somebody, or is close to her, does not assess her (CERT-3)."""

    sentence = gettext_noop("There is a conflict of interest between them: choose somebody else.")


def check_day(
    assessment: Assessment,
    *,
    centre: Centre,
    evaluator: User,
    on: date,
    at: time,
    extra_minutes: int = 0,
) -> None:
    """Whether an assessment can be planned so; the place is taken under the lock of the centre.

    Who needs `extra_minutes` has the workstation for longer.

    Call it in the transaction that keeps the plan, with the assessment locked:
    whoever plans at the same moment waits. Raises NotInThatRole,
    EvaluatorNotReady, ConflictOfInterest, CentreNotReady and NoRoom.
    """
    check_role(evaluator, Role.EVALUATOR, on=on)
    accreditation = _accreditation_of(centre, assessment, on, locked=True)
    _check_evaluator(evaluator, centre, assessment, on, locked=True)
    check_conflict(assessment.person, evaluator, on=on)
    _check_centre(accreditation, assessment, on)
    _check_room(accreditation, assessment, on, at, extra_minutes)


def check_times(day: date, at: time, window: Window | None, meeting: Meeting | None) -> None:
    """Raise ValidationError for a window too wide or without the hour, or an early meeting."""
    faults: dict[str, str] = {}
    if window and not window.since <= day <= window.until:
        faults["begins_since"] = _("The day of the session lies between these days.")
    elif window and max(day - window.since, window.until - day) > BEGINS_WITHIN:
        faults["begins_since"] = _("At most %(days)s days from the day of the session.") % {
            "days": BEGINS_WITHIN.days
        }
    if window and ((window.opens is None) != (window.closes is None) or not window.is_open(at)):
        faults["opens_at"] = _("Both hours, and the hour of the session between them.")
    if meeting and meeting.on < day:
        faults["results_on"] = _("Not before the day of the session.")
    if meeting and not meeting.place.strip():
        faults["results_place"] = _("Say where.")
    if faults:
        raise ValidationError(faults)


def check_session(assessment: Assessment, *, at: datetime) -> None:
    """Whether the session could begin at that moment, as it was planned. Raises as check_day.

    A telephone without signal tells of it later: what was suspended since held then (CERT-4).
    """
    on = timezone.localdate(at)
    assert assessment.centre is not None  # the database refuses a plan without them
    assert assessment.evaluator is not None
    check_watcher(assessment, assessment.evaluator, at=at)
    _check_centre(_accreditation_of(assessment.centre, assessment, on, at=at), assessment, on)


def check_watcher(assessment: Assessment, evaluator: User, *, at: datetime) -> None:
    """Whether somebody might evaluate the person at that moment. Raises as check_day."""
    on = timezone.localdate(at)
    assert assessment.centre is not None  # the database refuses a plan without it
    check_role(evaluator, Role.EVALUATOR, on=on, at=at)
    _check_evaluator(evaluator, assessment.centre, assessment, on, at=at)
    check_conflict(assessment.person, evaluator, on=on)


def check_close(person: Person, user: User) -> None:
    """Raise ConflictOfInterest for whoever is noted as close to somebody (CERT-3)."""
    if person.conflicts.filter(user=user).exists():
        raise ConflictOfInterest


def check_conflict(person: Person, evaluator: User, *, on: date) -> None:
    """Raise ConflictOfInterest where one is noted, or follows from who trained whom (CERT-3).

    Nobody overrides it: somebody else evaluates. A relative or a neighbour is
    said to be no more than a conflict.
    """
    check_close(person, evaluator)
    _check_declared(person, evaluator, on)
    taught = Q(session__group__facilitator=evaluator) | Q(session__taken_by=evaluator)
    managed = Q(session__group__office__in=_managed_by(evaluator, on))
    last = _lessons(person, on).filter(taught | managed).select_related("session__group")
    if lesson := last.order_by("-session__starts_at").first():
        raise ConflictOfInterest(
            _(
                "The evaluator, or the place that she or he managed, trained this person"
                " (%(group)s, %(day)s): whoever trained somebody in the last %(months)s months"
                " does not assess her or him."
            )
            % {
                "group": lesson.session.group,
                "day": _day(timezone.localdate(lesson.session.starts_at)),
                "months": CONFLICT_MONTHS,
            }
        )
    _check_providers(person, evaluator, on)


def _check_declared(person: Person, evaluator: User, on: date) -> None:
    """Raise ConflictOfInterest for what was declared of them and runs on that day.

    Of an organization it bars from whoever it trained, in the same months as its teachers.
    """
    running = DeclaredInterest.objects.on(on).filter(evaluator__user=evaluator)
    trained = Q(organization__in=_recent_trainings(person, on).values("provider"))
    came = Q(organization__in=_lessons(person, on).values("session__group__office"))
    if running.filter(Q(person=person) | trained | came).exists():
        raise ConflictOfInterest


def _lessons(person: Person, on: date) -> QuerySet[Attendance]:
    """The sessions of groups to which somebody came in the last months."""
    return Attendance.objects.filter(
        enrolment__person=person,
        mark=Mark.PRESENT,
        session__cancelled_at=None,
        session__starts_at__gte=_midnight(add_months(on, -CONFLICT_MONTHS)),
        session__starts_at__lt=_midnight(on + timedelta(days=1)),
    )


def _recent_trainings(person: Person, on: date) -> QuerySet[Training]:
    since = add_months(on, -CONFLICT_MONTHS)
    return Training.objects.filter(
        Q(ends_on__gte=since) | Q(completed_on__gte=since), assessment__person=person
    )


def _check_providers(person: Person, evaluator: User, on: date) -> None:
    """Who taught at, or managed, a body that trained somebody elsewhere is barred as well.

    It keeps no lists here: who taught there is said when the training is closed.
    """
    managed = Q(provider__in=_managed_by(evaluator, on))
    if _recent_trainings(person, on).filter(managed | Q(trainers__user=evaluator)).exists():
        raise ConflictOfInterest


def _managed_by(user: User, on: date) -> list[int]:
    """The organizations that somebody managed in those months."""
    since = add_months(on, -CONFLICT_MONTHS)
    held = RoleAssignment.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=since),
        Q(ended_at=None) | Q(ended_at__gte=_midnight(since)),
        user=user,
        role__in=MANAGES,
        valid_from__lte=on,
    )
    return list(held.values_list("organization", flat=True))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _check_evaluator(
    user: User,
    centre: Centre,
    assessment: Assessment,
    on: date,
    *,
    at: datetime | None = None,
    locked: bool = False,
) -> None:
    """Registered, trained, accredited in the standard, its holder, and of the centre: that day."""
    evaluator = Evaluator.objects.filter(user=user).first()
    told = {"evaluator": user, "day": _day(on), "centre": centre, "standard": assessment.standard}
    if evaluator is None:
        raise EvaluatorNotReady(_("%(evaluator)s is not registered as an evaluator.") % told)
    if not evaluator.is_trained_on(on):
        raise EvaluatorNotReady(
            _("The training certificate of %(evaluator)s is not in force on %(day)s.") % told
        )
    held = EvaluatorAccreditation.objects.active_on(on, at=at).filter(
        evaluator=evaluator, standard=assessment.standard
    )
    if locked:  # whoever suspends it at this moment waits, or was first
        held = held.select_for_update(of=("self",), no_key=True)
    accreditation = held.first()
    if accreditation is None:
        raise EvaluatorNotReady(
            _("%(evaluator)s is not accredited for %(standard)s on %(day)s.") % told
        )
    if not accreditation.proof_holds_on(on, at=at):
        raise EvaluatorNotReady(
            _("The own certificate of %(evaluator)s in %(standard)s is not in force on %(day)s.")
            % told
        )
    if not evaluator.centres.on(on).filter(centre=centre).exists():
        raise EvaluatorNotReady(_("%(evaluator)s does not belong to %(centre)s on %(day)s.") % told)


def _accreditation_of(
    centre: Centre,
    assessment: Assessment,
    on: date,
    *,
    at: datetime | None = None,
    locked: bool = False,
) -> CentreAccreditation:
    found = CentreAccreditation.objects.active_on(on, at=at).filter(
        centre=centre, standard=assessment.standard
    )
    if locked:
        found = found.select_for_update(of=("self",), no_key=True)
    accreditation = found.first()
    if accreditation is None:
        raise CentreNotReady(
            _("%(centre)s is not accredited for %(standard)s on %(day)s.")
            % {"centre": centre, "standard": assessment.standard, "day": _day(on)}
        )
    return accreditation


def _check_centre(accreditation: CentreAccreditation, assessment: Assessment, on: date) -> None:
    """Nothing overdue that was to be put right, and the equipment that the standard asks for.

    What may still be put right before a day to come is not overdue yet; a session that a
    telephone tells of later is weighed by its own day.
    """
    day = min(on, timezone.localdate())
    overdue = accreditation.overdue_corrections(day).order_by("due_on").first()
    if overdue:
        raise CentreNotReady(
            _("%(centre)s has a corrective action overdue since %(day)s: “%(text)s”.")
            % {"centre": accreditation.centre, "day": _day(overdue.due_on), "text": overdue.text}
        )
    lacking = lacking_equipment(
        accreditation.centre,
        Equipment.objects.filter(standard_version=assessment.standard_version_id),
        workstations=accreditation.workstations,
        on=on,
    )
    if lacking:
        raise CentreNotReady(
            _("%(centre)s lacks equipment for %(day)s: %(equipment)s.")
            % {"centre": accreditation.centre, "day": _day(on), "equipment": ", ".join(lacking)}
        )


def lacking_equipment(
    centre: Centre, asked: QuerySet[Equipment], *, workstations: int, on: date
) -> list[str]:
    """Of what has to be there for so many workstations, what is not, or does not work that day."""
    usable = centre.equipment.usable_on(on).values_list("requirement", "quantity")
    needed = {each.pk: each for each in asked.filter(mandatory=True).order_by("pk")}
    numbers = [(key, each.quantity) for key, each in needed.items()]
    return [needed[key].name for key in lacking(numbers, dict(usable), workstations)]


def _check_room(
    accreditation: CentreAccreditation,
    assessment: Assessment,
    on: date,
    at: time,
    extra_minutes: int,
) -> None:
    """A place in the day, and a workstation at the hour; the accreditation is locked."""
    others = Assessment.objects.taking_place(on, on).filter(
        centre=accreditation.centre_id, standard=accreditation.standard_id
    )
    plans = Plan.objects.filter(assessment=OuterRef("pk")).order_by("-number")
    more = Coalesce(Subquery(plans.values("help__extra_minutes")[:1]), 0)
    rows = others.exclude(pk=assessment.pk).values_list("hour", more)
    minutes = assessment.standard_version.duration_minutes
    taken = [(hour, minutes + longer) for hour, longer in rows]
    if len(taken) >= accreditation.max_per_day:
        raise NoRoom(
            _("%(centre)s has no room left on %(day)s: %(most)s assessments in a day.")
            % {
                "centre": accreditation.centre,
                "day": _day(on),
                "most": accreditation.max_per_day,
            }
        )
    if most_at_once(taken, at, minutes + extra_minutes) >= accreditation.workstations:
        raise NoRoom(
            _("Every workstation of %(centre)s is taken at that hour of %(day)s: choose another.")
            % {"centre": accreditation.centre, "day": _day(on)}
        )
