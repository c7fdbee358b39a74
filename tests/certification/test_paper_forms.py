"""The form on paper: printed with the least, found by its code, typed by two people who differ
or agree, and always verified item by item."""

import io
import subprocess
from datetime import time, timedelta
from uuid import uuid4

import pikepdf
import pytest
import time_machine
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries.actions.erasing import erase_person
from beneficiaries.choices import ErasureKind
from beneficiaries.models import Conflict as Closeness
from certification import permissions
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
from certification.actions.evidence import Piece
from certification.actions.sampling import why_closely
from certification.choices import (
    CHECKLIST,
    EvidenceSource,
    JudgementOutcome,
    PaperState,
    SamplingReason,
)
from certification.contributions import today
from certification.documents.paper_form import address_of, code_of
from certification.jobs import make_paper_form
from certification.models import (
    Assessment,
    Evidence,
    Observation,
    PaperForm,
    PaperSettlement,
    PaperTyping,
    PartsAlert,
    Plan,
    Sampling,
)
from certification.rules.paper_forms import NotACode, differing, read_code, settled
from genesis.lib.states import OtherContent
from tests.certification.unchanged import refusal
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    PaperFormFactory,
    SessionFactory,
    hand,
    paper_entries,
    real_standard,
    scan_of,
    typed_paper,
)
from tests.factories.papers import photo

pytestmark = pytest.mark.django_db
COLOUR_PROFILE = "ignore:unclosed file .*sRGB2014.icc:ResourceWarning"
PAGE = "certification:paper_detail"


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def coordinator_of(assessment):
    return UserFactory(coordinator=True, at=assessment.person.office)


def now(record):
    return type(record).objects.get(pk=record.pk)


@pytest.fixture
def form():
    return PaperFormFactory()


def both(form, differently=()):
    """Typed by the evaluator and the caseworker."""
    return typed_paper(form, form.evaluator, form.assessment.enrolled_by, differently=differently)


def kept(form):
    return transcribing.keep_form(both(form), by=form.evaluator)


def type_as(form, user, *, code=None, replaced=(), key=None):
    return transcribing.type_form(
        form,
        code=code or code_of(form),
        entries=paper_entries(form, replaced),
        key=key or uuid4(),
        by=user,
    )


def say(form, user, name, value, note="", *, reason="Así dice el papel."):
    return transcribing.settle_entry(
        form, name=name, entry=[value, note], reason=reason, key=uuid4(), by=user
    )


# The form


@pytest.mark.rule("CERT-6")
@pytest.mark.filterwarnings(COLOUR_PROFILE)
def test_a_form_holds_the_least_and_no_key_and_each_page_its_code():
    version = real_standard()
    assessment = AssessmentFactory(plan_agreed=True, standard_version=version)
    person, client = assessment.person, signed_in(assessment.enrolled_by)
    answer = client.post(
        reverse("certification:paper_print", args=[assessment.public_id]), {"key": str(uuid4())}
    )
    form = PaperForm.objects.get()
    assert (answer.status_code, answer.url) == (302, form.get_absolute_url())

    make_paper_form(form_id=form.pk)
    make_paper_form(form_id=form.pk)

    printed = client.get(reverse("certification:paper_file", args=[form.public_id]))
    pdf = printed.content
    text = " ".join(text_of(pdf).split())
    assert printed["Content-Type"] == "application/pdf"
    assert f"{person.given_names.split()[0]} {person.surnames[0]}." in text
    assert person.surnames not in text
    assert person.documents.get().number not in text
    items = list(version.items.all())
    assert all(each.code in text for each in items)
    assert text.count("CRÍTICO") == sum(each.critical for each in items)
    with pikepdf.open(io.BytesIO(pdf)) as paper:
        pages = len(paper.pages)
        sizes = {tuple(round(float(x) / 72 * 25.4) for x in each.mediabox) for each in paper.pages}
    assert sizes == {(0, 0, 210, 297)}
    assert f"{pages} / {pages}" in text
    assert [codes_on(pdf, page) for page in range(1, pages + 1)] == [[address_of(form)]] * pages
    assert list(Activity.objects.filter(verb="assessment.paper_printed").values_list("actor")) == [
        (assessment.enrolled_by_id,)
    ]
    assert ReadLog.objects.filter(kind=ReadKind.FILE).last().persons == [person.pk]


