"""What happens to the demo's people: every step through the actions, with the clock moved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import cycle
from random import Random
from typing import Any
from uuid import uuid4

import time_machine
from django.utils import timezone

from accounts.models import User
from beneficiaries.actions import cases, casework, exceptions, people, reintegration, transfers
from beneficiaries.actions.consents import count_head
from beneficiaries.actions.duplicates import report_elsewhere
from beneficiaries.choices import (
    CloseReason,
    ConsentPurpose,
    OpenReason,
    Outcome,
    Sector,
    TaskKind,
)
from beneficiaries.models import Person, Trip, TripCircumstances, WorkExperience
from beneficiaries.rules.reintegration import Item as IndexItem
from certification.actions import deciding, enrolling, judging, leaving, sessions
from certification.choices import CHECKLIST, AssessmentState, LeaveReason, Scale
from certification.models import Assessment, Item
from demo.cast import Cast
from demo.files import complete, leave_draft, leave_long_draft
from demo.people import Crowd, Someone
from demo.workbooks import import_workbooks

PEOPLE = 300
# How many assessments end where; those that go on pass through every state before.
ENDS = {
    AssessmentState.ENROLLED: 5,
    AssessmentState.DIAGNOSED: 4,
    AssessmentState.ADMITTED: 4,
    AssessmentState.PLANNED: 4,
    AssessmentState.PLAN_AGREED: 8,
    AssessmentState.IN_ASSESSMENT: 4,
    AssessmentState.EVIDENCE_CLOSED: 2,
    AssessmentState.JUDGED: 2,
    AssessmentState.IN_VERIFICATION: 4,
    AssessmentState.VERIFIED: 3,
    AssessmentState.CERTIFIED: 26,
    AssessmentState.CLOSED_NOT_YET: 6,
    AssessmentState.WITHDRAWN: 3,
    AssessmentState.CANCELLED: 2,
}


@contextmanager
def at(day: date, hour: int = 9) -> Iterator[None]:
    """Let the clock stand at an hour of a day in El Salvador."""
    moment = datetime.combine(day, time(hour), tzinfo=timezone.get_current_timezone())
    with time_machine.travel(moment, tick=False):
        yield


class Story:
    """The events of the demo, from a seed, up to today."""

    def __init__(self, cast: Cast, *, seed: int, tell: Callable[[str], None]) -> None:
        self.cast = cast
        self.tell = tell
        self.today = timezone.localdate()
        self.random = Random(seed)  # noqa: S311  (events of a demo, not secrets)
        self.count = 0
        self.crowd = Crowd(seed=seed, until=self.today)
        self.caseworkers = {office: cycle(them) for office, them in cast.caseworkers.items()}
        self.evaluators, self.verifiers = cycle(cast.evaluators), cycle(cast.verifiers)

    def play(self) -> None:
        """Tell it all."""
        someones = sorted(self.crowd.people(PEOPLE), key=lambda each: each.registered_on)
        registered = [self.register(someone) for someone in someones]
        self.tell(f"{len(registered)} personas registradas")
        self.complete_files(registered)
        self.leave_unassigned(registered)
        self.lead_cases(registered)
        self.count_visits()
        self.meet_elsewhere(registered)
        import_workbooks(self.cast, today=self.today)
        self.ask_index(registered)
        count = self.assess(registered)
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
            complete(next(each for each in mine if each.trips.exists()), by=by)

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


# How far a case is led: the steps after it is active.
WAYS = [[], ["hold"], ["close"], ["close", "approve"], ["close", "approve", "reopen"]]


def lead(person: Person, by: User, way: list[str], story: Story) -> None:
    """Take a case some steps on, the last of them in the days before today."""
    case = cases.current_case(person)
    day = person.registered_on + timedelta(days=20)
    with at(day, 14):
        case = casework.activate_case(case, version=case.version, plan_agreed_on=day, by=by)
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


def _code_of(person: Person, story: Story) -> str:
    return next(code for code, each in story.cast.offices.items() if each == person.office)


class Process:
    """One assessment, from its enrolment to the state in which it ends."""

    def __init__(self, story: Story, person: Person, standard, end: AssessmentState) -> None:
        self.story, self.person, self.standard, self.end = story, person, standard, end
        self.caseworker = cases.caseworker_of(person)
        self.evaluator = next(story.evaluators)
        self.verifier = next(story.verifiers)
        story.count += 1
        self.stops = end == AssessmentState.CLOSED_NOT_YET and story.count % 3 == 0
        self.returns = end == AssessmentState.CERTIFIED and story.count % 6 == 0
        self.begins = self._first_day()

    def _first_day(self) -> date:
        """Early enough for what is to come; what is still open began not long ago."""
        today = self.story.today
        first = max(self.person.registered_on, self.standard.valid_from) + timedelta(days=3)
        over = self.end in {AssessmentState.CERTIFIED, AssessmentState.CLOSED_NOT_YET}
        latest = today - timedelta(days=45 if over else 24)
        if first >= latest:
            return max(first, today - timedelta(days=24)) if first < today else today
        span = (latest - first).days
        return first + timedelta(days=self.story.random.randint(0 if over else span * 2 // 3, span))

    def run(self) -> None:
        day, today = self.begins, self.story.today
        for offset, step in self.steps():
            when = day + timedelta(days=offset)
            if when > today:
                return
            with at(when, 10):
                step()

    def steps(self):
        """(day from the enrolment, what happens), up to the end that was drawn."""
        order = [
            (0, AssessmentState.ENROLLED, self.enrol),
            (1, AssessmentState.DIAGNOSED, self.diagnose),
            (2, AssessmentState.ADMITTED, self.admit),
            (3, AssessmentState.PLANNED, self.plan),
            (4, AssessmentState.PLAN_AGREED, self.agree),
            (10, AssessmentState.IN_ASSESSMENT, self.watch),
            (10, AssessmentState.EVIDENCE_CLOSED, self.close),
            (11, AssessmentState.JUDGED, self.judge),
            (12, AssessmentState.IN_VERIFICATION, self.send),
            (16, AssessmentState.VERIFIED, self.verify),
            (20, self.end, self.decide),
        ]
        for offset, state, step in order:
            yield offset, step
            if state == self.end:
                return
            if self.end in {AssessmentState.WITHDRAWN, AssessmentState.CANCELLED} and offset == 4:
                yield 8, self.leave
                return

    @property
    def now(self) -> Assessment:
        """The assessment as it stands, with its version."""
        return Assessment.objects.get(pk=self.assessment.pk)

    def _act(self, action, *, by: User, **answers) -> None:
        assessment = self.now
        action(assessment, version=assessment.version, by=by, **answers)

    def enrol(self) -> None:
        self.assessment = enrolling.enrol(
            self.person, key=uuid4(), standard_version=self.standard, by=self.caseworker
        )

    def diagnose(self) -> None:
        points = [answer for answer, _points in self.standard.diagnostic_points]
        answers = {
            each.code: self.story.random.choices(points, weights=[1, 3, 6])[0]
            for each in self.standard.diagnosticquestions.all()
        }
        self._act(enrolling.record_diagnosis, by=self.caseworker, answers=answers)

    def admit(self) -> None:
        self._act(enrolling.admit, by=self.caseworker, candidate_name=self.person.display_name)

    def plan(self) -> None:
        self._act(
            enrolling.propose_plan,
            by=self.caseworker,
            centre=self.story.random.choice(self.story.cast.centres),
            evaluator=self.evaluator,
            scheduled_for=self.begins + timedelta(days=10),
            scheduled_at=time(8, 30),
            accommodations=self.story.random.choice(["", "", "", "preguntas leídas en voz alta"]),
        )

    def agree(self) -> None:
        self._act(enrolling.agree_plan, by=self.evaluator, candidate_name=self.person.display_name)

    def watch(self) -> None:
        """Every item of the standard, on one phone; half of them where it is still going on."""
        assessment = self.now
        session = sessions.start_session(
            assessment,
            version=assessment.version,
            identity_checked="DUI",
            by=self.evaluator,
        )
        items = list(Item.objects.filter(standard_version=self.standard).order_by("pk"))
        if self.end == AssessmentState.IN_ASSESSMENT:
            items = items[: len(items) // 2]
        device = uuid4()
        if self.stops:
            items = items[:9]
        if self.end == AssessmentState.IN_ASSESSMENT:
            self._differ(session, items[0])
        for item in items:
            value, note = self._answer(item)
            sessions.record_observation(
                session,
                key=uuid4(),
                device=device,
                item=item,
                value=value,
                note=note,
                by=self.evaluator,
            )

    def _differ(self, session, item: Item) -> None:
        """Another phone notes the same item otherwise: coordination must decide."""
        sessions.record_observation(
            session,
            key=uuid4(),
            device=uuid4(),
            item=item,
            value="no",
            note="Se quitó los guantes al cortar.",
            by=self.evaluator,
        )

    def _answer(self, item: Item) -> tuple[str, str]:
        """A right answer; where the end is «not yet», a critical item goes wrong."""
        fails = self.end == AssessmentState.CLOSED_NOT_YET and item.critical
        if item.scale == Scale.CHOICE:
            return item.answer_key.key, ""
        if item.scale == Scale.MEASUREMENT:
            right = item.minimum if item.minimum is not None else item.maximum
            wrong = right / 2 if item.minimum is not None else right * 2
            measured = wrong if fails else right
            return f"{measured.normalize():f}", "Medido dos veces." if fails else ""
        return ("no", "Se le indicó y no lo corrigió.") if fails else ("si", "")

    def close(self) -> None:
        if self.stops:
            reason = "Retiró la guarda de la esmeriladora y siguió cortando."
            self._act(sessions.stop_for_safety, by=self.evaluator, reason=reason)
        self._act(sessions.close_evidence, by=self.evaluator)

    def judge(self) -> None:
        feedback = (
            "Domina el trazo; antes de volver debe practicar el uso seguro de las máquinas."
            if self.stops
            else "Trabaja limpio y seguro; le conviene reforzar los puntos no cumplidos."
        )
        self._act(judging.sign_judgement, by=self.evaluator, feedback=feedback)

    def send(self) -> None:
        self._act(
            deciding.send_to_verification,
            by=self.evaluator,
            verifier=self.verifier,
            candidate_name=self.person.display_name,
            agrees=True,
        )

    def verify(self) -> None:
        if self.returns:
            reason = "Falta explicar la medida de la escuadra."
            self._act(deciding.return_to_evaluator, by=self.verifier, reason=reason)
            self.judge()
            self.send()
        self._act(
            deciding.approve_portfolio,
            by=self.verifier,
            checklist=CHECKLIST,
            officer=self.story.cast.officer,
        )

    def decide(self) -> None:
        granted = self.end == AssessmentState.CERTIFIED
        action = deciding.certify if granted else deciding.confirm_not_yet
        self._act(action, by=self.story.cast.officer)

    def leave(self) -> None:
        if self.end == AssessmentState.WITHDRAWN:
            self._act(leaving.withdraw, by=self.caseworker, reason=LeaveReason.WORK)
        else:
            office = next(
                code
                for code, each in self.story.cast.offices.items()
                if each.pk == self.person.office_id
            )
            by = self.story.cast.coordinators.get(office, self.caseworker)
            self._act(leaving.cancel, by=by, reason=LeaveReason.CENTRE)
