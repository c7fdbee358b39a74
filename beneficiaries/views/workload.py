"""How many cases each caseworker has, for whoever shares them out."""

from django.conf import settings
from django.db.models import Count
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Organization, RoleAssignment, User
from accounts.roles import Permission, Role
from beneficiaries.models import Assignment, Person
from genesis.lib.policy import allow


@allow(Permission.WORKLOAD_VIEW)
@require_safe
def workload(request):
    """Every office of theirs in one line, and the caseworkers of the one that is chosen."""
    offices = list(
        Organization.objects.offices()
        .active()
        .filter(request.user.where(Permission.WORKLOAD_VIEW, "pk"))
        .order_by("sort_name", "pk")
    )
    asked = request.GET.get("oficina", "")
    chosen = next((each for each in offices if str(each.public_id) == asked), None)
    chosen = chosen or next(iter(offices), None)
    usual = settings.USUAL_CASELOAD
    context = {
        "offices": _with_counts(offices),
        "chosen": chosen,
        "caseworkers": _caseworkers(chosen, usual) if chosen else [],
        "least": usual[0],
        "most": usual[1],
    }
    return render(request, "beneficiaries/workload.html", context)


def _open_files():
    """People with an open case: what a caseworker has to do with."""
    return Person.objects.standing().filter(cases__closed_on=None, cases__isnull=False)


def _with_counts(offices):
    cases = dict(
        _open_files().values_list("office").annotate(Count("pk", distinct=True)).order_by()
    )
    unassigned = dict(
        _open_files()
        .without_caseworker()
        .values_list("office")
        .annotate(Count("pk", distinct=True))
        .order_by()
    )
    working = dict(_on_duty().values_list("organization").annotate(Count("user", distinct=True)))
    return [
        {
            "office": each,
            "cases": cases.get(each.pk, 0),
            "unassigned": unassigned.get(each.pk, 0),
            "caseworkers": working.get(each.pk, 0),
        }
        for each in offices
    ]


def _on_duty():
    return RoleAssignment.objects.on(timezone.localdate()).filter(role=Role.CASEWORKER).order_by()


def _caseworkers(office, usual):
    """Those on duty, and those who left and still have cases here."""
    current = Assignment.objects.on(timezone.localdate()).caseworkers()
    theirs = current.filter(person__in=_open_files().filter(office=office))
    cases = dict(theirs.values_list("user").annotate(Count("person", distinct=True)).order_by())
    on_duty = set(_on_duty().filter(organization=office).values_list("user", flat=True))
    users = User.objects.filter(pk__in=on_duty | set(cases)).order_by("sort_name", "pk")
    return [_row(each, cases.get(each.pk, 0), each.pk in on_duty, usual) for each in users]


def _row(user, cases, on_duty, usual):
    least, most = usual
    if not on_duty or not user.is_active:
        words, tone = _("Not a caseworker here any more: give the cases to another"), "mal"
    elif cases > most:
        words, tone = _("Above the usual"), "alerta"
    elif cases < least:
        words, tone = _("Has room"), "plain"
    else:
        words, tone = _("Usual"), "ok"
    share = min(100, round(100 * cases / most))
    return {"user": user, "cases": cases, "words": words, "tone": tone, "share": share}