def text_of(pdf):
    told = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True, timeout=30
    )
    return told.stdout.decode()


def codes_on(pdf, page):
    """What a camera reads on a page of black and white."""
    drawn = subprocess.run(
        ["pdftoppm", "-r", "110", "-mono", "-f", str(page), "-l", str(page), "-"],
        input=pdf,
        capture_output=True,
        check=True,
        timeout=30,
    )
    return [each.text for each in zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn.stdout)))]


def test_what_stands_on_a_form_is_neither_key_nor_limit(form):
    facts = paper_forms.facts_of(form)
    asked = [item for _title, items in facts["instruments"] for item in items]

    assert {name for each in asked for name in each} == {
        *("code", "text", "critical", "boxes", "unit", "measured", "options", "na_reason"),
        "photo",
    }
    assert facts["person"] != form.assessment.person.display_name


@pytest.mark.rule("CERT-5")
def test_who_neither_prepares_nor_conducts_it_prints_none():
    assessment = AssessmentFactory(plan_agreed=True)
    address = reverse("certification:paper_print", args=[assessment.public_id])
    strangers = [coordinator_of(assessment), UserFactory(evaluator=True)]

    answers = [signed_in(each).post(address, {"key": str(uuid4())}) for each in strangers]

    assert [each.status_code for each in answers] == [403, 404]
    assert not PaperForm.objects.exists()


def test_a_form_is_printed_once_and_only_while_answers_come_in():
    assessment, key = AssessmentFactory(plan_agreed=True), uuid4()
    by = assessment.evaluator

    forms = [paper_forms.print_form(assessment, key=key, by=by) for _each in range(2)]

    assert forms[0] == forms[1]
    closed = AssessmentFactory(evidence_closed=True)
    with refusal(refusals.AssessmentClosed):
        paper_forms.print_form(closed, key=uuid4(), by=closed.evaluator)


def test_an_old_pdf_is_erased_and_its_paper_can_still_be_typed():
    long_ago = timezone.now() - timedelta(days=16)
    form, young = PaperFormFactory(asked_at=long_ago), PaperFormFactory()
    for each in (form, young):
        make_paper_form(form_id=each.pk)
    name, storage = now(form).file.name, now(form).file.storage

    paper_forms.erase_old_forms()

    assert (bool(now(form).file), bool(now(young).file)) == (False, True)
    scan_of(form)
    assert type_as(form, form.evaluator)
    assert storage.exists(name)  # until the transaction is through


# Its code


def test_a_code_is_read_as_people_write_it(form):
    code = code_of(form)
    typist = form.evaluator

    for text in (code, code.lower(), code.replace("-", " "), f" {code} "):
        assert paper_forms.find_form(text, user=typist) == form
    client = signed_in(typist)
    scan_of(form)
    opened = client.get(reverse("certification:paper_open", args=[code]))
    assert opened.url.startswith(reverse("certification:paper_type", args=[form.public_id]))
    assert code in opened.url


@pytest.mark.rule("CERT-12")
def test_a_code_that_does_not_fit_finds_no_form(form):
    other = PaperFormFactory(assessment=form.assessment)
    check = code_of(other).rsplit("-", 1)[1]

    for text in (f"{form}-{check}", f"PC-2999-000001-01-{check}"):
        with pytest.raises(paper_forms.UnknownForm):
            paper_forms.find_form(text, user=form.evaluator)
    for text in ("", "nada", str(form), "ñ" * 22, f"{code_of(form)}9"):
        with pytest.raises(NotACode):
            read_code(text)
    with pytest.raises(paper_forms.UnknownForm):  # of somebody who does not see her
        paper_forms.find_form(code_of(form), user=UserFactory(evaluator=True))
    page = signed_in(form.evaluator).post(reverse("certification:paper_find"), {"code": "nada"})
    assert page.status_code == 422
    assert page.context["form"].errors["code"]


# Two people


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
    third = coordinator_of(form.assessment)
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


# Where they differ


def test_words_differ_only_in_what_they_say():
    first = {"a": ["si", "Sin guía, no."], "identity": ["DUI 123", ""], "b": ["2.5", ""]}
    second = {"a": ["si", "sin guia no"], "identity": ["dui: 123", ""], "b": ["2.50", ""]}

    assert differing(first, second) == ["b"]
    assert differing(first, {**first, "c": ["", ""]}) == ["c"]
    assert differing({"a": ["si", "x"]}, {"a": ["si", ""]}) == ["a"]


