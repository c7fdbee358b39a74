"""Where two typings differ, and what is kept of a form on paper in the end."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from accounts.roles import Role
from certification import permissions
from certification.actions import judging, paper_forms, refusals, sessions, transcribing
from certification.actions.evidence import Piece
from certification.choices import EvidenceSource, JudgementOutcome, PaperState
from certification.models import (
    Assessment,
    Observation,
    PaperForm,
    PaperSettlement,
    PaperTyping,
    Plan,
)
from certification.rules.paper_forms import differing, settled
from genesis.lib.states import OtherContent
from tests.certification.papers import both, kept, say, type_as
from tests.certification.steps import now
from tests.certification.unchanged import refusal
from tests.certification.visits import coordination_of, signed_in
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.certification import PaperFormFactory, SessionFactory, scan_of, typed_paper
from tests.factories.papers import photo

pytestmark = pytest.mark.django_db


def test_words_differ_only_in_what_they_say():
    first = {"a": ["si", "Sin guía, no."], "identity": ["DUI 123", ""], "b": ["2.5", ""]}
    second = {"a": ["si", "sin guia no"], "identity": ["dui: 123", ""], "b": ["2.50", ""]}

    assert differing(first, second) == ["b"]
    assert differing(first, {**first, "c": ["", ""]}) == ["c"]
    assert differing({"a": ["si", "x"]}, {"a": ["si", ""]}) == ["a"]


def test_neither_of_the_two_settles_alone_and_coordination_does():
    said = [("a", 1, ("si", "")), ("b", 1, ("si", "")), ("b", 2, ("no", "x"))]

    assert settled(said, typists={1, 2}) == {}
    assert settled([*said, ("b", 1, ("no", "x"))], typists={1, 2}) == {"b": ("no", "x")}
    assert settled([*said, ("a", 9, ("no", "y"))], typists={1, 2}) == {"a": ("no", "y")}


@pytest.mark.rule("CERT-12")
def test_what_differs_is_settled_with_a_reason_before_anything_is_kept(form):
    typed = both(form, {"GO-01": ["no", "Sin gafas."], "ended": ["11:50", ""]})
    first, second = form.evaluator, form.assessment.enrolled_by
    third = coordination_of(form.assessment)

    assert typed.state == PaperState.DIFFERS
    assert transcribing.open_differences(typed) == ["ended", "GO-01"]
    with refusal(transcribing.NotAgreed):
        transcribing.keep_form(typed, by=first)
    with refusal(transcribing.NothingDiffers):
        say(typed, first, "GO-02", "si")
    with refusal(refusals.ReasonMissing):
        say(typed, third, "GO-01", "si", reason=" ")
    with refusal(transcribing.WrongEntries):
        say(typed, third, "GO-01", "no")
    with refusal(transcribing.WrongEntries):
        say(typed, third, "ended", "08:00")
    say(typed, first, "GO-01", "no", "Sin gafas.")
    assert transcribing.open_differences(typed) == ["ended", "GO-01"]
    say(typed, second, "GO-01", "no", "sin gafas")
    assert transcribing.open_differences(typed) == ["ended"]
    say(typed, third, "ended", "11:50")

    done = transcribing.keep_form(now(typed), by=second)

    assert done.state == PaperState.KEPT
    answer = Observation.objects.get(item__code="GO-01")
    assert (answer.value, answer.note) == ("no", "Sin gafas.")
    assert PaperSettlement.objects.count() == 3
    assert Activity.objects.filter(verb="assessment.paper_settled").count() == 3


def test_the_two_and_coordination_settle_on_their_pages(form):
    typed = both(form, {"GO-01": ["no", "Sin gafas."], "signed": ["evaluator", ""]})
    user = coordination_of(form.assessment)
    client = signed_in(user)

    page = client.get(typed.get_absolute_url())
    assert [each["name"] for each in page.context["differences"]] == ["signed", "GO-01"]
    assert "Sin gafas." in page.content.decode()
    for name, value in (("signed", "both"), ("GO-01", "si")):
        address = reverse("certification:paper_settle", args=[typed.public_id, name])
        assert client.get(address).status_code == 200
        assert client.post(address, {"value": value, "key": str(uuid4())}).status_code == 422
        sent = {"value": value, "note": "", "reason": "Se ve en la foto.", "key": str(uuid4())}
        assert client.post(address, sent).status_code == 302

    assert now(typed).state == PaperState.KEPT
    gone = reverse("certification:paper_settle", args=[typed.public_id, "GO-01"])
    assert client.get(gone).status_code == 302


@pytest.mark.rule("CERT-12")
def test_coordination_puts_a_line_of_the_head_right_on_which_both_agree():
    form = PaperFormFactory(asked_at=timezone.now() - timedelta(days=5))
    assessment, day = form.assessment, timezone.localdate() - timedelta(days=3)
    Plan.objects.create(
        assessment=assessment,
        number=2,
        centre=assessment.centre,
        evaluator=form.evaluator,
        scheduled_for=day,
        scheduled_at=time(9),
        begins_since=day,
        begins_until=day,
        reason="x",
        proposed_by=assessment.enrolled_by,
    )
    agreed = both(form)  # the day before: both read it so
    with refusal(refusals.DayNotPossible):
        transcribing.keep_form(agreed, by=form.evaluator)
    with refusal(transcribing.NothingDiffers):
        say(agreed, form.evaluator, "day", day.isoformat())
    coordinator = coordination_of(assessment)
    with refusal(transcribing.NothingDiffers):
        say(agreed, coordinator, "GO-01", "no", "x")
    with refusal(transcribing.WrongEntries):
        say(agreed, coordinator, "day", "2030-01-01")
    row = {"form": agreed, "value": "x", "reason": "x"}
    for wrong in ({"name": "day", "by": form.evaluator}, {"name": "GO-01", "by": coordinator}):
        with pytest.raises(IntegrityError, match="is settled"), transaction.atomic():
            PaperSettlement.objects.create(**row, **wrong)
    client = signed_in(coordinator)
    address = reverse("certification:paper_settle", args=[agreed.public_id, "day"])
    typist = signed_in(form.evaluator)

    assert address in client.get(agreed.get_absolute_url()).content.decode()
    assert address not in typist.get(agreed.get_absolute_url()).content.decode()
    sent = {"value": day.isoformat(), "reason": "El papel dice otro día.", "key": str(uuid4())}
    assert client.post(address, sent).status_code == 302

    kept = now(form)
    assert kept.state == PaperState.KEPT
    assert timezone.localdate(kept.session.started_at) == day
    assert PaperSettlement.objects.get().by == coordinator


@pytest.mark.rule("CERT-12")
def test_coordination_lets_a_paper_count_that_began_outside_the_hours_of_the_plan(form):
    assessment = form.assessment
    Plan.objects.create(
        assessment=assessment,
        number=2,
        centre=assessment.centre,
        evaluator=form.evaluator,
        scheduled_for=assessment.scheduled_for,
        scheduled_at=time(0),
        opens_at=time(0),
        closes_at=time(0),
        reason="x",
        proposed_by=assessment.enrolled_by,
    )
    agreed = both(form)
    page = signed_in(form.evaluator).post(
        reverse("certification:paper_keep", args=[agreed.public_id]), follow=True
    )
    assert "coordinación confirma la hora con un motivo" in page.content.decode()
    began = transcribing.agreed_entries(agreed)["began"][0]

    say(agreed, coordination_of(assessment), "began", began, reason="Se fue la luz.")

    assert transcribing.keep_form(now(agreed), by=form.evaluator).state == PaperState.KEPT


def test_a_stop_on_paper_stops_the_assessment(form):
    stop = {"stopped": ["10:15", "Se fue la luz."], "GO-03": ["", ""]}
    scan_of(form)
    for each in (form.evaluator, form.assessment.enrolled_by):
        type_as(form, each, replaced=stop)

    transcribing.keep_form(now(form), by=form.evaluator)

    assessment = now(form.assessment)
    assert (assessment.stop_reason, Observation.objects.count()) == ("Se fue la luz.", 2)
    closed = sessions.close_evidence(assessment, version=assessment.version, by=form.evaluator)
    judgement = judging.sign_judgement(
        closed, version=closed.version, recommendations="Repetir.", by=form.evaluator
    )
    assert judgement.outcome == JudgementOutcome.NOT_YET


def test_what_the_telephone_said_otherwise_waits_for_coordination():
    session = SessionFactory()
    assessment = session.assessment
    item = assessment.standard_version.items.get(code="GO-01")
    sessions.record_observation(
        session,
        key=uuid4(),
        device=uuid4(),
        item=item,
        value="no",
        note="Visto.",
        by=assessment.evaluator,
    )
    kept(PaperFormFactory(assessment=assessment))

    assert [each.code for each in assessment.items_to_resolve()] == ["GO-01"]


def test_what_coordination_decided_meanwhile_stays_so():
    session = SessionFactory()
    assessment, user = session.assessment, coordination_of(session.assessment)
    item = assessment.standard_version.items.get(code="GO-01")
    for value in ("no", "si"):
        sessions.record_observation(
            session,
            key=uuid4(),
            device=uuid4(),
            item=item,
            value=value,
            note="Visto.",
            by=assessment.evaluator,
        )
    chosen = Observation.objects.get(value="no")
    sessions.resolve_item(assessment, item=item, observation=chosen, reason="Vi.", by=user)

    kept(PaperFormFactory(assessment=assessment))

    assert sessions.answers_of(assessment)["GO-01"] == "no"
    told = Activity.objects.get(verb="assessment.paper_kept")
    assert told.changes["decided"] == ["GO-01"]


@pytest.mark.rule("CERT-7")
def test_no_session_ends_while_a_paper_waits(form):
    assessment = SessionFactory().assessment
    waits = typed_paper(PaperFormFactory(assessment=assessment), assessment.evaluator)
    user = coordination_of(assessment)
    for code, value in (("GO-01", "si"), ("GO-02", "si"), ("GO-03", "2.5")):
        sessions.record_observation(
            assessment.sessions.get(),
            key=uuid4(),
            device=uuid4(),
            item=assessment.standard_version.items.get(code=code),
            value=value,
            note="",
            by=assessment.evaluator,
        )
    assessment = now(assessment)

    def close():
        return sessions.close_evidence(
            assessment, version=assessment.version, by=assessment.evaluator
        )

    with refusal(sessions.PaperWaits):
        close()
    with refusal(refusals.ReasonMissing):
        paper_forms.drop_form(waits, reason=" ", by=user)
    address = reverse("certification:paper_drop", args=[waits.public_id])
    assert signed_in(assessment.evaluator).post(address, {"reason": "No."}).status_code == 403
    signed_in(user).post(address, {"reason": "Era de otra persona."})
    assert now(waits).state == PaperState.DROPPED
    assert PaperTyping.objects.filter(form=waits).exists()
    with refusal(paper_forms.PaperEnded):
        paper_forms.drop_form(waits, reason="Otra vez.", by=user)
    with refusal(paper_forms.NotTypedYet):
        paper_forms.drop_form(form, reason="Nada.", by=user)

    assert close().state == "evidence_closed"


@pytest.mark.rule("CERT-7")
def test_what_was_typed_never_changes(form):
    typed = both(form, {"GO-01": ["no", "Sin gafas."]})
    say(typed, coordination_of(form.assessment), "GO-01", "si")
    changes = [
        PaperTyping.objects.filter(form=form, number=1),
        PaperSettlement.objects.filter(form=form),
    ]

    for rows, values in zip(changes, ({"entries": {}}, {"value": "no"}), strict=True):
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            rows.update(**values)
    with pytest.raises(IntegrityError, match="one assessment"), transaction.atomic():
        PaperForm.objects.filter(pk=form.pk).update(evaluator=form.assessment.enrolled_by)
    transcribing.keep_form(now(form), by=form.evaluator)
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        PaperForm.objects.filter(pk=form.pk).update(ended_at=timezone.now())


def test_another_evaluator_keeps_nothing_of_it(form):
    both(form)
    other = UserFactory(evaluator=True)
    Assessment.objects.filter(pk=form.assessment_id).update(evaluator=other)

    with refusal(transcribing.OtherEvaluator):
        transcribing.keep_form(now(form), by=form.assessment.enrolled_by)


@pytest.mark.rule("SEC-13")
def test_the_evaluator_does_not_settle_alone_what_her_own_paper_says(form):
    office = form.assessment.person.office
    RoleAssignmentFactory(
        user=form.evaluator, role=Role.TERRITORIAL_COORDINATOR, organization=office
    )
    others = [form.assessment.enrolled_by, coordination_of(form.assessment)]
    typed_paper(form, *others, differently={"GO-01": ["no", "Sin gafas."]})
    evaluator = type(form.evaluator).objects.get(pk=form.evaluator_id)

    assert not permissions.can_settle_paper(evaluator, now(form))
    assert all(permissions.can_settle_paper(each, now(form)) for each in others)


@pytest.mark.rule("CERT-4")
def test_no_session_on_paper_is_from_before_it_was_printed():
    noon = timezone.localtime().replace(hour=12, minute=0)
    form = PaperFormFactory(asked_at=noon)
    scan_of(form)
    before = {"day": [noon.date().isoformat(), ""], "began": ["11:59", ""], "ended": ["13:00", ""]}

    with (
        time_machine.travel(noon + timedelta(hours=2)),
        pytest.raises(transcribing.WrongEntries) as refused,
    ):
        type_as(form, form.evaluator, replaced=before)

    assert ("began", "value") in refused.value.faults


def test_the_key_of_another_file_is_refused(form):
    kept_scan = scan_of(form)
    other = PaperFormFactory()

    for at, seed in ((form, 91), (other, 92)):
        piece = Piece(
            key=kept_scan.client_id,
            device=uuid4(),
            source=EvidenceSource.PAPER,
            data=photo(seed=seed),
            paper=at,
        )
        with refusal(OtherContent):
            paper_forms.attach_scan(at, piece=piece, by=at.evaluator)


def test_a_paper_does_not_end_a_session_before_it_began(form):
    assessment = form.assessment
    sessions.start_session(
        assessment, version=assessment.version, identity_checked="DUI 123", by=form.evaluator
    )

    kept(form)

    begun = now(assessment)
    sessions.close_evidence(begun, version=begun.version, by=form.evaluator)
    session = begun.sessions.get()
    assert session.started_at <= session.ended_at
    started = Activity.objects.get(verb="assessment.started")
    assert started.actor_id == form.evaluator_id


def test_who_kept_the_paper_stands_in_the_history_of_what_it_tells(form):
    typed = both(form)

    transcribing.keep_form(typed, by=form.assessment.enrolled_by)

    started = Activity.objects.get(verb="assessment.started")
    assert started.actor == form.assessment.enrolled_by
