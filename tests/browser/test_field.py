"""The evaluator's telephone without signal: Chromium with its network cut, and started again."""

import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Activity
from certification.actions import records
from certification.actions.phones import withdraw_phone
from certification.actions.refusals import NotPossible
from certification.choices import AssessmentState, RecordKind
from certification.models import Assessment, Conflict, Observation, Phone, Receipt
from certification.views import shell
from tests.browser.telephone import (
    CUT,
    LONG,
    PASSWORD,
    PIN,
    SEEN,
    SHELL,
    Telephone,
    assert_sealed,
    lose_the_first_answer,
)
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = "No se pudo tomar."


@pytest.fixture
def assessment():
    user = UserFactory(evaluator=True, password=PASSWORD)
    return AssessmentFactory(plan_agreed=True, evaluator=user)


@pytest.fixture
def telephone(chromium, live_server, tmp_path, assessment):
    phone = Telephone(chromium, tmp_path / "profile", str(live_server), assessment.evaluator)
    phone.prepare()
    return phone


@pytest.mark.rule("CERT-6", "SEC-16")
def test_an_assessment_without_signal_is_kept_sealed_and_sent_once(
    telephone, assessment, monkeypatch
):
    telephone.cut()
    telephone.page.reload()
    telephone.unlock()
    begin_without_signal(telephone, assessment)
    telephone.switch_off()
    assert_sealed(telephone, assessment)
    assert not Receipt.objects.exists()

    telephone.switch_on(offline=True)
    telephone.open()
    telephone.unlock("111111")
    telephone.says("Ese no es el PIN.")
    telephone.unlock()
    end_without_signal(telephone, assessment)

    telephone.cut(offline=False)
    telephone.says("Su sesión terminó")  # with the browser
    telephone.forget(*CUT, "401")
    telephone.visitor.sign_in(assessment.evaluator.email, PASSWORD)
    telephone.cut()
    telephone.open()
    telephone.unlock()
    telephone.title("Mis evaluaciones")
    lose_the_first_answer(monkeypatch)
    second = telephone.visitor.context.new_page()
    second.goto(f"{telephone.address}{SHELL}")
    telephone.unlock(page=second)
    expect(second.locator("#title")).to_have_text("Mis evaluaciones", timeout=LONG)
    telephone.cut(offline=False)
    telephone.left(0)
    telephone.left(0, page=second)
    telephone.press("Bandeja de salida")
    last = telephone.page.get_by_text("Enviado").first
    expect(last).to_contain_text(Receipt.objects.latest("pk").number, timeout=LONG)

    kinds = Receipt.objects.order_by("seq").values_list("kind", flat=True)
    signed = ["signature", "signature"]
    assert list(kinds) == ["start", *signed, "answer", "answer", "answer", *signed, "close"]
    noted = Observation.objects.order_by("seq").values_list("item__code", "value", "note")
    assert list(noted) == [("GO-01", "si", ""), ("GO-02", "no", SEEN), ("GO-03", "2.5", "")]
    assert Assessment.objects.get().state == AssessmentState.EVIDENCE_CLOSED
    telephone.forget("500")  # the answer that was lost
    telephone.switch_off()


def begin_without_signal(phone, assessment):
    """Identity, and two items; what lacks its note is not kept."""
    phone.take(assessment)
    phone.begin()
    phone.answer("GO-01", "Sí")
    phone.save()
    phone.all_items()
    phone.answer("GO-02", "No")
    phone.save()
    expect(phone.page.locator("[data-problem]")).to_have_text("Anote lo que vio.", timeout=LONG)
    phone.look()
    phone.page.get_by_label("Nota").fill(SEEN)
    phone.save()
    phone.left(5)
    phone.all_items()
    phone.look()