def test_neither_of_the_two_settles_alone_and_coordination_does():
    said = [("a", 1, ("si", "")), ("b", 1, ("si", "")), ("b", 2, ("no", "x"))]

    assert settled(said, typists={1, 2}) == {}
    assert settled([*said, ("b", 1, ("no", "x"))], typists={1, 2}) == {"b": ("no", "x")}
    assert settled([*said, ("a", 9, ("no", "y"))], typists={1, 2}) == {"a": ("no", "y")}


@pytest.mark.rule("CERT-12")
def test_what_differs_is_settled_with_a_reason_before_anything_is_kept(form):
    typed = both(form, {"GO-01": ["no", "Sin gafas."], "ended": ["11:50", ""]})
    first, second = form.evaluator, form.assessment.enrolled_by
    third = coordinator_of(form.assessment)

    assert typed.state == PaperState.DIFFERS
    assert transcribing.open_differences(typed) == ["ended", "GO-01"]
    with refusal(transcribing.NotAgreed):
        transcribing.keep_form(typed, by=first)
    with refusal(transcribing.NothingDiffers):
        say(typed, first, "GO-02", "si")
    with refusal(refusals.ReasonMissing):
        say(typed, third, "GO-01", "si", reason=" ")
    with refusal(transcribing.WrongEntries):
        say(typed, third, "GO-01", "no")
    with refusal(transcribing.WrongEntries):
        say(typed, third, "ended", "08:00")
    say(typed, first, "GO-01", "no", "Sin gafas.")
    assert transcribing.open_differences(typed) == ["ended", "GO-01"]
    say(typed, second, "GO-01", "no", "sin gafas")
    assert transcribing.open_differences(typed) == ["ended"]
    say(typed, third, "ended", "11:50")

    done = transcribing.keep_form(now(typed), by=second)

    assert done.state == PaperState.KEPT
    answer = Observation.objects.get(item__code="GO-01")
    assert (answer.value, answer.note) == ("no", "Sin gafas.")
    assert PaperSettlement.objects.count() == 3
    assert Activity.objects.filter(verb="assessment.paper_settled").count() == 3


def test_the_two_and_coordination_settle_on_their_pages(form):
    typed = both(form, {"GO-01": ["no", "Sin gafas."], "signed": ["evaluator", ""]})
    user = coordinator_of(form.assessment)
    client = signed_in(user)

    page = client.get(typed.get_absolute_url())
    assert [each["name"] for each in page.context["differences"]] == ["signed", "GO-01"]
    assert "Sin gafas." in page.content.decode()
    for name, value in (("signed", "both"), ("GO-01", "si")):
        address = reverse("certification:paper_settle", args=[typed.public_id, name])
        assert client.get(address).status_code == 200
        assert client.post(address, {"value": value, "key": str(uuid4())}).status_code == 422
        sent = {"value": value, "note": "", "reason": "Se ve en la foto.", "key": str(uuid4())}
        assert client.post(address, sent).status_code == 302

    assert now(typed).state == PaperState.KEPT
    gone = reverse("certification:paper_settle", args=[typed.public_id, "GO-01"])
    assert client.get(gone).status_code == 302


