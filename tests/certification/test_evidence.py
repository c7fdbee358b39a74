"""Photos, papers and signatures of a session: kept once, made anew, awaited before it ends."""

import os
from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import Activity, ReadLog
from beneficiaries.actions.erasing import erase_person
from beneficiaries.choices import ConsentPurpose, ErasureKind
from certification.actions import evidence, refusals, sessions, settling
from certification.choices import (
    AssessmentState,
    EvidenceKind,
    EvidenceSource,
    Photo,
    Settlement,
    VersionState,
)
from certification.jobs import sweep_evidence
from certification.models import (
    AnnouncedFile,
    Assessment,
    Conflict,
    Evidence,
    Observation,
    Receipt,
)
from genesis.lib.storage import private
from tests.certification.steps import now
from tests.certification.telephone import ANSWERS, downloaded, told
from tests.certification.unchanged import refusal
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import AssessmentFactory, StandardVersionFactory
from tests.factories.papers import paper, phone_photo, photo

pytestmark = pytest.mark.django_db


def agree(assessment):
    ConsentFactory(person=assessment.person, purpose=ConsentPurpose.IMAGE)
    return assessment


@pytest.fixture
def running():
    """An assessment that goes on, of somebody who agrees to photos."""
    return agree(AssessmentFactory(in_assessment=True))


@pytest.fixture
def wanting():
    """The same, all answered; its third item wants a photo."""
    version = StandardVersionFactory(draft=True)
    version.items.filter(code="GO-03").update(photo=Photo.REQUIRED)
    version.state = VersionState.PUBLISHED
    version.save()
    return AssessmentFactory(in_assessment=True, standard_version=version, answers=ANSWERS)


def piece(assessment, data=None, *, code="GO-03", **values):
    item = assessment.standard_version.items.get(code=code) if code else None
    data = photo(seed=Evidence.objects.count() + 1) if data is None else data
    sent = {"key": uuid4(), "device": uuid4(), "source": EvidenceSource.PAGE, "item": item}
    return evidence.Piece(**sent | {"data": data} | values)


def keep(assessment, data=None, **values):
    sent = piece(assessment, data, **values)
    return evidence.record_evidence(assessment, piece=sent, by=assessment.evaluator)


def close(assessment):
    assessment = now(assessment)
    return sessions.close_evidence(assessment, version=assessment.version, by=assessment.evaluator)


# From a telephone


@pytest.mark.rule("SEC-16")
def test_a_photo_is_kept_once_and_made_anew(running):
    phone, data = downloaded(running), phone_photo()
    record = phone.file(running, data, item="GO-01")

    answers = [phone.send_file(record, data) for _each in range(2)]

    assert [each.status_code for each in answers] == [201, 200]
    kept = Evidence.objects.get()
    assert (kept.kind, kept.item.code, kept.sha256) == (
        EvidenceKind.PHOTO,
        "GO-01",
        sha256(data).hexdigest(),
    )
    with kept.file.open() as file:
        content = file.read()
    assert sha256(content).hexdigest() == kept.kept_sha256
    assert not Image.open(BytesIO(content)).getexif()
    assert Activity.objects.filter(verb="assessment.evidence_added").count() == 1
    assert Receipt.objects.get().record_id == kept.client_id


@pytest.mark.parametrize(
    ("data", "sent"),
    [(b"no es una foto", b"no es una foto"), (photo(), photo(seed=5)), (photo(), b"")],
    ids=["no photo", "damaged on its way", "empty"],
)
def test_what_is_no_photo_or_came_otherwise_is_refused(running, data, sent):
    phone = downloaded(running)

    answer = phone.send_file(phone.file(running, data, item="GO-01"), sent)

    assert answer.status_code == 422
    assert not Evidence.objects.exists()


def test_the_same_record_with_another_file_is_refused(running):
    phone, data = downloaded(running), photo()
    record = phone.file(running, data, item="GO-01")
    phone.send_file(record, data)

    changed = record | {"sha256": sha256(photo(seed=9)).hexdigest()}

    assert phone.send_file(changed, photo(seed=9)).status_code == 422
    assert Evidence.objects.count() == 1


