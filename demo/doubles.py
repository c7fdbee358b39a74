"""People who were registered twice: pairs that wait for coordination, and one that was joined."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from beneficiaries.actions import cases, people
from beneficiaries.actions.duplicates import look_up
from beneficiaries.actions.merging import merge_people, what_hinders
from beneficiaries.choices import (
    ConsentChannel,
    ConsentPurpose,
    DocStatus,
    DocType,
    Likeness,
    PhoneOwner,
)
from beneficiaries.models import Person, Suspicion
from demo.cast import Cast
from demo.clock import at

TWICE = 4
SAID = [
    (Likeness.UNSURE, "La conoce de vista, no trae documento."),
    (Likeness.UNSURE, ""),
    (Likeness.UNSURE, "Dice que nunca ha venido."),
    (Likeness.UNSURE, "Trae el mismo nombre."),
]


def register_twice(registered: list[Person], cast: Cast) -> int:
    """Some come again, with their surnames the other way round; the last pair is one by now."""
    today = timezone.localdate()
    known = [
        each
        for each in registered
        if each.birth_date and " " in each.surnames and cases.caseworker_of(each)
    ]
    twins = []
    for place, person in enumerate(known[-TWICE:]):
        with at(max(person.registered_on, today - timedelta(days=20 - place))):
            twins.append(_come_again(person, SAID[place]))
    with at(today, 9):
        _join(twins[-1], by=_coordinator_of(twins[-1], cast))
    return len(twins)


def _come_again(person: Person, said: tuple[str, str]) -> Person:
    by = cases.caseworker_of(person)
    identity = {
        "given_names": person.given_names,
        "surnames": " ".join(reversed(person.surnames.split())),
        "known_as": "",
        "sex": person.sex,
        "population": person.population,
        "area": person.area,
        "district": person.district,
        "birth_date": person.birth_date,
        "birth_precision": person.birth_precision,
    }
    matches = look_up(
        given_names=identity["given_names"],
        surnames=identity["surnames"],
        birth_date=person.birth_date,
        dui="",
        phone="",
        for_user=by,
    )
    return people.register_person(
        key=uuid4(),
        by=by,
        office=person.office,
        registered_on=timezone.localdate(),
        identity=identity,
        document={
            "doc_type": DocType.NONE,
            "status": DocStatus.NEVER,
            "number": "",
            "check_reason": "",
        },
        contact={
            "phone_1": f"+503799{person.pk:05}"[:12],
            "phone_1_owner": PhoneOwner.OWN,
            "phone_1_whatsapp": False,
            "allowed_channels": ["call"],
        },
        consents={
            "granted": [ConsentPurpose.REGISTRATION],
            "refused": [],
            "channel": ConsentChannel.PAPER_SIGNED,
            "witness": "",
        },
        decisions={each.public_id: said for each in matches.likely},
    )


def _coordinator_of(person: Person, cast: Cast) -> User:
    return next(
        user for code, user in cast.coordinators.items() if cast.offices[code] == person.office
    )


def _join(twin: Person, *, by: User) -> None:
    pair = Suspicion.objects.waiting().of(twin).select_related("person", "other").first()
    if pair is None or what_hinders(pair.other, twin):
        return
    merge_people(
        pair.other,
        twin,
        versions=(pair.other.version, twin.version),
        reason="Vino con su DUI: es la misma persona.",
        by=by,
    )
