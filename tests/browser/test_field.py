"""The evaluator's telephone without signal: Chromium with its network cut, and started again.

The profile lies on the disk, so that it can be looked into: nothing that was noted is readable.
"""

import shutil
from datetime import time
from pathlib import Path
from uuid import uuid4

import brotli
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.urls import reverse
from playwright.sync_api import expect

from beneficiaries.choices import ConsentPurpose
from certification.actions import records, sessions
from certification.actions.evidence import Piece, record_evidence
from certification.actions.refusals import NotPossible
from certification.choices import (
    AssessmentState,
    EvidenceSource,
    InstrumentKind,
    Photo,
    RecordKind,
    Scale,
    VersionState,
)
from certification.models import (
    Assessment,
    Evidence,
    Instrument,
    Item,
    Knowledge,
    Observation,
    Phone,
    Receipt,
)
from certification.views import field, shell
from tests.browser.conftest import FLAGS, NAMES, PHONE, Visitor
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import AssessmentFactory, StandardVersionFactory
from tests.factories.papers import phone_photo, photo

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "una clave bastante larga"
PIN = "480217"
SEEN = "Cortó sin guarda y sin gafas"
REFUSED = "No se pudo tomar."
SHELL = "/evaluar/telefono/"
LONG = 30_000  # milliseconds: a busy machine derives a key slowly
SIGNED = [(when, who) for when in ("start", "end") for who in ("candidate", "evaluator")]
CUT = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load resource: net::")


class Profile:
    """A telephone's own folder: what closes and opens again finds in it what it left."""

    def __init__(self, chromium, folder):
        self.browser, self.folder = chromium, folder

    def new_context(self, **options):
        return self.browser.browser_type.launch_persistent_context(
            self.folder,
            executable_path=next(filter(None, map(shutil.which, NAMES))),
            args=FLAGS,
            **options,
        )


