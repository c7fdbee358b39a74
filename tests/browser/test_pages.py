"""Every page of every role, opened once: at a desk, on a phone, and as narrow as can be.

Who walks begins at the first page and takes every kind of link. The people are
those of the demo, fewer of them, with every state of every process.
"""

from collections import Counter, deque
from datetime import date, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.actions.reasons import give_reason
from accounts.models import User
from accounts.roles import GRANTS, Permission, Role
from beneficiaries.actions.cases import caseworker_of
from beneficiaries.actions.referral_links import secret_of_link
from beneficiaries.actions.transfers import request_transfer
from beneficiaries.choices import (
    UNSENT_REFERRALS,
    CaseState,
    ConsentPurpose,
    Outcome,
    ReferralState,
)
from beneficiaries.models import (
    Appointment,
    Complaint,
    Consent,
    EmergencyAccess,
    ExceptionRequest,
    IndexAnswers,
    Person,
    Referral,
    ReferralLink,
    RightsRequest,
    SafeHours,
    SafetyProtocol,
    VulnerabilityFlag,
)
from certification.choices import AssessmentState
from certification.documents import secret_of
from certification.models import Assessment, Centre, Certificate, CertifyingBody
from certification.tasks import render_certificate
from demo import story
from demo.agenda import fill_agendas
from demo.answering import answer_for
from demo.care import Care
from demo.cast import address, make_cast
from demo.doubles import register_twice
from demo.guarding import protect
from demo.referrals import refer
from demo.workbooks import import_workbooks
from genesis.lib.background import MAX_ATTEMPTS, WorkState
from genesis.lib.sensitivity import D4, D5
from reporting.actions import request_report
from reporting.jobs import write_report
from reporting.models import Report
from tests.browser.conftest import DESKTOP, PHONE, SIZES, visits
from tests.factories.beneficiaries import (
    AttemptFactory,
    CaseFactory,
    ContactFactory,
    GoalFactory,
    PersonFactory,
    closed_columns,
)
from tests.factories.certification import AssessmentFactory
from tests.project.test_access import all_routes

pytestmark = pytest.mark.django_db

PEOPLE = 60
PASSWORD = "una clave bastante larga"
MOST_QUESTIONS = 15
# How many pages of one kind a walk opens, where they differ from each other.
MANY = {
    "organizations:organization_detail": 2,
    "accounts:user_detail": 3,
    "beneficiaries:person_detail": 3,
    "beneficiaries:import_detail": 4,
    "beneficiaries:case_detail": 12,
    "beneficiaries:referral_detail": 8,
    "beneficiaries:incoming_detail": 3,
    "agenda:agenda": 2,
    "agenda:appointment_detail": 3,
    "groups:group_detail": 2,
    "groups:attendance_record": 3,
    "beneficiaries:registration_page": 12,
    "beneficiaries:registration_detail": 2,
    "beneficiaries:rights_detail": 3,
    "certification:assessment_detail": 3,
    "evaluation:observation_record": 4,
    "evaluation:session_open": 4,
}
# Who sees every state of an assessment, with other things to do in each.
IN_EVERY_STATE = {Role.CASEWORKER, Role.EVALUATOR, Role.TERRITORIAL_COORDINATOR}
# Not pages to walk to: what is only sent, files, pieces of a page, and what ends the session.
NO_PAGES = {
    "account_logout",
    "account_reset_password_from_key",
    "accounts:access_link_make",
    "accounts:mail_list",  # of the demo alone
    "accounts:second_factor_forget",
    "accounts:work_retry",
    "agenda:appointment_confirm",
    "agenda:appointment_remind",
    "agenda:feed",
    "agenda:feed_revoke",
    "groups:enrolment_accept",
    "groups:enrolment_never_came",
    "beneficiaries:access_review",
    "beneficiaries:complaint_step",
    "beneficiaries:erasure_approve",
    "beneficiaries:erasure_confirm",
    "beneficiaries:rights_copy",
    "beneficiaries:rights_erase",
    "beneficiaries:rights_hand_out",
    "beneficiaries:rights_letter",
    "beneficiaries:rights_step",
    "beneficiaries:attachment_file",
    "beneficiaries:attachment_preview",
    "beneficiaries:duplicate_check",
    "beneficiaries:message_cancel",
    "beneficiaries:message_tick",
    "beneficiaries:incoming_answer",
    "beneficiaries:incoming_move",
    "beneficiaries:receipt_create",
    "beneficiaries:referral_acknowledge",
    "beneficiaries:referral_file",
    "beneficiaries:referral_link_make",
    "beneficiaries:referral_link_revoke",
    "beneficiaries:referral_ready",
    "beneficiaries:receipt_file",
    "beneficiaries:registration_part_remove",
    "draft_keep",
    "session_keep",
    "beneficiaries:eligibility_decide",
    "beneficiaries:import_confirm",
    "beneficiaries:import_discard",
    "beneficiaries:import_errors",
    "beneficiaries:plan_file",
    "certification:certificate_file",
    "health",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "ready",
    "reporting:report_create",
    "reporting:report_file",
    "set_language",
}
AT_THE_DOOR = [
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "certificate_check",
]
OPEN_TO_A_STEP = [each for each in CaseState if each != CaseState.MERGED]
EXPORTING = [role for role in Role if Permission.INDICATOR_EXPORT in GRANTS[role]]
# The same for everybody: once is enough.
SAME_FOR_ALL = ("account_", "mfa_", "certificate_")
STOP = """() => {
    const each = document.activeElement;
    const { left, top, width, height } = each.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    const name = each.labels?.length ? each.labels[0].innerText : each.innerText || each.value;
    return {
        name: name.trim(),
        in_main: document.querySelector("main").contains(each),
        seen: Boolean(hit) && (each.contains(hit) || hit.contains(each)),
    };
}"""
LINKS = """() => [...document.querySelectorAll("main a[href], nav a[href], header a[href]")]
    .filter((each) => each.origin === location.origin && !each.hash)
    .map((each) => each.pathname + each.search)"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.fixture(autouse=True)
def media_root(settings, files):
    """The files of the people of this module, for each test of it: pages show their pictures."""
    settings.MEDIA_ROOT = files
    return files


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, files):
    """People at every stage, for all tests of this file; yields a session for each role."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENESIS_DEMO_PASSWORD", PASSWORD)
        patch.setattr(settings, "MEDIA_ROOT", files)
        patch.setattr(story, "ENDS", dict.fromkeys(story.ENDS, 1) | {AssessmentState.CERTIFIED: 2})
        with transaction.atomic():
            _tell()
        yield {role: session_of(role) for role in Role}
        call_command("flush", interactive=False, verbosity=0)


