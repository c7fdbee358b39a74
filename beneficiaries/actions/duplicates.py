"""Looking for files that may be the same person's, and what is said of them (CASE-1)."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.choices import Likeness, TaskKind
from beneficiaries.models import Person, Suspicion, Task
from genesis.lib.days import add_months
from genesis.lib.search import name_columns
from genesis.lib.states import change, lock

MANY = 20  # files that look alike: more than anybody compares
ANSWER_WITHIN = timedelta(days=3)  # [P] how soon coordination looks at a duplicate


@dataclass
class Matches:
    """The files that a new registration meets, apart by what its registrar may know of them."""

    same_dui: list[Person] = field(default_factory=list)
    same_dui_elsewhere: list[Person] = field(default_factory=list)
    likely: list[Person] = field(default_factory=list)
    elsewhere: list[Person] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.same_dui or self.likely or self.elsewhere)


def look_up(
    *,
    given_names: str,
    surnames: str,
    birth_date: date | None,
    dui: str,
    phone: Any,
    for_user: User,
    about: Person | None = None,
) -> Matches:
    """The files with the same DUI, and those that look alike: name and birth, or telephone.

    A name looks alike in any order of its words, within a year of the birth
    date, or when one of the two dates is not known; `dui` comes normalised.
    `same_dui` holds those of any office; of files at other offices nothing may
    be shown. Where the file is `about` somebody who is there
    already, she herself is none of them, nor are those of whom it was said.
    """
    matches = look_up_dui(dui, for_user=for_user)
    alike = _alike(given_names, surnames, birth_date, phone)
    found = _files().filter(alike).exclude(pk__in=[each.pk for each in matches.same_dui])
    if about:
        found = found.exclude(pk__in=_asked_about(about))
    candidates = list(found.distinct()[:MANY]) if alike else []
    matches.likely, matches.elsewhere = _apart(candidates, for_user)
    return matches


def _asked_about(person: Person) -> set[int]:
    """Herself, and those of whom somebody has said what they are to her: nobody asks again."""
    pairs = Suspicion.objects.of(person).values_list("person_id", "other_id")
    return {person.pk, *[pk for pair in pairs for pk in pair]}


def look_up_dui(dui: str, *, for_user: User) -> Matches:
    """The file with this DUI, in whatever office; `dui` comes normalised, or empty."""
    same = list(_files().with_dui(dui).distinct()) if dui else []
    return Matches(same_dui=same, same_dui_elsewhere=_apart(same, for_user)[1])


def _files() -> Any:
    return Person.objects.filter(merged_into=None).select_related("district__department")


def _apart(people: list[Person], user: User) -> tuple[list[Person], list[Person]]:
    """Those of `people` whom `user` may see, and the others."""
    if not people:
        return [], []
    seen = Person.objects.visible_to(user).filter(pk__in=[each.pk for each in people])
    visible = set(seen.values_list("pk", flat=True))
    return (
        [each for each in people if each.pk in visible],
        [each for each in people if each.pk not in visible],
    )


def _alike(given_names: str, surnames: str, birth_date: date | None, phone: Any) -> Q:
    alike = Q()
    if given_names or surnames:
        named = Q(name_key=name_columns(given_names, surnames)["name_key"])
        near = Q(birth_date=None)
        if birth_date:
            near |= Q(birth_date__range=(add_months(birth_date, -12), add_months(birth_date, 12)))
        alike |= named & near if birth_date else named
    if phone:
        alike |= Q(contact__phone_1=phone) | Q(contact__phone_2=phone)
    return alike


@transaction.atomic
def report_elsewhere(
    person: Person, *, kind: TaskKind, office: Organization, by: User | None
) -> Task:
    """Tell coordination that a registration at `office` met a file of another.

    Who tried is kept; of what was typed, nothing. While a task for the same
    meeting is open, another attempt adds only its trace.
    """
    lock(person)  # two who meet the file at once leave one task
    task, _new = Task.objects.get_or_create(
        kind=kind,
        person=person,
        raised_for=office,
        done_at=None,
        defaults={
            "office": person.office,
            "raised_by": by,
            "due_on": timezone.localdate() + ANSWER_WITHIN,
        },
    )
    record_activity("duplicate.met_elsewhere", task, by=by, kind=kind)
    return task


def suspect(person: Person, other: Person, likeness: str, reason: str, *, by: User | None) -> None:
    """Keep what was said of two files that look alike; call it in a transaction.

    Of a file at another office a task goes to coordination. What was said
    before of the same two stands.
    """
    if Suspicion.objects.between(person, other).exists():
        return
    kept = Suspicion.objects.create(
        person=person, other=other, likeness=likeness, reason=reason, raised_by=by
    )
    record_activity("suspicion.raised", kept, by=by, likeness=likeness)
    if by and other.office_id != person.office_id:
        report_elsewhere(other, kind=TaskKind.LIKELY_ELSEWHERE, office=person.office, by=by)


@transaction.atomic
def point_out(
    person: Person, *, key: UUID, file_number: str, likeness: str, reason: str, by: User
) -> Suspicion:
    """Tell coordination that another file, which `by` may see, seems to be the same person's.

    Raises OtherContent, and ValidationError where there is no such file, or where
    somebody has said already what the two are.
    """
    sent = claim(key, by=by, content=[person, file_number, likeness, reason])
    if sent.result:
        return Suspicion.objects.get(pk=sent.result)
    seen = Person.objects.visible_to(by).exclude(pk=person.pk)
    other = seen.with_number(file_number).first()
    if other is None:
        raise ValidationError({"file_number": _("You see no other file with this number.")})
    known = Suspicion.objects.between(person, other).first()
    if known and known.likeness == Likeness.DIFFERENT:
        raise ValidationError({"file_number": _("It was said already that they are two people.")})
    if known is None:
        suspect(person, other, likeness, reason, by=by)
        known = Suspicion.objects.between(person, other).get()
    settle(sent, known)
    return known


@transaction.atomic
def tell_apart(suspicion: Suspicion, *, version: int, reason: str, by: User) -> Suspicion:
    """Keep for good that two files are of two people: nobody is asked again.

    Raises StaleRecord, also when somebody has settled it meanwhile.
    """
    suspicion = lock(suspicion)
    changes = change(
        suspicion,
        version=version,
        likeness=Likeness.DIFFERENT,
        reason=reason,
        settled_at=timezone.now(),
        settled_by=by,
    )
    record_activity("suspicion.told_apart", suspicion, by=by, changes=changes)
    close_tasks_of(suspicion, outcome=str(Likeness.DIFFERENT.label), by=by)
    return suspicion


def close_tasks_of(suspicion: Suspicion, *, outcome: str, by: User) -> None:
    """End what a pair had left to coordination, unless another pair waits at the same office."""
    for person, other in (
        (suspicion.person, suspicion.other),
        (suspicion.other, suspicion.person),
    ):
        waiting = Suspicion.objects.waiting().of(person)
        if waiting.filter(Q(person__office=other.office) | Q(other__office=other.office)).exists():
            continue
        tasks = Task.objects.open().filter(
            kind=TaskKind.LIKELY_ELSEWHERE, person=person, raised_for=other.office
        )
        for task in tasks:
            close_task(task, version=task.version, outcome=outcome, by=by)


@transaction.atomic
def close_task(task: Task, *, version: int, outcome: str, by: User) -> Task:
    """Say what was done about a task. Raises StaleRecord.

    That of a safety protocol is done by its risk assessment, and by nothing else (CASE-18).
    """
    task = lock(task)
    if task.kind == TaskKind.SAFETY_PROTOCOL:
        raise ValidationError(_("Record the risk assessment first."))
    changes = change(task, version=version, outcome=outcome, done_at=timezone.now(), done_by=by)
    record_activity("task.done", task, by=by, changes=changes)
    return task
