"""The stories that the programme told, as they were told."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from beneficiaries.choices import DocStatus, TaskKind
from beneficiaries.models import Person, Suspicion, Task
from beneficiaries.rules.eligibility import Inputs, RuleParameters
from beneficiaries.rules.eligibility import months as months_of
from certification.actions.certificates import IdentityNotVerified, document_of
from certification.actions.enrolling import OutsideTheTrack, enrol
from tests.beneficiaries import answers
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    DocumentFactory,
    LookupFactory,
    PersonFactory,
)
from tests.factories.certification import StandardVersionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


def begin(client, office):
    url = reverse("beneficiaries:registration_consent")
    purposes = ["assessment", "sensitive"]
    return client.post(url, answers.consent(office=office.pk, purposes=purposes)).url


@pytest.mark.rule("S01", "CASE-2")
def test_rosa_has_no_papers(client, office):
    """Deported last week, her DUI lost in detention: she is registered all the same."""
    client.force_login(UserFactory(registrar=True, at=office))
    page = begin(client, office)
    last_week = timezone.localdate() - timedelta(days=7)
    answers.fill_in(
        client,
        page,
        answers.registration(doc_type="dui", status="lost", number="", birth_year="1992"),
    )
    trip = answers.trip(
        returned_day=last_week.day,
        returned_month=last_week.month,
        returned_year=last_week.year,
        return_port=LookupFactory(list="return_port", code="aies_federal").pk,
    )
    key = "6f9619ff-8b86-4011-b42d-00c04fc964ff"
    told = trip | answers.circumstances(detained="yes") | {"key": key}
    assert client.post(f"{page}retorno/", told).status_code == 302

    response = client.post(f"{page}revisar/")

    rosa = Person.objects.get()
    assert rosa.file_number.startswith("GS-")
    lost = rosa.documents.get()
    assert (lost.doc_type, lost.status, lost.number) == ("dui", DocStatus.LOST, "")
    assert rosa.trips.get().circumstances.detained == "yes"
    shown = client.get(response.url).content.decode()
    assert "Sin documento vigente" in shown
    assert "DUI: reposición" in shown
    with pytest.raises(IdentityNotVerified):
        document_of(rosa)
    DocumentFactory(person=rosa, doc_type="passport_sv", number="A1234567")
    assert document_of(rosa).number == "A1234567"
    assert "Sin documento vigente" not in client.get(response.url).content.decode()


JOSE = {"given_names": "José Carlos", "surnames": "Portillo Hernández", "birth_date": "1988-03-02"}
TWIN = {
    "given_names": "Jose Carlos",
    "surnames": "Hernandez Portillo",
    "birth_day": "2",
    "birth_month": "3",
    "birth_year": "1988",
}


@pytest.mark.rule("S02", "CASE-1")
def test_the_twin_file_at_the_same_office(client, office):
    jose = PersonFactory(**JOSE, office=office)
    client.force_login(UserFactory(registrar=True, at=office))
    page = begin(client, office)

    warned = answers.fill_in(client, page, answers.registration(**TWIN))

    assert warned.status_code == 422
    shown = warned.content.decode()
    assert jose.file_number in shown
    assert "Portillo Hernández" in shown
    assert "Hernandez Portillo" in shown
    assert Person.objects.get() == jose
    said = {
        f"parecido-{jose.public_id}": "different",
        f"razon-{jose.public_id}": "Su primo: otro lugar de nacimiento.",
    }
    response = answers.register(client, page, answers.registration(**TWIN) | said)
    assert response.status_code == 302
    assert Suspicion.objects.get().reason == "Su primo: otro lugar de nacimiento."


@pytest.mark.rule("S02", "CASE-1")
def test_the_twin_file_with_the_same_dui_is_impossible(client, office):
    jose = PersonFactory(**JOSE, office=office)
    DocumentFactory(person=jose, number=answers.dui(90000001))
    client.force_login(UserFactory(registrar=True, at=office))
    page = begin(client, office)
    said = {f"parecido-{jose.public_id}": "different", f"razon-{jose.public_id}": "Otro."}

    response = answers.register(client, page, answers.registration(**TWIN) | said)

    assert response.status_code == 422
    assert client.post(f"{page}revisar/", said).status_code in {302, 422}
    assert Person.objects.get() == jose


@pytest.mark.rule("S02", "CASE-1")
@pytest.mark.parametrize("same_dui", [False, True])
def test_the_twin_file_at_another_office(client, office, same_dui):
    jose = PersonFactory(**JOSE, office__name="Oficina de la Frontera")
    if same_dui:
        DocumentFactory(person=jose, number=answers.dui(90000001))
    client.force_login(UserFactory(registrar=True, at=office))

    response = answers.register(client, begin(client, office), answers.registration(**TWIN))

    page = (response if same_dui else client.get(response.url)).content.decode()
    sentence = (
        "Ya registrada: se avisó a coordinación."
        if same_dui
        else "Posible duplicado: se avisó a coordinación."
    )
    assert sentence in page
    assert jose.file_number not in page
    assert "Frontera" not in page
    task = Task.objects.get()
    assert task.person == jose
    expected = TaskKind.SAME_DUI_ELSEWHERE if same_dui else TaskKind.LIKELY_ELSEWHERE
    assert task.kind == expected


@pytest.fixture
def at_her_desk(client, office, time_machine):
    """A caseworker, signed in on the day of the stories."""
    time_machine.move_to("2026-11-21T15:00:00-06:00")
    caseworker = UserFactory(caseworker=True, at=office)
    client.force_login(caseworker)
    return client, office, caseworker


def register_with_jobs(client, office, jobs, **who):
    """Register somebody page by page on 21/11/2026, with a return and jobs; her page's address."""
    page = begin(client, office)
    told = {"registered_on": "2026-11-21", "number": answers.dui(90000001)} | who
    assert answers.fill_in(client, page, answers.registration(**told)) is None
    back = answers.trip(returned_day=1, returned_month=11, returned_year=2026)
    assert client.post(f"{page}retorno/", back | answers.circumstances() | new()).status_code == 302
    for each in jobs:
        response = client.post(f"{page}trabajo/", answers.job(**each) | new())
        assert response.status_code == 302, response.context["form"].errors
    response = client.post(f"{page}revisar/")
    assert response.status_code == 302
    return response.url


