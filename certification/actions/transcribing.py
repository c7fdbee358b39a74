"""What stands on paper, typed by two people who do not see each other's (CERT-6, CERT-12).

Where both agree it is kept as the evaluator's own answers, through the same steps as what a
telephone sends; where they differ, each name is settled with a reason. The server alone judges.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from certification.actions.paper_forms import UnknownForm, check_open, check_waits
from certification.actions.parts import given_reason
from certification.actions.planning import check_close
from certification.actions.refusals import AssessmentClosed, NotPossible, SamePerson
from certification.actions.sessions import (
    NoteMissing,
    check_observation,
    record_observation,
    start_session,
    stop_for_safety,
)
from certification.choices import AssessmentState, PaperSigned, PaperState
from certification.documents.paper_form import fits
from certification.models import (
    Assessment,
    AssessmentSession,
    Item,
    PaperForm,
    PaperSettlement,
    PaperTyping,
)
from certification.models.assessment_lists import TRANSCRIBER
from certification.rules.paper_forms import (
    BEGAN,
    DAY,
    ENDED,
    HEAD,
    IDENTITY,
    SAFETY,
    SIGNED,
    STOPPED,
    TICKED,
    Entries,
    Entry,
    NotACode,
    differing,
    read_code,
    settled,
)
from certification.rules.scoring import InvalidAnswer
from genesis.lib.states import lock

VALUE, NOTE = "value", "note"
type Faults = dict[tuple[str, str], str]  # (name, its answer or its note) → what is wrong


class OtherPaper(NotPossible):
    """A page is typed into the form of which it is, and into no other."""

    sentence = gettext_noop("This is the code of another form: what stands there belongs to it.")


class TypedAlready(NotPossible):
    """The second person is not the first."""

    sentence = gettext_noop("You have typed this form: somebody else types it the second time.")


class NotForTyping(NotPossible):
    """Two people have typed it."""

    sentence = gettext_noop("Two people have typed this form already.")


class NoScan(NotPossible):
    """The paper stays to be looked at by whoever verifies."""

    sentence = gettext_noop("Attach a photo or a scan of the paper first.")


class OtherEvaluator(NotPossible):
    """What one evaluator saw is not another's."""

    sentence = gettext_noop("The evaluator has changed since this form was printed.")


class NothingDiffers(NotPossible):
    """What both typed alike is not settled."""

    sentence = gettext_noop("There is nothing to settle there.")


class NotAgreed(NotPossible):
    """Nothing is kept before two people agree on all of it."""

    sentence = gettext_noop("Two people have to type it alike first, or settle what differs.")


class WrongEntries(NotPossible):
    """Something that was typed cannot stand there; `faults` say what is wrong where."""

    sentence = gettext_noop("Look again at what is marked.")

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self.faults = faults


@transaction.atomic
def type_form(form: PaperForm, *, code: str, entries: Entries, key: UUID, by: User) -> PaperTyping:
    """Keep what one person typed from the paper; with the second, the two are compared.

    `code` is that of the paper in their hands. Raises OtherPaper, TypedAlready, NotForTyping,
    NoScan, OtherEvaluator, AssessmentClosed, PaperEnded, SamePerson (CERT-5),
    ConflictOfInterest (CERT-3) and WrongEntries.
    """
    assessment = lock(form.assessment)
    form = lock(form)
    sent = claim(key, by=by, content=["paper typing", form.pk, entries])
    if sent.result:
        return PaperTyping.objects.get(pk=sent.result)
    form.assessment = assessment
    check_waits(form)
    check_transcriber(assessment, by)
    _check_form(form, code)
    if form.typings.filter(by=by).exists():
        raise TypedAlready
    if form.state not in {PaperState.PRINTED, PaperState.TYPED_ONCE}:
        raise NotForTyping
    if not form.scans.exists():
        raise NoScan
    _check_entries(form, entries)
    number = 2 if form.state == PaperState.TYPED_ONCE else 1
    typing = PaperTyping.objects.create(form=form, number=number, entries=dict(entries), by=by)
    _put(form, _after_typing(form))
    settle(sent, typing)
    record_activity("assessment.paper_typed", assessment, by=by, form=form.pk, number=number)
    return typing


