"""What the demo's people need, what endangers some, their plans and what they received."""

from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from beneficiaries.actions import attentions, care, cases, plans, voice
from beneficiaries.choices import (
    AttentionState,
    ContactOutcome,
    GoalState,
    ProtocolState,
    RequestWay,
    RiskLevel,
    TaskState,
    YesNo,
)
from beneficiaries.models import Case, Goal, LookupValue, Person, SafetyProtocol
from beneficiaries.models.voice import ASPECTS
from demo.clock import at

NEEDS = ["employment", "documents", "reskilling", "food", "health", "mental_health", "finance"]
FLAGS = ["extreme_poverty", "single_parent", "undocumented", "chronic", "gang_stigma"]
# need, the person's words, how it is known, what is done for it
GOALS = [
    (
        "employment",
        "Tener un trabajo fijo cerca de mi casa",
        "Contrato firmado o constancia de la empresa",
        ["2a", "2e"],
    ),
    (
        "documents",
        "Sacar mi DUI",
        "DUI en mano",
        ["Referencia: RNPN, duicentro de Soyapango"],
    ),
    (
        "reskilling",
        "Certificar lo que aprendí en la construcción",
        "Certificado entregado",
        ["1c", "1e"],
    ),
    ("finance", "Ordenar mis deudas del viaje", "Presupuesto de tres meses", ["2c"]),
]
TALKS = [
    ("2a", "Revisamos su hoja de vida.", "Traer la hoja de vida corregida"),
    ("2c", "Hicimos el presupuesto del mes.", ""),
    ("2b", "Practicamos la entrevista.", "Llamar para saber de la entrevista"),
]
SAID = ["Me trataron con respeto.", "Tardaron mucho en llamarme.", "El taller quedaba lejos."]


