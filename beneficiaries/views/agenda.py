"""The agenda by day and week, and the address by which a calendar reads it."""

from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries.actions import feeds
from beneficiaries.registry import agenda_of
from beneficiaries.rules.calendar import ics_of
from genesis.lib.days import near_day
from genesis.lib.policy import allow, public
from genesis.lib.unlisted import unlisted

FEED_BACK, FEED_AHEAD = timedelta(days=30), timedelta(days=180)


@allow(Permission.AGENDA_VIEW)
@require_safe
def agenda(request):
    """One day or one week: the own agenda, and for coordination that of an office."""
    day = near_day(request.GET.get("dia", ""), timezone.localdate())
    week = request.GET.get("vista") != "dia"
    since = day - timedelta(days=day.weekday()) if week else day
    until = since + timedelta(days=6 if week else 0)
    offices = _offices_of(request.user)
    office = _office_asked(request, offices)
    entries = [
        each
        for each in agenda_of(request.user, since, until)
        if (each.office_id == office.pk if office else each.responsible.pk == request.user.pk)
    ]
    record_reading(request, people=[pk for each in entries for pk in each.people])
    context = {
        "days": _days(entries, since, until),
        "since": since,
        "until": until,
        "week": week,
        "office": office,
        "offices": offices,
        "count": len(entries),
        **_ways(day, week, office, offices),
    }
    return render(request, "beneficiaries/agenda.html", context)


def _offices_of(user):
    """The offices whose agenda somebody sees, and not only their own."""
    found = user.organizations_where(Permission.CASE_ASSIGN)
    if not user.may(Permission.CASE_ASSIGN):
        return []
    return list(found.offices().active().order_by("sort_name", "pk"))


def _office_asked(request, offices):
    asked = request.GET.get("oficina", "")
    return next((each for each in offices if str(each.public_id) == asked), None)


def _days(entries, since, until):
    today = timezone.localdate()
    days = [since + timedelta(days=each) for each in range((until - since).days + 1)]
    return [
        {"day": day, "today": day == today, "entries": [e for e in entries if e.on == day]}
        for day in days
    ]


def _ways(day, week, office, offices):
    """The addresses of the days before and after, of today, and of the other view."""
    step = timedelta(days=7 if week else 1)

    def address(to, *, whole_week=week, at=office):
        asked = {"dia": to.isoformat(), "vista": "semana" if whole_week else "dia"}
        return f"?{urlencode(asked | ({'oficina': at.public_id} if at else {}))}"

    return {
        "before_url": address(day - step),
        "after_url": address(day + step),
        "today_url": address(timezone.localdate()),
        "day_url": address(day, whole_week=False),
        "week_url": address(day, whole_week=True),
        "mine_url": address(day, at=None),
        "office_urls": [(each, address(day, at=each)) for each in offices],
    }


# The calendar outside


@allow(Permission.AGENDA_VIEW)
@require_safe
def feed_detail(request):
    """Whether a calendar outside reads this agenda, and how to let it, or stop it."""
    context = {"feed": feeds.feed_in_force(request.user)}
    return render(request, "beneficiaries/feed_detail.html", context)


@allow(Permission.AGENDA_VIEW)
@require_POST
def feed_make(request):
    """Show the address this one time; the one before stops working."""
    token = feeds.make_feed(request.user)
    address = settings.SITE_URL + reverse("agenda:feed", args=[token])
    return render(request, "beneficiaries/feed_make.html", {"address": address})


@allow(Permission.AGENDA_VIEW)
@require_POST
def feed_revoke(request):
    feeds.revoke_feed(request.user)
    return redirect("agenda:feed_detail")


@public
@unlisted
@require_safe
def feed(request, token):
    """The agenda of whose secret this is, with hours and file numbers and without names."""
    user = feeds.reader_of(token)
    if user is None:
        raise Http404
    today = timezone.localdate()
    entries = agenda_of(user, today - FEED_BACK, today + FEED_AHEAD)
    body = ics_of(
        [each for each in entries if each.responsible.pk == user.pk],
        name=_("Agenda Gene-Sis"),
        host=urlsplit(settings.SITE_URL).hostname or "gene-sis",
        zone=settings.TIME_ZONE,
        now=timezone.now(),
    )
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")
