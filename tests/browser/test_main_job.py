"""The main job from the first page to the figure: the people who do it, and one who asks.

On a phone it begins with the file of CON-002, its committee, the centre and the evaluator,
and all items are recorded; at a desk a small standard keeps the time down. What the pages
send to the background is done by a real worker.
"""

from io import BytesIO

import pytest
from django.conf import settings
from django.utils import timezone
from openpyxl import load_workbook

from beneficiaries.actions.reference import load_reference
from beneficiaries.rules.identity import dui_check_digit
from certification.choices import Photo, Scale
from tests.browser.beforehand import (
    accredit_the_centre,
    accredit_the_evaluator,
    publish_a_standard,
)
from tests.browser.conftest import PHONE, SIZES
from tests.browser.keyboard import heading, send, type_in
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.certification import (
    CentreFactory,
    CertifyingBodyFactory,
    StandardVersionFactory,
    best_answers,
    let_assess,
    signing_key,
)

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "una clave bastante larga"
CERAMICS = settings.BASE_DIR / "data" / "standards" / "CON-002.yaml"
NAME = "Reina Isabel Portillo Núñez"
EIGHT = "04512367"
DUI = f"{EIGHT}-{dui_check_digit(EIGHT)}"
WRONG_DUI = f"{EIGHT}-{(int(dui_check_digit(EIGHT)) + 1) % 10}"


@pytest.fixture
def people():
    """The five who do the job, at an office with what every installation has."""
    load_reference()
    CertifyingBodyFactory()
    signing_key()
    office = OrganizationFactory(name="Oficina San Salvador")
    here = {"at": office, "password": PASSWORD}
    return {
        "caseworker": UserFactory(caseworker=True, first_name="Carlos", last_name="Ayala", **here),
        "evaluator": UserFactory(evaluator=True, first_name="Luis", last_name="Guardado", **here),
        "verifier": UserFactory(verifier=True, first_name="Marta", last_name="Henríquez", **here),
        "officer": UserFactory(officer=True, first_name="Jorge", last_name="Cáceres", **here),
        "coordinator": UserFactory(coordinator=True, first_name="Sonia", last_name="Mejía", **here),
    }


@pytest.mark.parametrize("size", SIZES)
def test_main_job_leads_from_a_registration_to_a_figure(visit, worker, people, size):
    if size is PHONE:
        standard, centre = _prepare(visit, people)
    else:
        standard = StandardVersionFactory()
        centre, _evaluator = let_assess(standard.standard, evaluator=people["evaluator"])

    caseworker = _come(visit, size, people["caseworker"])
    person_page = _register(caseworker)
    _complete_the_file(caseworker)
    _enrol_and_plan(caseworker, standard, centre, people["evaluator"])
    _assess(_come(visit, size, people["evaluator"]), standard, people["verifier"])
    _verify(_come(visit, size, people["verifier"]), people["officer"])
    _grant(_come(visit, size, people["officer"]))
    code = _fetch_the_certificate(caseworker, person_page)
    _check_in_public(visit(size), code)
    _count(_come(visit, size, people["coordinator"]))


def _prepare(visit, people):
    """From the file of a standard to an evaluator who may assess in it, each by their own role."""
    centre = CentreFactory()
    manager = UserFactory(centre_manager=True, at=centre.organization, password=PASSWORD)
    programme = UserFactory(programme_coordinator=True, password=PASSWORD)
    coordination = _come(visit, PHONE, programme)
    standard = publish_a_standard(
        CERAMICS.read_text(encoding="utf-8"),
        author=_come(visit, PHONE, people["officer"]),
        committee=[_come(visit, PHONE, people["verifier"]), coordination],
    )
    accredit_the_centre(
        centre, standard, manager=_come(visit, PHONE, manager), coordination=coordination
    )
    accredit_the_evaluator(people["evaluator"], centre, standard, coordination=coordination)
    return standard, centre


def _come(visit, size, user):
    visitor = visit(size)
    visitor.sign_in(user.email, PASSWORD)
    return visitor


# The caseworker