def test_the_same_file_proves_one_thing(running):
    phone, data = downloaded(running), photo()
    sent = [phone.file(running, data, item=code) for code in ("GO-01", "GO-02")]

    assert [phone.send_file(each, data).status_code for each in sent] == [201, 422]


def test_a_file_that_is_too_large_is_not_read(running, settings):
    settings.UPLOAD_LIMIT = 100
    phone, data = downloaded(running), photo()

    assert phone.send_file(phone.file(running, data, item="GO-01"), data).status_code == 413


def test_without_its_file_or_a_signature_that_fits_nothing_is_kept(running):
    phone, data = downloaded(running), photo()
    record = phone.file(running, data, item="GO-01")

    answers = [
        phone.send_file(record, data, file=""),
        phone.send(record),
        phone.send_file(
            record, data, signature=phone.sign(record | {"item": "GO-02"})["signature"]
        ),
    ]

    assert [each.status_code for each in answers] == [422, 422, 422]
    assert not Evidence.objects.exists()


def test_a_photo_before_the_start_waits():
    assessment = agree(AssessmentFactory(plan_agreed=True))
    phone, data = downloaded(assessment), photo()

    assert phone.send_file(phone.file(assessment, data, item="GO-01"), data).status_code == 424


@pytest.mark.rule("CASE-3")
def test_nobody_is_photographed_who_does_not_agree():
    assessment = AssessmentFactory(in_assessment=True)
    phone, data = downloaded(assessment), photo()

    answer = phone.send_file(phone.file(assessment, data, item="GO-01"), data)

    assert answer.status_code == 422
    [told] = answer.json()["answers"]
    assert "no acepta que se tomen fotos" in told["reason"]
    assert told["photos"] is False  # the telephone asks for no more
    assert phone.download().json()["packages"][0]["photos"] is False
    assert not Evidence.objects.exists()


def test_the_telephone_is_told_of_which_items_there_is_a_photo(running):
    phone = downloaded(running)
    keep(running, code="GO-02")

    package = phone.download().json()["packages"][0]

    assert (package["photos"], package["photographed"]) == (True, ["GO-02"])


def test_both_sign_with_a_drawing_or_a_name(running):
    phone, data = downloaded(running), photo(seed=3)
    drawn = phone.file(running, data, "signature", value="candidate_start")
    typed = phone.note(running, "signature", value="evaluator_start", note="Elena Paz")

    assert phone.send_file(drawn, data).status_code == 201
    assert told(phone.send(typed)) == [(201, "stored")]
    kept = Evidence.objects.order_by("pk").values_list("signs", "name", "item")
    assert list(kept) == [("candidate_start", "", None), ("evaluator_start", "Elena Paz", None)]
    with Evidence.objects.earliest("pk").file.open() as file, Image.open(file) as drawing:
        assert (drawing.mode, drawing.width <= 1000, drawing.height <= 400) == ("L", True, True)


@pytest.mark.parametrize(
    "values",
    [
        {"note": "Elena"},
        {"value": "nadie", "note": "Elena"},
        {"value": "candidate_end"},
        {"value": "candidate_end", "note": "E" * 241},
        {"value": "candidate_end", "note": "Elena\nPaz"},
    ],
    ids=["nobody", "unknown", "nothing", "too long", "two lines"],
)
def test_a_signature_says_who_signs_and_how(running, values):
    phone = downloaded(running)

    assert phone.send(phone.note(running, "signature", **values)).status_code == 422


@pytest.mark.parametrize("said", [0, 1, None])
def test_an_answer_says_whether_its_question_was_read_aloud(running, said):
    phone = downloaded(running)
    values = {} if said is None else {"read_aloud": said}

    assert phone.send(phone.note(running, item="GO-01", value="si", **values)).status_code == 201

    assert Observation.objects.get().read_aloud is (said == 1)


