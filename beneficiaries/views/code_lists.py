"""The code lists: which there are, what each holds, and editing it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from beneficiaries.actions import code_lists as actions
from beneficiaries.filters.records import CodeFilter
from beneficiaries.forms.set_up import CodeForm
from beneficiaries.models import LookupValue
from beneficiaries.views.set_up import take_set_up
from genesis.lib.forms import shown_version
from genesis.lib.pages import paginate, render_page
from genesis.lib.policy import allow
from genesis.lib.search import plain
from genesis.lib.states import StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.CODE_LIST_MANAGE)
@require_safe
def code_list_list(request):
    counted = (
        LookupValue.objects.values("list")
        .annotate(codes=Count("pk", filter=Q(retired=False)), retired=Count("pk", Q(retired=True)))
        .order_by("list")
    )
    lists = [each | {"title": actions.title_of(each["list"])} for each in counted]
    lists.sort(key=lambda each: plain(each["title"]))
    return render(request, "beneficiaries/code_list_list.html", {"lists": lists})


@allow(Permission.CODE_LIST_MANAGE)
@require_safe
def code_list_detail(request, name):
    codes = _codes_of(name)
    filterset = CodeFilter(request.GET, queryset=codes)
    page = paginate(request, filterset.qs, orders=["position"])
    context = {"name": name, "title": actions.title_of(name), "filter": filterset, "page": page}
    template = "beneficiaries/code_list_detail.html"
    return render_page(request, template, context, partials=["results"])


@allow(Permission.CODE_LIST_MANAGE)
@ASK
def code_create(request, name):
    last = _codes_of(name).order_by("-position").first()
    form = CodeForm(request.POST or None, initial={"position": last.position + 1})
    return take_set_up(
        request,
        form,
        lambda: actions.add_code(name, **form.cleaned_data, by=request.user),
        title=_("New code"),
        lead=actions.title_of(name),
        then=_address(name),
        done=_("Code added: the forms offer it from now on."),
    )


@allow(Permission.CODE_LIST_MANAGE)
@ASK
def code_change(request, public_id):
    value = get_object_or_404(LookupValue, public_id=public_id)
    words = f"{actions.title_of(value.list)}: {value}"
    form = CodeForm(request.POST or None, instance=value)
    return take_set_up(
        request,
        form,
        lambda: actions.change_code(value, **form.cleaned_data, by=request.user),
        title=_("Correct a code"),
        lead=words,
        then=_address(value.list),
    )


@allow(Permission.CODE_LIST_MANAGE)
@ASK
def code_set_retired(request, public_id):
    """Retire a code, or take it back; the version says from which of the two states."""
    value = get_object_or_404(LookupValue, public_id=public_id)
    if request.method != "POST":
        return _ask_whether(request, value)
    act = actions.take_back_code if value.retired else actions.retire_code
    try:
        act(value, version=shown_version(request), by=request.user)
    except (ValidationError, StaleRecord) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    else:
        messages.success(request, _("Changes saved."))
    return redirect(_address(value.list))


def _codes_of(name):
    codes = LookupValue.objects.filter(list=name) if "\x00" not in name else None
    if not codes:
        raise Http404
    return codes


def _address(name):
    return LookupValue(list=name).list_address()


def _ask_whether(request, value):
    named = {"code": value}
    if value.retired:
        words = {
            "question": _("Take “%(code)s” back?") % named,
            "consequence": _("The forms offer it again from now on."),
            "answer": _("Take it back"),
        }
    else:
        words = {
            "question": _("Retire “%(code)s”?") % named,
            "consequence": _(
                "The forms offer it no more. Where it was recorded it stays, and can be read."
            ),
            "answer": _("Retire it"),
            "danger": True,
        }
    context = {"version": value.version, "cancel_url": _address(value.list), **words}
    return render(request, "components/confirm.html", context)
