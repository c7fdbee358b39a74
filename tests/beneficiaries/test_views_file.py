"""The whole file of a person: every section, what is added to it, and the gate before D4."""

from urllib.parse import quote
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog, ReadReason
from accounts.roles import Role
from beneficiaries.choices import AssignmentKind
from beneficiaries.models import (
    Consent,
    Displacement,
    DoNotContact,
    EconomicSituation,
    Education,
    HouseholdMember,
    MemberHealth,
    Person,
    SafeContact,
    SensitiveProfile,
    Skill,
    TripCircumstances,
)
from tests.beneficiaries import answers
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    ConsentFactory,
    ContactFactory,
    DocumentFactory,
    JobFactory,
    LookupFactory,
    PersonFactory,
    TripFactory,
)

pytestmark = pytest.mark.django_db


def code(of, name="x1", es="Algo"):
    return LookupFactory(list=of, code=name, es=es, en=es).pk


def member(**changes):
    return {
        "name": "Marta A.",
        "relationship": code("relationship", "child", "Hija"),
        "sex": "F",
        "birth_year": "2015",
        "lives_together": "yes",
        "economically_dependent": "yes",
    } | changes


def education(**changes):
    return {
        "level": code("education"),
        "reads_spanish": "yes",
        "writes_spanish": "no",
    } | changes


def skill(**changes):
    return {"name": "Soldar", "level": code("skill_level")} | changes


def economy(**changes):
    code("benefit", "isss", "ISSS")
    return {
        "on": "2026-11-20",
        "employment_status": code("employment_status"),
        "hours_per_week": "20.5",
        "benefits": ["isss"],
        "monthly_income_usd": "365.00",
    } | changes


def displacement(**changes):
    code("idp_cause", "threats", "Amenazas")
    return {"since_year": "2024", "causes": ["threats"]} | changes


OPEN = {
    "household_create": (HouseholdMember, member),
    "education_change": (Education, education),
    "skill_create": (Skill, skill),
    "economy_create": (EconomicSituation, economy),
}
PROTECTED = {
    "sensitive_change": (SensitiveProfile, lambda: {"wg_seeing": "3", "indigenous": "no"}),
    "safe_contact_change": (SafeContact, lambda: {"code_word": "maquilishuat"}),
    "do_not_contact_create": (
        DoNotContact,
        lambda: {"kind": "employer", "name": "Maquila del Norte", "reason": "Su agresor."},
    ),
    "displacement_change": (Displacement, displacement),
}


@pytest.fixture
def person(caseworker, office):
    person = PersonFactory(office=office, with_case=True, caseworker=caseworker)
    ContactFactory(person=person)
    ConsentFactory(person=person, purpose="sensitive")
    return person


def url_of(name, person, *more):
    return reverse(f"beneficiaries:{name}", args=[person.public_id, *more])


def give_reason(client, person, reason="Preparo la visita de hoy."):
    url = url_of("reason_give", person, "d4")
    return client.post(url, {"key": str(uuid4()), "reason": reason})


@pytest.mark.parametrize("name", OPEN)
def test_what_is_added_stands_in_the_file(client, person, name):
    model, typed = OPEN[name]

    response = client.post(url_of(name, person), typed() | {"key": str(uuid4())})

    assert response.status_code == 302, response.context["form"].errors
    assert response.url == url_of("person_file", person)
    record = model.objects.get()
    assert record.person == person
    told = "365.00" if name == "economy_create" else str(record)
    assert told in client.get(response.url).content.decode()
    assert Activity.objects.filter(verb=f"{model._meta.model_name}.added").exists()


