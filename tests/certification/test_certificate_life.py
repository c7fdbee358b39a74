"""A certificate after its issue: held back, taken back by two people, corrected; never undone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from accounts.models import Activity
from beneficiaries.choices import Status
from certification import permissions
from certification.actions import certificate_life as life
from certification.actions import deciding
from certification.actions.refusals import OwnSuspension, ReasonMissing
from certification.choices import CertificateState, ProposalState, PublicLookup
from certification.documents import printed
from certification.models import (
    Certificate,
    CertificateEvent,
    EvaluatorAccreditation,
    Revocation,
    StatusList,
)
from genesis.lib.background import WorkState
from genesis.lib.states import MoveNotAllowed, OtherContent, StaleRecord
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    EvaluatorAccreditationFactory,
)

pytestmark = pytest.mark.django_db
HELD = {-41: False, -40: True, -1: True, 0: True, 9: True, 10: False}  # by days from today


@pytest.fixture
def certificate():
    return CertificateFactory(listed=True)


@pytest.fixture
def officer():
    return UserFactory(officer=True)


@pytest.fixture
def other():
    return UserFactory(officer=True)


@pytest.fixture
def asked(monkeypatch):
    """The tasks that were asked for, instead of a broker."""
    found = []
    monkeypatch.setattr(current_app, "send_task", lambda name, kwargs: found.append((name, kwargs)))
    return found


def suspend(certificate, by, **told):
    told = {"version": certificate.version, "reason": "Se revisa el acta."} | told
    return life.suspend_certificate(certificate, **told, by=by)


def propose(certificate, by, **told):
    told = {"key": uuid4(), "reason": "fraude", "note": "El acta no existe."} | told
    return life.propose_revocation(certificate, **told, by=by)


def approve(proposal, by, **told):
    return life.approve_revocation(
        proposal, **{"version": proposal.version, "answer": ""} | told, by=by
    )


def coordination_of(certificate):
    return UserFactory(coordinator=True, at=certificate.assessment.person.office)


def reject(proposal, by, **told):
    told = {"version": proposal.version, "answer": "El acta apareció."} | told
    return life.reject_revocation(proposal, **told, by=by)


def reissue(certificate, by, **told):
    told = {"version": certificate.version, "reason": "correccion", "note": "El apellido."} | told
    return life.reissue_certificate(certificate, **told, by=by)


def events():
    return list(CertificateEvent.objects.order_by("pk").values_list("kind", flat=True))


def nothing_happened(certificate):
    found = Certificate.objects.get(pk=certificate.pk)
    same = (found.state, found.version) == (certificate.state, certificate.version)
    return same and not CertificateEvent.objects.exists() and not Activity.objects.exists()


def at_once(*works):
    """What came of works that several people did at the same moment."""
    start = Barrier(len(works))

    def do(work):
        start.wait(timeout=10)
        try:
            work()
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(do, works))


# Suspending


def test_a_suspension_is_kept_with_who_and_why(certificate, officer):
    suspend(certificate, officer)

    certificate.refresh_from_db()
    assert (certificate.state, certificate.version) == (CertificateState.SUSPENDED, 2)
    event = CertificateEvent.objects.get()
    assert (event.kind, event.note, event.by) == ("suspended", "Se revisa el acta.", officer)
    activity = Activity.objects.get(verb="certificate.suspended")
    assert (activity.actor, activity.person_id) == (officer, certificate.person_id)
    assert activity.changes["state"] == ["valid", "suspended"]


def test_a_suspension_ends_and_it_holds_again(certificate, officer):
    suspend(certificate, officer)

    coordinator = coordination_of(certificate)
    life.lift_suspension(certificate, version=2, reason="El acta está en orden.", by=coordinator)

    certificate.refresh_from_db()
    assert (certificate.state, certificate.version) == (CertificateState.VALID, 3)
    assert events() == ["suspended", "lifted"]


@pytest.mark.rule("SEC-13")
def test_coordination_and_an_officer_lift_what_the_other_suspended(certificate, officer, other):
    coordinator, colleague = coordination_of(certificate), coordination_of(certificate)
    told = {"reason": "En orden."}

    suspend(certificate, coordinator)
    for by, refusal in ((coordinator, OwnSuspension), (colleague, life.OnePart)):
        with pytest.raises(refusal):
            life.lift_suspension(certificate, version=2, **told, by=by)
    coordinator.role_assignments.all().delete()
    with pytest.raises(life.OnePart):  # who suspended it coordinates no more
        life.lift_suspension(certificate, version=2, **told, by=colleague)
    life.lift_suspension(certificate, version=2, **told, by=officer)
    certificate.refresh_from_db()
    suspend(certificate, officer)
    for by, refusal in ((officer, OwnSuspension), (other, life.OnePart)):
        with pytest.raises(refusal):
            life.lift_suspension(certificate, version=4, **told, by=by)
    assert events() == ["suspended", "lifted", "suspended"]


def test_a_suspension_touches_no_bit(certificate, officer):
    """The credential has one status, for what ends for good."""
    StatusList.objects.update(work_state=WorkState.DONE)

    suspend(certificate, officer)

    assert StatusList.objects.get().work_state == WorkState.DONE


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"reason": "  "}, ReasonMissing),
        ({"version": 7}, StaleRecord),
    ],
)
@pytest.mark.rule("SEC-15")
def test_no_suspension_without_a_reason_or_from_an_old_page(certificate, officer, told, refused):
    with pytest.raises(refused):
        suspend(certificate, officer, **told)

    assert nothing_happened(certificate)


@pytest.mark.parametrize("state", ["suspended", "revoked", "replaced"])
def test_only_what_holds_is_suspended(officer, state):
    revoked_at = timezone.now() if state == "revoked" else None
    certificate = CertificateFactory(state=state, revoked_at=revoked_at)

    with pytest.raises(MoveNotAllowed):
        suspend(certificate, officer)

    assert nothing_happened(certificate)


def test_only_a_suspension_is_lifted(certificate, officer):
    with pytest.raises(MoveNotAllowed):
        life.lift_suspension(certificate, version=1, reason="x", by=officer)

    assert nothing_happened(certificate)


@pytest.mark.django_db(transaction=True)
def test_two_who_suspend_at_once_do_it_once(certificate, officer, other):
    answers = at_once(
        lambda: suspend(certificate, officer, version=1),
        lambda: suspend(certificate, other, version=1),
    )

    assert answers == ["MoveNotAllowed", "done"]
    assert events() == ["suspended"]


# Revoking: one proposes, another decides


def test_a_proposal_changes_nothing_yet(certificate, officer):
    proposal = propose(certificate, officer)

    certificate.refresh_from_db()
    assert certificate.state == CertificateState.VALID
    assert (proposal.state, proposal.proposed_by) == (ProposalState.WAITING, officer)
    assert events() == ["proposed"]
    assert Activity.objects.get(verb="certificate.revocation_proposed").changes == {
        "reason": "fraude"
    }


@pytest.mark.rule("SEC-16")
def test_a_proposal_sent_twice_is_one(certificate, officer):
    key = uuid4()
    first = propose(certificate, officer, key=key)

    assert propose(certificate, officer, key=key) == first
    with pytest.raises(OtherContent):
        propose(certificate, officer, key=key, note="Otra cosa")
    assert Revocation.objects.count() == 1


def test_one_proposal_waits_at_a_time(certificate, officer, other):
    propose(certificate, officer)

    with pytest.raises(life.AlreadyProposed):
        propose(certificate, other)
    assert Revocation.objects.count() == 1


@pytest.mark.parametrize("state", ["revoked", "replaced"])
def test_what_has_ended_is_not_revoked(officer, state):
    revoked_at = timezone.now() if state == "revoked" else None
    certificate = CertificateFactory(state=state, revoked_at=revoked_at)

    with pytest.raises(MoveNotAllowed):
        propose(certificate, officer)
    assert not Revocation.objects.exists()


def test_a_proposal_says_what_happened(certificate, officer):
    with pytest.raises(ReasonMissing):
        propose(certificate, officer, note=" ")
    assert nothing_happened(certificate)


@pytest.mark.django_db(transaction=True)
def test_two_proposals_at_once_are_one(certificate, officer, other):
    answers = at_once(lambda: propose(certificate, officer), lambda: propose(certificate, other))

    assert answers == ["AlreadyProposed", "done"]
    assert Revocation.objects.count() == 1


@pytest.mark.parametrize("held_back", [False, True])
def test_another_person_revokes_it_for_good(
    certificate, held_back, asked, django_capture_on_commit_callbacks
):
    officer, other = UserFactory.create_batch(2, officer=True)
    StatusList.objects.update(work_state=WorkState.DONE)
    if held_back:
        suspend(certificate, officer)
    proposal = propose(certificate, officer)

    with django_capture_on_commit_callbacks(execute=True):
        approve(proposal, other, answer="De acuerdo.")

    certificate.refresh_from_db()
    proposal.refresh_from_db()
    assert certificate.state == CertificateState.REVOKED
    assert certificate.revoked_at is not None
    assert (proposal.state, proposal.decided_by) == (ProposalState.APPROVED, other)
    assert events()[-2:] == ["proposed", "revoked"]
    # Its list is to be signed again, in the same transaction.
    row = certificate.status_list
    assert row.work_state == WorkState.WAITING
    assert asked == [("certification.tasks.sign_status_list", {"list_id": row.pk})]


@pytest.mark.rule("SEC-13")
def test_who_granted_it_does_not_decide_whether_it_is_revoked(certificate, officer):
    proposal, granted_by = propose(certificate, officer), certificate.assessment.officer

    for decide in (approve, reject):
        with pytest.raises(life.OwnDecision):
            decide(proposal, granted_by)

    assert not permissions.can_revoke(granted_by, proposal)
    assert list(Revocation.objects.to_decide(granted_by)) == []
    assert events() == ["proposed"]


@pytest.mark.rule("SEC-13")
def test_nobody_approves_the_own_proposal(certificate, officer):
    proposal = propose(certificate, officer)

    for decide in (approve, reject):
        with pytest.raises(life.OwnProposal):
            decide(proposal, officer)
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Revocation.objects.update(state="approved", decided_by=officer, decided_at=now)

    certificate.refresh_from_db()
    assert certificate.state == CertificateState.VALID
    assert events() == ["proposed"]


def test_another_person_lets_it_stand_and_says_why(certificate, officer, other):
    proposal = propose(certificate, officer)
    with pytest.raises(ReasonMissing):
        reject(proposal, other, answer=" ")

    reject(proposal, other)

    certificate.refresh_from_db()
    proposal.refresh_from_db()
    assert certificate.state == CertificateState.VALID
    assert (proposal.state, proposal.answer) == (ProposalState.REJECTED, "El acta apareció.")
    assert propose(certificate, officer).pk != proposal.pk  # it may be proposed anew


def test_a_proposal_is_decided_once(certificate, officer, other):
    proposal = propose(certificate, officer)
    with pytest.raises(StaleRecord):
        approve(proposal, other, version=9)
    reject(proposal, other)

    for decide in (approve, reject):
        with pytest.raises(life.AlreadyDecided):
            decide(proposal, UserFactory(officer=True))
    for change in (
        lambda: Revocation.objects.update(answer="Otra."),
        lambda: Revocation.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_decide_once(certificate, officer):
    proposal = propose(certificate, officer)
    first, second = UserFactory.create_batch(2, officer=True)

    answers = at_once(
        lambda: approve(proposal, first, version=1), lambda: reject(proposal, second, version=1)
    )

    assert answers == ["AlreadyDecided", "done"]
    assert len(events()) == 2


@pytest.mark.rule("CERT-15")
@pytest.mark.parametrize("state", ["revoked", "replaced"])
def test_the_database_lets_nothing_that_ended_hold_again(state):
    revoked_at = timezone.now() if state == "revoked" else None
    certificate = CertificateFactory(state=state, revoked_at=revoked_at)

    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(state="valid", revoked_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        certificate.delete()


def test_what_was_done_is_written_once(certificate, officer):
    suspend(certificate, officer)

    for change in (
        lambda: CertificateEvent.objects.update(note="Otra."),
        lambda: CertificateEvent.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


# Issuing another in its place


@pytest.mark.rule("CERT-15", "SEC-17")
def test_another_takes_its_place_with_what_is_so_today(certificate, officer):
    person = certificate.assessment.person
    type(person).objects.filter(pk=person.pk).update(surnames="Corregido")

    made = reissue(certificate, officer)

    certificate.refresh_from_db()
    made.refresh_from_db()
    assert (certificate.state, made.state) == (CertificateState.REPLACED, CertificateState.VALID)
    assert made.replaces == certificate
    assert "Corregido" in made.holder_name
    assert "Corregido" not in certificate.holder_name
    assert made.valid_until == certificate.valid_until
    assert made.public_lookup == certificate.public_lookup
    for name in ("folio", "code", "public_id", "credential_id", "subject_id", "status_index"):
        assert getattr(made, name) != getattr(certificate, name)
    assert printed.secret_of(made) != printed.secret_of(certificate)
    assert certificate.assessment.certificate == made
    assert events() == ["replaced"]
    assert certificate.status_list.work_state == WorkState.WAITING


def test_what_is_suspended_is_decided_upon_before_it_is_replaced(certificate, officer):
    suspend(certificate, officer)
    certificate.refresh_from_db()

    with pytest.raises(MoveNotAllowed):
        reissue(certificate, officer)
    assert Certificate.objects.count() == 1


def test_what_somebody_wants_revoked_is_decided_upon_before_it_is_replaced(
    certificate, officer, other
):
    proposal = propose(certificate, officer)

    with pytest.raises(life.AlreadyProposed):
        reissue(certificate, other)
    assert Certificate.objects.count() == 1

    reject(proposal, other)
    reissue(certificate, other)


def test_what_has_expired_is_not_replaced(officer):
    today = timezone.localdate()
    last_day, expired = [
        CertificateFactory(listed=True, valid_until=until)
        for until in (today, today - timedelta(days=1))
    ]

    with pytest.raises(life.HasExpired, match="Ya venció"), translation.override("es"):
        reissue(expired, officer)

    assert reissue(last_day, officer).valid_until == today
    assert Certificate.objects.count() == 3


@pytest.mark.rule("CERT-5")
@pytest.mark.parametrize("part", ["evaluator", "verifier"])
def test_who_evaluated_or_verified_issues_nothing_of_it(certificate, part):
    user = getattr(certificate.assessment, part)

    with pytest.raises(life.OwnPart):
        reissue(certificate, user)

    assert nothing_happened(certificate)


@pytest.mark.rule("CERT-19")
@pytest.mark.parametrize(
    ("before", "shown", "now", "then"),
    [
        (Status.RETURNED_US, "full", Status.IDP, "minimal"),
        (Status.RETURNED_US, "full", Status.RETURNED_US, "full"),
        (Status.RETURNED_US, "none", Status.IDP, "none"),
        (Status.IDP, "full", Status.IDP, "full"),  # she asked for it while she was protected
        (Status.IDP, "minimal", Status.RETURNED_US, "minimal"),
    ],
)
def test_of_who_came_under_protection_the_new_one_shows_little(officer, before, shown, now, then):
    certificate = CertificateFactory(listed=True, status=before, public_lookup=shown)
    person = certificate.assessment.person
    type(person).objects.filter(pk=person.pk).update(status=now)

    assert reissue(certificate, officer).public_lookup == then


@pytest.mark.parametrize(
    ("told", "refused"), [({"note": " "}, ReasonMissing), ({"version": 7}, StaleRecord)]
)
def test_no_other_certificate_without_a_reason_or_from_an_old_page(
    certificate, officer, told, refused
):
    with pytest.raises(refused):
        reissue(certificate, officer, **told)

    assert nothing_happened(certificate)
    assert Certificate.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("CERT-14")
def test_two_who_replace_at_once_issue_one(certificate, officer, other):
    answers = at_once(
        lambda: reissue(certificate, officer, version=1),
        lambda: reissue(certificate, other, version=1),
    )

    assert answers == ["MoveNotAllowed", "done"]
    assert Certificate.objects.count() == 2
    assert Certificate.objects.filter(state="valid").count() == 1


@pytest.mark.rule("CERT-14")
def test_the_database_knows_one_certificate_of_an_assessment_that_is_not_replaced(certificate):
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateFactory(assessment=certificate.assessment)


def test_an_evaluator_whose_certificate_is_corrected_goes_on_evaluating(certificate, officer):
    accreditation = EvaluatorAccreditationFactory(
        standard=certificate.standard, own_certificate=certificate, panel_seat=None
    )

    made = reissue(certificate, officer)

    today = timezone.localdate()
    accreditation = EvaluatorAccreditation.objects.get(pk=accreditation.pk)
    assert accreditation.proof_holds_on(today)
    assert not accreditation.proof_holds_on(today - timedelta(days=1))
    suspend(made, officer)
    assert not EvaluatorAccreditation.objects.get(pk=accreditation.pk).proof_holds_on(today)


def test_an_evaluator_could_evaluate_before_the_certificate_was_corrected(officer):
    today = timezone.localdate()
    certificate = CertificateFactory(
        listed=True, issued_on=today - timedelta(days=40), valid_until=today + timedelta(days=9)
    )
    accreditation = EvaluatorAccreditationFactory(
        standard=certificate.standard, own_certificate=certificate, panel_seat=None
    )

    reissue(certificate, officer)

    accreditation = EvaluatorAccreditation.objects.get(pk=accreditation.pk)
    held = {days: accreditation.proof_holds_on(today + timedelta(days=days)) for days in HELD}
    assert held == HELD


# What the public check shows


@pytest.mark.rule("CERT-19")
@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (Status.IDP, PublicLookup.MINIMAL),
        (Status.BOTH, PublicLookup.MINIMAL),
        (Status.RETURNED_US, PublicLookup.FULL),
    ],
)
def test_of_people_under_protection_little_is_shown_from_the_start(status, shown):
    CertifyingBodyFactory()
    assessment = AssessmentFactory(verified=True, person__status=status)

    certificate = deciding.certify(assessment, version=1, by=assessment.officer)

    assert certificate.public_lookup == shown


def test_its_holder_says_what_is_shown(certificate, officer):
    life.change_lookup(certificate, version=1, lookup="none", by=officer)

    certificate.refresh_from_db()
    assert certificate.public_lookup == PublicLookup.NONE
    assert events() == ["lookup"]
    with pytest.raises(StaleRecord):
        life.change_lookup(certificate, version=1, lookup="full", by=officer)


# Its place in the list


@pytest.mark.django_db(transaction=True)
def test_two_issued_at_once_have_a_bit_each():
    CertifyingBodyFactory()
    first, second = AssessmentFactory.create_batch(2, verified=True)

    answers = at_once(
        lambda: deciding.certify(first, version=1, by=first.officer),
        lambda: deciding.certify(second, version=1, by=second.officer),
    )

    assert answers == ["done", "done"]
    places = Certificate.objects.values_list("status_list__number", "status_index")
    assert len(set(places)) == 2
    assert {number for number, _index in places} == {1}


def test_a_list_that_is_half_full_is_followed_by_another(monkeypatch):
    monkeypatch.setattr(StatusList, "SIZE", 2)
    CertifyingBodyFactory()

    made = [
        deciding.certify(each, version=1, by=each.officer)
        for each in AssessmentFactory.create_batch(2, verified=True)
    ]

    assert [each.status_list.number for each in made] == [1, 2]
