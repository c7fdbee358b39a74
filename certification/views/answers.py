"""How pages show a judgement and the answers behind it."""

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from certification.actions.judging import judgement_of
from certification.actions.sessions import consents_in_words
from certification.actions.standards import scored_items
from certification.choices import (
    WITH_A_FILE,
    JudgementOutcome,
    JudgementReason,
    Recommendation,
    RecordKind,
    SafetyPoint,
    Signer,
)
from certification.models import Observation
from certification.rules.plans import window_of
from certification.rules.scoring import is_met, show_percentage

SHORT = 70  # letters of an item's text, where its code alone would say nothing


def shown_consents(given):
    """The consents that were in force at the start, each with the text that was read out."""
    return [(_("Consents at the start"), "; ".join(consents_in_words(given)) or "–")]


def shown_session(session):
    """What was shown, looked at and paused in a session, read by `with_pauses`."""
    points = [str(SafetyPoint(each).label) for each in session.safety]
    pauses = [
        f"{_hour(since)}–{_hour(until)}"
        for since, until in zip(session.paused_from, session.paused_until, strict=True)
    ]
    return [
        *shown_consents(session.consents),
        (_("Looked at for safety"), "; ".join(points) or "–"),
        (_("Pauses"), "; ".join(pauses) or "–"),
    ]


def _hour(moment):
    return time_format(timezone.localtime(moment), "H:i") if moment else "…"


def items_of(version):
    """The items of a standard in their order, with what a page says of them."""
    items = version.items.select_related("instrument", "criterion__element")
    return list(items.order_by("instrument__position", "position"))


def shown_result(result, version, *, items=None):
    """What a page shows of a judgement: percentages cut, reasons in words.

    `items` are those of the version, where the page has them already.
    """
    scores = result["instruments"]
    items = items or items_of(version)
    titles = {each.instrument.code: each.instrument.title for each in items}
    return {
        "competent": result["outcome"] == JudgementOutcome.COMPETENT,
        "outcome": JudgementOutcome(result["outcome"]).label,
        "total": show_percentage(result["total"]["shown"]),
        "instruments": [
            (title, show_percentage(scores[code]["shown"]))
            for code, title in titles.items()
            if code in scores
        ],
        "reasons": _reasons(result, items, titles),
        **_gaps(result, items),
    }


def _gaps(result, items):
    """The report of the gaps: by element the items that were not met, and what is advised.

    Of a question its text alone: neither what was chosen nor what would be right.
    """
    report = result.get("gap_report") or {"gaps": [], "recommendation": None}
    texts = {each.code: each.text for each in items}
    elements = {
        each.criterion.element.code: each.criterion.element for each in items if each.criterion
    }
    advice = report["recommendation"]
    return {
        "gaps": [
            (
                elements.get(gap["element"]),
                [(code, texts.get(code, "")) for code in gap["items"]],
            )
            for gap in report["gaps"]
        ],
        "advice": str(Recommendation(advice).label) if advice else "",
    }


def _reasons(result, items, titles):
    """Each rule that was failed, and by what: (words, [names]).

    What was never asked because of a stop failed nothing that the person did: it
    is counted once, under the stop.
    """
    unasked = set(result.get("not_asked", []))
    criteria = {each.criterion.code: each.criterion for each in items if each.criterion}
    texts = {each.code: each for each in [*items, *criteria.values()]}
    names = titles | {
        code: f"{code} {Truncator(each.text).chars(SHORT)}" for code, each in texts.items()
    }
    tested = {each.criterion.code for each in items if each.criterion and each.code not in unasked}
    untested = unasked | (criteria.keys() - tested)
    shown = []
    for reason in result["reasons"]:
        where = [names.get(code, code) for code in reason["where"] if code not in untested]
        if reason["code"] == JudgementReason.SAFETY and unasked:
            words = ngettext("%d item was not asked", "%d items were not asked", len(unasked))
            where = [words % len(unasked)]
        if where or not reason["where"]:
            shown.append((JudgementReason(reason["code"]).label, where))
    return shown


def shown_return(assessment, session):
    """Why a verifier sent it back, and which items may be answered anew; None unless it is so."""
    returned = assessment.last_return(session=session)
    if returned is None:
        return None
    anew = assessment.resolutions.filter(
        item=OuterRef("pk"), annulled_at=None, decided_at__gte=returned.at
    )
    items = assessment.standard_version.items.filter(code__in=returned.items)
    in_order = items.annotate(done=Exists(anew)).order_by("instrument__position", "position")
    return {
        "reason": returned.reason,
        "items": [(each, each.done) for each in in_order],
        "may_answer": assessment.stopped_at is None,
    }


def shown_window(plan):
    """Between which days, and which hours of each, a session may begin."""
    window = window_of(plan)
    days = _("from {since} to {until}").format(
        since=date_format(window.since, "SHORT_DATE_FORMAT"),
        until=date_format(window.until, "SHORT_DATE_FORMAT"),
    )
    if window.opens is None:
        return days
    hours = f"{time_format(window.opens, 'H:i')}–{time_format(window.closes, 'H:i')}"
    return f"{days}, {hours}"


def shown_meeting(plan):
    """When and where the result is explained; empty where the plan says nothing."""
    if plan.results_on is None:
        return ""
    at = f", {time_format(plan.results_at, 'H:i')}" if plan.results_at else ""
    return f"{date_format(plan.results_on, 'DATE_FORMAT')}{at}, {plan.results_place}"


