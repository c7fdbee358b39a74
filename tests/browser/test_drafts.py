"""What is typed is not lost: a closed page, and a session that ends in the middle of a form."""

import pytest
from playwright.sync_api import expect

from accounts.models import Draft
from beneficiaries.actions.reference import load_reference
from beneficiaries.models import Registration, WorkExperience
from tests.browser.conftest import DESKTOP, SIZES
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import ContactFactory, PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "una clave bastante larga"
SAVED = "Borrador guardado"


@pytest.fixture
def caseworker():
    load_reference()
    office = OrganizationFactory(name="Oficina San Salvador")
    return UserFactory(caseworker=True, at=office, password=PASSWORD)


@pytest.fixture
def job_page(caseworker):
    office = caseworker.role_assignments.get().organization
    person = PersonFactory(office=office, with_case=True, caseworker=caseworker)
    ContactFactory(person=person)
    return f"/personas/{person.public_id}/trabajos/"


def come(visit, size, user):
    visitor = visit(size)
    visitor.sign_in(user.email, PASSWORD)
    return visitor


@pytest.mark.parametrize("size", SIZES)
def test_a_page_that_was_closed_gives_back_what_was_typed(visit, caseworker, job_page, size):
    visitor = come(visit, size, caseworker)
    visitor.open(job_page)
    main = visitor.page.locator("main")
    main.get_by_label("Ocupación").fill("Albañil")
    main.get_by_label("Sector").select_option("Construcción")
    main.get_by_label("Trabajó ahí hasta el retorno").check()
    expect(main.get_by_text(SAVED)).to_be_visible()

    visitor.open("/personas/")
    visitor.open(job_page)
    expect(main.get_by_text("Hay un borrador del")).to_be_visible()
    visitor.look()
    assert main.get_by_label("Ocupación").input_value() == ""
    main.get_by_role("button", name="Continuar el borrador").click()

    assert main.get_by_label("Ocupación").input_value() == "Albañil"
    assert main.get_by_label("Trabajó ahí hasta el retorno").is_checked()
    main.get_by_label("País").select_option("Estados Unidos")
    visitor.press("Guardar")
    assert WorkExperience.objects.get().position == "Albañil"
    assert not Draft.objects.exists()


def test_a_draft_that_is_not_wanted_is_gone(visit, caseworker, job_page):
    visitor = come(visit, DESKTOP, caseworker)
    visitor.open(job_page)
    main = visitor.page.locator("main")
    main.get_by_label("Ocupación").fill("Albañil")
    expect(main.get_by_text(SAVED)).to_be_visible()

    visitor.open(job_page)
    main.get_by_role("button", name="Descartar el borrador").click()

    expect(main.get_by_text("Hay un borrador del")).not_to_be_visible()
    visitor.open(job_page)
    visitor.page.wait_for_timeout(500)
    assert main.get_by_text("Hay un borrador del").count() == 0
    assert not Draft.objects.exists()


@pytest.mark.parametrize("size", SIZES)
def test_a_session_that_ends_in_a_form_goes_on_in_place(visit, caseworker, job_page, size):
    visitor = come(visit, size, caseworker)
    visitor.open(job_page)
    main, dialog = visitor.page.locator("main"), visitor.page.locator("#login-dialog")
    main.get_by_label("País").select_option("Estados Unidos")
    expect(main.get_by_text(SAVED)).to_be_visible()
    main.get_by_label("Ocupación").fill("Albañil")
    visitor.context.clear_cookies(name="sessionid")
    visitor.expected = {401, 400}

    main.get_by_role("button", name="Guardar").click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("Contraseña").fill("otra clave")
    dialog.get_by_role("button", name="Iniciar sesión").click()
    expect(dialog.get_by_text("Esa no es la contraseña.")).to_be_visible()
    dialog.get_by_label("Contraseña").fill(PASSWORD)
    with visitor.page.expect_navigation():
        dialog.get_by_role("button", name="Iniciar sesión").click()

    assert WorkExperience.objects.get().position == "Albañil"
    visitor.look()


@pytest.mark.parametrize("size", SIZES)
def test_a_registration_that_was_closed_is_found_again(visit, caseworker, size):
    visitor = come(visit, size, caseworker)
    visitor.follow("Registrar una persona")
    main = visitor.page.locator("main")
    main.get_by_label("Sí, acepta", exact=True).check()
    main.get_by_label("Firma en papel").check()
    visitor.press("Continuar")
    visitor.follow("Identidad")
    main.get_by_label("Nombres").fill("Reina Isabel")
    expect(main.get_by_text(SAVED)).to_be_visible()

    visitor.open("/personas/nueva/borradores/")
    visitor.follow("Reina Isabel")
    visitor.follow("Identidad")

    assert main.get_by_label("Nombres").input_value() == "Reina Isabel"
    assert Registration.objects.count() == 1
