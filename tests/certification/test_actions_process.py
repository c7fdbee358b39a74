"""The way from enrolment to decision: each step works, leaves its trace, or leaves nothing."""

import uuid
from datetime import date, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone, translation

from accounts.models import Activity
from accounts.roles import Role
from beneficiaries.actions.consents import withdraw_consent
from beneficiaries.choices import AssignmentKind, ConsentPurpose, Outcome, Sector, Service
from beneficiaries.models import Person, ServiceRecord
from certification.actions import (
    appealing,
    deciding,
    enrolling,
    judging,
    leaving,
    refusals,
    sessions,
    training,
)
from certification.choices import (
    ASSESSMENT_MOVES,
    CHECKLIST,
    AssessmentState,
    LeaveReason,
    Recommendation,
    Route,
    SignatureKind,
    TrainingOutcome,
    VersionState,
)
from certification.models import (
    Assessment,
    AssessmentSession,
    Decision,
    ItemResolution,
    Observation,
    ReferenceCounter,
    StandardVersion,
    Verification,
)
from certification.rules.scoring import InvalidAnswer
from genesis.lib.states import MoveNotAllowed, OtherContent, StaleRecord
from tests.certification.unchanged import refusal, rows
from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import (
    CaseFactory,
    ConsentFactory,
    PersonFactory,
    closed_columns,
)
from tests.factories.certification import (
    DIAGNOSIS,
    AssessmentFactory,
    CentreFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    SessionFactory,
    StandardVersionFactory,
    TrainingFactory,
    best_answers,
    hand,
    let_assess,
    name_panel,
    next_version,
    real_standard,
)

pytestmark = pytest.mark.django_db

S = AssessmentState


@pytest.fixture(autouse=True)
def in_english():
    """Messages are asserted as the code says them."""
    with translation.override("en"):
        yield


def traced(verb, record, by):
    """The one activity of this verb, as the history keeps it."""
    activity = Activity.objects.get(verb=verb)
    assert (activity.actor, activity.model, activity.record_id) == (
        by,
        record._meta.label,
        record.pk,
    )
    assert activity.person_id == record.person_id
    return activity


def assigned(person, kind):
    """The ids of who has `kind` to do with the person today."""
    today = person.assignments.on(timezone.localdate()).filter(kind=kind)
    return set(today.values_list("user", flat=True))


# Enrolment


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


# Diagnosis, admission, plan


@pytest.mark.parametrize(
    ("answers", "points", "advice"),
    [
        ({"D1": "nunca_lo_hice", "D2": "con_ayuda"}, 1, Recommendation.RESKILLING),
        ({"D1": "nunca_lo_hice", "D2": "solo"}, 2, Recommendation.UPSKILLING),
        ({"D1": "con_ayuda", "D2": "solo"}, 3, Recommendation.ASSESSMENT),
    ],
)
def test_a_diagnosis_adds_up_and_advises(answers, points, advice):
    assessment = AssessmentFactory()
    by = assessment.enrolled_by

    diagnosis = enrolling.record_diagnosis(assessment, version=1, answers=answers, by=by)

    assert (diagnosis.answers, diagnosis.points) == (answers, points)
    assert (diagnosis.recommendation, diagnosis.recorded_by) == (advice, by)
    assessment.refresh_from_db()
    assert (assessment.state, assessment.version) == (S.DIAGNOSED, 2)
    activity = traced("assessment.diagnosed", assessment, by)
    assert activity.changes == {"state": ["enrolled", "diagnosed"]}


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"D1": "solo"},
        {"D1": "solo", "D2": "solo", "D3": "solo"},
        {"D1": "solo", "D2": "siempre"},
        {"D1": "solo", "D2": ""},
    ],
)
def test_a_diagnosis_answers_all_questions_and_no_other(answers):
    assessment = AssessmentFactory()

    with refusal(enrolling.IncompleteDiagnosis):
        enrolling.record_diagnosis(
            assessment, version=1, answers=answers, by=assessment.enrolled_by
        )


def test_admit_keeps_that_rights_were_acknowledged():
    assessment = AssessmentFactory(diagnosed=True)
    by = assessment.enrolled_by

    admitted = enrolling.admit(assessment, version=1, candidate_name=" Rosa Alas ", by=by)

    assert (admitted.state, admitted.version) == (S.ADMITTED, 2)
    signature = admitted.signatures.get()
    assert (signature.kind, signature.name, signature.recorded_by) == (
        SignatureKind.RIGHTS,
        "Rosa Alas",
        by,
    )
    traced("assessment.admitted", admitted, by)


def test_a_low_diagnosis_does_not_keep_anybody_out():
    assessment = AssessmentFactory(diagnosed=True)
    type(assessment.diagnosis).objects.update(points=0, recommendation=Recommendation.RESKILLING)

    admitted = enrolling.admit(assessment, version=1, candidate_name="Rosa", by=UserFactory())

    assert admitted.state == S.ADMITTED


def test_nobody_is_admitted_without_a_name():
    assessment = AssessmentFactory(diagnosed=True)

    with refusal(refusals.SignatureMissing):
        enrolling.admit(assessment, version=1, candidate_name="  ", by=assessment.enrolled_by)


def a_plan(assessment=None, **answers):
    """Where, when and by whom; for an assessment, those who may assess in its standard."""
    plan = {
        "centre": CentreFactory(),
        "evaluator": UserFactory(evaluator=True),
        "scheduled_for": timezone.localdate() + timedelta(days=3),
        "scheduled_at": time(8, 30),
    } | answers
    if assessment:
        let_assess(assessment.standard, centre=plan["centre"], evaluator=plan["evaluator"])
    return plan


def test_a_plan_says_where_when_and_who_and_lets_the_evaluator_see():
    assessment = AssessmentFactory(admitted=True)
    plan, by = a_plan(assessment), assessment.enrolled_by
    assert not Assessment.objects.visible_to(plan["evaluator"]).exists()

    kept = enrolling.propose_plan(assessment, version=1, **plan, by=by)

    assessment.refresh_from_db()
    assert assessment.state == S.PLANNED
    for name, value in plan.items():
        assert getattr(kept, name) == getattr(assessment, name) == value
    assert (kept.number, kept.proposed_by) == (1, by)
    assert assigned(assessment.person, AssignmentKind.EVALUATION) == {plan["evaluator"].pk}
    plan["evaluator"] = type(by).objects.get(pk=plan["evaluator"].pk)
    assert list(Assessment.objects.visible_to(plan["evaluator"])) == [assessment]
    activity = traced("assessment.planned", assessment, by)
    assert activity.changes["state"] == ["admitted", "planned"]
    assert activity.changes["evaluator"] == [None, plan["evaluator"].pk]


def test_a_plan_for_today_is_early_enough_and_for_yesterday_too_late():
    assessment, today = AssessmentFactory(admitted=True), timezone.localdate()
    plan = a_plan(assessment, scheduled_for=today)
    late = plan | {"scheduled_for": today - timedelta(days=1)}

    with refusal(refusals.DayNotPossible):
        enrolling.propose_plan(assessment, version=1, **late, by=assessment.enrolled_by)

    enrolling.propose_plan(assessment, version=1, **plan, by=assessment.enrolled_by)


