"""The list, the search and the page of a person."""

import re
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import ReadLog
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    ContactFactory,
    DocumentFactory,
    JobFactory,
    PersonFactory,
    TripFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return OrganizationFactory()


@pytest.fixture
def caseworker(client, office):
    user = UserFactory(caseworker=True, at=office)
    client.force_login(user)
    return user


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_queries_for_any_number_of_rows(
    client, caseworker, office, count, django_assert_num_queries
):
    people = PersonFactory.create_batch(count, office=office)
    PersonFactory()

    with django_assert_num_queries(8):
        response = client.get(reverse("beneficiaries:person_list"))

    assert set(response.context["page"].rows) == set(people)
    assert set(ReadLog.objects.get().persons) == {each.pk for each in people}


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_same_queries_for_any_file(
    client, caseworker, office, count, django_assert_num_queries
):
    person = PersonFactory(office=office, with_case=True, caseworker=caseworker)
    ContactFactory(person=person)
    for _each in range(count):
        DocumentFactory(person=person, doc_type="none", status="never", number="")
        TripFactory(person=person)
        JobFactory(person=person)

    with django_assert_num_queries(14):
        response = client.get(person.get_absolute_url())

    assert response.status_code == 200
    assert ReadLog.objects.get().persons == [person.pk]


@pytest.mark.rule("SEC-3", "SEC-4")
def test_a_file_of_another_office_is_as_one_that_does_not_exist(client, caseworker):
    foreign = PersonFactory(with_case=True)

    seen = client.get(foreign.get_absolute_url())
    missing = client.get(
        reverse("beneficiaries:person_detail", args=["3f2504e0-4f89-41d3-9a0c-0305e82c3301"])
    )

    assert seen.status_code == missing.status_code == 404
    assert without_marks(seen) == without_marks(missing)


def without_marks(response):
    return re.sub(rb"[0-9A-Za-z]{64}|[0-9a-f-]{36}", b"", response.content)


def test_filters_in_use_are_shown_and_can_be_taken_off_one_by_one(client, caseworker, office):
    PersonFactory(office=office)

    response = client.get(
        reverse("beneficiaries:person_list"), {"nombre": "ana", "sector": "construction"}
    )

    chips = response.context["filter"].chips()
    assert [(chip["label"], chip["url"]) for chip in chips] == [
        ("Nombre: ana", "?sector=construction"),
        ("Sector: Construcción", "?nombre=ana"),
    ]
    assert "Sector: Construcción" in response.content.decode()


@pytest.mark.parametrize(
    ("channels", "offered"), [(["call", "whatsapp"], True), (["whatsapp"], False), ([], False)]
)
def test_a_number_is_offered_for_a_call_only_where_calls_are_allowed(
    client, caseworker, office, channels, offered
):
    person = PersonFactory(office=office, with_case=True, caseworker=caseworker)
    ContactFactory(person=person, allowed_channels=channels, phone_1_owner="family")

    page = client.get(person.get_absolute_url()).content.decode()

    assert ('href="tel:' in page) is offered
    assert "(Un familiar)" in page
    assert ("Sin forma de contacto permitida" in page) is not bool(channels)


@pytest.mark.parametrize(
    ("precision", "written"),
    [("month", "mayo de 2024"), ("year", "2024"), ("day", "1 de mayo de 2024")],
)
def test_a_return_is_shown_as_exactly_as_it_is_known(
    client, caseworker, office, precision, written
):
    person = PersonFactory(office=office, with_case=True, caseworker=caseworker)
    ContactFactory(person=person)
    assert "Retornada: falta el país" in client.get(person.get_absolute_url()).content.decode()
    TripFactory(person=person, return_date=date(2024, 5, 1), return_precision=precision)

    page = client.get(person.get_absolute_url()).content.decode()

    assert f"<small>{written}</small>" in page
    assert "falta el país" not in page
