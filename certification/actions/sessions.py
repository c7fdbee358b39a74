"""The session: every answer as it was given, a stop for safety, and the end of the evidence."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.actions.history import record_activity
from accounts.models import User
from beneficiaries.actions.consents import has_consent
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Person
from certification.actions.enrolling import NoAssessmentConsent
from certification.actions.evidence import check_evidence
from certification.actions.parts import check_part, check_state, end_sessions, given_reason
from certification.actions.pausing import go_on
from certification.actions.planning import check_session
from certification.actions.refusals import (
    AssessmentClosed,
    DayNotPossible,
    NotPossible,
)
from certification.choices import AssessmentState, ItemAnswer, SafetyPoint, Scale
from certification.models import (
    Assessment,
    AssessmentSession,
    Item,
    ItemResolution,
    Observation,
    PaperForm,
    Plan,
)
from certification.rules.plans import Window, window_of
from certification.rules.scoring import InvalidAnswer, ScoredItem, check_answer, is_met
from genesis.lib.states import OtherContent, change, lock, move


class IdentityNotChecked(NotPossible):
    """A session begins with the document of the person who comes."""

    sentence = gettext_noop("Say which document was seen.")


class SafetyNotChecked(NotPossible):
    """Nothing begins that is not safe (CERT-10)."""

    sentence = gettext_noop("Look at each point of safety, and tick it, before you begin.")


def consents_of(person: Person, at: datetime | None = None) -> list[dict[str, Any]]:
    """What somebody agrees to, or agreed to at a moment: purpose, text that was read out, day."""
    found = person.consents.standing_at(at) if at else person.consents.in_force()
    given = found.select_related("notice").order_by("given_at", "pk")
    return [
        {
            "purpose": each.purpose,
            "notice": each.notice.number,
            "on": timezone.localdate(each.given_at).isoformat(),
        }
        for each in given
    ]


def consents_in_words(given: Iterable[Mapping[str, Any]]) -> list[str]:
    """Consents that are shown at the start, each with the text that was read out and its day."""
    return [
        _("{purpose} (text v{number}, {day})").format(
            purpose=ConsentPurpose(each["purpose"]).label,
            number=each["notice"],
            day=date_format(date.fromisoformat(each["on"]), "SHORT_DATE_FORMAT"),
        )
        for each in given
    ]


@transaction.atomic
def start_session(
    assessment: Assessment,
    *,
    version: int,
    identity_checked: str,
    safety: Collection[str] | None = None,
    by: User,
    at: datetime | None = None,
    told_by: User | None = None,
    outside_because: str = "",
    on_paper: bool = False,
) -> AssessmentSession:
    """Begin to watch somebody work; `identity_checked` says which document was seen.

    `safety` are the points of SafetyPoint that were looked at: all of them, unless it is
    `on_paper`, which may tell of what was begun without, for the verifier to read. The consents
    that are in force are kept as they were shown.

    `at` is when it began, where a telephone without signal tells of it later; `told_by`
    is who wrote it down, where the evaluator's paper or telephone tells of it.
    `outside_because` is why coordination lets one count that began outside the window of the
    plan.
    Raises NotYours for anybody but the evaluator who was appointed,
    DayNotPossible outside that window without it, NoAssessmentConsent when it
    was taken back, IdentityNotChecked when no document is named, SafetyNotChecked, and what
    `check_session` raises when centre or evaluator may not hold it today.
    """
    assessment = lock(assessment)
    changes = move(assessment, AssessmentState.IN_ASSESSMENT, version=version)
    check_part(assessment.evaluator, by)
    if not identity_checked.strip():
        raise IdentityNotChecked
    if safety is not None and not on_paper and set(safety) != set(SafetyPoint.values):
        raise SafetyNotChecked
    if not has_consent(assessment.person, ConsentPurpose.ASSESSMENT):
        raise NoAssessmentConsent
    shown = consents_of(assessment.person, at)
    at = at or timezone.now()
    if not outside_because:
        check_window(assessment.plans.newest(), at)
    check_session(assessment, at=at)
    drop_outdated(assessment, at=at, by=by)
    session = AssessmentSession.objects.create(
        assessment=assessment,
        identity_checked=identity_checked.strip(),
        consents=shown,
        safety=sorted(safety or []),
        started_at=at,
        started_by=by,
    )
    record_activity("assessment.started", assessment, by=told_by or by, changes=changes)
    return session


def check_window(plan: Plan, at: datetime) -> None:
    """Raise DayNotPossible outside the days and hours that both agreed on (transition 9)."""
    window, moment = window_of(plan), timezone.localtime(at)
    if not window.holds(moment.date(), moment.time()):
        raise DayNotPossible(window_in_words(window))


def window_in_words(window: Window) -> str:
    """Between which days and hours the session begins, in one sentence."""
    words = _("By the plan the session begins between %(since)s and %(until)s.")
    told = {
        "since": date_format(window.since, "DATE_FORMAT"),
        "until": date_format(window.until, "DATE_FORMAT"),
    }
    if window.opens and window.closes:
        words = _(
            "By the plan the session begins between %(since)s and %(until)s, from %(opens)s to"
            " %(closes)s."
        )
        told |= {"opens": f"{window.opens:%H:%M}", "closes": f"{window.closes:%H:%M}"}
    return words % told


def drop_outdated(assessment: Assessment, *, at: datetime, by: User) -> None:
    """Ask again what was carried over from too long ago: the session's day counts (CERT-11)."""
    since = at - timedelta(days=settings.CARRIED_OVER_DAYS)
    outdated = assessment.carried.filter(judgement__signed_at__lt=since)
    codes = list(outdated.values_list("instrument__code", flat=True))
    if codes:
        outdated.delete()
        record_activity("assessment.to_be_repeated", assessment, by=by, instruments=codes)