@pytest.mark.rule("CERT-4")
def test_the_evaluator_is_one_on_the_day_of_the_plan():
    assessment = AssessmentFactory(admitted=True)
    day = timezone.localdate() + timedelta(days=10)
    until_the_day, until_the_eve = UserFactory(), UserFactory()
    for user, last in [(until_the_day, day), (until_the_eve, day - timedelta(days=1))]:
        RoleAssignmentFactory(user=user, role=Role.EVALUATOR, valid_until=last)
    left = UserFactory(evaluator=True, is_active=False)
    plans = [
        a_plan(scheduled_for=day, evaluator=user)
        for user in (until_the_eve, UserFactory(verifier=True), left)
    ]

    for plan in plans:
        with refusal(refusals.NotInThatRole):
            enrolling.propose_plan(assessment, version=1, **plan, by=assessment.enrolled_by)

    plan = a_plan(assessment, scheduled_for=day, evaluator=until_the_day)
    enrolling.propose_plan(assessment, version=1, **plan, by=assessment.enrolled_by)


def test_two_agree_on_a_plan():
    assessment = AssessmentFactory(planned=True)

    agreed = enrolling.agree_plan(
        assessment, version=1, candidate_name="Rosa", signature=hand(), by=assessment.evaluator
    )

    assert agreed.state == S.PLAN_AGREED
    signed = agreed.signatures.exclude(kind=SignatureKind.RIGHTS)
    assert dict(signed.values_list("kind", "name")) == {
        "plan_candidate": "Rosa",
        "plan_evaluator": str(assessment.evaluator),
    }
    traced("assessment.plan_agreed", agreed, assessment.evaluator)


def test_only_the_evaluator_of_the_plan_agrees_to_it():
    assessment = AssessmentFactory(planned=True)

    for other in (assessment.enrolled_by, UserFactory(evaluator=True)):
        with refusal(refusals.NotYours, match=str(assessment.evaluator)):
            enrolling.agree_plan(
                assessment, version=1, candidate_name="Rosa", signature=hand(), by=other
            )


def test_a_plan_is_not_agreed_without_the_candidate():
    assessment = AssessmentFactory(planned=True)

    with refusal(refusals.SignatureMissing):
        enrolling.agree_plan(
            assessment, version=1, candidate_name="", signature=hand(), by=assessment.evaluator
        )


# The session


def test_an_agreed_plan_is_replaced_for_a_reason_and_agreed_on_anew():
    assessment = AssessmentFactory(plan_agreed=True)
    first, by = assessment.evaluator, assessment.enrolled_by
    plan = a_plan(assessment)

    with refusal(refusals.ReasonMissing):
        enrolling.propose_plan(assessment, version=1, **plan, reason=" ", by=by)
    kept = enrolling.propose_plan(assessment, version=1, **plan, reason="Llueve mucho.", by=by)

    assessment.refresh_from_db()
    assert (assessment.state, assessment.evaluator) == (S.PLANNED, plan["evaluator"])
    assert (kept.number, kept.reason) == (2, "Llueve mucho.")
    signed = assessment.signatures.filter(kind__startswith="plan_")
    assert [each.cleared_at is None for each in signed] == [False, False]
    assert assigned(assessment.person, AssignmentKind.EVALUATION) == {plan["evaluator"].pk}
    assert first != plan["evaluator"]
    traced("assessment.replanned", assessment, by)
    enrolling.agree_plan(
        assessment, version=2, candidate_name="Rosa", signature=hand(), by=plan["evaluator"]
    )
    standing = assessment.signatures.filter(cleared_at=None, kind__startswith="plan_")
    assert standing.count() == 2


def start(assessment, **answers):
    kept = {"version": 1, "identity_checked": "DUI", "by": assessment.evaluator} | answers
    return sessions.start_session(assessment, **kept)


def test_a_session_begins_with_the_document_that_was_seen():
    assessment = AssessmentFactory(plan_agreed=True)

    session = start(assessment, identity_checked=" Pasaporte ")

    assert list(AssessmentSession.objects.all()) == [session]
    assert (session.identity_checked, session.started_by) == ("Pasaporte", assessment.evaluator)
    assert session.ended_at is None
    assessment.refresh_from_db()
    assert assessment.state == S.IN_ASSESSMENT
    traced("assessment.started", assessment, assessment.evaluator)


@pytest.mark.rule("CERT-5")
def test_only_the_appointed_evaluator_begins():
    assessment = AssessmentFactory(plan_agreed=True)

    for other in (UserFactory(evaluator=True), assessment.enrolled_by):
        with refusal(refusals.NotYours, match=str(assessment.evaluator)):
            start(assessment, by=other)


def test_a_session_does_not_begin_without_document_or_consent():
    assessment = AssessmentFactory(plan_agreed=True)
    with refusal(sessions.IdentityNotChecked):
        start(assessment, identity_checked=" ")

    consent = assessment.person.consents.get(purpose=ConsentPurpose.ASSESSMENT)
    withdraw_consent(consent, version=1, reason="", by=assessment.enrolled_by)
    with refusal(enrolling.NoAssessmentConsent):
        start(assessment)


@pytest.mark.parametrize(("days", "begins"), [(-8, False), (-7, True), (7, True), (8, False)])
def test_a_session_begins_within_a_week_of_its_day(days, begins):
    assessment = AssessmentFactory(
        plan_agreed=True, scheduled_for=timezone.localdate() + timedelta(days=days)
    )

    if begins:
        assert start(assessment)
    else:
        with refusal(refusals.DayNotPossible):
            start(assessment)


@pytest.fixture
def sent():
    """One observation as the evaluator's page sends it."""
    session = SessionFactory()
    return {
        "session": session,
        "key": uuid.uuid4(),
        "device": uuid.uuid4(),
        "item": item_of(session.assessment, "GO-02"),
        "value": "si",
        "note": "",
        "by": session.assessment.evaluator,
    }


def item_of(assessment, code):
    return assessment.standard_version.items.get(code=code)


def test_an_observation_is_kept_raw(sent):
    values = {"item": item_of(sent["session"].assessment, "GO-03"), "value": " 2.50 "}

    observation = sessions.record_observation(**sent | values | {"note": " Dos veces "})

    observation.refresh_from_db()
    assert (observation.value, observation.note, observation.seq) == ("2.50", "Dos veces", 1)
    assert (observation.client_id, observation.device) == (sent["key"], sent["device"])


@pytest.mark.rule("SEC-16")
def test_an_observation_sent_twice_is_kept_once(sent):
    first, again = (sessions.record_observation(**sent) for _each in range(2))

    assert again == first
    assert list(Observation.objects.all()) == [first]


@pytest.mark.rule("SEC-16")
@pytest.mark.parametrize(
    "other", [{"value": "no"}, {"note": "Otra"}, {"device": uuid.uuid4()}, {"item": "GO-01"}]
)
def test_the_same_key_with_other_content_is_refused(sent, other):
    sessions.record_observation(**sent)
    if "item" in other:
        other = {"item": item_of(sent["session"].assessment, other["item"])}

    with refusal(OtherContent):
        sessions.record_observation(**sent | other)


