"""Two files become one, and are taken apart again: nothing is lost, nothing forgotten (CASE-1)."""

from collections import Counter
from datetime import date, time, timedelta
from itertools import count

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Activity
from accounts.roles import Role
from beneficiaries import registry
from beneficiaries.actions import enrolments, merging
from beneficiaries.actions.merging import (
    columns_of,
    folding_of,
    is_constrained,
    key_of,
    merge_people,
    relations,
)
from beneficiaries.actions.moves import StillToBeDone
from beneficiaries.actions.people import add_record, change_person
from beneficiaries.actions.unmerging import CannotBeUndone, undo_merge
from beneficiaries.choices import (
    AssignmentKind,
    CaseState,
    DocType,
    EnrolmentState,
    Likeness,
    Sector,
    TransferState,
)
from beneficiaries.indicators import REACHED
from beneficiaries.models import (
    Assignment,
    Case,
    Conflict,
    Consent,
    EconomicSituation,
    EligibilityDecision,
    EmergencyAccess,
    HouseholdMember,
    IntakeNote,
    MergedRow,
    MergeRecord,
    Person,
    RightsRequest,
    SafeContact,
    SafeHours,
    SafetyProtocol,
    ServiceRecord,
    Skill,
    Suspicion,
    Task,
    Transfer,
    Trip,
)
from beneficiaries.registry import Fold
from genesis.lib.states import StaleRecord
from reporting.indicators.figures import counted_rows
from tests.beneficiaries.answers import dui
from tests.beneficiaries.test_rights import granted
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    CaseFactory,
    ConsentFactory,
    ContactFactory,
    DocumentFactory,
    EnrolmentFactory,
    GroupFactory,
    GroupSessionFactory,
    JobFactory,
    LookupFactory,
    PersonFactory,
    ServiceRecordFactory,
    TripFactory,
    closed_columns,
)
from tests.threads import in_threads, meet_at_first_locks

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CASE-1")]


@pytest.fixture
def coordinator():
    return UserFactory(programme_coordinator=True)


@pytest.fixture
def pair(office):
    kept, merged = PersonFactory.create_batch(2, office=office)
    ContactFactory(person=kept)
    ContactFactory(person=merged, phone_1="+50370000002")
    return kept, merged


def related():
    return {"relationship": LookupFactory(list="relationship")}


def working():
    return {"employment_status": LookupFactory(list="employment_status")}


def merge(kept, merged, by=None, **answers):
    for each in (kept, merged):
        each.refresh_from_db()
    return merge_people(
        kept,
        merged,
        versions=(kept.version, merged.version),
        reason=answers.pop("reason", "El mismo DUI en las dos."),
        by=by or UserFactory(programme_coordinator=True),
        **answers,
    )


def undo(record, by=None):
    record.refresh_from_db()
    return undo_merge(
        record,
        version=record.version,
        reason="Son dos hermanas.",
        by=by or UserFactory(programme_coordinator=True),
    )


def everything():
    """Every row that points to a person, and the people, as they read now."""
    tables = {each.model for each in relations()} | {Person}
    tables -= {MergeRecord}
    return {
        (each._meta.label, row.pk): columns_of(row)
        for each in tables
        for row in each._base_manager.all()
    }


# Nothing is forgotten


def test_every_relation_to_a_person_is_folded_somehow():
    unnamed = [key_of(each) for each in relations() if key_of(each) not in registry.FOLDING]

    assert [each for each in relations() if folding_of(each) is None] == []
    assert "beneficiaries.ServiceRecord.person" in unnamed  # without constraints it just moves
    known = {key_of(each) for each in relations()}
    assert set(registry.FOLDING) <= known, "something is named that is there no more"


def test_hidden_relations_are_found_too():
    assert {
        "beneficiaries.Suspicion.other",
        "beneficiaries.HouseholdMember.own_file",
        "beneficiaries.Person.merged_into",
        "certification.Assessment.person",
    } <= {key_of(each) for each in relations()}


def test_a_constraint_that_nobody_thought_of_stops_the_merge(monkeypatch, pair):
    named = dict(registry.FOLDING)
    del named["beneficiaries.Skill.person"]
    monkeypatch.setattr(merging, "FOLDING", named)

    with pytest.raises(ImproperlyConfigured, match=r"beneficiaries\.Skill\.person"):
        merge(*pair)

    assert not MergeRecord.objects.exists()


