"""A centre that is asked to plan an assessment: who finds it there, and what of the person."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, ReadLog, User
from accounts.roles import Role
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Conflict, Person
from certification import permissions
from certification.actions import appealing, deciding, refusals
from certification.actions.arranging import ask_centre
from certification.actions.planning import CentreNotReady
from certification.actions.sharing import DataRestricted
from certification.forms.judgements import SendForm
from certification.models import Assessment, Plan, PlanHelp, Verification, to_arrange
from tests.certification.steps import a_plan, train
from tests.certification.unchanged import refusal
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import (
    AssessmentFactory,
    CentreFactory,
    hand,
    let_assess,
    name_panel,
)

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CERT-5")]

PLAIN = "Hay un conflicto de interés entre ambas personas: elija a otra."
LIST = reverse("certification:arrange_list")


def visitor(user):
    client = Client()
    client.force_login(user)
    return client


def address(name, assessment):
    return reverse(f"certification:{name}", args=[assessment.public_id])


@pytest.fixture
def asked():
    """An assessment that a centre is asked to plan; with it, who manages it and evaluates there."""
    named = {"person__given_names": "Rosa Sobeida", "person__surnames": "Quintanilla"}
    assessment = AssessmentFactory(admitted=True, **named)
    centre, evaluator = let_assess(assessment.standard)
    page = visitor(assessment.enrolled_by).post(
        address("centre_ask", assessment), {"version": 1, "centre": centre.pk}
    )
    assert page.status_code == 302
    assessment.refresh_from_db()
    assert (assessment.centre, assessment.state) == (centre, "admitted")
    return assessment, UserFactory(centre_manager=True, at=centre.organization), evaluator


def test_who_manages_the_centre_or_evaluates_there_finds_it_masked(
    asked, django_assert_max_num_queries
):
    assessment, manager, evaluator = asked
    form = address("plan_propose", assessment)

    for user in (manager, evaluator):
        client = visitor(user)
        client.get(LIST)
        with django_assert_max_num_queries(15):
            listed = client.get(LIST).content.decode()
        with django_assert_max_num_queries(15):
            planned = client.get(form)
        today = client.get(reverse("home")).content.decode()
        for told in (listed, today, planned.content.decode()):
            assert assessment.reference in told
            assert "Rosa Q." in told
            assert "Quintanilla" not in told
            assert "Sobeida" not in told
            assert assessment.person.file_number not in told
        assert form in listed
        assert form in today
        assert not {"kinds", "extra_minutes", "note"} & planned.context["form"].fields.keys()
        assert ReadLog.objects.filter(actor=user).count() == 4
        for page in (assessment, assessment.person):  # neither its page nor her file
            assert client.get(page.get_absolute_url()).status_code in {403, 404}

    other = UserFactory(centre_manager=True, at=CentreFactory().organization)
    assert assessment.reference not in visitor(other).get(LIST).content.decode()
    assert visitor(other).get(form).status_code == 404


def test_the_manager_proposes_and_changes_a_plan_of_the_own_centre_alone(asked):
    assessment, manager, evaluator = asked
    elsewhere, stranger = let_assess(assessment.standard)
    client, form = visitor(manager), address("plan_propose", assessment)
    day = timezone.localdate() + timedelta(days=3)
    sent = {
        "version": assessment.version,
        "centre": assessment.centre_id,
        "evaluator": evaluator.pk,
        "scheduled_for": day.isoformat(),
        "scheduled_at": "08:30",
    }

    for foreign in ({"centre": elsewhere.pk}, {"evaluator": stranger.pk}):
        assert client.post(form, sent | foreign).status_code == 422
    taught = {"facilitator": evaluator, "name": "Sobrevivientes"}
    lesson = train(assessment.person, on=timezone.localdate(), **taught)
    barred = client.post(form, sent)
    assert (barred.status_code, PLAIN in barred.content.decode()) == (422, True)
    assert "Sobrevivientes" not in barred.content.decode()
    lesson.delete()
    answer = client.post(form, sent)

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assessment.refresh_from_db()
    plan = Plan.objects.get()
    assert (assessment.state, plan.proposed_by, plan.evaluator) == ("planned", manager, evaluator)


def test_the_help_that_was_planned_stays_when_the_centre_changes_the_day():
    planned = AssessmentFactory(plan_agreed=True)
    let_assess(planned.standard, centre=planned.centre, evaluator=planned.evaluator)
    plan = planned.plans.get()
    PlanHelp.objects.create(plan=plan, kinds=["extra_time"], extra_minutes=30)
    boss = UserFactory(centre_manager=True, at=planned.centre.organization)
    client, form = visitor(boss), address("plan_propose", planned)
    sent = {
        "version": planned.version,
        "centre": planned.centre_id,
        "evaluator": planned.evaluator_id,
        "scheduled_for": (timezone.localdate() + timedelta(days=4)).isoformat(),
        "scheduled_at": "10:00",
    }

    assert client.post(form, sent).status_code == 422  # without a reason
    unagreed = client.post(form, sent | {"reason": "Sin energía"})
    assert (unagreed.status_code, "sensibles" in unagreed.content.decode()) == (422, False)
    assert "pregunte a quien acompaña a la persona" in unagreed.content.decode()
    ConsentFactory(person=planned.person, purpose=ConsentPurpose.SENSITIVE)
    assert client.post(form, sent | {"reason": "Sin energía"}).status_code == 302

    planned.refresh_from_db()
    assert planned.state == "planned"
    kept = planned.plans.newest()
    assert (kept.number, kept.proposed_by) == (2, boss)
    assert (kept.help.kinds, kept.help.extra_minutes) == (["extra_time"], 30)


def test_who_has_another_part_or_is_barred_does_not_arrange_it(asked):
    assessment, manager, evaluator = asked
    assert [*to_arrange(manager)] == [*to_arrange(evaluator)] == [assessment]

    for part in ("evaluator", "verifier", "officer"):
        Assessment.objects.update(**{part: manager})
        assert not to_arrange(manager).exists()
        Assessment.objects.update(**{part: None})
    evaluator.evaluator.centres.update(valid_until=timezone.localdate() - timedelta(days=1))
    assert not to_arrange(evaluator).exists()
    Conflict.objects.create(
        person=assessment.person, user=manager, kind="relative", noted_by=assessment.enrolled_by
    )
    assert not to_arrange(manager).exists()


def test_an_evaluator_changes_her_own_plan_and_takes_no_colleagues_place():
    planned = AssessmentFactory(planned=True)
    let_assess(planned.standard, centre=planned.centre, evaluator=planned.evaluator)
    _centre, colleague = let_assess(planned.standard, centre=planned.centre)
    own = User.objects.get(pk=planned.evaluator_id)

    assert [*to_arrange(own)] == [planned]
    assert not to_arrange(colleague).exists()
    page = visitor(colleague).get(address("plan_propose", planned))
    assert page.status_code == 404


def test_who_had_a_part_before_an_appeal_does_not_arrange_what_is_repeated():
    assessment, member = AssessmentFactory(in_appeal=True), UserFactory(verifier=True)
    name_panel(assessment, member)
    acted = [assessment.evaluator, assessment.verifier, assessment.officer, member]
    plan = a_plan(assessment)
    let_assess(assessment.standard, centre=plan["centre"], evaluator=assessment.evaluator)
    appealing.repeat_assessment(assessment, version=1, reasons="x", by=member, **plan)
    there = plan["centre"].organization
    assessment = Assessment.objects.get()
    assert (assessment.state, assessment.verifier, assessment.officer) == ("planned", None, None)

    for each in acted:
        RoleAssignmentFactory(user=each, role=Role.CENTRE_MANAGER, organization=there)
        user = User.objects.get(pk=each.pk)
        assert not to_arrange(user).exists()
        assert not permissions.can_plan(user, assessment)
    assert to_arrange(UserFactory(centre_manager=True, at=there)).exists()


def test_what_is_asked_of_a_centre_is_on_record_and_can_be_taken_back(asked):
    assessment, manager, _evaluator = asked
    by, version = assessment.enrolled_by, assessment.version
    kept = Activity.objects.get(verb="assessment.centre_asked")
    assert (kept.actor, kept.person_id) == (by, assessment.person_id)

    elsewhere, planned = CentreFactory(), AssessmentFactory(planned=True)
    with refusal(CentreNotReady):
        ask_centre(assessment, version=version, centre=elsewhere, by=by)
    ask_centre(assessment, version=version, centre=None, by=by)
    assert not to_arrange(manager).exists()
    with refusal(refusals.OutOfStep):
        ask_centre(planned, version=1, centre=None, by=by)


def test_nobody_whose_data_are_restricted_is_handed_to_a_centre(asked):
    assessment, manager, evaluator = asked
    by, centre, version = assessment.enrolled_by, assessment.centre, assessment.version
    Person.objects.update(restricted_at=timezone.now())

    assert not to_arrange(manager).exists()
    assert not to_arrange(evaluator).exists()
    with refusal(DataRestricted):
        ask_centre(assessment, version=version, centre=centre, by=by)
    ask_centre(assessment, version=version, centre=None, by=by)
    assert Assessment.objects.get().centre is None


# Sending to verification


@pytest.fixture
def judged():
    """A judgement that waits to be explained; with it, who manages the centre."""
    assessment = AssessmentFactory(judged=True, person__surnames="Quintanilla")
    return assessment, UserFactory(centre_manager=True, at=assessment.centre.organization)


def test_the_evaluator_explains_and_who_manages_the_centre_names_the_verifier(judged):
    assessment, manager = judged
    page, verifier = address("verification_send", assessment), UserFactory(verifier=True)
    assert visitor(manager).get(page).status_code == 404  # nobody has told the person yet
    told = {"version": 1, "candidate_name": "Rosa", "agrees": "1", "signature": hand()}

    answer = visitor(assessment.evaluator).post(
        reverse("evaluation:verification_request", args=[assessment.public_id]), told
    )

    assert answer.status_code == 302
    assessment.refresh_from_db()
    assert (assessment.state, assessment.verifier) == ("judged", None)
    assert assessment.judgements.get().feedback_at
    client = visitor(manager)
    for shown in (client.get(page), client.get(reverse("home")), client.get(LIST)):
        text = shown.content.decode()
        assert assessment.reference in text
        assert "Quintanilla" not in text
        assert "ompetente" not in text  # nor how it ended
    sent = {"version": assessment.version, "verifier": verifier.pk}
    teacher = UserFactory(verifier=True)
    train(assessment.person, on=timezone.localdate(), facilitator=teacher, name="Sobrevivientes")
    barred = client.post(page, sent | {"verifier": teacher.pk})
    assert (barred.status_code, PLAIN in barred.content.decode()) == (422, True)
    assert "Sobrevivientes" not in barred.content.decode()
    assert client.post(page, sent).status_code == 302
    assessment.refresh_from_db()
    assert (assessment.state, assessment.verifier) == ("in_verification", verifier)
    kept = Activity.objects.get(verb="assessment.sent_to_verification")
    assert kept.actor == manager


def test_a_verifier_is_named_where_nobody_at_the_centre_could_do_it(judged):
    assessment, manager = judged

    def is_asked():
        return SendForm(instance=Assessment.objects.get()).fields["verifier"].required

    assert not is_asked()
    Assessment.objects.update(verifier=manager)  # it came back from her
    assert is_asked()
    Assessment.objects.update(verifier=None)
    conflict = Conflict.objects.create(
        person=assessment.person, user=manager, kind="relative", noted_by=assessment.enrolled_by
    )
    assert is_asked()
    conflict.delete()
    Verification.objects.create(  # before somebody else was to verify it
        assessment=assessment, verifier=manager, outcome="returned", reason="x"
    )
    assert is_asked()


def test_nobody_sends_what_was_not_explained_or_verifies_what_they_sent(judged):
    assessment, manager = judged
    RoleAssignmentFactory(user=manager, role=Role.VERIFIER)
    manager = User.objects.get(pk=manager.pk)
    stranger = UserFactory(centre_manager=True, at=CentreFactory().organization)
    verifier = UserFactory(verifier=True)

    def send(by, verifier=verifier):
        deciding.send_explained(assessment, version=2, verifier=verifier, by=by)

    with refusal(deciding.NotExplained):
        send(assessment.evaluator)
    given = {"candidate_name": "Rosa", "agrees": True, "signature": hand()}
    with refusal(refusals.NotYours):
        deciding.explain_result(assessment, version=1, **given, by=manager)
    deciding.explain_result(assessment, version=1, **given, by=assessment.evaluator)
    with refusal(refusals.OutOfStep):
        deciding.explain_result(assessment, version=2, **given, by=assessment.evaluator)
    for by in (stranger, verifier, assessment.enrolled_by):
        with refusal(refusals.NotYours):
            send(by)
    with refusal(refusals.SamePerson):
        send(manager, verifier=manager)
    with refusal(refusals.SamePerson):
        send(manager, verifier=assessment.evaluator)
    Assessment.objects.update(officer=manager)
    with refusal(refusals.NotYours):
        send(manager)