def _tell():
    """The demo's story, in one office, with one person in each part."""
    cast = make_cast()
    cast.evaluators, cast.verifiers = cast.evaluators[:1], cast.verifiers[:1]
    cast.caseworkers["ss"] = cast.caseworkers["ss"][:1]
    told = story.Story(cast, seed=7, tell=str)
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
    answer_for(people, cast)
    refer([each for each in people if _is_with_first(each, cast)], cast)
    register_twice(people, cast)
    fill_agendas(people, told)
    import_workbooks(cast, today=told.today)
    told.assess([each for each in people if each.office == cast.offices["ss"]])
    printed, lost = Certificate.objects.order_by("pk")
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
    give_reason(_whole_file().pk, level=D4, reason="Visita de hoy", by=cast.caseworkers["ss"][0])
    give_reason(_asked().person_id, level=D4, reason="Visita", by=cast.caseworkers["ss"][0])
    AssessmentFactory(enrolled_by=cast.caseworkers["ss"][0])
    AssessmentFactory(planned=True, **theirs)
    AssessmentFactory(plan_agreed=True, **theirs)
    _add_a_case_in_every_state(cast)
    _add_a_plan(cast)
    complete = {"GO-01": "si", "GO-02": "si", "GO-03": "2"}
    AssessmentFactory(in_assessment=True, answers=complete, **theirs)
    for person in Person.objects.filter(contact=None):  # each registration leaves one
        ContactFactory(person=person)


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


def _with_a_plan():
    return Person.objects.get(surnames="Plan")


def _asked():
    """What somebody whom the caseworker accompanies answered to the reintegration index."""
    caseworker = User.objects.get(email=address(Role.CASEWORKER))
    theirs = Person.objects.assigned_to(caseworker)
    return IndexAnswers.objects.filter(person__in=theirs).order_by("pk").first()


def _whole_file():
    """The person of whom the demo tells everything."""
    return Person.objects.exclude(displacement=None).first()


def _ask_for_a_report(user, **period):
    request_report(key=uuid4(), by=user, offices=None, **period)


def user_in(role):
    return User.objects.get(email=address(role))


@pytest.fixture(scope="module")
def site(world):
    server = LiveServer("localhost")
    with server._live_server_modified_settings:
        yield str(server)
    server.stop()