class NoteMissing(NotPossible):
    """What was not met is explained (CERT-9)."""

    sentence = gettext_noop("Note what you saw.")


@transaction.atomic
def record_observation(
    session: AssessmentSession,
    *,
    key: UUID,
    device: UUID,
    item: Item,
    value: str,
    note: str,
    by: User,
    seq: int | None = None,
    at: datetime | None = None,
    read_aloud: bool = False,
    paper: PaperForm | None = None,
    going_on_at: datetime | None = None,
) -> Observation:
    """Keep what the evaluator noted about one item: raw, as ticked, measured or chosen (CERT-6).

    Nothing is overwritten: a correction is another observation, the next of
    this device: counted under the lock, or by the telephone that noted it, which then
    says its `seq` and, by its own clock, `at`; or by the `paper` that two people typed.
    Whoever notes something works: a pause that stands ends, `going_on_at` by our clock.
    The same key with the same content is a replay, whatever has happened since; with other
    content it raises OtherContent. A new one raises AssessmentClosed unless in assessment, after a
    stop for safety, or once coordination has decided the item; NotYours,
    InvalidAnswer when the item does not take it, and NoteMissing. The
    observation is its own trace.
    """
    assessment = lock(session.assessment)
    value, note = value.strip(), note.strip()
    content: dict[str, Any] = {
        "session": session,
        "device": device,
        "item": item,
        "value": value,
        "note": note,
        "by": by,
    }
    if known := replayed(key, content):
        return known
    if assessment.state != AssessmentState.IN_ASSESSMENT:
        raise AssessmentClosed
    if assessment.stopped_at:
        raise AssessmentClosed(
            _("The session was stopped for safety and takes no more answers: close the evidence.")
        )
    if assessment.resolutions.filter(item=item, annulled_at=None).exists():
        raise AssessmentClosed(_("Coordination has decided which answer to this item counts."))
    if assessment.carried.filter(instrument=item.instrument_id).exists():
        raise AssessmentClosed(_("This instrument was met in an earlier attempt: it is not asked."))
    check_part(assessment.evaluator, by)
    check_observation(assessment, item, value, note)
    if seq is None:
        seq = next_seq(assessment, device)
    if paper is None:
        go_on(session, at=going_on_at or timezone.now())
    return Observation.objects.create(
        client_id=key,
        seq=seq,
        observed_at=at or timezone.now(),
        read_aloud=read_aloud,
        paper=paper,
        **content,
    )


