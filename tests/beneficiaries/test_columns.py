"""The columns of the list of people: what they show, to whom, and at what price."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from beneficiaries.columns import COLUMNS, USUAL, columns_for, columns_to_choose, with_columns
from beneficiaries.models import Goal, Person
from beneficiaries.permissions import classes_read, whose
from genesis.lib.sensitivity import D1, D2, D3, D4, D5, D6, NONE
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AppointmentFactory,
    AttentionFactory,
    ContactFactory,
    DistrictFactory,
    GoalFactory,
    JobFactory,
    PersonFactory,
    PlanFactory,
    ServiceRecordFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return OrganizationFactory(name="Oficina Oriente")


@pytest.fixture
def caseworker(office):
    return UserFactory(caseworker=True, at=office, first_name="Rosa", last_name="Paz")


def keys(columns):
    return [each.key for each in columns]


def row(person, user, *asked):
    columns = columns_for(user, asked or COLUMNS)
    found = with_columns(Person.objects.visible_to(user), columns, user).get(pk=person.pk)
    return {each.key: each.value(found) for each in columns}


def test_columns_come_in_the_order_asked_after_the_fixed_and_each_once(caseworker):
    asked = ["edad", "sector", "edad", "nombre", "password", "office__code", ""]

    assert keys(columns_for(caseworker, asked)) == ["nombre", "numero", "edad", "sector"]
    assert keys(columns_for(caseworker)) == ["nombre", "numero", *USUAL]
    assert keys(columns_for(caseworker, [])) == ["nombre", "numero"]


def test_no_column_holds_what_is_protected():
    assert {each.level for each in COLUMNS.values()} <= {D1, D2, D3, NONE}


@pytest.mark.parametrize(
    ("role", "chooses"),
    [("caseworker", True), ("coordinator", True), ("registrar", False)],
)
def test_a_class_that_a_role_does_not_read_is_no_column_of_theirs(office, role, chooses):
    user = UserFactory(**{role: True}, at=office)

    assert ("ocupacion" in keys(columns_to_choose(user))) is chooses
    assert ("ocupacion" in keys(columns_for(user, ["ocupacion"]))) is chooses


@pytest.mark.rule("CASE-12")
def test_a_class_read_only_of_the_people_assigned_is_empty_for_all_others(office, caseworker):
    hers = PersonFactory(office=office, with_case=True, caseworker=caseworker)
    other = PersonFactory(office=office, with_case=True)
    for each in (hers, other):
        JobFactory(person=each, position="Albañil")
    coordinator = UserFactory(coordinator=True, at=office)

    assert row(hers, caseworker)["ocupacion"] == "Albañil"
    assert row(other, caseworker)["ocupacion"] == ""
    assert row(other, coordinator)["ocupacion"] == "Albañil"


@pytest.mark.parametrize("role", ["caseworker", "coordinator", "registrar"])
@pytest.mark.parametrize("level", [D2, D3, D4, D5, D6])
def test_the_wall_of_a_list_is_that_of_the_page_of_a_person(office, role, level):
    user = UserFactory(**{role: True}, at=office)
    mine = {} if role != "caseworker" else {"with_case": True, "caseworker": user}
    people = [PersonFactory(office=office, **mine), PersonFactory(office=office), PersonFactory()]

    of_list = set(Person.objects.filter(whose(user, level)))

    assert of_list == {each for each in people if level in classes_read(user, each, [level])}


def test_a_row_says_what_is_known(office, caseworker):
    today = timezone.localdate()
    person = PersonFactory(
        office=office,
        with_case=True,
        caseworker=caseworker,
        sex="F",
        birth_date=date(today.year - 30, 1, 1),
        birth_precision="day",
        district=DistrictFactory(),
    )
    case = person.cases.get()
    ContactFactory(person=person, phone_1="+50370001122", allowed_channels=["call"])
    AttentionFactory(case=case, on=today - timedelta(days=3), state="given")
    coming = AppointmentFactory(person=person, starts_at=timezone.now() + timedelta(days=2))
    ServiceRecordFactory(person=person, service="2b", on=today - timedelta(days=9))

    known = row(person, caseworker)

    assert known["nombre"] == person.display_name
    assert known["distrito"] == "Soyapango, San Salvador"
    assert known["departamento"] == "San Salvador"
    assert known["edad"] == 30
    assert known["sexo"] == "Femenino"
    assert known["telefono"] == "+503 7000 1122"
    assert known["oficina"] == "Oficina Oriente"
    assert known["responsable"] == "Rosa Paz"
    assert known["estado"] == case.get_state_display()
    assert known["contacto"] == today - timedelta(days=3)
    assert known["cita"] == timezone.localdate(coming.starts_at)
    assert known["plan"] == case.opened_on + timedelta(days=30)
    assert known["servicio"].startswith("2b")


@pytest.mark.rule("CASE-14")
def test_a_telephone_that_may_not_be_used_is_not_listed(office, caseworker):
    person = PersonFactory(office=office)
    ContactFactory(person=person, allowed_channels=["home_visit"])

    assert row(person, caseworker)["telefono"] == ""


@pytest.mark.parametrize("service", ["2d", "5d"])
def test_a_sealed_service_is_not_told(office, caseworker, service):
    person = PersonFactory(office=office, with_case=True, caseworker=caseworker)
    ServiceRecordFactory(person=person, service=service)

    assert row(person, caseworker)["servicio"] == ""


def test_a_plan_is_due_for_review_only_while_it_has_open_goals(office, caseworker):
    person = PersonFactory(office=office, with_case=True, caseworker=caseworker)
    plan = PlanFactory(case=person.cases.get(), agreed_by_person_on=date(2026, 1, 10))
    assert row(person, caseworker)["plan"] is None

    goal = GoalFactory(plan=plan, state="proposed")
    assert row(person, caseworker)["plan"] is None

    Goal.objects.filter(pk=goal.pk).update(state="in_progress")

    assert row(person, caseworker)["plan"] == date(2026, 2, 9)


def test_all_columns_at_once_are_one_question(office, caseworker, django_assert_num_queries):
    PersonFactory.create_batch(3, office=office, with_case=True)
    columns = columns_for(caseworker, COLUMNS)
    people = with_columns(Person.objects.visible_to(caseworker), columns, caseworker)

    with django_assert_num_queries(1):
        for person in people:
            assert all(isinstance(each.shown(person), str) for each in columns)


def test_the_usual_columns_ask_for_nothing_more_than_the_row(caseworker):
    usual = with_columns(Person.objects.all(), columns_for(caseworker), caseworker)

    assert str(usual.query).count("SELECT") == 1
    assert "JOIN" not in str(usual.query)
