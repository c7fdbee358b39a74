"""What the candidate signs with her own hand: the plan and the result (CERT-7)."""

from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.choices import ReadKind
from accounts.models import ReadLog
from beneficiaries.actions.erasing import GONE, erase_person
from beneficiaries.choices import ErasureKind
from certification.actions import closing, deciding, enrolling, judging, signatures
from certification.actions.sampling import why_closely
from certification.choices import AssessmentState, SignatureKind
from certification.jobs import sweep_evidence
from certification.models import Assessment, Evidence, Signature
from genesis.lib.states import StaleRecord
from genesis.lib.storage import private
from tests.certification.steps import send
from tests.certification.unchanged import refusal
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory, hand
from tests.factories.papers import paper, upload

pytestmark = pytest.mark.django_db
ANSWERED = {"GO-01": "si", "GO-02": "si", "GO-03": "1"}


def agree(assessment, **answers):
    told = {"version": assessment.version, "candidate_name": "Rosa", "by": assessment.evaluator}
    return enrolling.agree_plan(assessment, **told | {"signature": hand()} | answers)


@pytest.fixture
def agreed():
    return agree(AssessmentFactory(planned=True))


@pytest.mark.rule("CERT-7")
def test_the_candidate_signs_the_very_plan_with_her_own_hand(agreed):
    by_hand = agreed.signatures.get(kind=SignatureKind.PLAN_CANDIDATE)
    in_account = agreed.signatures.get(kind=SignatureKind.PLAN_EVALUATOR)
    plan = agreed.plans.get()

    assert (by_hand.plan, in_account.plan) == (plan, plan)
    assert by_hand.sha256 == sha256(hand().read()).hexdigest()
    with private().open(by_hand.file.name) as kept:
        assert by_hand.kept_sha256 == sha256(kept.read()).hexdigest()
    assert (in_account.file.name, in_account.recorded_by) == ("", agreed.evaluator)


def test_a_name_alone_or_what_is_no_picture_is_no_signature():
    assessment = AssessmentFactory(planned=True)

    for nothing in (None, upload(b"no es una imagen"), upload(paper(), "firma.pdf")):
        with refusal(signatures.HandMissing):
            agree(assessment, signature=nothing)


def test_the_picture_goes_again_where_the_step_is_refused():
    assessment = AssessmentFactory(planned=True)
    storage = private()
    before = set(storage.listdir("signatures")[1]) if storage.exists("signatures") else set()

    with refusal(StaleRecord):
        agree(assessment, version=99)

    assert set(storage.listdir("signatures")[1]) == before


@pytest.mark.rule("CERT-7")
def test_the_signature_is_opened_by_who_reads_the_portfolio_and_each_opening_is_on_record(agreed):
    of = agreed.signatures.get(kind=SignatureKind.PLAN_CANDIDATE)
    page = reverse("certification:signature_file", args=[agreed.public_id, of.public_id])
    elsewhere = AssessmentFactory(plan_agreed=True)
    other = reverse("certification:signature_file", args=[elsewhere.public_id, of.public_id])
    bare = agreed.signatures.get(kind=SignatureKind.PLAN_EVALUATOR)
    nothing = reverse("certification:signature_file", args=[agreed.public_id, bare.public_id])
    evaluator = signed_in(agreed.evaluator)

    opened = evaluator.get(page)

    assert (opened.status_code, opened["Content-Type"]) == (200, "image/jpeg")
    assert sha256(opened.content).hexdigest() == of.kept_sha256
    log = ReadLog.objects.get(kind=ReadKind.FILE)
    assert (log.actor, log.persons) == (agreed.evaluator, [agreed.person_id])
    assert signed_in(agreed.enrolled_by).get(page).status_code == 403  # accompanies her alone
    assert signed_in(UserFactory(evaluator=True)).get(page).status_code == 404
    assert evaluator.get(other).status_code == 404
    assert evaluator.get(nothing).status_code == 404
    kept = evaluator.get(reverse("certification:evidence_list", args=[agreed.public_id]))
    assert page in kept.content.decode()


@pytest.mark.rule("CERT-7")
def test_the_database_keeps_what_was_signed(agreed):
    by_hand = agreed.signatures.get(kind=SignatureKind.PLAN_CANDIDATE)
    rows = Signature.objects.filter(pk=by_hand.pk)
    for change in (
        {"file": "signatures/other.jpg"},
        {"sha256": "1" * 64},
        {"name": "Otra"},
        {"plan": None},
        {"signed_at": timezone.now()},
        {"unsigned_because": "No vino"},
    ):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        rows.delete()
    rows.update(cleared_at=timezone.now())
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        rows.update(cleared_at=None)


