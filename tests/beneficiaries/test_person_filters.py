"""Narrowing the list of people: whom each filter finds, and what none of them tells."""

from datetime import date, timedelta

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from beneficiaries.choices import CaseState, Outcome, Track
from beneficiaries.filters.people import PersonFilter
from beneficiaries.models import Goal, Person, SavedView, SensitiveProfile
from genesis.lib.days import AGE_BANDS, age_band, age_on
from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import (
    AppointmentFactory,
    AttemptFactory,
    AttentionFactory,
    CaseFactory,
    ConsentFactory,
    DistrictFactory,
    GoalFactory,
    PersonFactory,
    PlanFactory,
    ServiceRecordFactory,
)

pytestmark = pytest.mark.django_db

URL = "beneficiaries:person_list"
HOSTILE = ["\x00", "'--", "{{7*7}}", "%00", "[]", "-1", "9" * 40, "🙂", "a" * 3000]
HOSTILE += ["<script>", "\u202ex"]


@pytest.fixture(autouse=True)
def forget():
    caches["memory"].clear()


@pytest.fixture
def office():
    return OrganizationFactory()


@pytest.fixture
def caseworker(client, office):
    user = UserFactory(caseworker=True, at=office)
    client.force_login(user)
    return user


@pytest.fixture
def today():
    return timezone.localdate()


def found(client, **asked):
    """Whom the list shows, and what it says that it could not read."""
    response = client.get(reverse(URL), asked)
    assert response.status_code == 200
    return set(response.context["page"].rows), response.context["filter"].problems()


def person_with_case(office, opened_on, **more):
    return PersonFactory(office=office, registered_on=opened_on, with_case=True, **more)


def test_by_what_is_known_of_her(client, caseworker, office):
    woman = PersonFactory(office=office, sex="F", registered_on=date(2026, 3, 2))
    man = PersonFactory(office=office, sex="M", registered_on=date(2026, 5, 9))
    ServiceRecordFactory(person=man, service="2b")
    voided = {"voided_at": timezone.now(), "voided_reason": "Error"}
    ServiceRecordFactory(person=woman, service="2b", **voided)

    assert found(client, sexo="F") == ({woman}, [])
    assert found(client, servicio="2b") == ({man}, [])
    assert found(client, desde="2026-03-03") == ({man}, [])
    assert found(client, hasta="2026-03-02") == ({woman}, [])
    assert found(client, desde="2026-03-02", hasta="2026-05-09") == ({woman, man}, [])


def test_by_the_eligibility_that_the_column_shows(client, caseworker, office):
    """That of the newest episode, open or closed; none of an earlier one."""
    closed, again = (PersonFactory(office=office) for _each in range(2))
    closed_as = {"outcome": Outcome.ELIGIBLE, "certification_track": Track.ELIGIBLE}
    for person in (closed, again):
        CaseFactory(person=person, state=CaseState.CLOSED, **closed_as)
    CaseFactory(person=again, episode=2)

    people, _problems = found(client, elegibilidad="eligible", columnas="elegibilidad")

    assert people == {closed}
    assert found(client, columnas="elegibilidad")[0] == {closed, again}


def test_by_where_she_lives(client, caseworker, office):
    here = PersonFactory(office=office, district=DistrictFactory(code="0617", name="Soyapango"))
    PersonFactory(office=office, district=DistrictFactory(code="0315", name="Sonsonate"))

    assert found(client, distrito="soyá") == ({here}, [])
    everybody, problems = found(client, distrito="Managua")
    assert len(everybody) == 2
    assert problems == ["Distrito: Ningún distrito tiene un nombre así."]


@pytest.mark.parametrize("band", AGE_BANDS)
def test_an_age_is_found_in_its_band_and_in_no_other(client, caseworker, office, today, band):
    births = [date(today.year - years, today.month, 1) for years in range(10, 70)]
    births += [
        today - timedelta(days=round(365.25 * years) + off)
        for years in (18, 51)
        for off in (-1, 0, 1)
    ]
    for each in births:
        PersonFactory(office=office, birth_date=each)
    PersonFactory(office=office, birth_date=None, birth_precision="")

    people = PersonFilter({"edad": band}, queryset=Person.objects.all(), request=asking(caseworker))

    assert {each.pk for each in people.qs} == {
        each.pk
        for each in Person.objects.all()
        if age_band(age_on(each.birth_date, today) if each.birth_date else None) == band
    }


def asking(who):
    class Request:
        user = who

    return Request()


