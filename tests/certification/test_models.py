"""What the database refuses of assessments and certificates, whatever the code does."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from certification.choices import OPEN_STATES, AssessmentState
from certification.models import (
    Assessment,
    AssessmentSession,
    Certificate,
    Decision,
    Diagnosis,
    Judgement,
    Observation,
    Signature,
    Verification,
)
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    CertificateFactory,
    CertifyingBodyFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db

STATES = list(AssessmentState)
LEFT = {AssessmentState.WITHDRAWN, AssessmentState.CANCELLED}


def refuses(name, change):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        change()


def update(record, **values):
    return lambda: type(record)._base_manager.filter(pk=record.pk).update(**values)


@pytest.mark.parametrize("state", STATES)
def test_the_factory_makes_what_a_state_needs(state):
    assessment = AssessmentFactory(state=state, competent=state != AssessmentState.CLOSED_NOT_YET)

    assessment.refresh_from_db()
    assert assessment.state == state
    assessment.validate_constraints()
    parts = {
        assessment.evaluator: "evaluation",
        assessment.verifier: "verification",
        assessment.officer: "decision",
    }
    ended = {"certified", "closed_not_yet", "in_appeal", "withdrawn", "cancelled"}
    expected = set() if state in ended else {kind for user, kind in parts.items() if user}
    given = assessment.person.assignments.filter(valid_until=None)
    assert set(given.values_list("kind", flat=True)) == expected | {"caseworker"}


@pytest.mark.rule("CERT-5", "SEC-13")
@pytest.mark.parametrize(
    ("one", "other"),
    [("verifier", "evaluator"), ("officer", "evaluator"), ("officer", "verifier")],
)
def test_three_different_people_act(one, other):
    assessment = AssessmentFactory(verified=True)

    refuses(
        "assessment_three_different_people_act",
        update(assessment, **{one: getattr(assessment, other)}),
    )


@pytest.mark.rule("CERT-5")
def test_nobody_takes_a_second_part_before_the_third_is_named():
    assessment = AssessmentFactory(planned=True)

    refuses(
        "assessment_three_different_people_act",
        update(assessment, officer=assessment.evaluator),
    )


@pytest.mark.parametrize("state", ["certified", "closed_not_yet", "in_appeal"])
@pytest.mark.parametrize("missing", ["decided_at", "officer", "verifier", "evaluator"])
def test_a_decision_has_its_who_and_when(state, missing):
    assessment = AssessmentFactory(state=state)

    with pytest.raises(IntegrityError, match=r"assessment_(decided|planned)"), transaction.atomic():
        update(assessment, **{missing: None})()


def test_what_is_not_decided_has_no_day_of_decision():
    assessment = AssessmentFactory(verified=True)

    refuses("assessment_decided", update(assessment, decided_at=timezone.now()))


@pytest.mark.parametrize("missing", [{"left_at": None}, {"left_by": None}, {"leave_reason": ""}])
def test_leaving_has_its_who_when_and_why(missing):
    assessment = AssessmentFactory(withdrawn=True)

    refuses("assessment_left_by_somebody_with_a_reason", update(assessment, **missing))


@pytest.mark.parametrize("missing", ["evaluator", "centre", "scheduled_for"])
def test_a_plan_has_its_where_who_and_when(missing):
    assessment = AssessmentFactory(planned=True)

    refuses(
        "assessment_planned_has_evaluator_centre_and_day", update(assessment, **{missing: None})
    )


def test_a_stop_has_a_reason_and_a_state_is_known():
    assessment = AssessmentFactory(in_assessment=True)

    refuses("assessment_stopped", update(assessment, stopped_at=timezone.now()))
    refuses("assessment_stopped", update(assessment, stop_reason="Sin guarda"))
    refuses("assessment_state_is_known", update(assessment, state="appealed"))


@pytest.mark.rule("CERT-10")
def test_a_session_that_was_stopped_takes_no_answer():
    session = SessionFactory()
    answer = {
        "session": session,
        "device": uuid.uuid4(),
        "item": session.assessment.standard_version.items.get(code="GO-02"),
        "value": "si",
        "by": session.started_by,
    }
    Observation.objects.create(client_id=uuid.uuid4(), seq=1, **answer)
    update(session.assessment, stopped_at=timezone.now(), stop_reason="Sin guarda")()

    refuses(
        "stopped for safety",
        lambda: Observation.objects.create(client_id=uuid.uuid4(), seq=2, **answer),
    )


@pytest.mark.parametrize("state", [each for each in STATES if each not in LEFT])
def test_a_person_has_one_first_attempt_in_a_standard(state):
    first = AssessmentFactory(state=state)
    same = {
        "person": first.person,
        "standard": first.standard,
        "standard_version": first.standard_version,
        "enrolled_by": first.enrolled_by,
    }

    refuses(
        "assessment_each_attempt_once_per_person_and_standard",
        lambda: Assessment.objects.create(reference="PC-2020-999999", **same),
    )
    again = {"attempt": 2, "previous": first}
    if state in OPEN_STATES:
        refuses(
            "assessment_one_open_per_person_and_standard",
            lambda: Assessment.objects.create(reference="PC-2020-999999", **same, **again),
        )


def test_an_attempt_from_the_second_on_follows_another():
    assessment = AssessmentFactory()

    refuses("assessment_follows_another", update(assessment, attempt=2))
    refuses("assessment_route_is_known", update(assessment, route="by air"))


def test_after_one_has_ended_another_may_be_opened():
    first = AssessmentFactory(withdrawn=True)

    AssessmentFactory(person=first.person, standard_version=first.standard_version)

    assert Assessment.objects.filter(person=first.person).open().count() == 1


def test_there_is_one_session_at_a_time():
    session = SessionFactory()

    refuses(
        "session_one_at_a_time",
        lambda: AssessmentSession.objects.create(
            assessment=session.assessment, identity_checked="DUI", started_by=session.started_by
        ),
    )


def test_there_is_one_signature_of_a_kind_until_it_is_cleared():
    signature = AssessmentFactory(admitted=True).signatures.get()
    again = {
        "assessment": signature.assessment,
        "kind": signature.kind,
        "name": "Rosa",
        "recorded_by": signature.recorded_by,
    }

    refuses("signature_one_of_each_kind", lambda: Signature.objects.create(**again))

    update(signature, cleared_at=timezone.now())()
    Signature.objects.create(**again)


def test_there_is_one_diagnosis():
    diagnosis = AssessmentFactory(diagnosed=True).diagnosis
    diagnosis.pk = None

    refuses("assessment_id", lambda: Diagnosis.objects.bulk_create([diagnosis]))


@pytest.mark.rule("CERT-7")
def test_an_observation_is_written_once():
    assessment = AssessmentFactory(evidence_closed=True)
    observation = Observation.objects.filter(session__assessment=assessment).first()

    refuses("written once", update(observation, value="no"))
    refuses("written once", observation.delete)


@pytest.mark.rule("SEC-16")
def test_an_observation_has_one_key_and_one_place_in_the_order():
    assessment = AssessmentFactory(evidence_closed=True)
    observation = Observation.objects.filter(session__assessment=assessment).first()
    kept = {
        "session": observation.session,
        "item": observation.item,
        "by": observation.by,
        "value": "no",
    }

    refuses(
        "client_id",
        lambda: Observation.objects.create(
            client_id=observation.client_id, device=uuid.uuid4(), seq=1, **kept
        ),
    )
    refuses(
        "observation_one_per_device_and_sequence",
        lambda: Observation.objects.create(
            client_id=uuid.uuid4(), device=observation.device, seq=observation.seq, **kept
        ),
    )


@pytest.mark.rule("CERT-7")
@pytest.mark.parametrize(
    "change",
    [{"outcome": "competent"}, {"recommendations": "Otra cosa"}, {"inputs_sha256": "1" * 64}],
)
def test_a_signed_judgement_is_only_archived(change):
    judgement = AssessmentFactory(judged=True, competent=False).judgements.get()

    refuses("never changes", update(judgement, **change))
    refuses("never changes", judgement.delete)

    update(judgement, archived_at=timezone.now())()
    refuses("never changes", update(judgement, archived_at=None))


def test_there_is_one_judgement_in_force_and_not_yet_tells_why():
    judgement = AssessmentFactory(judged=True).judgements.get()
    copy = {
        name: getattr(judgement, name)
        for name in ("assessment", "result", "signed_by", "department", "status", "sector")
    }

    refuses(
        "judgement_one_in_force",
        lambda: Judgement.objects.create(number=2, outcome="competent", **copy),
    )
    update(judgement, archived_at=timezone.now())()
    refuses(
        "judgement_not_yet_has_recommendations",
        lambda: Judgement.objects.create(number=2, outcome="not_yet_competent", **copy),
    )


def test_what_is_returned_has_a_reason():
    assessment = AssessmentFactory(verified=True)

    refuses(
        "verification_returned_for_a_reason",
        lambda: Verification.objects.create(
            assessment=assessment, verifier=assessment.verifier, outcome="returned"
        ),
    )
    refuses(
        "decision_returned_for_a_reason",
        lambda: Decision.objects.create(
            assessment=assessment, officer=assessment.officer, outcome="returned"
        ),
    )


# Certificates


@pytest.mark.rule("CERT-15", "SEC-17")
@pytest.mark.parametrize(
    "change",
    [
        {"holder_name": "Otra Persona"},
        {"holder_document": "999"},
        {"standard_title": "Otra"},
        {"body_name": "Otro"},
        {"officer_name": "Otra"},
        {"folio": "GS-2026-PRU000-000001-0"},
        {"sequence": 99},
        {"code": "0" * 10},
        {"issued_on": timezone.localdate() - timedelta(days=1)},
        {"units": []},
        {"department": None},
    ],
)
def test_an_issued_certificate_stays_as_it_was(change):
    certificate = CertificateFactory()

    refuses("never changes", update(certificate, **change))


@pytest.mark.rule("CERT-15", "SEC-17")
def test_a_certificate_cannot_be_deleted_nor_its_pdf_replaced():
    certificate = CertificateFactory()
    refuses("never changes", certificate.delete)

    update(certificate, pdf="a.pdf", pdf_sha256="1" * 64, rendered_at=timezone.now())()

    refuses("never changes", update(certificate, pdf="b.pdf"))
    refuses("never changes", update(certificate, pdf_sha256="2" * 64))
    update(certificate, state="revoked", revoked_at=timezone.now())()
    assert Certificate.objects.get().state == "revoked"


@pytest.mark.rule("CERT-14", "SEC-17")
def test_a_folio_and_a_place_in_its_year_are_given_once():
    first = CertificateFactory()
    standard = {"assessment__standard_version": first.assessment.standard_version}

    refuses(
        "certificate_sequence_once_per_year_and_standard",
        lambda: CertificateFactory(**standard, sequence=first.sequence, folio="otro"),
    )
    refuses("folio", lambda: CertificateFactory(**standard, folio=first.folio))
    refuses("code", lambda: CertificateFactory(**standard, code=first.code))


@pytest.mark.rule("CERT-14")
def test_an_assessment_has_one_certificate():
    certificate = CertificateFactory()

    refuses("assessment_id", lambda: CertificateFactory(assessment=certificate.assessment))


def test_a_revoked_certificate_says_when_and_a_pdf_has_its_digest():
    certificate = CertificateFactory()

    refuses("certificate_revoked_at_some_time", update(certificate, state="revoked"))
    refuses("certificate_pdf_has_its_digest", update(certificate, pdf="a.pdf"))
    refuses("certificate_state_is_known", update(certificate, state="lost"))


def test_a_certifying_body_ends_after_it_begins():
    body = CertifyingBodyFactory()

    refuses(
        "certifying_body_ends_after_it_begins",
        update(body, valid_until=body.valid_from - timedelta(days=1)),
    )


@pytest.mark.parametrize("prefix", ["gs", "", "1GS", "G-S", "GÑ"])
def test_a_certifying_body_has_a_prefix_that_makes_a_folio(prefix):
    body = CertifyingBodyFactory()

    refuses("certifying_body_prefix_makes_a_folio", update(body, folio_prefix=prefix))


def test_one_body_certifies_at_a_time():
    today = timezone.localdate()
    CertifyingBodyFactory(folio_prefix="OLD", valid_until=today)
    CertifyingBodyFactory(folio_prefix="NEW", valid_from=today + timedelta(days=1))

    refuses(
        "certifying_body_one_at_a_time",
        lambda: CertifyingBodyFactory(folio_prefix="BIS", valid_from=today, valid_until=today),
    )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("verification_outcome_is_known", {"outcome": "perhaps"}),
        ("decision_outcome_is_known", {"outcome": "perhaps"}),
        ("signature_kind_is_known", {"kind": "perhaps"}),
    ],
)
def test_codes_are_those_of_their_lists(name, values):
    """Said of another row like one that there is: some are written once."""
    assessment = AssessmentFactory(certified=True)
    record = {
        "verification": assessment.verifications.get,
        "decision": assessment.decisions.get,
        "signature": assessment.signatures.first,
    }[name.partition("_")[0]]()
    for column, value in {"pk": None, **values}.items():
        setattr(record, column, value)

    refuses(name, lambda: record.save(force_insert=True))


@pytest.mark.parametrize("values", [{"status": "perhaps"}, {"sector": "perhaps"}])
def test_codes_of_a_certificate_are_those_of_their_lists(values):
    refuses("certificate_status_and_sector_are_known", lambda: CertificateFactory(**values))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("judgement_outcome_is_known", {"outcome": "perhaps"}),
        ("judgement_status_and_sector_are_known", {"status": "perhaps"}),
        ("judgement_status_and_sector_are_known", {"sector": "perhaps"}),
    ],
)
def test_codes_of_a_judgement_are_those_of_their_lists(name, values):
    judgement = AssessmentFactory(judged=True).judgements.get()
    kept = {"assessment", "inputs_sha256", "result", "outcome", "signed_by", "status", "sector"}
    copy = {each: getattr(judgement, each) for each in kept} | {"archived_at": timezone.now()}

    refuses(name, lambda: Judgement.objects.create(number=2, **copy | values))


@pytest.mark.rule("CERT-16")
def test_what_has_a_history_cannot_be_deleted():
    assessment = AssessmentFactory(certified=True)

    for record in (assessment.standard, assessment.centre, assessment.evaluator):
        table = record._meta.db_table

        def delete(table=table, key=record.pk):
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table} WHERE id = %s", [key])
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        refuses("violates foreign key", delete)


# What an assessment says of itself


def test_devices_that_agree_leave_nothing_to_resolve():
    session = SessionFactory()
    item = session.assessment.standard_version.items.get(code="GO-02")
    for device in (uuid.uuid4(), uuid.uuid4()):
        for seq, value in enumerate(["no", "si"], start=1):
            Observation.objects.create(
                client_id=uuid.uuid4(),
                session=session,
                device=device,
                seq=seq,
                item=item,
                value=value,
                by=session.started_by,
            )

    assert list(session.assessment.items_to_resolve()) == []
    missing = session.assessment.items_without_answer().order_by("position")
    assert [each.code for each in missing] == ["GO-01", "GO-03"]


@pytest.mark.rule("SEC-3")
def test_evaluators_see_who_is_assigned_to_them():
    assessment = AssessmentFactory(planned=True)
    other = UserFactory(evaluator=True)

    assert list(Assessment.objects.visible_to(assessment.evaluator)) == [assessment]
    assert list(Assessment.objects.visible_to(other)) == []
