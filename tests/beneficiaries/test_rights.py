"""What people ask of their data, from the day it comes in to the copy handed out (CASE-37)."""

import json
from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise

from accounts.actions.reasons import give_reason
from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries.actions import retention, rights, transfers
from beneficiaries.actions.duplicates import close_task
from beneficiaries.actions.everything import (
    columns_of_copy,
    copy_of,
    is_classified,
    rows_of_person,
    tables,
)
from beneficiaries.actions.merging import key_of, relations
from beneficiaries.actions.people import add_record, change_record
from beneficiaries.choices import ErasureKind, RightsState
from beneficiaries.jobs import see_to_rights_files, write_rights_file
from beneficiaries.models import (
    Conflict,
    Contact,
    Displacement,
    HouseholdMember,
    OrganizationPlace,
    Person,
    RightsFile,
    RightsRequest,
    RiskAssessment,
    SafeContact,
    SafetyProtocol,
    SensitiveProfile,
    Task,
    Transfer,
)
from beneficiaries.registry import OF_ANOTHER
from genesis.lib.states import MoveNotAllowed, StaleRecord
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    CaseFactory,
    ContactFactory,
    DistrictFactory,
    DocumentFactory,
    LookupFactory,
    PersonFactory,
    closed_columns,
)

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CASE-37")]


@pytest.fixture
def officer():
    return UserFactory(role=Role.DATA_PROTECTION_OFFICER)


