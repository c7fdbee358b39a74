"""Users, their roles and their way in; work that failed; where everybody begins."""

from email import policy as email_policy
from email.parser import BytesParser
from urllib.parse import unquote

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Value
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import permissions
from accounts.actions import drafts
from accounts.actions import users as actions
from accounts.actions.history import OtherContent
from accounts.actions.work import retry_work
from accounts.filters import UserFilter
from accounts.forms import RoleForm, UserForm
from accounts.models import RoleAssignment, User
from accounts.roles import DESCRIPTIONS, Permission, Role
from genesis.lib.background import KINDS_OF_WORK, WorkState
from genesis.lib.forms import add_errors, shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require, signed_in
from genesis.lib.states import StaleRecord

WORK_SHOWN = 50  # rows of each kind
HOW_IT_WENT = ["work_state", "attempts", "attempted_at", "last_error"]
ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.USER_MANAGE)
@require_safe
def user_list(request):
    held = RoleAssignment.objects.on(timezone.localdate()).select_related("organization")
    users = User.objects.prefetch_related(Prefetch("role_assignments", held, to_attr="held"))
    filterset = UserFilter(request.GET, queryset=users)
    page = paginate(request, filterset.qs, orders=["sort_name", "-sort_name"])
    context = {"filter": filterset, "page": page}
    return render_page(request, "accounts/user_list.html", context, partials=["results"])


