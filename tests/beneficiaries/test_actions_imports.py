"""A workbook of people on its way in: what comes of each row, and that nothing comes twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Activity
from beneficiaries.actions import imports
from beneficiaries.actions.cases import decide_eligibility, inputs_changed_since
from beneficiaries.actions.import_rows import CHUNK
from beneficiaries.actions.people import take_file_numbers
from beneficiaries.choices import ConsentPurpose, ImportStage, Likeness, TaskKind
from beneficiaries.exports import write_rows_to_correct
from beneficiaries.jobs import run_import, run_waiting_imports
from beneficiaries.models import (
    Case,
    Consent,
    HeadCount,
    IdentityDocument,
    ImportRow,
    IntakeNote,
    PeopleImport,
    Person,
    ServiceRecord,
    Task,
    Trip,
    TripCircumstances,
    WorkExperience,
)
from beneficiaries.rules.spreadsheet import UnreadableWorkbook
from genesis.lib.background import MAX_ATTEMPTS, PAUSE, WorkState, due
from genesis.lib.states import MoveNotAllowed, OtherContent, StaleRecord
from tests.beneficiaries.answers import dui
from tests.beneficiaries.importing import (
    WORKBOOK,
    checked,
    confirm,
    files_left,
    how_many,
    imported,
    outcomes,
    read_in,
    run,
)
from tests.beneficiaries.workbooks import content, line, upload
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    DistrictFactory,
    DocumentFactory,
    LookupFactory,
    NoticeFactory,
    PersonFactory,
    PhaseFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(db):
    """As little of the reference data as rows like `line()` need."""
    NoticeFactory()
    PhaseFactory()
    LookupFactory(code="US", es="Estados Unidos", en="United States")
    LookupFactory(list="return_type", code="deported", es="Deportación", en="Deportation")
    return DistrictFactory()


@pytest.mark.rule("CASE-1")
@pytest.mark.parametrize(
    ("known", "row", "outcome"),
    [
        ({}, {}, "duplicate"),
        ({"number": dui(8)}, {}, "new"),
        ({"number": ""}, {}, "possible_duplicate"),
        ({"number": dui(8)}, {"DUI": None}, "possible_duplicate"),
        ({"number": ""}, {"Nombres": "Elena Rosa b", "Apellidos": "ALAS MENJIVAR"}, "new"),
        ({"number": ""}, {"Nombres": "b Rosa", "Apellidos": "ALAS Menjivar"}, "possible_duplicate"),
        ({"number": ""}, {"Fecha nac.": date(1991, 5, 10)}, "possible_duplicate"),
        ({"number": ""}, {"Fecha nac.": date(1991, 5, 11)}, "new"),
        ({"number": ""}, {"Fecha nac.": None}, "new"),
        ({"number": ""}, {"Nombres": "Otra"}, "new"),
    ],
)
def test_a_row_meets_the_people_who_are_there(small, known, row, outcome):
    person = PersonFactory(
        given_names="Rosa b", surnames="Menjívar Alas", birth_date=date(1990, 5, 10)
    )
    number = {"number": dui(90000001)} | known
    DocumentFactory(person=person, **number, status="valid" if number["number"] else "lost")

    batch = checked(line(1, **{"Nombres": "Rosa b"} | row), office=person.office)

    found = batch.rows.get()
    assert found.outcome == outcome
    assert found.like == ([person.pk] if outcome == "possible_duplicate" else [])


def test_the_people_of_other_offices_are_met_too(small):
    DocumentFactory(number=dui(90000001))

    assert checked(line(1)).rows.get().outcome == "duplicate"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({}, {"DUI": dui(90000001)}, ["new", "duplicate"]),
        ({"DUI": None}, {"DUI": None}, ["new", "possible_duplicate"]),
        ({"Consentimiento": "no"}, {"DUI": dui(90000001)}, ["no_consent", "new"]),
        ({"Municipio": "Nada"}, {"DUI": dui(90000001)}, ["error", "new"]),
        ({"Teléfono": "7777-0000"}, {"Teléfono": "7777-0000", "Nombres": "Ana"}, ["new", "new"]),
    ],
)
def test_a_row_meets_the_rows_before_it(small, first, second, expected):
    batch = checked(line(1, **first), line(2, **{"Nombres": "Rosa b"} | second))

    assert list(outcomes(batch).values()) == expected


def test_a_possible_duplicate_is_met_by_the_rows_after_it(small):
    """The second may be the first; the third has the DUI of the second."""
    batch = checked(
        line(1, DUI=None), line(2, Nombres="Rosa b"), line(3, Nombres="Otra", DUI=dui(90000002))
    )

    assert list(outcomes(batch).values()) == ["new", "possible_duplicate", "duplicate"]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [({"Consentimiento": text}, "new") for text in ("Sí", "si", "SÍ ", "Si\u0301")]
    + [({"Consentimiento": text}, "no_consent") for text in ("No", "", None, "x", "Sí, pero no", 1)]
    + [
        ({"Fecha de registro": date(2019, 1, 1)}, "error"),
        ({"Fecha de registro": None}, "error"),
        ({"Fecha nac.": date(2026, 3, 2)}, "error"),
        ({"Fecha nac.": date(2026, 3, 1), "Fecha de retorno": None}, "new"),
        ({"Fecha nac.": "no sabe"}, "error"),
        ({"Fecha nac.": "31/02/1990"}, "error"),
        ({"DUI": "90000001-8"}, "error"),
        ({"Departamento": None}, "new"),
        ({"Departamento": "La Paz"}, "error"),
        ({"Municipio": None}, "new"),
        ({"Inicio trabajo exterior": None, "Fin trabajo exterior": None}, "new"),
        ({"Nombres": None, "Apellidos": None}, "error"),
        ({"Nombres": "\u02bc", "Apellidos": None}, "error"),
        ({"Nombres": "ñ" * 120, "Apellidos": "ﷺ" * 120}, "new"),
        ({"Nombres": "a" * 121}, "error"),
        ({"Nombres": "a\x07b"}, "error"),
        ({"Observaciones": "a\x07b"}, "error"),
        ({"Observaciones": "=cmd|' /C calc'!A0"}, "new"),
    ],
    ids=str,
)
def test_a_row_comes_to_one_outcome_and_the_good_ones_are_written(small, row, outcome):
    batch = imported(line(1, **row))

    assert batch.state == ImportStage.IMPORTED
    assert list(outcomes(batch).values()) == [outcome]
    assert Person.objects.count() == (outcome == "new")
    assert HeadCount.objects.count() == (outcome == "no_consent")


def test_a_day_with_an_hour_is_that_day(small):
    moment = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001

    batch = imported(line(1, **{"Fecha de registro": moment}))

    assert batch.state == ImportStage.IMPORTED
    assert Person.objects.get().registered_on == date(2026, 3, 2)


NO_WORK = {
    "Sector": None,
    "Ocupación": None,
    "Inicio trabajo exterior": None,
    "Fin trabajo exterior": None,
}


@pytest.mark.rule("CASE-10")
@pytest.mark.parametrize(
    ("row", "outcome", "jobs"),
    [
        ({}, "pending", 1),
        ({"País de retorno": None}, "pending", 0),
        ({"País de retorno": "Wakanda"}, "pending", 0),
        ({"País de retorno": "Guatemala"}, "eligible_partial", 1),
        ({"País de retorno": None, "Ocupación": "Techador"}, "pending", 1),
        ({"País de retorno": None, "Sector": "Otro"}, "eligible_partial", 1),
        ({"Fin trabajo exterior": date(2021, 1, 1)}, "pending", 1),
    ],
    ids=str,
)
def test_what_eligibility_was_decided_on_is_what_is_stored(small, row, outcome, jobs):
    LookupFactory(code="GT", es="Guatemala", en="Guatemala")

    imported(line(1, **NO_WORK | row))

    person = Person.objects.get()
    case = person.cases.get()
    assert (case.outcome, person.jobs.count()) == (outcome, jobs)
    assert not inputs_changed_since(case.decisions.get(), person)
    again = decide_eligibility(case, version=case.version, by=UserFactory())
    assert again.outcome == outcome


def test_whose_a_telephone_is_and_whether_it_may_be_used_is_not_made_up(small):
    imported(line(1))

    contact = Person.objects.get().contact
    assert contact.phone_1.as_e164 == "+50377771234"
    assert (contact.phone_1_owner, contact.allowed_channels) == ("", [])
    assert not contact.safe_to_identify_project


@pytest.mark.rule("CASE-3")
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("told", "code", "text"), [("Deportada", "deported", ""), ("Voluntario", None, "Voluntario")]
)
def test_how_somebody_returned_is_kept_of_who_agreed_to_sensitive_data(told, code, text):
    said = {1: "Sí", 2: "No", 3: None}
    rows = [
        line(each, **{"Tipo de retorno": told, "Acepta datos sensibles": answer})
        for each, answer in said.items()
    ]

    batch = run(read_in(content(*rows, columns=[*rows[0]])))
    confirm(batch)
    run(batch)

    kept = TripCircumstances.objects.get()
    assert (kept.return_type and kept.return_type.code, kept.return_type_text) == (code, text)
    assert ["return_type" in row.values for row in batch.rows.order_by("sheet_row")] == [
        answer == "Sí" for answer in said.values()
    ]
    agreed = Consent.objects.in_force().for_purpose(ConsentPurpose.SENSITIVE)
    assert agreed.get().person == kept.person == Person.objects.get(given_names__endswith=" b")


@pytest.mark.rule("CASE-3")
@pytest.mark.usefixtures("small")
def test_a_remark_becomes_an_intake_note_of_who_agreed_to_sensitive_data():
    remarks = {1: ("Sí", "La buscan"), 2: ("No", "Lo buscan"), 3: (None, "Las buscan")}

    batch = imported(
        *(
            line(each, **{"Acepta datos sensibles": answer, "Observaciones": text})
            for each, (answer, text) in remarks.items()
        )
    )

    assert [row.values.get("notes") for row in batch.rows.order_by("sheet_row")] == [
        "La buscan",
        None,
        None,
    ]
    assert IntakeNote.objects.get().text == "La buscan"


@pytest.mark.rule("CASE-3")
def test_what_has_no_place_is_kept_of_who_agreed_to_sensitive_data(small):
    rows = [
        line(each, **{"Amenazas": "De la mara", "Acepta datos sensibles": answer})
        for each, answer in enumerate(["Sí", "No", None], start=1)
    ]

    batch = run(read_in(content(*rows, columns=[*rows[0]])))

    kept = [row.values["unmapped"] for row in batch.rows.order_by("sheet_row")]
    assert kept == [{"N°": "1", "Amenazas": "De la mara"}, {}, {}]


@pytest.mark.rule("CASE-3")
@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2099, 1, 1), "no sabe", None])
def test_a_head_is_counted_on_no_day_that_is_to_come(small, time_machine, day):
    time_machine.move_to(datetime(2026, 11, 22, 12, tzinfo=UTC))

    imported(line(1, **{"Fecha de registro": day, "Consentimiento": "no"}))

    head = HeadCount.objects.get()
    assert (head.on, head.age_band) == (date(2026, 11, 22), "36-50")


def test_a_workbook_has_no_more_rows_than_the_installation_takes(small, settings):
    settings.IMPORT_MAX_ROWS = 2
    assert read_in(content(line(1), line(2))).total == 2

    with pytest.raises(UnreadableWorkbook, match="tiene 3 filas, y se reciben 2"):
        read_in(content(line(1), line(2), line(3)))


def test_a_dui_in_a_cell_of_numbers_keeps_its_noughts(small):
    number = dui(1234567)

    imported(line(1, DUI=int(number.replace("-", ""))))

    assert IdentityDocument.objects.get().number == number


def test_what_a_sheet_can_hold_and_a_database_cannot_is_an_error_of_its_row(small):
    """Excel writes characters that XML has not as _x0000_: a reader turns them back."""
    batch = imported(
        line(1, Nombres="a_x0000_b"), line(2, Observaciones="_xD800_"), line(3, **{"N°": "_x0000_"})
    )

    assert batch.state == ImportStage.IMPORTED
    assert batch.rows.count() == 3


@pytest.mark.parametrize("name", ["x" * 300, "_x0000_", "=1+1", "<b>"])
def test_a_column_may_be_called_anything(small, name):
    columns = [*line(1), name]

    batch = run(read_in(content(line(1, **{name: "algo"}), columns=columns)))

    assert batch.rows.get().outcome == "new"


@pytest.mark.usefixtures("small")
def test_a_remark_that_looks_like_a_formula_stays_text_all_the_way():
    remarks = ["=HYPERLINK(1)", "+503 7777", "-1", "@SUM(A1)", "＝1", "\u200b=1"]
    agreed = {"Acepta datos sensibles": "Sí"}
    batch = imported(
        *(line(place, Observaciones=text, **agreed) for place, text in enumerate(remarks, start=1)),
        *(
            line(place, Observaciones=text, Municipio="Nada", **agreed)
            for place, text in enumerate(remarks, start=11)
        ),
    )
    assert set(IntakeNote.objects.values_list("text", flat=True)) == {
        *remarks[:-1],
        "=1",
    }
    file = BytesIO()

    write_rows_to_correct(file, batch, batch.rows.filter(outcome="error"))

    sheet = load_workbook(file).active
    place = [cell.value for cell in sheet[1]].index("Observaciones")
    cells = [row[place] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(str(cell.value).startswith(("=", "+", "-", "@", "＝")) for cell in cells)


@pytest.mark.usefixtures("small")
def test_an_explicit_phase_holds_for_all_rows():
    phase = PhaseFactory(
        code="otra", starts_on=date(2010, 1, 1), ends_on=date(2011, 1, 1), name="Otra"
    )

    imported(line(1), phase=phase)

    assert Case.objects.get().phase == phase


# From one stage to the next


@pytest.fixture
def registrar(office):
    return UserFactory(registrar=True, at=office)


@pytest.mark.rule("SEC-16")
@pytest.mark.usefixtures("small")
def test_the_same_upload_twice_is_one_batch(registrar, office):
    answers = {"key": uuid4(), "by": registrar, "office": office, "phase": None}

    first, again = (imports.upload_workbook(file=upload(line(1)), **answers) for _ in range(2))

    assert first == again == PeopleImport.objects.get()
    with pytest.raises(OtherContent):
        imports.upload_workbook(file=upload(line(2)), **answers)


@pytest.mark.usefixtures("small")
def test_a_workbook_that_cannot_be_read_leaves_nothing(registrar, office, media_root):
    answers = {"key": uuid4(), "by": registrar, "office": office, "phase": None}
    file = upload(line(1), columns=["a", "b", "c"])

    with pytest.raises(UnreadableWorkbook):
        imports.upload_workbook(file=file, **answers)

    assert not PeopleImport.objects.exists()
    assert files_left() == []


@pytest.mark.rule("SEC-15")
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("act", ["confirm_mapping", "confirm_import", "discard_import"])
def test_a_step_from_an_old_page_changes_nothing(act):
    batch = checked(line(1))
    old = batch.version - 1
    options = {"mapping": batch.mapping} if act == "confirm_mapping" else {}

    with pytest.raises(StaleRecord):
        getattr(imports, act)(batch, version=old, by=batch.uploaded_by, **options)

    batch.refresh_from_db()
    assert (batch.state, batch.version) == (ImportStage.CHECKED, old + 1)
    assert batch.file


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("act", ["confirm_mapping", "confirm_import", "discard_import"])
def test_an_import_that_is_over_is_over(act):
    batch = imported(line(1))
    options = {"mapping": batch.mapping} if act == "confirm_mapping" else {}

    with pytest.raises(MoveNotAllowed):
        getattr(imports, act)(batch, version=batch.version, by=batch.uploaded_by, **options)

    assert Person.objects.count() == 1


@pytest.mark.usefixtures("small")
def test_nothing_is_imported_that_was_not_checked():
    batch = read_in(content(line(1)))
    PeopleImport.objects.update(state=ImportStage.MAPPING)
    batch.refresh_from_db()

    with pytest.raises(MoveNotAllowed):
        confirm(batch)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", ["given_names", "surnames", "consent", "registration_date"])
def test_a_column_that_is_needed_must_have_a_place(name):
    batch = read_in(content(line(1)))
    mapping = {**batch.mapping, name: ""}
    PeopleImport.objects.update(state=ImportStage.MAPPING)

    with pytest.raises(ValidationError, match="qué columna"):
        imports.confirm_mapping(batch, version=batch.version, mapping=mapping, by=None)


@pytest.mark.usefixtures("small")
def test_a_column_holds_one_thing():
    batch = read_in(content(line(1)))
    mapping = {**batch.mapping, "surnames": "Nombres"}
    PeopleImport.objects.update(state=ImportStage.MAPPING)

    with pytest.raises(ValidationError) as refused:
        imports.confirm_mapping(batch, version=batch.version, mapping=mapping, by=None)

    assert refused.value.message_dict == {"surnames": ["Esta columna ya contiene: Nombres."]}


@pytest.mark.usefixtures("small")
def test_columns_that_have_no_place_are_kept_beside_the_row():
    row = line(1, **{"Acepta datos sensibles": "Sí"})
    batch = read_in(content(row, columns=[*row]))
    run(batch)
    mapping = {name: column for name, column in batch.mapping.items() if name != "phone"}
    imports.confirm_mapping(batch, version=batch.version, mapping=mapping, by=None)

    run(batch)

    kept = batch.rows.get().values
    assert "phone" not in kept
    assert kept["unmapped"] == {"N°": "1", "Teléfono": "7777-1234"}


@pytest.mark.usefixtures("small")
def test_a_discarded_workbook_and_what_its_rows_said_are_erased(
    django_capture_on_commit_callbacks,
):
    batch = checked(line(1), line(2, Consentimiento="no"))
    assert len(files_left()) == 1

    with django_capture_on_commit_callbacks(execute=True):
        imports.discard_import(batch, version=batch.version, by=batch.uploaded_by)

    batch.refresh_from_db()
    assert (batch.state, batch.file.name) == (ImportStage.DISCARDED, "")
    assert [row.values for row in batch.rows.all()] == [{}, {}]
    assert files_left() == []
    run(batch)
    assert not Person.objects.exists()
    assert not HeadCount.objects.exists()


@pytest.mark.usefixtures("small")
def test_the_workbook_is_erased_when_its_rows_are_in(django_capture_on_commit_callbacks):
    batch = checked(line(1), line(2, Consentimiento="no"))
    confirm(batch)
    assert len(files_left()) == 1

    with django_capture_on_commit_callbacks(execute=True):
        run(batch)

    assert batch.state == ImportStage.IMPORTED
    assert files_left() == []


# Meanwhile


@pytest.mark.rule("CASE-1")
@pytest.mark.usefixtures("small")
def test_who_was_registered_since_the_check_is_not_registered_again():
    batch = checked(line(1), line(2, DUI=None), line(3))
    DocumentFactory(number=dui(90000001))
    alike = PersonFactory(
        given_names="Rosa c", surnames="Menjívar Alas", birth_date=date(1990, 5, 10)
    )
    confirm(batch)

    run(batch)

    assert list(outcomes(batch).values()) == ["duplicate", "possible_duplicate", "new"]
    waiting = batch.rows.get(outcome="possible_duplicate")
    assert (waiting.like, waiting.likeness, waiting.eligibility) == ([alike.pk], "open", "")
    assert Person.objects.count() == 3


@pytest.mark.rule("SEC-19")
@pytest.mark.usefixtures("small")
def test_a_job_that_runs_again_does_nothing_more():
    batch = imported(line(1), line(2, Consentimiento="no"))
    before = how_many(), Activity.objects.count()

    for _each in range(3):
        run_import(import_id=batch.pk)

    assert (how_many(), Activity.objects.count()) == before


@pytest.mark.rule("SEC-19")
@pytest.mark.usefixtures("small")
def test_a_part_that_fails_is_tried_again_and_the_parts_before_it_stay():
    """Somebody has a number that the second part wants: it fails as a whole, until she has not."""
    batch = checked(*(line(number) for number in range(1, CHUNK + 21)))
    thief = PersonFactory(file_number=f"GS-2026-{CHUNK + 5:05}")
    confirm(batch)

    for _each in range(2):
        run_import(import_id=batch.pk)
    batch.refresh_from_db()

    assert (batch.state, batch.work_state, batch.attempts) == ("importing", "waiting", 1)
    assert batch.last_error == "IntegrityError"
    assert batch.done == batch.rows.filter(written=True).count() == CHUNK
    assert Person.objects.count() == CHUNK + 1
    assert due(PeopleImport) == []  # not at once

    Person.objects.filter(pk=thief.pk).update(file_number="GS-2025-00001")
    PeopleImport.objects.update(attempted_at=timezone.now() - 2 * PAUSE)
    assert due(PeopleImport) == [batch.pk]
    run(batch)

    assert batch.state == ImportStage.IMPORTED
    assert Person.objects.count() == CHUNK + 20 + 1
    assert IdentityDocument.objects.count() == CHUNK + 20


@pytest.mark.rule("SEC-19")
@pytest.mark.usefixtures("small")
def test_what_a_killed_worker_leaves_is_taken_up_after_a_while():
    batch = checked(*(line(number) for number in range(1, CHUNK + 11)))
    confirm(batch)
    run_import(import_id=batch.pk)
    # What stands in the row when a worker dies in the middle of the next part:
    left = {"work_state": WorkState.RUNNING, "attempts": 1, "attempted_at": timezone.now()}
    PeopleImport.objects.update(**left)

    run_import(import_id=batch.pk)
    batch.refresh_from_db()
    assert batch.done == CHUNK

    PeopleImport.objects.update(attempted_at=timezone.now() - PAUSE - timedelta(seconds=1))
    assert due(PeopleImport) == [batch.pk]
    run(batch)

    assert batch.state == ImportStage.IMPORTED
    assert Person.objects.count() == CHUNK + 10


@pytest.mark.usefixtures("small")
def test_after_some_attempts_an_import_is_visibly_dead():
    batch = checked(line(1))
    PersonFactory(file_number="GS-2026-00001")
    confirm(batch)

    for _each in range(MAX_ATTEMPTS + 2):
        run_import(import_id=batch.pk)

    batch.refresh_from_db()
    assert (batch.work_state, batch.attempts) == (WorkState.DEAD, MAX_ATTEMPTS)
    assert Person.objects.count() == 1
    assert due(PeopleImport) == []


@pytest.fixture
def waiting(small):
    """Three workbooks: one only uploaded, one that is to be checked, one to be written."""
    uploaded = read_in(content(line(1)))
    PeopleImport.objects.update(state=ImportStage.MAPPING, work_state=WorkState.DONE)
    being_checked, confirmed = read_in(content(line(2))), checked(line(3))
    confirm(confirmed)
    return uploaded, being_checked, confirmed


def test_the_clock_asks_again_for_what_is_left(waiting):
    _uploaded, being_checked, confirmed = waiting

    assert set(due(PeopleImport)) == {being_checked.pk, confirmed.pk}
    run_waiting_imports()


@pytest.mark.rule("SEC-19")
@pytest.mark.django_db(transaction=True)
def test_the_same_job_in_many_hands_writes_each_row_once(small):
    batch = checked(*(line(number) for number in range(1, 41)))
    confirm(batch)

    def work(_):
        try:
            run_import(import_id=batch.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))

    run(batch)
    assert batch.state == ImportStage.IMPORTED
    assert Person.objects.count() == ServiceRecord.objects.count() == 40
    assert Activity.objects.filter(verb="person.registered").count() == 40


@pytest.mark.rule("SEC-19")
@pytest.mark.django_db(transaction=True)
def test_the_same_file_confirmed_twice_at_once_is_imported_once(small):
    """Without DUI, nothing but the file itself says that the rows are the same."""
    lines = [line(number, DUI=None) for number in range(1, 11)]
    lines.append(line(11, Consentimiento="no"))
    book = content(*lines)  # the same bytes for both
    batches = [run(read_in(book)) for _each in range(2)]

    def import_it(batch):
        try:
            confirm(batch)
            run(batch)
        except imports.AlreadyImported:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        done = list(pool.map(import_it, batches))

    assert sorted(done) == [False, True]
    assert Person.objects.count() == 10
    assert HeadCount.objects.count() == 1


@pytest.mark.rule("SEC-19")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", ["command", "browser"])
def test_a_command_beside_another_import_of_the_file_writes_it_once(
    small, tmp_path, monkeypatch, other
):
    """Both have checked the file, and neither has written, when they go on to import it."""
    OrganizationFactory(code="central")
    lines = [line(number, DUI=None) for number in range(1, 6)]
    file = tmp_path / "registro.xlsx"
    file.write_bytes(content(*lines, line(6, Consentimiento="no")))
    uploaded = run(read_in(file.read_bytes())) if other == "browser" else None
    both, confirm_import = Barrier(2), imports.confirm_import

    def wait_for_the_other(batch, **options):
        both.wait(timeout=20)
        return confirm_import(batch, **options)

    monkeypatch.setattr(imports, "confirm_import", wait_for_the_other)

    def work(batch):
        try:
            if batch is None:
                return command(file=file)["outcome"]
            confirm(batch)
            run(batch)
        except imports.AlreadyImported:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        reports = list(pool.map(work, [None, uploaded]))

    assert PeopleImport.objects.filter(state=ImportStage.IMPORTED).count() == 1
    assert Person.objects.count() == ServiceRecord.objects.count() == 5
    assert HeadCount.objects.count() == 1
    if other == "command":  # the second says what would come of the file now
        assert sorted(report["new"] for report in reports) == [0, 5]
        assert PeopleImport.objects.count() == 1


def test_a_file_is_imported_once_whatever_the_code_does(small):
    batch = imported(line(1))

    with pytest.raises(IntegrityError, match="import_once_per_file"), transaction.atomic():
        PeopleImport.objects.create(
            sha256=batch.sha256, office=batch.office, state=ImportStage.IMPORTING
        )
    PeopleImport.objects.create(sha256=batch.sha256, office=batch.office, state=ImportStage.CHECKED)


def test_the_queries_of_a_part_do_not_grow_with_its_rows(small):
    counted = {}
    take_file_numbers(2026)  # the first of a year asks more
    for place, size in enumerate((10, 60)):
        first = 1000 * (place + 1)
        batch = checked(*(line(number) for number in range(first, first + size)))
        confirm(batch)
        with CaptureQueriesContext(connection) as queries:
            run(batch)
        assert batch.state == ImportStage.IMPORTED
        counted[size] = len(queries)

    assert counted[10] == counted[60] == 45


def test_the_queries_of_a_check_do_not_grow_with_the_rows(small):
    counted = {}
    for size in (10, 60):
        batch = read_in(content(*(line(number) for number in range(1, size + 1))))
        with CaptureQueriesContext(connection) as queries:
            run(batch)
        counted[size] = len(queries)

    assert counted[10] == counted[60] == 19


# The queue of possible duplicates


@pytest.fixture
def queue(small, office):
    """Rosa is there without DUI; the row may be her."""
    rosa = PersonFactory(
        given_names="Rosa b",
        surnames="Menjívar Alas",
        birth_date=date(1990, 5, 10),
        office=office,
    )
    said = {"Observaciones": "No llamar a la casa.", "Acepta datos sensibles": "Sí"}
    batch = imported(line(1, **said), office=office)
    return batch.rows.get(), rosa


def decide(row, likeness, of=None, **changes):
    by = UserFactory(registrar=True, at=row.batch.office)
    options = {"version": row.version, "likeness": likeness, "of": of, "by": by}
    return imports.decide_row(row, **options | changes)


def test_the_same_keeps_the_row_with_a_link_and_overwrites_nothing(queue):
    row, rosa = queue
    before = Person.objects.filter(pk=rosa.pk).values().get()

    row = decide(row, Likeness.SAME, of=rosa)

    assert (row.likeness, row.person) == (Likeness.SAME, rosa)
    assert row.values["notes"] == "No llamar a la casa."
    assert Person.objects.filter(pk=rosa.pk).values().get() == before
    assert Person.objects.count() == 1
    assert not IntakeNote.objects.exists()
    assert not rosa.documents.exists()
    kept = Activity.objects.get(verb="import_row.decided")
    assert kept.person_id == rosa.pk
    assert "No llamar" not in json.dumps(kept.changes)


def test_different_registers_her(queue):
    row, rosa = queue

    row = decide(row, Likeness.DIFFERENT)

    assert Person.objects.count() == 2
    assert row.person != rosa
    assert row.person.documents.get().number == dui(90000001)
    assert row.person.cases.get().outcome == "eligible"
    assert row.person.services.get().on == date(2026, 3, 2)
    assert row.person.intake_notes.get().text == "No llamar a la casa."
    assert row.person.office == row.batch.office


def written_by(person):
    """Who stands behind each record that the registration of a person leaves."""
    return {
        Activity.objects.get(verb="person.registered", record_id=person.pk).actor,
        *(each.recorded_by for each in person.consents.all()),
        person.services.get().recorded_by,
        person.cases.get().decisions.get().decided_by,
    }


def test_whoever_imports_or_decides_is_named_as_who_registered(queue):
    row, _rosa = queue
    by = UserFactory(registrar=True, at=row.batch.office)

    batch = imported(line(7))
    row = decide(row, Likeness.DIFFERENT, by=by)

    assert written_by(batch.rows.get().person) == {batch.uploaded_by}
    assert written_by(row.person) == {by}


def test_unsure_stays_in_the_queue_and_can_be_decided_later(queue):
    row, rosa = queue

    row = decide(row, Likeness.UNSURE)
    assert list(ImportRow.objects.to_decide()) == [row]
    assert (row.person, Person.objects.count()) == (None, 1)

    decide(row, Likeness.SAME, of=rosa)
    assert not ImportRow.objects.to_decide().exists()


def test_what_was_decided_is_not_decided_again(queue):
    row, rosa = queue
    decide(row, Likeness.DIFFERENT)
    row.refresh_from_db()

    with pytest.raises(imports.RowDecided):
        decide(row, Likeness.SAME, of=rosa)

    assert Person.objects.count() == 2


@pytest.mark.rule("SEC-15")
def test_a_decision_from_an_old_page_registers_nobody(queue):
    row, _rosa = queue
    decide(row, Likeness.UNSURE)

    with pytest.raises(StaleRecord):
        decide(row, Likeness.DIFFERENT, version=1)

    assert Person.objects.count() == 1


def test_the_same_needs_to_say_who(queue):
    row, _rosa = queue

    with pytest.raises(ValidationError, match="cuál"):
        decide(row, Likeness.SAME)

    assert ImportRow.objects.to_decide().get() == row


@pytest.mark.rule("CASE-1")
def test_different_with_a_dui_that_somebody_has_meanwhile_is_refused(queue):
    row, _rosa = queue
    DocumentFactory(number=dui(90000001), person__office=row.batch.office)

    with pytest.raises(ValidationError, match="este DUI"):
        decide(row, Likeness.DIFFERENT)

    assert ImportRow.objects.to_decide().get() == row


def test_another_refusal_of_the_database_is_not_taken_for_a_dui(queue):
    row, _rosa = queue
    PersonFactory(file_number="GS-2026-00001")

    with pytest.raises(IntegrityError, match="file_number"):
        decide(row, Likeness.DIFFERENT)


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_register_one(small, office):
    PersonFactory(
        given_names="Rosa b",
        surnames="Menjívar Alas",
        birth_date=date(1990, 5, 10),
        office=office,
    )
    row = imported(line(1), office=office).rows.get()
    users = UserFactory.create_batch(4, registrar=True, at=office)

    def click(by):
        try:
            return decide(row, Likeness.DIFFERENT, by=by)
        except (imports.RowDecided, StaleRecord):
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        decided = list(filter(None, pool.map(click, users)))

    assert len(decided) == 1
    assert Person.objects.count() == 2
    assert (Trip.objects.count(), WorkExperience.objects.count()) == (1, 1)


# Files of other offices


@pytest.fixture
def abroad(small):
    """Rosa's file, without DUI, and Ana's, with one: both at another office."""
    rosa = PersonFactory(
        given_names="Rosa b", surnames="Menjívar Alas", birth_date=date(1990, 5, 10)
    )
    ana = DocumentFactory(number=dui(90000002), person__office=rosa.office).person
    return rosa, ana


@pytest.mark.rule("CASE-1")
def test_files_of_other_offices_that_rows_meet_are_a_task_for_coordination(abroad, office):
    rosa, ana = abroad
    lines = [line(1), line(2), line(3), line(4, DUI=dui(90000002)), line(5, DUI=dui(90000003))]
    batch = checked(*lines, office=office)

    confirm(batch)
    run(batch)

    tasks = {task.person: task for task in Task.objects.all()}
    assert {person: task.kind for person, task in tasks.items()} == {
        rosa: TaskKind.LIKELY_ELSEWHERE,
        ana: TaskKind.SAME_DUI_ELSEWHERE,
    }
    for task in tasks.values():
        assert (task.office, task.raised_for) == (rosa.office, office)
        assert task.raised_by == batch.uploaded_by
    tried = Activity.objects.filter(verb="duplicate.met_elsewhere")
    assert {each.person_id for each in tried} == {rosa.pk, ana.pk}
    assert {each.actor for each in tried} == {batch.uploaded_by}
    told = {row.sheet_row: row.reason for row in batch.rows.filter(reason__contains="avisó")}
    assert told == {
        5: "Posible duplicado: se avisó a coordinación.",
        6: "Ya registrada: se avisó a coordinación.",
        8: "Ya registrada: se avisó a coordinación.",
    }


def test_files_of_the_own_office_are_no_task(queue):
    assert not Task.objects.exists()


def test_who_cannot_see_a_likely_file_does_not_say_that_it_is_of_somebody_else(abroad, office):
    rosa, _ana = abroad
    row = imported(line(1), office=office).rows.get()
    registrar = UserFactory(registrar=True, at=office)
    before = how_many(), Task.objects.count()

    with pytest.raises(ValidationError, match="otra oficina"):
        decide(row, Likeness.DIFFERENT, by=registrar)

    assert (how_many(), Task.objects.count()) == before
    tried = Activity.objects.filter(verb="duplicate.met_elsewhere", actor=registrar)
    assert tried.get().person_id == rosa.pk
    assert ImportRow.objects.to_decide().get() == row
    decide(row, Likeness.UNSURE, by=registrar)


def test_a_likely_file_that_another_office_opened_since_is_not_passed_over(queue):
    row, rosa = queue
    since = PersonFactory(
        given_names=rosa.given_names, surnames=rosa.surnames, birth_date=rosa.birth_date
    )

    with pytest.raises(ValidationError, match="otra oficina"):
        decide(row, Likeness.DIFFERENT)

    assert Task.objects.get().person == since


def test_namesakes_of_other_offices_do_no_harm(queue):
    row, rosa = queue
    PersonFactory(given_names=rosa.given_names, surnames=rosa.surnames, birth_date=date(1950, 1, 1))

    assert decide(row, Likeness.DIFFERENT).person.office == row.batch.office


def test_coordination_of_both_offices_may_say_that_she_is_somebody_else(abroad, office):
    row = imported(line(1), office=office).rows.get()

    row = decide(row, Likeness.DIFFERENT, by=UserFactory(programme_coordinator=True))

    assert row.person.documents.get().number == dui(90000001)


@pytest.mark.rule("CASE-1")
def test_a_dui_that_another_office_registered_meanwhile_is_a_task_too(queue):
    row, _rosa = queue
    taken = DocumentFactory(number=dui(90000001)).person

    with pytest.raises(ValidationError, match="Ya registrada: se avisó a coordinación"):
        decide(row, Likeness.DIFFERENT)

    task = Task.objects.get()
    assert (task.person, task.kind) == (taken, TaskKind.SAME_DUI_ELSEWHERE)
    assert Person.objects.count() == 2


# The command, on a database that has nothing


def command(*options, file=WORKBOOK):
    out = StringIO()
    call_command("import_intake", str(file), "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def test_the_command_works_on_a_database_that_has_only_been_migrated(tmp_path):
    file = tmp_path / "registro.xlsx"
    file.write_bytes(content(line(1), line(2, Consentimiento="No"), line(3, Municipio="Nada")))

    report = command(file=file)

    assert report["outcome"] == {
        "new": 1,
        "duplicate": 0,
        "possible_duplicate": 0,
        "error": 1,
        "no_consent": 1,
    }
    assert report["by_row"]["5"] == {"outcome": "new", "eligibility": "eligible", "reason": ""}
    assert report["by_row"]["6"] == {"outcome": "no_consent", "eligibility": None, "reason": ""}
    person = Person.objects.get()
    assert (person.office.code, person.cases.get().phase.code) == ("central", "fase-2025-2028")
