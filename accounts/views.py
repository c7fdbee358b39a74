"""Users, their roles and their way in; work that failed; where everybody begins."""

from email import policy as email_policy
from email.parser import BytesParser

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import permissions
from accounts.actions import users as actions
from accounts.actions.history import OtherContent
from accounts.actions.work import retry_work
from accounts.filters import UserFilter
from accounts.forms import RoleForm, UserForm
from accounts.models import RoleAssignment, User
from accounts.navigation import first_page_of
from accounts.roles import Permission
from genesis.lib.background import KINDS_OF_WORK, WorkState
from genesis.lib.forms import shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require, signed_in
from genesis.lib.states import StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@require_safe
def home(request):
    """Lead each role to its first list; say what a role without pages will find here."""
    first = first_page_of(request.user)
    if first:
        return redirect(first)
    return render(request, "accounts/home.html", {"roles": request.user.current_roles})


@allow(Permission.USER_MANAGE)
@require_safe
def user_list(request):
    held = RoleAssignment.objects.on(timezone.localdate()).select_related("organization")
    users = User.objects.prefetch_related(Prefetch("role_assignments", held, to_attr="held"))
    filterset = UserFilter(request.GET, queryset=users)
    page = paginate(request, filterset.qs, orders=["last_name"])
    context = {"filter": filterset, "page": page}
    return render_page(request, "accounts/user_list.html", context, partials=["results"])


@allow(Permission.USER_MANAGE)
@require_safe
def user_detail(request, public_id):
    user = get_object_or_404(User, public_id=public_id)
    roles = user.role_assignments.select_related("organization").order_by("-valid_from", "-pk")
    context = {
        "subject": user,
        "roles": roles,
        "today": timezone.localdate(),
        "may_change": permissions.can_change_rights(request.user, user),
        "has_second_factor": user.authenticator_set.exists(),
    }
    return render(request, "accounts/user_detail.html", context)


@allow(Permission.USER_MANAGE)
@ASK
def user_create(request):
    form = UserForm(request.POST or None)
    if form.is_valid():
        try:
            user = actions.create_user(**form.cleaned_data, by=request.user)
        except (ValidationError, OtherContent) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, _("User created. Now give them a role."))
            return redirect("accounts:role_give", user.public_id)
    return render_form(request, "accounts/user_create.html", form)


@allow(Permission.USER_MANAGE)
@ASK
def user_change(request, public_id):
    user = get_object_or_404(User, public_id=public_id)
    form, status = UserForm(request.POST or None, instance=user), 422
    if form.is_valid():
        try:
            actions.change_user(user, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        except StaleRecord as error:
            form.add_error(None, str(error))
            status = 409
        else:
            messages.success(request, _("Changes saved."))
            return redirect(user)
    return render_form(request, "accounts/user_change.html", form, status=status, subject=user)


@allow(Permission.USER_MANAGE)
@require_POST
def user_set_active(request, public_id):
    user = get_object_or_404(User, public_id=public_id)
    require(permissions.can_change_rights(request.user, user))
    active = request.POST.get("active") == "1"
    try:
        actions.set_active(user, active=active, version=shown_version(request), by=request.user)
    except StaleRecord as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("They can sign in again.") if active else _("They cannot sign in any more."),
        )
    return redirect(user)


@allow(Permission.USER_MANAGE)
@ASK
def role_give(request, public_id):
    user = get_object_or_404(User, public_id=public_id)
    require(permissions.can_change_rights(request.user, user))
    form = RoleForm(request.POST or None)
    if form.is_valid():
        try:
            actions.give_role(user, **form.cleaned_data, by=request.user)
        except (ValidationError, OtherContent) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, _("Role given."))
            return redirect(user)
    return render_form(request, "accounts/role_give.html", form, subject=user)


@allow(Permission.USER_MANAGE)
@require_POST
def role_end(request, public_id):
    roles = RoleAssignment.objects.select_related("user")
    given = get_object_or_404(roles, public_id=public_id)
    require(permissions.can_change_rights(request.user, given.user))
    try:
        actions.end_role(given, version=shown_version(request), by=request.user)
    except StaleRecord as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Role taken away. It grants nothing any more."))
    return redirect(given.user)


@allow(Permission.USER_MANAGE)
@require_POST
def access_link_make(request, public_id):
    user = get_object_or_404(User, public_id=public_id)
    require(permissions.can_change_rights(request.user, user))
    address = settings.SITE_URL + actions.make_access_link(user, by=request.user)
    return render(request, "accounts/access_link_make.html", {"subject": user, "link": address})


@allow(Permission.USER_MANAGE)
@require_POST
def second_factor_forget(request, public_id):
    user = get_object_or_404(User, public_id=public_id)
    require(permissions.can_change_rights(request.user, user))
    try:
        actions.forget_second_factor(user, version=shown_version(request), by=request.user)
    except StaleRecord as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("They set up a new second factor when they next sign in."))
    return redirect(user)


@allow(Permission.WORK_RETRY)
@require_safe
def work_list(request):
    """What failed, and what still waits, of every kind of background work."""
    kinds = [
        {
            "title": title,
            "label": model._meta.label,
            "rows": model.objects.exclude(work_state=WorkState.DONE).order_by("-pk")[:50],
        }
        for model, (title, _task, _argument) in KINDS_OF_WORK.items()
    ]
    return render(request, "accounts/work_list.html", {"kinds": kinds})


@allow(Permission.WORK_RETRY)
@require_POST
def work_retry(request, label, pk):
    models = {model._meta.label: model for model in KINDS_OF_WORK}
    if label not in models:
        raise Http404
    retry_work(get_object_or_404(models[label], pk=pk), by=request.user)
    messages.success(request, _("It will be tried again now."))
    return redirect("accounts:work_list")


@allow(Permission.USER_MANAGE)
@require_safe
def mail_list(request):
    """The mail of the demo, which is sent to nobody."""
    if not settings.DEMO:
        raise Http404
    files = sorted(settings.MAIL_FOLDER.glob("*.log"), reverse=True)[:50]
    return render(request, "accounts/mail_list.html", {"mails": [_read_mail(f) for f in files]})


def _read_mail(file):
    message = BytesParser(policy=email_policy.default).parsebytes(file.read_bytes())
    return {
        "to": message["To"],
        "subject": message["Subject"],
        "date": message["Date"],
        "text": message.get_body(("plain",)).get_content(),
    }
