"""A form on paper is typed by two people, who have no other part in the assessment."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Activity
from beneficiaries.models import Conflict as Closeness
from certification.actions import (
    deciding,
    judging,
    paper_forms,
    planning,
    refusals,
    sessions,
    transcribing,
    two_parts,
)
from certification.actions.sampling import why_closely
from certification.choices import CHECKLIST, PaperState, SafetyPoint, SamplingReason
from certification.documents.paper_form import code_of
from certification.models import (
    Assessment,
    Evidence,
    Observation,
    PaperForm,
    PaperTyping,
    PartsAlert,
    Sampling,
)
from certification.rules.paper_forms import SAFETY
from tests.certification.papers import both, kept, say, type_as
from tests.certification.steps import now, send
from tests.certification.unchanged import refusal
from tests.certification.visits import coordination_of, signed_in
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    PaperFormFactory,
    SessionFactory,
    hand,
    paper_entries,
    scan_of,
    typed_paper,
)

pytestmark = pytest.mark.django_db

PAGE = "certification:paper_detail"


def test_what_both_type_alike_is_kept_as_the_evaluators_own(form):
    typed = both(form)
    assert typed.state == PaperState.AGREED
    assert not Observation.objects.exists()

    done = transcribing.keep_form(typed, by=form.evaluator)
    again = transcribing.keep_form(done, by=form.evaluator)

    assessment = now(form.assessment)
    assert (done.state, again.kept_at) == (PaperState.KEPT, done.kept_at)
    assert assessment.state == "in_assessment"
    session = assessment.sessions.get()
    assert (session.identity_checked, session.started_by) == ("DUI 123", form.evaluator)
    assert session.safety == sorted(SafetyPoint.values)
    zone = timezone.get_current_timezone()
    assert f"{session.started_at.astimezone(zone):%H:%M}" == "09:00"
    kept_answers = Observation.objects.all()
    assert {each.item.code: each.value for each in kept_answers} == {
        code: entry[0] for code, entry in paper_entries(form).items() if code.isupper()
    }
    assert {(each.paper_id, each.device, each.by_id) for each in kept_answers} == {
        (form.pk, form.public_id, form.evaluator_id)
    }
    told = Activity.objects.filter(verb="assessment.paper_kept").get()
    assert told.changes["typed_by"] == [form.evaluator_id, assessment.enrolled_by_id]
    scan = Evidence.objects.get()
    assert (scan.kind, scan.source, scan.paper_id, scan.counts) == (
        *("document", "paper", form.pk),
        True,
    )

    closed = sessions.close_evidence(assessment, version=assessment.version, by=form.evaluator)
    ended = closed.sessions.get().ended_at
    assert f"{ended.astimezone(zone):%H:%M}" == "11:30"


@pytest.mark.rule("CERT-12")
def test_the_second_who_types_is_somebody_else(form):
    scan_of(form)
    typing = type_as(form, form.evaluator)

    with refusal(transcribing.TypedAlready):
        type_as(now(form), form.evaluator)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperTyping.objects.create(form=form, number=2, entries=typing.entries, by=typing.by)
    with pytest.raises(IntegrityError, match="two people"), transaction.atomic():
        PaperForm.objects.filter(pk=form.pk).update(state=PaperState.AGREED)
    third = coordination_of(form.assessment)
    type_as(now(form), form.assessment.enrolled_by)
    with refusal(transcribing.NotForTyping):
        type_as(now(form), third)


def test_the_same_typing_sent_again_is_one(form):
    scan_of(form)
    key = uuid4()

    made = [type_as(form, form.evaluator, key=key) for _each in range(2)]

    assert made[0] == made[1]
    assert now(form).state == PaperState.TYPED_ONCE


def test_the_second_sees_nothing_of_what_the_first_typed(form):
    typed = typed_paper(form, form.evaluator)
    first = PaperTyping.objects.get()
    client = signed_in(form.assessment.enrolled_by)

    pages = [
        client.get(reverse(name, args=[typed.public_id]))
        for name in (PAGE, "certification:paper_type")
    ]

    assert first.entries["identity"][0] == "DUI 123"
    assert not any("DUI 123" in each.content.decode() for each in pages)
    assert pages[0].context["differences"] == []
    assert set(pages[1].context["form"].initial.values()) == {""}


@pytest.mark.rule("CERT-12")
def test_a_page_is_typed_into_its_own_form_alone(form):
    scan_of(form)
    other = PaperFormFactory(assessment=form.assessment)

    with refusal(transcribing.OtherPaper):
        type_as(form, form.evaluator, code=code_of(other))
    with refusal(paper_forms.UnknownForm):
        type_as(form, form.evaluator, code="nada")
    elsewhere = SessionFactory()
    with pytest.raises(IntegrityError, match="two people agree"), transaction.atomic():
        Observation.objects.create(
            client_id=uuid4(),
            session=elsewhere,
            device=form.public_id,
            seq=1,
            item=elsewhere.assessment.standard_version.items.first(),
            value="si",
            by=form.evaluator,
            paper=form,
        )


def test_nothing_is_typed_without_a_photo_of_the_paper(form):
    with refusal(transcribing.NoScan):
        type_as(form, form.evaluator)


@pytest.mark.rule("CERT-8", "CERT-9", "SEC-24")
def test_what_cannot_stand_there_is_told_at_its_field_and_nothing_is_lost(form):
    scan_of(form)
    sent = sent_of(
        form,
        {
            "GO-01": ["no", ""],
            "GO-02": ["", "Sin respuesta."],
            "GO-03": ["mucho", ""],
            "ended": ["08:00", ""],
            "stopped": ["", "Se cayó."],
        },
    )
    client = signed_in(form.evaluator)

    page = client.post(reverse("certification:paper_type", args=[form.public_id]), sent)

    assert page.status_code == 422
    assert set(page.context["form"].errors) == {
        *("note_GO-01", "note_GO-02", "item_GO-03", "ended", "stopped"),
    }
    assert not PaperTyping.objects.exists()
    shown = page.content.decode()
    assert "Sin respuesta." in shown
    tomorrow = timezone.localdate() + timedelta(days=1)
    for wrong in ({"day": [tomorrow.isoformat(), ""]}, {"day": ["2020-01-01", ""]}):
        with refusal(transcribing.WrongEntries):
            type_as(form, form.evaluator, replaced=wrong)


def sent_of(form, replaced=()):
    """What a browser sends of the page."""
    sent = {"code": code_of(form), "key": str(uuid4())}
    for name, (value, note) in paper_entries(form, replaced).items():
        if name.isupper():
            sent |= {f"item_{name}": value, f"note_{name}": note}
        else:
            sent[name] = value
            if name == "stopped":
                sent["stop_reason"] = note
    return sent


@pytest.mark.rule("CERT-10")
def test_each_point_of_safety_is_a_box_of_its_own_and_told_as_it_is_ticked(form):
    scan_of(form)
    with translation.override("es"):
        printed = render_to_string("print/paper_form.html", {"safety": SafetyPoint.labels})
        assert all(f'<span class="caja"></span> {each}' in printed for each in SafetyPoint.labels)
    blank = {"area": ["", ""]}
    page = reverse("certification:paper_type", args=[form.public_id])
    first = signed_in(form.evaluator).post(page, sent_of(form, blank))
    type_as(form, form.assessment.enrolled_by)

    assert first.status_code == 302
    assert transcribing.open_differences(now(form)) == ["area"]
    with pytest.raises(transcribing.WrongEntries):
        say(form, form.evaluator, "area", "quizás")
    for user in (form.evaluator, form.assessment.enrolled_by):
        settles = reverse("certification:paper_settle", args=[form.public_id, "area"])
        sent = {"value": "", "reason": "No está marcada.", "key": str(uuid4())}
        assert signed_in(user).post(settles, sent).status_code == 302
    transcribing.keep_form(now(form), by=form.evaluator)
    assert form.assessment.sessions.get().safety == ["protection"]


@pytest.mark.rule("CERT-7")
def test_what_was_typed_before_there_were_boxes_of_safety_can_still_be_kept():
    form = PaperFormFactory()
    scan_of(form)
    old = {name: said for name, said in paper_entries(form).items() if name not in SAFETY}
    for number, by in enumerate([form.evaluator, form.assessment.enrolled_by], start=1):
        PaperTyping.objects.create(form=form, number=number, entries=old, by=by)
    PaperForm.objects.update(state=PaperState.AGREED)
    coordinator = coordination_of(form.assessment)

    say(now(form), coordinator, "area", "si")
    transcribing.keep_form(now(form), by=form.evaluator)

    assert form.assessment.sessions.get().safety == ["area"]


def test_two_people_type_it_on_their_pages_and_it_is_kept(form):
    scan_of(form)
    address = reverse("certification:paper_type", args=[form.public_id])

    answers = [
        signed_in(each).post(address, sent_of(form))
        for each in (form.evaluator, form.assessment.enrolled_by)
    ]

    assert [each.status_code for each in answers] == [302, 302]
    assert now(form).state == PaperState.KEPT
    assert Observation.objects.count() == 3


def test_what_cannot_be_kept_yet_stays_typed(form):
    form.assessment.person.consents.all()._raw_delete("default")
    scan_of(form)
    address = reverse("certification:paper_type", args=[form.public_id])
    for each in (form.evaluator, form.assessment.enrolled_by):
        answer = signed_in(each).post(address, sent_of(form), follow=True)

    assert now(form).state == PaperState.AGREED
    assert [each.level_tag for each in answer.context["messages"]] == ["error"]
    assert now(form.assessment).state == "plan_agreed"
    assert not Evidence.objects.get().counts


@pytest.mark.rule("CERT-5", "SEC-13")
def test_who_typed_it_neither_verifies_nor_decides(form):
    verifier, officer = UserFactory(verifier=True), UserFactory(officer=True)
    typed_paper(form, verifier, officer)
    assessment = now(form.assessment)

    assert assessment.transcribers() == {verifier.pk, officer.pk}
    for part, user in (("verifier", verifier), ("officer", officer)):
        with pytest.raises(IntegrityError, match="neither verifies"), transaction.atomic():
            Assessment.objects.filter(pk=assessment.pk).update(**{part: user})
    judged = AssessmentFactory(judged=True)
    PaperForm.objects.create(
        assessment=judged, number=1, evaluator=judged.evaluator, asked_by=judged.evaluator
    )
    PaperTyping.objects.create(form=judged.paper_forms.get(), number=1, entries={}, by=verifier)
    with refusal(refusals.SamePerson):
        deciding.send_to_verification(
            judged,
            version=judged.version,
            verifier=verifier,
            candidate_name="Rosa",
            agrees=True,
            signature=hand(),
            by=judged.evaluator,
        )


@pytest.mark.rule("CERT-5", "SEC-13")
def test_who_verified_or_decided_it_types_nothing(form):
    user = UserFactory(verifier=True)
    Assessment.objects.filter(pk=form.assessment_id).update(verifier=user)
    scan_of(form)

    with refusal(refusals.SamePerson):
        type_as(form, user)
    with pytest.raises(IntegrityError, match="types nothing"), transaction.atomic():
        PaperTyping.objects.create(form=form, number=1, entries={}, by=user)


@pytest.mark.rule("CERT-3")
def test_who_is_close_to_the_person_types_nothing(form):
    user = coordination_of(form.assessment)
    Closeness.objects.create(
        person=form.assessment.person, user=user, kind="relative", noted_by=form.evaluator
    )
    scan_of(form)

    with refusal(planning.ConflictOfInterest):
        type_as(form, user)


@pytest.mark.rule("CERT-5")
def test_the_evaluator_may_type_her_own_paper_and_nobody_else_has_two_parts(form):
    both(form)
    two_parts.keep_alerts()
    assert not PartsAlert.objects.exists()

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE certification_assessment DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE certification_assessment SET verifier_id = %s WHERE id = %s",
            [form.assessment.enrolled_by_id, form.assessment_id],
        )
        cursor.execute("ALTER TABLE certification_assessment ENABLE TRIGGER USER")
    two_parts.keep_alerts()

    assert PartsAlert.objects.get().parts == "transcriber,verifier"


@pytest.mark.rule("CERT-12")
def test_what_was_typed_from_paper_is_verified_item_by_item(form, settings):
    settings.VERIFIED_CLOSELY_FIRST, settings.VERIFIED_CLOSELY_ONE_OF = 0, 1000
    assessment = kept(form).assessment
    assessment = now(assessment)
    by = form.evaluator
    assessment = sessions.close_evidence(assessment, version=assessment.version, by=by)
    judging.sign_judgement(assessment, version=assessment.version, recommendations="", by=by)
    assessment = now(assessment)
    with pytest.raises(IntegrityError, match="item by item"), transaction.atomic():
        Sampling.objects.create(assessment=assessment, evaluator=by, why=SamplingReason.FIRST)

    sent = send(assessment)

    assert sent.samplings.get().why == SamplingReason.PAPER
    assert why_closely(sent, judging.judgement_of(sent)) == (
        "Sus respuestas se digitaron desde papel."
    )
    with refusal(deciding.ItemsNotLookedAt):
        deciding.approve_portfolio(
            sent,
            version=sent.version,
            checklist=CHECKLIST,
            officer=UserFactory(officer=True),
            by=sent.verifier,
        )
    page = signed_in(sent.verifier).get(
        reverse("certification:portfolio_detail", args=[sent.public_id])
    )
    assert page.content.decode().count("Digitada desde papel por dos personas") == 3
    papers = signed_in(sent.verifier).get(
        reverse("certification:paper_list", args=[sent.public_id])
    )
    assert papers.status_code == 200


def test_nothing_is_typed_after_the_evidence_is_closed(form):
    scan_of(form)
    Assessment.objects.filter(pk=form.assessment_id).update(state="evidence_closed")

    with refusal(refusals.AssessmentClosed):
        type_as(form, form.evaluator)