@pytest.mark.rule("CASE-31")
def test_by_how_long_nobody_was_in_contact(client, caseworker, office, today):
    silent = person_with_case(office, today - timedelta(days=61))
    met = person_with_case(office, today - timedelta(days=200))
    AttentionFactory(case=met.cases.get(), on=today - timedelta(days=59))
    reached = person_with_case(office, today - timedelta(days=200))
    AttemptFactory(case=reached.cases.get(), on=today - timedelta(days=10), outcome="reached")
    missed = person_with_case(office, today - timedelta(days=200))
    AttentionFactory(case=missed.cases.get(), on=today - timedelta(days=5), state="missed")
    AttemptFactory(case=missed.cases.get(), on=today - timedelta(days=5), outcome="no_answer")
    person_with_case(office, today - timedelta(days=59))
    PersonFactory(office=office)  # without a case nobody is silent

    assert found(client, contacto="60") == ({silent, missed}, [])
    assert found(client, contacto="59") == ({silent, missed, met} | late_of(today), [])


def late_of(today):
    return set(Person.objects.filter(cases__opened_on=today - timedelta(days=59)))


def test_by_her_next_appointment(client, caseworker, office):
    people = PersonFactory.create_batch(5, office=office)
    now, late = timezone.now(), timedelta(days=2)
    midday = timezone.localtime(now).replace(hour=12, minute=0)
    AppointmentFactory(person=people[0], starts_at=midday)
    AppointmentFactory(person=people[1], starts_at=now + timedelta(days=3))
    AppointmentFactory(person=people[2], starts_at=now + timedelta(days=30))
    AppointmentFactory(person=people[3], ago=late)
    ended = {"state": "cancelled", "reason": "x", "ended_at": now, "ended_by": caseworker}
    AppointmentFactory(person=people[4], starts_at=now + timedelta(days=3), **ended)

    assert people[0] in found(client, cita="hoy")[0]
    assert found(client, cita="hoy")[0] == {people[0]}
    assert found(client, cita="semana")[0] - {people[0]} == {people[1]}
    assert found(client, cita="sin")[0] - {people[0]} == {people[3], people[4]}
    assert found(client, cita="pasada")[0] - {people[0]} == {people[3]}


@pytest.mark.rule("CASE-31")
def test_by_a_plan_that_is_late(client, caseworker, office, today):
    late = person_with_case(office, today - timedelta(days=31))
    person_with_case(office, today - timedelta(days=30))
    planned = person_with_case(office, today - timedelta(days=90))
    plan = PlanFactory(case=planned.cases.get(), agreed_by_person_on=today - timedelta(days=31))
    goal = GoalFactory(plan=plan)
    Goal.objects.filter(pk=goal.pk).update(state="in_progress")
    fresh = person_with_case(office, today - timedelta(days=90))
    plan = PlanFactory(
        case=fresh.cases.get(),
        agreed_by_person_on=today - timedelta(days=60),
        reviewed_on=today - timedelta(days=30),
    )
    Goal.objects.filter(pk=GoalFactory(plan=plan).pk).update(state="in_progress")

    assert found(client, plan="plan") == ({late}, [])
    assert found(client, plan="revision") == ({planned}, [])


def test_by_a_consent_that_is_missing(client, caseworker, office):
    agreed, refused, expired = PersonFactory.create_batch(3, office=office)
    ConsentFactory(person=agreed, purpose="image")
    ConsentFactory(person=refused, purpose="image", granted=False)
    ConsentFactory(person=expired, purpose="image", expires_on=date(2026, 1, 1))

    assert found(client, consentimiento="image") == ({refused, expired}, [])


@pytest.mark.rule("SEC-3")
def test_offices_do_not_see_each_others_people_nor_colleagues(client, caseworker, office):
    mine = PersonFactory(office=office, sex="M")
    foreign = PersonFactory(sex="M", with_case=True)
    stranger = UserFactory(caseworker=True, at=foreign.office)

    page = client.get(reverse(URL), {"sexo": "M"})

    assert set(page.context["page"].rows) == {mine}
    assert page.context["page"].total == 1
    assert str(stranger) not in page.content.decode()
    assert "oficina" not in page.context["filter"].form.fields
    everybody, problems = found(client, responsable=str(stranger.pk))
    assert everybody == {mine}
    assert problems[0].startswith("Gestor(a) de caso: ")


