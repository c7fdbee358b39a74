"""The form on paper: what stands on it, who prints it, its code and its pages."""

import io
import subprocess
from datetime import timedelta
from uuid import uuid4

import pikepdf
import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from beneficiaries.actions.erasing import erase_person
from beneficiaries.choices import ErasureKind
from certification.actions import paper_forms, refusals
from certification.documents.paper_form import address_of, code_of
from certification.jobs import make_paper_form
from certification.models import Evidence, PaperForm
from certification.rules.paper_forms import NotACode, read_code
from tests.certification.papers import both, kept, type_as
from tests.certification.steps import now
from tests.certification.unchanged import refusal
from tests.certification.visits import coordination_of, lines_of, signed_in
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    PaperFormFactory,
    real_standard,
    scan_of,
    typed_paper,
)
from tests.factories.papers import photo

pytestmark = pytest.mark.django_db


PAGE = "certification:paper_detail"


@pytest.mark.rule("CERT-6")
def test_a_form_holds_the_least_and_no_key_and_each_page_its_code():
    version = real_standard()
    assessment = AssessmentFactory(plan_agreed=True, standard_version=version)
    person, client = assessment.person, signed_in(assessment.enrolled_by)
    answer = client.post(
        reverse("certification:paper_print", args=[assessment.public_id]), {"key": str(uuid4())}
    )
    form = PaperForm.objects.get()
    assert (answer.status_code, answer.url) == (302, form.get_absolute_url())

    make_paper_form(form_id=form.pk)
    make_paper_form(form_id=form.pk)

    printed = client.get(reverse("certification:paper_file", args=[form.public_id]))
    pdf = printed.content
    text = " ".join(text_of(pdf).split())
    assert printed["Content-Type"] == "application/pdf"
    assert f"{person.given_names.split()[0]} {person.surnames[0]}." in text
    assert person.surnames not in text
    assert person.documents.get().number not in text
    items = list(version.items.all())
    assert all(each.code in text for each in items)
    assert text.count("CRÍTICO") == sum(each.critical for each in items)
    with pikepdf.open(io.BytesIO(pdf)) as paper:
        pages = len(paper.pages)
        sizes = {tuple(round(float(x) / 72 * 25.4) for x in each.mediabox) for each in paper.pages}
    assert sizes == {(0, 0, 210, 297)}
    assert f"{pages} / {pages}" in text
    assert [codes_on(pdf, page) for page in range(1, pages + 1)] == [[address_of(form)]] * pages
    assert list(Activity.objects.filter(verb="assessment.paper_printed").values_list("actor")) == [
        (assessment.enrolled_by_id,)
    ]
    assert ReadLog.objects.filter(kind=ReadKind.FILE).last().persons == [person.pk]


def text_of(pdf):
    told = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True, timeout=30
    )
    return told.stdout.decode()


def codes_on(pdf, page):
    """What a camera reads on a page of black and white."""
    drawn = subprocess.run(
        ["pdftoppm", "-r", "110", "-mono", "-f", str(page), "-l", str(page), "-"],
        input=pdf,
        capture_output=True,
        check=True,
        timeout=30,
    )
    return [each.text for each in zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn.stdout)))]


def test_what_stands_on_a_form_is_neither_key_nor_limit(form):
    facts = paper_forms.facts_of(form)
    asked = [item for _title, items in facts["instruments"] for item in items]

    assert {name for each in asked for name in each} == {
        *("code", "text", "critical", "boxes", "unit", "measured", "options", "na_reason"),
        "photo",
    }
    assert facts["person"] != form.assessment.person.display_name


@pytest.mark.rule("CERT-5")
def test_who_neither_prepares_nor_conducts_it_prints_none():
    assessment = AssessmentFactory(plan_agreed=True)
    address = reverse("certification:paper_print", args=[assessment.public_id])
    strangers = [coordination_of(assessment), UserFactory(evaluator=True)]

    answers = [signed_in(each).post(address, {"key": str(uuid4())}) for each in strangers]

    assert [each.status_code for each in answers] == [403, 404]
    assert not PaperForm.objects.exists()


def test_a_form_is_printed_once_and_only_while_answers_come_in():
    assessment, key = AssessmentFactory(plan_agreed=True), uuid4()
    by = assessment.evaluator

    forms = [paper_forms.print_form(assessment, key=key, by=by) for _each in range(2)]

    assert forms[0] == forms[1]
    closed = AssessmentFactory(evidence_closed=True)
    with refusal(refusals.AssessmentClosed):
        paper_forms.print_form(closed, key=uuid4(), by=closed.evaluator)


