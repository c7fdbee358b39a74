"""The intake workbook as field offices send it, row by row.

`registro_2022_expected.csv` says what the rules make of each of its rows. It was worked out
from the text of the rules by itself, apart from this code: for a row that may be somebody
else, it names the earlier rows; for an error, what is wrong.
"""

from collections import Counter
from datetime import date
from io import BytesIO

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import override_settings
from openpyxl import load_workbook

from accounts.models import Organization
from beneficiaries.actions import imports
from beneficiaries.actions.cases import current_case, inputs_changed_since, latest_decision
from beneficiaries.actions.import_rows import CHUNK
from beneficiaries.choices import ImportStage, Likeness, RowOutcome, Service, Sex
from beneficiaries.exports import write_rows_to_correct
from beneficiaries.jobs import run_import
from beneficiaries.models import (
    Case,
    Consent,
    HeadCount,
    IntakeNote,
    PeopleImport,
    Person,
    Phase,
    ServiceRecord,
)
from tests.beneficiaries.importing import WORKBOOK, confirm, expected, how_many, read_in, run

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def intake(reference, django_db_blocker, tmp_path_factory):
    """The whole intake workbook, imported by the job in as many parts as it takes."""
    folder = tmp_path_factory.mktemp("files")
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        override_settings(MEDIA_ROOT=folder),
    ):
        batch = read_in(WORKBOOK.read_bytes(), office=Organization.objects.get(code="central"))
        run(batch)
        before = how_many()
        confirm(batch)
        parts = []
        while batch.state != ImportStage.IMPORTED:
            run_import(import_id=batch.pk)
            batch.refresh_from_db()
            parts.append(batch.done)
        with connection.cursor() as cursor:
            cursor.execute(
                "ANALYZE beneficiaries_person, beneficiaries_case"
            )  # as the server does by itself, a while after
        yield {"batch": batch, "before": before, "parts": parts}
        transaction.set_rollback(True)


@pytest.fixture
def batch(intake):
    return PeopleImport.objects.get(pk=intake["batch"].pk)


def test_nothing_is_written_before_it_is_confirmed(intake):
    assert set(intake["before"].values()) == {0}


def test_the_rows_are_written_in_parts(intake):
    assert intake["parts"] == [CHUNK, 2 * CHUNK, 640]


def test_every_row_of_the_intake_workbook_comes_to_what_the_rules_say(batch):
    rows = {str(row.sheet_row): row for row in batch.rows.all()}

    assert set(rows) == set(expected())
    wrong = [
        (number, row.outcome, row.eligibility, row.reason)
        for number, row in rows.items()
        if (row.outcome, row.eligibility)
        != (expected()[number]["outcome"], expected()[number]["eligibility"])
    ]
    assert wrong == []
    assert dict(batch.outcome_counts()) == {
        RowOutcome.NEW: 523,
        RowOutcome.DUPLICATE: 21,
        RowOutcome.POSSIBLE_DUPLICATE: 40,
        RowOutcome.ERROR: 42,
        RowOutcome.NO_CONSENT: 14,
    }
    assert Counter(row.eligibility for row in rows.values() if row.eligibility) == {
        "eligible": 262,
        "not_certification_track": 252,
        "pending": 9,
    }


def test_every_row_says_why(batch):
    words = {
        "birth_date": "Fecha de nacimiento: ",
        "birth_after_registration": "El nacimiento no es anterior al registro.",
        "dui": "DUI: El último dígito",
        "municipality": "Municipio: ",
    }
    for row in batch.rows.all():
        why = expected()[str(row.sheet_row)]["reason"]
        if row.outcome == RowOutcome.NEW:
            assert row.reason == why, row.sheet_row
        elif row.outcome == RowOutcome.ERROR:
            assert row.reason.startswith(words[why]), (row.sheet_row, row.reason)
        elif row.outcome == RowOutcome.NO_CONSENT:
            assert row.reason == ""
        else:
            assert row.reason.endswith(".")


def test_each_new_row_is_a_person_and_no_other_is(batch):
    rows = batch.rows.select_related("person")

    assert Person.objects.count() == 523
    assert {row.outcome for row in rows if row.person_id} == {RowOutcome.NEW}
    assert len({row.person_id for row in rows if row.person_id}) == 523
    assert all(row.written for row in rows)


def test_the_queue_knows_whom_a_row_may_be(batch):
    people = dict(batch.rows.values_list("sheet_row", "person"))
    for row in batch.rows.filter(outcome=RowOutcome.POSSIBLE_DUPLICATE):
        earlier = map(int, expected()[str(row.sheet_row)]["reason"].split())
        alike = {people[number] for number in earlier} - {None}
        assert alike <= set(row.people_alike().values_list("pk", flat=True)), row.sheet_row
        assert row.likeness == Likeness.OPEN


