"""The map of who was registered in a year (S08)."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from beneficiaries.actions.reference import load_reference
from beneficiaries.models import Department, District, Municipality, Person
from reporting.indicators.territory import outlines
from reporting.rules import shade_of, shades
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]
URL = "reporting:territory_map"


@pytest.fixture(scope="module")
def territory(django_db_setup, django_db_blocker):
    """The departments, the municipalities of before and of now, and the districts."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_reference()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def coordinator(client):
    user = UserFactory(role=Role.PROGRAMME_COORDINATOR)
    client.force_login(user)
    return user


def living_in(code, **answers):
    """Somebody of the place that had this code as a municipality until 2024."""
    day = answers.pop("on", date(2026, 3, 2))
    return PersonFactory(district=District.objects.get(code=code), registered_on=day, **answers)


def counts(places):
    return {each.name: each.count for each in places if each.count}


@pytest.mark.rule("S08")
def test_the_map_of_2026(client, coordinator):
    """Departments on the map, the municipalities of today in the table, the old ones in them."""
    former = Municipality.objects.get(code="0617")
    assert (former.name, former.valid_until) == ("Soyapango", date(2024, 4, 30))
    capital, usulutan = "0614", "1101"
    for _each in range(2):
        living_in("0617")
    living_in(capital)
    living_in(usulutan)
    living_in(usulutan, on=date(2024, 2, 1))  # registered before the reform, in another year

    page = client.get(reverse(URL), {"anio": "2026"})

    found = page.context["territory"]
    assert len(found.departments) == len(page.context["shapes"]) == 14
    assert len(found.municipalities) == 44
    assert counts(found.departments) == {"San Salvador": 3, "Usulután": 1}
    assert counts(found.municipalities) == {
        "San Salvador Este": 2,
        "San Salvador Centro": 1,
        District.objects.get(code=usulutan).municipality.name: 1,
    }
    assert "Soyapango" not in {each.name for each in found.municipalities}
    shade = {place.name: shade for place, _path, shade in page.context["shapes"]}
    assert shade["San Salvador"] == 3
    assert shade["Ahuachapán"] == 0
    assert 0 < shade["Usulután"] < shade["San Salvador"]
    assert page.content.decode().count("<path ") == 14


def test_who_was_registered_before_the_reform_stands_where_the_district_is_now(client, coordinator):
    living_in("0617", on=date(2023, 5, 1))

    found = client.get(reverse(URL), {"anio": "2023"}).context["territory"]

    assert counts(found.municipalities) == {"San Salvador Este": 1}


def test_who_lives_nobody_knows_where_is_counted_apart(client, coordinator):
    PersonFactory(district=None, registered_on=date(2026, 1, 5))

    found = client.get(reverse(URL), {"anio": "2026"}).context["territory"]

    assert (found.unknown, found.total, counts(found.departments)) == (1, 1, {})


def test_merged_files_and_those_taken_back_do_not_count(client, coordinator):
    kept, merged, undone = (living_in("0617") for _each in range(3))
    Person.objects.filter(pk=merged.pk).update(merged_into=kept)
    Person.objects.filter(pk=undone.pk).update(undone_at="2026-04-01T12:00Z")

    assert client.get(reverse(URL), {"anio": "2026"}).context["territory"].total == 1


@pytest.mark.rule("SEC-3")
def test_a_coordinator_of_an_office_counts_its_people_alone(client):
    office = OrganizationFactory()
    living_in("0617", office=office)
    living_in("0617", office=OrganizationFactory())
    client.force_login(UserFactory(role=Role.TERRITORIAL_COORDINATOR, at=office))

    assert client.get(reverse(URL), {"anio": "2026"}).context["territory"].total == 1


@pytest.mark.parametrize("year", ["", "x", "1066", "99999", "2026.5", "-1", "²"])
def test_a_year_that_is_none_shows_this_one(client, coordinator, time_machine, year):
    time_machine.move_to("2026-11-21T15:00:00-06:00")

    page = client.get(reverse(URL), {"anio": year})

    assert (page.status_code, page.context["year"]) == (200, 2026)
    assert ">2026</option>" in page.content.decode()


def test_every_department_has_its_outline():
    assert set(outlines()["departments"]) == set(Department.objects.values_list("code", flat=True))


@pytest.mark.parametrize(
    ("numbers", "ends"),
    [([], []), ([0, 0], []), ([1], [1]), ([3, 1], [1, 2, 3]), ([100, 7], [25, 50, 75, 100])],
)
def test_colours_go_up_in_equal_steps(numbers, ends):
    assert shades(numbers) == ends
    assert [shade_of(0, ends), *[shade_of(end, ends) for end in ends]] == list(range(len(ends) + 1))


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_asks_the_same_queries(client, coordinator, people):
    for _each in range(people):
        living_in("0617")

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse(URL), {"anio": "2026"})

    assert len(queries) == 7
