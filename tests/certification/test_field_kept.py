"""What a telephone may send no more is kept all the same: coordination hands it in and settles."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from beneficiaries.choices import ConsentPurpose
from certification import permissions
from certification.actions import sessions, settling
from certification.actions.parts import check_other_parts
from certification.actions.phones import withdraw_phone
from certification.actions.planning import ConflictOfInterest
from certification.actions.refusals import AlreadySettled, SamePerson, SignatureMissing
from certification.actions.sessions import observed_in
from certification.choices import AssessmentState, SafetyPoint, Settlement
from certification.contributions import today
from certification.models import (
    Assessment,
    Conflict,
    Evidence,
    Observation,
    Phone,
    Receipt,
)
from tests.certification.telephone import ANSWERS, downloaded, told
from tests.certification.test_backups import hand_in
from tests.certification.visits import coordination_of, signed_in
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import AssessmentFactory, ConflictFactory, PackageFactory
from tests.factories.papers import photo

pytestmark = pytest.mark.django_db
KEPT = "Guardado para que coordinación lo resuelva"
REASON = "Lo vio la persona formadora"


def of_another(assessment):
    """Somebody else evaluates it from now on."""
    now = UserFactory(evaluator=True)
    Assessment.objects.filter(pk=assessment.pk).update(evaluator=now)
    return now


def withdrawn(phone, assessment):
    withdraw_phone(Phone.objects.get(public_id=phone.id), by=assessment.evaluator)


@pytest.fixture
def reassigned():
    """An answer and its photo, noted before somebody else became the evaluator."""
    assessment = AssessmentFactory(plan_agreed=True)
    ConsentFactory(person=assessment.person, purpose=ConsentPurpose.IMAGE)
    phone = downloaded(assessment)
    phone.send(phone.note(assessment, "start", value="DUI 017"))
    data = photo()
    picture = phone.file(assessment, data, item="GO-02")
    answer = phone.note(assessment, item="GO-02", value="si", files=[picture["sha256"]])
    phone.records = [(answer, b""), (picture, data)]
    phone.assessment, phone.user = assessment, assessment.evaluator
    of_another(assessment)
    return phone


@pytest.mark.rule("CERT-7", "SEC-16")
def test_what_was_noted_before_a_reassignment_is_kept_and_settled(reassigned):
    phone, assessment = reassigned, reassigned.assessment
    user = coordination_of(assessment)

    itself = phone.send(phone.records[0][0])
    pages = [hand_in(user, phone.backup(*phone.records)) for _each in range(2)]
    later = phone.send(phone.records[0][0])

    assert told(itself) == [(403, "refused")]
    assert [row["state"] for page in pages for row in page.context["rows"]] == [KEPT] * 4
    assert told(later) == [(409, "conflict")]
    assert "Solo" in later.json()["answers"][0]["reason"]
    assert Receipt.objects.count() == 1 + Conflict.objects.count() == 3
    assert not Observation.objects.exists()
    assert not Evidence.objects.counting().exists()
    [block] = today.blocks(User.objects.get(pk=user.pk))
    assert [line.url for line in block.lines] == [assessment.get_absolute_url()]

    page = reverse(
        "certification:phone_settle", args=[assessment.public_id, Phone.objects.get().public_id]
    )
    client = signed_in(user)
    asked = client.get(page)
    filled = {"version": 2, "settlement": "taken", "shown": asked.context["form"].initial["shown"]}
    unseen = phone.note(assessment, item="GO-01", value="no", note="Roto")
    hand_in(user, phone.backup((unseen, b"")))
    empty = client.post(page, filled | {"reason": " "})
    done = client.post(page, filled | {"reason": REASON})

    assert "Respuesta" in asked.content.decode()
    assert (empty.status_code, done.status_code) == (422, 302)
    # What came while the page was open stays for itself.
    assert assessment.conflicts.open().get().item.code == "GO-01"
    settling.settle_conflict(
        assessment.conflicts.open().get(),
        settlement=Settlement.DISMISSED,
        reason=REASON,
        by=user,
    )
    assert observed_in(assessment)["GO-02"] == "si"
    assert Observation.objects.get().by == phone.user
    assert Evidence.objects.counting().get().item.code == "GO-02"
    assert not Conflict.objects.open().exists()
    with pytest.raises(SamePerson):
        check_other_parts(assessment, phone.user, part="verifier")


@pytest.mark.rule("CERT-5")
def test_who_only_stopped_a_session_took_part_in_it(reassigned):
    phone, assessment = reassigned, reassigned.assessment
    user = coordination_of(assessment)
    stop = phone.note(assessment, "stop", note="Cayó una plancha.")
    hand_in(user, phone.backup((stop, b"")))
    named = [assessment.public_id, Conflict.objects.get().public_id]
    page = reverse("certification:conflict_settle", args=named)

    done = signed_in(user).post(page, {"version": 2, "settlement": "taken", "reason": REASON})

    assert done.status_code == 302
    assert not Observation.objects.exists()
    with pytest.raises(SamePerson):
        check_other_parts(assessment, phone.user, part="verifier")


@pytest.mark.rule("CERT-3", "CERT-4")
def test_who_could_not_have_evaluated_it_then_adds_nothing(reassigned):
    phone, assessment = reassigned, reassigned.assessment
    user = coordination_of(assessment)
    hand_in(user, phone.backup(phone.records[0]))
    assessment.person.conflicts.create(user=phone.user, kind="relative", noted_by=user)
    conflict = Conflict.objects.get()

    with pytest.raises(ConflictOfInterest), transaction.atomic():
        settling.settle_conflict(conflict, settlement=Settlement.TAKEN, reason=REASON, by=user)
    settling.settle_conflict(conflict, settlement=Settlement.DISMISSED, reason=REASON, by=user)

    assert not Observation.objects.exists()
    assert not Conflict.objects.open().exists()


@pytest.mark.rule("SEC-13")
def test_nobody_settles_what_was_noted_on_the_own_telephone(reassigned):
    phone, assessment = reassigned, reassigned.assessment
    hand_in(coordination_of(assessment), phone.backup(phone.records[0]))
    RoleAssignmentFactory(
        user=phone.user, role=Role.TERRITORIAL_COORDINATOR, organization=assessment.person.office
    )
    by = User.objects.get(pk=phone.user.pk)
    conflict = Conflict.objects.get()
    page = reverse("certification:conflict_settle", args=[assessment.public_id, conflict.public_id])

    assert permissions.can_resolve(by, conflict.assessment)
    assert signed_in(by).get(page).status_code == 403


@pytest.mark.rule("CERT-7", "SEC-16")
def test_a_whole_session_of_a_withdrawn_telephone_is_kept_and_taken_at_once():
    agreed = AssessmentFactory(plan_agreed=True)
    phone, user = downloaded(agreed), coordination_of(agreed)
    noted = [
        phone.note(agreed, "start", value="DUI 017"),
        phone.note(agreed, item="GO-01", value="no", note="Se corrigió"),
        *[phone.note(agreed, item=code, value=value) for code, value in ANSWERS.items()],
        phone.note(agreed, "pause"),
        phone.note(agreed, "resume"),
        *phone.end(agreed),
    ]
    withdrawn(phone, agreed)

    refused = phone.send(*noted)
    page = hand_in(user, phone.backup(*[(each, b"") for each in noted]))
    left = settling.settle_phone(
        agreed,
        conflicts=agreed.conflicts.open(),
        settlement=Settlement.TAKEN,
        reason=REASON,
        by=user,
    )

    assert {status for status, _outcome in told(refused)} == {403}
    assert [row["state"] for row in page.context["rows"]] == [KEPT] * len(noted)
    assert left == 0
    held = Assessment.objects.get()
    assert held.state == AssessmentState.EVIDENCE_CLOSED
    assert held.sessions.get().identity_checked == "DUI 017"
    assert held.sessions.get().safety == sorted(SafetyPoint.values)
    assert observed_in(held) == ANSWERS
    assert held.sessions.get().pauses.get().ended_at < held.sessions.get().ended_at
    settlements = Conflict.objects.order_by("receipt__seq").values_list("settlement", flat=True)
    assert list(settlements) == ["taken", "dismissed", *["taken"] * 7]


@pytest.mark.rule("CERT-10")
def test_coordination_does_not_take_a_start_without_the_points_of_safety():
    agreed = AssessmentFactory(plan_agreed=True)
    phone, user = downloaded(agreed), coordination_of(agreed)
    withdrawn(phone, agreed)
    start = phone.note(agreed, "start", value="DUI 017", note=SafetyPoint.AREA)
    hand_in(user, phone.backup((start, b"")))
    conflict = agreed.conflicts.get()
    said = {"settlement": Settlement.TAKEN, "reason": REASON, "by": user}

    with pytest.raises(sessions.SafetyNotChecked), transaction.atomic():
        settling.settle_conflict(conflict, **said)
    with pytest.raises(settling.CannotBeTaken), transaction.atomic():
        settling.settle_phone(agreed, conflicts=[conflict], **said)

    assert not agreed.sessions.exists()
    assert agreed.conflicts.open().exists()


@pytest.mark.rule("CERT-7")
def test_what_cannot_be_taken_stays_open_and_what_can_does_not_wait_for_it():
    running = AssessmentFactory(in_assessment=True)
    phone, user = downloaded(running), coordination_of(running)
    withdrawn(phone, running)
    noted = [
        phone.note(running, item="GO-01", value="si"),
        phone.note(running, item="GO-02", value="no"),  # without its note
        phone.note(running, "close"),
    ]
    hand_in(user, phone.backup(*[(each, b"") for each in noted]))
    conflicts = list(running.conflicts.open())
    said = {"settlement": Settlement.TAKEN, "reason": REASON, "by": user}

    assert settling.settle_phone(running, conflicts=conflicts, **said) == 2
    with pytest.raises(settling.CannotBeTaken), transaction.atomic():
        settling.settle_phone(running, conflicts=conflicts, **said)
    taken = running.conflicts.exclude(settled_at=None)
    with pytest.raises(AlreadySettled), transaction.atomic():
        settling.settle_phone(running, conflicts=taken, **said)
    assert observed_in(running) == {"GO-01": "si"}
    assert Conflict.objects.open().count() == 2


@pytest.mark.rule("CERT-7")
def test_an_end_that_nobody_signed_is_not_taken():
    answered = AssessmentFactory(in_assessment=True, answers=ANSWERS)
    phone, user = downloaded(answered), coordination_of(answered)
    withdrawn(phone, answered)
    hand_in(user, phone.backup((phone.note(answered, "close"), b"")))
    conflict = Conflict.objects.get()

    with pytest.raises(SignatureMissing), transaction.atomic():
        settling.settle_conflict(conflict, settlement=Settlement.TAKEN, reason=REASON, by=user)


@pytest.mark.rule("CERT-7")
def test_a_start_that_cannot_be_taken_is_kept_where_coordination_hands_it_in():
    agreed = AssessmentFactory(plan_agreed=True)
    phone, user = downloaded(agreed), coordination_of(agreed)
    start = phone.note(agreed, "start", value="DUI 017")
    Assessment.objects.filter(pk=agreed.pk).update(state=AssessmentState.PLANNED)

    assert told(phone.send(start)) == [(422, "refused")]
    hand_in(user, phone.backup((start, b"")))

    conflict = Conflict.objects.get()
    assert not settling.can_be_taken(conflict)
    Assessment.objects.filter(pk=agreed.pk).update(state=AssessmentState.PLAN_AGREED)
    conflict.assessment.refresh_from_db()
    assert settling.can_be_taken(conflict)


def test_evidence_changes_its_session_only_where_it_had_none(reassigned):
    hand_in(coordination_of(reassigned.assessment), reassigned.backup(*reassigned.records))
    kept = Evidence.objects.filter(counts=False)

    with pytest.raises(IntegrityError, match="evidence never changes"), transaction.atomic():
        kept.update(session=None)


@pytest.mark.rule("CERT-7")
@pytest.mark.parametrize(("minutes", "counts"), [(-1, False), (1, True)])
def test_what_was_noted_for_a_session_that_was_repeated_never_counts(minutes, counts):
    """But what was downloaded after the appeal had it repeated may."""
    conflict = ConflictFactory()
    annulled = conflict.receipt.received_at - timedelta(minutes=5)
    conflict.assessment.sessions.update(
        started_at=annulled - timedelta(hours=1), ended_at=annulled, annulled_at=annulled
    )
    PackageFactory(
        phone=conflict.receipt.phone,
        assessment=conflict.assessment,
        built_at=annulled + timedelta(minutes=minutes),
    )

    assert settling.can_be_taken(conflict) == counts


def test_a_package_brings_back_what_was_answered():
    running = AssessmentFactory(in_assessment=True)
    phone = downloaded(running)
    phone.send(
        phone.note(running, item="GO-02", value="si"),
        phone.note(running, item="GO-02", value="no", note="Lo vi mejor"),
    )

    [package] = phone.download().json()["packages"]

    assert package["answers"] == {"GO-02": ["no", "Lo vi mejor"]}


@pytest.mark.rule("CERT-7")
def test_a_package_brings_back_what_counts_where_coordination_decided():
    """Not what came last: a telephone that noted little has the lower numbers."""
    running = AssessmentFactory(in_assessment=True)
    phone, other = downloaded(running), downloaded(running)
    phone.send(
        phone.note(running, item="GO-01", value="si"),
        phone.note(running, item="GO-02", value="no", note="No lo hizo"),
    )
    other.send(other.note(running, item="GO-02", value="si", note="Sí lo hizo"))
    sessions.resolve_item(
        running,
        item=running.standard_version.items.get(code="GO-02"),
        observation=Observation.objects.get(note="Sí lo hizo"),
        reason="La foto lo muestra",
        by=coordination_of(running),
    )

    [package] = phone.download().json()["packages"]

    assert package["answers"] == {"GO-01": ["si", ""], "GO-02": ["si", "Sí lo hizo"]}
