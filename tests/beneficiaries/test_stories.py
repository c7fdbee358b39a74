"""The stories that the programme told, as they were told."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from beneficiaries.choices import DocStatus, TaskKind
from beneficiaries.models import Person, Suspicion, Task
from certification.actions.certificates import IdentityNotVerified, _document_of
from tests.beneficiaries import answers
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import DocumentFactory, LookupFactory, PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


def begin(client, office):
    url = reverse("beneficiaries:registration_consent")
    return client.post(url, answers.consent(office=office.pk)).url


@pytest.mark.rule("S01", "CASE-2")
def test_rosa_has_no_papers(client, office):
    """Deported last week, her DUI lost in detention: she is registered all the same."""
    client.force_login(UserFactory(registrar=True, at=office))
    page = begin(client, office)
    last_week = timezone.localdate() - timedelta(days=7)
    answers.fill_in(
        client,
        page,
        answers.registration(doc_type="dui", status="lost", number="", birth_year="1992"),
    )
    trip = answers.trip(
        returned_day=last_week.day,
        returned_month=last_week.month,
        returned_year=last_week.year,
        return_port=LookupFactory(list="return_port", code="aies_federal").pk,
    )
    key = "6f9619ff-8b86-4011-b42d-00c04fc964ff"
    told = trip | answers.circumstances(detained="yes") | {"key": key}
    assert client.post(f"{page}retorno/", told).status_code == 302

    response = client.post(f"{page}revisar/")

    rosa = Person.objects.get()
    assert rosa.file_number.startswith("GS-")
    lost = rosa.documents.get()
    assert (lost.doc_type, lost.status, lost.number) == ("dui", DocStatus.LOST, "")
    shown = client.get(response.url).content.decode()
    assert "Sin documento vigente" in shown
    assert "DUI: reposición" in shown
    with pytest.raises(IdentityNotVerified):
        _document_of(rosa)
    DocumentFactory(person=rosa, doc_type="passport_sv", number="A1234567")
    assert _document_of(rosa).number == "A1234567"
    assert "Sin documento vigente" not in client.get(response.url).content.decode()


JOSE = {"given_names": "José Carlos", "surnames": "Portillo Hernández", "birth_date": "1988-03-02"}
TWIN = {
    "given_names": "Jose Carlos",
    "surnames": "Hernandez Portillo",
    "birth_day": "2",
    "birth_month": "3",
    "birth_year": "1988",
}


@pytest.mark.rule("S02", "CASE-1")
def test_the_twin_file_at_the_same_office(client, office):
    jose = PersonFactory(**JOSE, office=office)
    client.force_login(UserFactory(registrar=True, at=office))
    page = begin(client, office)

    warned = answers.fill_in(client, page, answers.registration(**TWIN))

    assert warned.status_code == 422
    shown = warned.content.decode()
    assert jose.file_number in shown
    assert "Portillo Hernández" in shown
    assert "Hernandez Portillo" in shown
    assert Person.objects.get() == jose
    said = {
        f"parecido-{jose.public_id}": "different",
        f"razon-{jose.public_id}": "Su primo: otro lugar de nacimiento.",
    }
    response = answers.register(client, page, answers.registration(**TWIN) | said)
    assert response.status_code == 302
    assert Suspicion.objects.get().reason == "Su primo: otro lugar de nacimiento."


@pytest.mark.rule("S02", "CASE-1")
def test_the_twin_file_with_the_same_dui_is_impossible(client, office):
    jose = PersonFactory(**JOSE, office=office)
    DocumentFactory(person=jose, number=answers.dui(90000001))
    client.force_login(UserFactory(registrar=True, at=office))
    page = begin(client, office)
    said = {f"parecido-{jose.public_id}": "different", f"razon-{jose.public_id}": "Otro."}

    response = answers.register(client, page, answers.registration(**TWIN) | said)

    assert response.status_code == 422
    assert client.post(f"{page}revisar/", said).status_code in {302, 422}
    assert Person.objects.get() == jose


@pytest.mark.rule("S02", "CASE-1")
@pytest.mark.parametrize("same_dui", [False, True])
def test_the_twin_file_at_another_office(client, office, same_dui):
    jose = PersonFactory(**JOSE, office__name="Oficina de la Frontera")
    if same_dui:
        DocumentFactory(person=jose, number=answers.dui(90000001))
    client.force_login(UserFactory(registrar=True, at=office))

    response = answers.register(client, begin(client, office), answers.registration(**TWIN))

    page = (response if same_dui else client.get(response.url)).content.decode()
    sentence = (
        "Ya registrada: se avisó a coordinación."
        if same_dui
        else "Posible duplicado: se avisó a coordinación."
    )
    assert sentence in page
    assert jose.file_number not in page
    assert "Frontera" not in page
    task = Task.objects.get()
    assert task.person == jose
    expected = TaskKind.SAME_DUI_ELSEWHERE if same_dui else TaskKind.LIKELY_ELSEWHERE
    assert task.kind == expected
