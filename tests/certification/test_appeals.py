"""An appeal: in time, once, resolved by others than who acted; and what becomes of a decision."""

from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, User
from accounts.roles import Role
from beneficiaries.choices import AssignmentKind
from beneficiaries.registry import INDICATORS
from certification import permissions
from certification.actions import (
    appealing,
    deciding,
    enrolling,
    judging,
    leaving,
    refusals,
    sessions,
    two_parts,
)
from certification.actions import certificate_life as life
from certification.actions.planning import ConflictOfInterest
from certification.actions.refusals import (
    NotInThatRole,
    OutOfStep,
    ReasonMissing,
    SamePerson,
)
from certification.choices import (
    APPEAL_ANSWERED_IN,
    APPEAL_WITHIN,
    APPEAL_WRITTEN_DOWN_IN,
    CHECKLIST,
    AssessmentState,
    CertificateState,
    DecisionOutcome,
)
from certification.forms.judgements import SendForm, VerifyForm
from certification.models import (
    Appeal,
    AppealSeat,
    Assessment,
    Certificate,
    PartsAlert,
    Verification,
)
from certification.views.steps import steps_for
from genesis.lib.states import StaleRecord
from genesis.lib.working_days import working_days_after
from reporting.indicators.figures import counted_rows
from tests.certification.steps import now
from tests.certification.unchanged import refusal
from tests.certification.visits import coordination_of, lines_of
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.certification import (
    AppealFactory,
    AssessmentFactory,
    CentreFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    hand,
    let_assess,
    name_panel,
)
from tests.threads import in_threads

pytestmark = pytest.mark.django_db

S = AssessmentState


def lodge(assessment, **told):
    told = {
        "version": assessment.version,
        "channel": "phone",
        "grounds": "No me explicaron el ítem.",
        "lodged_on": timezone.localdate(),
        "by": assessment.enrolled_by,
    } | told
    return appealing.lodge_appeal(assessment, **told)


def in_appeal(**values):
    """An assessment in appeal and somebody who resolves it."""
    assessment, member = AssessmentFactory(in_appeal=True, **values), UserFactory(verifier=True)
    name_panel(assessment, member)
    return assessment, member


def who_decides(assessment):
    given = assessment.person.assignments.filter(kind=AssignmentKind.DECISION, valid_until=None)
    return set(given.values_list("user", flat=True))


# Lodging


def test_an_appeal_is_lodged_and_has_its_day():
    assessment = AssessmentFactory(closed_not_yet=True)
    decision = assessment.decisions.get()

    appeal = lodge(assessment)

    assessment = now(assessment)
    assert (assessment.state, assessment.version) == (S.IN_APPEAL, 2)
    assert assessment.decided_at is not None
    assert (appeal.decision, appeal.target) == (decision, S.CLOSED_NOT_YET)
    assert appeal.due_on == working_days_after(timezone.localdate(), APPEAL_ANSWERED_IN)
    activity = Activity.objects.get(verb="assessment.appealed")
    assert activity.changes["state"] == ["closed_not_yet", "in_appeal"]
    assert activity.person_id == assessment.person_id


def test_it_is_lodged_within_ten_working_days():
    assessment = AssessmentFactory(closed_not_yet=True)
    decided = timezone.now() - timedelta(days=30)
    Assessment.objects.filter(pk=assessment.pk).update(decided_at=decided)
    assessment = now(assessment)
    first = timezone.localdate(decided)
    last = working_days_after(first, APPEAL_WITHIN)
    tomorrow = timezone.localdate() + timedelta(days=1)

    for day in (last + timedelta(days=1), first - timedelta(days=1), tomorrow):
        with refusal(appealing.NotOnThatDay):
            lodge(assessment, lodged_on=day)
    with refusal(ReasonMissing):
        lodge(assessment, lodged_on=last, grounds="  ")

    assert lodge(assessment, lodged_on=last).lodged_on == last


