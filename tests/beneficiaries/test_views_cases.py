"""The pages of eligibility, assignment, consents and tasks; and who finds whom (SEC-3)."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries.actions.cases import caseworker_of, decide_eligibility
from beneficiaries.actions.consents import has_consent
from beneficiaries.actions.duplicates import report_elsewhere
from beneficiaries.actions.people import change_person
from beneficiaries.choices import TaskKind
from beneficiaries.models import Consent, EligibilityDecision, Notice, Person, Task, Transfer
from tests.beneficiaries.answers import dui
from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    CaseFactory,
    ContactFactory,
    DepartmentFactory,
    DistrictFactory,
    DocumentFactory,
    JobFactory,
    NoticeFactory,
    PersonFactory,
    PhaseFactory,
    TripFactory,
    closed_columns,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(caseworker, office):
    """Somebody whom the caseworker who is signed in accompanies."""
    person = PersonFactory(office=office, with_case=True, caseworker=caseworker)
    ContactFactory(person=person)
    TripFactory(person=person)
    JobFactory(person=person)
    NoticeFactory()
    return person


def url_of(name, record):
    return reverse(f"beneficiaries:{name}", args=[record.public_id])


# Eligibility


@pytest.mark.rule("CASE-6", "CASE-10")
def test_a_caseworker_decides_on_eligibility(client, person, caseworker):
    response = client.post(url_of("eligibility_decide", person), {"version": "1"}, follow=True)

    decision = EligibilityDecision.objects.get()
    assert (decision.outcome, decision.decided_by) == ("eligible", caseworker)
    assert response.context["decision"] == decision
    assert not response.context["re_evaluate"]


@pytest.mark.rule("CASE-10")
def test_the_page_asks_to_evaluate_again_when_what_was_decided_on_has_changed(
    client, person, caseworker
):
    decide_eligibility(person.cases.get(), version=1, by=caseworker)
    change_person(person, version=1, by=caseworker, birth_date=date(1960, 1, 1))

    response = client.get(person.get_absolute_url())

    assert response.context["re_evaluate"]
    assert response.context["decision"].outcome == "eligible"


@pytest.mark.rule("SEC-15")
@pytest.mark.parametrize(("version", "status"), [("1", 302), ("x", 400), ("", 400), (None, 400)])
def test_a_button_of_an_old_page_decides_nothing(client, person, version, status):
    person.cases.update(version=2)
    typed = {} if version is None else {"version": version}

    response = client.post(url_of("eligibility_decide", person), typed)

    assert response.status_code == status
    assert not EligibilityDecision.objects.exists()


def test_without_an_open_case_there_is_nothing_to_decide(client, person):
    person.cases.update(**closed_columns(date(2026, 11, 1)))

    response = client.post(url_of("eligibility_decide", person), {"version": "1"}, follow=True)

    (told,) = response.context["messages"]
    assert str(told).startswith(f"«{person.cases.get()}» no puede pasar de Cerrado a Con tamizaje.")
    assert str(told).endswith("Ahora es posible: nada más.")
    assert not EligibilityDecision.objects.exists()


def test_without_any_case_there_is_nothing_to_decide(client, caseworker, office):
    person = PersonFactory(office=office, caseworker=caseworker)

    assert client.post(url_of("eligibility_decide", person), {"version": "1"}).status_code == 404


@pytest.mark.parametrize("name", ["eligibility_decide", "receipt_create"])
def test_only_who_accompanies_the_person_acts(client, caseworker, office, name):
    person = PersonFactory(office=office, with_case=True)

    assert client.post(url_of(name, person), {"version": "1"}).status_code == 403
    assert not EligibilityDecision.objects.exists()


@pytest.mark.rule("SEC-3", "SEC-4")
@pytest.mark.parametrize(
    "name", ["eligibility_decide", "message_create", "case_hand_over", "person_detail"]
)
def test_the_pages_of_a_foreign_case_are_as_those_of_none(client, office, name):
    user = UserFactory(caseworker=True, at=office)
    RoleAssignmentFactory(user=user, role=Role.TERRITORIAL_COORDINATOR, organization=office)
    client.force_login(user)

    for record in (PersonFactory(with_case=True), PersonFactory.build(office=None, district=None)):
        for response in (
            client.post(url_of(name, record), {"version": "1"}),
            client.get(url_of(name, record)),
        ):
            assert response.status_code in {404, 405}
            assert response.status_code == 404 or name in {"eligibility_decide", "person_detail"}
    assert not ReadLog.objects.exists()


# Whose case it is


@pytest.fixture
def coordinator(client, office):
    user = UserFactory(coordinator=True, at=office)
    client.force_login(user)
    return user


def test_the_coordinator_gives_a_case_to_a_caseworker_of_the_office(client, coordinator, office):
    person, to = PersonFactory(office=office), UserFactory(caseworker=True, at=office)

    response = client.post(url_of("case_hand_over", person), {"to": to.pk, "version": "1"})

    assert response.url == person.get_absolute_url()
    assert caseworker_of(person) == to
    assert Activity.objects.get(verb="case.assigned").actor == coordinator


@pytest.mark.rule("SEC-15")
def test_a_case_that_was_given_meanwhile_answers_409(client, coordinator, office):
    person = PersonFactory(office=office, version=2)
    to = UserFactory(caseworker=True, at=office)

    response = client.post(url_of("case_hand_over", person), {"to": to.pk, "version": "1"})

    assert response.status_code == 409
    assert response.context["form"].non_field_errors()
    assert caseworker_of(person) is None


def test_a_case_is_not_given_to_just_anybody(client, coordinator, office):
    person = PersonFactory(office=office)
    wrong = [
        UserFactory(caseworker=True),
        UserFactory(registrar=True, at=office),
        UserFactory(caseworker=True, at=office, is_active=False),
    ]

    for user in wrong:
        response = client.post(url_of("case_hand_over", person), {"to": user.pk, "version": "1"})
        assert set(response.context["form"].errors) == {"to"}
        assert response.status_code == 422
    assert caseworker_of(person) is None


def test_a_coordinator_of_another_office_who_sees_the_person_does_not_assign(client, office):
    coordinator = UserFactory(coordinator=True, at=office)
    client.force_login(coordinator)
    person = PersonFactory()
    AssignmentFactory(person=person, user=coordinator)

    assert Person.objects.visible_to(coordinator).get() == person
    assert client.get(url_of("case_hand_over", person)).status_code == 403


# Consents


def test_only_who_accompanies_the_person_asks_for_a_consent(client, caseworker, office):
    person = PersonFactory(office=office, with_case=True)

    assert client.post(asking(person), consent()).status_code == 403


def consent(**changes):
    answers = {"agrees": "yes", "channel": "paper_signed", "witness": ""}
    return answers | {"key": str(uuid4())} | changes


def asking(person, purpose="image"):
    return reverse("beneficiaries:consent_create", args=[person.public_id, purpose])


@pytest.mark.rule("SEC-16")
def test_one_more_consent_is_recorded_once_however_often_it_is_sent(client, person):
    answers = consent()

    for _each in range(2):
        response = client.post(asking(person), answers)
        assert response.url == url_of("consent_list", person)

    kept = Consent.objects.get()
    assert (kept.person, kept.purpose, kept.granted) == (person, "image", True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"agrees": ""}, "agrees"),
        ({"agrees": "perhaps"}, "agrees"),
        ({"channel": "telepathy"}, "channel"),
        ({"channel": "thumbprint"}, "witness"),
        ({"witness": "a" * 121}, "witness"),
        ({"key": "x"}, "key"),
    ],
)
def test_a_consent_that_cannot_be_is_refused_at_its_field(client, person, changes, field):
    response = client.post(asking(person), consent(**changes))

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert not Consent.objects.exists()


def test_what_somebody_agreed_to_meanwhile_is_said(client, person):
    client.post(asking(person), consent())

    response = client.post(asking(person), consent())

    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == ["Ya dio su consentimiento para esto."]


def withdrawal(person, purpose):
    consent = person.consents.get(purpose=purpose)
    args = [person.public_id, consent.public_id]
    return consent, reverse("beneficiaries:consent_withdraw", args=args)


@pytest.mark.rule("CASE-3")
def test_what_somebody_agreed_to_she_takes_back(client, person, caseworker):
    client.post(asking(person), consent())
    given, url = withdrawal(person, "image")
    consents = url_of("consent_list", person)
    assert url in client.get(consents).content.decode()

    response = client.post(url, {"version": "1", "reason": "Ya no quiere"})

    assert response.url == consents
    given.refresh_from_db()
    assert (given.granted, given.withdrawn_by) == (True, caseworker)
    assert not has_consent(person, "image")
    page = client.get(consents).content.decode()
    assert "Retirado" in page
    assert url not in page
    assert client.post(url, {"version": "2"}).status_code == 404


@pytest.mark.rule("SEC-15")
def test_a_consent_is_not_withdrawn_from_an_old_page(client, person):
    client.post(asking(person), consent())
    _given, url = withdrawal(person, "image")

    assert client.post(url, {"version": "7"}).status_code == 409
    assert has_consent(person, "image")


def test_the_consent_to_be_registered_is_not_taken_back_by_a_click(client, person):
    kept = Consent.objects.create(
        person=person,
        purpose="registration",
        granted=True,
        channel="paper_signed",
        notice=Notice.objects.get(),
    )
    _given, url = withdrawal(person, "registration")

    assert url not in client.get(url_of("consent_list", person)).content.decode()
    assert client.post(url, {"version": "1"}).status_code == 403
    assert has_consent(person, kept.purpose)


# Tasks of coordination


@pytest.fixture
def meeting(office):
    """Somebody at the office has met Rosa's file at another."""
    known = PersonFactory(given_names="Rosa", surnames="Paz", office__name="Oficina de Perquín")
    return report_elsewhere(
        known,
        kind=TaskKind.SAME_DUI_ELSEWHERE,
        office=office,
        by=UserFactory(registrar=True, at=office),
    )


