"""The demo's assessments: one in every state, most of them to their end."""

from datetime import date, time, timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.models import User
from beneficiaries.actions import cases, consents
from beneficiaries.choices import ConsentPurpose, Service
from beneficiaries.models import Person
from certification.actions import (
    appealing,
    closing,
    deciding,
    enrolling,
    evidence,
    judging,
    leaving,
    reviewing,
    sessions,
    training,
)
from certification.actions.reassessing import reassess, what_carries_over
from certification.choices import (
    CHECKLIST,
    AppealChannel,
    AssessmentState,
    EvidencePoint,
    EvidenceSource,
    LeaveReason,
    Photo,
    Scale,
)
from certification.models import Assessment, Item
from certification.rules.accommodations import Accommodations
from demo.clock import at
from demo.papers import photo_of_work, signature_of

# How many assessments end where; those that go on pass through every state before.
ENDS = {
    AssessmentState.ENROLLED: 5,
    AssessmentState.DIAGNOSED: 4,
    AssessmentState.IN_TRAINING: 3,
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
    AssessmentState.IN_APPEAL: 2,
    AssessmentState.WITHDRAWN: 3,
    AssessmentState.CANCELLED: 2,
}


# In which of them somebody was found not yet competent.
NOT_YET = {AssessmentState.CLOSED_NOT_YET, AssessmentState.IN_APPEAL}