def test_it_is_written_down_some_days_after_the_last_on_which_it_can_be_said():
    assessment = AssessmentFactory(closed_not_yet=True)
    first = timezone.localdate()
    until = working_days_after(first, APPEAL_WITHIN + APPEAL_WRITTEN_DOWN_IN)
    noon = timezone.make_aware(datetime.combine(until, time(12)))

    with time_machine.travel(noon):
        in_time = appealing.can_be_appealed(assessment)
        with refusal(appealing.NotOnThatDay):
            lodge(assessment)
    with time_machine.travel(noon + timedelta(days=1)):
        late = appealing.can_be_appealed(assessment)

    assert (in_time, late) == (True, False)


def test_a_decision_is_appealed_once_and_not_after_another_attempt():
    assessment, member = in_appeal(competent=False)
    appealing.confirm_decision(assessment, version=1, reasons="Se revisó.", by=member)
    followed = AssessmentFactory(closed_not_yet=True)
    next_one = {"person": followed.person, "standard_version": followed.standard_version}
    AssessmentFactory(attempt=2, previous=followed, **next_one)

    with refusal(appealing.AppealedAlready):
        lodge(now(assessment))
    with refusal(appealing.FollowedAlready):
        lodge(followed)

    again = {"decision": assessment.decisions.get(), "assessment": assessment}
    with pytest.raises(IntegrityError, match="decision_id"), transaction.atomic():
        AppealFactory(**again)


@pytest.mark.django_db(transaction=True)
def test_two_who_lodge_at_once_lodge_one():
    assessment = AssessmentFactory(certified=True)

    answers = in_threads(lambda: lodge(assessment), lambda: lodge(assessment))

    assert sorted(type(each).__name__ for each in answers) in (
        ["Appeal", "MoveNotAllowed"],
        ["Appeal", "StaleRecord"],
    )
    assert Appeal.objects.count() == 1


# The panel


@pytest.mark.rule("CERT-5", "SEC-13")
def test_whoever_acted_resolves_no_appeal():
    assessment = AssessmentFactory(in_appeal=True)
    earlier = UserFactory(verifier=True)
    returned = {"outcome": "returned", "reason": "x", "verifier": earlier}
    Verification.objects.create(assessment=assessment, **returned)
    by, close = coordination_of(assessment), UserFactory(verifier=True)
    assessment.person.conflicts.create(user=close, kind="relative", noted_by=by)
    acted = [assessment.evaluator, assessment.verifier, assessment.officer, earlier]
    for user in (assessment.enrolled_by, by):
        RoleAssignmentFactory(user=user, role=Role.VERIFIER)

    def name(*panel):
        appealing.name_panel(assessment, version=1, panel=list(panel), by=by)

    for user in [*acted, assessment.enrolled_by, by]:
        with refusal(SamePerson):
            name(user)
    for user, refused in ((UserFactory(coordinator=True), NotInThatRole), (close, None)):
        with refusal(refused or ConflictOfInterest):
            name(user)
    with refusal(appealing.NobodyNamed):
        name()
    judged = AssessmentFactory(judged=True)
    with refusal(OutOfStep):
        appealing.name_panel(judged, version=1, panel=[UserFactory(verifier=True)], by=by)

    for user in acted:  # and whatever the code does
        with pytest.raises(IntegrityError, match="CERT-5"), transaction.atomic():
            name_panel(assessment, user)


def test_a_panel_sees_the_assessment_until_another_is_named():
    assessment = AssessmentFactory(in_appeal=True)
    first, second, third = (UserFactory(officer=True) for _each in range(3))
    by = coordination_of(assessment)
    assert not Assessment.objects.visible_to(first).exists()

    appealing.name_panel(assessment, version=1, panel=[first, second], by=by)
    assert who_decides(assessment) == {first.pk, second.pk}
    assert list(Assessment.objects.visible_to(now(first))) == [assessment]
    with pytest.raises(StaleRecord), transaction.atomic():
        appealing.name_panel(assessment, version=1, panel=[third], by=by)
    appealing.name_panel(assessment, version=2, panel=[second, third], by=by)

    assert who_decides(assessment) == {second.pk, third.pk}
    assert not Assessment.objects.visible_to(now(first)).exists()
    told = Activity.objects.filter(verb="assessment.panel_named").latest("pk")
    assert told.changes["panel"] == [second.pk, third.pk]


