"""Writing the next version of a standard: its data, and its parts row by row."""

from functools import wraps

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from certification import permissions
from certification.actions import drafts as actions
from certification.forms import standard_rows, standards
from certification.rules import standard_document as documents
from certification.rules.standards import examine
from certification.views.draft_parts import KINDS, SECTIONS, row_of, section_of_place, tables_of
from certification.views.drafts import ASK, REFUSALS, get_draft, take_answers
from genesis.lib.forms import shown_version
from genesis.lib.pages import render_page
from genesis.lib.policy import allow


def written(view):
    """Hand a draft to a page that writes in it; once it was sent, lead to its own page instead."""

    @wraps(view)
    def answer(request, public_id, **named):
        draft = get_draft(request, public_id)
        if request.method != "POST" and not permissions.can_write(request.user, draft):
            messages.error(request, str(actions.NotADraft()))
            return redirect(draft)
        return view(request, draft, **named)

    return answer


@allow(Permission.STANDARD_AUTHOR)
@require_safe
@written
def draft_section(request, draft, section):
    """One part of a draft, row by row, to add, change, take out and put in order."""
    if section not in SECTIONS:
        raise Http404
    document = actions.whole_document(draft)
    standard, faults = examine(document)
    context = {
        "draft": draft,
        "section": section,
        "title": SECTIONS[section],
        "tables": tables_of(draft, document, section),
        "faults": [each for each in faults if section_of_place(each.place) == section],
        "standard": standard,
        "sections": SECTIONS,
    }
    return render_page(request, "certification/draft_section.html", context)


@allow(Permission.STANDARD_AUTHOR)
@ASK
@written
def draft_data(request, draft):
    return _take_values(request, draft, standards.DataForm, _("Data of the version"), "datos")


@allow(Permission.STANDARD_AUTHOR)
@ASK
@written
def draft_diagnosis(request, draft):
    title = _("Answers of the diagnosis")
    return _take_values(request, draft, standards.DiagnosisForm, title, "diagnostico")


def _take_values(request, draft, form_class, title, section):
    initial = form_class.initial_of(draft.document)
    form = form_class(request.POST or None, draft=draft, initial=initial)
    then = draft.get_absolute_url()
    if section != "datos":
        then = reverse("certification:draft_section", args=[draft.public_id, section])
    return take_answers(
        request,
        form,
        lambda: actions.change_data(
            draft, version=form.cleaned_data["version"], values=form.values(), by=request.user
        ),
        title=title,
        lead=str(draft),
        done=_("Saved."),
        then=then,
        draft=draft,
        cancel_url=then,
    )


def _numbers(kind, where):
    """Which row an address names: 0-2 is the third below the first; 404 for what is none."""
    parts = where.split("-")
    if kind not in KINDS or not all(each.isascii() and each.isdigit() for each in parts):
        raise Http404
    if any(len(each) > 4 for each in parts):
        raise Http404
    return tuple(map(int, parts))


@allow(Permission.STANDARD_AUTHOR)
@ASK
@written
def row_add(request, draft, kind, where):
    """One more row; `where` names those above it, and is «0» where there are none."""
    above = _numbers(kind, where)[: documents.PATHS[kind].count(None)]
    form = _form_of(request, draft, kind, {})
    try:
        documents.rows_of(draft.document, kind, above)
        return _take_row(
            request,
            draft,
            kind,
            form,
            lambda: actions.add_row(
                draft,
                version=form.cleaned_data["version"],
                kind=kind,
                above=above,
                row=form.row(),
                by=request.user,
            ),
            title=KINDS[kind].adding,
        )
    except documents.NoSuchRow:
        raise Http404 from None


@allow(Permission.STANDARD_AUTHOR)
@ASK
@written
def row_change(request, draft, kind, where):
    numbers = _numbers(kind, where)
    try:
        row = documents.row_at(actions.whole_document(draft), kind, numbers)
        form = _form_of(request, draft, kind, row)
        return _take_row(
            request,
            draft,
            kind,
            form,
            lambda: actions.change_row(
                draft,
                version=form.cleaned_data["version"],
                kind=kind,
                numbers=numbers,
                row=form.row(),
                by=request.user,
            ),
            title=KINDS[kind].changing,
            remove_url=reverse("certification:row_remove", args=[draft.public_id, kind, where]),
        )
    except documents.NoSuchRow:
        raise Http404 from None


def _form_of(request, draft, kind, row):
    more = {}
    if kind == "item":
        more["document"] = draft.document
        more["may_read_keys"] = request.user.may(Permission.STANDARD_KEYS)
    return standard_rows.FORMS[kind](request.POST or None, draft=draft, initial=row, **more)


def _take_row(request, draft, kind, form, act, **shown):
    then = reverse("certification:draft_section", args=[draft.public_id, KINDS[kind].section])
    return take_answers(
        request,
        form,
        act,
        lead=str(draft),
        done=_("Saved."),
        then=then,
        draft=draft,
        section=KINDS[kind].section,
        section_title=SECTIONS[KINDS[kind].section],
        cancel_url=then,
        **shown,
    )


@allow(Permission.STANDARD_AUTHOR)
@ASK
@written
def row_remove(request, draft, kind, where):
    """Asks before a row goes, with what stands below it."""
    numbers = _numbers(kind, where)
    then = reverse("certification:draft_section", args=[draft.public_id, KINDS[kind].section])
    try:
        row = documents.row_at(draft.document, kind, numbers)
        if request.method == "POST":
            actions.remove_row(
                draft,
                version=shown_version(request),
                kind=kind,
                numbers=numbers,
                by=request.user,
            )
            messages.success(request, _("Taken out."))
            return redirect(then)
    except documents.NoSuchRow:
        raise Http404 from None
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect(then)
    context = {
        "question": _("Take out %(row)s?") % {"row": row_of(kind, row)},
        "consequence": KINDS[kind].below or _("It can be added again while this is a draft."),
        "version": draft.version,
        "answer": _("Take it out"),
        "cancel_url": then,
        "danger": True,
    }
    return render_page(request, "components/confirm.html", context)


@allow(Permission.STANDARD_AUTHOR)
@require_POST
@written
def row_move(request, draft, kind, where):
    """Put a row one place further up or down."""
    numbers = _numbers(kind, where)
    places = -1 if request.POST.get("hacia") == "arriba" else 1
    try:
        actions.move_row(
            draft,
            version=shown_version(request),
            kind=kind,
            numbers=numbers,
            places=places,
            by=request.user,
        )
    except documents.NoSuchRow:
        raise Http404 from None
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("certification:draft_section", draft.public_id, KINDS[kind].section)
