"""The groups, their sessions, and who takes part in them."""

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import enrolments, groups
from beneficiaries.choices import TAKING_PART, EnrolmentState
from beneficiaries.filters.records import GroupFilter
from beneficiaries.forms.groups import (
    EnrolForm,
    EnrolmentDropForm,
    GroupForm,
    SessionCancelForm,
    SessionForm,
)
from beneficiaries.models import Enrolment, Group, GroupSession, Person
from beneficiaries.views.people import REFUSALS
from genesis.lib.forms import add_errors, shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
ENROLMENT_TONES = {
    EnrolmentState.INVITED: "alerta",
    EnrolmentState.ENROLLED: "curso",
    EnrolmentState.IN_PROGRESS: "curso",
    EnrolmentState.COMPLETED: "ok",
    EnrolmentState.DROPPED: "plain",
    EnrolmentState.FAILED: "plain",
    EnrolmentState.NO_SHOW: "plain",
}
FORM = "beneficiaries/group_form.html"
MOST_OFFERED = 200  # people whom a caseworker may enrol in one go


def get_group(request, public_id):
    """Return the group, or 404 when it is not for this user to see."""
    visible = Group.objects.visible_to(request.user).select_related("office", "facilitator")
    return get_object_or_404(visible, public_id=public_id)


def get_session(request, public_id):
    """Return a session of a group that this user sees, or 404."""
    visible = GroupSession.objects.filter(group__in=Group.objects.visible_to(request.user))
    related = visible.select_related("group__office", "group__facilitator", "taken_by")
    return get_object_or_404(related, public_id=public_id)


@allow(Permission.GROUP_VIEW)
@require_safe
def group_list(request):
    seen = Group.objects.visible_to(request.user).select_related("office", "facilitator")
    seen = seen.annotate(
        taking_part=Count("enrolments", filter=Q(enrolments__state__in=TAKING_PART))
    )
    filterset = GroupFilter(request.GET, queryset=seen, request=request)
    page = paginate(request, filterset.qs, orders=["-starts_on"])
    may_make = request.user.may(Permission.GROUP_MANAGE)
    context = {"filter": filterset, "page": page, "may_make": may_make}
    return render_page(request, "beneficiaries/group_list.html", context, partials=["results"])


@allow(Permission.GROUP_VIEW)
@require_safe
def group_detail(request, public_id):
    """Who takes part and how often they came, and each session of the group."""
    group = get_group(request, public_id)
    roster = list(group.enrolments.select_related("person").order_by("person__sort_name", "pk"))
    known = enrolments.tallies(roster)
    visible = Person.objects.visible_to(request.user).filter(
        pk__in=[each.person_id for each in roster]
    )
    context = {
        "group": group,
        "roster": [(each, known[each.pk], ENROLMENT_TONES[each.state]) for each in roster],
        "visible": set(visible.values_list("pk", flat=True)),
        "sessions": _sessions_of(group),
        "may_run": permissions.can_run(request.user, group),
        "may_enrol": _may_enrol(request.user, group),
        "may_finish": any(each.state in TAKING_PART for each in roster),
    }
    record_reading(request, people=[each.person_id for each in roster])
    return render(request, "beneficiaries/group_detail.html", context)


def _sessions_of(group):
    """Each session with how many came and how many did not, the latest first."""
    counts = {
        f"{mark}_count": Count("attendance", filter=Q(attendance__mark=mark))
        for mark in ("present", "absent", "justified")
    }
    return list(group.sessions.annotate(**counts).order_by("-starts_at"))


def _may_enrol(user, group):
    return user.may(Permission.GROUP_MANAGE, at=group.office) and user.may(
        Permission.PERSON_VIEW, at=group.office
    )


def _ask(request, form, act, *, title, cancel_url, lead="", template=FORM, **context):
    """Ask for what an action needs; when it is said, act and go where it leads."""
    status = 422
    if form.is_valid():
        try:
            return redirect(act())
        except (*REFUSALS, MoveNotAllowed) as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
    context |= {"title": title, "lead": lead, "cancel_url": cancel_url}
    return render_form(request, template, form, status=status, **context)


@allow(Permission.GROUP_MANAGE)
@ASK
def group_create(request):
    form = GroupForm(request.POST or None, user=request.user)

    def act():
        key = form.cleaned_data["key"]
        group = groups.make_group(key=key, by=request.user, **form.answers())
        messages.success(request, _("Group made: enrol people, and plan its sessions."))
        return group

    return _ask(request, form, act, title=_("New group"), cancel_url=reverse("groups:group_list"))


@allow(Permission.GROUP_MANAGE)
@ASK
def group_change(request, public_id):
    group = get_group(request, public_id)
    require(permissions.can_run(request.user, group))
    form = GroupForm(request.POST or None, instance=group, user=request.user)

    def act():
        version = form.cleaned_data["version"]
        stored = Group.objects.get(pk=group.pk)  # the form has written into its own
        groups.change_group(stored, version=version, by=request.user, **form.answers())
        messages.success(request, _("Changes saved."))
        return group

    return _ask(
        request,
        form,
        act,
        title=_("Change the group"),
        cancel_url=group.get_absolute_url(),
        group=group,
    )


