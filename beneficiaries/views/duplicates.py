"""The queue of possible duplicates, two files side by side, and what comes of them (CASE-1)."""

from collections import Counter

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries.actions.duplicates import point_out, tell_apart
from beneficiaries.actions.merging import merge_people, relations, what_hinders
from beneficiaries.actions.unmerging import undo_merge
from beneficiaries.forms.merges import MergeForm, PointOutForm, TellApartForm, UndoForm
from beneficiaries.models import MergeRecord, Suspicion
from beneficiaries.rules.likeness import alike
from beneficiaries.views.comparing import compared, hanging, pair_of, papers_of, title_of
from beneficiaries.views.people import get_person, take_answers
from genesis.lib.forms import add_errors
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow
from genesis.lib.sensitivity import is_protected
from genesis.lib.states import StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])


def waiting_for(user):
    return Suspicion.objects.waiting().visible_to(user)


@allow(Permission.DUPLICATE_RESOLVE)
@require_safe
def duplicate_list(request):
    both = ("person__office", "person__contact", "other__office", "other__contact", "raised_by")
    pairs = waiting_for(request.user).select_related(*both)
    pairs = pairs.prefetch_related("person__documents", "other__documents")
    page = paginate(request, pairs, orders=["raised_at"])
    for each in page.rows:
        each.alike = alike(each.person, each.other)
    people = [pk for each in page.rows for pk in (each.person_id, each.other_id)]
    record_reading(request, people=people)
    context = {"page": page}
    return render_page(request, "beneficiaries/duplicate_list.html", context, partials=["results"])


@allow(Permission.DUPLICATE_RESOLVE)
@ASK
def duplicate_merge(request, public_id):
    """Two files side by side: which values stay; and one press puts the files together."""
    suspicion = get_object_or_404(waiting_for(request.user), public_id=public_id)
    kept, merged = pair_of(suspicion, request.GET.get("queda", ""))
    rows, empty = compared(kept, merged)
    form = MergeForm(
        request.POST or None,
        kept=kept,
        merged=merged,
        differences=[each for each in rows if each["differs"]],
        cases=[_open_case(kept), _open_case(merged)],
    )
    status = 422
    if form.is_valid():
        try:
            merge = merge_people(kept, merged, by=request.user, **form.answers())
        except (ValidationError, StaleRecord) as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            messages.success(request, _("The two files are one now."))
            return redirect(merge)
    record_reading(request, people=[kept.pk, merged.pk])
    for each in rows:
        each["field"] = form[each["code"]] if each["differs"] else None
    context = {
        "suspicion": suspicion,
        "kept": kept,
        "merged": merged,
        "rows": rows + papers_of(kept, merged),
        "empty": empty,
        "hanging": hanging(kept, merged),
        "todo": _to_do(kept, merged, request.user),
        "alike": alike(kept, merged),
        "swap": f"{request.path}?queda={merged.public_id}",
        "undo_days": settings.MERGE_UNDO_DAYS,
    }
    return render_form(
        request, "beneficiaries/duplicate_merge.html", form, status=status, **context
    )


def _open_case(person):
    return next((each for each in person.cases.all() if each.closed_on is None), None)


def _to_do(kept, merged, user):
    """What hinders, with a way only to pages that this user may open."""
    return [
        {
            "title": each.title,
            "detail": each.detail,
            "url": each.url if each.permission is None or user.may(each.permission) else "",
        }
        for each in what_hinders(kept, merged)
    ]


@allow(Permission.PERSON_VIEW)
@ASK
def duplicate_report(request, public_id):
    person = get_person(request, public_id)
    form = PointOutForm(request.POST or None)
    return take_answers(
        request,
        form,
        person,
        lambda: point_out(person, **form.cleaned_data, by=request.user),
        title=_("Point out a duplicate"),
        lead=_("Coordination compares the two files; nothing changes until then."),
        done=_("Coordination was told, and compares the two files."),
    )


