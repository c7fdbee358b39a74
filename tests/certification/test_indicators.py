"""The figures of certification count people, not attempts and not papers."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from certification.actions import certificate_life as life
from certification.indicators import assessed, certificates, certified
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory, CertificateFactory

pytestmark = pytest.mark.django_db


def subjects(events):
    """Whom, or what, each event of today counts as."""
    return [each["subject"] for each in events(timezone.now() + timedelta(minutes=1))]


@pytest.mark.rule("CERT-20")
def test_who_was_assessed_twice_and_certified_twice_is_one_person():
    first = AssessmentFactory(closed_not_yet=True)
    person = first.person
    for _each in range(2):
        CertificateFactory(assessment=AssessmentFactory(certified=True, person=person))

    assert subjects(assessed) == [person.pk] * 3  # attempts, each to be counted with its person
    assert set(subjects(certified)) == {person.pk}
    assert len(set(subjects(certificates))) == 2  # the papers are a figure of their own


@pytest.mark.rule("CERT-20")
def test_a_corrected_certificate_is_one_act_and_a_revoked_one_none():
    certificate = CertificateFactory(listed=True)
    first, second = UserFactory.create_batch(2, officer=True)
    made = life.reissue_certificate(
        certificate, version=1, reason="correccion", note="El apellido.", by=first
    )
    assert subjects(certificates) == [certificate.pk]

    proposal = life.propose_revocation(
        made, key=uuid4(), reason="fraude", note="El acta no existe.", by=first
    )
    life.approve_revocation(proposal, version=1, answer="", by=second)

    assert subjects(certificates) == []
    assert subjects(certified) == []