def _check_form(form: PaperForm, code: str) -> None:
    try:
        read = read_code(code)
    except NotACode:
        raise UnknownForm from None
    same = (read.reference, read.number) == (form.assessment.reference, form.number)
    if not same or not fits(form, read.check):
        raise OtherPaper
    check_open(form.assessment)
    if form.assessment.evaluator_id != form.evaluator_id:
        raise OtherEvaluator


def check_transcriber(assessment: Assessment, user: User) -> None:
    """Raise SamePerson for who verifies, decides or judges an appeal (CERT-5), and as CERT-3."""
    parts = assessment.parts_so_far()
    others = (who for part, who in parts.items() if part not in {"evaluator", TRANSCRIBER})
    if any(user.pk in who for who in others):
        raise SamePerson(user)
    check_close(assessment.person, user)


def _after_typing(form: PaperForm) -> PaperState:
    if form.typings.count() < 2:
        return PaperState.TYPED_ONCE
    return PaperState.DIFFERS if open_differences(form) else PaperState.AGREED


def _put(form: PaperForm, state: PaperState) -> None:
    form.state = state
    form.save(update_fields=["state"])


# Where they differ


def both_of(form: PaperForm) -> tuple[Entries, Entries]:
    """What the first and the second typed; only once there are both."""
    first, second = sorted(form.typings.all(), key=lambda each: each.number)
    blank = {each: ["", ""] for each in SAFETY}  # of what was typed before there were boxes
    return blank | first.entries, blank | second.entries


def settled_of(form: PaperForm) -> dict[str, Entry]:
    """What was settled so far, by its name."""
    said = form.settlements.order_by("pk").values_list("name", "by", "value", "note")
    rows = [(name, who, (value, note)) for name, who, value, note in said]
    return settled(rows, typists={each.by_id for each in form.typings.all()})


def open_differences(form: PaperForm) -> list[str]:
    """The names that are still «por resolver»."""
    decided = settled_of(form)
    return [each for each in differing(*both_of(form)) if each not in decided]


@transaction.atomic
def settle_entry(
    form: PaperForm, *, name: str, entry: Entry, reason: str, key: UUID, by: User
) -> PaperSettlement:
    """Say what stands on the paper where two people typed it differently, and why.

    Of the two, neither settles it alone; coordination does, and puts right a line of the head
    that both typed alike, such as a day on which nobody could begin. Raises NothingDiffers,
    AssessmentClosed, SamePerson, ConflictOfInterest, WrongEntries and ReasonMissing.
    """
    assessment = lock(form.assessment)
    form = lock(form)
    form.assessment = assessment
    sent = claim(key, by=by, content=["paper settlement", form.pk, name, entry, reason])
    if sent.result:
        return PaperSettlement.objects.get(pk=sent.result)
    check_transcriber(assessment, by)
    check_open(assessment)
    differs = form.state == PaperState.DIFFERS and name in open_differences(form)
    if not differs and not is_put_right(form, name, by):
        raise NothingDiffers
    faults = _faults_of_settlement(form, name, entry)
    if faults:
        raise WrongEntries(faults)
    value, note = entry
    made = PaperSettlement.objects.create(
        form=form, name=name, value=value, note=note, reason=given_reason(reason), by=by
    )
    settle(sent, made)
    if differs and not open_differences(form):
        _put(form, PaperState.AGREED)
    record_activity("assessment.paper_settled", assessment, by=by, form=form.pk, item=name)
    return made


