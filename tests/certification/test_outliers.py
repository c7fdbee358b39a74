"""Whose assessments stand out: said to whoever accredits, and never decided by a rule (CERT-13)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from accounts.roles import Role
from certification.actions.evaluators import OwnAccreditation
from certification.actions.outliers import review_outliers
from certification.contributions import outliers
from certification.contributions.outliers import find_outliers
from certification.models import AssessmentSession, Judgement, OutlierReview, SessionPause
from certification.rules.outliers import Result, Sign, outliers_of
from tests.certification.unchanged import refusal
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.certification import (
    AssessmentFactory,
    EvaluatorFactory,
    StandardVersionFactory,
)

HERS, THEIRS = 1, 2
REVIEW, EVALUATORS = "certification:outliers_review", "/certificacion/evaluadores/"


def results(evaluator, *, competent=0, not_yet=0, minutes=60, answers=""):
    took = timedelta(minutes=minutes)
    return [
        Result(evaluator, "CON-002", met, took, answers)
        for met in [True] * competent + [False] * not_yet
    ]


def signs(*groups):
    return [each.sign for each in outliers_of(HERS, [one for group in groups for one in group])]


@pytest.mark.rule("CERT-13")
@pytest.mark.parametrize(
    ("hers", "theirs", "found"),
    [
        # Nobody fails with her, of the others every second: 10 of 10 beside 15 of 30, 2.83 errors.
        ({"competent": 10}, {"competent": 15, "not_yet": 15}, [Sign.PASSES_MORE]),
        ({"not_yet": 10}, {"competent": 15, "not_yet": 15}, [Sign.PASSES_LESS]),
        # 8 of 10 beside 15 of 30: 1.66 errors.
        ({"competent": 8, "not_yet": 2}, {"competent": 15, "not_yet": 15}, []),
        ({"competent": 9}, {"competent": 15, "not_yet": 15}, []),
        ({"competent": 10}, {"competent": 4, "not_yet": 5}, []),
        ({"competent": 10}, {"competent": 30}, []),
    ],
)
def test_a_share_stands_out_by_its_standard_error(hers, theirs, found):
    assert signs(results(HERS, **hers), results(THEIRS, **theirs)) == found


@pytest.mark.rule("CERT-13")
@pytest.mark.parametrize(
    ("count", "minutes", "found"),
    [(3, 59, [Sign.SHORT]), (3, 60, []), (2, 10, [])],
)
def test_short_is_below_sixty_of_a_hundred_of_the_median_of_the_others(count, minutes, found):
    others = results(THEIRS, competent=5, minutes=100)

    assert signs(results(HERS, competent=count, minutes=minutes), others) == found


@pytest.mark.rule("CERT-13")
def test_the_same_answers_of_three_people_stand_out():
    same = results(HERS, competent=2, answers="a")

    assert signs(same, results(THEIRS, competent=1, answers="a")) == []
    assert signs(same, results(HERS, not_yet=1, answers="a")) == [Sign.SAME]


@pytest.mark.rule("CERT-13")
def test_other_standards_are_not_compared():
    others = [
        Result(THEIRS, "TUR-001", each.competent, each.took, "")
        for each in results(THEIRS, competent=15, not_yet=15)
    ]

    assert outliers_of(HERS, [*results(HERS, competent=10), *others]) == []


@pytest.fixture
def quick():
    """An evaluator whose assessments take a quarter of an hour; with others they take an hour."""
    evaluator, version = EvaluatorFactory(), StandardVersionFactory()
    for who, minutes in ((evaluator.user, 15), (UserFactory(evaluator=True), 60)):
        for _each in range(3):
            judge(version, who, minutes)
    return evaluator


def judge(version, by, minutes):
    assessment = AssessmentFactory(judged=True, standard_version=version, evaluator=by)
    end = timezone.now()
    began = end - timedelta(minutes=minutes)
    AssessmentSession.objects.filter(assessment=assessment).update(started_at=began, ended_at=end)


@pytest.mark.django_db
@pytest.mark.rule("CERT-13")
def test_what_stands_out_is_found_in_the_judgements(quick):
    found = find_outliers()

    assert found.keys() == {quick.pk}
    signs_of_hers = {each.sign: (each.own, each.others) for each in found[quick.pk]}
    assert signs_of_hers == {Sign.SHORT: (15, 60), Sign.SAME: (3, 1)}  # all were answered alike


@pytest.mark.django_db
@pytest.mark.rule("CERT-13")
def test_a_pause_is_no_work(quick):
    for each in AssessmentSession.objects.exclude(assessment__evaluator=quick.user):
        for start, end in ((0, 30), (40, 55)):
            SessionPause.objects.create(
                session=each,
                started_at=each.started_at + timedelta(minutes=start),
                ended_at=each.started_at + timedelta(minutes=end),
                by=quick.user,
            )

    assert Sign.SHORT not in {each.sign for each in find_outliers()[quick.pk]}


@pytest.mark.django_db
def test_a_judgement_that_was_returned_says_nothing(quick):
    first, *_rest = Judgement.objects.filter(signed_by=quick.user)
    Judgement.objects.filter(pk=first.pk).update(archived_at=timezone.now())
    assert find_outliers() == {}


@pytest.mark.django_db
def test_who_accredits_is_told_and_nobody_else(client, quick):
    pages = [reverse("certification:evaluator_list"), quick.get_absolute_url()]
    words = ["Por revisar", "Las evaluaciones son cortas: 15 minutos, con otras personas 60."]
    told = {}
    for role in (Role.PROGRAMME_COORDINATOR, Role.VERIFIER):
        client.force_login(UserFactory(role=role))
        found = [client.get(page).content.decode() for page in pages]
        told[role] = [word in html for word, html in zip(words, found, strict=True)]

    assert told == {
        Role.PROGRAMME_COORDINATOR: [True, True],
        Role.VERIFIER: [False, False],
    }


@pytest.mark.django_db
def test_nobody_is_told_of_herself(client, quick):
    RoleAssignmentFactory(user=quick.user, role=Role.PROGRAMME_COORDINATOR)
    client.force_login(quick.user)

    for page in (reverse("certification:evaluator_list"), quick.get_absolute_url()):
        html = client.get(page).content.decode()
        assert "Por revisar" not in html
        assert "son cortas" not in html


@pytest.mark.django_db
@pytest.mark.rule("CERT-13")
def test_whose_assessments_stand_out_reaches_coordination_and_never_herself(quick):
    coordinator = UserFactory(programme_coordinator=True)

    def told(user):
        blocks = outliers.blocks(type(user).objects.get(pk=user.pk))
        return [each.url for block in blocks for each in block.lines]

    assert told(coordinator) == [quick.get_absolute_url()]
    assert told(UserFactory(verifier=True)) == []
    RoleAssignmentFactory(user=quick.user, role="programme_coordinator")
    assert told(quick.user) == []


@pytest.mark.django_db
@pytest.mark.rule("CERT-13", "SEC-13")
def test_what_was_looked_at_comes_again_only_with_new_assessments(client, quick):
    coordinator = UserFactory(programme_coordinator=True)
    client.force_login(coordinator)
    detail, page = quick.get_absolute_url(), reverse(REVIEW, args=[quick.public_id])
    sent = {"key": str(uuid4()), "note": "Son piezas pequeñas; los vídeos lo muestran."}

    def told():
        blocks = outliers.blocks(coordinator)
        return [each.url for block in blocks for each in block.lines]

    assert told() == [detail]
    asked = client.get(page)
    assert "cortas: 15 minutos" in asked.content.decode()
    sent["up_to"] = asked.context["form"]["up_to"].value()
    for wrong in ({"note": " "}, {"up_to": "x"}, {"up_to": -1}):
        assert client.post(page, sent | wrong).status_code == 422
    assert [client.post(page, sent).status_code for _twice in range(2)] == [302, 302]
    kept = OutlierReview.objects.get()
    assert (kept.by, kept.note) == (coordinator, sent["note"])
    assert Activity.objects.get(verb="evaluator.outliers_reviewed").actor == coordinator
    assert told() == []
    assert "Por revisar" not in client.get(EVALUATORS).content.decode()
    shown = client.get(detail).content.decode()
    assert sent["note"] in shown
    assert "son cortas" in shown  # the page goes on saying what it is

    version = Judgement.objects.first().assessment.standard_version
    judge(version, UserFactory(evaluator=True), 60)  # somebody else's changes nothing
    assert told() == []
    judge(StandardVersionFactory(), quick.user, 15)  # nor does another standard
    assert told() == []
    judge(version, quick.user, 15)
    assert told() == [detail]
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        OutlierReview.objects.update(note="Otra")


@pytest.mark.django_db
@pytest.mark.rule("CERT-13")
def test_what_was_signed_after_the_page_was_made_was_not_looked_at(client, quick):
    coordinator = UserFactory(programme_coordinator=True)
    client.force_login(coordinator)
    page = reverse(REVIEW, args=[quick.public_id])
    shown = client.get(page).context["form"]["up_to"].value()
    judge(Judgement.objects.first().assessment.standard_version, quick.user, 15)
    newest = Judgement.objects.filter(signed_by=quick.user).latest("pk").pk
    sent = {"key": str(uuid4()), "note": "Son piezas pequeñas.", "up_to": shown}

    assert client.post(page, sent).status_code == 302

    assert OutlierReview.objects.get().up_to == shown < newest
    assert any(block.lines for block in outliers.blocks(coordinator))
    made = review_outliers(quick, key=uuid4(), up_to=newest + 9, note="Todo.", by=coordinator)
    assert made.up_to == newest  # not what is still to come


@pytest.mark.django_db
@pytest.mark.rule("SEC-13")
def test_nobody_looks_at_their_own(client, quick):
    RoleAssignmentFactory(user=quick.user, role=Role.PROGRAMME_COORDINATOR)
    client.force_login(quick.user)
    page = reverse(REVIEW, args=[quick.public_id])

    assert client.get(page).status_code == 403
    with refusal(OwnAccreditation):
        review_outliers(quick, key=uuid4(), up_to=0, note="Todo bien", by=quick.user)
