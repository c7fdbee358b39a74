"""The people of the walks: those of the demo, fewer of them, with every state of every process."""

from datetime import date, timedelta
from itertools import cycle
from uuid import uuid4

from django.utils import timezone

from accounts.actions.reasons import give_reason
from accounts.models import User
from accounts.roles import GRANTS, Permission, Role
from beneficiaries.actions.cases import caseworker_of
from beneficiaries.actions.transfers import request_transfer
from beneficiaries.choices import CaseState, ConsentPurpose
from beneficiaries.models import (
    ExceptionRequest,
    IndexAnswers,
    Person,
    SafetyProtocol,
)
from certification.actions import committee
from certification.actions.batches import decide_batch
from certification.actions.bundles import request_bundle
from certification.actions.certificate_life import propose_revocation, suspend_certificate
from certification.actions.deciding import explain_result, return_to_evaluator
from certification.actions.drafts import take_draft
from certification.actions.evidence import Piece, record_evidence
from certification.actions.paper_forms import drop_form
from certification.actions.retiring import retire_version
from certification.actions.sharing import make_link
from certification.actions.transcribing import keep_form
from certification.choices import (
    AccreditationState,
    AssessmentState,
    EvidenceSource,
    InterestKind,
    Signer,
)
from certification.jobs import make_bundle, make_paper_form
from certification.models import Assessment, Certificate, DeclaredInterest, Evaluator, PartsAlert
from certification.tasks import render_certificate
from demo import story
from demo.accrediting import Accrediting
from demo.agenda import fill_agendas
from demo.answering import answer_for
from demo.care import Care
from demo.cast import address, make_cast
from demo.doubles import register_twice
from demo.guarding import protect
from demo.lists import take_lists_out
from demo.referrals import refer
from demo.standards import write_standards
from demo.views import keep_views
from demo.workbooks import import_workbooks
from genesis.lib.background import MAX_ATTEMPTS, WorkState
from genesis.lib.sensitivity import D4, D5
from reporting.actions import request_report
from reporting.jobs import write_report
from reporting.models import Report
from tests.factories.beneficiaries import (
    AttemptFactory,
    CaseFactory,
    ConsentFactory,
    ContactFactory,
    GoalFactory,
    PersonFactory,
    closed_columns,
)
from tests.factories.certification import (
    STANDARDS,
    AccreditationFactory,
    AnnouncedFileFactory,
    AssessmentFactory,
    CertificateFactory,
    ConflictFactory,
    EvaluatorAccreditationFactory,
    PaperFormFactory,
    PhoneFactory,
    StandardVersionFactory,
    draft_of,
    hand,
    let_assess,
    name_panel,
    scan_of,
    signing_key,
    typed_paper,
)
from tests.factories.papers import photo

PEOPLE = 60
PASSWORD = "una clave bastante larga"
OPEN_TO_A_STEP = [each for each in CaseState if each not in {CaseState.MERGED, CaseState.UNDONE}]
EXPORTING = [role for role in Role if Permission.INDICATOR_EXPORT in GRANTS[role]]


def tell_story():
    """The demo's story, in one office, with one person in each part."""
    cast = make_cast()
    accrediting = Accrediting(cast)
    accrediting.begin()
    cast.evaluators, cast.verifiers = cast.evaluators[:1], cast.verifiers[:1]
    cast.caseworkers["ss"] = cast.caseworkers["ss"][:1]
    told = story.Story(cast, seed=7, tell=str)
    told.evaluators = {key: cycle(cast.evaluators) for key in cast.panels}
    crowd = sorted(told.crowd.people(PEOPLE), key=lambda each: each.registered_on)
    for place, someone in enumerate(crowd):
        someone.office = "ss" if place % 6 else "sa"
    people = [told.register(each) for each in crowd]
    told.complete_files(people)
    told.leave_unassigned(people)
    told.meet_elsewhere(people)
    told.ask_index(people)
    told.meet_danger(people)
    protect(people, cast)
    _leave_long_ago()
    refer([each for each in people if _is_with_first(each, cast)], cast)
    register_twice(people, cast)
    answer_for(people, cast)
    keep_views(cast)
    fill_agendas(people, told)
    import_workbooks(cast, today=told.today)
    take_lists_out(cast)
    write_standards(cast, today=told.today)
    told.assess([each for each in people if each.office == cast.offices["ss"]])
    accrediting.end()
    printed, lost = Certificate.objects.order_by("pk")
    signing_key()
    render_certificate(certificate_id=printed.pk)
    Certificate.objects.filter(pk=lost.pk).update(work_state=WorkState.DEAD, attempts=MAX_ATTEMPTS)
    _add_what_waits(cast)
    for role in EXPORTING:
        _ask_for_a_report(user_in(role), since=told.today.replace(month=1, day=1), until=told.today)
    write_report(report_id=Report.objects.latest("pk").pk)
    reached = set(Assessment.objects.values_list("state", flat=True))
    assert reached == set(AssessmentState), set(AssessmentState) - reached


