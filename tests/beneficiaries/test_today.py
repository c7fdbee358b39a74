"""«Hoy» is derived from dates and states when it is read, and says to each role what waits."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from accounts.actions.drafts import save_draft
from accounts.models import Draft, ReadLog
from accounts.registry import SHOWN, Urgency
from accounts.roles import Role
from beneficiaries.actions.access import break_glass
from beneficiaries.actions.care import open_protocol
from beneficiaries.actions.cases import hand_over
from beneficiaries.actions.messages import prepare_message
from beneficiaries.actions.reference import load_reference
from beneficiaries.choices import CaseState
from beneficiaries.models import (
    IndexAnswers,
    IndexVersion,
    MessageTemplate,
    PeopleImport,
    Suspicion,
    Task,
)
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AppointmentFactory,
    CaseFactory,
    ConsentFactory,
    ContactFactory,
    GoalFactory,
    PersonFactory,
    PlanFactory,
    RegistrationFactory,
)

pytestmark = pytest.mark.django_db

LATE = "Planes y contactos atrasados"
STEP = "Casos que esperan su paso"
IDLE = "Personas sin nada planificado"
INDEX = "Índice de reintegración por preguntar"


@pytest.fixture
def coordinator(office):
    return UserFactory(coordinator=True, at=office)


def of_today(client, user):
    """The blocks that somebody finds, in both parts of the page, by their titles."""
    client.cookies.clear()
    client.force_login(user)
    parts = [client.get(address).context["blocks"] for address in ("/", "/?parte=equipo")]
    return {str(each.title): each for part in parts for each in part}


def titles(block):
    return [str(line.title) for line in block.lines]


def give(person, *, to, by):
    person.refresh_from_db()
    return hand_over(person, version=person.version, to=to, by=by)


def accompanied(caseworker, office, **changes):
    person = PersonFactory(office=office, with_case=True, caseworker=caseworker, **changes)
    ContactFactory(person=person)
    return person


def test_a_file_that_somebody_else_gave_her_is_news_to_a_caseworker(
    client, caseworker, coordinator, office
):
    today = timezone.localdate()  # with whom contact is not late
    given = PersonFactory(office=office, with_case=True, registered_on=today)
    own = accompanied(caseworker, office, registered_on=today)  # registered by herself: no news
    own.assignments.update(given_by=caseworker)
    give(given, to=caseworker, by=coordinator)

    block = of_today(client, caseworker)["Nuevas personas con usted"]

    assert titles(block) == [f"{given.display_name}: asignada a usted"]
    assert ReadLog.objects.latest("pk").persons == sorted([given.pk, own.pk])  # both wait


def test_what_others_did_in_her_files_is_news_and_what_she_did_is_not(
    client, caseworker, coordinator, office
):
    hers, foreign = accompanied(caseworker, office), PersonFactory(with_case=True)
    give(hers, to=UserFactory(caseworker=True, at=office), by=coordinator)
    give(hers, to=caseworker, by=coordinator)
    give(foreign, to=UserFactory(caseworker=True), by=coordinator)

    block = of_today(client, caseworker)["Lo que hicieron otras personas"]

    assert titles(block) == [f"{hers.display_name}: Caso asignado"] * 2


def test_registrations_that_were_begun_wait_for_whoever_began_them(client, caseworker, office):
    begun = RegistrationFactory(office=office, begun_by=caseworker)
    RegistrationFactory(office=office)

    [line] = of_today(client, caseworker)["Registros por terminar"].lines

    assert str(begun.public_id) in line.url


@pytest.mark.rule("CASE-14")
def test_a_message_waits_there_in_its_hours_alone(client, caseworker, office, time_machine):
    time_machine.move_to("2026-11-23T10:00:00-06:00", tick=False)
    person = accompanied(caseworker, office)
    for purpose in ("registration", "followup"):
        ConsentFactory(person=person, purpose=purpose)
    template = MessageTemplate.objects.create(
        code="cita",
        title="Cita",
        purpose="registration",
        text="Hola {nombre}.",
        neutral_text="Hola {nombre}.",
    )
    person.safe_hours.create(days=[0], starts="12:00", ends="13:00")
    prepare_message(
        person, key=uuid4(), template=template, channel="call", values={}, by=caseworker
    )

    assert "Mensajes por enviar ahora" not in of_today(client, caseworker)

    time_machine.move_to("2026-11-23T12:30:00-06:00", tick=False)
    assert titles(of_today(client, caseworker)["Mensajes por enviar ahora"]) == [
        f"{person.display_name}: Cita"
    ]


def test_people_whom_nobody_accompanies_wait_for_coordination(client, coordinator, office):
    first = CaseFactory(office=office, person__office=office, opened_on=timezone.localdate())
    CaseFactory(office=office, person__office=office, state=CaseState.CLOSED)
    CaseFactory()  # at another office

    block = of_today(client, coordinator)["Por asignar"]

    assert titles(block) == [f"{first.person.display_name}: todavía sin quien acompañe"]
    assert block.url == "/personas/?caso=sin"


def test_a_person_counts_as_alone_from_the_end_of_the_last_assignment(client, coordinator, office):
    today = timezone.localdate()
    left = CaseFactory(office=office, person__office=office, opened_on=today - timedelta(90))
    left.person.assignments.create(
        user=coordinator,
        kind="caseworker",
        valid_from=today - timedelta(90),
        valid_until=today - timedelta(2),
        ended_at=timezone.now() - timedelta(2),
    )
    never = CaseFactory(office=office, person__office=office, opened_on=today - timedelta(5))

    lines = of_today(client, coordinator)["Por asignar"].lines

    assert [line.person for line in lines] == [never.person_id, left.person_id]
    assert str(lines[1].detail) == f"Desde el {date_format(today - timedelta(2))}"


@pytest.mark.rule("CASE-18")
def test_open_safety_protocols_wait_for_coordination_the_overdue_first(
    client, caseworker, coordinator, office
):
    calm, late = PersonFactory(office=office), PersonFactory(office=office)
    for person in (calm, late, PersonFactory()):
        open_protocol(person, by=None)
    Task.objects.filter(person=calm).update(done_at=timezone.now(), done_by=coordinator)
    Task.objects.filter(person=late).update(due_on=timezone.localdate() - timedelta(1))

    block = of_today(client, coordinator)["Protocolos de seguridad"]

    assert titles(block) == [late.display_name, calm.display_name]
    assert [str(line.state) for line in block.lines] == ["Atrasado", "Activo"]
    assert ReadLog.objects.filter(persons__contains=[calm.pk, late.pk]).exists()
    assert "Protocolos de seguridad" not in of_today(client, caseworker)


def test_a_protocol_stands_once_on_the_page_of_its_supervisor(client, office):
    open_protocol(PersonFactory(office=office), by=None)
    supervisor = UserFactory(role=Role.CLINICAL_SUPERVISOR, at=office)

    found = of_today(client, supervisor)

    assert list(found) == ["Protocolos de seguridad"]


@pytest.mark.rule("CASE-1")
def test_pairs_and_rows_that_nobody_decided_on_wait(client, caseworker, coordinator, office):
    one, other = PersonFactory(office=office), PersonFactory(office=office)
    Suspicion.objects.create(person=one, other=other)
    batch = PeopleImport.objects.create(file_name="personas.xlsx", office=office, state="imported")
    for row, written in enumerate([True, True, False]):
        batch.rows.create(
            sheet_row=row, outcome="possible_duplicate", likeness="open", written=written
        )
    foreign = PeopleImport.objects.create(
        file_name="ajeno.xlsx", sha256="0" * 64, office=OrganizationFactory(), state="imported"
    )
    foreign.rows.create(sheet_row=1, outcome="possible_duplicate", likeness="open", written=True)

    found = of_today(client, coordinator)

    [pair] = found["Posibles duplicados"].lines
    assert other.file_number in str(pair.title)
    [rows] = found["Filas de una importación por decidir"].lines
    assert (rows.title, str(rows.detail)) == ("personas.xlsx", "2 filas por decidir")
    assert client.get(rows.url).status_code == 200
    registrar = of_today(client, UserFactory(registrar=True, at=office))
    assert "Posibles duplicados" not in registrar
    assert titles(registrar["Filas de una importación por decidir"]) == ["personas.xlsx"]
    assert "Posibles duplicados" not in of_today(client, caseworker)


def test_an_emergency_waits_for_those_who_were_told_of_it(client, caseworker, coordinator, office):
    person = PersonFactory(office=office)
    officer = UserFactory(role=Role.DATA_PROTECTION_OFFICER)
    break_glass(person, key=uuid4(), reason="La amenazan.", by=caseworker)

    for each in (coordinator, officer):
        [line] = of_today(client, each)["Emergencias por revisar"].lines
        assert person.display_name not in str(line.title)
    assert "Emergencias por revisar" not in of_today(client, caseworker)


def test_tasks_that_are_overdue_say_so(client, coordinator, office):
    person = PersonFactory(office=office)
    Task.objects.create(
        kind="same_dui_elsewhere",
        person=person,
        office=office,
        raised_for=office,
        due_on=timezone.localdate() - timedelta(1),
    )

    [line] = of_today(client, coordinator)["Tareas"].lines

    assert str(line.state) == "Atrasado"


def test_a_form_that_was_not_sent_leads_back_to_its_page(client, caseworker, office):
    person = accompanied(caseworker, office)
    there = f"/personas/{person.public_id}/contacto/"
    sent = {"form": "contact", "target": "1", "answers": {"email": ["a@b.sv"]}, "by": caseworker}
    save_draft(**sent, title="Contacto", address=there)

    [line] = of_today(client, caseworker)["Formularios que no ha enviado"].lines

    assert (line.title, line.url) == ("Contacto", there)


@pytest.mark.parametrize(
    "address", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/x", "/" * 400]
)
def test_a_draft_leads_to_a_page_of_genesis_or_nowhere(caseworker, address):
    save_draft(form="x", target="y", answers={}, by=caseworker, title="x", address=address)

    assert Draft.objects.get().address == ""


@pytest.mark.rule("SEC-3")
def test_nobody_finds_there_what_is_of_another_office(client, caseworker, coordinator):
    foreign = PersonFactory(with_case=True)
    give(foreign, to=UserFactory(caseworker=True), by=coordinator)
    Task.objects.create(
        kind="likely_elsewhere",
        person=foreign,
        office=foreign.office,
        raised_for=OrganizationFactory(),
        due_on=timezone.localdate(),
    )

    for user in (caseworker, coordinator):
        client.cookies.clear()
        client.force_login(user)
        assert foreign.display_name not in client.get("/").content.decode()


def test_what_is_urgent_stands_first_and_long_lists_are_cut(client, coordinator, office):
    for _each in range(SHOWN + 2):
        CaseFactory(office=office, person__office=office)
    PersonFactory(office=office)

    client.force_login(coordinator)
    blocks = client.get("/").context["blocks"]

    assert [each.urgency for each in blocks] == sorted(each.urgency for each in blocks)
    [block] = [each for each in blocks if each.urgency == Urgency.ANSWER]
    assert len(block.shown) == SHOWN
    assert block.more


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("role", "queries"), [("caseworker", 15), ("coordinator", 14)])
def test_it_asks_few_queries_whatever_waits(  # noqa: PLR0917
    client, office, role, queries, count, django_assert_num_queries
):
    user = UserFactory(**{role: True}, at=office)
    other = UserFactory(coordinator=True, at=office)
    for _each in range(count):
        give(accompanied(None, office), to=user, by=other)
        CaseFactory(office=office, person__office=office)
        RegistrationFactory(office=office, begun_by=user)
        save_draft(
            form=str(uuid4()), target="x", answers={}, by=user, title="x", address="/personas/"
        )
    client.force_login(user)

    with django_assert_num_queries(queries):
        client.get("/")


# With the people accompanied, and for whoever looks after the team


def with_plan(case, **changes):
    plan = PlanFactory(case=case, agreed_by_person_on=timezone.localdate())
    GoalFactory(plan=plan, state="in_progress", **changes)
    return plan


@pytest.mark.rule("CASE-31")
def test_a_case_is_told_once_by_what_is_most_urgent_in_it(client, caseworker, office):
    today = timezone.localdate()
    silent = CaseFactory(
        state=CaseState.ACTIVE, opened_on=today - timedelta(60), **theirs(caseworker, office)
    )
    waiting = CaseFactory(
        state=CaseState.NOT_ELIGIBLE, opened_on=today, **theirs(caseworker, office)
    )
    idle = CaseFactory(state=CaseState.ACTIVE, opened_on=today, **theirs(caseworker, office))
    planned = CaseFactory(state=CaseState.ACTIVE, opened_on=today, **theirs(caseworker, office))
    for each in (idle, planned):
        with_plan(each)
    AppointmentFactory(
        person=planned.person, responsible=caseworker, starts_at=timezone.now() + timedelta(2)
    )

    found = of_today(client, caseworker)

    assert [silent.person.display_name in each for each in titles(found[LATE])] == [True]
    assert [waiting.person.display_name in each for each in titles(found[STEP])] == [True]
    assert [idle.person.display_name in each for each in titles(found[IDLE])] == [True]


def test_the_index_is_asked_for_a_fortnight_before_it_is_due(client, caseworker, office):
    load_reference()
    version = IndexVersion.objects.first()
    today = timezone.localdate()
    soon, later, asked, refused = (
        CaseFactory(state=CaseState.ACTIVE, **theirs(caseworker, office, registered_on=registered))
        for registered in (today - timedelta(20), today, *[today - timedelta(20)] * 2)
    )
    for each in (soon, later, asked, refused):
        ConsentFactory(person=each.person, purpose="sensitive", granted=each is not refused)
    IndexAnswers.objects.create(person=asked.person, asked_in=version, on=today, answers={})

    [line] = of_today(client, caseworker)[INDEX].lines

    assert soon.person.display_name in str(line.title)


def test_coordination_sees_load_and_silence_of_each_caseworker(client, coordinator, office):
    first, second = UserFactory.create_batch(2, caseworker=True, at=office)
    today = timezone.localdate()
    for user, days in ((first, 59), (second, 60), (second, 0)):
        CaseFactory(
            state=CaseState.ACTIVE, opened_on=today - timedelta(days), **theirs(user, office)
        )
    old = today - timedelta(90)  # not accompanied yet: open, and nobody is late with it
    CaseFactory(state=CaseState.REGISTERED, opened_on=old, **theirs(first, office))
    CaseFactory(state=CaseState.ACTIVE)  # at another office

    rows = of_today(client, coordinator)["El equipo: casos y silencio"].context["rows"]

    assert [(row["caseworker"], row["cases"], row["silent"]) for row in rows] == [
        (second.pk, 2, 1),
        (first.pk, 2, 0),
    ]
    load = client.get("/programa/carga/").context["caseworkers"]
    assert {each["user"].pk: each["cases"] for each in load} == {first.pk: 2, second.pk: 2}


def theirs(user, office, **changes):
    """What makes a case of `office` one that `user` accompanies."""
    person = PersonFactory(office=office, caseworker=user, **changes)
    ContactFactory(person=person)
    return {"person": person, "office": office}
