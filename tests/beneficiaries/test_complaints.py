"""Complaints: nobody has to give a name, few read some of them, never whom they are about."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Activity
from accounts.roles import Role
from beneficiaries.actions import complaints
from beneficiaries.choices import ComplaintState
from beneficiaries.models import Complaint, ComplaintStaff
from genesis.lib.states import MoveNotAllowed
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def caseworker(office):
    return UserFactory(caseworker=True, at=office)


@pytest.fixture
def coordinator(office):
    return UserFactory(coordinator=True, at=office)


@pytest.fixture
def programme():
    return UserFactory(programme_coordinator=True)


def sign_in(client, user):
    """As somebody else, in a browser that knows nobody yet."""
    client.cookies.clear()
    client.force_login(user)


def receive(office, by, **answers):
    defaults = {
        "kind": "complaint",
        "topic": "waiting",
        "way": "in_person",
        "office": office,
        "text": "Esperé tres horas.",
        "person": None,
        "name": "",
        "contact_back": "",
        "received_on": timezone.localdate(),
    }
    return complaints.receive_complaint(key=uuid4(), by=by, **defaults | answers)


def answered(complaint, by, text="Pusimos otra ventanilla."):
    steps = (
        lambda c: complaints.triage_complaint(
            c, version=c.version, restricted=False, staff=[], by=by
        ),
        lambda c: complaints.begin_looking_into(c, version=c.version, by=by),
        lambda c: complaints.answer_complaint(c, version=c.version, answer=text, by=by),
    )
    for step in steps:
        complaint = step(complaint)
    return complaint


def test_a_complaint_needs_no_name_and_gets_a_code_and_its_days(office, caseworker):
    complaint = receive(office, caseworker, received_on=date(2026, 3, 23))

    assert (complaint.person, complaint.name) == (None, "")
    assert len(complaint.code) == 10
    assert (complaint.triage_by, complaint.due_on) == (date(2026, 3, 26), date(2026, 4, 15))
    assert Activity.objects.get(verb="complaint.received").person_id is None


@pytest.mark.parametrize("topic", ["misconduct", "abuse", "data"])
def test_few_read_what_is_sensitive(office, caseworker, coordinator, programme, topic):
    complaint = receive(office, caseworker, topic=topic, received_on=date(2026, 3, 23))

    assert complaint.triage_by == date(2026, 3, 24)
    seen = Complaint.objects.visible_to
    assert not seen(coordinator).exists()
    assert not seen(caseworker).exists()
    assert seen(programme).get() == complaint
    assert seen(UserFactory(role=Role.DATA_PROTECTION_OFFICER)).get() == complaint
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.update(restricted=False)


@pytest.mark.parametrize("topic", ["treatment", "abuse"])
def test_never_seen_by_whom_it_is_about(client, office, caseworker, programme, topic):
    complaint = receive(office, caseworker, topic=topic, staff=[programme])
    sign_in(client, programme)

    assert client.get(complaint.get_absolute_url()).status_code == 404
    listed = client.get(reverse("beneficiaries:complaint_list"))
    assert listed.context["page"].rows == []
    assert listed.context["counts"] == []
    assert complaint.shown_code not in client.get(reverse("home")).content.decode()
    with pytest.raises(ValidationError):
        complaints.triage_complaint(complaint, version=1, restricted=False, staff=[], by=programme)


def test_another_office_does_not_see_it(office, caseworker):
    receive(office, caseworker)

    other = UserFactory(coordinator=True, at=OrganizationFactory())
    assert not Complaint.objects.visible_to(other).exists()


def test_from_received_to_closed(office, caseworker, coordinator):
    complaint = answered(receive(office, caseworker), coordinator)
    complaint = complaints.close_complaint(complaint, version=complaint.version, by=coordinator)

    assert (complaint.state, complaint.answered_by) == (ComplaintState.CLOSED, coordinator)
    with pytest.raises(MoveNotAllowed):
        complaints.close_complaint(complaint, version=complaint.version, by=coordinator)


def test_no_step_is_skipped(office, caseworker, coordinator):
    complaint = receive(office, caseworker)

    with pytest.raises(MoveNotAllowed):
        complaints.answer_complaint(complaint, version=1, answer="Ya.", by=coordinator)


def test_an_appeal_is_answered_by_another_once(office, caseworker, coordinator, programme):
    complaint = answered(receive(office, caseworker), coordinator)
    complaint = complaints.appeal_complaint(
        complaint, version=complaint.version, appeal="Sigue igual.", by=coordinator
    )

    assert complaint.state == ComplaintState.INVESTIGATING
    assert complaint.first_answer == "Pusimos otra ventanilla."
    with pytest.raises(ValidationError):
        complaints.answer_complaint(
            complaint, version=complaint.version, answer="No.", by=coordinator
        )
    complaint = complaints.answer_complaint(
        complaint, version=complaint.version, answer="Ya hay tres.", by=programme
    )
    with pytest.raises(ValidationError):
        complaints.appeal_complaint(
            complaint, version=complaint.version, appeal="Otra vez.", by=programme
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.update(answered_by=coordinator)


def test_triage_restricts_and_never_opens(office, caseworker, coordinator, programme):
    complaint = receive(office, caseworker, topic="abuse")
    complaint = complaints.triage_complaint(
        complaint, version=1, restricted=False, staff=[coordinator], by=programme
    )

    assert complaint.restricted
    assert ComplaintStaff.objects.get().user == coordinator


def test_whoever_works_with_people_takes_it_down(client, office, caseworker):
    sign_in(client, caseworker)
    address = reverse("beneficiaries:complaint_create")
    key = client.get(address).context["form"]["key"].value()
    sent = {
        "key": key,
        "kind": "complaint",
        "topic": "abuse",
        "way": "in_person",
        "office": office.pk,
        "received_on": timezone.localdate().isoformat(),
        "text": "Le pidieron algo a cambio.",
    }

    page = client.post(address, sent)

    complaint = Complaint.objects.get()
    assert complaint.shown_code in page.content.decode()
    assert client.get(complaint.get_absolute_url()).status_code == 403
    assert client.post(address, sent).status_code == 200
    assert Complaint.objects.count() == 1


def test_a_file_or_a_name_and_only_a_file_one_sees(client, office, caseworker):
    sign_in(client, caseworker)
    address = reverse("beneficiaries:complaint_create")
    stranger = PersonFactory()
    sent = {
        "key": uuid4(),
        "kind": "complaint",
        "topic": "waiting",
        "way": "box",
        "office": office.pk,
        "received_on": timezone.localdate().isoformat(),
        "text": "x",
        "expediente": stranger.file_number,
    }

    refused = client.post(address, sent)
    both = client.post(
        address, sent | {"expediente": PersonFactory(office=office).file_number, "name": "Ana"}
    )

    assert "expediente" in refused.context["form"].errors
    assert "name" in both.context["form"].errors
    assert (refused.status_code, both.status_code) == (422, 422)
    assert not Complaint.objects.exists()


def test_the_pages_of_a_complaint(client, office, caseworker, coordinator):
    complaint = receive(office, caseworker)
    sign_in(client, coordinator)

    def press(name, *args, **sent):
        complaint.refresh_from_db()
        address = reverse(f"beneficiaries:complaint_{name}", args=[complaint.public_id, *args])
        return client.post(address, {"version": complaint.version, **sent})

    assert client.get(complaint.get_absolute_url()).status_code == 200
    press("triage")
    press("step", "investigar")
    assert press("answer").status_code == 422
    press("answer", answer="Pusimos otra ventanilla.")
    press("step", "cerrar")

    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.CLOSED


def test_those_whom_it_may_be_about_are_told_apart(client, office, caseworker):
    twin = UserFactory(
        registrar=True,
        at=OrganizationFactory(name="Sonsonate"),
        first_name=caseworker.first_name,
        last_name=caseworker.last_name,
    )
    sign_in(client, caseworker)

    page = client.get(reverse("beneficiaries:complaint_create"))

    labels = dict(page.context["form"].fields["staff"].choices)
    assert labels[twin.pk] == f"{twin} · Registrador(a), Sonsonate"
    assert labels[caseworker.pk] != labels[twin.pk]


@pytest.mark.parametrize(("rows", "questions"), [(1, 6), (3, 6)])
def test_the_list_asks_the_same_whatever_its_rows(
    client, coordinator, django_assert_num_queries, rows, questions
):
    office = coordinator.current_roles[0].organization
    for _each in range(rows):
        receive(office, coordinator)
    sign_in(client, coordinator)

    with django_assert_num_queries(questions):
        client.get(reverse("beneficiaries:complaint_list"))


def test_today_says_which_step_is_due_and_thanks_are_not_urgent(client, office, coordinator):
    by = UserFactory(caseworker=True, at=office)
    long_ago = timezone.localdate() - timedelta(days=8)
    thanks = receive(office, by, kind="thanks", received_on=long_ago)
    late = receive(office, by, received_on=long_ago)
    triaged = complaints.triage_complaint(
        receive(office, by, received_on=long_ago), version=1, restricted=False, staff=[], by=by
    )
    sign_in(client, coordinator)

    blocks = {str(each.title): each for each in client.get("/").context["blocks"]}
    lines = {line.url: line for line in blocks["Quejas y sugerencias"].lines}

    one, other, answer = (lines[each.get_absolute_url()] for each in (late, thanks, triaged))
    day = date_format(late.triage_by)
    assert (str(one.state), str(one.detail)) == ("Atrasado", f"Clasificar a más tardar el {day}")
    assert str(one.title).startswith("Queja: ")
    assert (str(other.title).partition(":")[0], other.tone) == ("Agradecimiento", "plain")
    assert str(other.state) != "Atrasado"
    assert str(answer.detail) == f"Responder a más tardar el {date_format(triaged.due_on)}"
