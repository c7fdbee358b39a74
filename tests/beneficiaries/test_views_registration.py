"""Registering a person in the browser: consent first, one file, and what another office keeps."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog, SentForm
from beneficiaries.choices import ConsentPurpose, Likeness, TaskKind
from beneficiaries.models import (
    Case,
    Consent,
    Contact,
    HeadCount,
    IdentityDocument,
    Person,
    Registration,
    Suspicion,
    Task,
)
from tests.beneficiaries.answers import (
    consent,
    dui,
    fill_in,
    identity,
    register,
    registration,
)
from tests.factories import papers
from tests.factories.accounts import OrganizationFactory
from tests.factories.beneficiaries import (
    ContactFactory,
    DistrictFactory,
    DocumentFactory,
    LookupFactory,
    NoticeFactory,
    PersonFactory,
    PhaseFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
CONSENT = "beneficiaries:registration_consent"
NOT_OFFERED = "Escoja una opción válida. %s no es una de las opciones disponibles."
ROSA = {"given_names": "Rosa Elena", "surnames": "Menjívar Alas", "birth_date": date(1990, 5, 10)}
NO_DOCUMENT = {"doc_type": "none", "status": "never", "number": ""}


def agree(client, **changes):
    """Answer the first page; return the address of the second."""
    office = OrganizationFactory._meta.model.objects.order_by("pk").first()
    response = client.post(reverse(CONSENT), consent(office=office.pk) | changes)
    assert response.status_code == 302
    return response.url


@pytest.fixture
def page(client, caseworker, office):
    return agree(client, office=office.pk)


def errors(response):
    assert response.status_code == 422
    return response.context["form"].errors


# Consent


@pytest.mark.rule("CASE-3")
def test_the_first_page_reads_the_notice_and_asks_nothing_about_the_person(client, caseworker):
    response = client.get(reverse(CONSENT))

    assert "Gene-Sis guarda sus datos" in response.content.decode()
    assert set(response.context["form"].fields) == {
        "key",
        "office",
        "agrees",
        "purposes",
        "channel",
        "signature",
        "witness",
        "recording",
    }


@pytest.mark.rule("CASE-3")
def test_a_registration_begins_with_the_consent_and_nothing_else(client, caseworker, page, office):
    begun = Registration.objects.get()

    assert (begun.office, begun.begun_by, begun.answers) == (office, caseworker, {})
    assert begun.consents == {
        "granted": ["registration", "assessment"],
        "refused": [
            "sensitive",
            "public_register",
            "followup",
            "share_employer",
            "share_partner",
            "image",
        ],
        "channel": "paper_signed",
        "witness": "",
        "recording": "",
    }
    assert client.get(page).status_code == 200
    for model in (Person, Consent, Contact, IdentityDocument, HeadCount):
        assert not model.objects.exists(), model


@pytest.mark.rule("CASE-3", "SEC-16")
def test_a_consent_sent_twice_begins_one_registration(client, caseworker, office):
    answers = consent(office=office.pk)

    first, again = (client.post(reverse(CONSENT), answers) for _each in range(2))

    assert first.url == again.url == Registration.objects.get().get_absolute_url()


@pytest.mark.rule("CASE-3")
def test_what_is_wrong_is_kept_in_the_draft_and_nowhere_else(client, caseworker, page):
    answers = registration(given_names="Rosalbita", surnames="", birth_year="abcd")

    errors(register(client, page, answers))

    (kept,) = Registration.objects.get().answers["identidad"]
    assert kept["typed"]["given_names"] == ["Rosalbita"]
    assert kept["typed"]["birth_year"] == ["abcd"]
    assert kept["complete"] is False
    texts = [
        str(value) for model in (SentForm, Activity, ReadLog) for value in model.objects.values()
    ]
    assert not any("osalbita" in text for text in texts)
    assert not Person.objects.exists()


@pytest.mark.rule("CASE-3")
def test_without_consent_the_registration_cannot_be_reached(client, caseworker):
    url = reverse("beneficiaries:registration_page", args=[uuid4(), "identidad"])

    for response in (client.get(url), client.post(url, identity())):
        assert response.status_code == 404
    assert not Registration.objects.exists()


@pytest.mark.rule("CASE-3")
def test_a_no_leads_to_the_head_count_alone(client, caseworker, office):
    response = client.post(reverse(CONSENT), consent(office=office.pk, agrees="no", channel=""))

    assert response.url == reverse("beneficiaries:head_count_create")
    assert not Registration.objects.exists()
    assert set(client.get(response.url).context["form"].fields) == {
        "key",
        "office",
        "on",
        "sex",
        "age_band",
        "district",
    }


def head_count(office, **changes):
    return {
        "key": str(uuid4()),
        "office": office.pk,
        "on": "2026-11-20",
        "sex": "F",
        "age_band": "25-29",
        "district": DistrictFactory().pk,
    } | changes


@pytest.mark.rule("CASE-3", "SEC-16")
def test_who_did_not_agree_is_counted_once_and_not_named(client, caseworker, office):
    answers = head_count(office, given_names="Rosalbita", phone_1="7777-1234")

    for _each in range(2):
        response = client.post(reverse("beneficiaries:head_count_create"), answers)
        assert response.status_code == 302

    counted = HeadCount.objects.get()
    assert (counted.on, counted.sex, counted.age_band) == (date(2026, 11, 20), "F", "25-29")
    assert (counted.recorded_by, counted.import_sha256) == (caseworker, "")
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": "2999-01-01"}, "on"),
        ({"on": "2026-02-30"}, "on"),
        ({"sex": "Z"}, "sex"),
        ({"age_band": "7"}, "age_band"),
        ({"district": "999999"}, "district"),
        ({"key": "x"}, "key"),
    ],
)
def test_a_head_that_cannot_be_counted_is_refused_at_its_field(
    client, caseworker, office, changes, field
):
    response = client.post(
        reverse("beneficiaries:head_count_create"), head_count(office, **changes)
    )

    assert set(errors(response)) == {field}
    assert not HeadCount.objects.exists()


@pytest.mark.rule("SEC-3")
def test_nobody_registers_or_counts_for_an_office_that_is_not_theirs(client, caseworker):
    other = OrganizationFactory()

    assert "office" in errors(client.post(reverse(CONSENT), consent(office=other.pk)))
    url = reverse("beneficiaries:head_count_create")
    assert "office" in errors(client.post(url, head_count(other)))


@pytest.mark.rule("SEC-12")
def test_an_office_that_was_taken_away_meanwhile_ends_the_registration(client, caseworker, page):
    caseworker.role_assignments.update(organization=OrganizationFactory())

    response = register(client, page, registration())

    assert response.status_code == 404
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"agrees": ""}, {"agrees": ["Este campo es obligatorio."]}),
        ({"channel": ""}, {"channel": ["Indique cómo da su consentimiento."]}),
        ({"channel": "thumbprint"}, {"witness": ["La huella necesita testigo."]}),
        ({"channel": "verbal_recorded"}, {"recording": ["Diga dónde quedó la grabación."]}),
        (
            {"channel": "digital_signature"},
            {"signature": ["La firma en pantalla debe dibujarse o adjuntarse como imagen."]},
        ),
        ({"purposes": ["registration"]}, {"purposes": [NOT_OFFERED % "registration"]}),
        ({"purposes": ["psychosocial"]}, {"purposes": [NOT_OFFERED % "psychosocial"]}),
    ],
)
def test_an_incomplete_consent_is_refused_at_its_field(
    client, caseworker, office, changes, expected
):
    response = client.post(reverse(CONSENT), consent(office=office.pk) | changes)

    assert errors(response) == expected


def signed(client, office):
    """A registration that began with a signature on the screen."""
    drawn = papers.written(papers.picture(), "PNG")
    signature = papers.upload(drawn, "firma.png", "image/png")
    return agree(client, office=office.pk, channel="digital_signature", signature=signature)


@pytest.mark.rule("CASE-3")
def test_a_signature_waits_with_the_draft_and_goes_into_the_file(client, caseworker, office):
    page = signed(client, office)
    draft = Registration.objects.get()
    assert bytes(draft.signature).startswith(b"\xff\xd8\xff")  # made anew

    register(client, page, registration())

    person = Person.objects.get()
    kept = person.attachments.get()
    assert (kept.consent.purpose, kept.kind) == ("registration", "consent")
    assert {each.given_at for each in person.consents.all()} == {draft.begun_at}
    draft.refresh_from_db()
    assert draft.signature is None
    shown = client.get(reverse("beneficiaries:consent_list", args=[person.public_id]))
    rows = {str(row["purpose"]): row for row in shown.context["rows"]}
    assert rows["registration"]["scan"] == rows["assessment"]["scan"] == kept
    assert not any(row["scan_missing"] for row in rows.values())


def test_the_signature_of_a_draft_goes_with_it(client, caseworker, office):
    page = signed(client, office)

    client.post(f"{page}descartar/", {"version": "1", "reason": "No volvió."})

    assert Registration.objects.get().signature is None
    assert Activity.objects.get(verb="registration.discarded").changes["signature"] is None


@pytest.mark.rule("CASE-3")
def test_what_was_agreed_to_counts_from_the_day_of_the_consent(client, caseworker, page):
    Registration.objects.update(begun_at=timezone.now() - timedelta(days=3))
    NoticeFactory(number=2, valid_from=timezone.localdate())

    register(client, page, registration())

    given = Consent.objects.filter(purpose="registration").get()
    assert timezone.localdate(given.given_at) == timezone.localdate() - timedelta(days=3)
    assert given.notice.number == 1


@pytest.mark.rule("CASE-2")
def test_of_no_document_no_state_is_asked(client, page):
    sent = client.post(f"{page}documentos/", {"key": str(uuid4()), "doc_type": "none"})
    assert sent.status_code == 302
    (part,) = Registration.objects.get().answers["documentos"]
    assert part["complete"]

    other = client.post(f"{page}documentos/", {"key": str(uuid4()), "doc_type": "passport_sv"})
    assert set(errors(other)) == {"status"}


@pytest.mark.parametrize(("country", "fits"), [("SV", True), ("MX", False), (None, True)])
def test_a_district_of_birth_is_of_el_salvador(client, page, country, fits):
    born = (
        LookupFactory(list="countries", code=country, es=country, en=country) if country else None
    )
    typed = identity(
        birth_country=born.pk if born else "",
        birth_district=DistrictFactory().pk,
        registered_on="2026-11-20",
        key=str(uuid4()),
    )

    response = client.post(f"{page}identidad/", typed)

    assert (response.status_code == 302) is fits
    if not fits:
        assert set(errors(response)) == {"birth_district"}


def test_the_page_says_which_fields_hang_on_which_answer(client, page):
    documents = client.get(f"{page}documentos/").content.decode()
    contact = client.get(f"{page}contacto/").content.decode()
    who = client.get(f"{page}identidad/").content.decode()

    assert 'data-only-with="doc_type:!none"' in documents
    assert 'data-narrowed-by="previous_country"' in contact
    assert 'data-only-in="birth_country:El Salvador"' in who


# One file


@pytest.mark.rule("CASE-3")
def test_a_registration_leads_to_the_page_of_the_person(client, caseworker, page, office):
    response = register(client, page, registration())

    person = Person.objects.get()
    assert response.status_code == 302
    assert response.url == person.get_absolute_url()
    assert (person.office, person.cases.get().office) == (office, office)
    assert person.assignments.get().user == caseworker
    granted = person.consents.filter(granted=True).values_list("purpose", flat=True)
    assert set(granted) == {ConsentPurpose.REGISTRATION, ConsentPurpose.ASSESSMENT}
    assert person.consents.count() == 8
    shown = client.get(response.url).content.decode()
    assert f"Registro creado con el expediente {person.file_number}." in shown or (
        person.file_number in shown
    )


@pytest.mark.rule("SEC-16")
def test_a_form_sent_twice_leads_to_the_same_person(client, caseworker, page):
    answers = registration()

    first, again = (register(client, page, answers) for _each in range(2))

    person = Person.objects.get()
    assert first.url == again.url == person.get_absolute_url()
    assert Case.objects.count() == 1
    assert Consent.objects.count() == 8


@pytest.mark.rule("CASE-3")
def test_one_consent_registers_one_person(client, caseworker, page):
    register(client, page, registration())
    other = {"given_names": "Marta", "surnames": "Paz", "phone_1": "7777-9999"}

    again = register(client, page, registration(number=dui(90000002), **other))
    shown = client.get(page)

    person = Person.objects.get()
    assert again.url == shown.url == person.get_absolute_url()


@pytest.mark.rule("SEC-16")
@pytest.mark.django_db(transaction=True)
def test_eight_who_press_at_once_register_one(client, caseworker, page):
    answers, cookies = registration(), client.cookies
    fill_in(client, page, answers)

    def press(_):
        try:
            browser = Client()
            browser.cookies = cookies
            return browser.post(f"{page}revisar/").url
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        addresses = set(pool.map(press, range(8)))

    assert addresses == {Person.objects.get().get_absolute_url()}
    assert Case.objects.count() == 1


@pytest.mark.rule("SEC-16")
def test_an_answer_with_errors_keeps_its_key_and_what_was_typed(client, caseworker, page):
    answers = registration(number="90000001-8", check_reason="Col. <b>Las Flores</b>")

    response = register(client, page, answers)

    assert set(errors(response)) == {"number"}
    html = response.content.decode()
    assert f'value="{response.context["form"].data["key"]}"' in html
    assert 'value="90000001-8"' in html
    assert 'value="Col. &lt;b&gt;Las Flores&lt;/b&gt;"' in html
    shown = client.get(f"{page}identidad/").context["form"]
    assert shown["given_names"].value() == "Rosa Elena"
    good = answers | {"number": dui(90000001), "check_reason": ""}
    assert register(client, page, good).status_code == 302


# Files that look alike


@pytest.fixture
def rosa(office):
    return PersonFactory(**ROSA, office=office)


@pytest.mark.rule("CASE-1")
def test_the_same_dui_is_blocked_and_leads_to_the_file(client, page, rosa):
    DocumentFactory(person=rosa, number=dui(90000001))

    response = register(client, page, registration(given_names="Otra"))

    assert errors(response)["number"] == ["Ya hay una persona registrada con este DUI."]
    assert rosa.get_absolute_url() in response.content.decode()
    assert Person.objects.count() == 1
    assert ReadLog.objects.get(kind=ReadKind.SEARCH).persons == [rosa.pk]
    assert not Task.objects.exists()


@pytest.mark.rule("CASE-1", "S02", "SEC-6")
def test_a_file_that_looks_alike_is_shown_and_must_be_decided(client, page, rosa):
    answers = registration(**NO_DOCUMENT, given_names="Elena Rosa", surnames="ALAS MENJIVAR")

    response = register(client, page, answers)

    assert [each["person"] for each in response.context["likely"]] == [rosa]
    assert errors(response)["__all__"]
    html = response.content.decode()
    assert rosa.file_number in html
    assert rosa.get_absolute_url() in html
    assert ReadLog.objects.filter(kind=ReadKind.SEARCH).get().persons == [rosa.pk]
    assert Person.objects.count() == 1


@pytest.mark.rule("CASE-1", "S02")
@pytest.mark.parametrize(
    ("answer", "reason"), [("different", "Es su prima, con otra fecha."), ("unsure", "")]
)
def test_somebody_else_with_a_reason_and_a_doubt_go_on(client, page, rosa, answer, reason):
    answers = registration(**NO_DOCUMENT) | {
        f"parecido-{rosa.public_id}": answer,
        f"razon-{rosa.public_id}": reason,
    }

    assert register(client, page, answers).status_code == 302

    said = Suspicion.objects.get()
    assert (said.other, said.likeness, said.reason) == (rosa, answer, reason)


@pytest.mark.rule("CASE-1", "S02")
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("different", ""),
        ("different", "  \u200b "),
        ("different", "a\x00b"),
        ("same", ""),
        ("open", "Ya veremos."),
        ("perhaps", "No sé."),
    ],
)
def test_anything_else_is_asked_again(client, page, rosa, answer, reason):
    answers = registration(**NO_DOCUMENT) | {
        f"parecido-{rosa.public_id}": answer,
        f"razon-{rosa.public_id}": reason,
    }

    assert errors(register(client, page, answers))["__all__"]

    assert Person.objects.get() == rosa
    assert not Suspicion.objects.exists()


@pytest.mark.parametrize("identifier", ["", "x", "1", "\x00", "9" * 500])
def test_a_decision_about_no_file_at_all_is_passed_over(client, page, identifier):
    answers = registration() | {f"parecido-{identifier}": Likeness.UNSURE}

    assert register(client, page, answers).status_code == 302


def test_a_reason_that_is_too_long_is_asked_for_again(client, page, rosa):
    answers = registration(**NO_DOCUMENT) | {
        f"parecido-{rosa.public_id}": "different",
        f"razon-{rosa.public_id}": "a" * 301,
    }

    assert "a" * 301 in register(client, page, answers).content.decode()
    assert Person.objects.count() == 1


@pytest.mark.rule("CASE-1")
def test_the_same_telephone_warns(client, page, office):
    known = ContactFactory(phone_1="+50377771234", person__office=office).person

    response = register(client, page, registration(phone_1="(503) 7777 1234"))

    assert [each["person"] for each in response.context["likely"]] == [known]


# The file of another office


def spoken(response):
    """What the page says, without what a page of its own time and place must hold."""
    html = response.content.decode()
    return re.sub(r"[0-9A-Za-z]{64}|[0-9a-f]{8}-[0-9a-f-]{27}", "", html)


@pytest.fixture
def foreign():
    """Rosa's file at another office, with all that must not be told of it."""
    person = PersonFactory(
        **ROSA,
        office__name="Oficina de la Frontera",
        office__code="frontera",
        file_number="GS-2024-77777",
    )
    DocumentFactory(person=person, number=dui(90000001))
    ContactFactory(person=person, phone_1="+50370008888", address_line="Cantón Sabanetas")
    return person