@pytest.mark.rule("SEC-16", "CERT-7")
def test_an_observation_sent_again_is_answered_after_the_end_and_a_new_one_is_not(sent):
    assessment = sent["session"].assessment
    first = sessions.record_observation(**sent)
    for code, value in {"GO-01": "si", "GO-03": "3"}.items():
        new = {"key": uuid.uuid4(), "item": item_of(assessment, code), "value": value}
        sessions.record_observation(**sent | new)
    sessions.close_evidence(assessment, version=1, by=sent["by"])

    assert sessions.record_observation(**sent) == first
    with refusal(OtherContent):
        sessions.record_observation(**sent | {"value": "no", "note": "Tarde"})
    with refusal(refusals.AssessmentClosed):
        sessions.record_observation(**sent | {"key": uuid.uuid4()})


def test_a_correction_is_the_next_observation_of_its_device(sent):
    sessions.record_observation(**sent)
    sessions.record_observation(**sent | {"key": uuid.uuid4(), "value": "no", "note": "Se movió"})
    other = {"key": uuid.uuid4(), "device": uuid.uuid4(), "value": "no", "note": "Se movió"}
    sessions.record_observation(**sent | other)

    found = Observation.objects.order_by("pk").values_list("value", "seq")
    assert list(found) == [("si", 1), ("no", 2), ("no", 1)]
    assert sessions.answers_of(sent["session"].assessment) == {"GO-02": "no"}
    assert not sent["session"].assessment.items_to_resolve().exists()


@pytest.mark.rule("CERT-6", "CERT-8")
@pytest.mark.parametrize(
    ("code", "value"), [("GO-02", "na"), ("GO-02", ""), ("GO-03", "tres"), ("GO-01", "1")]
)
def test_an_answer_out_of_its_scale_is_not_kept(sent, code, value):
    item = item_of(sent["session"].assessment, code)

    with refusal(InvalidAnswer, match=code):
        sessions.record_observation(**sent | {"item": item, "value": value, "note": "Algo"})


@pytest.mark.rule("CERT-2")
def test_an_item_of_another_version_takes_no_answer(sent):
    item = StandardVersionFactory().items.get(code="GO-02")

    with refusal(InvalidAnswer):
        sessions.record_observation(**sent | {"item": item})


@pytest.mark.rule("CERT-9")
@pytest.mark.parametrize(
    ("code", "value"), [("GO-01", "no"), ("GO-02", "no"), ("GO-03", "3.0001"), ("GO-03", "9")]
)
def test_what_was_not_met_needs_a_note(sent, code, value):
    wrong = {"item": item_of(sent["session"].assessment, code), "value": value}

    with refusal(sessions.NoteMissing, match=code):
        sessions.record_observation(**sent | wrong | {"note": "  "})

    assert sessions.record_observation(**sent | wrong | {"note": "Lo vi"}).note == "Lo vi"


@pytest.mark.rule("CERT-9")
def test_a_measurement_on_its_limit_needs_no_note(sent):
    item = item_of(sent["session"].assessment, "GO-03")

    assert sessions.record_observation(**sent | {"item": item, "value": "3"})


@pytest.mark.rule("CERT-9")
def test_a_wrong_choice_needs_no_note_for_that_would_tell_the_key():
    session = SessionFactory(assessment__standard_version=real_standard())
    item = item_of(session.assessment, "CU-01")
    wrong = next(letter for letter, _text in item.options if letter != item.answer_key.key)

    kept = sessions.record_observation(
        session,
        key=uuid.uuid4(),
        device=uuid.uuid4(),
        item=item,
        value=wrong,
        note="",
        by=session.assessment.evaluator,
    )

    assert kept.value == wrong


@pytest.mark.rule("CERT-5")
def test_nobody_else_answers(sent):
    with refusal(refusals.NotYours):
        sessions.record_observation(**sent | {"by": UserFactory(evaluator=True)})


@pytest.fixture
def differing(sent):
    """Two devices that differ on one item; everything else is answered."""
    assessment = sent["session"].assessment
    for code, value in best_answers(assessment.standard_version).items():
        item = item_of(assessment, code)
        sessions.record_observation(**sent | {"key": uuid.uuid4(), "item": item, "value": value})
    other = {"key": uuid.uuid4(), "device": uuid.uuid4(), "value": "no", "note": "Otro teléfono"}
    sessions.record_observation(**sent | other)
    return assessment


def test_two_devices_that_differ_are_both_kept_and_stop_the_end(differing):
    assert [each.code for each in differing.items_to_resolve()] == ["GO-02"]

    with refusal(sessions.IncompleteAssessment, match="differ"):
        sessions.close_evidence(differing, version=1, by=differing.evaluator)


@pytest.mark.parametrize("value", ["si", "no"])
def test_coordination_decides_which_answer_counts(differing, value):
    by, item = UserFactory(coordinator=True), item_of(differing, "GO-02")
    chosen = Observation.objects.get(item=item, value=value)

    resolution = sessions.resolve_item(
        differing, item=item, observation=chosen, reason=" Vi la foto ", by=by
    )

    assert list(ItemResolution.objects.all()) == [resolution]
    assert (resolution.reason, resolution.decided_by) == ("Vi la foto", by)
    assert Observation.objects.filter(item=item).count() == 2
    assert sessions.answers_of(differing)["GO-02"] == value
    assert not differing.items_to_resolve().exists()
    activity = traced("assessment.item_resolved", differing, by)
    assert activity.changes == {"item": "GO-02"}
    sessions.close_evidence(differing, version=1, by=differing.evaluator)


def test_coordination_decides_only_between_answers_that_differ(differing):
    by, item = UserFactory(coordinator=True), item_of(differing, "GO-02")
    agreed = Observation.objects.get(item__code="GO-01")
    chosen = Observation.objects.filter(item=item).first()
    foreign = AssessmentFactory(evidence_closed=True)

    with refusal(sessions.NothingToResolve):
        sessions.resolve_item(differing, item=agreed.item, observation=agreed, reason="x", by=by)
    with refusal(sessions.NothingToResolve):
        sessions.resolve_item(differing, item=item, observation=agreed, reason="x", by=by)
    with refusal(sessions.NothingToResolve):
        other = Observation.objects.filter(session__assessment=foreign).first()
        sessions.resolve_item(differing, item=item, observation=other, reason="x", by=by)
    with refusal(refusals.ReasonMissing):
        sessions.resolve_item(differing, item=item, observation=chosen, reason=" ", by=by)

    sessions.resolve_item(differing, item=item, observation=chosen, reason="x", by=by)
    with refusal(sessions.NothingToResolve):
        sessions.resolve_item(differing, item=item, observation=chosen, reason="x", by=by)


def test_an_answer_that_was_corrected_can_no_longer_be_chosen(differing, sent):
    item = item_of(differing, "GO-02")
    old = Observation.objects.get(item=item, device=sent["device"])
    new = {"key": uuid.uuid4(), "item": item, "value": "si", "note": "De nuevo"}
    sessions.record_observation(**sent | new)

    with refusal(sessions.NothingToResolve):
        sessions.resolve_item(
            differing, item=item, observation=old, reason="x", by=UserFactory(coordinator=True)
        )


def test_a_decided_item_takes_no_more_answers(differing, sent):
    item = item_of(differing, "GO-02")
    chosen = Observation.objects.filter(item=item).first()
    by = UserFactory(coordinator=True)
    sessions.resolve_item(differing, item=item, observation=chosen, reason="x", by=by)

    with refusal(refusals.AssessmentClosed, match="Coordination"):
        sessions.record_observation(**sent | {"key": uuid.uuid4(), "item": item})


