"""Enrolment in a standard: whom it takes, into which version, and once."""

import uuid
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from beneficiaries.actions.consents import withdraw_consent
from beneficiaries.choices import ConsentPurpose, Outcome, Sector
from certification.actions import deciding, enrolling, judging, leaving
from certification.choices import AssessmentState, LeaveReason, Route, VersionState
from certification.models import Assessment, ReferenceCounter, StandardVersion
from genesis.lib.states import OtherContent
from tests.certification.steps import traced
from tests.certification.unchanged import refusal
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import CaseFactory, ConsentFactory, PersonFactory, closed_columns
from tests.factories.certification import (
    DIAGNOSIS,
    AssessmentFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    StandardVersionFactory,
    next_version,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

S = AssessmentState


@pytest.fixture
def candidate():
    person = PersonFactory(
        with_case=True, with_case__certification_track="eligible", with_case__outcome="eligible"
    )
    ConsentFactory(person=person, purpose=ConsentPurpose.ASSESSMENT)
    return person


@pytest.fixture
def caseworker(candidate):
    return UserFactory(caseworker=True, at=candidate.office)


def enrol(person, by, **answers):
    kept = {"key": uuid.uuid4(), "standard_version": None} | answers
    kept["standard_version"] = kept["standard_version"] or StandardVersionFactory()
    return enrolling.enrol(person, **kept, by=by)


def test_enrol_begins_an_assessment(candidate, caseworker):
    version = StandardVersionFactory()

    assessment = enrol(candidate, caseworker, standard_version=version)

    year = timezone.localdate().year
    assert assessment.reference == f"PC-{year}-000001"
    assert (assessment.person, assessment.state, assessment.version) == (candidate, S.ENROLLED, 1)
    assert (assessment.standard, assessment.standard_version) == (version.standard, version)
    assert assessment.enrolled_by == caseworker
    activity = traced("assessment.enrolled", assessment, caseworker)
    assert activity.changes == {"standard": version.standard.code}


def test_references_go_on_through_the_year(candidate, caseworker):
    year = timezone.localdate().year
    ReferenceCounter.objects.create(year=year, last=122)
    ReferenceCounter.objects.create(year=year - 1, last=900)

    found = [enrol(candidate, caseworker).reference for _each in range(2)]

    assert found == [f"PC-{year}-000123", f"PC-{year}-000124"]


@pytest.mark.rule("SEC-16")
def test_enrol_sent_twice_begins_one(candidate, caseworker):
    sent = {"key": uuid.uuid4(), "standard_version": StandardVersionFactory()}

    first, again = (enrol(candidate, caseworker, **sent) for _each in range(2))

    assert again == first
    assert list(Assessment.objects.all()) == [first]
    other = StandardVersionFactory()
    with refusal(OtherContent):
        enrol(candidate, caseworker, key=sent["key"], standard_version=other)


def test_an_exception_is_enough(candidate, caseworker):
    candidate.cases.update(outcome=Outcome.EXCEPTION, state=Outcome.EXCEPTION)

    assert enrol(candidate, caseworker).state == S.ENROLLED


@pytest.mark.parametrize(
    "outcome", [each for each in Outcome if each not in {Outcome.ELIGIBLE, Outcome.EXCEPTION}]
)
def test_who_is_not_eligible_is_not_enrolled(candidate, caseworker, outcome):
    version = StandardVersionFactory()
    candidate.cases.update(outcome=outcome, state=outcome)

    with refusal(enrolling.OutsideTheTrack):
        enrol(candidate, caseworker, standard_version=version)


def test_who_has_no_open_or_decided_case_is_not_enrolled(caseworker):
    version = StandardVersionFactory()
    undecided, without = PersonFactory(with_case=True), PersonFactory()
    closed = PersonFactory()
    CaseFactory(
        person=closed,
        certification_track="eligible",
        outcome="eligible",
        state="closed",
    )

    for person in (undecided, without, closed):
        ConsentFactory(person=person, purpose=ConsentPurpose.ASSESSMENT)
        with refusal(enrolling.OutsideTheTrack):
            enrol(person, caseworker, standard_version=version)


def test_the_newest_case_counts(candidate, caseworker):
    candidate.cases.update(**closed_columns())
    CaseFactory(person=candidate, episode=2, certification_track="pending", outcome=Outcome.PENDING)
    version = StandardVersionFactory()

    with refusal(enrolling.OutsideTheTrack):
        enrol(candidate, caseworker, standard_version=version)


def test_who_does_not_agree_is_not_enrolled(candidate, caseworker):
    version = StandardVersionFactory()
    consent = candidate.consents.get(purpose=ConsentPurpose.ASSESSMENT)
    withdraw_consent(consent, version=1, reason="No quiere", by=caseworker)

    with refusal(enrolling.NoAssessmentConsent):
        enrol(candidate, caseworker, standard_version=version)


@pytest.mark.rule("CERT-2")
@pytest.mark.parametrize(
    "values",
    [
        {"state": VersionState.DRAFT},
        {"state": VersionState.RETIRED},
        {"valid_from": date(2099, 1, 1), "review_on": date(2100, 1, 1)},
        {"review_on": date(2025, 12, 31)},
    ],
)
def test_only_a_standard_in_force_is_begun_with(candidate, caseworker, values):
    version = StandardVersionFactory(**values)

    with refusal(enrolling.StandardNotInForce):
        enrol(candidate, caseworker, standard_version=version)


def test_a_standard_is_in_force_on_its_first_and_last_day(candidate, caseworker):
    today = timezone.localdate()

    for days in ({"valid_from": today}, {"review_on": today}):
        assert enrol(candidate, caseworker, standard_version=StandardVersionFactory(**days))


def test_a_second_one_in_the_standard_is_a_message_and_no_crash(candidate, caseworker):
    first = enrol(candidate, caseworker)

    with refusal(ValidationError, match="already has an open assessment"):
        enrol(candidate, caseworker, standard_version=first.standard_version)
    other_version = next_version(first.standard_version)
    with refusal(ValidationError, match="already has an open assessment"):
        enrol(candidate, caseworker, standard_version=other_version)

    assert enrol(candidate, caseworker).standard != first.standard


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (S.CERTIFIED, "already has a certificate of this standard that nobody revoked"),
        (S.CLOSED_NOT_YET, "already has the result “not yet competent”"),
    ],
)
def test_who_has_a_result_in_the_standard_is_not_enrolled_again(state, words):
    first = AssessmentFactory(state=state, competent=state == S.CERTIFIED)

    refused = f"{words}.*{first.reference}"
    with refusal(enrolling.AlreadyDecided, match=refused):
        enrol(first.person, first.enrolled_by, standard_version=first.standard_version)
    other_version = next_version(first.standard_version)
    with refusal(enrolling.AlreadyDecided, match=refused):
        enrol(first.person, first.enrolled_by, standard_version=other_version)

    assert enrol(first.person, first.enrolled_by).standard != first.standard