class Process:
    """One assessment, from its enrolment to the state in which it ends."""

    def __init__(self, story, person: Person, standard, end: AssessmentState) -> None:
        self.story, self.person, self.standard, self.end = story, person, standard, end
        self.caseworker = cases.caseworker_of(person)
        self.evaluator = next(story.evaluators[standard.pk])
        self.verifier = next(story.verifiers)
        story.count += 1
        self.stops = end == AssessmentState.CLOSED_NOT_YET and story.count % 3 == 0
        self.tries_again = end == AssessmentState.CLOSED_NOT_YET and story.count % 3 == 1
        self.returns = end == AssessmentState.CERTIFIED and story.count % 6 == 0
        self.agrees_to_photos = story.count % 2 == 1
        self.begins = self._first_day()

    def _first_day(self) -> date:
        """Early enough for what is to come; what is still open began not long ago."""
        today = self.story.today
        first = max(self.person.registered_on, self.standard.valid_from) + timedelta(days=3)
        over = self.end in {AssessmentState.CERTIFIED, AssessmentState.CLOSED_NOT_YET}
        latest = today - timedelta(days=45 if over else 24)
        if self.end == AssessmentState.IN_APPEAL:  # decided some days ago
            return max(first, latest)
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
            if state == AssessmentState.DIAGNOSED and self.end == AssessmentState.IN_TRAINING:
                yield 2, self.train
                return
            if state == self.end:
                if self.tries_again:
                    yield 36, self.try_again
                if self.end == AssessmentState.IN_APPEAL:
                    yield 22, self.appeal
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
            self.person,
            key=uuid4(),
            standard_version=self.standard,
            entry_reason="Mostró trabajos terminados",  # kept only of who lacks something
            by=self.caseworker,
        )
        self._ask_for_photos()

    def _ask_for_photos(self) -> None:
        """One of two agrees that her or his work is photographed."""
        purpose = ConsentPurpose.IMAGE
        if self.agrees_to_photos and not consents.has_consent(self.person, purpose):
            proof = {"channel": "paper_signed", "witness": "", "by": self.caseworker}
            consents.grant_consent(self.person, key=uuid4(), purpose=purpose, **proof)

    def diagnose(self) -> None:
        points = [answer for answer, _points in self.standard.diagnostic_points]
        answers = {
            each.code: self.story.random.choices(points, weights=[1, 3, 6])[0]
            for each in self.standard.diagnosticquestions.all()
        }
        self._act(enrolling.record_diagnosis, by=self.caseworker, answers=answers)

    def admit(self) -> None:
        self._act(enrolling.admit, by=self.caseworker, candidate_name=self.person.display_name)

    def train(self) -> None:
        self._act(
            training.refer_to_training,
            by=self.caseworker,
            service=Service.UPSKILLING,
            provider=self.story.cast.trainers,
            ends_on=self.begins + timedelta(days=40),
        )

    def try_again(self) -> None:
        """She has practised for two weeks, and need not repeat what she met."""
        before = self.now
        carried = [each for each, _judgement in what_carries_over(before, self.standard)]
        self.assessment = reassess(
            before,
            key=uuid4(),
            standard_version=self.standard,
            carried=carried,
            by=self.caseworker,
        )

    def plan(self) -> None:
        self._act(
            enrolling.propose_plan,
            by=self.caseworker,
            centre=self.story.random.choice(self.story.cast.centres),
            evaluator=self.evaluator,
            scheduled_for=self.begins + timedelta(days=10),
            scheduled_at=time(8, 30),
            accommodations=self._help(),
        )

    def _help(self) -> Accommodations | None:
        """Some need help, and it is planned of those who agree that it is written down."""
        kinds = self.story.random.choice([[], [], [], ["read_aloud", "extra_time"]])
        if not kinds or not consents.has_consent(self.person, ConsentPurpose.SENSITIVE):
            return None
        return Accommodations(kinds, extra_minutes=30, note="Leer despacio y repetir.")

    def agree(self) -> None:
        name = self.person.display_name
        signs = {"candidate_name": name, "signature": signature_of(name)}
        self._act(enrolling.agree_plan, by=self.evaluator, **signs)

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
            if item.photo == Photo.REQUIRED and self.photographs:
                self._photograph(session, item, device)

    @property
    def photographs(self) -> bool:
        return evidence.may_photograph(self.now)

    def _photograph(self, session, item: Item, device: UUID) -> None:
        piece = evidence.Piece(
            key=uuid4(),
            device=device,
            source=EvidenceSource.PAGE,
            data=photo_of_work(item.code),
            item=item,
        )
        evidence.record_evidence(session.assessment, piece=piece, by=self.evaluator)

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
        fails = self.end in NOT_YET and item.critical
        told = item.photo == Photo.REQUIRED and not self.photographs
        if item.scale == Scale.CHOICE:
            return item.answer_key.key, ""
        if item.scale == Scale.MEASUREMENT:
            right = item.minimum if item.minimum is not None else item.maximum
            wrong = right / 2 if item.minimum is not None else right * 2
            measured = wrong if fails else right
            return f"{measured.normalize():f}", "Medido dos veces." if fails or told else ""
        return ("no", "Se le indicó y no lo corrigió.") if fails else ("si", "")

    def close(self) -> None:
        if self.stops:
            reason = "Retiró la guarda de la esmeriladora y siguió cortando."
            self._act(sessions.stop_for_safety, by=self.evaluator, reason=reason)
        name = self.person.display_name
        signs = {"candidate_name": name, "signature": signature_of(name)}
        self._act(closing.close_at_desk, by=self.evaluator, **signs)

    def judge(self) -> None:
        feedback = (
            "Domina el trazo; antes de volver debe practicar el uso seguro de las máquinas."
            if self.stops
            else "Trabaja limpio y seguro; le conviene reforzar los puntos no cumplidos."
        )
        told = {
            "strengths": "Ordena el puesto y mide antes de cortar.",
            "gaps": "Seguridad con máquinas." if self.stops else "",
            "recommendations": feedback,
        }
        self._act(judging.sign_judgement, by=self.evaluator, **told)

    def send(self) -> None:
        name, stops = self.person.display_name, self.stops
        self._act(
            deciding.send_to_verification,
            by=self.evaluator,
            verifier=self.verifier,
            candidate_name=name,
            agrees=self.end != AssessmentState.IN_APPEAL and not stops,
            signature=None if stops else signature_of(name),
            unsigned_because="Se retiró del centro después de la parada." if stops else "",
        )

    def verify(self) -> None:
        if self.returns:
            reason = "Falta explicar la medida de la escuadra."
            self._act(deciding.return_to_evaluator, by=self.verifier, reason=reason)
            self.judge()
            self.send()
        for piece in reviewing.to_look_at(self.assessment, self.verifier):
            points = list(EvidencePoint)
            reviewing.review_evidence(piece, points=points, key=uuid4(), by=self.verifier)
        self._act(
            deciding.approve_portfolio,
            by=self.verifier,
            checklist=CHECKLIST,
            items=sessions.observed_in(self.assessment),
            officer=self.story.cast.officer,
        )

    def decide(self) -> None:
        granted = self.end == AssessmentState.CERTIFIED
        action = deciding.certify if granted else deciding.confirm_not_yet
        self._act(action, by=self.story.cast.officer)

    def appeal(self) -> None:
        """She does not agree; of every other one nobody is named yet who resolves it."""
        self._act(
            appealing.lodge_appeal,
            by=self.caseworker,
            channel=AppealChannel.IN_PERSON,
            grounds="Dice que la pieza se midió antes de que fraguara.",
            lodged_on=timezone.localdate(),
        )
        others = {*self.story.cast.verifiers} - {self.verifier}
        if others and self.story.count % 2:
            by = self._coordinator()
            self._act(appealing.name_panel, by=by, panel=sorted(others, key=lambda each: each.pk))

    def _coordinator(self) -> User:
        offices = self.story.cast.offices.items()
        office = next(code for code, each in offices if each.pk == self.person.office_id)
        return self.story.cast.coordinators.get(office, self.caseworker)

    def leave(self) -> None:
        if self.end == AssessmentState.WITHDRAWN:
            self._act(leaving.withdraw, by=self.caseworker, reason=LeaveReason.WORK)
        else:
            self._act(leaving.cancel, by=self._coordinator(), reason=LeaveReason.CENTRE)
