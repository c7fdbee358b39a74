"""Papers and photos of a person: kept, replaced, voided; who opens them, and what is written."""

import errno
import os
import threading
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.actions.history import OtherContent
from accounts.actions.reasons import give_reason
from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries.actions import attachments
from beneficiaries.actions.consents import withdraw_consent
from beneficiaries.choices import ATTACHMENT_CLASSES, AttachmentKind, ConsentPurpose
from beneficiaries.jobs import sweep_files
from beneficiaries.models import Attachment
from genesis.lib.sensitivity import D4
from genesis.lib.states import StaleRecord
from genesis.lib.storage import private
from tests.beneficiaries.test_rights import granted
from tests.factories import papers
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    CaseFactory,
    ConsentFactory,
    ContactFactory,
    DocumentFactory,
    JobFactory,
    PersonFactory,
    TripFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(office, caseworker):
    person = PersonFactory(office=office, caseworker=caseworker)
    ContactFactory(person=person)
    told = {"channel": "verbal_recorded", "recording": "Carpeta de la oficina"}
    ConsentFactory(person=person, purpose="sensitive", **told)
    return person


def kept(person, by, data=None, **answers):
    answers = {"key": uuid4(), "kind": "identity"} | answers
    file = papers.upload(papers.photo() if data is None else data)
    return attachments.add_attachment(person, by=by, file=file, **answers)


def stored():
    """The names of all files that lie in the folder."""
    folder = private()
    return sorted(folder.listdir("attachments")[1]) if folder.exists("attachments") else []


def page(name, person, *more):
    return reverse(f"beneficiaries:{name}", args=[person.public_id, *more])


def posted(data=None, name="foto.jpg", **changes):
    file = papers.upload(papers.photo() if data is None else data, name)
    return {"key": str(uuid4()), "kind": "identity", "file": file} | changes


# Keeping


@pytest.mark.rule("SEC-23")
def test_what_is_kept_is_made_anew_under_a_name_of_ours(person, caseworker):
    sent = papers.phone_photo()

    attachment = kept(person, caseworker, sent)

    assert attachment.file.name == f"attachments/{attachment.public_id}.jpg"
    assert attachment.sha256 == sha256(sent).hexdigest()
    with attachment.file.open() as file:
        content = file.read()
    assert b"Exif" not in content
    assert attachment.kept_sha256 == sha256(content).hexdigest()
    assert attachment.size == len(content)
    assert stored() == [f"{attachment.public_id}-preview.jpg", f"{attachment.public_id}.jpg"]


def test_each_kind_has_a_class_and_the_history_says_no_more_than_that_it_was_added(
    person, caseworker
):
    assert set(ATTACHMENT_CLASSES) == set(AttachmentKind)
    asked = {"identity": "D2", "photo": "D2", "consent": "D2", "work_proof": "D3", "medical": "D4"}
    assert {kind: ATTACHMENT_CLASSES[kind] for kind in asked} == asked

    attachment = kept(person, caseworker, kind="medical", title="Prueba de embarazo")

    activity = Activity.objects.get(verb="attachment.added", record_id=attachment.pk)
    assert (activity.person_id, activity.actor, activity.changes) == (person.pk, caseworker, {})


@pytest.mark.rule("SEC-16")
def test_a_form_sent_twice_keeps_one_file(person, caseworker):
    key = uuid4()

    first = kept(person, caseworker, key=key)
    second = kept(person, caseworker, key=key)

    assert first == second
    assert Attachment.objects.count() == 1
    with pytest.raises(OtherContent):
        kept(person, caseworker, papers.photo(seed=3), key=key)


def test_the_same_file_is_told_and_not_kept_twice(person, caseworker):
    kept(person, caseworker)
    before = stored()

    with pytest.raises(ValidationError, match="ya está en el expediente") as error:
        kept(person, caseworker, kind="return_proof")

    assert list(error.value.message_dict) == ["file"]
    assert stored() == before
    other = PersonFactory(office=person.office)
    assert kept(other, caseworker).person == other