@pytest.mark.parametrize("name", PROTECTED)
def test_what_is_protected_stands_on_its_own_page_alone(client, person, name):
    give_reason(client, person)
    model, typed = PROTECTED[name]

    response = client.post(url_of(name, person), typed() | {"key": str(uuid4())})

    assert response.status_code == 302, response.context["form"].errors
    record = model.objects.get()
    assert record.person == person
    told = client.get(response.url).content.decode()
    assert "Su agresor" not in client.get(url_of("person_file", person)).content.decode()
    if name == "do_not_contact_create":
        assert "Su agresor." in told
    else:
        assert client.get(url_of(name, person)).context["form"]["version"].value() == 1
    for kept in Activity.objects.all():
        assert "maquilishuat" not in str(kept.changes)
        assert "agresor" not in str(kept.changes)


@pytest.mark.rule("SEC-15")
def test_the_history_of_what_is_protected_keeps_the_names_of_the_columns_alone(client, person):
    give_reason(client, person)
    client.post(url_of("safe_contact_change", person), {"code_word": "uno", "key": str(uuid4())})

    client.post(url_of("safe_contact_change", person), {"code_word": "dos", "version": "1"})

    assert SafeContact.objects.get().code_word == "dos"
    assert Activity.objects.get(verb="safecontact.changed").changes == {"code_word": None}


def test_circumstances_belong_to_their_journey(client, person):
    give_reason(client, person)
    trip = TripFactory(person=person)
    code("reason_leaving", "violence", "Violencia")
    url = url_of("circumstances_change", person, trip.public_id)
    typed = answers.circumstances(reasons_leaving=["violence"], key=str(uuid4()))

    assert client.post(url, typed | {"detention_months": "3"}).status_code == 422
    response = client.post(url, typed | {"detained": "yes", "detention_months": "3"})

    told = TripCircumstances.objects.get()
    assert (told.trip, told.detention_months, told.reasons_leaving) == (trip, 3, ["violence"])
    assert "Violencia" in client.get(response.url).content.decode()
    assert "Deportación" not in client.get(url_of("person_file", person)).content.decode()


def test_the_health_of_a_relative_is_protected(client, person):
    give_reason(client, person)
    client.post(url_of("household_create", person), member() | {"key": str(uuid4())})
    relative = HouseholdMember.objects.get()

    response = client.post(
        url_of("member_health_create", person),
        {"member": relative.pk, "disability": "yes", "key": str(uuid4())},
    )

    assert response.status_code == 302
    assert MemberHealth.objects.get().disability is True


# Who did not agree to sensitive data

SENSITIVE = sorted(PROTECTED.keys() - {"safe_contact_change", "do_not_contact_create"})


@pytest.mark.rule("CASE-3")
@pytest.mark.parametrize("name", SENSITIVE)
def test_what_is_protected_is_asked_after_the_consent_to_it(client, person, name):
    give_reason(client, person)
    Consent.objects.all().delete()
    model, typed = PROTECTED[name]
    page = url_of(name, person)

    led = client.get(page)
    refused = client.post(page, typed() | {"key": str(uuid4())})

    assert led.url == f"{url_of('consent_create', person, 'sensitive')}?siguiente={quote(page, '')}"
    assert refused.status_code == 422
    assert "Datos sensibles" in refused.content.decode()
    assert not model.objects.exists()
    told = client.get(url_of("person_protection", person)).content.decode()
    assert "No ha aceptado el uso de datos sensibles" in told


@pytest.mark.rule("CASE-3")
def test_what_hangs_on_a_journey_or_a_relative_is_asked_after_the_consent_too(client, person):
    give_reason(client, person)
    trip = TripFactory(person=person)
    relative = HouseholdMember.objects.create(
        person=person,
        name="Marta A.",
        relationship_id=member()["relationship"],
        sex="F",
        birth_year=2015,
    )
    health = MemberHealth.objects.create(person=person, member=relative, disability=False)
    profile = SensitiveProfile.objects.create(person=person, wg_seeing="1")
    Consent.objects.all().delete()
    sent = {
        url_of("circumstances_change", person, trip.public_id): answers.circumstances(),
        url_of("member_health_create", person): {"member": relative.pk, "disability": "yes"},
        url_of("member_health_change", person, health.public_id): {
            "member": relative.pk,
            "disability": "yes",
        },
        url_of("sensitive_change", person): {"wg_seeing": "4"},
    }

    for page, typed in sent.items():
        assert "/sensitive/" in client.get(page).url
        refused = client.post(page, typed | {"key": str(uuid4()), "version": "1"})
        assert refused.status_code == 422, page
        assert "Datos sensibles" in refused.content.decode()

    health.refresh_from_db()
    profile.refresh_from_db()
    assert (health.disability, profile.wg_seeing) == (False, "1")
    assert not TripCircumstances.objects.exists()