def end_without_signal(phone, assessment):
    """What was noted is read again; the last item, and the end."""
    phone.take(assessment)
    phone.page.get_by_role("button", name="GO-02").click()
    expect(phone.page.get_by_label("Nota")).to_have_value(SEEN, timeout=LONG)
    phone.all_items()
    phone.answer("GO-03", "2,5")
    phone.save()
    expect(phone.page.locator("#screen [data-answered]")).to_have_text(
        "3 de 3 respondidos", timeout=LONG
    )
    phone.press("Cerrar la evidencia")
    phone.title("Cerrar la evidencia")
    phone.look()
    phone.press("Cerrar la evidencia")
    phone.says("Firman ambas personas")
    phone.sign(typed="Elena Paz")
    phone.press("Cerrar la evidencia")
    phone.title("Bandeja de salida")
    phone.left(9)
    expect(phone.page.get_by_text("Guardado en este teléfono").first).to_be_visible(timeout=LONG)
    phone.look()


@pytest.mark.rule("SEC-12")
def test_an_ended_session_keeps_what_was_noted_until_somebody_signs_in(telephone, assessment):
    phone = telephone
    Session.objects.all().delete()
    phone.take(assessment)
    phone.begin()
    phone.says("Su sesión terminó")
    phone.left(3)
    phone.forget("401")
    assert not Receipt.objects.exists()

    other = UserFactory(evaluator=True, password=PASSWORD)
    phone.visitor.sign_in(other.email, PASSWORD)
    phone.open()
    phone.unlock()
    phone.says("Este teléfono tiene trabajo de otra persona usuaria")
    phone.left(3)
    assert not Receipt.objects.exists()

    phone.visitor.context.clear_cookies()
    phone.visitor.sign_in(assessment.evaluator.email, PASSWORD)
    phone.open()
    phone.unlock()
    phone.left(0)
    assert {each.by for each in Receipt.objects.all()} == {assessment.evaluator}
    phone.switch_off()


@pytest.mark.rule("CERT-7", "CERT-10")
def test_what_was_refused_holds_back_the_end_and_is_noted_again(telephone, assessment, monkeypatch):
    phone = telephone
    refuse_the_first(monkeypatch, RecordKind.START)
    phone.take(assessment)
    phone.begin()
    phone.left(3)
    phone.answer("GO-01", "Sí")
    phone.save()
    phone.left(4)
    phone.all_items()
    phone.press("Volver")
    phone.press("Bandeja de salida")
    expect(phone.page.get_by_text("aún no ha comenzado").first).to_be_visible(timeout=LONG)
    phone.press("Volver")
    phone.take(assessment)
    phone.says(REFUSED)
    phone.forget("422", "424")
    phone.begin()
    phone.left(0)
    assert Observation.objects.get().value == "si"

    refuse_the_first(monkeypatch, RecordKind.STOP)
    phone.stop("  ")
    phone.says("Escriba el motivo.")
    phone.halt(SEEN)
    phone.left(2)
    held = phone.page.get_by_text("algo anterior requiere atención")
    expect(held).to_be_visible(timeout=LONG)
    assert Assessment.objects.get().state == AssessmentState.IN_ASSESSMENT
    phone.press("Volver")
    phone.take(assessment)
    phone.stop(SEEN)
    phone.left(0)
    phone.press("Volver")
    phone.title("Mis evaluaciones")
    expect(phone.page.get_by_role("button", name=assessment.reference)).to_have_count(0)

    stopped = Assessment.objects.get()
    assert (stopped.state, stopped.stop_reason) == (AssessmentState.EVIDENCE_CLOSED, SEEN)
    phone.forget("422", "424")
    phone.switch_off()


def refuse_the_first(monkeypatch, kind):
    """The server refuses the first record of a kind, and takes those after it."""
    step, refused = records.STEPS[kind], []

    def refuse(*record):
        if not refused:
            refused.append(record)
            raise NotPossible(REFUSED)
        return step(*record)

    monkeypatch.setitem(records.STEPS, kind, refuse)


