"""«Opinión y derechos»: how satisfied people are, and what a person asked or complained of."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import voice
from beneficiaries.actions.cases import current_case
from beneficiaries.contributions.rights import tone_of
from beneficiaries.filters.records import OpinionFilter
from beneficiaries.forms.voice import OpinionForm, OpinionVoidForm
from beneficiaries.models import Complaint, Opinion, Person, RightsRequest, ServiceRecord
from beneficiaries.models.voice import ASPECTS
from beneficiaries.registry import sections_of
from beneficiaries.views.people import get_person, take_answers
from beneficiaries.views.plans import get_case
from genesis.lib.pages import render_page
from genesis.lib.policy import allow

ASK = require_http_methods(["GET", "HEAD", "POST"])
LATEST = 20  # of each kind
HERE = "beneficiaries:voice_detail"


@allow(Permission.PERSON_VIEW)
@require_safe
def voice_detail(request, public_id):
    """What somebody thinks of us; requests and complaints only for who may see them anyway."""
    person, user = get_person(request, public_id), request.user
    case = current_case(person)
    context = {
        "person": person,
        "opinions": list(_opinions_of(person, user)),
        "requests": _requests_of(person, user),
        "complaints": _complaints_of(person, user),
        "can_ask": case is not None and permissions.can_accompany(user, case),
        "can_take_down": user.may(Permission.RIGHTS_RECEIVE),
        "can_complain": user.may(Permission.COMPLAINT_RECEIVE),
        "subnav": sections_of(person, user, here=HERE),
    }
    record_reading(request, people=[person.pk])
    return render(request, "beneficiaries/voice_detail.html", context)


def _opinions_of(person, user):
    """The latest opinions, the answers of each, and the words where they may be read.

    Of a sealed service only whoever knows that there is one sees the opinion,
    and only whoever attends to the person in it reads her words.
    """
    sealed = permissions.SEALED_SERVICES
    read = permissions.classes_read(user, person, sealed.values())
    standing = Opinion.objects.standing().filter(case__person=person)
    told = standing.exclude(service__in=_untold(person, user))
    for each in told.select_related("recorded_by").order_by("-on", "-pk")[:LATEST]:
        is_open = each.service not in sealed or sealed[each.service] in read
        yield each, _answers(each), each.comment if is_open else ""


def _untold(person, user):
    return [
        service
        for service, level in permissions.SEALED_SERVICES.items()
        if not permissions.knows_that_there_is(user, person, level)
    ]


def _theirs(model, person, user):
    seen = model.objects.visible_to(user).filter(person=person)
    return seen.order_by("-received_on", "-pk")[:LATEST]


def _requests_of(person, user):
    asked = _theirs(RightsRequest, person, user).select_related("task")  # which says how late it is
    return [(each, tone_of(each)) for each in asked]


def _complaints_of(person, user):
    return _theirs(Complaint, person, user) if user.may(Permission.COMPLAINT_MANAGE) else []


def _answers(opinion):
    """What was answered, aspect by aspect."""
    for aspect in ASPECTS:
        if getattr(opinion, aspect):
            yield _name_of(aspect), getattr(opinion, f"get_{aspect}_display")()


def _name_of(aspect):
    return Opinion._meta.get_field(aspect).verbose_name


@allow(Permission.CASE_WORK)
@ASK
def opinion_create(request, public_id):
    case = get_case(request, public_id)
    records = ServiceRecord.objects.standing().filter(person=case.person_id)
    told = records.exclude(service__in=_untold(case.person, request.user))
    received = set(told.values_list("service", flat=True))
    form = OpinionForm(request.POST or None, received=received)
    return take_answers(
        request,
        form,
        case.person,
        lambda: voice.record_opinion(case, **form.answers(), by=request.user),
        title=_("Ask how satisfied she or he is"),
        lead=_("Only the first question has to be answered. Read it aloud and add nothing."),
        done=_("Answers kept."),
        then=reverse(HERE, args=[case.person.public_id]),
    )


@allow(Permission.CASE_WORK)
@ASK
def opinion_void(request, public_id, record_id):
    case = get_case(request, public_id)
    standing = Opinion.objects.standing().filter(case__person=case.person_id)
    told = standing.exclude(service__in=_untold(case.person, request.user))
    opinion = get_object_or_404(told, public_id=record_id)
    form = OpinionVoidForm(request.POST or None, instance=opinion)
    return take_answers(
        request,
        form,
        case.person,
        lambda: voice.void_opinion(opinion, **form.cleaned_data, by=request.user),
        title=_("Void: {what}").format(what=opinion),
        lead=_("It counts no more; it stays on record with the reason."),
        done=_("Opinion voided."),
        then=reverse(HERE, args=[case.person.public_id]),
    )


@allow(Permission.COMPLAINT_MANAGE)
@require_safe
def opinion_summary(request):
    """The mean of each question for the offices that somebody answers for: figures, no names."""
    people = Person.objects.visible_to(request.user)
    standing = Opinion.objects.standing().filter(case__person__in=people)
    narrowed = OpinionFilter(request.GET, queryset=standing, request=request)
    rows = [
        {"name": _name_of(aspect), "mean": mean, "times": times}
        for aspect, mean, times in voice.averages(narrowed.qs)
    ]
    context = {"filter": narrowed, "rows": rows, "times": rows[0]["times"]}
    return render_page(request, "beneficiaries/opinion_summary.html", context, partials=["results"])
