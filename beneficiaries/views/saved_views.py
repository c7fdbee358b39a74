"""Views of the list of people: which there are, opening, keeping, changing and deleting one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import OtherContent
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import saved_views as actions
from beneficiaries.actions.saved_views import LIST, Asked
from beneficiaries.columns import COLUMNS, columns_for
from beneficiaries.filters.people import PersonFilter
from beneficiaries.forms.saved_views import ViewChangeForm, ViewForm
from beneficiaries.models import Person, SavedView
from beneficiaries.views.listing import asked_of, list_address
from genesis.lib.forms import add_errors, shown_version
from genesis.lib.pages import render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.search import plain
from genesis.lib.states import StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
VIEWS = "beneficiaries:saved_view_list"


@allow(Permission.PERSON_VIEW)
@require_safe
def saved_view_list(request):
    """One's own and those of the office; the menu of the list fetches the same."""
    views = sorted(_views_of(request.user), key=lambda each: (plain(each.name), each.pk))
    for each in views:
        each.is_start = starts_with(request.user, each.public_id)
        each.may_change = permissions.can_change_view(request.user, each)
    context = {
        "own": [each for each in views if each.office is None],
        "shared": [each for each in views if each.office],
        "has_start": any(each.is_start for each in views),
    }
    return render_page(
        request, "beneficiaries/saved_view_list.html", context, partials=["saved-view-menu"]
    )


def starts_with(user, public_id):
    return user.list_choices.get(LIST, {}).get("view") == str(public_id)


def get_view(request, public_id):
    """Return the view, or 404 when it is neither their own nor of an office of theirs."""
    return get_object_or_404(_views_of(request.user), public_id=public_id)


def _views_of(user):
    return SavedView.objects.visible_to(user).select_related("office", "owner")


def get_view_to_change(request, public_id):
    view = get_view(request, public_id)
    require(permissions.can_change_view(request.user, view))
    return view


@allow(Permission.PERSON_VIEW)
@require_safe
def saved_view_open(request, public_id):
    """Go to the list as the view keeps it; what no longer exists is said, and left out."""
    view = _views_of(request.user).filter(public_id=public_id).first()
    if view is None:
        if not starts_with(request.user, public_id):
            raise Http404
        messages.warning(request, _("The view with which your list started is no longer there."))
        return redirect(list_address(Asked({}, "", [])))
    for missing in _missing(view, request.user):
        messages.warning(request, missing)
    known = {name: text for name, text in view.filters.items() if name in PersonFilter.base_filters}
    columns = [each.key for each in columns_for(request.user, view.columns) if not each.fixed]
    return redirect(list_address(Asked(known, view.order, columns), view=view))


def _missing(view, user):
    """What the view asks for that the list has no more, in the words of who made it."""
    for name in view.filters:
        if name not in PersonFilter.base_filters:
            yield _("The view asks for the filter “{name}”, which the list no longer has.").format(
                name=name
            )
    columns = {each.key for each in columns_for(user, view.columns)}
    for key in view.columns:
        if key not in columns:
            heading = COLUMNS[key].heading if key in COLUMNS else key
            yield _("The view shows the column “{name}”, which your list does not have.").format(
                name=heading
            )


@allow(Permission.PERSON_VIEW)
@ASK
def saved_view_create(request):
    """Keep the list that the address of this page describes."""
    asked = asked_of(request)
    form = ViewForm(request.POST or None, user=request.user)

    def act():
        office = form.cleaned_data.get("office")
        answers = {"name": form.cleaned_data["name"], "office": office}
        return actions.save_view(
            key=form.cleaned_data["key"], asked=asked, by=request.user, **answers
        )

    return _take(request, form, act, asked, title=_("Save this view"))


@allow(Permission.PERSON_VIEW)
@ASK
def saved_view_change(request, public_id):
    """Rename a view; coming from the list, let it be of what the list shows."""
    view = get_view_to_change(request, public_id)
    asked = asked_of(request) if request.GET else None
    form = ViewChangeForm(
        request.POST or None, instance=view, user=request.user, asked=asked is not None
    )

    def act():
        content = asked if form.cleaned_data.get("refresh") else None
        return actions.change_view(
            SavedView.objects.get(pk=view.pk),
            version=form.cleaned_data["version"],
            name=form.cleaned_data["name"],
            asked=content,
            by=request.user,
        )

    return _take(request, form, act, asked, title=_("Change a view"))


def _take(request, form, act, asked, *, title):
    status = 422
    if form.is_valid():
        try:
            view = act()
        except (ValidationError, OtherContent) as error:
            add_errors(form, error)
        except StaleRecord as error:
            add_errors(form, error)
            status = 409
        except SavedView.DoesNotExist:
            return _gone(request)
        else:
            messages.success(request, _("The view “{name}” is saved.").format(name=view.name))
            return redirect(view if asked else VIEWS)
    context = {
        "title": title,
        "lead": "",
        "asked": asked,
        "named": bool(request.GET.get("nombre")),
        "cancel_url": list_address(asked) if asked else reverse(VIEWS),
        "chips": _chips(request, asked),
    }
    return render_form(
        request, "beneficiaries/saved_view_form.html", form, status=status, **context
    )


def _gone(request):
    """Somebody deleted the view while it was looked at."""
    messages.info(request, _("The view was already deleted."))
    return redirect(VIEWS)


def _chips(request, asked):
    """The filters of a view, in words."""
    if asked is None:
        return []
    data = QueryDict(mutable=True)
    data.update(asked.filters)
    filterset = PersonFilter(data, queryset=Person.objects.none(), request=request)
    return [each["label"] for each in filterset.chips()]


@allow(Permission.PERSON_VIEW)
@ASK
def saved_view_delete(request, public_id):
    view = get_view_to_change(request, public_id)
    if request.method == "POST":
        try:
            actions.delete_view(view, version=shown_version(request), by=request.user)
        except StaleRecord as error:
            messages.error(request, str(error))
        except SavedView.DoesNotExist:
            return _gone(request)
        else:
            messages.success(request, _("The view “{name}” is deleted.").format(name=view.name))
        return redirect(VIEWS)
    context = {
        "question": _("Delete the view “{name}”?").format(name=view.name),
        "consequence": _("The people stay as they are. Only this way of finding them goes.")
        if view.office is None
        else _("It goes for everybody at {office}. The people stay as they are.").format(
            office=view.office
        ),
        "answer": _("Delete the view"),
        "danger": True,
        "version": view.version,
        "cancel_url": reverse(VIEWS),
    }
    return render(request, "components/confirm.html", context)


@allow(Permission.PERSON_VIEW)
@require_POST
def saved_view_start(request, public_id):
    """Let the own list start with a view."""
    view = get_view(request, public_id)
    actions.start_with(view, by=request.user)
    messages.success(request, _("Your list starts with “{name}”.").format(name=view.name))
    return redirect(VIEWS)


@allow(Permission.PERSON_VIEW)
@require_POST
def saved_view_start_plain(request):
    """Let the own list start with everybody."""
    actions.start_with(None, by=request.user)
    messages.success(request, _("Your list starts with everybody."))
    return redirect(VIEWS)
