"""Whether three different people act, and others resolve an appeal: looked at by night (CERT-5).

Actions and the database refuse a second part; this finds what came in by another way.
"""

from collections import defaultdict

from django.db import transaction
from django.db.models import Value
from django.utils import timezone

from accounts.actions.history import record_activity
from accounts.models import User
from certification.actions.parts import given_reason
from certification.actions.refusals import AlreadySettled, SamePerson
from certification.models import (
    AppealSeat,
    Assessment,
    Decision,
    Judgement,
    PaperSettlement,
    PaperTyping,
    PartsAlert,
    Verification,
)
from certification.models.assessment_lists import TRANSCRIBER
from genesis.lib.states import lock


def find_two_parts() -> dict[tuple[int, int], str]:
    """(assessment, user) → the parts that somebody has or had in one assessment, if several."""
    acted = [
        *(
            Assessment.objects.exclude(**{part: None}).values_list("pk", part, Value(part))
            for part in ("evaluator", "verifier", "officer")
        ),
        Judgement.objects.values_list("assessment", "signed_by", Value("evaluator")),
        Verification.objects.values_list("assessment", "verifier", Value("verifier")),
        Decision.objects.values_list("assessment", "officer", Value("officer")),
        AppealSeat.objects.values_list("appeal__assessment", "user", Value("panel")),
        *(
            rows.values_list("form__assessment", "by", Value(TRANSCRIBER))
            for rows in (PaperTyping.objects, PaperSettlement.objects)
        ),
    ]
    parts: dict[tuple[int, int], set[str]] = defaultdict(set)
    first, *others = acted
    for assessment, user, part in first.union(*others).order_by().iterator():
        parts[assessment, user].add(part)
    return {
        both: ",".join(sorted(names))
        for both, names in parts.items()
        if len(names) > 1 and names != {"evaluator", TRANSCRIBER}  # who may type her own paper
    }


@transaction.atomic
def keep_alerts() -> None:
    """Tell coordination who has two parts in an assessment, until it is so no longer."""
    found = find_two_parts()
    for alert in PartsAlert.objects.standing().select_for_update(of=("self",)).order_by("pk"):
        both = alert.assessment_id, alert.user_id
        if found.get(both) == alert.parts:
            del found[both]
        else:
            alert.ended_at = timezone.now()
            alert.save(update_fields=["ended_at"])
    PartsAlert.objects.bulk_create(
        (
            PartsAlert(assessment_id=assessment, user_id=user, parts=parts)
            for (assessment, user), parts in sorted(found.items())
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def settle_parts(alert: PartsAlert, *, reason: str, by: User) -> PartsAlert:
    """Keep what coordination found and did about somebody's two parts; it is told no more.

    Should the same person have another part besides, it is told anew. Raises
    AlreadySettled, SamePerson for whoever it is about, and ReasonMissing.
    """
    assessment = lock(alert.assessment)
    alert = lock(alert)
    if alert.settled_at or alert.ended_at:
        raise AlreadySettled
    if alert.user_id == by.pk:
        raise SamePerson(by)
    alert.settled_at, alert.settled_by = timezone.now(), by
    alert.reason = given_reason(reason)
    alert.save(update_fields=["settled_at", "settled_by", "reason"])
    record_activity("assessment.parts_settled", assessment, by=by, parts=alert.parts)
    return alert