@pytest.mark.rule("CERT-12")
def test_coordination_puts_a_line_of_the_head_right_on_which_both_agree():
    form = PaperFormFactory(asked_at=timezone.now() - timedelta(days=5))
    assessment, day = form.assessment, timezone.localdate() - timedelta(days=3)
    Plan.objects.create(
        assessment=assessment,
        number=2,
        centre=assessment.centre,
        evaluator=form.evaluator,
        scheduled_for=day,
        scheduled_at=time(9),
        begins_since=day,
        begins_until=day,
        reason="x",
        proposed_by=assessment.enrolled_by,
    )
    agreed = both(form)  # the day before: both read it so
    with refusal(refusals.DayNotPossible):
        transcribing.keep_form(agreed, by=form.evaluator)
    with refusal(transcribing.NothingDiffers):
        say(agreed, form.evaluator, "day", day.isoformat())
    coordinator = coordinator_of(assessment)
    with refusal(transcribing.NothingDiffers):
        say(agreed, coordinator, "GO-01", "no", "x")
    with refusal(transcribing.WrongEntries):
        say(agreed, coordinator, "day", "2030-01-01")
    row = {"form": agreed, "value": "x", "reason": "x"}
    for wrong in ({"name": "day", "by": form.evaluator}, {"name": "GO-01", "by": coordinator}):
        with pytest.raises(IntegrityError, match="is settled"), transaction.atomic():
            PaperSettlement.objects.create(**row, **wrong)
    client = signed_in(coordinator)
    address = reverse("certification:paper_settle", args=[agreed.public_id, "day"])
    typist = signed_in(form.evaluator)

    assert address in client.get(agreed.get_absolute_url()).content.decode()
    assert address not in typist.get(agreed.get_absolute_url()).content.decode()
    sent = {"value": day.isoformat(), "reason": "El papel dice otro día.", "key": str(uuid4())}
    assert client.post(address, sent).status_code == 302

    kept = now(form)
    assert kept.state == PaperState.KEPT
    assert timezone.localdate(kept.session.started_at) == day
    assert PaperSettlement.objects.get().by == coordinator


@pytest.mark.rule("CERT-12")
def test_coordination_lets_a_paper_count_that_began_outside_the_hours_of_the_plan(form):
    assessment = form.assessment
    Plan.objects.create(
        assessment=assessment,
        number=2,
        centre=assessment.centre,
        evaluator=form.evaluator,
        scheduled_for=assessment.scheduled_for,
        scheduled_at=time(0),
        opens_at=time(0),
        closes_at=time(0),
        reason="x",
        proposed_by=assessment.enrolled_by,
    )
    agreed = both(form)
    page = signed_in(form.evaluator).post(
        reverse("certification:paper_keep", args=[agreed.public_id]), follow=True
    )
    assert "coordinación confirma la hora con un motivo" in page.content.decode()
    began = transcribing.agreed_entries(agreed)["began"][0]

    say(agreed, coordinator_of(assessment), "began", began, reason="Se fue la luz.")

    assert transcribing.keep_form(now(agreed), by=form.evaluator).state == PaperState.KEPT


def test_a_stop_on_paper_stops_the_assessment(form):
    stop = {"stopped": ["10:15", "Se fue la luz."], "GO-03": ["", ""]}
    scan_of(form)
    for each in (form.evaluator, form.assessment.enrolled_by):
        type_as(form, each, replaced=stop)

    transcribing.keep_form(now(form), by=form.evaluator)

    assessment = now(form.assessment)
    assert (assessment.stop_reason, Observation.objects.count()) == ("Se fue la luz.", 2)
    closed = sessions.close_evidence(assessment, version=assessment.version, by=form.evaluator)
    judgement = judging.sign_judgement(
        closed, version=closed.version, recommendations="Repetir.", by=form.evaluator
    )
    assert judgement.outcome == JudgementOutcome.NOT_YET


def test_what_the_telephone_said_otherwise_waits_for_coordination():
    session = SessionFactory()
    assessment = session.assessment
    item = assessment.standard_version.items.get(code="GO-01")
    sessions.record_observation(
        session,
        key=uuid4(),
        device=uuid4(),
        item=item,
        value="no",
        note="Visto.",
        by=assessment.evaluator,
    )
    kept(PaperFormFactory(assessment=assessment))

    assert [each.code for each in assessment.items_to_resolve()] == ["GO-01"]


def test_what_coordination_decided_meanwhile_stays_so():
    session = SessionFactory()
    assessment, user = session.assessment, coordinator_of(session.assessment)
    item = assessment.standard_version.items.get(code="GO-01")
    for value in ("no", "si"):
        sessions.record_observation(
            session,
            key=uuid4(),
            device=uuid4(),
            item=item,
            value=value,
            note="Visto.",
            by=assessment.evaluator,
        )
    chosen = Observation.objects.get(value="no")
    sessions.resolve_item(assessment, item=item, observation=chosen, reason="Vi.", by=user)

    kept(PaperFormFactory(assessment=assessment))

    assert sessions.answers_of(assessment)["GO-01"] == "no"
    told = Activity.objects.get(verb="assessment.paper_kept")
    assert told.changes["decided"] == ["GO-01"]


# Nothing is lost