SECRETS = [
    "GS-2024-77777",
    "Frontera",
    "frontera",
    "7000-8888",
    "7000 8888",
    "Sabanetas",
]


@pytest.mark.rule("CASE-1", "SEC-3", "S02")
def test_the_same_dui_at_another_office_says_one_sentence_and_tells_coordination(
    client, caseworker, page, office, foreign
):
    answers = registration(given_names="Marta", surnames="Paz", birth_year="1971")

    response = register(client, page, answers)

    message = "Ya registrada: se avisó a coordinación."
    assert errors(response)["number"] == [message]
    assert response.context["likely"] == response.context["same"] == []
    html = spoken(response)
    assert not [each for each in [*SECRETS, str(foreign.public_id), "Rosa Elena"] if each in html]
    assert Person.objects.get() == foreign
    task = Task.objects.get()
    assert (task.kind, task.person) == (TaskKind.SAME_DUI_ELSEWHERE, foreign)
    assert (task.office, task.raised_for) == (foreign.office, office)
    kept = Activity.objects.get(verb="duplicate.met_elsewhere")
    assert (kept.actor, kept.person_id) == (caseworker, foreign.pk)
    assert foreign.pk not in {pk for log in ReadLog.objects.all() for pk in log.persons}


@pytest.mark.rule("CASE-1", "SEC-3", "S02")
def test_somebody_alike_at_another_office_is_registered_and_coordination_decides(
    client, caseworker, page, office, foreign
):
    response = register(client, page, registration(**NO_DOCUMENT))

    html = spoken(client.get(response.url))
    assert "Posible duplicado: se avisó a coordinación." in html
    assert not [each for each in [*SECRETS, str(foreign.public_id)] if each in html]
    mine = Person.objects.get(office=office)
    task = Task.objects.get()
    assert (task.kind, task.person, task.raised_for) == (
        TaskKind.LIKELY_ELSEWHERE,
        foreign,
        office,
    )
    assert (mine.suspicions.get().other, mine.suspicions.get().likeness) == (foreign, "open")