@pytest.mark.rule("CERT-5")
def test_the_database_keeps_a_panel_apart_from_the_parts_and_as_it_resolved():
    assessment, member = in_appeal()
    appeal, other = assessment.appeal, UserFactory(verifier=True)
    rows = Assessment.objects.filter(pk=assessment.pk)
    taken = {
        "takes no other part": [
            lambda: rows.update(evaluator=member),
            lambda: rows.update(verifier=member),
            lambda: rows.update(officer=member),
        ],
        "another evaluator": [lambda: rows.update(state=S.PLANNED, decided_at=None)],
        "one of its panel": [
            lambda: Appeal.objects.update(
                resolution="confirmed", reasons="x", resolved_at=timezone.now(), resolved_by=other
            )
        ],
        "resolved once": [lambda: Appeal.objects.update(grounds="Otra cosa")],
    }
    for words, changes in taken.items():
        for change in changes:
            with pytest.raises(IntegrityError, match=words), transaction.atomic():
                change()

    appealing.confirm_decision(assessment, version=1, reasons="Se revisó.", by=member)

    for change in (
        lambda: name_panel_of(appeal, other),
        appeal.seats.all().delete,
        lambda: Appeal.objects.update(reasons="Otra cosa"),
    ):
        with pytest.raises(IntegrityError, match="appeal"), transaction.atomic():
            change()


def name_panel_of(appeal, user):
    AppealSeat.objects.create(appeal=appeal, user=user, named_by=user)


# What is resolved


def test_only_the_panel_resolves_and_says_why():
    assessment, member = in_appeal()

    with refusal(appealing.NotOnThePanel):
        appealing.confirm_decision(
            assessment, version=1, reasons="x", by=UserFactory(verifier=True)
        )
    with refusal(ReasonMissing):
        appealing.confirm_decision(assessment, version=1, reasons=" ", by=member)


def test_a_decision_that_stands_changes_nothing_else():
    assessment, member = in_appeal()
    certificate = CertificateFactory(assessment=assessment)
    kept = ("decided_at", "evaluator", "verifier", "officer")
    before = {name: getattr(assessment, name) for name in kept}

    appealing.confirm_decision(assessment, version=1, reasons="Todo consta.", by=member)

    assessment = now(assessment)
    assert assessment.state == S.CERTIFIED
    assert {name: getattr(assessment, name) for name in kept} == before
    assert now(certificate).state == CertificateState.VALID
    appeal = assessment.appeals.get()
    assert (appeal.resolution, appeal.resolved_by) == ("confirmed", member)
    assert who_decides(assessment) == set()
    assert Activity.objects.filter(verb="assessment.appeal_confirmed").count() == 1


def decide_anew(assessment, verifier, officer, decide=deciding.certify):
    """Verify a portfolio and decide on it, from where it is in verification."""
    assessment = now(assessment)
    deciding.approve_portfolio(
        assessment,
        version=assessment.version,
        checklist=CHECKLIST,
        items=sessions.observed_in(assessment),
        officer=officer,
        by=verifier,
    )
    assessment = now(assessment)
    return decide(assessment, version=assessment.version, by=officer)