@pytest.fixture
def of_both(client, meeting, office):
    """Who coordinates both offices, signed in."""
    user = UserFactory(coordinator=True, at=office)
    RoleAssignmentFactory(user=user, role=Role.TERRITORIAL_COORDINATOR, organization=meeting.office)
    client.force_login(user)
    return user


@pytest.mark.rule("CASE-1", "SEC-6", "S02")
def test_who_coordinates_both_offices_finds_the_task_and_does_it(client, meeting, of_both):
    page = client.get(reverse("beneficiaries:task_list"))

    html = page.content.decode()
    assert "Rosa Paz" in html
    assert "Oficina de Perquín" in html
    assert ReadLog.objects.get().persons == [meeting.person_id]

    answers = {"version": "1", "outcome": "Es la misma: se llamó a la oficina."}
    done = client.post(url_of("task_close", meeting), answers)

    assert done.url == reverse("beneficiaries:task_list")
    meeting.refresh_from_db()
    assert (meeting.done_by, meeting.outcome) == (of_both, answers["outcome"])
    assert not client.get(done.url).context["page"].rows


def test_what_has_a_day_stands_above_what_others_asked(client, meeting, of_both):
    Task.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    asked = Transfer.objects.create(
        person=PersonFactory(office=meeting.office),
        to_office=OrganizationFactory(),
        reason="Vive allá.",
        asked_by=UserFactory(),
    )

    html = client.get(reverse("beneficiaries:task_list")).content.decode()

    assert "(atrasada)" in html
    assert html.index(url_of("task_close", meeting)) < html.index(str(asked.public_id))


