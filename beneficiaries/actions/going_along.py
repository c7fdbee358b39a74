"""What a rule left to the office of a file goes along when another office gets the file."""

from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.actions.history import record_activity
from accounts.models import Organization, User
from accounts.roles import Role
from beneficiaries.choices import TASKS_OF_THE_FILE, TaskKind
from beneficiaries.models import Person, Task
from genesis.lib.states import change


def locked_tasks(*people: Person) -> QuerySet[Task]:
    """The open tasks of files, by their keys, locked as they are read."""
    tasks = Task.objects.open().filter(person__in=people, kind__in=TASKS_OF_THE_FILE)
    return tasks.order_by("pk").select_for_update(of=("self",), no_key=True)


def left_behind(person: Person) -> list[Task]:
    """The open tasks of a file that stand at another office than the one that holds it now."""
    at_home = Q(office=F("person__office"), raised_for=F("person__office"))
    return list(locked_tasks(person).exclude(at_home).select_related("person__office"))


def hand_on(task: Task, *, to: Organization, by: User) -> Task:
    """Leave a locked task to another office, there to the role that does it."""
    values: dict[str, Any] = {"office": to, "raised_for": to}
    if task.kind == TaskKind.SAFETY_PROTOCOL:
        values["role"] = who_assesses(to)
    changes = change(task, version=task.version, **values)
    record_activity("task.handed_on", task, by=by, changes=changes)
    return task


def take_along(person: Person, *, by: User) -> None:
    """Let what is left to do go after a file; call it in the transaction that moves the file."""
    for task in left_behind(person):
        hand_on(task, to=task.person.office, by=by)


def who_assesses(office: Organization) -> Role:
    """To whom the risk assessment of the day is left at an office (CASE-18)."""
    supervised = User.objects.with_role(Role.CLINICAL_SUPERVISOR, at=office).exists()
    return Role.CLINICAL_SUPERVISOR if supervised else Role.TERRITORIAL_COORDINATOR
