"""The document of a standard: read, changed row by row, compared, and the same again as a file."""

from copy import deepcopy

import pytest
import yaml

from certification.documents.standards import as_yaml
from certification.rules import standard_document as documents
from certification.rules.comparing import Fact, Kind, compare, weights
from certification.rules.standard_parts import InvalidStandard
from certification.rules.standards import examine, lint, read_standard, standard_of
from tests.factories.certification import STANDARDS

pytestmark = pytest.mark.usefixtures("in_english")

TEXT = (STANDARDS / "CON-002.yaml").read_text(encoding="utf-8")
DOCUMENT = documents.parse(TEXT)


@pytest.fixture
def document():
    return deepcopy(DOCUMENT)


def item_in(document, code):
    return next(each for each in documents.items_of(document) if each["codigo"] == code)


# As a file


@pytest.mark.parametrize("name", ["CON-002", "CON-003"])
def test_a_document_is_the_same_again_as_a_file(name):
    text = (STANDARDS / f"{name}.yaml").read_text(encoding="utf-8")

    written = as_yaml(documents.parse(text), state="publicada")

    assert yaml.safe_load(written) == yaml.safe_load(text)
    assert read_standard(written) == read_standard(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x [1]\nb: *x", "from line 2 on"),  # references make a small file huge
        ("a: 1\na: 2", "from line 2 on"),
        ("a: [", "from line 1 on"),
        ("a: 2026-13-45", "not YAML"),
        ('a: "\\0"', "file.a: The text has characters"),
        ('a: "\\ud800"', "file.a: The text has characters"),
        ("a: .nan", "file.a: a value like this"),
        ("a: !!set {x}", "file.a: a value like this"),
        ("a: " + "[" * 5000, "not YAML"),
        ("x" * (documents.LONGEST_FILE + 1), "too large"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(text, words):
    with pytest.raises(InvalidStandard, match=words):
        documents.parse(text)


@pytest.mark.rule("CERT-1")
def test_a_slip_of_the_pen_in_a_key_is_a_fault_everywhere(document):
    document["norma"]["vigencia_certificado_mese"] = 36
    document["diagnostico"]["preguntas"][0]["text"] = "x"
    document["diagnostico"]["preguntas"][1]["codigo"] = "D1"

    faults = [str(each) for each in examine(document).faults]

    assert faults == [
        "norma: unknown key “vigencia_certificado_mese”.",
        "diagnostico.preguntas[0]: unknown key “text”.",
        "D1: this code is used 2 times.",
    ]


def test_what_does_not_fit_is_a_fault_and_no_accident(document):
    document["norma"]["titulo"] = "x" * 151
    document["norma"]["nivel"] = 40_000
    item_in(document, "LC-01")["maximo"] = "1e400000"
    item_in(document, "GO-01")["peso"] = "1e400000"
    document["norma"]["requisitos_ingreso"]["documentos"] = "dui"
    document["diagnostico"]["escala"] = [1, 2]

    assert {each.key for each in examine(document).faults if each.key} == {
        *("peso", "maximo", "minimo", "titulo", "nivel", "documentos", "escala")
    }


@pytest.mark.rule("CERT-1")
def test_lint_tells_what_stops_somebody_without_being_critical(document):
    assert lint(standard_of(document))[2:] == []

    for each in documents.items_of(document):
        each.pop("critico", None)
    item_in(document, "GO-09")["peso"] = "12.00"
    item_in(document, "GO-03")["peso"] = "0.50"
    heavy = item_in(document, "GO-04")
    heavy["peso"] = "0.50"
    item_in(document, "GO-05")["peso"] = "0.00"
    warnings = lint(examine(document).standard)

    assert "No item is critical." in warnings
    assert any("may not apply weigh 12.00" in each for each in warnings)
    assert any(each.startswith("GO: who misses GO-09") for each in warnings)


# Keys apart


def test_keys_are_kept_apart_and_come_back(document):
    bare, keys = documents.without_keys(document)

    assert "clave" not in str(bare)
    assert keys["CU-01"] == "b"
    assert documents.with_keys(bare, keys) == document
    assert documents.digest_of(bare) != documents.digest_of(document)


# Rows


def test_rows_are_added_changed_moved_and_taken_out(document):
    unit = documents.added(document, "unidad", (), {"codigo": "U2", "titulo": "Otra"})
    assert documents.row_at(unit, "unidad", (1,)) == {
        "codigo": "U2",
        "titulo": "Otra",
        "elementos": [],
    }
    element = documents.added(unit, "elemento", (1,), {"codigo": "E9", "titulo": "Nuevo"})
    assert documents.row_at(element, "elemento", (1, 0))["criterios"] == []

    down = documents.moved(document, "elemento", (0, 0), 1)
    assert [each["codigo"] for each in documents.rows_of(down, "elemento", (0,))] == [
        *("E2", "E1", "E3")
    ]
    assert documents.moved(document, "elemento", (0, 0), -1) == document

    gone = documents.removed(document, "item", (0, 2))
    assert [each["codigo"] for each in gone["instrumentos"][0]["items"]][1:3] == ["GO-02", "GO-04"]
    renamed = documents.changed(document, "unidad", (0,), {"codigo": "U1", "titulo": "Así"})
    assert len(documents.rows_of(renamed, "elemento", (0,))) == 3
    assert document == DOCUMENT  # what was there is never touched


def test_what_tests_a_criterion_follows_it_to_another_code(document):
    row = {**documents.row_at(document, "criterio", (0, 0, 1)), "codigo": "C1.9"}

    changed = documents.changed(document, "criterio", (0, 0, 1), row)

    assert item_in(changed, "GO-03")["criterio"] == "C1.9"
    assert examine(changed).faults == ()


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [("unidad", ()), ("unidad", (1,)), ("item", (0,)), ("item", (0, 99)), ("item", (0, 1, 2))],
)
def test_a_row_that_is_not_there_is_said(document, kind, numbers):
    with pytest.raises(documents.NoSuchRow):
        documents.row_at(document, kind, numbers)


def test_faults_of_a_row_are_its_own(document):
    row = documents.row_at(document, "item", (2, 0))
    row["clave"] = "z"
    document["norma"]["unidades"][0]["elementos"] = []
    faults = examine(document).faults

    assert [each.key for each in documents.faults_of_row(faults, "item", (2, 0), row)] == ["clave"]
    unit = documents.row_at(document, "unidad", (0,))
    assert documents.faults_of_row(faults, "unidad", (0,), unit) == []


# Comparing


def test_two_versions_are_compared_by_code(document):
    item_in(document, "GO-03")["peso"] = "3.00"
    item_in(document, "GO-04")["peso"] = "5.00"
    item_in(document, "CU-01")["clave"] = "d"
    documents.rows_of(document, "item", (1,)).pop()
    documents.rows_of(document, "criterio", (0, 2)).append(
        {"codigo": "C3.9", "tipo": "actitud", "texto": "Saluda."}
    )
    document["norma"]["vigencia_certificado_meses"] = None
    before, after = examine(DOCUMENT).standard, examine(document).standard

    told = {each.title: each.differences for each in compare(before, after, with_keys=True)}

    assert told["Data of the version"][0].facts == (
        Fact("Months that the certificate holds", "36", "without expiry"),
    )
    assert [(each.kind, each.code) for each in told["Criteria"]] == [(Kind.ADDED, "C3.9")]
    assert {each.code: (each.kind, each.facts) for each in told["Items"]} == {
        "GO-03": (Kind.CHANGED, (Fact("Weight", "4.00", "3.00"),)),
        "GO-04": (Kind.CHANGED, (Fact("Weight", "4.00", "5.00"),)),
        "LC-09": (Kind.REMOVED, ()),
        "CU-01": (Kind.CHANGED, (Fact("Key", "b", "d"),)),
    }
    assert [(each.code, each.before, each.after) for each in weights(before, after)] == [
        ("GO", "45.00", "45.00"),
        ("LC", "35.00", "33.00"),
        ("CU", "20.00", "20.00"),
        ("", "100.00", "98.00"),
    ]


def test_a_key_shows_in_no_comparison_for_who_may_not_read_it(document):
    item_in(document, "CU-01")["clave"] = "d"
    before, after = examine(DOCUMENT).standard, examine(document).standard

    assert compare(before, after, with_keys=False) == []
