"""Evaluation centres, their accreditation in each standard, and their equipment: the pages."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
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
from certification.contributions.register import history_of
from certification.filters import CentreFilter
from certification.forms import accreditation as forms
from certification.models import (
    AccreditationVisit,
    Centre,
    CentreAccreditation,
    CorrectiveAction,
    EvaluatorCentre,
    Standard,
    who_may_lift,
)
from certification.views.steps import Button
from genesis.lib.forms import add_errors
from genesis.lib.pages import hand_out, paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, OtherContent, StaleRecord
from genesis.lib.uploads import EXTENSIONS

NAMED = 5  # of those who may lift a suspension
ASK = require_http_methods(["GET", "HEAD", "POST"])
REFUSALS = (NotPossible, MoveNotAllowed, StaleRecord, ValidationError, OtherContent)
FORM = "certification/accreditation_form.html"
TYPES = {extension: media_type for media_type, extension in EXTENSIONS.items()}

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
        "history": history_of(
            {
                CentreAccreditation: [accreditation.pk],
                AccreditationVisit: accreditation.visits.values("pk"),
                CorrectiveAction: accreditation.corrections.values("pk"),
            }
        ),
        "accredits": accredits,
        "may_ask": accredits and accreditation.state in {*HELD, *UNDER_WAY},
    }
    if accreditation.state == State.SUSPENDED:
        context["lifters"] = who_may_lift(accreditation).order_by("sort_name", "pk")[:NAMED]
    return render_page(request, "certification/accreditation_detail.html", context)


def _buttons(user, accreditation):
    """What may be done with it; to renew is the next thing only when it ends soon."""
    buttons = [
        Button(title, reverse(f"certification:{name}", args=[accreditation.public_id]), primary)
        for title, name, states, primary in BUTTONS
        if accreditation.state in states and _may_take(user, name, accreditation)
    ]
    under_way = CentreAccreditation.objects.under_way().filter(
        centre=accreditation.centre_id, standard=accreditation.standard_id
    )
    if permissions.can_renew(user, accreditation) and not under_way.exists():
        url = reverse("certification:accreditation_renew", args=[accreditation.public_id])
        buttons.insert(0, Button(_("Ask for renewal"), url, accreditation.ends_soon()))
    return buttons


def _may_take(user, name, accreditation):
    if name == "suspension_lift" and not permissions.can_lift(user, accreditation):
        return False
    if name == "accreditation_grant":
        return permissions.can_grant(user, accreditation)
    return permissions.can_accredit_centre(user, accreditation)


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
    place, standard = accreditation.centre.code, accreditation.standard.code
    return hand_out(
        accreditation.resolution,
        name=f"resolucion-{place}-{standard}.{extension}",
        media_type=TYPES[extension],
    )


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
