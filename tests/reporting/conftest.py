"""People who count, and who looks at the figures."""

from datetime import date

import pytest

from beneficiaries.choices import Outcome, Track
from beneficiaries.models import EligibilityDecision
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    CaseFactory,
    PersonFactory,
    ServiceRecordFactory,
    why_of,
)


@pytest.fixture
def office():
    return OrganizationFactory(name="Oficina de Soyapango")


@pytest.fixture
def reach():
    """Make somebody whom the programme reached: eligible, with a service on a day."""

    def reach(*, on=date(2026, 3, 2), outcome=Outcome.ELIGIBLE, **answers):
        person = PersonFactory(**answers)
        case = CaseFactory(person=person)
        EligibilityDecision.objects.create(
            case=case,
            rule_set=case.phase.rule_set,
            inputs={},
            certification_track=Track.ELIGIBLE,
            outcome=outcome,
            **why_of(outcome),
        )
        ServiceRecordFactory(person=person, on=on)
        return person

    return reach


@pytest.fixture
def signed_in(client):
    def signed_in(role, **answers):
        user = UserFactory(role=role, **answers)
        client.force_login(user)
        return user

    return signed_in
