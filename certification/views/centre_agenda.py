"""The agenda of an evaluation centre, by day and by week."""

from datetime import timedelta
from urllib.parse import urlencode

from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from certification.contributions.centre_agenda import agenda_of
from certification.views.accreditation import get_centre
from genesis.lib.days import near_day
from genesis.lib.pages import render_page
from genesis.lib.policy import allow


@allow(Permission.CENTRE_VIEW)
@require_safe
def centre_agenda(request, public_id):
    """What is planned at a centre, the places that are left, and what keeps it from assessing."""
    centre = get_centre(request, public_id)
    today = timezone.localdate()
    day, week = near_day(request.GET.get("dia", ""), today), request.GET.get("vista") != "dia"
    since = day - timedelta(days=day.weekday()) if week else day
    until = since + timedelta(days=6 if week else 0)
    agenda = agenda_of(centre, request.user, since, until)
    context = {
        "centre": centre,
        "agenda": agenda,
        "since": since,
        "until": until,
        "week": week,
        **_ways(day, today, week=week),
    }
    record_reading(request, people=agenda.people)
    return render_page(request, "certification/centre_agenda.html", context)


def _ways(day, today, *, week):
    """The addresses of the days before and after, of today, and of the other view."""
    step = timedelta(days=7 if week else 1)

    def address(to, *, whole_week=week):
        return f"?{urlencode({'dia': to.isoformat(), 'vista': 'semana' if whole_week else 'dia'})}"

    return {
        "before_url": address(day - step),
        "after_url": address(day + step),
        "today_url": address(today),
        "day_url": address(day, whole_week=False),
        "week_url": address(day, whole_week=True),
    }
