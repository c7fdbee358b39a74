"""Importing people from a workbook, from the upload to the last possible duplicate."""

import io

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.actions.history import OtherContent, record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from beneficiaries.actions import imports as actions
from beneficiaries.actions.import_undo import undo_import, what_hangs
from beneficiaries.choices import ImportStage, RowOutcome
from beneficiaries.exports import write_rows_to_correct
from beneficiaries.filters.records import ImportRowFilter, UndoneRowFilter
from beneficiaries.forms.imports import ImportForm, MappingForm, RowForm, UndoForm
from beneficiaries.models import ImportRow, PeopleImport, Person
from beneficiaries.permissions import can_undo_import
from beneficiaries.rules.columns import propose_mapping
from beneficiaries.rules.spreadsheet import UnreadableWorkbook
from genesis.lib.forms import add_errors, shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
RUNNING = {ImportStage.CHECKING, ImportStage.IMPORTING, ImportStage.UNDOING}
MOST_NAMED = 50  # people who stay when an import is undone, on the page that asks whether to
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _get_import(request, public_id):
    """Return the batch, or 404 when it is of an office for which they do not import."""
    batches = PeopleImport.objects.visible_to(request.user).select_related("office", "phase")
    return get_object_or_404(batches, public_id=public_id)


@allow(Permission.PEOPLE_IMPORT)
@require_safe
def import_list(request):
    batches = PeopleImport.objects.visible_to(request.user).select_related("office", "uploaded_by")
    page = paginate(request, batches, orders=["-uploaded_at"])
    context = {"page": page}
    return render_page(request, "beneficiaries/import_list.html", context, partials=["results"])


@allow(Permission.PEOPLE_IMPORT)
@ASK
def import_create(request):
    offices = request.user.organizations_where(Permission.PEOPLE_IMPORT).offices()
    form = ImportForm(request.POST or None, request.FILES or None, offices=offices)
    if form.is_valid():
        try:
            batch = actions.upload_workbook(**form.cleaned_data, by=request.user)
        except UnreadableWorkbook as error:
            form.add_error("file", str(error))
        except OtherContent as error:
            add_errors(form, error)
        else:
            return redirect("beneficiaries:import_map", batch.public_id)
    return render_form(request, "beneficiaries/import_create.html", form)


@allow(Permission.PEOPLE_IMPORT)
@ASK
def import_map(request, public_id):
    batch = _get_import(request, public_id)
    known = actions.remembered_mapping(batch.office, batch.columns)
    by_name = known is None or "nombres" in request.GET
    proposed = propose_mapping(batch.columns) if by_name else batch.mapping
    form, status = MappingForm(request.POST or None, instance=batch, proposed=proposed), 422
    if form.is_valid():
        try:
            actions.confirm_mapping(
                batch,
                version=form.cleaned_data["version"],
                mapping=form.mapping(),
                by=request.user,
            )
        except (ValidationError, MoveNotAllowed, StaleRecord) as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            return redirect(batch)
    context = {"batch": batch, "known": known, "by_name": by_name}
    return render_form(request, "beneficiaries/import_map.html", form, status=status, **context)


@allow(Permission.PEOPLE_IMPORT)
@require_safe
def import_detail(request, public_id):
    batch = _get_import(request, public_id)
    running = batch.state in RUNNING
    if request.htmx.target == "progress" and not running:
        return HttpResponseClientRefresh()  # its rows are there now, below what was waited for
    undone = batch.state == ImportStage.UNDONE
    by = UndoneRowFilter if undone else ImportRowFilter
    filterset = by(request.GET, queryset=batch.rows.select_related("person"))
    page = paginate(request, filterset.qs, orders=["sheet_row"])
    record_reading(request, people=[each.person_id for each in page.rows if each.person_id])
    counts = batch.outcome_counts()
    context = {
        "batch": batch,
        "filter": filterset,
        "page": page,
        "counts": counts,
        "to_correct": dict(counts)[RowOutcome.ERROR],
        "to_decide": batch.rows.to_decide().count(),
        "came_before": batch.state == ImportStage.CHECKED and actions.was_imported(batch),
        "running": running,
        "undo_counts": batch.undo_counts() if undone else [],
        "may_undo": can_undo_import(request.user, batch),
    }
    partials = ["results", "progress"]
    return render_page(request, "beneficiaries/import_detail.html", context, partials=partials)


