import pytest

from accounts.models import User
from accounts.roles import Permission
from tests.factories.accounts import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_role_grants_at_its_own_organization_alone():
    office, other = OrganizationFactory.create_batch(2)
    user = UserFactory(registrar=True, at=office)

    assert user.may(Permission.PERSON_REGISTER)
    assert user.may(Permission.PERSON_REGISTER, at=office)
    assert not user.may(Permission.PERSON_REGISTER, at=other)
    assert list(user.organizations_where(Permission.PERSON_REGISTER)) == [office]


def test_an_inactive_user_may_nothing():
    user = UserFactory(registrar=True, is_active=False)

    assert not User.objects.get(pk=user.pk).may(Permission.PERSON_REGISTER)
