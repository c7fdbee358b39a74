"""How far the demo's cases are led, step by step."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from beneficiaries.actions import cases, casework
from beneficiaries.choices import CloseReason, OpenReason
from beneficiaries.models import Person
from demo.clock import at

# How far a case is led: the steps after it is active.
WAYS = [[], ["hold"], ["close"], ["close", "approve"], ["close", "approve", "reopen"]]


def lead(person: Person, by: User, way: list[str], story) -> None:
    """Take a case some steps on, the last of them in the days before today."""
    case = cases.current_case(person)
    day = person.registered_on + timedelta(days=20)
    with at(day, 14):
        case = story.care.agree(case, on=day, by=by)
    story.care.accompany(case, since=day, until=story.today - timedelta(days=10), by=by)
    case.refresh_from_db()
    today, coordinator = story.today, story.cast.coordinators.get(_code_of(person, story))
    for place, step in enumerate(way):
        with at(today - timedelta(days=9 - 3 * place), 15):
            if step == "hold":
                case = casework.hold_case(
                    case,
                    version=case.version,
                    reason="Trabaja fuera hasta fin de mes.",
                    review_on=timezone.localdate() + timedelta(days=30),
                    by=by,
                )
            elif step == "close":
                case = casework.request_closing(
                    case,
                    version=case.version,
                    close_reason=CloseReason.GOALS_MET,
                    note="Tiene empleo estable y terminó su formación.",
                    by=by,
                )
            elif step == "approve" and coordinator:
                casework.approve_closing(case, version=case.version, note="", by=coordinator)
            elif step == "reopen" and coordinator:
                casework.reopen_case(
                    person,
                    key=uuid4(),
                    because=OpenReason.NEW_NEED,
                    note="Busca apoyo para un negocio propio.",
                    by=by,
                )


def _code_of(person: Person, story) -> str:
    return next(code for code, each in story.cast.offices.items() if each == person.office)
