"""A list as somebody needs it: narrowed, its columns chosen, kept as a view, found again."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, SIZES
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "una clave bastante larga"


@pytest.fixture
def caseworker():
    office = OrganizationFactory(name="Oficina San Salvador")
    PersonFactory(office=office, sex="M", given_names="Saúl", surnames="Paz")
    PersonFactory(office=office, sex="F", given_names="Rosa", surnames="Paz")
    return UserFactory(caseworker=True, at=office, password=PASSWORD)


@pytest.mark.parametrize("size", SIZES)
def test_a_list_is_narrowed_kept_and_found_again(visit, caseworker, size):
    visitor = visit(size)
    visitor.sign_in(caseworker.email, PASSWORD)
    visitor.open("/personas/")
    main = visitor.page.locator("main")
    if size == PHONE:
        main.get_by_text("Buscar y filtrar").click()
    main.get_by_text("Más filtros").click()
    main.get_by_label("Sexo").select_option("Femenino")
    expect(main.get_by_role("link", name="Saúl Paz")).to_be_hidden()
    expect(main.get_by_role("link", name="Sexo: Femenino")).to_be_visible()

    main.get_by_role("link", name="Columnas").click()
    main.get_by_label("Edad").check()
    visitor.press("Mostrar estas columnas")
    expect(main.get_by_role("link", name="Sexo: Femenino")).to_be_visible()
    visitor.look()

    main.get_by_role("link", name="Guardar esta vista").click()
    main.get_by_label("Nombre de la vista").fill("Mujeres")
    visitor.press("Guardar")
    expect(main.get_by_text("Vista: Mujeres")).to_be_visible()

    visitor.open("/personas/")
    expect(main.get_by_role("link", name="Saúl Paz")).to_be_visible()
    main.get_by_text("Vistas", exact=True).click()
    main.get_by_role("link", name="Mujeres").click()
    expect(main.get_by_text("Vista: Mujeres")).to_be_visible()
    expect(main.get_by_role("link", name="Rosa Paz")).to_be_visible()
    expect(main.get_by_role("link", name="Saúl Paz")).to_be_hidden()
    visitor.look()
