"""S09: an evaluator without signal, a telephone that restarts, a second one that differs.

From the enrolment to the public check, by the actions and pages of an installation.
"""

from datetime import time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from beneficiaries.choices import ConsentPurpose
from certification.actions import deciding, enrolling, judging, sessions
from certification.actions.sessions import IncompleteAssessment
from certification.choices import CHECKLIST, AssessmentState
from certification.documents import printed
from certification.models import AssessmentSession, Certificate, Judgement, Observation, Receipt
from certification.tasks import render_certificate
from tests.certification.telephone import Telephone, told
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory, DocumentFactory, PersonFactory
from tests.factories.certification import (
    CertifyingBodyFactory,
    StandardVersionFactory,
    hand,
    let_assess,
    signing_key,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("CERT-6", "CERT-7", "CERT-14", "SEC-16"),
]
ANSWERS = {"GO-01": "si", "GO-02": "si", "GO-03": "2.5"}


def agreed_yesterday():
    """A person enrolled, diagnosed, admitted, with a plan for that day on which both agreed."""
    person = PersonFactory(
        surnames="Portillo Núñez",
        with_case=True,
        with_case__certification_track="eligible",
        with_case__outcome="eligible",
    )
    DocumentFactory(person=person)
    for purpose in (ConsentPurpose.ASSESSMENT, ConsentPurpose.PUBLIC_REGISTER):
        ConsentFactory(person=person, purpose=purpose)
    version, by = StandardVersionFactory(), UserFactory(caseworker=True, at=person.office)
    centre, evaluator = let_assess(version.standard)
    made = enrolling.enrol(person, key=uuid4(), standard_version=version, by=by)
    answers = {each.code: "solo" for each in version.diagnosticquestions.all()}
    enrolling.record_diagnosis(made, version=1, answers=answers, by=by)
    enrolling.admit(made, version=2, candidate_name="Ana Portillo", by=by)
    enrolling.propose_plan(
        made,
        version=3,
        centre=centre,
        evaluator=evaluator,
        scheduled_for=timezone.localdate(),
        scheduled_at=time(9, 0),
        by=by,
    )
    return enrolling.agree_plan(
        made, version=4, candidate_name="Ana Portillo", by=evaluator, signature=hand()
    )


def telephone_of(assessment):
    phone = Telephone(signed_in(assessment.evaluator))
    assert phone.register().status_code == 201
    assert str(assessment.public_id) in phone.download().content.decode()
    return phone


def test_what_was_recorded_without_signal_arrives_once_and_nothing_is_overwritten(client):
    cache.clear()
    CertifyingBodyFactory()
    signing_key()
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        assessment = agreed_yesterday()
        phone, other = telephone_of(assessment), telephone_of(assessment)
        began = timezone.now()
        outbox = [phone.note(assessment, "start", value="DUI 017")]
        outbox += [phone.note(assessment, item=code, value=each) for code, each in ANSWERS.items()]
        differs = other.note(assessment, item="GO-02", value="no", note="No lo hizo.")

    # The telephone restarts: what it had noted is what it sends the next day, twice, once its
    # evaluator has signed in again.
    for each in (phone, other):
        each.client = signed_in(assessment.evaluator)
    first, again = phone.send(*outbox), phone.send(*outbox)

    assert told(first) == [(201, "stored")] * 4
    assert told(again) == [(200, "duplicate")] * 4
    session = AssessmentSession.objects.get()
    assert abs(session.started_at - began) < timedelta(minutes=1)
    assert (Observation.objects.count(), Receipt.objects.count()) == (3, 4)

    # Another telephone answered differently: both are kept, and nobody ends it before they decide.
    assert told(other.send(differs)) == [(201, "stored")]
    assessment.refresh_from_db()
    assert [each.code for each in assessment.items_to_resolve()] == ["GO-02"]
    evaluator = assessment.evaluator
    with pytest.raises(IncompleteAssessment):
        sessions.close_evidence(assessment, version=assessment.version, by=evaluator)
    item = assessment.standard_version.items.get(code="GO-02")
    sessions.resolve_item(
        assessment,
        item=item,
        observation=Observation.objects.get(item=item, value="si"),
        reason="La foto lo muestra.",
        by=UserFactory(coordinator=True, at=assessment.person.office),
    )
    assert Observation.objects.filter(item=item).count() == 2
    assessment.refresh_from_db()
    sessions.close_evidence(assessment, version=assessment.version, by=evaluator)

    certificate = certified(assessment)

    assert (Judgement.objects.count(), Certificate.objects.count()) == (1, 1)
    assert certificate.assessed_on == timezone.localdate(began)
    page = client.get(reverse("certificate_verify", args=[certificate.code])).content.decode()
    assert "Certificado vigente" in page
    assert "Portillo" not in page
    secret = printed.secret_of(certificate)
    full = client.get(reverse("certificate_verify_full", args=[certificate.code, secret]))
    assert "Portillo Núñez" in full.content.decode()


def certified(assessment):
    """Judged, verified and decided by three people, each once."""
    evaluator = assessment.evaluator
    verifier, officer = UserFactory(verifier=True), UserFactory(officer=True)
    assessment.refresh_from_db()
    judging.sign_judgement(assessment, version=assessment.version, recommendations="", by=evaluator)
    assessment.refresh_from_db()
    deciding.send_to_verification(
        assessment,
        version=assessment.version,
        verifier=verifier,
        candidate_name="Ana Portillo",
        agrees=True,
        signature=hand(),
        by=evaluator,
    )
    assessment.refresh_from_db()
    deciding.approve_portfolio(
        assessment,
        version=assessment.version,
        checklist=CHECKLIST,
        items=list(ANSWERS),
        officer=officer,
        by=verifier,
    )
    assessment.refresh_from_db()
    made = deciding.certify(assessment, version=assessment.version, by=officer)
    assessment.refresh_from_db()
    assert assessment.state == AssessmentState.CERTIFIED
    render_certificate(certificate_id=made.pk)
    made.refresh_from_db()
    return made
