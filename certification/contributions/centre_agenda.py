"""What takes place at a centre day by day, how many places are left, and what is not in force."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from beneficiaries.choices import Service
from beneficiaries.contributions.agenda import hours_of
from beneficiaries.models import GroupSession, Person
from certification.choices import TO_BEGIN_STATES, AccreditationState
from certification.models import (
    Assessment,
    Centre,
    CentreAccreditation,
    CorrectiveAction,
    Equipment,
    EvaluatorAccreditation,
    Standard,
    StandardVersion,
    Training,
)
from certification.rules.capacity import lacking

TAUGHT = [Service.RESKILLING, Service.UPSKILLING]


@dataclass(frozen=True)
class Places:
    """Of the places of one standard on a day, how many are taken; none where it may not assess."""

    standard: Standard
    taken: int
    most: int

    @property
    def free(self) -> int:
        return max(self.most - self.taken, 0)


@dataclass(frozen=True)
class Day:
    """What takes place on one day."""

    on: date
    is_today: bool
    sittings: list[Any]
    lessons: list[Any]
    places: list[Places]


@dataclass(frozen=True)
class Warned:
    """Something for which nothing can be planned, and where it is put right."""

    text: str
    url: str


@dataclass
class Agenda:
    """What takes place at a centre from one day to another."""

    days: list[Day]
    trainings: list[dict[str, Any]]
    warnings: list[Warned] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(each.sittings) + len(each.lessons) for each in self.days)

    @property
    def people(self) -> list[int]:
        """Whose names it shows."""
        return [each.person_id for day in self.days for each in day.sittings if each.is_seen]


def agenda_of(centre: Centre, user: User, since: date, until: date) -> Agenda:
    """The agenda of a centre; of a person `user` finds the name only where they see it elsewhere.

    The places are those that planning asks for: taken by the session that was held, and
    before it by the plan.
    """
    held = _last_held(centre)
    sittings = _sittings(centre, user, since, until)
    lessons = _lessons(centre, since, until)
    today = timezone.localdate()
    length = (until - since).days + 1
    days = [since + timedelta(days=each) for each in range(length)]
    told = [_day(each, today, sittings, lessons, held) for each in days]
    warnings = _warnings(centre, held, sittings, [each for each in days if each >= today])
    return Agenda(told, _trainings(centre, since, until), warnings)


def _last_held(centre: Centre) -> list[CentreAccreditation]:
    """What the centre was granted, the last in each standard behind those before it."""
    held = centre.accreditations.held().select_related("standard")
    return list(held.order_by("standard__code", "valid_until", "pk"))


def _sittings(centre: Centre, user: User, since: date, until: date) -> list[Any]:
    sees = user.may(Permission.ASSESSMENT_VIEW)
    seen = Assessment.objects.visible_to(user) if sees else Assessment.objects.none()
    # Of whom somebody is barred they learn nothing: a line without a name would be that person.
    found = Assessment.objects.taking_place(since, until).filter(
        centre=centre, person__in=Person.objects.not_barred_to(user)
    )
    found = found.annotate(is_seen=Exists(seen.filter(pk=OuterRef("pk"))))
    sittings = list(found.for_list().order_by("day", F("hour").asc(nulls_last=True), "pk"))
    _mark_not_ready([each for each in sittings if each.state in TO_BEGIN_STATES])
    return sittings


def _mark_not_ready(sittings: list[Any]) -> None:
    """Mark those whose evaluator could not begin them on their day, as things stand."""
    held = EvaluatorAccreditation.objects.held().filter(
        evaluator__user__in={each.evaluator_id for each in sittings},
        standard__in={each.standard_id for each in sittings},
    )
    known = list(held.select_related("evaluator"))
    for sitting in sittings:
        sitting.not_ready = not any(
            each.is_active_on(sitting.day) and each.evaluator.is_trained_on(sitting.day)
            for each in known
            if (each.evaluator.user_id, each.standard_id)
            == (sitting.evaluator_id, sitting.standard_id)
        )


def _lessons(centre: Centre, since: date, until: date) -> list[Any]:
    """The sessions of the groups that are trained at the centre, each with its standards."""
    found = GroupSession.objects.standing().between(*hours_of(since, until))
    found = found.filter(group__office=centre.organization_id, group__service__in=TAUGHT)
    lessons = list(found.select_related("group__facilitator").order_by("starts_at", "pk"))
    referred = Training.objects.filter(group__in={each.group_id for each in lessons})
    pairs = set(referred.values_list("group", "assessment__standard__code"))
    for each in lessons:
        each.standards = ", ".join(sorted(code for group, code in pairs if group == each.group_id))
    return lessons


def _trainings(centre: Centre, since: date, until: date) -> list[dict[str, Any]]:
    """The courses that the centre gives itself in these days, and to how many people."""
    given = Training.objects.filter(
        Q(closed_at=None) | Q(closed_at__gte=hours_of(since, until)[0]),
        provider=centre.organization_id,
        referred_at__lt=hours_of(since, until)[1],
        ends_on__gte=since,
    )
    standard = {"code": F("assessment__standard__code"), "title": F("assessment__standard__title")}
    rows: Any = given.values("ends_on", "service", **standard).annotate(people=Count("pk"))
    return [
        {**each, "service": Service(each["service"]).label}
        for each in rows.order_by("ends_on", "code", "service")
    ]


def _day(
    on: date,
    today: date,
    sittings: list[Any],
    lessons: list[Any],
    held: list[CentreAccreditation],
) -> Day:
    there = [each for each in sittings if each.day == on]
    taken = Counter(each.standard_id for each in there)
    active = {each.standard_id: each for each in held if each.is_active_on(on)}
    standards = {each.standard_id: each.standard_version.standard for each in there}
    standards |= {key: each.standard for key, each in active.items()}
    places = [
        Places(standard, taken[key], active[key].max_per_day if key in active else 0)
        for key, standard in standards.items()
    ]
    return Day(
        on=on,
        is_today=on == today,
        sittings=there,
        lessons=[each for each in lessons if timezone.localdate(each.starts_at) == on],
        places=sorted(places, key=lambda each: each.standard.code),
    )


# What keeps the centre from assessing


def _warnings(
    centre: Centre, held: list[CentreAccreditation], sittings: list[Any], days: list[date]
) -> list[Warned]:
    if not days:  # what was not in force then is over
        return []
    last = {each.standard_id: each for each in held}
    ended = [
        Warned(words, each.get_absolute_url())
        for each in last.values()
        if (words := _not_in_force(each, until=days[-1]))
    ]
    return [*ended, *_overdue(centre), *_not_usable(centre, held, sittings, days)]


def _not_in_force(accreditation: CentreAccreditation, *, until: date) -> str:
    """Why nothing is planned with the last accreditation in a standard; empty if something is."""
    assert accreditation.valid_until is not None  # the database refuses a grant without its days
    told = {"standard": accreditation.standard.code, "day": date_format(accreditation.valid_until)}
    if accreditation.state == AccreditationState.SUSPENDED:
        return _("%(standard)s: the accreditation is suspended.") % told
    if accreditation.valid_until < timezone.localdate():
        return _("%(standard)s: the accreditation ended on %(day)s.") % told
    if accreditation.valid_until <= until:
        return _("%(standard)s: the accreditation ends on %(day)s.") % told
    return ""


def _overdue(centre: Centre) -> Iterator[Warned]:
    late = CorrectiveAction.objects.open().filter(
        accreditation__centre=centre, due_on__lt=timezone.localdate()
    )
    for each in late.select_related("accreditation__standard").order_by("due_on", "pk"):
        yield Warned(
            _("%(standard)s: “%(text)s” was to be put right by %(day)s.")
            % {
                "standard": each.accreditation.standard.code,
                "text": each.text,
                "day": date_format(each.due_on),
            },
            each.accreditation.get_absolute_url(),
        )


def _not_usable(
    centre: Centre, held: list[CentreAccreditation], sittings: list[Any], days: list[date]
) -> Iterator[Warned]:
    """The equipment that is lacking, broken or not calibrated, from the first day of it on."""
    usable = StandardVersion.objects.usable_on(days[0])
    standards = {each.standard_id for each in held}
    asked = Equipment.objects.filter(
        Q(standard_version__in=usable.filter(standard__in=standards))
        | Q(standard_version__in={each.standard_version_id for each in sittings}),
        mandatory=True,
    )
    needed = list(asked.select_related("standard_version").order_by("pk"))
    known = list(centre.equipment.all())
    told = set()
    for day in days:
        there = {each.requirement_id: each.quantity for each in known if each.works_on(day)}
        for active in (each for each in held if each.is_active_on(day)):
            own = {
                each.pk: each
                for each in needed
                if each.standard_version.standard_id == active.standard_id
            }
            numbers = [(key, each.quantity) for key, each in own.items()]
            lacks = lacking(numbers, there, active.workstations)
            names = [own[key].name for key in lacks if key not in told]
            told |= set(lacks)
            if names:
                words = _("%(standard)s: from %(day)s on it lacks %(equipment)s.") % {
                    "standard": active.standard.code,
                    "day": date_format(day),
                    "equipment": ", ".join(names),
                }
                yield Warned(words, active.get_absolute_url())


# «Hoy»


def blocks(user: User) -> Iterator[Block]:
    """What the next seven days bring, for who manages a centre."""
    if not user.may(Permission.CENTRE_APPLY):
        return
    own = Centre.objects.active().filter(user.where(Permission.CENTRE_APPLY, "organization"))
    centres = list(own.select_related("organization").order_by("code")[: SHOWN + 1])
    today = timezone.localdate()
    near = Assessment.objects.taking_place(today, today + timedelta(days=6))
    planned = list(near.filter(centre__in=centres).values_list("centre", "day"))
    lines = [
        Line(
            each.organization.name,
            reverse("certification:centre_agenda", args=[each.organization.public_id]),
            _in_words(Counter(day for centre, day in planned if centre == each.pk), today),
        )
        for each in centres
    ]
    yield Block(_("Agenda of the centre"), Urgency.SOON, lines)


def _in_words(by_day: Counter[date], today: date) -> str:
    """How many assessments there are today, and in seven days."""
    total = by_day.total()
    words = ngettext(
        "%(today)s today, %(total)s assessment in seven days",
        "%(today)s today, %(total)s assessments in seven days",
        total,
    )
    return words % {"today": by_day[today], "total": total}