@pytest.mark.rule("CASE-3")
@pytest.mark.parametrize(("agrees", "leads"), [("yes", "sensitive_change"), ("no", "consent_list")])
def test_only_a_yes_leads_on_to_what_is_protected(client, person, agrees, leads):
    give_reason(client, person)
    Consent.objects.all().delete()
    asked = client.get(url_of("sensitive_change", person)).url

    answered = client.post(
        asked, {"agrees": agrees, "channel": "paper_signed", "key": str(uuid4())}
    )

    assert answered.url == url_of(leads, person)
    assert client.get(answered.url).status_code == 200


@pytest.mark.rule("CASE-37")
def test_nothing_protected_is_asked_of_whose_data_are_restricted(client, person):
    give_reason(client, person)
    Person.objects.update(restricted_at=timezone.now())

    led = client.get(url_of("sensitive_change", person), follow=True)

    assert led.redirect_chain == [(url_of("person_protection", person), 302)]
    assert "Sus datos están limitados" in led.content.decode()


@pytest.mark.rule("CASE-3")
@pytest.mark.parametrize("name", ["safe_contact_change", "do_not_contact_create"])
def test_what_keeps_somebody_safe_is_asked_of_everybody(client, person, name):
    give_reason(client, person)
    Consent.objects.all().delete()
    model, typed = PROTECTED[name]

    assert client.get(url_of(name, person)).status_code == 200
    assert client.post(url_of(name, person), typed() | {"key": str(uuid4())}).status_code == 302
    assert model.objects.exists()


# The gate


@pytest.mark.rule("CASE-12", "SEC-6")
def test_the_first_reading_of_a_day_asks_for_a_reason_and_leads_on(client, caseworker, person):
    url = url_of("person_protection", person)

    asked = client.get(url)
    assert asked.status_code == 302
    assert asked.url.startswith(url_of("reason_give", person, "d4"))
    back = client.post(asked.url, {"key": str(uuid4()), "reason": "Visita de hoy"})

    assert back.url == url
    assert client.get(url).status_code == 200
    said = ReadReason.objects.get()
    assert (said.user, said.person_id, said.level) == (caseworker, person.pk, "D4")
    kept = ReadLog.objects.get(kind=ReadKind.PROTECTION)
    assert (kept.actor, kept.persons) == (caseworker, [person.pk])


@pytest.mark.rule("CASE-12")
def test_a_reason_is_for_one_person_and_one_day(client, person, caseworker, office):
    other = PersonFactory(office=office, caseworker=caseworker)
    ContactFactory(person=other)
    give_reason(client, person)

    assert client.get(url_of("person_protection", other)).status_code == 302
    ReadReason.objects.update(day="2026-01-01")
    assert client.get(url_of("person_protection", person)).status_code == 302


@pytest.mark.rule("CASE-12")
def test_the_reason_of_a_day_is_never_changed(client, person):
    give_reason(client, person, "La primera")

    give_reason(client, person, "La segunda")

    assert ReadReason.objects.get().reason == "La primera"


@pytest.mark.rule("CASE-12")
@pytest.mark.parametrize("reason", ["", "   ", "\u200b", "a\x00b", "a" * 201])
def test_a_reason_that_says_nothing_opens_nothing(client, person, reason):
    assert give_reason(client, person, reason).status_code == 422
    assert not ReadReason.objects.exists()