def _register(caseworker):
    """Consent first, then page by page from the keyboard, once with a wrong DUI."""
    caseworker.follow("Registrar una persona")
    main = caseworker.page.locator("main")
    main.get_by_label("Sí, acepta", exact=True).check()
    main.get_by_label("Evaluación de competencias").check()
    main.get_by_label("Consulta pública del certificado").check()
    main.get_by_label("Firma en papel").check()
    caseworker.press("Continuar")
    caseworker.follow("Identidad")

    type_in(
        caseworker.page,
        ("id_given_names", "Reina Isabel"),
        ("id_surnames", "Portillo Núñez"),
        ("id_birth_0", "14"),
        ("id_birth_1", "3"),
        ("id_birth_2", "1991"),
        ("id_sex", "Femenino"),
        ("id_population", "Persona migrante retornada"),
        ("id_district", "Soyapango"),
        ("id_area", "Urbana"),
    )
    send(caseworker)
    type_in(
        caseworker.page,
        ("id_doc_type", "DUI"),
        ("id_status", "Vigente"),
        ("id_number", WRONG_DUI),
    )
    send(caseworker, status=422)
    focused = caseworker.page.evaluate("document.activeElement.id")
    assert focused == "error-summary"
    assert caseworker.page.locator("#id_number").input_value() == WRONG_DUI

    caseworker.page.locator("#error-summary a").first.focus()
    caseworker.page.keyboard.press("Enter")
    assert caseworker.page.evaluate("document.activeElement.id") == "id_number"
    caseworker.page.keyboard.press("Control+A")
    caseworker.page.keyboard.type(DUI)
    send(caseworker)
    type_in(
        caseworker.page,
        ("id_phone_1", "7012 3456"),
        ("id_phone_1_owner", "La persona"),
        ("id_allowed_channels_0", " "),
        ("id_safe_times", "después de las 17:00"),
    )
    send(caseworker)
    assert heading(caseworker) == "Retorno"
    caseworker.follow("Registro", within="nav.migas")
    caseworker.follow("Revisar respuestas")
    assert caseworker.page.locator("main").get_by_text("Portillo Núñez").first.is_visible()
    send(caseworker)
    assert heading(caseworker) == NAME
    return caseworker.path


def _complete_the_file(caseworker):
    main = caseworker.page.locator("main")
    caseworker.follow("Agregar un retorno")
    main.get_by_label("Retornó de").select_option("Estados Unidos")
    _write_date(main, "id_returned", "9", "6", "2026")
    caseworker.press("Guardar")

    caseworker.follow("Agregar experiencia laboral")
    main.get_by_label("Ocupación").fill("Instaladora de piso cerámico")
    main.get_by_label("Sector").select_option("Construcción")
    main.get_by_label("País").select_option("Estados Unidos")
    _write_date(main, "id_started", "", "2", "2019")
    main.get_by_label("Trabajó ahí hasta el retorno").check()
    caseworker.press("Guardar")

    _ask_for_needs(caseworker)
    caseworker.press("Evaluar elegibilidad")
    assert main.get_by_text("Elegibilidad: Elegible").is_visible()


def _ask_for_needs(caseworker):
    """Before eligibility: what she needs, and that she is in no danger, behind the gate."""
    main = caseworker.page.locator("main")
    caseworker.follow("Necesidades y riesgo")
    main.get_by_role("textbox").fill("Tamizaje")
    caseworker.press("Abrir")
    caseworker.follow("Preguntar por necesidades y riesgo")
    main.get_by_label("Empleo", exact=True).select_option("1")
    main.locator("[name=current_danger][value=no]").check()
    main.get_by_label("Ninguno", exact=True).check()
    caseworker.press("Guardar")
    caseworker.follow(NAME, within="body")


def _write_date(main, name, *parts):
    for place, part in enumerate(parts):
        main.locator(f"#{name}_{place}").fill(part)


def _enrol_and_plan(caseworker, standard, centre, evaluator):
    main = caseworker.page.locator("main")
    caseworker.follow("Certificación")
    main.get_by_role("combobox", name="Estándar").select_option(str(standard))
    caseworker.press("Inscribir")

    caseworker.follow("Registrar el diagnóstico")
    for question in main.get_by_label("Solo o sola").all():
        question.check()
    caseworker.press("Guardar el diagnóstico")

    caseworker.follow("Admitir")
    main.get_by_role("checkbox").check()
    caseworker.press("Admitir")

    caseworker.follow("Planificar la evaluación")
    main.get_by_label("Centro").select_option(str(centre))
    main.get_by_label("Persona evaluadora").select_option(str(evaluator))
    main.locator("[name=scheduled_for]").fill(timezone.localdate().isoformat())
    main.locator("[name=scheduled_at]").fill("09:30")
    caseworker.press("Proponer el plan")

    assert main.get_by_text("Plan propuesto", exact=True).first.is_visible()
    assert main.get_by_role("link", name="Acordar el plan").count() == 0


# The evaluator


