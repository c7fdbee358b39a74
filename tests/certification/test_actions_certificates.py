"""Issuing a certificate: once, with the next folio, and for ever as it was."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import Activity
from beneficiaries.actions.people import change_person
from beneficiaries.choices import AssignmentKind, DocStatus, DocType
from beneficiaries.models import Person
from certification.actions import deciding, enrolling, refusals, sessions
from certification.actions.certificates import IdentityNotVerified, NoCertifyingBody, last_three
from certification.choices import AssessmentState
from certification.models import (
    Assessment,
    Certificate,
    CertifyingBody,
    Decision,
    FolioCounter,
    Observation,
    Standard,
)
from genesis.lib.background import KINDS_OF_WORK
from genesis.lib.codes import folio, read_short_code
from genesis.lib.days import add_months
from genesis.lib.states import MoveNotAllowed, StaleRecord
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import DocumentFactory
from tests.factories.certification import (
    AssessmentFactory,
    CertifyingBodyFactory,
    SessionFactory,
    StandardVersionFactory,
    real_standard,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def body():
    return CertifyingBodyFactory()


def certify(assessment, **answers):
    return deciding.certify(assessment, **{"version": 1, "by": assessment.officer} | answers)


def nothing_happened(assessment):
    found = Assessment.objects.get(pk=assessment.pk)
    assert (found.state, found.version, found.decided_at) == (AssessmentState.VERIFIED, 1, None)
    return not any(
        model.objects.exists() for model in (Certificate, FolioCounter, Decision, Activity)
    )


@pytest.mark.rule("CERT-14", "CERT-15")
def test_a_certificate_says_what_was_so_on_its_day(body):
    assessment = AssessmentFactory(
        verified=True,
        standard_version=real_standard(),
        person__given_names="Rosa Elena",
        person__surnames="Menjívar Alas",
        documented=False,
    )
    DocumentFactory(person=assessment.person, number="90000001-7")
    officer, today = assessment.officer, timezone.localdate()

    certificate = certify(assessment)

    certificate.refresh_from_db()
    assert certificate.folio == folio("GS", today.year, "CON-002", 1)
    assert (certificate.year, certificate.sequence) == (today.year, 1)
    assert (certificate.holder_name, certificate.holder_initials, certificate.holder_document) == (
        "Rosa Elena Menjívar Alas",
        "RM",
        "017",
    )
    assert (certificate.issued_on, certificate.valid_until) == (today, add_months(today, 36))
    assert (certificate.standard_code, certificate.standard_version, certificate.level) == (
        "CON-002",
        1,
        2,
    )
    assert certificate.standard_title == "Instalación de pisos y revestimientos cerámicos"
    assert certificate.units == [
        {
            "code": "CON-002-U1",
            "title": "Instalar piso y revestimiento cerámico en interiores",
            "elements": [
                "Preparar la superficie y el replanteo",
                "Cortar y pegar las piezas",
                "Zulaquear, limpiar y entregar",
            ],
        }
    ]
    assert (certificate.body, certificate.body_name) == (body, body.printed_name)
    assert (certificate.centre_code, certificate.place) == (
        assessment.centre.code,
        "Soyapango, San Salvador",
    )
    assert (certificate.officer_name, certificate.assessed_on) == (str(officer), today)
    assert (certificate.department, certificate.status, certificate.sector) == (
        assessment.person.district.department,
        assessment.person.status,
        "construction",
    )
    assert (certificate.state, certificate.work_state, certificate.pdf.name) == (
        "valid",
        "waiting",
        "",
    )
    assert read_short_code(certificate.code) == certificate.code
    assert certificate.credential == ""


def test_certify_ends_the_assessment_and_leaves_its_trace(body):
    assessment = AssessmentFactory(verified=True)
    officer, person = assessment.officer, assessment.person

    certificate = certify(assessment)

    assessment.refresh_from_db()
    assert (assessment.state, assessment.version) == (AssessmentState.CERTIFIED, 2)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.officer, decision.at) == (
        "granted",
        officer,
        assessment.decided_at,
    )
    activity = Activity.objects.get(verb="assessment.certified")
    assert (activity.actor, activity.person_id) == (officer, person.pk)
    assert activity.changes["folio"] == certificate.folio
    assert activity.changes["state"] == ["verified", "certified"]
    current = person.assignments.on(timezone.localdate())
    assert set(current.values_list("kind", flat=True)) == {AssignmentKind.CASEWORKER}
    for user in (assessment.evaluator, assessment.verifier, officer):
        again = type(user).objects.get(pk=user.pk)
        assert not Person.objects.visible_to(again).exists()


def test_the_pdf_is_asked_for_after_the_commit(body, django_capture_on_commit_callbacks):
    assessment = AssessmentFactory(verified=True)

    with django_capture_on_commit_callbacks() as callbacks:
        certificate = certify(assessment)

    asked = [(each.args, each.keywords) for each in callbacks if hasattr(each, "args")]
    row = certificate.status_list
    assert asked == [
        (("certification.tasks.sign_status_list",), {"kwargs": {"list_id": row.pk}}),  # the first
        (
            ("certification.tasks.render_certificate",),
            {"kwargs": {"certificate_id": certificate.pk}},
        ),
    ]
    _title, task, argument = KINDS_OF_WORK[Certificate]
    assert (task, argument) == ("certification.tasks.render_certificate", "certificate_id")


def test_a_permanent_certificate_has_no_last_day(body):
    version = StandardVersionFactory(certificate_months=None)

    assert certify(AssessmentFactory(verified=True, standard_version=version)).valid_until is None


@pytest.mark.rule("CERT-15")
def test_what_changes_later_does_not_change_the_certificate(body):
    assessment = AssessmentFactory(verified=True)
    certificate = certify(assessment)
    before = Certificate.objects.filter(pk=certificate.pk).values().get()

    change_person(assessment.person, version=1, given_names="Otra", surnames="Otra", by=None)
    assessment.person.documents.update(number="11111111-1")
    Standard.objects.update(title="Otro título", license_note="Otra nota")
    CertifyingBody.objects.update(printed_name="Otro cuerpo")
    type(assessment.officer).objects.update(last_name="Otro")

    assert Certificate.objects.filter(pk=certificate.pk).values().get() == before


# S01: without papers


def test_nobody_is_certified_before_a_document_was_seen(body):
    assessment = AssessmentFactory(verified=True, documented=False)
    lost = {"status": DocStatus.LOST, "person": assessment.person}
    DocumentFactory(**lost, number="")
    DocumentFactory(**lost, number="90000009-0")
    DocumentFactory(
        person=assessment.person, doc_type=DocType.NONE, status=DocStatus.NEVER, number=""
    )

    with pytest.raises(IdentityNotVerified):
        certify(assessment)

    assert nothing_happened(assessment)


@pytest.mark.parametrize("status", [DocStatus.VALID, DocStatus.EXPIRED])
@pytest.mark.parametrize("doc_type", [DocType.PASSPORT_SV, DocType.BIRTH_CERT, DocType.RETURN_DOC])
def test_any_document_that_was_seen_is_enough(body, doc_type, status):
    assessment = AssessmentFactory(verified=True, documented=False)
    DocumentFactory(person=assessment.person, doc_type=doc_type, status=status, number="a1234567b")

    assert certify(assessment).holder_document == "67B"


def test_a_dui_names_the_holder_before_any_other_document(body):
    assessment = AssessmentFactory(verified=True, documented=False)
    for values in [
        {"doc_type": DocType.PASSPORT_SV, "number": "A0000111"},
        {"doc_type": DocType.DUI_EXPIRED, "status": DocStatus.EXPIRED, "number": "90000002-2"},
        {"doc_type": DocType.DUI, "number": "90000003-3"},
    ]:
        DocumentFactory(person=assessment.person, **values)

    assert certify(assessment).holder_document == "033"


@pytest.mark.parametrize(
    ("number", "shown"), [("90000001-7", "017"), ("a-12 b", "12B"), ("7", "7"), ("12-3", "123")]
)
def test_three_characters_of_a_document_are_shown(number, shown):
    assert last_three(number) == shown


# Refusals


@pytest.mark.rule("CERT-6")
def test_who_was_judged_not_yet_competent_is_not_certified(body):
    assessment = AssessmentFactory(verified=True, competent=False)

    with pytest.raises(deciding.OtherOutcome):
        certify(assessment)

    assert nothing_happened(assessment)


@pytest.mark.rule("CERT-5", "SEC-13")
@pytest.mark.parametrize("part", ["evaluator", "verifier", "enrolled_by"])
def test_nobody_but_the_officer_certifies(body, part):
    assessment = AssessmentFactory(verified=True)

    with pytest.raises(refusals.NotYours):
        certify(assessment, by=getattr(assessment, part))
    with pytest.raises(refusals.NotYours):
        certify(assessment, by=UserFactory(officer=True))

    assert nothing_happened(assessment)


@pytest.mark.rule("SEC-15")
def test_certify_from_an_old_page_changes_nothing(body):
    assessment = AssessmentFactory(verified=True)

    with pytest.raises(StaleRecord):
        certify(assessment, version=7)

    assert nothing_happened(assessment)


def test_without_a_certifying_body_there_is_no_certificate():
    assessment, today = AssessmentFactory(verified=True), timezone.localdate()
    CertifyingBodyFactory(valid_until=today - timedelta(days=1))
    CertifyingBodyFactory(folio_prefix="XX", valid_from=today + timedelta(days=1))

    with pytest.raises(NoCertifyingBody):
        certify(assessment)

    assert nothing_happened(assessment)


def test_the_body_of_the_day_certifies():
    today = timezone.localdate()
    CertifyingBodyFactory(folio_prefix="OLD", valid_until=today - timedelta(days=1))
    CertifyingBodyFactory(folio_prefix="GS", valid_from=today, valid_until=today)
    assessment = AssessmentFactory(verified=True)

    assert certify(assessment).folio.startswith("GS-")


# Folios


@pytest.mark.rule("CERT-14", "SEC-17")
def test_folios_are_counted_for_each_standard_and_year(body):
    one, other = StandardVersionFactory(), StandardVersionFactory()
    FolioCounter.objects.create(year=timezone.localdate().year - 1, standard=one.standard, last=50)

    found = [
        certify(AssessmentFactory(verified=True, standard_version=version)).sequence
        for version in (one, one, other, one)
    ]

    assert found == [1, 2, 1, 3]


@pytest.mark.rule("CERT-14", "SEC-17")
def test_what_is_refused_takes_no_folio(body):
    version = StandardVersionFactory()
    certify(AssessmentFactory(verified=True, standard_version=version))
    with pytest.raises(IdentityNotVerified):
        certify(AssessmentFactory(verified=True, standard_version=version, documented=False))

    assert certify(AssessmentFactory(verified=True, standard_version=version)).sequence == 2


def at_once(assessments, clicks, workers):
    """Press «certify» from so many threads; return what each click came to."""

    def click(assessment):
        try:
            return certify(assessment)
        except (MoveNotAllowed, StaleRecord, IdentityNotVerified) as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(click, [each for each in assessments for _click in range(clicks)]))


@pytest.mark.rule("CERT-14", "SEC-17")
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_certify_once(body):
    assessment = AssessmentFactory(verified=True)

    outcomes = at_once([assessment], clicks=2, workers=2)

    issued = [each for each in outcomes if isinstance(each, Certificate)]
    assert issued == list(Certificate.objects.all())
    assert len(issued) == 1
    assert set(outcomes) - set(issued) == {MoveNotAllowed}
    assert FolioCounter.objects.get().last == 1
    assert Decision.objects.count() == 1


@pytest.mark.rule("CERT-14", "SEC-17")
@pytest.mark.django_db(transaction=True)
def test_folios_of_many_at_once_have_no_gap_and_no_double(body):
    version = StandardVersionFactory()
    assessments = [
        AssessmentFactory(verified=True, standard_version=version, documented=number not in {3, 7})
        for number in range(12)
    ]

    outcomes = at_once(assessments, clicks=1, workers=8)

    assert outcomes.count(IdentityNotVerified) == 2
    sequences = Certificate.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, 11))
    assert FolioCounter.objects.get().last == 10
    year, code = timezone.localdate().year, version.standard.code
    assert set(Certificate.objects.values_list("folio", flat=True)) == {
        folio("GS", year, code, number) for number in range(1, 11)
    }


@pytest.mark.django_db(transaction=True)
def test_two_enrolments_at_once_begin_one():
    assessment = AssessmentFactory(withdrawn=True)

    def click(key):
        try:
            return enrolling.enrol(
                assessment.person,
                key=key,
                standard_version=assessment.standard_version,
                by=assessment.enrolled_by,
            )
        except ValidationError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(click, [uuid.uuid4() for _each in range(4)]))

    assert [each for each in outcomes if each] == list(Assessment.objects.open())
    assert len([each for each in outcomes if each]) == 1


@pytest.mark.rule("SEC-16")
@pytest.mark.django_db(transaction=True)
def test_answers_of_many_requests_at_once_are_counted_without_a_double():
    session, device = SessionFactory(), uuid.uuid4()
    item = session.assessment.standard_version.items.get(code="GO-02")
    keys = [uuid.uuid4() for _each in range(6)]

    def send(key):
        try:
            sessions.record_observation(
                session,
                key=key,
                device=device,
                item=item,
                value="si",
                note="",
                by=session.started_by,
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send, [*keys, *keys]))

    found = Observation.objects.order_by("seq").values_list("seq", flat=True)
    assert list(found) == [1, 2, 3, 4, 5, 6]