def replayed(key: UUID, content: Mapping[str, Any]) -> Observation | None:
    """The observation that came before with this key. Raises OtherContent if it said otherwise."""
    known = Observation.objects.filter(client_id=key).first()
    if known and any(getattr(known, name) != sent for name, sent in content.items()):
        raise OtherContent(_("This observation was already received with other content."))
    return known


def next_seq(assessment: Assessment, device: UUID) -> int:
    """The number of the next observation of a device; call it with the assessment locked."""
    earlier = Observation.objects.filter(session__assessment=assessment, device=device)
    return (earlier.aggregate(Max("seq"))["seq__max"] or 0) + 1


def check_observation(assessment: Assessment, item: Item, value: str, note: str) -> None:
    """The item takes the answer, and what was seen or measured to be wrong is explained (CERT-9).

    So is why something was not applicable (CERT-8).
    A wrong choice in a questionnaire needs no note: to ask for one would tell the key.
    """
    if item.standard_version_id != assessment.standard_version_id:
        raise InvalidAnswer(_("There is no item %(item)s.") % {"item": item.code})
    scored = ScoredItem(
        code=item.code,
        instrument="",
        weight=item.weight,
        scale=item.scale,
        minimum=item.minimum,
        maximum=item.maximum,
        options=tuple(letter for letter, _text in item.options),
    )
    check_answer(scored, value)
    if value == ItemAnswer.NA and not note:
        raise NoteMissing(_("%(item)s: note why it is not applicable.") % {"item": item.code})
    if item.scale != Scale.CHOICE and is_met(scored, value) is False and not note:
        raise NoteMissing(_("%(item)s: note what you saw.") % {"item": item.code})


class NothingToResolve(NotPossible):
    """Coordination decides between answers that differ, and no others."""

    sentence = gettext_noop("This item has no differing answers, or this is not one of them.")


@transaction.atomic
def resolve_item(
    assessment: Assessment, *, item: Item, observation: Observation, reason: str, by: User
) -> ItemResolution:
    """Decide which of the differing answers of two devices counts: all stay on record.

    Raises AssessmentClosed unless in assessment, NothingToResolve unless the
    item has two answers and `observation` is one of them, and ReasonMissing.
    """
    assessment = lock(assessment)
    if assessment.state != AssessmentState.IN_ASSESSMENT:
        raise AssessmentClosed
    given = Observation.objects.counting().filter(session__assessment=assessment, item=item)
    answers = given.current()
    differing = assessment.items_to_resolve().filter(pk=item.pk).exists()
    if not differing or observation not in answers:
        raise NothingToResolve
    resolution = ItemResolution.objects.create(
        assessment=assessment,
        item=item,
        observation=observation,
        reason=given_reason(reason),
        decided_by=by,
    )
    record_activity("assessment.item_resolved", assessment, by=by, item=item.code)
    return resolution


@transaction.atomic
def stop_for_safety(
    assessment: Assessment,
    *,
    version: int,
    reason: str,
    by: User,
    at: datetime | None = None,
    told_by: User | None = None,
) -> Assessment:
    """Stop a session that became dangerous: whatever follows, it is not yet competent (CERT-10).

    No answer comes in any more, and the evidence is closed next. `at` is when it
    was stopped, where a telephone without signal tells of it later; `told_by` is who
    wrote it down from paper. Raises AssessmentClosed unless in assessment and not yet
    stopped, NotYours, ReasonMissing.
    """
    assessment = lock(assessment)
    if assessment.state != AssessmentState.IN_ASSESSMENT or assessment.stopped_at:
        raise AssessmentClosed(_("Only a session that goes on can be stopped."))
    check_part(assessment.evaluator, by)
    changes = change(
        assessment,
        version=version,
        stopped_at=at or timezone.now(),
        stop_reason=given_reason(reason),
    )
    record_activity("assessment.stopped", assessment, by=told_by or by, changes=changes)
    return assessment