@pytest.mark.rule("CERT-7")
def test_no_session_ends_while_a_paper_waits(form):
    assessment = SessionFactory().assessment
    waits = typed_paper(PaperFormFactory(assessment=assessment), assessment.evaluator)
    user = coordinator_of(assessment)
    for code, value in (("GO-01", "si"), ("GO-02", "si"), ("GO-03", "2.5")):
        sessions.record_observation(
            assessment.sessions.get(),
            key=uuid4(),
            device=uuid4(),
            item=assessment.standard_version.items.get(code=code),
            value=value,
            note="",
            by=assessment.evaluator,
        )
    assessment = now(assessment)

    def close():
        return sessions.close_evidence(
            assessment, version=assessment.version, by=assessment.evaluator
        )

    with refusal(sessions.PaperWaits):
        close()
    with refusal(refusals.ReasonMissing):
        paper_forms.drop_form(waits, reason=" ", by=user)
    address = reverse("certification:paper_drop", args=[waits.public_id])
    assert signed_in(assessment.evaluator).post(address, {"reason": "No."}).status_code == 403
    signed_in(user).post(address, {"reason": "Era de otra persona."})
    assert now(waits).state == PaperState.DROPPED
    assert PaperTyping.objects.filter(form=waits).exists()
    with refusal(paper_forms.PaperEnded):
        paper_forms.drop_form(waits, reason="Otra vez.", by=user)
    with refusal(paper_forms.NotTypedYet):
        paper_forms.drop_form(form, reason="Nada.", by=user)

    assert close().state == "evidence_closed"


@pytest.mark.rule("CERT-7")
def test_what_was_typed_never_changes(form):
    typed = both(form, {"GO-01": ["no", "Sin gafas."]})
    say(typed, coordinator_of(form.assessment), "GO-01", "si")
    changes = [
        PaperTyping.objects.filter(form=form, number=1),
        PaperSettlement.objects.filter(form=form),
    ]

    for rows, values in zip(changes, ({"entries": {}}, {"value": "no"}), strict=True):
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            rows.update(**values)
    with pytest.raises(IntegrityError, match="one assessment"), transaction.atomic():
        PaperForm.objects.filter(pk=form.pk).update(evaluator=form.assessment.enrolled_by)
    transcribing.keep_form(now(form), by=form.evaluator)
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        PaperForm.objects.filter(pk=form.pk).update(ended_at=timezone.now())


def test_another_evaluator_keeps_nothing_of_it(form):
    both(form)
    other = UserFactory(evaluator=True)
    Assessment.objects.filter(pk=form.assessment_id).update(evaluator=other)

    with refusal(transcribing.OtherEvaluator):
        transcribing.keep_form(now(form), by=form.assessment.enrolled_by)


# Who types neither verifies nor decides


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
    user = coordinator_of(form.assessment)
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


# It is verified item by item


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

    sent = deciding.send_to_verification(
        assessment,
        version=assessment.version,
        verifier=UserFactory(verifier=True),
        candidate_name="Rosa",
        agrees=True,
        signature=hand(),
        by=by,
    )

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


# «Hoy», and its pages


def lines_of(user):
    return [line for block in today.blocks(now(user)) for line in block.lines]


def test_a_typed_form_waits_for_the_others_and_not_for_who_typed_it(form):
    user = coordinator_of(form.assessment)
    assert lines_of(user) == []

    typed_paper(form, form.assessment.enrolled_by)

    assert lines_of(form.assessment.enrolled_by) == []
    for each in (user, form.evaluator):
        [line] = lines_of(each)
        assert "espera a que una segunda persona lo digite" in str(line.detail)
        assert line.url == reverse("certification:paper_list", args=[form.assessment.public_id])
    type_as(now(form), form.evaluator, replaced={"GO-01": ["no", "Sin gafas."]})
    for each in (user, form.evaluator, form.assessment.enrolled_by):
        [line] = lines_of(each)
        assert "de forma distinta" in str(line.detail)


def test_pages_ask_few_questions(form):
    for places in (1, 3):
        assessment = AssessmentFactory(plan_agreed=True)
        for _each in range(places):
            last = PaperFormFactory(assessment=assessment)
            scan_of(last, by=assessment.evaluator)
        both(last, {"GO-01": ["no", "a"], "GO-03": ["3", "b"]} if places == 3 else {})
        client = signed_in(assessment.enrolled_by)
        addresses = [
            reverse("certification:paper_list", args=[assessment.public_id]),
            assessment.get_absolute_url(),
            reverse(PAGE, args=[last.public_id]),
            reverse("certification:paper_settle", args=[last.public_id, "GO-01"]),
            reverse("certification:paper_type", args=[last.public_id]),
        ]
        client.get(addresses[0])
        for address in addresses:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.get(address)
            assert len(asked) <= 15, address