def shown_times(plan):
    """When the session may begin, and when the result is explained: rows of label and value."""
    return [
        (_("It may begin"), shown_window(plan)),
        (_("The result is explained"), shown_meeting(plan) or _("Not said yet")),
    ]


def shown_plan(plan):
    """A plan as both hear it before they agree: rows of label and value."""
    return [
        (_("Centre"), plan.centre),
        (_("Day"), date_format(plan.scheduled_for, "DATE_FORMAT")),
        (_("Hour"), time_format(plan.scheduled_at, "H:i")),
        *shown_times(plan),
        (_("Evaluator"), plan.evaluator),
        (_("Help that is needed"), getattr(plan, "help", None) or _("No help is needed")),
    ]


def shown_feedback(judgement):
    """What the person is told besides the result: rows of label and text, without empty ones."""
    rows = [
        (_("What the person does well"), judgement.strengths),
        (_("What is still missing"), judgement.gaps),
        (_("What is recommended"), judgement.recommendations),
    ]
    return [(label, text) for label, text in rows if text]


def shown_diagnosis(assessment):
    """What a diagnosis advises, and what the standard says to it: rows of label and value."""
    diagnosis = getattr(assessment, "diagnosis", None)
    if diagnosis is None:  # a renewal has none
        return []
    bands = assessment.standard_version.diagnostic_bands
    band = bands.get(first__lte=diagnosis.points, last__gte=diagnosis.points)
    return [
        (_("The diagnosis recommends"), diagnosis.get_recommendation_display()),
        (_("What it says"), band.message.rstrip(".")),
    ]


def shown_training(training):
    """A training as it stands before it is closed: rows of label and value."""
    return [
        (_("Training"), training.get_service_display()),
        (_("Where"), training.trainer),
        (_("Last day"), date_format(training.ends_on, "DATE_FORMAT")),
    ]


def shown_facts(assessment):
    """Whose assessment it is, in what and with which result, before it is decided for good."""
    judgement = judgement_of(assessment)
    facts = [
        (_("Person"), assessment.person.display_name),
        (_("Standard"), assessment.standard_version),
        (_("Assessment"), assessment.reference),
    ]
    if judgement:  # there is none once it was sent back
        facts.append((_("Result"), judgement.get_outcome_display()))
    return facts


def portfolio_of(assessment, *, items=None):
    """Each answer that counts, with its note, whether it meets its item, and those before (CERT-9).

    One that was corrected, or that coordination did not choose, stays under its item.
    `items` are those of the standard, where the page has them already.
    """
    given = {}
    answers = Observation.objects.counting().filter(session__assessment=assessment)
    for each in answers.order_by("seq", "pk"):
        given.setdefault(each.item_id, []).append(each)
    resolved = assessment.resolutions.filter(annulled_at=None)
    chosen = {
        item: (observation, reason)
        for item, observation, reason in resolved.values_list("item", "observation", "reason")
    }
    scored = {each.code: each for each in scored_items(assessment.standard_version)}
    return [
        _answered(item, scored[item.code], given[item.pk], chosen.get(item.pk, (None, "")))
        for item in items or items_of(assessment.standard_version)
        if item.pk in given
    ]


def _answered(item, scored, given, chosen):
    """One item of a portfolio: all its answers, and which of them was decided on, and why."""
    decided, reason = chosen
    counting = next((each for each in given if each.pk == decided), given[-1])
    return {
        "item": item,
        "answer": item.in_words(counting.value),
        "note": counting.note,
        "reason": reason,
        "read_aloud": any(each.read_aloud for each in given),
        "on_paper": counting.paper_id is not None,
        "met": is_met(scored, counting.value),
        "earlier": [
            {
                "answer": item.in_words(each.value),
                "note": each.note,
                "at": each.received_at,
                "corrected": each.device == counting.device,
            }
            for each in given
            if each is not counting
        ],
    }


def shown_conflicts(assessment):
    """What telephones noted and nobody has taken or settled, each with what counts instead."""
    found = assessment.conflicts.open().select_related("receipt__by", "receipt__phone", "item")
    return [shown_conflict(each) for each in found.order_by("receipt__phone", "receipt__seq")]


def shown_conflict(conflict):
    """One of them: rows of label and value, with both values."""
    receipt = conflict.receipt
    moment = timezone.localtime(receipt.noted_at or receipt.received_at)
    facts = [
        (_("What was noted"), f"{receipt.get_kind_display()} {conflict.item or ''}".strip()),
        (_("The telephone noted"), _noted(conflict) or "–"),
        (_("Note"), conflict.note or "–"),
        (_("In the system"), _in_words(conflict.item, conflict.kept_value) or "–"),
        (_("Why it was not taken"), conflict.why),
        (_("Noted by"), f"{receipt.by} · {date_format(moment, 'SHORT_DATETIME_FORMAT')}"),
        (_("Telephone and receipt"), f"{receipt.phone} · {receipt.number}"),
    ]
    if receipt.kind in {RecordKind.STOP, *WITH_A_FILE}:
        del facts[3]  # these stand against no other value
    return {"conflict": conflict, "facts": facts}


def _noted(conflict):
    if conflict.receipt.kind == RecordKind.SIGNATURE:
        return Signer(conflict.value).label
    return _in_words(conflict.item, conflict.value)


def _in_words(item, value):
    """A value as people read it; one that the item does not take stays as it came."""
    try:
        return item.in_words(value) if item and value else value
    except (KeyError, ValueError):
        return value
