"""One thing with many people: confirmed with their number, done, and told row by row."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import OtherContent, record_reading
from accounts.roles import Permission
from beneficiaries.actions import bulk
from beneficiaries.filters.records import BulkRowFilter
from beneficiaries.forms.messages import MessagesForm
from beneficiaries.forms.transfers import AssignManyForm
from beneficiaries.models import BulkRun, Person
from beneficiaries.views.chosen import ListChanged, chosen, everybody, is_again, way_back
from genesis.lib.forms import add_errors
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, signed_in

ASK = require_http_methods(["GET", "HEAD", "POST"])
DETAIL = "beneficiaries/bulk_detail.html"


@allow(Permission.CASE_ASSIGN)
@ASK
def case_assign_many(request):
    form = AssignManyForm(request.POST or None, user=request.user)
    return _ask(
        request,
        form,
        bulk.assign_many,
        lambda: {"to": form.cleaned_data["to"]},
        title=_("Assign several people"),
        lead=_("Whoever accompanied them until now does so no more."),
        button=_("Assign"),
    )


@allow(Permission.MESSAGE_PREPARE)
@ASK
def message_prepare_many(request):
    form = MessagesForm(request.POST or None)
    return _ask(
        request,
        form,
        bulk.prepare_messages,
        lambda: {"template": form.cleaned_data["template"], "values": form.values()},
        title=_("One message for many"),
        lead=_(
            "For each a text is prepared, by the way and for the hours that she or he allowed."
            " Nothing is sent by itself."
        ),
        button=_("Prepare for all of them"),
    )


def _ask(request, form, act, answers, *, title, lead, button):
    """Show whom it is about, and how many; when that is confirmed, begin and go to the results."""
    found, status = chosen(request, everybody(request), most=bulk.MOST), 422
    again = is_again(form, request.user)
    if not again and (found.is_too_many or not found.total):
        return _not_so_many(request, found)
    if form.is_valid():
        try:
            marks = request.POST.get("marcas", "")
            rows = found.confirmed(marks, request.user, again=again)
            key, by = form.cleaned_data["key"], request.user
            run = act(rows, key=key, filters=found.filters, by=by, **answers())
        except (ListChanged, OtherContent) as error:
            add_errors(form, error)
            status = 409
        else:
            bulk.do_few(run)
            return redirect(run)
    record_reading(request, people=[each.pk for each in found.first])
    context = {"found": found, "marks": found.marks(request.user), "title": title, "lead": lead}
    context |= {"button": button, "later": found.total > bulk.AT_ONCE}
    context["cancel_url"] = way_back(request)
    return render_form(request, "beneficiaries/bulk_confirm.html", form, status=status, **context)


def _not_so_many(request, found):
    """Nobody, or more than are done at once: back to the list, as it was filtered."""
    if found.total:
        words = _("They are too many at once: narrow the list to {most} or fewer.")
        messages.error(request, words.format(most=bulk.MOST))
    else:
        messages.info(request, _("Choose at least one person in the list."))
    return redirect(way_back(request))


@signed_in
@require_safe
def bulk_detail(request, public_id):
    """How far it is, and what came of each; a name is shown only to who still sees the file."""
    runs = BulkRun.objects.visible_to(request.user).select_related("to", "template")
    run = get_object_or_404(runs, public_id=public_id)
    context = {"run": run, "counts": run.outcome_counts()}
    if request.htmx.target == "progress":  # asked every two seconds, and names nobody
        return render_page(request, DETAIL, context, partials=["progress"])
    rows = run.rows.select_related("person")
    filterset = BulkRowFilter(request.GET, queryset=rows, request=request)
    page = paginate(request, filterset.qs, orders=["place"])
    people = [each.person_id for each in page.rows]
    seen = Person.objects.visible_to(request.user).filter(pk__in=people)
    visible = set(seen.values_list("pk", flat=True))
    record_reading(request, people=visible)
    context |= {"filter": filterset, "page": page, "visible": visible}
    return render_page(request, DETAIL, context, partials=["results"])
