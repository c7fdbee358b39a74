"""The next version of a standard: written, approved by a committee, published, never changed."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Activity
from certification.actions import committee, drafts
from certification.actions.committee import AlreadyApproved, NotApproved, OwnStandard
from certification.actions.drafts import AlreadyWritten, NotADraft, whole_document
from certification.actions.refusals import ReasonMissing
from certification.actions.standards import AlreadyPublished, load_standard
from certification.choices import Condition, DraftState, VersionState
from certification.documents.standards import as_yaml, document_of
from certification.models import (
    CentreEquipment,
    DraftApproval,
    DraftAuthor,
    DraftKeys,
    StandardDraft,
    StandardVersion,
)
from certification.rules import standard_document as documents
from certification.rules.standard_parts import InvalidStandard
from certification.rules.standards import examine, read_standard
from genesis.lib.states import MoveNotAllowed, OtherContent, StaleRecord
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    STANDARDS,
    CentreFactory,
    StandardVersionFactory,
    draft_of,
    next_version,
    published_standard,
    real_standard,
)
from tests.factories.papers import paper
from tests.threads import in_threads, meet_at_first_locks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

TEXT = (STANDARDS / "CON-002.yaml").read_text(encoding="utf-8")


@pytest.fixture
def officer():
    return UserFactory(officer=True)


@pytest.fixture
def panel():
    """Two of the committee who wrote nothing."""
    return [UserFactory(verifier=True), UserFactory(programme_coordinator=True)]


def published(draft, by, **answers):
    told = {"met_on": timezone.localdate(), "present": "Ana Ruiz, Luis Paz", "minutes": "Acordado."}
    kept = {"version": draft.version, "file": None, **told, **answers}
    return committee.publish_draft(draft, by=by, **kept)


# Beginning


@pytest.mark.parametrize("name", ["CON-002", "CON-003"])
def test_a_version_is_the_same_again_as_a_file(name):
    version = real_standard(name)

    written = as_yaml(document_of(version), state="publicada")

    text = (STANDARDS / f"{name}.yaml").read_bytes()
    assert documents.parse(written) == documents.parse(text)
    assert load_standard(text) == version  # and it is still the one that the file made


def test_a_copy_is_the_next_version_with_its_keys_apart(officer):
    version = real_standard()

    draft = drafts.copy_version(version, key=uuid4(), by=officer)

    assert (str(draft), draft.state, draft.based_on) == (
        "CON-002 v2 Instalación de pisos y revestimientos cerámicos",
        DraftState.DRAFT,
        version,
    )
    assert "clave" not in str(draft.document)
    assert len(draft.keys.keys) == 10
    assert [each.user for each in draft.authors.all()] == [officer]
    assert examine(whole_document(draft)).faults == ()
    assert Activity.objects.get(verb="draft.copied").actor == officer


def test_a_form_sent_twice_makes_one_draft(officer):
    version, key = real_standard(), uuid4()

    first = drafts.copy_version(version, key=key, by=officer)

    assert drafts.copy_version(version, key=key, by=officer) == first
    with pytest.raises(OtherContent):
        drafts.copy_version(next_version(version), key=key, by=officer)


def test_a_number_is_written_once_at_a_time(officer):
    version = real_standard()
    draft = drafts.copy_version(version, key=uuid4(), by=officer)

    with pytest.raises(AlreadyWritten):
        drafts.copy_version(version, key=uuid4(), by=officer)
    with pytest.raises(AlreadyWritten):
        drafts.take_draft(key=uuid4(), text=TEXT, by=officer)  # published
    with pytest.raises(AlreadyWritten):
        drafts.begin_draft(
            key=uuid4(), code="CON-002", title="x", sector="construccion", by=officer
        )

    committee.drop_draft(draft, version=1, reason="Se hará otra.", by=officer)
    assert drafts.copy_version(version, key=uuid4(), by=officer).number == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_the_same_at_once_begin_one(monkeypatch):
    both = [UserFactory(officer=True), UserFactory(programme_coordinator=True)]
    told = {"code": "CON-002", "title": "Pintura", "sector": "construccion"}
    meet_at_first_locks(monkeypatch, (drafts.documents, "without_keys"))

    answers = in_threads(
        lambda: drafts.begin_draft(key=uuid4(), **told, by=both[0]),
        lambda: drafts.take_draft(key=uuid4(), text=TEXT, by=both[1]),
    )

    assert sorted(type(each).__name__ for each in answers) == ["AlreadyWritten", "StandardDraft"]
    assert StandardDraft.objects.count() == DraftAuthor.objects.count() == 1


def test_a_file_becomes_a_draft_only_when_it_is_whole(officer):
    broken = TEXT.replace('peso: "4.00"', 'peso: "4.01"', 1)
    with pytest.raises(InvalidStandard, match=r"100\.01"):
        drafts.take_draft(key=uuid4(), text=broken, by=officer)
    assert not StandardDraft.objects.exists()

    draft = drafts.take_draft(key=uuid4(), text=TEXT, by=officer)

    assert whole_document(draft)["norma"].pop("estado", None) is None
    assert (draft.number, draft.based_on) == (1, None)


def test_a_version_that_was_loaded_as_a_draft_is_written_on_under_its_number(officer, panel):
    loaded = load_standard(TEXT.encode())

    draft = draft_of(loaded, author=officer, sent=True, approved_by=panel)

    assert (draft.number, draft.based_on) == (1, None)
    version = published(draft, panel[0])
    assert list(StandardVersion.objects.all()) == [version]  # it took the place of what was loaded


# Writing


def test_rows_are_written_one_by_one_from_nothing(officer):
    begun = drafts.begin_draft(
        key=uuid4(), code="CON-009", title="Pintura", sector="construccion", by=officer
    )
    draft = drafts.add_row(
        begun,
        version=1,
        kind="unidad",
        above=(),
        row={"codigo": "U1", "titulo": "Pintar"},
        by=officer,
    )
    draft = drafts.add_row(
        draft,
        version=2,
        kind="elemento",
        above=(0,),
        row={"codigo": "E1", "titulo": "Preparar"},
        by=officer,
    )

    assert documents.row_at(draft.document, "elemento", (0, 0))["codigo"] == "E1"
    assert draft.version == 3
    with pytest.raises(InvalidStandard):
        committee.send_to_committee(draft, version=3, by=officer)


@pytest.mark.rule("CERT-1")
def test_a_row_that_is_wrong_in_itself_is_not_kept(officer):
    draft = draft_of(author=officer)
    item = documents.row_at(whole_document(draft), "item", (0, 8))  # GO-09 may not apply

    with pytest.raises(InvalidStandard) as caught:
        drafts.change_row(
            draft,
            version=1,
            kind="item",
            numbers=(0, 8),
            row={**item, "critico": True},
            by=officer,
        )
    assert [each.key for each in caught.value.faults] == ["critico"]
    with pytest.raises(InvalidStandard, match="used 2 times"):
        drafts.change_row(
            draft,
            version=1,
            kind="item",
            numbers=(0, 8),
            row={**item, "codigo": "GO-01"},
            by=officer,
        )

    draft.refresh_from_db()
    assert draft.version == 1


def test_what_is_wrong_with_the_whole_may_be_put_right_later(officer):
    draft = draft_of(author=officer)
    item = documents.row_at(whole_document(draft), "item", (0, 2))

    draft = drafts.change_row(
        draft,
        version=1,
        kind="item",
        numbers=(0, 2),
        row={**item, "peso": "3.00"},
        by=officer,
    )

    assert [each.place for each in examine(whole_document(draft)).faults] == ["instrumentos"]
    assert Activity.objects.get(verb="draft.row_changed").changes == {"part": "GO-03"}


def test_keys_go_with_their_questions(officer):
    draft = draft_of(author=officer)
    question = documents.row_at(whole_document(draft), "item", (2, 0))

    draft = drafts.change_row(
        draft,
        version=1,
        kind="item",
        numbers=(2, 0),
        row={**question, "codigo": "CU-99", "clave": "a"},
        by=officer,
    )
    draft = drafts.remove_row(draft, version=2, kind="item", numbers=(2, 1), by=officer)
    draft = drafts.move_row(draft, version=3, kind="item", numbers=(2, 0), places=1, by=officer)

    keys = DraftKeys.objects.get(draft=draft).keys
    assert (keys["CU-99"], "CU-01" in keys, "CU-02" in keys) == ("a", False, False)
    assert documents.row_at(draft.document, "item", (2, 1))["codigo"] == "CU-99"


def test_whoever_writes_is_an_author_and_an_old_page_changes_nothing(officer, panel):
    draft, other = draft_of(author=officer), panel[1]
    values = {"norma": {"nivel": 3}}

    drafts.change_data(draft, version=1, values=values, by=other)
    with pytest.raises(StaleRecord):
        drafts.change_data(draft, version=1, values=values, by=other)
    with pytest.raises(InvalidStandard):
        drafts.change_data(draft, version=2, values={"norma": {"ciuo08": "12"}}, by=other)

    assert {each.user for each in draft.authors.all()} == {officer, other}
    sent = committee.send_to_committee(draft, version=2, by=officer)
    with pytest.raises(OwnStandard):
        committee.approve_draft(sent, version=3, by=other)


# The committee


@pytest.mark.rule("CERT-2", "SEC-13")
def test_two_others_approve_and_one_of_them_publishes(officer, panel):
    earlier = real_standard()
    draft = draft_of(earlier, author=officer, sent=True)
    with pytest.raises(OwnStandard):
        committee.approve_draft(draft, version=draft.version, by=officer)
    committee.approve_draft(draft, version=draft.version, by=panel[0])
    with pytest.raises(AlreadyApproved):
        committee.approve_draft(draft, version=draft.version, by=panel[0])
    with pytest.raises(NotApproved):
        published(draft, panel[0])
    committee.approve_draft(draft, version=draft.version, by=panel[1])
    with pytest.raises(OwnStandard):
        published(draft, officer)
    with pytest.raises(NotApproved):
        published(draft, UserFactory(verifier=True))  # gave no voice

    version = published(draft, panel[0])

    draft.refresh_from_db()
    earlier.refresh_from_db()
    today = timezone.localdate()
    assert (draft.state, draft.published_as) == (DraftState.PUBLISHED, version)
    assert (version.state, version.number, version.valid_from) == ("published", 2, today)
    assert version.source_sha256 == documents.digest_of(whole_document(draft))
    assert version.answer_keys.count() == 10
    assert earlier.ends_on == today - timedelta(days=1)
    usable = StandardVersion.objects.usable_on(today).filter(standard=version.standard)
    assert list(usable) == [version]
    before = StandardVersion.objects.usable_on(today - timedelta(days=1))
    assert list(before.filter(standard=version.standard)) == [earlier]
    assert Activity.objects.get(verb="draft.published").actor == panel[0]


@pytest.mark.rule("CERT-2")
def test_sending_back_and_changing_ask_everybody_anew(officer, panel):
    draft = draft_of(author=officer, sent=True, approved_by=panel)
    with pytest.raises(ReasonMissing):
        committee.return_draft(draft, version=draft.version, reason=" ", by=panel[0])
    draft = committee.return_draft(
        draft, version=draft.version, reason="Falta un criterio.", by=panel[0]
    )
    assert (draft.state, draft.reason) == (DraftState.DRAFT, "Falta un criterio.")
    with pytest.raises(MoveNotAllowed):
        published(draft, panel[0])

    draft = committee.send_to_committee(draft, version=draft.version, by=officer)

    assert (draft.round, draft.votes().count(), draft.approvals.count()) == (2, 0, 2)
    with pytest.raises(NotApproved):
        published(draft, panel[0])


def test_nothing_changes_before_the_committee(officer, panel):
    draft = draft_of(author=officer, sent=True)

    for change in (
        lambda: drafts.change_data(draft, version=2, values={"norma": {"nivel": 3}}, by=officer),
        lambda: drafts.remove_row(draft, version=2, kind="item", numbers=(0, 0), by=officer),
    ):
        with pytest.raises(NotADraft):
            change()
    with pytest.raises(MoveNotAllowed):
        committee.drop_draft(draft, version=2, reason="x", by=officer)
    with pytest.raises(StaleRecord):
        committee.approve_draft(draft, version=1, by=panel[0])


def test_minutes_are_needed_and_kept(officer, panel):
    draft = draft_of(author=officer, sent=True, approved_by=panel)
    tomorrow = timezone.localdate() + timedelta(days=1)
    for wrong in ({"met_on": tomorrow}, {"minutes": ""}):
        with pytest.raises(ValidationError):
            published(draft, panel[0], **wrong)
    with pytest.raises(ValidationError):
        published(draft, panel[0], file=SimpleUploadedFile("acta.exe", b"MZ"))

    published(draft, panel[0], minutes="", file=SimpleUploadedFile("acta.pdf", paper()))

    draft.refresh_from_db()
    assert draft.minutes_file.name == f"minutes/{draft.public_id}.pdf"
    assert len(draft.minutes_sha256) == 64


def test_a_number_published_meanwhile_is_refused_and_nothing_is_kept(officer, panel):
    draft = draft_of(real_standard(), author=officer, sent=True, approved_by=panel)
    published_standard(TEXT.replace("version: 1", "version: 2", 1).encode())

    with pytest.raises(AlreadyPublished):
        published(draft, panel[0])

    draft.refresh_from_db()
    assert draft.state == DraftState.IN_REVIEW


def test_one_that_is_to_be_reviewed_already_is_sent_back(officer, panel):
    draft = draft_of(author=officer, sent=True, approved_by=panel)

    with (
        time_machine.travel(timezone.now() + timedelta(days=365 * 6)),
        pytest.raises(committee.NotPossible, match="review is over"),
    ):
        published(draft, panel[0])


# One version at a time


@pytest.mark.rule("CERT-2")
def test_a_version_to_come_ends_the_one_before_it_on_the_day_before():
    first = real_standard()
    later = TEXT.replace("version: 1", "version: 2", 1).replace("2026-01-01", "2030-01-01")

    second = published_standard(later.encode())

    first.refresh_from_db()
    assert (first.state, str(first.last_day)) == (VersionState.PUBLISHED, "2029-12-31")
    third = published_standard(later.replace("version: 2", "version: 3", 1).encode())
    second.refresh_from_db()
    assert (second.state, third.state) == (VersionState.RETIRED, VersionState.PUBLISHED)


@pytest.mark.rule("CERT-16")
def test_a_centre_keeps_its_equipment_for_what_the_next_version_asks_again():
    first, centre = real_standard(), CentreFactory()
    for each in first.equipment.all():
        CentreEquipment.objects.create(
            centre=centre, requirement=each, quantity=4, condition=Condition.WORN
        )
    later = TEXT.replace("version: 1", "version: 2", 1).replace("Extintor y", "Extintor con")

    second = published_standard(later.encode())

    kept = centre.equipment.filter(requirement__standard_version=second)
    assert {each.requirement.name for each in kept} == {
        each.name for each in second.equipment.exclude(name="Extintor con botiquín")
    }
    assert {(each.quantity, each.condition) for each in kept} == {(4, Condition.WORN)}
    told = Activity.objects.filter(verb="centre.equipment_carried_over")
    assert told.count() == kept.count() == first.equipment.count() - 1


@pytest.mark.rule("CERT-2")
def test_an_older_number_published_later_never_takes_the_place_of_a_newer():
    newer = published_standard(TEXT.replace("version: 1", "version: 2", 1).encode())

    older = published_standard(TEXT.encode())

    newer.refresh_from_db()
    assert (newer.state, older.state) == (VersionState.PUBLISHED, VersionState.RETIRED)


@pytest.mark.rule("CERT-2")
def test_the_database_refuses_two_versions_in_force_at_once():
    version = StandardVersionFactory()

    with pytest.raises(IntegrityError, match="one_in_force"), transaction.atomic():
        StandardVersionFactory(standard=version.standard, number=2)


# What the database refuses, whatever the code does


def refused(words, sql, *values):
    with (
        pytest.raises(DatabaseError, match=words),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)


@pytest.mark.rule("CERT-2")
def test_the_last_day_of_a_published_version_is_only_brought_forward():
    version = StandardVersionFactory(draft=False)
    table = "certification_standardversion"
    StandardVersion.objects.filter(pk=version.pk).update(ends_on="2030-01-01")

    refused("never changes", f"UPDATE {table} SET ends_on = NULL WHERE id = %s", version.pk)
    refused("never changes", f"UPDATE {table} SET ends_on = '2031-01-01' WHERE id = %s", version.pk)
    refused("never changes", f"UPDATE {table} SET license_note = 'x' WHERE id = %s", version.pk)
    StandardVersion.objects.filter(pk=version.pk).update(ends_on="2029-01-01")


@pytest.mark.rule("CERT-2", "SEC-13")
def test_a_draft_before_the_committee_stays_as_it_is(officer, panel):
    draft = draft_of(author=officer, sent=True, approved_by=panel[:1])
    table, keys = "certification_standarddraft", "certification_draftkeys"
    approval = DraftApproval.objects.get()

    refused("does not change", f"UPDATE {table} SET document = '{{}}' WHERE id = %s", draft.pk)
    refused("does not change", f"UPDATE {table} SET round = 2 WHERE id = %s", draft.pk)
    refused("does not change", f"UPDATE {keys} SET keys = '{{}}' WHERE draft_id = %s", draft.pk)
    refused("does not change", f"DELETE FROM {keys} WHERE draft_id = %s", draft.pk)
    refused("never changes", f"DELETE FROM {table} WHERE id = %s", draft.pk)
    refused("two approve", f"UPDATE {table} SET state = 'published' WHERE id = %s", draft.pk)
    for each in ("certification_draftapproval", "certification_draftauthor"):
        refused("stays as it was", f"UPDATE {each} SET id = id WHERE draft_id = %s", draft.pk)
        refused("stays as it was", f"DELETE FROM {each} WHERE draft_id = %s", draft.pk)
    again = {"draft": draft, "digest": approval.digest}
    for wrong in ({"by": officer, "round": 1}, {"by": panel[1], "round": 2}):
        with pytest.raises(DatabaseError, match="others than who wrote"), transaction.atomic():
            DraftApproval.objects.create(**again, **wrong)
    with pytest.raises(DatabaseError, match="begins as a draft"), transaction.atomic():
        StandardDraft.objects.create(
            code="X", number=1, title="x", document={}, state="in_review", state_by=officer
        )
    assert DraftAuthor.objects.get().user == officer


@pytest.mark.rule("CERT-2")
def test_what_is_published_is_what_two_approved(officer, panel):
    draft = draft_of(author=officer, sent=True, approved_by=panel[:1])
    again = {"draft": draft, "round": draft.round, "by": panel[1]}
    DraftApproval.objects.create(**again, digest="of something else")
    digest = DraftApproval.objects.get(by=panel[0]).digest
    version = StandardVersionFactory(standard=draft.based_on.standard, number=2, draft=True)
    StandardVersion.objects.filter(pk=version.pk).update(source_sha256=digest)

    refused(
        "two approve",
        "UPDATE certification_standarddraft SET state = 'published', published_as_id = %s,"
        " met_on = now(), present = 'x', minutes = 'x' WHERE id = %s",
        version.pk,
        draft.pk,
    )
    with pytest.raises(NotApproved):
        published(draft, panel[0])


@pytest.mark.rule("CERT-2")
def test_a_draft_that_was_published_never_changes(officer, panel):
    draft = draft_of(author=officer, sent=True, approved_by=panel)
    published(draft, panel[0])

    for change in ("reason = 'x'", "minutes = 'x'", "state = 'draft'", "present = 'x'"):
        refused(
            "never changes",
            f"UPDATE certification_standarddraft SET {change} WHERE id = %s",
            draft.pk,
        )


def test_the_downloaded_draft_says_the_same(officer):
    draft = draft_of(author=officer)

    written = as_yaml(whole_document(draft), state="borrador")

    assert read_standard(written) == examine(whole_document(draft)).standard