def _assess(evaluator, standard, verifier):
    """The plan agreed, then every item at its own page: one wrong at first, and corrected."""
    main = evaluator.page.locator("main")
    _begin_the_day(evaluator)
    evaluator.follow(main.get_by_role("link", name="Acordar el plan").inner_text())
    assert main.get_by_text("09:30", exact=True).is_visible()
    for tick in main.get_by_role("checkbox").all():
        tick.check()
    _sign(evaluator)
    evaluator.press("Acordar el plan")
    assert main.get_by_text("Plan acordado", exact=True).first.is_visible()
    evaluator.follow("Empezar la evaluación")
    main.get_by_label("¿Qué documento vio?").fill(f"DUI {DUI[-4:]}")
    for tick in main.get_by_role("checkbox").all():
        tick.check()
    evaluator.press("Empezar")

    items = list(standard.items.order_by("instrument__position", "position"))
    answers = best_answers(standard)
    evaluator.follow(f"Seguir: {items[0].code}")
    for item in items:
        _answer(evaluator, item, "no" if item is items[0] else answers[item.code])
    assert main.get_by_text(f"{len(items)} de {len(items)} respondidos").is_visible()

    evaluator.follow(items[0].code)
    _answer(evaluator, items[0], answers[items[0].code])
    evaluator.follow("Cerrar la evidencia")
    _sign(evaluator)
    evaluator.press("Confirmar")

    assert main.get_by_text("Competente", exact=True).is_visible()
    assert main.get_by_text("100.00 %").first.is_visible()
    main.get_by_label("Observé personalmente").check()
    evaluator.press("Firmar el juicio")
    main.get_by_label("Sí, de acuerdo").check()
    _sign(evaluator)
    main.get_by_label("Persona verificadora").select_option(str(verifier))
    evaluator.press("Enviar a verificación")
    assert heading(evaluator) == "Por evaluar"


def _sign(evaluator):
    """The person draws her signature on the evaluator's screen."""
    box = evaluator.page.locator("main [data-signature]")
    canvas = box.locator("canvas")
    canvas.scroll_into_view_if_needed()
    at, mouse = canvas.bounding_box(), evaluator.page.mouse
    mouse.move(at["x"] + 20, at["y"] + 30)
    mouse.down()
    mouse.move(at["x"] + 120, at["y"] + 80, steps=4)
    mouse.up()
    assert box.get_by_text("Firmado.").is_visible()


def _answer(evaluator, item, value):
    main = evaluator.page.locator("main")
    assert heading(evaluator) == item.text
    if item.scale == Scale.MEASUREMENT:
        main.get_by_role("textbox").first.fill(value)
    else:
        main.locator(f"[name=value][value={value}]").check()
    if value == "no" or item.photo == Photo.REQUIRED:  # no photo was agreed to
        main.get_by_label("Nota").fill("Empezó sin guantes; se le indicó y los usó.")
    evaluator.press("Guardar y seguir")


def _begin_the_day(visitor):
    """«Hoy» leads to the assessment that waits: of a name it shows no more than is needed."""
    assert heading(visitor) == "Hoy"
    waiting = visitor.page.locator("main").get_by_role("link", name="Reina Isabel P.: ")
    visitor.follow(waiting.inner_text())


# The verifier and the certifying officer


def _verify(verifier, officer):
    main = verifier.page.locator("main")
    _begin_the_day(verifier)
    verifier.follow("Leer el portafolio")
    assert main.get_by_text("No cumple").count() == 0
    verifier.follow("Conforme")
    for point in main.get_by_role("checkbox").all():
        point.check()
    main.get_by_label("Responsable de certificación").select_option(str(officer))
    verifier.press("Conforme")


def _grant(officer):
    _begin_the_day(officer)
    officer.follow("Otorgar el certificado")
    officer.press("Confirmar")


# The certificate


def _fetch_the_certificate(caseworker, person_page):
    """What the caseworker hands over: the PDF that the worker has printed."""
    caseworker.open(person_page)
    link = caseworker.page.locator("main").get_by_role("link", name="Certificación:")
    caseworker.follow(link.inner_text())
    main = caseworker.page.locator("main")
    main.get_by_role("link", name="Descargar el PDF").wait_for(timeout=60_000)  # looks by itself
    assert caseworker.download("Descargar el PDF").startswith(b"%PDF")
    return main.get_by_text("Código para la consulta pública").locator("+ dd").inner_text()


def _check_in_public(anybody, code):
    anybody.open("/v/")
    anybody.page.get_by_label("Código del certificado").fill(code)
    anybody.press("Comprobar")
    main = anybody.page.locator("main")
    assert heading(anybody) == "Certificado vigente"
    assert main.get_by_text("RP", exact=True).is_visible()
    assert NAME not in main.inner_text()


# The coordinator


def _count(coordinator):
    """The figure, the person behind it by name, and the same figure in the workbook."""
    coordinator.choose("Indicadores")
    main = coordinator.page.locator("main")
    row = main.locator("tr").filter(has_text="GS-1.2")
    with coordinator.page.expect_navigation():
        row.get_by_role("link", name="1 GS-1.2", exact=True).first.click()
    coordinator.look()
    assert heading(coordinator).endswith(": 1")
    assert main.get_by_role("link", name=NAME).is_visible()

    coordinator.follow("Indicadores")
    coordinator.press("Preparar el archivo de Excel")
    main.get_by_role("link", name="Descargar").wait_for()
    coordinator.look()
    sheet = load_workbook(BytesIO(coordinator.download("Descargar"))).worksheets[0]
    figures = {row[0]: row[3:5] for row in sheet.iter_rows(min_row=5, values_only=True)}
    assert figures["GS-1.2"] == (1, 1)