def session_of(role):
    """The cookie of somebody in that role who has signed in."""
    client = Client()
    client.force_login(user_in(role))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value}


@pytest.fixture
def visit(chromium, site, world):
    """Somebody in a role, signed in, with a fresh profile."""
    with visits(chromium, site) as come:

        def come_as(role, size=DESKTOP):
            visitor = come(size)
            visitor.context.add_cookies([{**world[role], "url": site}])
            return visitor

        yield come_as


@pytest.fixture(scope="module")
def opened():
    """The pages that the walks have opened, by the name of their address."""
    return set()


@pytest.mark.parametrize("role", Role)
def test_every_page_of_a_role_reads_well_at_every_width(visit, opened, world, role):
    visitor = visit(role)

    titles = {}
    for name, path in walk(visitor, role, opened):
        title = look_at_every_width(visitor, again=name in opened)
        if (asked := questions(visitor, world[role])) > MOST_QUESTIONS:
            visitor.found.append(f"{path} asks the database {asked} questions")
        if titles.setdefault(title, name) != name:
            visitor.found.append(f"{path} has the title of {titles[title]}: {title}")

    assert titles
    opened |= set(titles.values())


def questions(visitor, session):
    """How often the page that is open asks the database when it is opened again."""
    client = Client()
    client.cookies[session["name"]] = session["value"]
    with CaptureQueriesContext(connection) as asked:
        response = client.get(visitor.page.url.removeprefix(visitor.address))
    assert response.status_code == 200
    return len(asked)


def walk(visitor, role, opened):
    """Go to each kind of page that links lead to; whoever asked looks at it."""
    many = {**MANY, **dict.fromkeys(NO_PAGES, 0)}
    many |= {name: 0 for name in opened if name.startswith(SAME_FOR_ALL)}
    if role in IN_EVERY_STATE:
        many["certification:assessment_detail"] = len(AssessmentState)
    waiting, seen, kinds = deque(first_pages(role)), set(), Counter()
    while waiting:
        path = waiting.popleft()
        if path in seen or is_enough(path, kinds, many):
            continue
        visitor.page.goto(f"{visitor.address}{path}")
        seen |= {path, visitor.path}
        if is_enough(visitor.path, kinds, many):  # another address of the same page
            continue
        name = resolve(visitor.path).view_name
        kinds[name] += 1
        yield name, path
        waiting += visitor.page.evaluate(LINKS)


def first_pages(role):
    """The pages to which no link leads, and the first of all."""
    yield "/"
    yield "/v/"
    if Permission.PERSON_VIEW in GRANTS[role]:
        yield "/buscar/?q=mar"
    if role == Role.CASEWORKER:
        yield from _pages_of_a_caseworker(user_in(role))
    yield from pages_of_data_protection(role)
    if Permission.ORGANIZATION_MANAGE in GRANTS[role]:
        yield CertifyingBody.objects.first().organization.get_absolute_url()
        centre = Centre.objects.first().organization
        yield reverse("certification:centre_set_up", args=[centre.public_id])
    if Permission.COMPLAINT_MANAGE in GRANTS[role]:
        complaint = Complaint.objects.visible_to(user_in(role)).first()
        for name in ("complaint_answer", "complaint_appeal"):
            yield reverse(f"beneficiaries:{name}", args=[complaint.public_id])
    if {Permission.RISK_VIEW, Permission.PERSON_VIEW} <= GRANTS[role]:
        yield from _pages_of_care()
    if Permission.CASE_ASSIGN in GRANTS[role]:
        yield reverse("beneficiaries:case_assign_many") + "?todas=1&caso=sin"
    if Permission.INDICATOR_EXPORT in GRANTS[role]:
        yield Report.objects.get(requested_by=user_in(role)).get_absolute_url()