@pytest.mark.rule("CERT-7")
def test_the_database_lets_no_plan_be_agreed_on_that_two_have_not_signed():
    assessment = AssessmentFactory(planned=True)
    theirs = AssessmentFactory(planned=True)
    plan, by = assessment.plans.get(), assessment.evaluator
    one = {"assessment": assessment, "plan": plan, "name": "Rosa", "recorded_by": by}
    drawn = {"file": "signatures/x.jpg", "sha256": "1" * 64, "kept_sha256": "2" * 64}
    candidate = one | drawn | {"kind": SignatureKind.PLAN_CANDIDATE}
    evaluator = one | {"kind": SignatureKind.PLAN_EVALUATOR}

    def agree_by_hand():
        with transaction.atomic():
            Assessment.objects.filter(pk=assessment.pk).update(state=AssessmentState.PLAN_AGREED)

    refused = [
        ("own hand", candidate | {"file": "", "sha256": "", "kept_sha256": ""}),
        ("plan that stands", candidate | {"plan": theirs.plans.get()}),
        ("plan that stands", candidate | {"plan": None}),
        ("own evaluator", evaluator | {"recorded_by": assessment.enrolled_by}),
    ]
    for words, values in refused:
        with pytest.raises(IntegrityError, match=words), transaction.atomic():
            Signature.objects.create(**values)
    with pytest.raises(IntegrityError, match="candidate and evaluator sign"):
        agree_by_hand()
    Signature.objects.create(**candidate)
    with pytest.raises(IntegrityError, match="candidate and evaluator sign"):
        agree_by_hand()
    Signature.objects.create(**evaluator)
    agree_by_hand()


# The page of the plan


def test_what_is_not_signed_is_said_at_the_field_and_the_rest_is_kept():
    assessment = AssessmentFactory(planned=True)
    client = signed_in(assessment.evaluator)
    page = reverse("certification:plan_agree", args=[assessment.public_id])
    filled = {"candidate_name": "Rosa Paz", "acknowledged": "on", "version": 1}
    whole = filled | {"evaluator_agrees": "on"}

    shown = client.get(page).content.decode()
    bare = client.post(page, whole)
    wrong = client.post(page, whole | {"signature": upload(b"x", "firma.png", "image/png")})
    half = client.post(page, filled | {"signature": hand()})
    stale = client.post(page, whole | {"version": 7, "signature": hand()})

    assert 'enctype="multipart/form-data"' in shown
    assert "data-signature" in shown
    assert [each.status_code for each in (bare, wrong, half, stale)] == [422, 422, 422, 409]
    assert bare.context["form"].errors == {"signature": ["Este campo es obligatorio."]}
    assert "Rosa Paz" in bare.content.decode()
    assert list(wrong.context["form"].errors) == ["signature"]
    for answer in (half, stale):
        errors = answer.context["form"].errors["signature"]
        assert errors == ["Falta firmar otra vez: lo demás se conserva."]
    assert client.post(page, whole | {"signature": hand()}).status_code == 302


# The result


@pytest.mark.rule("CERT-7", "CERT-12")
def test_a_result_that_is_not_signed_has_a_reason_and_is_verified_item_by_item(settings):
    settings.VERIFIED_CLOSELY_FIRST, settings.VERIFIED_CLOSELY_ONE_OF = 0, 1000
    assessment = AssessmentFactory(judged=True)
    verifier = UserFactory(verifier=True)
    client = signed_in(assessment.evaluator)
    page = reverse("evaluation:verification_request", args=[assessment.public_id])
    filled = {"candidate_name": "Rosa", "verifier": verifier.pk, "version": 1}
    reason = {"unsigned_because": "Se fue antes."}

    with refusal(signatures.HandMissing):
        send(assessment, signature=None)
    with refusal(signatures.SignedAndNot):
        send(assessment, unsigned_because="Se fue antes.")
    for answers, field in [
        ({"agrees": "1"}, "signature"),
        ({"agrees": "0"}, "signature"),
        ({"agrees": "1"} | reason, "signature"),
        ({"agrees": "unsigned"}, "unsigned_because"),
        ({"agrees": "heard"}, "unsigned_because"),
        ({}, "agrees"),
    ]:
        answer = client.post(page, filled | answers)
        assert (answer.status_code, set(answer.context["form"].errors)) == (422, {field})
    with pytest.raises(IntegrityError, match="or it is said why not"), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(
            state=AssessmentState.IN_VERIFICATION, verifier=verifier
        )
    sent = client.post(page, filled | {"agrees": "heard"} | reason)

    assert sent.status_code == 302
    assessment.refresh_from_db()
    judgement = judging.judgement_of(assessment)
    kept = assessment.signatures.get(kind=SignatureKind.RESULT)
    assert (kept.judgement, kept.agrees, kept.file.name) == (judgement, False, "")
    assert kept.unsigned_because == "Se fue antes."
    assert judgement.feedback_at is not None
    # Competent, and not drawn: it is looked at closely for this alone.
    assert why_closely(assessment, judgement) == "La persona no firmó el resultado."
    portfolio = signed_in(verifier).get(
        reverse("certification:portfolio_detail", args=[assessment.public_id])
    )
    assert "no está firmado: Se fue antes." in portfolio.content.decode()


