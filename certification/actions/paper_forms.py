"""The form on paper: asked for, printed in the background, and photographed when it comes back.

It carries no more of a person than a telephone takes along, and no key of answers (CERT-6).
"""

from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from certification.actions.evidence import Piece, keep_late, kept_before, sha256_of
from certification.actions.parts import given_reason
from certification.actions.phones import end_of_document
from certification.actions.refusals import AssessmentClosed, NotPossible
from certification.choices import FIELD_STATES, WAITING_PAPERS, PaperState, Photo, Scale
from certification.documents import paper_form
from certification.models import Assessment, Evidence, Item, PaperForm
from certification.models.standards import SYMBOLS
from certification.rules.paper_forms import read_code
from certification.rules.plans import window_of
from genesis.lib.background import enqueue
from genesis.lib.states import lock

KEPT = timedelta(days=15)  # how long the PDF can be fetched; another one can always be printed
MOST = 99  # forms of one assessment: their number has two figures


class TooManyForms(NotPossible):
    """Nobody needs a hundred of them."""

    sentence = gettext_noop("This assessment has too many paper forms: use one that is printed.")


class UnknownForm(NotPossible):
    """There is none with that code."""

    sentence = gettext_noop("There is no form with that code: look at it again.")


class PaperEnded(NotPossible):
    """What was kept or set aside stays so."""

    sentence = gettext_noop("This form was kept or set aside already.")


class NotTypedYet(NotPossible):
    """A form that nobody typed waits for nobody."""

    sentence = gettext_noop("Nobody has typed this form: there is nothing to set aside.")


@transaction.atomic
def print_form(assessment: Assessment, *, key: UUID, by: User) -> PaperForm:
    """Have a form printed for the evaluator of an assessment that is planned or goes on.

    The same key answers with the same form. Raises AssessmentClosed and TooManyForms.
    """
    assessment = lock(assessment)
    sent = claim(key, by=by, content=["paper form", assessment.pk])
    if sent.result:
        return PaperForm.objects.get(pk=sent.result)
    check_open(assessment)
    assert assessment.evaluator is not None  # the database refuses a plan without one
    last = assessment.paper_forms.aggregate(Max("number"))["number__max"] or 0
    if last >= MOST:
        raise TooManyForms
    form = PaperForm.objects.create(
        assessment=assessment, number=last + 1, evaluator=assessment.evaluator, asked_by=by
    )
    settle(sent, form)
    record_activity("assessment.paper_printed", assessment, by=by, form=form.pk)
    enqueue("certification.jobs.make_paper_form", form_id=form.pk)
    return form


def check_open(assessment: Assessment) -> None:
    """Raise AssessmentClosed unless answers may still come in."""
    if assessment.state not in FIELD_STATES or assessment.stopped_at:
        raise AssessmentClosed


def write_form(form: PaperForm) -> None:
    """Make the PDF; one that was erased meanwhile stays so."""
    form = lock(form)
    if form.erased_at:
        return
    pdf = paper_form.paper_pdf(form, facts_of(form))
    form.sha256 = sha256_of(pdf)
    form.file.save(f"{form.public_id}.pdf", ContentFile(pdf), save=False)
    form.save(update_fields=["file", "sha256"])


def facts_of(form: PaperForm) -> dict[str, Any]:
    """What stands on a form: the least that an assessment needs, as on a telephone."""
    assessment = form.assessment
    items = assessment.items_to_answer().select_related("instrument")
    items = items.order_by("instrument__position", "position")
    plan = assessment.plans.newest()
    known = getattr(plan, "help", None)
    more = known.extra_minutes or 0 if known else 0
    return {
        "reference": assessment.reference,
        "person": assessment.person.masked_name,
        "document": end_of_document(assessment.person),
        "standard": assessment.standard_version,
        "minutes": assessment.standard_version.duration_minutes + more,
        "help": known.kinds_in_words() if known else [],
        "centre": assessment.centre,
        "day": assessment.scheduled_for,
        "hour": assessment.scheduled_at,
        "window": window_of(plan) if plan else None,
        "plan": plan,
        "evaluator": form.evaluator,
        "instruments": [
            (instrument.title, [_asked(each) for each in of_it])
            for instrument, of_it in groupby(items, key=lambda each: each.instrument)
        ],
    }


def _asked(item: Item) -> dict[str, Any]:
    """An item as it is asked on paper: its boxes, and never its limits nor its key."""
    boxes = [_("Yes"), _("No")]
    if item.scale == Scale.YES_NO_NA:
        boxes.append(_("Not applicable"))
    choice = item.scale == Scale.CHOICE
    return {
        "code": item.code,
        "text": item.text,
        "critical": item.critical,
        "boxes": [] if choice or item.scale == Scale.MEASUREMENT else boxes,
        "unit": SYMBOLS.get(item.unit, item.unit),
        "measured": item.scale == Scale.MEASUREMENT,
        "options": item.options if choice else [],
        "na_reason": item.na_reason if item.scale == Scale.YES_NO_NA else "",
        "photo": item.photo == Photo.REQUIRED,
    }


def find_form(text: str, *, user: User) -> PaperForm:
    """The form of which somebody read the code, if it is for them. Raises NotACode, UnknownForm."""
    code = read_code(text)
    found = PaperForm.objects.visible_to(user).select_related("assessment")
    form = found.filter(assessment__reference=code.reference, number=code.number).first()
    if form is None or not paper_form.fits(form, code.check):
        raise UnknownForm
    return form


@transaction.atomic
def attach_scan(form: PaperForm, *, piece: Piece, by: User) -> Evidence:
    """Keep a photo or a scan of the paper; it counts once what stands on it does.

    The same key with the same file is a replay; with another, or of another form, it raises
    OtherContent. Raises PaperEnded, AssessmentClosed, FileRefused and SameFile.
    """
    assessment = lock(form.assessment)
    form = lock(form)
    if known := kept_before(assessment, piece):
        return known
    check_waits(form)
    check_open(assessment)
    made = keep_late(assessment, piece=piece, by=by)
    record_activity("assessment.evidence_added", assessment, by=by, kind=made.kind)
    return made


def check_waits(form: PaperForm) -> None:
    """Raise PaperEnded for what was kept or set aside."""
    if form.state in {PaperState.KEPT, PaperState.DROPPED}:
        raise PaperEnded


@transaction.atomic
def drop_form(form: PaperForm, *, reason: str, by: User) -> PaperForm:
    """Set aside what was typed from a paper: it stays on record and never counts.

    Coordination does it where the paper is no record. Raises PaperEnded, NotTypedYet and
    ReasonMissing.
    """
    assessment = lock(form.assessment)
    form = lock(form)
    check_waits(form)
    if form.state not in WAITING_PAPERS:
        raise NotTypedYet
    form.state, form.drop_reason = PaperState.DROPPED, given_reason(reason)
    form.dropped_at, form.dropped_by = timezone.now(), by
    form.save(update_fields=["state", "drop_reason", "dropped_at", "dropped_by"])
    record_activity("assessment.paper_dropped", assessment, by=by, form=form.pk)
    return form


@transaction.atomic
def erase_old_forms() -> int:
    """Delete the PDFs after some days; return how many. What was typed stays."""
    old = PaperForm.objects.filter(asked_at__lt=timezone.now() - KEPT, erased_at=None)
    rows = list(old.select_for_update())
    for each in rows:
        name, storage = str(each.file.name or ""), each.file.storage
        PaperForm.objects.filter(pk=each.pk).update(file="", erased_at=timezone.now())
        if name:
            transaction.on_commit(partial(storage.delete, name))
    return len(rows)