def test_a_voided_file_may_be_sent_again(person, caseworker):
    wrong = kept(person, caseworker)
    attachments.void_attachment(wrong, version=1, reason="De otra persona.", by=caseworker)

    assert kept(person, caseworker, kind="return_proof").kind == "return_proof"


def test_it_belongs_to_a_record_of_the_same_person(person, caseworker):
    CaseFactory(person=person)
    about = [
        DocumentFactory(person=person),
        JobFactory(person=person),
        TripFactory(person=person),
        person.cases.get(),
    ]

    for seed, each in enumerate(about):
        assert kept(person, caseworker, papers.photo(seed=seed + 1), about=each).about == each
    foreign = TripFactory()
    with pytest.raises(ValidationError, match="otra persona"):
        kept(person, caseworker, about=foreign)
    with pytest.raises(ValidationError, match="papel firmado"):
        kept(person, caseworker, about=ConsentFactory(person=person))


def test_there_is_an_end_to_the_files_of_one_person(person, caseworker, settings):
    settings.FILES_PER_PERSON = 1
    kept(person, caseworker)

    with pytest.raises(ValidationError, match="ya tiene 1 archivos"):
        kept(person, caseworker, papers.photo(seed=2))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\papeles\\CON.pdf", "CON.pdf"),
        ("a" * 300, "a" * 150),
        ("foto\u202egnp.exe", ""),
        ('a"\nb.jpg', ""),
        ("cédula.jpg", "cédula.jpg"),
    ],
)
@pytest.mark.rule("SEC-23")
def test_the_name_that_it_had_is_text_and_names_nothing(person, caseworker, name, shown):
    file = papers.upload(papers.photo())
    file._name = name  # as a program writes it; Django's own parser would shorten it

    attachment = attachments.add_attachment(
        person, key=uuid4(), by=caseworker, file=file, kind="identity"
    )

    assert attachment.text.original_name == shown
    assert str(attachment.public_id) in attachment.file.name


# Replacing and voiding


def test_a_newer_file_replaces_and_overwrites_nothing(person, caseworker):
    document = DocumentFactory(person=person)
    old = kept(person, caseworker, about=document, title="DUI")
    file = papers.upload(papers.paper())

    new = attachments.replace_attachment(
        old, key=uuid4(), by=caseworker, file=file, title="DUI nuevo"
    )

    old.refresh_from_db()
    assert (new.replaces, new.kind, new.identity_document) == (old, "identity", document)
    assert old.replaced_at is not None
    assert list(person.attachments.current()) == [new]
    assert list(attachments.files_of(person)) == [old, new]
    with old.file.open() as content:
        assert sha256(content.read()).hexdigest() == old.kept_sha256
    with pytest.raises(ValidationError, match="mientras tanto"):
        attachments.replace_attachment(
            old, key=uuid4(), by=caseworker, file=papers.upload(papers.photo(seed=9))
        )