@allow(Permission.USER_MANAGE)
@require_safe
def user_detail(request, public_id):
    user = get_object_or_404(User, public_id=public_id)
    roles = user.role_assignments.select_related("organization", "given_by", "ended_by")
    context = {
        "subject": user,
        "roles": roles.order_by("-valid_from", "-pk"),
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
            add_errors(form, error)
        else:
            messages.success(request, _("User created. Now give them a role."))
            return redirect("accounts:role_give", user.public_id)
    return render_form(request, "accounts/user_create.html", form)


@allow(Permission.USER_MANAGE)
@ASK
def user_change(request, public_id):
    user = get_object_or_404(User, public_id=public_id)
    name = str(user)  # the form writes into `user` what was typed
    form, status = UserForm(request.POST or None, instance=user), 422
    if form.is_valid():
        try:
            actions.change_user(user, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            add_errors(form, error)
        except StaleRecord as error:
            add_errors(form, error)
            status = 409
        else:
            messages.success(request, _("Changes saved."))
            return redirect(user)
    context = {"subject": user, "name": name}
    return render_form(request, "accounts/user_change.html", form, status=status, **context)


@allow(Permission.USER_MANAGE)
@ASK
def user_set_active(request, public_id):
    """Turn access round; the version that is sent says from which of the two states."""
    user = get_object_or_404(User, public_id=public_id)
    require(permissions.can_change_rights(request.user, user))
    active = not user.is_active
    if request.method != "POST":
        return _render_confirmation(request, user, version=user.version, **_access_words(user))
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
            add_errors(form, error)
        else:
            messages.success(request, _("Role given."))
            return redirect(user)
    described = [(role.label, DESCRIPTIONS[role]) for role in Role]
    return render_form(request, "accounts/role_give.html", form, subject=user, described=described)


@allow(Permission.USER_MANAGE)
@ASK
def role_end(request, public_id):
    roles = RoleAssignment.objects.select_related("user", "organization")
    given = get_object_or_404(roles, public_id=public_id)
    require(permissions.can_change_rights(request.user, given.user))
    if request.method != "POST":
        return _render_confirmation(
            request,
            given.user,
            version=given.version,
            question=_("Take the role “%(role)s” away?") % {"role": given},
            consequence=_(
                "%(name)s can do nothing with it any more from the next click on. What they did"
                " stays as it is. The same role can be given again."
            )
            % {"name": given.user},
            answer=_("Take it away"),
        )
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
@ASK
def second_factor_forget(request, public_id):
    user = get_object_or_404(User, public_id=public_id)
    require(permissions.can_change_rights(request.user, user))
    if request.method != "POST":
        return _render_confirmation(
            request,
            user,
            version=user.version,
            question=_("Forget the second factor of %(name)s?") % {"name": user},
            consequence=_(
                "Do it only when you know who is asking: until they set up a new one, the"
                " password alone opens their account. Their recovery codes stop working too."
            ),
            answer=_("Forget it"),
        )
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
        {"title": title, "label": model._meta.label, "rows": rows}
        for (model, (title, *_rest)), rows in zip(KINDS_OF_WORK.items(), _work_left(), strict=True)
    ]
    return render(request, "accounts/work_list.html", {"kinds": kinds})


def _work_left():
    """The newest rows of each kind that are not done, all kinds in one question."""
    left = [
        model._base_manager.exclude(work_state=WorkState.DONE)
        .order_by("-pk")
        .values("pk", *HOW_IT_WENT, work=Value(model._meta.label))[:WORK_SHOWN]
        for model in KINDS_OF_WORK
    ]
    found = {model._meta.label: [] for model in KINDS_OF_WORK}
    models = {model._meta.label: model for model in KINDS_OF_WORK}
    for row in left[0].union(*left[1:], all=True):
        label = row.pop("work")
        found[label].append(models[label](**row))
    return [sorted(rows, key=lambda each: -each.pk) for rows in found.values()]


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
    mails = [mail for file in files for mail in _read_mails(file)]
    return render(request, "accounts/mail_list.html", {"mails": mails})


def _render_confirmation(request, user, **words):
    """Ask once more before a user loses or gets back a way in; Cancel leads back to them."""
    danger, back = words.pop("danger", True), user.get_absolute_url()
    context = {"danger": danger, "cancel_url": back, **words}
    return render(request, "components/confirm.html", context)


def _access_words(user):
    name = {"name": user}
    if user.is_active:
        return {
            "question": _("Keep %(name)s out?") % name,
            "consequence": _(
                "They are signed out at their next click and cannot sign in any more. Their roles"
                " and what they did stay as they are. You can let them in again."
            ),
            "answer": _("Keep them out"),
        }
    return {
        "question": _("Let %(name)s in again?") % name,
        "consequence": _("They sign in with the password that they had, and hold their roles."),
        "answer": _("Let them in"),
        "danger": False,
    }


def _read_mails(file):
    """The messages of one file: the backend draws a line below each."""
    for raw in file.read_bytes().split(b"-" * 79 + b"\n"):
        if raw.strip():
            message = BytesParser(policy=email_policy.default).parsebytes(raw)
            yield {
                "to": message["To"],
                "subject": message["Subject"],
                "date": message["Date"].datetime,
                "text": message.get_body(("plain",)).get_content(),
            }


@signed_in
@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
def draft_keep(request, form, target):
    """Keep, give back or forget what somebody has typed into a form and not sent."""
    where = {"form": form, "target": target, "by": request.user}
    if request.method == "POST":
        try:
            draft = drafts.save_draft(
                answers=drafts.read_answers(request.body),
                title=unquote(request.headers.get("X-Page-Title", "")),
                address=unquote(request.headers.get("X-Page-Address", "")),
                **where,
            )
        except drafts.OtherShape:
            return HttpResponse(status=400)
        except drafts.TooMuch as error:
            return JsonResponse({"error": str(error)}, status=422)
        return JsonResponse({"saved": _time_of(draft)})
    if request.method == "DELETE":
        drafts.discard_draft(**where)
        return HttpResponse(status=204)
    draft = drafts.find_draft(**where)
    if draft is None:
        return HttpResponse(status=204)
    day = date_format(timezone.localtime(draft.saved_at), "MONTH_DAY_FORMAT")
    return JsonResponse({"answers": draft.answers, "day": day, "time": _time_of(draft)})


def _time_of(draft):
    return date_format(timezone.localtime(draft.saved_at), "TIME_FORMAT")


@signed_in
@require_safe
def session_keep(request):
    """Whoever presses «Seguir» asks this, so that the session goes on."""
    return HttpResponse(status=204)
