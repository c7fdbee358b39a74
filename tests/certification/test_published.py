"""What anybody reads of certification, and what a holder shows for some days."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, ReadLog
from beneficiaries.actions.consents import withdraw_consent
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Consent, Person
from certification.actions import checks, sharing
from certification.choices import CertificateState, KeyState
from certification.models import CheckCount, ShareLink, StatusList
from certification.tasks import render_certificate, sign_status_list
from genesis.lib import proofs
from genesis.lib.states import OtherContent
from tests.certification.test_public import words
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import (
    CertificateFactory,
    StandardVersionFactory,
    real_standard,
    signing_key,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_checks_before():
    cache.clear()


@pytest.fixture
def certificate():
    return CertificateFactory(listed=True)


def signed(**values):
    signing_key()
    certificate = CertificateFactory(listed=True, **values)
    render_certificate(certificate_id=certificate.pk)
    certificate.refresh_from_db()
    return certificate


def share(certificate, **told):
    by = told.pop("by", None) or certificate.assessment.enrolled_by
    told = {"key": uuid4(), "days": 7, "max_views": 3, "in_presence": True} | told
    return sharing.make_link(certificate, **told, by=by)


def path_of(link):
    return sharing.address_of(link).removeprefix("http://localhost:8000")


def consent_of(certificate):
    return ConsentFactory(
        person=certificate.assessment.person, purpose=ConsentPurpose.SHARE_EMPLOYER
    )


# Who signs, and what was revoked


def test_who_signs_is_found_where_programs_look(client, settings):
    settings.CREDENTIAL_ISSUER = "did:web:certificados.ejemplo.org"
    old, lost, active = signing_key(), signing_key(), signing_key()
    type(lost).objects.filter(pk=lost.pk).update(state=KeyState.COMPROMISED)

    response = client.get("/.well-known/did.json")

    found = response.json()
    assert found["id"] == "did:web:certificados.ejemplo.org"
    assert [each["publicKeyMultibase"] for each in found["verificationMethod"]] == [
        active.public,
        old.public,
    ]
    assert found["assertionMethod"] == [
        f"did:web:certificados.ejemplo.org#{each.public}" for each in (active, old)
    ]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert "sessionid" not in response.cookies


def test_the_list_is_handed_out_to_the_letter(client):
    key = signing_key()
    row = CertificateFactory(listed=True, state="replaced").status_list
    sign_status_list(list_id=row.pk)
    row.refresh_from_db()

    response = client.get(f"/estado/{row.number}")

    assert response.content == row.text.encode()
    assert response.headers["Content-Type"] == "application/vc"
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert proofs.is_signed(json.loads(response.content), by=proofs.public_key(key.public))


def test_a_list_that_is_not_signed_yet_is_not_there(client):
    StatusList.objects.create(number=1)

    assert client.get("/estado/1").status_code == 404
    assert client.get("/estado/2").status_code == 404
    assert client.get("/estado/99999999999999999999").status_code == 404


@pytest.mark.parametrize("path", ["/.well-known/did.json", "/estado/1", "/empleadores/"])
def test_what_is_published_is_only_read(client, path):
    assert client.post(path).status_code == 405


# What a standard asks


def test_a_standard_says_to_anybody_what_somebody_can_do(client):
    version = real_standard()

    page = words(client.get(f"/estandar/{version.standard.code}/{version.number}/"))

    assert version.title in page
    for element in version.elements.all():
        assert element.title in page
    for item in version.items.all()[:5]:
        assert item.text not in page  # how it is assessed is nobody's business before


def test_a_draft_is_nobodys_business(client):
    draft = StandardVersionFactory(draft=True)

    answers = [
        client.get(reverse("standard_public", args=[draft.standard.code, number]))
        for number in (draft.number, 99)
    ]

    assert [each.status_code for each in answers] == [404, 404]
    assert words(answers[0]) == words(answers[1])


@pytest.mark.parametrize("code", ["%00", "%F1", "A%20B", "<b>"])
def test_what_is_no_code_of_a_standard_is_not_there(client, code):
    assert client.get(f"/estandar/{code}/1/").status_code == 404


def test_employers_find_how_to_check(client):
    response = client.get("/empleadores/")

    assert response.status_code == 200
    assert f'action="{reverse("certificate_check")}"' in response.content.decode()


@pytest.mark.parametrize("typed", ["GS-2026-CON002-000123-2", "gs2026con0020001232"])
def test_who_types_a_folio_is_told_so_and_nothing_else(client, typed):
    real = CertificateFactory(folio="GS-2026-CON002-000123-2", sequence=123)
    assert real.folio == "GS-2026-CON002-000123-2"

    answers = [client.get("/v/", {"code": each}) for each in (typed, "GS-2026-CON002-000999-9")]

    assert [each.status_code for each in answers] == [422, 422]
    for each in answers:
        assert "Eso parece un folio" in words(each)
        assert real.holder_name not in words(each)
    assert not CheckCount.objects.exists()


# What a holder shows


def test_whoever_has_the_address_sees_what_the_paper_says(client, certificate):
    link = share(certificate)

    response = client.get(path_of(link))

    page = words(response)
    assert response.status_code == 200
    for said in ["Certificado vigente", certificate.holder_name, certificate.folio]:
        assert said in page
    assert certificate.assessment.person.file_number not in page
    for name, value in [
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Robots-Tag", "noindex, nofollow, noarchive"),
    ]:
        assert response.headers[name] == value
    assert CheckCount.objects.get().result == "valid"


def test_of_the_address_a_digest_is_kept(certificate):
    link = share(certificate)
    secret = path_of(link).split("/")[2]

    assert len(secret) == 26  # 128 bits
    assert secret not in str(ShareLink.objects.values().get())
    assert secret not in str(list(Activity.objects.values()))


@pytest.mark.parametrize(
    ("state", "until", "said"),
    [
        (CertificateState.SUSPENDED, None, "Certificado suspendido"),
        (CertificateState.REPLACED, None, "Certificado reemplazado"),
        (CertificateState.VALID, -1, "Certificado vencido"),
    ],
)
def test_it_says_how_the_certificate_stands_today(client, state, until, said):
    last = None if until is None else timezone.localdate() + timedelta(days=until)
    certificate = CertificateFactory(listed=True, state=state, valid_until=last)

    page = words(client.get(path_of(share(certificate))))

    assert said in page
    assert "No lo tome hoy como válido." in page


@pytest.mark.rule("CERT-19")
@pytest.mark.parametrize(("lookup", "shown"), [("full", True), ("minimal", False), ("none", False)])
def test_where_she_was_is_told_only_if_the_public_check_tells(client, lookup, shown):
    donors = [{"name": "Agencia de Prueba", "logo": ""}]
    certificate = CertificateFactory(listed=True, public_lookup=lookup, donors=donors)

    page = words(client.get(path_of(share(certificate))))

    assert certificate.holder_name in page
    told = (certificate.place, certificate.centre_code, "Agencia de Prueba")
    assert [each in page for each in told] == [shown] * 3


def shut(link):
    sharing.revoke_link(link, by=link.made_by)


def expire(link):
    ShareLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())


def use_up(link):
    ShareLink.objects.filter(pk=link.pk).update(views=link.max_views)


def restrict(link):
    Person.objects.filter(pk=link.person_id).update(restricted_at=timezone.now())


@pytest.mark.rule("SEC-4")
@pytest.mark.parametrize("why", [shut, expire, use_up, restrict])
def test_what_is_not_open_is_answered_like_what_never_was(client, why):
    certificate = signed()
    link = share(certificate)
    never = f"/c/{'A' * 26}/"
    why(link)

    answers = [
        client.get(each + end)
        for each in (path_of(link), never, "/c/%00/", "/c/ñ/")
        for end in ("", "credencial.json")
    ]

    assert {(each.status_code, words(each)) for each in answers} == {
        (404, words(client.get(never)))
    }
    assert not CheckCount.objects.exists()


def test_it_opens_so_often_and_no_more(client, certificate):
    link = share(certificate, max_views=2)

    statuses = [client.get(path_of(link)).status_code for _visit in range(3)]

    assert statuses == [200, 200, 404]
    link.refresh_from_db()
    assert (link.views, link.is_open) == (2, False)


@pytest.mark.django_db(transaction=True)
def test_two_who_open_it_at_once_use_it_up_together(certificate):
    link, start = share(certificate, max_views=1), Barrier(2)

    def visit(_):
        start.wait(timeout=10)
        try:
            return Client().get(path_of(link)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        statuses = sorted(pool.map(visit, range(2)))

    assert statuses == [200, 404]


def test_the_credential_is_handed_out_there_and_counts_as_well(client):
    certificate = signed()
    link = share(certificate, max_views=2)

    page = client.get(path_of(link))
    file = client.get(path_of(link) + "credencial.json")

    assert f"{path_of(link)}credencial.json" in page.content.decode()
    assert file.content == certificate.credential.encode()
    assert file.headers["Cache-Control"] == "no-store"
    link.refresh_from_db()
    assert link.views == 2
    assert client.get(path_of(link) + "credencial.json").status_code == 404


def test_one_of_before_there_were_credentials_has_none_to_hand_out(client, certificate):
    link = share(certificate)

    assert client.get(path_of(link) + "credencial.json").status_code == 404
    link.refresh_from_db()
    assert link.views == 0


def test_the_eleventh_visit_of_a_minute_is_too_many(client, certificate):
    link = share(certificate, max_views=50)

    statuses = [client.get(path_of(link)).status_code for _visit in range(11)]

    assert statuses == [200] * 10 + [429]
    assert client.get(path_of(link) + "credencial.json").status_code == 429


@pytest.mark.rule("SEC-24")
def test_our_log_keeps_no_secret(client, certificate, caplog, monkeypatch):
    monkeypatch.setattr(checks, "CHECKS_OF_ONE", 100)
    link = share(certificate, max_views=1)
    with caplog.at_level(logging.DEBUG):
        for end in ("", "credencial.json", ""):
            client.get(path_of(link) + end)

    assert path_of(link).split("/")[2] not in caplog.text
    assert not ReadLog.objects.exists()


def test_it_stands_on_her_word_or_on_her_consent(certificate):
    with pytest.raises(sharing.NotToBeShown):
        share(certificate, in_presence=False)
    assert not ShareLink.objects.exists()

    consent_of(certificate)

    link = share(certificate, in_presence=False)
    assert link.in_presence is False
    activity = Activity.objects.get(verb="certificate.shared")
    assert activity.changes == {"days": 7, "max_views": 3}
    assert activity.person_id == certificate.person_id


@pytest.mark.rule("CERT-18", "CASE-11")
@pytest.mark.parametrize(
    ("purpose", "shuts"),
    [
        (ConsentPurpose.SHARE_EMPLOYER, True),
        (ConsentPurpose.REGISTRATION, True),
        (ConsentPurpose.PUBLIC_REGISTER, False),
    ],
)
def test_addresses_are_shut_for_good_with_the_consent(certificate, purpose, shuts):
    person = certificate.assessment.person
    consent = person.consents.filter(purpose=purpose).first() or ConsentFactory(
        person=person, purpose=purpose
    )
    links = [share(certificate), share(certificate)]
    elsewhere = share(CertificateFactory(listed=True))
    caseworker = certificate.assessment.enrolled_by

    withdraw_consent(consent, version=consent.version, reason="No quiere", by=caseworker)

    for each in (*links, elsewhere):
        each.refresh_from_db()
    assert [each.is_open for each in links] == [not shuts] * 2
    assert elsewhere.is_open
    told = Activity.objects.filter(verb="certificate.share_revoked", actor=caseworker)
    assert told.count() == (2 if shuts else 0)


@pytest.mark.rule("CERT-18", "CASE-11")
def test_who_takes_the_consent_back_shuts_what_stood_on_it(client, certificate):
    consent = consent_of(certificate)
    agreed, present = share(certificate, in_presence=False), share(certificate)

    Consent.objects.filter(pk=consent.pk).update(
        withdrawn_at=timezone.now(), withdrawn_by=UserFactory()
    )

    statuses = [client.get(path_of(each)).status_code for each in (agreed, present)]
    assert statuses == [404, 200]  # the other she asked for herself, and may have shut


def test_nothing_goes_out_of_whose_data_are_restricted(certificate):
    Person.objects.filter(pk=certificate.person_id).update(restricted_at=timezone.now())

    with pytest.raises(sharing.DataRestricted):
        share(certificate)


@pytest.mark.rule("SEC-16")
def test_a_form_sent_twice_makes_one_address(certificate):
    key = uuid4()

    assert share(certificate, key=key) == share(certificate, key=key)
    with pytest.raises(OtherContent):
        share(certificate, key=key, days=30)
    assert ShareLink.objects.count() == 1


def test_an_address_is_shut_once(certificate):
    link = share(certificate)

    first = sharing.revoke_link(link, by=link.made_by)
    again = sharing.revoke_link(link, by=UserFactory())

    assert (again.revoked_at, again.revoked_by) == (first.revoked_at, link.made_by)
    assert Activity.objects.filter(verb="certificate.share_revoked").count() == 1


def test_the_database_opens_nothing_more_often_than_agreed(certificate):
    link = share(certificate)

    for wrong in ({"views": 4}, {"max_views": 0}, {"revoked_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ShareLink.objects.filter(pk=link.pk).update(**wrong)