@allow(Permission.PEOPLE_IMPORT)
@require_POST
def import_confirm(request, public_id):
    return _move(request, public_id, actions.confirm_import)


@allow(Permission.PEOPLE_IMPORT)
@require_POST
def import_discard(request, public_id):
    return _move(request, public_id, actions.discard_import)


@allow(Permission.PEOPLE_IMPORT)
@ASK
def import_undo(request, public_id):
    """Whom an import would take back, and who stays because more hangs on her file.

    People are erased for good: it is asked of who has just proved who they are.
    """
    batch = _get_import(request, public_id)
    require(can_undo_import(request.user, batch))
    return _undo(request, batch)


@reauthentication_required
def _undo(request, batch):
    form, status = UndoForm(request.POST or None, instance=batch), 422
    if form.is_valid():
        try:
            undo_import(batch, by=request.user, **form.cleaned_data)
        except (MoveNotAllowed, StaleRecord) as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            return redirect(batch)
    elif request.method != "POST" and batch.state != ImportStage.IMPORTED:
        return redirect(batch)
    held = what_hangs(batch)
    staying = batch.rows.registered().filter(person__in=held).select_related("person")
    shown = list(staying.order_by("sheet_row")[:MOST_NAMED])
    record_reading(request, people=[each.person_id for each in shown])
    context = {
        "batch": batch,
        "cancel_url": batch.get_absolute_url(),
        "going": batch.rows.registered().count() - len(held),
        "held": len(held),
        "staying": [(each, held[each.person_id].label) for each in shown],
    }
    return render_form(request, "beneficiaries/import_undo.html", form, status=status, **context)


def _move(request, public_id, act):
    batch = _get_import(request, public_id)
    try:
        act(batch, version=shown_version(request), by=request.user)
    except (MoveNotAllowed, StaleRecord, actions.AlreadyImported) as error:
        messages.error(request, str(error))
    return redirect(batch)


@allow(Permission.PEOPLE_IMPORT)
@require_safe
def import_errors(request, public_id):
    """The rows to correct, as a workbook that can be imported again."""
    batch = _get_import(request, public_id)
    rows = batch.rows.filter(outcome=RowOutcome.ERROR).order_by("sheet_row")
    file = io.BytesIO()
    write_rows_to_correct(file, batch, rows)
    record_reading(request, people=[], kind=ReadKind.EXPORT)
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="filas-por-corregir.xlsx"'
    return response


@allow(Permission.PEOPLE_IMPORT)
@ASK
def import_row_decide(request, public_id):
    batches = PeopleImport.objects.visible_to(request.user)
    rows = ImportRow.objects.to_decide().filter(batch__in=batches, written=True)
    row = get_object_or_404(
        rows.select_related("batch__office", "batch__phase"), public_id=public_id
    )
    like = _files_like(request, row)
    form, status = RowForm(request.POST or None, instance=row, people=like), 422
    if form.is_valid():
        try:
            actions.decide_row(row, **form.cleaned_data, by=request.user)
        except (ValidationError, actions.RowDecided, StaleRecord) as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            messages.success(request, _("Decided."))
            return redirect(row.batch)
    record_reading(request, people=[each.pk for each in like])
    context = {"row": row, "like": like}
    template = "beneficiaries/import_row_decide.html"
    return render_form(request, template, form, status=status, **context)


def _files_like(request, row):
    """The files that the row may be of, as far as this user may see them."""
    visible = Person.objects.visible_to(request.user)
    return visible.filter(pk__in=row.people_alike().values("pk")).order_by("sort_name", "pk")
