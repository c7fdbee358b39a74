"""Opening a person's file and keeping it true: what is written, refused and kept once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import Activity, SentForm
from beneficiaries.actions import people
from beneficiaries.actions.cases import NoPhase, current_case
from beneficiaries.actions.consents import ConsentMissing
from beneficiaries.choices import AssignmentKind, Likeness, Sector, Status
from beneficiaries.models import (
    Assignment,
    Case,
    Consent,
    Contact,
    Displacement,
    FileNumberCounter,
    IdentityDocument,
    Person,
    Suspicion,
    Trip,
    TripCircumstances,
    WorkExperience,
)
from genesis.lib.search import name_columns
from genesis.lib.states import OtherContent, StaleRecord
from tests.beneficiaries.answers import dui
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    ContactFactory,
    DistrictFactory,
    DocumentFactory,
    JobFactory,
    LookupFactory,
    NoticeFactory,
    PersonFactory,
    PhaseFactory,
    TripFactory,
)

pytestmark = pytest.mark.django_db
IDENTITY = {
    "given_names": "Rosa Elena",
    "surnames": "Menjívar Alas",
    "known_as": "",
    "birth_date": date(1992, 4, 3),
    "birth_precision": "day",
    "sex": "F",
    "population": "returnee",
    "area": "",
}
KEPT = (Person, Case, Contact, Consent, IdentityDocument, Assignment, Suspicion, SentForm, Activity)


def registration(**changes):
    """All that opens a file, as the page hands it to the action."""
    NoticeFactory()
    PhaseFactory()
    by = changes.pop("by", None) or UserFactory(caseworker=True)
    return {
        "key": uuid4(),
        "by": by,
        "office": by.role_assignments.get().organization,
        "registered_on": date(2026, 11, 20),
        "identity": IDENTITY | {"district": DistrictFactory()} | changes.pop("identity", {}),
        "document": {
            "doc_type": "dui",
            "status": "valid",
            "number": dui(90000001),
            "check_reason": "",
        }
        | changes.pop("document", {}),
        "contact": {"phone_1": "+50377771234", "phone_1_owner": "own", "allowed_channels": ["call"]}
        | changes.pop("contact", {}),
        "consents": {
            "granted": ["registration", "assessment"],
            "refused": ["image"],
            "channel": "paper_signed",
            "witness": "",
        },
        "decisions": {},
    } | changes


def protected_answers():
    """A journey with its circumstances, and a displacement."""
    country = LookupFactory(list="countries", code="US", es="Estados Unidos")
    trip = {"return_country": country, "return_date": date(2026, 1, 5), "return_precision": "day"}
    told = {"since": date(2024, 1, 1), "since_precision": "year", "causes": ["threats"]}
    return {
        "journeys": {"journeys": [(trip, {"detained": "yes"})]},
        "displacement": {"records": [(Displacement, told)]},
    }


@pytest.mark.rule("CASE-3")
@pytest.mark.parametrize("told", ["journeys", "displacement"])
def test_what_is_protected_needs_the_consent_to_sensitive_data(told):
    answers = registration() | protected_answers()[told]

    with pytest.raises(ValidationError, match="no aceptó el uso de datos sensibles"):
        people.register_person(**answers)
    assert not Person.objects.exists()

    agreed = answers["consents"] | {"granted": ["registration", "sensitive"]}
    people.register_person(**answers | {"consents": agreed})
    assert TripCircumstances.objects.count() + Displacement.objects.count() == 1


def how_many():
    return [model.objects.count() for model in KEPT]


def test_a_registration_opens_the_file_the_case_and_the_assignment():
    answers = registration()

    person = people.register_person(**answers)

    case = current_case(person)
    assert person.file_number == "GS-2026-00001"
    assert (person.office, case.office, case.episode) == (answers["office"], person.office, 1)
    assert (case.opened_on, case.outcome) == (date(2026, 11, 20), "")
    assert person.documents.get().number == dui(90000001)
    assert str(person.contact.phone_1.as_e164) == "+50377771234"
    given = person.assignments.get()
    assert (given.user, given.kind) == (answers["by"], AssignmentKind.CASEWORKER)
    assert dict(person.consents.values_list("purpose", "granted")) == {
        "registration": True,
        "assessment": True,
        "image": False,
    }
    history = Activity.objects.filter(person_id=person.pk).order_by("pk")
    verbs = history.values_list("verb", flat=True)
    assert list(verbs) == ["case.opened", "case.assigned", "person.registered"]


@pytest.mark.rule("CASE-1", "S02")
def test_the_same_dui_makes_a_registration_impossible():
    known = DocumentFactory(number=dui(90000001)).person
    answers = registration()
    before = how_many()

    with pytest.raises(people.AlreadyRegistered) as refused:
        people.register_person(**answers)

    assert refused.value.matches.same_dui == [known]
    assert how_many() == before


@pytest.mark.rule("CASE-1")
def test_a_file_that_looks_alike_must_be_decided_on_first():
    answers = registration(document={"doc_type": "none", "status": "never", "number": ""})
    known = PersonFactory(
        given_names="Rosa Elena",
        surnames="Alas Menjivar",
        birth_date=date(1992, 4, 3),
        office=answers["office"],
    )
    before = how_many()

    with pytest.raises(people.UndecidedDuplicate) as refused:
        people.register_person(**answers)

    assert refused.value.matches.likely == [known]
    assert how_many() == before

    said = {known.public_id: (Likeness.DIFFERENT, "Otra madre.")}
    person = people.register_person(**answers | {"decisions": said})

    kept = Suspicion.objects.get()
    assert (kept.person, kept.other, kept.likeness) == (person, known, Likeness.DIFFERENT)
    assert (kept.reason, kept.raised_by) == ("Otra madre.", answers["by"])


@pytest.mark.rule("CASE-3")
def test_without_consent_nothing_is_kept():
    answers = registration()
    answers["consents"]["granted"] = ["assessment"]
    before = how_many()

    with pytest.raises(ConsentMissing):
        people.register_person(**answers)

    assert how_many() == before
    assert not FileNumberCounter.objects.exists()


@pytest.mark.rule("CASE-2", "S01")
def test_somebody_whose_dui_was_lost_gets_a_file_all_the_same():
    answers = registration(document={"doc_type": "dui", "status": "lost", "number": ""})

    person = people.register_person(**answers)

    kept = person.documents.get()
    assert (kept.doc_type, kept.status, kept.number) == ("dui", "lost", "")
    assert person.file_number == "GS-2026-00001"
    assert current_case(person) is not None


@pytest.mark.rule("CASE-2")
def test_the_database_refuses_a_valid_document_without_number():
    answers = registration(document={"number": ""})
    before = how_many()

    with pytest.raises(ValidationError, match="necesita su número"):
        people.register_person(**answers)

    assert how_many() == before


@pytest.mark.rule("CASE-4")
def test_a_minor_has_a_file_and_no_case():
    answers = registration(identity={"birth_date": date(2008, 11, 21)})

    person = people.register_person(**answers)

    assert people.is_minor(person)
    assert current_case(person) is None


@pytest.mark.rule("CASE-4")
def test_who_turns_out_to_be_of_age_gets_her_case():
    person = people.register_person(**registration(identity={"birth_date": date(2008, 11, 21)}))
    by = UserFactory(caseworker=True)

    people.change_person(person, version=1, by=by, known_as="Chepe")
    assert current_case(person) is None

    people.change_person(person, version=2, by=by, birth_date=date(1998, 11, 21))

    case = current_case(person)
    assert (case.opened_on, case.office) == (person.registered_on, person.office)


def test_on_the_eighteenth_birthday_there_is_a_case():
    answers = registration(identity={"birth_date": date(2008, 11, 20)})

    assert current_case(people.register_person(**answers)) is not None


def test_a_day_without_a_phase_is_refused_and_takes_no_number():
    answers = registration(registered_on=date(2019, 5, 1))

    with pytest.raises(NoPhase, match="01/05/2019"):
        people.register_person(**answers)

    assert not Person.objects.exists()
    assert not FileNumberCounter.objects.exists()


def test_file_numbers_follow_each_other_and_begin_anew_each_year():
    assert people.take_file_numbers(2026) == ["GS-2026-00001"]
    assert people.take_file_numbers(2026, 3) == [f"GS-2026-0000{each}" for each in (2, 3, 4)]
    assert people.take_file_numbers(2027) == ["GS-2027-00001"]


def test_a_year_may_have_more_than_99_999_files():
    FileNumberCounter.objects.create(year=2026, last=99_999)

    assert people.register_person(**registration()).file_number == "GS-2026-100000"


@pytest.mark.rule("SEC-16")
def test_the_same_form_twice_registers_once():
    answers = registration()

    first, again = (people.register_person(**answers) for _ in range(2))

    assert first == again == Person.objects.get()
    assert Case.objects.count() == Assignment.objects.count() == 1


@pytest.mark.rule("SEC-16")
def test_the_same_key_with_other_answers_is_refused():
    answers = registration()
    people.register_person(**answers)

    with pytest.raises(OtherContent):
        people.register_person(**answers | {"identity": answers["identity"] | {"sex": "M"}})

    assert Person.objects.get().sex == "F"


@pytest.mark.rule("SEC-16")
def test_the_key_of_somebody_else_is_another_key():
    first = registration()
    second = registration(document={"number": dui(90000002)}, contact={"phone_1": "+50377771235"})
    second["identity"]["given_names"] = "Marta"

    people.register_person(**first)
    people.register_person(**second | {"key": first["key"]})

    assert Person.objects.count() == 2


@pytest.mark.rule("CASE-1")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("years", [(2026, 2026), (2025, 2026)], ids=["one year", "two years"])
def test_two_who_register_the_same_dui_at_once_make_one_file(years):
    """The number of the file is taken under a lock by year: the DUI must hold without it."""
    both = [
        registration(registered_on=date(year, 2, 3), identity={"given_names": f"Rosa {place}"})
        for place, year in enumerate(years)
    ]

    def register(answers):
        try:
            return people.register_person(**answers)
        except people.AlreadyRegistered as refused:
            return refused.matches.same_dui
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(register, both))

    person = Person.objects.get()
    assert person in outcomes
    assert [person] in outcomes


# Correcting


def test_a_correction_keeps_old_and_new_and_what_is_searched():
    person = PersonFactory(given_names="Ana", surnames="Paz")
    by = UserFactory(caseworker=True)

    people.change_person(person, version=1, by=by, given_names="Óscar", surnames="Núñez")

    person.refresh_from_db()
    assert person.search == "oscar nunez"
    assert person.name_key == name_columns("Óscar", "Núñez")["name_key"]
    kept = Activity.objects.get(verb="person.changed")
    assert kept.changes["surnames"] == ["Paz", "Núñez"]


def test_the_longest_names_can_be_corrected_too():
    """What is sorted and searched may be longer than what was typed: ñ counts twice there."""
    person = PersonFactory()
    by = UserFactory(caseworker=True)

    people.change_person(person, version=1, by=by, given_names="ñ" * 120, surnames="Ñ" * 120)
    people.change_person(person, version=2, by=by, given_names="ﷺ" * 120, surnames="")

    person.refresh_from_db()
    assert person.given_names == "ﷺ" * 120
    assert person.search


def stale_changes():
    yield "person", PersonFactory, people.change_person, {"known_as": "Otra"}
    yield "contact", ContactFactory, people.change_contact, {"safe_times": "otra"}
    yield "document", DocumentFactory, people.change_record, {"number": dui(90000009)}
    yield "trip", TripFactory, people.change_record, {"return_date": date(2024, 1, 1)}
    yield "job", JobFactory, people.change_record, {"position": "Otra"}


@pytest.mark.rule("SEC-15")
@pytest.mark.parametrize(
    ("factory", "action", "answers"),
    [pytest.param(*rest, id=name) for name, *rest in stale_changes()],
)
def test_a_change_from_an_old_page_changes_nothing(factory, action, answers):
    record, by = factory(), UserFactory(caseworker=True)
    ((column, value),) = answers.items()
    old = getattr(record, column)
    action(record, version=1, by=by, **{column: old})
    trace = Activity.objects.count()

    with pytest.raises(StaleRecord):
        action(record, version=1, by=by, **answers)

    record.refresh_from_db()
    assert getattr(record, column) == old != value
    assert record.version == 2
    assert Activity.objects.count() == trace


def test_changing_the_contact_counts_as_reviewing_it():
    contact = ContactFactory(reviewed_on=date(2020, 1, 1))

    people.change_contact(contact, version=1, by=UserFactory(), safe_times="después de las 18:00")

    contact.refresh_from_db()
    assert contact.reviewed_on > date(2020, 1, 1)
    assert contact.safe_times == "después de las 18:00"


@pytest.mark.rule("SEC-16")
def test_the_same_record_twice_is_added_once():
    person, by, key = PersonFactory(), UserFactory(), uuid4()
    answers = {"position": "Techador", "sector": "tourism", "country": LookupFactory()}

    first, again = (
        people.add_record(WorkExperience, person, key=key, by=by, **answers) for _ in range(2)
    )

    assert first == again == WorkExperience.objects.get()


@pytest.mark.rule("CASE-1")
@pytest.mark.parametrize("doc_type", ["dui", "dui_expired"])
def test_a_document_with_the_dui_of_another_is_not_added(doc_type):
    known = DocumentFactory(number=dui(90000001)).person
    person = PersonFactory()
    answers = {"doc_type": doc_type, "status": "expired", "number": dui(90000001)}

    with pytest.raises(people.AlreadyRegistered) as refused:
        people.add_record(IdentityDocument, person, key=uuid4(), by=UserFactory(), **answers)

    assert refused.value.matches.same_dui == [known]
    assert IdentityDocument.objects.count() == 1


@pytest.mark.rule("CASE-1")
def test_a_document_cannot_be_corrected_to_the_dui_of_another():
    DocumentFactory(number=dui(90000001))
    mine = DocumentFactory(number=dui(90000002))

    with pytest.raises(people.AlreadyRegistered):
        people.change_record(mine, version=1, by=UserFactory(), number=dui(90000001))

    mine.refresh_from_db()
    assert (mine.number, mine.version) == (dui(90000002), 1)


def test_her_own_dui_may_stay_when_its_state_is_corrected():
    mine = DocumentFactory(number=dui(90000001), status="valid")

    people.change_record(mine, version=1, by=UserFactory(), number=mine.number, status="expired")

    mine.refresh_from_db()
    assert mine.status == "expired"


def test_a_return_cannot_come_before_its_departure():
    trip = TripFactory(return_date=date(2025, 12, 1))

    with pytest.raises(ValidationError, match="anterior a la salida"):
        people.change_record(trip, version=1, by=UserFactory(), departure_date=date(2026, 1, 1))

    trip.refresh_from_db()
    assert (trip.departure_date, trip.version) == (None, 1)


@pytest.mark.parametrize(
    ("country", "status"),
    [("US", Status.RETURNED_US), ("MX", Status.RETURNED_MX), ("GT", Status.RETURNED_ELSEWHERE)],
)
def test_the_last_return_says_whence_somebody_returned(country, status):
    person = PersonFactory(status=Status.RETURNED_ELSEWHERE, sector="")
    TripFactory(person=person, return_country=LookupFactory(code="SV"), return_date=None)
    TripFactory(
        person=person, return_country=LookupFactory(code="HN"), return_date=date(2015, 1, 1)
    )

    people.add_record(
        Trip,
        person,
        key=uuid4(),
        by=UserFactory(),
        return_country=LookupFactory(code=country),
        return_date=date(2024, 1, 1),
        return_precision="day",
    )

    person.refresh_from_db()
    assert person.status == status


@pytest.mark.parametrize(
    ("population", "status"),
    [
        ("idp", Status.IDP),
        ("returnee_idp", Status.BOTH),
        ("family", Status.FAMILY),
        ("community", Status.COMMUNITY),
    ],
)
def test_the_profile_comes_before_the_country(population, status):
    person = PersonFactory()
    TripFactory(person=person)

    people.change_person(person, version=1, by=UserFactory(), population=population)

    person.refresh_from_db()
    assert person.status == status


def test_the_sector_of_the_programme_comes_before_any_other():
    assert people.sector_of({"other", "tourism"}) == Sector.TOURISM
    assert people.sector_of({"other", "tourism", "construction"}) == Sector.CONSTRUCTION
    assert people.sector_of({"other"}) == Sector.OTHER
    assert people.sector_of(set()) == ""


def test_somebody_of_two_offices_registers_for_the_one_that_was_chosen():
    answers = registration()
    other = OrganizationFactory()

    person = people.register_person(**answers | {"office": other})

    assert person.office == current_case(person).office == other
