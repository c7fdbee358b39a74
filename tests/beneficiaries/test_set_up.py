"""Programmes, phases, donors and territory are set up on pages."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.actions.organizations import StillNeeded, change_organization, end_organization
from accounts.models import Activity
from beneficiaries.actions import programmes as actions
from beneficiaries.models import Funding, OrganizationPlace, Phase, Programme
from genesis.lib.states import StaleRecord
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    DistrictFactory,
    MunicipalityFactory,
    PersonFactory,
    PhaseFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = UserFactory(administrator=True)
    client.force_login(user)
    return user


@pytest.fixture
def phase():
    """The phase of the factories runs from 2020 to 2030."""
    return PhaseFactory()


def answers(phase, **changes):
    return {
        "name": "Fase 2031–2034",
        "starts_on": "2031-01-01",
        "ends_on": "2034-12-31",
        "rule_set": phase.rule_set.pk,
        "donors": [],
    } | changes


def page(name, *args):
    return reverse(f"programme:{name}", args=args)


def test_a_phase_is_added_with_its_rules_and_donors(client, admin, phase):
    donor = OrganizationFactory(kinds=["donor"], name="Unión Europea")
    sent = answers(phase, donors=[donor.pk], key=str(uuid4()))
    address = page("phase_create", phase.programme.public_id)

    client.post(address, sent)
    client.post(address, sent)  # sent twice, made once

    made = Phase.objects.get(name="Fase 2031–2034")
    assert (made.starts_on, made.rule_set) == (date(2031, 1, 1), phase.rule_set)
    assert [each.donor for each in made.fundings.all()] == [donor]
    assert "Unión Europea" in client.get(made.get_absolute_url()).content.decode()
    assert "Unión Europea" in client.get(page("programme_list")).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"starts_on": "2030-12-31"}, "starts_on", "Fase 2025–2028"),
        ({"ends_on": "2030-01-01"}, "ends_on", "último día"),
        ({"rule_set": "9999"}, "rule_set", ""),
        ({"name": ""}, "name", ""),
    ],
)
@pytest.mark.usefixtures("admin")
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(client, phase, wrong, field, said):
    address = page("phase_create", phase.programme.public_id)

    response = client.post(address, answers(phase, key=str(uuid4())) | wrong)

    assert response.status_code == 422
    form = response.context["form"]
    assert list(form.errors) == [field]
    assert said in str(form.errors)
    assert "2034-12-31" in response.content.decode() or "ends_on" in wrong
    assert Phase.objects.count() == 1


@pytest.mark.rule("SEC-15")
def test_a_stale_page_changes_no_phase(client, admin, phase):
    sent = answers(phase, starts_on="2020-01-01", ends_on="2030-12-31", version=phase.version)
    address = page("phase_change", phase.public_id)

    assert client.post(address, {**sent, "name": "Primera"}).status_code == 302
    assert client.post(address, {**sent, "name": "Segunda"}).status_code == 409

    phase.refresh_from_db()
    assert phase.name == "Primera"


def test_a_phase_cannot_leave_out_the_cases_that_were_opened_in_it(client, admin, phase):
    PersonFactory(with_case=True)  # registered on 2 March 2026
    sent = answers(phase, starts_on="2020-01-01", ends_on="2026-03-01", version=phase.version)

    response = client.post(page("phase_change", phase.public_id), sent)

    assert list(response.context["form"].errors) == ["ends_on"]


def test_a_donor_has_rules_of_its_own_until_it_funds_no_more(client, admin, phase):
    donor = OrganizationFactory(kinds=["donor"])
    sent = answers(phase, starts_on="2020-01-01", ends_on="2030-12-31", name=phase.name)
    address = page("phase_change", phase.public_id)
    client.post(address, {**sent, "donors": [donor.pk], "version": 1})
    funding = Funding.objects.get(phase=phase)

    own = page("funding_change", phase.public_id, donor.public_id)
    client.post(own, {"rule_set": phase.rule_set.pk, "version": funding.version})
    funding.refresh_from_db()
    assert funding.rule_set == phase.rule_set

    client.post(address, {**sent, "version": 2})
    assert not Funding.objects.filter(phase=phase).exists()
    trace = Activity.objects.filter(verb="phase.changed").latest("pk")
    assert (trace.changes["donors_before"], trace.changes["donors_now"]) == ([donor.pk], [])


def test_only_a_donor_funds(admin, phase):
    partner = OrganizationFactory(kinds=["partner"])

    with pytest.raises(ValidationError, match="donante"):
        actions.create_phase(
            phase.programme,
            key=uuid4(),
            donors=[partner],
            by=admin,
            name="X",
            starts_on=date(2031, 1, 1),
            ends_on=date(2031, 12, 31),
            rule_set=phase.rule_set,
        )


def test_a_donor_that_funds_a_phase_stays_a_donor_and_may_end(admin, phase):
    donor = OrganizationFactory(kinds=["donor"])
    Funding.objects.create(phase=phase, donor=donor)

    with pytest.raises(ValidationError, match="Financia"):
        change_organization(donor, version=1, kinds=["partner"], by=admin)
    assert end_organization(donor, version=1, by=admin).ended_at


def test_an_office_with_open_cases_cannot_end(admin):
    office = PersonFactory(with_case=True).office

    with pytest.raises(StillNeeded, match="1 caso abierto"):
        end_organization(office, version=1, by=admin)


def test_programmes_are_added_and_renamed(client, admin):
    client.post(page("programme_create"), {"key": str(uuid4()), "name": "Programa Volver"})
    made = Programme.objects.get(name="Programa Volver")

    client.post(
        page("programme_change", made.public_id), {"version": 1, "name": "Programa Regresar"}
    )

    made.refresh_from_db()
    assert made.name == "Programa Regresar"
    assert "Programa Regresar" in client.get(page("programme_list")).content.decode()


def test_two_programmes_of_one_name_get_two_codes(admin):
    made = [
        actions.create_programme(key=uuid4(), name="Programa Volver", by=admin) for _ in range(3)
    ]

    assert len({each.code for each in made}) == 3


def test_an_office_says_what_it_covers(client, admin):
    office, town = OrganizationFactory(), MunicipalityFactory()
    home = DistrictFactory()
    address = page("place_change", office.public_id)
    sent = {
        "version": 0,
        "district": home.pk,
        "departments": [home.department.pk],
        "municipalities": [town.pk],
    }

    first = client.post(address, sent)
    assert first.status_code == 302, first.context["form"].errors
    assert client.post(address, sent).status_code == 409  # made meanwhile

    place = OrganizationPlace.objects.get(organization=office)
    assert place.district == home
    shown = client.get(office.get_absolute_url()).content.decode()
    assert "San Salvador, San Salvador Este" in shown
    trace = Activity.objects.get(verb="place.changed")
    assert trace.changes["covers_now"] == ["06", "SV06003"]


def test_what_is_no_office_covers_nothing(client, admin):
    partner = OrganizationFactory(kinds=["partner"])

    form = client.get(page("place_change", partner.public_id)).context["form"]

    assert set(form.fields) == {"district", "version"}


def test_a_stale_place_changes_nothing(admin):
    office = OrganizationFactory()
    actions.set_place(office, version=0, district=None, by=admin)

    with pytest.raises(StaleRecord):
        actions.set_place(office, version=1, district=DistrictFactory(), by=admin)


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_few_queries(client, admin, phase, django_assert_num_queries, rows):
    for number in range(rows):
        donor = OrganizationFactory(kinds=["donor"])
        Funding.objects.create(phase=phase, donor=donor)
        if number:
            PhaseFactory(
                code=f"f{number}",
                starts_on=date(2040 + number, 1, 1),
                ends_on=date(2040 + number, 12, 31),
            )

    with django_assert_num_queries(7):
        client.get(page("programme_list"))
    with django_assert_num_queries(6):
        client.get(phase.get_absolute_url())
