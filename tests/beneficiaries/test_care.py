"""Needs, vulnerability and risk, and the safety protocol that follows from them (CASE-18)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions.history import OtherContent
from accounts.actions.reasons import give_reason
from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries import registry
from beneficiaries.actions import care, casework, moves
from beneficiaries.actions.duplicates import close_task
from beneficiaries.actions.moves import StillToBeDone
from beneficiaries.choices import (
    CaseState,
    CloseReason,
    ProtocolState,
    RiskLevel,
    TaskKind,
    YesNo,
)
from beneficiaries.jobs import raise_missing_alarms
from beneficiaries.models import (
    Conflict,
    Person,
    Risk,
    SafetyProtocol,
    Screening,
    Task,
    VulnerabilityFlag,
)
from beneficiaries.rules.care import calls_for_protocol
from genesis.lib.states import MoveNotAllowed, StaleRecord
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    CaseFactory,
    ConsentFactory,
    ContactFactory,
    LookupFactory,
    PersonFactory,
    ScreeningFactory,
    closing_columns,
)
from tests.threads import in_threads, meet_at_first_locks

pytestmark = pytest.mark.django_db
NOT_ASSESSED = "primero la evaluación del riesgo"
FOUND = {
    "level": RiskLevel.MEDIUM,
    "means": "No tiene a mano.",
    "plan": "Sin plan.",
    "timing": "No inmediato.",
    "protective_factors": "Su hermana la acompaña.",
    "measures": "Llamada diaria.",
}


@pytest.fixture(autouse=True)
def lists():
    for code in ("employment", "food", "shelter"):
        LookupFactory(list="need", code=code, es=code, en=code)
    for code in ("gbv", "threat", "suicide_risk", "disability"):
        LookupFactory(list="vulnerability", code=code, es=code, en=code)


@pytest.fixture
def case(office, caseworker):
    person = PersonFactory(office=office, caseworker=caseworker)
    ContactFactory(person=person)
    ConsentFactory(person=person, purpose="sensitive")
    return CaseFactory(person=person, screened=False)


@pytest.fixture
def supervisor(office):
    return UserFactory(role=Role.CLINICAL_SUPERVISOR, at=office)


def told(case, **changes):
    """What somebody answers who is in no danger."""
    return {
        "key": uuid4(),
        "on": case.opened_on,
        "needs": {"employment": 1, "food": 3},
        "flags": [],
        "source": "told",
        "audience": "team",
        "level": RiskLevel.NONE,
        "current_danger": "",
        "immediate_action": "",
    } | changes


def posted(case, **changes):
    """The same as a browser sends it."""
    return {
        "key": str(uuid4()),
        "on": case.opened_on.isoformat(),
        "need_employment": "1",
        "need_food": "",
        "need_shelter": "",
        "source": "told",
        "audience": "team",
        "level": "none",
        "current_danger": "",
        "immediate_action": "",
    } | changes


def in_danger(case, by, **changes):
    answers = {"flags": ["threat"], "level": "high", "immediate_action": "Casa de acogida."}
    return care.record_screening(case, **told(case, **answers | changes), by=by)


def page_of(case, name="needs_detail", *more):
    return reverse(f"beneficiaries:{name}", args=[case.person.public_id, *more])


# The rule


@pytest.mark.rule("CASE-18")
@pytest.mark.parametrize(
    ("level", "danger", "flags", "called"),
    [
        (RiskLevel.HIGH, "", [], True),
        (RiskLevel.MEDIUM, YesNo.YES, ["disability"], False),
        (RiskLevel.NONE, "", ["suicide_risk"], True),
        (RiskLevel.NONE, "", ["disability", "threat"], True),
        (RiskLevel.LOW, YesNo.YES, ["gbv"], True),
        (RiskLevel.LOW, YesNo.NO, ["gbv"], False),
        (RiskLevel.LOW, YesNo.NO_ANSWER, ["gbv"], False),
        (RiskLevel.NONE, "", [], False),
    ],
)
def test_what_calls_for_a_safety_protocol(level, danger, flags, called):
    assert calls_for_protocol(level, danger, flags) is called


# Asking


def test_answers_are_kept_and_the_case_is_screened(case, caseworker):
    assert casework_blocked_by(case) == ["Necesidades y riesgo"]

    kept = care.record_screening(
        case, **told(case, flags=["gbv"], current_danger=YesNo.NO), by=caseworker
    )

    priorities = kept.needs.order_by("priority").values_list("need__code", "priority")
    assert list(priorities) == [("employment", 1), ("food", 3)]
    assert kept.flags.get().flag.code == "gbv"
    case.refresh_from_db()
    assert case.state == CaseState.SCREENED
    verbs = set(Activity.objects.values_list("verb", flat=True))
    assert verbs == {"needs.recorded", "case.screened"}
    assert not SafetyProtocol.objects.exists()


def casework_blocked_by(case):
    return [str(each.title) for check in registry.SCREENING for each in check(case)]


def test_a_case_is_not_screened_before_needs_and_risk_are_known(case, caseworker):
    with pytest.raises(StillToBeDone, match="Necesidades y riesgo"):
        casework.screen_case(case, version=1, by=caseworker)


@pytest.mark.rule("CASE-3", "CASE-18")
def test_a_danger_is_recorded_of_everybody_and_a_vulnerability_of_who_agreed(
    client, case, caseworker
):
    case.person.consents.all().delete()
    give_reason(case.person.pk, level="D4", reason="Tamizaje.", by=caseworker)
    page = page_of(case, "screening_create")

    assert {"flags", "source", "audience"}.isdisjoint(client.get(page).context["form"].fields)
    refused = client.post(page, posted(case, flags=["threat"]))
    assert refused.status_code == 422
    assert "Datos sensibles" in refused.content.decode()
    assert refused.context["form"]["flags"].value() == ["threat"]
    assert not Screening.objects.exists()

    typed = posted(case, level="medium")
    del typed["source"], typed["audience"]
    unsaid = client.post(page, typed)
    assert "current_danger" in unsaid.context["form"].errors
    assert client.post(page, typed | {"current_danger": "yes"}).status_code == 302
    assert not VulnerabilityFlag.objects.exists()
    assert SafetyProtocol.objects.open().get().person == case.person


@pytest.mark.rule("CASE-3", "CASE-18")
def test_what_was_known_stays_where_vulnerabilities_are_not_asked_again(case, caseworker):
    care.record_screening(case, **told(case, flags=["threat"], source="seen"), by=caseworker)
    case.person.consents.all().delete()

    later = told(case, flags=None, current_danger=YesNo.NO)
    again = care.record_screening(case, **later, by=caseworker)

    assert (again.flags.get().flag.code, again.flags.get().source) == ("threat", "seen")
    assert again.risk.calls_for_protocol


@pytest.mark.rule("CASE-3", "CASE-18")
def test_a_form_without_vulnerabilities_drops_none_when_she_agrees_meanwhile(
    client, case, caseworker
):
    care.record_screening(case, **told(case, flags=["threat"]), by=caseworker)
    consents = case.person.consents.filter(purpose="sensitive")
    consents.update(withdrawn_at=timezone.now(), withdrawn_by=caseworker, withdrawn_reason="No.")
    give_reason(case.person_id, level="D4", reason="Visita.", by=caseworker)
    page = page_of(case, "screening_create")
    assert "source" not in client.get(page).context["form"].fields
    typed = posted(case, on="ayer")
    del typed["source"], typed["audience"]
    ConsentFactory(person=case.person, purpose="sensitive")  # in another tab

    again = client.post(page, typed)
    sent = client.post(page, typed | {"on": case.opened_on.isoformat(), "current_danger": "no"})

    assert "flags" not in again.context["form"].fields
    assert "Para anotarlas, guarde" in again.content.decode()
    assert sent.status_code == 302
    assert care.latest_screening(case).flags.get().flag.code == "threat"
    assert "flags" in client.get(page).context["form"].fields


@pytest.mark.rule("CASE-3", "CASE-18")
def test_what_was_unticked_goes_though_the_consent_is_taken_back_meanwhile(
    client, case, caseworker
):
    care.record_screening(case, **told(case, flags=["disability"]), by=caseworker)
    give_reason(case.person_id, level="D4", reason="Visita.", by=caseworker)
    page = page_of(case, "screening_create")
    assert "source" in client.get(page).context["form"].fields
    case.person.consents.all().delete()  # in another tab

    assert client.post(page, posted(case)).status_code == 302

    assert not care.latest_screening(case).flags.exists()


@pytest.mark.rule("CASE-3", "CASE-18")
@pytest.mark.parametrize("danger", [YesNo.YES, YesNo.NO, YesNo.NO_ANSWER])
def test_where_vulnerabilities_are_not_asked_a_danger_of_today_is_enough(case, caseworker, danger):
    with pytest.raises(ValidationError, match="todas las personas"):
        care.record_screening(case, **told(case, flags=None), by=caseworker)

    care.record_screening(case, **told(case, flags=None, current_danger=danger), by=caseworker)

    assert SafetyProtocol.objects.exists() is (danger == YesNo.YES)


@pytest.mark.rule("CASE-3")
def test_fewer_may_always_read_a_vulnerability_and_more_only_with_the_consent(case, caseworker):
    care.record_screening(case, **told(case, flags=["disability"]), by=caseworker)
    flag = VulnerabilityFlag.objects.get()
    case.person.consents.all().delete()
    answers = {"source": "told", "confirmed": False, "by": caseworker}

    care.change_flag(flag, version=1, audience="caseworker", **answers)
    with pytest.raises(ValidationError, match="Datos sensibles"):
        care.change_flag(flag, version=2, audience="team", **answers)
    with pytest.raises(ValidationError, match="Datos sensibles"):
        care.change_flag(flag, version=2, audience="caseworker", **answers | {"confirmed": True})

    flag.refresh_from_db()
    assert (flag.audience, flag.confirmed_by) == ("caseworker", None)


@pytest.mark.rule("CASE-37")
def test_of_whose_data_are_restricted_nobody_says_that_she_refused(client, case, caseworker):
    give_reason(case.person.pk, level="D4", reason="Tamizaje.", by=caseworker)
    Person.objects.update(restricted_at=timezone.now())

    page = client.get(page_of(case, "screening_create")).content.decode()

    assert "mientras sus datos estén limitados" in page
    assert "/consentimientos/sensitive/" not in page


@pytest.mark.rule("SEC-16")
def test_the_same_form_twice_is_one_screening(case, caseworker):
    answers = told(case)

    first, second = (care.record_screening(case, **answers, by=caseworker) for _each in range(2))

    assert first == second
    with pytest.raises(OtherContent):
        care.record_screening(case, **answers | {"level": RiskLevel.LOW}, by=caseworker)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"needs": {}}, "prioridad"),
        ({"needs": {"yate": 1}}, "necesidad"),
        ({"flags": ["yate"]}, "vulnerabilidad"),
        ({"flags": ["gbv"]}, "sobrevivió violencia"),
        ({"level": RiskLevel.HIGH}, "de inmediato"),
        ({"on": timezone.localdate() + timedelta(days=1)}, "hasta hoy"),
    ],
)
def test_answers_that_cannot_be_are_refused(case, caseworker, changes, words):
    with pytest.raises(ValidationError, match=words):
        care.record_screening(case, **told(case, **changes), by=caseworker)

    assert not Screening.objects.exists()


def test_nothing_is_asked_in_a_case_that_has_ended(office, caseworker):
    case = CaseFactory(person=PersonFactory(office=office), state=CaseState.CLOSED)

    with pytest.raises(care.CaseEnded):
        care.record_screening(case, **told(case), by=caseworker)


def test_a_vulnerability_keeps_since_when_and_from_whom_it_is_known(case, caseworker):
    care.record_screening(case, **told(case, flags=["disability"], source="seen"), by=caseworker)
    flag = VulnerabilityFlag.objects.get()
    care.change_flag(
        flag, version=1, source="document", audience="coordination", confirmed=True, by=caseworker
    )

    later = told(case, flags=["disability"], on=case.opened_on + timedelta(days=9))
    again = care.record_screening(case, **later, by=caseworker).flags.get()

    assert (again.source, again.audience) == ("document", "coordination")
    assert (again.on, again.confirmed_by) == (case.opened_on, caseworker)


def test_a_confirmation_is_taken_back_and_an_old_page_changes_nothing(case, caseworker):
    care.record_screening(case, **told(case, flags=["disability"]), by=caseworker)
    flag = VulnerabilityFlag.objects.get()
    answers = {"source": "told", "audience": "team", "by": caseworker}

    care.change_flag(flag, version=1, confirmed=True, **answers)
    care.change_flag(flag, version=2, confirmed=False, **answers)

    flag.refresh_from_db()
    assert (flag.confirmed_by, flag.confirmed_at) == (None, None)
    with pytest.raises(StaleRecord):
        care.change_flag(flag, version=1, confirmed=True, **answers)


@pytest.mark.rule("CASE-12")
def test_history_keeps_no_protected_value(case, caseworker):
    care.record_screening(case, **told(case, flags=["disability"]), by=caseworker)
    answers = {"source": "family", "audience": "caseworker", "confirmed": False}
    care.change_flag(VulnerabilityFlag.objects.get(), version=1, **answers, by=caseworker)

    kept = str(list(Activity.objects.values_list("changes", flat=True)))
    assert "family" not in kept
    assert "disability" not in kept


@pytest.mark.parametrize(
    "values", [{"level": "high"}, {"level": "huge"}, {"current_danger": "maybe"}]
)
def test_the_database_refuses_a_risk_that_cannot_be(case, values):
    screening = Screening.objects.create(case=case, on=case.opened_on)

    with pytest.raises(IntegrityError), transaction.atomic():
        Risk.objects.create(screening=screening, **{"level": "low", **values})


# The alarm


@pytest.mark.rule("CASE-18")
def test_danger_leaves_a_task_for_the_same_day_to_the_clinical_supervisor(
    case, caseworker, supervisor, office
):
    coordinator = UserFactory(coordinator=True, at=office)

    in_danger(case, caseworker)

    task = Task.objects.get()
    assert (task.kind, task.person, task.office) == ("safety_protocol", case.person, office)
    assert (task.role, task.due_on) == (Role.CLINICAL_SUPERVISOR, timezone.localdate())
    assert list(Task.objects.visible_to(supervisor)) == [task]
    assert not Task.objects.visible_to(coordinator).exists()
    elsewhere = UserFactory(role=Role.CLINICAL_SUPERVISOR, at=OrganizationFactory())
    assert not Task.objects.visible_to(elsewhere).exists()
    assert SafetyProtocol.objects.get().state == ProtocolState.ACTIVE


@pytest.mark.rule("CASE-18")
def test_without_a_clinical_supervisor_the_task_is_the_coordinators(case, caseworker, office):
    UserFactory(role=Role.CLINICAL_SUPERVISOR, at=OrganizationFactory())
    coordinator = UserFactory(coordinator=True, at=office)

    in_danger(case, caseworker)

    assert Task.objects.visible_to(coordinator).get().role == Role.TERRITORIAL_COORDINATOR


@pytest.mark.rule("CASE-18")
def test_a_second_alarm_is_the_same_protocol_and_the_same_task(case, caseworker):
    in_danger(case, caseworker)
    in_danger(case, caseworker)

    assert SafetyProtocol.objects.count() == Task.objects.count() == 1
    assert Risk.objects.filter(protocol=SafetyProtocol.objects.get()).count() == 2


@pytest.mark.rule("CASE-18")
def test_answers_are_kept_when_the_alarm_cannot_be_raised_and_the_clock_raises_it(case, caseworker):
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE beneficiaries_task ADD CONSTRAINT none CHECK (kind <> 'safety_protocol')"
        )

    kept = in_danger(case, caseworker)

    assert kept.risk.level == RiskLevel.HIGH
    case.refresh_from_db()
    assert case.state == CaseState.SCREENED
    assert not SafetyProtocol.objects.exists()

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE beneficiaries_task DROP CONSTRAINT none")
    raise_missing_alarms()
    raise_missing_alarms()
    assert (SafetyProtocol.objects.count(), Task.objects.count()) == (1, 1)
    assert SafetyProtocol.objects.get().raised_by == caseworker


# The protocol


@pytest.mark.rule("CASE-18")
def test_protocol_goes_on_only_after_a_risk_assessment(case, caseworker, supervisor):
    in_danger(case, caseworker)
    protocol, task = SafetyProtocol.objects.get(), Task.objects.get()

    with pytest.raises(care.NotAssessed, match=NOT_ASSESSED):
        care.move_protocol(protocol, version=1, to=ProtocolState.MONITORED, by=supervisor)
    with pytest.raises(ValidationError, match=NOT_ASSESSED):
        close_task(task, version=1, outcome="Ya está.", by=supervisor)
    with pytest.raises(IntegrityError), transaction.atomic():
        SafetyProtocol.objects.update(state="monitored")
    care.assess_risk(protocol, key=uuid4(), by=supervisor, **FOUND)

    task.refresh_from_db()
    assert task.done_by == supervisor
    with pytest.raises(MoveNotAllowed):
        care.move_protocol(protocol, version=2, to=ProtocolState.OFF, by=supervisor)
    care.move_protocol(protocol, version=2, to=ProtocolState.MONITORED, by=supervisor)
    care.move_protocol(protocol, version=3, to=ProtocolState.OFF, by=supervisor)
    protocol.refresh_from_db()
    assert (protocol.state, protocol.ended_by) == (ProtocolState.OFF, supervisor)
    with pytest.raises(ValidationError, match="ha terminado"):
        care.assess_risk(protocol, key=uuid4(), by=supervisor, **FOUND)


@pytest.mark.rule("CASE-18")
def test_an_alarm_while_monitored_asks_for_another_assessment(case, caseworker, supervisor):
    in_danger(case, caseworker)
    protocol = SafetyProtocol.objects.get()
    care.assess_risk(protocol, key=uuid4(), by=supervisor, **FOUND)
    care.move_protocol(protocol, version=2, to=ProtocolState.MONITORED, by=supervisor)

    in_danger(case, caseworker)

    protocol.refresh_from_db()
    assert (protocol.state, protocol.assessment) == (ProtocolState.ACTIVE, None)
    assert Task.objects.open().count() == 1
    with pytest.raises(care.NotAssessed):
        care.move_protocol(
            protocol, version=protocol.version, to=ProtocolState.MONITORED, by=supervisor
        )


@pytest.mark.parametrize("missing", ["means", "plan", "timing", "protective_factors", "measures"])
def test_an_assessment_answers_every_question(case, caseworker, supervisor, missing):
    in_danger(case, caseworker)

    with pytest.raises(ValidationError):
        care.assess_risk(
            SafetyProtocol.objects.get(), key=uuid4(), by=supervisor, **FOUND | {missing: ""}
        )

    assert Task.objects.open().exists()


def test_the_database_keeps_one_open_protocol_of_a_person(case):
    SafetyProtocol.objects.create(person=case.person)

    with pytest.raises(IntegrityError), transaction.atomic():
        SafetyProtocol.objects.create(person=case.person)


@pytest.mark.django_db(transaction=True)
def test_a_screening_and_a_closing_at_once_both_come_to_their_end(case, caseworker, monkeypatch):
    consent = case.person.consents.get(purpose="sensitive")
    type(case).objects.filter(pk=case.pk).update(**closing_columns(case, caseworker))
    by, known = UserFactory(), told(case)
    meet_at_first_locks(monkeypatch, (care, "lock"), (casework, "lock"), (moves, "lock"))

    def close():
        return casework.approve_closing(case, version=case.version, note="Lo pidió.", by=by)

    def screen():
        return care.record_screening(case, **known, by=caseworker)

    closed, screened = in_threads(close, screen)

    assert not isinstance(closed, Exception)
    assert isinstance(screened, care.CaseEnded | Screening)
    case.refresh_from_db()
    consent.refresh_from_db()
    assert (case.state, consent.withdrawn_by) == (CaseState.CLOSED, by)


@pytest.mark.rule("CASE-32")
def test_a_case_is_not_closed_while_a_safety_protocol_goes_on(office, caseworker, supervisor):
    case = CaseFactory(person=PersonFactory(office=office), state=CaseState.ACTIVE)
    coordinator = UserFactory(coordinator=True, at=office)
    protocol = care.open_protocol(case.person, by=supervisor)
    case = casework.request_closing(
        case, version=1, close_reason=CloseReason.GOALS_MET, note="", by=caseworker
    )

    with pytest.raises(StillToBeDone, match="protocolo de seguridad"):
        casework.approve_closing(case, version=2, note="", by=coordinator)

    care.assess_risk(protocol, key=uuid4(), by=supervisor, **FOUND)
    care.move_protocol(protocol, version=2, to=ProtocolState.MONITORED, by=supervisor)
    care.move_protocol(protocol, version=3, to=ProtocolState.OFF, by=supervisor)
    assert casework.approve_closing(case, version=2, note="", by=coordinator).closed_on


# The page


@pytest.mark.rule("CASE-12")
def test_needs_stand_behind_the_gate_and_reading_them_is_kept(client, case, caseworker):
    in_danger(case, caseworker)

    asked = client.get(page_of(case))
    client.post(asked["Location"], {"key": str(uuid4()), "reason": "Preparo la visita"})
    shown = client.get(page_of(case))

    assert (asked.status_code, shown.status_code) == (302, 200)
    assert "Casa de acogida." in shown.content.decode()
    assert ReadLog.objects.filter(kind="protection").get().persons == [case.person_id]


@pytest.mark.rule("CASE-19")
def test_the_page_says_that_it_is_no_diagnosis(client, case, caseworker):
    care.record_screening(case, **told(case), by=caseworker)
    give_reason(case.person_id, level="D4", reason="Visita", by=caseworker)

    page = client.get(page_of(case)).content.decode()

    assert "no es un diagnóstico" in page
    assert "no le quita ningún servicio" in page


@pytest.mark.rule("CASE-12")
def test_coordination_reads_categories_without_what_was_said(client, case, caseworker, office):
    flags = {"flags": ["threat", "disability"], "audience": "coordination"}
    in_danger(case, caseworker, **flags)
    VulnerabilityFlag.objects.filter(flag__code="disability").update(audience="team")
    coordinator = UserFactory(coordinator=True, at=office)
    client.force_login(coordinator)
    give_reason(case.person_id, level="D4", reason="Supervisión", by=coordinator)

    shown = client.get(page_of(case))

    assert [each.flag.code for each in shown.context["flags"]] == ["threat"]
    page = shown.content.decode()
    assert "Alto" in page
    assert "Casa de acogida." not in page
    assert client.get(page_of(case, "screening_create")).status_code == 403


@pytest.mark.rule("CASE-12")
def test_who_attends_reads_what_is_not_for_the_caseworker_alone(client, case, caseworker, office):
    in_danger(case, caseworker, flags=["threat", "disability"])
    VulnerabilityFlag.objects.filter(flag__code="disability").update(audience="caseworker")
    psychologist = UserFactory(role=Role.PSYCHOLOGIST, at=office)
    case.person.assignments.update(user=psychologist)
    client.force_login(psychologist)
    give_reason(case.person_id, level="D4", reason="Sesión", by=psychologist)

    shown = client.get(page_of(case))

    assert [each.flag.code for each in shown.context["flags"]] == ["threat"]
    assert "Casa de acogida." in shown.content.decode()


@pytest.mark.rule("SEC-3", "SEC-4")
@pytest.mark.parametrize(("here", "status"), [(True, 403), (False, 404)])
def test_a_colleague_and_another_office_read_nothing(client, case, office, here, status):
    at = office if here else OrganizationFactory()
    client.force_login(UserFactory(caseworker=True, at=at))

    for name in ("needs_detail", "screening_create"):
        assert client.get(page_of(case, name)).status_code == status


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_queries(client, case, caseworker, count, django_assert_num_queries):
    for number in range(count):
        in_danger(case, caseworker, on=case.opened_on + timedelta(days=number))
    give_reason(case.person_id, level="D4", reason="Visita", by=caseworker)

    with django_assert_num_queries(13):
        client.get(page_of(case))


def test_needs_are_asked_on_a_page(client, case):
    give_reason(case.person_id, level="D4", reason="Visita", by=case.person.assignments.get().user)
    form = client.get(page_of(case, "screening_create"))
    assert "need_food" in form.content.decode()

    answer = posted(case, need_food="2", flags=["disability"])
    response = client.post(page_of(case, "screening_create"), answer)

    assert response["Location"] == page_of(case)
    kept = Screening.objects.get()
    assert dict(kept.needs.values_list("need__code", "priority")) == {"employment": 1, "food": 2}
    again = client.get(page_of(case, "screening_create")).context["form"]
    assert again.initial["need_food"] == 2
    assert again.initial["flags"] == ["disability"]
    assert "level" not in again.initial


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"need_employment": ""}, "__all__"),
        ({"need_employment": "4"}, "need_employment"),
        ({"flags": ["yate"]}, "flags"),
        ({"flags": ["gbv"]}, "current_danger"),
        ({"level": "high"}, "immediate_action"),
        ({"level": ""}, "level"),
        ({"on": "2031-01-01"}, "on"),
        ({"on": "ayer"}, "on"),
    ],
)
def test_each_fault_is_told_at_its_field_and_nothing_is_lost(client, case, changes, field):
    response = client.post(page_of(case, "screening_create"), posted(case, **changes))

    assert response.status_code == 422
    errors = response.context["form"].errors
    assert field in errors
    assert response.context["form"].data["source"] == "told"
    assert not Screening.objects.exists()


def test_a_vulnerability_is_confirmed_on_a_page(client, case, caseworker):
    care.record_screening(case, **told(case, flags=["disability"]), by=caseworker)
    give_reason(case.person_id, level="D4", reason="Visita", by=caseworker)
    page = page_of(case, "flag_change", VulnerabilityFlag.objects.get().public_id)
    assert client.get(page).status_code == 200

    answer = {"version": 1, "source": "document", "audience": "team", "confirmed": "on"}
    assert client.post(page, answer)["Location"] == page_of(case)

    assert VulnerabilityFlag.objects.get().confirmed_by == caseworker


def test_whoever_is_under_eighteen_has_no_case_and_no_screening(client, office, caseworker):
    person = PersonFactory(office=office, caseworker=caseworker)
    give_reason(person.pk, level="D4", reason="Visita", by=caseworker)
    pages = [
        reverse(f"beneficiaries:{name}", args=[person.public_id])
        for name in ("needs_detail", "screening_create")
    ]

    assert [client.get(each).status_code for each in pages] == [200, 404]


# The pages of protocols


@pytest.mark.rule("CASE-18")
def test_the_case_team_sees_that_a_protocol_is_active_and_no_detail(
    client, case, caseworker, office
):
    in_danger(case, caseworker)
    pages = [page_of(case, name) for name in ("person_detail", "plan_detail")]

    for page in pages:
        shown = client.get(page).content.decode()
        assert "Protocolo de seguridad activo" in shown
        assert "threat" not in shown
        assert "Casa de acogida" not in shown
    client.force_login(UserFactory(caseworker=True, at=office))
    for page in pages:
        assert "Protocolo de seguridad activo" not in client.get(page).content.decode()


@pytest.mark.rule("CASE-18")
def test_the_supervisor_assesses_and_ends_on_pages(client, case, caseworker, supervisor):
    in_danger(case, caseworker)
    protocol = SafetyProtocol.objects.get()
    client.force_login(supervisor)
    listed = client.get(reverse("beneficiaries:protocol_list"))
    assert case.person.display_name in listed.content.decode()
    to_give = client.get(protocol.get_absolute_url())["Location"]
    asked = client.get(to_give)
    assert asked.status_code == 200
    client.post(to_give, {"key": str(uuid4()), "reason": "Evalúo el riesgo"})

    for name in ("risk_assess", "protocol_move"):
        address = reverse(f"beneficiaries:{name}", args=[protocol.public_id])
        assert client.get(address).status_code == 200
    early = client.post(address, {"version": 1, "to": "monitored"})
    assert early.status_code == 422
    assert NOT_ASSESSED in early.content.decode()
    wrong = client.post(
        reverse("beneficiaries:risk_assess", args=[protocol.public_id]),
        FOUND | {"key": str(uuid4()), "plan": ""},
    )
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"plan"})
    client.post(
        reverse("beneficiaries:risk_assess", args=[protocol.public_id]),
        FOUND | {"key": str(uuid4())},
    )
    for version, to in [(2, "monitored"), (3, "off")]:
        assert client.post(address, {"version": version, "to": to}).status_code == 302
    protocol.refresh_from_db()
    assert protocol.state == ProtocolState.OFF
    assert client.get(address).status_code == 302


def test_a_coordinator_begins_a_protocol_on_a_page(client, case, office):
    client.force_login(UserFactory(coordinator=True, at=office))
    assert client.get(page_of(case, "protocol_open")).status_code == 200

    client.post(page_of(case, "protocol_open"), {"key": str(uuid4())})

    assert SafetyProtocol.objects.get().state == ProtocolState.ACTIVE
    assert Task.objects.get().kind == TaskKind.SAFETY_PROTOCOL


@pytest.mark.rule("CASE-16")
def test_what_was_found_only_clinical_supervision_and_its_author_read(
    client, case, caseworker, supervisor, office
):
    in_danger(case, caseworker)
    protocol = SafetyProtocol.objects.get()
    care.assess_risk(protocol, key=uuid4(), by=supervisor, **FOUND)
    coordinator = UserFactory(coordinator=True, at=office)

    for user, level, reads in [(supervisor, "D5", True), (coordinator, "D4", False)]:
        client.force_login(user)
        assert client.get(protocol.get_absolute_url()).status_code == 302
        give_reason(case.person_id, level=level, reason="Supervisión", by=user)
        page = client.get(protocol.get_absolute_url()).content.decode()
        assert ("Su hermana la acompaña." in page) is reads


@pytest.mark.rule("SEC-3", "SEC-4")
def test_protocols_of_another_office_are_as_none(client, case, caseworker):
    in_danger(case, caseworker)
    protocol = SafetyProtocol.objects.get()
    client.force_login(UserFactory(role=Role.CLINICAL_SUPERVISOR, at=OrganizationFactory()))

    assert not client.get(reverse("beneficiaries:protocol_list")).context["rows"]
    for name in ("protocol_detail", "risk_assess", "protocol_move"):
        address = reverse(f"beneficiaries:{name}", args=[protocol.public_id])
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_protocols_asks_the_same_queries(
    client, office, supervisor, count, django_assert_num_queries
):
    for _each in range(count):
        care.open_protocol(CaseFactory(person=PersonFactory(office=office)).person, by=None)
    client.force_login(supervisor)

    with django_assert_num_queries(7):
        page = client.get(reverse("beneficiaries:protocol_list"))

    assert len(page.context["rows"]) == count


def test_a_screening_of_before_is_shown_beside_the_latest(client, case, caseworker):
    ScreeningFactory(case=case)
    in_danger(case, caseworker, on=case.opened_on + timedelta(days=3))
    give_reason(case.person_id, level="D4", reason="Visita", by=caseworker)

    shown = client.get(page_of(case)).context

    assert shown["screening"].risk.level == RiskLevel.HIGH
    assert [each.risk.level for each in shown["earlier"]] == [RiskLevel.NONE]


@pytest.mark.rule("CASE-18")
def test_today_says_whose_risk_is_to_be_assessed(client, case, caseworker, supervisor):
    in_danger(case, caseworker)
    client.force_login(supervisor)

    (block,) = client.get("/").context["blocks"]
    (line,) = block.lines
    assert line.url == SafetyProtocol.objects.get().get_absolute_url()
    care.assess_risk(SafetyProtocol.objects.get(), key=uuid4(), by=supervisor, **FOUND)

    [after] = client.get("/").context["blocks"][0].lines
    assert (after.url, after.detail) == (line.url, "")  # it goes on until somebody ends it


def test_a_relative_follows_no_protocol(client, case, caseworker, supervisor):
    in_danger(case, caseworker)
    noted = {"kind": "relative", "noted_by": caseworker}
    Conflict.objects.create(person=case.person, user=supervisor, **noted)
    client.force_login(supervisor)

    assert not client.get(reverse("beneficiaries:protocol_list")).context["rows"]
    assert client.get(SafetyProtocol.objects.get().get_absolute_url()).status_code == 404