@pytest.mark.rule("CERT-8")
@pytest.mark.parametrize(
    ("answered", "message"),
    [(["GO-01", "GO-02"], "1 item has"), (["GO-03"], "2 items have"), ([], "3 items have")],
)
def test_no_item_is_left_blank(sent, answered, message):
    assessment = sent["session"].assessment
    best = best_answers(assessment.standard_version)
    for code in answered:
        new = {"key": uuid.uuid4(), "item": item_of(assessment, code), "value": best[code]}
        sessions.record_observation(**sent | new)

    with refusal(sessions.IncompleteAssessment, match=message):
        sessions.close_evidence(assessment, version=1, by=sent["by"])


def test_closing_the_evidence_ends_the_session(sent):
    assessment = AssessmentFactory(
        in_assessment=True, answers={"GO-01": "si", "GO-02": "si", "GO-03": "1"}
    )

    with refusal(refusals.NotYours):
        sessions.close_evidence(assessment, version=1, by=UserFactory(evaluator=True))
    closed = sessions.close_evidence(assessment, version=1, by=assessment.evaluator)

    assert (closed.state, closed.version) == (S.EVIDENCE_CLOSED, 2)
    assert closed.sessions.get().ended_at is not None
    traced("assessment.evidence_closed", closed, assessment.evaluator)


@pytest.mark.rule("CERT-10")
def test_a_stop_for_safety_needs_no_more_answers_and_is_never_competent(sent):
    assessment, by = sent["session"].assessment, sent["by"]
    for code in ("GO-01", "GO-02"):
        new = {"key": uuid.uuid4(), "item": item_of(assessment, code)}
        sessions.record_observation(**sent | new)

    stopped = sessions.stop_for_safety(assessment, version=1, reason=" Sin guarda ", by=by)
    assert (stopped.state, stopped.stop_reason) == (S.IN_ASSESSMENT, "Sin guarda")
    assert stopped.stopped_at is not None
    traced("assessment.stopped", stopped, by)
    sessions.close_evidence(assessment, version=2, by=by)
    judgement = judging.sign_judgement(
        assessment, version=3, recommendations="Usar la guarda", by=by
    )

    assert judgement.outcome == "not_yet_competent"
    assert [each["code"] for each in judgement.result["reasons"]][-1] == "DETENIDA_POR_SEGURIDAD"


@pytest.mark.rule("CERT-10")
def test_after_a_stop_no_answer_comes_in_any_more(sent):
    assessment, by = sent["session"].assessment, sent["by"]
    first = sessions.record_observation(**sent)
    sessions.stop_for_safety(assessment, version=1, reason="Sin guarda", by=by)
    new = {"key": uuid.uuid4(), "item": item_of(assessment, "GO-03"), "value": "1"}

    with refusal(refusals.AssessmentClosed, match="stopped for safety"):
        sessions.record_observation(**sent | new)

    assert sessions.record_observation(**sent) == first  # sent before, and answered again
    judgement = judging.sign_judgement(
        sessions.close_evidence(assessment, version=2, by=by), version=3, recommendations="x", by=by
    )
    assert judgement.result["not_asked"] == ["GO-01", "GO-03"]


@pytest.mark.rule("CERT-10")
def test_a_stop_needs_a_reason_and_the_evaluator_and_comes_once(sent):
    assessment, by = sent["session"].assessment, sent["by"]

    with refusal(refusals.ReasonMissing):
        sessions.stop_for_safety(assessment, version=1, reason=" ", by=by)
    with refusal(refusals.NotYours):
        sessions.stop_for_safety(assessment, version=1, reason="x", by=UserFactory(evaluator=True))

    sessions.stop_for_safety(assessment, version=1, reason="x", by=by)
    with refusal(refusals.AssessmentClosed):
        sessions.stop_for_safety(assessment, version=2, reason="y", by=by)


# Judgement


def test_the_judgement_is_computed_and_signed():
    assessment = AssessmentFactory(evidence_closed=True)
    by = assessment.evaluator

    judgement = judging.sign_judgement(assessment, version=1, recommendations="", by=by)

    assessment.refresh_from_db()
    assert assessment.state == S.JUDGED
    judgement.refresh_from_db()
    assert (judgement.outcome, judgement.number, judgement.signed_by) == ("competent", 1, by)
    assert judgement.result["total"] == {"got": 10_000, "base": 10_000, "shown": 10_000}
    assert judgement.result["gap_report"] == {"gaps": [], "recommendation": None}
    assert (judgement.department, judgement.status, judgement.sector) == (
        assessment.person.district.department,
        assessment.person.status,
        assessment.standard.sector,
    )
    assert judging.judgement_of(assessment) == judgement
    traced("assessment.judged", assessment, by)


def test_the_judgement_gives_the_service_on_its_day():
    assessment = AssessmentFactory(evidence_closed=True)

    judgement = judging.sign_judgement(
        assessment, version=1, recommendations="", by=assessment.evaluator
    )

    service = ServiceRecord.objects.get()
    assert (service.person, service.service, service.source) == (
        assessment.person,
        "1c",
        f"assessment:{assessment.pk}",
    )
    assert service.on == timezone.localdate(judgement.signed_at)
    assert service.organization == assessment.centre.organization


def test_somebody_without_a_district_can_be_judged():
    assessment = AssessmentFactory(evidence_closed=True)
    Person.objects.filter(pk=assessment.person_id).update(district=None)

    judgement = judging.sign_judgement(
        assessment, version=1, recommendations="", by=assessment.evaluator
    )

    assert judgement.department is None


@pytest.mark.rule("CERT-6")
def test_who_is_not_yet_competent_is_told_what_to_work_on():
    assessment = AssessmentFactory(evidence_closed=True, competent=False)
    by = assessment.evaluator

    with refusal(judging.FeedbackMissing):
        judging.sign_judgement(assessment, version=1, recommendations=" ", by=by)
    judgement = judging.sign_judgement(assessment, version=1, recommendations="El corte", by=by)

    judgement.refresh_from_db()
    assert (judgement.outcome, judgement.recommendations) == ("not_yet_competent", "El corte")
    assert judgement.result["reasons"][-1] == {"code": "CRITICO_INCUMPLIDO", "where": ["GO-01"]}
    assert judgement.result["gap_report"] == {
        "gaps": [{"element": "E1", "items": ["GO-01"]}],
        "recommendation": Recommendation.UPSKILLING,
    }


@pytest.mark.rule("CERT-5", "SEC-13")
def test_only_who_watched_signs():
    assessment = AssessmentFactory(evidence_closed=True)

    with refusal(refusals.NotYours):
        judging.sign_judgement(
            assessment, version=1, recommendations="", by=UserFactory(evaluator=True)
        )


@pytest.mark.rule("CERT-6")
def test_the_seal_follows_from_the_answers_alone():
    version = StandardVersionFactory()

    def seal(**values):
        assessment = AssessmentFactory(standard_version=version, evidence_closed=True, **values)
        by = assessment.evaluator
        return judging.sign_judgement(
            assessment, version=1, recommendations="x", by=by
        ).inputs_sha256

    first, same, other = seal(), seal(), seal(answers={"GO-03": "2.9"})

    assert len(first) == 64
    assert same == first
    assert other != first


