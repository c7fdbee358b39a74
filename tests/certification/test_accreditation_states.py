"""Every step of an accreditation, from every state, by every role: generated from the tables."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import GRANTS, Permission, Role
from certification.actions import accreditation, evaluators
from certification.actions.refusals import NotPossible
from certification.choices import (
    ACCREDITATION_MOVES,
    EVALUATOR_MOVES,
    AccreditationState,
    EvaluatorState,
    VisitKind,
    VisitOutcome,
)
from certification.models.accreditation import CHECKED
from genesis.lib.states import MoveNotAllowed, StaleRecord
from tests.certification.unchanged import refusal, rows
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AccreditationFactory,
    EvaluatorAccreditationFactory,
    VisitFactory,
)

pytestmark = pytest.mark.django_db
S, E = AccreditationState, EvaluatorState


def coordination():
    return UserFactory(programme_coordinator=True)


def leading_to(state, moves):
    return {each for each in moves if state in moves[each]}


# step → (from which states, to which, its page); those of ending are the ones that the table gives
STEPS = {
    "accept_documents": ({S.REQUESTED}, S.DOCUMENTS_OK, "documents_accept"),
    "plan_visit": (
        {S.DOCUMENTS_OK, S.RENEWAL_REQUESTED, S.WITH_OBSERVATIONS},
        S.VISIT_PLANNED,
        "visit_plan",
    ),
    "record_visit": ({S.VISIT_PLANNED}, S.VISITED, "visit_record"),
    "grant_accreditation": ({S.VISITED}, S.ACCREDITED, "accreditation_grant"),
    "observe_accreditation": ({S.VISITED}, S.WITH_OBSERVATIONS, "accreditation_observe"),
    "reject_accreditation": (
        leading_to(S.REJECTED, ACCREDITATION_MOVES),
        S.REJECTED,
        "accreditation_reject",
    ),
    "suspend_accreditation": ({S.ACCREDITED}, S.SUSPENDED, "accreditation_suspend"),
    "lift_suspension": ({S.SUSPENDED}, S.ACCREDITED, "suspension_lift"),
    "revoke_accreditation": (
        leading_to(S.REVOKED, ACCREDITATION_MOVES),
        S.REVOKED,
        "accreditation_revoke",
    ),
}
OF_EVALUATORS = {
    "accredit_evaluator": ({E.PROPOSED}, E.ACCREDITED, "evaluator_accredit"),
    "suspend_evaluator": ({E.ACCREDITED}, E.SUSPENDED, "evaluator_suspend"),
    "lift_evaluator_suspension": ({E.SUSPENDED}, E.ACCREDITED, "evaluator_lift"),
    "revoke_evaluator": (leading_to(E.REVOKED, EVALUATOR_MOVES), E.REVOKED, "evaluator_revoke"),
}


def a_centres(state):
    """An accreditation in this state, with the visit that is behind it or that it waits for."""
    made = AccreditationFactory(state=state)
    if state == S.VISITED:
        VisitFactory(accreditation=made)
    return made


def an_evaluators(state):
    days = {"valid_from": None, "valid_until": None} if state == E.PROPOSED else {}
    why = "Una queja" if state in {E.SUSPENDED, E.REVOKED} else ""
    return EvaluatorAccreditationFactory(state=state, reason=why, **days)


def answers_to(name):
    """All that a step asks for: only the state may refuse it."""
    today = timezone.localdate()
    days = {"valid_from": today, "valid_until": today + timedelta(days=365)}
    asked = {
        "plan_visit": {"on": today},
        "record_visit": {
            "on": today,
            "team": "Marta Ruiz",
            "kind": VisitKind.SURVEILLANCE,
            "outcome": VisitOutcome.FAVOURABLE,
            "remarks": "",
            **dict.fromkeys(CHECKED, True),
        },
        "grant_accreditation": {**days, "resolution_number": "R-2", "file": None},
        "accredit_evaluator": days,
    }
    with_a_reason = ("observe", "reject", "suspend", "revoke")
    return asked.get(name, {"reason": "Obras"} if name.startswith(with_a_reason) else {})


def allowed(record, steps, module):
    """The steps that a record in its state takes, and where each leads; all are undone."""
    by, before, found = coordination(), rows(), {}
    for name in steps:
        try:
            with transaction.atomic():
                getattr(module, name)(record, version=1, by=by, **answers_to(name))
                found[name] = type(record).objects.get(pk=record.pk).state
                transaction.set_rollback(True)
        except MoveNotAllowed:
            pass
        assert rows() == before
    return found


@pytest.mark.parametrize(
    ("steps", "moves"), [(STEPS, ACCREDITATION_MOVES), (OF_EVALUATORS, EVALUATOR_MOVES)]
)
def test_the_steps_are_all_moves_of_the_table_and_no_other(steps, moves):
    taken = [(start, end) for starts, end, _page in steps.values() for start in starts]

    assert sorted(taken) == sorted((start, end) for start in moves for end in moves[start])


@pytest.mark.rule("CERT-16")
@pytest.mark.parametrize("state", list(S))
def test_a_centre_goes_each_step_from_its_states_and_from_no_other(state):
    record = a_centres(state)

    found = allowed(record, STEPS, accreditation)

    if state in {S.ACCREDITED, S.SUSPENDED}:  # a later visit moves nothing
        assert found.pop("record_visit") == state
    assert found == {name: end for name, (starts, end, _page) in STEPS.items() if state in starts}


@pytest.mark.rule("CERT-4")
@pytest.mark.parametrize("state", list(E))
def test_an_evaluator_goes_each_step_from_its_states_and_from_no_other(state):
    found = allowed(an_evaluators(state), OF_EVALUATORS, evaluators)

    steps = OF_EVALUATORS.items()
    assert found == {name: end for name, (starts, end, _page) in steps if state in starts}


@pytest.mark.rule("SEC-15")
@pytest.mark.parametrize("name", [*STEPS, *OF_EVALUATORS])
def test_a_step_from_an_old_page_changes_nothing(name):
    steps, make, module = (
        (STEPS, a_centres, accreditation)
        if name in STEPS
        else (OF_EVALUATORS, an_evaluators, evaluators)
    )
    record = make(min(steps[name][0]))
    type(record).objects.filter(pk=record.pk).update(version=2)
    take, by = getattr(module, name), coordination()

    with refusal(StaleRecord):
        take(record, version=1, by=by, **answers_to(name))

    take(record, version=2, by=by, **answers_to(name))


@pytest.mark.rule("SEC-13")
@pytest.mark.parametrize("name", OF_EVALUATORS)
def test_nobody_takes_a_step_with_the_own_accreditation(name):
    record = an_evaluators(min(OF_EVALUATORS[name][0]))

    with refusal(evaluators.OwnAccreditation):
        getattr(evaluators, name)(record, version=1, by=record.evaluator.user, **answers_to(name))


@pytest.mark.rule("SEC-13")
def test_nobody_grants_what_they_asked_for():
    record = a_centres(S.VISITED)

    with refusal(NotPossible):
        accreditation.grant_accreditation(
            record, version=1, by=record.requested_by, **answers_to("grant_accreditation")
        )


# What pages offer, to whom


def opened_by(role, place, url):
    """What somebody in that role is shown who works there."""
    visitor = Client()
    visitor.force_login(UserFactory(role=role, at=place))
    return visitor.get(url)


def offered(page, pages):
    """The pages of steps to which a page leads."""
    return {name for name, url in pages.items() if f'href="{url}"' in page.content.decode()}


@pytest.mark.rule("SEC-2", "SEC-3")
@pytest.mark.parametrize("state", list(S))
def test_each_role_is_offered_the_steps_of_a_centre_that_it_may_take(state):
    record = a_centres(state)
    steps = [page for _starts, _end, page in STEPS.values()]
    pages = {
        name: reverse(f"certification:{name}", args=[record.public_id])
        for name in [*steps, "accreditation_renew"]
    }
    following = {page for starts, _end, page in STEPS.values() if state in starts}
    if state in {S.ACCREDITED, S.SUSPENDED}:
        following.add("visit_record")
    renewal = {"accreditation_renew"} if state == S.ACCREDITED else set()

    for role in Role:
        page = opened_by(role, record.centre.organization, record.get_absolute_url())

        if Permission.CENTRE_VIEW not in GRANTS[role]:
            assert page.status_code == 403, role
            continue
        mine = following if role == Role.PROGRAMME_COORDINATOR else set()
        assert offered(page, pages) == (renewal if role == Role.CENTRE_MANAGER else mine), role


@pytest.mark.rule("SEC-2", "SEC-3")
@pytest.mark.parametrize("state", list(E))
def test_each_role_is_offered_the_steps_of_an_evaluator_that_it_may_take(state):
    record = an_evaluators(state)
    place = AccreditationFactory(accredited=True).centre
    record.evaluator.centres.create(
        centre=place, valid_from=timezone.localdate(), given_by=record.state_by
    )
    pages = {
        page: reverse(f"certification:{page}", args=[record.public_id])
        for _starts, _end, page in OF_EVALUATORS.values()
    }
    following = {page for starts, _end, page in OF_EVALUATORS.values() if state in starts}

    for role in Role:
        page = opened_by(role, place.organization, record.evaluator.get_absolute_url())

        if Permission.EVALUATOR_VIEW not in GRANTS[role]:
            assert page.status_code == 403, role
            continue
        accredits = role == Role.PROGRAMME_COORDINATOR
        assert offered(page, pages) == (following if accredits else set()), role


def test_the_own_steps_are_not_offered(client):
    record = an_evaluators(E.ACCREDITED)
    user = record.evaluator.user
    user.role_assignments.create(
        role=Role.PROGRAMME_COORDINATOR,
        organization=user.role_assignments.get().organization,
        valid_from=timezone.localdate(),
    )
    client.force_login(user)

    page = client.get(record.evaluator.get_absolute_url())

    for name in ("evaluator_suspend", "evaluator_revoke"):
        url = reverse(f"certification:{name}", args=[record.public_id])
        assert url not in page.content.decode()
        assert client.get(url).status_code == 403
    for name in ("evaluator_change", "centre_join"):
        url = reverse(f"certification:{name}", args=[record.evaluator.public_id])
        assert url not in page.content.decode()
        assert client.get(url).status_code == 403