@pytest.mark.rule("CASE-1", "SEC-3")
@pytest.mark.parametrize("side", ["met", "holds"])
def test_who_coordinates_one_of_the_offices_learns_nothing(client, meeting, office, side):
    at = office if side == "met" else meeting.office
    client.force_login(UserFactory(coordinator=True, at=at))

    page = client.get(reverse("beneficiaries:task_list"))

    assert page.context["page"].rows == []
    assert meeting.person.file_number not in page.content.decode()
    for response in (
        client.get(url_of("task_close", meeting)),
        client.post(url_of("task_close", meeting), {"version": "1", "outcome": "x"}),
    ):
        assert response.status_code == 404


@pytest.mark.rule("SEC-15")
def test_a_task_from_an_old_page_answers_409(client, meeting, of_both):
    Task.objects.update(version=2)

    response = client.post(url_of("task_close", meeting), {"version": "1", "outcome": "Visto."})

    assert response.status_code == 409
    meeting.refresh_from_db()
    assert meeting.done_at is None


def test_a_task_is_not_done_without_saying_how(client, meeting, of_both):
    response = client.post(url_of("task_close", meeting), {"version": "1", "outcome": " \u200b"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"outcome"}


# Who finds whom


@pytest.fixture
def foreign():
    """Somebody at another office, with all by which people are found."""
    person = PersonFactory(
        given_names="Xiomara", surnames="Quijano", file_number="GS-2024-00077", with_case=True
    )
    DocumentFactory(person=person, number=dui(90000077))
    ContactFactory(person=person, phone_1="+50370000077")
    return person


def found(client, text):
    found = client.get(reverse("search"), {"q": text}).context["found"]
    return [line.person for each in found for line in each.lines]


WORDS = [
    "Xiomara",
    "quijano xiomara",
    "GS-2024-00077",
    "gs202477",
    dui(90000077),
    dui(90000077).replace("-", ""),
    f" {dui(90000077)} ",
    "+503 7000-0077",
    "7000 0077",
    "50370000077",
]


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize("text", WORDS)
def test_search_finds_people_of_the_office_and_no_others(client, caseworker, foreign, text):
    assert found(client, text) == []
    assert ReadLog.objects.get().persons == []

    foreign.office = caseworker.role_assignments.get().organization
    foreign.save()

    assert found(client, text) == [foreign.pk]
    latest = ReadLog.objects.order_by("pk").last()
    assert (latest.kind, latest.persons) == (ReadKind.SEARCH, [foreign.pk])


@pytest.mark.rule("SEC-3")
def test_the_second_telephone_finds_too(client, caseworker, office):
    contact = ContactFactory(person__office=office, phone_2="+50370000078")

    assert found(client, "7000-0078") == [contact.person_id]


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "\x00", "\x00Xiomara", "%", "_", "'", "\\", "a" * 5000, "\u202egnp", "{{7*7}}"],
        *["GS-9999-999999", "9" * 40, "٣" * 8, "<script>", "🙂"],
    ],
)
def test_search_answers_whatever_is_typed(client, caseworker, office, text):
    PersonFactory(office=office, given_names="Ana", surnames="Paz")

    response = client.get(reverse("search"), {"q": text})

    assert response.status_code == 200
    assert response.context["found"] == []
    assert "<script>alert" not in response.content.decode()


