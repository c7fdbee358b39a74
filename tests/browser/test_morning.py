"""A caseworker's morning, as she lives it: «Hoy», a registration, a plan, a group, a note.

The browser is closed in the middle of the registration, and nothing is lost.
"""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from beneficiaries.actions.reference import load_reference
from beneficiaries.choices import CaseState, Mark, ReferralOutcome, Service
from beneficiaries.models import Appointment, Attendance, Plan, Referral, Suspicion
from tests.browser.conftest import SIZES
from tests.browser.keyboard import heading, send, tab_to, type_in
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AppointmentFactory,
    AttentionFactory,
    CaseFactory,
    ConsentFactory,
    ContactFactory,
    EnrolmentFactory,
    GroupFactory,
    GroupSessionFactory,
    PersonFactory,
)
from tests.factories.referrals import DirectoryEntryFactory

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "una clave bastante larga"
SAVED = "Borrador guardado"
TWELVE = 12


@pytest.fixture
def office():
    load_reference()
    return OrganizationFactory(name="Oficina San Salvador")


@pytest.fixture
def caseworker(office):
    return UserFactory(
        caseworker=True, at=office, password=PASSWORD, first_name="Carlos", last_name="Ayala"
    )


def accompanied(caseworker, office, state, **names):
    person = PersonFactory(office=office, caseworker=caseworker, **names)
    ContactFactory(person=person)
    return CaseFactory(person=person, office=office, state=state)


@pytest.fixture
def teresa(caseworker, office):
    """Eligible, without a plan; she is awaited on another day."""
    case = accompanied(
        caseworker, office, CaseState.ELIGIBLE, given_names="Teresa", surnames="Zelaya Funes"
    )
    AttentionFactory(case=case, next_step="Llamar a Teresa", next_step_on=timezone.localdate())
    ConsentFactory(person=case.person, purpose="share_partner")
    DirectoryEntryFactory(organization__name="Cruz Roja")
    AppointmentFactory(person=case.person, responsible=caseworker, place="Oficina San Salvador")
    return case.person


@pytest.fixture
def session(caseworker, office):
    """A group of twelve whose session was an hour ago."""
    group = GroupFactory(office=office, facilitator=caseworker, name="Finanzas del hogar")
    for _each in range(TWELVE):
        person = PersonFactory(office=office)
        ContactFactory(person=person)
        EnrolmentFactory(group=group, person=person)
    return GroupSessionFactory(group=group, topic="El presupuesto")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.usefixtures("session")
def test_a_morning_goes_from_today_to_a_note(visit, size, caseworker, office, teresa):
    PersonFactory(
        office=office,
        given_names="Reina Isabel",
        surnames="Núñez Portillo",
        birth_date=date(1991, 3, 14),
    )
    her = come(visit, size, caseworker)
    assert heading(her) == "Hoy"
    expect(her.page.get_by_text("Teresa Zelaya Funes: Llamar a Teresa")).to_be_visible()

    _take_attendance(her)
    _move_the_appointment(her, teresa)
    her = _register(her, visit, size, caseworker)
    _agree_on_a_plan(her, teresa)
    _refer(her, visit(size), teresa)
    _write_a_note(her, teresa)


def come(visit, size, user):
    visitor = visit(size)
    visitor.sign_in(user.email, PASSWORD)
    return visitor


def _take_attendance(her):
    """One stayed away: the other eleven are present without a word."""
    main = her.page.locator("main")
    her.follow(main.get_by_role("link", name="Finanzas del hogar").first.inner_text())
    main.get_by_label("Ausente").first.check()
    her.press("Guardar la asistencia")

    marks = list(Attendance.objects.values_list("mark", flat=True))
    assert sorted(marks) == sorted([Mark.ABSENT, *[Mark.PRESENT] * (TWELVE - 1)])


def _move_the_appointment(her, teresa):
    main = her.page.locator("main")
    her.open(Appointment.objects.get(person=teresa).get_absolute_url())
    her.follow("Mover")
    later = timezone.localdate() + timedelta(days=5)
    main.get_by_label("Día").fill(later.isoformat())
    main.get_by_label("Hora").fill("09:30")
    her.press("Mover la cita")

    moved = Appointment.objects.open().get(person=teresa)
    assert timezone.localtime(moved.starts_at).strftime("%Y-%m-%d %H:%M") == f"{later} 09:30"