@pytest.mark.parametrize("page", ["//evil.example", "https://evil.example/", "javascript:1", ""])
def test_the_gate_leads_to_pages_of_ours_alone(client, person, page):
    url = f"{url_of('reason_give', person, 'd4')}?next={page}"

    response = client.post(url, {"key": str(uuid4()), "reason": "Visita"})

    assert response.url == person.get_absolute_url()


@pytest.mark.parametrize("level", ["d1", "d7", "x", "none"])
def test_there_is_no_gate_before_anything_else(client, person, level):
    assert client.get(url_of("reason_give", person, level)).status_code == 404


@pytest.mark.rule("CASE-12", "SEC-2")
def test_a_colleague_of_the_office_learns_that_it_is_there_and_no_more(client, person, office):
    client.force_login(UserFactory(caseworker=True, at=office))

    assert "acompaña" in client.get(url_of("person_file", person)).content.decode()
    led = client.get(url_of("person_protection", person))
    assert led.url == url_of("access_create", person)
    for name in PROTECTED:
        assert client.get(url_of(name, person)).status_code == 403


@pytest.mark.rule("CASE-12", "SEC-2")
def test_who_accompanies_nobody_opens_nothing(client, person, office):
    client.force_login(UserFactory(registrar=True, at=office))
    assert client.get(url_of("person_protection", person)).status_code == 403
    client.cookies.clear()
    client.force_login(UserFactory(coordinator=True, at=office))
    led = client.get(url_of("person_protection", person))
    assert led.url == url_of("access_create", person)  # in an emergency alone


@pytest.mark.rule("CASE-12")
def test_who_attends_to_her_in_another_part_reads_and_does_not_write(client, person, office):
    reader = UserFactory(caseworker=True, at=office)
    RoleAssignmentFactory(user=reader, role=Role.PSYCHOLOGIST, organization=office)
    AssignmentFactory(person=person, user=reader, kind=AssignmentKind.EVALUATION)
    client.force_login(reader)
    give_reason(client, person)

    page = client.get(url_of("person_protection", person))

    assert page.status_code == 200
    assert client.get(url_of("safe_contact_change", person)).status_code == 403


# Bad input


