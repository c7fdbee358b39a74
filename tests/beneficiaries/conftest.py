"""What the tests of the registry share: who is signed in, and what an installation starts with."""

import pytest
from django.db import transaction

from beneficiaries.actions.reference import load_reference
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import DistrictFactory, NoticeFactory, PhaseFactory
from tests.workers import ask_task, broker, environment, start_worker

__all__ = ["ask_task", "broker", "environment", "start_worker"]


@pytest.fixture(scope="module")
def reference(django_db_setup, django_db_blocker):
    """The reference data of an installation, for all tests of a module and gone with the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_reference()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def office():
    return OrganizationFactory(code="soyapango", name="Oficina de Soyapango")


@pytest.fixture
def house():
    """As little of the reference data as a registration needs."""
    NoticeFactory()
    PhaseFactory()
    return DistrictFactory()


@pytest.fixture
def caseworker(client, office):
    """A caseworker of the office, signed in."""
    user = UserFactory(caseworker=True, at=office)
    client.force_login(user)
    return user