@pytest.mark.rule("CERT-8")
def test_without_all_answers_there_is_no_judgement():
    assessment = AssessmentFactory(in_assessment=True, answers={"GO-01": "si", "GO-03": "1"})
    Assessment.objects.filter(pk=assessment.pk).update(state=S.EVIDENCE_CLOSED)

    with refusal(sessions.IncompleteAssessment, match="GO-02"):
        judging.sign_judgement(assessment, version=1, recommendations="x", by=assessment.evaluator)


# Verification and decision


def send(assessment, **answers):
    kept = {
        "version": assessment.version,
        "verifier": answers.get("verifier") or UserFactory(verifier=True),
        "candidate_name": "Rosa",
        "agrees": True,
        "signature": hand(),
        "by": assessment.evaluator,
    }
    return deciding.send_to_verification(assessment, **kept | answers)


def approve(assessment, **answers):
    kept = {
        "version": assessment.version,
        "checklist": CHECKLIST,
        "officer": answers.get("officer") or UserFactory(officer=True),
        "items": sessions.observed_in(assessment),
        "by": assessment.verifier,
    }
    return deciding.approve_portfolio(assessment, **kept | answers)


@pytest.mark.parametrize("agrees", [True, False])
def test_a_portfolio_goes_to_a_second_person(agrees):
    assessment, verifier = AssessmentFactory(judged=True), UserFactory(verifier=True)

    handed = send(assessment, verifier=verifier, agrees=agrees)

    assert (handed.state, handed.verifier) == (S.IN_VERIFICATION, verifier)
    signature = handed.signatures.get(kind=SignatureKind.RESULT)
    assert (signature.name, signature.agrees) == ("Rosa", agrees)
    assert assigned(handed.person, AssignmentKind.VERIFICATION) == {verifier.pk}
    activity = traced("assessment.sent_to_verification", handed, assessment.evaluator)
    assert activity.changes["verifier"] == [None, verifier.pk]


@pytest.mark.rule("CERT-5", "SEC-13")
def test_nobody_verifies_what_they_evaluated():
    assessment = AssessmentFactory(judged=True)
    RoleAssignmentFactory(user=assessment.evaluator, role=Role.VERIFIER)

    with refusal(refusals.SamePerson, match=str(assessment.evaluator)):
        send(assessment, verifier=assessment.evaluator)


def test_a_verifier_holds_the_role_and_the_candidate_acknowledges():
    assessment = AssessmentFactory(judged=True)
    other, verifier = UserFactory(evaluator=True), UserFactory(verifier=True)

    with refusal(refusals.NotInThatRole):
        send(assessment, verifier=other)
    with refusal(refusals.SignatureMissing):
        send(assessment, verifier=verifier, candidate_name="")


@pytest.mark.rule("CERT-7")
def test_what_is_returned_is_judged_again_and_the_first_judgement_is_kept():
    assessment = AssessmentFactory(evidence_closed=True, competent=False)
    by, verifier = assessment.evaluator, UserFactory(verifier=True)
    first = judging.sign_judgement(assessment, version=1, recommendations="x", by=by)
    assessment.refresh_from_db()
    send(assessment, verifier=verifier)

    back = deciding.return_to_evaluator(assessment, version=3, reason=" Falta decir ", by=verifier)

    assert (back.state, back.verifier) == (S.EVIDENCE_CLOSED, verifier)
    first.refresh_from_db()
    assert first.archived_at is not None
    assert judging.judgement_of(back) is None
    assert not back.signatures.filter(kind=SignatureKind.RESULT, cleared_at=None).exists()
    found = Verification.objects.get()
    assert (found.outcome, found.reason, found.verifier) == ("returned", "Falta decir", verifier)
    traced("assessment.returned_to_evaluator", back, verifier)

    second = judging.sign_judgement(back, version=4, recommendations="Más claro", by=by)
    assert (first.number, second.number) == (1, 2)
    assert second.inputs_sha256 == first.inputs_sha256  # no item was named: no answer changed
    back.refresh_from_db()
    assert send(back, verifier=verifier).state == S.IN_VERIFICATION


def test_a_service_is_received_once_however_often_it_is_judged():
    assessment = AssessmentFactory(evidence_closed=True)
    by = assessment.evaluator
    judging.sign_judgement(assessment, version=1, recommendations="", by=by)
    assessment.refresh_from_db()
    handed = send(assessment)
    back = deciding.return_to_evaluator(handed, version=3, reason="x", by=handed.verifier)

    judging.sign_judgement(back, version=4, recommendations="", by=by)

    assert ServiceRecord.objects.count() == 1


def test_a_return_has_a_reason_and_comes_from_its_verifier():
    assessment = AssessmentFactory(in_verification=True)

    with refusal(refusals.ReasonMissing):
        deciding.return_to_evaluator(assessment, version=1, reason="", by=assessment.verifier)
    with refusal(refusals.NotYours):
        deciding.return_to_evaluator(
            assessment, version=1, reason="x", by=UserFactory(verifier=True)
        )


def test_a_portfolio_that_conforms_goes_to_a_third_person():
    assessment, officer = AssessmentFactory(in_verification=True), UserFactory(officer=True)

    verified = approve(assessment, officer=officer)

    assert (verified.state, verified.officer) == (S.VERIFIED, officer)
    found = Verification.objects.get()
    assert (found.outcome, found.checklist) == ("conforms", CHECKLIST)
    assert found.verifier == assessment.verifier
    assert assigned(verified.person, AssignmentKind.DECISION) == {officer.pk}
    traced("assessment.verified", verified, assessment.verifier)


@pytest.mark.parametrize("checklist", [[], CHECKLIST[:-1], [*CHECKLIST, "otra"]])
def test_a_portfolio_conforms_in_every_point(checklist):
    assessment, officer = AssessmentFactory(in_verification=True), UserFactory(officer=True)

    with refusal(deciding.IncompleteChecklist):
        approve(assessment, checklist=checklist, officer=officer)


@pytest.mark.rule("CERT-5", "SEC-13")
def test_nobody_decides_on_what_they_evaluated_or_verified():
    assessment = AssessmentFactory(in_verification=True)

    for user in (assessment.evaluator, assessment.verifier):
        RoleAssignmentFactory(user=user, role=Role.CERTIFYING_OFFICER)
        with refusal(refusals.SamePerson, match=str(user)):
            approve(assessment, officer=user)


def test_an_officer_holds_the_role_and_another_verifier_approves_nothing():
    assessment, officer = AssessmentFactory(in_verification=True), UserFactory(officer=True)
    no_officer, other = UserFactory(verifier=True), UserFactory(verifier=True)

    with refusal(refusals.NotInThatRole):
        approve(assessment, officer=no_officer)
    with refusal(refusals.NotYours):
        approve(assessment, officer=officer, by=other)


