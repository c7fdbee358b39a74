"""Referrals: what goes out and to whom, their clock, and that none ends without an outcome."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Activity
from accounts.roles import Role
from beneficiaries.actions import referrals
from beneficiaries.actions.consents import withdraw_consent
from beneficiaries.actions.incoming import answer_due_on
from beneficiaries.actions.moves import what_is_open
from beneficiaries.actions.referral_links import find_link, make_link, secret_of_link
from beneficiaries.choices import (
    ENDED_REFERRALS,
    REFERRAL_MOVES,
    ReferralState,
    TaskKind,
)
from beneficiaries.contributions.referrals import facts_of
from beneficiaries.jobs import leave_late_referrals
from beneficiaries.models import DoNotContact, PlanTask, Referral, Task
from beneficiaries.registry import BLOCKERS, shared_of
from beneficiaries.rules.referrals import due_at
from genesis.lib.states import MoveNotAllowed, StaleRecord
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    CaseFactory,
    ConsentFactory,
    ContactFactory,
    DocumentFactory,
    GoalFactory,
    LookupFactory,
    PersonFactory,
)
from tests.factories.referrals import DirectoryEntryFactory, ReferralFactory

pytestmark = pytest.mark.django_db
WORDS = {"needs": ["food"], "reason": "No ha comido desde ayer."}


def draft(case, entry=None, **changes):
    answers = {
        "organization": (entry or DirectoryEntryFactory()).organization,
        "focal_point": "",
        "priority": "urgent",
        "data_shared": ["name", "needs"],
        "confidential": False,
    }
    said = {"key": uuid4(), "by": UserFactory()} | WORDS | answers | changes
    return referrals.draft_referral(case, **said)


def take(step, referral, **more):
    """One step as a caseworker takes it, from the version that is stored."""
    return step(referral, version=referral.version, by=UserFactory(), **more)


@pytest.fixture
def case():
    found = CaseFactory()
    ConsentFactory(person=found.person, purpose="share_partner")
    return found


# The clock


@pytest.mark.rule("CASE-28")
@pytest.mark.parametrize(
    ("priority", "hours"), [("emergency", 24), ("urgent", 72), ("normal", 14 * 24)]
)
def test_time_elapses_also_over_nights_weekends_and_holidays(priority, hours):
    friday = timezone.make_aware(timezone.datetime(2026, 12, 24, 17))

    assert due_at(priority, friday) == friday + timedelta(hours=hours)


@pytest.mark.rule("CASE-28")
def test_the_clock_starts_when_it_is_sent_and_not_before(case):
    referral = draft(case)
    take(referrals.ready_referral, referral)
    referral.refresh_from_db()
    assert referral.due_at is None

    sent = take(referrals.send_referral, referral, via="printed")

    assert sent.due_at - sent.sent_at == timedelta(hours=72)
    assert sent.consent.purpose == "share_partner"


@pytest.mark.rule("CASE-28")
def test_past_due_it_is_left_to_the_supervisor_once():
    hour = timedelta(hours=1)
    late = ReferralFactory(sent=True, sent_at=timezone.now() - 25 * hour)
    in_time = ReferralFactory(sent=True, sent_at=timezone.now() - 23 * hour)

    leave_late_referrals()
    leave_late_referrals()

    late.refresh_from_db()
    in_time.refresh_from_db()
    assert (late.state, in_time.state) == (ReferralState.NO_RESPONSE, ReferralState.SENT)
    task = Task.objects.get()
    assert (task.kind, task.person_id) == (TaskKind.REFERRAL_OVERDUE, late.person_id)
    coordinator = UserFactory(coordinator=True, at=late.case.office)
    assert list(Task.objects.visible_to(coordinator)) == [task]
    assert not Task.objects.visible_to(UserFactory(coordinator=True)).exists()


@pytest.mark.rule("CASE-28")
def test_who_sends_it_again_starts_the_clock_again_and_ends_the_task():
    referral = ReferralFactory(sent=True, sent_at=timezone.now() - timedelta(hours=25))
    leave_late_referrals()
    referral.refresh_from_db()

    again = take(referrals.send_referral, referral, via="phone")

    assert again.state == ReferralState.SENT
    assert again.due_at > timezone.now() + timedelta(hours=23)
    task = Task.objects.get()
    assert task.done_at
    assert task.done_by
    assert task.outcome
    assert again.task is None


def test_a_referral_that_was_answered_meanwhile_is_left_to_nobody():
    referral = ReferralFactory(sent=True, sent_at=timezone.now() - timedelta(hours=25))
    take(referrals.acknowledge_referral, referral)

    assert referrals.leave_to_supervisor(referral, at=timezone.now()) is None
    assert not Task.objects.exists()


# Only with an outcome


@pytest.mark.rule("CASE-29")
@pytest.mark.parametrize("state", [ReferralState.COMPLETED, ReferralState.CLOSED])
def test_the_database_keeps_no_referral_that_ended_without_an_outcome(state):
    referral = ReferralFactory(sent=True)

    with pytest.raises(IntegrityError, match="closed_only_with_an_outcome"), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(state=state, ended_at=timezone.now())


@pytest.mark.rule("CASE-29")
def test_sent_is_not_a_service_and_cannot_be_finished():
    referral = ReferralFactory(sent=True)

    with pytest.raises(MoveNotAllowed):
        take(referrals.finish_referral, referral, outcome="service_received", feedback="")
    accepted = take(referrals.accept_referral, referral)
    with pytest.raises(ValidationError, match="outcome"):
        take(referrals.finish_referral, accepted, outcome="", feedback="")

    done = take(referrals.finish_referral, accepted, outcome="service_received", feedback="Sí.")

    assert (done.state, done.outcome, done.feedback) == ("completed", "service_received", "Sí.")


@pytest.mark.rule("CASE-29")
def test_what_was_not_accepted_is_closed_with_why_and_nothing_else():
    referral = ReferralFactory(sent=True)
    with pytest.raises(ValidationError):
        take(referrals.decline_referral, referral, feedback="")
    declined = take(referrals.decline_referral, referral, feedback="Sin cupo.")

    with pytest.raises(ValidationError):
        take(referrals.finish_referral, declined, outcome="service_received", feedback="")
    closed = take(referrals.finish_referral, declined, outcome="rejected_capacity", feedback="")

    assert (closed.state, closed.feedback) == (ReferralState.CLOSED, "Sin cupo.")


@pytest.mark.rule("CASE-29")
def test_what_went_out_is_not_cancelled_without_saying_what_came_of_it():
    referral = ReferralFactory(sent=True)

    with pytest.raises(ValidationError):
        take(referrals.cancel_referral, referral, outcome="")
    take(referrals.cancel_referral, referral, outcome="no_show")

    never_sent = take(referrals.cancel_referral, ReferralFactory(), outcome="")
    assert (never_sent.state, never_sent.outcome) == (ReferralState.CANCELLED, "")


@pytest.mark.rule("CASE-29", "CASE-32")
def test_a_case_is_not_closed_over_an_open_referral(case):
    referral = ReferralFactory(case=case, sent=True, consent=case.person.consents.get())

    named = [each.url for each in what_is_open(case, BLOCKERS)]
    assert referral.get_absolute_url() in named

    take(referrals.cancel_referral, referral, outcome="declined")
    assert referral.get_absolute_url() not in [each.url for each in what_is_open(case, BLOCKERS)]


def test_every_state_follows_the_machine():
    """5.3: each state × each other, over the table that `move` enforces."""
    assert set(REFERRAL_MOVES) == set(ReferralState)
    assert {each for each in ReferralState if not REFERRAL_MOVES[each]} == set(ENDED_REFERRALS)
    assert ReferralState.SENT not in REFERRAL_MOVES[ReferralState.DRAFT]
    for each in set(ReferralState) - set(ENDED_REFERRALS) - {ReferralState.DECLINED}:
        assert ReferralState.CANCELLED in REFERRAL_MOVES[each]


# What goes out, and to whom


def test_nothing_goes_out_without_consent():
    case = CaseFactory()
    referral = draft(case)

    with pytest.raises(referrals.NotToBeShared):
        take(referrals.ready_referral, referral)
    ConsentFactory(person=case.person, purpose="share_partner")
    ready = take(referrals.ready_referral, referral)
    case.person.consents.update(granted=False)
    with pytest.raises(referrals.NotToBeShared):
        take(referrals.send_referral, ready, via="printed")


def test_the_database_lets_nothing_out_without_consent_or_a_tick(case):
    referral = draft(case)

    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(state="ready")


@pytest.mark.rule("CASE-15")
def test_who_may_not_learn_of_her_is_never_chosen_nor_told_apart(case):
    entry = DirectoryEntryFactory()
    DoNotContact.objects.create(
        person=case.person, kind="institution", name="X", organization=entry.organization
    )
    unknown = DirectoryEntryFactory(active=False)

    with pytest.raises(ValidationError) as avoided:
        draft(case, entry)
    with pytest.raises(ValidationError) as inactive:
        draft(case, unknown)
    assert avoided.value.messages == inactive.value.messages


@pytest.mark.rule("CASE-15")
def test_who_is_avoided_since_the_draft_is_not_sent_to(case):
    referral = take(referrals.ready_referral, draft(case))
    DoNotContact.objects.create(
        person=case.person, kind="institution", name="X", organization=referral.organization
    )

    with pytest.raises(referrals.NotToBeShared):
        take(referrals.send_referral, referral, via="printed")


def test_only_what_was_ticked_is_told(case):
    person = case.person
    ContactFactory(person=person)
    DocumentFactory(person=person)
    LookupFactory(list="need", code="food", es="Alimentación", en="Food")
    referral = draft(case, data_shared=["phone", "needs"])

    told = str([each["value"] for each in facts_of(referral)])

    assert "Alimentación" in told
    assert "7000" in told
    assert person.file_number in told
    for secret in (person.surnames, "90000001-7", "No ha comido", "1990", "Soyapango"):
        assert secret not in told


def test_confidential_names_nobody(case):
    with pytest.raises(ValidationError):
        draft(case, confidential=True, data_shared=["name", "needs"])
    referral = draft(case, confidential=True, data_shared=["needs"])
    with pytest.raises(IntegrityError, match="names_nobody"), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(data_shared=["document"])


@pytest.mark.rule("CASE-11")
def test_taking_the_consent_back_shuts_all_at_once_and_tells_what_was_shared(case):
    consent = case.person.consents.get()
    referral = ReferralFactory(case=case, sent=True, consent=consent)
    waiting = draft(case)
    secret = secret_of_link(make_link(referral, key=uuid4(), by=UserFactory()))
    assert find_link(secret)

    withdraw_consent(consent, version=consent.version, reason="", by=UserFactory())

    referral.refresh_from_db()
    waiting.refresh_from_db()
    assert (referral.state, referral.outcome) == ("cancelled", "declined")
    assert (waiting.state, waiting.outcome) == ("cancelled", "")
    assert find_link(secret) is None
    assert [each.whom for each in shared_of(case.person)] == [referral.organization]


# Forms sent twice, old pages


def test_the_same_form_sent_twice_leaves_one_draft(case):
    key, by, entry = uuid4(), UserFactory(), DirectoryEntryFactory()

    first = draft(case, entry, key=key, by=by)
    again = draft(case, entry, key=key, by=by)

    assert first == again
    assert Referral.objects.count() == 1


def test_an_old_page_changes_nothing(case):
    referral = draft(case)
    old = referral.version
    take(referrals.ready_referral, referral)

    with pytest.raises(StaleRecord):
        referrals.change_referral(
            referral,
            version=old,
            by=UserFactory(),
            organization=referral.organization,
            **WORDS,
        )


def test_correcting_what_was_ready_makes_it_a_draft_again(case):
    referral = take(referrals.ready_referral, draft(case))

    changed = referrals.change_referral(
        referral,
        version=referral.version,
        by=UserFactory(),
        organization=referral.organization,
        needs=["health"],
        reason="Otro motivo.",
        data_shared=["age"],
    )

    changed.refresh_from_db()
    assert (changed.state, changed.consent, changed.data_shared) == ("draft", None, ["age"])
    assert (changed.why.needs, changed.why.reason) == (["health"], "Otro motivo.")
    assert "motivo" not in str(list(Activity.objects.values_list("changes", flat=True)))


def test_the_day_of_the_first_attention_is_neither_before_it_was_sent_nor_to_come():
    referral = take(referrals.accept_referral, ReferralFactory(sent=True))

    for day in (timezone.localdate() + timedelta(days=1), date(2020, 1, 1)):
        with pytest.raises(ValidationError):
            take(referrals.begin_service, referral, on=day)
    begun = take(referrals.begin_service, referral, on=timezone.localdate())
    assert begun.state == ReferralState.IN_SERVICE


# Working days


def test_working_days_leave_out_weekends_and_holidays():
    office = OrganizationFactory()

    assert answer_due_on(date(2026, 3, 26), office) == date(2026, 4, 6)  # over Holy Week
    assert answer_due_on(date(2026, 11, 20), office) == date(2026, 11, 27)


def test_only_who_works_at_her_office_finds_a_referral(case):
    referral = ReferralFactory(case=case)
    here = UserFactory(role=Role.CASEWORKER, at=case.office)

    assert list(Referral.objects.visible_to(here)) == [referral]
    assert not Referral.objects.visible_to(UserFactory(role=Role.CASEWORKER)).exists()
    assert not Referral.objects.visible_to(UserFactory(role=Role.EVALUATOR)).exists()


@pytest.mark.parametrize(
    ("outcome", "state"), [("service_received", "done"), ("waitlisted", "to_do")]
)
def test_what_she_received_is_done_in_her_plan(case, outcome, state):
    goal = GoalFactory(plan__case=case, state="in_progress")
    part = PlanTask.objects.create(goal=goal, referral_to="Comedor")
    consent = case.person.consents.get()
    referral = ReferralFactory(case=case, sent=True, consent=consent, plan_task=part)
    accepted = take(referrals.accept_referral, referral)

    referrals.finish_referral(
        accepted, version=accepted.version, outcome=outcome, feedback="", by=None
    )

    part.refresh_from_db()
    assert part.state == state
    assert (part.ended_by == referral.made_by) == (state == "done")


def test_a_closed_case_refers_nobody():
    with pytest.raises(ValidationError):
        draft(CaseFactory(person=PersonFactory(), state="closed"))
