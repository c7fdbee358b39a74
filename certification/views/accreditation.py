"""Evaluation centres and their accreditation in each standard, from the request to its end."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from certification import permissions
from certification.actions import accreditation as actions
from certification.actions.refusals import NotPossible
from certification.choices import HELD, UNDER_WAY
from certification.choices import AccreditationState as State
from certification.filters import CentreFilter
from certification.forms import accreditation as forms
from certification.models import (
    Centre,
    CentreAccreditation,
    CorrectiveAction,
    EvaluatorCentre,
    Standard,
)
from genesis.lib.forms import add_errors
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, OtherContent, StaleRecord
from genesis.lib.uploads import EXTENSIONS

ASK = require_http_methods(["GET", "HEAD", "POST"])
REFUSALS = (NotPossible, MoveNotAllowed, StaleRecord, ValidationError, OtherContent)
FORM = "certification/accreditation_form.html"
TYPES = {extension: media_type for media_type, extension in EXTENSIONS.items()}
SEALED = "default-src 'none'; sandbox"


@dataclass(frozen=True)
class Button:
    """A step that somebody may take now."""

    title: Any
    url: str
    primary: bool


# (text, page, from which states, whether it is the next thing to do)
BUTTONS = [
    (
        gettext_lazy("The documents are in order"),
        "documents_accept",
        {State.REQUESTED},
        True,
    ),
    (
        gettext_lazy("Plan the visit"),
        "visit_plan",
        {State.DOCUMENTS_OK, State.RENEWAL_REQUESTED, State.WITH_OBSERVATIONS},
        True,
    ),
    (gettext_lazy("Record the visit"), "visit_record", {State.VISIT_PLANNED}, True),
    (gettext_lazy("Accredit"), "accreditation_grant", {State.VISITED}, True),
    (gettext_lazy("Send observations"), "accreditation_observe", {State.VISITED}, False),
    (
        gettext_lazy("Refuse the request"),
        "accreditation_reject",
        {
            State.REQUESTED,
            State.RENEWAL_REQUESTED,
            State.DOCUMENTS_OK,
            State.VISITED,
            State.WITH_OBSERVATIONS,
        },
        False,
    ),
    (gettext_lazy("Lift the suspension"), "suspension_lift", {State.SUSPENDED}, True),
    (gettext_lazy("Record a visit"), "visit_record", {State.ACCREDITED, State.SUSPENDED}, False),
    (gettext_lazy("Suspend"), "accreditation_suspend", {State.ACCREDITED}, False),
    (
        gettext_lazy("Revoke"),
        "accreditation_revoke",
        {State.ACCREDITED, State.SUSPENDED},
        False,
    ),
]


def get_centre(request, public_id):
    """The centre of an organization, or 404 when it is not for this user to see."""
    centres = Centre.objects.visible_to(request.user)
    centres = centres.select_related("organization", "district__department")
    return get_object_or_404(centres, organization__public_id=public_id)


def get_accreditation(request, public_id):
    seen = CentreAccreditation.objects.visible_to(request.user).select_related(
        "centre__organization",
        "standard",
        "renews",
        "requested_by",
        "granted_by",
        "state_by",
    )
    return get_object_or_404(seen, public_id=public_id)


@allow(Permission.CENTRE_VIEW)
@require_safe
def centre_list(request):
    """The centres, with what each is accredited for and until when."""
    filterset = CentreFilter(request.GET, queryset=Centre.objects.visible_to(request.user))
    found = filterset.qs.for_list()
    page = paginate(request, found, orders=["code"])
    context = {"filter": filterset, "page": page}
    return render_page(request, "certification/centre_list.html", context, partials=["results"])


@allow(Permission.CENTRE_VIEW)
@require_safe
def centre_detail(request, public_id):
    centre = get_centre(request, public_id)
    today = timezone.localdate()
    accreditations = centre.accreditations.select_related("standard", "renews")
    evaluators = EvaluatorCentre.objects.on(today).filter(centre=centre)
    context = {
        "centre": centre,
        "accreditations": accreditations.order_by("standard__code", "-requested_at", "-pk"),
        "corrections": CorrectiveAction.objects.open()
        .filter(accreditation__centre=centre)
        .select_related("accreditation__standard")
        .order_by("due_on", "pk"),
        "evaluators": evaluators.select_related("evaluator__user").order_by(
            "evaluator__user__sort_name", "pk"
        ),
        "may_apply": permissions.can_apply(request.user, centre),
        "may_open_organization": request.user.may(Permission.ORGANIZATION_MANAGE),
    }
    return render_page(request, "certification/centre_detail.html", context)


@allow(Permission.CENTRE_VIEW)
@require_safe
def accreditation_detail(request, public_id):
    """Where an accreditation stands, what was found at the visits, and what is to be done."""
    accreditation = get_accreditation(request, public_id)
    accredits = request.user.may(Permission.ACCREDIT)
    centre, standard = accreditation.centre, accreditation.standard
    corrections = accreditation.corrections.select_related("closed_by")
    context = {
        "accreditation": accreditation,
        "buttons": _buttons(request.user, accreditation),
        "visits": accreditation.visits.select_related("recorded_by").order_by("-on", "-pk"),
        "corrections": corrections.order_by("closed_on", "due_on", "pk"),
        "equipment": _equipment(accreditation),
        "keeps_equipment": permissions.can_keep_equipment(request.user, centre),
        "equipment_url": reverse(
            "certification:equipment_record",
            args=[centre.organization.public_id, standard.public_id],
        ),
        "accredits": accredits,
        "may_ask": accredits and accreditation.state in {*HELD, *UNDER_WAY},
    }
    return render_page(request, "certification/accreditation_detail.html", context)


def _buttons(user, accreditation):
    """What may be done with it; to renew is the next thing only when it ends soon."""
    buttons = [
        Button(title, reverse(f"certification:{name}", args=[accreditation.public_id]), primary)
        for title, name, states, primary in BUTTONS
        if accreditation.state in states and user.may(Permission.ACCREDIT)
    ]
    under_way = CentreAccreditation.objects.under_way().filter(
        centre=accreditation.centre_id, standard=accreditation.standard_id
    )
    if permissions.can_renew(user, accreditation) and not under_way.exists():
        url = reverse("certification:accreditation_renew", args=[accreditation.public_id])
        buttons.insert(0, Button(_("Ask for renewal"), url, accreditation.ends_soon()))
    return buttons


def _equipment(accreditation):
    """What the standard asks, with what is there: name, needed, quantity, and what is wrong."""
    there = {each.requirement_id: each for each in accreditation.centre.equipment.all()}
    today = timezone.localdate()
    rows = []
    for each in actions.requirements_of(accreditation.standard).order_by("pk"):
        known, needed = there.get(each.pk), each.quantity * accreditation.workstations
        works = known is not None and known.works_on(today)
        lacks = each.mandatory and (not works or known.quantity < needed)
        rows.append({"asked": each, "needed": needed, "known": known, "lacks": lacks})
    return rows


@allow(Permission.CENTRE_VIEW)
@require_safe
def resolution_file(request, public_id):
    """The resolution as it was signed."""
    accreditation = get_accreditation(request, public_id)
    if not accreditation.resolution:
        raise Http404
    extension = accreditation.resolution.name.rpartition(".")[2]
    response = FileResponse(
        accreditation.resolution.open(),
        as_attachment=True,
        filename=f"resolucion-{accreditation.centre.code}-{accreditation.standard.code}.{extension}",
        content_type=TYPES[extension],
    )
    response.headers["Content-Security-Policy"] = SEALED
    return response


# Forms


def take_answers(request, form, act, *, done, then, **shown):
    """Show a form; when it is filled in, act and go on."""
    status = 422
    if form.is_valid():
        try:
            act()
        except REFUSALS as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord | MoveNotAllowed) else 422
        else:
            messages.success(request, done)
            return redirect(then)
    return render_form(request, FORM, form, status=status, cancel_url=_url(then), **shown)


def _url(then):
    return then if isinstance(then, str) else then.get_absolute_url()


def _take_step(request, public_id, form_class, action, *, title, done, may=None, lead=""):
    """One step of an accreditation, by who accredits."""
    accreditation = get_accreditation(request, public_id)
    require(may is None or may(request.user, accreditation))
    form = form_class(request.POST or None, request.FILES or None, instance=accreditation)
    return take_answers(
        request,
        form,
        lambda: action(accreditation, **form.answers(), by=request.user),
        title=title,
        lead=lead or str(accreditation),
        done=done,
        then=accreditation,
        centre=accreditation.centre,
        accreditation=accreditation,
    )


@allow(Permission.CENTRE_APPLY)
@ASK
def accreditation_request(request, public_id):
    centre = get_centre(request, public_id)
    require(permissions.can_apply(request.user, centre))
    form = forms.RequestForm(request.POST or None, centre=centre)
    return take_answers(
        request,
        form,
        lambda: actions.request_accreditation(centre, **form.cleaned_data, by=request.user),
        title=_("Ask for accreditation"),
        lead=str(centre),
        done=_("Asked for: the programme’s coordination looks at the documents."),
        then=centre,
        centre=centre,
    )


@allow(Permission.CENTRE_APPLY)
@ASK
def accreditation_renew(request, public_id):
    accreditation = get_accreditation(request, public_id)
    require(permissions.can_renew(request.user, accreditation))
    form = forms.RenewForm(request.POST or None, accreditation=accreditation)
    return take_answers(
        request,
        form,
        lambda: actions.renew_accreditation(accreditation, **form.cleaned_data, by=request.user),
        title=_("Ask for renewal"),
        lead=_("The accreditation that there is holds until its own last day."),
        done=_("Renewal asked for."),
        then=accreditation.centre,
        centre=accreditation.centre,
        accreditation=accreditation,
    )


@allow(Permission.ACCREDIT)
@ASK
def documents_accept(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.DocumentsForm,
        actions.accept_documents,
        title=_("Documents in order"),
        done=_("Documents in order: plan the visit."),
    )


@allow(Permission.ACCREDIT)
@ASK
def visit_plan(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.VisitDayForm,
        actions.plan_visit,
        title=_("Plan the visit"),
        done=_("Visit planned."),
    )


@allow(Permission.ACCREDIT)
@ASK
def visit_record(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.VisitForm,
        actions.record_visit,
        title=_("Record a visit"),
        done=_("Visit recorded: it stays as it is written."),
    )


@allow(Permission.ACCREDIT)
@ASK
def accreditation_grant(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.GrantForm,
        actions.grant_accreditation,
        may=permissions.can_grant,
        title=_("Accredit the centre"),
        done=_("The centre is accredited."),
    )


@allow(Permission.ACCREDIT)
@ASK
def accreditation_observe(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.ObserveForm,
        actions.observe_accreditation,
        title=_("Send observations"),
        lead=_("The centre reads them, puts it right, and is visited again."),
        done=_("Observations sent."),
    )


@allow(Permission.ACCREDIT)
@ASK
def accreditation_reject(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.RejectForm,
        actions.reject_accreditation,
        title=_("Refuse the request"),
        lead=_("The centre reads why, and may ask again."),
        done=_("Request refused."),
    )


@allow(Permission.ACCREDIT)
@ASK
def accreditation_suspend(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.SuspendForm,
        actions.suspend_accreditation,
        title=_("Suspend the accreditation"),
        lead=_("Nothing is planned or begun there until it is lifted; what was assessed stays."),
        done=_("Suspended."),
    )


@allow(Permission.ACCREDIT)
@ASK
def suspension_lift(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.LiftForm,
        actions.lift_suspension,
        title=_("Lift the suspension of the centre"),
        done=_("The suspension is lifted."),
    )


@allow(Permission.ACCREDIT)
@ASK
def accreditation_revoke(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.RevokeForm,
        actions.revoke_accreditation,
        title=_("Revoke the accreditation"),
        lead=_("It ends for good: the centre would have to ask anew."),
        done=_("Revoked."),
    )


@allow(Permission.ACCREDIT)
@ASK
def correction_create(request, public_id):
    accreditation = get_accreditation(request, public_id)
    form = forms.CorrectionForm(request.POST or None)
    return take_answers(
        request,
        form,
        lambda: actions.raise_correction(accreditation, **form.cleaned_data, by=request.user),
        title=_("Ask for a corrective action"),
        lead=_("Once its day is over, nothing is planned there until it is closed."),
        done=_("Corrective action asked for."),
        then=accreditation,
        centre=accreditation.centre,
        accreditation=accreditation,
    )


@allow(Permission.ACCREDIT)
@ASK
def correction_close(request, public_id):
    accreditations = CentreAccreditation.objects.visible_to(request.user)
    corrections = CorrectiveAction.objects.filter(accreditation__in=accreditations)
    correction = get_object_or_404(
        corrections.select_related(
            "accreditation__centre__organization", "accreditation__standard"
        ),
        public_id=public_id,
    )
    form = forms.CloseForm(request.POST or None, instance=correction)
    return take_answers(
        request,
        form,
        lambda: actions.close_correction(correction, **form.cleaned_data, by=request.user),
        title=_("Close a corrective action"),
        lead=correction.text,
        done=_("Corrective action closed."),
        then=correction.accreditation,
        centre=correction.accreditation.centre,
        accreditation=correction.accreditation,
    )


@allow(Permission.CENTRE_VIEW)
@ASK
def equipment_record(request, public_id, standard_id):
    """What a centre has of what a standard asks; 404 where it asks nothing."""
    centre = get_centre(request, public_id)
    require(permissions.can_keep_equipment(request.user, centre))
    standard = get_object_or_404(Standard, public_id=standard_id)
    asked = actions.requirements_of(standard).order_by("pk")
    if not asked:
        raise Http404
    form = forms.EquipmentForm(request.POST or None, instance=centre, asked=asked)
    return take_answers(
        request,
        form,
        lambda: actions.record_equipment(
            centre, version=form.cleaned_data["version"], found=form.found(), by=request.user
        ),
        title=_("Equipment of the centre"),
        lead=str(standard),
        done=_("Equipment recorded."),
        then=_accreditation_of(centre, standard) or centre,
        centre=centre,
    )


def _accreditation_of(centre, standard):
    newest = centre.accreditations.filter(standard=standard).order_by("-requested_at", "-pk")
    return newest.first()