@pytest.mark.rule("SEC-11", "SEC-16")
def test_a_forgotten_pin_costs_nothing_and_ten_wrong_ones_want_a_new_sign_in(telephone, assessment):
    phone = telephone
    phone.take(assessment)
    phone.cut()
    phone.begin()
    phone.left(3)
    for wrong in range(3):
        phone.page.reload()
        phone.unlock(f"11111{wrong}")
        phone.says("Ese no es el PIN.")
    phone.page.reload()
    phone.unlock()
    phone.says("segundos antes del siguiente PIN")  # also after a reload
    phone.page.evaluate(COUNTED.replace("{wrong}", "10"))
    phone.page.reload()
    phone.unlock()
    phone.says("Hubo diez PIN equivocados")

    phone.cut(offline=False)
    phone.press("Olvidé el PIN")
    phone.page.get_by_label("PIN nuevo").fill("135790")
    Session.objects.all().delete()
    phone.press("Cambiar el PIN")
    phone.title("Preparar este teléfono")  # where one signs in
    phone.visitor.sign_in(assessment.evaluator.email, PASSWORD)
    phone.open()
    phone.press("Olvidé el PIN")
    phone.page.get_by_label("PIN nuevo").fill("135790")
    phone.press("Cambiar el PIN")
    phone.title("Mis evaluaciones")
    phone.left(0)
    assert Receipt.objects.count() == 3

    phone.press("Bloquear")
    phone.unlock(PIN)
    phone.says("Ese no es el PIN.")
    phone.unlock("135790")
    phone.title("Mis evaluaciones")
    assert Activity.objects.filter(verb="phone.key_returned").count() == 1
    phone.forget("401")
    phone.switch_off()


COUNTED = """new Promise((done) => {
  const asked = indexedDB.open("evaluar");
  asked.onsuccess = () => {
    const rows = asked.result.transaction("meta", "readwrite").objectStore("meta");
    rows.put({ name: "pin", wrong: {wrong}, until: 0 }).onsuccess = () => {
      asked.result.close();
      done();
    };
  };
})"""


@pytest.mark.rule("SEC-16")
def test_signing_out_waits_for_what_is_unsent_and_then_leaves_nothing(telephone, assessment):
    phone = telephone
    phone.cut()
    phone.take(assessment)
    phone.begin()
    phone.left(3)
    phone.press("Volver")
    phone.press("Cerrar sesión")
    expect(phone.page.get_by_text("Por enviar desde este teléfono: 3")).to_be_visible(timeout=LONG)
    phone.look()
    gone = phone.page.get_by_role("button", name="Cerrar sesión y borrar lo que hay aquí")
    expect(gone).to_be_hidden()
    phone.cut(offline=False)
    phone.press("Enviar ahora")
    phone.left(0)
    phone.press("Volver")
    phone.press("Cerrar sesión")
    gone.click()
    expect(phone.page).to_have_url(re.compile("/entrar/"), timeout=LONG)

    left = phone.page.evaluate(LEFT)
    assert left == [[], [], 0]
    assert not Session.objects.exists()
    phone.switch_off()


LEFT = """Promise.all([
  indexedDB.databases(), caches.keys(),
  navigator.serviceWorker.getRegistrations().then((found) => found.length),
])"""


@pytest.mark.rule("SEC-12", "SEC-16")
def test_a_withdrawn_telephone_forgets_what_it_took_along_and_keeps_what_it_noted(
    telephone, assessment, client
):
    phone = telephone
    phone.cut()
    phone.take(assessment)
    phone.begin()
    phone.left(3)
    coordinator = UserFactory(coordinator=True, at=assessment.person.office)
    withdraw_phone(Phone.objects.get(), reason="Se perdió", by=coordinator)
    phone.cut(offline=False)
    phone.says("Este teléfono fue retirado")
    phone.left(3)
    assert phone.page.evaluate(KEPT) == [0, 0]

    with phone.page.expect_download() as download:
        phone.press("Hacer un respaldo para coordinación")
    client.force_login(coordinator)
    sealed = SimpleUploadedFile("r.genesis", Path(download.value.path()).read_bytes())
    client.post(reverse("evaluation:backup_take"), {"file": sealed})
    assert Conflict.objects.open().count() == 3
    phone.press("Enviar ahora")
    phone.left(0)
    expect(phone.page.get_by_text("lo resuelve coordinación").first).to_be_visible(timeout=LONG)
    phone.forget("403", "409")
    phone.switch_off()