@pytest.mark.rule("CERT-5", "CERT-14")
def test_a_decision_that_is_taken_back_is_verified_anew_and_the_folio_stays():
    assessment, member = in_appeal()
    certificate = CertificateFactory(assessment=assessment, listed=True)
    verifier, officer = UserFactory(verifier=True), UserFactory(officer=True)
    for user in (assessment.verifier, member):
        with refusal(SamePerson):
            appealing.revoke_decision(assessment, version=1, reasons="x", verifier=user, by=member)

    appealing.revoke_decision(
        assessment, version=1, reasons="Faltó un ítem.", verifier=verifier, by=member
    )

    assessment, certificate = now(assessment), now(certificate)
    assert (assessment.state, assessment.verifier) == (S.IN_VERIFICATION, verifier)
    assert (assessment.officer, assessment.decided_at) == (None, None)
    assert judging.judgement_of(assessment)
    assert certificate.state == CertificateState.SUSPENDED
    with refusal(life.TakenBack):
        life.lift_suspension(certificate, version=2, reason="x", by=UserFactory(officer=True))
    coordinator = coordination_of(assessment)
    [line] = lines_of(coordinator)
    assert "proponga la revocación" in str(line.detail)
    proposal = life.propose_revocation(
        certificate, key=uuid4(), reason="apelacion", note="Por la apelación.", by=coordinator
    )
    assert lines_of(coordinator) == []
    RoleAssignmentFactory(user=member, role=Role.CERTIFYING_OFFICER)
    with refusal(SamePerson):
        decide_anew(assessment, verifier, member)

    granted = decide_anew(assessment, verifier, officer)

    assert granted == certificate
    assert now(certificate).state == CertificateState.VALID
    assert Certificate.objects.count() == 1
    with refusal(life.GrantedAgain):
        life.approve_revocation(proposal, version=1, answer="", by=UserFactory(officer=True))
    first = assessment.decisions.earliest("pk").officer
    with refusal(life.OwnDecision):  # who granted it the first time judges it no more
        life.approve_revocation(proposal, version=1, answer="", by=first)


@pytest.mark.rule("CERT-14", "CERT-20")
def test_what_was_revoked_meanwhile_is_issued_anew_and_counts_once():
    CertifyingBodyFactory()
    assessment, member = in_appeal()
    certificate = CertificateFactory(assessment=assessment, listed=True)
    verifier, officer = UserFactory(verifier=True), UserFactory(officer=True)
    appealing.revoke_decision(assessment, version=1, reasons="x", verifier=verifier, by=member)
    proposal = life.propose_revocation(
        certificate, key=uuid4(), reason="apelacion", note="x", by=coordination_of(assessment)
    )
    life.approve_revocation(proposal, version=1, answer="", by=UserFactory(officer=True))
    assert counted_rows(INDICATORS["GS-1.3"], known_at=timezone.now()) == []

    granted = decide_anew(assessment, verifier, officer)

    assert granted != certificate
    assert (granted.replaces, granted.state) == (None, CertificateState.VALID)
    assert now(certificate).state == CertificateState.REVOKED
    assert len(counted_rows(INDICATORS["GS-1.3"], known_at=timezone.now())) == 1


def a_plan(assessment):
    centre, evaluator = let_assess(assessment.standard, centre=CentreFactory())
    return {
        "centre": centre,
        "evaluator": evaluator,
        "scheduled_for": timezone.localdate(),
        "scheduled_at": time(9),
    }


