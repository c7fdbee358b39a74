"""Photos, signatures and the candidate's own view on a telephone without signal."""

from datetime import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import expect

from beneficiaries.actions.consents import withdraw_consent
from beneficiaries.choices import ConsentPurpose
from certification.actions import sessions
from certification.actions.evidence import Piece, record_evidence
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
    PlanHelp,
    Receipt,
)
from certification.views import shell
from tests.browser.telephone import (
    LONG,
    PASSWORD,
    SEEN,
    Telephone,
    assert_sealed,
    is_readable,
    lose_the_first_answer,
    raw_files,
)
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import AssessmentFactory, StandardVersionFactory
from tests.factories.papers import phone_photo, photo

pytestmark = pytest.mark.django_db(transaction=True)
SIGNED = [(when, who) for when in ("start", "end") for who in ("candidate", "evaluator")]


@pytest.fixture
def evaluator():
    return UserFactory(evaluator=True, password=PASSWORD)


@pytest.fixture
def two(evaluator):
    """Two assessments of one day, of people who agree to photos; the second wants one."""
    first = AssessmentFactory(plan_agreed=True, evaluator=evaluator)
    other = AssessmentFactory(
        plan_agreed=True,
        evaluator=evaluator,
        standard_version=version_that_wants_a_photo(),
        scheduled_at=time(15, 0),
    )
    for each in (first, other):
        ConsentFactory(person=each.person, purpose=ConsentPurpose.IMAGE)
    return first, other


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
    phone.answer("GO-02", "No aplica")
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
