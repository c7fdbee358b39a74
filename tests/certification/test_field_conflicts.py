"""What comes too late: kept beside what counts, and settled by coordination."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, User
from certification.actions import deciding, judging, leaving, records, sessions, settling
from certification.choices import CHECKLIST, AssessmentState, LeaveReason, Settlement
from certification.contributions import today
from certification.models import Assessment, Conflict, ItemResolution, Observation
from tests.certification.steps import now
from tests.certification.telephone import ANSWERS, downloaded, told
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory, CertifyingBodyFactory, ConflictFactory

pytestmark = pytest.mark.django_db


@pytest.mark.rule("CERT-5")
def test_whoever_is_no_longer_the_evaluator_leaves_no_conflict(late):
    others = UserFactory(evaluator=True)
    Assessment.objects.filter(pk=late.assessment.pk).update(evaluator=others)

    assert told(late.send(late.record)) == [(403, "refused")]
    assert not Conflict.objects.exists()


@pytest.fixture
def late():
    """The evidence was closed with signal; the telephone still has another answer."""
    assessment = AssessmentFactory(in_assessment=True, answers=ANSWERS)
    phone = downloaded(assessment)
    phone.record = phone.note(assessment, item="GO-02", value="no", note="Lo vi después")
    sessions.close_evidence(now(assessment), version=1, by=assessment.evaluator)
    phone.assessment = assessment
    return phone


@pytest.mark.rule("CERT-7")
def test_an_answer_after_the_end_is_kept_as_a_conflict_with_both_values(late):
    first, again = late.send(late.record), late.send(late.record)

    assert (first.status_code, again.status_code) == (409, 409)
    [told_first], [told_again] = first.json()["answers"], again.json()["answers"]
    assert told_first == told_again
    assert told_first["reason"] == "Esta evaluación ya no recibe respuestas."
    conflict = Conflict.objects.get()
    assert (conflict.value, conflict.note, conflict.kept_value) == ("no", "Lo vi después", "si")
    assert sessions.answers_of(late.assessment) == ANSWERS
    assert Activity.objects.filter(verb="assessment.conflict_kept").count() == 1


def test_an_answer_after_the_end_that_says_the_same_is_no_conflict(late):
    record = late.record | {"value": "si", "note": ""}

    assert told(late.send(record)) == [(201, "stored")]
    assert not Conflict.objects.exists()


@pytest.mark.parametrize(
    ("note", "expected"), [("Medido dos veces", (409, "conflict")), ("Ya visto", (201, "stored"))]
)
def test_a_note_that_is_not_there_yet_is_kept_though_the_value_is(running, note, expected):
    phone = downloaded(running)
    phone.send(phone.note(running, item="GO-01", value="si", note="Ya visto"))
    Assessment.objects.filter(pk=running.pk).update(state=AssessmentState.EVIDENCE_CLOSED)

    assert told(phone.send(phone.note(running, item="GO-01", value="si", note=note))) == [expected]
    assert [each.note for each in Conflict.objects.all()] == ([note] if expected[0] == 409 else [])


@pytest.mark.parametrize("kind", ["start", "stop"])
def test_a_start_or_a_stop_after_the_end_is_kept_too(late, kind):
    record = late.note(late.assessment, kind, value="DUI 017", note="Retiró la guarda")

    assert told(late.send(record)) == [(409, "conflict")]
    assert now(late.assessment).stopped_at is None


def test_an_answer_to_an_assessment_that_was_left_is_kept(running):
    phone = downloaded(running)
    leaving.withdraw(now(running), version=1, reason=LeaveReason.WORK, by=running.enrolled_by)

    assert told(phone.send(phone.note(running, item="GO-01", value="si"))) == [(409, "conflict")]
    assert Conflict.objects.get().kept_value == ""


@pytest.mark.rule("CERT-7")
def test_nothing_is_judged_before_a_conflict_is_settled(late):
    late.send(late.record)
    assessment = now(late.assessment)

    with pytest.raises(judging.UnsettledConflict), transaction.atomic():
        judging.sign_judgement(
            assessment, version=assessment.version, recommendations="Bien", by=assessment.evaluator
        )
    settle(Conflict.objects.get(), Settlement.DISMISSED)

    assert judging.sign_judgement(
        assessment, version=assessment.version, recommendations="Bien", by=assessment.evaluator
    )


@pytest.mark.rule("CERT-7")
def test_nothing_is_approved_before_a_conflict_is_settled():
    assessment = AssessmentFactory(in_verification=True)
    conflict = ConflictFactory(assessment=assessment)

    def approve():
        with transaction.atomic():
            return deciding.approve_portfolio(
                assessment,
                version=now(assessment).version,
                checklist=CHECKLIST,
                items=sessions.observed_in(assessment),
                officer=UserFactory(officer=True),
                by=assessment.verifier,
            )

    with pytest.raises(judging.UnsettledConflict):
        approve()
    settle(conflict, Settlement.DISMISSED)

    assert approve().state == AssessmentState.VERIFIED


@pytest.mark.rule("CERT-7")
@pytest.mark.parametrize("competent", [True, False])
def test_nothing_is_decided_before_a_conflict_is_settled(competent):
    CertifyingBodyFactory()
    assessment = AssessmentFactory(verified=True, competent=competent)
    conflict = ConflictFactory(assessment=assessment)
    step = deciding.certify if competent else deciding.confirm_not_yet

    def decide():
        with transaction.atomic():
            return step(assessment, version=now(assessment).version, by=assessment.officer)

    with pytest.raises(judging.UnsettledConflict):
        decide()
    settle(conflict, Settlement.DISMISSED)

    assert decide()


def settle(conflict, settlement, **values):
    by = UserFactory(coordinator=True, at=conflict.assessment.person.office)
    return settling.settle_conflict(
        conflict, **{"settlement": settlement, "reason": "Visto con la persona", "by": by} | values
    )


def test_what_the_telephone_noted_can_be_made_to_count(late):
    late.send(late.record)

    settle(Conflict.objects.get(), Settlement.TAKEN)

    assert sessions.answers_of(late.assessment) == ANSWERS | {"GO-02": "no"}
    assert ItemResolution.objects.get().reason == "Visto con la persona"
    assert Observation.objects.get(client_id=late.record["id"]).note == "Lo vi después"
    assert not Conflict.objects.open().exists()


def test_what_there_is_can_stay(late):
    late.send(late.record)

    settle(Conflict.objects.get(), Settlement.DISMISSED)

    assert sessions.answers_of(late.assessment) == ANSWERS
    assert Conflict.objects.get().settlement == Settlement.DISMISSED
    assert Activity.objects.filter(verb="assessment.conflict_settled").count() == 1


@pytest.mark.rule("CERT-10")
def test_a_stop_that_came_too_late_can_be_made_to_count(late):
    late.send(late.note(late.assessment, "stop", note="Retiró la guarda"))

    settle(Conflict.objects.get(), Settlement.TAKEN)

    assert now(late.assessment).stop_reason == "Retiró la guarda"


@pytest.mark.rule("CERT-10")
def test_a_stop_that_came_too_late_and_said_nothing_has_the_reason_of_coordination(late):
    late.send(late.note(late.assessment, "stop", note=" "))

    settle(Conflict.objects.get(), Settlement.TAKEN)

    stopped = now(late.assessment)
    assert stopped.stop_reason == "Visto con la persona"
    assert stopped.sessions.get().started_at <= stopped.stopped_at <= timezone.now()


@pytest.mark.rule("CERT-7")
@pytest.mark.parametrize(
    "values", [{"value": "si"}, {"value": "no", "note": "Mejor visto"}], ids=["same", "other"]
)
def test_what_the_telephone_corrected_itself_cannot_be_taken(late, values):
    late.send(late.record)
    conflict = Conflict.objects.get()
    late.send(late.note(late.assessment, item="GO-01", value="si"))  # of another item
    assert settling.can_be_taken(conflict)

    late.send(late.note(late.assessment, item="GO-02", **values))

    with pytest.raises(settling.CannotBeTaken), transaction.atomic():
        settle(conflict, Settlement.TAKEN)
    assert all(map(settling.can_be_taken, Conflict.objects.exclude(pk=conflict.pk)))


@pytest.mark.rule("CERT-7")
@pytest.mark.parametrize("state", ["judged", "certified", "withdrawn"])
def test_after_the_judgement_nothing_late_counts(state):
    conflict = ConflictFactory(assessment=AssessmentFactory(state=state))

    with pytest.raises(settling.CannotBeTaken), transaction.atomic():
        settle(conflict, Settlement.TAKEN)
    assert Conflict.objects.open().exists()


@pytest.mark.parametrize("code", [None, "GO-02"])
def test_what_has_no_item_or_was_decided_cannot_be_taken(code):
    conflict = ConflictFactory(code=code)
    if code:
        ItemResolution.objects.create(
            assessment=conflict.assessment,
            item=conflict.item,
            observation=Observation.objects.get(item=conflict.item),
            reason="Antes",
            decided_by=conflict.assessment.enrolled_by,
        )

    with pytest.raises(settling.CannotBeTaken), transaction.atomic():
        settle(conflict, Settlement.TAKEN)


def test_a_conflict_is_settled_once_and_with_a_reason():
    conflict = ConflictFactory()
    with pytest.raises(records.NotPossible, match="Escriba el motivo"), transaction.atomic():
        settle(conflict, Settlement.DISMISSED, reason=" ")
    settle(conflict, Settlement.DISMISSED)

    with pytest.raises(settling.AlreadySettled), transaction.atomic():
        settle(conflict, Settlement.DISMISSED)


def test_the_database_wants_a_reason_for_a_settlement():
    conflict = ConflictFactory()

    with pytest.raises(IntegrityError, match="conflict_settled_by"), transaction.atomic():
        Conflict.objects.filter(pk=conflict.pk).update(settled_at=timezone.now())


def page_of(conflict):
    return reverse(
        "certification:conflict_settle", args=[conflict.assessment.public_id, conflict.public_id]
    )


def test_coordination_sees_both_values_and_decides():
    conflict = ConflictFactory()
    client = signed_in(UserFactory(coordinator=True, at=conflict.assessment.person.office))

    shown = client.get(page_of(conflict))
    text = shown.content.decode()
    wrong = client.post(page_of(conflict), {"version": 1, "settlement": "taken", "reason": ""})
    done = client.post(
        page_of(conflict), {"version": 1, "settlement": "taken", "reason": "Lo confirmó"}
    )

    assert tuple(
        dict(shown.context["facts"])[name] for name in ("El teléfono anotó", "En el sistema")
    ) == ("No", "Sí")
    assert "Lo vi tarde." in text
    assert wrong.status_code == 422
    assert wrong.context["form"].errors["reason"]
    assert done.status_code == 302
    assert client.get(page_of(conflict)).status_code == 404
    assert sessions.answers_of(conflict.assessment)["GO-02"] == "no"


def test_only_coordination_of_the_office_decides():
    conflict = ConflictFactory()
    people = {
        conflict.assessment.evaluator: 403,
        conflict.assessment.enrolled_by: 403,
        UserFactory(coordinator=True): 404,
    }

    for user, status in people.items():
        assert signed_in(user).get(page_of(conflict)).status_code == status


def test_the_evaluator_sees_both_values_and_no_button():
    conflict = ConflictFactory()
    client = signed_in(conflict.assessment.evaluator)
    pages = [
        conflict.assessment.get_absolute_url(),
        reverse("evaluation:session_open", args=[conflict.assessment.public_id]),
    ]

    for page in pages:
        text = client.get(page).content.decode()
        assert "Lo vi tarde." in text
        assert page_of(conflict) not in text


def test_a_caseworker_reads_no_answers_in_a_conflict():
    conflict = ConflictFactory()
    client = signed_in(conflict.assessment.enrolled_by)

    assert "Lo vi tarde." not in client.get(conflict.assessment.get_absolute_url()).content.decode()


@pytest.mark.parametrize("state", ["evidence_closed", "in_verification"])
def test_coordination_finds_it_on_its_first_page(state):
    conflict = ConflictFactory(assessment=AssessmentFactory(state=state))
    user = UserFactory(coordinator=True, at=conflict.assessment.person.office)

    [block] = today.blocks(User.objects.get(pk=user.pk))

    assert [line.detail for line in block.lines] == [
        f"{conflict.assessment.reference} · Le toca resolver lo que un teléfono envió tarde."
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_an_assessment_asks_no_more_for_more_conflicts(count):
    assessment = AssessmentFactory(evidence_closed=True)
    for number in range(count):
        ConflictFactory(assessment=assessment, code=f"GO-0{number + 1}")
    client = signed_in(UserFactory(coordinator=True, at=assessment.person.office))

    with CaptureQueriesContext(connection) as asked:
        client.get(assessment.get_absolute_url())

    assert len(asked) <= 15


@pytest.mark.parametrize("values", [{"value": "si"}, {"kept_value": "no"}])
def test_what_a_conflict_says_never_changes(values):
    conflict = ConflictFactory()

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Conflict.objects.filter(pk=conflict.pk).update(**values)