@pytest.mark.rule("CERT-5", "CERT-7", "CERT-14")
def test_what_is_repeated_begins_anew_with_another_evaluator():
    CertifyingBodyFactory()
    assessment, member = in_appeal()
    certificate = CertificateFactory(assessment=assessment, listed=True)
    before, plan = assessment.evaluator, a_plan(assessment)
    let_assess(assessment.standard, centre=plan["centre"], evaluator=before)
    RoleAssignmentFactory(user=member, role=Role.EVALUATOR)
    for user in (before, member):
        with refusal(SamePerson):
            appealing.repeat_assessment(
                assessment, version=1, reasons="x", by=member, **plan | {"evaluator": user}
            )

    appealing.repeat_assessment(
        assessment, version=1, reasons="Otra persona evaluadora.", by=member, **plan
    )

    assessment = now(assessment)
    assert (assessment.state, assessment.evaluator) == (S.PLANNED, plan["evaluator"])
    assert (assessment.verifier, assessment.officer, assessment.decided_at) == (None, None, None)
    assert judging.judgement_of(assessment) is None
    assert assessment.sessions.filter(annulled_at=None).count() == 0
    assert [each.kind for each in assessment.signatures.filter(cleared_at=None)] == ["rights"]
    assert assessment.items_without_answer().count() == 3
    assert now(certificate).state == CertificateState.SUSPENDED

    by = assessment.evaluator
    enrolling.agree_plan(assessment, version=2, candidate_name="Rosa", signature=hand(), by=by)
    again = plan | {"evaluator": before, "reason": "x", "by": assessment.enrolled_by}
    with refusal(SamePerson):
        enrolling.propose_plan(now(assessment), version=3, **again)
    granted = hold(now(assessment), by)

    assert granted.replaces == certificate
    assert now(certificate).state == CertificateState.REPLACED
    assert granted.centre_code == plan["centre"].code
    assert len(counted_rows(INDICATORS["GS-1.3"], known_at=timezone.now())) == 1


def hold(assessment, by, *, competent=True):
    """Hold the session of an agreed plan, and take it to its decision."""
    session = sessions.start_session(assessment, version=3, identity_checked="DUI", by=by)
    for item in assessment.items_to_answer():
        value = "1" if item.code == "GO-03" else "si"
        if item.critical and not competent:
            value = "no"
        told = {"key": uuid4(), "device": uuid4(), "note": "Lo vi.", "by": by}
        sessions.record_observation(session, item=item, value=value, **told)
    sessions.close_evidence(assessment, version=4, by=by)
    judging.sign_judgement(assessment, version=5, recommendations="Practique.", by=by)
    verifier, officer = UserFactory(verifier=True), UserFactory(officer=True)
    deciding.send_to_verification(
        assessment,
        version=6,
        verifier=verifier,
        candidate_name="Rosa",
        agrees=True,
        signature=hand(),
        by=by,
    )
    decide = deciding.certify if competent else deciding.confirm_not_yet
    return decide_anew(assessment, verifier, officer, decide)


def repeat(assessment, member):
    """Have an assessment repeated, up to its agreed plan; it and who evaluates now."""
    appealing.repeat_assessment(assessment, version=1, reasons="x", by=member, **a_plan(assessment))
    assessment = now(assessment)
    by = assessment.evaluator
    enrolling.agree_plan(assessment, version=2, candidate_name="Rosa", signature=hand(), by=by)
    return now(assessment), by


@pytest.mark.rule("CERT-14")
def test_a_second_appeal_lets_nothing_hold_that_the_first_took_back():
    assessment, member = in_appeal()
    certificate = CertificateFactory(assessment=assessment, listed=True)
    hold(*repeat(assessment, member), competent=False)
    assert now(assessment).state == S.CLOSED_NOT_YET

    lodge(now(assessment))

    certificate = now(certificate)
    assert (certificate.state, certificate.assessment.state) == ("suspended", S.IN_APPEAL)
    assert life.is_taken_back(certificate)
    assert list(Certificate.objects.to_take_back()) == [certificate]
    with refusal(life.TakenBack):
        life.lift_suspension(certificate, version=2, reason="x", by=UserFactory(officer=True))


def test_what_was_granted_again_stands_while_it_is_appealed_again():
    assessment, member = in_appeal()
    certificate = CertificateFactory(assessment=assessment, listed=True)
    verifier, officer = UserFactory(verifier=True), UserFactory(officer=True)
    appealing.revoke_decision(assessment, version=1, reasons="x", verifier=verifier, by=member)
    decide_anew(assessment, verifier, officer)

    lodge(now(assessment))

    certificate = now(certificate)
    assert not life.is_taken_back(certificate)
    life.suspend_certificate(certificate, version=3, reason="Se investiga.", by=officer)
    assert not Certificate.objects.to_take_back().exists()