def _is_with_first(person, cast):
    """Whether it is the caseworker who walks that accompanies somebody."""
    return caseworker_of(person) == cast.caseworkers["ss"][0]


def _add_what_waits(cast):
    """What somebody could do today, and the demo's story has left behind."""
    AssessmentFactory(verified=True, competent=False, officer=cast.officer)
    theirs = {"evaluator": cast.evaluators[0], "enrolled_by": cast.caseworkers["ss"][0]}
    AssessmentFactory(enrolled_by=cast.caseworkers["ss"][0])
    AssessmentFactory(planned=True, **theirs)
    AssessmentFactory(closed_not_yet=True, **theirs)
    AssessmentFactory(plan_agreed=True, **theirs)
    _ask_a_centre(cast, **theirs)
    _add_accreditations(cast)
    _add_standards(cast)
    _add_certificates(cast)
    _add_appeals(cast)
    _add_a_sitting()
    _add_a_case_in_every_state(cast)
    _add_a_plan(cast)
    complete = {"GO-01": "si", "GO-02": "si", "GO-03": "2"}
    AssessmentFactory(in_assessment=True, answers=complete, **theirs)
    _add_what_a_telephone_sent(cast)
    for person in Person.objects.filter(contact=None):  # each registration leaves one
        ContactFactory(person=person)
    for person in Person.objects.accompanied_by(cast.caseworkers["ss"][0]):
        give_reason(person.pk, level=D4, reason="Visita de hoy", by=cast.caseworkers["ss"][0])


def _ask_a_centre(cast, *, evaluator, enrolled_by):
    """One assessment that the centre whose manager walks is asked to plan."""
    asked = AssessmentFactory(admitted=True, enrolled_by=enrolled_by, centre=cast.centres[0])
    let_assess(asked.standard, centre=cast.centres[0], evaluator=evaluator)
    _stand_out(cast, evaluator)


def _stand_out(cast, evaluator):
    """Three with the same answers: somebody looks at them. Of one the centre names the verifier."""
    version, there = StandardVersionFactory(), {"evaluator": evaluator, "centre": cast.centres[0]}
    first, *_others = [
        AssessmentFactory(judged=True, standard_version=version, **there) for _each in range(3)
    ]
    told = {"candidate_name": "Rosa", "agrees": True, "signature": hand()}
    explain_result(first, version=1, **told, by=evaluator)


def _add_accreditations(cast):
    """Of the first centre one in each state, and evaluators who are proposed and suspended."""
    centre = cast.centres[0]
    there = set(centre.accreditations.values_list("state", flat=True))
    for state in set(AccreditationState) - there:
        AccreditationFactory(centre=centre, state=state, requested_by=cast.managers[centre.code])
    EvaluatorAccreditationFactory(proposed=True)
    EvaluatorAccreditationFactory(suspended=True)
    for each in Evaluator.objects.order_by("pk"):
        DeclaredInterest.objects.create(
            evaluator=each,
            organization=cast.trainers,
            kind=InterestKind.EMPLOYER,
            note="Da clases ahí.",
            valid_from=timezone.localdate(),
            noted_by=user_in(Role.PROGRAMME_COORDINATOR),
        )


def _add_standards(cast):
    """One that a committee published and that is written on, and one that it has approved."""
    verifier, coordinator = cast.verifiers[0], user_in(Role.PROGRAMME_COORDINATOR)
    text = (STANDARDS / "CON-002.yaml").read_text(encoding="utf-8")
    draft = take_draft(key=uuid4(), text=text.replace("CON-002", "CON-005"), by=cast.officer)
    draft = committee.send_to_committee(draft, version=1, by=cast.officer)
    for each in (verifier, coordinator):
        committee.approve_draft(draft, version=2, by=each)
    version = committee.publish_draft(
        draft,
        version=2,
        met_on=timezone.localdate(),
        present="Ana Ruiz, Luis Paz",
        minutes="Se aprueba por acuerdo de todas las personas presentes.",
        file=None,
        by=verifier,
    )
    draft_of(version, author=cast.officer)
    retire_version(version, key=uuid4(), reason="Un peso está equivocado.", by=coordinator)
    draft_of(cast.standards[0], author=cast.officer, sent=True, approved_by=[verifier, coordinator])