@pytest.mark.rule("CASE-1", "SEC-3")
@pytest.mark.parametrize("answers", [{"given_names": "Marta", "surnames": "Paz"}, NO_DOCUMENT])
def test_the_live_check_says_nothing_of_other_offices(client, page, foreign, answers):
    url = f"{page}identidad/parecidos/"
    silent = spoken(client.post(url, registration(given_names="Otra", surnames="Persona")))

    assert spoken(client.post(url, registration(**answers))) == silent


def test_the_live_check_warns_of_letters_of_two_alphabets(client, page):
    url = f"{page}identidad/parecidos/"

    assert "dos alfabetos" in spoken(client.post(url, registration(given_names="Маrіа")))
    assert "dos alfabetos" not in spoken(client.post(url, registration(given_names="María")))


@pytest.mark.rule("CASE-1", "SEC-6")
def test_the_live_check_shows_the_files_of_the_office(client, page, rosa):
    url = f"{page}identidad/parecidos/"

    response = client.post(url, registration(**NO_DOCUMENT))

    assert [each["person"] for each in response.context["likely"]] == [rosa]
    assert rosa.file_number in response.content.decode()
    assert "<html" not in response.content.decode()
    assert ReadLog.objects.get().persons == [rosa.pk]


@pytest.mark.parametrize(
    "typed", [{}, {"given_names": "Rosa"}, {"number": "9000"}, {"birth_year": "x"}, {"key": "x"}]
)
@pytest.mark.parametrize("name", ["identidad", "documentos", "contacto"])
def test_the_live_check_takes_a_form_that_is_half_filled(client, page, name, typed):
    response = client.post(f"{page}{name}/parecidos/", typed)

    assert response.status_code == 200
    assert not Person.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_live_check_asks_the_same_queries(
    client, page, office, count, django_assert_num_queries
):
    PersonFactory.create_batch(count, **ROSA, office=office)
    answers = registration(**NO_DOCUMENT)

    with django_assert_num_queries(8):
        response = client.post(f"{page}identidad/parecidos/", answers)

    assert len(response.context["likely"]) == count


