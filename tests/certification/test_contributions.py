"""What certification puts on a person's page."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from beneficiaries import registry
from beneficiaries.choices import Outcome
from beneficiaries.models import Person
from certification import contributions
from certification.choices import LEFT_STATES, OPEN_STATES, AssessmentState
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import PersonFactory, closed_columns
from tests.factories.certification import AssessmentFactory, CertificateFactory

pytestmark = pytest.mark.django_db


def person_with(outcome, **values):
    return PersonFactory(
        with_case=True,
        with_case__certification_track="eligible",
        with_case__outcome=outcome,
        **values,
    )


@pytest.mark.parametrize("state", list(AssessmentState))
def test_a_step_says_how_far_it_is_and_what_comes_next(state):
    assessment = AssessmentFactory(state=state, competent=state != "closed_not_yet")

    step, *others = contributions.steps(assessment.person, assessment.enrolled_by)

    assert len(others) == (state in LEFT_STATES)
    assert str(assessment.standard) in step.title
    assert assessment.reference in step.detail
    assert step.state == assessment.get_state_display()
    assert step.url == reverse("certification:assessment_detail", args=[assessment.public_id])
    assert bool(step.next_step) is (state in OPEN_STATES)


@pytest.mark.parametrize("state", ["withdrawn", "cancelled"])
def test_who_left_can_be_enrolled_again(state):
    person = AssessmentFactory(**{state: True}).person

    *_left, step = contributions.steps(person, UserFactory(caseworker=True))

    assert step.url == reverse("certification:assessment_enrol", args=[person.public_id])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("enrolled", "La persona gestora registra el diagnóstico."),
        ("planned", "La persona evaluadora acuerda el plan con la persona candidata."),
        ("plan_agreed", "La persona evaluadora empieza la evaluación el "),
        ("verified", "La persona responsable"),
    ],
)
def test_next_step_says_whose_turn_it_is(state, words):
    assert contributions.next_step(AssessmentFactory(state=state)).startswith(words)


def test_next_step_after_a_stop_is_to_close():
    assessment = AssessmentFactory(in_assessment=True)
    assessment.stopped_at = timezone.now()

    words = contributions.next_step(assessment)

    assert words == "La persona evaluadora cierra la evidencia."


def test_a_planned_one_says_its_day_and_a_certified_one_its_folio():
    planned = AssessmentFactory(planned=True)
    certificate = CertificateFactory()
    user = UserFactory(caseworker=True)

    [before] = contributions.steps(planned.person, user)
    [after] = contributions.steps(certificate.assessment.person, user)

    assert before.detail.endswith(date_format(timezone.localdate(), "DATE_FORMAT"))
    assert after.detail.endswith(certificate.folio)
    assert (before.tone, after.tone) == ("curso", "ok")


@pytest.mark.parametrize("count", [1, 3])
def test_all_assessments_are_one_query(count, django_assert_num_queries):
    first = AssessmentFactory()
    for _each in range(count - 1):
        AssessmentFactory(person=first.person)
    user, person = UserFactory(caseworker=True), Person.objects.get(pk=first.person_id)
    assert user.current_roles

    with django_assert_num_queries(1):
        steps = contributions.steps(person, user)

    assert len(steps) == count


@pytest.mark.rule("SEC-3")
def test_who_may_not_open_an_assessment_gets_no_link():
    assessment = AssessmentFactory()

    for step in contributions.steps(assessment.person, UserFactory(registrar=True)):
        assert step.url is None


@pytest.mark.parametrize("outcome", [Outcome.ELIGIBLE, Outcome.EXCEPTION])
def test_who_is_eligible_is_to_be_enrolled(outcome):
    person = person_with(outcome)

    [step] = contributions.steps(person, UserFactory(caseworker=True))
    [unlinked] = contributions.steps(person, UserFactory(coordinator=True))

    assert step.url == reverse("certification:assessment_enrol", args=[person.public_id])
    assert step.next_step
    assert unlinked.url is None
    assert contributions.steps(person, UserFactory(registrar=True)) == []


def test_nobody_else_is():
    user = UserFactory(caseworker=True)
    closed = person_with(Outcome.ELIGIBLE)
    closed.cases.update(**closed_columns())
    others = [
        person_with(Outcome.ELIGIBLE_PARTIAL),
        person_with(Outcome.PENDING),
        PersonFactory(with_case=True),
        PersonFactory(),
        closed,
    ]

    assert [contributions.steps(person, user) for person in others] == [[]] * 5


def test_the_timeline_has_words_for_every_step():
    assert contributions.steps in registry.STEPS
    verbs = {f"assessment.{state}" for state in AssessmentState} - {
        "assessment.in_assessment",  # started
        "assessment.in_verification",  # sent to verification
        "assessment.in_training",  # referred to it
        "assessment.in_appeal",  # appealed
    }

    assert verbs | {
        "certificate.holder_told",
        "certificate.duplicated",
        "assessment.parts_settled",
        "assessment.replanned",
        "assessment.result_explained",
        "assessment.centre_asked",
        "assessment.referred_to_training",
        "assessment.training_closed",
        "assessment.trainers_named",
        "assessment.to_be_repeated",
        "assessment.started",
        "assessment.downloaded",
        "assessment.conflict_kept",
        "assessment.conflict_settled",
        "assessment.item_resolved",
        "assessment.backup_taken",
        "assessment.evidence_added",
        "assessment.files_given_up",
        "assessment.paper_printed",
        "assessment.paper_typed",
        "assessment.paper_settled",
        "assessment.paper_kept",
        "assessment.paper_dropped",
        "assessment.evidence_reviewed",
        "assessment.paused",
        "assessment.resumed",
        "assessment.stopped",
        "assessment.answer_corrected",
        "assessment.step_refused",
        "assessment.sent_to_verification",
        "assessment.returned_to_evaluator",
        "assessment.returned_to_verification",
        "organization.logo_changed",
        "certificates.bundled",
        "assessment.appealed",
        "assessment.panel_named",
        "assessment.appeal_confirmed",
        "assessment.appeal_revoked",
        "assessment.appeal_repeat",
        "certificate.suspended",
        "certificate.lifted",
        "certificate.revocation_proposed",
        "certificate.revocation_rejected",
        "certificate.revoked",
        "certificate.replaced",
        "certificate.lookup_changed",
        "certificate.shared",
        "certificate.share_revoked",
    } == set(contributions.VERBS)
    assert contributions.VERBS.items() <= registry.VERBS.items()


@pytest.mark.rule("CASE-32")
def test_an_assessment_under_way_is_open_before_the_case_is_closed():
    running = AssessmentFactory(planned=True)
    ended = AssessmentFactory(withdrawn=True)

    (blocker,) = contributions.blockers(running.person.cases.get())

    assert blocker.url == running.get_absolute_url()
    assert running.reference in blocker.detail
    assert contributions.blockers(ended.person.cases.get()) == []
    assert contributions.blockers in registry.BLOCKERS
