"""The renewal of a certificate: when it begins, by which way, and that the old one holds on."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from beneficiaries.choices import Outcome
from beneficiaries.registry import INDICATORS
from certification.actions import deciding, leaving
from certification.actions.enrolling import NoAssessmentConsent, OutsideTheTrack
from certification.actions.refusals import OutOfStep, SignatureMissing
from certification.actions.renewing import (
    NothingToRenew,
    RenewedAlready,
    TooEarlyToRenew,
    renew,
)
from certification.choices import AssessmentState, CertificateState, LeaveReason, Route
from certification.models import Assessment
from reporting.indicators.figures import counted_rows
from tests.certification.unchanged import refusal
from tests.certification.visits import lines_of
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import closed_columns
from tests.factories.certification import (
    AssessmentFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    next_version,
)

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CERT-17")]

S = AssessmentState


def ending_in(days, **values):
    """A certificate that was granted long ago and ends in so many days."""
    until = timezone.localdate() + timedelta(days=days)
    long_ago = timezone.now() - timedelta(days=700)
    if "assessment" not in values:
        values["assessment__decided_at"] = long_ago
    return CertificateFactory(valid_until=until, **values)


def begin(certificate, **told):
    assessment = certificate.assessment
    told = {
        "key": uuid4(),
        "standard_version": assessment.standard_version,
        "candidate_name": "Ana María",
        "by": assessment.enrolled_by,
    } | told
    return renew(certificate, **told)


def test_a_renewal_begins_where_its_day_is_planned():
    certificate, key = ending_in(30), uuid4()
    newer = next_version(certificate.assessment.standard_version)

    renewal = begin(certificate, key=key, standard_version=newer)

    before = certificate.assessment
    assert (renewal.state, renewal.route) == (S.ADMITTED, Route.RENEWAL)
    assert (renewal.attempt, renewal.previous) == (before.attempt + 1, before)
    assert renewal.standard_version == newer
    assert [each.kind for each in renewal.signatures.all()] == ["rights"]
    assert not hasattr(renewal, "diagnosis")
    assert begin(certificate, key=key, standard_version=newer) == renewal
    certificate.refresh_from_db()
    assert (certificate.state, certificate.version) == (CertificateState.VALID, 1)
    with refusal(RenewedAlready):
        begin(certificate)
    leaving.withdraw(renewal, version=1, reason=LeaveReason.WORK, by=before.enrolled_by)
    assert begin(certificate, standard_version=newer).attempt == 2


def test_it_begins_ninety_days_before_the_end_and_after_it(settings):
    early = ending_in(settings.RENEWAL_NOTICE_DAYS + 1)

    with refusal(TooEarlyToRenew):
        begin(early)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert begin(early).route == Route.RENEWAL
    assert begin(ending_in(-400)).route == Route.RENEWAL


def test_only_what_holds_and_ends_is_renewed():
    for values in (
        {"state": "suspended"},
        {"state": "revoked", "revoked_at": timezone.now()},
        {"state": "replaced"},
    ):
        certificate = ending_in(30, **values)
        with refusal(NothingToRenew):
            begin(certificate)
    for certificate, refused, values in (
        (CertificateFactory(), NothingToRenew, {}),
        (ending_in(30, assessment=AssessmentFactory(in_appeal=True)), OutOfStep, {}),
        (ending_in(30), SignatureMissing, {"candidate_name": " "}),
    ):
        with refusal(refused):
            begin(certificate, **values)


@pytest.mark.rule("CERT-20")
def test_the_old_one_holds_until_its_end_and_the_person_counts_once():
    CertifyingBodyFactory()
    old = ending_in(30)
    before = old.assessment
    renewal = AssessmentFactory(
        verified=True,
        person=before.person,
        standard_version=before.standard_version,
        attempt=2,
        previous=before,
        route=Route.RENEWAL,
    )

    made = deciding.certify(renewal, version=1, by=renewal.officer)

    old.refresh_from_db()
    assert (old.state, made.replaces) == (CertificateState.VALID, None)
    assert made.valid_until > old.valid_until
    codes = ("GS-1.1", "GS-1.1a", "GS-1.2", "GS-1.3")
    found = {code: counted_rows(INDICATORS[code], known_at=timezone.now()) for code in codes}
    assert [len(found[code]) for code in codes] == [1, 2, 1, 2]


def test_whoever_accompanies_the_holder_is_told_and_urgently_at_the_end(settings):
    certificate = ending_in(settings.RENEWAL_NOTICE_DAYS)
    by = certificate.assessment.enrolled_by
    ending_in(settings.RENEWAL_NOTICE_DAYS + 1, assessment__enrolled_by=by)
    urgent = ending_in(settings.RENEWAL_URGENT_DAYS, assessment__enrolled_by=by)
    over = ending_in(-1, assessment__enrolled_by=by)
    ending_in(-settings.RENEWAL_NOTICE_DAYS - 1, assessment__enrolled_by=by)

    found = lines_of(by)

    wanted = [over, urgent, certificate]
    assert [each.url for each in found] == [each.assessment.get_absolute_url() for each in wanted]
    assert [each.tone for each in found] == ["mal", "mal", "alerta"]
    assert "se puede renovar" in str(found[0].detail)
    begin(urgent)
    assert (
        len(lines_of(by)) == 3
    )  # the renewal is to be planned, and its certificate is told no more
    assert lines_of(UserFactory(coordinator=True, at=over.assessment.person.office)) == []


def test_the_pages_lead_to_it_and_begin_it(client):
    certificate = ending_in(30)
    client.force_login(certificate.assessment.enrolled_by)
    page = reverse("certification:certificate_renew", args=[certificate.public_id])

    pages = [certificate.get_absolute_url(), certificate.assessment.get_absolute_url()]
    offered = [client.get(each).content.decode() for each in pages]
    told = {"standard_version": certificate.assessment.standard_version_id, "key": str(uuid4())}
    whole = told | {"candidate_name": "Ana", "acknowledged": "on"}
    lacking = client.post(page, told)
    begun = client.post(page, whole)
    twice = client.post(page, whole | {"key": str(uuid4())})

    assert [page in each for each in offered] == [True, True]
    assert (lacking.status_code, begun.status_code, twice.status_code) == (422, 302, 422)
    assert "candidate_name" in lacking.context["form"].errors
    assert "Ya se está renovando" in twice.content.decode()
    assert page not in client.get(certificate.get_absolute_url()).content.decode()
    renewal = Assessment.objects.get(route=Route.RENEWAL)
    assert begun.url == renewal.get_absolute_url()
    other = Client()
    other.force_login(UserFactory(officer=True))
    assert other.get(page).status_code == 403


def test_of_whose_case_is_closed_the_next_one_is_opened():
    certificate = ending_in(30)
    person, by = certificate.assessment.person, certificate.assessment.enrolled_by
    person.cases.update(**closed_columns())
    first = person.cases.get()

    renewal = begin(certificate)

    assert renewal.state == S.ADMITTED
    opened = person.cases.latest("episode")
    assert (opened.episode, opened.state, opened.opened_because) == (2, "registered", "new_need")
    assert certificate.folio in opened.moves.get().reason
    assert person.accompanied_today == {by.pk}
    first.refresh_from_db()
    assert first.closed_on


def test_who_is_not_eligible_any_more_or_does_not_agree_is_not_renewed():
    refused, silent = ending_in(30), ending_in(30)
    refused.assessment.person.cases.update(state="not_eligible", outcome=Outcome.NOT_ELIGIBLE)
    silent.assessment.person.consents.all().delete()

    with refusal(OutsideTheTrack):
        begin(refused)
    with refusal(NoAssessmentConsent):
        begin(silent)


def test_coordination_is_told_where_nobody_accompanies_the_holder():
    certificate = ending_in(30)
    person = certificate.assessment.person
    coordinator = UserFactory(coordinator=True, at=person.office)
    assert lines_of(coordinator) == []

    person.assignments.all().delete()

    [line] = lines_of(coordinator)
    assert line.url == certificate.assessment.get_absolute_url()
    assert "asigne a alguien" in str(line.detail)
    assert lines_of(UserFactory(coordinator=True)) == []
