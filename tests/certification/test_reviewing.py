"""Each photo and paper is looked at before a portfolio conforms that is verified item by item."""

from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from certification.actions import deciding, judging
from certification.actions.evidence import Piece, record_evidence
from certification.actions.reviewing import review_evidence, to_look_at
from certification.choices import CHECKLIST, EvidencePoint, EvidenceSource
from certification.models import Assessment, Evidence
from tests.certification.unchanged import refusal
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import ConsentFactory
from tests.factories.certification import AssessmentFactory, hand
from tests.factories.papers import photo

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CERT-12")]

POINTS = list(EvidencePoint)


@pytest.fixture
def closed():
    """One whose evidence is closed, with two photos of the session."""
    assessment = AssessmentFactory(evidence_closed=True)
    ConsentFactory(person=assessment.person, purpose="image")
    Assessment.objects.update(state="in_assessment")
    now = Assessment.objects.get()
    for seed, item in enumerate(now.standard_version.items.order_by("position")[:2]):
        source, made = EvidenceSource.PAGE, photo(seed=seed)
        piece = Piece(key=uuid4(), device=uuid4(), source=source, data=made, item=item)
        record_evidence(now, piece=piece, by=now.evaluator)
    Assessment.objects.update(state="evidence_closed")
    return Assessment.objects.get()


@pytest.fixture
def portfolio(closed):
    """The same before its verifier: among the first of its evaluator."""
    by = closed.evaluator
    judging.sign_judgement(closed, version=closed.version, recommendations="x", by=by)
    closed.refresh_from_db()
    deciding.send_to_verification(
        closed,
        version=closed.version,
        verifier=UserFactory(verifier=True),
        candidate_name="Rosa",
        agrees=True,
        signature=hand(),
        by=by,
    )
    return Assessment.objects.get()


def approve(assessment, items):
    with transaction.atomic():
        deciding.approve_portfolio(
            assessment,
            version=assessment.version,
            checklist=CHECKLIST,
            officer=UserFactory(officer=True),
            items=items,
            by=assessment.verifier,
        )


def look(assessment, piece, by):
    piece.assessment = assessment
    return review_evidence(piece, points=POINTS, key=uuid4(), by=by)


def test_nothing_conforms_item_by_item_before_each_piece_is_looked_at(portfolio):
    items = [each.code for each in portfolio.standard_version.items.all()]
    verifier, (first, second) = portfolio.verifier, Evidence.objects.order_by("pk")
    client = Client()
    client.force_login(verifier)
    page = reverse("certification:portfolio_approve", args=[portfolio.public_id])
    officer = UserFactory(officer=True)

    assert client.get(page).context["unseen"] == 2
    with refusal(deciding.EvidenceNotLookedAt):
        approve(portfolio, items)
    look(portfolio, first, verifier)
    sent = {
        "version": portfolio.version,
        "checklist": CHECKLIST,
        "officer": officer.pk,
        "instrument_GO": items,
    }
    refused = client.post(page, sent)
    assert refused.status_code == 422
    assert "Examine cada foto y papel" in refused.content.decode()
    assert Assessment.objects.get().state == "in_verification"
    look(portfolio, second, verifier)

    assert client.post(page, sent).status_code == 302
    assert Assessment.objects.get().state == "verified"


def test_what_the_evaluator_said_of_it_is_not_the_verifiers_word(closed):
    for each in Evidence.objects.all():
        look(closed, each, closed.evaluator)

    assert not to_look_at(closed, closed.evaluator).exists()
    assert to_look_at(closed, UserFactory(verifier=True)).count() == 2


def test_where_the_list_is_enough_nothing_more_is_asked(portfolio, monkeypatch):
    monkeypatch.setattr(deciding, "why_closely", lambda *_of: "")

    approve(portfolio, [])

    assert Assessment.objects.get().state == "verified"
