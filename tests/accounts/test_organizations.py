"""Organizations come, change and end on pages, and are never deleted."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actions import organizations as actions
from accounts.models import Activity, Organization
from genesis.lib.states import OtherContent, StaleRecord
from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = reverse("organizations:organization_list")


@pytest.fixture
def admin(client):
    user = UserFactory(administrator=True)
    client.force_login(user)
    return user


def answers(**changes):
    return {
        "name": "Alcaldía de Izalco",
        "code": "izalco",
        "kinds": ["partner", "training_body"],
        "address": "Barrio Dolores",
        "phone": "2453-1234",
    } | changes


def page(name, organization):
    return reverse(f"organizations:{name}", args=[organization.public_id])


def test_create_adds_an_organization_that_is_found_without_accents(client, admin):
    response = client.post(reverse("organizations:organization_create"), answers(key=str(uuid4())))

    made = Organization.objects.get(code="izalco")
    assert response.headers["Location"] == made.get_absolute_url()
    assert made.kinds == ["partner", "training_body"]
    assert made.phone.as_e164 == "+50324531234"
    assert Activity.objects.get(verb="organization.created").actor == admin
    assert "Alcaldía de Izalco" in client.get(LIST, {"nombre": "alcaldia"}).content.decode()


@pytest.mark.rule("SEC-16")
def test_create_twice_with_one_key_makes_one(admin):
    key = uuid4()
    first, second = (
        actions.create_organization(key=key, name="Uno", code="uno", kinds=["donor"], by=admin)
        for _time in range(2)
    )

    assert first == second
    with pytest.raises(OtherContent):
        actions.create_organization(key=key, name="Dos", code="dos", kinds=["donor"], by=admin)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "central"}, "code"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["castle"]}, "kinds"),
        ({"name": "…"}, "name"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_create_explains_at_the_field_what_is_wrong_and_keeps_the_rest(client, admin, wrong, field):
    OrganizationFactory(code="central")

    response = client.post(
        reverse("organizations:organization_create"), answers(key=str(uuid4())) | wrong
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "Barrio Dolores" in response.content.decode()


@pytest.mark.rule("SEC-15")
def test_change_corrects_it_and_a_stale_page_changes_nothing(client, admin):
    office = OrganizationFactory(name="Antes")
    sent = answers(name="Después", kinds=["office"], version=office.version)
    sent.pop("code")

    assert client.post(page("organization_change", office), sent).status_code == 302
    stale = client.post(page("organization_change", office), {**sent, "name": "Otra"})

    office.refresh_from_db()
    assert (office.name, office.search) == ("Después", "despues")
    assert stale.status_code == 409
    assert "Otra" in stale.content.decode()


def test_an_office_where_somebody_works_cannot_end_and_the_page_says_why(client, admin):
    office = RoleAssignmentFactory().organization
    sent = {"version": office.version}

    asked = client.get(page("organization_set_ended", office)).content.decode()
    response = client.post(page("organization_set_ended", office), sent, follow=True)

    office.refresh_from_db()
    assert office.ended_at is None
    assert "Hay 1 rol vigente" in asked
    assert "Hay 1 rol vigente" in response.content.decode()


def test_an_organization_ends_and_comes_back(client, admin):
    partner = OrganizationFactory(kinds=["partner"])

    client.post(page("organization_set_ended", partner), {"version": 1})
    assert list(Organization.objects.active().filter(pk=partner.pk)) == []
    assert partner.name in client.get(LIST, {"estado": "terminada"}).content.decode()

    client.post(page("organization_set_ended", partner), {"version": 2})
    assert Organization.objects.active().filter(pk=partner.pk).exists()
    verbs = Activity.objects.filter(verb__startswith="organization.").values_list("verb", flat=True)
    assert set(verbs) == {"organization.ended", "organization.reopened"}


def test_an_organization_that_ended_gets_no_more_roles(client, admin):
    ended = OrganizationFactory(kinds=["partner"])
    actions.end_organization(ended, version=1, by=admin)

    form = client.get(reverse("accounts:role_give", args=[UserFactory().public_id])).context["form"]

    assert ended not in form.fields["organization"].queryset


def test_the_database_wants_to_know_who_ended_it():
    organization = OrganizationFactory()

    with pytest.raises(IntegrityError, match="ended_by_somebody"), transaction.atomic():
        Organization.objects.filter(pk=organization.pk).update(ended_at="2026-01-01T00:00Z")


def test_a_stale_end_changes_nothing(admin):
    partner = OrganizationFactory(kinds=["partner"])

    with pytest.raises(StaleRecord):
        actions.end_organization(partner, version=7, by=admin)


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_few_queries(client, admin, django_assert_num_queries, rows):
    for _each in range(rows):
        organization = OrganizationFactory()

    with django_assert_num_queries(5):
        client.get(LIST)
    with django_assert_num_queries(DETAIL):
        client.get(organization.get_absolute_url())


DETAIL = 6
