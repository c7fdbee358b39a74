"""People whom institutions send to us, from the telephone call to the answer (5.3)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import incoming as actions
from beneficiaries.choices import IncomingState
from beneficiaries.filters.records import IncomingFilter
from beneficiaries.forms.referrals import IncomingForm, RegisteredForm
from beneficiaries.models import IncomingReferral
from beneficiaries.views.set_up import take_set_up
from genesis.lib.forms import shown_version
from genesis.lib.pages import paginate, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
TONES = {
    IncomingState.RECEIVED: "alerta",
    IncomingState.CONTACTED: "curso",
    IncomingState.REGISTERED: "ok",
}


@allow(Permission.REFERRAL_RECEIVE)
@require_safe
def incoming_list(request):
    seen = IncomingReferral.objects.visible_to(request.user).select_related("source", "office")
    filterset = IncomingFilter(request.GET, queryset=seen, request=request)
    page = paginate(request, filterset.qs, orders=["-answer_due_on"])
    record_reading(request, people=[each.person_id for each in page.rows if each.person_id])
    rows = [{"incoming": each, "tone": TONES.get(each.state, "plain")} for each in page.rows]
    context = {"filter": filterset, "page": page, "rows": rows}
    return render_page(request, "beneficiaries/incoming_list.html", context, partials=["results"])


@allow(Permission.REFERRAL_RECEIVE)
@ASK
def incoming_create(request):
    offices = request.user.organizations_where(Permission.REFERRAL_RECEIVE).offices()
    form = IncomingForm(request.POST or None, offices=offices)
    return take_set_up(
        request,
        form,
        lambda: actions.receive_referral(
            key=form.cleaned_data["key"], **form.record(), by=request.user
        ),
        title=_("Somebody was sent to us"),
        lead=_("Only what it takes to reach her or him: the rest is asked with consent."),
        then="beneficiaries:incoming_list",
        done=_("Kept: call her or him, and answer whoever sent her or him in time."),
    )


def _get(request, public_id):
    seen = IncomingReferral.objects.visible_to(request.user)
    found = seen.select_related("source", "office", "person", "answered_by", "recorded_by")
    return get_object_or_404(found, public_id=public_id)


@allow(Permission.REFERRAL_RECEIVE)
@require_safe
def incoming_detail(request, public_id):
    incoming = _get(request, public_id)
    following = [
        (each.value, each.label)
        for each in IncomingState
        if each in incoming.MOVES[incoming.state] and each != IncomingState.REGISTERED
    ]
    context = {
        "incoming": incoming,
        "tone": TONES.get(incoming.state, "plain"),
        "following": following,
        "can_register": IncomingState.REGISTERED in incoming.MOVES[incoming.state],
    }
    record_reading(request, people=[incoming.person_id] if incoming.person_id else [])
    return render(request, "beneficiaries/incoming_detail.html", context)


@allow(Permission.REFERRAL_RECEIVE)
@require_POST
def incoming_move(request, public_id, to):
    if to not in IncomingState or to == IncomingState.REGISTERED:
        raise Http404
    return _press(
        request,
        public_id,
        lambda each: actions.move_incoming(
            each, version=shown_version(request), to=IncomingState(to), by=request.user
        ),
    )


@allow(Permission.REFERRAL_RECEIVE)
@require_POST
def incoming_answer(request, public_id):
    return _press(
        request,
        public_id,
        lambda each: actions.answer_sender(each, version=shown_version(request), by=request.user),
    )


def _press(request, public_id, act):
    incoming = _get(request, public_id)
    require(permissions.can_receive(request.user, incoming.office))
    try:
        act(incoming)
    except (StaleRecord, MoveNotAllowed) as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Changes saved."))
    return redirect("beneficiaries:incoming_detail", public_id)


@allow(Permission.REFERRAL_RECEIVE)
@ASK
def incoming_register(request, public_id):
    """Say which file was made of her: from then on her name stands only there."""
    incoming = _get(request, public_id)
    require(permissions.can_receive(request.user, incoming.office))
    form = RegisteredForm(request.POST or None, instance=incoming, user=request.user)

    def act():
        actions.move_incoming(
            incoming,
            version=form.cleaned_data["version"],
            to=IncomingState.REGISTERED,
            person=form.cleaned_data["expediente"],
            by=request.user,
        )

    return take_set_up(
        request,
        form,
        act,
        title=_("Which file was made?"),
        lead=str(incoming.source),
        then=reverse("beneficiaries:incoming_detail", args=[incoming.public_id]),
    )
