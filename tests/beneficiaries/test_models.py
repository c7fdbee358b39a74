"""What the database refuses, whatever the code does, and what the models say of themselves."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override

from beneficiaries.choices import IMPORT_MOVES, ImportStage, RowOutcome
from beneficiaries.models import (
    Assignment,
    Case,
    Consent,
    EligibilityDecision,
    HeadCount,
    IdentityDocument,
    ImportRow,
    IntakeNote,
    ListExport,
    LookupValue,
    PeopleImport,
    Person,
    Registration,
    ServiceRecord,
    Suspicion,
    Task,
)
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    CaseFactory,
    ConsentFactory,
    ContactFactory,
    DocumentFactory,
    JobFactory,
    LookupFactory,
    PersonFactory,
    PhaseFactory,
    ServiceRecordFactory,
    TripFactory,
)

pytestmark = pytest.mark.django_db
LATER, EARLIER = date(2026, 1, 2), date(2026, 1, 1)


def batch(**changes):
    values = {"office": OrganizationFactory(), "file_name": "a.xlsx", "sha256": "0" * 64}
    return PeopleImport.objects.create(**values | changes)


def task(**changes):
    person = PersonFactory()
    values = {
        "kind": "same_dui_elsewhere",
        "person": person,
        "office": person.office,
        "raised_for": person.office,
        "due_on": LATER,
    }
    return Task.objects.create(**values | changes)


def row(**changes):
    values = {"batch": batch(), "sheet_row": 5, "outcome": "new"}
    return ImportRow.objects.create(**values | changes)


def suspicion():
    person, other = PersonFactory.create_batch(2)
    return Suspicion.objects.create(person=person, other=other)


def decide(**answers):
    case = CaseFactory()
    given = {"certification_track": "eligible", "outcome": "eligible"} | answers
    return EligibilityDecision.objects.create(
        case=case, rule_set=case.phase.rule_set, inputs={}, **given
    )


REFUSED = [
    ("person_name_can_be_searched_and_sorted", PersonFactory, {"search": ""}),
    ("person_birth_date_says_how_exact_it_is", PersonFactory, {"birth_precision": ""}),
    ("person_birth_date_says_how_exact_it_is", PersonFactory, {"birth_date": None}),
    ("person_codes_are_known", PersonFactory, {"sex": "Z"}),
    ("person_codes_are_known", PersonFactory, {"population": "tourist"}),
    ("document_codes_are_known", DocumentFactory, {"doc_type": "library"}),
    ("document_valid_or_expired_has_a_number", DocumentFactory, {"number": ""}),
    ("contact_channels_are_known", ContactFactory, {"allowed_channels": ["pigeon"]}),
    (
        "contact_reaches_the_person_or_says_that_nothing_does",
        ContactFactory,
        {"phone_1": "", "email": "", "allowed_channels": ["call"]},
    ),
    ("trip_returns_after_it_departs", TripFactory, {"departure_date": date(2026, 1, 1)}),
    ("work_sector_is_known", JobFactory, {"sector": "magic"}),
    ("work_ends_after_it_begins", JobFactory, {"end_date": date(2018, 12, 31)}),
    ("phase_ends_after_it_begins", PhaseFactory, {"ends_on": date(2019, 1, 1)}),
    (
        "case_closes_after_it_opens",
        lambda: CaseFactory(state="closed"),
        {"closed_on": date(2020, 1, 1)},
    ),
    ("case_has_both_answers_or_none", CaseFactory, {"outcome": "eligible"}),
    ("assignment_kind_is_known", AssignmentFactory, {"kind": "friend"}),
    ("consent_codes_are_known", ConsentFactory, {"purpose": "anything"}),
    ("consent_by_thumbprint_has_a_witness", ConsentFactory, {"channel": "thumbprint"}),
    (
        "consent_withdrawn_by_somebody_at_some_time",
        ConsentFactory,
        {"withdrawn_at": timezone.now()},
    ),
    ("service_record_codes_are_known", ServiceRecordFactory, {"service": "9z"}),
    (
        "service_record_voided_with_a_reason",
        ServiceRecordFactory,
        {"voided_at": timezone.now()},
    ),
    ("suspicion_likeness_is_known", suspicion, {"likeness": "perhaps"}),
    ("task_kind_is_known", task, {"kind": "chore"}),
    ("task_done_by_somebody_at_some_time", task, {"done_at": timezone.now()}),
    ("import_stage_is_known", batch, {"state": "lost"}),
    ("import_keeps_no_file_when_it_is_over", batch, {"state": "imported", "file": "imports/a"}),
    ("import_keeps_no_file_when_it_is_over", batch, {"state": "discarded", "file": "imports/a"}),
    ("import_row_codes_are_known", row, {"outcome": "perhaps"}),
    (
        "import_row_without_consent_keeps_nothing",
        row,
        {"outcome": "no_consent", "values": {"given_names": "Ana"}},
    ),
]


@pytest.mark.parametrize(
    ("name", "make", "values"),
    [pytest.param(*each, id=f"{each[0]}-{place}") for place, each in enumerate(REFUSED)],
)
def test_the_database_refuses_what_is_wrong(name, make, values):
    record = make()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        type(record).objects.filter(pk=record.pk).update(**values)


@pytest.mark.parametrize("answers", [{"reasons": ["bad_luck"]}, {"certification_track": "maybe"}])
def test_a_decision_has_codes_that_are_known(answers):
    with pytest.raises(IntegrityError, match="decision_codes_are_known"), transaction.atomic():
        decide(**answers)


def twice(name):
    """Two records of which the database takes only one."""
    person, user = PersonFactory(), UserFactory()
    record, values = {
        "document_one_person_per_dui": lambda: (
            DocumentFactory(number="90000001-7"),
            {"number": "90000001-7", "person": person, "doc_type": "dui_expired"},
        ),
        "assignment_one_caseworker_at_a_time": lambda: (
            AssignmentFactory(person=person),
            {"person": person, "user": user},
        ),
        "assignment_once_per_kind_and_user": lambda: (
            AssignmentFactory(person=person, user=user, kind="evaluation"),
            {"person": person, "user": user, "kind": "evaluation"},
        ),
        "consent_one_in_force_per_purpose": lambda: (
            ConsentFactory(person=person),
            {"person": person},
        ),
        "service_record_once_per_source": lambda: (
            ServiceRecordFactory(person=person, source="a:1"),
            {"person": person, "source": "a:1"},
        ),
        "case_one_per_episode": lambda: (
            CaseFactory(person=person, state="closed", closed_on=LATER, opened_on=EARLIER),
            {"person": person},
        ),
    }[name]()
    factories = {
        IdentityDocument: DocumentFactory,
        Assignment: AssignmentFactory,
        Consent: ConsentFactory,
        ServiceRecord: ServiceRecordFactory,
        Case: CaseFactory,
    }
    return lambda: factories[type(record)](**values)


@pytest.mark.parametrize(
    "name",
    [
        "document_one_person_per_dui",
        "assignment_one_caseworker_at_a_time",
        "assignment_once_per_kind_and_user",
        "consent_one_in_force_per_purpose",
        "service_record_once_per_source",
        "case_one_per_episode",
    ],
)
def test_the_database_refuses_what_is_there_already(name):
    again = twice(name)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        again()


def test_the_same_line_of_a_file_counts_one_head():
    head = {"office": OrganizationFactory(), "on": LATER, "sex": "F", "age_band": "unknown"}
    HeadCount.objects.create(**head, import_sha256="a" * 64, import_row=7)
    HeadCount.objects.create(**head)
    HeadCount.objects.create(**head)

    with pytest.raises(IntegrityError, match="head_count_once_per_row"), transaction.atomic():
        HeadCount.objects.create(**head, import_sha256="a" * 64, import_row=7)


def test_a_line_comes_once_in_a_batch():
    first = row()

    with pytest.raises(IntegrityError, match="import_row_once_per_batch"), transaction.atomic():
        row(batch=first.batch)


def test_two_phases_of_a_programme_do_not_overlap():
    phase = PhaseFactory()

    with pytest.raises(IntegrityError, match="phase_one_at_a_time"), transaction.atomic():
        PhaseFactory(code="otra", starts_on=phase.ends_on, ends_on=date(2035, 1, 1))


def test_nobody_is_merged_into_herself_or_suspected_of_being_herself():
    person = PersonFactory()

    with pytest.raises(IntegrityError, match="person_not_merged_into"), transaction.atomic():
        Person.objects.update(merged_into=person)
    with pytest.raises(IntegrityError, match="about_two_people"), transaction.atomic():
        Suspicion.objects.create(person=person, other=person)


def test_the_state_of_an_import_that_is_over_leads_nowhere():
    assert set(IMPORT_MOVES) == set(ImportStage)
    assert IMPORT_MOVES[ImportStage.UNDONE] == IMPORT_MOVES[ImportStage.DISCARDED] == set()
    assert IMPORT_MOVES[ImportStage.IMPORTED] == {ImportStage.UNDOING}
    assert ImportStage.DISCARDED not in IMPORT_MOVES[ImportStage.IMPORTING]


def test_the_counts_of_an_import_name_every_outcome():
    first = row(outcome="new")
    row(batch=first.batch, sheet_row=6, outcome="error")
    row(batch=first.batch, sheet_row=7, outcome="error")

    assert first.batch.outcome_counts() == [
        (RowOutcome.NEW, 1),
        (RowOutcome.DUPLICATE, 0),
        (RowOutcome.POSSIBLE_DUPLICATE, 0),
        (RowOutcome.ERROR, 2),
        (RowOutcome.NO_CONSENT, 0),
    ]


def test_names_are_found_by_every_word_in_any_writing():
    oscar = PersonFactory(given_names="Óscar", surnames="Núñez D’Aubuisson")
    PersonFactory(given_names="Óscar", surnames="Paz")

    for text in ("oscar nunez", "NÚÑEZ ÓSCAR", "daubuisson", "d'aubui nuñ"):
        assert list(Person.objects.named(text)) == [oscar], text


def test_a_name_that_nobody_writes_like_that_finds_those_who_sound_alike():
    gonzalez = PersonFactory(given_names="Cecilia", surnames="González")

    assert list(Person.objects.called("sesilia gonsales")) == [gonzalez]
    gonsales = PersonFactory(given_names="Sesilia", surnames="Gonsales")
    assert list(Person.objects.called("sesilia gonsales")) == [gonsales]


def test_the_age_follows_the_birthday():
    today = timezone.localdate()
    born = today.replace(year=today.year - 30, day=min(today.day, 28))

    assert PersonFactory(birth_date=born).age == 30
    assert PersonFactory(birth_date=None, birth_precision="").age is None


@pytest.mark.parametrize(("language", "text"), [("es", "Guatemala"), ("en", "Guatemala!")])
def test_a_code_is_shown_in_the_language_of_the_page(language, text):
    code = LookupFactory(code="GT", es="Guatemala", en="Guatemala!")

    with override(language):
        assert str(code) == text


def test_a_retired_code_is_offered_no_more():
    LookupFactory(code="ZZ", retired=True)
    kept = LookupFactory(code="US")

    assert list(LookupValue.objects.of("countries")) == [kept]


def test_an_address_holds_the_public_id_and_never_the_key():
    person = PersonFactory()

    assert person.get_absolute_url() == f"/personas/{person.public_id}/"


def test_what_is_named_by_its_moment_says_the_day_and_hour_of_el_salvador():
    evening = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)

    assert str(ListExport(asked_at=evening)) == "22/11/2026 19:30"
    assert str(Registration(begun_at=evening)).endswith(" 22/11/2026")
    assert str(IntakeNote(recorded_at=evening)) == "22/11/2026"
