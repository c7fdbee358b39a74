"""The printed certificate: what it says, what it never says, and that it stays as it is."""

import io
import re
import subprocess
from datetime import date

import pikepdf
import pytest
import zxingcpp
from django.conf import settings
from django.core.checks import run_checks
from django.utils import translation
from PIL import Image
from weasyprint.urls import FatalURLFetchingError

from beneficiaries.choices import Status
from certification.documents import printed
from certification.models import Certificate
from genesis.lib.codes import is_certificate_secret
from genesis.lib.pdf import write_pdf
from tests.factories.beneficiaries import DistrictFactory, DocumentFactory, PersonFactory
from tests.factories.certification import AssessmentFactory, CertificateFactory

# WeasyPrint leaves the file of its colour profile to the garbage collector.
pytestmark = pytest.mark.django_db


def text_of(pdf, *options):
    """The text of a PDF as poppler reads it."""
    told = subprocess.run(
        ["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True, timeout=30
    )
    return told.stdout.decode()


def picture_of(pdf, dpi):
    """The first page as poppler draws it."""
    drawn = subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-f", "1", "-l", "1", "-png"],
        input=pdf,
        capture_output=True,
        check=True,
        timeout=30,
    )
    return Image.open(io.BytesIO(drawn.stdout))


def structure(element):
    """Every node of the structure tree of a tagged PDF."""
    yield element
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield from structure(child)


@pytest.fixture
def certificate():
    person = PersonFactory(
        given_names="Ana María",
        surnames="Portillo Núñez",
        birth_date=date(1987, 3, 14),
        district=DistrictFactory(code="1109", name="Jiquilisco"),
        status=Status.RETURNED_US,
    )
    assessment = AssessmentFactory(certified=True, person=person, documented=False)
    DocumentFactory(person=person, number="04213017-5")
    return CertificateFactory(
        assessment=assessment, holder_document="175", valid_until=date(2029, 11, 22)
    )


def test_front_and_back_are_one_sheet_of_a4_landscape(certificate):
    with pikepdf.open(io.BytesIO(printed.certificate_pdf(certificate))) as pdf:
        sizes = [[round(float(each) / 72 * 25.4) for each in page.mediabox] for page in pdf.pages]

    assert sizes == [[0, 0, 297, 210]] * 2


def test_it_says_what_was_certified(certificate):
    words = " ".join(text_of(printed.certificate_pdf(certificate)).split())

    for said in [
        "Certificado de competencia laboral",
        "Ana María Portillo Núñez",
        "documento de identidad terminado en 175",
        "COMPETENTE",
        certificate.standard_title,
        f"{certificate.standard_code}, versión 1, nivel 2",
        certificate.folio,
        certificate.shown_code,
        certificate.centre_code,
        certificate.place,
        certificate.body_name,
        certificate.officer_name,
        "22 de noviembre de 2029",
        "Preparar y colocar",  # an element, on the back
    ]:
        assert said in words


def test_it_never_says_what_is_nobody_elses_business(certificate):
    words = text_of(printed.certificate_pdf(certificate))

    assessment = certificate.assessment
    for secret in [
        "04213017",
        "1987",
        "14/03",
        "retorn",
        "migra",
        "deport",
        "desplaz",
        assessment.person.file_number,
        assessment.reference,
        "Jiquilisco",
        "100.00",
        "%",
    ]:
        assert secret not in words
    assert assessment.evaluator.last_name not in words
    assert assessment.verifier.last_name not in words


def test_without_an_end_it_says_so(certificate):
    certificate.valid_until = None

    assert "Sin vencimiento" in text_of(printed.certificate_pdf(certificate))


def test_it_is_a_tagged_pdf_a_with_its_fonts_inside(certificate):
    with pikepdf.open(io.BytesIO(printed.certificate_pdf(certificate))) as pdf:
        metadata = pdf.open_metadata()
        fonts = {
            str(font["/BaseFont"]): descendant["/FontDescriptor"]
            for page in pdf.pages
            for font in page.resources["/Font"].values()
            for descendant in font["/DescendantFonts"]
        }
        figures = [
            node for node in structure(pdf.Root["/StructTreeRoot"]) if node.get("/S") == "/Figure"
        ]

        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert pdf.Root["/MarkInfo"]["/Marked"] is True
        assert str(pdf.Root["/Lang"]) == "es"
        assert len(pdf.Root["/OutputIntents"]) == 1
        assert str(pdf.docinfo["/Title"]) == f"Certificado de competencia laboral {certificate}"
        assert [font for font, found in fonts.items() if "/FontFile2" not in found] == []
        assert {re.sub(r"^/\w+\+", "", font) for font in fonts} == {
            "Genesis-Print",
            "Genesis-Print-Bold",
        }
        assert sorted(str(figure["/Alt"]) for figure in figures) == [
            "Código cuadrado para comprobar el certificado",
            "Gene-Sis",
        ]


