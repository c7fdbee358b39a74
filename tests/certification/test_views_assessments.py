"""The desk's pages of an assessment: what they show, and to whom."""

from datetime import time, timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from beneficiaries.choices import ConsentPurpose
from certification.actions import judging, sessions
from certification.actions.judging import judgement_of
from certification.choices import BEGINS_WITHIN, AssessmentState, VersionState
from certification.models import Certificate, ItemResolution, Observation, PlanHelp
from certification.tasks import render_certificate
from certification.views.answers import portfolio_of, shown_result, shown_window
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    StandardVersionFactory,
    hand,
    let_assess,
    real_standard,
)

pytestmark = pytest.mark.django_db


def address(name, assessment):
    return reverse(f"certification:{name}", args=[assessment.public_id])


def observe(session, item, value, *, seq, device):
    by = session.assessment.evaluator
    told = {"session": session, "item": item, "value": value, "seq": seq, "device": device}
    Observation.objects.create(client_id=uuid4(), by=by, **told)


def test_a_question_that_is_coded_like_a_field_of_the_form_is_asked_and_kept():
    version = StandardVersionFactory(draft=True)
    for before, code in {"D1": "version", "D2": "key"}.items():
        version.diagnosticquestions.filter(code=before).update(code=code)
    version.state = VersionState.PUBLISHED
    version.save(update_fields=["state"])
    assessment = AssessmentFactory(standard_version=version)
    client, page = signed_in(assessment.enrolled_by), address("diagnosis_record", assessment)

    form = client.get(page).context["form"]
    assert form["version"].value() == assessment.version
    asked = {each.name: "solo" for each in form.visible_fields()}
    sent = client.post(page, {"version": assessment.version, **asked})

    assert sent.status_code == 302
    assessment.refresh_from_db()
    assert assessment.diagnosis.answers == {"version": "solo", "key": "solo"}


def test_portfolio_is_for_those_who_act_and_for_coordination():
    assessment = AssessmentFactory(verified=True)
    coordinator = UserFactory(coordinator=True, at=assessment.person.office)
    answers = {
        assessment.evaluator: 200,
        assessment.verifier: 200,
        assessment.officer: 200,
        coordinator: 200,
        assessment.enrolled_by: 403,
    }

    page = address("portfolio_detail", assessment)
    assert {user: signed_in(user).get(page).status_code for user in answers} == answers


def test_portfolio_shows_no_result_before_the_judgement(client):
    assessment = AssessmentFactory(in_assessment=True)
    client.force_login(assessment.evaluator)

    assert client.get(address("portfolio_detail", assessment)).status_code == 404


@pytest.mark.rule("CERT-9")
def test_portfolio_has_every_answer_with_its_note():
    assessment = AssessmentFactory(in_verification=True, competent=False)

    shown = [
        (each["item"].code, each["answer"], each["note"], each["met"])
        for each in portfolio_of(assessment)
    ]

    assert shown == [
        ("GO-01", "No", "No lo hizo.", False),
        ("GO-02", "Sí", "", True),
        ("GO-03", "3 mm", "", True),
    ]


def test_portfolio_shows_the_last_answer_of_the_device():
    assessment = AssessmentFactory(in_assessment=True)
    session, item = assessment.sessions.get(), assessment.standard_version.items.get(code="GO-03")
    for seq, value in enumerate(["9", "2.5"], start=1):
        observe(session, item, value, seq=seq, device=UUID(int=1))

    assert [each["answer"] for each in portfolio_of(assessment)] == ["2.5 mm"]


@pytest.mark.rule("CERT-9")
def test_portfolio_keeps_what_was_corrected_and_what_was_not_chosen(client):
    assessment = AssessmentFactory(evidence_closed=True)
    session, item = assessment.sessions.get(), assessment.standard_version.items.get(code="GO-02")
    device = session.observations.first().device
    observe(session, item, "no", seq=9, device=device)
    observe(session, item, "si", seq=10, device=device)
    observe(session, item, "no", seq=1, device=UUID(int=1))
    ItemResolution.objects.create(
        assessment=assessment,
        item=item,
        observation=session.observations.get(item=item, seq=10),
        reason="x",
        decided_by=UserFactory(coordinator=True),
    )
    judging.sign_judgement(assessment, version=1, recommendations="", by=assessment.evaluator)
    client.force_login(assessment.evaluator)

    page = client.get(address("portfolio_detail", assessment))

    [shown] = [each for each in page.context["answers"] if each["item"] == item]
    assert shown["answer"] == "Sí"
    assert [(each["answer"], each["corrected"]) for each in shown["earlier"]] == [
        ("No", False),
        ("Sí", True),
        ("No", True),
    ]
    assert page.content.decode().count("Corregida: ") == 2


