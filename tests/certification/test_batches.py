"""Several portfolios decided in one sitting: each for itself, and what fails is told."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certification.actions.batches import decide_batch, waiting_for
from certification.actions.deciding import certify
from certification.actions.refusals import NotYours
from certification.choices import AssessmentState
from certification.models import Assessment, Certificate, Decision, DecisionBatch, FolioCounter
from genesis.lib.states import MoveNotAllowed, OtherContent, StaleRecord
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import DocumentFactory
from tests.factories.certification import (
    AssessmentFactory,
    CertifyingBodyFactory,
    StandardVersionFactory,
)
from tests.threads import in_threads

pytestmark = pytest.mark.django_db

S = AssessmentState
PAGE = "certification:batch_create"


@pytest.fixture
def officer():
    CertifyingBodyFactory()
    return UserFactory(officer=True)


def verified(officer, version=None, **values):
    version = version or StandardVersionFactory()
    return AssessmentFactory(verified=True, officer=officer, standard_version=version, **values)


def decide(assessments, by, **told):
    told = {
        "key": uuid4(),
        "held_on": timezone.localdate(),
        "minutes": "Se revisaron los portafolios.",
        "present": "Marta Ruiz",
    } | told
    return decide_batch(assessments, by=by, **told)


@pytest.mark.rule("CERT-5", "CERT-14")
def test_one_that_fails_does_not_stop_the_others_and_is_told(officer):
    granted = verified(officer)
    not_yet = verified(officer, competent=False)
    without_document = verified(officer, documented=False)
    of_another = AssessmentFactory(verified=True)

    sitting = decide([without_document, granted, of_another, not_yet], officer)

    states = [Assessment.objects.get(pk=each.pk).state for each in (granted, not_yet)]
    assert states == [S.CERTIFIED, S.CLOSED_NOT_YET]
    assert [each for each, _why in sitting.refused] == [without_document, of_another]
    assert sitting.refused[1][1] == str(NotYours(of_another.officer))
    left = Assessment.objects.filter(state=S.VERIFIED)
    assert set(left) == {without_document, of_another}
    assert not Certificate.objects.exclude(assessment=granted).exists()
    kept = sitting.batch.decisions.values_list("assessment", flat=True)
    assert set(kept) == {granted.pk, not_yet.pk}


@pytest.mark.rule("SEC-16")
def test_the_same_sitting_sent_again_decides_nothing_more(officer):
    first, second = verified(officer), verified(officer, documented=False)
    told = {"key": uuid4()}
    once = decide([first, second], officer, **told)
    DocumentFactory(person=second.person, number="01234567-0")

    again = decide([first, second], officer, **told)

    assert again.batch == once.batch
    assert again.refused == []
    assert [each.assessment for each in again.batch.decisions.all()] == [first]
    assert list(waiting_for(officer)) == [second]
    with pytest.raises(OtherContent), transaction.atomic():
        decide([first], officer, **told)


def test_minutes_are_written_once(officer):
    batch = decide([verified(officer)], officer).batch

    for change in (
        lambda: DecisionBatch.objects.update(minutes="Otra cosa"),
        batch.decisions.get().batch.delete,
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_page_decides_and_says_what_it_did_not(officer):
    client = Client()
    client.force_login(officer)
    page = reverse(PAGE)
    assert "Ningún portafolio espera" in client.get(page).content.decode()
    granted, lacking = verified(officer), verified(officer, documented=False)
    told = {
        "key": str(uuid4()),
        "held_on": timezone.localdate(),
        "present": "Marta Ruiz",
        "minutes": "Se revisaron.",
        "assessments": [f"{each.pk}.{each.version}" for each in (granted, lacking)],
    }

    future = client.post(page, told | {"held_on": timezone.localdate() + timedelta(days=1)})
    empty = client.post(page, {"key": str(uuid4())})
    stale = client.post(page, told | {"assessments": [f"{granted.pk}.99"]})
    sent = client.post(page, told)
    shown = client.get(sent.url).content.decode()
    again = client.post(page, told)
    told_again = [str(each) for each in get_messages(again.wsgi_request)]

    assert (future.status_code, list(future.context["form"].errors)) == (422, ["held_on"])
    assert empty.status_code == 422
    assert set(empty.context["form"].errors) == {"assessments", "held_on", "present", "minutes"}
    assert (stale.status_code, list(stale.context["form"].errors)) == (422, ["assessments"])
    assert (sent.status_code, again.status_code, again.url) == (302, 302, sent.url)
    assert [told_again[0], told_again[1][:2], len(told_again)] == ["1 decidido.", "1 ", 2]
    assert f"{lacking.reference} no se decidió" in shown
    assert granted.reference in shown
    assert granted.person.surnames not in shown
    other = Client()
    other.force_login(UserFactory(officer=True))
    assert other.get(sent.url).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_however_many_wait(officer, count, django_assert_num_queries):
    client, version = Client(), StandardVersionFactory()
    for _each in range(count):
        verified(officer, version)
    client.force_login(officer)
    client.get(reverse(PAGE))

    with django_assert_num_queries(5):
        assert len(client.get(reverse(PAGE)).context["form"].waiting) == count


# Two officers at the same moment


def refusals_of(sitting):
    return [each for each, _why in sitting.refused]


@pytest.mark.rule("CERT-5", "CERT-14")
@pytest.mark.django_db(transaction=True)
def test_two_officers_who_decide_on_one_assessment_at_once_decide_it_once(officer):
    assessment, other = verified(officer), UserFactory(officer=True)

    granted, refused = in_threads(
        lambda: certify(assessment, version=1, by=officer),
        lambda: certify(assessment, version=1, by=other),
    )

    assert isinstance(refused, (NotYours, MoveNotAllowed, StaleRecord))
    assert [*Certificate.objects.all()] == [granted]
    assert FolioCounter.objects.get().last == 1
    assert [each.officer for each in Decision.objects.all()] == [officer]


@pytest.mark.rule("CERT-5", "CERT-14")
@pytest.mark.django_db(transaction=True)
def test_two_officers_with_the_same_sitting_at_once_decide_each_once(officer):
    """And one of them presses the button of one alone meanwhile."""
    version, other = StandardVersionFactory(), UserFactory(officer=True)
    assessments = [verified(officer, version) for _each in range(3)]
    own, foreign, alone = in_threads(
        lambda: decide(assessments, officer),
        lambda: decide(assessments[::-1], other),
        lambda: certify(assessments[1], version=1, by=officer),
    )

    assert set(refusals_of(foreign)) == set(assessments)
    by_hand = isinstance(alone, Certificate)
    assert by_hand or isinstance(alone, (MoveNotAllowed, StaleRecord))
    assert refusals_of(own) == ([assessments[1]] if by_hand else [])
    assert Decision.objects.filter(officer=officer).count() == Decision.objects.count() == 3
    assert set(Decision.objects.values_list("assessment", flat=True)) == {
        each.pk for each in assessments
    }
    sequences = Certificate.objects.order_by("sequence").values_list("sequence", flat=True)
    assert [*sequences] == [1, 2, 3]
    assert FolioCounter.objects.get().last == 3
    assert not foreign.batch.decisions.exists()
