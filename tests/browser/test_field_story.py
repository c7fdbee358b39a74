"""Two assessments without signal, and all that can befall a telephone between them (ux 5.8).

They have photos and signatures; the telephone dies in between; one is closed on the pages
meanwhile and a new version of the page comes; somebody else signs in on the telephone; a
session ends; two tabs send at once, and an answer is lost after the server kept what it got.
Everything is stored once, nothing can be read on the disk, and nothing is lost.
"""

from datetime import time
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from beneficiaries.choices import ConsentPurpose
from certification.actions import sessions
from certification.actions.evidence import Piece, record_evidence
from certification.choices import (
    AssessmentState,
    EvidenceSource,
    Photo,
    RecordKind,
    VersionState,
)
from certification.models import Assessment, Evidence, Observation, Receipt
from certification.views import shell
from tests.browser.telephone import (
    LONG,
    PASSWORD,
    SEEN,
    SHELL,
    Telephone,
    assert_sealed,
    lose_the_first_answer,
)
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import AssessmentFactory, StandardVersionFactory
from tests.factories.papers import phone_photo, photo

pytestmark = pytest.mark.django_db(transaction=True)
SIGNED = [(when, who) for when in ("start", "end") for who in ("candidate", "evaluator")]


@pytest.fixture
def two():
    """Two assessments of one day, of people who agree to photos; the second wants one."""
    evaluator = UserFactory(evaluator=True, password=PASSWORD)
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
def test_two_assessments_survive_all_that_befalls_a_telephone(
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
    assert_sealed(phone, whole, late)
    assert not Receipt.objects.exists()

    phone.switch_on(offline=True)
    phone.open()
    phone.unlock()
    go_on_with_what_was_half_typed(phone, late)
    end_with_signal(late)
    deploy_meanwhile(phone, monkeypatch)
    let_somebody_else_sign_in(phone)
    end_the_session(phone)
    send_from_two_tabs(phone, monkeypatch)

    assert_all_is_kept_once(whole, late)
    phone.forget("401", "409", "500")
    phone.switch_off()
    assert_sealed(phone, whole, late)


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


def let_somebody_else_sign_in(phone):
    """Somebody else on the same telephone reads nothing and sends nothing."""
    other = UserFactory(evaluator=True, password=PASSWORD)
    phone.visitor.sign_in(other.email, PASSWORD)
    phone.open()
    phone.title("Desbloquear")
    phone.left(17)
    phone.unlock()
    phone.says("Este teléfono tiene trabajo de otra persona usuaria")
    phone.left(17)
    assert not Receipt.objects.exists()
    phone.visitor.context.clear_cookies()


def end_the_session(phone):
    """It ends in the midst of the work: everything waits until its evaluator signs in again."""
    phone.visitor.sign_in(phone.user.email, PASSWORD)
    phone.cut()
    phone.open()
    phone.unlock()
    phone.title("Mis evaluaciones")
    Session.objects.all().delete()
    phone.cut(offline=False)
    phone.says("Su sesión terminó")
    phone.left(17)
    assert not Receipt.objects.exists()
    phone.visitor.sign_in(phone.user.email, PASSWORD)


def send_from_two_tabs(phone, monkeypatch):
    """Both find a signal at one moment, and the answer to the first photo never arrives."""
    lose_the_first_answer(monkeypatch, RecordKind.PHOTO)
    phone.cut()
    phone.open()
    phone.unlock()
    phone.title("Mis evaluaciones")
    second = phone.visitor.context.new_page()
    second.goto(f"{phone.address}{SHELL}")
    phone.unlock(page=second)
    expect(second.locator("#title")).to_have_text("Mis evaluaciones", timeout=LONG)
    phone.cut(offline=False)
    phone.left(0)
    phone.left(0, page=second)