@pytest.mark.rule("CERT-14")
@pytest.mark.parametrize("repeated", [False, True])
def test_what_was_suspended_for_something_else_is_not_lifted_by_granting_again(repeated):
    CertifyingBodyFactory()
    assessment, member = in_appeal()
    certificate = CertificateFactory(assessment=assessment, listed=True)
    officer = UserFactory(officer=True)
    life.suspend_certificate(certificate, version=1, reason="Se investiga un fraude.", by=officer)

    if repeated:
        granted = hold(*repeat(assessment, member))
    else:
        verifier = UserFactory(verifier=True)
        appealing.revoke_decision(assessment, version=1, reasons="x", verifier=verifier, by=member)
        granted = decide_anew(assessment, verifier, officer)

    assert now(assessment).state == S.CERTIFIED
    if repeated:  # what it prints is of the session that counts
        assert granted.replaces == now(certificate)
        assert granted.assessed_on == timezone.localdate(assessment.last_session().started_at)
        assert now(certificate).state == CertificateState.REPLACED
    else:
        assert granted == certificate
    assert now(granted).state == CertificateState.SUSPENDED
    last = granted.events.filter(kind="suspended").latest("pk")
    assert last.note == "Se investiga un fraude."
    coordinator = UserFactory(coordinator=True, at=assessment.person.office)
    life.lift_suspension(now(granted), version=2, reason="No lo hubo.", by=coordinator)


@pytest.mark.rule("CERT-5")
def test_whoever_verified_or_decided_what_was_taken_back_does_it_no_more():
    assessment, member = in_appeal()
    certificate = CertificateFactory(assessment=assessment, listed=True)
    first, granted_by = assessment.verifier, assessment.officer
    verifier, officer = UserFactory(verifier=True), UserFactory(officer=True)
    appealing.revoke_decision(assessment, version=1, reasons="x", verifier=verifier, by=member)
    with refusal(SamePerson):
        decide_anew(assessment, verifier, granted_by)
    offered = VerifyForm(instance=now(assessment)).fields["officer"].queryset
    assert officer in offered
    assert granted_by not in offered
    deciding.return_to_evaluator(now(assessment), version=2, reason="x", by=verifier)
    by = assessment.evaluator
    judging.sign_judgement(now(assessment), version=3, recommendations="", by=by)
    told = {"version": 4, "candidate_name": "Rosa", "agrees": True, "by": by}
    told["signature"] = hand()

    with refusal(SamePerson):
        deciding.send_to_verification(now(assessment), verifier=first, **told)
    offered = SendForm(instance=now(assessment)).fields["verifier"].queryset
    assert verifier in offered
    assert first not in offered
    rows = Assessment.objects.filter(pk=assessment.pk)
    for values in ({"verifier": first}, {"officer": granted_by}):
        with pytest.raises(IntegrityError, match="done by others"), transaction.atomic():
            rows.update(**values)

    deciding.send_to_verification(now(assessment), verifier=verifier, **told)
    decide_anew(assessment, verifier, officer)
    certificate = now(certificate)
    for user in (first, member):
        RoleAssignmentFactory(user=user, role=Role.CERTIFYING_OFFICER)
        again = User.objects.get(pk=user.pk)
        assert not permissions.can_reissue(again, certificate)
        with refusal(life.OwnPart):
            life.reissue_certificate(
                certificate, version=3, reason="correccion", note="x", by=again
            )
    assert permissions.can_reissue(User.objects.get(pk=granted_by.pk), certificate)