def test_portfolio_shows_consent_diagnosis_and_both_signatures_of_the_plan(client):
    assessment = AssessmentFactory(in_verification=True)
    consent = assessment.person.consents.get(purpose=ConsentPurpose.ASSESSMENT)
    client.force_login(assessment.verifier)

    page = client.get(address("portfolio_detail", assessment))

    assert page.context["consent"] == consent
    text = page.content.decode()
    assert "Consentimiento para la evaluación" in text
    assert assessment.diagnosis.get_recommendation_display() in text
    assert str(assessment.evaluator) in text


def test_result_names_the_instruments_in_the_order_of_the_standard():
    assessment = AssessmentFactory(judged=True)
    stored = judgement_of(assessment).result
    version = assessment.standard_version

    assert shown_result(stored, version)["instruments"] == [("Guía", "100.00")]


def test_result_names_what_failed_by_its_text_and_says_why_once(client):
    assessment = AssessmentFactory(judged=True, competent=False, answers={"GO-02": "no"})
    client.force_login(assessment.evaluator)

    page = client.get(assessment.get_absolute_url())

    assert page.context["result"]["reasons"] == [
        ("Un instrumento está bajo su mínimo", ["Guía"]),
        ("El total está bajo el mínimo", []),
        ("Un criterio no tiene ningún ítem cumplido", ["C1.1 Trabaja bien."]),
        ("No se cumplió un ítem crítico", ["GO-01 Lo hace bien."]),
    ]
    assert page.content.decode().count("Por qué") == 1


def test_the_gaps_are_told_by_element_to_whoever_accompanies_the_person(
    django_assert_max_num_queries,
):
    assessment = AssessmentFactory(evidence_closed=True, standard_version=real_standard())
    session, by = assessment.sessions.get(), assessment.evaluator
    items = {each.code: each for each in assessment.standard_version.items.all()}
    wrong = next(x for x, _text in items["CU-02"].options if x != items["CU-02"].answer_key.key)
    device = session.observations.first().device
    for seq, (code, value) in enumerate({"GO-12": "no", "CU-02": wrong}.items(), start=900):
        observe(session, items[code], value, seq=seq, device=device)
    sign = signed_in(by).get(reverse("evaluation:judgement_sign", args=[assessment.public_id]))
    judging.sign_judgement(assessment, version=1, recommendations="x", by=by)
    accompanies = signed_in(assessment.enrolled_by)
    accompanies.get(reverse("home"))

    with django_assert_max_num_queries(15):
        page = accompanies.get(address("assessment_detail", assessment))

    told, element = page.content.decode(), items["GO-12"].criterion.element
    for text in ("Informe de brechas", f"{element.code} {element.title}", items["GO-12"].text):
        assert text in told
    assert page.context["result"]["gaps"] == [
        (element, [("GO-12", items["GO-12"].text)]),
        (None, [("CU-02", items["CU-02"].text)]),
    ]
    assert page.context["result"]["advice"] in told
    assert sign.context["result"]["gaps"] == page.context["result"]["gaps"]
    for _letter, option in items["CU-02"].options:  # neither what was chosen nor the key
        assert option not in told


@pytest.mark.rule("CERT-10")
def test_what_a_stop_left_out_is_no_critical_item_that_was_failed():
    assessment = AssessmentFactory(in_assessment=True, answers={"GO-02": "si"})
    by = assessment.evaluator
    sessions.stop_for_safety(assessment, version=1, reason="Sin guarda", by=by)
    sessions.close_evidence(assessment, version=2, by=by)
    judgement = judging.sign_judgement(assessment, version=3, recommendations="x", by=by)
    judgement.refresh_from_db()

    reasons = dict(shown_result(judgement.result, assessment.standard_version)["reasons"])

    assert "CRITICO_INCUMPLIDO" in {each["code"] for each in judgement.result["reasons"]}
    assert list(reasons) == [
        "Un instrumento está bajo su mínimo",
        "El total está bajo el mínimo",
        "Detenida por seguridad",
    ]
    assert reasons["Detenida por seguridad"] == ["2 ítems no se preguntaron"]


def test_choice_is_shown_with_its_text():
    item = AssessmentFactory().standard_version.items.first()
    item.scale, item.options = "opcion_multiple", [["a", "Yeso"], ["b", "Cemento"]]

    assert item.in_words("b") == "b) Cemento"