def _pages_of_a_caseworker(user):
    yield reverse("certification:assessment_enrol", args=[_somebody_to_enrol().public_id])
    for person in Person.objects.filter(surnames__startswith="Paz ").order_by("pk"):
        yield reverse("beneficiaries:case_detail", args=[person.public_id])
    whole = _whole_file().public_id
    to_diagnose = Assessment.objects.filter(state=AssessmentState.ENROLLED, enrolled_by=user)
    yield reverse("certification:diagnosis_record", args=[to_diagnose.first().public_id])
    asked = _asked()
    yield reverse("beneficiaries:index_detail", args=[asked.person.public_id])
    both = [asked.person.public_id, asked.public_id]
    yield reverse("beneficiaries:index_answers", args=both)
    yield reverse("beneficiaries:index_void", args=both)
    yield from _records_of(user)
    yield from _open_appointments(user)
    yield reverse("beneficiaries:registration_list")
    yield reverse("beneficiaries:person_file", args=[whole])
    yield reverse("beneficiaries:person_protection", args=[whole])
    yield reverse("beneficiaries:attachment_list", args=[whole])
    yield reverse("beneficiaries:attachment_protected", args=[whole])
    yield reverse("beneficiaries:reason_give", args=[whole, "d4"])
    yield reverse("beneficiaries:receipt_find")
    hers = Person.objects.filter(surnames__startswith="Paz ").first().public_id
    for each in Referral.objects.visible_to(user).order_by("pk"):
        yield each.get_absolute_url()
        yield reverse("beneficiaries:person_referral_list", args=[each.case.person.public_id])
    yield _page_of_an_institution()
    for name in ("message_create", "consent_list", "hours_create"):
        yield reverse(f"beneficiaries:{name}", args=[hers])


def _pages_of_care():
    yield reverse("beneficiaries:plan_detail", args=[_with_a_plan().public_id])
    for each in [_with_a_plan(), SafetyProtocol.objects.first().person]:
        yield reverse("beneficiaries:needs_detail", args=[each.public_id])


def _records_of(user):
    """What is corrected or taken back in the files of those whom somebody accompanies."""
    theirs = Person.objects.accompanied_by(user)
    given = Consent.objects.standing().filter(person__in=theirs)
    consent = given.exclude(purpose=ConsentPurpose.REGISTRATION).first()
    yield reverse("beneficiaries:consent_withdraw", args=_about(consent, consent.person))
    hours = SafeHours.objects.filter(person__in=theirs).first()
    yield reverse("beneficiaries:hours_change", args=_about(hours, hours.person))
    flag = VulnerabilityFlag.objects.filter(screening__case__person__in=theirs).first()
    yield reverse("beneficiaries:flag_change", args=_about(flag, flag.screening.case.person))
    drafts = Referral.objects.filter(case__person__in=theirs, state__in=UNSENT_REFERRALS)
    yield reverse("beneficiaries:referral_change", args=[drafts.first().public_id])


def _about(record, person):
    return [person.public_id, record.public_id]


def _open_appointments(user):
    """One that is to come, and one of which nobody has said what became of it."""
    theirs = Appointment.objects.open().filter(responsible=user).order_by("starts_at")
    yield theirs.last().get_absolute_url()
    left = theirs.filter(ends_at__lt=timezone.now()).first()
    yield reverse("agenda:appointment_close", args=[left.public_id])


def pages_of_data_protection(role):
    """Who read a file, and each request about data at its step."""
    if Permission.ACCESS_REVIEW in GRANTS[role]:
        seen = Person.objects.visible_to(user_in(role)).first()
        read = seen or EmergencyAccess.objects.first().person  # data protection sees no list
        yield reverse("beneficiaries:reading_list", args=[read.public_id])
    if Permission.RIGHTS_MANAGE in GRANTS[role]:
        for asked in RightsRequest.objects.order_by("pk"):
            yield asked.get_absolute_url()


def _page_of_an_institution():
    """Where somebody without an account answers: the address of one that is open."""
    link = ReferralLink.objects.in_force().filter(referral__state=ReferralState.SENT).first()
    return reverse("referral_page", args=[secret_of_link(link)])


def _somebody_to_enrol():
    mine = Person.objects.assigned_to(user_in(Role.CASEWORKER)).filter(assessments=None)
    return mine.filter(cases__outcome=Outcome.ELIGIBLE).first()


def is_enough(path, kinds, many):
    name = resolve(urlsplit(path).path).view_name
    return kinds[name] >= many.get(name, 1)


def test_pages_that_follow_an_answer_read_well_at_every_width(visit, opened):
    visitor = visit(Role.CASEWORKER)
    main = visitor.page.locator("main")

    visitor.open("/personas/nueva/")
    main.get_by_label("No", exact=True).check()
    visitor.press("Continuar")
    look_at_every_width(visitor)
    opened.add(resolve(visitor.path).view_name)
    visitor.open("/personas/nueva/")
    main.get_by_label("Sí, acepta").check()
    main.get_by_label("Firma en papel").check()
    visitor.press("Continuar")
    look_at_every_width(visitor)
    opened.add(resolve(visitor.path).view_name)

    visitor.follow("Identidad")
    visitor.press("Guardar y seguir", status=422)
    look_at_every_width(visitor)