@pytest.fixture
def folder(settings, tmp_path):
    """Where the private files of this test lie."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def person(office):
    person = PersonFactory(office=office, given_names="Xiomara", surnames="Quijivix")
    ContactFactory(person=person, emergency_name="Tía Chayo")
    return person


def ask(person, by, **answers):
    defaults = {
        "right": "access",
        "way": "in_person",
        "received_on": timezone.localdate(),
        "asked": "Quiero saber qué guardan de mí.",
        "representative": "",
    }
    return rights.receive_request(person, key=uuid4(), by=by, **defaults | answers)


def _soyapango():
    district = DistrictFactory()
    district.department.iso = "SV-SS"  # that of San Salvador, as the reference data have it
    district.department.save()
    return district


def sign_in(client, user):
    """As somebody else, in a browser that knows nobody yet."""
    client.cookies.clear()
    client.force_login(user)


def in_review(person, by, **answers):
    asked = ask(person, by, **answers)
    asked = rights.check_identity(asked, version=1, proved=True, proof="DUI", by=by)
    return rights.begin_review(asked, version=asked.version, by=by)


def granted(person, by, **answers):
    asked = in_review(person, by, **answers)
    return rights.answer_request(
        asked, version=asked.version, outcome="granted", ground="", answer="Sí.", by=by
    )


@pytest.mark.parametrize(
    ("received", "in_san_salvador", "due"),
    [
        (date(2026, 3, 23), False, date(2026, 4, 22)),
        (date(2026, 7, 20), True, date(2026, 8, 20)),
        (date(2026, 7, 20), False, date(2026, 8, 18)),
    ],
)
def test_the_days_are_those_of_the_office(person, officer, received, in_san_salvador, due):
    if in_san_salvador:
        OrganizationPlace.objects.create(organization=person.office, district=_soyapango())

    asked = ask(person, officer, received_on=received)

    assert asked.due_on == due


def test_it_is_extended_once_with_a_reason(person, officer):
    asked = in_review(person, officer)
    due_on = asked.due_on

    asked = rights.extend_request(
        asked, version=asked.version, reason="Hay expedientes en papel.", by=officer
    )

    assert asked.due_on > due_on + timedelta(days=27)
    with pytest.raises(MoveNotAllowed):
        rights.extend_request(asked, version=asked.version, reason="Otra vez.", by=officer)


def test_what_is_late_is_not_extended(person, officer):
    asked = in_review(person, officer, received_on=date(2026, 3, 23))
    RightsRequest.objects.filter(pk=asked.pk).update(due_on=date(2026, 4, 22))
    asked.refresh_from_db()

    with pytest.raises(ValidationError):
        rights.extend_request(asked, version=asked.version, reason="Tarde.", by=officer)

    assert asked.is_late


def test_nothing_goes_on_before_identity_is_proved(person, officer):
    asked = ask(person, officer)

    with pytest.raises(MoveNotAllowed):
        rights.begin_review(asked, version=asked.version, by=officer)
    with pytest.raises(ValidationError):
        rights.ask_for_copy(asked, by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        RightsRequest.objects.filter(pk=asked.pk).update(state="in_review")


def test_a_failed_identity_ends_it(person, officer):
    asked = ask(person, officer)
    asked = rights.check_identity(asked, version=1, proved=False, proof="Otra foto", by=officer)

    assert asked.state == RightsState.IDENTITY_FAILED
    with pytest.raises(MoveNotAllowed):
        rights.withdraw_request(asked, version=asked.version, by=officer)


@pytest.mark.parametrize("outcome", ["partly", "refused"])
def test_a_no_needs_its_ground(person, officer, outcome):
    asked = in_review(person, officer)

    with pytest.raises(ValidationError):
        rights.answer_request(
            asked, version=asked.version, outcome=outcome, ground="", answer="No.", by=officer
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        RightsRequest.objects.filter(pk=asked.pk).update(
            state="answered",
            outcome=outcome,
            answer="No.",
            answered_at=timezone.now(),
            answered_by=officer,
        )


def test_an_answer_leaves_a_trace_and_closes(person, officer):
    asked = granted(person, officer)
    asked = rights.close_request(asked, version=asked.version, by=officer)

    assert asked.state == RightsState.CLOSED
    verbs = Activity.objects.filter(model="beneficiaries.RightsRequest").order_by("pk")
    assert [each.verb for each in verbs] == [
        "rights.received",
        "rights.identity_verified",
        "rights.in_review",
        "rights.answered",
        "rights.closed",
    ]
    stale = granted(person, officer)
    with pytest.raises(StaleRecord):
        rights.close_request(stale, version=stale.version - 1, by=officer)


# What the office is to do


@pytest.mark.parametrize("right", ["rectification", "objection"])
def test_what_is_granted_is_left_to_the_office_and_closed_when_it_is_done(
    client, person, officer, right
):
    coordinator = UserFactory(coordinator=True, at=person.office)
    asked = granted(person, officer, right=right, asked="Mi apellido es Quijívix.")
    page = asked.get_absolute_url()
    with pytest.raises(ValidationError):
        rights.close_request(asked, version=asked.version, by=officer)
    sign_in(client, officer)
    assert "Dejado a la coordinación" in client.get(page).content.decode()

    sign_in(client, coordinator)
    told = client.get(reverse("beneficiaries:task_list")).content.decode()
    assert page in told
    assert "Mi apellido es Quijívix." in client.get(page).content.decode()
    done = client.post(
        reverse("beneficiaries:task_close", args=[asked.task.public_id]),
        {"version": 1, "outcome": "Corregido en el expediente."},
    )
    assert done.status_code == 302
    assert client.get(page).status_code == 404  # it is theirs no more

    closed = rights.close_request(asked, version=asked.version, by=officer)
    assert closed.state == RightsState.CLOSED
    sign_in(client, officer)
    assert "Corregido en el expediente." in client.get(page).content.decode()


def test_a_withdrawn_request_leaves_the_office_nothing_to_do(person, officer):
    asked = granted(person, officer, right="rectification")

    rights.withdraw_request(asked, version=asked.version, by=officer)

    assert not Task.objects.open().exists()


@pytest.mark.parametrize(
    ("right", "outcome"), [("rectification", "refused"), ("access", "granted")]
)
def test_nothing_else_is_left_to_the_office(person, officer, right, outcome):
    asked = in_review(person, officer, right=right)

    asked = rights.answer_request(
        asked, version=asked.version, outcome=outcome, ground="art. 1", answer="No.", by=officer
    )

    assert asked.task is None
    rights.close_request(asked, version=asked.version, by=officer)


def test_what_is_left_to_an_office_is_seen_by_no_other(client, person, officer):
    asked = granted(person, officer, right="rectification", representative="Su hermana")
    close = reverse("beneficiaries:task_close", args=[asked.task.public_id])
    barred = UserFactory(coordinator=True, at=person.office)
    Conflict.objects.create(person=person, user=barred, kind="neighbour", noted_by=officer)
    elsewhere, idle = UserFactory(coordinator=True), UserFactory(caseworker=True, at=person.office)
    for other in (elsewhere, idle, barred):
        sign_in(client, other)
        assert client.get(asked.get_absolute_url()).status_code == 404
        assert client.get(close).status_code in {403, 404}

    accompanies = UserFactory(caseworker=True, at=person.office)
    AssignmentFactory(person=person, user=accompanies)
    sign_in(client, accompanies)
    told = client.get(asked.get_absolute_url()).content.decode()
    assert "Dejado a la coordinación" in told
    assert "Su hermana" not in told  # who asked, and by what paper, data protection knows


def test_what_is_left_goes_with_the_file_to_another_office(person, officer):
    asked = granted(person, officer, right="rectification")
    CaseFactory(person=person, office=person.office)
    to = OrganizationFactory()
    here = UserFactory(coordinator=True, at=person.office)
    there = UserFactory(coordinator=True, at=to)
    moved = Transfer.objects.create(person=person, to_office=to, asked_by=there, reason="Se mudó.")
    transfers.accept_transfer(moved, version=1, answer="Sí.", by=here)

    assert not RightsRequest.objects.visible_to(here).exists()
    assert RightsRequest.objects.visible_to(there).get() == asked


@pytest.mark.rule("SEC-3")
def test_who_took_it_down_learns_nothing_of_the_office_to_which_the_file_went(
    client, person, officer
):
    takes_down = UserFactory(caseworker=True, at=person.office)
    asked = granted(person, takes_down, right="rectification")
    CaseFactory(person=person, office=person.office)
    to = OrganizationFactory(name="Oficina de Usulután")
    here = UserFactory(coordinator=True, at=person.office)
    there = UserFactory(coordinator=True, at=to, last_name="Zelayandía")
    told = [to.name, there.last_name, "Corregido allá.", str(person.public_id)]
    sign_in(client, takes_down)
    assert str(person.public_id) in client.get(asked.get_absolute_url()).content.decode()
    moved = Transfer.objects.create(person=person, to_office=to, asked_by=there, reason="Se mudó.")
    transfers.accept_transfer(moved, version=1, answer="Sí.", by=here)
    pages = [client.get(asked.get_absolute_url()).content.decode()]
    close_task(
        Task.objects.get(), version=Task.objects.get().version, outcome="Corregido allá.", by=there
    )
    pages.append(client.get(asked.get_absolute_url()).content.decode())

    assert [word for word in told for page in pages if word in page] == []
    assert "Sí." in pages[1]  # what was answered to what they took down
    sign_in(client, officer)
    managed = client.get(asked.get_absolute_url()).content.decode()
    assert [word for word in told if word in managed] == [there.last_name, "Corregido allá."]


def test_what_is_answered_waits_for_the_office_and_then_for_its_end(client, person, officer):
    asked = granted(person, officer, right="rectification")
    sign_in(client, officer)
    page = reverse("beneficiaries:rights_list")
    Task.objects.update(due_on=timezone.localdate() - timedelta(days=1))

    assert "atrasad" in client.get(page).content.decode().casefold()
    assert "La oficina debe hacerlo" in client.get("/").content.decode()
    Task.objects.update(done_at=timezone.now(), done_by=officer)
    assert "Ciérrela cuando la respuesta" in client.get("/").content.decode()
    asked.refresh_from_db()
    rights.close_request(asked, version=asked.version, by=officer)
    assert asked.get_absolute_url() not in client.get(page).content.decode()


@pytest.mark.rule("CASE-3")
def test_what_is_protected_is_corrected_without_a_consent_when_that_was_granted(person, officer):
    kept = SensitiveProfile.objects.create(person=person, wg_seeing="4")
    with pytest.raises(ValidationError):
        change_record(kept, version=1, by=officer, wg_seeing="1")

    granted(person, officer, right="rectification")
    change_record(kept, version=1, by=officer, wg_seeing="1")

    kept.refresh_from_db()
    assert kept.wg_seeing == "1"
    with pytest.raises(ValidationError):  # corrected, and nothing new is added
        add_record(Displacement, person, key=uuid4(), by=officer, causes=[])


@pytest.mark.rule("CASE-3")
@pytest.mark.parametrize("case", ["objection", "restricted", "done"])
def test_only_a_correction_that_is_to_be_done_opens_what_is_protected(
    client, person, officer, case
):
    accompanies = UserFactory(caseworker=True, at=person.office)
    AssignmentFactory(person=person, user=accompanies)
    kept = SensitiveProfile.objects.create(person=person)
    page = reverse("beneficiaries:sensitive_change", args=[person.public_id])
    give_reason(person.pk, level="D4", reason="Lo pidió.", by=accompanies)
    sign_in(client, accompanies)
    asked = granted(person, officer, right="objection" if case == "objection" else "rectification")
    if case == "restricted":
        assert client.get(page).status_code == 200  # until then it is open
        granted(person, officer, right="limitation")
    if case == "done":
        close_task(asked.task, version=1, outcome="Corregido.", by=officer)

    shown = client.get(page)
    sent = client.post(page, {"version": 1, "wg_seeing": "1"})

    assert (shown.status_code, sent.status_code) == (302, 422)
    with pytest.raises(ValidationError):
        change_record(kept, version=1, by=accompanies, wg_seeing="1")
    kept.refresh_from_db()
    assert kept.wg_seeing == ""


def test_a_day_that_has_not_come_is_refused(person, officer):
    with pytest.raises(ValidationError):
        ask(person, officer, received_on=timezone.localdate() + timedelta(days=1))


# The copy


def test_every_relation_to_a_person_is_in_the_copy_or_named_as_anothers():
    reached = set(tables())

    for column in relations():
        assert column.model in reached or key_of(column) in OF_ANOTHER
    assert [each for each in reached if not is_classified(each)] == []


def test_the_copy_holds_what_is_hers_and_names_nobody_else(person, officer):
    DocumentFactory(person=person, number="01234567-8")
    SafeContact.objects.create(person=person, code_word="Colibrí")
    child = LookupFactory(list="relationship", code="child")
    HouseholdMember.objects.create(
        person=person, name="Wendy Lisseth", sex="F", relationship=child, birth_year=2015
    )
    other = PersonFactory(given_names="Saúl")
    HouseholdMember.objects.create(
        person=other, name="Xiomara", sex="F", relationship=child, birth_year=1990, own_file=person
    )
    text = json.dumps(copy_of(person), default=str, ensure_ascii=False)

    assert "Quijivix" in text
    assert "01234567-8" in text
    assert "Colibrí" in text
    for word in ("Wendy", "Chayo", "Saúl", officer.last_name):
        assert word not in text
    for model, keys in rows_of_person(person).items():
        assert any(each["table"] == model._meta.label for each in copy_of(person)), model
        assert keys
    assert len(rows_of_person(person)[HouseholdMember]) == 1


def test_every_column_of_the_copy_has_a_name_of_its_own_in_spanish():
    with translation.override("es"):
        for model in tables():
            columns = columns_of_copy(model)
            names = [str(each.verbose_name) for each in columns]
            unnamed = [each.name for each in columns if not isinstance(each.verbose_name, Promise)]
            assert (unnamed, len(set(names))) == ([], len(names)), model


def test_the_copy_is_in_words_and_says_who_read_the_file(person, officer):
    Contact.objects.filter(person=person).update(allowed_channels=["whatsapp"])
    ReadLog.objects.create(actor=officer, kind=ReadKind.FILE, view="x", persons=[person.pk])

    tables_of_hers = {each["table"]: each for each in copy_of(person)}

    [row] = tables_of_hers["beneficiaries.Person"]["rows"]
    assert not {"search", "sounds", "sort name", "name key"} & set(row)
    [contact] = tables_of_hers["beneficiaries.Contact"]["rows"]
    assert contact["formas de contacto permitidas"] == "WhatsApp"
    [read] = tables_of_hers["accounts.ReadLog"]["rows"]
    assert read["Veces"] == 1
    assert officer.last_name not in str(read)


def test_what_the_teams_wrote_is_not_in_the_copy(person, officer):
    protocol = SafetyProtocol.objects.create(person=person, raised_by=officer)
    RiskAssessment.objects.create(
        protocol=protocol,
        by=officer,
        level="high",
        means="Sí",
        plan="Lo dijo en voz baja",
        timing="Hoy",
        protective_factors="Su hija",
        measures="Se quedó la hermana",
    )

    found = {each["table"]: each for each in copy_of(person)}

    assert found["beneficiaries.RiskAssessment"]["rows"] == []
    assert len(found["beneficiaries.RiskAssessment"]["left_out"]) == 6
    assert "en voz baja" not in json.dumps(copy_of(person), default=str)


def test_a_copy_is_made_handed_out_once_and_erased(
    client, person, officer, folder, django_capture_on_commit_callbacks
):
    asked = in_review(person, officer)
    copy = rights.ask_for_copy(asked, by=officer)
    assert rights.ask_for_copy(asked, by=officer) == copy
    write_rights_file(file_id=copy.pk)
    copy.refresh_from_db()
    sign_in(client, officer)
    address = reverse("beneficiaries:rights_hand_out", args=[asked.public_id])

    response = client.post(address, {"version": copy.version})

    archive = ZipFile(BytesIO(b"".join(response.streaming_content)))
    assert archive.namelist() == ["datos.json", "datos.pdf"]
    assert "Quijivix" in archive.read("datos.json").decode()
    assert archive.read("datos.pdf").startswith(b"%PDF")
    assert ReadLog.objects.filter(kind=ReadKind.FILE, persons=[person.pk]).count() == 1
    copy.refresh_from_db()
    again = client.post(address, {"version": copy.version})
    assert again.status_code == 302
    assert copy.handed_out_by == officer

    RightsFile.objects.update(made_at=timezone.now() - timedelta(days=6))
    with django_capture_on_commit_callbacks(execute=True):
        see_to_rights_files()
    copy.refresh_from_db()
    assert (str(copy.file), bool(copy.erased_at)) == ("", True)
    assert [each for each in folder.rglob("*") if each.is_file()] == []


def test_a_copy_is_for_access_and_portability(person, officer):
    asked = in_review(person, officer, right="rectification")

    with pytest.raises(ValidationError):
        rights.ask_for_copy(asked, by=officer)


@pytest.mark.rule("CASE-38")
def test_a_granted_erasure_goes_on_the_list_of_two_people(person, officer):
    case = CaseFactory(person=person)
    asked = granted(person, officer, right="cancellation")
    with pytest.raises(ValidationError):
        retention.propose_as_asked(asked, by=officer)
    person.cases.filter(pk=case.pk).update(**closed_columns())

    item = retention.propose_as_asked(asked, by=officer)

    assert (item.kind, item.asked_for) == (ErasureKind.IDENTITY, True)
    assert retention.propose_as_asked(asked, by=officer) == item
    person.refresh_from_db()
    assert person.given_names == "Xiomara"


# Pages


def test_whoever_accompanies_takes_it_down_and_data_protection_answers(client, person, officer):
    caseworker = UserFactory(caseworker=True, at=person.office)
    sign_in(client, caseworker)
    page = client.get(reverse("beneficiaries:rights_create"))
    answers = {
        "key": page.context["form"]["key"].value(),
        "expediente": person.file_number,
        "right": "access",
        "way": "in_person",
        "received_on": timezone.localdate().isoformat(),
        "asked": "Quiero ver mi expediente.",
    }

    response = client.post(reverse("beneficiaries:rights_create"), answers)

    asked = RightsRequest.objects.get()
    assert response.url == asked.get_absolute_url()
    assert client.post(reverse("beneficiaries:rights_create"), answers).status_code == 302
    assert RightsRequest.objects.count() == 1
    address = reverse("beneficiaries:rights_identity", args=[asked.public_id])
    assert client.post(address, {}).status_code == 403
    sign_in(client, officer)
    sent = {"version": asked.version, "proved": "yes", "proof": "DUI a la vista"}
    assert client.post(address, sent).status_code == 302
    asked.refresh_from_db()
    assert asked.state == RightsState.IDENTITY_VERIFIED


def test_a_file_of_another_office_cannot_be_named(client, person):
    stranger = UserFactory(caseworker=True)
    sign_in(client, stranger)
    page = client.get(reverse("beneficiaries:rights_create"))

    response = client.post(
        reverse("beneficiaries:rights_create"),
        {
            "key": page.context["form"]["key"].value(),
            "expediente": person.file_number,
            "right": "access",
            "way": "phone",
            "received_on": "2026-11-20",
            "asked": "x",
        },
    )

    assert response.status_code == 422
    assert "expediente" in response.context["form"].errors
    assert not RightsRequest.objects.exists()


def test_others_do_not_see_what_somebody_took_down(client, person, officer):
    asked = ask(person, officer)
    sign_in(client, UserFactory(caseworker=True, at=person.office))

    assert client.get(asked.get_absolute_url()).status_code == 404


def test_the_letter_is_a_pdf_with_the_answer(client, person, officer):
    asked = granted(person, officer)
    sign_in(client, officer)

    response = client.get(reverse("beneficiaries:rights_letter", args=[asked.public_id]))

    assert response.content.startswith(b"%PDF")
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(("rows", "questions"), [(1, 6), (3, 6)])
def test_the_list_asks_the_same_whatever_its_rows(
    client, officer, django_assert_num_queries, rows, questions
):
    for _each in range(rows):
        ask(PersonFactory(), officer)
    sign_in(client, officer)

    with django_assert_num_queries(questions):
        client.get(reverse("beneficiaries:rights_list"))


def test_today_says_what_is_to_be_answered(client, person, officer):
    ask(person, officer)
    sign_in(client, officer)

    page = client.get(reverse("home")).content.decode()

    assert person.file_number in page
    assert str(reverse("beneficiaries:rights_list")) in page


@pytest.mark.rule("CASE-38")
def test_the_lists_are_confirmed_and_approved_by_two(client, person, officer):
    CaseFactory(
        person=person,
        opened_on=date(2024, 1, 2),
        **closed_columns(date(2024, 6, 1)),
    )
    Person.objects.filter(pk=person.pk).update(registered_on=date(2024, 1, 2))
    retention.propose_erasures(timezone.localdate())
    sign_in(client, officer)
    page = client.get(reverse("beneficiaries:erasure_list"))
    batch = page.context["page"].rows[0]
    assert client.get(batch.get_absolute_url()).status_code == 200

    confirm = reverse("beneficiaries:erasure_confirm", args=[batch.public_id])
    client.post(confirm, {"version": batch.version})
    approve = reverse("beneficiaries:erasure_approve", args=[batch.public_id])
    assert client.post(approve, {"version": batch.version + 1}).status_code == 403
    sign_in(client, UserFactory(programme_coordinator=True))
    client.post(approve, {"version": batch.version + 1})

    batch.refresh_from_db()
    assert (batch.state, batch.confirmed_by) == ("approved", officer)
