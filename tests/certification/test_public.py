"""The public check: enough to know whether a paper is true, and nothing more."""

import base64
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.models import Activity, ReadLog
from beneficiaries.choices import ConsentPurpose, Status
from beneficiaries.models import Consent
from certification.actions import checks
from certification.choices import CertificateState
from certification.documents import printed
from certification.models import Certificate, CheckCount
from genesis.lib.codes import short_code
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory, PersonFactory
from tests.factories.certification import AssessmentFactory, CertificateFactory

pytestmark = pytest.mark.django_db

HOLDER = {"surname": "Portillo", "document": "175"}


@pytest.fixture(autouse=True)
def no_checks_before():
    cache.clear()


def issue(willing=True, person=None, **values):
    """A certificate whose holder lets it be found, or not."""
    person = person or PersonFactory(given_names="Ana María", surnames="Portillo Núñez")
    if willing:
        ConsentFactory(person=person, purpose=ConsentPurpose.PUBLIC_REGISTER)
    assessment = AssessmentFactory(certified=True, person=person)
    return CertificateFactory(assessment=assessment, **{"holder_document": "175"} | values)


@pytest.fixture
def certificate():
    return issue(valid_until=date(2099, 11, 22))


def verify(client, code):
    return client.get(reverse("certificate_verify", args=[code]))


def verify_full(client, code, secret):
    return client.get(reverse("certificate_verify_full", args=[code, secret]))


def confirm(client, certificate, **answers):
    address = reverse("certificate_verify", args=[certificate.code])
    return client.post(address, HOLDER | answers)


def words(response):
    """What the page says, without its tags and the key of the form that changes the language."""
    page = re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", response.content.decode())
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def counts():
    return {each.result: each.times for each in CheckCount.objects.all()}


def test_a_code_shows_how_the_certificate_stands_and_no_name(client, certificate):
    response = verify(client, certificate.code)

    assert response.status_code == 200
    page = words(response)
    for said in [
        "Certificado vigente",
        certificate.standard_code,
        certificate.standard_title,
        certificate.body_name,
        "22 de noviembre de 2099",
        "Iniciales de la persona titular AP",
    ]:
        assert said in page
    for kept in ["Portillo", "Ana María", "175", certificate.folio, certificate.place]:
        assert kept not in page


def test_whoever_had_the_own_data_restricted_is_found_by_nobody(client, certificate):
    person = certificate.assessment.person
    type(person).objects.filter(pk=person.pk).update(restricted_at=timezone.now())

    assert verify(client, certificate.code).status_code == 404


@pytest.mark.parametrize(
    ("state", "until", "said"),
    [
        (CertificateState.VALID, None, "Certificado vigente"),
        (CertificateState.VALID, 0, "Certificado vigente"),
        (CertificateState.VALID, -1, "Certificado vencido"),
        (CertificateState.SUSPENDED, -1, "Certificado suspendido"),
        (CertificateState.REVOKED, 1, "Certificado revocado"),
        (CertificateState.REPLACED, 1, "Certificado reemplazado"),
    ],
)
def test_each_state_is_said_in_words(client, state, until, said):
    last = None if until is None else timezone.localdate() + timedelta(days=until)
    revoked = timezone.now() if state == CertificateState.REVOKED else None
    certificate = issue(state=state, valid_until=last, revoked_at=revoked)

    page = words(verify(client, certificate.code))

    assert re.findall("Certificado (?:vigente|vencido|suspendido|revocado|reemplazado)", page) == [
        said,  # the title of the page, and its heading
        said,
    ]


def test_a_replaced_certificate_does_not_name_the_new_one(client):
    old = issue(state=CertificateState.REPLACED)
    person = old.assessment.person
    new = issue(willing=False, person=person, holder_name="Ana María Otra")

    page = words(verify_full(client, old.code, printed.secret_of(old)))

    assert "Certificado reemplazado" in page
    assert new.folio not in page
    assert "Otra" not in page


def test_the_qr_of_a_replaced_certificate_says_no_more_than_its_code(client):
    old = issue(state=CertificateState.REPLACED)

    response = verify_full(client, old.code, printed.secret_of(old))

    assert response.status_code == 200
    assert words(response) == words(verify(client, old.code))
    for kept in ["Portillo", "175", old.folio, old.place]:
        assert kept not in words(response)
    assert counts() == {"replaced": 2}