@pytest.mark.parametrize(
    ("name", "changes", "field"),
    [
        ("household_create", {"name": "12"}, "name"),
        ("household_create", {"name": "a\x00b"}, "name"),
        ("household_create", {"name": "Marta Alicia Alas Paz"}, "name"),
        ("household_create", {"birth_year": "1e3"}, "birth_year"),
        ("household_create", {"birth_year": "2999"}, "birth_year"),
        ("household_create", {"birth_year": "9" * 5000}, "birth_year"),
        ("household_create", {"birth_year": "-1"}, "birth_year"),
        ("household_create", {"sex": "Z"}, "sex"),
        ("household_create", {"lives_together": ""}, "lives_together"),
        ("household_create", {"lives_together": "maybe"}, "lives_together"),
        ("household_create", {"relationship": "0"}, "relationship"),
        ("household_create", {"monthly_income": "NaN"}, "monthly_income"),
        ("household_create", {"monthly_income": "-1"}, "monthly_income"),
        ("household_create", {"monthly_income": "9" * 40}, "monthly_income"),
        ("household_create", {"own_file": "GS-1999-00001"}, "own_file"),
        ("household_create", {"own_file": "\x00"}, "own_file"),
        ("education_change", {"title_year": "2999"}, "title_year"),
        ("education_change", {"tools": "x"}, "tools"),
        ("education_change", {"reads_spanish": ""}, "reads_spanish"),
        ("skill_create", {"name": "\u202egnp"}, "name"),
        ("skill_create", {"name": "a" * 81}, "name"),
        ("economy_create", {"on": "2999-01-01"}, "on"),
        ("economy_create", {"on": "2026-02-30"}, "on"),
        ("economy_create", {"hours_per_week": "169"}, "hours_per_week"),
        ("economy_create", {"hours_per_week": "-1"}, "hours_per_week"),
        ("economy_create", {"hours_per_week": "Infinity"}, "hours_per_week"),
        ("economy_create", {"monthly_income_usd": "1e9"}, "monthly_income_usd"),
        ("economy_create", {"travel_minutes": "601"}, "travel_minutes"),
        ("economy_create", {"employment_status": ""}, "employment_status"),
        ("displacement_change", {"since_year": "", "since_month": "5"}, "since"),
        ("displacement_change", {"since_year": "2999"}, "since"),
        ("displacement_change", {"causes": []}, "causes"),
        ("displacement_change", {"causes": ["x"]}, "causes"),
        ("displacement_change", {"origin_district": "9" * 40}, "origin_district"),
        ("sensitive_change", {"wg_seeing": "5"}, "wg_seeing"),
        ("do_not_contact_create", {"kind": "dog"}, "kind"),
        ("do_not_contact_create", {"name": ""}, "name"),
        ("safe_contact_change", {"code_word": "a\nb"}, "code_word"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_cannot_be_is_refused_at_its_field(client, person, name, changes, field):
    model, typed = (OPEN | PROTECTED)[name]
    give_reason(client, person)

    response = client.post(url_of(name, person), typed() | {"key": str(uuid4())} | changes)

    assert response.status_code == 422
    form = response.context["form"]
    assert field in form.errors
    for message in form.errors[field]:
        assert not message.startswith(("This field", "Enter a", "Ensure", "Select a", "Of a child"))
    for typed_name, value in changes.items():
        kept = form.data.getlist(typed_name)
        assert kept == (value if isinstance(value, list) else [value])
    assert not model.objects.exists()


def test_nobody_is_her_own_relative_nor_a_stranger(client, person):
    url = url_of("household_create", person)
    adult = {"birth_year": "1980", "key": str(uuid4())}
    elsewhere = PersonFactory()

    for file in (person, elsewhere):
        response = client.post(url, member(own_file=file.file_number) | adult)
        assert "own_file" in response.context["form"].errors


def test_an_adult_of_the_household_has_a_file_of_her_own(client, person, office):
    sister = PersonFactory(office=office, population="family")
    typed = member(name="Ana Paz", birth_year="1980", own_file=sister.file_number)

    client.post(url_of("household_create", person), typed | {"key": str(uuid4())})

    assert HouseholdMember.objects.get().own_file == sister
    assert sister.file_number in client.get(url_of("person_file", person)).content.decode()


def test_the_record_of_another_person_is_not_found(client, person, office, caseworker):
    other = PersonFactory(office=office, caseworker=caseworker)
    skill_of_other = Skill.objects.create(person=other, name="Pintar")

    assert client.get(url_of("skill_change", person, skill_of_other.public_id)).status_code == 404


# How much it asks


def fill(person, count):
    for place in range(count):
        trip = TripFactory(person=person)
        TripCircumstances.objects.create(person=person, trip=trip)
        JobFactory(person=person)
        DocumentFactory(person=person, doc_type="passport_sv", number=f"A{place}")
        Skill.objects.create(person=person, name=f"Oficio {place}")
        relative = HouseholdMember.objects.create(
            person=person,
            name="Ana",
            sex="F",
            birth_year=1980,
            relationship_id=code("relationship"),
        )
        MemberHealth.objects.create(person=person, member=relative)
        DoNotContact.objects.create(person=person, kind="person", name="Nadie")
        EconomicSituation.objects.create(
            person=person,
            on=f"2026-01-0{place + 1}",
            employment_status_id=code("employment_status"),
        )


@pytest.mark.parametrize("count", [1, 3])
def test_the_whole_file_asks_few_queries(client, person, count, django_assert_num_queries):
    fill(person, count)

    with django_assert_num_queries(14):
        client.get(url_of("person_file", person))


@pytest.mark.parametrize("count", [1, 3])
def test_the_protected_page_asks_few_queries(client, person, count, django_assert_num_queries):
    fill(person, count)
    give_reason(client, person)

    with django_assert_num_queries(14):
        client.get(url_of("person_protection", person))