def _add_what_a_telephone_sent(cast):
    """Something that came too late, of somebody of the office where coordination walks."""
    evaluator = cast.evaluators[0]
    person = PersonFactory(
        office=cast.offices["ss"],
        with_case=True,
        with_case__certification_track="eligible",
        with_case__outcome="eligible",
    )
    theirs = {"evaluator": evaluator, "enrolled_by": cast.caseworkers["ss"][0]}
    ConflictFactory(assessment=AssessmentFactory(person=person, evidence_closed=True, **theirs))
    PhoneFactory(user=evaluator, withdrawn_at=timezone.now(), withdrawn_by=evaluator)
    _add_photos(theirs)
    _add_papers(person.office, theirs)
    _send_back(theirs)
    twice = AssessmentFactory(person=person, in_assessment=True, **theirs)
    PartsAlert.objects.create(assessment=twice, user=evaluator, parts="evaluator,verifier")


def _add_papers(office, theirs):
    """A paper form in each state, which the evaluator, the caseworker and coordination see."""
    caseworker, coordinator = theirs["enrolled_by"], user_in(Role.TERRITORIAL_COORDINATOR)
    hers = {"office": office, "with_case": True, "with_case__certification_track": "eligible"}
    planned = AssessmentFactory(
        plan_agreed=True, person=PersonFactory(**hers, with_case__outcome="eligible"), **theirs
    )
    fresh, once, differs, waits, dropped, kept = (
        PaperFormFactory(assessment=planned) for _each in range(6)
    )
    make_paper_form(form_id=fresh.pk)
    scan_of(fresh)
    typed_paper(once, coordinator)
    typists = [theirs["evaluator"], caseworker]
    answers = {"GO-01": ["no", "Sin gafas."], "ended": ["11:50", ""]}
    typed_paper(differs, *typists, differently=answers)
    typed_paper(waits, *typists)
    typed_paper(dropped, *typists)
    drop_form(dropped, reason="Era de otra persona.", by=coordinator)
    keep_form(typed_paper(kept, *typists), by=caseworker)


def _send_back(theirs):
    """A portfolio that its verifier returned: one item of it is to be answered anew."""
    portfolio = AssessmentFactory(in_verification=True, **theirs)
    return_to_evaluator(
        portfolio,
        version=1,
        reason="La foto muestra otra cosa",
        items=["GO-02"],
        by=portfolio.verifier,
    )


def _add_photos(theirs):
    """A photo and a signature of an assessment that goes on, and a photo that has not arrived."""
    running = AssessmentFactory(in_assessment=True, **theirs)
    ConsentFactory(person=running.person, purpose=ConsentPurpose.IMAGE)
    sent = {"device": uuid4(), "source": EvidenceSource.PHONE}
    item = running.standard_version.items.get(code="GO-01")
    for piece in [
        Piece(key=uuid4(), data=photo(640, 480), item=item, **sent),
        Piece(key=uuid4(), signs=Signer.CANDIDATE_START, name="Rosa Paz", **sent),
    ]:
        record_evidence(running, piece=piece, by=running.evaluator)
    AnnouncedFileFactory(assessment=running)


def _add_certificates(cast):
    """One that is shown outside, one held back, one that somebody wants revoked."""
    caseworker = cast.caseworkers["ss"][0]
    coordinator = user_in(Role.TERRITORIAL_COORDINATOR)
    person = {"person__office": cast.offices["ss"], "enrolled_by": caseworker}
    shown, held_back, doubted = [
        CertificateFactory(listed=True, assessment=each)
        for each in AssessmentFactory.create_batch(3, certified=True, **person)
    ]
    bundle = request_bundle([shown], key=uuid4(), purpose="Entrega del lunes", by=caseworker)
    make_bundle(bundle_id=bundle.pk)
    make_link(shown, key=uuid4(), days=7, max_views=100, in_presence=True, by=caseworker)
    suspend_certificate(held_back, version=1, reason="Se revisa el acta.", by=cast.officer)
    propose_revocation(
        doubted, key=uuid4(), reason="fraude", note="El acta no existe.", by=coordinator
    )


