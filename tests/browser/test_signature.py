"""Signing on the screen: only where it is asked for, drawn, cleared, drawn again, and kept."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from beneficiaries.models import Consent
from tests.browser.conftest import SIZES
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import NoticeFactory, PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "una clave bastante larga"


def draw(page, canvas):
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    left, middle = box["x"] + 40, box["y"] + 80
    page.mouse.move(left, middle)
    page.mouse.down()
    for step in range(1, 20):
        page.mouse.move(left + step * 8, middle + (30 if step % 2 else -30))
    page.mouse.up()


@pytest.mark.parametrize("size", SIZES)
def test_somebody_signs_on_the_screen(visit, size):
    NoticeFactory()
    person = PersonFactory(with_case=True)
    caseworker = UserFactory(caseworker=True, at=person.office, password=PASSWORD)
    person.assignments.create(user=caseworker, kind="caseworker", valid_from=person.registered_on)
    visitor = visit(size)
    visitor.sign_in(caseworker.email, PASSWORD)
    visitor.open(f"/personas/{person.public_id}/consentimientos/image/")
    main = visitor.page.locator("main")
    canvas = main.get_by_role("img")
    expect(canvas).to_be_hidden()
    expect(main.locator("#id_witness")).to_be_hidden()

    main.get_by_label("Sí, acepta").check()
    main.get_by_label("Huella con testigo").check()
    expect(main.locator("#id_witness")).to_be_visible()
    expect(canvas).to_be_hidden()
    main.get_by_label("Firma en pantalla").check()
    expect(main.locator("#id_witness")).to_be_hidden()
    expect(canvas).to_be_visible()
    file = main.locator("input[type=file]")
    draw(visitor.page, canvas)
    expect(main.get_by_text("Firmado.")).to_be_visible()
    assert file.evaluate("each => each.files[0].name") == "firma.png"
    visitor.look()
    main.get_by_role("button", name="Borrar").click()
    assert file.evaluate("each => each.files.length") == 0

    draw(visitor.page, canvas)
    visitor.press("Registrar")

    kept = Consent.objects.get().attachments.get()
    with kept.file.open("rb") as written, Image.open(written) as picture:
        dark = picture.convert("L").point(lambda shade: shade < 128 and 255)
        assert dark.getbbox()  # something was drawn
        assert picture.getpixel((2, 2)) == (255, 255, 255)
    expect(main.get_by_text("Abrir la copia")).to_be_visible()
