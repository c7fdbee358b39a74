"""What people ask of their data and complain of, and who is kept too long."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from beneficiaries.actions import cases, complaints, retention, rights
from beneficiaries.actions.consents import has_consent
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Person, Referral, RightsRequest
from demo.cast import Cast, address

ASKED = [
    ("access", "Quiero saber qué guardan de mí y quién lo ha leído.", 3),
    ("rectification", "Mi segundo apellido está mal escrito.", 12),
    ("portability", "Necesito mis datos para otro programa.", 20),
]
TOLD = [
    ("complaint", "waiting", "Esperé tres horas y me dijeron que volviera otro día.", 4),
    ("suggestion", "information", "Pongan en la entrada la lista de lo que hay que traer.", 9),
    ("complaint", "misconduct", "Me pidieron dinero por ponerme en la lista del curso.", 1),
    ("thanks", "treatment", "Gracias a quien me acompañó a sacar el DUI.", 15),
]


def answer_for(people: list[Person], cast: Cast) -> int:
    """Requests about data at every step, complaints without names, and the list of the clock."""
    officer = User.objects.get(email=address(Role.DATA_PROTECTION_OFFICER))
    accompanied = [each for each in people if cases.caseworker_of(each)][-len(ASKED) :]
    for step, (person, (right, text, days)) in enumerate(zip(accompanied, ASKED, strict=False)):
        _ask(person, right=right, text=text, days=days, steps=step, officer=officer)
    _restrict(people, apart_from=accompanied, officer=officer)
    office = accompanied[0].office
    for kind, topic, text, days in TOLD:
        complaints.receive_complaint(
            key=uuid4(),
            by=cases.caseworker_of(accompanied[0]),
            kind=kind,
            topic=topic,
            text=text,
            office=office,
            way="box",
            person=None,
            name="",
            contact_back="",
            received_on=timezone.localdate() - timedelta(days=days),
        )
    retention.propose_erasures(timezone.localdate())
    return len(accompanied) + 1 + len(TOLD)


def _restrict(people: list[Person], *, apart_from: list[Person], officer: User) -> None:
    """Somebody of whom nothing is on its way has her data kept and not used."""
    referred = set(Referral.objects.values_list("case__person", flat=True))
    person = next(
        each
        for each in reversed(people)
        if each not in apart_from
        and each.pk not in referred
        and cases.caseworker_of(each)
        and not has_consent(each, ConsentPurpose.ASSESSMENT)
    )
    asked = _ask(
        person,
        right="limitation",
        text="No quiero que usen mis datos mientras reviso mi caso.",
        days=6,
        steps=2,
        officer=officer,
    )
    rights.answer_request(
        asked,
        version=asked.version,
        outcome="granted",
        ground="",
        answer="Sus datos se conservan y no se usan hasta que usted lo pida.",
        by=officer,
    )


def _ask(
    person: Person, *, right: str, text: str, days: int, steps: int, officer: User
) -> RightsRequest:
    asked = rights.receive_request(
        person,
        key=uuid4(),
        by=cases.caseworker_of(person),
        right=right,
        asked=text,
        way="in_person",
        representative="",
        received_on=timezone.localdate() - timedelta(days=days),
    )
    if steps:
        asked = rights.check_identity(
            asked, version=asked.version, proved=True, proof="DUI a la vista", by=officer
        )
    if steps > 1:
        asked = rights.begin_review(asked, version=asked.version, by=officer)
    return asked
