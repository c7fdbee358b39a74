"""Standards that are whole, and files that are not."""

from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.utils.translation import override

from certification.choices import InstrumentKind, Photo, Recommendation, Scale
from certification.rules.standards import (
    InvalidStandard,
    lint,
    read_standard,
    scheme_of,
    standard_of,
)

FOLDER = Path(__file__).parents[2] / "data" / "standards"
TEXT = (FOLDER / "CON-002.yaml").read_text(encoding="utf-8")
CONTENT = yaml.safe_load(TEXT)


@pytest.fixture
def content():
    return deepcopy(CONTENT)


def errors_of(content):
    with override("en"), pytest.raises(InvalidStandard) as caught:
        read_standard(yaml.safe_dump(content, allow_unicode=True))
    return list(caught.value.errors)


def item_of(content, code):
    return next(
        item for each in content["instrumentos"] for item in each["items"] if item["codigo"] == code
    )


@pytest.mark.rule("CERT-1")
@pytest.mark.parametrize("code", ["CON-002", "CON-003"])
def test_sample_standards_are_whole(code):
    standard = read_standard((FOLDER / f"{code}.yaml").read_text(encoding="utf-8"))

    assert (standard.code, standard.number, standard.sector) == (code, 1, "construction")
    assert len(standard.items) == 37
    assert [
        (each.code, sum(item.weight for item in each.items)) for each in standard.instruments
    ] == [
        ("GO", 4500),
        ("LC", 3500),
        ("CU", 2000),
    ]
    assert [each.minimum for each in standard.instruments] == [8500, 8000, 7000]
    assert (standard.total_minimum, standard.na_maximum) == (8500, 1000)


def test_a_standard_is_read_with_all_its_parts():
    standard = read_standard(TEXT)

    assert (standard.isco, standard.certificate_months) == ("7122", 36)
    assert (standard.min_age, standard.min_months, standard.duration_minutes) == (18, 24, 300)
    assert (standard.valid_from, standard.review_on) == (date(2026, 1, 1), date(2031, 1, 1))
    assert standard.license_note == ""
    assert len(standard.equipment) == 9
    [unit] = standard.units
    assert [len(element.criteria) for element in unit.elements] == [4, 4, 3]
    assert len(standard.criteria) == 11
    items = {item.code: item for item in standard.items}
    assert (items["GO-12"].critical, items["GO-12"].safety) == (True, True)
    assert (items["GO-09"].scale, items["GO-09"].na_reason) == (
        Scale.YES_NO_NA,
        "Piezas menores de 40 cm por lado",
    )
    assert (items["LC-05"].minimum, items["LC-05"].maximum) == (80, None)
    assert (items["LC-01"].photo, items["LC-02"].photo) == (Photo.REQUIRED, Photo.NONE)
    assert (items["CU-01"].key, items["CU-01"].criterion, items["CU-01"].knowledge) == (
        "b",
        None,
        "K1",
    )
    assert [letter for letter, _text in items["CU-01"].options] == ["a", "b", "c", "d"]
    assert [each.kind for each in standard.instruments] == list(InstrumentKind)
    bands = standard.diagnostic.bands
    assert [(band.first, band.last, band.recommendation) for band in bands] == [
        (0, 6, Recommendation.RESKILLING),
        (7, 10, Recommendation.UPSKILLING),
        (11, 14, Recommendation.ASSESSMENT),
    ]


def test_the_key_of_a_question_is_not_in_what_is_printed():
    standard = read_standard(TEXT)

    assert "key=" not in repr(standard)
    assert "key=" not in repr(scheme_of(standard))


@pytest.mark.rule("CERT-1")
def test_lint_names_the_criteria_with_a_single_item():
    with override("en"):
        warnings = lint(read_standard(TEXT))

    assert [warning.partition(":")[0] for warning in warnings] == [
        "C1.2 has a single item, GO-03",
        "C2.1 has a single item, GO-07",
    ]
    assert lint(read_standard((FOLDER / "CON-003.yaml").read_text(encoding="utf-8"))) == []


def test_a_permanent_certificate_has_no_months(content):
    content["norma"]["vigencia_certificado_meses"] = None

    assert read_standard(yaml.safe_dump(content)).certificate_months is None


def change_item(code, **values):
    def change(content):
        item = item_of(content, code)
        item |= values
        for key, value in values.items():
            if value is ...:
                del item[key]

    return change


def change_part(*path, value):
    def change(content):
        *above, last = path
        part = content
        for key in above:
            part = part[key]
        if value is ...:
            del part[last]
        else:
            part[last] = value

    return change


ITEM_3 = "instrumentos[0].items[2] (GO-03)"


