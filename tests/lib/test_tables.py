"""Files that open in a spreadsheet."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
from phonenumber_field.phonenumber import PhoneNumber

from genesis.lib import tables
from genesis.lib.tables import as_cell, csv_blocks, write_sheet

FORMULAS = [
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "\u200b=1",
    "\ufeff=1",
    "  =1",
    ";=1",
    ",=1",
    '=HYPERLINK("http://x.test","pague aquí")',
    "=cmd|' /C calc'!A0",
    "-12.50",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_may_run_is_guarded(text):
    assert as_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (Decimal("-12.50"), Decimal("-12.50")),
        (-3, -3),
        (0.5, 0.5),
        (None, ""),
        ("José", "José"),
        ("a=b", "a=b"),
        ("", ""),
        (date(2026, 11, 21), "2026-11-21"),
        (12345678901234567, "12345678901234567"),
        (float("nan"), "nan"),
        (float("-inf"), "'-inf"),
        (PhoneNumber.from_string("+503 7777 1234"), "503 7777 1234"),
    ],
)
def test_a_number_stays_a_number_and_text_stays_text(value, cell):
    assert as_cell(value) == cell
    assert type(as_cell(value)) is type(cell)


def test_yes_and_no_are_words():
    assert isinstance(as_cell(True), str)
    assert as_cell(True) != as_cell(False)


def read_back(file):
    return list(openpyxl.load_workbook(file).active.iter_rows())


def test_sheet_has_typed_cells():
    file = BytesIO()
    moment = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)

    count = write_sheet(
        file,
        ["Nombre", "Monto", "Día", "Momento", "Antes"],
        [["José", Decimal("-12.50"), date(2026, 11, 21), moment, date(1899, 5, 1)]],
        name="Personas",
    )

    header, row = read_back(file)
    assert count == 1
    assert [cell.value for cell in header] == ["Nombre", "Monto", "Día", "Momento", "Antes"]
    assert [cell.value for cell in row] == [
        "José",
        -12.5,
        datetime.fromisoformat("2026-11-21T00:00"),
        datetime.fromisoformat("2026-11-21T21:30"),
        "1899-05-01",
    ]
    assert [cell.data_type for cell in row] == ["s", "n", "d", "d", "s"]


@pytest.mark.parametrize("text", FORMULAS)
def test_sheet_holds_no_formula(text):
    file = BytesIO()

    write_sheet(file, [text], [[text]])

    assert {cell.data_type for row in read_back(file) for cell in row} == {"s"}


def test_sheet_is_written_to_a_path(tmp_path):
    path = tmp_path / "personas.xlsx"

    assert write_sheet(path, ["a"], []) == 0

    assert [[cell.value for cell in row] for row in read_back(path)] == [["a"]]


def test_sheet_cuts_a_text_that_is_too_long_and_says_so():
    file = BytesIO()

    write_sheet(file, ["a"], [["x" * 40_000]])

    assert read_back(file)[1][0].value == "x" * 32_766 + "…"


def test_sheet_leaves_no_row_out(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 3)

    assert write_sheet(BytesIO(), ["a"], [[1], [2]]) == 2
    with pytest.raises(tables.TooManyRows):
        write_sheet(BytesIO(), ["a"], [[1], [2], [3]])


# CSV


def read_csv(columns, rows):
    blocks = list(csv_blocks(columns, rows))
    assert blocks[0].startswith("\ufeff")  # so that Excel reads it as UTF-8
    return blocks, list(csv.reader(StringIO("".join(blocks).removeprefix("\ufeff"))))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_of_a_csv_runs(text):
    _blocks, lines = read_csv([text], [[text]])

    assert [line[0][0] for line in lines] == ["'", "'"]


def test_a_csv_keeps_numbers_days_and_what_people_write():
    moment = datetime(2026, 11, 22, 21, 5, tzinfo=UTC)
    row = [Decimal("-12.50"), date(2026, 3, 2), moment, 'Ana "la Niña", de\nAhuachapán', None]

    _blocks, lines = read_csv(["a", "b", "c", "d", "e"], [row])

    assert lines[1] == [
        "-12.50",
        "2026-03-02",
        "2026-11-22 15:05",
        'Ana "la Niña", de\nAhuachapán',
        "",
    ]


def test_a_long_csv_comes_in_blocks(monkeypatch):
    monkeypatch.setattr(tables, "BLOCK", 100)
    rows = [[f"fila {number}"] for number in range(50)]

    blocks, lines = read_csv(["Fila"], rows)

    assert len(blocks) > 3
    assert max(map(len, blocks)) < 130
    assert lines[1:] == rows


def test_a_second_sheet_says_what_the_file_is():
    file = BytesIO()

    write_sheet(file, ["a"], [[1]], about=("Sobre el archivo", [("Para", "=1+1"), ("Son", 3)]))

    book = openpyxl.load_workbook(file)
    assert book.sheetnames[1] == "Sobre el archivo"
    said = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()]
    assert said == [["Para", "'=1+1"], ["Son", 3]]