@pytest.mark.parametrize("typed", ["lower", "hyphens", "spaces"])
def test_a_code_may_be_typed_in_any_way(client, certificate, typed):
    code = {
        "lower": certificate.code.lower(),
        "hyphens": certificate.shown_code,
        "spaces": certificate.shown_code.replace("-", " "),
    }[typed]

    in_the_path, in_the_form = verify(client, code), client.get("/v/", {"code": code})

    assert "Certificado vigente" in words(in_the_path)
    assert words(in_the_form) == words(in_the_path)


def test_the_address_in_the_qr_is_understood_as_it_is_written(client, settings, certificate):
    settings.SITE_URL = "https://certificados.ejemplo.org"
    path = printed.address(certificate).removeprefix("HTTPS://CERTIFICADOS.EJEMPLO.ORG")

    response = client.get(path)

    assert path.startswith("/V/")
    assert response.status_code == 200
    assert certificate.folio in words(response)
    assert resolve("/V").url_name == resolve("/v/").url_name == "certificate_check"
    assert resolve(f"/V/{certificate.code}").url_name == "certificate_verify"


def test_the_secret_shows_all_that_the_front_says(client, certificate):
    page = words(verify_full(client, certificate.code, printed.secret_of(certificate)))

    for said in [
        "Certificado vigente",
        "Ana María Portillo Núñez",
        "175",
        certificate.standard_title,
        f"{certificate.standard_code}, versión 1, nivel 2",
        certificate.folio,
        certificate.shown_code,
        certificate.place,
        certificate.centre_code,
        certificate.officer_name,
        "22 de noviembre de 2099",
    ]:
        assert said in page
    person = certificate.assessment.person
    for kept in ["1990", person.file_number, certificate.assessment.reference, "Retorn"]:
        assert kept not in page


def unknown_pages(client, certificate):
    """What is answered to whoever may learn nothing, by the reason."""
    hidden = issue(willing=False)
    withdrawn = issue()
    Consent.objects.filter(person=withdrawn.assessment.person).update(
        withdrawn_at=timezone.now(), withdrawn_by=UserFactory()
    )
    right = printed.secret_of(certificate)
    return {
        "unknown": verify(client, short_code()),
        "malformed": verify(client, "0000-0000-01"),
        "no code at all": verify(client, "<script>"),
        "very long": verify(client, "9" * 5000),
        "not of this alphabet": verify(client, "códigoñ"),
        "nul": verify(client, "%00"),
        "hidden": verify(client, hidden.code),
        "withdrawn": verify(client, withdrawn.code),
        "unknown, with a secret": verify_full(client, short_code(), right),
        "hidden, with its secret": verify_full(client, hidden.code, printed.secret_of(hidden)),
        "wrong secret": verify_full(client, certificate.code, "A" * 26),
        "secret of another": verify_full(client, certificate.code, printed.secret_of(hidden)),
        "secret with other letters": verify_full(client, certificate.code, "ñ" * 26),
        "confirming one that is hidden": confirm(client, hidden),
    }


@pytest.mark.rule("CERT-18")
def test_whoever_may_learn_nothing_learns_not_even_why(client, certificate, monkeypatch):
    monkeypatch.setattr(checks, "CHECKS_OF_ONE", 100)

    answers = unknown_pages(client, certificate).items()

    pages = {name: (response.status_code, words(response)) for name, response in answers}
    assert set(pages.values()) == {pages["unknown"]}
    status, said = pages["unknown"]
    assert status == 404
    assert "No encontramos ese certificado" in said


def test_unknown_and_hidden_cost_the_same_queries(client, django_assert_num_queries):
    hidden = issue(willing=False)
    codes = [hidden.code, short_code(), "0000-0000-01"]
    verify(client, short_code())  # the first of the day makes the row of the counts

    asked = []
    for code in codes:
        with django_assert_num_queries(13) as queries:  # 6 of them savepoints
            verify(client, code)
        asked.append([re.sub(r"'[^']*'|\d+", "?", each["sql"]) for each in queries])

    assert asked[0] == asked[1] == asked[2]