def _register(her, visit, size, caseworker):
    """From the keyboard alone; the browser is closed in the middle; she looks like somebody."""
    her.open("/personas/nueva/")
    page = her.page
    for field in ("#id_agrees_0", "#id_channel_0"):  # the second is shown by the first
        tab_to(page, field)
        page.keyboard.press("Space")
    send(her)
    her.follow("Identidad")
    type_in(her.page, ("id_given_names", "Reina Isabel"), ("id_surnames", "Portillo Nuñez"))
    expect(her.page.get_by_text(SAVED)).to_be_visible()
    her.context.close()

    her = come(visit, size, caseworker)
    her.follow("Reina Isabel Portillo Nuñez")
    her.follow("Identidad")
    assert her.page.locator("#id_given_names").input_value() == "Reina Isabel"
    type_in(
        her.page,
        ("id_birth_2", "1991"),
        ("id_sex", "Femenino"),
        ("id_population", "Persona migrante retornada"),
        ("id_district", "Soyapango"),
        ("id_area", "Urbana"),
    )
    send(her, status=422)
    _say_that_it_is_somebody_else(her)
    type_in(her.page, ("id_doc_type", "Sin"))
    send(her)
    type_in(
        her.page,
        ("id_phone_1", "7012 3456"),
        ("id_phone_1_owner", "La persona"),
        ("id_allowed_channels_0", " "),
    )
    send(her)
    her.follow("Registro", within="nav.migas")
    her.follow("Revisar respuestas")
    send(her)
    assert heading(her) == "Reina Isabel Portillo Nuñez"
    assert Suspicion.objects.exists()
    return her


def _say_that_it_is_somebody_else(her):
    """The names stand in another order in another file: she has asked, and they are cousins."""
    expect(her.page.get_by_text("¿Es una de estas personas?")).to_be_visible()
    tab_to(her.page, ".parecido [type=radio]")
    her.page.keyboard.press("ArrowDown")
    assert her.page.locator(".parecido [type=radio][value=different]").is_checked()
    type_in(her.page, (her.page.locator("[name^=razon-]").get_attribute("id"), "Es su prima."))
    send(her)


def _agree_on_a_plan(her, teresa):
    main = her.page.locator("main")
    her.open(teresa.get_absolute_url())
    her.follow("Plan y servicios", within="body")
    her.follow("Proponer una meta")
    main.get_by_label("Necesidad").select_option(index=1)
    main.locator("#id_text").fill("Tener un empleo estable")
    main.locator("#id_indicator").fill("Contrato firmado")
    main.locator("#id_target_on").fill((timezone.localdate() + timedelta(90)).isoformat())
    main.locator("#id_responsible").select_option(index=1)
    her.press("Guardar")
    her.follow(main.get_by_role("link", name="Agregar qué se hará").inner_text())
    main.locator("#id_service").select_option(Service.COACHING)
    her.press("Agregar")
    her.follow("La persona acuerda el plan")
    her.press("La persona está de acuerdo")
    assert Plan.objects.get(case__person=teresa).agreed_by_person_on == timezone.localdate()
    printed = her.download("Imprimir el plan (PDF)")
    assert printed.startswith(b"%PDF")


def _refer(her, institution, teresa):
    """Urgently; the institution answers on its own page, and its answer lands with her."""
    main = her.page.locator("main")
    her.open(f"/personas/{teresa.public_id}/referencias/nueva/")
    main.locator("#id_organization").select_option("Cruz Roja")
    main.locator("[name=priority][value=urgent]").check()
    main.locator("[name=needs]").first.check()
    main.locator("#id_reason").fill("Necesita atención médica.")
    main.locator("[name=data_shared][value=name]").check()
    her.press("Guardar el borrador")
    her.follow(main.get_by_role("link", name="Cruz Roja").inner_text())
    her.press("Marcar como lista")
    her.follow("Registrar el envío")
    main.locator("[name=via][value=link]").check()
    her.press("Registrar el envío")
    address = main.locator("a[rel=noreferrer]").get_attribute("href")

    institution.open(address.removeprefix(institution.address))
    institution.press("Sí, aceptamos")
    institution.page.locator("[name=outcome]").select_option(ReferralOutcome.SERVICE_RECEIVED)
    institution.press("Enviar el resultado")
    assert heading(institution) == "Gracias: su respuesta quedó guardada"

    referral = Referral.objects.get(case__person=teresa)
    assert referral.outcome == ReferralOutcome.SERVICE_RECEIVED
    her.open(referral.get_absolute_url())


def _write_a_note(her, teresa):
    main = her.page.locator("main")
    her.open(teresa.get_absolute_url())
    her.follow("Registrar atención")
    main.get_by_label("Tipo de atención").select_option(Service.COACHING)
    main.locator("#id_mode").select_option(index=1)
    main.locator("#id_minutes").fill("30")
    main.locator("#id_notes").fill("Prefiere trabajar por la mañana.")
    her.press("Registrar la atención")
    expect(main.get_by_text(f"{Service.COACHING.label} · La recibió").first).to_be_visible()