class Telephone:
    """What an evaluator does on it."""

    def __init__(self, chromium, folder, address, user):
        self.profile, self.address, self.user = Profile(chromium, folder), address, user
        self.drawn = 0
        self.switch_on()

    def switch_on(self, *, offline=False):
        self.visitor = Visitor(self.profile, self.address, PHONE)
        self.visitor.context.set_default_timeout(LONG)
        self.visitor.context.set_offline(offline)
        self.page = self.visitor.page

    def switch_off(self):
        """End the browser as when the telephone dies; tell what went wrong but for the cut."""
        self.visitor.context.close()  # what a second tab met without signal is told only now
        self.forget(*CUT)
        assert self.visitor.problems + self.visitor.found == []

    def look(self):
        self.forget(*CUT)
        self.visitor.look()

    def forget(self, *texts):
        """What went wrong because the test wanted it so."""
        for told in (self.visitor.problems, self.visitor.found):
            told[:] = [each for each in told if not any(text in each for text in texts)]

    def cut(self, *, offline=True):
        self.visitor.context.set_offline(offline)

    def open(self):
        self.page.goto(f"{self.address}{SHELL}")

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def title(self, text):
        expect(self.page.locator("#title")).to_have_text(text, timeout=LONG)

    def says(self, text):
        expect(self.page.locator("#say")).to_contain_text(text, timeout=LONG)

    def left(self, count, page=None):
        """So many records are still to be sent."""
        found = (page or self.page).locator("#count")
        expect(found).to_have_attribute("data-left", str(count), timeout=LONG)

    def prepare(self, count=1):
        """With signal: sign in, choose a PIN, download."""
        self.visitor.sign_in(self.user.email, PASSWORD)
        self.open()
        self.title("Preparar este teléfono")
        self.look()
        self.page.get_by_label("Nombre de este teléfono").fill("Samsung de campo")
        self.page.get_by_label("PIN nuevo").fill(PIN)
        self.press("Preparar")
        self.title("Código de recuperación")
        self.look()
        self.code = self.page.locator("[data-code]").inner_text()
        self.press("Ya lo anoté")
        self.title("Mis evaluaciones")
        self.press("Descargar para trabajar sin conexión")
        self.says(f"Listo para trabajar sin conexión: {count}")
        expect(self.page.locator("body")).to_have_attribute("data-kept", "yes", timeout=LONG)
        self.look()

    def unlock(self, pin=PIN, page=None):
        page = page or self.page
        expect(page.locator("#title")).to_have_text("Desbloquear", timeout=LONG)
        page.get_by_label("PIN").fill(pin)
        page.get_by_role("button", name="Desbloquear", exact=True).click()

    def take(self, assessment):
        self.title("Mis evaluaciones")
        self.page.get_by_role("button", name=assessment.reference).click()

    def begin(self):
        self.title("Identidad y arranque")
        self.look()
        self.page.get_by_label("¿Qué documento vio?").fill("DUI terminado en 017")
        self.page.get_by_label("Se revisaron el equipo").check()
        self.sign(typed="Elena Paz")
        self.press("Empezar")

    def sign(self, *, typed=""):
        """Who is assessed signs with a finger; the evaluator too, or with a name."""
        boxes = self.page.locator("#screen fieldset")
        self.draw(boxes.nth(0))
        if typed:
            boxes.nth(1).get_by_label("O el nombre, escrito").fill(typed)
        else:
            self.draw(boxes.nth(1))

    def draw(self, box):
        canvas = box.locator("canvas")
        canvas.scroll_into_view_if_needed()
        at, mouse = canvas.bounding_box(), self.page.mouse
        mouse.move(at["x"] + 20, at["y"] + 30)
        mouse.down()
        self.drawn += 7  # nobody signs twice alike
        mouse.move(at["x"] + 90 + self.drawn, at["y"] + 80, steps=4)
        mouse.up()
        expect(box.locator("[data-signature-state]")).to_have_text("Firmado.", timeout=LONG)

    def answer(self, code, value, note=""):
        self.page.get_by_role("button", name=code).click()
        expect(self.page.locator("#screen [data-place]")).to_contain_text(code, timeout=LONG)
        if value in {"Sí", "No"}:
            self.page.get_by_label(value, exact=True).check()
        else:
            self.page.get_by_label("Medida").fill(value)
        if note:
            self.page.get_by_label("Nota").fill(note)

    def save(self):
        self.press("Guardar y seguir")

    def stop(self, seen):
        self.press("Detener por seguridad")
        self.title("Detener por seguridad")
        self.halt(seen)

    def halt(self, seen):
        self.page.get_by_label("¿Qué ocurrió?").fill(seen)
        self.press("Detener por seguridad")

    def photograph(self, data, told):
        """What the camera gives; what the telephone says of it."""
        self.page.locator("[data-photo] input").set_input_files(
            {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": data}
        )
        expect(self.page.locator("[data-photo-state]")).to_contain_text(told, timeout=LONG)

    def all_items(self):
        self.press("Todos los ítems")
        expect(self.page.locator("#screen [data-answered]")).to_be_visible(timeout=LONG)


@pytest.fixture
def assessment():
    user = UserFactory(evaluator=True, password=PASSWORD)
    return AssessmentFactory(plan_agreed=True, evaluator=user)


@pytest.fixture
def telephone(chromium, live_server, tmp_path, assessment):
    phone = Telephone(chromium, tmp_path / "profile", str(live_server), assessment.evaluator)
    phone.prepare()
    return phone


def raw_files(folder):
    return b"".join(path.read_bytes() for path in Path(folder).rglob("*") if path.is_file())


def is_readable(text, raw):
    """Whether it stands there in any of the ways in which a browser writes."""
    return any(text.encode(code) in raw for code in ("utf-8", "utf-16-le", "latin-1"))


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


def assert_sealed(phone, assessment):
    """Nothing that was noted or downloaded can be read in the files of the browser."""
    raw = raw_files(phone.profile.folder / "Default" / "IndexedDB")
    assert is_readable("evaluar", raw)  # it is the right place
    words = [SEEN, "DUI terminado", assessment.person.given_names, assessment.reference, PIN]
    assert [each for each in words if is_readable(each, raw)] == []


def lose_the_first_answer(monkeypatch, kind=RecordKind.START):
    """Of the first record of a kind the server keeps what it got, and its answer never arrives."""
    answer, lost = field._answer, []

    def lose(each):
        if not lost and each.receipt.kind == kind:
            lost.append(each)
            raise ConnectionError("the answer was lost")
        return answer(each)

    monkeypatch.setattr(field, "_answer", lose)


@pytest.fixture
def two(assessment):
    """Two assessments of one day, of people who agree to photos; the second wants one."""
    other = AssessmentFactory(
        plan_agreed=True,
        evaluator=assessment.evaluator,
        standard_version=version_that_wants_a_photo(),
        scheduled_at=time(15, 0),
    )
    for each in (assessment, other):
        ConsentFactory(person=each.person, purpose=ConsentPurpose.IMAGE)
    return assessment, other


@pytest.mark.rule("CERT-7", "CERT-10", "SEC-16")
def test_two_assessments_with_photos_survive_a_dead_battery_a_deploy_and_a_late_end(
    chromium, live_server, tmp_path, two, monkeypatch
):
    whole, late = two
    phone = Telephone(chromium, tmp_path / "profile", str(live_server), whole.evaluator)
    phone.prepare(count=2)
    phone.cut()
    phone.page.reload()
    phone.unlock()
    hold_with_a_photo(phone, whole)
    begin_with_a_photo(phone, late)
    phone.switch_off()
    assert_sealed(phone, late)
    raw = raw_files(phone.profile.folder / "Default" / "IndexedDB")
    assert [mark for mark in (b"JFIF", b"\x89PNG", b"Telefonica") if mark in raw] == []
    assert not Receipt.objects.exists()

    phone.switch_on(offline=True)
    phone.open()
    phone.unlock()
    go_on_with_what_was_half_typed(phone, late)
    end_with_signal(late)
    deploy_meanwhile(phone, monkeypatch)
    lose_the_first_answer(monkeypatch, RecordKind.PHOTO)
    phone.visitor.sign_in(whole.evaluator.email, PASSWORD)
    phone.open()
    phone.unlock()
    phone.left(0)

    assert_all_is_kept_once(whole, late)
    phone.forget("401", "409", "500")
    phone.switch_off()


def version_that_wants_a_photo():
    version = StandardVersionFactory(draft=True)
    version.items.filter(code="GO-01").update(photo=Photo.REQUIRED)
    version.state = VersionState.PUBLISHED
    version.save()
    return version


def hold_with_a_photo(phone, assessment):
    """All of it, without signal: signed at both ends, with a photo of the first item."""
    phone.take(assessment)
    phone.begin()
    phone.answer("GO-01", "Sí")
    phone.photograph(phone_photo(), "Foto lista")
    phone.look()
    phone.save()
    phone.all_items()
    phone.answer("GO-02", "Sí")
    phone.save()
    phone.all_items()
    phone.answer("GO-03", "2.5")
    phone.save()
    expect(phone.page.locator("#screen [data-answered]")).to_have_text(
        "3 de 3 respondidos", timeout=LONG
    )
    phone.press("Cerrar la evidencia")
    phone.title("Cerrar la evidencia")
    phone.sign()
    phone.press("Cerrar la evidencia")
    phone.title("Bandeja de salida")
    phone.left(10)
    phone.press("Volver")


def begin_with_a_photo(phone, assessment):
    """A photo that cannot be read stops nothing; a note is half typed when the telephone dies."""
    phone.take(assessment)
    phone.begin()
    phone.answer("GO-01", "Sí")
    phone.photograph(b"no es una foto", "no se puede leer")
    phone.save()
    phone.left(14)
    phone.all_items()
    phone.press("Cerrar la evidencia")
    wanted = phone.page.locator("#screen [data-proofs]")
    expect(wanted).to_have_text("Ítems que necesitan una foto: GO-01", timeout=LONG)
    phone.press("Volver")
    phone.answer("GO-01", "Sí")
    phone.photograph(photo(80, 60, seed=4), "Foto lista")
    phone.save()
    phone.left(16)
    phone.all_items()
    phone.answer("GO-02", "No", SEEN)
    phone.page.wait_for_timeout(1500)  # the pause after which it is kept


def go_on_with_what_was_half_typed(phone, assessment):
    phone.take(assessment)
    phone.page.get_by_role("button", name="GO-02").click()
    phone.says("Esto quedó a medio escribir")
    expect(phone.page.get_by_label("Nota")).to_have_value(SEEN, timeout=LONG)
    expect(phone.page.get_by_label("No", exact=True)).to_be_checked()
    phone.save()
    phone.left(17)


def end_with_signal(assessment):
    """Meanwhile the evaluator held it on the pages, where GO-02 was met."""
    by = assessment.evaluator
    session = sessions.start_session(assessment, version=1, identity_checked="DUI", by=by)
    device = uuid4()
    for code, value in {"GO-01": "si", "GO-02": "si", "GO-03": "2"}.items():
        item = assessment.standard_version.items.get(code=code)
        sent = {"key": uuid4(), "device": device, "note": "", "by": by}
        sessions.record_observation(session, item=item, value=value, **sent)
    piece = Piece(
        key=uuid4(),
        device=device,
        source=EvidenceSource.PAGE,
        data=photo(seed=5),
        item=assessment.standard_version.items.get(code="GO-01"),
    )
    record_evidence(assessment, piece=piece, by=by)
    sessions.close_evidence(assessment, version=2, by=by)


def deploy_meanwhile(phone, monkeypatch):
    """A new version waits while there is unsent work, until somebody asks for it."""
    monkeypatch.setattr(shell, "_version", lambda request: "otra")
    phone.cut(offline=False)
    phone.says("Su sesión terminó")  # with the browser
    phone.forget("401")
    phone.open()
    offered = phone.page.get_by_role("button", name="Actualizar ahora")
    expect(offered).to_be_visible(timeout=LONG)
    assert len(phone.page.evaluate("caches.keys()")) == 2
    phone.unlock()
    phone.left(17)
    with phone.page.expect_navigation():
        offered.click()
    phone.title("Desbloquear")
    assert phone.page.evaluate("caches.keys()") == ["evaluar-otra"]
    phone.left(17)
    phone.forget("401")


def assert_all_is_kept_once(whole, late):
    states = Assessment.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [AssessmentState.EVIDENCE_CLOSED] * 2
    assert Receipt.objects.filter(assessment=whole).count() == 10
    assert Receipt.objects.filter(assessment=late).count() == 7
    assert Observation.objects.filter(session__assessment=whole).count() == 3
    assert Observation.objects.filter(session__assessment=late).count() == 3
    kept = Evidence.objects.filter(source=EvidenceSource.PHONE)
    kinds = kept.order_by("taken_at", "pk").values_list("kind", "counts", "signs")
    signed = [("signature", True, f"{who}_{when}") for when, who in SIGNED]
    assert list(kinds.filter(assessment=whole)) == [*signed[:2], ("photo", True, ""), *signed[2:]]
    assert list(kinds.filter(assessment=late)) == [
        ("signature", False, "candidate_start"),
        ("signature", False, "evaluator_start"),
        ("photo", False, ""),
    ]
    conflicts = late.conflicts.order_by("receipt__seq").values_list("receipt__kind", "value")
    assert list(conflicts) == [
        ("start", "DUI terminado en 017"),
        ("signature", "candidate_start"),
        ("signature", "evaluator_start"),
        ("photo", ""),
        ("answer", "no"),
    ]


@pytest.mark.rule("CERT-6", "SEC-16")
def test_the_candidate_answers_alone_and_coordination_hands_in_what_was_not_sent(
    chromium, live_server, tmp_path, client
):
    user = UserFactory(evaluator=True, password=PASSWORD)
    asked = AssessmentFactory(
        plan_agreed=True, evaluator=user, standard_version=version_with_a_question()
    )
    phone = Telephone(chromium, tmp_path / "profile", str(live_server), user)
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
    assert (said.item.code, said.value, said.read_aloud, said.by) == ("CU-01", "b", True, user)

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


def test_a_forgotten_pin_is_replaced_with_the_recovery_code(telephone):
    phone = telephone
    phone.page.reload()
    phone.title("Desbloquear")
    phone.press("Olvidé el PIN")
    phone.title("Olvidé el PIN")
    phone.page.get_by_label("Código de recuperación").fill("AAAAA-AAAAA-AAAAA-AAAAA")
    phone.page.get_by_label("PIN nuevo").fill("135790")
    phone.press("Cambiar el PIN")
    phone.says("Ese no es el código de recuperación.")
    phone.page.get_by_label("Código de recuperación").fill(phone.code.lower())
    phone.press("Cambiar el PIN")
    phone.title("Mis evaluaciones")

    phone.press("Bloquear")
    phone.unlock(PIN)
    phone.says("Ese no es el PIN.")
    phone.unlock("135790")
    phone.title("Mis evaluaciones")
    assert Phone.objects.get().name == "Samsung de campo"
    phone.switch_off()


def test_the_telephone_travels_within_its_budget(rf):
    page = render_to_string("certification/phone_shell.html", request=rf.get(SHELL))
    files = [Path(finders.find(name)).read_bytes() for name in shell.FILES]
    travelling = [len(brotli.compress(each, quality=5)) for each in [page.encode(), *files]]

    assert sum(travelling) <= 25_000
    assert reverse("evaluation:phone_shell") == SHELL
    assert settings.SECURE_CSP["script-src"] == ["'self'"]
