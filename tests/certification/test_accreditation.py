"""Centres and evaluators: accredited before they assess, and looked at as of the day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleAssignment, User
from accounts.roles import Role
from beneficiaries.choices import ConflictKind, Mark
from beneficiaries.models import Attendance, Conflict
from certification.actions import accreditation, enrolling, evaluators, planning, sessions
from certification.actions.refusals import OwnSuspension
from certification.choices import (
    WITH_A_REASON,
    AccreditationState,
    Condition,
    EvaluatorState,
    VisitOutcome,
)
from certification.contributions import expiring, register
from certification.models import (
    AccreditationVisit,
    Assessment,
    CentreAccreditation,
    CorrectiveAction,
    EvaluatorAccreditation,
    who_may_lift,
)
from certification.models.accreditation import CHECKED
from genesis.lib.states import MoveNotAllowed
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import EnrolmentFactory, GroupFactory, GroupSessionFactory
from tests.factories.certification import (
    AccreditationFactory,
    AssessmentFactory,
    CentreFactory,
    EvaluatorAccreditationFactory,
    EvaluatorFactory,
    StandardFactory,
    StandardVersionFactory,
    VisitFactory,
    let_assess,
    real_standard,
)

pytestmark = pytest.mark.django_db
S = AccreditationState
TODAY = timezone.localdate
DAYS = {"on": timedelta(days=3)}
FINE = dict.fromkeys(CHECKED, True)


def coordination():
    return UserFactory(programme_coordinator=True)


def plan(assessment, *, centre, evaluator, **changes):
    answers = {
        "scheduled_for": TODAY() + DAYS["on"],
        "scheduled_at": time(8, 30),
    }
    return enrolling.propose_plan(
        assessment,
        version=assessment.version,
        centre=centre,
        evaluator=evaluator,
        by=assessment.enrolled_by,
        **answers | changes,
    )


def ready():
    """Somebody admitted, with a centre and an evaluator who may assess her."""
    assessment = AssessmentFactory(admitted=True)
    centre, evaluator = let_assess(assessment.standard)
    return assessment, {"centre": centre, "evaluator": evaluator}


# The centre, from its request to its end


def test_a_centre_is_accredited_step_by_step():
    centre, by = CentreFactory(), coordination()
    manager = UserFactory(centre_manager=True, at=centre.organization)
    made = accreditation.request_accreditation(
        centre, key=uuid4(), standard=StandardFactory(), workstations=2, max_per_day=4, by=manager
    )
    made = accreditation.accept_documents(made, version=1, by=by)
    made = accreditation.plan_visit(made, version=2, on=TODAY(), by=by)
    found = {"on": TODAY(), "team": "Marta", "remarks": "", "outcome": VisitOutcome.FAVOURABLE}
    accreditation.record_visit(made, version=3, by=by, **found, **FINE)

    made = accreditation.grant_accreditation(
        made,
        version=4,
        valid_from=TODAY(),
        valid_until=TODAY() + timedelta(days=365),
        resolution_number="R-7",
        file=None,
        by=by,
    )

    kept = CentreAccreditation.objects.get()
    assert (kept.state, kept.granted_by, kept.resolution_number) == (S.ACCREDITED, by, "R-7")
    assert list(CentreAccreditation.objects.active_on(TODAY())) == [kept]


def test_the_same_request_sent_twice_asks_once_and_a_second_one_is_refused():
    centre, key, standard = CentreFactory(), uuid4(), StandardFactory()
    by = UserFactory(centre_manager=True, at=centre.organization)
    told = {"standard": standard, "workstations": 1, "max_per_day": 2, "by": by}

    first = accreditation.request_accreditation(centre, key=key, **told)
    again = accreditation.request_accreditation(centre, key=key, **told)

    assert first == again
    with pytest.raises(accreditation.ValidationError):
        accreditation.request_accreditation(centre, key=uuid4(), **told)


@pytest.mark.rule("CERT-16")
def test_nothing_is_granted_after_a_visit_that_was_not_favourable():
    made = AccreditationFactory(visited=True)
    VisitFactory(accreditation=made, outcome="unfavourable", remarks="Sin extintor", safety=False)
    days = {"valid_from": TODAY(), "valid_until": TODAY(), "resolution_number": "R"}

    with pytest.raises(accreditation.NotToBeGranted):
        accreditation.grant_accreditation(made, version=1, file=None, by=coordination(), **days)
    with pytest.raises(accreditation.OwnRequest):
        accreditation.grant_accreditation(made, version=1, file=None, by=made.requested_by, **days)

    with pytest.raises(IntegrityError, match="CERT-16"), transaction.atomic():
        CentreAccreditation.objects.update(
            state=S.ACCREDITED,
            granted_at=timezone.now(),
            granted_by=coordination(),
            **days,
        )


@pytest.mark.rule("SEC-13")
@pytest.mark.parametrize(
    ("made", "lift"),
    [
        (AccreditationFactory, accreditation.lift_suspension),
        (EvaluatorAccreditationFactory, evaluators.lift_evaluator_suspension),
    ],
)
def test_somebody_else_lifts_a_suspension_in_the_database_too(made, lift):
    by = coordination()
    record = made(state="suspended", reason="Una queja", state_by=by)

    with pytest.raises(OwnSuspension):
        lift(record, version=1, by=by)
    with pytest.raises(IntegrityError, match="somebody else"), transaction.atomic():
        type(record).objects.filter(pk=record.pk).update(state="accredited", reason="")
    assert lift(record, version=1, by=coordination()).state == "accredited"


@pytest.mark.rule("SEC-13")
@pytest.mark.parametrize("made", [AccreditationFactory, EvaluatorAccreditationFactory])
def test_the_page_says_who_lifts_a_suspension(client, made):
    by = coordination()
    record = made(state="suspended", reason="Una queja", state_by=by)
    coordinators = User.objects.with_role(Role.PROGRAMME_COORDINATOR)
    RoleAssignment.objects.filter(user__in=coordinators.exclude(pk=by.pk)).delete()
    client.force_login(by)
    nobody = client.get(record.get_absolute_url()).content.decode()
    whose = (
        UserFactory(centre_manager=True, at=record.centre.organization)
        if made is AccreditationFactory
        else record.evaluator.user
    )
    RoleAssignmentFactory(user=whose, role=Role.PROGRAMME_COORDINATOR)
    assert not who_may_lift(record).exists()

    other = coordination()

    assert "da a otra persona el rol de coordinación del programa" in nobody
    assert [*who_may_lift(record)] == [other]
    told = client.get(record.get_absolute_url()).content.decode()
    assert "La levanta alguien distinto" in told
    assert str(other) in told


def test_a_suspension_has_a_reason_and_is_lifted_once_nothing_is_overdue():
    made, by = AccreditationFactory(accredited=True), coordination()
    made = accreditation.suspend_accreditation(made, version=1, reason="Obras", by=by)
    late = CorrectiveAction.objects.create(
        accreditation=made, text="Extintor", due_on=TODAY() - timedelta(days=1), raised_by=by
    )

    other = coordination()
    with pytest.raises(accreditation.NotToBeGranted):
        accreditation.lift_suspension(made, version=2, by=other)
    accreditation.close_correction(late, version=1, proof="Factura", by=by)
    lifted = accreditation.lift_suspension(made, version=2, by=other)

    assert (lifted.state, lifted.reason) == (S.ACCREDITED, "")


@pytest.mark.parametrize(
    "state", [each for each in S if each not in {S.ACCREDITED, S.RENEWAL_REQUESTED}]
)
def test_only_what_is_accredited_is_suspended(state):
    made = AccreditationFactory(state=state, reason="x" if state in WITH_A_REASON else "")

    with pytest.raises(MoveNotAllowed):
        accreditation.suspend_accreditation(made, version=1, reason="Obras", by=coordination())


@pytest.mark.rule("CERT-16")
def test_what_is_overdue_follows_the_centre_into_the_next_accreditation():
    first = AccreditationFactory()
    other = AccreditationFactory(centre=first.centre)
    CorrectiveAction.objects.create(
        accreditation=first, text="Extintor", due_on=TODAY(), raised_by=coordination()
    )
    following = CentreAccreditation(centre=first.centre, standard=first.standard)

    late = TODAY() + timedelta(days=1)
    assert following.overdue_corrections(late).exists()
    assert not following.overdue_corrections(TODAY()).exists()
    assert not other.overdue_corrections(late).exists()


@pytest.mark.rule("SEC-13")
def test_nobody_accredits_the_centre_that_they_manage(client):
    asked = AccreditationFactory(state=S.REQUESTED)
    by = coordination()
    RoleAssignmentFactory(user=by, role=Role.CENTRE_MANAGER, organization=asked.centre.organization)

    with pytest.raises(accreditation.OwnCentre):
        accreditation.accept_documents(asked, version=asked.version, by=by)
    client.force_login(by)
    page = reverse("certification:documents_accept", args=[asked.public_id])
    assert client.get(page).status_code == 403
    assert page not in client.get(asked.get_absolute_url()).content.decode()


def test_a_renewal_stands_beside_what_it_renews():
    made = AccreditationFactory(accredited=True)
    by = UserFactory(centre_manager=True, at=made.centre.organization)
    told = {"workstations": 3, "max_per_day": 6, "by": by}

    new = accreditation.renew_accreditation(made, key=uuid4(), **told)

    made.refresh_from_db()
    assert (made.state, new.state, new.renews) == (S.ACCREDITED, S.RENEWAL_REQUESTED, made)
    with pytest.raises(MoveNotAllowed):
        accreditation.renew_accreditation(new, key=uuid4(), **told)


@pytest.mark.rule("CERT-16")
def test_the_database_keeps_what_was_found_and_granted():
    made = AccreditationFactory(accredited=True)
    refused = [
        lambda: AccreditationVisit.objects.update(team="Otra"),
        lambda: AccreditationVisit.objects.all()._raw_delete("default"),
        lambda: CentreAccreditation.objects.update(workstations=9),
        lambda: CentreAccreditation.objects.all()._raw_delete("default"),
        lambda: AccreditationFactory(centre=made.centre, standard=made.standard, accredited=True),
    ]

    for each in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            each()


# Who may assess, where and when


@pytest.mark.rule("CERT-4")
def test_an_evaluator_is_accredited_on_the_day_of_the_session_not_today():
    assessment, who = ready()
    held = EvaluatorAccreditation.objects.filter(evaluator__user=who["evaluator"])
    with transaction.atomic():
        EvaluatorAccreditation.objects.all().update(state=EvaluatorState.SUSPENDED, reason="x")
    with pytest.raises(planning.EvaluatorNotReady):
        plan(assessment, **who)
    held.update(state=EvaluatorState.ACCREDITED, reason="", state_by=UserFactory())

    with pytest.raises((planning.EvaluatorNotReady, planning.CentreNotReady)):
        plan(assessment, **who, scheduled_for=TODAY().replace(year=2100))
    plan(assessment, **who)


@pytest.mark.rule("CERT-4")
def test_an_evaluator_belongs_to_the_centre_and_is_trained_on_that_day():
    assessment, who = ready()
    known = who["evaluator"].evaluator

    elsewhere, _other = let_assess(assessment.standard, evaluator=UserFactory(evaluator=True))
    with pytest.raises(planning.EvaluatorNotReady):
        plan(assessment, centre=elsewhere, evaluator=who["evaluator"])

    known.certificate_expires_on = TODAY() + timedelta(days=2)
    known.save()
    with pytest.raises(planning.EvaluatorNotReady):
        plan(assessment, **who)
    plan(assessment, **who, scheduled_for=TODAY() + timedelta(days=2))


@pytest.mark.rule("CERT-4")
def test_the_founding_panel_has_two_experts():
    standard, by = StandardFactory(), coordination()
    told = {"standard": standard, "folio": "", "external_evidence": "x", "sponsor": "y", "by": by}
    for _each in range(2):
        evaluators.propose_evaluator(EvaluatorFactory(), key=uuid4(), **told)

    with pytest.raises(evaluators.NoFoundingPanel):
        evaluators.propose_evaluator(EvaluatorFactory(), key=uuid4(), **told)
    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluatorAccreditationFactory(standard=standard, panel_seat=3)


def test_nobody_accredits_herself():
    made = EvaluatorAccreditationFactory(proposed=True)
    days = {"valid_from": TODAY(), "valid_until": TODAY()}

    with pytest.raises(evaluators.OwnAccreditation):
        evaluators.accredit_evaluator(made, version=1, by=made.evaluator.user, **days)


@pytest.mark.rule("CERT-16")
def test_a_centre_assesses_only_while_accredited_with_nothing_overdue_and_its_equipment():
    assessment = AssessmentFactory(admitted=True, standard_version=real_standard())
    centre, evaluator = let_assess(assessment.standard)
    who = {"centre": centre, "evaluator": evaluator}
    held = CentreAccreditation.objects.get()
    held.state, held.reason = S.SUSPENDED, "Obras"
    held.save()
    with pytest.raises(planning.CentreNotReady):
        plan(assessment, **who)
    held.state, held.reason, held.state_by = S.ACCREDITED, "", UserFactory()
    held.save()

    late = CorrectiveAction.objects.create(
        accreditation=held,
        text="Extintor",
        due_on=TODAY() - timedelta(days=1),
        raised_by=held.requested_by,
    )
    with pytest.raises(planning.CentreNotReady):
        plan(assessment, **who)
    late.closed_on, late.closed_by, late.proof = TODAY(), held.requested_by, "Factura"
    late.save()

    plan(assessment, **who)
    centre.equipment.update(condition=Condition.BROKEN)
    with pytest.raises(planning.CentreNotReady):
        planning.check_session(Assessment.objects.get(), at=timezone.now())


@pytest.mark.rule("CERT-3")
def test_whoever_trained_somebody_or_is_close_to_her_does_not_assess_her():
    assessment, who = ready()
    group = GroupFactory(facilitator=who["evaluator"])
    came = Attendance.objects.create(
        session=GroupSessionFactory(group=group),
        enrolment=EnrolmentFactory(group=group, person=assessment.person),
        mark=Mark.PRESENT,
    )
    with pytest.raises(planning.ConflictOfInterest):
        plan(assessment, **who)
    Attendance.objects.filter(pk=came.pk).update(mark=Mark.ABSENT)
    plan(assessment, **who)

    Conflict.objects.create(
        person=assessment.person,
        user=who["evaluator"],
        kind=ConflictKind.values[0],
        noted_by=assessment.enrolled_by,
    )
    with pytest.raises(planning.ConflictOfInterest):
        planning.check_session(Assessment.objects.get(), at=timezone.now())


@pytest.mark.rule("CERT-4")
def test_a_session_does_not_begin_once_the_evaluator_is_suspended():
    assessment = AssessmentFactory(plan_agreed=True)
    EvaluatorAccreditation.objects.update(state=EvaluatorState.SUSPENDED, reason="Una queja")

    with pytest.raises(planning.EvaluatorNotReady):
        sessions.start_session(
            assessment, version=1, identity_checked="DUI", by=assessment.evaluator
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("CERT-16")
def test_of_two_who_plan_at_once_one_gets_the_last_workstation():
    version = StandardVersionFactory()
    centre = CentreFactory()
    AccreditationFactory(
        centre=centre, standard=version.standard, accredited=True, workstations=1, max_per_day=1
    )
    _centre, evaluator = let_assess(version.standard, centre=centre)
    both = [AssessmentFactory(admitted=True, standard_version=version) for _each in range(2)]
    start = Barrier(2)

    def work(assessment):
        start.wait(timeout=10)
        try:
            plan(assessment, centre=centre, evaluator=evaluator)
        except planning.NoRoom:
            return "refused"
        finally:
            connection.close()
        return "planned"

    with ThreadPoolExecutor() as pool:
        answers = sorted(pool.map(work, both))

    assert answers == ["planned", "refused"]
    assert Assessment.objects.filter(centre=centre).count() == 1


# Pages


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", ["centre_list", "evaluator_list"])
def test_lists_ask_the_same_for_one_row_and_for_three(
    client, django_assert_max_num_queries, name, rows
):
    for _each in range(rows):
        let_assess(StandardFactory())
    client.force_login(coordination())

    with django_assert_max_num_queries(15):
        page = client.get(reverse(f"certification:{name}"))

    assert len(page.context["page"].rows) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_asks_the_same_for_one_row_and_for_three(
    client, django_assert_max_num_queries, rows
):
    made = AccreditationFactory(accredited=True, standard=real_standard().standard)
    by = coordination()
    for number in range(rows):
        AccreditationFactory(centre=made.centre, accredited=True)
        let_assess(StandardFactory(), centre=made.centre)
        VisitFactory(accreditation=made)
        accreditation.raise_correction(
            made, key=uuid4(), text=f"Extintor {number}", due_on=TODAY(), by=by
        )
    client.force_login(by)

    with django_assert_max_num_queries(15):
        page = client.get(made.get_absolute_url())
    with django_assert_max_num_queries(12):
        centre = client.get(made.centre.get_absolute_url())

    assert len(page.context["corrections"]) == len(centre.context["corrections"]) == rows
    assert len(centre.context["evaluators"]) == rows


def test_the_page_tells_what_was_done_by_whom_and_why(client):
    made, by = AccreditationFactory(accredited=True), coordination()
    made = accreditation.suspend_accreditation(made, version=1, reason="Obras", by=by)
    asked = accreditation.raise_correction(
        made, key=uuid4(), text="Extintor", due_on=TODAY(), by=by
    )
    accreditation.close_correction(asked, version=1, proof="Factura", by=by)
    lifter = coordination()
    accreditation.lift_suspension(made, version=2, by=lifter)
    other = AccreditationFactory(accredited=True)
    accreditation.revoke_accreditation(other, version=1, reason="De otro centro", by=by)
    client.force_login(UserFactory(centre_manager=True, at=made.centre.organization))

    history = client.get(made.get_absolute_url()).context["history"]

    assert [(str(each["title"]), each["by"], each["text"]) for each in history] == [
        ("Suspensión levantada", lifter, ""),
        ("Acción correctiva cerrada", by, ""),
        ("Acción correctiva pedida", by, ""),
        ("Suspendida", by, "Obras"),
    ]


def test_the_history_has_words_for_every_step():
    steps = {f"accreditation.{each}" for each in S}
    steps |= {f"evaluator.{each}" for each in EvaluatorState}

    assert steps - register.VERBS.keys() == {"accreditation.visited"}  # told as the visit recorded


def test_a_manager_sees_the_own_centre_alone(client):
    own, other = AccreditationFactory(accredited=True), AccreditationFactory(accredited=True)
    client.force_login(UserFactory(centre_manager=True, at=own.centre.organization))

    listed = client.get(reverse("certification:centre_list")).context["page"].rows

    assert listed == [own.centre]
    for each, status in [(own, 200), (other, 404)]:
        for url in (each.get_absolute_url(), each.centre.get_absolute_url()):
            assert client.get(url).status_code == status
    assert client.get(reverse("certification:evaluator_list")).status_code == 200


@pytest.mark.parametrize("days", [20, 60, 400])
def test_renewal_is_the_next_thing_only_when_it_ends_soon(client, days):
    made = AccreditationFactory(accredited=True, valid_until=TODAY() + timedelta(days=days))
    client.force_login(UserFactory(centre_manager=True, at=made.centre.organization))

    page = client.get(made.get_absolute_url())

    assert [each.primary for each in page.context["buttons"]] == [days <= 90]


@pytest.mark.parametrize(("days", "tones"), [(20, ["mal"]), (60, ["alerta"]), (400, [])])
def test_what_ends_soon_stands_on_today_of_centre_and_coordination(days, tones):
    made = AccreditationFactory(accredited=True, valid_until=TODAY() + timedelta(days=days))
    manager = UserFactory(centre_manager=True, at=made.centre.organization)

    for user in (manager, coordination()):
        blocks = list(expiring.blocks(User.objects.get(pk=user.pk)))
        assert [line.tone for block in blocks for line in block.lines] == tones
    elsewhere = UserFactory(centre_manager=True, at=CentreFactory().organization)
    blocks = expiring.blocks(User.objects.get(pk=elsewhere.pk))
    assert [line for block in blocks for line in block.lines] == []


def test_what_waits_and_what_is_overdue_stands_on_today_of_who_it_is_for():
    asked, by = AccreditationFactory(), coordination()
    held = AccreditationFactory(centre=asked.centre, accredited=True)
    CorrectiveAction.objects.create(
        accreditation=held, text="Extintor", due_on=TODAY() - timedelta(days=1), raised_by=by
    )
    person = EvaluatorAccreditationFactory(valid_until=TODAY() - timedelta(days=1))
    person.evaluator.centres.create(
        centre=asked.centre, valid_from=TODAY() - timedelta(days=9), given_by=by
    )

    told = {}
    for user in (asked.requested_by, by):
        fresh = User.objects.get(pk=user.pk)
        lines = [line for block in expiring.blocks(fresh) for line in block.lines]
        told[user] = {line.url: str(line.state) for line in lines}

    overdue = {
        held.get_absolute_url(): "Vencida",
        person.get_absolute_url(): "Vencida",
    }
    assert told[asked.requested_by] == overdue
    assert told[by] == overdue | {asked.get_absolute_url(): "Solicitada"}


def test_it_is_one_question(django_assert_num_queries):
    AccreditationFactory()
    user = User.objects.get(pk=coordination().pk)
    assert user.current_roles

    with django_assert_num_queries(1):
        list(expiring.blocks(user))


def test_the_day_of_a_visit_is_the_planned_one_and_afterwards_today(client):
    planned = TODAY() - timedelta(days=4)
    waiting = AccreditationFactory(state=S.VISIT_PLANNED, visit_on=planned)
    held = AccreditationFactory(accredited=True, visit_on=planned)
    client.force_login(coordination())

    for made, day in [(waiting, planned), (held, TODAY())]:
        page = client.get(reverse("certification:visit_record", args=[made.public_id]))
        assert page.context["form"]["on"].value() == day


def test_no_equipment_is_asked_where_the_standard_needs_none(client):
    made = AccreditationFactory(accredited=True)
    client.force_login(coordination())
    url = reverse(
        "certification:equipment_record",
        args=[made.centre.organization.public_id, made.standard.public_id],
    )

    page = client.get(made.get_absolute_url())

    assert url not in page.content.decode()
    assert client.get(url).status_code == 404


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(client):
    made = AccreditationFactory(visited=True)
    VisitFactory(accreditation=made)
    client.force_login(coordination())
    url = reverse("certification:accreditation_grant", args=[made.public_id])
    days = {"valid_from": "2026-05-02", "valid_until": "2026-05-01", "version": 1}

    answer = client.post(url, {**days, "resolution_number": "R-9"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["valid_until"]
    assert "R-9" in answer.content.decode()