def test_what_is_of_an_annulled_session_says_so(running):
    keep(running)
    running.sessions.update(ended_at=timezone.now(), annulled_at=timezone.now())
    address = reverse("certification:evidence_list", args=[running.public_id])

    page = signed_in(running.evaluator).get(address).content.decode()

    assert "De una sesión que se anuló" in page
    assert not running.evidence.counting().exists()


# What is awaited


@pytest.fixture
def announced():
    """All answered by a telephone, which has a photo of the first item still to send."""
    assessment = agree(AssessmentFactory(in_assessment=True, answers=ANSWERS))
    phone = downloaded(assessment)
    phone.assessment, phone.data = assessment, photo(seed=7)
    phone.photo = phone.file(assessment, phone.data, item="GO-01")
    answer = phone.note(assessment, item="GO-01", value="si", files=[phone.photo["sha256"]])
    assert phone.send(answer).status_code == 201
    return phone


@pytest.mark.rule("CERT-10")
def test_nothing_ends_before_what_was_announced_has_arrived(announced):
    phone, assessment = announced, announced.assessment
    signed, end = phone.end(assessment)
    phone.send(signed)

    with refusal(evidence.UploadsPending):
        close(assessment)
    assert phone.send(end).status_code == 424
    assert phone.send_file(phone.photo, phone.data).status_code == 201
    assert phone.send(end).status_code == 201
    assert now(assessment).state == AssessmentState.EVIDENCE_CLOSED


@pytest.mark.rule("CERT-10")
def test_what_was_taken_out_on_the_telephone_is_not_awaited(announced):
    records = announced.end(announced.assessment, without=[announced.photo["sha256"]])

    assert told(announced.send(*records)) == [(201, "stored")] * 2
    assert AnnouncedFile.objects.get().given_up_by == announced.assessment.evaluator


@pytest.mark.rule("CERT-10")
def test_a_photo_is_not_awaited_of_who_no_longer_agrees(announced):
    consent = announced.assessment.person.consents.get(purpose=ConsentPurpose.IMAGE)
    consent.withdrawn_at, consent.withdrawn_by = timezone.now(), announced.assessment.evaluator
    consent.save()

    assert close(announced.assessment).state == AssessmentState.EVIDENCE_CLOSED


@pytest.mark.parametrize("name", ["files", "without"])
@pytest.mark.parametrize("wrong", ["x", ["x"], [1], ["a" * 64] * 21])
def test_what_announces_no_files_is_refused(running, name, wrong):
    phone = downloaded(running)

    assert (
        phone.send(phone.note(running, item="GO-01", value="si", **{name: wrong})).status_code
        == 422
    )


def test_the_evaluator_goes_on_without_a_telephone_that_was_lost(announced):
    assessment = announced.assessment
    client = signed_in(assessment.evaluator)
    page = reverse("evaluation:evidence_give_up", args=[assessment.public_id])

    shown = client.get(reverse("evaluation:session_open", args=[assessment.public_id]))
    wrong = client.post(page, {"version": 1, "reason": ""})
    done = client.post(page, {"version": 1, "reason": "Se cayó al río"})

    assert page in shown.content.decode()
    assert (wrong.status_code, done.status_code) == (422, 302)
    assert AnnouncedFile.objects.get().reason == "Se cayó al río"
    assert close(assessment).state == AssessmentState.EVIDENCE_CLOSED
    assert Activity.objects.filter(verb="assessment.files_given_up").count() == 1


def test_there_is_something_to_give_up_or_it_is_refused(running):
    with refusal(evidence.NothingAwaited):
        evidence.give_up_files(running, version=1, reason="Nada", by=running.evaluator)


# What has to be there in the end


def test_an_item_that_wants_a_photo_has_one_before_the_end(wanting):
    agree(wanting)

    with refusal(evidence.PhotoMissing, match="GO-03"):
        close(wanting)
    keep(wanting, code="GO-02")
    with refusal(evidence.PhotoMissing, match="GO-03"):
        close(wanting)
    keep(wanting)

    assert close(wanting).state == AssessmentState.EVIDENCE_CLOSED