class IncompleteAssessment(NotPossible):
    """Some item has no answer yet, or two that differ (CERT-8)."""

    sentence = gettext_noop("Some item has no answer.")


class PaperWaits(NotPossible):
    """What was typed from paper is not lost: it is kept, or set aside with a reason."""

    sentence = gettext_noop(
        "A paper form was typed and is not kept yet: somebody types it the second time, settles"
        " what differs, or coordination sets it aside."
    )


@transaction.atomic
def close_evidence(
    assessment: Assessment, *, version: int, by: User, at: datetime | None = None
) -> Assessment:
    """End the session: from now on no answer comes in (CERT-7, CERT-8).

    `at` is when it ended, where a telephone without signal tells of it later; a paper
    that was kept says it too. Raises IncompleteAssessment while an item has no answer,
    unless the session was stopped for safety, or two answers that differ; PaperWaits;
    NotYours; and what `check_evidence` raises while photos or signatures are lacking.
    """
    assessment = lock(assessment)
    check_state(assessment, AssessmentState.IN_ASSESSMENT)
    changes = move(assessment, AssessmentState.EVIDENCE_CLOSED, version=version)
    check_part(assessment.evaluator, by)
    missing = 0 if assessment.stopped_at else assessment.items_without_answer().count()
    if missing:
        raise IncompleteAssessment(
            ngettext("%d item has no answer.", "%d items have no answer.", missing) % missing
        )
    if assessment.items_to_resolve().exists():
        raise IncompleteAssessment(_("Two devices differ on an item: coordination must decide."))
    if assessment.paper_forms.undecided().exists():
        raise PaperWaits
    check_evidence(assessment)
    end_sessions(assessment, at=at or _end_on_paper(assessment))
    record_activity("assessment.evidence_closed", assessment, by=by, changes=changes)
    return assessment


def _end_on_paper(assessment: Assessment) -> datetime | None:
    """When the session ended by its paper, unless something was noted after it; else None."""
    session = assessment.last_session()
    if session is None:
        return None
    ended = session.paper_forms.aggregate(Max("ended_at"))["ended_at__max"]
    noted = session.observations.aggregate(Max("observed_at"))["observed_at__max"]
    return ended if ended and noted and max(noted, session.started_at) <= ended else None


def answers_of(assessment: Assessment) -> dict[str, str]:
    """The raw answer to each item, by its code: that of coordination where devices differed.

    Of the instruments that were carried over, the answers of the attempt in which
    they were met (CERT-11).
    """
    return _carried_answers(assessment) | observed_in(assessment)


def observed_in(assessment: Assessment) -> dict[str, str]:
    """The answers that were given in this attempt itself."""
    return {code: value for code, (value, _note) in noted_in(assessment).items()}


def noted_in(assessment: Assessment) -> dict[str, tuple[str, str]]:
    """The same, each with the note of the observation that counts."""
    current = Observation.objects.counting().filter(session__assessment=assessment).current()
    resolved = assessment.resolutions.filter(annulled_at=None)
    chosen = resolved.values_list("item__code", "observation__value", "observation__note")
    rows = [*current.values_list("item__code", "value", "note"), *chosen]
    return {code: (value, note) for code, value, note in rows}


def _carried_answers(assessment: Assessment) -> dict[str, str]:
    answers: dict[str, str] = {}
    carried = assessment.carried.select_related("judgement__assessment", "instrument")
    for each in carried:
        before = observed_in(each.judgement.assessment)
        codes = set(each.instrument.items.values_list("code", flat=True))
        answers |= {code: value for code, value in before.items() if code in codes}
    return answers
