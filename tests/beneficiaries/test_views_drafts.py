"""A registration that is left and taken up again: drafts, several parts, review, discarding."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Activity
from beneficiaries.actions import registrations
from beneficiaries.models import (
    Displacement,
    Education,
    HouseholdMember,
    IdentityDocument,
    Person,
    Registration,
    Trip,
    TripCircumstances,
    WorkExperience,
)
from tests.beneficiaries import answers
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import LookupFactory, RegistrationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


@pytest.fixture
def page(client, caseworker, office):
    """The address of a registration that has just begun."""
    return begin(client, office)


def begin(client, office, **changes):
    url = reverse("beneficiaries:registration_consent")
    purposes = ["assessment", "sensitive"]
    return client.post(url, answers.consent(office=office.pk, purposes=purposes) | changes).url


def code(of, name="x1"):
    return LookupFactory(list=of, code=name, es=name, en=name).pk


def send(client, url, typed, **how):
    return client.post(url, {"key": str(uuid4())} | typed | how)


def statuses(client, page):
    items = client.get(page).context["items"]
    return {str(each["title"]): str(each["status"]) for each in items}


@pytest.mark.rule("CASE-3")
def test_a_page_says_how_far_it_is(client, page):
    send(client, f"{page}identidad/", answers.identity(registered_on="2026-11-20"))
    send(client, f"{page}documentos/", {"doc_type": "dui"})

    assert statuses(client, page) == {
        "Identidad": "Completo",
        "Documentos": "Falta información",
        "Contacto y lugar": "No iniciado",
        "Retorno": "No iniciado",
        "Desplazamiento": "No aplica",
        "Hogar": "No iniciado",
        "Educación y competencias": "No iniciado",
        "Experiencia laboral": "No iniciado",
    }


def test_what_hangs_on_the_profile_waits_for_the_identity(client, page):
    said = statuses(client, page)

    assert said["Retorno"] == said["Desplazamiento"] == "Primero la identidad"
    assert said["Hogar"] == "No iniciado"


@pytest.mark.rule("CASE-3")
def test_who_did_not_agree_to_sensitive_data_is_asked_for_none(client, caseworker, office):
    page = begin(client, office, purposes=["assessment"])
    answers.fill_in(client, page, answers.registration(population="returnee_idp"))

    assert statuses(client, page)["Desplazamiento"] == "No aceptó datos sensibles"
    assert client.get(f"{page}desplazamiento/").url == page
    shown = client.get(f"{page}retorno/")
    assert "return_type" not in shown.context["form"].fields
    assert "no se pregunta por qué ni cómo se fue" in shown.content.decode()
    sent = send(client, f"{page}retorno/", answers.trip() | answers.circumstances())
    assert sent.status_code == 302
    assert client.post(f"{page}revisar/").status_code == 302
    assert Trip.objects.get().person == Person.objects.get()
    assert not TripCircumstances.objects.exists()
    assert not Displacement.objects.exists()


@pytest.mark.rule("CASE-3")
def test_a_journey_is_asked_with_its_circumstances_of_who_agreed(client, page):
    answers.fill_in(client, page, answers.registration())

    shown = client.get(f"{page}retorno/")

    assert "return_type" in shown.context["form"].fields
    assert "no se pregunta por qué" not in shown.content.decode()


@pytest.mark.rule("CASE-3")
def test_the_review_says_what_was_agreed_to_when_and_how(client, caseworker, office):
    given = {"channel": "thumbprint", "witness": "Luz Paz", "purposes": ["image"]}
    page = begin(client, office, **given)

    review = client.get(f"{page}revisar/")

    said = {str(each["label"]): each["value"] for each in review.context["consents"]}
    assert said["Autorizado"] == "Registro y acompañamiento, Imagen y testimonio"
    assert said["No autorizado"].startswith("Datos sensibles, ")
    assert said["Testigo"] == "Luz Paz"
    day = date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
    for text in ("Huella con testigo", "Luz Paz", day):
        assert text in review.content.decode()


def test_what_is_typed_is_saved_before_it_is_sent(client, page):
    typed = {"given_names": "Ros", "key": str(uuid4()), "autosave": "1"}

    answer = client.post(f"{page}identidad/", typed)

    assert ":" in answer.json()["saved"]
    again = client.post(f"{page}identidad/", typed | {"given_names": "Rosa"})
    assert again.status_code == 200
    form = client.get(f"{page}identidad/").context["form"]
    assert form["given_names"].value() == "Rosa"
    assert len(Registration.objects.get().answers["identidad"]) == 1


@pytest.mark.parametrize("text", ["a\x00b", "\u202e", "🙂" * 500, "x" * 5000])
def test_whatever_is_typed_can_be_saved(client, page, text):
    typed = {"given_names": text, "key": str(uuid4()), "autosave": "1"}

    assert client.post(f"{page}identidad/", typed).status_code == 200


def test_a_registration_has_its_limits(client, page, monkeypatch):
    monkeypatch.setattr(registrations, "MOST_PARTS", 2)
    monkeypatch.setattr(registrations, "LONGEST", 20_000)

    for place in range(3):
        response = send(client, f"{page}documentos/", {"doc_type": "none", "status": "never"})
        assert response.status_code == (302 if place < 2 else 422)
    long = send(client, f"{page}identidad/", {"given_names": "x" * 20_000})

    assert long.status_code == 422
    assert len(Registration.objects.get().answers["documentos"]) == 2
    assert "identidad" not in Registration.objects.get().answers


@pytest.mark.parametrize(("button", "leads"), [("later", ""), ("another", "documentos/")])
def test_each_button_leads_where_it_says(client, page, button, leads):
    typed = {"doc_type": "none", "status": "never", button: "1"}

    assert send(client, f"{page}documentos/", typed).url == f"{page}{leads}"


def test_later_saves_also_what_is_not_right_yet(client, page):
    response = send(client, f"{page}documentos/", {"doc_type": "dui", "later": "1"})

    assert response.url == page
    assert statuses(client, page)["Documentos"] == "Falta información"


def test_a_part_is_corrected_and_taken_out(client, page):
    for kind in ("passport_sv", "birth_cert"):
        send(client, f"{page}documentos/", {"doc_type": kind, "status": "lost"})
    first, second = Registration.objects.get().answers["documentos"]

    client.post(
        f"{page}documentos/{first['key']}/",
        {"key": str(uuid4()), "doc_type": "nit", "status": "lost"},
    )
    client.post(f"{page}documentos/{second['key']}/quitar/")

    (left,) = Registration.objects.get().answers["documentos"]
    assert (left["key"], left["typed"]["doc_type"]) == (first["key"], ["nit"])
    assert client.get(f"{page}documentos/{uuid4()}/").status_code == 404


@pytest.mark.rule("SEC-3")
def test_a_draft_is_of_who_began_it_alone(client, page, office):
    client.post(f"{page}identidad/", answers.identity())
    colleague = Client()
    colleague.force_login(UserFactory(caseworker=True, at=office))

    for name in ("", "identidad/", "revisar/", "descartar/", "identidad/parecidos/"):
        assert colleague.get(f"{page}{name}").status_code in {404, 405}
        assert colleague.post(f"{page}{name}").status_code in {404, 405}
    assert not colleague.get(reverse("beneficiaries:registration_list")).context["page"].rows


def test_drafts_are_found_again_and_old_ones_say_so(client, page, django_assert_num_queries):
    client.post(f"{page}identidad/", answers.identity(registered_on="2026-11-20"))
    url = reverse("beneficiaries:registration_list")
    assert "Rosa Elena Menjívar Alas" in client.get(url).content.decode()
    assert "Hace más de 30 días" not in client.get(url).content.decode()

    Registration.objects.update(saved_at=timezone.now() - timedelta(days=31))

    assert "Hace más de 30 días" in client.get(url).content.decode()
    assert "más de 30 días" in client.get(page).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_drafts_asks_the_same_queries(  # noqa: PLR0917
    client, page, caseworker, office, count, django_assert_num_queries
):
    for _each in range(count - 1):
        RegistrationFactory(office=office, begun_by=caseworker)

    with django_assert_num_queries(5):
        rows = client.get(reverse("beneficiaries:registration_list")).context["page"].rows

    assert len(rows) == count


def test_what_is_discarded_is_gone_and_says_why(client, page):
    client.post(f"{page}identidad/", answers.identity())
    version = Registration.objects.get().version

    assert client.post(f"{page}descartar/", {"version": version}).status_code == 422
    client.post(f"{page}descartar/", {"version": version, "reason": "No volvió."})

    ended = Registration.objects.get()
    assert (ended.state, ended.answers, ended.discarded_reason) == ("discarded", {}, "No volvió.")
    assert client.get(page).status_code == 404
    assert Activity.objects.filter(verb="registration.discarded").exists()


@pytest.mark.rule("SEC-15")
def test_a_draft_that_was_changed_meanwhile_is_not_discarded(client, page):
    client.post(f"{page}identidad/", answers.identity())

    response = client.post(f"{page}descartar/", {"version": "1", "reason": "x"})

    assert response.status_code == 409
    assert Registration.objects.get().is_draft


@pytest.mark.parametrize("missing", ["identidad", "documentos", "contacto"])
def test_what_is_needed_must_be_there(client, page, missing):
    answers.fill_in(client, page, answers.registration())
    registration = Registration.objects.get()
    registration.answers.pop(missing)
    registration.save()

    assert client.post(f"{page}revisar/").url == page
    assert not Person.objects.exists()


@pytest.mark.rule("CASE-3")
def test_everything_that_was_answered_becomes_the_file_at_once(client, page):
    typed = answers.registration(population="returnee_idp")
    answers.fill_in(client, page, typed)
    code("idp_cause", "threats")
    parts = {
        "retorno": answers.trip() | answers.circumstances(times_deported="2"),
        "desplazamiento": {"since_year": "2024", "causes": ["threats"]},
        "hogar": {
            "name": "Mateo P.",
            "relationship": code("relationship"),
            "sex": "M",
            "birth_year": "2016",
            "lives_together": "yes",
            "economically_dependent": "yes",
        },
        "educacion": {"level": code("education"), "reads_spanish": "yes", "writes_spanish": "no"},
        "trabajo": answers.job(),
    }
    for name, of_page in parts.items():
        response = send(client, f"{page}{name}/", of_page)
        assert response.status_code == 302, (name, response.context["form"].errors)
    send(client, f"{page}trabajo/", answers.job(position="Mesera", sector="tourism"))
    send(client, f"{page}documentos/", {"doc_type": "passport_sv", "status": "lost"})

    review = client.get(f"{page}revisar/").content.decode()
    for told in ("Rosa Elena", "Mateo P.", "Techador", "Mesera", "threats", "Cambiar"):
        assert told in review
    response = client.post(f"{page}revisar/")

    person = Person.objects.get()
    assert response.url == person.get_absolute_url()
    assert IdentityDocument.objects.count() == WorkExperience.objects.count() == 2
    assert (person.status, person.sector) == ("both", "construction")
    trip = Trip.objects.get()
    assert (trip.return_date, trip.circumstances.times_deported) == (date(2025, 12, 1), 2)
    assert {TripCircumstances.objects.get().person, Displacement.objects.get().person} == {person}
    assert HouseholdMember.objects.get().person == Education.objects.get().person == person
    ended = Registration.objects.get()
    assert (ended.state, ended.person, ended.answers) == ("registered", person, {})
    assert client.get(f"{page}identidad/").url == person.get_absolute_url()


@pytest.mark.rule("SEC-16")
def test_nothing_is_kept_when_one_record_cannot_be(client, page):
    answers.fill_in(client, page, answers.registration())
    registration = Registration.objects.get()
    same = json.loads(json.dumps(registration.answers["documentos"][0]))
    registration.answers["documentos"].append(same | {"key": str(uuid4())})
    registration.save()

    assert client.post(f"{page}revisar/").status_code == 422

    assert not Person.objects.exists()
    assert not IdentityDocument.objects.exists()
    assert Registration.objects.get().is_draft


@pytest.mark.parametrize("name", ["nada", "identidades", "1"])
def test_there_is_no_other_page(client, page, name):
    assert client.get(f"{page}{name}/").status_code == 404


def test_a_page_that_is_not_asked_leads_back_to_the_list(client, page):
    client.post(f"{page}identidad/", answers.identity(population="community"))

    for name in ("retorno", "desplazamiento"):
        assert client.get(f"{page}{name}/").url == page


@pytest.mark.parametrize("button", ["later", "autosave", "another", ""])
def test_a_page_on_which_nothing_was_answered_leaves_nothing_to_complete(client, page, button):
    send(client, f"{page}hogar/", {"name": " ", "sex": "", button: "1"})

    assert statuses(client, page)["Hogar"] == "No iniciado"


def test_a_page_that_is_not_needed_can_be_passed_over(client, page):
    send(client, f"{page}identidad/", answers.identity(registered_on="2026-11-20"))

    assert client.get(f"{page}hogar/").context["next_url"] == f"{page}educacion/"
    assert client.get(f"{page}trabajo/").context["next_url"] == f"{page}revisar/"