def _add_appeals(cast):
    """One that nobody resolves yet and one with a panel, a result to appeal and one to renew."""
    caseworker = cast.caseworkers["ss"][0]
    hers = {"person__office": cast.offices["ss"], "enrolled_by": caseworker}
    AssessmentFactory(in_appeal=True, **hers)
    given = AssessmentFactory(in_appeal=True, **hers)
    panel = [user_in(Role.VERIFIER), user_in(Role.CERTIFYING_OFFICER), user_in(Role.EVALUATOR)]
    name_panel(given, *panel)
    long_ago = timezone.now() - timedelta(days=900)
    renewed = AssessmentFactory(certified=True, decided_at=long_ago, **hers)
    CertificateFactory(assessment=renewed, valid_until=timezone.localdate() + timedelta(days=20))


def _add_a_sitting():
    """What the officer decided in one sitting, and one more that waits."""
    officer = user_in(Role.CERTIFYING_OFFICER)
    decided, _waiting = AssessmentFactory.create_batch(2, verified=True, officer=officer)
    decide_batch(
        [decided],
        key=uuid4(),
        held_on=timezone.localdate(),
        minutes="Se revisó el portafolio completo.",
        present="Gladis Campos",
        by=officer,
    )


def _leave_long_ago():
    """Somebody whose data are kept too long: the clock puts her on a list."""
    person = PersonFactory(registered_on=date(2024, 1, 8), surnames="Quijano Lejos")
    ContactFactory(person=person)
    CaseFactory(person=person, **closed_columns(date(2024, 9, 2)))


def _add_a_case_in_every_state(cast):
    """With the caseworker, so that there is something to do in each."""
    here, caseworker = cast.offices["ss"], cast.caseworkers["ss"][0]
    for state in OPEN_TO_A_STEP:
        person = PersonFactory(office=here, caseworker=caseworker, surnames=f"Paz {state.label}")
        ContactFactory(person=person)
        case = CaseFactory(person=person, state=state)
        if state == CaseState.NOT_ELIGIBLE:
            ExceptionRequest.objects.create(
                case=case, reason="Sostiene a su familia.", asked_by=cast.caseworkers["ss"][0]
            )
    asks = cast.caseworkers["sa"][0]
    there = cast.offices["sa"]
    request_transfer(person, key=uuid4(), to_office=there, reason="Vive aquí ahora.", by=asks)


def _add_a_plan(cast):
    """Somebody with all that a plan may hold; and reasons given for what is protected."""
    here, caseworker = cast.offices["ss"], cast.caseworkers["ss"][0]
    today = timezone.localdate()
    person = PersonFactory(office=here, caseworker=caseworker, surnames="Plan")
    ContactFactory(person=person)
    opened = today - timedelta(days=90)
    case = CaseFactory(person=person, state=CaseState.ELIGIBLE, opened_on=opened, screened=False)
    care = Care(seed=3, today=today)
    care.screen(case, by=caseworker)
    case = care.agree(case, on=today, by=caseworker)
    care.accompany(case, since=opened, until=today, by=caseworker)
    GoalFactory(plan=case.plan)
    AttemptFactory(case=case)
    in_danger = SafetyProtocol.objects.values_list("person", flat=True)
    for role in (Role.CASEWORKER, Role.TERRITORIAL_COORDINATOR, Role.PROGRAMME_COORDINATOR):
        for pk in [person.pk, *in_danger]:
            give_reason(pk, level=D4, reason="Supervisión", by=user_in(role))
    assessed = SafetyProtocol.objects.exclude(assessment=None).get().person_id
    give_reason(assessed, level=D5, reason="Supervisión", by=user_in(Role.CLINICAL_SUPERVISOR))


def with_a_plan():
    return Person.objects.get(surnames="Plan")


def asked():
    """What somebody whom the caseworker accompanies answered to the reintegration index."""
    caseworker = User.objects.get(email=address(Role.CASEWORKER))
    theirs = Person.objects.assigned_to(caseworker)
    return IndexAnswers.objects.filter(person__in=theirs).order_by("pk").first()


def whole_file():
    """The person of whom the demo tells everything."""
    return Person.objects.exclude(displacement=None).first()


def _ask_for_a_report(user, **period):
    request_report(key=uuid4(), by=user, offices=None, **period)


def user_in(role):
    return User.objects.get(email=address(role))
