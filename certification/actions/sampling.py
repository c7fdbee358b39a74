"""How closely a portfolio is verified: item by item, or by the points of the list (CERT-12)."""

import secrets
from collections.abc import Collection

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from certification.choices import JudgementOutcome, SamplingReason
from certification.models import Assessment, Draw, Judgement, Sampling
from certification.rules.sampling import drawn_place
from genesis.lib.states import lock


def draw_portfolio(assessment: Assessment) -> Sampling:
    """Settle whether a portfolio is one of those verified item by item; in a transaction.

    What was typed from paper always is, and so are the first portfolios of each evaluator;
    of the others one in so many, which a seed picks. One that this evaluator sent before stays
    as it was settled.
    """
    assert assessment.evaluator is not None  # the database refuses a plan without one
    evaluator = lock(assessment.evaluator)  # two portfolios at once take one place after the other
    settled = Sampling.objects.filter(assessment=assessment, evaluator=evaluator).first()
    if settled:
        return settled
    drawn: dict[str, Draw | int] = {}
    why = SamplingReason.FIRST
    if assessment.paper_forms.counting().exists():
        why = SamplingReason.PAPER
    elif Sampling.objects.filter(evaluator=evaluator).count() >= settings.VERIFIED_CLOSELY_FIRST:
        draw = _open_draw(evaluator)
        place = draw.samplings.count()
        picked = place == drawn_place(draw.seed, draw.size)
        drawn = {"draw": draw, "place": place}
        why = SamplingReason.DRAWN if picked else SamplingReason.NOT_DRAWN
    return Sampling.objects.create(assessment=assessment, evaluator=evaluator, why=why, **drawn)


def _open_draw(evaluator: User) -> Draw:
    """The evaluator's draw that still has a place, or the next one."""
    last = Draw.objects.filter(evaluator=evaluator).order_by("number").last()
    if last and last.samplings.count() < last.size:
        return last
    return Draw.objects.create(
        evaluator=evaluator,
        number=last.number + 1 if last else 1,
        size=settings.VERIFIED_CLOSELY_ONE_OF,
        seed=secrets.token_hex(16),
    )


def why_closely(assessment: Assessment, judgement: Judgement | None) -> str:
    """Why each item of a portfolio is looked at, in words; empty where the list is enough.

    Besides what was drawn: a result that the person did not sign, and a «not yet competent»
    with which she disagrees. `judgement` is the one that `judgement_of` finds.
    """
    if judgement and judgement.is_unsigned:
        return _("The person did not sign the result.")
    if judgement and judgement.is_disputed and judgement.outcome == JudgementOutcome.NOT_YET:
        return _("The person disagrees with “not yet competent”.")
    settled = assessment.samplings.filter(evaluator=assessment.evaluator_id).first()
    if settled is None or settled.why == SamplingReason.NOT_DRAWN:
        return ""
    return settled.get_why_display()


def items_to_look_at(assessment: Assessment, *, closely: str, given: Collection[str]) -> set[str]:
    """The codes of the items that the verifier looks at one by one, of those that were `given`.

    All, where the portfolio is verified `closely` (CERT-12); otherwise those that were
    sent back to the evaluator, whether they were answered anew or not (CERT-7).
    """
    if closely:
        return set(given)
    returns = assessment.returns()
    codes = {code for each in returns for code in each.items}
    if returns:  # and what coordination has taken since of what a telephone sent too late
        since = returns[0].at
        anew = assessment.resolutions.filter(annulled_at=None, decided_at__gte=since)
        codes |= set(anew.values_list("item__code", flat=True))
    return codes & set(given)