def test_the_pages_of_a_registration_ask_few_queries(
    client, caseworker, page, django_assert_num_queries
):
    asked = {"": 4, "identidad/": 9, "documentos/": 4, "contacto/": 5, "hogar/": 5, "revisar/": 4}

    with django_assert_num_queries(8):
        client.get(reverse(CONSENT))
    found = {}
    for name in asked:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{page}{name}")
        found[name] = len(queries)
    assert found == asked
    with django_assert_num_queries(7):
        client.get(reverse("beneficiaries:head_count_create"))


def test_the_fields_that_nobody_is_asked_for_change_nothing(client, caseworker, page, office):
    other = OrganizationFactory()
    extra = {
        "office": other.pk,
        "file_number": "GS-1999-00001",
        "sector": "tourism",
        "version": "99",
        "role": "administrator",
        "is_active": "",
        "merged_into": "1",
        "registered_at": other.pk,
        "consents": "image",
    }

    register(client, page, registration(**extra))

    person = Person.objects.get()
    assert person.office == office
    assert person.file_number == "GS-2026-00001"
    assert (person.sector, person.version, person.merged_into) == ("", 1, None)


def test_a_day_without_a_phase_says_so(client, caseworker, page):
    PhaseFactory._meta.model.objects.update(starts_on=date(2026, 1, 1))

    response = register(client, page, registration(registered_on="2025-12-31"))

    assert response.status_code == 422
    assert "31/12/2025" in response.context["problem"]
    assert not Person.objects.exists()


def test_the_notice_of_the_day_is_the_one_that_is_kept(client, caseworker, page):
    newest = NoticeFactory(number=2, valid_from=date(2026, 1, 1))

    register(client, page, registration())

    assert {each.notice for each in Consent.objects.all()} == {newest}