@pytest.mark.rule("CERT-20")
@pytest.mark.parametrize("leave", [leaving.withdraw, leaving.cancel])
def test_what_was_decided_is_not_left_while_it_is_repeated(leave):
    assessment, by = repeat(*in_appeal())
    sessions.start_session(assessment, version=3, identity_checked="DUI", by=by)
    user = User.objects.get(pk=assessment.enrolled_by_id)
    waiting = AssessmentFactory(plan_agreed=True)
    theirs = steps_for(User.objects.get(pk=waiting.enrolled_by_id), waiting, None)

    with refusal(leaving.LeaveNotPossible):
        leave(now(assessment), version=4, reason="work", by=user)

    assert "retirar" in theirs[-1].url
    assert not any("retirar" in each.url for each in steps_for(user, now(assessment), None))
    left = {"left_at": timezone.now(), "left_by": user, "leave_reason": "work"}
    with pytest.raises(IntegrityError, match="is not left"), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(state=S.WITHDRAWN, **left)


@pytest.mark.rule("CERT-20")
def test_what_is_repeated_and_to_which_nobody_comes_is_planned_again_or_left():
    assessment, member = in_appeal()
    certificate = CertificateFactory(assessment=assessment, listed=True)
    assessment, evaluator = repeat(assessment, member)
    user = User.objects.get(pk=assessment.enrolled_by_id)
    place = {"centre": assessment.centre, "evaluator": evaluator}
    day = assessment.scheduled_for + timedelta(days=2)
    for reason in ("No vino", "No vino otra vez"):  # agreed on, and then only proposed
        plan = enrolling.propose_plan(
            now(assessment),
            version=now(assessment).version,
            scheduled_for=day,
            scheduled_at=time(10, 0),
            reason=reason,
            by=user,
            **place,
        )
    assert (now(assessment).state, plan.reason, plan.number) == (S.PLANNED, reason, 4)

    waiting = now(assessment)
    assert any("retirar" in each.url for each in steps_for(user, waiting, None))
    leaving.withdraw(waiting, version=waiting.version, reason="no_show", by=user)

    assert now(assessment).state == S.WITHDRAWN
    assert list(Certificate.objects.to_take_back()) == [now(certificate)]


def test_what_was_only_returned_can_be_left():
    assessment = AssessmentFactory(evidence_closed=True)
    returned = {"outcome": "returned", "reason": "x", "officer": UserFactory(officer=True)}
    assessment.decisions.create(**returned)

    left = leaving.withdraw(assessment, version=1, reason="work", by=assessment.enrolled_by)

    assert left.state == S.WITHDRAWN


@pytest.mark.rule("CERT-5", "CERT-7")
@pytest.mark.parametrize("name", ["verifications", "decisions"])
def test_what_was_verified_or_decided_is_written_once(name):
    rows = getattr(AssessmentFactory(certified=True), name)

    for change in (lambda: rows.update(reason="Otra"), rows.get().delete):
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            change()


# Looked at by night


@pytest.mark.rule("CERT-5")
def test_who_has_two_parts_is_told_to_coordination_until_it_is_so_no_more():
    assessment = AssessmentFactory(in_assessment=True)
    AssessmentFactory(certified=True)
    coordinator = coordination_of(assessment)
    two_parts.keep_alerts()
    assert not PartsAlert.objects.exists()
    conforms = {"outcome": "conforms", "verifier": assessment.evaluator}
    Verification.objects.create(assessment=assessment, **conforms)

    for _night in range(2):
        two_parts.keep_alerts()

    alert = PartsAlert.objects.get()
    assert (alert.assessment, alert.user) == (assessment, assessment.evaluator)
    assert alert.parts == "evaluator,verifier"
    [line] = lines_of(coordinator)
    assert (line.tone, line.url) == ("mal", assessment.get_absolute_url())
    other = UserFactory(evaluator=True)
    Assessment.objects.filter(pk=assessment.pk).update(evaluator=other)
    two_parts.keep_alerts()
    assert not PartsAlert.objects.open().exists()
    assert lines_of(coordinator) == []


