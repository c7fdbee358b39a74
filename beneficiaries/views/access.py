"""Why somebody sees a file, who read it, and opening it in an emergency (CASE-12, CASE-13)."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import TruncDate
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.choices import ReadKind
from accounts.models import ReadLog, User
from accounts.roles import Permission, Reach, Role
from beneficiaries import permissions
from beneficiaries.actions import access
from beneficiaries.actions.cases import caseworker_of
from beneficiaries.forms.access import ConflictForm, EmergencyForm
from beneficiaries.forms.consents import FileNumberForm
from beneficiaries.models import EmergencyAccess, Person
from beneficiaries.views.gate import LEVELS
from beneficiaries.views.people import get_person, take_answers
from genesis.lib.forms import shown_version
from genesis.lib.pages import paginate, render_page
from genesis.lib.policy import allow, require
from genesis.lib.sensitivity import D2, D3
from genesis.lib.states import StaleRecord

CLASSES = {
    D2: gettext_lazy("Identity and contact"),
    D3: gettext_lazy("Competence, work and business"),
    **LEVELS,
}
ASK = require_http_methods(["GET", "HEAD", "POST"])
# What a person understands of the name of a page; of the others its kind is said.
PAGES = {
    "person_list": gettext_lazy("List of people"),
    "person_detail": gettext_lazy("Summary"),
    "person_file": gettext_lazy("Whole file"),
    "case_detail": gettext_lazy("Case"),
    "consent_list": gettext_lazy("Consents"),
    "person_protection": gettext_lazy("Protection"),
    "reading_list": gettext_lazy("Who read the file"),
    "task_list": gettext_lazy("To do"),
    "access_create": gettext_lazy("Asked to open it in an emergency"),
}
# Of other pages what they are about: the first word of their name.
SUBJECTS = {
    "agenda": gettext_lazy("Appointments"),
    "appointment": gettext_lazy("Appointments"),
    "assessment": gettext_lazy("Assessment"),
    "attachment": gettext_lazy("Attachments"),
    "attempt": gettext_lazy("Plan"),
    "attention": gettext_lazy("Plan"),
    "case": gettext_lazy("Case"),
    "certification": gettext_lazy("Assessment"),
    "consent": gettext_lazy("Consents"),
    "duplicate": gettext_lazy("Possible duplicates"),
    "eligibility": gettext_lazy("Case"),
    "exception": gettext_lazy("Case"),
    "export": gettext_lazy("List of people"),
    "goal": gettext_lazy("Plan"),
    "group": gettext_lazy("Groups"),
    "home": gettext_lazy("Today"),
    "import": gettext_lazy("Imports of people"),
    "incoming": gettext_lazy("Referrals"),
    "index": gettext_lazy("Reintegration index"),
    "merge": gettext_lazy("Possible duplicates"),
    "message": gettext_lazy("Messages"),
    "needs": gettext_lazy("Needs and risk"),
    "plan": gettext_lazy("Plan"),
    "portfolio": gettext_lazy("Assessment"),
    "protocol": ReadKind.PROTECTION.label,
    "reading": gettext_lazy("Who read the file"),
    "referral": gettext_lazy("Referrals"),
    "registration": gettext_lazy("Registration"),
    "rights": gettext_lazy("Requests about data"),
    "screening": gettext_lazy("Needs and risk"),
    "search": gettext_lazy("Search"),
    "session": gettext_lazy("Groups"),
    "task": gettext_lazy("To do"),
    "transfer": gettext_lazy("Transfers"),
}
LINES = 300  # of who read a file: the newest; more is for who audits


@allow(Permission.PERSON_VIEW)
@require_safe
def access_explain(request, public_id):
    """«Por qué veo esto»: by what one sees this person, what one does not see, whom to ask."""
    person = get_person(request, public_id)
    user = request.user
    read = permissions.classes_read(user, person, CLASSES)
    record_reading(request, people=[person.pk])
    context = {
        "person": person,
        "because": _because(user, person),
        "levels": [_level(user, person, each, reads=each in read) for each in CLASSES],
        "caseworker": caseworker_of(person),
        "coordination": _coordination(person),
        "may_break": permissions.can_break_glass(user, person),
        "may_see_readings": permissions.can_see_readings(user, person),
        "may_bar": permissions.can_assign(user, person),
        "conflicts": person.conflicts.select_related("user")
        if permissions.can_assign(user, person)
        else [],
    }
    return render(request, "beneficiaries/access_explain.html", context)


def _because(user, person):
    today = timezone.localdate()
    held = user.role_assignments.on(today).select_related("organization")
    given = person.assignments.on(today).filter(user=user)
    return {
        "roles": list(held),
        "assigned": [each.get_kind_display() for each in given],
        "emergency": person.emergency_accesses.open().filter(user=user).first(),
    }


def _level(user, person, level, *, reads):
    if reads:
        words, tone = _("You read it"), "ok"
    elif Reach.EXISTS in permissions.reach_of(user, person, level):
        words, tone = _("You only know whether there is something"), "plain"
    else:
        words, tone = _("Closed to you"), "plain"
    return {"title": CLASSES[level], "state": words, "tone": tone}


def _coordination(person):
    return User.objects.with_role(Role.TERRITORIAL_COORDINATOR, at=person.office)


# In an emergency


@allow(Permission.BREAK_GLASS)
@ASK
def access_create(request, public_id):
    """Break-glass: a reason, four hours, and two people who are told at once (SEC-14)."""
    person = get_object_or_404(_of_own_offices(request.user), public_id=public_id)
    require(permissions.can_break_glass(request.user, person))
    form = EmergencyForm(request.POST or None)
    then = reverse("beneficiaries:person_protection", args=[person.public_id])
    return take_answers(
        request,
        form,
        person,
        lambda: access.break_glass(person, **form.cleaned_data, by=request.user),
        title=_("Open in an emergency"),
        lead=_(
            "You do not accompany this person. Coordination and the data-protection officer are"
            " told at once, and look at it afterwards. Psychosocial and legal files stay closed."
        ),
        done=_("Open for four hours: coordination was told."),
        then=then,
    )


def _of_own_offices(user):
    """People of the offices where somebody may open a file in an emergency."""
    held = user.where(Permission.BREAK_GLASS, "office")
    return Person.objects.not_barred_to(user).standing().filter(held)


@allow(Permission.ACCESS_REVIEW)
@require_safe
def access_list(request):
    """The emergency accesses that one answers for, the newest first, to be reviewed."""
    accesses = EmergencyAccess.objects.visible_to(request.user)
    rows = accesses.select_related("person", "user", "coordination_by", "officer_by")
    page = paginate(request, rows, orders=["-opened_at"])
    record_reading(request, people=[each.person_id for each in page.rows])
    officer = access.is_officer(request.user)
    context = {"page": page, "officer": officer}
    return render_page(request, "beneficiaries/access_list.html", context, partials=["results"])


@allow(Permission.ACCESS_REVIEW)
@require_POST
def access_review(request, public_id):
    visible = EmergencyAccess.objects.visible_to(request.user)
    opened = get_object_or_404(visible, public_id=public_id)
    try:
        access.review_access(opened, version=shown_version(request), by=request.user)
    except (StaleRecord, ValidationError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    else:
        messages.success(request, _("Reviewed."))
    return redirect("beneficiaries:access_list")


# Who read it


@allow(Permission.READING_VIEW)
@require_safe
def reading_find(request):
    """The file whose readings are asked for, by its number: no list of people is shown."""
    form = FileNumberForm(request.GET or None)
    if form.is_valid():
        person = form.cleaned_data["expediente"]
        if permissions.can_see_readings(request.user, person):
            return redirect("beneficiaries:reading_list", public_id=person.public_id)
        form.add_error("expediente", _("There is no file with this number."))
    return render(request, "beneficiaries/reading_find.html", {"form": form})


@allow(Permission.READING_VIEW)
@require_safe
def reading_list(request, public_id):
    """«Quién leyó mi expediente»: by day, who, in which role, and what; to be printed."""
    person = get_object_or_404(_files_of(request.user), public_id=public_id)
    require(permissions.can_see_readings(request.user, person))
    rows, more = _readings(person)
    context = {
        "person": person,
        "rows": rows,
        "more": more,
        "by_name": permissions.can_read(request.user, person, D2),
    }
    record_reading(request, people=[person.pk])
    return render(request, "beneficiaries/reading_list.html", context)


def _files_of(user):
    """Those that somebody sees; for the data-protection officer all, by their number alone."""
    if access.is_officer(user):
        return Person.objects.not_barred_to(user).standing().select_related("office")
    return Person.objects.visible_to(user).select_related("office")


def _readings(person):
    """One line for each day, reader and kind of page, with how often, and whether in an emergency.

    With it whether there is more than the latest.
    """
    read = ReadLog.objects.filter(persons__overlap=[person.pk, *person.earlier_files()])
    counted = (
        read.annotate(day=TruncDate("at"), emergency=Exists(_emergency_of(person)))
        .values("day", "actor", "view", "kind", "emergency")
        .annotate(times=Count("pk"))
    )
    lines = list(counted.order_by("-day", "actor", "view")[: LINES + 1])
    readers = User.objects.filter(pk__in={each["actor"] for each in lines})
    known = {each.pk: each for each in readers.prefetch_related("role_assignments")}
    times = Counter()
    for each in lines[:LINES]:
        times[each["day"], each["actor"], str(_what(each)), each["emergency"]] += each["times"]
    rows = [
        _line({"day": day, "what": what, "emergency": emergency, "times": often}, known[actor])
        for (day, actor, what, emergency), often in times.items()
    ]
    return rows, len(lines) > LINES


def _emergency_of(person):
    """The emergency accesses to a person that were open to a reader when a page was read."""
    return person.emergency_accesses.filter(
        user=OuterRef("actor"), opened_at__lte=OuterRef("at"), ends_at__gte=OuterRef("at")
    )


def _what(line):
    """The kind of page, in words that say nothing of what it tells."""
    if line["kind"] != ReadKind.PAGE:
        return ReadKind(line["kind"]).label
    name = line["view"].rpartition(":")[2]
    return PAGES.get(name) or SUBJECTS.get(name.partition("_")[0]) or ReadKind.PAGE.label


def _line(line, reader):
    roles = {
        each.get_role_display()
        for each in reader.role_assignments.all()
        if _held(each, line["day"])
    }
    return line | {"by": reader, "roles": sorted(roles)}


def _held(role, day):
    return role.valid_from <= day and (role.ended_at is None or role.ended_at.date() >= day)


# Relatives and neighbours


@allow(Permission.CASE_ASSIGN)
@ASK
def conflict_create(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_assign(request.user, person))
    form = ConflictForm(request.POST or None, by=request.user)
    return take_answers(
        request,
        form,
        person,
        lambda: access.note_conflict(person, **form.cleaned_data, by=request.user),
        title=_("Bar a relative or neighbour"),
        lead=_("She or he then sees this file nowhere, and what she or he had to do with it ends."),
        done=_("Noted: this file is closed to her or him."),
        then=reverse("beneficiaries:access_explain", args=[person.public_id]),
    )
