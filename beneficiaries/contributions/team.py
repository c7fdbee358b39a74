"""How those who accompany people get on, for whoever looks after them: the last block of «Hoy»."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import Block, Urgency
from accounts.roles import Permission
from beneficiaries.choices import ACCOMPANIED_STATES
from beneficiaries.models import Assignment, Case, Person
from beneficiaries.models.accompaniment import with_care
from beneficiaries.rules.care import SILENT_AFTER

MOST = 20  # caseworkers: those with most silence; the page of the workload has all


def blocks(user: User) -> Iterator[Block]:
    """Open cases and silence of each caseworker, the most silence first."""
    if user.may(Permission.WORKLOAD_VIEW):
        rows = list(_rows(user)[:MOST])
        yield Block(
            _("The team: cases and silence"),
            Urgency.TEAM,
            url=reverse("programme:workload"),
            template="beneficiaries/today_team.html",
            context={"rows": rows} if rows else {},
        )


def _rows(user: User) -> Any:
    """Caseworker by caseworker: the open cases, as the workload counts them, and the silent ones.

    Of silence only a case that is accompanied is asked (CASE-31).
    """
    today = timezone.localdate()
    current = Assignment.objects.on(today).caseworkers().filter(person=OuterRef("person"))
    cases = Case.objects.filter(
        user.where(Permission.WORKLOAD_VIEW, "office"),
        closed_on=None,
        person__in=Person.objects.standing(),
    )
    silent = Q(state__in=ACCOMPANIED_STATES) & Q(last_contact_on__lte=today - SILENT_AFTER)
    return (
        with_care(cases)
        .annotate(
            caseworker=Subquery(current.values("user")[:1]),
            first_name=Subquery(current.values("user__first_name")[:1]),
            last_name=Subquery(current.values("user__last_name")[:1]),
        )
        .filter(caseworker__isnull=False)
        .order_by()
        .values("caseworker", "first_name", "last_name")
        .annotate(
            cases=Count("pk"),
            silent=Count("pk", filter=silent),
        )
        .order_by(F("silent").desc(), F("cases").desc(), "caseworker")
    )
