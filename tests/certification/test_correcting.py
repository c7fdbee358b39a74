"""What a verifier sent back is put right, and nothing else changes after the judgement (CERT-7)."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Activity
from beneficiaries.actions.erasing import GONE
from certification.actions import correcting, deciding, judging, sessions
from certification.actions.refusals import NotYours, ReasonMissing
from certification.actions.sessions import NoteMissing
from certification.choices import CHECKLIST, Photo, SamplingReason, VersionState
from certification.models import (
    Evidence,
    ItemResolution,
    Observation,
    Plan,
    PlanHelp,
    Sampling,
    Signature,
)
from certification.views.answers import portfolio_of
from genesis.lib.states import OtherContent, StaleRecord
from tests.certification.unchanged import refusal
from tests.factories.accounts import UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    StandardVersionFactory,
    acknowledge,
    hand,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned():
    """A portfolio that was sent back for GO-02."""
    assessment = AssessmentFactory(in_verification=True, answers={"GO-02": "no"})
    by = assessment.verifier
    return deciding.return_to_evaluator(
        assessment, version=1, reason="En la foto sí", items=["GO-02"], by=by
    )


def anew(assessment, code="GO-02", **values):
    kept = {
        "key": uuid4(),
        "device": uuid4(),
        "item": assessment.standard_version.items.get(code=code),
        "value": "si",
        "note": "",
        "reason": "Toqué la casilla de al lado",
        "by": assessment.evaluator,
    }
    return correcting.correct_answer(assessment, **kept | values)


@pytest.mark.rule("CERT-7")
def test_what_was_sent_back_is_answered_anew_and_judged_anew(returned):
    assessment, first = returned, returned.judgements.get()

    made = anew(assessment)

    assert sessions.answers_of(assessment)["GO-02"] == "si"
    given = Observation.objects.filter(item__code="GO-02").order_by("pk")
    assert list(given.values_list("value", flat=True)) == ["no", "si"]
    resolution = ItemResolution.objects.get()
    assert (resolution.observation, resolution.decided_by) == (made, assessment.evaluator)
    assert resolution.reason == "Toqué la casilla de al lado"
    [shown] = [each for each in portfolio_of(assessment) if each["item"].code == "GO-02"]
    assert shown["reason"] == resolution.reason
    assert [each["answer"] for each in shown["earlier"]] == ["No"]
    activity = Activity.objects.get(verb="assessment.answer_corrected")
    assert activity.changes == {"item": "GO-02"}
    with refusal(StaleRecord):  # a page that showed the result as it was
        judging.sign_judgement(assessment, version=2, recommendations="x", by=assessment.evaluator)
    second = judging.sign_judgement(
        assessment, version=3, recommendations="", by=assessment.evaluator
    )
    assert (first.result["total"]["shown"], second.result["total"]["shown"]) == (7000, 10000)

    # Again: the answer before stays, and one counts.
    assessment.refresh_from_db()
    handed = deciding.send_to_verification(
        assessment,
        version=assessment.version,
        verifier=assessment.verifier,
        candidate_name="Rosa",
        agrees=True,
        signature=hand(),
        by=assessment.evaluator,
    )
    back = deciding.return_to_evaluator(
        handed, version=handed.version, reason="x", items=["GO-02"], by=handed.verifier
    )
    anew(back, value="no", note="No lo hizo")
    assert sessions.answers_of(back)["GO-02"] == "no"
    assert back.resolutions.filter(annulled_at=None).count() == 1
    assert Observation.objects.filter(item__code="GO-02").count() == 3


@pytest.mark.rule("CERT-7")
def test_nothing_else_is_answered_anew(returned):
    with refusal(correcting.NotSentBack):
        anew(returned, code="GO-01", value="no", note="x")
    with refusal(ReasonMissing):
        anew(returned, reason=" ")
    with refusal(sessions.NoteMissing):
        anew(returned, value="no")
    with refusal(NotYours):
        anew(returned, by=UserFactory(evaluator=True))
    key, device = uuid4(), uuid4()
    first = anew(returned, key=key, device=device)
    assert anew(returned, key=key, device=device) == first
    with refusal(OtherContent):
        anew(returned, key=key, device=device, value="no", note="x")
    judging.sign_judgement(returned, version=3, recommendations="", by=returned.evaluator)
    with refusal(correcting.NotSentBack):
        anew(returned)
    other = AssessmentFactory(evidence_closed=True)
    with refusal(correcting.NotSentBack):
        anew(other)


@pytest.mark.rule("CERT-7", "CERT-12")
def test_the_verifier_looks_again_at_what_was_sent_back():
    assessment = AssessmentFactory(in_verification=True)
    Sampling.objects.create(
        assessment=assessment,
        evaluator=assessment.evaluator,
        why=SamplingReason.FIRST,
    )
    with refusal(deciding.ItemsNotLookedAt):
        deciding.approve_portfolio(
            assessment,
            version=1,
            checklist=CHECKLIST,
            items=["GO-01", "GO-02"],
            officer=UserFactory(officer=True),
            by=assessment.verifier,
        )

    other = AssessmentFactory(in_verification=True)
    deciding.return_to_evaluator(other, version=1, reason="x", items=["GO-02"], by=other.verifier)
    other.refresh_from_db()
    judging.sign_judgement(other, version=other.version, recommendations="", by=other.evaluator)
    other.refresh_from_db()
    acknowledge(other)
    type(other).objects.filter(pk=other.pk).update(state="in_verification")
    other.refresh_from_db()
    given = {"checklist": CHECKLIST, "officer": UserFactory(officer=True), "by": other.verifier}
    with refusal(deciding.ItemsNotLookedAt):
        deciding.approve_portfolio(other, version=other.version, **given)
    verified = deciding.approve_portfolio(other, version=other.version, items=["GO-02"], **given)
    assert verified.state == "verified"


@pytest.mark.rule("CERT-7")
def test_the_database_takes_nothing_after_the_judgement():
    assessment = AssessmentFactory(judged=True)
    session, by = assessment.sessions.get(), assessment.evaluator
    item = assessment.standard_version.items.get(code="GO-02")
    given = Observation.objects.get(item=item)
    late = {"session": session, "device": uuid4(), "seq": 1, "value": "si", "by": by}
    signs = {"kind": "signature", "signs": "candidate_end", "name": "Rosa", "source": "page"}
    paper = {"assessment": assessment, "session": session, "device": uuid4(), "by": by}
    kept = Evidence.objects.create(client_id=uuid4(), counts=False, **paper, **signs)
    chosen = {"item": item, "observation": given, "reason": "x", "decided_by": by}

    for write in (
        lambda: Observation.objects.create(client_id=uuid4(), item=item, **late),
        lambda: ItemResolution.objects.create(assessment=assessment, **chosen),
        lambda: Evidence.objects.create(client_id=uuid4(), **paper, **signs),
        lambda: Evidence.objects.filter(pk=kept.pk).update(counts=True),
        lambda: Plan.objects.filter(assessment=assessment).update(reason="Otra"),
        lambda: PlanHelp.objects.create(plan=assessment.plans.get(), kinds=["place"]),
        lambda: Signature.objects.filter(assessment=assessment).update(name="Otra"),
        lambda: Signature.objects.filter(assessment=assessment).update(cleared_at=timezone.now()),
    ):
        with pytest.raises(IntegrityError, match="CERT-7"), transaction.atomic():
            write()
    Signature.objects.filter(assessment=assessment).update(name=GONE)  # as when somebody is erased


@pytest.mark.rule("CERT-7")
def test_the_database_takes_only_what_was_sent_back(returned):
    session, by = returned.sessions.get(), returned.evaluator
    answer = {"session": session, "device": uuid4(), "value": "si", "by": by}
    items = {each.code: each for each in returned.standard_version.items.all()}
    chosen = {"observation": session.observations.get(item=items["GO-01"]), "decided_by": by}

    for write in (
        lambda: Observation.objects.create(client_id=uuid4(), item=items["GO-01"], seq=1, **answer),
        lambda: ItemResolution.objects.create(
            assessment=returned, item=items["GO-01"], reason="x", **chosen
        ),
    ):
        with pytest.raises(IntegrityError, match="CERT-7"), transaction.atomic():
            write()
    made = Observation.objects.create(client_id=uuid4(), item=items["GO-02"], seq=1, **answer)
    with pytest.raises(IntegrityError, match="resolution_has_a_reason"), transaction.atomic():
        ItemResolution.objects.create(
            assessment=returned, item=items["GO-02"], observation=made, reason="", decided_by=by
        )


@pytest.mark.rule("CERT-7")
def test_the_evaluator_puts_it_right_on_a_page(client, returned):
    client.force_login(returned.evaluator)
    address = reverse("evaluation:answer_correct", args=[returned.public_id, "GO-02"])
    items = reverse("evaluation:session_open", args=[returned.public_id])
    sign = reverse("evaluation:judgement_sign", args=[returned.public_id])

    for page in (items, sign):
        shown = client.get(page).content.decode()
        assert address in shown
        assert "En la foto sí" in shown
        assert address.replace("GO-02", "GO-01") not in shown
    assert items in client.get(returned.get_absolute_url()).content.decode()
    sent = {"value": "si", "note": "", "reason": "", "key": str(uuid4())}
    assert client.get(address).status_code == 200
    assert client.get(address.replace("GO-02", "GO-01"))["Location"] == items
    assert client.post(address, sent).status_code == 422
    with translation.override("es"):
        answer = client.post(address, sent | {"reason": "Toqué otra"})
    assert (answer.status_code, answer["Location"]) == (302, items)
    assert sessions.answers_of(returned)["GO-02"] == "si"


@pytest.mark.rule("CERT-5")
def test_nobody_else_puts_it_right(client, returned):
    client.force_login(returned.verifier)

    page = client.get(reverse("evaluation:answer_correct", args=[returned.public_id, "GO-02"]))

    assert page.status_code == 403


@pytest.mark.rule("CERT-9")
def test_what_needs_a_photo_is_put_right_with_one_or_with_a_note():
    version = StandardVersionFactory(draft=True)
    version.items.filter(code="GO-02").update(photo=Photo.REQUIRED)
    version.state = VersionState.PUBLISHED
    version.save()
    assessment = AssessmentFactory(
        in_verification=True, standard_version=version, answers={"GO-02": "no"}
    )
    by = assessment.verifier
    deciding.return_to_evaluator(assessment, version=1, reason="x", items=["GO-02"], by=by)

    with refusal(NoteMissing):
        anew(assessment)

    assert anew(assessment, note="La junta quedó pareja; no llevaba teléfono.").value == "si"
