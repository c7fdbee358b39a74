"""What a person is told of her result, and what evidence has to be, each point by itself."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from certification.actions import deciding, judging, reviewing, sessions
from certification.actions.evidence import Piece, record_evidence
from certification.actions.refusals import ReasonMissing
from certification.choices import CriterionKind, EvidencePoint, EvidenceSource, ItemAnswer, Scale
from certification.models import EvidenceReview, Item, Judgement, StandardVersion
from tests.certification.unchanged import refusal
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import AssessmentFactory, StandardVersionFactory, hand
from tests.factories.papers import photo

pytestmark = pytest.mark.django_db


def send(assessment, **answers):
    told = {"version": assessment.version, "candidate_name": "Rosa", "agrees": True}
    told |= {"verifier": UserFactory(verifier=True), "by": assessment.evaluator}
    return deciding.send_to_verification(assessment, **told | answers)


# What the person is told


@pytest.mark.rule("CERT-7")
def test_what_is_done_well_what_is_missing_and_what_is_recommended_are_told_apart():
    assessment = AssessmentFactory(evidence_closed=True, competent=False)
    client = signed_in(assessment.evaluator)
    page = reverse("evaluation:judgement_sign", args=[assessment.public_id])
    told = {"strengths": "Mide bien.", "gaps": "El corte.", "recommendations": "Practicar."}

    bare = client.post(page, {"version": 1, "signed": "on", "gaps": "El corte."})
    assert (bare.status_code, list(bare.context["form"].errors)) == (422, ["recommendations"])
    assert client.post(page, told | {"version": 1, "signed": "on"}).status_code == 302

    judgement = judging.judgement_of(assessment)
    assert {name: getattr(judgement, name) for name in told} == told
    explain = reverse("evaluation:verification_request", args=[assessment.public_id])
    for shown in (client.get(explain), client.get(assessment.get_absolute_url())):
        text = shown.content.decode()
        assert all(each in text for each in told.values())
    # Heard once it is signed; not by whoever did not sign.
    assessment.refresh_from_db()
    assert judgement.feedback_at is None
    send(assessment, signature=hand())
    judgement.refresh_from_db()
    assert judgement.feedback_at is not None
    for change in ({"feedback_at": timezone.now()}, {"feedback_at": None}, {"gaps": "x"}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Judgement.objects.filter(pk=judgement.pk).update(**change)


def test_who_was_not_there_is_not_said_to_have_heard_it():
    assessment = AssessmentFactory(judged=True)

    send(assessment, heard=False, signature=None, unsigned_because="No vino.")

    assert judging.judgement_of(assessment).feedback_at is None


# Not applicable


@pytest.mark.rule("CERT-8", "CERT-9")
def test_what_is_not_applicable_says_why():
    version = StandardVersionFactory(draft=True)
    criterion = version.items.get(code="GO-02").criterion
    item = Item.objects.create(
        standard_version=version,
        instrument=version.instruments.get(),
        criterion=criterion,
        position=9,
        code="GO-09",
        text="Corta piezas grandes.",
        weight=1,
        scale=Scale.YES_NO_NA,
        na_reason="No hay piezas grandes.",
    )
    assert criterion.kind == CriterionKind.PERFORMANCE
    StandardVersion.objects.filter(pk=version.pk).update(state="published")
    assessment = AssessmentFactory(in_assessment=True, standard_version=version)
    session = assessment.sessions.get()
    said = {"key": uuid4(), "device": uuid4(), "item": item, "value": ItemAnswer.NA}

    with refusal(sessions.NoteMissing, match="por qué no aplica"):
        sessions.record_observation(session, **said, note=" ", by=assessment.evaluator)
    kept = sessions.record_observation(
        session, **said, note="Solo había de 20 cm.", by=assessment.evaluator
    )
    assert (kept.value, kept.note) == ("na", "Solo había de 20 cm.")


# Valid, authentic, current, sufficient


@pytest.fixture
def shown():
    """A photo of an assessment that goes on."""
    assessment = AssessmentFactory(in_assessment=True)
    ConsentFactory(person=assessment.person, purpose="image")
    item = assessment.standard_version.items.get(code="GO-02")
    piece = Piece(key=uuid4(), device=uuid4(), source=EvidenceSource.PAGE, data=photo(), item=item)
    return record_evidence(assessment, piece=piece, by=assessment.evaluator)


def test_evaluator_and_verifier_say_of_evidence_what_holds(shown):
    assessment, points = shown.assessment, list(EvidencePoint.values)
    client = signed_in(assessment.evaluator)
    page = reverse("certification:evidence_review", args=[assessment.public_id, shown.public_id])
    listed = reverse("certification:evidence_list", args=[assessment.public_id])
    key = str(uuid4())

    assert page in client.get(listed).content.decode()
    half = client.post(page, {"key": key, "points": points[:3]})
    wrong = client.post(page, {"key": key, "points": ["x"]})
    assert (half.status_code, list(half.context["form"].errors)) == (422, ["reason"])
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["points"])
    sent = {"key": key, "points": points[:3], "reason": "Falta el borde"}
    assert [client.post(page, sent).status_code for _twice in range(2)] == [302, 302]
    found = EvidenceReview.objects.get()
    assert (found.valid, found.sufficient, found.note) == (True, False, "Falta el borde")
    assert found.by == assessment.evaluator
    text = client.get(listed).content.decode()
    assert "no es Suficiente. Falta el borde" in text
    stranger = signed_in(UserFactory(evaluator=True))
    assert stranger.get(page).status_code == 404
    assert signed_in(assessment.enrolled_by).get(page).status_code == 403
    with refusal(ReasonMissing):
        reviewing.review_evidence(shown, points=[], key=uuid4(), by=assessment.evaluator)
    with pytest.raises(IntegrityError, match="what_is_lacking"), transaction.atomic():
        EvidenceReview.objects.create(
            evidence=shown,
            by=assessment.evaluator,
            valid=True,
            authentic=True,
            current=True,
            sufficient=False,
        )
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        EvidenceReview.objects.update(note="Otra")


def test_each_looks_at_evidence_in_their_own_turn(shown):
    assessment, points = shown.assessment, list(EvidencePoint.values)
    verifier = UserFactory(verifier=True)
    for state, who, may in [
        ("evidence_closed", assessment.evaluator, True),
        ("evidence_closed", verifier, False),
        ("in_assessment", verifier, False),
    ]:
        type(assessment).objects.filter(pk=assessment.pk).update(state=state, verifier=verifier)
        assessment.refresh_from_db()
        assert reviewing.reviews_now(assessment, who) is may
        if not may:
            with refusal(reviewing.NotToReview):
                reviewing.review_evidence(shown, points=points, key=uuid4(), by=who)