def test_the_officer_asks_the_verifier_to_look_again():
    assessment = AssessmentFactory(verified=True)

    with refusal(refusals.ReasonMissing):
        deciding.return_to_verification(assessment, version=1, reason=" ", by=assessment.officer)
    with refusal(refusals.NotYours):
        deciding.return_to_verification(
            assessment, version=1, reason="x", by=UserFactory(officer=True)
        )
    back = deciding.return_to_verification(
        assessment, version=1, reason="El acta", by=assessment.officer
    )

    assert back.state == S.IN_VERIFICATION
    found = Decision.objects.get()
    assert (found.outcome, found.reason, found.officer) == (
        "returned",
        "El acta",
        assessment.officer,
    )
    traced("assessment.returned_to_verification", back, assessment.officer)
    assert judging.judgement_of(back) is not None
    assert approve(back, officer=assessment.officer).state == S.VERIFIED


@pytest.mark.rule("CERT-5", "SEC-13")
def test_whoever_once_had_a_part_takes_no_other_later():
    assessment = AssessmentFactory(verified=True)
    first_verifier, first_officer = assessment.verifier, assessment.officer
    back = deciding.return_to_verification(assessment, version=1, reason="x", by=first_officer)
    back = deciding.return_to_evaluator(back, version=2, reason="x", by=first_verifier)
    judging.sign_judgement(back, version=3, recommendations="", by=back.evaluator)
    back.refresh_from_db()
    RoleAssignmentFactory(user=first_officer, role=Role.VERIFIER)
    RoleAssignmentFactory(user=first_verifier, role=Role.CERTIFYING_OFFICER)

    with refusal(refusals.SamePerson, match=str(first_officer)):
        send(back, verifier=first_officer)

    second = UserFactory(verifier=True)
    handed = send(back, verifier=second)
    with refusal(refusals.SamePerson, match=str(first_verifier)):
        approve(handed, officer=first_verifier)
    assert assigned(handed.person, AssignmentKind.VERIFICATION) == {second.pk}


def test_not_yet_competent_is_confirmed_and_the_parts_end():
    assessment = AssessmentFactory(verified=True, competent=False)
    officer = assessment.officer
    version = AssessmentFactory(verified=True)

    with refusal(refusals.NotYours):
        deciding.confirm_not_yet(assessment, version=1, by=UserFactory(officer=True))
    with refusal(deciding.OtherOutcome):
        deciding.confirm_not_yet(version, version=1, by=version.officer)
    closed = deciding.confirm_not_yet(assessment, version=1, by=officer)

    assert closed.state == S.CLOSED_NOT_YET
    decision = Decision.objects.get()
    assert (decision.outcome, decision.officer, decision.at) == (
        "not_yet",
        officer,
        closed.decided_at,
    )
    traced("assessment.closed_not_yet", closed, officer)
    kinds = [AssignmentKind.EVALUATION, AssignmentKind.VERIFICATION, AssignmentKind.DECISION]
    assert [assigned(closed.person, kind) for kind in kinds] == [set(), set(), set()]
    fresh = type(officer).objects.get(pk=officer.pk)
    assert not Assessment.objects.visible_to(fresh).exists()


def test_the_parts_in_another_assessment_of_the_person_go_on():
    one = AssessmentFactory(verified=True, competent=False)
    other = AssessmentFactory(person=one.person, planned=True, evaluator=one.evaluator)

    deciding.confirm_not_yet(one, version=1, by=one.officer)

    assert assigned(one.person, AssignmentKind.EVALUATION) == {other.evaluator.pk}
    assert assigned(one.person, AssignmentKind.DECISION) == set()


# Leaving


LEAVES = [(leaving.withdraw, S.WITHDRAWN), (leaving.cancel, S.CANCELLED)]


@pytest.mark.parametrize(("leave", "state"), LEAVES)
def test_an_assessment_is_left_with_a_reason(leave, state):
    assessment = AssessmentFactory(in_assessment=True)
    by = assessment.enrolled_by

    left = leave(assessment, version=1, reason=LeaveReason.HEALTH, by=by)

    assert (left.state, left.leave_reason, left.left_by) == (state, "health", by)
    assert left.left_at is not None
    assert left.sessions.get().ended_at is not None
    assert assigned(left.person, AssignmentKind.EVALUATION) == set()
    assert assigned(left.person, AssignmentKind.CASEWORKER) == {by.pk}
    traced(f"assessment.{state}", left, by)


@pytest.mark.parametrize(("leave", "state"), LEAVES)
@pytest.mark.parametrize("reason", ["", "porque sí"])
def test_an_assessment_is_not_left_without_a_known_reason(leave, state, reason):
    assessment = AssessmentFactory()

    with refusal(refusals.ReasonMissing):
        leave(assessment, version=1, reason=reason, by=assessment.enrolled_by)


def test_after_leaving_a_person_can_be_enrolled_anew(candidate, caseworker):
    first = enrol(candidate, caseworker)
    leaving.withdraw(first, version=1, reason=LeaveReason.WORK, by=caseworker)

    again = enrol(candidate, caseworker, standard_version=first.standard_version)

    assert again != first


# Every step from every state


def steps_of(assessment):
    """Each step with all that it asks for: only the state may refuse it."""
    a, by = assessment, assessment.enrolled_by
    evaluator = a.evaluator or UserFactory(evaluator=True)
    verifier = a.verifier or UserFactory(verifier=True)
    officer = a.officer or UserFactory(officer=True)
    member = UserFactory(verifier=True)
    if a.appeal:
        name_panel(a, member)
    calls = {
        "record_diagnosis": {"answers": DIAGNOSIS, "by": by},
        "refer_to_training": {
            "service": Service.UPSKILLING,
            "provider": OrganizationFactory(kinds=["training_body"]),
            "ends_on": timezone.localdate(),
            "by": by,
        },
        "close_training": {"outcome": TrainingOutcome.NOT_COMPLETED, "by": by},
        "admit": {"candidate_name": "Rosa", "by": by},
        "propose_plan": a_plan(a, evaluator=evaluator) | {"reason": "Llueve", "by": by},
        "agree_plan": {"candidate_name": "Rosa", "signature": hand(), "by": evaluator},
        "start_session": {"identity_checked": "DUI", "by": evaluator},
        "close_evidence": {"by": evaluator},
        "sign_judgement": {"recommendations": "x", "by": evaluator},
        "send_to_verification": {
            "verifier": verifier,
            "candidate_name": "Rosa",
            "agrees": True,
            "signature": hand(),
            "by": evaluator,
        },
        "return_to_evaluator": {"reason": "x", "by": verifier},
        "approve_portfolio": {"checklist": CHECKLIST, "officer": officer, "by": verifier},
        "return_to_verification": {"reason": "x", "by": officer},
        "certify": {"by": officer},
        "confirm_not_yet": {"by": officer},
        "withdraw": {"reason": LeaveReason.WORK, "by": by},
        "cancel": {"reason": LeaveReason.WORK, "by": by},
        "lodge_appeal": {
            "channel": "phone",
            "grounds": "x",
            "lodged_on": timezone.localdate(),
            "by": by,
        },
        "let_certified_stand": {"reasons": "x", "by": member},
        "let_not_yet_stand": {"reasons": "x", "by": member},
        "revoke_decision": {
            "reasons": "x",
            "verifier": UserFactory(verifier=True),
            "by": member,
        },
        "repeat_assessment": a_plan(a) | {"reasons": "x", "by": member},
    }
    known = {}
    for module in (enrolling, sessions, judging, deciding, leaving, training, appealing):
        known |= vars(module)
    known["close_training"] = close_training
    known["let_certified_stand"] = let_stand(S.CERTIFIED)
    known["let_not_yet_stand"] = let_stand(S.CLOSED_NOT_YET)
    return {name: (known[name], answers) for name, answers in calls.items()}