def test_search_shows_one_page_and_says_that_there_are_more(client, caseworker, office):
    people = PersonFactory.create_batch(26, office=office, given_names="Guadalupe")

    response = client.get(reverse("search"), {"q": "guadalupe"})

    [people_found] = response.context["found"]
    assert (len(people_found.lines), people_found.more) == (25, True)
    shown = [line.person for line in people_found.lines]
    assert ReadLog.objects.get().persons == sorted(shown)
    assert set(shown) < {person.pk for person in people}


@pytest.mark.rule("SEC-3")
def test_no_filter_opens_another_office(client, caseworker, office, foreign):
    DepartmentFactory(code="13", name="Morazán")
    mine = PersonFactory(office=office, given_names="Ana", surnames="Paz")
    url = reverse("beneficiaries:person_list")
    asked = [
        {},
        {"nombre": "xiomara"},
        {"departamento": foreign.district.department.pk},
        {"sector": foreign.sector},
        {"perfil": foreign.status},
        {"caso": "sin"},
        {"elegibilidad": "pending"},
        {"office": foreign.office_id},
        {"office__code": foreign.office.code},
        {"orden": "office__code"},
        {"despues": foreign.public_id},
        {"antes": foreign.public_id},
    ]

    for address in asked:
        rows = client.get(url, address).context["page"].rows
        assert foreign not in rows, address
        assert set(rows) <= {mine}
    assert {pk for log in ReadLog.objects.all() for pk in log.persons} <= {mine.pk}


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ({"nombre": "paz"}, "Ana Berta"),
        ({"nombre": "BERTA paz"}, "Berta"),
        ({"caso": "mias"}, "Ana"),
        ({"caso": "sin"}, "Berta Carla"),
        ({"sector": "tourism"}, "Carla"),
        ({"perfil": "returned_mx"}, "Carla"),
        ({"elegibilidad": "eligible"}, "Ana"),
        ({"estado": "eligible"}, "Ana"),
        ({"estado": "closed"}, ""),
        ({"estado": "magic"}, "Ana Berta Carla"),
        ({"responsable": "no"}, "Ana Berta Carla"),
        ({"departamento": "no"}, "Ana Berta Carla"),
        ({"elegibilidad": "magic"}, "Ana Berta Carla"),
    ],
    ids=str,
)
def test_filters_narrow_and_an_unknown_answer_narrows_nothing(
    client, caseworker, office, address, names
):
    ana = PersonFactory(given_names="Ana", surnames="Paz", office=office, caseworker=caseworker)
    PersonFactory(given_names="Berta", surnames="Paz", office=office)
    PersonFactory(
        given_names="Carla", surnames="Díaz", office=office, sector="tourism", status="returned_mx"
    )
    ana.cases.create(
        office=office,
        phase=PhaseFactory(),
        opened_on=date(2026, 3, 2),
        outcome="eligible",
        certification_track="eligible",
        state="eligible",
    )

    rows = client.get(reverse("beneficiaries:person_list"), address).context["page"].rows

    assert {each.given_names for each in rows} == set(names.split())


