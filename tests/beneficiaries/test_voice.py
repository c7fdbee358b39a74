"""How satisfied people are; what of their requests and complaints stands on their page."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions.history import OtherContent
from accounts.roles import Role
from beneficiaries.actions import complaints, voice
from beneficiaries.choices import CaseState, ComplaintTopic, RequestWay, Service
from beneficiaries.models import Complaint, Opinion
from genesis.lib.states import StaleRecord
from tests.beneficiaries.test_rights import granted
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    CaseFactory,
    ContactFactory,
    PersonFactory,
    ServiceRecordFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(office, caseworker):
    person = PersonFactory(office=office, caseworker=caseworker)
    ContactFactory(person=person)
    opened = timezone.localdate() - timedelta(days=100)
    return CaseFactory(person=person, state=CaseState.ACTIVE, opened_on=opened)


@pytest.fixture
def coordinator(client, office):
    user = UserFactory(role=Role.TERRITORIAL_COORDINATOR, at=office)
    client.force_login(user)
    return user


def said(**changes):
    """What somebody answers who is satisfied, and leaves out the rest."""
    rest = dict.fromkeys(["expectations", "counselling", "economic", "social", "community"])
    first = {"key": uuid4(), "service": "", "on": timezone.localdate(), "way": RequestWay.PHONE}
    return first | rest | {"overall": 4, "comment": ""} | changes


def posted(**changes):
    answers = said(on=timezone.localdate().isoformat(), key=str(uuid4()))
    return {name: "" if value is None else value for name, value in answers.items()} | changes


def page_of(case, name="voice_detail", *more):
    return reverse(f"beneficiaries:{name}", args=[case.person.public_id, *more])


def complain(case, by, **answers):
    defaults = {
        "kind": "complaint",
        "topic": ComplaintTopic.SERVICE,
        "way": RequestWay.IN_PERSON,
        "office": case.office,
        "text": "Esperé tres horas.",
        "received_on": timezone.localdate(),
    }
    return complaints.receive_complaint(key=uuid4(), by=by, **defaults | answers)


# Asking


def test_somebody_is_asked_and_what_she_says_stands_on_her_page(client, case, caseworker):
    asked = client.post(
        page_of(case, "opinion_create"), posted(overall="5", social="2", comment="Me escucharon.")
    )

    assert asked.url == page_of(case)
    page = client.get(page_of(case)).content.decode()
    assert "Muy satisfecha" in page
    assert "Me escucharon." in page
    kept = Opinion.objects.get()
    assert (kept.overall, kept.social, kept.economic) == (5, 2, None)
    assert kept.recorded_by == caseworker


@pytest.mark.rule("SEC-16")
def test_the_same_form_twice_counts_once(case, caseworker):
    answers = said()

    first, again = (voice.record_opinion(case, by=caseworker, **answers) for _each in range(2))

    assert first == again
    with pytest.raises(OtherContent):
        voice.record_opinion(case, by=caseworker, **answers | {"overall": 1})
    assert Opinion.objects.count() == 1


def test_nobody_is_asked_about_a_service_not_received(client, case):
    refused = client.post(page_of(case, "opinion_create"), posted(service=Service.COACHING))

    assert refused.status_code == 422
    assert refused.context["form"].errors["service"]
    assert not Opinion.objects.exists()


def test_the_action_holds_what_the_form_offers(case, caseworker):
    with pytest.raises(ValidationError) as refused:
        voice.record_opinion(case, by=caseworker, **said(service=Service.COACHING))

    assert "service" in refused.value.message_dict


@pytest.mark.parametrize(
    ("field", "text"), [("overall", ""), ("overall", "6"), ("social", "0"), ("on", "2999-01-01")]
)
def test_what_cannot_be_is_said_at_its_field(client, case, field, text):
    refused = client.post(page_of(case, "opinion_create"), posted(**{field: text}))

    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [field]


@pytest.mark.parametrize("aspect", ["overall", "social"])
def test_the_database_holds_the_scale(case, caseworker, aspect):
    kept = voice.record_opinion(case, by=caseworker, **said())

    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.filter(pk=kept.pk).update(**{aspect: 6})


def test_a_wrong_entry_is_voided_with_a_reason_and_counts_no_more(client, case, caseworker):
    kept = voice.record_opinion(case, by=caseworker, **said())
    address = page_of(case, "opinion_void", kept.public_id)

    assert client.post(address, {"version": 1, "reason": ""}).status_code == 422
    client.post(address, {"version": 1, "reason": "Era de otra persona"})

    assert not Opinion.objects.standing().exists()
    assert Opinion.objects.get().voided_reason == "Era de otra persona"
    assert "Satisfecha" not in client.get(page_of(case)).content.decode()


@pytest.mark.rule("SEC-15")
def test_whoever_was_slower_voids_nothing(case, caseworker):
    kept = voice.record_opinion(case, by=caseworker, **said())

    with pytest.raises(StaleRecord):
        voice.void_opinion(kept, version=7, reason="x", by=caseworker)


# Who sees it


def test_another_office_does_not_find_it(client, case, caseworker):
    kept = voice.record_opinion(case, by=caseworker, **said())
    client.force_login(UserFactory(caseworker=True, at=OrganizationFactory()))

    assert client.get(page_of(case)).status_code == 404
    assert client.get(page_of(case, "opinion_create")).status_code == 404
    assert client.get(page_of(case, "opinion_void", kept.public_id)).status_code == 404


def test_a_colleague_reads_and_does_not_ask(client, case):
    client.force_login(UserFactory(caseworker=True, at=case.office))

    assert client.get(page_of(case)).status_code == 200
    assert client.get(page_of(case, "opinion_create")).status_code == 403


@pytest.mark.rule("SEC-6")
def test_a_complaint_stands_on_the_page_of_nobody_who_may_not_read_it(client, case, caseworker):
    complain(case, caseworker, person=case.person)

    mine = client.get(page_of(case)).content.decode()
    coordination = Client()
    coordination.force_login(UserFactory(role=Role.TERRITORIAL_COORDINATOR, at=case.office))
    theirs = coordination.get(page_of(case)).content.decode()

    address = Complaint.objects.get().get_absolute_url()
    assert address not in mine
    assert address in theirs


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_queries(client, case, caseworker, count, django_assert_num_queries):
    for _each in range(count):
        voice.record_opinion(case, by=caseworker, **said())
        complain(case, caseworker, person=case.person)
    client.force_login(UserFactory(role=Role.TERRITORIAL_COORDINATOR, at=case.office))
    client.get(page_of(case))

    with django_assert_num_queries(12):
        client.get(page_of(case))


@pytest.mark.parametrize("count", [1, 3])
def test_what_was_granted_asks_the_same_queries(
    client, case, caseworker, count, django_assert_num_queries
):
    officer = UserFactory(role=Role.DATA_PROTECTION_OFFICER)
    for _each in range(count):
        granted(case.person, officer, right="rectification")
    client.get(page_of(case))

    with django_assert_num_queries(12):
        response = client.get(page_of(case))

    assert len(response.context["requests"]) == count


# The figures


def test_the_figures_are_means_of_what_was_answered(client, case, caseworker, coordinator):
    for overall, social in [(5, None), (2, 4)]:
        voice.record_opinion(case, by=caseworker, **said(overall=overall, social=social))
    wrong = voice.record_opinion(case, by=caseworker, **said(overall=1))
    voice.void_opinion(wrong, version=1, reason="Error", by=caseworker)
    elsewhere = CaseFactory(person=PersonFactory(office=OrganizationFactory()))
    voice.record_opinion(elsewhere, by=caseworker, **said(overall=1, on=elsewhere.opened_on))

    rows = client.get(reverse("beneficiaries:opinion_summary")).context["rows"]

    assert [(row["mean"], row["times"]) for row in rows] == [
        (3.5, 2),
        (None, 0),
        (None, 0),
        (None, 0),
        (4.0, 1),
        (None, 0),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_figures_ask_the_same_queries(
    client, case, coordinator, count, django_assert_num_queries
):
    for _each in range(count):
        voice.record_opinion(case, by=coordinator, **said())
    client.get(reverse("beneficiaries:opinion_summary"))

    with django_assert_num_queries(4):
        client.get(reverse("beneficiaries:opinion_summary"))


@pytest.mark.parametrize("asked", ["desde=ayer", "oficina=9999", "servicio=zz", "hasta=%00"])
def test_a_filter_that_is_none_breaks_nothing(client, coordinator, asked):
    assert client.get(f"{reverse('beneficiaries:opinion_summary')}?{asked}").status_code == 200


# A code that somebody brings back


def find(client, code):
    return client.get(reverse("beneficiaries:complaint_find"), {"codigo": code})


def test_the_code_tells_how_far_it_is_and_the_answer(client, case, caseworker, coordinator):
    complaint = complain(case, caseworker)
    Complaint.objects.filter(pk=complaint.pk).update(
        state="answered",
        answer="Pusimos otra ventanilla.",
        answered_at=timezone.now(),
        answered_by=coordinator,
    )
    client.force_login(caseworker)

    page = find(client, complaint.shown_code).content.decode()

    assert "Pusimos otra ventanilla." in page
    assert "Esperé tres horas." not in page


def test_of_a_restricted_one_the_answer_is_not_told(client, case, caseworker, coordinator):
    complaint = complain(case, caseworker, topic=ComplaintTopic.MISCONDUCT)
    Complaint.objects.filter(pk=complaint.pk).update(
        state="answered",
        answer="La persona ya no trabaja aquí.",
        answered_at=timezone.now(),
        answered_by=coordinator,
    )
    client.force_login(caseworker)

    page = find(client, complaint.code).content.decode()

    assert "ya no trabaja" not in page
    assert complaint.shown_code in page


def test_nobody_learns_by_a_code_of_a_complaint_about_themselves(client, case, caseworker):
    accused = UserFactory(caseworker=True, at=case.office)
    complaint = complain(case, caseworker, staff=[accused])
    client.force_login(accused)

    answer = find(client, complaint.code)

    assert answer.context["complaint"] is None
    assert answer.context["form"].errors["codigo"]


@pytest.mark.parametrize("code", ["", "x", "5HHY-K2MZ-AZ", "\x00", "0" * 500])
def test_a_code_that_is_none_is_said_at_the_field(client, caseworker, code):
    answer = find(client, code)

    assert answer.status_code == 200
    assert answer.context["complaint"] is None


# What is sealed


SEALED = pytest.mark.parametrize("service", [Service.PSYCHOSOCIAL, Service.LEGAL_ASSISTANCE])


@pytest.fixture
def sealed(case, caseworker, service):
    ServiceRecordFactory(person=case.person, service=service, on=case.opened_on)
    answers = said(service=service, overall=5, comment="Hablamos mucho.")
    return voice.record_opinion(case, by=caseworker, **answers)


@pytest.mark.rule("SEC-6")
@SEALED
def test_whoever_does_not_know_of_a_sealed_service_learns_nothing(client, case, sealed, service):
    client.force_login(UserFactory(role=Role.REGISTRAR, at=case.office))

    page = client.get(page_of(case)).content.decode()

    assert "Hablamos mucho." not in page
    assert "Muy satisfecha" not in page
    assert str(service.label) not in page


@pytest.mark.rule("SEC-6")
@SEALED
def test_whoever_knows_of_it_does_not_read_the_words(client, case, sealed, service):
    page = client.get(page_of(case)).content.decode()

    assert "Muy satisfecha" in page
    assert "Hablamos mucho." not in page


def test_each_sees_the_offices_that_are_hers(client, case, coordinator):
    client.get(reverse("beneficiaries:opinion_summary"))
    other = UserFactory(
        role=Role.TERRITORIAL_COORDINATOR, at=OrganizationFactory(name="Ahuachapán")
    )
    theirs = Client()
    theirs.force_login(other)

    page = theirs.get(reverse("beneficiaries:opinion_summary")).content.decode()

    assert "Ahuachapán" in page
    assert case.office.name not in page