def test_what_is_written_once_is_not_moved():
    """A trigger that refuses changes of a row would refuse the merge: such a table needs a name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgtype & 2 = 2 AND t.tgtype & 16 = 16"
            " AND t.tgattr = ''"
        )
        frozen = {name for (name,) in cursor.fetchall()}
    moving = {
        each.model._meta.db_table for each in relations() if folding_of(each).how == Fold.MOVE
    }

    assert moving & frozen == set()


def test_every_table_of_people_sends_late_records_on():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgname = 'late_record_goes_to_the_file_that_stays'"
        )
        guarded = {name for (name,) in cursor.fetchall()}
    wanted = {
        each.model._meta.db_table
        for each in relations()
        if each.name == "person" and folding_of(each).how != Fold.STAY
    }

    assert wanted <= guarded


def test_a_relation_says_whether_a_constraint_keeps_it_apart():
    by_key = {key_of(each): each for each in relations()}

    assert is_constrained(by_key["beneficiaries.Contact.person"])
    assert is_constrained(by_key["beneficiaries.IndexAnswers.person"])
    assert is_constrained(by_key["beneficiaries.Suspicion.other"])
    assert not is_constrained(by_key["beneficiaries.Trip.person"])


# What a merge does


def test_everything_goes_to_the_file_that_stays(pair, coordinator):
    kept, merged = pair
    trip, job = TripFactory(person=merged), JobFactory(person=merged, sector=Sector.TOURISM)
    service, note = (
        ServiceRecordFactory(person=merged),
        IntakeNote.objects.create(person=merged, text="Llamar de tarde."),
    )
    DocumentFactory(person=merged, number=dui(7))

    record = merge(kept, merged, by=coordinator)

    merged.refresh_from_db()
    assert merged.merged_into == kept
    assert [kept.trips.get(), kept.jobs.get(), kept.services.get(), kept.intake_notes.get()] == [
        trip,
        job,
        service,
        note,
    ]
    assert kept.documents.get().number == dui(7)
    assert (record.kept, record.merged, record.merged_by) == (kept, merged, coordinator)
    moved = Counter(record.rows.filter(moved=True).values_list("model", flat=True))
    assert moved["beneficiaries.Trip"] == moved["beneficiaries.WorkExperience"] == 1
    assert set(
        Activity.objects.filter(verb__startswith="person.merged").values_list("verb", "person_id")
    ) == {("person.merged", kept.pk), ("person.merged_away", merged.pk)}


def test_the_chosen_values_replace_those_of_the_file_that_stays(pair):
    kept, merged = pair
    Person.objects.filter(pk=merged.pk).update(
        given_names="Ana Lucía", birth_date=date(1991, 1, 1), birth_precision="year"
    )

    record = merge(kept, merged, take=["person-given_names", "person-birth", "contact-phone_1"])

    kept.refresh_from_db()
    assert (kept.given_names, kept.birth_date, kept.birth_precision) == (
        "Ana Lucía",
        date(1991, 1, 1),
        "year",
    )
    assert kept.search.startswith("ana lucia")
    assert kept.contact.phone_1.as_e164 == "+50370000002"
    replaced = record.rows.filter(model="beneficiaries.Person", record_id=kept.pk, moved=False)
    values = {name: value for each in replaced for name, value in each.before.items()}
    assert values["given_names"] == "Ana María"


def test_the_only_record_of_its_kind_goes_over(office):
    kept, merged = PersonFactory.create_batch(2, office=office)
    contact = ContactFactory(person=merged)

    merge(kept, merged)

    contact.refresh_from_db()
    assert contact.person == kept


def test_only_what_both_allow_is_allowed(pair):
    kept, merged = pair
    kept.contact.allowed_channels, kept.contact.safe_to_identify_project = ["call", "sms"], True
    kept.contact.save()

    merge(kept, merged)

    kept.contact.refresh_from_db()
    assert (kept.contact.allowed_channels, kept.contact.safe_to_identify_project) == (
        ["call"],
        False,
    )


def test_who_is_not_to_be_contacted_stays_so(pair):
    kept, merged = pair
    merged.contact.allowed_channels = []
    merged.contact.save()

    merge(kept, merged)

    kept.contact.refresh_from_db()
    assert kept.contact.allowed_channels == []


@pytest.mark.parametrize("take", [[], ["contact-phone_1"]], ids=["asked", "not asked"])
def test_a_telephone_that_nobody_asked_about_is_not_called(pair, take):
    kept, merged = pair
    merged.contact.allowed_channels, merged.contact.phone_1_owner = [], ""
    merged.contact.save()

    merge(kept, merged, take=take)

    kept.contact.refresh_from_db()
    assert kept.contact.allowed_channels == ([] if take else ["call", "whatsapp"])


@pytest.mark.parametrize("side", [0, 1])
def test_a_threat_that_one_file_knows_is_known(pair, side):
    for place, person in enumerate(pair):
        SafeContact.objects.create(
            person=person, threatened=place == side, code_word="Sol" if place else ""
        )

    merge(*pair)

    stays = SafeContact.objects.get(person=pair[0])
    assert (stays.threatened, stays.code_word) == (True, "Sol")


# Cases and who accompanies


@pytest.mark.parametrize("goes_on", ["kept", "merged"])
def test_of_two_open_cases_one_goes_on(house, pair, goes_on):
    kept, merged = pair
    ours, theirs = CaseFactory(person=kept), CaseFactory(person=merged)
    mine, other = AssignmentFactory(person=kept), AssignmentFactory(person=merged)

    merge(kept, merged, goes_on=goes_on)

    on, ended = (ours, theirs) if goes_on == "kept" else (theirs, ours)
    for each in (on, ended):
        each.refresh_from_db()
    assert (on.person, on.state, on.episode) == (kept, CaseState.REGISTERED, 2)
    assert (ended.person, ended.state, ended.episode) == (kept, CaseState.MERGED, 1)
    current = Assignment.objects.get(person=kept, ended_at=None)
    assert current == (mine if goes_on == "kept" else other)


def test_the_office_follows_the_case_that_goes_on(house):
    kept, merged = PersonFactory(with_case=True), PersonFactory(with_case=True)

    merge(kept, merged, goes_on="merged")

    kept.refresh_from_db()
    assert kept.office == merged.office


@pytest.mark.rule("CASE-37")
@pytest.mark.parametrize("goes_on", ["kept", "merged"])
def test_what_was_left_to_either_office_is_for_the_one_that_holds_the_file(house, goes_on):
    kept, merged = PersonFactory(with_case=True), PersonFactory(with_case=True)
    coordinators = [UserFactory(coordinator=True, at=each.office) for each in (kept, merged)]
    officer = UserFactory(role=Role.DATA_PROTECTION_OFFICER)
    asked = [granted(each, officer, right="rectification") for each in (kept, merged)]
    holds, other = coordinators if goes_on == "kept" else coordinators[::-1]
    before = everything()

    record = merge(kept, merged, goes_on=goes_on)

    assert set(Task.objects.visible_to(holds)) == {each.task for each in asked}
    assert set(RightsRequest.objects.visible_to(holds)) == set(asked)
    for seen in (Task, RightsRequest):
        assert not seen.objects.visible_to(other).exists()
    assert Activity.objects.filter(verb="task.handed_on").count() == 1
    undo(record)
    assert everything() == before
    for each, coordinator in zip(asked, coordinators, strict=True):
        assert list(RightsRequest.objects.visible_to(coordinator)) == [each]


@pytest.mark.rule("CASE-37")
def test_what_was_left_since_the_merge_goes_back_with_the_file(house):
    kept, merged = PersonFactory(), PersonFactory(with_case=True)
    officer = UserFactory(role=Role.DATA_PROTECTION_OFFICER)
    record = merge(kept, merged)
    kept.refresh_from_db()
    asked = granted(kept, officer, right="rectification")
    assert asked.task.office == merged.office

    undo(record)

    kept.refresh_from_db()
    asked.task.refresh_from_db()
    assert kept.office != merged.office
    assert {asked.task.office, asked.task.raised_for} == {kept.office}


def test_an_older_episode_stands_before_the_open_one(house, pair):
    kept, merged = pair
    ours = CaseFactory(person=kept, opened_on=date(2026, 3, 2))
    old = CaseFactory(person=merged, opened_on=date(2024, 1, 8))
    Case.objects.filter(pk=old.pk).update(**closed_columns(date(2025, 1, 8)))

    merge(kept, merged)

    assert list(kept.cases.order_by("episode").values_list("pk", flat=True)) == [old.pk, ours.pk]


def test_nobody_has_the_same_part_twice(pair):
    user = UserFactory(evaluator=True)
    for each in pair:
        AssignmentFactory(person=each, user=user, kind=AssignmentKind.EVALUATION)

    merge(*pair)

    assert pair[0].assignments.filter(ended_at=None).count() == 1
    assert pair[0].assignments.count() == 2


# What stays, and what has to be done first


def test_what_the_other_file_has_already_stays_where_it_is(pair):
    kept, merged = pair
    today = timezone.localdate()
    for each in pair:
        Skill.objects.create(person=each, name="Soldadura")
        EconomicSituation.objects.create(person=each, on=today, **working())
    Skill.objects.create(person=merged, name="Cocina")

    merge(kept, merged)

    assert set(kept.skills.values_list("name", flat=True)) == {"Soldadura", "Cocina"}
    assert merged.skills.get().name == "Soldadura"
    assert kept.economies.count() == merged.economies.count() == 1


def test_nobody_becomes_her_own_relative(pair):
    kept, merged = pair
    mother = PersonFactory()
    relative = {"name": "Ella", "sex": "F", "birth_year": 1960, **related()}
    HouseholdMember.objects.create(person=kept, own_file=merged, **relative)
    HouseholdMember.objects.create(person=merged, own_file=kept, **relative)
    HouseholdMember.objects.create(person=mother, own_file=merged, **relative)

    merge(kept, merged)

    assert mother.household.get().own_file == kept
    assert [each.own_file for each in kept.household.all()] == [merged]


def test_an_earlier_merge_leads_on_to_the_file_that_stays(pair):
    kept, merged = pair
    first = PersonFactory()
    merge(merged, first)

    merge(kept, merged)

    first.refresh_from_db()
    assert first.merged_into == kept


def test_what_was_said_of_other_pairs_goes_along(pair):
    kept, merged = pair
    sister, cousin = PersonFactory.create_batch(2)
    Suspicion.objects.create(person=merged, other=sister, likeness=Likeness.DIFFERENT)
    Suspicion.objects.create(person=cousin, other=merged, likeness=Likeness.UNSURE)
    Suspicion.objects.create(person=cousin, other=kept, likeness=Likeness.DIFFERENT)
    this = Suspicion.objects.create(person=merged, other=kept)

    merge(kept, merged)

    this.refresh_from_db()
    assert this.likeness == Likeness.SAME
    assert Suspicion.objects.between(kept, sister).get().likeness == Likeness.DIFFERENT
    assert Suspicion.objects.between(kept, cousin).get().likeness == Likeness.DIFFERENT
    assert not Suspicion.objects.waiting().exists()


def test_two_valid_duis_are_two_people_until_one_is_corrected(pair):
    for place, each in enumerate(pair):
        DocumentFactory(person=each, number=dui(place + 1))

    with pytest.raises(StillToBeDone) as refused:
        merge(*pair)

    assert "DUI" in str(refused.value)
    assert not Person.objects.exclude(merged_into=None).exists()


def test_a_transfer_that_waits_is_answered_first(pair):
    Transfer.objects.create(
        person=pair[1],
        to_office=OrganizationFactory(),
        reason="Se mudó.",
        asked_by=UserFactory(),
        state=TransferState.ASKED,
    )

    with pytest.raises(StillToBeDone):
        merge(*pair)


def test_of_two_safety_protocols_one_is_ended_first(pair):
    for each in pair:
        SafetyProtocol.objects.create(person=each)

    with pytest.raises(StillToBeDone):
        merge(*pair)


def test_of_two_enrolments_in_one_group_each_stays_and_others_move(pair):
    kept, merged = pair
    group = GroupFactory()
    first, second = (EnrolmentFactory(person=each, group=group) for each in pair)
    third = EnrolmentFactory(person=merged)

    merge(kept, merged)

    for each in (first, second, third):
        each.refresh_from_db()
    assert [first.person, second.person, third.person] == [kept, merged, kept]


def test_a_safety_protocol_goes_with_its_file(pair):
    kept, merged = pair
    protocol = SafetyProtocol.objects.create(person=merged)

    merge(kept, merged)

    protocol.refresh_from_db()
    assert protocol.person == kept


def test_a_file_without_papers_says_so_no_more_beside_a_paper(pair):
    kept, merged = pair
    DocumentFactory(person=kept)
    DocumentFactory(person=merged, doc_type=DocType.NONE, status="lost", number="")

    merge(kept, merged)

    assert kept.documents.count() == merged.documents.count() == 1


def test_nobody_is_merged_into_herself(pair):
    with pytest.raises((ValidationError, ValueError, StaleRecord)):
        merge(pair[0], pair[0])

    assert not MergeRecord.objects.exists()


@pytest.mark.parametrize("side", [0, 1])
def test_a_file_that_was_changed_meanwhile_is_looked_at_again(pair, side):
    versions = [each.version for each in pair]
    Person.objects.filter(pk=pair[side].pk).update(version=9)

    with pytest.raises(StaleRecord):
        merge_people(*pair, versions=tuple(versions), reason="Igual.", by=UserFactory())

    assert not MergedRow.objects.exists()


def test_a_merged_file_is_not_merged_again(pair):
    merge(*pair)

    with pytest.raises(StaleRecord):
        merge(PersonFactory(), pair[1])


def test_the_merged_file_is_nowhere_but_in_its_record(pair, coordinator):
    merge(*pair)

    assert list(Person.objects.visible_to(coordinator)) == [pair[0]]


# Undoing


RECORDS = {
    "trip": lambda person: TripFactory(person=person),
    "job": lambda person: JobFactory(person=person),
    "service": lambda person: ServiceRecordFactory(person=person),
    "skill": lambda person: Skill.objects.get_or_create(person=person, name="Soldadura"),
    "other_skill": lambda person: Skill.objects.get_or_create(
        person=person, name=f"Oficio {person.pk}"
    ),
    "economy": lambda person: EconomicSituation.objects.get_or_create(
        person=person, on=date(2026, 3, 2), defaults={"monthly_income_usd": person.pk} | working()
    ),
    "contact": lambda person: getattr(person, "contact", None) or ContactFactory(person=person),
    "safe_contact": lambda person: SafeContact.objects.get_or_create(
        person=person, defaults={"code_word": f"Sol {person.pk}", "threatened": person.pk % 2}
    ),
    "case": lambda person: (
        person.cases.open().first()
        or CaseFactory(
            person=person,
            opened_on=date(2026, 3, 2),
            episode=person.cases.count() + 1,
            state=CaseState.ON_HOLD,
        )
    ),
    "closed": lambda person: (
        person.cases.open().exists()
        or CaseFactory(
            person=person,
            opened_on=date(2025, 1, 8),
            state=CaseState.CLOSED,
            episode=person.cases.count() + 1,
        )
    ),
    "assignment": lambda person: person.assignments.exists() or AssignmentFactory(person=person),
    "note": lambda person: IntakeNote.objects.create(person=person, text="Nota"),
    "relative": lambda person: HouseholdMember.objects.create(
        person=person, name="Rosa", sex="F", birth_year=1960, **related()
    ),
    "suspicion": lambda person: Suspicion.objects.create(person=person, other=PersonFactory()),
    "document": lambda person: DocumentFactory(
        person=person, doc_type=DocType.PASSPORT_SV, number=f"A{person.pk}{next(NUMBERS)}"
    ),
}
NUMBERS = count(1)
of_a_file = st.lists(st.sampled_from(sorted(RECORDS)), max_size=8)


@settings(max_examples=30)
@given(
    ours=of_a_file,
    theirs=of_a_file,
    take=st.sets(st.sampled_from(["person-given_names", "person-birth", "contact-phone_1"])),
    goes_on=st.sampled_from(["kept", "merged"]),
)
def test_a_merge_that_is_undone_leaves_everything_as_it_was(ours, theirs, take, goes_on):
    with transaction.atomic():
        kept, merged = PersonFactory(), PersonFactory(birth_date=date(1991, 1, 1))
        for person, names in ((kept, ours), (merged, theirs)):
            for name in names:
                RECORDS[name](person)
        by = UserFactory()
        before = everything()

        record = undo(merge(kept, merged, by=by, take=take, goes_on=goes_on), by=by)

        assert everything() == before
        assert record.stayed == {}
        transaction.set_rollback(True)


def test_what_was_added_after_the_merge_stays_and_is_named(pair):
    kept, merged = pair
    record = merge(kept, merged)
    trip = TripFactory(person=kept)

    undo(record)

    record.refresh_from_db()
    trip.refresh_from_db()
    assert trip.person == kept
    assert record.stayed == {"beneficiaries.Trip": [trip.pk]}


def test_what_was_changed_since_stays_and_is_named(pair):
    kept, merged = pair
    changed, same = TripFactory(person=merged), TripFactory(person=merged)
    record = merge(kept, merged)
    Trip.objects.filter(pk=changed.pk).update(destination_city="Houston")

    undo(record)

    record.refresh_from_db()
    assert list(merged.trips.all()) == [same]
    assert list(kept.trips.all()) == [changed]
    assert record.stayed == {"beneficiaries.Trip": [changed.pk]}


def test_a_value_that_was_corrected_since_is_kept(pair):
    kept, merged = pair
    Person.objects.filter(pk=merged.pk).update(given_names="Ana Lucía", known_as="Nita")
    record = merge(kept, merged, take=["person-given_names", "person-known_as"])
    kept.refresh_from_db()
    change_person(
        kept, version=kept.version, by=UserFactory(), given_names="Ana Luz", surnames="Portillo"
    )

    undo(record)

    kept.refresh_from_db()
    assert (kept.given_names, kept.known_as) == ("Ana Luz", "")


def test_what_something_new_was_built_on_stays_with_it(house, pair):
    kept, merged = pair
    member = HouseholdMember.objects.create(
        person=merged, name="Rosa", sex="F", birth_year=1960, **related()
    )
    record = merge(kept, merged)
    health = member.__class__._meta.get_field("health").related_model
    health.objects.create(person=kept, member=member)

    undo(record)

    member.refresh_from_db()
    assert member.person == kept


def test_after_thirty_days_it_stands(pair, settings):
    record = merge(*pair)
    long_ago = timezone.now() - timedelta(days=settings.MERGE_UNDO_DAYS + 1)
    MergeRecord.objects.update(merged_at=long_ago)

    with pytest.raises(CannotBeUndone):
        undo(record)

    MergeRecord.objects.update(merged_at=timezone.now() - timedelta(days=30))
    undo(record)


def test_it_is_undone_once(pair):
    record = undo(merge(*pair))

    with pytest.raises(CannotBeUndone):
        undo(record)


def test_the_later_merge_is_undone_first(pair):
    record = merge(*pair)
    merge(PersonFactory(), pair[0])

    with pytest.raises(CannotBeUndone):
        undo(record)


# Two at once


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_merge_the_same_pair_at_once():
    kept, merged = PersonFactory.create_batch(2)
    TripFactory(person=merged)
    users = UserFactory.create_batch(2, programme_coordinator=True)

    def one_way():
        return merge_people(kept, merged, versions=(1, 1), reason="Igual.", by=users[0]).pk

    def the_other_way():
        return merge_people(merged, kept, versions=(1, 1), reason="Igual.", by=users[1]).pk

    answers = in_threads(one_way, the_other_way, one_way)

    assert [type(each) for each in answers].count(StaleRecord) == 2
    assert MergeRecord.objects.count() == 1
    assert Person.objects.filter(merged_into=None).get().trips.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_edits_a_file_that_is_merged_meanwhile_is_told_or_was_faster():
    kept, merged = PersonFactory.create_batch(2)
    user = UserFactory()

    def edit():
        answers = {"given_names": "Ana Luz", "surnames": "Portillo"}
        return change_person(merged, version=1, by=user, **answers).pk

    def join():
        return merge_people(kept, merged, versions=(1, 1), reason="Igual.", by=user).pk

    answers = in_threads(edit, join)

    assert [type(each) for each in answers].count(StaleRecord) == 1
    merged.refresh_from_db()
    assert (merged.given_names == "Ana Luz") is (merged.merged_into_id is None)


@pytest.mark.django_db(transaction=True)
def test_what_is_added_while_two_files_are_merged_is_in_the_one_that_stays():
    kept, merged = PersonFactory.create_batch(2)
    user, keys = UserFactory(), [f"00000000-0000-4000-8000-00000000000{each}" for each in range(4)]

    def add(key):
        return lambda: add_record(Skill, merged, key=key, by=user, name=f"Oficio {key}")

    def join():
        return merge_people(kept, merged, versions=(1, 1), reason="Igual.", by=user)

    answers = in_threads(*map(add, keys), join)

    assert not [each for each in answers if isinstance(each, Exception)]
    assert kept.skills.count() == len(keys)
    assert merged.skills.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_group_that_ends_while_two_files_are_merged_serves_the_one_that_stays(monkeypatch):
    kept, merged = PersonFactory.create_batch(2)
    session = GroupSessionFactory(days_ago=1)
    group = session.group
    EnrolmentFactory(group=group, person=merged)
    by = UserFactory()
    enrolments.take_attendance(session, {}, version=1, minutes=60, by=by)
    meet_at_first_locks(
        monkeypatch, (enrolments, "lock_people"), (enrolments, "lock"), (merging, "lock_both")
    )

    def join():
        return merge_people(kept, merged, versions=(1, 1), reason="Igual.", by=by)

    answers = in_threads(lambda: enrolments.finish_group(group, version=group.version, by=by), join)

    assert not [each for each in answers if isinstance(each, Exception)]
    assert ServiceRecord.objects.get().person == kept
    assert kept.enrolments.get().state == EnrolmentState.COMPLETED


# Consents, conflicts and doors


def test_a_no_on_either_file_holds_for_both(house, pair):
    kept, merged = pair
    given = [ConsentFactory(person=kept, purpose=each) for each in ("image", "research")]
    ConsentFactory(person=merged, purpose="image", granted=False)
    back = ConsentFactory(person=merged, purpose="research")
    Consent.objects.filter(pk=back.pk).update(
        withdrawn_at=timezone.now(), withdrawn_by=UserFactory()
    )

    record = merge(kept, merged)

    assert not kept.consents.standing().exists()
    undo(record)
    assert set(kept.consents.standing()) == set(given)


def test_of_two_that_say_yes_the_newer_counts(house, pair):
    kept, merged = pair
    ConsentFactory(person=kept, given_at=timezone.now() - timedelta(days=9))
    newer = ConsentFactory(person=merged)

    merge(kept, merged)

    assert kept.consents.standing().get() == newer
    assert kept.consents.count() == 2


def test_who_is_barred_from_either_file_is_barred_from_the_one_that_stays(pair):
    kept, merged = pair
    user = UserFactory(programme_coordinator=True)
    Conflict.objects.create(person=merged, user=user, kind="relative", noted_by=UserFactory())

    merge(kept, merged)

    assert not Person.objects.visible_to(user).filter(pk=kept.pk).exists()


def test_what_an_emergency_opened_is_not_more_than_it_was(pair):
    kept, merged = pair
    now = timezone.now()
    EmergencyAccess.objects.create(
        person=merged,
        user=UserFactory(),
        reason="Riesgo hoy.",
        opened_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=3),
    )

    merge(kept, merged)

    assert kept.emergency_accesses.count() == 1
    assert not kept.emergency_accesses.open().exists()


def test_safe_hours_that_differ_are_asked_about_first(pair):
    for hour, person in zip((8, 9), pair, strict=True):
        SafeHours.objects.create(person=person, days=[0], starts=time(hour), ends=time(17))

    with pytest.raises(StillToBeDone):
        merge(*pair)


def test_the_same_safe_hours_stand_once(pair):
    for person in pair:
        SafeHours.objects.create(person=person, days=[0], starts=time(8), ends=time(17))

    merge(*pair)

    assert pair[0].safe_hours.count() == 1


# What a figure of an earlier day says


@pytest.mark.rule("NUM-3")
def test_a_merge_changes_no_figure_of_a_day_before_it(pair):
    kept, merged = pair
    for person in pair:
        case = CaseFactory(person=person, state=CaseState.ELIGIBLE)
        EligibilityDecision.objects.create(
            case=case,
            rule_set=case.phase.rule_set,
            inputs={},
            certification_track=case.certification_track,
            outcome=case.outcome,
        )
        ServiceRecordFactory(person=person)

    def counted(moment):
        return len(counted_rows(REACHED, known_at=moment))

    before = timezone.now()
    record = merge(kept, merged)
    between = timezone.now()
    assert (counted(before), counted(between)) == (2, 1)

    undo(record)
    after = timezone.now()
    assert (counted(before), counted(between), counted(after)) == (2, 1, 2)
