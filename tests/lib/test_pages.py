"""Lists by keyset, forms with their status, pieces for htmx."""

from datetime import date

import pytest
from django.test import RequestFactory

from accounts.models import Organization
from beneficiaries.models import Person
from genesis.lib import pages
from genesis.lib.pages import ROWS, paginate
from tests.factories.accounts import OrganizationFactory
from tests.factories.beneficiaries import DistrictFactory, PersonFactory

pytestmark = pytest.mark.django_db
ORDERS = ["sort_name", "-registered_on"]


@pytest.fixture
def people():
    """Sixty people, many of whom share their name and their day."""
    place, home = OrganizationFactory(), DistrictFactory()
    return [
        PersonFactory(
            office=place,
            district=home,
            given_names="Ana",
            surnames=f"Paz {number % 4}",
            registered_on=date(2026, 1, 1 + number % 3),
        )
        for number in range(2 * ROWS + 10)
    ]


def page(people=None, **address):
    request = RequestFactory().get("/", address)
    return paginate(request, Person.objects.all() if people is None else people, orders=ORDERS)


def in_order(order):
    down = "-" if order.startswith("-") else ""
    return list(Person.objects.order_by(order, f"{down}pk"))


@pytest.mark.parametrize("order", ORDERS)
def test_forwards_and_back_no_row_is_left_out_and_none_comes_twice(people, order):
    everybody = in_order(order)
    first = page(orden=order)
    second = page(orden=order, despues=first.after)
    third = page(orden=order, despues=second.after)

    assert first.rows + second.rows + third.rows == everybody
    assert (first.before, third.after) == (None, None)
    assert [first.total, second.total, third.total] == [len(people)] * 3
    assert page(orden=order, antes=third.before).rows == second.rows
    assert page(orden=order, antes=second.before).rows == first.rows
    assert page(orden=order, antes=second.before).before is None


def test_a_row_that_goes_meanwhile_leaves_the_place_where_it_was(people):
    first = page()
    gone = first.rows[0]
    there = Person.objects.exclude(pk=gone.pk)

    second = page(there, despues=first.after)

    assert (
        second.rows
        == [each for each in in_order("sort_name") if each != gone][ROWS - 1 : 2 * ROWS - 1]
    )


@pytest.mark.parametrize(
    "address",
    [
        {"orden": "password"},
        {"orden": "office__name"},
        {"orden": "-sort_name"},
        {"orden": "\x00"},
        {"despues": "x"},
        {"despues": "\x00"},
        {"despues": "-1"},
        {"antes": "00000000-0000-4000-8000-000000000000"},
        {"antes": ""},
        {"despues": ""},
        {"page": "2"},
    ],
    ids=str,
)
def test_an_unknown_order_or_row_gives_the_first_page(people, address):
    assert page(**address).rows == page().rows


def test_exactly_one_page_has_no_next():
    place, home = OrganizationFactory(), DistrictFactory()
    PersonFactory.create_batch(ROWS, office=place, district=home)

    shown = page()

    assert (len(shown.rows), shown.before, shown.after) == (ROWS, None, None)


def test_no_rows_are_a_page_too():
    assert page() == ([], None, None, 0, "sort_name")


def test_what_is_counted_is_capped(people, monkeypatch):
    monkeypatch.setattr(pages, "COUNTED", 20)

    assert page().total == 21


def test_a_page_asks_two_queries_and_a_later_one_three(people, django_assert_num_queries):
    with django_assert_num_queries(2):
        first = page()
    with django_assert_num_queries(3):
        page(despues=first.after)


def test_the_rows_of_another_list_are_no_place_in_this_one(people):
    other = Organization.objects.get()

    assert page(despues=other.public_id).rows == page().rows


@pytest.mark.rule("SEC-4")
def test_a_row_that_is_not_in_the_list_says_nothing_of_its_place(people):
    seen = Person.objects.exclude(pk=people[-1].pk)
    request = RequestFactory().get("/", {"despues": str(people[-1].public_id)})

    asked = paginate(request, seen, orders=ORDERS)

    assert asked.rows == paginate(RequestFactory().get("/"), seen, orders=ORDERS).rows
