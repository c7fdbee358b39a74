"""The list of people as a file: asking for it, the inbox, and the second person who agrees."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.actions.history import OtherContent, record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from beneficiaries.actions import list_exports as actions
from beneficiaries.choices import ExportFormat
from beneficiaries.exports import cells_of_people, export_columns, write_list_as_csv
from beneficiaries.forms.list_exports import ExportDecideForm, ExportForm
from beneficiaries.models import ListExport
from beneficiaries.permissions import exportable
from beneficiaries.views.chosen import ListChanged, chosen, everybody, is_again, way_back
from beneficiaries.views.listing import columns_asked
from genesis.lib.forms import add_errors
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allow(Permission.PERSON_EXPORT)
@ASK
def export_create(request):
    """Confirm how many they are and what each row will say, and for what it is."""
    found, status = chosen(request, exportable(request.user)), 422
    form, columns = ExportForm(request.POST or None), columns_asked(request.GET, request.user)
    again = is_again(form, request.user)
    if not again and not found.total:
        messages.info(request, _nobody(request))
        return redirect(way_back(request))
    if form.is_valid():
        try:
            if not again:
                found.check_seal(request.POST.get("sello", ""))
            export = _ask(request, form, found, columns)
        except (ListChanged, actions.NotForExport, OtherContent) as error:
            add_errors(form, error)
            status = 409
        else:
            actions.make_small(export)
            return redirect(export)
    record_reading(request, people=[each.pk for each in found.first])
    context = {
        "found": found,
        "without": chosen(request, everybody(request)).people.count() - found.total,
        "columns": columns,
        "plain_columns": export_columns(request.user, [each.key for each in columns], named=False),
        "later": found.total > actions.AT_ONCE,
        "cancel_url": way_back(request),
    }
    return render_form(request, "beneficiaries/export_create.html", form, status=status, **context)


def _nobody(request):
    if request.GET.keys().isdisjoint({"persona", "todas"}):
        return _("Choose at least one person in the list.")
    return _("There is nobody in this list whom you may take out as a file.")


def _ask(request, form, found, columns):
    return actions.ask_for_export(
        [pk for pk, _version in found.rows],
        columns=[each.key for each in columns],
        filters=found.filters,
        **form.cleaned_data,
        by=request.user,
    )


@allow(Permission.PERSON_EXPORT)
@require_safe
def export_list(request):
    """«Mis archivos»: what somebody asked for, ready, in the making, refused or erased."""
    theirs = ListExport.objects.visible_to(request.user).defer("ids")
    page = paginate(request, theirs, orders=["-asked_at"])
    return render_page(
        request, "beneficiaries/export_list.html", {"page": page}, partials=["results"]
    )


@allow(Permission.PERSON_EXPORT)
@require_safe
def export_detail(request, public_id):
    export = get_object_or_404(_theirs(request).defer("ids"), public_id=public_id)
    columns = export_columns(request.user, export.columns, named=export.named)
    left_out = export.total - export.done if export.is_done else 0
    context = {"export": export, "columns": columns, "left_out": left_out}
    context["may_fetch"] = export.is_ready and actions.may_fetch(export, request.user)
    return render_page(request, "beneficiaries/export_detail.html", context, partials=["progress"])


def _theirs(request):
    return ListExport.objects.visible_to(request.user).select_related("asked_by", "decided_by")


@allow(Permission.PERSON_EXPORT)
@require_GET  # a HEAD takes nothing out, and would be kept as if it had
def export_file(request, public_id):
    """Hand a file out to who asked for it; one with names only to who just proved who they are."""
    export = get_object_or_404(_theirs(request), public_id=public_id)
    if not export.is_ready:
        raise Http404
    require(actions.may_fetch(export, request.user))
    return (_hand_out_names if export.named else _hand_out)(request, export)


def _hand_out(request, export):
    record_reading(request, people=export.ids, kind=ReadKind.EXPORT)
    if export.file_format == ExportFormat.CSV:
        return _stream(request, export)
    return FileResponse(
        export.file.open(), as_attachment=True, filename=export.file_name, content_type=XLSX
    )


_hand_out_names = reauthentication_required(_hand_out)


def _stream(request, export):
    columns = export_columns(request.user, export.columns, named=export.named)
    rows = cells_of_people(export, columns, exportable(request.user), user=request.user)
    response = StreamingHttpResponse(
        write_list_as_csv(columns, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    return response


# The second person


@allow(Permission.EXPORT_APPROVE)
@require_safe
def export_queue(request):
    """Who wants to take names out, and for what; of the people themselves nothing is shown."""
    waiting = ListExport.objects.to_decide(request.user).defer("ids").select_related("asked_by")
    page = paginate(request, waiting, orders=["asked_at"])
    return render_page(
        request, "beneficiaries/export_queue.html", {"page": page}, partials=["results"]
    )


@allow(Permission.EXPORT_APPROVE)
@ASK
def export_decide(request, public_id):
    waiting = ListExport.objects.to_decide(request.user).select_related("asked_by")
    export = get_object_or_404(waiting, public_id=public_id)
    form, status = ExportDecideForm(request.POST or None, instance=export), 422
    if form.is_valid():
        try:
            _decide(request, export, form.cleaned_data)
        except (actions.NotToDecide, StaleRecord) as error:
            add_errors(form, error)
            status = 409
        else:
            messages.success(request, _("Answered: whoever asked finds it among their files."))
            return redirect("beneficiaries:export_queue")
    columns = export_columns(export.asked_by, export.columns, named=True)
    context = {"export": export, "columns": columns, "title": _("A file with names")}
    context["cancel_url"] = reverse("beneficiaries:export_queue")
    return render_form(request, "beneficiaries/export_decide.html", form, status=status, **context)


def _decide(request, export, answers):
    export = actions.decide_export(
        export,
        version=answers["version"],
        granted=answers["decision"] == "grant",
        answer=answers["note"],
        by=request.user,
    )
    if answers["decision"] == "grant":
        actions.make_small(export)