def new():
    return {"key": str(uuid4())}


def work(country, sector, since, until):
    """A job from one day to another, as the page asks for it."""
    code = {"US": ("US", "Estados Unidos"), "MX": ("MX", "México")}[country]
    told = {"country": LookupFactory(code=code[0], es=code[1]).pk, "sector": sector}
    for name, day in (("started", since), ("ended", until)):
        parts = zip(("year", "month", "day"), map(int, day.split("-")), strict=True)
        told |= {f"{name}_{part}": str(value) for part, value in parts}
    return told


def decide(client, person):
    """Ask for needs and risk, press «Evaluar», and read what her page says."""
    case = person.cases.get()
    LookupFactory(list="need", code="employment", es="Empleo")
    told = {"on": case.opened_on.isoformat(), "need_employment": "1"}
    told |= {"current_danger": "no", "level": "none", "source": "told", "audience": "team"}
    asked = client.post(
        reverse("beneficiaries:screening_create", args=[person.public_id]), told | new()
    )
    assert asked.status_code == 302, asked.context["form"].errors
    case.refresh_from_db()
    url = reverse("beneficiaries:eligibility_decide", args=[person.public_id])
    page = client.post(url, {"version": case.version}, follow=True).content.decode()
    case.refresh_from_db()
    return case, page


OUTSIDE = ("not_certification_track", "eligible_partial")
IN = ("eligible", "eligible")


@pytest.mark.rule("S03", "CASE-6", "CASE-8")
@pytest.mark.parametrize(
    ("born", "job", "expected"),
    [
        ("1975-11-22", ("US", "construction", "2023-01-01", "2025-06-30"), IN),
        ("1975-11-21", ("US", "construction", "2023-01-01", "2025-06-30"), OUTSIDE),
        ("2008-11-21", ("MX", "tourism", "2024-09-01", "2026-08-31"), IN),
    ],
    ids=["Mario", "Ana", "Kevin"],
)
def test_exactly_fifty(at_her_desk, born, job, expected):
    """Registered on 21/11/2026: the day decides, and who is outside is offered support."""
    client, office, caseworker = at_her_desk
    year, month, day = map(int, born.split("-"))
    address = register_with_jobs(
        client, office, [work(*job)], birth_day=day, birth_month=month, birth_year=year
    )
    person = Person.objects.get()
    assert address == person.get_absolute_url()

    case, page = decide(client, person)

    assert (case.certification_track, case.outcome) == expected
    assert person.services.get().service == "1a"
    if expected == OUTSIDE:
        assert case.decisions.get().reasons == ["age_above_max"]
        assert "Elegible solo a servicios de apoyo" in page
        with pytest.raises(OutsideTheTrack):
            enrol(person, key=uuid4(), standard_version=StandardVersionFactory(), by=caseworker)
    else:
        assert case.decisions.get().reasons == []


@pytest.mark.rule("S04", "CASE-6", "CASE-8")
@pytest.mark.parametrize(
    ("mexico_until", "months", "expected"),
    [("2022-02-28", 26, IN), ("2021-11-30", 23, OUTSIDE)],
)
def test_two_countries_and_overlapping_jobs(at_her_desk, mexico_until, months, expected):
    """Wilber's second job in the United States counts no month twice."""
    client, office, caseworker = at_her_desk
    jobs = [
        work("US", "construction", "2019-01-01", "2020-02-29"),
        work("US", "construction", "2019-06-01", "2019-12-31"),
        work("MX", "tourism", "2021-03-01", mexico_until),
    ]
    register_with_jobs(client, office, jobs, given_names="Wilber", birth_year="1990")
    person = Person.objects.get()

    case, page = decide(client, person)

    assert (case.certification_track, case.outcome) == expected
    decision = case.decisions.get()
    inputs = Inputs.from_dict(decision.inputs)
    assert months_of(inputs, RuleParameters.from_dict(decision.rule_set.parameters)) == (
        months,
        months,
    )
    if expected == OUTSIDE:
        assert decision.reasons == ["experience_below_24_months"]
        assert "Elegible solo a servicios de apoyo" in page
        with pytest.raises(OutsideTheTrack):
            enrol(person, key=uuid4(), standard_version=StandardVersionFactory(), by=caseworker)