def is_put_right(form: PaperForm, name: str, by: User) -> bool:
    """Whether somebody who typed nothing of it may put that line right, though both typed it."""
    if form.state != PaperState.AGREED or name not in HEAD:
        return False
    return all(each.by_id != by.pk for each in form.typings.all())


def _faults_of_settlement(form: PaperForm, name: str, entry: Entry) -> Faults:
    """What is wrong with one name, beside what is agreed on of the others."""
    first, _second = both_of(form)
    if name in HEAD:
        head = {each: first[each] for each in HEAD} | settled_of(form) | {name: entry}
        waits = set(open_differences(form)) - {name}
        # What does not fit to what is agreed already is told where something can still be said.
        return {
            (name, at[1] if at[0] == name else VALUE): words
            for at, words in _faults_of_head(form, head).items()
            if at[0] not in waits
        }
    item = form.assessment.items_to_answer().filter(code=name).first()
    if item is None:
        raise NothingDiffers
    return _faults_of_item(form.assessment, item, entry)


# What may stand on a paper


def _check_entries(form: PaperForm, entries: Entries) -> None:
    items = {each.code: each for each in form.assessment.items_to_answer()}
    if set(entries) != {*HEAD, *items}:
        raise ValidationError(_("The standard asks other items now: print another form."))
    faults = _faults_of_head(form, entries)
    for code, item in items.items():
        faults |= _faults_of_item(form.assessment, item, entries[code])
    if faults:
        raise WrongEntries(faults)


def _faults_of_head(form: PaperForm, entries: Entries) -> Faults:
    faults: Faults = {}
    if not entries[IDENTITY][0].strip():
        faults[IDENTITY, VALUE] = _("Say which document was seen.")
    for point in SAFETY:
        if entries[point][0] not in {"", TICKED}:
            faults[point, VALUE] = _("Say whether the box is ticked.")
    if entries[SIGNED][0] not in PaperSigned.values:
        faults[SIGNED, VALUE] = _("A paper that the evaluator did not sign is no record.")
    day = parse_date(entries[DAY][0])
    if day is None or not timezone.localdate(form.asked_at) <= day <= timezone.localdate():
        faults[DAY, VALUE] = _("Not before it was printed, and not after today.")
        return faults
    began, ended = (_moment(day, entries[each][0]) for each in (BEGAN, ENDED))
    printed = form.asked_at.replace(second=0, microsecond=0)
    if began is None or not printed <= began <= timezone.now():
        faults[BEGAN, VALUE] = _("Write the hour, not before it was printed and not after now.")
    if ended is None or began is None or ended <= began or ended > timezone.now():
        faults[ENDED, VALUE] = _("Write the hour, after the beginning and not after now.")
    at, why = entries[STOPPED]
    if not at and not why:
        return faults
    stopped = _moment(day, at)
    if stopped is None or began is None or ended is None or not began <= stopped <= ended:
        faults[STOPPED, VALUE] = _("Write the hour, between beginning and end.")
    if not why:
        faults[STOPPED, NOTE] = _("Write the reason.")
    return faults


def _faults_of_item(assessment: Assessment, item: Item, entry: Entry) -> Faults:
    value, note = entry
    if not value:
        words = _("An item without an answer keeps no note: it stays on the photo of the paper.")
        return {(item.code, NOTE): words} if note else {}
    try:
        check_observation(assessment, item, value, note)
    except InvalidAnswer as error:
        return {(item.code, VALUE): str(error)}
    except NoteMissing as error:
        return {(item.code, NOTE): str(error)}
    return {}


def _moment(day: date, hour: str) -> datetime | None:
    try:
        at: time | None = parse_time(hour)
    except ValueError:
        at = None
    zone = timezone.get_current_timezone()
    return datetime.combine(day, at, tzinfo=zone) if at else None


# What both agree on


def agreed_entries(form: PaperForm) -> Mapping[str, Entry]:
    """What counts of a form on which both agree."""
    first, second = both_of(form)
    return {**second, **first, **settled_of(form)}


