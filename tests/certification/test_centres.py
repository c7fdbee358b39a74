"""Organizations become evaluation centres and certifying bodies on pages."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.actions.organizations import StillNeeded, change_organization, end_organization
from accounts.models import Activity
from certification.forms.plans import PlanForm
from certification.models import Centre, CertifyingBody
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import DistrictFactory
from tests.factories.certification import (
    AssessmentFactory,
    CentreFactory,
    CertificateFactory,
    CertifyingBodyFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = UserFactory(administrator=True)
    client.force_login(user)
    return user


def body_answers(**changes):
    return {
        "key": str(uuid4()),
        "printed_name": "Consejo de Oficios",
        "folio_prefix": "co",
        "valid_from": "2026-01-01",
        "valid_until": "",
    } | changes


def test_an_organization_becomes_a_centre_and_its_page_says_so(client, admin):
    place = OrganizationFactory(kinds=["evaluation_centre"])
    page = reverse("certification:centre_set_up", args=[place.public_id])
    sent = {"key": str(uuid4()), "code": "CE-SO-01", "district": DistrictFactory().pk}

    assert "Sin configurar" in client.get(place.get_absolute_url()).content.decode()
    client.post(page, sent)
    client.post(page, sent)  # sent twice, made once

    centre = Centre.objects.get(organization=place)
    assert centre.code == "CE-SO-01"
    assert "CE-SO-01" in client.get(place.get_absolute_url()).content.decode()
    client.post(page, {**sent, "code": "CE-SO-02", "version": centre.version})
    centre.refresh_from_db()
    assert centre.code == "CE-SO-02"
    assert Activity.objects.filter(verb="centre.changed", actor=admin).exists()


def test_a_code_of_another_centre_is_refused_at_its_field(client, admin):
    place = OrganizationFactory(kinds=["evaluation_centre"])
    taken = CentreFactory().code

    response = client.post(
        reverse("certification:centre_set_up", args=[place.public_id]),
        {"key": str(uuid4()), "code": taken, "district": DistrictFactory().pk},
    )

    assert response.status_code == 422
    assert "code" in response.context["form"].errors


@pytest.mark.parametrize("name", ["centre_set_up", "body_create"])
def test_it_must_be_marked_as_such_first(client, admin, name):
    partner = OrganizationFactory(kinds=["partner"])
    answers = body_answers(code="X-1", district=DistrictFactory().pk)

    response = client.post(reverse(f"certification:{name}", args=[partner.public_id]), answers)

    assert response.status_code == 422
    assert "Márquela primero" in response.content.decode()


def test_a_body_certifies_from_a_day_on(client, admin):
    council = OrganizationFactory(kinds=["certifying_body"])

    client.post(reverse("certification:body_create", args=[council.public_id]), body_answers())

    body = CertifyingBody.objects.get()
    assert (body.folio_prefix, body.valid_from, body.valid_until) == ("CO", date(2026, 1, 1), None)
    assert "Consejo de Oficios" in client.get(council.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"folio_prefix": "1A"}, "folio_prefix"),
        ({"folio_prefix": "Ñ"}, "folio_prefix"),
        ({"valid_until": "2025-12-31"}, "valid_until"),
        ({"valid_from": "2020-06-01", "valid_until": "2020-07-01"}, "valid_from"),
    ],
)
def test_what_a_body_cannot_be_is_said_at_the_field(client, admin, wrong, field):
    CertifyingBodyFactory(valid_until=date(2025, 12, 31))
    council = OrganizationFactory(kinds=["certifying_body"])

    response = client.post(
        reverse("certification:body_create", args=[council.public_id]), body_answers(**wrong)
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


def test_a_body_with_certificates_only_gets_a_last_day(client, admin):
    issued = CertificateFactory()
    body = issued.body
    page = reverse("certification:body_change", args=[body.public_id])
    sent = body_answers(
        printed_name=body.printed_name,
        folio_prefix=body.folio_prefix,
        valid_from=body.valid_from.isoformat(),
        version=body.version,
    )

    renamed = client.post(page, {**sent, "printed_name": "Otro nombre"})
    too_early = issued.issued_on - timedelta(days=1)
    cut = client.post(page, {**sent, "valid_until": too_early.isoformat()})
    client.post(page, {**sent, "valid_until": issued.issued_on.isoformat()})

    assert list(renamed.context["form"].errors) == ["printed_name"]
    assert list(cut.context["form"].errors) == ["valid_until"]
    body.refresh_from_db()
    assert body.valid_until == issued.issued_on


def test_a_centre_where_assessments_go_on_cannot_end_nor_lose_its_kind(admin):
    place = AssessmentFactory(planned=True).centre.organization

    with pytest.raises(StillNeeded):
        end_organization(place, version=1, by=admin)
    with pytest.raises(ValidationError, match="Centro de evaluación"):
        change_organization(place, version=1, kinds=["partner"], by=admin)


def test_a_body_that_certifies_today_cannot_end(admin):
    with pytest.raises(StillNeeded):
        end_organization(CertifyingBodyFactory().organization, version=1, by=admin)


def test_a_centre_that_ended_is_offered_no_more(admin):
    centre = CentreFactory()
    end_organization(centre.organization, version=1, by=admin)

    assert centre not in PlanForm(instance=AssessmentFactory()).fields["centre"].queryset
    assert (
        timezone.localdate(
            centre.organization.__class__.objects.get(pk=centre.organization_id).ended_at
        )
        == timezone.localdate()
    )