@pytest.mark.rule("CERT-5", "SEC-13")
def test_coordination_settles_it_with_a_reason_and_is_told_of_further_parts(client):
    assessment = AssessmentFactory(in_assessment=True)
    found = assessment.evaluator
    coordinator = coordination_of(assessment)
    Verification.objects.create(assessment=assessment, outcome="conforms", verifier=found)
    two_parts.keep_alerts()
    alert = PartsAlert.objects.get()
    with refusal(refusals.SamePerson):
        two_parts.settle_parts(alert, reason="x", by=found)
    client.force_login(coordinator)
    page = reverse("certification:parts_settle", args=[assessment.public_id, found.public_id])

    assert page in client.get(assessment.get_absolute_url()).content.decode()
    assert client.post(page, {"version": 1, "reason": " "}).status_code == 422
    assert client.post(page, {"version": 1, "reason": "Se verificó de nuevo."}).status_code == 302

    alert = now(alert)
    assert (alert.settled_by, alert.reason) == (coordinator, "Se verificó de nuevo.")
    assert lines_of(coordinator) == []
    two_parts.keep_alerts()
    assert PartsAlert.objects.count() == 1  # it is so still, and was looked into
    with refusal(refusals.AlreadySettled):
        two_parts.settle_parts(alert, reason="x", by=coordinator)
    decided = {"outcome": DecisionOutcome.RETURNED, "reason": "x", "officer": found}
    assessment.decisions.create(**decided)
    two_parts.keep_alerts()
    assert PartsAlert.objects.open().get().parts == "evaluator,officer,verifier"


@pytest.mark.rule("CERT-5")
def test_who_acted_before_an_appeal_names_no_panel_of_a_later_one():
    CertifyingBodyFactory()
    assessment, member = in_appeal()
    judge, verifier = UserFactory(verifier=True), UserFactory(verifier=True)
    before = assessment.verifier
    appealing.revoke_decision(assessment, version=1, reasons="x", verifier=verifier, by=member)
    decide_anew(assessment, verifier, UserFactory(officer=True))
    lodge(now(assessment))
    for user in (before, member, judge):
        RoleAssignmentFactory(
            user=user, role=Role.TERRITORIAL_COORDINATOR, organization=assessment.person.office
        )
    again = now(assessment)
    [found] = again.appeals.open().with_panel()

    assert {before.pk, member.pk, verifier.pk} <= set(found.acted_ids)
    assert found.panel_ids == []
    assert set(again.appeal.acted_ids) == set(found.acted_ids)
    for user, may in ((before, False), (member, False), (judge, True)):
        assert permissions.can_name_panel(User.objects.get(pk=user.pk), again) is may


def test_a_member_of_a_panel_with_another_part_is_found():
    assessment, member = in_appeal()
    decided = {"outcome": DecisionOutcome.RETURNED, "reason": "x", "officer": member}
    assessment.decisions.create(**decided)

    assert two_parts.find_two_parts() == {(assessment.pk, member.pk): "officer,panel"}


# «Hoy»


def test_an_appeal_waits_for_coordination_and_then_for_its_panel():
    assessment = AssessmentFactory(in_appeal=True)
    coordinator, member = coordination_of(assessment), UserFactory(verifier=True)

    [unnamed] = lines_of(coordinator)
    name_panel(assessment, member)
    [named] = lines_of(member)
    nothing = lines_of(coordinator), lines_of(assessment.enrolled_by), lines_of(assessment.officer)

    assert "Le toca nombrar a quienes resuelven la apelación" in str(unnamed.detail)
    assert "Le toca resolver la apelación" in str(named.detail)
    assert nothing == ([], [], [])


def test_an_appeal_that_is_late_is_told_to_coordination():
    late = AssessmentFactory(closed_not_yet=True)
    day = timezone.localdate() - timedelta(days=1)
    Assessment.objects.filter(pk=late.pk).update(state=S.IN_APPEAL)
    AppealFactory(assessment=late, lodged_on=day, due_on=day)
    late = now(late)
    name_panel(late, UserFactory(verifier=True))

    [line] = lines_of(coordination_of(late))

    assert line.tone == "mal"
    assert "La apelación debe resolverse" in str(line.detail)
