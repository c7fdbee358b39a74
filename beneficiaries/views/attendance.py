"""Who came to a session of a group: everybody at once, present unless it is said otherwise."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import enrolments
from beneficiaries.actions.busy import clashes_of
from beneficiaries.forms.groups import AttendanceForm
from beneficiaries.models import GroupSession
from beneficiaries.views.groups import get_session
from beneficiaries.views.people import REFUSALS
from genesis.lib.forms import add_errors
from genesis.lib.pages import render_form
from genesis.lib.policy import allow, require
from genesis.lib.states import StaleRecord


@allow(Permission.GROUP_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def attendance_record(request, public_id):
    """The page of a session; who runs the group takes attendance on it, once it has begun."""
    session = get_session(request, public_id)
    may_run = permissions.can_run(request.user, session.group)
    require(may_run or request.method != "POST")
    marked = enrolments.to_be_marked(session)
    form, status = _form(request, session, marked), 422
    if form.is_valid():
        try:
            _save(session, form, by=request.user)
        except REFUSALS as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            marks = list(form.marks().values())
            words = _("Attendance saved: {present} of {all} came.")
            present = marks.count("present")
            messages.success(request, words.format(present=present, all=len(marks)))
            return redirect(session.group)
    record_reading(request, people=[each.person_id for each in marked])
    context = {
        "session": session,
        "group": session.group,
        "may_run": may_run,
        "may_take": may_run and session.has_begun and not session.cancelled_at and bool(marked),
        "marked": marked,
    }
    return render_form(
        request, "beneficiaries/attendance_record.html", form, status=status, **context
    )


def _form(request, session, marked):
    kept = dict(session.attendance.values_list("enrolment", "mark"))
    return AttendanceForm(
        request.POST or None,
        instance=session,
        enrolments=marked,
        marks=kept,
        remarks=_remarks(session, marked),
    )


def _remarks(session, marked):
    """What stands below each name: how often she came so far, and where else she is expected."""
    clashes = clashes_of(
        [each.person_id for each in marked],
        session.starts_at,
        session.ends_at,
        but_session=session,
    )
    known = enrolments.tallies(marked)
    return {
        each.pk: " · ".join(_remark(known[each.pk], clashes.get(each.person_id, [])))
        for each in marked
    }


def _remark(tally, clashes):
    if tally.missed_in_a_row > 1:
        yield _("Missed the last {count} sessions").format(count=tally.missed_in_a_row)
    if tally.held:
        yield _("So far {percent} %").format(percent=tally.percent)
    if clashes:
        yield _("At this hour also: {what}").format(what=", ".join(clashes))


def _save(session, form, *, by):
    answers = {name: form.cleaned_data[name] for name in ("version", "minutes")}
    stored = GroupSession.objects.get(pk=session.pk)
    enrolments.take_attendance(stored, form.marks(), by=by, **answers)