KEPT = """new Promise((done) => {
  const asked = indexedDB.open("evaluar");
  asked.onsuccess = async () => {
    const tables = asked.result.transaction(["packages", "drafts"]);
    const counts = ["packages", "drafts"].map(
      (name) => new Promise((told) => {
        const count = tables.objectStore(name).count();
        count.onsuccess = () => told(count.result);
      }),
    );
    done(await Promise.all(counts));
  };
})"""


@pytest.mark.rule("SEC-16")
def test_what_the_server_cannot_take_holds_up_its_own_assessment_alone(
    telephone, assessment, monkeypatch
):
    """The form of what was sent is never empty, and what arrived lies in the outbox no more."""
    phone = telephone
    other = AssessmentFactory(plan_agreed=True, evaluator=assessment.evaluator)
    phone.press("Descargar para trabajar sin conexión")
    phone.says("Listo para trabajar sin conexión: 2")
    phone.take(other)
    phone.begin()
    phone.left(0)
    fails = fail_at(monkeypatch, assessment, RecordKind.ANSWER)
    phone.press("Volver")
    phone.take(assessment)
    phone.begin()
    phone.answer("GO-01", "Sí")
    phone.save()
    phone.all_items()
    phone.answer("GO-02", "No", SEEN)
    phone.save()
    phone.left(2)
    phone.all_items()
    phone.press("Volver")
    phone.take(other)
    phone.answer("GO-01", "No", SEEN)
    phone.save()
    phone.all_items()
    for _turn in range(100):
        phone.page.wait_for_timeout(100)
        if Observation.objects.exists():
            break
    phone.left(2)
    assert Observation.objects.get().session.assessment == other
    for _turn in range(6):
        phone.page.evaluate("dispatchEvent(new Event('online'))")
        phone.page.wait_for_timeout(300)
    phone.page.get_by_role("button", name="GO-01").click()
    expect(phone.page.get_by_label("Nota")).to_have_value(SEEN, timeout=LONG)
    phone.all_items()
    phone.press("Volver")
    phone.press("Bandeja de salida")
    expect(phone.page.get_by_text("El servidor falló con esto").first).to_be_visible(timeout=LONG)
    assert phone.page.evaluate(WAITING) == 2

    fails.clear()
    phone.press("Enviar ahora")
    phone.left(0)
    assert phone.page.evaluate(WAITING) == 0
    of = Observation.objects.filter(session__assessment=assessment).order_by("seq")
    assert list(of.values_list("item__code", flat=True)) == ["GO-01", "GO-02"]
    phone.forget("500")
    phone.switch_off()


WAITING = KEPT.replace('["packages", "drafts"]', '["records"]').replace(
    "await Promise.all(counts)", "(await Promise.all(counts))[0]"
)


def fail_at(monkeypatch, assessment, kind):
    """The server breaks at every record of a kind of one assessment, while the list says so."""
    step, broken = records.STEPS[kind], ["yes"]

    def fail(found, *record):
        if broken and found.pk == assessment.pk:
            raise RuntimeError("broken")
        return step(found, *record)

    monkeypatch.setitem(records.STEPS, kind, fail)
    return broken


def test_a_page_that_is_never_kept_holds_nothing_up_and_is_not_called_ready(
    chromium, live_server, tmp_path, assessment
):
    phone = Telephone(chromium, tmp_path / "profile", str(live_server), assessment.evaluator)
    phone.page.add_init_script(
        "ServiceWorkerContainer.prototype.register = () => new Promise(() => {})"
    )

    phone.set_up()
    phone.press("Descargar para trabajar sin conexión")

    phone.says("Esta página aún no queda guardada en el teléfono")
    phone.take(assessment)
    phone.title("Identidad y arranque")
    phone.switch_off()


def test_the_telephone_travels_within_its_budget(rf):
    """Files are compressed once, as well as it goes; the page each time that it is asked for."""
    page = render_to_string("certification/phone_shell.html", request=rf.get(SHELL))
    files = [Path(finders.find(name)).read_bytes() for name in shell.FILES]
    travelling = [len(brotli.compress(each)) for each in files]

    assert sum(travelling) + len(brotli.compress(page.encode(), quality=5)) <= 25_000
    assert reverse("evaluation:phone_shell") == SHELL
    assert settings.SECURE_CSP["script-src"] == ["'self'"]