def test_pages_of_a_transfer_and_of_many_assigned_read_well_at_every_width(visit, opened):
    person = Person.objects.filter(office__code="sa").first()
    visitor = visit(Role.CASEWORKER)
    main = visitor.page.locator("main")

    visitor.open(reverse("beneficiaries:transfer_request"))
    main.get_by_label("Número de expediente o DUI").fill(person.file_number)
    visitor.press("Buscar el expediente")
    look_at_every_width(visitor)
    visitor.press("Pedir el traslado", status=422)
    look_at_every_width(visitor)

    coordinator = visit(Role.TERRITORIAL_COORDINATOR)
    coordinator.open(reverse("beneficiaries:person_list") + "?nombre=paz")
    main = coordinator.page.locator("main")
    for box in main.get_by_role("checkbox").all()[:2]:
        box.check()
    coordinator.press("Asignar las elegidas")
    main.get_by_label("Gestor(a) de caso").select_option(index=1)
    coordinator.press("Asignar")
    look_at_every_width(coordinator)
    opened.add(resolve(coordinator.path).view_name)


def test_the_address_of_a_calendar_is_shown_once_at_every_width(visit, opened):
    visitor = visit(Role.COACH)

    visitor.open(reverse("agenda:feed_detail"))
    visitor.press("Crear la dirección")
    look_at_every_width(visitor)
    opened.add(resolve(visitor.path).view_name)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("role", "page", "action"),
    [
        (Role.CASEWORKER, "beneficiaries:person_list", "Registrar una persona"),
        (Role.CASEWORKER, "beneficiaries:registration_consent", "Continuar"),
        (Role.EVALUATOR, "evaluation:observation_record", "Guardar y seguir"),
    ],
)
def test_the_keyboard_reaches_the_main_action(visit, role, page, action, size):
    visitor = visit(role, size)
    visitor.open(reverse(page, args=MEANT[page]() if page in MEANT else []))
    keyboard = visitor.page.keyboard

    keyboard.press("Tab")
    assert stop(visitor)["name"] == "Ir al contenido"
    keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"

    names = []
    while action not in names:
        keyboard.press("Tab")
        here = stop(visitor)
        assert here["in_main"], f"{action} is not among {names}"
        assert here["seen"], f"{here['name']} has the focus and cannot be seen"
        names.append(here["name"])


def _an_item():
    """A measurement of the assessment that is going on."""
    running = Assessment.objects.filter(state=AssessmentState.IN_ASSESSMENT)
    return [running.get(standard__code__startswith="CON").public_id, "LC-02"]


MEANT = {"evaluation:observation_record": _an_item}


def stop(visitor):
    """Where the focus stands, and whether whoever follows it sees it."""
    return visitor.page.evaluate(STOP)


def test_pages_before_the_sign_in_read_well_at_every_width(chromium, site, opened):
    printed = Certificate.objects.exclude(pdf="").get()
    code, secret = printed.code, secret_of(printed)
    checks = {
        "certificate_verify": [code],
        "certificate_verify_full": [code, secret],
    }

    with visits(chromium, site) as come:
        nobody = come()
        for name in [*AT_THE_DOOR, *checks]:
            nobody.open(reverse(name, args=checks.get(name, [])))
            look_at_every_width(nobody)
            opened.add(name)


def test_pages_after_a_real_sign_in_read_well_at_every_width(chromium, site, opened):
    with visits(chromium, site) as come:
        administrator = come()
        administrator.sign_in(address(Role.ADMINISTRATOR), PASSWORD)
        for name in ["mfa_activate_totp", "account_set_password"]:
            administrator.open(reverse(name))
            look_at_every_width(administrator)
            opened.add(name)


def test_page_that_is_not_there_reads_well_at_every_width(visit):
    visitor = visit(Role.CASEWORKER)

    visitor.open("/no-existe/", status=404)

    look_at_every_width(visitor)


def test_no_page_was_left_out(opened):
    """After all the walks: who adds a page leads somebody to it."""
    pages = {route.name for route in all_routes()}

    assert ", ".join(sorted(pages - opened - NO_PAGES)) == ""


def look_at_every_width(visitor, *, again=False):
    """At a desk, on a phone, and narrowly; what another role had open, axe sees at a desk."""
    visitor.look()
    visitor.resize(**PHONE["viewport"])
    visitor.size = "phone"
    title = visitor.look(with_axe=not again)
    visitor.look_narrowly()
    visitor.resize(**DESKTOP["viewport"])
    visitor.size = "desktop"
    return title