@pytest.mark.rule("SEC-3")
def test_whoever_sees_several_offices_narrows_to_one_of_them(client, office):
    other, third = OrganizationFactory(name="Oficina Norte"), OrganizationFactory(name="Tercera")
    user = UserFactory(caseworker=True, at=office)
    RoleAssignmentFactory(user=user, role="registrar", organization=other)
    client.force_login(user)
    here, there = PersonFactory(office=office), PersonFactory(office=other)
    PersonFactory(office=third)

    assert found(client)[0] == {here, there}
    assert found(client, oficina=str(other.pk)) == ({there}, [])
    everybody, problems = found(client, oficina=str(third.pk))
    assert everybody == {here, there}
    assert problems[0].startswith("Oficina: ")
    assert "Tercera" not in client.get(reverse(URL)).content.decode()


@pytest.mark.rule("CASE-16")
@pytest.mark.parametrize("role", ["caseworker", "coordinator", "registrar"])
def test_no_filter_tells_two_people_apart_by_what_is_protected(client, office, role, today):
    user = UserFactory(**{role: True}, at=office)
    told, untold = (person_with_case(office, today - timedelta(days=90)) for _each in "ab")
    SensitiveProfile.objects.create(person=told, wg_seeing="4")
    for service in ("2d", "5d"):
        ServiceRecordFactory(person=told, service=service)

    for name, asked in PersonFilter.base_filters.items():
        choices = codes_of(asked) if name not in {"nombre", "responsable"} else ["ana"]
        for value in choices or ["1", "soyapango", "2026-01-01"]:
            data = {name: str(value)}
            people = PersonFilter(data, queryset=Person.objects.all(), request=asking(user)).qs
            assert (told in people) == (untold in people), data
    assert not {"2d", "5d"} & set(codes_of(PersonFilter.base_filters["servicio"]))


def codes_of(asked):
    choices = asked.extra.get("choices", [])
    return [code for code, _label in getattr(choices, "choices", choices)]


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_that_is_no_choice_is_said_and_narrows_nothing(client, caseworker, office, value):
    person = PersonFactory(office=office)

    for name in [each for each in PersonFilter.base_filters if each not in {"nombre", "oficina"}]:
        everybody, problems = found(client, **{name: value})
        assert everybody == {person}, name
        assert problems, name
    for name in ("columnas", "orden", "vista", "despues", "antes", "oficina", "otra cosa"):
        assert found(client, **{name: value})[0] == {person}
    page = client.get(reverse(URL), {"estado": value, value[:50]: value, "columnas": value})
    assert "<script>" not in page.content.decode().partition("<main")[2]


def test_what_cannot_be_read_is_said_and_the_rest_still_narrows(client, caseworker, office):
    woman, _man = PersonFactory(office=office, sex="F"), PersonFactory(office=office, sex="M")

    page = client.get(reverse(URL), {"sexo": "F", "sector": "magia", "contacto": "0", "raro": "1"})

    assert set(page.context["page"].rows) == {woman}
    html = page.content.decode()
    assert "Sexo: Femenino" in html
    assert "Sector: " in html
    assert "El listado no tiene el filtro «raro»." in html


def test_filters_that_wait_unfold_when_one_of_them_is_in_use(client, caseworker, office):
    PersonFactory(office=office)

    plain = client.get(reverse(URL)).content.decode()
    used = client.get(reverse(URL), {"sexo": "F"}).content.decode()

    assert '<details class="mas-filtros">' in plain
    assert '<details class="mas-filtros" open>' in used


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_with_everything_on_asks_the_same_queries(
    client, caseworker, office, count, django_assert_num_queries
):
    for _each in range(count):
        person = person_with_case(office, date(2026, 3, 2), caseworker=caseworker)
        ServiceRecordFactory(person=person, service="2b")
    district = person.district
    view = SavedView.objects.create(owner=caseworker, name="Todo", columns=["edad"])
    asked = {
        "vista": str(view.public_id),
        "nombre": "ana",
        "caso": "mias",
        "responsable": str(caseworker.pk),
        "estado": CaseState.REGISTERED,
        "departamento": str(district.department_id),
        "distrito": district.name,
        "sector": "construction",
        "perfil": "returned_us",
        "servicio": "2b",
        "contacto": "1",
        "cita": "sin",
        "plan": "plan",
        "consentimiento": "image",
        "sexo": "F",
        "edad": "36-50",
        "desde": "2026-01-01",
        "hasta": "2026-12-31",
        "orden": "-registered_on",
        "columnas": "edad,sexo,telefono,oficina,responsable,estado,contacto,cita,plan,ocupacion",
    }

    with django_assert_num_queries(14):
        response = client.get(reverse(URL), asked)

    assert len(response.context["page"].rows) == count
    assert len(response.context["filter"].in_use()) == 17
    assert len(response.context["columns"]) == 12
    assert response.context["view"].is_other