@pytest.mark.rule("CERT-19")
@pytest.mark.parametrize("status", [Status.IDP, Status.BOTH])
def test_of_people_under_protection_the_page_says_less(client, status):
    certificate = issue(status=status, donors=[{"name": "Agencia de Prueba", "logo": ""}])

    least = words(verify(client, certificate.code))
    full = words(verify_full(client, certificate.code, printed.secret_of(certificate)))

    assert "Certificado vigente" in least
    assert "Iniciales" not in least
    assert certificate.holder_name in full
    assert certificate.place not in full
    assert certificate.centre_code not in full
    assert "Agencia de Prueba" not in full


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"surname": "portillo"},
        {"surname": " PORTILLO  "},
        {"surname": "Portillo Nunez"},
        {"document": "04213017-5"},
        {"document": "17-5"},
    ],
)
def test_whoever_knows_the_holder_sees_what_the_paper_says(client, certificate, answers):
    response = confirm(client, certificate, **answers)

    assert response.status_code == 200
    assert "El apellido y el documento coinciden." in words(response)
    assert certificate.folio in words(response)


@pytest.mark.parametrize(
    "answers",
    [
        {"surname": "Portill"},
        {"surname": "Hernández"},
        {"surname": "Ana"},
        {"document": "176"},
        {"document": "75"},
        {"surname": "%"},
        {"surname": "-"},
    ],
)
def test_who_does_not_know_the_holder_learns_no_more(client, certificate, answers):
    response = confirm(client, certificate, **answers)

    assert response.status_code == 422
    assert "No coinciden con este certificado." in words(response)
    for kept in ["Ana María", certificate.folio, certificate.place]:
        assert kept not in words(response)
    assert counts() == {"holder_differs": 1}


@pytest.mark.parametrize("answers", [{"surname": ""}, {"document": ""}, {"surname": "a\x00b"}])
def test_an_answer_that_is_missing_is_asked_for(client, certificate, answers):
    response = confirm(client, certificate, **answers)

    assert response.status_code == 422
    assert "Revise 1 campo" in words(response)


def test_a_certificate_without_a_document_is_never_confirmed(client):
    certificate = issue(holder_document="")

    assert confirm(client, certificate, document="-").status_code == 422


@pytest.mark.rule("CERT-15")
def test_a_later_change_of_the_name_changes_no_page(client, certificate):
    secret = printed.secret_of(certificate)
    before = verify(client, certificate.code), verify_full(client, certificate.code, secret)

    person = certificate.assessment.person
    person.given_names, person.surnames = "Rosa", "Alvarenga"
    person.save()

    after = verify(client, certificate.code), verify_full(client, certificate.code, secret)
    assert [words(each) for each in after] == [words(each) for each in before]
    assert confirm(client, certificate).status_code == 200
    assert confirm(client, certificate, surname="Alvarenga").status_code == 422


def test_markup_in_a_name_stays_text(client):
    certificate = issue(holder_name="Ana <script>alert(1)</script> {{ 7 }}")

    page = verify_full(client, certificate.code, printed.secret_of(certificate)).content.decode()

    assert "Ana &lt;script&gt;alert(1)&lt;/script&gt; {{ 7 }}" in page


def test_the_form_asks_for_the_code(client):
    empty, nothing = client.get("/v/"), client.get("/v/", {"code": " "})

    assert (empty.status_code, nothing.status_code) == (200, 422)
    assert "Comprobar un certificado" in words(empty)
    assert "Código del certificado: " in words(nothing)
    assert counts() == {}


def test_nobody_keeps_what_was_asked(client, certificate, caplog):
    secret = printed.secret_of(certificate)
    answers = [
        client.get("/v/"),
        client.get("/v/", {"code": certificate.code}),
        verify(client, certificate.code),
        verify(client, short_code()),
        verify_full(client, certificate.code, secret),
        verify_full(client, certificate.code, "A" * 26),
        confirm(client, certificate),
        confirm(client, certificate, surname="Nadie"),
    ]

    for response in answers:
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert "sessionid" not in response.cookies


def test_counts_are_by_day_and_result_and_nothing_else_is_written(client, certificate):
    verify(client, certificate.code)
    verify(client, certificate.code)
    verify_full(client, certificate.code, printed.secret_of(certificate))
    verify(client, short_code())
    confirm(client, certificate)

    assert counts() == {"valid": 3, "unknown": 1, "holder_matches": 1}
    assert {each.day for each in CheckCount.objects.all()} == {timezone.localdate()}
    assert {field.name for field in CheckCount._meta.fields} == {"id", "day", "result", "times"}
    assert not Activity.objects.exists()
    assert not ReadLog.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_both_count():
    def check(_):
        try:
            checks.count_check("unknown")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(check, range(12)))

    assert counts() == {"unknown": 12}