@pytest.mark.rule("CERT-7")
def test_the_result_is_signed_of_the_judgement_in_force_and_anew_after_a_return():
    sent = send(AssessmentFactory(judged=True))
    first = sent.judgements.get()
    back = deciding.return_to_evaluator(sent, version=sent.version, reason="x", by=sent.verifier)
    judging.sign_judgement(back, version=back.version, recommendations="", by=back.evaluator)
    judged = Assessment.objects.get(pk=sent.pk)
    old = {"assessment": judged, "kind": SignatureKind.RESULT, "name": "Rosa"}
    old |= {"recorded_by": judged.evaluator, "judgement": first}
    sums = {"sha256": "1" * 64, "kept_sha256": "1" * 64}

    with pytest.raises(IntegrityError, match="judgement in force"), transaction.atomic():
        Signature.objects.create(**old, file="signatures/x.jpg", **sums)
    again = send(judged, verifier=sent.verifier, signature=hand(3))

    kept = again.signatures.filter(kind=SignatureKind.RESULT).order_by("pk")
    assert [each.cleared_at is None for each in kept] == [False, True]
    assert [each.judgement.number for each in kept] == [1, 2]


# What becomes of it


def test_the_picture_and_the_name_go_with_the_identity(agreed, django_capture_on_commit_callbacks):
    name = agreed.signatures.get(kind=SignatureKind.PLAN_CANDIDATE).file.name
    assert private().exists(name)

    with django_capture_on_commit_callbacks(execute=True):
        erase_person(agreed.person, ErasureKind.IDENTITY)

    kept = agreed.signatures.get(kind=SignatureKind.PLAN_CANDIDATE)
    assert (kept.name, kept.file.name) == (GONE, "")
    assert not private().exists(name)


def test_pictures_that_no_row_names_are_swept(agreed, monkeypatch):
    monkeypatch.setattr("genesis.lib.storage.BELONGS_TO_NOBODY_AFTER", timezone.timedelta(days=-1))
    kept = agreed.signatures.get(kind=SignatureKind.PLAN_CANDIDATE).file.name
    private().save("signatures/left.jpg", hand())

    sweep_evidence()

    assert private().exists(kept)
    assert not private().exists("signatures/left.jpg")


# The end of the session


@pytest.mark.rule("CERT-7")
def test_the_end_of_a_session_at_a_desk_is_signed_or_it_is_said_why_not():
    assessment = AssessmentFactory(in_assessment=True, answers=ANSWERED)
    client = signed_in(assessment.evaluator)
    page = reverse("evaluation:evidence_close", args=[assessment.public_id])
    filled = {"candidate_name": "Rosa", "version": 1}
    evidence_row = {"assessment": assessment, "kind": SignatureKind.EVIDENCE, "name": "Rosa"}

    for answers, field in [
        ({}, "signs"),
        ({"signs": "1"}, "signature"),
        ({"signs": "unsigned"}, "unsigned_because"),
    ]:
        answer = client.post(page, filled | answers)
        assert (answer.status_code, set(answer.context["form"].errors)) == (422, {field})
    with refusal(signatures.HandMissing):
        closing.close_at_desk(assessment, version=1, candidate_name="Rosa", by=assessment.evaluator)
    with pytest.raises(IntegrityError, match="own hand"), transaction.atomic():
        Signature.objects.create(**evidence_row, recorded_by=assessment.evaluator)
    closed = client.post(page, filled | {"signs": "1", "signature": hand()})

    assert closed.status_code == 302
    kept = assessment.signatures.get(kind=SignatureKind.EVIDENCE)
    assert (kept.agrees, bool(kept.file), kept.recorded_by) == (True, True, assessment.evaluator)
    assessment.refresh_from_db()
    assert assessment.state == AssessmentState.EVIDENCE_CLOSED


def test_who_signed_on_a_telephone_is_not_asked_again():
    assessment = AssessmentFactory(in_assessment=True, answers=ANSWERED)
    session, by = assessment.sessions.get(), assessment.evaluator
    Evidence.objects.create(
        client_id=uuid4(),
        assessment=assessment,
        session=session,
        kind="signature",
        signs="candidate_end",
        name="Rosa",
        source="phone",
        device=uuid4(),
        by=by,
    )
    client = signed_in(by)
    page = reverse("evaluation:evidence_close", args=[assessment.public_id])

    assert "signature" not in client.get(page).context["form"].fields
    assert client.post(page, {"version": 1}).status_code == 302