def test_an_old_pdf_is_erased_and_its_paper_can_still_be_typed():
    long_ago = timezone.now() - timedelta(days=16)
    form, young = PaperFormFactory(asked_at=long_ago), PaperFormFactory()
    for each in (form, young):
        make_paper_form(form_id=each.pk)
    name, storage = now(form).file.name, now(form).file.storage

    paper_forms.erase_old_forms()

    assert (bool(now(form).file), bool(now(young).file)) == (False, True)
    scan_of(form)
    assert type_as(form, form.evaluator)
    assert storage.exists(name)  # until the transaction is through


def test_a_code_is_read_as_people_write_it(form):
    code = code_of(form)
    typist = form.evaluator

    for text in (code, code.lower(), code.replace("-", " "), f" {code} "):
        assert paper_forms.find_form(text, user=typist) == form
    client = signed_in(typist)
    scan_of(form)
    opened = client.get(reverse("certification:paper_open", args=[code]))
    assert opened.url.startswith(reverse("certification:paper_type", args=[form.public_id]))
    assert code in opened.url


@pytest.mark.rule("CERT-12")
def test_a_code_that_does_not_fit_finds_no_form(form):
    other = PaperFormFactory(assessment=form.assessment)
    check = code_of(other).rsplit("-", 1)[1]

    for text in (f"{form}-{check}", f"PC-2999-000001-01-{check}"):
        with pytest.raises(paper_forms.UnknownForm):
            paper_forms.find_form(text, user=form.evaluator)
    for text in ("", "nada", str(form), "ñ" * 22, f"{code_of(form)}9"):
        with pytest.raises(NotACode):
            read_code(text)
    with pytest.raises(paper_forms.UnknownForm):  # of somebody who does not see her
        paper_forms.find_form(code_of(form), user=UserFactory(evaluator=True))
    page = signed_in(form.evaluator).post(reverse("certification:paper_find"), {"code": "nada"})
    assert page.status_code == 422
    assert page.context["form"].errors["code"]


def test_a_typed_form_waits_for_the_others_and_not_for_who_typed_it(form):
    user = coordination_of(form.assessment)
    assert lines_of(user) == []

    typed_paper(form, form.assessment.enrolled_by)

    assert lines_of(form.assessment.enrolled_by) == []
    for each in (user, form.evaluator):
        [line] = lines_of(each)
        assert "espera a que una segunda persona lo digite" in str(line.detail)
        assert line.url == reverse("certification:paper_list", args=[form.assessment.public_id])
    type_as(now(form), form.evaluator, replaced={"GO-01": ["no", "Sin gafas."]})
    for each in (user, form.evaluator, form.assessment.enrolled_by):
        [line] = lines_of(each)
        assert "de forma distinta" in str(line.detail)


def test_pages_ask_few_questions(form):
    for places in (1, 3):
        assessment = AssessmentFactory(plan_agreed=True)
        for _each in range(places):
            last = PaperFormFactory(assessment=assessment)
            scan_of(last, by=assessment.evaluator)
        both(last, {"GO-01": ["no", "a"], "GO-03": ["3", "b"]} if places == 3 else {})
        client = signed_in(assessment.enrolled_by)
        addresses = [
            reverse("certification:paper_list", args=[assessment.public_id]),
            assessment.get_absolute_url(),
            reverse(PAGE, args=[last.public_id]),
            reverse("certification:paper_settle", args=[last.public_id, "GO-01"]),
            reverse("certification:paper_type", args=[last.public_id]),
        ]
        client.get(addresses[0])
        for address in addresses:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.get(address)
            assert len(asked) <= 15, address


def test_the_file_and_scans_are_for_who_may_see_them(form):
    make_paper_form(form_id=form.pk)
    scan = scan_of(form)
    pdf = reverse("certification:paper_file", args=[form.public_id])
    picture = reverse("certification:scan_file", args=[form.public_id, scan.public_id])
    coordinator, stranger = coordination_of(form.assessment), UserFactory(coordinator=True)

    told = {
        user: [signed_in(user).get(each).status_code for each in (pdf, picture)]
        for user in (form.evaluator, coordinator, stranger)
    }

    assert list(told.values()) == [[200, 200], [403, 200], [404, 404]]


def test_a_photo_is_attached_on_its_page_once(form):
    address = reverse("certification:scan_add", args=[form.public_id])
    client = signed_in(form.evaluator)

    def send(data):
        file = SimpleUploadedFile("papel.jpg", data)
        return client.post(address, {"file": file, "key": str(uuid4())}).status_code

    assert [send(photo()), send(photo()), send(b"nada")] == [302, 422, 422]
    scan = Evidence.objects.get()
    assert (scan.kind, scan.counts) == ("document", False)


def test_who_is_erased_leaves_no_printed_name(form):
    make_paper_form(form_id=form.pk)
    kept(now(form))

    erase_person(form.assessment.person, ErasureKind.IDENTITY)

    assert not now(form).file
    assert not Evidence.objects.exists()
