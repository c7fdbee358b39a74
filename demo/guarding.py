"""Messages that wait for their hours, papers to take home, and an emergency to be reviewed."""

from datetime import time
from uuid import uuid4

from beneficiaries.actions import cases
from beneficiaries.actions.access import break_glass
from beneficiaries.actions.consents import make_receipt
from beneficiaries.actions.messages import channels_of, prepare_message
from beneficiaries.actions.people import add_record
from beneficiaries.models import MessageTemplate, Person, SafeHours
from demo.cast import Cast

SOME = 3
EVENINGS = {"days": [0, 1, 2, 3, 4], "starts": time(18), "ends": time(20), "active": True}
VALUES = {
    "actividad": "la orientación laboral",
    "dia": "lunes",
    "hora": "8:00",
    "lugar": "la oficina",
}


def protect(people: list[Person], cast: Cast) -> int:
    """Some may only be written to in the evening; of one the file was opened in an emergency."""
    guarded = [each for each in people if _can_be_written_to(each)][:SOME]
    template = MessageTemplate.objects.get(code="recordatorio")
    for person in guarded:
        by = cases.caseworker_of(person)
        add_record(SafeHours, person, key=uuid4(), by=by, **EVENINGS)
        prepare_message(
            person,
            key=uuid4(),
            template=template,
            channel=channels_of(person)[0],
            values=VALUES,
            by=by,
        )
        make_receipt(person, key=uuid4(), by=by)
    for person in guarded[:1]:
        coordinator = next(
            user for code, user in cast.coordinators.items() if cast.offices[code] == person.office
        )
        reason = "Llamó: la siguen hasta la casa."
        break_glass(person, key=uuid4(), by=coordinator, reason=reason)
    return len(guarded)


def _can_be_written_to(person: Person) -> bool:
    return cases.caseworker_of(person) is not None and bool(channels_of(person))
