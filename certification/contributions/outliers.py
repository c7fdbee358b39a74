"""Whose assessments are to be looked at more closely (CERT-13). It reads, and decides nothing."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Exists, F, Max, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from certification.choices import JudgementOutcome, Scale
from certification.models import (
    CarriedInstrument,
    Evaluator,
    Item,
    Judgement,
    OutlierReview,
    SessionPause,
)
from certification.rules.outliers import Outlier, Result, outliers_of
from genesis.lib.days import add_months

LOOKED_BACK = 12  # months


def blocks(user: User) -> Iterator[Block]:
    """On «Hoy» of who accredits: whose assessments stand out, unlooked at, but never one's own."""
    if not user.may(Permission.ACCREDIT):
        return
    found = open_outliers()
    seen = Evaluator.objects.visible_to(user).filter(pk__in=found).exclude(user=user)
    lines = [
        Line(
            str(each),
            each.get_absolute_url(),
            _("In %(standards)s: look at it with her or him. It decides nothing.")
            % {"standards": ", ".join(sorted({one.standard for one in found[each.pk]}))},
            state=_("Stands out"),
            tone="alerta",
        )
        for each in seen.select_related("user").order_by("user__sort_name", "pk")[: SHOWN + 1]
    ]
    url = reverse("certification:evaluator_list")
    yield Block(_("Evaluators whose assessments stand out"), Urgency.SOON, lines, url)


def open_outliers() -> dict[int, list[Outlier]]:
    """Those at which nobody has looked since the evaluator's newest judgement in the standard."""
    found, newest = _find()
    reviewed: dict[int, int] = dict(
        OutlierReview.objects.filter(evaluator__in=found)
        .values_list("evaluator")
        .annotate(last=Max("up_to"))
    )
    users = dict(Evaluator.objects.filter(pk__in=reviewed).values_list("pk", "user"))
    still = {
        pk: [
            each
            for each in outliers
            if pk not in reviewed or newest[users[pk], each.standard] > reviewed[pk]
        ]
        for pk, outliers in found.items()
    }
    return {pk: outliers for pk, outliers in still.items() if outliers}


def find_outliers() -> dict[int, list[Outlier]]:
    """The signs of each evaluator, by the id of the register, over the last twelve months.

    Two questions, however many evaluators there are.
    """
    return _find()[0]


def _find() -> tuple[dict[int, list[Outlier]], dict[tuple[int, str], int]]:
    """The signs, and of each user and standard the newest judgement by its number."""
    numbered = _results_since(add_months(timezone.localdate(), -LOOKED_BACK))
    results = [each for _number, each in numbered]
    newest = {(each.evaluator, each.standard): number for number, each in numbered}
    evaluators = Evaluator.objects.filter(user__in={each.evaluator for each in results})
    found = {pk: outliers_of(user, results) for pk, user in evaluators.values_list("pk", "user")}
    return {pk: outliers for pk, outliers in found.items() if outliers}, newest


def _results_since(day: date) -> list[tuple[int, Result]]:
    """The results in the order in which they were signed, each with the number of its judgement."""
    measured = Item.objects.filter(
        standard_version=OuterRef("assessment__standard_version"), scale=Scale.MEASUREMENT
    )
    carried = CarriedInstrument.objects.filter(assessment=OuterRef("assessment"))
    judgements = Judgement.objects.filter(archived_at=None, signed_at__date__gte=day)
    held = Q(assessment__sessions__annulled_at=None)
    paused = (
        SessionPause.objects.filter(
            session__assessment=OuterRef("assessment"), session__annulled_at=None
        )
        .values("session__assessment")
        .values(length=Sum(F("ended_at") - F("started_at")))
    )
    rows = judgements.values(
        "pk",
        "signed_by",
        "outcome",
        "inputs_sha256",
        standard=F("assessment__standard__code"),
        began=Min("assessment__sessions__started_at", filter=held),
        ended=Max("assessment__sessions__ended_at", filter=held),
        measured=Exists(measured),
        paused=Coalesce(Subquery(paused), timedelta()),
        whole=~Exists(carried) & Q(assessment__stopped_at=None),
    )
    return [
        (
            row["pk"],
            Result(
                evaluator=row["signed_by"],
                standard=row["standard"],
                competent=row["outcome"] == JudgementOutcome.COMPETENT,
                # What was stopped, or asked only in part, was short for a good reason.
                took=row["ended"] - row["began"] - row["paused"]
                if row["whole"] and row["ended"]
                else None,
                # Without a measurement many people rightly have the same answers.
                answers=row["inputs_sha256"] if row["measured"] else "",
            ),
        )
        for row in rows.order_by("pk")
    ]