class Care:
    """The care of people, from a seed of its own: the rest of the story stays as it is."""

    def __init__(self, *, seed: int, today: date) -> None:
        self.random = Random(seed)  # noqa: S311  (events of a demo, not secrets)
        self.today = today
        self.count = count()

    def screen(self, case: Case, *, by: User) -> None:
        """Ask somebody who is in no danger what she needs."""
        named = self.random.sample(NEEDS, 3)
        care.record_screening(
            case,
            by=by,
            **_told(
                needs=dict(zip(named, (1, 2, 3), strict=True)),
                flags=self.random.sample(FLAGS, self.random.randint(0, 2)),
                level=self.random.choice([RiskLevel.NONE, RiskLevel.NONE, RiskLevel.LOW]),
            ),
        )

    def agree(self, case: Case, *, on: date, by: User) -> Case:
        """Propose two goals and agree on them: the case is then active."""
        place = next(self.count)
        for number in (place, place + 1):
            need, text, indicator, things = GOALS[number % len(GOALS)]
            goal = plans.add_goal(
                case,
                key=uuid4(),
                by=by,
                need=LookupValue.objects.get(list="need", code=need),
                text=text,
                indicator=indicator,
                target_on=on + timedelta(days=120),
                responsible=by,
                organization=None,
            )
            for each in things:
                kind = {"service": each} if len(each) == 2 else {"referral_to": each}
                plans.add_task(
                    goal, key=uuid4(), by=by, **{"service": "", "referral_to": "", **kind}
                )
        plans.agree_plan(goal.plan, version=goal.plan.version, on=on, by=by)
        case.refresh_from_db()
        return case

    def accompany(self, case: Case, *, since: date, until: date, by: User) -> None:
        """What somebody received until a day, with what was done and how she was sought."""
        day = since + timedelta(days=10)
        while day < until:
            with at(day, 10):
                self._meet(case, by=by)
            day += timedelta(days=self.random.randint(25, 50))
        with at(until, 9):
            self._do_the_first_thing(case, by=by)
            self._ask_how_it_was(case, by=by)

    def _ask_how_it_was(self, case: Case, *, by: User) -> None:
        rate = self.random.choice
        answers = {each: rate([2, 3, 4, 4, 5, 5]) for each in ASPECTS}
        voice.record_opinion(
            case,
            key=uuid4(),
            by=by,
            service="",
            on=timezone.localdate(),
            way=RequestWay.IN_PERSON,
            comment=rate(["", "", *SAID]),
            **answers,
        )

    def _meet(self, case: Case, *, by: User) -> None:
        today = timezone.localdate()
        if self.random.random() < 0.2:
            outcome = self.random.choice([ContactOutcome.NO_ANSWER, ContactOutcome.REACHED])
            attempt = {"on": today, "channel": "call", "outcome": outcome, "note": ""}
            attentions.record_attempt(case, key=uuid4(), by=by, **attempt)
            return
        service, notes, step = self.random.choice(TALKS)
        came = self.random.random() < 0.85
        attentions.record_attention(
            case,
            key=uuid4(),
            by=by,
            service=service,
            on=today,
            state=AttentionState.GIVEN if came else AttentionState.MISSED,
            mode=self.random.choice(["office", "office", "phone", "home"]),
            place="",
            minutes=self.random.choice([30, 45, 60]) if came else None,
            notes=notes if came else "",
            next_step=step if came else "",
            next_step_on=today + timedelta(days=14) if came and step else None,
        )

    def _do_the_first_thing(self, case: Case, *, by: User) -> None:
        """The first part of the first goal is done; the second goal waits, for a reason."""
        first, second = Goal.objects.filter(plan__case=case).order_by("pk")
        done = {"state": TaskState.DONE, "on": timezone.localdate(), "reason": ""}
        plans.end_task(first.tasks.order_by("pk")[0], version=1, by=by, **done)
        step: dict[str, Any] = {"to": GoalState.IN_PROGRESS, "reason": ""}
        second = plans.move_goal(second, version=second.version, by=by, **step)
        step = {"to": GoalState.BLOCKED, "reason": "Espera su partida de nacimiento."}
        plans.move_goal(second, version=second.version, by=by, **step)

    def meet_danger(self, people: list[Person]) -> None:
        """Somebody is threatened since yesterday; another is looked after since two weeks."""
        for person, days in zip(people, (1, 15), strict=False):
            with at(self.today - timedelta(days=days), 15):
                self._be_told_of_danger(person)
        if len(people) > 1:
            with at(self.today - timedelta(days=14), 9):
                self._assess(SafetyProtocol.objects.get(person=people[1]))

    def _be_told_of_danger(self, person: Person) -> None:
        case, by = cases.current_case(person), cases.caseworker_of(person)
        care.record_screening(
            case,
            by=by,
            **_told(
                needs={"protection": 1, "shelter": 1, "employment": 3},
                flags=["threat", "idp"],
                level=RiskLevel.HIGH,
                current_danger=YesNo.YES,
                immediate_action="Hoy duerme donde una hermana; se llamó a la FGR.",
            ),
        )

    def _assess(self, protocol: SafetyProtocol) -> None:
        supervisors = User.objects.with_role(
            Role.CLINICAL_SUPERVISOR, at=protocol.person.office
        ) | User.objects.with_role(Role.TERRITORIAL_COORDINATOR, at=protocol.person.office)
        by = supervisors.order_by("pk").first()
        care.assess_risk(
            protocol,
            key=uuid4(),
            by=by,
            level=RiskLevel.MEDIUM,
            means="Quien amenaza sabe dónde vivía, no dónde está ahora.",
            plan="No hay un hecho anunciado.",
            timing="No inmediato.",
            protective_factors="Vive con su hermana en otro municipio; no usa su número anterior.",
            measures="Llamada cada tres días; no visitar la casa anterior.",
        )
        protocol.refresh_from_db()
        care.move_protocol(protocol, version=protocol.version, to=ProtocolState.MONITORED, by=by)


def _told(**changes: Any) -> dict[str, Any]:
    return {
        "key": uuid4(),
        "on": timezone.localdate(),
        "source": "told",
        "audience": "coordination",
        "current_danger": "",
        "immediate_action": "",
        **changes,
    }
