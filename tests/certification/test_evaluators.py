"""The register of evaluators: whose certificate, from when until when, at which centre."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from certification.actions import enrolling, evaluators, planning
from certification.actions.refusals import NotInThatRole, NotPossible
from certification.choices import CertificateState, EvaluatorState
from certification.models import Evaluator, EvaluatorAccreditation, EvaluatorCentre
from tests.certification.unchanged import refusal
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import DistrictFactory
from tests.factories.certification import (
    AssessmentFactory,
    CentreFactory,
    CertificateFactory,
    EvaluatorAccreditationFactory,
    EvaluatorFactory,
    StandardFactory,
    let_assess,
)

pytestmark = pytest.mark.django_db


def coordination():
    return UserFactory(programme_coordinator=True)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def certificate():
    return CertificateFactory(holder_name="Ana Lucía Paz Menjívar")


@pytest.fixture
def holder():
    """The evaluator who holds that certificate."""
    return EvaluatorFactory(
        user=UserFactory(evaluator=True, first_name="Ana", last_name="Paz Menjívar")
    )


def propose(evaluator, standard, **changes):
    told = {"folio": "", "external_evidence": "", "sponsor": "", "by": coordination()}
    return evaluators.propose_evaluator(evaluator, key=uuid4(), standard=standard, **told | changes)


def accredit(proposed, first, last):
    return evaluators.accredit_evaluator(
        proposed, version=1, valid_from=first, valid_until=last, by=coordination()
    )


# The own certificate


@pytest.mark.rule("CERT-4")
def test_the_holder_of_the_certificate_is_accredited_by_its_folio(holder, certificate, today):
    proposed = propose(holder, certificate.standard, folio=certificate.folio.lower())
    made = accredit(proposed, today, today + timedelta(days=365))

    assert (made.own_certificate, made.panel_seat) == (certificate, None)
    assert list(EvaluatorAccreditation.objects.active_on(today)) == [made]
    assert Activity.objects.get(verb="evaluator.accredited").record_id == made.pk


@pytest.mark.rule("CERT-4")
@pytest.mark.parametrize(
    "case", ["another's", "unknown", "of another standard", "expired", "suspended"]
)
def test_any_other_certificate_is_refused_in_the_same_words(holder, certificate, today, case):
    standard, folio = certificate.standard, certificate.folio
    match case:
        case "another's":
            holder = EvaluatorFactory(
                user=UserFactory(evaluator=True, first_name="Rosa", last_name="Menjívar")
            )
        case "unknown":
            folio = "GS-2026-CON002-999999-9"
        case "of another standard":
            standard = StandardFactory()
        case "expired":
            issued = today - timedelta(days=30)
            certificate = CertificateFactory(
                holder_name="Ana Lucía Paz Menjívar",
                issued_on=issued,
                valid_until=today - timedelta(days=1),
            )
            standard, folio = certificate.standard, certificate.folio
        case "suspended":
            suspended = CertificateFactory(
                holder_name="Ana Lucía Paz Menjívar", state=CertificateState.SUSPENDED
            )
            standard, folio = suspended.standard, suspended.folio

    with refusal(ValidationError, match="No hay un certificado vigente con este folio"):
        propose(holder, standard, folio=folio)


@pytest.mark.rule("CERT-4")
def test_once_there_are_certificates_there_is_no_founding_panel(holder, certificate, today):
    panel = {"external_evidence": "Veinte años de obra", "sponsor": "Cámara de la obra"}
    before = EvaluatorAccreditationFactory(standard=certificate.standard, proposed=True)

    with refusal(evaluators.NoFoundingPanel):
        propose(holder, certificate.standard, **panel)
    with refusal(evaluators.NoFoundingPanel):
        accredit(before, today, today)
    propose(holder, StandardFactory(), **panel)


@pytest.mark.rule("CERT-4")
def test_the_database_asks_for_the_certificate_or_a_seat_of_the_panel(certificate):
    made = EvaluatorAccreditationFactory()
    wrong = [
        {"panel_seat": None},
        {"panel_seat": 3},
        {"external_evidence": ""},
        {"sponsor": ""},
        {"own_certificate": certificate},
        {"valid_until": None},
        {"state": "suspended"},
    ]

    for each in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            EvaluatorAccreditation.objects.filter(pk=made.pk).update(**each)


@pytest.mark.rule("CERT-4")
def test_the_own_certificate_is_in_force_on_the_day_of_the_session(holder, today):
    """Of the days that it is accredited for, those on which the certificate holds."""
    last = today + timedelta(days=5)
    certificate = CertificateFactory(holder_name="Ana Paz Menjívar", valid_until=last)
    assessment = AssessmentFactory(
        admitted=True, standard_version=certificate.assessment.standard_version
    )
    accredit(
        propose(holder, certificate.standard, folio=certificate.folio),
        today,
        today + timedelta(days=365),
    )
    centre, user = let_assess(certificate.standard, evaluator=holder.user)

    def plan(day):
        return enrolling.propose_plan(
            assessment,
            version=assessment.version,
            centre=centre,
            evaluator=user,
            scheduled_for=day,
            scheduled_at=time(9, 0),
            by=assessment.enrolled_by,
        )

    with refusal(planning.EvaluatorNotReady):
        plan(last + timedelta(days=1))
    assert plan(last).scheduled_for == last


def test_nobody_is_accredited_on_a_training_or_a_certificate_not_in_force(holder, today):
    certificate = CertificateFactory(
        holder_name="Ana Paz Menjívar", valid_until=today + timedelta(days=1)
    )
    proposed = propose(holder, certificate.standard, folio=certificate.folio)
    after = today + timedelta(days=2)

    with refusal(NotPossible, match="certificado propio"):
        accredit(proposed, after, after)
    Evaluator.objects.update(certificate_expires_on=today)
    with refusal(NotPossible, match="formación"):
        accredit(proposed, after, after)


@pytest.mark.parametrize(("first", "last"), [(2, 1), (-5, -1)])
def test_the_days_follow_each_other_and_are_not_over(first, last, today):
    proposed = EvaluatorAccreditationFactory(proposed=True)

    with pytest.raises(ValidationError) as caught:
        accredit(proposed, today + timedelta(days=first), today + timedelta(days=last))

    assert list(caught.value.error_dict) == ["valid_until"]


def test_days_that_overlap_are_refused_and_those_that_follow_are_not(today):
    held = EvaluatorAccreditationFactory(valid_until=today + timedelta(days=10))
    proposed = EvaluatorAccreditationFactory(
        evaluator=held.evaluator, standard=held.standard, proposed=True
    )
    last = today + timedelta(days=300)

    with refusal(ValidationError):
        accredit(proposed, today + timedelta(days=10), last)
    accredit(proposed, today + timedelta(days=11), last)


# The register


def test_who_evaluates_is_registered_once(today):
    user, by = UserFactory(evaluator=True), coordination()
    told = {
        "sex": "F",
        "department": DistrictFactory().department,
        "certificate_number": "PE-1",
        "certificate_issued_on": today,
        "certificate_expires_on": None,
    }
    key = uuid4()

    first = evaluators.register_evaluator(key=key, user=user, by=by, **told)
    again = evaluators.register_evaluator(key=key, user=user, by=by, **told)

    assert first == again
    with refusal(ValidationError):
        evaluators.register_evaluator(key=uuid4(), user=user, by=by, **told)
    with refusal(NotInThatRole):
        evaluators.register_evaluator(key=uuid4(), user=UserFactory(caseworker=True), by=by, **told)


def test_somebody_evaluates_at_a_centre_from_one_day_to_another(today):
    known, centre, by = EvaluatorFactory(), CentreFactory(), coordination()
    days = {"valid_from": today, "valid_until": None}

    made = evaluators.join_centre(known, key=uuid4(), centre=centre, by=by, **days)
    with refusal(ValidationError):
        evaluators.join_centre(known, key=uuid4(), centre=centre, by=by, **days)
    with refusal(ValidationError):
        evaluators.leave_centre(made, version=1, valid_until=today - timedelta(days=1), by=by)
    evaluators.leave_centre(made, version=1, valid_until=today, by=by)

    assert list(EvaluatorCentre.objects.on(today)) == [made]
    assert not EvaluatorCentre.objects.on(today + timedelta(days=1)).exists()


@pytest.mark.rule("SEC-13")
def test_nobody_corrects_the_own_record_or_adds_the_own_centre(today):
    known = EvaluatorFactory()
    answers = {
        "sex": "F",
        "department": known.department,
        "certificate_number": "PE-9",
        "certificate_issued_on": today,
        "certificate_expires_on": None,
    }
    days = {"valid_from": today, "valid_until": None}

    with refusal(evaluators.OwnAccreditation):
        evaluators.change_evaluator(known, version=1, by=known.user, **answers)
    centre = CentreFactory()
    with refusal(evaluators.OwnAccreditation):
        evaluators.join_centre(known, key=uuid4(), centre=centre, by=known.user, **days)
    made = evaluators.join_centre(
        known, key=uuid4(), centre=CentreFactory(), by=coordination(), **days
    )
    with refusal(evaluators.OwnAccreditation):
        evaluators.leave_centre(made, version=1, valid_until=today, by=known.user)


@pytest.mark.rule("CERT-16")
def test_nobody_leaves_the_register(today):
    made = EvaluatorAccreditationFactory()
    EvaluatorCentre.objects.create(
        evaluator=made.evaluator, centre=CentreFactory(), valid_from=today, given_by=made.state_by
    )

    for model in (EvaluatorAccreditation, EvaluatorCentre, Evaluator):
        with pytest.raises(IntegrityError, match="CERT-16"), transaction.atomic():
            model.objects.all()._raw_delete("default")
    with pytest.raises(IntegrityError, match="CERT-16"), transaction.atomic():
        EvaluatorAccreditation.objects.update(valid_until=today)


# Pages


@pytest.mark.rule("SEC-3", "SEC-4")
def test_a_manager_sees_the_evaluators_of_the_own_centre_today(client, today):
    centre = CentreFactory()
    here, gone, elsewhere = (EvaluatorFactory() for _each in range(3))
    yesterday = today - timedelta(days=1)
    for known, place, last in [
        (here, centre, None),
        (gone, centre, yesterday),
        (elsewhere, CentreFactory(), None),
    ]:
        EvaluatorCentre.objects.create(
            evaluator=known,
            centre=place,
            valid_from=yesterday,
            valid_until=last,
            given_by=known.registered_by,
        )
    client.force_login(UserFactory(centre_manager=True, at=centre.organization))

    listed = client.get(reverse("certification:evaluator_list"))

    assert listed.context["page"].rows == [here]
    for known, status in [(here, 200), (gone, 404), (elsewhere, 404)]:
        assert client.get(known.get_absolute_url()).status_code == status


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_asks_the_same_for_one_row_and_for_three(
    client, django_assert_max_num_queries, rows, today
):
    known, by = EvaluatorFactory(), coordination()
    for _each in range(rows):
        made = EvaluatorAccreditationFactory(evaluator=known)
        evaluators.suspend_evaluator(made, version=1, reason="Una queja", by=by)
        evaluators.join_centre(
            known,
            key=uuid4(),
            centre=CentreFactory(),
            valid_from=today,
            valid_until=None,
            by=by,
        )
    client.force_login(by)

    with django_assert_max_num_queries(12):
        page = client.get(known.get_absolute_url())

    assert len(page.context["accreditations"]) == len(page.context["centres"]) == rows


def test_the_page_tells_what_was_done_by_whom_and_why(client, today):
    known, by = EvaluatorFactory(), coordination()
    standard = StandardFactory()
    made = propose(known, standard, external_evidence="Obra", sponsor="Cámara")
    made = accredit(made, today, today)
    evaluators.suspend_evaluator(made, version=2, reason="Una queja de un centro", by=by)
    suspended, lifter = EvaluatorAccreditation.objects.get(), coordination()
    evaluators.lift_evaluator_suspension(suspended, version=3, by=lifter)
    other = EvaluatorAccreditationFactory()
    evaluators.revoke_evaluator(other, version=1, reason="De otra persona", by=by)
    client.force_login(coordination())

    history = client.get(known.get_absolute_url()).context["history"]

    assert [str(each["title"]) for each in history] == [
        "Suspensión levantada",
        "Suspendida",
        "Acreditada",
        "Propuesta para un estándar",
    ]
    assert history[1] | {"title": ""} == {
        "title": "",
        "by": by,
        "at": history[1]["at"],
        "text": f"{standard.code} · Una queja de un centro",
    }
    assert EvaluatorAccreditation.objects.get(pk=made.pk).state == EvaluatorState.ACCREDITED