@pytest.mark.rule("CASE-3")
def test_of_who_did_not_agree_nothing_is_kept_but_a_head(batch):
    numbers = {int(each) for each, row in expected().items() if row["outcome"] == "no_consent"}
    sheet = load_workbook(WORKBOOK)["Registro"]
    theirs = [[cell.value for cell in sheet[number]] for number in sorted(numbers)]
    documents = {str(cells[5]).strip().replace("-", "") for cells in theirs if cells[5]}

    stored = "\n".join(
        str(values)
        for model in apps.get_models()
        for values in model._base_manager.values()
        if model._meta.app_label in {"accounts", "beneficiaries"}
    ).replace("-", "")

    assert len(documents) == 14
    assert not [each for each in documents if each in stored]
    for row in batch.rows.filter(sheet_row__in=numbers):
        assert (row.values, row.person, row.like, row.reason) == ({}, None, [], "")
    assert set(HeadCount.objects.values_list("import_row", flat=True)) == numbers
    assert set(HeadCount.objects.values_list("import_sha256", flat=True)) == {batch.sha256}


@pytest.mark.rule("CASE-3")
@pytest.mark.parametrize(
    ("number", "on", "sex", "band", "district"),
    [
        (23, date(2022, 1, 31), "F", "36-50", "San Vicente"),
        (28, date(2022, 3, 30), "M", "36-50", "Santa Ana"),
        (646, date(2022, 4, 7), "M", "18-24", "La Palma"),
    ],
)
def test_a_head_has_its_day_sex_age_and_place(batch, number, on, sex, band, district):  # noqa: PLR0917
    head = HeadCount.objects.get(import_row=number)

    assert (head.on, head.sex, head.age_band, head.district.name) == (on, sex, band, district)
    assert head.office == batch.office


def test_the_workbook_itself_is_erased(batch):
    assert batch.file.name == ""
    assert batch.state == ImportStage.IMPORTED


@pytest.mark.rule("CASE-4")
def test_minors_have_no_case_and_all_others_one(batch):
    minors = batch.rows.filter(reason="age_below_min").values_list("person", flat=True)

    assert minors.count() == 12
    without = Person.objects.filter(cases=None)
    assert set(without.values_list("pk", flat=True)) == set(minors)
    assert Case.objects.count() == 523 - 12


@pytest.mark.rule("CASE-10")
def test_every_case_has_its_decision_frozen_and_none_asks_to_evaluate_again():
    answers = Counter()
    people = Person.objects.prefetch_related("trips", "jobs__country").exclude(cases=None)
    for person in people:
        case = current_case(person)
        decision = latest_decision(case)
        assert not inputs_changed_since(decision, person), person.file_number
        assert (case.certification_track, case.outcome) == (
            decision.certification_track,
            decision.outcome,
        )
        assert decision.rule_set == case.phase.rule_set
        answers[case.outcome] += 1
    assert answers == {"eligible": 262, "eligible_partial": 240, "pending": 9}


def test_the_phase_is_that_of_the_day_of_registration():
    phase = Phase.objects.get(code="fase-2021-2024")

    assert set(Case.objects.values_list("phase", flat=True)) == {phase.pk}


def test_every_new_row_received_the_early_attention_on_its_day():
    services = ServiceRecord.objects.select_related("person")

    assert services.count() == 523
    for each in services:
        assert (each.service, each.on) == (Service.EARLY_ATTENTION, each.person.registered_on)
        assert (each.status, each.sector) == (each.person.status, each.person.sector)
        assert each.organization_id == each.person.office_id


def test_everybody_is_held_by_the_office_of_her_newest_case():
    for person in Person.objects.exclude(cases=None):
        assert person.office_id == current_case(person).office_id
    assert Person.objects.without_caseworker().count() == 523


@pytest.mark.rule("CASE-3")
def test_a_yes_is_consent_for_the_registration_alone():
    assert Consent.objects.count() == 523
    assert set(Consent.objects.values_list("purpose", "granted")) == {("registration", True)}


def test_file_numbers_follow_each_other_within_their_year():
    by_year = {}
    for number in Person.objects.values_list("file_number", flat=True):
        _prefix, year, place = number.split("-")
        by_year.setdefault(year, []).append(int(place))

    assert set(by_year) == {"2022", "2023"}
    for places in by_year.values():
        assert sorted(places) == list(range(1, len(places) + 1))
    for year, places in by_year.items():
        assert Person.objects.filter(registered_on__year=int(year)).count() == len(places)


@pytest.fixture
def sheet_row(batch):
    def row(number):
        return batch.rows.select_related("person").get(sheet_row=number)

    return row


