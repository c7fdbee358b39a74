"""The workbook of the figures: what it says is what the page says, and nothing in it runs."""

from datetime import date, datetime
from io import BytesIO, StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.roles import Role
from reporting.actions import workbook_of, write_file
from reporting.exports import write_indicators
from reporting.indicators.figures import figures
from reporting.models import Report
from reporting.rules import Period
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.certification import CertificateFactory

pytestmark = pytest.mark.django_db
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def read(content):
    """The three sheets of a workbook, each as lists of values."""
    book = load_workbook(BytesIO(content))
    return book, {sheet.title: [list(row) for row in sheet.values] for sheet in book}


def made(**options):
    return workbook_of(
        YEAR, **{"known_at": timezone.now(), "offices": None, "scope": "Todo"} | options
    )


@pytest.fixture
def people(reach):
    some = [reach(sex=sex) for sex in "FFM"]
    with time_machine.travel("2026-04-01T12:00:00-06:00", tick=False):
        CertificateFactory(assessment__person=some[0])
    reach(on=date(2025, 1, 1))
    return some


def test_the_workbook_has_figures_breakdowns_and_definitions(people):
    _book, sheets = read(made())

    assert list(sheets) == ["Indicadores", "Desgloses", "Definiciones"]
    first = sheets["Indicadores"]
    assert first[0][0].startswith("Interno: cifras reales")
    assert first[1][:5] == [
        "Desde",
        datetime(2026, 1, 1),  # noqa: DTZ001
        "Hasta",
        datetime(2026, 12, 31),  # noqa: DTZ001
        "Todo",
    ]
    rows = {row[0]: row[3:] for row in first[4:]}
    assert rows.pop("GS-0.1") == [3, 4, None, None, None]
    for code in ("GS-1.1", "GS-1.1a", "GS-1.2", "GS-1.3"):
        assert rows.pop(code) == [1, 1, None, None, None]
    assert rows.pop("GS-1.4") == [1, 1, "competentes", 1, 1]
    assert rows == {
        "GS-1.5": [0, 0, None, None, None],
        "GS-1.6": [None, 1, None, None, None],
        "GS-1.7": [None, 0, "en funcionamiento", None, 0],
        "GS-1.8": [0, 0, "activas", 0, 0],
    }


def test_the_breakdowns_are_those_of_the_page(client, people):
    client.force_login(UserFactory(role=Role.MONITORING_OFFICER))
    _book, sheets = read(made())
    rows = {tuple(row[:3]): row[3:5] for row in sheets["Desgloses"][1:]}

    page = client.get(
        reverse("reporting:indicator_detail", args=["GS-0.1"]),
        {"desde": "2026-01-01", "hasta": "2026-12-31"},
    )
    figure = page.context["figure"]

    shown = {
        ("GS-0.1", cut.label, line.label): [line.new.count, line.total.count]
        for cut in figure.cuts
        for line in cut.lines
    }
    assert {key: value for key, value in rows.items() if key[0] == "GS-0.1"} == shown
    assert rows["GS-0.1", "Sexo", "Femenino"] == [2, 3]


def test_numbers_are_numbers_and_days_are_days(people):
    book, _sheets = read(made())

    for sheet, columns in (("Indicadores", (4, 5)), ("Desgloses", (4, 5))):
        for row in book[sheet].iter_rows(min_row=5):
            for column in columns:
                assert row[column - 1].data_type == "n"
                assert isinstance(row[column - 1].value, int | None)
    assert book["Indicadores"]["B2"].is_date


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "=HYPERLINK(1)", "\t=1"])
def test_text_that_looks_like_a_formula_stays_text(people, text):
    file = BytesIO()
    found = figures(YEAR, known_at=timezone.now(), offices=None)

    write_indicators(file, found, YEAR, scope=text)

    book, _sheets = read(file.getvalue())
    cell = book["Indicadores"]["E2"]
    assert cell.data_type == "s"
    assert cell.value.removeprefix("'").strip() == text.strip()
    formulas = [each for sheet in book for row in sheet.iter_rows() for each in row]
    assert not [each for each in formulas if each.data_type == "f"]


def test_a_place_that_is_called_like_a_formula_stays_text(reach):
    person = reach()
    person.district.department.name = "=cmd|' /C calc'!A0"
    person.district.department.save()

    book, sheets = read(made())

    names = [row[2] for row in sheets["Desgloses"]]
    assert "'=cmd|' /C calc'!A0" in names
    assert {cell.data_type for row in book["Desgloses"].iter_rows() for cell in row} <= {
        "s",
        "n",
    }


@pytest.mark.rule("CASE-17")
def test_no_name_and_no_number_of_a_file_is_in_the_workbook(reach):
    person = reach(given_names="Xiomara", surnames="Quijano")

    book, _sheets = read(made())

    text = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    for secret in ("Xiomara", "Quijano", person.file_number, str(person.public_id)):
        assert secret not in text


def test_a_report_of_offices_counts_their_people_alone(reach):
    office = OrganizationFactory(name="=Oficina")
    reach(office=office)
    reach()
    report = Report.objects.create(since=YEAR.since, until=YEAR.until, requested_by=UserFactory())
    report.offices.set([office])

    write_file(report)

    with report.file.open() as file:
        _book, sheets = read(file.read())
    assert sheets["Indicadores"][1][4] == "'=Oficina"
    assert sheets["Indicadores"][4][3:5] == [1, 1]


def test_a_report_tells_what_was_known_when_it_was_asked_for(reach):
    reach()
    report = Report.objects.create(
        since=YEAR.since, until=YEAR.until, requested_by=UserFactory(), whole_programme=True
    )
    reach()

    write_file(report)

    with report.file.open() as file:
        _book, sheets = read(file.read())
    assert sheets["Indicadores"][4][3:5] == [1, 1]


# The command


def export(path, since="2026-01-01", until="2026-12-31"):
    out = StringIO()
    options = {"since": since, "until": until, "out": str(path)}
    call_command(
        "export_indicators",
        f"--from={options['since']}",
        f"--to={options['until']}",
        f"--out={options['out']}",
        stdout=out,
    )
    return out.getvalue()


def test_the_command_writes_the_file_of_the_page(people, tmp_path):
    report = Report.objects.create(
        since=YEAR.since, until=YEAR.until, requested_by=UserFactory(), whole_programme=True
    )
    write_file(report)

    export(tmp_path / "indicadores.xlsx")

    with report.file.open() as file:
        _book, of_the_page = read(file.read())
    _book, of_the_command = read((tmp_path / "indicadores.xlsx").read_bytes())
    assert of_the_command == of_the_page


@pytest.mark.parametrize(
    ("since", "until"), [("2026-12-31", "2026-01-01"), ("ayer", "2026-01-01"), ("", "")]
)
def test_the_command_refuses_days_that_cannot_be(tmp_path, since, until):
    with pytest.raises(CommandError):
        export(tmp_path / "a.xlsx", since, until)

    assert list(tmp_path.glob("*.xlsx")) == []
