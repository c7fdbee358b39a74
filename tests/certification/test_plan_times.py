"""When a session may begin, and when its result is explained: said in the plan, and kept to."""

from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from certification.actions import enrolling, sessions, settling
from certification.actions.paper_forms import facts_of
from certification.actions.refusals import DayNotPossible
from certification.choices import AssessmentState, Settlement
from certification.models import Plan
from certification.rules.plans import Meeting, Window
from tests.certification.telephone import Telephone, told
from tests.certification.unchanged import refusal
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import (
    AssessmentFactory,
    CentreFactory,
    PaperFormFactory,
    let_assess,
)

pytestmark = pytest.mark.django_db


def moment(day, at):
    return datetime.combine(day, at, tzinfo=timezone.get_current_timezone())


def propose(assessment, **answers):
    centre, evaluator = let_assess(
        assessment.standard, centre=CentreFactory(), evaluator=assessment.evaluator
    )
    day = timezone.localdate() + timedelta(days=3)
    told = {"centre": centre, "evaluator": evaluator, "scheduled_for": day}
    told |= {"scheduled_at": time(9), "version": 1, "by": assessment.enrolled_by}
    return enrolling.propose_plan(assessment, **told | answers)


def plan_again(assessment, **window):
    """Another plan of the same day, on which it begins."""
    day = assessment.scheduled_for
    Plan.objects.create(
        assessment=assessment,
        number=2,
        centre=assessment.centre,
        evaluator=assessment.evaluator,
        scheduled_for=day,
        scheduled_at=window.get("opens_at", time(9)),
        reason="x",
        proposed_by=assessment.enrolled_by,
        **{"begins_since": day, "begins_until": day} | window,
    )


def at_the_desk(assessment):
    return UserFactory(coordinator=True, at=assessment.person.office)


def test_the_window_holds_the_day_and_the_meeting_follows_it():
    assessment, day = AssessmentFactory(admitted=True), timezone.localdate() + timedelta(days=3)
    one = timedelta(days=1)
    for values, field in [
        ({"window": Window(day + one, day + one)}, "begins_since"),
        ({"window": Window(day - 8 * one, day)}, "begins_since"),
        ({"window": Window(day, day, time(10), time(12))}, "opens_at"),
        ({"window": Window(day, day, time(8), None)}, "opens_at"),
        ({"meeting": Meeting(day - one, "Oficina")}, "results_on"),
        ({"meeting": Meeting(day, " ")}, "results_place"),
    ]:
        with pytest.raises(ValidationError) as error, transaction.atomic():
            propose(assessment, **values)
        assert set(error.value.message_dict) == {field}
    window, meeting = Window(day - one, day, time(8), time(10)), Meeting(day, "Oficina", time(15))

    plan = propose(assessment, window=window, meeting=meeting)

    assert (plan.begins_since, plan.begins_until) == (day - one, day)
    assert (plan.opens_at, plan.closes_at) == (time(8), time(10))
    assert (plan.results_on, plan.results_at, plan.results_place) == (day, time(15), "Oficina")
    rows = Plan.objects.filter(pk=plan.pk)
    for name, change in [
        ("plan_day_lies", {"begins_since": day + one, "begins_until": day + one}),
        ("plan_day_lies", {"begins_until": None}),
        ("plan_hour_lies", {"closes_at": time(8, 30)}),
        ("plan_hour_lies", {"opens_at": None}),
        ("plan_results", {"results_on": None}),
        ("plan_results", {"results_on": day - one}),
        ("plan_results", {"results_place": ""}),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**change)


@pytest.mark.rule("CERT-4")
@pytest.mark.parametrize("hours", [True, False])
def test_a_session_begins_within_the_window_of_its_plan(hours):
    assessment = AssessmentFactory(plan_agreed=True)
    day = assessment.scheduled_for
    window = {"begins_since": day, "begins_until": day}
    if hours:
        window |= {"opens_at": time(8), "closes_at": time(10)}
    plan_again(assessment, **window)

    def begin(at):
        return sessions.start_session(
            assessment, version=1, identity_checked="DUI", by=assessment.evaluator, at=at
        )

    tomorrow = moment(day + timedelta(days=1), time(9))
    outside = [tomorrow, moment(day, time(10, 1))] if hours else [tomorrow]
    for at in outside:
        with refusal(DayNotPossible):
            begin(at)
    assert begin(moment(day, time(10))).started_at == moment(day, time(10))