def let_stand(target):
    """Let a decision stand, if it was this one that was appealed."""

    def step(assessment, **answers):
        if assessment.appeal and assessment.appeal.target != target:
            raise refusals.OutOfStep
        return appealing.confirm_decision(assessment, **answers)

    return step


def close_training(assessment, **answers):
    """Close the training of an assessment, which is under way whatever its state."""
    under_way = assessment.trainings.first()
    if under_way is None:
        under_way = TrainingFactory(assessment=assessment)
    if assessment.state == S.CLOSED_NOT_YET:
        raise refusals.OutOfStep  # after a result it is no step: see test_reassessing
    return training.close_training(under_way, **answers)


# Where each step starts and ends; the states of leaving are those that the table gives.
STEPS = {
    "record_diagnosis": ({S.ENROLLED}, S.DIAGNOSED),
    "refer_to_training": ({S.DIAGNOSED}, S.IN_TRAINING),
    "close_training": ({S.IN_TRAINING}, S.DIAGNOSED),
    "admit": ({S.DIAGNOSED}, S.ADMITTED),
    "propose_plan": ({S.ADMITTED, S.PLAN_AGREED}, S.PLANNED),
    "agree_plan": ({S.PLANNED}, S.PLAN_AGREED),
    "start_session": ({S.PLAN_AGREED}, S.IN_ASSESSMENT),
    "close_evidence": ({S.IN_ASSESSMENT}, S.EVIDENCE_CLOSED),
    "sign_judgement": ({S.EVIDENCE_CLOSED}, S.JUDGED),
    "send_to_verification": ({S.JUDGED}, S.IN_VERIFICATION),
    "return_to_evaluator": ({S.IN_VERIFICATION}, S.EVIDENCE_CLOSED),
    "approve_portfolio": ({S.IN_VERIFICATION}, S.VERIFIED),
    "return_to_verification": ({S.VERIFIED}, S.IN_VERIFICATION),
    "certify": ({S.VERIFIED}, S.CERTIFIED),
    "confirm_not_yet": ({S.VERIFIED}, S.CLOSED_NOT_YET),
    "withdraw": ({each for each in S if S.WITHDRAWN in ASSESSMENT_MOVES[each]}, S.WITHDRAWN),
    "cancel": ({each for each in S if S.CANCELLED in ASSESSMENT_MOVES[each]}, S.CANCELLED),
    "lodge_appeal": ({S.CERTIFIED, S.CLOSED_NOT_YET}, S.IN_APPEAL),
    "let_certified_stand": ({S.IN_APPEAL}, S.CERTIFIED),
    "let_not_yet_stand": ({S.IN_APPEAL}, S.CLOSED_NOT_YET),
    "revoke_decision": ({S.IN_APPEAL}, S.IN_VERIFICATION),
    "repeat_assessment": ({S.IN_APPEAL}, S.PLANNED),
}
# Of which judgement each is: the other one takes another step.
OF_COMPETENT = {"certify", "let_certified_stand"}
OF_NOT_YET = {"confirm_not_yet", "let_not_yet_stand"}
ALL_ANSWERED = {"GO-01": "si", "GO-02": "si", "GO-03": "1"}


def test_the_steps_are_all_moves_of_the_table_and_no_other():
    steps = {(start, end) for starts, end in STEPS.values() for start in starts}

    assert steps == {(start, end) for start, ends in ASSESSMENT_MOVES.items() for end in ends}
    assert sum(len(starts) for starts, _end in STEPS.values()) == len(steps)  # each has one step


def allowed(assessment, steps):
    """The steps that an assessment takes from its state, and where each leads; all are undone."""
    before, found = rows(), {}
    for name, (step, answers) in steps.items():
        try:
            with transaction.atomic():
                step(assessment, version=1, **answers)
                found[name] = Assessment.objects.get(pk=assessment.pk).state
                transaction.set_rollback(True)
        except (MoveNotAllowed, refusals.OutOfStep, deciding.OtherOutcome):
            assert rows() == before
    return found


# Whose each step is, and its page.
PAGES = {
    "record_diagnosis": ("enrolled_by", "certification:diagnosis_record"),
    "refer_to_training": ("enrolled_by", "certification:training_refer"),
    "close_training": ("enrolled_by", "certification:training_close"),
    "admit": ("enrolled_by", "certification:assessment_admit"),
    "propose_plan": ("enrolled_by", "certification:plan_propose"),
    "agree_plan": ("evaluator", "certification:plan_agree"),
    "start_session": ("evaluator", "evaluation:session_start"),
    "close_evidence": ("evaluator", "evaluation:evidence_close"),
    "sign_judgement": ("evaluator", "evaluation:judgement_sign"),
    "send_to_verification": ("evaluator", "evaluation:verification_request"),
    "return_to_evaluator": ("verifier", "certification:portfolio_return"),
    "approve_portfolio": ("verifier", "certification:portfolio_approve"),
    "return_to_verification": ("officer", "certification:verification_return"),
    "certify": ("officer", "certification:certification_grant"),
    "confirm_not_yet": ("officer", "certification:not_yet_confirm"),
    "withdraw": ("enrolled_by", "certification:assessment_withdraw"),
    "cancel": ("coordinator", "certification:assessment_cancel"),
    "lodge_appeal": ("enrolled_by", "certification:appeal_lodge"),
    "let_certified_stand": ("panel", "certification:decision_confirm"),
    "let_not_yet_stand": ("panel", "certification:decision_confirm"),
    "revoke_decision": ("panel", "certification:decision_revoke"),
    "repeat_assessment": ("panel", "certification:assessment_redo"),
}
CHECKED_IN_THE_ACTION = {"evaluator", "verifier", "officer", "panel"}
CASES = [(state, True) for state in S] + [
    (state, False) for state in (S.VERIFIED, S.CLOSED_NOT_YET, S.IN_APPEAL)
]


def strangers(office):
    """One of each role without a part in the assessment; coordination of another office."""
    return {
        "enrolled_by": UserFactory(caseworker=True, at=office),
        "evaluator": UserFactory(evaluator=True),
        "verifier": UserFactory(verifier=True),
        "officer": UserFactory(officer=True),
        "coordinator": UserFactory(coordinator=True),
        "administrator": UserFactory(administrator=True),
        "monitoring": UserFactory(monitoring=True),
        "nobody": UserFactory(),
    }


def is_refused(user, name, assessment):
    """Whether the page of a step lets somebody in neither by role nor by part: 403 or 404."""
    _whose, page = PAGES[name]
    view = resolve(reverse(page, args=[assessment.public_id])).func
    if not user.may(view.policy):
        return True
    request = RequestFactory().get("/")
    request.user = user
    try:
        view(request, public_id=assessment.public_id)
    except (PermissionDenied, Http404):
        return True
    return False