def test_without_consent_to_it_a_note_takes_the_place_of_a_photo(wanting):
    with refusal(evidence.PhotoMissing, match="una nota: GO-03"):
        close(wanting)
    session = wanting.sessions.get()
    sessions.record_observation(
        session,
        key=uuid4(),
        device=session.observations.first().device,
        item=wanting.standard_version.items.get(code="GO-03"),
        value="2.5",
        note="Medido con regla de dos metros",
        by=wanting.evaluator,
    )

    assert close(wanting).state == AssessmentState.EVIDENCE_CLOSED


@pytest.mark.rule("CERT-10")
def test_after_a_stop_no_photo_is_wanted(wanting):
    sessions.stop_for_safety(wanting, version=1, reason="Sin guarda", by=wanting.evaluator)

    assert close(wanting).state == AssessmentState.EVIDENCE_CLOSED


# What came too late


@pytest.mark.rule("CERT-7")
def test_a_photo_after_the_end_counts_when_coordination_takes_it(running):
    phone, data = downloaded(running), photo()
    record = phone.file(running, data, item="GO-01")
    Assessment.objects.filter(pk=running.pk).update(state=AssessmentState.EVIDENCE_CLOSED)

    answers = [phone.send_file(record, data) for _each in range(2)]

    assert [each.status_code for each in answers] == [409, 409]
    assert not Evidence.objects.counting().exists()
    settling.settle_conflict(
        Conflict.objects.get(),
        settlement=Settlement.TAKEN,
        reason="La vi",
        by=UserFactory(coordinator=True, at=running.person.office),
    )
    assert Evidence.objects.counting().get().item.code == "GO-01"


def test_coordination_reads_whose_signature_came_too_late(running):
    phone = downloaded(running)
    record = phone.note(running, "signature", value="candidate_end", note="Rosa Paz")
    Assessment.objects.filter(pk=running.pk).update(state=AssessmentState.EVIDENCE_CLOSED)
    assert phone.send(record).status_code == 409

    client = signed_in(UserFactory(coordinator=True, at=running.person.office))
    page = client.get(page_of("conflict_settle", running, Conflict.objects.get().public_id))

    facts = {str(name): str(value) for name, value in page.context["facts"]}
    assert facts["El teléfono anotó"] == "Persona candidata, al final"
    assert "En el sistema" not in facts


@pytest.mark.rule("CERT-7")
@pytest.mark.parametrize("state", ["evidence_closed", "judged"])
def test_with_signal_nothing_is_added_after_the_end(state):
    assessment = agree(AssessmentFactory(state=state))

    with refusal(evidence.AssessmentClosed):
        keep(assessment)


@pytest.mark.rule("CERT-5")
def test_nobody_else_adds_evidence(running):
    with refusal(refusals.NotYours):
        evidence.record_evidence(running, piece=piece(running), by=UserFactory(evaluator=True))


@pytest.mark.rule("CERT-7")
@pytest.mark.parametrize("change", [{"kept_sha256": "0" * 64}, {"counts": False}, {"item": None}])
def test_evidence_never_changes(running, change):
    kept = keep(running)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Evidence.objects.filter(pk=kept.pk).update(**change)


def test_the_database_refuses_evidence_of_nothing(running):
    empty = {"assessment": running, "device": uuid4(), "source": "page", "by": running.evaluator}

    for kind, name in (("photo", "has_a_file"), ("signature", "has_a_file|signed_by")):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Evidence.objects.create(client_id=uuid4(), kind=kind, **empty)


# The pages


def page_of(name, assessment, *more):
    return reverse(f"certification:{name}", args=[assessment.public_id, *more])


def test_the_evaluator_adds_a_photo_with_signal(running):
    client = signed_in(running.evaluator)
    page = reverse("evaluation:evidence_add", args=[running.public_id])
    answers = {"item": "GO-01", "key": str(uuid4())}

    shown = client.get(f"{page}?item=GO-01")
    wrong = client.post(page, answers | {"file": SimpleUploadedFile("a.jpg", b"nada")})
    sent = [
        client.post(page, answers | {"file": SimpleUploadedFile("a.jpg", photo())})
        for _each in range(2)
    ]

    assert "selected>GO-01" in shown.content.decode()
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["file"])
    assert [each.status_code for each in sent] == [302, 302]
    kept = Evidence.objects.get()
    assert (kept.kind, kept.source, kept.item.code) == ("photo", "page", "GO-01")