def test_a_row_is_kept_as_it_stood_where_its_columns_have_a_place(sheet_row):
    kept = sheet_row(5).values

    assert kept["given_names"] == "Josué Daniel"
    assert kept["birth_date"] == "08-03-1969"
    assert kept["dui"] == "902000047"
    assert kept["phone"] == "(503) 66402286"
    assert kept["return_date"] == "2021-04-08"
    assert kept["unmapped"] == {}  # nobody here agreed to sensitive data


@pytest.mark.rule("CASE-3")
def test_remarks_are_not_kept_of_who_did_not_agree_to_sensitive_data(sheet_row):
    assert load_workbook(WORKBOOK)["Registro"].cell(5, 19).value == "@SUM(A1:A9)"

    assert "notes" not in sheet_row(5).values
    assert not IntakeNote.objects.exists()


def test_a_person_is_what_her_row_says(sheet_row):
    person = sheet_row(7).person  # row 3 of the sheet's own numbering

    assert (person.given_names, person.surnames, person.sex) == (
        "Ángel Jorge",
        "Palacios Morán",
        Sex.M,
    )
    assert (person.birth_date, person.birth_precision) == (date(1979, 4, 30), "day")
    assert person.documents.get().number == "90200008-9"
    assert person.contact.phone_1.as_e164 == "+50372004583"
    assert (person.district.name, person.district.department.name) == (
        "Nueva Trinidad",
        "Chalatenango",
    )
    trip, job = person.trips.get(), person.jobs.get()
    assert (trip.return_country.code, trip.return_date) == ("MX", date(2022, 10, 22))
    assert not hasattr(trip, "circumstances")
    assert (job.country.code, job.sector, job.position) == ("MX", "tourism", "Mesera")
    assert (job.start_date, job.end_date) == (date(2020, 4, 11), date(2022, 10, 10))
    assert (person.registered_on, person.status) == (date(2023, 4, 15), "returned_mx")
    assert job.isco


def test_what_cannot_be_read_stays_empty(sheet_row):
    person = sheet_row(11).person
    assert person.contact.phone_1 == ""
    assert person.contact.allowed_channels == []


def test_every_sex_is_read():
    sheet = load_workbook(WORKBOOK)["Registro"]
    new = [int(each) for each, row in expected().items() if row["outcome"] == "new"]
    meaning = {"m": "M", "h": "M", "masculino": "M", "f": "F", "femenino": "F", "mujer": "F"}
    counted = Counter(
        meaning.get(str(sheet.cell(number, 4).value or "").strip().lower(), "X") for number in new
    )

    assert Counter(Person.objects.values_list("sex", flat=True)) == counted


def test_the_rows_to_correct_are_handed_back_as_they_stood(batch):
    file = BytesIO()

    written = write_rows_to_correct(file, batch, batch.rows.filter(outcome=RowOutcome.ERROR))

    sheet = load_workbook(file).active
    header = [cell.value for cell in sheet[1]]
    assert written == sheet.max_row - 1 == 42
    assert header[:3] == ["Nombres", "Apellidos", "Sexo"]
    assert not {"N°", "Tipo de retorno"} & set(header)  # of which nothing is kept without a yes
    assert header[-2:] == ["Qué corregir", "Fila"]
    for cells in sheet.iter_rows(min_row=2):
        assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
        number = cells[-1].value
        assert expected()[str(number)]["outcome"] == "error"
    assert sheet.cell(2, header.index("Fila") + 1).data_type == "n"


def test_the_rows_to_correct_can_be_sent_back_once_they_are_corrected(batch):
    """Whatever the way out has put before a text so that it runs as no formula is taken off."""
    file = BytesIO()
    write_rows_to_correct(file, batch, batch.rows.filter(outcome=RowOutcome.ERROR))

    again = run(read_in(file.getvalue()))

    first = {
        row.values["dui"]: row for row in batch.rows.filter(outcome="error") if "dui" in row.values
    }
    for row in again.rows.all():
        assert row.outcome == RowOutcome.ERROR
        if row.values.get("dui") in first:
            before = dict(first[row.values["dui"]].values)
            after = dict(row.values)
            before.pop("unmapped"), after.pop("unmapped")
            assert after == before
    assert again.rows.count() == 42


def test_the_same_file_again_is_judged_afresh_and_can_write_nothing(batch):
    before = how_many()

    again = run(read_in(WORKBOOK.read_bytes(), office=batch.office))

    counts = dict(again.outcome_counts())
    assert sum(counts.values()) == 640
    assert counts[RowOutcome.NEW] == 0
    assert (counts[RowOutcome.ERROR], counts[RowOutcome.NO_CONSENT]) == (42, 14)
    assert imports.was_imported(again)
    with pytest.raises(imports.AlreadyImported):
        confirm(again)
    assert how_many() == before
