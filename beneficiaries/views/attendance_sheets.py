"""Attendance of a group from a file: sent, looked at row by row, and written down."""

import io

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import OtherContent, record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import attendance_sheets as actions
from beneficiaries.choices import SheetOutcome, SheetState
from beneficiaries.exports import write_attendance_template, write_attendance_to_correct
from beneficiaries.forms.attendance_sheets import SheetForm
from beneficiaries.models import AttendanceSheet, Group
from beneficiaries.rules.spreadsheet import UnreadableWorkbook
from beneficiaries.views.groups import get_group
from genesis.lib.forms import add_errors, shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OUTCOME_TONES = {
    SheetOutcome.NEW: "ok",
    SheetOutcome.CORRECTED: "alerta",
    SheetOutcome.SAME: "plain",
    SheetOutcome.ERROR: "mal",
}


def _get_group_to_run(request, public_id):
    group = get_group(request, public_id)
    require(permissions.can_run(request.user, group))
    return group


def _get_sheet(request, public_id):
    """Return a list of a group that this user runs; 404 when the group is not theirs to see."""
    visible = AttendanceSheet.objects.filter(group__in=Group.objects.visible_to(request.user))
    related = visible.select_related("group__office", "uploaded_by", "ended_by")
    sheet = get_object_or_404(related, public_id=public_id)
    require(permissions.can_run(request.user, sheet.group))
    return sheet


@allow(Permission.GROUP_MANAGE)
@ASK
def sheet_create(request, public_id):
    group = _get_group_to_run(request, public_id)
    form = SheetForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            sheet = actions.upload_sheet(group, **form.cleaned_data, by=request.user)
        except UnreadableWorkbook as error:
            form.add_error("file", str(error))
        except OtherContent as error:
            add_errors(form, error)
        else:
            return redirect(sheet)
    context = {
        "group": group,
        "sessions": list(enumerate(_sessions_of(group), 1)),
        "waiting": group.sheets.filter(state=SheetState.CHECKED).order_by("-uploaded_at"),
    }
    return render_form(request, "beneficiaries/sheet_create.html", form, **context)


def _sessions_of(group):
    """The sessions as a list numbers them: those that stand, the earliest first."""
    return group.sessions.standing().order_by("starts_at", "pk")


@allow(Permission.GROUP_MANAGE)
@require_safe
def sheet_template(request, public_id):
    """A list to fill in: who takes part, and the sessions of which attendance is missing."""
    group = _get_group_to_run(request, public_id)
    numbered = enumerate(_sessions_of(group), 1)
    missing = [each for each in numbered if each[1].has_begun and each[1].taken_at is None]
    people = list(group.enrolments.taking_part().select_related("person"))
    people.sort(key=lambda each: (each.person.sort_name, each.pk))
    file = io.BytesIO()
    write_attendance_template(file, missing, people)
    keys = [each.person_id for each in people]
    record_reading(request, people=keys, kind=ReadKind.EXPORT)
    return _download(file, "asistencia.xlsx")


@allow(Permission.GROUP_MANAGE)
@require_safe
def sheet_detail(request, public_id):
    sheet = _get_sheet(request, public_id)
    rows = sheet.rows.select_related("enrolment__person", "session")
    page = paginate(request, rows, orders=["sheet_row"])
    people = [row.person_id for row in page.rows if row.person_id]
    record_reading(request, people=people)
    counts = sheet.outcome_counts()
    context = {
        "sheet": sheet,
        "group": sheet.group,
        "page": page,
        "rows": [(row, OUTCOME_TONES[SheetOutcome(row.outcome)]) for row in page.rows],
        "counts": counts,
        "errors": dict(counts)[SheetOutcome.ERROR],
        "to_write": sum(n for each, n in counts if each in {"new", "corrected"}),
        "unnamed": actions.unnamed_in(sheet) if sheet.state == SheetState.CHECKED else [],
    }
    return render_page(request, "beneficiaries/sheet_detail.html", context, partials=["results"])


@allow(Permission.GROUP_MANAGE)
@require_POST
def sheet_confirm(request, public_id):
    sheet = _get_sheet(request, public_id)
    try:
        sheet = actions.write_sheet(sheet, version=shown_version(request), by=request.user)
    except (MoveNotAllowed, StaleRecord) as error:
        messages.error(request, str(error))
        return redirect(sheet)
    if sheet.state != SheetState.WRITTEN:
        messages.warning(
            request,
            _("The group changed meanwhile: nothing was written. Look at the rows again."),
        )
        return redirect(sheet)
    messages.success(request, _("Attendance saved."))
    return redirect(sheet)


@allow(Permission.GROUP_MANAGE)
@require_POST
def sheet_discard(request, public_id):
    sheet = _get_sheet(request, public_id)
    try:
        actions.discard_sheet(sheet, version=shown_version(request), by=request.user)
    except (MoveNotAllowed, StaleRecord) as error:
        messages.error(request, str(error))
        return redirect(sheet)
    messages.success(request, _("Discarded: nothing of the file was written down."))
    return redirect(sheet.group)


@allow(Permission.GROUP_MANAGE)
@require_safe
def sheet_errors(request, public_id):
    """The rows to correct, as a workbook that can be sent again."""
    sheet = _get_sheet(request, public_id)
    errors = sheet.rows.filter(outcome=SheetOutcome.ERROR)
    rows = errors.select_related("enrolment").order_by("sheet_row")
    file = io.BytesIO()
    write_attendance_to_correct(file, rows)
    people = {row.person_id for row in rows if row.person_id}
    record_reading(request, people=people, kind=ReadKind.EXPORT)
    return _download(file, "asistencia-por-corregir.xlsx")


def _download(file, name):
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