@pytest.mark.parametrize("dpi", [100, 200])
def test_qr_is_read_back_from_the_page(settings, certificate, dpi):
    settings.SITE_URL = "https://certificados.ejemplo.org.sv"

    read = zxingcpp.read_barcodes(picture_of(printed.certificate_pdf(certificate), dpi))

    assert [each.text for each in read] == [printed.address(certificate)]
    host, door, code, secret = read[0].text.removeprefix("HTTPS://").split("/")
    assert (host, door, code) == ("CERTIFICADOS.EJEMPLO.ORG.SV", "V", certificate.code)
    key = printed.secret_key(certificate.secret_key_number)
    assert is_certificate_secret(secret, certificate.public_id, key=key)
    corners = read[0].position
    width = corners.top_right.x - corners.top_left.x
    assert width / dpi * 25.4 >= 28  # millimetres on the paper


def test_qr_is_one_path_and_holds_capitals_only(certificate):
    drawn = printed.qr(printed.address(certificate), title="QR")

    assert drawn.count("<path") == 1
    assert "<rect" not in drawn
    assert printed.address(certificate) == printed.address(certificate).upper()


def test_secret_depends_on_the_key_of_its_number(settings, certificate):
    first = printed.secret_of(certificate)
    certificate.secret_key_number = 2
    second = printed.secret_of(certificate)
    settings.INSTALLATION_KEY = "another installation, another key: thirty-two bytes"

    assert len({first, second, printed.secret_of(certificate)}) == 3
    assert len(first) == 26  # 128 bits


@pytest.mark.rule("CERT-15")
def test_the_same_row_gives_the_same_bytes_whatever_becomes_of_the_person(certificate):
    first = printed.certificate_pdf(certificate)

    certificate.assessment.person.given_names = "Ana Lucía"
    certificate.assessment.person.save()
    certificate.standard.title = "Otra cosa"
    certificate.standard.save()
    certificate.body.printed_name = "Otro organismo"
    certificate.body.save()

    assert printed.certificate_pdf(Certificate.objects.get()) == first


def test_it_is_in_spanish_for_whoever_prints_it(certificate):
    spanish = printed.certificate_pdf(certificate)
    with translation.override("en"):
        assert printed.certificate_pdf(certificate) == spanish


@pytest.mark.parametrize(
    ("letters", "points"), [(1, 24), (32, 24), (33, 20), (48, 20), (49, 16), (240, 16)]
)
def test_long_names_are_printed_smaller(letters, points):
    assert printed.name_size("x" * letters) == points


@pytest.mark.parametrize(
    "name",
    [
        "Guadalupe",
        "María de los Ángeles Guadalupe Hernández-Portillo de la Cruz Monterrosa y Villacorta",
        "Ñ" * 240,
    ],
)
def test_any_name_stays_on_the_front(certificate, name):
    certificate.holder_name = name

    pdf = printed.certificate_pdf(certificate)

    front = text_of(pdf, "-f", "1", "-l", "1")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 2
    assert "".join(name.split()) in "".join(front.split())
    assert certificate.folio in front


def test_markup_in_a_name_stays_text(certificate):
    certificate.holder_name = "<script>alert(1)</script> {{ 7 }} <img src='file:///etc/passwd'>"

    words = text_of(printed.certificate_pdf(certificate))

    assert "<script>alert(1)</script>" in words
    assert "{{ 7 }}" in words
    assert "root:" not in words


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "file://localhost/etc/passwd",
        "../../manage.py",
        "%2e%2e/%2e%2e/manage.py",
        "http://127.0.0.1:1/",
        "https://example.org/logo.png",
        "ftp://example.org/x",
    ],
)
@pytest.mark.parametrize(
    "page",
    [
        '<img src="{}" alt="">',
        '<link rel="attachment" href="{}">',
        '<link rel="stylesheet" href="{}">',
        '<p style="background: url({})">x</p>',
    ],
)
def test_nothing_outside_the_print_folder_is_reached(address, page):
    with pytest.raises(FatalURLFetchingError) as refused:
        write_pdf(f'<html lang="es">{page.format(address)}</html>')

    # Refused before it was tried: not a file that is missing, nor a host that is away.
    assert re.match("not for print|URI uses disallowed protocol", str(refused.value.__cause__))


def test_this_machine_passes_every_check():
    assert run_checks() == []


def test_a_machine_without_the_font_subsetter_fails_the_check(monkeypatch):
    monkeypatch.setattr("weasyprint.text.ffi.harfbuzz_subset", None)

    [error] = run_checks()

    assert error.id == "genesis.E001"
    assert "libharfbuzz-subset0" in error.hint


def test_fonts_come_with_their_licence():
    folder = settings.BASE_DIR / "templates" / "print"

    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "NotoSerif.LICENSE").read_text()
    assert {each.name for each in folder.glob("*.ttf")} == {
        "NotoSerif-Regular.ttf",
        "NotoSerif-Bold.ttf",
    }