@pytest.mark.rule("CASE-38")
def test_voiding_asks_why_and_keeps_the_file(person, caseworker):
    attachment = kept(person, caseworker)

    with pytest.raises(ValidationError):
        attachments.void_attachment(attachment, version=1, reason="", by=caseworker)
    with pytest.raises(StaleRecord):
        attachments.void_attachment(attachment, version=9, reason="Otra.", by=caseworker)
    attachments.void_attachment(attachment, version=1, reason="De otra persona.", by=caseworker)

    assert len(stored()) == 2
    assert list(attachments.files_of(person)) == [attachment]
    assert not person.attachments.standing().exists()
    with pytest.raises(ValidationError, match="anul"):
        attachments.void_attachment(attachment, version=2, reason="Otra.", by=caseworker)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "selfie"},
        {"media_type": "text/html"},
        {"size": 0},
        {"voided_reason": "Porque sí."},
        {"sha256": "corto"},
        {"kind": "photo", "consent": True},
        {"trip": True, "job": True},
    ],
    ids=str,
)
@pytest.mark.rule("SEC-23")
def test_the_database_refuses_it_too(person, caseworker, values):
    attachment = kept(person, caseworker)
    made = {"consent": ConsentFactory, "trip": TripFactory, "job": JobFactory}
    values = {
        name: made[name](person=person) if value is True else value
        for name, value in values.items()
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(**values)


# When the storage fails


def storage_that_fails(monkeypatch, at):
    """A disk that is full when file number `at` is written, halfway."""
    real, count = type(private())._save, iter(range(9))

    def save(self, name, content):
        if next(count) == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(self, name, content)

    monkeypatch.setattr(type(private()), "_save", save)


@pytest.mark.rule("SEC-20")
@pytest.mark.parametrize("at", [0, 1], ids=["the file", "its preview"])
def test_a_full_disk_leaves_neither_row_nor_file(client, person, caseworker, monkeypatch, at):
    storage_that_fails(monkeypatch, at)

    response = client.post(page("attachment_create", person), posted(title="DUI, dos lados"))

    assert response.status_code == 422
    assert "no se pudo guardar" in response.content.decode().lower()
    assert "DUI, dos lados" in response.content.decode()
    assert not Attachment.objects.exists()
    assert stored() == []


@pytest.mark.rule("SEC-20")
def test_a_row_that_cannot_be_written_leaves_no_file(person, caseworker):
    def refuse(execute, sql, params, many, context):
        if 'INSERT INTO "beneficiaries_attachmenttext"' in sql:
            raise IntegrityError("no")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(IntegrityError), transaction.atomic():
        kept(person, caseworker)

    assert stored() == []
    assert not Attachment.objects.exists()


@pytest.mark.rule("SEC-20")
def test_what_belongs_to_nobody_is_erased_after_a_day(person, caseworker):
    attachment = kept(person, caseworker)
    attachments.void_attachment(attachment, version=1, reason="Mal.", by=caseworker)
    folder = private()
    for name, age in (("left.jpg", 2), ("young.jpg", 0)):
        folder.save(f"attachments/{name}", papers.upload(b"x"))
        past = (timezone.now() - timedelta(days=age)).timestamp()
        os.utime(folder.path(f"attachments/{name}"), (past, past))
    for name in stored():
        if "left" not in name and "young" not in name:
            os.utime(folder.path(f"attachments/{name}"), (1, 1))

    sweep_files()

    assert stored() == sorted(
        [f"{attachment.public_id}-preview.jpg", f"{attachment.public_id}.jpg", "young.jpg"]
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_the_same_file_at_once_one_keeps_it(office):
    caseworker = UserFactory(caseworker=True, at=office)
    person = PersonFactory(office=office, caseworker=caseworker)
    outcomes, start = [], threading.Barrier(2)

    def send():
        start.wait()
        try:
            kept(person, caseworker)
        except ValidationError:
            outcomes.append("told")
        else:
            outcomes.append("kept")
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _each in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(outcomes) == ["kept", "told"]
    assert len(stored()) == 2


# The pages


def test_a_paper_is_added_seen_and_opened(client, person, caseworker):
    sent = posted(papers.paper(), "constancia.pdf", kind="return_proof", title="De Migración")

    response = client.post(page("attachment_create", person), sent)

    assert response.status_code == 302
    attachment = Attachment.objects.get()
    listed = client.get(page("attachment_list", person)).content.decode()
    assert "De Migración" in listed
    assert "constancia.pdf" in listed
    opened = client.get(page("attachment_file", person, attachment.public_id))
    with pikepdf.open(BytesIO(opened.content)) as made:
        assert len(made.pages) == 1


@pytest.mark.rule("SEC-23")
def test_a_file_is_handed_out_sealed_and_its_opening_is_on_record(client, person, caseworker):
    attachment = kept(person, caseworker, title="Secreto")
    ReadLog.objects.all().delete()

    response = client.get(page("attachment_file", person, attachment.public_id))

    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert person.file_number in response.headers["Content-Disposition"]
    assert "Secreto" not in str(response.headers)
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert Image.open(BytesIO(response.content)).format == "JPEG"
    read = ReadLog.objects.get()
    assert (read.kind, read.persons, read.actor) == (ReadKind.FILE, [person.pk], caseworker)


def test_a_preview_is_small_ours_and_on_record(client, person, caseworker):
    photo = kept(person, caseworker, papers.photo(2000, 1000))
    text = kept(person, caseworker, papers.paper())
    ReadLog.objects.all().delete()

    response = client.get(page("attachment_preview", person, photo.public_id))

    assert response.headers["Content-Disposition"].startswith("inline")
    assert Image.open(BytesIO(response.content)).size == (320, 160)
    assert ReadLog.objects.get().persons == [person.pk]
    assert client.get(page("attachment_preview", person, text.public_id)).status_code == 404


BAD = {
    "nothing": (b"", "vacío"),
    "html that calls itself a photo": (
        b"<html><script>alert(1)</script></html>",
        "Solo se guardan",
    ),
    "drawing with a program": (b'<svg onload="alert(1)"/>', "Solo se guardan"),
    "picture and program in one": (b"GIF89a/*" + b"\x00" * 30 + b"*/=1", "Solo se guardan"),
    "word": (b"PK\x03\x04" + b"\x00" * 40, "Solo se guardan"),
    "iphone": (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "iPhone"),
    "bomb": (papers.head_of_png(30_000, 30_000), "demasiados píxeles"),
    "script": (papers.paper(papers.with_script), "un programa"),
    "file inside": (papers.paper(papers.with_file_inside), "un programa"),
    "locked": (papers.paper(encryption=pikepdf.Encryption(user="x", owner="y")), "contraseña"),
    "broken": (b"%PDF-1.7 " + b"\x00" * 40, "dañado"),
    "a byte too many": (b"\xff\xd8\xff" + b"\x00" * (10 * 1024 * 1024 - 2), "10 MB"),
}


@pytest.mark.rule("SEC-23")
@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_kept_is_refused_at_its_field(client, person, caseworker, name):
    data, said = BAD[name]

    response = client.post(
        page("attachment_create", person), posted(data, title="Lo que escribí", on="2026-01-05")
    )

    assert response.status_code == 422
    form = response.context["form"]
    assert said in " ".join(form.errors["file"])
    assert "Lo que escribí" in response.content.decode()
    assert "2026-01-05" in response.content.decode()
    assert not Attachment.objects.exists()
    assert stored() == []


def test_a_mistake_elsewhere_says_to_choose_the_file_again(client, person, caseworker):
    response = client.post(page("attachment_create", person), posted(on="2999-01-01"))

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"on", "file"}
    assert response.context["form"]["key"].value()


def test_eleven_files_in_one_form_are_refused(client, person, caseworker):
    files = [papers.upload(papers.photo(seed=each + 1)) for each in range(11)]

    response = client.post(page("attachment_create", person), posted() | {"file": files})

    assert response.status_code == 400
    assert not Attachment.objects.exists()


def test_a_photo_that_calls_itself_something_else_is_known_by_what_it_holds(
    client, person, caseworker
):
    client.post(page("attachment_create", person), posted(papers.photo(seed=1), "nota.pdf"))

    assert Attachment.objects.get().media_type == "image/jpeg"


def test_replacing_and_voiding_on_their_pages(client, person, caseworker):
    first = kept(person, caseworker, title="DUI")
    sent = {"key": str(uuid4()), "file": papers.upload(papers.paper()), "title": "DUI 2"}

    asked = client.get(page("attachment_replace", person, first.public_id))
    assert "DUI" in asked.content.decode()
    assert client.post(page("attachment_replace", person, first.public_id), sent).status_code == 302

    newer = person.attachments.current().get()
    listed = client.get(page("attachment_list", person)).content.decode()
    assert str(first.public_id) in listed  # the older version is still opened
    gone = client.post(page("attachment_replace", person, first.public_id), sent)
    assert gone.status_code == 404
    why = {"version": "1", "reason": "De otra persona."}
    assert (
        client.post(page("attachment_void", person, newer.public_id), {"version": "1"}).status_code
        == 422
    )
    assert client.post(page("attachment_void", person, newer.public_id), why).status_code == 302
    assert client.get(page("attachment_file", person, newer.public_id)).status_code == 404


def test_the_list_asks_the_same_number_of_questions(
    client, person, caseworker, django_assert_num_queries
):
    kept(person, caseworker)
    client.get(page("attachment_list", person))
    with django_assert_num_queries(12):
        client.get(page("attachment_list", person))
    job, trip = JobFactory(person=person), TripFactory(person=person)
    kept(person, caseworker, papers.photo(seed=1), about=job, kind="work_proof")
    kept(person, caseworker, papers.photo(seed=2), about=trip)

    with django_assert_num_queries(12):
        client.get(page("attachment_list", person))


def test_opening_asks_few_questions(client, person, caseworker, django_assert_max_num_queries):
    attachment = kept(person, caseworker)
    medical = kept(person, caseworker, papers.photo(seed=5), kind="medical")
    give_reason(person.pk, level=D4, reason="Visita.", by=caseworker)

    for each in (attachment, medical):
        with django_assert_max_num_queries(10):
            client.get(page("attachment_file", person, each.public_id))


# Who opens what

OPENS = ("attachment_file", "attachment_preview")


@pytest.mark.rule("SEC-3", "SEC-4")
@pytest.mark.parametrize("name", [*OPENS, "attachment_replace", "attachment_void"])
def test_another_office_finds_nothing(client, person, caseworker, name):
    attachment = kept(person, caseworker)
    client.force_login(UserFactory(caseworker=True))

    foreign = client.get(page(name, person, attachment.public_id))
    missing = client.get(page(name, person, uuid4()))

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert client.get(page("attachment_list", person)).status_code == 404


@pytest.mark.rule("SEC-3")
def test_under_the_number_of_another_person_nothing_is_found(client, person, caseworker):
    other = PersonFactory(office=person.office, caseworker=caseworker)
    attachment = kept(person, caseworker)

    assert client.get(page("attachment_file", other, attachment.public_id)).status_code == 404


# Of a colleague at the same office, and of who accompanies her: identity, work, medical.
EXPECTED = {
    Role.CASEWORKER: (200, 403, 403),
    Role.REGISTRAR: (200, 403, 403),
    Role.TERRITORIAL_COORDINATOR: (200, 200, 403),
    Role.PROGRAMME_COORDINATOR: (200, 200, 403),
    Role.ADMINISTRATOR: (404, 404, 404),
    Role.EVALUATOR: (404, 404, 404),
    Role.MONITORING_OFFICER: (404, 404, 404),
    Role.DONOR_VIEWER: (404, 404, 404),
}


@pytest.mark.rule("SEC-2", "CASE-12")
@pytest.mark.parametrize("role", EXPECTED)
@pytest.mark.parametrize("name", OPENS)
def test_the_class_of_a_paper_says_who_opens_it(client, person, caseworker, role, name):
    rows = [
        kept(person, caseworker, papers.photo(seed=seed + 1), kind=kind)
        for seed, kind in enumerate(["identity", "work_proof", "medical"])
    ]
    reader = UserFactory(role=role, at=person.office)
    give_reason(person.pk, level=D4, reason="Curiosidad.", by=reader)
    client.force_login(reader)

    answers = [client.get(page(name, person, each.public_id)).status_code for each in rows]

    assert tuple(answers) == EXPECTED[role]


@pytest.mark.rule("CASE-12", "SEC-6")
def test_a_protected_paper_asks_why_once_a_day(client, person, caseworker):
    medical = kept(person, caseworker, kind="medical", title="Epicrisis")
    address = page("attachment_file", person, medical.public_id)

    listed = client.get(page("attachment_list", person)).content.decode()
    assert "Epicrisis" not in listed
    assert page("attachment_protected", person) in listed
    for name in ("attachment_file", "attachment_preview", "attachment_replace", "attachment_void"):
        asked = client.get(page(name, person, medical.public_id))
        assert asked.headers["Location"].startswith(page("reason_give", person, "d4"))
    assert client.get(page("attachment_protected", person)).status_code == 302
    asked = client.get(address).url
    given = client.post(asked, {"key": str(uuid4()), "reason": "Cita con el médico."})
    assert given.url == page("attachment_protected", person)

    assert client.get(address).status_code == 200
    assert ReadLog.objects.latest("pk").kind == ReadKind.PROTECTION
    assert "Epicrisis" in client.get(page("attachment_protected", person)).content.decode()


def test_a_colleague_learns_only_that_there_is_more(client, person, caseworker):
    kept(person, caseworker, kind="legal", title="Denuncia")
    kept(person, caseworker, papers.photo(seed=4), kind="work_proof", title="Constancia")
    client.force_login(UserFactory(registrar=True, at=person.office))

    shown = client.get(page("attachment_list", person)).content.decode()

    assert "2 documentos más" in shown
    assert "Denuncia" not in shown
    assert "Constancia" not in shown
    assert client.get(page("attachment_protected", person)).status_code == 403


def test_each_role_is_offered_the_kinds_that_it_reads(client, person, caseworker):
    registrar = UserFactory(registrar=True, at=person.office)
    person.assignments.update(user=registrar)
    client.force_login(registrar)

    response = client.get(page("attachment_create", person))
    offered = [code for code, _label in response.context["form"].fields["kind"].choices]

    assert offered == ["", "identity", "consent", "return_proof", "plan"]
    refused = client.post(page("attachment_create", person), posted(kind="medical"))
    assert refused.status_code == 422
    assert not Attachment.objects.exists()


def test_who_does_not_accompany_her_adds_nothing(client, person, caseworker):
    attachment = kept(person, caseworker)
    client.force_login(UserFactory(caseworker=True, at=person.office))

    for address in (
        page("attachment_create", person),
        page("attachment_replace", person, attachment.public_id),
        page("attachment_void", person, attachment.public_id),
    ):
        assert client.get(address).status_code == 403
        assert client.post(address, posted()).status_code == 403


def test_a_file_that_the_storage_lost_is_not_found(client, person, caseworker):
    attachment = kept(person, caseworker)
    private().delete(attachment.file.name)

    assert client.get(page("attachment_file", person, attachment.public_id)).status_code == 404


# Consents


@pytest.mark.rule("CASE-11")
def test_a_photo_is_kept_and_seen_only_while_she_agrees(client, person, caseworker):
    with pytest.raises(ValidationError, match="solo con su consentimiento"):
        kept(person, caseworker, kind="photo")
    consent = ConsentFactory(person=person, purpose=ConsentPurpose.IMAGE)
    photo = kept(person, caseworker, kind="photo")
    address = page("attachment_preview", person, photo.public_id)
    assert address in client.get(person.get_absolute_url()).content.decode()
    assert client.get(address).status_code == 200

    withdraw_consent(consent, version=1, reason="Ya no quiere.", by=caseworker)

    assert address not in client.get(person.get_absolute_url()).content.decode()
    assert client.get(address).status_code == 404
    assert client.get(page("attachment_file", person, photo.public_id)).status_code == 404
    photo.refresh_from_db()
    assert photo.voided_by == caseworker
    assert Activity.objects.get(verb="consent.withdrawn").changes["shut"] == 1


@pytest.mark.rule("CASE-3")
@pytest.mark.parametrize("kind", ["medical", "legal"])
def test_a_paper_of_health_or_crime_is_kept_of_who_agreed(person, caseworker, kind):
    first = kept(person, caseworker, kind=kind)
    person.consents.all().delete()

    with pytest.raises(ValidationError, match="datos sensibles"):
        kept(person, caseworker, papers.photo(seed=7), kind=kind)
    with pytest.raises(ValidationError, match="datos sensibles"):
        attachments.replace_attachment(
            first, key=uuid4(), by=caseworker, file=papers.upload(papers.photo(seed=8))
        )

    assert kept(person, caseworker, papers.photo(seed=9), kind="other").pk


@pytest.mark.rule("CASE-3")
@pytest.mark.parametrize("kind", ["medical", "legal"])
def test_a_wrong_paper_is_replaced_without_the_consent_where_a_correction_was_granted(
    client, person, caseworker, kind
):
    officer = UserFactory(role=Role.DATA_PROTECTION_OFFICER)
    wrong = kept(person, caseworker, kind=kind)
    person.consents.all().delete()
    give_reason(person.pk, level="D4", reason="Lo pidió.", by=caseworker)
    address = page("attachment_replace", person, wrong.public_id)
    granted(person, officer, right="objection")
    assert client.post(address, posted(papers.photo(seed=7))).status_code == 422

    granted(person, officer, right="rectification")
    assert client.post(address, posted(papers.photo(seed=7))).status_code == 302

    wrong.refresh_from_db()
    assert wrong.replaced_at
    with pytest.raises(ValidationError, match="datos sensibles"):
        kept(person, caseworker, papers.photo(seed=8), kind=kind)  # corrected, and none is added


@pytest.mark.rule("CASE-3")
def test_papers_that_need_the_consent_are_offered_with_it(client, person, caseworker):
    address = page("attachment_create", person)

    def offered():
        choices = client.get(address).context["form"].fields["kind"].choices
        return {code for code, _label in choices} & {"medical", "legal"}

    assert offered() == {"medical", "legal"}
    assert "/consentimientos/sensitive/" not in client.get(address).content.decode()
    person.consents.all().delete()

    assert offered() == set()
    assert "/consentimientos/sensitive/" in client.get(address).content.decode()
    assert client.post(address, posted(kind="medical")).status_code == 422


def test_a_photo_is_not_seen_while_her_data_are_restricted(client, person, caseworker):
    ConsentFactory(person=person, purpose=ConsentPurpose.IMAGE)
    photo = kept(person, caseworker, kind="photo")
    type(person).objects.update(restricted_at=timezone.now())

    address = page("attachment_preview", person, photo.public_id)

    assert address not in client.get(person.get_absolute_url()).content.decode()
    assert client.get(address).status_code in {403, 404}


@pytest.mark.rule("CASE-11")
def test_a_photo_is_not_seen_after_the_consent_has_run_out(client, person, caseworker):
    consent = ConsentFactory(person=person, purpose=ConsentPurpose.IMAGE)
    photo = kept(person, caseworker, kind="photo")
    consent.expires_on = timezone.localdate() - timedelta(days=1)
    consent.save()

    address = page("attachment_preview", person, photo.public_id)

    assert address not in client.get(person.get_absolute_url()).content.decode()
    assert client.get(address).status_code == 403


def test_a_new_photo_takes_the_place_of_the_one_before(person, caseworker):
    ConsentFactory(person=person, purpose=ConsentPurpose.IMAGE)
    first = kept(person, caseworker, kind="photo")

    second = kept(person, caseworker, papers.photo(seed=8), kind="photo")

    assert second.replaces == first
    assert list(person.attachments.current()) == [second]


def test_another_consent_taken_back_leaves_the_photo(person, caseworker):
    ConsentFactory(person=person, purpose=ConsentPurpose.IMAGE)
    photo = kept(person, caseworker, kind="photo")
    research = ConsentFactory(person=person, purpose=ConsentPurpose.RESEARCH)

    withdraw_consent(research, version=1, reason="", by=caseworker)

    assert person.attachments.current().get() == photo


def test_a_consent_on_paper_says_that_its_scan_is_missing_until_it_is_attached(
    client, person, caseworker
):
    consent = ConsentFactory(person=person, channel="paper_signed")
    ConsentFactory(
        person=person, purpose="research", channel="verbal_recorded", recording="Teléfono 2"
    )
    shown = client.get(page("consent_list", person)).content.decode()
    assert shown.count("Sin su copia") == 1
    way = f"?tipo=consent&amp;de=consent-{consent.public_id}"
    assert way in shown

    asked = client.get(page("attachment_create", person) + way.replace("&amp;", "&"))
    form = asked.context["form"]
    assert form["kind"].value() == "consent"
    answers = posted(kind="consent", about=form["about"].value())
    sent = client.post(page("attachment_create", person) + way.replace("&amp;", "&"), answers)

    assert sent.headers["Location"] == page("consent_list", person)
    shown = client.get(page("consent_list", person)).content.decode()
    assert "Sin su copia" not in shown
    assert page("attachment_file", person, consent.attachments.get().public_id) in shown
