"""The form on paper: printed, found by its code, typed by two people, settled and kept."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from certification import permissions
from certification.actions import evidence, paper_forms, refusals, transcribing
from certification.actions.records import REFUSED
from certification.choices import FIELD_STATES, EvidenceSource, PaperState
from certification.documents.paper_form import code_of
from certification.forms import paper_forms as forms
from certification.models import PaperForm
from certification.rules.paper_forms import DAY, NotACode
from certification.views.evaluation import device_of, remember_device
from certification.views.papers_shown import shown_differences, shown_head, title_of
from certification.views.taking_steps import REFUSALS, get_assessment, show_refusal
from genesis.lib.forms import shown_key
from genesis.lib.pages import hand_out, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.uploads import EXTENSIONS, JPEG

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def paper_list(request, public_id):
    """The forms of an assessment, and whether another one is printed."""
    assessment = get_assessment(request, public_id)
    require(
        permissions.can_transcribe(request.user, assessment)
        or permissions.can_read_portfolio(request.user, assessment)
    )
    may_print = permissions.can_print_paper(request.user, assessment)
    context = {
        "assessment": assessment,
        "forms": assessment.paper_forms.select_related("asked_by").order_by("-number"),
        "may_print": may_print and assessment.state in FIELD_STATES and not assessment.stopped_at,
        "key": uuid4(),
    }
    for each in context["forms"]:
        each.assessment = assessment
    record_reading(request, people=[assessment.person_id])
    return render_page(request, "certification/paper_list.html", context)


@allow(Permission.ASSESSMENT_VIEW)
@require_POST
def paper_print(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_print_paper(request.user, assessment))
    try:
        form = paper_forms.print_form(assessment, key=shown_key(request), by=request.user)
    except refusals.NotPossible as error:
        messages.error(request, str(error))
        return redirect("certification:paper_list", public_id)
    return redirect(form)


def _get_form(request, public_id, *, may=permissions.can_transcribe):
    """The form, or 404 when its assessment is not for this user to see."""
    visible = PaperForm.objects.visible_to(request.user).select_related(
        "assessment__person__office",
        "assessment__standard_version__standard",
        "evaluator",
        "dropped_by",
    )
    form = get_object_or_404(visible.prefetch_related("typings__by"), public_id=public_id)
    require(may(request.user, form.assessment))
    return form


def _may_read(user, assessment):
    return permissions.can_transcribe(user, assessment) or permissions.can_read_portfolio(
        user, assessment
    )


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def paper_detail(request, public_id):
    """How far it is with a form; what was typed is shown once both have typed it."""
    form = _get_form(request, public_id, may=_may_read)
    user, assessment = request.user, form.assessment
    typed = [each.by for each in form.typings.all()]
    is_open = assessment.state in FIELD_STATES and not assessment.stopped_at
    types = is_open and permissions.can_transcribe(user, assessment)
    scans = form.scans.order_by("received_at", "pk")
    context = {
        "paper": form,
        "assessment": assessment,
        "title": _("Paper form {number}").format(number=form),
        "typists": typed,
        "scans": scans,
        "may_read_scans": permissions.can_read_portfolio(user, assessment),
        "may_attach": types and form.state in _BEFORE,
        "may_type": types and form.state in _TO_TYPE and user not in typed and bool(scans),
        "has_typed": user in typed,
        "differences": shown_differences(form) if form.state == PaperState.DIFFERS else [],
        "head": shown_head(form) if is_open and _puts_right(user, form) else [],
        "may_settle": is_open and permissions.can_settle_paper(user, form),
        "may_keep": types and form.state == PaperState.AGREED,
        "may_drop": form.state in _WAITS and permissions.can_resolve(user, assessment),
        "file_url": reverse("certification:paper_file", args=[form.public_id]),
    }
    record_reading(request, people=[form.person_id])
    return render_page(request, "certification/paper_detail.html", context, partials=["progress"])


def _puts_right(user, paper):
    """Whether coordination may put the head right of a paper on which both agree."""
    may = permissions.can_resolve(user, paper.assessment)
    return may and transcribing.is_put_right(paper, DAY, user)


_TO_TYPE = {PaperState.PRINTED, PaperState.TYPED_ONCE}
_WAITS = {PaperState.TYPED_ONCE, PaperState.DIFFERS, PaperState.AGREED}
_BEFORE = _TO_TYPE | _WAITS


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def paper_file(request, public_id):
    """The form, to be printed: for who prepares or conducts the assessment."""
    form = _get_form(request, public_id, may=permissions.can_print_paper)
    if not form.file:
        raise Http404
    record_reading(request, people=[form.person_id], kind=ReadKind.FILE)
    return hand_out(form.file, name=f"{form}.pdf", media_type="application/pdf")


@allow(Permission.ASSESSMENT_VIEW)
@ASK
def paper_find(request):
    """The form of which somebody types the code."""
    form = forms.PaperCodeForm(request.POST or None)
    if form.is_valid():
        try:
            found = paper_forms.find_form(form.cleaned_data["code"], user=request.user)
        except (NotACode, refusals.NotPossible) as error:
            form.add_error("code", str(error))
        else:
            return redirect("certification:paper_open", code_of(found))
    return render_form(request, "certification/paper_step.html", form, title=_("Type a paper form"))


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def paper_open(request, code):
    """What the square code of a page leads to: where its form is typed."""
    try:
        found = paper_forms.find_form(code, user=request.user)
    except (NotACode, refusals.NotPossible):
        raise Http404 from None
    require(_may_read(request.user, found.assessment))
    address = reverse("certification:paper_type", args=[found.public_id])
    types = permissions.can_transcribe(request.user, found.assessment)
    ready = found.state in _TO_TYPE and found.scans.exists()
    if types and ready and not found.typings.filter(by=request.user).exists():
        return redirect(f"{address}?codigo={code}")
    return redirect(found)


def _step(request, paper, form, *, title, lead="", status=422, **shown):
    record_reading(request, people=[paper.person_id])
    return render_form(
        request,
        "certification/paper_step.html",
        form,
        status=status,
        paper=paper,
        assessment=paper.assessment,
        person=paper.assessment.person,
        title=title,
        lead=lead,
        cancel_url=paper.get_absolute_url(),
        **shown,
    )


def _refuse(form, error):
    """Say what was refused: at the field that it is about, where the form has one."""
    if isinstance(error, transcribing.WrongEntries):
        form.mark(error.faults)
    elif isinstance(error, transcribing.OtherPaper | paper_forms.UnknownForm):
        form.add_error("code", str(error))
    else:
        show_refusal(form, error)


@allow(Permission.ASSESSMENT_VIEW)
@ASK
def scan_add(request, public_id):
    """A photo or a scan of the paper, which whoever verifies looks at."""
    paper = _get_form(request, public_id)
    device = device_of(request)
    form = forms.PaperScanForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        piece = evidence.Piece(
            key=form.cleaned_data["key"],
            device=device,
            source=EvidenceSource.PAPER,
            data=form.cleaned_data["file"].read(),
            paper=paper,
        )
        try:
            paper_forms.attach_scan(paper, piece=piece, by=request.user)
        except REFUSALS as error:
            _refuse(form, error)
        else:
            return redirect(paper)
    lead = _("All pages have to be legible: several photos, or one PDF.")
    answer = _step(request, paper, form, title=_("Attach the paper"), lead=lead)
    return remember_device(answer, device)


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def scan_file(request, public_id, evidence_id):
    """One photo or scan of the paper, for who types it and who verifies it."""
    paper = _get_form(request, public_id, may=_may_read)
    scan = get_object_or_404(paper.scans.exclude(file=""), public_id=evidence_id)
    record_reading(request, people=[paper.person_id], kind=ReadKind.FILE)
    name = f"{paper}-{scan.pk}.{EXTENSIONS[scan.media_type]}"
    shown = scan.media_type == JPEG
    return hand_out(scan.file, name=name, media_type=scan.media_type, inline=shown)


@allow(Permission.ASSESSMENT_VIEW)
@ASK
def paper_type(request, public_id):
    """All that stands on the paper, typed by one person who sees nothing of what another typed."""
    paper = _get_form(request, public_id)
    items = paper.assessment.items_to_answer().select_related("instrument")
    form = forms.TranscriptionForm(
        request.POST or None,
        items=list(items.order_by("instrument__position", "position")),
        initial={"code": request.GET.get("codigo", "")},
    )
    if form.is_valid():
        answers = form.cleaned_data
        try:
            typing = transcribing.type_form(
                paper,
                code=answers["code"],
                entries=form.entries(),
                key=answers["key"],
                by=request.user,
            )
        except REFUSALS as error:
            _refuse(form, error)
        else:
            return _after(request, typing.form)
    lead = _(
        "Type what stands on the paper, as it stands there. Somebody else types it too, and the"
        " two are compared. Where a «no» has no note on the paper, write: sin nota."
    )
    title, scans = _("Type the paper form"), paper.scans.order_by("received_at", "pk")
    return _step(request, paper, form, title=title, lead=lead, scans=scans)


def _still_open(paper, name):
    """What is said after a settlement, while something differs."""
    if name in transcribing.open_differences(paper):
        return _("Kept. The other person who typed it says it too, or coordination settles it.")
    return _("Settled. Go on with what still differs.")


def _after(request, paper, *, differs=""):
    """Say what became of it, and keep it where nothing differs."""
    paper = PaperForm.objects.get(pk=paper.pk)
    match paper.state:
        case PaperState.TYPED_ONCE:
            messages.success(request, _("Kept. Somebody else types it now, without seeing yours."))
        case PaperState.DIFFERS:
            words = differs or _("Two people typed it differently: settle what differs.")
            messages.warning(request, words)
        case PaperState.AGREED:
            _keep(request, paper)
    return redirect(paper)


def _keep(request, paper):
    try:
        transcribing.keep_form(paper, by=request.user)
    except refusals.DayNotPossible as error:
        words = _("If it began then all the same, coordination confirms the hour with a reason.")
        messages.error(request, f"{error} {words}")
    except REFUSED as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("Two people agree: the answers are kept, and count as the evaluator’s.")
        )


@allow(Permission.ASSESSMENT_VIEW)
@ASK
def paper_settle(request, public_id, name):
    """What stands on the paper, where the two differ."""
    paper = _get_form(request, public_id)
    require(permissions.can_settle_paper(request.user, paper))
    rows = shown_differences(paper) if paper.state == PaperState.DIFFERS else []
    if _puts_right(request.user, paper):
        rows = shown_head(paper)
    row = next((each for each in rows if each["name"] == name), None)
    if row is None:
        return redirect(paper)
    form = forms.PaperSettleForm(request.POST or None, name=name, item=row["item"])
    if form.is_valid():
        try:
            transcribing.settle_entry(
                paper,
                name=name,
                entry=form.entry(),
                reason=form.cleaned_data["reason"],
                key=form.cleaned_data["key"],
                by=request.user,
            )
        except REFUSALS as error:
            _refuse(form, error)
        else:
            return _after(request, paper, differs=_still_open(paper, name))
    item = row["item"]
    title = _("Settle {what}").format(what=title_of(name, item))
    lead = item.text if item else ""
    return _step(request, paper, form, title=title, lead=lead, facts=row["said"])


@allow(Permission.ASSESSMENT_VIEW)
@require_POST
def paper_keep(request, public_id):
    """Try again to keep what two people agree on."""
    paper = _get_form(request, public_id)
    _keep(request, paper)
    return redirect(paper)


@allow(Permission.ASSESSMENT_CANCEL)
@ASK
def paper_drop(request, public_id):
    """Coordination sets aside what was typed from a paper that is no record."""
    paper = _get_form(request, public_id, may=permissions.can_resolve)
    form = forms.PaperDropForm(request.POST or None)
    if form.is_valid():
        try:
            paper_forms.drop_form(paper, reason=form.cleaned_data["reason"], by=request.user)
        except REFUSALS as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Set aside. What was typed stays on record."))
            return redirect(paper)
    lead = _("What was typed never counts then; the assessment goes on without it.")
    return _step(request, paper, form, title=_("Set the paper form aside"), lead=lead)