@pytest.mark.parametrize(("method", "status"), [("put", 405), ("delete", 405), ("patch", 405)])
def test_other_methods_are_refused(client, certificate, method, status):
    for address in ["/v/", f"/v/{certificate.code}/", f"/v/{certificate.code}/x/"]:
        assert getattr(client, method)(address).status_code == status
    assert client.post("/v/").status_code == 405
    assert client.post(f"/v/{certificate.code}/x/").status_code == 405


def test_the_holder_is_confirmed_from_a_page_that_sends_no_referrer(certificate):
    client = Client(enforce_csrf_checks=True, headers={"origin": "null"})

    assert confirm(client, certificate).status_code == 200


def test_the_eleventh_check_of_a_minute_is_too_many(client, certificate):
    last = [verify(client, certificate.code).status_code for _check in range(11)]

    assert last == [200] * 10 + [429]
    too_many = client.get("/v/", {"code": certificate.code})
    assert (too_many.status_code, "Demasiados intentos" in words(too_many)) == (429, True)
    assert verify_full(client, certificate.code, "x").status_code == 429
    assert too_many.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert counts() == {"valid": 10}
    assert client.get("/v/").status_code == 200  # the empty form asks for nothing
    elsewhere = Client(REMOTE_ADDR="203.0.113.7")
    assert verify(elsewhere, certificate.code).status_code == 200


def test_everybody_together_has_a_ceiling(monkeypatch, certificate):
    monkeypatch.setattr(checks, "CHECKS_OF_ALL", 3)

    answers = [
        verify(Client(REMOTE_ADDR=f"203.0.113.{each}"), certificate.code).status_code
        for each in range(5)
    ]

    assert answers == [200] * 3 + [429] * 2


def test_the_addresses_of_one_line_count_as_one():
    asked = [checks.may_check(f"2001:db8:1:2::{each:x}") for each in range(11)]

    assert asked == [True] * 10 + [False]
    assert checks.may_check("2001:db8:1:3::1")
    assert checks.may_check(None)


def test_turns_come_back_after_a_minute(time_machine):
    time_machine.move_to("2026-11-22T12:00:00Z", tick=False)
    assert [checks.may_check("203.0.113.1") for _check in range(11)].count(True) == 10

    time_machine.shift(59)
    assert not checks.may_check("203.0.113.1")
    time_machine.shift(1)
    assert checks.may_check("203.0.113.1")


@pytest.mark.django_db(transaction=True)
def test_checks_at_once_do_not_slip_through():
    def check(_):
        try:
            return checks.may_check("203.0.113.1")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as pool:
        answers = list(pool.map(check, range(24)))

    assert answers.count(True) == 10


def test_no_address_is_kept():
    checks.may_check("203.0.113.1")

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM genesis_cache")
        [(key, value)] = cursor.fetchall()
    assert "203.0.113.1" not in key + base64.b64decode(value).decode("latin-1")


def test_five_tries_an_hour_for_the_holder_of_a_certificate(certificate):
    """Wherever they come from; the certificate itself can still be checked."""
    answers = [
        confirm(Client(REMOTE_ADDR=f"203.0.113.{each}"), certificate, document=f"00{each}")
        for each in range(5)
    ]

    right = confirm(Client(REMOTE_ADDR="203.0.113.99"), certificate)

    assert [each.status_code for each in answers] == [422] * 5
    assert right.status_code == 429
    assert certificate.folio not in words(right)
    assert verify(Client(), certificate.code).status_code == 200
    assert confirm(Client(), issue()).status_code == 200


@pytest.mark.rule("SEC-24")
def test_our_log_keeps_no_code_and_no_secret(client, certificate, caplog):
    secret = printed.secret_of(certificate)
    hidden = issue(willing=False)
    with caplog.at_level(logging.DEBUG):
        verify_full(client, hidden.code, printed.secret_of(hidden))
        for _check in range(11):
            verify_full(client, certificate.code, secret)

    assert client.get("/v/", {"code": "x"}).status_code == 429
    for kept in [certificate.code, secret, hidden.code]:
        assert kept not in caplog.text


def test_the_check_is_public_for_whoever_is_signed_in_too(client, certificate):
    client.force_login(UserFactory(caseworker=True))

    assert "Certificado vigente" in words(verify(client, certificate.code))
    assert Certificate.objects.get().state == CertificateState.VALID
