"""How closely a portfolio is verified: settled by a rule and a seed, never by who verifies."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from certification.actions import deciding, sessions
from certification.actions.judging import judgement_of
from certification.actions.sampling import draw_portfolio, why_closely
from certification.choices import CHECKLIST, SamplingReason, VersionState
from certification.models import Assessment, Draw, Sampling
from certification.rules.sampling import drawn_place
from tests.certification.steps import send
from tests.factories.accounts import UserFactory
from tests.factories.certification import AssessmentFactory, StandardVersionFactory

DISAGREES = "La persona no está de acuerdo con «aún no competente»."

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CERT-12")]


@pytest.fixture
def evaluator():
    return UserFactory(evaluator=True)


@pytest.fixture
def few(settings):
    """One portfolio at the beginning, then one of four."""
    settings.VERIFIED_CLOSELY_FIRST = 1
    settings.VERIFIED_CLOSELY_ONE_OF = 4


def portfolios(evaluator, count):
    version = StandardVersionFactory()
    return [
        AssessmentFactory(judged=True, evaluator=evaluator, standard_version=version)
        for _each in range(count)
    ]


def approve(assessment, items=()):
    return deciding.approve_portfolio(
        assessment,
        version=assessment.version,
        checklist=CHECKLIST,
        officer=UserFactory(officer=True),
        items=items,
        by=assessment.verifier,
    )


def not_drawn(evaluator):
    """A portfolio of somebody whose first ones are over, which the seed did not pick."""
    sent = [send(each) for each in portfolios(evaluator, 3)]
    return next(each for each in sent if each.samplings.get().why == SamplingReason.NOT_DRAWN)


@pytest.mark.parametrize(
    ("seed", "size", "place"),
    [("", 7, 0xE3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855 % 7), ("x", 1, 0)],
)
def test_a_seed_picks_a_place_that_anybody_can_work_out(seed, size, place):
    """The digest of nothing is the one that FIPS 180-4 is known by."""
    assert drawn_place(seed, size) == place


def test_the_first_portfolios_of_each_evaluator_are_looked_at_item_by_item(evaluator, settings):
    settings.VERIFIED_CLOSELY_FIRST = 2
    other = UserFactory(evaluator=True)

    why = [send(each).samplings.get().why for each in portfolios(evaluator, 3)]
    others = [send(each).samplings.get().why for each in portfolios(other, 1)]

    assert why[:2] == others * 2 == [SamplingReason.FIRST] * 2
    assert why[2] != SamplingReason.FIRST


def test_then_one_of_so_many_is_drawn_by_a_seed_that_is_kept(evaluator, few):
    sent = [send(each).samplings.get() for each in portfolios(evaluator, 9)]

    assert [each.draw.number for each in sent[1:]] == [1] * 4 + [2] * 4
    for draw in Draw.objects.filter(evaluator=evaluator):
        drawn = draw.samplings.get(why=SamplingReason.DRAWN)
        assert drawn.place == drawn_place(draw.seed, draw.size)
        assert draw.samplings.filter(why=SamplingReason.NOT_DRAWN).count() == 3
    assert Draw.objects.values("seed").distinct().count() == 2


def test_a_portfolio_that_was_drawn_does_not_conform_before_each_item_was_looked_at(evaluator):
    assessment = send(portfolios(evaluator, 1)[0])
    items = sorted(sessions.observed_in(assessment))

    for some in ([], items[1:], [*items, "GO-99"]):
        with pytest.raises(deciding.ItemsNotLookedAt), transaction.atomic():
            approve(assessment, some)
    approve(assessment, items)

    assert assessment.verifications.get().items == items


def test_another_conforms_by_the_points_of_the_list(evaluator, few):
    approve(not_drawn(evaluator))


def test_who_disagrees_with_not_yet_competent_is_looked_at_closely(evaluator, few):
    not_drawn(evaluator)
    failed, disagrees, competent = (
        AssessmentFactory(judged=True, evaluator=evaluator, competent=each)
        for each in (False, False, True)
    )
    sent = [send(failed), send(disagrees, agrees=False), send(competent, agrees=False)]

    because = [why_closely(each, judgement_of(each)) == DISAGREES for each in sent]

    assert because == [False, True, False]


def test_what_was_settled_stays_when_a_portfolio_is_sent_again(evaluator, few):
    assessment = not_drawn(evaluator)
    settled = assessment.samplings.get()

    assert draw_portfolio(assessment) == settled


@pytest.mark.parametrize("table", ["draw", "sampling"])
def test_a_draw_is_written_once(evaluator, few, table):
    not_drawn(evaluator)

    for statement in (
        f"UPDATE certification_{table} SET evaluator_id = evaluator_id",
        f"DELETE FROM certification_{table}",
    ):
        with (
            pytest.raises(IntegrityError, match="is written once"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_verifier_ticks_each_item_and_names_those_that_do_not_hold(client, evaluator):
    assessment = send(portfolios(evaluator, 1)[0])
    officer = UserFactory(officer=True)
    client.force_login(assessment.verifier)
    page = reverse("certification:portfolio_approve", args=[assessment.public_id])
    answers = {"version": assessment.version, "checklist": CHECKLIST, "officer": officer.pk}

    shown = client.get(page)
    half = client.post(page, answers | {"instrument_GO": ["GO-01", "GO-02"]})
    returned = client.post(
        reverse("certification:portfolio_return", args=[assessment.public_id]),
        {"version": assessment.version, "reason": "Falta la nota.", "instrument_GO": ["GO-02"]},
        follow=True,
    )

    assert "primer" in shown.content.decode()
    assert half.status_code == 422
    assert half.context["form"].errors
    assert assessment.verifications.get().items == ["GO-02"]
    assert "GO-02" in returned.content.decode()


def test_an_instrument_that_is_coded_like_a_field_of_the_form_is_looked_at(client, evaluator):
    version = StandardVersionFactory(draft=True)
    version.instruments.update(code="version")
    version.state = VersionState.PUBLISHED
    version.save(update_fields=["state"])
    judged = AssessmentFactory(judged=True, evaluator=evaluator, standard_version=version)
    assessment = send(judged)
    client.force_login(assessment.verifier)
    page = reverse("certification:portfolio_return", args=[assessment.public_id])

    form = client.get(page).context["form"]
    assert form["version"].value() == assessment.version
    ticked = {"reason": "Falta la nota.", "instrument_version": ["GO-02"]}
    sent = client.post(page, {"version": assessment.version, **ticked})

    assert sent.status_code == 302
    assert assessment.verifications.get().items == ["GO-02"]


def test_another_evaluator_of_the_same_assessment_has_a_draw_of_her_own(evaluator, few):
    assessment, other = not_drawn(evaluator), UserFactory(evaluator=True)
    assert why_closely(assessment, judgement_of(assessment)) == ""
    Assessment.objects.filter(pk=assessment.pk).update(evaluator=other)
    assessment.refresh_from_db()

    settled = draw_portfolio(assessment)

    assert (settled.evaluator, settled.why) == (other, SamplingReason.FIRST)
    assert "primer" in why_closely(assessment, judgement_of(assessment))
    assert draw_portfolio(assessment) == settled
    assert assessment.samplings.count() == 2
    with pytest.raises(IntegrityError, match="per_assessment_and_evaluator"), transaction.atomic():
        Sampling.objects.create(assessment=assessment, evaluator=other, why="first")
