"""The reintegration index of a person: asking it, and what it says."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import reintegration
from beneficiaries.forms.reintegration import DIMENSIONS, IndexForm, IndexVoidForm, said
from beneficiaries.models import IndexScore
from beneficiaries.registry import sections_of
from beneficiaries.rules.reintegration import counted, next_due
from beneficiaries.views.gate import (
    ask_reason,
    ask_to_write_down,
    record_protected_reading,
    where_to_agree,
)
from beneficiaries.views.people import get_person, take_answers
from genesis.lib.forms import add_errors
from genesis.lib.pages import render_form
from genesis.lib.policy import allow, require
from genesis.lib.sensitivity import D4
from genesis.lib.states import OtherContent

ASK = require_http_methods(["GET", "HEAD", "POST"])
WANTS_CARE = ("P8", "yes")
BANDS = {"low": (_("low"), "alerta"), "medium": (_("medium"), "curso"), "high": (_("high"), "ok")}


@allow(Permission.INDEX_VIEW)
@require_safe
def index_detail(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_read_index(request.user, person))
    taken = list(_scores_of(person))
    latest, record_it = taken[-1] if taken else None, permissions.can_protect(request.user, person)
    agree_url = where_to_agree(request, person) if record_it else ""
    due_on = next_due(person.registered_on, [each.answers.on for each in taken])
    context = {
        "person": person,
        "latest": latest,
        "rows": _rows(taken),
        "bounds": _bounds(latest),
        "history": taken[::-1],
        "wants_care": latest and latest.answers.answers.get(WANTS_CARE[0]) == WANTS_CARE[1],
        "subnav": sections_of(person, request.user, here="beneficiaries:index_detail"),
        "agree_url": agree_url,
        "due_on": None if agree_url else due_on,
        "overdue": due_on and due_on < timezone.localdate(),
        "can_change": record_it,
    }
    record_reading(request, people=[person.pk])
    return render(request, "beneficiaries/index_detail.html", context)


def _scores_of(person):
    """What counts, from the first to the latest: each by the version it was asked in."""
    scores = IndexScore.objects.filter(answers__person=person, answers__voided_at=None)
    return (
        scores.filter(rescored=False)
        .select_related("answers__recorded_by", "scored_by")
        .order_by("answers__on")
    )


def _rows(taken):
    """Each dimension now, with the first of the same version and the change since then."""
    if not taken:
        return []
    latest = taken[-1]
    first = next(each for each in taken if each.scored_by_id == latest.scored_by_id)
    questionnaire = reintegration.questionnaire_of(latest.scored_by)
    values = counted(questionnaire, latest.answers.answers)
    return [
        _row(name, latest, first if first != latest else None, questionnaire, values)
        for name in (*questionnaire.dimensions, "composite")
    ]


def _bounds(latest):
    """Where a band begins, for the chart."""
    if latest is None:
        return []
    questionnaire = reintegration.questionnaire_of(latest.scored_by)
    return [float(questionnaire.medium_from), float(questionnaire.high_from)]


def _row(name, latest, first, questionnaire, values):
    now, before = getattr(latest, name), getattr(first, name, None)
    items = [each.code for each in questionnaire.items if name in (each.dimension, "composite")]
    band, tone = BANDS[questionnaire.band(now)] if now is not None else ("", "")
    return {
        "name": DIMENSIONS[name],
        "now": now,
        "before": before,
        "before_on": first.answers.on if first else None,
        "change": now - before if now is not None and before is not None else None,
        "band": band,
        "tone": tone,
        "answered": sum(code in values for code in items),
        "asked": len(items),
    }


def _explained(score):
    """Each question with what was answered, and what that is worth."""
    questionnaire = reintegration.questionnaire_of(score.scored_by)
    values = counted(questionnaire, score.answers.answers)
    for item in questionnaire.items:
        option = item.option(score.answers.answers.get(item.code, ""))
        worth = values.get(item.code)
        yield {
            "question": said(item.texts),
            "dimension": DIMENSIONS[item.dimension],
            "answer": said(option.texts) if option else "",
            "worth": None if worth is None else float(worth),
        }


@allow(Permission.PERSON_SENSITIVE)
@require_safe
def index_answers(request, public_id, record_id):
    """What was answered to each question: protected, unlike the scores."""
    person = get_person(request, public_id)
    require(permissions.can_read_sensitive(request.user, person))
    if gate := ask_reason(request, person, D4):
        return gate
    asked = get_object_or_404(_scores_of(person), answers__public_id=record_id)
    context = {"person": person, "score": asked, "explained": list(_explained(asked))}
    record_protected_reading(request, person, D4)
    return render(request, "beneficiaries/index_answers.html", context)


@allow(Permission.PERSON_PROTECT)
@ASK
def index_create(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_protect(request.user, person))
    if gate := ask_to_write_down(request, person):
        return gate
    version = reintegration.current_version()
    form = IndexForm(request.POST or None, questionnaire=reintegration.questionnaire_of(version))
    if form.is_valid():
        try:
            reintegration.record_index(
                person,
                key=form.cleaned_data["key"],
                on=form.cleaned_data["on"],
                answers=form.answers(),
                by=request.user,
            )
        except (ValidationError, OtherContent, reintegration.TooSoon) as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Index recorded."))
            return redirect("beneficiaries:index_detail", person.public_id)
    record_reading(request, people=[person.pk])
    lead = _("Read each question aloud; leave empty what she or he does not want to answer.")
    return render_form(
        request,
        "beneficiaries/record_form.html",
        form,
        person=person,
        title=_("Ask the reintegration index"),
        lead=lead,
    )


@allow(Permission.PERSON_PROTECT)
@ASK
def index_void(request, public_id, record_id):
    person = get_person(request, public_id)
    require(permissions.can_protect(request.user, person))
    answers = get_object_or_404(person.index_answers.in_force(), public_id=record_id)
    form = IndexVoidForm(request.POST or None, instance=answers)
    return take_answers(
        request,
        form,
        person,
        lambda: reintegration.void_index(answers, **form.cleaned_data, by=request.user),
        title=_("Void the index of {day}").format(day=f"{answers.on:%d/%m/%Y}"),
        lead=_("It counts no more, and can be asked again; it stays on record."),
        done=_("Index voided."),
        then=reverse("beneficiaries:index_detail", args=[person.public_id]),
    )