@transaction.atomic
def keep_form(form: PaperForm, *, by: User) -> PaperForm:
    """Keep what two people agree on, as the evaluator's own answers; a second time changes nothing.

    What coordination has decided meanwhile between telephones stays so. Raises NotAgreed,
    OtherEvaluator, AssessmentClosed, and what the steps themselves raise.
    """
    assessment = lock(form.assessment)
    form = lock(form)
    form.assessment = assessment
    if form.state == PaperState.KEPT:
        return form
    if form.state != PaperState.AGREED:
        raise NotAgreed
    check_open(assessment)
    if assessment.evaluator_id != form.evaluator_id:
        raise OtherEvaluator
    entries = agreed_entries(form)
    day = date.fromisoformat(entries[DAY][0])
    session = _begun(form, entries, day, by)
    left_out = _record_items(form, session, entries, day)
    _stop(form, session, entries, day, by)
    form.scans.update(counts=True)
    form.state, form.kept_at, form.session = PaperState.KEPT, timezone.now(), session
    form.ended_at = _moment(day, entries[ENDED][0])
    form.save(update_fields=["state", "kept_at", "session", "ended_at"])
    typists = list(form.typings.order_by("number").values_list("by", flat=True))
    record_activity(
        "assessment.paper_kept", assessment, by=by, form=form.pk, typed_by=typists, decided=left_out
    )
    return form


def _begun(form: PaperForm, entries: Entries, day: date, by: User) -> AssessmentSession:
    """The session: that which goes on, or the one of which the paper tells."""
    assessment, evaluator = form.assessment, form.evaluator
    if assessment.state == AssessmentState.PLAN_AGREED:
        return start_session(
            assessment,
            version=assessment.version,
            identity_checked=entries[IDENTITY][0],
            safety=[each for each in SAFETY if entries[each][0]],
            by=evaluator,
            at=_moment(day, entries[BEGAN][0]),
            told_by=by,
            outside_because=_outside_because(form),
            on_paper=True,
        )
    session = assessment.last_session()
    if session is None:
        raise AssessmentClosed
    return session


def _outside_because(form: PaperForm) -> str:
    """Why coordination lets the day or the hour count; empty unless it said one of them."""
    typists = form.typings.values("by")
    said = form.settlements.filter(name__in=[DAY, BEGAN]).exclude(by__in=typists)
    return said.order_by("-pk").values_list("reason", flat=True).first() or ""


def _record_items(
    form: PaperForm, session: AssessmentSession, entries: Entries, day: date
) -> list[str]:
    """Keep each answer; return the codes of those that coordination has decided meanwhile."""
    assessment = lock(form.assessment)
    decided = assessment.resolutions.filter(annulled_at=None).values("item")
    items = assessment.items_to_answer().order_by("instrument__position", "position")
    answered = [each for each in items if entries.get(each.code, ("", ""))[0]]
    closed = set(items.filter(pk__in=decided).values_list("code", flat=True))
    for seq, item in enumerate(answered, start=1):
        value, note = entries[item.code]
        if item.code not in closed:
            record_observation(
                session,
                key=uuid5(form.public_id, item.code),
                device=form.public_id,
                item=item,
                value=value,
                note=note,
                by=form.evaluator,
                seq=seq,
                at=_moment(day, entries[BEGAN][0]),
                paper=form,
            )
    return [each.code for each in answered if each.code in closed]


def _stop(
    form: PaperForm, session: AssessmentSession, entries: Entries, day: date, by: User
) -> None:
    at, why = entries[STOPPED]
    stopped = _moment(day, at)
    if stopped is None:
        return
    assessment: Assessment = lock(form.assessment)
    stop_for_safety(
        assessment,
        version=assessment.version,
        reason=why,
        by=form.evaluator,
        at=max(stopped, session.started_at),
        told_by=by,
    )
