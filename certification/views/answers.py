"""How pages show a judgement and the answers behind it."""

from certification.actions.standards import scheme_of
from certification.choices import JudgementOutcome, JudgementReason
from certification.models import Observation
from certification.rules.scoring import is_met, show_percentage


def shown_result(result, version):
    """What a page shows of a judgement: percentages cut, reasons in words."""
    scores = result["instruments"]
    return {
        "competent": result["outcome"] == JudgementOutcome.COMPETENT,
        "outcome": JudgementOutcome(result["outcome"]).label,
        "total": show_percentage(result["total"]["shown"]),
        "instruments": [
            (each.title, show_percentage(scores[each.code]["shown"]))
            for each in version.instruments.order_by("position")
            if each.code in scores
        ],
        "reasons": [
            (JudgementReason(reason["code"]).label, ", ".join(reason["where"]))
            for reason in result["reasons"]
        ],
    }


def portfolio_of(assessment):
    """Each answer that counts, with its note and whether it meets its item (CERT-9)."""
    said = Observation.objects.filter(session__assessment=assessment).current()
    counting = {each.item_id: each for each in said}
    for each in assessment.resolutions.select_related("observation"):
        counting[each.item_id] = each.observation
    scored = {each.code: each for each in scheme_of(assessment.standard_version).items}
    items = assessment.standard_version.items.select_related("instrument")
    return [
        {
            "item": item,
            "answer": item.in_words(counting[item.pk].value),
            "note": counting[item.pk].note,
            "met": is_met(scored[item.code], counting[item.pk].value),
        }
        for item in items.order_by("instrument__position", "position")
        if item.pk in counting
    ]