def test_another_attempt_follows_a_certificate_that_was_revoked(client):
    first = AssessmentFactory(certified=True)

    def again():
        return enrol(first.person, first.enrolled_by, standard_version=first.standard_version)

    old = CertificateFactory(assessment=first, state="replaced")
    ended = {"state": "revoked", "revoked_at": timezone.now()}
    suspended = CertificateFactory(assessment=first, state="suspended", replaces=old)
    with refusal(enrolling.AlreadyDecided, match=first.reference):
        again()
    type(suspended).objects.filter(pk=suspended.pk).update(**ended)
    client.force_login(first.enrolled_by)
    page = client.get(reverse("certification:assessment_enrol", args=[first.person.public_id]))
    assert first.standard_version in page.context["form"].fields["standard_version"].queryset

    second = again()

    assert (second.previous, second.attempt, second.route) == (first, 2, Route.REASSESSMENT)
    leaving.withdraw(second, version=1, reason=LeaveReason.WORK, by=first.enrolled_by)
    third = AssessmentFactory(
        closed_not_yet=True,
        person=first.person,
        standard_version=first.standard_version,
        attempt=2,
        previous=first,
    )
    with refusal(enrolling.AlreadyDecided, match=third.reference):
        again()


def test_what_is_judged_and_certified_has_the_sector_of_its_version():
    CertifyingBodyFactory()
    version = StandardVersionFactory(sector=Sector.TOURISM)
    closed = AssessmentFactory(evidence_closed=True, standard_version=version)
    verified = AssessmentFactory(verified=True, standard_version=version)

    judgement = judging.sign_judgement(closed, version=1, recommendations="", by=closed.evaluator)
    certificate = deciding.certify(verified, version=1, by=verified.officer)

    assert version.standard.sector == Sector.CONSTRUCTION
    assert (judgement.sector, certificate.sector) == (Sector.TOURISM, Sector.TOURISM)


@pytest.mark.rule("CERT-2")
def test_an_assessment_keeps_the_version_that_it_began_with(candidate, caseworker):
    assessment = enrol(candidate, caseworker)
    StandardVersion.objects.filter(pk=assessment.standard_version_id).update(
        state=VersionState.RETIRED
    )
    StandardVersionFactory(standard=assessment.standard, number=2)

    diagnosis = enrolling.record_diagnosis(assessment, version=1, answers=DIAGNOSIS, by=caseworker)

    diagnosis.assessment.refresh_from_db()
    assert diagnosis.assessment.standard_version.number == 1


def test_after_leaving_a_person_can_be_enrolled_anew(candidate, caseworker):
    first = enrol(candidate, caseworker)
    leaving.withdraw(first, version=1, reason=LeaveReason.WORK, by=caseworker)

    again = enrol(candidate, caseworker, standard_version=first.standard_version)

    assert again != first