@pytest.mark.rule("CASE-3")
def test_with_signal_too_only_papers_are_kept_of_who_agrees_to_no_photo():
    assessment = AssessmentFactory(in_assessment=True)
    client = signed_in(assessment.evaluator)
    page = reverse("evaluation:evidence_add", args=[assessment.public_id])

    statuses = [
        client.post(
            page, {"item": "GO-01", "key": str(uuid4()), "file": SimpleUploadedFile("a", data)}
        ).status_code
        for data in (photo(), paper())
    ]

    assert statuses == [422, 302]
    assert Evidence.objects.get().kind == EvidenceKind.DOCUMENT


@pytest.mark.rule("CASE-12", "SEC-6")
def test_whoever_reads_answers_opens_the_files_and_each_opening_is_on_record(running):
    kept = keep(running)
    client = signed_in(running.evaluator)

    pages = [
        client.get(page_of("evidence_list", running)),
        client.get(page_of("evidence_file", running, kept.public_id)),
        client.get(page_of("evidence_preview", running, kept.public_id)),
    ]

    assert [each.status_code for each in pages] == [200, 200, 200]
    assert page_of("evidence_file", running, kept.public_id) in pages[0].content.decode()
    assert pages[1]["Content-Type"] == "image/jpeg"
    views = ReadLog.objects.filter(actor=running.evaluator).values_list("view", "persons")
    assert sorted(views) == [
        (f"certification:evidence_{name}", [running.person_id])
        for name in ("file", "list", "preview")
    ]


@pytest.mark.rule("SEC-2")
def test_nobody_else_opens_the_files(running):
    kept = keep(running)
    people = {running.enrolled_by: 403, UserFactory(coordinator=True): 404}

    for user, status in people.items():
        client = signed_in(user)
        for page in (
            page_of("evidence_list", running),
            page_of("evidence_file", running, kept.public_id),
            page_of("evidence_preview", running, kept.public_id),
        ):
            assert client.get(page).status_code == status


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_evidence_asks_no_more_for_more_of_it(running, count):
    for _each in range(count):
        keep(running)
    client = signed_in(running.evaluator)

    with CaptureQueriesContext(connection) as asked:
        client.get(page_of("evidence_list", running))

    assert len(asked) == 12


@pytest.mark.rule("CASE-38")
def test_what_belongs_to_nobody_is_erased_after_a_day(running):
    kept = keep(running)
    folder = private()
    for name in ("left.jpg", "young.jpg"):
        folder.save(f"evidence/{name}", ContentFile(b"x"))
    for name in {kept.file.name, kept.preview.name, "evidence/left.jpg"} - {""}:
        os.utime(folder.path(name), (1, 1))

    sweep_evidence()

    assert folder.exists(kept.file.name)
    assert folder.exists("evidence/young.jpg")
    assert not folder.exists("evidence/left.jpg")


def test_photos_and_signatures_go_with_the_identity(running, django_capture_on_commit_callbacks):
    kept = keep(running)
    name = kept.file.name

    with django_capture_on_commit_callbacks(execute=True):
        counts = erase_person(running.person, ErasureKind.IDENTITY)

    assert counts["certification.Evidence"] == 1
    assert not Evidence.objects.exists()
    assert not private().exists(name)


# The telephone on its home screen


def test_the_manifest_names_icons_that_are_there(client):
    told = client.get(reverse("evaluation:phone_manifest"))

    assert told["Content-Type"] == "application/manifest+json"
    sizes = []
    for each in told.json()["icons"]:
        path = finders.find(each["src"].removeprefix("/static/"))
        with Image.open(path) as icon:
            sizes.append(f"{icon.width}x{icon.height}" == each["sizes"])
    assert sizes == [True] * 3
    assert told.json()["scope"] == told.json()["start_url"] == reverse("evaluation:phone_shell")