@pytest.mark.rule("CERT-1")
@pytest.mark.parametrize(
    ("change", "places"),
    [
        (change_item("GO-03", peso="4.01"), ["instrumentos"]),
        (change_item("GO-03", peso="3.00"), ["instrumentos"]),
        (change_item("GO-03", peso="4.001"), [ITEM_3, "instrumentos"]),
        (change_item("GO-03", peso="0"), [ITEM_3, "instrumentos"]),
        (change_item("GO-03", peso="-4"), [ITEM_3, "instrumentos"]),
        (change_item("GO-03", peso="mucho"), [ITEM_3, "instrumentos"]),
        (change_item("GO-03", peso=True), [ITEM_3, "instrumentos"]),
        (change_item("GO-03", peso=".inf"), [ITEM_3, "instrumentos"]),
        (change_item("GO-03", peso="1e999999"), [ITEM_3, "instrumentos"]),
        (change_item("GO-03", peso=1e300), [ITEM_3, "instrumentos"]),
        (change_item("LC-01", maximo="1e999999"), ["instrumentos[1].items[0] (LC-01)"] * 2),
        # each criterion and each knowledge has an item
        (change_item("GO-03", criterio="C1.1"), ["C1.2"]),
        (
            lambda content: [
                change_item(f"CU-{n:02}", conocimiento="K1")(content) for n in (7, 8, 9)
            ],
            ["K3"],
        ),
        (change_item("GO-03", criterio="C9.9"), ["GO-03", "C1.2"]),
        # one link, not two and not none
        (change_item("GO-03", conocimiento="K1"), [ITEM_3]),
        (change_item("GO-03", criterio=...), [ITEM_3, "C1.2"]),
        # codes
        (change_item("GO-02", codigo="GO-03"), ["GO-03"]),
        (change_item("GO-02", codigo="C1.1"), ["C1.1"]),
        (
            change_part("norma", "conocimientos", 0, "codigo", value="E1"),
            ["E1", "E1", "CU-01", "CU-02", "CU-10"],
        ),
        # scales
        (change_item("GO-09", critico=True), ["instrumentos[0].items[8] (GO-09)"]),
        (change_item("GO-09", na_motivo=...), ["instrumentos[0].items[8] (GO-09)"]),
        (change_item("GO-03", na_motivo="x"), [ITEM_3]),
        (change_item("GO-03", minimo="1"), [ITEM_3]),
        (change_item("GO-03", escala="a veces"), [ITEM_3]),
        (change_item("GO-03", escala=["si"]), [ITEM_3]),
        (change_item("LC-01", maximo=...), ["instrumentos[1].items[0] (LC-01)"]),
        (change_item("LC-01", minimo="4"), ["instrumentos[1].items[0] (LC-01)"]),
        (change_item("LC-01", maximo="tres"), ["instrumentos[1].items[0] (LC-01)"] * 2),
        (change_item("LC-01", unidad=...), ["instrumentos[1].items[0] (LC-01)"]),
        (change_item("CU-01", clave="e"), ["instrumentos[2].items[0] (CU-01)"]),
        (change_item("CU-01", clave=...), ["instrumentos[2].items[0] (CU-01)"] * 2),
        (change_item("CU-01", opciones={"b": "x"}), ["instrumentos[2].items[0] (CU-01)"]),
        (change_item("CU-01", opciones={"b": "x", 1: "y"}), ["instrumentos[2].items[0] (CU-01)"]),
        # what is answered with a letter is kept in twenty characters, its commas as points
        *[
            (
                change_item("CU-01", opciones={"b": "x", letter: "y"}),
                ["instrumentos[2].items[0] (CU-01).opciones"],
            )
            for letter in ("a" * 6, "a,b", "á", "a b", "-")
        ],
        # a slip of the pen in a key would lose a critical item
        (change_item("GO-03", critco=True), [ITEM_3]),
        (change_item("GO-03", critico="sí"), [ITEM_3]),
        (change_item("GO-03", texto=" "), [ITEM_3]),
        (change_item("GO-03", evidencia_foto="tal vez"), [ITEM_3]),
        # instruments and scoring
        (change_part("instrumentos", 0, "minimo_pct", value="101"), ["instrumentos[0]"]),
        (change_part("instrumentos", 0, "tipo", value="otro"), ["instrumentos[0]"]),
        (change_part("calificacion", "peso_total", value="99"), ["calificacion"]),
        (change_part("calificacion", "minimo_total_pct", value=...), ["calificacion"]),
        (change_part("calificacion", "criticos", value="algunos"), ["calificacion"]),
        (change_part("calificacion", "cobertura_criterios", value=...), ["calificacion"]),
        (
            change_part("calificacion", "suspension_inmediata_por_seguridad", value=False),
            ["calificacion"],
        ),
        # the standard itself
        (change_part("norma", "codigo", value="CON2"), ["norma"]),
        (change_part("norma", "version", value=0), ["norma"]),
        (change_part("norma", "version", value=True), ["norma"]),
        (change_part("norma", "titulo", value=...), ["norma"]),
        (change_part("norma", "sector", value="pesca"), ["norma"]),
        (change_part("norma", "sector", value=["turismo"]), ["norma"]),
        (change_part("norma", "ciuo08", value="712"), ["norma"]),
        (change_part("norma", "ciuo08", value=7122), ["norma"]),
        (change_part("norma", "vigencia_certificado_meses", value=0), ["norma"]),
        (
            change_part("norma", "vigencia_norma", "desde", value=date(2032, 1, 1)),
            ["norma.vigencia_norma"],
        ),
        (change_part("norma", "vigencia_norma", "desde", value="ayer"), ["norma.vigencia_norma"]),
        (
            change_part("norma", "requisitos_ingreso", "edad_minima", value="18"),
            ["norma.requisitos_ingreso"],
        ),
        *[
            (
                change_part("norma", "requisitos_ingreso", "documentos", value=papers),
                ["norma.requisitos_ingreso"],
            )
            for papers in (["x" * 61], ["x", " "], ["x", 3], "x", 3, None)
        ],
        (
            change_part(
                "norma", "condiciones_evaluacion", "equipo_por_puesto", 1, "cantidad", value=0
            ),
            ["norma.condiciones_evaluacion.equipo_por_puesto[1]"],
        ),
        # the diagnostic
        (
            change_part("diagnostico", "interpretacion", 0, "hasta", value=5),
            ["diagnostico.interpretacion"],
        ),
        (
            change_part("diagnostico", "interpretacion", 1, "desde", value=6),
            ["diagnostico.interpretacion"],
        ),
        (
            change_part("diagnostico", "interpretacion", 2, "hasta", value=13),
            ["diagnostico.interpretacion"],
        ),
        (
            change_part("diagnostico", "interpretacion", 0, "desde", value=1),
            ["diagnostico.interpretacion"],
        ),
        (
            lambda content: content["diagnostico"]["interpretacion"].append(
                {"desde": 14, "hasta": 20, "recomendacion": "evaluacion", "mensaje": "x"}
            ),
            ["diagnostico.interpretacion"],
        ),
        (change_part("diagnostico", "puntos", "solo", value=3), ["diagnostico.interpretacion"]),
        (change_part("diagnostico", "escala", value=["nunca_lo_hice", "solo"]), ["diagnostico"]),
        (
            change_part("diagnostico", "interpretacion", 0, "recomendacion", value="dormir"),
            ["diagnostico.interpretacion[0]"],
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(content, change, places):
    change(content)

    found = [error.rpartition(": ")[0].partition(": ")[0] for error in errors_of(content)]

    assert sorted(found) == sorted(places)


@pytest.mark.rule("CERT-1")
def test_everything_wrong_is_said_at_once(content):
    change_item("GO-01", peso="x")(content)
    change_item("LC-02", maximo=...)(content)
    change_item("CU-03", clave="z")(content)
    del content["diagnostico"]["titulo"]

    assert len(errors_of(content)) == 5  # these, and the sum of the weights


@pytest.mark.parametrize("part", ["norma", "instrumentos", "calificacion", "diagnostico"])
@pytest.mark.parametrize("value", [..., None, [], "x", 3, {}])
def test_a_missing_part_is_an_error_and_no_accident(content, part, value):
    change_part(part, value=value)(content)

    assert any(error.startswith(part) for error in errors_of(content))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- x",
        "norma: [",
        "norma: {vigencia_norma: {desde: 2026-13-45}}",
        "!!python/object/apply:os.system ['true']",
        "a: " + "[" * 5000,
        "x" * (1024 * 1024 + 1),
        "\x00",
    ],
)
def test_a_file_that_is_no_standard_is_refused(text):
    with pytest.raises(InvalidStandard):
        read_standard(text)


HUGE = "0x" + "f" * 4000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEXT.replace('peso: "4.00"', f"peso: {HUGE}", 1), "this number is too large"),
        (TEXT.replace("nivel: 2", f"? {HUGE}\n  : 2", 1), "^file.norma: this number is too large"),
        (TEXT.replace("nivel: 2", "nivel: 2\n  -10000000000: 2", 1), "this number is too large"),
        (TEXT.replace('{a: "Mezcla', '{"a ": x, a: "Mezcla', 1), "two keys are the same"),
    ],
)
def test_a_number_without_end_and_a_key_that_hides_another_are_refused(text, message):
    with override("en"), pytest.raises(InvalidStandard, match=message):
        read_standard(text)


def test_a_paper_to_bring_is_read_without_the_spaces_around_it(content):
    papers = content["norma"]["requisitos_ingreso"]
    papers["documentos"] = [" DUI ", "x" * 60 + " "]
    assert standard_of(content).entry_documents == ("DUI", "x" * 60)

    papers["documentos"] = ["DUI", " "]
    with pytest.raises(InvalidStandard):
        standard_of(content)


def test_the_scheme_knows_what_the_judgement_needs():
    scheme = scheme_of(read_standard(TEXT))

    items = {item.code: item for item in scheme.items}
    assert sum(item.weight for item in scheme.items) == 10_000
    assert (items["GO-06"].criterion, items["GO-06"].element) == ("C1.4", "E1")
    assert (items["CU-01"].criterion, items["CU-01"].element) == (None, None)
    assert scheme.minima == {"GO": 8500, "LC": 8000, "CU": 7000}