@pytest.mark.parametrize("state", ["planned", "plan_agreed"])
def test_a_day_that_is_long_over_says_so_and_offers_no_beginning(client, state):
    over = timezone.localdate() - BEGINS_WITHIN - timedelta(days=1)
    assessment = AssessmentFactory(**{state: True}, scheduled_for=over)
    client.force_login(assessment.evaluator)

    page = client.get(assessment.get_absolute_url())

    # What nobody has agreed on yet, its evaluator may plan anew (transition 6).
    again = reverse("certification:plan_propose", args=[assessment.public_id])
    offered = [again] if state == "planned" else []
    assert [each.url for each in page.context["buttons"]] == offered
    assert "elige otro" in page.content.decode()


def test_an_agreed_plan_is_changed_from_its_page(client):
    over = timezone.localdate() - BEGINS_WITHIN - timedelta(days=1)
    assessment = AssessmentFactory(plan_agreed=True, scheduled_for=over)
    before = assessment.plans.get()
    let_assess(assessment.standard, centre=before.centre, evaluator=before.evaluator)
    client.force_login(assessment.enrolled_by)
    page = client.get(assessment.get_absolute_url())
    [button] = [each for each in page.context["buttons"] if each.primary]

    form = client.get(button.url).context["form"]
    assert form["evaluator"].value() == before.evaluator.pk
    answers = {
        "version": assessment.version,
        "centre": before.centre.pk,
        "evaluator": before.evaluator.pk,
        "scheduled_for": timezone.localdate() + timedelta(days=2),
        "scheduled_at": "09:00",
    }
    refused = client.post(button.url, answers)
    client.post(button.url, answers | {"reason": "Llovió todo el día."})

    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"reason"}
    assert assessment.plans.latest("number").reason == "Llovió todo el día."


def test_a_day_that_has_just_passed_can_still_begin(client):
    assessment = AssessmentFactory(
        plan_agreed=True, scheduled_for=timezone.localdate() - BEGINS_WITHIN
    )
    client.force_login(assessment.evaluator)

    page = client.get(assessment.get_absolute_url())

    assert [each.primary for each in page.context["buttons"]] == [True]


def test_plan_is_proposed_on_its_page(client):
    assessment = AssessmentFactory(admitted=True)
    centre, evaluator = let_assess(assessment.standard)
    client.force_login(assessment.enrolled_by)

    answer = client.post(
        address("plan_propose", assessment),
        {
            "centre": centre.pk,
            "evaluator": evaluator.pk,
            "scheduled_for": timezone.localdate().isoformat(),
            "scheduled_at": "09:30",
            "version": assessment.version,
        },
    )

    assert answer.status_code == 302
    assessment.refresh_from_db()
    assert (assessment.state, assessment.scheduled_at) == (AssessmentState.PLANNED, time(9, 30))
    assert (assessment.centre, assessment.evaluator) == (centre, evaluator)


def test_plan_is_agreed_by_its_evaluator_who_sees_all_of_it(client):
    assessment = AssessmentFactory(planned=True)
    PlanHelp.objects.create(plan=assessment.plans.get(), kinds=["read_aloud"])
    client.force_login(assessment.evaluator)
    page = address("plan_agree", assessment)
    answers = {"candidate_name": "Rosa", "version": 1, "acknowledged": "on"}

    shown = client.get(page)
    half = client.post(page, answers)
    agreed = client.post(page, answers | {"evaluator_agrees": "on", "signature": hand()})

    assert [str(value) for _label, value in shown.context["facts"]] == [
        str(assessment.centre),
        date_format(assessment.scheduled_for, "DATE_FORMAT"),
        "09:00",
        shown_window(assessment.plans.get()),
        "Aún no se ha dicho",
        str(assessment.evaluator),
        "Preguntas leídas en voz alta",
    ]
    assert (half.status_code, agreed.status_code) == (422, 302)
    assert list(half.context["form"].errors) == ["signature", "evaluator_agrees"]


def test_plan_is_not_for_whoever_accompanies_to_agree(client):
    assessment = AssessmentFactory(planned=True)
    client.force_login(assessment.enrolled_by)

    shown = client.get(assessment.get_absolute_url())

    assert client.get(address("plan_agree", assessment)).status_code == 403
    assert [each.primary for each in shown.context["buttons"]] == [
        False,
        False,
    ]  # to change the plan, and to withdraw
    assert shown.context["next_step"] == (
        "La persona evaluadora acuerda el plan con la persona candidata."
    )


def test_standard_with_a_result_is_not_offered_again(client):
    decided = AssessmentFactory(closed_not_yet=True)
    other = StandardVersionFactory()
    client.force_login(decided.enrolled_by)

    page = client.get(reverse("certification:assessment_enrol", args=[decided.person.public_id]))

    field = page.context["form"].fields["standard_version"]
    assert list(field.queryset) == [other]
    assert field.help_text


