"""What somebody needs and what endangers her: a page behind the gate, and its forms."""

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import care
from beneficiaries.actions.cases import current_case
from beneficiaries.actions.consents import has_consent
from beneficiaries.choices import ENDED_STATES, ConsentPurpose, FlagAudience, RiskLevel
from beneficiaries.forms.care import FlagForm, ScreeningForm
from beneficiaries.models import Need, SafetyProtocol, Screening, VulnerabilityFlag
from beneficiaries.registry import sections_of
from beneficiaries.views.gate import (
    KINDS,
    ask_reason,
    record_protected_reading,
    where_to_agree,
)
from beneficiaries.views.people import get_person, take_answers
from genesis.lib.policy import allow, require
from genesis.lib.sensitivity import D4

ASK = require_http_methods(["GET", "HEAD", "POST"])
TONES = {
    RiskLevel.NONE: "plain",
    RiskLevel.LOW: "ok",
    RiskLevel.MEDIUM: "alerta",
    RiskLevel.HIGH: "mal",
}
EARLIER = 5  # screenings of before that the page shows


@allow(Permission.RISK_VIEW)
@require_safe
def needs_detail(request, public_id):
    person = get_person(request, public_id)
    in_full = permissions.can_read_sensitive(request.user, person)
    require(in_full or permissions.can_read_categories(request.user, person))
    if gate := ask_reason(request, person, D4):
        return gate
    case = current_case(person)
    writes = in_full and permissions.can_protect(request.user, person)
    context = {
        "person": person,
        "case": case,
        "in_full": in_full,
        "can_write": writes and case is not None and case.state not in ENDED_STATES,
        "protocol": SafetyProtocol.objects.open().filter(person=person).first(),
        "can_follow": permissions.can_follow_protocol(request.user, person),
        "subnav": sections_of(person, request.user, here="beneficiaries:needs_detail"),
    }
    if case and (asked := list(_asked(case)[: EARLIER + 1])):
        context |= _answers(asked, in_full, writes)
    record_protected_reading(request, person, D4)
    return render(request, "beneficiaries/needs_detail.html", context)


def _asked(case):
    asked = Screening.objects.filter(case=case).order_by("-on", "-pk")
    return asked.select_related("risk", "recorded_by").prefetch_related(
        Prefetch("needs", Need.objects.select_related("need")),
        Prefetch("flags", VulnerabilityFlag.objects.select_related("flag", "confirmed_by")),
    )


def _answers(asked, in_full, writes):
    latest, *earlier = asked
    return {
        "screening": latest,
        "earlier": earlier,
        "flags": _readable(latest, in_full, writes),
        "tone": TONES[RiskLevel(latest.risk.level)],
    }


def _readable(screening, in_full, writes):
    """The vulnerabilities that they may read: each says who reads it."""
    flags = sorted(screening.flags.all(), key=lambda each: each.pk)
    if writes:
        return flags
    if in_full:
        return [each for each in flags if each.audience != FlagAudience.CASEWORKER]
    return [each for each in flags if each.audience == FlagAudience.COORDINATION]


@allow(Permission.PERSON_PROTECT)
@ASK
def screening_create(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_protect(request.user, person))
    if gate := ask_reason(request, person, D4):
        return gate
    case = current_case(person)
    if case is None:
        raise Http404
    sensitive = _asks_for_flags(request, person)
    form = ScreeningForm(request.POST or None, before=_asked(case).first(), sensitive=sensitive)

    def act():
        care.record_screening(case, **form.answers(), by=request.user)

    return take_answers(
        request,
        form,
        person,
        act,
        title=_("Ask about needs and risk"),
        template="beneficiaries/screening_create.html",
        agree_url=where_to_agree(request, person),
        without_flags=not sensitive,
        restricted=person.restricted_at,
        kind=KINDS[D4],
        done=_("Needs and risk saved."),
        then=reverse("beneficiaries:needs_detail", args=[person.public_id]),
    )


def _asks_for_flags(request, person):
    """Whether vulnerabilities are asked; of what is sent, whether the form had asked them.

    Her consent may have changed since it was shown. Nothing ticked is an answer only
    where there was something to tick, and what is new without a consent the action refuses.
    """
    if request.method == "POST":
        return "source" in request.POST  # always sent along with them, ticked or not
    return has_consent(person, ConsentPurpose.SENSITIVE)


@allow(Permission.PERSON_PROTECT)
@ASK
def flag_change(request, public_id, record_id):
    person = get_person(request, public_id)
    require(permissions.can_protect(request.user, person))
    if gate := ask_reason(request, person, D4):
        return gate
    flags = VulnerabilityFlag.objects.filter(screening__case__person=person)
    flag = get_object_or_404(flags.select_related("flag"), public_id=record_id)
    title = str(flag)
    form = FlagForm(request.POST or None, instance=flag)
    return take_answers(
        request,
        form,
        person,
        lambda: care.change_flag(flag, **form.cleaned_data, by=request.user),
        title=title,
        kind=KINDS[D4],
        then=reverse("beneficiaries:needs_detail", args=[person.public_id]),
    )