@pytest.mark.rule("CERT-4", "CERT-7")
def test_a_day_that_began_outside_its_hours_counts_once_coordination_lets_it():
    assessment = AssessmentFactory(plan_agreed=True)
    plan_again(assessment, opens_at=time(0), closes_at=time(0))
    evaluator, coordinator = assessment.evaluator, at_the_desk(assessment)
    phone = Telephone(signed_in(evaluator))
    phone.register()
    window = phone.download().json()["packages"][0]["window"]
    assert (window["until"], window["closes"]) == (assessment.scheduled_for.isoformat(), "00:00")
    assert "de 00:00 a 00:00" in window["words"]
    values = {"GO-01": "si", "GO-02": "si", "GO-03": "2.5"}
    start = phone.note(assessment, "start", value="DUI", note="protection area")
    answers = [phone.note(assessment, item=each, value=values[each]) for each in values]
    noted = [start, phone.note(assessment, "pause"), *answers]

    assert [status for status, _outcome in told(phone.send(*noted))] == [422, 424, 424, 424, 424]
    data = SimpleUploadedFile("x.genesis", phone.backup(*[(each, b"") for each in noted]))
    page = signed_in(coordinator).post(reverse("evaluation:backup_take"), {"file": data})
    assert page.status_code == 200
    assert assessment.conflicts.open().count() == len(noted)
    settling.settle_phone(
        assessment,
        conflicts=assessment.conflicts.open(),
        settlement=Settlement.TAKEN,
        reason="Se fue la luz: empezaron tarde.",
        by=coordinator,
    )

    assessment.refresh_from_db()
    assert assessment.state == AssessmentState.IN_ASSESSMENT
    assert sessions.answers_of(assessment) == values


@pytest.mark.rule("CERT-7")
def test_a_plan_that_was_signed_never_changes():
    plan = AssessmentFactory(plan_agreed=True).plans.get()

    with pytest.raises(IntegrityError, match="signed never changes"), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(scheduled_at=time(7))


# On the pages


def test_the_plan_is_asked_shown_and_printed_with_its_times():
    assessment = AssessmentFactory(admitted=True)
    centre, evaluator = let_assess(assessment.standard)
    day = timezone.localdate() + timedelta(days=3)
    client = signed_in(assessment.enrolled_by)
    page = reverse("certification:plan_propose", args=[assessment.public_id])
    filled = {
        "version": 1,
        "centre": centre.pk,
        "evaluator": evaluator.pk,
        "scheduled_for": day.isoformat(),
        "scheduled_at": "09:00",
        "begins_until": day.isoformat(),
        "opens_at": "08:00",
        "closes_at": "10:00",
        "results_on": day.isoformat(),
        "results_place": "Oficina de Soyapango",
    }

    for answers, field in [
        ({"results_on": ""}, "results_on"),
        ({"results_place": ""}, "results_place"),
        ({"opens_at": "09:30"}, "opens_at"),
        ({"begins_until": (day - timedelta(days=1)).isoformat()}, "begins_since"),
    ]:
        refused = client.post(page, filled | answers)
        assert (refused.status_code, list(refused.context["form"].errors)) == (422, [field])
        assert "Oficina de Soyapango" in refused.content.decode() or field == "results_place"
    assert client.post(page, filled).status_code == 302
    plan = assessment.plans.get()
    assert plan.begins_since == day - timedelta(days=7)
    assert (plan.begins_until, plan.opens_at) == (day, time(8))
    agree = reverse("certification:plan_agree", args=[assessment.public_id])
    for shown in (
        signed_in(evaluator).get(agree).content.decode(),
        client.get(assessment.get_absolute_url()).content.decode(),
    ):
        assert "08:00–10:00" in shown
        assert "Oficina de Soyapango" in shown
    assessment.refresh_from_db()
    facts = facts_of(
        PaperFormFactory(assessment=assessment, evaluator=evaluator, asked_by=evaluator)
    )
    assert (facts["plan"], facts["window"].until) == (plan, day)


def test_help_that_is_taken_out_of_a_plan_stays_out():
    assessment = AssessmentFactory(admitted=True)
    ConsentFactory(person=assessment.person, purpose="sensitive")
    centre, evaluator = let_assess(assessment.standard)
    client = signed_in(assessment.enrolled_by)
    page = reverse("certification:plan_propose", args=[assessment.public_id])
    filled = {
        "version": 1,
        "centre": centre.pk,
        "evaluator": evaluator.pk,
        "scheduled_for": (timezone.localdate() + timedelta(days=3)).isoformat(),
        "scheduled_at": "09:00",
        "extra_minutes": 30,  # whoever writes them has chosen the help
        "note": "Despacio",
    }
    changed = {"reason": "Otra ayuda"}

    assert client.post(page, filled | {"kinds": ["read_aloud"]}).status_code == 302
    assert assessment.plans.newest().help.kinds == ["read_aloud", "extra_time"]
    again = filled | changed | {"version": 2}
    assert client.post(page, again | {"kinds": ["read_aloud"]}).status_code == 302
    kept = assessment.plans.newest().help
    assert (kept.kinds, kept.extra_minutes, kept.note) == (["read_aloud"], None, "Despacio")
    assert (
        client.post(page, filled | changed | {"version": 3, "extra_minutes": ""}).status_code == 302
    )
    assert getattr(assessment.plans.newest(), "help", None) is None
