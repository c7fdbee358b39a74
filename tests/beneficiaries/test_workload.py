"""How many cases each caseworker has, and who may see it."""

import pytest
from django.urls import reverse

from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import AssignmentFactory, CaseFactory, PersonFactory

pytestmark = pytest.mark.django_db

PAGE = reverse("programme:workload")


@pytest.fixture
def office():
    return OrganizationFactory(name="Oficina Sonsonate")


@pytest.fixture
def coordinator(client, office):
    user = UserFactory(coordinator=True, at=office)
    client.force_login(user)
    return user


def rows(response):
    return {each["user"]: (each["cases"], each["tone"]) for each in response.context["caseworkers"]}


def test_open_cases_count_for_who_has_them(client, office, coordinator, settings):
    settings.USUAL_CASELOAD = 2, 3
    idle, usual, busy = (UserFactory(caseworker=True, at=office) for _each in range(3))
    for worker, cases in ((idle, 1), (usual, 3), (busy, 4)):
        for _case in range(cases):
            PersonFactory(with_case=True, caseworker=worker, office=office)
    closed = PersonFactory(caseworker=idle, office=office)
    CaseFactory(person=closed, state="closed")
    PersonFactory(with_case=True, office=office)

    response = client.get(PAGE)

    assert rows(response) == {idle: (1, "plain"), usual: (3, "ok"), busy: (4, "alerta")}
    [line] = response.context["offices"]
    assert (line["cases"], line["unassigned"], line["caseworkers"]) == (9, 1, 3)


def test_who_left_and_still_has_cases_stands_out(client, office, coordinator):
    gone = UserFactory(caseworker=True)
    PersonFactory(with_case=True, caseworker=gone, office=office)

    assert rows(client.get(PAGE)) == {gone: (1, "mal")}


def test_a_case_with_two_assignments_counts_once(client, office, coordinator):
    worker = UserFactory(caseworker=True, at=office)
    person = PersonFactory(with_case=True, caseworker=worker, office=office)
    AssignmentFactory(person=person, user=worker, kind="evaluation")

    assert rows(client.get(PAGE)) == {worker: (1, "plain")}


def test_another_office_is_not_shown(client, office, coordinator):
    other = OrganizationFactory(name="Oficina ajena")
    RoleAssignmentFactory(organization=other)

    response = client.get(PAGE, {"oficina": str(other.public_id)})

    assert "Oficina ajena" not in response.content.decode()
    assert response.context["chosen"] == office


def test_the_programme_coordinator_chooses_among_all_offices(client, office):
    worker = UserFactory(caseworker=True, at=office)
    client.force_login(UserFactory(programme_coordinator=True))

    response = client.get(PAGE, {"oficina": str(office.public_id)})

    assert response.context["chosen"] == office
    assert rows(response) == {worker: (0, "plain")}


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_few_queries(client, office, coordinator, django_assert_num_queries, count):
    for _each in range(count):
        worker = UserFactory(caseworker=True, at=office)
        PersonFactory(with_case=True, caseworker=worker, office=office)

    with django_assert_num_queries(10):
        client.get(PAGE)
