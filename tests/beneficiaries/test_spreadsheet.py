"""Workbooks that are made to exhaust the machine end in a refusal, and the process goes on."""

import os
import pickle
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest

from beneficiaries.rules import unpacking
from beneficiaries.rules.spreadsheet import UnreadableWorkbook, read_sheets

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org"
CELL = '<row r="1"><c r="A1" t="str"><v>a</v></c></row>'
LAST_CORNER = '<row r="1000000"><c r="XFD1000000" t="str"><v>a</v></c></row>'


def workbook(rows, *, before="", sheet="sheet1.xml", strings=(), sheets=1):
    """A workbook whose sheets all show one part, written by hand."""
    shared = "".join(f"<si><t>{each}</t></si>" for each in strings)
    body = f'{before}<worksheet xmlns="{SPACE}"><sheetData>{rows}</sheetData></worksheet>'
    office = f"{RELATIONS}/officeDocument/2006/relationships"
    links = f"{RELATIONS}/package/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{RELATIONS}/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{links}"><Relationship Id="r1"'
        f' Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPACE}" xmlns:r="{office}"><sheets>'
        + "".join(
            f'<sheet name="Hoja{each or ""}" sheetId="{each + 1}" r:id="r1"/>'
            for each in range(sheets)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{links}">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/{sheet}"/>'
        f'<Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        f"xl/worksheets/{sheet}": body,
        "xl/sharedStrings.xml": f'<sst xmlns="{SPACE}">{shared}</sst>',
    }
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file


def test_the_reader_knows_nothing_of_the_installation():
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {unpacking.__name__}; print('django' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout == "False\n"


@pytest.mark.parametrize("answer", [os.system, subprocess.Popen, UnreadableWorkbook])
def test_what_the_reader_answers_is_never_called(monkeypatch, answer):
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda *args, **kwargs: subprocess.CompletedProcess(args, 0, pickle.dumps(answer)),
    )

    with pytest.raises(pickle.UnpicklingError):
        read_sheets(workbook(CELL))


def test_a_workbook_written_by_hand_is_read():
    assert read_sheets(workbook(CELL)) == [("Hoja", [["a"]])]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"before": "x"},
        {"before": " " * 300_000},
        {"sheet": "sheet1.vml"},
    ],
    ids=["plain", "text before", "space before", "as a drawing"],
)
def test_one_cell_in_the_last_corner_reserves_no_room(changes):
    with pytest.raises(UnreadableWorkbook):
        read_sheets(workbook(LAST_CORNER, **changes))


def test_the_cells_of_all_sheets_are_counted_together():
    far = '<row r="12000"><c r="CV12000" t="str"><v>a</v></c></row>'  # of one, as many as may be
    assert len(read_sheets(workbook(far))) == 1
    file = workbook(far, sheets=2)

    with pytest.raises(UnreadableWorkbook, match="demasiado grande"):
        read_sheets(file)

    assert len(read_sheets(workbook(CELL, sheets=40))) == 40


def test_what_is_handed_over_is_measured_in_the_memory_that_it_takes():
    """One rare letter in a text, and all of its letters take four bytes each."""
    cells = "".join(
        f'<row r="{each}"><c r="A{each}" t="s"><v>0</v></c></row>' for each in range(1, 41)
    )
    assert read_sheets(workbook(cells, strings=["a" * 1_000_000]))
    file = workbook(cells, strings=["\U0001f3e0" + "a" * 1_000_000])

    with pytest.raises(UnreadableWorkbook, match="demasiado grande"):
        read_sheets(file)


def test_a_fault_of_ours_is_told_as_one_and_logged(settings, tmp_path, caplog):
    settings.BASE_DIR = tmp_path  # where there is no reader

    with pytest.raises(UnreadableWorkbook, match="avise"):
        read_sheets(workbook(CELL))

    [line] = caplog.records
    assert line.levelname == "ERROR"


def test_the_log_says_where_the_reader_stopped_and_nothing_of_the_file(caplog):
    before = '<?xml version="1.0" encoding="clave-de-rosa"?>'

    with pytest.raises(UnreadableWorkbook, match="avise"):
        read_sheets(workbook("Rosa", before=before))

    assert "LookupError" in caplog.text
    assert "unpacking.py" in caplog.text
    assert "rosa" not in caplog.text.casefold()


def test_one_long_text_in_many_cells_is_refused():
    cells = "".join(
        f'<row r="{each}"><c r="A{each}" t="s"><v>0</v></c></row>' for each in range(1, 2000)
    )

    with pytest.raises(UnreadableWorkbook, match="demasiado grande"):
        read_sheets(workbook(cells, strings=["x" * 1_000_000]))
