"""The next version of a standard: how it begins, and all that it says."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from certification import permissions
from certification.actions import drafts as actions
from certification.actions.refusals import NotPossible
from certification.contributions.register import history_of
from certification.documents.standards import document_of
from certification.forms import standard_rows, standards
from certification.models import StandardDraft, StandardVersion
from certification.rules.standard_parts import InvalidStandard
from certification.rules.standards import examine, lint
from certification.views.draft_parts import SECTIONS, section_of_place
from certification.views.draft_steps import steps_for
from certification.views.standards import answer_yaml, compared, get_version
from genesis.lib.forms import add_errors
from genesis.lib.pages import render_form, render_page
from genesis.lib.policy import allow
from genesis.lib.states import MoveNotAllowed, OtherContent, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
REFUSALS = (NotPossible, MoveNotAllowed, StaleRecord, ValidationError, OtherContent)
LATE = (StaleRecord, MoveNotAllowed, actions.NotADraft)
FORM = "certification/draft_form.html"


def get_draft(request, public_id):
    """The draft, or 404 for whoever neither writes nor approves standards."""
    drafts = StandardDraft.objects.visible_to(request.user)
    drafts = drafts.select_related("based_on__standard", "published_as", "keys", "state_by")
    return get_object_or_404(drafts.prefetch_related("authors__user"), public_id=public_id)


def take_answers(request, form, act, *, done, then=None, **shown):
    """Show a form; when it is filled in, act and go on. What a standard lacks stands at its field.

    `then` is where it goes on; without it, to what the action made.
    """
    status = 422
    if form.is_valid():
        try:
            made = act()
        except InvalidStandard as error:
            standard_rows.show_faults(form, error.faults)
        except REFUSALS as error:
            add_errors(form, error)
            status = 409 if isinstance(error, LATE) else 422
        else:
            messages.success(request, done)
            return redirect(then or made)
    return render_form(request, FORM, form, status=status, **shown)


# Beginning one


@allow(Permission.STANDARD_AUTHOR)
@ASK
def draft_begin(request):
    form = standards.BeginForm(request.POST or None)
    return take_answers(
        request,
        form,
        lambda: actions.begin_draft(**form.cleaned_data, by=request.user),
        title=_("Begin a standard"),
        lead=_("What it says is written afterwards, part by part."),
        done=_("Begun: write its parts."),
        cancel_url=reverse("certification:standard_list"),
    )


@allow(Permission.STANDARD_AUTHOR)
@ASK
def draft_upload(request):
    """A file that is not whole comes back with all that is wrong, and its text to be mended."""
    form = standards.UploadForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        try:
            made = actions.take_draft(key=form.cleaned_data["key"], text=form.sent, by=request.user)
        except InvalidStandard as error:
            form.keep_text()
            for each in error.errors:
                form.add_error(None, each)
        except REFUSALS as error:
            form.keep_text()
            add_errors(form, error)
        else:
            messages.success(request, _("Taken in as a draft."))
            return redirect(made)
    return render_form(
        request,
        FORM,
        form,
        title=_("Take in a standard from its file"),
        lead=_("It becomes a draft: a committee approves it before it is published."),
        cancel_url=reverse("certification:standard_list"),
    )


@allow(Permission.STANDARD_AUTHOR)
@ASK
def standard_copy(request, public_id):
    version = get_version(public_id)
    form = standards.CopyForm(request.POST or None)
    return take_answers(
        request,
        form,
        lambda: actions.copy_version(version, **form.cleaned_data, by=request.user),
        title=_("Begin the next version"),
        lead=_("It begins with all that “%(version)s” says, which itself stays as it is.")
        % {"version": version},
        done=_("Begun: change what is to be different."),
        cancel_url=version.get_absolute_url(),
    )


# Reading it


@allow(Permission.STANDARD_VIEW)
@require_safe
def draft_detail(request, public_id):
    """Where a draft stands, what is wrong with it, and all that it says."""
    draft = get_draft(request, public_id)
    standard, faults = examine(actions.whole_document(draft))
    context = {
        "draft": draft,
        "standard": standard,
        "faults": [(each, section_of_place(each.place)) for each in faults],
        "warnings": [] if faults else lint(standard),
        "buttons": steps_for(request.user, draft, whole=not faults),
        "sections": SECTIONS,
        "writes": permissions.can_write(request.user, draft),
        "approvals": draft.votes().select_related("by").order_by("at", "pk"),
        "history": history_of({StandardDraft: [draft.pk]}),
        "may_read_keys": request.user.may(Permission.STANDARD_KEYS),
    }
    return render_page(request, "certification/draft_detail.html", context)


@allow(Permission.STANDARD_VIEW)
@require_safe
def draft_file(request, public_id):
    draft = get_draft(request, public_id)
    document = actions.whole_document(draft)
    return answer_yaml(request, document, draft.code, draft.number, "borrador")


@allow(Permission.STANDARD_VIEW)
@require_safe
def draft_compare(request, public_id):
    """What a draft says otherwise than a version: than the one that it was made of, unasked."""
    draft = get_draft(request, public_id)
    others = StandardVersion.objects.filter(standard__code=draft.code).order_by("-number")
    others = others.select_related("standard").exclude(pk=draft.published_as_id)
    named = {str(each.number): each for each in others}
    unasked = draft.based_on if draft.based_on in others else next(iter(others), None)
    other = named.get(request.GET.get("con"), unasked)
    context = {"record": draft, "other": other, "others": others, "here": _("The draft")}
    if other:
        whole = actions.whole_document(draft)
        context |= compared(request.user, document_of(other), whole)
    return render_page(request, "certification/standard_compare.html", context)