@pytest.mark.rule("CERT-5", "CERT-7", "SEC-13")
@pytest.mark.parametrize(("state", "competent"), CASES)
def test_every_step_is_taken_from_its_states_by_its_person_and_by_nobody_else(state, competent):
    CertifyingBodyFactory()
    values = {"answers": ALL_ANSWERED} if state == S.IN_ASSESSMENT else {}
    assessment = AssessmentFactory(state=state, competent=competent, **values)
    steps, others = steps_of(assessment), strangers(assessment.person.office)
    entitled = {part: getattr(assessment, part) for part in ("evaluator", "verifier", "officer")}
    entitled["enrolled_by"] = assessment.enrolled_by
    entitled["coordinator"] = UserFactory(coordinator=True, at=assessment.person.office)
    of_other_judgement = OF_NOT_YET if competent else OF_COMPETENT

    # The person whose step it is: it moves where the table says so, and is refused elsewhere (409).
    expected = {name: end for name, (starts, end) in STEPS.items() if state in starts}
    expected = {name: end for name, end in expected.items() if name not in of_other_judgement}
    if state == S.PLANNED:  # planned again before anybody has agreed: it stays where it is
        expected["propose_plan"] = S.PLANNED
    found = allowed(assessment, steps)
    assert found == expected

    # A stranger with the same role, in the action itself.
    for name in found:
        whose, _page = PAGES[name]
        if whose in CHECKED_IN_THE_ACTION:
            step, answers = steps[name]
            stranger = others["verifier" if whose == "panel" else whose]
            with refusal((refusals.NotYours, appealing.NotOnThePanel)):
                step(assessment, version=1, **answers | {"by": stranger})

    # Everybody else, on its page: those with another part, and one of each role with none.
    let_in = [
        (name, role)
        for name, (whose, _page) in PAGES.items()
        for role, user in [*entitled.items(), *((f"other {r}", u) for r, u in others.items())]
        if user and role != whose and not is_refused(user, name, assessment)
    ]
    assert let_in == []


@pytest.mark.parametrize("state", list(S))
def test_answers_come_in_during_the_session_alone(state):
    assessment = AssessmentFactory(state=state)
    session = assessment.sessions.first() or AssessmentSession.objects.create(
        assessment=assessment, identity_checked="DUI", started_by=assessment.enrolled_by
    )
    sent = {
        "key": uuid.uuid4(),
        "device": uuid.uuid4(),
        "item": item_of(assessment, "GO-02"),
        "value": "si",
        "note": "",
        "by": assessment.evaluator or assessment.enrolled_by,
    }

    if state == S.IN_ASSESSMENT:
        assert sessions.record_observation(session, **sent).seq == 1
        stopped = sessions.stop_for_safety(assessment, version=1, reason="x", by=sent["by"])
        assert stopped.stopped_at is not None
        return
    with refusal(refusals.AssessmentClosed):
        sessions.record_observation(session, **sent)
    with refusal(refusals.AssessmentClosed):
        sessions.stop_for_safety(assessment, version=1, reason="x", by=sent["by"])
    with refusal(refusals.AssessmentClosed):
        sessions.resolve_item(
            assessment, item=sent["item"], observation=None, reason="x", by=sent["by"]
        )


@pytest.mark.rule("SEC-15")
@pytest.mark.parametrize("name", list(STEPS))
def test_a_step_from_an_old_page_changes_nothing(name):
    CertifyingBodyFactory()
    starts, _end = STEPS[name]
    state = next(each for each in S if each in starts)
    values = {"answers": ALL_ANSWERED} if state == S.IN_ASSESSMENT else {}
    assessment = AssessmentFactory(state=state, competent=name not in OF_NOT_YET, **values)
    step, answers = steps_of(assessment)[name]
    Assessment.objects.filter(pk=assessment.pk).update(version=2)

    with refusal(StaleRecord):
        step(assessment, version=1, **answers)

    step(assessment, version=2, **answers)


# The worked examples, from the first answer to the judgement


def observe(session, answers):
    device = uuid.uuid4()
    items = {each.code: each for each in session.assessment.standard_version.items.all()}
    for code, value in answers.items():
        sessions.record_observation(
            session,
            key=uuid.uuid4(),
            device=device,
            item=items[code],
            value=value,
            note="Como lo vi",
            by=session.assessment.evaluator,
        )


def judged(changes, *, stop=False, without=()):
    """The judgement on CON-002 of one to whom everything was met but `changes`."""
    assessment = AssessmentFactory(plan_agreed=True, standard_version=real_standard())
    by = assessment.evaluator
    session = start(assessment)
    answers = best_answers(assessment.standard_version) | changes
    observe(session, {code: each for code, each in answers.items() if code not in without})
    assessment.refresh_from_db()
    if stop:
        assessment = sessions.stop_for_safety(
            assessment, version=assessment.version, reason="Sin guarda", by=by
        )
    closed = sessions.close_evidence(assessment, version=assessment.version, by=by)
    return judging.sign_judgement(closed, version=closed.version, recommendations="Siga", by=by)


def wrong(version, *codes):
    """A wrong option of each of these questions."""
    keys = {each.item.code: each.key for each in version.answer_keys.select_related("item")}
    return {code: next(each for each in "abcd" if each != keys[code]) for code in codes}


@pytest.mark.rule("CERT-6", "CERT-8")
@pytest.mark.parametrize(
    ("changes", "shown", "reasons"),
    [
        pytest.param({}, [10000, 10000, 10000, 10000], [], id="A"),
        pytest.param({"GO-05": "no", "LC-08": "no"}, [9333, 9428, 7000, 8900], [], id="B"),
        pytest.param({"GO-09": "na", "GO-05": "no"}, [9302, 10000, 10000, 9693], [], id="E"),
        pytest.param(
            {"LC-05": "79.9"},
            [10000, 8285, 10000, 9400],
            [{"code": "CRITICO_INCUMPLIDO", "where": ["LC-05"]}],
            id="H",
        ),
    ],
)
def test_worked_examples_through_the_evaluators_page(changes, shown, reasons):
    if shown[2] == 7000:
        changes = changes | wrong(real_standard(), "CU-01", "CU-02", "CU-03")

    judgement = judged(changes)

    judgement.refresh_from_db()
    result = judgement.result
    scores = [*(result["instruments"][code] for code in ("GO", "LC", "CU")), result["total"]]
    assert [each["shown"] for each in scores] == shown
    assert result["reasons"] == reasons
    assert judgement.outcome == ("not_yet_competent" if reasons else "competent")


@pytest.mark.rule("CERT-6", "CERT-8", "CERT-10")
def test_worked_example_j_after_a_stop():
    judgement = judged({"GO-12": "no"}, stop=True)

    judgement.refresh_from_db()
    assert judgement.outcome == "not_yet_competent"
    assert [each["code"] for each in judgement.result["reasons"]] == [
        "CRITICO_INCUMPLIDO",
        "DETENIDA_POR_SEGURIDAD",
    ]
    assert judgement.result["total"]["shown"] == 9600
    assert {each["shown"] for each in judgement.result["instruments"].values()} == {None}


@pytest.mark.rule("CERT-8")
def test_worked_example_k_has_no_judgement():
    with pytest.raises(sessions.IncompleteAssessment, match="1 item has no answer"):
        judged({}, without=["GO-18"])


def test_an_observation_costs_few_queries(sent, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        sessions.record_observation(**sent)
