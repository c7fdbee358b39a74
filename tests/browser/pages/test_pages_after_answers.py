"""Pages that no link leads to: they follow an answer, or stand before the sign-in."""

import pytest
from django.urls import resolve, reverse

from accounts.roles import Role
from beneficiaries.choices import ImportStage
from beneficiaries.models import PeopleImport, Person
from certification.actions.sharing import address_of
from certification.choices import AssessmentState
from certification.documents.printed import secret_of
from certification.models import Assessment, Certificate, ShareLink
from demo.cast import address
from tests.browser.conftest import SIZES, visits
from tests.browser.pages.walking import look_at_every_width
from tests.browser.pages.world import PASSWORD

pytestmark = pytest.mark.django_db
AT_THE_DOOR = [
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "certificate_check",
    "employers",
]
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
    coordinator.press("Asignar las marcadas")
    main.get_by_label("Gestor(a) de caso").select_option(index=1)
    coordinator.press("Asignar (2)")
    look_at_every_width(coordinator)
    opened.add(resolve(coordinator.path).view_name)


def test_the_page_that_undoes_an_import_reads_well_at_every_width(visit, opened):
    batch = PeopleImport.objects.filter(state=ImportStage.IMPORTED).first()
    visitor = visit(Role.PROGRAMME_COORDINATOR)

    visitor.open(batch.get_absolute_url())
    visitor.follow("Deshacer la importación")
    visitor.page.get_by_label("Contraseña").fill(PASSWORD)
    visitor.press("Confirmar")
    look_at_every_width(visitor)
    opened.add(resolve(visitor.path).view_name)


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
        "standard_public": [printed.standard_code, printed.standard_version],
        "certificate_shared": [address_of(ShareLink.objects.get()).split("/")[-2]],
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