def test_officer_is_told_what_she_granted(client):
    CertifyingBodyFactory()
    assessment = AssessmentFactory(verified=True)
    client.force_login(assessment.officer)
    page = address("certification_grant", assessment)

    shown = client.get(page)
    granted = client.post(page, {"version": 1}, follow=True)

    assert [str(value) for _label, value in shown.context["facts"]] == [
        assessment.person.display_name,
        str(assessment.standard_version),
        assessment.reference,
        "Competente",
    ]
    [message] = granted.context["messages"]
    assert Certificate.objects.get().folio in str(message)
    assert str(assessment.standard_version) in str(message)


def test_officer_is_told_what_she_closed(client):
    assessment = AssessmentFactory(verified=True, competent=False)
    client.force_login(assessment.officer)

    closed = client.post(address("not_yet_confirm", assessment), {"version": 1}, follow=True)

    [message] = closed.context["messages"]
    assert assessment.reference in str(message)


def test_verifier_reads_the_portfolio_from_the_page_that_asks(client):
    assessment = AssessmentFactory(in_verification=True)
    client.force_login(assessment.verifier)

    page = client.get(address("portfolio_approve", assessment)).content.decode()

    assert f'href="{address("portfolio_detail", assessment)}"' in page


def test_coordination_cancels_the_assessment_by_name(client):
    assessment = AssessmentFactory(planned=True)
    client.force_login(UserFactory(coordinator=True, at=assessment.person.office))

    page = client.get(assessment.get_absolute_url())

    assert [str(each.title) for each in page.context["buttons"]] == ["Cancelar la evaluación"]


def test_agenda_lists_only_what_is_left_to_do(client):
    evaluator = UserFactory(evaluator=True)
    mine = AssessmentFactory(plan_agreed=True, evaluator=evaluator)
    AssessmentFactory(in_verification=True, evaluator=evaluator)
    AssessmentFactory(plan_agreed=True)
    client.force_login(evaluator)

    page = client.get(reverse("evaluation:agenda"))

    assert page.context["page"].rows == [mine]


def test_who_cannot_decide_between_two_answers_gets_no_link():
    assessment = AssessmentFactory(in_assessment=True)
    session, item = assessment.sessions.get(), assessment.standard_version.items.get(code="GO-01")
    for number, value in enumerate(["si", "no"], start=1):
        observe(session, item, value, seq=1, device=UUID(int=number))
    link = reverse("certification:item_resolve", args=[assessment.public_id, "GO-01"])

    page = assessment.get_absolute_url()
    hers = signed_in(assessment.evaluator).get(page).content.decode()
    coordinator = UserFactory(coordinator=True, at=assessment.person.office)
    theirs = signed_in(coordinator).get(page).content.decode()

    assert "GO-01" in hers
    assert (link in hers, link in theirs) == (False, True)


def test_page_of_an_assessment_asks_few_questions(client, django_assert_max_num_queries):
    assessment = AssessmentFactory(in_verification=True)
    client.force_login(assessment.verifier)
    client.get(assessment.get_absolute_url())

    with django_assert_max_num_queries(15):
        client.get(assessment.get_absolute_url())
    with django_assert_max_num_queries(15):
        client.get(address("portfolio_detail", assessment))


@pytest.mark.parametrize("corrections", [1, 3])
def test_portfolio_with_reasons_and_corrections_asks_no_more(
    client, django_assert_num_queries, corrections
):
    assessment = AssessmentFactory(evidence_closed=True, competent=False)
    session, item = assessment.sessions.get(), assessment.standard_version.items.get(code="GO-03")
    for seq in range(corrections):
        observe(session, item, "2", seq=10 + seq, device=UUID(int=1))
    judging.sign_judgement(assessment, version=1, recommendations="x", by=assessment.evaluator)
    client.force_login(assessment.evaluator)
    page = address("portfolio_detail", assessment)
    client.get(page)

    with django_assert_num_queries(13):
        client.get(page)


def test_page_looks_for_the_certificate_until_it_is_made(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    certificate = CertificateFactory()
    office = certificate.assessment.person.office
    client.force_login(UserFactory(coordinator=True, at=office))
    page = address("assessment_detail", certificate.assessment)
    piece = {"HX-Request": "true", "HX-Target": "pdf"}

    waiting = client.get(page, headers=piece).content.decode()
    render_certificate(certificate_id=certificate.pk)
    made = client.get(page, headers=piece).content.decode()

    assert ('data-hx-trigger="every 2s"' in waiting, "Descargar el PDF" in waiting) == (True, False)
    assert ('data-hx-trigger="every 2s"' in made, "Descargar el PDF" in made) == (False, True)
    assert "<html" not in waiting + made
