"""Logos and donors on the certificate: data of the day of its issue, and they stay."""

import io
import re
from base64 import b64decode
from datetime import date, timedelta
from hashlib import sha256
from uuid import uuid4

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from beneficiaries.models import Funding
from certification.actions import deciding
from certification.actions.certificate_life import reissue_certificate
from certification.actions.logos import erase_orphans
from certification.documents import printed
from certification.models import Certificate, Logo
from certification.tasks import render_certificate
from genesis.lib.storage import private
from tests.certification.test_documents import text_of
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import CaseFactory, PhaseFactory, columns_of_state
from tests.factories.certification import (
    AssessmentFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    signing_key,
)
from tests.factories.papers import paper, photo

SIZES = {"A4": 595, "Letter": 612}  # points that a page is high
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = UserFactory(administrator=True)
    client.force_login(user)
    return user


def logo(number, *, wide=900):
    return photo(wide + 30 * number, 300)


def send(client, organization, data=None, **answers):
    page = reverse("certification:logo_change", args=[organization.public_id])
    sent = {"key": str(uuid4())} | answers
    if data is not None:
        sent["file"] = SimpleUploadedFile("logo.png", data, "image/png")
    return client.post(page, sent)


@pytest.mark.rule("SEC-16", "SEC-23")
def test_a_logo_is_kept_made_anew_and_another_takes_its_place(client, admin):
    donor = OrganizationFactory(kinds=["donor"])
    key = str(uuid4())

    first = send(client, donor, logo(1), key=key)
    again = send(client, donor, logo(1), key=key)
    send(client, donor, logo(2))

    assert (first.status_code, again.status_code) == (302, 302)
    old, new = Logo.objects.order_by("pk")
    assert (old.ended_by, new.ended_at) == (admin, None)
    assert not new.file.name.endswith(".png")
    shown = client.get(reverse("certification:logo_file", args=[new.public_id]))
    assert sha256(shown.content).hexdigest() == new.sha256
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert "con su logotipo desde" in client.get(donor.get_absolute_url()).content.decode()
    send(client, donor, none="on")
    assert not Logo.objects.in_use().exists()
    assert Activity.objects.filter(verb="organization.logo_changed").count() == 3
    assert erase_orphans() == 0


@pytest.mark.parametrize("what", ["paper", "nothing", "both", "no donor"])
def test_what_is_no_logo_is_said_at_the_field(client, admin, what):
    donor = OrganizationFactory(kinds=["partner"] if what == "no donor" else ["donor"])
    if what == "both":
        send(client, donor, logo(1))
    data = {"paper": paper(), "nothing": None}.get(what, logo(2))

    answer = send(client, donor, data, **({"none": "on"} if what == "both" else {}))

    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert Logo.objects.count() == (what == "both")


def funded(person, *names):
    """The phase of somebody's case, funded by organizations of these names."""
    return [
        Funding.objects.create(
            phase=person.cases.get().phase, donor=OrganizationFactory(name=name, kinds=["donor"])
        )
        for name in names
    ]


@pytest.mark.rule("CERT-15")
def test_a_certificate_keeps_the_logos_and_donors_of_its_day(client, admin):
    signing_key()
    body = CertifyingBodyFactory().organization
    body.kinds = ["certifying_body"]
    body.save()
    assessment = AssessmentFactory(verified=True)
    _second, first = funded(assessment.person, "Unión de Prueba", "Agencia de Prueba")
    send(client, body, logo(1, wide=300))
    send(client, first.donor, logo(2))
    made = deciding.certify(assessment, version=1, by=assessment.officer)
    before = printed.certificate_pdf(made)

    send(client, body, logo(3, wide=300))
    send(client, first.donor, none="on")
    first.donor.name = "Otro nombre"
    first.donor.save()
    first.delete()

    after = Certificate.objects.get()
    assert printed.certificate_pdf(after) == before
    assert [each["name"] for each in after.donors] == ["Agencia de Prueba", "Unión de Prueba"]
    assert "Con el apoyo de Agencia de Prueba y Unión de Prueba" in text_of(before)
    with pikepdf.open(io.BytesIO(before)) as pdf:
        assert len(pdf.pages) == 2
        assert len(pdf.pages[0].get_images()) == 2
    render_certificate(certificate_id=made.pk)
    with pytest.raises(IntegrityError, match="CERT-15"), transaction.atomic():
        Certificate.objects.update(donors=[])
    old = Logo.objects.order_by("pk")[0]
    for change in ("UPDATE certification_logo SET sha256 = ''", "DELETE FROM certification_logo"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{change} WHERE id = %s", [old.pk])
    with private().open(old.file.name, "rb") as file:
        content = file.read()
    assert b64decode(printed.picture_of(old).partition(",")[2]) == content
    private().save(old.file.name, ContentFile(content + b"x"))
    with pytest.raises(printed.LogoNotAsItWas):
        printed.certificate_pdf(after)


@pytest.mark.rule("CERT-15")
def test_what_is_issued_again_names_the_donors_of_the_same_case():
    CertifyingBodyFactory()
    certificate = CertificateFactory(listed=True)
    person = certificate.assessment.person
    funded(person, "Agencia de Prueba")
    today = timezone.localdate()
    ended = {"state": "closed", "closed_on": today}
    person.cases.update(**ended | columns_of_state(ended | {"opened_on": person.registered_on}))
    years = {"starts_on": date(2031, 1, 1), "ends_on": date(2033, 12, 31)}
    later = PhaseFactory(code="fase-siguiente", **years)
    CaseFactory(person=person, episode=2, phase=later, opened_on=today + timedelta(days=1))
    donor = OrganizationFactory(name="Otra agencia", kinds=["donor"])
    Funding.objects.create(phase=later, donor=donor)
    told = {"version": certificate.version, "reason": "correccion", "note": "El apellido."}

    made = reissue_certificate(certificate, **told, by=UserFactory(officer=True))

    assert [each["name"] for each in made.donors] == ["Agencia de Prueba"]


@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_the_longest_names_stay_on_one_page_a_side(client, admin, settings, size):
    settings.CERTIFICATE_PAPER = size
    body = CertifyingBodyFactory(printed_name=("Instituto " * 15).strip()).organization
    body.kinds = ["certifying_body"]
    body.save()
    send(client, body, logo(1))
    donors = []
    for number in range(6):
        donor = OrganizationFactory(
            name=f"Agencia {number} " + "de cooperación " * 9, kinds=["donor"]
        )
        send(client, donor, logo(number + 2))
        kept = Logo.objects.get(organization=donor)
        donors.append({"name": donor.name, "logo": str(kept.public_id)})
    certificate = CertificateFactory(
        holder_name="María de los Ángeles " * 4,
        standard_title="Colocación de pisos y enchapes cerámicos " * 3,
        body_logo=Logo.objects.get(organization=body),
        body_name=("Instituto " * 15).strip(),
        donors=donors,
    )

    made = printed.certificate_pdf(certificate)

    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) == 2
        assert len(pdf.pages[0].get_images()) == 7
    places = re.findall(
        r'yMin="([0-9.]+)" xMax="[0-9.]+" yMax="([0-9.]+)">([^<]+)<',
        text_of(made, "-bbox", "-f", "1", "-l", "1"),
    )
    top = {word: float(begins) for begins, _ends, word in reversed(places)}
    bottom = {word: float(ends) for _begins, ends, word in places}
    assert bottom["Organismo"] < top["Certificado"]
    assert bottom["nivel"] <= top["Lugar"]
    assert bottom["titular"] <= top["apoyo"]
    assert bottom["cooperación"] < float(SIZES[size]) - 15 / 25.4 * 72
