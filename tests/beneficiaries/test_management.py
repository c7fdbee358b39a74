"""The import for whoever has the server's console."""

import json
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from accounts.models import Activity
from beneficiaries.models import (
    Case,
    HeadCount,
    PeopleImport,
    Task,
)
from tests.beneficiaries.answers import dui
from tests.beneficiaries.importing import WORKBOOK, expected, files_left, how_many
from tests.beneficiaries.workbooks import content, line
from tests.factories.accounts import OrganizationFactory
from tests.factories.beneficiaries import DocumentFactory

pytestmark = pytest.mark.django_db


def command(*options, file=WORKBOOK):
    out = StringIO()
    call_command("import_intake", str(file), "--json", *options, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.usefixtures("media_root")
def test_the_command_reports_as_agreed_and_a_second_run_adds_nothing(reference):
    dry = command("--dry-run")
    assert set(how_many().values()) == {0}
    assert not PeopleImport.objects.exists()
    assert files_left() == []

    report = command()

    assert report == dry
    assert set(report) == {"rows", "outcome", "eligibility", "by_row"}
    assert report["rows"] == 640
    assert report["outcome"] == {
        "new": 523,
        "duplicate": 21,
        "possible_duplicate": 40,
        "error": 42,
        "no_consent": 14,
    }
    assert report["eligibility"] == {
        "eligible": 262,
        "not_certification_track": 252,
        "pending": 9,
    }
    assert list(report["by_row"]) == list(expected())
    for number, row in report["by_row"].items():
        assert set(row) == {"outcome", "eligibility", "reason"}
        assert (row["outcome"], row["eligibility"] or "") == (
            expected()[number]["outcome"],
            expected()[number]["eligibility"],
        )
    written = how_many()
    assert (written["Person"], written["HeadCount"], written["ServiceRecord"]) == (523, 14, 523)
    assert {each.recorded_by for each in HeadCount.objects.all()} == {None}
    assert set(Activity.objects.values_list("actor", flat=True)) == {None}

    again = command()

    assert how_many() == written
    assert again["outcome"]["new"] == 0
    assert sum(again["outcome"].values()) == 640
    assert PeopleImport.objects.count() == 1


@pytest.mark.usefixtures("reference")
def test_the_command_takes_office_and_phase_by_their_codes(tmp_path):
    OrganizationFactory(code="perquin")
    file = tmp_path / "registro.xlsx"
    file.write_bytes(content(line(1)))

    command("--office", "perquin", "--phase", "fase-2018-2020", file=file)

    case = Case.objects.get()
    assert (case.office.code, case.phase.code) == ("perquin", "fase-2018-2020")


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(
    ("options", "words"),
    [(["--office", "nada"], "central"), (["--phase", "nada"], "fase-2021-2024")],
)
def test_the_command_names_what_there_is(tmp_path, options, words):
    file = tmp_path / "registro.xlsx"
    file.write_bytes(content(line(1)))

    with pytest.raises(CommandError, match=words):
        command(*options, file=file)

    assert not PeopleImport.objects.exists()


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("broken", [b"", b"<html></html>", None])
def test_the_command_says_what_it_cannot_read(tmp_path, broken):
    file = tmp_path / "registro.xlsx"
    if broken is not None:
        file.write_bytes(broken)

    with pytest.raises(CommandError):
        command(file=file)

    assert files_left() == []


@pytest.mark.usefixtures("reference")
def test_the_command_refuses_people_on_two_sheets_and_too_many_rows(tmp_path, settings):
    file = tmp_path / "registro.xlsx"
    book = load_workbook(BytesIO(content(line(1), title=False)))
    book.copy_worksheet(book.active).title = "Junio"
    book.save(file)
    with pytest.raises(CommandError, match="otras: Junio"):
        command(file=file)

    settings.IMPORT_MAX_ROWS = 1
    file.write_bytes(content(line(1), line(2)))
    with pytest.raises(CommandError, match="2 filas"):
        command(file=file)

    assert set(how_many().values()) == {0}
    assert not PeopleImport.objects.exists()
    assert files_left() == []


@pytest.mark.usefixtures("reference")
def test_the_command_tells_coordination_too_in_nobodys_name(tmp_path):
    known = DocumentFactory(number=dui(90000001)).person
    file = tmp_path / "registro.xlsx"
    file.write_bytes(content(line(1)))

    command("--dry-run", file=file)
    assert not Task.objects.exists()
    command(file=file)

    task = Task.objects.get()
    assert (task.person, task.office, task.raised_by) == (known, known.office, None)
    assert task.raised_for.code == "central"


def test_the_command_in_words(reference, tmp_path):
    file = tmp_path / "registro.xlsx"
    file.write_bytes(content(line(1), line(2, Municipio="Nada")))
    out = StringIO()

    call_command("import_intake", str(file), "--dry-run", stdout=out)

    assert "rows: 2\nnew: 1\n" in out.getvalue()
    assert "row 6: error: Municipio: " in out.getvalue()
