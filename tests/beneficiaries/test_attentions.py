"""«Registrar atención» and attempts to make contact: what counts, and what is voided (CASE-31)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions.history import OtherContent
from beneficiaries.actions import attentions, casework
from beneficiaries.actions.care import CaseEnded
from beneficiaries.actions.moves import StillToBeDone
from beneficiaries.choices import (
    RECORDED_BY_HAND,
    AttentionState,
    CaseState,
    CloseReason,
    ContactOutcome,
    Service,
)
from beneficiaries.models import (
    Attention,
    Case,
    ContactAttempt,
    IndexAnswers,
    IndexVersion,
    ServiceRecord,
)
from beneficiaries.models.accompaniment import silent_since, with_care_of
from beneficiaries.rules.care import is_lost, is_silent
from genesis.lib.states import StaleRecord
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AttemptFactory,
    AttentionFactory,
    CaseFactory,
    ContactFactory,
    PersonFactory,
    PlanFactory,
    ScreeningFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(office, caseworker):
    person = PersonFactory(office=office, caseworker=caseworker)
    ContactFactory(person=person)
    opened = timezone.localdate() - timedelta(days=100)
    case = CaseFactory(person=person, state=CaseState.ACTIVE, opened_on=opened)
    PlanFactory(case=case)
    return case


def days_ago(days):
    return timezone.localdate() - timedelta(days=days)


def given(**changes):
    return {
        "key": uuid4(),
        "service": "2a",
        "on": timezone.localdate(),
        "state": "given",
        "mode": "office",
        "place": "",
        "minutes": 45,
        "notes": "",
        "next_step": "",
        "next_step_on": None,
    } | changes


def posted(**changes):
    """The same as a browser sends it."""
    sent = {"key": str(uuid4()), "on": timezone.localdate().isoformat(), "next_step_on": ""}
    return given() | sent | changes


def page_of(case, name="person_detail", *more):
    return reverse(f"beneficiaries:{name}", args=[case.person.public_id, *more])


# Attentions


@pytest.mark.parametrize("service", RECORDED_BY_HAND)
def test_what_somebody_received_counts(case, caseworker, service):
    kept = attentions.record_attention(case, by=caseworker, **given(service=service))

    counted = ServiceRecord.objects.get()
    assert (counted.service, counted.on, counted.person) == (service, kept.on, case.person)
    assert (counted.organization, counted.source) == (case.office, f"attention:{kept.pk}")


@pytest.mark.parametrize("state", [AttentionState.MISSED, AttentionState.EXCUSED])
def test_who_did_not_come_received_nothing(case, caseworker, state):
    attentions.record_attention(case, by=caseworker, **given(state=state, minutes=None))

    assert not ServiceRecord.objects.exists()


@pytest.mark.rule("SEC-16")
def test_the_same_form_twice_counts_once(case, caseworker):
    answers = given()

    first, again = (
        attentions.record_attention(case, by=caseworker, **answers) for _each in range(2)
    )

    assert first == again
    assert ServiceRecord.objects.count() == 1
    with pytest.raises(OtherContent):
        attentions.record_attention(case, by=caseworker, **answers | {"minutes": 60})


@pytest.mark.parametrize(
    "changes",
    [
        {"service": Service.EARLY_ATTENTION},
        {"service": Service.ASSESSMENT},
        {"service": "9z"},
        {"minutes": None},
        {"minutes": 0},
        {"minutes": 1441},
        {"state": "missed"},
        {"next_step": "Llamar"},
        {"on": timezone.localdate() + timedelta(days=1)},
        {"on": timezone.localdate() - timedelta(days=101)},
    ],
    ids="-".join,
)
def test_an_attention_that_cannot_be_is_refused(case, caseworker, changes):
    with pytest.raises(ValidationError):
        attentions.record_attention(case, by=caseworker, **given(**changes))

    assert not ServiceRecord.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"minutes": None},
        {"state": "missed", "minutes": 5},
        {"next_step": "Llamar"},
        {"next_step": "Llamar", "next_step_on": timezone.localdate() - timedelta(days=1)},
        {"voided_at": timezone.now()},
        {"service": "9z"},
    ],
    ids="-".join,
)
def test_the_database_refuses_it_too(case, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        AttentionFactory(case=case, **values)


def test_nothing_is_recorded_in_a_case_that_has_ended(office, caseworker):
    case = CaseFactory(person=PersonFactory(office=office), state=CaseState.CLOSED)
    attempt = {"on": case.opened_on, "channel": "call", "outcome": "reached", "note": ""}

    with pytest.raises(CaseEnded):
        attentions.record_attention(case, by=caseworker, **given(on=case.opened_on))
    with pytest.raises(CaseEnded):
        attentions.record_attempt(case, key=uuid4(), by=caseworker, **attempt)


def test_what_is_voided_counts_no_more_and_stays_on_record(case, caseworker):
    kept = attentions.record_attention(case, by=caseworker, **given())
    void = {"reason": "Era otra persona", "by": caseworker}
    with pytest.raises(ValidationError, match="por qué"):
        attentions.void_attention(kept, version=1, reason="", by=caseworker)
    with pytest.raises(StaleRecord):
        attentions.void_attention(kept, version=7, **void)

    attentions.void_attention(kept, version=1, **void)

    assert not ServiceRecord.objects.standing().exists()
    assert ServiceRecord.objects.get().voided_reason == "Era otra persona"
    assert Attention.objects.get().voided_by == caseworker
    with pytest.raises(ValidationError, match="Ya estaba anulado"):
        attentions.void_attention(kept, version=2, **void)


# Contact


@pytest.mark.rule("CASE-31")
def test_sixty_days_without_contact_are_an_alert():
    today = timezone.localdate()

    assert not is_silent(today - timedelta(days=59), today)
    assert is_silent(today - timedelta(days=60), today)


@pytest.mark.rule("CASE-31")
def test_contact_is_to_be_spoken_with_or_attended_to(case):
    assert with_care_of(case).last_contact_on == case.opened_on

    AttentionFactory(case=case, on=days_ago(90))
    assert with_care_of(case).last_contact_on == days_ago(90)
    AttemptFactory(case=case, on=days_ago(80), outcome=ContactOutcome.REACHED)
    assert with_care_of(case).last_contact_on == days_ago(80)

    AttemptFactory(case=case, on=days_ago(5), outcome=ContactOutcome.MESSAGE)
    AttentionFactory(case=case, on=days_ago(4), state=AttentionState.MISSED)
    wrong = AttentionFactory(case=case, on=days_ago(3))
    attentions.void_attention(wrong, version=1, reason="Otra", by=UserFactory())
    assert with_care_of(case).last_contact_on == days_ago(80)


@pytest.mark.rule("CASE-31")
def test_an_interview_is_contact(case):
    ScreeningFactory(case=case, on=days_ago(70))
    assert with_care_of(case).last_contact_on == days_ago(70)

    version = IndexVersion.objects.create(code="rs", number=1, weight_source="equal", content={})
    IndexAnswers.objects.create(person=case.person, asked_in=version, on=days_ago(66), answers={})
    assert with_care_of(case).last_contact_on == days_ago(66)
    assert not silent_since(Case.objects.filter(pk=case.pk), days_ago(67)).exists()
    assert silent_since(Case.objects.filter(pk=case.pk), days_ago(66)).exists()


@pytest.mark.rule("CASE-31")
def test_the_pages_say_that_nobody_was_in_contact(client, case):
    page = client.get(page_of(case)).context
    plan = client.get(page_of(case, "plan_detail"))

    step = next(each for each in page["steps"] if each.title == "Plan")
    assert (step.state, step.tone) == ("Sin contacto", "alerta")
    assert "sesenta días o más" in plan.content.decode()

    AttemptFactory(case=case, outcome=ContactOutcome.REACHED)
    assert not client.get(page_of(case, "plan_detail")).context["silent"]


@pytest.mark.rule("CASE-31")
@pytest.mark.parametrize(
    ("days", "lost"),
    [
        ([0, 15, 30], True),
        ([0, 15, 29], False),
        ([0, 30], False),
        ([0, 1, 2, 31], True),
        ([], False),
    ],
)
def test_three_attempts_over_thirty_days_are_a_contact_lost(days, lost):
    assert is_lost([days_ago(each) for each in days]) is lost


@pytest.mark.rule("CASE-31", "CASE-32")
def test_a_case_is_closed_for_lost_contact_only_after_three_attempts(case, caseworker, office):
    coordinator = UserFactory(coordinator=True, at=office)
    AttemptFactory(case=case, on=days_ago(50), outcome=ContactOutcome.REACHED)
    AttemptFactory(case=case, on=days_ago(60))  # before the last contact
    for days in (40, 20):
        AttemptFactory(case=case, on=days_ago(days))
    case = casework.request_closing(
        case, version=1, close_reason=CloseReason.LOST_CONTACT, note="", by=caseworker
    )
    with pytest.raises(StillToBeDone, match="Intentos de contacto"):
        casework.approve_closing(case, version=2, note="", by=coordinator)
    voided = AttemptFactory(case=case, on=days_ago(9))
    attentions.void_attempt(voided, version=1, reason="Otra persona", by=caseworker)
    with pytest.raises(StillToBeDone):
        casework.approve_closing(case, version=2, note="", by=coordinator)

    AttemptFactory(case=case, on=days_ago(10))

    assert casework.approve_closing(case, version=2, note="", by=coordinator).closed_on


@pytest.mark.rule("CASE-31")
def test_other_closings_ask_for_no_attempts(case, caseworker, office):
    case = casework.request_closing(
        case, version=1, close_reason=CloseReason.GOALS_MET, note="", by=caseworker
    )

    coordinator = UserFactory(coordinator=True, at=office)
    assert casework.approve_closing(case, version=2, note="", by=coordinator).closed_on


# The next step


def test_a_next_step_waits_until_something_was_received_on_its_day(case):
    today = timezone.localdate()
    AttentionFactory(case=case, on=days_ago(9), next_step="Traer títulos", next_step_on=today)
    AttentionFactory(case=case, on=days_ago(5), next_step="Ir al MTPS", next_step_on=days_ago(2))
    AttentionFactory(case=case, on=days_ago(4))
    known = with_care_of(case)
    assert (known.next_step, known.next_step_on) == ("Ir al MTPS", days_ago(2))

    AttentionFactory(case=case, on=days_ago(1))
    assert with_care_of(case).next_step == "Traer títulos"
    AttentionFactory(case=case, on=today, state=AttentionState.MISSED)
    assert with_care_of(case).next_step == "Traer títulos"
    AttentionFactory(case=case, on=today)
    assert with_care_of(case).next_step is None


def test_a_next_step_for_the_same_day_waits_too(case):
    today = timezone.localdate()
    AttentionFactory(case=case, on=today, next_step="Llamar a su madre", next_step_on=today)

    assert with_care_of(case).next_step == "Llamar a su madre"


# Pages


def test_an_attention_is_recorded_and_voided_on_pages(client, case):
    PlanFactory._meta.model.objects.update(agreed_by_person_on=days_ago(5))
    assert client.get(page_of(case, "attention_create")).status_code == 200
    next_day = (timezone.localdate() + timedelta(days=7)).isoformat()
    typed = posted(next_step="Llevar hoja de vida", next_step_on=next_day, notes="Va bien.")
    response = client.post(page_of(case, "attention_create"), typed)
    assert response["Location"] == page_of(case)

    shown = client.get(page_of(case))
    entry = shown.context["activities"][0]
    assert entry["title"] == "2a Coaching laboral · La recibió"
    step = next(each for each in shown.context["steps"] if each.title == "Plan")
    assert step.next_step.startswith("Llevar hoja de vida")
    plan = client.get(page_of(case, "plan_detail")).content.decode()
    assert "45 minutos" in plan
    assert client.get(entry["void_url"]).status_code == 200
    empty = client.post(entry["void_url"], {"version": 1, "reason": ""})
    assert (empty.status_code, set(empty.context["form"].errors)) == (422, {"reason"})
    client.post(entry["void_url"], {"version": 1, "reason": "Era otra persona"})

    entry = client.get(page_of(case)).context["activities"][0]
    assert (entry["voided"], "void_url" in entry) == (True, False)
    assert (
        client.get(page_of(case, "attention_void", Attention.objects.get().public_id)).status_code
        == 404
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": ""}, "service"),
        ({"service": "1a"}, "service"),
        ({"on": "ayer"}, "on"),
        ({"on": "2031-01-01"}, "on"),
        ({"minutes": ""}, "minutes"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "-5"}, "minutes"),
        ({"minutes": "2000"}, "minutes"),
        ({"mode": "barco"}, "mode"),
        ({"next_step": "Llamar"}, "next_step_on"),
        ({"next_step_on": "2031-01-01"}, "next_step"),
        ({"next_step": "Llamar", "next_step_on": "2020-01-01"}, "next_step_on"),
        ({"notes": "x" * 2001}, "notes"),
        ({"notes": "a\x00b"}, "notes"),
        ({"place": "x" * 121}, "place"),
    ],
)
def test_each_fault_is_told_at_its_field_and_nothing_is_lost(client, case, changes, field):
    response = client.post(page_of(case, "attention_create"), posted(**changes))

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert response.context["form"].data["key"]
    assert not Attention.objects.exists()


def test_who_did_not_come_needs_no_minutes(client, case):
    client.post(page_of(case, "attention_create"), posted(state="missed", minutes="45"))

    assert Attention.objects.get().minutes is None


def test_an_attempt_is_recorded_and_voided_on_pages(client, case):
    page = page_of(case, "attempt_create")
    assert client.get(page).status_code == 200
    typed = {"key": str(uuid4()), "on": timezone.localdate().isoformat(), "channel": "call"}

    wrong = client.post(page, typed | {"outcome": ""})
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"outcome"})
    sent = typed | {"outcome": "no_answer", "note": "Sonó ocupado"}
    assert client.post(page, sent)["Location"] == page_of(case, "plan_detail")

    attempt = ContactAttempt.objects.get()
    assert "Sonó ocupado" in client.get(page_of(case, "plan_detail")).content.decode()
    void = page_of(case, "attempt_void", attempt.public_id)
    assert client.get(void).status_code == 200
    client.post(void, {"version": 1, "reason": "Era otra persona"})
    assert not ContactAttempt.objects.standing().exists()


@pytest.mark.rule("SEC-3", "SEC-4")
@pytest.mark.parametrize(("here", "status"), [(True, 403), (False, 404)])
def test_only_whoever_accompanies_the_person_records(client, case, office, here, status):
    attention, attempt = AttentionFactory(case=case), AttemptFactory(case=case)
    at = office if here else OrganizationFactory()
    client.force_login(UserFactory(caseworker=True, at=at))

    for name, more in [
        ("attention_create", []),
        ("attention_void", [attention.public_id]),
        ("attempt_create", []),
        ("attempt_void", [attempt.public_id]),
    ]:
        assert client.get(page_of(case, name, *more)).status_code == status, name
        assert client.post(page_of(case, name, *more), posted()).status_code == status, name


def test_records_of_somebody_else_are_not_voided_through_an_own_case(client, case):
    other = CaseFactory(person=PersonFactory(office=case.office))
    attention, attempt = AttentionFactory(case=other), AttemptFactory(case=other)

    for name, record in [("attention_void", attention), ("attempt_void", attempt)]:
        assert client.get(page_of(case, name, record.public_id)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_the_person_asks_the_same_queries(
    client, case, caseworker, count, django_assert_num_queries
):
    for _each in range(count):
        attentions.record_attention(case, by=caseworker, **given())
        AttemptFactory(case=case)

    with django_assert_num_queries(14):
        client.get(page_of(case))


def test_the_service_of_an_attention_is_told_once(client, case, caseworker):
    attentions.record_attention(case, by=caseworker, **given())

    titles = [str(each["title"]) for each in client.get(page_of(case)).context["activities"]]

    assert titles == ["2a Coaching laboral · La recibió"]
    assert Case.objects.count() == 1


@pytest.mark.rule("CASE-31")
def test_today_says_with_whom_contact_is_late_and_what_is_for_today(client, case):
    silent = client.get("/").context["blocks"]
    (line,) = [each for block in silent for each in block.lines if each.state == "Sin contacto"]
    assert (line.person, line.url) == (case.person_id, page_of(case, "plan_detail"))

    today = timezone.localdate()
    AttentionFactory(case=case, on=days_ago(1), next_step="Ir al MTPS", next_step_on=today)
    lines = [each for block in client.get("/").context["blocks"] for each in block.lines]
    about = page_of(case, "plan_detail")
    assert [each.title for each in lines if each.url == about] == [
        f"{case.person.display_name}: Ir al MTPS"
    ]
