"""What is kept no longer: proposed by the clock, agreed to by two, erased for good (CASE-38)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Activity, Draft
from accounts.roles import Role
from beneficiaries import registry
from beneficiaries.actions import retention
from beneficiaries.actions.erasing import GONE, NAME, erase_person, erasing_of
from beneficiaries.actions.everything import rows_of_person, tables
from beneficiaries.choices import ErasureItemState, ErasureKind, ErasureState
from beneficiaries.jobs import propose_erasures, run_erasure
from beneficiaries.models import (
    Case,
    EligibilityDecision,
    Erasure,
    ErasureBatch,
    HouseholdMember,
    IntakeNote,
    Person,
    SafeContact,
    ServiceRecord,
)
from genesis.lib.states import MoveNotAllowed
from reporting.indicators.figures import figures
from reporting.rules import Period
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    AttemptFactory,
    CaseFactory,
    ConsentFactory,
    ContactFactory,
    DocumentFactory,
    JobFactory,
    LookupFactory,
    PersonFactory,
    ServiceRecordFactory,
    TripFactory,
    closed_columns,
)
from tests.factories.certification import CertificateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CASE-38")]

TODAY = timezone.localdate()


@pytest.fixture
def officer():
    return UserFactory(role=Role.DATA_PROTECTION_OFFICER)


@pytest.fixture
def coordinator():
    return UserFactory(programme_coordinator=True)


def left(days_ago, office=None, **more):
    """Somebody whose only case closed so many days ago."""
    day = TODAY - timedelta(days=days_ago)
    names = {"office": office} if office else {}
    person = PersonFactory(registered_on=day - timedelta(days=90), **names, **more)
    ContactFactory(person=person, email="ana@prueba.test", emergency_name="Tía Chayo")
    CaseFactory(person=person, **closed_columns(day))
    return person


def agree(batch, officer, coordinator):
    retention.confirm_erasure(batch, version=batch.version, by=officer)
    batch.refresh_from_db()
    retention.approve_erasure(batch, version=batch.version, by=coordinator)
    run_erasure(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def test_the_clock_proposes_by_the_two_periods():
    old, older, fresh = left(400), left(5 * 366 + 10), left(300)

    assert retention.propose_erasures(TODAY) == 3
    assert retention.propose_erasures(TODAY) == 0

    found = set(Erasure.objects.values_list("person", "kind"))
    assert found == {
        (old.pk, ErasureKind.SENSITIVE),
        (older.pk, ErasureKind.SENSITIVE),
        (older.pk, ErasureKind.IDENTITY),
    }
    assert not Erasure.objects.filter(person=fresh).exists()


@pytest.mark.parametrize(("days", "proposed"), [(0, 1), (-1, 0)])
def test_a_year_is_counted_to_the_day(settings, days, proposed):
    day = date(2025, 11, 22) - timedelta(days=days)
    person = PersonFactory(registered_on=date(2024, 1, 1))
    CaseFactory(person=person, **closed_columns(day))

    assert retention.propose_erasures(date(2026, 11, 22)) == proposed


def test_periods_are_settings(settings):
    settings.RETENTION_MONTHS_SENSITIVE = 24
    left(400)

    assert retention.propose_erasures(TODAY) == 0


def test_who_has_an_open_case_is_not_proposed():
    person = left(400)
    CaseFactory(person=person, episode=2, opened_on=TODAY)

    assert retention.propose_erasures(TODAY) == 0


def test_two_people_agree_and_the_job_erases(officer, coordinator):
    person = left(400)
    SafeContact.objects.create(person=person, code_word="Colibrí")
    IntakeNote.objects.create(person=person, text="La buscan.")
    propose_erasures()
    batch = ErasureBatch.objects.get()

    agree(batch, officer, coordinator)

    assert batch.is_done
    item = batch.items.get()
    assert item.state == ErasureItemState.ERASED
    assert item.counts == {
        "beneficiaries.IntakeNote": 1,
        "beneficiaries.Risk": 1,
        "beneficiaries.SafeContact": 1,
    }
    assert not SafeContact.objects.exists()
    person.refresh_from_db()
    assert person.given_names == "Ana María"
    done = Activity.objects.get(verb="erasure.done")
    assert (done.actor, done.person_id) == (coordinator, person.pk)
    assert "Colibrí" not in str(done.changes)


def test_nobody_agrees_twice(officer):
    left(400)
    retention.propose_erasures(TODAY)
    batch = ErasureBatch.objects.get()
    batch = retention.confirm_erasure(batch, version=batch.version, by=officer)

    with pytest.raises(ValidationError):
        retention.approve_erasure(batch, version=batch.version, by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        ErasureBatch.objects.filter(pk=batch.pk).update(
            state="approved", approved_by=officer, approved_at=timezone.now()
        )

    batch.refresh_from_db()
    assert batch.state == ErasureState.CONFIRMED


def test_nothing_is_erased_before_the_second_agrees(officer):
    person = left(400)
    SafeContact.objects.create(person=person, code_word="Colibrí")
    retention.propose_erasures(TODAY)
    batch = ErasureBatch.objects.get()
    retention.confirm_erasure(batch, version=batch.version, by=officer)

    run_erasure(batch_id=batch.pk)

    assert SafeContact.objects.filter(person=person).exists()
    assert batch.items.get().state == ErasureItemState.PROPOSED


def test_only_what_was_confirmed_can_be_approved(coordinator):
    left(400)
    retention.propose_erasures(TODAY)
    batch = ErasureBatch.objects.get()

    with pytest.raises(MoveNotAllowed):
        retention.approve_erasure(batch, version=batch.version, by=coordinator)


def test_a_case_opened_in_time_is_not_touched(officer, coordinator):
    person = left(400)
    SafeContact.objects.create(person=person, code_word="Colibrí")
    retention.propose_erasures(TODAY)
    CaseFactory(person=person, episode=2, opened_on=TODAY)

    batch = agree(ErasureBatch.objects.get(), officer, coordinator)

    assert batch.items.get().state == ErasureItemState.KEPT
    assert SafeContact.objects.filter(person=person).exists()


def test_somebody_can_be_taken_off_the_list_for_a_reason(officer, coordinator):
    person, other = left(400), left(410)
    for each in (person, other):
        SafeContact.objects.create(person=each, code_word="Colibrí")
    retention.propose_erasures(TODAY)
    batch = ErasureBatch.objects.get()
    item = batch.items.get(person=person)

    with pytest.raises(ValidationError):
        retention.keep_person(item, version=item.version, reason="", by=officer)
    retention.keep_person(item, version=item.version, reason="Hay un juicio.", by=officer)
    agree(batch, officer, coordinator)

    assert list(SafeContact.objects.values_list("person", flat=True)) == [person.pk]
    assert retention.propose_erasures(TODAY) == 0


def everything_about(person, office):
    """One row in many tables, all with the same word."""
    word = "Quijivix"
    by = UserFactory(caseworker=True, at=office)
    child = LookupFactory(list="relationship", code="child")
    HouseholdMember.objects.create(
        person=person, name=word, sex="F", relationship=child, birth_year=2015
    )
    DocumentFactory(person=person, number="01234567-8")
    TripFactory(person=person, destination_city=word)
    JobFactory(person=person, employer=word)
    ConsentFactory(person=person, witness=word)
    case = person.cases.get()
    AttemptFactory(case=case, note=word, recorded_by=by)
    EligibilityDecision.objects.create(
        case=case,
        rule_set=case.phase.rule_set,
        certification_track="eligible",
        outcome="eligible",
        reasons=[],
        inputs={"name": word},
        decided_by=by,
    )
    ServiceRecordFactory(person=person, on=person.birth_date.replace(year=2021))
    Activity.objects.create(
        verb="person.changed",
        model="beneficiaries.Person",
        record_id=person.pk,
        person_id=person.pk,
        changes={"surnames": [word, "Otra"]},
    )
    Draft.objects.create(
        user=by, form="person_change", target=str(person.public_id), answers={"a": word}
    )
    return word


def words_in_the_database(word):
    """The tables in which a word stands anywhere."""
    found = []
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{name}" t WHERE t::text ILIKE %s', [f"%{word}%"])
            if cursor.fetchone()[0]:
                found.append(name)
    return found


def test_after_the_longer_period_nothing_says_who_it_was(office):
    person = left(5 * 366, office=office, surnames="Quijivix Alas")
    SafeContact.objects.create(person=person, code_word="Quijivix")
    word = everything_about(person, office)
    number = person.file_number
    assert len(words_in_the_database(word)) > 8

    counts = erase_person(person, ErasureKind.IDENTITY)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what hangs in the air shows now

    assert words_in_the_database(word) == []
    assert words_in_the_database("ana@prueba.test") == []
    assert words_in_the_database("01234567-8") == []
    person.refresh_from_db()
    assert (person.file_number, person.given_names, person.surnames) == (number, NAME, "")
    assert person.birth_date.year == 1990
    assert person.birth_date != date(1990, 5, 10)
    assert counts["beneficiaries.HouseholdMember"] == 1
    assert person.cases.count() == ServiceRecord.objects.filter(person=person).count() == 1
    assert person.consents.get().witness == GONE


def test_figures_are_the_same_before_and_after(office):
    people = [left(5 * 366, office=office, surnames=f"Paz {place}") for place in range(4)]
    for place, person in enumerate(people):
        born = date(1990, 1 + 3 * place, 15)
        Person.objects.filter(pk=person.pk).update(birth_date=born)
        # on the birthday itself and the day before: the band of ages must not move
        for year, back in ((2015, 0), (2020, 1), (2021, 0)):
            ServiceRecordFactory(person=person, on=born.replace(year=year) - timedelta(days=back))
    certificate = CertificateFactory()
    others = certificate.assessment.person
    period = Period(date(2014, 1, 1), TODAY)
    moment = timezone.now()
    before = figures(period, known_at=moment, offices=None)

    for person in [*people, others]:
        person.refresh_from_db()
        erase_person(person, ErasureKind.IDENTITY)

    assert figures(period, known_at=moment, offices=None) == before
    certificate.refresh_from_db()
    assert certificate.holder_name


def test_it_says_of_every_table_what_becomes_of_it():
    for model in tables():
        for kind in ErasureKind:
            erasing = erasing_of(model, kind)
            for name in erasing.columns:
                assert model._meta.get_field(name)


def test_a_table_that_nobody_named_stops_it(monkeypatch):
    monkeypatch.delitem(registry.ERASING_IDENTITY, "beneficiaries.Contact")
    person = left(5 * 366)

    with pytest.raises(ImproperlyConfigured):
        erase_person(person, ErasureKind.IDENTITY)

    person.refresh_from_db()
    assert person.given_names == "Ana María"


def test_the_database_deletes_no_file():
    person = PersonFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk)._raw_delete("default")
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).delete()


def test_a_decision_loses_its_inputs_and_nothing_else():
    person = left(400)
    case = person.cases.get()
    decision = EligibilityDecision.objects.create(
        case=case,
        rule_set=case.phase.rule_set,
        certification_track="eligible",
        outcome="eligible",
        reasons=[],
        inputs={"born": "1990"},
    )
    rows = EligibilityDecision.objects.filter(pk=decision.pk)

    for values in ({"outcome": "not_eligible"}, {"inputs": {"born": "1991"}}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)
    rows.update(inputs={})

    assert rows.get().inputs == {}


def test_what_hangs_further_down_is_found():
    person = left(400)
    found = rows_of_person(person)

    assert found[Case] == {person.cases.get().pk}
    assert found[Person] == {person.pk}
