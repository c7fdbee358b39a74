"""Complaints and suggestions: taken down by anybody, read by who answers for them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries.actions import complaints
from beneficiaries.choices import COMPLAINT_MOVES, ComplaintState, ComplaintTopic
from beneficiaries.forms.complaints import (
    AppealForm,
    ComplaintAnswerForm,
    ComplaintCodeForm,
    ComplaintForm,
    TriageForm,
)
from beneficiaries.models import Complaint, Person
from beneficiaries.views.people import REFUSALS
from genesis.lib.forms import add_errors, shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
REFUSED = (*REFUSALS, MoveNotAllowed)
TONES = {
    ComplaintState.RECEIVED: "alerta",
    ComplaintState.TRIAGED: "curso",
    ComplaintState.INVESTIGATING: "curso",
    ComplaintState.ANSWERED: "ok",
}
STEPS = {
    "investigar": complaints.begin_looking_into,
    "cerrar": complaints.close_complaint,
}


def _tone(complaint):
    return "mal" if complaint.is_late else TONES.get(ComplaintState(complaint.state), "plain")


@allow(Permission.COMPLAINT_RECEIVE)
@require_safe
def complaint_list(request):
    """Those that one answers for, the next due first, and how many there are of what."""
    seen = Complaint.objects.visible_to(request.user)
    page = paginate(request, seen.select_related("office"), orders=["due_on"])
    counted = seen.order_by().values("topic").annotate(times=Count("pk"))
    counts = {each["topic"]: each["times"] for each in counted}
    context = {
        "page": page,
        "lines": [(each, _tone(each)) for each in page.rows],
        "counts": [(each.label, counts[each]) for each in ComplaintTopic if each in counts],
        "manages": request.user.may(Permission.COMPLAINT_MANAGE),
    }
    return render_page(request, "beneficiaries/complaint_list.html", context, partials=["results"])


@allow(Permission.COMPLAINT_RECEIVE)
@ASK
def complaint_create(request):
    """Take one down; whoever does it does not read it again, unless they answer for it."""
    named = {"expediente": request.GET.get("expediente", "")}
    form = ComplaintForm(request.POST or None, initial=named)
    status = 422
    if form.is_valid():
        answers = form.answers()
        if answers["person"] and not _may_name(request.user, answers["person"]):
            form.add_error("expediente", _("There is no file with this number."))
        else:
            try:
                made = complaints.receive_complaint(**answers, by=request.user)
            except REFUSALS as error:
                add_errors(form, error)
            else:
                return render(request, "beneficiaries/complaint_received.html", {"complaint": made})
    context = {
        "title": _("Take down a complaint or suggestion"),
        "lead": _("Nobody has to say who they are. What is told here, few read."),
    }
    return render_form(request, "beneficiaries/complaint_form.html", form, status=status, **context)


def _may_name(user, person):
    return Person.objects.visible_to(user).filter(pk=person.pk).exists()


@allow(Permission.COMPLAINT_RECEIVE)
@require_safe
def complaint_find(request):
    """What may be told to whoever brings a code: how far it is, and the answer.

    What is restricted is answered by coordination alone, and nobody who is
    concerned learns that there is something.
    """
    form = ComplaintCodeForm(request.GET or None)
    complaint = None
    if form.is_valid():
        code = form.cleaned_data["codigo"]
        complaint = Complaint.objects.to_tell(request.user).filter(code=code).first()
        if complaint is None:
            form.add_error("codigo", _("There is no complaint with this code at your office."))
        else:
            _read(request, complaint)
    context = {"form": form, "complaint": complaint, "tone": _tone(complaint) if complaint else ""}
    return render(request, "beneficiaries/complaint_find.html", context)


def _get(request, public_id):
    seen = Complaint.objects.visible_to(request.user)
    related = ("office", "person", "received_by", "answered_by", "first_answered_by")
    return get_object_or_404(seen.select_related(*related), public_id=public_id)


def _read(request, complaint):
    """That somebody read it is logged; of one without a file there is no person to name."""
    record_reading(request, people=[complaint.person_id] if complaint.person_id else [])


@allow(Permission.COMPLAINT_MANAGE)
@require_safe
def complaint_detail(request, public_id):
    complaint = _get(request, public_id)
    following = {str(each) for each in COMPLAINT_MOVES[complaint.state]}
    context = {
        "complaint": complaint,
        "tone": _tone(complaint),
        "may": following,
        "may_appeal": complaint.state == ComplaintState.ANSWERED and not complaint.appealed_at,
        "may_answer": "answered" in following and complaint.first_answered_by_id != request.user.pk,
        "staff": list(complaint.staff.select_related("user")),
    }
    _read(request, complaint)
    return render(request, "beneficiaries/complaint_detail.html", context)


@allow(Permission.COMPLAINT_MANAGE)
@ASK
def complaint_triage(request, public_id):
    act = complaints.triage_complaint
    return _take(request, public_id, TriageForm, act, title=_("Triage"))


@allow(Permission.COMPLAINT_MANAGE)
@ASK
def complaint_answer(request, public_id):
    act = complaints.answer_complaint
    return _take(request, public_id, ComplaintAnswerForm, act, title=_("Answer"))


@allow(Permission.COMPLAINT_MANAGE)
@ASK
def complaint_appeal(request, public_id):
    act = complaints.appeal_complaint
    return _take(request, public_id, AppealForm, act, title=_("Appeal"))


def _take(request, public_id, form_class, act, *, title):
    complaint = _get(request, public_id)
    form = form_class(request.POST or None, instance=complaint)
    status = 422
    if form.is_valid():
        try:
            act(complaint, **form.answers(), by=request.user)
        except REFUSED as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            return _on(request, complaint)
    _read(request, complaint)
    context = {"complaint": complaint, "title": title, "lead": complaint.shown_code}
    return render_form(request, "beneficiaries/complaint_form.html", form, status=status, **context)


def _on(request, complaint):
    """Back to it, or to the list when it is not for their eyes any more."""
    messages.success(request, _("Changes saved."))
    seen = Complaint.objects.visible_to(request.user).filter(pk=complaint.pk)
    return redirect(complaint) if seen.exists() else redirect("beneficiaries:complaint_list")


@allow(Permission.COMPLAINT_MANAGE)
@require_POST
def complaint_step(request, public_id, step):
    complaint = _get(request, public_id)
    version = shown_version(request)
    if step not in STEPS:
        return redirect(complaint)
    try:
        STEPS[step](complaint, version=version, by=request.user)
    except (*REFUSED, ValidationError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    else:
        messages.success(request, _("Changes saved."))
    return redirect(complaint)
