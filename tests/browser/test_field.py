"""The evaluator's telephone without signal: Chromium with its network cut, and started again."""

from datetime import time
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.urls import reverse
from playwright.sync_api import expect

from certification.actions import records
from certification.actions.refusals import NotPossible
from certification.choices import AssessmentState, RecordKind
from certification.models import Assessment, Observation, Plan, Receipt
from certification.views import shell
from tests.browser.telephone import (
    CUT,
    LONG,
    PASSWORD,
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


def test_a_page_that_is_never_kept_holds_nothing_up_and_is_not_called_ready(
    chromium, live_server, tmp_path, assessment
):
    begin_at_midnight(assessment)
    phone = Telephone(chromium, tmp_path / "profile", str(live_server), assessment.evaluator)
    phone.page.add_init_script(
        "ServiceWorkerContainer.prototype.register = () => new Promise(() => {})"
    )

    phone.set_up()
    phone.press("Descargar para trabajar sin conexión")

    phone.says("Esta página aún no queda guardada en el teléfono")
    phone.take(assessment)
    phone.title("Identidad y arranque")
    expect(phone.page.locator("#screen [data-outside]")).to_contain_text(
        "de 00:00 a 00:00. Puede empezar de todos modos", timeout=LONG
    )
    phone.look()
    phone.switch_off()


def begin_at_midnight(assessment):
    """By another plan, which no test keeps to."""
    Plan.objects.create(
        assessment=assessment,
        number=2,
        centre=assessment.centre,
        evaluator=assessment.evaluator,
        scheduled_for=assessment.scheduled_for,
        scheduled_at=time(0),
        opens_at=time(0),
        closes_at=time(0),
        reason="x",
        proposed_by=assessment.enrolled_by,
    )


def test_the_telephone_travels_within_its_budget(rf):
    """Files are compressed once, as well as it goes; the page each time that it is asked for."""
    page = render_to_string("certification/phone_shell.html", request=rf.get(SHELL))
    files = [Path(finders.find(name)).read_bytes() for name in shell.FILES]
    travelling = [len(brotli.compress(each)) for each in files]

    assert sum(travelling) + len(brotli.compress(page.encode(), quality=5)) <= 25_000
    assert reverse("evaluation:phone_shell") == SHELL
    assert settings.SECURE_CSP["script-src"] == ["'self'"]
