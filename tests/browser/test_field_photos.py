"""Photos, signatures and the candidate's own view on a telephone without signal."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import expect

from beneficiaries.actions.consents import withdraw_consent
from beneficiaries.choices import ConsentPurpose
from certification.choices import (
    InstrumentKind,
    Photo,
    Scale,
    VersionState,
)
from certification.models import (
    Instrument,
    Item,
    Knowledge,
    Observation,
    PlanHelp,
    Receipt,
)
from tests.browser.telephone import (
    LONG,
    PASSWORD,
    Telephone,
    is_readable,
)
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import AssessmentFactory, StandardVersionFactory
from tests.factories.papers import photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def evaluator():
    return UserFactory(evaluator=True, password=PASSWORD)


@pytest.mark.rule("CASE-3", "CERT-8")
def test_what_is_not_applicable_needs_no_photo_and_a_refused_one_asks_for_no_more(
    chromium, live_server, tmp_path, evaluator
):
    version = StandardVersionFactory(draft=True)
    wanted = version.items.filter(code__in=["GO-02", "GO-03"])
    wanted.update(photo=Photo.REQUIRED)
    wanted.filter(code="GO-02").update(scale=Scale.YES_NO_NA, na_reason="no hay piezas")
    version.state = VersionState.PUBLISHED
    version.save()
    held = AssessmentFactory(plan_agreed=True, evaluator=evaluator, standard_version=version)
    PlanHelp.objects.create(plan=held.plans.get(), kinds=["extra_time"], extra_minutes=30)
    agrees = ConsentFactory(person=held.person, purpose=ConsentPurpose.IMAGE)
    phone = Telephone(chromium, tmp_path / "profile", str(live_server), evaluator)
    phone.prepare()
    phone.take(held)
    expect(phone.page.get_by_text("Más tiempo (30 min)")).to_be_visible(timeout=LONG)
    phone.begin()
    phone.answer("GO-01", "Sí")
    phone.save()
    phone.all_items()
    phone.answer("GO-02", "No aplica", "No había piezas.")
    phone.save()
    phone.all_items()
    phone.answer("GO-03", "2.5", "Lo medí.")
    phone.save()
    phone.left(0)  # what was noted has left the telephone
    phone.press("Cerrar la evidencia")
    proofs = phone.page.locator("#screen [data-proofs]")
    expect(proofs).to_have_text("Ítems que necesitan una foto: GO-03", timeout=LONG)

    withdraw_consent(agrees, version=1, reason="Ya no quiere", by=held.enrolled_by)
    phone.press("Volver")
    phone.answer("GO-03", "2.5", "Lo medí.")
    phone.photograph(photo(80, 60, seed=4), "Foto lista")
    phone.save()
    phone.left(1)  # the photo, which was refused
    phone.press("Cerrar la evidencia")
    phone.title("Cerrar la evidencia")
    expect(phone.page.locator("#screen form")).to_be_visible(timeout=LONG)
    expect(proofs).to_have_text("")
    phone.forget("422")
    phone.switch_off()


@pytest.mark.rule("CERT-6", "SEC-16")
def test_the_candidate_answers_alone_and_coordination_hands_in_what_was_not_sent(
    chromium, live_server, tmp_path, client, evaluator
):
    asked = AssessmentFactory(
        plan_agreed=True, evaluator=evaluator, standard_version=version_with_a_question()
    )
    phone = Telephone(chromium, tmp_path / "profile", str(live_server), evaluator)
    phone.prepare()
    phone.cut()
    phone.take(asked)
    phone.begin()
    answer_alone(phone)
    phone.unlock()
    phone.press("Bandeja de salida")
    with phone.page.expect_download() as download:
        phone.press("Hacer un respaldo para coordinación")
    phone.says("solo coordinación puede abrirlo")

    client.force_login(UserFactory(coordinator=True, at=asked.person.office))
    sealed = Path(download.value.path()).read_bytes()
    file = SimpleUploadedFile("respaldo.genesis", sealed)
    page = client.post(reverse("evaluation:backup_take"), {"file": file})
    assert [row["state"] for row in page.context["rows"]] == ["Guardado"] * 4
    assert not is_readable("DUI terminado", sealed)
    said = Observation.objects.get()
    assert (said.item.code, said.value, said.read_aloud, said.by) == ("CU-01", "b", True, evaluator)

    phone.cut(offline=False)
    phone.left(0)
    assert Receipt.objects.count() == 4
    phone.switch_off()


def version_with_a_question():
    version = StandardVersionFactory(draft=True)
    part = {"standard_version": version, "position": 9}
    known = Knowledge.objects.create(**part, code="K1", text="Las juntas", level="aplicar")
    form = Instrument.objects.create(
        **part, code="CU", kind=InstrumentKind.QUESTIONNAIRE, title="Cuestionario", minimum=7000
    )
    Item.objects.create(
        **part,
        code="CU-01",
        instrument=form,
        knowledge=known,
        text="¿Para qué sirve una junta?",
        weight=1,
        scale=Scale.CHOICE,
        options=[["a", "Para adornar"], ["b", "Para dilatar"]],
    )
    version.state = VersionState.PUBLISHED
    version.save()
    return version


def answer_alone(phone):
    """One question, large; nothing else is within reach until the PIN is given."""
    phone.press("Entregar el cuestionario a la persona")
    phone.title("¿Para qué sirve una junta?")
    expect(phone.page.locator("#screen [data-place]")).to_have_text("Pregunta 1 de 1")
    expect(phone.page.locator("footer")).to_be_hidden()
    phone.look()
    phone.save()
    expect(phone.page.locator("#screen [data-problem]")).to_have_text("Elija una respuesta.")
    phone.page.get_by_label("Para dilatar").check()
    phone.page.get_by_label("Me leen las preguntas en voz alta").check()
    phone.save()
    phone.title("Gracias. Devuelva el teléfono.")
    phone.press("Devolver el teléfono")
    expect(phone.page.locator("footer")).to_be_visible(timeout=LONG)