@allow(Permission.GROUP_MANAGE)
@ASK
def group_finish(request, public_id):
    """What the attendance of each comes to, shown before the group ends for all of them."""
    group = get_group(request, public_id)
    require(permissions.can_run(request.user, group))
    refusal = ""
    try:
        if request.method == "POST":
            enrolments.finish_group(group, version=shown_version(request), by=request.user)
            messages.success(request, _("The group is over: who completed it has the service."))
            return redirect(group)
        enrolments.check_over(group)
    except REFUSALS as error:
        refusal = " ".join(getattr(error, "messages", [str(error)]))
    ends = enrolments.ends_of(group)
    record_reading(request, people=[each.enrolment.person_id for each in ends])
    context = {
        "group": group,
        "version": group.version,
        "refusal": refusal,
        "ends": [(each, ENROLMENT_TONES[each.state]) for each in ends],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "beneficiaries/group_finish.html", context, status=status)


# Who takes part


def _candidates(user, group):
    """Those whom they accompany, or of their office where they coordinate, and are not in it."""
    people = Person.objects.visible_to(user).filter(office=group.office)
    if not user.may(Permission.CASE_ASSIGN, at=group.office):
        people = people.accompanied_by(user)
    people = people.exclude(pk__in=group.enrolments.values("person"))
    chosen = people.order_by("sort_name", "pk").values("pk")[:MOST_OFFERED]
    return Person.objects.filter(pk__in=chosen).order_by("sort_name", "pk")


@allow(Permission.GROUP_MANAGE)
@ASK
def enrolment_create(request, public_id):
    group = get_group(request, public_id)
    require(_may_enrol(request.user, group))
    candidates = _candidates(request.user, group)
    coordinates = request.user.may(Permission.CASE_ASSIGN, at=group.office)
    form = EnrolForm(request.POST or None, candidates=candidates, coordinates=coordinates)

    def act():
        made = enrolments.enrol_people(
            group,
            list(form.cleaned_data["people"]),
            key=form.cleaned_data["key"],
            invited=form.cleaned_data["invited"] == "yes",
            by=request.user,
        )
        messages.success(request, _("In the group now: {count}.").format(count=len(made)))
        return group

    record_reading(request, people=candidates.values_list("pk", flat=True))
    return _ask(
        request,
        form,
        act,
        title=_("Enrol people"),
        lead=group.name,
        cancel_url=group.get_absolute_url(),
        group=group,
        template="beneficiaries/enrolment_create.html",
    )


def _get_enrolment(request, public_id):
    visible = Enrolment.objects.filter(group__in=Group.objects.visible_to(request.user))
    related = visible.select_related("group__office", "person")
    enrolment = get_object_or_404(related, public_id=public_id)
    require(permissions.can_run(request.user, enrolment.group))
    return enrolment


@allow(Permission.GROUP_MANAGE)
@require_POST
def enrolment_accept(request, public_id):
    enrolment = _get_enrolment(request, public_id)
    return _step(request, enrolment, enrolments.accept_invitation, _("Enrolled."))


@allow(Permission.GROUP_MANAGE)
@require_POST
def enrolment_never_came(request, public_id):
    enrolment = _get_enrolment(request, public_id)
    return _step(request, enrolment, enrolments.mark_never_came, _("Recorded: never came."))


def _step(request, enrolment, act, done):
    try:
        act(enrolment, version=shown_version(request), by=request.user)
    except (*REFUSALS, MoveNotAllowed) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    else:
        messages.success(request, done)
    return redirect(enrolment.group)


@allow(Permission.GROUP_MANAGE)
@ASK
def enrolment_drop(request, public_id):
    enrolment = _get_enrolment(request, public_id)
    form = EnrolmentDropForm(
        request.POST or None, instance=enrolment, submit=_("Take out of the group")
    )

    def act():
        enrolments.drop_enrolment(enrolment, by=request.user, **form.cleaned_data)
        messages.success(request, _("Out of the group; another one can take her or him."))
        return enrolment.group

    record_reading(request, people=[enrolment.person_id])
    return _ask(
        request,
        form,
        act,
        title=_("{name} leaves the group").format(name=enrolment.person.display_name),
        lead=enrolment.group.name,
        cancel_url=enrolment.group.get_absolute_url(),
        group=enrolment.group,
    )


# Sessions


@allow(Permission.GROUP_MANAGE)
@ASK
def session_create(request, public_id):
    group = get_group(request, public_id)
    require(permissions.can_run(request.user, group))
    form = SessionForm(request.POST or None)

    def act():
        key = form.cleaned_data["key"]
        groups.plan_session(group, key=key, by=request.user, **form.answers())
        messages.success(request, _("Session planned."))
        return group

    return _ask(
        request,
        form,
        act,
        title=_("Plan a session"),
        lead=group.name,
        cancel_url=group.get_absolute_url(),
        group=group,
    )


@allow(Permission.GROUP_MANAGE)
@ASK
def session_change(request, public_id):
    session = get_session(request, public_id)
    require(permissions.can_run(request.user, session.group))
    form = SessionForm(request.POST or None, instance=session)

    def act():
        version = form.cleaned_data["version"]
        groups.change_session(session, version=version, by=request.user, **form.answers())
        messages.success(request, _("Changes saved."))
        return session.group

    return _ask(
        request,
        form,
        act,
        title=_("Change the session"),
        lead=session.group.name,
        cancel_url=session.get_absolute_url(),
        group=session.group,
    )


@allow(Permission.GROUP_MANAGE)
@ASK
def session_cancel(request, public_id):
    session = get_session(request, public_id)
    require(permissions.can_run(request.user, session.group))
    form = SessionCancelForm(request.POST or None, instance=session, submit=_("Cancel the session"))

    def act():
        groups.cancel_session(session, by=request.user, **form.cleaned_data)
        messages.success(request, _("Session cancelled."))
        return session.group

    return _ask(
        request,
        form,
        act,
        title=_("Cancel the session"),
        lead=str(session),
        cancel_url="",
        back_url=session.get_absolute_url(),
        group=session.group,
    )