def test_the_list_can_be_sorted_and_walked_from_end_to_end(client, caseworker, office):
    for place in range(60):
        PersonFactory(office=office, surnames=f"Paz {place % 7}", registered_on=date(2026, 3, 2))
    url = reverse("beneficiaries:person_list")

    for order in ("sort_name", "-registered_on"):
        seen, address = [], {"orden": order}
        while True:
            page = client.get(url, address).context["page"]
            seen.append([each.pk for each in page.rows])
            if not page.after:
                break
            address = {"orden": order, "despues": page.after}
        assert [len(each) for each in seen] == [25, 25, 10]
        assert len({pk for each in seen for pk in each}) == 60
        back = client.get(url, {"orden": order, "antes": page.before}).context["page"]
        assert [each.pk for each in back.rows] == seen[1]
    assert page.total == 60


@pytest.mark.rule("SEC-3", "SEC-4")
def test_a_merged_file_leads_to_the_one_that_stays_and_is_in_no_list(client, caseworker, office):
    stays = PersonFactory(office=office, given_names="Berta", surnames="Paz")
    merged = PersonFactory(
        office=office, given_names="Ana", surnames="Paz", merged_into=stays, caseworker=caseworker
    )
    ContactFactory(person=merged)

    shown = client.get(merged.get_absolute_url())
    assert shown.headers["Location"] == stays.get_absolute_url()
    changed = client.get(url_of("person_change", merged))
    assert changed.headers["Location"] == url_of("person_change", stays)
    assert client.get(reverse("beneficiaries:person_list")).context["page"].rows == [stays]
    assert found(client, merged.file_number) == [stays.pk]  # both numbers find the file
    assert found(client, "Paz") == [stays.pk]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_and_pages_ask_the_same_queries(client, person, office, count):
    user = UserFactory(caseworker=True, at=office)
    RoleAssignmentFactory(user=user, role=Role.PROGRAMME_COORDINATOR)
    client.force_login(user)
    for _each in range(count):
        other = PersonFactory(given_names="Guadalupe", office=office)
        known = PersonFactory()
        report_elsewhere(known, kind=TaskKind.LIKELY_ELSEWHERE, office=office, by=user)
        ContactFactory(person=other)
    task = Task.objects.first()
    pages = {
        reverse("search") + "?q=guadalupe": 10,
        reverse("search") + "?q=7000-0001": 9,
        reverse("beneficiaries:task_list"): 9,
        url_of("task_close", task): 5,
        url_of("case_hand_over", person): 6,
    }

    asked = {}
    for url in pages:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        asked[url] = len(queries)

    assert asked == pages


def test_the_page_of_an_imported_file_without_much_is_shown(client, caseworker, office):
    person = PersonFactory(office=office, birth_date=None, birth_precision="", district=None)
    ContactFactory(person=person, phone_1="", phone_1_owner="", allowed_channels=[])
    TripFactory(person=person, return_country=None, return_date=None)
    JobFactory(person=person, country=None, position="", start_date=None, start_precision="")

    response = client.get(person.get_absolute_url())

    assert response.status_code == 200
    assert not re.search(r"\bNone\b", response.content.decode())


def test_the_itinerary_says_what_a_file_lacks(client, caseworker, office):
    person = PersonFactory(office=office, caseworker=caseworker)
    CaseFactory(person=person, screened=False)
    ContactFactory(person=person)

    context = client.get(person.get_absolute_url()).context

    titles = [(step.title, step.state) for step in context["steps"]][:6]
    assert titles == [
        ("Perfil y registro", "Completo"),
        ("Retorno", "Falta"),
        ("Experiencia laboral", "Falta"),
        ("Necesidades y riesgo", "Falta"),
        ("Elegibilidad", "No iniciado"),
        ("Plan", "Sin contacto"),
    ]
    assert context["next_step"].url == url_of("trip_create", person)


def test_the_timeline_shows_what_was_done_and_by_whom(client, person, caseworker):
    decide_eligibility(person.cases.get(), version=1, by=caseworker)
    change_person(person, version=1, by=caseworker, known_as="Anita")

    activities = client.get(person.get_absolute_url()).context["activities"]

    assert [(str(each["title"]), each["by"]) for each in activities] == [
        ("Datos personales modificados", caseworker),
        ("Servicio recibido", caseworker),
        ("Elegibilidad decidida", caseworker),
    ]
    assert all(each["at"] <= timezone.now() for each in activities)


def test_what_was_done_to_others_is_not_on_the_timeline(client, person, caseworker):
    other = PersonFactory(office=OrganizationFactory(), district=DistrictFactory())
    change_person(other, version=1, by=caseworker, known_as="Otra")

    assert client.get(person.get_absolute_url()).context["activities"] == []
