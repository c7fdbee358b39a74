"""The pages of an appeal: who finds them, what they say, and what bad input leaves behind."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from certification import permissions
from certification.choices import AssessmentState
from certification.models import Appeal, Assessment
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    CentreFactory,
    CertificateFactory,
    let_assess,
    name_panel,
)

pytestmark = pytest.mark.django_db

S = AssessmentState
RESOLVING = ("decision_confirm", "decision_revoke", "assessment_redo")


def address(name, assessment):
    return reverse(f"certification:{name}", args=[assessment.public_id])


def titles(page):
    return [str(each.title) for each in page.context["buttons"]]


def test_whoever_accompanies_records_an_appeal_in_time():
    assessment = AssessmentFactory(closed_not_yet=True)
    client, page = signed_in(assessment.enrolled_by), address("appeal_lodge", assessment)
    today = timezone.localdate()
    told = {"version": 1, "channel": "phone", "grounds": "No me oyeron.", "lodged_on": today}

    offered = titles(client.get(assessment.get_absolute_url()))
    future = client.post(page, told | {"lodged_on": today + timedelta(days=1)})
    empty = client.post(page, {"version": 1, "lodged_on": today})
    sent = client.post(page, told)
    again = client.post(page, told)

    assert "Registrar una apelación" in offered
    assert (future.status_code, list(future.context["form"].errors)) == (422, ["lodged_on"])
    assert (empty.status_code, set(empty.context["form"].errors)) == (422, {"channel", "grounds"})
    assert (sent.status_code, again.status_code) == (302, 409)
    shown = client.get(assessment.get_absolute_url())
    assert "No me oyeron." in shown.content.decode()
    assert "Todavía no se ha nombrado a nadie" in shown.content.decode()
    assert titles(shown) == []


def test_an_appeal_that_comes_too_late_says_until_when():
    assessment = AssessmentFactory(certified=True)
    decided = timezone.now() - timedelta(days=40)
    Assessment.objects.filter(pk=assessment.pk).update(decided_at=decided)
    client = signed_in(assessment.enrolled_by)
    told = {"version": 1, "channel": "phone", "grounds": "x", "lodged_on": timezone.localdate()}

    offered = titles(client.get(assessment.get_absolute_url()))
    late = client.post(address("appeal_lodge", assessment), told)

    assert offered == []
    assert late.status_code == 422
    assert "10 días hábiles" in str(late.context["form"].errors["lodged_on"])
    assert not Appeal.objects.exists()


@pytest.mark.rule("CERT-5", "SEC-3")
def test_a_panel_is_named_by_coordination_and_resolves():
    assessment, member = AssessmentFactory(in_appeal=True), UserFactory(verifier=True)
    coordinator = signed_in(UserFactory(coordinator=True, at=assessment.person.office))
    naming = address("panel_name", assessment)

    hidden = signed_in(member).get(assessment.get_absolute_url())
    form = coordinator.get(naming).context["form"]
    nobody = coordinator.post(naming, {"version": 1})
    acted = coordinator.post(naming, {"version": 1, "panel": [assessment.verifier_id]})
    named = coordinator.post(naming, {"version": 1, "panel": [member.pk]})
    client = signed_in(member)
    shown = client.get(assessment.get_absolute_url())
    portfolio = client.get(address("portfolio_detail", assessment))
    reasons = client.post(address("decision_confirm", assessment), {"version": 2, "reasons": ""})
    pages = [client.get(address(name, assessment)).status_code for name in RESOLVING]
    theirs = [coordinator.get(address(name, assessment)).status_code for name in RESOLVING]
    done = client.post(
        address("decision_confirm", assessment), {"version": 2, "reasons": "Consta todo."}
    )

    assert hidden.status_code == 404
    offered = set(form.fields["panel"].queryset)
    assert member in offered
    assert offered.isdisjoint({assessment.evaluator, assessment.verifier, assessment.officer})
    assert [each.status_code for each in (nobody, acted, named)] == [422, 422, 302]
    assert list(nobody.context["form"].errors) == ["panel"]
    assert len(titles(shown)) == 3
    assert portfolio.status_code == 200
    assert (reasons.status_code, list(reasons.context["form"].errors)) == (422, ["reasons"])
    assert (pages, theirs) == ([200] * 3, [403] * 3)
    assert done.status_code == 302
    assert client.get(assessment.get_absolute_url()).status_code == 404
    assert "Consta todo." in coordinator.get(assessment.get_absolute_url()).content.decode()
    assert coordinator.get(naming).status_code == 404  # it is resolved


def test_a_panel_has_it_repeated_or_verified_anew_by_somebody_who_did_not_act():
    assessment, member = AssessmentFactory(in_appeal=True), UserFactory(verifier=True)
    name_panel(assessment, member)
    centre, other = let_assess(assessment.standard, centre=CentreFactory())
    let_assess(assessment.standard, centre=centre, evaluator=assessment.evaluator)
    client, page = signed_in(member), address("assessment_redo", assessment)
    plan = {
        "version": 1,
        "reasons": "Otra persona debe verlo.",
        "centre": centre.pk,
        "evaluator": other.pk,
        "scheduled_for": timezone.localdate() - timedelta(days=1),
        "scheduled_at": "09:00",
    }

    verifiers = client.get(address("decision_revoke", assessment)).context["form"]
    evaluators = client.get(page).context["form"].fields["evaluator"].queryset
    late = client.post(page, plan)
    done = client.post(page, plan | {"scheduled_for": timezone.localdate()})

    assert set(verifiers.fields["verifier"].queryset).isdisjoint({assessment.verifier, member})
    assert list(evaluators) == [other]
    assert (late.status_code, list(late.context["form"].errors)) == (422, ["scheduled_for"])
    assert done.status_code == 302
    assessment.refresh_from_db()
    assert (assessment.state, assessment.evaluator) == (S.PLANNED, other)
    assert other.pk in assessment.person.assignments.values_list("user", flat=True)


# Who may


@pytest.mark.rule("CERT-5", "SEC-13")
def test_each_step_of_an_appeal_is_one_persons():
    assessment, member = AssessmentFactory(in_appeal=True), UserFactory(officer=True)
    name_panel(assessment, member)
    coordinator = UserFactory(coordinator=True, at=assessment.person.office)
    cast = [assessment.enrolled_by, coordinator, member, assessment.evaluator, assessment.officer]
    may = {
        permissions.can_lodge: [True, False, False, False, False],
        permissions.can_name_panel: [False, True, False, False, False],
        permissions.can_resolve_appeal: [False, False, True, False, False],
    }

    found = {each: [each(user, assessment) for user in cast] for each in may}

    assert found == may
    strangers = [UserFactory(coordinator=True), UserFactory(officer=True)]
    assert not any(each(user, assessment) for each in may for user in strangers)
    member.role_assignments.update(valid_until=timezone.localdate() - timedelta(days=1))
    assert not permissions.can_resolve_appeal(User.objects.get(pk=member.pk), assessment)


@pytest.mark.parametrize("members", [1, 3])
def test_its_pages_ask_few_questions(django_assert_max_num_queries, members):
    assessment = AssessmentFactory(in_appeal=True)
    CertificateFactory(assessment=assessment)
    panel = UserFactory.create_batch(members, verifier=True)
    name_panel(assessment, *panel)
    coordinator = UserFactory(coordinator=True, at=assessment.person.office)
    pages = [assessment.get_absolute_url(), address("portfolio_detail", assessment)]

    for user, names in ((panel[0], RESOLVING), (coordinator, ["panel_name"])):
        client = signed_in(user)
        for page in [*pages, *(address(name, assessment) for name in names)]:
            client.get(page)
            with django_assert_max_num_queries(15):
                assert client.get(page).status_code == 200


def test_the_page_of_what_was_decided_asks_few_questions(django_assert_max_num_queries):
    certified = AssessmentFactory(certified=True)
    CertificateFactory(assessment=certified)

    for assessment in (certified, AssessmentFactory(closed_not_yet=True)):
        client, page = signed_in(assessment.enrolled_by), assessment.get_absolute_url()
        client.get(page)
        with django_assert_max_num_queries(15):
            assert "Registrar una apelación" in titles(client.get(page))
