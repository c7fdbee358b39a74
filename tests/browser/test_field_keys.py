"""The PIN, signing out, a telephone that is withdrawn, and a server that breaks."""

import re
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Activity
from certification.actions import records
from certification.actions.phones import withdraw_phone
from certification.choices import RecordKind
from certification.models import Conflict, Observation, Phone, Receipt
from tests.browser.telephone import LONG, PASSWORD, PIN, SEEN, Telephone
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def assessment():
    user = UserFactory(evaluator=True, password=PASSWORD)
    return AssessmentFactory(plan_agreed=True, evaluator=user)


@pytest.fixture
def telephone(chromium, live_server, tmp_path, assessment):
    phone = Telephone(chromium, tmp_path / "profile", str(live_server), assessment.evaluator)
    phone.prepare()
    return phone


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


def test_a_telephone_whose_key_the_server_lost_gives_it_again(telephone):
    Phone.objects.update(sealed_key="")
    telephone.page.reload()  # it hears of it, locked as it is
    telephone.page.wait_for_load_state("networkidle")
    telephone.unlock()
    telephone.title("Mis evaluaciones")
    for _turn in range(100):
        telephone.page.wait_for_timeout(100)
        if Phone.objects.get().sealed_key:
            break
    assert Phone.objects.get().sealed_key
    telephone.switch_off()


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
    phone.page.evaluate(FULL)
    phone.page.evaluate(MANY)
    phone.press("Volver")
    for warning in ("Hay mucho por enviar", "queda poco espacio"):
        expect(phone.page.locator("#count")).to_contain_text(warning, timeout=LONG)
    phone.page.evaluate(MANY.replace("rows.put(row)", "rows.delete(row.id)"))
    phone.press("Bandeja de salida")
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


FULL = "navigator.storage.estimate = async () => ({ usage: 81, quota: 100 })"
MANY = """new Promise((done) => {
  const asked = indexedDB.open("evaluar");
  asked.onsuccess = () => {
    const rows = asked.result.transaction("records", "readwrite").objectStore("records");
    for (let each = 0; each < 48; each += 1) {
      const row = { id: `x${each}`, seq: 1000 + each, assessment: "x", state: "attention" };
      rows.put(row);
    }
    rows.transaction.oncomplete = () => {
      asked.result.close();
      done();
    };
  };
})"""
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
    phone.page.reload()  # it is locked
    phone.title("Desbloquear")
    assert phone.page.evaluate(KEPT) == [1, 0]
    phone.cut(offline=False)
    phone.page.reload()
    phone.says("Este teléfono fue retirado")
    assert phone.page.evaluate(KEPT) == [0, 0]
    phone.unlock()
    phone.says("Este teléfono fue retirado")
    phone.left(3)

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
    take_what_is_ready(phone, other)
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
    mine = phone.page.get_by_role("button", name=assessment.reference)
    expect(mine).to_contain_text("En curso · Por enviar: 2", timeout=LONG)
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
    downloaded_anew_its_form_is_not_empty(phone, other)
    of = Observation.objects.filter(session__assessment=assessment).order_by("seq")
    assert list(of.values_list("item__code", flat=True)) == ["GO-01", "GO-02"]
    phone.forget("500")
    phone.switch_off()


def take_what_is_ready(phone, other):
    """The list says how far each assessment is, also one that is not here yet."""
    phone.press("Bloquear")
    phone.unlock()
    listed = phone.page.get_by_role("button", name=other.reference)
    expect(listed).to_contain_text("Lista para descargar", timeout=LONG)
    phone.look()
    listed.click()
    phone.says("Listo para trabajar sin conexión: 2")
    expect(listed).to_contain_text("Descargada", timeout=LONG)
    phone.take(other)
    phone.begin()
    phone.left(0)
    phone.press("Volver")
    expect(listed).to_contain_text("En curso", timeout=LONG)
    phone.take(other)


def downloaded_anew_its_form_is_not_empty(phone, assessment):
    phone.page.evaluate(FORGET_SENT)
    phone.press("Volver")
    phone.press("Descargar para trabajar sin conexión")
    phone.says("Listo para trabajar sin conexión: 2")
    phone.take(assessment)
    phone.page.get_by_role("button", name="GO-01").click()
    expect(phone.page.get_by_label("Nota")).to_have_value(SEEN, timeout=LONG)


FORGET_SENT = """new Promise((done) => {
  const asked = indexedDB.open("evaluar");
  asked.onsuccess = () => {
    const rows = asked.result.transaction("sent", "readwrite").objectStore("sent");
    rows.clear().onsuccess = () => {
      asked.result.close();
      done();
    };
  };
})"""
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
