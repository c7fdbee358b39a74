"""Files that go from one office to another, and many people given on at once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries.actions import care, cases, transfers
from beneficiaries.choices import (
    ENDED_STATES,
    TASKS_OF_THE_FILE,
    CaseState,
    TaskKind,
    TransferState,
)
from beneficiaries.models import Case, Person, Task, Transfer
from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    CaseFactory,
    DocumentFactory,
    PersonFactory,
    PhaseFactory,
)

pytestmark = pytest.mark.django_db
ASK, LIST = "beneficiaries:transfer_request", "beneficiaries:transfer_list"


@pytest.fixture
def elsewhere():
    """Yesenia, whose file and open case another office holds, with a caseworker there."""
    person = PersonFactory(given_names="Yesenia", surnames="Paz", with_case=True)
    AssignmentFactory(person=person, user=UserFactory(caseworker=True, at=person.office))
    DocumentFactory(person=person, number="01234567-8")
    return person


@pytest.fixture
def holder(elsewhere):
    return UserFactory(coordinator=True, at=elsewhere.office)


def asked_for(person, office, **changes):
    by = UserFactory(caseworker=True, at=office)
    answers = {"key": uuid4(), "to_office": office, "reason": "Vive aquí ahora.", "by": by}
    return transfers.request_transfer(person, **answers | changes)


def offices_that_disagree():
    """Files whose office is not that of the newest case."""
    newest = Case.objects.newest().select_related("person")
    return [each for each in newest if each.office_id != each.person.office_id]


def left_to_coordination(person, kind, **changes):
    here = {"office": person.office, "raised_for": person.office}
    return Task.objects.create(
        kind=kind, person=person, due_on=timezone.localdate(), **here | changes
    )


# Asking


@pytest.mark.parametrize("number", ["file", "gs", "01234567-8", "012345678"])
def test_who_types_the_number_exactly_sees_the_initials_alone(
    client, caseworker, elsewhere, number
):
    typed = {"file": elsewhere.file_number, "gs": elsewhere.file_number.lower()}.get(number, number)

    response = client.post(reverse(ASK), {"number": typed})

    html = response.content.decode()
    assert response.context["initials"] == "YP"
    for hidden in ("Yesenia", "Paz", elsewhere.office.name, str(elsewhere.public_id)):
        assert hidden not in html
    if "01" in number:
        assert elsewhere.file_number not in html
    log = ReadLog.objects.get()
    assert (log.kind, log.persons) == (ReadKind.SEARCH, [elsewhere.pk])


@pytest.mark.parametrize("number", ["", "GS-2019-99999", "Yesenia Paz", "11111111-1", "GS-"])
def test_a_number_of_nobody_is_said_at_its_field(client, caseworker, elsewhere, number):
    response = client.post(reverse(ASK), {"number": number})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"number"}


def test_who_can_see_the_file_is_led_to_it(client, caseworker, office):
    person = PersonFactory(office=office)

    assert client.post(reverse(ASK), {"number": person.file_number}).url == (
        person.get_absolute_url()
    )


@pytest.mark.rule("SEC-16")
def test_a_file_is_asked_for_with_a_reason_once(client, caseworker, office, elsewhere):
    typed = {"number": elsewhere.file_number, "key": str(uuid4()), "office": office.pk}

    missing = client.post(reverse(ASK), {**typed, "reason": ""})
    responses = [client.post(reverse(ASK), {**typed, "reason": "Vive aquí."}) for _each in range(2)]
    other = client.post(reverse(ASK), {**typed, "reason": "Otra vez.", "key": str(uuid4())})

    assert set(missing.context["form"].errors) == {"reason"}
    assert {each.url for each in responses} == {reverse(LIST)}
    asked = Transfer.objects.get()
    assert (asked.person, asked.to_office, asked.asked_by) == (elsewhere, office, caseworker)
    assert (other.status_code, other.context["form"].non_field_errors()) == (
        422,
        ["Su oficina ya pidió este expediente: espera respuesta."],
    )


def test_nobody_asks_for_an_office_of_others(client, caseworker, elsewhere):
    typed = {"number": elsewhere.file_number, "key": str(uuid4()), "reason": "Sí."}

    response = client.post(reverse(ASK), {**typed, "office": OrganizationFactory().pk})

    assert response.status_code == 422
    assert not Transfer.objects.exists()


def test_the_number_of_a_merged_file_finds_the_one_that_stays(elsewhere):
    merged = PersonFactory(merged_into=elsewhere)

    assert transfers.find_file(file_number=merged.file_number) == elsewhere


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_what_was_asked_for_names_nobody(
    client, caseworker, office, count, django_assert_num_queries
):
    for _each in range(count):
        asked_for(PersonFactory(given_names="Yesenia", surnames="Paz"), office)
    asked_for(PersonFactory(given_names="Otra"), OrganizationFactory())

    with django_assert_num_queries(7):
        response = client.get(reverse(LIST))

    html = response.content.decode()
    assert len(response.context["page"].rows) == count
    assert "YP" in html
    assert "Yesenia" not in html


# Answering


@pytest.mark.parametrize("state", [None, *CaseState])
def test_an_accepted_file_goes_with_its_case_and_waits_for_a_caseworker(office, state):
    PhaseFactory()
    person = PersonFactory()
    worker = UserFactory(caseworker=True, at=person.office)
    AssignmentFactory(person=person, user=worker)
    if state:
        CaseFactory(person=person, state=state)
    held, answered = person.office, UserFactory(coordinator=True, at=person.office)
    transfer = asked_for(person, office)

    transfers.accept_transfer(transfer, version=1, answer="", by=answered)

    person.refresh_from_db()
    transfer.refresh_from_db()
    assert (person.office, transfer.from_office, transfer.state) == (office, held, "accepted")
    assert offices_that_disagree() == []
    assert cases.caseworker_of(person) is None
    assert not Person.objects.visible_to(worker).exists()
    if state in ENDED_STATES:
        old, new = person.cases.order_by("episode")
        assert (old.office, old.state) == (held, state)
        assert (new.office, new.state, new.opened_because) == (office, "registered", "transferred")
    elif state:
        assert (person.cases.get().office, person.cases.get().state) == (office, state)
    verbs = set(Activity.objects.filter(person_id=person.pk).values_list("verb", flat=True))
    assert {"transfer.asked", "transfer.accepted", "assignment.ended"} <= verbs


@pytest.mark.rule("CASE-18", "CASE-28", "CASE-37")
@pytest.mark.parametrize("supervised", [True, False])
def test_what_was_left_to_the_office_goes_along_to_who_does_it_there(
    office, elsewhere, holder, supervised
):
    supervises = UserFactory(role=Role.CLINICAL_SUPERVISOR, at=elsewhere.office)
    there = UserFactory(coordinator=True, at=office)
    if supervised:
        there = UserFactory(role=Role.CLINICAL_SUPERVISOR, at=office)
    care.open_protocol(elsewhere, by=holder)
    left = Task.objects.get()
    assert list(Task.objects.visible_to(supervises)) == [left]
    for kind in (TaskKind.REFERRAL_OVERDUE, TaskKind.RIGHT_GRANTED):
        left_to_coordination(elsewhere, kind)
    done = left_to_coordination(
        elsewhere, TaskKind.REFERRAL_OVERDUE, done_at=timezone.now(), done_by=holder
    )

    transfers.accept_transfer(asked_for(elsewhere, office), version=1, answer="", by=holder)

    waits = Task.objects.open().order_by("pk")
    assert {(each.office, each.raised_for) for each in waits} == {(office, office)}
    role = Role.CLINICAL_SUPERVISOR if supervised else Role.TERRITORIAL_COORDINATOR
    assert [(each.role, each.version) for each in waits] == [(role, 2), ("", 2), ("", 2)]
    assert left in Task.objects.visible_to(there)
    for before in (supervises, holder):
        assert not Task.objects.visible_to(before).open().exists()
    handed = Activity.objects.filter(verb="task.handed_on").order_by("pk")
    assert [each.record_id for each in handed] == [each.pk for each in waits]
    assert handed[0].changes["office"] == [done.office_id, office.pk]
    done.refresh_from_db()
    assert done.office != office


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize("kind", TASKS_OF_THE_FILE)
def test_what_goes_along_with_a_file_is_seen_only_where_the_file_is(office, elsewhere, kind):
    here = UserFactory(coordinator=True, at=office)
    forgotten = left_to_coordination(elsewhere, kind, office=office, raised_for=office)
    assert not Task.objects.visible_to(here).exists()

    Person.objects.filter(pk=elsewhere.pk).update(office=office)

    assert list(Task.objects.visible_to(here)) == [forgotten]


def test_a_refused_file_stays_and_the_reason_is_told(client, caseworker, office, elsewhere, holder):
    transfer = asked_for(elsewhere, office)

    transfers.refuse_transfer(transfer, version=1, answer="Sigue con nosotros.", by=holder)

    elsewhere.refresh_from_db()
    assert elsewhere.office != office
    assert cases.caseworker_of(elsewhere)
    html = client.get(reverse(LIST)).content.decode()
    assert "Sigue con nosotros." in html
    assert "Yesenia" not in html


def test_nobody_answers_their_own_request(elsewhere, office, holder):
    transfer = asked_for(elsewhere, office, by=holder)

    with pytest.raises(ValidationError), transaction.atomic():
        transfers.accept_transfer(transfer, version=1, answer="", by=holder)
    with pytest.raises(IntegrityError, match="answered_by_another"), transaction.atomic():
        Transfer.objects.update(
            state="accepted",
            answered_by=holder,
            answered_at=timezone.now(),
            from_office=elsewhere.office,
        )


def test_the_office_that_holds_the_file_finds_the_request_and_answers(
    client, elsewhere, office, holder
):
    transfer = asked_for(elsewhere, office)
    client.force_login(holder)
    url = reverse("beneficiaries:transfer_answer", args=[transfer.public_id])

    waiting = client.get(reverse("beneficiaries:task_list")).context["waiting"]
    page = client.get(url)
    unsaid = client.post(url, {"version": 1, "answer": "refuse", "note": ""})
    old = client.post(url, {"version": 7, "answer": "accept", "note": ""})
    response = client.post(url, {"version": 1, "answer": "accept", "note": "Que le vaya bien."})

    assert [each["url"] for each in waiting] == [url]
    assert "Vive aquí ahora." in page.content.decode()
    assert set(unsaid.context["form"].errors) == {"note"}
    assert old.status_code == 409
    assert response.url == reverse("beneficiaries:task_list")
    transfer.refresh_from_db()
    assert transfer.state == TransferState.ACCEPTED
    assert client.get(url).status_code == 404


@pytest.mark.rule("SEC-3", "SEC-4")
def test_no_other_office_answers(client, elsewhere, office):
    transfer = asked_for(elsewhere, office)
    client.force_login(UserFactory(coordinator=True, at=office))
    url = reverse("beneficiaries:transfer_answer", args=[transfer.public_id])

    assert client.get(url).status_code == 404
    assert client.post(url, {"version": 1, "answer": "accept"}).status_code == 404


def test_who_coordinates_both_offices_does_not_answer_themselves(client, elsewhere, office, holder):
    RoleAssignmentFactory(user=holder, role=Role.TERRITORIAL_COORDINATOR, organization=office)
    transfer = asked_for(elsewhere, office, by=holder)
    client.force_login(holder)

    url = reverse("beneficiaries:transfer_answer", args=[transfer.public_id])

    assert client.get(url).status_code == 403


# The list of a colleague


@pytest.fixture
def coordinator(client, office):
    user = UserFactory(coordinator=True, at=office)
    client.force_login(user)
    return user


def test_the_list_is_narrowed_to_a_colleagues_people(client, coordinator, office):
    worker = UserFactory(caseworker=True, at=office)
    theirs = PersonFactory(office=office, caseworker=worker)
    PersonFactory(office=office)

    page = client.get(reverse("beneficiaries:person_list"), {"responsable": worker.pk})

    assert page.context["page"].rows == [theirs]


def test_the_filter_offers_the_colleagues_of_the_own_office_alone(client, coordinator, office):
    own, foreign = UserFactory(caseworker=True, at=office), UserFactory(caseworker=True)

    html = client.get(reverse("beneficiaries:person_list")).content.decode()

    assert str(own) in html
    assert str(foreign) not in html


def test_coordination_finds_what_others_ask_of_it_and_what_it_said_lately(
    client, elsewhere, office, holder
):
    old, gone = (PersonFactory(office=elsewhere.office, with_case=True) for _each in range(2))
    waits = asked_for(elsewhere, office)
    refused, accepted = asked_for(old, office), asked_for(gone, office)
    transfers.refuse_transfer(refused, version=1, answer="Sigue aquí.", by=holder)
    transfers.accept_transfer(accepted, version=1, answer="", by=holder)
    long_ago = asked_for(old, office)
    transfers.refuse_transfer(long_ago, version=1, answer="No.", by=holder)
    Transfer.objects.filter(pk=long_ago.pk).update(answered_at=timezone.now() - timedelta(31))
    client.force_login(holder)

    page = client.get(reverse(LIST))

    assert [each.pk for each in page.context["asked_of"]] == [waits.pk, accepted.pk, refused.pk]
    html = page.content.decode()
    assert reverse("beneficiaries:transfer_answer", args=[waits.public_id]) in html
    assert "Sigue aquí." in html
    assert gone.display_name not in html  # of a file that has gone, the initials
    assert set(ReadLog.objects.latest("pk").persons) == {elsewhere.pk, old.pk, gone.pk}


@pytest.mark.rule("SEC-3")
def test_others_do_not_find_what_is_asked_of_an_office(client, elsewhere, office):
    asked_for(elsewhere, office)

    for user in (
        UserFactory(caseworker=True, at=elsewhere.office),
        UserFactory(coordinator=True),
    ):
        client.cookies.clear()
        client.force_login(user)
        assert list(client.get(reverse(LIST)).context["asked_of"]) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_transfers_asks_the_same_queries(  # noqa: PLR0917
    client, office, holder, elsewhere, count, django_assert_num_queries
):
    for _each in range(count):
        asked_for(PersonFactory(office=elsewhere.office), office)
        asked_for(PersonFactory(office=office), elsewhere.office)
    client.force_login(holder)

    with django_assert_num_queries(8):
        client.get(reverse(LIST))
