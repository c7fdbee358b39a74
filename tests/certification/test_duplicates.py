"""The same paper again: marked, without another folio, and on record; and its checks, counted."""

import io
import json
import re

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from beneficiaries.choices import ConsentPurpose
from certification.actions import deciding
from certification.documents import printed
from certification.models import Certificate, CertificateEvent, Duplicate, VerificationCount
from certification.tasks import print_duplicate, render_certificate
from genesis.lib.background import WorkState, revive
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import (
    AssessmentFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    signing_key,
)

pytestmark = pytest.mark.django_db


def test_a_duplicate_is_marked_and_keeps_folio_code_and_file(client):
    signing_key()
    certificate = CertificateFactory(listed=True)
    client.force_login(certificate.assessment.enrolled_by)
    page = reverse("certification:certificate_duplicate", args=[certificate.public_id])
    told = {"version": 1, "reason": "Perdió el suyo en la mudanza."}
    assert client.post(page, told).status_code == 422  # it is not printed yet
    render_certificate(certificate_id=certificate.pk)
    before = Certificate.objects.get()

    lacking = client.post(page, {"version": 1, "reason": " "})
    done = client.post(page, told)

    assert (lacking.status_code, done.status_code) == (422, 302)
    after, event = Certificate.objects.get(), CertificateEvent.objects.get()
    assert (after.folio, after.code, after.pdf_sha256) == (
        before.folio,
        before.code,
        before.pdf_sha256,
    )
    assert (event.kind, event.note) == ("duplicate", told["reason"])
    assert Activity.objects.get(verb="certificate.duplicated").person_id == after.person_id
    file = reverse("certification:duplicate_file", args=[after.public_id, event.pk])
    assert "Se está imprimiendo" in client.get(after.get_absolute_url()).content.decode()
    assert client.get(file).status_code == 404
    Duplicate.objects.update(work_state=WorkState.DEAD)
    shown = client.get(after.get_absolute_url()).content.decode()
    assert "No se pudo imprimir" in shown
    assert "Se está imprimiendo" not in shown
    revive(Duplicate.objects.get())
    print_duplicate(duplicate_id=event.duplicate.pk)
    assert file in client.get(after.get_absolute_url()).content.decode()
    with pikepdf.open(io.BytesIO(b"".join(client.get(file)))) as pdf:
        assert len(pdf.pages) == 2
        assert printed.CREDENTIAL in pdf.attachments
    assert "DUPLICADO" in printed.certificate_html(after, duplicate=event)
    assert "DUPLICADO" not in printed.certificate_html(after)
    Certificate.objects.update(state="suspended")
    assert client.get(file).status_code == 404
    Certificate.objects.update(state="valid")
    client.logout()
    client.force_login(UserFactory(coordinator=True, at=after.assessment.person.office))
    assert client.get(file).status_code == 403


def test_what_does_not_hold_has_no_duplicate(client):
    signing_key()
    certificate = CertificateFactory(listed=True)
    render_certificate(certificate_id=certificate.pk)
    Certificate.objects.update(state="suspended")
    client.force_login(UserFactory(officer=True))
    page = reverse("certification:certificate_duplicate", args=[certificate.public_id])

    assert client.post(page, {"version": 1, "reason": "x"}).status_code == 422
    assert not CertificateEvent.objects.exists()


@pytest.mark.parametrize(("paper", "size"), [("A4", (842, 595)), ("Letter", (792, 612))])
def test_it_is_printed_on_the_paper_of_the_installation(settings, paper, size):
    settings.CERTIFICATE_PAPER = paper
    certificate = CertificateFactory(holder_name="María de los Ángeles " * 4)

    with pikepdf.open(io.BytesIO(printed.certificate_pdf(certificate))) as pdf:
        sizes = [tuple(round(float(each)) for each in page.mediabox[2:]) for page in pdf.pages]

    assert sizes == [size, size]


def test_the_credential_names_the_decision(client):
    CertifyingBodyFactory()
    signing_key()
    assessment = AssessmentFactory(verified=True)
    made = deciding.certify(assessment, version=1, by=assessment.officer)
    number = assessment.decisions.get().number

    render_certificate(certificate_id=made.pk)

    made.refresh_from_db()
    assert re.fullmatch(f"{timezone.localdate().year}-[0-9]{{6}}", number)
    [evidence] = json.loads(made.credential)["evidence"]
    assert evidence["narrative"].endswith(f"Dictamen n.º {number}.")
    client.force_login(assessment.enrolled_by)
    assert number in client.get(assessment.get_absolute_url()).content.decode()


def test_the_checks_of_a_certificate_are_counted_by_day_and_shown_to_staff(client):
    certificate, other = CertificateFactory(), CertificateFactory()
    for each in (certificate, other):
        ConsentFactory(person=each.assessment.person, purpose=ConsentPurpose.PUBLIC_REGISTER)
    address = reverse("certificate_verify", args=[certificate.code])

    for _each in range(3):
        client.get(address)
    client.get(reverse("certificate_verify", args=["0000-0000-01"]))

    found = VerificationCount.objects.values_list("certificate", "day", "times")
    assert list(found) == [(certificate.pk, timezone.localdate(), 3)]
    assert {each.name for each in VerificationCount._meta.fields} == {
        "id",
        "certificate",
        "day",
        "times",
    }
    client.force_login(UserFactory(officer=True))
    page = client.get(certificate.get_absolute_url()).content.decode()
    assert "Consultas públicas: 3" in page