def test_the_file_and_scans_are_for_who_may_see_them(form):
    make_paper_form(form_id=form.pk)
    scan = scan_of(form)
    pdf = reverse("certification:paper_file", args=[form.public_id])
    picture = reverse("certification:scan_file", args=[form.public_id, scan.public_id])
    coordinator, stranger = coordinator_of(form.assessment), UserFactory(coordinator=True)

    told = {
        user: [signed_in(user).get(each).status_code for each in (pdf, picture)]
        for user in (form.evaluator, coordinator, stranger)
    }

    assert list(told.values()) == [[200, 200], [403, 200], [404, 404]]


def test_a_photo_is_attached_on_its_page_once(form):
    address = reverse("certification:scan_add", args=[form.public_id])
    client = signed_in(form.evaluator)

    def send(data):
        file = SimpleUploadedFile("papel.jpg", data)
        return client.post(address, {"file": file, "key": str(uuid4())}).status_code

    assert [send(photo()), send(photo()), send(b"nada")] == [302, 422, 422]
    scan = Evidence.objects.get()
    assert (scan.kind, scan.counts) == ("document", False)


def test_who_is_erased_leaves_no_printed_name(form):
    make_paper_form(form_id=form.pk)
    kept(now(form))

    erase_person(form.assessment.person, ErasureKind.IDENTITY)

    assert not now(form).file
    assert not Evidence.objects.exists()


@pytest.mark.rule("SEC-13")
def test_the_evaluator_does_not_settle_alone_what_her_own_paper_says(form):
    office = form.assessment.person.office
    RoleAssignmentFactory(
        user=form.evaluator, role=Role.TERRITORIAL_COORDINATOR, organization=office
    )
    others = [form.assessment.enrolled_by, coordinator_of(form.assessment)]
    typed_paper(form, *others, differently={"GO-01": ["no", "Sin gafas."]})
    evaluator = type(form.evaluator).objects.get(pk=form.evaluator_id)

    assert not permissions.can_settle_paper(evaluator, now(form))
    assert all(permissions.can_settle_paper(each, now(form)) for each in others)


@pytest.mark.rule("CERT-4")
def test_no_session_on_paper_is_from_before_it_was_printed():
    noon = timezone.localtime().replace(hour=12, minute=0)
    form = PaperFormFactory(asked_at=noon)
    scan_of(form)
    before = {"day": [noon.date().isoformat(), ""], "began": ["11:59", ""], "ended": ["13:00", ""]}

    with (
        time_machine.travel(noon + timedelta(hours=2)),
        pytest.raises(transcribing.WrongEntries) as refused,
    ):
        type_as(form, form.evaluator, replaced=before)

    assert ("began", "value") in refused.value.faults


def test_the_key_of_another_file_is_refused(form):
    kept_scan = scan_of(form)
    other = PaperFormFactory()

    for at, seed in ((form, 91), (other, 92)):
        piece = Piece(
            key=kept_scan.client_id,
            device=uuid4(),
            source=EvidenceSource.PAPER,
            data=photo(seed=seed),
            paper=at,
        )
        with refusal(OtherContent):
            paper_forms.attach_scan(at, piece=piece, by=at.evaluator)


def test_a_paper_does_not_end_a_session_before_it_began(form):
    assessment = form.assessment
    sessions.start_session(
        assessment, version=assessment.version, identity_checked="DUI 123", by=form.evaluator
    )

    kept(form)

    begun = now(assessment)
    sessions.close_evidence(begun, version=begun.version, by=form.evaluator)
    session = begun.sessions.get()
    assert session.started_at <= session.ended_at
    started = Activity.objects.get(verb="assessment.started")
    assert started.actor_id == form.evaluator_id


def test_who_kept_the_paper_stands_in_the_history_of_what_it_tells(form):
    typed = both(form)

    transcribing.keep_form(typed, by=form.assessment.enrolled_by)

    started = Activity.objects.get(verb="assessment.started")
    assert started.actor == form.assessment.enrolled_by