@allow(Permission.DUPLICATE_RESOLVE)
@ASK
def duplicate_dismiss(request, public_id):
    suspicion = get_object_or_404(
        waiting_for(request.user).select_related("person", "other"), public_id=public_id
    )
    form = TellApartForm(request.POST or None, instance=suspicion)
    status = 422
    if form.is_valid():
        try:
            tell_apart(suspicion, **form.cleaned_data, by=request.user)
        except StaleRecord as error:
            add_errors(form, error)
            status = 409
        else:
            messages.success(request, _("Kept: they are two people, and nobody is asked again."))
            return redirect("beneficiaries:duplicate_list")
    record_reading(request, people=[suspicion.person_id, suspicion.other_id])
    return render_form(
        request,
        "components/confirm.html",
        form,
        status=status,
        question=_("They are two people"),
        consequence=_(
            "{one} ({number}) and {other} ({another}) stay as they are, each with an own file."
        ).format(
            one=suspicion.person,
            number=suspicion.person.file_number,
            other=suspicion.other,
            another=suspicion.other.file_number,
        ),
        answer=_("They are two people"),
        cancel_url=reverse("beneficiaries:duplicate_merge", args=[suspicion.public_id]),
    )


# What was merged, and undoing it


@allow(Permission.DUPLICATE_RESOLVE)
@require_safe
def merge_list(request):
    seen = MergeRecord.objects.visible_to(request.user)
    page = paginate(
        request, seen.select_related("kept", "merged", "merged_by"), orders=["-merged_at"]
    )
    record_reading(request, people=[each.kept_id for each in page.rows])
    return render_page(
        request, "beneficiaries/merge_list.html", {"page": page}, partials=["results"]
    )


def _merge(request, public_id):
    seen = MergeRecord.objects.visible_to(request.user)
    seen = seen.select_related("kept__office", "merged", "merged_by", "undone_by")
    return get_object_or_404(seen, public_id=public_id)


@allow(Permission.DUPLICATE_RESOLVE)
@require_safe
def merge_detail(request, public_id):
    merge = _merge(request, public_id)
    record_reading(request, people=[merge.kept_id, merge.merged_id])
    moved = merge.rows.filter(moved=True).values_list("model", "record_id")
    context = {
        "merge": merge,
        "moved": _counted(moved),
        "stayed": _counted((label, pk) for label, keys in merge.stayed.items() for pk in keys),
    }
    return render(request, "beneficiaries/merge_detail.html", context)


def _counted(rows):
    """How many records of each kind; of what is protected only how many in all."""
    models = {column.model._meta.label: column.model for column in relations()}
    counts, protected = Counter(), 0
    for label, _pk in set(rows):
        if is_protected(label):
            protected += 1
        elif label in models and title_of(models[label]):
            counts[title_of(models[label])] += 1
    lines = sorted(counts.items())
    return [*lines, (_("Protected records"), protected)] if protected else lines


@allow(Permission.DUPLICATE_RESOLVE)
@ASK
def merge_undo(request, public_id):
    merge = _merge(request, public_id)
    form = UndoForm(request.POST or None, instance=merge)
    status = 422
    if form.is_valid():
        answers = {
            "version": form.cleaned_data["version"],
            "reason": form.cleaned_data["undone_reason"],
        }
        try:
            merge = undo_merge(merge, **answers, by=request.user)
        except (ValidationError, StaleRecord) as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            stayed = sum(map(len, merge.stayed.values()))
            messages.success(request, _("The two files are apart again."))
            if stayed:
                words = ngettext(
                    "%d record stayed where it was, since it is newer or was changed.",
                    "%d records stayed where they were, since they are newer or were changed.",
                    stayed,
                )
                messages.warning(request, words % stayed)
            return redirect(merge)
    record_reading(request, people=[merge.kept_id, merge.merged_id])
    return render_form(
        request,
        "components/confirm.html",
        form,
        status=status,
        question=_("Undo this merge"),
        consequence=_(
            "Everything that has not changed since goes back to {number}. "
            "What was added or changed after the merge stays with {kept}, and is listed."
        ).format(number=merge.merged.file_number, kept=merge.kept.file_number),
        answer=_("Undo the merge"),
        danger=True,
        cancel_url=merge.get_absolute_url(),
    )
