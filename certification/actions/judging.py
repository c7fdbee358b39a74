"""The judgement that the evaluator signs: computed from the answers, and from nothing else."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import record_activity
from accounts.models import User
from beneficiaries.actions.services import record_service
from beneficiaries.choices import Service
from beneficiaries.models import Person
from certification.actions.parts import check_part
from certification.actions.planning import check_conflict
from certification.actions.refusals import NotPossible
from certification.actions.sessions import IncompleteAssessment, answers_of
from certification.actions.standards import scheme_of
from certification.choices import AssessmentState, JudgementOutcome
from certification.models import Assessment, Judgement
from certification.rules.scoring import gap_report, score
from genesis.lib.states import lock, move


class FeedbackMissing(NotPossible):
    """Who is not yet competent is told what to work on."""

    sentence = gettext_noop("Write what the person should work on.")


class UnsettledConflict(NotPossible):
    """What a telephone sent too late is settled before anything is judged or decided (CERT-7)."""

    sentence = gettext_noop(
        "A telephone sent something after the evidence was closed: coordination settles it first."
    )


def check_conflicts(assessment: Assessment) -> None:
    """Raise UnsettledConflict while coordination has to settle what came too late."""
    if assessment.conflicts.open().exists():
        raise UnsettledConflict


@transaction.atomic
def sign_judgement(
    assessment: Assessment,
    *,
    version: int,
    strengths: str = "",
    gaps: str = "",
    recommendations: str,
    by: User,
) -> Judgement:
    """Sign the judgement that follows from the answers; nobody else computes it (CERT-6).

    What the person does well, what is missing and what is recommended are what she is told.
    The service 1c was received on the day of the first judgement. Raises FeedbackMissing when
    it is «not yet competent» and nothing is recommended, NotYours, ConflictOfInterest where one
    has come to light (CERT-3), and UnsettledConflict.
    """
    lock(assessment.person)
    assessment = lock(assessment)
    changes = move(assessment, AssessmentState.JUDGED, version=version)
    check_part(assessment.evaluator, by)
    check_conflict(assessment.person, by, on=timezone.localdate())
    check_conflicts(assessment)
    answers, stopped = answers_of(assessment), assessment.stopped_at is not None
    scheme = scheme_of(assessment.standard_version)
    result = score(scheme, answers, stopped=stopped)
    if result.outcome is None:
        raise IncompleteAssessment(
            _("These items have no answer: %(items)s.") % {"items": ", ".join(result.missing)}
        )
    if result.outcome == JudgementOutcome.NOT_YET and not recommendations.strip():
        raise FeedbackMissing
    assert assessment.centre is not None  # the database refuses a plan without one
    report = gap_report(scheme, answers, stopped=stopped)
    person = Person.objects.select_related("district").get(pk=assessment.person_id)
    judgement = Judgement.objects.create(
        assessment=assessment,
        number=assessment.judgements.count() + 1,
        inputs_sha256=_digest(assessment, answers, stopped),
        result=result.to_dict()
        | {
            "gap_report": asdict(report),
            "not_asked": not_asked(assessment, answers),
            "carried": carried_over(assessment),
        },
        outcome=result.outcome,
        strengths=strengths.strip(),
        gaps=gaps.strip(),
        recommendations=recommendations.strip(),
        signed_by=by,
        department_id=person.district.department_id if person.district else None,
        status=person.status,
        sector=assessment.standard_version.own_sector,
    )
    record_service(
        person,
        Service.ASSESSMENT,
        on=timezone.localdate(judgement.signed_at),
        organization=assessment.centre.organization,
        source=f"assessment:{assessment.pk}",
        by=by,
    )
    record_activity("assessment.judged", assessment, by=by, changes=changes)
    return judgement


def _digest(assessment: Assessment, answers: Mapping[str, str], stopped: bool) -> str:
    """Seals what was judged: the standard's file, each answer, and whether it was stopped."""
    inputs = {
        "standard": assessment.standard_version.source_sha256,
        "answers": dict(answers),
        "stopped": stopped,
    }
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def not_asked(assessment: Assessment, answers: Mapping[str, str]) -> list[str]:
    """The codes of the items that a stop for safety left without an answer."""
    items = assessment.items_to_answer().exclude(code__in=answers)
    return list(items.order_by("instrument__position", "position").values_list("code", flat=True))


def carried_over(assessment: Assessment) -> list[dict[str, str]]:
    """The instruments that were met in an earlier attempt: in which, and judged on which day."""
    carried = assessment.carried.select_related("instrument", "judgement__assessment")
    return [
        {
            "title": each.instrument.title,
            "reference": each.judgement.assessment.reference,
            "day": timezone.localdate(each.judgement.signed_at).isoformat(),
        }
        for each in carried.order_by("instrument__position")
    ]


def judgement_of(assessment: Assessment) -> Judgement | None:
    """The judgement in force, not one that was returned, with what the person says to it."""
    return assessment.judgements.filter(archived_at=None).with_answer().first()
