"""The figures of certification count people, not attempts and not papers."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from beneficiaries.choices import Sector, Service
from beneficiaries.registry import INDICATORS
from certification.actions import certificate_life as life
from certification.choices import AccreditationState, VersionState
from certification.indicators.people import assessed, certificates, certified
from certification.models import Judgement
from reporting.indicators.figures import counted_rows
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ServiceRecordFactory
from tests.factories.certification import (
    AccreditationFactory,
    AssessmentFactory,
    CertificateFactory,
    EvaluatorFactory,
    StandardVersionFactory,
)

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


def counted(code, **options):
    return counted_rows(INDICATORS[code], known_at=timezone.now(), **options)


def test_of_each_standard_the_first_completed_assessment_counts_for_the_pass_rate():
    passed, failed = AssessmentFactory(judged=True), AssessmentFactory(closed_not_yet=True)
    AssessmentFactory(judged=True, previous=failed, attempt=2, person=failed.person)
    AssessmentFactory(evidence_closed=True)

    found = {row.subject: row.met for row in counted("GS-1.4")}

    assert found == {passed.pk: True, failed.pk: False}


def test_a_judgement_that_was_returned_does_not_count_for_the_pass_rate():
    AssessmentFactory(judged=True)
    Judgement.objects.update(archived_at=timezone.now())

    assert counted("GS-1.4") == []


def test_who_completed_two_courses_is_one_person_on_the_day_of_the_first():
    first = ServiceRecordFactory(service=Service.UPSKILLING, on=date(2026, 3, 2))
    ServiceRecordFactory(person=first.person, service=Service.RESKILLING, on=date(2026, 5, 2))
    ServiceRecordFactory(service=Service.ASSESSMENT)

    assert [(row.person, row.on) for row in counted("GS-1.5")] == [(first.person_id, first.on)]


def test_a_standard_counts_once_while_a_version_of_it_is_in_force():
    version = StandardVersionFactory(
        sector=Sector.TOURISM,
        valid_from=date(2026, 1, 1),
        review_on=date(2026, 6, 30),
        ends_on=date(2026, 5, 31),
    )
    StandardVersionFactory(standard=version.standard, number=2, valid_from=date(2026, 6, 1))
    StandardVersionFactory(state=VersionState.DRAFT)

    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 15), date(2026, 7, 1)]

    assert [len(counted("GS-1.6", day=day)) for day in days] == [0, 1, 1, 1]
    assert [row.sector for row in counted("GS-1.6", day=date(2026, 2, 1))] == [Sector.TOURISM]


def test_a_centre_counts_while_it_is_accredited_and_operates_for_a_year_after_an_assessment():
    today = timezone.localdate()
    assessment = AssessmentFactory(judged=True)
    lasting = {"valid_from": date(2020, 1, 1), "valid_until": date(2099, 12, 31)}
    made = AccreditationFactory(centre=assessment.centre, accredited=True, **lasting)
    AccreditationFactory(centre=assessment.centre, accredited=True)
    AccreditationFactory()  # asked for, and not granted

    def on(day):
        return [(row.subject, row.met) for row in counted("GS-1.7", day=day)]

    assert on(today) == [(made.centre_id, True)]
    assert on(today + timedelta(days=400)) == [(made.centre_id, False)]
    assert on(date(2019, 12, 31)) == []

    made.centre.accreditations.update(state=AccreditationState.SUSPENDED, reason="Una queja")
    assert on(today) == []
    assert on(today - timedelta(days=1)) == [(made.centre_id, False)]


def test_an_evaluator_counts_on_the_day_of_the_training_and_is_active_for_a_year():
    judged = AssessmentFactory(judged=True)
    day = date(2025, 5, 2)
    active = EvaluatorFactory(user=judged.evaluator, sex="F", certificate_issued_on=day)
    other = EvaluatorFactory(sex="M")

    found = {row.subject: row for row in counted("GS-1.8")}

    assert {pk: (row.met, row.sex) for pk, row in found.items()} == {
        active.pk: (True, "F"),
        other.pk: (False, "M"),
    }
    assert found[active.pk].on == day
    later = counted("GS-1.8", day=timezone.localdate() + timedelta(days=400))
    assert not any(row.met for row in later)
