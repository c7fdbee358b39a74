"""Safety protocols: who is in danger, the assessment of the risk, and how it goes on (CASE-18)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import care
from beneficiaries.choices import ProtocolState, TaskKind
from beneficiaries.forms.care import ProtocolMoveForm, ProtocolOpenForm, RiskAssessmentForm
from beneficiaries.models import Person, SafetyProtocol, Task
from beneficiaries.views.gate import ask_reason, record_protected_reading
from beneficiaries.views.people import REFUSALS, get_person, take_answers
from genesis.lib.forms import add_errors
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.sensitivity import D4, D5
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
TONES = {
    ProtocolState.ACTIVE: "mal",
    ProtocolState.MONITORED: "alerta",
    ProtocolState.OFF: "plain",
}


def get_protocol(request, public_id):
    """Return a protocol of an office where they follow them, or 404."""
    seen = SafetyProtocol.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("person__office"), public_id=public_id)


@allow(Permission.PROTOCOL_MANAGE)
@require_safe
def protocol_list(request):
    seen = SafetyProtocol.objects.visible_to(request.user).open()
    page = paginate(request, seen.select_related("person__office"), orders=["raised_at"])
    people = [each.person_id for each in page.rows]
    tasks = Task.objects.open().filter(kind=TaskKind.SAFETY_PROTOCOL, person__in=people)
    due = {each.person_id: each for each in tasks}
    rows = [(each, TONES[ProtocolState(each.state)], due.get(each.person_id)) for each in page.rows]
    record_reading(request, people=people)
    context = {"page": page, "rows": rows}
    return render_page(request, "beneficiaries/protocol_list.html", context, partials=["results"])


@allow(Permission.PROTOCOL_MANAGE)
@require_safe
def protocol_detail(request, public_id):
    """Where a protocol stands; what was found only clinical supervision and its author read."""
    protocol = get_protocol(request, public_id)
    person = protocol.person
    assessments = list(protocol.assessments.select_related("by").order_by("-at"))
    in_full = permissions.can_read_assessment(request.user, person)
    readable = [each for each in assessments if in_full or each.by_id == request.user.pk]
    level = D5 if readable else D4
    if gate := ask_reason(request, person, level):
        return gate
    context = {
        "person": person,
        "protocol": protocol,
        "tone": TONES[ProtocolState(protocol.state)],
        "assessments": [(each, each in readable) for each in assessments],
        "can_move": protocol.assessment_id is not None and protocol.state != ProtocolState.OFF,
        "ended": protocol.state == ProtocolState.OFF,
        "sees_file": Person.objects.visible_to(request.user).filter(pk=person.pk).exists(),
    }
    record_protected_reading(request, person, level)
    return render(request, "beneficiaries/protocol_detail.html", context)


@allow(Permission.PROTOCOL_MANAGE)
@ASK
def protocol_open(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_follow_protocol(request.user, person))
    form = ProtocolOpenForm(request.POST or None)
    return take_answers(
        request,
        form,
        person,
        lambda: care.open_protocol(person, by=request.user),
        title=_("Begin the safety protocol"),
        lead=_("The case team sees that it is active; a risk assessment is due today."),
        done=_("The safety protocol is active."),
        then=reverse("beneficiaries:protocol_list"),
    )


@allow(Permission.PROTOCOL_MANAGE)
@ASK
def risk_assess(request, public_id):
    protocol = get_protocol(request, public_id)
    form = RiskAssessmentForm(request.POST or None)
    return _take(
        request,
        form,
        protocol,
        lambda: care.assess_risk(protocol, **form.answers(), by=request.user),
        title=_("Assess the risk"),
        lead=_("An aid to decide, not a diagnosis; it takes no service away from anybody."),
        done=_("Risk assessment saved."),
    )


@allow(Permission.PROTOCOL_MANAGE)
@ASK
def protocol_move(request, public_id):
    protocol = get_protocol(request, public_id)
    form = ProtocolMoveForm(request.POST or None, instance=protocol)
    return _take(
        request,
        form,
        protocol,
        lambda: care.move_protocol(
            protocol,
            version=form.cleaned_data["version"],
            to=ProtocolState(form.cleaned_data["to"]),
            by=request.user,
        ),
        title=_("How the protocol goes on"),
        done=_("Changes saved."),
    )


def _take(request, form, protocol, act, *, title, done, lead=""):
    """Take the answers of a form about a protocol, and go back to it; one that ended takes none."""
    if protocol.state == ProtocolState.OFF:
        return redirect(protocol)
    status = 422
    if form.is_valid():
        try:
            act()
        except (*REFUSALS, MoveNotAllowed) as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            messages.success(request, done)
            return redirect(protocol)
    record_reading(request, people=[protocol.person_id])
    context = {"protocol": protocol, "person": protocol.person, "title": title, "lead": lead}
    return render_form(request, "beneficiaries/protocol_form.html", form, status=status, **context)
