"""The indicators, the people behind each number, and their file."""

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.history import OtherContent, record_reading
from accounts.choices import ReadKind
from accounts.models import Organization
from accounts.roles import Permission
from beneficiaries.models import Person
from beneficiaries.registry import INDICATORS, SLICES
from genesis.lib.codes import person_ref
from genesis.lib.pages import paginate, render_page
from genesis.lib.policy import allow
from reporting import permissions
from reporting.actions import request_report
from reporting.forms import PeriodForm, ReportForm, YearForm
from reporting.indicators.figures import (
    cell_rows,
    counted_rows,
    cut_labels,
    figure,
    figures,
    labels,
)
from reporting.indicators.territory import outlines, registered_by_place
from reporting.models import Report
from reporting.rules import FACES, shade_of, shades

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _period(request):
    form = PeriodForm(request.GET)
    return form, form.period()


@allow(Permission.INDICATOR_VIEW)
@require_safe
def indicator_list(request):
    form, period = _period(request)
    found = figures(
        period, known_at=timezone.now(), offices=permissions.counted_offices(request.user)
    )
    report_form = ReportForm(initial={"since": period.since, "until": period.until})
    context = {"form": form, "period": period, "figures": found, "report_form": report_form}
    return render_page(request, "reporting/indicator_list.html", context, partials=["results"])


@allow(Permission.INDICATOR_VIEW)
@require_safe
def indicator_detail(request, code):
    indicator = _get_indicator(code)
    form, period = _period(request)
    offices = permissions.counted_offices(request.user)
    rows = counted_rows(indicator, known_at=timezone.now(), day=period.until, offices=offices)
    context = {"form": form, "period": period, "figure": figure(indicator, rows, period)}
    return render_page(request, "reporting/indicator_detail.html", context, partials=["results"])


@allow(Permission.INDICATOR_VIEW)
@require_safe
def territory_map(request):
    """Who was registered in a year, by department on a map and by municipality in a table."""
    form = YearForm(request.GET)
    year = form.year()
    found = registered_by_place(year, offices=permissions.counted_offices(request.user))
    ends = shades(each.count for each in found.departments)
    shapes = outlines()
    context = {
        "form": form,
        "year": year,
        "territory": found,
        "width": shapes["width"],
        "height": shapes["height"],
        "shapes": [
            (each, shapes["departments"][each.code], shade_of(each.count, ends))
            for each in found.departments
            if each.code in shapes["departments"]
        ],
        "legend": _legend(ends),
    }
    return render_page(request, "reporting/territory_map.html", context, partials=["results"])


def _legend(ends):
    """What each colour of the map means: its number, and from how many people to how many."""
    firsts = [1, *[end + 1 for end in ends]]
    return [(0, 0, 0), *[(place, firsts[place - 1], end) for place, end in enumerate(ends, 1)]]


def _get_indicator(code):
    if code not in INDICATORS:
        raise Http404
    return INDICATORS[code]


@allow(Permission.INDICATOR_VIEW)
@require_safe
def indicator_people(request, code):
    """Who or what stands behind one number: people by name for who may read names."""
    indicator = _get_indicator(code)
    _form, period = _period(request)
    face, cut, category = (request.GET.get(name, "") for name in ("cara", "corte", "valor"))
    if face not in FACES or (cut and cut not in SLICES):
        raise Http404
    rows = cell_rows(
        indicator,
        period,
        face=face,
        cut=cut,
        category=category,
        part=bool(request.GET.get("parte")),
        known_at=timezone.now(),
        offices=permissions.counted_offices(request.user),
    )
    context = {
        "indicator": indicator,
        "period": period,
        "count": len(rows),
        "face": face,
        "part": indicator.part if request.GET.get("parte") else "",
        "cut": cut_labels().get(cut, ""),
        "category": labels()[cut].get(category, category) if cut else "",
    }
    shown = _things(rows) if indicator.counts == "things" else _people(request, rows)
    return render_page(
        request, "reporting/indicator_people.html", context | shown, partials=["results"]
    )


def _things(rows):
    """Standards and centres by name, evaluators by a reference: few, and nobody's file."""
    lines = [
        {"name": row.name, "reference": _reference(row.subject), "days": [row.on]}
        for row in sorted(rows, key=lambda row: (row.name, row.on))
    ]
    return {"lines": lines}


def _reference(pk):
    return person_ref(pk, key=settings.INSTALLATION_KEY.encode())


def _people(request, rows):
    """A page of the people whom rows count; the reading of those named here is written down."""
    people = Person.objects.filter(pk__in={row.person for row in rows})
    page = paginate(request, people.for_list(), orders=["-registered_on"])
    visible = set()
    if permissions.may_see_names(request.user):
        shown = [each.pk for each in page.rows]
        seen = Person.objects.visible_to(request.user).filter(pk__in=shown)
        visible = set(seen.values_list("pk", flat=True))
    record_reading(request, people=visible)
    return {"page": page, "lines": [_line(person, rows, visible) for person in page.rows]}


def _line(person, rows, visible):
    """One person behind a figure, with the days on which she counts."""
    return {
        "person": person if person.pk in visible else None,
        "reference": _reference(person.pk),
        "days": sorted(row.on for row in rows if row.person == person.pk),
    }


@allow(Permission.INDICATOR_EXPORT)
@require_POST
def report_create(request):
    form = ReportForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, " ".join(map(str, form.non_field_errors())) or _("Choose the days.")
        )
        return redirect("reporting:indicator_list")
    ids = permissions.counted_offices(request.user)
    offices = None if ids is None else list(Organization.objects.filter(pk__in=ids))
    try:
        report = request_report(**form.cleaned_data, offices=offices, by=request.user)
    except OtherContent as error:
        messages.error(request, str(error))
        return redirect("reporting:indicator_list")
    return redirect(report)


@allow(Permission.INDICATOR_EXPORT)
@require_safe
def report_detail(request, public_id):
    report = get_object_or_404(Report.objects.visible_to(request.user), public_id=public_id)
    context = {"report": report}
    return render_page(request, "reporting/report_detail.html", context, partials=["progress"])


@allow(Permission.INDICATOR_EXPORT)
@require_safe
def report_file(request, public_id):
    reports = Report.objects.visible_to(request.user).exclude(file="")
    report = get_object_or_404(reports, public_id=public_id)
    record_reading(request, people=[], kind=ReadKind.EXPORT)
    name = f"indicadores-{report.since}-{report.until}.xlsx"
    return FileResponse(report.file.open(), as_attachment=True, filename=name, content_type=XLSX)
