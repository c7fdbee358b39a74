"""On paper: the record with its number and the day, and nothing of the navigation."""

import pytest
from django.urls import reverse

from beneficiaries.actions.cases import decide_eligibility
from tests.browser.conftest import DESKTOP
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import ContactFactory, JobFactory, PersonFactory
from tests.factories.certification import AssessmentFactory

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "una clave bastante larga"
SHEET = """() => ({
    text: document.body.innerText,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    shown: [".riel", ".barra", ".pie-movil", ".btn", ".acciones"].filter((each) =>
        [...document.querySelectorAll(each)].some((one) => one.offsetParent)),
})"""


def sheet(visitor):
    """The page as a printer of letter size gets it."""
    visitor.page.emulate_media(media="print")
    visitor.resize(690, 900)
    seen = visitor.page.evaluate(SHEET)
    assert visitor.page.pdf(format="Letter").startswith(b"%PDF")
    visitor.page.emulate_media(media="screen")
    visitor.resize(**DESKTOP["viewport"])
    return seen


def test_a_record_on_paper_is_whole_and_says_when_and_by_whom(visit):
    worker = UserFactory(caseworker=True, first_name="Carlos", last_name="Ayala", password=PASSWORD)
    office = worker.role_assignments.get().organization
    person = PersonFactory(with_case=True, caseworker=worker, office=office)
    ContactFactory(person=person)
    JobFactory(person=person)
    decide_eligibility(person.cases.get(), version=1, by=worker)
    assessment = AssessmentFactory(planned=True, person=person)
    visitor = visit(DESKTOP)
    visitor.sign_in(worker.email, PASSWORD)

    for address, named in (
        (person.get_absolute_url(), person.file_number),
        (assessment.get_absolute_url(), assessment.reference),
    ):
        visitor.open(address)
        button = visitor.page.locator("main").get_by_role("button", name="Imprimir", exact=True)
        assert button.is_visible()
        seen = sheet(visitor)
        assert (seen["shown"], seen["wide"]) == ([], 0)
        assert named in seen["text"]
        assert "por Carlos Ayala" in seen["text"]
        assert "Impreso el" in seen["text"]


def test_an_organization_on_paper_is_whole(visit):
    admin = UserFactory(administrator=True, password=PASSWORD)
    visitor = visit(DESKTOP)
    visitor.sign_in(admin.email, PASSWORD)
    visitor.open(
        reverse("organizations:organization_detail", args=[OrganizationFactory().public_id])
    )

    seen = sheet(visitor)

    assert (seen["shown"], seen["wide"]) == ([], 0)
    assert "Impreso el" in seen["text"]


def test_the_button_asks_the_browser_to_print(visit):
    admin = UserFactory(administrator=True, password=PASSWORD)
    visitor = visit(DESKTOP)
    visitor.sign_in(admin.email, PASSWORD)
    visitor.open(admin.get_absolute_url())
    visitor.page.evaluate("window.print = () => (document.body.dataset.printed = 'yes')")

    visitor.page.locator("main").get_by_role("button", name="Imprimir", exact=True).click()

    assert visitor.page.evaluate("document.body.dataset.printed") == "yes"
