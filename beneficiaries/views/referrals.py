"""Referring people to institutions, step by step, until it is known what came of it (5.3)."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.actions.reasons import has_reason
from accounts.choices import ReadKind
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import referral_links, referrals
from beneficiaries.actions.cases import current_case
from beneficiaries.actions.consents import may_share
from beneficiaries.choices import UNSENT_REFERRALS, ConsentPurpose, ReferralState
from beneficiaries.contributions.referrals import TONES, facts_of, needs_of
from beneficiaries.filters.records import DirectoryFilter, ReferralFilter
from beneficiaries.forms.referrals import ReferralForm
from beneficiaries.models import DirectoryEntry, LookupValue, Referral
from beneficiaries.registry import sections_of
from beneficiaries.views.gate import ask_reason
from beneficiaries.views.people import get_person, take_answers
from genesis.lib.forms import shown_key, shown_version
from genesis.lib.pages import paginate, render_page
from genesis.lib.pdf import write_pdf
from genesis.lib.policy import allow, require
from genesis.lib.sensitivity import D4
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
COPIES = 3  # the institution, the person, the file


@allow(Permission.REFERRAL_VIEW)
@require_safe
def referral_list(request):
    seen = Referral.objects.visible_to(request.user)
    seen = seen.select_related("case__person", "organization")
    filterset = ReferralFilter(request.GET, queryset=seen, request=request)
    page = paginate(request, filterset.qs, orders=["-made_at"])
    record_reading(request, people=[each.person_id for each in page.rows])
    context = {
        "filter": filterset,
        "page": page,
        "rows": _toned(page.rows),
        "may_receive": request.user.may(Permission.REFERRAL_RECEIVE),
    }
    return render_page(request, "beneficiaries/referral_list.html", context, partials=["results"])


def _toned(rows):
    return [{"referral": each, "tone": TONES[each.state]} for each in rows]


@allow(Permission.REFERRAL_VIEW)
@require_safe
def person_referral_list(request, public_id):
    person = get_person(request, public_id)
    found = Referral.objects.visible_to(request.user).filter(case__person=person)
    rows = found.select_related("organization").order_by("-made_at", "-pk")
    context = {
        "person": person,
        "rows": _toned(rows),
        "can_refer": permissions.can_refer(request.user, person),
        "may_share": may_share(person, ConsentPurpose.SHARE_PARTNER),
        "subnav": sections_of(person, request.user, here="beneficiaries:person_referral_list"),
    }
    record_reading(request, people=[person.pk])
    return render(request, "beneficiaries/person_referral_list.html", context)


@allow(Permission.REFERRAL_MAKE)
@ASK
def referral_create(request, public_id):
    """Begin a referral, to the institution that the address names or to any."""
    person = get_person(request, public_id)
    require(permissions.can_refer(request.user, person))
    case = current_case(person)
    if case is None:
        raise Http404
    form = ReferralForm(
        request.POST or None, person=person, case=case, initial=_first_answers(request)
    )

    def act():
        referrals.draft_referral(
            case, key=form.cleaned_data["key"], **form.record(), by=request.user
        )

    return take_answers(
        request,
        form,
        person,
        act,
        title=_("Refer to an institution"),
        done=_("The draft is kept: look at it, and say that it is ready."),
        then=reverse("beneficiaries:person_referral_list", args=[person.public_id]),
        template="beneficiaries/referral_form.html",
        may_share=may_share(person, ConsentPurpose.SHARE_PARTNER),
    )


def _first_answers(request):
    code = request.GET.get("a", "")[:40]
    return {"organization": DirectoryEntry.objects.in_use().filter(organization__code=code).first()}


def get_referral(request, public_id):
    """Return the referral, or 404 when its person is not for this user to see."""
    visible = Referral.objects.visible_to(request.user).select_related(
        "case__person__district",
        "case__person__office",
        "case__person__contact",
        "case__office",
        "organization",
        "plan_task",
        "made_by",
        "why",
    )
    return get_object_or_404(visible, public_id=public_id)


@allow(Permission.REFERRAL_VIEW)
@require_safe
def referral_detail(request, public_id):
    """Where a referral stands; why, only for who accompanies her and said today for what."""
    referral = get_referral(request, public_id)
    person, user = referral.case.person, request.user
    may_read = permissions.can_read(user, person, D4)
    opened = may_read and has_reason(user, person.pk, D4)
    can_refer = permissions.can_refer(user, person)
    link = referral_links.link_of(referral) if can_refer else None
    context = {
        "referral": referral,
        "person": person,
        "tone": TONES[referral.state],
        "may_read": may_read,
        "opened": opened,
        "needs": needs_of(referral) if opened else [],
        "steps": _steps(referral) if can_refer else [],
        "can_refer": can_refer,
        "can_cancel": can_refer and ReferralState.CANCELLED in referral.MOVES[referral.state],
        "is_sent": referral.is_open and referral.state not in UNSENT_REFERRALS,
        "key": uuid4(),
        "link": link,
        "link_url": _address_of(request, link),
        "visits": link.visits.order_by("-pk")[:5] if link else [],
        "why_url": reverse("beneficiaries:reason_give", args=[person.public_id, "d4"]),
    }
    kind = ReadKind.PROTECTION if opened else ReadKind.PAGE
    record_reading(request, people=[person.pk], kind=kind)
    return render(request, "beneficiaries/referral_detail.html", context)


def _address_of(request, link):
    if link is None:
        return ""
    secret = referral_links.secret_of_link(link)
    return request.build_absolute_uri(reverse("referral_page", args=[secret]))


def _steps(referral):
    """The forms that may be filled in now, the usual first."""
    offered = {
        ReferralState.DRAFT: [("referral_change", _("Correct"))],
        ReferralState.READY: [
            ("referral_send", _("Record that it went out")),
            ("referral_change", _("Correct")),
        ],
        ReferralState.SENT: [("referral_answer", _("The institution answered"))],
        ReferralState.ACKNOWLEDGED: [("referral_answer", _("The institution answered"))],
        ReferralState.NO_RESPONSE: [
            ("referral_send", _("Send it again")),
            ("referral_answer", _("The institution answered")),
        ],
        ReferralState.ACCEPTED: [
            ("referral_begin", _("First attention")),
            ("referral_finish", _("Finish")),
        ],
        ReferralState.IN_SERVICE: [("referral_finish", _("Finish"))],
        ReferralState.DECLINED: [("referral_finish", _("Close with its outcome"))],
    }
    return [
        {"title": title, "url": reverse(f"beneficiaries:{name}", args=[referral.public_id])}
        for name, title in offered.get(referral.state, [])
    ]


@allow(Permission.REFERRAL_MAKE)
@ASK
def referral_change(request, public_id):
    referral = get_referral(request, public_id)
    person = referral.case.person
    require(permissions.can_refer(request.user, person))
    if referral.state not in UNSENT_REFERRALS:
        raise Http404
    if gate := ask_reason(request, person, D4):
        return gate
    form = ReferralForm(request.POST or None, instance=referral, person=person, case=referral.case)
    return take_answers(
        request,
        form,
        person,
        lambda: referrals.change_referral(
            referral, version=form.cleaned_data["version"], **form.record(), by=request.user
        ),
        title=_("Correct the referral"),
        then=referral,
        kind=ReadKind.PROTECTION,
        template="beneficiaries/referral_form.html",
        may_share=may_share(person, ConsentPurpose.SHARE_PARTNER),
    )


@allow(Permission.REFERRAL_MAKE)
@require_POST
def referral_ready(request, public_id):
    return _press(
        request,
        public_id,
        lambda each: referrals.ready_referral(
            each, version=shown_version(request), by=request.user
        ),
        done=_("Ready: print it or make its page, and say when it has gone out."),
    )


@allow(Permission.REFERRAL_MAKE)
@require_POST
def referral_acknowledge(request, public_id):
    return _press(
        request,
        public_id,
        lambda each: referrals.acknowledge_referral(
            each, version=shown_version(request), by=request.user
        ),
        done=_("The institution has it."),
    )


@allow(Permission.REFERRAL_MAKE)
@require_POST
def referral_link_make(request, public_id):
    return _press(
        request,
        public_id,
        lambda each: referral_links.make_link(each, key=shown_key(request), by=request.user),
        done=_("The page of the institution is open: send its address to nobody else."),
    )


@allow(Permission.REFERRAL_MAKE)
@require_POST
def referral_link_revoke(request, public_id):
    return _press(
        request,
        public_id,
        lambda each: referral_links.revoke_link(each, by=request.user),
        done=_("The page of the institution is shut."),
    )


def _press(request, public_id, act, *, done):
    """A step that is only a button."""
    referral = get_referral(request, public_id)
    require(permissions.can_refer(request.user, referral.case.person))
    try:
        act(referral)
    except (StaleRecord, MoveNotAllowed) as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(referral)


@allow(Permission.REFERRAL_MAKE)
@require_safe
def referral_file(request, public_id):
    """Three copies, with only what was ticked and agreed to; in Spanish, whoever asks."""
    referral = get_referral(request, public_id)
    person = referral.case.person
    require(permissions.can_refer(request.user, person))
    if gate := ask_reason(request, person, D4, back_to=referral.get_absolute_url()):
        return gate
    if not referral.is_open or referral.state == ReferralState.DRAFT or person.restricted_at:
        raise Http404
    with translation.override("es"):
        for_whom = [_("For the institution"), _("For the person"), _("For the file")]
        context = {"referral": referral, "facts": facts_of(referral), "copies": for_whom}
        pdf = write_pdf(render_to_string("print/referral.html", context))
    record_reading(request, people=[person.pk], kind=ReadKind.PROTECTION)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="referencia.pdf"'
    return response


# The directory


@allow(Permission.REFERRAL_VIEW)
@require_safe
def directory_list(request):
    entries = DirectoryEntry.objects.in_use().select_related("organization")
    entries = entries.prefetch_related("departments")
    filterset = DirectoryFilter(request.GET, queryset=entries, request=request)
    page = paginate(request, filterset.qs, orders=["sort_name"])
    words = {each.code: str(each) for each in LookupValue.objects.filter(list="need")}
    rows = [
        {"entry": each, "services": [words[code] for code in each.services if code in words]}
        for each in page.rows
    ]
    context = {"filter": filterset, "page": page, "rows": rows}
    return render_page(request, "beneficiaries/directory_list.html", context, partials=["results"])
