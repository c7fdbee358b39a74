"""Who comes under protection later: of the certificates she already has the public sees the least.

At once, by whichever way it comes about; and she alone gives it back (CERT-19).
"""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Activity
from accounts.roles import Role
from beneficiaries.actions import care, people
from beneficiaries.actions.merging import merge_people
from beneficiaries.choices import Population, ProtocolState, Status
from certification.actions import certificate_life as life
from certification.choices import CertificateEventKind, PublicLookup
from certification.models import CertificateEvent
from certification.views.public import facts_of_front
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import CaseFactory, LookupFactory, PersonFactory
from tests.factories.certification import CertificateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CERT-19")]


@pytest.fixture
def certificate():
    certificate = CertificateFactory(listed=True, status=Status.RETURNED_US)
    assert certificate.public_lookup == PublicLookup.FULL
    return certificate


def displace(person):
    people.change_person(
        person,
        version=person.version,
        population=Population.RETURNEE_IDP,
        by=UserFactory(caseworker=True),
    )


def open_protocol(person):
    care.open_protocol(person, by=UserFactory(role=Role.CLINICAL_SUPERVISOR))


def screen(person, level="high"):
    case = person.cases.first() or CaseFactory(person=person)
    LookupFactory(list="need", code="employment", es="Empleo", en="Employment")
    care.record_screening(
        case,
        key=uuid4(),
        on=case.opened_on,
        needs={"employment": 1},
        flags=[],
        source="told",
        audience="team",
        level=level,
        current_danger="no",
        immediate_action="Casa de acogida.",
        by=UserFactory(caseworker=True),
    )


def merge(person):
    endangered = PersonFactory(status=Status.IDP, population=Population.IDP, office=person.office)
    by = UserFactory(programme_coordinator=True)
    merge_people(person, endangered, versions=(1, 1), reason="Es ella.", by=by)


@pytest.mark.parametrize("come_under_protection", [displace, open_protocol, screen, merge])
def test_the_certificates_that_she_has_show_the_least_at_once(certificate, come_under_protection):
    before = {row["label"] for row in facts_of_front(certificate)}

    come_under_protection(certificate.assessment.person)

    certificate.refresh_from_db()
    after = {row["label"] for row in facts_of_front(certificate)}
    assert certificate.public_lookup == PublicLookup.MINIMAL
    assert {str(label) for label in before - after} == {"Lugar de evaluación", "Centro"}
    event = CertificateEvent.objects.get()
    assert (event.kind, event.reason, event.by) == ("lookup", "minimal", None)
    assert Activity.objects.get(verb="certificate.lookup_changed").actor is None


def test_what_she_shut_stays_shut(certificate):
    life.change_lookup(certificate, version=1, lookup="none", by=UserFactory(caseworker=True))

    open_protocol(certificate.assessment.person)

    certificate.refresh_from_db()
    assert certificate.public_lookup == PublicLookup.NONE


def test_who_is_in_no_danger_keeps_what_she_has(certificate):
    screen(certificate.assessment.person, level="low")

    certificate.refresh_from_db()
    assert certificate.public_lookup == PublicLookup.FULL


def test_only_she_gives_it_back_and_then_it_stays(certificate):
    person, officer = certificate.assessment.person, UserFactory(officer=True)
    supervisor = UserFactory(role=Role.CLINICAL_SUPERVISOR)
    displace(person)
    protocol = care.open_protocol(person, by=supervisor)
    protocol.refresh_from_db()
    texts = dict.fromkeys(["means", "plan", "timing", "protective_factors", "measures"], "x")
    care.assess_risk(protocol, key=uuid4(), level="medium", **texts, by=supervisor)
    care.move_protocol(protocol, version=2, to=ProtocolState.MONITORED, by=supervisor)
    care.move_protocol(protocol, version=3, to=ProtocolState.OFF, by=supervisor)
    certificate.refresh_from_db()
    assert certificate.public_lookup == PublicLookup.MINIMAL

    life.change_lookup(certificate, version=certificate.version, lookup="full", by=officer)
    people.refresh_figures(person)

    certificate.refresh_from_db()
    made = life.reissue_certificate(
        certificate, version=certificate.version, reason="correccion", note="x", by=officer
    )
    assert made.public_lookup == PublicLookup.FULL


def test_a_new_one_of_who_has_a_protocol_shows_the_least(certificate):
    open_protocol(certificate.assessment.person)
    certificate.refresh_from_db()

    made = life.reissue_certificate(
        certificate,
        version=certificate.version,
        reason="correccion",
        note="x",
        by=UserFactory(officer=True),
    )

    assert made.public_lookup == PublicLookup.MINIMAL


def test_nothing_else_is_done_by_nobody(certificate):
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateEvent.objects.create(
            certificate=certificate, kind=CertificateEventKind.SUSPENDED, by=None
        )
