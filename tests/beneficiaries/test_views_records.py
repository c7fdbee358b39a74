"""Correcting a person's file: her details, contact, papers, journeys and jobs."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from lxml.html import document_fromstring

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from beneficiaries.choices import TaskKind
from beneficiaries.models import IdentityDocument, Person, Task, Trip, WorkExperience
from tests.beneficiaries import answers
from tests.beneficiaries.answers import dui
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    ContactFactory,
    DocumentFactory,
    JobFactory,
    LookupFactory,
    NoticeFactory,
    PersonFactory,
    TripFactory,
)

pytestmark = pytest.mark.django_db
# name of the page → what makes the record, what is typed, and a column with its new value
CHANGES = {
    "person_change": (None, answers.identity, "given_names", "Marta"),
    "contact_change": (None, answers.contact, "safe_times", "de noche"),
    "document_change": (DocumentFactory, answers.document, "number", dui(90000003)),
    "trip_change": (TripFactory, answers.trip, "return_date", date(2025, 3, 4)),
    "job_change": (JobFactory, answers.job, "position", "Pintora"),
}
TYPED = {
    "given_names": {"given_names": "Marta"},
    "safe_times": {"safe_times": "de noche"},
    "number": {"number": dui(90000003)},
    "return_date": {"returned_day": "4", "returned_month": "3", "returned_year": "2025"},
    "position": {"position": "Pintora"},
}
ADDS = {
    "document_create": (IdentityDocument, answers.document),
    "trip_create": (Trip, answers.trip),
    "job_create": (WorkExperience, answers.job),
}


@pytest.fixture
def person(caseworker, office):
    """Somebody whom the caseworker who is signed in accompanies."""
    person = PersonFactory(office=office, with_case=True, caseworker=caseworker)
    ContactFactory(person=person)
    NoticeFactory()
    return person


@pytest.fixture(params=CHANGES)
def changing(request, person):
    """A page that corrects something: its address, the record, what is typed, its outcome."""
    factory, form, column, value = CHANGES[request.param]
    record = person.contact if request.param == "contact_change" else person
    args = [person.public_id]
    if factory:
        record = factory(person=person)
        args.append(record.public_id)
    url = reverse(f"beneficiaries:{request.param}", args=args)
    return url, record, form(**TYPED[column]), (column, value)


@pytest.fixture(params=ADDS)
def adding(request, person):
    model, form = ADDS[request.param]
    return reverse(f"beneficiaries:{request.param}", args=[person.public_id]), model, form()


def test_a_correction_leads_back_to_the_person(client, person, changing):
    url, record, typed, (column, value) = changing

    response = client.post(url, typed | {"version": "1"})

    assert response.status_code == 302, response.context["form"].errors
    assert response.url == person.get_absolute_url()
    record.refresh_from_db()
    assert (getattr(record, column), record.version) == (value, 2)
    verb = f"{record._meta.model_name}.changed"
    assert Activity.objects.get(verb=verb).person_id == person.pk


@pytest.mark.rule("SEC-15")
def test_a_page_that_has_grown_old_answers_409_and_changes_nothing(client, person, changing):
    url, record, typed, (column, value) = changing
    type(record).objects.filter(pk=record.pk).update(version=5)
    old = getattr(record, column)

    response = client.post(url, typed | {"version": "1"})

    assert response.status_code == 409
    assert "cambió mientras tanto" in response.content.decode() or (
        response.context["form"].non_field_errors()
    )
    record.refresh_from_db()
    assert getattr(record, column) == old != value
    assert record.version == 5
    assert not Activity.objects.filter(verb__endswith=".changed").exists()


@pytest.mark.rule("SEC-15")
@pytest.mark.parametrize("version", ["", "x", "9" * 40, "9" * 5000, "-1", "1.5", "\x00"])
def test_a_version_that_cannot_be_is_answered_and_changes_nothing(client, person, version):
    url = reverse("beneficiaries:person_change", args=[person.public_id])

    response = client.post(url, answers.identity(given_names="Marta", version=version))

    assert response.status_code in {409, 422}
    person.refresh_from_db()
    assert (person.given_names, person.version) == ("Ana María", 1)


def test_the_form_shows_what_is_kept(client, person, changing):
    url, record, _typed, _expected = changing

    form = client.get(url).context["form"]

    assert form["version"].value() == record.version
    shown = {name: form[name].value() for name in form.fields}
    for column in set(shown) & {"given_names", "number", "position", "phone_1_owner", "sector"}:
        assert shown[column] == getattr(record, column)


def test_a_form_sent_back_as_it_was_changes_nothing(client, person, changing):
    """What the page shows is what it would store: no answer is lost on the way."""
    url, record, _typed, _expected = changing
    before = type(record).objects.filter(pk=record.pk).values().get()

    response = client.post(url, typed_again(client.get(url)))

    assert response.status_code == 302, response.context["form"].errors
    after = type(record).objects.filter(pk=record.pk).values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"version", "status", "sector", "reviewed_on"}
    assert not Activity.objects.filter(verb__endswith=".changed").exists()


def typed_again(response):
    """What a browser sends when somebody presses «Guardar» and has changed nothing."""
    forms = document_fromstring(response.content.decode()).forms
    [form] = [each for each in forms if "version" in each.fields]
    sent = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    return sent


@pytest.mark.parametrize(
    ("stored", "precision"),
    [(date(1990, 1, 1), "year"), (date(1990, 5, 1), "month"), (date(1990, 5, 7), "day")],
)
def test_what_is_known_of_a_birth_stays_as_exact_as_it_was(client, person, stored, precision):
    Person.objects.update(birth_date=stored, birth_precision=precision)
    url = reverse("beneficiaries:person_change", args=[person.public_id])

    client.post(url, typed_again(client.get(url)))

    person.refresh_from_db()
    assert (person.birth_date, person.birth_precision) == (stored, precision)


@pytest.mark.rule("SEC-16")
def test_a_record_is_added_once_however_often_it_is_sent(client, person, adding):
    url, model, typed = adding
    typed["key"] = str(uuid4())

    first, again = (client.post(url, typed) for _each in range(2))

    assert first.status_code == again.status_code == 302
    assert model.objects.get().person == person
    assert Activity.objects.filter(verb=f"{model._meta.model_name}.added").count() == 1


@pytest.mark.rule("SEC-16")
@pytest.mark.parametrize("key", ["", "x", "\x00", "1" * 5000])
def test_a_key_that_is_none_adds_nothing(client, person, adding, key):
    url, model, typed = adding

    response = client.post(url, typed | {"key": key})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"key"}
    assert not model.objects.exists()


@pytest.mark.rule("SEC-16")
def test_a_key_used_for_one_kind_of_record_adds_no_other(client, person):
    key = str(uuid4())
    trip, job = (
        reverse(f"beneficiaries:{name}_create", args=[person.public_id]) for name in ("trip", "job")
    )
    client.post(trip, answers.trip(key=key))

    response = client.post(job, answers.job(key=key))

    assert response.status_code == 422
    assert response.context["form"].non_field_errors()
    assert not WorkExperience.objects.exists()


# What is not theirs


@pytest.mark.rule("SEC-3", "SEC-4")
@pytest.mark.parametrize("method", ["get", "post"])
def test_pages_of_a_foreign_file_are_as_those_of_none(client, caseworker, method):
    foreign = PersonFactory(with_case=True)
    ContactFactory(person=foreign)
    for name, make in [*CHANGES.items(), *ADDS.items()]:
        record = make[0](person=foreign) if name in {"document_change", "trip_change"} else None
        for public_id in (foreign.public_id, uuid4()):
            args = [public_id] if name in ADDS or not CHANGES[name][0] else [public_id, uuid4()]
            if record:
                args[1] = record.public_id
            url = reverse(f"beneficiaries:{name}", args=args)
            response = getattr(client, method)(url, {"version": "1"})
            assert response.status_code == 404, url
    assert not ReadLog.objects.exists()


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize(
    ("name", "factory"),
    [
        ("document_change", DocumentFactory),
        ("trip_change", TripFactory),
        ("job_change", JobFactory),
    ],
)
def test_the_record_of_somebody_else_is_not_found_under_a_visible_file(
    client, person, name, factory
):
    other = PersonFactory(office=person.office, caseworker=person.assignments.get().user)
    for record in (factory(person=other), factory(person=PersonFactory(), **numbered(factory))):
        url = reverse(f"beneficiaries:{name}", args=[person.public_id, record.public_id])
        _model, form, column, value = CHANGES[name]

        for response in (client.get(url), client.post(url, form(**TYPED[column], version="1"))):
            assert response.status_code == 404

        record.refresh_from_db()
        assert getattr(record, column) != value


def numbered(factory):
    return {"number": dui(90000005)} if factory is DocumentFactory else {}


@pytest.mark.parametrize("name", [*CHANGES, *ADDS])
def test_who_does_not_accompany_the_person_may_not_write(client, office, caseworker, name):
    person = PersonFactory(office=office)
    ContactFactory(person=person)
    args = [person.public_id]
    if name in {"document_change", "trip_change", "job_change"}:
        args.append(CHANGES[name][0](person=person).public_id)
    url = reverse(f"beneficiaries:{name}", args=args)

    for response in (client.get(url), client.post(url, {"version": "1"})):
        assert response.status_code == 403
    assert ReadLog.objects.filter(kind=ReadKind.DENIED).count() == 2
    assert not ReadLog.objects.exclude(kind=ReadKind.DENIED).exists()


@pytest.mark.rule("SEC-6")
def test_each_page_of_a_file_is_one_line_of_the_read_log(client, person, changing, caseworker):
    url = changing[0]

    client.get(url)
    client.post(url, {"version": "x"})

    logs = ReadLog.objects.all()
    assert [(log.persons, log.kind, log.actor) for log in logs] == [
        ([person.pk], "page", caseworker)
    ] * 2
    assert {log.view for log in logs} == {resolve(url).view_name}


# DUI of another


@pytest.mark.rule("CASE-1")
def test_the_dui_of_a_file_of_the_office_is_refused_at_its_field(client, person, office):
    DocumentFactory(person=PersonFactory(office=office), number=dui(90000007))
    url = reverse("beneficiaries:document_create", args=[person.public_id])

    response = client.post(url, answers.document(number=dui(90000007), key=str(uuid4())))

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "number": ["Ya hay una persona registrada con este DUI."]
    }
    assert not Task.objects.exists()


@pytest.mark.rule("CASE-1")
@pytest.mark.parametrize("corrects", [True, False])
def test_the_dui_of_a_file_of_another_office_goes_to_coordination(
    client, person, caseworker, corrects
):
    foreign = DocumentFactory(number=dui(90000007)).person
    args = [person.public_id]
    if corrects:
        args.append(DocumentFactory(person=person).public_id)
    name = "document_change" if corrects else "document_create"
    typed = answers.document(number=dui(90000007), key=str(uuid4()), version="1")

    response = client.post(reverse(f"beneficiaries:{name}", args=args), typed)

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "number": ["Ya registrada: se avisó a coordinación."]
    }
    html = response.content.decode()
    assert foreign.file_number not in html
    assert str(foreign.public_id) not in html
    task = Task.objects.get()
    assert (task.kind, task.person, task.raised_for, task.raised_by) == (
        TaskKind.SAME_DUI_ELSEWHERE,
        foreign,
        person.office,
        caseworker,
    )
    assert Activity.objects.get(verb="duplicate.met_elsewhere").person_id == foreign.pk


# Dates that are known in part


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        (("1", "5", "2020"), ("", "", "2020"), (date(2020, 5, 1), date(2020, 12, 31))),
        (("", "5", "2020"), ("", "5", "2020"), (date(2020, 5, 1), date(2020, 5, 1))),
        (("7", "5", "2020"), ("", "5", "2020"), (date(2020, 5, 7), date(2020, 5, 31))),
        (("", "", "2020"), ("", "", "2021"), (date(2020, 1, 1), date(2021, 1, 1))),
    ],
)
def test_an_end_that_is_known_in_part_may_fall_into_the_year_of_the_start(
    client, person, start, end, kept
):
    parts = ("day", "month", "year")
    typed = answers.job(key=str(uuid4()))
    typed |= {f"started_{part}": value for part, value in zip(parts, start, strict=True)}
    typed |= {f"ended_{part}": value for part, value in zip(parts, end, strict=True)}

    response = client.post(reverse("beneficiaries:job_create", args=[person.public_id]), typed)

    assert response.status_code == 302, response.context["form"].errors
    job = WorkExperience.objects.get()
    assert (job.start_date, job.end_date) == kept


def test_a_return_in_the_year_of_the_departure_may_be_known_by_its_year(client, person):
    typed = answers.trip(
        key=str(uuid4()),
        departed_day="3",
        departed_month="8",
        departed_year="2024",
        returned_day="",
        returned_month="",
        returned_year="2024",
    )

    response = client.post(reverse("beneficiaries:trip_create", args=[person.public_id]), typed)

    assert response.status_code == 302, response.context["form"].errors
    trip = Trip.objects.get()
    assert (trip.return_date, trip.return_precision) == (date(2024, 12, 31), "year")


@pytest.mark.parametrize(
    ("name", "typed", "field"),
    [
        ("trip", {"returned_year": "2999"}, "returned"),
        ("trip", {"returned_year": "1980"}, "returned"),
        ("trip", {"departed_year": "2026"}, "departed"),
        ("trip", {"returned_day": "", "returned_month": "", "returned_year": ""}, "returned"),
        ("trip", {"return_country": ""}, "return_country"),
        ("trip", {"return_country": "999999999999999999999"}, "return_country"),
        ("trip", {"return_port": "x"}, "return_port"),
        ("job", {"started_year": "1980"}, "started"),
        ("job", {"ended_year": "2999"}, "ended"),
        ("job", {"ended_year": "2019"}, "ended"),
        ("job", {"ongoing": "on"}, "ended"),
        ("job", {"sector": "magic"}, "sector"),
        ("job", {"duties": "a" * 1001}, "duties"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(client, person, name, typed, field):
    form = {"trip": answers.trip, "job": answers.job}[name]
    url = reverse(f"beneficiaries:{name}_create", args=[person.public_id])

    response = client.post(url, form(key=str(uuid4()), **typed))

    assert response.status_code == 422
    assert field in response.context["form"].errors
    for sent, value in typed.items():
        bound = response.context["form"].data
        assert bound[sent] == value


def test_a_day_in_the_same_year_but_before_is_refused_too(client, person):
    url = reverse("beneficiaries:job_create", args=[person.public_id])
    typed = answers.job(
        key=str(uuid4()), started_month="6", ended_day="1", ended_month="3", ended_year="2020"
    )

    response = client.post(url, typed)

    assert response.status_code == 422
    assert "El fin no puede ser anterior al inicio." in str(response.context["form"].errors)


def test_a_code_of_another_list_or_that_was_retired_cannot_be_chosen(client, person):
    url = reverse("beneficiaries:trip_create", args=[person.public_id])
    retired = LookupFactory(code="ZZ", retired=True)
    foreign = LookupFactory(list="isco08", code="7112")

    for code in (retired, foreign):
        response = client.post(url, answers.trip(key=str(uuid4()), return_country=code.pk))
        assert "return_country" in response.context["form"].errors
    assert not Trip.objects.exists()


# How many queries


def queries_of(client, pages):
    """How many queries each page asks."""
    asked = {}
    for name, args in pages.items():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse(f"beneficiaries:{name}", args=args))
        assert response.status_code == 200, name
        asked[name] = len(queries)
    return asked


@pytest.mark.parametrize("count", [1, 3])
def test_the_forms_ask_the_same_queries_for_any_file(client, person, count):
    made = {}
    for _each in range(count):
        nothing = {"doc_type": "none", "status": "never", "number": ""}
        made["document"] = DocumentFactory(person=person, **nothing)
        made["trip"] = TripFactory(person=person)
        made["job"] = JobFactory(person=person)
    pages = {name: [person.public_id] for name in ("person_change", "contact_change", *ADDS)}
    pages |= {
        f"{name}_change": [person.public_id, record.public_id] for name, record in made.items()
    }

    assert queries_of(client, pages) == {
        "person_change": 11,
        "contact_change": 8,
        "document_create": 6,
        "trip_create": 7,
        "job_create": 7,
        "document_change": 7,
        "trip_change": 8,
        "job_change": 9,
    }


@pytest.mark.rule("SEC-12")
def test_who_handed_the_case_on_meanwhile_writes_no_more(client, person, caseworker):
    url = reverse("beneficiaries:person_change", args=[person.public_id])
    person.assignments.update(user=UserFactory())

    response = client.post(url, answers.identity(given_names="Marta", version="1"))

    assert response.status_code == 403
    person.refresh_from_db()
    assert person.given_names == "Ana María"
