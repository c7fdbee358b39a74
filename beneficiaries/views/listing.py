"""How the list of people is shown: its columns, and what its address asks."""

from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from beneficiaries.actions import saved_views as actions
from beneficiaries.actions.saved_views import LIST, Asked
from beneficiaries.columns import Kind, columns_for
from beneficiaries.filters.people import PersonFilter
from beneficiaries.forms.saved_views import ColumnsForm
from beneficiaries.models import Person, SavedView
from beneficiaries.permissions import can_change_view
from genesis.lib.pages import render_form
from genesis.lib.policy import allow

ASK = require_http_methods(["GET", "HEAD", "POST"])
ORDERS = ["sort_name", "-sort_name", "registered_on", "-registered_on"]


class Cell(NamedTuple):
    heading: str
    text: str
    look: str  # a class of the style sheet, or none


def columns_asked(data, user):
    """The columns that the address names, or those that somebody chose before, or the usual."""
    named = data.get("columnas", "")
    kept = user.list_choices.get(LIST, {}).get("columns")
    return columns_for(user, named.split(",") if named else kept)


def rows_with_cells(people, columns):
    """Each person with the cells of her row; the fixed columns are in its first one."""
    shown = [(each, str(each.heading), _look_of(each)) for each in columns if not each.fixed]
    return [
        (person, [Cell(heading, column.shown(person), look) for column, heading, look in shown])
        for person in people
    ]


def _look_of(column):
    if column.kind == Kind.NUMBER:
        return "n"
    return "fijo" if column.kind == Kind.DATE or column.on_one_line else ""


def asked_of(request, filterset=None):
    """What the address asks of the list, as a view keeps it: nothing that was not understood.

    Nor the name that was searched for: nobody's name is kept here.
    """
    data = request.GET
    if filterset is None:
        filterset = PersonFilter(data, queryset=Person.objects.none(), request=request)
    filters = {name: data[name] for name in filterset.in_use() if name != "nombre"}
    order = data.get("orden", "")
    columns = [each.key for each in columns_asked(data, request.user) if not each.fixed]
    return Asked(filters, order if order in ORDERS else "", columns)


def view_shown(request, filterset):
    """The view that the address names, if they see it, and whether the list is still that one."""
    named = request.GET.get("vista")
    if not named:
        return None
    try:
        found = SavedView.objects.visible_to(request.user).select_related("office")
        view = found.filter(public_id=named).first()
    except ValidationError:
        return None
    if view is not None:
        asked = asked_of(request, filterset)
        kept = Asked(view.filters, view.order, view.columns)
        view.is_other = asked != kept
        view.may_change = can_change_view(request.user, view)
    return view


def start_address(user):
    """The view with which the list of somebody starts; empty when it starts with everybody."""
    start = user.list_choices.get(LIST, {}).get("view")
    return reverse("beneficiaries:saved_view_open", args=[start]) if start else ""


def list_address(asked, *, view=None):
    """The address of the list that was asked this."""
    parts = dict(asked.filters)
    if asked.order:
        parts["orden"] = asked.order
    if asked.columns:
        parts["columnas"] = ",".join(asked.columns)
    parts["vista"] = str(view.public_id) if view else ""
    return f"{reverse('beneficiaries:person_list')}?{urlencode(parts)}"


@allow(Permission.PERSON_VIEW)
@ASK
def columns_choose(request):
    """The columns of one's own list; with none sent, the usual ones again."""
    address = QueryDict(request.GET.urlencode(), mutable=True)
    shown = [each.key for each in columns_asked(address, request.user) if not each.fixed]
    for name in ("columnas", "despues", "antes"):
        address.pop(name, None)
    back = f"{reverse('beneficiaries:person_list')}?{address.urlencode() or 'vista='}"
    if request.method == "POST" and "usual" in request.POST:
        actions.choose_columns([], by=request.user)
        return redirect(back)
    form = ColumnsForm(request.POST or None, user=request.user, initial={"columns": shown})
    if form.is_valid():
        actions.choose_columns(form.cleaned_data["columns"], by=request.user)
        messages.success(request, _("Your list shows these columns from now on."))
        return redirect(back)
    context = {"title": _("Columns of the list"), "lead": "", "cancel_url": back}
    return render_form(request, "beneficiaries/columns_choose.html", form, **context)
