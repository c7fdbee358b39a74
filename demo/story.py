"""What happens to the demo's people: every step through the actions, with the clock moved."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import cycle
from random import Random
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from beneficiaries.actions import cases, exceptions, people, reintegration, transfers
from beneficiaries.actions.consents import count_head
from beneficiaries.actions.duplicates import report_elsewhere
from beneficiaries.choices import (
    ConsentPurpose,
    Outcome,
    Sector,
    TaskKind,
)
from beneficiaries.models import Person, Trip, TripCircumstances, WorkExperience
from beneficiaries.rules.reintegration import Item as IndexItem
from demo.accrediting import Accrediting
from demo.agenda import fill_agendas
from demo.answering import answer_for
from demo.assessments import ENDS, Process
from demo.care import Care
from demo.casework import WAYS, lead
from demo.cast import Cast
from demo.clock import at
from demo.doubles import register_twice
from demo.files import complete, leave_draft, leave_long_draft
from demo.guarding import protect
from demo.lists import take_lists_out
from demo.papers import keep_papers
from demo.people import Crowd, Someone
from demo.referrals import refer
from demo.standards import write_standards
from demo.views import keep_views
from demo.workbooks import import_workbooks

PEOPLE = 300


class Story:
    """The events of the demo, from a seed, up to today."""

    def __init__(self, cast: Cast, *, seed: int, tell: Callable[[str], None]) -> None:
        self.cast = cast
        self.tell = tell
        self.today = timezone.localdate()
        self.random = Random(seed)  # noqa: S311  (events of a demo, not secrets)
        self.count = 0
        self.crowd = Crowd(seed=seed, until=self.today)
        self.care = Care(seed=seed, today=self.today)
        self.caseworkers = {office: cycle(them) for office, them in cast.caseworkers.items()}
        self.evaluators: dict[int, cycle[User]] = {}
        self.verifiers = cycle(cast.verifiers)

    def play(self) -> None:
        """Tell it all."""
        someones = sorted(self.crowd.people(PEOPLE), key=lambda each: each.registered_on)
        registered = [self.register(someone) for someone in someones]
        self.tell(f"{len(registered)} personas registradas")
        self.complete_files(registered)
        self.leave_unassigned(registered)
        self.lead_cases(registered)
        self.meet_danger(registered)
        self.count_visits()
        self.meet_elsewhere(registered)
        import_workbooks(self.cast, today=self.today)
        fill_agendas(registered, self)
        self.ask_index(registered)
        protect(registered, self.cast)
        refer(registered, self.cast)
        register_twice(registered, self.cast)
        answer_for(registered, self.cast)
        take_lists_out(self.cast)
        write_standards(self.cast, today=self.today)
        keep_views(self.cast)
        accrediting = Accrediting(self.cast)
        accrediting.begin()
        self.evaluators = {key: cycle(panel) for key, panel in self.cast.panels.items()}
        count = self.assess(registered)
        accrediting.end()
        self.tell(f"{count} evaluaciones")

    # Registration

    def register(self, someone: Someone) -> Person:
        by = next(self.caseworkers[someone.office])
        with at(someone.registered_on):
            person = people.register_person(
                key=uuid4(),
                by=by,
                office=self.cast.offices[someone.office],
                registered_on=someone.registered_on,
                identity=someone.identity,
                document=someone.document,
                contact=someone.contact,
                consents=someone.consents,
                decisions={},
            )
        with at(someone.registered_on, 11):
            if someone.trip:
                self._tell_of_the_journey(person, someone.trip, by)
            for job in someone.jobs:
                people.add_record(WorkExperience, person, key=uuid4(), by=by, **job)
            case = cases.current_case(person)
            if someone.decides and case:
                self.care.screen(case, by=by)
                case.refresh_from_db()
                cases.decide_eligibility(case, version=case.version, by=by)
        return person

    def _tell_of_the_journey(self, person: Person, told: dict[str, Any], by: User) -> None:
        trip = {name: value for name, value in told.items() if name != "return_type"}
        made = people.add_record(Trip, person, key=uuid4(), by=by, **trip)
        kind = told["return_type"]
        people.add_record(
            TripCircumstances, person, key=uuid4(), by=by, trip=made, return_type=kind
        )

    def complete_files(self, registered: list[Person]) -> None:
        """One file says everything; two registrations wait to be finished, one for long."""
        office, by = self.cast.offices["ss"], self.cast.caseworkers["ss"][0]
        mine = [each for each in registered if each.assignments.filter(user=by).exists()]
        with at(self.today - timedelta(days=40)):
            leave_draft(office, by=by, given_names="Wilber", surnames="Cruz")
        with at(self.today - timedelta(days=1), 16):
            leave_long_draft(office, by=by)
            told = next(each for each in mine if each.trips.exists())
            complete(told, by=by)
            keep_papers(told, by=by)

    def leave_unassigned(self, registered: list[Person]) -> None:
        """Some of the newest wait for somebody to accompany them."""
        for person in registered[-14::2]:
            with at(person.registered_on + timedelta(days=1)):
                cases.end_assignments(person, kinds=[cases.AssignmentKind.CASEWORKER], by=None)

    def lead_cases(self, registered: list[Person]) -> None:
        """Some cases go on: active, on hold, closed, open again; some wait for coordination."""
        led = [each for each in registered[:-14] if self._may_be_led(each)]
        for place, person in enumerate(led[::4]):
            lead(person, cases.caseworker_of(person), WAYS[place % len(WAYS)], self)
        for person in [each for each in registered if self._is_refused(each)][:3]:
            by = cases.caseworker_of(person)
            with at(self.today - timedelta(days=2)):
                exceptions.request_exception(
                    cases.current_case(person),
                    key=uuid4(),
                    reason="Sostiene a su familia, que retornó este año.",
                    by=by,
                )
        self._ask_for_files(registered)

    def meet_danger(self, registered: list[Person]) -> None:
        """Two people of San Salvador, whose cases have not gone on, are in danger."""
        by = self.cast.caseworkers["ss"][0]
        mine = [each for each in registered[::-1] if cases.caseworker_of(each) == by]
        told = [each for each in mine if self._has_been_here(each)]
        self.care.meet_danger(told[:2])

    def _has_been_here(self, person: Person) -> bool:
        case = cases.current_case(person)
        long_ago = person.registered_on + timedelta(days=20) < self.today
        return case is not None and long_ago and case.state in {"registered", "eligible"}

    def _may_be_led(self, person: Person) -> bool:
        case = cases.current_case(person)
        long_ago = person.registered_on + timedelta(days=90) < self.today
        with_somebody = cases.caseworker_of(person) is not None
        return (
            case is not None and long_ago and with_somebody and case.outcome == "eligible_partial"
        )

    def _is_refused(self, person: Person) -> bool:
        case = cases.current_case(person)
        return (
            case is not None
            and case.outcome == Outcome.NOT_ELIGIBLE
            and cases.caseworker_of(person) is not None
        )

    def _ask_for_files(self, registered: list[Person]) -> None:
        """People of San Salvador who turned up in Santa Ana, and the other way round."""
        for here, there in (("ss", "sa"), ("sa", "ss")):
            theirs = [each for each in registered if each.office == self.cast.offices[here]]
            for place, person in enumerate(theirs[20:22]):
                with at(self.today - timedelta(days=3 - place)):
                    transfers.request_transfer(
                        person,
                        key=uuid4(),
                        to_office=self.cast.offices[there],
                        reason="Ahora vive cerca de nuestra oficina y vino a preguntar.",
                        by=self.cast.caseworkers[there][0],
                    )

    def count_visits(self) -> None:
        """People who came and did not agree to be registered."""
        for place, office in enumerate(["ss", "sa", "sm", "ch"] * 3):
            day = self.today - timedelta(days=11 * place + 3)
            with at(day):
                count_head(
                    key=uuid4(),
                    by=self.cast.caseworkers[office][0],
                    office=self.cast.offices[office],
                    on=day,
                    sex=self.random.choice("FM"),
                    age_band=self.random.choice(["18-24", "25-29", "30-35", "36-50"]),
                    district=None,
                )

    def meet_elsewhere(self, registered: list[Person]) -> None:
        """Registrations that met a file of another office: coordination is told."""
        of_santa_ana = [each for each in registered if each.office == self.cast.offices["sa"]]
        for place, person in enumerate(of_santa_ana[:4]):
            with at(self.today - timedelta(days=6 - 2 * place)):
                report_elsewhere(
                    person,
                    kind=list(TaskKind)[place % 2],
                    office=self.cast.offices["ss"],
                    by=self.cast.caseworkers["ss"][0],
                )

    def ask_index(self, registered: list[Person]) -> None:
        """Every third person was asked the reintegration index, some of them again later."""
        questions = reintegration.questionnaire_of(reintegration.current_version()).items
        for person in registered[::3]:
            by = cases.caseworker_of(person)
            for place, days in enumerate((12, 185, 370)):
                day = person.registered_on + timedelta(days=days)
                if by is None or day > self.today:
                    break
                answers = {each.code: self._answer_to(each, place) for each in questions}
                with at(day, 15):
                    reintegration.record_index(person, key=uuid4(), on=day, answers=answers, by=by)

    def _answer_to(self, question: IndexItem, place: int) -> str:
        """What somebody says: mostly something better than the time before."""
        known = sorted(
            (each for each in question.options if each.value is not None),
            key=lambda each: each.value or 0,
        )
        if self.random.random() < 0.07:
            return "prefer_not_to_answer"
        share = min(0.99, self.random.random() * (0.6 + 0.2 * place) + 0.15 * place)
        return known[int(share * len(known))].code

    # Certification

    def assess(self, registered: list[Person]) -> int:
        """Take some of the eligible through the process, each to another end."""
        since = max(each.valid_from for each in self.cast.standards)
        ready = [each for each in registered if self._may_be_assessed(each, since)]
        ends = [end for end, count in ENDS.items() for _each in range(count)]
        self.random.shuffle(ends)
        standards = cycle(self.cast.standards)
        pairs = list(zip(ready, ends, strict=False))
        for person, end in pairs:
            Process(self, person, next(standards), end).run()
        return len(pairs)

    def _may_be_assessed(self, person: Person, since: date) -> bool:
        case = cases.current_case(person)
        return (
            case is not None
            and case.outcome == Outcome.ELIGIBLE
            and person.jobs.filter(sector=Sector.CONSTRUCTION).exists()
            and cases.caseworker_of(person) is not None
            and since + timedelta(days=30) < self.today
            and person.consents.in_force().for_purpose(ConsentPurpose.ASSESSMENT).exists()
            and person.documents.exclude(number="").exists()
        )
