"""Small files with a great many columns or sheets: refused at their field before they cost time."""

import sys
from collections import Counter
from io import BytesIO
from uuid import uuid4

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from beneficiaries.models import PeopleImport
from beneficiaries.rules import attendance_sheets, sheets
from beneficiaries.rules.columns import propose_mapping
from beneficiaries.rules.spreadsheet import UnreadableWorkbook
from tests.beneficiaries.importing import files_left
from tests.beneficiaries.workbooks import COLUMNS, XLSX, content, line
from tests.factories.accounts import UserFactory


def book(*, columns, rows=1, cell="x", sheets=1):
    """The bytes of a workbook with these columns, and the same word in every cell below."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as workbook:
        for _each in range(sheets):
            sheet = workbook.add_worksheet()
            for number, names in enumerate([columns] + [[cell] * len(columns)] * rows):
                sheet.write_row(number, 0, names)
    return file.getvalue()


def steps(act):
    """How often each function of ours is called while `act` runs: a count, not a time."""
    counted = Counter()

    def count(frame, event, _arg):
        if event == "call":
            counted[frame.f_code.co_name] += 1

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return counted


WIDE = {
    "the same name": ["a"] * 1_200,
    "names of their own": [f"columna {number}" for number in range(16_000)],
    "a name more than are read": ["Nombres", "Apellidos", "DUI", *["a"] * 198],
}


@pytest.mark.parametrize("name", WIDE)
def test_a_workbook_with_too_many_columns_is_refused_before_they_are_compared(name):
    file = BytesIO(book(columns=WIDE[name]))

    def read():
        with pytest.raises(UnreadableWorkbook, match="más de 200 columnas"):
            sheets.read_table(file)

    assert not steps(read)[propose_mapping.__name__]


@pytest.mark.django_db
def test_it_is_refused_at_its_field(client, office):
    client.force_login(UserFactory(registrar=True, at=office))
    file = SimpleUploadedFile(
        "registro.xlsx", book(columns=WIDE["the same name"]), content_type=XLSX
    )
    typed = {"key": str(uuid4()), "office": office.pk, "phase": "", "file": file}

    response = client.post(reverse("beneficiaries:import_create"), typed)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"file"}
    assert "más de 200 columnas" in response.content.decode()
    assert not PeopleImport.objects.exists()
    assert files_left() == []


def test_a_workbook_with_too_many_sheets_is_refused():
    file = BytesIO(book(columns=["Nombres", "Apellidos", "DUI"], sheets=51))

    for read in (sheets.read_table, attendance_sheets.read_sheet):
        with pytest.raises(UnreadableWorkbook, match="51 hojas"):
            read(file)


def test_as_many_columns_of_one_name_as_are_read_have_a_name_each():
    columns = [*COLUMNS, *["a"] * (sheets.MOST_COLUMNS - len(COLUMNS))]
    file = BytesIO(book(columns=columns))

    def read():
        read.table = sheets.read_table(file)

    counted = steps(read)
    named = read.table.columns
    assert len(set(named)) == len(named) == sheets.MOST_COLUMNS
    assert named[len(COLUMNS) :][:3] == ("a", "a (2)", "a (3)")
    assert counted["_names_of"] <= 2


def test_columns_in_which_nothing_is_written_do_not_count():
    far = [*COLUMNS, *[" "] * 500]
    table = sheets.read_table(BytesIO(content(line(1), columns=far)))

    assert table.columns == tuple(COLUMNS)


def test_of_a_long_sheet_each_line_is_read_as_far_as_it_tells():
    columns = [*COLUMNS, *[f"otra {number}" for number in range(81)]]
    file = BytesIO(book(columns=columns, rows=1_000))

    counted = steps(lambda: sheets.read_table(file))

    assert counted["_describes_a_person"] == 1_000
    assert counted["plain"] < 1_000 * 3 + 51 * len(columns) * 3  # its lines, and its first ones


def test_a_line_that_repeats_the_header_or_says_one_thing_is_nobody():
    lines = [line(1), dict(zip(COLUMNS, COLUMNS, strict=True)), {"N°": 7}, {"Nombres": "Ana"}]
    lines.append({"N°": "Total", "Nombres": "3"})

    table = sheets.read_table(BytesIO(content(*lines)))

    assert [values["Nombres"] for _number, values in table.rows] == ["Rosa b", "Ana"]


@pytest.mark.parametrize(
    "data",
    [
        b"a," * 900_000 + b"a\n",
        b"Expediente;Fecha;Asistencia;" + b"a;" * 198 + b"\n",
        book(columns=["Expediente", "Fecha", "Asistencia", *["a"] * 198]),
    ],
    ids=["csv of a million", "csv", "workbook"],
)
def test_a_list_of_attendance_with_too_many_columns_is_refused(data):
    def read():
        with pytest.raises(UnreadableWorkbook, match="más de 200 columnas"):
            attendance_sheets.read_sheet(BytesIO(data))

    assert not steps(read)[propose_mapping.__name__]


def test_a_list_of_attendance_may_end_in_a_thousand_empty_columns():
    rest = b";" * 1_000
    data = b";Expediente;Fecha;Asistencia" + rest + b"\n;GS-2026-00001;02/03/2026;Presente" + rest

    (read,) = attendance_sheets.read_sheet(BytesIO(data))

    assert (read.who, read.which, read.said) == ("GS-2026-00001", "02/03/2026", "Presente")
